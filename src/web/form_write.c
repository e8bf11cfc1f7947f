/* form_write: the questions of a form as HTML, filled with what was sent, each with what is wrong with it. GOV.UK's classes;
 * works without scripts. Must not know where answers come from. */
#include "web/form_priv.h"

/* ---- Small pieces. */

static void lit(struct cf_buf *b, const char *s) {
    cf_buf_lit(b, s);
}

/* ` name="value"`, escaped. */
static void attr(struct cf_buf *b, const char *name, struct cf_str value) {
    cf_buf_byte(b, ' ');
    lit(b, name);
    lit(b, "=\"");
    html_text(b, value);
    cf_buf_byte(b, '"');
}

static void error_message(struct form *f, struct cf_buf *b, struct cf_str base) {
    struct cf_str flaw = form_flaw_at(f, base);
    if (flaw.n) {
        lit(b, "<p class=\"govuk-error-message\"");
        attr(b, "id", form_name(f, base, "-error"));
        lit(b, "><span class=\"govuk-visually-hidden\">Error:</span> ");
        html_text(b, flaw);
        lit(b, "</p>");
    }
}

static void hint(struct form *f, struct cf_buf *b, struct cf_str base, struct cf_str words, struct cf_str also) {
    if (words.n || also.n) {
        lit(b, "<div class=\"govuk-hint\"");
        attr(b, "id", form_name(f, base, "-hint"));
        lit(b, ">");
        html_text(b, words);
        lit(b, words.n && also.n ? "<br>" : "");
        html_text(b, also);
        lit(b, "</div>");
    }
}

static void described_by(struct form *f, struct cf_buf *b, struct cf_str base, bool hinted) {
    bool flawed = form_flaw_at(f, base).n > 0;
    if (hinted || flawed) {
        lit(b, " aria-describedby=\"");
        html_text(b, hinted ? form_name(f, base, "-hint") : CF_LIT(""));
        lit(b, hinted && flawed ? " " : "");
        html_text(b, flawed ? form_name(f, base, "-error") : CF_LIT(""));
        lit(b, "\"");
    }
}

static bool is_sent(const struct form *f, struct cf_str name, struct cf_str value) {
    for (size_t i = 0; i < f->sent.n; i++) {
        if (cf_str_eq(f->sent.v[i].name, name) && cf_str_eq(cf_str_trim(f->sent.v[i].value), value)) {
            return true;
        }
    }
    return false;
}

struct choice { /* one radio or checkbox */
    struct cf_str name, value, label, hint, id;
    bool checkbox, chosen;
};

static void write_choice(struct form *f, struct cf_buf *b, const struct choice *c) {
    const char *kind = c->checkbox ? "checkboxes" : "radios";
    cf_buf_printf(b, "<div class=\"govuk-%s__item\"><input class=\"govuk-%s__input\" type=\"%s\"", kind, kind,
                  c->checkbox ? "checkbox" : "radio");
    attr(b, "id", c->id);
    attr(b, "name", c->name);
    attr(b, "value", c->value);
    if (c->hint.n) {
        attr(b, "aria-describedby", form_name(f, c->id, "-why"));
    }
    lit(b, c->chosen ? " checked>" : ">");
    cf_buf_printf(b, "<label class=\"govuk-label govuk-%s__label\"", kind);
    attr(b, "for", c->id);
    lit(b, ">");
    html_text(b, c->label);
    lit(b, "</label>");
    if (c->hint.n) {
        cf_buf_printf(b, "<div class=\"govuk-hint govuk-%s__hint\"", kind);
        attr(b, "id", form_name(f, c->id, "-why"));
        lit(b, ">");
        html_text(b, c->hint);
        lit(b, "</div>");
    }
    lit(b, "</div>");
}

static void text_input(struct cf_buf *b, struct cf_str id, struct cf_str name, struct cf_str value, const char *class,
                       const char *more) {
    cf_buf_printf(b, "<input class=\"govuk-input %s\" type=\"text\" autocomplete=\"off\" %s", class, more);
    attr(b, "id", id);
    attr(b, "name", name);
    attr(b, "value", value);
}

static void hidden(struct cf_buf *b, struct cf_str name, struct cf_str value) {
    lit(b, "<input type=\"hidden\"");
    attr(b, "name", name);
    attr(b, "value", value);
    lit(b, ">");
}

static void button(struct cf_buf *b, struct cf_str value, const char *words, struct cf_str aside) {
    lit(b, "<button class=\"govuk-button govuk-button--secondary cf-inline\" name=\"do\" data-module=\"govuk-button\" "
           "formnovalidate");
    attr(b, "value", value);
    lit(b, ">");
    lit(b, words);
    if (aside.n) {
        lit(b, "<span class=\"govuk-visually-hidden\"> ");
        html_text(b, aside);
        lit(b, "</span>");
    }
    lit(b, "</button>");
}

/* ---- Absences. */

/* Beside a box to type in: folded away until it is needed. */
static void write_absences(struct form *f, struct cf_buf *b, const struct form_question *q) {
    static const struct {
        const char *value, *words;
    } absences[] = {{"none", "None: this was asked, and there are none"},
                    {"not_known", "Not known"},
                    {"declined", "Declined to say"},
                    {"not_asked", "Not asked"}};
    struct cf_str name = form_name(f, q->base, "~"), said = form_trimmed(f, q->base, "~");
    bool folded = !said.n || cf_str_is(said, "not_asked");
    if (!q->absences) {
        return;
    }
    cf_buf_printf(b, "<details class=\"govuk-details cf-absence\"%s><summary class=\"govuk-details__summary\">",
                  folded ? "" : " open");
    lit(b, "<span class=\"govuk-details__summary-text\">No answer<span class=\"govuk-visually-hidden\"> to ");
    html_text(b, q->label);
    lit(b, "</span></span></summary><div class=\"govuk-details__text\"><div class=\"govuk-radios govuk-radios--small\" "
           "data-module=\"govuk-radios\">");
    for (size_t i = q->many ? 0 : 1; i < CF_COUNT(absences) - (q->required ? 1 : 0); i++) {
        struct choice c = {.name = name,
                           .value = cf_str_from(absences[i].value),
                           .label = cf_str_from(absences[i].words),
                           .id = cf_str_printf(f->arena, "%.*s-%s", CF_STR_ARG(name), absences[i].value),
                           .chosen = cf_str_is(said, absences[i].value)};
        write_choice(f, b, &c);
    }
    lit(b, "</div></div></details>");
}

/* As answers among the others, after the last of them. */
static const struct form_option absent_options[] = {{CF_LIT("~not_known"), CF_LIT("Not known"), {0}},
                                                    {CF_LIT("~declined"), CF_LIT("Declined to say"), {0}},
                                                    {CF_LIT("~not_asked"), CF_LIT("Not asked"), {0}}};

static size_t n_absent_options(const struct form_question *q) {
    return !q->absences ? 0 : q->required ? 2 : 3;
}

/* ---- One answer of a question. */

static void options_of_codes(struct form *f, const struct form_question *q, struct form_options *out) {
    if (q->type == LANG_T_YESNO) {
        *cf_push(f->arena, out) = (struct form_option){.value = CF_LIT("yes"), .label = CF_LIT("Yes")};
        *cf_push(f->arena, out) = (struct form_option){.value = CF_LIT("no"), .label = CF_LIT("No")};
    }
    for (size_t i = 0; q->type == LANG_T_CODE && q->of && i < q->of->as.codes.list.n; i++) {
        *cf_push(f->arena, out) =
            (struct form_option){.value = q->of->as.codes.list.v[i].name.text, .label = form_code_label(f->arena, q->of, i)};
    }
}

static void write_radios(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct form_options all = {0};
    options_of_codes(f, q, &all);
    size_t answers = all.n;
    for (size_t i = 0; i < n_absent_options(q); i++) {
        *cf_push(f->arena, &all) = absent_options[i];
    }
    cf_buf_printf(b, "<div class=\"govuk-radios govuk-radios--small%s\" data-module=\"govuk-radios\">",
                  answers <= 3 ? " govuk-radios--inline" : "");
    for (size_t i = 0; i < all.n; i++) {
        struct choice c = {.name = q->base,
                           .value = all.v[i].value,
                           .label = all.v[i].label,
                           .id = i ? cf_str_printf(f->arena, "%.*s-%zu", CF_STR_ARG(q->base), i + 1) : q->base,
                           .chosen = is_sent(f, q->base, all.v[i].value)};
        if (i == answers) {
            lit(b, "<div class=\"govuk-radios__divider\">or</div>");
        }
        write_choice(f, b, &c);
    }
    lit(b, "</div>");
}

static void write_checks(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct form_options all = {0};
    options_of_codes(f, q, &all);
    lit(b, "<div class=\"govuk-checkboxes govuk-checkboxes--small\" data-module=\"govuk-checkboxes\">");
    for (size_t i = 0; i < all.n; i++) {
        struct choice c = {.name = q->base,
                           .value = all.v[i].value,
                           .label = all.v[i].label,
                           .id = i ? cf_str_printf(f->arena, "%.*s-%zu", CF_STR_ARG(q->base), i + 1) : q->base,
                           .checkbox = true,
                           .chosen = is_sent(f, q->base, all.v[i].value)};
        write_choice(f, b, &c);
    }
    lit(b, "</div>");
}

static void write_options(struct form *f, struct cf_buf *b, const struct form_question *q, const struct form_options *all) {
    lit(b, "<select class=\"govuk-select\"");
    attr(b, "id", q->base);
    attr(b, "name", q->base);
    described_by(f, b, q->base, q->hint.n > 0);
    lit(b, "><option value=\"\">Choose</option>");
    for (size_t i = 0; i < all->n; i++) {
        lit(b, "<option");
        attr(b, "value", all->v[i].value);
        lit(b, is_sent(f, q->base, all->v[i].value) ? " selected>" : ">");
        html_text(b, all->v[i].label);
        lit(b, "</option>");
    }
    lit(b, "</select>");
}

static void write_select(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct form_options all = {0};
    options_of_codes(f, q, &all);
    for (size_t i = 0; i < n_absent_options(q); i++) {
        *cf_push(f->arena, &all) = absent_options[i];
    }
    write_options(f, b, q, &all);
}

static void write_type_ahead(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct cf_str typed = form_get(f, q->base, ""), list = form_name(f, q->base, "-list");
    struct form_options all = {0};
    options_of_codes(f, q, &all);
    for (size_t i = 0; i < all.n; i++) { /* a code's name is shown as its title */
        if (cf_str_eq(all.v[i].value, cf_str_trim(typed))) {
            typed = all.v[i].label;
        }
    }
    text_input(b, q->base, q->base, typed, "", "");
    attr(b, "list", list);
    described_by(f, b, q->base, true);
    lit(b, "><datalist");
    attr(b, "id", list);
    lit(b, ">");
    for (size_t i = 0; i < all.n && i < FORM_LISTED; i++) {
        lit(b, "<option");
        attr(b, "value", all.v[i].label);
        lit(b, "></option>");
    }
    lit(b, "</datalist>");
}

static void date_part(struct form *f, struct cf_buf *b, struct cf_str base, const char *part, const char *label, bool first) {
    struct cf_str name = cf_str_printf(f->arena, "%.*s.%s", CF_STR_ARG(base), part);
    struct cf_str id = first ? base : name;
    const char *width = cf_str_is(cf_str_from(part), "year") ? "govuk-input--width-4" : "govuk-input--width-2";
    bool time = cf_str_is(cf_str_from(part), "time");
    lit(b, "<div class=\"govuk-date-input__item\"><div class=\"govuk-form-group\"><label class=\"govuk-label "
           "govuk-date-input__label\"");
    attr(b, "for", id);
    lit(b, ">");
    lit(b, label);
    lit(b, "</label>");
    cf_buf_printf(
        b, "<input class=\"govuk-input govuk-date-input__input %s%s\" type=\"text\" autocomplete=\"off\" inputmode=\"%s\"",
        time ? "govuk-input--width-5" : width, form_flaw_at(f, base).n ? " govuk-input--error" : "", time ? "text" : "numeric");
    attr(b, "id", id);
    attr(b, "name", name);
    attr(b, "value", form_sent(&f->sent, name));
    lit(b, "></div></div>");
}

static void write_date(struct form *f, struct cf_buf *b, struct cf_str base, bool timed) {
    lit(b, "<div class=\"govuk-date-input\">");
    date_part(f, b, base, "day", "Day", true);
    date_part(f, b, base, "month", "Month", false);
    date_part(f, b, base, "year", "Year", false);
    if (timed) {
        date_part(f, b, base, "time", "Time", false);
    }
    lit(b, "</div>");
    if (form_trimmed(f, base, ".span").n) {
        hidden(b, form_name(f, base, ".span"), form_trimmed(f, base, ".span"));
    }
}

static void write_duration(struct form *f, struct cf_buf *b, const struct form_question *q) {
    static const char *const units[] = {"minutes", "hours", "days", "working days", "weeks", "months", "years", "seconds"};
    struct cf_str name = form_name(f, q->base, ".unit"), chosen = form_trimmed(f, q->base, ".unit");
    enum cf_unit was, is;
    text_input(b, q->base, form_name(f, q->base, ".n"), form_get(f, q->base, ".n"), "govuk-input--width-4",
               "inputmode=\"numeric\"");
    described_by(f, b, q->base, q->hint.n > 0);
    lit(b, "> <label class=\"govuk-visually-hidden\"");
    attr(b, "for", name);
    lit(b, ">Unit</label><select class=\"govuk-select cf-inline\"");
    attr(b, "id", name);
    attr(b, "name", name);
    lit(b, ">");
    for (size_t i = 0; i < CF_COUNT(units); i++) {
        bool same = cf_unit_parse(cf_str_from(units[i]), &is) && cf_unit_parse(chosen, &was) && is == was;
        cf_buf_printf(b, "<option value=\"%s\"%s>%s</option>", units[i], same ? " selected" : "", units[i]);
    }
    lit(b, "</select>");
}

/* ---- Who, and which event. */

static struct cf_str short_id(struct cf_str hex) {
    return cf_str_slice(hex, 0, 8);
}

static void leftovers(struct form *f, struct cf_buf *b, const struct form_options *o) {
    if (o->hidden || o->withheld) {
        cf_buf_printf(b, "<p class=\"govuk-hint\">%zu shown", o->n);
        if (o->hidden) {
            cf_buf_printf(b, ", %llu more not shown: write more to narrow it down", (unsigned long long)o->hidden);
        }
        if (o->withheld) {
            cf_buf_printf(b, ", %llu withheld", (unsigned long long)o->withheld);
        }
        cf_buf_printf(b, ": %llu in all</p>", (unsigned long long)(o->n + o->hidden + o->withheld));
    }
    (void)f;
}

static void write_events(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct form_options all = {0};
    struct cf_str chosen = form_trimmed(f, q->base, "");
    bool listed = false;
    if (f->source->events) {
        f->source->events(f->source->ctx, f->arena, q->of, f->child, &all);
    }
    for (size_t i = 0; i < all.n; i++) {
        listed = listed || cf_str_eq(all.v[i].value, chosen);
    }
    struct cf_id id;
    if (!listed && cf_unhex(chosen, id.b, sizeof id.b)) {
        struct cf_str words = f->source->event_words ? f->source->event_words(f->source->ctx, f->arena, id) : CF_LIT("");
        *cf_push(f->arena, &all) = (struct form_option){
            .value = chosen, .label = words.n ? words : cf_str_printf(f->arena, "Event %.*s", CF_STR_ARG(short_id(chosen)))};
    }
    size_t answers = all.n;
    for (size_t i = 0; i < n_absent_options(q); i++) {
        *cf_push(f->arena, &all) = absent_options[i];
    }
    if (!answers) {
        lit(b, "<p class=\"govuk-body\">Nothing of this kind is recorded yet for who is chosen above.</p>");
    }
    lit(b, "<div class=\"govuk-radios govuk-radios--small\" data-module=\"govuk-radios\">");
    for (size_t i = 0; i < all.n; i++) {
        struct choice c = {.name = q->base,
                           .value = all.v[i].value,
                           .label = all.v[i].label,
                           .hint = all.v[i].hint,
                           .id = i ? cf_str_printf(f->arena, "%.*s-%zu", CF_STR_ARG(q->base), i + 1) : q->base,
                           .chosen = is_sent(f, q->base, all.v[i].value)};
        if (i && i == answers) {
            lit(b, "<div class=\"govuk-radios__divider\">or</div>");
        }
        write_choice(f, b, &c);
    }
    lit(b, "</div>");
    leftovers(f, b, &all);
}

static bool offers(const struct form_options *all, struct cf_str value) {
    for (size_t i = 0; i < all->n; i++) {
        if (cf_str_eq(all->v[i].value, value)) {
            return true;
        }
    }
    return false;
}

/* Who was found or is worth offering, and who is chosen already. */
static void subject_options(struct form *f, const struct form_question *q, struct form_options *all) {
    struct cf_str chosen = form_trimmed(f, q->base, ""), words = form_trimmed(f, q->base, ".find");
    struct cf_id id;
    if (f->source->subjects) {
        f->source->subjects(f->source->ctx, f->arena, q->subject, words, f->child, all);
    }
    if (cf_unhex(chosen, id.b, sizeof id.b) && !offers(all, chosen)) {
        struct cf_str name = CF_LIT("");
        if (f->source->subject_words) {
            name = f->source->subject_words(f->source->ctx, f->arena, q->subject, id);
        }
        if (!name.n) {
            name = cf_str_printf(f->arena, "%s %.*s", lang_subject_word(q->subject), CF_STR_ARG(short_id(chosen)));
        }
        *cf_push(f->arena, all) = (struct form_option){.value = chosen, .label = name, .hint = CF_LIT("Chosen before")};
    }
}

static void write_find(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct cf_str name = form_name(f, q->base, ".find");
    bool person = q->subject == LANG_PERSON;
    lit(b, "<div class=\"cf-find\"><label class=\"govuk-label\"");
    attr(b, "for", q->base);
    lit(b, ">");
    lit(b, person ? "Search by name, date of birth or number" : "Search by name or number");
    lit(b, "</label>");
    text_input(b, q->base, name, form_get(f, q->base, ".find"), "govuk-!-width-two-thirds", "spellcheck=\"false\"");
    lit(b, ">");
    button(b, cf_str_printf(f->arena, "find:%.*s", CF_STR_ARG(q->base)), "Find", q->label);
    lit(b, "</div>");
}

static void write_named(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct cf_str name = form_name(f, q->base, ".name");
    lit(b, "<div class=\"cf-find\"><label class=\"govuk-label\"");
    attr(b, "for", name);
    lit(b, ">Say which</label><div class=\"govuk-hint\"");
    attr(b, "id", form_name(f, name, "-hint"));
    lit(b, ">A code for these words is kept, not the words: the same place has the same code. An address that others must read "
           "belongs into a written answer too.</div>");
    text_input(b, name, name, form_get(f, q->base, ".name"), "", "");
    attr(b, "aria-describedby", form_name(f, name, "-hint"));
    lit(b, "></div>");
}

static bool wants_search(enum lang_subject kind) {
    return kind == LANG_PERSON || kind == LANG_OFFICER;
}

static void write_newcomer_choice(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct cf_str fresh = form_trimmed(f, q->base, ".fresh");
    struct cf_id id = {0};
    if (!cf_unhex(fresh, id.b, sizeof id.b) && f->source->fresh) {
        id = f->source->fresh(f->source->ctx);
        fresh = cf_hex(f->arena, id.b, sizeof id.b);
    }
    struct choice c = {.name = q->base,
                       .value = CF_LIT("new"),
                       .label = CF_LIT("Somebody who is not in the list"),
                       .hint =
                           CF_LIT("A new number is given. Search first: two numbers for one child hide what happened before."),
                       .id = form_name(f, q->base, "-new"),
                       .chosen = is_sent(f, q->base, CF_LIT("new"))};
    write_choice(f, b, &c);
    lit(b, "</div>");
    hidden(b, form_name(f, q->base, ".fresh"), fresh);
}

static void write_subject(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct form_options all = {0};
    bool searched = form_trimmed(f, q->base, ".find").n > 0;
    subject_options(f, q, &all);
    if (!wants_search(q->subject) && all.n > FORM_FEW) {
        for (size_t i = 0; i < n_absent_options(q); i++) {
            *cf_push(f->arena, &all) = absent_options[i];
        }
        write_options(f, b, q, &all);
        write_named(f, b, q);
        return;
    }
    if (wants_search(q->subject)) {
        write_find(f, b, q);
        if (searched && !all.n) {
            lit(b, "<p class=\"govuk-body\" role=\"status\">Nobody was found. Try fewer letters, another spelling, or the date "
                   "of birth.</p>");
        }
        leftovers(f, b, &all);
    }
    size_t answers = all.n;
    bool named_first = !wants_search(q->subject) && q->subject != LANG_UNIT_SUBJECT && !answers;
    for (size_t i = 0; i < n_absent_options(q); i++) {
        *cf_push(f->arena, &all) = absent_options[i];
    }
    if (named_first) {
        write_named(f, b, q);
    }
    lit(b, "<div class=\"govuk-radios govuk-radios--small\" data-module=\"govuk-radios\">");
    for (size_t i = 0; i < all.n; i++) {
        struct choice c = {.name = q->base,
                           .value = all.v[i].value,
                           .label = all.v[i].label,
                           .hint = all.v[i].hint,
                           .id = i || wants_search(q->subject) ? cf_str_printf(f->arena, "%.*s-%zu", CF_STR_ARG(q->base), i + 1)
                                                               : q->base,
                           .chosen = is_sent(f, q->base, all.v[i].value)};
        if (i && i == answers) {
            lit(b, "<div class=\"govuk-radios__divider\">or</div>");
        }
        write_choice(f, b, &c);
    }
    if (q->subject == LANG_PERSON) {
        write_newcomer_choice(f, b, q);
    } else {
        lit(b, "</div>");
    }
    if (!wants_search(q->subject) && q->subject != LANG_UNIT_SUBJECT && !named_first) {
        write_named(f, b, q);
    }
}

/* ---- What is kept of who is named. */

static void write_kept(struct form *f, struct cf_buf *b, const struct form_question *q) {
    for (size_t i = 0; q->field && q->type == LANG_T_SUBJECT && i < q->field->keeping.n; i++) {
        struct form_question k;
        if (form_of_kept(f, q, i, &k)) {
            lit(b, "<div class=\"cf-kept\"><label class=\"govuk-label\"");
            attr(b, "for", k.base);
            lit(b, ">");
            html_text(b, k.label);
            lit(b, "</label>");
            write_select(f, b, &k);
            lit(b, "</div>");
        }
    }
}

static void write_box(struct form *f, struct cf_buf *b, const struct form_question *q) {
    text_input(b, q->base, q->base, form_get(f, q->base, ""), "govuk-input--width-10",
               q->type == LANG_T_WHOLE ? "inputmode=\"numeric\"" : "");
    described_by(f, b, q->base, q->hint.n > 0);
    lit(b, ">");
}

static void write_area(struct form *f, struct cf_buf *b, const struct form_question *q) {
    cf_buf_printf(b, "<textarea class=\"govuk-textarea%s\" rows=\"4\"",
                  form_flaw_at(f, q->base).n ? " govuk-textarea--error" : "");
    attr(b, "id", q->base);
    attr(b, "name", q->base);
    described_by(f, b, q->base, q->hint.n > 0);
    lit(b, ">\n"); /* the first line end after the tag is not the text's */
    html_text(b, form_get(f, q->base, ""));
    lit(b, "</textarea>");
}

static void write_answer(struct form *f, struct cf_buf *b, const struct form_question *q) {
    switch (form_shape(q)) {
    case FORM_RADIOS: write_radios(f, b, q); return;
    case FORM_SELECT: write_select(f, b, q); return;
    case FORM_EVENT: write_events(f, b, q); return;
    case FORM_SUBJECT: write_subject(f, b, q); break;
    case FORM_TYPE_AHEAD: write_type_ahead(f, b, q); break;
    case FORM_BOX: write_box(f, b, q); break;
    case FORM_AREA: write_area(f, b, q); break;
    case FORM_DATE: write_date(f, b, q->base, false); break;
    case FORM_INSTANT: write_date(f, b, q->base, true); break;
    case FORM_DURATION: write_duration(f, b, q); break;
    case FORM_CHECKS: write_checks(f, b, q); break;
    case FORM_LIST: break;
    }
    write_kept(f, b, q);
}

/* Absences stand among the answers, or are folded beside them. */
static bool absences_inside(const struct form_question *q) {
    enum form_shape s = form_shape(q);
    return s == FORM_RADIOS || s == FORM_SELECT || s == FORM_EVENT || s == FORM_SUBJECT;
}

static void write_list(struct form *f, struct cf_buf *b, const struct form_question *q) {
    size_t rows = form_shown_rows(f, q);
    for (size_t i = 0; i < rows; i++) {
        struct form_question item = form_item(f, q, i);
        item.absences = absences_inside(&item);
        item.required = true; /* "not asked" is said once, of the whole */
        cf_buf_printf(b,
                      "<fieldset class=\"govuk-fieldset cf-item\"><legend class=\"govuk-fieldset__legend\"><span "
                      "class=\"cf-item__n\">%zu</span>"
                      "<span class=\"govuk-visually-hidden\">",
                      i + 1);
        html_text(b, item.label);
        lit(b, "</span></legend>");
        error_message(f, b, item.base);
        write_answer(f, b, &item);
        lit(b, "</fieldset>");
    }
    hidden(b, form_name(f, q->base, ".rows"), cf_str_printf(f->arena, "%zu", rows));
    if (rows < FORM_ROWS) {
        button(b, cf_str_printf(f->arena, "add:%.*s", CF_STR_ARG(q->base)), "Add another", q->label);
    }
}

static bool one_control(const struct form_question *q) {
    enum form_shape s = form_shape(q);
    return s == FORM_SELECT || s == FORM_TYPE_AHEAD || s == FORM_BOX || s == FORM_AREA || s == FORM_DURATION;
}

static struct cf_str second_hint(struct form *f, const struct form_question *q) {
    enum form_shape s = form_shape(q);
    struct cf_str when = q->field ? form_condition_words(f->arena, q->field) : CF_LIT("");
    if (when.n) {
        return when;
    }
    return s == FORM_DATE         ? CF_LIT("Leave out the day, or the day and the month, if they are not known")
           : s == FORM_INSTANT    ? CF_LIT("The time like 15:10")
           : s == FORM_TYPE_AHEAD ? CF_LIT("Begin to write, then choose")
           : s == FORM_BOX && q->type == LANG_T_FRACTION ? CF_LIT("A fraction like 3/4")
                                                         : CF_LIT("");
}

void form_write_question(struct form *f, struct cf_buf *b, const struct form_question *q) {
    struct cf_str second = second_hint(f, q), condition = q->field ? form_condition_json(f->arena, q->field) : CF_LIT("");
    bool hinted = q->hint.n || second.n, single = one_control(q);
    cf_buf_printf(b, "<div class=\"govuk-form-group%s\"", form_flaw_at(f, q->base).n ? " govuk-form-group--error" : "");
    if (condition.n) {
        attr(b, "data-unless", condition);
    }
    if (form_shape(q) == FORM_LIST) {
        attr(b, "id", q->base);
    }
    lit(b, ">");
    lit(b, single ? "<label class=\"govuk-label govuk-label--s\"" : "<fieldset class=\"govuk-fieldset\"");
    if (single) {
        attr(b, "for", q->base);
        lit(b, ">");
    } else {
        described_by(f, b, q->base, hinted);
        lit(b, "><legend class=\"govuk-fieldset__legend govuk-fieldset__legend--s\">");
    }
    html_text(b, q->label);
    lit(b, q->required ? "" : " <span class=\"cf-optional\">(optional)</span>");
    lit(b, single ? "</label>" : "</legend>");
    hint(f, b, q->base, q->hint, second);
    error_message(f, b, q->base);
    if (form_shape(q) == FORM_LIST) {
        write_list(f, b, q);
    } else {
        write_answer(f, b, q);
    }
    if (!absences_inside(q)) {
        write_absences(f, b, q);
    }
    lit(b, single ? "</div>" : "</fieldset></div>");
}

/* ---- The parts of a form. */

static void write_category(struct form *f, struct cf_buf *b, const struct form_question *q) {
    static const char *const words[] = {"Not said", "As suspected of an offence", "As convicted of an offence", "As a victim",
                                        "As a witness"};
    struct cf_str name = form_name(f, q->base, ".category"), chosen = form_trimmed(f, q->base, ".category");
    lit(b, "<label class=\"govuk-label\"");
    attr(b, "for", name);
    lit(b, ">How this person is involved</label><select class=\"govuk-select\"");
    attr(b, "id", name);
    attr(b, "name", name);
    lit(b, ">");
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        struct cf_str value = cf_str_printf(f->arena, "%zu", i);
        lit(b, "<option");
        attr(b, "value", value);
        lit(b, cf_str_eq(value, chosen) ? " selected>" : ">");
        lit(b, words[i]);
        lit(b, "</option>");
    }
    lit(b, "</select>");
}

/* What is said of somebody new: the fields of the record that holds births, none of them required. */
static void write_newcomer(struct form *f, struct cf_buf *b, struct cf_str role, bool open) {
    const struct lang_decl *birth = f->set->birth;
    const char *prefix = cf_cstr(f->arena, cf_str_printf(f->arena, "n.%.*s.", CF_STR_ARG(role)));
    if (!birth || birth == f->record) {
        return;
    }
    cf_buf_printf(
        b,
        "<details class=\"govuk-details\"%s><summary class=\"govuk-details__summary\"><span "
        "class=\"govuk-details__summary-text\">Who somebody new is</span></summary><div class=\"govuk-details__text\">",
        open ? " open" : "");
    for (size_t i = 0; i < birth->as.record.fields.n; i++) {
        const struct lang_field *field = &birth->as.record.fields.v[i];
        if (!field->retired) {
            struct form_question q = form_of_field(f, prefix, field);
            q.required = false;
            if (q.type == LANG_T_TEXT) { /* a name is a line, not a page */
                lit(b, "<div class=\"govuk-form-group\"><label class=\"govuk-label govuk-label--s\"");
                attr(b, "for", q.base);
                lit(b, ">");
                html_text(b, q.label);
                lit(b, "</label>");
                text_input(b, q.base, q.base, form_get(f, q.base, ""), "", "");
                lit(b, "></div>");
            } else {
                form_write_question(f, b, &q);
            }
        }
    }
    lit(b, "</div></details>");
}

static void write_about(struct form *f, struct cf_buf *b, size_t i) {
    const struct lang_about *about = &f->record->as.record.roles.v[i];
    struct form_question q = {.type = LANG_T_SUBJECT,
                              .subject = about->kind,
                              .base = cf_str_printf(f->arena, "a.%.*s", CF_STR_ARG(about->role.text)),
                              .label = form_label(f->arena, about->role.text),
                              .required = i == 0,
                              .many = about->many};
    form_write_question(f, b, &q);
    if (!about->many && about->kind == LANG_PERSON) {
        write_newcomer(f, b, about->role.text, is_sent(f, q.base, CF_LIT("new")));
        lit(b, "<div class=\"govuk-form-group\">");
        write_category(f, b, &q);
        lit(b, "</div>");
    }
}

static void write_episodes(struct form *f, struct cf_buf *b) {
    const struct lang_record *r = &f->record->as.record;
    struct form_options all = {0};
    if (!form_is_step(r)) {
        return;
    }
    struct cf_str base = CF_LIT("episode"), chosen = form_trimmed(f, base, "");
    if (f->source->episodes && !cf_id_zero(f->child)) {
        f->source->episodes(f->source->ctx, f->arena, f->record, f->child, &all);
    }
    struct cf_id id;
    if (cf_unhex(chosen, id.b, sizeof id.b) && !offers(&all, chosen)) {
        struct cf_str words = f->source->event_words ? f->source->event_words(f->source->ctx, f->arena, id) : CF_LIT("");
        *cf_push(f->arena, &all) = (struct form_option){
            .value = chosen, .label = words.n ? words : cf_str_printf(f->arena, "Episode %.*s", CF_STR_ARG(short_id(chosen)))};
    }
    if (r->in_any) {
        *cf_push(f->arena, &all) = (struct form_option){.value = CF_LIT("~none"), .label = CF_LIT("Not part of any of these")};
    } else if (!all.n) {
        *cf_push(f->arena, &all) = (struct form_option){.value = CF_LIT("~latest"),
                                                        .label = CF_LIT("The one that is open"),
                                                        .hint = CF_LIT("It is looked up once it is known who this is about")};
    }
    cf_buf_printf(b, "<div class=\"govuk-form-group%s\"><fieldset class=\"govuk-fieldset\"",
                  form_flaw_at(f, base).n ? " govuk-form-group--error" : "");
    described_by(f, b, base, false);
    lit(b, "><legend class=\"govuk-fieldset__legend govuk-fieldset__legend--s\">What this is part of</legend>");
    error_message(f, b, base);
    const char *kind = r->in_any ? "checkboxes" : "radios";
    cf_buf_printf(b, "<div class=\"govuk-%s govuk-%s--small\" data-module=\"govuk-%s\">", kind, kind, kind);
    for (size_t i = 0; i < all.n; i++) {
        struct choice c = {.name = base,
                           .value = all.v[i].value,
                           .label = all.v[i].label,
                           .hint = all.v[i].hint,
                           .id = i ? cf_str_printf(f->arena, "episode-%zu", i + 1) : base,
                           .checkbox = r->in_any,
                           .chosen = is_sent(f, base, all.v[i].value) || (!r->in_any && all.n == 1)};
        write_choice(f, b, &c);
    }
    lit(b, "</div></fieldset></div>");
}

static void write_when(struct form *f, struct cf_buf *b) {
    struct cf_str base = CF_LIT("when"), until = CF_LIT("when.to");
    bool between = form_trimmed(f, until, ".year").n > 0 || form_flaw_at(f, until).n > 0;
    bool about = is_sent(f, CF_LIT("when.about"), CF_LIT("yes"));
    cf_buf_printf(b, "<div class=\"govuk-form-group%s\"><fieldset class=\"govuk-fieldset\"",
                  form_flaw_at(f, base).n ? " govuk-form-group--error" : "");
    described_by(f, b, base, true);
    lit(b, "><legend class=\"govuk-fieldset__legend govuk-fieldset__legend--s\">When it happened</legend>");
    hint(f, b, base, CF_LIT("London time, like 15:10. When it was recorded is kept beside it. Leave out what is not known."),
         CF_LIT(""));
    error_message(f, b, base);
    write_date(f, b, base, true);
    cf_buf_printf(b,
                  "<details class=\"govuk-details cf-absence\"%s><summary class=\"govuk-details__summary\"><span "
                  "class=\"govuk-details__summary-text\">"
                  "The time is not exact</span></summary><div class=\"govuk-details__text\">"
                  "<div class=\"govuk-checkboxes govuk-checkboxes--small\" data-module=\"govuk-checkboxes\">",
                  between || about ? " open" : "");
    struct choice c = {.name = CF_LIT("when.about"),
                       .value = CF_LIT("yes"),
                       .label = CF_LIT("About this time"),
                       .id = CF_LIT("when.about"),
                       .checkbox = true,
                       .chosen = about};
    write_choice(f, b, &c);
    lit(b, "</div><p class=\"govuk-body\">Or it happened between that time and this one:</p>");
    error_message(f, b, until);
    write_date(f, b, until, true);
    lit(b, "</div></details></fieldset></div>");
}

static void write_unit(struct form *f, struct cf_buf *b, const char *name, const char *label, enum lang_subject kind) {
    struct form_question q = {.type = LANG_T_SUBJECT, .subject = kind, .base = cf_str_from(name)};
    struct form_options all = {0};
    subject_options(f, &q, &all);
    if (all.n) {
        lit(b, "<div class=\"govuk-form-group\"><label class=\"govuk-label govuk-label--s\"");
        attr(b, "for", q.base);
        lit(b, ">");
        lit(b, label);
        lit(b, " <span class=\"cf-optional\">(optional)</span></label>");
        error_message(f, b, q.base);
        write_options(f, b, &q, &all);
        lit(b, "</div>");
    }
}

static void write_fields(struct form *f, struct cf_buf *b) {
    const struct lang_record *r = &f->record->as.record;
    for (size_t i = 0; i < r->fields.n; i++) {
        if (!r->fields.v[i].retired) {
            struct form_question q = form_of_field(f, "f.", &r->fields.v[i]);
            form_write_question(f, b, &q);
        }
    }
}

void form_write_answers(struct form *f, struct cf_buf *b) {
    write_fields(f, b);
    write_when(f, b);
}

void form_write(struct form *f, struct cf_buf *b) {
    const struct lang_record *r = &f->record->as.record;
    for (size_t i = 0; i < r->roles.n; i++) {
        write_about(f, b, i);
    }
    write_episodes(f, b);
    write_when(f, b);
    write_fields(f, b);
    write_unit(f, b, "unit", "Unit", LANG_UNIT_SUBJECT);
    if (r->built_in && !r->fields.n) {
        write_unit(f, b, "to", "To whom", LANG_ORGANISATION);
    }
}
