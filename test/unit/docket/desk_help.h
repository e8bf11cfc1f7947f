/* What tests of the desk share: a folder with a ledger of its own, invented children, entries in the shipped policies' names.
 */
#ifndef CF_TEST_DESK_HELP_H
#define CF_TEST_DESK_HELP_H

#include "docket/docket.h"
#include "unit/unit.h"

struct desk_place { /* one ledger with its desk, in a folder of its own */
    char folder[64];
    const char *path;
    struct cf_arena *arena; /* of the desk */
    struct cf_errs errs;
    struct desk *desk;
    const char *vfs;
};
void desk_place_new(struct desk_place *p, const char *vfs); /* created, the shipped policies adopted */
void desk_place_reopen(struct desk_place *p);               /* closed if it was open */
void desk_place_free(struct desk_place *p);
void desk_must(struct desk_place *p, bool ok);

void desk_clock(int64_t s); /* the program's clock stands at this second; 0: runs */
int64_t desk_clock_now(void);

struct cf_id desk_id(const char *word, uint64_t n); /* invented, the same for the same words */
const struct lang_decl *desk_record_named(const struct desk *d, const char *name);
int desk_field(const struct lang_decl *r, const char *name);
struct desk_value desk_code(const struct lang_decl *r, int field, const char *name);
/* An entry about one subject in role 0 with every field answered "not known"; its fields may be changed. */
struct desk_entry *desk_entry_new(struct cf_arena *a, const struct desk *d, const char *record, struct cf_id id,
                                  struct cf_id subject, int64_t at);
/* A search after which a report is owed, or not. */
struct desk_entry *desk_search_of(struct cf_arena *a, const struct desk *d, struct cf_id id, struct cf_id child, int64_t at,
                                  bool concern);

#endif
