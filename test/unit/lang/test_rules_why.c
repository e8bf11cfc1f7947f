/* Rules W1 and W2 of the policy semantics: reasons and support; what examples and coverage say. All in it is invented. */
#include "unit/lang/given.h"

static const char policy[] =
    POLICY "episode case \"Case\"\n"
           "record opened \"Opened\"; opens case; about child is person; by constable\n"
           "record decision \"Decision\"; in case; decided by inspector; fields answer one of (yes_go, no_go)\n"
           "record search \"Search\"; in case; by constable; fields grave yes/no\n"
           "record report \"Report\"; in any; about child is person; by constable; fields good yes/no\n"
           "setting allowed 3 working days confirmed law 9\n"
           "gate agreed \"An inspector agreed\"; before search; needs decision.answer = yes_go\n"
           "    otherwise \"No inspector had agreed.\"; cites law 1\n"
           "duty tell \"Report it\"; after search; where search.grave = yes; owner constable; within allowed\n"
           "    done by report with good = yes; cites law 2\n"
           "example \"Near misses\"\n"
           "    child Ann  born 2012-01-01\n"
           "    2024-05-23 09:00  opened\n"
           "    2024-05-23 09:10  decision  by sergeant; answer yes_go\n"
           "    2024-05-23 10:00  search    grave yes; recorded 2024-05-23 12:00\n"
           "    2024-05-23 11:00  report    good no\n"
           "    2024-05-23 12:00  report    good yes; in nothing\n"
           "    at 2024-05-24 09:00  expect tell pending due 2024-05-29; breach agreed\n";

static void has_line(struct cf_str text, const char *line) {
    char copy[16384];
    assert_true(text.n < sizeof copy);
    memcpy(copy, text.p, text.n);
    copy[text.n] = 0;
    if (strstr(copy, line) == NULL) {
        fail_msg("no `%s` in:\n%s", line, copy);
    }
}

static struct cf_str tree(struct given *g, const char *rule) {
    const struct lang_example_case *cases;
    assert_int_equal(lang_example_cases(g->a, g->set, &g->ref, g->set->examples.v[0], &cases, &g->errs), 1);
    struct lang_docket d;
    lang_eval_plain(g->a, g->set, cases[0].ref, cases[0].h, cases[0].now, &d);
    const struct lang_duty_line *duty = given_duty(&d, rule);
    const struct lang_gate_line *gate = given_gate(&d, rule);
    struct lang_reason *r = duty != NULL ? lang_explain_duty(g->a, g->set, cases[0].ref, cases[0].h, cases[0].now, duty)
                                         : lang_explain_gate(g->a, g->set, cases[0].ref, cases[0].h, cases[0].now, gate);
    struct cf_buf b = cf_buf_new(g->a, 16000);
    lang_reason_text(&b, r, 0);
    struct cf_str text;
    assert_true(cf_buf_finish(&b, &text));
    return text;
}

static void W1_a_line_explains_itself_as_a_tree(void **state) {
    (void)state;
    struct given g = given(policy);
    struct cf_str duty = tree(&g, "tell");
    has_line(duty, "Report it: pending, due 2024-05-29\n");
    has_line(duty, "  rule `tell` of policy test.rules (Rules under test), version in force from 2020-01-01\n");
    has_line(duty, "  rests on law 2 (An invented law)\n");
    has_line(duty, "  arose after: Search, 2024-05-23 10:00, recorded 2024-05-23 12:00\n");
    has_line(duty, "    search.grave = yes: yes\n");
    has_line(duty, "  3 working days, counted from 2024-05-23 10:00\n");
    has_line(duty, "      a setting, confirmed: law 9\n");
    has_line(duty, "    skips 2024-05-27, Spring bank holiday\n");
    has_line(duty, "    skips 2 days of weekends\n");
    has_line(duty, "    so it is due 2024-05-29\n");
    has_line(duty, "    Report, 2024-05-23 11:00 does not count: it lacks what is asked of it\n");
    has_line(duty, "    Report, 2024-05-23 12:00 does not count: it does not name this episode\n");
    has_line(duty, "  owner: Constable");
    struct cf_str gate = tree(&g, "agreed");
    has_line(gate, "An inspector agreed: breached, not known\n");
    has_line(gate, "  No inspector had agreed.\n");
    has_line(gate, "  Decision, 2024-05-23 09:10 does not count: it needs the decision of another rank or role\n");
    given_end(&g);
}

static bool rests_on(const struct lang_support *s, uint64_t seq) {
    for (size_t i = 0; i < s->n; i++) {
        if (s->seqs[i] == seq) {
            return true;
        }
    }
    return false;
}

static void W2_support_is_what_gave_the_result(void **state) {
    (void)state;
    struct given g =
        given(POLICY "episode case \"Case\"\n"
                     "record opened \"Opened\"; opens case; about child is person; by constable\n"
                     "record one \"One\"; in case; by constable; fields yes_it_is yes/no\n"
                     "record two \"Two\"; in case; by constable; fields yes_it_is yes/no\n"
                     "flag either \"Either\"; in case; while a (one with yes_it_is = yes) or a (two with yes_it_is = "
                     "yes); cites law 1\n"
                     "flag both \"Both\"; in case; while a one and a two; cites law 1\n"
                     "example \"Sequence 1 is the birth, then 2, 3, 4\"\n"
                     "    child Ann  born 2012-01-01\n"
                     "    2024-06-03 09:00  opened\n"
                     "    2024-06-03 09:10  one  yes_it_is no\n"
                     "    2024-06-03 09:20  two  yes_it_is yes\n"
                     "    at 2024-06-03 10:00  expect either; both\n");
    struct lang_docket d = given_docket(&g, 0);
    assert_int_equal(d.flags.n, 2);
    assert_text(d.flags.v[0].rule->name.text, "both");
    assert_int_equal(d.flags.v[0].support.n, 2); /* and = yes: all */
    assert_true(rests_on(&d.flags.v[0].support, 3) && rests_on(&d.flags.v[0].support, 4));
    assert_int_equal(d.flags.v[1].support.n, 1); /* or = yes: the yes ones */
    assert_true(rests_on(&d.flags.v[1].support, 4));
    given_end(&g);
}

static void an_expectation_that_does_not_hold_says_what_there_is_and_why(void **state) {
    (void)state;
    does_not_hold(POLICY "record seen \"Seen\"; about child is person; by constable\n"
                         "record done \"Done\"; about child is person; by constable\n"
                         "duty act \"Act\"; after seen; owner constable; within 1 hour to verify; done by done; cites law 1\n"
                         "example \"Wrong\"\n"
                         "    child Ann  born 2012-01-01\n"
                         "    2024-06-03 09:00  seen\n"
                         "    at 2024-06-03 09:10  expect act met\n",
                  "`act met` does not hold: the docket has act pending due 2024-06-03 10:00 owner constable");
}

static void an_example_may_expect_that_there_is_no_line(void **state) {
    (void)state;
    does_not_hold(POLICY "record seen \"Seen\"; about child is person; by constable\n"
                         "record done \"Done\"; about child is person; by constable\n"
                         "duty act \"Act\"; after seen; owner constable; within 1 hour to verify; done by done; cites law 1\n"
                         "example \"Wrong\"\n"
                         "    child Ann  born 2012-01-01\n"
                         "    2024-06-03 09:00  seen\n"
                         "    at 2024-06-03 09:10  expect no act\n",
                  "`no act` does not hold: the docket has act pending");
}

static void coverage_names_what_no_example_shows(void **state) {
    (void)state;
    struct given g = given(policy);
    struct lang_coverage *c = lang_coverage_new(g.a, g.set);
    size_t checked = 0, of = 0;
    assert_true(lang_example_run(g.a, g.set, &g.ref, g.set->examples.v[0], c, &checked, &g.errs));
    const struct lang_missing *missing;
    size_t n = lang_coverage_missing(g.a, c, &missing, &of);
    static const char *const wanted[] = {"agreed is kept", "tell is done", "tell passes its due time"};
    assert_int_equal(n, CF_COUNT(wanted));
    assert_int_equal(of, 6);
    for (size_t i = 0; i < n; i++) {
        assert_text(cf_str_printf(g.a, "%.*s %.*s", CF_STR_ARG(missing[i].rule->name.text), CF_STR_ARG(missing[i].what)),
                    wanted[i]);
    }
    given_end(&g);
}

static void an_example_that_cannot_be_built_says_where_and_why(void **state) {
    (void)state;
    static const struct {
        const char *lines, *words;
    } wrong[] = {
        {"    child Ann  born 2012-01-01\n    2024-06-03 09:00  seen  colour purple\n",
         "`purple` is not a code of this field's list"},
        {"    child Ann  born 2012-01-01\n    2024-06-03 09:00  seen  found maybe\n", "`maybe` is not yes, no or unknown"},
        {"    child Ann  born 2012-01-01\n    2024-06-03 09:00  seen  n red\n", "`red` is not a number"},
        {"    child Ann  born 2012-01-01\n    2024-06-03 09:00  seen  day red\n", "`red` is not a date"},
        {"    child Ann  born 2012-01-01\n    2024-06-03 09:00  seen  before nothing_like_it\n",
         "`nothing_like_it` is not a label"},
        {"    child Ann  born 2012-01-01\n    2024-06-03 09:00  seen  by baker\n", "`baker` is not a role"},
        {"    child Ann  born 2012-01-01\n    2024-06-03 09:00  seen  with_her Kay (age 30)\n",
         "field `with_her` does not keep `age`"},
        {"    child Ann  shoe_size 4\n    2024-06-03 09:00  seen\n", "no record says `shoe_size` of a person"},
        {"    child Ann  born 2012-01-01\n    table weights  red 4\n    2024-06-03 09:00  seen\n",
         "there is no table `weights`"},
        {"    dragon Ann\n    2024-06-03 09:00  seen\n", "`dragon` is neither a kind of subject nor a role of a record"},
        {"    child Ann  born 2012-01-01\n    child Bob  born 2012-01-01\n    2024-06-03 09:00  seen\n",
         "it is not said whom this `seen` is about: write `child NAME`"},
        {"    child Ann  born 2012-01-01\n    child Bob  born 2012-01-01\n    2024-06-03 09:00  seen  child Ann\n",
         "this example has 2 subjects: say whose docket is meant with `of NAME`"},
        {"    child Ann  born 2012-01-01\n    2024-06-03 09:00  seen\n    2024-06-03 09:01  correction  withdraws one\n",
         "`one` is not a label of an event of this example"},
    };
    for (size_t i = 0; i < CF_COUNT(wrong); i++) {
        struct given g =
            given("policy empty \"Empty\"\n    owner team\n    serves S1\n    in force from 2020-01-01\n    cites\n"
                  "        law \"An invented law\"\n");
        struct cf_str text = cf_str_printf(g.a, "%s%s%s    at 2024-06-03 10:00  expect act pending\n",
                                           POLICY "codes colour; red \"Red\"; blue \"Blue\"\n"
                                                  "record seen \"Seen\"; about child is person; by constable\n"
                                                  "    fields colour colour; found yes/no; n whole; day date; before seen\n"
                                                  "    with_her many officer keeping sex\n"
                                                  "record done \"Done\"; about child is person; by constable\n"
                                                  "duty act \"Act\"; after seen; owner constable; within 1 hour to verify\n"
                                                  "    done by done; cites law 1\n",
                                           "example \"Wrong\"\n", wrong[i].lines);
        does_not_hold(cf_cstr(g.a, text), wrong[i].words);
        given_end(&g);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(W1_a_line_explains_itself_as_a_tree),
        cmocka_unit_test(W2_support_is_what_gave_the_result),
        cmocka_unit_test(an_expectation_that_does_not_hold_says_what_there_is_and_why),
        cmocka_unit_test(an_example_may_expect_that_there_is_no_line),
        cmocka_unit_test(an_example_that_cannot_be_built_says_where_and_why),
        cmocka_unit_test(coverage_names_what_no_example_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
