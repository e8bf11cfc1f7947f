/* measure: lists the measures of the policies in force, or counts one and prints it with its definition, its notes and, asked
 * with a purpose, every event behind it. Must not know what any measure counts. */
#include "cli/cli.h"
#include "exchange/published.h"
#include "measure/measure.h"

static void one_line(struct cf_buf *b, struct cli *c, const struct lang_decl *m, size_t width) {
    if (c->json) {
        cf_buf_lit(b, "{\"measure\":");
        cf_json_str(b, m->name.text);
        cf_buf_lit(b, ",\"title\":");
        cf_json_str(b, m->title);
        cf_buf_lit(b, ",\"policy\":");
        cf_json_str(b, m->policy->name.text);
        cf_buf_lit(b, ",\"by\":[");
        for (size_t i = 0; i < m->as.measure.by.n; i++) {
            cf_buf_lit(b, i ? "," : "");
            cf_json_str(b, m->as.measure.by.v[i].name.text);
        }
        cf_buf_lit(b, "]}");
        return;
    }
    cf_buf_printf(b, "%-*.*s  %.*s\n", (int)width, CF_STR_ARG(m->name.text), CF_STR_ARG(m->title));
}

static bool published_map(struct cli *c, struct published_map *map) {
    return published_map_read(c->arena, cli_data(c, "data/import/custody-disposals.tsv"), &c->errs, map);
}

/* Measures over published numbers: not of a policy, but of the map that reads them. */
static bool list_published(struct cf_buf *b, struct cli *c, const char **between, size_t width) {
    struct published_map map;
    if (!published_map(c, &map)) {
        return false;
    }
    for (size_t i = 0; i < map.measures.n; i++) {
        const struct published_measure *m = &map.measures.v[i];
        if (!c->json) {
            cf_buf_printf(b, "%-*.*s  %.*s\n", (int)width, CF_STR_ARG(m->name), CF_STR_ARG(m->title));
            continue;
        }
        cf_buf_lit(b, *between);
        *between = ",\n";
        cf_buf_lit(b, "{\"measure\":");
        cf_json_str(b, m->name);
        cf_buf_lit(b, ",\"title\":");
        cf_json_str(b, m->title);
        cf_buf_lit(b, ",\"published\":");
        cf_json_str(b, map.dataset);
        cf_buf_lit(b, ",\"by\":[");
        for (size_t k = 0; k < m->by.n; k++) {
            cf_buf_lit(b, k ? "," : "");
            cf_json_str(b, m->by.v[k]);
        }
        cf_buf_lit(b, "]}");
    }
    return true;
}

static int list_measures(struct cli *c) {
    const struct lang_set *set = desk_set(c->desk);
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    size_t width = 0;
    if (!set) {
        cf_fail(&c->errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
        return cli_failed(c);
    }
    for (size_t i = 0; i < set->measures.n; i++) {
        width = set->measures.v[i]->name.text.n > width ? set->measures.v[i]->name.text.n : width;
    }
    const char *between = c->json ? "{\"measures\":[\n" : "";
    for (size_t i = 0; i < set->measures.n; i++) {
        const struct lang_decl *m = set->measures.v[i];
        if (m->newer) {
            continue; /* an older version: its name stands for the newest */
        }
        cf_buf_lit(&b, between);
        one_line(&b, c, m, width);
        between = c->json ? ",\n" : "";
    }
    if (!list_published(&b, c, &between, width)) {
        return cli_failed(c);
    }
    cf_buf_lit(&b, !c->json ? "" : between[0] == ',' ? "\n]}\n" : "{\"measures\":[]}\n");
    cli_print(&b);
    return CLI_DONE;
}

/* ---- What is asked. */

struct asked {
    struct measure_options o;
    enum measure_format format;
    bool list;
};

static bool day_option(struct cli *c, const char *name, bool *has, int32_t *day) {
    struct cf_str words;
    *has = cli_option(c, name, &words);
    return !*has || cf_date_parse(words, CF_NOWHERE, &c->errs, day);
}

static bool read_dimensions(struct cli *c, struct asked *q) {
    struct cf_str words, word;
    struct {
        CF_VEC(struct cf_str);
    } by = {0};
    if (!cli_option(c, "by", &words)) {
        return true;
    }
    while (cf_str_split(&words, ',', &word)) {
        word = cf_str_trim(word);
        if (word.n) {
            *cf_push(c->arena, &by) = word;
        }
    }
    q->o.by = by.v ? by.v : CF_NEW(c->arena, struct cf_str);
    q->o.n_by = by.n;
    return true;
}

static bool read_asked(struct cli *c, struct asked *q) {
    struct cf_str words, ignored;
    static const char *const later[] = {"purpose", "as", "db", "keys"};
    *q = (struct asked){.format = c->json ? MEASURE_JSON : MEASURE_TEXT, .list = cli_flag(c, "list")};
    q->o.published = cli_flag(c, "published");
    q->o.now = cf_now_us() / 1000000;
    for (size_t i = 0; i < CF_COUNT(later); i++) {
        (void)cli_option(c, later[i], &ignored);
    }
    (void)cli_flag(c, "accept-clock");
    if (cli_option(c, "format", &words) && !measure_format_from(words, &q->format)) {
        cf_fail(&c->errs, CF_M005, CF_NOWHERE, "--format takes table, csv or json, not \"%.*s\"", CF_STR_ARG(words));
    }
    if (cli_option(c, "records", &words)) {
        q->o.records = cf_str_is(words, "own") ? MEASURE_OWN_RECORDS : MEASURE_PUBLISHED_RECORDS;
        if (!cf_str_is(words, "own") && !cf_str_is(words, "published")) {
            cf_fail(&c->errs, CF_M005, CF_NOWHERE, "--records takes published or own, not \"%.*s\"", CF_STR_ARG(words));
        }
    }
    bool ok = day_option(c, "from", &q->o.has_from, &q->o.from);
    ok = day_option(c, "to", &q->o.has_to, &q->o.to) && ok;
    ok = read_dimensions(c, q) && cli_nothing_left(c) && ok;
    if (ok && q->o.has_from && q->o.has_to && q->o.from > q->o.to) {
        return cf_fail(&c->errs, CF_M005, CF_NOWHERE, "--from is later than --to");
    }
    if (q->list && q->o.published) {
        cf_fail(&c->errs, CF_M005, CF_NOWHERE, "--published hides small numbers, and --list would show each event");
        cf_hint(&c->errs, "Take one of the two out.");
    }
    if (c->words.n > 1) {
        cf_fail(&c->errs, CF_M005, CF_NOWHERE, "measure takes one name, and \"%.*s\" is a second", CF_STR_ARG(c->words.v[1]));
    }
    return ok && c->errs.failures == 0;
}

/* ---- Every event behind the table. */

struct shown_list {
    struct measure_list all;
    uint64_t withheld;
};

/* People whose record is restricted are counted, and never listed. */
static bool log_list(struct cli *c, struct cf_str name, struct shown_list *list) {
    const char *route = cf_cstr(c->arena, cf_str_printf(c->arena, "measure %.*s --list", CF_STR_ARG(name)));
    uint32_t *subjects = CF_NEW_N(c->arena, uint32_t, list->all.n + 1);
    size_t shown = 0, people = 0;
    for (size_t i = 0; i < list->all.n; i++) {
        struct cf_id id;
        if (!desk_subject_id(c->desk, list->all.v[i].subject, &id, NULL, &c->errs)) {
            return false;
        }
        if (ledger_restricted(desk_ledger(c->desk), id)) {
            list->withheld++;
            continue;
        }
        if (!people || subjects[people - 1] != list->all.v[i].subject) {
            subjects[people++] = list->all.v[i].subject;
        }
        list->all.v[shown++] = list->all.v[i];
    }
    list->all.n = shown;
    size_t done = 0;
    do { /* a row of the log holds so many subjects and no more */
        size_t n = people - done < CF_MAX_READ_SHOWN ? people - done : CF_MAX_READ_SHOWN;
        if (!cli_read_log(c, route, subjects + done, n, done ? 0 : list->withheld)) {
            return false;
        }
        done += n;
    } while (done < people);
    return true;
}

static void put_listed(struct cf_buf *b, struct cli *c, const struct measure_listed *l, enum measure_format format,
                       bool first) {
    struct cf_mark mark = cf_arena_mark(c->arena);
    struct cf_id event = cf_id_zero(l->duty) ? l->event : l->duty, person;
    struct cf_errs quiet = cf_errs_new(c->arena);
    if (!desk_subject_id(c->desk, l->subject, &person, NULL, &quiet)) {
        person = (struct cf_id){{0}};
    }
    struct cf_str id = cf_hex(c->arena, event.b, sizeof event.b), who = cf_hex(c->arena, person.b, sizeof person.b);
    struct cf_shown when = format == MEASURE_JSON ? cf_time_iso(l->at) : cf_time_shown(c->zone, l->at);
    const char *answer = measure_answer_word(l->answer);
    char line[256]; /* b grows in the same arena: nothing of it may stand after the mark */
    const char *between = format == MEASURE_JSON && !first ? ",\n" : "";
    if (format == MEASURE_TEXT) {
        snprintf(line, sizeof line, "%.*s  %.*s  %-16s  %s\n", CF_STR_ARG(id), CF_STR_ARG(who), when.p, answer);
    } else if (format == MEASURE_CSV) {
        snprintf(line, sizeof line, "%.*s,%.*s,%s,%s\n", CF_STR_ARG(id), CF_STR_ARG(who), when.p, answer);
    } else {
        snprintf(line, sizeof line, "%s{\"event\":\"%.*s\",\"person\":\"%.*s\",\"when\":\"%s\",\"answer\":\"%s\"}", between,
                 CF_STR_ARG(id), CF_STR_ARG(who), when.p, answer);
    }
    cf_arena_rewind(c->arena, mark);
    cf_buf_lit(b, line);
}

static void put_list(struct cf_buf *b, struct cli *c, const struct shown_list *list, enum measure_format format) {
    static const char *const heads[] = {
        [MEASURE_TEXT] = "\nevent                             person                            when              answer\n",
        [MEASURE_CSV] = "# every event behind it\nevent,person,when,answer\n",
        [MEASURE_JSON] = ",\"events\":[\n"};
    cf_buf_lit(b, heads[format]);
    for (size_t i = 0; i < list->all.n; i++) {
        put_listed(b, c, &list->all.v[i], format, i == 0);
    }
    if (format == MEASURE_JSON) {
        cf_buf_printf(b, "],\"withheld\":%llu}\n", (unsigned long long)list->withheld);
    } else if (format == MEASURE_TEXT) {
        cf_buf_printf(b, "listed %zu, withheld %llu\n", list->all.n, (unsigned long long)list->withheld);
    }
}

/* A measure of published numbers, when the name is one of theirs. */
static bool run_published(struct cli *c, struct asked *q, bool *found) {
    struct published_map map;
    struct measure_table table;
    *found = false;
    if (!published_map(c, &map)) {
        return false;
    }
    const struct published_measure *m = published_find(&map, c->words.v[0]);
    *found = m != NULL;
    if (!m) {
        return true;
    }
    if (q->list || q->o.records != MEASURE_EITHER) {
        cf_fail(&c->errs, CF_M005, CF_NOWHERE, "%.*s counts published numbers: there are no records behind it",
                CF_STR_ARG(m->name));
        cf_hint(&c->errs, "Leave out --list and --records.");
        return false;
    }
    if (!published_run(c->desk, &map, m, &q->o, c->arena, &table, &c->errs)) {
        return false;
    }
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_EXPORT_BYTES);
    measure_write(&b, &table, q->format);
    cli_print(&b);
    return true;
}

int cli_measure(struct cli *c) {
    struct asked q;
    struct measure_table table;
    struct shown_list list = {0};
    if (!read_asked(c, &q) || !cli_open(c, false)) {
        return cli_failed(c);
    }
    if (!c->words.n) {
        return list_measures(c);
    }
    bool published;
    if (!run_published(c, &q, &published)) {
        return cli_failed(c);
    }
    if (published) {
        return CLI_DONE;
    }
    if (!desk_set(c->desk)) {
        cf_fail(&c->errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
        return cli_failed(c);
    }
    struct cf_str purpose;
    if (q.list && !cli_option(c, "purpose", &purpose) && !cli_read_log(c, "measure --list", NULL, 0, 0)) {
        return cli_failed(c); /* before counting for nothing */
    }
    const struct lang_decl *measure = measure_find(desk_set(c->desk), c->words.v[0], c->arena, &c->errs);
    if (!measure) {
        return cli_failed(c);
    }
    struct cf_progress bar = cf_progress_start("counting", 0);
    q.o.progress = cli_bar;
    q.o.progress_arg = &bar;
    bool ok = measure_run(c->desk, measure, &q.o, c->arena, &table, q.list ? &list.all : NULL, &c->errs);
    cf_progress_end(&bar);
    if (!ok || (q.list && !log_list(c, measure->name.text, &list))) {
        return cli_failed(c);
    }
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_EXPORT_BYTES);
    bool wrapped = q.list && q.format == MEASURE_JSON;
    cf_buf_lit(&b, wrapped ? "{\"table\":" : "");
    measure_write(&b, &table, q.format);
    if (q.list) {
        put_list(&b, c, &list, q.format);
    }
    if (b.failed) {
        cf_fail(&c->errs, CF_M003, CF_NOWHERE, "the table is longer than %d bytes", CF_MAX_EXPORT_BYTES);
        return cli_failed(c);
    }
    cli_print(&b);
    return CLI_DONE;
}
