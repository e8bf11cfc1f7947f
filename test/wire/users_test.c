/* users: stories over HTTP of who can sign in and what they may do, who looked at a child, emergency openings and their review,
 * the ledger and its verification. Everyone in here is invented. */
#include "wire/http.h"

static char child_id[33];

static int begin(void **state) {
    wire_begin(state);
    childfirst("init --force met");
    ends_with(0);
    childfirst("simulate --children 6 --years 1 --seed 7");
    ends_with(0);
    childfirst("record identity --person new --given_name Zelphira --family_name Nonesuch --born 2012-03-04");
    ends_with(0);
    id_after("about", child_id);
    http_start();
    return 0;
}

/* The address of a link or form on the page that begins so. */
static const char *address_from(const char *begins, const char *after) {
    static char path[256];
    const char *at = after ? strstr(reply.body, after) : reply.body;
    assert_non_null(at);
    at = strstr(at, begins);
    assert_non_null(at);
    snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\"<? "), at);
    return path;
}

/* The page of a user, opened by user name, as the administrator does it. */
static const char *user_page(const char *login) {
    static char path[128];
    char fields[100];
    http_get("/users");
    http_status(200);
    snprintf(fields, sizeof fields, "login=%s", login);
    http_post("/users", fields);
    assert_int_equal(reply.status, 303);
    snprintf(path, sizeof path, "%s", http_header("Location"));
    http_get(path);
    http_status(200);
    return path;
}

static const char *under(const char *path, const char *more) {
    static char all[300];
    snprintf(all, sizeof all, "%s/%s", path, more);
    return all;
}

/* ---- Users. */

static void a_user_is_added_given_a_role_and_a_password_and_signs_in(void **state) {
    (void)state;
    char path[128], fields[200], word[64];
    http_sign_in("whitlock", "administration");
    http_get("/users");
    http_says("Sergeant Jo Brandt");
    http_says("Wood Green custody suite");
    http_get("/users/new");
    http_post("/users/new", "login=&name=&unit=");
    http_status(422);
    http_says("Enter a user name");
    http_says("Enter the name that others see");
    http_post("/users/new", "login=brandt&name=Somebody&unit=");
    http_status(422);
    http_says("The login `brandt` is taken");
    http_post("/users/new", "login=quill&name=PC+%3Cb%3EQuill%3C%2Fb%3E&unit=no_such_unit");
    http_status(422);
    http_never_says("<b>Quill");
    http_post("/users/new", "login=quill&name=PC+Ivo+Quill&unit=central_east");
    assert_int_equal(reply.status, 303);
    snprintf(path, sizeof path, "%s", http_header("Location"));
    http_get(path);
    http_says("Cannot sign in yet");
    http_says("None: they can see and do nothing");
    http_get(under(path, "grant"));
    http_says("Choose a role");
    http_post(under(path, "grant"), "role=&reason=");
    http_status(422);
    http_says("Say why: it is kept with the change");
    http_post(under(path, "grant"), "role=constable&reason=joined&until-day=31&until-month=2&until-year=2030");
    http_status(422);
    http_says("Enter a day, a month and a year that exist");
    http_post(under(path, "grant"), "role=constable&reason=joined&until-day=1&until-month=2&until-year=2020");
    http_status(422);
    http_says("Choose a day that is not over");
    http_post(under(path, "grant"), "role=no_such_role&reason=joined");
    http_status(422);
    http_post(under(path, "grant"), "role=constable&reason=joined+the+team");
    http_goes_to(path);
    http_post(under(path, "grant"), "role=constable&reason=joined+the+team"); /* pressed twice */
    http_goes_to(path);
    http_get(path);
    http_says("Given the role Constable");
    http_says("joined the team");
    http_says("Iris Whitlock");
    assert_null(strstr(strstr(reply.body, "Given the role Constable") + 1, "Given the role Constable"));
    http_get(under(path, "reset"));
    http_post(under(path, "reset"), "");
    http_status(200);
    const char *at = strstr(reply.body, "<code>");
    assert_non_null(at);
    snprintf(word, sizeof word, "%.29s", at + strlen("<code>"));
    http_says("It is shown this once");
    http_get(path);
    http_never_says(word);
    http_forget();
    http_get("/sign-in");
    snprintf(fields, sizeof fields, "login=quill&password=%s&next=%%2F", word);
    http_post("/sign-in", fields);
    http_goes_to("/password");
    assert_null(strstr(http_log(), word));
}

static void a_role_ends_with_its_reason_and_counts_at_once(void **state) {
    (void)state;
    char path[128];
    http_sign_in("whitlock", "administration");
    snprintf(path, sizeof path, "%s", user_page("lindqvist"));
    http_says("Supervisor");
    http_get(under(path, "end?role=auditor"));
    http_status(404);
    http_get(under(path, "end?role=supervisor"));
    http_says("End a role: Supervisor");
    http_post(under(path, "end"), "role=supervisor&reason=moved+on");
    http_goes_to(path);
    http_get(path);
    http_says("Ended the role Supervisor");
    http_says("moved on");
}

static void a_unit_changes_and_who_leaves_cannot_go_on(void **state) {
    (void)state;
    char path[128], theirs[2048], mine[2048], csrf[128];
    http_sign_in("castell", "safeguarding");
    snprintf(theirs, sizeof theirs, "%s", http_cookies);
    http_sign_in("whitlock", "administration");
    snprintf(path, sizeof path, "%s", user_page("castell"));
    http_post(under(path, "unit"), "unit=north_area&reason=moved");
    http_goes_to(path);
    http_get(path);
    http_says("North Area Basic Command Unit");
    http_post(under(path, "leave"), "reason=");
    http_status(422);
    http_post(under(path, "leave"), "reason=left+the+force");
    http_goes_to(path);
    http_get(path);
    http_says("Left: cannot sign in");
    snprintf(mine, sizeof mine, "%s", http_cookies);
    snprintf(csrf, sizeof csrf, "%s", http_csrf);
    snprintf(http_cookies, sizeof http_cookies, "%s", theirs);
    http_get("/duties"); /* their session has ended with them */
    assert_int_not_equal(reply.status, 200);
    snprintf(http_cookies, sizeof http_cookies, "%s", mine);
    snprintf(http_csrf, sizeof http_csrf, "%s", csrf);
    http_post(under(path, "back"), "reason=came+back");
    http_goes_to(path);
    http_get(path);
    http_says("May sign in again");
}

static void nobody_changes_their_own_authority(void **state) {
    (void)state;
    static const char *const changes[] = {"grant", "end", "unit", "leave", "back", "reset", "codes"};
    char path[128];
    http_sign_in("whitlock", "administration");
    snprintf(path, sizeof path, "%s", user_page("whitlock"));
    http_says("This is you");
    http_never_says("Give a role");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        http_get(path);
        http_post(under(path, changes[i]), "role=auditor&unit=engage&reason=because");
        http_status(403);
        http_says("Nobody changes their own authority");
    }
    http_get(path);
    http_never_says("Auditor");
}

static void what_roles_allow_stands_in_words(void **state) {
    (void)state;
    http_sign_in("whitlock", "administration");
    http_get("/users/roles");
    http_status(200);
    http_says("Records manager");
    http_says("To safeguard or promote the welfare of the child");
    http_says("People of their unit");
}

static void only_administrators_keep_users(void **state) {
    (void)state;
    static const char *const people[] = {"okafor", "rahman", "brandt", "ferreira", "novak", "adeyemi"};
    char path[128];
    http_sign_in("whitlock", "administration");
    snprintf(path, sizeof path, "%s", user_page("okafor"));
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        http_sign_in(people[i], NULL);
        http_get("/users");
        http_status(403);
        http_never_says("Whitlock");
        http_get("/users/new");
        http_status(403);
        http_get("/users/roles");
        http_status(403);
        http_get(path);
        http_status(403);
        http_get("/");
        http_post("/users", "login=okafor");
        http_status(403);
        http_get("/");
        http_post("/users/new", "login=mine&name=Mine&unit=");
        http_status(403);
        http_get("/");
        http_post(under(path, "grant"), "role=administrator&reason=because");
        http_status(403);
    }
    http_sign_in("whitlock", "administration");
    http_get(path);
    http_never_says("Administrator</th>");
}

static void a_form_without_its_hidden_field_changes_nothing(void **state) {
    (void)state;
    char path[128], forms[5][200];
    http_sign_in("whitlock", "administration");
    snprintf(path, sizeof path, "%s", user_page("okafor"));
    snprintf(forms[0], sizeof forms[0], "%s/grant", path);
    snprintf(forms[1], sizeof forms[1], "%s/reset", path);
    snprintf(forms[2], sizeof forms[2], "/users/new");
    snprintf(forms[3], sizeof forms[3], "/ledger/verify");
    snprintf(forms[4], sizeof forms[4], "/users");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        http_send("POST", forms[i], "application/x-www-form-urlencoded", "role=sergeant&reason=x&login=zz&name=zz&csrf=forged");
        http_status(403);
    }
    http_get(path);
    http_never_says("Given the role Sergeant");
    http_sign_in("rahman", "supervision");
    http_send("POST", "/glass", "application/x-www-form-urlencoded", "child=x&reason=missing&why=x");
    http_status(403);
}

static void a_user_who_does_not_exist_is_not_there(void **state) {
    (void)state;
    http_sign_in("whitlock", "administration");
    http_get("/users/00000000000000000000000000000001");
    http_status(404);
    http_get("/users/nonsense");
    http_status(404);
    http_get("/users");
    http_post("/users", "login=nobody-here");
    http_status(422);
    http_says("There is no such user");
    char path[200];
    snprintf(path, sizeof path, "%s/nonsense", user_page("okafor"));
    http_get(path);
    http_status(404);
    http_get("/users?page=-7");
    http_status(200);
}

/* ---- Emergency openings. */

static void an_emergency_opening_asks_why_opens_one_child_and_is_reviewed(void **state) {
    (void)state;
    char path[200], fields[400];
    snprintf(path, sizeof path, "/child/%s", child_id);
    http_sign_in("mbeki", "safeguarding");
    http_get(path);
    http_status(404);
    http_get("/glass");
    http_status(200);
    http_never_says("Open to you now");
    http_says("A child is missing");
    http_post("/glass", "child=nonsense&reason=&why=");
    http_status(422);
    http_says("Enter the number of the child");
    http_says("Choose why it must be seen now");
    http_says("Say what has happened");
    http_post("/glass", "child=00000000000000000000000000000001&reason=missing&why=She+is+missing");
    http_status(422);
    http_says("There is nobody here with this id");
    snprintf(fields, sizeof fields,
             "child=https%%3A%%2F%%2Finvented.example%%2Fchild%%2F%s&reason=missing&why=Quillwort+says+gone", child_id);
    http_post("/glass", fields);
    http_goes_to("/glass");
    http_post("/glass", fields); /* pressed twice: opened once */
    http_goes_to("/glass");
    http_get("/glass");
    http_says("Open to you now");
    http_says("Zelphira Nonesuch");
    http_get(path);
    http_status(200);
    http_says("Zelphira Nonesuch");
    http_get("/glass/reviews"); /* a youth worker reviews nothing */
    http_status(403);

    http_sign_in("ferreira", "audit");
    http_get("/glass/reviews");
    http_says("Thandi Mbeki");
    http_says("Open now");
    http_says("1 wait for a review");
    snprintf(path, sizeof path, "%s", address_from("/glass/reviews/", "Thandi Mbeki"));
    http_get(path);
    http_status(200);
    http_says("Quillwort says gone");
    http_says("A child is missing");
    http_post(path, "finding=");
    http_status(422);
    http_says("Choose yes or no");
    http_says("Say what you found");
    http_post(path, "justified=yes&finding=Nothing+else+would+do");
    http_goes_to("/glass/reviews");
    http_get("/glass/reviews");
    http_says("None waits for you");
    http_get(path);
    http_status(404);
    http_post(path, "justified=yes&finding=Again");
    http_status(404);

    http_sign_in("mbeki", "safeguarding");
    snprintf(path, sizeof path, "/child/%s", child_id);
    http_get(path); /* the review closed it */
    http_status(404);
    assert_null(strstr(http_log(), "Quillwort"));
}

static void nobody_reviews_their_own_opening(void **state) {
    (void)state;
    char fields[200], path[200];
    http_sign_in("ferreira", "audit");
    http_get("/glass");
    snprintf(fields, sizeof fields, "child=%s&reason=other&why=To+try", child_id);
    http_post("/glass", fields);
    http_goes_to("/glass");
    http_get("/glass/reviews");
    http_says("None waits for you");
    http_sign_in("rahman", "supervision");
    http_get("/glass/reviews");
    http_says("Nadia Ferreira");
    snprintf(path, sizeof path, "%s", address_from("/glass/reviews/", "Nadia Ferreira"));
    http_sign_in("ferreira", "audit");
    http_get(path);
    http_status(404);
    http_get("/");
    http_post(path, "justified=yes&finding=Mine");
    http_status(404);
}

/* ---- Who looked. */

static void an_auditor_sees_who_looked_why_and_where(void **state) {
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "/child/%s/journey", child_id);
    http_sign_in("brandt", "safeguarding");
    http_get(path);
    http_status(200);
    http_sign_in("ferreira", "audit");
    http_get("/looked");
    http_status(200);
    snprintf(path, sizeof path, "/looked?child=%s", child_id);
    http_get(path);
    http_status(200);
    http_says("Zelphira Nonesuch");
    http_says("Sergeant Jo Brandt");
    http_says("Custody officer; Sergeant");
    http_says("To safeguard or promote the welfare of the child");
    http_says("A child’s journey");
    http_says("Opened in an emergency");
    http_says("Refused");
    http_says("Who looked at this child"); /* this look is one of them */
    http_says("<title>Who looked – childfirst</title>");
    snprintf(path, sizeof path, "/looked?child=%s&to-day=1&to-month=1&to-year=2020&from-day=1&from-month=1&from-year=2019",
             child_id);
    http_get(path);
    http_says("0 looks, by 0 people");
}

static void what_an_auditor_typed_wrong_is_said(void **state) {
    (void)state;
    char path[300];
    http_sign_in("ferreira", "audit");
    http_get("/looked?child=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    http_status(422);
    http_never_says("<script>alert");
    http_says("Enter the number of the person");
    http_get("/looked?child=00000000000000000000000000000001");
    http_status(422);
    http_says("There is nobody here with this id");
    snprintf(path, sizeof path, "/looked?child=%s&from-day=2&from-month=1&from-year=2024&to-day=1&to-month=1&to-year=2024",
             child_id);
    http_get(path);
    http_status(422);
    http_says("The last day is before the first");
    snprintf(path, sizeof path, "/looked?child=%s&from-day=99&from-month=1&from-year=99999999999999999999", child_id);
    http_get(path);
    http_status(422);
}

static void only_auditors_see_who_looked(void **state) {
    (void)state;
    static const char *const people[] = {"okafor", "rahman", "castell", "whitlock", "novak"};
    char path[200];
    snprintf(path, sizeof path, "/looked?child=%s", child_id);
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        http_sign_in(people[i], NULL);
        http_get(path);
        http_status(403);
        http_never_says("Zelphira");
        http_never_says("Nadia");
    }
    http_forget();
    http_get(path);
    assert_true(reply.status == 303 || reply.status == 401);
}

/* ---- The ledger. */

static void the_ledger_is_verified_in_the_background_and_the_result_is_kept(void **state) {
    (void)state;
    http_sign_in("whitlock", "administration");
    http_get("/ledger");
    http_status(200);
    http_says("It was never verified from here");
    http_says("met/childfirst/1");
    http_says("In force");
    http_post("/ledger/verify", "");
    http_goes_to("/ledger");
    for (int i = 0; i < 300; i++) {
        http_get("/ledger");
        http_status(200);
        if (strstr(reply.body, "All right")) {
            break;
        }
        usleep(100000);
    }
    http_says("All right");
    http_says(" 0 faults");
    assert_int_equal(http_stop(SIGTERM), 0);
    http_start();
    http_sign_in("ferreira", "audit");
    http_get("/ledger");
    http_says("All right"); /* outlives the server */
    http_get("/ledger/head");
    http_status(200);
    assert_non_null(strstr(http_header("Content-Disposition"), "ledger-head.txt"));
    http_says("met/childfirst/1\n");
}

static void the_ledger_is_for_administrators_and_auditors(void **state) {
    (void)state;
    static const char *const people[] = {"okafor", "rahman", "brandt", "novak"};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        http_sign_in(people[i], NULL);
        http_get("/ledger");
        http_status(403);
        http_never_says("met/childfirst/1");
        http_get("/ledger/head");
        http_status(403);
        http_get("/");
        http_post("/ledger/verify", "");
        http_status(403);
    }
}

static void nothing_personal_is_logged(void **state) {
    (void)state;
    http_logged("/looked");
    http_logged("/users/:user");
    assert_null(strstr(http_log(), child_id));
    assert_null(strstr(http_log(), "Zelphira"));
    assert_null(strstr(http_log(), "Mbeki"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_added_given_a_role_and_a_password_and_signs_in),
        cmocka_unit_test(a_role_ends_with_its_reason_and_counts_at_once),
        cmocka_unit_test(a_unit_changes_and_who_leaves_cannot_go_on),
        cmocka_unit_test(nobody_changes_their_own_authority),
        cmocka_unit_test(what_roles_allow_stands_in_words),
        cmocka_unit_test(only_administrators_keep_users),
        cmocka_unit_test(a_form_without_its_hidden_field_changes_nothing),
        cmocka_unit_test(a_user_who_does_not_exist_is_not_there),
        cmocka_unit_test(an_emergency_opening_asks_why_opens_one_child_and_is_reviewed),
        cmocka_unit_test(nobody_reviews_their_own_opening),
        cmocka_unit_test(an_auditor_sees_who_looked_why_and_where),
        cmocka_unit_test(what_an_auditor_typed_wrong_is_said),
        cmocka_unit_test(only_auditors_see_who_looked),
        cmocka_unit_test(the_ledger_is_verified_in_the_background_and_the_result_is_kept),
        cmocka_unit_test(the_ledger_is_for_administrators_and_auditors),
        cmocka_unit_test(nothing_personal_is_logged),
    };
    return cmocka_run_group_tests(tests, begin, http_end);
}
