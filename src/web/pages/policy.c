/* policy: one policy in one version: its text as the formatter prints it, beside each declaration what it says in plain words,
 * on what it rests and what its examples show; on top what is still to verify. Nothing about any person. Must not know what any
 * policy is about. */
#include "web/pages/policies.h"

#include "pages/page_policy.h"

struct showing {
    struct web_request *q;
    struct page_policy *page;
    const struct lang_decl *policy;
    const struct strategy_judged *judged; /* NULL: the examples were not run yet */
};

static struct cf_str words_of(struct web_request *q, struct cf_str name) {
    char *p = cf_memdup(q->arena, name.p, name.n);
    for (size_t i = 0; i < name.n; i++) {
        p[i] = (char)(p[i] == '_' ? ' ' : p[i]);
    }
    return (struct cf_str){p, name.n};
}

static struct cf_str called(struct web_request *q, const struct lang_decl *d) {
    return d->title.n ? d->title : words_of(q, d->name.text);
}

static struct cf_str anchor_url(struct web_request *q, const struct lang_decl *d) {
    return cf_str_printf(q->arena, "#%.*s", CF_STR_ARG(policies_anchor(q, d)));
}

/* ---- Sources. */

/* Everything that a declaration rests on: its citations, lawful uses, the source of a setting, the basis of a share. */
struct rests {
    CF_VEC(struct lang_cite);
};
static struct rests rests_of(struct web_request *q, const struct lang_decl *d) {
    struct rests r = {0};
    for (size_t i = 0; i < d->cites.n; i++) {
        *cf_push(q->arena, &r) = d->cites.v[i];
    }
    for (size_t i = 0; i < d->lawful.n; i++) {
        *cf_push(q->arena, &r) = d->lawful.v[i].cite;
    }
    const struct lang_cite *own = d->kind == LANG_SETTING ? &d->as.setting.cite
                                  : d->kind == LANG_SHARE ? &d->as.share.basis
                                                          : NULL;
    if (own && (own->key.text.n || own->text.n)) {
        *cf_push(q->arena, &r) = *own;
    }
    return r;
}

static const struct lang_cite *source_of(const struct showing *s, struct cf_str key) {
    const struct lang_policy *y = &s->policy->as.policy;
    for (size_t i = 0; i < y->cites.n; i++) {
        if (cf_str_eq(y->cites.v[i].key.text, key)) {
            return &y->cites.v[i];
        }
    }
    return NULL;
}

static struct page_policy_rest rest_of(const struct showing *s, const struct lang_cite *c) {
    const struct lang_cite *source = c->key.text.n ? source_of(s, c->key.text) : NULL;
    struct page_policy_rest to = {.key = c->key.text, .part = c->text};
    if (source) {
        to.href = cf_str_printf(s->q->arena, "#source-%.*s", CF_STR_ARG(source->key.text));
        to.source = source->text;
    }
    return to;
}

static void put_sources(struct showing *s) {
    struct web_request *q = s->q;
    const struct lang_policy *y = &s->policy->as.policy;
    for (size_t i = 0; i < y->cites.n; i++) {
        struct page_policy_source *to = cf_push(q->arena, &s->page->sources);
        *to = (struct page_policy_source){.key = y->cites.v[i].key.text, .words = y->cites.v[i].text};
        for (size_t k = 0; k < y->decls.n; k++) {
            struct rests r = rests_of(q, y->decls.v[k]);
            bool rests = false;
            for (size_t c = 0; c < r.n; c++) {
                rests = rests || cf_str_eq(r.v[c].key.text, to->key);
            }
            if (rests) {
                *cf_push(q->arena, &to->uses) =
                    (struct page_policy_link){.href = anchor_url(q, y->decls.v[k]), .text = called(q, y->decls.v[k])};
            }
        }
    }
}

/* ---- Values still to verify. */

static struct cf_str one_blank(struct web_request *q, struct cf_str line) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_TEXT_BYTES);
    line = cf_str_trim(line);
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] != ' ' || line.p[i - 1] != ' ') {
            cf_buf_add(&b, line.p + i, 1);
        }
    }
    return (struct cf_str){b.p, b.n};
}

static void put_to_verify(struct showing *s, const struct policies_piece *piece) {
    struct cf_str rest = piece->text, line;
    while (cf_str_split(&rest, '\n', &line)) {
        size_t n = strategy_to_verify(line);
        if (!n) {
            continue;
        }
        line = cf_str_trim(line);
        if (piece->decl->kind == LANG_SETTING && cf_str_starts(line, CF_LIT("setting "))) { /* its sources stand beside it */
            const char *mark = memmem(line.p, line.n, " to verify", strlen(" to verify"));
            line = cf_str_slice(line, strlen("setting "), mark ? (size_t)(mark - line.p) : line.n);
        }
        struct page_policy_value *v = cf_push(s->q->arena, &s->page->values);
        *v = (struct page_policy_value){.words = one_blank(s->q, line),
                                        .of = called(s->q, piece->decl),
                                        .what = cf_str_from(lang_decl_word(piece->decl->kind)),
                                        .href = anchor_url(s->q, piece->decl)};
        struct rests r = rests_of(s->q, piece->decl);
        for (size_t i = 0; i < r.n; i++) {
            *cf_push(s->q->arena, &v->rests) = rest_of(s, &r.v[i]);
        }
        s->page->to_verify += (int64_t)n;
    }
}

/* ---- Pieces of the text. */

static const struct strategy_example *result_of(const struct showing *s, const struct lang_decl *d) {
    for (size_t i = 0; s->judged && i < s->judged->examples.n; i++) {
        if (s->judged->examples.v[i].example == d) {
            return &s->judged->examples.v[i];
        }
    }
    return NULL;
}

static void put_example(struct showing *s, const struct lang_decl *d, struct page_policy_piece *to) {
    const struct strategy_example *e = result_of(s, d);
    s->page->examples++;
    if (!e) {
        return;
    }
    to->ran = true;
    to->passed = e->passed;
    to->checked = (int64_t)e->checked;
    s->page->failed += !e->passed;
    for (size_t i = 0; i < e->words.n; i++) {
        *cf_push(s->q->arena, &to->faults) = (struct page_policy_words){e->words.v[i]};
    }
}

static void put_rule(struct showing *s, const struct lang_decl *d, struct page_policy_piece *to) {
    struct rule_lines lines;
    rule_words(s->q->arena, d, &lines);
    for (size_t i = 0; i < lines.n; i++) {
        *cf_push(s->q->arena, &to->says) = (struct page_policy_line){lines.v[i].key, lines.v[i].words};
    }
    for (size_t i = 0; s->judged && i < s->judged->n_missing; i++) {
        if (s->judged->missing[i].rule == d) {
            *cf_push(s->q->arena, &to->lacks) = (struct page_policy_words){s->judged->missing[i].what};
            s->page->unshown++;
        }
    }
}

static bool is_rule(enum lang_decl_kind kind) {
    return kind == LANG_DUTY || kind == LANG_GATE || kind == LANG_GRADE || kind == LANG_SCORE || kind == LANG_CHOICE ||
           kind == LANG_FLAG;
}

static void put_piece(struct showing *s, const struct policies_piece *piece) {
    struct web_request *q = s->q;
    const struct lang_decl *d = piece->decl;
    struct cf_buf text = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES), above = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    struct page_policy_piece *to = cf_push(q->arena, &s->page->pieces);
    policies_mark(q, d, piece->text, &text);
    policies_mark(q, d, piece->comment, &above);
    *to = (struct page_policy_piece){.head = d == s->policy,
                                     .anchor = d == s->policy ? CF_LIT("head") : policies_anchor(q, d),
                                     .what = cf_str_from(lang_decl_word(d->kind)),
                                     .title = called(q, d),
                                     .text = html_done(&text)};
    if (piece->comment.n) {
        to->above = html_done(&above);
    }
    if (d == s->policy) {
        return;
    }
    struct rests r = rests_of(q, d);
    for (size_t i = 0; i < r.n; i++) {
        *cf_push(q->arena, &to->rests) = rest_of(s, &r.v[i]);
    }
    to->verify = strategy_to_verify(piece->text) > 0;
    put_to_verify(s, piece);
    put_rule(s, d, to);
    s->page->rules += is_rule(d->kind);
    if (d->kind == LANG_EXAMPLE) {
        put_example(s, d, to);
    }
    if (d->kind == LANG_MEASURE && !d->newer) {
        to->measure = web_url(q, "/measures/%.*s", CF_STR_ARG(d->name.text));
    }
    to->beside = to->rests.n || to->verify || to->says.n || to->ran || to->measure.n || to->lacks.n;
}

/* ---- Contents: what it declares, a group for each kind. */

static void put_group(struct showing *s, const char *title, const enum lang_decl_kind *kinds, size_t n) {
    struct page_policy_group group = {.title = cf_str_from(title)};
    const struct lang_policy *y = &s->policy->as.policy;
    for (size_t i = 0; i < y->decls.n; i++) {
        const struct lang_decl *d = y->decls.v[i];
        for (size_t k = 0; k < n; k++) {
            if (d->kind == kinds[k]) {
                *cf_push(s->q->arena, &group.links) =
                    (struct page_policy_link){.href = anchor_url(s->q, d), .text = called(s->q, d)};
            }
        }
    }
    if (group.links.n) {
        group.n = (int64_t)group.links.n;
        *cf_push(s->q->arena, &s->page->groups) = group;
    }
}

static void put_contents(struct showing *s) {
    static const enum lang_decl_kind duties[] = {LANG_DUTY}, gates[] = {LANG_GATE},
                                     states[] = {LANG_GRADE, LANG_SCORE, LANG_CHOICE, LANG_FLAG, LANG_MORE},
                                     settings[] = {LANG_SETTING}, records[] = {LANG_RECORD, LANG_EPISODE},
                                     words[] = {LANG_CODES,   LANG_TABLE,     LANG_FACT, LANG_SPAN,
                                                LANG_WORDING, LANG_INDICATOR, LANG_SHARE},
                                     people[] = {LANG_ROLE, LANG_UNIT, LANG_PARTNER}, counts[] = {LANG_MEASURE, LANG_SAMPLE},
                                     examples[] = {LANG_EXAMPLE};
    put_group(s, "Duties", duties, CF_COUNT(duties));
    put_group(s, "Gates: what must hold", gates, CF_COUNT(gates));
    put_group(s, "Grades, scores, choices, flags", states, CF_COUNT(states));
    put_group(s, "Settings", settings, CF_COUNT(settings));
    put_group(s, "Records and episodes", records, CF_COUNT(records));
    put_group(s, "Codes, tables, facts, shares", words, CF_COUNT(words));
    put_group(s, "Roles, units, partners", people, CF_COUNT(people));
    put_group(s, "What is counted", counts, CF_COUNT(counts));
    put_group(s, "Examples", examples, CF_COUNT(examples));
}

static void put_versions(struct showing *s) {
    struct web_request *q = s->q;
    const struct lang_set *set = desk_set(q->desk);
    const struct lang_decl *before = NULL;
    for (size_t i = 0; i < set->policies.n; i++) {
        const struct lang_decl *p = set->policies.v[i];
        if (!cf_str_eq(p->name.text, s->policy->name.text)) {
            continue;
        }
        struct page_policy_version *v = cf_push(q->arena, &s->page->versions);
        *v = (struct page_policy_version){
            .since = policies_in_force(q, p), .href = policies_url(q, p), .current = p == s->policy};
        if (before) {
            v->changes = web_url(q, "/policies/%.*s/changes?from=%s&to=%s", CF_STR_ARG(p->name.text),
                                 cf_date_shown(before->as.policy.from).p, cf_date_shown(p->as.policy.from).p);
        }
        before = p;
    }
    s->page->versions.n = s->page->versions.n > 1 ? s->page->versions.n : 0;
}

static void put_head(struct showing *s) {
    struct web_request *q = s->q;
    const struct lang_policy *y = &s->policy->as.policy;
    const struct lang_decl *owner = cf_map_get(desk_set(q->desk)->by_name, y->owner.text);
    int32_t today = policies_today(q);
    s->page->title = s->policy->title;
    s->page->name = s->policy->name.text;
    s->page->owner = owner ? called(q, owner) : y->owner.text;
    s->page->since = policies_in_force(q, s->policy);
    s->page->later = y->from > today;
    s->page->past = y->to < today;
    s->page->now = !s->page->later && !s->page->past;
    for (size_t i = 0; i < y->serves.n; i++) {
        *cf_push(q->arena, &s->page->serves) = (struct page_policy_served){y->serves.v[i]};
    }
}

bool page_policy(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct page_policy page = {0};
    struct showing s = {.q = q, .page = &page};
    struct policies_pieces pieces;
    struct strategy_judged judged;
    if (!policies_named(q, web_param(q, "name"), web_query(q, "from"), &s.policy, errs) ||
        !policies_cut(q, s.policy, &pieces, errs)) {
        return false;
    }
    enum counted_state state = policies_judged(q, &judged, errs);
    if (state == COUNTED_FAILED) {
        return false;
    }
    page.ran = state == COUNTED_READY;
    s.judged = page.ran ? &judged : NULL;
    put_head(&s);
    put_versions(&s);
    put_sources(&s);
    put_contents(&s);
    for (size_t i = 0; i < pieces.n; i++) {
        put_piece(&s, &pieces.v[i]);
    }
    page.any_failed = page.failed > 0;
    page.any_unshown = page.unshown > 0;
    page.running = !page.ran;
    page.again = policies_url(q, s.policy);
    if (page.running) {
        web_header(q, r, "Refresh", CF_LIT("3"));
    }
    page_policy_write(&r->main, &page);
    r->cacheable = page.ran;
    const struct web_link crumbs[] = {{CF_LIT("Policies"), CF_LIT("/policies")}};
    return web_page(q, r, &(struct web_frame){.title = s.policy->title, .crumbs = crumbs, .n_crumbs = 1, .wide = true});
}
