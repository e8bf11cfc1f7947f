/* test_both: random policies and histories, evaluated by the plain and by the compiled evaluator, give equal dockets to the
 * last reason; and what must hold of any docket holds (order of input, valid until, what has ended).
 *   test_both [PAIRS [SEED]]   10,000 pairs (with CF_LONG set 1,000,000) from seed 1; the same seed gives the same pairs.
 * On a difference it prints the seed, the smallest policy and history that still differ, and the words of both dockets. */
#include "unit/unit.h"

#include <stdlib.h>

#include "lang/generate.h"
#include "unit/lang/given.h"

#define HISTORIES_FOR_EACH_POLICY 10u

static uint64_t pairs = 10000, first_seed = 1;

struct world {
    struct cf_arena *arena;
    const struct cf_zone *zone;
    const struct cf_calendar *calendar;
};

/* ---- Making a pair. */

static bool read_table(void *ctx, struct cf_arena *a, struct cf_str folder, struct cf_str file, struct cf_str *text,
                       struct cf_errs *errs) {
    (void)ctx;
    (void)a;
    (void)folder;
    (void)errs;
    *text = cf_str_is(file, "points.tsv") ? CF_LIT("factor\tpoints\nweapon\t1\ngroup\t1\n") /* exploited: no row, so unknown */
                                          : CF_LIT("risk\ttime\nlow\t12 hours\nmedium\t2 working days\nhigh\t1 hour\n");
    return true;
}

/* Parsed, laid out by the formatter, and parsed again: what is evaluated is what the formatter wrote, which is its own form. */
static bool parse_formatted(struct cf_arena *a, struct cf_str name, struct cf_str text, struct cf_errs *errs,
                            struct lang_decl **out) {
    struct cf_source *written = CF_NEW(a, struct cf_source), *formatted = CF_NEW(a, struct cf_source);
    *written = (struct cf_source){name, text};
    struct lang_decl *first = NULL;
    if (!lang_parse(a, written, errs, &first)) {
        return false;
    }
    *formatted = (struct cf_source){name, lang_format(a, first)};
    if (!lang_parse(a, formatted, errs, out)) {
        return false;
    }
    assert_true(cf_str_eq(lang_format(a, *out), formatted->text));
    return true;
}

static bool make_set(struct world *w, struct cf_arena *a, uint64_t seed, uint64_t dropped, bool loud, struct lang_set **set) {
    struct gen_policy p = {0};
    gen_policy(a, seed, dropped, &p);
    struct cf_errs errs = cf_errs_new(a);
    struct lang_decl *decls[3] = {0};
    bool ok = true;
    for (size_t i = 0; i < p.n; i++) {
        ok = parse_formatted(a, cf_str_printf(a, "generated-%zu", i + 1), p.texts[i], &errs, &decls[i]) && ok;
    }
    ok = ok && lang_check(a, decls, p.n, w->zone, (struct lang_reader){read_table, NULL}, &errs, set);
    if (!ok && loud) {
        cf_errs_print(stderr, &errs);
        fprintf(stderr, "policy seed %llu\n", (unsigned long long)seed);
        for (size_t i = 0; i < p.n; i++) {
            fprintf(stderr, "%.*s\n", CF_STR_ARG(p.texts[i]));
        }
    }
    return ok;
}

/* What one policy brings: checked, lowered, with its machine. */
struct ready {
    struct lang_set *set;
    struct lang_reference ref;
    struct lang_machine *machine;
};

static bool make_ready(struct world *w, struct cf_arena *a, uint64_t seed, uint64_t dropped, bool loud, struct ready *out) {
    if (!make_set(w, a, seed, dropped, loud, &out->set)) {
        return false;
    }
    gen_reference(w->zone, w->calendar, out->set, &out->ref);
    struct cf_errs errs = cf_errs_new(a);
    struct lang_program *program = NULL;
    if (!lang_lower(a, out->set, &out->ref, &errs, &program)) {
        cf_errs_print(stderr, &errs);
        return false;
    }
    out->machine = lang_machine_new(a, program);
    return true;
}

static bool same(struct cf_arena *a, struct ready *r, const struct lang_history *h, int64_t now, struct cf_str *why) {
    struct lang_docket plain = {0}, fast = {0};
    lang_eval_plain(a, r->set, &r->ref, h, now, &plain);
    lang_eval(r->machine, a, h, now, &fast);
    return lang_docket_equal(a, &plain, &fast, why);
}

/* ---- A difference, made small and shown. */

static struct lang_history without(struct cf_arena *a, const struct lang_history *h, size_t i) {
    struct lang_history less = *h;
    struct lang_event *events = CF_NEW_N(a, struct lang_event, h->n);
    memcpy(events, h->events, i * sizeof(*events));
    memcpy(events + i, h->events + i + 1, (h->n - i - 1) * sizeof(*events));
    less.events = events;
    less.n = h->n - 1;
    return less;
}

static void show_docket(struct cf_arena *a, const struct ready *r, const char *who, const struct lang_docket *d) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_JSON_BYTES);
    lang_docket_json(&b, r->set, &r->ref, d);
    fprintf(stderr, "%s:\n%.*s\n", who, (int)b.n, b.p);
}

static uint64_t fewer_rules(struct world *w, uint64_t seed, const struct lang_history *h, int64_t now) {
    uint64_t dropped = 0;
    struct cf_arena *a = cf_arena_new("fewer rules");
    for (int i = GEN_RULES - 1; i >= 0; i--) {
        cf_arena_reset(a);
        struct ready r = {0};
        struct cf_str why = {0};
        uint64_t more = dropped | (uint64_t)1 << i;
        if (make_ready(w, a, seed, more, false, &r) && !same(a, &r, h, now, &why)) {
            dropped = more;
        }
    }
    cf_arena_free(a);
    return dropped;
}

static void show_policy(struct cf_arena *a, uint64_t seed, uint64_t dropped) {
    struct gen_policy p = {0};
    gen_policy(a, seed, dropped, &p);
    for (size_t i = 0; i < p.n; i++) {
        size_t rules = 0; /* the skeleton is always the same: show from the first drawn rule */
        while (rules < p.texts[i].n && !cf_str_starts(cf_str_slice(p.texts[i], rules, p.texts[i].n), CF_LIT("\nrecord care"))) {
            rules++;
        }
        rules = rules == p.texts[i].n ? 0 : rules;
        fprintf(stderr, "version %zu%.*s\n", i + 1, CF_STR_ARG(cf_str_slice(p.texts[i], rules, p.texts[i].n)));
    }
}

static void show_difference(struct world *w, uint64_t seed, uint64_t history_seed, const struct lang_history *h, int64_t now) {
    struct cf_arena *a = cf_arena_new("difference");
    uint64_t dropped = fewer_rules(w, seed, h, now);
    struct ready r = {0};
    CF_ASSERT(make_ready(w, a, seed, dropped, true, &r));
    struct lang_history less = *h;
    struct cf_str why = {0};
    for (size_t i = less.n; i-- > 0;) {
        struct lang_history fewer = without(a, &less, i);
        if (!same(a, &r, &fewer, now, &why)) {
            less = fewer;
        }
    }
    struct lang_docket plain = {0}, fast = {0};
    lang_eval_plain(a, r.set, &r.ref, &less, now, &plain);
    lang_eval(r.machine, a, &less, now, &fast);
    (void)lang_docket_equal(a, &plain, &fast, &why);
    show_policy(a, seed, dropped);
    struct cf_buf b = cf_buf_new(a, CF_MAX_JSON_BYTES);
    gen_history_text(&b, r.set, &r.ref, &less);
    fprintf(stderr, "history of %zu events:\n%.*snow %s (%lld)\n", less.n, (int)b.n, b.p, cf_time_shown(w->zone, now).p,
            (long long)now);
    show_docket(a, &r, "plain", &plain);
    show_docket(a, &r, "compiled", &fast);
    fprintf(stderr, "policy seed %llu, history seed %llu: %.*s\n", (unsigned long long)seed, (unsigned long long)history_seed,
            CF_STR_ARG(why));
    cf_arena_free(a);
}

/* ---- The properties. */

static void shuffled_is_the_same(struct cf_arena *a, struct ready *r, struct gen_rng *rng, const struct lang_history *h,
                                 int64_t now) {
    struct lang_history mixed = *h;
    struct lang_event *events = CF_NEW_N(a, struct lang_event, h->n > 0 ? h->n : 1);
    memcpy(events, h->events, h->n * sizeof(*events));
    for (size_t i = h->n; i > 1; i--) {
        size_t j = gen_below(rng, (uint32_t)i);
        struct lang_event x = events[i - 1];
        events[i - 1] = events[j];
        events[j] = x;
    }
    mixed.events = events;
    struct lang_docket x = {0}, y = {0};
    struct cf_str why = {0};
    lang_eval(r->machine, a, h, now, &x);
    lang_eval(r->machine, a, &mixed, now, &y);
    if (!lang_docket_equal(a, &x, &y, &why)) {
        fail_msg("the order of the input matters: %.*s", CF_STR_ARG(why));
    }
}

static bool ended(enum lang_state s) {
    return s != LANG_PENDING && s != LANG_STOPPED && s != LANG_OVERDUE;
}

static void ended_stays_ended(const struct lang_docket *x, const struct lang_docket *y) {
    for (size_t i = 0; i < x->duties.n; i++) {
        const struct lang_duty_line *one = &x->duties.v[i], *found = NULL;
        for (size_t j = 0; j < y->duties.n; j++) {
            found = cf_id_eq(one->id, y->duties.v[j].id) ? &y->duties.v[j] : found;
        }
        assert_non_null(found); /* no line ever goes away as time passes */
        if (ended(one->state)) {
            assert_int_equal(one->state, found->state);
            assert_int_equal(one->ended, found->ended);
        }
    }
}

static bool still_valid(struct cf_arena *a, struct ready *r, const struct lang_history *h, int64_t now, int64_t later,
                        struct cf_str *why) {
    struct lang_docket x = {0}, y = {0};
    lang_eval(r->machine, a, h, now, &x);
    if (x.has_end && later >= x.valid_until) {
        later = x.valid_until - 1;
    }
    lang_eval(r->machine, a, h, later, &y);
    ended_stays_ended(&x, &y);
    y.has_end = x.has_end;
    y.valid_until = x.valid_until;
    return lang_docket_equal(a, &x, &y, why);
}

static void properties(struct cf_arena *a, struct ready *r, uint64_t seed, const struct lang_history *h, int64_t now) {
    struct gen_rng rng = {seed ^ 0x70726f70};
    shuffled_is_the_same(a, r, &rng, h, now);
    struct cf_str why = {0};
    int64_t later = now + (int64_t)(gen_next(&rng) % (365u * 86400));
    if (!still_valid(a, r, h, now, now + (int64_t)300 * 86400, &why) || !still_valid(a, r, h, now, later, &why)) {
        struct cf_buf b = cf_buf_new(a, CF_MAX_JSON_BYTES);
        gen_history_text(&b, r->set, &r->ref, h);
        show_policy(a, seed / 1000, 0);
        fprintf(stderr, "%.*s", (int)b.n, b.p);
        fail_msg("a docket changed before its `valid until` (history seed %llu, now %lld): %.*s", (unsigned long long)seed,
                 (long long)now, CF_STR_ARG(why));
    }
    struct lang_docket x = {0}, y = {0};
    lang_eval(r->machine, a, h, now, &x);
    lang_eval(r->machine, a, h, later, &y);
    ended_stays_ended(&x, &y);
}

/* ---- The run. */

struct tally {
    uint64_t policies, refused, events, lines;
};

static void one_policy(struct world *w, struct cf_arena *a, uint64_t seed, uint64_t n, struct tally *tally) {
    struct ready r = {0};
    tally->policies++;
    if (!make_ready(w, a, seed, 0, pairs <= n, &r)) { /* asked for one alone: say what is wrong */
        tally->refused++;
        return;
    }
    struct cf_arena *each = cf_arena_new("pair");
    for (uint64_t i = 0; i < n; i++) {
        cf_arena_reset(each);
        uint64_t history_seed = seed * 1000 + i;
        struct gen_rng rng = {history_seed};
        struct lang_history whole = {0};
        const struct gen_shape *shape = gen_chance(&rng, 1) && gen_chance(&rng, 30) ? &gen_long : &gen_corners;
        gen_history(each, history_seed, r.set, &r.ref, shape, &whole);
        int64_t now = gen_instant(&rng, &r.ref, &whole);
        struct lang_history h = gen_known_at(each, &whole, now);
        struct cf_str why = {0};
        if (!same(each, &r, &h, now, &why)) {
            show_difference(w, seed, history_seed, &h, now);
            fail_msg("the evaluators differ: %.*s", CF_STR_ARG(why));
        }
        properties(each, &r, history_seed, &h, now);
        struct lang_docket d = {0};
        lang_eval(r.machine, each, &h, now, &d);
        tally->events += h.n;
        tally->lines += d.duties.n + d.gates.n;
    }
    cf_arena_free(each);
}

static void both_evaluators_give_the_same_docket(void **state) {
    struct world *w = *state;
    struct cf_arena *a = cf_arena_new("policy");
    struct tally t = {0};
    uint64_t policies = (pairs + HISTORIES_FOR_EACH_POLICY - 1) / HISTORIES_FOR_EACH_POLICY;
    struct cf_progress bar = cf_progress_start("pairs", pairs);
    for (uint64_t i = 0; i < policies; i++) {
        cf_arena_reset(a);
        one_policy(w, a, first_seed + i, HISTORIES_FOR_EACH_POLICY, &t);
        cf_progress_step(&bar, i * HISTORIES_FOR_EACH_POLICY);
    }
    cf_progress_end(&bar);
    print_message("%llu policies (the checker refused %llu), %llu pairs, %llu events, %llu duties and gates: equal\n",
                  (unsigned long long)t.policies, (unsigned long long)t.refused,
                  (unsigned long long)((t.policies - t.refused) * HISTORIES_FOR_EACH_POLICY), (unsigned long long)t.events,
                  (unsigned long long)t.lines);
    assert_true(t.refused * 100 <= t.policies); /* the generator means to write what the checker accepts */
    assert_true(t.lines > pairs / 2);           /* and what triggers nothing proves nothing */
    cf_arena_free(a);
}

static void agree_in(const char *folder, size_t least) {
    struct given g = given_folder(folder);
    if (g.set == NULL) {
        cf_errs_print(stderr, &g.errs);
        fail_msg("the policies of %s have errors", folder);
    }
    size_t compared = given_both_agree(&g);
    print_message("%s: %zu dockets of examples are equal\n", folder, compared);
    assert_true(compared >= least);
    given_end(&g);
}

static void the_worked_policies_give_the_same_dockets(void **state) {
    (void)state;
    agree_in("test/lang/good", 30);
}

static void the_shipped_policies_give_the_same_dockets(void **state) {
    (void)state;
    agree_in("policies", 10);
}

static int set_up(void **state) {
    static struct world w;
    w.arena = cf_arena_new("world");
    struct cf_errs errs = cf_errs_new(w.arena);
    w.zone = cf_zone_load(w.arena, "Europe/London", &errs);
    static const int holidays[][3] = {{2024, 1, 1},   {2024, 3, 29},  {2024, 4, 1}, {2024, 5, 6},  {2024, 5, 27}, {2024, 8, 26},
                                      {2024, 12, 25}, {2024, 12, 26}, {2025, 1, 1}, {2025, 4, 18}, {2025, 4, 21}};
    struct cf_holiday list[CF_COUNT(holidays)];
    for (size_t i = 0; i < CF_COUNT(holidays); i++) {
        list[i] = (struct cf_holiday){cf_day_of(holidays[i][0], holidays[i][1], holidays[i][2]), CF_LIT("Holiday")};
    }
    /* It ends in 2025, so that some dates have no answer [T7]. */
    w.calendar = cf_calendar_make(w.arena, CF_LIT("test"), CF_LIT("1"), cf_day_of(2000, 1, 1), cf_day_of(2025, 6, 30), list,
                                  CF_COUNT(list), &errs);
    *state = &w;
    cf_errs_print(stderr, &errs);
    return w.zone == NULL || w.calendar == NULL ? -1 : 0;
}

static int tear_down(void **state) {
    cf_arena_free(((struct world *)*state)->arena);
    return 0;
}

int main(int argc, char **argv) {
    int64_t n = 0;
    if (getenv("CF_LONG") != NULL) {
        pairs = 1000000;
    }
    if (argc > 1 && cf_str_int(cf_str_from(argv[1]), &n) && n > 0) {
        pairs = (uint64_t)n;
    }
    if (argc > 2 && cf_str_int(cf_str_from(argv[2]), &n) && n > 0) {
        first_seed = (uint64_t)n;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_worked_policies_give_the_same_dockets),
                                       cmocka_unit_test(the_shipped_policies_give_the_same_dockets),
                                       cmocka_unit_test(both_evaluators_give_the_same_docket)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
