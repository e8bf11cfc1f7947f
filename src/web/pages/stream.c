/* stream: says when something changed that a board may show. A topic is that of a board
 * (its kind of episode and the number of its unit, `custody-12`; 0: every unit), the name of a role or unit, or `all`; what
 * changed, and about whom, is never said: the board asks again, and is answered as its reader may be. */
#include "web/web.h"

bool page_stream(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_str topic = web_param(q, "topic");
    for (size_t i = 0; i < topic.n; i++) {
        bool fits = (topic.p[i] >= 'a' && topic.p[i] <= 'z') || (topic.p[i] >= '0' && topic.p[i] <= '9') || topic.p[i] == '_' ||
                    topic.p[i] == '-';
        if (!fits || topic.n > CF_MAX_NAME_BYTES) {
            return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such topic");
        }
    }
    return web_stream(q, r, cf_cstr(q->arena, topic));
}
