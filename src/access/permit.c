/* permit: the one question that every route and every record asks, and the table of all its answers. Pure: roles, purposes,
 * reach and records are what the policies declare. Must not know a route, a database, or a policy by name. */
#include "access/priv.h"

/* Of each act: which abilities allow it (any of them; none: it is not a matter of `may`), and whether it shows a person. */
static const struct {
    const char *word;
    uint32_t may;
    bool person;  /* shows somebody's data: purpose and reach */
    bool partner; /* a partner's key may, within its scope */
} acts[ACCESS_ACTS] = {
    [ACCESS_SEE] = {"see", 0, true, true},
    [ACCESS_FIND] = {"find", 0, true, false},
    [ACCESS_EXPORT] = {"export", 0, true, true},
    [ACCESS_RECORD] = {"record", 0, false, true},
    [ACCESS_DECIDE] = {"decide", 0, false, false},
    [ACCESS_CORRECT] = {"correct", 1U << LANG_MAY_CORRECT, true, false},
    [ACCESS_MERGE] = {"merge", 1U << LANG_MAY_MERGE, true, false},
    [ACCESS_RESTRICT] = {"restrict", 1U << LANG_MAY_RESTRICT, true, false},
    [ACCESS_ERASE] = {"erase", 1U << LANG_MAY_ERASE, true, false},
    [ACCESS_DUTIES] = {"duties", 0, false, false},
    [ACCESS_SUPERVISE] = {"supervise", 1U << LANG_MAY_SUPERVISE, true, false},
    [ACCESS_MEASURE] = {"measure", 1U << LANG_MAY_MEASURE, false, false},
    [ACCESS_PUBLISH] = {"publish", 1U << LANG_MAY_PUBLISH, false, false},
    [ACCESS_POLICY] = {"policy", 0, false, true},
    [ACCESS_ADOPT] = {"adopt", 1U << LANG_MAY_ADOPT, false, false},
    [ACCESS_USERS] = {"users", 1U << LANG_MAY_ADMINISTER, false, false},
    [ACCESS_KEYS] = {"keys", 1U << LANG_MAY_ADMINISTER, false, false},
    [ACCESS_AUDIT] = {"audit", 1U << LANG_MAY_AUDIT, false, false},
    [ACCESS_GLASS] = {"glass", 0, false, false},
    [ACCESS_REVIEW] = {"review", 1U << LANG_MAY_SUPERVISE | 1U << LANG_MAY_AUDIT, false, false},
    [ACCESS_OPERATE] = {"operate", 1U << LANG_MAY_ADMINISTER, false, false},
};

static const struct {
    const char *words;
    bool as_absent; /* the answer depends on the person: it must not tell that there is one */
} whys[] = {
    [ACCESS_ALLOWED] = {"allowed", false},
    [ACCESS_NOT_YOURS_TO_DO] = {"none of your roles may do this", false},
    [ACCESS_NO_PURPOSE] = {"choose first for which purpose you look", false},
    [ACCESS_WRONG_PURPOSE] = {"your roles do not look for this purpose, or this record is not shown for it", false},
    [ACCESS_NOT_BY] = {"this record is not entered by any of your roles", false},
    [ACCESS_NOT_DECIDED_BY] = {"this decision is not for any of your roles", false},
    [ACCESS_OUT_OF_REACH] = {"there is nobody here with this id", true},
    [ACCESS_RESTRICTED] = {"there is nobody here with this id", true},
    [ACCESS_OUT_OF_SCOPE] = {"this key does not open that", false},
    [ACCESS_NOBODY_THERE] = {"there is nobody here with this id", true},
    [ACCESS_OWN_CASE] = {"nobody decides on what they did themselves", false},
};

const char *access_act_word(enum access_act act) {
    return acts[act].word;
}

const char *access_reach_word(enum access_reach r) {
    static const char *const words[] = {"nobody", "own", "unit", "force"};
    return words[r];
}

static enum access_reach reach_of(const struct access_subject *who) {
    switch (lang_sees(who->set, who->roles, who->n_roles)) {
    case LANG_SEES_FORCE: return ACCESS_FORCE;
    case LANG_SEES_UNIT: return ACCESS_UNIT;
    case LANG_SEES_OWN:
    case LANG_SEES_NOT_SAID:
    case LANG_SEES_WORDS: break;
    }
    return ACCESS_OWN;
}

static bool has_purpose(const struct access_subject *who, struct cf_str purpose) {
    struct cf_arena *a = cf_arena_new("purposes");
    const struct cf_str *held = NULL;
    size_t n = lang_role_purposes(a, who->set, who->roles, who->n_roles, &held);
    bool has = false;
    for (size_t i = 0; !has && i < n; i++) {
        has = cf_str_eq(held[i], purpose);
    }
    cf_arena_free(a);
    return has;
}

static bool in_names(const struct cf_str *names, size_t n, struct cf_str name) {
    for (size_t i = 0; i < n; i++) {
        if (cf_str_eq(names[i], name)) {
            return true;
        }
    }
    return false;
}

bool access_scope_share(const struct access_subject *who, struct cf_str share) {
    return who->partner && who->scope != NULL && in_names(who->scope->shares, who->scope->n_shares, share);
}

/* ---- The parts of the question, each with its reason. */
static enum access_why ability_why(const struct access_subject *who, enum access_act act, const struct access_about *about) {
    if (who->partner && !acts[act].partner) {
        return ACCESS_OUT_OF_SCOPE;
    }
    if (act == ACCESS_POLICY) {
        return ACCESS_ALLOWED;
    }
    if (who->n_roles == 0 && !who->partner) {
        return ACCESS_NOT_YOURS_TO_DO;
    }
    if (acts[act].may == 0 || (act == ACCESS_CORRECT && about != NULL && about->own_event)) {
        return ACCESS_ALLOWED;
    }
    uint32_t may = lang_role_abilities(who->set, who->roles, who->n_roles);
    return (may & acts[act].may) != 0 ? ACCESS_ALLOWED : ACCESS_NOT_YOURS_TO_DO;
}

static enum access_why purpose_why(const struct access_subject *who, enum access_act act, const struct lang_decl *record) {
    bool needed = acts[act].person || act == ACCESS_GLASS;
    if (!needed) {
        return ACCESS_ALLOWED;
    }
    if (who->purpose.n == 0) {
        return ACCESS_NO_PURPOSE;
    }
    bool theirs =
        who->partner ? who->scope != NULL && cf_str_eq(who->scope->purpose, who->purpose) : has_purpose(who, who->purpose);
    if (!theirs || (record != NULL && !lang_record_seen_for(record, who->purpose))) {
        return ACCESS_WRONG_PURPOSE;
    }
    return ACCESS_ALLOWED;
}

static const struct lang_decl *holds_one_of(const struct access_subject *who, const struct lang_record *r, bool *anyone) {
    *anyone = false;
    for (size_t i = 0; i < r->by_decls.n; i++) {
        if (r->by_decls.v[i] == NULL) {
            *anyone = true;
            return NULL;
        }
        if (access_has_role(who, r->by_decls.v[i])) {
            return r->by_decls.v[i];
        }
    }
    return NULL;
}

bool access_is_by(const struct access_subject *who, const struct lang_decl *record) {
    bool anyone;
    return holds_one_of(who, &record->as.record, &anyone) != NULL || (anyone && who->n_roles > 0);
}

static enum access_why record_why(const struct access_subject *who, enum access_act act, const struct lang_decl *record,
                                  const struct lang_decl **by) {
    if (who->partner && record != NULL &&
        (who->scope == NULL || !in_names(who->scope->records, who->scope->n_records, record->name.text))) {
        return ACCESS_OUT_OF_SCOPE;
    }
    if (record == NULL || (act != ACCESS_RECORD && act != ACCESS_DECIDE)) {
        return ACCESS_ALLOWED;
    }
    const struct lang_record *r = &record->as.record;
    bool anyone;
    *by = holds_one_of(who, r, &anyone);
    if (r->built_in || (r->act && act == ACCESS_RECORD)) {
        return ACCESS_NOT_BY; /* what the program itself does is entered by no form */
    }
    if (act == ACCESS_DECIDE && (!r->decided_by || *by == NULL)) {
        return ACCESS_NOT_DECIDED_BY;
    }
    return act == ACCESS_DECIDE || anyone || *by != NULL ? ACCESS_ALLOWED : ACCESS_NOT_BY;
}

static enum access_why person_why(const struct access_subject *who, enum access_act act, const struct access_about *about) {
    if (about == NULL || !acts[act].person) {
        return ACCESS_ALLOWED;
    }
    if (!about->exists) {
        return ACCESS_NOBODY_THERE;
    }
    if (about->restricted && !lang_role_may(who->set, who->roles, who->n_roles, LANG_MAY_RESTRICT)) {
        return ACCESS_RESTRICTED;
    }
    enum access_reach reach = about->glass && act == ACCESS_SEE ? ACCESS_FORCE : who->partner ? ACCESS_OWN : reach_of(who);
    return about->nearest != ACCESS_NOBODY && reach >= about->nearest ? ACCESS_ALLOWED : ACCESS_OUT_OF_REACH;
}

/* Nothing before person_why reads the person, so what it answers is the same for one who does not exist. */
bool access_may(const struct access_subject *who, enum access_act act, const struct lang_decl *record,
                const struct access_about *about, struct access_reason *reason) {
    const struct lang_decl *by = NULL;
    CF_ASSERT(act >= 0 && act < ACCESS_ACTS);
    enum access_why why = who->set == NULL ? ACCESS_NOT_YOURS_TO_DO : ability_why(who, act, about);
    why = why == ACCESS_ALLOWED ? purpose_why(who, act, record) : why;
    why = why == ACCESS_ALLOWED ? record_why(who, act, record, &by) : why;
    why = why == ACCESS_ALLOWED ? person_why(who, act, about) : why;
    if (reason != NULL) {
        *reason =
            (struct access_reason){why, whys[why].as_absent, cf_str_from(whys[why].words), why == ACCESS_ALLOWED ? by : NULL};
    }
    return why == ACCESS_ALLOWED;
}

/* ---- The table of all answers. */
static void cell(const struct lang_set *set, const struct lang_decl *role, struct cf_str purpose, enum access_act act,
                 const struct lang_decl *record, struct access_cell *out) {
    struct access_subject who = {.set = set, .roles = &role, .n_roles = 1, .purpose = purpose};
    struct access_about about = {.exists = true};
    struct access_reason reason;
    *out = (struct access_cell){.role = role, .act = act, .record = record};
    for (enum access_reach near = ACCESS_FORCE; near >= ACCESS_OWN; near--) { /* the farthest person that it reaches */
        about.nearest = near;
        if (access_may(&who, act, record, &about, &reason)) {
            out->allowed = true;
            out->reach = acts[act].person ? near : ACCESS_NOBODY;
            return;
        }
    }
    out->why = reason.why;
}

void access_matrix(const struct lang_set *set, struct cf_str purpose, struct cf_arena *a, struct access_table *out) {
    *out = (struct access_table){0};
    for (size_t r = 0; r < set->roles.n; r++) {
        for (int act = 0; act < ACCESS_ACTS; act++) {
            cell(set, set->roles.v[r], purpose, (enum access_act)act, NULL, cf_push(a, out));
            for (size_t i = 0; i < set->records.n; i++) {
                cell(set, set->roles.v[r], purpose, (enum access_act)act, set->records.v[i], cf_push(a, out));
            }
        }
    }
}
