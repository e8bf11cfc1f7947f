/* ledger/tree: the Merkle tree of RFC 6962 over the leaves. Knows hashes and positions, nothing of events or tables.
 *
 * Level L of the edge holds up to 256 roots of complete subtrees of 256^L leaves each; when 256 are there they become one hash
 * of the level above. That is also how tiles are cut: tile (L, n) holds the hashes 256 n to 256 n + 255 of level L, L from 1;
 * level 0 are the leaves, which stand with their events. */
#include "ledger/ledger_priv.h"

/* Root of n hashes in place, n a power of two; destroys `h`. */
static void fold_complete(struct sha *s, uint8_t (*h)[LEDGER_HASH], size_t n) {
    for (; n > 1; n /= 2) {
        for (size_t i = 0; i < n / 2; i++) {
            sha_node(s, h[2 * i], h[2 * i + 1], h[i]);
        }
    }
}

/* Folds the complete subtrees of `n` hashes into `acc` from the right: the RFC's split at the largest power of two. */
static void fold_right(struct sha *s, const uint8_t *hashes, size_t n, uint8_t acc[LEDGER_HASH], bool *have) {
    while (n > 0) {
        size_t width = n & (~n + 1); /* the rightmost complete subtree */
        uint8_t room[LEDGER_TILE][LEDGER_HASH];
        memcpy(room, hashes + (n - width) * LEDGER_HASH, width * LEDGER_HASH);
        fold_complete(s, room, width);
        if (*have) {
            sha_node(s, room[0], acc, acc);
        } else {
            memcpy(acc, room[0], LEDGER_HASH);
        }
        *have = true;
        n -= width;
    }
}

void tree_block(struct sha *s, const uint8_t *hashes, size_t n, uint8_t out[LEDGER_HASH]) {
    bool have = false;
    CF_ASSERT(n >= 1 && n <= LEDGER_TILE);
    fold_right(s, hashes, n, out, &have);
}

static void empty_root(struct sha *s, uint8_t root[LEDGER_HASH]) {
    sha_pieces(s, NULL, 0, root);
}

void tree_root(const struct tree *t, struct sha *s, uint8_t root[LEDGER_HASH]) {
    bool have = false;
    if (t->size == 0) {
        empty_root(s, root);
        return;
    }
    for (unsigned level = 0; level < LEDGER_LEVELS; level++) {
        fold_right(s, t->edge[level][0], t->n[level], root, &have);
    }
}

bool tree_push(struct tree *t, struct sha *s, const uint8_t leaf[LEDGER_HASH], tree_full_fn *full, void *arg,
               struct cf_errs *errs) {
    uint8_t up[LEDGER_HASH];
    memcpy(up, leaf, LEDGER_HASH);
    t->size++;
    for (unsigned level = 0; level < LEDGER_LEVELS; level++) {
        memcpy(t->edge[level][t->n[level]++], up, LEDGER_HASH);
        t->dirty[level] = true;
        if (t->n[level] < LEDGER_TILE) {
            return true;
        }
        CF_ASSERT(level + 1 < LEDGER_LEVELS); /* 2^64 leaves */
        uint64_t tile = (t->size >> (8 * (level + 1))) - 1;
        if (level > 0 && !full(arg, level, tile, t->edge[level][0], LEDGER_TILE, errs)) {
            return false;
        }
        tree_block(s, t->edge[level][0], LEDGER_TILE, up);
        t->n[level] = 0;
        t->dirty[level] = false;
    }
    CF_NEVER("a tree of 2^64 leaves");
}

bool tree_flush(struct tree *t, tree_full_fn *full, void *arg, struct cf_errs *errs) {
    for (unsigned level = 1; level < LEDGER_LEVELS; level++) {
        if (!t->dirty[level] || t->n[level] == 0) {
            continue;
        }
        uint64_t tile = level == LEDGER_LEVELS - 1 ? 0 : t->size >> (8 * (level + 1));
        if (!full(arg, level, tile, t->edge[level][0], t->n[level], errs)) {
            return false;
        }
        t->dirty[level] = false;
    }
    return true;
}

bool tree_load(struct tree *t, uint64_t size, const struct tree_source *src, struct cf_errs *errs) {
    memset(t, 0, sizeof *t);
    t->size = size;
    for (unsigned level = 0; level < LEDGER_LEVELS; level++) {
        uint64_t all = size >> (8 * level);
        unsigned n = (unsigned)(all % LEDGER_TILE);
        t->n[level] = (uint16_t)n;
        if (n == 0) {
            continue;
        }
        if (level > 0 && !src->tile(src->arg, level, all / LEDGER_TILE, n, t->edge[level][0], errs)) {
            return false;
        }
        for (unsigned i = 0; level == 0 && i < n; i++) {
            if (!src->leaf(src->arg, all - n + i, t->edge[0][i], errs)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- Any node of the tree: the root of leaves [index << level, (index + 1) << level), complete. */
static bool node_at(unsigned level, uint64_t index, struct sha *s, const struct tree_source *src, uint8_t out[LEDGER_HASH],
                    struct cf_errs *errs) {
    unsigned stored = level / 8, above = level % 8; /* combine 2^above hashes of the stored level */
    size_t width = (size_t)1 << above;
    uint64_t first = index << above;
    uint8_t room[LEDGER_TILE][LEDGER_HASH];
    if (stored == 0) {
        for (size_t i = 0; i < width; i++) {
            if (!src->leaf(src->arg, first + i, room[i], errs)) {
                return false;
            }
        }
    } else {
        unsigned in_tile = (unsigned)(first % LEDGER_TILE);
        if (!src->tile(src->arg, stored, first / LEDGER_TILE, in_tile + (unsigned)width, room[0], errs)) {
            return false;
        }
        memmove(room[0], room[in_tile], width * LEDGER_HASH);
    }
    fold_complete(s, room, width);
    memcpy(out, room[0], LEDGER_HASH);
    return true;
}

/* Root of leaves [from, to): the RFC's MTH, by complete subtrees from the right. from is a multiple of the largest width. */
static bool range_root(uint64_t from, uint64_t to, struct sha *s, const struct tree_source *src, uint8_t out[LEDGER_HASH],
                       struct cf_errs *errs) {
    bool have = false;
    uint64_t n = to - from;
    while (n > 0) {
        uint64_t width = n & (~n + 1);
        unsigned level = (unsigned)__builtin_ctzll(n);
        uint8_t h[LEDGER_HASH];
        if (!node_at(level, (from + n - width) >> level, s, src, h, errs)) {
            return false;
        }
        if (have) {
            sha_node(s, h, out, out);
        } else {
            memcpy(out, h, LEDGER_HASH);
        }
        have = true;
        n -= width;
    }
    return true;
}

bool tree_root_at(uint64_t size, struct sha *s, const struct tree_source *src, uint8_t root[LEDGER_HASH],
                  struct cf_errs *errs) {
    if (size == 0) {
        empty_root(s, root);
        return true;
    }
    return range_root(0, size, s, src, root, errs);
}

static uint64_t split(uint64_t n) /* the largest power of two below n, n >= 2 */
{
    return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* Paths are gathered from the root down and turned round: the format lists them from the leaf up. */
static void turn_round(struct tree_path *p) {
    for (size_t i = 0; i < p->n / 2; i++) {
        uint8_t h[LEDGER_HASH];
        memcpy(h, p->hash[i], LEDGER_HASH);
        memcpy(p->hash[i], p->hash[p->n - 1 - i], LEDGER_HASH);
        memcpy(p->hash[p->n - 1 - i], h, LEDGER_HASH);
    }
}

bool tree_inclusion(uint64_t seq, uint64_t size, struct sha *s, const struct tree_source *src, struct tree_path *out,
                    struct cf_errs *errs) {
    CF_ASSERT(seq < size);
    uint64_t from = 0, to = size;
    out->n = 0;
    while (to - from > 1) {
        uint64_t mid = from + split(to - from);
        bool left = seq < mid;
        if (!range_root(left ? mid : from, left ? to : mid, s, src, out->hash[out->n++], errs)) {
            return false;
        }
        from = left ? from : mid;
        to = left ? mid : to;
    }
    turn_round(out);
    return true;
}

bool tree_consistency(uint64_t from_size, uint64_t size, struct sha *s, const struct tree_source *src, struct tree_path *out,
                      struct cf_errs *errs) {
    CF_ASSERT(from_size >= 1 && from_size <= size);
    uint64_t from = 0, to = size, m = from_size;
    bool whole = true; /* the old tree is still a complete prefix: its root is known to whoever asks */
    out->n = 0;
    while (m != to - from) {
        uint64_t k = split(to - from);
        bool left = m <= k;
        if (!range_root(left ? from + k : from, left ? to : from + k, s, src, out->hash[out->n++], errs)) {
            return false;
        }
        if (left) {
            to = from + k;
        } else {
            from += k;
            m -= k;
            whole = false;
        }
    }
    if (!whole && !range_root(from, to, s, src, out->hash[out->n++], errs)) {
        return false;
    }
    turn_round(out);
    return true;
}
