/* measure/population: reads the two tables of residents and answers with a number and a note. Must not know events. */
#include "measure/population.h"

enum { BOROUGHS = 33, AGES = 91, GROUPS = 19, COLUMNS_MAX = AGES };

struct population {
    struct cf_arena *arena;
    struct cf_str code[BOROUGHS], name[BOROUGHS];
    int32_t age[BOROUGHS][AGES];      /* mid-2020 */
    int32_t ethnic[BOROUGHS][GROUPS]; /* Census 2021, by the order of group_codes */
};

/* Census 2021 has a 19th group, Roma, that 18+1 has no code for: a Roma child's code is W9, so its residents are counted there. */
static const struct {
    const char *code;
    enum population_group broad;
} group_codes[GROUPS] = {
    {"W1", POPULATION_WHITE}, {"W2", POPULATION_WHITE}, {"W3", POPULATION_WHITE}, {"W_ROMA", POPULATION_WHITE},
    {"W9", POPULATION_WHITE}, {"M1", POPULATION_MIXED}, {"M2", POPULATION_MIXED}, {"M3", POPULATION_MIXED},
    {"M9", POPULATION_MIXED}, {"A1", POPULATION_ASIAN}, {"A2", POPULATION_ASIAN}, {"A3", POPULATION_ASIAN},
    {"A4", POPULATION_ASIAN}, {"A9", POPULATION_ASIAN}, {"B1", POPULATION_BLACK}, {"B2", POPULATION_BLACK},
    {"B9", POPULATION_BLACK}, {"O2", POPULATION_OTHER}, {"O9", POPULATION_OTHER},
};
static const char *const broad_codes[POPULATION_GROUPS] = {
    [POPULATION_ALL] = "all",     [POPULATION_WHITE] = "white", [POPULATION_MIXED] = "mixed",
    [POPULATION_ASIAN] = "asian", [POPULATION_BLACK] = "black", [POPULATION_OTHER] = "other",
};

struct cf_str population_group_code(enum population_group g) {
    CF_ASSERT(g < POPULATION_GROUPS);
    return cf_str_from(broad_codes[g]);
}

enum population_group population_group_of(struct cf_str code) {
    for (int g = POPULATION_WHITE; g < POPULATION_GROUPS; g++) {
        if (cf_str_is(code, broad_codes[g])) {
            return (enum population_group)g;
        }
    }
    for (size_t i = 0; i < GROUPS; i++) {
        if (cf_str_is(code, group_codes[i].code)) {
            return group_codes[i].broad;
        }
    }
    return POPULATION_ALL;
}

/* ---- Reading. */
struct table {
    struct population *p;
    struct cf_source *src;
    struct cf_errs *errs;
    size_t columns, rows;
    bool ethnic, heading_read;
};

static bool wrong(struct table *t, struct cf_str line, const char *what) {
    struct cf_span at = {t->src, (uint32_t)(line.p - t->src->text.p), (uint32_t)(line.n > 80 ? 80 : line.n)};
    return cf_fail(t->errs, CF_M001, at, "the table of residents is wrong: %s", what);
}

static bool heading_is(const struct table *t, struct cf_str word, size_t i) {
    if (t->ethnic) {
        return cf_str_is(word, group_codes[i].code);
    }
    int64_t age = -1;
    return cf_str_int(word, &age) && age == (int64_t)i;
}

static bool read_line(struct table *t, struct cf_str line) {
    struct population *p = t->p;
    struct cf_str rest = line;
    struct cf_str code;
    struct cf_str name;
    struct cf_str word;
    if (!cf_str_split(&rest, '\t', &code) || !cf_str_split(&rest, '\t', &name)) {
        return wrong(t, line, "a line has a code, a name and numbers, parted by tabs");
    }
    size_t b = t->rows;
    if (t->heading_read && (b == BOROUGHS || (t->ethnic && !cf_str_eq(p->code[b], code)))) {
        return wrong(t, line, "both tables hold the same 33 boroughs, in the order of their codes");
    }
    size_t i = 0;
    for (; cf_str_split(&rest, '\t', &word); i++) {
        int64_t v = 0;
        if (i == t->columns) {
            return wrong(t, line, "a line has more numbers than columns");
        }
        if (!t->heading_read) {
            if (!heading_is(t, word, i)) {
                return wrong(t, line, "the headings are not the expected ones");
            }
            continue;
        }
        if (!cf_str_int(word, &v) || v < 0 || v > 100000000) {
            return wrong(t, line, "a number of residents is not a whole number");
        }
        int32_t *to = t->ethnic ? &p->ethnic[b][i] : &p->age[b][i];
        *to = (int32_t)v;
    }
    if (i != t->columns) {
        return wrong(t, line, "a line has fewer numbers than columns");
    }
    if (t->heading_read) {
        p->code[b] = code;
        p->name[b] = name;
        t->rows++;
    }
    t->heading_read = true;
    return true;
}

static bool read_table(struct population *p, const char *folder, bool ethnic, struct cf_errs *errs) {
    struct table t = {.p = p, .errs = errs, .columns = ethnic ? GROUPS : AGES, .ethnic = ethnic};
    t.src = CF_NEW(p->arena, struct cf_source);
    t.src->name = cf_str_printf(p->arena, "%s/%s", folder, ethnic ? "census2021-ethnic-group.tsv" : "mid2020-age.tsv");
    if (!cf_read_file(p->arena, cf_cstr(p->arena, t.src->name), CF_MAX_SOURCE_BYTES, &t.src->text, errs)) {
        return false;
    }
    struct cf_str rest = t.src->text;
    struct cf_str line;
    while (cf_str_split(&rest, '\n', &line)) {
        line = line.n > 0 && line.p[line.n - 1] == '\r' ? cf_str_slice(line, 0, line.n - 1) : line;
        if (line.n > 0 && line.p[0] != '#' && !read_line(&t, line)) {
            return false;
        }
    }
    return t.rows == BOROUGHS || wrong(&t, cf_str_slice(t.src->text, 0, 0), "it does not hold all 33 boroughs");
}

bool population_load(struct cf_arena *a, const char *folder, struct cf_errs *errs, struct population **out) {
    struct population *p = CF_NEW(a, struct population);
    p->arena = a;
    *out = p;
    return read_table(p, folder, false, errs) && read_table(p, folder, true, errs);
}

/* ---- Answers. */
static bool wanted(const struct population *p, size_t b, struct cf_str borough) {
    return borough.n == 0 || cf_str_eq(p->code[b], borough);
}

static bool any_wanted(const struct population *p, struct cf_str borough) {
    for (size_t b = 0; b < BOROUGHS; b++) {
        if (wanted(p, b, borough)) {
            return true;
        }
    }
    return false;
}

#define AGE_NOTE                                                                                                               \
    "Residents are those of the Office for National Statistics' mid-2020 estimate by single year of age, both sexes together."
#define ETHNIC_NOTE "Residents are those of all ages in Census 2021, by the ethnic group they gave."
#define WHERE_NOTE                                                                                                             \
    " A search is counted where it happened and a resident where they live: a borough with many visitors shows a rate that "   \
    "its "                                                                                                                     \
    "residents do not experience."

struct population_answer population_ages(const struct population *p, struct cf_str borough, int from, int to) {
    struct population_answer a = {any_wanted(p, borough), 0, CF_LIT(AGE_NOTE WHERE_NOTE)};
    from = from < 0 ? 0 : from;
    to = to > AGES - 1 ? AGES - 1 : to;
    a.known = a.known && from <= to;
    for (size_t b = 0; a.known && b < BOROUGHS; b++) {
        for (int y = from; wanted(p, b, borough) && y <= to; y++) {
            a.residents += p->age[b][y];
        }
    }
    return a;
}

static int64_t count_groups(const struct population *p, struct cf_str borough, enum population_group broad,
                            struct cf_str code) {
    int64_t n = 0;
    for (size_t b = 0; b < BOROUGHS; b++) {
        for (size_t i = 0; wanted(p, b, borough) && i < GROUPS; i++) {
            bool roma = cf_str_is(code, "W9") && strcmp(group_codes[i].code, "W_ROMA") == 0;
            bool in = code.n > 0 ? roma || cf_str_is(code, group_codes[i].code)
                                 : broad == POPULATION_ALL || group_codes[i].broad == broad;
            n += in ? p->ethnic[b][i] : 0;
        }
    }
    return n;
}

struct population_answer population_broad(const struct population *p, struct cf_str borough, enum population_group g) {
    struct population_answer a = {any_wanted(p, borough), 0, CF_LIT(ETHNIC_NOTE WHERE_NOTE)};
    a.residents = a.known ? count_groups(p, borough, g, CF_LIT("")) : 0;
    return a;
}

struct population_answer population_ethnic(const struct population *p, struct cf_str borough, struct cf_str code) {
    struct population_answer a = {
        any_wanted(p, borough), 0,
        CF_LIT(ETHNIC_NOTE " White Roma has no code of its own in 18+1 and is counted in W9." WHERE_NOTE)};
    bool known = false;
    for (size_t i = 0; i < GROUPS; i++) {
        known = known || cf_str_is(code, group_codes[i].code);
    }
    a.known = a.known && known;
    a.residents = a.known ? count_groups(p, borough, POPULATION_ALL, code) : 0;
    return a;
}

struct population_answer population_children_of(const struct population *p, struct cf_str borough, enum population_group g) {
    struct population_answer a = population_broad(p, borough, g);
    a.note = CF_LIT(
        "No table of children by ethnic group was available, so the residents are those of all ages in Census 2021, by the "
        "ethnic group "
        "they gave. Groups differ in how many of their members are children: a group with more children than average shows a "
        "rate, and a ratio against White, that is too high, and one with fewer a rate that is too low. The ratio therefore "
        "cannot tell how much of a difference is the share of children and how much is the searches." WHERE_NOTE);
    return a;
}
