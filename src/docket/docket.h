/* docket: binds policies to histories: which version, which calendar, whose events; keeps dockets and wake-ups.
 *
 * A desk is a ledger with the policies adopted in it and everything derived from both (desk.db beside the ledger): links,
 * history images, dockets, duties, wake-ups. All of it can be dropped and rebuilt, equal to what was there.
 * Order of a write: ledger commit, desk commit, answer; so desk.applied <= ledger size, and the desk catches up at open.
 * Must not know: any system of the strategy by name, forms, HTTP. One desk belongs to one thread. */
#ifndef CF_DOCKET_DOCKET_H
#define CF_DOCKET_DOCKET_H

#include "base/base.h"
#include "lang/lang.h"
#include "ledger/ledger.h"

struct desk;
struct desk_options {
    const char *db;        /* path of the ledger; desk.db and the rest stand beside it */
    const char *keys;      /* NULL: beside the ledger */
    const char *calendars; /* folder of calendars to adopt; NULL: data/calendars of the running program */
    const char *force;     /* at creation */
    bool write, create, accept_clock;
    bool memory_desk; /* derive into memory only: as-known-at views, replay */
    const char *vfs;  /* a file layer by name, for fault tests; NULL: the system's */
};
/* Opens a ledger and its desk; a desk that is behind catches up first. D001 when nothing is adopted yet and policies are
 * needed. */
CF_MUST_USE bool desk_open(struct cf_arena *a, const struct desk_options *o, struct cf_errs *errs, struct desk **out);
void desk_close(struct desk *d); /* NULL is allowed */
/* A reader takes in what was recorded since, and gives back what its last answers used (so nothing of those may be in use).
 * *adopted: other policies were put in force meanwhile; close and open it again to read by them. */
CF_MUST_USE bool desk_refresh(struct desk *d, bool *adopted, struct cf_errs *errs);
/* Everything that a reader reads until desk_settled is of one moment, and each small reading need not ask for its own. Between
 * requests only: in it nothing is refreshed, and what others record meanwhile is not seen. */
CF_MUST_USE bool desk_settle(struct desk *d, struct cf_errs *errs);
void desk_settled(struct desk *d); /* the end of it; nothing to end is allowed */
struct ledger *desk_ledger(struct desk *d);
const struct lang_set *desk_set(const struct desk *d); /* the policies in force now; NULL: none adopted */
const struct lang_reference *desk_reference(const struct desk *d);
uint64_t desk_adopted(const struct desk *d); /* number of the event that put them in force; LEDGER_NO_SEQ: none adopted */

/* Adopts every policy of a folder: parses, checks, keeps texts by digest, extends the dictionary, appends `policy_adopted`.
 * Nothing changes when anything is wrong, or when the same texts are adopted already (*changed false). Marks all dockets stale.
 */
CF_MUST_USE bool desk_adopt(struct desk *d, const char *folder, const char *authority, bool *changed, struct cf_errs *errs);

/* ---- A force's own tables. A table that a policy reads `from "file"` ships with rows; a force may load its own file in their
 * place. It is kept like any adopted text, goes along with every later adoption, and is dropped to go back to the shipped rows.
 */
struct desk_table_faults { /* every fault, without a bound, in the order of the file; their places are in the source given */
    CF_VEC(struct cf_err);
};
struct desk_table_column { /* a column beside the table's own that holds codes of a known list, as `ho_code` */
    struct cf_str heading;
    const struct cf_map *codes;
};
/* Checks a file against every table of the policies in force that reads the file of this one (named by its own name, or by the
 * file's): its columns; that each row is whole and has a value, or says `not scored` in a column `status`; codes that are
 * known; no key twice; none missing where the table is complete; values within the bounds of every score that begins with the
 * table. Where the list of codes is read from the same file, codes are the file's own, and none may be left out that was
 * recorded. *rows: lines that hold a row. D023 when no such table is read from a file; faults are no errors. `known` may be
 * NULL. */
CF_MUST_USE bool desk_table_check(struct desk *d, struct cf_str name, const struct cf_source *src,
                                  const struct desk_table_column *known, size_t n_known, struct cf_arena *a,
                                  struct desk_table_faults *faults, size_t *rows, struct cf_errs *errs);
/* The same, then adopts it when there is no fault. Nothing changes when there is one (D022), or when it is loaded already. */
CF_MUST_USE bool desk_table_load(struct desk *d, struct cf_str name, const struct cf_source *src,
                                 const struct desk_table_column *known, size_t n_known, const char *authority,
                                 struct cf_arena *a, struct desk_table_faults *faults, size_t *rows, bool *changed,
                                 struct cf_errs *errs);
CF_MUST_USE bool desk_table_drop(struct desk *d, struct cf_str name, const char *authority, bool *changed,
                                 struct cf_errs *errs);
/* Is it the force's own file whose rows stand in the table? */
CF_MUST_USE bool desk_table_own(struct desk *d, const struct lang_decl *table, bool *own, struct cf_errs *errs);

/* A folder of policies that is not adopted, for replay: read, checked and bound to this ledger's names; nothing is written. */
struct desk_proposal;
CF_MUST_USE bool desk_propose(struct desk *d, const char *folder, struct desk_proposal **out, struct cf_errs *errs);
const struct lang_set *desk_proposed_set(const struct desk_proposal *p);
/* The docket that one subject would have under it. */
CF_MUST_USE bool desk_docket_proposed(struct desk *d, struct desk_proposal *p, uint32_t subject, int64_t at, struct cf_arena *a,
                                      struct lang_docket *out, struct lang_history *history, struct cf_errs *errs);

/* ---- Recording. Names are the policy's; numbers are the dictionary's business. */
struct desk_value {      /* one field: an absence, one value, or a list */
    struct lang_value v; /* CODE by index in its list; SUBJECT and EVENT by `id`; TEXT by `text` */
    struct cf_id id;
    struct cf_str text;
    const struct desk_value *list; /* of a LIST: n of them, each with its kept attributes */
    size_t n;
    const struct lang_value *kept; /* in the order of the field's `keeping` */
};
struct desk_about {
    int role;
    struct cf_id subject;
    enum ledger_category category;
    bool has_born;
    int32_t born_from, born_to; /* age evidence: the days between which the subject was born */
};
struct desk_entry {
    struct cf_id id; /* zero: one is made */
    const struct lang_decl *record;
    int64_t from, to;
    enum ledger_precision precision;
    struct cf_id actor;
    const struct lang_decl *const *actor_roles;
    size_t n_actor_roles;
    struct cf_id recorder;
    struct cf_id unit;
    const struct desk_about *about;
    size_t n_about;
    const struct cf_id *episodes;
    size_t n_episodes;
    const struct desk_value *fields; /* one for each field of the record, by number */
    const struct lang_decl *share;   /* of sent and acknowledged */
    struct cf_id recipient;
    struct cf_str source, source_key; /* imported rows */
    bool has_saw;
    uint64_t saw;
};
/* What a docket line was before and is now, for the person who caused it. */
struct desk_change {
    struct cf_id subject;
    uint32_t subject_no;
    const struct lang_duty_line *duty_before, *duty;
    const struct lang_gate_line *gate;
    const struct lang_flag_line *flag;
    bool flag_gone;
    const struct lang_grade_line *grade_before, *grade;
};
struct desk_changes {
    CF_VEC(struct desk_change);
};
/* Checks, appends, evaluates everyone the event is about, stores their dockets, answers. D010 … say what to put right. Absolute
 * gates of `act` records refuse. *receipt.again: the id was here already, nothing is changed. changes may be NULL. */
CF_MUST_USE bool desk_record(struct desk *d, const struct desk_entry *e, struct cf_arena *a, struct ledger_receipt *receipt,
                             struct desk_changes *changes, struct cf_errs *errs);

/* Several entries that wait, made durable together: one commit of the ledger, one of the desk. Each is checked, judged and
 * answered by itself and sees those before it, so that the outcome is that of desk_record one after another: a refused entry
 * harms no other. Nothing is acknowledged before it is durable: false, with why in errs, when the batch as a whole failed, and
 * then no outcome is `ok`, each says why, and nothing is kept, unless only the desk's commit failed: then the ledger has the
 * events, and whoever sends one again gets its receipt. */
struct desk_outcome {
    struct cf_arena *arena; /* given: where this entry's answer lives; NULL: in the batch's */
    struct cf_errs *errs;   /* given: where its errors go; NULL: a sink is made */
    bool no_changes;        /* given: nobody will read `changes` */
    bool ok, refused;       /* refused: by itself, whatever became of the others */
    struct ledger_receipt receipt;
    struct desk_changes changes;
};
CF_MUST_USE bool desk_record_many(struct desk *d, const struct desk_entry *const *entries, size_t n, struct cf_arena *a,
                                  struct desk_outcome *out, struct cf_errs *errs);

/* Correction (C1): only what is set replaces. fields: pairs of field number (of the record) and value. */
struct desk_correction {
    struct cf_id event;
    bool has_time;
    int64_t from, to;
    enum ledger_precision precision;
    const int *field_numbers;
    const struct desk_value *values;
    size_t n_fields;
    const struct desk_about *about;
    size_t n_about; /* replaces all subjects when n_about > 0 */
    const struct cf_id *episodes;
    size_t n_episodes;
    bool replace_episodes;
    bool withdraw;
    struct cf_str reason;
    struct cf_id actor;
    bool has_saw;
    uint64_t saw;
};
CF_MUST_USE bool desk_correct(struct desk *d, const struct desk_correction *c, struct cf_arena *a,
                              struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs);
CF_MUST_USE bool desk_merge(struct desk *d, struct cf_id a_, struct cf_id b_, struct cf_str reason, struct cf_id actor,
                            struct cf_arena *a, struct ledger_receipt *receipt, struct desk_changes *changes,
                            struct cf_errs *errs);
CF_MUST_USE bool desk_unmerge(struct desk *d, struct cf_id merge_event, struct cf_str reason, struct cf_id actor,
                              struct cf_arena *a, struct ledger_receipt *receipt, struct desk_changes *changes,
                              struct cf_errs *errs);

/* ---- The bulk lane: append and link only, then sweep. */
CF_MUST_USE bool desk_bulk_begin(struct desk *d, struct cf_errs *errs);
CF_MUST_USE bool desk_bulk_add(struct desk *d, const struct desk_entry *e, struct ledger_receipt *receipt,
                               struct cf_errs *errs); /* commits by itself every few thousand */
CF_MUST_USE bool desk_bulk_end(struct desk *d, struct cf_errs *errs);
void desk_bulk_stop(struct desk *d); /* after an error: rolls back what is not committed yet */
/* Evaluates everyone who is marked stale, or whose docket has ended by now, in subject order. at_most 0: all. */
CF_MUST_USE bool desk_sweep(struct desk *d, int64_t now, size_t at_most, void (*progress)(void *, uint64_t, uint64_t),
                            void *arg, uint64_t *done, struct cf_errs *errs);

/* ---- Reading. */
/* One subject's history as known at K (INT64_MAX: now) with merged subjects joined; from the image when K is now, from the
 * ledger otherwise. */
CF_MUST_USE bool desk_history(struct desk *d, uint32_t subject, int64_t known_at, struct cf_arena *a, struct lang_history *out,
                              struct cf_errs *errs);
/* The docket at an instant, as it was known at K: evaluated here, from no stored docket; `set` and `ref` are those of K. */
CF_MUST_USE bool desk_docket(struct desk *d, uint32_t subject, int64_t at, int64_t known_at, struct cf_arena *a,
                             struct lang_docket *out, const struct lang_set **set, const struct lang_reference **ref,
                             struct lang_history *history, struct cf_errs *errs);
/* After an erasure: takes it in, drops every derived trace, empties the write-ahead logs and vacuums the desk. */
CF_MUST_USE bool desk_forget(struct desk *d, struct cf_errs *errs);

/* SUSPENDED: the open duties of people whose record is restricted (Data Protection Act 2018, section 47), for whoever answers
 * for information rights, and for nobody else: every other list counts them and does not show them. */
enum desk_which { DESK_UNIT, DESK_OVERDUE, DESK_ALL_OPEN, DESK_SUSPENDED };
struct desk_line { /* evaluated at `at` */
    uint32_t subject;
    struct lang_duty_line duty;
};
struct desk_lines {
    CF_VEC(struct desk_line);
    uint64_t not_in_source, suspended; /* counted, not shown; of SUSPENDED: shown and counted */
};
CF_MUST_USE bool desk_duties(struct desk *d, enum desk_which which, const char *unit_or_role, int64_t at, struct cf_arena *a,
                             struct desk_lines *out, struct cf_errs *errs);
CF_MUST_USE bool desk_subject_no(struct desk *d, struct cf_id id, uint32_t *no,
                                 struct cf_errs *errs); /* D020 when it was never seen */
CF_MUST_USE bool desk_subject_id(struct desk *d, uint32_t no, struct cf_id *id, enum lang_subject *kind, struct cf_errs *errs);
struct cf_id desk_unit_id(const struct desk *d, const struct lang_decl *unit_or_partner);
/* Calls back for every live event of a record kind, in order of seq, with its subject's history position. */
typedef bool desk_each(void *arg, const struct lang_history *h, size_t event, struct cf_errs *errs);
CF_MUST_USE bool desk_each_event(struct desk *d, const struct lang_decl *record, desk_each *f, void *arg, struct cf_errs *errs);
CF_MUST_USE bool desk_each_subject(struct desk *d, enum lang_subject kind,
                                   bool (*f)(void *arg, const struct lang_history *h, struct cf_errs *errs), void *arg,
                                   struct cf_errs *errs);
/* Calls back once for each history that holds an event of `record` (NULL: for every history), merged subjects joined, in order
 * of their numbers; with its docket judged at `at` by this reader when `judged`, so that nothing stale is counted. What
 * measures read. */
typedef bool desk_each_judged(void *arg, const struct lang_history *h, const struct lang_docket *docket, struct cf_errs *errs);
CF_MUST_USE bool desk_each_history(struct desk *d, const struct lang_decl *record, bool judged, int64_t at, desk_each_judged *f,
                                   void *arg, void (*progress)(void *, uint64_t, uint64_t), void *progress_arg,
                                   struct cf_errs *errs);
/* Counts over all stored dockets, for what a run prints. */
struct desk_counts {
    uint64_t events, subjects, dockets, duties[8]; /* duties by enum lang_state */
    uint64_t gates_kept, gates_breached, gates_not_in_source, duties_not_in_source, flags;
};
CF_MUST_USE bool desk_counts(struct desk *d, struct desk_counts *out, struct cf_errs *errs);
CF_MUST_USE bool desk_next_wake(struct desk *d, bool *any, int64_t *at, struct cf_errs *errs);

/* Brings the typed tables for analysts (study.db beside the ledger: one table a record kind) up to the ledger's size. */
CF_MUST_USE bool desk_study(struct desk *d, struct cf_errs *errs);

/* ---- Rebuilding: drops everything derived, derives it again, and says whether each table is what it was. */
struct desk_table_digest {
    struct cf_str table;
    uint64_t rows;
    uint8_t digest[32];
};
struct desk_digests {
    CF_VEC(struct desk_table_digest);
};
CF_MUST_USE bool desk_digest(struct desk *d, struct cf_arena *a, struct desk_digests *out, struct cf_errs *errs);
CF_MUST_USE bool desk_rebuild(struct desk *d, void (*progress)(void *, uint64_t, uint64_t), void *arg, struct cf_errs *errs);

#endif
