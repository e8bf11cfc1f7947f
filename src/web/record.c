/* record: choices for a form from the desk and the list of users, drafts, and recording once. Must not know HTML. */
#include "web/record.h"

#include "docket/called.h"

#include "web/priv.h"

enum { RECORD_SHOWN = 12, RECORD_LOOKED = 120, RECORD_EVENTS = 10 };

/* ---- Who may, and who is seen. */

bool record_may(const struct web_request *q, const struct lang_decl *record) {
    struct access_reason reason;
    if (!q->who || !q->who->n_roles || record->as.record.act) {
        return false;
    }
    if (record->as.record.built_in) {
        return cf_str_is(record->name.text, "explained");
    }
    return access_may(q->who, record->as.record.decided_by ? ACCESS_DECIDE : ACCESS_RECORD, record, NULL, &reason);
}

bool record_of_path(struct web_request *q, const struct lang_decl **out, struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    *out = set ? lang_find_kind(set, LANG_RECORD, web_param(q, "kind")) : NULL;
    return (*out && record_may(q, *out)) ||
           cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such record, or it is not yours to enter");
}

static void also_shown(struct recording *rec, uint32_t no) {
    for (size_t i = 0; i < rec->shown.n; i++) {
        if (rec->shown.v[i] == no) {
            return;
        }
    }
    *cf_push(rec->q->arena, &rec->shown) = no;
}

static bool seen(struct recording *rec, struct cf_id id, uint32_t *no) {
    struct cf_errs quiet = cf_errs_new(rec->q->arena);
    bool keep = false;
    size_t withheld;
    return !cf_id_zero(id) && desk_subject_no(rec->q->desk, id, no, &quiet) &&
           access_filter(rec->q->access, rec->q->desk, rec->q->who, ACCESS_SEE, no, 1, &keep, &withheld, &quiet) && keep;
}

/* The history of a child who may be seen; empty otherwise. */
static const struct lang_history *history_of(struct recording *rec, struct cf_id child) {
    struct cf_errs quiet = cf_errs_new(rec->q->arena);
    uint32_t no;
    if (!rec->child_asked || !cf_id_eq(rec->child, child)) {
        rec->child = child;
        rec->child_asked = true;
        rec->history = (struct lang_history){0};
        rec->child_seen = seen(rec, child, &no);
        if (rec->child_seen) {
            also_shown(rec, no);
            if (!desk_history(rec->q->desk, no, INT64_MAX, rec->q->arena, &rec->history, &quiet)) {
                rec->history = (struct lang_history){0};
            }
        }
    }
    return &rec->history;
}

static struct cf_str short_number(struct web_request *q, const char *what, struct cf_id id) {
    return cf_str_printf(q->arena, "%s %.8s", what, cf_cstr(q->arena, cf_hex(q->arena, id.b, sizeof id.b)));
}

struct cf_str record_person(struct recording *rec, struct cf_id id) {
    struct cf_errs quiet = cf_errs_new(rec->q->arena);
    struct cf_str name = {0};
    uint32_t no;
    if (seen(rec, id, &no) && find_name(rec->q->app->find, rec->q->desk, no, rec->q->arena, &name, &quiet) && name.n) {
        also_shown(rec, no);
        return name;
    }
    return short_number(rec->q, "Person", id);
}

/* ---- Choices. */

static void people_found(struct recording *rec, struct cf_arena *a, struct cf_str words, struct form_options *out) {
    struct web_request *q = rec->q;
    struct cf_errs quiet = cf_errs_new(q->arena);
    struct find_hits hits;
    size_t withheld = 0;
    rec->terms = words;
    if (!find_people(q->app->find, q->desk, words, q->arena, &hits, &quiet)) {
        return;
    }
    size_t looked = hits.n < RECORD_LOOKED ? hits.n : RECORD_LOOKED, shown = 0;
    uint32_t *numbers = CF_NEW_N(q->arena, uint32_t, looked + 1);
    bool *keep = CF_NEW_N(q->arena, bool, looked + 1);
    for (size_t i = 0; i < looked; i++) {
        numbers[i] = hits.v[i].subject;
    }
    if (!access_filter(q->access, q->desk, q->who, ACCESS_FIND, numbers, looked, keep, &withheld, &quiet)) {
        return;
    }
    for (size_t i = 0; i < looked && shown < RECORD_SHOWN; i++) {
        const struct find_hit *h = &hits.v[i];
        if (keep[i]) {
            shown++;
            also_shown(rec, h->subject);
            *cf_push(a, out) = (struct form_option){
                .value = cf_hex(a, h->id.b, sizeof h->id.b),
                .label = cf_str_printf(a, "%.*s%s%.*s", CF_STR_ARG(h->name.n ? h->name : short_number(q, "Person", h->id)),
                                       h->born.n ? ", " : "", CF_STR_ARG(h->born)),
                .hint = h->why};
        }
    }
    rec->withheld += withheld;
    out->withheld = withheld;
    out->hidden = hits.n - withheld - shown;
}

static bool holds(struct cf_arena *a, struct cf_str name, struct cf_str words) {
    struct cf_str x = find_fold(a, name), y = find_fold(a, words);
    for (size_t i = 0; i + y.n <= x.n; i++) {
        if (cf_str_starts(cf_str_slice(x, i, x.n), y)) {
            return true;
        }
    }
    return false;
}

static void officers_found(struct recording *rec, struct cf_arena *a, struct cf_str words, struct form_options *out) {
    struct web_request *q = rec->q;
    struct cf_errs quiet = cf_errs_new(q->arena);
    struct access_users users = {0};
    size_t total;
    *cf_push(a, out) = (struct form_option){.value = cf_hex(a, q->who->user.b, 16),
                                            .label = cf_str_printf(a, "%.*s (you)", CF_STR_ARG(q->who->name))};
    if (!words.n || !access_user_list(q->access, 0, 5000, a, &users, &total, &quiet)) {
        return;
    }
    for (size_t i = 0; i < users.n; i++) {
        const struct access_user *u = &users.v[i];
        if (cf_id_eq(u->id, q->who->user) || !holds(a, u->name, words)) {
            continue;
        }
        if (out->n <= RECORD_SHOWN) {
            *cf_push(a, out) =
                (struct form_option){.value = cf_hex(a, u->id.b, 16), .label = u->name, .hint = form_label(a, u->unit)};
        } else {
            out->hidden++;
        }
    }
}

static void declared(struct recording *rec, struct cf_arena *a, bool units, struct form_options *out) {
    const struct lang_set *set = desk_set(rec->q->desk);
    for (size_t i = 0; i < (units ? set->units.n : set->partners.n); i++) {
        const struct lang_decl *d = units ? set->units.v[i] : set->partners.v[i];
        struct cf_id id = desk_unit_id(rec->q->desk, d);
        *cf_push(a, out) = (struct form_option){.value = cf_hex(a, id.b, sizeof id.b), .label = d->title};
    }
}

static void choose_subjects(void *ctx, struct cf_arena *a, enum lang_subject kind, struct cf_str words, struct cf_id child,
                            struct form_options *out) {
    struct recording *rec = ctx;
    (void)child;
    if (kind == LANG_PERSON && words.n) {
        people_found(rec, a, words, out);
    } else if (kind == LANG_OFFICER) {
        officers_found(rec, a, words, out);
    } else if (kind == LANG_UNIT_SUBJECT || kind == LANG_ORGANISATION) {
        declared(rec, a, kind == LANG_UNIT_SUBJECT, out);
    }
}

static struct cf_str event_label(struct recording *rec, const struct lang_event *e) {
    const struct lang_decl *record = desk_set(rec->q->desk)->records.v[e->record];
    return cf_str_printf(rec->q->arena, "%.*s, %.*s", CF_STR_ARG(record->title),
                         CF_STR_ARG(form_time_words(rec->q->arena, rec->q->zone, e->from)));
}

static void choose_events(void *ctx, struct cf_arena *a, const struct lang_decl *record, struct cf_id child,
                          struct form_options *out) {
    struct recording *rec = ctx;
    const struct lang_history *h = history_of(rec, child);
    for (size_t i = h->n; i > 0; i--) {
        const struct lang_event *e = &h->events[i - 1];
        if (e->record != record->as.record.number) {
            continue;
        }
        if (out->n < RECORD_EVENTS) {
            *cf_push(a, out) = (struct form_option){.value = cf_hex(a, e->id.b, 16), .label = event_label(rec, e)};
        } else {
            out->hidden++;
        }
    }
}

static bool is_closed(const struct lang_set *set, const struct lang_history *h, const struct lang_event *opener,
                      const struct lang_decl *episode) {
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        const struct lang_decl *closes = set->records.v[e->record]->as.record.closes_decl;
        for (size_t k = 0; closes && cf_str_eq(closes->name.text, episode->name.text) && k < e->n_episodes; k++) {
            if (e->episodes[k] == opener->seq) {
                return true;
            }
        }
    }
    return false;
}

static bool step_of(const struct lang_record *r, const struct lang_decl *episode) {
    for (size_t i = 0; i < r->in_decls.n; i++) {
        if (r->in_decls.v[i] && cf_str_eq(r->in_decls.v[i]->name.text, episode->name.text)) {
            return true;
        }
    }
    return r->in_any || (r->closes_decl && cf_str_eq(r->closes_decl->name.text, episode->name.text));
}

static void choose_episodes(void *ctx, struct cf_arena *a, const struct lang_decl *record, struct cf_id child,
                            struct form_options *out) {
    struct recording *rec = ctx;
    const struct lang_set *set = desk_set(rec->q->desk);
    const struct lang_history *h = history_of(rec, child);
    for (size_t i = h->n; i > 0; i--) {
        const struct lang_event *e = &h->events[i - 1];
        const struct lang_decl *episode = set->records.v[e->record]->as.record.opens_decl;
        if (!episode || !step_of(&record->as.record, episode) || is_closed(set, h, e, episode)) {
            continue;
        }
        if (out->n < RECORD_EVENTS) {
            *cf_push(a, out) =
                (struct form_option){.value = cf_hex(a, e->id.b, 16),
                                     .label = cf_str_printf(a, "%.*s, from %.*s", CF_STR_ARG(episode->title),
                                                            CF_STR_ARG(form_time_words(a, rec->q->zone, e->from)))};
        } else {
            out->hidden++;
        }
    }
}

static struct cf_str called(struct recording *rec, struct cf_arena *a, struct cf_id id) {
    struct cf_errs quiet = cf_errs_new(a);
    struct cf_str name;
    return desk_called(rec->q->desk, id, a, &name, &quiet) ? name : CF_LIT("");
}

static struct cf_str words_of_subject(void *ctx, struct cf_arena *a, enum lang_subject kind, struct cf_id id) {
    struct recording *rec = ctx;
    struct cf_errs quiet = cf_errs_new(a);
    struct access_user user;
    const struct lang_set *set = desk_set(rec->q->desk);
    if (kind == LANG_PERSON) {
        return record_person(rec, id);
    }
    if (kind == LANG_OFFICER) {
        return access_user_get(rec->q->access, id, a, &user, &quiet) ? user.name : called(rec, a, id);
    }
    for (size_t i = 0; i < set->units.n + set->partners.n; i++) {
        const struct lang_decl *d = i < set->units.n ? set->units.v[i] : set->partners.v[i - set->units.n];
        if (cf_id_eq(desk_unit_id(rec->q->desk, d), id)) {
            return d->title;
        }
    }
    return called(rec, a, id);
}

static struct cf_str words_of_event(void *ctx, struct cf_arena *a, struct cf_id id) {
    struct recording *rec = ctx;
    (void)a;
    for (size_t i = 0; rec->child_seen && i < rec->history.n; i++) {
        if (cf_id_eq(rec->history.events[i].id, id)) {
            return event_label(rec, &rec->history.events[i]);
        }
    }
    return CF_LIT("");
}

static struct cf_id fresh_subject(void *ctx) {
    struct recording *rec = ctx;
    return ledger_new_subject(desk_ledger(rec->q->desk));
}

static struct cf_id id_of_words(void *ctx, enum lang_subject kind, struct cf_str words) {
    struct recording *rec = ctx;
    struct cf_arena *a = rec->q->arena;
    uint8_t hash[LEDGER_HASH];
    struct cf_id ledger = ledger_id(desk_ledger(rec->q->desk)), id;
    struct cf_str text = cf_str_printf(a, "cf/named/1 %s %s %.*s", cf_cstr(a, cf_hex(a, ledger.b, 16)), lang_subject_word(kind),
                                       CF_STR_ARG(find_fold(a, words)));
    ledger_sha256(text.p, text.n, hash);
    memcpy(id.b, hash, sizeof id.b);
    return id;
}

void record_begin(struct recording *rec, struct web_request *q) {
    *rec = (struct recording){.q = q};
    rec->source = (struct form_source){.ctx = rec,
                                       .events = choose_events,
                                       .episodes = choose_episodes,
                                       .subjects = choose_subjects,
                                       .subject_words = words_of_subject,
                                       .event_words = words_of_event,
                                       .fresh = fresh_subject,
                                       .named = id_of_words};
}

bool record_page(struct recording *rec, struct web_response *r, const struct web_frame *frame, struct cf_errs *errs) {
    return web_shown(rec->q, rec->shown.v, rec->shown.n, rec->withheld, rec->terms, errs) && web_page(rec->q, r, frame);
}

/* ---- Drafts. */

bool record_draft_load(struct web_request *q, struct cf_id id, struct record_draft *out, struct cf_errs *errs) {
    *out = (struct record_draft){0};
    if (!access_draft_load(q->access, q->who->user, id, q->arena, &out->kept, errs) ||
        !form_unpack(q->arena, out->kept.body, &out->pairs, errs)) {
        return false;
    }
    out->record = lang_find_kind(desk_set(q->desk), LANG_RECORD, out->kept.record);
    return (out->record && record_may(q, out->record)) ||
           cf_fail(errs, CF_W004, CF_NOWHERE, "the draft is of a record that is not yours to enter any more");
}

bool record_draft_save(struct web_request *q, struct record_draft *d, struct cf_errs *errs) {
    struct form f = form_new(q->arena, desk_set(q->desk), d->record, q->zone, q->now, NULL, d->pairs);
    d->kept.record = d->record->name.text;
    d->kept.subject = f.child;
    d->kept.body = form_pack(q->arena, &d->pairs);
    return access_draft_save(q->access, q->who->user, &d->kept, errs);
}

/* ---- Writing. */

void record_complete(struct web_request *q, struct form_entry *entry) {
    entry->e.actor = q->who->user;
    entry->e.actor_roles = q->who->roles;
    entry->e.n_actor_roles = q->who->n_roles;
    if (cf_id_zero(entry->e.unit) && q->who->unit) {
        entry->e.unit = desk_unit_id(q->desk, q->who->unit);
    }
    entry->e.has_saw = true;
    entry->e.saw = ledger_size(desk_ledger(q->desk));
    entry->e.has_saw = entry->e.saw > 0;
    entry->e.saw = entry->e.has_saw ? entry->e.saw - 1 : 0;
}

size_t record_entries(struct web_request *q, const struct form_entry *entry, struct desk_entry **out) {
    const struct lang_decl *birth = desk_set(q->desk)->birth;
    struct desk_entry *list = CF_NEW_N(q->arena, struct desk_entry, entry->newcomers.n + 1);
    size_t n = 0;
    for (size_t i = 0; birth && i < entry->newcomers.n; i++) {
        struct desk_about *about = CF_NEW(q->arena, struct desk_about);
        about->subject = entry->newcomers.v[i].id;
        if (entry->newcomers.v[i].answered) {
            list[n] = entry->e;
            list[n].record = birth;
            list[n].about = about;
            list[n].n_about = 1;
            list[n].n_episodes = 0;
            list[n++].fields = entry->newcomers.v[i].fields;
        }
    }
    list[n++] = entry->e;
    *out = list;
    return n;
}

bool record_once(struct web_request *q, struct cf_str key, const struct form_entry *entry, struct cf_id *event, bool *again,
                 struct cf_errs *errs) {
    struct desk_entry *entries;
    struct desk_changes changes = {0};
    bool bound;
    size_t n = record_entries(q, entry, &entries);
    for (size_t i = 0; i < n; i++) {
        struct cf_str part = i + 1 == n ? key : cf_str_printf(q->arena, "%.*s/new/%zu", CF_STR_ARG(key), i);
        if (!access_once(q->access, q->who->user, part, CF_LIT(""), ledger_new_id(desk_ledger(q->desk)), &entries[i].id, &bound,
                         errs)) {
            return false;
        }
    }
    *event = entries[n - 1].id;
    for (size_t i = 0; i < n; i++) { /* whoever is new comes first, and is there already when this is asked again */
        struct ledger_receipt receipt;
        if (!keeper_record(q->keeper, &entries[i], q->arena, &receipt, &changes, errs)) {
            return false;
        }
        *again = receipt.again;
    }
    web_changed(q, &changes);
    return true;
}

/* ---- In words. */

/* Of the tree of reasons what says why here and now: which rule and which source stand beside it already, and that a condition
 * of the rule holds is said by its applying. */
static bool worth_saying(struct cf_str text, struct cf_str said) {
    static const char *const beside[] = {"rule `", "rests on ", "judged once", "needs "};
    struct cf_str holds = CF_LIT(": yes");
    bool holding = text.n > holds.n && cf_str_eq(cf_str_slice(text, text.n - holds.n, text.n), holds);
    bool worth = text.n > 0 && !cf_str_eq(text, said) && !holding;
    for (size_t i = 0; worth && i < CF_COUNT(beside); i++) {
        worth = !cf_str_starts(text, cf_str_from(beside[i]));
    }
    return worth;
}

static void add_reasons(struct web_request *q, const struct lang_reason *r, struct record_follow *out) {
    for (size_t i = 0; r && i < r->under.n && out->reasons.n < 8; i++) {
        if (worth_saying(r->under.v[i]->text, out->words)) {
            *cf_push(q->arena, &out->reasons) = r->under.v[i]->text;
        }
    }
}

/* What the rule rests on, in the policy's own words. */
static void add_sources(struct web_request *q, const struct lang_decl *rule, struct record_follow *out) {
    const struct lang_policy *p = &rule->policy->as.policy;
    for (size_t i = 0; i < rule->cites.n; i++) {
        for (size_t k = 0; k < p->cites.n; k++) {
            struct cf_str source = cf_str_printf(q->arena, "Source: %.*s", CF_STR_ARG(p->cites.v[k].text));
            bool same = cf_str_eq(p->cites.v[k].key.text, rule->cites.v[i].key.text);
            if (same && (!out->reasons.n || !cf_str_eq(out->reasons.v[out->reasons.n - 1], source))) {
                *cf_push(q->arena, &out->reasons) = source;
            }
        }
    }
}

static struct cf_str owner_of(const struct web_request *q, const struct lang_duty_line *d, const struct lang_reference *ref) {
    if (d->owner.subject && (int64_t)d->owner.subject == q->who->user_no) {
        return CF_LIT("You");
    }
    struct cf_str name = d->owner.unit && ref ? ref->subject_name(ref->ctx, d->owner.unit) : CF_LIT("");
    return d->owner.role_or_unit ? d->owner.role_or_unit->title : name.n ? name : CF_LIT("Whoever recorded it");
}

static void say_gate(struct web_request *q, const struct desk_trials *all, const struct desk_trial *t,
                     const struct desk_change *c, struct record_follow *out) {
    const struct lang_gate_line *g = c->gate;
    bool kept = g->result == LANG_KEPT_RESULT;
    out->kind = kept ? CF_LIT("kept") : CF_LIT("breach");
    out->title = g->rule->title;
    out->words = kept ? CF_LIT("") : g->rule->as.gate.otherwise;
    if (!kept) {
        add_reasons(q, lang_explain_gate(q->arena, all->set, all->ref, &t->h, t->now, g), out);
        add_sources(q, g->rule, out);
    }
}

static void say_duty(struct web_request *q, const struct desk_trials *all, const struct desk_change *c,
                     struct record_follow *out) {
    const struct lang_duty_line *d = c->duty ? c->duty : c->duty_before;
    bool live = c->duty && d->state <= LANG_OVERDUE;
    out->kind = live ? CF_LIT("duty") : CF_LIT("ended");
    out->title = d->rule->title;
    out->owner = owner_of(q, d, all->ref);
    out->words = c->duty ? cf_str_from(lang_state_word(d->state)) : CF_LIT("no longer arises");
    if (live && d->has_due) {
        out->due = web_due(q, d->due);
    }
}

void record_say(struct web_request *q, const struct desk_trials *trials, struct record_follows *out) {
    for (size_t i = 0; i < trials->n; i++) {
        const struct desk_trial *t = &trials->v[i];
        for (size_t k = 0; k < t->changes.n; k++) {
            const struct desk_change *c = &t->changes.v[k];
            struct record_follow line = {.change = c};
            if (c->gate) {
                say_gate(q, trials, t, c, &line);
            } else if (c->duty || c->duty_before) {
                say_duty(q, trials, c, &line);
            } else if (c->flag) {
                line.kind = CF_LIT("flag");
                line.title = c->flag->rule->title;
                line.words = c->flag_gone ? CF_LIT("no longer stands") : CF_LIT("stands now");
            } else if (c->grade) {
                line.kind = CF_LIT("grade");
                line.title = c->grade->rule->title;
                line.words = c->grade->level >= 0
                                 ? form_code_label(q->arena, c->grade->rule->as.grade.codes, (size_t)c->grade->level)
                                 : CF_LIT("not known");
            }
            *cf_push(q->arena, out) = line;
        }
    }
}

/* ---- Wording. */

bool record_own_words(const struct lang_field *f) {
    static const char marks[] = "child's words";
    if (cf_str_starts(f->name.text, CF_LIT("child_"))) {
        return true;
    }
    for (size_t i = 0; i + sizeof marks - 1 <= f->hint.n; i++) {
        if (cf_str_starts(cf_str_slice(f->hint, i, f->hint.n), CF_LIT("child's words")) ||
            cf_str_starts(cf_str_slice(f->hint, i, f->hint.n), CF_LIT("child's own words"))) {
            return true;
        }
    }
    return false;
}

/* Whole words only: `minor` is not in `minority`. */
static bool says(struct cf_str text, struct cf_str phrase) {
    for (size_t i = 0; phrase.n && i + phrase.n <= text.n; i++) {
        if (cf_str_starts(cf_str_slice(text, i, text.n), phrase)) {
            char before = i ? text.p[i - 1] : ' ', after = i + phrase.n < text.n ? text.p[i + phrase.n] : ' ';
            bool inside = (before >= 'a' && before <= 'z') || (after >= 'a' && after <= 'z');
            if (!inside) {
                return true;
            }
        }
    }
    return false;
}

static struct cf_str source_of(struct web_request *q, const struct lang_decl *wording, const struct lang_cite *cite) {
    const struct lang_policy *p = &wording->policy->as.policy;
    for (size_t i = 0; i < p->cites.n; i++) {
        if (cf_str_eq(p->cites.v[i].key.text, cite->key.text)) {
            return cite->text.n ? cf_str_printf(q->arena, "%.*s: %.*s", CF_STR_ARG(p->cites.v[i].text), CF_STR_ARG(cite->text))
                                : p->cites.v[i].text;
        }
    }
    return cite->text;
}

void record_hints(struct web_request *q, const struct lang_decl *record, const struct desk_value *fields,
                  struct record_hints *out) {
    const struct lang_set *set = desk_set(q->desk);
    const struct lang_record *r = &record->as.record;
    for (size_t i = 0; i < r->fields.n; i++) {
        if (fields[i].v.kind != LANG_V_TEXT || record_own_words(&r->fields.v[i])) {
            continue;
        }
        struct cf_str text = find_fold(q->arena, fields[i].text);
        for (size_t k = 0; k < set->decls.n; k++) {
            const struct lang_decl *d = set->decls.v[k];
            for (size_t p = 0; d->kind == LANG_WORDING && p < d->as.wording.patterns.n; p++) {
                const struct lang_pattern *pattern = &d->as.wording.patterns.v[p];
                if (says(text, find_fold(q->arena, pattern->pattern))) {
                    *cf_push(q->arena, out) = (struct record_hint){.field = r->fields.v[i].name.text,
                                                                   .label = form_label(q->arena, r->fields.v[i].name.text),
                                                                   .phrase = pattern->pattern,
                                                                   .reason = pattern->reason,
                                                                   .better = pattern->better,
                                                                   .source = source_of(q, d, &pattern->cite)};
                }
            }
        }
    }
}
