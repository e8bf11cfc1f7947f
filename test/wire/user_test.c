/* user: the operator's command for who can sign in, run as it is run. People in here are invented. */
#include "wire/program.h"

/* The file that stands in for what somebody types. */
static const char *typed(const char *words) {
    static char path[160];
    snprintf(path, sizeof path, "%s/typed", wire_folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%s\n", words);
    assert_int_equal(fclose(f), 0);
    return path;
}

static int begin(void **state) {
    int done = wire_begin(state);
    childfirst("init --force met");
    ends_with(0);
    return done;
}

static void without_a_first_user_it_says_how_to_add_one(void **state) {
    (void)state;
    childfirst("user list");
    ends_with(1);
    says("CF-A001");
    says("childfirst user add");
    childfirst("user");
    ends_with(1);
    says("It knows add, demo, list, grant");
}

static void a_user_is_added_with_a_password_from_standard_input(void **state) {
    (void)state;
    childfirst("user add Roe --name 'Invented Roe' --unit central_north --role constable </dev/null");
    ends_with(1);
    says("CF-A014");
    says("childfirst user reset roe");
    childfirst("user reset roe <%s", typed("x"));
    ends_with(1);
    says("CF-A014");
    childfirst("user reset roe <%s", typed("three invented words"));
    ends_with(0);
    says("must be changed");
    childfirst("user add roe --name Other </dev/null");
    ends_with(1);
    says("CF-A011");
    childfirst("user add lee --name Lee --unit nowhere </dev/null");
    ends_with(1);
    says("CF-A012");
    childfirst("user add lee --name Lee --role nothing </dev/null");
    ends_with(1);
    says("CF-C009");
    childfirst("user add lee </dev/null");
    ends_with(1);
    says("--name is missing");
    childfirst("user list --json");
    ends_with(0);
    says("\"login\":\"roe\",\"name\":\"Invented "
         "Roe\",\"unit\":\"central_north\",\"active\":true,\"code\":false,\"roles\":[\"constable\"]");
    says("\"total\":1}");
    never_says("three invented words");
}

static void roles_are_granted_and_ended_with_a_reason(void **state) {
    (void)state;
    childfirst("user grant roe sergeant");
    ends_with(1);
    says("--reason is missing");
    childfirst("user grant roe nothing --reason test");
    ends_with(1);
    says("CF-A012");
    childfirst("user grant nobody sergeant --reason test");
    ends_with(1);
    says("CF-A010");
    childfirst("user grant roe sergeant --until 2099-01-01 --reason 'acting up'");
    ends_with(0);
    childfirst("user end roe constable --reason 'promoted'");
    ends_with(0);
    childfirst("user unit roe east_area --reason 'moved'");
    ends_with(0);
    childfirst("user list");
    says("east_area");
    says("sergeant");
    never_says("constable");
    childfirst("user leave roe --reason 'left the force'");
    ends_with(0);
    childfirst("user list");
    says("left");
    childfirst("user back roe --reason 'came back'");
    ends_with(0);
    childfirst("ledger verify");
    ends_with(0);
}

static void a_code_counts_only_once_it_was_shown_to_be_right(void **state) {
    (void)state;
    childfirst("user otp roe </dev/null");
    ends_with(1);
    says("otpauth://totp/");
    says("CF-A003");
    childfirst("user otp roe <%s", typed("000000"));
    ends_with(1);
    says("CF-A003");
    childfirst("user list --json");
    says("\"code\":false");
    childfirst("user no-otp roe");
    ends_with(0);
}

static void a_partners_key_is_shown_once_and_can_be_ended(void **state) {
    (void)state;
    char id[33];
    childfirst("user key make childrens_services --label 'Case system' --purpose safeguarding --records identity");
    ends_with(1);
    says("a key must end");
    childfirst("user key make childrens_services --label 'Case system' --purpose audit --until 2099-01-01");
    ends_with(1);
    says("CF-A012");
    childfirst(
        "user key make childrens_services --label 'Case system' --purpose safeguarding --records identity --until 2099-01-01");
    ends_with(0);
    says("cfk_");
    id_after("key", id);
    childfirst("user key list");
    ends_with(0);
    says("open");
    never_says("cfk_");
    childfirst("user key end %s", id);
    ends_with(0);
    childfirst("user key list");
    says("ended");
    childfirst("user key end 00000000000000000000000000000000");
    ends_with(1);
    says("CF-A007");
}

static void an_account_elsewhere_is_linked_to_one_user(void **state) {
    (void)state;
    childfirst("user link roe --issuer https://id.example --subject 7");
    ends_with(0);
    childfirst("user add lee --name Lee <%s", typed("three invented words"));
    ends_with(0);
    childfirst("user link lee --issuer https://id.example --subject 7");
    ends_with(1);
    says("CF-A011");
    childfirst("user sign-out lee");
    ends_with(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_first_user_it_says_how_to_add_one),
        cmocka_unit_test(a_user_is_added_with_a_password_from_standard_input),
        cmocka_unit_test(roles_are_granted_and_ended_with_a_reason),
        cmocka_unit_test(a_code_counts_only_once_it_was_shown_to_be_right),
        cmocka_unit_test(a_partners_key_is_shown_once_and_can_be_ended),
        cmocka_unit_test(an_account_elsewhere_is_linked_to_one_user),
    };
    return cmocka_run_group_tests(tests, begin, wire_end);
}
