/* correct: a record put right or withdrawn: the form as it stands, then what is replaced, what follows and who was told, and
 * only then the doing. Must not know any record by name. */
#include "web/pages/amend.h"

#include "pages/page_correct.h"
#include "pages/page_correct_check.h"

struct proposal {
    struct desk_correction c;
    struct form_rows was, now;
    bool *changed; /* by field */
    bool anything;
};

static struct cf_str here(struct amend *x, const char *what) {
    return web_url(x->q, "/event/%.*s/%s", CF_STR_ARG(web_id_text(x->q, x->stands.e.id)), what);
}

static struct part_textarea why(struct web_request *q, struct cf_str value) {
    return (struct part_textarea){.label = CF_LIT("Why is it put right?"),
                                  .name = CF_LIT("reason"),
                                  .hint = CF_LIT("What was wrong, and how it is known. It is kept with the correction."),
                                  .value = value,
                                  .error = web_flaw_of(q, "reason"),
                                  .rows = 3};
}

static bool is_ours(struct cf_str name) {
    static const char *const ours[] = {"csrf", "do", "key", "known", "reason"};
    for (size_t i = 0; i < CF_COUNT(ours); i++) {
        if (cf_str_is(name, ours[i])) {
            return true;
        }
    }
    return false;
}

/* ---- The form. */

static bool show_form(struct amend *x, struct web_response *r, struct form *f, struct cf_errs *errs) {
    struct web_request *q = x->q;
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    for (size_t i = 0; i < f->flaws.n; i++) {
        web_flaw(q, cf_cstr(q->arena, f->flaws.v[i].id), "%.*s", CF_STR_ARG(f->flaws.v[i].words));
    }
    form_write(f, &b);
    struct page_correct p = {.title = f->record->title,
                             .action = here(x, "correct"),
                             .csrf = web_csrf(q),
                             .key = x->key,
                             .known = x->known,
                             .form = html_done(&b),
                             .reason = why(q, web_field(q, "reason")),
                             .corrected = x->stands.corrected,
                             .withdraw = here(x, "withdraw")};
    page_correct_write(&r->main, &p);
    return record_page(&x->rec, r, &(struct web_frame){.script = "form.js"}, errs);
}

static struct form form_of(struct amend *x, struct web_pairs sent) {
    struct web_request *q = x->q;
    struct form f = form_new(q->arena, desk_set(q->desk), x->stands.e.record, q->zone, q->now, &x->rec.source, sent);
    f.child = x->stands.about;
    return f;
}

static bool open_standing(struct web_request *q, struct amend *x, struct cf_errs *errs) {
    return amend_open(q, x, errs) &&
           (!x->stands.withdrawn || cf_fail(errs, CF_D015, CF_NOWHERE, "this record was withdrawn already"));
}

bool page_correct(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct amend x;
    struct web_pairs pairs = {0};
    if (!open_standing(q, &x, errs)) {
        return false;
    }
    struct form empty = form_of(&x, pairs);
    form_pairs(&empty, &x.stands.e, &pairs);
    struct form f = form_of(&x, pairs);
    return show_form(&x, r, &f, errs);
}

/* ---- What differs. */

static const struct form_row *row_like(const struct form_rows *rows, const struct form_row *like, size_t nth) {
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->v[i].field == like->field && cf_str_eq(rows->v[i].id, like->id) && nth-- == 0) {
            return &rows->v[i];
        }
    }
    return NULL;
}

static bool same_about(const struct desk_entry *x, const struct desk_entry *y) {
    if (x->n_about != y->n_about) {
        return false;
    }
    for (size_t i = 0; i < x->n_about; i++) {
        const struct desk_about *a = &x->about[i], *b = &y->about[i];
        if (a->role != b->role || a->category != b->category || !cf_id_eq(a->subject, b->subject)) {
            return false;
        }
    }
    return true;
}

static bool same_episodes(const struct desk_entry *x, const struct desk_entry *y) {
    bool same = x->n_episodes == y->n_episodes;
    for (size_t i = 0; same && i < x->n_episodes; i++) {
        same = cf_id_eq(x->episodes[i], y->episodes[i]);
    }
    return same;
}

/* What is known of their birth goes along with whom it stays about. */
static const struct desk_about *about_kept(struct cf_arena *a, const struct desk_entry *was, const struct desk_entry *now) {
    struct desk_about *about = CF_NEW_N(a, struct desk_about, now->n_about + 1);
    for (size_t i = 0; i < now->n_about; i++) {
        about[i] = now->about[i];
        for (size_t k = 0; k < was->n_about; k++) {
            if (!about[i].has_born && cf_id_eq(was->about[k].subject, about[i].subject)) {
                about[i].has_born = was->about[k].has_born;
                about[i].born_from = was->about[k].born_from;
                about[i].born_to = was->about[k].born_to;
            }
        }
    }
    return about;
}

static void take_field(struct amend *x, const struct desk_entry *now, size_t i, int *numbers, struct desk_value *values,
                       struct proposal *p) {
    struct web_request *q = x->q;
    const struct lang_field *f = &now->record->as.record.fields.v[i];
    const struct desk_value *was = &x->stands.e.fields[i], *is = &now->fields[i];
    struct form words = form_of(x, (struct web_pairs){0});
    bool text = was->v.kind == LANG_V_TEXT && is->v.kind == LANG_V_TEXT;
    bool same =
        was->v.kind == is->v.kind &&
        (text ? cf_str_eq(was->text, is->text) : cf_str_eq(form_value_words(&words, f, was), form_value_words(&words, f, is)));
    if (same || f->retired) {
        return;
    }
    if (is->v.kind == LANG_V_NOT_ASKED) {
        web_flaw(q, cf_cstr(q->arena, cf_str_printf(q->arena, "f.%.*s", CF_STR_ARG(f->name.text))),
                 "%.*s: what was answered cannot become unasked; say that it is not known, or what is right",
                 CF_STR_ARG(form_label(q->arena, f->name.text)));
        return;
    }
    p->changed[i] = true;
    numbers[p->c.n_fields] = (int)i;
    values[p->c.n_fields++] = *is;
}

static void propose(struct amend *x, const struct desk_entry *now, struct proposal *p) {
    struct cf_arena *a = x->q->arena;
    const struct desk_entry *was = &x->stands.e;
    size_t n = now->record->as.record.fields.n;
    int *numbers = CF_NEW_N(a, int, n + 1);
    struct desk_value *values = CF_NEW_N(a, struct desk_value, n + 1);
    *p = (struct proposal){.changed = CF_NEW_N(a, bool, n + 1)};
    p->c = (struct desk_correction){.event = was->id,
                                    .field_numbers = numbers,
                                    .values = values,
                                    .reason = cf_str_trim(web_field(x->q, "reason")),
                                    .actor = x->q->who->user,
                                    .has_saw = true,
                                    .saw = ledger_size(desk_ledger(x->q->desk)) - 1};
    for (size_t i = 0; i < n; i++) {
        take_field(x, now, i, numbers, values, p);
    }
    if (now->from != was->from || now->to != was->to || now->precision != was->precision) {
        p->c.has_time = true;
        p->c.from = now->from;
        p->c.to = now->to;
        p->c.precision = now->precision;
    }
    if (!same_about(was, now)) {
        p->c.about = about_kept(a, was, now);
        p->c.n_about = now->n_about;
    }
    if (!same_episodes(was, now)) {
        p->c.replace_episodes = true;
        p->c.episodes = now->episodes;
        p->c.n_episodes = now->n_episodes;
    }
    p->anything = p->c.n_fields || p->c.has_time || p->c.n_about || p->c.replace_episodes;
    amend_rows(x, was, &p->was);
    amend_rows(x, now, &p->now);
}

static void diff_rows(struct amend *x, const struct proposal *p, struct page_correct_check *page) {
    static const struct cf_str nobody = {"Not there", sizeof "Not there" - 1};
    const struct form_rows *both[] = {&p->now, &p->was};
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < both[side]->n; i++) {
            const struct form_row *row = &both[side]->v[i];
            size_t nth = 0;
            for (size_t k = 0; k < i; k++) {
                nth += both[side]->v[k].field == row->field && cf_str_eq(both[side]->v[k].id, row->id);
            }
            const struct form_row *other = row_like(both[1 - side], row, nth);
            bool same = other && cf_str_eq(other->words, row->words);
            if (same || (side == 1 && other) || cf_str_is(row->id, "unit")) {
                continue;
            }
            struct cf_str words = row->words, others = other ? other->words : nobody;
            *cf_push(x->q->arena, &page->fields) = (struct page_correct_check_field){
                .label = row->label, .was = side ? words : others, .now = side ? others : words};
        }
    }
}

static void keep_pairs(struct amend *x, struct page_correct_check *p) {
    for (size_t i = 0; i < x->q->form.n; i++) {
        const struct web_pair *one = &x->q->form.v[i];
        if (!is_ours(one->name)) {
            *cf_push(x->q->arena, &p->pairs) = (struct page_correct_check_pair){one->name, one->value};
        }
    }
    *cf_push(x->q->arena, &p->pairs) = (struct page_correct_check_pair){CF_LIT("key"), x->key};
    *cf_push(x->q->arena, &p->pairs) = (struct page_correct_check_pair){CF_LIT("known"), x->known};
}

/* What follows and who was told, for both pages. */
static bool fill_check(struct amend *x, const struct desk_correction *c, const bool *changed, bool times,
                       struct page_correct_check *p, struct cf_errs *errs) {
    struct desk_trials trials;
    struct amend_told told;
    if (!desk_try_correction(x->q->desk, c, x->q->arena, &trials, errs) || !amend_told(x, changed, times, &told, errs)) {
        return false;
    }
    for (size_t i = 0; i < told.n; i++) { /* whoever was told again is wrong again */
        told.v[i].at = told.v[i].again ? told.v[i].again : told.v[i].at;
        told.v[i].again = 0;
    }
    p->changes.caption = CF_LIT("What follows from it");
    p->changes.none = CF_LIT("Nothing else changes: no duty, no rule, no flag and no grade comes out differently.");
    p->told.none = CF_LIT("What is put right here was given to nobody, as far as this ledger knows.");
    amend_lines(x->q, &trials, &p->changes);
    amend_told_rows(x, &told, &p->told);
    p->told_any = told.n > 0;
    p->title = x->stands.e.record->title;
    p->csrf = web_csrf(x->q);
    p->back = web_url(x->q, "/child/%.*s", CF_STR_ARG(web_id_text(x->q, x->stands.about)));
    return true;
}

/* One submission is done once: the same key again, after it was done, goes where the first one went. */
static bool done_before(struct amend *x, bool *again, struct cf_errs *errs) {
    struct cf_id event, fresh = ledger_new_id(desk_ledger(x->q->desk));
    return access_once(x->q->access, x->q->who->user, x->key, CF_LIT(""), fresh, &event, again, errs);
}

static bool do_it(struct amend *x, struct web_response *r, const struct desk_correction *c, struct cf_errs *errs) {
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    bool again;
    if (!done_before(x, &again, errs) || !keeper_correct(x->q->keeper, c, x->q->arena, &receipt, &changes, errs)) {
        return false;
    }
    web_changed(x->q, &changes);
    return web_shown(x->q, x->rec.shown.v, x->rec.shown.n, 0, CF_LIT(""), errs) &&
           web_see_other(x->q, r, "%s", cf_cstr(x->q->arena, here(x, "told")));
}

/* True: the record changed since the page was made, and the answer is written: done by this very form, or by somebody else. */
static bool changed_meanwhile(struct amend *x, struct web_response *r, bool *answered, struct cf_errs *errs) {
    bool again;
    *answered = false;
    if (cf_str_eq(web_field(x->q, "known"), x->known)) {
        return true;
    }
    if (!done_before(x, &again, errs)) {
        return false;
    }
    if (again) {
        *answered = true;
        return web_shown(x->q, x->rec.shown.v, x->rec.shown.n, 0, CF_LIT(""), errs) &&
               web_see_other(x->q, r, "%s", cf_cstr(x->q->arena, here(x, "told")));
    }
    return cf_fail(errs, CF_D015, CF_NOWHERE, "this record was put right by somebody else meanwhile");
}

static bool check(struct amend *x, struct web_response *r, const struct proposal *proposal, struct cf_errs *errs) {
    struct page_correct_check p = {.heading = CF_LIT("What this correction would change"),
                                   .action = here(x, "correct"),
                                   .reason = proposal->c.reason,
                                   .button = CF_LIT("Correct the record")};
    if (!fill_check(x, &proposal->c, proposal->changed, proposal->c.has_time, &p, errs)) {
        return false;
    }
    diff_rows(x, proposal, &p);
    keep_pairs(x, &p);
    *cf_push(x->q->arena, &p.pairs) = (struct page_correct_check_pair){CF_LIT("reason"), proposal->c.reason};
    page_correct_check_write(&r->main, &p);
    return record_page(&x->rec, r, &(struct web_frame){.title = CF_LIT("Check a correction")}, errs);
}

static void add_row(struct web_request *q, struct web_pairs *pairs, struct cf_str base) {
    struct cf_str name = cf_str_printf(q->arena, "%.*s.rows", CF_STR_ARG(base));
    int64_t rows = 2;
    (void)cf_str_int(form_sent(pairs, name), &rows);
    form_set(q->arena, pairs, name, cf_str_printf(q->arena, "%lld", (long long)(rows < 40 ? rows + 1 : 40)));
}

bool page_correct_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct amend x;
    struct web_pairs pairs = {0};
    struct form_entry entry;
    struct proposal proposal;
    struct cf_str what = web_field(q, "do");
    bool answered;
    if (!amend_open(q, &x, errs) || !changed_meanwhile(&x, r, &answered, errs)) {
        return false;
    }
    if (answered) {
        return true;
    }
    for (size_t i = 0; i < q->form.n; i++) {
        if (!is_ours(q->form.v[i].name)) {
            *cf_push(q->arena, &pairs) = q->form.v[i];
        }
    }
    if (cf_str_starts(what, CF_LIT("add:"))) {
        add_row(q, &pairs, cf_str_slice(what, 4, what.n));
    }
    struct form f = form_of(&x, pairs);
    bool goes_on = cf_str_is(what, "check") || cf_str_is(what, "do");
    if (!goes_on || !form_read(&f, &entry)) {
        return show_form(&x, r, &f, errs);
    }
    propose(&x, &entry.e, &proposal);
    if (q->flaws.n == 0 && !proposal.anything) {
        web_flaw(q, "reason", "Nothing differs from how the record stands. Change what is wrong");
    } else if (!proposal.c.reason.n) {
        web_flaw(q, "reason", "Say why it is put right");
    }
    if (q->flaws.n) {
        return show_form(&x, r, &f, errs);
    }
    return cf_str_is(what, "do") ? do_it(&x, r, &proposal.c, errs) : check(&x, r, &proposal, errs);
}

/* ---- Withdrawing. */

static bool show_withdrawal(struct amend *x, struct web_response *r, struct cf_errs *errs) {
    struct web_request *q = x->q;
    struct desk_correction c = {.event = x->stands.e.id, .withdraw = true};
    struct form_rows rows = {0};
    struct page_correct_check p = {.heading = CF_LIT("What withdrawing this record would change"),
                                   .action = here(x, "withdraw"),
                                   .withdrawal = true,
                                   .button = CF_LIT("Withdraw the record")};
    if (!fill_check(x, &c, NULL, true, &p, errs)) {
        return false;
    }
    struct part_textarea ask = why(q, web_field(q, "reason"));
    ask.label = CF_LIT("Why should it never have been recorded?");
    ask.hint = CF_LIT("For example: it was entered for the wrong child. The record stays in the ledger as withdrawn, with this "
                      "reason; no rule counts it any more.");
    p.ask = &ask;
    amend_rows(x, &x->stands.e, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        if (!rows.v[i].absent) {
            *cf_push(q->arena, &p.fields) = (struct page_correct_check_field){.label = rows.v[i].label, .was = rows.v[i].words};
        }
    }
    *cf_push(q->arena, &p.pairs) = (struct page_correct_check_pair){CF_LIT("key"), x->key};
    *cf_push(q->arena, &p.pairs) = (struct page_correct_check_pair){CF_LIT("known"), x->known};
    page_correct_check_write(&r->main, &p);
    return record_page(&x->rec, r, &(struct web_frame){0}, errs);
}

bool page_withdraw(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct amend x;
    return open_standing(q, &x, errs) && show_withdrawal(&x, r, errs);
}

bool page_withdraw_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct amend x;
    bool answered;
    if (!amend_open(q, &x, errs) || !changed_meanwhile(&x, r, &answered, errs)) {
        return false;
    }
    if (answered) {
        return true;
    }
    struct cf_str reason = cf_str_trim(web_field(q, "reason"));
    if (!reason.n) {
        web_flaw(q, "reason", "Say why it should never have been recorded");
        return show_withdrawal(&x, r, errs);
    }
    struct desk_correction c = {.event = x.stands.e.id,
                                .withdraw = true,
                                .reason = reason,
                                .actor = q->who->user,
                                .has_saw = true,
                                .saw = ledger_size(desk_ledger(q->desk)) - 1};
    return do_it(&x, r, &c, errs);
}
