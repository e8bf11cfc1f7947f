/* admin: what the pages of administration and audit share: the way between them, names of the policies in words, ids and days
 * as somebody types them. Must not know what a page changes. */
#ifndef CF_WEB_PAGES_ADMIN_H
#define CF_WEB_PAGES_ADMIN_H

#include "web/web.h"

#include "pages/part_choices.h"
#include "pages/part_choose.h"
#include "pages/part_date.h"
#include "pages/part_subnav.h"
#include "pages/part_textarea.h"

struct part_subnav admin_nav(struct web_request *q, const char *here); /* those that this reader may open */
/* May this reader see the ledger's head and verify it? Administrators and auditors. */
bool admin_ledger(const struct web_request *q);

/* Who asks, with roles and unit as the writing desk declares them: what access compares there are its own declarations, not
 * those of the worker's desk. For work on the keeper's thread. */
struct access_subject admin_writer(const struct web_request *q, const struct desk *writing);

/* ---- Names of the policies in words; a name that they do not declare any more stays as it is. */
struct cf_str admin_role(const struct web_request *q, struct cf_str name);
struct cf_str admin_unit(const struct web_request *q, struct cf_str name); /* empty: "No unit" */
struct cf_str admin_purpose(const struct web_request *q, struct cf_str code);
struct cf_str admin_joined(struct web_request *q, const struct cf_str *words, size_t n); /* "a; b" */
/* The units as a list to choose from, `now` chosen. */
struct part_choose admin_units(struct web_request *q, struct cf_str now);

/* ---- What somebody typed. Each false has said a flaw of the field. */
typedef struct cf_str admin_from(const struct web_request *q, const char *name); /* web_query or web_field */
/* The last 32 hex letters of the text, so that a whole address of a person may be pasted; false: there are none. */
bool admin_id(struct cf_str text, struct cf_id *id);
/* NAME-day, NAME-month, NAME-year; *given false when all three are empty. */
CF_MUST_USE bool admin_day(struct web_request *q, admin_from *from, const char *name, bool *given, int32_t *day);
struct part_date admin_date(struct web_request *q, admin_from *from, const char *name, struct cf_str legend,
                            struct cf_str hint);
/* The first error as a flaw of the field when whoever typed can mend it; otherwise it is handed on, and the answer is false. */
CF_MUST_USE bool admin_flaw(struct web_request *q, const char *field, const struct cf_errs *own, struct cf_errs *errs);

#endif
