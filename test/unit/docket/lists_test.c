/* lists: what the stored lists say is what judging everybody says: the same rows, the same totals, whatever happened since they
 * were stored. People in here are invented. */
#include "docket/lists.h"
#include "unit/docket/desk_help.h"

#include <stdlib.h>

#include "simulate/simulate.h"

enum { CHILDREN = 120, DAY = 86400, MOST = 100000 };
static struct desk_place p;

static struct cf_id unit_id(void *arg, const struct lang_decl *unit) {
    return desk_unit_id(arg, unit);
}

static int begin(void **state) {
    (void)state;
    desk_clock(1735732800); /* 2025-01-01 12:00 London */
    desk_place_new(&p, NULL);
    struct simulate_rates *rates;
    struct simulate_report report;
    struct simulate_options o = {.seed = 3,
                                 .children = CHILDREN,
                                 .years = 1,
                                 .from = cf_day_of(2024, 1, 1),
                                 .until = desk_clock_now(),
                                 .unit_id = unit_id,
                                 .unit_arg = p.desk};
    static char truth[96];
    uint64_t judged;
    snprintf(truth, sizeof truth, "%s/truth.tsv", p.folder);
    desk_must(&p, simulate_rates_read(p.arena, "data/rates", &p.errs, &rates));
    desk_must(&p, simulate_fill(p.desk, rates, &o, truth, NULL, NULL, p.arena, &report, &p.errs));
    desk_must(&p, desk_sweep(p.desk, desk_clock_now(), 0, NULL, NULL, &judged, &p.errs));
    return 0;
}

static int end(void **state) {
    (void)state;
    desk_place_free(&p);
    desk_clock(0);
    return 0;
}

/* ---- What judging everybody says. */

struct all {
    CF_VEC(struct desk_owed);
    uint64_t people, late, nobody;
};

struct asked {
    struct cf_arena *a;
    enum desk_owed_by by;
    uint32_t who;
    struct all all;
};

static bool judged(void *arg, const struct lang_history *h, const struct lang_docket *k, struct cf_errs *errs) {
    struct asked *x = arg;
    struct lang_docket live = {0};
    const struct lang_shown *shown;
    bool any = false;
    (void)errs;
    for (size_t i = 0; i < k->duties.n; i++) {
        if (k->duties.v[i].state <= LANG_OVERDUE && !(k->duties.v[i].marks & LANG_M_NOT_IN_SOURCE)) {
            *cf_push(x->a, &live.duties) = k->duties.v[i];
        }
    }
    size_t n = lang_docket_shown(x->a, &live, &shown);
    for (size_t i = 0; i < n; i++) {
        const struct lang_duty_line *l = shown[i].first;
        if ((x->by == DESK_BY_UNIT ? l->owner.unit : l->owner.subject) == x->who) {
            *cf_push(x->a, &x->all) = (struct desk_owed){.person = h->subject, .duty = l->id, .late = l->state == LANG_OVERDUE};
            x->all.late += l->state == LANG_OVERDUE;
            x->all.nobody += x->by == DESK_BY_UNIT && !l->owner.subject;
            any = true;
        }
    }
    x->all.people += any && h->kind == LANG_PERSON;
    return true;
}

static int by_duty(const void *x, const void *y) {
    const struct desk_owed *a = x, *b = y;
    return a->person != b->person ? (a->person < b->person ? -1 : 1) : cf_id_cmp(a->duty, b->duty);
}

/* Late first, by who waits longest; the rest by due. */
static void in_order(const struct desk_owed_list *l) {
    for (size_t i = 1; i < l->n; i++) {
        const struct desk_owed *a = &l->v[i - 1], *b = &l->v[i];
        assert_true(a->late || !b->late);
        if (a->late == b->late) {
            assert_true(a->first <= b->first);
        }
        if (!b->late && !a->late) {
            assert_true(!b->has_due || !a->has_due || a->due <= b->due);
            assert_true(!a->has_due || b->has_due);
        }
    }
}

static size_t same_list(enum desk_owed_by by, uint32_t who) {
    struct cf_arena *a = cf_arena_new("same list");
    struct asked x = {.a = a, .by = by, .who = who};
    struct desk_owed_list whole, part, late;
    int64_t now = desk_clock_now();
    desk_must(&p, desk_each_history(p.desk, NULL, true, now, judged, &x, NULL, NULL, &p.errs));
    desk_must(&p, desk_owed(p.desk, by, who, DESK_OWED_ALL, 0, MOST, now, a, &whole, &p.errs));
    desk_must(&p, desk_owed(p.desk, by, who, DESK_OWED_LATE, 0, MOST, now, a, &late, &p.errs));
    assert_int_equal(whole.n, x.all.n);
    assert_int_equal(whole.totals.lines, x.all.n);
    assert_int_equal(whole.totals.late, x.all.late);
    assert_int_equal(late.n, x.all.late);
    assert_int_equal(whole.totals.nobody, x.all.nobody);
    assert_int_equal(whole.totals.people, x.all.people);
    in_order(&whole);
    for (size_t from = 0; from < whole.n; from += 7) { /* parts are cut from the same order */
        desk_must(&p, desk_owed(p.desk, by, who, DESK_OWED_ALL, from, 7, now, a, &part, &p.errs));
        for (size_t i = 0; i < part.n; i++) {
            assert_true(cf_id_eq(part.v[i].duty, whole.v[from + i].duty));
        }
        assert_int_equal(part.n, whole.n - from < 7 ? whole.n - from : 7);
    }
    if (whole.n) {
        qsort(whole.v, whole.n, sizeof *whole.v, by_duty);
        qsort(x.all.v, x.all.n, sizeof *x.all.v, by_duty);
    }
    for (size_t i = 0; i < whole.n; i++) {
        assert_true(cf_id_eq(whole.v[i].duty, x.all.v[i].duty));
        assert_int_equal(whole.v[i].late, x.all.v[i].late);
    }
    cf_arena_free(a);
    return whole.n;
}

static size_t every_unit(void) {
    const struct lang_set *set = desk_set(p.desk);
    size_t n = 0;
    for (size_t i = 0; i < set->units.n; i++) {
        struct cf_errs quiet = cf_errs_new(p.arena);
        uint32_t no;
        if (desk_subject_no(p.desk, desk_unit_id(p.desk, set->units.v[i]), &no, &quiet)) {
            n += same_list(DESK_BY_UNIT, no);
        }
    }
    return n;
}

static void a_unit_owes_what_judging_everybody_says(void **state) {
    (void)state;
    assert_true(every_unit() > 50);
}

static void an_officer_owes_what_judging_everybody_says(void **state) {
    (void)state;
    struct desk_carrieds carried;
    struct desk_owed_totals totals;
    size_t n = 0, owed = 0;
    const struct lang_set *set = desk_set(p.desk);
    for (size_t i = 0; i < set->units.n && n < 5; i++) {
        struct cf_errs quiet = cf_errs_new(p.arena);
        uint32_t no;
        if (!desk_subject_no(p.desk, desk_unit_id(p.desk, set->units.v[i]), &no, &quiet)) {
            continue;
        }
        desk_must(&p, desk_carried(p.desk, no, p.arena, &carried, &p.errs));
        desk_must(&p, desk_owed_totals(p.desk, DESK_BY_UNIT, no, desk_clock_now(), &totals, &p.errs));
        uint64_t lines = 0;
        for (size_t k = 0; k < carried.n; k++) {
            lines += (uint64_t)carried.v[k].lines;
            if (carried.v[k].officer && n < 5) {
                n++;
                owed += same_list(DESK_BY_OFFICER, carried.v[k].officer);
            }
        }
        assert_int_equal(lines, totals.lines);
    }
    assert_true(owed > 0);
}

/* Clocks run out and nobody has judged since: the lists say what is so now while those are few, and of how many people not. */
static void what_ran_out_since_is_judged_by_the_reader(void **state) {
    (void)state;
    uint64_t done;
    int64_t wake, first = desk_clock_now();
    bool any;
    for (int i = 0; i < 3; i++) {
        desk_must(&p, desk_next_wake(p.desk, &any, &wake, &p.errs));
        assert_true(any);
        desk_clock(wake);
        every_unit();
        desk_must(&p, desk_sweep(p.desk, wake, 0, NULL, NULL, &done, &p.errs));
        assert_true(done > 0);
    }
    struct desk_owed_list list;
    desk_clock(first + 400 * DAY);
    desk_must(&p, desk_owed(p.desk, DESK_BY_UNIT, 1, DESK_OWED_ALL, 0, 1, desk_clock_now(), p.arena, &list, &p.errs));
    assert_true(list.totals.behind > DESK_JUDGED_MOST);
    desk_must(&p, desk_sweep(p.desk, desk_clock_now(), 0, NULL, NULL, &done, &p.errs));
    assert_true(every_unit() > 50);
}

/* ---- One person's lines as stored are those that judging gives. */

static bool same_live(void *arg, const struct lang_history *h, const struct lang_docket *k, struct cf_errs *errs) {
    size_t *n = arg;
    struct cf_arena *a = cf_arena_new("live");
    struct lang_docket live;
    assert_true(desk_live(p.desk, h->subject, desk_clock_now(), a, &live, errs));
    size_t at = 0;
    for (size_t i = 0; i < k->duties.n; i++) {
        const struct lang_duty_line *x = &k->duties.v[i], *y = &live.duties.v[at];
        if (x->state > LANG_OVERDUE) {
            continue;
        }
        assert_true(at < live.duties.n);
        assert_true(cf_id_eq(x->id, y->id) && x->rule == y->rule && x->cause == y->cause && x->episode == y->episode);
        assert_true(x->since == y->since && x->state == y->state && x->has_due == y->has_due &&
                    (!x->has_due || x->due == y->due));
        assert_ptr_equal(x->owner.role_or_unit, y->owner.role_or_unit);
        assert_int_equal(x->owner.subject, y->owner.subject);
        assert_true(x->owner.unit == y->owner.unit && x->marks == y->marks);
        at++;
    }
    assert_int_equal(at, live.duties.n);
    *n += at;
    cf_arena_free(a);
    return true;
}

static void lines_as_stored_are_those_that_judging_gives(void **state) {
    (void)state;
    size_t n = 0;
    desk_must(&p, desk_each_history(p.desk, NULL, true, desk_clock_now(), same_live, &n, NULL, NULL, &p.errs));
    assert_true(n > 100);
}

/* ---- Boards, breaches. */

struct opened {
    const char *episode;
    uint64_t n, broken;
};

static bool count_open(void *arg, const struct lang_history *h, const struct lang_docket *k, struct cf_errs *errs) {
    struct opened *x = arg;
    const struct lang_set *set = desk_set(p.desk);
    (void)errs;
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_decl *opens = set->records.v[h->events[i].record]->as.record.opens_decl;
        bool open = opens && cf_str_is(opens->name.text, x->episode) &&
                    lang_record_seen_for(set->records.v[h->events[i].record], CF_LIT("safeguarding"));
        for (size_t m = 0; open && m < h->n; m++) {
            const struct lang_event *e = &h->events[m];
            const struct lang_decl *closes = set->records.v[e->record]->as.record.closes_decl;
            for (size_t j = 0; closes && cf_str_is(closes->name.text, x->episode) && j < e->n_episodes; j++) {
                open = open && e->episodes[j] != h->events[i].seq;
            }
        }
        x->n += open;
    }
    for (size_t i = 0; i < k->gates.n; i++) {
        const struct lang_gate_line *g = &k->gates.v[i];
        for (size_t m = 0; m < h->n && g->result != LANG_KEPT_RESULT && !g->not_in_source; m++) {
            const struct lang_event *e = &h->events[m];
            bool seen = lang_record_seen_for(set->records.v[e->record], CF_LIT("safeguarding"));
            bool two = e->unit && e->actor.unit && e->unit != e->actor.unit;
            x->broken += e->seq == g->event && seen ? (uint64_t)(e->unit || e->actor.unit) + two : 0;
        }
    }
    return true;
}

static void boards_and_breaches_count_everybody(void **state) {
    (void)state;
    const struct lang_set *set = desk_set(p.desk);
    uint64_t n = 0, broken = 0;
    struct opened x = {0};
    for (size_t i = 0; i < set->decls.n; i++) {
        const struct lang_decl *d = set->decls.v[i];
        struct desk_opened_list all, unit;
        uint64_t of_units = 0;
        if (d->kind != LANG_EPISODE || d->newer || !d->as.episode.opener) {
            continue;
        }
        x = (struct opened){.episode = cf_cstr(p.arena, d->name.text)};
        desk_must(&p, desk_each_history(p.desk, NULL, true, desk_clock_now(), count_open, &x, NULL, NULL, &p.errs));
        desk_must(&p, desk_opened(p.desk, d, 0, CF_LIT("safeguarding"), 0, MOST, p.arena, &all, &p.errs));
        assert_int_equal(all.n, x.n);
        assert_int_equal(all.total, x.n);
        for (size_t u = 0; u < set->units.n; u++) {
            struct cf_errs quiet = cf_errs_new(p.arena);
            uint32_t no;
            if (desk_subject_no(p.desk, desk_unit_id(p.desk, set->units.v[u]), &no, &quiet)) {
                desk_must(&p, desk_opened(p.desk, d, no, CF_LIT("safeguarding"), 0, MOST, p.arena, &unit, &p.errs));
                assert_int_equal(unit.n, unit.total);
                of_units += unit.total;
            }
        }
        assert_true(of_units <= all.total);
        n += all.n;
    }
    assert_true(n > 5);
    for (size_t u = 0; u < set->units.n; u++) {
        struct cf_errs quiet = cf_errs_new(p.arena);
        struct desk_broken_list list;
        uint32_t no;
        if (desk_subject_no(p.desk, desk_unit_id(p.desk, set->units.v[u]), &no, &quiet)) {
            desk_must(&p, desk_broken(p.desk, no, 0, CF_LIT("safeguarding"), 0, MOST, p.arena, &list, &p.errs));
            assert_int_equal(list.n, list.total);
            broken += list.total;
        }
    }
    assert_true(broken > 5);
    assert_true(broken <= x.broken);
}

/* ---- A board is told when something is recorded in it. */

struct told {
    size_t n;
    char last[CF_MAX_NAME_BYTES + 1];
};

static void tell(void *arg, struct cf_str episode, uint32_t unit) {
    struct told *t = arg;
    (void)unit;
    t->n++;
    snprintf(t->last, sizeof t->last, "%.*s", CF_STR_ARG(episode));
}

static void a_board_is_told_once_what_it_shows_is_stored(void **state) {
    (void)state;
    static struct told told; /* the desk tells it of what comes later too */
    struct ledger_receipt receipt;
    struct cf_arena *a = cf_arena_new("told");
    desk_on_board(p.desk, tell, &told);
    struct desk_entry *e = desk_search_of(a, p.desk, desk_id("event", 1), desk_id("child", 1), desk_clock_now() - 60, false);
    desk_must(&p, desk_record(p.desk, e, a, &receipt, NULL, &p.errs));
    const struct lang_decl *opens = e->record->as.record.opens_decl;
    assert_int_equal(told.n > 0, opens != NULL);
    if (opens) {
        assert_string_equal(told.last, cf_cstr(a, opens->name.text));
    }
    cf_arena_free(a);
}

static void rebuilt_they_are_what_they_were(void **state) {
    (void)state;
    struct desk_digests before, after;
    size_t n = 0;
    desk_must(&p, desk_digest(p.desk, p.arena, &before, &p.errs));
    desk_must(&p, desk_rebuild(p.desk, NULL, NULL, &p.errs));
    desk_must(&p, desk_digest(p.desk, p.arena, &after, &p.errs));
    assert_int_equal(before.n, after.n);
    for (size_t i = 0; i < before.n; i++) { /* until when a docket holds follows from when it was judged */
        bool list = cf_str_starts(before.v[i].table, CF_LIT("owed")) || cf_str_is(before.v[i].table, "broken") ||
                    cf_str_is(before.v[i].table, "opened");
        n += list;
        if (list && memcmp(before.v[i].digest, after.v[i].digest, 32) != 0) {
            fail_msg("%.*s is not what it was", CF_STR_ARG(before.v[i].table));
        }
    }
    assert_int_equal(n, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_owes_what_judging_everybody_says),
        cmocka_unit_test(an_officer_owes_what_judging_everybody_says),
        cmocka_unit_test(lines_as_stored_are_those_that_judging_gives),
        cmocka_unit_test(boards_and_breaches_count_everybody),
        cmocka_unit_test(what_ran_out_since_is_judged_by_the_reader),
        cmocka_unit_test(a_board_is_told_once_what_it_shows_is_stored),
        cmocka_unit_test(rebuilt_they_are_what_they_were),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
