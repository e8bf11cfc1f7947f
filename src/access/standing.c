/* standing: which roles and which unit somebody has, and whether they may sign in: role_granted events in the ledger, and the
 * tables that are derived from them. Must not know passwords or sessions.
 *
 * The order of a change is the desk's: the ledger commits, then access.db; so `applied` is never past the ledger, and what a
 * crash left between the two is taken in at the next opening for writing. */
#include "access/priv.h"

static const struct store_sql sql_applied = {"standing.applied", "SELECT applied FROM meta"};
static const struct store_sql sql_apply = {"standing.apply", "UPDATE meta SET applied = ?1"};
static const struct store_sql sql_clear = {"standing.clear",
                                           "DELETE FROM standing; DELETE FROM granted; UPDATE meta SET applied = 0;"};
static const struct store_sql sql_join = {
    "standing.join", "INSERT INTO standing(user, unit, active) VALUES(?1, ?2, 1) ON CONFLICT(user) DO UPDATE SET unit = ?2"};
static const struct store_sql sql_active = {
    "standing.active",
    "INSERT INTO standing(user, unit, active) VALUES(?1, '', ?2) ON CONFLICT(user) DO UPDATE SET active = ?2"};
static const struct store_sql sql_grant = {
    "standing.grant",
    "INSERT INTO granted(user, role, since, until) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(user, role) DO UPDATE SET "
    "since = ?3, until = ?4"};
static const struct store_sql sql_end = {"standing.end", "DELETE FROM granted WHERE user = ?1 AND role = ?2"};
static const struct store_sql sql_of = {"standing.of",
                                        "SELECT role, since, until FROM granted WHERE user = ?1 AND (until = 0 OR until > ?2) "
                                        "ORDER BY role"};

static struct cf_str text_of(const struct ledger_event *e, uint32_t field) {
    const struct ledger_value *v = ledger_fact(e, field);
    return v != NULL && v->type == LEDGER_TEXT ? v->as.s : CF_LIT("");
}

/* ---- Taking in. An event of this kind that says something else than we know (a later version's) changes nothing. */
static bool take_in(struct access *x, const struct ledger_event *e, struct cf_errs *errs) {
    const struct ledger_person *holder = ledger_person_of(e, LEDGER_ROLE_HOLDER, 0);
    struct cf_str state = text_of(e, LEDGER_F_STATE), role = text_of(e, LEDGER_F_ROLE), unit = text_of(e, LEDGER_F_NAME);
    if (holder == NULL) {
        return true;
    }
    const struct cf_id *user = &holder->subject;
    if (cf_str_is(state, "joined") || cf_str_is(state, "unit")) {
        return access_run(x, &sql_join, errs, "dt", user, unit);
    }
    if (cf_str_is(state, "granted")) {
        const struct ledger_value *until = ledger_fact(e, LEDGER_F_UNTIL);
        int64_t ends = until != NULL && until->type == LEDGER_INT ? until->as.n * US_PER_S : 0;
        return access_run(x, &sql_grant, errs, "dtii", user, role, e->recorded_us, ends);
    }
    if (cf_str_is(state, "ended")) {
        return access_run(x, &sql_end, errs, "dt", user, role);
    }
    if (cf_str_is(state, "left") || cf_str_is(state, "back")) {
        return access_run(x, &sql_active, errs, "di", user, (int64_t)cf_str_is(state, "back"));
    }
    return true;
}

static bool take_all(struct access *x, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("role grants");
    int64_t applied = 0;
    uint64_t *seqs = NULL;
    size_t n = 0;
    bool ok = store_one_int(x->db, &sql_applied, 0, &applied, errs) &&
              ledger_builtins(x->ledger, LEDGER_ROLE_GRANTED, (uint64_t)applied, a, &seqs, &n, errs);
    for (size_t i = 0; ok && i < n; i++) {
        struct ledger_event e;
        ok = ledger_read(x->ledger, seqs[i], a, &e, errs) && take_in(x, &e, errs);
    }
    ok = ok && (n == 0 || access_run(x, &sql_apply, errs, "i", (int64_t)(seqs[n - 1] + 1)));
    cf_arena_free(a);
    return ok;
}

static bool in_transaction(struct access *x, bool clear, struct cf_errs *errs) {
    if (!store_begin(x->db, errs)) {
        return false;
    }
    if ((clear && !store_script(x->db, &sql_clear, errs)) || !take_all(x, errs)) {
        store_rollback(x->db);
        return false;
    }
    return store_commit(x->db, errs);
}

bool access_catch_up(struct access *x, struct cf_errs *errs) {
    return ledger_refresh(x->ledger, errs) && in_transaction(x, false, errs);
}

bool access_rebuild(struct access *x, struct cf_errs *errs) {
    return ledger_refresh(x->ledger, errs) && in_transaction(x, true, errs);
}

/* ---- Putting. */
static bool append(struct ledger *l, const struct ledger_draft *d, struct cf_errs *errs) {
    struct ledger_receipt receipt;
    int64_t no;
    uint32_t officer = ledger_number(l, LEDGER_TYPES, 0, cf_str_from(lang_subject_word(LANG_OFFICER)));
    if (!ledger_begin(l, errs)) {
        return false;
    }
    if (!ledger_subject_no(l, d->persons[0].subject, &no, errs) ||
        (no == 0 && officer != 0 && !ledger_subject_add(l, d->persons[0].subject, officer, &no, errs)) ||
        !ledger_append(l, d, &receipt, errs)) {
        ledger_rollback(l);
        return false;
    }
    return ledger_commit(l, errs);
}

bool access_standing_put(struct access *x, struct desk *keeper, const struct access_subject *by, const struct standing *s,
                         struct cf_errs *errs) {
    struct ledger *l = desk_ledger(keeper);
    struct ledger_pair pairs[5] = {{LEDGER_F_STATE, ledger_text(cf_str_from(s->state))}};
    struct ledger_person persons[2] = {{.subject = s->user, .role = LEDGER_ROLE_HOLDER}};
    size_t n = 1, people = 1;
    int64_t now = cf_now_us() / US_PER_S;
    if (s->role.n > 0) {
        pairs[n++] = (struct ledger_pair){LEDGER_F_ROLE, ledger_text(s->role)};
    }
    if (s->unit.n > 0) {
        pairs[n++] = (struct ledger_pair){LEDGER_F_NAME, ledger_text(s->unit)};
    }
    if (s->until_us > 0) {
        pairs[n++] = (struct ledger_pair){LEDGER_F_UNTIL, ledger_int(s->until_us / US_PER_S)};
    }
    if (s->reason.n > 0) {
        pairs[n++] = (struct ledger_pair){LEDGER_F_REASON, ledger_text(s->reason)};
    }
    if (by != NULL) {
        persons[people++] = (struct ledger_person){.subject = by->user, .role = LEDGER_ROLE_ACTOR};
    }
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = pairs, .n_fields = n};
    struct ledger_draft d = {.id = ledger_new_id(l),
                             .kind = LEDGER_ROLE_GRANTED,
                             .from = now,
                             .to = now,
                             .facts = &facts,
                             .n_facts = 1,
                             .persons = persons,
                             .n_persons = people};
    return append(l, &d, errs) && access_catch_up(x, errs);
}

bool access_grants_of(struct access *x, struct cf_id user, struct cf_arena *a, struct access_user *into, struct cf_errs *errs) {
    bool more = true;
    struct store_stmt *s = access_rows(x, &sql_of, errs, "di", &user, cf_now_us());
    if (s == NULL) {
        return false;
    }
    while (more) {
        if (!store_next(s, &more, errs)) {
            return false;
        }
        if (more) {
            *cf_push(a, &into->grants) =
                (struct access_grant){cf_str_dup(a, store_text(s, 0)), store_int(s, 1), store_int(s, 2)};
        }
    }
    store_done(s);
    return true;
}
