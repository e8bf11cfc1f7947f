/* values: words of the command line as values of a record's fields, people and actors. */
#include "cli/cli.h"
#include "docket/words.h"

bool cli_id(struct cli *c, struct cf_str words, const char *what, struct cf_id *out) {
    if (cf_unhex(words, out->b, sizeof out->b)) {
        return true;
    }
    return cf_fail(&c->errs, CF_C007, CF_NOWHERE, "\"%.*s\" is not the id of %s: 32 letters of 0-9, a-f", CF_STR_ARG(words),
                   what);
}

bool cli_subject(struct cli *c, struct cf_str words, struct cf_id *out) {
    const struct lang_set *set = desk_set(c->desk);
    if (cf_str_is(words, "new")) {
        *out = ledger_new_subject(desk_ledger(c->desk));
        return true;
    }
    const struct lang_decl *unit = set ? lang_find_kind(set, LANG_UNIT, words) : NULL;
    unit = unit || !set ? unit : lang_find_kind(set, LANG_PARTNER, words); /* a role may have the partner's name */
    if (unit) {
        *out = desk_unit_id(c->desk, unit);
        return true;
    }
    return cli_id(c, words, "a person, unit or place", out);
}

static bool bad(struct cli *c, const struct lang_field *f, struct cf_str words, const char *takes) {
    return cf_fail(&c->errs, CF_C008, CF_NOWHERE, "--%.*s takes %s, not \"%.*s\"", CF_STR_ARG(f->name.text), takes,
                   CF_STR_ARG(words));
}

/* A code that is none: offers the nearest, and lists some. */
static bool bad_code(struct cli *c, const struct lang_field *f, const struct lang_decl *codes, struct cf_str words) {
    size_t n = codes->as.codes.list.n;
    struct cf_str *names = CF_NEW_N(c->arena, struct cf_str, n + 1);
    for (size_t i = 0; i < n; i++) {
        names[i] = codes->as.codes.list.v[i].name.text;
    }
    bad(c, f, words, "one of its codes");
    struct cf_buf b = cf_buf_new(c->arena, 8192);
    struct cf_str near = cf_nearest(words, names, n);
    if (near.n) {
        cf_buf_printf(&b, "Did you mean %.*s? ", CF_STR_ARG(near));
    }
    cf_buf_lit(&b, "Codes:");
    for (size_t i = 0; i < n && i < 40; i++) {
        cf_buf_printf(&b, " %.*s", CF_STR_ARG(names[i]));
    }
    cf_hint(&c->errs, "%.*s.", (int)b.n, b.p);
    return false;
}

static bool code_value(struct cli *c, const struct lang_field *f, const struct lang_decl *codes, struct cf_str words,
                       struct lang_value *out) {
    struct desk_value v;
    const char *takes;
    if (!desk_words_read(c->zone, LANG_T_CODE, codes, words, &v, &takes)) {
        return bad_code(c, f, codes, words);
    }
    *out = v.v;
    return true;
}

static bool plain(struct cli *c, const struct lang_field *f, enum lang_type_kind type, struct cf_str words,
                  struct desk_value *out) {
    const char *takes;
    if (type == LANG_T_CODE) {
        return code_value(c, f, f->type.of, words, &out->v);
    }
    if (type == LANG_T_EVENT) {
        out->v = (struct lang_value){.kind = LANG_V_EVENT};
        return cli_id(c, words, "an event", &out->id);
    }
    if (type == LANG_T_SUBJECT) {
        out->v = (struct lang_value){.kind = LANG_V_SUBJECT};
        return cli_subject(c, words, &out->id);
    }
    return desk_words_read(c->zone, type, NULL, words, out, &takes) || bad(c, f, words, takes);
}

static bool absence(struct cf_str words, struct desk_value *out) {
    if (cf_str_is(words, "unknown")) {
        out->v = (struct lang_value){.kind = LANG_V_NOT_KNOWN};
        return true;
    }
    if (cf_str_is(words, "declined")) {
        out->v = (struct lang_value){.kind = LANG_V_DECLINED};
        return true;
    }
    return false;
}

/* `ID(sex=female,…)`: the attributes that the field keeps, in its own order. */
static bool kept_attributes(struct cli *c, const struct lang_field *f, struct cf_str in, struct desk_value *out) {
    struct lang_value *kept = CF_NEW_N(c->arena, struct lang_value, f->keeping.n + 1);
    struct cf_str one;
    out->kept = kept;
    while (cf_str_split(&in, ',', &one)) {
        size_t equals, i = 0;
        if (!cf_str_find(one, '=', &equals)) {
            return bad(c, f, one, "attributes like (sex=female)");
        }
        struct cf_str name = cf_str_trim(cf_str_slice(one, 0, equals)),
                      value = cf_str_trim(cf_str_slice(one, equals + 1, one.n));
        while (i < f->keeping.n && !cf_str_eq(f->keeping.v[i].text, name)) {
            i++;
        }
        const struct lang_decl *decl = lang_find(desk_set(c->desk), cf_cstr(c->arena, name));
        const struct lang_decl *codes = decl && decl->kind == LANG_FACT ? decl->as.fact.value->type.of : decl;
        struct desk_value absent = {0};
        if (i == f->keeping.n || !codes || codes->kind != LANG_CODES) {
            return bad(c, f, name, "an attribute that the field keeps");
        }
        if (absence(value, &absent)) {
            kept[i] = absent.v;
        } else if (!code_value(c, f, codes, value, &kept[i])) {
            return false;
        }
    }
    return true;
}

static bool one_item(struct cli *c, const struct lang_field *f, struct cf_str words, struct desk_value *out) {
    size_t open;
    if (cf_str_find(words, '(', &open) && cf_str_ends(words, CF_LIT(")"))) {
        if (!kept_attributes(c, f, cf_str_slice(words, open + 1, words.n - 1), out)) {
            return false;
        }
        words = cf_str_trim(cf_str_slice(words, 0, open));
    }
    return plain(c, f, f->type.elem, words, out);
}

/* Splits a list at commas outside brackets. */
static bool next_item(struct cf_str *rest, struct cf_str *item) {
    int depth = 0;
    size_t i = 0;
    if (rest->n == 0) {
        return false;
    }
    for (; i < rest->n && (rest->p[i] != ',' || depth > 0); i++) {
        depth += rest->p[i] == '(' ? 1 : rest->p[i] == ')' ? -1 : 0;
    }
    *item = cf_str_trim(cf_str_slice(*rest, 0, i));
    *rest = cf_str_slice(*rest, i < rest->n ? i + 1 : i, rest->n);
    return true;
}

bool cli_value(struct cli *c, const struct lang_field *f, struct cf_str words, struct desk_value *out) {
    *out = (struct desk_value){0};
    if (absence(words, out)) {
        return true;
    }
    if (f->type.kind != LANG_T_SET) {
        return plain(c, f, f->type.kind, words, out);
    }
    struct {
        CF_VEC(struct desk_value);
    } items = {0};
    struct cf_str item;
    while (next_item(&words, &item)) {
        struct desk_value v = {0};
        if (!one_item(c, f, item, &v)) {
            return false;
        }
        *cf_push(c->arena, &items) = v;
    }
    out->v.kind = LANG_V_LIST;
    out->list = items.v;
    out->n = items.n;
    return true;
}

/* --by ROLE[,ROLE]; --officer ID, else an officer of the machine's operator. Without --by: the first role that may enter the
 * record. */
bool cli_actor(struct cli *c, const struct lang_decl *record, struct cf_id *actor, const struct lang_decl ***roles, size_t *n) {
    const struct lang_set *set = desk_set(c->desk);
    struct cf_str words, word;
    struct {
        CF_VEC(const struct lang_decl *);
    } found = {0};
    if (cli_option(c, "by", &words)) {
        while (cf_str_split(&words, ',', &word)) {
            const struct lang_decl *role = lang_find(set, cf_cstr(c->arena, cf_str_trim(word)));
            if (!role || role->kind != LANG_ROLE) {
                return cf_fail(&c->errs, CF_C009, CF_NOWHERE, "there is no role %.*s", CF_STR_ARG(word));
            }
            *cf_push(c->arena, &found) = role;
        }
    } else if (record && record->as.record.by_decls.n && record->as.record.by_decls.v[0]) {
        *cf_push(c->arena, &found) = record->as.record.by_decls.v[0];
    }
    struct cf_str officer;
    *roles = found.v;
    *n = found.n;
    if (cli_option(c, "officer", &officer)) {
        return cli_subject(c, officer, actor);
    }
    uint8_t hash[LEDGER_HASH];
    struct cf_id ledger = ledger_id(desk_ledger(c->desk));
    struct cf_str name = cf_str_printf(c->arena, "cf/operator/1 %s", cf_cstr(c->arena, cf_hex(c->arena, ledger.b, 16)));
    ledger_sha256(name.p, name.n, hash);
    memcpy(actor->b, hash, sizeof actor->b);
    return true;
}
