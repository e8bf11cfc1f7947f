/* args: options and words of a command, the database's path, and the files that ship with the program. */
#include "cli/cli.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Options that take no value, in every command. */
static const char *const FLAGS[] = {"json",  "why",  "overdue", "suspended", "list",  "accept-clock", "help",   "published",
                                    "write", "open", "all",     "diff",      "quiet", "no-sweep",     "adopted",
                                    "demo"};

static bool is_flag(struct cf_str name) {
    for (size_t i = 0; i < CF_COUNT(FLAGS); i++) {
        if (cf_str_is(name, FLAGS[i])) {
            return true;
        }
    }
    return false;
}

bool cli_parse(struct cli *c, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        struct cf_str word = cf_str_from(argv[i]);
        size_t bad;
        if (!cf_utf8_valid(word, &bad)) {
            return cf_fail(&c->errs, CF_C004, CF_NOWHERE, "argument %d is not UTF-8 text", i + 1);
        }
        if (!cf_str_starts(word, CF_LIT("--")) || word.n == 2) {
            *cf_push(c->arena, &c->words) = word;
            continue;
        }
        struct cli_option o = {.name = cf_str_slice(word, 2, word.n)};
        size_t equals;
        if (cf_str_find(o.name, '=', &equals)) {
            o.value = cf_str_slice(o.name, equals + 1, o.name.n);
            o.name = cf_str_slice(o.name, 0, equals);
        } else if (!is_flag(o.name)) {
            if (i + 1 >= argc) {
                return cf_fail(&c->errs, CF_C002, CF_NOWHERE, "--%.*s has no value", CF_STR_ARG(o.name));
            }
            o.value = cf_str_from(argv[++i]);
            if (!cf_utf8_valid(o.value, &bad)) {
                return cf_fail(&c->errs, CF_C004, CF_NOWHERE, "the value of --%.*s is not UTF-8 text", CF_STR_ARG(o.name));
            }
        }
        *cf_push(c->arena, &c->options) = o;
    }
    c->json = cli_flag(c, "json");
    c->zone = cf_zone_load(c->arena, "Europe/London", &c->errs);
    return c->zone != NULL;
}

/* An option may be written with - or _ between its words. */
static bool same_option(struct cf_str given, const char *name) {
    size_t n = strlen(name);
    if (given.n != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char x = given.p[i] == '-' ? '_' : given.p[i], y = name[i] == '-' ? '_' : name[i];
        if (x != y) {
            return false;
        }
    }
    return true;
}

bool cli_option(struct cli *c, const char *name, struct cf_str *value) {
    for (size_t i = 0; i < c->options.n; i++) {
        if (same_option(c->options.v[i].name, name)) {
            c->options.v[i].used = true;
            *value = c->options.v[i].value;
            return true;
        }
    }
    return false;
}

bool cli_flag(struct cli *c, const char *name) {
    struct cf_str ignored;
    return cli_option(c, name, &ignored);
}

const char *cli_option_or(struct cli *c, const char *name, const char *otherwise) {
    struct cf_str v;
    return cli_option(c, name, &v) ? cf_cstr(c->arena, v) : otherwise;
}

bool cli_int(struct cli *c, const char *name, int64_t least, int64_t most, int64_t otherwise, int64_t *out) {
    struct cf_str v;
    *out = otherwise;
    if (!cli_option(c, name, &v)) {
        return true;
    }
    if (!cf_str_int(v, out) || *out < least || *out > most) {
        return cf_fail(&c->errs, CF_C005, CF_NOWHERE, "--%s takes a whole number from %lld to %lld, not \"%.*s\"", name,
                       (long long)least, (long long)most, CF_STR_ARG(v));
    }
    return true;
}

bool cli_time(struct cli *c, const char *name, int64_t otherwise, struct cf_moment *out) {
    struct cf_str v;
    *out = (struct cf_moment){.at = otherwise, .day = cf_time_day(c->zone, otherwise)};
    return !cli_option(c, name, &v) || cf_time_parse(c->zone, v, CF_NOWHERE, &c->errs, out);
}

bool cli_nothing_left(struct cli *c) {
    bool ok = true;
    for (size_t i = 0; i < c->options.n; i++) {
        if (!c->options.v[i].used) {
            ok = cf_fail(&c->errs, CF_C003, CF_NOWHERE, "this command does not know --%.*s", CF_STR_ARG(c->options.v[i].name));
        }
    }
    return ok;
}

int cli_failed(struct cli *c) {
    cf_errs_print(stderr, &c->errs);
    return CLI_REFUSED;
}

/* ---- Where things are. */

/* The data folder: CHILDFIRST_HOME, else childfirst in the user's own data folder (XDG_DATA_HOME, else ~/.local/share). */
static struct cf_str data_folder(struct cf_arena *a) {
    const char *own = getenv("CHILDFIRST_HOME"), *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (own && *own) {
        return cf_str_from(own);
    }
    if (xdg && *xdg) {
        return cf_str_printf(a, "%s/childfirst", xdg);
    }
    return home && *home ? cf_str_printf(a, "%s/.local/share/childfirst", home) : CF_LIT(".");
}

const char *cli_db_path(struct cli *c) {
    struct cf_str given;
    if (cli_option(c, "db", &given)) {
        return cf_cstr(c->arena, given);
    }
    return cf_cstr(c->arena, cf_str_printf(c->arena, "%.*s/childfirst.db", CF_STR_ARG(data_folder(c->arena))));
}

/* Makes the folder of a path and those above it, for whoever makes a database. */
static bool make_folders(struct cli *c, const char *path) {
    char *p = cf_memdup(c->arena, path, strlen(path) + 1);
    for (char *slash = strchr(p + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(p, 0700) != 0 && access(p, F_OK) != 0) {
            return cf_fail(&c->errs, CF_B001, CF_NOWHERE, "the folder %s cannot be made", p);
        }
        *slash = '/';
    }
    return true;
}

/* Shipped files stand where CHILDFIRST_DATA says, in the folder one starts from, or above the program (build/childfirst). */
const char *cli_data(struct cli *c, const char *below) {
    const char *data = getenv("CHILDFIRST_DATA");
    if (data && *data) {
        return cf_cstr(c->arena, cf_str_printf(c->arena, "%s/%s", data, below));
    }
    if (access(below, R_OK) == 0) {
        return below;
    }
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    struct cf_str folder = {self, n > 0 ? (size_t)n : 0};
    for (int up = 0; up < 4; up++) {
        size_t slash = folder.n;
        while (slash > 0 && folder.p[slash - 1] != '/') {
            slash--;
        }
        if (slash == 0) {
            break;
        }
        folder = cf_str_slice(folder, 0, slash - 1);
        const char *path = cf_cstr(c->arena, cf_str_printf(c->arena, "%.*s/%s", CF_STR_ARG(folder), below));
        if (access(path, R_OK) == 0) {
            return path;
        }
    }
    return below;
}

bool cli_desk_options(struct cli *c, struct desk_options *o) {
    struct cf_str keys;
    o->db = cli_db_path(c);
    o->accept_clock = cli_flag(c, "accept-clock");
    o->calendars = cli_data(c, "data/calendars");
    if (cli_option(c, "keys", &keys)) {
        o->keys = cf_cstr(c->arena, keys);
    }
    if (o->create || access(o->db, F_OK) == 0) {
        return true;
    }
    cf_fail(&c->errs, CF_C006, CF_NOWHERE, "there is no database %s", o->db);
    cf_hint(&c->errs, "Make one with `childfirst init`, or name another with --db FILE or CHILDFIRST_HOME.");
    return false;
}

static bool open_desk(struct cli *c, bool write, bool create, const char *force) {
    struct desk_options o = {.write = write, .create = create, .force = force};
    if (!cli_desk_options(c, &o) || (create && !make_folders(c, o.db))) {
        return false;
    }
    return desk_open(c->arena, &o, &c->errs, &c->desk);
}

bool cli_open(struct cli *c, bool write) {
    return open_desk(c, write, false, NULL);
}

bool cli_create(struct cli *c, const char *force) {
    return open_desk(c, true, true, force);
}

void cli_print(const struct cf_buf *b) {
    fwrite(b->p, 1, b->n, stdout);
}

void cli_bar(void *progress, uint64_t done, uint64_t total) {
    struct cf_progress *p = progress;
    p->total = total;
    cf_progress_step(p, done);
}
