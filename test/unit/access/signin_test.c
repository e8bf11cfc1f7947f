/* sign-in: right and wrong passwords, codes, limits, sessions and their ends, links, cookies, forms; and who may sign in at
 * all. */
#include "unit/access/access_help.h"

#include <sys/stat.h>

static bool try_in(struct place *p, const char *login, const char *password, const char *code, const char *address,
                   struct access_session *s) {
    struct access_attempt at = {lit(login), lit(password), lit(code), lit(address)};
    return access_sign_in(p->x, &at, p->a, s, &p->errs);
}

static void a_right_password_opens_a_session_and_a_wrong_one_does_not(void **state) {
    struct place *p = *state;
    struct access_session s, again;
    struct cf_id id = user(p, "roe", "central_north", "constable");
    must(p, try_in(p, " Roe ", PASSWORD, "", "192.0.2.1", &s));
    assert_true(cf_id_eq(s.user, id));
    assert_int_equal(s.token.n, 43);
    must(p, access_session_open(p->x, s.token, p->a, &again, &p->errs));
    assert_true(cf_str_eq(again.ref, s.ref));
    refused(p, try_in(p, "roe", PASSWORD "!", "", "192.0.2.1", &s), CF_A002);
    refused(p, try_in(p, "roe", "", "", "192.0.2.1", &s), CF_A002);
}

static void unknown_logins_and_bad_ones_are_refused_in_the_same_words(void **state) {
    struct place *p = *state;
    struct access_session s;
    user(p, "roe", "", "constable");
    char told[2][200];
    static const char *const logins[] = {"roe", "nobody"};
    for (int i = 0; i < 2; i++) {
        assert_false(try_in(p, logins[i], "not the password", "", "192.0.2.1", &s));
        snprintf(told[i], sizeof told[i], "%d %.*s %.*s", p->errs.v[0].code, CF_STR_ARG(p->errs.v[0].msg),
                 CF_STR_ARG(p->errs.v[0].hint));
        p->errs = cf_errs_new(p->a);
    }
    assert_string_equal(told[0], told[1]);
    refused(p, try_in(p, "", "x", "", "192.0.2.1", &s), CF_A002);
    refused(p, try_in(p, "ro e'; --", "x", "", "192.0.2.1", &s), CF_A002);
    char *huge = cf_alloc(p->a, 100001);
    memset(huge, 'x', 100000);
    refused(p, try_in(p, "roe", huge, "", "192.0.2.1", &s), CF_A002);
    refused(p, try_in(p, huge, "x", "", "192.0.2.1", &s), CF_A002);
}

static void too_many_attempts_are_refused_by_login_until_the_window_has_passed(void **state) {
    struct place *p = *state;
    struct access_session s;
    user(p, "roe", "", "constable");
    user(p, "lee", "", "constable");
    for (int i = 0; i < CF_MAX_SIGN_IN_BY_LOGIN; i++) {
        refused(p, try_in(p, "roe", "wrong wrong wrong", "", "192.0.2.1", &s), CF_A002);
    }
    assert_false(try_in(p, "roe", PASSWORD, "", "198.51.100.7", &s));
    assert_int_equal(p->errs.v[0].code, CF_A004);
    assert_non_null(strstr(cf_cstr(p->a, p->errs.v[0].hint), "Wait 16 minutes"));
    p->errs = cf_errs_new(p->a);
    must(p, try_in(p, "lee", PASSWORD, "", "192.0.2.1", &s)); /* another login is not held up */
    place_later(p, -3600 * US_PER_S);                         /* setting the clock back gives no more attempts */
    refused(p, try_in(p, "roe", PASSWORD, "", "192.0.2.1", &s), CF_A004);
    place_later(p, 3600 * US_PER_S + 16 * US_PER_MINUTE);
    must(p, try_in(p, "roe", PASSWORD, "", "192.0.2.1", &s));
}

static void too_many_attempts_from_one_address_are_refused_whatever_the_login(void **state) {
    struct place *p = *state;
    struct access_session s;
    static const struct store_sql sql = {"test.attempts", "INSERT INTO attempt(at, login, address) SELECT at, randomblob(32), "
                                                          "address FROM attempt"};
    user(p, "roe", "", "constable");
    refused(p, try_in(p, "nobody", "wrong", "", "192.0.2.9", &s), CF_A002);
    for (int i = 0; i < 7; i++) { /* 128 of them, without a hundred Argon2 */
        must(p, access_run(p->x, &sql, &p->errs, ""));
    }
    refused(p, try_in(p, "roe", PASSWORD, "", "192.0.2.9", &s), CF_A004);
    must(p, try_in(p, "roe", PASSWORD, "", "192.0.2.10", &s));
}

static void a_reset_lets_in_at_once_with_a_password_that_must_be_changed(void **state) {
    struct place *p = *state;
    struct access_session s, kept;
    struct cf_id id = user(p, "roe", "", "constable");
    struct access_session old = sign_in(p, "roe");
    for (int i = 0; i < CF_MAX_SIGN_IN_BY_LOGIN; i++) {
        refused(p, try_in(p, "roe", "wrong wrong wrong", "", "192.0.2.1", &s), CF_A002);
    }
    must(p, access_user_reset(p->x, NULL, id, CF_LIT("handed over once"), &p->errs));
    refused(p, access_session_open(p->x, old.token, p->a, &kept, &p->errs), CF_A005);
    must(p, try_in(p, "roe", "handed over once", "", "192.0.2.1", &s));
    assert_true(s.must_change);
    struct access_session other = {0};
    must(p, try_in(p, "roe", "handed over once", "", "192.0.2.1", &other));
    refused(p, access_password_change(p->x, id, CF_LIT("not it"), CF_LIT("fresh invented words"), s.token, &p->errs), CF_A002);
    refused(p, access_password_change(p->x, id, CF_LIT("handed over once"), CF_LIT("short"), s.token, &p->errs), CF_A014);
    refused(p, access_password_change(p->x, id, CF_LIT("handed over once"), CF_LIT("aaaaaaaaaaaaaaaa"), s.token, &p->errs),
            CF_A014);
    must(p, access_password_change(p->x, id, CF_LIT("handed over once"), CF_LIT("fresh invented words"), s.token, &p->errs));
    must(p, access_session_open(p->x, s.token, p->a, &kept, &p->errs));
    assert_false(kept.must_change);
    refused(p, access_session_open(p->x, other.token, p->a, &kept, &p->errs), CF_A005);
}

static void a_one_time_code_is_asked_for_and_works_once(void **state) {
    struct place *p = *state;
    struct access_session s;
    struct cf_str secret, address;
    struct cf_id id = user(p, "roe", "", "constable");
    must(p, access_otp_begin(p->x, id, p->a, &secret, &address, &p->errs));
    assert_int_equal(secret.n, 32);
    assert_true(cf_str_starts(address, CF_LIT("otpauth://totp/childfirst:roe?secret=")));
    must(p, try_in(p, "roe", PASSWORD, "", "192.0.2.1", &s)); /* not asked for before it was confirmed */
    refused(p, access_otp_confirm(p->x, id, CF_LIT("000000"), &p->errs), CF_A003);
    static const struct store_sql sql = {"test.otp", "UPDATE user SET otp = ?2, otp_step = 0 WHERE id = ?1"};
    uint8_t known[OTP_SECRET], box[OTP_SECRET + SEAL_VAULT_EXTRA];
    memcpy(known, "12345678901234567890", OTP_SECRET); /* of RFC 6238, appendix B */
    seal_vault_close(desk_ledger(p->d), "otp", access_id_bytes(&id), access_bytes(known, sizeof known), box);
    must(p, access_run(p->x, &sql, &p->errs, "db", &id, access_bytes(box, sizeof box)));
    place_clock(p, INT64_C(2000000000) * US_PER_S);
    refused(p, try_in(p, "roe", PASSWORD, "", "192.0.2.1", &s), CF_A003);
    refused(p, try_in(p, "roe", PASSWORD, "279038", "192.0.2.1", &s), CF_A003);
    refused(p, try_in(p, "roe", "wrong wrong wrong", "279037", "192.0.2.1", &s), CF_A002); /* the password first */
    must(p, try_in(p, "roe", PASSWORD, "279037", "192.0.2.1", &s));
    refused(p, try_in(p, "roe", PASSWORD, "279037", "192.0.2.1", &s), CF_A003);
    place_later(p, -30 * US_PER_S); /* nor when the clock goes back */
    refused(p, try_in(p, "roe", PASSWORD, "279037", "192.0.2.1", &s), CF_A003);
    must(p, access_otp_end(p->x, NULL, id, &p->errs));
    must(p, try_in(p, "roe", PASSWORD, "", "192.0.2.1", &s));
}

static void codes_are_those_of_the_standard_within_a_step_of_now(void **state) {
    (void)state;
    static const struct { /* RFC 6238, appendix B, the last six digits */
        int64_t at;
        const char *code;
    } known[] = {
        {59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"}, {20000000000, "353130"}};
    const uint8_t *secret = (const uint8_t *)"12345678901234567890";
    int64_t step = 0;
    for (size_t i = 0; i < CF_COUNT(known); i++) {
        assert_true(otp_right(secret, OTP_SECRET, lit(known[i].code), known[i].at, -1, &step));
        assert_true(otp_right(secret, OTP_SECRET, lit(known[i].code), known[i].at + 30, -1, &step));
        assert_false(otp_right(secret, OTP_SECRET, lit(known[i].code), known[i].at + 90, -1, &step));
        assert_false(otp_right(secret, OTP_SECRET, lit(known[i].code), known[i].at, known[i].at / 30, &step));
    }
    assert_false(otp_right(secret, OTP_SECRET, CF_LIT("28708"), 59, -1, &step));
    assert_false(otp_right(secret, OTP_SECRET, CF_LIT("2870822"), 59, -1, &step));
}

static void a_session_ends_untouched_by_age_and_when_the_clock_goes_back(void **state) {
    struct place *p = *state;
    struct access_session s, out;
    user(p, "roe", "", "constable");
    s = sign_in(p, "roe");
    place_later(p, 29 * US_PER_MINUTE);
    must(p, access_session_open(p->x, s.token, p->a, &out, &p->errs));
    place_later(p, 29 * US_PER_MINUTE); /* touched in between */
    must(p, access_session_open(p->x, s.token, p->a, &out, &p->errs));
    assert_true(out.idle_ends_us == p->now_us + CF_MAX_SESSION_IDLE_MINUTES * US_PER_MINUTE);
    place_later(p, 31 * US_PER_MINUTE);
    refused(p, access_session_open(p->x, s.token, p->a, &out, &p->errs), CF_A005);
    place_later(p, -31 * US_PER_MINUTE); /* ended is ended */
    refused(p, access_session_open(p->x, s.token, p->a, &out, &p->errs), CF_A005);
    s = sign_in(p, "roe");
    for (int i = 0; i < 36; i++) { /* busy for twelve hours */
        place_later(p, 20 * US_PER_MINUTE - 1);
        must(p, access_session_open(p->x, s.token, p->a, &out, &p->errs));
    }
    place_later(p, US_PER_MINUTE);
    refused(p, access_session_open(p->x, s.token, p->a, &out, &p->errs), CF_A005);
    s = sign_in(p, "roe");
    place_later(p, -US_PER_MINUTE);
    must(p, access_session_open(p->x, s.token, p->a, &out, &p->errs));
    place_later(p, -2 * US_PER_MINUTE);
    refused(p, access_session_open(p->x, s.token, p->a, &out, &p->errs), CF_A005);
}

static void forged_and_foreign_tokens_open_nothing(void **state) {
    struct place *p = *state;
    struct access_session s, out;
    user(p, "roe", "", "constable");
    s = sign_in(p, "roe");
    static const char *const forged[] = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\xff\xff",
                                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"};
    for (size_t i = 0; i < CF_COUNT(forged); i++) {
        refused(p, access_session_open(p->x, lit(forged[i]), p->a, &out, &p->errs), CF_A005);
    }
    for (size_t i = 0; i < s.token.n; i++) { /* each letter of it counts */
        char *t = cf_memdup(p->a, s.token.p, s.token.n);
        t[i] = t[i] == 'A' ? 'E' : 'A';
        refused(p, access_session_open(p->x, (struct cf_str){t, s.token.n}, p->a, &out, &p->errs), CF_A005);
    }
    must(p, access_sign_out(p->x, s.token, &p->errs));
    refused(p, access_session_open(p->x, s.token, p->a, &out, &p->errs), CF_A005);
    must(p, access_sign_out(p->x, CF_LIT("none"), &p->errs));
}

static void each_sign_in_has_a_token_of_its_own_and_all_can_be_ended(void **state) {
    struct place *p = *state;
    struct access_session out;
    struct cf_id id = user(p, "roe", "", "constable");
    struct access_session a = sign_in(p, "roe"), b = sign_in(p, "roe");
    assert_false(cf_str_eq(a.token, b.token));
    assert_false(cf_str_eq(a.ref, b.ref));
    must(p, access_sign_out_everywhere(p->x, id, &p->errs));
    refused(p, access_session_open(p->x, a.token, p->a, &out, &p->errs), CF_A005);
    refused(p, access_session_open(p->x, b.token, p->a, &out, &p->errs), CF_A005);
}

static void no_token_and_no_password_stands_in_the_file(void **state) {
    struct place *p = *state;
    struct cf_str bytes, secret, address;
    struct cf_id id = user(p, "roe", "", "constable");
    struct access_session s = sign_in(p, "roe");
    struct access_draft d = {.record = CF_LIT("stop_search"), .body = CF_LIT("grounds=Words+that+nobody+else+reads")};
    must(p, access_draft_save(p->x, id, &d, &p->errs));
    must(p, access_otp_begin(p->x, id, p->a, &secret, &address, &p->errs));
    must(p, store_checkpoint(p->x->db, true, &p->errs));
    must(p, cf_read_file(p->a, access_path(p->a, desk_ledger(p->d)), 1 << 24, &bytes, &p->errs));
    const struct cf_str secrets[] = {s.token, CF_LIT(PASSWORD), CF_LIT("Words+that+nobody"), secret, CF_LIT("192.0.2.1")};
    for (size_t i = 0; i < CF_COUNT(secrets); i++) {
        assert_null(memmem(bytes.p, bytes.n, secrets[i].p, secrets[i].n));
    }
}

static void a_form_belongs_to_its_session(void **state) {
    struct place *p = *state;
    user(p, "roe", "", "constable");
    struct access_session a = sign_in(p, "roe"), b = sign_in(p, "roe");
    struct cf_str of_a = access_csrf(p->x, a.token, p->a), of_b = access_csrf(p->x, b.token, p->a);
    assert_true(access_csrf_ok(p->x, a.token, of_a));
    assert_false(access_csrf_ok(p->x, a.token, of_b));
    assert_false(access_csrf_ok(p->x, a.token, a.token));
    assert_false(access_csrf_ok(p->x, a.token, CF_LIT("")));
    assert_false(access_csrf_ok(p->x, CF_LIT(""), of_a));
    struct cf_str visitor = access_token_new(p->a); /* before sign-in */
    assert_true(access_csrf_ok(p->x, visitor, access_csrf(p->x, visitor, p->a)));
}

static void cookies_are_read_strictly(void **state) {
    struct place *p = *state;
    struct cf_str v, token = access_token_new(p->a);
    struct cf_str tls = cf_str_printf(p->a, "a=b; __Host-childfirst=%.*s; c=d", CF_STR_ARG(token));
    struct cf_str plain = cf_str_printf(p->a, "childfirst=%.*s", CF_STR_ARG(token));
    assert_true(access_session_cookie(tls, true, &v));
    assert_true(cf_str_eq(v, token));
    assert_true(access_session_cookie(plain, false, &v));
    assert_false(access_session_cookie(plain, true, &v)); /* one that any page of the domain could set */
    assert_false(access_session_cookie(cf_str_printf(p->a, "%.*s; %.*s", CF_STR_ARG(tls), CF_STR_ARG(tls)), true, &v));
    static const char *const bad[] = {
        "", ";", "=", "childfirst", "childfirst=", "childfirst=a b", "childfirst=\"x\"", "xchildfirst=y", "childfirst=a,b"};
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        assert_false(access_session_cookie(lit(bad[i]), false, &v));
    }
    assert_text(access_cookie_set(p->a, CF_LIT("n"), CF_LIT("v"), true), "__Host-n=v; Path=/; HttpOnly; SameSite=Lax; Secure");
    assert_text(access_cookie_set(p->a, CF_LIT("n"), CF_LIT("v"), false), "n=v; Path=/; HttpOnly; SameSite=Lax");
    assert_text(access_cookie_end(p->a, CF_LIT("n"), true), "__Host-n=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
}

static void a_link_works_once_for_its_purpose_and_within_its_time(void **state) {
    struct place *p = *state;
    struct cf_id id = user(p, "roe", "", NULL), who;
    struct cf_str token, data;
    must(p, access_link_make(p->x, "password", id, CF_LIT("x"), 10, p->a, &token, &p->errs));
    refused(p, access_link_use(p->x, "appropriate-adult", token, p->a, &who, &data, &p->errs), CF_A006);
    must(p, access_link_use(p->x, "password", token, p->a, &who, &data, &p->errs));
    assert_true(cf_id_eq(who, id));
    assert_text(data, "x");
    refused(p, access_link_use(p->x, "password", token, p->a, &who, &data, &p->errs), CF_A006);
    must(p, access_link_make(p->x, "password", id, CF_LIT(""), 10, p->a, &token, &p->errs));
    place_later(p, 10 * US_PER_MINUTE);
    refused(p, access_link_use(p->x, "password", token, p->a, &who, &data, &p->errs), CF_A006);
    refused(p, access_link_use(p->x, "password", CF_LIT("forged"), p->a, &who, &data, &p->errs), CF_A006);
}

static void who_left_is_out_at_once_and_may_come_back(void **state) {
    struct place *p = *state;
    struct access_session s, out;
    struct cf_id id = user(p, "roe", "", "constable");
    s = sign_in(p, "roe");
    must(p, access_user_active(p->x, p->d, NULL, id, false, CF_LIT("left the force"), &p->errs));
    refused(p, access_session_open(p->x, s.token, p->a, &out, &p->errs), CF_A005);
    refused(p, try_in(p, "roe", PASSWORD, "", "192.0.2.1", &s), CF_A002);
    must(p, access_user_active(p->x, p->d, NULL, id, true, CF_LIT("came back"), &p->errs));
    (void)sign_in(p, "roe");
}

static void what_has_ended_is_tidied_away(void **state) {
    struct place *p = *state;
    struct access_session s;
    int64_t n = -1;
    static const struct store_sql count = {"test.count",
                                           "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM attempt)"};
    user(p, "roe", "", "constable");
    (void)sign_in(p, "roe");
    refused(p, try_in(p, "roe", "wrong wrong wrong", "", "192.0.2.1", &s), CF_A002);
    must(p, access_tidy(p->x, &p->errs));
    must(p, store_one_int(p->x->db, &count, 0, &n, &p->errs));
    assert_int_equal(n, 2);
    place_later(p, US_PER_DAY);
    must(p, access_tidy(p->x, &p->errs));
    must(p, store_one_int(p->x->db, &count, 0, &n, &p->errs));
    assert_int_equal(n, 0);
}

static void a_file_of_users_belongs_to_one_ledger_and_must_be_there(void **state) {
    struct place *p = *state;
    struct access *x;
    access_close(p->x);
    const char *path = access_path(p->a, desk_ledger(p->d));
    assert_int_equal(remove(path), 0);
    refused(p, access_open(p->a, desk_ledger(p->d), ACCESS_USE, &p->errs, &x), CF_A001);
    must(p, access_open(p->a, desk_ledger(p->d), ACCESS_MAKE, &p->errs, &x));
    struct stat st; /* for its own account alone */
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    static const struct store_sql other = {"test.other", "UPDATE meta SET ledger = zeroblob(16)"};
    must(p, access_run(x, &other, &p->errs, ""));
    access_close(x);
    refused(p, access_open(p->a, desk_ledger(p->d), ACCESS_USE, &p->errs, &x), CF_A009);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, place_begin, place_end)
int main(void) {
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(a_right_password_opens_a_session_and_a_wrong_one_does_not),
        IN_A_PLACE(unknown_logins_and_bad_ones_are_refused_in_the_same_words),
        IN_A_PLACE(too_many_attempts_are_refused_by_login_until_the_window_has_passed),
        IN_A_PLACE(too_many_attempts_from_one_address_are_refused_whatever_the_login),
        IN_A_PLACE(a_reset_lets_in_at_once_with_a_password_that_must_be_changed),
        IN_A_PLACE(a_one_time_code_is_asked_for_and_works_once),
        cmocka_unit_test(codes_are_those_of_the_standard_within_a_step_of_now),
        IN_A_PLACE(a_session_ends_untouched_by_age_and_when_the_clock_goes_back),
        IN_A_PLACE(forged_and_foreign_tokens_open_nothing),
        IN_A_PLACE(each_sign_in_has_a_token_of_its_own_and_all_can_be_ended),
        IN_A_PLACE(no_token_and_no_password_stands_in_the_file),
        IN_A_PLACE(a_form_belongs_to_its_session),
        IN_A_PLACE(cookies_are_read_strictly),
        IN_A_PLACE(a_link_works_once_for_its_purpose_and_within_its_time),
        IN_A_PLACE(who_left_is_out_at_once_and_may_come_back),
        IN_A_PLACE(what_has_ended_is_tidied_away),
        IN_A_PLACE(a_file_of_users_belongs_to_one_ledger_and_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
