/* import: rows of published files as events in the bulk lane, by a mapping that is data (data/import). Each line read is
 * imported, already known, or rejected; the three add up, always. A file imported twice adds nothing; a data set published
 * again supersedes its earlier version: rows that it no longer holds are withdrawn. Must not know what any rule asks. */
#ifndef CF_EXCHANGE_IMPORT_H
#define CF_EXCHANGE_IMPORT_H

#include "docket/docket.h"

struct import_options {
    const char *map;      /* data/import/stop-search.tsv */
    const char *boroughs; /* data/boroughs/london-boroughs.tsv; not used by the table of more thorough searches */
    void (*progress)(void *arg, uint64_t done, uint64_t total);
    void *arg;
};
struct import_report {
    uint64_t lines, imported, known, rejected;
    uint64_t repeats;   /* of known: lines that are the same record as another line of this file */
    uint64_t withdrawn; /* events of an earlier version of the data set that this one no longer holds */
    uint64_t children, age_unknown, no_place;
    struct cf_str rejects_path; /* empty: none rejected */
    struct cf_str notes;
};
/* Errors: those of reading, of the map (I020) and of the ledger; nothing of the file is half imported: what was committed
 * before an error is whole rows, and importing the file again goes on where it stopped. */
CF_MUST_USE bool import_stop_search(struct desk *d, const char *path, const struct import_options *o, struct cf_arena *a,
                                    struct import_report *out, struct cf_errs *errs);
CF_MUST_USE bool import_more_thorough(struct desk *d, const char *path, const struct import_options *o, struct cf_arena *a,
                                      struct import_report *out, struct cf_errs *errs);

#endif
