/* read: what queues, boards, measures and the command line read: open duties of a unit, what is overdue, every event of a kind.
 * A docket past its `valid until` is judged here, by its reader, and nothing is written. Must not know rules. */
#include "docket/priv.h"

#include <stdlib.h>

static const struct store_sql OPEN_PEOPLE = {
    "desk.open_people", "SELECT DISTINCT person FROM duty WHERE state <= 2 UNION SELECT person FROM stale UNION "
                        "SELECT person FROM docket WHERE valid_until <= ?1 ORDER BY 1"};
static const struct store_sql OF_KIND = {"desk.of_kind",
                                         "SELECT DISTINCT seq FROM link WHERE kind = ?1 AND about = 1 ORDER BY seq"};
static const struct store_sql SUBJECT_OF = {
    "desk.subject_of", "SELECT subject FROM link WHERE kind = ?2 AND seq = ?1 AND about = 1 ORDER BY role, subject LIMIT 1"};
static const struct store_sql OWED = {"desk.owed", "SELECT COUNT(*), COALESCE(SUM(due < ?2), 0) FROM duty "
                                                   "WHERE state <= 2 AND owner_subject > 0 AND owner_subject = ?1"};
static const struct store_sql OWING = {
    "desk.owing", "SELECT person FROM duty WHERE state <= 2 AND due IS NOT NULL AND unit = ?1 AND ?1 > 0 UNION "
                  "SELECT person FROM duty WHERE state <= 2 AND due IS NULL AND unit = ?1 AND ?1 > 0 UNION "
                  "SELECT person FROM duty WHERE state <= 2 AND owner_subject > 0 AND owner_subject = ?2 UNION "
                  "SELECT person FROM stale UNION SELECT person FROM docket WHERE valid_until <= ?3 ORDER BY 1"};
static const struct store_sql BREACHED = {
    "desk.breached", "SELECT DISTINCT person FROM gate WHERE result > 0 AND not_in_source = 0 AND seq >= ?1 UNION "
                     "SELECT person FROM stale ORDER BY 1"};
static const struct store_sql ALL_OF_KIND = {"desk.all_of_kind", "SELECT subject FROM link WHERE kind = ?1 AND about = 1"};
static const struct store_sql OPEN_NOW = {"desk.open_now", "SELECT DISTINCT person FROM duty WHERE state <= 2"};
static const struct store_sql ALL_SUBJECTS = {"desk.all_subjects", "SELECT subject FROM image ORDER BY subject"};

static bool column(struct desk *d, const struct store_sql *q, const int64_t *params, int n_params, struct cf_arena *a,
                   int64_t **out, size_t *n, struct cf_errs *errs) {
    struct {
        CF_VEC(int64_t);
    } found = {0};
    struct store_stmt *s = store_use(d->db, q, errs);
    if (!s) {
        return false;
    }
    for (int i = 0; i < n_params; i++) {
        store_bind_int(s, i + 1, params[i]);
    }
    for (bool row;;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (!row) {
            break;
        }
        *cf_push(a, &found) = store_int(s, 0);
    }
    store_done(s);
    *out = found.v;
    *n = found.n;
    return true;
}

bool desk_count_owed(struct desk *d, uint32_t officer, int64_t at, uint64_t *open, uint64_t *late, struct cf_errs *errs) {
    struct store_stmt *s = store_use(d->db, &OWED, errs);
    bool row;
    *open = *late = 0;
    if (!s) {
        return false;
    }
    store_bind_int(s, 1, officer);
    store_bind_int(s, 2, at);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    *open = row ? (uint64_t)store_int(s, 0) : 0;
    *late = row ? (uint64_t)store_int(s, 1) : 0;
    store_done(s);
    return true;
}

static bool wanted(const struct bound_set *s, const struct lang_duty_line *l, enum desk_which which, const char *name) {
    if (l->state > LANG_OVERDUE || (which == DESK_OVERDUE && l->state != LANG_OVERDUE)) {
        return false;
    }
    if (which != DESK_UNIT) {
        return true;
    }
    const struct lang_decl *owner = l->owner.role_or_unit;
    if (owner && cf_str_is(owner->name.text, name)) {
        return true;
    }
    for (size_t i = 0; i < s->set->units.n; i++) {
        const struct lang_decl *unit = s->set->units.v[i];
        if (cf_str_is(unit->name.text, name)) {
            return l->owner.unit && l->owner.unit == s->unit_no[unit->as.unit.number];
        }
    }
    return false;
}

static int by_due(const void *x, const void *y) {
    const struct desk_line *a = x, *b = y;
    if (a->duty.has_due != b->duty.has_due) {
        return a->duty.has_due ? 1 : -1; /* no date heads its queue (U5) */
    }
    if (a->duty.has_due && a->duty.due != b->duty.due) {
        return a->duty.due < b->duty.due ? -1 : 1;
    }
    int rule = cf_str_cmp(a->duty.rule->name.text, b->duty.rule->name.text);
    return rule ? rule : cf_id_cmp(a->duty.id, b->duty.id);
}

bool desk_duties(struct desk *d, enum desk_which which, const char *unit_or_role, int64_t at, struct cf_arena *a,
                 struct desk_lines *out, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    int64_t *who;
    size_t n;
    *out = (struct desk_lines){0};
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    if (!column(d, &OPEN_PEOPLE, &at, 1, a, &who, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct lang_docket docket = {0};
        struct lang_history h;
        const struct lang_set *set;
        const struct lang_reference *ref;
        if (!desk_docket(d, (uint32_t)who[i], at, INT64_MAX, a, &docket, &set, &ref, &h, errs)) {
            return false;
        }
        struct cf_id id;
        if (!desk_subject_id(d, (uint32_t)who[i], &id, NULL, errs)) {
            return false;
        }
        bool suspended = ledger_restricted(d->ledger, id);
        for (size_t k = 0; k < docket.duties.n; k++) {
            const struct lang_duty_line *l = &docket.duties.v[k];
            if (!wanted(s, l, which, unit_or_role)) {
                continue;
            }
            if (l->marks & LANG_M_NOT_IN_SOURCE) {
                out->not_in_source++;
                continue;
            }
            out->suspended += suspended;
            if (suspended == (which == DESK_SUSPENDED)) {
                *cf_push(a, out) = (struct desk_line){(uint32_t)who[i], *l};
            }
        }
    }
    if (out->n) {
        qsort(out->v, out->n, sizeof(*out->v), by_due);
    }
    return true;
}

static bool position_of(const struct lang_history *h, uint64_t seq, uint32_t record, size_t *at) {
    for (size_t i = 0; i < h->n; i++) {
        if (h->events[i].seq == seq && h->events[i].record == record) {
            *at = i;
            return true;
        }
    }
    return false;
}

bool desk_each_event(struct desk *d, const struct lang_decl *record, desk_each *f, void *arg, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct cf_arena *list = cf_arena_new("each event"), *one = cf_arena_new("one history");
    const struct bound_record *b = desk_bound(s, s->set->records.v[record->as.record.number]);
    int64_t *seqs, kind = b->kind;
    size_t n;
    bool ok = column(d, &OF_KIND, &kind, 1, list, &seqs, &n, errs);
    for (size_t i = 0; ok && i < n; i++) {
        int64_t *subject;
        size_t found, at;
        struct lang_history h;
        cf_arena_reset(one);
        ok = column(d, &SUBJECT_OF, (int64_t[]){seqs[i], kind}, 2, one, &subject, &found, errs) &&
             (!found || desk_history(d, (uint32_t)subject[0], INT64_MAX, one, &h, errs));
        if (ok && found && position_of(&h, (uint64_t)seqs[i], record->as.record.number, &at)) {
            ok = f(arg, &h, at, errs);
        }
    }
    cf_arena_free(one);
    cf_arena_free(list);
    return ok;
}

bool desk_each_subject(struct desk *d, enum lang_subject kind, bool (*f)(void *, const struct lang_history *, struct cf_errs *),
                       void *arg, struct cf_errs *errs) {
    struct cf_arena *list = cf_arena_new("each subject"), *one = cf_arena_new("one history");
    int64_t *who;
    size_t n;
    bool ok = column(d, &ALL_SUBJECTS, NULL, 0, list, &who, &n, errs);
    for (size_t i = 0; ok && i < n; i++) {
        struct lang_history h;
        uint32_t *members;
        size_t n_members;
        cf_arena_reset(one);
        desk_members(d, (uint32_t)who[i], LEDGER_NO_SEQ, one, &members, &n_members);
        if (members[0] != (uint32_t)who[i]) {
            continue; /* seen with the person they were merged into */
        }
        ok = desk_history(d, (uint32_t)who[i], INT64_MAX, one, &h, errs);
        if (ok && h.kind == kind) {
            ok = f(arg, &h, errs);
        }
    }
    cf_arena_free(one);
    cf_arena_free(list);
    return ok;
}

/* ---- Every history once, for measures. */

static const struct store_sql WITH_KIND = {"desk.with_kind",
                                           "SELECT DISTINCT subject FROM link WHERE kind = ?1 AND about = 1 ORDER BY subject"};

static int by_number(const void *x, const void *y) {
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

/* Each subject as the one who stands for everybody merged with them, once, in rising order. */
static size_t principals(struct desk *d, struct cf_arena *scratch, int64_t *who, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t *members;
        size_t n_members;
        cf_arena_reset(scratch);
        desk_members(d, (uint32_t)who[i], LEDGER_NO_SEQ, scratch, &members, &n_members);
        who[i] = members[0];
    }
    if (n) {
        qsort(who, n, sizeof(*who), by_number);
    }
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || who[i] != who[i - 1]) {
            who[kept++] = who[i];
        }
    }
    return kept;
}

static bool one_history(struct desk *d, uint32_t who, bool judged, int64_t at, struct cf_arena *a, desk_each_judged *f,
                        void *arg, struct cf_errs *errs) {
    struct lang_history h;
    struct lang_docket docket = {0};
    if (!desk_history(d, who, INT64_MAX, a, &h, errs)) {
        return false;
    }
    if (judged) {
        desk_judge(desk_current(d), &h, at, a, &docket);
    }
    return f(arg, &h, judged ? &docket : NULL, errs);
}

bool desk_each_history(struct desk *d, const struct lang_decl *record, bool judged, int64_t at, desk_each_judged *f, void *arg,
                       void (*progress)(void *, uint64_t, uint64_t), void *progress_arg, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    struct cf_arena *list = cf_arena_new("each history"), *one = cf_arena_new("one history");
    int64_t *who, kind = record ? desk_bound(s, s->set->records.v[record->as.record.number])->kind : 0;
    size_t n;
    bool ok = column(d, record ? &WITH_KIND : &ALL_SUBJECTS, &kind, record ? 1 : 0, list, &who, &n, errs);
    n = ok ? principals(d, one, who, n) : 0;
    for (size_t i = 0; ok && i < n; i++) {
        cf_arena_reset(one);
        ok = one_history(d, (uint32_t)who[i], judged, at, one, f, arg, errs);
        if (progress && i % 64 == 0) {
            progress(progress_arg, i, n);
        }
    }
    cf_arena_free(one);
    cf_arena_free(list);
    return ok;
}

/* ---- Whom queues, lists and boards judge. */

static uint32_t *as_people(struct desk *d, struct cf_arena *a, int64_t *who, size_t *n) {
    struct cf_arena *scratch = cf_arena_new("people");
    *n = principals(d, scratch, who, *n);
    cf_arena_free(scratch);
    uint32_t *people = CF_NEW_N(a, uint32_t, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        people[i] = (uint32_t)who[i];
    }
    return people;
}

bool desk_owing(struct desk *d, uint32_t unit, uint32_t officer, int64_t at, struct cf_arena *a, uint32_t **people, size_t *n,
                struct cf_errs *errs) {
    int64_t *who, params[] = {unit, officer, at};
    if (!column(d, &OWING, params, 3, a, &who, n, errs)) {
        return false;
    }
    *people = as_people(d, a, who, n);
    return true;
}

bool desk_breached(struct desk *d, uint64_t from_seq, struct cf_arena *a, uint32_t **people, size_t *n, struct cf_errs *errs) {
    int64_t *who, from = (int64_t)(from_seq > INT64_MAX ? INT64_MAX : from_seq);
    if (!column(d, &BREACHED, &from, 1, a, &who, n, errs)) {
        return false;
    }
    *people = as_people(d, a, who, n);
    return true;
}

/* Adds `by` to the count of each subject with an event of the record. */
static bool count_kind(struct desk *d, const struct lang_decl *record, int by, struct cf_map *counts, struct cf_arena *a,
                       struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    int64_t *who, kind = desk_bound(s, s->set->records.v[record->as.record.number])->kind;
    size_t n;
    if (!column(d, &ALL_OF_KIND, &kind, 1, a, &who, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t *members;
        size_t n_members;
        desk_members(d, (uint32_t)who[i], LEDGER_NO_SEQ, a, &members, &n_members);
        void **slot = cf_map_put(counts, (struct cf_str){(const char *)&members[0], sizeof members[0]});
        *slot = (void *)((intptr_t)*slot + by);
    }
    return true;
}

bool desk_in_episode(struct desk *d, const struct lang_decl *episode, struct cf_arena *a, uint32_t **people, size_t *n,
                     struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct cf_map *counts = cf_map_new(a), *busy = cf_map_new(a);
    int64_t *open;
    size_t n_open;
    bool ok = s || cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    for (size_t i = 0; ok && i < s->set->records.n; i++) {
        const struct lang_record *r = &s->set->records.v[i]->as.record;
        bool opens = r->opens_decl && cf_str_eq(r->opens_decl->name.text, episode->name.text);
        bool closes = r->closes_decl && cf_str_eq(r->closes_decl->name.text, episode->name.text);
        ok = (!opens && !closes) || count_kind(d, s->set->records.v[i], opens ? 1 : -1, counts, a, errs);
    }
    if (!ok || !column(d, &OPEN_NOW, NULL, 0, a, &open, &n_open, errs)) {
        return false;
    }
    for (size_t i = 0; i < n_open; i++) {
        uint32_t who = (uint32_t)open[i];
        *cf_map_put(busy, (struct cf_str){(const char *)&who, sizeof who}) = busy;
    }
    int64_t *who = CF_NEW_N(a, int64_t, cf_map_count(counts) + 1);
    *n = 0;
    for (size_t i = 0; i < cf_map_count(counts); i++) {
        if ((intptr_t)cf_map_value(counts, i) > 0 || cf_map_has(busy, cf_map_key(counts, i))) {
            uint32_t one;
            memcpy(&one, cf_map_key(counts, i).p, sizeof one);
            who[(*n)++] = one;
        }
    }
    *people = as_people(d, a, who, n);
    return true;
}

/* ---- Counts over all stored dockets. */

static bool count(struct desk *d, const char *name, const char *sql, uint64_t *out, struct cf_errs *errs) {
    struct store_stmt *s = store_use_text(d->db, cf_str_from(sql), errs);
    bool row;
    (void)name;
    if (!s || !store_next(s, &row, errs)) {
        return false;
    }
    *out = row ? (uint64_t)store_int(s, 0) : 0;
    store_done(s);
    return true;
}

bool desk_counts(struct desk *d, struct desk_counts *out, struct cf_errs *errs) {
    *out = (struct desk_counts){.events = ledger_size(d->ledger)};
    struct {
        const char *sql;
        uint64_t *to;
    } all[] = {
        {"SELECT count(*) FROM image", &out->subjects},
        {"SELECT count(*) FROM docket", &out->dockets},
        {"SELECT count(*) FROM gate WHERE result = 0", &out->gates_kept},
        {"SELECT count(*) FROM gate WHERE result <> 0 AND not_in_source = 0", &out->gates_breached},
        {"SELECT count(*) FROM gate WHERE result <> 0 AND not_in_source <> 0", &out->gates_not_in_source},
        {"SELECT count(*) FROM duty WHERE marks & 1024", &out->duties_not_in_source},
        {"SELECT count(*) FROM standing WHERE kind = 'flag'", &out->flags},
    };
    for (size_t i = 0; i < CF_COUNT(all); i++) {
        if (!count(d, "desk.count", all[i].sql, all[i].to, errs)) {
            return false;
        }
    }
    struct store_stmt *s =
        store_use_text(d->db, CF_LIT("SELECT state, count(*) FROM duty WHERE NOT marks & 1024 GROUP BY state"), errs);
    for (bool row = s != NULL; row;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        int64_t state = row ? store_int(s, 0) : -1;
        if (state >= 0 && state < 8) {
            out->duties[state] = (uint64_t)store_int(s, 1);
        }
    }
    store_done(s);
    return s != NULL;
}
