/* Forms: every record of every policy is rendered, filled, sent and read back; what was answered is what is read. */
#include "unit/unit.h"

#include "base/time.h"
#include "unit/web/scrape.h"
#include "web/form.h"

#define NOW 1780000000 /* a day in May 2026 */

struct given {
    struct cf_arena *a;
    struct cf_errs errs;
    const struct cf_zone *zone;
    struct lang_set *set;
};

static struct given given(const char *path) {
    struct given g = {.a = cf_arena_new("form test")};
    g.errs = cf_errs_new(g.a);
    g.zone = cf_zone_load(g.a, "Europe/London", &g.errs);
    if (!g.zone || !lang_load(g.a, path, g.zone, &g.errs, &g.set)) {
        cf_errs_print(stderr, &g.errs);
        fail();
    }
    return g;
}

static void gone(struct given *g) {
    cf_arena_free(g->a);
}

static const struct lang_decl *record_named(const struct given *g, const char *name) {
    const struct lang_decl *d = lang_find_kind(g->set, LANG_RECORD, cf_str_from(name));
    assert_non_null(d);
    return d;
}

static struct cf_id some_id(unsigned n) {
    struct cf_id id = {{0}};
    for (size_t i = 0; i < sizeof id.b; i++) {
        id.b[i] = (uint8_t)(n * 37 + i * 11 + 1);
    }
    return id;
}

/* ---- Whoever answers for the rest of the program. */

static void some_options(void *ctx, struct cf_arena *a, enum lang_subject kind, struct cf_str words, struct cf_id child,
                         struct form_options *out) {
    (void)ctx;
    (void)child;
    (void)words;
    for (unsigned i = 0; i < (kind == LANG_UNIT_SUBJECT ? 12U : 2U); i++) {
        struct cf_id id = some_id(i);
        *cf_push(a, out) =
            (struct form_option){.value = cf_hex(a, id.b, 16), .label = CF_LIT("Somebody <b>"), .hint = CF_LIT("why")};
    }
}

static void some_events(void *ctx, struct cf_arena *a, const struct lang_decl *record, struct cf_id child,
                        struct form_options *out) {
    (void)record;
    some_options(ctx, a, LANG_PERSON, CF_LIT(""), child, out);
}

static struct cf_id new_id(void *ctx) {
    (void)ctx;
    return some_id(99);
}

static struct cf_id id_of_name(void *ctx, enum lang_subject kind, struct cf_str words) {
    (void)ctx;
    return some_id((unsigned)words.n + (unsigned)kind * 100);
}

static const struct form_source source = {
    .events = some_events, .episodes = some_events, .subjects = some_options, .fresh = new_id, .named = id_of_name};

static struct form form_with(struct given *g, const struct lang_decl *record, struct web_pairs pairs) {
    return form_new(g->a, g->set, record, g->zone, NOW, &source, pairs);
}

/* ---- Filling. `turn` varies what is answered: 0 to 3 give values, 4 not known, 5 declined, 6 nothing. */

enum { TURNS = 7 };

static struct desk_value scalar(struct given *g, enum lang_type_kind type, const struct lang_decl *of, unsigned turn) {
    static const enum cf_unit units[] = {CF_MINUTE, CF_HOUR, CF_WORKING_DAY, CF_MONTH};
    static const char *const texts[] = {"plain", "two\nlines & <script>alert(\"x\")</script>",
                                        "\n leading line, \xc3\xa9t\xc3\xa9 ", "~not_known"};
    struct desk_value v = {0};
    switch (type) {
    case LANG_T_YESNO: v.v = (struct lang_value){.kind = LANG_V_YESNO, .i = turn % 2}; break;
    case LANG_T_WHOLE: v.v = (struct lang_value){.kind = LANG_V_WHOLE, .i = (int64_t)turn * 1234567 - 1}; break;
    case LANG_T_FRACTION: v.v = (struct lang_value){.kind = LANG_V_FRACTION, .i = 3 - (int64_t)turn, .more = 1 + turn}; break;
    case LANG_T_DATE: {
        static const uint32_t spans[] = {0, 30, 365, 17}; /* a day, May, the leap year 2024, some days */
        static const char *const from[] = {"2024-02-29", "2024-05-01", "2024-01-01", "2009-03-05"};
        int32_t day;
        assert_true(cf_date_parse(cf_str_from(from[turn % 4]), CF_NOWHERE, NULL, &day));
        v.v = (struct lang_value){.kind = LANG_V_DATE, .i = day, .more = spans[turn % 4]};
        break;
    }
    case LANG_T_INSTANT: { /* the hour that comes twice, both times; and a second */
        static const int64_t at[] = {1729989000, 1729992600, 1717423805, 1717423800};
        v.v = (struct lang_value){.kind = LANG_V_INSTANT, .i = at[turn % 4]};
        break;
    }
    case LANG_T_DURATION:
        v.v = (struct lang_value){.kind = LANG_V_DURATION, .i = 1 + turn, .more = (uint32_t)units[turn % 4]};
        break;
    case LANG_T_TEXT:
        v.v = (struct lang_value){.kind = LANG_V_TEXT};
        v.text = cf_str_from(texts[turn % 4]);
        break;
    case LANG_T_CODE: v.v = (struct lang_value){.kind = LANG_V_CODE, .i = (int64_t)(turn % of->as.codes.list.n)}; break;
    case LANG_T_EVENT:
        v.v = (struct lang_value){.kind = LANG_V_EVENT};
        v.id = some_id(turn);
        break;
    case LANG_T_SUBJECT:
        v.v = (struct lang_value){.kind = LANG_V_SUBJECT};
        v.id = some_id(turn);
        break;
    case LANG_T_NONE:
    case LANG_T_CLOCK:
    case LANG_T_SET: fail_msg("no field has this type");
    }
    (void)g;
    return v;
}

static void keep(struct given *g, const struct lang_field *f, struct desk_value *v, unsigned turn) {
    if (f->keeping.n && v->v.kind == LANG_V_SUBJECT) {
        struct lang_value *kept = CF_NEW_N(g->a, struct lang_value, f->keeping.n);
        for (size_t i = 0; i < f->keeping.n; i++) {
            kept[i] = turn % 3 == 2 ? (struct lang_value){.kind = LANG_V_NOT_KNOWN}
                                    : (struct lang_value){.kind = LANG_V_CODE, .i = turn % 2};
        }
        v->kept = kept;
    }
}

static struct desk_value answer(struct given *g, const struct lang_field *f, unsigned turn) {
    struct desk_value v = {0};
    if (turn == 6) {
        return v;
    }
    if (turn >= 4) {
        v.v.kind = turn == 4 ? LANG_V_NOT_KNOWN : LANG_V_DECLINED;
        return v;
    }
    if (f->type.kind != LANG_T_SET) {
        v = scalar(g, f->type.kind, f->type.of, turn);
        keep(g, f, &v, turn);
        return v;
    }
    size_t n = turn == 3 ? 0 : turn + 1;
    struct desk_value *items = CF_NEW_N(g->a, struct desk_value, n + 1);
    for (size_t i = 0; i < n; i++) {
        items[i] = scalar(g, f->type.elem, f->type.of, (unsigned)i);
        keep(g, f, &items[i], (unsigned)i);
    }
    v.v.kind = LANG_V_LIST;
    v.list = items;
    v.n = n;
    return v;
}

static struct desk_entry filled(struct given *g, const struct lang_decl *record, unsigned turn) {
    const struct lang_record *r = &record->as.record;
    struct desk_value *fields = CF_NEW_N(g->a, struct desk_value, r->fields.n + 1);
    struct desk_about *about = CF_NEW_N(g->a, struct desk_about, r->roles.n + 2);
    struct cf_id *episode = CF_NEW(g->a, struct cf_id);
    size_t n_about = 0;
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct lang_field *f = &r->fields.v[i];
        fields[i] = f->retired ? (struct desk_value){0} : answer(g, f, turn == 6 && f->required ? 4 : turn);
    }
    for (size_t i = 0; i < r->roles.n; i++) {
        for (unsigned k = 0; k < (r->roles.v[i].many ? 2U : 1U); k++) {
            about[n_about++] = (struct desk_about){
                .role = (int)i,
                .subject = some_id(turn + k),
                .category =
                    turn == 1 && r->roles.v[i].kind == LANG_PERSON && !r->roles.v[i].many ? LEDGER_VICTIM : LEDGER_OTHER};
        }
    }
    *episode = some_id(7 + turn);
    static const struct {
        int64_t from, to;
        enum ledger_precision precision;
    } when[] = {{1717423800, 1717423800, LEDGER_EXACT},   {1717423805, 1717423805, LEDGER_ABOUT},
                {1729992600, 1729996200, LEDGER_BETWEEN}, {1717369200, 1717455599, LEDGER_DAY},
                {1717196400, 1719788399, LEDGER_MONTH},   {1704067200, 1735689599, LEDGER_YEAR},
                {1729989000, 1729989000, LEDGER_EXACT}};
    return (struct desk_entry){.record = record,
                               .from = when[turn].from,
                               .to = when[turn].to,
                               .precision = when[turn].precision,
                               .unit = turn % 2 ? some_id(3) : (struct cf_id){{0}},
                               .about = about,
                               .n_about = n_about,
                               .episodes = episode,
                               .n_episodes = form_is_step(r) ? 1 : 0,
                               .fields = fields};
}

/* ---- Comparing. */

static void same_value(const char *what, const struct desk_value *x, const struct desk_value *y, size_t kept) {
    if (x->v.kind != y->v.kind || x->n != y->n) {
        fail_msg("%s: kind %d of %zu, not %d of %zu", what, y->v.kind, y->n, x->v.kind, x->n);
    }
    for (size_t i = 0; x->v.kind == LANG_V_LIST && i < x->n; i++) {
        same_value(what, &x->list[i], &y->list[i], kept);
    }
    if (x->v.kind == LANG_V_LIST) {
        return;
    }
    if (!cf_str_eq(x->text, y->text)) {
        fail_msg("%s: \"%.*s\", not \"%.*s\"", what, CF_STR_ARG(y->text), CF_STR_ARG(x->text));
    }
    if (x->v.i != y->v.i || x->v.more != y->v.more || !cf_id_eq(x->id, y->id)) {
        fail_msg("%s: %lld (%u), not %lld (%u)", what, (long long)y->v.i, y->v.more, (long long)x->v.i, x->v.more);
    }
    for (size_t i = 0; x->kept && i < kept; i++) {
        if (!y->kept || x->kept[i].kind != y->kept[i].kind || x->kept[i].i != y->kept[i].i) {
            fail_msg("%s: what is kept is another", what);
        }
    }
}

static void same_entry(const char *what, const struct desk_entry *x, const struct desk_entry *y) {
    const struct lang_record *r = &x->record->as.record;
    for (size_t i = 0; i < r->fields.n; i++) {
        char name[200];
        (void)snprintf(name, sizeof name, "%s.%.*s", what, CF_STR_ARG(r->fields.v[i].name.text));
        same_value(name, &x->fields[i], &y->fields[i], r->fields.v[i].keeping.n);
    }
    if (x->from != y->from || x->to != y->to || x->precision != y->precision) {
        fail_msg("%s: when is %lld to %lld (%d), not %lld to %lld (%d)", what, (long long)y->from, (long long)y->to,
                 y->precision, (long long)x->from, (long long)x->to, x->precision);
    }
    assert_int_equal(x->n_about, y->n_about);
    for (size_t i = 0; i < x->n_about; i++) {
        assert_int_equal(x->about[i].role, y->about[i].role);
        assert_int_equal(x->about[i].category, y->about[i].category);
        assert_true(cf_id_eq(x->about[i].subject, y->about[i].subject));
    }
    assert_int_equal(x->n_episodes, y->n_episodes);
    assert_true(!x->n_episodes || cf_id_eq(x->episodes[0], y->episodes[0]));
    assert_true(cf_id_eq(x->unit, y->unit));
}

static void no_flaws(const char *what, const struct form *f) {
    for (size_t i = 0; i < f->flaws.n; i++) {
        fail_msg("%s: %.*s: %.*s", what, CF_STR_ARG(f->flaws.v[i].id), CF_STR_ARG(f->flaws.v[i].words));
    }
}

static struct web_pairs rendered(struct given *g, struct form *f, struct cf_str *html) {
    struct cf_buf b = cf_buf_new(g->a, 1 << 22);
    form_write(f, &b);
    assert_true(cf_buf_finish(&b, html));
    return scrape_form(g->a, *html);
}

/* Values to pairs, pairs to a page, what a browser would send from that page to pairs, those to values. */
static void goes_round(struct given *g, const struct lang_decl *record, unsigned turn) {
    char what[200];
    struct web_pairs pairs = {0};
    struct form_entry first, second;
    struct cf_str html;
    (void)snprintf(what, sizeof what, "%.*s (turn %u)", CF_STR_ARG(record->name.text), turn);
    struct desk_entry e = filled(g, record, turn);
    struct form f = form_with(g, record, pairs);
    form_pairs(&f, &e, &pairs);
    f = form_with(g, record, pairs);
    bool ok = form_read(&f, &first);
    no_flaws(what, &f);
    assert_true(ok);
    same_entry(what, &e, &first.e);
    struct form shown = form_with(g, record, pairs);
    struct form again = form_with(g, record, rendered(g, &shown, &html));
    ok = form_read(&again, &second);
    no_flaws(what, &again);
    assert_true(ok);
    same_entry(what, &e, &second.e);
}

static size_t all_go_round(const char *path) {
    struct given g = given(path);
    size_t records = 0;
    for (size_t i = 0; i < g.set->records.n; i++) {
        const struct lang_decl *record = g.set->records.v[i];
        if (record->as.record.roles.n) {
            records++;
            for (unsigned turn = 0; turn < TURNS; turn++) {
                goes_round(&g, record, turn);
            }
        }
    }
    gone(&g);
    return records;
}

static void every_shipped_record_goes_round_through_its_page(void **state) {
    (void)state;
    assert_true(all_go_round("policies") > 60);
}

static void every_type_goes_round_alone_and_as_a_list(void **state) {
    (void)state;
    assert_true(all_go_round("test/unit/web/every.policy") > 2);
}

/* ---- What is wrong is said at its control, and what was typed is written back. */

static struct web_pairs pairs_of(struct given *g, const char *text) {
    struct web_pairs pairs;
    if (!form_unpack(g->a, cf_str_from(text), &pairs, &g->errs)) {
        cf_errs_print(stderr, &g->errs);
        fail();
    }
    return pairs;
}

#define WHO "a.child=01234567890123456789012345678901&"
#define WHEN "when.day=3&when.month=6&when.year=2024&when.time=15:10&"

static struct cf_str flaw_of(struct given *g, const char *record, const char *text, const char *id) {
    struct form f = form_with(g, record_named(g, record), pairs_of(g, text));
    struct form_entry e;
    struct cf_str html;
    if (form_read(&f, &e)) {
        return CF_LIT("");
    }
    (void)rendered(g, &f, &html);
    for (size_t i = 0; i < f.flaws.n; i++) {
        if (cf_str_is(f.flaws.v[i].id, id)) {
            /* the summary's link leads to a control that is there */
            const char *page = cf_cstr(g->a, html);
            if (!strstr(page, cf_cstr(g->a, cf_str_printf(g->a, "id=\"%s\"", id))) ||
                !strstr(page, cf_cstr(g->a, cf_str_printf(g->a, "id=\"%s-error\"", id)))) {
                fail_msg("the page has no control %s, or no error beside it", id);
            }
            return f.flaws.v[i].words;
        }
    }
    return CF_LIT("");
}

static void a_flaw_says_what_to_do_at_its_control(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    static const struct {
        const char *sent, *id, *words;
    } cases[] = {
        {WHEN "f.sure=yes&f.kind=present", "a.child", "Choose who this is about: search by name, date of birth or number"},
        {WHO "f.sure=yes&f.kind=present", "when", "Enter when it happened"},
        {WHO WHEN "f.kind=present", "f.sure", "Answer \xe2\x80\x9cSure\xe2\x80\x9d; not known is an answer"},
        {WHO WHEN "f.sure=maybe&f.kind=present", "f.sure", "Sure must be one of the answers shown"},
        {WHO WHEN "f.sure=no&f.kind=present&f.n=twelve", "f.n", "N must be a whole number"},
        {WHO WHEN "f.sure=no&f.kind=present&f.n=99999999999999999999", "f.n", "N must be a whole number"},
        {WHO WHEN "f.sure=no&f.kind=present&f.part=1/0", "f.part", "Part must be a fraction like 3/4"},
        {WHO WHEN "f.sure=no&f.kind=present&f.n=3&f.n~=declined", "f.n",
         "N has an answer and is also marked declined. Take out one of them"},
        {WHO WHEN "f.sure=no&f.kind=present&f.day.day=30&f.day.month=2&f.day.year=2024", "f.day",
         "Enter a day of day that exists"},
        {WHO WHEN "f.sure=no&f.kind=present&f.day.day=3&f.day.year=2024", "f.day",
         "Enter the month of day as a number from 1 to 12"},
        {WHO WHEN "f.sure=no&f.kind=present&f.day.day=3&f.day.month=2&f.day.year=24", "f.day",
         "Enter the year of day in four digits, such as 2011"},
        {WHO WHEN "f.sure=no&f.kind=present&f.at.day=3&f.at.month=2&f.at.year=2024&f.at.time=25:00", "f.at",
         "Enter the time of at like 15:10"},
        {WHO WHEN "f.sure=no&f.kind=present&f.at.time=15:00", "f.at", "Enter the day of at"},
        {WHO WHEN "f.sure=no&f.kind=present&f.took.n=many&f.took.unit=hours", "f.took",
         "Enter took as a whole number, and choose its unit"},
        {WHO WHEN "f.sure=no&f.kind=present&f.where_area=Area number 99", "f.where_area",
         "\xe2\x80\x9c"
         "Area number 99\xe2\x80\x9d is not in the list of where area. Did you mean \xe2\x80\x9c"
         "Area number 9\xe2\x80\x9d?"},
        {WHO WHEN "f.sure=no&f.kind=present&f.friend=me", "f.friend", "Choose who friend is from the list"},
        {WHO WHEN "f.sure=no&f.kind=present&f.friend.find=Am", "f.friend",
         "Choose who friend is from those found, or search again"},
        {WHO WHEN "f.sure=no&f.kind=present&f.kinds=t1&f.kinds~=none", "f.kinds",
         "Kinds has an answer and is also marked none. Take out one of them"},
        {WHO WHEN "f.sure=no&f.kind=present&f.numbers.1=x", "f.numbers.1", "Numbers, number 2 must be a whole number"},
        {WHO "when.day=3&when.month=6&when.year=2030&when.time=15:10&f.sure=no&f.kind=present", "when",
         "When it happened must not be later than now"},
        {WHO WHEN "when.to.day=2&when.to.month=6&when.to.year=2024&when.to.time=1:00&f.sure=no&f.kind=present", "when.to",
         "The later time must come after the first"},
        {WHO "when.month=6&when.year=2024&when.time=15:10&f.sure=no&f.kind=present", "when",
         "Enter the day on which it happened, or leave out the time"},
        {WHO WHEN "f.sure=no&f.kind=present&unit=somewhere", "unit", "Choose your unit from the list"},
    };
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        struct cf_str got = flaw_of(&g, "opened", cases[i].sent, cases[i].id);
        if (!cf_str_is(got, cases[i].words)) {
            fail_msg("%s: \"%.*s\", not \"%s\"", cases[i].sent, CF_STR_ARG(got), cases[i].words);
        }
    }
    assert_text(flaw_of(&g, "step", WHO WHEN "f.about_it=~not_known&f.why=x", "episode"),
                "Choose what this is part of: A thing");
    gone(&g);
}

static void what_was_typed_is_written_back(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    const char *text =
        WHO "when.day=thirty&when.month=Jun&f.n=<b>&f.words=a%26b&f.at.time=noon&f.numbers.0=x&f.where_area=nowhere&"
            "f.friend.find=O%27Neil&f.place.name=%22Home%22";
    struct form f = form_with(&g, record_named(&g, "opened"), pairs_of(&g, text));
    struct form_entry e;
    struct cf_str html;
    assert_false(form_read(&f, &e));
    struct web_pairs back = rendered(&g, &f, &html);
    static const char *const expected[][2] = {{"when.day", "thirty"},
                                              {"when.month", "Jun"},
                                              {"f.n", "<b>"},
                                              {"f.words", "a&b"},
                                              {"f.at.time", "noon"},
                                              {"f.numbers.0", "x"},
                                              {"f.where_area", "nowhere"},
                                              {"f.friend.find", "O'Neil"},
                                              {"f.place.name", "\"Home\""},
                                              {"a.child", "01234567890123456789012345678901"}};
    for (size_t i = 0; i < CF_COUNT(expected); i++) {
        assert_text(form_sent(&back, cf_str_from(expected[i][0])), expected[i][1]);
    }
    assert_null(strstr(cf_cstr(g.a, html), "<b>"));
    gone(&g);
}

/* ---- Conditions, clocks, newcomers, places, what is open. */

static void a_condition_asks_unless_it_is_yes(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    const struct lang_decl *opened = record_named(&g, "opened");
    size_t words = 0;
    while (!cf_str_is(opened->as.record.fields.v[words].name.text, "words")) {
        words++;
    }
    assert_text(form_condition_words(g.a, &opened->as.record.fields.v[words]),
                "Needed unless \xe2\x80\x9cSure\xe2\x80\x9d is \xe2\x80\x9cNo\xe2\x80\x9d or \xe2\x80\x9cKind\xe2\x80\x9d is "
                "\xe2\x80\x9cPresent\xe2\x80\x9d or "
                "\xe2\x80\x9c"
                "Absent\xe2\x80\x9d");
    static const struct {
        const char *sent;
        bool ok;
    } cases[] = {{"f.sure=no&f.kind=declined", true},
                 {"f.sure=yes&f.kind=present", true},
                 {"f.sure=yes&f.kind=declined", false},
                 {"f.sure=~not_known&f.kind=declined", false},
                 {"f.sure=~not_known&f.kind=absent", true},
                 {"f.sure=yes&f.kind=~not_known", false},
                 {"f.sure=yes&f.kind=declined&f.words=x", true},
                 {"f.sure=yes&f.kind=declined&f.words~=declined", true}};
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        char text[300];
        (void)snprintf(text, sizeof text, "%s%s", WHO WHEN, cases[i].sent);
        struct cf_str flaw = flaw_of(&g, "opened", text, "f.words");
        if ((flaw.n == 0) != cases[i].ok) {
            fail_msg("%s: \"%.*s\"", cases[i].sent, CF_STR_ARG(flaw));
        }
    }
    gone(&g);
}

static void a_clock_is_read_as_people_write_it(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    static const struct {
        const char *time;
        int64_t at; /* of 3 June 2024, in summer time */
    } cases[] = {{"15:10", 1717423800}, {"1510", 1717423800},     {"3.10pm", 1717423800},  {"3:10 PM", 1717423800},
                 {"12am", 1717369200},  {"12pm", 1717412400},     {"3pm", 1717423200},     {"0:00", 1717369200},
                 {"930", 1717403400},   {"15:10:05", 1717423805}, {"15:10bst", 1717423800}};
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        struct web_pairs pairs = pairs_of(&g, WHO "when.day=3&when.month=june&when.year=2024&f.sure=no&f.kind=present");
        form_set(g.a, &pairs, CF_LIT("when.time"), cf_str_from(cases[i].time));
        struct form f = form_with(&g, record_named(&g, "opened"), pairs);
        struct form_entry e;
        if (!form_read(&f, &e) || e.e.from != cases[i].at) {
            fail_msg("%s is %lld, not %lld", cases[i].time, (long long)e.e.from, (long long)cases[i].at);
        }
    }
    static const char *const bad[] = {"", "x", "15:10 GMT", "25:00", "13pm", "0pm", "1:", ":10", "15:61", "9"};
    for (size_t i = 1; i < CF_COUNT(bad); i++) {
        struct web_pairs pairs = pairs_of(&g, WHO "when.day=3&when.month=6&when.year=2024&f.sure=no&f.kind=present");
        form_set(g.a, &pairs, CF_LIT("when.time"), cf_str_from(bad[i]));
        struct form f = form_with(&g, record_named(&g, "opened"), pairs);
        struct form_entry e;
        if (form_read(&f, &e)) {
            fail_msg("%s was taken for a time", bad[i]);
        }
    }
    gone(&g);
}

static void somebody_new_gets_an_id_and_what_is_said_of_them(void **state) {
    (void)state;
    struct given g = given("policies");
    struct web_pairs pairs =
        pairs_of(&g, "a.person=new&a.person.fresh=01234567890123456789012345678901&n.person.given_name=Amara&"
                     "n.person.born.month=2&n.person.born.year=2010&n.person.sex=female&" WHEN);
    struct form f = form_with(&g, record_named(&g, "stop_search"), pairs);
    struct form_entry e;
    assert_false(form_read(&f, &e)); /* the rest is not answered */
    assert_int_equal(e.newcomers.n, 1);
    assert_true(e.newcomers.v[0].answered);
    assert_int_equal(e.e.n_about, 1);
    assert_true(cf_id_eq(e.newcomers.v[0].id, e.e.about[0].subject));
    const struct desk_value *born = &e.newcomers.v[0].fields[g.set->birth_field];
    assert_int_equal(born->v.kind, LANG_V_DATE);
    assert_int_equal(born->v.more, 27); /* some day of that February */
    gone(&g);
}

static void a_place_is_named_in_words(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    struct form f =
        form_with(&g, record_named(&g, "opened"), pairs_of(&g, WHO WHEN "f.sure=no&f.kind=present&f.place.name=The+park"));
    struct form_entry e;
    assert_true(form_read(&f, &e));
    struct cf_id place = id_of_name(NULL, LANG_PLACE, CF_LIT("The park"));
    bool found = false;
    for (size_t i = 0; i < f.record->as.record.fields.n; i++) {
        found = found || (e.e.fields[i].v.kind == LANG_V_SUBJECT && cf_id_eq(e.e.fields[i].id, place));
    }
    assert_true(found);
    gone(&g);
}

static void a_step_takes_the_episode_that_is_open(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    struct form f =
        form_with(&g, record_named(&g, "step"), pairs_of(&g, WHO WHEN "f.about_it=~not_known&f.why=x&episode=~latest"));
    struct form_entry e;
    assert_true(form_read(&f, &e));
    assert_int_equal(e.e.n_episodes, 1);
    assert_true(cf_id_eq(e.e.episodes[0], some_id(0)));
    gone(&g);
}

static void answers_are_listed_in_plain_words(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    struct form f =
        form_with(&g, record_named(&g, "opened"),
                  pairs_of(&g, WHO WHEN "f.sure=no&f.kind=present&f.day.month=5&f.day.year=2024&f.took.n=6&f.took.unit=hours&"
                                        "f.kinds=t1&f.kinds=t3&f.numbers~=none&f.n~=declined"));
    struct form_entry e;
    struct form_rows rows = {0};
    assert_true(form_read(&f, &e));
    form_rows(&f, &e, &rows);
    static const char *const expected[][2] = {{"When it happened", "3 June 2024 at 15:10"},
                                              {"Sure", "No"},
                                              {"Kind", "Present"},
                                              {"Day", "May 2024"},
                                              {"Took", "6 hours"},
                                              {"Kinds", "Choice 1; Choice 3"},
                                              {"Numbers", "None"},
                                              {"N", "Declined to say"},
                                              {"At", "Not asked"}};
    for (size_t i = 0; i < CF_COUNT(expected); i++) {
        bool found = false;
        for (size_t k = 0; k < rows.n; k++) {
            if (cf_str_is(rows.v[k].label, expected[i][0])) {
                found = true;
                assert_text(rows.v[k].words, expected[i][1]);
            }
        }
        if (!found) {
            fail_msg("no row for %s", expected[i][0]);
        }
    }
    for (size_t k = 0; k < rows.n; k++) {
        assert_false(cf_str_is(rows.v[k].label, "Words")); /* it was not asked, and nothing is wrong with that */
    }
    gone(&g);
}

static void a_draft_keeps_every_byte(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    struct web_pairs pairs = {0}, back;
    form_set(g.a, &pairs, CF_LIT("f.words"), CF_LIT("100% & more = \xc3\xa9 +\r\n\t~"));
    form_set(g.a, &pairs, CF_LIT("f.n~"), CF_LIT(""));
    struct cf_str text = form_pack(g.a, &pairs);
    assert_true(form_unpack(g.a, text, &back, &g.errs));
    assert_int_equal(back.n, 2);
    assert_true(cf_str_eq(back.v[0].value, pairs.v[0].value));
    assert_false(form_unpack(g.a, CF_LIT("f.n=%zz"), &back, &g.errs));
    assert_int_equal(g.errs.v[g.errs.n - 1].code, CF_W002);
    gone(&g);
}

static void a_first_visit_says_now_and_whom_it_came_for(void **state) {
    (void)state;
    struct given g = given("test/unit/web/every.policy");
    struct form f = form_with(&g, record_named(&g, "opened"), (struct web_pairs){0});
    form_begin(&f, some_id(5), (struct cf_id){{0}}, (struct cf_id){{0}});
    assert_true(cf_id_eq(f.child, some_id(5)));
    struct cf_str html;
    struct web_pairs back = rendered(&g, &f, &html);
    assert_text(form_sent(&back, CF_LIT("when.day")), "28");
    assert_text(form_sent(&back, CF_LIT("when.time")), "21:26");
    assert_true(cf_str_eq(form_sent(&back, CF_LIT("a.child")), cf_hex(g.a, some_id(5).b, 16)));
    gone(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_record_goes_round_through_its_page),
        cmocka_unit_test(every_type_goes_round_alone_and_as_a_list),
        cmocka_unit_test(a_flaw_says_what_to_do_at_its_control),
        cmocka_unit_test(what_was_typed_is_written_back),
        cmocka_unit_test(a_condition_asks_unless_it_is_yes),
        cmocka_unit_test(a_clock_is_read_as_people_write_it),
        cmocka_unit_test(somebody_new_gets_an_id_and_what_is_said_of_them),
        cmocka_unit_test(a_place_is_named_in_words),
        cmocka_unit_test(a_step_takes_the_episode_that_is_open),
        cmocka_unit_test(answers_are_listed_in_plain_words),
        cmocka_unit_test(a_draft_keeps_every_byte),
        cmocka_unit_test(a_first_visit_says_now_and_whom_it_came_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
