/* simulate: invented children, their families, homes and schools, and their contacts with police, for demonstration, tests
 * and benchmarks. Driven by the record declarations of whatever policies are adopted, and by rates that are data
 * (data/rates): a later policy is simulated by adding rows, not code. The same seed gives the same people and the same
 * events.
 *
 * Everybody here is invented and says so: every id of a simulated subject or event begins with the letters "inv" (69 6e
 * 76), every family name says in its first half that it is made up, every narrative says that nobody said it. Events are
 * not marked as imported: a source that never asked is something else. In a ledger all of them are recorded when they are
 * simulated, whenever they happened: recording time is the keeper's own, and no simulation may set it; so none of them is
 * "entered late" by less.
 *
 * Must not know any record, field or rule by name: names come from the policies and from the rates. */
#ifndef CF_SIMULATE_SIMULATE_H
#define CF_SIMULATE_SIMULATE_H

#include "docket/docket.h"

/* How often contacts happen, how answers are spread, what people are called: open-data.tsv, simulation.tsv and names.tsv of a
 * folder. Errors: those of reading; X001 for a row that cannot be used, with its line; X002 when no names are left. */
struct simulate_rates;
CF_MUST_USE bool simulate_rates_read(struct cf_arena *a, const char *folder, struct cf_errs *errs, struct simulate_rates **out);

/* Shares that the rates state, and that a run reports as it drew them. */
enum simulate_share {
    SIMULATE_LATE,
    SIMULATE_MISSING,
    SIMULATE_OUT_OF_ORDER,
    SIMULATE_UNKNOWN,
    SIMULATE_DECLINED,
    SIMULATE_WRONG_RANK,
    SIMULATE_KEPT,
    SIMULATE_OPTIONAL,
    SIMULATE_STEP,
    SIMULATE_IRREGULAR,
    SIMULATE_REPEAT,
    SIMULATE_ENTERED_LATE,
    SIMULATE_SHARES
};
const char *simulate_share_word(enum simulate_share s);

/* Somebody who can sign in: live cases are theirs where they hold a role that may do a thing. */
struct simulate_player {
    struct cf_id id;
    const struct lang_decl *unit; /* NULL: of none */
    const struct lang_decl *const *roles;
    size_t n_roles;
};
struct simulate_options {
    uint64_t seed;
    uint32_t children;
    int32_t years; /* of contacts, from `from` on */
    int32_t from;  /* London day */
    int64_t until; /* nothing happens after this instant; what lies ahead is counted, and comes when it has happened */
    struct cf_id (*unit_id)(void *arg, const struct lang_decl *unit); /* NULL: ids derived from the seed */
    void *unit_arg;
    int32_t live; /* of simulate_live: cases of each kind */
    const struct simulate_player *players;
    size_t n_players;
};
struct simulate_report {
    uint64_t children, families, doubles, events, known, ahead; /* known: in the ledger already; ahead: not yet happened */
    const struct lang_decl **records;                           /* every kind of record, by number … */
    uint64_t *by_record;                                        /* … and how many events of it were made */
    size_t n_records;
    uint64_t asked[SIMULATE_SHARES],
        drawn[SIMULATE_SHARES]; /* how often a share was asked for, and how often it came out yes */
    uint64_t most_contacts;     /* events about the child who was met most often */
    struct cf_str truth_path;
};

/* Fills the desk's ledger in the bulk lane, and writes beside it who is who (truth). Sweeping is the caller's. Running it
 * again with the same options adds nothing but what has happened since (report.known). Errors: D001, those of the ledger;
 * E017 says that policies or rates changed since the seed was used here. What was committed before an error is whole
 * events. */
CF_MUST_USE bool simulate_fill(struct desk *d, const struct simulate_rates *rates, const struct simulate_options *o,
                               const char *truth_path, void (*progress)(void *arg, uint64_t done, uint64_t total), void *arg,
                               struct cf_arena *a, struct simulate_report *out, struct cf_errs *errs);

/* What a live run made. again: this day's cases stand in the ledger already; nothing was added. */
struct simulate_live_report {
    bool again;
    uint64_t kinds, cases, events, carried; /* kinds: of records that begin a case; carried: cases with a named person */
};
/* Cases that are open at `until`, `live` of each kind that the policies declare: of every kind of episode, and of every record
 * about a person that stands alone and is owed something. They began as long ago as the rates say, about children who are of
 * age to be met on that day; one in four waits for a decision, one in four was left half way, one in four has just begun.
 * Nobody acts in them but the players, where a player of the unit, or of an outside service, holds the role. One set for each
 * seed and day of `until`: asked again on the same day, it adds nothing. None are made when no child is of age. The other
 * options are those of the people. */
CF_MUST_USE bool simulate_live(struct desk *d, const struct simulate_rates *rates, const struct simulate_options *o,
                               struct cf_arena *a, struct simulate_live_report *out, struct cf_errs *errs);

/* The same people without a ledger: calls back once for each record of a child (children and their doubles), with a
 * history as evaluation reads it; it lives until the callback returns. Here some events are recorded late, as the rates
 * say. Subject numbers are this simulation's own, but for units where the reference knows them. Stops early, and returns
 * true, when the callback returns false. Memory does not grow with n. report may be NULL. */
typedef bool simulate_history(void *arg, const struct lang_history *h);
CF_MUST_USE bool simulate_histories(const struct lang_set *set, const struct lang_reference *ref,
                                    const struct simulate_rates *rates, const struct simulate_options *o, simulate_history *f,
                                    void *arg, struct simulate_report *report, struct cf_errs *errs);

/* Who is who: subject TAB person TAB record TAB given name TAB family name TAB born TAB family TAB what was altered, a
 * line for each record of a child. Rows of other runs that stand in the file are kept. */
#define SIMULATE_TRUTH_HEAD "# subject\tperson\trecord\tgiven_name\tfamily_name\tborn\tfamily\taltered\n"

#endif
