/* policy_diff: what changed from one version of a policy to the next. Nothing about any person. Must not know what any policy
 * is about. */
#include "web/pages/policies.h"

#include "pages/page_policy_diff.h"

/* Without days in the address: the version in force, and the one before it. */
static const struct lang_decl *version_before(struct web_request *q, const struct lang_decl *policy) {
    const struct lang_set *set = desk_set(q->desk);
    const struct lang_decl *before = NULL;
    for (size_t i = 0; i < set->policies.n && set->policies.v[i] != policy; i++) {
        if (cf_str_eq(set->policies.v[i]->name.text, policy->name.text)) {
            before = set->policies.v[i];
        }
    }
    return before;
}

bool page_policy_diff(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct page_policy_diff page = {0};
    const struct lang_decl *old, *new;
    struct cf_str name = web_param(q, "name"), from = web_query(q, "from");
    if (!policies_named(q, name, web_query(q, "to"), &new, errs)) {
        return false;
    }
    old = version_before(q, new);
    if (from.n && !policies_named(q, name, from, &old, errs)) {
        return false;
    }
    page.title = new->title;
    page.is = policies_in_force(q, new);
    page.is_url = policies_url(q, new);
    page.two = old && old != new;
    if (page.two) {
        page.was = policies_in_force(q, old);
        page.was_url = policies_url(q, old);
        if (!policies_compare(q, old, new, &page.changes, errs)) {
            return false;
        }
        page.n = (int64_t)page.changes.changes.n;
    } else {
        page.was_url = page.is_url;
    }
    page_policy_diff_write(&r->main, &page);
    r->cacheable = true;
    const struct web_link crumbs[] = {{CF_LIT("Policies"), CF_LIT("/policies")}, {new->title, page.is_url}};
    return web_page(q, r, &(struct web_frame){.crumbs = crumbs, .n_crumbs = 2, .wide = true});
}
