/* api: what the addresses under /api/v1 share: a record sent as JSON, what is wrong with it and where, and the lines of a
 * docket as JSON. Everything follows from the records' declarations. Must not know any record, share or rule by name. */
#ifndef CF_WEB_API_H
#define CF_WEB_API_H

#include "access/json.h"
#include "docket/trial.h"
#include "web/form.h"
#include "web/web.h"

struct child; /* web/pages/child.h */

/* ---- Reading. What is sent for a record:
 *   happened   "2024-06-03 15:10" (exact), "2024-06-03", "2024-06", "2024" (that day, month, year),
 *              {"about": TIME}, {"from": TIME, "to": TIME}
 *   about      {ROLE: WHO} or {ROLE: [WHO, …]}; WHO: an id, {"new": {FIELD: ANSWER, …}} (fields of the record that holds
 * births),
 *              {"named": WORDS} (a place, line, matter or organisation), the name of a unit or partner, {"id": …, "category":
 * …} episodes   [id of the event that opened it, …] unit       the name of a unit, or its id fields     {FIELD: ANSWER}: words
 * as desk_words_read takes them, yes and no also as true and false, whole numbers also as numbers; null: not known; {"absent":
 * "declined"}; a list for `many`, its items with what is kept of them as
 *              {"value": …, "keeping": {NAME: …}} */
struct api_flaw {
    struct cf_str pointer; /* RFC 6901, into the body; of a query: the parameter */
    struct cf_str words, hint;
};
struct api_reading {
    struct cf_arena *arena;
    const struct lang_set *set;
    const struct lang_decl *record;
    const struct cf_zone *zone;
    int64_t now; /* seconds */
    void *ctx;
    struct cf_id (*fresh)(void *ctx, size_t i);                                         /* the id of the ith newcomer */
    struct cf_id (*named)(void *ctx, enum lang_subject kind, struct cf_str words);      /* as form_source's */
    bool (*declared)(void *ctx, enum lang_subject kind, struct cf_str, struct cf_id *); /* a unit or partner by name */
    CF_LIST(struct api_flaw) flaws;
};
/* False: x->flaws say what to put right, each with its place; nothing that is wrong is passed over. `body` is borrowed, and
 * *out lives in x->arena. */
CF_MUST_USE bool api_read_record(struct api_reading *x, const struct access_json *body, struct form_entry *out);
/* Text as JSON; W013 says at which byte it is none. */
const struct access_json *api_json(struct cf_arena *a, struct cf_str text, struct cf_errs *errs);
void api_complain(struct api_reading *x, struct cf_str pointer, struct cf_str hint, const char *fmt, ...) CF_PRINTF(4, 5);
struct cf_str api_pointer(struct cf_arena *a, struct cf_str base, struct cf_str name); /* base/name, escaped */
/* May words stand for a subject of this kind ({"named": …})? */
bool api_may_name(enum lang_subject kind);
/* Type and codes of what a field keeps of who is named; false: nothing that is asked. */
bool api_kept_type(const struct lang_set *set, struct cf_str name, struct lang_type *out);

/* ---- Answers. */
bool api_send(struct web_request *q, struct web_response *r, int status, struct cf_buf *b, struct cf_errs *errs);
/* 422 with a pointer (or, of a query, a parameter) and a hint for each flaw; true. */
bool api_flawed(struct web_request *q, struct web_response *r, const struct api_flaw *flaws, size_t n, bool query);
/* Page and its parts: `?page=` from 1. false: a flaw was answered. */
struct api_part {
    size_t from, to;
    int64_t page;
};
enum { API_ON_PAGE = 100 };
bool api_page_asked(struct web_request *q, struct web_response *r, int64_t *page);
struct api_part api_part(int64_t page, size_t n);
/* ,"page":…,"pages":…,"shown":…,"hidden":…,"withheld":…,"total":… ; n: what may be shown; left_out: of this part, not shown. */
void api_put_counts(struct cf_buf *b, const struct api_part *part, size_t n, size_t left_out, uint64_t withheld);

void api_put_id(struct cf_buf *b, struct cf_id id); /* quoted */
/* ,"key": before a value */
void api_key(struct cf_buf *b, const char *key);
void api_put_duty(struct cf_buf *b, const struct lang_reference *ref, const struct lang_duty_line *d);
void api_put_reasons(struct cf_buf *b, const struct lang_reason *why);
/* What one event changed, of people whom the reader may see, as a list; *shown gets whom it names. A partner's key is told what
 * is asked of that partner and how its own event was judged, no more. */
struct api_people {
    CF_VEC(uint32_t);
};
CF_MUST_USE bool api_put_changes(struct web_request *q, const struct desk_trials *trials, struct cf_buf *b,
                                 struct api_people *shown, struct cf_errs *errs);
bool api_owns(const struct web_request *q, const struct lang_duty_line *d); /* is it the partner who owes this? */
void api_also(struct web_request *q, struct api_people *list, uint32_t no);

#endif
