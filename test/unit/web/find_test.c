/* find: people are found by name, day of birth and number, with why; what is corrected or withdrawn is found as it is now.
 * People in here are invented. */
#include "unit/unit.h"

#include <unistd.h>

#include "web/find.h"

static char folder[128];
static struct cf_arena *arena;
static struct cf_errs errs;
static struct desk *desk;
static struct find_index *people;

static void must(bool ok) {
    if (!ok) {
        cf_errs_print(stderr, &errs);
        fail_msg("it failed where it should not");
    }
}

static int begin(void **state) {
    (void)state;
    bool changed;
    (void)snprintf(folder, sizeof folder, "/tmp/childfirst-find-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena = cf_arena_new("find test");
    errs = cf_errs_new(arena);
    struct desk_options o = {.db = cf_cstr(arena, cf_str_printf(arena, "%s/t.db", folder)),
                             .write = true,
                             .create = true,
                             .force = "test",
                             .calendars = "data/calendars"};
    must(desk_open(arena, &o, &errs, &desk));
    must(desk_adopt(desk, "policies", "test", &changed, &errs));
    people = find_new(arena);
    return 0;
}

static int end(void **state) {
    (void)state;
    desk_close(desk);
    cf_arena_free(arena);
    char command[200];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? 0 : -1;
}

static int field_of(const struct lang_decl *r, const char *name) {
    for (size_t i = 0; i < r->as.record.fields.n; i++) {
        if (cf_str_is(r->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    fail_msg("no field %s", name);
    return -1;
}

static struct cf_id known(const char *given, const char *family, int32_t born, int32_t more, struct cf_id *event) {
    const struct lang_decl *r = desk_set(desk)->birth, *role = NULL;
    struct desk_value *v = CF_NEW_N(arena, struct desk_value, r->as.record.fields.n + 1);
    struct desk_about about = {.subject = ledger_new_subject(desk_ledger(desk))};
    v[field_of(r, "given_name")] = (struct desk_value){.v.kind = LANG_V_TEXT, .text = cf_str_from(given)};
    v[field_of(r, "family_name")] = (struct desk_value){.v.kind = LANG_V_TEXT, .text = cf_str_from(family)};
    if (born) {
        v[field_of(r, "born")].v = (struct lang_value){.kind = LANG_V_DATE, .i = born, .more = (uint32_t)more};
    }
    int64_t now = cf_now_us() / 1000000;
    struct desk_entry e = {.id = ledger_new_id(desk_ledger(desk)),
                           .record = r,
                           .from = now - 5,
                           .to = now - 5,
                           .about = &about,
                           .n_about = 1,
                           .fields = v,
                           .actor_roles = &role,
                           .actor = {{9}}};
    struct ledger_receipt receipt;
    must(desk_record(desk, &e, arena, &receipt, NULL, &errs));
    if (event) {
        *event = e.id;
    }
    return about.subject;
}

static struct find_hits found(const char *words) {
    struct find_hits hits;
    must(find_people(people, desk, cf_str_from(words), arena, &hits, &errs));
    return hits;
}

static void case_accents_and_one_wrong_letter_do_not_matter(void **state) {
    (void)state;
    struct cf_id zoe = known("Zo\xc3\xab", "O'Neil-\xc5\x81ukasz", cf_day_of(2010, 2, 14), 0, NULL);
    (void)known("Somebody", "Else", 0, 0, NULL);
    static const char *const words[] = {"Zo\xc3\xab", "zoe",           "ZOE oneil",  "o'neil",
                                        "zoe oneal",  "Zoe 14/2/2010", "2010-02-14", "zo ON"};
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        struct find_hits hits = found(words[i]);
        if (hits.n != 1 || !cf_id_eq(hits.v[0].id, zoe)) {
            fail_msg("%s finds %zu", words[i], hits.n);
        }
        assert_true(hits.v[0].why.n > 0);
    }
    assert_text(found("zoe oneal").v[0].why, "has the name zoe; oneil is nearly oneal");
    assert_text(found("zoe").v[0].born, "born 14 February 2010");
    assert_int_equal(found("nobody").n, 0);
    assert_int_equal(found("").n, 0);
    struct find_hits by_number = found(cf_cstr(arena, cf_hex(arena, zoe.b, 16)));
    assert_int_equal(by_number.n, 1);
    assert_text(by_number.v[0].why, "has that number");
}

static void who_is_certain_comes_first_and_nobody_is_cut(void **state) {
    (void)state;
    for (int i = 0; i < 60; i++) {
        (void)known("Amara", "Okoro", cf_day_of(2009, 1, 1) + i, 0, NULL);
    }
    struct cf_id exact = known("Amara", "Okoro", cf_day_of(2012, 5, 5), 0, NULL),
                 year = known("Amara", "Okoro", cf_day_of(2012, 1, 1), 365, NULL);
    struct find_hits hits = found("amara okoro 5.5.2012");
    assert_int_equal(hits.n, 62);
    assert_true(cf_id_eq(hits.v[0].id, exact));
    assert_true(cf_id_eq(hits.v[1].id, year));
}

static void a_name_is_found_as_it_was_put_right_and_not_after_it_was_withdrawn(void **state) {
    (void)state;
    struct cf_id event;
    struct cf_id who = known("Wrongly", "Writtenname", 0, 0, &event);
    assert_int_equal(found("wrongly").n, 1);
    int number = field_of(desk_set(desk)->birth, "given_name");
    struct desk_value right = {.v.kind = LANG_V_TEXT, .text = CF_LIT("Rightly")};
    struct desk_correction fix = {.event = event,
                                  .field_numbers = &number,
                                  .values = &right,
                                  .n_fields = 1,
                                  .actor = {{9}},
                                  .reason = CF_LIT("misheard")};
    struct ledger_receipt receipt;
    must(desk_correct(desk, &fix, arena, &receipt, NULL, &errs));
    assert_int_equal(found("wrongly").n, 0);
    assert_int_equal(found("rightly").n, 1);
    assert_true(cf_id_eq(found("writtenname").v[0].id, who));
    uint32_t no;
    struct cf_str name = {0};
    must(desk_subject_no(desk, who, &no, &errs) && find_name(people, desk, no, arena, &name, &errs));
    assert_text(name, "Rightly Writtenname");
    struct desk_correction gone = {.event = event, .withdraw = true, .actor = {{9}}, .reason = CF_LIT("another person")};
    must(desk_correct(desk, &gone, arena, &receipt, NULL, &errs));
    assert_int_equal(found("rightly").n, 0);
}

static void merged_people_are_one(void **state) {
    (void)state;
    struct cf_id x = known("Twice", "Recorded", 0, 0, NULL), y = known("Twice", "Recordet", 0, 0, NULL);
    struct ledger_receipt receipt;
    assert_int_equal(found("twice").n, 2);
    must(desk_merge(desk, x, y, CF_LIT("one child"), (struct cf_id){{9}}, arena, &receipt, NULL, &errs));
    assert_int_equal(found("twice").n, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(case_accents_and_one_wrong_letter_do_not_matter, begin, end),
        cmocka_unit_test_setup_teardown(who_is_certain_comes_first_and_nobody_is_cut, begin, end),
        cmocka_unit_test_setup_teardown(a_name_is_found_as_it_was_put_right_and_not_after_it_was_withdrawn, begin, end),
        cmocka_unit_test_setup_teardown(merged_people_are_one, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
