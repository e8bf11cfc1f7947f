/* The format is frozen: with known keys, known random bytes and a known clock the ledger's bytes are those of
 * test/fixtures/ledger/v1, and the ledger kept there opens, verifies and reads the same, for ever.
 *
 * FORMAT_UPDATE=1 writes the fixtures anew. That is right only for a new format version, in a folder of its own. */
#include "ledger_help.h"

#include <sys/stat.h>
#include <unistd.h>

int childfirst_verify(const char *text, size_t n, const char *key, FILE *out); /* tools/verify/childfirst-verify.c */

#define FIXTURES "test/fixtures/ledger/v1"
#define FIRST_US INT64_C(1795000000000000)

static int64_t clock_us;

static void tick(void) {
    char now[32];
    clock_us += 1250000;
    (void)snprintf(now, sizeof now, "%lld", (long long)clock_us);
    assert_int_equal(setenv("CF_NOW", now, 1), 0);
}

static struct ledger_receipt put(struct bench *b, struct ledger_draft *d) {
    tick();
    d->from = d->to = clock_us / 1000000 - 3600;
    return bench_put(b, d);
}

/* A ledger with one event of each sort, the same each time. All people in it are invented. */
static struct bench *frozen(void) {
    clock_us = FIRST_US;
    tick();
    struct bench *b = bench_empty();
    assert_true(cf_unhex(CF_LIT("5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22"), b->o.custodian, 32));
    b->o.force = "fixture";
    bench_create(b);
    struct ledger_receipt r;
    struct ledger_draft *d[5];
    uint8_t digest[32];
    for (int i = 0; i < 5; i++) {
        d[i] = bench_draft(b, i == 3 ? "sealed by order of a court" : "he was calm; his aunt came");
        d[i]->precision = (enum ledger_precision)i;
        d[i]->source = CF_LIT("fixture");
        d[i]->source_key = cf_str_printf(b->a, "row %d", i);
        (void)put(b, d[i]);
        if (ledger_size(b->l) == 5) { /* a head of then, for the proof of growth */
            struct cf_str note;
            bench_ok(b, ledger_head(b->l, b->a, &note, &b->errs));
        }
    }
    tick();
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_ok(b, ledger_blob_put(b->l, CF_LIT("policy text"), digest, &b->errs));
    bench_ok(b, ledger_commit(b->l, &b->errs));
    struct ledger_person pair[] = {{.subject = b->child, .role = LEDGER_ROLE_A},
                                   {.subject = ledger_new_subject(b->l), .role = LEDGER_ROLE_B}};
    struct ledger_draft merged = {.id = ledger_new_id(b->l), .kind = LEDGER_MERGED, .persons = pair, .n_persons = 2};
    (void)put(b, &merged);
    struct ledger_erasure x = {.event = d[1]->id,
                               .scope = LEDGER_WHOLE_EVENT,
                               .reviewer = ledger_new_subject(b->l),
                               .approver = ledger_new_subject(b->l),
                               .authority = CF_LIT("schedule"),
                               .schedule = CF_LIT("group 3")};
    tick();
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    x.event = d[2]->id;
    x.scope = LEDGER_NARRATIVE;
    x.field = b->note;
    tick();
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    tick();
    bench_ok(b, ledger_seal(b->l, d[3]->id, NULL, 0, b->officer, CF_LIT("court"), &r, &b->errs));
    b->o.clock = LEDGER_CLOCK_UNSYNCHRONISED;
    bench_reopen(b);
    (void)put(b, bench_draft(b, "while nothing kept the clock right"));
    tick();
    bench_verified(b, b->l);
    return b;
}

static struct cf_str rows_text(struct bench *b) {
    struct cf_buf out = cf_buf_new(b->a, 1 << 22);
    for (uint64_t seq = 0; seq < ledger_size(b->l); seq++) {
        struct event_row row;
        bool found = false;
        bench_ok(b, row_read(b->l->db, seq, b->a, &row, &found, &b->errs));
        assert_true(found);
        cf_buf_printf(&out, "seq %llu\nid %.*s\nrecorded %lld\nk %.*s\nbody %.*s\nleaf %.*s\n\n", (unsigned long long)seq,
                      CF_STR_ARG(cf_hex(b->a, row.id.b, 16)), (long long)row.recorded,
                      CF_STR_ARG(cf_hex(b->a, row.k.p, row.k.n)), CF_STR_ARG(cf_hex(b->a, row.body.p, row.body.n)),
                      CF_STR_ARG(cf_hex(b->a, row.leaf.p, row.leaf.n)));
    }
    return (struct cf_str){out.p, out.n};
}

/* Every live part as plain text: what the format page's tables of keys mean. */
static struct cf_str plain_text(struct bench *b) {
    struct cf_buf out = cf_buf_new(b->a, 1 << 22);
    for (uint64_t seq = 0; seq < ledger_size(b->l); seq++) {
        struct event_row row;
        struct opened *o = CF_NEW(b->a, struct opened);
        bool found = false;
        const char *why = NULL;
        bench_ok(b, row_read(b->l->db, seq, b->a, &row, &found, &b->errs));
        bench_ok(b, row_open(b->l->db, b->l->keys, b->l->sha, &b->l->id, &row, b->a, o, &why, &b->errs));
        for (size_t i = 0; i < o->n; i++) {
            cf_buf_printf(&out, "%llu.%zu kind %d state %d commitment %.*s plain %.*s\n", (unsigned long long)seq, i,
                          o->parts[i].kind, (int)o->parts[i].state, CF_STR_ARG(cf_hex(b->a, o->commitment[i], 32)),
                          CF_STR_ARG(cf_hex(b->a, o->plain[i].p, o->plain[i].n)));
        }
    }
    return (struct cf_str){out.p, out.n};
}

static struct cf_str notes_text(struct bench *b) {
    struct cf_str head;
    bench_ok(b, ledger_head(b->l, b->a, &head, &b->errs));
    return cf_str_printf(b->a, "%.*s\n\n%.*s", CF_STR_ARG(ledger_verifier_key(b->l, b->a)), CF_STR_ARG(head));
}

static struct cf_str proof_text(struct bench *b) {
    struct ledger_event e;
    struct cf_str json;
    uint16_t disclose[] = {0, 1, 5};
    bench_ok(b, ledger_read(b->l, 3, b->a, &e, &b->errs));
    bench_ok(b, ledger_prove(b->l, e.d.id, disclose, 3, b->a, &json, &b->errs));
    return json;
}

static struct cf_str growth_text(struct bench *b) {
    struct cf_str json;
    bench_ok(b, ledger_prove_growth(b->l, 5, b->a, &json, &b->errs));
    return json;
}

static struct cf_str fixture(struct bench *b, const char *name) {
    struct cf_str text;
    bench_ok(b, cf_read_file(b->a, cf_cstr(b->a, cf_str_printf(b->a, FIXTURES "/%s", name)), 1 << 24, &text, &b->errs));
    return text;
}

static void copy(struct bench *b, const char *from, const char *to) {
    struct cf_str text;
    bench_ok(b, cf_read_file(b->a, from, 1 << 24, &text, &b->errs));
    bench_ok(b, cf_write_file(to, text, &b->errs));
}

static void update(struct bench *b) {
    const struct {
        const char *name;
        struct cf_str text;
    } files[] = {{"events.txt", rows_text(b)},
                 {"plain.txt", plain_text(b)},
                 {"head.txt", notes_text(b)},
                 {"proof.json", proof_text(b)},
                 {"growth.json", growth_text(b)}};
    (void)mkdir("test/fixtures", 0755);
    (void)mkdir("test/fixtures/ledger", 0755);
    (void)mkdir(FIXTURES, 0755);
    for (size_t i = 0; i < CF_COUNT(files); i++) {
        bench_ok(b, cf_write_file(cf_cstr(b->a, cf_str_printf(b->a, FIXTURES "/%s", files[i].name)), files[i].text, &b->errs));
    }
    ledger_close(b->l);
    b->l = NULL;
    copy(b, b->path, FIXTURES "/ledger.db");
    copy(b, cf_cstr(b->a, cf_str_printf(b->a, "%s/childfirst.keys", b->dir)), FIXTURES "/childfirst.keys");
    bench_reopen(b);
}

/* The genesis event lists the reserved names, which may become more: only it may differ. */
static struct cf_str from_first(struct cf_str text, const char *mark) {
    const char *p = memmem(text.p, text.n, mark, strlen(mark));
    assert_non_null(p);
    return cf_str_slice(text, (size_t)(p - text.p), text.n);
}

static void the_bytes_written_today_are_those_of_version_1(void **state) {
    (void)state;
    struct bench *b = frozen();
    if (getenv("FORMAT_UPDATE") != NULL) {
        update(b);
    }
    assert_true(cf_str_eq(from_first(rows_text(b), "seq 1\n"), from_first(fixture(b, "events.txt"), "seq 1\n")));
    assert_true(cf_str_eq(from_first(plain_text(b), "1.0 "), from_first(fixture(b, "plain.txt"), "1.0 ")));
    bench_free(b);
    (void)unsetenv("CF_NOW");
}

static void a_ledger_of_version_1_opens_and_verifies(void **state) {
    (void)state;
    clock_us = FIRST_US + 100000000;
    tick();
    struct bench *b = bench_empty();
    copy(b, FIXTURES "/ledger.db", b->path);
    copy(b, FIXTURES "/childfirst.keys", cf_cstr(b->a, cf_str_printf(b->a, "%s/childfirst.keys", b->dir)));
    bench_reopen(b);
    bench_verified(b, b->l);
    assert_true(cf_str_eq(rows_text(b), fixture(b, "events.txt")));
    assert_true(cf_str_eq(plain_text(b), fixture(b, "plain.txt")));
    assert_true(cf_str_eq(notes_text(b), fixture(b, "head.txt")));
    assert_true(cf_str_eq(proof_text(b), fixture(b, "proof.json")));
    assert_true(cf_str_eq(growth_text(b), fixture(b, "growth.json")));
    b->kind = ledger_number(b->l, LEDGER_KINDS, 0, CF_LIT("search")); /* a ledger decodes itself */
    b->grounds = ledger_number(b->l, LEDGER_FIELDS, b->kind, CF_LIT("grounds"));
    b->outcome = ledger_number(b->l, LEDGER_FIELDS, b->kind, CF_LIT("outcome"));
    b->note = ledger_number(b->l, LEDGER_FIELDS, b->kind, CF_LIT("note"));
    b->told = ledger_number(b->l, LEDGER_FIELDS, b->kind, CF_LIT("told"));
    b->age = ledger_number(b->l, LEDGER_ATTRIBUTES, 0, CF_LIT("age"));
    b->child = ledger_new_subject(b->l);
    b->officer = ledger_new_subject(b->l);
    b->unit = ledger_new_subject(b->l);
    struct ledger_event e;
    bench_ok(b, ledger_read(b->l, 3, b->a, &e, &b->errs));
    assert_text(e.d.words[0].text, "he was calm; his aunt came");
    assert_text(e.d.source_key, "row 0");
    bench_ok(b, ledger_read(b->l, 4, b->a, &e, &b->errs));
    assert_int_equal(e.destroyed, e.parts);
    bench_ok(b, ledger_read(b->l, 5, b->a, &e, &b->errs));
    assert_int_equal(e.destroyed, 1);
    bench_ok(b, ledger_read(b->l, 6, b->a, &e, &b->errs));
    assert_int_equal(e.sealed, e.parts);
    b->state = 12345; /* other ids than those that are there */
    bench_fill(b, 3); /* and it goes on */
    bench_verified(b, b->l);
    bench_free(b);
    (void)unsetenv("CF_NOW");
}

static void proofs_of_version_1_are_taken(void **state) {
    (void)state;
    struct bench *b = bench_empty();
    struct cf_str head = fixture(b, "head.txt"), key, proof = fixture(b, "proof.json"), growth = fixture(b, "growth.json");
    assert_true(cf_str_split(&head, '\n', &key));
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    assert_int_equal(childfirst_verify(proof.p, proof.n, cf_cstr(b->a, key), out), 0);
    assert_int_equal(childfirst_verify(growth.p, growth.n, cf_cstr(b->a, key), out), 0);
    (void)fclose(out);
    bench_free(b);
}

/* Both ways to a key: several at a time as the program takes it, and one by one as libsodium gives it. */
static void derived_keys_are_those_of_libsodium(void **state) {
    (void)state;
    static uint8_t keys[LEDGER_PARTS_MAX][32], salts[LEDGER_PARTS_MAX][32];
    for (uint32_t round = 0; round < 200; round++) {
        uint8_t secret[32], key[32], salt[32];
        size_t n = 1 + round % LEDGER_PARTS_MAX;
        for (size_t i = 0; i < sizeof secret; i++) {
            secret[i] = round == 0 ? 0 : round == 1 ? 0xff : (uint8_t)(round * 89 + i * 57 + (round >> 3) * i);
        }
        memset(keys, 0, sizeof keys);
        derive_parts(secret, n, keys, salts);
        for (uint16_t i = 0; i < n; i++) {
            seal_derive(secret, i, key, salt);
            assert_memory_equal(keys[i], key, 32);
            assert_memory_equal(salts[i], salt, 32);
        }
        assert_true(n == LEDGER_PARTS_MAX || seal_zero(keys[n], 32)); /* nothing past the last */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derived_keys_are_those_of_libsodium),
        cmocka_unit_test(the_bytes_written_today_are_those_of_version_1),
        cmocka_unit_test(a_ledger_of_version_1_opens_and_verifies),
        cmocka_unit_test(proofs_of_version_1_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
