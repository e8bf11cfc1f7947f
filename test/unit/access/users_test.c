/* users: joining, grants and their ends as events of the ledger, derived tables that can be made anew, and that nobody grants
 * themselves anything. */
#include "unit/access/access_help.h"

static bool holds(struct place *p, const char *login, const char *role) {
    struct access_user u;
    must(p, access_user_find(p->x, lit(login), p->a, &u, &p->errs));
    for (size_t i = 0; i < u.grants.n; i++) {
        if (cf_str_is(u.grants.v[i].role, role)) {
            return true;
        }
    }
    return false;
}

static void a_user_joins_with_a_login_that_is_theirs_alone(void **state) {
    struct place *p = *state;
    struct access_user u;
    struct cf_id id;
    struct cf_id roe = user(p, "Roe.J", "central_north", "constable");
    must(p, access_user_find(p->x, CF_LIT("roe.j"), p->a, &u, &p->errs));
    assert_true(cf_id_eq(u.id, roe));
    assert_text(u.unit, "central_north");
    assert_true(u.active && u.has_password && !u.has_otp && u.grants.n == 1);
    static const char *const bad[] = {"", " ", "a b", "r\xc3\xb6", "x/y", "ROE.J"};
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        refused(p, access_user_add(p->x, p->d, NULL, lit(bad[i]), lit("Invented"), CF_LIT(""), &id, &p->errs), CF_A011);
    }
    refused(p, access_user_add(p->x, p->d, NULL, lit("lee"), lit(""), CF_LIT(""), &id, &p->errs), CF_A011);
    refused(p, access_user_add(p->x, p->d, NULL, lit("lee"), lit("two\nlines"), CF_LIT(""), &id, &p->errs), CF_A011);
    refused(p, access_user_add(p->x, p->d, NULL, lit("lee"), lit("Invented"), lit("no_such_unit"), &id, &p->errs), CF_A012);
    refused(p, access_user_find(p->x, CF_LIT("lee"), p->a, &u, &p->errs), CF_A010);
}

static void a_grant_holds_from_now_until_its_end_and_ends_at_once(void **state) {
    struct place *p = *state;
    struct cf_id id = user(p, "roe", "", NULL);
    refused(p, access_user_grant(p->x, p->d, NULL, id, lit("no_such_role"), 0, CF_LIT(""), &p->errs), CF_A012);
    refused(p, access_user_grant(p->x, p->d, NULL, (struct cf_id){{1}}, lit("auditor"), 0, CF_LIT(""), &p->errs), CF_A010);
    refused(p, access_user_grant(p->x, p->d, NULL, id, lit("auditor"), p->now_us - 1, CF_LIT(""), &p->errs), CF_A012);
    must(p, access_user_grant(p->x, p->d, NULL, id, lit("auditor"), p->now_us + 3600 * US_PER_S, CF_LIT("one hour"), &p->errs));
    must(p, access_user_grant(p->x, p->d, NULL, id, lit("sergeant"), 0, CF_LIT("promoted"), &p->errs));
    assert_true(holds(p, "roe", "auditor") && holds(p, "roe", "sergeant"));
    struct access_session s = sign_in(p, "roe");
    place_later(p, 1500 * US_PER_S);
    must(p, access_session_open(p->x, s.token, p->a, &s, &p->errs));
    place_later(p, 1500 * US_PER_S);
    must(p, access_session_open(p->x, s.token, p->a, &s, &p->errs));
    place_later(p, 600 * US_PER_S);
    assert_false(holds(p, "roe", "auditor"));
    must(p, access_user_end(p->x, p->d, NULL, id, lit("sergeant"), CF_LIT("left the post"), &p->errs));
    refused(p, access_user_end(p->x, p->d, NULL, id, lit("sergeant"), CF_LIT(""), &p->errs), CF_A012);
    struct access_subject who; /* the session is open still, with nothing in it */
    must(p, access_subject_of_session(p->x, p->d, &s, p->a, &who, &p->errs));
    assert_int_equal(who.n_roles, 0);
}

static void nobody_changes_their_own_authority(void **state) {
    struct place *p = *state;
    struct cf_id boss = user(p, "boss", "", "administrator"), roe = user(p, "roe", "", "constable");
    struct access_subject by = who_is(p, "boss", NULL), not_by = who_is(p, "roe", NULL);
    refused(p, access_user_grant(p->x, p->d, &by, boss, lit("auditor"), 0, CF_LIT("for me"), &p->errs), CF_A013);
    refused(p, access_user_end(p->x, p->d, &by, boss, lit("administrator"), CF_LIT(""), &p->errs), CF_A013);
    refused(p, access_user_unit(p->x, p->d, &by, boss, lit("central_north"), CF_LIT(""), &p->errs), CF_A013);
    refused(p, access_user_active(p->x, p->d, &by, boss, false, CF_LIT(""), &p->errs), CF_A013);
    refused(p, access_user_reset(p->x, &by, boss, CF_LIT("a long new password"), &p->errs), CF_A013);
    refused(p, access_user_link(p->x, &by, boss, lit("https://id.example"), lit("1"), &p->errs), CF_A013);
    must(p, access_user_grant(p->x, p->d, &by, roe, lit("sergeant"), 0, CF_LIT("promoted"), &p->errs));
    refused(p, access_user_grant(p->x, p->d, &not_by, boss, lit("sergeant"), 0, CF_LIT(""), &p->errs), CF_A022);
    struct cf_id id;
    refused(p, access_user_add(p->x, p->d, &not_by, lit("new"), lit("New"), CF_LIT(""), &id, &p->errs), CF_A022);
    refused(p, access_user_reset(p->x, &not_by, boss, CF_LIT("a long new password"), &p->errs), CF_A022);
    refused(p, access_otp_end(p->x, &not_by, boss, &p->errs), CF_A022);
}

static void grants_are_events_that_name_who_gave_what_to_whom_and_why(void **state) {
    struct place *p = *state;
    struct cf_id boss = user(p, "boss", "", "administrator"), roe = user(p, "roe", "", NULL);
    struct access_subject by = who_is(p, "boss", NULL);
    uint64_t *seqs;
    size_t n;
    struct ledger_event e;
    must(p, access_user_grant(p->x, p->d, &by, roe, lit("sergeant"), 0, CF_LIT("promoted"), &p->errs));
    must(p, ledger_builtins(desk_ledger(p->d), LEDGER_ROLE_GRANTED, 0, p->a, &seqs, &n, &p->errs));
    assert_int_equal(n, 4); /* two joined, two grants */
    must(p, ledger_read(desk_ledger(p->d), seqs[n - 1], p->a, &e, &p->errs));
    assert_true(cf_id_eq(ledger_person_of(&e, LEDGER_ROLE_HOLDER, 0)->subject, roe));
    assert_true(cf_id_eq(ledger_person_of(&e, LEDGER_ROLE_ACTOR, 0)->subject, boss));
    assert_text(ledger_fact(&e, LEDGER_F_ROLE)->as.s, "sergeant");
    assert_text(ledger_fact(&e, LEDGER_F_STATE)->as.s, "granted");
    assert_text(ledger_fact(&e, LEDGER_F_REASON)->as.s, "promoted");
}

static struct cf_str picture(struct place *p) { /* the derived tables as text */
    struct cf_buf b = cf_buf_new(p->a, 65536);
    static const struct store_sql sql = {
        "test.picture",
        "SELECT hex(user) || ' ' || unit || ' ' || active FROM standing UNION ALL SELECT hex(user) || ' ' || role || "
        "' ' || since || ' ' || until FROM granted ORDER BY 1"};
    bool more = true;
    struct store_stmt *s = access_rows(p->x, &sql, &p->errs, "");
    while (more) {
        must(p, store_next(s, &more, &p->errs));
        if (more) {
            cf_buf_str(&b, store_text(s, 0));
            cf_buf_lit(&b, "\n");
        }
    }
    store_done(s);
    return (struct cf_str){b.p, b.n};
}

static void the_derived_tables_made_anew_are_what_they_were(void **state) {
    struct place *p = *state;
    static const char *const roles[] = {"constable", "sergeant", "supervisor", "auditor", "analyst"};
    struct cf_id ids[3] = {user(p, "a", "central_north", NULL), user(p, "b", "", NULL), user(p, "c", "north_area", NULL)};
    uint32_t seed = 7;
    for (int i = 0; i < 60; i++) {
        struct cf_errs quiet = cf_errs_new(p->a);
        seed = seed * 1664525U + 1013904223U;
        struct cf_id who = ids[seed >> 8 & 1U ? 0 : (seed >> 9) % 3];
        const char *role = roles[(seed >> 16) % CF_COUNT(roles)];
        bool done = false;
        switch (seed >> 28 & 3U) {
        case 0:
        case 1:
            done = access_user_grant(p->x, p->d, NULL, who, lit(role), seed & 1024U ? p->now_us + US_PER_DAY : 0, CF_LIT("t"),
                                     &quiet);
            break;
        case 2: done = access_user_end(p->x, p->d, NULL, who, lit(role), CF_LIT("t"), &quiet); break;
        default: done = access_user_active(p->x, p->d, NULL, who, (seed & 2048U) != 0, CF_LIT("t"), &quiet); break;
        }
        assert_true(done || quiet.v[0].code == CF_A012);
        place_later(p, 7 * US_PER_S);
    }
    struct cf_str before = picture(p);
    must(p, access_rebuild(p->x, &p->errs));
    struct cf_str after = picture(p);
    assert_true(before.n > 100);
    assert_true(cf_str_eq(before, after));
}

static void an_event_whose_table_was_not_written_is_taken_in_at_the_next_opening(void **state) {
    struct place *p = *state;
    static const struct store_sql lose = {"test.lose", "DELETE FROM granted"};
    static const struct store_sql behind = {"test.behind", "UPDATE meta SET applied = applied - 1"};
    user(p, "roe", "", "constable");
    must(p, access_run(p->x, &lose, &p->errs, ""));
    must(p, access_run(p->x, &behind, &p->errs, ""));
    place_reopen(p);
    assert_false(holds(p, "roe", "constable"));
    must(p, access_catch_up(p->x, &p->errs));
    assert_true(holds(p, "roe", "constable"));
}

static void a_role_that_the_policies_dropped_gives_nothing(void **state) {
    struct place *p = *state;
    static const struct store_sql sql = {"test.stray", "INSERT INTO granted SELECT id, 'no_longer_declared', 0, 0 FROM user"};
    user(p, "roe", "", "constable");
    must(p, access_run(p->x, &sql, &p->errs, ""));
    struct access_subject who = who_is(p, "roe", "safeguarding");
    assert_int_equal(who.n_roles, 1);
}

static void purposes_are_those_of_the_roles_and_no_others_can_be_chosen(void **state) {
    struct place *p = *state;
    user(p, "pc", "", "constable");
    struct access_session s = sign_in(p, "pc");
    const struct lang_code **codes;
    struct access_subject who = who_is(p, "pc", "safeguarding");
    size_t n = access_purposes(&who, desk_set(p->d), p->a, &codes);
    assert_int_equal(n, 2);
    assert_text(codes[0]->name.text, "safeguarding");
    assert_text(codes[1]->name.text, "law_enforcement");
    refused(p, access_session_purpose(p->x, desk_set(p->d), s.token, lit("audit"), &p->errs), CF_A021);
    refused(p, access_session_purpose(p->x, desk_set(p->d), s.token, lit("x'y"), &p->errs), CF_A021);
    refused(p, access_session_purpose(p->x, desk_set(p->d), lit("forged"), lit("safeguarding"), &p->errs), CF_A005);
}

static void users_are_listed_a_page_at_a_time_with_their_total(void **state) {
    struct place *p = *state;
    struct access_users page;
    size_t total;
    user(p, "b", "", "constable");
    user(p, "a", "", NULL);
    user(p, "c", "", NULL);
    must(p, access_user_list(p->x, 1, 1, p->a, &page, &total, &p->errs));
    assert_int_equal(total, 3);
    assert_int_equal(page.n, 1);
    assert_text(page.v[0].login, "b");
    assert_int_equal(page.v[0].grants.n, 1);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, place_begin, place_end)
int main(void) {
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(a_user_joins_with_a_login_that_is_theirs_alone),
        IN_A_PLACE(a_grant_holds_from_now_until_its_end_and_ends_at_once),
        IN_A_PLACE(nobody_changes_their_own_authority),
        IN_A_PLACE(grants_are_events_that_name_who_gave_what_to_whom_and_why),
        IN_A_PLACE(the_derived_tables_made_anew_are_what_they_were),
        IN_A_PLACE(an_event_whose_table_was_not_written_is_taken_in_at_the_next_opening),
        IN_A_PLACE(a_role_that_the_policies_dropped_gives_nothing),
        IN_A_PLACE(purposes_are_those_of_the_roles_and_no_others_can_be_chosen),
        IN_A_PLACE(users_are_listed_a_page_at_a_time_with_their_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
