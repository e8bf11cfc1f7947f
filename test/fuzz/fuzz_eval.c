/* Fuzz target: a history of one child over the worked policies, read from the bytes: which records, when, recorded when, by
 * whom, in which episodes, with which values. Both evaluators must give equal dockets, and nothing may change before `valid
 * until`. */
#include "lang/generate.h"

#include "base/calendar.h"

enum { MOST_EVENTS = 48, FIRST_DAY = 19800 /* March 2024 */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct cf_arena *a;
    struct lang_set *set;
    struct lang_reference ref;
    struct lang_machine *machine;
};

/* The policies are read once; the target is run from the source root. */
static const struct world *world(void) {
    static struct world w;
    if (w.a != NULL) {
        return &w;
    }
    w.a = cf_arena_new("fuzz world");
    struct cf_errs errs = cf_errs_new(w.a);
    struct cf_source *src = CF_NEW(w.a, struct cf_source);
    src->name = CF_LIT("data/calendars/england-and-wales-bank-holidays.tsv");
    const struct cf_zone *zone = cf_zone_load(w.a, "Europe/London", &errs);
    bool ok = zone != NULL && cf_read_file(w.a, src->name.p, CF_MAX_CALENDAR_BYTES, &src->text, &errs);
    const struct cf_calendar *calendar = ok ? cf_calendar_parse(w.a, src, &errs) : NULL;
    struct lang_program *program = NULL;
    ok = calendar != NULL && lang_load(w.a, "test/lang/good", zone, &errs, &w.set);
    if (ok) {
        gen_reference(zone, calendar, w.set, &w.ref);
        ok = lang_lower(w.a, w.set, &w.ref, &errs, &program);
    }
    if (!ok) {
        cf_errs_print(stderr, &errs);
    }
    CF_ASSERT(ok);
    w.machine = lang_machine_new(w.a, program);
    return &w;
}

/* ---- bytes into choices; zeros when they run out */
struct bytes {
    const uint8_t *p;
    size_t n;
};

static uint32_t take(struct bytes *b) {
    if (b->n == 0) {
        return 0;
    }
    b->n--;
    return *b->p++;
}

static uint32_t below(struct bytes *b, size_t n) {
    return n == 0 ? 0 : take(b) % (uint32_t)n;
}

static struct lang_value one_value(struct bytes *b, struct lang_type t, const struct lang_event *events, size_t n) {
    struct lang_value v = {.kind = LANG_V_NOT_ASKED};
    uint32_t c = take(b);
    if (c < 64) {
        v.kind = (uint8_t)(c % 3); /* one of the three absences */
        return v;
    }
    v.i = c % 4;
    switch ((int)t.kind) {
    case LANG_T_YESNO: v.kind = LANG_V_YESNO; break;
    case LANG_T_WHOLE: v.kind = LANG_V_WHOLE; break;
    case LANG_T_FRACTION:
        v.kind = LANG_V_FRACTION;
        v.more = 1 + c % 3;
        break;
    case LANG_T_DATE:
        v.kind = LANG_V_DATE;
        v.i = FIRST_DAY - 6600 + (int64_t)(c % 32) * 13; /* about eighteen years before, and now */
        v.more = c % 5 == 0 ? 30 : 0;
        break;
    case LANG_T_INSTANT:
        v.kind = LANG_V_INSTANT;
        v.i = (int64_t)(FIRST_DAY + c % 8) * 86400 + (int64_t)take(b) * 300;
        break;
    case LANG_T_DURATION:
        v.kind = LANG_V_DURATION;
        v.more = c % 4 == 0 ? (uint32_t)CF_DAY : (uint32_t)CF_HOUR;
        break;
    case LANG_T_CODE:
        v.kind = LANG_V_CODE;
        v.i = below(b, t.of == NULL ? 1 : t.of->as.codes.list.n);
        break;
    case LANG_T_SUBJECT:
        v.kind = LANG_V_SUBJECT;
        v.i = 1 + c % 6;
        break;
    case LANG_T_EVENT:
        v.kind = n == 0 ? LANG_V_NOT_KNOWN : LANG_V_EVENT;
        v.i = n == 0 ? 0 : (int64_t)events[c % n].seq;
        break;
    default: v.kind = LANG_V_TEXT; break;
    }
    return v;
}

static struct lang_value field_value(struct cf_arena *a, struct bytes *b, const struct lang_field *f,
                                     const struct lang_event *events, size_t n) {
    struct lang_type t = f->type;
    if (!f->many && f->keeping.n == 0) {
        return one_value(b, t, events, n);
    }
    t.kind = f->many ? t.elem : t.kind;
    uint32_t items = f->many ? below(b, 4) : 1;
    struct lang_item *list = CF_NEW_N(a, struct lang_item, items + 1u);
    for (uint32_t i = 0; i < items; i++) {
        struct lang_value *kept = CF_NEW_N(a, struct lang_value, f->keeping.n + 1);
        list[i].v = one_value(b, t, events, n);
        for (size_t k = 0; k < f->keeping.n; k++) {
            kept[k] = one_value(b, (struct lang_type){.kind = LANG_T_CODE}, events, n);
        }
        list[i].kept = kept;
    }
    return (struct lang_value){.kind = LANG_V_LIST, .more = items, .items = list};
}

static void set_actor(struct cf_arena *a, struct bytes *b, const struct lang_set *set, struct lang_event *e) {
    const struct lang_record *r = &set->records.v[e->record]->as.record;
    uint16_t *roles = CF_NEW(a, uint16_t);
    const struct lang_decl *by = r->by_decls.n > 0 ? r->by_decls.v[0] : NULL;
    uint32_t c = take(b);
    bool lawful = by != NULL && by->kind == LANG_ROLE && c % 8 != 0;
    uint32_t role = lawful ? by->as.role.number : c % (uint32_t)set->roles.n;
    *roles = (uint16_t)role;
    e->actor = (struct lang_actor){.subject = 3 + c % 3, .unit = c % 3, .roles = roles, .n_roles = 1};
    e->unit = c % 3;
}

/* Some of the episodes that were opened before. */
static void set_episodes(struct cf_arena *a, struct bytes *b, const struct lang_set *set, const struct lang_event *events,
                         size_t n, struct lang_event *e) {
    uint64_t *own = CF_NEW_N(a, uint64_t, n + 1);
    bool opens = set->records.v[e->record]->as.record.opens_decl != NULL;
    if (opens) {
        own[e->n_episodes++] = e->seq;
    }
    uint32_t most = opens ? 0 : below(b, 3);
    for (size_t i = n; i-- > 0 && e->n_episodes < most;) {
        if (set->records.v[events[i].record]->as.record.opens_decl != NULL) {
            own[e->n_episodes++] = events[i].seq;
        }
    }
    e->episodes = own;
}

static const struct lang_decl *some_share(struct bytes *b, const struct lang_set *set) {
    const struct lang_decl *shares[16];
    size_t n = 0;
    for (size_t i = 0; i < set->decls.n && n < CF_COUNT(shares); i++) {
        if (set->decls.v[i]->kind == LANG_SHARE) {
            shares[n++] = set->decls.v[i];
        }
    }
    return n == 0 ? NULL : shares[below(b, n)];
}

static void read_event(struct cf_arena *a, struct bytes *b, const struct world *w, struct lang_event *events, size_t n,
                       int64_t *t) {
    static const int64_t steps[] = {0, 0, 60, 600, 3600, 20000, 43200, 86400, 200000, 604800};
    struct lang_event *e = &events[n];
    *t += steps[below(b, CF_COUNT(steps))];
    e->record = below(b, w->set->records.n);
    const struct lang_decl *record = w->set->records.v[e->record];
    e->seq = n + 1;
    e->id.b[15] = (uint8_t)(n + 1);
    e->from = e->to = *t;
    if (take(b) % 8 == 1) { /* only the day is known */
        int32_t day = cf_time_day(w->ref.zone, *t);
        e->from = cf_day_start(w->ref.zone, day);
        e->to = cf_day_end(w->ref.zone, day);
    }
    e->recorded = e->known = *t + (int64_t)(take(b) % 8) * 5000;
    e->marks = (uint16_t)(take(b) % 8 == 1 ? LANG_CORRECTED : 0);
    size_t roles = record->as.record.roles.n;
    uint32_t *subjects = CF_NEW_N(a, uint32_t, roles + 1);
    for (size_t r = 0; r < roles; r++) {
        if (record->as.record.roles.v[r].kind == LANG_PERSON) {
            e->roles |= 1u << r;
            subjects[r] = 1;
        } else {
            subjects[r] = below(b, 4);
        }
    }
    e->subjects = subjects;
    e->share = record->as.record.built_in ? some_share(b, w->set) : NULL;
    e->recipient = below(b, 6);
    set_actor(a, b, w->set, e);
    set_episodes(a, b, w->set, events, n, e);
    struct lang_value *fields = CF_NEW_N(a, struct lang_value, record->as.record.fields.n + 1);
    for (size_t f = 0; f < record->as.record.fields.n; f++) {
        fields[f] = field_value(a, b, &record->as.record.fields.v[f], events, n);
    }
    e->fields = fields;
}

/* Only what is about the child, sorted as the evaluators want it (E2). */
static struct lang_history history(struct cf_arena *a, struct bytes *b, const struct world *w) {
    struct lang_event *events = CF_NEW_N(a, struct lang_event, MOST_EVENTS + 1);
    struct lang_history h = {.subject = 1, .subject_id = {{9}}, .kind = LANG_PERSON, .events = events};
    int64_t t = (int64_t)FIRST_DAY * 86400 + (int64_t)take(b) * 3600;
    while (h.n < MOST_EVENTS && b->n > 0) {
        events[h.n] = (struct lang_event){0};
        read_event(a, b, w, events, h.n, &t);
        h.n += events[h.n].roles != 0;
    }
    for (size_t i = 1; i < h.n; i++) {
        struct lang_event e = events[i];
        size_t k = i;
        for (; k > 0 && events[k - 1].from > e.from; k--) {
            events[k] = events[k - 1];
        }
        events[k] = e;
    }
    return h;
}

static void agree(struct cf_arena *a, const struct lang_docket *x, const struct lang_docket *y, bool lines_alone) {
    struct cf_str why = {"", 0};
    bool ok = lines_alone ? lang_docket_same_lines(a, x, y, &why) : lang_docket_equal(a, x, y, &why);
    if (!ok) {
        fprintf(stderr, "%.*s\n", CF_STR_ARG(why));
    }
    CF_ASSERT(ok);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct world *w = world();
    struct cf_arena *a = cf_arena_new("fuzz");
    struct bytes b = {data, size};
    int64_t after = (int64_t)take(&b) * 7200;
    struct lang_history h = history(a, &b, w);
    int64_t now = (h.n > 0 ? h.events[h.n / 2].from : (int64_t)FIRST_DAY * 86400) + after;
    struct lang_docket plain, fast, later;
    lang_eval_plain(a, w->set, &w->ref, &h, now, &plain);
    lang_eval(w->machine, a, &h, now, &fast);
    agree(a, &plain, &fast, false);
    int64_t end = plain.has_end ? plain.valid_until : now + (int64_t)40 * 86400;
    CF_ASSERT(end > now);
    if (end > now + 1) {
        lang_eval_plain(a, w->set, &w->ref, &h, end - 1, &later);
        agree(a, &plain, &later, true);
    }
    cf_arena_free(a);
    return 0;
}
