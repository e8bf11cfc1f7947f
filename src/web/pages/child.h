/* child: what the pages about children share: one child's history and docket as this reader may see them, and the words for a
 * duty, a rule, an officer, an answer. Must not know any record, episode or rule by name. */
#ifndef CF_WEB_PAGES_CHILD_H
#define CF_WEB_PAGES_CHILD_H

#include "docket/lists.h"
#include "docket/said.h"
#include "web/pages/queue.h"
#include "web/record.h"

#include "pages/part_duty_line.h"

struct child {
    struct web_request *q;
    struct recording rec; /* names, and who is shown */
    struct cf_id id;
    uint32_t no;
    const struct lang_set *set;
    const struct lang_reference *ref;
    struct lang_history h;
    struct lang_docket k;
    const struct lang_shown *shown; /* what is live, one for each thing to do */
    size_t n_shown;
    bool live_only; /* no history, and of the docket what is live: enough for the line of a queue */
    bool *seen;     /* by event: may be shown for the purpose that was given */
    size_t unseen;  /* events that may not */
};
/* The door (web_child), then the history and the docket of now. */
CF_MUST_USE bool child_open(struct web_request *q, enum access_act act, struct child *c, struct cf_errs *errs);
/* The same of somebody whom a list has asked for already. */
CF_MUST_USE bool child_load(struct web_request *q, uint32_t no, struct child *c, struct cf_errs *errs);
/* The same for the line of a queue: what is live, as it was stored while that holds; without the history. */
CF_MUST_USE bool child_load_live(struct web_request *q, uint32_t no, struct child *c, struct cf_errs *errs);
CF_MUST_USE bool child_load_history(struct web_request *q, uint32_t no, struct child *c, struct cf_errs *errs); /* no docket */
void child_mark_seen(struct child *c, struct cf_arena *a); /* of a history that was read without its docket */
const struct lang_decl *child_record(const struct child *c, const struct lang_event *e);
const struct lang_event *child_event(const struct child *c, uint64_t seq); /* NULL: none, or not to be seen for this purpose */
size_t child_at(const struct child *c, const struct lang_event *e);
/* May the event and the rule's line be shown? A line whose cause may not be shown is withheld with it. */
bool child_sees(const struct child *c, uint64_t cause);
/* The opener of the event's (first) episode; NULL: none. */
const struct lang_event *child_episode(const struct child *c, const struct lang_event *e);
/* What is live in a docket, one for each thing to do: the same as of the whole, without comparing what has ended. */
size_t child_shown(struct cf_arena *a, const struct lang_docket *k, const struct lang_shown **out);
bool child_episode_open(const struct child *c, const struct lang_event *opener);
struct cf_str child_of_episode(const struct child *c, uint64_t opener); /* the id of the opener as text; empty: none */

/* ---- Words. */
struct cf_str child_subject(struct recording *rec, uint32_t no); /* an officer, unit, partner or person; "Officer 0123abcd" */
struct cf_str child_owner(struct recording *rec, const struct lang_reference *ref, const struct lang_duty_line *l);
struct cf_str child_actor(struct child *c, const struct lang_event *e);                      /* "Constable, North Area …" */
struct cf_str child_citation(struct web_request *q, const struct lang_decl *rule, size_t i); /* source and place in it */
struct cf_str child_label(struct web_request *q, const struct lang_decl *record, const struct lang_field *f); /* its question */
struct web_html child_when(struct web_request *q, const struct lang_event *e);
struct web_html child_since(struct web_request *q, int64_t at); /* "6 h 20 min", which static/clock.js keeps counting */
/* The answer in words; empty when the field was not asked. words: of desk_said, or NULL. */
struct cf_str child_answer(struct child *c, const struct lang_decl *record, const struct lang_event *e, size_t field,
                           const struct desk_words *words);
struct web_html child_plain(struct web_request *q, struct cf_str s); /* escaped */
struct web_html child_paragraphs(struct web_request *q, struct cf_str s);

/* ---- One thing to do, though several rules may ask for it. */
struct part_duty_line child_duty(struct child *c, const struct lang_shown *s);
bool child_live(const struct lang_duty_line *l); /* pending, stopped or overdue, and not of an event that is kept apart */

/* ---- Queues: a page of the things to do of a unit or an officer, one line each, late first by the child who waits longest. */
struct child_queue {
    struct queue_part part;
    CF_VEC(struct desk_owed);       /* of this page, without what is withheld */
    struct desk_owed_totals totals; /* of the whole list */
    size_t total, withheld;         /* total: of the view; withheld: of this page, about people whom this reader may not see */
};
CF_MUST_USE bool child_queue(struct web_request *q, enum desk_owed_by by, uint32_t who, enum desk_owed_view view,
                             enum access_act act, struct child_queue *out, struct cf_errs *errs);
/* The line of a queue in full; logs the child with `rec`. False: it is gone meanwhile. `last` keeps the child loaded last. */
CF_MUST_USE bool child_queue_line(struct recording *rec, struct child *last, const struct desk_owed *l,
                                  struct part_duty_line *out, struct cf_errs *errs);

#endif
