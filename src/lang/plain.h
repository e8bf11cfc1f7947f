/* plain: what the files of the plain evaluator share: values with bounds, the point of evaluation, duty instances.
 * Included by plain*.c, explain.c and coverage.c only. Must not know: the compiled evaluator, store, clock. */
#ifndef CF_LANG_PLAIN_H
#define CF_LANG_PLAIN_H

#include "lang/lang.h"

enum plain_tri { PLAIN_NO, PLAIN_UNKNOWN, PLAIN_YES }; /* U1 */

/* A value as far as it is known. Numbers, instants and durations have bounds (U3, U6); of the others lo is the value. */
struct plain_val {
    enum lang_type_kind kind;
    bool known;        /* of kinds without bounds */
    bool day;          /* of an instant: lo and hi are whole days; a date is such an instant */
    bool no_lo, no_hi; /* no bound is known */
    int64_t lo, hi;
    int64_t den;       /* of numbers: both bounds are over it */
    enum cf_unit unit; /* of durations: what lo and hi count */
    const struct lang_item *items;
    size_t n;                        /* of sets */
    struct lang_type elem;           /* of sets: the type of an item */
    const struct lang_decl *partner; /* `P of value`: P, so that an owner can be named */
};

#define PLAIN_NONE SIZE_MAX

enum plain_mode { PLAIN_OBLIGES, PLAIN_PERMITS }; /* E3: an event is seen from its `from`, or from its `to` */

/* Where an expression is evaluated (X1): the instant, what is visible there, and what the rule's own words mean. */
struct plain_at {
    int64_t t;
    size_t upto; /* of the events at t, those before this position are visible; 0: none, time alone (E2) */
    enum plain_mode mode;
    size_t self;    /* the event under judgement, visible to itself (X3) */
    size_t trigger; /* the triggering event */
    bool has_trigger;
    int64_t trigger_t;   /* its instant, or that at which the duty arose */
    const uint64_t *own; /* own episodes (X2), by opener's sequence */
    size_t n_own;
    uint32_t own_record;          /* whose kinds stand in where an opener is not in this history; UINT32_MAX none */
    int32_t version_day;          /* names mean the version in force that day (V1, V2) */
    enum cf_as as;                /* what a date alone means where an instant is wanted (T1) */
    int64_t due_met;              /* the due time it met (D6) */
    size_t with_event;            /* inside `with`: the one event looked at (X4) */
    const struct lang_item *item; /* inside `every … has` */
    struct lang_type item_type;
    bool *one_unknown; /* set when of two instants only one was known (U5); may be NULL */
    bool *no_calendar; /* set when a calendar ended too early (T7); may be NULL */
};

struct plain_set { /* a set of events, a bit each */
    uint64_t *w;
    size_t words;
};

struct plain { /* one evaluation */
    struct cf_arena *a;
    const struct lang_set *set;
    const struct lang_reference *ref;
    const struct lang_history *h;
    int64_t now;
    size_t n;      /* events that have begun by now */
    size_t *by_to; /* their positions in the order in which they discharge: by to, then position */
    struct plain_insts *insts;
    const struct lang_decl *only; /* a policy: only its duties are wanted; NULL: all */
};

struct plain_point { /* a place in the order of things: before every event at t when upto is 0 */
    int64_t t;
    size_t upto;
};

struct plain_inst { /* one instance of a duty */
    struct lang_duty_line line;
    struct plain_at at;           /* its trigger */
    struct plain_point born, end; /* end.t INT64_MAX: it lives */
    bool done;                    /* by a `done by` event; otherwise void, or ended with its period */
    size_t end_event;             /* PLAIN_NONE: ended by time */
    struct plain_set support, trigger_support;
    size_t cause_event;
};
struct plain_insts {
    CF_VEC(struct plain_inst *);
};

struct plain_interval {
    int64_t from, to; /* [from, to); to INT64_MAX: open */
};
struct plain_intervals {
    CF_VEC(struct plain_interval);
};

/* How a duty's clock stands at a point (D4, D5). */
struct plain_clock {
    bool dated, stopped;
    int64_t due, left;
    bool no_calendar;
};
/* What a deadline asks for, as of the trigger. */
struct plain_deadline {
    bool has; /* there is a date, or an allowance from a start */
    bool by;  /* due is fixed */
    int64_t due;
    int64_t start;
    struct cf_duration allowance;
    bool no_calendar, one_unknown;
};

/* ---- plain_value.c: values */
struct plain_val plain_unknown(enum lang_type_kind kind);
struct plain_val plain_whole(int64_t n);
struct plain_val plain_bounds(int64_t lo, int64_t hi);
struct plain_val plain_truth_val(enum plain_tri t);
struct plain_val plain_of_kind(enum lang_type_kind kind, int64_t i);
struct plain_val plain_instant(int64_t t);
struct plain_val plain_day(int32_t from, int32_t to);
struct plain_val plain_duration(int64_t n, enum cf_unit unit);
struct plain_val plain_from_value(const struct lang_value *v, struct lang_type type);
bool plain_known(const struct plain_val *v);
enum plain_tri plain_tri_of(const struct plain_val *v);
enum plain_tri plain_not(enum plain_tri a);
enum plain_tri plain_and(enum plain_tri a, enum plain_tri b);
enum plain_tri plain_or(enum plain_tri a, enum plain_tri b);
enum plain_tri plain_compare(const struct plain *p, enum lang_op op, struct plain_val a, struct plain_val b);
struct plain_val plain_add(const struct plain *p, const struct plain_at *at, struct plain_val a, struct plain_val b);
struct plain_val plain_negate(struct plain_val a);
struct plain_val plain_between(const struct plain *p, struct plain_val a, struct plain_val b); /* two instants */
struct plain_val plain_clamp(struct plain_val v, struct plain_val lo, struct plain_val hi);
struct plain_val plain_to_seconds(const struct plain *p, struct plain_val v, enum cf_as as); /* an instant that is not a day */
bool plain_duration_of(const struct plain_val *v, struct cf_duration *out);                  /* false: not exactly known */

/* ---- plain_see.c: which events are seen */
const struct lang_event *plain_event(const struct plain *p, size_t i);
const struct lang_decl *plain_record(const struct plain *p, size_t i);
size_t plain_find_seq(const struct plain *p, uint64_t seq);
bool plain_same_name(const struct lang_decl *a, const struct lang_decl *b);
bool plain_in_force(const struct lang_decl *d, int32_t day);
const struct lang_decl *plain_version(const struct plain_at *at, const struct lang_decl *d);
bool plain_names_episode(const struct plain *p, size_t i, uint64_t opener);
void plain_own_of(const struct plain *p, size_t i, struct plain_at *at);
void plain_own_is(const struct plain *p, uint64_t opener, struct plain_at *at);
bool plain_visible(const struct plain *p, const struct plain_at *at, size_t i);
bool plain_in_scope(const struct plain *p, const struct plain_at *at, size_t i);
bool plain_counts(const struct plain *p, const struct plain_at *at, size_t i); /* E8 */
bool plain_actor_is(const struct plain *p, size_t i, const struct lang_decl *role);
bool plain_of_sel(const struct plain *p, const struct lang_sel *s, size_t i); /* kind and role alone */
enum plain_tri plain_with(const struct plain *p, const struct plain_at *at, const struct lang_sel *s, size_t i);
enum plain_tri plain_matches(const struct plain *p, const struct plain_at *at, const struct lang_sel *s, size_t i);
size_t plain_last(const struct plain *p, const struct plain_at *at, const struct lang_decl *record, bool previous);
bool plain_birth(const struct plain *p, const struct plain_at *at, int32_t *first, int32_t *last, size_t *event);
enum plain_tri plain_child(const struct plain *p, const struct plain_at *at, int64_t t);
int plain_role_of(const struct plain *p, const struct lang_sel *s, size_t i);           /* E4; -1: in none */
bool plain_adult(const struct plain *p, const struct plain_at *at, size_t i, int role); /* E5 */
bool plain_episode_open(const struct plain *p, const struct plain_at *at, size_t opener);
uint32_t plain_holder(const struct plain *p, const struct plain_at *at, uint64_t opener, size_t *by); /* unit; D12, X5 */
struct plain_at plain_at_point(const struct plain *p, struct plain_point pt, enum plain_mode mode);
int64_t plain_time(const struct plain *p, const struct plain_at *at, size_t i);
struct plain_at plain_about(struct plain_at at, const struct lang_scope *scope); /* for what is `about`: sees all */
bool plain_scope_episode(const struct plain *p, size_t i,
                         const struct lang_decl *episode); /* does event i open one for rules `in` it? */

/* ---- plain_expr.c, plain_cond.c: expressions */
struct plain_val plain_value(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
enum plain_tri plain_truth(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_event_field(const struct plain *p, const struct plain_at *at, size_t i, const struct lang_expr *e);
struct plain_val plain_cond_exists(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_none(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_open(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_kept(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_compare(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_in_list(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_in_range(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_within(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_every(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_known(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_role(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_reached(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_child(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_cond_span(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
struct plain_val plain_holders(const struct plain *p, const struct plain_at *at, struct plain_set *support);
size_t plain_kept_event(const struct plain *p, const struct plain_at *at, const struct lang_decl *gate);

/* ---- plain_span.c: spans and the time in them */
void plain_span_intervals(const struct plain *p, const struct plain_at *at, const struct lang_decl *span, bool most,
                          int64_t from, int64_t to, struct plain_intervals *out);
struct plain_val plain_time_in(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);
int64_t plain_overtakes(const struct plain *p, const struct plain_at *at, const struct lang_expr *e,
                        const struct lang_decl *span, bool most);
bool plain_unit_open(const struct plain *p, const struct lang_decl *unit, int64_t t);
bool plain_unit_changes(const struct plain *p, const struct lang_decl *unit, int64_t t, int64_t *next);

/* ---- plain_support.c: which events a result rests on (W2) */
struct plain_set plain_set_new(const struct plain *p);
void plain_set_add(struct plain_set *s, size_t i);
bool plain_set_has(const struct plain_set *s, size_t i);
void plain_set_join(struct plain_set *s, const struct plain_set *from);
struct lang_support plain_set_seqs(const struct plain *p, const struct plain_set *s);
void plain_support(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out);
void plain_support_sel(const struct plain *p, const struct plain_at *at, const struct lang_sel *s, struct plain_set *out);

/* ---- plain_change.c: when time alone may change a condition (V5), and the points of a history in order */
int64_t plain_next_change(const struct plain *p, const struct plain_at *at, const struct lang_expr *e); /* INT64_MAX: never */
int64_t plain_next_version(const struct plain *p, int64_t t);
bool plain_next_point(const struct plain *p, enum plain_mode mode, struct plain_point *pt, int64_t change);
bool plain_point_before(struct plain_point a, struct plain_point b);

/* ---- plain_gate.c, plain_grade.c */
struct plain_judged {
    bool judged; /* false: the gate does not guard this event, or its `where` is no */
    enum lang_result result;
    bool where_unknown;
    int role;
    struct plain_at at;
};
struct plain_judged plain_judge(const struct plain *p, const struct lang_decl *gate, size_t i);
void plain_gate_lines(const struct plain *p, struct lang_docket *out);
void plain_gate_support(const struct plain *p, const struct lang_decl *gate, size_t i, struct plain_set *out);
bool plain_explained(const struct plain *p, const struct plain_at *at, int64_t after);
uint32_t plain_support_marks(const struct plain *p, const struct plain_set *s);

struct plain_graded {
    int level, could_be;
    uint64_t criteria, could_criteria;
};
struct plain_graded plain_grade(const struct plain *p, const struct plain_at *at, const struct lang_decl *grade);
void plain_grade_support(const struct plain *p, const struct plain_at *at, const struct lang_decl *grade,
                         struct plain_set *out);
struct plain_val plain_score(const struct plain *p, const struct plain_at *at, const struct lang_decl *score);
struct plain_val plain_term(const struct plain *p, const struct plain_at *at, const struct lang_term *term);
enum lang_option_state plain_option(const struct plain *p, const struct plain_at *at, const struct lang_decl *choice, int code);
bool plain_more_holds(const struct plain_at *at, const struct lang_decl *more);
void plain_state_lines(const struct plain *p, struct lang_docket *out, int64_t *valid);

/* ---- plain_duty.c, plain_clock.c */
void plain_duties(struct plain *p);
void plain_duty_lines(const struct plain *p, struct lang_docket *out, int64_t *valid);
struct plain_deadline plain_deadline(const struct plain *p, const struct plain_inst *in);
struct plain_clock plain_clock_at(const struct plain *p, const struct plain_inst *in, struct plain_point pt,
                                  const struct plain_deadline *d, struct cf_duration allowance);
struct plain_taken {
    size_t event;
    const struct lang_extension *by;
    bool taken;
    struct cf_duration to;
};
struct plain_takens {
    CF_VEC(struct plain_taken);
};
struct cf_duration plain_allowance(const struct plain *p, const struct plain_inst *in, const struct plain_deadline *d,
                                   struct plain_point pt,
                                   struct plain_takens *takens); /* with the extensions taken by pt (D7) */
void plain_settle(struct plain *p, struct plain_inst *in);       /* its end, clock, state, marks, owner */
void plain_marks(const struct plain *p, struct plain_inst *in, const struct plain_deadline *d);
void plain_owner(const struct plain *p, struct plain_inst *in);
enum plain_tri plain_ends(const struct plain *p, const struct plain_inst *in, size_t i); /* does event i discharge it? */
int64_t plain_warn_at(const struct plain *p, const struct plain_inst *in, const struct lang_warn *w); /* INT64_MAX never */
int64_t plain_escalate_after(const struct plain *p, const struct plain_inst *in,
                             const struct lang_escalate *e); /* the last instant without */
struct plain_at plain_ending_at(const struct plain *p, const struct plain_inst *in, size_t i);

/* ---- plain.c */
void plain_start(struct plain *p, struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                 const struct lang_history *h, int64_t now);

/* ---- coverage.c */
void plain_coverage_see(struct lang_coverage *c, const struct lang_docket *d);

/* ---- identity.c */
void lang_sha256(const void *bytes, size_t n, uint8_t out[32]);
struct cf_id lang_duty_id(struct cf_str rule, struct cf_id subject, struct cf_str role, struct cf_id cause, int64_t cause_limit,
                          int32_t period, struct cf_id episode);

#endif
