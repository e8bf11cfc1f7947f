/* lists: what pages that list across people read: things to do of a unit or an officer, requests that wait for a decision,
 * rules that were broken, episodes that are open. One row for each, kept when a docket is stored (lists.c) and in the order in
 * which it is shown, with totals beside: so a page reads what it shows and no more, however many people there are.
 *
 * Whose docket has ended and was not judged again yet is judged by the reader, as everywhere, while they are few
 * (DESK_JUDGED_MOST); beyond that their rows are as they were stored, and `behind` says of how many people. Must not know who
 * may see whom: totals count everybody; whoever shows a row asks for its person first. */
#ifndef CF_DOCKET_LISTS_H
#define CF_DOCKET_LISTS_H

#include "docket/docket.h"

enum { DESK_JUDGED_MOST = 32 };

/* ---- Boards that listen. Calls back, on the thread of a writing desk and once what it stored can be read, for each kind of
 * episode and unit (and 0: any) of which an open episode may look different: something was recorded in it, it was opened,
 * closed or handed over, or a clock of its rules ran out. */
typedef void desk_board_changed(void *arg, struct cf_str episode, uint32_t unit);
void desk_on_board(struct desk *d, desk_board_changed *f, void *arg);

/* ---- Things to do: live lines, one for each thing to do (lang_docket_shown). Late ones first, by the child who waits longest,
 * then by due; what has no time heads its part. */
enum desk_owed_by { DESK_BY_UNIT, DESK_BY_OFFICER };
enum desk_owed_view { DESK_OWED_ALL, DESK_OWED_LATE, DESK_OWED_NOBODY /* carried by nobody */ };
struct desk_owed {
    uint32_t person;
    struct cf_id duty;      /* the line that is due first */
    uint32_t officer, unit; /* who is named, whose unit; 0: nobody */
    bool late, has_due;
    int64_t due, since;
    int64_t first; /* of what is late: the due time of the oldest late thing about this person in this list */
};
struct desk_owed_totals {
    uint64_t lines, late, nobody, people;
    int64_t oldest;  /* due time of the oldest late thing; INT64_MAX: nothing is late. Of desk_owed alone */
    uint64_t behind; /* people whose rows may be out of date */
};
struct desk_owed_list {
    CF_VEC(struct desk_owed);
    struct desk_owed_totals totals;
};
/* Rows `from` to `from + n` of a view, and the totals of the whole list. */
CF_MUST_USE bool desk_owed(struct desk *d, enum desk_owed_by by, uint32_t who, enum desk_owed_view view, size_t from, size_t n,
                           int64_t at, struct cf_arena *a, struct desk_owed_list *out, struct cf_errs *errs);
/* The totals as stored, for a page that shows numbers alone; what became due since counts as late. */
CF_MUST_USE bool desk_owed_totals(struct desk *d, enum desk_owed_by by, uint32_t who, int64_t at, struct desk_owed_totals *out,
                                  struct cf_errs *errs);
/* What each officer carries of a unit, as stored; officer 0: carried by nobody. */
struct desk_carried {
    uint32_t officer;
    int64_t lines, late, people;
    bool any_late;
    int64_t oldest; /* due time of the oldest late thing */
};
struct desk_carrieds {
    CF_VEC(struct desk_carried);
};
CF_MUST_USE bool desk_carried(struct desk *d, uint32_t unit, struct cf_arena *a, struct desk_carrieds *out,
                              struct cf_errs *errs);
/* Things to do of these rules, of a unit or of none (unit 0: of any), by due: at most n of them; *total: how many there are. Of
 * rules that a record with `decided by` discharges; others have no such row. */
CF_MUST_USE bool desk_to_decide(struct desk *d, const struct lang_decl *const *rules, size_t n_rules, uint32_t unit, size_t n,
                                int64_t at, struct cf_arena *a, struct desk_owed_list *out, uint64_t *total,
                                struct cf_errs *errs);
/* The live lines of one person without the rest of the docket: as stored while that holds at `at`, judged otherwise. Lines that
 * were stored have no support, role and period. */
CF_MUST_USE bool desk_live(struct desk *d, uint32_t person, int64_t at, struct cf_arena *a, struct lang_docket *out,
                           struct cf_errs *errs);

/* ---- Rules that were broken at events of a unit, done by its officer or recorded for it; newest first. Events of records that
 * may not be shown for `purpose` are left out. */
struct desk_broken {
    uint32_t person;
    uint64_t event;
    const struct lang_decl *rule;
    int64_t when;
    bool said; /* why was said since, in the same episode */
};
struct desk_broken_rule {
    const struct lang_decl *rule;
    int64_t n, said;
};
struct desk_broken_list {
    CF_VEC(struct desk_broken);
    CF_LIST(struct desk_broken_rule) rules; /* by how often */
    uint64_t total, said, people;
};
CF_MUST_USE bool desk_broken(struct desk *d, uint32_t unit, int64_t since, struct cf_str purpose, size_t from, size_t n,
                             struct cf_arena *a, struct desk_broken_list *out, struct cf_errs *errs);

/* ---- Open episodes of a kind that a unit holds (0: any unit); those in which nothing happened for longest first. */
struct desk_opened {
    uint32_t person;
    uint64_t opener;
};
struct desk_opened_list {
    CF_VEC(struct desk_opened);
    uint64_t total;
};
CF_MUST_USE bool desk_opened(struct desk *d, const struct lang_decl *episode, uint32_t unit, struct cf_str purpose, size_t from,
                             size_t n, struct cf_arena *a, struct desk_opened_list *out, struct cf_errs *errs);

#endif
