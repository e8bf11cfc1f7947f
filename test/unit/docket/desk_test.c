/* desk: what is derived equals what is derived anew, under random records, corrections, withdrawals, merges, splits and
 * erasures; what was known at an instant is what was said then; nothing stale is shown. People in here are invented. */
#include "unit/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "docket/docket.h"

static char folder[128];
static struct cf_arena *arena;
static struct cf_errs errs;
static struct desk *desk;
static int64_t clock_s; /* the program's clock, moved by hand */

static void set_clock(int64_t s) {
    char text[32];
    clock_s = s;
    snprintf(text, sizeof text, "%lld", (long long)s * 1000000);
    setenv("CF_NOW", text, 1);
}

static void must(bool ok) {
    if (!ok) {
        cf_errs_print(stderr, &errs);
        fail_msg("it failed where it should not");
    }
}

static void open_desk(bool create) {
    char path[160];
    snprintf(path, sizeof path, "%s/t.db", folder);
    struct desk_options o = {.db = cf_cstr(arena, cf_str_dup(arena, cf_str_from(path))),
                             .write = true,
                             .create = create,
                             .force = "test",
                             .calendars = "data/calendars"};
    must(desk_open(arena, &o, &errs, &desk));
}

static int begin(void **state) {
    (void)state;
    bool changed;
    snprintf(folder, sizeof folder, "/tmp/childfirst-desk-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena = cf_arena_new("desk test");
    errs = cf_errs_new(arena);
    set_clock(1717412400); /* 2024-06-03 12:00 London */
    open_desk(true);
    must(desk_adopt(desk, "policies", "test", &changed, &errs));
    assert_true(changed);
    return 0;
}

static int end(void **state) {
    (void)state;
    char command[200];
    desk_close(desk);
    cf_arena_free(arena);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    unsetenv("CF_NOW");
    return system(command) == 0 ? 0 : -1;
}

/* ---- Recording in a line. */

static const struct lang_decl *record_named(const char *name) {
    const struct lang_decl *r = lang_find(desk_set(desk), name);
    assert_non_null(r);
    return r;
}

static int field_of(const struct lang_decl *r, const char *name) {
    for (size_t i = 0; i < r->as.record.fields.n; i++) {
        if (cf_str_is(r->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    fail_msg("no field %s", name);
    return -1;
}

static struct desk_value code(const struct lang_decl *r, int field, const char *name) {
    const struct lang_decl *codes = r->as.record.fields.v[field].type.of;
    for (size_t i = 0; i < codes->as.codes.list.n; i++) {
        if (cf_str_is(codes->as.codes.list.v[i].name.text, name)) {
            return (struct desk_value){.v = {.kind = LANG_V_CODE, .i = (int64_t)i}};
        }
    }
    fail_msg("no code %s", name);
    return (struct desk_value){0};
}

/* Every field answered "not known", so that nothing required is left out. */
static struct desk_value *unknown_fields(const struct lang_decl *r) {
    struct desk_value *v = CF_NEW_N(arena, struct desk_value, r->as.record.fields.n + 1);
    for (size_t i = 0; i < r->as.record.fields.n; i++) {
        v[i].v.kind = LANG_V_NOT_KNOWN;
    }
    return v;
}

static struct cf_id record(const char *name, struct cf_id person, struct cf_id episode, int64_t at, struct desk_value *fields,
                           struct desk_changes *changes) {
    const struct lang_decl *r = record_named(name), *role = r->as.record.by_decls.n ? r->as.record.by_decls.v[0] : NULL;
    struct desk_about about = {.role = 0, .subject = person};
    struct desk_entry e = {.id = ledger_new_id(desk_ledger(desk)),
                           .record = r,
                           .from = at,
                           .to = at,
                           .about = &about,
                           .n_about = 1,
                           .fields = fields,
                           .actor = {{9, 9, 9}},
                           .actor_roles = &role,
                           .n_actor_roles = role ? 1 : 0};
    struct ledger_receipt receipt;
    if (!cf_id_zero(episode)) {
        e.episodes = &episode;
        e.n_episodes = 1;
    }
    must(desk_record(desk, &e, arena, &receipt, changes, &errs));
    return e.id;
}

static struct cf_id new_child(int32_t born) {
    const struct lang_decl *r = record_named("identity");
    struct desk_value *v = unknown_fields(r);
    struct cf_id child = ledger_new_subject(desk_ledger(desk));
    v[field_of(r, "born")].v = (struct lang_value){.kind = LANG_V_DATE, .i = born};
    record("identity", child, (struct cf_id){0}, clock_s - 1, v, NULL);
    return child;
}

static struct cf_id search(struct cf_id child, int64_t at, const char *safeguarding) {
    const struct lang_decl *r = record_named("stop_search");
    struct desk_value *v = unknown_fields(r);
    int f = field_of(r, "safeguarding");
    v[f] = code(r, f, safeguarding);
    return record("stop_search", child, (struct cf_id){0}, at, v, NULL);
}

static struct cf_str docket_text(struct cf_id who, int64_t at, int64_t known_at) {
    struct lang_docket k = {0};
    struct lang_history h;
    const struct lang_set *set;
    const struct lang_reference *ref;
    uint32_t no;
    must(desk_subject_no(desk, who, &no, &errs));
    must(desk_docket(desk, no, at, known_at, arena, &k, &set, &ref, &h, &errs));
    struct cf_buf b = cf_buf_new(arena, 1 << 22);
    lang_docket_json(&b, set, ref, &k);
    struct cf_str text;
    assert_true(cf_buf_finish(&b, &text));
    return text;
}

static void same_after_rebuild(void) {
    struct desk_digests before, after;
    uint64_t done;
    must(desk_sweep(desk, clock_s, 0, NULL, NULL, &done, &errs));
    must(desk_digest(desk, arena, &before, &errs));
    must(desk_rebuild(desk, NULL, NULL, &errs));
    must(desk_digest(desk, arena, &after, &errs));
    for (size_t i = 0; i < before.n; i++) {
        if (before.v[i].rows != after.v[i].rows || memcmp(before.v[i].digest, after.v[i].digest, 32) != 0) {
            fail_msg("table %.*s differs after a rebuild", CF_STR_ARG(before.v[i].table));
        }
    }
}

/* ---- Tests. */

static void recording_judges_before_it_answers(void **state) {
    (void)state;
    struct cf_id child = new_child(14654); /* 2010-02-14 */
    struct desk_changes changes = {0};
    const struct lang_decl *r = record_named("stop_search");
    struct desk_value *v = unknown_fields(r);
    int f = field_of(r, "safeguarding");
    v[f] = code(r, f, "concern_reported");
    record("stop_search", child, (struct cf_id){0}, clock_s - 600, v, &changes);
    bool owed = false;
    for (size_t i = 0; i < changes.n; i++) {
        owed |= changes.v[i].duty && cf_str_is(changes.v[i].duty->rule->name.text, "come_to_notice");
    }
    assert_true(owed);
}

static void the_same_event_twice_is_one_event(void **state) {
    (void)state;
    struct cf_id child = ledger_new_subject(desk_ledger(desk));
    const struct lang_decl *r = record_named("identity");
    struct desk_about about = {.role = 0, .subject = child};
    struct desk_entry e = {.id = ledger_new_id(desk_ledger(desk)),
                           .record = r,
                           .from = clock_s - 5,
                           .to = clock_s - 5,
                           .about = &about,
                           .n_about = 1,
                           .fields = unknown_fields(r)};
    struct ledger_receipt first, second;
    must(desk_record(desk, &e, arena, &first, NULL, &errs));
    must(desk_record(desk, &e, arena, &second, NULL, &errs));
    assert_true(second.again);
    assert_int_equal(first.seq, second.seq);
}

static void what_was_known_then_is_what_was_said_then(void **state) {
    (void)state;
    struct cf_id child = new_child(14654);
    struct {
        int64_t at;
        struct cf_str text;
    } said[8];
    struct cf_id searches[8];
    for (int i = 0; i < 8; i++) {
        set_clock(clock_s + 3600);
        if (i == 5) {
            struct desk_correction fix = {.event = searches[2], .withdraw = true, .reason = CF_LIT("never was")};
            struct ledger_receipt receipt;
            must(desk_correct(desk, &fix, arena, &receipt, NULL, &errs));
        } else {
            searches[i] = search(child, clock_s - 1800, i % 2 ? "concern_reported" : "no_concern");
        }
        said[i].at = clock_s;
        said[i].text = docket_text(child, clock_s, INT64_MAX);
    }
    for (int i = 0; i < 8; i++) {
        assert_text(docket_text(child, said[i].at, said[i].at), cf_cstr(arena, said[i].text));
    }
}

static void a_reader_of_a_stale_docket_judges_for_itself(void **state) {
    (void)state;
    struct cf_id child = new_child(14654);
    struct desk_lines lines;
    search(child, clock_s - 60, "concern_reported");
    must(desk_duties(desk, DESK_OVERDUE, NULL, clock_s, arena, &lines, &errs));
    assert_int_equal(lines.n, 0);
    must(desk_duties(desk, DESK_OVERDUE, NULL, clock_s + 86400 * 2, arena, &lines, &errs)); /* nobody has swept */
    assert_int_equal(lines.n, 1);
}

static void wake_ups_come_in_bounded_steps(void **state) {
    (void)state;
    for (int i = 0; i < 30; i++) {
        search(new_child(14654), clock_s - 60, "concern_reported");
    }
    bool any;
    int64_t at;
    uint64_t done;
    must(desk_sweep(desk, clock_s, 0, NULL, NULL, &done, &errs));
    must(desk_next_wake(desk, &any, &at, &errs));
    assert_true(any);
    assert_true(at > clock_s);
    must(desk_sweep(desk, at, 10, NULL, NULL, &done, &errs));
    assert_int_equal(done, 10);
    must(desk_sweep(desk, at, 0, NULL, NULL, &done, &errs));
    assert_int_equal(done, 20);
}

static void a_desk_that_was_left_behind_catches_up(void **state) {
    (void)state;
    char command[300];
    struct cf_id child = new_child(14654);
    search(child, clock_s - 60, "concern_reported");
    struct cf_str before = docket_text(child, clock_s, INT64_MAX);
    desk_close(desk);
    snprintf(command, sizeof command, "rm %s/t-desk.db*", folder);
    assert_int_equal(system(command), 0);
    open_desk(false);
    assert_text(docket_text(child, clock_s, INT64_MAX), cf_cstr(arena, before));
}

static void duties_keep_their_identity_through_merge_and_split(void **state) {
    (void)state;
    struct cf_id a = new_child(14654), b = new_child(14654);
    search(a, clock_s - 60, "concern_reported");
    search(b, clock_s - 50, "concern_reported");
    struct desk_lines apart, joined, again;
    struct ledger_receipt receipt;
    must(desk_duties(desk, DESK_ALL_OPEN, NULL, clock_s, arena, &apart, &errs));
    must(desk_merge(desk, a, b, CF_LIT("same"), (struct cf_id){{9, 9, 9}}, arena, &receipt, NULL, &errs));
    must(desk_duties(desk, DESK_ALL_OPEN, NULL, clock_s, arena, &joined, &errs));
    struct ledger_event e;
    must(ledger_read(desk_ledger(desk), receipt.seq, arena, &e, &errs));
    must(desk_unmerge(desk, e.d.id, CF_LIT("two cousins"), (struct cf_id){{9, 9, 9}}, arena, &receipt, NULL, &errs));
    must(desk_duties(desk, DESK_ALL_OPEN, NULL, clock_s, arena, &again, &errs));
    assert_int_equal(apart.n, 2);
    assert_int_equal(joined.n, 2);
    assert_int_equal(again.n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(cf_id_eq(apart.v[i].duty.id, joined.v[i].duty.id));
        assert_true(cf_id_eq(apart.v[i].duty.id, again.v[i].duty.id));
    }
    same_after_rebuild();
}

static uint64_t rolls;
static uint32_t roll(uint32_t below) {
    rolls = rolls * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rolls >> 33) % below;
}

struct world {
    struct cf_id people[6], events[64];
    size_t n_events;
    struct cf_id merges[16];
    size_t n_merges;
};

static void random_step(struct world *w) {
    struct ledger_receipt receipt;
    struct ledger_event e;
    struct cf_id who = w->people[roll(6)], what = w->n_events ? w->events[roll((uint32_t)w->n_events)] : (struct cf_id){0};
    set_clock(clock_s + 60 + roll(90000));
    struct cf_errs quiet = cf_errs_new(arena);
    switch (roll(8)) {
    case 0:
    case 1:
    case 2:
    case 3:
        if (w->n_events < 64) {
            w->events[w->n_events++] = search(who, clock_s - 1 - roll(86400 * 30), roll(2) ? "concern_reported" : "no_concern");
        }
        break;
    case 4:
        if (w->n_events) { /* the same search was of somebody else, or at another time */
            struct desk_about about = {.role = 0, .subject = who};
            struct desk_correction fix = {.event = what,
                                          .about = &about,
                                          .n_about = roll(2),
                                          .has_time = true,
                                          .from = clock_s - 5000,
                                          .to = clock_s - 5000};
            (void)!desk_correct(desk, &fix, arena, &receipt, NULL, &quiet);
        }
        break;
    case 5:
        if (w->n_events && roll(3) == 0) {
            struct desk_correction fix = {.event = what, .withdraw = true};
            (void)!desk_correct(desk, &fix, arena, &receipt, NULL, &quiet);
        }
        break;
    case 6:
        if (w->n_merges < 16) {
            struct cf_id other = w->people[roll(6)];
            if (!cf_id_eq(who, other) &&
                desk_merge(desk, who, other, CF_LIT("same"), (struct cf_id){{9, 9, 9}}, arena, &receipt, NULL, &quiet)) {
                must(ledger_read(desk_ledger(desk), receipt.seq, arena, &e, &errs));
                w->merges[w->n_merges++] = e.d.id;
            }
        }
        break;
    default:
        if (w->n_merges) {
            (void)!desk_unmerge(desk, w->merges[roll((uint32_t)w->n_merges)], CF_LIT("not the same"), (struct cf_id){{9, 9, 9}},
                                arena, &receipt, NULL, &quiet);
        }
    }
}

static void whatever_happened_a_rebuild_is_identical(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct world w = {0};
        rolls = seed * 977;
        for (int i = 0; i < 6; i++) {
            w.people[i] = new_child(14000 + (int32_t)roll(2000));
        }
        for (int step = 0; step < 40; step++) {
            random_step(&w);
        }
        same_after_rebuild();
    }
}

/* Thousands at once are gathered and written in another order than one by one; what is left is the same. */
static void a_long_catching_up_is_what_one_by_one_would_leave(void **state) {
    (void)state;
    struct world w = {0};
    rolls = 4711;
    for (int i = 0; i < 6; i++) {
        w.people[i] = new_child(14000 + (int32_t)roll(2000));
    }
    for (int step = 0; step < 20; step++) {
        random_step(&w);
    }
    const struct lang_decl *r = record_named("stop_search");
    struct desk_value *v = unknown_fields(r);
    must(desk_bulk_begin(desk, &errs));
    for (int i = 0; i < 2300; i++) {
        struct desk_about about[2] = {{.subject = w.people[roll(6)]}, {.subject = w.people[roll(6)]}};
        struct desk_entry e = {.record = r,
                               .from = clock_s - 1 - roll(86400 * 700),
                               .about = about,
                               .n_about = roll(9) == 0 && !cf_id_eq(about[0].subject, about[1].subject) ? 2 : 1,
                               .fields = v};
        struct ledger_receipt receipt;
        e.to = e.from;
        must(desk_bulk_add(desk, &e, &receipt, &errs));
    }
    must(desk_bulk_end(desk, &errs));
    for (int step = 0; step < 20; step++) { /* corrections, merges and splits behind them, taken in one by one */
        random_step(&w);
    }
    same_after_rebuild();
}

static void what_is_erased_leaves_no_line_and_a_rebuild_agrees(void **state) {
    (void)state;
    struct cf_id child = new_child(14654), reviewer = new_child(0), approver = new_child(1);
    struct cf_id what = search(child, clock_s - 60, "concern_reported");
    struct ledger_erasure erase = {.event = what,
                                   .scope = LEDGER_WHOLE_EVENT,
                                   .reviewer = reviewer,
                                   .approver = approver,
                                   .authority = CF_LIT("retention"),
                                   .schedule = CF_LIT("s1")};
    struct ledger_receipt receipt;
    uint64_t done;
    must(ledger_erase(desk_ledger(desk), &erase, &receipt, &errs));
    must(desk_forget(desk, &errs));
    must(desk_sweep(desk, clock_s, 0, NULL, NULL, &done, &errs));
    struct desk_lines lines;
    must(desk_duties(desk, DESK_ALL_OPEN, NULL, clock_s, arena, &lines, &errs));
    assert_int_equal(lines.n, 0);
    same_after_rebuild();
}

/* The one line of a duty, whatever else other policies ask for. */
static const struct lang_duty_line *line_of(const struct lang_docket *k, const char *rule) {
    const struct lang_duty_line *found = NULL;
    for (size_t i = 0; i < k->duties.n; i++) {
        if (cf_str_is(k->duties.v[i].rule->name.text, rule)) {
            assert_null(found);
            found = &k->duties.v[i];
        }
    }
    assert_non_null(found);
    return found;
}

/* C5: the report is erased, the duty that it discharged does not come back. */
static void what_ended_on_an_erased_event_stays_as_it_ended(void **state) {
    (void)state;
    struct cf_id child = new_child(14654), reviewer = new_child(0), approver = new_child(1);
    search(child, clock_s - 600, "concern_reported");
    struct cf_id report = record("safeguarding_report", child, (struct cf_id){0}, clock_s - 60,
                                 unknown_fields(record_named("safeguarding_report")), NULL);
    struct lang_docket k = {0};
    struct lang_history h;
    const struct lang_set *set;
    const struct lang_reference *ref;
    uint32_t no;
    must(desk_subject_no(desk, child, &no, &errs));
    must(desk_docket(desk, no, clock_s, INT64_MAX, arena, &k, &set, &ref, &h, &errs));
    const struct lang_duty_line *told = line_of(&k, "come_to_notice");
    assert_int_equal(told->state, LANG_MET_STATE);
    struct ledger_value ended[2] = {ledger_bytes((struct cf_str){(const char *)told->id.b, 16}), ledger_text(CF_LIT("met"))};
    struct ledger_value list = {.type = LEDGER_LIST};
    list.as.list.v = ended;
    list.as.list.n = 2;
    struct ledger_erasure erase = {.event = report,
                                   .scope = LEDGER_WHOLE_EVENT,
                                   .reviewer = reviewer,
                                   .approver = approver,
                                   .authority = CF_LIT("retention"),
                                   .schedule = CF_LIT("s1"),
                                   .ended = &list};
    struct ledger_receipt receipt;
    must(ledger_erase(desk_ledger(desk), &erase, &receipt, &errs));
    must(desk_forget(desk, &errs));
    must(desk_docket(desk, no, clock_s + 86400 * 9, INT64_MAX, arena, &k, &set, &ref, &h, &errs));
    assert_int_equal(k.duties.n, 1);
    assert_int_equal(line_of(&k, "come_to_notice")->state, LANG_MET_STATE);
    same_after_rebuild();
}

static void a_policy_with_errors_never_replaces_a_running_one(void **state) {
    (void)state;
    char path[160], command[600];
    bool changed = true;
    size_t before = desk_set(desk)->policies.n;
    snprintf(path, sizeof path, "%s/wrong", folder);
    snprintf(command, sizeof command, "cp -r policies %s && echo 'duty' >> %s/search/often.policy", path, path);
    assert_int_equal(system(command), 0);
    struct cf_errs quiet = cf_errs_new(arena);
    assert_false(desk_adopt(desk, path, "test", &changed, &quiet));
    assert_true(quiet.failures > 0);
    assert_false(changed);
    assert_int_equal(desk_set(desk)->policies.n, before);
    must(desk_adopt(desk, "policies", "test", &changed, &errs));
    assert_false(changed);
}

static void a_new_policy_is_known_only_from_its_adoption_on(void **state) {
    (void)state;
    char path[160], command[600];
    bool changed;
    struct cf_id child = new_child(14654);
    search(child, clock_s - 60, "concern_reported");
    int64_t then = clock_s;
    struct cf_str before = docket_text(child, then, INT64_MAX);
    set_clock(clock_s + 7200);
    snprintf(path, sizeof path, "%s/changed", folder);
    snprintf(command, sizeof command,
             "cp -r policies %s && sed -i 's/within     *24 hours/within 2 hours/' %s/search/often.policy", path, path);
    assert_int_equal(system(command), 0);
    must(desk_adopt(desk, path, "test", &changed, &errs));
    assert_true(changed);
    struct cf_str now = docket_text(child, then, INT64_MAX);
    assert_false(cf_str_eq(before, now));
    assert_text(docket_text(child, then, then), cf_cstr(arena, before));
    same_after_rebuild();
}

/* An absolute gate judges the first thing that is ever said of a child as it judges the tenth. */
static void an_absolute_gate_refuses_a_new_childs_first_act_too(void **state) {
    (void)state;
    char path[160], command[900];
    bool changed;
    snprintf(path, sizeof path, "%s/guarded", folder);
    snprintf(command, sizeof command,
             "cp -r policies %s && printf '%%s\n' '' 'record told_school \"The program tells a school\"' "
             "'    about     child is person' '    by        constable' '    act' '' "
             "'gate school_may_know \"A school is told of a child who was searched\"' '    absolute' '    before  told_school' "
             "'    needs   a stop_search' '    cites   strategy SEARCH-40' >> %s/search/often.policy",
             path, path);
    assert_int_equal(system(command), 0);
    must(desk_adopt(desk, path, "test", &changed, &errs));
    const struct lang_decl *r = record_named("told_school");
    struct desk_about about = {.role = 0, .subject = ledger_new_subject(desk_ledger(desk))};
    struct desk_entry e = {.record = r, .from = clock_s - 5, .to = clock_s - 5, .about = &about, .n_about = 1};
    struct ledger_receipt receipt;
    struct cf_errs quiet = cf_errs_new(arena);
    uint64_t before = ledger_size(desk_ledger(desk));
    assert_false(desk_record(desk, &e, arena, &receipt, NULL, &quiet));
    assert_int_equal(quiet.v[0].code, CF_L140);
    assert_int_equal(ledger_size(desk_ledger(desk)), before);
    search(about.subject, clock_s - 60, "no_concern");
    must(desk_record(desk, &e, arena, &receipt, NULL, &errs));
}

/* The command line never sends such an answer (CF-C008); a program that calls the desk might. */
static void an_answer_of_the_wrong_type_is_refused_and_nothing_is_kept(void **state) {
    (void)state;
    const struct lang_decl *r = record_named("identity");
    struct desk_value *v = unknown_fields(r);
    int born = field_of(r, "born"), sex = field_of(r, "sex");
    struct desk_about about = {.subject = ledger_new_subject(desk_ledger(desk))};
    struct desk_entry e = {.record = r, .from = clock_s, .to = clock_s, .about = &about, .n_about = 1, .fields = v};
    struct ledger_receipt receipt;
    uint64_t before = ledger_size(desk_ledger(desk));
    v[born].v = (struct lang_value){.kind = LANG_V_YESNO, .i = 1};
    assert_false(desk_record(desk, &e, arena, &receipt, NULL, &errs));
    assert_int_equal(errs.v[errs.n - 1].code, CF_D011);
    v[born].v = (struct lang_value){.kind = LANG_V_NOT_KNOWN};
    v[sex].v = (struct lang_value){.kind = LANG_V_CODE, .i = 99};
    assert_false(desk_record(desk, &e, arena, &receipt, NULL, &errs));
    assert_int_equal(errs.v[errs.n - 1].code, CF_D011);
    assert_int_equal(ledger_size(desk_ledger(desk)), before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define DESK(f) cmocka_unit_test_setup_teardown(f, begin, end)
        DESK(recording_judges_before_it_answers),
        DESK(the_same_event_twice_is_one_event),
        DESK(what_was_known_then_is_what_was_said_then),
        DESK(a_reader_of_a_stale_docket_judges_for_itself),
        DESK(wake_ups_come_in_bounded_steps),
        DESK(a_desk_that_was_left_behind_catches_up),
        DESK(duties_keep_their_identity_through_merge_and_split),
        DESK(whatever_happened_a_rebuild_is_identical),
        DESK(a_long_catching_up_is_what_one_by_one_would_leave),
        DESK(what_is_erased_leaves_no_line_and_a_rebuild_agrees),
        DESK(what_ended_on_an_erased_event_stays_as_it_ended),
        DESK(a_policy_with_errors_never_replaces_a_running_one),
        DESK(a_new_policy_is_known_only_from_its_adoption_on),
        DESK(an_absolute_gate_refuses_a_new_childs_first_act_too),
        DESK(an_answer_of_the_wrong_type_is_refused_and_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
