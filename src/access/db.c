/* db: access.db: its path, tables and what has ended in them. Must not know who may do what. */
#include "access/priv.h"

#include <fcntl.h>
#include <unistd.h>

#define ACCESS_VERSION 1

static const struct store_sql schema = {
    "access.schema",
    "CREATE TABLE meta(ledger BLOB NOT NULL, applied INTEGER NOT NULL, decoy TEXT NOT NULL) STRICT;"
    "CREATE TABLE user(id BLOB PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password TEXT, must_change INTEGER "
    "NOT"
    " NULL DEFAULT 0, otp BLOB, otp_next BLOB, otp_step INTEGER NOT NULL DEFAULT 0, issuer TEXT, subject TEXT, made INTEGER NOT"
    " NULL, seen INTEGER NOT NULL DEFAULT 0, UNIQUE(issuer, subject)) STRICT, WITHOUT ROWID;"
    /* derived from role_granted events */
    "CREATE TABLE standing(user BLOB PRIMARY KEY, unit TEXT NOT NULL, active INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE granted(user BLOB NOT NULL, role TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,"
    " PRIMARY KEY(user, role)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE session(hash BLOB PRIMARY KEY, user BLOB NOT NULL, ref TEXT NOT NULL, purpose TEXT NOT NULL, made INTEGER NOT"
    " NULL, seen INTEGER NOT NULL, external INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX session_user ON session(user);"
    "CREATE TABLE attempt(n INTEGER PRIMARY KEY, at INTEGER NOT NULL, login BLOB NOT NULL, address BLOB NOT NULL) STRICT;"
    "CREATE INDEX attempt_login ON attempt(login, at);"
    "CREATE INDEX attempt_address ON attempt(address, at);"
    "CREATE TABLE link(hash BLOB PRIMARY KEY, what TEXT NOT NULL, user BLOB NOT NULL, data BLOB NOT NULL, made INTEGER NOT "
    "NULL,"
    " ends INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE draft(id BLOB PRIMARY KEY, user BLOB NOT NULL, record TEXT NOT NULL, subject BLOB NOT NULL, saved INTEGER NOT"
    " NULL, box BLOB NOT NULL) STRICT;"
    "CREATE INDEX draft_user ON draft(user, saved);"
    "CREATE TABLE once(user BLOB NOT NULL, key BLOB NOT NULL, event BLOB NOT NULL, digest BLOB NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY(user, key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE api_key(id BLOB PRIMARY KEY, hash BLOB NOT NULL UNIQUE, partner TEXT NOT NULL, label TEXT NOT NULL, purpose "
    "TEXT"
    " NOT NULL, records TEXT NOT NULL, shares TEXT NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT"
    " NULL, ended INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE offline(n INTEGER PRIMARY KEY AUTOINCREMENT, public BLOB NOT NULL, box BLOB NOT NULL, made INTEGER NOT NULL)"
    " STRICT;"
    "CREATE TABLE glass(event BLOB PRIMARY KEY, user BLOB NOT NULL, child BLOB NOT NULL, at INTEGER NOT NULL, until INTEGER NOT"
    " NULL, reviewed INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX glass_user ON glass(user, until);"
    "PRAGMA user_version=1;"};
static const struct store_sql sql_version = {"access.version", "PRAGMA user_version"};
static const struct store_sql sql_meta_put = {"access.meta_put", "INSERT INTO meta(ledger, applied, decoy) VALUES(?1, 0, ?2)"};
static const struct store_sql sql_meta = {"access.meta", "SELECT ledger, decoy FROM meta"};
/* In each: ?1 is the instant before which a row has ended. */
static const struct store_sql sql_tidy_session = {"access.tidy_session", "DELETE FROM session WHERE seen < ?1 OR made < ?2"};
static const struct store_sql sql_tidy_attempt = {"access.tidy_attempt", "DELETE FROM attempt WHERE at < ?1"};
static const struct store_sql sql_tidy_link = {"access.tidy_link", "DELETE FROM link WHERE ends < ?1"};
static const struct store_sql sql_tidy_draft = {"access.tidy_draft", "DELETE FROM draft WHERE saved < ?1"};
static const struct store_sql sql_tidy_once = {"access.tidy_once", "DELETE FROM once WHERE at < ?1"};

struct cf_str access_bytes(const void *p, size_t n) {
    return (struct cf_str){p, n};
}

struct cf_str access_id_bytes(const struct cf_id *id) {
    return (struct cf_str){(const char *)id->b, sizeof id->b};
}

void access_mac(const struct access *x, const char *domain, struct cf_str bytes, uint8_t out[32]) {
    seal_vault_mac(x->ledger, domain, &bytes, 1, out);
}

/* childfirst.db, the usual name, has access.db beside it, any other NAME.db has NAME-access.db. */
const char *access_path(struct cf_arena *a, const struct ledger *l) {
    struct cf_str path = cf_str_from(ledger_path(l));
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/') {
        slash--;
    }
    bool usual = cf_str_is(cf_str_slice(path, slash, path.n), "childfirst.db");
    path.n = usual ? slash : path.n - (cf_str_ends(path, CF_LIT(".db")) ? 3 : 0);
    return cf_cstr(a, cf_str_printf(a, "%.*s%saccess.db", CF_STR_ARG(path), usual ? "" : "-"));
}

/* ---- Statements. */
static void bind_all(struct store_stmt *s, const char *kinds, va_list ap) {
    for (int i = 0; kinds[i] != 0; i++) {
        switch (kinds[i]) {
        case 'i': store_bind_int(s, i + 1, va_arg(ap, int64_t)); break;
        case 't': store_bind_text(s, i + 1, va_arg(ap, struct cf_str)); break;
        case 'b': store_bind_bytes(s, i + 1, va_arg(ap, struct cf_str)); break;
        case 'd': store_bind_id(s, i + 1, va_arg(ap, const struct cf_id *)); break;
        case 'n': store_bind_null(s, i + 1); break;
        default: CF_NEVER("a kind of parameter");
        }
    }
}

bool access_run(struct access *x, const struct store_sql *q, struct cf_errs *errs, const char *kinds, ...) {
    struct store_stmt *s = store_use(x->db, q, errs);
    if (s == NULL) {
        return false;
    }
    va_list ap;
    va_start(ap, kinds);
    bind_all(s, kinds, ap);
    va_end(ap);
    return store_run(s, errs);
}

bool access_row(struct access *x, const struct store_sql *q, struct cf_errs *errs, struct store_stmt **s, bool *row,
                const char *kinds, ...) {
    *row = false;
    *s = store_use(x->db, q, errs);
    if (*s == NULL) {
        return false;
    }
    va_list ap;
    va_start(ap, kinds);
    bind_all(*s, kinds, ap);
    va_end(ap);
    if (!store_next(*s, row, errs)) {
        return false;
    }
    if (!*row) {
        store_done(*s);
    }
    return true;
}

struct store_stmt *access_rows(struct access *x, const struct store_sql *q, struct cf_errs *errs, const char *kinds, ...) {
    struct store_stmt *s = store_use(x->db, q, errs);
    if (s == NULL) {
        return NULL;
    }
    va_list ap;
    va_start(ap, kinds);
    bind_all(s, kinds, ap);
    va_end(ap);
    return s;
}

/* ---- Opening. */
static bool make_tables(struct access *x, struct cf_errs *errs) {
    struct cf_id ledger = ledger_id(x->ledger);
    uint8_t random[TOKEN_BYTES];
    seal_random(random, sizeof random);
    struct cf_str decoy = seal_password_hash(x->arena, access_bytes(random, sizeof random));
    if (!store_begin(x->db, errs)) {
        return false;
    }
    int64_t version = 0; /* somebody else may have made them meanwhile */
    if (!store_one_int(x->db, &sql_version, 0, &version, errs) ||
        (version == 0 && (!store_script(x->db, &schema, errs) || !access_run(x, &sql_meta_put, errs, "dt", &ledger, decoy)))) {
        store_rollback(x->db);
        return false;
    }
    return store_commit(x->db, errs);
}

static bool check_owner(struct access *x, struct cf_errs *errs) {
    struct store_stmt *s;
    struct cf_id owner = {{0}}, ledger = ledger_id(x->ledger);
    bool row;
    if (!access_row(x, &sql_meta, errs, &s, &row, "")) {
        return false;
    }
    bool same = row && store_id(s, 0, &owner) && cf_id_eq(owner, ledger);
    if (row) {
        x->decoy = cf_str_dup(x->arena, store_text(s, 1));
        store_done(s);
    }
    return same || cf_fail(errs, CF_A009, CF_NOWHERE, "%s belongs to another ledger", store_path(x->db));
}

/* The file's own account alone may read it; what the database lays beside it takes the same rights. */
static bool make_private(const char *path, struct cf_errs *errs) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return cf_fail(errs, CF_B003, CF_NOWHERE, "%s cannot be made", path);
    }
    return close(fd) == 0 || cf_fail(errs, CF_B003, CF_NOWHERE, "%s cannot be made", path);
}

static void close_cb(void *arg) {
    access_close(arg);
}

bool access_open_with(struct cf_arena *a, struct ledger *l, enum access_mode mode, const char *vfs, struct cf_errs *errs,
                      struct access **out) {
    struct access *x = CF_NEW(a, struct access);
    x->arena = cf_arena_new("access");
    x->ledger = l;
    x->vfs = vfs;
    cf_arena_cleanup(a, close_cb, x);
    const char *path = access_path(x->arena, l);
    if (mode == ACCESS_USE && access(path, F_OK) != 0) {
        cf_fail(errs, CF_A001, CF_NOWHERE, "no user of this ledger can sign in: there is no %s", path);
        access_close(x);
        return false;
    }
    if (mode == ACCESS_MAKE && !make_private(path, errs)) {
        access_close(x);
        return false;
    }
    struct store_options o = {.mode = STORE_OPEN, .sync = STORE_FULL, .vfs = vfs, .cache_kib = 2048, .vacuum_freely = true};
    int64_t version = 0;
    bool ok = store_open(x->arena, path, &o, errs, &x->db) && store_one_int(x->db, &sql_version, 0, &version, errs);
    ok = ok && (version != 0 || make_tables(x, errs));
    if (ok && version > ACCESS_VERSION) {
        ok = cf_fail(errs, CF_A009, CF_NOWHERE, "%s has format %lld; this program knows %d", path, (long long)version,
                     ACCESS_VERSION);
    }
    if (!ok || !check_owner(x, errs)) {
        access_close(x);
        return false;
    }
    *out = x;
    return true;
}

bool access_open(struct cf_arena *a, struct ledger *l, enum access_mode mode, struct cf_errs *errs, struct access **out) {
    return access_open_with(a, l, mode, NULL, errs, out);
}

void access_close(struct access *x) {
    if (x == NULL || x->arena == NULL) {
        return;
    }
    ledger_reads_close(x->reads);
    store_close(x->db);
    cf_arena_free(x->arena);
    x->arena = NULL;
    x->db = NULL;
    x->reads = NULL;
}

bool access_tidy(struct access *x, struct cf_errs *errs) {
    int64_t now = cf_now_us();
    int64_t idle = now - CF_MAX_SESSION_IDLE_MINUTES * US_PER_MINUTE, made = now - CF_MAX_SESSION_HOURS * US_PER_HOUR;
    return access_run(x, &sql_tidy_session, errs, "ii", idle, made) &&
           access_run(x, &sql_tidy_attempt, errs, "i", now - CF_MAX_SIGN_IN_MINUTES * US_PER_MINUTE) &&
           access_run(x, &sql_tidy_link, errs, "i", now) &&
           access_run(x, &sql_tidy_draft, errs, "i", now - CF_MAX_DRAFT_DAYS * US_PER_DAY) &&
           access_run(x, &sql_tidy_once, errs, "i", now - CF_MAX_ONCE_DAYS * US_PER_DAY) &&
           store_checkpoint(x->db, false, errs);
}
