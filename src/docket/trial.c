/* trial: a candidate event in a history, judged and not kept; an event's consequences, as they were known when it was recorded.
 * Must not know rules, forms, or any record by name. */
#include "docket/trial.h"
#include "docket/priv.h"

#include <stdlib.h>

/* ---- A candidate as evaluation reads it. Subjects that have no number yet get one from the top. */

struct numbering {
    struct desk *d;
    struct cf_arena *a;
    CF_LIST(struct cf_id) unknown;
};

static bool number_of(struct numbering *x, struct cf_id id, uint32_t *no, struct cf_errs *errs) {
    int64_t known = 0;
    if (cf_id_zero(id)) {
        *no = 0;
        return true;
    }
    if (!ledger_subject_no(x->d->ledger, id, &known, errs)) {
        return false;
    }
    size_t i = 0;
    while (!known && i < x->unknown.n && !cf_id_eq(x->unknown.v[i], id)) {
        i++;
    }
    if (!known && i == x->unknown.n) {
        *cf_push(x->a, &x->unknown) = id;
    }
    *no = known ? (uint32_t)known : UINT32_MAX - (uint32_t)i;
    return true;
}

static bool plain_value(struct numbering *x, const struct lang_field *f, const struct desk_value *v, struct lang_value *out,
                        struct cf_errs *errs) {
    uint64_t seq;
    uint32_t no;
    *out = v->v;
    if (v->v.kind == LANG_V_SUBJECT) {
        if (!number_of(x, v->id, &no, errs)) {
            return false;
        }
        out->i = no;
    } else if (v->v.kind == LANG_V_EVENT) {
        if (!ledger_seq_of_id(x->d->ledger, v->id, &seq, errs)) {
            return false;
        }
        out->i = (int64_t)seq;
    }
    (void)f;
    return true;
}

/* One value with kept attributes is a list of one item, as in a history image. */
static bool field_value(struct numbering *x, const struct lang_field *f, const struct desk_value *v, struct lang_value *out,
                        struct cf_errs *errs) {
    bool many = v->v.kind == LANG_V_LIST, item = f->keeping.n && v->v.kind == LANG_V_SUBJECT;
    if (!many && !item) {
        return plain_value(x, f, v, out, errs);
    }
    size_t n = many ? v->n : 1;
    struct lang_item *items = CF_NEW_N(x->a, struct lang_item, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct desk_value *one = many ? &v->list[i] : v;
        struct lang_value *none = CF_NEW_N(x->a, struct lang_value, f->keeping.n + 1);
        items[i].kept = one->kept ? one->kept : none;
        if (!plain_value(x, f, one, &items[i].v, errs)) {
            return false;
        }
    }
    *out = (struct lang_value){.kind = LANG_V_LIST, .more = (uint32_t)n, .items = items};
    return true;
}

static bool set_fields(struct numbering *x, const struct desk_entry *e, struct lang_event *out, struct cf_errs *errs) {
    const struct lang_record *r = &e->record->as.record;
    struct lang_value *fields = CF_NEW_N(x->a, struct lang_value, r->fields.n + 1);
    for (size_t i = 0; e->fields && i < r->fields.n; i++) {
        if (!field_value(x, &r->fields.v[i], &e->fields[i], &fields[i], errs)) {
            return false;
        }
    }
    out->fields = fields;
    return true;
}

static bool set_people(struct numbering *x, const struct desk_entry *e, struct cf_id judged, struct lang_event *out,
                       struct cf_errs *errs) {
    const struct lang_record *r = &e->record->as.record;
    uint32_t *subjects = CF_NEW_N(x->a, uint32_t, r->roles.n + 1);
    uint16_t *roles = CF_NEW_N(x->a, uint16_t, e->n_actor_roles + 1);
    struct cf_id person = ledger_person(x->d->ledger, judged);
    for (size_t i = 0; i < e->n_about; i++) {
        uint32_t no;
        size_t role = (size_t)e->about[i].role;
        bool me = cf_id_eq(ledger_person(x->d->ledger, e->about[i].subject), person);
        if (role >= r->roles.n || !number_of(x, e->about[i].subject, &no, errs)) {
            return false;
        }
        subjects[role] = subjects[role] && !me ? subjects[role] : no;
        out->roles |= me ? 1U << role : 0;
    }
    for (size_t i = 0; i < e->n_actor_roles; i++) {
        roles[i] = (uint16_t)e->actor_roles[i]->as.role.number;
    }
    out->subjects = subjects;
    out->actor.roles = roles;
    out->actor.n_roles = (uint16_t)e->n_actor_roles;
    return number_of(x, e->actor, &out->actor.subject, errs) && number_of(x, e->unit, &out->unit, errs) &&
           number_of(x, e->recipient, &out->recipient, errs);
}

static bool set_episodes(struct numbering *x, const struct desk_entry *e, struct lang_event *out, struct cf_errs *errs) {
    uint64_t *episodes = CF_NEW_N(x->a, uint64_t, e->n_episodes + 1);
    for (size_t i = 0; i < e->n_episodes; i++) {
        uint64_t seq;
        if (!ledger_seq_of_id(x->d->ledger, e->episodes[i], &seq, errs)) {
            return false;
        }
        if (seq != LEDGER_NO_SEQ) {
            episodes[out->n_episodes++] = seq;
        }
    }
    out->episodes = episodes;
    return true;
}

static bool candidate(struct numbering *x, const struct desk_entry *e, struct cf_id judged, uint64_t seq, int64_t now,
                      struct lang_event *out, struct cf_errs *errs) {
    *out = (struct lang_event){.id = e->id,
                               .seq = seq,
                               .record = e->record->as.record.number,
                               .share = e->share,
                               .from = e->from,
                               .to = e->to,
                               .recorded = now,
                               .known = now};
    bool ok = set_people(x, e, judged, out, errs) && set_episodes(x, e, out, errs) && set_fields(x, e, out, errs);
    out->actor.unit = out->unit;
    return ok;
}

bool desk_candidate(struct desk *d, const struct desk_entry *e, struct cf_id judged, uint64_t seq, int64_t now,
                    struct cf_arena *a, struct lang_event *out, struct cf_errs *errs) {
    struct numbering x = {.d = d, .a = a};
    return candidate(&x, e, judged, seq, now, out, errs);
}

static int by_when(const void *x, const void *y) { /* E2 */
    const struct lang_event *a = x, *b = y;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static bool with_candidates(struct numbering *x, const struct desk_entry *entries, size_t n, struct desk_trial *t,
                            struct cf_errs *errs) {
    struct lang_event *events = CF_NEW_N(x->a, struct lang_event, t->h.n + n + 1);
    size_t k = t->h.n;
    if (k) {
        memcpy(events, t->h.events, k * sizeof *events);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t seq = ledger_size(x->d->ledger) + i;
        if (!candidate(x, &entries[i], t->subject, seq, t->now, &events[k], errs)) {
            return false;
        }
        t->seq = seq;
        k += events[k].roles ? 1 : 0;
    }
    qsort(events, k, sizeof *events, by_when);
    t->h.events = events;
    t->h.n = k;
    return true;
}

static bool tried_already(const struct desk_trials *list, struct cf_id subject) {
    for (size_t i = 0; i < list->n; i++) {
        if (cf_id_eq(list->v[i].subject, subject)) {
            return true;
        }
    }
    return false;
}

static bool try_one(struct numbering *x, struct bound_set *s, const struct desk_entry *entries, size_t n, struct cf_id subject,
                    enum lang_subject kind, struct desk_trial *t, struct cf_errs *errs) {
    const struct lang_set *set;
    const struct lang_reference *ref;
    const struct desk_entry *last = &entries[n - 1];
    t->subject = subject;
    t->now = desk_now();
    if (!number_of(x, subject, &t->no, errs)) {
        return false;
    }
    t->h = (struct lang_history){.subject = t->no, .subject_id = subject, .kind = kind};
    bool known = t->no < UINT32_MAX - CF_MAX_PERSONS * 2;
    if (known && !desk_docket(x->d, t->no, t->now, INT64_MAX, x->a, &t->before, &set, &ref, &t->h, errs)) {
        return false;
    }
    if (!with_candidates(x, entries, n, t, errs)) {
        return false;
    }
    if ((last->record->as.record.act || last->share) && !lang_permits(x->a, s->set, &s->reference, &t->h, t->seq, errs)) {
        return false;
    }
    desk_judge(s, &t->h, t->now, x->a, &t->after);
    desk_compare(x->a, subject, t->no, &t->before, &t->after, &t->changes);
    return true;
}

bool desk_try(struct desk *d, const struct desk_entry *entries, size_t n, struct cf_arena *a, struct desk_trials *out,
              struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct numbering x = {.d = d, .a = a};
    *out = (struct desk_trials){0};
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    out->set = s->set;
    out->ref = &s->reference;
    const struct desk_entry *last = &entries[n - 1];
    for (size_t i = 0; i < last->n_about; i++) {
        struct cf_id subject = last->about[i].subject;
        enum lang_subject kind = last->record->as.record.roles.v[last->about[i].role].kind;
        if (!tried_already(out, subject) && !try_one(&x, s, entries, n, subject, kind, cf_push(a, out), errs)) {
            return false;
        }
    }
    return true;
}

/* ---- What followed. */

static bool followed_one(struct desk *d, const struct bound_set *s, const struct ledger_event *e, uint32_t subject,
                         struct cf_arena *a, struct desk_trial *t, struct cf_errs *errs) {
    struct lang_history was = {0};
    t->no = subject;
    t->seq = e->seq;
    t->now = e->recorded_us / 1000000;
    if (!desk_history_upto(d, subject, e->seq, s, a, &was, errs) ||
        !desk_history_upto(d, subject, e->seq + 1, s, a, &t->h, errs)) {
        return false;
    }
    t->subject = t->h.subject_id;
    struct bound_set *judge = desk_current(d);
    desk_judge(judge, &was, t->now, a, &t->before);
    desk_judge(judge, &t->h, t->now, a, &t->after);
    desk_compare(a, t->subject, subject, &t->before, &t->after, &t->changes);
    return true;
}

bool desk_followed(struct desk *d, struct cf_id event, struct cf_arena *a, struct desk_trials *out, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct ledger_event e;
    uint32_t *subjects;
    size_t n;
    *out = (struct desk_trials){0};
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    out->set = s->set;
    out->ref = &s->reference;
    if (!ledger_read_id(d->ledger, event, a, &e, errs)) {
        return false;
    }
    if (e.state != LEDGER_LIVE || e.d.kind >= s->kinds || !s->by_kind[e.d.kind]) {
        return true;
    }
    desk_about_of(d, &e, a, &subjects, &n);
    for (size_t i = 0; i < n; i++) {
        if (!followed_one(d, s, &e, subjects[i], a, cf_push(a, out), errs)) {
            return false;
        }
    }
    return true;
}
