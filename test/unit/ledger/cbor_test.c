/* CBOR and event parts: what is accepted has one encoding, and libcbor (an oracle, in tests only) reads it as we do. */
#include "ledger_help.h"

#include "cbor_oracle.h"

static void odd_bytes_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *hex, *what;
    } cases[] = {
        {"1800", "23 or less in two bytes"},
        {"1817", "23 in two bytes"},
        {"190001", "1 in three bytes"},
        {"1a0000ffff", "long for 16 bits"},
        {"1b00000000ffffffff", "long for 32 bits"},
        {"5f4101ff", "indefinite bytes"},
        {"9f01ff", "indefinite list"},
        {"bf0102ff", "indefinite map"},
        {"f93c00", "half float"},
        {"fa3f800000", "float"},
        {"fb3ff0000000000000", "double"},
        {"c001", "tag"},
        {"f0", "simple 16"},
        {"f820", "simple in two bytes"},
        {"0101", "something follows"},
        {"", "nothing"},
        {"62c328", "bad UTF-8"},
        {"63610062", "NUL in text"},
        {"a201020102", "key twice"},
        {"a202000100", "keys falling"},
        {"a1610000", "text as key"},
        {"a12000", "negative key"},
        {"8201", "list too short"},
        {"4401", "bytes too short"},
        {"9b7fffffffffffffff", "huge list"},
        {"1c", "reserved"},
        {"ff", "break"},
        {"63eda080", "surrogate"},
        {"62c080", "overlong"},
    };
    struct cf_arena *a = cf_arena_new("cbor");
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        uint8_t bytes[32];
        size_t n = strlen(cases[i].hex) / 2;
        const char *why = NULL;
        assert_true(cf_unhex(cf_str_from(cases[i].hex), bytes, n));
        if (cbor_valid((struct cf_str){(const char *)bytes, n}, &why)) {
            fail_msg("accepted: %s", cases[i].what);
        }
        assert_non_null(why);
    }
    struct cf_buf deep = cf_buf_new(a, 4096);
    for (int i = 0; i < CF_MAX_DEPTH + 2; i++) {
        cbor_put_array(&deep, 1);
    }
    cbor_put_uint(&deep, 1);
    const char *why = NULL;
    assert_false(cbor_valid((struct cf_str){deep.p, deep.n}, &why));
    cf_arena_free(a);
}

static void numbers_at_every_edge_are_read_as_written(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("cbor");
    for (int bit = 0; bit < 64; bit++) {
        for (int d = -2; d <= 2; d++) {
            int64_t v = (int64_t)((UINT64_C(1) << bit) + (uint64_t)d);
            struct cf_buf b = cf_buf_new(a, 64);
            cbor_put_int(&b, v);
            struct cbor r = cbor_read((struct cf_str){b.p, b.n});
            int64_t got = 0;
            assert_true(cbor_take_int(&r, &got) && cbor_end(&r));
            assert_true(got == v);
            assert_true(cbor_oracle(b.p, b.n));
        }
    }
    cf_arena_free(a);
}

static void random_item(struct bench *b, struct cf_buf *out, int depth) {
    uint64_t n = bench_random(b) % 5, v = bench_random(b) >> (bench_random(b) % 64);
    char text[8] = "a\xc3\xa9z";
    switch (bench_random(b) % (depth > 4 ? 7 : 9)) {
    case 0: cbor_put_uint(out, v); break;
    case 1: cbor_put_int(out, (int64_t)v); break;
    case 2: cbor_put_bytes(out, (struct cf_str){(const char *)&v, n}); break;
    case 3: cbor_put_text(out, (struct cf_str){text, n == 0 ? 0 : n == 2 ? 1 : 4}); break;
    case 4: cbor_put_bool(out, (v & 1) != 0); break;
    case 5: cbor_put_null(out); break;
    case 6: cbor_put_undefined(out); break;
    case 7:
        cbor_put_array(out, n);
        for (uint64_t i = 0; i < n; i++) {
            random_item(b, out, depth + 1);
        }
        break;
    default:
        cbor_put_map(out, n);
        for (uint64_t i = 0; i < n; i++) {
            cbor_put_uint(out, i * 37);
            random_item(b, out, depth + 1);
        }
        break;
    }
}

/* Whatever we accept, the oracle accepts and writes back the same; what we write, both accept. */
static void the_oracle_agrees_on_written_and_on_changed_bytes(void **state) {
    (void)state;
    struct bench *b = bench_empty();
    size_t accepted = 0;
    for (int i = 0; i < 4000; i++) {
        struct cf_mark m = cf_arena_mark(b->a);
        struct cf_buf out = cf_buf_new(b->a, 1 << 20);
        const char *why = NULL;
        random_item(b, &out, 0);
        assert_true(cbor_valid((struct cf_str){out.p, out.n}, &why));
        assert_true(cbor_oracle(out.p, out.n));
        for (int j = 0; j < 10; j++) {
            char *changed = cf_memdup(b->a, out.p, out.n);
            changed[bench_random(b) % out.n] ^= (char)(1U << bench_random(b) % 8);
            struct cf_str s = {changed, out.n - (j == 9 && out.n > 1)};
            if (cbor_valid(s, &why)) {
                assert_true(cbor_oracle(s.p, s.n));
                accepted++;
            }
        }
        cf_arena_rewind(b->a, m);
    }
    assert_true(accepted > 1000);
    bench_free(b);
}

static struct ledger_value random_value(struct bench *b, int depth) {
    static const char *const texts[] = {"", "knife", "a caf\xc3\xa9 in Brixton", "\xf0\x9f\x9a\x93"};
    uint64_t r = bench_random(b);
    switch (r % (depth > 2 ? 6 : 7)) {
    case 0: return (struct ledger_value){.type = LEDGER_NOT_KNOWN};
    case 1: return (struct ledger_value){.type = LEDGER_DECLINED};
    case 2: return ledger_bool((r & 256) != 0);
    case 3: return ledger_int((int64_t)bench_random(b) >> (r >> 8) % 64);
    case 4: return ledger_text(cf_str_from(texts[(r >> 8) % 4]));
    case 5: return ledger_bytes((struct cf_str){"\0\1\2\3", (r >> 8) % 5});
    default: break;
    }
    size_t n = (r >> 8) % 4;
    struct ledger_value *v = CF_NEW_N(b->a, struct ledger_value, n + 1);
    for (size_t i = 0; i < n; i++) {
        v[i] = random_value(b, depth + 1);
    }
    return (struct ledger_value){.type = LEDGER_LIST, .as = {.list = {v, n}}};
}

static const struct ledger_pair *random_pairs(struct bench *b, size_t *n) {
    *n = bench_random(b) % 6;
    struct ledger_pair *p = CF_NEW_N(b->a, struct ledger_pair, *n + 1);
    for (size_t i = 0; i < *n; i++) { /* falling numbers: the encoder sorts */
        p[i].number = (uint32_t)(5000 - i * 31);
        p[i].value = bench_random(b) % 5 == 0 ? (struct ledger_value){.type = LEDGER_NOT_ASKED} : random_value(b, 0);
    }
    return p;
}

static struct ledger_draft random_draft(struct bench *b) {
    struct ledger_draft d = {.kind = 1 + (uint32_t)bench_random(b) % 1000, .shape = (uint32_t)bench_random(b) % 3};
    bench_bytes(b, d.id.b, 16);
    d.from = (int64_t)(bench_random(b) % 2000000000) - 500000000;
    d.to = d.from + (int64_t)(bench_random(b) % 3) * 3600;
    d.precision = (enum ledger_precision)(bench_random(b) % 7);
    d.offset_min = (int32_t)(bench_random(b) % 3) * 60 - 60;
    d.actor_role = (uint32_t)bench_random(b) % 3;
    d.channel = (uint32_t)bench_random(b) % 2;
    d.has_saw = bench_random(b) % 2 == 0;
    d.saw = d.has_saw ? bench_random(b) : 0;
    if (bench_random(b) % 2 == 0) {
        bench_bytes(b, d.unit.b, 16);
        bench_bytes(b, d.corrects.b, 16);
        d.source = CF_LIT("source");
        d.source_key = CF_LIT("\xff\x00key");
    }
    d.n_persons = bench_random(b) % 5;
    struct ledger_person *p = CF_NEW_N(b->a, struct ledger_person, d.n_persons + 1);
    for (size_t i = 0; i < d.n_persons; i++) {
        bench_bytes(b, p[i].subject.b, 16);
        p[i].role = 4 + (uint32_t)bench_random(b) % 9;
        p[i].category = (enum ledger_category)(bench_random(b) % 5);
        p[i].attributes = random_pairs(b, &p[i].n_attributes);
    }
    d.persons = p;
    d.n_facts = bench_random(b) % 4;
    struct ledger_facts *f = CF_NEW_N(b->a, struct ledger_facts, d.n_facts + 1);
    for (size_t i = 0; i < d.n_facts; i++) {
        f[i].compartment = (uint8_t)(9 - i * 2);
        f[i].fields = random_pairs(b, &f[i].n_fields);
    }
    d.facts = f;
    d.n_words = bench_random(b) % 3;
    struct ledger_words *w = CF_NEW_N(b->a, struct ledger_words, d.n_words + 1);
    for (size_t i = 0; i < d.n_words; i++) {
        w[i] = (struct ledger_words){.field = 7, .opinion = bench_random(b) % 2 == 0, .text = CF_LIT("words")};
    }
    d.words = w;
    return d;
}

/* Decodes parts; NULL why when all were accepted. */
static bool decode(struct bench *b, const struct event_plain *parts, size_t n, const struct cf_id *id, struct ledger_event *e) {
    uint8_t kinds[LEDGER_PARTS_MAX] = {0};
    const char *why = NULL;
    for (size_t i = 0; i < n; i++) {
        kinds[i] = parts[i].kind;
    }
    *e = (struct ledger_event){.d = {.id = *id}};
    event_prepare(b->a, kinds, n, e);
    for (size_t i = 0; i < n; i++) {
        if (!event_take_part(b->a, e, (uint16_t)i, parts[i].kind, LEDGER_LIVE, parts[i].bytes, &why)) {
            return false;
        }
    }
    return event_finish(e, &why);
}

static bool encodes_to(struct bench *b, const struct ledger_event *e, const struct event_plain *want, size_t want_n) {
    struct event_plain parts[LEDGER_PARTS_MAX];
    size_t n = 0;
    int64_t mark = e->unsynchronised ? e->clock_error_us : -1;
    bench_ok(b, event_encode(b->a, &e->d, mark, EVENT_STORED, parts, &n, &b->errs));
    bool same = n == want_n;
    for (size_t i = 0; same && i < n; i++) {
        same = parts[i].kind == want[i].kind && cf_str_eq(parts[i].bytes, want[i].bytes);
    }
    return same;
}

static void an_event_decoded_and_encoded_again_is_the_same_bytes(void **state) {
    (void)state;
    struct bench *b = bench_empty();
    size_t accepted = 0, refused = 0;
    for (int i = 0; i < 1500; i++) {
        struct cf_mark m = cf_arena_mark(b->a);
        struct ledger_draft d = random_draft(b);
        struct event_plain parts[LEDGER_PARTS_MAX];
        struct ledger_event e;
        size_t n = 0;
        bench_ok(b, event_encode(b->a, &d, i % 3 == 0 ? 12345 : -1, EVENT_STORED, parts, &n, &b->errs));
        assert_true(decode(b, parts, n, &d.id, &e));
        assert_true(encodes_to(b, &e, parts, n));
        for (int j = 0; j < 20; j++) { /* and so for every changed part that is still accepted */
            size_t at = bench_random(b) % n;
            struct event_plain changed[LEDGER_PARTS_MAX];
            memcpy(changed, parts, n * sizeof parts[0]);
            char *bytes = cf_memdup(b->a, parts[at].bytes.p, parts[at].bytes.n);
            bytes[bench_random(b) % parts[at].bytes.n] ^= (char)(1U << bench_random(b) % 8);
            changed[at].bytes.p = bytes;
            if (decode(b, changed, n, &d.id, &e)) {
                assert_true(encodes_to(b, &e, changed, n));
                accepted++;
            } else {
                refused++;
            }
        }
        cf_arena_rewind(b->a, m);
    }
    assert_true(accepted > 1000 && refused > 1000);
    bench_free(b);
}

static void values_come_back_as_they_were(void **state) {
    (void)state;
    struct bench *b = bench_empty();
    for (int i = 0; i < 3000; i++) {
        struct cf_mark m = cf_arena_mark(b->a);
        struct ledger_value v = random_value(b, 0), got;
        struct cf_buf out = cf_buf_new(b->a, 65536);
        assert_true(event_value_put(&out, &v, 0));
        struct cbor r = cbor_read((struct cf_str){out.p, out.n});
        assert_true(event_value_take(&r, b->a, 0, &got) && cbor_end(&r));
        assert_true(bench_values_equal(&v, &got));
        cf_arena_rewind(b->a, m);
    }
    bench_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_bytes_are_refused),
        cmocka_unit_test(numbers_at_every_edge_are_read_as_written),
        cmocka_unit_test(the_oracle_agrees_on_written_and_on_changed_bytes),
        cmocka_unit_test(an_event_decoded_and_encoded_again_is_the_same_bytes),
        cmocka_unit_test(values_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
