/* Truth: one changed bit in any row of any table is found, and the row is named. */
#include "ledger_help.h"

#include <sys/wait.h>
#include <unistd.h>

/* A ledger with something in every table. */
static struct bench *bench_full(void) {
    struct bench *b = bench_empty();
    uint8_t secret[32] = {0};
    memset(secret, 3, sizeof secret);
    /* X25519 public half of thirty-two threes */
    assert_true(cf_unhex(CF_LIT("5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22"), b->o.custodian, 32));
    bench_create(b);
    struct ledger_draft *d[4];
    struct ledger_receipt r;
    uint8_t digest[32];
    for (int i = 0; i < 4; i++) {
        d[i] = bench_draft(b, "full");
        d[i]->source = CF_LIT("source");
        d[i]->source_key = cf_str_printf(b->a, "row %d", i);
        (void)bench_put(b, d[i]);
    }
    bench_fill(b, 560);
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_ok(b, ledger_blob_put(b->l, CF_LIT("policy text"), digest, &b->errs));
    bench_ok(b, ledger_blob_put(b->l, CF_LIT("calendar"), digest, &b->errs));
    bench_ok(b, ledger_commit(b->l, &b->errs));
    struct ledger_erasure x = {.event = d[0]->id,
                               .scope = LEDGER_WHOLE_EVENT,
                               .reviewer = ledger_new_subject(b->l),
                               .approver = ledger_new_subject(b->l),
                               .authority = CF_LIT("test")};
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    x.event = d[1]->id;
    x.scope = LEDGER_PERSON_PART;
    x.person = b->child;
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    x.scope = LEDGER_NARRATIVE;
    x.field = b->note;
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    uint16_t part = 1;
    bench_ok(b, ledger_seal(b->l, d[2]->id, &part, 1, b->officer, CF_LIT("court"), &r, &b->errs));
    bench_ok(b, ledger_seal(b->l, d[3]->id, NULL, 0, b->officer, CF_LIT("court"), &r, &b->errs));
    struct cf_str note;
    bench_ok(b, ledger_head(b->l, b->a, &note, &b->errs));
    bench_verified(b, b->l);
    ledger_close(b->l);
    b->l = NULL;
    (void)secret;
    return b;
}

struct column {
    const char *table, *column, *key; /* key: what names the row, an SQL expression */
    char type;                        /* i integer, b bytes, t text */
};
static const struct column columns[] = {
    {"event", "seq", "seq", 'i'},
    {"event", "id", "seq", 'b'},
    {"event", "recorded", "seq", 'i'},
    {"event", "leaf", "seq", 'b'},
    {"event", "body", "seq", 'b'},
    {"secret", "seq", "seq", 'i'},
    {"secret", "k", "seq", 'b'},
    {"partkey", "n", "n", 'i'},
    {"partkey", "seq", "n", 'i'},
    {"partkey", "i", "n", 'i'},
    {"partkey", "key", "n", 'b'},
    {"partkey", "salt", "n", 'b'},
    {"sealed", "n", "n", 'i'},
    {"sealed", "seq", "n", 'i'},
    {"sealed", "i", "n", 'i'},
    {"sealed", "box", "n", 'b'},
    {"sealed", "mark", "n", 'b'},
    {"subject", "no", "no", 'i'},
    {"subject", "id", "no", 'b'},
    {"subject", "type", "no", 'i'},
    {"subject", "mark", "no", 'b'},
    {"source_key", "key", "hex(key)", 'b'},
    {"source_key", "seq", "hex(key)", 'i'},
    {"source_key", "mark", "hex(key)", 'b'},
    {"control", "seq", "seq", 'i'},
    {"control", "kind", "seq", 'i'},
    {"gone", "seq", "seq", 'i'},
    {"gone", "by", "seq", 'i'},
    {"gone", "mark", "seq", 'b'},
    {"tile", "level", "level*1000+n", 'i'},
    {"tile", "n", "level*1000+n", 'i'},
    {"tile", "hashes", "level*1000+n", 'b'},
    {"head", "size", "size", 'i'},
    {"head", "note", "size", 't'},
    {"blob", "digest", "hex(digest)", 'b'},
    {"blob", "text", "hex(digest)", 'b'},
    {"meta", "name", "name", 't'},
    {"meta", "value", "name", 'b'},
    {"meta", "mark", "name", 'b'},
};

struct flip {
    struct cf_str key;
    int64_t n;
    struct cf_str bytes;
};

/* Up to `most` rows of a column, spread over the table. */
static size_t pick(struct bench *b, const struct column *c, struct flip *out, size_t most) {
    struct store_db *db = NULL;
    struct store_options o = {.mode = STORE_READ};
    bench_ok(b, store_open(b->a, b->path, &o, &b->errs, &db));
    struct cf_str sql = cf_str_printf(b->a, "SELECT CAST(%s AS TEXT), %s FROM %s ORDER BY random() LIMIT %zu", c->key,
                                      c->column, c->table, most);
    struct store_stmt *s = store_use_text(db, sql, &b->errs);
    bool row = true;
    size_t n = 0;
    assert_non_null(s);
    while (row) {
        bench_ok(b, store_next(s, &row, &b->errs));
        if (row) {
            out[n].key = cf_str_dup(b->a, store_text(s, 0));
            out[n].n = c->type == 'i' ? store_int(s, 1) : 0;
            out[n++].bytes = c->type == 'i' ? CF_LIT("") : cf_str_dup(b->a, store_bytes(s, 1));
        }
    }
    store_done(s);
    store_close(db);
    return n;
}

/* Writes a value; false when the table itself refuses it (a number that is taken). */
static bool put(struct bench *b, const struct column *c, struct cf_str key, int64_t n, struct cf_str bytes) {
    struct store_db *db = NULL;
    struct store_options o = {.mode = STORE_WRITE, .sync = STORE_NORMAL};
    bench_ok(b, store_open(b->a, b->path, &o, &b->errs, &db));
    struct cf_str sql = cf_str_printf(b->a, "UPDATE %s SET %s = ?1 WHERE CAST(%s AS TEXT) = ?2", c->table, c->column, c->key);
    struct store_stmt *s = store_use_text(db, sql, &b->errs);
    assert_non_null(s);
    if (c->type == 'i') {
        store_bind_int(s, 1, n);
    } else if (c->type == 't') {
        store_bind_text(s, 1, bytes);
    } else {
        store_bind_bytes(s, 1, bytes);
    }
    store_bind_text(s, 2, key);
    bool ok = store_run(s, &b->errs);
    b->errs = cf_errs_new(b->a);
    store_close(db);
    return ok;
}

/* The row after the change, by its key: the key itself may be what was changed. */
static struct cf_str key_after(struct bench *b, const struct column *c, const struct flip *f, int64_t n, struct cf_str bytes) {
    bool is_key = strcmp(c->column, c->key) == 0;
    if (is_key) {
        return c->type == 'i' ? cf_str_printf(b->a, "%lld", (long long)n) : bytes;
    }
    if (strcmp(c->table, "tile") == 0 && strcmp(c->column, "hashes") != 0) {
        int64_t was = 0;
        assert_true(cf_str_int(f->key, &was));
        int64_t step = strcmp(c->column, "level") == 0 ? 1000 : 1;
        return cf_str_printf(b->a, "%lld", (long long)(was + (n - f->n) * step));
    }
    if (strncmp(c->key, "hex(", 4) == 0 && strncmp(c->key + 4, c->column, strlen(c->column)) == 0) {
        struct cf_str lower = cf_hex(b->a, bytes.p, bytes.n);
        char *upper = cf_memdup(b->a, lower.p, lower.n);
        for (size_t i = 0; i < lower.n; i++) {
            upper[i] = (char)(upper[i] >= 'a' ? upper[i] - 32 : upper[i]);
        }
        return (struct cf_str){upper, lower.n};
    }
    return f->key;
}

static void found_and_named(struct bench *b, const struct column *c, struct cf_str key) {
    struct ledger *l = NULL;
    struct ledger_verified v;
    bool ok = ledger_open(b->a, b->path, LEDGER_READ, &b->o, &b->errs, &l);
    ok = ok && ledger_verify(l, NULL, NULL, &v, &b->errs);
    ledger_close(l);
    if (ok) {
        fail_msg("a bit of %s.%s in row %.*s was changed and not found", c->table, c->column, CF_STR_ARG(key));
    }
    enum cf_code code = b->errs.v[0].code; /* found by verification, or already when the ledger was opened */
    assert_true(code == CF_E030 || code == CF_E011 || code == CF_E006 || code == CF_E032);
    bool named = false;
    for (size_t i = 0; i < b->errs.n; i++) {
        struct cf_str m = b->errs.v[i].msg;
        bool place = memmem(m.p, m.n, "event", 5) != NULL || memmem(m.p, m.n, "table", 5) != NULL ||
                     memmem(m.p, m.n, "tile", 4) != NULL || memmem(m.p, m.n, "head", 4) != NULL ||
                     memmem(m.p, m.n, "keys", 4) != NULL || memmem(m.p, m.n, "subject", 7) != NULL;
        named = named || place;
    }
    if (!named) {
        cf_errs_print(stderr, &b->errs);
        fail_msg("a bit of %s.%s was found, but its row is not named", c->table, c->column);
    }
    if (strcmp(c->table, "event") == 0 && strcmp(c->column, "seq") != 0) { /* these name the very event */
        struct cf_str want = cf_str_printf(b->a, "event %.*s", CF_STR_ARG(key));
        struct cf_str m = b->errs.v[0].msg;
        assert_non_null(memmem(m.p, m.n, want.p, want.n));
    }
    b->errs = cf_errs_new(b->a);
}

static void one_changed_bit_in_any_row_is_found_and_named(void **state) {
    (void)state;
    struct bench *b = bench_full();
    size_t flips = 0;
    for (size_t i = 0; i < CF_COUNT(columns); i++) {
        const struct column *c = &columns[i];
        struct flip rows[6];
        size_t n = pick(b, c, rows, CF_COUNT(rows));
        assert_true(n > 0);
        for (size_t j = 0; j < n; j++) {
            uint64_t bit = bench_random(b);
            int64_t changed = rows[j].n ^ (INT64_C(1) << (bit % (strcmp(c->column, "recorded") == 0 ? 50 : 12)));
            char *bytes = cf_memdup(b->a, rows[j].bytes.p, rows[j].bytes.n + 1);
            if (c->type != 'i') {
                bytes[(bit >> 8) % rows[j].bytes.n] ^= (char)(1U << (c->type == 't' ? bit % 5 : bit % 8));
            }
            struct cf_str after = {bytes, rows[j].bytes.n};
            if (!put(b, c, rows[j].key, changed, after)) {
                continue;
            }
            struct cf_str key = key_after(b, c, &rows[j], changed, after);
            found_and_named(b, c, rows[j].key);
            assert_true(put(b, c, key, rows[j].n, rows[j].bytes));
            flips++;
        }
    }
    assert_true(flips > 120);
    struct ledger *l = bench_reader(b); /* every change was undone: nothing was found by chance */
    bench_verified(b, l);
    ledger_close(l);
    bench_free(b);
}

static void a_row_taken_away_is_found(void **state) {
    (void)state;
    static const char *const deletions[] = {
        "DELETE FROM event WHERE seq = 100",
        "DELETE FROM event WHERE seq > 200",
        "DELETE FROM secret WHERE seq = 8",
        "DELETE FROM tile WHERE level = 1",
        "DELETE FROM control WHERE seq = 1",
        "DELETE FROM meta WHERE name = 'auditor'",
        "DELETE FROM subject WHERE no = 2",
        "DELETE FROM partkey WHERE n = 1",
        "UPDATE event SET recorded = recorded - 5000000 WHERE seq = 9",
    };
    for (size_t i = 0; i < CF_COUNT(deletions); i++) {
        struct bench *b = bench_full();
        bench_sql(b, deletions[i]);
        struct ledger *l = NULL;
        struct ledger_verified v;
        bool ok = ledger_open(b->a, b->path, LEDGER_READ, &b->o, &b->errs, &l) && ledger_verify(l, NULL, NULL, &v, &b->errs);
        if (ok) {
            fail_msg("not found: %s", deletions[i]);
        }
        ledger_close(l);
        bench_free(b);
    }
}

/* Everything the tables say, in one digest: what a changed file still claims. */
static void dump(struct bench *b, uint8_t out[32], bool *readable) {
    struct store_db *db = NULL;
    struct store_options o = {.mode = STORE_READ};
    struct cf_errs errs = cf_errs_new(b->a);
    struct cf_arena *a = cf_arena_new("dump");
    struct sha *sha = sha_new(a);
    uint8_t h[32] = {0};
    *readable = store_open(a, b->path, &o, &errs, &db);
    for (size_t i = 0; *readable && i < CF_COUNT(columns); i++) {
        struct store_stmt *s = store_use_text(
            db, cf_str_printf(a, "SELECT quote(%s) FROM %s ORDER BY 1", columns[i].column, columns[i].table), &errs);
        bool row = s != NULL;
        *readable = row;
        while (row) {
            *readable = store_next(s, &row, &errs);
            if (!*readable || !row) {
                break;
            }
            const struct cf_str pieces[] = {{(const char *)h, 32}, store_text(s, 0)};
            sha_pieces(sha, pieces, 2, h);
        }
        store_done(*readable ? s : NULL);
    }
    memcpy(out, h, 32);
    store_close(db);
    cf_arena_free(a);
}

static void a_changed_bit_of_the_file_never_passes_for_the_truth(void **state) {
    (void)state;
    struct bench *b = bench_full();
    struct cf_str whole;
    uint8_t want[32], is[32];
    bool readable = false;
    bench_ok(b, cf_read_file(b->a, b->path, SIZE_MAX / 2, &whole, &b->errs));
    dump(b, want, &readable);
    assert_true(readable);
    size_t found = 0, harmless = 0;
    for (int i = 0; i < 150; i++) {
        struct cf_mark m = cf_arena_mark(b->a);
        char *bytes = cf_memdup(b->a, whole.p, whole.n);
        bytes[bench_random(b) % whole.n] ^= (char)(1U << (bench_random(b) % 8));
        bench_ok(b, cf_write_file(b->path, (struct cf_str){bytes, whole.n}, &b->errs));
        struct ledger *l = NULL;
        struct ledger_verified v;
        bool ok = ledger_open(b->a, b->path, LEDGER_READ, &b->o, &b->errs, &l) && ledger_verify(l, NULL, NULL, &v, &b->errs);
        ledger_close(l);
        b->errs = cf_errs_new(b->a);
        if (ok) { /* then every row must be as it was: the bit lay in free space, or in bytes that say nothing */
            dump(b, is, &readable);
            if (readable && memcmp(is, want, 32) != 0) {
                fail_msg("a changed bit passed verification (round %d)", i);
            }
            harmless++;
        } else {
            found++;
        }
        cf_arena_rewind(b->a, m);
        b->errs = cf_errs_new(b->a);
    }
    assert_true(found > 30);
    assert_int_equal(found + harmless, 150);
    bench_free(b);
}

static void verification_tells_how_far_it_is(void **state) {
    (void)state;
    struct bench *b = bench_full();
    struct ledger *l = bench_reader(b);
    struct ledger_verified v;
    bench_ok(b, ledger_verify(l, NULL, NULL, &v, &b->errs));
    assert_int_equal(v.destroyed, 8 + 1 + 1);
    assert_int_equal(v.sealed, 1 + 8);
    assert_int_equal(v.blobs, 2);
    assert_int_equal(v.heads, 1);
    uint8_t root[32];
    bench_ok(b, ledger_root(l, v.events, root, &b->errs));
    assert_memory_equal(root, v.root, 32);
    bench_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_changed_bit_in_any_row_is_found_and_named),
        cmocka_unit_test(a_row_taken_away_is_found),
        cmocka_unit_test(a_changed_bit_of_the_file_never_passes_for_the_truth),
        cmocka_unit_test(verification_tells_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
