/* Invented people without a ledger: the draw, the rates, histories of the shipped and of the worked policies. */
#include "unit/unit.h"

#include "simulate/priv.h"

struct world {
    struct cf_arena *a;
    struct cf_errs errs;
    const struct cf_zone *zone;
    struct simulate_rates *rates;
    struct lang_set *shipped, *worked;
    struct lang_reference ref;
    struct {
        CF_VEC(const char *);
    } made; /* folders to take away in the end */
};

static bool no_school_day(void *ctx, uint32_t organisation, int64_t t, int64_t *start, struct cf_str *which) {
    (void)ctx, (void)organisation, (void)t, (void)start, (void)which;
    return false;
}

static uint32_t no_partner(void *ctx, const struct lang_decl *partner, uint32_t organisation) {
    (void)ctx, (void)partner, (void)organisation;
    return 0;
}

static uint32_t unit_number(void *ctx, const struct lang_decl *unit) {
    (void)ctx;
    return 1 + unit->as.unit.number;
}

static struct cf_str no_name(void *ctx, uint32_t subject) {
    (void)ctx, (void)subject;
    return CF_LIT("");
}

static int make_world(void **state) {
    struct cf_arena *a = cf_arena_new("simulate test");
    struct world *w = CF_NEW(a, struct world);
    w->a = a;
    w->errs = cf_errs_new(a);
    w->zone = cf_zone_load(a, "Europe/London", &w->errs);
    bool ok = w->zone && simulate_rates_read(a, "data/rates", &w->errs, &w->rates) &&
              lang_load(a, "policies", w->zone, &w->errs, &w->shipped) &&
              lang_load(a, "test/lang/good", w->zone, &w->errs, &w->worked);
    w->ref = (struct lang_reference){.zone = w->zone,
                                     .school_day = no_school_day,
                                     .partner_of = no_partner,
                                     .unit_subject = unit_number,
                                     .subject_name = no_name,
                                     .first_day = 0,
                                     .last_day = CF_DAY_MAX};
    *state = w;
    if (!ok) {
        cf_errs_print(stderr, &w->errs);
    }
    return ok ? 0 : -1;
}

static int free_world(void **state) {
    struct world *w = *state;
    int failed = 0;
    for (size_t i = 0; i < w->made.n; i++) {
        failed |= system(cf_str_printf(w->a, "rm -rf %s", w->made.v[i]).p);
    }
    cf_arena_free(w->a);
    return failed;
}

static struct simulate_options options(uint64_t seed, uint32_t children) {
    return (struct simulate_options){
        .seed = seed, .children = children, .years = 2, .from = cf_day_of(2024, 1, 1), .until = INT64_MAX};
}

/* ---- What histories are looked at for. */

struct looked {
    const struct lang_set *set;
    uint64_t histories, events, digest, wrong, late_entries, linked;
    uint64_t first_digest; /* of the first 20 histories */
    uint64_t stop_at;
};

static uint64_t over(uint64_t h, const void *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001b3u;
    }
    return h;
}

static uint64_t over_value(uint64_t h, const struct lang_value *v) {
    h = over(h, &v->kind, 1);
    if (v->kind != LANG_V_LIST) {
        return over(h, &v->i, sizeof(v->i));
    }
    for (uint32_t i = 0; i < v->more; i++) {
        h = over_value(h, &v->items[i].v);
    }
    return h;
}

static const struct lang_event *by_seq(const struct lang_history *h, uint64_t seq) {
    for (size_t i = 0; i < h->n; i++) {
        if (h->events[i].seq == seq) {
            return &h->events[i];
        }
    }
    return NULL;
}

/* The checks of the desk's door, and those of the semantics on single events: what must hold of whatever anybody records. */
static bool is_value(const struct lang_field *f, const struct lang_value *v, bool elem) {
    enum lang_type_kind type = elem ? f->type.elem : f->type.kind;
    switch ((enum lang_value_kind)v->kind) {
    case LANG_V_NOT_ASKED:
    case LANG_V_NOT_KNOWN:
    case LANG_V_DECLINED: return !elem;
    case LANG_V_YESNO: return type == LANG_T_YESNO && (v->i == 0 || v->i == 1);
    case LANG_V_WHOLE: return type == LANG_T_WHOLE;
    case LANG_V_FRACTION: return type == LANG_T_FRACTION && v->more > 0;
    case LANG_V_DATE: return type == LANG_T_DATE && v->i > CF_DAY_MIN && v->i < CF_DAY_MAX;
    case LANG_V_INSTANT: return type == LANG_T_INSTANT;
    case LANG_V_DURATION: return type == LANG_T_DURATION;
    case LANG_V_CODE: return type == LANG_T_CODE && v->i >= 0 && (size_t)v->i < f->type.of->as.codes.list.n;
    case LANG_V_SUBJECT: return type == LANG_T_SUBJECT && v->i != 0;
    case LANG_V_EVENT: return type == LANG_T_EVENT;
    case LANG_V_TEXT: return type == LANG_T_TEXT;
    case LANG_V_LIST:
        if (type != LANG_T_SET && !(type == LANG_T_SUBJECT && f->keeping.n)) {
            return false;
        }
        for (uint32_t i = 0; i < v->more; i++) {
            if (type == LANG_T_SET && !is_value(f, &v->items[i].v, true)) {
                return false;
            }
        }
        return v->more > 0;
    }
    return false;
}

static bool is_event(struct looked *x, const struct lang_history *h, const struct lang_event *e) {
    const struct lang_record *r = &x->set->records.v[e->record]->as.record;
    bool ok = e->roles && e->from <= e->to && e->to <= e->recorded && e->actor.n_roles == 1 && e->unit &&
              memcmp(e->id.b, "inv", 3) == 0;
    bool step = r->in.n && !r->in_any;
    ok = ok && (!step || e->n_episodes == 1) && (!step || r->closes_decl || r->opens_decl || e->n_episodes);
    for (uint16_t k = 0; k < e->n_episodes; k++) {
        const struct lang_event *opener = by_seq(h, e->episodes[k]);
        ok = ok && opener && opener->from <= e->from && opener->recorded <= e->recorded &&
             x->set->records.v[opener->record]->as.record.opens_decl;
    }
    for (size_t i = 0; ok && i < r->fields.n; i++) {
        const struct lang_field *f = &r->fields.v[i];
        const struct lang_value *v = &e->fields[i];
        ok = is_value(f, v, false) && (!f->required || f->unless || f->retired || v->kind != LANG_V_NOT_ASKED);
        if (ok && v->kind == LANG_V_EVENT) {
            const struct lang_event *of = by_seq(h, (uint64_t)v->i);
            ok = of && of->record == f->type.of->as.record.number && of->from <= e->from && of->recorded <= e->recorded;
            x->linked++;
        }
    }
    if (!ok && !x->wrong++) {
        fprintf(stderr, "wrong: %s roles %x from %lld to %lld recorded %lld in %u\n",
                cf_cstr(x->set->arena, x->set->records.v[e->record]->name.text), e->roles, (long long)e->from, (long long)e->to,
                (long long)e->recorded, e->n_episodes);
    }
    return ok;
}

static bool look(void *arg, const struct lang_history *h) {
    struct looked *x = arg;
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        const struct lang_record *r = &x->set->records.v[e->record]->as.record;
        (void)is_event(x, h, e);
        x->wrong +=
            i && (h->events[i - 1].from > e->from || (h->events[i - 1].from == e->from && h->events[i - 1].seq > e->seq));
        x->late_entries += e->recorded > e->to + 3000;
        x->digest = over(over(over(x->digest, e->id.b, 16), &e->from, 8), &e->recorded, 8);
        for (size_t f = 0; f < r->fields.n; f++) {
            x->digest = over_value(x->digest, &e->fields[f]);
        }
    }
    x->histories++;
    x->events += h->n;
    x->first_digest = x->histories == 20 ? x->digest : x->first_digest;
    return !x->stop_at || x->histories < x->stop_at;
}

static struct looked simulate(struct world *w, const struct lang_set *set, const struct simulate_options *o,
                              struct simulate_report *report) {
    struct looked x = {.set = set};
    bool ok = simulate_histories(set, &w->ref, w->rates, o, look, &x, report, &w->errs);
    assert_true(ok);
    return x;
}

/* ---- The draw. */

static void the_same_key_draws_the_same_and_another_key_another(void **state) {
    (void)state;
    struct sim_rng x = sim_rng_of(7), y = sim_rng_of(7), z = sim_rng_of(8);
    uint64_t first = sim_next(&x);
    assert_int_equal(first, sim_next(&y));
    assert_int_not_equal(first, sim_next(&z));
}

static void draws_stay_within_bounds_and_spread_evenly(void **state) {
    (void)state;
    struct sim_rng r = sim_rng_of(3);
    uint32_t seen[10] = {0};
    for (int i = 0; i < 100000; i++) {
        seen[sim_below(&r, 10)]++;
    }
    for (int i = 0; i < 10; i++) {
        assert_in_range(seen[i], 9500, 10500);
    }
    assert_int_equal(sim_below(&r, 0), 0);
    assert_int_equal(sim_between(&r, 5, 5), 5);
    for (int i = 0; i < 1000; i++) {
        int64_t v = sim_between(&r, -3, 4);
        assert_true(v >= -3 && v <= 4);
    }
}

static void weights_are_drawn_as_they_say_and_none_means_evenly(void **state) {
    (void)state;
    struct sim_rng r = sim_rng_of(4);
    const uint64_t weights[] = {0, 700, 300}, none[] = {0, 0};
    uint32_t seen[3] = {0}, even[2] = {0};
    for (int i = 0; i < 20000; i++) {
        seen[sim_weighted(&r, weights, 3)]++;
        even[sim_weighted(&r, none, 2)]++;
    }
    assert_int_equal(seen[0], 0);
    assert_in_range(seen[1], 13700, 14300);
    assert_in_range(even[0], 9700, 10300);
}

static void ids_begin_with_inv_and_differ(void **state) {
    (void)state;
    for (uint64_t k = 0; k < 1000; k++) {
        struct cf_id x = sim_id(k), y = sim_id(k + 1);
        assert_memory_equal(x.b, "inv", 3);
        assert_false(cf_id_eq(x, y));
        assert_true(cf_id_eq(x, sim_id(k)));
    }
}

static void a_misspelt_name_is_another_name_by_one_slip(void **state) {
    struct world *w = *state;
    struct sim_rng r = sim_rng_of(5);
    for (int i = 0; i < 2000; i++) {
        struct cf_str name = w->rates->given.v[sim_below(&r, (uint32_t)w->rates->given.n)];
        struct cf_str slip = sim_misspell(w->a, name, &r);
        assert_false(cf_str_eq(name, slip));
        assert_true(cf_str_distance(name, slip, 3) <= 2);
    }
    assert_text(sim_misspell(w->a, CF_LIT("Jo"), &r), "Joh");
}

/* ---- Rates. */

static const char *new_folder(struct world *w) {
    struct cf_str folder = cf_str_printf(w->a, "%s/cf-simulate-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    char *path = cf_memdup(w->a, cf_cstr(w->a, folder), folder.n + 1);
    assert_non_null(mkdtemp(path));
    *cf_push(w->a, &w->made) = path;
    return path;
}

static void refused(struct world *w, const char *rows, const char *message) {
    const char *path = new_folder(w);
    struct cf_errs errs = cf_errs_new(w->a);
    struct simulate_rates *rates;
    struct cf_str names;
    assert_true(cf_read_file(w->a, "data/rates/names.tsv", 100000, &names, &errs));
    assert_true(cf_write_file(cf_str_printf(w->a, "%s/open-data.tsv", path).p, CF_LIT("# none\n"), &errs));
    assert_true(cf_write_file(cf_str_printf(w->a, "%s/simulation.tsv", path).p, cf_str_from(rows), &errs));
    assert_true(cf_write_file(cf_str_printf(w->a, "%s/names.tsv", path).p, names, &errs));
    assert_false(simulate_rates_read(w->a, path, &errs, &rates));
    assert_true(errs.n > 0);
    if (!strstr(cf_cstr(w->a, errs.v[0].msg), message)) {
        fail_msg("got: %s, expected: %s", cf_cstr(w->a, errs.v[0].msg), message);
    }
    assert_true(errs.v[0].hint.n > 0);
    assert_int_equal(errs.v[0].code, CF_X001);
}

static void a_row_that_cannot_be_used_says_what_is_wrong_with_it(void **state) {
    struct world *w = *state;
    refused(w, "share\tlate\t*\t0.1\n", "five columns");
    refused(w, "shares\tlate\t*\t0.1\tx\n", "shares is no kind of row");
    refused(w, "share\tlat\t*\t0.1\tx\n", "lat is no share");
    refused(w, "share\tlate\t*\t1.5\tx\n", "1.5 is too much here");
    refused(w, "share\tlate\t*\t-0.5\tx\n", "-0.5 is no number");
    refused(w, "share\tlate\t*\t0.1.2\tx\n", "is no number");
    refused(w, "rate\tstop_search\tyearly\t0.1\tx\n", "yearly is no kind of rate");
    refused(w, "people\tmet\t*\t0\tx\n", "nobody is met");
    refused(w, "people\tyoungest\t*\t30\tx\n", "youngest is older");
    refused(w, "age\tten\t*\t1\tx\n", "ten is no age");
    refused(w, "hour\t*\t24\t1\tx\n", "24 is no hour");
    refused(w, "draw\ta.b\t*\tbirthday\tx\n", "birthday is no thing that can be drawn");
    refused(w, "life\ta\t*\tbrith\tx\n", "brith is no thing that happens in a life");
    refused(w, "sex\tmail\t*\t0.5\tx\n", "mail is no sex");
}

static void names_without_one_of_their_four_kinds_are_an_error(void **state) {
    struct world *w = *state;
    const char *path = new_folder(w);
    struct cf_errs errs = cf_errs_new(w->a);
    struct simulate_rates *rates;
    assert_true(cf_write_file(cf_str_printf(w->a, "%s/open-data.tsv", path).p, CF_LIT("# none\n"), &errs));
    assert_true(cf_write_file(cf_str_printf(w->a, "%s/simulation.tsv", path).p, CF_LIT("# none\n"), &errs));
    assert_true(cf_write_file(cf_str_printf(w->a, "%s/names.tsv", path).p, CF_LIT("given\tAldrivo\n"), &errs));
    assert_false(simulate_rates_read(w->a, path, &errs, &rates));
    assert_int_equal(errs.v[0].code, CF_X002);
}

static void policies_without_a_record_about_a_person_cannot_be_simulated(void **state) {
    struct world *w = *state;
    const char *path = new_folder(w);
    struct cf_errs errs = cf_errs_new(w->a);
    struct simulate_options o = options(1, 5);
    struct looked x = {0};
    static const char text[] = "policy test.nobody \"Nobody\"\n    owner     some_unit\n    serves    S1\n"
                               "    in force  from 2000-01-01\n    cites     law \"A law\"\n\n"
                               "role constable \"Constable\" rank 1\n\nunit some_unit \"Some unit\"\n";
    assert_true(cf_write_file(cf_str_printf(w->a, "%s/a.policy", path).p, cf_str_from(text), &errs));
    struct lang_set *set;
    if (!lang_load(w->a, path, w->zone, &errs, &set)) {
        cf_errs_print(stderr, &errs);
        fail_msg("the policy does not load");
    }
    errs = cf_errs_new(w->a);
    assert_false(simulate_histories(set, &w->ref, w->rates, &o, look, &x, NULL, &errs));
    assert_int_equal(errs.v[0].code, CF_X004);
}

static void a_missing_folder_of_rates_is_an_error(void **state) {
    struct world *w = *state;
    struct cf_errs errs = cf_errs_new(w->a);
    struct simulate_rates *rates;
    assert_false(simulate_rates_read(w->a, "data/no-such-rates", &errs, &rates));
    assert_true(errs.failures > 0);
}

static void every_shipped_row_says_where_it_comes_from_and_names_say_that_they_are_invented(void **state) {
    struct world *w = *state;
    assert_true(w->rates->rate.n > 5 && w->rates->weight.n > 30 && w->rates->given.n >= 50);
    for (size_t i = 0; i < w->rates->sentence.n; i++) {
        const char *s = cf_cstr(w->a, w->rates->sentence.v[i]);
        assert_true(strstr(s, "nvented") || strstr(s, "made up") || strstr(s, "Made up") || strstr(s, "Made-up") ||
                    strstr(s, "No real event"));
    }
}

/* ---- Histories. */

static void the_same_seed_gives_the_same_and_another_seed_another(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(1, 120), p = options(2, 120);
    struct looked x = simulate(w, w->shipped, &o, NULL), y = simulate(w, w->shipped, &o, NULL),
                  z = simulate(w, w->shipped, &p, NULL);
    assert_int_equal(x.digest, y.digest);
    assert_int_equal(x.events, y.events);
    assert_int_not_equal(x.digest, z.digest);
}

static void more_children_leave_the_first_ones_as_they_were(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(1, 40), p = options(1, 80);
    assert_int_equal(simulate(w, w->worked, &o, NULL).first_digest, simulate(w, w->worked, &p, NULL).first_digest);
}

static void every_event_of_the_shipped_policies_is_one_that_could_be_recorded(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(3, 400);
    struct looked x = simulate(w, w->shipped, &o, NULL);
    assert_int_equal(x.wrong, 0);
    assert_true(x.events > 1500 && x.linked > 20);
}

/* No row of the rates may be needed for a policy to be simulated: the worked ones have only few. */
static void the_worked_policies_are_simulated_without_code_for_any_of_them(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(3, 300);
    struct simulate_report report;
    struct looked x = simulate(w, w->worked, &o, &report);
    assert_int_equal(x.wrong, 0);
    for (size_t i = 0; i < report.n_records; i++) {
        const struct lang_record *r = &report.records[i]->as.record;
        bool personal = r->roles.n && r->roles.v[0].kind == LANG_PERSON;
        if (personal && !r->built_in && !report.by_record[i]) {
            fail_msg("nothing was simulated of %s", cf_cstr(w->a, report.records[i]->name.text));
        }
    }
}

static void shares_come_out_as_the_rates_state_them(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(5, 1600);
    struct simulate_report r;
    (void)simulate(w, w->worked, &o, &r);
    static const enum simulate_share general[] = {SIMULATE_LATE, SIMULATE_MISSING, SIMULATE_OUT_OF_ORDER, SIMULATE_WRONG_RANK,
                                                  SIMULATE_KEPT, SIMULATE_REPEAT,  SIMULATE_ENTERED_LATE};
    for (size_t i = 0; i < CF_COUNT(general); i++) {
        enum simulate_share s = general[i];
        double stated = (double)w->rates->share[s] / SIM_ONE, drawn = (double)r.drawn[s] / (double)r.asked[s];
        if (r.asked[s] < 500 || drawn < stated - 0.03 || drawn > stated + 0.03) {
            fail_msg("%s: stated %.3f, drawn %.3f of %llu", simulate_share_word(s), stated, drawn,
                     (unsigned long long)r.asked[s]);
        }
    }
}

static void contacts_come_as_often_as_the_open_data_say_and_fall_on_few(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(6, 2000);
    struct simulate_report r;
    (void)simulate(w, w->shipped, &o, &r);
    uint64_t searches = r.by_record[lang_find(w->shipped, "stop_search")->as.record.number];
    /* 0.029 a year for each child of London, one in fifty of whom is simulated, two years, fewer for the youngest and the
     * oldest */
    assert_in_range(searches, 2800, 6800);
    assert_true(r.most_contacts > 30);
    assert_in_range(r.doubles, 70, 170);
    assert_in_range(r.families, 900, 1500);
}

/* ---- Answers that hang together: what is offered is what was decided, what is decided is open. */

struct together {
    const struct lang_set *set;
    uint32_t offer, decision, words; /* records */
    int admits, caution;             /* codes */
    uint64_t offers, as_decided, decided, cautions, cautions_open;
};

static const struct lang_field *field_called(const struct lang_set *set, uint32_t record, const char *name, size_t *at) {
    const struct lang_record *r = &set->records.v[record]->as.record;
    for (*at = 0; *at < r->fields.n; (*at)++) {
        if (cf_str_is(r->fields.v[*at].name.text, name)) {
            return &r->fields.v[*at];
        }
    }
    fail_msg("no field %s", name);
    return NULL;
}

static int code_called(const struct lang_set *set, uint32_t record, const char *field, const char *code) {
    size_t at;
    const struct lang_decl *codes = field_called(set, record, field, &at)->type.of;
    for (size_t i = 0; i < codes->as.codes.list.n; i++) {
        if (cf_str_is(codes->as.codes.list.v[i].name.text, code)) {
            return (int)i;
        }
    }
    fail_msg("no code %s", code);
    return -1;
}

/* The answer of the last such event of an episode before position `end` of the history; -1: none, or not a code. */
static int64_t last_answer(const struct together *x, const struct lang_history *h, size_t end, uint64_t episode,
                           uint32_t record, const char *field) {
    size_t at;
    int64_t found = -1;
    (void)field_called(x->set, record, field, &at);
    for (size_t i = 0; i < end; i++) {
        const struct lang_event *e = &h->events[i];
        if (e->record == record && e->n_episodes && e->episodes[0] == episode) {
            found = e->fields[at].kind == LANG_V_CODE ? e->fields[at].i : -1;
        }
    }
    return found;
}

static bool look_together(void *arg, const struct lang_history *h) {
    struct together *x = arg;
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        uint64_t episode = e->n_episodes ? e->episodes[0] : 0;
        if (e->record == x->offer) {
            int64_t decided = last_answer(x, h, i, episode, x->decision, "disposal");
            int64_t offered = last_answer(x, h, i + 1, episode, x->offer, "route");
            x->offers += decided >= 0 && offered >= 0;
            x->as_decided += decided >= 0 && decided == offered;
        } else if (e->record == x->decision) {
            int64_t said = last_answer(x, h, i, episode, x->words, "answer");
            x->decided++;
            bool caution = said >= 0 && last_answer(x, h, i + 1, episode, x->decision, "disposal") == x->caution;
            x->cautions += caution;
            x->cautions_open += caution && said == x->admits;
        }
    }
    return true;
}

static void what_is_offered_was_mostly_decided_and_what_is_decided_mostly_open(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(8, 2500);
    struct together x = {.set = w->shipped,
                         .offer = lang_find(w->shipped, "disposal_offered")->as.record.number,
                         .decision = lang_find(w->shipped, "disposal_decision")->as.record.number,
                         .words = lang_find(w->shipped, "child_answers")->as.record.number};
    x.admits = code_called(w->shipped, x.words, "answer", "admits");
    x.caution = code_called(w->shipped, x.decision, "disposal", "youth_caution");
    assert_true(simulate_histories(w->shipped, &w->ref, w->rates, &o, look_together, &x, NULL, &w->errs));
    assert_true(x.offers > 100 && x.cautions > 5);
    assert_true(x.as_decided * 10 > x.offers * 7 && x.as_decided < x.offers);
    assert_true(x.cautions_open * 10 > x.cautions * 5);
}

static void nothing_happens_after_the_last_instant_and_what_lies_ahead_is_counted(void **state) {
    struct world *w = *state;
    struct simulate_options all = options(7, 150), half = all;
    half.until = cf_day_start(w->zone, cf_day_of(2024, 12, 31));
    struct simulate_report whole, part;
    (void)simulate(w, w->shipped, &all, &whole);
    (void)simulate(w, w->shipped, &half, &part);
    assert_int_equal(whole.ahead, 0);
    assert_true(part.ahead > 0 && part.events < whole.events);
}

static void a_callback_may_stop_it(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(1, 1000000);
    struct looked x = {.set = w->shipped, .stop_at = 7};
    assert_true(simulate_histories(w->shipped, &w->ref, w->rates, &o, look, &x, NULL, &w->errs));
    assert_int_equal(x.histories, 7);
}

static void a_beginning_in_the_future_is_refused(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(1, 10);
    struct cf_errs errs = cf_errs_new(w->a);
    struct looked x = {.set = w->shipped};
    o.until = cf_day_start(w->zone, cf_day_of(2023, 12, 1));
    assert_false(simulate_histories(w->shipped, &w->ref, w->rates, &o, look, &x, NULL, &errs));
    assert_int_equal(errs.v[0].code, CF_X003);
    assert_text(errs.v[0].msg, "2024-01-01 has not come yet");
}

/* ---- The truth. */

static void every_second_record_differs_from_the_first_as_the_truth_says(void **state) {
    struct world *w = *state;
    struct simulate_options o = options(8, 500);
    struct simulate_report report;
    struct sim_plan *plan;
    struct sim_world world;
    sim_report_make(w->a, w->shipped, &report);
    assert_true(sim_plan_make(w->a, w->shipped, w->rates, &w->errs, &plan));
    assert_true(sim_world_make(w->a, plan, &o, &w->ref, &report, &w->errs, &world));
    uint32_t doubles = 0;
    for (uint32_t n = 0; n < 500; n++) {
        struct sim_family f;
        struct sim_child c;
        sim_family_make(&world, n, n * 4, w->a, &f);
        sim_child_make(&world, &f, 0, w->a, &c);
        const struct sim_entry *x = &c.entries[0], *y = &c.entries[1];
        if (c.n_entries < 2) {
            continue;
        }
        doubles++;
        assert_false(cf_id_eq(x->who.id, y->who.id));
        assert_true(y->altered.n > 0);
        assert_int_equal(!cf_str_eq(x->given, y->given), strstr(cf_cstr(w->a, y->altered), "given_name") != NULL);
        assert_int_equal(!cf_str_eq(x->family, y->family), strstr(cf_cstr(w->a, y->altered), "family_name") != NULL);
        assert_int_equal(x->born != y->born, strstr(cf_cstr(w->a, y->altered), "born") != NULL);
    }
    assert_true(doubles > 10);
}

static void the_truth_keeps_the_rows_of_other_runs_and_is_the_same_when_written_again(void **state) {
    struct world *w = *state;
    const char *path = cf_cstr(w->a, cf_str_printf(w->a, "%s/x-truth.tsv", new_folder(w)));
    struct cf_str first, second;
    assert_true(sim_truth_write(path, CF_LIT("aa\t1-0\n"), w->a, &w->errs));
    assert_true(sim_truth_write(path, CF_LIT("bb\t2-0\ncc\t2-1\n"), w->a, &w->errs));
    assert_true(cf_read_file(w->a, path, 10000, &first, &w->errs));
    assert_true(sim_truth_write(path, CF_LIT("bb\t2-0\ncc\t2-1\n"), w->a, &w->errs));
    assert_true(cf_read_file(w->a, path, 10000, &second, &w->errs));
    assert_true(cf_str_eq(first, second));
    assert_true(cf_str_ends(first, CF_LIT("altered\naa\t1-0\nbb\t2-0\ncc\t2-1\n")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_key_draws_the_same_and_another_key_another),
        cmocka_unit_test(draws_stay_within_bounds_and_spread_evenly),
        cmocka_unit_test(weights_are_drawn_as_they_say_and_none_means_evenly),
        cmocka_unit_test(ids_begin_with_inv_and_differ),
        cmocka_unit_test(a_misspelt_name_is_another_name_by_one_slip),
        cmocka_unit_test(a_row_that_cannot_be_used_says_what_is_wrong_with_it),
        cmocka_unit_test(names_without_one_of_their_four_kinds_are_an_error),
        cmocka_unit_test(policies_without_a_record_about_a_person_cannot_be_simulated),
        cmocka_unit_test(a_missing_folder_of_rates_is_an_error),
        cmocka_unit_test(every_shipped_row_says_where_it_comes_from_and_names_say_that_they_are_invented),
        cmocka_unit_test(the_same_seed_gives_the_same_and_another_seed_another),
        cmocka_unit_test(more_children_leave_the_first_ones_as_they_were),
        cmocka_unit_test(every_event_of_the_shipped_policies_is_one_that_could_be_recorded),
        cmocka_unit_test(the_worked_policies_are_simulated_without_code_for_any_of_them),
        cmocka_unit_test(shares_come_out_as_the_rates_state_them),
        cmocka_unit_test(contacts_come_as_often_as_the_open_data_say_and_fall_on_few),
        cmocka_unit_test(what_is_offered_was_mostly_decided_and_what_is_decided_mostly_open),
        cmocka_unit_test(nothing_happens_after_the_last_instant_and_what_lies_ahead_is_counted),
        cmocka_unit_test(a_callback_may_stop_it),
        cmocka_unit_test(a_beginning_in_the_future_is_refused),
        cmocka_unit_test(every_second_record_differs_from_the_first_as_the_truth_says),
        cmocka_unit_test(the_truth_keeps_the_rows_of_other_runs_and_is_the_same_when_written_again),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
