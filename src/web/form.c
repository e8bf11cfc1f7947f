/* form: pairs as they are sent, their text for drafts, labels, and which shape a question has. Must not know requests or the
 * desk's database. */
#include "web/form_priv.h"
#include "web/priv.h"

/* ---- Pairs. */

struct cf_str form_sent(const struct web_pairs *pairs, struct cf_str name) {
    for (size_t i = 0; i < pairs->n; i++) {
        if (cf_str_eq(pairs->v[i].name, name)) {
            return pairs->v[i].value;
        }
    }
    return CF_LIT("");
}

bool form_was_sent(const struct web_pairs *pairs, struct cf_str name) {
    for (size_t i = 0; i < pairs->n; i++) {
        if (cf_str_eq(pairs->v[i].name, name)) {
            return true;
        }
    }
    return false;
}

void form_drop(struct web_pairs *pairs, struct cf_str name) {
    size_t kept = 0;
    for (size_t i = 0; i < pairs->n; i++) {
        if (!cf_str_eq(pairs->v[i].name, name)) {
            pairs->v[kept++] = pairs->v[i];
        }
    }
    pairs->n = kept;
}

void form_set(struct cf_arena *a, struct web_pairs *pairs, struct cf_str name, struct cf_str value) {
    form_drop(pairs, name);
    *cf_push(a, pairs) = (struct web_pair){name, value};
}

/* ---- The text of a draft. */

static void pack_part(struct cf_buf *b, struct cf_str s) {
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                     c == '_' || c == '~';
        if (plain) {
            cf_buf_byte(b, c);
        } else {
            cf_buf_byte(b, '%');
            cf_buf_byte(b, (uint8_t)hex[c >> 4]);
            cf_buf_byte(b, (uint8_t)hex[c & 15]);
        }
    }
}

struct cf_str form_pack(struct cf_arena *a, const struct web_pairs *pairs) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_JSON_BYTES);
    struct cf_str text;
    for (size_t i = 0; i < pairs->n; i++) {
        if (i) {
            cf_buf_byte(&b, '&');
        }
        pack_part(&b, pairs->v[i].name);
        cf_buf_byte(&b, '=');
        pack_part(&b, pairs->v[i].value);
    }
    return cf_buf_finish(&b, &text) ? text : CF_LIT("");
}

bool form_unpack(struct cf_arena *a, struct cf_str text, struct web_pairs *out, struct cf_errs *errs) {
    *out = (struct web_pairs){0};
    return web_read_form(a, text, "a form that was kept", out, errs);
}

/* ---- Words. */

struct cf_str form_label(struct cf_arena *a, struct cf_str name) {
    char *p = cf_memdup(a, name.p, name.n);
    for (size_t i = 0; i < name.n; i++) {
        p[i] = p[i] == '_' ? ' ' : p[i];
    }
    if (name.n && p[0] >= 'a' && p[0] <= 'z') {
        p[0] = (char)(p[0] - 32);
    }
    return (struct cf_str){p, name.n};
}

struct cf_str form_code_label(struct cf_arena *a, const struct lang_decl *codes, size_t index) {
    if (!codes || index >= codes->as.codes.list.n) {
        return CF_LIT("");
    }
    const struct lang_code *c = &codes->as.codes.list.v[index];
    return c->title.n ? c->title : form_label(a, c->name.text);
}

/* ---- A form. */

struct cf_str form_name(struct form *f, struct cf_str base, const char *suffix) {
    return cf_str_printf(f->arena, "%.*s%s", CF_STR_ARG(base), suffix);
}

struct cf_str form_get(struct form *f, struct cf_str base, const char *suffix) {
    return form_sent(&f->sent, form_name(f, base, suffix));
}

struct cf_str form_trimmed(struct form *f, struct cf_str base, const char *suffix) {
    return cf_str_trim(form_get(f, base, suffix));
}

bool form_absence(struct cf_str word, uint8_t *kind) {
    static const struct {
        const char *word;
        uint8_t kind;
    } words[] = {{"not_asked", LANG_V_NOT_ASKED}, {"not_known", LANG_V_NOT_KNOWN}, {"declined", LANG_V_DECLINED}};
    if (cf_str_starts(word, CF_LIT("~"))) {
        word = cf_str_slice(word, 1, word.n);
    }
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        if (cf_str_is(word, words[i].word)) {
            *kind = words[i].kind;
            return true;
        }
    }
    return false;
}

void form_complain(struct form *f, struct cf_str id, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct form_flaw flaw = {id, cf_str_vprintf(f->arena, fmt, ap)};
    va_end(ap);
    if (!form_flaw_at(f, id).n) {
        *cf_push(f->arena, &f->flaws) = flaw;
    }
}

struct cf_str form_flaw_at(const struct form *f, struct cf_str id) {
    for (size_t i = 0; i < f->flaws.n; i++) {
        if (cf_str_eq(f->flaws.v[i].id, id)) {
            return f->flaws.v[i].words;
        }
    }
    return CF_LIT("");
}

bool form_is_step(const struct lang_record *r) {
    return r->in.n || r->in_any || r->closes_decl;
}

bool form_needs_episode(const struct lang_record *r) {
    return form_is_step(r) && !r->in_any;
}

struct form form_new(struct cf_arena *a, const struct lang_set *set, const struct lang_decl *record, const struct cf_zone *zone,
                     int64_t now, const struct form_source *source, struct web_pairs sent) {
    static const struct form_source nobody = {0};
    struct form f = {
        .arena = a, .set = set, .record = record, .zone = zone, .now = now, .source = source ? source : &nobody, .sent = sent};
    if (record->as.record.roles.n) {
        struct cf_str name = cf_str_printf(a, "a.%.*s", CF_STR_ARG(record->as.record.roles.v[0].role.text));
        struct cf_str who = cf_str_trim(form_sent(&f.sent, name));
        if (!who.n) {
            who = cf_str_trim(form_get(&f, name, ".0"));
        }
        if (!cf_unhex(who, f.child.b, sizeof f.child.b)) {
            f.child = (struct cf_id){0};
        }
    }
    return f;
}

void form_begin(struct form *f, struct cf_id about, struct cf_id episode, struct cf_id unit) {
    struct cf_local at = cf_time_local(f->zone, f->now);
    struct cf_arena *a = f->arena;
    form_set(a, &f->sent, CF_LIT("when.day"), cf_str_printf(a, "%d", at.mday));
    form_set(a, &f->sent, CF_LIT("when.month"), cf_str_printf(a, "%d", at.month));
    form_set(a, &f->sent, CF_LIT("when.year"), cf_str_printf(a, "%d", at.year));
    form_set(a, &f->sent, CF_LIT("when.time"),
             cf_str_printf(a, "%02d:%02d%s%s", at.hour, at.minute, at.repeated ? " " : "", at.repeated ? at.abbr : ""));
    if (!cf_id_zero(about) && f->record->as.record.roles.n) {
        const struct lang_about *role = &f->record->as.record.roles.v[0];
        form_set(a, &f->sent, cf_str_printf(a, "a.%.*s%s", CF_STR_ARG(role->role.text), role->many ? ".0" : ""),
                 cf_hex(a, about.b, sizeof about.b));
        f->child = about;
    }
    if (!cf_id_zero(episode)) {
        form_set(a, &f->sent, CF_LIT("episode"), cf_hex(a, episode.b, sizeof episode.b));
    }
    if (!cf_id_zero(unit)) {
        form_set(a, &f->sent, CF_LIT("unit"), cf_hex(a, unit.b, sizeof unit.b));
    }
}

/* ---- Questions. */

enum form_shape form_shape(const struct form_question *q) {
    size_t codes = q->of && q->of->kind == LANG_CODES ? q->of->as.codes.list.n : 0;
    if (q->many) {
        bool keeps = q->field && q->field->keeping.n;
        return q->type == LANG_T_CODE && codes <= FORM_SOME && !keeps ? FORM_CHECKS : FORM_LIST;
    }
    switch (q->type) {
    case LANG_T_YESNO: return FORM_RADIOS;
    case LANG_T_CODE: return codes <= FORM_FEW ? FORM_RADIOS : codes <= FORM_SOME ? FORM_SELECT : FORM_TYPE_AHEAD;
    case LANG_T_TEXT: return FORM_AREA;
    case LANG_T_DATE: return FORM_DATE;
    case LANG_T_INSTANT: return FORM_INSTANT;
    case LANG_T_DURATION: return FORM_DURATION;
    case LANG_T_EVENT: return FORM_EVENT;
    case LANG_T_SUBJECT: return FORM_SUBJECT;
    case LANG_T_WHOLE:
    case LANG_T_FRACTION:
    case LANG_T_NONE:
    case LANG_T_CLOCK:
    case LANG_T_SET: break;
    }
    return FORM_BOX;
}

struct form_question form_of_field(struct form *f, const char *prefix, const struct lang_field *field) {
    bool set = field->type.kind == LANG_T_SET;
    return (struct form_question){.type = set ? field->type.elem : field->type.kind,
                                  .of = field->type.of,
                                  .subject = field->type.subject,
                                  .base = cf_str_printf(f->arena, "%s%.*s", prefix, CF_STR_ARG(field->name.text)),
                                  .label = form_label(f->arena, field->name.text),
                                  .hint = field->hint,
                                  .required = field->required,
                                  .many = set,
                                  .absences = true,
                                  .field = field};
}

bool form_of_kept(struct form *f, const struct form_question *q, size_t kept, struct form_question *out) {
    struct cf_str name = q->field->keeping.v[kept].text;
    const struct lang_decl *fact = lang_find_kind(f->set, LANG_FACT, name), *codes = lang_find_kind(f->set, LANG_CODES, name);
    struct lang_type type = {.kind = LANG_T_CODE, .of = codes};
    if (fact && fact->as.fact.value) {
        type = fact->as.fact.value->type;
    }
    if (type.kind != LANG_T_YESNO && (type.kind != LANG_T_CODE || !type.of)) {
        return false;
    }
    *out = (struct form_question){.type = type.kind,
                                  .of = type.of,
                                  .base = cf_str_printf(f->arena, "%.*s.k.%.*s", CF_STR_ARG(q->base), CF_STR_ARG(name)),
                                  .label = form_label(f->arena, name),
                                  .absences = true};
    return true;
}

struct form_question form_item(struct form *f, const struct form_question *list, size_t i) {
    struct form_question item = *list;
    item.many = item.required = false;
    item.base = cf_str_printf(f->arena, "%.*s.%zu", CF_STR_ARG(list->base), i);
    item.hint = CF_LIT("");
    item.label = cf_str_printf(f->arena, "%.*s, number %zu", CF_STR_ARG(list->label), i + 1);
    return item;
}

/* Rows that anything was sent for, at least two, as many as were asked for. */
size_t form_shown_rows(const struct form *f, const struct form_question *q) {
    size_t rows = 2;
    for (size_t i = 0; i < f->sent.n; i++) {
        struct cf_str name = f->sent.v[i].name, rest, piece;
        int64_t n;
        if (!cf_str_starts(name, q->base) || name.n <= q->base.n + 1 || name.p[q->base.n] != '.') {
            continue;
        }
        rest = cf_str_slice(name, q->base.n + 1, name.n);
        if (cf_str_is(rest, "rows") && cf_str_int(f->sent.v[i].value, &n) && n > (int64_t)rows) {
            rows = n > FORM_ROWS ? FORM_ROWS : (size_t)n;
        } else if (cf_str_split(&rest, '.', &piece) && cf_str_int(piece, &n) && n >= (int64_t)rows && n < FORM_ROWS) {
            rows = (size_t)n + 1;
        }
    }
    return rows;
}
