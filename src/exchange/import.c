/* import: from rows of published files to events. The two sources share the mapping, the age evidence and the versions of data
 * sets. */
#include "exchange/import.h"

#include "exchange/more_thorough.h"
#include "exchange/stop_search.h"

#include <stdlib.h>

enum { MAP_ROWS = 64, LIVES_AT_MOST_YEARS = 120 };

/* ---- The mapping: which field of which record is read from which heading. */

struct mapping {
    const struct lang_decl *record;
    int role;
    struct {
        int field;
        struct cf_str heading;
    } rows[MAP_ROWS];
    size_t n;
    struct desk_value *values; /* one a field, filled for each row */
    struct cf_arena *a;
};

static int field_named(const struct lang_decl *record, struct cf_str name) {
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        if (cf_str_eq(record->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

static bool map_head(struct desk *d, struct mapping *m, struct cf_str record, struct cf_str role, struct cf_errs *errs) {
    m->record = lang_find(desk_set(d), cf_cstr(m->a, record));
    if (!m->record || m->record->kind != LANG_RECORD) {
        return cf_fail(errs, CF_I020, CF_NOWHERE, "the adopted policies have no record %.*s", CF_STR_ARG(record));
    }
    m->values = CF_NEW_N(m->a, struct desk_value, m->record->as.record.fields.n + 1);
    for (size_t i = 0; i < m->record->as.record.roles.n; i++) {
        if (cf_str_eq(m->record->as.record.roles.v[i].role.text, role)) {
            m->role = (int)i;
            return true;
        }
    }
    return cf_fail(errs, CF_I020, CF_NOWHERE, "the record %.*s has no role %.*s", CF_STR_ARG(record), CF_STR_ARG(role));
}

static bool read_map(struct desk *d, const char *path, struct cf_arena *a, struct mapping *m, struct cf_errs *errs) {
    struct cf_str text, line;
    *m = (struct mapping){.a = a, .role = -1};
    if (!cf_read_file(a, path, CF_MAX_SOURCE_BYTES, &text, errs)) {
        return false;
    }
    while (cf_str_split(&text, '\n', &line)) {
        struct cf_str name, heading, rest = line;
        if (!line.n || line.p[0] == '#' || !cf_str_split(&rest, '\t', &name) || !cf_str_split(&rest, '\t', &heading)) {
            continue;
        }
        if (cf_str_is(name, "record")) {
            if (!map_head(d, m, heading, cf_str_trim(rest), errs)) {
                return false;
            }
            continue;
        }
        int field = m->record ? field_named(m->record, name) : -1;
        if (field < 0 || m->n == MAP_ROWS) {
            return cf_fail(errs, CF_I020, CF_NOWHERE, "%s: the record has no field %.*s", path, CF_STR_ARG(name));
        }
        m->rows[m->n].field = field;
        m->rows[m->n++].heading = cf_str_trim(heading);
    }
    return m->record ? true : cf_fail(errs, CF_I020, CF_NOWHERE, "%s names no record", path);
}

/* A coded word of a source as a value of the field: by the code's name, or by its title in the source's own words. */
static struct desk_value coded(const struct lang_field *f, struct cf_str code, struct cf_str text) {
    struct desk_value v = {.v = {.kind = LANG_V_NOT_KNOWN}};
    if (f->type.kind == LANG_T_YESNO && (cf_str_is(code, "yes") || cf_str_is(code, "no"))) {
        v.v = (struct lang_value){.kind = LANG_V_YESNO, .i = cf_str_is(code, "yes")};
        return v;
    }
    const struct lang_decl *codes = f->type.kind == LANG_T_CODE ? f->type.of : NULL;
    for (int by = 0; codes && by < 2; by++) {
        for (size_t i = 0; i < codes->as.codes.list.n; i++) {
            const struct lang_code *c = &codes->as.codes.list.v[i];
            if (by == 0 ? csv_same_words(c->title, text) : csv_same_words(c->name.text, code)) {
                v.v = (struct lang_value){.kind = LANG_V_CODE, .i = (int64_t)i};
                return v;
            }
        }
    }
    return v;
}

static void absent(struct desk_value *v, enum lang_value_kind kind) {
    *v = (struct desk_value){.v = {.kind = (uint8_t)kind}};
}

/* ---- Age evidence: between which days somebody of `from` to `to` years on that day was born. */

static void born_between(struct desk_about *about, int32_t day, int from, int to) {
    int32_t last, first;
    if (cf_day_add(NULL, day, (struct cf_duration){-from, CF_YEAR}, &last) != CF_WHEN_OK ||
        cf_day_add(NULL, day, (struct cf_duration){-(to + 1), CF_YEAR}, &first) != CF_WHEN_OK) {
        return;
    }
    about->has_born = true;
    about->born_from = first + 1;
    about->born_to = last;
}

/* ---- Versions of a data set. */

struct dataset {
    struct cf_str name;
    uint8_t digest[LEDGER_HASH];
    bool seen_before, same; /* imported before; as these very bytes */
    uint64_t first;         /* where its first version was recorded */
    struct {
        CF_VEC(uint64_t);
    } seen; /* events that this version holds too, only kept when seen_before and not same */
};

static struct cf_str text_fact(const struct ledger_event *e, uint32_t field) {
    const struct ledger_value *v = ledger_fact(e, field);
    return v && (v->type == LEDGER_TEXT || v->type == LEDGER_BYTES) ? v->as.s : CF_LIT("");
}

static bool find_dataset(struct desk *d, struct dataset *s, const char *path, struct cf_str name, struct cf_arena *a,
                         struct cf_errs *errs) {
    struct cf_str bytes;
    uint64_t *seqs;
    size_t n;
    *s = (struct dataset){.name = name, .first = ledger_size(desk_ledger(d))};
    if (!cf_read_file(a, path, 1u << 30, &bytes, errs)) {
        return false;
    }
    ledger_sha256(bytes.p, bytes.n, s->digest);
    if (!ledger_builtins(desk_ledger(d), LEDGER_DATASET_VERSION, 0, a, &seqs, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct ledger_event e;
        if (!ledger_read(desk_ledger(d), seqs[i], a, &e, errs)) {
            return false;
        }
        struct cf_str digest = text_fact(&e, LEDGER_F_DIGEST);
        if (!cf_str_eq(text_fact(&e, LEDGER_F_DATASET), name) || digest.n != LEDGER_HASH) {
            continue;
        }
        const struct ledger_value *count = ledger_fact(&e, LEDGER_F_COUNT);
        s->first = !s->seen_before && count ? (uint64_t)count->as.n : s->first;
        s->seen_before = true;
        s->same = memcmp(digest.p, s->digest, LEDGER_HASH) == 0; /* the last version decides */
    }
    return true;
}

static bool record_dataset(struct desk *d, const struct dataset *s, struct cf_errs *errs) {
    struct ledger_pair pairs[] = {
        {LEDGER_F_DATASET, ledger_text(s->name)},
        {LEDGER_F_DIGEST, ledger_bytes((struct cf_str){(const char *)s->digest, LEDGER_HASH})},
        {LEDGER_F_COUNT,
         ledger_int((int64_t)s->first)}, /* events before its first row, so that a later version need not scan */
    };
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = pairs, .n_fields = CF_COUNT(pairs)};
    int64_t now = cf_now_us() / 1000000;
    struct ledger_draft draft = {.id = ledger_new_id(desk_ledger(d)),
                                 .kind = LEDGER_DATASET_VERSION,
                                 .from = now,
                                 .to = now,
                                 .facts = &facts,
                                 .n_facts = 1};
    struct ledger_receipt receipt;
    if (!ledger_begin(desk_ledger(d), errs)) {
        return false;
    }
    if (!ledger_append(desk_ledger(d), &draft, &receipt, errs)) {
        ledger_rollback(desk_ledger(d));
        return false;
    }
    return ledger_commit(desk_ledger(d), errs);
}

static int by_number(const void *x, const void *y) {
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

static bool withdraw_row(struct desk *d, struct cf_id event, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("withdraw row");
    struct ledger_receipt receipt;
    struct desk_correction fix = {.event = event,
                                  .withdraw = true,
                                  .reason = CF_LIT("A later version of the published data set no longer holds this row.")};
    bool ok = desk_correct(d, &fix, a, &receipt, NULL, errs);
    cf_arena_free(a);
    return ok;
}

/* Rows of earlier versions that this one no longer holds are withdrawn. */
static bool supersede(struct desk *d, struct dataset *s, uint64_t until, uint64_t *withdrawn, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("supersede"), *one = cf_arena_new("one row");
    struct {
        CF_VEC(struct cf_id);
    } gone = {0};
    struct ledger_cursor *c;
    bool more = true, ok = ledger_scan(desk_ledger(d), s->first, until, a, &c, errs);
    if (s->seen.n) {
        qsort(s->seen.v, s->seen.n, sizeof(*s->seen.v), by_number);
    }
    while (ok && more) {
        struct ledger_event e;
        cf_arena_reset(one);
        ok = ledger_scan_next(c, one, &more, &e, errs);
        if (ok && more && cf_str_eq(e.d.source, s->name) &&
            !(s->seen.n && bsearch(&e.seq, s->seen.v, s->seen.n, sizeof(*s->seen.v), by_number))) {
            *cf_push(a, &gone) = e.d.id;
        }
    }
    if (ok) {
        ledger_scan_end(c);
    }
    for (size_t i = 0; ok && i < gone.n; i++) {
        ok = withdraw_row(d, gone.v[i], errs);
        *withdrawn += ok;
    }
    cf_arena_free(one);
    cf_arena_free(a);
    return ok;
}

/* ---- One row as an event. */

struct importing {
    struct desk *d;
    struct mapping map;
    struct dataset set;
    struct import_report *report;
    uint64_t before; /* size of the ledger at the start */
};

static bool add_row(struct importing *x, struct desk_about *about, int64_t from, int64_t to, bool day_only, struct cf_str key,
                    struct cf_errs *errs) {
    uint64_t seq;
    if (!ledger_source_seq(desk_ledger(x->d), x->set.name, key, &seq, errs)) {
        return false;
    }
    if (seq != LEDGER_NO_SEQ) {
        x->report->known++;
        if (x->set.seen_before && !x->set.same) {
            *cf_push(x->map.a, &x->set.seen) = seq;
        }
        return true;
    }
    about->role = x->map.role;
    about->subject = ledger_new_subject(desk_ledger(x->d));
    struct desk_entry e = {.record = x->map.record,
                           .from = from,
                           .to = to,
                           .precision = day_only ? LEDGER_DAY : LEDGER_EXACT,
                           .about = about,
                           .n_about = 1,
                           .fields = x->map.values,
                           .source = x->set.name,
                           .source_key = key};
    struct ledger_receipt receipt;
    if (!desk_bulk_add(x->d, &e, &receipt, errs)) {
        return false;
    }
    x->report->imported += !receipt.again;
    x->report->known += receipt.again;
    return true;
}

static bool end_import(struct importing *x, struct cf_errs *errs) {
    if (!desk_bulk_end(x->d, errs)) {
        return false;
    }
    if (x->set.seen_before && !x->set.same && !supersede(x->d, &x->set, x->before, &x->report->withdrawn, errs)) {
        return false;
    }
    return x->set.same || record_dataset(x->d, &x->set, errs);
}

/* ---- Stop and search. */

static void stop_values(struct mapping *m, const struct stop_search_row *row) {
    for (size_t i = 0; i < m->n; i++) {
        const struct lang_field *f = &m->record->as.record.fields.v[m->rows[i].field];
        struct desk_value *v = &m->values[m->rows[i].field];
        int c = 0;
        while (c < STOP_COLUMNS && !cf_str_eq(stop_search_heading((enum stop_column)c), m->rows[i].heading)) {
            c++;
        }
        if (c == STOP_LATITUDE) {
            *v = row->borough == BOROUGHS_NONE ? (struct desk_value){.v = {.kind = LANG_V_NOT_KNOWN}}
                                               : coded(f, CF_LIT(""), boroughs_name(row->borough));
        } else if (c == STOP_COLUMNS || row->value[c] == STOP_NOT_ASKED) {
            absent(v, LANG_V_NOT_ASKED);
        } else if (row->value[c] == STOP_NOT_KNOWN) {
            absent(v, LANG_V_NOT_KNOWN);
        } else {
            *v = coded(f, stop_search_code((enum stop_column)c, row->value[c]),
                       stop_search_text((enum stop_column)c, row->value[c]));
        }
    }
}

static void stop_age(struct desk_about *about, int32_t day, uint8_t age) {
    static const int bands[][2] = {{0, 9}, {10, 17}, {18, 24}, {25, 34}, {35, LIVES_AT_MOST_YEARS}};
    if (age >= STOP_FIRST && age < STOP_FIRST + CF_COUNT(bands)) {
        born_between(about, day, bands[age - STOP_FIRST][0], bands[age - STOP_FIRST][1]);
    }
}

static bool stop_rows(struct importing *x, struct stop_search_reader *r, const struct cf_zone *zone,
                      const struct import_options *o, struct cf_errs *errs) {
    struct stop_search_row row;
    bool more = true;
    while (more) {
        if (!stop_search_next(r, &row, &more, errs)) {
            return false;
        }
        if (!more) {
            return true;
        }
        struct desk_about about = {.category = LEDGER_SUSPECT};
        int32_t day = cf_time_day(zone, row.happened_s);
        stop_values(&x->map, &row);
        stop_age(&about, day, row.value[STOP_AGE]);
        int64_t from = row.day_only ? cf_day_start(zone, day) : row.happened_s;
        int64_t to = row.day_only ? cf_day_end(zone, day) : row.happened_s;
        if (!add_row(x, &about, from, to, row.day_only, row.key, errs)) {
            return false;
        }
        if (o->progress && row.line % 512 == 0) {
            o->progress(o->arg, row.line, 0);
        }
    }
    return true;
}

bool import_stop_search(struct desk *d, const char *path, const struct import_options *o, struct cf_arena *a,
                        struct import_report *out, struct cf_errs *errs) {
    struct importing x = {.d = d, .report = out, .before = ledger_size(desk_ledger(d))};
    struct boroughs *boroughs;
    struct stop_search_reader *r;
    struct cf_str force, month;
    *out = (struct import_report){0};
    if (!desk_set(d)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    bool named = stop_search_dataset(cf_str_from(path), &force, &month);
    struct cf_str name = named ? cf_str_printf(a, "data.police.uk/%.*s/%.*s", CF_STR_ARG(force), CF_STR_ARG(month))
                               : cf_str_printf(a, "data.police.uk/%s", path);
    if (!read_map(d, o->map, a, &x.map, errs) || !boroughs_load(a, o->boroughs, errs, &boroughs) ||
        !find_dataset(d, &x.set, path, name, a, errs)) {
        return false;
    }
    struct csv_rejects *rejects = csv_rejects_new(a, path);
    struct stop_search_options so = {.path = path, .boroughs = boroughs, .rejects = rejects};
    if (!stop_search_open(a, &so, errs, &r) || !desk_bulk_begin(d, errs)) {
        return false;
    }
    if (!stop_rows(&x, r, desk_reference(d)->zone, o, errs)) {
        desk_bulk_stop(d);
        return false;
    }
    const struct stop_search_report *report = stop_search_report(r);
    out->lines = report->lines;
    out->rejected = report->rejected;
    out->children = report->children;
    out->age_unknown = report->age_unknown;
    out->no_place = report->no_place + report->outside;
    out->notes = report->notes;
    return end_import(&x, errs) && csv_rejects_finish(rejects, &out->rejects_path, errs);
}

/* ---- More thorough searches. */

static const struct {
    const char *heading;
    enum thorough_list list;
} LISTS[] = {
    {"appropriate_adult", THOROUGH_ADULT},     {"sex", THOROUGH_SEX},
    {"ethnic_appearance", THOROUGH_ETHNICITY}, {"stop_reason", THOROUGH_REASON},
    {"positive_outcome", THOROUGH_FOUND},
};

/* The table says yes or no; the record asks whether the adult was present, declined or absent. */
static struct cf_str adult_word(uint8_t value) {
    return value == THOROUGH_ADULT_YES ? CF_LIT("present") : value == THOROUGH_ADULT_NO ? CF_LIT("absent") : CF_LIT("");
}

/* "West" and "West Area" are the unit west_area. */
static bool unit_of_area(struct desk *d, struct cf_str area, struct desk_value *v) {
    const struct lang_set *set = desk_set(d);
    for (size_t i = 0; i < set->units.n; i++) {
        struct cf_str name = set->units.v[i]->name.text;
        bool area_unit = cf_str_ends(name, CF_LIT("_area")) && csv_same_words(cf_str_slice(name, 0, name.n - 5), area);
        if (area.n && (csv_same_words(name, area) || area_unit)) {
            *v = (struct desk_value){.v = {.kind = LANG_V_SUBJECT}, .id = desk_unit_id(d, set->units.v[i])};
            return true;
        }
    }
    return false;
}

static void thorough_values(struct desk *d, struct mapping *m, const struct thorough_search *s) {
    for (size_t i = 0; i < m->n; i++) {
        const struct lang_field *f = &m->record->as.record.fields.v[m->rows[i].field];
        struct desk_value *v = &m->values[m->rows[i].field];
        absent(v, LANG_V_NOT_KNOWN);
        if (cf_str_is(m->rows[i].heading, "borough")) {
            if (s->borough != BOROUGHS_NONE) {
                *v = coded(f, CF_LIT(""), boroughs_name(s->borough));
            }
        } else if (cf_str_is(m->rows[i].heading, "area")) {
            (void)unit_of_area(d, s->area, v);
        }
        for (size_t k = 0; k < CF_COUNT(LISTS); k++) {
            if (cf_str_is(m->rows[i].heading, LISTS[k].heading) && s->value[LISTS[k].list] >= THOROUGH_FIRST) {
                bool adult = LISTS[k].list == THOROUGH_ADULT;
                *v = coded(f,
                           adult ? adult_word(s->value[THOROUGH_ADULT]) : thorough_code(LISTS[k].list, s->value[LISTS[k].list]),
                           CF_LIT("-"));
            }
        }
    }
}

static bool thorough_rows(struct importing *x, const struct thorough_table *table, const struct cf_zone *zone,
                          const struct import_options *o, struct cf_errs *errs) {
    for (size_t i = 0; i < table->n; i++) {
        const struct thorough_search *s = &table->v[i];
        int32_t day = (int32_t)(s->day_s / 86400);
        struct desk_about about = {.category = LEDGER_SUSPECT};
        thorough_values(x->d, &x->map, s);
        if (s->value[THOROUGH_AGE] == THOROUGH_UNDER_18) {
            born_between(&about, day, 0, 17);
            x->report->children++;
        } else if (s->value[THOROUGH_AGE] == THOROUGH_OVER_18) {
            born_between(&about, day, 18, LIVES_AT_MOST_YEARS);
        } else {
            x->report->age_unknown++;
        }
        x->report->no_place += s->borough == BOROUGHS_NONE;
        if (!add_row(x, &about, cf_day_start(zone, day), cf_day_end(zone, day), true, s->key, errs)) {
            return false;
        }
        if (o->progress && i % 512 == 0) {
            o->progress(o->arg, i, table->n);
        }
    }
    return true;
}

bool import_more_thorough(struct desk *d, const char *path, const struct import_options *o, struct cf_arena *a,
                          struct import_report *out, struct cf_errs *errs) {
    struct importing x = {.d = d, .report = out, .before = ledger_size(desk_ledger(d))};
    struct thorough_table table;
    *out = (struct import_report){0};
    if (!desk_set(d)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    struct csv_rejects *rejects = csv_rejects_new(a, path);
    struct thorough_options to = {.path = path, .rejects = rejects};
    if (!read_map(d, o->map, a, &x.map, errs) ||
        !find_dataset(d, &x.set, path, CF_LIT("met/more-thorough-searches"), a, errs) ||
        !more_thorough_read(a, &to, errs, &table) || !desk_bulk_begin(d, errs)) {
        return false;
    }
    if (!thorough_rows(&x, &table, desk_reference(d)->zone, o, errs)) {
        desk_bulk_stop(d);
        return false;
    }
    out->lines = table.lines;
    out->rejected = table.rejected;
    out->repeats = table.repeats;
    out->known += table.repeats;
    out->notes = table.notes;
    return end_import(&x, errs) && csv_rejects_finish(rejects, &out->rejects_path, errs);
}
