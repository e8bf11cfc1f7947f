/* api_read: a record sent as JSON, read against its declaration. Every flaw is collected with its place. Must not know
 * requests, the database, or any record by name. */
#include "web/api.h"

#include "docket/words.h"
#include "web/priv.h"

enum { SHOWN_CODES = 40, SHOWN_BYTES = 60 };

const struct access_json *api_json(struct cf_arena *a, struct cf_str text, struct cf_errs *errs) {
    size_t at = 0;
    struct cf_str why = {0};
    const struct access_json *v = access_json_read(a, text, &at, &why);
    if (!v) {
        cf_fail(errs, CF_W013, CF_NOWHERE, "the body is no JSON: %.*s, at byte %zu", CF_STR_ARG(why), at);
    }
    return v;
}

struct cf_str api_pointer(struct cf_arena *a, struct cf_str base, struct cf_str name) {
    struct cf_buf b = cf_buf_new(a, base.n + name.n * 2 + 2);
    cf_buf_str(&b, base);
    cf_buf_lit(&b, "/");
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '~' || name.p[i] == '/') {
            cf_buf_lit(&b, name.p[i] == '~' ? "~0" : "~1");
        } else {
            cf_buf_byte(&b, (uint8_t)name.p[i]);
        }
    }
    return (struct cf_str){b.p, b.n};
}

static struct cf_str nth(struct cf_arena *a, struct cf_str base, size_t i) {
    return cf_str_printf(a, "%.*s/%zu", CF_STR_ARG(base), i);
}

void api_complain(struct api_reading *x, struct cf_str pointer, struct cf_str hint, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct api_flaw flaw = {.pointer = pointer, .hint = hint, .words = cf_str_vprintf(x->arena, fmt, ap)};
    va_end(ap);
    *cf_push(x->arena, &x->flaws) = flaw;
}

static bool wrong(struct api_reading *x, struct cf_str pointer, const char *takes) {
    api_complain(x, pointer, CF_LIT(""), "this takes %s", takes);
    return false;
}

/* A member that nobody asked for is a mistake in its name more often than not. */
static void unknown_member(struct api_reading *x, struct cf_str base, struct cf_str name, const struct cf_str *names,
                           size_t n) {
    struct cf_str near = cf_nearest(name, names, n), shown = cf_str_slice(name, 0, SHOWN_BYTES);
    struct cf_str hint = near.n ? cf_str_printf(x->arena, "Did you mean `%.*s`?", CF_STR_ARG(near))
                                : CF_LIT("The document at /api/v1/openapi.json says what each record takes.");
    api_complain(x, api_pointer(x->arena, base, name), hint, "there is nothing called `%s` here",
                 cf_cstr(x->arena, cf_utf8_valid(shown, NULL) ? shown : name));
}

static bool only(struct api_reading *x, const struct access_json *v, struct cf_str base, const char *const *known, size_t n) {
    struct cf_str *names = CF_NEW_N(x->arena, struct cf_str, n + 1);
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        names[i] = cf_str_from(known[i]);
    }
    for (size_t i = 0; i < v->count; i++) {
        size_t k = 0;
        while (k < n && !cf_str_eq(names[k], v->names[i])) {
            k++;
        }
        if (k == n) {
            unknown_member(x, base, v->names[i], names, n);
            ok = false;
        }
    }
    return ok;
}

static bool is_plain(struct api_reading *x, struct cf_str text) {
    struct cf_errs quiet = cf_errs_new(x->arena);
    return web_text_ok(text, "it", &quiet);
}

/* ---- One answer. */

static bool bad_code(struct api_reading *x, struct cf_str pointer, const struct lang_decl *codes, struct cf_str words) {
    size_t n = codes ? codes->as.codes.list.n : 0;
    struct cf_str *names = CF_NEW_N(x->arena, struct cf_str, n + 1);
    struct cf_buf b = cf_buf_new(x->arena, 2 * CF_MAX_TEXT_BYTES);
    for (size_t i = 0; i < n; i++) {
        names[i] = codes->as.codes.list.v[i].name.text;
    }
    struct cf_str near = cf_nearest(words, names, n);
    if (near.n) {
        cf_buf_printf(&b, "Did you mean `%.*s`? ", CF_STR_ARG(near));
    }
    cf_buf_printf(&b, "It takes%s", n > SHOWN_CODES ? " one of these and others:" : " one of:");
    for (size_t i = 0; i < n && i < SHOWN_CODES; i++) {
        cf_buf_printf(&b, "%s %.*s", i ? "," : "", CF_STR_ARG(names[i]));
    }
    cf_buf_lit(&b, ".");
    api_complain(x, pointer, (struct cf_str){b.p, b.n}, "this is not in the list of codes");
    return false;
}

bool api_may_name(enum lang_subject kind) {
    return kind == LANG_PLACE || kind == LANG_LINE || kind == LANG_MATTER || kind == LANG_ORGANISATION;
}

static bool read_subject(struct api_reading *x, struct cf_str pointer, enum lang_subject kind, const struct access_json *v,
                         struct cf_id *out) {
    const struct access_json *named = access_json_get(v, "named");
    if (named && named->kind == ACCESS_JSON_TEXT && named->text.n && api_may_name(kind) && is_plain(x, named->text)) {
        *out = x->named(x->ctx, kind, named->text);
        return only(x, v, pointer, (const char *const[]){"named"}, 1);
    }
    if (v->kind == ACCESS_JSON_TEXT && (cf_unhex(v->text, out->b, sizeof out->b) || x->declared(x->ctx, kind, v->text, out))) {
        return true;
    }
    const char *more = api_may_name(kind) ? ", or {\"named\": WORDS}" : "";
    bool declares = kind == LANG_UNIT_SUBJECT || kind == LANG_ORGANISATION;
    api_complain(x, pointer, CF_LIT(""), "this takes the id of %s (32 letters of 0-9, a-f)%s%s", lang_subject_word(kind),
                 declares ? ", or its declared name" : "", more);
    return false;
}

static bool read_text(struct api_reading *x, struct cf_str pointer, const struct access_json *v, struct desk_value *out) {
    if (v->kind != ACCESS_JSON_TEXT) {
        return wrong(x, pointer, "words, as text");
    }
    if (v->text.n > CF_MAX_NARRATIVE_BYTES) {
        api_complain(x, pointer, CF_LIT("Shorten it, or record the rest in another event."), "this is longer than %d bytes",
                     CF_MAX_NARRATIVE_BYTES);
        return false;
    }
    if (!is_plain(x, v->text)) {
        api_complain(x, pointer, CF_LIT("Leave out everything but letters, signs, tabs and line ends."),
                     "this holds a control character");
        return false;
    }
    out->v = (struct lang_value){.kind = LANG_V_TEXT};
    out->text = v->text;
    return true;
}

/* yes and no also as true and false, whole numbers also as numbers. */
static struct cf_str words_of(struct api_reading *x, enum lang_type_kind type, const struct access_json *v) {
    if (v->kind == ACCESS_JSON_BOOL && type == LANG_T_YESNO) {
        return v->yes ? CF_LIT("yes") : CF_LIT("no");
    }
    if (v->kind == ACCESS_JSON_INT && (type == LANG_T_WHOLE || type == LANG_T_FRACTION)) {
        return cf_str_printf(x->arena, "%lld", (long long)v->n);
    }
    return v->kind == ACCESS_JSON_TEXT ? cf_str_trim(v->text) : CF_LIT("");
}

static bool read_value(struct api_reading *x, struct cf_str pointer, struct lang_type type, const struct access_json *v,
                       struct desk_value *out) {
    const char *takes = "";
    if (type.kind == LANG_T_SUBJECT) {
        out->v = (struct lang_value){.kind = LANG_V_SUBJECT};
        return read_subject(x, pointer, type.subject, v, &out->id);
    }
    if (type.kind == LANG_T_TEXT) {
        return read_text(x, pointer, v, out);
    }
    struct cf_str words = words_of(x, type.kind, v);
    if (desk_words_read(x->zone, type.kind, type.of, words, out, &takes)) {
        return true;
    }
    if (type.kind == LANG_T_CODE) {
        return bad_code(x, pointer, type.of, words);
    }
    return wrong(x, pointer, type.kind == LANG_T_YESNO ? "yes or no" : takes);
}

/* null and {"absent": …}; *absent false: it is something else. */
static bool read_absence(struct api_reading *x, struct cf_str pointer, const struct access_json *v, struct desk_value *out,
                         bool *absent) {
    static const struct {
        const char *word;
        uint8_t kind;
    } words[] = {{"not_known", LANG_V_NOT_KNOWN}, {"declined", LANG_V_DECLINED}, {"not_asked", LANG_V_NOT_ASKED}};
    const struct access_json *said = access_json_get(v, "absent");
    *absent = v->kind == ACCESS_JSON_NULL || said;
    if (v->kind == ACCESS_JSON_NULL) {
        out->v.kind = LANG_V_NOT_KNOWN;
        return true;
    }
    if (!said) {
        return true;
    }
    for (size_t i = 0; said->kind == ACCESS_JSON_TEXT && i < CF_COUNT(words); i++) {
        if (cf_str_is(said->text, words[i].word)) {
            out->v.kind = words[i].kind;
            return only(x, v, pointer, (const char *const[]){"absent"}, 1);
        }
    }
    return wrong(x, api_pointer(x->arena, pointer, CF_LIT("absent")), "not_known, declined or not_asked");
}

bool api_kept_type(const struct lang_set *set, struct cf_str name, struct lang_type *out) {
    const struct lang_decl *fact = lang_find_kind(set, LANG_FACT, name);
    *out = (struct lang_type){.kind = LANG_T_CODE, .of = lang_find_kind(set, LANG_CODES, name)};
    if (fact && fact->as.fact.value) {
        *out = fact->as.fact.value->type;
    }
    return out->kind == LANG_T_YESNO || (out->kind == LANG_T_CODE && out->of);
}

static bool read_kept(struct api_reading *x, struct cf_str pointer, const struct lang_field *f, const struct access_json *v,
                      struct desk_value *out) {
    struct lang_value *kept = CF_NEW_N(x->arena, struct lang_value, f->keeping.n + 1);
    struct cf_str *names = CF_NEW_N(x->arena, struct cf_str, f->keeping.n + 1);
    bool ok = true, absent;
    if (v->kind != ACCESS_JSON_OBJECT) {
        return wrong(x, pointer, "an object with what is kept of who is named");
    }
    for (size_t i = 0; i < f->keeping.n; i++) {
        names[i] = f->keeping.v[i].text;
    }
    for (size_t i = 0; i < v->count; i++) {
        struct cf_str at = api_pointer(x->arena, pointer, v->names[i]);
        struct lang_type type;
        struct desk_value one = {0};
        size_t k = 0;
        while (k < f->keeping.n && !cf_str_eq(names[k], v->names[i])) {
            k++;
        }
        if (k == f->keeping.n || !api_kept_type(x->set, names[k], &type)) {
            unknown_member(x, pointer, v->names[i], names, f->keeping.n);
            ok = false;
            continue;
        }
        bool fine = read_absence(x, at, &v->items[i], &one, &absent);
        ok = fine && (absent || read_value(x, at, type, &v->items[i], &one)) && ok;
        kept[k] = one.v;
    }
    out->kept = kept;
    return ok;
}

/* A value alone, or {"value": …, "keeping": {…}} where the field keeps something. */
static bool read_item(struct api_reading *x, struct cf_str pointer, const struct lang_field *f, struct lang_type type,
                      const struct access_json *v, struct desk_value *out) {
    const struct access_json *value = access_json_get(v, "value"), *kept = access_json_get(v, "keeping");
    if (!value || !f->keeping.n) {
        return read_value(x, pointer, type, v, out);
    }
    bool ok = only(x, v, pointer, (const char *const[]){"value", "keeping"}, 2);
    ok = read_value(x, api_pointer(x->arena, pointer, CF_LIT("value")), type, value, out) && ok;
    return (!kept || read_kept(x, api_pointer(x->arena, pointer, CF_LIT("keeping")), f, kept, out)) && ok;
}

static bool read_list(struct api_reading *x, struct cf_str pointer, const struct lang_field *f, const struct access_json *v,
                      struct desk_value *out) {
    struct lang_type type = {.kind = f->type.elem, .of = f->type.of, .subject = f->type.subject};
    bool ok = true;
    if (v->kind != ACCESS_JSON_LIST) {
        return wrong(x, pointer, "a list; an empty one says that there was none");
    }
    if (v->count > CF_MAX_API_ITEMS) {
        api_complain(x, pointer, CF_LIT("Record the rest in another event."), "this has %zu items; the most is %d", v->count,
                     CF_MAX_API_ITEMS);
        return false;
    }
    struct desk_value *items = CF_NEW_N(x->arena, struct desk_value, v->count + 1);
    for (size_t i = 0; i < v->count; i++) {
        ok = read_item(x, nth(x->arena, pointer, i), f, type, &v->items[i], &items[i]) && ok;
    }
    out->v = (struct lang_value){.kind = LANG_V_LIST};
    out->list = items;
    out->n = v->count;
    return ok;
}

static bool read_field(struct api_reading *x, struct cf_str pointer, const struct lang_field *f, const struct access_json *v,
                       struct desk_value *out) {
    bool absent;
    struct desk_value got = {0};
    bool ok = read_absence(x, pointer, v, &got, &absent);
    if (ok && !absent) {
        ok = f->type.kind == LANG_T_SET ? read_list(x, pointer, f, v, &got) : read_item(x, pointer, f, f->type, v, &got);
    }
    *out = ok ? got : (struct desk_value){0};
    return ok;
}

/* ---- All answers of a record: what is sent, then what is missing. */

static const struct desk_value *read_fields(struct api_reading *x, struct cf_str base, const struct lang_decl *record,
                                            const struct access_json *v, bool *answered) {
    const struct lang_record *r = &record->as.record;
    struct desk_value *fields = CF_NEW_N(x->arena, struct desk_value, r->fields.n + 1);
    struct cf_str *names = CF_NEW_N(x->arena, struct cf_str, r->fields.n + 1);
    bool *bad = CF_NEW_N(x->arena, bool, r->fields.n + 1);
    if (v && v->kind != ACCESS_JSON_OBJECT) {
        (void)wrong(x, base, "an object with an answer for each field");
        return fields;
    }
    for (size_t i = 0; i < r->fields.n; i++) {
        names[i] = r->fields.v[i].retired ? CF_LIT("") : r->fields.v[i].name.text;
    }
    for (size_t i = 0; v && i < v->count; i++) {
        size_t k = 0;
        while (k < r->fields.n && !(names[k].n && cf_str_eq(names[k], v->names[i]))) {
            k++;
        }
        if (k == r->fields.n) {
            unknown_member(x, base, v->names[i], names, r->fields.n);
            continue;
        }
        bad[k] = !read_field(x, api_pointer(x->arena, base, v->names[i]), &r->fields.v[k], &v->items[i], &fields[k]);
        *answered = true;
    }
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct lang_field *f = &r->fields.v[i];
        if (f->required && !f->retired && fields[i].v.kind == LANG_V_NOT_ASKED && !bad[i] && form_asks(record, i, fields)) {
            api_complain(x, api_pointer(x->arena, base, f->name.text),
                         cf_str_printf(x->arena, "Answer it; null says that it is not known.%s%.*s",
                                       f->hint.n ? " Asked: " : "", CF_STR_ARG(f->hint)),
                         "`%.*s` is not answered", CF_STR_ARG(f->name.text));
        }
    }
    return fields;
}

/* ---- When. */

struct span {
    int64_t from, to;
    enum ledger_precision precision;
};

static bool read_moment(struct api_reading *x, struct cf_str words, struct span *out) {
    struct cf_moment m;
    struct cf_str rest = words, piece;
    int64_t year = 0, month = 0;
    if (cf_time_parse(x->zone, words, CF_NOWHERE, NULL, &m)) {
        *out = (struct span){m.at, m.day_only ? cf_day_end(x->zone, m.day) : m.at, m.day_only ? LEDGER_DAY : LEDGER_EXACT};
        return true;
    }
    if ((words.n != 4 && words.n != 7) || !cf_str_split(&rest, '-', &piece) || !cf_str_int(piece, &year)) {
        return false;
    }
    bool has_month = words.n == 7;
    if ((has_month && !cf_str_int(rest, &month)) || !cf_date_valid(year, has_month ? month : 1, 1)) {
        return false;
    }
    int32_t first = cf_day_of((int32_t)year, has_month ? (int)month : 1, 1);
    int32_t last = has_month ? first + cf_month_days(year, (int)month) - 1 : cf_day_of((int32_t)year, 12, 31);
    *out = (struct span){cf_day_start(x->zone, first), cf_day_end(x->zone, last), has_month ? LEDGER_MONTH : LEDGER_YEAR};
    return true;
}

static bool read_time_member(struct api_reading *x, const struct access_json *v, const char *name, struct span *out) {
    const struct access_json *t = access_json_get(v, name);
    if (t && t->kind == ACCESS_JSON_TEXT && read_moment(x, t->text, out) && out->precision == LEDGER_EXACT) {
        return true;
    }
    return wrong(x, api_pointer(x->arena, CF_LIT("/happened"), cf_str_from(name)), "a time like 2024-06-03 15:10");
}

static bool read_happened(struct api_reading *x, const struct access_json *v, struct span *out) {
    struct span last;
    if (!v) {
        api_complain(x, CF_LIT("/happened"), CF_LIT("Give a time like 2024-06-03 15:10, or a day, a month or a year."),
                     "it is not said when it happened");
        return false;
    }
    if (v->kind == ACCESS_JSON_TEXT) {
        return read_moment(x, v->text, out) ||
               wrong(x, CF_LIT("/happened"), "a time like 2024-06-03 15:10, a day, a month like 2024-06 or a year");
    }
    if (access_json_get(v, "about")) {
        bool ok = read_time_member(x, v, "about", out);
        out->precision = LEDGER_ABOUT;
        return only(x, v, CF_LIT("/happened"), (const char *const[]){"about"}, 1) && ok;
    }
    if (v->kind != ACCESS_JSON_OBJECT) {
        return wrong(x, CF_LIT("/happened"), "text, {\"about\": TIME} or {\"from\": TIME, \"to\": TIME}");
    }
    bool ok = only(x, v, CF_LIT("/happened"), (const char *const[]){"from", "to"}, 2);
    ok = read_time_member(x, v, "from", out) && ok;
    ok = read_time_member(x, v, "to", &last) && ok;
    if (!ok) {
        return false;
    }
    out->to = last.from;
    out->precision = LEDGER_BETWEEN;
    return true;
}

static void read_when(struct api_reading *x, const struct access_json *v, struct desk_entry *e) {
    struct span s = {0};
    if (!read_happened(x, v, &s)) {
        return;
    }
    if (s.from > x->now + CF_MAX_FORM_AHEAD_S) {
        api_complain(x, CF_LIT("/happened"), CF_LIT("Record it once it has happened; check the clock and the zone."),
                     "when it happened is later than now");
    } else if (s.to < s.from) {
        api_complain(x, CF_LIT("/happened/to"), CF_LIT("Give the earlier time as `from`."), "this is before `from`");
    }
    e->from = s.from;
    e->to = s.to;
    e->precision = s.precision;
}

/* ---- Whom it is about. */

struct abouts {
    CF_VEC(struct desk_about);
};

static bool read_category(struct api_reading *x, struct cf_str pointer, const struct access_json *v, struct desk_about *out) {
    static const char *const words[] = {"other", "suspect", "convicted", "victim", "witness"};
    const struct access_json *said = access_json_get(v, "category");
    for (size_t i = 0; said && said->kind == ACCESS_JSON_TEXT && i < CF_COUNT(words); i++) {
        if (cf_str_is(said->text, words[i])) {
            out->category = (enum ledger_category)i;
            return true;
        }
    }
    return !said ||
           wrong(x, api_pointer(x->arena, pointer, CF_LIT("category")), "suspect, convicted, victim, witness or other");
}

static bool read_who(struct api_reading *x, struct cf_str pointer, enum lang_subject kind, const struct access_json *v,
                     struct desk_about *out, struct form_entry *entry) {
    static const char *const members[] = {"new", "id", "category"};
    const struct access_json *fresh = access_json_get(v, "new"), *id = access_json_get(v, "id");
    if (!fresh && !id) {
        return read_subject(x, pointer, kind, v, &out->subject);
    }
    bool ok = only(x, v, pointer, members, CF_COUNT(members)) && read_category(x, pointer, v, out);
    if (fresh && (id || kind != LANG_PERSON || !x->set->birth)) {
        api_complain(x, api_pointer(x->arena, pointer, CF_LIT("new")), CF_LIT("Give either an id or, of a person, `new`."),
                     "nobody new can be named here");
        return false;
    }
    if (id) {
        return read_subject(x, api_pointer(x->arena, pointer, CF_LIT("id")), kind, id, &out->subject) && ok;
    }
    size_t before = x->flaws.n;
    struct form_newcomer *n = cf_push(x->arena, &entry->newcomers);
    n->id = out->subject = x->fresh(x->ctx, entry->newcomers.n - 1);
    n->fields = read_fields(x, api_pointer(x->arena, pointer, CF_LIT("new")), x->set->birth, fresh, &n->answered);
    return ok && x->flaws.n == before;
}

static void read_role(struct api_reading *x, size_t role, const struct access_json *v, struct abouts *list,
                      struct form_entry *entry) {
    const struct lang_about *about = &x->record->as.record.roles.v[role];
    struct cf_str pointer = api_pointer(x->arena, CF_LIT("/about"), about->role.text);
    bool many = v->kind == ACCESS_JSON_LIST;
    size_t n = many ? v->count : 1;
    if (many && !about->many) {
        (void)wrong(x, pointer, "one, not a list");
        return;
    }
    if (n > CF_MAX_API_ITEMS) {
        (void)wrong(x, pointer, "fewer: record the rest in another event");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct desk_about one = {.role = (int)role};
        if (read_who(x, many ? nth(x->arena, pointer, i) : pointer, about->kind, many ? &v->items[i] : v, &one, entry)) {
            *cf_push(x->arena, list) = one;
        }
    }
}

static void read_abouts(struct api_reading *x, const struct access_json *v, struct form_entry *out) {
    const struct lang_record *r = &x->record->as.record;
    struct abouts list = {0};
    struct cf_str *names = CF_NEW_N(x->arena, struct cf_str, r->roles.n + 1);
    size_t before = x->flaws.n;
    if (v && v->kind != ACCESS_JSON_OBJECT) {
        (void)wrong(x, CF_LIT("/about"), "an object that says who, by role");
        return;
    }
    for (size_t i = 0; i < r->roles.n; i++) {
        names[i] = r->roles.v[i].role.text;
    }
    for (size_t i = 0; v && i < v->count; i++) {
        size_t k = 0;
        while (k < r->roles.n && !cf_str_eq(names[k], v->names[i])) {
            k++;
        }
        if (k < r->roles.n) {
            read_role(x, k, &v->items[i], &list, out);
        } else {
            unknown_member(x, CF_LIT("/about"), v->names[i], names, r->roles.n);
        }
    }
    bool first = r->roles.n == 0;
    for (size_t i = 0; i < list.n; i++) {
        first = first || list.v[i].role == 0;
    }
    if (!first && x->flaws.n == before) {
        api_complain(x, api_pointer(x->arena, CF_LIT("/about"), names[0]),
                     CF_LIT("Give an id, or {\"new\": {…}} for a person."), "it is not said whom this is about");
    }
    out->e.about = list.v;
    out->e.n_about = list.n;
}

/* ---- What it is part of. */

static void read_episodes(struct api_reading *x, const struct access_json *v, struct desk_entry *e) {
    const struct lang_record *r = &x->record->as.record;
    struct cf_str base = CF_LIT("/episodes");
    size_t n = v && v->kind == ACCESS_JSON_LIST ? v->count : 0;
    if (v && v->kind != ACCESS_JSON_LIST) {
        (void)wrong(x, base, "a list of the ids of the events that opened them");
        return;
    }
    if (n > 0 && !form_is_step(r)) {
        (void)wrong(x, base, "nothing: this record is no step of an episode");
        return;
    }
    if (n > CF_MAX_EVENT_EPISODES) {
        api_complain(x, base, CF_LIT("Leave some out."), "at most %d episodes can be named", CF_MAX_EVENT_EPISODES);
        return;
    }
    struct cf_id *ids = CF_NEW_N(x->arena, struct cf_id, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (v->items[i].kind != ACCESS_JSON_TEXT || !cf_unhex(v->items[i].text, ids[i].b, sizeof ids[i].b)) {
            (void)wrong(x, nth(x->arena, base, i), "the id of an event: 32 letters of 0-9, a-f");
        }
    }
    if (n == 0 && form_needs_episode(r)) {
        api_complain(x, base, CF_LIT("Give the id of the event that opened it."), "this is a step in `%.*s`, and names none",
                     CF_STR_ARG(r->closes_decl ? r->closes.text : r->in.v[0].text));
    }
    e->episodes = ids;
    e->n_episodes = n;
}

bool api_read_record(struct api_reading *x, const struct access_json *body, struct form_entry *out) {
    static const char *const members[] = {"happened", "about", "episodes", "unit", "fields"};
    bool answered = false;
    *out = (struct form_entry){.e = {.record = x->record}};
    if (body->kind != ACCESS_JSON_OBJECT) {
        return wrong(x, CF_LIT(""), "an object");
    }
    (void)only(x, body, CF_LIT(""), members, CF_COUNT(members));
    read_abouts(x, access_json_get(body, "about"), out);
    read_episodes(x, access_json_get(body, "episodes"), &out->e);
    read_when(x, access_json_get(body, "happened"), &out->e);
    out->e.fields = read_fields(x, CF_LIT("/fields"), x->record, access_json_get(body, "fields"), &answered);
    const struct access_json *unit = access_json_get(body, "unit");
    if (unit) {
        (void)read_subject(x, CF_LIT("/unit"), LANG_UNIT_SUBJECT, unit, &out->e.unit);
    }
    return x->flaws.n == 0;
}
