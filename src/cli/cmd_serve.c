/* serve: the web application on 127.0.0.1 or a Unix socket, until it is told to stop. */
#include "cli/cli.h"

#include "web/serve.h"

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
    if (!cli_desk_options(c, &o.desk) || !cli_nothing_left(c) || !serve(c->arena, &o, say_started, &o, &c->errs)) {
        return cli_failed(c);
    }
    return CLI_DONE;
}
