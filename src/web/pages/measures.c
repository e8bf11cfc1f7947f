/* measures: the list of all measures: of policies in force and of published numbers, with words to look for. Nothing about any
 * person. Must not know what any measure counts. */
#include "web/find.h"
#include "web/pages/measure.h"

#include "pages/page_measures.h"

struct listing {
    struct web_request *q;
    struct page_measures *page;
    struct cf_str words, sources;
    bool want_open, want_own;
};

static bool is_source(const struct listing *l, struct cf_str record) {
    struct cf_str rest = l->sources, name;
    while (cf_str_split(&rest, '\n', &name)) {
        if (name.n && cf_str_eq(name, record)) {
            return true;
        }
    }
    return false;
}

static bool holds(struct cf_str text, struct cf_str part) {
    return part.n == 0 || (text.n >= part.n && memmem(text.p, text.n, part.p, part.n) != NULL);
}

/* Every word must be there, in any order, without case and accents. */
static bool matches(const struct listing *l, struct cf_str text) {
    struct cf_str folded = find_fold(l->q->arena, text), rest = l->words, word;
    while (cf_str_split(&rest, ' ', &word)) {
        if (!holds(folded, word)) {
            return false;
        }
    }
    return true;
}

static struct cf_str how_counted(struct web_request *q, const char *form, const struct cf_str *by, size_t n) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_TEXT_BYTES);
    cf_buf_lit(&b, form);
    for (size_t i = 0; i < n; i++) {
        cf_buf_lit(&b, i == 0 ? ", by " : i + 1 == n ? " and " : ", ");
        cf_buf_str(&b, measure_words(q->arena, by[i]));
    }
    cf_buf_lit(&b, ".");
    return (struct cf_str){b.p, b.n};
}

static const char *form_of(const struct lang_measure *m) {
    static const char *const forms[] = {
        [LANG_COUNT] = "A number", [LANG_SHARE_OF] = "A share", [LANG_MEDIAN] = "A median", [LANG_RATE] = "A rate"};
    return m->form == LANG_MEDIAN && m->percentile ? "A percentile" : forms[m->form];
}

static void put_measure(struct listing *l, const struct lang_decl *d, struct page_measures_group **group) {
    struct web_request *q = l->q;
    const struct lang_measure *m = &d->as.measure;
    const struct lang_decl *record = m->pop_sel && m->pop_sel->decl ? m->pop_sel->decl : m->pop_decl;
    bool open = m->pop == LANG_POP_RECORD && record && is_source(l, record->name.text);
    struct cf_str by[64], all;
    size_t n = 0;
    for (; n < m->by.n && n < CF_COUNT(by); n++) {
        by[n] = m->by.v[n].name.text;
    }
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_TEXT_BYTES);
    cf_buf_printf(&b, "%.*s %.*s %.*s %.*s", CF_STR_ARG(d->title), CF_STR_ARG(measure_words(q->arena, d->name.text)),
                  CF_STR_ARG(d->policy->title), CF_STR_ARG(d->policy->name.text));
    for (size_t i = 0; i < d->policy->as.policy.serves.n; i++) {
        cf_buf_printf(&b, " %.*s", CF_STR_ARG(d->policy->as.policy.serves.v[i]));
    }
    all = (struct cf_str){b.p, b.n};
    l->page->total++;
    if (!matches(l, all) || (l->want_open && !open) || (l->want_own && open)) {
        return;
    }
    if (!*group) {
        *group = cf_push(q->arena, &l->page->groups);
        **group = (struct page_measures_group){.title = d->policy->title, .policy = measure_policy_url(q, d->policy)};
        for (size_t i = 0; i < d->policy->as.policy.serves.n; i++) {
            *cf_push(q->arena, &(*group)->serves) = (struct page_measures_served){d->policy->as.policy.serves.v[i]};
        }
    }
    l->page->found++;
    *cf_push(q->arena, &(*group)->measures) =
        (struct page_measures_measure){.href = web_url(q, "/measures/%.*s", CF_STR_ARG(d->name.text)),
                                       .title = d->title,
                                       .how = how_counted(q, form_of(m), by, n),
                                       .open = open,
                                       .both = open};
}

static void put_published(struct listing *l) {
    struct web_request *q = l->q;
    struct published_map map;
    struct cf_errs own = cf_errs_new(q->arena);
    struct page_measures_group *group = NULL;
    if (!published_map_read(q->arena, measure_data_path(q, q->arena, "import/custody-disposals.tsv"), &own, &map)) {
        return;
    }
    for (size_t i = 0; i < map.measures.n; i++) {
        const struct published_measure *m = &map.measures.v[i];
        l->page->total++;
        if (l->want_own || !matches(l, cf_str_printf(q->arena, "%.*s %.*s %.*s", CF_STR_ARG(m->title), CF_STR_ARG(m->name),
                                                     CF_STR_ARG(map.title)))) {
            continue;
        }
        if (!group) {
            group = cf_push(q->arena, &l->page->groups);
            *group = (struct page_measures_group){.title = map.title};
        }
        l->page->found++;
        *cf_push(q->arena, &group->measures) = (struct page_measures_measure){
            .href = web_url(q, "/measures/%.*s", CF_STR_ARG(m->name)),
            .title = m->title,
            .how = how_counted(q, m->share ? "A share of published numbers" : "Published numbers", m->by.v, m->by.n),
            .open = true};
    }
}

static void put_choices(struct listing *l, struct cf_str from) {
    static const char *const choices[][2] = {{"", "Everything"}, {"open", "Open data"}, {"own", "This ledger’s own records"}};
    for (size_t i = 0; i < CF_COUNT(choices); i++) {
        *cf_push(l->q->arena, &l->page->sources) = (struct page_measures_choice){
            cf_str_from(choices[i][0]), cf_str_from(choices[i][1]), cf_str_is(from, choices[i][0])};
    }
}

bool page_measures(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    struct cf_str words = cf_str_trim(web_query(q, "q")), from = web_query(q, "from");
    struct page_measures page = {.demo = q->demo, .query = words};
    (void)errs;
    struct listing l = {.q = q, .page = &page, .words = find_fold(q->arena, words)};
    l.want_open = cf_str_is(from, "open");
    l.want_own = cf_str_is(from, "own");
    l.sources = set ? measure_sources(q) : CF_LIT("");
    put_choices(&l, from);
    for (size_t p = 0; set && p < set->policies.n; p++) {
        struct page_measures_group *group = NULL;
        for (size_t i = 0; i < set->measures.n; i++) {
            const struct lang_decl *d = set->measures.v[i];
            if (d->policy == set->policies.v[p] && !d->newer) {
                put_measure(&l, d, &group);
            }
        }
    }
    put_published(&l);
    page_measures_write(&r->main, &page);
    return web_page(q, r, &(struct web_frame){0});
}
