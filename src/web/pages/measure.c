/* measure: one measure as a page, as CSV, as JSON. The table is counted by the thread that counts; whoever asks meanwhile is
 * told so. Shows numbers, never who. Must not know what any measure counts. */
#include "web/pages/measure.h"
#include "web/pages/policies.h"

#include <math.h>

#include "exchange/boroughs.h"
#include "measure/chart.h"

#include "pages/page_measure.h"

struct showing {
    struct web_request *q;
    struct page_measure *page;
    const struct measure_table *t;
    bool of, persons, value, bounds;
    double scale;
};

/* ---- Numbers as words. */

static struct cf_str whole(struct web_request *q, int64_t n) {
    struct cf_buf b = cf_buf_new(q->arena, 64);
    if (n >= 0) {
        html_count(&b, n);
    }
    return (struct cf_str){b.p, b.n};
}

static struct cf_str real(struct web_request *q, double v, unsigned decimals) {
    return isfinite(v) ? cf_str_printf(q->arena, "%.*f", (int)decimals, v) : CF_LIT("");
}

static struct cf_str limits(struct web_request *q, const struct measure_interval *v, double scale, unsigned decimals) {
    if (!v->bounded) {
        return CF_LIT("");
    }
    struct cf_str low = real(q, v->low * scale, decimals);
    struct cf_str high = isinf(v->high) ? CF_LIT("no limit") : real(q, v->high * scale, decimals);
    return cf_str_printf(q->arena, "%.*s to %.*s", CF_STR_ARG(low), CF_STR_ARG(high));
}

/* ---- Tables. */

static void put_heading(struct showing *s, struct page_measure_section *section, struct cf_str text) {
    *cf_push(s->q->arena, &section->headings) = (struct page_measure_line){text};
}

static void put_headings(struct showing *s, struct page_measure_section *section) {
    const struct measure_table *t = s->t;
    put_heading(s, section, CF_LIT("Number"));
    if (s->of) {
        put_heading(s, section, t->kind == MEASURE_RATE ? CF_LIT("Residents") : CF_LIT("Of"));
    }
    if (s->persons) {
        put_heading(s, section, CF_LIT("Persons"));
    }
    if (s->value) {
        put_heading(s, section, t->unit.n ? t->unit : CF_LIT("Value"));
    }
    if (s->bounds) {
        put_heading(s, section, CF_LIT("95% interval"));
    }
    if (t->compared.n) {
        put_heading(s, section, t->compared);
        put_heading(s, section, CF_LIT("95% interval of it"));
    }
}

static void put_cell(struct showing *s, const struct page_measure_section *section, struct page_measure_row *row,
                     struct cf_str value, bool hidden) {
    size_t i = row->cells.n;
    *cf_push(s->q->arena, &row->cells) = (struct page_measure_cell){.heading = section->headings.v[i].text,
                                                                    .value = !hidden  ? value
                                                                             : i == 0 ? CF_LIT("*")
                                                                                      : CF_LIT("")};
    s->page->hidden = s->page->hidden || hidden;
}

static void put_row(struct showing *s, struct page_measure_section *section, const struct measure_row *r, struct cf_str label,
                    bool total) {
    struct web_request *q = s->q;
    const struct measure_table *t = s->t;
    struct page_measure_row *row = cf_push(q->arena, &section->rows);
    *row = (struct page_measure_row){.label = label, .outside = r->outside, .total = total};
    put_cell(s, section, row, whole(q, r->n), r->hidden);
    if (s->of) {
        put_cell(s, section, row, whole(q, r->of), r->hidden);
    }
    if (s->persons) {
        put_cell(s, section, row, whole(q, r->persons), r->hidden);
    }
    if (s->value) {
        put_cell(s, section, row, r->value.known ? real(q, r->value.value * s->scale, t->decimals) : CF_LIT(""), r->hidden);
    }
    if (s->bounds) {
        put_cell(s, section, row, limits(q, &r->value, s->scale, t->decimals), r->hidden);
    }
    if (t->compared.n) {
        put_cell(s, section, row, r->ratio.known ? real(q, r->ratio.value, 2) : CF_LIT(""), r->hidden);
        put_cell(s, section, row, limits(q, &r->ratio, 1.0, 2), r->hidden);
    }
}

static bool sums_others(const struct measure_table *t, const struct measure_row *r, size_t d) {
    for (size_t k = 0; k < t->dimensions; k++) {
        if (k != d && !(r->sums >> k & 1U)) {
            return false;
        }
    }
    return true;
}

/* ---- Pictures. */

static bool is_time(struct cf_str name) {
    return cf_str_is(name, "month") || cf_str_is(name, "quarter") || cf_str_is(name, "year");
}

static void put_picture(struct showing *s, struct page_measure_section *section,
                        void (*draw)(struct cf_buf *, const struct chart *), const struct chart *c) {
    struct cf_buf b = cf_buf_new(s->q->arena, CF_MAX_WEB_PAGE_BYTES);
    draw(&b, c);
    *cf_push(s->q->arena, &section->charts) = (struct page_measure_chart){.picture = html_done(&b)};
}

static void put_map(struct showing *s, struct page_measure_section *section, const struct chart *c) {
    struct web_request *q = s->q;
    struct cf_str outline[BOROUGHS_COUNT];
    struct chart_place places[BOROUGHS_COUNT];
    struct cf_errs own = cf_errs_new(q->arena);
    struct chart map = *c;
    int height = 0;
    if (!boroughs_outlines(q->arena, measure_data_path(q, q->arena, "boroughs/london-boroughs.tsv"), &own, outline, &height)) {
        return; /* the table and the bars say the same */
    }
    for (int i = 0; i < BOROUGHS_COUNT; i++) {
        places[i] = (struct chart_place){.name = boroughs_name(i), .outline = outline[i]};
    }
    map.id = cf_str_printf(q->arena, "%.*s-map", CF_STR_ARG(c->id));
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    chart_map(&b, &map, places, BOROUGHS_COUNT, BOROUGHS_MAP_WIDTH, height);
    section->map = html_done(&b);
}

static void put_pictures(struct showing *s, struct page_measure_section *section, size_t d) {
    struct web_request *q = s->q;
    struct chart c;
    struct cf_str name = s->t->dimension[d];
    chart_of(q->arena, s->t, d, false, cf_str_printf(q->arena, "chart-%zu", d), &c);
    if (!c.items.n) {
        return;
    }
    put_picture(s, section, is_time(name) ? chart_columns : chart_bars, &c);
    if (cf_str_is(name, "borough")) {
        put_map(s, section, &c);
    }
    if (s->t->compared.n) {
        struct chart ratios;
        chart_of(q->arena, s->t, d, true, cf_str_printf(q->arena, "ratios-%zu", d), &ratios);
        if (ratios.items.n) {
            put_picture(s, section, chart_ratios, &ratios);
        }
    }
}

/* ---- Sections: one for each dimension; of a crossed table also all of it. */

static struct page_measure_section *add_section(struct showing *s, struct cf_str id, struct cf_str title) {
    struct page_measure_section *section = cf_push(s->q->arena, &s->page->sections);
    *section = (struct page_measure_section){.id = id, .title = title};
    *cf_push(s->q->arena, &s->page->contents) = (struct page_measure_link){id, title};
    put_headings(s, section);
    return section;
}

static struct cf_str titled(struct web_request *q, struct cf_str name) {
    struct cf_str words = measure_words(q->arena, name);
    char *p = cf_memdup(q->arena, words.p, words.n);
    if (words.n) {
        p[0] = (char)(p[0] >= 'a' && p[0] <= 'z' ? p[0] - 'a' + 'A' : p[0]);
    }
    return (struct cf_str){p, words.n};
}

static void put_dimension(struct showing *s, size_t d) {
    struct web_request *q = s->q;
    struct page_measure_section *section = add_section(s, cf_str_printf(q->arena, "by-%zu", d), titled(q, s->t->dimension[d]));
    put_pictures(s, section, d);
    for (size_t i = 0; i < s->t->rows.n; i++) {
        const struct measure_row *r = &s->t->rows.v[i];
        bool total = (r->sums >> d & 1U) != 0;
        if (sums_others(s->t, r, d)) {
            put_row(s, section, r, total && !r->label[d].n ? CF_LIT("All") : r->label[d], total);
        }
    }
}

static void put_crossed(struct showing *s) {
    struct web_request *q = s->q;
    const struct measure_table *t = s->t;
    struct page_measure_section *section = add_section(s, CF_LIT("crossed"), CF_LIT("Crossed"));
    for (size_t i = 0; i < t->rows.n; i++) {
        struct cf_buf b = cf_buf_new(q->arena, CF_MAX_TEXT_BYTES);
        for (size_t d = 0; d < t->dimensions; d++) {
            bool all = ((unsigned)t->rows.v[i].sums >> d & 1U) != 0 && !t->rows.v[i].label[d].n;
            cf_buf_lit(&b, d ? ", " : "");
            cf_buf_str(&b, all ? CF_LIT("all") : t->rows.v[i].label[d]);
        }
        put_row(s, section, &t->rows.v[i], (struct cf_str){b.p, b.n}, t->rows.v[i].sums != 0);
    }
}

static void put_total(struct showing *s) {
    struct page_measure_section *section = add_section(s, CF_LIT("all"), CF_LIT("All"));
    for (size_t i = 0; i < s->t->rows.n; i++) {
        put_row(s, section, &s->t->rows.v[i], CF_LIT("All"), true);
    }
}

static void put_beside(struct showing *s) {
    const struct measure_table *t = s->t;
    const struct {
        int64_t n;
        const char *words;
    } facts[] = {{t->not_known, "in no row, because the answer is not known"},
                 {t->not_in_source, "in no row, because their source never asked"},
                 {t->excluded, "in no row, shut out by a rule that the notes state"}};
    for (size_t i = 0; i < CF_COUNT(facts); i++) {
        bool small = t->published && facts[i].n > 0 && facts[i].n <= MEASURE_SMALL;
        if (facts[i].n > 0) {
            *cf_push(s->q->arena, &s->page->beside) = (struct page_measure_fact){
                .key = cf_str_from(facts[i].words), .value = small ? CF_LIT("1 to 4") : whole(s->q, facts[i].n)};
        }
    }
}

/* The notes speak of the command line's options too; here they are the form above. */
static struct cf_str note_words(struct cf_str note) {
    for (size_t i = 0; i + 4 < note.n; i++) {
        if (memcmp(note.p + i, ": --", 4) == 0) {
            return cf_str_slice(note, 0, i);
        }
    }
    return note;
}

static void put_table(struct showing *s, const struct measure_asked *asked) {
    const struct measure_table *t = s->t;
    s->scale = t->scale == 0.0 ? 1.0 : t->scale;
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct measure_row *r = &t->rows.v[i];
        s->of = s->of || r->of >= 0;
        s->persons = s->persons || r->persons >= 0;
        s->value = s->value || r->value.known;
        s->bounds = s->bounds || r->value.bounded;
    }
    for (size_t d = 0; d < t->dimensions; d++) {
        put_dimension(s, d);
    }
    if (t->dimensions > 1 && !t->margins) {
        put_crossed(s);
    }
    if (t->dimensions == 0) {
        put_total(s);
    }
    if (s->page->contents.n < 2) {
        s->page->contents.n = 0;
    }
    put_beside(s);
    for (size_t i = 0; i < t->notes.n; i++) {
        *cf_push(s->q->arena, &s->page->notes) = (struct page_measure_line){note_words(t->notes.v[i])};
    }
    if (asked->published && asked->has_to && !asked->map[0]) {
        *cf_push(s->q->arena, &s->page->notes) = (struct page_measure_line){
            CF_LIT("Published tables end with the last whole month, and stand as they are: so no small "
                   "number can be had by taking one table from another.")};
    }
}

/* ---- The page. */

/* The query as it was understood, for links. */
static struct cf_str query_of(struct web_request *q, const struct measure_asked *asked) {
    static const char *const words[] = {
        [MEASURE_EITHER] = "", [MEASURE_PUBLISHED_RECORDS] = "records=published", [MEASURE_OWN_RECORDS] = "records=own"};
    struct cf_buf b = cf_buf_new(q->arena, 4096);
    const char *between = "?";
    for (size_t i = 0; i < asked->n_by; i++) {
        cf_buf_printf(&b, "%sby=%s", between, asked->by[i]);
        between = "&";
    }
    if (!asked->published && asked->has_from) {
        cf_buf_printf(&b, "%sfrom=%s", between, cf_date_shown(asked->from).p);
        between = "&";
    }
    if (!asked->published && asked->has_to) {
        cf_buf_printf(&b, "%sto=%s", between, cf_date_shown(asked->to).p);
        between = "&";
    }
    if (asked->records != MEASURE_EITHER) {
        cf_buf_printf(&b, "%s%s", between, words[asked->records]);
    }
    return (struct cf_str){b.p, b.n};
}

static void put_form(struct web_request *q, struct page_measure *page, const struct measure_named *m,
                     const struct measure_asked *asked) {
    static const char *const records[][2] = {{"either", "Published ones where there are any, otherwise this ledger’s own"},
                                             {"published", "Published ones"},
                                             {"own", "This ledger’s own"}};
    if (!page->full) {
        *cf_push(q->arena, &page->by) = (struct page_measure_choice){CF_LIT(""), CF_LIT("Each by itself"), asked->n_by == 0};
    }
    for (size_t i = 0; i < m->by.n; i++) {
        bool chosen = false;
        for (size_t k = 0; k < asked->n_by; k++) {
            chosen = chosen || cf_str_is(m->by.v[i], asked->by[k]);
        }
        *cf_push(q->arena, &page->by) = (struct page_measure_choice){m->by.v[i], titled(q, m->by.v[i]), chosen};
    }
    for (size_t i = 0; i < CF_COUNT(records); i++) {
        *cf_push(q->arena, &page->records) =
            (struct page_measure_choice){cf_str_from(records[i][0]), cf_str_from(records[i][1]), (size_t)asked->records == i};
    }
    page->can_records = m->decl && m->decl->as.measure.pop == LANG_POP_RECORD;
    page->from = web_query(q, "from");
    page->to = web_query(q, "to");
    page->by_error = web_flaw_of(q, "by");
    page->from_error = web_flaw_of(q, "from");
    page->to_error = web_flaw_of(q, "to");
}

static void put_meaning(struct web_request *q, struct page_measure *page, const struct measure_named *m) {
    if (m->published) {
        page->open = true;
        page->definition = m->published->text;
        page->policy = CF_LIT("");
        return;
    }
    const struct lang_decl *d = m->decl, *p = d->policy;
    page->definition = measure_definition(q->arena, d);
    page->policy = p->title;
    page->policy_url = policies_decl_url(q, d);
    page->version =
        cf_str_printf(q->arena, "%.*s, in force from %s", CF_STR_ARG(p->name.text), cf_date_shown(p->as.policy.from).p);
    for (size_t i = 0; i < p->as.policy.serves.n; i++) {
        *cf_push(q->arena, &page->serves) = (struct page_measure_line){p->as.policy.serves.v[i]};
    }
    const struct lang_measure *x = &d->as.measure;
    if (x->has_target) {
        page->target =
            cf_str_printf(q->arena, "The policy’s target: %lld%s%s.", (long long)x->target, x->target_percent ? "%" : "",
                          x->aim > 0   ? " or more"
                          : x->aim < 0 ? " or less"
                                       : "");
    } else if (x->aim) {
        page->target = cf_str_from(x->aim > 0 ? "The policy wants this to rise." : "The policy wants this to fall.");
    }
    const struct lang_decl *record = x->pop_sel && x->pop_sel->decl ? x->pop_sel->decl : x->pop_decl;
    struct cf_str rest = measure_sources(q), name;
    while (x->pop == LANG_POP_RECORD && record && cf_str_split(&rest, '\n', &name)) {
        page->open = page->open || (name.n && cf_str_eq(name, record->name.text));
    }
}

static bool get_table(struct web_request *q, const struct measure_asked *asked, struct page_measure *page,
                      const struct measure_counted **c, struct cf_errs *own) {
    int64_t made = 0;
    switch (measure_counted_get(q, asked, c, &made, own)) {
    case COUNTED_READY: page->ready = true; break;
    case COUNTED_MAKING: page->making = true; return false;
    case COUNTED_FULL: page->busy = true; return false;
    case COUNTED_FAILED: page->wrong = own->n ? own->v[0].msg : CF_LIT("it cannot be counted"); return false;
    }
    page->counted = web_time(q, made);
    page->events = (int64_t)(*c)->size;
    page->period = (*c)->table.period;
    return true;
}

bool page_measure(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct measure_named m;
    struct measure_asked asked;
    if (!measure_named(q, web_param(q, "name"), &m, errs)) {
        return false;
    }
    bool fine = measure_asked_read(q, &m, &asked);
    struct page_measure page = {.title = m.title, .demo = q->demo, .published = asked.published, .full = !asked.published};
    struct cf_str query = query_of(q, &asked);
    page.form = web_url(q, "/measures/%.*s", CF_STR_ARG(m.name));
    page.again = web_url(q, "/measures/%.*s%.*s", CF_STR_ARG(m.name), CF_STR_ARG(query));
    page.csv = web_url(q, "/measures/%.*s/csv%.*s", CF_STR_ARG(m.name), CF_STR_ARG(query));
    page.json = web_url(q, "/measures/%.*s/json%.*s", CF_STR_ARG(m.name), CF_STR_ARG(query));
    page.counted = WEB_HTML("");
    put_form(q, &page, &m, &asked);
    put_meaning(q, &page, &m);
    page.own = !m.published && (!page.open || asked.records == MEASURE_OWN_RECORDS);
    page.open = page.open && asked.records != MEASURE_OWN_RECORDS;
    if (page.full && m.decl) {
        page.list = web_url(q, "/measures/%.*s/events%.*s", CF_STR_ARG(m.name), CF_STR_ARG(query));
    }
    const struct measure_counted *c = NULL;
    struct cf_errs own = cf_errs_new(q->arena);
    if (fine && get_table(q, &asked, &page, &c, &own)) {
        struct showing s = {.q = q, .page = &page, .t = &c->table};
        put_table(&s, &asked);
    }
    if (page.making) {
        web_header(q, r, "Refresh", CF_LIT("3"));
    }
    page_measure_write(&r->main, &page);
    const struct web_link crumbs[] = {{CF_LIT("Measures"), CF_LIT("/measures")}};
    return web_page(q, r, &(struct web_frame){.title = m.title, .crumbs = crumbs, .n_crumbs = 1, .wide = true});
}

/* ---- Files. */

static bool send_file(struct web_request *q, struct web_response *r, enum measure_format format, const char *type,
                      const char *end, struct cf_errs *errs) {
    struct measure_named m;
    struct measure_asked asked;
    const struct measure_counted *c = NULL;
    int64_t made;
    if (!measure_named(q, web_param(q, "name"), &m, errs)) {
        return false;
    }
    bool fine = measure_asked_read(q, &m, &asked);
    if (!fine) {
        return cf_fail(errs, CF_M005, CF_NOWHERE, "%.*s", CF_STR_ARG(q->flaws.v[0].words));
    }
    enum counted_state state = measure_counted_get(q, &asked, &c, &made, errs);
    if (state == COUNTED_FAILED) {
        return false;
    }
    if (state != COUNTED_READY) { /* its page says that it is being counted, and looks again */
        struct cf_str query = query_of(q, &asked);
        return web_see_other(q, r, "/measures/%.*s%.*s", CF_STR_ARG(m.name), CF_STR_ARG(query));
    }
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    struct cf_str bytes;
    measure_write(&b, &c->table, format);
    if (!cf_buf_finish(&b, &bytes)) {
        return cf_fail(errs, CF_M003, CF_NOWHERE, "the table is longer than %d bytes", CF_MAX_WEB_PAGE_BYTES);
    }
    return web_download(q, r, type, cf_str_printf(q->arena, "%.*s.%s", CF_STR_ARG(m.name), end), bytes);
}

bool page_measure_csv(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    return send_file(q, r, MEASURE_CSV, "text/csv; charset=utf-8", "csv", errs);
}

bool page_measure_json(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    return send_file(q, r, MEASURE_JSON, "application/json", "json", errs);
}
