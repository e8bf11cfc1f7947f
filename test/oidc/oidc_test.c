/* OpenID Connect against a real provider: npm's oidc-provider, started here, walked through by a browser without pages. Where
 * there is no node, or its packages cannot be fetched, it says SKIP and tests only what needs no provider. */
#include "unit/access/access_help.h"

#include "oidc/provider.h"

static struct access_oidc provider = {.client_id = {"childfirst", 10},
                                      .client_secret = {PROVIDER_SECRET, sizeof PROVIDER_SECRET - 1},
                                      .redirect = {PROVIDER_REDIRECT, sizeof PROVIDER_REDIRECT - 1}};

/* Where the browser arrives in the end: code and state as they stand in the address. */
static void walk(struct place *p, struct cf_str url, struct cf_str *code, struct cf_str *state) {
    struct cf_str rest = cf_str_dup(p->a, cf_str_from(walk_from(cf_cstr(p->a, url)))), pair;
    assert_true(cf_str_split(&rest, '?', &pair));
    assert_text(pair, PROVIDER_REDIRECT);
    rest = cf_str_trim(rest);
    while (cf_str_split(&rest, '&', &pair)) {
        struct cf_str name;
        (void)cf_str_split(&pair, '=', &name);
        *code = cf_str_is(name, "code") ? pair : *code;
        *state = cf_str_is(name, "state") ? pair : *state;
    }
}

static int begin_now(void **state) { /* the provider's clock is the machine's */
    int done = place_begin(state);
    unsetenv("CF_NOW");
    return done;
}

static bool finish(struct place *p, const struct access_oidc_start *start, struct cf_str code, struct cf_str state,
                   struct access_session *s, struct cf_str *next) {
    struct access_oidc_answer answer = {
        .cookie = start->cookie, .state = state, .code = code, .error = CF_LIT(""), .address = CF_LIT("192.0.2.1")};
    return access_oidc_finish(p->x, &provider, &answer, p->a, s, next, &p->errs);
}

static void who_is_linked_is_signed_in_and_nobody_else(void **state) {
    struct place *p = *state;
    struct access_oidc_start start;
    struct access_session s;
    struct cf_str code = CF_LIT(""), given = CF_LIT(""), next;
    struct cf_id id = user(p, "insp", "", "inspector"), other = user(p, "other", "", "inspector");
    must(p, access_oidc_begin(p->x, &provider, CF_LIT("/duties?x=1"), p->a, &start, &p->errs));
    walk(p, start.url, &code, &given);
    refused(p, finish(p, &start, code, given, &s, &next), CF_A043);
    must(p, access_user_link(p->x, NULL, id, provider.issuer, CF_LIT("inspector-1"), &p->errs));
    refused(p, access_user_link(p->x, NULL, other, provider.issuer, CF_LIT("inspector-1"), &p->errs), CF_A011);
    refused(p, finish(p, &start, code, given, &s, &next), CF_A040); /* a code works once: the provider says no */
    must(p, access_oidc_begin(p->x, &provider, CF_LIT("/duties?x=1"), p->a, &start, &p->errs));
    walk(p, start.url, &code, &given);
    must(p, finish(p, &start, code, given, &s, &next));
    assert_true(cf_id_eq(s.user, id) && s.external);
    assert_text(next, "/duties?x=1");
    struct access_subject who; /* what they may do is granted here */
    must(p, access_subject_of_session(p->x, p->d, &s, p->a, &who, &p->errs));
    assert_int_equal(who.n_roles, 1);
    assert_text(who.roles[0]->name.text, "inspector");
    must(p, access_user_active(p->x, p->d, NULL, id, false, CF_LIT("left"), &p->errs));
    must(p, access_oidc_begin(p->x, &provider, CF_LIT("/"), p->a, &start, &p->errs));
    walk(p, start.url, &code, &given);
    refused(p, finish(p, &start, code, given, &s, &next), CF_A043);
}

static void an_answer_to_another_browser_or_too_late_is_refused(void **state) {
    struct place *p = *state;
    struct access_oidc_start mine, theirs;
    struct access_session s;
    struct cf_str code = CF_LIT(""), given = CF_LIT(""), next;
    struct cf_id id = user(p, "insp", "", "inspector");
    must(p, access_user_link(p->x, NULL, id, provider.issuer, CF_LIT("inspector-1"), &p->errs));
    must(p, access_oidc_begin(p->x, &provider, CF_LIT("/"), p->a, &mine, &p->errs));
    must(p, access_oidc_begin(p->x, &provider, CF_LIT("/"), p->a, &theirs, &p->errs));
    walk(p, theirs.url, &code, &given);
    refused(p, finish(p, &mine, code, given, &s, &next), CF_A041); /* the state is another cookie's */
    struct access_oidc_start none = {.cookie = CF_LIT("")}, forged = {.cookie = CF_LIT("QUJD")};
    refused(p, finish(p, &none, code, given, &s, &next), CF_A041);
    refused(p, finish(p, &forged, code, given, &s, &next), CF_A041);
    refused(p, finish(p, &theirs, CF_LIT("no-code-of-theirs"), given, &s, &next), CF_A040);
    refused(p, finish(p, &theirs, CF_LIT(""), given, &s, &next), CF_A041);
    place_clock(p, cf_now_us() + 11 * US_PER_MINUTE);
    refused(p, finish(p, &theirs, code, given, &s, &next), CF_A041);
    place_clock(p, cf_now_us() - 20 * US_PER_MINUTE);
    refused(p, finish(p, &theirs, code, given, &s, &next), CF_A041);
}

static void where_one_goes_next_is_a_page_of_our_own(void **state) {
    struct place *p = *state;
    static const char *const elsewhere[] = {"//evil.example", "https://evil.example", "/\\evil.example", "", "x", "/a b",
                                            "/a\nb"};
    struct cf_id id = user(p, "insp", "", "inspector");
    must(p, access_user_link(p->x, NULL, id, provider.issuer, CF_LIT("inspector-1"), &p->errs));
    for (size_t i = 0; i < 2; i++) { /* each a whole walk: the first two by the provider, the others by what is kept */
        struct access_oidc_start start;
        struct access_session s;
        struct cf_str code = CF_LIT(""), given = CF_LIT(""), next;
        must(p, access_oidc_begin(p->x, &provider, lit(elsewhere[i]), p->a, &start, &p->errs));
        walk(p, start.url, &code, &given);
        must(p, finish(p, &start, code, given, &s, &next));
        assert_text(next, "/");
    }
    for (size_t i = 2; i < CF_COUNT(elsewhere); i++) {
        struct access_oidc_start start;
        must(p, access_oidc_begin(p->x, &provider, lit(elsewhere[i]), p->a, &start, &p->errs));
    }
}

static void a_provider_that_calls_itself_otherwise_is_refused(void **state) {
    struct place *p = *state;
    struct access_oidc_start start;
    struct access_oidc renamed = provider;
    renamed.issuer = cf_str_printf(p->a, "%.*s/", CF_STR_ARG(provider.issuer));
    refused(p, access_oidc_begin(p->x, &renamed, CF_LIT("/"), p->a, &start, &p->errs), CF_A040);
}

static void a_provider_that_is_not_there_or_not_safe_is_refused(void **state) {
    struct place *p = *state;
    struct access_oidc_start start;
    struct access_oidc gone = provider, plain = provider;
    gone.issuer = CF_LIT("http://127.0.0.1:1");
    plain.issuer = CF_LIT("http://id.example");
    refused(p, access_oidc_begin(p->x, &gone, CF_LIT("/"), p->a, &start, &p->errs), CF_A040);
    refused(p, access_oidc_begin(p->x, &plain, CF_LIT("/"), p->a, &start, &p->errs), CF_A040);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, begin_now, place_end)
int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest alone[] = {IN_A_PLACE(a_provider_that_is_not_there_or_not_safe_is_refused)};
    if (!start_provider()) {
        printf("SKIP: OpenID Connect with a real provider: there is no node, or its packages cannot be fetched\n");
        (void)fflush(stdout);
        return cmocka_run_group_tests(alone, NULL, NULL);
    }
    provider.issuer = cf_str_from(issuer);
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(who_is_linked_is_signed_in_and_nobody_else),
        IN_A_PLACE(an_answer_to_another_browser_or_too_late_is_refused),
        IN_A_PLACE(where_one_goes_next_is_a_page_of_our_own),
        IN_A_PLACE(a_provider_that_calls_itself_otherwise_is_refused),
        IN_A_PLACE(a_provider_that_is_not_there_or_not_safe_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stop_provider();
    return failed;
}
