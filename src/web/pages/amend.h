/* amend: what the pages that put records right share: the door, what a docket says before and after, who was told. Must not
 * know any record or rule by name but the ledger's own `sent`. */
#ifndef CF_WEB_PAGES_AMEND_H
#define CF_WEB_PAGES_AMEND_H

#include "docket/amend.h"
#include "web/pages/child.h"

#include "pages/part_before_after.h"
#include "pages/part_told_list.h"

struct amend { /* an event that this user may correct */
    struct web_request *q;
    struct recording rec;
    struct desk_stands stands;
    struct cf_str key, known; /* of the form: one submission is one change; what it was built on */
};
/* The door: W004, in the same words, when there is no such event, its child may not be seen, or it is not theirs to correct. */
CF_MUST_USE bool amend_open(struct web_request *q, struct amend *x, struct cf_errs *errs); /* the event of the path */
CF_MUST_USE bool amend_load(struct web_request *q, struct cf_id event, struct amend *x, struct cf_errs *errs);
/* May this user correct, merge, restrict with that child? False for a child who does not exist. */
bool amend_may(struct web_request *q, enum access_act act, struct cf_id child, bool own_event);

/* Every line that differs; caption and none are the page's. */
void amend_lines(struct web_request *q, const struct desk_trials *trials, struct part_before_after *out);

/* Sendings, after the event, of a share that gave what the event says. changed: by field number, NULL: all; times says whether
 * when it happened counts. */
struct amend_sending {
    const struct lang_decl *share;
    struct cf_id to;
    struct cf_str to_name;
    int64_t at, again; /* again: when it was sent once more after the last correction; 0: not yet */
    bool answered;
};
struct amend_told {
    CF_VEC(struct amend_sending);
};
CF_MUST_USE bool amend_told(struct amend *x, const bool *changed, bool times, struct amend_told *out, struct cf_errs *errs);
void amend_told_rows(struct amend *x, const struct amend_told *told, struct part_told_list *out);

/* The rows of a form for an entry, by label. */
void amend_rows(struct amend *x, const struct desk_entry *e, struct form_rows *out);
struct web_html amend_text(struct web_request *q, const char *fmt, ...) CF_PRINTF(2, 3); /* escaped */

#endif
