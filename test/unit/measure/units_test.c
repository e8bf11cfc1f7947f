/* Rules M1 to M4 of the policy semantics, over histories of invented people that examples give: who is counted, when, and in
 * which part. One history after the other goes through a measure as a desk would hand them over. */
#include "unit/lang/given.h"

#include "measure/priv.h"

/* Ann is met twice; a letter follows the first time. Bo is an adult; of Cy nobody knows the age; Di is met on the last day. */
static const char TEXT[] = POLICY
    "codes colour\n"
    "    red \"Red\"\n"
    "    blue \"Blue\"\n"
    "episode stay \"Stay\"\n"
    "record contact \"Contact\"; about child is person; by constable; fields calm yes/no; colour colour; minutes whole\n"
    "record letter \"Letter\"; about child is person; by constable; fields contact contact; kind yes/no\n"
    "record arrived \"Arrived\"; opens stay; about child is person; by constable; fields colour colour\n"
    "record left \"Left\"; closes stay; by constable; fields well yes/no\n"
    "span staying \"Staying\"; from arrived to left\n"
    "gate calm_first \"Calm first\"; before contact; needs contact.calm = yes; otherwise \"Not calm.\"; cites law 1\n"
    "duty write \"Write\"; after contact; owner constable; within 10 days; done by letter with contact = trigger; cites law 1\n"
    "flag young \"Young\"; about person; while child; cites law 1\n"
    "measure children \"Children\"; count of contact where age < 18; by month, colour, sex\n"
    "measure calm_share \"Calm\"; share of contact that where contact.calm = yes; by month\n"
    "measure kept_calm \"Kept\"; share of contact that kept calm_first; by month\n"
    "measure written \"Written\"; share of write that met; by month, owner\n"
    "measure owed \"Owed\"; count of write; by month\n"
    "measure answered \"Answered\"; count of contact; by month; followed by letter with kind = yes within 30 days\n"
    "measure how_long \"How long\"; median of contact.minutes over contact; by month\n"
    "measure red_ones \"Red\"; count of contact with colour = red; by month\n"
    "measure stays \"Stays\"; count of opened stay; by month\n"
    "measure left_well \"Left well\"; share of closed stay that where left.well = yes; by month\n"
    "measure how_long_there \"How long there\"; percentile 90 of time in staying over closed stay; by month, colour, sex, "
    "unit\n"
    "measure the_young \"Young people\"; count of person where young; by month\n"
    "example \"Ann\"\n"
    "    child Ann  born 2010-03-01, sex female\n"
    "    2024-01-05 10:00  contact = one  calm yes; colour red; minutes 10\n"
    "    2024-01-10 10:00  letter         contact one; kind yes\n"
    "    2024-02-05 10:00  contact        calm unknown; colour blue; minutes 20\n"
    "    2024-02-06 10:00  letter         contact one; kind no\n"
    "    2024-02-10 10:00  arrived        colour blue; unit north\n"
    "    2024-03-10 10:00  left           well yes\n"
    "    at 2024-06-30 12:00  expect kept calm_first\n"
    "example \"Bo\"\n"
    "    child Bo  born 1990-03-01, sex male\n"
    "    2024-01-05 10:00  contact  calm no; colour red; minutes 60\n"
    "    2024-06-10 10:00  arrived\n"
    "    at 2024-06-30 12:00  expect breach calm_first\n"
    "example \"Cy\"\n"
    "    child Cy  sex unknown\n"
    "    2024-01-20 10:00  contact  calm no; colour unknown; minutes 30\n"
    "    at 2024-06-30 12:00  expect breach calm_first\n"
    "example \"Di\"\n"
    "    child Di  born 2012-03-01\n"
    "    2024-06-29 10:00  contact  calm yes; colour blue; minutes 40\n"
    "    at 2024-06-30 12:00  expect kept calm_first\n";

struct ran {
    struct given g;
    struct counting c;
    struct measure_table t;
    struct measure_list list;
};

static void run(struct ran *r, const char *name, const struct cf_str *by, size_t n_by) {
    *r = (struct ran){.g = given(TEXT)};
    struct given *g = &r->g;
    const struct lang_decl *measure = measure_find(g->set, cf_str_from(name), g->a, &g->errs);
    assert_non_null(measure);
    struct measure_options o = {.now = given_time(g, "2024-06-30 12:00"), .by = by, .n_by = n_by};
    g->errs = cf_errs_new(g->a);
    if (!measure_start(&r->c, g->set, &g->ref, measure, &o, g->a, &r->t, &g->errs)) {
        cf_errs_print(stderr, &g->errs);
        fail_msg("%s cannot be counted", name);
    }
    r->c.scratch = cf_arena_new("scratch");
    for (size_t i = 0; i < g->set->examples.n; i++) {
        const struct lang_example_case *cases;
        struct lang_docket docket;
        assert_int_equal(lang_example_cases(g->a, g->set, &g->ref, g->set->examples.v[i], &cases, &g->errs), 1);
        struct lang_history h = *cases[0].h;
        h.subject = (uint32_t)i + 1; /* each example has its own numbers */
        lang_eval_plain(g->a, g->set, &g->ref, &h, o.now, &docket);
        units_of_history(&r->c, &h, &docket);
    }
    cf_arena_free(r->c.scratch);
    assert_true(measure_finish(&r->c, &r->t, &r->list, &g->errs));
}

/* The row whose label in this dimension is that; the total when label is NULL. */
static const struct measure_row *row(const struct ran *r, size_t d, const char *label) {
    for (size_t i = 0; i < r->t.rows.n; i++) {
        const struct measure_row *row = &r->t.rows.v[i];
        bool total = true;
        for (size_t k = 0; k < r->t.dimensions; k++) {
            total = total && (row->sums >> k & 1U);
        }
        if (label == NULL ? total : cf_str_is(row->label[d], label) && !(row->sums >> d & 1U)) {
            return row;
        }
    }
    return NULL;
}

static void expect_row(const struct ran *r, size_t d, const char *label, int64_t n, int64_t of) {
    const struct measure_row *x = row(r, d, label);
    if (!x || x->n != n || x->of != of) {
        struct cf_buf b = cf_buf_new(r->g.a, 65536);
        measure_write(&b, &r->t, MEASURE_TEXT);
        fail_msg("%s: expected %lld of %lld in:\n%.*s", label ? label : "total", (long long)n, (long long)of, (int)b.n, b.p);
    }
}

static void M1_what_decides_is_judged_at_the_events_own_instant(void **state) {
    (void)state;
    struct ran r;
    run(&r, "children", NULL, 0);
    expect_row(&r, 0, NULL, 3, -1); /* Ann twice, Di; Bo is an adult */
    expect_row(&r, 0, "2024-01", 1, -1);
    expect_row(&r, 1, "Blue", 2, -1);
    assert_int_equal(r.t.not_known, 1); /* Cy: in no row, and counted */
    const struct measure_row *total = row(&r, 0, NULL);
    assert_int_equal(total ? total->persons : -1, 2);
    given_end(&r.g);
}

static void M1_an_answer_that_is_not_known_is_in_neither_part(void **state) {
    (void)state;
    struct ran r;
    run(&r, "calm_share", NULL, 0);
    expect_row(&r, 0, "2024-01", 1, 3);
    assert_null(row(&r, 0, "2024-02"));
    expect_row(&r, 0, NULL, 2, 4);
    assert_int_equal(r.t.not_known, 1);
    given_end(&r.g);
}

static void M1_a_gate_that_is_not_known_is_in_the_whole_only(void **state) {
    (void)state;
    struct ran r;
    run(&r, "kept_calm", NULL, 0);
    expect_row(&r, 0, "2024-02", 0, 1);
    expect_row(&r, 0, NULL, 2, 4);
    assert_int_equal(r.t.excluded, 1); /* Bo is an adult, whom rules about children do not judge */
    given_end(&r.g);
}

static void M2_a_duty_counts_in_the_month_of_its_due_once_that_has_passed(void **state) {
    (void)state;
    struct ran r;
    run(&r, "written", NULL, 0);
    expect_row(&r, 0, "2024-01", 1, 2); /* due on the 15th (Ann, met) and the 30th (Cy) */
    expect_row(&r, 0, "2024-02", 0, 1);
    expect_row(&r, 1, "Constable", 1, 3);
    expect_row(&r, 0, NULL, 1, 3);
    assert_int_equal(r.t.excluded, 1); /* Di's is not due yet */
    given_end(&r.g);
    run(&r, "owed", NULL, 0);
    expect_row(&r, 0, NULL, 3, -1);
    given_end(&r.g);
}

static void M2_episodes_count_where_they_open_or_close_and_open_ones_apart(void **state) {
    (void)state;
    struct ran r;
    run(&r, "stays", NULL, 0);
    expect_row(&r, 0, "2024-02", 1, -1);
    expect_row(&r, 0, NULL, 2, -1);
    given_end(&r.g);
    run(&r, "left_well", NULL, 0);
    expect_row(&r, 0, "2024-03", 1, 1);
    assert_int_equal(r.t.excluded, 1);
    given_end(&r.g);
}

static void M3_only_units_whose_time_has_ended_are_looked_at_for_what_followed(void **state) {
    (void)state;
    struct ran r;
    run(&r, "answered", NULL, 0);
    expect_row(&r, 0, "2024-01", 1, 3);
    expect_row(&r, 0, "2024-02", 0, 1); /* a letter followed, but not of that kind */
    expect_row(&r, 0, NULL, 1, 4);
    assert_int_equal(r.t.excluded, 1); /* Di was met yesterday */
    given_end(&r.g);
}

static void M4_sex_is_the_latest_known_and_colour_that_of_the_event(void **state) {
    static const struct cf_str by[] = {CF_LIT("sex"), CF_LIT("colour")};
    (void)state;
    struct ran r;
    run(&r, "children", by, 2);
    const struct measure_row *found = NULL;
    for (size_t i = 0; i < r.t.rows.n; i++) {
        const struct measure_row *x = &r.t.rows.v[i];
        found = cf_str_is(x->label[0], "Female") && cf_str_is(x->label[1], "Blue") ? x : found;
    }
    assert_int_equal(found ? found->n : -1, 1);
    const struct measure_row *unknown = row(&r, 0, "Not known"); /* Di */
    assert_true(unknown && unknown->outside);
    expect_row(&r, 0, NULL, 3, -1);
    given_end(&r.g);
}

static void a_median_is_over_the_events_values(void **state) {
    (void)state;
    struct ran r;
    run(&r, "how_long", NULL, 0);
    const struct measure_row *x = row(&r, 0, NULL);
    assert_int_equal(x ? x->n : -1, 5);
    assert_int_equal(x ? (int64_t)(x->value.value * r.t.scale + 0.5) : -1, 30); /* 10 20 30 40 60 */
    given_end(&r.g);
}

static void a_closed_episode_is_counted_by_what_its_opening_said(void **state) {
    (void)state;
    struct ran r;
    run(&r, "how_long_there", NULL, 0);
    expect_row(&r, 1, "Blue", 1, -1);
    assert_null(row(&r, 1, "Not known"));
    expect_row(&r, 0, "2024-03", 1, -1);
    assert_null(row(&r, 3, "Not known")); /* the unit */
    const struct measure_row *all = row(&r, 0, NULL);
    assert_true(all && all->value.value == 29 * 86400.0);
    given_end(&r.g);
}

static void conditions_on_the_record_itself_narrow_what_is_counted(void **state) {
    (void)state;
    struct ran r;
    run(&r, "red_ones", NULL, 0);
    expect_row(&r, 0, NULL, 2, -1);
    assert_int_equal(r.t.not_known, 1); /* Cy's colour */
    given_end(&r.g);
}

static void people_are_counted_at_the_end_of_each_period_and_never_summed(void **state) {
    (void)state;
    struct ran r;
    run(&r, "the_young", NULL, 0);
    assert_null(row(&r, 0, "2023-12"));  /* born, but not met yet */
    expect_row(&r, 0, "2024-01", 2, -1); /* Ann, and Cy who may be a child */
    expect_row(&r, 0, "2024-05", 2, -1);
    assert_null(row(&r, 0, "2024-06")); /* June has not ended */
    assert_null(row(&r, 0, NULL));
    given_end(&r.g);
}

static void every_unit_is_listed_with_its_answer(void **state) {
    (void)state;
    struct ran r;
    run(&r, "calm_share", NULL, 0);
    size_t answers[4] = {0};
    assert_int_equal(r.list.n, 5);
    for (size_t i = 0; i < r.list.n; i++) {
        answers[r.list.v[i].answer]++;
    }
    assert_int_equal(answers[MEASURE_YES], 2);
    assert_int_equal(answers[MEASURE_NO], 2);
    assert_int_equal(answers[MEASURE_NOT_KNOWN], 1);
    given_end(&r.g);
}

static void a_dimension_that_is_not_declared_is_refused(void **state) {
    static const struct cf_str by[] = {CF_LIT("color")};
    (void)state;
    struct ran r = {.g = given(TEXT)};
    struct measure_options o = {.by = by, .n_by = 1};
    const struct lang_decl *measure = measure_find(r.g.set, CF_LIT("children"), r.g.a, &r.g.errs);
    r.g.errs = cf_errs_new(r.g.a);
    assert_false(measure_start(&r.c, r.g.set, &r.g.ref, measure, &o, r.g.a, &r.t, &r.g.errs));
    assert_int_equal(r.g.errs.v[0].code, CF_M002);
    assert_non_null(strstr(cf_cstr(r.g.a, r.g.errs.v[0].hint), "Did you mean colour?"));
    given_end(&r.g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(M1_what_decides_is_judged_at_the_events_own_instant),
        cmocka_unit_test(M1_an_answer_that_is_not_known_is_in_neither_part),
        cmocka_unit_test(M1_a_gate_that_is_not_known_is_in_the_whole_only),
        cmocka_unit_test(M2_a_duty_counts_in_the_month_of_its_due_once_that_has_passed),
        cmocka_unit_test(M2_episodes_count_where_they_open_or_close_and_open_ones_apart),
        cmocka_unit_test(M3_only_units_whose_time_has_ended_are_looked_at_for_what_followed),
        cmocka_unit_test(M4_sex_is_the_latest_known_and_colour_that_of_the_event),
        cmocka_unit_test(a_median_is_over_the_events_values),
        cmocka_unit_test(a_closed_episode_is_counted_by_what_its_opening_said),
        cmocka_unit_test(conditions_on_the_record_itself_narrow_what_is_counted),
        cmocka_unit_test(people_are_counted_at_the_end_of_each_period_and_never_summed),
        cmocka_unit_test(every_unit_is_listed_with_its_answer),
        cmocka_unit_test(a_dimension_that_is_not_declared_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
