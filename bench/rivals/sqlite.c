/* sqlite: plain SQL as a rival: the five rules over indexed tables in memory, and bare durable inserts. The one file of the
 * bench that includes the library; it does not go through the store, whose cost is part of what is measured. */
#include "rivals/rivals.h"

#include <sqlite3.h>
#include <stdlib.h>

static const char SCHEMA[] = "CREATE TABLE search(id INTEGER PRIMARY KEY, place INTEGER, at INTEGER, night INTEGER);"
                             "CREATE TABLE approval(id INTEGER PRIMARY KEY, place INTEGER, at INTEGER, answer INTEGER);"
                             "CREATE TABLE report(id INTEGER PRIMARY KEY, search INTEGER, at INTEGER);"
                             "CREATE TABLE review(id INTEGER PRIMARY KEY, search INTEGER, at INTEGER);"
                             "CREATE TABLE withdrawal(id INTEGER PRIMARY KEY, search INTEGER, at INTEGER);"
                             "CREATE TABLE line(rule TEXT, of INTEGER, state TEXT, by INTEGER);";
static const char INDEXES[] = "CREATE INDEX search_place ON search(place, at);"
                              "CREATE INDEX approval_place ON approval(place, at);"
                              "CREATE INDEX report_search ON report(search, at);"
                              "CREATE INDEX review_search ON review(search, at);"
                              "CREATE INDEX withdrawal_search ON withdrawal(search, at);"
                              "ANALYZE;";
static const char *const INSERTS[RIVAL_KINDS] = {
    "INSERT INTO search VALUES(?1, ?2, ?3, ?4)", "INSERT INTO approval VALUES(?1, ?2, ?3, ?4)",
    "INSERT INTO report VALUES(?1, ?2, ?3)",     "INSERT INTO review VALUES(?1, ?2, ?3)",
    "INSERT INTO withdrawal VALUES(?1, ?2, ?3)",
};

const char *rival_sql_version(void) {
    return "SQLite " SQLITE_VERSION;
}

static void need(sqlite3 *db, int rc) {
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fprintf(stderr, "bench: SQLite: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

static void run(sqlite3 *db, const char *sql) {
    need(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql, const char **rest) {
    sqlite3_stmt *s = NULL;
    need(db, sqlite3_prepare_v2(db, sql, -1, &s, rest));
    return s;
}

static void load(sqlite3 *db, const struct rival_events *e) {
    sqlite3_stmt *put[RIVAL_KINDS];
    for (int k = 0; k < RIVAL_KINDS; k++) {
        put[k] = prepared(db, INSERTS[k], NULL);
    }
    run(db, "BEGIN");
    for (size_t i = 0; i < e->n; i++) {
        const struct rival_event *v = &e->v[i];
        bool own = v->kind <= RIVAL_APPROVAL;
        sqlite3_bind_int64(put[v->kind], 1, v->id);
        sqlite3_bind_int64(put[v->kind], 2, own ? v->place : v->about);
        sqlite3_bind_int64(put[v->kind], 3, v->at);
        if (own) {
            sqlite3_bind_int(put[v->kind], 4, v->yes);
        }
        need(db, sqlite3_step(put[v->kind]));
        sqlite3_reset(put[v->kind]);
    }
    run(db, "COMMIT");
    for (int k = 0; k < RIVAL_KINDS; k++) {
        sqlite3_finalize(put[k]);
    }
}

static void judge(sqlite3 *db, const char *rules, const struct rival_events *e) {
    run(db, "BEGIN");
    for (const char *rest = rules; *rest;) {
        sqlite3_stmt *s = prepared(db, rest, &rest);
        if (!s) {
            break; /* nothing but blanks was left */
        }
        const int64_t with[] = {e->now, e->six_months, e->thirty_days};
        for (int i = 0; i < sqlite3_bind_parameter_count(s); i++) {
            sqlite3_bind_int64(s, i + 1, with[i]);
        }
        need(db, sqlite3_step(s));
        sqlite3_finalize(s);
    }
    run(db, "COMMIT");
}

static void count(sqlite3 *db, struct rival_result *out) {
    for (int i = 0; i < RIVAL_COUNTS; i++) {
        sqlite3_stmt *s = prepared(db, "SELECT count(*) FROM line WHERE rule = ?1 AND state = ?2", NULL);
        sqlite3_bind_text(s, 1, rival_lines[i].rule, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, rival_lines[i].state, -1, SQLITE_STATIC);
        need(db, sqlite3_step(s));
        out->counts[i] = (uint64_t)sqlite3_column_int64(s, 0);
        sqlite3_finalize(s);
    }
}

void rival_sql(struct cf_arena *a, const struct rival_events *e, struct rival_result *out) {
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str rules;
    sqlite3 *db = NULL;
    if (!cf_read_file(a, "bench/rivals/five.sql", 1u << 20, &rules, &errs)) {
        bench_stop(&errs, "the rules for SQL cannot be read");
    }
    need(db, sqlite3_open(":memory:", &db));
    run(db, SCHEMA);
    load(db, e);
    run(db, INDEXES);
    double start = bench_busy();
    judge(db, cf_cstr(a, rules), e);
    out->seconds = bench_busy() - start;
    out->events = e->n;
    count(db, out);
    sqlite3_close(db);
}

double rival_inserts(const char *path, size_t bytes, uint64_t rows) {
    sqlite3 *db = NULL;
    char *blob = calloc(1, bytes);
    need(db, sqlite3_open(path, &db));
    run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE IF NOT EXISTS event(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, body BLOB NOT NULL)");
    sqlite3_stmt *s = prepared(db, "INSERT INTO event(id, body) VALUES(?1, ?2)", NULL);
    uint64_t random = 1;
    double start = bench_now();
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t id[2] = {i, bench_next(&random)};
        sqlite3_bind_blob(s, 1, id, sizeof id, SQLITE_STATIC);
        sqlite3_bind_blob(s, 2, blob, (int)bytes, SQLITE_STATIC);
        need(db, sqlite3_step(s));
        sqlite3_reset(s);
    }
    double seconds = bench_now() - start;
    sqlite3_finalize(s);
    sqlite3_close(db);
    free(blob);
    return (double)rows / seconds;
}
