/* store/priv: what the files of this room share. */
#ifndef CF_STORE_PRIV_H
#define CF_STORE_PRIV_H

#include "store/store.h"

struct store_copier;

const char *store_vfs(const struct store_db *db);             /* as it was opened; NULL is the system's */
struct store_copier *store_copier(const struct store_db *db); /* who copies the log for it; NULL: nobody */
void store_set_copier(struct store_db *db, struct store_copier *c);

/* Copies of the write-ahead log what no reader stands in the way of, and waits for nobody: another writer goes on meanwhile.
 * Of how many bytes the log then was and how many of them the file has. Another copying is no error: nothing is done. */
CF_MUST_USE bool store_copy_log(struct store_db *db, int64_t *log, int64_t *copied, struct cf_errs *errs);

/* A reader may keep the log from ending; then it is not tried again before the log has grown to so many bytes. */
bool store_may_end_log(const struct store_db *db);
void store_end_log_later(struct store_db *db, int64_t bytes);

/* Waits until the copier does nothing; it goes on when the writer next asks. */
void store_copier_rest(struct store_db *db);

#endif
