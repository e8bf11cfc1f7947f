/* evaluate: one person's history put before the rules, the docket kept in rows, and what it says to whoever caused the change.
 * Must not know what any rule asks. */
#include "docket/lists_priv.h"

#include <stdlib.h>

static const struct store_sql IMAGE = {"desk.image", "SELECT bytes, n FROM image WHERE subject = ?1"};
static const struct store_sql CLEAR_DUTY = {"desk.clear_duty", "DELETE FROM duty WHERE person = ?1"};
static const struct store_sql CLEAR_GATE = {"desk.clear_gate", "DELETE FROM gate WHERE person = ?1"};
static const struct store_sql CLEAR_STANDING = {"desk.clear_standing", "DELETE FROM standing WHERE person = ?1"};
static const struct store_sql CLEAR_STALE = {"desk.clear_stale", "DELETE FROM stale WHERE person = ?1"};
static const struct store_sql CLEAR_DOCKET = {"desk.clear_docket", "DELETE FROM docket WHERE person = ?1"};
static const struct store_sql PUT_DOCKET = {"desk.put_docket", "INSERT OR REPLACE INTO docket VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};
static const struct store_sql PUT_DUTY = {
    "desk.put_duty", "INSERT INTO duty VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"};
static const struct store_sql PUT_GATE = {"desk.put_gate", "INSERT INTO gate VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
static const struct store_sql PUT_STANDING = {"desk.put_standing", "INSERT INTO standing VALUES(?1, ?2, ?3, ?4, ?5)"};

/* ---- Histories. */

static int by_time(const void *x, const void *y) {
    const struct lang_event *a = x, *b = y;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* An event that names two merged subjects stands in both images: it is one event. */
void desk_sort_events(struct img_events *events) {
    if (events->n == 0) {
        return;
    }
    qsort(events->v, events->n, sizeof(*events->v), by_time);
    size_t kept = 1;
    for (size_t i = 1; i < events->n; i++) {
        struct lang_event *last = &events->v[kept - 1];
        if (last->seq == events->v[i].seq && last->from == events->v[i].from && last->record == events->v[i].record) {
            last->roles |= events->v[i].roles;
        } else {
            events->v[kept++] = events->v[i];
        }
    }
    events->n = kept;
}

static enum lang_subject kind_of(const struct desk *d, uint32_t type) {
    for (int k = 0; k < LANG_SUBJECTS; k++) {
        if (d->type_of[k] == type && type) {
            return (enum lang_subject)k;
        }
    }
    return LANG_PERSON;
}

bool desk_subject_no(struct desk *d, struct cf_id id, uint32_t *no, struct cf_errs *errs) {
    int64_t found = 0;
    if (!ledger_subject_no(d->ledger, id, &found, errs)) {
        return false;
    }
    *no = (uint32_t)found;
    return found ? true : cf_fail(errs, CF_D020, CF_NOWHERE, "no such person, unit or place is in this ledger");
}

bool desk_subject_id(struct desk *d, uint32_t no, struct cf_id *id, enum lang_subject *kind, struct cf_errs *errs) {
    uint32_t type = 0;
    if (!ledger_subject_id(d->ledger, no, id, &type, errs)) {
        return false;
    }
    if (kind) {
        *kind = kind_of(d, type);
    }
    return true;
}

/* Units, places and officers are judged over a look-back that the policies bound, so that no write pays for 100,000 events. */
static void bound_look_back(const struct bound_set *s, struct lang_history *h, int64_t now) {
    int32_t days = h->kind == LANG_PERSON ? INT32_MAX : lang_look_back_days(s->set, h->kind);
    if (days == INT32_MAX) {
        return;
    }
    int64_t first = now - (int64_t)days * 86400;
    while (h->n && h->events->from < first) {
        h->events++;
        h->n--;
    }
}

static bool person_of(struct desk *d, uint32_t subject, struct lang_history *h, struct cf_errs *errs) {
    h->subject = subject;
    return desk_subject_id(d, subject, &h->subject_id, &h->kind, errs);
}

static bool history_from_images(struct desk *d, const struct bound_set *s, const uint32_t *members, size_t n,
                                struct cf_arena *a, struct img_events *events, struct cf_errs *errs) {
    for (size_t i = 0; i < n; i++) {
        struct store_stmt *q = store_use(d->db, &IMAGE, errs);
        bool row;
        if (!q) {
            return false;
        }
        store_bind_int(q, 1, members[i]);
        if (!store_next(q, &row, errs)) {
            return false;
        }
        if (row && !events->v) { /* at once, not by doubling */
            events->cap = (size_t)store_int(q, 1);
            events->v = CF_NEW_N(a, struct lang_event, events->cap + 1);
        }
        bool ok = !row || image_decode(d, s, store_bytes(q, 0), members, n, a, events, errs);
        store_done(q);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static const struct store_sql LINKED_BEFORE = {
    "desk.linked_before", "SELECT DISTINCT seq FROM link WHERE subject = ?1 AND about = 1 AND seq < ?2 ORDER BY seq"};

/* As it was known when the ledger held `size` events: from the ledger, corrections up to then. */
static bool history_from_ledger(struct desk *d, const struct bound_set *s, const uint32_t *members, size_t n, uint64_t size,
                                struct cf_arena *a, struct img_events *events, struct cf_errs *errs) {
    for (size_t i = 0; i < n; i++) {
        struct store_stmt *q = store_use(d->db, &LINKED_BEFORE, errs);
        if (!q) {
            return false;
        }
        store_bind_int(q, 1, members[i]);
        store_bind_int(q, 2, (int64_t)size);
        for (bool row;;) {
            struct effective e;
            struct cf_buf b = cf_buf_new(a, 1u << 20);
            struct cf_str bytes;
            if (!store_next(q, &row, errs)) {
                return false;
            }
            if (!row) {
                break;
            }
            if (!desk_effective(d, (uint64_t)store_int(q, 0), size, a, &e, errs) ||
                (!e.withdrawn && (!image_encode(d, &e, &b, errs) || !cf_buf_finish(&b, &bytes) ||
                                  !image_decode(d, s, bytes, members, n, a, events, errs)))) {
                store_done(q);
                return false;
            }
        }
        store_done(q);
    }
    return true;
}

static bool history_at(struct desk *d, uint32_t subject, uint64_t size, const struct bound_set *s, struct cf_arena *a,
                       struct lang_history *out, struct cf_errs *errs) {
    uint32_t *members;
    size_t n;
    struct img_events events = {0};
    desk_members(d, subject, size, a, &members, &n);
    bool ok = size == LEDGER_NO_SEQ ? history_from_images(d, s, members, n, a, &events, errs)
                                    : history_from_ledger(d, s, members, n, size, a, &events, errs);
    if (!ok || !person_of(d, members[0], out, errs)) {
        return false;
    }
    desk_sort_events(&events);
    out->events = events.v;
    out->n = events.n;
    return true;
}

bool desk_history_upto(struct desk *d, uint32_t subject, uint64_t size, const struct bound_set *s, struct cf_arena *a,
                       struct lang_history *out, struct cf_errs *errs) {
    return history_at(d, subject, size, s, a, out, errs);
}

bool desk_history(struct desk *d, uint32_t subject, int64_t known_at, struct cf_arena *a, struct lang_history *out,
                  struct cf_errs *errs) {
    uint64_t size = LEDGER_NO_SEQ;
    struct bound_set *s = desk_current(d);
    if (known_at != INT64_MAX &&
        (!ledger_size_at(d->ledger, known_at * 1000000 + 999999, &size, errs) || !desk_set_at(d, size, &s, errs))) {
        return false;
    }
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    return history_at(d, subject, size, s, a, out, errs);
}

static void stay_as_they_ended(const struct desk *d, struct lang_docket *k) {
    for (size_t i = 0; cf_map_count(d->kept) && i < k->duties.n; i++) {
        struct lang_duty_line *l = &k->duties.v[i];
        uintptr_t kept = (uintptr_t)cf_map_get(d->kept, (struct cf_str){(const char *)l->id.b, sizeof l->id.b});
        if (kept && l->state != (enum lang_state)(kept - 1)) {
            l->state = (enum lang_state)(kept - 1);
            l->has_left = false;
            l->ended = l->has_due ? l->due : l->since; /* when it ended went with what was erased */
            l->ended_by = LEDGER_NO_SEQ;
        }
    }
}

void desk_judge(struct bound_set *s, const struct lang_history *h, int64_t now, struct cf_arena *a, struct lang_docket *out) {
    struct lang_history bounded = *h;
    bound_look_back(s, &bounded, now);
    if (s->machine) {
        lang_eval(s->machine, a, &bounded, now, out);
    } else {
        lang_eval_plain(a, s->set, &s->reference, &bounded, now, out);
    }
    stay_as_they_ended(s->desk, out);
}

bool desk_docket(struct desk *d, uint32_t subject, int64_t at, int64_t known_at, struct cf_arena *a, struct lang_docket *out,
                 const struct lang_set **set, const struct lang_reference **ref, struct lang_history *history,
                 struct cf_errs *errs) {
    uint64_t size = LEDGER_NO_SEQ;
    struct bound_set *s = desk_current(d);
    if (known_at != INT64_MAX &&
        (!ledger_size_at(d->ledger, known_at * 1000000 + 999999, &size, errs) || !desk_set_at(d, size, &s, errs))) {
        return false;
    }
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    if (!history_at(d, subject, size, s, a, history, errs)) {
        return false;
    }
    desk_judge(s, history, at, a, out);
    *set = s->set;
    *ref = &s->reference;
    return true;
}

bool desk_docket_proposed(struct desk *d, struct desk_proposal *p, uint32_t subject, int64_t at, struct cf_arena *a,
                          struct lang_docket *out, struct lang_history *history, struct cf_errs *errs) {
    if (!history_at(d, subject, LEDGER_NO_SEQ, p->set, a, history, errs)) {
        return false;
    }
    desk_judge(p->set, history, at, a, out);
    return true;
}

/* ---- Keeping a docket in rows. */

static void bind_seq(struct store_stmt *q, int at, uint64_t seq) {
    if (seq == LEDGER_NO_SEQ) {
        store_bind_null(q, at);
    } else {
        store_bind_int(q, at, (int64_t)seq);
    }
}

static void bind_when(struct store_stmt *q, int at, bool has, int64_t v) {
    if (has) {
        store_bind_int(q, at, v);
    } else {
        store_bind_null(q, at);
    }
}

static bool put_duty(struct desk *d, uint32_t person, const struct lang_duty_line *l, struct cf_errs *errs) {
    struct store_stmt *q = store_use(d->db, &PUT_DUTY, errs);
    if (!q) {
        return false;
    }
    bool ended = l->state >= LANG_MET_STATE;
    store_bind_int(q, 1, person);
    store_bind_id(q, 2, &l->id);
    store_bind_text(q, 3, l->rule->name.text);
    store_bind_int(q, 4, l->rule->policy->as.policy.from);
    bind_seq(q, 5, l->cause);
    bind_seq(q, 6, l->episode);
    store_bind_int(q, 7, l->since);
    store_bind_int(q, 8, l->state);
    bind_when(q, 9, l->has_due, l->due);
    bind_when(q, 10, l->has_left, l->left_s);
    bind_when(q, 11, ended, l->ended);
    bind_seq(q, 12, ended ? l->ended_by : LEDGER_NO_SEQ);
    store_bind_text(q, 13, l->owner.role_or_unit ? l->owner.role_or_unit->name.text : CF_LIT(""));
    store_bind_int(q, 14, l->owner.subject);
    store_bind_int(q, 15, l->owner.unit);
    store_bind_int(q, 16, l->marks);
    return store_run(q, errs);
}

static bool put_gate(struct desk *d, uint32_t person, const struct lang_gate_line *l, struct cf_errs *errs) {
    struct store_stmt *q = store_use(d->db, &PUT_GATE, errs);
    if (!q) {
        return false;
    }
    store_bind_int(q, 1, person);
    store_bind_int(q, 2, (int64_t)l->event);
    store_bind_text(q, 3, l->rule->name.text);
    store_bind_int(q, 4, l->role);
    store_bind_int(q, 5, l->result);
    store_bind_int(q, 6, l->marks);
    store_bind_int(q, 7, l->not_in_source);
    return store_run(q, errs);
}

static bool put_standing(struct desk *d, uint32_t person, const char *kind, const struct lang_decl *rule, uint64_t episode,
                         struct cf_str value, struct cf_errs *errs) {
    struct store_stmt *q = store_use(d->db, &PUT_STANDING, errs);
    if (!q) {
        return false;
    }
    store_bind_int(q, 1, person);
    store_bind_text(q, 2, cf_str_from(kind));
    store_bind_text(q, 3, rule->name.text);
    store_bind_int(q, 4, episode == LEDGER_NO_SEQ ? -1 : (int64_t)episode);
    store_bind_text(q, 5, value);
    return store_run(q, errs);
}

static bool put_standings(struct desk *d, uint32_t person, const struct lang_docket *k, struct cf_arena *a,
                          struct cf_errs *errs) {
    bool ok = true;
    for (size_t i = 0; ok && i < k->flags.n; i++) {
        ok = put_standing(d, person, "flag", k->flags.v[i].rule, k->flags.v[i].episode, CF_LIT(""), errs);
    }
    for (size_t i = 0; ok && i < k->grades.n; i++) {
        const struct lang_grade_line *g = &k->grades.v[i];
        ok = put_standing(d, person, "grade", g->rule, g->episode, cf_str_printf(a, "%d %d", g->level, g->could_be), errs);
    }
    for (size_t i = 0; ok && i < k->scores.n; i++) {
        const struct lang_score_line *s = &k->scores.v[i];
        struct cf_str v = s->known ? cf_str_printf(a, "%lld %lld", (long long)s->lo, (long long)s->hi) : CF_LIT("not known");
        ok = put_standing(d, person, "score", s->rule, s->episode, v, errs);
    }
    for (size_t i = 0; ok && i < k->choices.n; i++) {
        const struct lang_choice_line *c = &k->choices.v[i];
        struct cf_str v = cf_hex(a, c->options, c->rule->as.choice.options.n);
        ok = put_standing(d, person, "choice", c->rule, c->episode, v, errs);
    }
    return ok;
}

static bool clear(struct desk *d, uint32_t person, struct cf_errs *errs) {
    static const struct store_sql *const all[] = {&CLEAR_DUTY, &CLEAR_GATE, &CLEAR_STANDING, &CLEAR_STALE, &CLEAR_DOCKET};
    for (size_t i = 0; i < CF_COUNT(all); i++) {
        struct store_stmt *q = store_use(d->db, all[i], errs);
        if (q) {
            store_bind_int(q, 1, person);
        }
        if (!store_run(q, errs)) {
            return false;
        }
    }
    return lists_clear(d, person, errs);
}

static bool keep(struct desk *d, const struct bound_set *s, const struct lang_history *h, int64_t now,
                 const struct lang_docket *k, struct cf_arena *a, struct cf_errs *errs) {
    bool ok = clear(d, h->subject, errs);
    for (size_t i = 0; ok && i < k->duties.n; i++) {
        ok = put_duty(d, h->subject, &k->duties.v[i], errs);
    }
    for (size_t i = 0; ok && i < k->gates.n; i++) {
        ok = put_gate(d, h->subject, &k->gates.v[i], errs);
    }
    ok = ok && put_standings(d, h->subject, k, a, errs) && lists_put(d, s, h, k, a, errs);
    struct store_stmt *q = ok ? store_use(d->db, &PUT_DOCKET, errs) : NULL;
    if (!q) {
        return false;
    }
    store_bind_int(q, 1, h->subject);
    bind_when(q, 2, k->has_end, k->valid_until);
    store_bind_int(q, 3, (int64_t)s->adopted);
    store_bind_int(q, 4, now);
    store_bind_int(q, 5, (int64_t)h->n);
    store_bind_int(q, 6, k->too_long);
    return store_run(q, errs);
}

bool desk_evaluate(struct desk *d, uint32_t subject, int64_t now, struct cf_arena *a, struct lang_docket *out,
                   struct lang_history *h, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    uint32_t *members;
    size_t n;
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    desk_members(d, subject, LEDGER_NO_SEQ, a, &members, &n);
    for (size_t i = 1; i < n; i++) { /* whoever was merged into this person keeps no docket of their own */
        if (!clear(d, members[i], errs)) {
            return false;
        }
    }
    if (!history_at(d, subject, LEDGER_NO_SEQ, s, a, h, errs)) {
        return false;
    }
    desk_judge(s, h, now, a, out);
    return keep(d, s, h, now, out, a, errs);
}
