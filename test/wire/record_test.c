/* record: forms, drafts, decisions and sealed forms over HTTP: what is recorded, once, and by whom; who may not. */
#include "wire/http.h"

#define WHEN "when.day=3&when.month=6&when.year=2024&when.time=15:10"
#define ASKED                                                                                                                  \
    "n.child.given_name=Wirina&n.child.family_name=Inventhorpe&n.child.born.day=14&n.child.born.month=2&"                      \
    "n.child.born.year=2011&f.grounds=Seen+to+hide+a+package%2C+streetwise&f.article=A+package&"                               \
    "f.urgent=no&f.exploitation=yes&do=check&" WHEN

static void posted(const char *path, const char *answers, const char *child) {
    char fields[2048];
    (void)snprintf(fields, sizeof fields, "a.child=new&a.child.fresh=%s&%s", child, answers);
    http_post(path, fields);
}

/* The Location of a redirect, copied. */
static const char *went_to(void) {
    static char where[2][300];
    static int turn;
    turn = 1 - turn;
    http_status(303);
    (void)snprintf(where[turn], sizeof where[turn], "%s", http_header("Location"));
    return where[turn];
}

static const char *request_recorded(const char *child, const char **draft) {
    static char kept[300];
    http_sign_in("okafor", "safeguarding");
    http_get("/record/mtip_request");
    posted("/record/mtip_request", ASKED, child);
    (void)snprintf(kept, sizeof kept, "%s", went_to());
    *draft = kept;
    http_get(kept);
    http_status(200);
    http_post(kept, "do=send");
    return went_to();
}

static void a_form_is_checked_recorded_and_says_what_follows(void **state) {
    const char *draft;
    (void)state;
    const char *recorded = request_recorded("0123456789abcdef0123456789abcdef", &draft);
    http_get(recorded);
    http_status(200);
    http_says("Ask for a more thorough search");
    http_says("Decide whether to agree the search");
    http_says("Wirina Inventhorpe");
    http_get("/drafts");
    assert_null(strstr(reply.body, draft));
    http_get("/record?about=0123456789abcdef0123456789abcdef");
    http_says("/record/mtip_search?about=0123456789abcdef0123456789abcdef");
    http_get("/record/mtip_search?about=0123456789abcdef0123456789abcdef");
    http_says("More thorough search, from 3 June 2024 at 15:10"); /* the episode that is open is offered */
}

static void pressing_twice_records_once(void **state) {
    const char *draft;
    char first[300];
    (void)state;
    (void)snprintf(first, sizeof first, "%s", request_recorded("0223456789abcdef0123456789abcdef", &draft));
    http_post(draft, "do=send");
    assert_string_equal(went_to(), first);
}

static void what_is_wrong_is_said_above_the_form_and_nothing_typed_is_lost(void **state) {
    (void)state;
    http_sign_in("okafor", "safeguarding");
    http_get("/record/mtip_request");
    http_post("/record/mtip_request",
              "f.grounds=%3Cscript%3Ealert(1)%3C%2Fscript%3E&f.urgent=perhaps&a.child=%22%3E&when.year=20&do=check");
    http_status(422);
    http_says("There is a problem");
    http_says("Choose who child is from the list");
    http_says("&lt;script&gt;alert(1)");
    assert_null(strstr(reply.body, "<script>alert"));
    http_get("/drafts");
    http_says("Ask for a more thorough search");
}

static void words_that_blame_are_marked_but_not_the_childs_own(void **state) {
    const char *draft;
    (void)state;
    http_sign_in("okafor", "safeguarding");
    http_get("/record/mtip_request");
    posted("/record/mtip_request", ASKED, "0323456789abcdef0123456789abcdef");
    draft = went_to();
    http_get(draft);
    http_says("It makes a child look older and safer than they are.");
    http_get("/record/safeguarding_report");
    posted("/record/safeguarding_report", "f.concern=She+is+alone&f.child_said=i+am+streetwise&episode=~none&" WHEN "&do=check",
           "0423456789abcdef0123456789abcdef");
    http_get(went_to());
    http_status(200);
    assert_null(strstr(reply.body, "older and safer"));
}

static void a_draft_and_what_was_recorded_are_their_officers_alone(void **state) {
    const char *draft;
    char recorded[300], open[300];
    (void)state;
    (void)snprintf(recorded, sizeof recorded, "%s", request_recorded("0523456789abcdef0123456789abcdef", &draft));
    http_get("/record/mtip_request");
    posted("/record/mtip_request", ASKED, "0623456789abcdef0123456789abcdef");
    (void)snprintf(open, sizeof open, "%s", went_to());
    http_sign_in("rahman", "safeguarding");
    http_get(open);
    http_status(404);
    http_get(recorded);
    http_status(404);
    http_post(open, "do=send");
    http_status(404);
    http_sign_in("mbeki", "safeguarding");
    http_get("/record/mtip_request");
    http_status(404);
    http_get("/record/no_such_record");
    http_status(404);
    http_get("/record");
    http_status(200);
    assert_null(strstr(reply.body, "mtip_request"));
}

static void nobody_who_is_not_signed_in_records(void **state) {
    static const char *const paths[] = {"/record", "/record/mtip_request", "/drafts", "/decisions"};
    (void)state;
    http_forget();
    for (size_t i = 0; i < CF_COUNT(paths); i++) {
        http_get(paths[i]);
        http_status(303);
        assert_non_null(strstr(http_header("Location"), "/sign-in"));
    }
    http_get("/sign-in");
    http_post("/record/mtip_request", "do=check");
    assert_true(reply.status == 401 || reply.status == 303);
}

static void a_decision_is_taken_by_another_on_the_grounds_alone(void **state) {
    const char *draft, *at;
    char card[300];
    (void)state;
    (void)request_recorded("0723456789abcdef0123456789abcdef", &draft);
    http_get("/decisions");
    http_says("Nothing waits for you");
    http_sign_in("rahman", "safeguarding");
    http_get("/decisions");
    at = strstr(reply.body, "/decisions/0723456789abcdef0123456789abcdef/");
    assert_non_null(at);
    (void)snprintf(card, sizeof card, "%.*s", (int)strcspn(at, "\""), at);
    http_get(card);
    http_status(200);
    http_says("Seen to hide a package");
    assert_null(strstr(reply.body, "Wirina"));
    http_post(card, "key=0123456789abcdef0123456789abcdef&f.reason=x&" WHEN);
    http_status(422);
    http_says("Answer \xe2\x80\x9c"
              "Answer\xe2\x80\x9d");
    http_post(card, "key=0123456789abcdef0123456789abcdef&f.answer=refused&f.reason=A+guess&" WHEN);
    http_get(went_to());
    http_says("Decide whether to agree the search");
    http_says("met");
    http_get(card);
    http_status(404); /* it waits no more */
}

static void a_sealed_form_that_is_none_is_refused(void **state) {
    (void)state;
    http_sign_in("okafor", "safeguarding");
    http_get("/offline");
    http_status(200);
    http_post("/offline/send", "number=1&box=AAAA");
    assert_true(reply.status >= 400 && reply.status < 500);
    http_post("/offline/send", "number=x&box=%00");
    assert_true(reply.status >= 400 && reply.status < 500);
    http_get("/offline/form/mtip_decision");
    http_status(404);
    http_forget();
    http_get("/offline/form/stop_search");
    http_status(200); /* the form shows nobody, so a phone may keep it */
    assert_null(strstr(reply.body, "Okafor"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_checked_recorded_and_says_what_follows),
        cmocka_unit_test(pressing_twice_records_once),
        cmocka_unit_test(what_is_wrong_is_said_above_the_form_and_nothing_typed_is_lost),
        cmocka_unit_test(words_that_blame_are_marked_but_not_the_childs_own),
        cmocka_unit_test(a_draft_and_what_was_recorded_are_their_officers_alone),
        cmocka_unit_test(nobody_who_is_not_signed_in_records),
        cmocka_unit_test(a_decision_is_taken_by_another_on_the_grounds_alone),
        cmocka_unit_test(a_sealed_form_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, http_begin, http_end);
}
