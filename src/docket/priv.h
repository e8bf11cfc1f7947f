/* docket, private: what the files of this room share. */
#ifndef CF_DOCKET_PRIV_H
#define CF_DOCKET_PRIV_H

#include "docket/docket.h"
#include "store/store.h"

/* ---- Binding: the policy's names to the dictionary's numbers, made anew for each adopted set. */
struct bound_codes { /* one code list: number of each code by index, and back */
    const struct lang_decl *codes;
    uint32_t list;
    uint32_t *number; /* by index */
    size_t n;
};
struct bound_field {
    uint32_t field;                        /* dictionary number in LEDGER_FIELDS; of a subject field it holds absences only */
    uint32_t role;                         /* dictionary number in LEDGER_ROLES for a subject field, else 0 */
    const struct bound_codes *codes;       /* of a coded field, or NULL */
    uint32_t *kept;                        /* attribute numbers, one for each `keeping` name */
    const struct bound_codes **kept_codes; /* their code lists, or NULL */
};
struct bound_record {
    const struct lang_decl *record;
    uint32_t kind;
    uint32_t *roles;            /* dictionary number of each about role */
    struct bound_field *fields; /* by field number */
};
struct bound_set {
    const struct lang_set *set;
    uint64_t adopted; /* seq of the policy_adopted event */
    uint8_t digest[LEDGER_HASH];
    struct bound_record *records;        /* by record number */
    const struct bound_record **by_kind; /* by kind number, NULL where none */
    uint32_t kinds;
    uint16_t *grant_role; /* role number of each grant number, UINT16_MAX none */
    uint32_t grants;
    uint32_t *role_grant;   /* grant number of each role */
    struct cf_map *codes;   /* list name -> struct bound_codes */
    struct cf_id *unit_ids; /* by unit number */
    uint32_t *unit_no, *partner_no;
    struct cf_id *partner_ids;
    uint32_t born_from, born_to, roles_attribute;
    struct lang_reference reference;
    struct cf_schools *schools;
    struct lang_program *program;
    struct lang_machine *machine;
    struct desk *desk;
};

/* ---- Texts of an adoption. A force's own tables are kept below OWN_TABLES, under the path of the shipped file in whose place
 * they stand: they go along with every later adoption until they are dropped. */
#define OWN_TABLES "own-tables/"
struct text_file {
    struct cf_str path; /* below the folder: "search/often.policy" */
    struct cf_str text;
};
struct text_files {
    CF_VEC(struct text_file);
};

struct desk_proposal {
    struct bound_set *set;
};

struct merge_pair {
    uint32_t a, b;
    uint64_t seq, undone; /* LEDGER_NO_SEQ: stands */
    struct cf_id event;
};

struct desk {
    struct cf_arena *arena;
    struct ledger *ledger;
    struct store_db *db;
    struct desk_options options;
    const struct cf_zone *zone;
    CF_LIST(struct bound_set *) sets; /* by adoption; the last is in force */
    CF_LIST(struct merge_pair) merges;
    struct cf_map *kept;             /* C5: duty id -> 1 + state of lines that ended on what was erased since */
    uint32_t type_of[LANG_SUBJECTS]; /* dictionary numbers of subject kinds */
    uint64_t applied;                /* events that the desk has taken in */
    bool bulk;
    uint64_t bulk_pending;
    uint64_t judged_by_current; /* 1 + `adopted` of the set that all stored dockets were judged by; 0: not looked yet */
    struct cf_arena *scratch;
    struct lists_touched *touched; /* boards to be told, once it is committed (lists.c); NULL: nobody listens */
};

/* The first column of each row that a query gives, in its order; parameters ?1… are `given`. In the arena. */
CF_MUST_USE bool desk_numbers(struct desk *d, const struct store_sql *q, const int64_t *given, int n_given, struct cf_arena *a,
                              int64_t **out, size_t *n, struct cf_errs *errs);

/* ---- Images: a history in one row. Entries in order of taking in; decoding sorts by happened. */
struct img_value;
/* An event as it stands after its corrections, in numbers: the ledger's own event, its seq, whether it was withdrawn. */
struct effective {
    struct ledger_event event;
    bool withdrawn, corrected;
    int64_t known; /* seconds: latest recording of it or of a correction */
};
CF_MUST_USE bool desk_effective(struct desk *d, uint64_t seq, uint64_t upto, struct cf_arena *a, struct effective *out,
                                struct cf_errs *errs);
CF_MUST_USE bool desk_effective_of(struct desk *d, const struct ledger_event *e, uint64_t upto, struct cf_arena *a,
                                   struct effective *out, struct cf_errs *errs); /* the same of an event as read */
/* Appends one entry for the event to an image. */
CF_MUST_USE bool image_encode(struct desk *d, const struct effective *e, struct cf_buf *b, struct cf_errs *errs);
/* Decodes the entries of one image into events of the set; members: the subject numbers that are this person. */
struct img_events {
    CF_VEC(struct lang_event);
};
CF_MUST_USE bool image_decode(struct desk *d, const struct bound_set *s, struct cf_str bytes, const uint32_t *members,
                              size_t n_members, struct cf_arena *a, struct img_events *out, struct cf_errs *errs);
/* By time and sequence, each event once. */
void desk_sort_events(struct img_events *events);

/* ---- Policies. */
CF_MUST_USE bool desk_load_sets(struct desk *d, struct cf_errs *errs); /* from what the ledger adopted */
struct bound_set *desk_current(const struct desk *d);                  /* or NULL */
CF_MUST_USE bool desk_set_at(struct desk *d, uint64_t size, struct bound_set **out,
                             struct cf_errs *errs); /* adopted among the first `size` events */
/* The texts in force, as the ledger keeps them; D001 when nothing is adopted. */
CF_MUST_USE bool desk_adopted_texts(struct desk *d, struct text_files *files, struct text_files *calendars,
                                    struct cf_errs *errs);
/* Checks and adopts these texts; what desk_adopt does once it has read them. */
CF_MUST_USE bool desk_adopt_texts(struct desk *d, struct text_files *files, struct text_files *calendars, const char *authority,
                                  bool *changed, struct cf_errs *errs);
const struct text_file *desk_text(const struct text_files *files, struct cf_str path); /* NULL: none */
const struct bound_record *desk_bound(const struct bound_set *s, const struct lang_decl *record);
int bound_code_index(const struct bound_codes *c, int64_t number); /* -1: not of this set */

/* ---- People. */
void desk_members(const struct desk *d, uint32_t subject, uint64_t upto, struct cf_arena *a, uint32_t **members,
                  size_t *n); /* with itself; least first */

/* ---- Taking in one event: links, images, episodes, corrections. In an open desk transaction. */
CF_MUST_USE bool desk_take_in(struct desk *d, const struct ledger_event *e, struct cf_arena *a, struct cf_errs *errs);
/* Reads what was appended since and takes it in, many at a time (gather.c); not in a transaction. */
CF_MUST_USE bool desk_catch_up(struct desk *d, struct cf_errs *errs);
bool desk_role_is_about(const struct desk *d, uint32_t kind, uint32_t role);
/* Ends the desk's transaction: with how far the ledger is taken in, and the write-ahead log emptied when it has grown; or as it
 * was. */
CF_MUST_USE bool desk_commit(struct desk *d, struct cf_errs *errs);
void desk_rollback(struct desk *d);
CF_MUST_USE bool desk_mark_stale(struct desk *d, uint32_t subject, struct cf_errs *errs);
/* Evaluates one person and stores the docket; in an open desk transaction. */
CF_MUST_USE bool desk_evaluate(struct desk *d, uint32_t subject, int64_t now, struct cf_arena *a, struct lang_docket *out,
                               struct lang_history *h, struct cf_errs *errs);
/* The lines that differ, as the changes of an answer. */
void desk_compare(struct cf_arena *a, struct cf_id subject, uint32_t no, const struct lang_docket *before,
                  const struct lang_docket *after, struct desk_changes *out);
/* What several people's dockets say together, each line once: a line that only moved between merged people has not changed. */
void desk_join(struct cf_arena *a, const struct lang_docket *one, struct lang_docket *all);
/* An entry as an event of `judged`'s history; roles 0: it is not about them. Subjects without a number get one from the top. */
CF_MUST_USE bool desk_candidate(struct desk *d, const struct desk_entry *e, struct cf_id judged, uint64_t seq, int64_t now,
                                struct cf_arena *a, struct lang_event *out, struct cf_errs *errs);
/* A subject's history as it was when the ledger held `size` events, in the names of `s`. */
CF_MUST_USE bool desk_history_upto(struct desk *d, uint32_t subject, uint64_t size, const struct bound_set *s,
                                   struct cf_arena *a, struct lang_history *out, struct cf_errs *errs);
void desk_judge(struct bound_set *s, const struct lang_history *h, int64_t now, struct cf_arena *a, struct lang_docket *out);
CF_MUST_USE bool desk_schema(struct desk *d, struct cf_errs *errs);
CF_MUST_USE bool desk_drop(struct desk *d, struct cf_errs *errs);
/* Subjects an event is about (not actor or recorder), in one list, each once. */
void desk_about_of(struct desk *d, const struct ledger_event *e, struct cf_arena *a, uint32_t **subjects, size_t *n);
CF_MUST_USE bool desk_study_forget(struct desk *d,
                                   struct cf_errs *errs); /* desk_study, and nothing deleted is left in the file */
/* Folds every row of a statement into a digest and counts them. */
CF_MUST_USE bool desk_digest_rows(struct store_stmt *s, struct desk_table_digest *digest, struct cf_errs *errs);
/* desk_study, then all typed tables in one digest, each with its name. */
CF_MUST_USE bool desk_study_digest(struct desk *d, struct desk_table_digest *digest, struct cf_errs *errs);
CF_MUST_USE bool desk_study_anew(struct desk *d, struct cf_errs *errs); /* all typed tables made again */
const char *desk_beside(const struct desk *d, const char *name);        /* the path of NAME's file beside the ledger */
int64_t desk_now(void);                                                 /* whole seconds UTC */
/* An entry in the policy's names as a draft in the ledger's numbers; checks fields against the record's declaration (D010 to
 * D016). */
CF_MUST_USE bool desk_draft(struct desk *d, const struct desk_entry *e, struct cf_arena *a, struct ledger_draft *out,
                            struct cf_errs *errs);
CF_MUST_USE bool desk_draft_value(struct desk *d, const struct bound_field *b, const struct lang_field *f,
                                  const struct desk_value *v, struct cf_arena *a, struct ledger_value *out,
                                  struct cf_errs *errs);

#endif
