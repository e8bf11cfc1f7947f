/* What the tests of access share: a ledger with the shipped policies adopted, users in it, a clock moved by hand. People in
 * here are invented. */
#ifndef CF_TEST_ACCESS_HELP_H
#define CF_TEST_ACCESS_HELP_H

#include "unit/unit.h"

#include "access/priv.h"

struct place {
    char folder[128];
    struct cf_arena *a;
    struct cf_errs errs;
    struct desk *d;
    struct access *x;
    int64_t now_us;
};
int place_begin(void **state); /* *state: a struct place */
int place_end(void **state);
void place_clock(struct place *p, int64_t now_us);
void place_later(struct place *p, int64_t us);
void place_reopen(struct place *p); /* as after a restart */
/* Fails the test, with what was said, unless it is true. */
void must_in(struct place *p, bool ok, const char *file, int line);
#define must(p, ok) must_in((p), (ok), __FILE__, __LINE__)
/* Fails the test unless it was refused with this code; empties the errors. */
void refused_in(struct place *p, bool ok, enum cf_code code, const char *file, int line);
#define refused(p, ok, code) refused_in((p), (ok), (code), __FILE__, __LINE__)

#define PASSWORD "three invented words"
struct cf_id user(struct place *p, const char *login, const char *unit, const char *role); /* with PASSWORD; role NULL: none */
struct access_session sign_in(struct place *p, const char *login);
struct access_subject who_is(struct place *p, const char *login, const char *purpose);
struct cf_id child(struct place *p, struct cf_id actor, const char *unit); /* known by an `identity` that the actor recorded */
struct cf_str lit(const char *s);

#endif
