/* lang: the policy language, pure. Source to tree, tree checked, tree evaluated; no clock, no input or output inside.
 *
 * This header holds the tree that the parser makes and the checker completes, the history that evaluation reads, and the docket
 * that it gives. Meaning: doc/reference/policy-semantics.md, by rule number (E1, U4, D8 ...). Must not know: store, ledger,
 * network.
 *
 * The passes: parse (lex.c, parse*.c) -> check (resolve.c, check*.c) -> eval (the plain one, plain*.c, walks the tree;
 * the compiled one, lower.c and fast.c, runs) -> explain. fmt.c prints a tree back. All allocate in the arena they are handed.
 */
#ifndef CF_LANG_LANG_H
#define CF_LANG_LANG_H

#include "base/base.h"
#include "base/calendar.h"
#include "base/time.h"

/* ================================================================ names and types */

enum lang_decl_kind {
    LANG_POLICY,
    LANG_CODES,
    LANG_TABLE,
    LANG_SETTING,
    LANG_EPISODE,
    LANG_RECORD,
    LANG_SPAN,
    LANG_FACT,
    LANG_GATE,
    LANG_DUTY,
    LANG_GRADE,
    LANG_SCORE,
    LANG_CHOICE,
    LANG_FLAG,
    LANG_MORE,
    LANG_SHARE,
    LANG_MEASURE,
    LANG_SAMPLE,
    LANG_EXAMPLE,
    LANG_ROLE,
    LANG_UNIT,
    LANG_PARTNER,
    LANG_WORDING,
    LANG_INDICATOR,
    LANG_DECL_KINDS
};
const char *lang_decl_word(enum lang_decl_kind kind); /* "duty" */

enum lang_subject {
    LANG_PERSON,
    LANG_OFFICER,
    LANG_UNIT_SUBJECT,
    LANG_ORGANISATION,
    LANG_PLACE,
    LANG_LINE,
    LANG_MATTER,
    LANG_SUBJECTS
};
const char *lang_subject_word(enum lang_subject s);

/* Labels of the flow rule (section 12): what an expression has read. A set of bits. */
enum lang_label {
    LANG_ETHNICITY = 1,
    LANG_SEX = 2,
    LANG_RELIGION = 4,
    LANG_DISABILITY = 8,
    LANG_NATIONALITY = 16,
    LANG_ORIENTATION = 32,
    LANG_GENDER_REASSIGNMENT = 64,
    LANG_PREGNANCY = 128,
    LANG_TEXT_LABEL = 256 /* narrative, wording, indicator */
};

enum lang_type_kind {
    LANG_T_NONE,  /* not yet known, or wrong: no second error is raised about it */
    LANG_T_YESNO, /* a condition too */
    LANG_T_WHOLE,
    LANG_T_FRACTION,
    LANG_T_DATE,
    LANG_T_INSTANT,
    LANG_T_DURATION,
    LANG_T_CLOCK, /* 08:30 */
    LANG_T_TEXT,  /* narrative */

    LANG_T_CODE,    /* of: the codes declaration; an inline `one of (…)` has one of its own, without a name */
    LANG_T_EVENT,   /* of: the record declaration; a reference to an event */
    LANG_T_SUBJECT, /* subject: which kind */
    LANG_T_SET      /* many of elem */
};
struct lang_decl;
struct lang_type {
    enum lang_type_kind kind;
    enum lang_type_kind elem;   /* of a set */
    const struct lang_decl *of; /* codes or record */
    enum lang_subject subject;
};

struct lang_name { /* a name where it is used */
    struct cf_str text;
    struct cf_span at;
};
CF_UNUSED static inline bool lang_named(struct lang_name n) {
    return n.text.n != 0;
}

/* ================================================================ expressions */

/* The parser gives LANG_NAME and LANG_PATH for names; the checker turns them in place into what they mean (marked r). */
enum lang_op {
    LANG_NAME, /* unresolved: path.v[0] */
    LANG_PATH, /* unresolved: path a.b[.c] ; previous */
    /* literals */
    LANG_YES,
    LANG_NO,
    LANG_UNKNOWN,
    LANG_NUMBER,      /* num, den */
    LANG_DATE_LIT,    /* num: day */
    LANG_INSTANT_LIT, /* num2: as written, a London wall clock (day * 86400 + second of the day); num: r the UTC instant (the
                         parser leaves the wall clock in it) */

    LANG_CLOCK_LIT,    /* num: second of the day */
    LANG_DURATION_LIT, /* duration */
    LANG_STRING_LIT,   /* text */

    LANG_CODE_LIT, /* r  decl: codes, index: which */
    LANG_UNIT_LIT, /* r  decl: unit */
    LANG_ROLE_LIT, /* r  decl: role (an owner) */
    LANG_NOTHING,  /* `nothing`: no episode, in examples */
    /* values */
    LANG_SETTING_REF, /* r  decl */
    LANG_FACT_REF,    /* r  decl; role: index in the judged or triggering record's roles, -1 for the subject itself */
    /* of the three kinds of field below: num is 1 + which kept attribute of a single value is meant (`R.place.borough`), 0 the
       value */
    LANG_FIELD,   /* r  decl: record; index: field; previous. Of the last R in scope (X3); LANG_ATTR_* in attr for what every
                     event has */
    LANG_TRIGGER, /* the triggering event, or its instant where one is wanted */
    LANG_TRIGGER_FIELD, /* r  index: field of the triggering record (decl), or attr */
    LANG_OWN_FIELD,     /* r  inside `with`: field `index` of the one event looked at, or attr */
    LANG_ITEM_FIELD,    /* r  inside `every … has`: kept attribute `index` of the item; index -1: the item itself */
    LANG_GRADE_REF,
    LANG_SCORE_REF,
    LANG_FLAG_REF,
    LANG_SPAN_REF,  /* r  decl */
    LANG_TABLE_REF, /* decl r; list: keys */
    LANG_ADD,
    LANG_SUB,
    LANG_NEGATE,
    LANG_ELSE,
    LANG_PARTNER_OF,  /* name -> decl r; a: organisation */
    LANG_COUNT_SEL,   /* sel */
    LANG_COUNT_SET,   /* a */
    LANG_FIRST_FIELD, /* sel; path.v[0] -> index r or attr */
    LANG_LAST_FIELD,  /* sel; the same of the last one (`last sel.field`) */
    LANG_SUM_FIELD,   /* path -> index r; sel */
    LANG_SUM_TABLE,   /* decl r: table; a: set of keys */
    LANG_AGE,         /* a: at instant or NULL */
    LANG_HOLDERS,
    LANG_TIME_IN, /* decl r: span; longest; duration: the last; num, num2: between clock and clock, or -1; days */
    /* conditions */
    LANG_AND,
    LANG_OR,
    LANG_NOT,
    LANG_EXISTS,
    LANG_NONE, /* sel */
    LANG_OPEN, /* name -> decl r: episode; NULL decl: `held` */
    LANG_KEPT, /* name -> decl r: gate */
    LANG_EQ,
    LANG_NE,
    LANG_LT,
    LANG_LE,
    LANG_GT,
    LANG_GE,
    LANG_IN_LIST,  /* a in list */
    LANG_IN_RANGE, /* a in b to c */
    LANG_WITHIN,   /* set a within set b */
    LANG_EVERY,    /* every set a has cond b */
    LANG_IS_KNOWN,
    LANG_IS_NOT_KNOWN, /* a */
    LANG_IS_ROLE,      /* a is role: name -> decl r */
    LANG_IS_REACHED,   /* a: instant */
    LANG_CHILD,        /* a: at instant or NULL */
    LANG_MET,          /* measures only: the duty met, missed … name is the state */
    /* instants */
    LANG_TURNS, /* role name in path.v[0] -> role r; num: age */
    LANG_BEFORE,
    LANG_AFTER,   /* duration, or a value in b; a: instant */
    LANG_DUE_MET, /* the due time it met (D6) */
    LANG_EARLIER,
    LANG_LATER,       /* of a and b */
    LANG_SCHOOL_DAY,  /* the start of the next school day at a */
    LANG_BEING_KNOWN, /* `of being known` (D4) */
    LANG_OPS
};

/* What every event has, beside its fields: `review.actor`, `arrival.happened`, `sent S`'s `to`. */
enum lang_attr {
    LANG_ATTR_NONE,
    LANG_ATTR_HAPPENED,
    LANG_ATTR_RECORDED,
    LANG_ATTR_ACTOR,
    LANG_ATTR_UNIT,
    LANG_ATTR_TO,
    LANG_ATTR_ROLE,     /* index: which about role */
    LANG_ATTR_ATTRIBUTE /* name, borough …: of the subject, shown only */
};

struct lang_expr;
enum lang_sel_kind { LANG_SEL_RECORD, LANG_SEL_SENT, LANG_SEL_ACKNOWLEDGED };
struct lang_sel { /* which events: `mtip_review with search = trigger in the last 6 months` */
    enum lang_sel_kind kind;
    struct lang_name name;
    const struct lang_decl *decl; /* r  record or share */
    struct lang_name role;        /* `as child` */
    int role_index;               /* r  in decl's about roles; the only one when none is written */
    struct lang_expr *with;
    struct lang_expr *last; /* `in the last D`: a duration value, or NULL */
    struct lang_name since;
    const struct lang_decl *since_decl; /* r */
    bool any_episode;
    struct cf_span at;
};

struct lang_expr {
    enum lang_op op;
    struct cf_span at;
    struct lang_type type; /* r */
    uint32_t labels;       /* r  set of enum lang_label, of everything it reads */
    struct lang_expr *a, *b, *c;
    CF_LIST(struct lang_expr *) list;
    CF_LIST(struct lang_name) path;
    struct lang_name name;
    const struct lang_decl *decl; /* r */
    int index, role;              /* r  -1: none */
    enum lang_attr attr;          /* r */
    struct lang_sel *sel;
    struct cf_duration duration;
    int64_t num, num2;
    int64_t den; /* of LANG_NUMBER: 1 for a whole number */
    struct cf_str text;
    uint8_t days;                      /* of LANG_TIME_IN: on which the time of day begins, bit 0 Monday; 0: on each */
    bool previous, longest, bracketed; /* written in brackets: kept for the formatter */
    bool to_verify;                    /* the root of a clause that ends in `to verify` */
    uint32_t id;                       /* r  dense number over the whole set: the evaluators' memo and coverage */
};

/* ================================================================ declarations */

struct lang_cite { /* `strategy SEARCH-34` or `strategy "text"` */
    struct lang_name key;
    struct cf_str text;
    struct cf_span at;
};
struct lang_lawful {
    struct lang_name label;
    uint32_t bit;
    struct lang_cite cite;
};
struct lang_value_clause { /* a clause that may hold a bare value */
    struct lang_expr *value;
    bool to_verify;
};
struct lang_place { /* a clause (lang_priv.h's number) and its offset */
    uint32_t clause, at;
};
struct lang_comment { /* without the #; alone: a line of its own */
    struct cf_str text;
    struct cf_span at;
    bool alone;
};

struct lang_field {
    struct lang_name name;
    struct lang_name type_name;     /* as written: whole, narrative, a codes, record or kind name; empty for `one of` */
    struct lang_type type;          /* r */
    struct lang_decl *inline_codes; /* `one of (…)` */
    bool many, required;
    struct lang_expr *unless; /* required unless … */
    CF_LIST(struct lang_name) keeping;
    CF_LIST(struct lang_name) copied_from; /* path */
    struct cf_str hint;
    bool retired; /* in an older version only */
    struct cf_span at;
};
struct lang_about {
    struct lang_name role;
    bool many;
    enum lang_subject kind;
};

struct lang_code {
    struct lang_name name;
    struct cf_str title;
};
struct lang_codes {
    bool ordered;
    struct lang_name protected_as;
    uint32_t label; /* r */
    struct cf_str file;
    CF_LIST(struct lang_code) list; /* lowest first; from the file too */
};
struct lang_row {
    struct cf_span at;
    CF_LIST(struct lang_expr *) cells;
};
struct lang_table {
    struct cf_str file;
    struct cf_str note; /* the file's own first comment lines: what it holds and where it is from */
    CF_LIST(struct lang_name) keys;
    CF_LIST(struct lang_type) key_types; /* r */
    struct lang_name gives, gives_type;
    struct lang_type type; /* r */
    bool complete;
    CF_LIST(struct lang_row) rows; /* keys, then the value */
};
struct lang_setting {
    struct lang_expr *value;
    bool confirmed;
    struct lang_cite cite;
};
struct lang_episode { /* opener r: the first record that opens it */
    bool held;
    const struct lang_decl *opener;
};
struct lang_record {
    struct lang_name opens, closes;
    const struct lang_decl *opens_decl, *closes_decl; /* r */
    CF_LIST(struct lang_name) in;
    CF_LIST(const struct lang_decl *) in_decls; /* r */
    bool in_any, act, built_in;
    CF_LIST(struct lang_about) about; /* as written; a step without it gets its opener's in `roles` */
    CF_LIST(struct lang_about) roles; /* r */
    CF_LIST(struct lang_name) by;
    CF_LIST(const struct lang_decl *) by_decls; /* r; a NULL is `anyone` */
    bool decided_by;
    CF_LIST(struct lang_name) seen_for; /* purposes for which its events may be shown; none: for every one */
    CF_LIST(struct lang_field) fields;  /* r: all versions' fields, this version's first; the index is the field's number */
    uint32_t number;                    /* r  dense over the set */
};
struct lang_span_decl {
    struct lang_sel *from, *to;
    struct lang_name hours_of;
    const struct lang_decl *hours_unit;
};
struct lang_scope {
    bool about, in;
    enum lang_subject kind;
    struct lang_name episode;
    const struct lang_decl *episode_decl;
};
struct lang_fact {
    struct lang_scope scope;
    struct lang_expr *value;
    bool is_condition; /* r */
};
struct lang_gate {
    bool absolute;
    struct lang_sel *before;
    struct lang_expr *where, *needs;
    struct cf_str otherwise;
    const struct lang_decl *departs_from; /* r  the grade or choice of which this is NAME.departure (G4): kept when what was
                                           * decided is what is recommended (open), else by `needs` (`R.g is known`) */
};
enum lang_trigger_kind { LANG_AFTER_EVENT, LANG_AFTER_BREACH, LANG_WHEN, LANG_EACH };
enum lang_period { LANG_WEEK, LANG_MONTH, LANG_QUARTER, LANG_YEAR };
struct lang_extension {
    struct lang_sel *by;
    struct lang_expr *where;
    struct lang_value_clause to;
    struct cf_span at;
};
struct lang_warn {
    struct lang_value_clause d;
    bool after; /* after the trigger; otherwise before due */
};
struct lang_escalate {
    struct lang_name role;
    const struct lang_decl *decl;   /* r */
    struct lang_value_clause after; /* after the due time; value NULL: at once */
};
struct lang_duty {
    enum lang_trigger_kind trigger;
    struct lang_sel *after;
    struct lang_name breach_of;
    const struct lang_decl *breach_gate; /* r */
    struct lang_scope scope;             /* of when and each */
    struct lang_expr *cond;              /* when, or while of each */
    enum lang_period period;
    struct lang_expr *where;
    struct lang_expr *owner; /* LANG_NAME `actor` stays LANG_NAME with decl NULL and text "actor" */
    bool has_deadline, by_instant;
    struct lang_value_clause within; /* within value [of …] */
    struct lang_expr *of;            /* instant or LANG_BEING_KNOWN; NULL: the trigger */
    struct lang_value_clause by;     /* by instant */
    CF_LIST(struct lang_name) not_counting;
    CF_LIST(const struct lang_decl *) not_counting_decls; /* r */
    CF_LIST(struct lang_extension) extended;
    CF_LIST(struct lang_sel *) done_by;
    struct lang_expr *done_where;
    struct lang_expr *counting_from;
    CF_LIST(struct lang_sel *) void_by;
    struct lang_expr *void_when;
    CF_LIST(struct lang_warn) warn;
    CF_LIST(struct lang_escalate) escalate;
};
/* more r: the `more` declaration that the line was merged from (it holds while that policy is in force); NULL: the rule's */
struct lang_level {
    struct lang_name name;
    int index; /* r */
    struct lang_expr *when;
    bool otherwise;
    struct cf_span at;
    const struct lang_decl *more;
};
struct lang_grade {
    struct lang_scope scope;
    struct lang_name levels;
    const struct lang_decl *codes;   /* r */
    CF_LIST(struct lang_level) list; /* as written, `more grade` lines after */
    struct lang_expr *decided_in;    /* path R.f */
    struct lang_name departure_needs;
};
struct lang_term {
    struct lang_value_clause value;
    struct lang_value_clause lo, hi;
    bool bounded;
    struct cf_span at;
};
struct lang_score {
    struct lang_scope scope;
    struct lang_value_clause from, to, base;
    CF_LIST(struct lang_term) plus;
};
struct lang_option {
    struct lang_name code;
    int index; /* r */
    struct lang_expr *open_when, *closed_when;
    struct cf_span at;
    const struct lang_decl *more; /* r: as of a level; then open_when is NULL */
};
struct lang_choice {
    struct lang_expr *for_;
    CF_LIST(struct lang_option) options;
    struct lang_name departure_needs;
};
struct lang_flag {
    struct lang_scope scope;
    struct lang_expr *cond;
    bool cond_to_verify;
};
struct lang_more {
    bool choice;
    struct lang_name target;
    const struct lang_decl *decl;
    CF_LIST(struct lang_level) levels;
    CF_LIST(struct lang_option) options;
};
struct lang_share {
    struct lang_expr *to;
    struct lang_name purpose;
    struct lang_cite basis;
    CF_LIST(struct lang_expr *) gives;
};

enum lang_measure_form { LANG_COUNT, LANG_SHARE_OF, LANG_MEDIAN, LANG_RATE };
enum lang_population { LANG_POP_RECORD, LANG_POP_DUTY, LANG_POP_OPENED, LANG_POP_CLOSED, LANG_POP_SUBJECTS };
struct lang_dim { /* month, quarter, year, unit, owner, borough, a protected label, or a field of the record */
    struct lang_name name;
    struct cf_str as;
};
struct lang_measure {
    enum lang_measure_form form;
    enum lang_population pop;
    struct lang_name pop_name;        /* record, duty, episode; or kind of subject */
    const struct lang_decl *pop_decl; /* r */
    struct lang_sel *pop_sel;         /* record with its conditions, when written so */
    enum lang_subject subject;
    struct lang_expr *where; /* narrows P */
    struct lang_expr *that;  /* share: where C, or LANG_KEPT / LANG_MET for `that kept G`, `that met` */
    struct lang_expr *value; /* median of D, percentile N of D */
    int percentile;          /* 1 to 99; 0: the median */
    int64_t per;
    struct lang_name per_table; /* rate per 1,000 children_10_17 */
    CF_LIST(struct lang_dim) by;
    struct lang_name compare, with, within;
    struct lang_sel *followed_by;
    struct lang_expr *followed_within;
    int aim;
    bool has_target;
    int64_t target;
    bool target_percent; /* aim: +1 up, -1 down, 0 none */
};
struct lang_stratum { /* where NULL: of the rest */
    int64_t take;
    struct lang_expr *where;
};
struct lang_sample {
    struct lang_name of;
    const struct lang_decl *of_decl;
    enum lang_period period;
    struct lang_name by;
    CF_LIST(struct lang_stratum) strata;
};

/* Examples: a history in a few lines and what must follow. Values stay expressions until the example is run.
 * All instants in an example's tree (happened, due, at, known_at) are London wall clocks as written: day * 86400 + second of
 * the day; the runner turns them into UTC with cf_time_at(set->zone, day, clock, NULL). A date alone is 00:00 (due: 23:59:59).
 * Attributes: `term D to D` and `born D to D` have two values; `by ROLE and NAME` has the role, then the person; `recorded D T`
 * one instant or date; `corrects LABEL field value` has the label, the field's name, then the values; `in nothing` one
 * LANG_NOTHING; `not asked` is a LANG_NAME "not asked". A row of `table T` is an attribute without a name: its values are the
 * keys, then the value. An item with kept attributes, `Lee (sex female)`: LANG_NAME whose list has one LANG_EQ each (name: the
 * attribute, a: its value). */
struct lang_attr_value { /* `born 2009-05-02`, `officers Lee (sex female), Roe (…)`: kept attributes in a value's list */
    struct lang_name name;
    CF_LIST(struct lang_expr *) values;
    struct cf_span at;
};
struct lang_ex_subject {
    struct lang_name kind; /* child, officer, school, bcu, table … */
    struct lang_name name;
    CF_LIST(struct lang_attr_value) attrs;
    struct cf_span at;
};
struct lang_ex_event {
    int64_t happened;
    int64_t happened_to;
    bool day_only;
    struct lang_name record;
    enum lang_sel_kind kind;
    struct lang_name label; /* `mtip_search = first` */
    /* fields, and: by ROLE, unit U, recorded T, in EPISODES, child NAME, to X, corrects LABEL, withdraws LABEL */
    CF_LIST(struct lang_attr_value) attrs;
    struct cf_span at;
};
enum lang_expect_kind {
    LANG_EX_DUTY,
    LANG_EX_GATE_BREACH,
    LANG_EX_GATE_KEPT,
    LANG_EX_GRADE,
    LANG_EX_SCORE,
    LANG_EX_CHOICE,
    LANG_EX_FLAG,
    LANG_EX_NAMED /* r: the name alone tells which */
};
struct lang_expect {
    enum lang_expect_kind kind;
    bool no;
    struct lang_name name, part;  /* part: `departure`, or the option of a choice */
    const struct lang_decl *decl; /* r */
    struct lang_name of;          /* `of first`, `of 2024-Q1` */
    struct lang_name state;       /* pending, met, late, overdue, missed, void, stopped; a level; open, closed, not known */
    struct lang_name could_be;
    bool has_due;
    int64_t due;
    bool due_day_only;
    bool has_left;
    int64_t left_s;
    bool has_num;
    int64_t num_lo, num_hi; /* scores */
    bool not_known;
    struct lang_expr *owner;
    CF_LIST(struct lang_name) marks; /* `entered later`, `explained` … joined with a blank */
    struct cf_span at;
};
struct lang_ex_at {
    int64_t at;
    struct lang_name of;
    CF_LIST(struct lang_expect) expects;
    struct cf_span where;
    bool known_at_set;
    int64_t known_at;
};
enum lang_ex_item_kind { LANG_EX_SUBJECT, LANG_EX_EVENT, LANG_EX_AT };
struct lang_ex_item {
    enum lang_ex_item_kind kind;
    struct lang_ex_subject *subject;
    struct lang_ex_event *event;
    struct lang_ex_at *at;
};
struct lang_example {
    CF_LIST(struct lang_ex_item) items;
};

/* Access: who may record, read, decide and own. */

/* What the program lets the holders of a role do (`may`), beside recording and deciding, which follow from the records' own
 * `by` and `decided by`. Fixed words; lang_ability_word and lang_ability_meaning say them. */
enum lang_ability {
    LANG_MAY_SUPERVISE,
    LANG_MAY_CORRECT,
    LANG_MAY_MERGE,
    LANG_MAY_RESTRICT,
    LANG_MAY_ERASE,
    LANG_MAY_ADMINISTER,
    LANG_MAY_AUDIT,
    LANG_MAY_ADOPT,
    LANG_MAY_MEASURE,
    LANG_MAY_PUBLISH,
    LANG_ABILITIES
};
const char *lang_ability_word(enum lang_ability a);
const char *lang_ability_meaning(enum lang_ability a); /* one line, for a screen that gives roles */

/* Whose people the holder may look at (`sees`), narrowest first. */
enum lang_sees {
    LANG_SEES_NOT_SAID, /* the role has no such clause */
    LANG_SEES_OWN,      /* people in whose history they recorded something, or own a duty */
    LANG_SEES_UNIT,     /* people with an event or a duty of their unit */
    LANG_SEES_FORCE,    /* everyone */
    LANG_SEES_WORDS
};
const char *lang_sees_word(enum lang_sees s); /* "own" */

struct lang_role_decl {
    int64_t rank;
    bool has_rank;
    CF_LIST(struct lang_name) includes;
    CF_LIST(const struct lang_decl *) includes_decls;
    struct lang_expr *granted_when;
    CF_LIST(struct lang_name) purposes;
    uint32_t may; /* bit 1 << ability */
    enum lang_sees sees;
    uint32_t number;
};
struct lang_hours {
    uint8_t days; /* bit 0 Monday */
    int32_t from_s, to_s;
};
struct lang_unit_decl {
    struct lang_name kind;
    struct lang_name part_of;
    const struct lang_decl *part_of_decl;
    CF_LIST(struct lang_name) boroughs;
    CF_LIST(struct lang_hours) open;
    uint32_t number;
};
struct lang_partner_decl {
    enum lang_subject kind;
    struct cf_str file;
    CF_LIST(struct lang_name) purposes;
    uint32_t number;
};
struct lang_pattern {
    struct cf_str pattern, reason, better;
    struct lang_value_clause weight;
    struct lang_cite cite;
    struct cf_span at;
};
struct lang_wording { /* indicator uses it too */
    CF_LIST(struct lang_pattern) patterns;
};

struct lang_policy { /* one file is one policy, in one version */
    struct lang_name owner;
    CF_LIST(struct cf_str) serves; /* "S34", "action 32" */
    int32_t from, to;              /* London days, inclusive; to INT32_MAX: open */
    CF_LIST(struct lang_cite) cites;
    CF_LIST(struct lang_decl *) decls; /* in the order written */
    CF_LIST(struct lang_comment) comments;
    const struct cf_source *source;
    struct cf_str folder; /* where its `from "file"` are found */
    uint32_t number;      /* r  dense over the set */
};

struct lang_decl {
    enum lang_decl_kind kind;
    struct lang_name name;
    struct cf_str title;
    struct cf_span at;        /* the whole declaration */
    struct lang_decl *policy; /* the policy that it stands in; itself for a policy */
    CF_LIST(struct lang_cite) cites;
    CF_LIST(struct lang_lawful) lawful;
    uint32_t number;                       /* r  dense over the set's declarations */
    uint32_t labels;                       /* r  what flows out of it */
    CF_LIST(struct lang_place) places;     /* where its clauses stand, for the formatter's comments */
    const struct lang_decl *older, *newer; /* r  the same name in other versions of its policy */
    union {
        struct lang_policy policy;
        struct lang_codes codes;
        struct lang_table table;
        struct lang_setting setting;
        struct lang_episode episode;
        struct lang_record record;
        struct lang_span_decl span;
        struct lang_fact fact;
        struct lang_gate gate;
        struct lang_duty duty;
        struct lang_grade grade;
        struct lang_score score;
        struct lang_choice choice;
        struct lang_flag flag;
        struct lang_more more;
        struct lang_share share;
        struct lang_measure measure;
        struct lang_sample sample;
        struct lang_example example;
        struct lang_role_decl role;
        struct lang_unit_decl unit;
        struct lang_partner_decl partner;
        struct lang_wording wording;
    } as;
};

/* ---- Front end. Each gives false and at least one error in the sink, or true. */
/* Parses one file into a policy declaration; collects errors and goes on at the next declaration. *out is set even on failure
 * (what could be read), for tools that show as much as they can. */
CF_MUST_USE bool lang_parse(struct cf_arena *a, const struct cf_source *src, struct cf_errs *errs, struct lang_decl **out);
/* Prints a tree in the one form that there is: a clause a line, comments kept. fmt(parse(fmt(x))) = fmt(x). */
struct cf_str lang_format(struct cf_arena *a, const struct lang_decl *policy);
void lang_expr_text(struct cf_buf *b, const struct lang_expr *e); /* one expression in the language's words */
void lang_sel_text(struct cf_buf *b, const struct lang_sel *s);

/* A set: all policies of a folder, resolved and checked together; immutable, shared by every evaluation. */
struct lang_set {
    struct cf_arena *arena;
    CF_LIST(struct lang_decl *) policies; /* by name, then from */
    CF_LIST(struct lang_decl *) decls;    /* all, by number */
    CF_LIST(struct lang_decl *) records;  /* by record number: the newest version of each; built-in ones first */
    CF_LIST(struct lang_decl *) roles, units, partners;
    CF_LIST(struct lang_decl *) rules; /* gates, duties, grades, scores, choices, flags: all versions */
    CF_LIST(struct lang_decl *) measures, examples;
    struct cf_map *by_name; /* "name" -> newest lang_decl */
    uint32_t exprs;         /* how many expression ids there are */
    const struct lang_decl *birth;
    int birth_field;            /* the record about a person, in no episode, with a date field `born`; NULL: none */
    const struct cf_zone *zone; /* used to read dates in examples and settings */
};
/* A file's text by name relative to a policy's folder, for `from "file"`; NULL reader: files cannot be read. */
struct lang_reader {
    bool (*read)(void *ctx, struct cf_arena *a, struct cf_str folder, struct cf_str file, struct cf_str *text,
                 struct cf_errs *errs);
    void *ctx;
};
/* Resolves names, types, units, flow, coverage of section 12 over all policies at once. Warnings (notes) do not fail. */
CF_MUST_USE bool lang_check(struct cf_arena *a, struct lang_decl **policies, size_t n, const struct cf_zone *zone,
                            struct lang_reader reader, struct cf_errs *errs, struct lang_set **out);
/* One cell of a table's file as a literal of a type: what *e holds afterwards is its op and value. false: it is none. */
CF_MUST_USE bool lang_read_cell(struct lang_type t, struct cf_str cell, struct lang_expr *e);
struct cf_str lang_type_text(struct cf_arena *a, struct lang_type t); /* "a code of offence", for messages */
/* Reads every .policy file below a folder (or one file, with the folder's shared ones), parses and checks. */
CF_MUST_USE bool lang_load(struct cf_arena *a, const char *path, const struct cf_zone *zone, struct cf_errs *errs,
                           struct lang_set **out);
const struct lang_decl *lang_find(const struct lang_set *set, const char *name); /* newest version, or NULL */
const struct lang_decl *lang_find_kind(const struct lang_set *set, enum lang_decl_kind kind,
                                       struct cf_str name);                        /* a gate and a fact may share a name */
const struct lang_decl *lang_version_at(const struct lang_decl *any, int32_t day); /* the version in force that day, or NULL */
/* From when a change of such a declaration counts, and for what (V1 to V3); empty when that says nothing by itself. */
const char *lang_meaning_of_change(enum lang_decl_kind kind);
bool lang_role_is(const struct lang_decl *role, const struct lang_decl *wanted); /* the same, included, or a rank at or above */

/* Adds the note CF-L104, at the first rule that needs it, when these policies count working days (school: ask for the next
 * school day) and the calendar `name` ends less than CF_MAX_CALENDAR_AHEAD days after `today`. Days are London days. */
void lang_note_calendar(const struct lang_set *set, bool school, struct cf_str name, int32_t last, int32_t today,
                        struct cf_errs *errs);

/* ---- What roles let their holders do (access.c). `held`: the roles (and partners) that somebody holds now, whichever version;
 * the newest version speaks. Who holds a role also has what each role gives that it counts as (lang_role_is). */
bool lang_role_may(const struct lang_set *set, const struct lang_decl *const *held, size_t n, enum lang_ability a);
uint32_t lang_role_abilities(const struct lang_set *set, const struct lang_decl *const *held, size_t n); /* bit 1 << ability */
/* Whose people they may look at: the widest that any held role gives; a role that says nothing gives `unit`; nobody's role:
 * own. */
enum lang_sees lang_sees(const struct lang_set *set, const struct lang_decl *const *held, size_t n);
/* The purposes for which they may look, each once, in the arena; 0: for none. */
size_t lang_role_purposes(struct cf_arena *a, const struct lang_set *set, const struct lang_decl *const *held, size_t n,
                          const struct cf_str **out);
/* May events of this record be shown to somebody who looks for this purpose? A record without `seen for`: yes, for every one.
 */
bool lang_record_seen_for(const struct lang_decl *record, struct cf_str purpose);

/* ================================================================ what evaluation reads */

enum lang_value_kind {
    LANG_V_NOT_ASKED,
    LANG_V_NOT_KNOWN,
    LANG_V_DECLINED, /* three absences; rules read all as unknown */
    LANG_V_YESNO,    /* i: 0, 1 */
    LANG_V_WHOLE,
    LANG_V_FRACTION, /* i / more */
    LANG_V_DATE,     /* i: day, to i + more */
    LANG_V_INSTANT,
    LANG_V_DURATION, /* i: n, more: enum cf_unit */
    LANG_V_CODE,     /* i: index in its codes */
    LANG_V_SUBJECT,  /* i: subject number */
    LANG_V_EVENT,    /* i: sequence */
    LANG_V_TEXT,     /* answered; the words are elsewhere */
    LANG_V_LIST      /* items, more: how many */
};
struct lang_item;
struct lang_value {
    uint8_t kind;
    uint32_t more;
    union {
        int64_t i;
        const struct lang_item *items;
    };
};
struct lang_item {
    struct lang_value v;
    const struct lang_value *kept; /* one for each `keeping` name, in order */
};

struct lang_actor { /* roles: numbers of role declarations, held then */
    uint32_t subject, unit;
    const uint16_t *roles;
    uint16_t n_roles;
};
enum lang_event_mark {
    LANG_CORRECTED = 1,
    LANG_FROM_SOURCE = 2 /* imported: what its source never asked is "not in the source" */
};
struct lang_event {
    struct cf_id id;
    uint64_t seq;
    uint32_t record;               /* record number; for sent and acknowledged: the built-in record, and share */
    const struct lang_decl *share; /* of sent S and acknowledged S */
    int64_t from, to;              /* happened: triggers as of from, discharges and permits as of to (E3) */
    int64_t recorded;              /* seconds */
    int64_t known;                 /* latest recording of the event or of a correction of it (D4) */
    const struct cf_id *as;   /* the id under which this history's subject was first recorded in it (C4); NULL: the history's */
    uint32_t roles;           /* bit r: this history's subject has about role r of the record */
    const uint32_t *subjects; /* for each about role the (first) subject's number; 0 nobody */
    struct lang_actor actor;
    uint32_t unit, recipient; /* recipient: `to` of sent */
    const uint64_t *episodes; /* sequence of each episode's opener */
    uint16_t n_episodes, marks;
    const struct lang_value *fields; /* one for each field number of the newest record declaration */
};
struct lang_history {
    uint32_t subject;
    struct cf_id subject_id;
    enum lang_subject kind;
    const struct lang_event *events; /* by from, then seq (E2) */
    size_t n;
};

/* Dated tables about no person. Functions, so that a room can answer from its own tables; pure for one edition. */
struct lang_reference {
    const struct cf_zone *zone;
    const struct cf_calendar *calendar;
    void *ctx;
    /* The start of the next school day at `organisation` strictly after t; false: no calendar reaches that far (T7). */
    bool (*school_day)(void *ctx, uint32_t organisation, int64_t t, int64_t *start, struct cf_str *which);
    uint32_t (*partner_of)(void *ctx, const struct lang_decl *partner, uint32_t organisation); /* 0: not known */
    uint32_t (*unit_subject)(void *ctx, const struct lang_decl *unit); /* subject number of a declared unit */
    struct cf_str (*subject_name)(void *ctx, uint32_t subject);        /* for reasons; may be empty */
    /* NULL, or: gives the rows that stand in for a table's own (an example's `table T …`); leaves them where there are none. */
    void (*table_rows)(void *ctx, const struct lang_decl *table, const struct lang_row **rows, size_t *n);
    int32_t first_day, last_day; /* the edition's cover */
};

/* ================================================================ the docket */

enum lang_state { LANG_PENDING, LANG_STOPPED, LANG_OVERDUE, LANG_MET_STATE, LANG_LATE, LANG_MISSED, LANG_VOID };
const char *lang_state_word(enum lang_state s);
const char *lang_mark_word(unsigned bit); /* "entered later"; NULL after the last */
enum lang_mark {
    LANG_M_ENTERED_LATER = 1,
    LANG_M_DUE_BEFORE_KNOWN = 2,
    LANG_M_DAY_ONLY = 4,
    LANG_M_RESTS_ON_UNKNOWN = 8,
    LANG_M_CORRECTED = 16,
    LANG_M_EXPLAINED = 32,
    LANG_M_WARNED = 64,
    LANG_M_ESCALATED = 128,
    LANG_M_NO_CALENDAR = 256,
    LANG_M_ONE_INSTANT_UNKNOWN = 512, /* U5 */

    LANG_M_NOT_IN_SOURCE = 1024 /* arose from an imported event: whether it was done, the source never told; counted apart */
};
struct lang_owner { /* subject: a named person or partner */
    const struct lang_decl *role_or_unit;
    uint32_t subject;
    uint32_t unit;
};
struct lang_support { /* ascending sequence numbers (W2) */
    const uint64_t *seqs;
    size_t n;
};
struct lang_duty_line {
    const struct lang_decl *rule; /* the version it keeps for life */
    struct cf_id id;              /* 16 bytes of SHA-256 over its identity (D1 to D3) */
    uint64_t cause;               /* the triggering event's sequence; UINT64_MAX: none (a period, a moment) */
    uint64_t cause_limit;         /* D2: the event and the instant that ran out; 0: none */
    int role;
    int32_t period;   /* of `each`: first day of the period */
    uint64_t episode; /* own episode's opener, UINT64_MAX none */
    int64_t since;    /* when it arose */
    enum lang_state state;
    bool has_due;
    int64_t due; /* the due time as it now stands; of a stopped duty none */
    bool has_left;
    int64_t left_s; /* of a stopped duty */
    int64_t ended;
    uint64_t ended_by; /* ended_by UINT64_MAX: by time or not ended */
    struct lang_owner owner;
    uint32_t marks;
    struct lang_support support;
};
enum lang_result { LANG_KEPT_RESULT, LANG_BREACHED, LANG_BREACHED_NOT_KNOWN };
const char *lang_result_word(enum lang_result r);
/* not_in_source: the event was imported (LANG_FROM_SOURCE) and `needs` failed only because of what the source never asked or
 * could not hold: a breach that is not known, or one with none of this event's answered fields in its support. Counted apart,
 * never a breach. Duties that arise from imported events carry LANG_M_NOT_IN_SOURCE for the same reason. */
struct lang_gate_line {
    const struct lang_decl *rule;
    uint64_t event;
    int role;
    enum lang_result result;
    uint32_t marks;
    bool not_in_source;
    struct lang_support support;
};
struct lang_grade_line {
    const struct lang_decl *rule;
    uint64_t episode;
    int level, could_be;               /* -1: no higher */
    uint64_t criteria, could_criteria; /* bits of `list` */
    struct lang_support support;
};
struct lang_score_line {
    const struct lang_decl *rule;
    uint64_t episode;
    bool known;
    int64_t lo, hi;
    struct lang_support support;
};
enum lang_option_state { LANG_OPTION_OPEN, LANG_OPTION_CLOSED, LANG_OPTION_NOT_KNOWN };
const char *lang_option_word(enum lang_option_state s);
struct lang_choice_line {
    const struct lang_decl *rule;
    uint64_t episode;
    const uint8_t *options; /* enum lang_option_state each */
    struct lang_support support;
};
struct lang_flag_line {
    const struct lang_decl *rule;
    uint64_t episode;
    struct lang_support support;
};
struct lang_docket {
    CF_LIST(struct lang_duty_line) duties; /* by due (no date first), rule name, identity (D13) */
    CF_LIST(struct lang_gate_line) gates;  /* by event order, rule name */
    CF_LIST(struct lang_grade_line) grades;
    CF_LIST(struct lang_score_line) scores;
    CF_LIST(struct lang_choice_line) choices;
    CF_LIST(struct lang_flag_line) flags; /* those that stand */
    bool has_end;
    int64_t valid_until; /* the first instant at which it may differ (V5) */
    bool too_long;       /* the history passes CF_MAX_HISTORY_EVENTS: cannot evaluate */
};

/* The plain evaluator: walks the tree, kept simple on purpose; the measure of the other. */
void lang_eval_plain(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                     const struct lang_history *h, int64_t now, struct lang_docket *out);

/* The compiled evaluator. A program is immutable and shared by threads; a machine belongs to one thread. */
struct lang_program;
struct lang_machine;
CF_MUST_USE bool lang_lower(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                            struct cf_errs *errs, struct lang_program **out);
struct lang_machine *lang_machine_new(struct cf_arena *a, const struct lang_program *p);
void lang_eval(struct lang_machine *m, struct cf_arena *a, const struct lang_history *h, int64_t now, struct lang_docket *out);

/* Puts the lines in their order (D13): duties by due, rule, identity; gates, in the order of their events, by rule; others by
 * rule, episode. */
void lang_docket_sort(struct lang_docket *d);
/* Adding up is display (D13): live instances with equal `done by`, owner and scope are shown as one line. */
struct lang_shown {
    const struct lang_duty_line *first;         /* the one that is due first */
    CF_LIST(const struct lang_duty_line *) all; /* with it; each cites its own rule */
};
size_t lang_docket_shown(struct cf_arena *a, const struct lang_docket *d,
                         const struct lang_shown **out); /* in the docket's order */
/* Same docket, to the last reason? When not, *why says in words where they part. */
/* The lines alone, without `valid until`, which may be early. */
bool lang_docket_same_lines(struct cf_arena *a, const struct lang_docket *x, const struct lang_docket *y, struct cf_str *why);
bool lang_docket_equal(struct cf_arena *a, const struct lang_docket *x, const struct lang_docket *y, struct cf_str *why);
void lang_docket_json(struct cf_buf *b, const struct lang_set *set, const struct lang_reference *ref,
                      const struct lang_docket *d);

/* Judges one candidate event of an `act` record by its absolute gates (G2): true when all are kept. */
CF_MUST_USE bool lang_permits(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                              const struct lang_history *with_candidate, uint64_t candidate_seq, struct cf_errs *errs);

/* For measures and samples: a condition or value judged at one event of a history (M1: at the unit's instant). PLAIN owns it.
 */
enum lang_truth { LANG_IS_NO, LANG_IS_YES, LANG_IS_UNKNOWN };
enum lang_truth lang_judge(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                           const struct lang_history *h, size_t event, const struct lang_expr *cond);
struct lang_value lang_value_at(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                const struct lang_history *h, size_t event, const struct lang_expr *value);

/* Why (W1): the reasons tree of one line, made on demand by the plain evaluator. */
struct lang_reason {
    struct cf_str text; /* one line in plain words */
    struct cf_span at;  /* place in the policy */
    CF_LIST(struct lang_reason *) under;
};
struct lang_reason *lang_explain_duty(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                      const struct lang_history *h, int64_t now, const struct lang_duty_line *line);
struct lang_reason *lang_explain_gate(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                      const struct lang_history *h, int64_t now, const struct lang_gate_line *line);
/* Of a grade, score, choice or flag; episode: its line's. */
struct lang_reason *lang_explain_state(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                       const struct lang_history *h, int64_t now, const struct lang_decl *rule,
                                       uint64_t episode);
void lang_reason_text(struct cf_buf *b, const struct lang_reason *r, int indent);

/* The look-back of `check`: for a record's kinds of rules about units, places, officers, the longest window that any rule
 * reads, in days; INT32_MAX: unbounded. (section 5 of the store's design: histories of units and officers are bounded.) */
int32_t lang_look_back_days(const struct lang_set *set, enum lang_subject kind);

/* ---- Examples: runs one; failures are errors at the expectation's place. *checked counts expectations. */
struct lang_coverage;
CF_MUST_USE bool lang_example_run(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                  const struct lang_decl *example, struct lang_coverage *coverage, size_t *checked,
                                  struct cf_errs *errs);
/* The histories that an example's `at` lines ask for, for tests that compare evaluators. 0 after an error. */
struct lang_example_case {
    const struct lang_history *h;
    const struct lang_reference *ref;
    int64_t now;
    const struct lang_ex_at *at;
};
size_t lang_example_cases(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                          const struct lang_decl *example, const struct lang_example_case **out, struct cf_errs *errs);
/* which rules' triggers, endings, levels, options, breaches and unknowns were seen */
struct lang_coverage *lang_coverage_new(struct cf_arena *a, const struct lang_set *set);
struct lang_missing {
    const struct lang_decl *rule;
    struct cf_str what;
};
size_t lang_coverage_missing(struct cf_arena *a, const struct lang_coverage *c, const struct lang_missing **out, size_t *of);

#endif
