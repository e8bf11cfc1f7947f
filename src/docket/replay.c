/* replay: each history judged twice, and what differs, counted. Must not know what any policy says. */
#include "docket/replay.h"

struct replaying {
    struct desk *d;
    struct desk_proposal *p;
    int64_t at;
    struct cf_arena *a;
    struct desk_replay *out;
    struct cf_map *rules, *groups; /* 1 + the place in *out */
    desk_replay_progress *progress;
    void *arg;
};

static struct desk_replay_rule *rule_row(struct replaying *x, const struct lang_decl *rule) {
    void **slot = cf_map_put(x->rules, cf_str_printf(x->a, "%d %.*s", (int)rule->kind, CF_STR_ARG(rule->name.text)));
    if (!*slot) {
        *cf_push(x->a, &x->out->rules) = (struct desk_replay_rule){
            .name = cf_str_dup(x->a, rule->name.text), .title = cf_str_dup(x->a, rule->title), .kind = rule->kind};
        *slot = (void *)(uintptr_t)x->out->rules.n;
    }
    return &x->out->rules.v[(uintptr_t)*slot - 1];
}

/* side 0: a line of now against what was; side 1: a line of what was, of which only its end is news. */
static bool tell(struct replaying *x, const struct lang_decl *rule, int side, bool found, bool same) {
    if (found && (side || same)) {
        return false;
    }
    struct desk_replay_rule *row = rule_row(x, rule);
    *(found ? &row->other : side ? &row->fewer : &row->more) += 1;
    return true;
}

static bool compare_duties(struct replaying *x, const struct lang_docket *was, const struct lang_docket *now) {
    bool touched = false;
    for (int side = 0; side < 2; side++) {
        const struct lang_docket *one = side ? was : now, *two = side ? now : was;
        for (size_t i = 0; i < one->duties.n; i++) {
            const struct lang_duty_line *l = &one->duties.v[i], *other = NULL;
            for (size_t k = 0; k < two->duties.n && !other; k++) {
                other = cf_id_eq(l->id, two->duties.v[k].id) ? &two->duties.v[k] : NULL;
            }
            bool same = other && other->state == l->state && other->has_due == l->has_due && other->due == l->due;
            touched |= tell(x, l->rule, side, other != NULL, same);
        }
    }
    return touched;
}

static bool compare_gates(struct replaying *x, const struct lang_docket *was, const struct lang_docket *now) {
    bool touched = false;
    for (int side = 0; side < 2; side++) {
        const struct lang_docket *one = side ? was : now, *two = side ? now : was;
        for (size_t i = 0; i < one->gates.n; i++) {
            const struct lang_gate_line *g = &one->gates.v[i], *other = NULL;
            for (size_t k = 0; k < two->gates.n && !other; k++) {
                const struct lang_gate_line *o = &two->gates.v[k];
                bool same = o->event == g->event && o->role == g->role && cf_str_eq(o->rule->name.text, g->rule->name.text);
                other = same ? o : NULL;
            }
            touched |= tell(x, g->rule, side, other != NULL, other && other->result == g->result);
        }
    }
    return touched;
}

static bool compare_flags(struct replaying *x, const struct lang_docket *was, const struct lang_docket *now) {
    bool touched = false;
    for (int side = 0; side < 2; side++) {
        const struct lang_docket *one = side ? was : now, *two = side ? now : was;
        for (size_t i = 0; i < one->flags.n; i++) {
            const struct lang_flag_line *f = &one->flags.v[i];
            bool both = false;
            for (size_t k = 0; k < two->flags.n && !both; k++) {
                both = two->flags.v[k].episode == f->episode && cf_str_eq(f->rule->name.text, two->flags.v[k].rule->name.text);
            }
            touched |= tell(x, f->rule, side, both, true);
        }
    }
    return touched;
}

static void count_group(struct replaying *x, const struct lang_decl *codes, const struct lang_code *code, bool touched) {
    void **slot =
        cf_map_put(x->groups, cf_str_printf(x->a, "%.*s %.*s", CF_STR_ARG(codes->name.text), CF_STR_ARG(code->name.text)));
    if (!*slot) {
        *cf_push(x->a, &x->out->groups) = (struct desk_replay_group){.list = cf_str_dup(x->a, codes->name.text),
                                                                     .code = cf_str_dup(x->a, code->name.text),
                                                                     .list_title = cf_str_dup(x->a, codes->title),
                                                                     .code_title = cf_str_dup(x->a, code->title)};
        *slot = (void *)(uintptr_t)x->out->groups.n;
    }
    struct desk_replay_group *g = &x->out->groups.v[(uintptr_t)*slot - 1];
    g->people++;
    g->touched += touched;
}

/* Groups by each protected list that the person's own records hold: the last coded value of each. */
static void count_groups(struct replaying *x, struct cf_arena *scratch, const struct lang_history *h, bool touched) {
    const struct lang_set *set = desk_set(x->d);
    struct cf_map *last = cf_map_new(scratch); /* name of the list -> place of the value */
    struct newest {
        const struct lang_decl *codes;
        int64_t code;
    };
    for (size_t e = 0; e < h->n; e++) {
        const struct lang_record *rec = &set->records.v[h->events[e].record]->as.record;
        for (size_t f = 0; f < rec->fields.n; f++) {
            const struct lang_decl *codes = rec->fields.v[f].type.kind == LANG_T_CODE ? rec->fields.v[f].type.of : NULL;
            const struct lang_value *v = &h->events[e].fields[f];
            if (codes && codes->as.codes.label && v->kind == LANG_V_CODE) {
                struct newest *n = CF_NEW(scratch, struct newest);
                *n = (struct newest){codes, v->i};
                *cf_map_put(last, codes->name.text) = n;
            }
        }
    }
    for (size_t i = 0; i < cf_map_count(last); i++) {
        const struct newest *n = cf_map_value(last, i);
        count_group(x, n->codes, &n->codes->as.codes.list.v[n->code], touched);
    }
}

static bool replay_one(void *arg, const struct lang_history *h, const struct lang_docket *was, struct cf_errs *errs) {
    struct replaying *x = arg;
    struct lang_history under;
    struct lang_docket now = {0};
    if (h->kind != LANG_PERSON) {
        return true;
    }
    struct cf_arena *scratch = cf_arena_new("replay one");
    bool ok = desk_docket_proposed(x->d, x->p, h->subject, x->at, scratch, &now, &under, errs);
    if (ok) {
        bool duties = compare_duties(x, was, &now), gates = compare_gates(x, was, &now), flags = compare_flags(x, was, &now);
        x->out->people++;
        x->out->touched += duties || gates || flags;
        count_groups(x, scratch, h, duties || gates || flags);
    }
    cf_arena_free(scratch);
    return ok && !x->out->stopped;
}

static void step(void *arg, uint64_t done, uint64_t total) {
    struct replaying *x = arg;
    x->out->stopped = x->out->stopped || (x->progress && !x->progress(x->arg, done, total));
}

bool desk_replay(struct desk *d, struct desk_proposal *p, int64_t at, desk_replay_progress *progress, void *arg,
                 struct cf_arena *a, struct desk_replay *out, struct cf_errs *errs) {
    struct replaying x = {.d = d,
                          .p = p,
                          .at = at,
                          .a = a,
                          .out = out,
                          .rules = cf_map_new(a),
                          .groups = cf_map_new(a),
                          .progress = progress,
                          .arg = arg};
    *out = (struct desk_replay){0};
    return desk_each_history(d, NULL, true, at, replay_one, &x, step, &x, errs) || out->stopped;
}
