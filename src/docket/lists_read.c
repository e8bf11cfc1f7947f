/* lists_read: what pages that list across people ask: a part of a list in its order, and its totals. Must not know who asks. */
#include "docket/lists_priv.h"

#include <stdlib.h>

#define OWED_COLUMNS "person, duty, officer, unit, in_time, due, since"

static const struct store_sql BEHIND = {
    "lists.behind", "SELECT person FROM stale WHERE ?1 = ?1 UNION SELECT person FROM docket WHERE valid_until <= ?1 LIMIT ?2"};
static const struct store_sql COUNT_BEHIND = {
    "lists.count_behind", "SELECT (SELECT count(*) FROM stale) + (SELECT count(*) FROM docket WHERE valid_until <= ?1)"};
static const struct store_sql OWED[] = {
    {"lists.owed_unit", "SELECT " OWED_COLUMNS ", by_unit FROM owed WHERE unit = ?1 AND unit > 0 AND shown = 1"
                        " ORDER BY in_time, by_unit, person, due, duty"},
    {"lists.owed_officer", "SELECT " OWED_COLUMNS ", by_officer FROM owed WHERE officer = ?1 AND officer > 0 AND shown = 1"
                           " ORDER BY in_time, by_officer, person, due, duty"}};
static const struct store_sql SUMS[] = {
    {"lists.sums_unit", "SELECT count(*), sum(in_time = 0), sum(officer = 0), max(child) FROM owed"
                        " WHERE person = ?2 AND unit = ?1 AND shown = 1"},
    {"lists.sums_officer",
     "SELECT count(*), sum(in_time = 0), 0, max(child) FROM owed WHERE person = ?2 AND officer = ?1 AND shown = 1"}};
static const struct store_sql DUE_SINCE[] =
    {/* what became due since its docket was stored */
     {"lists.due_since_unit", "SELECT count(*) FROM owed WHERE unit = ?1 AND unit > 0 AND shown = 1 AND in_time = 1"
                              " AND by_unit > ?3 AND by_unit < ?2"},
     {"lists.due_since_officer", "SELECT count(*) FROM owed WHERE officer = ?1 AND officer > 0 AND shown = 1 AND in_time = 1"
                                 " AND by_officer > ?3 AND by_officer < ?2"}};
static const struct store_sql TOTALS = {"lists.totals",
                                        "SELECT lines, late, nobody, people FROM owed_total WHERE by = ?1 AND who = ?2"};
static const struct store_sql CARRIED = {
    "lists.carried", "SELECT officer, count(*), sum(in_time = 0), count(DISTINCT person), min(CASE in_time WHEN 0 THEN due END)"
                     " FROM owed WHERE unit = ?1 AND unit > 0 AND shown = 1 GROUP BY officer"};
static const struct store_sql DECIDED = {"lists.decided",
                                         "SELECT " OWED_COLUMNS
                                         ", 0 FROM owed WHERE rule = ?1 AND unit = ?2 AND decided = 1 ORDER BY due LIMIT ?3"};
static const struct store_sql DECIDED_ALL = {"lists.decided_all",
                                             "SELECT " OWED_COLUMNS
                                             ", 0 FROM owed WHERE rule = ?1 AND ?2 = ?2 AND decided = 1 ORDER BY due LIMIT ?3"};
static const struct store_sql COUNT_DECIDED = {
    "lists.count_decided", "SELECT count(*) FROM owed WHERE rule = ?1 AND (unit = ?2 OR ?2 < 0) AND decided = 1"};
static const struct store_sql FRESH = {"lists.fresh", "SELECT adopted, valid_until FROM docket WHERE person = ?1"
                                                      " AND NOT EXISTS (SELECT 1 FROM stale WHERE person = ?1)"};
static const struct store_sql LIVE = {
    "lists.live", "SELECT id, rule, version, cause, episode, since, state, due, remaining, owner, owner_subject, unit, marks"
                  " FROM duty WHERE person = ?1 AND state <= 2"};
static const struct store_sql BROKEN = {"lists.broken",
                                        "SELECT person, seq, rule, at, said, record FROM broken WHERE unit = ?1 AND at >= ?2"
                                        " ORDER BY at DESC, seq DESC, rule"};
static const struct store_sql BROKEN_RULES = {
    "lists.broken_rules", "SELECT rule, record, count(*), sum(said) FROM broken WHERE unit = ?1 AND at >= ?2"
                          " GROUP BY rule, record"};
static const struct store_sql BROKEN_PEOPLE = {
    "lists.broken_people", "SELECT DISTINCT person, record FROM broken WHERE unit = ?1 AND at >= ?2 ORDER BY person"};
static const struct store_sql OPENED = {
    "lists.opened", "SELECT person, seq, record FROM opened WHERE episode = ?1 AND unit = ?2 ORDER BY last, person, seq"};
static const struct store_sql OPENED_ALL = {
    "lists.opened_all", "SELECT person, seq, record FROM opened WHERE episode = ?1 AND ?2 = 0 ORDER BY last, person, seq"};
static const struct store_sql COUNT_OPENED = {
    "lists.count_opened", "SELECT record, count(*) FROM opened WHERE episode = ?1 AND unit = ?2 GROUP BY record"};
static const struct store_sql COUNT_OPENED_ALL = {
    "lists.count_opened_all", "SELECT record, count(*) FROM opened WHERE episode = ?1 AND ?2 = 0 GROUP BY record"};

static struct store_stmt *use(struct desk *d, const struct store_sql *q, const int64_t *v, int n, struct cf_errs *errs) {
    struct store_stmt *s = store_use(d->db, q, errs);
    for (int i = 0; s && i < n; i++) {
        store_bind_int(s, i + 1, v[i]);
    }
    return s;
}

static bool one_number(struct desk *d, const struct store_sql *q, const int64_t *v, int n, uint64_t *out,
                       struct cf_errs *errs) {
    struct store_stmt *s = use(d, q, v, n, errs);
    bool row;
    if (!s || !store_next(s, &row, errs)) {
        return false;
    }
    *out = row ? (uint64_t)store_int(s, 0) : 0;
    store_done(s);
    return true;
}

/* ---- Those whose docket has ended: judged here while they are few. */

struct fresh { /* what they owe in one list, in its order, and who they are */
    struct desk_owed_list rows;
    uint32_t people[DESK_JUDGED_MOST + 1];
    size_t n;
    uint64_t behind;
};

static bool is_fresh(const struct fresh *f, uint32_t person) {
    for (size_t i = 0; i < f->n; i++) {
        if (f->people[i] == person) {
            return true;
        }
    }
    return false;
}

static int by_place(const void *x, const void *y) {
    const struct desk_owed *a = x, *b = y;
    if (a->late != b->late) {
        return a->late ? -1 : 1;
    }
    if (a->first != b->first) {
        return a->first < b->first ? -1 : 1;
    }
    if (a->person != b->person) {
        return a->person < b->person ? -1 : 1;
    }
    if (a->has_due != b->has_due) {
        return a->has_due ? 1 : -1;
    }
    if (a->has_due && a->due != b->due) {
        return a->due < b->due ? -1 : 1;
    }
    return cf_id_cmp(a->duty, b->duty);
}

static bool judge(struct desk *d, uint32_t person, int64_t at, struct cf_arena *a, struct lang_docket *out,
                  struct cf_errs *errs) {
    struct lang_history h;
    const struct lang_set *set;
    const struct lang_reference *ref;
    *out = (struct lang_docket){0};
    return desk_docket(d, person, at, INT64_MAX, a, out, &set, &ref, &h, errs);
}

static bool judge_one(struct desk *d, enum desk_owed_by by, uint32_t who, uint32_t person, int64_t at, struct cf_arena *a,
                      struct fresh *out, struct cf_errs *errs) {
    struct lang_docket k;
    struct owed_rows rows;
    if (!judge(d, person, at, a, &k, errs)) {
        return false;
    }
    lists_owed_of(&k, a, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        const struct lang_duty_line *l = rows.v[i].line;
        if (!rows.v[i].shown || (by == DESK_BY_UNIT ? l->owner.unit : l->owner.subject) != who || !who) {
            continue;
        }
        *cf_push(a, &out->rows) = (struct desk_owed){.person = person,
                                                     .duty = l->id,
                                                     .officer = l->owner.subject,
                                                     .unit = l->owner.unit,
                                                     .late = l->state == LANG_OVERDUE,
                                                     .has_due = l->has_due,
                                                     .due = l->due,
                                                     .since = l->since,
                                                     .first = rows.v[i].first[by]};
    }
    return true;
}

static bool find_behind(struct desk *d, int64_t at, struct fresh *out, struct cf_errs *errs) {
    struct store_stmt *s = use(d, &BEHIND, (int64_t[]){at, DESK_JUDGED_MOST + 1}, 2, errs);
    bool row = s != NULL;
    while (row) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (row) {
            out->people[out->n++] = (uint32_t)store_int(s, 0);
        }
    }
    store_done(s);
    if (!s || out->n <= DESK_JUDGED_MOST) {
        return s != NULL;
    }
    out->n = 0;
    return one_number(d, &COUNT_BEHIND, &at, 1, &out->behind, errs);
}

static bool judge_behind(struct desk *d, enum desk_owed_by by, uint32_t who, int64_t at, struct cf_arena *a, struct fresh *out,
                         struct cf_errs *errs) {
    *out = (struct fresh){0};
    bool ok = find_behind(d, at, out, errs);
    for (size_t i = 0; ok && i < out->n; i++) {
        ok = judge_one(d, by, who, out->people[i], at, a, out, errs);
    }
    if (ok && out->rows.n) {
        qsort(out->rows.v, out->rows.n, sizeof *out->rows.v, by_place);
    }
    return ok;
}

/* ---- Totals. */

static bool stored_totals(struct desk *d, enum desk_owed_by by, uint32_t who, struct desk_owed_totals *out,
                          struct cf_errs *errs) {
    struct store_stmt *s = use(d, &TOTALS, (int64_t[]){by, who}, 2, errs);
    bool row;
    *out = (struct desk_owed_totals){.oldest = INT64_MAX};
    if (!s || !store_next(s, &row, errs)) {
        return false;
    }
    if (row) {
        *out = (struct desk_owed_totals){(uint64_t)store_int(s, 0),
                                         (uint64_t)store_int(s, 1),
                                         (uint64_t)store_int(s, 2),
                                         (uint64_t)store_int(s, 3),
                                         INT64_MAX,
                                         0};
    }
    store_done(s);
    return true;
}

/* What was stored of those judged anew goes, what was judged comes. */
static bool fresh_totals(struct desk *d, enum desk_owed_by by, uint32_t who, const struct fresh *f,
                         struct desk_owed_totals *out, struct cf_errs *errs) {
    for (size_t i = 0; i < f->n; i++) {
        struct store_stmt *s = use(d, &SUMS[by], (int64_t[]){who, f->people[i]}, 2, errs);
        bool row;
        if (!s || !store_next(s, &row, errs)) {
            return false;
        }
        bool any = row && store_int(s, 0) > 0;
        out->lines -= any ? (uint64_t)store_int(s, 0) : 0;
        out->late -= any ? (uint64_t)store_int(s, 1) : 0;
        out->nobody -= any && by == DESK_BY_UNIT ? (uint64_t)store_int(s, 2) : 0;
        out->people -= any && store_int(s, 3);
        store_done(s);
    }
    for (size_t i = 0; i < f->rows.n; i++) {
        const struct desk_owed *r = &f->rows.v[i];
        struct cf_id id;
        enum lang_subject kind;
        if (!desk_subject_id(d, r->person, &id, &kind, errs)) {
            return false;
        }
        bool seen = kind != LANG_PERSON;
        for (size_t k = 0; k < i; k++) {
            seen = seen || f->rows.v[k].person == r->person;
        }
        out->lines++;
        out->late += r->late;
        out->nobody += by == DESK_BY_UNIT && !r->officer;
        out->people += !seen;
    }
    out->behind = f->behind;
    return true;
}

bool desk_owed_totals(struct desk *d, enum desk_owed_by by, uint32_t who, int64_t at, struct desk_owed_totals *out,
                      struct cf_errs *errs) {
    uint64_t since;
    if (!stored_totals(d, by, who, out, errs) ||
        !one_number(d, &DUE_SINCE[by], (int64_t[]){who, at, INT64_MIN}, 3, &since, errs)) {
        return false;
    }
    out->late += since;
    return true;
}

/* ---- A part of a list: stored rows and fresh ones, in one order. */

static bool read_owed(const struct store_stmt *s, struct desk_owed *out) {
    *out = (struct desk_owed){.person = (uint32_t)store_int(s, 0),
                              .officer = (uint32_t)store_int(s, 2),
                              .unit = (uint32_t)store_int(s, 3),
                              .late = !store_int(s, 4),
                              .has_due = !store_is_null(s, 5),
                              .due = store_int(s, 5),
                              .since = store_int(s, 6),
                              .first = store_int(s, 7)};
    return store_id(s, 1, &out->duty);
}

struct merging {
    struct store_stmt *stored;
    const struct fresh *fresh;
    size_t at; /* in fresh */
    bool has;
    struct desk_owed next; /* of stored */
};

static bool next_stored(struct merging *m, struct cf_errs *errs) {
    do {
        if (!store_next(m->stored, &m->has, errs)) {
            return false;
        }
    } while (m->has && (!read_owed(m->stored, &m->next) || is_fresh(m->fresh, m->next.person)));
    return true;
}

static bool in_view(enum desk_owed_view v, const struct desk_owed *r) {
    return v == DESK_OWED_ALL || (v == DESK_OWED_LATE ? r->late : !r->officer);
}

static bool merge(struct merging *m, enum desk_owed_view view, size_t from, size_t n, struct cf_arena *a,
                  struct desk_owed_list *out, struct cf_errs *errs) {
    bool ok = next_stored(m, errs);
    for (size_t at = 0; ok && out->n < n;) {
        const struct desk_owed *f = m->at < m->fresh->rows.n ? &m->fresh->rows.v[m->at] : NULL;
        bool stored = m->has && (!f || by_place(&m->next, f) < 0);
        if (!stored && !f) {
            break;
        }
        const struct desk_owed one = stored ? m->next : *f;
        out->totals.oldest = one.late && one.first < out->totals.oldest ? one.first : out->totals.oldest;
        if (view == DESK_OWED_LATE && !one.late) {
            break; /* late ones come first */
        }
        if (in_view(view, &one) && at++ >= from) {
            *cf_push(a, out) = one;
        }
        m->at += !stored;
        ok = !stored || next_stored(m, errs);
    }
    store_done(ok ? m->stored : NULL);
    return ok;
}

bool desk_owed(struct desk *d, enum desk_owed_by by, uint32_t who, enum desk_owed_view view, size_t from, size_t n, int64_t at,
               struct cf_arena *a, struct desk_owed_list *out, struct cf_errs *errs) {
    struct fresh *fresh = CF_NEW(a, struct fresh);
    struct merging m = {.fresh = fresh};
    *out = (struct desk_owed_list){0};
    if (!judge_behind(d, by, who, at, a, fresh, errs) || !stored_totals(d, by, who, &out->totals, errs) ||
        !fresh_totals(d, by, who, fresh, &out->totals, errs)) {
        return false;
    }
    m.stored = use(d, &OWED[by], (int64_t[]){who}, 1, errs);
    return m.stored && merge(&m, view, from, n, a, out, errs);
}

bool desk_carried(struct desk *d, uint32_t unit, struct cf_arena *a, struct desk_carrieds *out, struct cf_errs *errs) {
    struct store_stmt *s = use(d, &CARRIED, (int64_t[]){unit}, 1, errs);
    bool row = s != NULL;
    *out = (struct desk_carrieds){0};
    while (row) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (row) {
            *cf_push(a, out) = (struct desk_carried){.officer = (uint32_t)store_int(s, 0),
                                                     .lines = store_int(s, 1),
                                                     .late = store_int(s, 2),
                                                     .people = store_int(s, 3),
                                                     .any_late = !store_is_null(s, 4),
                                                     .oldest = store_int(s, 4)};
        }
    }
    store_done(s);
    return s != NULL;
}

/* ---- What waits for a decision. */

static int by_due(const void *x, const void *y) {
    const struct desk_owed *a = x, *b = y;
    if (a->has_due != b->has_due) {
        return a->has_due ? 1 : -1;
    }
    if (a->has_due && a->due != b->due) {
        return a->due < b->due ? -1 : 1;
    }
    return cf_id_cmp(a->duty, b->duty);
}

static bool decide_in(struct desk *d, const struct lang_decl *rule, int64_t unit, size_t n, struct cf_arena *a,
                      struct desk_owed_list *out, uint64_t *total, struct cf_errs *errs) {
    struct store_stmt *s = store_use(d->db, &COUNT_DECIDED, errs);
    bool row;
    if (!s) {
        return false;
    }
    store_bind_text(s, 1, rule->name.text);
    store_bind_int(s, 2, unit);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    *total += row ? (uint64_t)store_int(s, 0) : 0;
    store_done(s);
    s = store_use(d->db, unit < 0 ? &DECIDED_ALL : &DECIDED, errs);
    if (!s) {
        return false;
    }
    store_bind_text(s, 1, rule->name.text);
    store_bind_int(s, 2, unit);
    store_bind_int(s, 3, (int64_t)n);
    for (;;) {
        struct desk_owed one;
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (!row) {
            break;
        }
        if (read_owed(s, &one)) {
            *cf_push(a, out) = one;
        }
    }
    store_done(s);
    return true;
}

bool desk_to_decide(struct desk *d, const struct lang_decl *const *rules, size_t n_rules, uint32_t unit, size_t n, int64_t at,
                    struct cf_arena *a, struct desk_owed_list *out, uint64_t *total, struct cf_errs *errs) {
    struct fresh behind = {0};
    bool ok = find_behind(d, at, &behind, errs);
    *out = (struct desk_owed_list){0};
    *total = 0;
    for (size_t i = 0; ok && i < n_rules; i++) {
        ok = unit ? decide_in(d, rules[i], unit, n, a, out, total, errs) && decide_in(d, rules[i], 0, n, a, out, total, errs)
                  : decide_in(d, rules[i], -1, n, a, out, total, errs);
    }
    if (ok && out->n) {
        qsort(out->v, out->n, sizeof *out->v, by_due);
        out->n = out->n < n ? out->n : n;
    }
    out->totals.behind = behind.behind + behind.n;
    return ok;
}

/* ---- One person's live lines. */

static const struct lang_decl *rule_of(const struct bound_set *s, struct cf_str name, int64_t version) {
    for (size_t i = 0; i < s->set->rules.n; i++) {
        const struct lang_decl *r = s->set->rules.v[i];
        if (r->kind == LANG_DUTY && r->policy->as.policy.from == version && cf_str_eq(r->name.text, name)) {
            return r;
        }
    }
    return NULL;
}

/* What the rule itself names, else what was handed over to: a role, a unit or a partner may bear one name. */
static const struct lang_decl *owner_of(const struct bound_set *b, const struct lang_decl *rule, struct cf_str name) {
    static const enum lang_decl_kind kinds[] = {LANG_ROLE, LANG_UNIT, LANG_PARTNER};
    const struct lang_expr *own = rule ? rule->as.duty.owner : NULL;
    const struct lang_decl *found = own && own->decl && cf_str_eq(own->decl->name.text, name) ? own->decl : NULL;
    for (size_t i = 0; i < CF_COUNT(kinds) && !found && name.n; i++) {
        found = lang_find_kind(b->set, kinds[i], name);
    }
    return found;
}

static uint64_t seq_at(const struct store_stmt *s, int at) {
    return store_is_null(s, at) ? LEDGER_NO_SEQ : (uint64_t)store_int(s, at);
}

/* False: the line is of a rule that is no longer there as it was; the docket is judged instead. */
static bool read_line(const struct bound_set *b, const struct store_stmt *s, struct lang_duty_line *out) {
    struct cf_str owner = store_text(s, 9);
    const struct lang_decl *rule = rule_of(b, store_text(s, 1), store_int(s, 2)), *role = owner_of(b, rule, owner);
    *out = (struct lang_duty_line){.rule = rule,
                                   .cause = seq_at(s, 3),
                                   .role = -1,
                                   .episode = seq_at(s, 4),
                                   .since = store_int(s, 5),
                                   .state = (enum lang_state)store_int(s, 6),
                                   .has_due = !store_is_null(s, 7),
                                   .due = store_int(s, 7),
                                   .has_left = !store_is_null(s, 8),
                                   .left_s = store_int(s, 8),
                                   .ended_by = LEDGER_NO_SEQ,
                                   .owner = {role, (uint32_t)store_int(s, 10), (uint32_t)store_int(s, 11)},
                                   .marks = (uint32_t)store_int(s, 12)};
    return store_id(s, 0, &out->id) && out->rule && (role || !owner.n);
}

static bool holds(struct desk *d, uint32_t person, int64_t at, bool *yes, struct cf_errs *errs) {
    struct store_stmt *s = use(d, &FRESH, (int64_t[]){person}, 1, errs);
    bool row;
    *yes = false;
    if (!s || !store_next(s, &row, errs)) {
        return false;
    }
    *yes = row && (uint64_t)store_int(s, 0) == desk_current(d)->adopted && (store_is_null(s, 1) || store_int(s, 1) > at);
    store_done(s);
    return true;
}

bool desk_live(struct desk *d, uint32_t person, int64_t at, struct cf_arena *a, struct lang_docket *out, struct cf_errs *errs) {
    struct bound_set *b = desk_current(d);
    bool yes, row = true;
    *out = (struct lang_docket){0};
    if (!b) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    if (!holds(d, person, at, &yes, errs)) {
        return false;
    }
    struct store_stmt *s = yes ? use(d, &LIVE, (int64_t[]){person}, 1, errs) : NULL;
    if (yes && !s) {
        return false;
    }
    while (yes && row) {
        struct lang_duty_line l;
        if (!store_next(s, &row, errs)) {
            return false;
        }
        yes = !row || read_line(b, s, &l);
        if (row && yes) {
            *cf_push(a, &out->duties) = l;
        }
    }
    store_done(s);
    if (!yes) {
        return judge(d, person, at, a, out, errs);
    }
    lang_docket_sort(out);
    return true;
}

/* ---- What was broken, and what is open. */

static bool is_seen(struct desk *d, struct cf_str record, struct cf_str purpose) {
    const struct lang_decl *r = lang_find_kind(desk_current(d)->set, LANG_RECORD, record);
    return r && lang_record_seen_for(r, purpose);
}

static int most_first(const void *x, const void *y) {
    const struct desk_broken_rule *a = x, *b = y;
    return a->n != b->n ? (a->n > b->n ? -1 : 1) : cf_str_cmp(a->rule->title, b->rule->title);
}

static void count_rule(struct cf_arena *a, const struct lang_decl *rule, int64_t n, int64_t said,
                       struct desk_broken_list *out) {
    struct desk_broken_rule *r = NULL;
    for (size_t i = 0; i < out->rules.n && !r; i++) {
        r = out->rules.v[i].rule == rule ? &out->rules.v[i] : NULL;
    }
    if (!r) {
        r = cf_push(a, &out->rules);
        *r = (struct desk_broken_rule){.rule = rule};
    }
    r->n += n;
    r->said += said;
    out->total += (uint64_t)n;
    out->said += (uint64_t)said;
}

static bool count_broken(struct desk *d, uint32_t unit, int64_t since, struct cf_str purpose, struct cf_arena *a,
                         struct desk_broken_list *out, struct cf_errs *errs) {
    struct store_stmt *s = use(d, &BROKEN_RULES, (int64_t[]){unit, since}, 2, errs);
    bool row = s != NULL;
    while (row) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        const struct lang_decl *rule = row ? lang_find_kind(desk_current(d)->set, LANG_GATE, store_text(s, 0)) : NULL;
        if (rule && is_seen(d, store_text(s, 1), purpose)) {
            count_rule(a, rule, store_int(s, 2), store_int(s, 3), out);
        }
    }
    store_done(s);
    if (out->rules.n) {
        qsort(out->rules.v, out->rules.n, sizeof *out->rules.v, most_first);
    }
    uint32_t last = 0;
    s = s ? use(d, &BROKEN_PEOPLE, (int64_t[]){unit, since}, 2, errs) : NULL;
    for (row = s != NULL; row;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (row && (uint32_t)store_int(s, 0) != last && is_seen(d, store_text(s, 1), purpose)) {
            last = (uint32_t)store_int(s, 0);
            out->people++;
        }
    }
    store_done(s);
    return s != NULL;
}

bool desk_broken(struct desk *d, uint32_t unit, int64_t since, struct cf_str purpose, size_t from, size_t n, struct cf_arena *a,
                 struct desk_broken_list *out, struct cf_errs *errs) {
    *out = (struct desk_broken_list){0};
    if (!desk_current(d)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    struct store_stmt *s =
        count_broken(d, unit, since, purpose, a, out, errs) ? use(d, &BROKEN, (int64_t[]){unit, since}, 2, errs) : NULL;
    bool row = s != NULL;
    for (size_t at = 0; row && out->n < n;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        const struct lang_decl *rule = row ? lang_find_kind(desk_current(d)->set, LANG_GATE, store_text(s, 2)) : NULL;
        if (rule && is_seen(d, store_text(s, 5), purpose) && at++ >= from) {
            *cf_push(a, out) = (struct desk_broken){.person = (uint32_t)store_int(s, 0),
                                                    .event = (uint64_t)store_int(s, 1),
                                                    .rule = rule,
                                                    .when = store_int(s, 3),
                                                    .said = store_int(s, 4) != 0};
        }
    }
    store_done(s);
    return s != NULL;
}

static struct store_stmt *of_kind(struct desk *d, const struct store_sql *q, const struct lang_decl *episode, uint32_t unit,
                                  struct cf_errs *errs) {
    struct store_stmt *s = store_use(d->db, q, errs);
    if (s) {
        store_bind_text(s, 1, episode->name.text);
        store_bind_int(s, 2, unit);
    }
    return s;
}

bool desk_opened(struct desk *d, const struct lang_decl *episode, uint32_t unit, struct cf_str purpose, size_t from, size_t n,
                 struct cf_arena *a, struct desk_opened_list *out, struct cf_errs *errs) {
    *out = (struct desk_opened_list){0};
    if (!desk_current(d)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    struct store_stmt *s = of_kind(d, unit ? &COUNT_OPENED : &COUNT_OPENED_ALL, episode, unit, errs);
    bool row = s != NULL;
    while (row) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        out->total += row && is_seen(d, store_text(s, 0), purpose) ? (uint64_t)store_int(s, 1) : 0;
    }
    store_done(s);
    s = s ? of_kind(d, unit ? &OPENED : &OPENED_ALL, episode, unit, errs) : NULL;
    row = s != NULL;
    for (size_t at = 0; row && out->n < n;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (row && is_seen(d, store_text(s, 2), purpose) && at++ >= from) {
            *cf_push(a, out) = (struct desk_opened){(uint32_t)store_int(s, 0), (uint64_t)store_int(s, 1)};
        }
    }
    store_done(s);
    return s != NULL;
}
