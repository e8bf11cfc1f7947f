/* generate: random histories for any checked set, and a small invented world. Must not know either evaluator. */
#include "lang/generate.h"

/* ---- The world: subjects are small numbers. All invented. */

enum {
    PERSON = 1,
    FIRST_PERSON = 2,
    PERSONS = 4, /* others named beside the person */
    FIRST_OFFICER = 20,
    OFFICERS = 6,
    FIRST_ORGANISATION = 40,
    ORGANISATIONS = 5, /* partners of organisation n are 60 + n - 40 */
    FIRST_PARTNER = 60,
    FIRST_UNIT = 100, /* declared unit n is 100 + n */
    FIRST_PLACE = 200,
    PLACES = 4
};

const struct gen_shape gen_corners = {3, 16, 19781, 20090, 15, 8};
const struct gen_shape gen_long = {70, 140, 19781, 20090, 10, 5};
const struct gen_shape gen_realistic = {10, 50, 19781, 20090, 4, 3};

/* Organisation FIRST + 4 has days that no calendar reaches; the others begin at 08:30 and a quarter hour more for each. */
static bool school_day(void *ctx, uint32_t organisation, int64_t t, int64_t *start, struct cf_str *which) {
    const struct lang_reference *ref = ctx;
    *which = organisation == 0 ? CF_LIT("the default") : CF_LIT("a school's days");
    if (organisation == FIRST_ORGANISATION + ORGANISATIONS - 1) {
        return false;
    }
    int32_t clock = 30600 + (organisation == 0 ? 0 : (int32_t)(organisation % 4) * 900);
    for (int32_t day = cf_time_day(ref->zone, t); day < ref->last_day; day++) {
        bool working = false;
        if (cf_working_day(ref->calendar, day, &working) != CF_WHEN_OK) {
            return false;
        }
        int64_t at = cf_time_at(ref->zone, day, clock, NULL);
        bool holidays = day >= 19871 && day < 19878; /* 28 May to 3 June 2024: half term */
        if (working && !holidays && at > t) {
            *start = at;
            return true;
        }
    }
    return false;
}

static uint32_t partner_of(void *ctx, const struct lang_decl *partner, uint32_t organisation) {
    (void)ctx;
    (void)partner;
    bool known = organisation >= FIRST_ORGANISATION && organisation < FIRST_ORGANISATION + ORGANISATIONS - 1;
    return known ? FIRST_PARTNER + organisation - FIRST_ORGANISATION : 0;
}

static uint32_t unit_subject(void *ctx, const struct lang_decl *unit) {
    (void)ctx;
    return FIRST_UNIT + unit->as.unit.number;
}

static struct cf_str subject_name(void *ctx, uint32_t subject) {
    (void)ctx;
    return subject == PERSON ? CF_LIT("Invented Child") : CF_LIT("");
}

void gen_reference(const struct cf_zone *zone, const struct cf_calendar *calendar, const struct lang_set *set,
                   struct lang_reference *out) {
    (void)set;
    *out = (struct lang_reference){.zone = zone,
                                   .calendar = calendar,
                                   .school_day = school_day,
                                   .partner_of = partner_of,
                                   .unit_subject = unit_subject,
                                   .subject_name = subject_name};
    out->ctx = out;
    out->first_day = calendar->first;
    out->last_day = calendar->last;
}

/* ---- Instants: boundaries are likely. */

static const int32_t corner_days[] = {
    19781, 19782,                      /* 28 and 29 February 2024 */
    19810, 19811, 19812, 19813, 19814, /* Good Friday to the Tuesday after Easter; the clocks change on the 31st of March */
    19848, 19849, 19850,               /* early May bank holiday */
    19867, 19870, 19873, 19874, 19875, /* late May, and the change of version on 1 June */
    20020, 20021, 20022, 20023,        /* the clocks change on 27 October 2024 */
    20081, 20082, 20083, 20084, 20088, 20089, 20090, /* Christmas and New Year */
};
static const int64_t steps[] = {0,      0,      0,      1,      59,     60,     1800,    3599,    3600,    3601,
                                5400,   7200,   21599,  21600,  21601,  32400,  86399,   86400,   86401,   129600,
                                172800, 259199, 259200, 259201, 604800, 864000, 2592000, 5184000, 15724800};

static int64_t first_instant(struct gen_rng *r, const struct cf_zone *zone, const struct gen_shape *shape) {
    int32_t day = gen_chance(r, 50) ? corner_days[gen_below(r, CF_COUNT(corner_days))]
                                    : shape->first_day + (int32_t)gen_below(r, (uint32_t)(shape->last_day - shape->first_day));
    static const int32_t clocks[] = {0, 1, 3600, 5400, 28800, 36000, 54000, 64800, 75600, 86399};
    return cf_time_at(zone, day, clocks[gen_below(r, CF_COUNT(clocks))], NULL);
}

static int64_t next_instant(struct gen_rng *r, const struct cf_zone *zone, int64_t t) {
    if (gen_chance(r, 70)) {
        int64_t step = steps[gen_below(r, CF_COUNT(steps))];
        return t + (gen_chance(r, 85) ? step : step / 7 * 3);
    }
    int32_t day = cf_time_day(zone, t) + (int32_t)gen_below(r, 12);
    int64_t at = gen_chance(r, 50) ? cf_day_start(zone, day) : cf_day_end(zone, day);
    at += gen_chance(r, 20) ? 1 : 0;
    return at >= t ? at : t;
}

/* ---- Values. */

struct maker {
    struct cf_arena *a;
    struct gen_rng r;
    const struct lang_set *set;
    const struct lang_reference *ref;
    const struct gen_shape *shape;
    CF_VEC(struct lang_event); /* while being made, an event's seq is its place here + 1; episodes name that */
};

static uint32_t below(struct maker *m, size_t n) {
    return gen_below(&m->r, (uint32_t)n);
}
static bool chance(struct maker *m, uint32_t percent) {
    return gen_chance(&m->r, percent);
}
static bool odd(struct maker *m) {
    return chance(m, m->shape->odd_percent);
}

static uint32_t draw_subject(struct maker *m, enum lang_subject kind) {
    switch (kind) {
    case LANG_PERSON: return FIRST_PERSON + below(m, PERSONS);
    case LANG_OFFICER: return FIRST_OFFICER + below(m, OFFICERS);
    case LANG_UNIT_SUBJECT: return FIRST_UNIT + below(m, m->set->units.n > 0 ? m->set->units.n : 1);
    case LANG_PLACE: return FIRST_PLACE + below(m, PLACES);
    case LANG_ORGANISATION:
    case LANG_LINE:
    case LANG_MATTER:
    case LANG_SUBJECTS:
    default: return FIRST_ORGANISATION + below(m, ORGANISATIONS);
    }
}

static uint64_t draw_event(struct maker *m, const struct lang_decl *record) {
    uint64_t found = 0, seen = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (m->v[i].record == record->as.record.number && below(m, ++seen) == 0) {
            found = i + 1;
        }
    }
    return found;
}

static struct lang_value draw_value(struct maker *m, struct lang_type t, int64_t now);

static struct lang_value draw_list(struct maker *m, const struct lang_field *f, int64_t now, bool many) {
    uint32_t n = many ? below(m, 4) : 1;
    struct lang_item *items = CF_NEW_N(m->a, struct lang_item, n > 0 ? n : 1);
    struct lang_type elem = f->type;
    elem.kind = many ? f->type.elem : f->type.kind;
    size_t kept = f->keeping.n;
    for (uint32_t i = 0; i < n; i++) {
        do { /* an item of a list is known */
            items[i].v = draw_value(m, elem, now);
        } while (items[i].v.kind <= LANG_V_DECLINED && elem.kind != LANG_T_EVENT);
        struct lang_value *k = CF_NEW_N(m->a, struct lang_value, kept > 0 ? kept : 1);
        for (size_t j = 0; j < kept; j++) {
            k[j] = chance(m, 20) ? (struct lang_value){.kind = LANG_V_NOT_KNOWN}
                                 : (struct lang_value){.kind = LANG_V_CODE, .i = below(m, 3)};
        }
        items[i].kept = k;
    }
    return (struct lang_value){.kind = LANG_V_LIST, .more = n, .items = items};
}

static struct lang_value draw_date(struct maker *m, int64_t now) {
    int32_t day = cf_time_day(m->ref->zone, now) - 40 + (int32_t)below(m, 80);
    if (chance(m, 30)) {
        day = corner_days[below(m, CF_COUNT(corner_days))];
    }
    return (struct lang_value){.kind = LANG_V_DATE, .i = day};
}

static struct lang_value draw_value(struct maker *m, struct lang_type t, int64_t now) {
    struct lang_value v = {.kind = LANG_V_NOT_ASKED};
    if (chance(m, m->shape->unknown_percent)) {
        v.kind = (uint8_t)(LANG_V_NOT_ASKED + below(m, 3));
        return v;
    }
    switch (t.kind) {
    case LANG_T_YESNO:
        v.kind = LANG_V_YESNO;
        v.i = below(m, 2);
        break;
    case LANG_T_WHOLE:
        v.kind = LANG_V_WHOLE;
        v.i = below(m, 6);
        break;
    case LANG_T_FRACTION:
        v.kind = LANG_V_FRACTION;
        v.i = below(m, 9);
        v.more = 2;
        break;
    case LANG_T_DATE: return draw_date(m, now);
    case LANG_T_INSTANT:
        v.kind = LANG_V_INSTANT;
        v.i = now - steps[below(m, CF_COUNT(steps) - 4)];
        break;
    case LANG_T_DURATION:
        v.kind = LANG_V_DURATION;
        v.i = 1 + below(m, 6);
        v.more = chance(m, 60) ? CF_HOUR : chance(m, 50) ? CF_DAY : CF_WORKING_DAY;
        break;
    case LANG_T_CODE:
        v.kind = LANG_V_CODE;
        v.i = below(m, t.of != NULL && t.of->as.codes.list.n > 0 ? t.of->as.codes.list.n : 2);
        break;
    case LANG_T_EVENT:
        v.i = t.of != NULL ? (int64_t)draw_event(m, t.of) : 0;
        v.kind = v.i != 0 ? LANG_V_EVENT : LANG_V_NOT_ASKED;
        break;
    case LANG_T_SUBJECT:
        v.kind = LANG_V_SUBJECT;
        v.i = draw_subject(m, t.subject);
        break;
    case LANG_T_TEXT: v.kind = LANG_V_TEXT; break;
    case LANG_T_NONE:
    case LANG_T_CLOCK:
    case LANG_T_SET:
    default: break;
    }
    return v;
}

static struct lang_value *draw_fields(struct maker *m, const struct lang_decl *d, int64_t now) {
    const struct lang_record *rec = &d->as.record;
    struct lang_value *v = CF_NEW_N(m->a, struct lang_value, rec->fields.n > 0 ? rec->fields.n : 1);
    for (size_t i = 0; i < rec->fields.n; i++) {
        const struct lang_field *f = &rec->fields.v[i];
        bool many = f->many || f->type.kind == LANG_T_SET;
        bool list = many || f->keeping.n > 0; /* what a single field keeps makes it a list of one */
        v[i] = list && !chance(m, m->shape->unknown_percent) ? draw_list(m, f, now, many) : draw_value(m, f->type, now);
        if (d == m->set->birth && (int)i == m->set->birth_field && v[i].kind == LANG_V_DATE) {
            /* 16 to 19 years old, more or less, with leap days and ranges of days */
            struct cf_date day = cf_date_of((int32_t)v[i].i);
            int32_t year = day.year - (int32_t)(gen_chance(&m->r, 60) ? 17 + below(m, 2) : 3 + below(m, 20));
            bool leap = chance(m, 10);
            v[i].i = leap ? cf_day_of(2008, 2, 29) : cf_day_of(year, day.month, day.day > 28 ? 28 : day.day);
            v[i].more = chance(m, 15) ? 1 + below(m, 400) : 0;
        }
    }
    return v;
}

/* ---- Events. */

static void draw_actor(struct maker *m, const struct lang_decl *d, struct lang_event *e) {
    const struct lang_record *rec = &d->as.record;
    uint16_t *roles = CF_NEW_N(m->a, uint16_t, 2);
    const struct lang_decl *role = rec->by_decls.n > 0 ? rec->by_decls.v[below(m, rec->by_decls.n)] : NULL;
    if (m->set->roles.n > 0 && (role == NULL || odd(m))) {
        role = m->set->roles.v[below(m, m->set->roles.n)];
    }
    e->actor.subject = FIRST_OFFICER + below(m, OFFICERS);
    e->actor.unit = draw_subject(m, LANG_UNIT_SUBJECT);
    e->actor.roles = roles;
    if (role != NULL) {
        roles[e->actor.n_roles++] = (uint16_t)role->as.role.number;
    }
}

static bool same_name(const struct lang_decl *a, const struct lang_decl *b) {
    return a == b || cf_str_eq(a->name.text, b->name.text);
}

static bool opens(const struct maker *m, size_t i, const struct lang_decl *kind) {
    const struct lang_decl *d = m->set->records.v[m->v[i].record]->as.record.opens_decl;
    return d != NULL && same_name(d, kind);
}

/* The last opener of the kind, mostly; 0 when there is none. kind NULL: of any. */
static uint64_t draw_episode(struct maker *m, const struct lang_decl *kind) {
    uint64_t last = 0, some = 0, seen = 0;
    for (size_t i = 0; i < m->n; i++) {
        const struct lang_decl *k = m->set->records.v[m->v[i].record]->as.record.opens_decl;
        if (k == NULL || (kind != NULL && !opens(m, i, kind))) {
            continue;
        }
        last = i + 1;
        if (below(m, ++seen) == 0) {
            some = i + 1;
        }
    }
    return chance(m, 75) ? last : some;
}

static bool draw_episodes(struct maker *m, const struct lang_decl *d, struct lang_event *e) {
    const struct lang_record *rec = &d->as.record;
    uint64_t *list = CF_NEW_N(m->a, uint64_t, 3);
    e->episodes = list;
    if (rec->opens_decl != NULL) {
        list[e->n_episodes++] = m->n + 1;
        return true;
    }
    const struct lang_decl *kind = rec->closes_decl;
    if (kind == NULL && rec->in_decls.n > 0) {
        kind = rec->in_decls.v[below(m, rec->in_decls.n)];
    }
    if (kind == NULL && !rec->in_any && !rec->built_in) {
        return true;
    }
    uint64_t one = draw_episode(m, kind);
    if (kind != NULL) {
        list[e->n_episodes] = one;
        e->n_episodes = (uint16_t)(e->n_episodes + (one != 0));
        return one != 0;
    }
    if (one != 0 && chance(m, 75)) {
        list[e->n_episodes++] = one;
        uint64_t other = draw_episode(m, NULL);
        if (other != one && other != 0 && chance(m, 30)) {
            list[e->n_episodes++] = other;
        }
    }
    return true;
}

static bool draw_roles(struct maker *m, const struct lang_decl *d, struct lang_event *e) {
    const struct lang_record *rec = &d->as.record;
    size_t n = rec->roles.n;
    uint32_t *subjects = CF_NEW_N(m->a, uint32_t, n > 0 ? n : 1);
    e->subjects = subjects;
    size_t persons = 0;
    for (size_t i = 0; i < n; i++) {
        subjects[i] = draw_subject(m, rec->roles.v[i].kind);
        persons += rec->roles.v[i].kind == LANG_PERSON;
    }
    if (persons == 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool mine = rec->roles.v[i].kind == LANG_PERSON && (persons == 1 || chance(m, 60));
        if (mine || (e->roles == 0 && i + 1 == n && rec->roles.v[i].kind == LANG_PERSON)) {
            subjects[i] = PERSON;
            e->roles |= 1u << i;
        }
    }
    return e->roles != 0;
}

static bool built_in_named(const struct lang_decl *d, const char *name) {
    return d->as.record.built_in && cf_str_is(d->name.text, name);
}

static const struct lang_decl *draw_share(struct maker *m) {
    const struct lang_decl *found = NULL;
    uint64_t seen = 0;
    for (size_t i = 0; i < m->set->decls.n; i++) {
        const struct lang_decl *d = m->set->decls.v[i];
        if (d->kind == LANG_SHARE && d->newer == NULL && below(m, ++seen) == 0) {
            found = d;
        }
    }
    return found;
}

static void draw_times(struct maker *m, struct lang_event *e, int64_t t) {
    e->from = e->to = t;
    if (odd(m)) {
        int32_t day = cf_time_day(m->ref->zone, t);
        e->from = cf_day_start(m->ref->zone, day);
        e->to = cf_day_end(m->ref->zone, day);
    }
    e->recorded = e->to;
    if (chance(m, 20)) {
        e->recorded += 60 + below(m, 3000);
    }
    if (odd(m)) {
        e->recorded = next_instant(&m->r, m->ref->zone, e->to);
    }
    e->known = e->recorded;
    if (odd(m)) {
        e->known = next_instant(&m->r, m->ref->zone, e->recorded);
        e->marks |= LANG_CORRECTED;
    }
    e->marks = (uint16_t)(e->marks | (odd(m) ? LANG_FROM_SOURCE : 0));
}

static bool draw_one(struct maker *m, const struct lang_decl *d, int64_t t) {
    struct lang_event e = {.record = d->as.record.number};
    bool sent = built_in_named(d, "sent") || built_in_named(d, "acknowledged");
    e.share = sent ? draw_share(m) : NULL;
    if ((sent && e.share == NULL) || !draw_roles(m, d, &e) || !draw_episodes(m, d, &e)) {
        return false;
    }
    if (built_in_named(d, "correction") || built_in_named(d, "erased") || built_in_named(d, "merged")) {
        return false; /* their effects are in the history that evaluation is handed */
    }
    draw_actor(m, d, &e);
    draw_times(m, &e, t);
    e.unit = odd(m) ? draw_subject(m, LANG_UNIT_SUBJECT) : e.actor.unit;
    e.recipient = e.share != NULL && chance(m, 80) ? FIRST_ORGANISATION + below(m, ORGANISATIONS) : 0;
    e.fields = draw_fields(m, d, t);
    for (size_t i = 0; i < sizeof(e.id.b); i++) {
        e.id.b[i] = (uint8_t)gen_next(&m->r);
    }
    *cf_push(m->a, m) = e;
    return true;
}

/* ---- Sequence numbers by recording, references put right, order by E2. */

struct place {
    int64_t at;
    uint64_t index;
};

static void sort_places(struct place *p, size_t n) { /* few, and nearly in order */
    for (size_t i = 1; i < n; i++) {
        struct place x = p[i];
        size_t j = i;
        for (; j > 0 && (p[j - 1].at > x.at || (p[j - 1].at == x.at && p[j - 1].index > x.index)); j--) {
            p[j] = p[j - 1];
        }
        p[j] = x;
    }
}

static void renumber(struct maker *m, const uint64_t *seq_of) {
    for (size_t i = 0; i < m->n; i++) {
        struct lang_event *e = &m->v[i];
        e->seq = seq_of[i];
        uint64_t *episodes = CF_NEW_N(m->a, uint64_t, e->n_episodes + 1u);
        for (size_t k = 0; k < e->n_episodes; k++) {
            episodes[k] = seq_of[e->episodes[k] - 1];
        }
        e->episodes = episodes;
        const struct lang_record *rec = &m->set->records.v[e->record]->as.record;
        struct lang_value *fields = cf_memdup(m->a, e->fields, sizeof(*fields) * (rec->fields.n > 0 ? rec->fields.n : 1));
        for (size_t k = 0; k < rec->fields.n; k++) {
            if (fields[k].kind == LANG_V_EVENT) {
                fields[k].i = (int64_t)seq_of[fields[k].i - 1];
            }
        }
        e->fields = fields;
    }
}

static void finish(struct maker *m, struct lang_history *out) {
    size_t n = m->n;
    struct place *p = CF_NEW_N(m->a, struct place, n > 0 ? n : 1);
    uint64_t *seq_of = CF_NEW_N(m->a, uint64_t, n > 0 ? n : 1);
    for (size_t i = 0; i < n; i++) {
        p[i] = (struct place){m->v[i].recorded, i};
    }
    sort_places(p, n);
    for (size_t i = 0; i < n; i++) {
        seq_of[p[i].index] = 100 + 3 * i;
    }
    renumber(m, seq_of);
    struct lang_event *events = CF_NEW_N(m->a, struct lang_event, n > 0 ? n : 1);
    for (size_t i = 0; i < n; i++) {
        p[i] = (struct place){m->v[i].from, m->v[i].seq};
    }
    sort_places(p, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            if (m->v[k].seq == p[i].index) {
                events[i] = m->v[k];
            }
        }
    }
    *out = (struct lang_history){.subject = PERSON, .kind = LANG_PERSON, .events = events, .n = n};
    for (size_t i = 0; i < sizeof(out->subject_id.b); i++) {
        out->subject_id.b[i] = (uint8_t)gen_next(&m->r);
    }
}

void gen_history(struct cf_arena *a, uint64_t seed, const struct lang_set *set, const struct lang_reference *ref,
                 const struct gen_shape *shape, struct lang_history *out) {
    struct maker m = {.a = a, .r = {seed}, .set = set, .ref = ref, .shape = shape};
    size_t want = shape->events_min + below(&m, shape->events_max - shape->events_min + 1);
    int64_t t = first_instant(&m.r, ref->zone, shape);
    if (set->birth != NULL && chance(&m, 85)) {
        (void)draw_one(&m, set->birth, t - 86400 * (int64_t)(1 + below(&m, 400)));
        m.v[0].to = m.v[0].from;
    }
    for (size_t tries = 0; m.n < want && tries < want * 8; tries++) {
        /* Openers come first more often than their number says, for steps need them. */
        const struct lang_decl *d = set->records.v[below(&m, set->records.n)];
        if (m.n < 2 && d->as.record.opens_decl == NULL && chance(&m, 60)) {
            continue;
        }
        if (d->as.record.built_in && chance(&m, 50)) {
            continue;
        }
        if (draw_one(&m, d, t)) {
            t = next_instant(&m.r, ref->zone, t);
        }
    }
    finish(&m, out);
}

struct lang_history gen_known_at(struct cf_arena *a, const struct lang_history *h, int64_t now) {
    struct lang_event *events = CF_NEW_N(a, struct lang_event, h->n > 0 ? h->n : 1);
    struct lang_history known = *h;
    known.events = events;
    known.n = 0;
    for (size_t i = 0; i < h->n; i++) {
        if (h->events[i].recorded <= now && h->events[i].from <= now) {
            events[known.n] = h->events[i];
            if (events[known.n].known > now) { /* the correction is not known yet */
                events[known.n].known = events[known.n].recorded;
                events[known.n].marks &= (uint16_t)~LANG_CORRECTED;
            }
            known.n++;
        }
    }
    return known;
}

int64_t gen_instant(struct gen_rng *r, const struct lang_reference *ref, const struct lang_history *h) {
    if (h->n == 0) {
        return cf_day_start(ref->zone, corner_days[gen_below(r, CF_COUNT(corner_days))]);
    }
    int64_t last = h->events[h->n - 1].to;
    const struct lang_event *e = &h->events[gen_below(r, (uint32_t)h->n)];
    switch (gen_below(r, 6)) {
    case 0: return e->recorded;
    case 1: return next_instant(r, ref->zone, e->recorded);
    case 2: return last;
    case 3: return next_instant(r, ref->zone, last);
    case 4: return last + 86400 * (int64_t)gen_below(r, 400);
    default: return next_instant(r, ref->zone, next_instant(r, ref->zone, last));
    }
}

/* ---- Words, for a difference that was found. */

static void value_text(struct cf_buf *b, const struct lang_value *v) {
    static const char *const kinds[] = {"not asked", "unknown", "declined", "",         "",       "",     "date ",
                                        "instant ",  "",        "code ",    "subject ", "event ", "text", "list"};
    if (v->kind == LANG_V_DATE) {
        cf_buf_printf(b, "%s+%u", cf_date_shown((int32_t)v->i).p, v->more);
    } else if (v->kind == LANG_V_DURATION) {
        cf_buf_lit(b, cf_duration_shown((struct cf_duration){(int32_t)v->i, (enum cf_unit)v->more}).p);
    } else if (v->kind == LANG_V_LIST) {
        for (uint32_t i = 0; i < v->more; i++) {
            cf_buf_printf(b, "%s%lld(kept %d:%lld)", i > 0 ? "," : "", (long long)v->items[i].v.i,
                          v->items[i].kept != NULL ? v->items[i].kept->kind : -1,
                          v->items[i].kept != NULL ? (long long)v->items[i].kept->i : 0LL);
        }
    } else if (v->kind <= LANG_V_DECLINED || v->kind == LANG_V_TEXT) {
        cf_buf_lit(b, kinds[v->kind]);
    } else {
        cf_buf_printf(b, "%s%lld", kinds[v->kind], (long long)v->i);
    }
}

void gen_history_text(struct cf_buf *b, const struct lang_set *set, const struct lang_reference *ref,
                      const struct lang_history *h) {
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        const struct lang_decl *d = set->records.v[e->record];
        cf_buf_printf(b, "  #%llu %s%s %.*s", (unsigned long long)e->seq, cf_time_shown(ref->zone, e->from).p,
                      e->from != e->to ? " (day)" : "", CF_STR_ARG(d->name.text));
        if (e->share != NULL) {
            cf_buf_printf(b, " %.*s to %u", CF_STR_ARG(e->share->name.text), e->recipient);
        }
        for (size_t k = 0; k < d->as.record.fields.n; k++) {
            cf_buf_printf(b, "; %.*s ", CF_STR_ARG(d->as.record.fields.v[k].name.text));
            value_text(b, &e->fields[k]);
        }
        for (size_t k = 0; k < e->n_episodes; k++) {
            cf_buf_printf(b, "; in #%llu", (unsigned long long)e->episodes[k]);
        }
        for (size_t k = 0; k < e->actor.n_roles; k++) {
            cf_buf_printf(b, "; by %.*s", CF_STR_ARG(set->roles.v[e->actor.roles[k]]->name.text));
        }
        cf_buf_printf(b, "; unit %u; roles %x; recorded %s", e->unit, e->roles, cf_time_shown(ref->zone, e->recorded).p);
        if (e->known != e->recorded) {
            cf_buf_printf(b, "; known %s", cf_time_shown(ref->zone, e->known).p);
        }
        cf_buf_lit(b, (e->marks & LANG_CORRECTED) != 0 ? "; corrected\n" : "\n");
    }
}
