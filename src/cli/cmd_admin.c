/* init, sweep, rebuild, status: making a database, keeping it judged, making the derived part anew, and its numbers. */
#include "cli/cli.h"

#include <unistd.h>

int cli_init(struct cli *c) {
    const char *force = cli_option_or(c, "force", "demo"), *policies = cli_option_or(c, "policies", cli_data(c, "policies"));
    bool changed;
    if (access(cli_db_path(c), F_OK) == 0) {
        cf_fail(&c->errs, CF_E001, CF_NOWHERE, "%s exists already", cli_db_path(c));
        return cli_failed(c);
    }
    struct lang_set *checked; /* first, so that wrong policies leave no half-made database */
    struct cf_str keys;
    (void)cli_flag(c, "accept-clock");
    (void)cli_option(c, "keys", &keys);
    if (!cli_nothing_left(c) || !lang_load(c->arena, policies, c->zone, &c->errs, &checked) || !cli_create(c, force) ||
        !desk_adopt(c->desk, policies, "init", &changed, &c->errs)) {
        return cli_failed(c);
    }
    printf("made %s for %s and adopted %zu policies from %s\n", cli_db_path(c), force, desk_set(c->desk)->policies.n, policies);
    return CLI_DONE;
}

/* Whole hours of the log of reads that are not in the ledger yet go into it as their hash. */
static bool hash_reads(struct cli *c) {
    struct ledger_reads *reads;
    if (!ledger_reads_open(c->arena, desk_ledger(c->desk), &c->errs, &reads)) {
        return false;
    }
    bool ok = ledger_reads_hash(reads, desk_ledger(c->desk), cf_now_us(), &c->errs);
    ledger_reads_close(reads);
    return ok;
}

static bool sweep_with_bar(struct cli *c, uint64_t *done) {
    struct cf_progress bar = cf_progress_start("judging", 0);
    bool ok = desk_sweep(c->desk, cf_now_us() / 1000000, 0, cli_bar, &bar, done, &c->errs);
    cf_progress_end(&bar);
    return ok;
}

int cli_sweep(struct cli *c) {
    uint64_t done;
    if (!cli_open(c, true) || !cli_nothing_left(c) || !hash_reads(c) || !sweep_with_bar(c, &done) ||
        !desk_study(c->desk, &c->errs)) {
        return cli_failed(c);
    }
    printf("judged %llu people and units whose docket was stale or had ended\n", (unsigned long long)done);
    return CLI_DONE;
}

int cli_rebuild(struct cli *c) {
    struct desk_digests before = {0}, after;
    uint64_t done;
    if (!cli_open(c, true) || !cli_nothing_left(c)) {
        return cli_failed(c);
    }
    if (!sweep_with_bar(c, &done) || !desk_digest(c->desk, c->arena, &before, &c->errs)) {
        cf_errs_print(stderr, &c->errs); /* damage is what a rebuild is for: there is only nothing to compare with */
        c->errs = cf_errs_new(c->arena);
        before = (struct desk_digests){0};
    }
    struct cf_progress bar = cf_progress_start("rebuilding", 0);
    bool ok = desk_rebuild(c->desk, cli_bar, &bar, &c->errs);
    cf_progress_end(&bar);
    if (!ok || !desk_digest(c->desk, c->arena, &after, &c->errs)) {
        return cli_failed(c);
    }
    bool same = true;
    for (size_t i = 0; i < after.n; i++) {
        bool equal =
            i < before.n && before.v[i].rows == after.v[i].rows && memcmp(before.v[i].digest, after.v[i].digest, 32) == 0;
        same = same && equal;
        printf("%-10.*s %10llu rows  %.*s  %s\n", CF_STR_ARG(after.v[i].table), (unsigned long long)after.v[i].rows, 16,
               cf_cstr(c->arena, cf_hex(c->arena, after.v[i].digest, 32)), equal ? "identical" : "DIFFERENT");
    }
    printf("%s\n", same ? "rebuilt: identical to what was there"
                        : "rebuilt: not what was there; the ledger is right, the old desk was not");
    return same ? CLI_DONE : CLI_FAULTS;
}

int cli_status(struct cli *c) {
    struct desk_counts n;
    if (!cli_open(c, false) || !cli_nothing_left(c) || !desk_counts(c->desk, &n, &c->errs)) {
        return cli_failed(c);
    }
    if (c->json) {
        printf("{\"events\":%llu,\"subjects\":%llu,\"dockets\":%llu,\"gates\":{\"kept\":%llu,\"breached\":%llu,\"not_in_"
               "source\":%llu},"
               "\"duties\":{\"pending\":%llu,\"stopped\":%llu,\"overdue\":%llu,\"met\":%llu,\"late\":%llu,\"missed\":%llu,"
               "\"void\":%llu,"
               "\"not_in_source\":%llu},\"flags\":%llu}\n",
               (unsigned long long)n.events, (unsigned long long)n.subjects, (unsigned long long)n.dockets,
               (unsigned long long)n.gates_kept, (unsigned long long)n.gates_breached,
               (unsigned long long)n.gates_not_in_source, (unsigned long long)n.duties[LANG_PENDING],
               (unsigned long long)n.duties[LANG_STOPPED], (unsigned long long)n.duties[LANG_OVERDUE],
               (unsigned long long)n.duties[LANG_MET_STATE], (unsigned long long)n.duties[LANG_LATE],
               (unsigned long long)n.duties[LANG_MISSED], (unsigned long long)n.duties[LANG_VOID],
               (unsigned long long)n.duties_not_in_source, (unsigned long long)n.flags);
        return CLI_DONE;
    }
    printf("events in the ledger                    %llu\n", (unsigned long long)n.events);
    printf("people and units with a history         %llu\n", (unsigned long long)n.subjects);
    printf("gates kept                              %llu\n", (unsigned long long)n.gates_kept);
    printf("gates breached                          %llu\n", (unsigned long long)n.gates_breached);
    printf("gates the source could not tell         %llu\n", (unsigned long long)n.gates_not_in_source);
    for (int s = 0; s <= LANG_VOID; s++) {
        printf("duties %-10s                       %llu\n", lang_state_word((enum lang_state)s),
               (unsigned long long)n.duties[s]);
    }
    printf("duties whose end the source never told  %llu\n", (unsigned long long)n.duties_not_in_source);
    printf("flags that stand                        %llu\n", (unsigned long long)n.flags);
    return CLI_DONE;
}
