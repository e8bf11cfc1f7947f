/* simulate, private: what the files of this room share: the draw, the rates, the plan made of policies and rates, and a life.
 */
#ifndef CF_SIMULATE_PRIV_H
#define CF_SIMULATE_PRIV_H

#include "simulate/simulate.h"

#define SIM_ONE 1000000u /* shares are counted in millionths: no floating point, so every machine draws the same */

/* ---- The draw: xoshiro256**, started by splitmix from a key. A key names what is drawn (seed, child, record, which one),
 * so that a further policy leaves what the others draw as it was. */
struct sim_rng {
    uint64_t s[4];
};
uint64_t sim_mix(uint64_t a, uint64_t b);
uint64_t sim_key(struct cf_str name);
struct sim_rng sim_rng_of(uint64_t key);
uint64_t sim_next(struct sim_rng *r);
uint32_t sim_below(struct sim_rng *r, uint32_t n);              /* 0 to n - 1; n 0 gives 0 */
int64_t sim_between(struct sim_rng *r, int64_t lo, int64_t hi); /* both included */
bool sim_chance(struct sim_rng *r, uint64_t millionths);
size_t sim_weighted(struct sim_rng *r, const uint64_t *weights, size_t n); /* an index; all weights 0: evenly */
struct cf_id sim_id(uint64_t key);                                         /* "inv" and 13 bytes that follow from the key */

/* ---- Rates. */
enum sim_draw {
    SIM_DRAW_PLAIN,
    SIM_DRAW_GIVEN_NAME,
    SIM_DRAW_FAMILY_NAME,
    SIM_DRAW_BORN,
    SIM_DRAW_SEX,
    SIM_DRAW_ETHNICITY,
    SIM_DRAW_SCHOOL,
    SIM_DRAW_HOME,
    SIM_DRAW_AUTHORITY,
    SIM_DRAW_LOOKED_AFTER,
    SIM_DRAW_AFTER,
    SIM_DRAW_CALLED,
    SIM_DRAWS
};
enum sim_life_kind {
    SIM_LIFE_NONE,
    SIM_LIFE_BIRTH,
    SIM_LIFE_SCHOOL,
    SIM_LIFE_HOME,
    SIM_LIFE_CARE,
    SIM_LIFE_OPENING,
    SIM_LIVES
};
enum sim_people {
    SIM_MET,
    SIM_SIBLINGS_1,
    SIM_SIBLINGS_2,
    SIM_SIBLINGS_3,
    SIM_SIBLINGS_4,
    SIM_YOUNGEST,
    SIM_OLDEST,
    SIM_MOVES,
    SIM_CARE,
    SIM_DOUBLE,
    SIM_OFFICERS,
    SIM_SCHOOLS,
    SIM_PEOPLE
};
enum { SIM_LIVE_HOURS = 48 }; /* how far back live cases begin where the rates say nothing */
enum { SIM_AGES = 120, SIM_HOURS = 24, SIM_SKEWS = 8, SIM_SLOTS = 16 /* a year; each holds one contact of a kind or none */ };
struct sim_row {
    struct cf_str name, detail;
    uint64_t value; /* millionths */
};
struct sim_rows {
    CF_VEC(struct sim_row);
};
struct simulate_rates {
    struct cf_arena *arena;
    uint64_t people[SIM_PEOPLE], sex[2] /* female, male */, age[SIM_AGES], hour[SIM_HOURS], share[SIMULATE_SHARES];
    uint64_t skew_share[SIM_SKEWS], skew[SIM_SKEWS];
    size_t n_skews;
    struct cf_str skew_names[SIM_SKEWS];
    struct sim_rows rate, shares, weight, draw, life, follow, live; /* draw and life: value is the enum; live: hours */
    uint64_t rate_local;                                            /* of records without a row */
    struct {
        CF_VEC(struct cf_str);
    } given, family_start, family_end, sentence, school, authority, place;
};
const struct sim_row *sim_row_of(const struct sim_rows *rows, struct cf_str name,
                                 struct cf_str detail); /* the last; NULL: none */

/* ---- The plan: what the policies and the rates together say about each record. */
struct sim_field {
    const struct lang_field *f;
    enum sim_draw draw;
    const struct lang_decl *codes;  /* of a code or a set of codes */
    size_t n_answers;               /* of codes, or two of yes/no (no, yes) */
    uint64_t *weights;              /* by answer; NULL: no row */
    uint8_t *wished;                /* by answer: a rule wishes it; NULL: none is */
    const struct lang_expr *same;   /* another record's field, or a table by it, that a rule wishes it to equal; NULL: none */
    const struct lang_decl *choice; /* the choice that says which answers are open; NULL: none */
    bool needed;                    /* a rule asks whether it is known */
    const struct lang_decl **kept_codes;
};
struct sim_record;
struct sim_edge { /* what should follow what, and within how long */
    const struct sim_record *from, *to;
    const struct lang_decl *from_share, *to_share;
    const struct lang_sel *trigger, *done;
    const struct lang_expr *where;
    int64_t within;                     /* seconds, about */
    struct cf_duration limit;           /* the same, as the duty says it; n 0: it is not constant */
    uint64_t share;                     /* millionths; of a duty, what `missing` leaves */
    bool duty, breach;                  /* breach: follows only what was done against a gate */
    int back_field;                     /* of `to`: refers back to the trigger; -1 none */
    uint32_t alternative, alternatives; /* a duty may be done by one of several */
    uint64_t key;
};
struct sim_record {
    const struct lang_decl *decl;
    const struct lang_record *r;
    uint64_t key;
    int main_role;          /* the first role of a person, else 0 */
    enum lang_subject kind; /* of the main role */
    enum sim_life_kind life;
    uint64_t rate; /* millionths of a contact a year */
    uint64_t share[SIMULATE_SHARES];
    bool step_given;   /* share[STEP] has a row of its own */
    int opens, closes; /* episode numbers, -1 none */
    bool free;         /* belongs to no episode of its own accord */
    bool watched;      /* a gate guards or needs it, or a duty hangs on it */
    struct sim_field *fields;
    struct {
        CF_VEC(struct sim_edge *);
    } out, in;
    struct {
        CF_VEC(const struct lang_decl *);
    } gates; /* that judge it */
    struct {
        CF_VEC(const struct sim_record *);
    } before;              /* records that its gates need */
    bool periodic;         /* a duty asks for one in each period … */
    enum lang_period each; /* … such as a quarter */
};
struct sim_episode {
    const struct lang_decl *decl;
    struct {
        CF_VEC(const struct sim_record *);
    } steps, closers;
    int64_t pace; /* seconds between steps that no duty times */
};
struct sim_plan {
    struct cf_arena *arena;
    const struct lang_set *set;
    const struct simulate_rates *rates;
    struct sim_record *records; /* by record number */
    size_t n_records;
    struct {
        CF_VEC(struct sim_episode);
    } episodes;
    struct {
        CF_VEC(struct sim_edge *);
    } edges;
    const struct lang_decl *boroughs, *ethnicities, *groups; /* code lists, or NULL */
    uint64_t *borough_weights;                               /* by borough */
    uint64_t *group_weights;                                 /* borough * groups + group; NULL: none */
    int *group_of;                                           /* by ethnicity; -1 none */
    const struct lang_decl **unit_of_borough;
    const struct lang_decl *anyone; /* the role in which people enter what anyone may */
};
CF_MUST_USE bool sim_plan_make(struct cf_arena *a, const struct lang_set *set, const struct simulate_rates *rates,
                               struct cf_errs *errs, struct sim_plan **out);
struct sim_record *sim_record_of(const struct sim_plan *p, const struct lang_decl *record); /* NULL: not a record */
/* Which answers the rules wish for: marks fields of the plan (wish.c). */
void sim_wish(struct sim_plan *p, const struct lang_expr *cond, const struct lang_decl *own);
/* Records that a condition reads, beside `own` (wish.c). */
void sim_reads(struct sim_plan *p, const struct lang_expr *cond, struct sim_record *own);

/* ---- People. */
struct sim_who {
    struct cf_id id;
    uint32_t no;
};
struct sim_stay { /* a home, a school, time in care: from a day on */
    int32_t from, to;
    int borough;
    struct cf_id id;
};
enum { SIM_STAYS = 16, SIM_NAME_BYTES = 48 };
struct sim_stays {
    struct sim_stay v[SIM_STAYS];
    size_t n;
};
struct sim_family {
    uint64_t number, key;
    uint32_t first_child; /* number of its first child */
    uint32_t size;
    struct cf_str name; /* in the arena of the family */
    int group, borough;
    struct sim_stays homes;
};
struct sim_entry { /* one record of a child; the second may be misspelt */
    struct sim_who who;
    struct cf_str given, family, altered;
    int32_t born;
    int32_t known_from; /* the day on which this record was begun */
};
struct sim_child {
    const struct sim_family *family;
    uint32_t number;
    uint64_t key;
    bool male;
    int ethnicity; /* index, -1 when there is no list */
    uint64_t skew; /* millionths of the mean contacts */
    struct sim_stays schools, care, homes;
    struct sim_entry entries[2];
    size_t n_entries;
};
struct sim_world;
void sim_family_make(const struct sim_world *w, uint64_t number, uint32_t first_child, struct cf_arena *a,
                     struct sim_family *out);
void sim_child_make(const struct sim_world *w, const struct sim_family *f, uint32_t nth, struct cf_arena *a,
                    struct sim_child *out);
struct cf_id sim_person_id(const struct sim_world *w, uint32_t child, uint32_t entry);
struct sim_who sim_whoever(struct cf_id id);
struct sim_who sim_officer_nth(const struct sim_world *w, const struct lang_decl *role, const struct lang_decl *unit,
                               uint32_t nth, bool *male);
struct sim_who sim_officer(const struct sim_world *w, const struct lang_decl *role, const struct lang_decl *unit,
                           struct sim_rng *r, int want_male /* -1: whoever */, bool *male);
struct sim_who sim_authority(const struct sim_world *w, int borough);
struct sim_who sim_unit(const struct sim_world *w, const struct lang_decl *unit);
const struct sim_stay *sim_stay_at(const struct sim_stays *s, int32_t day); /* NULL: none then */
/* The name with one slip of the pen; never the same as before unless it is shorter than two letters. */
struct cf_str sim_misspell(struct cf_arena *a, struct cf_str name, struct sim_rng *r);

/* ---- A life: the events about one child, unit or officer, in the order in which they were thought of. */
struct sim_role {
    int role;
    struct sim_who who;
};
struct sim_event {
    const struct sim_record *record;
    const struct lang_decl *share;
    struct cf_id id;
    int64_t from, to, recorded;
    bool day_only, irregular;
    struct sim_who actor, unit, recipient;
    const struct lang_decl *role; /* in which the actor acts; NULL: no actor */
    const struct lang_decl *unit_decl;
    struct sim_role *about;
    size_t n_about;
    int32_t episode;           /* index of the opener, -1 none */
    struct desk_value *fields; /* subjects have `id`, and `v.i` their number; events `id`, and `v.i` their index in the life */
};
struct sim_world {
    const struct sim_plan *plan;
    const struct simulate_options *o;
    const struct lang_reference *ref;
    const struct cf_zone *zone;
    struct simulate_report *report;
    uint64_t key;
    int64_t starts, ends; /* of contacts */
    const bool *only;     /* by number: the children who are wanted; NULL: all */
    struct cf_map *named; /* ids of organisations, places and officers who have been given a name; NULL: none is to be */
};
struct sim_life {
    const struct sim_world *w;
    struct cf_arena *a;
    const struct sim_child *child; /* NULL: of a unit or officer */
    const struct lang_decl *unit;  /* of a unit's or officer's life */
    const struct lang_decl *held;  /* the unit that has a live case in hand; NULL: none, whoever acts is invented */
    size_t entry;                  /* under which record of the child contacts are entered just now */
    struct sim_who self;
    struct cf_str called; /* of a life that is one naming */
    uint64_t key;
    struct {
        CF_VEC(struct sim_event);
    } events;
    uint32_t *times; /* by record number: how many were made */
    int depth;
};
/* Does the event give rise to what the edge says? */
bool sim_gives_rise(const struct sim_life *l, const struct sim_edge *e, int32_t event);
bool sim_share(const struct sim_life *l, struct sim_rng *r, const struct sim_record *record, enum simulate_share s);
/* Makes one event; -1 when it lies ahead, or its record is not in force then. edge and trigger may be none. */
int32_t sim_emit(struct sim_life *l, const struct sim_record *record, int64_t at, int32_t episode, const struct sim_edge *edge,
                 int32_t trigger, bool irregular);
void sim_fill_fields(struct sim_life *l, struct sim_event *e, const struct sim_edge *edge, int32_t trigger, struct sim_rng *r);
void sim_follow(struct sim_life *l, int32_t event); /* what should come after it outside its episode's steps */
int32_t sim_episode_make(struct sim_life *l, const struct sim_record *opener, int64_t at, const struct sim_edge *edge,
                         int32_t trigger);
int32_t sim_own_episode(const struct sim_life *l, int32_t event);
void sim_child_life(struct sim_life *l);
void sim_other_life(struct sim_life *l, enum lang_subject kind);
uint32_t *sim_order(const struct sim_life *l, struct cf_arena *a); /* indices of events, as they happened */
const struct lang_decl *sim_home_unit(const struct sim_life *l, int64_t at);
int sim_home_borough(const struct sim_life *l, int32_t day);

/* ---- Live cases: who acts in them (live.c). */
/* The role of theirs in which they may act as `role`; NULL: none. */
const struct lang_decl *sim_plays(const struct simulate_player *p, const struct lang_decl *role);
/* A player who holds the role in the unit; failing that, one of any unit when the role is no rank; NULL: nobody. */
const struct simulate_player *sim_player_of(const struct sim_world *w, const struct lang_decl *role,
                                            const struct lang_decl *unit);

/* ---- Judging conditions over a life: three-valued, and unknown whatever it does not understand. */
struct sim_sight {
    const struct sim_life *life;
    int32_t episode;             /* events of this episode, and those of none */
    const struct sim_event *own; /* the event looked at, perhaps not yet in the life */
    const struct sim_event *trigger;
    int64_t until; /* events up to here are seen */
};
enum lang_truth sim_judge(const struct sim_sight *s, const struct lang_expr *cond);
bool sim_passes(const struct sim_sight *s, const struct lang_sel *sel,
                const struct sim_event *e); /* kind and `with`, unknown passes */

/* ---- Events into a ledger. */
struct sim_into {
    struct desk *d;
    struct cf_arena *a;    /* of one event */
    uint64_t added, known; /* known: stood there already */
};
CF_MUST_USE bool sim_add_event(struct sim_into *x, const struct sim_life *l, const struct sim_event *e, struct cf_errs *errs);
/* What is named in the event and has no name yet is given one, as an event of its own (called.c). */
CF_MUST_USE bool sim_add_names(struct sim_into *x, const struct sim_life *l, const struct sim_event *e, struct cf_errs *errs);

/* ---- Going through everybody. */
typedef bool sim_visit(void *arg, struct sim_life *l, struct cf_errs *errs); /* false: stop */
CF_MUST_USE bool sim_world_make(struct cf_arena *a, const struct sim_plan *p, const struct simulate_options *o,
                                const struct lang_reference *ref, struct simulate_report *report, struct cf_errs *errs,
                                struct sim_world *out);
CF_MUST_USE bool sim_each_child(const struct sim_world *w, sim_visit *f, void *arg, struct cf_errs *errs);
CF_MUST_USE bool sim_each_other(const struct sim_world *w, sim_visit *f, void *arg, struct cf_errs *errs); /* units, officers */
void sim_report_make(struct cf_arena *a, const struct lang_set *set, struct simulate_report *out);

/* ---- The truth. */
CF_MUST_USE bool sim_truth_write(const char *path, struct cf_str rows, struct cf_arena *a, struct cf_errs *errs);
void sim_truth_add(struct cf_buf *b, const struct sim_world *w, const struct sim_child *c);

#endif
