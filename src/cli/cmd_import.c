/* import: published files, one after the other; says what became of every line. */
#include "cli/cli.h"
#include "exchange/import.h"
#include "exchange/published.h"

struct totals {
    uint64_t lines, imported, known, rejected, withdrawn;
};

static void add(struct totals *t, const struct import_report *r) {
    t->lines += r->lines;
    t->imported += r->imported;
    t->known += r->known;
    t->rejected += r->rejected;
    t->withdrawn += r->withdrawn;
}

static void say(struct cli *c, struct cf_str file, const struct import_report *r) {
    if (c->json) {
        struct cf_buf b = cf_buf_new(c->arena, 65536);
        cf_buf_lit(&b, "{\"file\":");
        cf_json_str(&b, file);
        cf_buf_printf(&b,
                      ",\"lines\":%llu,\"imported\":%llu,\"known\":%llu,\"rejected\":%llu,\"withdrawn\":%llu,\"children\":%llu,"
                      "\"age_unknown\":%llu,\"no_place\":%llu}\n",
                      (unsigned long long)r->lines, (unsigned long long)r->imported, (unsigned long long)r->known,
                      (unsigned long long)r->rejected, (unsigned long long)r->withdrawn, (unsigned long long)r->children,
                      (unsigned long long)r->age_unknown, (unsigned long long)r->no_place);
        cli_print(&b);
        return;
    }
    printf("%.*s\n  %llu imported + %llu rejected + %llu already known = %llu lines read\n", CF_STR_ARG(file),
           (unsigned long long)r->imported, (unsigned long long)r->rejected, (unsigned long long)r->known,
           (unsigned long long)r->lines);
    if (r->repeats) {
        printf("  of those already known, %llu are the same record as another line of this file\n",
               (unsigned long long)r->repeats);
    }
    if (r->withdrawn) {
        printf("  %llu rows of the earlier version are no longer published: withdrawn\n", (unsigned long long)r->withdrawn);
    }
    printf("  %llu of children, %llu of unknown age, %llu without a London borough\n", (unsigned long long)r->children,
           (unsigned long long)r->age_unknown, (unsigned long long)r->no_place);
    if (r->notes.n) {
        printf("%.*s%s", CF_STR_ARG(r->notes), cf_str_ends(r->notes, CF_LIT("\n")) ? "" : "\n");
    }
    if (r->rejects_path.n) {
        printf("  rejected lines, each with its reason: %.*s\n", CF_STR_ARG(r->rejects_path));
    }
}

/* ---- Published numbers: no events, nobody to judge. */

static void say_published(struct cli *c, struct cf_str file, const struct published_report *r) {
    if (c->json) {
        struct cf_buf b = cf_buf_new(c->arena, 65536);
        cf_buf_lit(&b, "{\"file\":");
        cf_json_str(&b, file);
        cf_buf_printf(&b,
                      ",\"lines\":%llu,\"imported\":%llu,\"known\":%llu,\"rejected\":%llu,\"withdrawn\":%llu,\"sum\":%lld}\n",
                      (unsigned long long)r->lines, (unsigned long long)r->imported, (unsigned long long)r->known,
                      (unsigned long long)r->rejected, (unsigned long long)r->withdrawn, (long long)r->sum);
        cli_print(&b);
        return;
    }
    printf("%.*s\n  %llu imported + %llu rejected + %llu already known = %llu lines read\n", CF_STR_ARG(file),
           (unsigned long long)r->imported, (unsigned long long)r->rejected, (unsigned long long)r->known,
           (unsigned long long)r->lines);
    if (r->repeats) {
        printf("  of those already known, %llu repeat another line of this file\n", (unsigned long long)r->repeats);
    }
    if (r->withdrawn) {
        printf("  %llu numbers of the earlier version are no longer published\n", (unsigned long long)r->withdrawn);
    }
    if (r->first <= r->last) {
        printf("  %lld in all stand now, %d-%02d to %d-%02d; numbers, never events: no docket is touched\n", (long long)r->sum,
               r->first / 12, r->first % 12 + 1, r->last / 12, r->last % 12 + 1);
    }
    if (r->rejects_path.n) {
        printf("  rejected lines, each with its reason: %.*s\n", CF_STR_ARG(r->rejects_path));
    }
}

static int import_published(struct cli *c) {
    struct published_map map;
    if (!cli_open(c, true) || !cli_nothing_left(c) ||
        !published_map_read(c->arena, cli_data(c, "data/import/custody-disposals.tsv"), &c->errs, &map)) {
        return cli_failed(c);
    }
    for (size_t i = 1; i < c->words.n; i++) {
        struct published_report r;
        struct cf_arena *a = cf_arena_new("one file");
        bool ok = published_import(c->desk, &map, cf_cstr(c->arena, c->words.v[i]), a, &r, &c->errs);
        if (ok) {
            say_published(c, c->words.v[i], &r);
        }
        cf_arena_free(a);
        if (!ok) {
            return cli_failed(c);
        }
    }
    return CLI_DONE;
}

int cli_import(struct cli *c) {
    struct cf_str what = c->words.n ? c->words.v[0] : CF_LIT("");
    bool stops = cf_str_is(what, "stop-search"), thorough = cf_str_is(what, "more-thorough-search");
    bool numbers = cf_str_is(what, "custody-disposals");
    struct totals sum = {0};
    uint64_t done;
    if (!stops && !thorough && !numbers) {
        cf_fail(&c->errs, CF_C001, CF_NOWHERE, "import does not know \"%.*s\"", CF_STR_ARG(what));
        cf_hint(&c->errs, "It knows stop-search, more-thorough-search and custody-disposals.");
        return cli_failed(c);
    }
    if (c->words.n < 2) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "import %.*s needs files", CF_STR_ARG(what));
        return cli_failed(c);
    }
    bool sweep = !cli_flag(c, "no-sweep");
    if (numbers) {
        return import_published(c);
    }
    if (!cli_open(c, true) || !cli_nothing_left(c)) {
        return cli_failed(c);
    }
    struct import_options o = {.map =
                                   cli_data(c, stops ? "data/import/stop-search.tsv" : "data/import/more-thorough-search.tsv"),
                               .boroughs = cli_data(c, "data/boroughs/london-boroughs.tsv"),
                               .progress = cli_bar};
    for (size_t i = 1; i < c->words.n; i++) {
        struct import_report r;
        struct cf_arena *a = cf_arena_new("one file");
        struct cf_progress bar = cf_progress_start("importing", 0);
        o.arg = &bar;
        const char *path = cf_cstr(c->arena, c->words.v[i]);
        bool ok = stops ? import_stop_search(c->desk, path, &o, a, &r, &c->errs)
                        : import_more_thorough(c->desk, path, &o, a, &r, &c->errs);
        cf_progress_end(&bar);
        if (ok) {
            say(c, c->words.v[i], &r);
            add(&sum, &r);
        }
        cf_arena_free(a);
        if (!ok) {
            return cli_failed(c);
        }
    }
    if (c->words.n > 2 && !c->json) {
        printf("in all: %llu imported + %llu rejected + %llu already known = %llu lines read\n",
               (unsigned long long)sum.imported, (unsigned long long)sum.rejected, (unsigned long long)sum.known,
               (unsigned long long)sum.lines);
    }
    struct cf_progress bar = cf_progress_start("judging", 0);
    bool ok = !sweep ||
              (desk_sweep(c->desk, cf_now_us() / 1000000, 0, cli_bar, &bar, &done, &c->errs) && desk_study(c->desk, &c->errs));
    cf_progress_end(&bar);
    return ok ? CLI_DONE : cli_failed(c);
}
