/* store/sqlite: the SQLite side of the port, and the only file that includes it. Must not know any table.
 *
 * Settings of a connection are those of doc/reference/ledger-format.md ("The file"). The connection checkpoints only when told:
 * left to itself beside a busy writer the write-ahead log never starts again from its beginning. */
#include "store/priv.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORE_BUSY_MS 5000
#define STORE_CACHE_KIB 16384
#define STORE_PAGE 4096
#define STORE_PASSING_MS 20 /* how long a checkpoint in passing may hold up the writer */

struct store_stmt {
    struct store_db *db;
    const struct store_sql *q; /* NULL: built text, freed when done */
    sqlite3_stmt *h;
    bool busy;     /* handed out */
    bool bad_text; /* a bound text held a NUL */
    struct store_stmt *next;
};

struct store_db {
    struct cf_arena *arena; /* its own: the caller may rewind the arena that holds this struct's owner */
    sqlite3 *h;
    const char *path;
    struct store_stmt *stmts; /* prepared, newest first; found by the address of their literal */
    struct store_stmt *by_hash[64];
    bool broken;
    bool vacuum_freely;
    const char *vfs;
    int64_t wal_bytes, end_log_at; /* see store_may_end_log */
    struct store_copier *copier;
    int busy_ms;
};

/* ---- Errors: what SQLite says, in our codes. */
static enum cf_code store_code(int rc) {
    switch (rc & 0xff) {
    case SQLITE_CANTOPEN: return CF_S001;
    case SQLITE_CORRUPT: return CF_S002;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return CF_S004;
    case SQLITE_FULL: return CF_S005;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return CF_S006;
    case SQLITE_NOTADB: return CF_S007;
    case SQLITE_CONSTRAINT: return CF_S008;
    case SQLITE_IOERR: return CF_S003;
    default: return CF_S009;
    }
}

static bool store_fail(struct store_db *db, int rc, const char *doing, struct cf_errs *errs) {
    if ((rc & 0xff) == SQLITE_NOMEM) {
        CF_NEVER("the machine ran out of memory inside the database");
    }
    enum cf_code code = store_code(rc);
    if (code == CF_S003) {
        db->broken = true; /* after a failed sync nothing on this handle can be believed */
        bool full = rc == SQLITE_IOERR_SHMSIZE || (db->h != NULL && sqlite3_system_errno(db->h) == ENOSPC);
        code = full ? CF_S005 : code; /* not even the files beside the database can be made: SQLite calls that an I/O error */
    }
    const char *words = db->h != NULL ? sqlite3_errmsg(db->h) : sqlite3_errstr(rc);
    return cf_fail(errs, code, CF_NOWHERE, "%s: %s: %s", db->path, doing, words);
}

static bool store_usable(struct store_db *db, const char *doing, struct cf_errs *errs) {
    if (db->h == NULL) {
        return cf_fail(errs, CF_S009, CF_NOWHERE, "%s: %s: the database is closed", db->path, doing);
    }
    if (db->broken) {
        return cf_fail(errs, CF_S003, CF_NOWHERE, "%s: %s: refused after an earlier disk error", db->path, doing);
    }
    return true;
}

/* ---- Open and close. */
static int store_wal_hook(void *arg, sqlite3 *h, const char *name, int pages) {
    (void)h;
    (void)name;
    struct store_db *db = arg;
    int64_t bytes = (int64_t)pages * STORE_PAGE;
    db->end_log_at = bytes < db->wal_bytes ? 0 : db->end_log_at; /* it started again */
    db->wal_bytes = bytes;
    return SQLITE_OK;
}

static bool store_pragma(struct store_db *db, const char *sql, struct cf_errs *errs) {
    int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || store_fail(db, rc, "cannot set up", errs);
}

static bool store_set_up(struct store_db *db, const struct store_options *o, struct cf_errs *errs) {
    sqlite3_extended_result_codes(db->h, 1);
    db->busy_ms = o->busy_ms > 0 ? o->busy_ms : STORE_BUSY_MS;
    sqlite3_busy_timeout(db->h, db->busy_ms);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    char cache[64];
    (void)snprintf(cache, sizeof cache, "PRAGMA cache_size=-%lld",
                   (long long)(o->cache_kib > 0 ? o->cache_kib : STORE_CACHE_KIB));
    const char *const settings[] = {
        "PRAGMA cell_size_check=ON",
        "PRAGMA mmap_size=0",
        "PRAGMA secure_delete=ON",
        "PRAGMA foreign_keys=OFF",
        "PRAGMA temp_store=MEMORY",
        cache,
        o->sync == STORE_FULL ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
        o->mode == STORE_READ ? "PRAGMA query_only=ON" : "PRAGMA journal_mode=WAL",
    };
    for (size_t i = 0; i < CF_COUNT(settings); i++) {
        if (!store_pragma(db, settings[i], errs)) {
            return false;
        }
    }
    sqlite3_wal_autocheckpoint(db->h, 0);
    sqlite3_wal_hook(db->h, store_wal_hook, db);
    /* The first read of the file: a text or a picture given as a database is found here, not later. */
    return store_pragma(db, "SELECT count(*) FROM sqlite_schema", errs);
}

static void store_close_cb(void *arg) {
    store_close(arg);
}

/* Nobody asks how much memory the library has; counting it takes a lock that all connections of all threads share. */
static void store_settle(void) {
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

bool store_open(struct cf_arena *a, const char *path, const struct store_options *o, struct cf_errs *errs,
                struct store_db **out) {
    static pthread_once_t settled = PTHREAD_ONCE_INIT;
    (void)pthread_once(&settled, store_settle);
    struct store_db *db = CF_NEW(a, struct store_db);
    db->path = cf_cstr(a, cf_str_from(path));
    db->vacuum_freely = o->vacuum_freely;
    db->vfs = o->vfs != NULL ? cf_cstr(a, cf_str_from(o->vfs)) : NULL;
    struct stat st;
    bool there = stat(path, &st) == 0;
    if (there && o->mode == STORE_CREATE) {
        return cf_fail(errs, CF_S010, CF_NOWHERE, "%s: the file exists already", path);
    }
    if (!there && (o->mode == STORE_READ || o->mode == STORE_WRITE)) {
        return cf_fail(errs, CF_S001, CF_NOWHERE, "%s: there is no such file", path);
    }
    if (there && S_ISREG(st.st_mode) && o->mode != STORE_READ && access(path, W_OK) != 0) {
        return cf_fail(errs, CF_S006, CF_NOWHERE, "%s: you may not write this file", path);
    }
    db->arena = cf_arena_new("store connection");
    int flags = SQLITE_OPEN_NOMUTEX;
    flags |= o->mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    flags |= o->mode == STORE_CREATE || o->mode == STORE_OPEN ? SQLITE_OPEN_CREATE : 0;
    int rc = sqlite3_open_v2(path, &db->h, flags, o->vfs);
    bool ok = rc == SQLITE_OK || store_fail(db, rc, "cannot open", errs);
    ok = ok && store_set_up(db, o, errs);
    if (!ok) {
        store_close(db);
        return false;
    }
    cf_arena_cleanup(a, store_close_cb, db);
    *out = db;
    return true;
}

void store_close(struct store_db *db) {
    if (db == NULL || db->arena == NULL) {
        return;
    }
    store_copier_stop(db);
    for (struct store_stmt *s = db->stmts; s != NULL; s = s->next) {
        sqlite3_finalize(s->h);
        s->h = NULL;
    }
    for (size_t i = 0; i < CF_COUNT(db->by_hash); i++) {
        for (struct store_stmt *s = db->by_hash[i]; s != NULL; s = s->next) {
            sqlite3_finalize(s->h);
            s->h = NULL;
        }
    }
    if (db->h != NULL && sqlite3_close(db->h) != SQLITE_OK) {
        (void)sqlite3_close_v2(db->h); /* a statement somebody else still holds: freed with it */
    }
    db->h = NULL;
    cf_arena_free(db->arena);
    db->arena = NULL;
}

const char *store_path(const struct store_db *db) {
    return db->path;
}

bool store_broken(const struct store_db *db) {
    return db->broken;
}

const char *store_library(void) {
    return "SQLite " SQLITE_VERSION;
}

/* ---- Statements. */
static bool store_exec_n(struct store_db *db, const char *name, const char *sql, size_t n, struct cf_errs *errs) {
    if (!store_usable(db, name, errs)) {
        return false;
    }
    struct cf_mark m = cf_arena_mark(db->arena);
    const char *text = cf_cstr(db->arena, (struct cf_str){sql, n});
    int rc = sqlite3_exec(db->h, text, NULL, NULL, NULL);
    bool ok = rc == SQLITE_OK || store_fail(db, rc, name, errs);
    cf_arena_rewind(db->arena, m);
    return ok;
}

bool store_script(struct store_db *db, const struct store_sql *q, struct cf_errs *errs) {
    return store_exec_n(db, q->name, q->sql, strlen(q->sql), errs);
}

bool store_script_text(struct store_db *db, struct cf_str sql, struct cf_errs *errs) {
    return store_exec_n(db, "built statement", sql.p, sql.n, errs);
}

static bool store_prepare(struct store_db *db, const char *name, const char *sql, size_t n, bool keep, struct cf_errs *errs,
                          sqlite3_stmt **out) {
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(db->h, sql, (int)n, keep ? SQLITE_PREPARE_PERSISTENT : 0, out, &tail);
    if (rc != SQLITE_OK) {
        return store_fail(db, rc, name, errs);
    }
    if (*out == NULL) {
        return cf_fail(errs, CF_S009, CF_NOWHERE, "%s: %s: there is no statement", db->path, name);
    }
    return true;
}

struct store_stmt *store_use(struct store_db *db, const struct store_sql *q, struct cf_errs *errs) {
    if (!store_usable(db, q->name, errs)) {
        return NULL;
    }
    size_t slot = ((uintptr_t)q >> 4) % CF_COUNT(db->by_hash);
    struct store_stmt *s = db->by_hash[slot];
    while (s != NULL && (s->q != q || s->busy)) {
        s = s->next;
    }
    if (s == NULL) {
        sqlite3_stmt *h = NULL;
        if (!store_prepare(db, q->name, q->sql, strlen(q->sql), true, errs, &h)) {
            return NULL;
        }
        s = CF_NEW(db->arena, struct store_stmt);
        *s = (struct store_stmt){.db = db, .q = q, .h = h, .next = db->by_hash[slot]};
        db->by_hash[slot] = s;
    }
    s->busy = true;
    s->bad_text = false;
    return s;
}

struct store_stmt *store_use_text(struct store_db *db, struct cf_str sql, struct cf_errs *errs) {
    if (!store_usable(db, "built statement", errs)) {
        return NULL;
    }
    sqlite3_stmt *h = NULL;
    if (!store_prepare(db, "built statement", sql.p, sql.n, false, errs, &h)) {
        return NULL;
    }
    struct store_stmt *s = db->stmts; /* a struct whose statement was freed serves again */
    while (s != NULL && s->h != NULL) {
        s = s->next;
    }
    if (s == NULL) {
        s = CF_NEW(db->arena, struct store_stmt);
        s->next = db->stmts;
        db->stmts = s;
    }
    *s = (struct store_stmt){.db = db, .h = h, .busy = true, .next = s->next};
    return s;
}

void store_done(struct store_stmt *s) {
    if (s == NULL || s->h == NULL) {
        return;
    }
    if (s->q == NULL) {
        sqlite3_finalize(s->h);
        s->h = NULL;
    } else {
        sqlite3_reset(s->h);
        sqlite3_clear_bindings(s->h);
    }
    s->busy = false;
}

void store_bind_int(struct store_stmt *s, int at, int64_t v) {
    CF_ASSERT(sqlite3_bind_int64(s->h, at, v) == SQLITE_OK);
}

void store_bind_text(struct store_stmt *s, int at, struct cf_str v) {
    if (v.n > 0 && memchr(v.p, 0, v.n) != NULL) {
        s->bad_text = true;
        return;
    }
    CF_ASSERT(sqlite3_bind_text64(s->h, at, v.n > 0 ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
}

void store_bind_blob(struct store_stmt *s, int at, const void *p, size_t n) {
    CF_ASSERT(sqlite3_bind_blob64(s->h, at, n > 0 ? p : "", n, SQLITE_STATIC) == SQLITE_OK);
}

void store_bind_bytes(struct store_stmt *s, int at, struct cf_str v) {
    store_bind_blob(s, at, v.p, v.n);
}

void store_bind_id(struct store_stmt *s, int at, const struct cf_id *id) {
    store_bind_blob(s, at, id->b, sizeof id->b);
}

void store_bind_null(struct store_stmt *s, int at) {
    CF_ASSERT(sqlite3_bind_null(s->h, at) == SQLITE_OK);
}

static const char *store_name_of(const struct store_stmt *s) {
    return s->q != NULL ? s->q->name : "built statement";
}

bool store_next(struct store_stmt *s, bool *row, struct cf_errs *errs) {
    *row = false;
    if (s->bad_text) {
        const char *name = store_name_of(s);
        store_done(s);
        return cf_fail(errs, CF_S009, CF_NOWHERE, "%s: %s: a text holds a NUL byte", s->db->path, name);
    }
    int rc = sqlite3_step(s->h);
    if (rc == SQLITE_ROW) {
        *row = true;
        return true;
    }
    if (rc == SQLITE_DONE) {
        return true;
    }
    bool failed = store_fail(s->db, rc, store_name_of(s), errs);
    store_done(s);
    return failed;
}

bool store_run(struct store_stmt *s, struct cf_errs *errs) {
    if (s == NULL) {
        return false;
    }
    bool row = true;
    while (row) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
    }
    store_done(s);
    return true;
}

/* ---- Columns. */
int store_columns(const struct store_stmt *s) {
    return sqlite3_column_count(s->h);
}

const char *store_column_name(const struct store_stmt *s, int at) {
    return sqlite3_column_name(s->h, at);
}

bool store_is_null(const struct store_stmt *s, int at) {
    return sqlite3_column_type(s->h, at) == SQLITE_NULL;
}

int64_t store_int(const struct store_stmt *s, int at) {
    return sqlite3_column_int64(s->h, at);
}

struct cf_str store_text(const struct store_stmt *s, int at) {
    const char *p = (const char *)sqlite3_column_text(s->h, at);
    int n = sqlite3_column_bytes(s->h, at);
    return p == NULL ? CF_LIT("") : (struct cf_str){p, (size_t)n};
}

struct cf_str store_bytes(const struct store_stmt *s, int at) {
    const char *p = sqlite3_column_blob(s->h, at);
    int n = sqlite3_column_bytes(s->h, at);
    return p == NULL ? CF_LIT("") : (struct cf_str){p, (size_t)n};
}

bool store_id(const struct store_stmt *s, int at, struct cf_id *out) {
    struct cf_str b = store_bytes(s, at);
    *out = (struct cf_id){{0}};
    if (b.n != sizeof out->b) {
        return false;
    }
    memcpy(out->b, b.p, sizeof out->b);
    return true;
}

int64_t store_changes(const struct store_db *db) {
    return sqlite3_changes64(db->h);
}

int64_t store_last_row(const struct store_db *db) {
    return sqlite3_last_insert_rowid(db->h);
}

bool store_one_int(struct store_db *db, const struct store_sql *q, int64_t absent, int64_t *out, struct cf_errs *errs) {
    *out = absent;
    struct store_stmt *s = store_use(db, q, errs);
    bool row = false;
    if (s == NULL || !store_next(s, &row, errs)) {
        return false;
    }
    if (row && !store_is_null(s, 0)) {
        *out = store_int(s, 0);
    }
    store_done(s);
    return true;
}

/* ---- Transactions. */
static const struct store_sql sql_begin = {"begin", "BEGIN IMMEDIATE"};
static const struct store_sql sql_begin_read = {"begin reading", "BEGIN"};
static const struct store_sql sql_snapshot = {"fix the snapshot", "SELECT 1 FROM sqlite_schema LIMIT 1"};
static const struct store_sql sql_commit = {"commit", "COMMIT"};

bool store_begin(struct store_db *db, struct cf_errs *errs) {
    return store_run(store_use(db, &sql_begin, errs), errs);
}

bool store_begin_read(struct store_db *db, struct cf_errs *errs) {
    if (!store_run(store_use(db, &sql_begin_read, errs), errs)) {
        return false;
    }
    return store_run(store_use(db, &sql_snapshot, errs), errs);
}

bool store_commit(struct store_db *db, struct cf_errs *errs) {
    if (store_run(store_use(db, &sql_commit, errs), errs)) {
        return true;
    }
    store_rollback(db);
    return false;
}

void store_rollback(struct store_db *db) {
    if (db != NULL && db->h != NULL && sqlite3_get_autocommit(db->h) == 0) {
        (void)sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
    }
}

bool store_in_transaction(const struct store_db *db) {
    return db->h != NULL && sqlite3_get_autocommit(db->h) == 0;
}

static bool store_savepoint(struct store_db *db, const char *verb, const char *name, struct cf_errs *errs) {
    char sql[96];
    CF_ASSERT(strlen(name) < 64 && strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name));
    (void)snprintf(sql, sizeof sql, "%s %s", verb, name);
    return store_exec_n(db, verb, sql, strlen(sql), errs);
}

bool store_save(struct store_db *db, const char *name, struct cf_errs *errs) {
    return store_savepoint(db, "SAVEPOINT", name, errs);
}

bool store_release(struct store_db *db, const char *name, struct cf_errs *errs) {
    return store_savepoint(db, "RELEASE", name, errs);
}

bool store_back_to(struct store_db *db, const char *name, struct cf_errs *errs) {
    return store_savepoint(db, "ROLLBACK TO", name, errs);
}

/* ---- Care of the file. */
bool store_checkpoint(struct store_db *db, bool truncate, struct cf_errs *errs) {
    if (!store_usable(db, "checkpoint", errs)) {
        return false;
    }
    store_copier_rest(db);
    sqlite3_busy_timeout(db->h, truncate ? db->busy_ms : STORE_PASSING_MS);
    int log = 0, done = 0;
    int rc =
        sqlite3_wal_checkpoint_v2(db->h, NULL, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART, &log, &done);
    sqlite3_busy_timeout(db->h, db->busy_ms);
    if ((rc & 0xff) == SQLITE_BUSY && !truncate) {
        return true; /* a reader is in the way: what could be copied was; the log goes on growing until the next try */
    }
    if (rc != SQLITE_OK) {
        return store_fail(db, rc, "cannot move the write-ahead log into the file", errs);
    }
    db->wal_bytes = db->end_log_at = 0;
    return true;
}

bool store_copy_log(struct store_db *db, int64_t *log, int64_t *copied, struct cf_errs *errs) {
    *log = *copied = 0;
    if (!store_usable(db, "copy of the write-ahead log", errs)) {
        return false;
    }
    int pages = 0, done = 0;
    int rc = sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &done);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY) {
        return store_fail(db, rc, "cannot copy the write-ahead log into the file", errs);
    }
    *log = pages > 0 ? (int64_t)pages * STORE_PAGE : 0;
    *copied = done > 0 ? (int64_t)done * STORE_PAGE : 0;
    return true;
}

bool store_may_end_log(const struct store_db *db) {
    return db->wal_bytes >= db->end_log_at;
}

void store_end_log_later(struct store_db *db, int64_t bytes) {
    db->end_log_at = db->wal_bytes > 0 ? bytes : 0;
}

const char *store_vfs(const struct store_db *db) {
    return db->vfs;
}

struct store_copier *store_copier(const struct store_db *db) {
    return db->copier;
}

void store_set_copier(struct store_db *db, struct store_copier *c) {
    db->copier = c;
}

int64_t store_wal_bytes(const struct store_db *db) {
    return db->wal_bytes;
}

bool store_vacuum(struct store_db *db, struct cf_errs *errs) {
    CF_ASSERT(db->vacuum_freely);
    return store_exec_n(db, "VACUUM", "VACUUM", 6, errs) && store_checkpoint(db, true, errs);
}

static const struct store_sql sql_check = {"integrity check", "PRAGMA integrity_check(20)"};

bool store_check(struct store_db *db, struct cf_errs *errs) {
    struct store_stmt *s = store_use(db, &sql_check, errs);
    bool row = true, whole = true;
    if (s == NULL) {
        return false;
    }
    while (row) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        struct cf_str said = row ? store_text(s, 0) : CF_LIT("ok");
        if (!cf_str_is(said, "ok")) {
            whole = cf_fail(errs, CF_S002, CF_NOWHERE, "%s: %.*s", db->path, CF_STR_ARG(said));
        }
    }
    store_done(s);
    return whole;
}
