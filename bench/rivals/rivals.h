/* rivals: the engines we are measured against, and the events and counts that all of them share. */
#ifndef CF_BENCH_RIVALS_H
#define CF_BENCH_RIVALS_H

#include "bench.h"

enum rival_kind { RIVAL_SEARCH, RIVAL_APPROVAL, RIVAL_REPORT, RIVAL_REVIEW, RIVAL_WITHDRAWAL, RIVAL_KINDS };
struct rival_event {           /* by place, then time; id: 1 upwards in that order */
    uint32_t place, id, about; /* about: the search that a report, review or withdrawal is about */
    enum rival_kind kind;
    bool yes; /* a search at night; an approval that approves */
    int64_t at;
};
struct rival_events {
    CF_VEC(struct rival_event);
    uint32_t places;
    int64_t now, six_months, thirty_days; /* where the windows begin that end now */
};

/* What each engine must say alike. */
/* clang-format off */
#define RIVAL_LINES(X) \
    X("approved_first", "kept") \
    X("approved_first", "breached") \
    X("report_it", "met") \
    X("report_it", "late") \
    X("report_it", "overdue") \
    X("report_it", "pending") \
    X("review_it", "met") \
    X("review_it", "late") \
    X("review_it", "overdue") \
    X("review_it", "pending") \
    X("review_it", "void") \
    X("review_it", "missed") \
    X("searched_often", "stands") \
    X("at_night", "stands")
/* clang-format on */
enum { RIVAL_COUNTS = 14 };
struct rival_line {
    const char *rule, *state;
};
extern const struct rival_line rival_lines[RIVAL_COUNTS];
struct rival_result {
    uint64_t counts[RIVAL_COUNTS];
    uint64_t events;
    double seconds; /* of judging alone: loading and counting are apart */
};

/* The first events of `e`, up to and with place `places`. false: it is not installed (*why says so). */
bool rival_clips(struct cf_arena *a, const struct rival_events *e, uint32_t places, const char *folder,
                 struct rival_result *out, const char **why);
void rival_sql(struct cf_arena *a, const struct rival_events *e, struct rival_result *out);
/* Rows of `bytes` bytes in a file of its own, one a durable commit (write-ahead log, synchronous FULL): commits a second. */
double rival_inserts(const char *path, size_t bytes, uint64_t rows);
const char *rival_sql_version(void);

#endif
