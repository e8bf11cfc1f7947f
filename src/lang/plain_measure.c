/* What measures ask of the plain evaluator: one condition or value at one event of a history (M1: at the unit's instant).
 * Must not know: how anything is counted. */
#include "lang/plain.h"

/* The point just after the event, with the event itself under judgement (X3) and its own episodes (X2). */
static struct plain_at at_event(const struct plain *p, size_t i) {
    struct plain_at at = plain_at_point(p, (struct plain_point){plain_event(p, i)->from, i + 1}, PLAIN_OBLIGES);
    at.self = i;
    at.trigger = i;
    at.has_trigger = true;
    at.trigger_t = plain_event(p, i)->from;
    plain_own_of(p, i, &at);
    return at;
}

enum lang_truth lang_judge(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                           const struct lang_history *h, size_t event, const struct lang_expr *cond) {
    struct plain p;
    plain_start(&p, a, set, ref, h, h->events[event].to);
    struct plain_at at = at_event(&p, event);
    enum plain_tri t = plain_truth(&p, &at, cond);
    return t == PLAIN_YES ? LANG_IS_YES : t == PLAIN_NO ? LANG_IS_NO : LANG_IS_UNKNOWN;
}

static struct lang_value as_value(const struct plain_val *v) {
    if (v->kind == LANG_T_INSTANT && v->day && !v->no_lo && !v->no_hi) {
        return (struct lang_value){.kind = LANG_V_DATE, .i = v->lo, .more = (uint32_t)(v->hi - v->lo)};
    }
    if (v->kind == LANG_T_SET && v->known) {
        return (struct lang_value){.kind = LANG_V_LIST, .items = v->items, .more = (uint32_t)v->n};
    }
    if (!plain_known(v)) {
        return (struct lang_value){.kind = LANG_V_NOT_KNOWN};
    }
    switch (v->kind) {
    case LANG_T_YESNO: return (struct lang_value){.kind = LANG_V_YESNO, .i = v->lo};
    case LANG_T_WHOLE: return (struct lang_value){.kind = LANG_V_WHOLE, .i = v->lo};
    case LANG_T_FRACTION: return (struct lang_value){.kind = LANG_V_FRACTION, .i = v->lo, .more = (uint32_t)v->den};
    case LANG_T_DATE: return (struct lang_value){.kind = LANG_V_DATE, .i = v->lo};
    case LANG_T_INSTANT: return (struct lang_value){.kind = LANG_V_INSTANT, .i = v->lo};
    case LANG_T_DURATION: return (struct lang_value){.kind = LANG_V_DURATION, .i = v->lo, .more = (uint32_t)v->unit};
    case LANG_T_CODE: return (struct lang_value){.kind = LANG_V_CODE, .i = v->lo};
    case LANG_T_EVENT: return (struct lang_value){.kind = LANG_V_EVENT, .i = v->lo};
    case LANG_T_SUBJECT: return (struct lang_value){.kind = LANG_V_SUBJECT, .i = v->lo};
    case LANG_T_TEXT: return (struct lang_value){.kind = LANG_V_TEXT};
    case LANG_T_NONE:
    case LANG_T_CLOCK:
    case LANG_T_SET: break;
    }
    return (struct lang_value){.kind = LANG_V_NOT_KNOWN};
}

struct lang_value lang_value_at(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                const struct lang_history *h, size_t event, const struct lang_expr *value) {
    struct plain p;
    plain_start(&p, a, set, ref, h, h->events[event].to);
    struct plain_at at = at_event(&p, event);
    struct plain_val v = plain_value(&p, &at, value);
    return as_value(&v);
}
