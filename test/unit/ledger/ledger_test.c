/* The ledger as a whole: what is appended is read again, once each, in order, by one keeper. */
#include "ledger_help.h"

#include <sys/stat.h>
#include <unistd.h>

static void what_is_appended_is_read_again(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "a calm conversation");
    d->to = d->from + 600;
    d->precision = LEDGER_ABOUT;
    d->has_saw = true;
    d->saw = 1;
    d->episodes = &d->id;
    d->n_episodes = 1;
    d->actor_role = 4;
    uint8_t set[32] = {9};
    d->policy_set = (struct cf_str){(const char *)set, 32};
    struct ledger_receipt r = bench_put(b, d);
    assert_int_equal(r.seq, 3);
    assert_false(r.again);
    bench_reopen(b);
    struct ledger_event e;
    bench_ok(b, ledger_read_id(b->l, d->id, b->a, &e, &b->errs));
    assert_int_equal(e.seq, 3);
    assert_int_equal(e.recorded_us, r.recorded_us);
    assert_memory_equal(e.leaf, r.leaf, 32);
    assert_int_equal(e.d.kind, b->kind);
    assert_int_equal(e.d.to - e.d.from, 600);
    assert_int_equal(e.d.precision, LEDGER_ABOUT);
    assert_int_equal(e.d.offset_min, 60);
    assert_true(e.d.has_saw && e.d.saw == 1);
    assert_int_equal(e.d.actor_role, 4);
    assert_int_equal(e.d.policy_set.n, 32);
    assert_true(cf_id_eq(e.d.episodes[0], d->id));
    assert_true(cf_id_eq(e.d.unit, b->unit));
    assert_int_equal(e.parts, 8); /* frame, three people, the unit, two compartments, one narrative */
    const struct ledger_person *p = ledger_person_of(&e, LEDGER_ROLE_TARGET, 0);
    assert_true(cf_id_eq(p->subject, b->child));
    assert_int_equal(p->category, LEDGER_SUSPECT);
    assert_int_equal(ledger_attribute(p, b->age)->as.n, 15);
    assert_null(ledger_person_of(&e, LEDGER_ROLE_TARGET, 1));
    assert_text(ledger_fact(&e, b->grounds)->as.s, "smell of cannabis");
    assert_int_equal(ledger_fact(&e, LEDGER_F_REASON)->type, LEDGER_DECLINED);
    assert_int_equal(ledger_fact(&e, b->told)->type, LEDGER_NOT_KNOWN);
    assert_null(ledger_fact(&e, LEDGER_F_HASH));
    assert_text(e.d.words[0].text, "a calm conversation");
    assert_true(e.d.words[0].opinion);
    bench_verified(b, b->l);
    bench_free(b);
}

static void the_same_id_sent_again_is_one_event_and_the_same_receipt(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "once");
    struct ledger_receipt first = bench_put(b, d);
    for (int i = 0; i < 5; i++) {
        struct ledger_receipt r = bench_put(b, d);
        assert_true(r.again);
        assert_int_equal(r.seq, first.seq);
        assert_int_equal(r.recorded_us, first.recorded_us);
        assert_memory_equal(r.leaf, first.leaf, 32);
    }
    assert_int_equal(ledger_size(b->l), first.seq + 1);
    struct ledger_draft other = *d;
    other.from = other.to = d->from + 1;
    struct ledger_receipt r;
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_refused(b, ledger_append(b->l, &other, &r, &b->errs), CF_E017);
    other.id = ledger_new_id(b->l);
    bench_ok(b, ledger_append(b->l, &other, &r, &b->errs)); /* a refusal leaves the batch as it was */
    bench_ok(b, ledger_commit(b->l, &b->errs));
    bench_free(b);
}

static void a_source_row_imported_twice_is_one_event(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "row");
    d->source = CF_LIT("police.uk metropolitan");
    d->source_key = CF_LIT("2024-05#17");
    struct ledger_receipt first = bench_put(b, d), r;
    struct ledger_person *people = cf_memdup(b->a, d->persons, 3 * sizeof *d->persons);
    people[0].subject = ledger_new_subject(b->l); /* an importer gives new random ids each time */
    d->persons = people;
    d->id = ledger_new_id(b->l);
    r = bench_put(b, d);
    assert_true(r.again);
    assert_int_equal(r.seq, first.seq);
    uint64_t seq = 0;
    bench_ok(b, ledger_source_seq(b->l, d->source, d->source_key, &seq, &b->errs));
    assert_int_equal(seq, first.seq);
    bench_ok(b, ledger_source_seq(b->l, d->source, CF_LIT("2024-05#18"), &seq, &b->errs));
    assert_true(seq == LEDGER_NO_SEQ);
    d->from = d->to = d->from + 60;
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E018);
    ledger_rollback(b->l);
    bench_free(b);
}

static void what_cannot_stand_is_refused_and_says_why(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_receipt r;
    bench_refused(b, ledger_append(b->l, bench_draft(b, "x"), &r, &b->errs), CF_E013);
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_refused(b, ledger_begin(b->l, &b->errs), CF_E013);
    struct ledger_draft *d = bench_draft(b, "x");
    d->from = d->to = cf_now_us() / 1000000 + 3600;
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E016);
    d = bench_draft(b, "x");
    d->id = (struct cf_id){{0}};
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E015);
    d = bench_draft(b, "x");
    d->kind = 777;
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E015);
    d = bench_draft(b, "x");
    d->kind = LEDGER_ERASED;
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E015);
    d = bench_draft(b, "x");
    d->to = d->from - 1;
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E015);
    d = bench_draft(b, "x");
    d->corrects = ledger_new_id(b->l);
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E015);
    d = bench_draft(b, "x");
    d->has_saw = true;
    d->saw = 99;
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E015);
    struct ledger_words bad = {.field = b->note, .text = CF_LIT("caf\xe9")};
    d = bench_draft(b, "x");
    d->words = &bad;
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E015);
    bad.text = (struct cf_str){"a\0b", 3};
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E015);
    char *long_text = cf_alloc(b->a, CF_MAX_NARRATIVE_BYTES + 1);
    memset(long_text, 'a', CF_MAX_NARRATIVE_BYTES + 1);
    bad.text = (struct cf_str){long_text, CF_MAX_NARRATIVE_BYTES + 1};
    bench_refused(b, ledger_append(b->l, d, &r, &b->errs), CF_E019);
    bad.text.n--;
    bench_ok(b, ledger_check(b->l, d, &b->errs));
    bench_ok(b, ledger_append(b->l, d, &r, &b->errs));
    bench_ok(b, ledger_commit(b->l, &b->errs));
    assert_int_equal(ledger_size(b->l), 4);
    bench_refused(b, ledger_commit(b->l, &b->errs), CF_E013);
    struct ledger_event e;
    bench_refused(b, ledger_read(b->l, 4, b->a, &e, &b->errs), CF_E010);
    bench_free(b);
}

static void recorded_never_falls_whatever_the_clock_does(void **state) {
    (void)state;
    struct bench *b = bench_new();
    int64_t last = ledger_last_recorded(b->l);
    char now[32];
    for (int i = 0; i < 20; i++) {
        (void)snprintf(now, sizeof now, "%lld", (long long)(last - 50000000 + i));
        assert_int_equal(setenv("CF_NOW", now, 1), 0);
        struct ledger_receipt r = bench_put(b, bench_draft(b, "x"));
        assert_int_equal(r.recorded_us, last + 1);
        last = r.recorded_us;
    }
    uint64_t size = 0;
    bench_ok(b, ledger_size_at(b->l, last - 1, &size, &b->errs));
    assert_int_equal(size, ledger_size(b->l) - 1);
    bench_ok(b, ledger_size_at(b->l, last, &size, &b->errs));
    assert_int_equal(size, ledger_size(b->l));
    bench_ok(b, ledger_size_at(b->l, 0, &size, &b->errs));
    assert_int_equal(size, 0);
    assert_int_equal(unsetenv("CF_NOW"), 0);
    bench_free(b);
}

static void a_wrong_clock_is_refused_unless_accepted(void **state) {
    (void)state;
    struct bench *b = bench_new();
    char now[32];
    (void)snprintf(now, sizeof now, "%lld", (long long)(ledger_last_recorded(b->l) - 3000000));
    ledger_close(b->l);
    b->l = NULL;
    assert_int_equal(setenv("CF_NOW", now, 1), 0);
    bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l), CF_E003);
    b->o.accept_clock = true;
    bench_reopen(b);
    int64_t last = ledger_last_recorded(b->l);
    ledger_close(b->l);
    b->l = NULL;
    b->o.accept_clock = false;
    (void)snprintf(now, sizeof now, "%lld", (long long)(last + INT64_C(2) * 86400 * 1000000));
    assert_int_equal(setenv("CF_NOW", now, 1), 0);
    bench_reopen(b); /* kept right by the kernel: nothing was recorded for two days, that is all */
    ledger_close(b->l);
    b->l = NULL;
    b->o.clock = LEDGER_CLOCK_UNSYNCHRONISED;
    bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l), CF_E003);
    b->o.accept_clock = true;
    bench_reopen(b);
    struct ledger_event e;
    struct ledger_receipt r = bench_put(b, bench_draft(b, "x"));
    bench_ok(b, ledger_read(b->l, r.seq, b->a, &e, &b->errs));
    assert_true(e.unsynchronised && e.clock_error_us > 0);
    assert_int_equal(unsetenv("CF_NOW"), 0);
    bench_free(b);
}

static void two_keepers_cannot_write(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger *second = NULL;
    bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &second), CF_E002);
    struct ledger *reader = bench_reader(b);
    bench_refused(b, ledger_begin(reader, &b->errs), CF_E008);
    /* Somebody removes the lock file and another keeper gets in: the epoch and size are still compared in every transaction. */
    assert_int_equal(unlink(cf_cstr(b->a, cf_str_printf(b->a, "%s.lock", b->path))), 0);
    bench_ok(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &second));
    struct ledger *first = b->l;
    b->l = second;
    (void)bench_put(b, bench_draft(b, "by the second"));
    bench_refused(b, ledger_begin(first, &b->errs), CF_E009);
    ledger_close(first);
    bench_free(b);
}

static void a_reader_takes_in_what_was_appended_since(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger *reader = bench_reader(b);
    uint64_t before = ledger_size(reader);
    bench_fill(b, 600);
    struct ledger_entry late = {.space = LEDGER_CODES, .owner = 5, .name = CF_LIT("arrest"), .type = CF_LIT("")};
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_ok(b, ledger_extend(b->l, &late, 1, &b->errs));
    bench_ok(b, ledger_commit(b->l, &b->errs));
    assert_int_equal(ledger_size(reader), before);
    bench_ok(b, ledger_refresh(reader, &b->errs));
    assert_int_equal(ledger_size(reader), before + 601);
    assert_int_equal(ledger_number(reader, LEDGER_CODES, 5, CF_LIT("arrest")), late.number);
    uint8_t x[32], y[32];
    bench_ok(b, ledger_root(reader, ledger_size(reader), x, &b->errs));
    bench_ok(b, ledger_root(b->l, ledger_size(b->l), y, &b->errs));
    assert_memory_equal(x, y, 32);
    bench_free(b);
}

static void a_scan_gives_every_event_in_order(void **state) {
    (void)state;
    struct bench *b = bench_new();
    bench_fill(b, 700);
    struct ledger_cursor *c = NULL;
    struct cf_arena *a = cf_arena_new("scan");
    uint64_t want = 5;
    bool more = true;
    bench_ok(b, ledger_scan(b->l, 5, UINT64_MAX, b->a, &c, &b->errs));
    while (more) {
        struct ledger_event e;
        cf_arena_reset(a);
        bench_ok(b, ledger_scan_next(c, a, &more, &e, &b->errs));
        if (more) {
            assert_int_equal(e.seq, want);
            want++;
        }
    }
    assert_int_equal(want, ledger_size(b->l));
    uint64_t *seqs = NULL;
    size_t n = 0;
    bench_ok(b, ledger_builtins(b->l, 0, 0, a, &seqs, &n, &b->errs));
    assert_int_equal(n, 3); /* genesis and two extensions */
    assert_int_equal(seqs[0], 0);
    cf_arena_free(a);
    bench_free(b);
}

static void a_rolled_back_batch_leaves_no_trace(void **state) {
    (void)state;
    struct bench *b = bench_new();
    bench_fill(b, 300);
    uint8_t x[32], y[32];
    bench_ok(b, ledger_root(b->l, ledger_size(b->l), x, &b->errs));
    uint64_t size = ledger_size(b->l);
    struct ledger_entry e = {.space = LEDGER_KINDS, .name = CF_LIT("passing"), .type = CF_LIT("record")};
    struct ledger_receipt r;
    bench_ok(b, ledger_begin(b->l, &b->errs));
    for (int i = 0; i < 600; i++) {
        b->child = ledger_new_subject(b->l);
        bench_ok(b, ledger_append(b->l, bench_draft(b, "x"), &r, &b->errs));
    }
    bench_ok(b, ledger_extend(b->l, &e, 1, &b->errs));
    ledger_rollback(b->l);
    assert_int_equal(ledger_size(b->l), size);
    assert_int_equal(ledger_number(b->l, LEDGER_KINDS, 0, CF_LIT("passing")), 0);
    assert_int_equal(ledger_number(b->l, LEDGER_KINDS, 0, CF_LIT("search")), b->kind);
    bench_ok(b, ledger_root(b->l, size, y, &b->errs));
    assert_memory_equal(x, y, 32);
    bench_fill(b, 300);
    bench_verified(b, b->l);
    bench_free(b);
}

static void names_keep_their_numbers_and_types_for_ever(void **state) {
    (void)state;
    struct bench *b = bench_new();
    bench_reopen(b);
    assert_int_equal(ledger_number(b->l, LEDGER_KINDS, 0, CF_LIT("search")), b->kind);
    assert_true(b->kind >= LEDGER_FIRST_KIND && b->note >= LEDGER_FIRST_FIELD);
    assert_int_equal(ledger_number(b->l, LEDGER_FIELDS, b->kind, CF_LIT("note")), b->note);
    assert_int_equal(ledger_number(b->l, LEDGER_FIELDS, 0, CF_LIT("note")), 0);
    assert_int_equal(ledger_number(b->l, LEDGER_KINDS, 0, CF_LIT("merged")), LEDGER_MERGED);
    uint64_t size = ledger_size(b->l);
    struct ledger_entry e = {.space = LEDGER_KINDS, .name = CF_LIT("search"), .type = CF_LIT("record")};
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_ok(b, ledger_extend(b->l, &e, 1, &b->errs));
    assert_int_equal(e.number, b->kind);
    assert_int_equal(ledger_size(b->l), size); /* nothing new: no event */
    e.name = CF_LIT("stop_search");
    bench_ok(b, ledger_extend(b->l, &e, 1, &b->errs)); /* renamed */
    assert_int_equal(ledger_number(b->l, LEDGER_KINDS, 0, CF_LIT("stop_search")), b->kind);
    assert_int_equal(ledger_number(b->l, LEDGER_KINDS, 0, CF_LIT("search")), 0);
    e.type = CF_LIT("table");
    bench_refused(b, ledger_extend(b->l, &e, 1, &b->errs), CF_E020);
    bench_ok(b, ledger_commit(b->l, &b->errs));
    bench_free(b);
}

static void a_subject_gets_a_number_at_its_first_event(void **state) {
    (void)state;
    struct bench *b = bench_new();
    int64_t no = 0, again = 0;
    bench_ok(b, ledger_subject_no(b->l, b->child, &no, &b->errs));
    assert_int_equal(no, 0);
    (void)bench_put(b, bench_draft(b, "x"));
    bench_ok(b, ledger_subject_no(b->l, b->child, &no, &b->errs));
    assert_int_equal(no, 1);
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_ok(b, ledger_subject_add(b->l, b->child, 101, &again, &b->errs));
    assert_int_equal(again, no);
    bench_refused(b, ledger_subject_add(b->l, b->child, 102, &again, &b->errs), CF_E015);
    bench_ok(b, ledger_commit(b->l, &b->errs));
    struct cf_id id;
    uint32_t type = 0;
    bench_ok(b, ledger_subject_id(b->l, no, &id, &type, &b->errs));
    assert_true(cf_id_eq(id, b->child) && type == 101);
    bench_refused(b, ledger_subject_id(b->l, 999, &id, &type, &b->errs), CF_E021);
    bench_verified(b, b->l);
    bench_free(b);
}

static void no_subject_id_stands_outside_a_person_part(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "x");
    struct event_plain parts[LEDGER_PARTS_MAX];
    size_t n = 0, persons = 0;
    bench_ok(b, event_encode(b->a, d, -1, EVENT_STORED, parts, &n, &b->errs));
    const struct cf_id who[] = {b->child, b->officer, b->unit};
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < 3; j++) {
            bool holds = memmem(parts[i].bytes.p, parts[i].bytes.n, who[j].b, 16) != NULL;
            assert_true(!holds || parts[i].kind == PART_PERSON);
            persons += holds;
        }
    }
    assert_int_equal(persons, 4);
    bench_free(b);
}

static void texts_are_kept_by_digest(void **state) {
    (void)state;
    struct bench *b = bench_new();
    uint8_t digest[32], other[32] = {1};
    struct cf_str text;
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_ok(b, ledger_blob_put(b->l, CF_LIT("rule one"), digest, &b->errs));
    bench_ok(b, ledger_blob_put(b->l, CF_LIT("rule one"), digest, &b->errs));
    bench_ok(b, ledger_commit(b->l, &b->errs));
    bench_ok(b, ledger_blob_get(b->l, digest, b->a, &text, &b->errs));
    assert_text(text, "rule one");
    bench_refused(b, ledger_blob_get(b->l, other, b->a, &text, &b->errs), CF_E012);
    bench_free(b);
}

static void keys_that_are_missing_damaged_or_foreign_are_told_apart(void **state) {
    (void)state;
    struct bench *b = bench_new();
    const char *keys = cf_cstr(b->a, cf_str_printf(b->a, "%s/childfirst.keys", b->dir));
    struct stat st;
    assert_int_equal(stat(keys, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct cf_str text;
    bench_ok(b, cf_read_file(b->a, keys, 4096, &text, &b->errs));
    ledger_close(b->l);
    b->l = NULL;
    for (size_t i = 0; i < text.n; i += 7) {
        char *damaged = cf_memdup(b->a, text.p, text.n);
        damaged[i] = (char)(damaged[i] ^ 1);
        bench_ok(b, cf_write_file(keys, (struct cf_str){damaged, text.n}, &b->errs));
        bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l), CF_E005);
    }
    assert_int_equal(unlink(keys), 0);
    bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l), CF_E004);
    bench_ok(b, keys_make(keys, &b->o, &b->errs));
    bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l), CF_E006);
    assert_int_equal(unlink(keys), 0);
    const char *elsewhere = cf_cstr(b->a, cf_str_printf(b->a, "%s/credential", b->dir));
    bench_ok(b, cf_write_file(elsewhere, text, &b->errs));
    b->o.keys = elsewhere;
    bench_reopen(b);
    bench_verified(b, b->l);
    bench_free(b);
}

static void a_file_that_is_no_ledger_is_refused_and_kept(void **state) {
    (void)state;
    struct bench *b = bench_empty();
    bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l), CF_S001);
    bench_ok(b,
             cf_write_file(b->path, CF_LIT("Date,Latitude,Longitude,Object of search,Outcome\n2024-05,51.5,0.1,drugs,arrest\n"),
                           &b->errs));
    bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l), CF_S007);
    bench_refused(b, ledger_create(b->a, b->path, &b->o, &b->errs, &b->l), CF_E001);
    assert_int_equal(unlink(b->path), 0);
    struct store_db *db = NULL;
    struct store_options o = {.mode = STORE_CREATE};
    bench_ok(b, store_open(b->a, b->path, &o, &b->errs, &db));
    bench_ok(b, store_script_text(db, CF_LIT("CREATE TABLE t(x)"), &b->errs));
    store_close(db);
    bench_refused(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l), CF_E007);
    bench_refused(b, ledger_create(b->a, b->path, &b->o, &b->errs, &b->l), CF_E001);
    assert_int_equal(unlink(b->path), 0);
    b->o.force = "Not Good";
    bench_refused(b, ledger_create(b->a, b->path, &b->o, &b->errs, &b->l), CF_E015);
    b->o.force = NULL;
    bench_create(b);
    struct ledger *second = NULL;
    ledger_close(b->l);
    bench_refused(b, ledger_create(b->a, b->path, &b->o, &b->errs, &second), CF_E001);
    bench_reopen(b);
    bench_free(b);
}

static void ids_of_one_maker_ascend_and_are_uuid_7(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct cf_id last = {{0}};
    for (int i = 0; i < 20000; i++) {
        struct cf_id id = ledger_new_id(b->l);
        assert_true(cf_id_cmp(id, last) > 0);
        assert_int_equal(id.b[6] >> 4, 7);
        assert_int_equal(id.b[8] >> 6, 2);
        last = id;
    }
    bench_free(b);
}

/* Long enough for the second thread, with a short rest in the last block. */
static void many_events(struct bench *b, size_t n) {
    struct ledger_receipt r;
    bench_ok(b, ledger_begin(b->l, &b->errs));
    for (size_t i = 0; i < n; i++) {
        bench_ok(b, ledger_append(b->l, bench_draft(b, "one of many"), &r, &b->errs));
    }
    bench_ok(b, ledger_commit(b->l, &b->errs));
}

static void a_stream_gives_what_reading_gives_however_long_it_is(void **state) {
    (void)state;
    struct bench *b = bench_new();
    many_events(b, 2600);
    const uint64_t froms[] = {0, 7, ledger_size(b->l) - 2048, ledger_size(b->l) - 5, ledger_size(b->l)};
    for (size_t f = 0; f < CF_COUNT(froms); f++) {
        struct ledger_stream *s;
        const struct ledger_event *e;
        uint64_t seq = froms[f];
        bench_ok(b, ledger_stream(b->l, froms[f], UINT64_MAX, &s, &b->errs));
        for (;; seq++) {
            bench_ok(b, ledger_stream_next(s, &e, &b->errs));
            if (e == NULL) {
                break;
            }
            struct cf_mark m = cf_arena_mark(b->a);
            struct ledger_event read;
            bench_ok(b, ledger_read(b->l, seq, b->a, &read, &b->errs));
            assert_int_equal(e->seq, seq);
            assert_memory_equal(e->leaf, read.leaf, LEDGER_HASH);
            assert_int_equal(e->d.n_persons, read.d.n_persons);
            assert_int_equal(e->d.n_words, read.d.n_words);
            assert_true(read.d.n_words == 0 || cf_str_eq(e->d.words[0].text, read.d.words[0].text));
            cf_arena_rewind(b->a, m);
        }
        assert_int_equal(seq, ledger_size(b->l));
        ledger_stream_end(s);
    }
    struct ledger_stream *left; /* ended before its end */
    const struct ledger_event *first;
    bench_ok(b, ledger_stream(b->l, 0, UINT64_MAX, &left, &b->errs));
    bench_ok(b, ledger_stream_next(left, &first, &b->errs));
    ledger_stream_end(left);
    bench_free(b);
}

static void a_stream_stops_at_a_damaged_row_and_names_it(void **state) {
    (void)state;
    static const uint64_t rows[] = {600, 1024, 3};
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        struct bench *b = bench_new();
        struct ledger_stream *s;
        const struct ledger_event *e;
        uint64_t seq = 0;
        many_events(b, 2100);
        ledger_close(b->l);
        b->l = NULL;
        bench_sql(b, cf_cstr(b->a, cf_str_printf(b->a, "UPDATE event SET recorded = recorded + 1 WHERE seq = %llu",
                                                 (unsigned long long)rows[i])));
        bench_reopen(b);
        bench_ok(b, ledger_stream(b->l, 0, UINT64_MAX, &s, &b->errs));
        while (ledger_stream_next(s, &e, &b->errs)) {
            assert_non_null(e);
            assert_int_equal(e->seq, seq++);
        }
        assert_int_equal(seq, rows[i]);
        assert_int_equal(b->errs.v[0].code, CF_E011);
        ledger_stream_end(s);
        bench_free(b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_appended_is_read_again),
        cmocka_unit_test(the_same_id_sent_again_is_one_event_and_the_same_receipt),
        cmocka_unit_test(a_source_row_imported_twice_is_one_event),
        cmocka_unit_test(what_cannot_stand_is_refused_and_says_why),
        cmocka_unit_test(recorded_never_falls_whatever_the_clock_does),
        cmocka_unit_test(a_wrong_clock_is_refused_unless_accepted),
        cmocka_unit_test(two_keepers_cannot_write),
        cmocka_unit_test(a_reader_takes_in_what_was_appended_since),
        cmocka_unit_test(a_scan_gives_every_event_in_order),
        cmocka_unit_test(a_stream_gives_what_reading_gives_however_long_it_is),
        cmocka_unit_test(a_stream_stops_at_a_damaged_row_and_names_it),
        cmocka_unit_test(a_rolled_back_batch_leaves_no_trace),
        cmocka_unit_test(names_keep_their_numbers_and_types_for_ever),
        cmocka_unit_test(a_subject_gets_a_number_at_its_first_event),
        cmocka_unit_test(no_subject_id_stands_outside_a_person_part),
        cmocka_unit_test(texts_are_kept_by_digest),
        cmocka_unit_test(keys_that_are_missing_damaged_or_foreign_are_told_apart),
        cmocka_unit_test(a_file_that_is_no_ledger_is_refused_and_kept),
        cmocka_unit_test(ids_of_one_maker_ascend_and_are_uuid_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
