/* Buffers, JSON text, maps, and the bytes of identifiers, hexadecimal and base64. */
#include "unit/unit.h"

static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}

static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

static void a_buffer_holds_exactly_its_maximum(void **state) {
    struct cf_buf b = cf_buf_new(*state, 10);
    cf_buf_lit(&b, "12345");
    cf_buf_printf(&b, "%d", 67890);
    struct cf_str out;
    assert_true(cf_buf_finish(&b, &out));
    assert_text(out, "1234567890");
    cf_buf_byte(&b, '1');
    assert_false(cf_buf_finish(&b, &out));
}

static void a_buffer_that_overflowed_stays_failed(void **state) {
    struct cf_buf b = cf_buf_new(*state, 4);
    struct cf_str out;
    cf_buf_printf(&b, "%d", 12345);
    assert_int_equal(b.n, 0);
    cf_buf_lit(&b, "1");
    assert_false(cf_buf_finish(&b, &out));
}

static void an_empty_buffer_gives_the_empty_string(void **state) {
    struct cf_buf b = cf_buf_new(*state, 0);
    struct cf_str out;
    cf_buf_lit(&b, "");
    assert_true(cf_buf_finish(&b, &out));
    assert_text(out, "");
}

static void a_buffer_grows_without_losing_a_byte(void **state) {
    struct cf_buf b = cf_buf_new(*state, SIZE_MAX);
    struct cf_str out;
    for (unsigned i = 0; i < 20000; i++) {
        cf_buf_be(&b, i, 4);
    }
    assert_true(cf_buf_finish(&b, &out));
    assert_int_equal(out.n, 80000);
    for (unsigned i = 0; i < 20000; i++) {
        assert_int_equal(cf_be_read((const uint8_t *)out.p + (size_t)i * 4, 4), i);
    }
}

static void numbers_are_written_with_the_highest_byte_first(void **state) {
    struct cf_buf b = cf_buf_new(*state, 20);
    struct cf_str out;
    cf_buf_be(&b, 0x0102, 2);
    cf_buf_be(&b, 0x0102030405060708, 8);
    assert_true(cf_buf_finish(&b, &out));
    assert_text(cf_hex(*state, out.p, out.n), "01020102030405060708");
}

static void json_text_escapes_what_it_must_and_is_always_utf8(void **state) {
    const struct {
        struct cf_str text;
        const char *json;
    } cases[] = {
        {CF_LIT(""), "\"\""},
        {CF_LIT("a \"b\" \\ c"), "\"a \\\"b\\\" \\\\ c\""},
        {CF_LIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
        {CF_LIT("\0\x1f"), "\"\\u0000\\u001f\""},
        {CF_LIT("caf\xc3\xa9"), "\"caf\xc3\xa9\""},
        {CF_LIT("x\xff\xfey"), "\"x\xef\xbf\xbd\xef\xbf\xbdy\""},
        {CF_LIT("x\xe2\x82"), "\"x\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        struct cf_buf b = cf_buf_new(*state, 100);
        struct cf_str out;
        cf_json_str(&b, cases[i].text);
        assert_true(cf_buf_finish(&b, &out));
        assert_text(out, cases[i].json);
    }
}

static void a_map_finds_what_was_put_and_keeps_the_order(void **state) {
    struct cf_map *m = cf_map_new(*state);
    assert_null(cf_map_get(m, CF_LIT("0")));
    int numbers[3000];
    void **first = cf_map_put(m, CF_LIT("0"));
    assert_null(*first);
    for (int i = 0; i < 3000; i++) {
        numbers[i] = i;
        *cf_map_put(m, cf_str_printf(*state, "%d", i)) = &numbers[i];
    }
    assert_ptr_equal(*first, &numbers[0]); /* a slot never moves */
    assert_int_equal(cf_map_count(m), 3000);
    for (int i = 0; i < 3000; i++) {
        struct cf_str key = cf_str_printf(*state, "%d", i);
        assert_ptr_equal(cf_map_get(m, key), &numbers[i]);
        assert_true(cf_str_eq(cf_map_key(m, (size_t)i), key));
        assert_ptr_equal(cf_map_value(m, (size_t)i), &numbers[i]);
    }
    assert_false(cf_map_has(m, CF_LIT("3000")));
}

static void a_map_copies_its_keys_and_knows_a_null_value_from_none(void **state) {
    struct cf_map *m = cf_map_new(*state);
    char key[] = "abc";
    *cf_map_put(m, cf_str_from(key)) = NULL;
    key[0] = 'x';
    assert_true(cf_map_has(m, CF_LIT("abc")));
    assert_null(cf_map_get(m, CF_LIT("abc")));
    assert_false(cf_map_has(m, CF_LIT("xbc")));
    *cf_map_put(m, CF_LIT("")) = key;
    assert_ptr_equal(cf_map_get(m, (struct cf_str){0}), key);
}

static void identifiers_compare_by_their_bytes(void **state) {
    (void)state;
    struct cf_id zero = {{0}}, one = {{0}};
    one.b[15] = 1;
    assert_true(cf_id_zero(zero));
    assert_false(cf_id_zero(one));
    assert_true(cf_id_cmp(zero, one) < 0);
    assert_true(cf_id_eq(one, one));
}

static void hexadecimal_is_read_back_only_when_exact(void **state) {
    uint8_t bytes[3];
    assert_text(cf_hex(*state, "\x00\xab\xff", 3), "00abff");
    assert_true(cf_unhex(CF_LIT("00aBFf"), bytes, 3));
    assert_memory_equal(bytes, "\x00\xab\xff", 3);
    const char *bad[] = {"00abf", "00abff0", "00abff00", "00abfg", " 0abff", ""};
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        assert_false(cf_unhex(cf_str_from(bad[i]), bytes, 3));
    }
}

static void base64_equals_the_examples_of_rfc_4648_and_returns(void **state) {
    const char *plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    const char *coded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t i = 0; i < CF_COUNT(plain); i++) {
        struct cf_str out;
        assert_text(cf_base64(*state, plain[i], i), coded[i]);
        assert_true(cf_unbase64(*state, cf_str_from(coded[i]), &out));
        assert_text(out, plain[i]);
    }
    uint8_t all[256];
    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (uint8_t)i;
    }
    struct cf_str out;
    assert_true(cf_unbase64(*state, cf_base64(*state, all, sizeof(all)), &out));
    assert_int_equal(out.n, sizeof(all));
    assert_memory_equal(out.p, all, sizeof(all));
}

static void base64url_is_without_padding_and_of_one_text_a_value(void **state) {
    uint8_t bytes[3];
    struct cf_str out;
    assert_text(cf_base64url(*state, "\xfb\xff", 2), "-_8");
    assert_true(cf_unbase64url(*state, CF_LIT("-_8"), &out));
    assert_true(cf_str_eq(out, CF_LIT("\xfb\xff")));
    assert_true(cf_unbase64url_bytes(CF_LIT("Zm9v"), bytes, 3));
    assert_memory_equal(bytes, "foo", 3);
    assert_false(cf_unbase64url_bytes(CF_LIT("Zm8"), bytes, 3)); /* two bytes */
    assert_false(cf_unbase64url(*state, CF_LIT("-_9"), &out));   /* bits that would be thrown away */
    assert_false(cf_unbase64url(*state, CF_LIT("-_8="), &out));  /* padded */
    assert_false(cf_unbase64url(*state, CF_LIT("Zm9vA"), &out)); /* a letter of no byte */
    assert_false(cf_unbase64url(*state, (struct cf_str){"-_\0", 3}, &out));
}

static void base64_that_could_be_read_two_ways_is_refused(void **state) {
    const char *bad[] = {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm9-", "=Zg="};
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        struct cf_str out;
        assert_false(cf_unbase64(*state, cf_str_from(bad[i]), &out));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_holds_exactly_its_maximum),
        cmocka_unit_test(a_buffer_that_overflowed_stays_failed),
        cmocka_unit_test(an_empty_buffer_gives_the_empty_string),
        cmocka_unit_test(a_buffer_grows_without_losing_a_byte),
        cmocka_unit_test(numbers_are_written_with_the_highest_byte_first),
        cmocka_unit_test(json_text_escapes_what_it_must_and_is_always_utf8),
        cmocka_unit_test(a_map_finds_what_was_put_and_keeps_the_order),
        cmocka_unit_test(a_map_copies_its_keys_and_knows_a_null_value_from_none),
        cmocka_unit_test(identifiers_compare_by_their_bytes),
        cmocka_unit_test(hexadecimal_is_read_back_only_when_exact),
        cmocka_unit_test(base64_equals_the_examples_of_rfc_4648_and_returns),
        cmocka_unit_test(base64url_is_without_padding_and_of_one_text_a_value),
        cmocka_unit_test(base64_that_could_be_read_two_ways_is_refused),
    };
    return cmocka_run_group_tests_name("base: buffers, maps, bytes", tests, make_arena, free_arena);
}
