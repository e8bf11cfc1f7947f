/* form: one record's declaration as a form: what is asked, the reading of what was sent, and the words for both.
 *
 * One renderer and one reader for every record kind of every policy: fields, conditions, lists, absences, when it happened,
 * whom it is about, in which episode. Nothing that was typed is lost: what cannot be read is written back beside what is wrong
 * with it. What must be asked elsewhere (who there is, what happened before) comes through `struct form_source`. Must not know:
 * requests, sessions, the desk's database, any record by name. */
#ifndef CF_WEB_FORM_H
#define CF_WEB_FORM_H

#include "docket/docket.h"
#include "web/web.h"

/* What is sent, by name:
 *   f.FIELD               the answer: yes, no, a code's name, words, 32 hex letters; or `~not_asked`, `~not_known`, `~declined`
 *   f.FIELD~              the absence, beside a box to type in: not_known, declined, none (of a list: answered, and nothing in
 * it) f.FIELD.day .month .year [.time]    a date (day, or day and month, left out: all of that month or year), an instant
 *   f.FIELD.n .unit       a duration
 *   f.FIELD.0 .1 …        items of a list, f.FIELD.rows of them shown; a list of few codes sends f.FIELD once for each
 *   f.FIELD.k.NAME        what is kept of the one who is named (`keeping`)
 *   f.FIELD.find          words to search with; f.FIELD.fresh: the id that "somebody new" gets; f.FIELD.name: what a place is
 * called a.ROLE … the same of whom it is about, with a.ROLE.category n.ROLE.FIELD …        of somebody new: the fields of the
 * record that holds births when.day .month .year .time, when.about, when.to.day …   when it happened episode, unit, to Code
 * names hold letters, digits and _ only, so that nothing with `~` or `.` can be one. */

struct form_option {
    struct cf_str value, label, hint; /* hint: why it is offered */
};
struct form_options {
    CF_VEC(struct form_option);
    uint64_t hidden, withheld; /* not offered: too many; not for this reader */
};
/* Answers from elsewhere; any function may be NULL. What it gives lives in `a`. */
struct form_source {
    void *ctx;
    /* Events of a record in this child's history, newest first. child zero: not chosen yet. */
    void (*events)(void *ctx, struct cf_arena *a, const struct lang_decl *record, struct cf_id child, struct form_options *out);
    /* Episodes of this child that are open now and in which `record` may be a step; newest first. */
    void (*episodes)(void *ctx, struct cf_arena *a, const struct lang_decl *record, struct cf_id child,
                     struct form_options *out);
    /* Subjects of a kind that match the words; without words, those worth offering unasked. */
    void (*subjects)(void *ctx, struct cf_arena *a, enum lang_subject kind, struct cf_str words, struct cf_id child,
                     struct form_options *out);
    struct cf_str (*subject_words)(void *ctx, struct cf_arena *a, enum lang_subject kind,
                                   struct cf_id id); /* empty: not known */
    struct cf_str (*event_words)(void *ctx, struct cf_arena *a, struct cf_id id);
    struct cf_id (*fresh)(void *ctx); /* an id for a new subject */
    /* The id of a place, line, matter or organisation that is named in words: the same words always give the same. */
    struct cf_id (*named)(void *ctx, enum lang_subject kind, struct cf_str words);
};

struct form_flaw { /* id: of the control that it is about, for the summary's link */
    struct cf_str id, words;
};
struct form {
    struct cf_arena *arena;
    const struct lang_set *set;
    const struct lang_decl *record;
    const struct cf_zone *zone;
    int64_t now; /* seconds */
    const struct form_source *source;
    struct web_pairs sent; /* borrowed */
    CF_LIST(struct form_flaw) flaws;
    struct cf_id child; /* of the first role, once it is known: offers are made from its history */
};
/* A form with nothing sent yet; `sent` may be empty. Allocates in `a`. */
struct form form_new(struct cf_arena *a, const struct lang_set *set, const struct lang_decl *record, const struct cf_zone *zone,
                     int64_t now, const struct form_source *source, struct web_pairs sent);
/* What a first visit is given: when = now, the unit; `about` goes to the first role, `episode` to the episode; zero: not given.
 */
void form_begin(struct form *f, struct cf_id about, struct cf_id episode, struct cf_id unit);

/* Reads what was sent into an entry: record, times, precision, unit, about, episodes, fields; actor and id are the caller's.
 * False: f->flaws say what to put right, each at its control; the entry then holds what could be read. Everything lives in
 * f->arena. */
struct form_newcomer { /* somebody who was not known before, and what is said of them */
    struct cf_id id;
    const struct desk_value *fields; /* of set->birth */
    bool answered;                   /* anything at all */
};
struct form_entry {
    struct desk_entry e;
    CF_LIST(struct form_newcomer) newcomers;
};
CF_MUST_USE bool form_read(struct form *f, struct form_entry *out);
/* Only what could be read, no flaws kept: for drafts, and for offers that depend on who was chosen. */
void form_glance(struct form *f, struct form_entry *out);

/* Writes all questions, filled with what was sent, each with its flaw. */
void form_write(struct form *f, struct cf_buf *b);
void form_write_answers(struct form *f, struct cf_buf *b); /* the fields first, then when: where who and which are settled */
/* What was answered, for `check your answers`: a row for each question that was asked, in the order of the form. */
struct form_row {
    struct cf_str label, hint, words, id; /* hint: the question in full; id: the control to go back to */
    bool absent, narrative;               /* not asked, not known, declined; words of somebody */
    int field;                            /* number of the field, -1: another question */
};
struct form_rows {
    CF_VEC(struct form_row);
};
void form_rows(struct form *f, const struct form_entry *entry, struct form_rows *out);
/* What must be sent for this entry to be read: the inverse of form_read, for corrections and tests. */
void form_pairs(struct form *f, const struct desk_entry *e, struct web_pairs *out);

/* Is a field asked at all, given what is answered? A condition that is not yes keeps it asked: unknown may oblige. */
bool form_asks(const struct lang_decl *record, size_t field, const struct desk_value *fields);
/* "Needed unless adult is present or absent"; "Needed if how is bail before charge". */
struct cf_str form_condition_words(struct cf_arena *a, const struct lang_field *field);
/* Is the record part of an episode: a step of one, what closes one, or a step in any? And is it part of exactly one? */
bool form_is_step(const struct lang_record *r);
bool form_needs_episode(const struct lang_record *r);
/* "27 October 2024 at 01:10 BST": the zone is said in the hour that the clocks repeat. */
struct cf_str form_time_words(struct cf_arena *a, const struct cf_zone *zone, int64_t at);
struct cf_str form_label(struct cf_arena *a, struct cf_str name); /* in_uniform -> "In uniform" */
struct cf_str form_code_label(struct cf_arena *a, const struct lang_decl *codes, size_t index);
struct cf_str form_value_words(struct form *f, const struct lang_field *field, const struct desk_value *v);

/* Pairs as one text (application/x-www-form-urlencoded) and back: what drafts and sealed forms keep. W002, W003: it cannot
 * be read. */
struct cf_str form_pack(struct cf_arena *a, const struct web_pairs *pairs);
CF_MUST_USE bool form_unpack(struct cf_arena *a, struct cf_str text, struct web_pairs *out, struct cf_errs *errs);
struct cf_str form_sent(const struct web_pairs *pairs, struct cf_str name); /* first of that name; empty when absent */
bool form_was_sent(const struct web_pairs *pairs, struct cf_str name);
void form_set(struct cf_arena *a, struct web_pairs *pairs, struct cf_str name,
              struct cf_str value); /* replaces all of that name */
void form_drop(struct web_pairs *pairs, struct cf_str name);

#endif
