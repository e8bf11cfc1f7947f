/* measure_data: what a page of measures asks of the thread that counts, and how its answer is kept: copied, so that it borrows
 * nothing of that thread's desk. Must not know what any measure counts, nor HTML. */
#include "web/pages/measure.h"

enum { SAME_S = 600, GROWN_S = 60, SOURCES_S = 3600 };

const char *measure_data_path(const struct web_request *q, struct cf_arena *a, const char *name) {
    const char *calendars = q->app->options->desk.calendars;
    return cf_cstr(a, cf_str_printf(a, "%s/../%s", calendars ? calendars : "data/calendars", name));
}

struct cf_str measure_words(struct cf_arena *a, struct cf_str name) {
    char *p = cf_memdup(a, name.p, name.n);
    for (size_t i = 0; i < name.n; i++) {
        p[i] = (char)(p[i] == '_' ? ' ' : p[i]);
    }
    return (struct cf_str){p, name.n};
}

struct cf_str measure_policy_url(struct web_request *q, const struct lang_decl *policy) {
    const struct web_route *route;
    struct web_pairs params = {0};
    struct cf_str allow, url = web_url(q, "/policies/%.*s", CF_STR_ARG(policy->name.text));
    return web_match(q->arena, WEB_GET, url, &route, &params, &allow) == WEB_FOUND ? url : CF_LIT("");
}

bool measure_named(struct web_request *q, struct cf_str name, struct measure_named *out, struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    *out = (struct measure_named){.name = name};
    struct cf_errs own = cf_errs_new(q->arena);
    if (published_map_read(q->arena, measure_data_path(q, q->arena, "import/custody-disposals.tsv"), &own, &out->map)) {
        out->published = published_find(&out->map, name);
    }
    if (out->published) {
        out->title = out->published->title;
        out->name = out->published->name;
        for (size_t i = 0; i < out->published->by.n; i++) {
            *cf_push(q->arena, &out->by) = out->published->by.v[i];
        }
        return true;
    }
    if (!set || name.n >= sizeof(((struct measure_asked *)0)->name)) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no measure of that name");
    }
    for (size_t i = 0; i < set->measures.n; i++) {
        const struct lang_decl *d = set->measures.v[i];
        if (!d->newer && cf_str_eq(d->name.text, name)) {
            out->decl = d;
        }
    }
    if (!out->decl) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no measure of that name");
    }
    out->title = out->decl->title;
    out->name = out->decl->name.text;
    for (size_t i = 0; i < out->decl->as.measure.by.n; i++) {
        *cf_push(q->arena, &out->by) = out->decl->as.measure.by.v[i].name.text;
    }
    return true;
}

/* ---- What was asked. */

static bool put(char *to, size_t room, struct cf_str s) {
    return s.n < room && snprintf(to, room, "%.*s", CF_STR_ARG(s)) >= 0;
}

static void read_by(struct web_request *q, const struct measure_named *m, struct measure_asked *out) {
    for (size_t i = 0; i < q->query.n; i++) {
        struct cf_str word = q->query.v[i].value;
        bool known = false, again = false;
        if (!cf_str_is(q->query.v[i].name, "by") || !word.n) {
            continue;
        }
        for (size_t k = 0; k < m->by.n; k++) {
            known = known || cf_str_eq(m->by.v[k], word);
        }
        for (size_t k = 0; k < out->n_by; k++) {
            again = again || cf_str_is(word, out->by[k]);
        }
        if (!known) {
            web_flaw(q, "by", "Choose a way of counting that is in the list: “%.*s” is none of this measure’s",
                     (int)(word.n < 40 ? word.n : 40), word.p);
        } else if (!again && out->n_by < MEASURE_DIMENSIONS && put(out->by[out->n_by], sizeof out->by[0], word)) {
            out->n_by++;
        }
    }
}

static void read_day(struct web_request *q, const char *name, const char *words, bool *has, int32_t *day) {
    struct cf_str s = cf_str_trim(web_query(q, name));
    struct cf_errs quiet = cf_errs_new(q->arena);
    *has = s.n > 0;
    if (s.n && !cf_date_parse(s, CF_NOWHERE, &quiet, day)) {
        *has = false;
        web_flaw(q, name, "Enter the %s as year, month and day, like 2024-06-03", words);
    }
}

static void read_records(struct web_request *q, struct measure_asked *out) {
    struct cf_str s = web_query(q, "records");
    if (cf_str_is(s, "own")) {
        out->records = MEASURE_OWN_RECORDS;
    } else if (cf_str_is(s, "published")) {
        out->records = MEASURE_PUBLISHED_RECORDS;
    } else if (s.n && !cf_str_is(s, "either")) {
        web_flaw(q, "records", "Choose which records are counted: published, or this ledger’s own");
    }
}

static int32_t end_of_last_month(const struct web_request *q) {
    struct cf_date today = cf_date_of((int32_t)(q->now / 86400));
    return cf_day_of(today.year, today.month, 1) - 1;
}

bool measure_asked_read(struct web_request *q, const struct measure_named *m, struct measure_asked *out) {
    size_t before = q->flaws.n;
    bool full = web_may(q, ACCESS_MEASURE);
    *out = (struct measure_asked){.published = !full};
    (void)put(out->name, sizeof out->name, m->name);
    if (m->published) {
        (void)put(out->map, sizeof out->map, cf_str_from(measure_data_path(q, q->arena, "import/custody-disposals.tsv")));
    }
    read_by(q, m, out);
    read_day(q, "from", "first day", &out->has_from, &out->from);
    read_day(q, "to", "last day", &out->has_to, &out->to);
    if (!m->published) {
        read_records(q, out);
    }
    if (out->has_from && out->has_to && out->from > out->to) {
        web_flaw(q, "from", "The first day must not be after the last day");
    }
    if (!full && (out->has_from || out->has_to || out->n_by > 1)) {
        web_flaw(q, "by", "Published tables stand as they are: choose one way of counting, and no days");
    }
    if (!full && !m->published) { /* what grows from day to day could be subtracted too */
        out->has_to = true;
        out->to = end_of_last_month(q);
    }
    return q->flaws.n == before;
}

/* ---- Counting, on the thread that counts. */

static void keep(struct cf_arena *a, struct cf_str *s) {
    *s = cf_str_dup(a, *s);
}

static void copy_table(struct cf_arena *a, const struct measure_table *from, struct measure_table *to) {
    *to = *from;
    struct cf_str *texts[] = {&to->name, &to->title, &to->version, &to->definition, &to->period, &to->unit, &to->compared};
    for (size_t i = 0; i < CF_COUNT(texts); i++) {
        keep(a, texts[i]);
    }
    for (size_t d = 0; d < to->dimensions; d++) {
        keep(a, &to->dimension[d]);
    }
    to->rows.v = cf_memdup(a, from->rows.v, from->rows.n * sizeof *from->rows.v);
    to->rows.cap = to->rows.n;
    for (size_t i = 0; i < to->rows.n; i++) {
        for (size_t d = 0; d < to->dimensions; d++) {
            keep(a, &to->rows.v[i].label[d]);
        }
    }
    to->notes.v = cf_memdup(a, from->notes.v, from->notes.n * sizeof *from->notes.v);
    to->notes.cap = to->notes.n;
    for (size_t i = 0; i < to->notes.n; i++) {
        keep(a, &to->notes.v[i]);
    }
    memset(&to->sums, 0, sizeof to->sums);
}

static bool run(struct desk *d, const struct measure_asked *asked, const struct measure_options *o, struct cf_arena *a,
                struct measure_table *t, struct measure_list *list, struct cf_errs *errs) {
    if (asked->map[0]) {
        struct published_map map;
        const struct published_measure *m;
        return published_map_read(a, asked->map, errs, &map) && (m = published_find(&map, cf_str_from(asked->name))) != NULL &&
               published_run(d, &map, m, o, a, t, errs);
    }
    if (!desk_set(d)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are in force");
    }
    const struct lang_decl *m = measure_find(desk_set(d), cf_str_from(asked->name), a, errs);
    return m && measure_run(d, m, o, a, t, asked->list ? list : NULL, errs);
}

static bool count_measure(struct desk *d, const void *arg, struct cf_arena *a, void **out, struct cf_errs *errs) {
    const struct measure_asked *asked = arg;
    struct cf_arena *scratch = cf_arena_new("counting");
    struct measure_table t;
    struct measure_list list = {0};
    struct cf_str by[MEASURE_DIMENSIONS];
    struct measure_options o = {.records = asked->records,
                                .by = asked->n_by ? by : NULL,
                                .n_by = asked->n_by,
                                .has_from = asked->has_from,
                                .has_to = asked->has_to,
                                .from = asked->from,
                                .to = asked->to,
                                .now = cf_now_us() / 1000000,
                                .published = asked->published};
    for (size_t i = 0; i < asked->n_by; i++) {
        by[i] = cf_str_from(asked->by[i]);
    }
    bool ok = run(d, asked, &o, scratch, &t, &list, errs);
    if (ok) {
        struct measure_counted *c = CF_NEW(a, struct measure_counted);
        copy_table(a, &t, &c->table);
        c->size = ledger_size(desk_ledger(d));
        c->list.n = c->list.cap = list.n;
        c->list.v = list.n ? cf_memdup(a, list.v, list.n * sizeof *list.v) : NULL;
        *out = c;
    }
    cf_arena_free(scratch);
    return ok;
}

enum counted_state measure_counted_get(struct web_request *q, const struct measure_asked *asked,
                                       const struct measure_counted **out, int64_t *made_s, struct cf_errs *errs) {
    struct cf_buf key = cf_buf_new(q->arena, 4096);
    cf_buf_printf(&key, "measure %llu %s %d %d %d %d %d %d %d", (unsigned long long)desk_adopted(q->desk), asked->name,
                  asked->published, asked->list, (int)asked->records, asked->has_from, (int)asked->from, asked->has_to,
                  (int)asked->to);
    for (size_t i = 0; i < asked->n_by; i++) {
        cf_buf_printf(&key, " %s", asked->by[i]);
    }
    const void *result = NULL;
    struct counted_ask ask = {.key = {key.p, key.n},
                              .size = ledger_size(desk_ledger(q->desk)),
                              .same_s = SAME_S,
                              .grown_s = GROWN_S,
                              .make = count_measure,
                              .arg = asked,
                              .n_arg = sizeof *asked};
    enum counted_state state = counted_get(q->app->counted, &ask, q->now, q->arena, &result, made_s, errs);
    *out = result;
    return state;
}

/* ---- Which records hold what was imported. */

static bool imported(void *arg, const struct lang_history *h, size_t event, struct cf_errs *errs) {
    bool *found = arg;
    (void)errs;
    *found = (h->events[event].marks & LANG_FROM_SOURCE) != 0;
    return !*found;
}

static bool find_sources(struct desk *d, const void *arg, struct cf_arena *a, void **out, struct cf_errs *errs) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_TEXT_BYTES);
    const struct lang_set *set = desk_set(d);
    struct cf_map *asked = cf_map_new(a);
    (void)arg;
    for (size_t i = 0; set && i < set->measures.n; i++) {
        const struct lang_measure *m = &set->measures.v[i]->as.measure;
        const struct lang_decl *record = m->pop_sel && m->pop_sel->decl ? m->pop_sel->decl : m->pop_decl;
        bool found = false;
        if (m->pop != LANG_POP_RECORD || !record || record->kind != LANG_RECORD || cf_map_has(asked, record->name.text)) {
            continue;
        }
        *cf_map_put(asked, record->name.text) = b.p;
        if (!desk_each_event(d, record, imported, &found, errs) && !found) {
            return false;
        }
        if (found) {
            cf_buf_printf(&b, "%.*s\n", CF_STR_ARG(record->name.text));
        }
    }
    struct cf_str *names = CF_NEW(a, struct cf_str);
    *out = names;
    return cf_buf_finish(&b, names);
}

struct cf_str measure_sources(struct web_request *q) {
    const void *names = NULL;
    int64_t made_s;
    struct cf_errs own = cf_errs_new(q->arena);
    struct counted_ask ask = {.key = cf_str_printf(q->arena, "sources %llu", (unsigned long long)desk_adopted(q->desk)),
                              .size = ledger_size(desk_ledger(q->desk)),
                              .same_s = SOURCES_S,
                              .grown_s = SOURCES_S,
                              .make = find_sources,
                              .arg = "",
                              .n_arg = 1};
    return counted_get(q->app->counted, &ask, q->now, q->arena, &names, &made_s, &own) == COUNTED_READY
               ? *(const struct cf_str *)names
               : CF_LIT("");
}
