/* api_children: one event, one child's docket, the duties of a unit, as JSON. Whom the reader may not see is answered like who
 * does not exist. Must not know any record or rule by name. */
#include "web/api.h"

#include "docket/words.h"
#include "web/pages/child.h"

/* ---- One event. */

struct telling {
    struct web_request *q;
    struct child *c;
    const struct lang_event *e;
    struct cf_buf *b;
    struct api_people shown;
    uint64_t withheld;
    struct cf_errs *errs;
    bool ok;
};

/* Person or not, this reader or not: false leaves it out and counts it. */
static bool may_name(struct telling *t, uint32_t no, struct cf_id *id) {
    enum lang_subject kind;
    bool keep = false;
    size_t away;
    if (!desk_subject_id(t->q->desk, no, id, &kind, t->errs)) {
        t->ok = false;
        return false;
    }
    if (kind != LANG_PERSON) {
        return true;
    }
    if (!access_filter(t->q->access, t->q->desk, t->q->who, ACCESS_EXPORT, &no, 1, &keep, &away, t->errs)) {
        t->ok = false;
        return false;
    }
    if (keep) {
        api_also(t->q, &t->shown, no);
    } else {
        t->withheld++;
    }
    return keep;
}

static void put_subject(struct telling *t, uint32_t no) {
    struct cf_id id;
    if (may_name(t, no, &id)) {
        api_put_id(t->b, id);
    } else {
        cf_buf_lit(t->b, "{\"absent\":\"withheld\"}");
    }
}

static void put_event_id(struct telling *t, uint64_t seq) {
    struct ledger_event e;
    struct cf_errs quiet = cf_errs_new(t->q->arena);
    if (ledger_read(desk_ledger(t->q->desk), seq, t->q->arena, &e, &quiet)) {
        api_put_id(t->b, e.d.id);
    } else {
        cf_buf_lit(t->b, "null");
    }
}

static void put_value(struct telling *t, const struct lang_field *f, const struct lang_value *v,
                      const struct desk_words *words);

static void put_items(struct telling *t, const struct lang_field *f, const struct lang_value *v) {
    bool single = f->type.kind != LANG_T_SET; /* one value with what is kept of it is a list of one */
    cf_buf_lit(t->b, single ? "" : "[");
    for (size_t i = 0; i < v->more; i++) {
        cf_buf_lit(t->b, i ? "," : "");
        put_value(t, f, &v->items[i].v, NULL);
    }
    cf_buf_lit(t->b, single ? "" : "]");
}

static void put_value(struct telling *t, const struct lang_field *f, const struct lang_value *v,
                      const struct desk_words *words) {
    struct desk_value plain = {.v = *v};
    enum lang_type_kind kind = f->type.kind == LANG_T_SET ? f->type.elem : f->type.kind;
    switch ((enum lang_value_kind)v->kind) {
    case LANG_V_NOT_ASKED: cf_buf_lit(t->b, "{\"absent\":\"not_asked\"}"); return;
    case LANG_V_NOT_KNOWN: cf_buf_lit(t->b, "null"); return;
    case LANG_V_DECLINED: cf_buf_lit(t->b, "{\"absent\":\"declined\"}"); return;
    case LANG_V_WHOLE: cf_buf_printf(t->b, "%lld", (long long)v->i); return;
    case LANG_V_SUBJECT: put_subject(t, (uint32_t)v->i); return;
    case LANG_V_EVENT: put_event_id(t, (uint64_t)v->i); return;
    case LANG_V_LIST: put_items(t, f, v); return;
    case LANG_V_TEXT:
        if (words && words->said) {
            cf_json_str(t->b, words->text);
        } else {
            cf_buf_lit(t->b, "{\"absent\":\"withheld\"}");
            t->withheld++;
        }
        return;
    case LANG_V_INSTANT: cf_buf_printf(t->b, "\"%s\"", cf_time_iso_local(t->q->zone, v->i).p); return;
    case LANG_V_YESNO:
    case LANG_V_FRACTION:
    case LANG_V_DATE:
    case LANG_V_DURATION:
    case LANG_V_CODE: break;
    }
    if (v->kind == LANG_V_DATE && v->more) {
        cf_buf_printf(t->b, "{\"from\":\"%s\",\"to\":\"%s\"}", cf_date_shown((int32_t)v->i).p,
                      cf_date_shown((int32_t)v->i + (int32_t)v->more).p);
        return;
    }
    cf_json_str(t->b, desk_words_write(t->q->arena, t->q->zone, kind, f->type.of, &plain));
}

static bool put_fields(struct telling *t, const struct lang_decl *record) {
    const struct lang_record *r = &record->as.record;
    struct desk_words *words;
    bool comma = false;
    if (!desk_said(t->q->desk, record, t->e->seq, t->q->arena, &words, t->errs)) {
        return false;
    }
    cf_buf_lit(t->b, "{");
    for (size_t i = 0; t->e->fields && i < r->fields.n; i++) {
        if (t->e->fields[i].kind != LANG_V_NOT_ASKED) {
            cf_buf_lit(t->b, comma ? "," : "");
            cf_json_str(t->b, r->fields.v[i].name.text);
            cf_buf_lit(t->b, ":");
            put_value(t, &r->fields.v[i], &t->e->fields[i], &words[i]);
            comma = true;
        }
    }
    cf_buf_lit(t->b, "}");
    return t->ok;
}

static void put_people(struct telling *t, const struct lang_decl *record, const struct ledger_event *root) {
    const struct lang_record *r = &record->as.record;
    bool comma = false;
    cf_buf_lit(t->b, "{");
    for (size_t i = 0; i < r->roles.n; i++) {
        uint32_t role = ledger_number(desk_ledger(t->q->desk), LEDGER_ROLES, root->d.kind, r->roles.v[i].role.text);
        uint32_t no = t->e->roles >> i & 1U ? t->c->no : t->e->subjects ? t->e->subjects[i] : 0;
        size_t others = 0;
        bool as_recorded = role && !(t->e->marks & LANG_CORRECTED); /* a correction names one: the history's */
        while (as_recorded && ledger_person_of(root, role, others)) {
            others++;
        }
        if (!no) {
            continue;
        }
        cf_buf_lit(t->b, comma ? "," : "");
        cf_json_str(t->b, r->roles.v[i].role.text);
        cf_buf_lit(t->b, ":[");
        put_subject(t, no);
        for (size_t k = 0; k < others; k++) {
            uint32_t other = 0;
            struct cf_errs quiet = cf_errs_new(t->q->arena);
            if (desk_subject_no(t->q->desk, ledger_person_of(root, role, k)->subject, &other, &quiet) && other != no) {
                cf_buf_lit(t->b, ",");
                put_subject(t, other);
            }
        }
        cf_buf_lit(t->b, "]");
        comma = true;
    }
    cf_buf_lit(t->b, "}");
}

/* The first person of the event whom this reader may see, for this record; 0: nobody. *any: one that there is. */
static bool seen_through(struct web_request *q, const struct ledger_event *e, const struct lang_decl *record, uint32_t *no,
                         uint32_t *any, struct cf_errs *errs) {
    *no = *any = 0;
    for (size_t i = 0; i < e->d.n_persons && !*no; i++) {
        const struct ledger_person *p = &e->d.persons[i];
        struct access_about about;
        struct cf_errs quiet = cf_errs_new(q->arena);
        uint32_t there;
        if (p->role < LEDGER_FIRST_ROLE || p->state != LEDGER_LIVE || !desk_subject_no(q->desk, p->subject, &there, &quiet)) {
            continue;
        }
        if (!access_about(q->access, q->desk, q->who, p->subject, &about, errs)) {
            return false;
        }
        *any = about.exists ? there : *any;
        *no = about.exists && access_may(q->who, ACCESS_EXPORT, record, &about, NULL) ? there : 0;
    }
    return true;
}

/* Same words whether there is none, or none for this reader; the look is logged either way. */
static bool no_event(struct web_request *q, uint32_t any, struct cf_errs *errs) {
    struct access_shown shown = {.route = cf_str_from(q->route->pattern),
                                 .subjects = &any,
                                 .n = any ? 1 : 0,
                                 .outcome = any ? LEDGER_REFUSED : LEDGER_NO_HIT};
    return access_read(q->access, q->who, &shown, errs) &&
           cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such event, or it is not yours to see");
}

bool page_api_event(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct ledger *l = desk_ledger(q->desk);
    struct cf_id id;
    struct ledger_event root;
    struct child c;
    struct cf_errs quiet = cf_errs_new(q->arena);
    uint32_t no = 0, any = 0;
    bool there = cf_unhex(web_param(q, "event"), id.b, sizeof id.b) && ledger_read_id(l, id, q->arena, &root, &quiet);
    const struct ledger_entry *kind = there ? ledger_entry(l, LEDGER_KINDS, root.d.kind) : NULL;
    const struct lang_decl *record =
        kind && desk_set(q->desk) ? lang_find_kind(desk_set(q->desk), LANG_RECORD, kind->name) : NULL;
    if (record && !seen_through(q, &root, record, &no, &any, errs)) {
        return false;
    }
    if (!no) {
        return no_event(q, any, errs);
    }
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    if (!child_load(q, no, &c, errs)) {
        return false;
    }
    struct telling t = {.q = q, .c = &c, .e = child_event(&c, root.seq), .b = &b, .errs = errs, .ok = true};
    if (!t.e) { /* withdrawn or erased */
        return no_event(q, any, errs);
    }
    api_also(q, &t.shown, no);
    cf_buf_lit(&b, "{\"event\":");
    api_put_id(&b, id);
    cf_buf_printf(&b, ",\"number\":%llu,\"kind\":", (unsigned long long)root.seq);
    cf_json_str(&b, record->name.text);
    api_key(&b, "title");
    cf_json_str(&b, record->title);
    cf_buf_printf(&b, ",\"happened\":{\"from\":\"%s\",\"to\":\"%s\"},\"recorded\":\"%s\",\"corrected\":%s,\"about\":",
                  cf_time_iso_local(q->zone, t.e->from).p, cf_time_iso_local(q->zone, t.e->to).p, cf_time_iso(t.e->recorded).p,
                  t.e->marks & LANG_CORRECTED ? "true" : "false");
    put_people(&t, record, &root);
    cf_buf_lit(&b, ",\"episodes\":[");
    for (size_t i = 0; i < t.e->n_episodes; i++) {
        cf_buf_lit(&b, i ? "," : "");
        put_event_id(&t, t.e->episodes[i]);
    }
    cf_buf_lit(&b, "],\"fields\":");
    if (!put_fields(&t, record) || !web_shown(q, t.shown.v, t.shown.n, t.withheld, CF_LIT(""), errs)) {
        return false;
    }
    cf_buf_printf(&b, ",\"withheld\":%llu}", (unsigned long long)t.withheld);
    return api_send(q, r, 200, &b, errs);
}

/* ---- One child's docket. */

/* What may not be shown for the purpose that was given is taken out and counted; of a partner's key, all but what it is asked.
 */
static uint64_t take_out(struct child *c) {
    bool partner = c->q->who->partner;
    uint64_t before = c->k.duties.n + c->k.gates.n + c->k.flags.n + c->k.grades.n + c->k.scores.n + c->k.choices.n;
    size_t n = 0;
    for (size_t i = 0; i < c->k.duties.n; i++) {
        if (child_sees(c, c->k.duties.v[i].cause) && (!partner || api_owns(c->q, &c->k.duties.v[i]))) {
            c->k.duties.v[n++] = c->k.duties.v[i];
        }
    }
    c->k.duties.n = n;
    n = 0;
    for (size_t i = 0; i < c->k.gates.n; i++) {
        if (!partner && child_sees(c, c->k.gates.v[i].event)) {
            c->k.gates.v[n++] = c->k.gates.v[i];
        }
    }
    c->k.gates.n = n;
    if (partner) {
        c->k.flags.n = c->k.grades.n = c->k.scores.n = c->k.choices.n = 0;
    }
    return before - c->k.duties.n - c->k.gates.n - c->k.flags.n - c->k.grades.n - c->k.scores.n - c->k.choices.n;
}

bool page_api_docket(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child c;
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    if (!child_open(q, ACCESS_EXPORT, &c, errs)) {
        return false;
    }
    uint64_t withheld = take_out(&c);
    size_t shown = c.k.duties.n + c.k.gates.n + c.k.flags.n + c.k.grades.n + c.k.scores.n + c.k.choices.n;
    cf_buf_lit(&b, "{\"child\":");
    api_put_id(&b, c.id);
    cf_buf_printf(&b, ",\"at\":\"%s\",\"docket\":", cf_time_iso(q->now).p);
    lang_docket_json(&b, c.set, c.ref, &c.k);
    cf_buf_lit(&b, ",\"reasons\":{");
    for (size_t i = 0; i < c.k.duties.n; i++) {
        cf_buf_lit(&b, i ? "," : "");
        api_put_id(&b, c.k.duties.v[i].id);
        cf_buf_lit(&b, ":");
        api_put_reasons(&b, lang_explain_duty(q->arena, c.set, c.ref, &c.h, q->now, &c.k.duties.v[i]));
    }
    cf_buf_printf(&b, "},\"shown\":%zu,\"hidden\":0,\"withheld\":%llu,\"total\":%llu}", shown, (unsigned long long)withheld,
                  (unsigned long long)(withheld + shown));
    return api_send(q, r, 200, &b, errs);
}

/* ---- The duties of a unit. */

static bool unit_asked(struct web_request *q, const struct lang_decl **unit, struct cf_errs *errs) {
    struct cf_str name = web_query(q, "unit");
    *unit = name.n ? lang_find_kind(desk_set(q->desk), LANG_UNIT, name) : q->who->unit;
    if (*unit) {
        return true;
    }
    cf_fail(errs, CF_W004, CF_NOWHERE, "%s", name.n ? "the policies declare no unit of that name" : "you are of no unit");
    cf_hint(errs, "Say which unit: ?unit=NAME, as the policies name it.");
    return false;
}

static const struct lang_duty_line *duty_of(const struct child *c, struct cf_id id) {
    for (size_t i = 0; i < c->k.duties.n; i++) {
        if (cf_id_eq(c->k.duties.v[i].id, id)) {
            return &c->k.duties.v[i];
        }
    }
    return NULL;
}

bool page_api_duties(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_decl *unit;
    struct desk_owed_list queue = {0};
    struct child c = {0};
    struct api_people shown = {0};
    struct cf_errs quiet = cf_errs_new(q->arena);
    uint32_t unit_no = 0;
    int64_t page;
    size_t left_out = 0, put = 0, away;
    bool keep = false;
    if (!api_page_asked(q, r, &page)) {
        return true;
    }
    if (!unit_asked(q, &unit, errs)) {
        return false;
    }
    if (desk_subject_no(q->desk, desk_unit_id(q->desk, unit), &unit_no, &quiet) && unit_no &&
        !desk_owed(q->desk, DESK_BY_UNIT, unit_no, DESK_OWED_ALL, (size_t)(page - 1) * API_ON_PAGE, API_ON_PAGE, q->now,
                   q->arena, &queue, errs)) {
        return false;
    }
    struct api_part part = api_part(page, queue.totals.lines);
    part.to = part.from + queue.n;
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    cf_buf_lit(&b, "{\"unit\":");
    cf_json_str(&b, unit->name.text);
    cf_buf_printf(&b, ",\"at\":\"%s\",\"duties\":[", cf_time_iso(q->now).p);
    for (size_t i = 0; i < queue.n; i++) {
        uint32_t no = queue.v[i].person;
        if ((!c.q || c.no != no) && (!access_filter(q->access, q->desk, q->who, ACCESS_EXPORT, &no, 1, &keep, &away, errs) ||
                                     !child_load(q, no, &c, errs))) {
            return false;
        }
        const struct lang_duty_line *d = duty_of(&c, queue.v[i].duty);
        if (!keep || !d || !child_sees(&c, d->cause)) {
            left_out++;
            continue;
        }
        cf_buf_lit(&b, put++ ? ",{\"child\":" : "{\"child\":");
        api_put_id(&b, c.id);
        cf_buf_lit(&b, ",");
        api_put_duty(&b, c.ref, d);
        cf_buf_lit(&b, "}");
        api_also(q, &shown, c.no);
    }
    cf_buf_lit(&b, "]");
    api_put_counts(&b, &part, queue.totals.lines, left_out, 0);
    cf_buf_lit(&b, "}");
    return web_shown(q, shown.v, shown.n, left_out, CF_LIT(""), errs) && api_send(q, r, 200, &b, errs);
}
