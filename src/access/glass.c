/* glass: opening one child's record in an emergency, and its review. The two records are the policies' own, known by their
 * names (policies/access/break_glass.policy); what they owe is there. */
#include "access/priv.h"

static const struct store_sql sql_put = {
    "glass.put", "INSERT INTO glass(event, user, child, at, until, reviewed) VALUES(?1, ?2, ?3, ?4, ?5, 0)"};
static const struct store_sql sql_of = {"glass.of",
                                        "SELECT child FROM glass WHERE user = ?1 AND until > ?2 AND at <= ?3 AND reviewed = 0"};
static const struct store_sql sql_count = {"glass.count", "SELECT count(*) FROM glass WHERE user = ?1 AND until > ?2"};
static const struct store_sql sql_waiting = {
    "glass.waiting",
    "SELECT g.event, g.child, g.user, g.at, g.until, coalesce(u.name, ''), coalesce(u.login, ''), coalesce(t.unit, "
    "'') FROM glass g LEFT JOIN user u ON u.id = g.user LEFT JOIN standing t ON t.user = g.user "
    "WHERE g.reviewed = 0 AND g.user <> ?1 ORDER BY g.at"};
static const struct store_sql sql_get = {"glass.get", "SELECT user, child, reviewed FROM glass WHERE event = ?1"};
static const struct store_sql sql_reviewed = {"glass.reviewed", "UPDATE glass SET reviewed = 1 WHERE event = ?1"};

bool access_glass_of(struct access *x, struct cf_id user, struct cf_arena *a, const struct cf_id **children, size_t *n,
                     struct cf_errs *errs) {
    struct {
        CF_VEC(struct cf_id);
    } found = {0};
    bool more = true;
    int64_t now = cf_now_us();
    struct store_stmt *s = access_rows(x, &sql_of, errs, "dii", &user, now, now + CF_MAX_CLOCK_BACK_S * US_PER_S);
    if (s == NULL) {
        return false;
    }
    while (more) {
        struct cf_id id;
        if (!store_next(s, &more, errs)) {
            return false;
        }
        if (more && store_id(s, 0, &id)) {
            *cf_push(a, &found) = id;
        }
    }
    store_done(s);
    *children = found.v;
    *n = found.n;
    return true;
}

/* ---- Entries by the names of their fields. */
static int field_of(const struct lang_decl *record, const char *name) {
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        if (cf_str_is(record->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

static bool set_code(const struct lang_decl *record, struct desk_value *fields, const char *name, struct cf_str code,
                     struct cf_errs *errs) {
    int f = field_of(record, name);
    const struct lang_decl *codes = f >= 0 ? record->as.record.fields.v[f].type.of : NULL;
    for (size_t i = 0; codes != NULL && codes->kind == LANG_CODES && i < codes->as.codes.list.n; i++) {
        if (cf_str_eq(codes->as.codes.list.v[i].name.text, code)) {
            fields[f].v = (struct lang_value){.kind = LANG_V_CODE, .i = (int64_t)i};
            return true;
        }
    }
    return cf_fail(errs, CF_A050, CF_NOWHERE, "`%.*s` is no reason that the policies know", CF_STR_ARG(code));
}

static void set_words(const struct lang_decl *record, struct desk_value *fields, const char *name, struct cf_str words) {
    int f = field_of(record, name);
    if (f >= 0) {
        fields[f].v.kind = LANG_V_TEXT;
        fields[f].text = words;
    }
}

static bool record_of(const struct desk *d, const char *name, const struct lang_decl **out, struct cf_errs *errs) {
    const struct lang_set *set = desk_set(d);
    *out = set != NULL ? lang_find_kind(set, LANG_RECORD, cf_str_from(name)) : NULL;
    if (*out == NULL || (*out)->as.record.roles.n == 0) {
        return cf_fail(errs, CF_A051, CF_NOWHERE, "the policies in force declare no record `%s` about a child", name);
    }
    return true;
}

static struct desk_value *no_answers(struct cf_arena *a, const struct lang_decl *record) {
    struct desk_value *v = CF_NEW_N(a, struct desk_value, record->as.record.fields.n + 1);
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        v[i].v.kind = LANG_V_NOT_KNOWN;
    }
    return v;
}

static bool enter(struct desk *keeper, const struct access_subject *who, const struct lang_decl *record, struct cf_id child,
                  const struct desk_value *fields, struct cf_arena *a, struct cf_id *event, struct cf_errs *errs) {
    struct ledger_receipt receipt;
    struct desk_about about = {.role = 0, .subject = child};
    int64_t now = cf_now_us() / US_PER_S;
    struct desk_entry e = {.id = ledger_new_id(desk_ledger(keeper)),
                           .record = record,
                           .from = now,
                           .to = now,
                           .actor = who->user,
                           .actor_roles = who->roles,
                           .n_actor_roles = who->n_roles,
                           .unit = who->unit != NULL ? desk_unit_id(keeper, who->unit) : (struct cf_id){{0}},
                           .about = &about,
                           .n_about = 1,
                           .fields = fields};
    *event = e.id;
    return desk_record(keeper, &e, a, &receipt, NULL, errs);
}

/* ---- Opening. */
static bool may_open(struct access *x, struct desk *keeper, const struct access_subject *who, struct cf_id child,
                     struct cf_str why, struct cf_errs *errs) {
    struct access_reason reason;
    struct access_about about;
    struct store_stmt *s;
    bool row;
    if (!access_may(who, ACCESS_GLASS, NULL, NULL, &reason)) {
        bool purpose = reason.why == ACCESS_NO_PURPOSE || reason.why == ACCESS_WRONG_PURPOSE;
        return cf_fail(errs, purpose ? CF_A021 : CF_A022, CF_NOWHERE, "%.*s", CF_STR_ARG(reason.words));
    }
    if (cf_str_trim(why).n == 0) {
        return cf_fail(errs, CF_A050, CF_NOWHERE, "nothing says why this record must be seen now");
    }
    if (!access_about(x, keeper, who, child, &about, errs)) {
        return false;
    }
    if (!about.exists || about.restricted) {
        return cf_fail(errs, CF_A020, CF_NOWHERE, "there is nobody here with this id");
    }
    if (!access_row(x, &sql_count, errs, &s, &row, "di", &who->user, cf_now_us())) {
        return false;
    }
    int64_t n = row ? store_int(s, 0) : 0;
    store_done(s);
    return n < CF_MAX_GLASS_OPEN ||
           cf_fail(errs, CF_A050, CF_NOWHERE, "%lld records are open to you by break-glass already", (long long)n);
}

/* The log of reads, then the event with its duty, then the opening: a crash in between opens nothing, and leaves the reviewer
 * an event to ask about. */
bool access_break_glass(struct access *x, struct desk *keeper, const struct access_subject *who, struct cf_id child,
                        struct cf_str reason_code, struct cf_str why, struct cf_arena *a, struct access_glass *out,
                        struct cf_errs *errs) {
    const struct lang_decl *record = NULL;
    uint32_t no;
    int64_t now = cf_now_us();
    if (!record_of(keeper, ACCESS_OPENING, &record, errs) || record == NULL || !may_open(x, keeper, who, child, why, errs)) {
        return false;
    }
    struct desk_value *fields = no_answers(a, record);
    set_words(record, fields, "why", why);
    if (!set_code(record, fields, "reason", reason_code, errs) || !desk_subject_no(keeper, child, &no, errs)) {
        return false;
    }
    struct access_shown shown = {.route = CF_LIT("break-glass"), .subjects = &no, .n = 1};
    *out = (struct access_glass){.child = child, .until_us = now + CF_MAX_GLASS_MINUTES * US_PER_MINUTE};
    return access_read(x, who, &shown, errs) && enter(keeper, who, record, child, fields, a, &out->event, errs) &&
           access_run(x, &sql_put, errs, "dddii", &out->event, &who->user, &child, now, out->until_us);
}

/* ---- Reviewing. */
static bool in_their_charge(const struct access_subject *who, struct cf_str unit) {
    bool whole = lang_sees(who->set, who->roles, who->n_roles) == LANG_SEES_FORCE ||
                 lang_role_may(who->set, who->roles, who->n_roles, LANG_MAY_AUDIT);
    return whole || unit.n == 0 || (who->unit != NULL && cf_str_eq(who->unit->name.text, unit));
}

bool access_glass_waiting(struct access *x, struct desk *d, const struct access_subject *who, struct cf_arena *a,
                          struct access_openings *out, struct cf_errs *errs) {
    bool more = true;
    (void)d;
    *out = (struct access_openings){0};
    if (!access_allowed(who, ACCESS_REVIEW, errs)) {
        return false;
    }
    struct store_stmt *s = access_rows(x, &sql_waiting, errs, "d", &who->user);
    if (s == NULL) {
        return false;
    }
    while (more) {
        struct access_opened o = {0};
        if (!store_next(s, &more, errs)) {
            return false;
        }
        if (more && store_id(s, 0, &o.event) && store_id(s, 1, &o.child) && store_id(s, 2, &o.user) &&
            in_their_charge(who, store_text(s, 7))) {
            o.at_us = store_int(s, 3);
            o.until_us = store_int(s, 4);
            o.name = cf_str_dup(a, store_text(s, 5));
            o.login = cf_str_dup(a, store_text(s, 6));
            o.unit = cf_str_dup(a, store_text(s, 7));
            *cf_push(a, out) = o;
        }
    }
    store_done(s);
    return true;
}

static bool opening_of(struct access *x, const struct access_subject *who, struct cf_id event, struct cf_id *child,
                       struct cf_errs *errs) {
    struct store_stmt *s;
    struct cf_id user = {{0}};
    bool row;
    if (!access_row(x, &sql_get, errs, &s, &row, "d", &event)) {
        return false;
    }
    bool ok = row && store_id(s, 0, &user) && store_id(s, 1, child) && store_int(s, 2) == 0;
    if (row) {
        store_done(s);
    }
    return (ok && !cf_id_eq(user, who->user)) ||
           cf_fail(errs, CF_A052, CF_NOWHERE, "this opening is your own, was reviewed already, or never was");
}

bool access_glass_review(struct access *x, struct desk *keeper, const struct access_subject *who, struct cf_id event,
                         bool justified, struct cf_str words, struct cf_arena *a, struct cf_errs *errs) {
    const struct lang_decl *record = NULL;
    struct cf_id child = {{0}}, id;
    if (!access_allowed(who, ACCESS_REVIEW, errs) || !record_of(keeper, ACCESS_OPENING_REVIEW, &record, errs) ||
        record == NULL || !opening_of(x, who, event, &child, errs)) {
        return false;
    }
    if (!access_is_by(who, record)) {
        return cf_fail(errs, CF_A022, CF_NOWHERE, "this record is not entered by any of your roles");
    }
    struct desk_value *fields = no_answers(a, record);
    int opening = field_of(record, "opening"), yes = field_of(record, "justified");
    if (opening >= 0) {
        fields[opening].v.kind = LANG_V_EVENT;
        fields[opening].id = event;
    }
    if (yes >= 0) {
        fields[yes].v = (struct lang_value){.kind = LANG_V_YESNO, .i = justified};
    }
    set_words(record, fields, "finding", words);
    return enter(keeper, who, record, child, fields, a, &id, errs) && access_run(x, &sql_reviewed, errs, "d", &event);
}
