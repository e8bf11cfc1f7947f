/* admin: the way between the pages of administration and audit, and words that they share. Must not know what a page changes.
 */
#include "web/pages/admin.h"

/* ---- The way. */

bool admin_ledger(const struct web_request *q) {
    return web_may(q, ACCESS_OPERATE) || web_may(q, ACCESS_AUDIT);
}

struct part_subnav admin_nav(struct web_request *q, const char *here) {
    static const struct {
        const char *text, *href;
        enum access_act act; /* ACCESS_ACTS: whoever may see the ledger */
    } pages[] = {{"Users", "/users", ACCESS_USERS},
                 {"Roles and purposes", "/users/roles", ACCESS_USERS},
                 {"Partners’ keys", "/keys", ACCESS_KEYS},
                 {"Who looked", "/looked", ACCESS_AUDIT},
                 {"Emergency openings", "/glass/reviews", ACCESS_REVIEW},
                 {"Ledger", "/ledger", ACCESS_ACTS}};
    struct part_subnav nav = {.label = CF_LIT("Administration and audit")};
    for (size_t i = 0; i < CF_COUNT(pages); i++) {
        if (pages[i].act == ACCESS_ACTS ? admin_ledger(q) : web_may(q, pages[i].act)) {
            *cf_push(q->arena, &nav.items) = (struct part_subnav_item){.text = cf_str_from(pages[i].text),
                                                                       .href = cf_str_from(pages[i].href),
                                                                       .current = strcmp(pages[i].href, here) == 0};
        }
    }
    return nav;
}

struct access_subject admin_writer(const struct web_request *q, const struct desk *writing) {
    struct access_subject who = *q->who;
    const struct lang_set *set = desk_set(writing);
    const struct lang_decl **roles = CF_NEW_N(q->arena, const struct lang_decl *, who.n_roles + 1);
    size_t n = 0;
    for (size_t i = 0; set && i < who.n_roles; i++) {
        const struct lang_decl *role = lang_find_kind(set, who.roles[i]->kind, who.roles[i]->name.text);
        if (role) {
            roles[n++] = role;
        }
    }
    who.unit = set && who.unit ? lang_find_kind(set, who.unit->kind, who.unit->name.text) : NULL;
    who.set = set;
    who.roles = roles;
    who.n_roles = n;
    return who;
}

/* ---- Names in words. */

static struct cf_str title_of(const struct web_request *q, enum lang_decl_kind kind, struct cf_str name) {
    const struct lang_set *set = desk_set(q->desk);
    const struct lang_decl *d = set ? lang_find_kind(set, kind, name) : NULL;
    return d ? d->title : name;
}

struct cf_str admin_role(const struct web_request *q, struct cf_str name) {
    return title_of(q, LANG_ROLE, name);
}

struct cf_str admin_unit(const struct web_request *q, struct cf_str name) {
    return name.n ? title_of(q, LANG_UNIT, name) : CF_LIT("No unit");
}

struct cf_str admin_purpose(const struct web_request *q, struct cf_str code) {
    const struct lang_set *set = desk_set(q->desk);
    const struct lang_decl *codes = set ? lang_find_kind(set, LANG_CODES, CF_LIT("purpose")) : NULL;
    for (size_t i = 0; codes && i < codes->as.codes.list.n; i++) {
        const struct lang_code *c = &codes->as.codes.list.v[i];
        size_t end = 0;
        if (cf_str_eq(c->name.text, code)) { /* without the law in brackets */
            return cf_str_find(c->title, '(', &end) ? cf_str_trim(cf_str_slice(c->title, 0, end)) : c->title;
        }
    }
    return code.n ? code : CF_LIT("No reason given");
}

struct cf_str admin_joined(struct web_request *q, const struct cf_str *words, size_t n) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    for (size_t i = 0; i < n; i++) {
        cf_buf_lit(&b, i ? "; " : "");
        cf_buf_str(&b, words[i]);
    }
    return n ? (struct cf_str){b.p, b.n} : CF_LIT("");
}

struct part_choose admin_units(struct web_request *q, struct cf_str now) {
    const struct lang_set *set = desk_set(q->desk);
    struct part_choose c = {.label = CF_LIT("Unit"),
                            .name = CF_LIT("unit"),
                            .hint = CF_LIT("Whose duties are theirs, and whom they see when their role sees a unit."),
                            .error = web_flaw_of(q, "unit")};
    *cf_push(q->arena, &c.items) = (struct part_choose_item){CF_LIT(""), CF_LIT("No unit"), now.n == 0};
    for (size_t i = 0; set && i < set->units.n; i++) {
        struct cf_str name = set->units.v[i]->name.text;
        *cf_push(q->arena, &c.items) = (struct part_choose_item){name, set->units.v[i]->title, cf_str_eq(name, now)};
    }
    return c;
}

/* ---- What somebody typed. */

bool admin_id(struct cf_str text, struct cf_id *id) {
    enum { LETTERS = 2 * sizeof id->b };
    for (size_t end = text.n; end >= LETTERS; end--) {
        if (cf_unhex(cf_str_slice(text, end - LETTERS, end), id->b, sizeof id->b)) {
            return true;
        }
    }
    return false;
}

static struct cf_str part(struct web_request *q, admin_from *from, const char *name, const char *what) {
    return cf_str_trim(from(q, cf_cstr(q->arena, cf_str_printf(q->arena, "%s-%s", name, what))));
}

bool admin_day(struct web_request *q, admin_from *from, const char *name, bool *given, int32_t *day) {
    struct cf_str d = part(q, from, name, "day"), m = part(q, from, name, "month"), y = part(q, from, name, "year");
    int64_t dn, mn, yn;
    *given = d.n > 0 || m.n > 0 || y.n > 0;
    if (!*given) {
        return true;
    }
    if (!cf_str_int(d, &dn) || !cf_str_int(m, &mn) || !cf_str_int(y, &yn) || !cf_date_valid(yn, mn, dn) || yn < 1900) {
        web_flaw(q, name, "Enter a day, a month and a year that exist, like 3 6 2026");
        return false;
    }
    *day = cf_day_of((int32_t)yn, (int)mn, (int)dn);
    return true;
}

struct part_date admin_date(struct web_request *q, admin_from *from, const char *name, struct cf_str legend,
                            struct cf_str hint) {
    return (struct part_date){.legend = legend,
                              .name = cf_str_from(name),
                              .hint = hint,
                              .error = web_flaw_of(q, name),
                              .day = part(q, from, name, "day"),
                              .month = part(q, from, name, "month"),
                              .year = part(q, from, name, "year")};
}

bool admin_flaw(struct web_request *q, const char *field, const struct cf_errs *own, struct cf_errs *errs) {
    CF_ASSERT(own->n > 0);
    enum cf_kind kind = cf_code_kind(own->v[0].code);
    if (kind != CF_MEANING && kind != CF_NOT_FOUND && kind != CF_TOO_BIG) {
        *errs = *own;
        return false;
    }
    struct cf_str words = own->v[0].msg;
    char *p = cf_memdup(q->arena, words.p, words.n);
    p[0] = (char)(p[0] >= 'a' && p[0] <= 'z' ? p[0] - 'a' + 'A' : p[0]);
    web_flaw(q, field, "%.*s", (int)words.n, p);
    return true;
}
