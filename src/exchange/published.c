/* exchange/published: reads tables of published numbers by a map, keeps their files in the ledger, and says what stands. Must
 * not know what is counted, nor how it is shown. */
#include "exchange/published.h"

#include "exchange/csv.h"

enum { FIRST_YEAR = 1990, LAST_YEAR = 2199, MONTHS = (LAST_YEAR + 1) * 12 };

/* ---- The map. */

struct map_line {
    struct cf_str cell[3];
    struct cf_span at;
};
struct map_reading {
    struct cf_arena *a;
    struct published_map *map;
    struct cf_errs *errs;
};

static struct published_dimension *dimension(struct published_map *m, struct cf_str name) {
    for (size_t i = 0; i < m->n; i++) {
        if (cf_str_eq(m->dimensions[i].name, name)) {
            return &m->dimensions[i];
        }
    }
    return NULL;
}

static size_t word_index(const struct published_dimension *d, struct cf_str word) {
    for (size_t i = 0; i < d->words.n; i++) {
        if (csv_same_words(d->words.v[i], word)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static struct published_measure *last_measure(struct map_reading *r) {
    return r->map->measures.n ? &r->map->measures.v[r->map->measures.n - 1] : NULL;
}

static bool read_dataset(struct map_reading *r, const struct map_line *l) {
    r->map->dataset = l->cell[1];
    r->map->title = l->cell[2];
    return true;
}

static bool read_heading(struct map_reading *r, const struct map_line *l) {
    *(cf_str_is(l->cell[0], "year")    ? &r->map->year
      : cf_str_is(l->cell[0], "month") ? &r->map->month
                                       : &r->map->number) = l->cell[1];
    return true;
}

static bool read_dimension(struct map_reading *r, const struct map_line *l) {
    if (r->map->n == PUBLISHED_DIMENSIONS || l->cell[2].n == 0 || dimension(r->map, l->cell[1])) {
        return false;
    }
    r->map->dimensions[r->map->n++] = (struct published_dimension){.name = l->cell[1], .heading = l->cell[2]};
    return true;
}

static bool read_word(struct map_reading *r, const struct map_line *l) {
    struct published_dimension *d = dimension(r->map, l->cell[1]);
    bool missing = cf_str_is(l->cell[0], "missing");
    if (!d || l->cell[2].n == 0 || d->words.n == PUBLISHED_WORDS || word_index(d, l->cell[2]) != SIZE_MAX ||
        (!missing && d->missing != d->words.n)) {
        return false;
    }
    *cf_push(r->a, &d->words) = l->cell[2];
    d->missing += !missing;
    return true;
}

static bool read_measure(struct map_reading *r, const struct map_line *l) {
    if (l->cell[2].n == 0) {
        return false;
    }
    *cf_push(r->a, &r->map->measures) =
        (struct published_measure){.name = l->cell[1], .title = l->cell[2], .share = cf_str_is(l->cell[0], "share")};
    return true;
}

static bool read_set(struct map_reading *r, const struct map_line *l) {
    struct published_measure *m = last_measure(r);
    const struct published_dimension *d = dimension(r->map, l->cell[1]);
    size_t word = d ? word_index(d, l->cell[2]) : SIZE_MAX;
    if (!m || !d || word == SIZE_MAX) {
        return false;
    }
    uint64_t *sets = cf_str_is(l->cell[0], "where") ? m->where : cf_str_is(l->cell[0], "yes") ? m->yes : m->pending;
    sets[d - r->map->dimensions] |= (uint64_t)1 << word;
    return true;
}

static bool read_by(struct map_reading *r, const struct map_line *l) {
    struct published_measure *m = last_measure(r);
    if (m) {
        *cf_push(r->a, &m->by) = l->cell[1];
    }
    return m != NULL;
}

static bool read_note(struct map_reading *r, const struct map_line *l) {
    struct published_measure *m = last_measure(r);
    if (m) {
        *cf_push(r->a, &m->notes) = l->cell[1];
    }
    return m != NULL;
}

static const struct {
    const char *word;
    bool (*read)(struct map_reading *r, const struct map_line *l);
} map_words[] = {
    {"dataset", read_dataset},
    {"year", read_heading},
    {"month", read_heading},
    {"number", read_heading},
    {"dimension", read_dimension},
    {"word", read_word},
    {"missing", read_word},
    {"share", read_measure},
    {"count", read_measure},
    {"where", read_set},
    {"yes", read_set},
    {"pending", read_set},
    {"by", read_by},
    {"note", read_note},
};

static bool read_line(struct map_reading *r, const struct map_line *l) {
    for (size_t i = 0; i < CF_COUNT(map_words); i++) {
        if (cf_str_is(l->cell[0], map_words[i].word) && l->cell[1].n && map_words[i].read(r, l)) {
            struct published_measure *m = last_measure(r);
            bool defines = map_words[i].read == read_measure || map_words[i].read == read_set;
            if (m && defines) {
                m->text = cf_str_printf(r->a, "%.*s%s%.*s %.*s %.*s", CF_STR_ARG(m->text), m->text.n ? "\n    " : "",
                                        CF_STR_ARG(l->cell[0]), CF_STR_ARG(l->cell[1]), CF_STR_ARG(l->cell[2]));
            }
            return true;
        }
    }
    return cf_fail(r->errs, CF_I021, l->at, "a line of the map cannot be used");
}

bool published_map_read(struct cf_arena *a, const char *path, struct cf_errs *errs, struct published_map *out) {
    struct map_reading r = {.a = a, .map = out, .errs = errs};
    struct cf_source *src = CF_NEW(a, struct cf_source); /* spans of errors outlive this call */
    *out = (struct published_map){0};
    src->name = cf_str_from(path);
    if (!cf_read_file(a, path, CF_MAX_SOURCE_BYTES, &src->text, errs)) {
        return false;
    }
    struct cf_str rest = src->text, line;
    bool ok = true;
    while (cf_str_split(&rest, '\n', &line)) {
        struct map_line l = {.at = {src, (uint32_t)(line.p - src->text.p), (uint32_t)line.n}};
        struct cf_str cells = line;
        if (cf_str_trim(line).n == 0 || line.p[0] == '#') {
            continue;
        }
        for (size_t i = 0; i < CF_COUNT(l.cell) && cf_str_split(&cells, '\t', &l.cell[i]); i++) {
            l.cell[i] = cf_str_trim(l.cell[i]);
        }
        ok = read_line(&r, &l) && ok;
    }
    out->source = *src;
    if (ok && !(out->dataset.n && out->year.n && out->month.n && out->number.n && out->n)) {
        ok = cf_fail(errs, CF_I021, (struct cf_span){src, 0, 0}, "the map names no data set, year, month, number or dimension");
    }
    return ok;
}

const struct published_measure *published_find(const struct published_map *map, struct cf_str name) {
    for (size_t i = 0; i < map->measures.n; i++) {
        if (cf_str_eq(map->measures.v[i].name, name)) {
            return &map->measures.v[i];
        }
    }
    return NULL;
}

/* ---- One file. */

struct file_reading {
    struct cf_arena *a;
    const struct published_map *map;
    struct csv_reader *csv;
    int at[3 + PUBLISHED_DIMENSIONS];
    struct cf_map *seen; /* cells of this file -> its index in out, plus 1 */
    struct published_cells out;
    struct csv_rejects *rejects; /* NULL: only counted */
    uint64_t lines, rejected, repeats;
};

static struct cf_str cell_key(struct cf_arena *a, const struct published_cell *c) {
    struct cf_buf b = cf_buf_new(a, 64);
    cf_buf_be(&b, (uint64_t)c->month, 4);
    cf_buf_add(&b, c->word, sizeof c->word);
    return (struct cf_str){b.p, b.n};
}

/* The cell of a line; an empty reason: it is good. */
static struct cf_str read_cells(struct file_reading *f, const struct csv_line *l, struct published_cell *out) {
    int64_t year, month;
    *out = (struct published_cell){0};
    if (!cf_str_int(cf_str_trim(l->cells[f->at[0]]), &year) || year < FIRST_YEAR || year > LAST_YEAR) {
        return CF_LIT("the year cannot be read");
    }
    if (!cf_str_int(cf_str_trim(l->cells[f->at[1]]), &month) || month < 1 || month > 12) {
        return CF_LIT("the month is not a number from 1 to 12");
    }
    if (!cf_str_int(cf_str_trim(l->cells[f->at[2]]), &out->number) || out->number < 0 || out->number > 1000000000) {
        return CF_LIT("the number is not a whole number");
    }
    out->month = (int32_t)(year * 12 + month - 1);
    for (size_t i = 0; i < f->map->n; i++) {
        struct cf_str cell = cf_str_trim(l->cells[f->at[3 + i]]);
        size_t word = word_index(&f->map->dimensions[i], cell);
        if (word == SIZE_MAX) {
            return cf_str_printf(f->a, "%.*s is not known: \"%.*s\"", CF_STR_ARG(f->map->dimensions[i].name), CF_STR_ARG(cell));
        }
        out->word[i] = (uint8_t)word;
    }
    return CF_LIT("");
}

static void take_line(struct file_reading *f, const struct csv_line *l, enum csv_verdict verdict) {
    struct published_cell cell = {0};
    struct cf_str reason = verdict == CSV_BAD ? l->reason : read_cells(f, l, &cell);
    f->lines++;
    if (verdict == CSV_ROW && !reason.n) {
        void **slot = cf_map_put(f->seen, cell_key(f->a, &cell));
        if (!*slot) {
            *cf_push(f->a, &f->out) = cell;
            *slot = (void *)(uintptr_t)f->out.n;
            return;
        }
        if (f->out.v[(uintptr_t)*slot - 1].number == cell.number) {
            f->repeats++;
            return;
        }
        reason = CF_LIT("this cell stands in the file already, with another number");
    }
    f->rejected++;
    csv_reject(f->rejects, l->number, reason, l->raw);
}

static bool read_file(struct file_reading *f, struct cf_str bytes, struct cf_str name, struct cf_errs *errs) {
    struct csv_column columns[3 + PUBLISHED_DIMENSIONS] = {{cf_cstr(f->a, f->map->year), NULL, true},
                                                           {cf_cstr(f->a, f->map->month), NULL, true},
                                                           {cf_cstr(f->a, f->map->number), NULL, true}};
    struct cf_str unknown;
    struct csv_line line = {0};
    enum csv_verdict verdict = CSV_END;
    for (size_t i = 0; i < f->map->n; i++) {
        columns[3 + i] = (struct csv_column){cf_cstr(f->a, f->map->dimensions[i].heading), NULL, true};
    }
    f->seen = cf_map_new(f->a);
    if (!csv_open(f->a, gzip_over_bytes(f->a, bytes, name), errs, &f->csv) ||
        !csv_map_headings(f->a, f->csv, columns, 3 + f->map->n, f->at, &unknown, errs)) {
        return false;
    }
    for (;;) {
        if (!csv_next(f->csv, &line, &verdict, errs)) {
            return false;
        }
        if (verdict == CSV_END) {
            return true;
        }
        take_line(f, &line, verdict);
    }
}

/* ---- What stands: of each month the newest file that holds it. */

static struct cf_str text_fact(const struct ledger_event *e, uint32_t field) {
    const struct ledger_value *v = ledger_fact(e, field);
    return v && (v->type == LEDGER_TEXT || v->type == LEDGER_BYTES) ? v->as.s : CF_LIT("");
}

struct standing {
    struct cf_arena *a;
    uint32_t *newest; /* edition of each month */
    struct published_cells all;
};

static void add_edition(struct standing *s, const struct published_cells *file, uint32_t edition) {
    for (size_t i = 0; i < file->n; i++) {
        struct published_cell *to = cf_push(s->a, &s->all);
        *to = file->v[i];
        to->edition = edition;
        s->newest[to->month] = edition;
    }
}

static void keep_newest(struct standing *s, struct published_cells *out) {
    out->at = cf_map_new(s->a);
    for (size_t i = 0; i < s->all.n; i++) {
        if (s->all.v[i].edition == s->newest[s->all.v[i].month]) {
            *cf_push(s->a, out) = s->all.v[i];
            *cf_map_put(out->at, cell_key(s->a, &s->all.v[i])) = (void *)(uintptr_t)out->n;
        }
    }
}

bool published_standing(struct desk *d, const struct published_map *map, struct cf_arena *a, struct published_cells *out,
                        struct cf_errs *errs) {
    struct ledger *ledger = desk_ledger(d);
    struct standing s = {.a = a, .newest = CF_NEW_N(a, uint32_t, MONTHS)};
    uint64_t *seqs;
    size_t n;
    *out = (struct published_cells){0};
    if (!ledger_builtins(ledger, LEDGER_DATASET_VERSION, 0, a, &seqs, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct ledger_event e;
        struct cf_str bytes;
        if (!ledger_read(ledger, seqs[i], a, &e, errs)) {
            return false;
        }
        struct cf_str digest = text_fact(&e, LEDGER_F_DIGEST), name = text_fact(&e, LEDGER_F_NAME);
        if (!cf_str_eq(text_fact(&e, LEDGER_F_DATASET), map->dataset) || digest.n != LEDGER_HASH) {
            continue;
        }
        struct file_reading f = {.a = a, .map = map};
        if (!ledger_blob_get(ledger, (const uint8_t *)digest.p, a, &bytes, errs) || !read_file(&f, bytes, name, errs)) {
            return false;
        }
        add_edition(&s, &f.out, (uint32_t)i + 1);
        out->version = cf_str_printf(a, "%.*s, SHA-256 %.*s", CF_STR_ARG(name), CF_STR_ARG(cf_hex(a, digest.p, LEDGER_HASH)));
    }
    keep_newest(&s, out);
    return true;
}

/* ---- Importing. */

static struct cf_str base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return cf_str_from(slash ? slash + 1 : path);
}

static bool keep_file(struct desk *d, const struct published_map *map, struct cf_str bytes, struct cf_str name, size_t cells,
                      struct cf_errs *errs) {
    struct ledger *ledger = desk_ledger(d);
    uint8_t digest[LEDGER_HASH];
    if (!ledger_begin(ledger, errs)) {
        return false;
    }
    if (!ledger_blob_put(ledger, bytes, digest, errs)) {
        ledger_rollback(ledger);
        return false;
    }
    struct ledger_pair pairs[] = {
        {LEDGER_F_NAME, ledger_text(name)},
        {LEDGER_F_COUNT, ledger_int((int64_t)cells)},
        {LEDGER_F_DATASET, ledger_text(map->dataset)},
        {LEDGER_F_DIGEST, ledger_bytes((struct cf_str){(const char *)digest, LEDGER_HASH})},
    };
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = pairs, .n_fields = CF_COUNT(pairs)};
    int64_t now = cf_now_us() / 1000000;
    struct ledger_draft draft = {
        .id = ledger_new_id(ledger), .kind = LEDGER_DATASET_VERSION, .from = now, .to = now, .facts = &facts, .n_facts = 1};
    struct ledger_receipt receipt;
    if (!ledger_append(ledger, &draft, &receipt, errs)) {
        ledger_rollback(ledger);
        return false;
    }
    return ledger_commit(ledger, errs);
}

/* Cells that are new or have another number; and what stood in these months and is gone. */
static void compare(const struct file_reading *f, const struct published_cells *before, struct published_report *out) {
    bool *months = CF_NEW_N(f->a, bool, MONTHS);
    for (size_t i = 0; i < f->out.n; i++) {
        uintptr_t at = (uintptr_t)cf_map_get(before->at, cell_key(f->a, &f->out.v[i]));
        bool same = at && before->v[at - 1].number == f->out.v[i].number;
        *(same ? &out->known : &out->imported) += 1;
        months[f->out.v[i].month] = true;
    }
    for (size_t i = 0; i < before->n; i++) {
        out->withdrawn += months[before->v[i].month] && !cf_map_get(f->seen, cell_key(f->a, &before->v[i]));
    }
}

static void sum_up(const struct published_cells *now, struct published_report *out) {
    out->first = INT32_MAX;
    for (size_t i = 0; i < now->n; i++) {
        out->sum += now->v[i].number;
        out->first = now->v[i].month < out->first ? now->v[i].month : out->first;
        out->last = now->v[i].month > out->last ? now->v[i].month : out->last;
    }
}

bool published_import(struct desk *d, const struct published_map *map, const char *path, struct cf_arena *a,
                      struct published_report *out, struct cf_errs *errs) {
    struct file_reading f = {.a = a, .map = map, .rejects = csv_rejects_new(a, path)};
    struct published_cells before, now;
    struct cf_str bytes;
    *out = (struct published_report){0};
    if (!cf_read_file(a, path, CF_MAX_BLOB_BYTES, &bytes, errs) || !read_file(&f, bytes, base_name(path), errs) ||
        !published_standing(d, map, a, &before, errs)) {
        return false;
    }
    compare(&f, &before, out);
    out->lines = f.lines;
    out->rejected = f.rejected;
    out->repeats = f.repeats;
    out->known += f.repeats;
    if ((out->imported || out->withdrawn) && !keep_file(d, map, bytes, base_name(path), f.out.n, errs)) {
        return false;
    }
    if (!published_standing(d, map, a, &now, errs)) {
        return false;
    }
    sum_up(&now, out);
    return csv_rejects_finish(f.rejects, &out->rejects_path, errs);
}
