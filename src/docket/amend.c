/* amend: events as they stand, in the policy's names; corrections and merges judged and not kept. A merge is tried by standing
 * in this reader's own list of merges while it is judged, so that it is joined as a true one would be. Must not know rules. */
#include "docket/amend.h"
#include "docket/priv.h"
#include "docket/said.h"

#include <stdlib.h>

/* ---- An event as it stands. */

struct standing {
    struct desk *d;
    struct cf_arena *a;
    struct bound_set *s;
    const struct bound_record *b;
    struct effective now;
    const struct desk_words *words;
};

static bool plain(struct standing *x, const struct lang_value *v, struct desk_value *out, struct cf_errs *errs) {
    struct ledger_event e;
    out->v = *v;
    if (v->kind == LANG_V_SUBJECT) {
        return desk_subject_id(x->d, (uint32_t)v->i, &out->id, NULL, errs);
    }
    if (v->kind == LANG_V_EVENT) {
        bool ok = ledger_read(x->d->ledger, (uint64_t)v->i, x->a, &e, errs);
        out->id = ok ? e.d.id : out->id;
        return ok;
    }
    return true;
}

/* A single person with kept attributes is a list of one in a history, and one value in an entry. */
static bool one_field(struct standing *x, const struct lang_field *f, const struct lang_value *v, struct desk_value *out,
                      struct cf_errs *errs) {
    if (v->kind != LANG_V_LIST) {
        return plain(x, v, out, errs);
    }
    struct desk_value *list = CF_NEW_N(x->a, struct desk_value, v->more + 1u);
    for (size_t i = 0; i < v->more; i++) {
        list[i].kept = v->items[i].kept;
        if (!plain(x, &v->items[i].v, &list[i], errs)) {
            return false;
        }
    }
    if (f->type.kind != LANG_T_SET && v->more == 1) {
        *out = list[0];
        return true;
    }
    *out = (struct desk_value){.v = {.kind = LANG_V_LIST}, .list = list, .n = v->more};
    return true;
}

static bool take_fields(struct standing *x, const struct lang_event *e, struct desk_stands *out, struct cf_errs *errs) {
    const struct lang_record *r = &x->b->record->as.record;
    struct desk_value *fields = CF_NEW_N(x->a, struct desk_value, r->fields.n + 1);
    for (size_t i = 0; i < r->fields.n; i++) {
        if (!one_field(x, &r->fields.v[i], &e->fields[i], &fields[i], errs)) {
            return false;
        }
        if (fields[i].v.kind == LANG_V_TEXT) {
            fields[i].text = x->words[i].text;
        }
    }
    out->e.fields = fields;
    return true;
}

static void take_about(struct standing *x, const struct ledger_person *p, size_t role, struct desk_about *about) {
    *about = (struct desk_about){.role = (int)role, .subject = p->subject, .category = p->category};
    for (size_t k = 0; k < p->n_attributes; k++) {
        const struct ledger_pair *pair = &p->attributes[k];
        if (pair->value.type == LEDGER_INT && pair->number == x->s->born_from) {
            about->has_born = true;
            about->born_from = (int32_t)pair->value.as.n;
        } else if (pair->value.type == LEDGER_INT && pair->number == x->s->born_to) {
            about->born_to = (int32_t)pair->value.as.n;
        }
    }
}

static void take_persons(struct standing *x, struct cf_id who, struct desk_stands *out) {
    const struct lang_record *r = &x->b->record->as.record;
    const struct ledger_draft *d = &x->now.event.d;
    struct desk_about *about = CF_NEW_N(x->a, struct desk_about, d->n_persons + 1);
    for (size_t i = 0; i < d->n_persons; i++) {
        const struct ledger_person *p = &d->persons[i];
        bool acts = p->role == LEDGER_ROLE_ACTOR || p->role == LEDGER_ROLE_RECORDER;
        if (p->state != LEDGER_LIVE) {
            continue;
        }
        out->mine = out->mine || (acts && cf_id_eq(p->subject, who));
        out->e.actor = p->role == LEDGER_ROLE_ACTOR ? p->subject : out->e.actor;
        out->e.unit = p->role == LEDGER_ROLE_UNIT ? p->subject : out->e.unit;
        out->e.recipient = p->role == LEDGER_ROLE_RECIPIENT ? p->subject : out->e.recipient;
        for (size_t k = 0; k < r->roles.n; k++) {
            if (x->b->roles[k] == p->role) {
                take_about(x, p, k, &about[out->e.n_about++]);
            }
        }
    }
    out->e.about = about;
}

static const struct lang_event *event_in(const struct lang_history *h, uint64_t seq) {
    for (size_t i = 0; i < h->n; i++) {
        if (h->events[i].seq == seq) {
            return &h->events[i];
        }
    }
    return NULL;
}

static bool stands_at(struct standing *x, uint64_t seq, struct cf_errs *errs) {
    if (!desk_effective(x->d, seq, LEDGER_NO_SEQ, x->a, &x->now, errs)) {
        return false;
    }
    const struct ledger_event *e = &x->now.event;
    if (e->state != LEDGER_LIVE) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "this event was erased or sealed");
    }
    if (!cf_id_zero(e->d.corrects)) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "this event is itself a correction");
    }
    x->b = e->d.kind < x->s->kinds ? x->s->by_kind[e->d.kind] : NULL;
    if (!x->b) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "this event is the ledger's own, not a record of the policies in force");
    }
    return true;
}

bool desk_stands(struct desk *d, struct cf_id event, struct cf_id who, struct cf_arena *a, struct desk_stands *out,
                 struct cf_errs *errs) {
    struct standing x = {.d = d, .a = a, .s = desk_current(d)};
    struct desk_words *words;
    struct lang_history h = {0};
    uint64_t seq;
    *out = (struct desk_stands){0};
    if (!x.s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    if (!ledger_seq_of_id(d->ledger, event, &seq, errs)) {
        return false;
    }
    if (seq == LEDGER_NO_SEQ) {
        return cf_fail(errs, CF_E010, CF_NOWHERE, "there is no such event");
    }
    if (!stands_at(&x, seq, errs) || !x.b || !desk_said(d, x.b->record, seq, a, &words, errs)) {
        return false;
    }
    const struct ledger_draft *ledgers = &x.now.event.d;
    x.words = words;
    out->seq = seq;
    out->recorded = x.now.event.recorded_us / 1000000;
    out->known = x.now.known;
    out->withdrawn = x.now.withdrawn;
    out->corrected = x.now.corrected;
    out->e = (struct desk_entry){.id = event,
                                 .record = x.b->record,
                                 .from = ledgers->from,
                                 .to = ledgers->to,
                                 .precision = ledgers->precision,
                                 .episodes = ledgers->episodes,
                                 .n_episodes = ledgers->n_episodes};
    take_persons(&x, who, out);
    if (!out->e.n_about) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "this event is about nobody any more");
    }
    out->about = out->e.about[0].subject;
    if (!desk_subject_no(d, out->about, &out->about_no, errs) || !desk_history(d, out->about_no, INT64_MAX, a, &h, errs)) {
        return false;
    }
    const struct lang_event *e = event_in(&h, seq);
    struct lang_value *none = CF_NEW_N(a, struct lang_value, x.b->record->as.record.fields.n + 1);
    return take_fields(&x, e ? e : &(struct lang_event){.fields = none}, out, errs);
}

/* ---- Its corrections. */

static const struct store_sql OF_EVENT = {"amend.of_event", "SELECT seq FROM correction WHERE root = ?1 ORDER BY seq"};

static struct cf_str reason_in(const struct ledger_event *e) {
    for (size_t i = 0; i < e->d.n_words; i++) {
        if (e->d.words[i].field == LEDGER_F_REASON && e->d.words[i].state == LEDGER_LIVE) {
            return e->d.words[i].text;
        }
    }
    return CF_LIT("");
}

bool desk_amendments(struct desk *d, uint64_t seq, struct cf_arena *a, struct desk_amendments *out, struct cf_errs *errs) {
    struct store_stmt *q = store_use(d->db, &OF_EVENT, errs);
    bool ok = q != NULL, row = ok;
    *out = (struct desk_amendments){0};
    if (ok) {
        store_bind_int(q, 1, (int64_t)seq);
    }
    while (ok && row) {
        struct ledger_event e;
        ok = store_next(q, &row, errs) && (!row || ledger_read(d->ledger, (uint64_t)store_int(q, 0), a, &e, errs));
        if (ok && row && e.state == LEDGER_LIVE) {
            const struct ledger_person *actor = ledger_person_of(&e, LEDGER_ROLE_ACTOR, 0);
            *cf_push(a, out) = (struct desk_amended){.actor = actor ? actor->subject : (struct cf_id){{0}},
                                                     .at = e.recorded_us / 1000000,
                                                     .withdrawal = e.d.kind == LEDGER_WITHDRAWN,
                                                     .reason = reason_in(&e)};
        }
    }
    if (q) {
        store_done(q);
    }
    return ok;
}

bool desk_amended_lately(struct desk *d, size_t at_most, struct cf_arena *a, struct cf_id **events, size_t *n,
                         size_t *corrections, struct cf_errs *errs) {
    static const uint32_t kinds[] = {LEDGER_CORRECTION, LEDGER_WITHDRAWN};
    struct cf_map *seen = cf_map_new(a);
    uint64_t *seqs[2];
    size_t left[2];
    struct {
        CF_VEC(struct cf_id);
    } found = {0};
    for (int k = 0; k < 2; k++) {
        if (!ledger_builtins(d->ledger, kinds[k], 0, a, &seqs[k], &left[k], errs)) {
            return false;
        }
    }
    *corrections = left[0] + left[1];
    for (size_t looked = 0; looked < at_most && (left[0] || left[1]); looked++) {
        int k = !left[0] || (left[1] && seqs[1][left[1] - 1] > seqs[0][left[0] - 1]) ? 1 : 0;
        struct ledger_event e;
        if (!ledger_read(d->ledger, seqs[k][--left[k]], a, &e, errs)) {
            return false;
        }
        struct cf_str key = {cf_memdup(a, e.d.corrects.b, sizeof e.d.corrects.b), sizeof e.d.corrects.b};
        if (e.state == LEDGER_LIVE && !cf_map_has(seen, key)) {
            *cf_map_put(seen, key) = seen;
            *cf_push(a, &found) = e.d.corrects;
        }
    }
    *events = found.v;
    *n = found.n;
    return true;
}

/* ---- A correction, tried. */

static struct desk_entry overlaid(struct cf_arena *a, const struct desk_stands *was, const struct desk_correction *c) {
    struct desk_entry e = was->e;
    size_t n = e.record->as.record.fields.n;
    struct desk_value *fields = CF_NEW_N(a, struct desk_value, n + 1);
    if (n) {
        memcpy(fields, was->e.fields, n * sizeof *fields);
    }
    for (size_t i = 0; i < c->n_fields; i++) {
        fields[c->field_numbers[i]] = c->values[i];
    }
    e.fields = fields;
    if (c->has_time) {
        e.from = c->from;
        e.to = c->to;
        e.precision = c->precision;
    }
    if (c->n_about) {
        e.about = c->about;
        e.n_about = c->n_about;
    }
    if (c->replace_episodes) {
        e.episodes = c->episodes;
        e.n_episodes = c->n_episodes;
    }
    return e;
}

static int by_when(const void *x, const void *y) { /* E2 */
    const struct lang_event *a = x, *b = y;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* The history with the event put right: gone when it is withdrawn or no longer about this person. */
static bool righted(struct desk *d, const struct desk_entry *e, const struct lang_event *was, bool withdraw,
                    struct desk_trial *t, struct cf_arena *a, struct cf_errs *errs) {
    struct lang_event *events = CF_NEW_N(a, struct lang_event, t->h.n + 2);
    size_t n = 0;
    for (size_t i = 0; i < t->h.n; i++) {
        if (t->h.events[i].seq != t->seq) {
            events[n++] = t->h.events[i];
        }
    }
    if (!withdraw) {
        struct lang_event *now = &events[n];
        if (!desk_candidate(d, e, t->subject, t->seq, t->now, a, now, errs)) {
            return false;
        }
        now->marks = (uint16_t)(LANG_CORRECTED | (was ? was->marks : 0));
        if (was) {
            now->actor = was->actor;
            now->recorded = was->recorded;
            now->as = was->as;
        }
        n += now->roles ? 1 : 0;
    }
    qsort(events, n, sizeof *events, by_when);
    t->h.events = events;
    t->h.n = n;
    return true;
}

static bool try_for(struct desk *d, const struct desk_stands *was, const struct desk_entry *e, bool withdraw, struct cf_id who,
                    struct cf_arena *a, struct desk_trial *t, struct cf_errs *errs) {
    const struct lang_set *set;
    const struct lang_reference *ref;
    *t = (struct desk_trial){.subject = ledger_person(d->ledger, who), .seq = was->seq, .now = desk_now()};
    if (!desk_subject_no(d, who, &t->no, errs) ||
        !desk_docket(d, t->no, t->now, INT64_MAX, a, &t->before, &set, &ref, &t->h, errs)) {
        return false;
    }
    if (!righted(d, e, event_in(&t->h, was->seq), withdraw, t, a, errs)) {
        return false;
    }
    desk_judge(desk_current(d), &t->h, t->now, a, &t->after);
    desk_compare(a, t->subject, t->no, &t->before, &t->after, &t->changes);
    return true;
}

static bool tried(const struct desk *d, const struct desk_trials *list, struct cf_id who) {
    struct cf_id person = ledger_person(d->ledger, who);
    for (size_t i = 0; i < list->n; i++) {
        if (cf_id_eq(list->v[i].subject, person)) {
            return true;
        }
    }
    return false;
}

static void begin(struct desk *d, struct desk_trials *out) {
    struct bound_set *s = desk_current(d);
    *out = (struct desk_trials){.set = s ? s->set : NULL, .ref = s ? &s->reference : NULL};
}

bool desk_try_correction(struct desk *d, const struct desk_correction *c, struct cf_arena *a, struct desk_trials *out,
                         struct cf_errs *errs) {
    struct desk_stands was = {0};
    begin(d, out);
    if (!desk_stands(d, c->event, (struct cf_id){0}, a, &was, errs) || !was.e.record) {
        return false;
    }
    struct desk_entry e = overlaid(a, &was, c);
    const struct desk_entry *both[] = {&was.e, &e};
    for (size_t k = 0; k < CF_COUNT(both); k++) {
        for (size_t i = 0; i < both[k]->n_about; i++) {
            struct cf_id who = both[k]->about[i].subject;
            if (!tried(d, out, who) && !try_for(d, &was, &e, c->withdraw, who, a, cf_push(a, out), errs)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- Merges, tried. */

static bool is_person(struct desk *d, struct cf_id id, uint32_t *no, struct cf_errs *errs) {
    enum lang_subject kind;
    struct cf_id same;
    if (!desk_subject_no(d, id, no, errs) || !desk_subject_id(d, *no, &same, &kind, errs)) {
        return false;
    }
    return kind == LANG_PERSON || cf_fail(errs, CF_D016, CF_NOWHERE, "only two people can be merged");
}

static bool judged_alone(struct desk *d, uint32_t no, int64_t now, struct cf_arena *a, struct lang_docket *k,
                         struct lang_history *h, struct cf_errs *errs) {
    const struct lang_set *set;
    const struct lang_reference *ref;
    return desk_docket(d, no, now, INT64_MAX, a, k, &set, &ref, h, errs);
}

bool desk_try_merge(struct desk *d, struct cf_id x, struct cf_id y, struct cf_arena *a, struct desk_trials *out,
                    struct cf_errs *errs) {
    struct merge_pair pair = {.seq = 0, .undone = LEDGER_NO_SEQ};
    struct lang_docket one[2];
    struct lang_history h;
    begin(d, out);
    if (!is_person(d, x, &pair.a, errs) || !is_person(d, y, &pair.b, errs)) {
        return false;
    }
    if (cf_id_eq(ledger_person(d->ledger, x), ledger_person(d->ledger, y))) {
        return cf_fail(errs, CF_D016, CF_NOWHERE, "these two are one person already");
    }
    struct desk_trial *t = cf_push(a, out);
    t->now = desk_now();
    for (int i = 0; i < 2; i++) {
        if (!judged_alone(d, i ? pair.b : pair.a, t->now, a, &one[i], &h, errs)) {
            return false;
        }
        desk_join(a, &one[i], &t->before);
    }
    *cf_push(d->arena, &d->merges) = pair;
    bool ok = judged_alone(d, pair.a, t->now, a, &t->after, &t->h, errs);
    d->merges.n--;
    t->subject = t->h.subject_id;
    t->no = t->h.subject;
    t->seq = LEDGER_NO_SEQ;
    if (ok) {
        desk_compare(a, t->subject, t->no, &t->before, &t->after, &t->changes);
    }
    return ok;
}

bool desk_try_unmerge(struct desk *d, struct cf_id merge_event, struct cf_arena *a, struct desk_trials *out,
                      struct cf_errs *errs) {
    struct merge_pair *m = NULL;
    struct lang_docket together = {0};
    struct lang_history h;
    int64_t now = desk_now();
    begin(d, out);
    for (size_t i = 0; i < d->merges.n; i++) {
        bool this = cf_id_eq(d->merges.v[i].event, merge_event) && d->merges.v[i].undone == LEDGER_NO_SEQ;
        m = this ? &d->merges.v[i] : m;
    }
    if (!m) {
        return cf_fail(errs, CF_D016, CF_NOWHERE, "there is no such merge, or it was undone already");
    }
    if (!judged_alone(d, m->a, now, a, &together, &h, errs)) {
        return false;
    }
    bool ok = true;
    m->undone = 0;
    for (int i = 0; ok && i < 2; i++) {
        struct desk_trial *t = cf_push(a, out);
        *t = (struct desk_trial){.seq = LEDGER_NO_SEQ, .now = now, .before = together};
        ok = judged_alone(d, i ? m->b : m->a, now, a, &t->after, &t->h, errs);
        t->subject = t->h.subject_id;
        t->no = t->h.subject;
        if (ok) {
            desk_compare(a, t->subject, t->no, &t->before, &t->after, &t->changes);
        }
    }
    m->undone = LEDGER_NO_SEQ;
    return ok;
}

bool desk_merges(struct desk *d, struct cf_arena *a, struct desk_merges *out, struct cf_errs *errs) {
    *out = (struct desk_merges){0};
    for (size_t i = d->merges.n; i > 0; i--) {
        const struct merge_pair *m = &d->merges.v[i - 1];
        if (m->undone != LEDGER_NO_SEQ) {
            continue;
        }
        struct desk_merged *line = cf_push(a, out);
        *line = (struct desk_merged){.event = m->event, .a_no = m->a, .b_no = m->b, .seq = m->seq};
        if (!desk_subject_id(d, m->a, &line->a, NULL, errs) || !desk_subject_id(d, m->b, &line->b, NULL, errs)) {
            return false;
        }
    }
    return true;
}

/* ---- Restriction and holds. */

static bool append_control(struct ledger *l, const struct ledger_draft *draft, struct ledger_receipt *receipt,
                           struct cf_errs *errs) {
    if (!ledger_begin(l, errs)) {
        return false;
    }
    if (!ledger_append(l, draft, receipt, errs)) {
        ledger_rollback(l);
        return false;
    }
    return ledger_commit(l, errs);
}

static struct cf_id first_id(const struct ledger_value *list) {
    struct cf_id id = {{0}};
    if (list && list->type == LEDGER_LIST && list->as.list.n && list->as.list.v[0].as.s.n == sizeof id.b) {
        memcpy(id.b, list->as.list.v[0].as.s.p, sizeof id.b);
    }
    return id;
}

static bool ended(struct cf_map *ends, struct cf_id id) {
    return cf_map_has(ends, (struct cf_str){(const char *)id.b, sizeof id.b});
}

static bool take_order(struct desk *d, uint64_t seq, struct cf_map *ends, struct cf_arena *a, struct desk_orders *out,
                       struct cf_errs *errs) {
    struct ledger_event e;
    if (!ledger_read(d->ledger, seq, a, &e, errs)) {
        return false;
    }
    if (e.state != LEDGER_LIVE || ended(ends, e.d.id)) {
        return true;
    }
    const struct ledger_person *person = ledger_person_of(&e, LEDGER_ROLE_TARGET, 0);
    const struct ledger_person *actor = ledger_person_of(&e, LEDGER_ROLE_ACTOR, 0);
    const struct ledger_value *authority = ledger_fact(&e, LEDGER_F_AUTHORITY), *review = ledger_fact(&e, LEDGER_F_REVIEW_ON);
    *cf_push(a, out) =
        (struct desk_order){.event = e.d.id,
                            .person = person ? person->subject : (struct cf_id){{0}},
                            .target = first_id(ledger_fact(&e, LEDGER_F_TARGETS)),
                            .actor = actor ? actor->subject : (struct cf_id){{0}},
                            .authority = authority && authority->type == LEDGER_TEXT ? authority->as.s : CF_LIT(""),
                            .at = e.recorded_us / 1000000,
                            .review_on = review && review->type == LEDGER_INT ? review->as.n : 0};
    return true;
}

bool desk_orders(struct desk *d, enum desk_control what, struct cf_arena *a, struct desk_orders *out, struct cf_errs *errs) {
    uint32_t kind = what == DESK_HOLD ? LEDGER_HOLD : LEDGER_RESTRICTED;
    uint32_t end = what == DESK_HOLD ? LEDGER_RELEASED : LEDGER_UNRESTRICTED;
    struct cf_map *ends = cf_map_new(a);
    uint64_t *seqs;
    size_t n;
    *out = (struct desk_orders){0};
    if (!ledger_builtins(d->ledger, end, 0, a, &seqs, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct ledger_event e;
        if (!ledger_read(d->ledger, seqs[i], a, &e, errs)) {
            return false;
        }
        struct cf_id id = first_id(ledger_fact(&e, LEDGER_F_TARGETS));
        *cf_map_put(ends, (struct cf_str){(const char *)id.b, sizeof id.b}) = ends;
    }
    if (!ledger_builtins(d->ledger, kind, 0, a, &seqs, &n, errs)) {
        return false;
    }
    for (size_t i = n; i > 0; i--) {
        if (!take_order(d, seqs[i - 1], ends, a, out, errs)) {
            return false;
        }
    }
    return true;
}

/* What an order or its end is about: an event (also an order), or a person. */
static bool control_target(struct desk *d, enum desk_control what, struct cf_id target, bool *event, struct cf_errs *errs) {
    uint64_t seq;
    int64_t no = 0;
    if (!ledger_seq_of_id(d->ledger, target, &seq, errs) || !ledger_subject_no(d->ledger, target, &no, errs)) {
        return false;
    }
    *event = seq != LEDGER_NO_SEQ;
    if ((!*event && !no) || (*event && what == DESK_RESTRICT)) {
        return cf_fail(errs, CF_D020, CF_NOWHERE, "there is no such person or event");
    }
    if (what == DESK_RESTRICT && ledger_restricted(d->ledger, target)) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "this person is restricted already");
    }
    if (what != DESK_RELEASE && what != DESK_UNRESTRICT) {
        return true;
    }
    struct cf_arena *a = cf_arena_new("orders");
    struct desk_orders orders;
    bool ok = desk_orders(d, what == DESK_RELEASE ? DESK_HOLD : DESK_RESTRICT, a, &orders, errs), found = false;
    for (size_t i = 0; ok && i < orders.n; i++) {
        found = found || cf_id_eq(orders.v[i].event, target);
    }
    cf_arena_free(a);
    return ok && (found || cf_fail(errs, CF_D020, CF_NOWHERE, "there is no such order, or it was ended already"));
}

bool desk_control(struct desk *d, enum desk_control what, struct cf_id target, struct cf_str authority, struct cf_id actor,
                  int64_t review_on, struct ledger_receipt *receipt, struct cf_errs *errs) {
    static const uint32_t kinds[] = {[DESK_HOLD] = LEDGER_HOLD,
                                     [DESK_RELEASE] = LEDGER_RELEASED,
                                     [DESK_RESTRICT] = LEDGER_RESTRICTED,
                                     [DESK_UNRESTRICT] = LEDGER_UNRESTRICTED};
    int64_t now = desk_now();
    bool event;
    if (!control_target(d, what, target, &event, errs)) {
        return false;
    }
    if (!authority.n) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "on what authority must be said");
    }
    struct ledger_value id = ledger_bytes((struct cf_str){(const char *)target.b, 16}), list = {.type = LEDGER_LIST};
    list.as.list.v = &id;
    list.as.list.n = 1;
    struct ledger_pair pairs[3] = {{LEDGER_F_AUTHORITY, ledger_text(authority)}};
    struct ledger_person persons[2] = {0};
    size_t n = 1, people = 0;
    if (event) {
        pairs[n++] = (struct ledger_pair){LEDGER_F_TARGETS, list};
    } else {
        persons[people++] = (struct ledger_person){.subject = target, .role = LEDGER_ROLE_TARGET};
    }
    if (review_on) {
        pairs[n++] = (struct ledger_pair){LEDGER_F_REVIEW_ON, ledger_int(review_on)};
    }
    if (!cf_id_zero(actor)) {
        persons[people++] = (struct ledger_person){.subject = actor, .role = LEDGER_ROLE_ACTOR};
    }
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = pairs, .n_fields = n};
    struct ledger_draft draft = {.id = ledger_new_id(d->ledger),
                                 .kind = kinds[what],
                                 .from = now,
                                 .to = now,
                                 .facts = &facts,
                                 .n_facts = 1,
                                 .persons = persons,
                                 .n_persons = people};
    return append_control(d->ledger, &draft, receipt, errs) && desk_catch_up(d, errs);
}
