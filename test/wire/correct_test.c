/* correct: records put right over HTTP: what each change shows before it is done, that it is done once, and who may not. */
#include "wire/http.h"

#define WHEN "when.day=3&when.month=6&when.year=2024&when.time=15:10"
#define NOBODY "/00000000000000000000000000000000"

/* The Location of a redirect, copied. */
static const char *went_to(void) {
    static char where[4][300];
    static int turn;
    turn = (turn + 1) % 4;
    http_status(303);
    (void)snprintf(where[turn], sizeof where[turn], "%s", http_header("Location"));
    return where[turn];
}

/* A search asked for by an officer about a new child; the id of the event. */
static const char *recorded(const char *child, const char *name) {
    static char ids[4][40];
    static int turn;
    char fields[2048];
    turn = (turn + 1) % 4;
    http_sign_in("okafor", "safeguarding");
    http_get("/record/mtip_request");
    (void)snprintf(fields, sizeof fields,
                   "a.child=new&a.child.fresh=%s&n.child.given_name=%s&n.child.family_name=Inventhorpe&n.child.born.day=14&"
                   "n.child.born.month=2&n.child.born.year=2011&f.grounds=Seen+to+hide+a+package&f.article=A+package&"
                   "f.urgent=no&f.exploitation=no&do=check&" WHEN,
                   child, name);
    http_post("/record/mtip_request", fields);
    const char *draft = went_to();
    http_get(draft);
    http_post(draft, "do=send");
    (void)snprintf(ids[turn], sizeof ids[turn], "%s", went_to() + strlen("/recorded/"));
    return ids[turn];
}

/* The value of a hidden field of the page. */
static const char *hidden(const char *name) {
    static char value[200];
    char wanted[100];
    (void)snprintf(wanted, sizeof wanted, "name=\"%s\" value=\"", name);
    const char *at = strstr(reply.body, wanted);
    assert_non_null(at);
    at += strlen(wanted);
    (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\""), at);
    return value;
}

static const char *answers(const char *child, const char *urgent, const char *reason, const char *what) {
    static char fields[2048];
    static char key[100], known[100];
    (void)snprintf(key, sizeof key, "%s", hidden("key"));
    (void)snprintf(known, sizeof known, "%s", hidden("known"));
    (void)snprintf(fields, sizeof fields,
                   "a.child=%s&f.grounds=Seen+to+hide+a+package&f.article=A+package&f.urgent=%s&f.exploitation=no&key=%s&"
                   "known=%s&reason=%s&do=%s&" WHEN,
                   child, urgent, key, known, reason, what);
    return fields;
}

static char at[200];
static const char *event_at(const char *event, const char *page) {
    (void)snprintf(at, sizeof at, "/event/%s/%s", event, page);
    return at;
}

/* What the page says: its main part up to the number of the request. */
static const char *said(void) {
    static char main_part[2][1 << 18];
    static int turn;
    turn = 1 - turn;
    const char *from = strstr(reply.body, "<main"), *to = strstr(reply.body, "give this number");
    assert_true(from && to);
    (void)snprintf(main_part[turn], sizeof main_part[turn], "%.*s", (int)(to - from), from);
    return main_part[turn];
}

/* ---- Correcting. */

static void a_correction_is_shown_then_done_once(void **state) {
    const char *child = "1123456789abcdef0123456789abcdef", *event = recorded(child, "Corra");
    char first[2048];
    (void)state;
    http_sign_in("sato", "quality");
    http_get(event_at(event, "correct"));
    http_status(200);
    http_says("Correct a record");
    http_says("Seen to hide a package");
    http_post(at, answers(child, "yes", "It+was+urgent", "check"));
    http_status(200);
    http_says("What this correction would change");
    http_says("Nothing has been done yet");
    http_says("It was urgent");
    http_get(event_at(event, "correct")); /* and so it stands as it stood */
    http_says("Seen to hide a package");
    assert_null(strstr(reply.body, "has been corrected before"));
    (void)snprintf(first, sizeof first, "%s", answers(child, "yes", "It+was+urgent", "do"));
    http_post(at, first);
    assert_string_equal(went_to(), event_at(event, "told"));
    http_post(event_at(event, "correct"), first); /* pressed twice */
    assert_string_equal(went_to(), event_at(event, "told"));
    http_get(at);
    http_status(200);
    http_says("Corrected by Ren Sato");
    const char *again = strstr(strstr(reply.body, "Corrected by") + 1, "Corrected by");
    assert_null(again);
    http_get(event_at(event, "correct"));
    http_says("has been corrected before");
}

static void what_changed_meanwhile_is_not_overwritten(void **state) {
    const char *child = "1223456789abcdef0123456789abcdef", *event = recorded(child, "Melwin");
    char mine[2048];
    (void)state;
    http_sign_in("sato", "quality");
    http_get(event_at(event, "correct"));
    (void)snprintf(mine, sizeof mine, "%s", answers(child, "yes", "first+thoughts", "do"));
    http_get(at);
    http_post(at, answers(child, "yes", "second+thoughts", "do"));
    http_status(303);
    http_post(event_at(event, "correct"), mine);
    http_status(403);
    http_says("somebody else meanwhile");
}

static void a_correction_says_what_and_why(void **state) {
    const char *child = "1323456789abcdef0123456789abcdef", *event = recorded(child, "Novarel");
    (void)state;
    http_sign_in("sato", "quality");
    http_get(event_at(event, "correct"));
    http_post(at, answers(child, "no", "nothing+is+wrong", "check"));
    http_status(422);
    http_says("Nothing differs from how the record stands");
    http_post(at, answers(child, "yes", "", "check"));
    http_status(422);
    http_says("Say why it is put right");
    http_post(at, answers(child, "perhaps", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "check"));
    http_status(422);
    assert_null(strstr(reply.body, "<script>alert"));
}

static void officers_correct_their_own_and_nobody_elses(void **state) {
    const char *absent;
    const char *child = "1423456789abcdef0123456789abcdef", *event = recorded(child, "Owenna");
    (void)state;
    http_get(event_at(event, "correct")); /* who recorded it */
    http_status(200);
    http_post(at, answers(child, "yes", "I+ticked+the+wrong+box", "do"));
    assert_string_equal(went_to(), event_at(event, "told"));
    http_sign_in("rahman", "supervision");
    http_get("/event" NOBODY "/correct");
    http_status(404);
    absent = said();
    static const char *const pages[] = {"correct", "withdraw", "told"};
    for (size_t i = 0; i < CF_COUNT(pages); i++) {
        http_get(event_at(event, pages[i]));
        http_status(404);
        http_post(at, "reason=mine&key=k&known=1&do=do");
        http_status(404);
    }
    http_get(event_at(event, "correct"));
    assert_string_equal(absent, said()); /* as if there were none, byte for byte */
}

static void a_withdrawal_is_shown_then_done_and_stays_with_its_reason(void **state) {
    const char *child = "1523456789abcdef0123456789abcdef", *event = recorded(child, "Perrick");
    char fields[400];
    (void)state;
    http_sign_in("sato", "quality");
    http_get(event_at(event, "withdraw"));
    http_status(200);
    http_says("What withdrawing this record would change");
    http_says("Decide whether to agree the search");
    http_says("Who was told");
    http_post(at, "reason=+&key=k1&do=do");
    assert_int_equal(reply.status, 403); /* it does not say what it was built on */
    http_get(at);
    (void)snprintf(fields, sizeof fields, "key=%s", hidden("key"));
    (void)snprintf(fields + strlen(fields), sizeof fields - strlen(fields), "&known=%s", hidden("known"));
    char empty[500];
    (void)snprintf(empty, sizeof empty, "%s&reason=+", fields);
    http_post(at, empty);
    http_status(422);
    http_says("Say why it should never have been recorded");
    (void)snprintf(fields + strlen(fields), sizeof fields - strlen(fields), "&reason=Another+child+was+meant");
    http_post(at, fields);
    assert_string_equal(went_to(), event_at(event, "told"));
    http_post(event_at(event, "withdraw"), fields);
    assert_string_equal(went_to(), event_at(event, "told"));
    http_get(at);
    http_says("Withdrawn by Ren Sato");
    http_says("Another child was meant");
    http_get(event_at(event, "correct"));
    http_status(403);
    http_says("withdrawn already");
    http_get("/told");
    http_status(200);
    http_says("Looked at");
}

/* ---- Merging. */

static void two_records_are_compared_joined_and_parted(void **state) {
    const char *a = "2123456789abcdef0123456789abcdef", *b = "2223456789abcdef0123456789abcdef";
    char path[200], merged[300];
    (void)state;
    (void)recorded(a, "Quillana");
    (void)recorded(b, "Quilana");
    http_sign_in("sato", "quality");
    http_get("/merge");
    http_status(200);
    http_post("/merge", "first=Quillana&second=Quilana&do=find");
    http_status(200);
    http_says(a);
    http_says(b);
    http_post("/merge", "first=Quillana&second=Quilana&do=compare");
    http_status(422);
    http_says("Choose the other record");
    char same[300];
    (void)snprintf(same, sizeof same, "first=Quillana&second=Quilana&a=%s&b=%s&do=compare", a, a);
    http_post("/merge", same);
    http_status(422);
    http_says("both of these are the same one");
    (void)snprintf(same, sizeof same, "first=Quillana&second=Quilana&a=%s&b=%s&do=compare", a, b);
    http_post("/merge", same);
    (void)snprintf(path, sizeof path, "/merge/%s/%s", a, b);
    assert_string_equal(went_to(), path);
    http_get(path);
    http_status(200);
    http_says("Are these two one child?");
    http_says("Differs");
    http_says("Same");
    http_post(path, "reason=");
    http_status(422);
    http_post(path, "reason=Same+birth+certificate");
    (void)snprintf(merged, sizeof merged, "%s", went_to());
    http_post(path, "reason=Same+birth+certificate"); /* pressed twice */
    assert_string_equal(went_to(), merged);
    http_get("/merged");
    http_status(200);
    http_says("Same birth certificate");
    http_says(merged);
    http_get(merged);
    http_status(200);
    http_says("What undoing it changes for");
    http_post(merged, "reason=");
    http_status(422);
    http_post(merged, "reason=Two+cousins");
    assert_string_equal(went_to(), path);
    http_get(merged);
    http_status(404);
    http_get(path);
    http_status(200);
    http_says("Are these two one child?");
}

/* ---- Restricting. */

static void a_restricted_child_is_nobody_to_others(void **state) {
    const char *absent;
    const char *child = "3123456789abcdef0123456789abcdef";
    char path[100], page[100], end[300];
    (void)state;
    (void)recorded(child, "Rosamel");
    (void)snprintf(path, sizeof path, "/restrict/%s", child);
    (void)snprintf(page, sizeof page, "/child/%s", child);
    http_get(page);
    http_status(200);
    http_sign_in("sato", "complaint");
    http_get(path);
    http_status(200);
    http_post(path, "what=restriction&authority=");
    http_status(422);
    http_says("Say on what authority");
    http_post(path, "what=restriction&authority=x&review-day=31&review-month=2&review-year=2031");
    http_status(422);
    http_says("Enter a day that is still to come");
    http_post(path, "authority=x");
    http_status(422);
    http_post(path, "what=restriction&authority=Section+47+request&review-day=27&review-month=3&review-year=2031");
    assert_string_equal(went_to(), path);
    http_post(path, "what=restriction&authority=Section+47+request"); /* pressed twice */
    assert_string_equal(went_to(), path);
    http_get(path);
    http_says("Restricted");
    http_says("Section 47 request");
    http_get("/orders");
    http_says("27 March 2031");
    const char *order = strstr(reply.body, "/orders/");
    assert_non_null(order);
    (void)snprintf(end, sizeof end, "%.*s", (int)strcspn(order, "\""), order);
    http_sign_in("castell", "safeguarding");
    http_get("/child" NOBODY);
    http_status(404);
    absent = said();
    http_get(page);
    http_status(404);
    assert_string_equal(absent, said());
    http_sign_in("sato", "complaint");
    http_get(end);
    http_status(200);
    http_post(end, "authority=");
    http_status(422);
    http_post(end, "authority=Accuracy+settled");
    assert_string_equal(went_to(), "/orders");
    http_post(end, "authority=Accuracy+settled");
    http_status(404);
    http_sign_in("castell", "safeguarding");
    http_get(page);
    http_status(200);
}

static void a_record_is_held(void **state) {
    const char *event = recorded("3223456789abcdef0123456789abcdef", "Sabelin");
    char path[100];
    (void)state;
    (void)snprintf(path, sizeof path, "/restrict/%s", event);
    http_sign_in("sato", "complaint");
    http_get(path);
    http_status(200);
    http_post(path, "what=restriction&authority=x"); /* a record alone is not restricted, a person is */
    http_status(422);
    http_post(path, "what=hold&authority=An+inquest");
    assert_string_equal(went_to(), path);
    http_get("/orders");
    http_says("An inquest");
    http_says("Held");
}

/* ---- Who may not. */

static void who_may_not_is_refused_without_a_trace(void **state) {
    static const char *const paths[] = {"/merge",         "/merged",          "/orders",       "/told", "/merge" NOBODY NOBODY,
                                        "/merged" NOBODY, "/restrict" NOBODY, "/orders" NOBODY};
    static const char *const who[] = {"okafor", "rahman", "mbeki", "novak", "whitlock"};
    static const char *const why[] = {"safeguarding", "supervision", "safeguarding", "statistics", "administration"};
    (void)state;
    for (size_t k = 0; k < CF_COUNT(who); k++) {
        http_sign_in(who[k], why[k]);
        for (size_t i = 0; i < CF_COUNT(paths); i++) {
            http_get(paths[i]);
            http_status(403);
        }
    }
    http_forget();
    for (size_t i = 0; i < CF_COUNT(paths); i++) {
        http_get(paths[i]);
        assert_non_null(strstr(went_to(), "/sign-in"));
    }
    http_sign_in("sato", NULL); /* without saying why, nobody is shown */
    for (size_t i = 0; i < CF_COUNT(paths); i++) {
        http_get(paths[i]);
        assert_non_null(strstr(went_to(), "/purpose"));
    }
}

static void ids_that_are_nobodys_are_not_found(void **state) {
    static const char *const paths[] = {
        "/event" NOBODY "/correct", "/event" NOBODY "/withdraw", "/event" NOBODY "/told", "/merge" NOBODY NOBODY,
        "/merged" NOBODY,           "/restrict" NOBODY,          "/orders" NOBODY,        "/event/xyz/correct",
        "/restrict/..%2f"};
    (void)state;
    http_sign_in("sato", "quality");
    for (size_t i = 0; i < CF_COUNT(paths); i++) {
        http_get(paths[i]);
        assert_true(reply.status == 404 || reply.status == 400);
    }
}

static void a_form_from_elsewhere_changes_nothing(void **state) {
    const char *child = "4123456789abcdef0123456789abcdef", *event = recorded(child, "Tamsella");
    char path[100];
    (void)state;
    http_sign_in("sato", "complaint");
    (void)snprintf(path, sizeof path, "/restrict/%s", child);
    (void)snprintf(http_csrf, sizeof http_csrf, "forged");
    http_post(path, "what=restriction&authority=forged");
    http_status(403);
    http_post(event_at(event, "withdraw"), "reason=forged&key=k&known=1");
    http_status(403);
    http_get(path);
    http_status(200);
    assert_null(strstr(reply.body, "forged\""));
    http_get("/orders");
    assert_null(strstr(reply.body, ">forged<"));
}

static void the_log_names_nobody(void **state) {
    (void)state;
    const char *log = http_log();
    assert_null(strstr(log, "Inventhorpe"));
    assert_null(strstr(log, "3123456789abcdef"));
    assert_null(strstr(log, "Section 47"));
    assert_null(strstr(log, "Quillana"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_correction_is_shown_then_done_once),
        cmocka_unit_test(what_changed_meanwhile_is_not_overwritten),
        cmocka_unit_test(a_correction_says_what_and_why),
        cmocka_unit_test(officers_correct_their_own_and_nobody_elses),
        cmocka_unit_test(a_withdrawal_is_shown_then_done_and_stays_with_its_reason),
        cmocka_unit_test(two_records_are_compared_joined_and_parted),
        cmocka_unit_test(a_restricted_child_is_nobody_to_others),
        cmocka_unit_test(a_record_is_held),
        cmocka_unit_test(who_may_not_is_refused_without_a_trace),
        cmocka_unit_test(ids_that_are_nobodys_are_not_found),
        cmocka_unit_test(a_form_from_elsewhere_changes_nothing),
        cmocka_unit_test(the_log_names_nobody),
    };
    return cmocka_run_group_tests(tests, http_begin, http_end);
}
