/* Rules D1 to D13 of the policy semantics: duties. All people and laws in it are invented. */
#include "lang/plain.h"
#include "unit/lang/given.h"

static void D1_one_instance_for_each_event_however_many_in_one_episode(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty act \"Act\"; after step; owner constable; within 1 hour to verify\n"
                 "    done by done with search = trigger; cites law 1\n"
                 "example \"Two steps, two duties\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:10  step = one\n"
                 "    2024-06-03 09:20  step = two\n"
                 "    2024-06-03 09:30  done  search two\n"
                 "    at 2024-06-03 09:40  expect act of one pending due 2024-06-03 10:10; act of two met\n");
}

static void D2_when_arises_where_the_condition_turns_and_not_while_one_is_live(void **state) {
    (void)state;
    holds(POLICY "record search \"Search\"; about person is person; by constable\n"
                 "record talk \"Talk\"; about person is person; by constable\n"
                 "duty review \"Review\"; about person when child and count of search in the last 6 months >= 3\n"
                 "    owner constable; within 10 days to verify; done by talk; cites law 1\n"
                 "example \"Third search: a duty; fourth: none; window emptied and filled\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-01-01 10:00  search\n"
                 "    2024-01-02 10:00  search\n"
                 "    2024-01-03 10:00  search = third\n"
                 "    2024-01-04 10:00  search = fourth\n"
                 "    2024-01-20 10:00  talk\n"
                 "    2024-08-01 10:00  search\n"
                 "    2024-08-02 10:00  search\n"
                 "    2024-08-03 10:00  search = again\n"
                 "    at 2024-01-03 11:00  expect review of third pending due 2024-01-13\n"
                 "    at 2024-01-04 11:00  expect no review of fourth\n"
                 "    at 2024-01-20 11:00  expect review of third late\n"
                 "    at 2024-08-03 11:00  expect review of third late; review of again pending due 2024-08-13\n");
}

static void D2_turning_to_no_ends_nothing_and_unknown_turns_it_too(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty act \"Act\"; in case when opened.risk = yes; owner constable; within 1 hour to verify\n"
                 "    done by done; cites law 1\n"
                 "example \"Not known is enough\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened = a  risk no\n"
                 "    2024-06-03 09:10  opened = b  risk unknown\n"
                 "    at 2024-06-03 09:30  expect no act of a; act of b pending rests on what is not known\n");
}

static void D2_it_holds_where_its_rule_comes_into_force(void **state) {
    (void)state;
    holds("policy test.rules \"Rules under test\"\n"
          "    owner team\n"
          "    serves S1\n"
          "    in force from 2024-06-05\n"
          "    cites\n"
          "        law \"An invented law\"\n"
          "record mark \"Mark\"; about person is person; by constable\n"
          "record talk \"Talk\"; about person is person; by constable\n"
          "duty act \"Act\"; about person when child and a mark; owner constable; within 24 hours to verify; "
          "done by talk; cites law 1\n"
          "example \"Marked before the rule was\"\n"
          "    child Ann  born 2012-01-01\n"
          "    2024-06-03 09:00  mark\n"
          "    at 2024-06-04 23:59  expect no act\n"
          "    at 2024-06-05 00:00  expect act pending due 2024-06-06 00:00\n");
}

static void D3_each_period_has_its_own_instance_discharged_only_within_it(void **state) {
    (void)state;
    holds(POLICY "record begun \"Begun\"; about team is unit; by clerk\n"
                 "record ended \"Ended\"; about team is unit; by clerk\n"
                 "record session \"Session\"; about team is unit; by clerk\n"
                 "duty hold_one \"Hold a session\"; about unit each month while a begun and no ended; owner clerk\n"
                 "    done by session; cites law 1\n"
                 "example \"May missed, June met, July void of a cause\"\n"
                 "    unit north\n"
                 "    2024-04-30 10:00  begun\n"
                 "    2024-06-01 10:00  session\n"
                 "    2024-06-30 10:00  ended\n"
                 "    at 2024-05-31 23:59  expect hold_one of 2024-05 pending due 2024-05-31\n"
                 "    at 2024-06-02 10:00  expect hold_one of 2024-05 missed; hold_one of 2024-06 met\n"
                 "    at 2024-07-01 10:00  expect no hold_one of 2024-07\n");
}

static void D4_within_counts_from_the_trigger_or_of_an_instant_or_of_being_known(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty plain \"Plain\"; after step; owner constable; within 2 hours to verify; done by done; cites law 1\n"
                 "duty of_open \"Of the opening\"; after step; owner constable\n"
                 "    within 2 hours of opened.happened to verify; done by done; cites law 1\n"
                 "duty known \"Of being known\"; after step; owner constable; within 2 hours of being known to verify\n"
                 "    done by done; cites law 1\n"
                 "example \"Done at the due instant is in time; overdue begins a second after\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:30  step  recorded 2024-06-03 10:00\n"
                 "    2024-06-03 11:30  done\n"
                 "    at 2024-06-03 10:10  expect plain pending due 2024-06-03 11:30; of_open pending due 2024-06-03 11:00\n"
                 "    at 2024-06-03 10:10  expect known pending due 2024-06-03 12:00\n"
                 "    at 2024-06-03 11:00  expect of_open pending\n"
                 "    at 2024-06-03 11:01  expect of_open overdue\n"
                 "    at 2024-06-03 11:40  expect plain met; of_open late; known met\n");
}

static void D5_a_span_stops_an_elapsed_clock(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record into \"Into hospital\"; in case; by constable\n"
                 "record outof \"Out of hospital\"; in case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "span hospital \"In hospital\"; from into to outof\n"
                 "span shut \"Outside the desk's hours\"; outside hours of desk\n"
                 "duty limit \"Limit\"; after opened; owner constable; within 4 hours to verify; not counting hospital\n"
                 "    done by done; cites law 1\n"
                 "duty office \"In office hours\"; after opened; owner constable; within 4 hours to verify\n"
                 "    not counting shut; done by done; cites law 1\n"
                 "example \"From 14:40; hospital at 16:00 until 18:30\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 14:40  opened\n"
                 "    2024-06-03 16:00  into\n"
                 "    2024-06-03 18:30  outof\n"
                 "    at 2024-06-03 15:00  expect limit pending due 2024-06-03 18:40; office pending due 2024-06-04 10:40\n"
                 "    at 2024-06-03 17:00  expect limit stopped left 2:40\n"
                 "    at 2024-06-03 19:00  expect limit pending due 2024-06-03 21:10\n"
                 "    at 2024-06-03 21:11  expect limit overdue\n");
}

static void D6_the_due_time_it_met_does_not_drift(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty first \"First\"; after opened; owner constable; within 6 hours to verify; done by done\n"
                 "    cites law 1\n"
                 "duty again \"Again\"; after done; owner constable\n"
                 "    within 9 hours of the earlier of trigger and the due time it met to verify; done by done\n"
                 "    cites law 1\n"
                 "example \"Late by 40 minutes, then early\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 15:00  opened\n"
                 "    2024-06-03 21:40  done\n"
                 "    2024-06-04 05:50  done\n"
                 "    at 2024-06-03 22:00  expect first late; again pending due 2024-06-04 06:00\n"
                 "    at 2024-06-04 06:00  expect again pending due 2024-06-04 14:50\n");
}

static void D7_an_extension_counts_if_it_came_in_time_and_gives_more(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty limit \"Limit\"; after opened; owner constable; within 24 hours to verify\n"
                 "    extended by granted where granted.good = yes to 36 hours to verify; done by done; cites law 1\n"
                 "duty days \"Days\"; after opened; owner constable; within 2 days to verify\n"
                 "    extended by granted to 1 day to verify; done by done; cites law 1\n"
                 "example \"In hour 23\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-04 08:00  granted  good yes\n"
                 "    at 2024-06-04 08:30  expect limit pending due 2024-06-04 21:00; days pending due 2024-06-05\n"
                 "example \"In hour 25, by another rank, not good, not known\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 10:00  granted  good yes; by constable\n"
                 "    2024-06-03 11:00  granted  good no\n"
                 "    2024-06-03 12:00  granted  good unknown\n"
                 "    2024-06-04 10:00  granted  good yes\n"
                 "    at 2024-06-03 13:00  expect limit pending due 2024-06-04 09:00\n"
                 "    at 2024-06-04 10:30  expect limit overdue due 2024-06-04 09:00\n");
}

static void D8_the_first_event_strictly_after_the_trigger_that_passes_discharges_many(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty act \"Act\"; after step; owner constable; within 1 hour to verify\n"
                 "    done by done where done.good = yes; cites law 1\n"
                 "example \"A done before, one that does not pass, one for both\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:05  done  good yes\n"
                 "    2024-06-03 09:10  step = one\n"
                 "    2024-06-03 09:20  step = two\n"
                 "    2024-06-03 09:30  done  good unknown\n"
                 "    2024-06-03 09:40  done  good yes\n"
                 "    at 2024-06-03 09:35  expect act of one pending; act of two pending\n"
                 "    at 2024-06-03 09:45  expect act of one met; act of two met\n");
}

static void D8_counting_from_admits_what_came_before_the_trigger(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty act \"Act\"; after step; owner constable; within 1 hour to verify\n"
                 "    done by done counting from 30 minutes before trigger\n"
                 "    cites law 1\n"
                 "duty late \"Late\"; after step; owner constable; within 3 hours to verify\n"
                 "    done by done counting from 1 hour after trigger; cites law 1\n"
                 "example \"Twenty minutes before\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:10  done\n"
                 "    2024-06-03 09:30  step = one\n"
                 "    2024-06-03 10:00  done\n"
                 "    2024-06-03 10:30  done\n"
                 "    at 2024-06-03 09:30  expect act of one met\n"
                 "    at 2024-06-03 10:10  expect late pending\n"
                 "    at 2024-06-03 10:30  expect late met\n");
}

static void D9_void_by_an_event_or_from_the_trigger_on_when_a_condition_holds(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty act \"Act\"; after step; owner constable; within 1 hour to verify; done by done; void by closed\n"
                 "    cites law 1\n"
                 "duty risky \"Risky\"; after step; owner constable; within 1 hour to verify; done by done\n"
                 "    void when opened.risk = no; cites law 1\n"
                 "duty lapse \"Lapse\"; after step; owner constable; within 9 hours to verify; done by done\n"
                 "    void when 3 hours after opened.happened is reached; cites law 1\n"
                 "example \"Void at once, by time, by an event\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened  risk no\n"
                 "    2024-06-03 09:10  step\n"
                 "    2024-06-03 09:20  closed\n"
                 "    at 2024-06-03 09:15  expect act pending; risky void; lapse pending\n"
                 "    at 2024-06-03 11:59  expect act void; lapse pending\n"
                 "    at 2024-06-03 12:00  expect lapse void\n");
}

static void D10_whichever_comes_first_ends_it_and_a_void_never_hides_a_failure(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty review \"Review\"; after opened; owner constable; within 6 hours to verify; done by done\n"
                 "    void by closed; cites law 1\n"
                 "example \"Review due 15:00, released 17:00 without one: missed\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 17:00  closed\n"
                 "    2024-06-03 18:00  done\n"
                 "    at 2024-06-03 16:00  expect review overdue\n"
                 "    at 2024-06-03 19:00  expect review missed\n"
                 "example \"Void in time, then done: void\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 10:00  closed\n"
                 "    2024-06-03 11:00  done\n"
                 "    at 2024-06-03 19:00  expect review void\n"
                 "example \"Done, then void: met\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 10:00  done\n"
                 "    2024-06-03 11:00  closed\n"
                 "    at 2024-06-03 19:00  expect review met\n");
}

static void D11_marks_stand_beside_the_state(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty act \"Act\"; after opened; owner constable; within 4 hours to verify; done by done\n"
                 "    warn 1 hour before; warn 30 minutes after; escalate to inspector after 2 hours\n"
                 "    escalate to sergeant; cites law 1\n"
                 "duty other \"Other\"; after opened; owner constable; within 4 hours to verify; done by done\n"
                 "    warn 1 hour before\n"
                 "    escalate to inspector after 2 hours; cites law 1\n"
                 "example \"Warned, escalated, entered later, due before it was known\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 12:50  done  recorded 2024-06-03 15:30\n"
                 "    at 2024-06-03 09:29  expect act pending\n"
                 "    at 2024-06-03 09:30  expect act pending warned\n"
                 "    at 2024-06-03 12:00  expect other pending warned\n"
                 "    at 2024-06-03 13:01  expect act overdue escalated; other overdue\n"
                 "    at 2024-06-03 15:01  expect other overdue escalated\n"
                 "    at 2024-06-03 16:00  expect act met entered later\n"
                 "example \"Entered a day late\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened  recorded 2024-06-04 09:00\n"
                 "    at 2024-06-04 10:00  expect act overdue due before it was known\n");
}

static void D12_the_owner_is_the_actor_or_a_role_in_the_unit_that_holds(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record step \"Step\"; in case; by constable; fields good yes/no\n"
                 "record done \"Done\"; in case; by constable, sergeant; fields search step; good yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record granted \"More time\"; in case; decided by sergeant; fields good yes/no\n"
                 "duty mine \"Mine\"; after step; owner actor; within 1 hour to verify; done by done; cites law 1\n"
                 "duty role \"Role\"; after step; owner sergeant; within 1 hour to verify; done by done; cites law 1\n"
                 "example \"The actor is the trigger's; the role is where the episode is held\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened    unit north\n"
                 "    2024-06-03 09:10  step      by constable and Kay; unit desk\n"
                 "    2024-06-03 09:20  handover  to south\n"
                 "    at 2024-06-03 09:15  expect mine pending owner Kay; role pending owner sergeant; role pending "
                 "owner north\n"
                 "    at 2024-06-03 09:30  expect mine pending owner Kay; role pending owner south\n");
}

static void D13_lines_are_in_order_of_due_then_rule(void **state) {
    (void)state;
    struct given g =
        given(POLICY "record opened \"Opened\"; about child is person; by constable; fields told instant\n"
                     "record done \"Done\"; about child is person; by constable\n"
                     "duty zeta \"Z\"; after opened; owner constable; within 1 hour to verify; done by done; cites law 1\n"
                     "duty alpha \"A\"; after opened; owner constable; within 1 hour to verify; done by done; cites law 1\n"
                     "duty soon \"S\"; after opened; owner constable; within 30 minutes to verify; done by done; cites law 1\n"
                     "duty undated \"U\"; after opened; owner constable; within 1 hour of opened.told to verify; done by "
                     "done; cites law 1\n"
                     "example \"Four\"\n"
                     "    child Ann  born 2012-01-01\n"
                     "    2024-06-03 09:00  opened\n"
                     "    at 2024-06-03 09:10  expect zeta pending\n");
    struct lang_docket d = given_docket(&g, 0);
    static const char *const order[] = {"undated", "soon", "alpha", "zeta"};
    assert_int_equal(d.duties.n, CF_COUNT(order));
    for (size_t i = 0; i < CF_COUNT(order); i++) {
        assert_text(d.duties.v[i].rule->name.text, order[i]);
    }
    const struct lang_shown *shown;
    assert_int_equal(lang_docket_shown(g.a, &d, &shown), 1); /* one thing to do, four rules that ask for it */
    assert_int_equal(shown[0].all.n, 4);
    assert_text(shown[0].first->rule->name.text, "soon");
    given_end(&g);
}

static void the_identity_of_a_duty_is_sha_256_over_what_made_it(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("identity");
    uint8_t digest[32];
    lang_sha256("abc", 3, digest);
    assert_text(cf_hex(a, digest, 32), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    lang_sha256("", 0, digest);
    assert_text(cf_hex(a, digest, 32), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    lang_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, digest);
    assert_text(cf_hex(a, digest, 32), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    struct cf_id subject = {{1}}, cause = {{2}}, none = {{0}};
    struct cf_id x = lang_duty_id(CF_LIT("act"), subject, CF_LIT("child"), cause, 0, 0, none);
    assert_true(cf_id_eq(x, lang_duty_id(CF_LIT("act"), subject, CF_LIT("child"), cause, 0, 0, none)));
    assert_false(cf_id_eq(x, lang_duty_id(CF_LIT("act"), subject, CF_LIT("child"), cause, 0, 1, none)));
    assert_false(cf_id_eq(x, lang_duty_id(CF_LIT("actc"), subject, CF_LIT("hild"), cause, 0, 0, none)));
    assert_false(cf_id_eq(x, lang_duty_id(CF_LIT("act"), subject, CF_LIT("child"), cause, 7, 0, none)));
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(D1_one_instance_for_each_event_however_many_in_one_episode),
        cmocka_unit_test(D2_when_arises_where_the_condition_turns_and_not_while_one_is_live),
        cmocka_unit_test(D2_turning_to_no_ends_nothing_and_unknown_turns_it_too),
        cmocka_unit_test(D2_it_holds_where_its_rule_comes_into_force),
        cmocka_unit_test(D3_each_period_has_its_own_instance_discharged_only_within_it),
        cmocka_unit_test(D4_within_counts_from_the_trigger_or_of_an_instant_or_of_being_known),
        cmocka_unit_test(D5_a_span_stops_an_elapsed_clock),
        cmocka_unit_test(D6_the_due_time_it_met_does_not_drift),
        cmocka_unit_test(D7_an_extension_counts_if_it_came_in_time_and_gives_more),
        cmocka_unit_test(D8_the_first_event_strictly_after_the_trigger_that_passes_discharges_many),
        cmocka_unit_test(D8_counting_from_admits_what_came_before_the_trigger),
        cmocka_unit_test(D9_void_by_an_event_or_from_the_trigger_on_when_a_condition_holds),
        cmocka_unit_test(D10_whichever_comes_first_ends_it_and_a_void_never_hides_a_failure),
        cmocka_unit_test(D11_marks_stand_beside_the_state),
        cmocka_unit_test(D12_the_owner_is_the_actor_or_a_role_in_the_unit_that_holds),
        cmocka_unit_test(D13_lines_are_in_order_of_due_then_rule),
        cmocka_unit_test(the_identity_of_a_duty_is_sha_256_over_what_made_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
