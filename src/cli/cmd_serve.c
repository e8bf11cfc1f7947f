/* serve: the web application on 127.0.0.1 or a Unix socket, until it is told to stop. */
#include "cli/cli.h"

#include "web/serve.h"

#include <stdlib.h>

/* Who one can be in the demonstration. */
static void say_people(void) {
    static const struct {
        const char *login, *name, *does;
    } people[] = {
#define WEB_DEMO_PERSON(login, name, unit, roles, does) {login, name, does},
#include "web/demo.def"
#undef WEB_DEMO_PERSON
    };
    printf("sign in as one of these invented people; the password of each is: %s\n", SERVE_DEMO_WORDS);
    for (size_t i = 0; i < CF_COUNT(people); i++) {
        printf("  %-10s %s: %s\n", people[i].login, people[i].name, people[i].does);
    }
}

static void say_started(void *arg, int port) {
    struct serve_options *o = arg;
    if (o->socket) {
        printf("serving on %s\n", o->socket);
    } else {
        printf("serving on http://127.0.0.1:%d/\n", port);
    }
    if (o->demo) {
        say_people();
    }
    fflush(stdout);
}

/* The identity provider, from the environment; the secret is in a file of its own, so that it shows in no list of processes. */
static bool oidc_settings(struct cli *c, struct access_oidc *out) {
    static const char *const names[] = {"CHILDFIRST_OIDC_ISSUER", "CHILDFIRST_OIDC_CLIENT", "CHILDFIRST_OIDC_SECRET_FILE",
                                        "CHILDFIRST_OIDC_REDIRECT"};
    const char *given[CF_COUNT(names)];
    size_t n = 0;
    for (size_t i = 0; i < CF_COUNT(names); i++) {
        given[i] = getenv(names[i]);
        n += given[i] && *given[i];
    }
    for (size_t i = 0; n && i < CF_COUNT(names); i++) {
        if (!given[i] || !*given[i]) {
            return cf_fail(&c->errs, CF_W017, CF_NOWHERE, "%s is not set", names[i]);
        }
    }
    if (!n) {
        return true;
    }
    struct cf_str secret;
    if (!cf_read_file(c->arena, given[2], CF_MAX_PASSWORD_BYTES, &secret, &c->errs)) {
        return false;
    }
    *out = (struct access_oidc){.issuer = cf_str_from(given[0]),
                                .client_id = cf_str_from(given[1]),
                                .client_secret = cf_str_trim(secret),
                                .redirect = cf_str_from(given[3]),
                                .ca_file = getenv("CHILDFIRST_OIDC_CA")};
    return out->client_secret.n || cf_fail(&c->errs, CF_W017, CF_NOWHERE, "the file of %s holds nothing", names[2]);
}

int cli_serve(struct cli *c) {
    int64_t port, workers;
    struct cf_str socket = {0};
    if (!cli_int(c, "port", 0, 65535, 8080, &port) || !cli_int(c, "workers", 0, CF_MAX_WEB_WORKERS, 0, &workers)) {
        return cli_failed(c);
    }
    bool by_socket = cli_option(c, "socket", &socket);
    struct serve_options o = {.port = (int)port,
                              .socket = by_socket ? cf_cstr(c->arena, socket) : NULL,
                              .demo = cli_flag(c, "demo"),
                              .workers = (int)workers,
                              .log = cli_flag(c, "quiet") ? NULL : stderr,
                              .version = CF_VERSION};
    if (!cli_desk_options(c, &o.desk) || !cli_nothing_left(c) || !oidc_settings(c, &o.oidc) ||
        !serve(c->arena, &o, say_started, &o, &c->errs)) {
        return cli_failed(c);
    }
    return CLI_DONE;
}
