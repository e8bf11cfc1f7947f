/* ledger/reads: the log of reads (Data Protection Act 2018 s62): a file a month beside the ledger, each hour hashed over the
 * one before, the hashes recorded in the ledger. Holds numbers of subjects, never names; knows no page and no permission. */
#include "ledger/ledger_priv.h"

#include <time.h>
#include <unistd.h>

#define HOUR_US (INT64_C(3600) * 1000000)
#define READS_VERSION 1

static const struct store_sql reads_schema = {
    "reads.schema",
    "CREATE TABLE IF NOT EXISTS ledger(id BLOB PRIMARY KEY) STRICT;"
    "CREATE TABLE IF NOT EXISTS read(n INTEGER PRIMARY KEY, at INTEGER NOT NULL, user INTEGER NOT NULL, session TEXT NOT NULL,"
    " role TEXT NOT NULL, purpose TEXT NOT NULL, route TEXT NOT NULL, shown BLOB NOT NULL, withheld INTEGER NOT NULL,"
    " outcome INTEGER NOT NULL, terms BLOB) STRICT;"
    "CREATE TABLE IF NOT EXISTS about(subject INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(subject, n)) STRICT, WITHOUT "
    "ROWID;"
    "PRAGMA user_version=1;"};
static const struct store_sql sql_version = {"reads.version", "PRAGMA user_version"};
static const struct store_sql sql_owner_put = {"reads.owner_put", "INSERT INTO ledger(id) VALUES(?1)"};
static const struct store_sql sql_owner = {"reads.owner", "SELECT id FROM ledger"};
static const struct store_sql sql_put = {
    "reads.put",
    "INSERT INTO read(at, user, session, role, purpose, route, shown, withheld, outcome, terms) "
    "VALUES(max(?1, coalesce((SELECT at FROM read ORDER BY n DESC LIMIT 1), 0)), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};
static const struct store_sql sql_about = {"reads.about",
                                           "INSERT INTO about(subject, n) VALUES(?1, ?2) ON CONFLICT DO NOTHING"};
static const struct store_sql sql_count = {"reads.count", "SELECT max(n) FROM read"};
static const struct store_sql sql_at = {"reads.at", "SELECT at FROM read WHERE n = ?1"};
#define READ_COLUMNS "SELECT n, at, user, session, role, purpose, route, shown, withheld, outcome, terms FROM read "
static const struct store_sql sql_from = {"reads.from", READ_COLUMNS "WHERE n >= ?1 ORDER BY n"};
static const struct store_sql sql_of = {"reads.of", READ_COLUMNS
                                        "WHERE n IN (SELECT n FROM about WHERE subject = ?1) ORDER BY n DESC LIMIT ?2"};

struct ledger_reads {
    struct cf_arena *arena; /* its own */
    const struct ledger *l;
    struct sha *sha;
    struct store_db *db; /* of the month that is open */
    int month;           /* months since the year 0; -1: none */
};

/* ---- Months and files. */
static int month_of(int64_t at_us) {
    time_t s = (time_t)(at_us / 1000000);
    struct tm tm;
    CF_ASSERT(gmtime_r(&s, &tm) != NULL);
    return (tm.tm_year + 1900) * 12 + tm.tm_mon;
}

/* childfirst.db, the usual name, has reads-2026-11.db beside it, any other NAME.db has NAME-reads-2026-11.db: ledgers that
 * share a folder do not share a log. */
static const char *month_path(const struct ledger_reads *r, struct cf_arena *a, int month) {
    struct cf_str path = cf_str_from(r->l->path);
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/') {
        slash--;
    }
    bool usual = cf_str_is(cf_str_slice(path, slash, path.n), "childfirst.db");
    path.n = usual ? slash : path.n - (cf_str_ends(path, CF_LIT(".db")) ? 3 : 0);
    return cf_cstr(
        a, cf_str_printf(a, "%.*s%sreads-%04d-%02d.db", CF_STR_ARG(path), usual ? "" : "-", month / 12, month % 12 + 1));
}

static bool month_ready(struct ledger_reads *r, const char *path, struct cf_errs *errs) {
    int64_t version = 0;
    if (!store_one_int(r->db, &sql_version, 0, &version, errs)) {
        return false;
    }
    if (version == 0) {
        if (!store_begin(r->db, errs)) {
            return false;
        }
        bool made = store_script(r->db, &reads_schema, errs);
        struct store_stmt *s = made ? store_use(r->db, &sql_owner, errs) : NULL;
        bool row = false;
        made = s != NULL && store_next(s, &row, errs);
        store_done(made ? s : NULL);
        s = made && !row ? store_use(r->db, &sql_owner_put, errs) : NULL;
        if (s != NULL) {
            store_bind_id(s, 1, &r->l->id);
            made = store_run(s, errs);
        }
        if (!made || !store_commit(r->db, errs)) {
            store_rollback(r->db);
            return false;
        }
    } else if (version != READS_VERSION) {
        return cf_fail(errs, CF_E007, CF_NOWHERE, "%s: this log of reads has format %lld", path, (long long)version);
    }
    struct store_stmt *s = store_use(r->db, &sql_owner, errs);
    struct cf_id owner = {{0}};
    bool row = false;
    if (s == NULL || !store_next(s, &row, errs)) {
        return false;
    }
    bool same = row && store_id(s, 0, &owner) && cf_id_eq(owner, r->l->id);
    store_done(s);
    return same || cf_fail(errs, CF_E006, CF_NOWHERE, "%s: this log of reads belongs to another ledger", path);
}

/* Opens the file of a month; `make` or it must be there (then *there says whether it is). */
static bool month_open(struct ledger_reads *r, int month, bool make, bool *there, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("reads path");
    const char *path = month_path(r, a, month);
    bool ok = true;
    *there = make || access(path, F_OK) == 0;
    if (*there && r->month != month) {
        struct store_options o = {.mode = STORE_OPEN, .sync = STORE_FULL, .vfs = r->l->options.vfs};
        store_close(r->db);
        r->db = NULL;
        r->month = -1;
        cf_arena_reset(r->arena);
        r->sha = sha_new(r->arena);
        ok = store_open(r->arena, path, &o, errs, &r->db) && month_ready(r, path, errs);
        r->month = ok ? month : -1;
    }
    cf_arena_free(a);
    return ok;
}

static void reads_close_cb(void *arg) {
    ledger_reads_close(arg);
}

bool ledger_reads_open(struct cf_arena *a, const struct ledger *l, struct cf_errs *errs, struct ledger_reads **out) {
    struct ledger_reads *r = CF_NEW(a, struct ledger_reads);
    bool there = false;
    r->arena = cf_arena_new("log of reads");
    r->l = l;
    r->month = -1;
    cf_arena_cleanup(a, reads_close_cb, r);
    if (!month_open(r, month_of(cf_now_us()), true, &there, errs)) {
        ledger_reads_close(r);
        return false;
    }
    *out = r;
    return true;
}

void ledger_reads_close(struct ledger_reads *r) {
    if (r == NULL || r->arena == NULL) {
        return;
    }
    store_close(r->db);
    cf_arena_free(r->arena);
    r->arena = NULL;
    r->db = NULL;
}

/* ---- Writing. */
static struct cf_str shown_bytes(struct cf_arena *a, const struct ledger_read_row *row) {
    struct cf_buf b = cf_buf_new(a, 16 + 9 * CF_MAX_READ_SHOWN);
    cbor_put_array(&b, row->n_shown);
    for (size_t i = 0; i < row->n_shown; i++) {
        cbor_put_int(&b, row->shown[i]);
    }
    return (struct cf_str){b.p, b.n};
}

static bool put_row(struct ledger_reads *r, struct cf_arena *a, const struct ledger_read_row *row, struct cf_errs *errs) {
    struct store_stmt *s = store_use(r->db, &sql_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, row->at_us != 0 ? row->at_us : cf_now_us());
    store_bind_int(s, 2, row->user);
    store_bind_text(s, 3, row->session);
    store_bind_text(s, 4, row->role);
    store_bind_text(s, 5, row->purpose);
    store_bind_text(s, 6, row->route);
    store_bind_bytes(s, 7, shown_bytes(a, row));
    store_bind_int(s, 8, row->withheld);
    store_bind_int(s, 9, row->outcome);
    if (row->terms.n > 0 && !seal_zero(r->l->auditor, 32)) {
        uint8_t *box = cf_alloc(a, row->terms.n + SEAL_TO_EXTRA);
        if (!seal_to(r->l->auditor, row->terms, box)) {
            store_done(s);
            return cf_fail(errs, CF_E045, CF_NOWHERE, "the auditor's key is not one");
        }
        store_bind_blob(s, 10, box, row->terms.n + SEAL_TO_EXTRA);
    }
    if (!store_run(s, errs)) {
        return false;
    }
    int64_t n = store_last_row(r->db);
    for (size_t i = 0; i < row->n_shown; i++) {
        s = store_use(r->db, &sql_about, errs);
        if (s == NULL) {
            return false;
        }
        store_bind_int(s, 1, row->shown[i]);
        store_bind_int(s, 2, n);
        if (!store_run(s, errs)) {
            return false;
        }
    }
    return true;
}

bool ledger_reads_add(struct ledger_reads *r, const struct ledger_read_row *rows, size_t n, struct cf_errs *errs) {
    bool there = false;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].n_shown > CF_MAX_READ_SHOWN) {
            return cf_fail(errs, CF_E019, CF_NOWHERE, "one page shows %zu subjects; the most is %d", rows[i].n_shown,
                           CF_MAX_READ_SHOWN);
        }
    }
    if (n == 0) {
        return true;
    }
    int64_t at = rows[0].at_us != 0 ? rows[0].at_us : cf_now_us();
    if (!month_open(r, month_of(at), true, &there, errs) || !store_begin(r->db, errs)) {
        return false;
    }
    struct cf_arena *a = cf_arena_new("reads");
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = put_row(r, a, &rows[i], errs);
    }
    cf_arena_free(a);
    if (!ok) {
        store_rollback(r->db);
        return false;
    }
    if (!store_commit(r->db, errs)) {
        return false;
    }
    return store_wal_bytes(r->db) < 4194304 || store_checkpoint(r->db, false, errs);
}

/* ---- Reading rows back. */
static bool row_take(struct store_stmt *s, struct cf_arena *a, struct ledger_read_row *out) {
    *out = (struct ledger_read_row){.at_us = store_int(s, 1),
                                    .user = store_int(s, 2),
                                    .session = cf_str_dup(a, store_text(s, 3)),
                                    .role = cf_str_dup(a, store_text(s, 4)),
                                    .purpose = cf_str_dup(a, store_text(s, 5)),
                                    .route = cf_str_dup(a, store_text(s, 6)),
                                    .withheld = store_int(s, 8),
                                    .outcome = (enum ledger_read_outcome)store_int(s, 9),
                                    .terms = keep_bytes(a, store_bytes(s, 10))};
    struct cbor c = cbor_read(store_bytes(s, 7));
    if (!cbor_take_array(&c, CF_MAX_READ_SHOWN, &out->n_shown)) {
        return false;
    }
    int64_t *shown = CF_NEW_N(a, int64_t, out->n_shown + 1);
    for (size_t i = 0; i < out->n_shown; i++) {
        if (!cbor_take_int(&c, &shown[i])) {
            return false;
        }
    }
    out->shown = shown;
    return cbor_end(&c);
}

bool ledger_reads_of(struct ledger_reads *r, int64_t subject, size_t at_most, struct cf_arena *a, struct ledger_read_row **rows,
                     size_t *n, struct cf_errs *errs) {
    struct {
        CF_VEC(struct ledger_read_row);
    } found = {0};
    int now = month_of(cf_now_us()); /* twenty years of files are looked for, newest first */
    for (int month = now; month >= now - 12 * 20 && found.n < at_most; month--) {
        bool there = false, more = true;
        if (!month_open(r, month, false, &there, errs)) {
            return false;
        }
        struct store_stmt *s = there ? store_use(r->db, &sql_of, errs) : NULL;
        if (there && s == NULL) {
            return false;
        }
        if (!there) {
            continue;
        }
        store_bind_int(s, 1, subject);
        store_bind_int(s, 2, (int64_t)(at_most - found.n));
        while (more) {
            struct ledger_read_row row;
            if (!store_next(s, &more, errs)) {
                return false;
            }
            if (more && row_take(s, a, &row)) {
                *cf_push(a, &found) = row;
            }
        }
        store_done(s);
    }
    *rows = found.v;
    *n = found.n;
    return true;
}

/* ---- Hours. h0 = SHA-256("cf/reads/1" 00 | ledger id | u64 hour | hash of the hour before); each row: h = SHA-256(h | row);
 * the hour's hash = SHA-256(h | u64 rows). A row is a CBOR array of its columns in order. */
struct hour {
    int64_t start_s;
    uint64_t rows;
    uint8_t hash[LEDGER_HASH];
};

static void hour_begin(struct ledger_reads *r, struct hour *h, int64_t start_s, const uint8_t before[LEDGER_HASH]) {
    uint8_t at[8];
    const struct cf_str pieces[] = {
        {"cf/reads/1", 11}, {(const char *)r->l->id.b, 16}, be8(at, (uint64_t)start_s), {(const char *)before, LEDGER_HASH}};
    sha_pieces(r->sha, pieces, CF_COUNT(pieces), h->hash);
    h->start_s = start_s;
    h->rows = 0;
}

static void hour_row(struct ledger_reads *r, struct hour *h, struct store_stmt *s, struct cf_arena *a) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_JSON_BYTES);
    cbor_put_array(&b, 11);
    for (int i = 0; i < 11; i++) {
        if (store_is_null(s, i)) {
            cbor_put_null(&b);
        } else if (i >= 3 && i <= 6) {
            cbor_put_text(&b, store_text(s, i));
        } else if (i == 7 || i == 10) {
            cbor_put_bytes(&b, store_bytes(s, i));
        } else {
            cbor_put_int(&b, store_int(s, i));
        }
    }
    const struct cf_str pieces[] = {{(const char *)h->hash, LEDGER_HASH}, {b.p, b.n}};
    uint8_t next[LEDGER_HASH];
    sha_pieces(r->sha, pieces, 2, next);
    memcpy(h->hash, next, LEDGER_HASH);
    h->rows++;
}

static void hour_end(struct ledger_reads *r, struct hour *h) {
    uint8_t n[8], hash[LEDGER_HASH];
    const struct cf_str pieces[] = {{(const char *)h->hash, LEDGER_HASH}, be8(n, h->rows)};
    sha_pieces(r->sha, pieces, 2, hash);
    memcpy(h->hash, hash, LEDGER_HASH);
}

typedef bool hour_fn(void *arg, const struct hour *h, struct cf_errs *errs);

/* The first row at or after an instant: rows are dense and their times do not fall. */
static bool first_row(struct ledger_reads *r, int64_t from_us, int64_t *n, struct cf_errs *errs) {
    int64_t low = 1, high = 0;
    if (!store_one_int(r->db, &sql_count, 0, &high, errs)) {
        return false;
    }
    high++;
    while (low < high) {
        int64_t mid = low + (high - low) / 2;
        bool row = false;
        struct store_stmt *s = store_use(r->db, &sql_at, errs);
        if (s == NULL) {
            return false;
        }
        store_bind_int(s, 1, mid);
        if (!store_next(s, &row, errs)) {
            return false;
        }
        int64_t at = row ? store_int(s, 0) : INT64_MAX;
        store_done(s);
        if (at < from_us) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    *n = low;
    return true;
}

struct walk {
    int64_t from_us, to_us;
    uint8_t before[LEDGER_HASH];
    hour_fn *each;
    void *arg;
};

static bool hour_told(struct ledger_reads *r, struct walk *w, struct hour *h, struct cf_errs *errs) {
    if (h->rows == 0) {
        return true;
    }
    hour_end(r, h);
    memcpy(w->before, h->hash, LEDGER_HASH);
    bool ok = w->each(w->arg, h, errs);
    h->rows = 0;
    return ok;
}

static bool walk_month(struct ledger_reads *r, struct walk *w, struct hour *h, struct cf_errs *errs) {
    int64_t n = 0;
    bool more = true, ok = true;
    if (!first_row(r, w->from_us, &n, errs)) {
        return false;
    }
    struct store_stmt *s = store_use(r->db, &sql_from, errs);
    if (s == NULL) {
        return false;
    }
    struct cf_arena *a = cf_arena_new("hour");
    store_bind_int(s, 1, n);
    while (ok && more) {
        ok = store_next(s, &more, errs);
        int64_t at = ok && more ? store_int(s, 1) : INT64_MAX;
        if (!ok || at >= w->to_us) {
            break;
        }
        int64_t start_s = at / HOUR_US * 3600;
        if (h->rows > 0 && h->start_s != start_s) {
            ok = hour_told(r, w, h, errs);
        }
        if (h->rows == 0) {
            hour_begin(r, h, start_s, w->before);
        }
        hour_row(r, h, s, a);
        cf_arena_reset(a);
    }
    store_done(s);
    cf_arena_free(a);
    return ok && hour_told(r, w, h, errs); /* a month ends with an hour */
}

static bool walk_hours(struct ledger_reads *r, struct walk *w, struct cf_errs *errs) {
    struct hour h = {0};
    int now = r->month;
    for (int month = month_of(w->from_us); month <= month_of(w->to_us); month++) {
        bool there = false;
        if (!month_open(r, month, false, &there, errs) || (there && !walk_month(r, w, &h, errs))) {
            return false;
        }
    }
    bool there = false;
    return now < 0 || month_open(r, now, true, &there, errs);
}

/* ---- The ledger's side of the chain. */
static bool hour_event(struct ledger *l, uint64_t seq, struct cf_arena *a, struct hour *out, struct cf_errs *errs) {
    struct ledger_event e;
    if (!ledger_read(l, seq, a, &e, errs)) {
        return false;
    }
    const struct ledger_value *at = ledger_fact(&e, LEDGER_F_HOUR), *n = ledger_fact(&e, LEDGER_F_COUNT),
                              *hash = ledger_fact(&e, LEDGER_F_HASH);
    if (at == NULL || n == NULL || hash == NULL || at->type != LEDGER_INT || n->type != LEDGER_INT ||
        hash->type != LEDGER_BYTES || hash->as.s.n != LEDGER_HASH) {
        return cf_fail(errs, CF_E011, CF_NOWHERE, "event %llu is no hash of reads", (unsigned long long)seq);
    }
    out->start_s = at->as.n;
    out->rows = (uint64_t)n->as.n;
    memcpy(out->hash, hash->as.s.p, LEDGER_HASH);
    return true;
}

static bool hour_append(void *arg, const struct hour *h, struct cf_errs *errs) {
    struct ledger *l = arg;
    struct ledger_pair fields[] = {{LEDGER_F_HOUR, ledger_int(h->start_s)},
                                   {LEDGER_F_COUNT, ledger_int((int64_t)h->rows)},
                                   {LEDGER_F_HASH, ledger_bytes((struct cf_str){(const char *)h->hash, LEDGER_HASH})}};
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = fields, .n_fields = CF_COUNT(fields)};
    struct ledger_draft d = {.id = ledger_new_id(l),
                             .kind = LEDGER_READS_HASHED,
                             .from = h->start_s,
                             .to = h->start_s + 3600,
                             .facts = &facts,
                             .n_facts = 1};
    struct ledger_receipt receipt;
    return ledger_append(l, &d, &receipt, errs);
}

/* Where the chain stands: the end of the last hashed hour, and its hash. */
static bool chain_end(struct ledger *l, struct walk *w, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("chain of reads");
    uint64_t *seqs = NULL;
    size_t n = 0;
    struct hour h = {0};
    bool ok = ledger_builtins(l, LEDGER_READS_HASHED, 0, a, &seqs, &n, errs);
    if (ok && n > 0) {
        ok = hour_event(l, seqs[n - 1], a, &h, errs);
        w->from_us = ok ? (h.start_s + 3600) * 1000000 : 0;
        memcpy(w->before, h.hash, LEDGER_HASH);
    } else if (ok) {
        struct ledger_event genesis;
        ok = ledger_read(l, 0, a, &genesis, errs);
        w->from_us = ok ? genesis.recorded_us / HOUR_US * HOUR_US : 0;
    }
    cf_arena_free(a);
    return ok;
}

bool ledger_reads_hash(struct ledger_reads *r, struct ledger *l, int64_t now_us, struct cf_errs *errs) {
    struct walk w = {.to_us = now_us / HOUR_US * HOUR_US, .each = hour_append, .arg = l};
    if (!chain_end(l, &w, errs)) {
        return false;
    }
    if (w.from_us >= w.to_us) {
        return true;
    }
    if (!ledger_begin(l, errs)) {
        return false;
    }
    if (!walk_hours(r, &w, errs)) {
        ledger_rollback(l);
        return false;
    }
    return ledger_commit(l, errs);
}

struct chain_check {
    struct ledger *l;
    struct cf_arena *a;
    uint64_t *seqs;
    size_t n, at;
};

static bool hour_compare(void *arg, const struct hour *h, struct cf_errs *errs) {
    struct chain_check *c = arg;
    struct hour want = {0};
    if (c->at >= c->n) {
        return true; /* not hashed yet */
    }
    if (!hour_event(c->l, c->seqs[c->at], c->a, &want, errs)) {
        return false;
    }
    c->at++;
    if (want.start_s != h->start_s || memcmp(want.hash, h->hash, LEDGER_HASH) != 0) {
        return cf_fail(errs, CF_E031, CF_NOWHERE, "the log of reads of the hour from %lld does not match event %llu",
                       (long long)want.start_s, (unsigned long long)c->seqs[c->at - 1]);
    }
    return true;
}

bool ledger_reads_verify(struct ledger_reads *r, struct ledger *l, struct cf_errs *errs) {
    struct chain_check c = {.l = l, .a = cf_arena_new("chain of reads")};
    struct ledger_event genesis;
    struct walk w = {.to_us = cf_now_us() / HOUR_US * HOUR_US + HOUR_US, .each = hour_compare, .arg = &c};
    bool ok = ledger_builtins(l, LEDGER_READS_HASHED, 0, c.a, &c.seqs, &c.n, errs) && ledger_read(l, 0, c.a, &genesis, errs);
    w.from_us = ok ? genesis.recorded_us / HOUR_US * HOUR_US : 0;
    ok = ok && walk_hours(r, &w, errs);
    if (ok && c.at < c.n) {
        ok = cf_fail(errs, CF_E031, CF_NOWHERE, "the log of reads lacks the hour that event %llu hashed",
                     (unsigned long long)c.seqs[c.at]);
    }
    cf_arena_free(c.a);
    return ok;
}
