/* child: one child's page, as this reader may see it. Everything comes from declarations: what is known about people is what
 * stands in the policy of the record that holds births; what one must not do is what a field says whose name begins with
 * `not_to_`, `must_not` or `do_not`. Must not know any record, episode or rule by name but the ledger's own. */
#include "web/pages/child.h"
#include "web/pages/policies.h"

#include "pages/page_child.h"
#include "web/pages/child_nav.h"

enum { OWN_SHOWN = 5, LATEST = 8, PEOPLE_SHOWN = 12, SHARES_SHOWN = 20, BREACHES_SHOWN = 5, FACTS = 8 };

static struct cf_str event_href(struct child *c, const struct lang_event *e) {
    struct cf_str id = web_id_text(c->q, e->id);
    return web_url(c->q, "/child/%.*s/journey?event=%.*s#e-%.*s", CF_STR_ARG(web_id_text(c->q, c->id)), CF_STR_ARG(id),
                   CF_STR_ARG(id));
}

static bool is_built_in(const struct child *c, const struct lang_event *e, const char *name) {
    const struct lang_decl *record = child_record(c, e);
    return record->as.record.built_in && cf_str_is(record->name.text, name);
}

/* ---- What one must not do: the newest answer of each such field, episode by episode. */

static bool warns(const struct lang_field *f) {
    return cf_str_starts(f->name.text, CF_LIT("not_to_")) || cf_str_starts(f->name.text, CF_LIT("must_not")) ||
           cf_str_starts(f->name.text, CF_LIT("do_not"));
}

static bool newer_of_same(const struct child *c, size_t at) {
    const struct lang_event *e = &c->h.events[at];
    for (size_t i = at + 1; i < c->h.n; i++) {
        if (c->h.events[i].record == e->record && child_episode(c, &c->h.events[i]) == child_episode(c, e)) {
            return true;
        }
    }
    return false;
}

static bool fill_musts(struct child *c, struct page_child *p, struct cf_errs *errs) {
    for (size_t i = c->h.n; i > 0; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        const struct lang_decl *record = child_record(c, e);
        struct desk_words *words = NULL;
        for (size_t k = 0; k < record->as.record.fields.n; k++) {
            const struct lang_field *f = &record->as.record.fields.v[k];
            bool said = e->fields[k].kind > LANG_V_DECLINED && (e->fields[k].kind != LANG_V_LIST || e->fields[k].more > 0);
            if (!warns(f) || !said || newer_of_same(c, i - 1)) {
                continue; /* also when it was seen for another purpose: a warning is for everyone who meets the child */
            }
            if (!words && !desk_said(c->q->desk, record, e->seq, c->q->arena, &words, errs)) {
                return false;
            }
            *cf_push(c->q->arena, &p->musts) = (struct page_child_must){.what = child_label(c->q, record, f),
                                                                        .whom = child_answer(c, record, e, k, words),
                                                                        .why = f->hint.n ? f->hint : record->title,
                                                                        .when = child_when(c->q, e)};
        }
    }
    return true;
}

/* ---- Who they are. */

bool child_attribute(const struct lang_decl *record, const struct lang_decl *birth) {
    const struct lang_record *r = &record->as.record;
    return record->kind == LANG_RECORD && !record->newer && cf_str_eq(record->policy->name.text, birth->policy->name.text) &&
           r->roles.n && r->roles.v[0].kind == LANG_PERSON && !r->opens_decl && !r->in.n && !r->in_any;
}

static bool fill_field(struct child *c, const struct lang_decl *record, size_t field, struct page_child *p,
                       struct cf_errs *errs) {
    struct web_request *q = c->q;
    const struct lang_field *f = &record->as.record.fields.v[field];
    struct page_child_row row = {.key = child_label(q, record, f), .value = WEB_HTML("Not asked")};
    for (size_t i = c->h.n; i > 0; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        struct desk_words *words;
        if (e->record != record->as.record.number || !c->seen[i - 1] || e->fields[field].kind == LANG_V_NOT_ASKED) {
            continue;
        }
        if (!desk_said(q->desk, record, e->seq, q->arena, &words, errs)) {
            return false;
        }
        struct cf_buf b = cf_buf_new(q->arena, 4096);
        row.known = e->fields[field].kind > LANG_V_DECLINED;
        row.value = child_plain(q, child_answer(c, record, e, field, words));
        cf_buf_lit(&b, row.known ? "" : " ");
        html_text(&b, child_actor(c, e));
        cf_buf_lit(&b, ", ");
        html_date(&b, cf_time_day(q->zone, e->from));
        row.source = html_done(&b);
        break;
    }
    *cf_push(q->arena, &p->rows) = row;
    return true;
}

static bool fill_who(struct child *c, struct page_child *p, struct cf_errs *errs) {
    const struct lang_decl *birth = c->set->birth;
    for (size_t i = 0; birth && i < birth->policy->as.policy.decls.n; i++) {
        const struct lang_decl *record = birth->policy->as.policy.decls.v[i];
        if (!child_attribute(record, birth)) {
            continue;
        }
        const struct lang_decl *newest = c->set->records.v[record->as.record.number];
        for (size_t k = 0; k < newest->as.record.fields.n; k++) {
            if (!newest->as.record.fields.v[k].retired && !fill_field(c, newest, k, p, errs)) {
                return false;
            }
        }
    }
    return true;
}

struct cf_str child_age(const struct child *c) {
    const struct lang_value *born = NULL;
    int32_t today = cf_time_day(c->q->zone, c->q->now);
    for (size_t i = 0; c->set->birth && i < c->h.n; i++) {
        const struct lang_event *e = &c->h.events[i];
        const struct lang_value *v = e->record == c->set->birth->as.record.number ? &e->fields[c->set->birth_field] : NULL;
        born = v && v->kind == LANG_V_DATE ? v : born;
    }
    if (!born) {
        return CF_LIT("Age not known: to be treated as a child");
    }
    int most = cf_age_on((int32_t)born->i, today), least = cf_age_on((int32_t)(born->i + born->more), today);
    return most == least ? cf_str_printf(c->q->arena, "Age %d", most) : cf_str_printf(c->q->arena, "Age %d to %d", least, most);
}

/* ---- Who leads: who was named last, for each thing that is still open. */

static void fill_leads(struct child *c, struct page_child *p) {
    struct cf_map *done = cf_map_new(c->q->arena);
    for (size_t i = c->h.n; i > 0; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        const struct lang_event *opener = child_episode(c, e);
        uint64_t scope = opener ? opener->seq : UINT64_MAX;
        struct cf_str key = {(const char *)&scope, sizeof scope};
        bool open = !opener || child_episode_open(c, opener);
        if (!is_built_in(c, e, "assigned") || !open || cf_map_has(done, key) || e->fields[0].kind != LANG_V_SUBJECT) {
            continue;
        }
        *cf_map_put(done, key) = done;
        bool told = !opener || c->seen[child_at(c, opener)];
        *cf_push(c->q->arena, &p->leads) =
            (struct page_child_lead){.what = !opener ? CF_LIT("For the child as a whole")
                                             : told  ? child_record(c, opener)->as.record.opens_decl->title
                                                     : CF_LIT("For something seen for another purpose"),
                                     .who = child_subject(&c->rec, (uint32_t)e->fields[0].i),
                                     .when = child_when(c->q, e)};
    }
}

/* ---- Flags and grades. */

static void fill_facts(struct child *c, const struct lang_support *s, struct page_child_standing *out) {
    for (size_t i = 0; i < s->n; i++) {
        const struct lang_event *e = child_event(c, s->seqs[s->n - 1 - i]);
        if (e && out->facts.n >= FACTS) {
            out->facts_more++;
            out->facts_any = true;
        } else if (e) {
            *cf_push(c->q->arena, &out->facts) = (struct page_child_event){
                .title = child_record(c, e)->title, .when = child_when(c->q, e), .href = event_href(c, e)};
        }
    }
}

static struct page_child_standing *stand(struct child *c, const struct lang_decl *rule, uint64_t episode,
                                         const struct lang_support *s, struct page_child *p) {
    struct web_request *q = c->q;
    struct cf_str in = child_of_episode(c, episode);
    struct page_child_standing *out = cf_push(q->arena, &p->standing);
    *out = (struct page_child_standing){.title = rule->title,
                                        .policy = rule->policy->title,
                                        .rule = policies_decl_url(q, rule),
                                        .why = web_url(q, "/child/%.*s/why/%.*s%s%.*s", CF_STR_ARG(web_id_text(q, c->id)),
                                                       CF_STR_ARG(rule->name.text), in.n ? "?in=" : "", CF_STR_ARG(in))};
    for (size_t i = 0; i < rule->cites.n; i++) {
        *cf_push(q->arena, &out->sources) = child_citation(q, rule, i);
    }
    fill_facts(c, s, out);
    return out;
}

static bool still_open(const struct child *c, uint64_t episode) {
    for (size_t i = 0; i < c->h.n; i++) {
        if (c->h.events[i].seq == episode) {
            return child_episode_open(c, &c->h.events[i]);
        }
    }
    return true; /* about the person */
}

static void fill_standing(struct child *c, struct page_child *p) {
    for (size_t i = 0; i < c->k.flags.n; i++) {
        const struct lang_flag_line *f = &c->k.flags.v[i];
        if (child_sees(c, f->episode) && still_open(c, f->episode)) {
            struct page_child_standing *s = stand(c, f->rule, f->episode, &f->support, p);
            s->kind = CF_LIT("Flag");
            s->colour = CF_LIT("purple");
        }
    }
    for (size_t i = 0; i < c->k.grades.n; i++) {
        const struct lang_grade_line *g = &c->k.grades.v[i];
        const struct lang_decl *codes = g->rule->as.grade.codes;
        if (!child_sees(c, g->episode) || !still_open(c, g->episode)) {
            continue;
        }
        struct page_child_standing *s = stand(c, g->rule, g->episode, &g->support, p);
        s->kind = CF_LIT("Grade");
        s->colour = CF_LIT("turquoise");
        s->value = g->level >= 0 ? form_code_label(c->q->arena, codes, (size_t)g->level) : CF_LIT("Not known");
        if (g->could_be > g->level) {
            s->value = cf_str_printf(c->q->arena, "%.*s, could be %.*s for all that is known", CF_STR_ARG(s->value),
                                     CF_STR_ARG(form_code_label(c->q->arena, codes, (size_t)g->could_be)));
        }
    }
}

/* ---- What is owed. */

static void fill_duties(struct child *c, struct page_child *p) {
    for (int late = 1; late >= 0; late--) {
        for (size_t i = 0; i < c->n_shown; i++) {
            const struct lang_duty_line *l = c->shown[i].first;
            if (!child_live(l) || (l->state == LANG_OVERDUE) != late || !child_sees(c, l->cause)) {
                continue;
            }
            p->late += late;
            struct part_duty_line line = child_duty(c, &c->shown[i]);
            line.nobody = false; /* who leads stands beside it */
            *cf_push(c->q->arena, &p->duties) = (struct page_child_duty){.line = line};
        }
    }
    for (size_t i = 0; i < c->k.duties.n; i++) {
        p->kept_apart += c->k.duties.v[i].state <= LANG_OVERDUE && c->k.duties.v[i].marks & LANG_M_NOT_IN_SOURCE;
    }
    p->any_late = p->late > 0;
    p->any_apart = p->kept_apart > 0;
}

/* ---- The child's own words, and what happened last. */

static bool fill_own(struct child *c, struct page_child *p, struct cf_errs *errs) {
    struct web_request *q = c->q;
    for (size_t i = c->h.n; i > 0; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        const struct lang_decl *record = child_record(c, e);
        for (size_t k = 0; c->seen[i - 1] && k < record->as.record.fields.n; k++) {
            struct desk_words *words;
            if (e->fields[k].kind != LANG_V_TEXT || !record_own_words(&record->as.record.fields.v[k])) {
                continue;
            }
            if (p->own.n >= OWN_SHOWN) {
                p->own_more++;
                continue;
            }
            if (!desk_said(q->desk, record, e->seq, q->arena, &words, errs)) {
                return false;
            }
            *cf_push(q->arena, &p->own) =
                (struct page_child_own){.words = child_paragraphs(q, child_answer(c, record, e, k, words)),
                                        .where = record->title,
                                        .when = child_when(q, e),
                                        .href = event_href(c, e)};
        }
    }
    p->own_any = p->own_more > 0;
    return true;
}

static void fill_latest(struct child *c, struct page_child *p) {
    for (size_t i = c->h.n; i > 0 && p->latest.n < LATEST; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        if (c->seen[i - 1]) {
            *cf_push(c->q->arena, &p->latest) =
                (struct page_child_event){.title = e->share ? e->share->title : child_record(c, e)->title,
                                          .when = child_when(c->q, e),
                                          .href = event_href(c, e)};
        }
    }
}

static void fill_breaches(struct child *c, struct page_child *p) {
    for (size_t i = c->k.gates.n; i > 0; i--) {
        const struct lang_gate_line *g = &c->k.gates.v[i - 1];
        const struct lang_event *e = g->result == LANG_KEPT_RESULT || g->not_in_source ? NULL : child_event(c, g->event);
        p->breaches_n += e != NULL;
        if (e && p->breaches.n < BREACHES_SHOWN) {
            *cf_push(c->q->arena, &p->breaches) = (struct page_child_breach){.title = g->rule->title,
                                                                             .rule = policies_decl_url(c->q, g->rule),
                                                                             .words = g->rule->as.gate.otherwise,
                                                                             .event = child_record(c, e)->title,
                                                                             .when = child_when(c->q, e),
                                                                             .href = event_href(c, e)};
        }
    }
}

/* ---- People around: whoever stands in another role of the same events, or is named in an answer. */

struct around {
    uint32_t who;
    struct cf_str role;
    int64_t since;
    int64_t times;
};
struct arounds {
    CF_VEC(struct around);
};

static void meet(struct child *c, struct arounds *all, uint32_t who, struct cf_str role, int64_t at) {
    if (!who || who == c->no) {
        return;
    }
    for (size_t i = 0; i < all->n; i++) {
        if (all->v[i].who == who && cf_str_eq(all->v[i].role, role)) {
            all->v[i].times++;
            return;
        }
    }
    *cf_push(c->q->arena, all) = (struct around){who, role, at, 1};
}

static void meet_value(struct child *c, struct arounds *all, const struct lang_field *f, const struct lang_value *v,
                       int64_t at) {
    if (f->type.subject != LANG_PERSON || (f->type.kind != LANG_T_SUBJECT && f->type.elem != LANG_T_SUBJECT)) {
        return;
    }
    if (v->kind == LANG_V_SUBJECT) {
        meet(c, all, (uint32_t)v->i, form_label(c->q->arena, f->name.text), at);
    }
    for (uint32_t i = 0; v->kind == LANG_V_LIST && i < v->more; i++) {
        if (v->items[i].v.kind == LANG_V_SUBJECT) {
            meet(c, all, (uint32_t)v->items[i].v.i, form_label(c->q->arena, f->name.text), at);
        }
    }
}

static void fill_people(struct child *c, struct page_child *p) {
    struct arounds all = {0};
    for (size_t i = 0; i < c->h.n; i++) {
        const struct lang_event *e = &c->h.events[i];
        const struct lang_record *r = &child_record(c, e)->as.record;
        for (size_t k = 0; c->seen[i] && e->subjects && k < r->roles.n; k++) {
            if (r->roles.v[k].kind == LANG_PERSON && !(e->roles >> k & 1)) {
                meet(c, &all, e->subjects[k], form_label(c->q->arena, r->roles.v[k].role.text), e->from);
            }
        }
        for (size_t k = 0; c->seen[i] && k < r->fields.n; k++) {
            meet_value(c, &all, &r->fields.v[k], &e->fields[k], e->from);
        }
    }
    for (size_t i = all.n; i > 0; i--) {
        struct cf_id id;
        struct cf_errs quiet = cf_errs_new(c->q->arena);
        if (p->people.n >= PEOPLE_SHOWN || !desk_subject_id(c->q->desk, all.v[i - 1].who, &id, NULL, &quiet)) {
            p->people_more++;
            continue;
        }
        size_t before = c->rec.shown.n;
        struct cf_str name = record_person(&c->rec, id);
        bool known = c->rec.shown.n > before;
        struct cf_buf b = cf_buf_new(c->q->arena, 256);
        html_date(&b, cf_time_day(c->q->zone, all.v[i - 1].since));
        *cf_push(c->q->arena, &p->people) = (struct page_child_person){
            .name = name,
            .href = known ? web_url(c->q, "/child/%.*s", CF_STR_ARG(web_id_text(c->q, id))) : CF_LIT(""),
            .role = all.v[i - 1].role,
            .since = html_done(&b),
            .times = all.v[i - 1].times};
    }
    p->people_any = p->people_more > 0;
}

/* ---- What was shared. */

struct cf_str child_purpose(const struct child *c, const struct lang_decl *share) {
    const struct lang_decl *codes = lang_find_kind(c->set, LANG_CODES, CF_LIT("purpose"));
    for (size_t i = 0; codes && i < codes->as.codes.list.n; i++) {
        if (cf_str_eq(codes->as.codes.list.v[i].name.text, share->as.share.purpose.text)) {
            return codes->as.codes.list.v[i].title;
        }
    }
    return share->as.share.purpose.text;
}

/* "name, born, station": what a share hands over, in the words of its declaration. */
struct cf_str child_gives(const struct child *c, const struct lang_decl *share) {
    struct cf_buf b = cf_buf_new(c->q->arena, 4096);
    struct cf_str words;
    for (size_t i = 0; i < share->as.share.gives.n; i++) {
        struct cf_buf one = cf_buf_new(c->q->arena, 512);
        struct cf_str text, piece, last = {0};
        lang_expr_text(&one, share->as.share.gives.v[i]);
        if (!cf_buf_finish(&one, &text)) {
            continue;
        }
        while (cf_str_split(&text, '.', &piece)) {
            last = piece;
        }
        struct cf_str label = form_label(c->q->arena, last);
        char *low = cf_memdup(c->q->arena, label.p, label.n + 1);
        low[0] = (char)(low[0] >= 'A' && low[0] <= 'Z' ? low[0] - 'A' + 'a' : low[0]);
        cf_buf_printf(&b, "%s%.*s", i ? ", " : "", (int)label.n, low);
    }
    return cf_buf_finish(&b, &words) ? words : CF_LIT("what was agreed");
}

const struct lang_event *child_answered(const struct child *c, const struct lang_event *sent) {
    for (size_t i = 0; i < c->h.n; i++) {
        const struct lang_event *e = &c->h.events[i];
        if (is_built_in(c, e, "acknowledged") && e->share && cf_str_eq(e->share->name.text, sent->share->name.text) &&
            e->from >= sent->from && child_episode(c, e) == child_episode(c, sent)) {
            return e;
        }
    }
    return NULL;
}

static void fill_shares(struct child *c, struct page_child *p) {
    for (size_t i = c->h.n; i > 0; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        if (!is_built_in(c, e, "sent") || !e->share || !c->seen[i - 1]) {
            continue;
        }
        if (p->shares.n >= SHARES_SHOWN) {
            p->shares_more++;
            p->shares_any = true;
            continue;
        }
        const struct lang_event *answer = child_answered(c, e);
        *cf_push(c->q->arena, &p->shares) = (struct page_child_shared){
            .what = e->share->title,
            .whom = e->recipient ? child_subject(&c->rec, e->recipient) : CF_LIT("somebody not named"),
            .why = child_purpose(c, e->share),
            .gave = child_gives(c, e->share),
            .when = child_when(c->q, e),
            .open = !answer,
            .answered = answer ? child_when(c->q, answer) : WEB_HTML("")};
    }
}

/* For whoever keeps records right: what can be done about this person as a whole; single entries are put right in the journey.
 */
static void fill_keep(struct child *c, struct page_child *p) {
    struct web_request *q = c->q;
    if (web_may(q, ACCESS_CORRECT)) {
        *cf_push(q->arena, &p->keep) =
            (struct page_child_link){CF_LIT("Correct or withdraw an entry, in the journey"), p->journey};
    }
    if (web_may(q, ACCESS_MERGE)) {
        *cf_push(q->arena, &p->keep) =
            (struct page_child_link){CF_LIT("Merge with another record of the same child"), CF_LIT("/merge")};
    }
    if (web_may(q, ACCESS_RESTRICT)) {
        *cf_push(q->arena, &p->keep) = (struct page_child_link){
            CF_LIT("Restrict or hold this record"), web_url(q, "/restrict/%.*s", CF_STR_ARG(web_id_text(q, c->id)))};
    }
}

bool page_child(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child c;
    if (!child_open(q, ACCESS_SEE, &c, errs)) {
        return false;
    }
    struct cf_str id = web_id_text(q, c.id);
    struct page_child p = {.name = record_person(&c.rec, c.id),
                           .age = child_age(&c),
                           .nav = child_nav(&c, 0),
                           .journey = web_url(q, "/child/%.*s/journey", CF_STR_ARG(id)),
                           .record = web_url(q, "/record?about=%.*s", CF_STR_ARG(id)),
                           .shown = (int64_t)(c.h.n - c.unseen),
                           .withheld = (int64_t)c.unseen,
                           .total = (int64_t)c.h.n};
    if (!fill_musts(&c, &p, errs) || !fill_who(&c, &p, errs) || !fill_own(&c, &p, errs)) {
        return false;
    }
    fill_leads(&c, &p);
    fill_standing(&c, &p);
    fill_duties(&c, &p);
    fill_latest(&c, &p);
    fill_breaches(&c, &p);
    fill_people(&c, &p);
    fill_shares(&c, &p);
    fill_keep(&c, &p);
    c.rec.withheld = c.unseen;
    page_child_write(&r->main, &p);
    return record_page(&c.rec, r, &(struct web_frame){.wide = true}, errs);
}
