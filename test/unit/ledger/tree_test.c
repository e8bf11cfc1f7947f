/* The tree: roots and proofs against RFC 6962 written out plainly. */
#include "ledger_help.h"

struct wood { /* leaves and tiles in memory */
    struct bench *b;
    struct sha *sha;
    uint8_t (*leaves)[32];
    struct cf_map *tiles;
    uint64_t n;
};

static bool wood_leaf(void *arg, uint64_t seq, uint8_t out[32], struct cf_errs *errs) {
    struct wood *w = arg;
    (void)errs;
    assert_true(seq < w->n);
    memcpy(out, w->leaves[seq], 32);
    return true;
}

static bool wood_tile(void *arg, unsigned level, uint64_t n, unsigned need, uint8_t *out, struct cf_errs *errs) {
    struct wood *w = arg;
    (void)errs;
    uint64_t key[2] = {level, n};
    const uint8_t *tile = cf_map_get(w->tiles, (struct cf_str){(const char *)key, sizeof key});
    assert_non_null(tile);
    memcpy(out, tile, (size_t)need * 32);
    return true;
}

static bool wood_full(void *arg, unsigned level, uint64_t n, const uint8_t *hashes, unsigned count, struct cf_errs *errs) {
    struct wood *w = arg;
    (void)errs;
    uint64_t key[2] = {level, n};
    uint8_t *tile = cf_alloc(w->b->a, (size_t)256 * 32);
    memcpy(tile, hashes, (size_t)count * 32);
    *cf_map_put(w->tiles, (struct cf_str){(const char *)key, sizeof key}) = tile;
    return true;
}

/* MTH(D[from:to]) as RFC 6962 2.1 says it. */
static void plain_root(struct wood *w, uint64_t from, uint64_t to, uint8_t out[32]) {
    if (to - from == 1) {
        memcpy(out, w->leaves[from], 32);
        return;
    }
    uint64_t k = 1;
    uint8_t left[32], right[32];
    while (k * 2 < to - from) {
        k *= 2;
    }
    plain_root(w, from, from + k, left);
    plain_root(w, from + k, to, right);
    sha_node(w->sha, left, right, out);
}

static struct wood wood_new(uint64_t n) {
    struct wood w = {.b = bench_empty(), .n = n};
    w.sha = sha_new(w.b->a);
    w.tiles = cf_map_new(w.b->a);
    w.leaves = cf_alloc_n(w.b->a, n, 32);
    bench_bytes(w.b, w.leaves[0], n * 32);
    return w;
}

static void the_root_at_every_size_is_that_of_the_rfc(void **state) {
    (void)state;
    struct wood w = wood_new(1200);
    struct tree *t = CF_NEW(w.b->a, struct tree), *loaded = CF_NEW(w.b->a, struct tree);
    struct tree_source src = {&w, wood_leaf, wood_tile};
    uint8_t want[32], got[32];
    tree_root(t, w.sha, got); /* of nothing: the hash of nothing */
    ledger_sha256("", 0, want);
    assert_memory_equal(got, want, 32);
    for (uint64_t n = 1; n <= 1200; n++) {
        assert_true(tree_push(t, w.sha, w.leaves[n - 1], wood_full, &w, &w.b->errs));
        plain_root(&w, 0, n, want);
        tree_root(t, w.sha, got);
        assert_memory_equal(got, want, 32);
        if (n % 37 == 0 || n % 256 < 2) {
            assert_true(tree_flush(t, wood_full, &w, &w.b->errs));
            assert_true(tree_load(loaded, n, &src, &w.b->errs));
            tree_root(loaded, w.sha, got);
            assert_memory_equal(got, want, 32);
            assert_true(tree_root_at(n, w.sha, &src, got, &w.b->errs));
            assert_memory_equal(got, want, 32);
        }
    }
    bench_free(w.b);
}

static void tiles_of_the_second_level_hold(void **state) {
    (void)state;
    struct wood w = wood_new(66000);
    struct tree *t = CF_NEW(w.b->a, struct tree), *loaded = CF_NEW(w.b->a, struct tree);
    struct tree_source src = {&w, wood_leaf, wood_tile};
    uint8_t want[32], got[32];
    for (uint64_t n = 1; n <= w.n; n++) {
        assert_true(tree_push(t, w.sha, w.leaves[n - 1], wood_full, &w, &w.b->errs));
    }
    assert_true(tree_flush(t, wood_full, &w, &w.b->errs));
    static const uint64_t sizes[] = {65535, 65536, 65537, 65536 + 256, 66000, 511, 40000};
    for (size_t i = 0; i < CF_COUNT(sizes); i++) {
        plain_root(&w, 0, sizes[i], want);
        assert_true(tree_root_at(sizes[i], w.sha, &src, got, &w.b->errs));
        assert_memory_equal(got, want, 32);
    }
    assert_true(tree_load(loaded, w.n, &src, &w.b->errs));
    plain_root(&w, 0, w.n, want);
    tree_root(loaded, w.sha, got);
    assert_memory_equal(got, want, 32);
    bench_free(w.b);
}

/* PATH(m, D[n]) and SUBPROOF(m, D[n], b) as the RFC says them. */
static void plain_path(struct wood *w, uint64_t m, uint64_t from, uint64_t to, struct tree_path *p) {
    if (to - from == 1) {
        return;
    }
    uint64_t k = 1;
    while (k * 2 < to - from) {
        k *= 2;
    }
    if (m - from < k) {
        plain_path(w, m, from, from + k, p);
        plain_root(w, from + k, to, p->hash[p->n++]);
    } else {
        plain_path(w, m, from + k, to, p);
        plain_root(w, from, from + k, p->hash[p->n++]);
    }
}

static void plain_subproof(struct wood *w, uint64_t m, uint64_t from, uint64_t to, bool whole, struct tree_path *p) {
    uint64_t n = to - from, k = 1;
    if (m == n) {
        if (!whole) {
            plain_root(w, from, to, p->hash[p->n++]);
        }
        return;
    }
    while (k * 2 < n) {
        k *= 2;
    }
    if (m <= k) {
        plain_subproof(w, m, from, from + k, whole, p);
        plain_root(w, from + k, to, p->hash[p->n++]);
    } else {
        plain_subproof(w, m - k, from + k, to, false, p);
        plain_root(w, from, from + k, p->hash[p->n++]);
    }
}

static void proofs_are_those_of_the_rfc(void **state) {
    (void)state;
    struct wood w = wood_new(700);
    struct tree *t = CF_NEW(w.b->a, struct tree);
    struct tree_source src = {&w, wood_leaf, wood_tile};
    for (uint64_t n = 1; n <= w.n; n++) {
        assert_true(tree_push(t, w.sha, w.leaves[n - 1], wood_full, &w, &w.b->errs));
    }
    assert_true(tree_flush(t, wood_full, &w, &w.b->errs));
    for (int i = 0; i < 1500; i++) {
        struct tree_path got, want = {.n = 0};
        uint64_t n = i < 64 ? (uint64_t)i + 1 : bench_random(w.b) % w.n + 1, m = bench_random(w.b) % n;
        assert_true(tree_inclusion(m, n, w.sha, &src, &got, &w.b->errs));
        plain_path(&w, m, 0, n, &want);
        assert_int_equal(got.n, want.n);
        assert_memory_equal(got.hash, want.hash, got.n * 32);
        want.n = 0;
        assert_true(tree_consistency(m + 1, n, w.sha, &src, &got, &w.b->errs));
        plain_subproof(&w, m + 1, 0, n, true, &want);
        assert_int_equal(got.n, want.n);
        assert_memory_equal(got.hash, want.hash, got.n * 32);
    }
    bench_free(w.b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_at_every_size_is_that_of_the_rfc),
        cmocka_unit_test(tiles_of_the_second_level_hold),
        cmocka_unit_test(proofs_are_those_of_the_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
