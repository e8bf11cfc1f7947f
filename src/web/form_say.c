/* form_say: answers in words, for `check your answers`; and the pairs that would be read as an entry. Must not know how they
 * are shown. */
#include "web/form_priv.h"

/* ---- Words. */

static struct cf_str date_words(struct cf_arena *a, int32_t day, bool with_day, bool with_month) {
    static const char names[12][10] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
    struct cf_date d = cf_date_of(day);
    return with_day     ? cf_str_printf(a, "%d %s %d", d.day, names[d.month - 1], d.year)
           : with_month ? cf_str_printf(a, "%s %d", names[d.month - 1], d.year)
                        : cf_str_printf(a, "%d", d.year);
}

struct cf_str form_time_words(struct cf_arena *a, const struct cf_zone *zone, int64_t at) {
    struct cf_local l = cf_time_local(zone, at);
    struct cf_str day = date_words(a, l.day, true, true);
    return l.second ? cf_str_printf(a, "%.*s at %02d:%02d:%02d%s%s", CF_STR_ARG(day), l.hour, l.minute, l.second,
                                    l.repeated ? " " : "", l.repeated ? l.abbr : "")
                    : cf_str_printf(a, "%.*s at %02d:%02d%s%s", CF_STR_ARG(day), l.hour, l.minute, l.repeated ? " " : "",
                                    l.repeated ? l.abbr : "");
}

static struct cf_str time_words(struct form *f, int64_t at) {
    return form_time_words(f->arena, f->zone, at);
}

/* Does the range begin a month (a year) and end with it? */
static bool whole_month(int32_t first, uint32_t more) {
    struct cf_date d = cf_date_of(first);
    return more && d.day == 1 && (int)more + 1 == cf_month_days(d.year, d.month);
}

static bool whole_year(int32_t first, uint32_t more) {
    struct cf_date d = cf_date_of(first);
    return d.day == 1 && d.month == 1 && more + 1 == (cf_year_leap(d.year) ? 366U : 365U);
}

static struct cf_str subject_words(struct form *f, enum lang_subject kind, struct cf_id id) {
    struct cf_str name = f->source->subject_words ? f->source->subject_words(f->source->ctx, f->arena, kind, id) : CF_LIT("");
    return name.n ? name
                  : cf_str_printf(f->arena, "%s %.8s", lang_subject_word(kind), cf_cstr(f->arena, cf_hex(f->arena, id.b, 16)));
}

static struct cf_str event_words(struct form *f, struct cf_id id) {
    struct cf_str name = f->source->event_words ? f->source->event_words(f->source->ctx, f->arena, id) : CF_LIT("");
    return name.n ? name : cf_str_printf(f->arena, "event %.8s", cf_cstr(f->arena, cf_hex(f->arena, id.b, 16)));
}

static struct cf_str scalar_words(struct form *f, const struct form_question *q, const struct desk_value *v) {
    struct cf_str named = form_trimmed(f, q->base, ".name");
    switch ((enum lang_value_kind)v->v.kind) {
    case LANG_V_NOT_ASKED: return CF_LIT("Not asked");
    case LANG_V_NOT_KNOWN: return CF_LIT("Not known");
    case LANG_V_DECLINED: return CF_LIT("Declined to say");
    case LANG_V_YESNO: return v->v.i ? CF_LIT("Yes") : CF_LIT("No");
    case LANG_V_CODE: return form_code_label(f->arena, q->of, (size_t)v->v.i);
    case LANG_V_DATE:
        if (v->v.more && !whole_month((int32_t)v->v.i, v->v.more) && !whole_year((int32_t)v->v.i, v->v.more)) {
            return cf_str_printf(f->arena, "%.*s to %.*s", CF_STR_ARG(date_words(f->arena, (int32_t)v->v.i, true, true)),
                                 CF_STR_ARG(date_words(f->arena, (int32_t)(v->v.i + v->v.more), true, true)));
        }
        return date_words(f->arena, (int32_t)v->v.i, !v->v.more, !whole_year((int32_t)v->v.i, v->v.more));
    case LANG_V_INSTANT: return time_words(f, v->v.i);
    case LANG_V_SUBJECT: return named.n ? named : subject_words(f, q->subject, v->id); /* as it was written just now */
    case LANG_V_EVENT: return event_words(f, v->id);
    case LANG_V_WHOLE:
    case LANG_V_FRACTION:
    case LANG_V_DURATION:
    case LANG_V_TEXT: return desk_words_write(f->arena, f->zone, q->type, q->of, v);
    case LANG_V_LIST: break;
    }
    return CF_LIT("");
}

static void add_kept(struct form *f, struct cf_buf *b, const struct form_question *q, const struct desk_value *v) {
    bool any = false;
    for (size_t i = 0; v->kept && q->field && i < q->field->keeping.n; i++) {
        struct form_question k;
        struct desk_value one = {.v = v->kept[i]};
        if (one.v.kind != LANG_V_NOT_ASKED && form_of_kept(f, q, i, &k)) {
            cf_buf_printf(b, "%s%.*s: %.*s", any ? ", " : " (", CF_STR_ARG(k.label), CF_STR_ARG(scalar_words(f, &k, &one)));
            any = true;
        }
    }
    cf_buf_lit(b, any ? ")" : "");
}

struct cf_str form_words_of(struct form *f, const struct form_question *q, const struct desk_value *v) {
    struct cf_buf b = cf_buf_new(f->arena, CF_MAX_JSON_BYTES);
    struct cf_str words;
    size_t n = v->v.kind == LANG_V_LIST ? v->n : 1;
    if (!n) {
        return CF_LIT("None");
    }
    for (size_t i = 0; i < n; i++) {
        const struct desk_value *one = v->v.kind == LANG_V_LIST ? &v->list[i] : v;
        cf_buf_lit(&b, i ? "; " : "");
        cf_buf_str(&b, scalar_words(f, q, one));
        add_kept(f, &b, q, one);
    }
    return cf_buf_finish(&b, &words) ? words : CF_LIT("");
}

struct cf_str form_value_words(struct form *f, const struct lang_field *field, const struct desk_value *v) {
    struct form_question q = form_of_field(f, "f.", field);
    return form_words_of(f, &q, v);
}

static struct cf_str when_words(struct form *f, const struct desk_entry *e) {
    struct cf_local from = cf_time_local(f->zone, e->from);
    switch (e->precision) {
    case LEDGER_ABOUT: return cf_str_printf(f->arena, "About %.*s", CF_STR_ARG(time_words(f, e->from)));
    case LEDGER_BETWEEN:
        return cf_str_printf(f->arena, "Between %.*s and %.*s", CF_STR_ARG(time_words(f, e->from)),
                             CF_STR_ARG(time_words(f, e->to)));
    case LEDGER_DAY:
        return cf_str_printf(f->arena, "%.*s, time not known", CF_STR_ARG(date_words(f->arena, from.day, true, true)));
    case LEDGER_MONTH:
        return cf_str_printf(f->arena, "%.*s, day not known", CF_STR_ARG(date_words(f->arena, from.day, false, true)));
    case LEDGER_YEAR:
        return cf_str_printf(f->arena, "%.*s, day not known", CF_STR_ARG(date_words(f->arena, from.day, false, false)));
    case LEDGER_UNKNOWN_TIME: return CF_LIT("Not known");
    case LEDGER_EXACT: break;
    }
    return time_words(f, e->from);
}

static void row(struct form *f, struct form_rows *out, struct cf_str id, struct cf_str label, struct cf_str words) {
    *cf_push(f->arena, out) = (struct form_row){.label = label, .words = words, .id = id, .field = -1};
}

static void newcomer_rows(struct form *f, const struct form_entry *entry, size_t about, struct form_rows *out) {
    const struct lang_decl *birth = f->set->birth;
    const struct lang_about *role = &f->record->as.record.roles.v[entry->e.about[about].role];
    const char *prefix = cf_cstr(f->arena, cf_str_printf(f->arena, "n.%.*s.", CF_STR_ARG(role->role.text)));
    for (size_t i = 0; i < entry->newcomers.n; i++) {
        const struct form_newcomer *n = &entry->newcomers.v[i];
        bool this = birth && n->fields && cf_id_eq(n->id, entry->e.about[about].subject);
        for (size_t k = 0; this && k < birth->as.record.fields.n; k++) {
            struct form_question q = form_of_field(f, prefix, &birth->as.record.fields.v[k]);
            if (n->fields[k].v.kind != LANG_V_NOT_ASKED) {
                row(f, out, q.base, q.label, form_words_of(f, &q, &n->fields[k]));
            }
        }
    }
}

static void about_rows(struct form *f, const struct form_entry *entry, struct form_rows *out) {
    for (size_t i = 0; i < entry->e.n_about; i++) {
        const struct desk_about *about = &entry->e.about[i];
        const struct lang_about *role = &f->record->as.record.roles.v[about->role];
        struct cf_str base = cf_str_printf(f->arena, "a.%.*s", CF_STR_ARG(role->role.text));
        bool fresh = false;
        for (size_t k = 0; k < entry->newcomers.n; k++) {
            fresh = fresh || cf_id_eq(entry->newcomers.v[k].id, about->subject);
        }
        row(f, out, base, form_label(f->arena, role->role.text),
            fresh ? CF_LIT("Somebody new") : subject_words(f, role->kind, about->subject));
        newcomer_rows(f, entry, i, out);
    }
}

void form_rows(struct form *f, const struct form_entry *entry, struct form_rows *out) {
    const struct lang_record *r = &f->record->as.record;
    about_rows(f, entry, out);
    for (size_t i = 0; i < entry->e.n_episodes; i++) {
        row(f, out, CF_LIT("episode"), CF_LIT("Part of"), event_words(f, entry->e.episodes[i]));
    }
    row(f, out, CF_LIT("when"), CF_LIT("When it happened"), when_words(f, &entry->e));
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct desk_value *v = &entry->e.fields[i];
        if (r->fields.v[i].retired || (v->v.kind == LANG_V_NOT_ASKED && !form_asks(f->record, i, entry->e.fields))) {
            continue;
        }
        struct form_question q = form_of_field(f, "f.", &r->fields.v[i]);
        struct form_row *line = cf_push(f->arena, out);
        *line = (struct form_row){.label = q.label,
                                  .hint = q.hint,
                                  .words = form_words_of(f, &q, v),
                                  .id = q.base,
                                  .absent = v->v.kind <= LANG_V_DECLINED,
                                  .narrative = v->v.kind == LANG_V_TEXT,
                                  .field = (int)i};
    }
    if (!cf_id_zero(entry->e.unit)) {
        row(f, out, CF_LIT("unit"), CF_LIT("Unit"), subject_words(f, LANG_UNIT_SUBJECT, entry->e.unit));
    }
}

/* ---- Pairs. */

static void put(struct form *f, struct web_pairs *out, struct cf_str base, const char *suffix, struct cf_str value) {
    *cf_push(f->arena, out) = (struct web_pair){form_name(f, base, suffix), value};
}

static void put_number(struct form *f, struct web_pairs *out, struct cf_str base, const char *suffix, int64_t n) {
    put(f, out, base, suffix, cf_str_printf(f->arena, "%lld", (long long)n));
}

static void put_day(struct form *f, struct web_pairs *out, struct cf_str base, int32_t day, bool with_day, bool with_month) {
    struct cf_date d = cf_date_of(day);
    if (with_day) {
        put_number(f, out, base, ".day", d.day);
    }
    if (with_month) {
        put_number(f, out, base, ".month", d.month);
    }
    put(f, out, base, ".year", cf_str_printf(f->arena, "%04d", d.year));
}

static void put_clock(struct form *f, struct web_pairs *out, struct cf_str base, int64_t at) {
    struct cf_shown s = cf_time_shown(f->zone, at); /* "2024-06-03 15:10" and more where needed */
    put_day(f, out, base, cf_time_day(f->zone, at), true, true);
    put(f, out, base, ".time", cf_str_dup(f->arena, cf_str_from(s.p + strlen("0000-00-00 "))));
}

static void put_scalar(struct form *f, const struct form_question *q, const struct desk_value *v, struct web_pairs *out) {
    static const char *const absences[] = {"not_asked", "not_known", "declined"};
    bool among = form_shape(q) == FORM_RADIOS || form_shape(q) == FORM_SELECT || form_shape(q) == FORM_EVENT ||
                 form_shape(q) == FORM_SUBJECT;
    if (v->v.kind <= LANG_V_DECLINED) {
        if (v->v.kind != LANG_V_NOT_ASKED) {
            put(f, out, q->base, among ? "" : "~", cf_str_printf(f->arena, "%s%s", among ? "~" : "", absences[v->v.kind]));
        }
    } else if (v->v.kind == LANG_V_DATE) {
        bool month = whole_month((int32_t)v->v.i, v->v.more), year = whole_year((int32_t)v->v.i, v->v.more);
        put_day(f, out, q->base, (int32_t)v->v.i, !month && !year, !year);
        if (v->v.more && !month && !year) {
            put_number(f, out, q->base, ".span", v->v.more);
        }
    } else if (v->v.kind == LANG_V_INSTANT) {
        put_clock(f, out, q->base, v->v.i);
    } else if (v->v.kind == LANG_V_DURATION) {
        struct cf_str words = desk_words_write(f->arena, f->zone, q->type, NULL, v), n;
        (void)cf_str_split(&words, ' ', &n);
        put(f, out, q->base, ".n", n);
        put(f, out, q->base, ".unit", words);
    } else {
        put(f, out, q->base, "", desk_words_write(f->arena, f->zone, q->type, q->of, v));
    }
    for (size_t i = 0; v->kept && q->field && i < q->field->keeping.n; i++) {
        struct form_question k;
        struct desk_value one = {.v = v->kept[i]};
        if (form_of_kept(f, q, i, &k)) {
            put_scalar(f, &k, &one, out);
        }
    }
}

void form_pairs_of(struct form *f, const struct form_question *q, const struct desk_value *v, struct web_pairs *out) {
    static const char *const absences[] = {"not_asked", "not_known", "declined"};
    if (!q->many) {
        put_scalar(f, q, v, out);
        return;
    }
    if (v->v.kind == LANG_V_NOT_KNOWN || v->v.kind == LANG_V_DECLINED) {
        put(f, out, q->base, "~", cf_str_from(absences[v->v.kind]));
        return;
    }
    if (v->v.kind == LANG_V_LIST && !v->n) {
        put(f, out, q->base, "~", CF_LIT("none"));
    }
    for (size_t i = 0; v->v.kind == LANG_V_LIST && i < v->n; i++) {
        if (form_shape(q) == FORM_CHECKS) {
            put(f, out, q->base, "", desk_words_write(f->arena, f->zone, q->type, q->of, &v->list[i]));
        } else {
            struct form_question item = form_item(f, q, i);
            put_scalar(f, &item, &v->list[i], out);
        }
    }
}

static void pairs_of_when(struct form *f, const struct desk_entry *e, struct web_pairs *out) {
    struct cf_str base = CF_LIT("when");
    int32_t day = cf_time_day(f->zone, e->from);
    if (e->precision == LEDGER_DAY || e->precision == LEDGER_MONTH || e->precision == LEDGER_YEAR) {
        put_day(f, out, base, day, e->precision == LEDGER_DAY, e->precision != LEDGER_YEAR);
        return;
    }
    put_clock(f, out, base, e->from);
    if (e->precision == LEDGER_ABOUT) {
        put(f, out, base, ".about", CF_LIT("yes"));
    }
    if (e->precision == LEDGER_BETWEEN) {
        put_clock(f, out, CF_LIT("when.to"), e->to);
    }
}

void form_pairs(struct form *f, const struct desk_entry *e, struct web_pairs *out) {
    const struct lang_record *r = &f->record->as.record;
    size_t *seen = CF_NEW_N(f->arena, size_t, r->roles.n + 1);
    for (size_t i = 0; i < e->n_about; i++) {
        const struct lang_about *about = &r->roles.v[e->about[i].role];
        struct cf_str base = cf_str_printf(f->arena, "a.%.*s", CF_STR_ARG(about->role.text));
        if (about->many) {
            base = cf_str_printf(f->arena, "%.*s.%zu", CF_STR_ARG(base), seen[e->about[i].role]++);
        }
        put(f, out, base, "", cf_hex(f->arena, e->about[i].subject.b, 16));
        if (e->about[i].category) {
            put_number(f, out, base, ".category", e->about[i].category);
        }
    }
    for (size_t i = 0; i < e->n_episodes; i++) {
        put(f, out, CF_LIT("episode"), "", cf_hex(f->arena, e->episodes[i].b, 16));
    }
    pairs_of_when(f, e, out);
    for (size_t i = 0; e->fields && i < r->fields.n; i++) {
        if (!r->fields.v[i].retired) {
            struct form_question q = form_of_field(f, "f.", &r->fields.v[i]);
            form_pairs_of(f, &q, &e->fields[i], out);
        }
    }
    if (!cf_id_zero(e->unit)) {
        put(f, out, CF_LIT("unit"), "", cf_hex(f->arena, e->unit.b, 16));
    }
    if (!cf_id_zero(e->recipient)) {
        put(f, out, CF_LIT("to"), "", cf_hex(f->arena, e->recipient.b, 16));
    }
}
