/* What the files of the checker share: the set being built, and the place (context) in which an expression is read.
 * Included by check.c, resolve.c, tables.c, types.c, rules.c, flow.c and notes.c only. Must not know: evaluation, printing. */
#ifndef CF_LANG_CHECK_PRIV_H
#define CF_LANG_CHECK_PRIV_H

#include "lang/lang.h"

enum { CK_SENT = 6, CK_ACKNOWLEDGED = 7 }; /* numbers of built-in records */
enum ck_space {
    CK_MAIN,
    CK_GATES,
    CK_WHO,
    CK_EPISODES,
    CK_TABLES,
    CK_SHARES,
    CK_COUNTS,
    CK_CODES,
    CK_PARTNERS,
    CK_WORDS,
    CK_SPACES
};

struct ck { /* one run of the checker */
    struct cf_arena *a;
    struct lang_set *set;
    struct cf_errs *errs;
    struct lang_reader reader;
    struct cf_map
        *names[CK_SPACES]; /* by name space: newest declaration. A gate and a fact may share a name: words tell them apart */
    struct cf_map *files;  /* text of each `from "file"`, by folder and name */
    uint8_t *state;        /* by declaration number: 0 untouched, 1 being read, 2 read */
    size_t n_state;
    struct lang_decl *built_in; /* the policy that the built-in declarations stand in */
    struct {
        CF_VEC(const struct lang_decl *);
    } chain; /* declarations being read now, outermost first: for cycles */
};

struct ck_in { /* where an expression stands */
    struct ck *k;
    const struct lang_decl *decl; /* whose expression it is */
    bool has_kind;                /* the subject's kind is known */
    enum lang_subject kind;
    const struct lang_decl *judged;  /* the gated or triggering record */
    const struct lang_decl *roles;   /* the record whose role names may be written */
    int role;                        /* which of them is the subject's; -1 */
    const struct lang_decl *trigger; /* record of the triggering event; NULL: none */
    bool trigger_instant;            /* `trigger` is an instant, though no event triggers */
    bool share_trigger;              /* the trigger is `sent S` or `acknowledged S` */
    const struct lang_decl *episode; /* of the scope */
    bool anywhere;                   /* measures, samples and shares: no scope limits what may be read */
    const struct lang_decl *own;     /* inside `with`: the record of the one event */
    bool in_item;                    /* inside `every … has` */
    struct lang_type item;
    const struct lang_field *item_field;
    bool deadline, measure, gives, text_ok;
};

/* ---- check.c */
enum ck_space ck_space(enum lang_decl_kind kind);
struct lang_decl *ck_find(const struct ck *k, struct cf_str name); /* newest version: a value or record first, then any; NULL */
struct lang_decl *ck_find_as(const struct ck *k, struct cf_str name, uint32_t kinds); /* of one of these kinds (bits); NULL */
struct lang_decl *ck_find_codes(const struct ck *k, struct cf_str name);
const struct lang_decl *ck_newest(const struct lang_decl *d);
uint32_t ck_kind_bit(enum lang_decl_kind kind);
/* A declaration of one of `kinds` (bits), or NULL and an error with the nearest name. */
struct lang_decl *ck_want(struct ck *k, struct lang_name name, uint32_t kinds, const char *what);
void ck_offer(struct ck *k, struct cf_str wrong, uint32_t kinds); /* did-you-mean, as the last error's hint */
void ck_offer_names(struct ck *k, struct cf_str wrong, const struct cf_str *names, size_t n, const char *else_hint);
struct lang_decl *ck_add_decl(struct ck *k, enum lang_decl_kind kind, struct cf_str name, struct cf_str title,
                              struct lang_decl *policy);
uint32_t ck_label_bit(struct cf_str name); /* a protected name's label, 0 */
const char *ck_label_word(uint32_t bit);
const char *ck_an(const char *word); /* "a" or "an" */

/* ---- resolve.c: what one declaration names of another */
void ck_link(struct ck *k);
int ck_field_index(const struct lang_decl *record, struct cf_str name); /* -1 */
int ck_role_index(const struct lang_decl *record, struct cf_str name);
int ck_code_index(const struct lang_decl *codes, struct cf_str name);
enum lang_attr ck_attr(const struct lang_decl *record, struct cf_str name, bool sent);
bool ck_type_named(struct ck *k, struct cf_str name, struct lang_type *out);
struct lang_type ck_kept_type(struct ck *k, const struct lang_field *f, size_t i);
int ck_kept_index(const struct lang_field *f, struct cf_str name);
const struct lang_decl *ck_choice_codes(struct ck *k, const struct lang_choice *c); /* of the field that it is for; NULL */
bool ck_record_in(const struct lang_decl *record, const struct lang_decl *episode); /* opens, closes, steps in it, or in any */

/* ---- tables.c */
void ck_codes_file(struct ck *k, struct lang_decl *d);
void ck_table(struct ck *k, struct lang_decl *d);

/* ---- names.c: one name, one path */
void ck_name(struct ck_in *c, struct lang_expr *e, struct lang_type want);
void ck_path(struct ck_in *c, struct lang_expr *e);
void ck_member(struct ck_in *c, struct lang_expr *e, const struct lang_decl *record, struct lang_name name);
bool ck_bare_value(struct ck_in *c, const struct lang_expr *e);
/* Is the record ever about this rule's kind of subject? If not: an error at `at`, for it is in another subject's history. */
bool ck_about_me(struct ck_in *c, const struct lang_decl *record, struct cf_span at);
bool ck_role_named(struct ck_in *c, struct cf_str word, int *role, enum lang_subject *kind);

/* ---- types.c */
void ck_type(struct ck_in *c, struct lang_expr *e, struct lang_type want);
void ck_cond(struct ck_in *c, struct lang_expr *e);                                  /* NULL is allowed */
void ck_sel(struct ck_in *c, struct lang_sel *s);                                    /* NULL is allowed */
void ck_sel_head(struct ck_in *c, struct lang_sel *s);                               /* its record and role alone */
const struct lang_decl *ck_sel_record(const struct ck *k, const struct lang_sel *s); /* built-in `sent` for `sent S` */
bool ck_same_type(struct lang_type a, struct lang_type b);
struct cf_str ck_type_text(struct cf_arena *a, struct lang_type t);
unsigned ck_units(const struct lang_expr *e); /* families of duration units, 0 unknown */
enum { CK_ELAPSED = 1, CK_DAYS = 2, CK_WORKING = 4, CK_MONTHS = 8 };
CF_UNUSED static inline struct lang_type ck_kind(enum lang_type_kind kind) {
    return (struct lang_type){.kind = kind};
}

/* ---- decls.c: each declaration's own expressions */
void ck_decl(struct ck *k, struct lang_decl *d);
struct ck_in ck_scope_in(struct ck *k, const struct lang_decl *d, const struct lang_scope *s);
const struct lang_decl *ck_trigger(const struct ck *k, const struct lang_duty *d); /* the triggering record; NULL: none */

/* ---- walking */
/* Calls f on e and on everything under it, selectors' conditions too; NULL is allowed. */
void ck_walk(struct lang_expr *e, void (*f)(void *, struct lang_expr *), void *ctx);
/* Calls f on each expression that a declaration holds (roots only) and g on each selector; either may be NULL. */
struct ck_part {
    struct lang_expr *e;
    struct lang_sel *s;
    const char *what;
    bool more;
};
void ck_parts(struct ck *k, struct lang_decl *d, void (*f)(void *, const struct ck_part *), void *ctx);

/* ---- rules.c, flow.c, notes.c */
void ck_citations(struct ck *k); /* also when names are wrong */
void ck_rules(struct ck *k);
void ck_flow(struct ck *k);
void ck_notes(struct ck *k);
bool ck_is_rule(enum lang_decl_kind kind); /* gate, duty, grade, score, choice, flag */

#endif
