/* account: the same history in plain words, for the child. Names no other person and gives nobody else's words; says what it
 * leaves out, and how old one must be to read it. Must not know any record, episode or rule by name; the child's note is what a
 * narrative field `note` says. */
#include "web/pages/child_nav.h"

#include "pages/page_account.h"
#include "web/pages/reading.h"

enum { READABLE_AT = 11 };

static bool is_note(const struct lang_field *f) {
    return cf_str_is(f->name.text, "note") && f->type.kind == LANG_T_TEXT;
}

static struct cf_str sentence(struct web_request *q, struct cf_str s) {
    struct cf_str t = cf_str_trim(s);
    return cf_str_ends(t, CF_LIT(".")) ? cf_str_slice(t, 0, t.n - 1) : cf_str_dup(q->arena, t);
}

static struct page_account_piece *piece_of(struct child *c, struct page_account *p, const struct lang_event **openers,
                                           const struct lang_event *e) {
    const struct lang_event *opener = child_episode(c, e), *key = opener ? opener : e;
    for (size_t i = 0; i < p->parts.n; i++) {
        if (openers[i] == key) {
            return &p->parts.v[i];
        }
    }
    openers[p->parts.n] = key;
    struct page_account_piece *out = cf_push(c->q->arena, &p->parts);
    struct cf_buf b = cf_buf_new(c->q->arena, 256);
    html_date(&b, cf_time_day(c->q->zone, key->from));
    *out = (struct page_account_piece){.title = opener ? child_record(c, opener)->as.record.opens_decl->title
                                                       : child_record(c, e)->title,
                                       .when = html_done(&b)};
    return out;
}

static bool add_words(struct child *c, const struct lang_event *e, struct page_account *p, struct page_account_piece *piece,
                      int64_t *others, struct cf_errs *errs) {
    struct web_request *q = c->q;
    const struct lang_decl *record = child_record(c, e);
    struct desk_words *words = NULL;
    for (size_t k = 0; k < record->as.record.fields.n; k++) {
        const struct lang_field *f = &record->as.record.fields.v[k];
        if (e->fields[k].kind != LANG_V_TEXT) {
            continue;
        }
        if (!record_own_words(f) && !is_note(f)) {
            ++*others;
            continue;
        }
        if (!words && !desk_said(q->desk, record, e->seq, q->arena, &words, errs)) {
            return false;
        }
        struct web_html html = child_paragraphs(q, child_answer(c, record, e, k, words));
        if (is_note(f)) {
            *cf_push(q->arena, &p->notes) = (struct page_account_note){html, child_when(q, e)};
        } else {
            *cf_push(q->arena, &piece->said) = (struct page_account_words){html};
        }
    }
    return true;
}

/* What is known about the child, said last. Which group the child belongs to is theirs to read too. */
static bool add_known(struct child *c, const struct lang_event *e, struct page_account *p, struct cf_errs *errs) {
    const struct lang_decl *record = child_record(c, e);
    struct desk_words *words;
    struct cf_buf b = cf_buf_new(c->q->arena, 256);
    html_date(&b, cf_time_day(c->q->zone, e->from));
    struct web_html when = html_done(&b);
    if (!desk_said(c->q->desk, record, e->seq, c->q->arena, &words, errs)) {
        return false;
    }
    for (size_t k = 0; k < record->as.record.fields.n; k++) {
        struct page_account_known one = {child_label(c->q, record, &record->as.record.fields.v[k]),
                                         child_answer(c, record, e, k, words), when};
        size_t at = 0;
        while (at < p->known.n && !cf_str_eq(p->known.v[at].what, one.what)) {
            at++;
        }
        if (e->fields[k].kind == LANG_V_NOT_ASKED || e->fields[k].kind == LANG_V_SUBJECT) {
            continue; /* a place or a school is kept by a number that says nothing to anybody */
        }
        if (at == p->known.n) {
            *cf_push(c->q->arena, &p->known) = one;
        } else {
            p->known.v[at] = one;
        }
    }
    return true;
}

static void add_told(struct child *c, const struct lang_event *e, struct page_account *p, struct page_account_piece *piece) {
    if (!e->share || !cf_str_is(child_record(c, e)->name.text, "sent")) {
        return;
    }
    p->told_any = true;
    *cf_push(c->q->arena, &piece->told) =
        (struct page_account_told){.whom = e->recipient ? child_subject(&c->rec, e->recipient) : CF_LIT("somebody not named"),
                                   .when = child_when(c->q, e),
                                   .gave = child_gives(c, e->share),
                                   .why = child_purpose(c, e->share),
                                   .answered = child_answered(c, e) != NULL};
}

/* How a rule that was owed to the child stands, in plain words. */
static void add_rule(struct child *c, const struct lang_duty_line *l, struct page_account_piece *piece) {
    static const char *const how[] = {[LANG_PENDING] = "We still have to do it",
                                      [LANG_STOPPED] = "It waits",
                                      [LANG_OVERDUE] = "We have not done it. We are late",
                                      [LANG_MET_STATE] = "We did it on time",
                                      [LANG_LATE] = "We did it late",
                                      [LANG_MISSED] = "We did not do it",
                                      [LANG_VOID] = ""};
    struct cf_buf b = cf_buf_new(c->q->arena, 512);
    if (l->state == LANG_VOID) {
        return; /* it was not needed any more */
    }
    if (l->state <= LANG_OVERDUE && l->has_due) {
        cf_buf_lit(&b, l->state == LANG_OVERDUE ? ". It was due on " : ", by ");
        html_trusted(&b, web_due(c->q, l->due));
    }
    for (size_t i = 0; i < piece->rules.n; i++) {
        if (cf_str_eq(piece->rules.v[i].what, sentence(c->q, l->rule->title)) &&
            cf_str_is(piece->rules.v[i].how, how[l->state])) {
            return;
        }
    }
    *cf_push(c->q->arena, &piece->rules) = (struct page_account_rule){.what = sentence(c->q, l->rule->title),
                                                                      .how = cf_str_from(how[l->state]),
                                                                      .when = html_done(&b),
                                                                      .because = l->rule->policy->title};
}

static void add_rules(struct child *c, struct page_account *p, const struct lang_event **openers) {
    for (size_t i = 0; i < c->k.duties.n; i++) {
        const struct lang_duty_line *l = &c->k.duties.v[i];
        const struct lang_event *e = l->marks & LANG_M_NOT_IN_SOURCE ? NULL : child_event(c, l->cause);
        if (e) {
            add_rule(c, l, piece_of(c, p, openers, e));
        }
    }
    for (size_t i = 0; i < c->k.gates.n; i++) {
        const struct lang_gate_line *g = &c->k.gates.v[i];
        const struct lang_event *e = g->result == LANG_KEPT_RESULT || g->not_in_source ? NULL : child_event(c, g->event);
        if (e) {
            struct page_account_piece *piece = piece_of(c, p, openers, e);
            *cf_push(c->q->arena, &piece->wrong) =
                (struct page_account_wrong){sentence(c->q, g->rule->title), g->rule->as.gate.otherwise};
        }
    }
}

static void say_left(struct child *c, int64_t others, struct page_account *p) {
    struct web_request *q = c->q;
    *cf_push(q->arena, &p->left) = CF_LIT("The names of other people. They have rights too.");
    if (others) {
        *cf_push(q->arena, &p->left) = cf_str_printf(
            q->arena, "What others wrote in their own words, %lld times. It may be about somebody else.", (long long)others);
    }
    if (c->unseen) {
        *cf_push(q->arena, &p->left) = cf_str_printf(
            q->arena,
            "%lld things that we may not show for this reason. It could put you or somebody else in danger, or harm "
            "work that still goes on.",
            (long long)c->unseen);
    }
}

static struct cf_str note_href(struct child *c) {
    for (size_t i = 0; i < c->set->records.n; i++) {
        const struct lang_decl *record = c->set->records.v[i];
        for (size_t k = 0; k < record->as.record.fields.n; k++) {
            if (is_note(&record->as.record.fields.v[k]) && record_may(c->q, record)) {
                return web_url(c->q, "/record/%.*s?about=%.*s", CF_STR_ARG(record->name.text),
                               CF_STR_ARG(web_id_text(c->q, c->id)));
            }
        }
    }
    return CF_LIT("");
}

/* The words that the child reads: what stands between the tags. */
static struct cf_str words_of(struct web_request *q, struct cf_str html) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    struct cf_str text;
    bool tag = false;
    for (size_t i = 0; i < html.n; i++) {
        char ch = html.p[i];
        bool block = ch == '<' && i + 2 < html.n && html.p[i + 1] == '/' &&
                     (html.p[i + 2] == 'p' || html.p[i + 2] == 'h' || html.p[i + 2] == 'l');
        if (block) {
            cf_buf_lit(&b, "\n");
        }
        tag = tag || ch == '<';
        if (!tag) {
            cf_buf_byte(&b, (uint8_t)ch);
        }
        tag = tag && ch != '>';
    }
    return cf_buf_finish(&b, &text) ? text : CF_LIT("");
}

bool page_account(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child c;
    int64_t others = 0;
    if (!child_open(q, ACCESS_EXPORT, &c, errs)) {
        return false;
    }
    struct cf_buf made = cf_buf_new(q->arena, 256), dry = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    html_date(&made, cf_time_day(q->zone, q->now));
    struct page_account p = {.name = record_person(&c.rec, c.id), .made = html_done(&made), .note_href = note_href(&c)};
    const struct lang_event **openers = CF_NEW_N(q->arena, const struct lang_event *, c.h.n + 1);
    for (size_t i = 0; i < c.h.n; i++) {
        const struct lang_event *e = &c.h.events[i];
        if (!c.seen[i]) {
            continue;
        }
        if (c.set->birth && child_attribute(child_record(&c, e), c.set->birth)) {
            if (!add_known(&c, e, &p, errs)) {
                return false;
            }
            continue;
        }
        struct page_account_piece *piece = piece_of(&c, &p, openers, e);
        *cf_push(q->arena, &piece->steps) = (struct page_account_step){
            child_when(q, e), e->share ? cf_str_printf(q->arena, "%.*s: %.*s", CF_STR_ARG(child_record(&c, e)->title),
                                                       CF_STR_ARG(e->share->title))
                                       : sentence(q, child_record(&c, e)->title)};
        add_told(&c, e, &p, piece);
        if (!add_words(&c, e, &p, piece, &others, errs)) {
            return false;
        }
    }
    add_rules(&c, &p, openers);
    say_left(&c, others, &p);
    p.age_fits = true;
    page_account_write(&dry, &p); /* once without the way to other pages, to count its words */
    p.age = reading_age(words_of(q, html_done(&dry).html));
    p.age_fits = p.age <= READABLE_AT;
    p.nav = child_nav(&c, 2);
    page_account_write(&r->main, &p);
    c.rec.withheld = c.unseen;
    return record_page(&c.rec, r, &(struct web_frame){0}, errs);
}
