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
static const struct store_sql ALL_SUBJECTS = {"desk.all_subjects", "SELECT subject FROM image ORDER BY subject"};

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
    if (!desk_numbers(d, &OPEN_PEOPLE, &at, 1, a, &who, &n, errs)) {
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
    bool ok = desk_numbers(d, &OF_KIND, &kind, 1, list, &seqs, &n, errs);
    for (size_t i = 0; ok && i < n; i++) {
        int64_t *subject;
        size_t found, at;
        struct lang_history h;
        cf_arena_reset(one);
        ok = desk_numbers(d, &SUBJECT_OF, (int64_t[]){seqs[i], kind}, 2, one, &subject, &found, errs) &&
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
    bool ok = desk_numbers(d, &ALL_SUBJECTS, NULL, 0, list, &who, &n, errs);
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
    bool ok = desk_numbers(d, record ? &WITH_KIND : &ALL_SUBJECTS, &kind, record ? 1 : 0, list, &who, &n, errs);
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
