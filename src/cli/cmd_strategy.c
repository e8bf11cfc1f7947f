/* strategy: each system and action of the strategy, what implements it, and the state that follows from rules and examples.
 * Must not know any system by name. */
#include "cli/cli.h"
#include "docket/strategy.h"

#include <unistd.h>

static bool read_titles(struct cli *c, const char *below, struct cf_source *src) {
    const char *path = cli_data(c, below);
    src->name = cf_str_from(path);
    return cf_read_file(c->arena, path, CF_MAX_SOURCE_BYTES, &src->text, &c->errs);
}

/* The policies of a folder (the shipped ones unless another is named), or those adopted in the database. */
static bool which_policies(struct cli *c, bool adopted, const struct lang_set **set) {
    if (adopted) {
        *set = cli_open(c, false) ? desk_set(c->desk) : NULL;
        return *set || (c->desk && cf_fail(&c->errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger"));
    }
    struct lang_set *loaded;
    const char *path = c->words.n ? cf_cstr(c->arena, c->words.v[0]) : cli_data(c, "policies");
    if (!lang_load(c->arena, path, c->zone, &c->errs, &loaded)) {
        return false;
    }
    *set = loaded;
    return true;
}

static void say_rows(struct cf_buf *b, const char *title, const struct strategy_rows *rows, size_t width) {
    size_t count[3] = {0};
    cf_buf_printf(b, "%-*s  %-11s  policies  rules  examples  to verify\n", (int)width, title, "state");
    for (size_t i = 0; i < rows->n; i++) {
        const struct strategy_row *r = &rows->v[i];
        count[r->state]++;
        cf_buf_printf(b, "%-9.*s %-*.*s  %s", CF_STR_ARG(r->id), (int)width - 10, CF_STR_ARG(r->title),
                      strategy_state_word(r->state));
        if (r->policies.n) {
            size_t said = strlen(strategy_state_word(r->state));
            cf_buf_printf(b, "%*s  %8zu  %5zu  %8zu  %9zu", (int)(11 - said), "", r->policies.n, r->rules, r->examples,
                          r->to_verify);
        }
        if (r->failed) {
            cf_buf_printf(b, "  %zu examples fail", r->failed);
        }
        if (r->unshown) {
            cf_buf_printf(b, "  %zu parts of rules without an example", r->unshown);
        }
        cf_buf_lit(b, "\n");
    }
    cf_buf_printf(b, "%zu implemented, %zu in part, %zu not begun, of %zu\n\n", count[STRATEGY_IMPLEMENTED],
                  count[STRATEGY_IN_PART], count[STRATEGY_NOT_BEGUN], rows->n);
}

static size_t widest(const struct strategy *s) {
    size_t width = 0;
    for (size_t i = 0; i < s->systems.n; i++) {
        width = s->systems.v[i].title.n > width ? s->systems.v[i].title.n : width;
    }
    for (size_t i = 0; i < s->actions.n; i++) {
        width = s->actions.v[i].title.n > width ? s->actions.v[i].title.n : width;
    }
    return width + 10;
}

static void say_one(struct cf_buf *b, const struct strategy_row *r) {
    cf_buf_printf(b, "%.*s  %.*s: %s\n", CF_STR_ARG(r->id), CF_STR_ARG(r->title), strategy_state_word(r->state));
    for (size_t i = 0; i < r->across.n; i++) {
        const struct strategy_row *x = r->across.v[i];
        cf_buf_printf(b, "  %s %.*s  %.*s: %s\n", r->objective.n ? "carries" : "met in", CF_STR_ARG(x->id),
                      CF_STR_ARG(x->title), strategy_state_word(x->state));
    }
    for (size_t i = 0; i < r->policies.n; i++) {
        const struct strategy_policy *p = r->policies.v[i];
        struct cf_str name = p->policy->name.text, title = p->policy->title;
        cf_buf_printf(b, "  policy %.*s: %.*s\n    %zu rules, %zu examples, %s", CF_STR_ARG(name), CF_STR_ARG(title), p->rules,
                      p->examples,
                      !p->examples ? ""
                      : p->failed  ? "some fail, "
                                   : "all pass, ");
        if (p->unshown) {
            cf_buf_printf(b, "%zu parts of rules without an example, ", p->unshown);
        }
        cf_buf_printf(b, "%zu values still to verify\n", p->to_verify);
    }
    if (!r->policies.n) {
        cf_buf_lit(b, "  no policy names it\n");
    }
}

static int unknown_row(struct cli *c, struct cf_str id) {
    cf_fail(&c->errs, CF_C011, CF_NOWHERE, "the strategy has no %.*s", CF_STR_ARG(id));
    cf_hint(&c->errs, "Systems are S1 to S44, actions 1 to 36; `childfirst strategy` lists them.");
    return cli_failed(c);
}

int cli_strategy(struct cli *c) {
    struct cf_source systems, actions;
    struct lang_reference ref;
    struct strategy s;
    struct cf_str one, ignored;
    const struct lang_set *set;
    bool some = cli_option(c, "system", &one) || cli_option(c, "action", &one), adopted = cli_flag(c, "adopted");
    if (adopted) {
        (void)cli_option(c, "db", &ignored);
        (void)cli_option(c, "keys", &ignored);
        (void)cli_flag(c, "accept-clock");
    }
    if (!cli_nothing_left(c) || !read_titles(c, "data/strategy/systems.tsv", &systems) ||
        !read_titles(c, "data/strategy/actions.tsv", &actions) || !which_policies(c, adopted, &set) ||
        !cli_example_reference(c, &ref) || !strategy_reckon(c->arena, set, &ref, &systems, &actions, &c->errs, &s)) {
        return cli_failed(c);
    }
    const struct strategy_row *row = some ? strategy_find(&s, one) : NULL;
    if (some && !row) {
        return unknown_row(c, one);
    }
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    if (c->json && some) {
        strategy_row_json(&b, row);
        cf_buf_lit(&b, "\n");
    } else if (c->json) {
        strategy_json(&b, &s);
    } else if (some) {
        say_one(&b, row);
    } else {
        size_t width = widest(&s);
        say_rows(&b, "systems", &s.systems, width);
        say_rows(&b, "actions", &s.actions, width);
        cf_buf_lit(&b, strategy_rule);
    }
    cli_print(&b);
    return CLI_DONE;
}
