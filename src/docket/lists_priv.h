/* lists, private: the rows of a docket as lists.c keeps them and lists_read.c shows them. */
#ifndef CF_DOCKET_LISTS_PRIV_H
#define CF_DOCKET_LISTS_PRIV_H

#include "docket/lists.h"
#include "docket/priv.h"

struct owed_row {
    const struct lang_duty_line *line;
    bool shown, decided; /* one for each thing to do; of a rule that a decision discharges */
    int64_t first[2];    /* by unit, by officer: the second thing by which its list is ordered, after late or not */
};
struct owed_rows {
    CF_VEC(struct owed_row);
};
void lists_owed_of(const struct lang_docket *k, struct cf_arena *a, struct owed_rows *out);

/* Where dockets are stored and dropped (evaluate.c, desk.c, rebuild.c); in an open desk transaction. */
CF_MUST_USE bool lists_schema(struct desk *d, struct cf_errs *errs);
CF_MUST_USE bool lists_clear(struct desk *d, uint32_t person, struct cf_errs *errs);
CF_MUST_USE bool lists_put(struct desk *d, const struct bound_set *s, const struct lang_history *h, const struct lang_docket *k,
                           struct cf_arena *a, struct cf_errs *errs);
void lists_committed(struct desk *d, bool kept); /* tells the boards, or forgets what was rolled back */
#define LISTS_TABLES "owed", "owed_total", "broken", "opened"

#endif
