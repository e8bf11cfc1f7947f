/* fast_priv: the compiled form of a checked set, and the machine that runs it. Shared by lower*.c and fast*.c alone.
 * A program is made once and never changes: numbers for names, code without pointers, rules by the record that concerns them.
 * A machine is one thread's scratch, reused from history to history. Must not know: the plain evaluator, the front end. */
#ifndef CF_LANG_FAST_PRIV_H
#define CF_LANG_FAST_PRIV_H

#include "lang/lang_priv.h"

/* ================================================================ values */

enum fast_tri { FAST_NO, FAST_UNKNOWN, FAST_YES }; /* U1: `and` is the lesser, `or` the greater */

enum fast_bit { FAST_KNOWN = 1, FAST_DAY = 2 /* an instant: whole days */, FAST_NO_LO = 4, FAST_NO_HI = 8 };
struct fast_val { /* numbers, instants and durations have bounds (U3, U6); of the others lo is the value */
    uint8_t kind; /* enum lang_type_kind */
    uint8_t flags;
    uint8_t unit;    /* of a duration */
    uint8_t elem;    /* of a set: enum lang_type_kind */
    int32_t partner; /* 1 + number of the partner that the subject is; 0 none */
    int64_t den;     /* of numbers: both bounds are over it */
    union {
        int64_t lo;
        const struct lang_item *items;
    };
    int64_t hi; /* of sets: how many */
};

/* ================================================================ the program */

enum fast_op {
    FAST_END,   /* the value on top is the result */
    FAST_PUSH,  /* c: constant */
    FAST_FIELD, /* c: path; of the last event of its record */
    FAST_TRIGGER_FIELD,
    FAST_OWN_FIELD, /* of the event of `with` */
    FAST_FIRST,     /* c: path; y: selector; x: 1 the last */
    FAST_SUM,       /* c: path; y: selector */
    FAST_TRIGGER,   /* x: 1 as an event, else its instant */
    FAST_ITEM,      /* y: 1 + kept attribute, 0 the item itself; x: type; v: elem */
    FAST_CALL,      /* c: chain of code; x: 1 without own episodes */
    FAST_KEPT,      /* c: chain of gates */
    FAST_GRADE,     /* c: chain of grades */
    FAST_SCORE,
    FAST_IN_SPAN, /* c: chain of spans */
    FAST_TABLE,   /* c: chain of tables; y: how many keys; x: type */
    FAST_SUM_TABLE,
    FAST_ADD,
    FAST_SUB,
    FAST_NEGATE,
    FAST_ELSE,
    FAST_PARTNER, /* c: partner's number */
    FAST_COUNT,   /* c: selector */
    FAST_COUNT_SET,
    FAST_EXISTS,
    FAST_NONE,
    FAST_AGE,
    FAST_CHILD, /* x: 1 at the instant on top */
    FAST_TURNS, /* v: age */
    FAST_HOLDERS,
    FAST_TIME_IN, /* c: measurement */
    FAST_AND,
    FAST_OR,
    FAST_NOT,
    FAST_OPEN,    /* c: episode's number; -1: held */
    FAST_COMPARE, /* x: enum lang_op */
    FAST_AMONG, /* a coded field and constants: x: FAST_…FIELD, and 128: is none of them; c: path; v: a bit for each code; */
                /* y: FAST_AND or FAST_OR with the value on top, 0: a value of its own */
    FAST_IN_LIST, /* y: how many lie above the value */
    FAST_IN_RANGE,
    FAST_WITHIN,
    FAST_EVERY,    /* c: code of the condition on an item */
    FAST_IS_KNOWN, /* x: 1 is not known */
    FAST_IS_ROLE,  /* c: role, -1 anyone; y: where the event comes from: a FAST_…FIELD; v: path */
    FAST_REACHED,
    FAST_CROSSING, /* c, v: code of two durations that are compared; leaves the stack as it is */
    FAST_SHIFT,    /* x: 1 before; below the duration the instant */
    FAST_DUE_MET,
    FAST_EARLIER, /* x: 1 the later */
    FAST_SCHOOL_DAY,
    FAST_OPS
};

struct fast_instr {
    uint8_t op, x;
    uint16_t y;
    int32_t c;
    int64_t v;
};
enum { FAST_NO_CODE = 0 }; /* code 0 is an END that nothing runs */

struct fast_range {
    uint32_t first, n;
};
struct fast_version { /* one version of a name */
    int32_t from, to; /* London days, both included */
    uint32_t what;    /* code, or an index, by what the chain is of */
};
struct fast_chain { /* newest first; where none is in force, the one that was named: the first */
    uint32_t first, n;
};

struct fast_path {       /* a field or attribute of an event */
    uint32_t record;     /* of FAST_FIELD */
    int16_t field, role; /* -1 */
    uint8_t attr, kept;  /* kept: 1 + which */
    uint8_t kind, elem;
    bool previous;
};

struct fast_sel {                  /* which events */
    uint32_t record;               /* UINT32_MAX: none */
    const struct lang_decl *share; /* NULL: not of a share */
    int32_t role;                  /* -1: any */
    uint32_t filter, window;       /* code of `with`; of the duration of `in the last` */
    int32_t since;                 /* record, or -1 */
    bool any_episode, fixed;       /* fixed: the window is this one */
    struct cf_duration last;
    uint32_t memo; /* of a fixed window: which row of remembered ends */
};

/* Days whose beginning the program knows by heart: 1970 to 2069. */
enum { FAST_FIRST_DAY = 0, FAST_DAYS = 36525 };

/* Days from which the ends of windows are remembered: 2000 to 2059. */
enum { FAST_WINDOW_FIRST = 10957, FAST_WINDOW_DAYS = 21915, FAST_MOST_WINDOWS = 32 };

/* Kinds of episodes, a bit each. */
enum { FAST_KIND_WORDS = 4, FAST_MOST_KINDS = 64 * FAST_KIND_WORDS };
struct fast_kinds {
    uint64_t w[FAST_KIND_WORDS];
};

struct fast_table {
    uint32_t first, rows, keys; /* rows of keys + 1 constants each, in table_cells */
    bool dense;                 /* one code key: row_of_code[first_code + code] is its row + 1 */
    uint32_t first_code, codes;
    uint8_t kind;
};

struct fast_span {
    uint32_t from, to; /* selectors; UINT32_MAX: outside the hours of a unit */
    const struct lang_decl *decl, *unit;
};
struct fast_time_in {
    uint32_t span;                /* chain */
    uint32_t last;                /* code of the window, if it is no constant */
    struct cf_duration window;    /* n 0: none */
    int32_t clock_from, clock_to; /* -1: any */
    uint8_t days;                 /* on which that begins, bit 0 Monday; 0: on each */
    bool longest;
};

struct fast_gate {
    const struct lang_decl *decl;
    int32_t from, to;
    uint32_t sel, where, needs;
    uint32_t slot;         /* which of its record's gates it is */
    int32_t grade, choice; /* of a departure gate: its index, else -1 */
    uint32_t decided;      /* path of the decided value */
};

struct fast_level {
    uint32_t code;
    int32_t index;
    bool otherwise;
    int32_t from, to; /* of the policy of a `more` line */
};
struct fast_grade {
    const struct lang_decl *decl;
    int32_t from, to, episode; /* episode: number, -1 about the subject */
    uint32_t first, n;         /* levels */
};
struct fast_term {
    uint32_t value, lo, hi;
    bool bounded;
};
struct fast_score {
    const struct lang_decl *decl;
    int32_t from, to, episode;
    uint32_t lo, hi, base, first, n;
};
struct fast_option {
    uint32_t open, closed;
    int32_t index;
    int32_t from, to;
};
struct fast_choice {
    const struct lang_decl *decl;
    int32_t from, to;
    uint32_t record; /* of the decision: its episodes are the choice's */
    uint32_t first, n;
};
struct fast_flag {
    const struct lang_decl *decl;
    int32_t from, to, episode;
    uint32_t cond;
};

struct fast_extension {
    uint32_t sel, where, to;
};
struct fast_warn {
    uint32_t d;
    bool after;
};
struct fast_escalate {
    uint32_t after;
};
enum fast_owner { FAST_OWNER_NONE, FAST_OWNER_ACTOR, FAST_OWNER_ROLE, FAST_OWNER_UNIT, FAST_OWNER_VALUE };
struct fast_duty {
    const struct lang_decl *decl;
    int32_t from, to, episode;
    uint32_t watch;  /* of `when`: its row in watches */
    uint8_t trigger; /* enum lang_trigger_kind */
    uint8_t period;
    enum lang_subject kind; /* of an `about` scope */
    uint32_t after;         /* selector */
    uint32_t breach_of;     /* chain of gates */
    uint32_t cond, where;
    bool about;
    uint8_t owner_kind;
    uint32_t owner; /* code */
    const struct lang_decl *owner_decl;
    bool has_deadline, by_instant, of_known;
    bool chained; /* its deadline asks for the due time that its trigger met (D6) */
    uint32_t within, of, by;
    struct fast_range done_by, void_by;                /* selectors, in refs */
    struct fast_range extended, warn, escalate, spans; /* spans: chains, in refs */
    uint32_t done_where, counting_from, void_when;
    uint32_t void_deps; /* row of record bits that `void when` reads */
    uint32_t rank;      /* of its name among those of all duties */
};

/* A `when`, one for all versions of its rule. */
struct fast_watched {
    struct fast_range versions; /* duties, oldest first, in refs */
    int32_t episode;
    bool about, in;
    enum lang_subject kind;
    int64_t begins;    /* 00:00 of the first day in force */
    uint32_t deps;     /* row of record bits */
    uint32_t anywhere; /* row of those that it reads whatever episode they name */
    uint32_t must;     /* row of the records without which it is no */
};

/* `each P`: the next period of a duty; in the program the first. */
struct fast_each {
    uint32_t duty;
    int32_t day;
    int64_t next;
};

struct fast_record {         /* by record number */
    int32_t opens, closes;   /* episode numbers, -1 */
    struct fast_kinds kinds; /* that it opens, closes or steps in */
    bool in_any, built_in, opens_held;
    struct fast_range gates, triggers, breaches; /* in refs: gates before it; duties after it; duties after a breach at it */
    struct fast_range ends;                      /* duties that it may end, in refs */
    struct fast_range watches;                   /* whose condition reads it, in refs */
    uint32_t counting;                           /* chain of counting rows; UINT32_MAX: every act counts */
    int32_t child_role_bits;                     /* roles named `child` */
};
struct fast_counting {
    bool decided_by;
    struct fast_range by; /* in refs: 1 + role, 0 anyone */
};

struct lang_program {
    const struct lang_set *set;
    const struct lang_reference *ref;
    struct {
        CF_VEC(struct fast_instr);
    } code;
    struct {
        CF_VEC(struct fast_val);
    } constants;
    struct {
        CF_VEC(struct fast_path);
    } paths;
    struct {
        CF_VEC(struct fast_sel);
    } sels;
    struct {
        CF_VEC(struct fast_chain);
    } chains;
    struct {
        CF_VEC(struct fast_version);
    } versions;
    struct {
        CF_VEC(struct fast_table);
    } tables;
    struct {
        CF_VEC(uint32_t);
    } table_cells; /* constants */
    struct {
        CF_VEC(uint32_t);
    } rows_of_code;
    struct {
        CF_VEC(struct fast_span);
    } spans;
    struct {
        CF_VEC(struct fast_time_in);
    } times;
    struct {
        CF_VEC(struct fast_gate);
    } gates;
    struct {
        CF_VEC(struct fast_grade);
    } grades;
    struct {
        CF_VEC(struct fast_level);
    } levels;
    struct {
        CF_VEC(struct fast_score);
    } scores;
    struct {
        CF_VEC(struct fast_term);
    } terms;
    struct {
        CF_VEC(struct fast_choice);
    } choices;
    struct {
        CF_VEC(struct fast_option);
    } options;
    struct {
        CF_VEC(struct fast_flag);
    } flags;
    struct {
        CF_VEC(struct fast_duty);
    } duties;
    struct {
        CF_VEC(struct fast_watched);
    } watches;
    struct {
        CF_VEC(struct fast_each);
    } each; /* duties `each` period */
    struct {
        CF_VEC(int64_t);
    } turns; /* instants at which a version or an edition begins or ends, ascending */
    struct {
        CF_VEC(int64_t);
    } changes;            /* those at which what a condition reads may change: of names with several versions, of `more` */
    const uint64_t *deps; /* bits of records, dep_words for each row */
    uint32_t dep_words;
    struct {
        CF_VEC(struct fast_extension);
    } extensions;
    struct {
        CF_VEC(struct fast_warn);
    } warns;
    struct {
        CF_VEC(struct fast_escalate);
    } escalations;
    struct {
        CF_VEC(struct fast_counting);
    } countings;
    struct {
        CF_VEC(uint32_t);
    } refs;
    struct fast_record *records;
    size_t n_records;
    uint8_t *role_is; /* [held * wanted + role]: roles, then partners */
    size_t n_roles, n_wanted;
    uint32_t n_windows;      /* distinct fixed windows */
    uint32_t kind_words;     /* how many words of episode kinds are in use */
    uint32_t longest;        /* instructions of the longest code: it piles up no more than so many values */
    const uint8_t *offsets;  /* of FAST_DAYS days from FAST_FIRST_DAY: how far their 00:00 is ahead of UTC, in quarter hours */
    uint32_t birth_record;   /* UINT32_MAX: none */
    lang_sha256_block *hash; /* of identities: the quickest of this machine */
    uint32_t sent, acknowledged, handover, explained, assigned; /* built-in records */
};

/* ================================================================ the machine */

enum { FAST_NONE_AT = UINT32_MAX }; /* no event */

struct fast_own { /* own episodes (X2) */
    const uint64_t *seqs;
    uint32_t n;
    struct fast_kinds kinds;
    uint32_t first, last; /* between which events all lie that name one of them */
};

struct fast_event { /* what is worked out of an event once */
    int32_t day;    /* of `from` */
    bool counts;    /* E8 */
    bool has_own;
    uint8_t adult;        /* E5, once asked: bit 0 asked and bit 1 the answer to oblige, bits 2 and 3 to permit */
    uint32_t judged;      /* where the judgements of its record's gates begin in the machine's list */
    uint32_t first, last; /* of an opener: between which events all lie that name its episode */
    uint32_t closing;     /* of an opener: 1 + its last closing in the machine's list */
    struct fast_own own;
};

/* Where code runs (X1): the instant, what is seen there, and what the rule's own words mean. */
struct fast_at {
    int64_t t;
    uint32_t upto;
    bool permits; /* E3: events are seen from their `to` */
    bool has_trigger;
    uint8_t as; /* enum cf_as */
    uint32_t self, trigger, with_event;
    int64_t trigger_t, due_met;
    int32_t version_day;
    const struct lang_item *item;
    const struct fast_own *own; /* never NULL */
};

struct fast_interval {
    int64_t from, to;
};

struct fast_point { /* a place in the order of things: before every event at t when upto is 0 */
    int64_t t;
    uint32_t upto;
};
CF_UNUSED static inline bool fast_before(struct fast_point a, struct fast_point b) {
    return a.t < b.t || (a.t == b.t && a.upto < b.upto);
}

/* Does event a discharge before event b? */
CF_UNUSED static inline bool fast_to_before(const struct lang_event *events, uint32_t a, uint32_t b) {
    return events[a].to < events[b].to || (events[a].to == events[b].to && a < b);
}

struct fast_judged { /* of a gate, at one event */
    uint8_t known;   /* it has been asked */
    bool judged, where_unknown;
    uint8_t result; /* enum lang_result */
    int8_t role;
};
struct fast_graded {
    int level, could_be;
    uint64_t criteria, could_criteria;
};

struct fast_inst { /* one instance of a duty */
    uint32_t duty;
    uint32_t next_open;          /* 1 + the next open one of its duty */
    struct fast_at at;           /* its trigger */
    struct fast_point born, end; /* end.t INT64_MAX: it lives */
    bool done;
    uint32_t end_event, cause_event;
    int role;
    uint64_t cause_limit, episode;
    int32_t period;
    uint32_t marks;
    bool has_admit; /* `counting from` */
    int64_t admit;
    int64_t over;  /* of a period: when it has ended */
    int64_t timer; /* when to look at it again though nothing happens */
    bool has_due, in_docket;
    int64_t due;
};

struct fast_watch { /* a `when` in one scope */
    uint32_t watched;
    uint32_t opener; /* FAST_NONE_AT: about the subject */
    bool begun, held;
    int64_t next;
};
struct fast_closing {
    uint32_t event, before; /* 1 + the closing of the same episode before it */
};
struct fast_taken {
    uint32_t event, extension;
};
struct fast_key { /* D13: by due (no date first), rule, identity */
    int64_t due;
    uint32_t rank, line;
};
struct fast_gate_at {
    uint32_t event;
}; /* beside a gate's line */

struct lang_machine {
    struct cf_arena *a; /* for life: scratch that grows and is kept */
    const struct lang_program *p;
    struct cf_arena *out; /* of this evaluation: what the docket keeps */
    const struct lang_history *h;
    const struct lang_event *events;
    int64_t now;
    uint32_t n; /* events that have begun by now */
    struct {
        CF_VEC(struct fast_event);
    } ev;
    uint32_t *list_first, *list_n; /* by record: where its events lie in `list`, how many have arrived */
    struct {
        CF_VEC(uint32_t);
    } list;
    struct {
        CF_VEC(uint32_t);
    } touched;         /* records with events, to clear after */
    uint64_t *present; /* the same as bits */
    struct {
        CF_VEC(uint32_t);
    } openers; /* events that open episodes, arrived */
    struct {
        CF_VEC(struct fast_closing);
    } closings; /* which events close which episode */
    struct {
        CF_VEC(uint32_t);
    } by_seq; /* hash: 1 + event */
    uint32_t by_seq_mask;
    int64_t *window_days;    /* [window * FAST_WINDOW_DAYS + day]: remembered ends; NULL: too many windows */
    struct fast_own nowhere; /* no own episodes */

    struct fast_at at;
    struct {
        CF_VEC(struct fast_val);
    } st; /* the stack */
    struct {
        CF_VEC(uint64_t);
    } sup; /* words for each place of the stack */
    uint32_t sp, words;
    bool want_support, want_notes;
    bool no_calendar, one_unknown;
    int64_t next;   /* the least noted change */
    int64_t moment; /* nothing is to be asked again before, though nothing happens */
    struct {
        CF_VEC(struct fast_interval);
    } intervals;

    uint32_t arrived; /* events that lie in the lists */
    struct {
        CF_VEC(uint32_t);
    } by_to; /* events in the order in which they discharge */
    struct {
        CF_VEC(uint32_t);
    } late;         /* of which the day alone is known, in that order */
    uint32_t ended; /* of by_to: how many have been looked at as endings */
    struct {
        CF_VEC(struct fast_judged);
    } judged; /* [of the event + slot of the gate] */
    struct {
        CF_VEC(struct fast_inst);
    } insts;
    struct {
        CF_VEC(uint64_t);
    } inst_bits; /* what each trigger rests on, words each */
    struct {
        CF_VEC(uint32_t);
    } timed;           /* instances with a timer */
    uint32_t *open_of; /* by duty: 1 + its first open instance */
    struct {
        CF_VEC(struct fast_watch);
    } watches;
    struct {
        CF_VEC(struct fast_each);
    } each;
    struct {
        CF_VEC(struct fast_taken);
    } taken;
    struct {
        CF_VEC(uint32_t);
    } extending;
    struct {
        CF_VEC(struct fast_interval);
    } stops;
    struct {
        CF_VEC(struct lang_gate_line);
    } gate_lines;
    struct {
        CF_VEC(struct fast_gate_at);
    } gate_at;
    struct {
        CF_VEC(struct lang_duty_line);
    } duty_lines;
    struct {
        CF_VEC(uint32_t);
    } line_inst; /* beside a duty's line: its instance */
    struct {
        CF_VEC(struct fast_key);
    } keys, merged; /* of the duty lines, to put them in order */
    struct {
        CF_VEC(struct lang_event);
    } sorted;         /* of a history that was not */
    bool adult_known; /* of which birth the eighteenth birthday is remembered */
    int32_t adult_born, adult_day;
    int64_t valid;
    uint64_t *seqs; /* what is left of the piece in which supports are written */
    size_t seqs_left;
};

/* Bits of events. Most histories have few events, and one word for all of them. */
CF_UNUSED static inline void fast_clear_bits(uint64_t *w, uint32_t words) {
    w[0] = 0;
    if (words > 1) {
        memset(w + 1, 0, (words - 1) * sizeof(*w));
    }
}
CF_UNUSED static inline void fast_copy_bits(uint64_t *to, const uint64_t *from, uint32_t words) {
    to[0] = from[0];
    if (words > 1) {
        memmove(to + 1, from + 1, (words - 1) * sizeof(*to));
    }
}

/* A new element of one of the machine's vectors; without a call while there is room. */
#define FAST_PUSH(m, vec) ((vec)->n < (vec)->cap ? &(vec)->v[(vec)->n++] : cf_push((m)->a, (vec)))

/* ---- fast_value.c */
struct fast_val fast_unknown(unsigned kind);
struct fast_val fast_one(unsigned kind, int64_t i);
struct fast_val fast_between(int64_t lo, int64_t hi);
struct fast_val fast_days(int64_t from, int64_t to);
bool fast_known(const struct fast_val *v);
struct fast_val fast_from_value(const struct lang_value *v, unsigned kind, unsigned elem);
struct fast_val fast_seconds(const struct lang_reference *ref, struct fast_val v, enum cf_as as);
bool fast_duration(const struct fast_val *v, struct cf_duration *out);
enum fast_tri fast_compare(const struct lang_reference *ref, enum lang_op op, struct fast_val a, struct fast_val b);
struct fast_val fast_shift(struct lang_machine *m, struct fast_val v, struct cf_duration d);
struct fast_val fast_add(struct lang_machine *m, struct fast_val a, struct fast_val b);
struct fast_val fast_negate(struct fast_val a);
struct fast_val fast_elapsed(const struct lang_reference *ref, struct fast_val a, struct fast_val b); /* two instants */
struct fast_val fast_clamp(struct fast_val v, struct fast_val lo, struct fast_val hi);
CF_UNUSED static inline enum fast_tri fast_tri_of(const struct fast_val *v) {
    return v->kind != LANG_T_YESNO || (v->flags & FAST_KNOWN) == 0 ? FAST_UNKNOWN : v->lo != 0 ? FAST_YES : FAST_NO;
}
CF_UNUSED static inline struct fast_val fast_truth(enum fast_tri t) {
    return (struct fast_val){.kind = LANG_T_YESNO,
                             .flags = t == FAST_UNKNOWN ? FAST_NO_LO | FAST_NO_HI : FAST_KNOWN,
                             .lo = t == FAST_YES,
                             .hi = t == FAST_YES,
                             .den = 1};
}
CF_UNUSED static inline enum fast_tri fast_and(enum fast_tri a, enum fast_tri b) {
    return a < b ? a : b;
}
CF_UNUSED static inline enum fast_tri fast_or(enum fast_tri a, enum fast_tri b) {
    return a > b ? a : b;
}
CF_UNUSED static inline enum fast_tri fast_not(enum fast_tri a) {
    return (enum fast_tri)(FAST_YES - a);
}

/* Events of one record, in order. */
struct fast_slice {
    const uint32_t *v;
    uint32_t n;
};

/* ---- fast_see.c: which events are seen, and which a selector chooses */
int32_t fast_day(const struct lang_machine *m, int64_t t);
int64_t fast_day_start(const struct lang_machine *m, int32_t day);
int64_t fast_time_at(const struct lang_machine *m, int32_t day, int32_t clock);
uint32_t fast_find_seq(const struct lang_machine *m, uint64_t seq);
bool fast_in_scope(const struct lang_machine *m, uint32_t i);
/* Those of a record that may be seen at the machine's point; all that are seen lie in it. */
struct fast_slice fast_reach(const struct lang_machine *m, uint32_t record, bool any_episode);
bool fast_names(const struct lang_machine *m, uint32_t i, uint64_t opener);
const struct fast_own *fast_own_found(struct lang_machine *m, uint32_t i);
const struct fast_own *fast_own_is(struct lang_machine *m, uint32_t opener);
bool fast_actor_is(const struct lang_machine *m, uint32_t i, int32_t role);
bool fast_of_sel(const struct lang_machine *m, const struct fast_sel *s, uint32_t i); /* of its record already */
enum fast_tri fast_matches(struct lang_machine *m, const struct fast_sel *s, uint32_t i);
enum fast_tri fast_with(struct lang_machine *m, const struct fast_sel *s, uint32_t i);
uint32_t fast_last(struct lang_machine *m, uint32_t record, bool previous);
bool fast_birth(struct lang_machine *m, int32_t *first, int32_t *last, uint32_t *event);
enum fast_tri fast_child(struct lang_machine *m, int64_t t);
int32_t fast_turns_18(struct lang_machine *m, int32_t born);
bool fast_adult(struct lang_machine *m, uint32_t i, int role);
bool fast_open(const struct lang_machine *m, uint32_t opener);
uint32_t fast_holder(const struct lang_machine *m, uint64_t opener, uint32_t *by);
void fast_note_windows(struct lang_machine *m, const struct fast_sel *s);
uint32_t fast_version(const struct lang_machine *m, uint32_t chain,
                      int32_t day); /* `what`; the newest where none is in force */
bool fast_version_at(const struct lang_machine *m, uint32_t chain, int32_t day, uint32_t *what);
/* Something is to be asked again at t. */
CF_UNUSED static inline void fast_wake(struct lang_machine *m, int64_t t) {
    m->moment = t < m->moment ? t : m->moment;
}
CF_UNUSED static inline void fast_note(struct lang_machine *m, int64_t t) {
    if (m->want_notes && t > m->at.t && t < m->next) {
        m->next = t;
    }
}

/* Visibility: to oblige an event is seen from its beginning, to permit from its end (E3). What has arrived may be more
 * than what is visible: code also runs at points that have passed. */
CF_UNUSED static inline bool fast_visible(const struct lang_machine *m, uint32_t i) {
    int64_t t = m->at.permits ? m->events[i].to : m->events[i].from;
    return t < m->at.t || (t == m->at.t && i < m->at.upto) || i == m->at.self || i == m->at.trigger;
}
CF_UNUSED static inline bool fast_counts(const struct lang_machine *m, uint32_t i) {
    return m->ev.v[i].counts || i == m->at.self || i == m->at.trigger;
}
CF_UNUSED static inline int fast_role_of(const struct lang_machine *m, const struct fast_sel *s, uint32_t i) {
    uint32_t roles = m->events[i].roles;
    if (s->role >= 0) {
        return (roles >> s->role & 1) != 0 ? s->role : -1;
    }
    return roles == 0 ? -1 : __builtin_ctz(roles);
}
/* X2: are events of this record seen only if they name an own episode? */
CF_UNUSED static inline bool fast_kinds_meet(const struct lang_machine *m, const struct fast_kinds *a,
                                             const struct fast_kinds *b) {
    uint64_t any = a->w[0] & b->w[0];
    for (size_t k = 1; k < m->p->kind_words; k++) {
        any |= a->w[k] & b->w[k];
    }
    return any != 0;
}
CF_UNUSED static inline bool fast_limited(const struct lang_machine *m, uint32_t record, const struct fast_own *own) {
    const struct fast_record *r = &m->p->records[record];
    return own->n > 0 && (r->in_any || fast_kinds_meet(m, &r->kinds, &own->kinds));
}
CF_UNUSED static inline const struct fast_own *fast_own_of(struct lang_machine *m, uint32_t i) {
    return m->ev.v[i].has_own ? &m->ev.v[i].own : fast_own_found(m, i);
}

/* ---- fast_expr.c: running code. Support of the result lies at fast_support(m) until the next run. */
struct fast_val fast_run(struct lang_machine *m, uint32_t code);
enum fast_tri fast_truth_of(struct lang_machine *m, uint32_t code);
CF_UNUSED static inline uint64_t *fast_support(struct lang_machine *m) {
    return m->sup.v + (size_t)m->sp * m->words;
}
struct fast_val fast_field(struct lang_machine *m, const struct fast_path *f, uint32_t i);

void fast_rest_on_span(struct lang_machine *m, const struct fast_span *span, uint32_t at);

/* ---- fast_span.c */
void fast_intervals(struct lang_machine *m, const struct fast_span *s, bool most, int64_t from, int64_t to);
struct fast_val fast_time_in(struct lang_machine *m, const struct fast_time_in *t);
struct fast_val fast_in_span(struct lang_machine *m, const struct fast_span *s);
bool fast_unit_open(const struct lang_machine *m, const struct lang_decl *unit, int64_t t);
bool fast_unit_changes(struct lang_machine *m, const struct lang_decl *unit, int64_t t, int64_t *next);

/* ---- fast_expr.c: the stack's places, for what joins several results */
uint32_t fast_place(struct lang_machine *m); /* a new place on top, resting on nothing */
void fast_rest_on(struct lang_machine *m, uint32_t place, uint32_t event);
void fast_join(struct lang_machine *m, uint32_t into, uint32_t from);
struct fast_val fast_run_quietly(struct lang_machine *m, uint32_t code);
void fast_add_support(struct lang_machine *m, uint32_t place,
                      uint32_t code); /* runs code, keeps what it rests on; 0 is nothing */
struct lang_support fast_seqs(struct lang_machine *m, uint32_t place);
uint32_t fast_support_marks(const struct lang_machine *m, const uint64_t *bits);

/* ---- fast_state.c: gates, grades, scores, choices, flags */
struct fast_judged fast_judge(struct lang_machine *m, uint32_t gate, uint32_t i);
enum fast_tri fast_kept(struct lang_machine *m, uint32_t chain, uint32_t place);
struct fast_graded fast_grade(struct lang_machine *m, const struct fast_grade *g); /* support lies above the top */
struct fast_val fast_score(struct lang_machine *m, const struct fast_score *s);    /* the same */
void fast_gate_lines(struct lang_machine *m, uint32_t i);
void fast_gates_explained(struct lang_machine *m);
bool fast_explained(struct lang_machine *m, int64_t after);
void fast_state_lines(struct lang_machine *m, struct lang_docket *out);
bool fast_scope_opens(const struct lang_machine *m, uint32_t i, int32_t episode); /* does event i open one for rules `in` it? */

/* ---- fast_duty.c: births and ends */
void fast_after_event(struct lang_machine *m, uint32_t i);
void fast_ends(struct lang_machine *m, uint32_t i);
void fast_timers(struct lang_machine *m, int64_t t);
void fast_watch_begin(struct lang_machine *m);
void fast_watch_event(struct lang_machine *m, uint32_t i);
void fast_watch_moment(struct lang_machine *m, int64_t t);
void fast_each_moment(struct lang_machine *m, int64_t t);
int64_t fast_next_moment(const struct lang_machine *m);
void fast_ending_at(struct lang_machine *m, const struct fast_inst *in, uint32_t i);
void fast_void_at(struct lang_machine *m, const struct fast_inst *in, struct fast_point pt);
void fast_arrive(struct lang_machine *m, int64_t t); /* into the lists: all that begins by t */
int64_t fast_next_turn(const struct lang_machine *m, int64_t t);
void fast_duties_until(struct lang_machine *m);

/* ---- fast_settle.c: clocks and lines */
void fast_settle_all(struct lang_machine *m);

#endif
