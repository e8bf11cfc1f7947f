/* What the ledger's tests share: a ledger in a folder of its own, made-up events about invented people, random bytes that
 * repeat. */
#ifndef CF_TEST_LEDGER_HELP_H
#define CF_TEST_LEDGER_HELP_H

#include "../unit.h"
#include "ledger/ledger.h"
#include "ledger/ledger_priv.h"

struct bench { /* one ledger and what is needed around it */
    struct cf_arena *a;
    struct cf_errs errs;
    const char *dir, *path;
    struct ledger_options o;
    struct ledger *l;
    uint64_t state;                                   /* of the random bytes */
    uint32_t kind, grounds, outcome, note, age, told; /* dictionary numbers */
    struct cf_id child, officer, unit;
};
struct bench *bench_new(void);      /* creates the ledger with its dictionary */
struct bench *bench_empty(void);    /* only the folder */
void bench_create(struct bench *b); /* ledger and dictionary in that folder */
void bench_free(struct bench *b);   /* closes and removes the folder */
void bench_reopen(struct bench *b); /* for writing */
struct ledger *bench_reader(struct bench *b);
void bench_ok(struct bench *b, bool ok);                         /* fails the test with the errors in words */
void bench_refused(struct bench *b, bool ok, enum cf_code code); /* it failed, and this is the last error's code */
uint64_t bench_random(struct bench *b);
void bench_bytes(void *arg, void *p, size_t n); /* for ledger_options.random */

/* An event about b->child by b->officer of b->unit: two compartments, one narrative that holds `words`. */
struct ledger_draft *bench_draft(struct bench *b, const char *words);
struct ledger_receipt bench_put(struct bench *b, const struct ledger_draft *d); /* a batch of one; must be taken */
void bench_fill(struct bench *b, size_t n);                                     /* n events in batches of 256 */
void bench_verified(struct bench *b, struct ledger *l);
size_t bench_find(const struct bench *b, const void *bytes, size_t n); /* how many files of the folder hold these bytes */
void bench_sql(struct bench *b, const char *sql);                      /* on the closed ledger, outside every rule */
bool bench_values_equal(const struct ledger_value *x, const struct ledger_value *y);

#endif
