/* Conditions (section 6) at a point: existence, episodes, gates kept, comparisons, sets, roles, time come, children.
 * Every answer is yes, no or unknown (U1 to U6). Must not know: duties. */
#include "lang/plain.h"

struct plain_val plain_cond_exists(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    enum plain_tri any = PLAIN_NO;
    for (size_t i = 0; i < p->n && any != PLAIN_YES; i++) {
        any = plain_or(any, plain_matches(p, at, e->sel, i));
    }
    return plain_truth_val(any);
}

struct plain_val plain_cond_none(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val v = plain_cond_exists(p, at, e);
    return plain_truth_val(plain_not(plain_tri_of(&v)));
}

/* ---- episodes: `open K` sees what the rule's scope admits, `open held` and `holders` see all */
static bool open_episode(const struct plain *p, const struct plain_at *at, const struct lang_decl *kind, size_t i) {
    const struct lang_decl *opens = plain_record(p, i)->as.record.opens_decl;
    if (opens == NULL || !plain_visible(p, at, i) || !plain_counts(p, at, i)) {
        return false;
    }
    bool wanted = kind == NULL ? opens->as.episode.held : plain_same_name(opens, kind) && plain_in_scope(p, at, i);
    return wanted && plain_episode_open(p, at, i);
}

struct plain_val plain_cond_open(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    for (size_t i = 0; i < p->n; i++) {
        if (open_episode(p, at, e->decl, i)) {
            return plain_truth_val(PLAIN_YES);
        }
    }
    return plain_truth_val(PLAIN_NO);
}

/* X5: the units that hold open held episodes, each once, by number. */
struct plain_val plain_holders(const struct plain *p, const struct plain_at *at, struct plain_set *support) {
    struct plain_val set = plain_of_kind(LANG_T_SET, 0);
    set.elem = (struct lang_type){.kind = LANG_T_SUBJECT, .subject = LANG_UNIT_SUBJECT};
    struct lang_item *items = CF_NEW_N(p->a, struct lang_item, p->n + 1);
    for (size_t i = 0; i < p->n; i++) {
        if (!open_episode(p, at, NULL, i)) {
            continue;
        }
        size_t by;
        int64_t unit = plain_holder(p, at, plain_event(p, i)->seq, &by);
        if (support != NULL) {
            plain_set_add(support, i);
            plain_set_add(support, by);
        }
        size_t k = 0;
        while (k < set.n && items[k].v.i < unit) {
            k++;
        }
        if (k < set.n && items[k].v.i == unit) {
            continue;
        }
        memmove(items + k + 1, items + k, (set.n - k) * sizeof items[0]);
        items[k] = (struct lang_item){.v = {.kind = unit == 0 ? LANG_V_NOT_KNOWN : LANG_V_SUBJECT, .i = unit}};
        set.n++;
    }
    set.items = items;
    return set;
}

/* The last event in scope that a gate judged; PLAIN_NONE: it never did. */
size_t plain_kept_event(const struct plain *p, const struct plain_at *at, const struct lang_decl *gate) {
    for (size_t i = p->n; i-- > 0;) {
        if (!plain_visible(p, at, i) || !plain_in_scope(p, at, i)) {
            continue;
        }
        const struct lang_decl *then = lang_version_at(gate, cf_time_day(p->ref->zone, plain_event(p, i)->from));
        if (then != NULL && plain_judge(p, then, i).judged) {
            return i;
        }
    }
    return PLAIN_NONE;
}

struct plain_val plain_cond_kept(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    size_t i = plain_kept_event(p, at, e->decl);
    if (i == PLAIN_NONE) {
        return plain_unknown(LANG_T_YESNO);
    }
    const struct lang_decl *then = lang_version_at(e->decl, cf_time_day(p->ref->zone, plain_event(p, i)->from));
    struct plain_judged j = plain_judge(p, then, i);
    return plain_truth_val(j.result == LANG_KEPT_RESULT ? PLAIN_YES : j.result == LANG_BREACHED ? PLAIN_NO : PLAIN_UNKNOWN);
}

/* ---- comparisons */
struct plain_val plain_cond_compare(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_truth_val(plain_compare(p, e->op, plain_value(p, at, e->a), plain_value(p, at, e->b)));
}

struct plain_val plain_cond_in_list(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val a = plain_value(p, at, e->a);
    enum plain_tri any = PLAIN_NO;
    for (size_t i = 0; i < e->list.n; i++) {
        any = plain_or(any, plain_compare(p, LANG_EQ, a, plain_value(p, at, e->list.v[i])));
    }
    return plain_truth_val(any);
}

struct plain_val plain_cond_in_range(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val a = plain_value(p, at, e->a);
    enum plain_tri from = plain_compare(p, LANG_GE, a, plain_value(p, at, e->b));
    return plain_truth_val(plain_and(from, plain_compare(p, LANG_LE, a, plain_value(p, at, e->c))));
}

/* ---- sets */
static enum plain_tri item_in(const struct plain *p, struct plain_val item, const struct plain_val *set) {
    enum plain_tri any = PLAIN_NO;
    for (size_t i = 0; i < set->n; i++) {
        any = plain_or(any, plain_compare(p, LANG_EQ, item, plain_from_value(&set->items[i].v, set->elem)));
    }
    return any;
}

struct plain_val plain_cond_within(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val a = plain_value(p, at, e->a), b = plain_value(p, at, e->b);
    if (a.kind != LANG_T_SET || b.kind != LANG_T_SET || !a.known || !b.known) {
        return plain_unknown(LANG_T_YESNO);
    }
    enum plain_tri all = PLAIN_YES;
    for (size_t i = 0; i < a.n; i++) {
        all = plain_and(all, item_in(p, plain_from_value(&a.items[i].v, a.elem), &b));
    }
    return plain_truth_val(all);
}

struct plain_val plain_cond_every(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val set = plain_value(p, at, e->a);
    if (set.kind != LANG_T_SET || !set.known) {
        return plain_unknown(LANG_T_YESNO);
    }
    enum plain_tri all = PLAIN_YES;
    for (size_t i = 0; i < set.n; i++) {
        struct plain_at in = *at;
        in.item = &set.items[i];
        in.item_type = set.elem;
        all = plain_and(all, plain_truth(p, &in, e->b));
    }
    return plain_truth_val(all);
}

/* ---- what is known; never itself unknown (U5) */
struct plain_val plain_cond_known(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val a = plain_value(p, at, e->a);
    bool known = plain_known(&a);
    return plain_truth_val((e->op == LANG_IS_KNOWN) == known ? PLAIN_YES : PLAIN_NO);
}

/* `path is role`: asked of an event's actor, whose roles then are kept in the event. */
struct plain_val plain_cond_role(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_expr *a = e->a;
    size_t i = PLAIN_NONE;
    if (a->attr == LANG_ATTR_ACTOR && a->op == LANG_FIELD) {
        i = plain_last(p, at, a->decl, a->previous);
    } else if (a->attr == LANG_ATTR_ACTOR && a->op == LANG_TRIGGER_FIELD) {
        i = at->trigger;
    } else if (a->attr == LANG_ATTR_ACTOR && a->op == LANG_OWN_FIELD) {
        i = at->with_event;
    }
    if (i == PLAIN_NONE) {
        return plain_unknown(LANG_T_YESNO);
    }
    return plain_truth_val(plain_actor_is(p, i, e->decl) ? PLAIN_YES : PLAIN_NO);
}

/* ---- time and persons */

/* Reached when its last possible instant is (U6). */
struct plain_val plain_cond_reached(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_at in = *at;
    in.as = CF_AS_START;
    struct plain_val v = plain_to_seconds(p, plain_value(p, &in, e->a), CF_AS_START);
    if (v.kind != LANG_T_INSTANT || v.no_hi) {
        return plain_unknown(LANG_T_YESNO);
    }
    return plain_truth_val(v.hi <= at->t ? PLAIN_YES : PLAIN_NO);
}

struct plain_val plain_cond_child(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    int64_t t = at->with_event != PLAIN_NONE ? plain_event(p, at->with_event)->from : at->t;
    if (e->a != NULL) {
        struct plain_val v = plain_to_seconds(p, plain_value(p, at, e->a), CF_AS_START);
        if (v.kind != LANG_T_INSTANT || v.no_lo) {
            return plain_truth_val(PLAIN_YES);
        }
        t = v.lo;
    }
    return plain_truth_val(plain_child(p, at, t));
}
