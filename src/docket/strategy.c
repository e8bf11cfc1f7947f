/* strategy: which rows of the strategy the policies carry, reckoned from their own `serves`, rules and examples. Must not know
 * what any row is about, nor who shows the table. */
#include "docket/strategy.h"

const char strategy_rule[] =
    "A system is implemented when a policy with rules names it first in `serves`, and of all policies that serve it every "
    "example\n"
    "passes and no part of a rule lacks one; in part when a policy serves it, but that does not hold; else not begun.\n"
    "An action is implemented when the same holds of the policies that name it, and each system in which it is met is\n"
    "implemented; in part when a policy names it or such a system is begun; else not begun.\n"
    "This says what is checked. Whether a rule is missing that the strategy asks for is for people to judge.\n";

const char *strategy_state_word(enum strategy_state s) {
    static const char *const words[] = {"not begun", "in part", "implemented"};
    return words[s];
}

/* ---- The title files. */

struct title_line {
    struct cf_str cells[3];
    struct cf_span at;
};

/* The lines of a file of three columns, comments and the header left out. */
static bool title_lines(struct cf_arena *a, const struct cf_source *src, struct title_line **out, size_t *n,
                        struct cf_errs *errs) {
    struct {
        CF_VEC(struct title_line);
    } lines = {0};
    struct cf_str rest = src->text, line;
    bool ok = true, header = true;
    while (cf_str_split(&rest, '\n', &line)) {
        struct title_line l = {.at = {src, (uint32_t)(line.p - src->text.p), (uint32_t)line.n}};
        struct cf_str cells = line;
        size_t k = 0;
        if (cf_str_trim(line).n == 0 || line.p[0] == '#') {
            continue;
        }
        while (k < 3 && cf_str_split(&cells, '\t', &l.cells[k])) {
            l.cells[k] = cf_str_trim(l.cells[k]);
            k++;
        }
        if (k < 3 || l.cells[0].n == 0 || l.cells[2].n == 0) {
            ok = cf_fail(errs, CF_D021, l.at, "a line of the strategy's titles has not three columns");
        } else if (!header) {
            *cf_push(a, &lines) = l;
        }
        header = false;
    }
    *out = lines.v;
    *n = lines.n;
    return ok;
}

static struct strategy_row *row_of(const struct strategy_rows *rows, struct cf_str id) {
    for (size_t i = 0; i < rows->n; i++) {
        if (cf_str_eq(rows->v[i].id, id)) {
            return &rows->v[i];
        }
    }
    return NULL;
}

static bool read_systems(struct cf_arena *a, const struct cf_source *src, struct strategy *out, struct cf_errs *errs) {
    struct title_line *lines;
    size_t n;
    bool ok = title_lines(a, src, &lines, &n, errs);
    for (size_t i = 0; i < n; i++) {
        if (row_of(&out->systems, lines[i].cells[0])) {
            ok = cf_fail(errs, CF_D021, lines[i].at, "%.*s stands twice", CF_STR_ARG(lines[i].cells[0]));
        }
        *cf_push(a, &out->systems) =
            (struct strategy_row){.id = lines[i].cells[0], .objective = lines[i].cells[1], .title = lines[i].cells[2]};
    }
    return ok;
}

/* Systems are all there by now, so pointers to them stay good; actions are made to their full number first. */
static bool read_actions(struct cf_arena *a, const struct cf_source *src, struct strategy *out, struct cf_errs *errs) {
    struct title_line *lines;
    size_t n;
    bool ok = title_lines(a, src, &lines, &n, errs);
    for (size_t i = 0; i < n; i++) {
        struct cf_str id = cf_str_printf(a, "action %.*s", CF_STR_ARG(lines[i].cells[0]));
        if (row_of(&out->actions, id)) {
            ok = cf_fail(errs, CF_D021, lines[i].at, "%.*s stands twice", CF_STR_ARG(id));
        }
        *cf_push(a, &out->actions) = (struct strategy_row){.id = id, .title = lines[i].cells[2]};
    }
    for (size_t i = 0; i < n; i++) {
        struct strategy_row *action = &out->actions.v[i];
        struct cf_str rest = lines[i].cells[1], id;
        while (cf_str_split(&rest, ' ', &id)) {
            struct strategy_row *system = row_of(&out->systems, id);
            if (!system) {
                ok = cf_fail(errs, CF_D021, lines[i].at, "no system is called %.*s", CF_STR_ARG(id));
                continue;
            }
            *cf_push(a, &action->across) = system;
            *cf_push(a, &system->across) = action;
        }
    }
    return ok;
}

/* ---- What the policies show. */

/* Values marked `to verify`, outside quoted words and comments. */
size_t strategy_to_verify(struct cf_str text) {
    static const char words[] = "to verify";
    size_t n = 0;
    bool quoted = false, comment = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        quoted = c == '\n' ? false : c == '"' && !comment ? !quoted : quoted;
        comment = c == '\n' ? false : comment || (c == '#' && !quoted);
        if (!quoted && !comment && text.n - i >= sizeof words - 1 && memcmp(text.p + i, words, sizeof words - 1) == 0) {
            n++;
        }
    }
    return n;
}

static struct strategy_policy *found(struct strategy_judged *s, const struct lang_decl *policy) {
    for (size_t i = 0; i < s->policies.n; i++) {
        if (s->policies.v[i].policy == policy) {
            return &s->policies.v[i];
        }
    }
    CF_NEVER("a rule or example stands in no policy of its set");
}

static void run_example(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                        const struct lang_decl *example, struct lang_coverage *coverage, struct strategy_judged *out) {
    struct cf_errs own = cf_errs_new(a);
    struct strategy_example *e = cf_push(a, &out->examples);
    *e = (struct strategy_example){.example = example};
    e->passed = lang_example_run(a, set, ref, example, coverage, &e->checked, &own);
    for (size_t i = 0; !e->passed && i < own.n; i++) {
        *cf_push(a, &e->words) = own.v[i].msg;
    }
}

void strategy_judge(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                    struct strategy_judged *out) {
    struct lang_coverage *coverage = lang_coverage_new(a, set);
    *out = (struct strategy_judged){0};
    for (size_t i = 0; i < set->policies.n; i++) {
        const struct lang_decl *p = set->policies.v[i];
        struct strategy_policy *to = cf_push(a, &out->policies);
        *to = (struct strategy_policy){.policy = p};
        to->to_verify = p->as.policy.source ? strategy_to_verify(p->as.policy.source->text) : 0;
    }
    for (size_t i = 0; i < set->rules.n; i++) {
        found(out, set->rules.v[i]->policy)->rules++;
    }
    for (size_t i = 0; i < set->examples.n; i++) {
        struct strategy_policy *p = found(out, set->examples.v[i]->policy);
        run_example(a, set, ref, set->examples.v[i], coverage, out);
        p->examples++;
        p->failed += !out->examples.v[i].passed;
    }
    out->n_missing = lang_coverage_missing(a, coverage, &out->missing, &out->parts);
    for (size_t i = 0; i < out->n_missing; i++) {
        found(out, out->missing[i].rule->policy)->unshown++;
    }
}

/* ---- Rows and their states. */

static int small(char c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Ids as people write them: S24, s24. */
static bool same_id(struct cf_str a, struct cf_str b) {
    bool same = a.n == b.n;
    for (size_t i = 0; same && i < a.n; i++) {
        same = small(a.p[i]) == small(b.p[i]);
    }
    return same;
}

/* Does it name the row, and as the first of its kind (first system)? */
static bool serves(const struct lang_decl *policy, struct cf_str id, bool *first) {
    *first = false;
    for (size_t i = 0; i < policy->as.policy.serves.n; i++) {
        if (same_id(policy->as.policy.serves.v[i], id)) {
            *first = i == 0;
            return true;
        }
    }
    return false;
}

/* *main: a policy with rules has it as its own; for an action any policy with rules that names it. */
static void gather(struct cf_arena *a, struct strategy *s, struct strategy_row *row, bool system, bool *own) {
    *own = false;
    for (size_t i = 0; i < s->policies.n; i++) {
        const struct strategy_policy *p = &s->policies.v[i];
        bool first;
        if (!serves(p->policy, row->id, &first)) {
            continue;
        }
        *cf_push(a, &row->policies) = p;
        row->rules += p->rules;
        row->examples += p->examples;
        row->failed += p->failed;
        row->unshown += p->unshown;
        row->to_verify += p->to_verify;
        *own = *own || (p->rules && (first || !system));
    }
}

static void state_of(struct strategy_row *row, bool own) {
    bool begun = row->policies.n > 0, whole = own && row->examples && !row->failed && !row->unshown;
    bool action = row->objective.n == 0;
    for (size_t i = 0; action && i < row->across.n; i++) {
        begun = begun || row->across.v[i]->state != STRATEGY_NOT_BEGUN;
        whole = whole && row->across.v[i]->state == STRATEGY_IMPLEMENTED;
    }
    row->state = whole ? STRATEGY_IMPLEMENTED : begun ? STRATEGY_IN_PART : STRATEGY_NOT_BEGUN;
}

bool strategy_place(struct cf_arena *a, const struct strategy_judged *judged, const struct cf_source *systems,
                    const struct cf_source *actions, struct cf_errs *errs, struct strategy *out) {
    *out = (struct strategy){0};
    if (!read_systems(a, systems, out, errs) || !read_actions(a, actions, out, errs)) {
        return false;
    }
    for (size_t i = 0; i < judged->policies.n; i++) {
        *cf_push(a, &out->policies) = judged->policies.v[i];
    }
    for (size_t i = 0; i < out->systems.n + out->actions.n; i++) {
        bool own, system = i < out->systems.n;
        struct strategy_row *row = system ? &out->systems.v[i] : &out->actions.v[i - out->systems.n];
        gather(a, out, row, system, &own);
        state_of(row, own);
    }
    return true;
}

bool strategy_reckon(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                     const struct cf_source *systems, const struct cf_source *actions, struct cf_errs *errs,
                     struct strategy *out) {
    struct strategy_judged judged;
    strategy_judge(a, set, ref, &judged);
    return strategy_place(a, &judged, systems, actions, errs, out);
}

const struct strategy_row *strategy_find(const struct strategy *s, struct cf_str id) {
    for (size_t i = 0; i < s->systems.n; i++) {
        if (same_id(s->systems.v[i].id, id)) {
            return &s->systems.v[i];
        }
    }
    for (size_t i = 0; i < s->actions.n; i++) {
        struct cf_str whole = s->actions.v[i].id;
        if (same_id(whole, id) || cf_str_eq(cf_str_slice(whole, sizeof "action " - 1, whole.n), id)) {
            return &s->actions.v[i];
        }
    }
    return NULL;
}

/* ---- JSON. */

static void json_counts(struct cf_buf *b, size_t rules, size_t examples, size_t failed, size_t unshown, size_t to_verify) {
    cf_buf_printf(b, ",\"rules\":%zu,\"examples\":%zu,\"failed\":%zu,\"unshown\":%zu,\"to_verify\":%zu", rules, examples,
                  failed, unshown, to_verify);
}

void strategy_row_json(struct cf_buf *b, const struct strategy_row *r) {
    cf_buf_lit(b, "{\"id\":");
    cf_json_str(b, r->id);
    cf_buf_lit(b, ",\"title\":");
    cf_json_str(b, r->title);
    if (r->objective.n) {
        cf_buf_lit(b, ",\"objective\":");
        cf_json_str(b, r->objective);
    }
    cf_buf_printf(b, ",\"state\":\"%s\"", strategy_state_word(r->state));
    json_counts(b, r->rules, r->examples, r->failed, r->unshown, r->to_verify);
    cf_buf_lit(b, r->objective.n ? ",\"actions\":[" : ",\"systems\":[");
    for (size_t i = 0; i < r->across.n; i++) {
        cf_buf_lit(b, i ? "," : "");
        cf_json_str(b, r->across.v[i]->id);
    }
    cf_buf_lit(b, "],\"policies\":[");
    for (size_t i = 0; i < r->policies.n; i++) {
        const struct strategy_policy *p = r->policies.v[i];
        cf_buf_lit(b, i ? ",{\"policy\":" : "{\"policy\":");
        cf_json_str(b, p->policy->name.text);
        cf_buf_lit(b, ",\"title\":");
        cf_json_str(b, p->policy->title);
        json_counts(b, p->rules, p->examples, p->failed, p->unshown, p->to_verify);
        cf_buf_lit(b, "}");
    }
    cf_buf_lit(b, "]}");
}

void strategy_json(struct cf_buf *b, const struct strategy *s) {
    cf_buf_lit(b, "{\"rule\":");
    cf_json_str(b, cf_str_from(strategy_rule));
    for (int part = 0; part < 2; part++) {
        const struct strategy_rows *rows = part ? &s->actions : &s->systems;
        cf_buf_lit(b, part ? "],\n\"actions\":[" : ",\n\"systems\":[");
        for (size_t i = 0; i < rows->n; i++) {
            cf_buf_lit(b, i ? ",\n" : "\n");
            strategy_row_json(b, &rows->v[i]);
        }
    }
    cf_buf_lit(b, "]}\n");
}
