/* form, private: what its files share. */
#ifndef CF_WEB_FORM_PRIV_H
#define CF_WEB_FORM_PRIV_H

#include "docket/words.h"
#include "web/form.h"

enum {
    FORM_FEW = 8,
    FORM_SOME = 20,
    FORM_LISTED = 400,
    FORM_ROWS = 40
}; /* codes as radios, as a list; of a type-ahead; rows */

/* How a question is asked. */
enum form_shape {
    FORM_RADIOS,     /* all answers stand there, absences among them */
    FORM_SELECT,     /* the same in one list */
    FORM_TYPE_AHEAD, /* a box with suggestions */
    FORM_BOX,
    FORM_AREA,
    FORM_DATE,
    FORM_INSTANT,
    FORM_DURATION,
    FORM_EVENT,
    FORM_SUBJECT,
    FORM_CHECKS, /* of a list: all of few codes */
    FORM_LIST    /* of a list: a row each */
};
/* One question: a field, a kept attribute, a role; `base` is its name in what is sent. */
struct form_question {
    enum lang_type_kind type;
    const struct lang_decl *of; /* codes or record */
    enum lang_subject subject;
    struct cf_str base, label, hint;
    bool required, many, absences;  /* absences: not known and declined are offered */
    const struct lang_field *field; /* for what it keeps; may be NULL */
};
enum form_shape form_shape(const struct form_question *q);
struct form_question form_of_field(struct form *f, const char *prefix, const struct lang_field *field);
/* Of what a field keeps of who is named: false when it is nothing that a form asks. */
bool form_of_kept(struct form *f, const struct form_question *q, size_t kept, struct form_question *out);
struct form_question form_item(struct form *f, const struct form_question *list, size_t i);
size_t form_shown_rows(const struct form *f, const struct form_question *q);

struct cf_str form_name(struct form *f, struct cf_str base, const char *suffix);
struct cf_str form_get(struct form *f, struct cf_str base, const char *suffix); /* as sent */
struct cf_str form_trimmed(struct form *f, struct cf_str base, const char *suffix);
bool form_absence(struct cf_str word, uint8_t *kind); /* "~not_known", or without the ~ */
void form_complain(struct form *f, struct cf_str id, const char *fmt, ...) CF_PRINTF(3, 4);
struct cf_str form_flaw_at(const struct form *f, struct cf_str id); /* empty: none */

enum form_got { FORM_BLANK, FORM_GOT, FORM_BAD };
enum form_got form_read_question(struct form *f, const struct form_question *q, struct desk_value *out);
enum form_got form_read_one(struct form *f, const struct form_question *q, struct desk_value *out);
void form_write_question(struct form *f, struct cf_buf *b, const struct form_question *q);
void form_pairs_of(struct form *f, const struct form_question *q, const struct desk_value *v, struct web_pairs *out);
struct cf_str form_words_of(struct form *f, const struct form_question *q, const struct desk_value *v);
/* The condition of `required unless` for a script: ["or",["is","adult","present"],…]; empty when it reads more than one answer
 * each. */
struct cf_str form_condition_json(struct cf_arena *a, const struct lang_field *field);
enum lang_truth form_judge(const struct lang_expr *e, const struct desk_value *fields);

#endif
