/* lists: rows for the pages that list across people, written with each docket that is stored, and taken back with it. Must not
 * know any rule, record or episode by name but the ledger's own `explained` and `handover`. */
#include "docket/lists_priv.h"

/* Indexes hold all that a page reads, in its order. Totals are kept, since a unit may owe tens of thousands of things. A desk
 * that was made before there were lists has its dockets judged once more. */
static const struct store_sql SCHEMA = {
    "lists.schema",
    "INSERT OR IGNORE INTO stale SELECT person FROM docket WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'owed');"
    "DROP INDEX IF EXISTS duty_owner;"
    "CREATE TABLE IF NOT EXISTS owed(person INTEGER NOT NULL, duty BLOB NOT NULL, rule TEXT NOT NULL, unit INTEGER NOT NULL,"
    " officer INTEGER NOT NULL, in_time INTEGER NOT NULL, due INTEGER, since INTEGER NOT NULL, by_unit INTEGER NOT NULL,"
    " by_officer INTEGER NOT NULL, shown INTEGER NOT NULL, decided INTEGER NOT NULL, child INTEGER NOT NULL,"
    " PRIMARY KEY(person, duty)) STRICT, "
    "WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS owed_unit ON owed(unit, in_time, by_unit, person, due, duty, officer, since)"
    " WHERE shown = 1 AND unit > 0;"
    "CREATE INDEX IF NOT EXISTS owed_officer ON owed(officer, in_time, by_officer, person, due, duty, unit, since)"
    " WHERE shown = 1 AND officer > 0;"
    "CREATE INDEX IF NOT EXISTS owed_decided ON owed(rule, unit, due) WHERE decided = 1;"
    "CREATE TABLE IF NOT EXISTS owed_total(by INTEGER NOT NULL, who INTEGER NOT NULL, lines INTEGER NOT NULL,"
    " late INTEGER NOT NULL, nobody INTEGER NOT NULL, people INTEGER NOT NULL, PRIMARY KEY(by, who)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS broken(person INTEGER NOT NULL, seq INTEGER NOT NULL, rule TEXT NOT NULL, role INTEGER NOT "
    "NULL,"
    " unit INTEGER NOT NULL, record TEXT NOT NULL, at INTEGER NOT NULL, said INTEGER NOT NULL,"
    " PRIMARY KEY(person, seq, rule, role, unit)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS broken_unit ON broken(unit, at, seq, rule, record, said);"
    "CREATE TABLE IF NOT EXISTS opened(person INTEGER NOT NULL, seq INTEGER NOT NULL, episode TEXT NOT NULL,"
    " record TEXT NOT NULL, unit INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY(person, seq)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS opened_unit ON opened(episode, unit, last, record);"
    "CREATE INDEX IF NOT EXISTS opened_all ON opened(episode, last, record);"};

/* ?1 the person, ?2 1 to add what their rows come to, -1 to take it away. */
static const struct store_sql TOTAL_UNIT = {
    "lists.total_unit", "INSERT INTO owed_total SELECT 0, unit, ?2 * count(*), ?2 * sum(in_time = 0), ?2 * sum(officer = 0), "
                        "?2 * max(child) FROM owed"
                        " WHERE person = ?1 AND shown = 1 AND unit > 0 GROUP BY unit ON CONFLICT(by, who) DO UPDATE SET"
                        " lines = lines + excluded.lines, late = late + excluded.late, nobody = nobody + excluded.nobody,"
                        " people = people + excluded.people"};
static const struct store_sql TOTAL_OFFICER = {
    "lists.total_officer",
    "INSERT INTO owed_total SELECT 1, officer, ?2 * count(*), ?2 * sum(in_time = 0), 0, ?2 * max(child) FROM owed"
    " WHERE person = ?1 AND shown = 1 AND officer > 0 GROUP BY officer ON CONFLICT(by, who) DO UPDATE SET"
    " lines = lines + excluded.lines, late = late + excluded.late, people = people + excluded.people"};
static const struct store_sql CLEAR_OWED = {"lists.clear_owed", "DELETE FROM owed WHERE person = ?1 AND ?2 = ?2"};
static const struct store_sql CLEAR_BROKEN = {"lists.clear_broken", "DELETE FROM broken WHERE person = ?1 AND ?2 = ?2"};
static const struct store_sql CLEAR_OPENED = {"lists.clear_opened", "DELETE FROM opened WHERE person = ?1 AND ?2 = ?2"};
static const struct store_sql BOARDS_OF = {"lists.boards_of", "SELECT episode, unit FROM opened WHERE person = ?1"};
static const struct store_sql PUT_OWED = {"lists.put_owed",
                                          "INSERT INTO owed VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"};
static const struct store_sql PUT_BROKEN = {"lists.put_broken", "INSERT INTO broken VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
static const struct store_sql PUT_OPENED = {"lists.put_opened", "INSERT INTO opened VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};

bool lists_schema(struct desk *d, struct cf_errs *errs) {
    return store_script(d->db, &SCHEMA, errs);
}

static bool run_all(struct desk *d, const struct store_sql *const *all, size_t n, uint32_t person, int64_t sign,
                    struct cf_errs *errs) {
    for (size_t i = 0; i < n; i++) {
        struct store_stmt *q = store_use(d->db, all[i], errs);
        if (q) {
            store_bind_int(q, 1, person);
            store_bind_int(q, 2, sign);
        }
        if (!store_run(q, errs)) {
            return false;
        }
    }
    return true;
}

/* ---- Boards that listen. */

struct touched {
    struct cf_str episode;
    uint32_t unit;
};
struct lists_touched {
    desk_board_changed *f;
    void *arg;
    struct cf_arena *arena; /* of the rows, until they are told */
    CF_LIST(struct touched) rows;
};

static void end_touched(void *arg) {
    struct lists_touched *t = arg;
    cf_arena_free(t->arena);
}

void desk_on_board(struct desk *d, desk_board_changed *f, void *arg) {
    d->touched = CF_NEW(d->arena, struct lists_touched);
    *d->touched = (struct lists_touched){.f = f, .arg = arg, .arena = cf_arena_new("boards to be told")};
    cf_arena_cleanup(d->arena, end_touched, d->touched);
}

static void touch(struct lists_touched *t, struct cf_str episode, uint32_t unit) {
    for (size_t i = 0; i < t->rows.n; i++) {
        if (t->rows.v[i].unit == unit && cf_str_eq(t->rows.v[i].episode, episode)) {
            return;
        }
    }
    *cf_push(t->arena, &t->rows) = (struct touched){cf_str_dup(t->arena, episode), unit};
}

static void touch_board(struct desk *d, struct cf_str episode, uint32_t unit) {
    if (d->touched) {
        touch(d->touched, episode, 0);
        touch(d->touched, episode, unit);
    }
}

void lists_committed(struct desk *d, bool kept) {
    struct lists_touched *t = d->touched;
    if (!t) {
        return;
    }
    for (size_t i = 0; kept && i < t->rows.n; i++) {
        t->f(t->arg, t->rows.v[i].episode, t->rows.v[i].unit);
    }
    t->rows.n = t->rows.cap = 0;
    t->rows.v = NULL;
    cf_arena_reset(t->arena);
}

/* As it was until now: an episode that is closed or handed over leaves a board. */
static bool touch_before(struct desk *d, uint32_t person, struct cf_errs *errs) {
    struct store_stmt *s = d->touched ? store_use(d->db, &BOARDS_OF, errs) : NULL;
    if (!s) {
        return !d->touched;
    }
    store_bind_int(s, 1, person);
    for (bool row = true; row;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (row) {
            touch_board(d, store_text(s, 0), (uint32_t)store_int(s, 1));
        }
    }
    store_done(s);
    return true;
}

/* ---- Taking back. */

bool lists_clear(struct desk *d, uint32_t person, struct cf_errs *errs) {
    static const struct store_sql *const all[] = {&TOTAL_UNIT, &TOTAL_OFFICER, &CLEAR_OWED, &CLEAR_BROKEN, &CLEAR_OPENED};
    return touch_before(d, person, errs) && run_all(d, all, CF_COUNT(all), person, -1, errs);
}

/* ---- What is owed. */

static bool is_decided(const struct lang_duty_line *l) {
    const struct lang_duty *d = &l->rule->as.duty;
    for (size_t i = 0; i < d->done_by.n; i++) {
        if (d->done_by.v[i]->kind == LANG_SEL_RECORD && d->done_by.v[i]->decl && d->done_by.v[i]->decl->as.record.decided_by) {
            return true;
        }
    }
    return false;
}

static uint32_t list_of(const struct lang_duty_line *l, int by) {
    return by == DESK_BY_UNIT ? l->owner.unit : l->owner.subject;
}

/* Of what is late, the due time of the oldest late thing about this person in the same list; of the rest, its own due time. */
static int64_t first_of(const struct owed_rows *all, const struct lang_duty_line *l, int by) {
    if (l->state != LANG_OVERDUE) {
        return l->has_due ? l->due : INT64_MIN;
    }
    int64_t oldest = INT64_MAX;
    for (size_t i = 0; i < all->n; i++) {
        const struct lang_duty_line *x = all->v[i].line;
        bool counts = all->v[i].shown && x->state == LANG_OVERDUE && x->has_due && list_of(x, by) == list_of(l, by);
        oldest = counts && x->due < oldest ? x->due : oldest;
    }
    return oldest;
}

void lists_owed_of(const struct lang_docket *k, struct cf_arena *a, struct owed_rows *out) {
    struct lang_docket live = {0};
    const struct lang_shown *shown;
    *out = (struct owed_rows){0};
    for (size_t i = 0; i < k->duties.n; i++) {
        const struct lang_duty_line *l = &k->duties.v[i];
        if (l->state <= LANG_OVERDUE && !(l->marks & LANG_M_NOT_IN_SOURCE)) {
            *cf_push(a, &live.duties) = *l;
        }
    }
    size_t n = live.duties.n ? lang_docket_shown(a, &live, &shown) : 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t m = 0; m < shown[i].all.n; m++) {
            const struct lang_duty_line *l = shown[i].all.v[m];
            bool first = l == shown[i].first, decided = is_decided(l);
            if (first || decided) {
                *cf_push(a, out) = (struct owed_row){.line = l, .shown = first, .decided = decided};
            }
        }
    }
    for (size_t i = 0; i < out->n; i++) {
        out->v[i].first[DESK_BY_UNIT] = first_of(out, out->v[i].line, DESK_BY_UNIT);
        out->v[i].first[DESK_BY_OFFICER] = first_of(out, out->v[i].line, DESK_BY_OFFICER);
    }
}

static bool put_owed(struct desk *d, const struct lang_history *h, const struct owed_row *r, struct cf_errs *errs) {
    const struct lang_duty_line *l = r->line;
    struct store_stmt *q = store_use(d->db, &PUT_OWED, errs);
    if (!q) {
        return false;
    }
    store_bind_int(q, 1, h->subject);
    store_bind_id(q, 2, &l->id);
    store_bind_text(q, 3, l->rule->name.text);
    store_bind_int(q, 4, l->owner.unit);
    store_bind_int(q, 5, l->owner.subject);
    store_bind_int(q, 6, l->state != LANG_OVERDUE);
    if (l->has_due) {
        store_bind_int(q, 7, l->due);
    } else {
        store_bind_null(q, 7);
    }
    store_bind_int(q, 8, l->since);
    store_bind_int(q, 9, r->first[DESK_BY_UNIT]);
    store_bind_int(q, 10, r->first[DESK_BY_OFFICER]);
    store_bind_int(q, 11, r->shown);
    store_bind_int(q, 12, r->decided);
    store_bind_int(q, 13, h->kind == LANG_PERSON); /* a unit owes things too, and is nobody who waits */
    return store_run(q, errs);
}

static bool put_all_owed(struct desk *d, const struct lang_history *h, const struct lang_docket *k, struct cf_arena *a,
                         struct cf_errs *errs) {
    static const struct store_sql *const totals[] = {&TOTAL_UNIT, &TOTAL_OFFICER};
    struct owed_rows rows;
    lists_owed_of(k, a, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        if (!put_owed(d, h, &rows.v[i], errs)) {
            return false;
        }
    }
    return !rows.n || run_all(d, totals, CF_COUNT(totals), h->subject, 1, errs);
}

/* ---- Episodes. */

static const struct lang_decl *record_of(const struct bound_set *s, const struct lang_event *e) {
    return s->set->records.v[e->record];
}

static bool built_in(const struct bound_set *s, const struct lang_event *e, const char *name) {
    return record_of(s, e)->as.record.built_in && cf_str_is(record_of(s, e)->name.text, name);
}

static bool is_of(const struct lang_event *e, const struct lang_event *opener) {
    for (size_t k = 0; k < e->n_episodes; k++) {
        if (e->episodes[k] == opener->seq) {
            return true;
        }
    }
    return e == opener;
}

static bool is_open(const struct bound_set *s, const struct lang_history *h, const struct lang_event *opener) {
    const struct lang_decl *episode = record_of(s, opener)->as.record.opens_decl;
    for (size_t i = 0; episode && i < h->n; i++) {
        const struct lang_decl *closes = record_of(s, &h->events[i])->as.record.closes_decl;
        if (closes && cf_str_eq(closes->name.text, episode->name.text) && is_of(&h->events[i], opener)) {
            return false;
        }
    }
    return episode != NULL;
}

static bool put_opened(struct desk *d, const struct bound_set *s, const struct lang_history *h, const struct lang_event *opener,
                       struct cf_errs *errs) {
    uint32_t unit = opener->unit ? opener->unit : opener->actor.unit;
    int64_t last = opener->from;
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        bool of = is_of(e, opener), handed = of && built_in(s, e, "handover") && e->fields[0].kind == LANG_V_SUBJECT;
        unit = handed ? (uint32_t)e->fields[0].i : unit; /* to whom it was handed over last */
        /* Only by what may be shown for every purpose: an order must not tell of what may not be seen. */
        last = of && e->from > last && !record_of(s, e)->as.record.seen_for.n ? e->from : last;
    }
    touch_board(d, record_of(s, opener)->as.record.opens_decl->name.text, unit);
    struct store_stmt *q = store_use(d->db, &PUT_OPENED, errs);
    if (!q) {
        return false;
    }
    store_bind_int(q, 1, h->subject);
    store_bind_int(q, 2, (int64_t)opener->seq);
    store_bind_text(q, 3, record_of(s, opener)->as.record.opens_decl->name.text);
    store_bind_text(q, 4, record_of(s, opener)->name.text);
    store_bind_int(q, 5, unit);
    store_bind_int(q, 6, last);
    return store_run(q, errs);
}

/* ---- What was broken. */

static const struct lang_event *event_of(const struct lang_history *h, uint64_t seq) {
    for (size_t i = 0; i < h->n; i++) {
        if (h->events[i].seq == seq) {
            return &h->events[i];
        }
    }
    return NULL;
}

static const struct lang_event *episode_of(const struct bound_set *s, const struct lang_history *h,
                                           const struct lang_event *e) {
    if (record_of(s, e)->as.record.opens_decl) {
        return e;
    }
    return e->n_episodes ? event_of(h, e->episodes[0]) : NULL;
}

/* Was it said why, since and in the same episode? */
static bool is_said(const struct bound_set *s, const struct lang_history *h, const struct lang_event *broke) {
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        if (e->from >= broke->from && built_in(s, e, "explained") && episode_of(s, h, e) == episode_of(s, h, broke)) {
            return true;
        }
    }
    return false;
}

static bool put_broken(struct desk *d, const struct bound_set *s, const struct lang_history *h, const struct lang_gate_line *g,
                       const struct lang_event *e, uint32_t unit, struct cf_errs *errs) {
    struct store_stmt *q = store_use(d->db, &PUT_BROKEN, errs);
    if (!q) {
        return false;
    }
    store_bind_int(q, 1, h->subject);
    store_bind_int(q, 2, (int64_t)g->event);
    store_bind_text(q, 3, g->rule->name.text);
    store_bind_int(q, 4, g->role);
    store_bind_int(q, 5, unit);
    store_bind_text(q, 6, record_of(s, e)->name.text);
    store_bind_int(q, 7, e->from);
    store_bind_int(q, 8, is_said(s, h, e));
    return store_run(q, errs);
}

static bool put_gate(struct desk *d, const struct bound_set *s, const struct lang_history *h, const struct lang_gate_line *g,
                     struct cf_errs *errs) {
    const struct lang_event *e = g->result == LANG_KEPT_RESULT || g->not_in_source ? NULL : event_of(h, g->event);
    if (!e) {
        return true;
    }
    bool two = e->unit && e->actor.unit && e->unit != e->actor.unit;
    uint32_t unit = e->actor.unit ? e->actor.unit : e->unit;
    return (!unit || put_broken(d, s, h, g, e, unit, errs)) && (!two || put_broken(d, s, h, g, e, e->unit, errs));
}

bool lists_put(struct desk *d, const struct bound_set *s, const struct lang_history *h, const struct lang_docket *k,
               struct cf_arena *a, struct cf_errs *errs) {
    bool ok = put_all_owed(d, h, k, a, errs);
    for (size_t i = 0; ok && i < k->gates.n; i++) {
        ok = put_gate(d, s, h, &k->gates.v[i], errs);
    }
    for (size_t i = 0; ok && i < h->n; i++) {
        ok = !is_open(s, h, &h->events[i]) || put_opened(d, s, h, &h->events[i], errs);
    }
    return ok;
}
