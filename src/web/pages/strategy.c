/* strategy: what of the strategy the policies in force carry out; their examples ran once, when they were adopted (policies.h).
 * Nothing about any person. Must not know any system by name: titles are data. */
#include "web/pages/policies.h"

#include "pages/page_strategy.h"

/* The data folder is the one above the calendars that the desk was opened with. */
static bool read_titles(struct web_request *q, const char *name, struct cf_source *src, struct cf_errs *errs) {
    const char *calendars = q->app->options->desk.calendars;
    struct cf_str folder = cf_str_from(calendars ? calendars : "data/calendars");
    src->name = cf_str_printf(q->arena, "%.*s/../strategy/%s", CF_STR_ARG(folder), name);
    return cf_read_file(q->arena, cf_cstr(q->arena, src->name), CF_MAX_SOURCE_BYTES, &src->text, errs);
}

static struct cf_str words_of_across(struct web_request *q, const struct strategy_row *r) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_TEXT_BYTES);
    for (size_t i = 0; i < r->across.n; i++) {
        cf_buf_lit(&b, i ? ", " : r->objective.n ? "" : "met in ");
        cf_buf_str(&b, r->across.v[i]->id);
    }
    return (struct cf_str){b.p, b.n};
}

static struct cf_str words_of_wanting(struct web_request *q, const struct strategy_row *r) {
    if (r->failed) {
        return cf_str_printf(q->arena, "examples that fail: %zu", r->failed);
    }
    return r->unshown ? cf_str_printf(q->arena, "parts of rules without an example: %zu", r->unshown) : CF_LIT("");
}

static void put_row(struct web_request *q, struct page_strategy_table *t, const struct strategy_row *r) {
    static const char *const colours[] = {
        [STRATEGY_NOT_BEGUN] = "grey", [STRATEGY_IN_PART] = "yellow", [STRATEGY_IMPLEMENTED] = "green"};
    struct page_strategy_row *to = cf_push(q->arena, &t->rows);
    *to = (struct page_strategy_row){.id = r->id,
                                     .title = r->title,
                                     .state = cf_str_from(strategy_state_word(r->state)),
                                     .colour = cf_str_from(colours[r->state]),
                                     .across = words_of_across(q, r),
                                     .begun = r->policies.n > 0,
                                     .rules = (int64_t)r->rules,
                                     .examples = (int64_t)r->examples,
                                     .to_verify = (int64_t)r->to_verify,
                                     .wanting = words_of_wanting(q, r)};
    for (size_t i = 0; i < r->policies.n; i++) {
        const struct lang_decl *p = r->policies.v[i]->policy;
        *cf_push(q->arena, &to->policies) =
            (struct page_strategy_policy){.name = p->name.text, .title = p->title, .href = policies_url(q, p)};
    }
}

/* A number alone is that row; other words must all stand in its number, title or state. */
static bool wanted(struct web_request *q, struct cf_str query, const struct strategy_row *r) {
    struct cf_str text =
        cf_str_printf(q->arena, "%.*s %.*s %s", CF_STR_ARG(r->id), CF_STR_ARG(r->title), strategy_state_word(r->state));
    struct cf_str words = find_fold(q->arena, query), word, id = find_fold(q->arena, r->id);
    if (cf_str_eq(words, id)) {
        return true;
    }
    bool number =
        (words.n > 1 && words.p[0] == 's' && words.p[1] >= '0' && words.p[1] <= '9') || cf_str_starts(words, CF_LIT("action "));
    text = find_fold(q->arena, text);
    while (!number && cf_str_split(&words, ' ', &word)) {
        if (word.n && (text.n < word.n || !memmem(text.p, text.n, word.p, word.n))) {
            return false;
        }
    }
    return !number;
}

static void put_table(struct web_request *q, struct page_strategy *page, const char *title, const struct strategy_rows *rows) {
    struct page_strategy_table *t = cf_push(q->arena, &page->tables);
    size_t count[STRATEGY_IMPLEMENTED + 1] = {0};
    *t = (struct page_strategy_table){.title = cf_str_from(title)};
    for (size_t i = 0; i < rows->n; i++) {
        page->total++;
        if (wanted(q, page->query, &rows->v[i])) {
            put_row(q, t, &rows->v[i]);
            page->shown++;
        }
        count[rows->v[i].state]++;
    }
    t->said = cf_str_printf(q->arena, "%zu implemented, %zu in part, %zu not begun", count[STRATEGY_IMPLEMENTED],
                            count[STRATEGY_IN_PART], count[STRATEGY_NOT_BEGUN]);
}

static bool put_tables(struct web_request *q, struct page_strategy *page, const struct strategy_judged *judged,
                       struct cf_errs *errs) {
    struct cf_source systems, actions;
    struct strategy s;
    if (!read_titles(q, "systems.tsv", &systems, errs) || !read_titles(q, "actions.tsv", &actions, errs) ||
        !strategy_place(q->arena, judged, &systems, &actions, errs, &s)) {
        return false;
    }
    put_table(q, page, "Systems", &s.systems);
    put_table(q, page, "Actions", &s.actions);
    struct cf_str rest = cf_str_from(strategy_rule), line;
    while (cf_str_split(&rest, '\n', &line)) {
        *cf_push(q->arena, &page->rule) = (struct page_strategy_line){.words = line};
    }
    return true;
}

bool page_strategy(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    struct page_strategy page = {.known = set != NULL, .query = cf_str_trim(web_query(q, "q"))};
    struct strategy_judged judged;
    if (set) {
        enum counted_state state = policies_judged(q, &judged, errs);
        if (state == COUNTED_FAILED) {
            return false;
        }
        page.ready = state == COUNTED_READY;
        if (page.ready && !put_tables(q, &page, &judged, errs)) {
            return false;
        }
        if (!page.ready) {
            web_header(q, r, "Refresh", CF_LIT("3"));
        }
    }
    page_strategy_write(&r->main, &page);
    r->cacheable = !set || page.ready;
    return web_page(q, r, &(struct web_frame){.wide = true});
}
