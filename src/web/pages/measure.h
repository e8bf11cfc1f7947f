/* measure: what the pages of measures share: what was asked, and the counted table. Must not know what any measure counts. */
#ifndef CF_WEB_PAGES_MEASURE_H
#define CF_WEB_PAGES_MEASURE_H

#include "exchange/published.h"
#include "measure/measure.h"
#include "web/priv.h"

/* What a table was asked with: plain data, for the thread that counts. */
struct measure_asked {
    char name[128], by[MEASURE_DIMENSIONS][64], map[512]; /* map: of published numbers; empty: a measure of the policies */
    size_t n_by;                                          /* 0: each dimension by itself */
    bool has_from, has_to, published, list;
    int32_t from, to;
    enum measure_records records;
};
struct measure_counted {
    struct measure_table table;
    struct measure_list list; /* when asked for */
    uint64_t size;            /* events of the ledger that it was counted over */
};
/* One measure by its name: of the policies, or of published numbers. */
struct measure_named {
    const struct lang_decl *decl;
    const struct published_measure *published;
    struct published_map map;
    struct cf_str name, title;
    CF_LIST(struct cf_str) by;
};
/* M001 when there is none. */
CF_MUST_USE bool measure_named(struct web_request *q, struct cf_str name, struct measure_named *out, struct cf_errs *errs);
/* A file of the data folder, by the calendars that the desk was opened with. */
const char *measure_data_path(const struct web_request *q, struct cf_arena *a, const char *name);
/* Reads the query; what is wrong with it becomes flaws of the page (false). Whoever may not measure gets whole published
 * tables: no days to choose and nothing crossed, so that two tables cannot be subtracted from one another. */
CF_MUST_USE bool measure_asked_read(struct web_request *q, const struct measure_named *m, struct measure_asked *out);
enum counted_state measure_counted_get(struct web_request *q, const struct measure_asked *asked,
                                       const struct measure_counted **out, int64_t *made_s, struct cf_errs *errs);
/* Which records hold events that were imported: names, one a line, from the thread that counts; empty as long as not known. */
struct cf_str measure_sources(struct web_request *q);
/* The address of a policy's page; empty as long as there is no such page. */
struct cf_str measure_policy_url(struct web_request *q, const struct lang_decl *policy);
struct cf_str measure_words(struct cf_arena *a, struct cf_str name); /* "ethnic group" of ethnic_group */

#endif
