/* program: runs the built program as its users do, for tests: a command line in, words and an exit status out. */
#ifndef CF_TEST_WIRE_PROGRAM_H
#define CF_TEST_WIRE_PROGRAM_H

#include "unit/unit.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct told {
    int status;
    char out[1 << 18]; /* standard output and error, in order */
};
static char wire_folder[128];
static struct told told;

CF_UNUSED static int wire_begin(void **state) {
    (void)state;
    snprintf(wire_folder, sizeof wire_folder, "/tmp/childfirst-wire-XXXXXX");
    assert_non_null(mkdtemp(wire_folder));
    setenv("CHILDFIRST_HOME", wire_folder, 1);
    return 0;
}

CF_UNUSED static int wire_end(void **state) {
    (void)state;
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s", wire_folder);
    return system(command) == 0 ? 0 : -1;
}

/* Runs `childfirst ARGUMENTS` with a shell's quoting. */
__attribute__((format(printf, 1, 2))) CF_UNUSED static struct told *childfirst(const char *arguments, ...) {
    char rest[8192], command[9000];
    va_list ap;
    va_start(ap, arguments);
    vsnprintf(rest, sizeof rest, arguments, ap);
    va_end(ap);
    snprintf(command, sizeof command, "%s %s 2>&1", CF_PROGRAM, rest);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(told.out, 1, sizeof told.out - 1, p);
    told.out[n] = 0;
    int status = pclose(p);
    told.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return &told;
}

CF_UNUSED static void says(const char *words) {
    if (!strstr(told.out, words)) {
        fail_msg("expected the words \"%s\" in:\n%s", words, told.out);
    }
}

CF_UNUSED static void never_says(const char *words) {
    if (strstr(told.out, words)) {
        fail_msg("did not expect the words \"%s\" in:\n%s", words, told.out);
    }
}

CF_UNUSED static void ends_with(int status) {
    if (told.status != status) {
        fail_msg("expected exit status %d, got %d:\n%s", status, told.status, told.out);
    }
}

/* The 32 letters after the first `word ` in the output, copied. */
CF_UNUSED static const char *id_after(const char *word, char id[33]) {
    const char *at = strstr(told.out, word);
    if (!at || strlen(at) < strlen(word) + 33) {
        fail_msg("expected an id after \"%s\" in:\n%s", word, told.out);
    } else {
        memcpy(id, at + strlen(word) + 1, 32);
        id[32] = 0;
    }
    return id;
}

#endif
