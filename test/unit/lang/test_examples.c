/* The worked policies: their examples hold as printed, and the properties of evaluation hold on all of their histories. */
#include "unit/lang/given.h"

static struct given worked(void) {
    struct given g = given_folder("test/lang/good");
    if (g.set == NULL) {
        cf_errs_print(stderr, &g.errs);
        fail_msg("the worked policies have errors");
    }
    g.errs = cf_errs_new(g.a);
    return g;
}

static void every_example_of_the_worked_policies_holds_as_printed(void **state) {
    (void)state;
    struct given g = worked();
    size_t checked = 0;
    assert_true(g.set->examples.n >= 12);
    for (size_t i = 0; i < g.set->examples.n; i++) {
        size_t failures = g.errs.failures;
        bool ok = lang_example_run(g.a, g.set, &g.ref, g.set->examples.v[i], NULL, &checked, &g.errs);
        assert_int_equal(ok, g.errs.failures == failures);
    }
    if (g.errs.failures > 0) {
        cf_errs_print(stderr, &g.errs);
        fail_msg("%zu of %zu expectations do not hold", g.errs.failures, checked);
    }
    assert_true(checked >= 60);
    given_end(&g);
}

/* ---- properties, each over every history of every example */
typedef void property(struct given *g, const struct lang_example_case *c);

static void over_all(property *f) {
    struct given g = worked();
    size_t n = 0;
    for (size_t i = 0; i < g.set->examples.n; i++) {
        const struct lang_example_case *cases;
        size_t of = lang_example_cases(g.a, g.set, &g.ref, g.set->examples.v[i], &cases, &g.errs);
        for (size_t k = 0; k < of; k++, n++) {
            f(&g, &cases[k]);
        }
    }
    assert_true(n >= 30);
    given_end(&g);
}

static struct lang_docket eval(struct given *g, const struct lang_example_case *c, const struct lang_history *h, int64_t t) {
    struct lang_docket d;
    lang_eval_plain(g->a, g->set, c->ref, h, t, &d);
    return d;
}

static void same_lines(struct given *g, const struct lang_docket *x, const struct lang_docket *y, int64_t from, int64_t t) {
    struct cf_str why;
    if (!lang_docket_same_lines(g->a, x, y, &why)) {
        const char *a = cf_time_shown(g->ref.zone, from).p, *b = cf_time_shown(g->ref.zone, t).p;
        fail_msg("the docket of %s changes by %s: %.*s", a, b, CF_STR_ARG(why));
    }
}

/* Follows a history from docket to docket: until `valid until`, nothing changes. */
static void nothing_changes_before_its_end(struct given *g, const struct lang_example_case *c) {
    int64_t t = c->h->n == 0 ? c->now : c->h->events[c->h->n / 2].from, last = c->now + (int64_t)30 * 86400;
    t = t < c->now - (int64_t)30 * 86400 ? c->now - (int64_t)30 * 86400 : t;
    for (int steps = 0; steps < 40 && t <= last; steps++) {
        struct cf_mark mark = cf_arena_mark(g->a);
        struct lang_docket d = eval(g, c, c->h, t);
        int64_t end = d.has_end ? d.valid_until : last + 1;
        assert_true(end > t);
        int64_t samples[] = {t + 1, t + 60, t + (end - t) / 3, t + (end - t) / 2, end - 1};
        for (size_t i = 0; i < CF_COUNT(samples); i++) {
            if (samples[i] > t && samples[i] < end) {
                struct lang_docket later = eval(g, c, c->h, samples[i]);
                same_lines(g, &d, &later, t, samples[i]);
            }
        }
        t = end;
        cf_arena_rewind(g->a, mark);
    }
}

static void until_its_end_a_docket_does_not_change(void **state) {
    (void)state;
    over_all(nothing_changes_before_its_end);
}

static bool ended(enum lang_state s) {
    return s == LANG_MET_STATE || s == LANG_LATE || s == LANG_MISSED || s == LANG_VOID;
}

static const struct lang_duty_line *line_with(const struct lang_docket *d, struct cf_id id) {
    for (size_t i = 0; i < d->duties.n; i++) {
        if (cf_id_eq(d->duties.v[i].id, id)) {
            return &d->duties.v[i];
        }
    }
    return NULL;
}

static void stays_ended(struct given *g, const struct lang_example_case *c) {
    static const int64_t later[] = {1, 3600, 86400, (int64_t)40 * 86400, (int64_t)800 * 86400};
    struct lang_docket d = eval(g, c, c->h, c->now);
    for (size_t k = 0; k < CF_COUNT(later); k++) {
        struct lang_docket then = eval(g, c, c->h, c->now + later[k]);
        for (size_t i = 0; i < d.duties.n; i++) {
            const struct lang_duty_line *x = &d.duties.v[i], *y = line_with(&then, x->id);
            assert_non_null(y); /* no line goes away as time moves on */
            if (ended(x->state)) {
                assert_int_equal(x->state, y->state);
                assert_int_equal(x->ended, y->ended);
                assert_int_equal(x->ended_by, y->ended_by);
                assert_int_equal(x->due, y->due);
                assert_int_equal(x->owner.subject, y->owner.subject);
                assert_int_equal(x->owner.unit, y->owner.unit);
            }
        }
    }
}

static void an_ended_duty_stays_ended_as_time_moves_on(void **state) {
    (void)state;
    over_all(stays_ended);
}

/* The lines of an example in another order, where order says nothing: no two events of one instant. */
static bool shuffle(struct lang_decl *example, unsigned seed) {
    struct lang_example *x = &example->as.example;
    for (size_t i = 0; i < x->items.n; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct lang_ex_item *a = &x->items.v[i], *b = &x->items.v[k];
            if (a->kind == LANG_EX_EVENT && b->kind == LANG_EX_EVENT && a->event->happened == b->event->happened) {
                return false;
            }
        }
    }
    for (size_t i = x->items.n; i-- > 1;) {
        seed = seed * 1103515245u + 12345u;
        size_t k = (seed >> 16) % (i + 1);
        if (x->items.v[i].kind == LANG_EX_EVENT && x->items.v[k].kind == LANG_EX_EVENT) {
            struct lang_ex_item t = x->items.v[i];
            x->items.v[i] = x->items.v[k];
            x->items.v[k] = t;
        }
    }
    return true;
}

static void events_in_another_order_give_the_same_docket(void **state) {
    (void)state;
    struct given g = worked();
    size_t shuffled = 0;
    for (size_t i = 0; i < g.set->examples.n; i++) {
        const struct lang_example_case *cases, *again;
        size_t n = lang_example_cases(g.a, g.set, &g.ref, g.set->examples.v[i], &cases, &g.errs);
        struct lang_docket *before = CF_NEW_N(g.a, struct lang_docket, n + 1);
        for (size_t k = 0; k < n; k++) {
            before[k] = eval(&g, &cases[k], cases[k].h, cases[k].now);
        }
        for (unsigned seed = 1; seed <= 5 && shuffle(g.set->examples.v[i], seed); seed++) {
            assert_int_equal(lang_example_cases(g.a, g.set, &g.ref, g.set->examples.v[i], &again, &g.errs), n);
            for (size_t k = 0; k < n; k++, shuffled++) {
                struct lang_docket d = eval(&g, &again[k], again[k].h, again[k].now);
                struct cf_str why;
                if (!lang_docket_equal(g.a, &before[k], &d, &why)) {
                    fail_msg("%.*s", CF_STR_ARG(why));
                }
            }
        }
    }
    assert_true(shuffled >= 100);
    given_end(&g);
}

static void every_line_explains_itself(struct given *g, const struct lang_example_case *c) {
    struct lang_docket d = eval(g, c, c->h, c->now);
    for (size_t i = 0; i < d.duties.n; i++) {
        const struct lang_reason *r = lang_explain_duty(g->a, g->set, c->ref, c->h, c->now, &d.duties.v[i]);
        assert_true(r->under.n >= 4);
    }
    for (size_t i = 0; i < d.gates.n; i++) {
        const struct lang_reason *r = lang_explain_gate(g->a, g->set, c->ref, c->h, c->now, &d.gates.v[i]);
        assert_true(r->under.n >= 3);
    }
    for (size_t i = 0; i < d.grades.n; i++) {
        const struct lang_grade_line *l = &d.grades.v[i];
        assert_true(lang_explain_state(g->a, g->set, c->ref, c->h, c->now, l->rule, l->episode)->under.n >= 3);
    }
    for (size_t i = 0; i < d.scores.n; i++) {
        const struct lang_score_line *l = &d.scores.v[i];
        assert_true(lang_explain_state(g->a, g->set, c->ref, c->h, c->now, l->rule, l->episode)->under.n >= 3);
    }
    for (size_t i = 0; i < d.choices.n; i++) {
        const struct lang_choice_line *l = &d.choices.v[i];
        assert_true(lang_explain_state(g->a, g->set, c->ref, c->h, c->now, l->rule, l->episode)->under.n >= 3);
    }
    for (size_t i = 0; i < d.flags.n; i++) {
        const struct lang_flag_line *l = &d.flags.v[i];
        assert_true(lang_explain_state(g->a, g->set, c->ref, c->h, c->now, l->rule, l->episode)->under.n >= 3);
    }
    struct cf_buf b = cf_buf_new(g->a, CF_MAX_JSON_BYTES);
    lang_docket_json(&b, g->set, c->ref, &d);
    struct cf_str json;
    assert_true(cf_buf_finish(&b, &json));
    assert_true(cf_utf8_valid(json, NULL) && json.p[0] == '{' && json.p[json.n - 1] == '}');
}

static void every_line_of_every_docket_explains_itself_and_becomes_json(void **state) {
    (void)state;
    over_all(every_line_explains_itself);
}

/* The list of subjects begins with the units; the first person declared may move it, whatever their number. */
static void an_example_finds_its_child_however_many_units_there_are(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("units");
    for (int units = 1; units <= 70; units++) {
        struct cf_buf b = cf_buf_new(a, 100000);
        cf_buf_lit(&b, POLICY);
        for (int i = 0; i < units; i++) {
            cf_buf_printf(&b, "unit more_%d \"One more\"\n", i);
        }
        cf_buf_lit(&b, "record met \"Met\"\n    about child is person\n    by anyone\n"
                       "duty tell \"Tell\"\n    after met\n    owner team\n    within 1 hour\n    done by met\n"
                       "    cites law\n"
                       "example \"E\"\n    child Ann born 2010-01-01\n    2024-06-03 10:00 met\n"
                       "    at 2024-06-03 10:30\n        expect tell pending due 2024-06-03 11:00\n");
        struct cf_str text;
        assert_true(cf_buf_finish(&b, &text));
        holds(cf_cstr(a, text));
    }
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_worked_policies_holds_as_printed),
        cmocka_unit_test(until_its_end_a_docket_does_not_change),
        cmocka_unit_test(an_ended_duty_stays_ended_as_time_moves_on),
        cmocka_unit_test(events_in_another_order_give_the_same_docket),
        cmocka_unit_test(every_line_of_every_docket_explains_itself_and_becomes_json),
        cmocka_unit_test(an_example_finds_its_child_however_many_units_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
