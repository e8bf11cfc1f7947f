/* route: finds the page for a method and a path. The table is src/web/routes.def; nothing else knows an address. */
#include "web/priv.h"

static const struct web_route routes[] = {
#define WEB_ROUTE(method, pattern, name, may, purpose, title)                                                                  \
    {WEB_##method, "" pattern, page_##name, #name, (may), WEB_##purpose, "" title},
#include "web/routes.def"
#undef WEB_ROUTE
};

const struct web_route *web_routes(size_t *n) {
    *n = CF_COUNT(routes);
    return routes;
}

/* Compares piece by piece; `:name` takes any piece that is not empty. */
static bool fits(struct cf_arena *a, const char *pattern, struct cf_str path, struct web_pairs *params) {
    struct cf_str want = cf_str_from(pattern), want_piece, piece;
    params->n = 0;
    while (cf_str_split(&want, '/', &want_piece)) {
        if (!cf_str_split(&path, '/', &piece)) {
            return false;
        }
        if (want_piece.n > 0 && want_piece.p[0] == ':') {
            if (piece.n == 0) {
                return false;
            }
            *cf_push(a, params) = (struct web_pair){cf_str_slice(want_piece, 1, want_piece.n), piece};
        } else if (!cf_str_eq(piece, want_piece)) {
            return false;
        }
    }
    return !cf_str_split(&path, '/', &piece);
}

static const char *method_word(enum web_method m) {
    static const char *const words[] = {"GET, HEAD", "POST", "PUT", "DELETE", ""};
    return words[m];
}

/* The exact address is asked before one with a `:name`, wherever the two stand in the table. */
enum web_found web_match(struct cf_arena *a, enum web_method method, struct cf_str path, const struct web_route **route,
                         struct web_pairs *params, struct cf_str *allow) {
    struct cf_buf methods = cf_buf_new(a, 64);
    for (int with_names = 0; with_names < 2; with_names++) {
        for (size_t i = 0; i < CF_COUNT(routes); i++) {
            bool has_names = strchr(routes[i].pattern, ':') != NULL;
            if (has_names != (with_names == 1) || !fits(a, routes[i].pattern, path, params)) {
                continue;
            }
            if (routes[i].method == method) {
                *route = &routes[i];
                return WEB_FOUND;
            }
            cf_buf_printf(&methods, "%s%s", methods.n ? ", " : "", method_word(routes[i].method));
        }
        if (methods.n > 0) {
            *allow = (struct cf_str){methods.p, methods.n};
            return WEB_NO_METHOD;
        }
    }
    return WEB_NO_PATH;
}
