/* given: what the tests of evaluation share: a zone, the bank holidays, policies from a text, and examples that must hold. */
#ifndef CF_TEST_GIVEN_H
#define CF_TEST_GIVEN_H

#include "unit/unit.h"

#include "lang/lang.h"

struct given {
    struct cf_arena *a;
    struct cf_errs errs;
    struct lang_set *set; /* NULL: the errors say why */
    struct lang_reference ref;
};

/* Policies of a folder, and the shipped calendar. */
struct given given_folder(const char *path);
/* One policy, beside a policy that declares some roles, ranks, units, `identity` with birth and sex, and `care`. Stops the test
 * on errors. */
struct given given(const char *policy);
/* Two policies beside the same one: versions, or one that reads the other. */
struct given given_two(const char *first, const char *second);
void given_end(struct given *g);
/* Compares the two evaluators on every history that the examples ask about; stops the test where they differ. How many. */
size_t given_both_agree(struct given *g);

/* Parses, checks and runs all examples of a text; stops the test, with the errors shown, when one does not hold. */
void holds(const char *policy);
void holds_two(const char *first, const char *second);
/* The same, but an example must not hold, with these words in the message. */
void does_not_hold(const char *policy, const char *words);

/* The docket that the nth `at` of the first example asks for. */
struct lang_docket given_docket(struct given *g, size_t nth);
const struct lang_duty_line *given_duty(const struct lang_docket *d, const char *rule);
const struct lang_gate_line *given_gate(const struct lang_docket *d, const char *rule);
int64_t given_time(const struct given *g, const char *london); /* "2024-06-03 15:10" */

/* A little policy named `test.rules`, its head written: pass declarations and examples alone. */
#define POLICY                                                                                                                 \
    "policy test.rules \"Rules under test\"\n    owner team\n    serves S1\n    in force from 2020-01-01\n"                    \
    "    cites\n        law \"An invented law\"\n"
#endif
