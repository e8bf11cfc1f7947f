/* record: what one may record, and the form of each. Every step is kept as a draft before anything is answered. */
#include "web/record.h"

#include "pages/page_record.h"
#include "pages/page_record_form.h"

enum { LATELY = 300, OFTEN = 6 };

/* ---- The list. */

static bool contains(struct cf_str folded, struct cf_str words) {
    for (size_t i = 0; i + words.n <= folded.n; i++) {
        if (cf_str_starts(cf_str_slice(folded, i, folded.n), words)) {
            return true;
        }
    }
    return words.n == 0;
}

static bool asked_for(struct web_request *q, const struct lang_decl *record, struct cf_str words) {
    struct cf_str text = find_fold(q->arena, cf_str_printf(q->arena, "%.*s %.*s %.*s", CF_STR_ARG(record->title),
                                                           CF_STR_ARG(form_label(q->arena, record->name.text)),
                                                           CF_STR_ARG(record->policy->title)));
    struct cf_str rest = words, one;
    bool all = true;
    while (cf_str_split(&rest, ' ', &one)) {
        all = all && contains(text, one);
    }
    return all;
}

static struct page_record_kind kind_of(struct web_request *q, const struct lang_decl *record) {
    const struct lang_record *r = &record->as.record;
    struct cf_str part = {0};
    if (r->decided_by) {
        part = CF_LIT("a decision");
    } else if (r->closes_decl) {
        part = cf_str_printf(q->arena, "ends: %.*s", CF_STR_ARG(r->closes_decl->title));
    } else if (r->in.n && !r->in_any && r->in_decls.v[0]) {
        part = cf_str_printf(q->arena, "part of: %.*s", CF_STR_ARG(r->in_decls.v[0]->title));
    }
    struct cf_id about;
    struct cf_str who = web_query(q, "about"); /* somebody whose page one came from goes along */
    bool given = cf_unhex(who, about.b, sizeof about.b);
    return (struct page_record_kind){.href = cf_str_printf(q->arena, "/record/%.*s%s%.*s", CF_STR_ARG(record->name.text),
                                                           given ? "?about=" : "", given ? (int)who.n : 0, who.p),
                                     .title = record->title,
                                     .part = part};
}

/* Which kinds stand in the last events of the ledger, most first: what is recorded around here just now. */
static void lately(struct web_request *q, struct page_record *p) {
    const struct lang_set *set = desk_set(q->desk);
    struct ledger *l = desk_ledger(q->desk);
    size_t *counts = CF_NEW_N(q->arena, size_t, set->records.n + 1);
    struct cf_errs quiet = cf_errs_new(q->arena);
    uint64_t size = ledger_size(l), from = size > LATELY ? size - LATELY : 0;
    for (uint64_t seq = from; seq < size; seq++) {
        struct ledger_event e;
        struct cf_mark mark = cf_arena_mark(q->arena);
        const struct ledger_entry *kind =
            ledger_read(l, seq, q->arena, &e, &quiet) ? ledger_entry(l, LEDGER_KINDS, e.d.kind) : NULL;
        const struct lang_decl *record = kind ? lang_find_kind(set, LANG_RECORD, kind->name) : NULL;
        cf_arena_rewind(q->arena, mark);
        if (record) {
            counts[record->as.record.number]++;
        }
    }
    for (size_t k = 0; k < OFTEN; k++) {
        size_t best = set->records.n;
        for (size_t i = 0; i < set->records.n; i++) {
            bool more = counts[i] && (best == set->records.n || counts[i] > counts[best]);
            if (more && !set->records.v[i]->as.record.built_in && record_may(q, set->records.v[i])) {
                best = i;
            }
        }
        if (best == set->records.n) {
            return;
        }
        *cf_push(q->arena, &p->often) = kind_of(q, set->records.v[best]);
        counts[best] = 0;
    }
}

bool page_record(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    struct page_record p = {.asked = web_query(q, "q"), .offline = true, .about = web_query(q, "about")};
    struct cf_str words = find_fold(q->arena, cf_str_trim(p.asked));
    const struct lang_decl *policy = NULL;
    if (!set) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    for (size_t i = 0; i < set->policies.n; i++) {
        for (size_t k = 0; k < set->policies.v[i]->as.policy.decls.n; k++) {
            const struct lang_decl *d = set->policies.v[i]->as.policy.decls.v[k];
            if (d->kind != LANG_RECORD || d->newer || !record_may(q, d)) {
                continue;
            }
            p.total++;
            if (!asked_for(q, d, words)) {
                p.hidden++;
                continue;
            }
            p.shown++;
            if (policy != set->policies.v[i]) {
                policy = set->policies.v[i];
                *cf_push(q->arena, &p.groups) = (struct page_record_group){.title = policy->title};
            }
            *cf_push(q->arena, &p.groups.v[p.groups.n - 1].kinds) = kind_of(q, d);
        }
    }
    if (!words.n) {
        lately(q, &p);
    }
    page_record_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}

/* ---- The form. */

static bool show_form(struct recording *rec, struct web_response *r, struct form *f, struct cf_str draft, struct cf_str kept,
                      struct cf_errs *errs) {
    struct web_request *q = rec->q;
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    for (size_t i = 0; i < f->flaws.n; i++) {
        web_flaw(q, cf_cstr(q->arena, f->flaws.v[i].id), "%.*s", CF_STR_ARG(f->flaws.v[i].words));
    }
    form_write(f, &b);
    struct page_record_form p = {.title = f->record->title,
                                 .policy = f->record->policy->title,
                                 .action = cf_str_printf(q->arena, "/record/%.*s", CF_STR_ARG(f->record->name.text)),
                                 .csrf = web_csrf(q),
                                 .draft = draft,
                                 .form = html_done(&b),
                                 .decided = f->record->as.record.decided_by,
                                 .kept = kept};
    page_record_form_write(&r->main, &p);
    return record_page(rec, r, &(struct web_frame){.title = f->record->title, .back = CF_LIT("/record"), .script = "form.js"},
                       errs);
}

static struct cf_id id_asked(struct web_request *q, const char *name) {
    struct cf_id id;
    return cf_unhex(web_query(q, name), id.b, sizeof id.b) ? id : (struct cf_id){{0}};
}

bool page_record_form(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_decl *record;
    struct recording rec;
    struct record_draft d = {0};
    struct cf_id draft = id_asked(q, "draft");
    if (!record_of_path(q, &record, errs)) {
        return false;
    }
    if (!cf_id_zero(draft) && !record_draft_load(q, draft, &d, errs)) {
        return false;
    }
    record_begin(&rec, q);
    struct form f = form_new(q->arena, desk_set(q->desk), record, q->zone, q->now, &rec.source, d.pairs);
    if (cf_id_zero(draft)) {
        struct cf_id unit = q->who->unit ? desk_unit_id(q->desk, q->who->unit) : (struct cf_id){{0}};
        form_begin(&f, id_asked(q, "about"), id_asked(q, "in"), unit);
    }
    return show_form(&rec, r, &f, cf_id_zero(draft) ? CF_LIT("") : cf_hex(q->arena, draft.b, 16), CF_LIT(""), errs);
}

/* What the form sent, without what belongs to the page. */
static void sent_pairs(struct web_request *q, struct record_draft *d) {
    static const char *const ours[] = {"csrf", "do", "draft"};
    for (size_t i = 0; i < q->form.n; i++) {
        bool mine = false;
        for (size_t k = 0; k < CF_COUNT(ours); k++) {
            mine = mine || cf_str_is(q->form.v[i].name, ours[k]);
        }
        if (!mine) {
            *cf_push(q->arena, &d->pairs) = q->form.v[i];
        }
    }
}

static void add_row(struct web_request *q, struct web_pairs *pairs, struct cf_str base) {
    struct cf_str name = cf_str_printf(q->arena, "%.*s.rows", CF_STR_ARG(base));
    int64_t rows = 2;
    (void)cf_str_int(form_sent(pairs, name), &rows);
    form_set(q->arena, pairs, name, cf_str_printf(q->arena, "%lld", (long long)(rows < 40 ? rows + 1 : 40)));
}

bool page_record_form_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_decl *record;
    struct recording rec;
    struct record_draft d = {0};
    struct form_entry entry;
    struct cf_str what = web_field(q, "do"), kept = CF_LIT("Saved as a draft.");
    struct cf_errs own = cf_errs_new(q->arena);
    if (!record_of_path(q, &record, errs)) {
        return false;
    }
    d.record = record;
    if (!cf_unhex(web_field(q, "draft"), d.kept.id.b, sizeof d.kept.id.b)) {
        d.kept.id = (struct cf_id){{0}};
    }
    sent_pairs(q, &d);
    if (cf_str_starts(what, CF_LIT("add:"))) {
        add_row(q, &d.pairs, cf_str_slice(what, 4, what.n));
    }
    if (!record_draft_save(q, &d, &own)) { /* the form goes on; that it could not be kept is said */
        kept = cf_str_printf(q->arena, "This could not be saved as a draft: %.*s.", CF_STR_ARG(own.v[0].msg));
    }
    struct cf_str draft = own.failures ? CF_LIT("") : cf_hex(q->arena, d.kept.id.b, 16);
    record_begin(&rec, q);
    struct form f = form_new(q->arena, desk_set(q->desk), record, q->zone, q->now, &rec.source, d.pairs);
    if (cf_str_is(what, "save") && draft.n) {
        return web_see_other(q, r, "/drafts");
    }
    bool going_on = !cf_str_starts(what, CF_LIT("find:")) && !cf_str_starts(what, CF_LIT("add:"));
    if (going_on && form_read(&f, &entry) && draft.n) {
        return web_see_other(q, r, "/drafts/%.*s", CF_STR_ARG(draft));
    }
    return show_form(&rec, r, &f, draft, kept, errs);
}
