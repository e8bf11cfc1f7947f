/* permission: every role x act x record against the declarations, worked out anew here; who sees whom; what is told of a child
 * whom one may not see; and the log of every look. */
#include "unit/access/access_help.h"

#include <pthread.h>

/* ---- The table, worked out from the declarations alone, in another way than the program's. */
static void closure(const struct lang_set *set, const struct lang_decl *role, bool *counts_as) {
    for (size_t i = 0; i < set->roles.n; i++) { /* itself, and every lower rank */
        const struct lang_decl *r = set->roles.v[i];
        counts_as[i] = r == role || (role->as.role.has_rank && r->as.role.has_rank && r->as.role.rank <= role->as.role.rank);
    }
    for (bool grown = true; grown;) { /* what those include, until nothing is added */
        grown = false;
        for (size_t i = 0; i < set->roles.n; i++) {
            for (size_t k = 0; counts_as[i] && k < set->roles.v[i]->as.role.includes_decls.n; k++) {
                for (size_t j = 0; j < set->roles.n; j++) {
                    if (set->roles.v[j] == set->roles.v[i]->as.role.includes_decls.v[k] && !counts_as[j]) {
                        counts_as[j] = grown = true;
                    }
                }
            }
        }
    }
}

struct expected {
    uint32_t may;
    enum lang_sees sees;
    bool has_purpose;
    bool counts_as[256];
};

static struct expected expect_role(const struct lang_set *set, const struct lang_decl *role, const char *purpose) {
    struct expected e = {0};
    assert_true(set->roles.n < 256);
    closure(set, role, e.counts_as);
    for (size_t i = 0; i < set->roles.n; i++) {
        const struct lang_role_decl *r = &set->roles.v[i]->as.role;
        if (!e.counts_as[i]) {
            continue;
        }
        e.may |= r->may;
        e.sees = r->sees > e.sees ? r->sees : e.sees;
        for (size_t k = 0; k < r->purposes.n; k++) {
            e.has_purpose = e.has_purpose || cf_str_is(r->purposes.v[k].text, purpose);
        }
    }
    for (size_t i = 0; i < set->partners.n; i++) { /* the people of a partner hold the role of its name */
        const struct lang_decl *p = set->partners.v[i];
        for (size_t j = 0; j < set->roles.n; j++) {
            for (size_t k = 0;
                 e.counts_as[j] && cf_str_eq(set->roles.v[j]->name.text, p->name.text) && k < p->as.partner.purposes.n; k++) {
                e.has_purpose = e.has_purpose || cf_str_is(p->as.partner.purposes.v[k].text, purpose);
            }
        }
    }
    e.sees = e.sees == LANG_SEES_NOT_SAID ? LANG_SEES_UNIT : e.sees;
    return e;
}

static bool by_allows(const struct lang_set *set, const struct expected *e, const struct lang_record *r, bool named) {
    for (size_t i = 0; i < r->by_decls.n; i++) {
        if (r->by_decls.v[i] == NULL && !named) {
            return true;
        }
        for (size_t j = 0; r->by_decls.v[i] != NULL && j < set->roles.n; j++) {
            bool same = cf_str_eq(set->roles.v[j]->name.text, r->by_decls.v[i]->name.text);
            if (e->counts_as[j] && same && r->by_decls.v[i]->kind == LANG_ROLE) {
                return true;
            }
        }
    }
    return false;
}

static bool seen_for(const struct lang_decl *record, const char *purpose) {
    if (record == NULL || record->as.record.seen_for.n == 0) {
        return true;
    }
    for (size_t i = 0; i < record->as.record.seen_for.n; i++) {
        if (cf_str_is(record->as.record.seen_for.v[i].text, purpose)) {
            return true;
        }
    }
    return false;
}

static bool expected_cell(const struct lang_set *set, const struct expected *e, enum access_act act,
                          const struct lang_decl *record, const char *purpose) {
    static const int need[ACCESS_ACTS] = {
        /* ability + 1; 0: none */
        [ACCESS_CORRECT] = LANG_MAY_CORRECT + 1,     [ACCESS_MERGE] = LANG_MAY_MERGE + 1,
        [ACCESS_RESTRICT] = LANG_MAY_RESTRICT + 1,   [ACCESS_ERASE] = LANG_MAY_ERASE + 1,
        [ACCESS_SUPERVISE] = LANG_MAY_SUPERVISE + 1, [ACCESS_MEASURE] = LANG_MAY_MEASURE + 1,
        [ACCESS_PUBLISH] = LANG_MAY_PUBLISH + 1,     [ACCESS_ADOPT] = LANG_MAY_ADOPT + 1,
        [ACCESS_USERS] = LANG_MAY_ADMINISTER + 1,    [ACCESS_KEYS] = LANG_MAY_ADMINISTER + 1,
        [ACCESS_AUDIT] = LANG_MAY_AUDIT + 1,         [ACCESS_OPERATE] = LANG_MAY_ADMINISTER + 1};
    bool able = need[act] == 0 || (e->may >> (need[act] - 1) & 1U) != 0;
    bool looks = act == ACCESS_SEE || act == ACCESS_FIND || act == ACCESS_EXPORT || act == ACCESS_CORRECT ||
                 act == ACCESS_MERGE || act == ACCESS_RESTRICT || act == ACCESS_ERASE || act == ACCESS_SUPERVISE ||
                 act == ACCESS_GLASS;
    if (act == ACCESS_REVIEW) {
        able = (e->may >> LANG_MAY_SUPERVISE & 1U) != 0 || (e->may >> LANG_MAY_AUDIT & 1U) != 0;
    }
    if (looks) {
        able = able && e->has_purpose && seen_for(record, purpose);
    }
    if (record != NULL && act == ACCESS_RECORD) {
        able = !record->as.record.built_in && !record->as.record.act && by_allows(set, e, &record->as.record, false);
    }
    if (record != NULL && act == ACCESS_DECIDE) {
        able = !record->as.record.built_in && record->as.record.decided_by && by_allows(set, e, &record->as.record, true);
    }
    return able;
}

static void check_table(struct place *p, const struct lang_set *set, const char *purpose) {
    struct access_table t;
    access_matrix(set, lit(purpose), p->a, &t);
    assert_int_equal(t.n, set->roles.n * ACCESS_ACTS * (1 + set->records.n));
    for (size_t i = 0; i < t.n; i++) {
        const struct access_cell *c = &t.v[i];
        struct expected e = expect_role(set, c->role, purpose);
        bool want = expected_cell(set, &e, c->act, c->record, purpose);
        if (want != c->allowed) {
            fail_msg("%.*s, %s, %.*s for %s: the declarations say %d", CF_STR_ARG(c->role->name.text), access_act_word(c->act),
                     CF_STR_ARG(c->record != NULL ? c->record->name.text : CF_LIT("no record")), purpose, want);
        }
        if (c->allowed && c->act == ACCESS_SEE) {
            assert_int_equal(c->reach, (int)e.sees); /* own, unit, force stand in the same order */
        }
    }
}

static void every_cell_of_the_table_follows_from_the_declarations(void **state) {
    struct place *p = *state;
    struct lang_set *set;
    const struct cf_zone *zone = desk_reference(p->d)->zone;
    must(p, lang_load(p->a, "policies", zone, &p->errs, &set)); /* all that are shipped */
    const struct lang_decl *purposes = lang_find_kind(set, LANG_CODES, CF_LIT("purpose"));
    assert_true(purposes->as.codes.list.n >= 9);
    for (size_t i = 0; i < purposes->as.codes.list.n; i++) {
        check_table(p, set, cf_cstr(p->a, purposes->as.codes.list.v[i].name.text));
    }
    check_table(p, set, "");
    check_table(p, set, "no_such_purpose");
}

static const char text_of_roles[] =
    "policy small.core \"Small\"\n    owner     desk\n    serves    S1\n    in force  from 2000-01-01\n    cites\n        law  "
    "\"A law\"\n\n"
    "codes purpose\n    care   \"To care\"\n    check  \"To check\"\n\n"
    "role low \"Low\" rank 1 purposes care sees own\nrole high \"High\" rank 2 sees force\n"
    "role nobody_said \"Says nothing\"\nrole clerk \"Clerk\" includes low may administer\n"
    "unit desk \"Desk\"\n\n"
    "record seen \"Seen\"\n    about  child is person\n    by     low\n\n"
    "record hidden \"Hidden\"\n    about     child is person\n    by        anyone\n    seen for  check\n";

/* The same of a small policy, by hand: so that the other test does not only repeat what the program does. */
static void a_small_policy_gives_the_answers_that_one_expects(void **state) {
    struct place *p = *state;
    struct lang_set *set;
    char path[200];
    snprintf(path, sizeof path, "mkdir %s/small", p->folder);
    assert_int_equal(system(path), 0);
    snprintf(path, sizeof path, "%s/small/small.policy", p->folder);
    must(p, cf_write_file(path, lit(text_of_roles), &p->errs));
    must(p, lang_load(p->a, path, desk_reference(p->d)->zone, &p->errs, &set));
    static const struct {
        const char *role, *purpose, *record;
        enum access_act act;
        enum access_reach near;
        enum access_why why;
    } asked[] = {
        {"low", "care", "seen", ACCESS_SEE, ACCESS_OWN, ACCESS_ALLOWED},
        {"low", "care", "seen", ACCESS_SEE, ACCESS_UNIT, ACCESS_OUT_OF_REACH},
        {"low", "care", "hidden", ACCESS_SEE, ACCESS_OWN, ACCESS_WRONG_PURPOSE},
        {"low", "", "seen", ACCESS_SEE, ACCESS_OWN, ACCESS_NO_PURPOSE},
        {"low", "check", "hidden", ACCESS_SEE, ACCESS_OWN, ACCESS_WRONG_PURPOSE},
        {"high", "care", "seen", ACCESS_SEE, ACCESS_FORCE, ACCESS_ALLOWED},
        {"high", "care", "seen", ACCESS_RECORD, ACCESS_FORCE, ACCESS_ALLOWED},
        {"high", "", "hidden", ACCESS_RECORD, ACCESS_FORCE, ACCESS_ALLOWED},
        {"nobody_said", "care", "seen", ACCESS_SEE, ACCESS_OWN, ACCESS_WRONG_PURPOSE},
        {"nobody_said", "", "seen", ACCESS_RECORD, ACCESS_OWN, ACCESS_NOT_BY},
        {"nobody_said", "", "hidden", ACCESS_RECORD, ACCESS_OWN, ACCESS_ALLOWED},
        {"clerk", "", NULL, ACCESS_USERS, ACCESS_OWN, ACCESS_ALLOWED},
        {"clerk", "care", "seen", ACCESS_SEE, ACCESS_OWN, ACCESS_ALLOWED},
        {"clerk", "", NULL, ACCESS_AUDIT, ACCESS_OWN, ACCESS_NOT_YOURS_TO_DO},
        {"low", "", NULL, ACCESS_USERS, ACCESS_OWN, ACCESS_NOT_YOURS_TO_DO},
        {"low", "", "seen", ACCESS_DECIDE, ACCESS_OWN, ACCESS_NOT_DECIDED_BY},
    };
    for (size_t i = 0; i < CF_COUNT(asked); i++) {
        const struct lang_decl *role = lang_find_kind(set, LANG_ROLE, lit(asked[i].role));
        const struct lang_decl *record =
            asked[i].record != NULL ? lang_find_kind(set, LANG_RECORD, lit(asked[i].record)) : NULL;
        struct access_subject who = {.set = set, .roles = &role, .n_roles = 1, .purpose = lit(asked[i].purpose)};
        struct access_about about = {.exists = true, .nearest = asked[i].near};
        struct access_reason why;
        (void)access_may(&who, asked[i].act, record, &about, &why);
        if (why.why != asked[i].why) {
            fail_msg("row %zu: got \"%.*s\"", i, CF_STR_ARG(why.words));
        }
    }
}

static void nobody_without_a_role_may_do_anything_but_read_policies(void **state) {
    struct place *p = *state;
    user(p, "roe", "", NULL);
    struct access_subject who = who_is(p, "roe", NULL);
    for (int act = 0; act < ACCESS_ACTS; act++) {
        assert_int_equal(access_may(&who, (enum access_act)act, NULL, NULL, NULL), act == ACCESS_POLICY);
    }
}

/* ---- People. */
static bool look(struct place *p, const struct access_subject *who, struct cf_id id, uint32_t *no) {
    return access_child(p->x, p->d, who, ACCESS_SEE, NULL, CF_LIT("/child/{id}"), id, no, &p->errs);
}

static void reach_is_own_then_unit_then_force(void **state) {
    struct place *p = *state;
    struct cf_id youth = user(p, "youth", "central_north", "youth_worker"),
                 carer = user(p, "carer", "central_north", "partner_user");
    user(p, "pc", "north_area", "constable");
    struct cf_id theirs = child(p, carer, "north_area"), units = child(p, youth, "central_north"),
                 far = child(p, youth, "north_area");
    struct access_subject who;
    uint32_t no;
    who = who_is(p, "carer", "safeguarding"); /* sees own */
    must(p, look(p, &who, theirs, &no));
    refused(p, look(p, &who, units, &no), CF_A020);
    who = who_is(p, "youth", "safeguarding"); /* sees unit, and their own wherever */
    must(p, look(p, &who, units, &no));
    must(p, look(p, &who, far, &no));
    refused(p, look(p, &who, theirs, &no), CF_A020);
    who = who_is(p, "pc", "safeguarding"); /* sees force */
    must(p, look(p, &who, theirs, &no));
    must(p, look(p, &who, units, &no));
    must(p, look(p, &who, far, &no));
}

/* What a refusal shows: every byte that could reach a page. */
static const char *told(struct place *p, const struct access_subject *who, struct cf_id id) {
    uint32_t no = 7;
    assert_false(look(p, who, id, &no));
    struct cf_str words = cf_str_printf(p->a, "%d|%.*s|%.*s|%zu", p->errs.v[0].code, CF_STR_ARG(p->errs.v[0].msg),
                                        CF_STR_ARG(p->errs.v[0].hint), p->errs.n);
    p->errs = cf_errs_new(p->a);
    return cf_cstr(p->a, words);
}

static void a_child_out_of_reach_is_answered_as_one_who_does_not_exist(void **state) {
    struct place *p = *state;
    struct cf_id pc = user(p, "pc", "north_area", "constable");
    user(p, "carer", "", "partner_user");
    struct cf_id far = child(p, pc, "north_area"), hidden = child(p, pc, "north_area"), nobody = {{1, 2, 3}};
    struct access_subject who = who_is(p, "carer", "safeguarding");
    const char *absent = told(p, &who, nobody);
    assert_string_equal(told(p, &who, far), absent);
    assert_string_equal(told(p, &who, pc), absent); /* an officer is no child */
    struct ledger_person target = {.subject = hidden, .role = LEDGER_ROLE_TARGET};
    struct ledger_pair f = {LEDGER_F_AUTHORITY, ledger_text(CF_LIT("test"))};
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = &f, .n_fields = 1};
    struct ledger *l = desk_ledger(p->d);
    struct ledger_draft d = {.id = ledger_new_id(l),
                             .kind = LEDGER_RESTRICTED,
                             .from = p->now_us / US_PER_S,
                             .to = p->now_us / US_PER_S,
                             .persons = &target,
                             .n_persons = 1,
                             .facts = &facts,
                             .n_facts = 1};
    struct ledger_receipt r;
    must(p, ledger_begin(l, &p->errs) && ledger_append(l, &d, &r, &p->errs) && ledger_commit(l, &p->errs));
    struct access_subject officer = who_is(p, "pc", "safeguarding"); /* who even recorded the child */
    assert_string_equal(told(p, &officer, hidden), told(p, &officer, nobody));
    user(p, "rights", "", "information_rights");
    struct access_subject rights = who_is(p, "rights", "complaint");
    uint32_t no;
    must(p, look(p, &rights, hidden, &no));
    who.purpose = CF_LIT(""); /* without a purpose the answer is about the purpose, for all alike */
    assert_string_equal(told(p, &who, far), told(p, &who, nobody));
}

static void lists_keep_what_may_be_seen_and_count_the_rest(void **state) {
    struct place *p = *state;
    struct cf_id pc = user(p, "pc", "north_area", "constable"), carer = user(p, "carer", "", "partner_user");
    struct cf_id ids[4] = {child(p, pc, "north_area"), child(p, carer, "north_area"), child(p, pc, "north_area"),
                           child(p, carer, "")};
    uint32_t no[4];
    bool keep[4];
    size_t withheld;
    for (int i = 0; i < 4; i++) {
        must(p, desk_subject_no(p->d, ids[i], &no[i], &p->errs));
    }
    struct access_subject who = who_is(p, "carer", "safeguarding");
    must(p, access_filter(p->x, p->d, &who, ACCESS_SEE, no, 4, keep, &withheld, &p->errs));
    assert_int_equal(withheld, 2);
    assert_false(keep[0] || keep[2]);
    assert_true(keep[1] && keep[3]);
}

static void every_look_and_every_refusal_is_in_the_log_before_it_is_answered(void **state) {
    struct place *p = *state;
    struct cf_id pc = user(p, "pc", "north_area", "constable");
    user(p, "carer", "", "partner_user");
    user(p, "auditor", "", "auditor");
    struct cf_id far = child(p, pc, "north_area");
    struct access_subject officer = who_is(p, "pc", "law_enforcement"), other = who_is(p, "carer", "safeguarding");
    struct access_looks looks;
    uint32_t no;
    must(p, look(p, &officer, far, &no));
    refused(p, look(p, &other, far, &no), CF_A020);
    struct access_subject auditor = who_is(p, "auditor", "audit");
    must(p, access_who_looked(p->x, p->d, &auditor, far, 0, INT64_MAX, 100, p->a, &looks, &p->errs));
    assert_int_equal(looks.n, 3);
    assert_text(looks.v[0].login, "auditor"); /* the auditor's own look, newest first */
    assert_text(looks.v[1].login, "carer");
    assert_int_equal(looks.v[1].outcome, LEDGER_REFUSED);
    assert_text(looks.v[2].login, "pc");
    assert_text(looks.v[2].purpose, "law_enforcement");
    assert_text(looks.v[2].role, "constable");
    assert_text(looks.v[2].route, "/child/{id}");
    assert_true(cf_str_eq(looks.v[2].session, officer.session));
    must(p, access_who_looked(p->x, p->d, &auditor, far, 0, INT64_MAX, 1, p->a, &looks, &p->errs));
    assert_true(looks.more && looks.n == 1);
    refused(p, access_who_looked(p->x, p->d, &officer, far, 0, INT64_MAX, 100, p->a, &looks, &p->errs), CF_A022);
    refused(p, access_who_looked(p->x, p->d, &auditor, (struct cf_id){{9}}, 0, INT64_MAX, 100, p->a, &looks, &p->errs),
            CF_A020);
}

/* ---- Many threads, one writer. */
struct looker {
    const char *db;
    struct access_log *log;
    uint32_t child;
    int64_t user;
    size_t logged;
};

static void *look_often(void *arg) {
    struct looker *k = arg;
    struct cf_arena *a = cf_arena_new("looker");
    struct cf_errs errs = cf_errs_new(a);
    struct ledger_options o = {0};
    struct ledger *l = NULL;
    struct access *x = NULL;
    struct access_subject who = {.user_no = k->user, .session = CF_LIT("s"), .purpose = CF_LIT("safeguarding")};
    struct access_shown shown = {.route = CF_LIT("/c"), .subjects = &k->child, .n = 1};
    bool ok = ledger_open(a, k->db, LEDGER_READ, &o, &errs, &l) && access_open(a, l, ACCESS_USE, &errs, &x);
    if (ok) {
        access_use_log(x, k->log);
    }
    for (int i = 0; ok && i < 50; i++) {
        k->logged += access_read(x, &who, &shown, &errs) ? 1 : 0;
    }
    access_close(x);
    ledger_close(l);
    cf_arena_free(a);
    return NULL;
}

static void looks_of_many_threads_are_all_in_the_log(void **state) {
    struct place *p = *state;
    struct looker k[4];
    pthread_t threads[4];
    struct access_log *log;
    struct access_looks looks;
    uint32_t no;
    struct cf_id pc = user(p, "pc", "north_area", "constable");
    user(p, "auditor", "", "auditor");
    struct cf_id seen = child(p, pc, "north_area");
    must(p, desk_subject_no(p->d, seen, &no, &p->errs));
    must(p, access_log_open(p->a, ledger_path(desk_ledger(p->d)), NULL, &p->errs, &log));
    for (int i = 0; i < 4; i++) {
        k[i] = (struct looker){.db = ledger_path(desk_ledger(p->d)), .log = log, .child = no, .user = no};
        assert_int_equal(pthread_create(&threads[i], NULL, look_often, &k[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(k[i].logged, 50);
    }
    struct access_subject auditor = who_is(p, "auditor", "audit");
    must(p, access_who_looked(p->x, p->d, &auditor, seen, 0, INT64_MAX, 1000, p->a, &looks, &p->errs));
    assert_int_equal(looks.n, 201);
    access_use_log(p->x, log);
    must(p, look(p, &auditor, seen, &no));
    access_use_log(p->x, NULL);
    access_log_close(log);
    access_log_close(log);
}

static void what_cannot_be_logged_is_not_shown(void **state) {
    struct place *p = *state;
    struct cf_id pc = user(p, "pc", "north_area", "constable");
    struct cf_id far = child(p, pc, "north_area");
    struct access_subject officer = who_is(p, "pc", "safeguarding");
    uint32_t no;
    char taken[200]; /* a folder stands where the month's file would be made */
    snprintf(taken, sizeof taken, "mkdir %s/t-reads-2026-05.db", p->folder);
    assert_int_equal(system(taken), 0);
    refused(p, look(p, &officer, far, &no), CF_A030);
    snprintf(taken, sizeof taken, "rmdir %s/t-reads-2026-05.db", p->folder);
    assert_int_equal(system(taken), 0);
    must(p, look(p, &officer, far, &no));
    uint32_t *many = CF_NEW_N(p->a, uint32_t, CF_MAX_READ_SHOWN + 1);
    struct access_shown shown = {.route = CF_LIT("/find"), .subjects = many, .n = CF_MAX_READ_SHOWN + 1};
    refused(p, access_read(p->x, &officer, &shown, &p->errs), CF_A030);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, place_begin, place_end)
int main(void) {
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(every_cell_of_the_table_follows_from_the_declarations),
        IN_A_PLACE(a_small_policy_gives_the_answers_that_one_expects),
        IN_A_PLACE(nobody_without_a_role_may_do_anything_but_read_policies),
        IN_A_PLACE(reach_is_own_then_unit_then_force),
        IN_A_PLACE(a_child_out_of_reach_is_answered_as_one_who_does_not_exist),
        IN_A_PLACE(lists_keep_what_may_be_seen_and_count_the_rest),
        IN_A_PLACE(every_look_and_every_refusal_is_in_the_log_before_it_is_answered),
        IN_A_PLACE(looks_of_many_threads_are_all_in_the_log),
        IN_A_PLACE(what_cannot_be_logged_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
