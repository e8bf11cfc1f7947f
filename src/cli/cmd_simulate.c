/* simulate: fills the database with invented people, says what it made and what was drawn, and judges everyone. */
#include "cli/cli.h"

#include "access/access.h"
#include "simulate/simulate.h"

enum { CHILDREN_MOST = 10000000, YEARS_MOST = 30, LIVE_MOST = 100, PLAYERS_MOST = 1000 };

/* Without --from, contacts begin on this day, whatever day it is today: the same command gives the same events on any day. */
static const char FIRST_DAY[] = "2024-01-01";

/* Nothing happens on the day of the run itself, so that a second run on the same day finds everything there. */
static bool read_options(struct cli *c, struct simulate_options *o) {
    int64_t children, years, seed, live;
    struct cf_str from;
    int64_t now = cf_now_us() / 1000000;
    if (!cli_int(c, "children", 1, CHILDREN_MOST, 1000, &children) || !cli_int(c, "years", 1, YEARS_MOST, 3, &years) ||
        !cli_int(c, "seed", 0, INT64_MAX, 1, &seed) || !cli_int(c, "live", 0, LIVE_MOST, 0, &live)) {
        return false;
    }
    *o = (struct simulate_options){
        .seed = (uint64_t)seed, .children = (uint32_t)children, .years = (int32_t)years, .live = (int32_t)live};
    o->until = cf_day_start(c->zone, cf_time_day(c->zone, now)) - 1;
    if (!cli_option(c, "from", &from)) {
        from = cf_str_from(FIRST_DAY);
    }
    if (!cf_date_parse(from, CF_NOWHERE, &c->errs, &o->from)) {
        return false;
    }
    return o->from > cf_time_day(c->zone, 0) ? true
                                             : cf_fail(&c->errs, CF_X003, CF_NOWHERE, "%.*s is too long ago", CF_STR_ARG(from));
}

/* Whoever can sign in, with the roles they hold now. */
static bool read_players(struct cli *c, struct simulate_options *o) {
    struct access *x;
    struct access_users users = {0};
    const struct lang_set *set = desk_set(c->desk);
    size_t total = 0;
    bool ok = access_open(c->arena, desk_ledger(c->desk), ACCESS_MAKE, &c->errs, &x) && access_catch_up(x, &c->errs) &&
              access_user_list(x, 0, PLAYERS_MOST, c->arena, &users, &total, &c->errs);
    struct simulate_player *players = CF_NEW_N(c->arena, struct simulate_player, users.n + 1);
    for (size_t i = 0; ok && set && i < users.n; i++) {
        const struct access_user *u = &users.v[i];
        const struct lang_decl **roles = CF_NEW_N(c->arena, const struct lang_decl *, u->grants.n + 1);
        struct simulate_player p = {.id = u->id, .unit = lang_find_kind(set, LANG_UNIT, u->unit), .roles = roles};
        for (size_t k = 0; k < u->grants.n; k++) {
            roles[p.n_roles] = lang_find_kind(set, LANG_ROLE, u->grants.v[k].role);
            p.n_roles += roles[p.n_roles] != NULL;
        }
        if (u->active && p.n_roles) {
            players[o->n_players++] = p;
        }
    }
    o->players = players;
    access_close(x);
    return ok;
}

static bool make_live(struct cli *c, const struct simulate_rates *rates, const struct simulate_options *past,
                      struct simulate_live_report *out) {
    struct simulate_options o = *past;
    o.until = cf_now_us() / 1000000;
    *out = (struct simulate_live_report){0};
    return !o.live || (read_players(c, &o) && simulate_live(c->desk, rates, &o, c->arena, out, &c->errs));
}

static void say_live(const struct simulate_live_report *r) {
    if (r->again) {
        printf("today's live cases are there already\n");
    } else {
        printf("%llu live cases of %llu kinds, %llu events up to now; somebody is named in %llu of them\n",
               (unsigned long long)r->cases, (unsigned long long)r->kinds, (unsigned long long)r->events,
               (unsigned long long)r->carried);
    }
}

static void say_shares(const struct simulate_report *r) {
    printf("shares as drawn:\n");
    for (int s = 0; s < SIMULATE_SHARES; s++) {
        if (r->asked[s] && s != SIMULATE_ENTERED_LATE) {
            printf("  %-14s %5.1f%% of %llu\n", simulate_share_word((enum simulate_share)s),
                   100.0 * (double)r->drawn[s] / (double)r->asked[s], (unsigned long long)r->asked[s]);
        }
    }
}

static void say(const struct simulate_report *r, const struct simulate_options *o, uint64_t judged) {
    printf("%llu invented children of %llu families (seed %llu), %llu of them with a second, misspelt record\n",
           (unsigned long long)r->children, (unsigned long long)r->families, (unsigned long long)o->seed,
           (unsigned long long)r->doubles);
    printf("%llu events from %s on: %llu new, %llu already known; %llu more lie ahead and come with a later run\n",
           (unsigned long long)r->events, cf_date_shown(o->from).p, (unsigned long long)(r->events - r->known),
           (unsigned long long)r->known, (unsigned long long)r->ahead);
    for (size_t i = 0; i < r->n_records; i++) {
        if (r->by_record[i]) {
            printf("  %-24.*s %8llu\n", CF_STR_ARG(r->records[i]->name.text), (unsigned long long)r->by_record[i]);
        }
    }
    say_shares(r);
    printf("the child met most often has %llu events; all were recorded now, whenever they happened\n",
           (unsigned long long)r->most_contacts);
    printf("who is who stands in %.*s\n", CF_STR_ARG(r->truth_path));
    printf("judged %llu people and units\n", (unsigned long long)judged);
}

static void say_json(const struct simulate_report *r, const struct simulate_live_report *live, const struct simulate_options *o,
                     uint64_t judged) {
    printf("{\"seed\":%llu,\"children\":%llu,\"families\":%llu,\"doubles\":%llu,\"events\":%llu,\"new\":%llu,\"known\":%llu,"
           "\"ahead\":%llu,"
           "\"most_contacts\":%llu,\"judged\":%llu,\"records\":{",
           (unsigned long long)o->seed, (unsigned long long)r->children, (unsigned long long)r->families,
           (unsigned long long)r->doubles, (unsigned long long)r->events, (unsigned long long)(r->events - r->known),
           (unsigned long long)r->known, (unsigned long long)r->ahead, (unsigned long long)r->most_contacts,
           (unsigned long long)judged);
    const char *between = "";
    for (size_t i = 0; i < r->n_records; i++) {
        if (r->by_record[i]) {
            printf("%s\"%.*s\":%llu", between, CF_STR_ARG(r->records[i]->name.text), (unsigned long long)r->by_record[i]);
            between = ",";
        }
    }
    printf("},\"shares\":{");
    between = "";
    for (int s = 0; s < SIMULATE_SHARES; s++) {
        printf("%s\"%s\":{\"asked\":%llu,\"yes\":%llu}", between, simulate_share_word((enum simulate_share)s),
               (unsigned long long)r->asked[s], (unsigned long long)r->drawn[s]);
        between = ",";
    }
    printf("},\"live\":{\"again\":%s,\"kinds\":%llu,\"cases\":%llu,\"events\":%llu,\"carried\":%llu}}\n",
           live->again ? "true" : "false", (unsigned long long)live->kinds, (unsigned long long)live->cases,
           (unsigned long long)live->events, (unsigned long long)live->carried);
}

int cli_simulate(struct cli *c) {
    struct simulate_options o;
    struct simulate_rates *rates;
    struct simulate_report report;
    struct simulate_live_report live;
    uint64_t judged = 0;
    bool sweep = !cli_flag(c, "no-sweep");
    const char *folder = cli_option_or(c, "rates", cli_data(c, "data/rates"));
    if (!read_options(c, &o) || !simulate_rates_read(c->arena, folder, &c->errs, &rates) || !cli_open(c, true) ||
        !cli_nothing_left(c)) {
        return cli_failed(c);
    }
    const char *truth = cf_cstr(c->arena, cf_str_printf(c->arena, "%s-truth.tsv", cli_db_path(c)));
    struct cf_progress bar = cf_progress_start("inventing people", o.children);
    bool ok = simulate_fill(c->desk, rates, &o, truth, cli_bar, &bar, c->arena, &report, &c->errs);
    cf_progress_end(&bar);
    ok = ok && make_live(c, rates, &o, &live);
    if (ok && sweep) {
        bar = cf_progress_start("judging", 0);
        ok = desk_sweep(c->desk, cf_now_us() / 1000000, 0, cli_bar, &bar, &judged, &c->errs);
        cf_progress_end(&bar);
    }
    if (!ok) {
        return cli_failed(c);
    }
    if (c->json) {
        say_json(&report, &live, &o, judged);
    } else {
        say(&report, &o, judged);
        if (o.live) {
            say_live(&live);
        }
    }
    return CLI_DONE;
}
