/* reading: from which age a text is read, by the stated formula; and that the account's own words stay easy. */
#include "unit/unit.h"

#include "pages/page_account.h"
#include "web/pages/reading.h"

static void no_words_have_no_age(void **state) {
    (void)state;
    assert_int_equal(reading_age(CF_LIT("")), 0);
    assert_int_equal(reading_age(CF_LIT(" ... ")), 0);
}

static void the_formula_gives_what_is_worked_out_by_hand(void **state) {
    (void)state;
    /* 4 words, 12 letters, 1 sentence: L 300, S 25: 17.64 - 7.40 - 15.80 = -5.56: the least age */
    assert_int_equal(reading_age(CF_LIT("The cat sat too.")), 5);
    /* 5 words, 49 letters, 1 sentence: L 980, S 20: 57.62 - 5.92 - 15.80 = 35.90: 41 */
    assert_int_equal(reading_age(CF_LIT("Considered provisions notwithin frameworks maintained.")), 41);
    /* 10 words, 45 letters, 1 sentence: L 450, S 10: 26.46 - 2.96 - 15.80 = 7.70: 13 */
    assert_int_equal(reading_age(CF_LIT("abcd abcd abcd abcd abcd abcde abcde abcde abcde abcde.")), 13);
}

static void numbers_and_headings_make_a_text_no_easier(void **state) {
    (void)state;
    const struct cf_str hard = CF_LIT("Considered provisions notwithin frameworks maintained.");
    const struct cf_str dressed =
        CF_LIT("Heading\nConsidered provisions 12 notwithin 24 2026 frameworks maintained.\nNo. Yes. 11:48.");
    assert_int_equal(reading_age(dressed), reading_age(hard));
}

static void letters_of_many_bytes_count_once(void **state) {
    (void)state;
    assert_int_equal(reading_age(CF_LIT("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 abcd abcd abcd abcd abcde abcde abcde abcde abcde.")),
                     13);
}

/* All that the page says by itself, with one of each thing in it in easy words. */
static void the_accounts_own_words_are_read_at_eleven(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("account");
    struct cf_buf b = cf_buf_new(a, 1 << 20), words = cf_buf_new(a, 1 << 20);
    struct cf_str html, text;
    struct page_account p = {.name = CF_LIT("Ada"), .made = {CF_LIT("3 June 2024")}, .age = 9, .age_fits = true};
    struct page_account_piece *piece = cf_push(a, &p.parts);
    *piece = (struct page_account_piece){.title = CF_LIT("A search"), .when = {CF_LIT("3 June 2024")}};
    *cf_push(a, &piece->told) = (struct page_account_told){.whom = CF_LIT("your council"),
                                                           .when = {CF_LIT("3 June")},
                                                           .gave = CF_LIT("your name"),
                                                           .why = CF_LIT("to keep you safe")};
    *cf_push(a, &p.left) = CF_LIT("The names of other people. They have rights too.");
    page_account_write(&b, &p);
    assert_true(cf_buf_finish(&b, &html));
    bool tag = false;
    for (size_t i = 0; i < html.n; i++) {
        if (html.p[i] == '<' && i + 1 < html.n && html.p[i + 1] == '/') {
            cf_buf_byte(&words, '\n');
        }
        tag = tag || html.p[i] == '<';
        if (!tag) {
            cf_buf_byte(&words, (uint8_t)html.p[i]);
        } else if (html.p[i] == '>') {
            tag = false;
        }
    }
    assert_true(cf_buf_finish(&words, &text));
    assert_true(text.n > 800);
    int age = reading_age(text);
    assert_in_range(age, 5, 11);
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_words_have_no_age),
        cmocka_unit_test(the_formula_gives_what_is_worked_out_by_hand),
        cmocka_unit_test(numbers_and_headings_make_a_text_no_easier),
        cmocka_unit_test(letters_of_many_bytes_count_once),
        cmocka_unit_test(the_accounts_own_words_are_read_at_eleven),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
