/* json: the only file that includes jansson, which reads; what it gave is copied into the arena. */
#include "access/json.h"

#include <jansson.h>

struct copying {
    struct cf_arena *a;
    bool too_deep;
};
static void copy_value(struct copying *c, json_t *v, int depth, struct access_json *out);

static void copy_list(struct copying *c, json_t *v, int depth, struct access_json *out) {
    out->kind = ACCESS_JSON_LIST;
    out->count = json_array_size(v);
    struct access_json *items = CF_NEW_N(c->a, struct access_json, out->count + 1);
    for (size_t i = 0; i < out->count; i++) {
        copy_value(c, json_array_get(v, i), depth + 1, &items[i]);
    }
    out->items = items;
}

static void copy_object(struct copying *c, json_t *v, int depth, struct access_json *out) {
    out->kind = ACCESS_JSON_OBJECT;
    out->count = json_object_size(v);
    struct access_json *items = CF_NEW_N(c->a, struct access_json, out->count + 1);
    struct cf_str *names = CF_NEW_N(c->a, struct cf_str, out->count + 1);
    size_t i = 0;
    for (void *at = json_object_iter(v); at != NULL; at = json_object_iter_next(v, at)) {
        names[i] = cf_str_dup(c->a, cf_str_from(json_object_iter_key(at)));
        copy_value(c, json_object_iter_value(at), depth + 1, &items[i++]);
    }
    out->items = items;
    out->names = names;
}

/* Written so that it is read as a number with a fraction again. */
static struct cf_str real_text(struct cf_arena *a, double v) {
    struct cf_str text = cf_str_printf(a, "%.17g", v);
    size_t at;
    bool plain = !cf_str_find(text, '.', &at) && !cf_str_find(text, 'e', &at);
    return plain ? cf_str_printf(a, "%.*s.0", CF_STR_ARG(text)) : text;
}

static void copy_value(struct copying *c, json_t *v, int depth, struct access_json *out) {
    if (depth > CF_MAX_DEPTH) {
        c->too_deep = true;
        return;
    }
    switch (json_typeof(v)) {
    case JSON_OBJECT: copy_object(c, v, depth, out); break;
    case JSON_ARRAY: copy_list(c, v, depth, out); break;
    case JSON_STRING:
        out->kind = ACCESS_JSON_TEXT;
        out->text = cf_str_dup(c->a, (struct cf_str){json_string_value(v), json_string_length(v)});
        break;
    case JSON_INTEGER:
        out->kind = ACCESS_JSON_INT;
        out->n = json_integer_value(v);
        break;
    case JSON_REAL:
        out->kind = ACCESS_JSON_REAL;
        out->text = real_text(c->a, json_real_value(v));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        out->kind = ACCESS_JSON_BOOL;
        out->yes = json_is_true(v);
        break;
    case JSON_NULL: out->kind = ACCESS_JSON_NULL; break;
    }
}

static const struct access_json *wrong(size_t at, struct cf_str words, size_t *at_out, struct cf_str *why) {
    if (at_out != NULL) {
        *at_out = at;
    }
    if (why != NULL) {
        *why = words;
    }
    return NULL;
}

const struct access_json *access_json_read(struct cf_arena *a, struct cf_str text, size_t *at, struct cf_str *why) {
    json_error_t e;
    struct copying c = {.a = a};
    if (text.n > CF_MAX_JSON_BYTES) {
        return wrong(CF_MAX_JSON_BYTES, CF_LIT("it is too long"), at, why);
    }
    json_t *v = json_loadb(text.n > 0 ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &e);
    if (v == NULL) {
        return wrong(e.position > 0 ? (size_t)e.position : 0, cf_str_dup(a, cf_str_from(e.text)), at, why);
    }
    struct access_json *out = CF_NEW(a, struct access_json);
    copy_value(&c, v, 0, out);
    json_decref(v);
    return c.too_deep ? wrong(0, CF_LIT("it is nested too deeply"), at, why) : out;
}

const struct access_json *access_json_get(const struct access_json *object, const char *name) {
    for (size_t i = 0; object != NULL && object->kind == ACCESS_JSON_OBJECT && i < object->count; i++) {
        if (cf_str_is(object->names[i], name)) {
            return &object->items[i];
        }
    }
    return NULL;
}

struct cf_str access_json_text(const struct access_json *object, const char *name) {
    const struct access_json *v = access_json_get(object, name);
    return v != NULL && v->kind == ACCESS_JSON_TEXT ? v->text : CF_LIT("");
}

bool access_json_int(const struct access_json *object, const char *name, int64_t *out) {
    const struct access_json *v = access_json_get(object, name);
    if (v == NULL || v->kind != ACCESS_JSON_INT) {
        return false;
    }
    *out = v->n;
    return true;
}

void access_json_write(struct cf_buf *b, const struct access_json *v) {
    switch (v->kind) {
    case ACCESS_JSON_NULL: cf_buf_lit(b, "null"); break;
    case ACCESS_JSON_BOOL: cf_buf_lit(b, v->yes ? "true" : "false"); break;
    case ACCESS_JSON_INT: cf_buf_printf(b, "%lld", (long long)v->n); break;
    case ACCESS_JSON_REAL: cf_buf_str(b, v->text); break;
    case ACCESS_JSON_TEXT: cf_json_str(b, v->text); break;
    case ACCESS_JSON_LIST:
    case ACCESS_JSON_OBJECT:
        cf_buf_lit(b, v->kind == ACCESS_JSON_LIST ? "[" : "{");
        for (size_t i = 0; i < v->count; i++) {
            cf_buf_lit(b, i > 0 ? "," : "");
            if (v->kind == ACCESS_JSON_OBJECT) {
                cf_json_str(b, v->names[i]);
                cf_buf_lit(b, ":");
            }
            access_json_write(b, &v->items[i]);
        }
        cf_buf_lit(b, v->kind == ACCESS_JSON_LIST ? "]" : "}");
        break;
    }
}
