/* words: plain words as values of a record's fields, type by type, and back. Must not know forms or the command line. */
#include "docket/words.h"

static bool code_read(const struct lang_decl *codes, struct cf_str words, struct lang_value *out) {
    for (size_t i = 0; codes && i < codes->as.codes.list.n; i++) {
        if (cf_str_eq(codes->as.codes.list.v[i].name.text, words)) {
            *out = (struct lang_value){.kind = LANG_V_CODE, .i = (int64_t)i};
            return true;
        }
    }
    return false;
}

static bool fraction_read(struct cf_str words, struct lang_value *out) {
    struct cf_str rest = words, above;
    int64_t x, y = 1;
    if (!cf_str_split(&rest, '/', &above) || !cf_str_int(above, &x) ||
        (rest.n && (!cf_str_int(rest, &y) || y < 1 || y > INT32_MAX))) {
        return false;
    }
    *out = (struct lang_value){.kind = LANG_V_FRACTION, .i = x, .more = (uint32_t)y};
    return true;
}

static bool time_read(const struct cf_zone *zone, enum lang_type_kind type, struct cf_str words, struct lang_value *out) {
    struct cf_moment m;
    struct cf_duration d;
    int32_t day;
    if (type == LANG_T_DATE && cf_date_parse(words, CF_NOWHERE, NULL, &day)) {
        *out = (struct lang_value){.kind = LANG_V_DATE, .i = day};
        return true;
    }
    if (type == LANG_T_INSTANT && cf_time_parse(zone, words, CF_NOWHERE, NULL, &m)) {
        *out = (struct lang_value){.kind = LANG_V_INSTANT, .i = m.at};
        return true;
    }
    if (type == LANG_T_DURATION && cf_duration_parse(words, CF_NOWHERE, NULL, &d)) {
        *out = (struct lang_value){.kind = LANG_V_DURATION, .i = d.n, .more = (uint32_t)d.unit};
        return true;
    }
    return false;
}

static bool scalar_read(const struct cf_zone *zone, enum lang_type_kind type, const struct lang_decl *codes,
                        struct cf_str words, struct desk_value *v) {
    switch (type) {
    case LANG_T_YESNO:
        v->v = (struct lang_value){.kind = LANG_V_YESNO, .i = cf_str_is(words, "yes")};
        return v->v.i || cf_str_is(words, "no");
    case LANG_T_WHOLE: v->v = (struct lang_value){.kind = LANG_V_WHOLE}; return cf_str_int(words, &v->v.i);
    case LANG_T_FRACTION: return fraction_read(words, &v->v);
    case LANG_T_DATE:
    case LANG_T_INSTANT:
    case LANG_T_DURATION: return time_read(zone, type, words, &v->v);
    case LANG_T_TEXT:
        v->v = (struct lang_value){.kind = LANG_V_TEXT};
        v->text = words;
        return true;
    case LANG_T_CODE: return code_read(codes, words, &v->v);
    case LANG_T_EVENT: v->v = (struct lang_value){.kind = LANG_V_EVENT}; return cf_unhex(words, v->id.b, sizeof v->id.b);
    case LANG_T_SUBJECT: v->v = (struct lang_value){.kind = LANG_V_SUBJECT}; return cf_unhex(words, v->id.b, sizeof v->id.b);
    case LANG_T_NONE:
    case LANG_T_CLOCK:
    case LANG_T_SET: break;
    }
    return false;
}

static const char *what_it_takes(enum lang_type_kind type) {
    switch (type) {
    case LANG_T_YESNO: return "yes, no, unknown or declined";
    case LANG_T_WHOLE: return "a whole number";
    case LANG_T_FRACTION: return "a fraction like 3/4";
    case LANG_T_DATE: return "a date like 2024-06-03";
    case LANG_T_INSTANT: return "a time like 2024-06-03 15:10";
    case LANG_T_DURATION: return "a duration like 6 hours";
    case LANG_T_CODE: return "one of its codes";
    case LANG_T_EVENT: return "the id of an event: 32 letters of 0-9, a-f";
    case LANG_T_SUBJECT: return "the id of a person, unit or place: 32 letters of 0-9, a-f";
    case LANG_T_TEXT: return "words";
    case LANG_T_NONE:
    case LANG_T_CLOCK:
    case LANG_T_SET: break;
    }
    return "nothing that can be written here";
}

bool desk_words_read(const struct cf_zone *zone, enum lang_type_kind type, const struct lang_decl *codes, struct cf_str words,
                     struct desk_value *out, const char **takes) {
    struct desk_value v = {0};
    if (!scalar_read(zone, type, codes, words, &v)) {
        *takes = what_it_takes(type);
        return false;
    }
    *out = v;
    return true;
}

static struct cf_str shown(struct cf_arena *a, struct cf_shown s) {
    return cf_str_dup(a, cf_str_from(s.p));
}

struct cf_str desk_words_write(struct cf_arena *a, const struct cf_zone *zone, enum lang_type_kind type,
                               const struct lang_decl *codes, const struct desk_value *v) {
    const struct lang_value *x = &v->v;
    (void)type;
    switch ((enum lang_value_kind)x->kind) {
    case LANG_V_YESNO: return x->i ? CF_LIT("yes") : CF_LIT("no");
    case LANG_V_WHOLE: return cf_str_printf(a, "%lld", (long long)x->i);
    case LANG_V_FRACTION: return cf_str_printf(a, "%lld/%u", (long long)x->i, x->more);
    case LANG_V_DATE: return x->more ? CF_LIT("") : shown(a, cf_date_shown((int32_t)x->i));
    case LANG_V_INSTANT: return shown(a, cf_time_shown(zone, x->i));
    case LANG_V_DURATION: return shown(a, cf_duration_shown((struct cf_duration){(int32_t)x->i, (enum cf_unit)x->more}));
    case LANG_V_CODE:
        return codes && x->i >= 0 && (size_t)x->i < codes->as.codes.list.n ? codes->as.codes.list.v[x->i].name.text
                                                                           : CF_LIT("");
    case LANG_V_SUBJECT:
    case LANG_V_EVENT: return cf_hex(a, v->id.b, sizeof v->id.b);
    case LANG_V_TEXT: return v->text;
    case LANG_V_NOT_ASKED:
    case LANG_V_NOT_KNOWN:
    case LANG_V_DECLINED:
    case LANG_V_LIST: break;
    }
    return CF_LIT("");
}
