/* The clauses that the parser knows stand in the grammar and in the editor's grammar: a new clause is not forgotten there.
 * Takes in parse_decl.c whole, for its tables are its own. */
#include "unit/unit.h"

#include "lang/parse_decl.c"

static struct cf_str file_text(struct cf_arena *a, const char *path) {
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str text = {0};
    if (!cf_read_file(a, path, CF_MAX_SOURCE_BYTES, &text, &errs)) {
        fail_msg("%s cannot be read", path);
    }
    return text;
}

static bool holds(struct cf_arena *a, struct cf_str text, struct cf_str what) {
    return strstr(cf_cstr(a, text), cf_cstr(a, what)) != NULL;
}

static void every_clause_stands_in_the_grammar_and_in_the_editors(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("test");
    struct cf_str grammar = file_text(a, "doc/reference/grammar.ebnf"),
                  editor = file_text(a, "editors/childfirst.tmLanguage.json");
    size_t n = 0;
    for (size_t f = 0; f < CF_COUNT(forms); f++) {
        const char *word = lang_decl_word(forms[f].kind);
        assert_true(holds(a, grammar, cf_str_printf(a, "\n%s ", word)));
        assert_true(holds(a, editor, cf_str_from(word)));
        for (const struct clause *c = forms[f].clauses; c->words != NULL; c++) {
            struct cf_str quoted = cf_str_printf(a, "\"%s", c->words), between = cf_str_printf(a, "|%s|", c->words);
            bool bound = holds(a, editor, between) || holds(a, editor, cf_str_printf(a, "(%s|", c->words));
            if (!holds(a, grammar, quoted) || !bound) {
                fail_msg("`%s` of %s", c->words, word);
            }
            n++;
        }
    }
    cf_arena_free(a);
    assert_true(n > 80);
}

static void every_example_of_a_clause_begins_with_it_and_can_be_read(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("test");
    for (size_t f = 0; f < CF_COUNT(forms); f++) {
        struct cf_str head = cf_str_from(forms[f].like);
        if (!cf_str_starts(head, cf_str_from(lang_decl_word(forms[f].kind)))) {
            fail_msg("%s", forms[f].like);
        }
        for (const struct clause *c = forms[f].clauses; c->words != NULL; c++) {
            struct cf_source src = {.name = CF_LIT("like")};
            struct cf_errs errs = cf_errs_new(a);
            struct lang_decl *d;
            const char *policy = forms[f].kind == LANG_POLICY
                                     ? ""
                                     : "policy a \"A\"; owner o; serves S1; in force from 2024-01-01; cites pace \"P\"\n";
            const char *line = forms[f].kind == LANG_EPISODE ? "episode missing \"Missing\"" : forms[f].like;
            line = forms[f].kind == LANG_ROLE ? "role a \"A\"" : forms[f].kind == LANG_PARTNER ? "partner p \"P\"" : line;
            line = forms[f].kind == LANG_CODES ? "codes c" : forms[f].kind == LANG_TABLE ? "table t" : line;
            src.text = cf_str_printf(a, "%s%s\n    %s\n", policy, line, c->like);
            bool good = lang_parse(a, &src, &errs, &d);
            assert_true(good == (errs.n == 0));
            good = true;
            for (size_t i = 0; i < errs.n; i++) { /* that other clauses are missing is no matter here */
                good = good && errs.v[i].code == CF_L017;
            }
            if (!good || !cf_str_starts(cf_str_from(c->like), cf_str_from(c->words))) {
                cf_errs_print(stderr, &errs);
                fail_msg("%s", c->like);
            }
        }
    }
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_clause_stands_in_the_grammar_and_in_the_editors),
        cmocka_unit_test(every_example_of_a_clause_begins_with_it_and_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
