/* exchange/boroughs: point in polygon over the London boroughs, made quick by a grid. Must not know records.
 *
 * Every edge belongs to one borough's ring and is kept with its lower end first, so that two neighbours compute the very same
 * crossing and a point on their shared edge falls to exactly one of them. Cells that no edge touches hold the answer; the
 * others count crossings along their band of latitude. */
#include "exchange/boroughs.h"

enum { GRID = 512, MIXED = -2 };

struct edge {
    int32_t x1, y1, x2, y2; /* y1 < y2 */
    int32_t borough;
};
struct point {
    int32_t x, y;
};
struct points {
    CF_VEC(struct point);
};
struct band {
    const struct edge *edge;
    size_t n;
};
struct boroughs {
    int32_t x0, y0, x1, y1; /* the box around all rings */
    int32_t cell_w, cell_h;
    struct band band[GRID];
    int8_t cell[GRID][GRID]; /* borough, BOROUGHS_NONE or MIXED */
};

static const struct {
    const char *code, *name;
} names[BOROUGHS_COUNT] = {
    {"E09000001", "City of London"},
    {"E09000002", "Barking and Dagenham"},
    {"E09000003", "Barnet"},
    {"E09000004", "Bexley"},
    {"E09000005", "Brent"},
    {"E09000006", "Bromley"},
    {"E09000007", "Camden"},
    {"E09000008", "Croydon"},
    {"E09000009", "Ealing"},
    {"E09000010", "Enfield"},
    {"E09000011", "Greenwich"},
    {"E09000012", "Hackney"},
    {"E09000013", "Hammersmith and Fulham"},
    {"E09000014", "Haringey"},
    {"E09000015", "Harrow"},
    {"E09000016", "Havering"},
    {"E09000017", "Hillingdon"},
    {"E09000018", "Hounslow"},
    {"E09000019", "Islington"},
    {"E09000020", "Kensington and Chelsea"},
    {"E09000021", "Kingston upon Thames"},
    {"E09000022", "Lambeth"},
    {"E09000023", "Lewisham"},
    {"E09000024", "Merton"},
    {"E09000025", "Newham"},
    {"E09000026", "Redbridge"},
    {"E09000027", "Richmond upon Thames"},
    {"E09000028", "Southwark"},
    {"E09000029", "Sutton"},
    {"E09000030", "Tower Hamlets"},
    {"E09000031", "Waltham Forest"},
    {"E09000032", "Wandsworth"},
    {"E09000033", "Westminster"},
};

struct cf_str boroughs_code(int borough) {
    return borough >= 0 && borough < BOROUGHS_COUNT ? cf_str_from(names[borough].code) : CF_LIT("");
}

struct cf_str boroughs_name(int borough) {
    return borough >= 0 && borough < BOROUGHS_COUNT ? cf_str_from(names[borough].name) : CF_LIT("");
}

int boroughs_by_code(struct cf_str code) {
    for (int i = 0; i < BOROUGHS_COUNT; i++) {
        if (cf_str_is(code, names[i].code)) {
            return i;
        }
    }
    return BOROUGHS_NONE;
}

static bool same_letters(struct cf_str a, const char *b) {
    size_t i = 0;
    for (; i < a.n && b[i] != '\0'; i++) {
        if ((a.p[i] | 0x20) != (b[i] | 0x20)) {
            return false;
        }
    }
    return i == a.n && b[i] == '\0';
}

int boroughs_by_name(struct cf_str name) {
    for (int i = 0; i < BOROUGHS_COUNT; i++) {
        if (same_letters(name, names[i].name)) {
            return i;
        }
    }
    return same_letters(name, "City of Westminster") ? boroughs_by_name(CF_LIT("Westminster")) : BOROUGHS_NONE;
}

/* ---- Reading the file. */
struct ring {
    int borough;
    CF_LIST(struct point) points;
};
struct build {
    struct cf_arena *arena;
    const struct cf_source *src;
    struct cf_errs *errs;
    struct {
        CF_VEC(struct points);
    } arcs;
    struct {
        CF_VEC(struct edge);
    } edges;
    struct {
        CF_VEC(struct edge); /* level ones: they cross nothing, but their cells are mixed */
    } level;
    CF_LIST(struct ring) rings;
    size_t point_n;
    uint64_t seen; /* bit b: borough b has a ring */
    struct boroughs *b;
};

static bool wrong(struct build *u, struct cf_str line, const char *what) {
    struct cf_span at = {u->src, (uint32_t)(line.p - u->src->text.p), (uint32_t)line.n};
    at.n = at.n > 80 ? 80 : at.n;
    return cf_fail(u->errs, CF_I006, at, "the boundary file is wrong: %s", what);
}

static bool read_number(struct cf_str s, int64_t most, int64_t *out) {
    return cf_str_int(s, out) && *out >= -most && *out <= most;
}

static bool read_arc(struct build *u, struct cf_str line, struct cf_str rest) {
    struct cf_str word;
    int64_t number = 0;
    if (!cf_str_split(&rest, '\t', &word) || !read_number(word, 1000000, &number) || (size_t)number != u->arcs.n + 1) {
        return wrong(u, line, "arcs must be numbered 1, 2, 3 and so on");
    }
    struct points *arc = cf_push(u->arena, &u->arcs);
    int64_t x = 0;
    int64_t y = 0;
    while (cf_str_split(&rest, ' ', &word)) {
        struct cf_str first;
        int64_t dx = 0;
        int64_t dy = 0;
        if (!cf_str_split(&word, ',', &first) || !read_number(first, 180000000, &dx) || !read_number(word, 180000000, &dy)) {
            return wrong(u, line, "a point is two whole numbers with a comma between");
        }
        x += dx;
        y += dy;
        if (x < -180000000 || x > 180000000 || y < -90000000 || y > 90000000 || ++u->point_n > CF_MAX_BOUNDARY_POINTS) {
            return wrong(u, line, "a point lies outside the world, or there are too many");
        }
        *cf_push(u->arena, arc) = (struct point){(int32_t)x, (int32_t)y};
    }
    return arc->n >= 2 || wrong(u, line, "an arc has two points or more");
}

static void add_edge(struct build *u, int borough, struct point p, struct point q) {
    if (p.y == q.y) {
        *cf_push(u->arena, &u->level) = (struct edge){p.x, p.y, q.x, q.y, borough};
    } else if (p.y < q.y) {
        *cf_push(u->arena, &u->edges) = (struct edge){p.x, p.y, q.x, q.y, borough};
    } else {
        *cf_push(u->arena, &u->edges) = (struct edge){q.x, q.y, p.x, p.y, borough};
    }
}

/* Arcs in order, each beginning where the one before ended; the last ends where the first began. */
static bool read_ring(struct build *u, struct cf_str line, struct cf_str rest) {
    struct cf_str code;
    struct cf_str name;
    struct cf_str word;
    int borough = BOROUGHS_NONE;
    if (cf_str_split(&rest, '\t', &code) && cf_str_split(&rest, '\t', &name)) {
        borough = boroughs_by_code(code);
    }
    if (borough == BOROUGHS_NONE) {
        return wrong(u, line, "a ring names one of the 33 boroughs by its code");
    }
    bool any = false;
    struct point begin = {0, 0};
    struct point last = {0, 0};
    struct ring *ring = cf_push(u->arena, &u->rings);
    ring->borough = borough;
    while (cf_str_split(&rest, ' ', &word)) {
        int64_t n = 0;
        if (!read_number(word, (int64_t)u->arcs.n, &n) || n == 0) {
            return wrong(u, line, "a ring lists arcs that stand above it");
        }
        const struct points *arc = &u->arcs.v[(n < 0 ? -n : n) - 1];
        for (size_t k = 0; k < arc->n; k++) {
            struct point p = arc->v[n > 0 ? k : arc->n - 1 - k];
            if (k == 0 && any && (p.x != last.x || p.y != last.y)) {
                return wrong(u, line, "an arc does not begin where the one before it ended");
            }
            if (any && k > 0) {
                add_edge(u, borough, last, p);
            } else if (!any) {
                begin = p;
                any = true;
            }
            last = p;
            *cf_push(u->arena, &ring->points) = p;
        }
    }
    if (!any || begin.x != last.x || begin.y != last.y) {
        return wrong(u, line, "a ring is not closed");
    }
    u->seen |= (uint64_t)1 << borough;
    return true;
}

static bool read_lines(struct build *u) {
    struct cf_str rest = u->src->text;
    struct cf_str line;
    while (cf_str_split(&rest, '\n', &line)) {
        struct cf_str fields = cf_str_trim(line);
        struct cf_str word;
        if (fields.n == 0 || fields.p[0] == '#') {
            continue;
        }
        if (!cf_str_split(&fields, '\t', &word)) {
            return wrong(u, line, "a line begins with `arc` or `ring`");
        }
        bool ok = cf_str_is(word, "arc")    ? read_arc(u, line, fields)
                  : cf_str_is(word, "ring") ? read_ring(u, line, fields)
                                            : wrong(u, line, "a line begins with `arc` or `ring`");
        if (!ok) {
            return false;
        }
    }
    if (u->seen != ((uint64_t)1 << BOROUGHS_COUNT) - 1) {
        return wrong(u, cf_str_slice(u->src->text, 0, 0), "it does not have all 33 boroughs");
    }
    return true;
}

/* ---- The grid. */
static void measure_box(struct build *u) {
    struct boroughs *b = u->b;
    b->x0 = b->y0 = INT32_MAX;
    b->x1 = b->y1 = INT32_MIN;
    for (size_t i = 0; i < u->arcs.n; i++) {
        for (size_t k = 0; k < u->arcs.v[i].n; k++) {
            struct point p = u->arcs.v[i].v[k];
            b->x0 = p.x < b->x0 ? p.x : b->x0;
            b->x1 = p.x > b->x1 ? p.x : b->x1;
            b->y0 = p.y < b->y0 ? p.y : b->y0;
            b->y1 = p.y > b->y1 ? p.y : b->y1;
        }
    }
    b->cell_w = (b->x1 - b->x0) / GRID + 1;
    b->cell_h = (b->y1 - b->y0) / GRID + 1;
}

static int column_of(const struct boroughs *b, int32_t x) {
    return (x - b->x0) / b->cell_w;
}

static int band_of(const struct boroughs *b, int32_t y) {
    return (y - b->y0) / b->cell_h;
}

static void mark_mixed(struct boroughs *b, const struct edge *e) {
    int from = column_of(b, e->x1 < e->x2 ? e->x1 : e->x2);
    int to = column_of(b, e->x1 < e->x2 ? e->x2 : e->x1);
    for (int y = band_of(b, e->y1); y <= band_of(b, e->y2); y++) {
        for (int x = from; x <= to; x++) {
            b->cell[y][x] = MIXED;
        }
    }
}

static void fill_bands(struct build *u) {
    struct boroughs *b = u->b;
    size_t n[GRID] = {0};
    struct edge *to[GRID] = {0};
    for (size_t i = 0; i < u->edges.n; i++) {
        for (int y = band_of(b, u->edges.v[i].y1); y <= band_of(b, u->edges.v[i].y2); y++) {
            n[y]++;
        }
    }
    for (int y = 0; y < GRID; y++) {
        to[y] = CF_NEW_N(u->arena, struct edge, n[y] + 1);
        b->band[y] = (struct band){to[y], n[y]};
    }
    for (size_t i = 0; i < u->edges.n; i++) {
        for (int y = band_of(b, u->edges.v[i].y1); y <= band_of(b, u->edges.v[i].y2); y++) {
            *to[y]++ = u->edges.v[i];
        }
    }
}

/* Counts, for all boroughs at once, the edges to the right of the point; an odd count means inside. */
static int by_crossings(const struct boroughs *b, int32_t x, int32_t y) {
    struct band band = b->band[band_of(b, y)];
    uint64_t inside = 0;
    for (size_t i = 0; i < band.n; i++) {
        const struct edge *e = &band.edge[i];
        if (y < e->y1 || y >= e->y2) {
            continue;
        }
        int64_t left = ((int64_t)x - e->x1) * (e->y2 - e->y1);
        int64_t right = ((int64_t)e->x2 - e->x1) * ((int64_t)y - e->y1);
        inside ^= (uint64_t)(left < right) << e->borough;
    }
    return inside == 0 ? BOROUGHS_NONE : __builtin_ctzll(inside);
}

static void fill_cells(struct build *u) {
    struct boroughs *b = u->b;
    for (size_t i = 0; i < u->edges.n; i++) {
        mark_mixed(b, &u->edges.v[i]);
    }
    for (size_t i = 0; i < u->level.n; i++) {
        mark_mixed(b, &u->level.v[i]);
    }
    for (int y = 0; y < GRID; y++) {
        int last = MIXED;
        for (int x = 0; x < GRID; x++) {
            if (b->cell[y][x] == MIXED) {
                last = MIXED;
                continue;
            }
            if (last == MIXED) { /* between two cells that no edge touches nothing changes */
                last = by_crossings(b, b->x0 + x * b->cell_w + b->cell_w / 2, b->y0 + y * b->cell_h + b->cell_h / 2);
            }
            b->cell[y][x] = (int8_t)last;
        }
    }
}

bool boroughs_parse(struct cf_arena *a, const struct cf_source *src, struct cf_errs *errs, struct boroughs **out) {
    struct build u = {.arena = a, .src = src, .errs = errs, .b = CF_NEW(a, struct boroughs)};
    if (!read_lines(&u)) {
        return false;
    }
    measure_box(&u);
    fill_bands(&u);
    fill_cells(&u);
    *out = u.b;
    return true;
}

bool boroughs_load(struct cf_arena *a, const char *path, struct cf_errs *errs, struct boroughs **out) {
    struct cf_source *src = CF_NEW(a, struct cf_source);
    src->name = cf_str_dup(a, cf_str_from(path));
    return cf_read_file(a, path, CF_MAX_SOURCE_BYTES, &src->text, errs) && boroughs_parse(a, src, errs, out);
}

int boroughs_at(const struct boroughs *b, int32_t latitude_udeg, int32_t longitude_udeg) {
    int32_t x = longitude_udeg;
    int32_t y = latitude_udeg;
    if (x < b->x0 || x > b->x1 || y < b->y0 || y > b->y1) {
        return BOROUGHS_NONE;
    }
    int cell = b->cell[band_of(b, y)][column_of(b, x)];
    return cell == MIXED ? by_crossings(b, x, y) : cell;
}

/* ---- Outlines for a map. One degree of longitude is 0.6225 of one of latitude here: the cosine of 51.5 degrees. */
static struct point on_map(const struct boroughs *b, struct point p) {
    int64_t across = (int64_t)b->x1 - b->x0;
    return (struct point){(int32_t)(((int64_t)p.x - b->x0) * BOROUGHS_MAP_WIDTH / across),
                          (int32_t)(((int64_t)b->y1 - p.y) * BOROUGHS_MAP_WIDTH * 10000 / (across * 6225))};
}

/* Points nearer than two units to the one before are not seen, and are left out. */
static void draw_ring(struct cf_buf *d, const struct boroughs *b, const struct ring *ring) {
    struct point last = {INT32_MIN / 2, 0};
    for (size_t i = 0; i + 1 < ring->points.n; i++) { /* the last is the first again */
        struct point p = on_map(b, ring->points.v[i]);
        if (p.x - last.x > -2 && p.x - last.x < 2 && p.y - last.y > -2 && p.y - last.y < 2) {
            continue;
        }
        cf_buf_printf(d, "%s%d %d", i == 0 ? "M" : "L", p.x, p.y);
        last = p;
    }
    cf_buf_lit(d, "Z");
}

bool boroughs_outlines(struct cf_arena *a, const char *path, struct cf_errs *errs, struct cf_str outline[BOROUGHS_COUNT],
                       int *height) {
    struct cf_source *src = CF_NEW(a, struct cf_source);
    struct build u = {.arena = a, .src = src, .errs = errs, .b = CF_NEW(a, struct boroughs)};
    src->name = cf_str_dup(a, cf_str_from(path));
    if (!cf_read_file(a, path, CF_MAX_SOURCE_BYTES, &src->text, errs) || !read_lines(&u)) {
        return false;
    }
    measure_box(&u);
    for (int i = 0; i < BOROUGHS_COUNT; i++) {
        struct cf_buf d = cf_buf_new(a, CF_MAX_SOURCE_BYTES);
        for (size_t k = 0; k < u.rings.n; k++) {
            if (u.rings.v[k].borough == i) {
                draw_ring(&d, u.b, &u.rings.v[k]);
            }
        }
        if (!cf_buf_finish(&d, &outline[i])) {
            return cf_fail(errs, CF_I006, CF_NOWHERE, "the boundary file is wrong: an outline is too long");
        }
    }
    *height = on_map(u.b, (struct point){u.b->x0, u.b->y0}).y + 1;
    return true;
}
