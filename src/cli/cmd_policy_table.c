/* policy table: which tables the policies read from files, and a force's own rows in their place. Must not know what any table
 * means. */
#include "cli/cli.h"

#include <unistd.h>

static int list(struct cli *c) {
    if (!cli_open(c, false)) {
        return cli_failed(c);
    }
    const struct lang_set *set = desk_set(c->desk);
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    const char *between = c->json ? "{\"tables\":[\n" : "";
    for (size_t i = 0; set && i < set->decls.n; i++) {
        const struct lang_decl *t = set->decls.v[i];
        bool own;
        if (t->kind != LANG_TABLE || !t->as.table.file.n || t->newer) {
            continue;
        }
        if (!desk_table_own(c->desk, t, &own, &c->errs)) {
            return cli_failed(c);
        }
        cf_buf_lit(&b, between);
        if (c->json) {
            cf_buf_lit(&b, "{\"table\":");
            cf_json_str(&b, t->name.text);
            cf_buf_lit(&b, ",\"policy\":");
            cf_json_str(&b, t->policy->name.text);
            cf_buf_printf(&b, ",\"rows\":%zu,\"own\":%s,\"note\":", t->as.table.rows.n, own ? "true" : "false");
            cf_json_str(&b, t->as.table.note);
            cf_buf_lit(&b, "}");
            between = ",\n";
        } else {
            cf_buf_printf(&b, "%-24.*s %6zu rows  %-14s %.*s\n", CF_STR_ARG(t->name.text), t->as.table.rows.n,
                          own ? "the force's own" : "as shipped", CF_STR_ARG(t->policy->name.text));
        }
    }
    cf_buf_lit(&b, !c->json ? "" : between[0] == ',' ? "\n]}\n" : "{\"tables\":[]}\n");
    cli_print(&b);
    return CLI_DONE;
}

/* Every fault, not only the first of them. */
static void show(struct cli *c, const struct desk_table_faults *faults) {
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    cf_buf_lit(&b, c->json ? "[" : "");
    for (size_t i = 0; i < faults->n; i++) {
        if (c->json) {
            cf_buf_lit(&b, i ? ",\n " : "");
            cf_err_json(&b, &faults->v[i]);
        } else {
            cf_err_text(&b, &faults->v[i]);
        }
    }
    cf_buf_lit(&b, c->json ? "]\n" : "");
    if (b.n) {
        fwrite(b.p, 1, b.n, c->json ? stdout : stderr);
    }
}

/* ---- Columns of which the program knows the codes: one is named like a file in data/reference (ho_code). */

struct known_columns {
    CF_VEC(struct desk_table_column);
};

static bool read_codes(struct cli *c, const char *path, struct cf_map *into) {
    struct cf_str text, line, code;
    if (!cf_read_file(c->arena, path, CF_MAX_SOURCE_BYTES, &text, &c->errs)) {
        return false;
    }
    while (cf_str_split(&text, '\n', &line)) {
        if (line.n && line.p[0] != '#' && cf_str_split(&line, '\t', &code)) {
            *cf_map_put(into, cf_str_trim(code)) = into;
        }
    }
    return true;
}

static bool plain_word(struct cf_str s) {
    bool plain = s.n > 0 && s.n <= CF_MAX_NAME_BYTES;
    for (size_t i = 0; i < s.n; i++) {
        plain = plain && ((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_');
    }
    return plain;
}

static bool known_columns(struct cli *c, struct cf_str text, struct known_columns *out) {
    struct cf_str line = {0}, cell;
    while (cf_str_split(&text, '\n', &line) && (!cf_str_trim(line).n || line.p[0] == '#')) {
    }
    while (cf_str_split(&line, '\t', &cell)) {
        cell = cf_str_trim(cell);
        const char *below = cf_cstr(c->arena, cf_str_printf(c->arena, "data/reference/%.*s.tsv", CF_STR_ARG(cell)));
        const char *path = plain_word(cell) ? cli_data(c, below) : NULL;
        if (!path || access(path, R_OK) != 0) {
            continue;
        }
        struct cf_map *codes = cf_map_new(c->arena);
        if (!read_codes(c, path, codes)) {
            return false;
        }
        *cf_push(c->arena, out) = (struct desk_table_column){cell, codes};
    }
    return true;
}

static int load(struct cli *c, struct cf_str name) {
    struct cf_source src;
    struct known_columns known = {0};
    struct desk_table_faults faults = {0};
    size_t rows;
    bool changed;
    if (c->words.n < 4) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "policy table load needs a table's name and a file");
        return cli_failed(c);
    }
    src.name = c->words.v[3];
    if (!cf_read_file(c->arena, cf_cstr(c->arena, src.name), CF_MAX_SOURCE_BYTES, &src.text, &c->errs) ||
        !known_columns(c, src.text, &known) || !cli_open(c, true)) {
        return cli_failed(c);
    }
    if (!desk_table_load(c->desk, name, &src, known.v, known.n, cli_option_or(c, "authority", "command line"), c->arena,
                         &faults, &rows, &changed, &c->errs)) {
        show(c, &faults);
        cf_errs_print(stderr, &c->errs);
        return faults.n ? CLI_FAULTS : CLI_REFUSED;
    }
    if (changed) {
        printf("%zu rows stand in the table %.*s now, in the place of the shipped ones; every docket will be judged anew\n",
               rows, CF_STR_ARG(name));
    } else {
        printf("these %zu rows stand in the table %.*s already: nothing is changed\n", rows, CF_STR_ARG(name));
    }
    return CLI_DONE;
}

static int drop(struct cli *c, struct cf_str name) {
    bool changed;
    if (!cli_open(c, true) ||
        !desk_table_drop(c->desk, name, cli_option_or(c, "authority", "command line"), &changed, &c->errs)) {
        return cli_failed(c);
    }
    printf(changed ? "the shipped rows stand in the table %.*s again; every docket will be judged anew\n"
                   : "the table %.*s has its shipped rows already: nothing is changed\n",
           CF_STR_ARG(name));
    return CLI_DONE;
}

int cli_policy_table(struct cli *c) {
    struct cf_str word = c->words.n > 1 ? c->words.v[1] : CF_LIT(""), name = c->words.n > 2 ? c->words.v[2] : CF_LIT("");
    if (cf_str_is(word, "list")) {
        return list(c);
    }
    if (cf_str_is(word, "load") && name.n) {
        return load(c, name);
    }
    if (cf_str_is(word, "drop") && name.n) {
        return drop(c, name);
    }
    cf_fail(&c->errs, CF_C001, CF_NOWHERE, "policy table does not know \"%.*s\", or a name is missing", CF_STR_ARG(word));
    cf_hint(&c->errs, "It knows: list, load NAME FILE, drop NAME.");
    return cli_failed(c);
}
