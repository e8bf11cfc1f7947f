/* measure, private: what the files of this room share: dimensions, units, the count in the making. */
#ifndef CF_MEASURE_PRIV_H
#define CF_MEASURE_PRIV_H

#include "measure/measure.h"

/* ---- Dimensions. A key is a number: a code's index, a subject's number, the first day of a period. Absences follow every key.
 */
enum {
    KEY_NOT_STATED = INT32_MAX - 4, /* declined, or a code that belongs to no group */
    KEY_NOT_KNOWN,
    KEY_NOT_ASKED,
    KEY_SUMS /* the row sums over this dimension */
};
static inline bool key_absent(int32_t key) {
    return key >= KEY_NOT_STATED && key <= KEY_NOT_ASKED;
}

enum dim_kind {
    DIM_DAY,
    DIM_PERIOD,
    DIM_WEEKDAY,
    DIM_HOUR,
    DIM_UNIT,
    DIM_OWNER,
    DIM_STATE,
    DIM_SOURCE,
    DIM_AGE,
    DIM_FIELD, /* of the record that is counted */
    DIM_KNOWN, /* the latest that is known of the person (M4) */
    DIM_FACT   /* a declared fact, as of the unit's instant */
};
struct measure_dim {
    struct cf_str name, title;
    enum dim_kind kind;
    enum cf_period period;
    int field;                     /* of DIM_FIELD */
    bool protected_too;            /* of DIM_FIELD: when the record does not say, the latest that is known */
    enum lang_type_kind type;      /* of the key */
    const struct lang_decl *codes; /* what a coded key indexes */
    const struct lang_decl *from;  /* of a grouping: the codes of the value it groups; otherwise as `codes` */
    const int32_t *group;          /* of a grouping: key of each code of `from` */
    const struct lang_decl *table; /* of a grouping: which table */
    const struct lang_decl *fact;
};

/* ---- One unit of the population. */
struct measure_unit {
    int32_t key[MEASURE_DIMENSIONS + 1]; /* the last one: of `within` */
    int32_t day, place;
    uint32_t subject;
    uint8_t answer; /* enum measure_answer */
    bool identified;
    int64_t value; /* of a median */
    int64_t at;
    struct cf_id event, duty;
};

/* Which days the data covers, and where, so that a rate is per time that was really looked at. */
struct measure_month {
    int32_t first, last; /* days of the first and last event that came from a published file */
    int32_t *count;      /* of those events, by place; NULL: there are no places */
    bool *held;          /* does it cover the place? Filled by rate_places */
};
struct measure_cover {
    CF_VEC(struct measure_month); /* by month, unordered */
    bool any;                     /* something was recorded here, not imported */
    int32_t first, last;          /* of what was recorded here: all days between are covered, everywhere */
};

struct measure_tally { /* units in no row, and why */
    int64_t where_unknown, that_unknown, where_absent, that_absent, not_judged, no_value;
    int64_t void_, no_date, not_yet_due, duty_absent, open, not_followed_yet, too_long;
    int64_t unidentified, uncovered, nobody;
    int64_t published, own; /* events of the record in the period, counted or left out */
};

enum median_unit { MEDIAN_NONE, MEDIAN_SECONDS, MEDIAN_DAYS, MEDIAN_WORKING_DAYS, MEDIAN_MONTHS, MEDIAN_NUMBER };

struct counting {
    struct cf_arena *a;       /* the caller's: units, rows, labels */
    struct cf_arena *scratch; /* emptied after each unit */
    const struct lang_set *set;
    const struct lang_reference *ref;
    const struct lang_decl *decl;
    const struct lang_measure *m;
    const struct lang_decl *record; /* whose fields may be dimensions; NULL: none */
    int role;                       /* of the record: whose history counts the event */
    struct measure_options o;
    struct measure_dim dims[MEASURE_DIMENSIONS + 1];
    size_t n_dims;
    int within;               /* index in dims, MEASURE_DIMENSIONS when it is not among those shown; -1: none */
    struct measure_dim place; /* of a rate: where its people live, if the record says where it happened */
    size_t places;            /* how many there are; 0: no places */
    enum median_unit median;
    struct {
        CF_VEC(struct measure_unit);
    } units;
    struct measure_cover cover;
    struct measure_tally tally;
    struct cf_map *seen; /* events of a record that may be about several people, by number */
};

/* measure.c: a run in parts; between them units_of_history is called for each history, with a scratch arena set. */
CF_MUST_USE bool measure_start(struct counting *c, const struct lang_set *set, const struct lang_reference *ref,
                               const struct lang_decl *measure, const struct measure_options *o, struct cf_arena *a,
                               struct measure_table *out, struct cf_errs *errs);
CF_MUST_USE bool measure_finish(struct counting *c, struct measure_table *out, struct measure_list *list, struct cf_errs *errs);

/* dims.c */
CF_MUST_USE bool dim_resolve(const struct counting *c, struct cf_str name, struct measure_dim *out, struct cf_errs *errs);
/* Where one unit stands: it is judged at `event`; its fields and its unit are those of `of`: the same event, but of an episode
 * that is counted where it closes the one that opened it. */
struct unit_place {
    const struct lang_history *h;
    size_t event, of;                  /* SIZE_MAX: none */
    const struct lang_duty_line *line; /* NULL but for duties */
    int64_t at;                        /* the unit's instant */
};
int32_t dim_key(struct counting *c, const struct measure_dim *d, const struct unit_place *u);
struct cf_str dim_label(struct counting *c, const struct measure_dim *d, int32_t key);

/* units.c */
CF_MUST_USE bool units_prepare(struct counting *c, struct cf_errs *errs); /* record, role; refuses what cannot be counted */
void units_of_history(struct counting *c, const struct lang_history *h, const struct lang_docket *k);
bool units_need_docket(const struct counting *c);

/* rows.c */
struct measure_cell {
    struct measure_row row;
    int32_t key[MEASURE_DIMENSIONS];
    uint32_t last_subject;
    bool any_subject;
    double years; /* of a rate: person-years */
    struct {
        CF_VEC(int64_t);
    } values;
};
struct measure_cells {
    CF_VEC(struct measure_cell *);
    struct cf_map *by_key;
};
/* The cell of these keys (KEY_SUMS: over all), made when it is new. */
struct measure_cell *rows_cell(struct counting *c, struct measure_cells *cells, const int32_t *key);
struct measure_cell *rows_find(const struct counting *c, const struct measure_cells *cells, const int32_t *key);
CF_MUST_USE bool rows_count(struct counting *c, struct measure_cells *cells, struct cf_errs *errs);
void rows_sort(struct counting *c, struct measure_cells *cells);
void rows_sums(struct counting *c, const struct measure_cells *cells,
               struct measure_table *t); /* what adds up although no label says so */

/* rate.c */
struct measure_people {
    const struct lang_decl *table;
    size_t keys;
    int dim[MEASURE_DIMENSIONS]; /* which shown dimension each key of the table is; -1: none, summed over */
    int within, place;           /* which key `within` is, which the place, -1 */
    struct {
        CF_VEC(struct people_row);
    } rows;
};
struct people_row {
    int32_t key[MEASURE_DIMENSIONS];
    int64_t people;
};
CF_MUST_USE bool rate_prepare(struct counting *c, struct measure_people *p, struct cf_errs *errs);
CF_MUST_USE bool rate_fill(struct counting *c, const struct measure_people *p, struct measure_cells *cells,
                           struct cf_errs *errs); /* rows nobody fell into */
void rate_values(struct counting *c, const struct measure_people *p, struct measure_cells *cells);
void rate_ratios(struct counting *c, const struct measure_people *p, struct measure_cells *cells); /* p NULL: of shares */
void rate_notes(struct counting *c, const struct measure_people *p, struct measure_table *t);
void rate_find_place(struct counting *c); /* before histories are read */
void rate_places(struct counting *c);     /* after: what is covered where; units elsewhere are put apart */
double rate_years(const struct counting *c, int32_t place, int32_t from, int32_t to); /* covered; place KEY_SUMS: anywhere */
int64_t rate_days(const struct counting *c, int32_t *first, int32_t *last);           /* covered anywhere; 0: none */

#endif
