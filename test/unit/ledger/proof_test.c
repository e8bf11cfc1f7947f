/* Proofs: the stand-alone verifier takes every proof the ledger gives, and none that was changed by one bit. */
#include "ledger_help.h"

int childfirst_verify(const char *text, size_t n, const char *key, FILE *out); /* tools/verify/childfirst-verify.c */

static FILE *nowhere(void) {
    static FILE *f;
    if (f == NULL) {
        f = fopen("/dev/null", "w");
    }
    assert_non_null(f);
    return f;
}

static bool good(struct cf_str proof, struct cf_str key, struct bench *b) {
    return childfirst_verify(proof.p, proof.n, key.n > 0 ? cf_cstr(b->a, key) : NULL, nowhere()) == 0;
}

static void every_proof_is_taken(void **state) {
    (void)state;
    struct bench *b = bench_new();
    bench_fill(b, 290);
    struct cf_str key = ledger_verifier_key(b->l, b->a), json;
    for (uint64_t seq = 0; seq < ledger_size(b->l); seq++) {
        struct cf_mark m = cf_arena_mark(b->a);
        struct ledger_event e;
        uint16_t disclose[] = {0, 1};
        bench_ok(b, ledger_read(b->l, seq, b->a, &e, &b->errs));
        bench_ok(b, ledger_prove(b->l, e.d.id, disclose, seq % 3, b->a, &json, &b->errs));
        assert_true(good(json, key, b));
        assert_true(good(json, CF_LIT(""), b));
        cf_arena_rewind(b->a, m);
    }
    for (uint64_t from = 1; from <= ledger_size(b->l); from += from < 20 ? 1 : 17) {
        bench_ok(b, ledger_prove_growth(b->l, from, b->a, &json, &b->errs));
        assert_true(good(json, key, b));
    }
    bench_refused(b, ledger_prove_growth(b->l, 0, b->a, &json, &b->errs), CF_E032);
    bench_refused(b, ledger_prove_growth(b->l, 9999, b->a, &json, &b->errs), CF_E032);
    bench_refused(b, ledger_prove(b->l, ledger_new_id(b->l), NULL, 0, b->a, &json, &b->errs), CF_E010);
    bench_free(b);
}

static void no_changed_proof_is_taken(void **state) {
    (void)state;
    struct bench *b = bench_new();
    bench_fill(b, 20);
    struct ledger_draft *d = bench_draft(b, "disclosed words");
    (void)bench_put(b, d);
    bench_fill(b, 5);
    struct cf_str key = ledger_verifier_key(b->l, b->a), proofs[2];
    uint16_t disclose[] = {0, 7};
    bench_ok(b, ledger_prove(b->l, d->id, disclose, 2, b->a, &proofs[0], &b->errs));
    bench_ok(b, ledger_prove_growth(b->l, 11, b->a, &proofs[1], &b->errs));
    for (size_t p = 0; p < 2; p++) {
        assert_true(good(proofs[p], key, b));
        char *bytes = cf_memdup(b->a, proofs[p].p, proofs[p].n);
        for (size_t i = 0; i < proofs[p].n; i++) { /* each byte, each bit */
            for (int bit = 0; bit < 8; bit++) {
                bytes[i] = (char)(bytes[i] ^ (1 << bit));
                if (childfirst_verify(bytes, proofs[p].n, NULL, nowhere()) == 0) {
                    fail_msg("taken with bit %d of byte %zu changed: %.40s", bit, i, bytes + (i > 20 ? i - 20 : 0));
                }
                bytes[i] = (char)(bytes[i] ^ (1 << bit));
            }
        }
        for (size_t n = 0; n < proofs[p].n; n += 13) { /* cut short, or with a piece missing */
            assert_false(good(cf_str_slice(proofs[p], 0, n), key, b));
        }
    }
    bench_free(b);
}

static void a_proof_of_another_ledger_or_key_is_not_taken(void **state) {
    (void)state;
    struct bench *b = bench_new(), *other = bench_empty();
    other->state = 99;
    other->o.force = "met";
    bench_create(other);
    bench_fill(b, 3);
    bench_fill(other, 3);
    struct ledger_event e;
    struct cf_str json;
    bench_ok(other, ledger_read(other->l, 3, other->a, &e, &other->errs));
    bench_ok(other, ledger_prove(other->l, e.d.id, NULL, 0, other->a, &json, &other->errs));
    assert_true(good(json, ledger_verifier_key(other->l, other->a), other));
    assert_false(good(json, ledger_verifier_key(b->l, b->a), b));
    assert_false(good(json, CF_LIT("met/childfirst/1+00000000+AAAA"), b));
    bench_free(other);
    bench_free(b);
}

static void a_head_is_signed_kept_and_says_how_the_clock_was(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct cf_str note, again;
    bench_ok(b, ledger_head(b->l, b->a, &note, &b->errs));
    bench_ok(b, ledger_head(b->l, b->a, &again, &b->errs));
    assert_true(cf_str_eq(note, again));
    assert_true(cf_str_starts(note, CF_LIT("demo/childfirst/1\n3\n")));
    assert_non_null(memmem(note.p, note.n, " synchronised\n\n\xe2\x80\x94 demo/childfirst/1 ", 37));
    bench_fill(b, 1);
    struct ledger *reader = bench_reader(b);
    bench_ok(b, ledger_head(reader, b->a, &note, &b->errs));
    assert_true(cf_str_starts(note, CF_LIT("demo/childfirst/1\n4\n")));
    bench_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_proof_is_taken),
        cmocka_unit_test(no_changed_proof_is_taken),
        cmocka_unit_test(a_proof_of_another_ledger_or_key_is_not_taken),
        cmocka_unit_test(a_head_is_signed_kept_and_says_how_the_clock_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
