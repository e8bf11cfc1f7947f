/* Boroughs: the shipped boundaries, the grid against counting every edge, and the error that simplifying costs. */
#include "unit/exchange/help.h"

#include "exchange/boroughs.h"
#include "exchange/stop_search.h"

static struct boroughs *shipped(struct cf_arena *a) {
    struct cf_errs errs = cf_errs_new(a);
    struct boroughs *b = NULL;
    if (!boroughs_load(a, "data/boroughs/london-boroughs.tsv", &errs, &b)) {
        cf_errs_print(stderr, &errs);
        fail();
    }
    return b;
}

static void well_known_places_are_in_their_boroughs(void **state) {
    static const struct {
        const char *what, *borough;
        int32_t lat, lon;
    } places[] = {
        {"Westminster Abbey", "Westminster", 51499400, -127400},
        {"St Paul's", "City of London", 51513800, -98400},
        {"Tower of London", "Tower Hamlets", 51508100, -75900},
        {"Brixton station", "Lambeth", 51462700, -114500},
        {"Peckham Rye station", "Southwark", 51470000, -69400},
        {"Tottenham Hale station", "Haringey", 51588300, -59900},
        {"Hackney town hall", "Hackney", 51545000, -57000},
        {"Stratford station", "Newham", 51541600, -3300},
        {"Croydon town hall", "Croydon", 51372100, -98500},
        {"Heathrow terminals 2 and 3", "Hillingdon", 51471300, -452500},
        {"Kew Gardens", "Richmond upon Thames", 51478700, -295600},
        {"Romford station", "Havering", 51574800, 183200},
        {"North Woolwich, across the river", "Newham", 51500200, 62500},
        {"Watford", "", 51656500, -390300},
        {"Gravesend", "", 51441900, 370800},
        {"the North Sea", "", 52000000, 3000000},
        {"the equator", "", 0, 0},
    };
    const struct boroughs *b = shipped(*state);
    for (size_t i = 0; i < CF_COUNT(places); i++) {
        struct cf_str got = boroughs_name(boroughs_at(b, places[i].lat, places[i].lon));
        if (!cf_str_is(got, places[i].borough)) {
            fail_msg("%s: %.*s, expected %s", places[i].what, CF_STR_ARG(got), places[i].borough);
        }
    }
}

static void names_and_codes_find_each_other(void **state) {
    for (int i = 0; i < BOROUGHS_COUNT; i++) {
        assert_int_equal(boroughs_by_code(boroughs_code(i)), i);
        assert_int_equal(boroughs_by_name(boroughs_name(i)), i);
    }
    assert_text(boroughs_code(0), "E09000001");
    assert_text(boroughs_code(32), "E09000033");
    assert_text(boroughs_name(boroughs_by_name(CF_LIT("Kingston Upon Thames"))), "Kingston upon Thames");
    assert_text(boroughs_name(boroughs_by_name(CF_LIT("City of Westminster"))), "Westminster");
    assert_int_equal(boroughs_by_name(CF_LIT("CO18 (City Airport)")), BOROUGHS_NONE);
    assert_int_equal(boroughs_by_name(CF_LIT("")), BOROUGHS_NONE);
    assert_text(boroughs_code(BOROUGHS_NONE), "");
    (void)state;
}

/* A small map for bad files: 33 squares in a row would be long, so only what is refused before that. */
static void expect_refused(struct cf_arena *a, const char *text, const char *words) {
    struct cf_errs errs = cf_errs_new(a);
    struct cf_source src = {CF_LIT("test.tsv"), cf_str_from(text)};
    struct boroughs *b = NULL;
    assert_false(boroughs_parse(a, &src, &errs, &b));
    expect_error(&errs, CF_I006, words);
}

static void a_damaged_boundary_file_is_refused_with_the_line(void **state) {
    expect_refused(*state, "", "all 33 boroughs");
    expect_refused(*state, "arc\t2\t0,0 1,1\n", "numbered 1, 2, 3");
    expect_refused(*state, "arc\t1\t0,0\n", "two points or more");
    expect_refused(*state, "arc\t1\t0,0 1;1\n", "two whole numbers");
    expect_refused(*state, "arc\t1\t0,0 1,99999999\n", "outside the world");
    expect_refused(*state, "arc\t1\t0,0 5,5\nring\tE09000099\tX\t1\n", "33 boroughs by its code");
    expect_refused(*state, "arc\t1\t0,0 5,5\nring\tE09000001\tX\t2\n", "stand above it");
    expect_refused(*state, "arc\t1\t0,0 5,5\nring\tE09000001\tX\t1\n", "not closed");
    expect_refused(*state, "arc\t1\t0,0 5,5\nring\tE09000001\tX\t1 1\n", "where the one before it ended");
    expect_refused(*state, "arc\t1\t0,0 5,0 0,5 -5,-5\nring\tE09000001\tX\t1\n", "all 33 boroughs");
    expect_refused(*state, "circle\t1\n", "`arc` or `ring`");
}

/* The squares of a chess board, 33 of them: points on the shared lines must be in exactly one, whichever way lines run. */
static void a_point_on_a_shared_edge_is_in_exactly_one_borough(void **state) {
    struct cf_buf file = cf_buf_new(*state, 1 << 16);
    for (int i = 0; i < BOROUGHS_COUNT; i++) {
        cf_buf_printf(&file, "arc\t%d\t%d,0 1000,0 0,1000 -1000,0 0,-1000\n", i + 1, i * 1000);
    }
    for (int i = 0; i < BOROUGHS_COUNT; i++) {
        struct cf_str code = boroughs_code(i);
        cf_buf_printf(&file, "ring\t%.*s\tsquare\t%s%d\n", CF_STR_ARG(code), i % 2 != 0 ? "-" : "", i + 1);
    }
    struct cf_source src = {CF_LIT("squares.tsv"), CF_LIT("")};
    struct cf_errs errs = cf_errs_new(*state);
    struct boroughs *b = NULL;
    assert_true(cf_buf_finish(&file, &src.text));
    assert_true(boroughs_parse(*state, &src, &errs, &b));
    for (int32_t x = 0; x < 33000; x += 125) {
        for (int32_t y = 0; y < 1000; y += 125) {
            assert_int_equal(boroughs_at(b, y, x), x / 1000); /* the left and lower edges belong to a square */
        }
    }
    assert_int_equal(boroughs_at(b, 500, 33000), BOROUGHS_NONE);
    assert_int_equal(boroughs_at(b, 1000, 500), BOROUGHS_NONE);
    assert_int_equal(boroughs_at(b, -1, 500), BOROUGHS_NONE);
}

/* ---- The unsimplified boundaries, read by a scanner for this one file, and counted edge by edge in doubles. */
struct raw_edge {
    double x1, y1, x2, y2;
    int borough;
};
enum { BANDS = 4096 };
struct raw {
    struct cf_arena *arena;
    struct {
        CF_VEC(struct raw_edge);
    } edges;
    struct {
        CF_VEC(struct raw_edge);
    } band[BANDS];
};
static const double raw_south = 51.2, raw_north = 51.8;

static int raw_band(double y) {
    double at = (y - raw_south) / (raw_north - raw_south) * BANDS;
    return at < 0 ? 0 : at >= BANDS ? BANDS - 1 : (int)at;
}

static void read_raw(struct raw *raw, const char *text) {
    int borough = BOROUGHS_NONE;
    int depth = 0;
    bool any = false;
    double last_x = 0;
    double last_y = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (strncmp(p, "\"code\": \"", 9) == 0) {
            borough = boroughs_by_code((struct cf_str){p + 9, 9});
            depth = 0;
        } else if (strncmp(p, "\"coordinates\"", 13) == 0) {
            assert_int_not_equal(borough, BOROUGHS_NONE);
            depth = 0;
            p = strchr(p, '[') - 1;
        } else if (*p == '[') {
            depth++;
            any = depth == 3 ? false : any; /* a ring begins */
            if (depth == 4) {
                char *end = NULL;
                double x = strtod(p + 1, &end);
                double y = strtod(end + 1, &end);
                if (any) {
                    *cf_push(raw->arena, &raw->edges) = (struct raw_edge){last_x, last_y, x, y, borough};
                }
                last_x = x;
                last_y = y;
                any = true;
                p = end - 1;
            }
        } else if (*p == ']') {
            depth--;
        }
    }
    for (size_t i = 0; i < raw->edges.n; i++) {
        struct raw_edge e = raw->edges.v[i];
        e = e.y1 <= e.y2 ? e : (struct raw_edge){e.x2, e.y2, e.x1, e.y1, e.borough};
        for (int k = raw_band(e.y1); k <= raw_band(e.y2); k++) {
            *cf_push(raw->arena, &raw->band[k]) = e;
        }
    }
}

static int raw_at(const struct raw *raw, double y, double x) {
    uint64_t inside = 0;
    int k = raw_band(y);
    for (size_t i = 0; i < raw->band[k].n; i++) {
        struct raw_edge e = raw->band[k].v[i];
        if (y >= e.y1 && y < e.y2 && (x - e.x1) * (e.y2 - e.y1) < (e.x2 - e.x1) * (y - e.y1)) {
            inside ^= (uint64_t)1 << e.borough;
        }
    }
    return inside == 0 ? BOROUGHS_NONE : __builtin_ctzll(inside);
}

static struct raw *load_raw(struct cf_arena *a, const char *folder) {
    struct cf_errs errs = cf_errs_new(a);
    struct gzip_stream *s = NULL;
    struct raw *raw = CF_NEW(a, struct raw);
    raw->arena = a;
    assert_true(gzip_open(a, cf_cstr(a, cf_str_printf(a, "%s/london_boroughs.geojson.gz", folder)), &errs, &s));
    struct cf_buf b = cf_buf_new(a, (size_t)64 << 20);
    size_t n = 1;
    while (n > 0) {
        char some[65536];
        assert_true(gzip_read(s, some, sizeof some, &n, &errs));
        cf_buf_add(&b, some, n);
    }
    struct cf_str text;
    assert_true(cf_buf_finish(&b, &text));
    read_raw(raw, cf_cstr(a, text));
    return raw;
}

/* The shipped boundaries are simplified to half a metre; published points lie on street centres, as many boundaries do. */
static void fewer_than_two_searches_in_a_thousand_change_their_borough_by_simplifying(void **state) {
    const char *folder = shared_data(*state, "data/london-boundaries");
    const char *searches = shared_data(*state, "data/stop-search");
    if (folder == NULL || searches == NULL) {
        return;
    }
    struct raw *raw = load_raw(*state, folder);
    const struct boroughs *b = shipped(*state);
    assert_true(raw->edges.n > 48000);
    glob_t files;
    uint64_t points = 0;
    uint64_t differ = 0;
    assert_int_equal(glob(cf_cstr(*state, cf_str_printf(*state, "%s/*/*.csv.gz", searches)), 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct cf_arena *a = cf_arena_new("file");
        struct cf_errs errs = cf_errs_new(a);
        struct stop_search_options o = {.path = files.gl_pathv[i], .boroughs = b};
        struct stop_search_reader *r = NULL;
        struct stop_search_row row;
        bool more = true;
        assert_true(stop_search_open(a, &o, &errs, &r));
        while (more) {
            assert_true(stop_search_next(r, &row, &more, &errs));
            if (more && row.has_place) {
                points++;
                differ += raw_at(raw, row.latitude_udeg / 1e6, row.longitude_udeg / 1e6) != row.borough;
            }
        }
        cf_arena_free(a);
    }
    globfree(&files);
    print_message("%llu of %llu searches with a place change their borough by simplifying\n", (unsigned long long)differ,
                  (unsigned long long)points);
    assert_true(points > 100000);
    assert_true(differ * 1000 < points * 2);
}

/* The grid is an index: it must change nothing. One random point in each of many cells, counted over all raw edges. */
static void the_grid_agrees_with_counting_away_from_the_boundaries(void **state) {
    const char *folder = shared_data(*state, "data/london-boundaries");
    if (folder == NULL) {
        return;
    }
    struct raw *raw = load_raw(*state, folder);
    const struct boroughs *b = shipped(*state);
    uint64_t seed = 42;
    uint64_t differ = 0;
    for (int i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        int32_t lat = 51250000 + (int32_t)(seed >> 33) % 500000;
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        int32_t lon = -550000 + (int32_t)(seed >> 33) % 950000;
        differ += raw_at(raw, lat / 1e6, lon / 1e6) != boroughs_at(b, lat, lon);
    }
    assert_true(differ < 20); /* half a metre along 1,300 km of boundary is 0.02 % of the area */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_arena, free_arena)

static void every_borough_has_an_outline_that_begins_and_ends(void **state) {
    struct cf_errs errs = cf_errs_new(*state);
    struct cf_str outline[BOROUGHS_COUNT];
    int height = 0;
    assert_true(boroughs_outlines(*state, "data/boroughs/london-boroughs.tsv", &errs, outline, &height));
    assert_in_range(height, 400, 600); /* London is wider than high */
    for (int i = 0; i < BOROUGHS_COUNT; i++) {
        assert_true(outline[i].n > 20);
        assert_int_equal(outline[i].p[0], 'M');
        assert_int_equal(outline[i].p[outline[i].n - 1], 'Z');
    }
    assert_false(boroughs_outlines(*state, "data/none.tsv", &errs, outline, &height));
    assert_int_equal(errs.failures, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(well_known_places_are_in_their_boroughs),
        CASE(names_and_codes_find_each_other),
        CASE(a_damaged_boundary_file_is_refused_with_the_line),
        CASE(a_point_on_a_shared_edge_is_in_exactly_one_borough),
        CASE(fewer_than_two_searches_in_a_thousand_change_their_borough_by_simplifying),
        CASE(the_grid_agrees_with_counting_away_from_the_boundaries),
        CASE(every_borough_has_an_outline_that_begins_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
