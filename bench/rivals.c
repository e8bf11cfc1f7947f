/* rivals: five rules on the same invented events, by the compiled evaluator, by CLIPS and by plain SQL; what they say is
 * counted and must be equal.
 *
 *   bench_rivals PLACES PLACES_FOR_CLIPS FOLDER */
#include "rivals/rivals.h"

#include <stdlib.h>

const struct rival_line rival_lines[RIVAL_COUNTS] = {
#define ROW(rule, state) {rule, state},
    RIVAL_LINES(ROW)
#undef ROW
};

enum { SEARCHES = 6, DAYS = 400, DAY_S = 86400, HOUR_S = 3600, SLOTS = 64 };

/* ---- Events. Each time ends in a residue of its own, so that no two events of a place fall in one second. */

struct making {
    struct cf_arena *a;
    struct rival_events *out;
    uint64_t random;
    size_t first; /* of the place being made */
    uint32_t place;
};

static void put(struct making *m, enum rival_kind kind, int64_t at, uint32_t about, bool yes) {
    size_t slot = m->out->n - m->first;
    at = at / SLOTS * SLOTS + (int64_t)slot;
    if (at < m->out->now - SLOTS && slot < SLOTS) {
        *cf_push(m->a, m->out) = (struct rival_event){.place = m->place, .kind = kind, .about = about, .yes = yes, .at = at};
    }
}

static bool chance(struct making *m, uint32_t percent) {
    return bench_below(&m->random, 100) < percent;
}

static int64_t hours(struct making *m, uint32_t most) {
    return (int64_t)bench_below(&m->random, most * HOUR_S) + SLOTS;
}

/* `about` is where the search stands among the place's events until ids are given. */
static void put_search(struct making *m) {
    int64_t at = m->out->now - (int64_t)bench_below(&m->random, DAYS * DAY_S);
    uint32_t own = (uint32_t)(m->out->n - m->first);
    if (chance(m, 70)) {
        put(m, RIVAL_APPROVAL, at - hours(m, 12), 0, chance(m, 85));
        own = (uint32_t)(m->out->n - m->first);
    }
    size_t before = m->out->n;
    put(m, RIVAL_SEARCH, at, 0, chance(m, 40));
    if (m->out->n == before) {
        return;
    }
    static const struct {
        enum rival_kind kind;
        uint32_t percent, hours;
    } after[] = {{RIVAL_REPORT, 80, 40}, {RIVAL_REPORT, 10, 60}, {RIVAL_REVIEW, 70, 100}, {RIVAL_WITHDRAWAL, 15, 100}};
    for (size_t i = 0; i < CF_COUNT(after); i++) {
        if (chance(m, after[i].percent)) {
            put(m, after[i].kind, at + hours(m, after[i].hours), own, false);
        }
    }
}

static int by_time(const void *x, const void *y) {
    const struct rival_event *a = *(const struct rival_event *const *)x, *b = *(const struct rival_event *const *)y;
    return (a->at > b->at) - (a->at < b->at);
}

/* Ids in the order of time, and what is about a search by the search's id. */
static void put_in_order(struct making *m) {
    const struct rival_event *order[SEARCHES * 8];
    struct rival_event sorted[SEARCHES * 8];
    uint32_t id_of[SEARCHES * 8];
    size_t n = m->out->n - m->first;
    CF_ASSERT(n <= CF_COUNT(order));
    for (size_t i = 0; i < n; i++) {
        order[i] = &m->out->v[m->first + i];
    }
    qsort(order, n, sizeof(*order), by_time);
    for (size_t i = 0; i < n; i++) {
        id_of[order[i] - &m->out->v[m->first]] = (uint32_t)(m->first + i + 1);
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = *order[i];
        sorted[i].id = (uint32_t)(m->first + i + 1);
        sorted[i].about = sorted[i].kind >= RIVAL_REPORT ? id_of[sorted[i].about] : 0;
    }
    memcpy(m->out->v + m->first, sorted, n * sizeof(*sorted));
}

static struct rival_events make_events(struct cf_arena *a, uint32_t places, const struct cf_zone *zone) {
    int32_t now = cf_day_of(2025, 7, 1);
    struct rival_events e = {.places = places, .now = cf_day_start(zone, now)};
    struct making m = {.a = a, .out = &e, .random = 7};
    e.six_months = cf_day_start(zone, cf_day_of(2025, 1, 2)); /* T6: a day counts until 00:00 six months on */
    e.thirty_days = cf_day_start(zone, now - 29);
    for (m.place = 1; m.place <= places; m.place++) {
        m.first = e.n;
        for (uint32_t k = 1 + bench_below(&m.random, SEARCHES); k > 0; k--) {
            put_search(&m);
        }
        put_in_order(&m);
    }
    return e;
}

/* ---- The same events as histories. */

struct five { /* the numbers of the five records, and of what their fields hold */
    uint32_t record[RIVAL_KINDS];
    uint16_t role;
};

static struct lang_value value_of(const struct rival_event *v) {
    switch (v->kind) {
    case RIVAL_SEARCH: return (struct lang_value){.kind = LANG_V_YESNO, .i = v->yes};
    case RIVAL_APPROVAL: return (struct lang_value){.kind = LANG_V_CODE, .i = v->yes ? 0 : 1};
    case RIVAL_REPORT:
    case RIVAL_REVIEW:
    case RIVAL_WITHDRAWAL:
    case RIVAL_KINDS: break;
    }
    return (struct lang_value){.kind = LANG_V_EVENT, .i = v->about};
}

static struct five five_of(const struct lang_set *set) {
    static const char *const names[RIVAL_KINDS] = {"search", "approval", "report", "review", "withdrawal"};
    struct five f = {.role = (uint16_t)lang_find(set, "constable")->as.role.number};
    for (int k = 0; k < RIVAL_KINDS; k++) {
        f.record[k] = lang_find_kind(set, LANG_RECORD, cf_str_from(names[k]))->as.record.number;
    }
    return f;
}

static struct lang_history *histories_of(struct cf_arena *a, const struct rival_events *e, const struct five *f, size_t *n) {
    struct lang_history *all = CF_NEW_N(a, struct lang_history, e->places + 1);
    struct lang_event *events = CF_NEW_N(a, struct lang_event, e->n + 1);
    struct lang_value *values = CF_NEW_N(a, struct lang_value, e->n + 1);
    uint32_t *subjects = CF_NEW_N(a, uint32_t, e->n + 1);
    *n = 0;
    for (size_t i = 0; i < e->n; i++) {
        const struct rival_event *v = &e->v[i];
        values[i] = value_of(v);
        subjects[i] = v->place;
        events[i] = (struct lang_event){.seq = v->id,
                                        .record = f->record[v->kind],
                                        .from = v->at,
                                        .to = v->at,
                                        .recorded = v->at,
                                        .known = v->at,
                                        .roles = 1,
                                        .subjects = &subjects[i],
                                        .fields = &values[i],
                                        .actor = {.roles = &f->role, .n_roles = 1}};
        memcpy(events[i].id.b, &v->id, sizeof v->id);
        if (*n == 0 || all[*n - 1].subject != v->place) {
            all[*n] = (struct lang_history){.subject = v->place, .kind = LANG_PLACE, .events = &events[i]};
            memcpy(all[(*n)++].subject_id.b, &v->place, sizeof v->place);
        }
        all[*n - 1].n++;
    }
    return all;
}

static void add(struct rival_result *out, struct cf_str rule, const char *state) {
    for (int i = 0; i < RIVAL_COUNTS; i++) {
        if (cf_str_is(rule, rival_lines[i].rule) && strcmp(state, rival_lines[i].state) == 0) {
            out->counts[i]++;
        }
    }
}

static void add_docket(struct rival_result *out, const struct lang_docket *d) {
    for (size_t i = 0; i < d->duties.n; i++) {
        add(out, d->duties.v[i].rule->name.text, lang_state_word(d->duties.v[i].state));
    }
    for (size_t i = 0; i < d->gates.n; i++) {
        add(out, d->gates.v[i].rule->name.text, d->gates.v[i].result == LANG_KEPT_RESULT ? "kept" : "breached");
    }
    for (size_t i = 0; i < d->flags.n; i++) {
        add(out, d->flags.v[i].rule->name.text, "stands");
    }
}

/* Counted in a second pass, so that counting by names is nobody's time. */
static void ours(struct cf_arena *a, const struct bench_policies *p, const struct lang_history *all, size_t n, int64_t now,
                 struct rival_result *out) {
    struct lang_machine *machine = lang_machine_new(a, p->program);
    struct cf_arena *lines = cf_arena_new("docket lines");
    double start = bench_busy();
    for (size_t i = 0; i < n; i++) {
        struct lang_docket d = {0};
        lang_eval(machine, lines, &all[i], now, &d);
        cf_arena_reset(lines);
    }
    out->seconds = bench_busy() - start;
    for (size_t i = 0; i < n; i++) {
        struct lang_docket d = {0};
        lang_eval(machine, lines, &all[i], now, &d);
        add_docket(out, &d);
        cf_arena_reset(lines);
        out->events += all[i].n;
    }
    cf_arena_free(lines);
}

/* ---- Saying it. */

static bool agree(const struct rival_result *x, const struct rival_result *y, const char *name) {
    bool same = true;
    for (int i = 0; i < RIVAL_COUNTS; i++) {
        if (x->counts[i] != y->counts[i]) {
            fprintf(stderr, "bench: %s: %s %s: %llu here, %llu there\n", name, rival_lines[i].rule, rival_lines[i].state,
                    (unsigned long long)x->counts[i], (unsigned long long)y->counts[i]);
            same = false;
        }
    }
    return same;
}

static double speed(const struct rival_result *r) {
    return (double)r->events / r->seconds;
}

static void say(struct cf_arena *a, const struct rival_result *us, const struct rival_result *rival, size_t rules,
                const char *name, const char *target, const char *note) {
    struct bench_row row = {.figure = bench_text(a, "five rules beside %s", name),
                            .value = speed(us),
                            .unit = "events/s",
                            .target = target,
                            .rules = rules,
                            .events = us->events,
                            .rival = bench_text(a, "%s %.0f", name, speed(rival)),
                            .ratio = bench_text(a, "%.1f", speed(us) / speed(rival)),
                            .note = note};
    bench_print(&row);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: bench_rivals PLACES PLACES_FOR_CLIPS FOLDER\n");
        return 1;
    }
    struct cf_arena *a = cf_arena_new("bench");
    struct bench_policies *p = bench_policies_load(a, "bench/rivals/five.policy");
    struct five f = five_of(p->set);
    uint32_t places = (uint32_t)bench_number(argv[1], "the number of places"),
             few = (uint32_t)bench_number(argv[2], "CLIPS's share");
    struct rival_events e = make_events(a, places, p->ref.zone);
    struct rival_result all = {0}, some = {0}, sql = {0}, clips = {0};
    const char *why;
    size_t n, n_few = 0;
    struct lang_history *histories = histories_of(a, &e, &f, &n);
    while (n_few < n && histories[n_few].subject <= few) {
        n_few++;
    }
    ours(a, p, histories, n, e.now, &all);
    ours(a, p, histories, n_few, e.now, &some);
    rival_sql(a, &e, &sql);
    bool equal = agree(&all, &sql, "SQL");
    say(a, &all, &sql, p->rules, rival_sql_version(), "ahead",
        equal ? "all 14 counts equal; both by processor time, one thread" : "COUNTS DIFFER");
    if (rival_clips(a, &e, few, argv[3], &clips, &why)) {
        bool same = agree(&some, &clips, "CLIPS");
        const char *note = bench_text(a, "%s; CLIPS on a sample of %llu events, compared by events a second",
                                      same ? "all 14 counts equal on it, by processor time" : "COUNTS DIFFER",
                                      (unsigned long long)clips.events);
        say(a, &all, &clips, p->rules, "CLIPS 6.30", "100 times", note);
        equal = equal && same;
    } else {
        fprintf(stderr, "bench: %s\n", why);
    }
    cf_arena_free(a);
    return equal ? 0 : 1;
}
