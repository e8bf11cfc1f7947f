/* provider: what tests of signing in elsewhere share: npm's oidc-provider, started here, and a browser without pages that walks
 * through it. Everybody who asks there is "inspector-1". */
#ifndef CF_TEST_OIDC_PROVIDER_H
#define CF_TEST_OIDC_PROVIDER_H

#include "base/base.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROVIDER_REDIRECT "http://127.0.0.1:9/signed-in"
#define PROVIDER_SECRET "a-secret-of-the-test"
static char issuer[100];
static FILE *to_provider;
static pid_t provider_pid;

/* Fetches it and starts it; false where there is no node, or its packages cannot be fetched. */
static bool start_provider(void) {
    int in[2], out[2];
    if (system("tools/test-oidc") != 0 || pipe(in) != 0 || pipe(out) != 0) {
        return false;
    }
    provider_pid = fork();
    if (provider_pid == 0) {
        (void)dup2(in[0], 0);
        (void)dup2(out[1], 1);
        (void)close(in[1]);
        (void)execlp("node", "node", "--no-warnings", "build/npm/oidc/provider.mjs", (char *)NULL);
        _exit(127);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    (void)fcntl(in[1], F_SETFD, FD_CLOEXEC); /* it ends with this end, so no server of the test may hold it */
    to_provider = fdopen(in[1], "w");
    FILE *from = fdopen(out[0], "r");
    bool found = false;
    while (!found && from != NULL && fgets(issuer, sizeof issuer, from) != NULL) {
        found = strncmp(issuer, "http://127.0.0.1:", 17) == 0;
    }
    issuer[strcspn(issuer, "\n")] = 0;
    return found;
}

static void stop_provider(void) {
    int status;
    (void)fclose(to_provider);
    (void)waitpid(provider_pid, &status, 0);
}

/* Where the browser arrives in the end: the whole address; empty when it arrives nowhere. */
static const char *walk_from(const char *url) {
    static char line[2048];
    char command[4096];
    line[0] = 0;
    snprintf(command, sizeof command, "node build/npm/oidc/walk.mjs '%s'", url);
    FILE *f = popen(command, "r");
    if (f == NULL || fgets(line, sizeof line, f) == NULL) {
        line[0] = 0;
    }
    if (f != NULL && pclose(f) != 0) {
        line[0] = 0;
    }
    line[strcspn(line, "\n")] = 0;
    return line;
}

#endif
