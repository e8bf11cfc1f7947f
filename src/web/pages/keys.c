/* keys: what partners' own systems may do here: making a key, shown once, and ending it. Shows no person. Must not know any
 * partner, record or share by name. */
#include "web/pages/admin.h"

#include "pages/page_key_end.h"
#include "pages/page_key_made.h"
#include "pages/page_keys.h"
#include "pages/page_keys_new.h"

/* ---- The list. */

static struct cf_str titles(struct web_request *q, enum lang_decl_kind kind, const struct cf_str *names, size_t n) {
    const struct lang_set *set = desk_set(q->desk);
    struct cf_str *words = CF_NEW_N(q->arena, struct cf_str, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct lang_decl *d = set ? lang_find_kind(set, kind, names[i]) : NULL;
        words[i] = d && d->title.n ? d->title : names[i];
    }
    return n ? admin_joined(q, words, n) : CF_LIT("Nothing");
}

static bool opens(const struct web_request *q, const struct access_key *k) {
    return !k->ended && k->expires_us / 1000000 > q->now;
}

bool page_keys(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_keys keys;
    struct page_keys p = {.nav = admin_nav(q, "/keys")};
    if (!access_key_list(q->access, q->arena, &keys, errs)) {
        return false;
    }
    for (size_t i = 0; i < keys.n; i++) {
        const struct access_key *k = &keys.v[i];
        bool open = opens(q, k);
        *cf_push(q->arena, &p.rows) =
            (struct page_keys_row){.partner = titles(q, LANG_PARTNER, &k->partner, 1),
                                   .label = k->label,
                                   .purpose = admin_purpose(q, k->scope.purpose),
                                   .records = titles(q, LANG_RECORD, k->scope.records, k->scope.n_records),
                                   .shares = titles(q, LANG_SHARE, k->scope.shares, k->scope.n_shares),
                                   .made = web_time(q, k->made_us / 1000000),
                                   .until = web_due(q, k->expires_us / 1000000),
                                   .used = k->last_used_us ? web_ago(q, k->last_used_us / 1000000) : WEB_HTML("never"),
                                   .state = k->ended ? CF_LIT("Ended")
                                            : open   ? CF_LIT("Open")
                                                     : CF_LIT("Expired"),
                                   .colour = open ? CF_LIT("green") : CF_LIT("grey"),
                                   .end = open ? web_url(q, "/keys/%.*s/end", CF_STR_ARG(web_id_text(q, k->id))) : CF_LIT("")};
        p.open += open;
    }
    p.n = (int64_t)keys.n;
    page_keys_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.wide = true});
}

/* ---- Making one. */

struct names {
    CF_VEC(struct cf_str);
};

static bool sent(const struct web_request *q, const char *field, struct cf_str value) {
    for (size_t i = 0; i < web_fields(q, field); i++) {
        if (cf_str_eq(web_field_at(q, field, i), value)) {
            return true;
        }
    }
    return false;
}

static void offer(struct web_request *q, struct part_choices *c, struct cf_str value, struct cf_str label) {
    const char *name = cf_cstr(q->arena, c->name);
    *cf_push(q->arena, &c->items) =
        (struct part_choices_item){.id = c->items.n ? cf_str_printf(q->arena, "%s-%zu", name, c->items.n) : c->name,
                                   .value = value,
                                   .label = label,
                                   .chosen = sent(q, name, value)};
}

/* A partner's people and its systems hold the role of its name: the records that this role enters. */
static bool enters(const struct lang_record *record, struct cf_str partner) {
    for (size_t i = 0; i < record->by_decls.n; i++) {
        if (record->by_decls.v[i] && cf_str_eq(record->by_decls.v[i]->name.text, partner)) {
            return true;
        }
    }
    return false;
}

static void fill_scope(struct web_request *q, const struct lang_decl *partner, struct page_keys_new *p) {
    const struct lang_set *set = desk_set(q->desk);
    p->purposes = (struct part_choices){
        .legend = CF_LIT("For which purpose"), .name = CF_LIT("purpose"), .error = web_flaw_of(q, "purpose")};
    for (size_t i = 0; i < partner->as.partner.purposes.n; i++) {
        struct cf_str code = partner->as.partner.purposes.v[i].text;
        offer(q, &p->purposes, code, admin_purpose(q, code));
    }
    p->records = (struct part_choices){.legend = CF_LIT("What it may record, and see again"),
                                       .name = CF_LIT("records"),
                                       .hint = CF_LIT("What the policies have this partner enter."),
                                       .error = web_flaw_of(q, "records"),
                                       .several = true,
                                       .small = true};
    for (size_t i = 0; i < set->records.n; i++) {
        const struct lang_decl *d = set->records.v[i];
        if (!d->newer && !d->as.record.built_in && !d->as.record.act && enters(&d->as.record, partner->name.text)) {
            offer(q, &p->records, d->name.text, d->title);
        }
    }
    p->any_record = p->records.items.n > 0;
    p->shares = (struct part_choices){.legend = CF_LIT("What it may fetch, when it is sent to this partner"),
                                      .name = CF_LIT("shares"),
                                      .error = web_flaw_of(q, "shares"),
                                      .several = true,
                                      .small = true};
    for (size_t i = 0; i < set->decls.n; i++) {
        if (set->decls.v[i]->kind == LANG_SHARE && !set->decls.v[i]->newer) {
            offer(q, &p->shares, set->decls.v[i]->name.text, set->decls.v[i]->title);
        }
    }
    p->any_share = p->shares.items.n > 0;
}

static const struct lang_decl *partner_of(const struct web_request *q, struct cf_str name) {
    const struct lang_set *set = desk_set(q->desk);
    return set && name.n ? lang_find_kind(set, LANG_PARTNER, name) : NULL;
}

static bool show_new(struct web_request *q, struct web_response *r, const struct lang_decl *partner) {
    const struct lang_set *set = desk_set(q->desk);
    struct page_keys_new p = {.csrf = web_csrf(q), .chosen = partner != NULL};
    p.partners = (struct part_choose){
        .label = CF_LIT("For which partner"), .name = CF_LIT("partner"), .error = web_flaw_of(q, "partner")};
    for (size_t i = 0; set && i < set->partners.n; i++) {
        if (!set->partners.v[i]->newer) {
            *cf_push(q->arena, &p.partners.items) =
                (struct part_choose_item){set->partners.v[i]->name.text, set->partners.v[i]->title, false};
        }
    }
    if (partner) {
        struct cf_str once = web_field(q, "once");
        p.partner = partner->name.text;
        p.title = partner->title;
        p.once = once.n ? once : access_token_new(q->arena);
        p.label = web_field(q, "label");
        p.label_flaw = web_flaw_of(q, "label");
        p.others = (struct part_textarea){
            .label = CF_LIT("Other records, by their names"),
            .name = CF_LIT("others"),
            .value = web_field(q, "others"),
            .hint = CF_LIT("One on a line, as the policies name them. Leave it empty if there are none."),
            .error = web_flaw_of(q, "others"),
            .rows = 2};
        p.until =
            admin_date(q, web_field, "until", CF_LIT("The last day on which it opens anything"), CF_LIT("Like 31 3 2027"));
        fill_scope(q, partner, &p);
    }
    page_keys_new_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.back = CF_LIT("/keys")});
}

bool page_keys_new(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    (void)errs;
    return show_new(q, r, partner_of(q, web_query(q, "partner")));
}

struct making {
    struct cf_str partner, label, once;
    struct access_scope scope;
    int64_t until_us;
    struct cf_id id;
    struct cf_str secret;
    bool again;
};

static bool make(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct making *x = arg;
    struct access_subject who = admin_writer(q, writing);
    struct cf_id bound;
    if (!access_key_make(access, writing, &who, x->partner, x->label, &x->scope, x->until_us, q->arena, &x->id, &x->secret,
                         errs)) {
        return false;
    }
    /* Pressed twice, or sent again by the browser: one form makes one key. */
    return access_once(access, q->who->user, cf_str_printf(q->arena, "key/%.*s", CF_STR_ARG(x->once)), CF_LIT(""), x->id,
                       &bound, &x->again, errs) &&
           (!x->again || access_key_end(access, &who, x->id, errs));
}

static void read_names(struct web_request *q, struct names *records, struct names *shares) {
    struct cf_str rest = web_field(q, "others"), line;
    for (size_t i = 0; i < web_fields(q, "records"); i++) {
        *cf_push(q->arena, records) = web_field_at(q, "records", i);
    }
    while (cf_str_split(&rest, '\n', &line)) {
        line = cf_str_trim(line);
        if (line.n) {
            *cf_push(q->arena, records) = line;
        }
    }
    for (size_t i = 0; i < web_fields(q, "shares"); i++) {
        *cf_push(q->arena, shares) = web_field_at(q, "shares", i);
    }
}

/* The end of the day that was typed. */
static void read_until(struct web_request *q, struct making *x) {
    bool given = false;
    int32_t day = 0;
    if (!admin_day(q, web_field, "until", &given, &day)) {
        return;
    }
    if (!given) {
        web_flaw(q, "until", "Enter the last day: a key must end");
    } else if (day < cf_time_day(q->zone, q->now)) {
        web_flaw(q, "until", "Enter a day that is still to come");
    }
    x->until_us = (cf_day_start(q->zone, day + 1) - 1) * 1000000;
}

static bool show_made(struct web_request *q, struct web_response *r, const struct making *x, const struct lang_decl *partner) {
    struct page_key_made p = {
        .title = partner->title, .label = x->label, .secret = x->secret, .until = web_due(q, x->until_us / 1000000)};
    page_key_made_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.title = CF_LIT("A new key")});
}

bool page_keys_new_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct names records = {0}, shares = {0};
    struct cf_errs own = cf_errs_new(q->arena);
    const struct lang_decl *partner = partner_of(q, web_field(q, "partner"));
    struct making x = {.label = cf_str_trim(web_field(q, "label")), .once = web_field(q, "once")};
    if (!partner) {
        web_flaw(q, "partner", "Choose a partner");
        return show_new(q, r, NULL);
    }
    x.partner = partner->name.text;
    x.scope.purpose = web_field(q, "purpose");
    read_names(q, &records, &shares);
    read_until(q, &x);
    if (!x.label.n) {
        web_flaw(q, "label", "Say what the key is for");
    }
    if (!x.scope.purpose.n) {
        web_flaw(q, "purpose", "Choose the purpose");
    }
    if (!records.n && !shares.n) {
        web_flaw(q, "others", "Choose at least one record or share: a key that names nothing opens nothing");
    }
    if (!x.once.n || x.once.n > CF_MAX_ONCE_KEY_BYTES / 2) {
        x.once = access_token_new(q->arena);
    }
    if (q->flaws.n > 0) {
        return show_new(q, r, partner);
    }
    x.scope.records = records.v;
    x.scope.n_records = records.n;
    x.scope.shares = shares.v;
    x.scope.n_shares = shares.n;
    if (!web_work(q, make, &x, &own)) {
        return admin_flaw(q, "others", &own, errs) && show_new(q, r, partner);
    }
    return x.again ? web_see_other(q, r, "/keys") : show_made(q, r, &x, partner);
}

/* ---- Ending one. */

static bool find_key(struct web_request *q, struct access_key *out, struct cf_errs *errs) {
    struct access_keys keys;
    struct cf_id id;
    if (!web_param_id(q, "key", &id, errs) || !access_key_list(q->access, q->arena, &keys, errs)) {
        return false;
    }
    for (size_t i = 0; i < keys.n; i++) {
        if (cf_id_eq(keys.v[i].id, id) && opens(q, &keys.v[i])) {
            *out = keys.v[i];
            return true;
        }
    }
    return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such key, or it has ended");
}

bool page_key_end(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_key k;
    if (!find_key(q, &k, errs)) {
        return false;
    }
    struct page_key_end p = {.title = titles(q, LANG_PARTNER, &k.partner, 1),
                             .label = k.label,
                             .used = k.last_used_us ? web_ago(q, k.last_used_us / 1000000) : WEB_HTML("never"),
                             .action = q->path,
                             .csrf = web_csrf(q)};
    page_key_end_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.back = CF_LIT("/keys")});
}

static bool end(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    const struct access_key *k = arg;
    struct access_subject who = admin_writer(q, writing);
    return access_key_end(access, &who, k->id, errs);
}

bool page_key_end_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_key k;
    return find_key(q, &k, errs) && web_work(q, end, &k, errs) && web_see_other(q, r, "/keys");
}
