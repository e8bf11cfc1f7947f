/* record: what the pages that record share: who there is to choose, what a form is part of, drafts, the writing itself, and
 * what follows in words. Must not know any record by name but the ledger's own `explained`. */
#ifndef CF_WEB_RECORD_H
#define CF_WEB_RECORD_H

#include "docket/trial.h"
#include "web/find.h"
#include "web/form.h"
#include "web/web.h"

struct recording { /* of one request */
    struct web_request *q;
    struct form_source source;
    CF_LIST(uint32_t) shown; /* people whom this page shows: logged by record_page */
    uint64_t withheld;
    struct cf_str terms; /* of a search in the form */
    struct cf_id child;  /* whose history stands below; zero: none yet */
    bool child_seen, child_asked;
    struct lang_history history;
};
void record_begin(struct recording *rec, struct web_request *q);
/* May this user enter (or decide) this record? */
bool record_may(const struct web_request *q, const struct lang_decl *record);
/* The record that the path names and this user may enter; W004 otherwise. */
CF_MUST_USE bool record_of_path(struct web_request *q, const struct lang_decl **out, struct cf_errs *errs);
/* Logs whom the page shows, then frames it. */
CF_MUST_USE bool record_page(struct recording *rec, struct web_response *r, const struct web_frame *frame,
                             struct cf_errs *errs);
struct cf_str record_person(struct recording *rec, struct cf_id id); /* a name where it may be seen, else "Person 0123abcd" */

/* ---- Drafts: pairs and the id. */
struct record_draft {
    struct access_draft kept;
    const struct lang_decl *record;
    struct web_pairs pairs;
};
CF_MUST_USE bool record_draft_load(struct web_request *q, struct cf_id id, struct record_draft *out, struct cf_errs *errs);
CF_MUST_USE bool record_draft_save(struct web_request *q, struct record_draft *d, struct cf_errs *errs);

/* ---- Writing. Completes the entry with who acts, then records whoever is new and the event itself, once for each key however
 * often it is asked; *event is its id. The form's sentences come back as flaws of `errs`. */
void record_complete(struct web_request *q, struct form_entry *entry);
/* Entries in the order in which they are recorded: whoever is new first. */
size_t record_entries(struct web_request *q, const struct form_entry *entry, struct desk_entry **out);
CF_MUST_USE bool record_once(struct web_request *q, struct cf_str key, const struct form_entry *entry, struct cf_id *event,
                             bool *again, struct cf_errs *errs);

/* ---- In words. */
struct record_follow {                /* one line of what follows */
    struct cf_str title, words, kind; /* kind: "breach", "kept", "duty", "ended", "flag", "grade" */
    struct web_html due;
    struct cf_str owner;
    CF_LIST(struct cf_str) reasons;
    const struct desk_change *change;
};
struct record_follows {
    CF_VEC(struct record_follow);
};
void record_say(struct web_request *q, const struct desk_trials *trials, struct record_follows *out);
/* What a narrative says that better words would say: of the policies' `wording`. The child's own words are never marked. */
struct record_hint {
    struct cf_str field, label, phrase, reason, better, source;
};
struct record_hints {
    CF_VEC(struct record_hint);
};
void record_hints(struct web_request *q, const struct lang_decl *record, const struct desk_value *fields,
                  struct record_hints *out);
bool record_own_words(const struct lang_field *f); /* the child's */

#endif
