/* form_read: what was sent becomes an entry, or says at each control what to put right. Must not know where answers come from.
 */
#include "web/form_priv.h"

static struct cf_str quoted(struct form *f, struct cf_str s) {
    return cf_str_printf(f->arena, "\xe2\x80\x9c%.*s\xe2\x80\x9d", CF_STR_ARG(cf_str_slice(s, 0, 80)));
}

/* The first letter small, as within a sentence: "date of birth". */
static struct cf_str within(struct form *f, struct cf_str label) {
    char *p = cf_memdup(f->arena, label.p, label.n);
    bool word = label.n > 1 && p[1] >= 'a' && p[1] <= 'z';
    if (word && p[0] >= 'A' && p[0] <= 'Z') {
        p[0] = (char)(p[0] + 32);
    }
    return (struct cf_str){p, label.n};
}

/* ---- Dates and times. */

static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                     "july",    "august",   "september", "october", "november", "december"};

static struct cf_str lower(struct form *f, struct cf_str s) {
    char *p = cf_memdup(f->arena, s.p, s.n);
    for (size_t i = 0; i < s.n; i++) {
        p[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32) : p[i];
    }
    return (struct cf_str){p, s.n};
}

static int64_t month_number(struct form *f, struct cf_str s) {
    int64_t n;
    if (cf_str_int(s, &n)) {
        return n;
    }
    s = lower(f, s);
    for (int i = 0; i < 12 && s.n >= 3; i++) {
        if (cf_str_starts(cf_str_from(months[i]), s)) {
            return i + 1;
        }
    }
    return -1;
}

struct parts {
    int32_t first, days; /* the day, and how many follow it */
    bool day, month;     /* given */
};

/* day, month and year below `base`; the day, or day and month, may be left out where `partial`. */
static enum form_got read_day(struct form *f, struct cf_str base, struct cf_str label, bool partial, struct parts *out) {
    struct cf_str d = form_trimmed(f, base, ".day"), m = form_trimmed(f, base, ".month"), y = form_trimmed(f, base, ".year");
    int64_t day = 0, month = 0, year = 0;
    if (!d.n && !m.n && !y.n) {
        return FORM_BLANK;
    }
    struct cf_str what = within(f, label);
    if (!cf_str_int(y, &year) || year < 1 || year > 9999) {
        form_complain(f, base, "%s the year of %.*s, in four digits", y.n ? "Put right" : "Enter", CF_STR_ARG(what));
        return FORM_BAD;
    }
    if (y.n < 4) {
        form_complain(f, base, "Enter the year of %.*s in four digits, such as 2011", CF_STR_ARG(what));
        return FORM_BAD;
    }
    bool month_ok = m.n && (month = month_number(f, m)) >= 1 && month <= 12;
    if ((m.n && !month_ok) || (!m.n && (d.n || !partial))) {
        form_complain(f, base, "Enter the month of %.*s as a number from 1 to 12", CF_STR_ARG(what));
        return FORM_BAD;
    }
    if ((d.n && (!cf_str_int(d, &day) || !cf_date_valid(year, month, day))) || (!d.n && !partial)) {
        form_complain(f, base, "Enter a day of %.*s that exists", CF_STR_ARG(what));
        return FORM_BAD;
    }
    int32_t first = cf_day_of((int32_t)year, m.n ? (int)month : 1, d.n ? (int)day : 1);
    int32_t days = d.n ? 0 : m.n ? cf_month_days(year, (int)month) - 1 : (cf_year_leap(year) ? 365 : 364);
    *out = (struct parts){.first = first, .days = days, .day = d.n > 0, .month = m.n > 0};
    return FORM_GOT;
}

/* "15:10", "1510", "3.10pm", "15:10:05 BST" as `HH:MM[:SS][ GMT|BST]`. */
static bool tidy_clock(struct form *f, struct cf_str s, struct cf_str *out) {
    struct cf_str zone = CF_LIT(""), low = lower(f, cf_str_trim(s)), hour, rest;
    int64_t h, m;
    if (cf_str_ends(low, CF_LIT("bst")) || cf_str_ends(low, CF_LIT("gmt"))) {
        zone = cf_str_ends(low, CF_LIT("bst")) ? CF_LIT(" BST") : CF_LIT(" GMT");
        low = cf_str_trim(cf_str_slice(low, 0, low.n - 3));
    }
    bool am = cf_str_ends(low, CF_LIT("am")), pm = cf_str_ends(low, CF_LIT("pm"));
    if (am || pm) {
        low = cf_str_trim(cf_str_slice(low, 0, low.n - 2));
    }
    char *p = cf_memdup(f->arena, low.p, low.n);
    for (size_t i = 0; i < low.n; i++) {
        p[i] = p[i] == '.' ? ':' : p[i];
    }
    rest = (struct cf_str){p, low.n};
    size_t colon;
    if (!cf_str_find(rest, ':', &colon) && (rest.n == 4 || rest.n == 3) && !am && !pm) {
        rest = cf_str_printf(f->arena, "%.*s:%.*s", (int)rest.n - 2, rest.p, 2, rest.p + rest.n - 2);
    } else if (!cf_str_find(rest, ':', &colon) && (am || pm)) {
        rest = cf_str_printf(f->arena, "%.*s:00", CF_STR_ARG(rest));
    }
    if (!cf_str_split(&rest, ':', &hour) || !cf_str_int(hour, &h) || h < 0 || h > 24 || rest.n < 2 ||
        !cf_str_int(cf_str_slice(rest, 0, 2), &m) || m < 0 || ((am || pm) && (h < 1 || h > 12))) {
        return false;
    }
    h = pm && h < 12 ? h + 12 : am && h == 12 ? 0 : h;
    *out = cf_str_printf(f->arena, "%02lld:%.*s%.*s", (long long)h, CF_STR_ARG(rest), CF_STR_ARG(zone));
    return true;
}

static bool read_clock(struct form *f, struct cf_str base, struct cf_str label, int32_t day, int64_t *at) {
    struct cf_str words = form_trimmed(f, base, ".time"), clock;
    struct cf_moment m;
    struct cf_str whole = CF_LIT("");
    if (words.n && tidy_clock(f, words, &clock)) {
        whole = cf_str_printf(f->arena, "%s %.*s", cf_date_shown(day).p, CF_STR_ARG(clock));
    }
    if (!whole.n || !cf_time_parse(f->zone, whole, CF_NOWHERE, NULL, &m)) {
        form_complain(f, base, "Enter the time of %.*s like 15:10", CF_STR_ARG(within(f, label)));
        return false;
    }
    *at = m.at;
    return true;
}

/* ---- One value. */

static enum form_got read_date(struct form *f, const struct form_question *q, struct desk_value *out) {
    struct parts day;
    int64_t span;
    enum form_got got = read_day(f, q->base, q->label, true, &day);
    if (got != FORM_GOT) {
        return got;
    }
    if (day.day && cf_str_int(form_trimmed(f, q->base, ".span"), &span) && span > 0 && span < 40000) {
        day.days = (int32_t)span;
    }
    out->v = (struct lang_value){.kind = LANG_V_DATE, .i = day.first, .more = (uint32_t)day.days};
    return FORM_GOT;
}

static enum form_got read_instant(struct form *f, const struct form_question *q, struct desk_value *out) {
    struct parts day;
    int64_t at;
    enum form_got got = read_day(f, q->base, q->label, false, &day);
    if (got == FORM_BLANK && form_trimmed(f, q->base, ".time").n) {
        form_complain(f, q->base, "Enter the day of %.*s", CF_STR_ARG(within(f, q->label)));
        return FORM_BAD;
    }
    if (got != FORM_GOT || !read_clock(f, q->base, q->label, day.first, &at)) {
        return got == FORM_BLANK ? FORM_BLANK : FORM_BAD;
    }
    out->v = (struct lang_value){.kind = LANG_V_INSTANT, .i = at};
    return FORM_GOT;
}

static enum form_got read_duration(struct form *f, const struct form_question *q, struct desk_value *out) {
    struct cf_str n = form_trimmed(f, q->base, ".n"), unit = form_trimmed(f, q->base, ".unit");
    const char *takes;
    if (!n.n) {
        return FORM_BLANK;
    }
    struct cf_str words = cf_str_printf(f->arena, "%.*s %.*s", CF_STR_ARG(n), CF_STR_ARG(unit));
    if (!desk_words_read(f->zone, LANG_T_DURATION, NULL, words, out, &takes)) {
        form_complain(f, q->base, "Enter %.*s as a whole number, and choose its unit", CF_STR_ARG(within(f, q->label)));
        return FORM_BAD;
    }
    return FORM_GOT;
}

static bool same_words(struct form *f, struct cf_str x, struct cf_str y) {
    return cf_str_eq(lower(f, x), lower(f, y));
}

/* By name, by title, or by the beginning of one title only. */
static bool find_code(struct form *f, const struct lang_decl *codes, struct cf_str words, struct lang_value *out,
                      struct cf_str *near) {
    size_t n = codes->as.codes.list.n, starts = 0, last = 0;
    struct cf_str *titles = CF_NEW_N(f->arena, struct cf_str, n + 1), low = lower(f, words);
    for (size_t i = 0; i < n; i++) {
        titles[i] = form_code_label(f->arena, codes, i);
        if (cf_str_eq(codes->as.codes.list.v[i].name.text, words) || same_words(f, titles[i], words)) {
            *out = (struct lang_value){.kind = LANG_V_CODE, .i = (int64_t)i};
            return true;
        }
        if (cf_str_starts(lower(f, titles[i]), low)) {
            starts++;
            last = i;
        }
    }
    *out = (struct lang_value){.kind = LANG_V_CODE, .i = (int64_t)last};
    *near = starts ? titles[last] : cf_nearest(words, titles, n);
    return starts == 1;
}

static enum form_got read_code(struct form *f, const struct form_question *q, struct cf_str words, struct desk_value *out) {
    struct cf_str near = CF_LIT("");
    if (q->of && find_code(f, q->of, words, &out->v, &near)) {
        return FORM_GOT;
    }
    if (near.n) {
        form_complain(f, q->base, "%.*s is not in the list of %.*s. Did you mean %.*s?", CF_STR_ARG(quoted(f, words)),
                      CF_STR_ARG(within(f, q->label)), CF_STR_ARG(quoted(f, near)));
    } else {
        form_complain(f, q->base, "%.*s is not in the list of %.*s. Choose one that is", CF_STR_ARG(quoted(f, words)),
                      CF_STR_ARG(within(f, q->label)));
    }
    return FORM_BAD;
}

/* A place, line, matter or organisation that is named in words. */
static bool read_named(struct form *f, const struct form_question *q, struct desk_value *out) {
    struct cf_str name = form_trimmed(f, q->base, ".name");
    if (q->subject == LANG_PERSON || q->subject == LANG_OFFICER || !name.n || !f->source->named) {
        return false;
    }
    out->v = (struct lang_value){.kind = LANG_V_SUBJECT};
    out->id = f->source->named(f->source->ctx, q->subject, name);
    return true;
}

static enum form_got read_subject(struct form *f, const struct form_question *q, struct cf_str words, struct desk_value *out) {
    struct cf_str fresh = form_trimmed(f, q->base, ".fresh");
    out->v = (struct lang_value){.kind = LANG_V_SUBJECT};
    if (cf_str_is(words, "new") && cf_unhex(fresh, out->id.b, sizeof out->id.b)) {
        return FORM_GOT;
    }
    if (cf_unhex(words, out->id.b, sizeof out->id.b)) {
        return FORM_GOT;
    }
    form_complain(f, q->base, "Choose who %.*s is from the list", CF_STR_ARG(within(f, q->label)));
    return FORM_BAD;
}

static enum form_got read_words(struct form *f, const struct form_question *q, struct cf_str words, struct desk_value *out) {
    static const char *const what[] = {[LANG_T_WHOLE] = "a whole number", [LANG_T_FRACTION] = "a fraction like 3/4"};
    const char *takes;
    if (q->type == LANG_T_TEXT) {
        out->v = (struct lang_value){.kind = LANG_V_TEXT};
        out->text = form_get(f, q->base, "");
        if (out->text.n > CF_MAX_NARRATIVE_BYTES) {
            form_complain(f, q->base, "%.*s must be shorter: at most %d letters", CF_STR_ARG(q->label), CF_MAX_NARRATIVE_BYTES);
            return FORM_BAD;
        }
        return FORM_GOT;
    }
    if (desk_words_read(f->zone, q->type, q->of, words, out, &takes)) {
        return FORM_GOT;
    }
    bool number = q->type == LANG_T_WHOLE || q->type == LANG_T_FRACTION;
    form_complain(f, q->base, "%.*s must be %s", CF_STR_ARG(q->label), number ? what[q->type] : "one of the answers shown");
    return FORM_BAD;
}

enum form_got form_read_one(struct form *f, const struct form_question *q, struct desk_value *out) {
    struct cf_str words = form_trimmed(f, q->base, "");
    if (q->type == LANG_T_DATE) {
        return read_date(f, q, out);
    }
    if (q->type == LANG_T_INSTANT) {
        return read_instant(f, q, out);
    }
    if (q->type == LANG_T_DURATION) {
        return read_duration(f, q, out);
    }
    if (!words.n && q->type == LANG_T_SUBJECT && read_named(f, q, out)) {
        return FORM_GOT;
    }
    if (!words.n && q->type == LANG_T_SUBJECT && form_trimmed(f, q->base, ".find").n) {
        form_complain(f, q->base, "Choose who %.*s is from those found, or search again", CF_STR_ARG(within(f, q->label)));
        return FORM_BAD;
    }
    if (!words.n) {
        return FORM_BLANK;
    }
    if (q->type == LANG_T_CODE) {
        return read_code(f, q, words, out);
    }
    return q->type == LANG_T_SUBJECT ? read_subject(f, q, words, out) : read_words(f, q, words, out);
}

/* ---- Absences, what is kept, lists. */

static void read_kept(struct form *f, const struct form_question *q, struct desk_value *out) {
    if (!q->field || !q->field->keeping.n || out->v.kind != LANG_V_SUBJECT) {
        return;
    }
    struct lang_value *kept = CF_NEW_N(f->arena, struct lang_value, q->field->keeping.n + 1);
    bool any = false;
    for (size_t i = 0; i < q->field->keeping.n; i++) {
        struct form_question k;
        struct desk_value v = {0};
        if (form_of_kept(f, q, i, &k) && form_read_question(f, &k, &v) == FORM_GOT) {
            kept[i] = v.v;
            any = any || v.v.kind != LANG_V_NOT_ASKED;
        }
    }
    out->kept = any ? kept : NULL;
}

/* An item, or its absence; a value and an absence at once is a question back. */
static enum form_got read_or_absent(struct form *f, const struct form_question *q, struct desk_value *out) {
    struct cf_str words = form_trimmed(f, q->base, ""), beside = form_trimmed(f, q->base, "~");
    uint8_t absent = LANG_V_NOT_ASKED;
    if (q->type != LANG_T_TEXT && form_absence(words, &absent) && cf_str_starts(words, CF_LIT("~"))) {
        out->v.kind = absent;
        return absent == LANG_V_NOT_ASKED ? FORM_BLANK : FORM_GOT;
    }
    enum form_got got = form_read_one(f, q, out);
    bool said = beside.n && form_absence(beside, &absent) && absent != LANG_V_NOT_ASKED;
    if (said && got == FORM_BLANK) {
        out->v.kind = absent;
        return FORM_GOT;
    }
    if (said) {
        form_complain(f, q->base, "%.*s has an answer and is also marked %s. Take out one of them", CF_STR_ARG(q->label),
                      absent == LANG_V_DECLINED ? "declined" : "not known");
        return FORM_BAD;
    }
    if (got == FORM_GOT) {
        read_kept(f, q, out);
    }
    return got;
}

struct values {
    CF_VEC(struct desk_value);
};

static enum form_got read_checks(struct form *f, const struct form_question *q, struct values *items) {
    enum form_got worst = FORM_BLANK;
    for (size_t i = 0; i < f->sent.n; i++) {
        struct desk_value v = {0};
        struct cf_str words = cf_str_trim(f->sent.v[i].value);
        if (!cf_str_eq(f->sent.v[i].name, q->base) || !words.n) {
            continue;
        }
        if (read_code(f, q, words, &v) == FORM_BAD) {
            return FORM_BAD;
        }
        *cf_push(f->arena, items) = v;
        worst = FORM_GOT;
    }
    return worst;
}

static enum form_got read_rows(struct form *f, const struct form_question *q, struct values *items) {
    size_t rows = form_shown_rows(f, q);
    enum form_got all = FORM_BLANK;
    for (size_t i = 0; i < rows; i++) {
        struct form_question item = form_item(f, q, i);
        struct desk_value v = {0};
        enum form_got got = read_or_absent(f, &item, &v);
        if (got == FORM_GOT) {
            *cf_push(f->arena, items) = v;
        }
        all = got == FORM_BAD || all == FORM_BAD ? FORM_BAD : got == FORM_GOT ? FORM_GOT : all;
    }
    return all;
}

static enum form_got read_list(struct form *f, const struct form_question *q, struct desk_value *out) {
    struct cf_str beside = form_trimmed(f, q->base, "~");
    struct values items = {0};
    uint8_t absent = LANG_V_NOT_ASKED;
    enum form_got got = form_shape(q) == FORM_CHECKS ? read_checks(f, q, &items) : read_rows(f, q, &items);
    bool none = cf_str_is(beside, "none") || cf_str_is(beside, "~none");
    bool said = none || (beside.n && form_absence(beside, &absent) && absent != LANG_V_NOT_ASKED);
    if (got == FORM_BAD || (got == FORM_BLANK && !said)) {
        return got;
    }
    if (said && got == FORM_GOT) {
        form_complain(f, q->base, "%.*s has an answer and is also marked %s. Take out one of them", CF_STR_ARG(q->label),
                      none                        ? "none"
                      : absent == LANG_V_DECLINED ? "declined"
                                                  : "not known");
        return FORM_BAD;
    }
    if (said && !none) {
        out->v.kind = absent;
        return FORM_GOT;
    }
    out->v = (struct lang_value){.kind = LANG_V_LIST};
    out->list = items.v;
    out->n = items.n;
    return FORM_GOT;
}

enum form_got form_read_question(struct form *f, const struct form_question *q, struct desk_value *out) {
    *out = (struct desk_value){0};
    enum form_got got = q->many ? read_list(f, q, out) : read_or_absent(f, q, out);
    if (got != FORM_GOT) {
        *out = (struct desk_value){0};
    }
    return got;
}

/* ---- The parts of an entry. */

static const struct desk_value *read_fields(struct form *f, const char *prefix, const struct lang_decl *record,
                                            bool *answered) {
    const struct lang_record *r = &record->as.record;
    struct desk_value *v = CF_NEW_N(f->arena, struct desk_value, r->fields.n + 1);
    bool *bad = CF_NEW_N(f->arena, bool, r->fields.n + 1);
    for (size_t i = 0; i < r->fields.n; i++) {
        if (!r->fields.v[i].retired) {
            struct form_question q = form_of_field(f, prefix, &r->fields.v[i]);
            enum form_got got = form_read_question(f, &q, &v[i]);
            bad[i] = got == FORM_BAD;
            *answered = *answered || got == FORM_GOT;
        }
    }
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct lang_field *field = &r->fields.v[i];
        if (field->required && v[i].v.kind == LANG_V_NOT_ASKED && !bad[i] && form_asks(record, i, v)) {
            struct form_question q = form_of_field(f, prefix, field);
            form_complain(f, q.base, "Answer %.*s; not known is an answer", CF_STR_ARG(quoted(f, q.label)));
        }
    }
    return v;
}

static void read_when(struct form *f, struct desk_entry *e) {
    struct cf_str base = CF_LIT("when"), label = CF_LIT("when it happened"), until = CF_LIT("when.to");
    struct parts day = {0}, last;
    enum form_got got = read_day(f, base, label, true, &day);
    if (got == FORM_BLANK) {
        form_complain(f, base, "Enter when it happened");
    }
    if (got != FORM_GOT) {
        return;
    }
    bool timed = form_trimmed(f, base, ".time").n > 0;
    e->from = cf_day_start(f->zone, day.first);
    e->to = cf_day_end(f->zone, day.first + day.days);
    e->precision = day.day ? LEDGER_DAY : day.month ? LEDGER_MONTH : LEDGER_YEAR;
    if (timed && !day.day) {
        form_complain(f, base, "Enter the day on which it happened, or leave out the time");
    } else if (timed && read_clock(f, base, label, day.first, &e->from)) {
        e->to = e->from;
        e->precision = cf_str_is(form_trimmed(f, base, ".about"), "yes") ? LEDGER_ABOUT : LEDGER_EXACT;
        struct cf_str later = CF_LIT("the later time");
        if (read_day(f, until, later, false, &last) == FORM_GOT && read_clock(f, until, later, last.first, &e->to)) {
            e->precision = LEDGER_BETWEEN;
        }
    }
    if (e->from > f->now + CF_MAX_FORM_AHEAD_S) {
        form_complain(f, base, "When it happened must not be later than now");
    } else if (e->to < e->from) {
        form_complain(f, until, "The later time must come after the first");
    }
}

static void read_newcomer(struct form *f, const char *role, struct cf_id id, struct form_entry *out) {
    struct form_newcomer *n = cf_push(f->arena, &out->newcomers);
    *n = (struct form_newcomer){.id = id};
    if (f->set->birth) {
        const char *prefix = cf_cstr(f->arena, cf_str_printf(f->arena, "n.%s.", role));
        n->fields = read_fields(f, prefix, f->set->birth, &n->answered);
    }
}

struct abouts {
    CF_VEC(struct desk_about);
};

static enum form_got read_about_one(struct form *f, const struct form_question *q, int role, struct abouts *list,
                                    struct form_entry *out) {
    struct desk_value v = {0};
    int64_t category = 0;
    const struct lang_about *about = &f->record->as.record.roles.v[role];
    enum form_got got = form_read_one(f, q, &v);
    if (got != FORM_GOT) {
        return got;
    }
    struct desk_about one = {.role = role, .subject = v.id};
    if (cf_str_int(form_trimmed(f, q->base, ".category"), &category) && category > 0 && category <= LEDGER_WITNESS) {
        one.category = (enum ledger_category)category;
    }
    *cf_push(f->arena, list) = one;
    if (cf_str_is(form_trimmed(f, q->base, ""), "new") && about->kind == LANG_PERSON) {
        read_newcomer(f, cf_cstr(f->arena, about->role.text), v.id, out);
    }
    return FORM_GOT;
}

static void read_abouts(struct form *f, struct form_entry *out) {
    const struct lang_record *r = &f->record->as.record;
    struct abouts list = {0};
    for (size_t i = 0; i < r->roles.n; i++) {
        const struct lang_about *about = &r->roles.v[i];
        struct form_question q = {.type = LANG_T_SUBJECT,
                                  .subject = about->kind,
                                  .base = cf_str_printf(f->arena, "a.%.*s", CF_STR_ARG(about->role.text)),
                                  .label = form_label(f->arena, about->role.text),
                                  .many = about->many};
        size_t before = list.n, rows = about->many ? form_shown_rows(f, &q) : 1;
        enum form_got worst = FORM_BLANK;
        for (size_t k = 0; k < rows; k++) {
            struct form_question item = about->many ? form_item(f, &q, k) : q;
            enum form_got got = read_about_one(f, &item, (int)i, &list, out);
            worst = got == FORM_BAD ? got : worst;
        }
        if (i == 0 && list.n == before && worst != FORM_BAD) {
            form_complain(f, q.base, "Choose who this is about: search by name, date of birth or number");
        }
    }
    out->e.about = list.v;
    out->e.n_about = list.n;
}

struct ids {
    CF_VEC(struct cf_id);
};

static struct cf_id latest_episode(struct form *f) {
    struct form_options open = {0};
    struct cf_id id = {0};
    if (f->source->episodes) {
        f->source->episodes(f->source->ctx, f->arena, f->record, f->child, &open);
    }
    if (!open.n || !cf_unhex(open.v[0].value, id.b, sizeof id.b)) {
        return (struct cf_id){0};
    }
    return id;
}

static void read_episodes(struct form *f, struct form_entry *out) {
    const struct lang_record *r = &f->record->as.record;
    struct ids ids = {0};
    if (!form_is_step(r)) {
        return;
    }
    for (size_t i = 0; i < f->sent.n; i++) {
        struct cf_id id = {0};
        struct cf_str words = cf_str_trim(f->sent.v[i].value);
        if (!cf_str_is(f->sent.v[i].name, "episode") || !words.n || cf_str_is(words, "~none")) {
            continue;
        }
        if (cf_str_is(words, "~latest")) {
            id = latest_episode(f);
        } else if (!cf_unhex(words, id.b, sizeof id.b)) {
            form_complain(f, CF_LIT("episode"), "Choose what this is part of from the list");
            continue;
        }
        if (!cf_id_zero(id)) {
            *cf_push(f->arena, &ids) = id;
        }
    }
    if (!ids.n && form_needs_episode(r)) {
        form_complain(f, CF_LIT("episode"), "Choose what this is part of: %.*s",
                      CF_STR_ARG(within(f, r->closes_decl                      ? r->closes_decl->title
                                           : r->in_decls.n && r->in_decls.v[0] ? r->in_decls.v[0]->title
                                                                               : r->in.v[0].text)));
    }
    if (ids.n > CF_MAX_EVENT_EPISODES) {
        form_complain(f, CF_LIT("episode"), "Choose at most %d", CF_MAX_EVENT_EPISODES);
        ids.n = CF_MAX_EVENT_EPISODES;
    }
    out->e.episodes = ids.v;
    out->e.n_episodes = ids.n;
}

bool form_read(struct form *f, struct form_entry *out) {
    bool answered = false;
    size_t before = f->flaws.n;
    struct cf_str unit = cf_str_trim(form_sent(&f->sent, CF_LIT("unit"))), to = cf_str_trim(form_sent(&f->sent, CF_LIT("to")));
    *out = (struct form_entry){.e = {.record = f->record}};
    read_abouts(f, out);
    if (out->e.n_about) {
        f->child = out->e.about[0].subject;
    }
    read_episodes(f, out);
    read_when(f, &out->e);
    out->e.fields = read_fields(f, "f.", f->record, &answered);
    if (unit.n && !cf_unhex(unit, out->e.unit.b, sizeof out->e.unit.b)) {
        form_complain(f, CF_LIT("unit"), "Choose your unit from the list");
    }
    if (to.n && !cf_unhex(to, out->e.recipient.b, sizeof out->e.recipient.b)) {
        form_complain(f, CF_LIT("to"), "Choose to whom from the list");
    }
    return f->flaws.n == before;
}

void form_glance(struct form *f, struct form_entry *out) {
    size_t before = f->flaws.n;
    if (!form_read(f, out)) {
        f->flaws.n = before;
    }
}
