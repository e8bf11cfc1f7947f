/* find_fold: words without case, accents and odd forms of letters, so that Zoë is found as zoe. The one file that knows
 * utf8proc. */
#include "web/find.h"

#include <stdlib.h>
#include <utf8proc.h>

struct cf_str find_fold(struct cf_arena *a, struct cf_str s) {
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &folded,
                     UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
    struct cf_str out = n > 0 ? cf_str_dup(a, (struct cf_str){(const char *)folded, (size_t)n}) : CF_LIT("");
    free(folded);
    return out;
}
