/* rates: reads data/rates: how often, in which shares, under which names. Rows for records that nobody has declared are
 * kept and harm nothing. Must not know any record by name. */
#include "simulate/priv.h"

static const char *const SHARES[SIMULATE_SHARES] = {"late",     "missing",    "out_of_order", "unknown",
                                                    "declined", "wrong_rank", "kept",         "optional",
                                                    "step",     "irregular",  "repeat",       "entered_late"};
static const char *const DRAWS[SIM_DRAWS] = {"plain",  "given_name", "family_name", "born",         "sex",   "ethnicity",
                                             "school", "home",       "authority",   "looked_after", "after", "called"};
static const char *const LIVES[SIM_LIVES] = {"none", "birth", "school", "home", "care", "opening"};
static const char *const PEOPLE[SIM_PEOPLE] = {"met",    "siblings_1", "siblings_2", "siblings_3", "siblings_4", "youngest",
                                               "oldest", "moves",      "care",       "double",     "officers",   "schools"};
static const char *const SEXES[2] = {"female", "male"};

const char *simulate_share_word(enum simulate_share s) {
    return s < SIMULATE_SHARES ? SHARES[s] : "?";
}

struct reading {
    struct simulate_rates *r;
    const struct cf_source *src;
    struct cf_span at;
    struct cf_str name, detail, text;
    uint64_t value;
    struct cf_errs *errs;
};

/* A decimal such as 0.0292 in millionths; more than six places are dropped. */
static bool millionths(struct cf_str s, uint64_t *out) {
    uint64_t whole = 0, part = 0;
    size_t i = 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
        whole = whole * 10 + (uint64_t)(s.p[i] - '0');
        if (whole > SIM_ONE) {
            return false;
        }
    }
    if (i == 0) {
        return false;
    }
    size_t places = 0;
    if (i < s.n && s.p[i] == '.') {
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
            if (places < 6) {
                part = part * 10 + (uint64_t)(s.p[i] - '0');
                places++;
            }
        }
    }
    for (; places < 6; places++) {
        part *= 10;
    }
    *out = whole * SIM_ONE + part;
    return i == s.n;
}

static int word_of(const char *const *words, size_t n, struct cf_str w) {
    for (size_t i = 0; i < n; i++) {
        if (cf_str_is(w, words[i])) {
            return (int)i;
        }
    }
    return -1;
}

static bool bad(struct reading *x, const char *what, struct cf_str is, const char *const *words, size_t n) {
    cf_fail(x->errs, CF_X001, x->at, "%.*s is no %s", CF_STR_ARG(is), what);
    struct cf_str names[SIMULATE_SHARES + SIM_PEOPLE];
    for (size_t i = 0; i < n && i < CF_COUNT(names); i++) {
        names[i] = cf_str_from(words[i]);
    }
    struct cf_str near = words ? cf_nearest(is, names, n) : CF_LIT("");
    if (near.n) {
        cf_hint(x->errs, "Did you mean %.*s?", CF_STR_ARG(near));
    }
    return false;
}

static bool number(struct reading *x, uint64_t most) {
    if (!millionths(x->text, &x->value)) {
        return bad(x, "number: write one such as 0.25", x->text, NULL, 0);
    }
    if (x->value > most) {
        return cf_fail(x->errs, CF_X001, x->at, "%.*s is too much here: the most is %llu", CF_STR_ARG(x->text),
                       (unsigned long long)(most / SIM_ONE));
    }
    return true;
}

static void add_row(struct reading *x, struct sim_rows *rows, uint64_t value) {
    *cf_push(x->r->arena, rows) = (struct sim_row){cf_str_dup(x->r->arena, x->name), cf_str_dup(x->r->arena, x->detail), value};
}

static bool read_share(struct reading *x) {
    int s = word_of(SHARES, SIMULATE_SHARES, x->name);
    if (s < 0) {
        return bad(x, "share", x->name, SHARES, SIMULATE_SHARES);
    }
    if (!number(x, SIM_ONE)) {
        return false;
    }
    if (cf_str_is(x->detail, "*")) {
        x->r->share[s] = x->value;
    } else {
        add_row(x, &x->r->shares, x->value);
    }
    return true;
}

static bool read_people(struct reading *x) {
    int p = word_of(PEOPLE, SIM_PEOPLE, x->name);
    if (p < 0) {
        return bad(x, "number of people", x->name, PEOPLE, SIM_PEOPLE);
    }
    bool count = p == SIM_YOUNGEST || p == SIM_OLDEST || p == SIM_OFFICERS || p == SIM_SCHOOLS;
    if (!number(x, count ? 1000u * (uint64_t)SIM_ONE : SIM_ONE)) {
        return false;
    }
    if (p == SIM_MET && !x->value) {
        return cf_fail(x->errs, CF_X001, x->at, "nobody is met: this share must be more than 0");
    }
    x->r->people[p] = count ? x->value / SIM_ONE : x->value;
    return true;
}

static bool read_indexed(struct reading *x, struct cf_str which, uint64_t *slots, size_t n, const char *what) {
    int64_t i;
    if (!cf_str_int(which, &i) || i < 0 || (size_t)i >= n) {
        return bad(x, what, which, NULL, 0);
    }
    if (!number(x, 1000u * (uint64_t)SIM_ONE)) {
        return false;
    }
    slots[i] = x->value;
    return true;
}

static bool read_skew(struct reading *x) {
    struct simulate_rates *r = x->r;
    struct cf_str text = x->text;
    size_t i = 0;
    while (i < r->n_skews && !cf_str_eq(r->skew_names[i], x->name)) {
        i++;
    }
    if (i == SIM_SKEWS) {
        return cf_fail(x->errs, CF_X001, x->at, "there are more than %d classes of skew", SIM_SKEWS);
    }
    x->text = x->detail;
    if (!number(x, SIM_ONE)) {
        return false;
    }
    r->skew_share[i] = x->value;
    x->text = text;
    if (!number(x, 1000u * (uint64_t)SIM_ONE)) {
        return false;
    }
    r->skew[i] = x->value;
    r->skew_names[i] = cf_str_dup(r->arena, x->name);
    r->n_skews += i == r->n_skews;
    return true;
}

static bool read_rate(struct reading *x) {
    if (!cf_str_is(x->detail, "*") && !cf_str_is(x->detail, "local")) {
        return bad(x, "kind of rate: write `*` (for each child of London) or `local`", x->detail, NULL, 0);
    }
    if (!number(x, 1000u * (uint64_t)SIM_ONE)) {
        return false;
    }
    if (cf_str_is(x->name, "*")) {
        x->r->rate_local = x->value;
        return true;
    }
    add_row(x, &x->r->rate, x->value);
    return true;
}

static bool read_word(struct reading *x, struct sim_rows *rows, const char *const *words, size_t n, const char *what) {
    int w = word_of(words, n, x->text);
    if (w < 0) {
        return bad(x, what, x->text, words, n);
    }
    add_row(x, rows, (uint64_t)w);
    return true;
}

static bool read_sex(struct reading *x) {
    int s = word_of(SEXES, 2, x->name);
    if (s < 0) {
        return bad(x, "sex of the simulation", x->name, SEXES, 2);
    }
    if (!number(x, SIM_ONE)) {
        return false;
    }
    x->r->sex[s] = x->value;
    return true;
}

static bool read_plain(struct reading *x, struct sim_rows *rows, uint64_t most) {
    if (!number(x, most)) {
        return false;
    }
    add_row(x, rows, x->value);
    return true;
}

static bool read_row(struct reading *x, struct cf_str kind) {
    struct simulate_rates *r = x->r;
    static const char *const kinds[] = {"share",  "people", "age",  "hour",   "skew", "rate",
                                        "weight", "draw",   "life", "follow", "sex",  "live"};
    switch (word_of(kinds, CF_COUNT(kinds), kind)) {
    case 0: return read_share(x);
    case 1: return read_people(x);
    case 2: return read_indexed(x, x->name, r->age, SIM_AGES, "age");
    case 3: return read_indexed(x, x->detail, r->hour, SIM_HOURS, "hour");
    case 4: return read_skew(x);
    case 5: return read_rate(x);
    case 6: return read_plain(x, &r->weight, 1000u * (uint64_t)SIM_ONE);
    case 7: return read_word(x, &r->draw, DRAWS, SIM_DRAWS, "thing that can be drawn");
    case 8: return read_word(x, &r->life, LIVES, SIM_LIVES, "thing that happens in a life");
    case 9: return read_plain(x, &r->follow, SIM_ONE);
    case 10: return read_sex(x);
    case 11: return read_plain(x, &r->live, 1000u * (uint64_t)SIM_ONE);
    default: return bad(x, "kind of row", kind, kinds, CF_COUNT(kinds));
    }
}

static bool next_line(struct reading *x, struct cf_str *rest, struct cf_str *line) {
    while (cf_str_split(rest, '\n', line)) {
        x->at = (struct cf_span){x->src, (uint32_t)(line->p - x->src->text.p), (uint32_t)line->n};
        if (line->n && line->p[0] != '#') {
            return true;
        }
    }
    return false;
}

static bool open_source(struct reading *x, struct cf_arena *a, const char *folder, const char *file, struct cf_str *rest) {
    struct cf_source *src = CF_NEW(a, struct cf_source);
    src->name = cf_str_printf(a, "%s/%s", folder, file);
    if (!cf_read_file(a, cf_cstr(a, src->name), CF_MAX_SOURCE_BYTES, &src->text, x->errs)) {
        return false;
    }
    x->src = src;
    *rest = src->text;
    return true;
}

static bool read_rows(struct reading *x, struct cf_arena *a, const char *folder, const char *file) {
    struct cf_str rest, line;
    bool ok = open_source(x, a, folder, file, &rest);
    while (ok && next_line(x, &rest, &line)) {
        struct cf_str kind, origin;
        if (!cf_str_split(&line, '\t', &kind) || !cf_str_split(&line, '\t', &x->name) ||
            !cf_str_split(&line, '\t', &x->detail) || !cf_str_split(&line, '\t', &x->text) ||
            !cf_str_split(&line, '\t', &origin) || !origin.n) {
            return cf_fail(x->errs, CF_X001, x->at,
                           "a row has five columns: kind, name, detail, number and where it comes from");
        }
        ok = read_row(x, kind);
    }
    return ok;
}

static bool read_names(struct reading *x, struct cf_arena *a, const char *folder) {
    static const char *const kinds[] = {"given", "family_start", "family_end", "sentence", "school", "authority", "place"};
    struct simulate_rates *r = x->r;
    struct cf_str rest, line, kind;
    if (!open_source(x, a, folder, "names.tsv", &rest)) {
        return false;
    }
    while (next_line(x, &rest, &line)) {
        if (!cf_str_split(&line, '\t', &kind) || !line.n) {
            return cf_fail(x->errs, CF_X001, x->at, "a row has two columns: a kind and a word");
        }
        struct cf_str word = cf_str_dup(a, line);
        switch (word_of(kinds, CF_COUNT(kinds), kind)) {
        case 0: *cf_push(a, &r->given) = word; break;
        case 1: *cf_push(a, &r->family_start) = word; break;
        case 2: *cf_push(a, &r->family_end) = word; break;
        case 3: *cf_push(a, &r->sentence) = word; break;
        case 4: *cf_push(a, &r->school) = word; break;
        case 5: *cf_push(a, &r->authority) = word; break;
        case 6: *cf_push(a, &r->place) = word; break;
        default: return bad(x, "kind of word", kind, kinds, CF_COUNT(kinds));
        }
    }
    bool people = r->given.n && r->family_start.n && r->family_end.n && r->sentence.n;
    if (!people || !r->school.n || !r->authority.n || !r->place.n) {
        return cf_fail(x->errs, CF_X002, CF_NOWHERE, "%s/names.tsv has no words of one of its seven kinds", folder);
    }
    return true;
}

bool simulate_rates_read(struct cf_arena *a, const char *folder, struct cf_errs *errs, struct simulate_rates **out) {
    struct simulate_rates *r = CF_NEW(a, struct simulate_rates);
    struct reading x = {.r = r, .errs = errs};
    r->arena = a;
    r->people[SIM_MET] = SIM_ONE;
    r->people[SIM_OFFICERS] = r->people[SIM_SCHOOLS] = 1;
    *out = r;
    if (!read_rows(&x, a, folder, "open-data.tsv") || !read_rows(&x, a, folder, "simulation.tsv") ||
        !read_names(&x, a, folder)) {
        return false;
    }
    if (r->people[SIM_YOUNGEST] > r->people[SIM_OLDEST] || r->people[SIM_OLDEST] > 60 || !r->people[SIM_OFFICERS] ||
        !r->people[SIM_SCHOOLS]) {
        return cf_fail(errs, CF_X001, CF_NOWHERE,
                       "%s: the youngest is older than the oldest, or there are no officers or schools", folder);
    }
    return true;
}

const struct sim_row *sim_row_of(const struct sim_rows *rows, struct cf_str name, struct cf_str detail) {
    for (size_t i = rows->n; i > 0; i--) {
        const struct sim_row *r = &rows->v[i - 1];
        if (cf_str_eq(r->name, name) && (!detail.n || cf_str_eq(r->detail, detail))) {
            return r;
        }
    }
    return NULL;
}
