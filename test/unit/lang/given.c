/* given: see given.h. Everything in it is invented. */
#include "unit/lang/given.h"

static const char core[] = "policy test.core \"What all the tests share\"\n"
                           "    owner team\n"
                           "    serves S1\n"
                           "    in force from 2000-01-01\n"
                           "    cites\n"
                           "        law \"An invented law\"\n"
                           "codes sex protected as sex\n"
                           "    female \"Female\"\n"
                           "    male \"Male\"\n"
                           "role constable \"Constable\" rank 1\n"
                           "role sergeant \"Sergeant\" rank 2\n"
                           "role inspector \"Inspector\" rank 3\n"
                           "role clerk \"Clerk\"\n"
                           "unit team \"A team\"\n"
                           "unit north \"North\"\n"
                           "unit south \"South\"\n"
                           "unit desk \"A desk\"\n"
                           "    open monday to friday 09:00 to 17:00\n"
                           "partner childrens_services \"Children's services\" for organisation\n"
                           "record identity \"Who the person is\"\n"
                           "    about person is person\n"
                           "    by anyone\n"
                           "    fields\n"
                           "        born date\n"
                           "        sex sex\n"
                           "record care \"Care status\"\n"
                           "    about person is person\n"
                           "    by anyone\n"
                           "    fields\n"
                           "        looked_after yes/no\n"
                           "        authority organisation\n"
                           "fact sex about person = identity.sex\n"
                           "fact authority about person = care.authority\n";

static struct given begin(void) {
    struct given g = {.a = cf_arena_new("given")};
    g.errs = cf_errs_new(g.a);
    const struct cf_zone *zone = cf_zone_load(g.a, "Europe/London", &g.errs);
    struct cf_source *src = CF_NEW(g.a, struct cf_source);
    src->name = CF_LIT("data/calendars/england-and-wales-bank-holidays.tsv");
    assert_true(cf_read_file(g.a, src->name.p, CF_MAX_CALENDAR_BYTES, &src->text, &g.errs));
    g.ref = (struct lang_reference){
        .zone = zone, .calendar = cf_calendar_parse(g.a, src, &g.errs), .first_day = INT32_MIN, .last_day = INT32_MAX};
    assert_non_null(zone);
    assert_non_null(g.ref.calendar);
    return g;
}

struct given given_folder(const char *path) {
    struct given g = begin();
    if (!lang_load(g.a, path, g.ref.zone, &g.errs, &g.set)) {
        g.set = NULL;
    }
    return g;
}

static struct lang_decl *parsed(struct given *g, const char *name, const char *text) {
    struct cf_source *src = CF_NEW(g->a, struct cf_source);
    src->name = cf_str_from(name);
    src->text = cf_str_from(text);
    struct lang_decl *policy = NULL;
    if (!lang_parse(g->a, src, &g->errs, &policy)) {
        cf_errs_print(stderr, &g->errs);
        fail_msg("%s does not parse", name);
    }
    return policy;
}

static struct given given_texts(const char *first, const char *second) {
    struct given g = begin();
    struct lang_decl *policies[3] = {parsed(&g, "core", core), parsed(&g, "test", first)};
    size_t n = 2;
    if (second != NULL) {
        policies[n++] = parsed(&g, "second", second);
    }
    if (!lang_check(g.a, policies, n, g.ref.zone, (struct lang_reader){0}, &g.errs, &g.set)) {
        cf_errs_print(stderr, &g.errs);
        fail_msg("the policy of this test has errors");
    }
    return g;
}

struct given given(const char *policy) {
    return given_texts(policy, NULL);
}
struct given given_two(const char *first, const char *second) {
    return given_texts(first, second);
}
void given_end(struct given *g) {
    cf_arena_free(g->a);
}

/* Every history that an example asks about gives the same docket from both evaluators. */
size_t given_both_agree(struct given *g) {
    size_t compared = 0;
    for (size_t i = 0; i < g->set->examples.n; i++) {
        const struct lang_example_case *cases;
        size_t n = lang_example_cases(g->a, g->set, &g->ref, g->set->examples.v[i], &cases, &g->errs);
        struct lang_program *program = NULL;
        assert_true(n == 0 ||
                    lang_lower(g->a, g->set, cases[0].ref, &g->errs, &program)); /* an example has tables of its own */
        struct lang_machine *machine = n == 0 ? NULL : lang_machine_new(g->a, program);
        for (size_t k = 0; k < n; k++) {
            struct lang_docket plain = {0}, compiled = {0};
            struct cf_str why = {0};
            lang_eval_plain(g->a, g->set, cases[k].ref, cases[k].h, cases[k].now, &plain);
            lang_eval(machine, g->a, cases[k].h, cases[k].now, &compiled);
            if (!lang_docket_equal(g->a, &plain, &compiled, &why)) {
                fail_msg("the evaluators differ in `%.*s`: %.*s", CF_STR_ARG(g->set->examples.v[i]->title), CF_STR_ARG(why));
            }
            compared++;
        }
    }
    return compared;
}

static size_t run(struct given *g) {
    size_t checked = 0;
    assert_true(g->set->examples.n > 0);
    g->errs = cf_errs_new(g->a); /* the checker's notes are another test's matter */
    for (size_t i = 0; i < g->set->examples.n; i++) {
        bool ok = lang_example_run(g->a, g->set, &g->ref, g->set->examples.v[i], NULL, &checked, &g->errs);
        assert_int_equal(ok, g->errs.failures == 0);
        if (!ok) {
            break;
        }
    }
    assert_true(checked > 0 || g->errs.failures > 0);
    return checked;
}

static void all_hold(struct given *g) {
    run(g);
    if (g->errs.failures > 0) {
        cf_errs_print(stderr, &g->errs);
        fail_msg("an example does not hold");
    }
    given_both_agree(g);
    given_end(g);
}

void holds(const char *policy) {
    struct given g = given(policy);
    all_hold(&g);
}

void holds_two(const char *first, const char *second) {
    struct given g = given_two(first, second);
    all_hold(&g);
}

void does_not_hold(const char *policy, const char *words) {
    struct given g = given(policy);
    run(&g);
    assert_true(g.errs.failures > 0);
    const char *msg = cf_cstr(g.a, g.errs.v[0].msg);
    if (strstr(msg, words) == NULL) {
        fail_msg("got: %s\nexpected in it: %s", msg, words);
    }
    given_end(&g);
}

struct lang_docket given_docket(struct given *g, size_t nth) {
    const struct lang_example_case *cases;
    struct lang_docket d;
    size_t n = lang_example_cases(g->a, g->set, &g->ref, g->set->examples.v[0], &cases, &g->errs);
    if (nth >= n) {
        cf_errs_print(stderr, &g->errs);
        fail_msg("the example has no `at` number %zu", nth);
    }
    lang_eval_plain(g->a, g->set, cases[nth].ref, cases[nth].h, cases[nth].now, &d);
    return d;
}

const struct lang_duty_line *given_duty(const struct lang_docket *d, const char *rule) {
    for (size_t i = 0; i < d->duties.n; i++) {
        if (cf_str_is(d->duties.v[i].rule->name.text, rule)) {
            return &d->duties.v[i];
        }
    }
    return NULL;
}

const struct lang_gate_line *given_gate(const struct lang_docket *d, const char *rule) {
    for (size_t i = 0; i < d->gates.n; i++) {
        if (cf_str_is(d->gates.v[i].rule->name.text, rule)) {
            return &d->gates.v[i];
        }
    }
    return NULL;
}

int64_t given_time(const struct given *g, const char *london) {
    struct cf_moment m;
    assert_true(cf_time_parse(g->ref.zone, cf_str_from(london), CF_NOWHERE, NULL, &m));
    return m.at;
}
