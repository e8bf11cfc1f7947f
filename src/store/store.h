/* store: the one port to the embedded database: open, statements, transactions, checkpoints, errors with a hint.
 *
 * Knows files and SQL, nothing of events, children or policies. The SQL itself stands in the rooms that own their tables, as
 * named literals (`struct store_sql`). src/store/sqlite.c is the only file that includes the library; nothing of SQLite shows
 * through here, so that PostgreSQL can stand behind the same functions.
 *
 * A connection belongs to one thread at a time. Borrowed: bytes bound to a statement must live until store_done, store_run
 * or the next store_use of it; bytes read from a column live until the next store_next or store_done. */
#ifndef CF_STORE_STORE_H
#define CF_STORE_STORE_H

#include "base/base.h"

struct store_db;
struct store_stmt;

enum store_mode {
    STORE_READ,   /* the file must exist; nothing is written to its tables */
    STORE_WRITE,  /* the file must exist */
    STORE_CREATE, /* the file must not exist */
    STORE_OPEN,   /* made if absent */
};
enum store_sync {
    STORE_FULL,   /* a commit is on the disk when it returns: ledger and log of reads */
    STORE_NORMAL, /* a commit may be lost with the power, never torn: desk and study */
};

struct store_options {
    enum store_mode mode;
    enum store_sync sync;
    int busy_ms;        /* how long to wait for another connection; 0 means 5,000 */
    const char *vfs;    /* a file layer by name, for fault tests; NULL is the system's */
    int64_t cache_kib;  /* page cache; 0 means 16 MiB */
    bool vacuum_freely; /* a file whose pages may be moved: desk, study, work. The ledger never is */
};

/* A statement with a name: a literal at file scope, whose address is its identity in the cache of prepared statements. */
struct store_sql {
    const char *name; /* for messages: "ledger.event_insert" */
    const char *sql;
};

/* Opens with the settings of the format page: WAL, defensive, trusted_schema off, cell_size_check, secure_delete, no mmap.
 * The connection lives in `a` and is closed with it. Errors S001 to S010. */
CF_MUST_USE bool store_open(struct cf_arena *a, const char *path, const struct store_options *options, struct cf_errs *errs,
                            struct store_db **out);
void store_close(struct store_db *db); /* NULL and a second call are allowed; open statements are ended */
const char *store_path(const struct store_db *db);

/* One or more statements without parameters (a schema). */
CF_MUST_USE bool store_script(struct store_db *db, const struct store_sql *q, struct cf_errs *errs);
/* Text that the program built from declared names (a typed table's DDL). Never a value, never a user's words: those are bound.
 */
CF_MUST_USE bool store_script_text(struct store_db *db, struct cf_str sql, struct cf_errs *errs);

/* A prepared statement, reset and unbound; prepared once and kept. If the same one is still stepping, another copy is given, so
 * a cursor may run while its query is used again. NULL after an error. Every statement ends with store_done or store_run. */
struct store_stmt *store_use(struct store_db *db, const struct store_sql *q, struct cf_errs *errs);
/* The same for built text (see store_script_text); prepared anew each time, freed by store_done. */
struct store_stmt *store_use_text(struct store_db *db, struct cf_str sql, struct cf_errs *errs);

/* Parameters count from 1. A NUL inside a text is refused when it is bound (S009 at the next step). */
void store_bind_int(struct store_stmt *s, int at, int64_t v);
void store_bind_text(struct store_stmt *s, int at, struct cf_str v);
void store_bind_bytes(struct store_stmt *s, int at, struct cf_str v);
void store_bind_blob(struct store_stmt *s, int at, const void *p, size_t n);
void store_bind_id(struct store_stmt *s, int at, const struct cf_id *id); /* 16 bytes, borrowed */
void store_bind_null(struct store_stmt *s, int at);

/* Steps to the next row; *row says whether there is one. false: an error was added and the statement is ended. */
CF_MUST_USE bool store_next(struct store_stmt *s, bool *row, struct cf_errs *errs);
/* Runs to the end, ignoring rows, and ends the statement. `s` may be NULL (after a failed store_use): then false. */
CF_MUST_USE bool store_run(struct store_stmt *s, struct cf_errs *errs);
void store_done(struct store_stmt *s); /* NULL is allowed */

/* Columns count from 0. */
int store_columns(const struct store_stmt *s);
const char *store_column_name(const struct store_stmt *s, int at);
bool store_is_null(const struct store_stmt *s, int at);
int64_t store_int(const struct store_stmt *s, int at);
struct cf_str store_text(const struct store_stmt *s, int at);
struct cf_str store_bytes(const struct store_stmt *s, int at);
CF_MUST_USE bool store_id(const struct store_stmt *s, int at, struct cf_id *out); /* false: not 16 bytes */

int64_t store_changes(const struct store_db *db);  /* rows changed by the last statement */
int64_t store_last_row(const struct store_db *db); /* its INTEGER PRIMARY KEY, if it inserted */
/* One number from a statement without parameters; `absent` when there is no row or it is NULL. */
CF_MUST_USE bool store_one_int(struct store_db *db, const struct store_sql *q, int64_t absent, int64_t *out,
                               struct cf_errs *errs);

/* A transaction for writing takes the write lock at once (S004 when another holds it); one for reading fixes its snapshot. */
CF_MUST_USE bool store_begin(struct store_db *db, struct cf_errs *errs);
CF_MUST_USE bool store_begin_read(struct store_db *db, struct cf_errs *errs);
CF_MUST_USE bool store_commit(struct store_db *db, struct cf_errs *errs); /* on failure the transaction is rolled back */
void store_rollback(struct store_db *db);                                 /* nothing to roll back is allowed */
bool store_in_transaction(const struct store_db *db);
/* Savepoints nest; each name is a plain word. */
CF_MUST_USE bool store_save(struct store_db *db, const char *name, struct cf_errs *errs);
CF_MUST_USE bool store_release(struct store_db *db, const char *name, struct cf_errs *errs);
CF_MUST_USE bool store_back_to(struct store_db *db, const char *name, struct cf_errs *errs); /* undoes, keeps the savepoint */

/* Copies the write-ahead log into the file. `truncate` waits for readers and empties it: after that nothing overwritten is
 * left in either file. Without it a reader in the way is no error: store_wal_bytes then stays above 0. */
CF_MUST_USE bool store_checkpoint(struct store_db *db, bool truncate, struct cf_errs *errs);
/* After each commit of a file's one writer: a log of more than `most` bytes is copied and starts again, unless a reader is in
 * the way; with a copier it waits for a small part of that. No error: what is committed is safe whether or not it succeeds. */
void store_keep_short(struct store_db *db, int64_t most);
/* From here on a thread with a connection of its own copies the log while the writer goes on, so that nobody waits for it:
 * for whoever answers people at once. Ends with store_close or _stop, which belong to the writer's thread. */
CF_MUST_USE bool store_copier_start(struct store_db *db, struct cf_errs *errs);
void store_copier_stop(struct store_db *db);                              /* without one nothing happens */
int64_t store_wal_bytes(const struct store_db *db);                       /* since the last checkpoint that emptied it */
CF_MUST_USE bool store_vacuum(struct store_db *db, struct cf_errs *errs); /* only where vacuum_freely */
/* Reads every page and compares indexes with tables; each fault is an error S002 (at most 20). */
CF_MUST_USE bool store_check(struct store_db *db, struct cf_errs *errs);
/* True after an I/O or sync error: the handle must not be used again; close it and open anew. */
bool store_broken(const struct store_db *db);
const char *store_library(void); /* name and version, for reports */

#endif
