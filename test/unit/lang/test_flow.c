/* Protected characteristics and text reach measures only [section 12, Flow]: attempts to bring one into a rule by every road
 * that the language has, each refused, and the lawful ways, which pass. */
#include "check_help.h"

/* A policy with people, stops and the unlabelled parts that the attempts need; each test adds its own lines. */
#define BASE                                                                                                                   \
    "policy test.flow \"Attempts\"\n"                                                                                          \
    "    owner     team\n"                                                                                                     \
    "    serves    S6\n"                                                                                                       \
    "    in force  from 2024-04-01\n"                                                                                          \
    "    cites\n"                                                                                                              \
    "        law  \"An invented law\"\n"                                                                                       \
    "unit team \"Team\"\n"                                                                                                     \
    "role constable \"Constable\"\n    rank 1\n"                                                                               \
    "role sergeant \"Sergeant\"\n    rank 2\n"                                                                                 \
    "record identity \"Who\"\n    about person is person\n    by anyone\n    fields\n"                                         \
    "        born date\n        sex sex\n        ethnicity ethnicity\n        expecting pregnancy\n"                           \
    "episode case \"Case\"\n"                                                                                                  \
    "codes risk\n    ordered\n    low \"Low\"\n    high \"High\"\n"                                                            \
    "codes faith\n    protected as religion\n    a \"A\"\n    b \"B\"\n"                                                       \
    "record stop \"Stop\"\n    opens case\n    about child is person\n    by constable\n    fields\n"                          \
    "        found yes/no\n        belief faith\n        beliefs many faith\n        officers many officer keeping sex\n"      \
    "        origin one of (here, there) copied from child.ethnicity\n        words narrative\n"                               \
    "record review \"Review\"\n    in case\n    by sergeant\n    fields\n        level risk\n        reason narrative\n"       \
    "fact ethnicity about person = identity.ethnicity\n"                                                                       \
    "fact sex about person = identity.sex\n"

static void refused(const char *lines, enum cf_code code, const char *at) {
    struct cf_arena *a = cf_arena_new("text");
    struct cf_str text = cf_str_printf(a, "%s%s", BASE, lines);
    assert_refused(check_text(cf_cstr(a, text)), code, at);
    cf_arena_free(a);
}

static void passes(const char *lines) {
    struct cf_arena *a = cf_arena_new("text");
    struct cf_str text = cf_str_printf(a, "%s%s", BASE, lines);
    assert_passes(check_text(cf_cstr(a, text)));
    cf_arena_free(a);
}

static void a_field_is_refused_in_a_gate(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs identity.ethnicity = white\n    cites law 1\n", CF_L081,
            "identity.ethnicity");
}

static void a_fact_is_refused_in_a_gate(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs child.ethnicity = white\n    cites law 1\n", CF_L081, "child.ethnicity");
}

static void a_fact_of_a_fact_is_refused(void **state) {
    (void)state;
    refused("fact one about person = ethnicity in white, mixed\nfact two about person = one and a stop\n"
            "fact three in case = two\n"
            "gate g \"G\"\n    before stop\n    needs three\n    cites law 1\n",
            CF_L081, "three");
}

static void a_code_list_protected_as_is_refused(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs stop.belief = a\n    cites law 1\n", CF_L081, "stop.belief");
}

static void a_table_keyed_by_a_protected_code_is_refused(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("text");
    const char *text = cf_cstr(
        a, cf_str_printf(a, "%s%s", BASE,
                         "table weight from \"weight.tsv\"\n    keyed by faith\n    gives points whole\n"
                         "score s \"S\"\n    in case\n    from 0 to 5\n    base weight[stop.belief]\n    cites law 1\n"));
    const struct test_file files[] = {{"weight.tsv", "a\t1\nb\t2\n"}, {0}};
    assert_refused(check_files(&text, 1, files), CF_L081, "stop.belief");
    cf_arena_free(a);
}

static void a_counted_set_is_refused(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs count of stop.beliefs >= 2\n    cites law 1\n", CF_L081, "stop.beliefs");
}

static void a_counted_selection_is_refused(void **state) {
    (void)state;
    refused("flag f \"F\"\n    about person\n    while child and count of (identity with sex = male) >= 2\n    cites law 1\n",
            CF_L081, "sex");
}

static void a_filter_of_an_ending_is_refused(void **state) {
    (void)state;
    refused("record seen \"Seen\"\n    in case\n    by sergeant\n    fields\n        belief faith\n"
            "duty d \"D\"\n    after stop\n    owner sergeant\n    done by seen with belief = a\n    cites law 1\n",
            CF_L081, "belief");
}

static void a_copied_attribute_is_refused(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs stop.origin = here\n    cites law 1\n", CF_L081, "stop.origin");
}

static void a_copy_of_a_copy_is_refused(void **state) {
    (void)state;
    refused("record again \"Again\"\n    about child is person\n    by constable\n    fields\n        first yes/no copied from "
            "child.ethnicity\n"
            "        second yes/no copied from first\n"
            "gate g \"G\"\n    before again\n    needs again.second = yes\n    cites law 1\n",
            CF_L081, "again.second");
}

static void a_kept_attribute_is_refused(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs every stop.officers has sex = female\n    cites law 1\n", CF_L081, "sex");
}

static void a_kept_attribute_of_one_is_refused(void **state) {
    (void)state;
    refused("record one \"One\"\n    about child is person\n    by constable\n    fields\n        second officer keeping sex\n"
            "flag f \"F\"\n    about person\n    while child and one.second.sex = female\n    cites law 1\n",
            CF_L081, "one.second.sex");
}

static void a_granted_role_is_refused_as_owner(void **state) {
    (void)state;
    refused("role elder \"Elder\"\n    granted when identity.sex = male\n"
            "duty d \"D\"\n    after stop\n    owner elder\n    done by explained\n    cites law 1\n",
            CF_L081, "elder");
}

static void a_granted_role_is_refused_in_a_condition(void **state) {
    (void)state;
    refused("role chief \"Chief\"\nrole elder \"Elder\"\n    includes chief\n    granted when identity.sex = male\n"
            "gate g \"G\"\n    before stop\n    needs stop.actor is chief\n    cites law 1\n",
            CF_L081, "stop.actor is chief");
}

static void a_granted_rank_above_is_refused_in_a_condition(void **state) {
    (void)state;
    refused("role elder \"Elder\"\n    rank 9\n    granted when identity.sex = male\n"
            "gate g \"G\"\n    before stop\n    needs stop.actor is sergeant\n    cites law 1\n",
            CF_L081, "stop.actor is sergeant");
}

static void a_copy_through_another_event_or_a_later_field_is_refused(void **state) {
    (void)state;
    refused("record again \"Again\"\n    about child is person\n    by constable\n    fields\n        of_stop stop\n"
            "        kind one of (x, y) copied from of_stop.belief\n"
            "gate g \"G\"\n    before again\n    needs again.kind = x\n    cites law 1\n",
            CF_L081, "again.kind");
    refused("record again \"Again\"\n    about child is person\n    by constable\n    fields\n        first yes/no copied from "
            "second\n"
            "        second yes/no copied from child.half\nfact half about person = ethnicity = mixed\n"
            "gate g \"G\"\n    before again\n    needs again.first = yes\n    cites law 1\n",
            CF_L081, "again.first");
}

static void a_field_called_like_a_label_has_it(void **state) {
    (void)state;
    refused("record form \"Form\"\n    about child is person\n    by constable\n    fields\n        religion one of (x, y)\n"
            "gate g \"G\"\n    before form\n    needs form.religion = x\n    cites law 1\n",
            CF_L081, "form.religion");
}

static void a_granted_role_that_decides_is_refused(void **state) {
    (void)state;
    refused("role elder \"Elder\"\n    granted when identity.sex = male\n"
            "record agreed \"Agreed\"\n    in case\n    decided by elder\n    fields\n        answer yes/no\n"
            "gate g \"G\"\n    before stop\n    needs agreed.answer = yes\n    cites law 1\n",
            CF_L081, "agreed.answer");
}

static void an_escalation_to_a_granted_role_is_refused(void **state) {
    (void)state;
    refused("role elder \"Elder\"\n    granted when identity.sex = male\n"
            "duty d \"D\"\n    after stop\n    owner sergeant\n    within 1 hour\n    done by review\n    escalate to elder\n  "
            "  cites law 1\n",
            CF_L081, "elder");
}

static void a_flag_is_refused_and_so_is_what_reads_it(void **state) {
    (void)state;
    refused("flag f \"F\"\n    about person\n    while child and ethnicity = white\n    lawful use of ethnicity law 2\n    "
            "cites law 1\n"
            "gate g \"G\"\n    before stop\n    needs f\n    cites law 1\n",
            CF_L081, "f");
}

static void a_grade_is_refused_and_so_is_what_reads_it(void **state) {
    (void)state;
    refused("grade r \"R\"\n    in case\n    levels risk\n    high when stop.belief = a\n    low otherwise\n    lawful use of "
            "religion law 2\n"
            "    cites law 1\n"
            "duty d \"D\"\n    in case when r = high\n    owner sergeant\n    done by review\n    cites law 1\n",
            CF_L081, "r");
}

static void a_more_grade_line_is_refused(void **state) {
    (void)state;
    refused("grade r \"R\"\n    in case\n    levels risk\n    high when a review\n    low otherwise\n    cites law 1\n"
            "more grade r\n    high when stop.belief = a\n",
            CF_L081, "stop.belief");
}

static void a_lawful_more_grade_line_still_labels_the_grade(void **state) {
    (void)state;
    refused("grade r \"R\"\n    in case\n    levels risk\n    high when a review\n    low otherwise\n    cites law 1\n"
            "more grade r\n    high when stop.belief = a\n    lawful use of religion law 2\n    cites law 1\n"
            "flag f \"F\"\n    in case\n    while r = high\n    cites law 1\n",
            CF_L081, "r");
}

static void a_score_is_refused(void **state) {
    (void)state;
    refused("score s \"S\"\n    in case\n    from 0 to 5\n    base count of (stop with belief = a)\n    cites law 1\n", CF_L081,
            "belief");
}

static void a_choice_is_refused(void **state) {
    (void)state;
    refused(
        "choice c \"C\"\n    for review.level\n    low open when stop.belief = a\n    high open when a stop\n    cites law 1\n",
        CF_L081, "stop.belief");
}

static void a_kept_gate_is_refused(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs stop.belief = a\n    lawful use of religion law 2\n    cites law 1\n"
            "flag f \"F\"\n    in case\n    while kept g\n    cites law 1\n",
            CF_L081, "kept g");
}

static void a_duty_after_the_breach_of_a_labelled_gate_is_refused(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs stop.belief = a\n    lawful use of religion law 2\n    cites law 1\n"
            "duty d \"D\"\n    after breach of g\n    owner sergeant\n    done by review\n    cites law 1\n",
            CF_L081, "g");
}

static void a_span_is_refused(void **state) {
    (void)state;
    refused("span s \"S\"\n    from stop with belief = a to review\n", CF_L081, "belief");
}

static void a_labelled_date_is_refused(void **state) {
    (void)state;
    refused("fact weeks_on about person = first (identity with expecting = pregnant).happened\n"
            "flag f \"F\"\n    about person\n    while child and 9 months after weeks_on is reached\n    cites law 1\n",
            CF_L081, "weeks_on");
}

static void a_window_that_a_label_sets_is_refused(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("text");
    const char *text = cf_cstr(
        a, cf_str_printf(a, "%s%s", BASE,
                         "table window from \"window.tsv\"\n    keyed by faith\n    gives time duration\n"
                         "fact long in case = window[stop.belief]\n"
                         "flag f \"F\"\n    in case\n    while count of stop in the last long >= 2\n    cites law 1\n"));
    const struct test_file files[] = {{"window.tsv", "a\t1 month\nb\t2 months\n"}, {0}};
    assert_refused(check_files(&text, 1, files), CF_L081, "long");
    cf_arena_free(a);
}

static void a_deadline_and_an_owner_are_refused(void **state) {
    (void)state;
    refused(
        "record team_of \"Team\"\n    about child is person\n    by constable\n    fields\n        belief faith\n        who "
        "officer\n"
        "duty d \"D\"\n    after stop\n    owner first (team_of with belief = a).who\n    done by review\n    cites law 1\n",
        CF_L081, "belief");
}

static void a_share_recipient_is_refused(void **state) {
    (void)state;
    refused("record enrolment \"School\"\n    about person is person\n    by anyone\n    fields\n        school organisation\n "
            "       belief faith\n"
            "share s \"S\"\n    to first (enrolment with belief = a).school\n    purpose safeguarding\n    basis law 3\n    "
            "gives stop.found\n",
            CF_L081, "belief");
}

static void a_departure_gate_carries_its_grades_label(void **state) {
    (void)state;
    refused("grade r \"R\"\n    in case\n    levels risk\n    high when stop.belief = a\n    low otherwise\n"
            "    decided in review.level\n    departure needs reason\n    lawful use of religion law 2\n    cites law 1\n"
            "flag f \"F\"\n    in case\n    while kept r.departure\n    cites law 1\n",
            CF_L081, "kept r.departure");
}

static void is_known_washes_nothing_but_text(void **state) {
    (void)state;
    refused("gate g \"G\"\n    before stop\n    needs identity.ethnicity is known\n    cites law 1\n", CF_L081,
            "identity.ethnicity");
}

static void an_older_version_of_a_fact_is_not_forgotten(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("text");
    const char *texts[] = {
        cf_cstr(a, cf_str_printf(a, "%s%s", BASE, "gate g \"G\"\n    before stop\n    needs odd\n    cites law 1\n")),
        "policy test.old \"Old\"\n    owner team\n    serves S6\n    in force from 2020-01-01 to 2024-05-31\n    cites\n       "
        " law \"Law\"\n"
        "fact odd about person = ethnicity = white\n",
        "policy test.old \"Old\"\n    owner team\n    serves S6\n    in force from 2024-06-01\n    cites\n        law \"Law\"\n"
        "fact odd about person = a stop\n"};
    assert_refused(check_files(texts, 3, NULL), CF_L081, "odd");
    cf_arena_free(a);
}

static void text_through_a_copy_is_refused_and_has_no_lawful_use(void **state) {
    (void)state;
    refused("record note \"Note\"\n    in case\n    by constable\n    fields\n        words narrative\n        angry yes/no "
            "copied from words\n"
            "gate g \"G\"\n    before note\n    needs note.angry = yes\n    cites law 1\n",
            CF_L082, "note.angry");
    refused("gate g \"G\"\n    before stop\n    needs a stop\n    lawful use of text law 2\n    cites law 1\n", CF_L083,
            "text");
}

static void a_share_that_gives_a_label_needs_its_condition(void **state) {
    (void)state;
    refused(
        "partner p \"P\"\n    for organisation\nrecord home \"Home\"\n    about person is person\n    by anyone\n    fields\n"
        "        authority organisation\n"
        "share s \"S\"\n    to p of home.authority\n    purpose safeguarding\n    basis law 3\n    gives stop.found, "
        "child.ethnicity\n",
        CF_L080, "child.ethnicity");
}

/* ---- what passes */

static void lawful_use_with_its_citation_passes(void **state) {
    (void)state;
    passes("gate g \"G\"\n    before stop\n    needs every stop.officers has sex = child.sex\n    lawful use of sex law 2\n    "
           "cites law 1\n");
}

static void each_reader_that_says_so_passes(void **state) {
    (void)state;
    passes("gate g \"G\"\n    before stop\n    needs stop.belief = a\n    lawful use of religion law 2\n    cites law 1\n"
           "flag f \"F\"\n    in case\n    while kept g\n    lawful use of religion law 2\n    cites law 1\n"
           "duty d \"D\"\n    in case when f\n    owner sergeant\n    done by review\n    lawful use of religion law 2\n    "
           "cites law 1\n");
}

static void a_measure_and_a_sample_are_free(void **state) {
    (void)state;
    passes(
        "measure m \"M\"\n    share of stop where stop.belief = a and child.ethnicity = white\n    by month, ethnicity, sex\n"
        "sample s \"S\"\n    of stop\n    each month\n    by unit\n    take 5 where child.ethnicity = white\n    take 5 of the "
        "rest\n");
}

static void age_is_no_label(void **state) {
    (void)state;
    passes("flag f \"F\"\n    about person\n    while child and age >= 10 and a stop\n    cites law 1\n");
}

static void that_something_was_written_may_be_asked(void **state) {
    (void)state;
    passes("gate g \"G\"\n    before stop\n    needs stop.words is known\n    cites law 1\n");
}

static void how_many_officers_is_not_their_sex(void **state) {
    (void)state;
    passes("gate g \"G\"\n    before stop\n    needs count of stop.officers >= 2\n    cites law 1\n");
}

static void a_share_with_its_condition_passes(void **state) {
    (void)state;
    passes(
        "partner p \"P\"\n    for organisation\nrecord home \"Home\"\n    about person is person\n    by anyone\n    fields\n"
        "        authority organisation\n"
        "share s \"S\"\n    to p of home.authority\n    purpose safeguarding\n    basis law 3\n    gives stop.found, "
        "child.ethnicity, stop.words\n"
        "    lawful use of ethnicity law 4\n");
}

static void the_labels_stand_on_every_expression(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("text");
    struct checked c = check_text(cf_cstr(
        a, cf_str_printf(a, "%s%s", BASE,
                         "fact one about person = ethnicity = white and a stop\nfact two about person = count of stop > 1\n")));
    assert_true(c.ok);
    const struct lang_decl *one = lang_find(c.set, "one"), *two = lang_find(c.set, "two");
    assert_int_equal(one->labels, LANG_ETHNICITY);
    assert_int_equal(one->as.fact.value->labels, LANG_ETHNICITY);
    assert_int_equal(two->labels, 0);
    cf_arena_free(c.a);
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_refused_in_a_gate),
        cmocka_unit_test(a_fact_is_refused_in_a_gate),
        cmocka_unit_test(a_fact_of_a_fact_is_refused),
        cmocka_unit_test(a_code_list_protected_as_is_refused),
        cmocka_unit_test(a_table_keyed_by_a_protected_code_is_refused),
        cmocka_unit_test(a_counted_set_is_refused),
        cmocka_unit_test(a_counted_selection_is_refused),
        cmocka_unit_test(a_filter_of_an_ending_is_refused),
        cmocka_unit_test(a_copied_attribute_is_refused),
        cmocka_unit_test(a_copy_of_a_copy_is_refused),
        cmocka_unit_test(a_kept_attribute_is_refused),
        cmocka_unit_test(a_kept_attribute_of_one_is_refused),
        cmocka_unit_test(a_granted_role_is_refused_as_owner),
        cmocka_unit_test(a_granted_role_is_refused_in_a_condition),
        cmocka_unit_test(a_granted_rank_above_is_refused_in_a_condition),
        cmocka_unit_test(a_copy_through_another_event_or_a_later_field_is_refused),
        cmocka_unit_test(a_field_called_like_a_label_has_it),
        cmocka_unit_test(a_granted_role_that_decides_is_refused),
        cmocka_unit_test(an_escalation_to_a_granted_role_is_refused),
        cmocka_unit_test(a_flag_is_refused_and_so_is_what_reads_it),
        cmocka_unit_test(a_grade_is_refused_and_so_is_what_reads_it),
        cmocka_unit_test(a_more_grade_line_is_refused),
        cmocka_unit_test(a_lawful_more_grade_line_still_labels_the_grade),
        cmocka_unit_test(a_score_is_refused),
        cmocka_unit_test(a_choice_is_refused),
        cmocka_unit_test(a_kept_gate_is_refused),
        cmocka_unit_test(a_duty_after_the_breach_of_a_labelled_gate_is_refused),
        cmocka_unit_test(a_span_is_refused),
        cmocka_unit_test(a_labelled_date_is_refused),
        cmocka_unit_test(a_window_that_a_label_sets_is_refused),
        cmocka_unit_test(a_deadline_and_an_owner_are_refused),
        cmocka_unit_test(a_share_recipient_is_refused),
        cmocka_unit_test(a_departure_gate_carries_its_grades_label),
        cmocka_unit_test(is_known_washes_nothing_but_text),
        cmocka_unit_test(an_older_version_of_a_fact_is_not_forgotten),
        cmocka_unit_test(text_through_a_copy_is_refused_and_has_no_lawful_use),
        cmocka_unit_test(a_share_that_gives_a_label_needs_its_condition),
        cmocka_unit_test(lawful_use_with_its_citation_passes),
        cmocka_unit_test(each_reader_that_says_so_passes),
        cmocka_unit_test(a_measure_and_a_sample_are_free),
        cmocka_unit_test(age_is_no_label),
        cmocka_unit_test(that_something_was_written_may_be_asked),
        cmocka_unit_test(how_many_officers_is_not_their_sex),
        cmocka_unit_test(a_share_with_its_condition_passes),
        cmocka_unit_test(the_labels_stand_on_every_expression),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
