/* api_shares: a partner's inbox: what the force sent to this partner, of the shares that its key opens, with what each gives;
 * and that it was received. Must not know any share by name. */
#include "docket/words.h"
#include "web/api.h"
#include "web/pages/child.h"
#include "web/priv.h"

struct sent { /* one that the key opens */
    uint64_t seq;
    struct cf_id event;
    const struct lang_decl *share;
    uint32_t child;
    struct cf_id child_id;
};
struct inbox {
    CF_VEC(struct sent);
    uint64_t withheld;
};

/* ---- Finding. */

static bool is_partner(struct web_request *q, struct cf_errs *errs) {
    if (q->who->partner) {
        return true;
    }
    cf_fail(errs, CF_A022, CF_NOWHERE, "an inbox belongs to a partner's key");
    cf_hint(errs, "Ask with the partner's key: `Authorization: Bearer cfk_…`.");
    return false;
}

/* Is it one for this partner, of a share and a purpose that the key opens? */
static bool take(struct web_request *q, const struct ledger_event *e, struct sent *out) {
    const struct lang_set *set = desk_set(q->desk);
    const struct ledger_person *to = ledger_person_of(e, LEDGER_ROLE_RECIPIENT, 0);
    const struct ledger_value *name = ledger_fact(e, LEDGER_F_SHARE);
    uint32_t role = ledger_number(desk_ledger(q->desk), LEDGER_ROLES, LEDGER_SENT, CF_LIT("child"));
    const struct ledger_person *child = role ? ledger_person_of(e, role, 0) : NULL;
    struct cf_errs quiet = cf_errs_new(q->arena);
    if (e->d.kind != LEDGER_SENT || !to || !cf_id_eq(to->subject, q->who->user) || !name || name->type != LEDGER_TEXT ||
        !child) {
        return false;
    }
    *out = (struct sent){.seq = e->seq, .event = e->d.id, .child_id = child->subject};
    out->share = lang_find_kind(set, LANG_SHARE, name->as.s);
    return out->share && access_scope_share(q->who, out->share->name.text) &&
           cf_str_eq(out->share->as.share.purpose.text, q->who->purpose) &&
           desk_subject_no(q->desk, child->subject, &out->child, &quiet);
}

static bool look(struct web_request *q, struct inbox *out, struct cf_errs *errs) {
    struct cf_arena *one = cf_arena_new("one sent");
    uint64_t *seqs;
    size_t n;
    bool ok = ledger_builtins(desk_ledger(q->desk), LEDGER_SENT, 0, q->arena, &seqs, &n, errs);
    for (size_t i = 0; ok && i < n; i++) {
        struct ledger_event e;
        struct sent s;
        bool keep = false;
        size_t away;
        cf_arena_reset(one);
        ok = ledger_read(desk_ledger(q->desk), seqs[i], one, &e, errs);
        if (!ok || !take(q, &e, &s)) {
            continue;
        }
        ok = access_filter(q->access, q->desk, q->who, ACCESS_EXPORT, &s.child, 1, &keep, &away, errs);
        if (ok && keep) {
            *cf_push(q->arena, out) = s;
        }
        out->withheld += ok && !keep;
    }
    cf_arena_free(one);
    return ok;
}

/* ---- What a share gives, as it was when it was sent. */

static void put_born(struct child *c, struct cf_buf *b) {
    const struct lang_decl *birth = c->set->birth;
    for (size_t i = c->h.n; birth && i > 0; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        const struct lang_value *v = e->fields && e->record == birth->as.record.number ? &e->fields[c->set->birth_field] : NULL;
        if (v && v->kind == LANG_V_DATE) {
            cf_buf_printf(b, "\"%s\"", cf_date_shown((int32_t)v->i).p);
            return;
        }
    }
    cf_buf_lit(b, "null");
}

static void put_attribute(struct child *c, struct cf_str name, struct cf_buf *b) {
    struct cf_errs quiet = cf_errs_new(c->q->arena);
    struct cf_str said = {0};
    if (cf_str_is(name, "born")) {
        put_born(c, b);
        return;
    }
    if (!cf_str_is(name, "name") || !find_name(c->q->app->find, c->q->desk, c->no, c->q->arena, &said, &quiet) || !said.n) {
        cf_buf_lit(b, "null");
        return;
    }
    size_t comma = said.n;
    (void)cf_str_find(said, ',', &comma); /* ", born …" stands behind it */
    cf_json_str(b, cf_str_slice(said, 0, comma));
}

static struct cf_str narrative_of(struct child *c, const struct lang_expr *e, uint64_t before) {
    struct cf_errs quiet = cf_errs_new(c->q->arena);
    struct desk_words *words;
    for (size_t i = c->h.n; e->decl && e->index >= 0 && i > 0; i--) {
        const struct lang_event *x = &c->h.events[i - 1];
        if (x->seq <= before && x->record == e->decl->as.record.number &&
            desk_said(c->q->desk, child_record(c, x), x->seq, c->q->arena, &words, &quiet)) {
            return words[e->index].text;
        }
    }
    return CF_LIT("");
}

static void put_given(struct child *c, size_t at, const struct lang_expr *e, struct cf_buf *b) {
    struct web_request *q = c->q;
    if (e->attr == LANG_ATTR_ATTRIBUTE) {
        put_attribute(c, e->name.text, b);
        return;
    }
    struct desk_value v = {.v = lang_value_at(q->arena, c->set, c->ref, &c->h, at, e)};
    struct cf_str words = {0};
    if (v.v.kind == LANG_V_TEXT) {
        words = narrative_of(c, e, c->h.events[at].seq);
    } else if (v.v.kind == LANG_V_SUBJECT) {
        words = child_subject(&c->rec, (uint32_t)v.v.i);
    } else if (v.v.kind == LANG_V_INSTANT) {
        words = cf_str_dup(q->arena, cf_str_from(cf_time_iso_local(q->zone, v.v.i).p));
    } else if (v.v.kind != LANG_V_EVENT) {
        words = desk_words_write(q->arena, q->zone, e->type.kind, e->type.of, &v);
    }
    if (words.n) {
        cf_json_str(b, words);
    } else {
        cf_buf_lit(b, "null");
    }
}

static void put_gives(struct child *c, const struct sent *s, struct cf_buf *b) {
    const struct lang_share *share = &s->share->as.share;
    size_t at = 0;
    while (at < c->h.n && c->h.events[at].seq != s->seq) {
        at++;
    }
    cf_buf_lit(b, "{");
    for (size_t i = 0; at < c->h.n && i < share->gives.n; i++) {
        struct cf_buf name = cf_buf_new(c->q->arena, CF_MAX_TEXT_BYTES);
        lang_expr_text(&name, share->gives.v[i]);
        cf_buf_lit(b, i ? "," : "");
        cf_json_str(b, (struct cf_str){name.p, name.n});
        cf_buf_lit(b, ":");
        put_given(c, at, share->gives.v[i], b);
    }
    cf_buf_lit(b, "}");
}

/* ---- Received. The id follows from what was sent: however often it is said, it is one event. */

static struct cf_id receipt_id(struct web_request *q, struct cf_id sent) {
    uint8_t hash[LEDGER_HASH];
    struct cf_id id, ledger = ledger_id(desk_ledger(q->desk));
    struct cf_str text = cf_str_printf(q->arena, "cf/acknowledged/1 %s %s", cf_cstr(q->arena, web_id_text(q, ledger)),
                                       cf_cstr(q->arena, web_id_text(q, sent)));
    ledger_sha256(text.p, text.n, hash);
    memcpy(id.b, hash, sizeof id.b);
    return id;
}

static bool put_acknowledged(struct web_request *q, const struct sent *s, struct cf_buf *b, struct cf_errs *errs) {
    struct ledger_event e;
    uint64_t seq;
    if (!ledger_seq_of_id(desk_ledger(q->desk), receipt_id(q, s->event), &seq, errs)) {
        return false;
    }
    api_key(b, "acknowledged");
    if (seq == LEDGER_NO_SEQ) {
        cf_buf_lit(b, "null");
        return true;
    }
    if (!ledger_read(desk_ledger(q->desk), seq, q->arena, &e, errs)) {
        return false;
    }
    cf_buf_printf(b, "\"%s\"", cf_time_iso(e.recorded_us / 1000000).p);
    return true;
}

static struct cf_str basis_of(const struct lang_decl *share) {
    const struct lang_policy *p = &share->policy->as.policy;
    const struct lang_cite *basis = &share->as.share.basis;
    for (size_t i = 0; i < p->cites.n; i++) {
        if (cf_str_eq(p->cites.v[i].key.text, basis->key.text)) {
            return p->cites.v[i].text;
        }
    }
    return basis->key.text;
}

static bool put_sent(struct web_request *q, const struct sent *s, struct child *c, struct cf_buf *b, struct cf_errs *errs) {
    struct ledger_event e;
    if (((!c->q || c->no != s->child) && !child_load(q, s->child, c, errs)) ||
        !ledger_read(desk_ledger(q->desk), s->seq, q->arena, &e, errs)) {
        return false;
    }
    cf_buf_lit(b, "{\"event\":");
    api_put_id(b, s->event);
    api_key(b, "share");
    cf_json_str(b, s->share->name.text);
    api_key(b, "title");
    cf_json_str(b, s->share->title);
    api_key(b, "purpose");
    cf_json_str(b, s->share->as.share.purpose.text);
    api_key(b, "basis");
    cf_json_str(b, basis_of(s->share));
    cf_buf_printf(b, ",\"sent\":\"%s\",\"child\":", cf_time_iso_local(q->zone, e.d.from).p);
    api_put_id(b, s->child_id);
    api_key(b, "gives");
    put_gives(c, s, b);
    bool ok = put_acknowledged(q, s, b, errs);
    cf_buf_lit(b, "}");
    return ok;
}

/* ---- The two addresses. */

bool page_api_shares(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct inbox box = {0};
    struct child c = {0};
    struct api_people shown = {0};
    int64_t page;
    if (!api_page_asked(q, r, &page)) {
        return true;
    }
    if (!is_partner(q, errs) || !look(q, &box, errs)) {
        return false;
    }
    struct api_part part = api_part(page, box.n);
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    cf_buf_lit(&b, "{\"shares\":[");
    for (size_t i = part.from; i < part.to; i++) {
        cf_buf_lit(&b, i > part.from ? "," : "");
        if (!put_sent(q, &box.v[i], &c, &b, errs)) {
            return false;
        }
        api_also(q, &shown, box.v[i].child);
    }
    cf_buf_lit(&b, "]");
    api_put_counts(&b, &part, box.n, 0, box.withheld);
    cf_buf_lit(&b, "}");
    return web_shown(q, shown.v, shown.n, box.withheld, CF_LIT(""), errs) && api_send(q, r, 200, &b, errs);
}

static bool sent_of_path(struct web_request *q, struct sent *out, struct ledger_event *e, struct cf_errs *errs) {
    struct cf_id id;
    struct cf_errs quiet = cf_errs_new(q->arena);
    bool keep = false;
    size_t away;
    bool there = cf_unhex(web_param(q, "event"), id.b, sizeof id.b) &&
                 ledger_read_id(desk_ledger(q->desk), id, q->arena, e, &quiet) && take(q, e, out);
    if (there && !access_filter(q->access, q->desk, q->who, ACCESS_EXPORT, &out->child, 1, &keep, &away, errs)) {
        return false;
    }
    struct access_shown look = {.route = cf_str_from(q->route->pattern),
                                .subjects = &out->child,
                                .n = there ? 1 : 0,
                                .outcome = keep    ? LEDGER_SHOWN
                                           : there ? LEDGER_REFUSED
                                                   : LEDGER_NO_HIT};
    if (!access_read(q->access, q->who, &look, errs)) {
        return false;
    }
    q->shown_logged = true;
    return keep || cf_fail(errs, CF_W004, CF_NOWHERE, "nothing of that number was sent to you");
}

bool page_api_acknowledge_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct sent s = {0};
    struct ledger_event e;
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    if (!is_partner(q, errs) || !sent_of_path(q, &s, &e, errs)) {
        return false;
    }
    struct desk_about about = {.subject = s.child_id};
    struct desk_entry entry = {.id = receipt_id(q, s.event),
                               .record = lang_find_kind(desk_set(q->desk), LANG_RECORD, CF_LIT("acknowledged")),
                               .from = q->now,
                               .to = q->now,
                               .actor = q->who->user,
                               .actor_roles = q->who->roles,
                               .n_actor_roles = q->who->n_roles,
                               .about = &about,
                               .n_about = 1,
                               .episodes = e.d.episodes,
                               .n_episodes = e.d.n_episodes,
                               .share = s.share};
    if (!keeper_record(q->keeper, &entry, q->arena, &receipt, &changes, errs)) {
        return false;
    }
    web_changed(q, &changes);
    struct cf_buf b = cf_buf_new(q->arena, 4096);
    cf_buf_lit(&b, "{\"event\":");
    api_put_id(&b, entry.id);
    cf_buf_printf(&b, ",\"number\":%llu,\"recorded\":\"%s\",\"again\":%s}", (unsigned long long)receipt.seq,
                  cf_time_iso(receipt.recorded_us / 1000000).p, receipt.again ? "true" : "false");
    return api_send(q, r, receipt.again ? 200 : 201, &b, errs);
}
