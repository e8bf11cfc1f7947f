/* main: finds the command and runs it. */
#include "cli/cli.h"

#include <stdio.h>

static const struct {
    const char *word;
    cli_command *run;
    const char *arguments, *summary;
} COMMANDS[] = {
#define CLI_COMMAND(word, function, arguments, summary) {word, function, arguments, summary},
#include "cli/commands.def"
#undef CLI_COMMAND
};

static int help(FILE *f) {
    fprintf(f, "childfirst: what must follow when police meet a child, from readable policies over a ledger.\n\n");
    for (size_t i = 0; i < CF_COUNT(COMMANDS); i++) {
        fprintf(f, "  childfirst %s %s\n      %s\n", COMMANDS[i].word, COMMANDS[i].arguments, COMMANDS[i].summary);
    }
    fprintf(f, "\nEvery command takes --db FILE (otherwise childfirst.db in the data folder: CHILDFIRST_HOME, or\n"
               "~/.local/share/childfirst) and --json where it prints data. Exit status: 0 done, 1 refused or could not, 2 the "
               "check or test found faults.\n");
    return CLI_DONE;
}

static int unknown(struct cli *c, const char *word) {
    struct cf_str names[CF_COUNT(COMMANDS)];
    for (size_t i = 0; i < CF_COUNT(COMMANDS); i++) {
        names[i] = cf_str_from(COMMANDS[i].word);
    }
    cf_fail(&c->errs, CF_C001, CF_NOWHERE, "there is no command %s", word);
    struct cf_str near = cf_nearest(cf_str_from(word), names, CF_COUNT(COMMANDS));
    if (near.n) {
        cf_hint(&c->errs, "Did you mean `childfirst %.*s`? `childfirst help` lists them all.", CF_STR_ARG(near));
    }
    return cli_failed(c);
}

static int run(struct cli *c, int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : "help";
    if (!strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h")) {
        return help(stdout);
    }
    if (!strcmp(word, "version") || !strcmp(word, "--version")) {
        printf("childfirst %s\n", CF_VERSION);
        return CLI_DONE;
    }
    for (size_t i = 0; i < CF_COUNT(COMMANDS); i++) {
        if (strcmp(word, COMMANDS[i].word) != 0) {
            continue;
        }
        if (!cli_parse(c, argc - 2, argv + 2)) {
            return cli_failed(c);
        }
        if (cli_flag(c, "help")) {
            printf("childfirst %s %s\n    %s\n", COMMANDS[i].word, COMMANDS[i].arguments, COMMANDS[i].summary);
            return CLI_DONE;
        }
        return COMMANDS[i].run(c);
    }
    return unknown(c, word);
}

int main(int argc, char **argv) {
    struct cli c = {.arena = cf_arena_new("command"), .program = argc ? argv[0] : "childfirst"};
    c.errs = cf_errs_new(c.arena);
    int status = run(&c, argc, argv);
    desk_close(c.desk);
    cf_arena_free(c.arena);
    if (fflush(stdout) != 0 && status == CLI_DONE) {
        fprintf(stderr, "childfirst: the output cannot be written\n");
        status = CLI_REFUSED;
    }
    return status;
}
