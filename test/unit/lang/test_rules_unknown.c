/* Rules U1 to U6 of the policy semantics: what is not known. All people and laws in it are invented. */
#include "unit/lang/given.h"

static void U1_no_and_unknown_is_no_and_yes_or_unknown_is_yes(void **state) {
    (void)state;
    holds(POLICY "codes pick; a \"A\"; b \"B\"; c \"C\"; d \"D\"\n"
                 "episode case \"Case\"\n"
                 "record start \"Start\"; opens case; about child is person; by constable; fields p yes/no; q yes/no\n"
                 "    n whole\n"
                 "record item \"Item\"; in case; by constable; fields found yes/no; n whole\n"
                 "record decide \"Decide\"; in case; by constable; fields chosen pick; reason narrative\n"
                 "\n"
                 "choice truth \"Truth\"; for decide.chosen; cites law 1\n"
                 "    a open when start.p = yes and start.q = yes\n"
                 "    b open when start.p = yes or start.q = yes\n"
                 "    c open when not (start.p = yes)\n"
                 "    departure needs reason\n"
                 "example \"Both unknown\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start  p unknown; q unknown\n"
                 "    at 2024-06-03 10:00  expect truth a not known; truth b not known; truth c not known\n"
                 "example \"One unknown, one no\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start  p unknown; q no\n"
                 "    at 2024-06-03 10:00  expect truth a closed; truth b not known; truth c not known\n"
                 "example \"One unknown, one yes\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start  p unknown; q yes\n"
                 "    at 2024-06-03 10:00  expect truth a not known; truth b open; truth c not known\n"
                 "example \"Declined and not asked are unknown too\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start  p declined\n"
                 "    at 2024-06-03 10:00  expect truth a not known; truth c not known\n");
}

static void U2_whether_an_event_exists_is_known_and_its_value_is_not(void **state) {
    (void)state;
    holds(POLICY "codes pick; a \"A\"; b \"B\"; c \"C\"; d \"D\"\n"
                 "episode case \"Case\"\n"
                 "record start \"Start\"; opens case; about child is person; by constable; fields p yes/no; q yes/no\n"
                 "    n whole\n"
                 "record item \"Item\"; in case; by constable; fields found yes/no; n whole\n"
                 "record decide \"Decide\"; in case; by constable; fields chosen pick; reason narrative\n"
                 "choice truth \"Truth\"; for decide.chosen; cites law 1\n"
                 "    a open when a item with found = yes\n"
                 "    b open when item.found = yes\n"
                 "    c open when no item\n"
                 "    departure needs reason\n"
                 "example \"Nothing recorded\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start\n"
                 "    at 2024-06-03 10:00  expect truth a closed; truth b not known; truth c open\n");
}

static void U3_a_count_runs_from_the_surely_to_the_possibly_matching(void **state) {
    (void)state;
    holds(POLICY "codes pick; a \"A\"; b \"B\"; c \"C\"; d \"D\"\n"
                 "episode case \"Case\"\n"
                 "record start \"Start\"; opens case; about child is person; by constable; fields p yes/no; q yes/no\n"
                 "    n whole\n"
                 "record item \"Item\"; in case; by constable; fields found yes/no; n whole\n"
                 "record decide \"Decide\"; in case; by constable; fields chosen pick; reason narrative\n"
                 "choice truth \"Truth\"; for decide.chosen; cites law 1\n"
                 "    a open when count of (item with found = yes) >= 3\n"
                 "    b open when count of (item with found = yes) >= 2\n"
                 "    c open when count of (item with found = yes) >= 4\n"
                 "    d open when sum of n over item >= 10\n"
                 "    departure needs reason\n"
                 "example \"Two surely and one perhaps\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start\n"
                 "    2024-06-03 09:01  item  found yes; n 4\n"
                 "    2024-06-03 09:02  item  found unknown; n 5\n"
                 "    2024-06-03 09:03  item  found yes; n unknown\n"
                 "    at 2024-06-03 09:02  expect truth d closed\n"
                 "    at 2024-06-03 10:00  expect truth a not known; truth b open; truth c closed; truth d not known\n");
}

static void U4_unknown_obliges_and_never_permits_ends_or_excuses(void **state) {
    (void)state;
    holds(POLICY "codes pick; a \"A\"; b \"B\"; c \"C\"; d \"D\"\n"
                 "episode case \"Case\"\n"
                 "record start \"Start\"; opens case; about child is person; by constable; fields p yes/no; q yes/no\n"
                 "    n whole\n"
                 "record item \"Item\"; in case; by constable; fields found yes/no; n whole\n"
                 "record decide \"Decide\"; in case; by constable; fields chosen pick; reason narrative\n"
                 "record ended \"Ended\"; in case; by constable; fields whole_of_it yes/no; excuse yes/no\n"
                 "codes danger ordered; low \"Low\"; high \"High\"\n"
                 "gate agreed \"Agreed\"; before ended; needs ended.whole_of_it = yes; cites law 1\n"
                 "duty act \"Act\"; after start; where start.p = yes; owner constable; within 1 hour to verify\n"
                 "    done by ended with whole_of_it = yes; void by ended with excuse = yes; cites law 1\n"
                 "duty when_known \"Look\"; in case when start.p = yes; owner constable; within 1 hour to verify\n"
                 "    done by ended with whole_of_it = yes; void when start.q = yes; cites law 1\n"
                 "flag marked \"Marked\"; in case; while start.p = yes; cites law 1\n"
                 "grade peril \"Peril\"; in case; levels danger; cites law 1\n"
                 "    high when start.p = yes\n"
                 "    low otherwise\n"
                 "choice truth \"Truth\"; for decide.chosen; cites law 1\n"
                 "    a open when start.p = yes\n"
                 "    b open when start.n >= 1 closed when start.p = yes\n"
                 "    departure needs reason\n"
                 "example \"All is unknown\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start  p unknown; q unknown; n 1\n"
                 "    2024-06-03 09:10  ended  whole_of_it unknown; excuse unknown\n"
                 "    at 2024-06-03 09:30  expect act pending rests on what is not known\n"
                 "    at 2024-06-03 09:30  expect when_known pending rests on what is not known\n"
                 "    at 2024-06-03 09:30  expect no marked; peril low could be high; truth a not known; truth b closed\n"
                 "    at 2024-06-03 09:30  expect breach agreed not known\n");
}

static void U5_else_and_is_known(void **state) {
    (void)state;
    holds(POLICY "codes pick; a \"A\"; b \"B\"; c \"C\"; d \"D\"\n"
                 "episode case \"Case\"\n"
                 "record start \"Start\"; opens case; about child is person; by constable; fields p yes/no; q yes/no\n"
                 "    n whole\n"
                 "record item \"Item\"; in case; by constable; fields found yes/no; n whole\n"
                 "record decide \"Decide\"; in case; by constable; fields chosen pick; reason narrative\n"
                 "choice truth \"Truth\"; for decide.chosen; cites law 1\n"
                 "    a open when (start.n else 5) >= 5\n"
                 "    b open when start.n is known\n"
                 "    c open when start.p is not known\n"
                 "    departure needs reason\n"
                 "example \"Nothing is known\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start  p unknown\n"
                 "    at 2024-06-03 10:00  expect truth a open; truth b closed; truth c open\n"
                 "example \"All is\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  start  n 3; p no\n"
                 "    at 2024-06-03 10:00  expect truth a closed; truth b open; truth c closed\n");
}

static void U5_of_a_known_and_an_unknown_instant_the_known_one_is_taken(void **state) {
    (void)state;
    struct given g = given(
        POLICY "record arrival \"Arrival\"; about child is person; by constable; fields arrested instant; other instant\n"
               "record done \"Done\"; about child is person; by constable\n"
               "duty one \"One known\"; after arrival; owner constable\n"
               "    within 2 hours of the earlier of trigger and arrival.arrested to verify; done by done; cites law 1\n"
               "duty none \"None known\"; after arrival; owner constable\n"
               "    within 2 hours of the later of arrival.arrested and arrival.other to verify; done by done; cites law 1\n"
               "example \"Nothing is known of the arrest\"\n"
               "    child Ann  born 2012-01-01\n"
               "    2024-06-03 09:00  arrival\n"
               "    at 2024-06-03 10:00  expect one pending due 2024-06-03 11:00; none pending\n");
    struct lang_docket d = given_docket(&g, 0);
    const struct lang_duty_line *one = given_duty(&d, "one"), *none = given_duty(&d, "none");
    assert_non_null(one);
    assert_non_null(none);
    assert_int_equal(one->due, given_time(&g, "2024-06-03 11:00"));
    assert_true((one->marks & LANG_M_ONE_INSTANT_UNKNOWN) != 0);
    assert_false(none->has_due);
    assert_ptr_equal(&d.duties.v[0], none); /* no date heads the queue */
    given_end(&g);
}

static void U6_birth_is_a_range_of_days(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about child is person; by constable\n"
                 "record done \"Done\"; about child is person; by constable\n"
                 "flag minor \"A child\"; about person; while child; cites law 1\n"
                 "flag ten \"Ten or more\"; about person; while age >= 10 to verify; cites law 1\n"
                 "flag adult \"Turned 18\"; about person; while child turns 18 is reached; cites law 1\n"
                 "duty plan \"Plan\"; after seen; owner constable; by child turns 18; done by done; cites law 1\n"
                 "example \"Born in June or July: a child until the last day, due by the first\"\n"
                 "    child Ann  born 2010-06-10 to 2010-07-10\n"
                 "    2020-06-20 10:00  seen\n"
                 "    at 2020-06-20 12:00  expect minor; no ten; plan pending due 2028-06-10\n"
                 "    at 2020-07-10 12:00  expect ten\n"
                 "    at 2028-07-09 12:00  expect minor; no adult\n"
                 "    at 2028-07-10 00:00  expect no minor; adult\n"
                 "example \"Nothing is known of the birth\"\n"
                 "    child Bob\n"
                 "    2020-06-20 10:00  seen\n"
                 "    at 2028-06-20 12:00  expect minor; no ten; no adult; plan pending\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(U1_no_and_unknown_is_no_and_yes_or_unknown_is_yes),
        cmocka_unit_test(U2_whether_an_event_exists_is_known_and_its_value_is_not),
        cmocka_unit_test(U3_a_count_runs_from_the_surely_to_the_possibly_matching),
        cmocka_unit_test(U4_unknown_obliges_and_never_permits_ends_or_excuses),
        cmocka_unit_test(U5_else_and_is_known),
        cmocka_unit_test(U5_of_a_known_and_an_unknown_instant_the_known_one_is_taken),
        cmocka_unit_test(U6_birth_is_a_range_of_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
