/* json: reading JSON text strictly: one document, no duplicate keys, UTF-8, bounded depth. Must not know what it is about. */
#ifndef CF_ACCESS_JSON_H
#define CF_ACCESS_JSON_H

#include "base/base.h"

enum access_json_kind {
    ACCESS_JSON_NULL,
    ACCESS_JSON_BOOL,
    ACCESS_JSON_INT,
    ACCESS_JSON_REAL, /* a number with a fraction: kept as its text */
    ACCESS_JSON_TEXT,
    ACCESS_JSON_LIST,
    ACCESS_JSON_OBJECT
};
struct access_json {
    enum access_json_kind kind;
    bool yes;
    int64_t n;          /* INT */
    struct cf_str text; /* TEXT and REAL */
    size_t count;       /* of LIST and OBJECT */
    const struct access_json *items;
    const struct cf_str *names; /* of OBJECT, one for each item */
};
/* NULL when it is no JSON; *at is then the byte where it goes wrong and *why says what is wrong. Both may be NULL. */
const struct access_json *access_json_read(struct cf_arena *a, struct cf_str text, size_t *at, struct cf_str *why);
const struct access_json *access_json_get(const struct access_json *object,
                                          const char *name);                        /* NULL: absent, or not an object */
struct cf_str access_json_text(const struct access_json *object, const char *name); /* empty: absent, or not text */
bool access_json_int(const struct access_json *object, const char *name, int64_t *out);
/* Writes it back as compact text. */
void access_json_write(struct cf_buf *b, const struct access_json *v);

#endif
