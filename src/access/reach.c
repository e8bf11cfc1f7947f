/* reach: what a child is to who asks (their own, their unit's, another's), the door of every page about one person, and the log
 * of reads that stands behind it. Must not know pages. */
#include "access/priv.h"
#include "docket/lists.h"

/* ---- How near: by the history and by the owners of open duties. */
struct near {
    const struct access_subject *who;
    uint32_t *units; /* numbers of the own unit and of those that are part of it */
    size_t n_units;
    const struct lang_decl *opening,
        *review; /* break-glass and its review: seeing a child in an emergency makes nobody theirs */
    enum access_reach nearest;
};

static void nearer(struct near *x, enum access_reach r) {
    x->nearest = r < x->nearest ? r : x->nearest;
}

static bool part_of(const struct lang_decl *unit, const struct lang_decl *whole) {
    for (int depth = 0; unit != NULL && depth < CF_MAX_DEPTH; depth++) {
        if (unit == whole || cf_str_eq(unit->name.text, whole->name.text)) {
            return true;
        }
        unit = unit->as.unit.part_of_decl;
    }
    return false;
}

static bool units_of(struct desk *d, const struct access_subject *who, struct cf_arena *a, struct near *out,
                     struct cf_errs *errs) {
    const struct lang_set *set = who->set;
    out->units = CF_NEW_N(a, uint32_t, (set != NULL ? set->units.n : 0) + 1);
    for (size_t i = 0; who->unit != NULL && set != NULL && i < set->units.n; i++) {
        int64_t no = 0;
        if (!part_of(set->units.v[i], who->unit)) {
            continue;
        }
        if (!ledger_subject_no(desk_ledger(d), desk_unit_id(d, set->units.v[i]), &no, errs)) {
            return false;
        }
        if (no != 0) {
            out->units[out->n_units++] = (uint32_t)no;
        }
    }
    return true;
}

static bool is_unit(const struct near *x, uint32_t unit) {
    for (size_t i = 0; unit != 0 && i < x->n_units; i++) {
        if (x->units[i] == unit) {
            return true;
        }
    }
    return false;
}

static bool of_glass(const struct near *x, const struct lang_event *e) {
    return (x->opening != NULL && e->record == x->opening->as.record.number) ||
           (x->review != NULL && e->record == x->review->as.record.number);
}

static void by_history(struct near *x, const struct lang_history *h) {
    for (size_t i = 0; i < h->n && x->nearest > ACCESS_OWN; i++) {
        const struct lang_event *e = &h->events[i];
        if (of_glass(x, e)) {
            continue;
        }
        bool shared = x->who->partner && (int64_t)e->recipient == x->who->user_no; /* told of this child before */
        if (x->who->user_no != 0 && (shared || (int64_t)e->actor.subject == x->who->user_no)) {
            nearer(x, ACCESS_OWN);
        }
        if (is_unit(x, e->unit) || is_unit(x, e->actor.unit)) {
            nearer(x, ACCESS_UNIT);
        }
    }
}

static bool caused_by_glass(const struct near *x, const struct lang_history *h, uint64_t seq) {
    for (size_t i = 0; i < h->n; i++) {
        if (h->events[i].seq == seq) {
            return of_glass(x, &h->events[i]);
        }
    }
    return false;
}

/* A duty to review an opening lets the supervisor see what was opened, not everybody of the unit. */
static void by_duties(struct near *x, const struct lang_docket *k, const struct lang_history *h) {
    const struct access_subject *who = x->who;
    bool supervises = who->set != NULL && lang_role_may(who->set, who->roles, who->n_roles, LANG_MAY_SUPERVISE);
    for (size_t i = 0; i < k->duties.n && x->nearest > ACCESS_OWN; i++) {
        const struct lang_duty_line *l = &k->duties.v[i];
        if (l->state > LANG_OVERDUE || (!supervises && caused_by_glass(x, h, l->cause))) {
            continue;
        }
        if (x->who->user_no != 0 && (int64_t)l->owner.subject == x->who->user_no) {
            nearer(x, ACCESS_OWN);
        }
        const struct lang_decl *unit = l->owner.role_or_unit;
        if (is_unit(x, l->owner.unit) ||
            (unit != NULL && unit->kind == LANG_UNIT && x->who->unit != NULL && part_of(unit, x->who->unit))) {
            nearer(x, ACCESS_UNIT);
        }
    }
}

static bool nearest_of(struct desk *d, const struct access_subject *who, uint32_t no, enum access_reach *out,
                       struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("reach");
    const struct lang_set *now_in_force = desk_set(d);
    struct near x = {.who = who,
                     .nearest = ACCESS_FORCE,
                     .opening = now_in_force == NULL ? NULL : lang_find_kind(now_in_force, LANG_RECORD, CF_LIT(ACCESS_OPENING)),
                     .review = now_in_force == NULL ? NULL
                                                    : lang_find_kind(now_in_force, LANG_RECORD, CF_LIT(ACCESS_OPENING_REVIEW))};
    struct lang_docket k = {0};
    struct lang_history h = {0};
    int64_t now = cf_now_us() / US_PER_S;
    bool ok =
        units_of(d, who, a, &x, errs) && desk_history(d, no, INT64_MAX, a, &h, errs) && desk_live(d, no, now, a, &k, errs);
    if (ok) {
        by_history(&x, &h);
        by_duties(&x, &k, &h);
    }
    *out = x.nearest;
    cf_arena_free(a);
    return ok;
}

static bool opened(const struct access_subject *who, const struct ledger *l, struct cf_id child) {
    struct cf_id person = ledger_person(l, child);
    for (size_t i = 0; i < who->n_glass; i++) {
        if (cf_id_eq(ledger_person(l, who->glass[i]), person)) {
            return true;
        }
    }
    return false;
}

/* Whoever reaches the whole force is as near as need be: their history is not read for it. */
static bool about_no(struct desk *d, const struct access_subject *who, struct cf_id child, uint32_t no,
                     struct access_about *out, struct cf_errs *errs) {
    struct ledger *l = desk_ledger(d);
    *out = (struct access_about){.child = child,
                                 .exists = true,
                                 .nearest = ACCESS_FORCE,
                                 .restricted = ledger_restricted(l, child),
                                 .glass = opened(who, l, child)};
    bool reads_all = who->set != NULL && !who->partner && who->n_roles > 0 &&
                     lang_sees(who->set, who->roles, who->n_roles) == LANG_SEES_FORCE;
    return reads_all || nearest_of(d, who, no, &out->nearest, errs);
}

/* 0: no such person; a unit, an officer or a place is none. */
static bool person_no(struct desk *d, struct cf_id child, uint32_t *no, struct cf_errs *errs) {
    int64_t found = 0;
    struct cf_id id;
    enum lang_subject kind;
    *no = 0;
    if (!ledger_subject_no(desk_ledger(d), child, &found, errs)) {
        return false;
    }
    if (found != 0) {
        if (!desk_subject_id(d, (uint32_t)found, &id, &kind, errs)) {
            return false;
        }
        *no = kind == LANG_PERSON ? (uint32_t)found : 0;
    }
    return true;
}

bool access_about(struct access *x, struct desk *d, const struct access_subject *who, struct cf_id child,
                  struct access_about *out, struct cf_errs *errs) {
    uint32_t no;
    (void)x;
    *out = (struct access_about){.child = child};
    return person_no(d, child, &no, errs) && (no == 0 || about_no(d, who, child, no, out, errs));
}

/* ---- The door of every page about one person. */
static bool refuse(const struct access_reason *why, struct cf_errs *errs) {
    if (why->as_absent) {
        return cf_fail(errs, CF_A020, CF_NOWHERE, "there is nobody here with this id");
    }
    if (why->why == ACCESS_NO_PURPOSE || why->why == ACCESS_WRONG_PURPOSE) {
        return cf_fail(errs, CF_A021, CF_NOWHERE, "%.*s", CF_STR_ARG(why->words));
    }
    return cf_fail(errs, CF_A022, CF_NOWHERE, "%.*s", CF_STR_ARG(why->words));
}

bool access_child(struct access *x, struct desk *d, const struct access_subject *who, enum access_act act,
                  const struct lang_decl *record, struct cf_str route, struct cf_id child, uint32_t *no, struct cf_errs *errs) {
    struct access_about about = {.child = child};
    struct access_reason why;
    if (!person_no(d, child, no, errs) || (*no != 0 && !about_no(d, who, child, *no, &about, errs))) {
        return false;
    }
    bool may = access_may(who, act, record, &about, &why);
    struct access_shown shown = {.route = route,
                                 .subjects = no,
                                 .n = *no != 0 ? 1 : 0, /* of a refusal too: the auditor sees who tried */
                                 .outcome = may        ? LEDGER_SHOWN
                                            : *no != 0 ? LEDGER_REFUSED
                                                       : LEDGER_NO_HIT};
    if (!access_read(x, who, &shown, errs)) {
        return false;
    }
    return may || refuse(&why, errs);
}

bool access_filter(struct access *x, struct desk *d, const struct access_subject *who, enum access_act act,
                   const uint32_t *subjects, size_t n, bool *keep, size_t *withheld, struct cf_errs *errs) {
    (void)x;
    *withheld = 0;
    for (size_t i = 0; i < n; i++) {
        struct cf_id id;
        struct access_about about;
        if (!desk_subject_id(d, subjects[i], &id, NULL, errs) || !about_no(d, who, id, subjects[i], &about, errs)) {
            return false;
        }
        keep[i] = access_may(who, act, NULL, &about, NULL);
        *withheld += keep[i] ? 0 : 1;
    }
    return true;
}

/* ---- The log of reads. */
static bool reads_of(struct access *x, struct cf_errs *errs) {
    return x->reads != NULL || ledger_reads_open(x->arena, x->ledger, errs, &x->reads);
}

void access_use_log(struct access *x, struct access_log *log) {
    x->log = log;
}

/* The roles as one text: what they held when they looked. */
static struct cf_str roles_text(const struct access_subject *who, struct cf_arena *a) {
    struct cf_buf b = cf_buf_new(a, (size_t)CF_MAX_GRANTS * (CF_MAX_NAME_BYTES + 1));
    for (size_t i = 0; i < who->n_roles; i++) {
        cf_buf_printf(&b, "%s%.*s", i > 0 ? " " : "", CF_STR_ARG(who->roles[i]->name.text));
    }
    return b.n > 0 ? (struct cf_str){b.p, b.n} : CF_LIT("");
}

static struct cf_str or_empty(struct cf_str s) {
    return s.p != NULL ? s : CF_LIT("");
}

bool access_read(struct access *x, const struct access_subject *who, const struct access_shown *shown, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("look");
    int64_t *subjects = CF_NEW_N(a, int64_t, shown->n + 1);
    for (size_t i = 0; i < shown->n; i++) {
        subjects[i] = shown->subjects[i];
    }
    struct ledger_read_row row = {.user = who->user_no,
                                  .session = or_empty(who->session),
                                  .role = roles_text(who, a),
                                  .purpose = or_empty(who->purpose),
                                  .route = or_empty(shown->route),
                                  .shown = subjects,
                                  .n_shown = shown->n,
                                  .withheld = (int64_t)shown->withheld,
                                  .outcome = shown->outcome,
                                  .terms = or_empty(shown->terms)};
    bool fits = shown->n <= CF_MAX_READ_SHOWN; /* one that is too long must not hold up others */
    bool ok =
        fits && x->log != NULL ? access_log_add(x->log, &row) : reads_of(x, errs) && ledger_reads_add(x->reads, &row, 1, errs);
    cf_arena_free(a);
    return ok || cf_fail(errs, CF_A030, CF_NOWHERE, "this look could not be logged, so nothing is shown");
}

static bool take_looks(struct access *x, const struct ledger_read_row *rows, size_t n, int64_t from_us, int64_t to_us,
                       size_t at_most, struct cf_arena *a, struct access_looks *out, struct cf_errs *errs) {
    for (size_t i = 0; i < n; i++) {
        const struct ledger_read_row *r = &rows[i];
        uint32_t type;
        struct access_look look = {.at_us = r->at_us,
                                   .session = r->session,
                                   .role = r->role,
                                   .purpose = r->purpose,
                                   .route = r->route,
                                   .outcome = r->outcome};
        if (r->at_us < from_us || r->at_us >= to_us) {
            continue;
        }
        if (out->n == at_most) {
            out->more = true;
            return true;
        }
        if (r->user != 0 && !ledger_subject_id(x->ledger, r->user, &look.user, &type, errs)) {
            return false;
        }
        struct access_user u = {0};
        struct cf_errs quiet = cf_errs_new(a);
        if (r->user != 0 && access_user_get(x, look.user, a, &u, &quiet)) {
            look.name = u.name;
            look.login = u.login;
        }
        *cf_push(a, out) = look;
    }
    return true;
}

bool access_who_looked(struct access *x, struct desk *d, const struct access_subject *auditor, struct cf_id child,
                       int64_t from_us, int64_t to_us, size_t at_most, struct cf_arena *a, struct access_looks *out,
                       struct cf_errs *errs) {
    uint32_t no;
    struct access_reason why;
    struct ledger_read_row *rows = NULL;
    size_t n = 0;
    *out = (struct access_looks){0};
    if (!access_may(auditor, ACCESS_AUDIT, NULL, NULL, &why)) {
        return refuse(&why, errs);
    }
    if (!person_no(d, child, &no, errs)) {
        return false;
    }
    struct access_shown shown = {.route = CF_LIT("who looked"),
                                 .subjects = &no,
                                 .n = no != 0 ? 1 : 0,
                                 .outcome = no != 0 ? LEDGER_SHOWN : LEDGER_NO_HIT};
    if (!access_read(x, auditor, &shown, errs)) {
        return false;
    }
    if (no == 0) {
        return cf_fail(errs, CF_A020, CF_NOWHERE, "there is nobody here with this id");
    }
    return reads_of(x, errs) && ledger_reads_of(x->reads, no, CF_MAX_READ_SHOWN, a, &rows, &n, errs) &&
           take_looks(x, rows, n, from_us, to_us, at_most, a, out, errs);
}
