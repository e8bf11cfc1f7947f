/* Invented people in a ledger: the same again adds nothing, what has happened since comes later, all of it may be recorded, the
 * truth names them all. */
#include "unit/unit.h"

#include <unistd.h>

#include "simulate/priv.h"

static char folder[128], truth[160];
static struct cf_arena *arena;
static struct cf_errs errs;
static struct desk *desk;
static struct simulate_rates *rates;

static void set_day(int32_t day) {
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)day * 86400 * 1000000);
    setenv("CF_NOW", text, 1);
}

static void must(bool ok) {
    if (!ok) {
        cf_errs_print(stderr, &errs);
        fail_msg("it failed where it should not");
    }
}

static int begin(void **state) {
    (void)state;
    bool changed;
    snprintf(folder, sizeof folder, "/tmp/childfirst-fill-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena = cf_arena_new("fill test");
    errs = cf_errs_new(arena);
    set_day(cf_day_of(2025, 3, 1));
    snprintf(truth, sizeof truth, "%s/t.db-truth.tsv", folder);
    const char *db = cf_cstr(arena, cf_str_printf(arena, "%s/t.db", folder));
    struct desk_options o = {.db = db, .write = true, .create = true, .force = "test", .calendars = "data/calendars"};
    must(desk_open(arena, &o, &errs, &desk));
    must(desk_adopt(desk, "policies", "test", &changed, &errs));
    must(simulate_rates_read(arena, "data/rates", &errs, &rates));
    return 0;
}

static int end(void **state) {
    (void)state;
    desk_close(desk);
    cf_arena_free(arena);
    unsetenv("CF_NOW");
    char command[160];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? 0 : -1;
}

static struct simulate_options options(uint64_t seed, int32_t until) {
    return (struct simulate_options){.seed = seed,
                                     .children = 60,
                                     .years = 2,
                                     .from = cf_day_of(2024, 1, 1),
                                     .until = cf_day_start(desk_reference(desk)->zone, until) - 1};
}

static struct simulate_report fill(const struct simulate_options *o) {
    struct simulate_report r;
    must(simulate_fill(desk, rates, o, truth, NULL, NULL, arena, &r, &errs));
    return r;
}

static void the_same_again_adds_nothing_and_later_what_has_happened_since(void **state) {
    (void)state;
    struct simulate_options o = options(1, cf_day_of(2025, 2, 28));
    uint64_t before = ledger_size(desk_ledger(desk));
    struct simulate_report first = fill(&o);
    uint64_t filled = ledger_size(desk_ledger(desk));
    assert_true(first.events > 200 && first.ahead > 10);
    assert_int_equal(first.known, 0);
    assert_int_equal(filled - before, first.events);
    struct simulate_report again = fill(&o);
    assert_int_equal(again.events, first.events);
    assert_int_equal(again.known, first.events);
    assert_int_equal(ledger_size(desk_ledger(desk)), filled);
    set_day(cf_day_of(2026, 6, 1));
    o.until = options(1, cf_day_of(2026, 6, 1)).until;
    struct simulate_report later = fill(&o);
    assert_int_equal(later.known, first.events);
    assert_true(later.events > first.events);
}

static void another_seed_brings_other_people(void **state) {
    (void)state;
    struct simulate_options o = options(1, cf_day_of(2025, 2, 28)), p = options(2, cf_day_of(2025, 2, 28));
    (void)fill(&o);
    assert_int_equal(fill(&p).known, 0);
}

/* The number of lines of a file that do not begin with #. */
static size_t lines(const char *path, struct cf_str needle, size_t *with) {
    struct cf_str text, line;
    size_t n = 0;
    must(cf_read_file(arena, path, 1u << 24, &text, &errs));
    *with = 0;
    while (cf_str_split(&text, '\n', &line)) {
        if (line.n && line.p[0] != '#') {
            n++;
            *with += memmem(line.p, line.n, needle.p, needle.n) != NULL;
        }
    }
    return n;
}

static void the_truth_names_every_record_of_every_child(void **state) {
    (void)state;
    size_t second;
    struct simulate_options o = options(3, cf_day_of(2025, 2, 28));
    o.children = 150;
    struct simulate_report r = fill(&o);
    assert_int_equal(r.children, 150);
    assert_true(r.doubles > 0);
    assert_int_equal(lines(truth, CF_LIT("\t2\t"), &second), 150 + r.doubles);
    assert_int_equal(second, r.doubles);
}

static bool count_invented(void *arg, const struct lang_history *h, struct cf_errs *e) {
    uint64_t *n = arg;
    (void)e;
    *n += memcmp(h->subject_id.b, "inv", 3) == 0 && h->n > 0;
    return true;
}

static void every_person_has_a_history_and_a_docket_and_an_id_that_says_invented(void **state) {
    (void)state;
    struct simulate_options o = options(4, cf_day_of(2025, 2, 28));
    struct simulate_report r = fill(&o);
    uint64_t people = 0, judged = 0;
    must(desk_each_subject(desk, LANG_PERSON, count_invented, &people, &errs));
    assert_int_equal(people, r.children + r.doubles);
    must(desk_sweep(desk, cf_now_us() / 1000000, 0, NULL, NULL, &judged, &errs));
    assert_true(judged >= people);
    struct desk_counts counts;
    must(desk_counts(desk, &counts, &errs));
    assert_true(counts.gates_kept > 0);
    assert_int_equal(counts.gates_not_in_source, 0); /* simulated events are not imported ones */
    assert_int_equal(counts.duties_not_in_source, 0);
}

/* The door that people use refuses what is incomplete; the bulk lane does not ask. A record that went in through the lane is
 * what the door would have taken: its twin goes through. */
struct twins {
    uint64_t tried;
};

static bool through_the_door(void *arg, const struct lang_history *h, struct cf_errs *e) {
    struct twins *t = arg;
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_decl *record = desk_set(desk)->records.v[h->events[i].record];
        const struct lang_record *r = &record->as.record;
        struct desk_value *fields = CF_NEW_N(arena, struct desk_value, r->fields.n + 1);
        struct ledger_event there;
        must(ledger_read_id(desk_ledger(desk), h->events[i].id, arena, &there, e));
        assert_int_equal(there.d.source.n, 0);
        for (size_t f = 0; f < r->fields.n; f++) {
            fields[f].v = h->events[i].fields[f];
            if (fields[f].v.kind == LANG_V_SUBJECT || fields[f].v.kind == LANG_V_LIST || fields[f].v.kind == LANG_V_EVENT) {
                fields[f].v =
                    (struct lang_value){.kind = LANG_V_NOT_KNOWN}; /* by number here, by id there: known to be answered */
            }
            fields[f].text = CF_LIT("Invented words.");
        }
        struct desk_about about = {.role = 0, .subject = h->subject_id};
        struct desk_entry entry = {.record = record,
                                   .from = h->events[i].from,
                                   .to = h->events[i].to,
                                   .about = &about,
                                   .n_about = 1,
                                   .episodes = there.d.episodes,
                                   .n_episodes = there.d.n_episodes,
                                   .fields = fields};
        struct ledger_receipt receipt;
        if (t->tried++ < 150) {
            must(desk_record(desk, &entry, arena, &receipt, NULL, e));
        }
    }
    return true;
}

struct copies {
    CF_VEC(struct lang_history);
};

static bool copy_history(void *arg, const struct lang_history *h, struct cf_errs *e) {
    (void)e;
    struct lang_history *copy = cf_push(arena, (struct copies *)arg);
    struct lang_event *events = cf_memdup(arena, h->events, h->n * sizeof(*events));
    for (size_t i = 0; i < h->n; i++) {
        size_t n = desk_set(desk)->records.v[events[i].record]->as.record.fields.n;
        events[i].fields = n ? cf_memdup(arena, events[i].fields, n * sizeof(*events[i].fields)) : NULL;
    }
    *copy = *h;
    copy->events = events;
    return true;
}

static void what_went_in_by_the_bulk_lane_the_door_would_take(void **state) {
    (void)state;
    struct simulate_options o = options(5, cf_day_of(2025, 2, 28));
    struct copies copies = {0};
    struct twins t = {0};
    (void)fill(&o);
    must(desk_each_subject(desk, LANG_PERSON, copy_history, &copies, &errs));
    for (size_t i = 0; i < copies.n; i++) {
        must(through_the_door(&t, &copies.v[i], &errs));
    }
    assert_true(t.tried >= 150);
}

static void a_seed_simulated_under_other_rates_says_what_to_do(void **state) {
    (void)state;
    struct simulate_options o = options(1, cf_day_of(2025, 2, 28));
    struct simulate_report r;
    (void)fill(&o);
    rates->share[SIMULATE_UNKNOWN] = 500000;
    assert_false(simulate_fill(desk, rates, &o, truth, NULL, NULL, arena, &r, &errs));
    assert_int_equal(errs.v[errs.n - 1].code, CF_E017);
    assert_text(errs.v[errs.n - 1].hint,
                "Policies or rates changed since this seed was simulated here: take another --seed, or a new database.");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_again_adds_nothing_and_later_what_has_happened_since, begin, end),
        cmocka_unit_test_setup_teardown(another_seed_brings_other_people, begin, end),
        cmocka_unit_test_setup_teardown(the_truth_names_every_record_of_every_child, begin, end),
        cmocka_unit_test_setup_teardown(every_person_has_a_history_and_a_docket_and_an_id_that_says_invented, begin, end),
        cmocka_unit_test_setup_teardown(what_went_in_by_the_bulk_lane_the_door_would_take, begin, end),
        cmocka_unit_test_setup_teardown(a_seed_simulated_under_other_rates_says_what_to_do, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
