/* api_say: what the answers of the interface share: counts of a page, lines of a docket with their reasons, flaws with their
 * places. Must not know any record or rule by name. */
#include "web/api.h"
#include "web/priv.h"

enum { REASONS_DEEP = 6, REASONS_WIDE = 24 };

bool api_send(struct web_request *q, struct web_response *r, int status, struct cf_buf *b, struct cf_errs *errs) {
    struct cf_str json;
    if (!cf_buf_finish(b, &json)) {
        return cf_fail(errs, CF_W003, CF_NOWHERE, "the answer is longer than %d bytes: ask for a smaller part",
                       CF_MAX_WEB_PAGE_BYTES);
    }
    r->status = status;
    return web_json(q, r, json);
}

void api_key(struct cf_buf *b, const char *key) {
    cf_buf_printf(b, ",\"%s\":", key);
}

void api_put_id(struct cf_buf *b, struct cf_id id) {
    static const char digits[] = "0123456789abcdef";
    cf_buf_lit(b, "\"");
    for (size_t i = 0; i < sizeof id.b; i++) {
        cf_buf_byte(b, (uint8_t)digits[id.b[i] >> 4]);
        cf_buf_byte(b, (uint8_t)digits[id.b[i] & 15]);
    }
    cf_buf_lit(b, "\"");
}

/* ---- Flaws. */

bool api_flawed(struct web_request *q, struct web_response *r, const struct api_flaw *flaws, size_t n, bool query) {
    struct cf_buf *b = &r->body;
    r->status = 422;
    cf_buf_printf(b,
                  "{\"type\":\"about:blank\",\"title\":\"Something needs putting right\",\"status\":422,"
                  "\"instance\":\"urn:request:%.*s\",\"detail\":",
                  CF_STR_ARG(web_id_text(q, q->id)));
    cf_json_str(b, n == 1 ? flaws[0].words : cf_str_printf(q->arena, "%zu things need putting right", n));
    cf_buf_lit(b, ",\"errors\":[");
    for (size_t i = 0; i < n; i++) {
        cf_buf_printf(b, "%s{\"code\":\"%s\",\"%s\":", i ? "," : "", cf_code_name(CF_W014), query ? "parameter" : "pointer");
        cf_json_str(b, flaws[i].pointer);
        api_key(b, "detail");
        cf_json_str(b, flaws[i].words);
        api_key(b, "hint");
        cf_json_str(b, flaws[i].hint.n ? flaws[i].hint : cf_str_from(cf_code_hint(CF_W014)));
        cf_buf_lit(b, "}");
    }
    cf_buf_lit(b, "]}");
    r->content_type = CF_LIT("application/problem+json");
    r->rendered = true;
    return true;
}

/* ---- Pages. */

bool api_page_asked(struct web_request *q, struct web_response *r, int64_t *page) {
    struct cf_str said = web_query(q, "page");
    *page = 1;
    if (!said.n || (cf_str_int(said, page) && *page >= 1 && *page <= INT32_MAX)) {
        return true;
    }
    struct api_flaw flaw = {CF_LIT("page"), CF_LIT("this takes a whole number from 1"), CF_LIT("The first page is 1.")};
    (void)api_flawed(q, r, &flaw, 1, true);
    return false;
}

struct api_part api_part(int64_t page, size_t n) {
    size_t first = (size_t)(page - 1) * API_ON_PAGE;
    struct api_part part = {.page = page, .from = first < n ? first : n};
    part.to = n - part.from > API_ON_PAGE ? part.from + API_ON_PAGE : n;
    return part;
}

void api_put_counts(struct cf_buf *b, const struct api_part *part, size_t n, size_t left_out, uint64_t withheld) {
    size_t part_n = part->to - part->from;
    cf_buf_printf(b, ",\"page\":%lld,\"pages\":%zu,\"shown\":%zu,\"hidden\":%zu,\"withheld\":%llu,\"total\":%llu",
                  (long long)part->page, n == 0 ? 1 : (n + API_ON_PAGE - 1) / API_ON_PAGE, part_n - left_out, n - part_n,
                  (unsigned long long)(withheld + left_out), (unsigned long long)(n + withheld));
}

/* ---- Lines of a docket. */

static void put_rule(struct cf_buf *b, const struct lang_decl *rule) {
    cf_buf_lit(b, "\"rule\":");
    cf_json_str(b, rule->name.text);
    api_key(b, "title");
    cf_json_str(b, rule->title);
    api_key(b, "policy");
    cf_json_str(b, rule->policy->name.text);
}

static void put_state(struct cf_buf *b, const struct lang_reference *ref, const struct lang_duty_line *d) {
    cf_buf_printf(b, "\"state\":\"%s\",\"due\":", lang_state_word(d->state));
    cf_buf_printf(b, d->has_due ? "\"%s\"" : "null", cf_time_iso(d->due).p);
    api_key(b, "owner");
    if (d->owner.role_or_unit) {
        cf_json_str(b, d->owner.role_or_unit->name.text);
    } else {
        cf_buf_lit(b, "null");
    }
    if (d->owner.unit) {
        api_key(b, "unit");
        cf_json_str(b, ref->subject_name(ref->ctx, d->owner.unit));
    }
    api_key(b, "marks");
    cf_buf_lit(b, "[");
    bool comma = false;
    for (unsigned bit = 0; lang_mark_word(bit); bit++) {
        if (d->marks >> bit & 1U) {
            cf_buf_lit(b, comma ? "," : "");
            cf_json_str(b, cf_str_from(lang_mark_word(bit)));
            comma = true;
        }
    }
    cf_buf_lit(b, "]");
}

void api_put_duty(struct cf_buf *b, const struct lang_reference *ref, const struct lang_duty_line *d) {
    cf_buf_lit(b, "\"duty\":");
    api_put_id(b, d->id);
    cf_buf_lit(b, ",");
    put_rule(b, d->rule);
    cf_buf_printf(b, ",\"since\":\"%s\",", cf_time_iso(d->since).p);
    put_state(b, ref, d);
}

static void put_reason(struct cf_buf *b, const struct lang_reason *why, int deep) {
    cf_buf_lit(b, "{\"text\":");
    cf_json_str(b, why->text);
    if (why->under.n && deep < REASONS_DEEP) {
        api_key(b, "because");
        cf_buf_lit(b, "[");
        for (size_t i = 0; i < why->under.n && i < REASONS_WIDE; i++) {
            cf_buf_lit(b, i ? "," : "");
            put_reason(b, why->under.v[i], deep + 1);
        }
        cf_buf_lit(b, "]");
    }
    cf_buf_lit(b, "}");
}

void api_put_reasons(struct cf_buf *b, const struct lang_reason *why) {
    cf_buf_lit(b, "[");
    for (size_t i = 0; why && i < why->under.n && i < REASONS_WIDE; i++) {
        cf_buf_lit(b, i ? "," : "");
        put_reason(b, why->under.v[i], 1);
    }
    cf_buf_lit(b, "]");
}

bool api_owns(const struct web_request *q, const struct lang_duty_line *d) {
    bool named = d->owner.role_or_unit && cf_str_eq(d->owner.role_or_unit->name.text, q->who->login);
    return named || (q->who->user_no != 0 && (int64_t)d->owner.subject == q->who->user_no);
}

void api_also(struct web_request *q, struct api_people *list, uint32_t no) {
    for (size_t i = 0; i < list->n; i++) {
        if (list->v[i] == no) {
            return;
        }
    }
    *cf_push(q->arena, list) = no;
}

/* ---- What changed. */

struct changing {
    struct web_request *q;
    const struct desk_trials *all;
    const struct desk_trial *t;
    const struct desk_change *c;
    struct cf_buf *b;
};

static void put_change_of_duty(struct changing *x) {
    const struct lang_duty_line *now = x->c->duty, *was = x->c->duty_before, *either = now ? now : was;
    cf_buf_lit(x->b, "\"duty\",\"duty\":");
    api_put_id(x->b, either->id);
    cf_buf_lit(x->b, ",");
    put_rule(x->b, either->rule);
    api_key(x->b, "before");
    cf_buf_lit(x->b, was ? "{" : "null");
    if (was) {
        put_state(x->b, x->all->ref, was);
        cf_buf_lit(x->b, "}");
    }
    api_key(x->b, "now");
    cf_buf_lit(x->b, now ? "{" : "null");
    if (now) {
        put_state(x->b, x->all->ref, now);
        cf_buf_lit(x->b, "}");
    }
    api_key(x->b, "reasons");
    api_put_reasons(x->b, now ? lang_explain_duty(x->q->arena, x->all->set, x->all->ref, &x->t->h, x->t->now, now) : NULL);
}

static void put_change_of_gate(struct changing *x) {
    const struct lang_gate_line *g = x->c->gate;
    cf_buf_lit(x->b, "\"gate\",");
    put_rule(x->b, g->rule);
    cf_buf_printf(x->b, ",\"result\":\"%s\"", g->not_in_source ? "not in the source" : lang_result_word(g->result));
    if (g->result != LANG_KEPT_RESULT && g->rule->as.gate.otherwise.n) {
        api_key(x->b, "otherwise");
        cf_json_str(x->b, g->rule->as.gate.otherwise);
    }
    api_key(x->b, "reasons");
    api_put_reasons(x->b, lang_explain_gate(x->q->arena, x->all->set, x->all->ref, &x->t->h, x->t->now, g));
}

static void put_change_of_state(struct changing *x) {
    const struct lang_decl *rule = x->c->flag ? x->c->flag->rule : x->c->grade->rule;
    uint64_t episode = x->c->flag ? x->c->flag->episode : x->c->grade->episode;
    cf_buf_lit(x->b, x->c->flag ? "\"flag\"," : "\"grade\",");
    put_rule(x->b, rule);
    if (x->c->flag) {
        cf_buf_printf(x->b, ",\"stands\":%s", x->c->flag_gone ? "false" : "true");
    } else {
        api_key(x->b, "level");
        if (x->c->grade->level >= 0) {
            cf_json_str(x->b, rule->as.grade.codes->as.codes.list.v[x->c->grade->level].name.text);
        } else {
            cf_buf_lit(x->b, "null");
        }
    }
    api_key(x->b, "reasons");
    bool stands = !x->c->flag || !x->c->flag_gone;
    api_put_reasons(x->b, stands ? lang_explain_state(x->q->arena, x->all->set, x->all->ref, &x->t->h, x->t->now, rule, episode)
                                 : NULL);
}

/* A line whose cause may not be shown for the purpose that was given is left out with it. */
static bool may_tell(const struct changing *x) {
    const struct lang_duty_line *d = x->c->duty ? x->c->duty : x->c->duty_before;
    uint64_t cause = x->c->gate ? x->c->gate->event : d ? d->cause : UINT64_MAX;
    for (size_t i = 0; i < x->t->h.n; i++) {
        const struct lang_event *e = &x->t->h.events[i];
        if (e->seq == cause && !lang_record_seen_for(x->all->set->records.v[e->record], x->q->who->purpose)) {
            return false;
        }
    }
    if (!x->q->who->partner) {
        return true;
    }
    return x->c->gate ? x->c->gate->event == x->t->seq : d && (api_owns(x->q, d) || d->ended_by == x->t->seq);
}

bool api_put_changes(struct web_request *q, const struct desk_trials *trials, struct cf_buf *b, struct api_people *shown,
                     struct cf_errs *errs) {
    bool comma = false;
    cf_buf_lit(b, "[");
    for (size_t i = 0; i < trials->n; i++) {
        const struct desk_trial *t = &trials->v[i];
        bool keep = false;
        size_t withheld;
        if (t->no == UINT32_MAX ||
            !access_filter(q->access, q->desk, q->who, ACCESS_EXPORT, &t->no, 1, &keep, &withheld, errs)) {
            return false;
        }
        for (size_t k = 0; keep && k < t->changes.n; k++) {
            struct changing x = {q, trials, t, &t->changes.v[k], b};
            if (!may_tell(&x)) {
                continue;
            }
            api_also(q, shown, t->no);
            cf_buf_lit(b, comma ? ",{\"child\":" : "{\"child\":");
            api_put_id(b, t->subject);
            api_key(b, "kind");
            if (x.c->gate) {
                put_change_of_gate(&x);
            } else if (x.c->duty || x.c->duty_before) {
                put_change_of_duty(&x);
            } else {
                put_change_of_state(&x);
            }
            cf_buf_lit(b, "}");
            comma = true;
        }
    }
    cf_buf_lit(b, "]");
    return true;
}
