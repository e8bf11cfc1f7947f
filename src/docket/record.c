/* record: the one door for events that people enter: an entry in the policy's names becomes a draft in the ledger's numbers, is
 * appended, and everyone it is about is judged before the answer. Must not know any record by name. */
#include "docket/priv.h"

/* ---- Values. */

static struct ledger_value pair_value(struct cf_arena *a, int64_t x, int64_t y) {
    struct ledger_value *two = CF_NEW_N(a, struct ledger_value, 2);
    two[0] = ledger_int(x);
    two[1] = ledger_int(y);
    struct ledger_value list = {.type = LEDGER_LIST};
    list.as.list.v = two;
    list.as.list.n = 2;
    return list;
}

static bool fits(enum lang_type_kind type, enum lang_value_kind kind) {
    static const struct {
        enum lang_type_kind type;
        enum lang_value_kind kind;
    } pairs[] = {
        {LANG_T_YESNO, LANG_V_YESNO}, {LANG_T_WHOLE, LANG_V_WHOLE},     {LANG_T_FRACTION, LANG_V_FRACTION},
        {LANG_T_DATE, LANG_V_DATE},   {LANG_T_INSTANT, LANG_V_INSTANT}, {LANG_T_DURATION, LANG_V_DURATION},
        {LANG_T_CODE, LANG_V_CODE},   {LANG_T_EVENT, LANG_V_EVENT},     {LANG_T_SUBJECT, LANG_V_SUBJECT},
        {LANG_T_TEXT, LANG_V_TEXT},   {LANG_T_SET, LANG_V_LIST},
    };
    for (size_t i = 0; i < CF_COUNT(pairs); i++) {
        if (pairs[i].type == type && pairs[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static bool is_absent(const struct desk_value *v) {
    return v->v.kind <= LANG_V_DECLINED;
}

bool desk_draft_value(struct desk *d, const struct bound_field *b, const struct lang_field *f, const struct desk_value *v,
                      struct cf_arena *a, struct ledger_value *out, struct cf_errs *errs) {
    switch ((enum lang_value_kind)v->v.kind) {
    case LANG_V_NOT_ASKED:
    case LANG_V_NOT_KNOWN: *out = (struct ledger_value){.type = LEDGER_NOT_KNOWN}; return true;
    case LANG_V_DECLINED: *out = (struct ledger_value){.type = LEDGER_DECLINED}; return true;
    case LANG_V_YESNO: *out = ledger_bool(v->v.i != 0); return true;
    case LANG_V_WHOLE:
    case LANG_V_INSTANT: *out = ledger_int(v->v.i); return true;
    case LANG_V_FRACTION:
    case LANG_V_DURATION: *out = pair_value(a, v->v.i, v->v.more); return true;
    case LANG_V_DATE: *out = v->v.more ? pair_value(a, v->v.i, v->v.i + v->v.more) : ledger_int(v->v.i); return true;
    case LANG_V_CODE:
        if (!b->codes || v->v.i < 0 || (size_t)v->v.i >= b->codes->n) {
            return cf_fail(errs, CF_D011, CF_NOWHERE, "%.*s has no such code", CF_STR_ARG(f->name.text));
        }
        *out = ledger_int(b->codes->number[v->v.i]);
        return true;
    case LANG_V_EVENT: *out = ledger_bytes((struct cf_str){cf_memdup(a, v->id.b, 16), 16}); return true;
    case LANG_V_LIST: {
        struct ledger_value *items = CF_NEW_N(a, struct ledger_value, v->n + 1);
        for (size_t i = 0; i < v->n; i++) {
            if (!desk_draft_value(d, b, f, &v->list[i], a, &items[i], errs)) {
                return false;
            }
        }
        *out = (struct ledger_value){.type = LEDGER_LIST};
        out->as.list.v = items;
        out->as.list.n = v->n;
        return true;
    }
    case LANG_V_SUBJECT:
    case LANG_V_TEXT: break;
    }
    CF_NEVER("subjects and narratives are parts of their own");
}

/* ---- A draft under construction. */

struct drafting {
    struct desk *d;
    struct cf_arena *a;
    const struct bound_set *s;
    const struct bound_record *b;
    struct {
        CF_VEC(struct ledger_person);
    } persons;
    struct {
        CF_VEC(struct ledger_pair);
    } pairs;
    struct {
        CF_VEC(struct ledger_words);
    } words;
};

static bool add_known(struct desk *d, struct cf_id id, uint32_t type, struct cf_errs *errs) {
    int64_t no;
    return ledger_subject_add(d->ledger, id, type, &no, errs);
}

static bool add_subject(struct drafting *x, const struct bound_field *b, const struct lang_field *f, const struct desk_value *v,
                        struct cf_errs *errs) {
    struct ledger_pair *kept = CF_NEW_N(x->a, struct ledger_pair, f->keeping.n + 1);
    size_t n = 0;
    for (size_t i = 0; v->kept && i < f->keeping.n; i++) {
        struct desk_value one = {.v = v->kept[i]};
        struct bound_field as = {.codes = b->kept_codes[i]};
        if (one.v.kind == LANG_V_NOT_ASKED) {
            continue;
        }
        kept[n].number = b->kept[i];
        if (!desk_draft_value(x->d, &as, f, &one, x->a, &kept[n++].value, errs)) {
            return false;
        }
    }
    if (f->type.subject < LANG_SUBJECTS) {
        if (!add_known(x->d, v->id, x->d->type_of[f->type.subject], errs)) {
            return false;
        }
    }
    *cf_push(x->a, &x->persons) =
        (struct ledger_person){.subject = v->id, .role = b->role, .attributes = kept, .n_attributes = n};
    return true;
}

static bool add_field(struct drafting *x, size_t number, const struct desk_value *v, struct cf_errs *errs) {
    const struct lang_field *f = &x->b->record->as.record.fields.v[number];
    const struct bound_field *b = &x->b->fields[number];
    if (v->v.kind == LANG_V_NOT_ASKED) {
        return true;
    }
    if (!is_absent(v) && !fits(f->type.kind, (enum lang_value_kind)v->v.kind)) {
        return cf_fail(errs, CF_D011, CF_NOWHERE, "the answer to %.*s is of the wrong type", CF_STR_ARG(f->name.text));
    }
    if (v->v.kind == LANG_V_TEXT) {
        *cf_push(x->a, &x->words) = (struct ledger_words){.field = b->field, .text = v->text};
        return true;
    }
    if (v->v.kind == LANG_V_SUBJECT) {
        return add_subject(x, b, f, v, errs);
    }
    if (b->role && v->v.kind == LANG_V_LIST) {
        for (size_t i = 0; i < v->n; i++) {
            if (!add_subject(x, b, f, &v->list[i], errs)) {
                return false;
            }
        }
        return true;
    }
    struct ledger_pair *p = cf_push(x->a, &x->pairs);
    p->number = b->field;
    return desk_draft_value(x->d, b, f, v, x->a, &p->value, errs);
}

static bool add_about(struct drafting *x, const struct desk_about *about, struct cf_errs *errs) {
    const struct lang_record *r = &x->b->record->as.record;
    if (about->role < 0 || (size_t)about->role >= r->roles.n) {
        return cf_fail(errs, CF_D012, CF_NOWHERE, "%.*s has no such role", CF_STR_ARG(x->b->record->name.text));
    }
    if (!add_known(x->d, about->subject, x->d->type_of[r->roles.v[about->role].kind], errs)) {
        return false;
    }
    struct ledger_pair *evidence = CF_NEW_N(x->a, struct ledger_pair, 2);
    if (about->has_born) {
        evidence[0] = (struct ledger_pair){x->s->born_from, ledger_int(about->born_from)};
        evidence[1] = (struct ledger_pair){x->s->born_to, ledger_int(about->born_to)};
    }
    *cf_push(x->a, &x->persons) = (struct ledger_person){.subject = about->subject,
                                                         .role = x->b->roles[about->role],
                                                         .category = about->category,
                                                         .attributes = evidence,
                                                         .n_attributes = about->has_born ? 2 : 0};
    return true;
}

static bool add_actor(struct drafting *x, const struct desk_entry *e, struct cf_errs *errs) {
    if (cf_id_zero(e->actor)) {
        return true;
    }
    struct ledger_value *grants = CF_NEW_N(x->a, struct ledger_value, e->n_actor_roles + 1);
    for (size_t i = 0; i < e->n_actor_roles; i++) {
        grants[i] = ledger_int(x->s->role_grant[e->actor_roles[i]->as.role.number]);
    }
    struct ledger_pair *roles = CF_NEW(x->a, struct ledger_pair);
    roles->number = x->s->roles_attribute;
    roles->value = (struct ledger_value){.type = LEDGER_LIST};
    roles->value.as.list.v = grants;
    roles->value.as.list.n = e->n_actor_roles;
    if (!add_known(x->d, e->actor, x->d->type_of[LANG_OFFICER], errs)) {
        return false;
    }
    *cf_push(x->a, &x->persons) =
        (struct ledger_person){.subject = e->actor, .role = LEDGER_ROLE_ACTOR, .attributes = roles, .n_attributes = 1};
    return true;
}

static void add_recipient(struct drafting *x, const struct desk_entry *e) {
    if (e->share) {
        *cf_push(x->a, &x->pairs) = (struct ledger_pair){LEDGER_F_SHARE, ledger_text(e->share->name.text)};
    }
    if (!cf_id_zero(e->recipient)) {
        *cf_push(x->a, &x->persons) = (struct ledger_person){.subject = e->recipient, .role = LEDGER_ROLE_RECIPIENT};
    }
}

bool desk_draft(struct desk *d, const struct desk_entry *e, struct cf_arena *a, struct ledger_draft *out,
                struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct drafting x = {.d = d, .a = a, .s = s, .b = desk_bound(s, e->record)};
    bool ok = add_actor(&x, e, errs);
    for (size_t i = 0; ok && i < e->n_about; i++) {
        ok = add_about(&x, &e->about[i], errs);
    }
    for (size_t i = 0; ok && e->fields && i < e->record->as.record.fields.n; i++) {
        ok = add_field(&x, i, &e->fields[i], errs);
    }
    if (!ok) {
        return false;
    }
    add_recipient(&x, e);
    struct ledger_facts *facts = CF_NEW(a, struct ledger_facts);
    *facts = (struct ledger_facts){.compartment = LEDGER_OPEN, .fields = x.pairs.v, .n_fields = x.pairs.n};
    struct cf_local local = cf_time_local(d->zone, e->from);
    *out = (struct ledger_draft){
        .id = cf_id_zero(e->id) ? ledger_new_id(d->ledger) : e->id,
        .kind = x.b->kind,
        .from = e->from,
        .to = e->to,
        .precision = e->precision,
        .offset_min = local.offset / 60,
        .unit = e->unit,
        .policy_set = {(const char *)s->digest, LEDGER_HASH},
        .has_saw = e->has_saw,
        .saw = e->saw,
        .episodes = e->episodes,
        .n_episodes = e->n_episodes,
        .source = e->source,
        .source_key = e->source_key,
        .persons = x.persons.v,
        .n_persons = x.persons.n,
        .facts = facts,
        .n_facts = x.pairs.n ? 1 : 0,
        .words = x.words.v,
        .n_words = x.words.n,
    };
    return true;
}

/* ---- Checks that a form makes too. */

static bool answered(const struct desk_entry *e, struct cf_errs *errs) {
    const struct lang_record *r = &e->record->as.record;
    bool ok = true;
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct lang_field *f = &r->fields.v[i];
        bool asked = e->fields && e->fields[i].v.kind != LANG_V_NOT_ASKED;
        if (f->required && !f->unless && !f->retired && !asked) {
            ok = cf_fail(errs, CF_D013, CF_NOWHERE, "%.*s is not answered", CF_STR_ARG(f->name.text));
            cf_hint(errs, "Give --%.*s; `unknown` is an answer.%s%.*s", CF_STR_ARG(f->name.text), f->hint.n ? " Asked: " : "",
                    CF_STR_ARG(f->hint));
        }
    }
    return ok;
}

static bool has_subjects(const struct desk_entry *e, struct cf_errs *errs) {
    const struct lang_record *r = &e->record->as.record;
    for (size_t i = 0; i < r->roles.n; i++) {
        bool named = false;
        for (size_t k = 0; k < e->n_about; k++) {
            named |= e->about[k].role == (int)i;
        }
        if (!named && i == 0) {
            cf_fail(errs, CF_D012, CF_NOWHERE, "%.*s does not say who it is about", CF_STR_ARG(e->record->name.text));
            cf_hint(errs, "Give --%.*s with an id, or `new`.", CF_STR_ARG(r->roles.v[i].role.text));
            return false;
        }
    }
    return true;
}

static bool open_episode_named(const struct desk_entry *e, struct cf_errs *errs) {
    const struct lang_record *r = &e->record->as.record;
    if (r->in.n && !r->in_any && !e->n_episodes) {
        cf_fail(errs, CF_D014, CF_NOWHERE, "%.*s is a step in %.*s, and names none", CF_STR_ARG(e->record->name.text),
                CF_STR_ARG(r->in.v[0].text));
        cf_hint(errs, "Give --in with the id of the event that opened it.");
        return false;
    }
    return true;
}

/* ---- Judging before and after. */

struct judged {
    uint32_t subject;
    struct lang_history h;
    struct lang_docket before, after;
};

static bool judge_before(struct desk *d, const struct desk_entry *e, int64_t now, struct cf_arena *a, struct judged **out,
                         size_t *n, struct cf_errs *errs) {
    struct judged *list = CF_NEW_N(a, struct judged, e->n_about + 1);
    *n = 0;
    for (size_t i = 0; i < e->n_about; i++) {
        int64_t no;
        if (!ledger_subject_no(d->ledger, e->about[i].subject, &no, errs)) {
            return false;
        }
        struct judged *j = &list[(*n)++];
        j->subject = (uint32_t)no;
        const struct lang_set *set;
        const struct lang_reference *ref;
        if (no && !desk_docket(d, (uint32_t)no, now, INT64_MAX, a, &j->before, &set, &ref, &j->h, errs)) {
            return false;
        }
    }
    *out = list;
    return true;
}

static const struct lang_duty_line *duty_by_id(const struct lang_docket *k, struct cf_id id) {
    for (size_t i = 0; i < k->duties.n; i++) {
        if (cf_id_eq(k->duties.v[i].id, id)) {
            return &k->duties.v[i];
        }
    }
    return NULL;
}

static bool same_duty(const struct lang_duty_line *x, const struct lang_duty_line *y) {
    return x->state == y->state && x->has_due == y->has_due && (!x->has_due || x->due == y->due) &&
           x->owner.role_or_unit == y->owner.role_or_unit && x->owner.subject == y->owner.subject &&
           x->owner.unit == y->owner.unit;
}

static const struct lang_gate_line *gate_before(const struct lang_docket *k, const struct lang_gate_line *g) {
    for (size_t i = 0; i < k->gates.n; i++) {
        if (k->gates.v[i].rule == g->rule && k->gates.v[i].event == g->event && k->gates.v[i].role == g->role) {
            return &k->gates.v[i];
        }
    }
    return NULL;
}

static const struct lang_flag_line *flag_of(const struct lang_docket *k, const struct lang_flag_line *f) {
    for (size_t i = 0; i < k->flags.n; i++) {
        if (k->flags.v[i].rule == f->rule && k->flags.v[i].episode == f->episode) {
            return &k->flags.v[i];
        }
    }
    return NULL;
}

static const struct lang_grade_line *grade_of(const struct lang_docket *k, const struct lang_grade_line *g) {
    for (size_t i = 0; i < k->grades.n; i++) {
        if (k->grades.v[i].rule == g->rule && k->grades.v[i].episode == g->episode) {
            return &k->grades.v[i];
        }
    }
    return NULL;
}

static void differences(struct cf_arena *a, const struct judged *j, struct desk_changes *out) {
    struct desk_change base = {.subject = j->h.subject_id, .subject_no = j->subject};
    for (size_t i = 0; i < j->after.duties.n; i++) {
        const struct lang_duty_line *now = &j->after.duties.v[i], *was = duty_by_id(&j->before, now->id);
        if (!was || !same_duty(was, now)) {
            struct desk_change *c = cf_push(a, out);
            *c = base;
            c->duty_before = was;
            c->duty = now;
        }
    }
    for (size_t i = 0; i < j->before.duties.n; i++) {
        if (!duty_by_id(&j->after, j->before.duties.v[i].id)) {
            struct desk_change *c = cf_push(a, out);
            *c = base;
            c->duty_before = &j->before.duties.v[i];
        }
    }
    for (size_t i = 0; i < j->after.gates.n; i++) {
        const struct lang_gate_line *g = &j->after.gates.v[i], *was = gate_before(&j->before, g);
        if (!was || was->result != g->result) {
            struct desk_change *c = cf_push(a, out);
            *c = base;
            c->gate = g;
        }
    }
    for (size_t i = 0; i < j->after.flags.n + j->before.flags.n; i++) {
        bool gone = i >= j->after.flags.n;
        const struct lang_flag_line *f = gone ? &j->before.flags.v[i - j->after.flags.n] : &j->after.flags.v[i];
        if (!flag_of(gone ? &j->after : &j->before, f)) {
            struct desk_change *c = cf_push(a, out);
            *c = base;
            c->flag = f;
            c->flag_gone = gone;
        }
    }
    for (size_t i = 0; i < j->after.grades.n; i++) {
        const struct lang_grade_line *g = &j->after.grades.v[i], *was = grade_of(&j->before, g);
        if (!was || was->level != g->level || was->could_be != g->could_be) {
            struct desk_change *c = cf_push(a, out);
            *c = base;
            c->grade_before = was;
            c->grade = g;
        }
    }
}

void desk_compare(struct cf_arena *a, struct cf_id subject, uint32_t no, const struct lang_docket *before,
                  const struct lang_docket *after, struct desk_changes *out) {
    struct judged j = {.subject = no, .h = {.subject_id = subject}, .before = *before, .after = *after};
    struct judged *kept = cf_memdup(a, &j, sizeof j); /* the changes point into it */
    differences(a, kept, out);
}

void desk_join(struct cf_arena *a, const struct lang_docket *one, struct lang_docket *all) {
    for (size_t i = 0; i < one->duties.n; i++) {
        if (!duty_by_id(all, one->duties.v[i].id)) {
            *cf_push(a, &all->duties) = one->duties.v[i];
        }
    }
    for (size_t i = 0; i < one->gates.n; i++) {
        if (!gate_before(all, &one->gates.v[i])) {
            *cf_push(a, &all->gates) = one->gates.v[i];
        }
    }
    for (size_t i = 0; i < one->flags.n; i++) {
        if (!flag_of(all, &one->flags.v[i])) {
            *cf_push(a, &all->flags) = one->flags.v[i];
        }
    }
    for (size_t i = 0; i < one->grades.n; i++) {
        if (!grade_of(all, &one->grades.v[i])) {
            *cf_push(a, &all->grades) = one->grades.v[i];
        }
    }
}

static void differences_of_all(struct cf_arena *a, const struct judged *list, size_t n, struct desk_changes *out) {
    struct judged all = {0};
    for (size_t i = 0; i < n; i++) {
        all.subject = i ? all.subject : list[i].subject;
        all.h = i ? all.h : list[i].h;
        desk_join(a, &list[i].before, &all.before);
        desk_join(a, &list[i].after, &all.after);
    }
    differences(a, &all, out);
}

/* In the desk's own transaction, after the ledger's commit: the event is taken in, everyone stale is judged and kept. */
static bool settle(struct desk *d, uint64_t from, struct judged *list, size_t n, int64_t now, struct cf_arena *a,
                   struct cf_errs *errs) {
    struct ledger_event e;
    bool ok = store_begin(d->db, errs);
    for (uint64_t seq = from; ok && seq < ledger_size(d->ledger); seq++) {
        ok = ledger_read(d->ledger, seq, a, &e, errs) && desk_take_in(d, &e, a, errs);
    }
    for (size_t i = 0; ok && i < n; i++) {
        int64_t no = list[i].subject;
        ok = desk_evaluate(d, (uint32_t)no, now, a, &list[i].after, &list[i].h, errs);
    }
    if (!ok) {
        desk_rollback(d);
        return false;
    }
    return desk_commit(d, errs);
}

/* ---- Recording: one entry or many, one commit of the ledger and one of the desk. */

/* The entry as it will stand in a history. What is too large for one is refused here, before anything is appended. */
static bool candidate_image(struct desk *d, const struct ledger_draft *draft, int64_t now, struct cf_arena *a,
                            struct cf_str *bytes, struct cf_errs *errs) {
    struct effective candidate = {.event = {.seq = ledger_size(d->ledger), .recorded_us = now * 1000000, .d = *draft},
                                  .known = now};
    struct cf_buf b = cf_buf_new(a, (1u << 20) - 64); /* its final numbers may take a few bytes more */
    if (!image_encode(d, &candidate, &b, errs)) {
        return false;
    }
    return cf_buf_finish(&b, bytes) || cf_fail(errs, CF_D006, CF_NOWHERE, "an event is too large for its history image");
}

/* Absolute gates (G2) judge the history with the candidate in it, before anything is kept. */
static bool permitted(struct desk *d, const struct desk_entry *e, struct cf_str image, const struct judged *list, size_t n,
                      struct cf_arena *a, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    if (!e->record->as.record.act && !e->share) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        struct img_events events = {0};
        uint32_t member = list[i].subject;
        for (size_t k = 0; k < list[i].h.n; k++) {
            *cf_push(a, &events) = list[i].h.events[k];
        }
        if (!image_decode(d, s, image, &member, 1, a, &events, errs)) {
            return false;
        }
        desk_sort_events(&events);
        struct lang_history h = list[i].h;
        if (cf_id_zero(h.subject_id)) { /* nobody knew them before */
            h.subject = member;
            h.subject_id = e->about[i].subject;
            h.kind = e->record->as.record.roles.v[e->about[i].role].kind;
        }
        h.events = events.v;
        h.n = events.n;
        if (!lang_permits(a, s->set, &s->reference, &h, ledger_size(d->ledger), errs)) {
            return false;
        }
    }
    return true;
}

/* Appends one entry, or refuses it and leaves the batch as it was. */
static bool append_one(struct desk *d, const struct desk_entry *e, struct judged *list, size_t n, int64_t now,
                       struct cf_arena *a, struct ledger_receipt *receipt, struct cf_errs *errs) {
    struct ledger_draft draft;
    struct cf_str image;
    bool ok = desk_draft(d, e, a, &draft, errs);
    for (size_t i = 0; ok && i < n; i++) { /* whoever is new has a number now */
        int64_t no;
        ok = ledger_subject_no(d->ledger, e->about[i].subject, &no, errs);
        list[i].subject = (uint32_t)no;
    }
    return ok && candidate_image(d, &draft, now, a, &image, errs) && permitted(d, e, image, list, n, a, errs) &&
           ledger_append(d->ledger, &draft, receipt, errs);
}

static bool well_formed(const struct desk_entry *e, struct cf_errs *errs) {
    bool named = has_subjects(e, errs), stepping = open_episode_named(e, errs);
    return answered(e, errs) && named && stepping;
}

/* Takes in what was just appended and judges everyone it is about; the entries behind it in the batch see it. */
static bool settle_one(struct desk *d, uint64_t seq, struct judged *list, size_t n, int64_t now, struct cf_arena *a,
                       struct cf_errs *errs) {
    struct ledger_event e;
    bool ok = ledger_read(d->ledger, seq, a, &e, errs) && desk_take_in(d, &e, a, errs);
    for (size_t i = 0; ok && i < n; i++) {
        ok = desk_evaluate(d, list[i].subject, now, a, &list[i].after, &list[i].h, errs);
    }
    return ok;
}

/* One entry of an open batch. An entry that is refused leaves its errors and `ok` false; false: the batch cannot go on. */
static bool record_one(struct desk *d, const struct desk_entry *e, struct desk_outcome *out, struct cf_errs *errs) {
    struct judged *list;
    size_t n;
    int64_t now = desk_now();
    if (!well_formed(e, out->errs) || !judge_before(d, e, now, out->arena, &list, &n, out->errs)) {
        out->refused = true;
        return true;
    }
    if (!ledger_mark(d->ledger, errs)) {
        return false;
    }
    if (!append_one(d, e, list, n, now, out->arena, &out->receipt, out->errs)) {
        out->refused = true;
        return ledger_back(d->ledger, errs);
    }
    if (!ledger_keep(d->ledger, errs)) {
        return false;
    }
    out->ok = true;
    if (out->receipt.again) {
        return true;
    }
    if (!settle_one(d, out->receipt.seq, list, n, now, out->arena, errs)) {
        return false;
    }
    for (size_t i = 0; !out->no_changes && i < n; i++) {
        differences(out->arena, &list[i], &out->changes);
    }
    return true;
}

static void pass_on(struct cf_errs *to, const struct cf_errs *why) {
    for (size_t k = 0; k < why->n; k++) {
        cf_fail(to, why->v[k].code, CF_NOWHERE, "%.*s", CF_STR_ARG(why->v[k].msg));
        cf_hint(to, "%.*s", CF_STR_ARG(why->v[k].hint));
    }
}

/* Nothing of a batch that failed is acknowledged: whoever was not refused already is told why. */
static bool all_failed(struct desk_outcome *out, size_t n, const struct cf_errs *why, struct cf_errs *errs) {
    for (size_t i = 0; i < n; i++) {
        if (!out[i].refused) {
            pass_on(out[i].errs, why);
        }
        out[i].ok = false;
        out[i].receipt = (struct ledger_receipt){0};
        out[i].changes = (struct desk_changes){0};
    }
    pass_on(errs, why);
    return false;
}

static void prepare(struct desk_outcome *out, size_t n, struct cf_arena *a) {
    for (size_t i = 0; i < n; i++) {
        struct desk_outcome *o = &out[i];
        o->arena = o->arena ? o->arena : a;
        if (!o->errs) {
            o->errs = CF_NEW(o->arena, struct cf_errs);
            *o->errs = cf_errs_new(o->arena);
        }
        o->ok = o->refused = false;
        o->receipt = (struct ledger_receipt){0};
        o->changes = (struct desk_changes){0};
    }
}

bool desk_record_many(struct desk *d, const struct desk_entry *const *entries, size_t n, struct cf_arena *a,
                      struct desk_outcome *out, struct cf_errs *errs) {
    struct cf_errs why = cf_errs_new(a);
    prepare(out, n, a);
    if (!desk_current(d)) {
        cf_fail(&why, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
        return all_failed(out, n, &why, errs);
    }
    bool ok = desk_catch_up(d, &why) && ledger_begin(d->ledger, &why) && store_begin(d->db, &why);
    for (size_t i = 0; ok && i < n; i++) {
        ok = record_one(d, entries[i], &out[i], &why);
    }
    cf_arena_reset(d->scratch);
    if (!ok) {
        ledger_rollback(d->ledger);
        desk_rollback(d);
        return all_failed(out, n, &why, errs);
    }
    /* The order of a write: ledger, desk, answer. */
    if (!ledger_commit(d->ledger, &why)) {
        desk_rollback(d);
        return all_failed(out, n, &why, errs);
    }
    /* A desk that fails now is behind; what the ledger kept is taken in before anything else is served. */
    return desk_commit(d, &why) || all_failed(out, n, &why, errs);
}

bool desk_record(struct desk *d, const struct desk_entry *e, struct cf_arena *a, struct ledger_receipt *receipt,
                 struct desk_changes *changes, struct cf_errs *errs) {
    struct desk_outcome out = {.errs = errs, .no_changes = changes == NULL};
    struct cf_errs batch = cf_errs_new(a);
    (void)!desk_record_many(d, &e, 1, a, &out, &batch);
    *receipt = out.receipt;
    for (size_t i = 0; i < out.changes.n; i++) {
        *cf_push(a, changes) = out.changes.v[i];
    }
    return out.ok;
}

/* ---- Putting right: corrections, withdrawals, merges (C1, C4). All concern everyone whom the event concerned or concerns now.
 */

struct righting {
    struct {
        CF_VEC(uint32_t);
    } who;
};

static void also(struct cf_arena *a, struct righting *r, uint32_t no) {
    for (size_t i = 0; i < r->who.n; i++) {
        if (r->who.v[i] == no) {
            return;
        }
    }
    if (no) {
        *cf_push(a, &r->who) = no;
    }
}

static bool put_right(struct desk *d, const struct ledger_draft *draft, struct righting *r, struct cf_arena *a,
                      struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs) {
    int64_t now = desk_now();
    struct judged *list = CF_NEW_N(a, struct judged, r->who.n + 1);
    for (size_t i = 0; i < r->who.n; i++) {
        const struct lang_set *set;
        const struct lang_reference *ref;
        list[i].subject = r->who.v[i];
        if (!desk_docket(d, list[i].subject, now, INT64_MAX, a, &list[i].before, &set, &ref, &list[i].h, errs)) {
            ledger_rollback(d->ledger);
            return false;
        }
    }
    uint64_t from = ledger_size(d->ledger);
    if (!ledger_append(d->ledger, draft, receipt, errs)) {
        ledger_rollback(d->ledger);
        return false;
    }
    if (!ledger_commit(d->ledger, errs)) {
        return false;
    }
    if (receipt->again) {
        return true;
    }
    if (!settle(d, from, list, r->who.n, now, a, errs)) {
        return false;
    }
    if (changes) {
        differences_of_all(a, list, r->who.n, changes);
    }
    cf_arena_reset(d->scratch);
    return true;
}

static bool root_of(struct desk *d, struct cf_id event, struct cf_arena *a, struct effective *root, struct cf_errs *errs) {
    uint64_t seq;
    if (!ledger_seq_of_id(d->ledger, event, &seq, errs)) {
        return false;
    }
    if (seq == LEDGER_NO_SEQ) {
        return cf_fail(errs, CF_E010, CF_NOWHERE, "there is no event %.*s", CF_STR_ARG(cf_hex(a, event.b, 16)));
    }
    if (!desk_effective(d, seq, LEDGER_NO_SEQ, a, root, errs)) {
        return false;
    }
    if (root->event.state != LEDGER_LIVE) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "this event was erased or sealed, so it cannot be corrected");
    }
    if (root->event.d.kind < LEDGER_FIRST_KIND) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "this event is the ledger's own, not a record");
    }
    if (!cf_id_zero(root->event.d.corrects)) {
        cf_fail(errs, CF_D015, CF_NOWHERE, "this event is itself a correction");
        cf_hint(errs, "Correct the event that it corrects: %.*s.", CF_STR_ARG(cf_hex(a, root->event.d.corrects.b, 16)));
        return false;
    }
    return true;
}

static bool correction_parts(struct desk *d, const struct desk_correction *c, const struct effective *root, struct drafting *x,
                             struct cf_arena *a, struct cf_errs *errs) {
    bool ok = true;
    if (c->has_time) {
        *cf_push(a, &x->pairs) = (struct ledger_pair){LEDGER_F_FROM, ledger_int(c->from)};
        *cf_push(a, &x->pairs) = (struct ledger_pair){LEDGER_F_TO, ledger_int(c->to)};
        *cf_push(a, &x->pairs) = (struct ledger_pair){LEDGER_F_PRECISION, ledger_int(c->precision)};
    }
    if (c->replace_episodes) {
        struct ledger_value *ids = CF_NEW_N(a, struct ledger_value, c->n_episodes + 1);
        for (size_t i = 0; i < c->n_episodes; i++) {
            ids[i] = ledger_bytes((struct cf_str){cf_memdup(a, c->episodes[i].b, 16), 16});
        }
        struct ledger_value list = {.type = LEDGER_LIST};
        list.as.list.v = ids;
        list.as.list.n = c->n_episodes;
        *cf_push(a, &x->pairs) = (struct ledger_pair){LEDGER_F_EPISODES, list};
    }
    if (c->n_fields && !x->b) {
        return cf_fail(errs, CF_D015, CF_NOWHERE, "an event of kind %u has no fields to correct", root->event.d.kind);
    }
    for (size_t i = 0; ok && i < c->n_fields; i++) {
        ok = add_field(x, (size_t)c->field_numbers[i], &c->values[i], errs);
    }
    for (size_t i = 0; ok && i < c->n_about; i++) {
        ok = add_about(x, &c->about[i], errs);
    }
    if (c->reason.n) {
        *cf_push(a, &x->words) = (struct ledger_words){.field = LEDGER_F_REASON, .text = c->reason};
    }
    (void)d;
    return ok;
}

static bool concerned(struct desk *d, const struct effective *root, const struct desk_correction *c, struct cf_arena *a,
                      struct righting *r, struct cf_errs *errs) {
    uint32_t *who;
    size_t n;
    desk_about_of(d, &root->event, a, &who, &n);
    for (size_t i = 0; i < n; i++) {
        also(a, r, who[i]);
    }
    for (size_t i = 0; i < c->n_about; i++) {
        int64_t no;
        if (!ledger_subject_no(d->ledger, c->about[i].subject, &no, errs)) {
            return false;
        }
        also(a, r, (uint32_t)no);
    }
    return true;
}

bool desk_correct(struct desk *d, const struct desk_correction *c, struct cf_arena *a, struct ledger_receipt *receipt,
                  struct desk_changes *changes, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct effective root;
    struct righting r = {0};
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    if (!desk_catch_up(d, errs) || !root_of(d, c->event, a, &root, errs) || !ledger_begin(d->ledger, errs)) {
        return false;
    }
    uint32_t kind = root.event.d.kind;
    struct drafting x = {.d = d, .a = a, .s = s, .b = kind < s->kinds ? s->by_kind[kind] : NULL};
    struct desk_entry by = {.actor = c->actor};
    if (!add_actor(&x, &by, errs) || !correction_parts(d, c, &root, &x, a, errs) || !concerned(d, &root, c, a, &r, errs)) {
        ledger_rollback(d->ledger);
        return false;
    }
    int64_t now = desk_now();
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = x.pairs.v, .n_fields = x.pairs.n};
    struct ledger_draft draft = {.id = ledger_new_id(d->ledger),
                                 .kind = c->withdraw ? LEDGER_WITHDRAWN : LEDGER_CORRECTION,
                                 .from = now,
                                 .to = now,
                                 .corrects = c->event,
                                 .has_saw = c->has_saw,
                                 .saw = c->saw,
                                 .persons = x.persons.v,
                                 .n_persons = x.persons.n,
                                 .facts = &facts,
                                 .n_facts = x.pairs.n ? 1 : 0,
                                 .words = x.words.v,
                                 .n_words = x.words.n};
    return put_right(d, &draft, &r, a, receipt, changes, errs);
}

static bool merge_or_split(struct desk *d, uint32_t kind, struct cf_id merge, const struct ledger_person *pair,
                           struct cf_str reason, struct cf_id actor, struct cf_arena *a, struct ledger_receipt *receipt,
                           struct desk_changes *changes, struct cf_errs *errs) {
    struct righting r = {0};
    struct ledger_person persons[3];
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        int64_t no;
        if (!ledger_subject_no(d->ledger, pair[i].subject, &no, errs)) {
            return false;
        }
        if (!no) {
            return cf_fail(errs, CF_D020, CF_NOWHERE, "no such person is in this ledger");
        }
        also(a, &r, (uint32_t)no);
        persons[n++] = pair[i];
    }
    if (!cf_id_zero(actor)) {
        persons[n++] = (struct ledger_person){.subject = actor, .role = LEDGER_ROLE_ACTOR};
    }
    struct ledger_words words = {.field = LEDGER_F_REASON, .text = reason, .opinion = true};
    struct ledger_value id = ledger_bytes((struct cf_str){(const char *)merge.b, sizeof merge.b}),
                        target = {.type = LEDGER_LIST};
    target.as.list.v = &id;
    target.as.list.n = 1;
    struct ledger_pair pair_of_fact = {LEDGER_F_TARGETS, target};
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = &pair_of_fact, .n_fields = 1};
    int64_t now = desk_now();
    struct ledger_draft draft = {.id = ledger_new_id(d->ledger),
                                 .kind = kind,
                                 .from = now,
                                 .to = now,
                                 .persons = persons,
                                 .n_persons = n,
                                 .facts = &facts,
                                 .n_facts = cf_id_zero(merge) ? 0 : 1,
                                 .words = &words,
                                 .n_words = reason.n ? 1 : 0};
    return ledger_begin(d->ledger, errs) && put_right(d, &draft, &r, a, receipt, changes, errs);
}

bool desk_merge(struct desk *d, struct cf_id x, struct cf_id y, struct cf_str reason, struct cf_id actor, struct cf_arena *a,
                struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs) {
    struct ledger_person pair[2] = {{.subject = x, .role = LEDGER_ROLE_A}, {.subject = y, .role = LEDGER_ROLE_B}};
    if (cf_id_eq(x, y)) {
        return cf_fail(errs, CF_D016, CF_NOWHERE, "a person cannot be merged with themselves");
    }
    return desk_catch_up(d, errs) &&
           merge_or_split(d, LEDGER_MERGED, (struct cf_id){0}, pair, reason, actor, a, receipt, changes, errs);
}

bool desk_unmerge(struct desk *d, struct cf_id merge_event, struct cf_str reason, struct cf_id actor, struct cf_arena *a,
                  struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs) {
    if (!desk_catch_up(d, errs)) {
        return false;
    }
    for (size_t i = 0; i < d->merges.n; i++) {
        const struct merge_pair *m = &d->merges.v[i];
        if (!cf_id_eq(m->event, merge_event) || m->undone != LEDGER_NO_SEQ) {
            continue;
        }
        struct ledger_person pair[2] = {{.role = LEDGER_ROLE_A}, {.role = LEDGER_ROLE_B}};
        if (!desk_subject_id(d, m->a, &pair[0].subject, NULL, errs) ||
            !desk_subject_id(d, m->b, &pair[1].subject, NULL, errs)) {
            return false;
        }
        return merge_or_split(d, LEDGER_UNMERGED, merge_event, pair, reason, actor, a, receipt, changes, errs);
    }
    return cf_fail(errs, CF_D016, CF_NOWHERE, "there is no such merge, or it was undone already");
}
