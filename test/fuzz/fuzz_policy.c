/* Fuzz target: the text of a policy. Whatever the bytes, parsing ends; it fails with an error or gives a policy. What parses
 * prints to text that parses again, to the same text. */
#include "lang/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_arena *a = cf_arena_new("fuzz");
    struct cf_errs errs = cf_errs_new(a);
    struct cf_source given = {.name = CF_LIT("given"), .text = {(const char *)data, size}};
    struct lang_decl *policy = NULL, *again = NULL;
    bool good = lang_parse(a, &given, &errs, &policy);
    CF_ASSERT(policy != NULL && good == (errs.failures == 0));
    if (good) {
        struct cf_source printed = {.name = CF_LIT("printed"), .text = lang_format(a, policy)};
        if (printed.text.n <= CF_MAX_SOURCE_BYTES) { /* unfolding may make it longer than a file can be */
            good = lang_parse(a, &printed, &errs, &again);
            CF_ASSERT(good);
            CF_ASSERT(cf_str_eq(lang_format(a, again), printed.text));
        }
    }
    for (size_t i = 0; i < errs.n; i++) {
        struct cf_buf b = cf_buf_new(a, SIZE_MAX);
        cf_err_text(&b, &errs.v[i]);
        CF_ASSERT(b.n > 0);
    }
    cf_arena_free(a);
    return 0;
}
