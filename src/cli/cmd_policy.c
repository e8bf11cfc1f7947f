/* policy: check, fmt, test, explain, coverage, diff, replay, adopt. Silent on success; 2 when the check or a test found faults.
 */
#include "cli/cli.h"
#include "docket/replay.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_or_shipped(struct cli *c, size_t word) {
    return c->words.n > word ? cf_cstr(c->arena, c->words.v[word]) : cli_data(c, "policies");
}

/* Faults as lines for a person, or as one JSON array. */
static int faults(struct cli *c) {
    if (c->json) {
        struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
        cf_buf_lit(&b, "[");
        for (size_t i = 0; i < c->errs.n; i++) {
            cf_buf_lit(&b, i ? ",\n " : "");
            cf_err_json(&b, &c->errs.v[i]);
        }
        cf_buf_lit(&b, "]\n");
        cli_print(&b);
    } else {
        cf_errs_print(stderr, &c->errs);
    }
    return c->errs.failures ? CLI_FAULTS : CLI_DONE;
}

static bool readable(struct cli *c, const char *path) {
    return access(path, R_OK) == 0 || cf_fail(&c->errs, CF_B001, CF_NOWHERE, "%s cannot be opened", path);
}

static int load(struct cli *c, const char *path, struct lang_set **set) {
    if (!readable(c, path)) {
        return cli_failed(c);
    }
    return lang_load(c->arena, path, c->zone, &c->errs, set) ? CLI_DONE : faults(c);
}

/* ---- check */

/* Notes calendars that end soon, of those that an adoption takes in. A file that is not there is no matter of this. */
static void note_calendars(struct cli *c, const struct lang_set *set) {
    static const struct {
        const char *file;
        bool school;
    } calendars[] = {{"england-and-wales-bank-holidays.tsv", false}, {"school-default.tsv", true}};
    int32_t today = cf_time_day(c->zone, cf_now_us() / 1000000);
    for (size_t i = 0; i < CF_COUNT(calendars); i++) {
        struct cf_errs quiet = cf_errs_new(c->arena);
        struct cf_source *src = CF_NEW(c->arena, struct cf_source);
        struct cf_schools *schools = cf_schools_new(c->arena);
        int32_t first = 0, last = INT32_MIN;
        src->name =
            cf_str_from(cli_data(c, cf_cstr(c->arena, cf_str_printf(c->arena, "data/calendars/%s", calendars[i].file))));
        bool read = cf_read_file(c->arena, src->name.p, CF_MAX_CALENDAR_BYTES, &src->text, &quiet);
        if (read && calendars[i].school) {
            read =
                cf_schools_parse(schools, src, &quiet) && cf_schools_covered(schools, CF_OF_DEFAULT, CF_LIT(""), &first, &last);
        } else if (read) {
            const struct cf_calendar *calendar = cf_calendar_parse(c->arena, src, &quiet);
            read = calendar != NULL;
            last = read ? calendar->last : last;
        }
        if (read) {
            lang_note_calendar(set, calendars[i].school, cf_str_from(calendars[i].file), last, today, &c->errs);
        }
    }
}

static int check(struct cli *c) {
    struct lang_set *set;
    int status = load(c, path_or_shipped(c, 1), &set);
    if (status == CLI_DONE) {
        note_calendars(c, set);
        return faults(c);
    }
    return status;
}

/* ---- fmt: prints the one form that there is; --write puts it in place, --list names the files that differ (and exits with 2).
 */

static int by_name(const void *x, const void *y) {
    return cf_str_cmp(*(const struct cf_str *)x, *(const struct cf_str *)y);
}

struct paths {
    CF_VEC(struct cf_str);
};

static bool policy_files(struct cli *c, struct cf_str path, struct paths *out, int depth) {
    struct stat st;
    const char *p = cf_cstr(c->arena, path);
    if (stat(p, &st) != 0) {
        return cf_fail(&c->errs, CF_B001, CF_NOWHERE, "%s cannot be opened", p);
    }
    if (!S_ISDIR(st.st_mode)) {
        *cf_push(c->arena, out) = path;
        return true;
    }
    DIR *dir = depth < 8 ? opendir(p) : NULL;
    struct dirent *e;
    struct paths below = {0};
    bool ok = true;
    while (dir && (e = readdir(dir)) != NULL) {
        struct cf_str name = cf_str_printf(c->arena, "%s/%s", p, e->d_name);
        bool folder = e->d_name[0] != '.' && stat(cf_cstr(c->arena, name), &st) == 0 && S_ISDIR(st.st_mode);
        if (folder || (e->d_name[0] != '.' && cf_str_ends(name, CF_LIT(".policy")))) {
            *cf_push(c->arena, &below) = name;
        }
    }
    if (dir) {
        closedir(dir);
    }
    if (below.n) {
        qsort(below.v, below.n, sizeof(*below.v), by_name);
    }
    for (size_t i = 0; ok && i < below.n; i++) {
        ok = policy_files(c, below.v[i], out, depth + 1);
    }
    return ok;
}

static bool format_one(struct cli *c, struct cf_str path, bool write, bool list, bool *differs) {
    struct cf_source *src = CF_NEW(c->arena, struct cf_source);
    struct lang_decl *policy = NULL;
    src->name = path;
    if (!cf_read_file(c->arena, cf_cstr(c->arena, path), CF_MAX_SOURCE_BYTES, &src->text, &c->errs) ||
        !lang_parse(c->arena, src, &c->errs, &policy)) {
        return false;
    }
    struct cf_str formatted = lang_format(c->arena, policy);
    bool same = cf_str_eq(formatted, src->text);
    *differs |= !same;
    if (list) {
        if (!same) {
            printf("%.*s\n", CF_STR_ARG(path));
        }
        return true;
    }
    if (write) {
        return same || cf_write_file(cf_cstr(c->arena, path), formatted, &c->errs);
    }
    fwrite(formatted.p, 1, formatted.n, stdout);
    return true;
}

static int fmt(struct cli *c) {
    struct paths files = {0};
    bool write = cli_flag(c, "write"), list = cli_flag(c, "list"), differs = false, ok = true;
    if (!policy_files(c, cf_str_from(path_or_shipped(c, 1)), &files, 0)) {
        return cli_failed(c);
    }
    for (size_t i = 0; i < files.n; i++) {
        ok = format_one(c, files.v[i], write, list, &differs) && ok;
    }
    return !ok ? faults(c) : list && differs ? CLI_FAULTS : CLI_DONE;
}

/* ---- test and coverage: the policies' own examples. */

/* Examples stand on shipped calendars: what no example declares (bank holidays) comes from there. */
bool cli_example_reference(struct cli *c, struct lang_reference *ref) {
    struct cf_source *src = CF_NEW(c->arena, struct cf_source);
    src->name = cf_str_from(cli_data(c, "data/calendars/england-and-wales-bank-holidays.tsv"));
    if (!cf_read_file(c->arena, src->name.p, CF_MAX_SOURCE_BYTES, &src->text, &c->errs)) {
        return false;
    }
    const struct cf_calendar *calendar = cf_calendar_parse(c->arena, src, &c->errs);
    *ref = (struct lang_reference){.zone = c->zone, .calendar = calendar};
    if (calendar) {
        ref->first_day = calendar->first;
        ref->last_day = calendar->last;
    }
    return calendar != NULL;
}

static bool run_examples(struct cli *c, const struct lang_set *set, struct lang_coverage *coverage, size_t *examples,
                         size_t *checked, size_t *failed) {
    struct lang_reference ref;
    if (!cli_example_reference(c, &ref)) {
        return false;
    }
    for (size_t i = 0; i < set->examples.n; i++) {
        size_t n = 0;
        *failed += !lang_example_run(c->arena, set, &ref, set->examples.v[i], coverage, &n, &c->errs);
        *checked += n;
        ++*examples;
    }
    return true;
}

static int test(struct cli *c) {
    struct lang_set *set;
    size_t examples = 0, checked = 0, failed = 0;
    int status = load(c, path_or_shipped(c, 1), &set);
    if (status != CLI_DONE) {
        return status;
    }
    if (!run_examples(c, set, lang_coverage_new(c->arena, set), &examples, &checked, &failed)) {
        return cli_failed(c);
    }
    if (c->json) {
        printf("{\"examples\":%zu,\"expectations\":%zu,\"failed\":%zu}\n", examples, checked, failed);
    }
    if (!examples) {
        cf_fail(&c->errs, CF_C015, CF_NOWHERE, "no policy here has an example");
        return cli_failed(c);
    }
    if (failed) {
        cf_errs_print(stderr, &c->errs);
        return CLI_FAULTS;
    }
    return CLI_DONE;
}

static int coverage(struct cli *c) {
    struct lang_set *set;
    size_t examples = 0, checked = 0, failed = 0, of = 0;
    int status = load(c, path_or_shipped(c, 1), &set);
    if (status != CLI_DONE) {
        return status;
    }
    struct lang_coverage *cover = lang_coverage_new(c->arena, set);
    const struct lang_missing *missing;
    if (!run_examples(c, set, cover, &examples, &checked, &failed)) {
        return cli_failed(c);
    }
    size_t n = lang_coverage_missing(c->arena, cover, &missing, &of);
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    if (c->json) {
        cf_buf_printf(&b, "{\"covered\":%zu,\"of\":%zu,\"missing\":[", of - n, of);
        for (size_t i = 0; i < n; i++) {
            cf_buf_lit(&b, i ? ",{\"rule\":" : "{\"rule\":");
            cf_json_str(&b, missing[i].rule->name.text);
            cf_buf_lit(&b, ",\"what\":");
            cf_json_str(&b, missing[i].what);
            cf_buf_lit(&b, "}");
        }
        cf_buf_lit(&b, "]}\n");
    } else {
        for (size_t i = 0; i < n; i++) {
            cf_buf_printf(&b, "no example of %s %.*s: %.*s  [%.*s]\n", lang_decl_word(missing[i].rule->kind),
                          CF_STR_ARG(missing[i].rule->name.text), CF_STR_ARG(missing[i].what),
                          CF_STR_ARG(missing[i].rule->policy->name.text));
        }
        cf_buf_printf(&b, "%zu of %zu covered (%zu%%) by %zu examples\n", of - n, of, of ? (of - n) * 100 / of : 100, examples);
    }
    cli_print(&b);
    return n || failed ? CLI_FAULTS : CLI_DONE;
}

/* The words of a declaration as they stand in its file. */
static struct cf_str text_of(struct cf_span at) {
    return at.src ? cf_str_slice(at.src->text, at.at, (size_t)at.at + at.n) : CF_LIT("");
}

static bool holds(struct cf_str text, struct cf_str part) {
    return part.n && text.n >= part.n && memmem(text.p, text.n, part.p, part.n) != NULL;
}

/* ---- explain: what a policy or a rule says, on what it rests, what is still to verify. */

static void explain_cites(struct cf_buf *b, const struct lang_decl *d) {
    for (size_t i = 0; i < d->cites.n; i++) {
        const struct lang_cite *cite = &d->cites.v[i];
        struct cf_str text = cite->text;
        cf_buf_printf(b, "      rests on %.*s %.*s", CF_STR_ARG(cite->key.text), CF_STR_ARG(text));
        for (size_t k = 0; k < d->policy->as.policy.cites.n; k++) {
            const struct lang_cite *whole = &d->policy->as.policy.cites.v[k];
            if (cf_str_eq(whole->key.text, cite->key.text)) {
                cf_buf_printf(b, " (%.*s)", CF_STR_ARG(whole->text));
            }
        }
        cf_buf_lit(b, "\n");
    }
}

static bool to_verify(const struct lang_decl *d) {
    return holds(text_of(d->at), CF_LIT("to verify"));
}

static void explain_decl(struct cf_buf *b, const struct lang_decl *d) {
    cf_buf_printf(b, "  %s %.*s%s%.*s%s\n", lang_decl_word(d->kind), CF_STR_ARG(d->name.text), d->title.n ? ": " : "",
                  CF_STR_ARG(d->title), to_verify(d) ? "  (holds a value still to verify)" : "");
    explain_cites(b, d);
}

static int explain(struct cli *c) {
    struct lang_set *set;
    struct cf_str wanted;
    bool one = cli_option(c, "rule", &wanted);
    int status = load(c, path_or_shipped(c, 1), &set);
    if (status != CLI_DONE) {
        return status;
    }
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    size_t found = 0;
    for (size_t p = 0; p < set->policies.n; p++) {
        const struct lang_decl *policy = set->policies.v[p];
        const struct lang_policy *body = &policy->as.policy;
        if (!one) {
            cf_buf_printf(&b, "policy %.*s: %.*s; owner %.*s; in force from %s\n", CF_STR_ARG(policy->name.text),
                          CF_STR_ARG(policy->title), CF_STR_ARG(body->owner.text), cf_date_shown(body->from).p);
        }
        for (size_t i = 0; i < body->decls.n; i++) {
            const struct lang_decl *d = body->decls.v[i];
            if (one && cf_str_eq(d->name.text, wanted)) {
                found++;
                explain_decl(&b, d);
                cf_buf_printf(&b, "%.*s\n", CF_STR_ARG(text_of(d->at)));
            } else if (!one && d->kind != LANG_EXAMPLE) {
                explain_decl(&b, d);
            }
        }
    }
    if (one && !found) {
        cf_fail(&c->errs, CF_C011, CF_NOWHERE, "no policy declares %.*s", CF_STR_ARG(wanted));
        return cli_failed(c);
    }
    cli_print(&b);
    return CLI_DONE;
}

/* ---- diff: what a change means, declaration by declaration. */

static const struct lang_decl *same_named(const struct lang_set *set, const struct lang_decl *d) {
    for (size_t i = 0; i < set->decls.n; i++) {
        const struct lang_decl *x = set->decls.v[i];
        if (x->kind == d->kind && x->name.text.n && cf_str_eq(x->name.text, d->name.text) &&
            cf_str_eq(x->policy->name.text, d->policy->name.text)) {
            return x;
        }
    }
    return NULL;
}

static void one_sided(struct cf_buf *b, const struct lang_set *set, const struct lang_set *other, const char *word, size_t *n) {
    for (size_t i = 0; i < set->decls.n; i++) {
        const struct lang_decl *d = set->decls.v[i];
        if (d->kind != LANG_POLICY && d->name.text.n && d->at.src && !same_named(other, d)) {
            cf_buf_printf(b, "%s %s %.*s: %.*s  [%.*s]\n", word, lang_decl_word(d->kind), CF_STR_ARG(d->name.text),
                          CF_STR_ARG(d->title), CF_STR_ARG(d->policy->name.text));
            ++*n;
        }
    }
}

static void indented(struct cf_buf *b, const char *mark, struct cf_str text) {
    struct cf_str line;
    while (cf_str_split(&text, '\n', &line)) {
        if (cf_str_trim(line).n) {
            cf_buf_printf(b, "  %s %.*s\n", mark, CF_STR_ARG(line));
        }
    }
}

static int diff(struct cli *c) {
    struct lang_set *old, *new;
    if (c->words.n < 3) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "diff needs two folders: the one in force, and the changed one");
        return cli_failed(c);
    }
    int status = load(c, cf_cstr(c->arena, c->words.v[1]), &old);
    status = status == CLI_DONE ? load(c, cf_cstr(c->arena, c->words.v[2]), &new) : status;
    if (status != CLI_DONE) {
        return status;
    }
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    size_t n = 0;
    one_sided(&b, new, old, "added:", &n);
    one_sided(&b, old, new, "removed:", &n);
    for (size_t i = 0; i < new->decls.n; i++) {
        const struct lang_decl *d = new->decls.v[i], *was = d->name.text.n && d->at.src ? same_named(old, d) : NULL;
        if (d->kind == LANG_POLICY || !was || !was->at.src || cf_str_eq(text_of(was->at), text_of(d->at))) {
            continue;
        }
        n++;
        cf_buf_printf(&b, "changed: %s %.*s  [%.*s]  %s\n", lang_decl_word(d->kind), CF_STR_ARG(d->name.text),
                      CF_STR_ARG(d->policy->name.text), lang_meaning_of_change(d->kind));
        indented(&b, "-", text_of(was->at));
        indented(&b, "+", text_of(d->at));
    }
    if (!n) {
        cf_buf_lit(&b, "no difference in meaning\n");
    }
    cli_print(&b);
    return CLI_DONE;
}

/* ---- replay: all history under a changed folder, and whom the change would touch, by group. */

static bool replay_bar(void *bar, uint64_t done, uint64_t total) {
    cli_bar(bar, done, total);
    return true;
}

static int replay(struct cli *c) {
    struct cf_str with;
    struct cf_moment at;
    struct desk_proposal *proposal;
    struct desk_replay r;
    if (!cli_option(c, "with", &with)) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "replay needs --with FOLDER, the changed policies");
        return cli_failed(c);
    }
    if (!cli_time(c, "at", cf_now_us() / 1000000, &at) || !cli_open(c, false)) {
        return cli_failed(c);
    }
    if (!desk_propose(c->desk, cf_cstr(c->arena, with), &proposal, &c->errs)) {
        return faults(c) == CLI_DONE ? cli_failed(c) : CLI_FAULTS;
    }
    struct cf_progress bar = cf_progress_start("replaying", 0);
    bool ok = desk_replay(c->desk, proposal, at.at, replay_bar, &bar, c->arena, &r, &c->errs);
    cf_progress_end(&bar);
    if (!ok) {
        return cli_failed(c);
    }
    printf("%llu people replayed, %llu would have a different docket\n", (unsigned long long)r.people,
           (unsigned long long)r.touched);
    for (size_t i = 0; i < r.rules.n; i++) {
        const struct desk_replay_rule *row = &r.rules.v[i];
        printf("  %-32.*s %llu more, %llu fewer, %llu otherwise\n", CF_STR_ARG(row->name), (unsigned long long)row->more,
               (unsigned long long)row->fewer, (unsigned long long)row->other);
    }
    for (size_t i = 0; i < r.groups.n; i++) {
        const struct desk_replay_group *g = &r.groups.v[i];
        printf("  by group: %.*s %-20.*s %llu of %llu\n", CF_STR_ARG(g->list), CF_STR_ARG(g->code),
               (unsigned long long)g->touched, (unsigned long long)g->people);
    }
    return CLI_DONE;
}

/* ---- adopt */

static int adopt(struct cli *c) {
    bool changed;
    const char *folder = path_or_shipped(c, 1);
    if (!cli_open(c, true) || !desk_adopt(c->desk, folder, cli_option_or(c, "authority", "command line"), &changed, &c->errs)) {
        return c->errs.failures && c->desk ? faults(c) : cli_failed(c);
    }
    printf("%s\n",
           changed ? "adopted; every docket will be judged anew" : "these policies are in force already: nothing is changed");
    c->errs = cf_errs_new(c->arena); /* notes of the check were shown to who wrote the policies; this one is for who adopts */
    note_calendars(c, desk_set(c->desk));
    cf_errs_print(stderr, &c->errs);
    return CLI_DONE;
}

int cli_policy(struct cli *c) {
    static const struct {
        const char *word;
        int (*run)(struct cli *c);
        const char *options; /* beside --json */
    } kinds[] = {{"check", check, ""},
                 {"fmt", fmt, "write,list"},
                 {"test", test, ""},
                 {"explain", explain, "rule"},
                 {"coverage", coverage, ""},
                 {"diff", diff, ""},
                 {"replay", replay, "with,at,db,keys,accept-clock"},
                 {"table", cli_policy_table, "authority,db,keys,accept-clock"},
                 {"adopt", adopt, "authority,db,keys,accept-clock"}};
    struct cf_str word = c->words.n ? c->words.v[0] : CF_LIT("");
    for (size_t i = 0; i < CF_COUNT(kinds); i++) {
        struct cf_str options = cf_str_from(kinds[i].options), one, value;
        if (!cf_str_is(word, kinds[i].word)) {
            continue;
        }
        while (cf_str_split(&options, ',', &one)) {
            (void)cli_option(c, cf_cstr(c->arena, one), &value);
        }
        return cli_nothing_left(c) ? kinds[i].run(c) : cli_failed(c);
    }
    cf_fail(&c->errs, CF_C001, CF_NOWHERE, "policy does not know \"%.*s\"", CF_STR_ARG(word));
    cf_hint(&c->errs, "It knows check, fmt, test, explain, coverage, diff, replay, table and adopt.");
    return cli_failed(c);
}
