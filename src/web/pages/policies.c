/* policies: the list of all policies in force here, open to everyone: who owns each, what of the strategy it serves, what its
 * examples show, what is still to verify. Nothing about any person. Must not know what any policy is about. */
#include "web/pages/policies.h"

#include "pages/page_policies.h"

enum wanted { ALL, TO_VERIFY, LACKING, WANTED };
static const char *const wanted_words[WANTED][2] = {
    {"", "Every policy"}, {"to-verify", "With values to verify"}, {"lacking", "With examples that fail or are missing"}};

struct listing {
    struct web_request *q;
    struct page_policies *page;
    const struct strategy_judged *judged; /* NULL: not run yet */
    struct cf_str words;
    enum wanted wanted;
};

static bool holds(struct cf_str text, struct cf_str part) {
    return part.n == 0 || (text.n >= part.n && memmem(text.p, text.n, part.p, part.n) != NULL);
}

static struct cf_str owner_of(struct web_request *q, const struct lang_decl *policy) {
    struct cf_str name = policy->as.policy.owner.text;
    const struct lang_decl *owner = cf_map_get(desk_set(q->desk)->by_name, name);
    return owner && owner->title.n ? owner->title : name;
}

/* Every word must stand somewhere in the policy's names and titles, or in those of what it declares. */
static bool matches(const struct listing *l, const struct lang_decl *policy) {
    const struct lang_policy *y = &policy->as.policy;
    struct cf_buf b = cf_buf_new(l->q->arena, CF_MAX_SOURCE_BYTES);
    struct cf_str rest = l->words, word;
    cf_buf_printf(&b, "%.*s %.*s %.*s", CF_STR_ARG(policy->name.text), CF_STR_ARG(policy->title),
                  CF_STR_ARG(owner_of(l->q, policy)));
    for (size_t i = 0; i < y->serves.n; i++) {
        cf_buf_printf(&b, " %.*s", CF_STR_ARG(y->serves.v[i]));
    }
    for (size_t i = 0; i < y->decls.n; i++) {
        cf_buf_printf(&b, " %.*s %.*s", CF_STR_ARG(y->decls.v[i]->name.text), CF_STR_ARG(y->decls.v[i]->title));
    }
    struct cf_str text = find_fold(l->q->arena, (struct cf_str){b.p, b.n});
    while (cf_str_split(&rest, ' ', &word)) {
        if (!holds(text, word)) {
            return false;
        }
    }
    return true;
}

static void put_counts(const struct listing *l, const struct lang_decl *policy, size_t i, struct page_policies_row *row) {
    const struct lang_set *set = desk_set(l->q->desk);
    for (size_t k = 0; k < set->rules.n; k++) {
        row->rules += set->rules.v[k]->policy == policy;
    }
    for (size_t k = 0; k < set->examples.n; k++) {
        row->examples += set->examples.v[k]->policy == policy;
    }
    row->to_verify = policy->as.policy.source ? (int64_t)strategy_to_verify(policy->as.policy.source->text) : 0;
    if (l->judged) {
        row->ran = row->examples > 0;
        row->failed = (int64_t)l->judged->policies.v[i].failed;
        row->unshown = (int64_t)l->judged->policies.v[i].unshown;
        row->fails = row->failed > 0;
        row->lacks = row->unshown > 0;
    }
}

static void put_policy(const struct listing *l, size_t i) {
    struct web_request *q = l->q;
    const struct lang_decl *p = desk_set(q->desk)->policies.v[i];
    const struct lang_policy *y = &p->as.policy;
    struct page_policies_row row = {.href = policies_url(q, p),
                                    .title = p->title,
                                    .name = p->name.text,
                                    .owner = owner_of(q, p),
                                    .since = policies_in_force(q, p)};
    int32_t today = policies_today(q);
    row.later = y->from > today;
    row.past = y->to < today;
    put_counts(l, p, i, &row);
    l->page->total++;
    l->page->all_failed += row.failed;
    l->page->all_examples += row.examples;
    l->page->all_rules += row.rules;
    l->page->all_to_verify += row.to_verify;
    if (!matches(l, p) || (l->wanted == TO_VERIFY && !row.to_verify) || (l->wanted == LACKING && !row.fails && !row.lacks)) {
        return;
    }
    for (size_t k = 0; k < y->serves.n; k++) {
        *cf_push(q->arena, &row.serves) = (struct page_policies_served){y->serves.v[k]};
    }
    l->page->shown++;
    *cf_push(q->arena, &l->page->rows) = row;
}

static void put_choices(struct listing *l, struct cf_str which) {
    for (int i = 0; i < WANTED; i++) {
        l->wanted = cf_str_is(which, wanted_words[i][0]) ? (enum wanted)i : l->wanted;
    }
    for (int i = 0; i < WANTED; i++) {
        *cf_push(l->q->arena, &l->page->choices) = (struct page_policies_choice){
            cf_str_from(wanted_words[i][0]), cf_str_from(wanted_words[i][1]), l->wanted == (enum wanted)i};
    }
}

bool page_policies(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    struct page_policies page = {.known = set != NULL, .query = cf_str_trim(web_query(q, "q"))};
    struct listing l = {.q = q, .page = &page, .words = find_fold(q->arena, page.query)};
    struct strategy_judged judged;
    put_choices(&l, web_query(q, "which"));
    if (set) {
        enum counted_state state = policies_judged(q, &judged, errs);
        if (state == COUNTED_FAILED) {
            return false;
        }
        page.ran = state == COUNTED_READY;
        page.running = !page.ran;
        l.judged = page.ran ? &judged : NULL;
    }
    for (size_t i = 0; set && i < set->policies.n; i++) {
        put_policy(&l, i);
    }
    page.any_failed = page.all_failed > 0;
    if (page.running) {
        web_header(q, r, "Refresh", CF_LIT("3"));
    }
    page_policies_write(&r->main, &page);
    r->cacheable = !page.running;
    return web_page(q, r, &(struct web_frame){.wide = true});
}
