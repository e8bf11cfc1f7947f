/* Signing in elsewhere as a browser does: the built program's pages, and a real provider (npm's oidc-provider) started here.
 * Where there is no node, or its packages cannot be fetched, it says SKIP and tests only what needs no provider. */
#include "wire/http.h"

#include "oidc/provider.h"

static int begin_with(const char *at) {
    char path[200];
    wire_begin(NULL);
    snprintf(path, sizeof path, "%s/secret", wire_folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(PROVIDER_SECRET "\n", f);
    fclose(f);
    setenv("CHILDFIRST_OIDC_ISSUER", at, 1);
    setenv("CHILDFIRST_OIDC_CLIENT", "childfirst", 1);
    setenv("CHILDFIRST_OIDC_SECRET_FILE", path, 1);
    setenv("CHILDFIRST_OIDC_REDIRECT", PROVIDER_REDIRECT, 1);
    childfirst("init --force met");
    ends_with(0);
    http_start();
    return 0;
}

static int begin(void **state) {
    (void)state;
    return begin_with(issuer);
}

static int begin_without_a_provider(void **state) {
    (void)state;
    return begin_with("http://127.0.0.1:1");
}

/* Follows the link to the provider and through it; the address at which the browser comes back, without its host. */
static const char *go_there_and_back(const char *from) {
    static char url[2048];
    http_get(from);
    http_status(303);
    const char *to = http_header("Location");
    assert_non_null(to);
    assert_memory_equal(to, issuer, strlen(issuer));
    assert_non_null(strstr(to, "code_challenge_method=S256"));
    assert_non_null(strstr(to, "nonce="));
    snprintf(url, sizeof url, "%s", to);
    const char *back = walk_from(url);
    const char *host = "http://127.0.0.1:9";
    assert_memory_equal(back, host, strlen(host));
    snprintf(url, sizeof url, "%s", back + strlen(host));
    return url;
}

static void who_is_linked_signs_in_elsewhere_and_goes_on(void **state) {
    char back[2048];
    (void)state;
    http_forget();
    http_get("/sign-in?next=%2Fpurpose");
    http_says("href=\"/sign-in/elsewhere?next=%2Fpurpose\"");
    snprintf(back, sizeof back, "%s", go_there_and_back("/sign-in/elsewhere?next=%2Fpurpose"));
    http_get(back);
    http_status(403);
    http_says("nobody here is linked to this account");
    http_says("Ask an administrator to link it to your login.");
    http_says("name=\"password\"");
    childfirst("user link rahman --issuer %s --subject inspector-1", issuer);
    ends_with(0);
    snprintf(back, sizeof back, "%s", go_there_and_back("/sign-in/elsewhere?next=%2Fpurpose"));
    http_get(back);
    http_goes_to("/purpose");
    http_get("/purpose");
    http_status(200);
    http_says("Tariq Rahman");
    http_get(back); /* the way back works once */
    http_status(403);
    http_says("this browser began no such sign-in");
    http_logged("CF-A041");
}

static void an_answer_to_another_browser_signs_nobody_in(void **state) {
    char back[2048], mine[2048];
    (void)state;
    http_forget();
    snprintf(back, sizeof back, "%s", go_there_and_back("/sign-in/elsewhere"));
    http_forget();
    http_get(back);
    http_status(403);
    http_says("this browser began no such sign-in");
    http_forget();
    snprintf(mine, sizeof mine, "%s", go_there_and_back("/sign-in/elsewhere"));
    http_get(back); /* with the cookie of another beginning */
    http_status(403);
    http_get("/purpose");
    http_goes_to("/sign-in?next=%2Fpurpose");
}

static void what_the_provider_refuses_is_said_in_words(void **state) {
    char url[2048], state_of[256];
    (void)state;
    http_forget();
    http_get("/sign-in/elsewhere");
    http_status(303);
    const char *at = strstr(http_header("Location"), "&state=");
    assert_non_null(at);
    snprintf(state_of, sizeof state_of, "%.*s", (int)strcspn(at + 1, "&"), at + 1);
    snprintf(url, sizeof url, "/signed-in?error=access_denied&%s", state_of);
    http_get(url);
    http_status(503);
    http_says("the identity provider refused the sign-in");
    http_never_says("access_denied");
    http_get("/sign-in/elsewhere?next=https://evil.example/");
    http_status(303);
    assert_null(strstr(http_header("Location"), "evil"));
}

static void a_provider_that_is_not_there_leaves_the_password(void **state) {
    (void)state;
    http_forget();
    http_get("/sign-in/elsewhere");
    http_status(503);
    http_says("You were not signed in");
    http_says("sign in with a password");
    http_says("name=\"password\"");
    http_sign_in("rahman", NULL);
}

static void settings_that_are_not_whole_are_refused_at_the_start(void **state) {
    (void)state;
    wire_begin(NULL);
    childfirst("init --force met");
    setenv("CHILDFIRST_OIDC_ISSUER", "https://id.example", 1);
    unsetenv("CHILDFIRST_OIDC_CLIENT");
    childfirst("serve --socket %s/socket", wire_folder);
    ends_with(1);
    says("CF-W017");
    says("CHILDFIRST_OIDC_CLIENT is not set");
    unsetenv("CHILDFIRST_OIDC_ISSUER");
    unsetenv("CHILDFIRST_OIDC_SECRET_FILE");
    unsetenv("CHILDFIRST_OIDC_REDIRECT");
    http_start();
    http_forget();
    http_get("/sign-in");
    http_never_says("elsewhere");
    http_get("/sign-in/elsewhere");
    http_status(404);
    http_get("/signed-in?code=x&state=y");
    http_status(404);
    http_end(NULL);
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest through[] = {
        cmocka_unit_test(who_is_linked_signs_in_elsewhere_and_goes_on),
        cmocka_unit_test(an_answer_to_another_browser_signs_nobody_in),
        cmocka_unit_test(what_the_provider_refuses_is_said_in_words),
    };
    const struct CMUnitTest alone[] = {cmocka_unit_test(a_provider_that_is_not_there_leaves_the_password)};
    const struct CMUnitTest settings[] = {cmocka_unit_test(settings_that_are_not_whole_are_refused_at_the_start)};
    int failed = 0;
    if (start_provider()) {
        failed += cmocka_run_group_tests(through, begin, http_end);
        stop_provider();
    } else {
        printf("SKIP: OpenID Connect with a real provider: there is no node, or its packages cannot be fetched\n");
        (void)fflush(stdout);
    }
    failed += cmocka_run_group_tests(alone, begin_without_a_provider, http_end);
    return failed + cmocka_run_group_tests(settings, NULL, NULL);
}
