/* policies_data: what a page of policies asks of the thread that counts, and how its answer is kept: by numbers, so that it
 * borrows nothing of that thread's desk; and how a policy's text is cut. Must not know what any policy is about, nor HTML. */
#include "web/pages/policies.h"

/* An answer holds as long as its policies do: their adoption is in its key. */
enum { KEPT_S = 10 * 366 * 86400 };

struct kept_policy {
    size_t rules, examples, failed, unshown, to_verify;
};
struct kept_example {
    bool passed;
    size_t checked, n;
    const struct cf_str *words;
};
struct kept_missing {
    uint32_t rule; /* number of its declaration */
    struct cf_str what;
};
struct kept {
    uint64_t adopted;
    struct kept_policy *policies;
    struct kept_example *examples;
    struct kept_missing *missing;
    size_t n_policies, n_examples, n_missing, parts;
};

/* ---- On the thread that counts. */

static void keep_examples(struct cf_arena *a, const struct strategy_judged *judged, struct kept *k) {
    k->examples = CF_NEW_N(a, struct kept_example, judged->examples.n);
    k->n_examples = judged->examples.n;
    for (size_t i = 0; i < k->n_examples; i++) {
        const struct strategy_example *e = &judged->examples.v[i];
        struct cf_str *words = CF_NEW_N(a, struct cf_str, e->words.n);
        for (size_t w = 0; w < e->words.n; w++) {
            words[w] = cf_str_dup(a, e->words.v[w]);
        }
        k->examples[i] = (struct kept_example){.passed = e->passed, .checked = e->checked, .n = e->words.n, .words = words};
    }
}

static bool judge(struct desk *d, const void *arg, struct cf_arena *a, void **out, struct cf_errs *errs) {
    (void)arg;
    const struct lang_set *set = desk_set(d);
    if (!set) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are in force");
    }
    const struct lang_reference *now = desk_reference(d);
    struct lang_reference ref = {
        .zone = now->zone, .calendar = now->calendar, .first_day = now->first_day, .last_day = now->last_day};
    struct cf_arena *scratch = cf_arena_new("judging policies");
    struct strategy_judged judged;
    strategy_judge(scratch, set, &ref, &judged);
    struct kept *k = CF_NEW(a, struct kept);
    *k = (struct kept){.adopted = desk_adopted(d), .parts = judged.parts};
    k->policies = CF_NEW_N(a, struct kept_policy, judged.policies.n);
    k->n_policies = judged.policies.n;
    for (size_t i = 0; i < k->n_policies; i++) {
        const struct strategy_policy *p = &judged.policies.v[i];
        k->policies[i] = (struct kept_policy){p->rules, p->examples, p->failed, p->unshown, p->to_verify};
    }
    keep_examples(a, &judged, k);
    k->missing = CF_NEW_N(a, struct kept_missing, judged.n_missing);
    k->n_missing = judged.n_missing;
    for (size_t i = 0; i < k->n_missing; i++) {
        k->missing[i] = (struct kept_missing){judged.missing[i].rule->number, cf_str_dup(a, judged.missing[i].what)};
    }
    cf_arena_free(scratch);
    *out = k;
    return true;
}

/* ---- On the request's. */

/* Numbers become declarations again; false when the answer is about other policies than this desk's. */
static bool unpack(struct web_request *q, const struct kept *k, struct strategy_judged *out) {
    const struct lang_set *set = desk_set(q->desk);
    *out = (struct strategy_judged){.parts = k->parts};
    if (k->adopted != desk_adopted(q->desk) || k->n_policies != set->policies.n || k->n_examples != set->examples.n) {
        return false;
    }
    for (size_t i = 0; i < k->n_policies; i++) {
        const struct kept_policy *p = &k->policies[i];
        *cf_push(q->arena, &out->policies) = (struct strategy_policy){.policy = set->policies.v[i],
                                                                      .rules = p->rules,
                                                                      .examples = p->examples,
                                                                      .failed = p->failed,
                                                                      .unshown = p->unshown,
                                                                      .to_verify = p->to_verify};
    }
    for (size_t i = 0; i < k->n_examples; i++) {
        const struct kept_example *e = &k->examples[i];
        struct strategy_example *to = cf_push(q->arena, &out->examples);
        *to = (struct strategy_example){.example = set->examples.v[i], .passed = e->passed, .checked = e->checked};
        for (size_t w = 0; w < e->n; w++) {
            *cf_push(q->arena, &to->words) = e->words[w];
        }
    }
    struct lang_missing *missing = CF_NEW_N(q->arena, struct lang_missing, k->n_missing);
    for (size_t i = 0; i < k->n_missing; i++) {
        if (k->missing[i].rule >= set->decls.n) {
            return false;
        }
        missing[i] = (struct lang_missing){.rule = set->decls.v[k->missing[i].rule], .what = k->missing[i].what};
    }
    out->missing = missing;
    out->n_missing = k->n_missing;
    return true;
}

enum counted_state policies_judged(struct web_request *q, struct strategy_judged *out, struct cf_errs *errs) {
    const void *result = NULL;
    int64_t made = 0;
    struct counted_ask ask = {
        .key = cf_str_printf(q->arena, "policies %llu", (unsigned long long)desk_adopted(q->desk)),
        .same_s = KEPT_S,
        .grown_s = KEPT_S,
        .make = judge,
        .arg = "",
        .n_arg = 1,
    };
    enum counted_state state = counted_get(q->app->counted, &ask, q->now, q->arena, &result, &made, errs);
    if (state == COUNTED_READY && !unpack(q, result, out)) {
        return COUNTED_MAKING; /* put in force this moment: the next visit asks by them */
    }
    return state;
}

/* ---- Names, addresses, versions. */

int32_t policies_today(const struct web_request *q) {
    return cf_time_day(q->zone, q->now);
}

bool policies_named(struct web_request *q, struct cf_str name, struct cf_str from, const struct lang_decl **out,
                    struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    int32_t today = policies_today(q);
    bool found = false;
    *out = NULL;
    for (size_t i = 0; set && i < set->policies.n; i++) {
        const struct lang_decl *p = set->policies.v[i];
        const struct lang_policy *y = &p->as.policy;
        if (!cf_str_eq(p->name.text, name)) {
            continue;
        }
        bool now = y->from <= today && today <= y->to;
        bool wanted = from.n ? cf_str_is(from, cf_date_shown(y->from).p) : now || !found;
        *out = wanted ? p : *out;
        found = found || (wanted && (now || from.n));
    }
    return *out || cf_fail(errs, CF_W004, CF_NOWHERE, "there is no policy of that name in force here");
}

struct cf_str policies_url(struct web_request *q, const struct lang_decl *policy) {
    const struct lang_decl *plain = NULL;
    struct cf_errs quiet = cf_errs_new(q->arena);
    bool first = policies_named(q, policy->name.text, CF_LIT(""), &plain, &quiet) && plain == policy;
    return first ? web_url(q, "/policies/%.*s", CF_STR_ARG(policy->name.text))
                 : web_url(q, "/policies/%.*s?from=%s", CF_STR_ARG(policy->name.text), cf_date_shown(policy->as.policy.from).p);
}

static struct cf_str day_words(struct web_request *q, int32_t day) {
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    struct cf_date d = cf_date_of(day);
    return cf_str_printf(q->arena, "%d %s %d", (int)d.day, months[d.month - 1], (int)d.year);
}

struct cf_str policies_in_force(struct web_request *q, const struct lang_decl *policy) {
    const struct lang_policy *y = &policy->as.policy;
    struct cf_str from = day_words(q, y->from);
    return y->to == INT32_MAX ? cf_str_printf(q->arena, "from %.*s", CF_STR_ARG(from))
                              : cf_str_printf(q->arena, "from %.*s to %.*s", CF_STR_ARG(from), CF_STR_ARG(day_words(q, y->to)));
}

struct cf_str policies_anchor(struct web_request *q, const struct lang_decl *d) {
    const struct lang_policy *y = &d->policy->as.policy;
    size_t at = 0;
    bool taken = !d->name.text.n;
    for (size_t i = 0; i < y->decls.n && y->decls.v[i] != d; i++) {
        taken = taken || cf_str_eq(y->decls.v[i]->name.text, d->name.text);
        at = i + 1;
    }
    return taken ? cf_str_printf(q->arena, "%s-%zu", lang_decl_word(d->kind), at + 1) : d->name.text;
}

struct cf_str policies_decl_url(struct web_request *q, const struct lang_decl *d) {
    struct cf_str page = policies_url(q, d->policy), anchor = policies_anchor(q, d);
    return web_url(q, "%.*s#%.*s", CF_STR_ARG(page), CF_STR_ARG(anchor));
}

/* ---- The text. */

static bool only_comment(struct cf_str s) {
    struct cf_str line;
    while (cf_str_split(&s, '\n', &line)) {
        line = cf_str_trim(line);
        if (line.n && line.p[0] != '#') {
            return false;
        }
    }
    return true;
}

bool policies_cut(struct web_request *q, const struct lang_decl *policy, struct policies_pieces *out, struct cf_errs *errs) {
    struct cf_source *printed = CF_NEW(q->arena, struct cf_source);
    struct lang_decl *again = NULL;
    *out = (struct policies_pieces){0};
    const struct cf_source *kept = policy->as.policy.source;
    if (!kept) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "the text of this policy is not kept");
    }
    /* A checked tree no longer knows what was written in short, so its text is read once more, and that tree is printed. */
    if (!lang_parse(q->arena, kept, errs, &again)) {
        return false;
    }
    *printed = (struct cf_source){.name = policy->name.text, .text = lang_format(q->arena, again)};
    if (!lang_parse(q->arena, printed, errs, &again)) {
        return false;
    }
    const struct lang_policy *y = &again->as.policy;
    if (y->decls.n != policy->as.policy.decls.n) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "the text of this policy does not say what is in force");
    }
    size_t from = 0;
    for (size_t i = 0; i <= y->decls.n; i++) {
        struct cf_span at = i ? y->decls.v[i - 1]->at : again->at;
        size_t end = i < y->decls.n ? y->decls.v[i]->at.at : printed->text.n;
        size_t begin = i ? at.at : (size_t)again->at.at;
        struct cf_str above = cf_str_slice(printed->text, from, begin);
        size_t stop = i || at.n < end ? (size_t)at.at + at.n : end;
        stop = stop > end ? end : stop;
        /* What no declaration holds stands above the next one, when it is a comment; else it is this one's. */
        stop = only_comment(cf_str_slice(printed->text, stop, end)) ? stop : end;
        *cf_push(q->arena, out) = (struct policies_piece){.decl = i ? policy->as.policy.decls.v[i - 1] : policy,
                                                          .comment = only_comment(above) ? cf_str_trim(above) : CF_LIT(""),
                                                          .text = cf_str_trim(cf_str_slice(printed->text, begin, stop))};
        from = stop;
    }
    return true;
}
