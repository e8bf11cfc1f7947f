/* user: who can sign in and what roles they hold, by the operator of the machine: the first administrator, resets, partners'
 * keys. What an administrator changes in the web application is the same, said by somebody who signed in. */
#include "cli/cli.h"

#include "access/access.h"
#include "ledger/seal.h"
#include "web/serve.h"

#include <termios.h>
#include <unistd.h>

struct at_work { /* opened for a subcommand */
    struct cli *c;
    struct access *x;
    struct access_user user; /* whom LOGIN names, for subcommands that take one */
};

/* ---- Passwords: asked for twice on a terminal, without showing them; otherwise one line of standard input. */
static bool line_of(char *room, size_t n, struct cf_str *out) {
    if (fgets(room, (int)n, stdin) == NULL) {
        return false;
    }
    size_t end = strcspn(room, "\r\n");
    bool whole = room[end] != 0 || feof(stdin);
    room[end] = 0;
    *out = (struct cf_str){room, end};
    return whole;
}

static bool asked(struct cli *c, const char *what, char *room, size_t n, struct cf_str *out) {
    struct termios before, quiet;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "%s: ", what);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool ok = line_of(room, n, out);
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fprintf(stderr, "\n");
    }
    return ok || cf_fail(&c->errs, CF_A014, CF_NOWHERE, "no password was given, or it is longer than %d bytes",
                         CF_MAX_PASSWORD_BYTES);
}

static bool new_password(struct at_work *w) {
    char first[CF_MAX_PASSWORD_BYTES + 2], second[CF_MAX_PASSWORD_BYTES + 2];
    struct cf_str a = CF_LIT(""), b = CF_LIT("");
    bool ok = asked(w->c, "password", first, sizeof first, &a);
    if (ok && isatty(STDIN_FILENO)) {
        ok = asked(w->c, "the same again", second, sizeof second, &b) &&
             (cf_str_eq(a, b) || cf_fail(&w->c->errs, CF_A014, CF_NOWHERE, "the two are not the same"));
        seal_wipe(second, sizeof second);
    }
    ok = ok && access_user_reset(w->x, NULL, w->user.id, a, &w->c->errs);
    seal_wipe(first, sizeof first);
    return ok;
}

/* ---- What is asked in words. */
static bool word_at(struct at_work *w, size_t i, const char *what, struct cf_str *out) {
    if (w->c->words.n <= i) {
        return cf_fail(&w->c->errs, CF_C012, CF_NOWHERE, "%s is missing", what);
    }
    *out = w->c->words.v[i];
    return true;
}

static struct cf_str option(struct at_work *w, const char *name) {
    struct cf_str v = CF_LIT("");
    return cli_option(w->c, name, &v) ? v : CF_LIT("");
}

static bool needed(struct at_work *w, const char *name, struct cf_str *out) {
    return cli_option(w->c, name, out) || cf_fail(&w->c->errs, CF_C012, CF_NOWHERE, "--%s is missing", name);
}

static bool until(struct at_work *w, int64_t *us) {
    struct cf_moment m;
    struct cf_str given = CF_LIT("");
    *us = 0;
    if (!cli_option(w->c, "until", &given)) {
        return true;
    }
    if (!cf_time_parse(w->c->zone, given, CF_NOWHERE, &w->c->errs, &m)) {
        return false;
    }
    *us = m.at * 1000000;
    return true;
}

static struct cf_str *list_of(struct at_work *w, const char *name, size_t *n) {
    struct {
        CF_VEC(struct cf_str);
    } found = {0};
    struct cf_str words = option(w, name), one = CF_LIT("");
    while (words.n > 0 && cf_str_split(&words, ',', &one)) {
        *cf_push(w->c->arena, &found) = cf_str_trim(one);
    }
    *n = found.n;
    return found.v;
}

/* ---- Subcommands. Each has LOGIN looked up already where its row says so. */
static bool add(struct at_work *w) {
    struct cf_str login = CF_LIT(""), name = CF_LIT(""), unit = option(w, "unit"), role = option(w, "role");
    struct desk *d = w->c->desk;
    struct cf_id id;
    if (!word_at(w, 1, "a login", &login) || !needed(w, "name", &name) || !cli_nothing_left(w->c)) {
        return false;
    }
    if (role.n > 0 && (desk_set(d) == NULL || lang_find_kind(desk_set(d), LANG_ROLE, role) == NULL)) {
        return cf_fail(&w->c->errs, CF_C009, CF_NOWHERE, "there is no role %.*s", CF_STR_ARG(role));
    }
    if (!access_user_add(w->x, d, NULL, login, name, unit, &id, &w->c->errs) ||
        (role.n > 0 && !access_user_grant(w->x, d, NULL, id, role, 0, CF_LIT("added by the operator"), &w->c->errs)) ||
        !access_user_get(w->x, id, w->c->arena, &w->user, &w->c->errs)) {
        return false;
    }
    printf("added %.*s, officer %s\n", CF_STR_ARG(w->user.login), cf_cstr(w->c->arena, cf_hex(w->c->arena, id.b, 16)));
    if (!new_password(w)) {
        cf_hint(&w->c->errs, "The user is there and cannot sign in: give a password with `childfirst user reset %.*s`.",
                CF_STR_ARG(w->user.login));
        return false;
    }
    printf("the password must be changed at the first sign-in\n");
    return true;
}

static bool demo(struct at_work *w) {
    return cli_nothing_left(w->c) && serve_demo_people(w->x, w->c->desk, &w->c->errs) &&
           printf("the invented people of the demonstration are there; their password is: %s\n", SERVE_DEMO_WORDS) > 0;
}

static bool reset(struct at_work *w) {
    if (!cli_nothing_left(w->c) || !new_password(w)) {
        return false;
    }
    printf("all sessions of %.*s have ended; the password must be changed at the next sign-in\n", CF_STR_ARG(w->user.login));
    return true;
}

static bool grant(struct at_work *w) {
    struct cf_str role = CF_LIT(""), reason = CF_LIT("");
    int64_t end;
    if (!word_at(w, 2, "a role", &role) || !needed(w, "reason", &reason) || !until(w, &end) || !cli_nothing_left(w->c) ||
        !access_user_grant(w->x, w->c->desk, NULL, w->user.id, role, end, reason, &w->c->errs)) {
        return false;
    }
    printf("%.*s holds %.*s from now on\n", CF_STR_ARG(w->user.login), CF_STR_ARG(role));
    return true;
}

static bool end(struct at_work *w) {
    struct cf_str role = CF_LIT(""), reason = CF_LIT("");
    if (!word_at(w, 2, "a role", &role) || !needed(w, "reason", &reason) || !cli_nothing_left(w->c) ||
        !access_user_end(w->x, w->c->desk, NULL, w->user.id, role, reason, &w->c->errs)) {
        return false;
    }
    printf("%.*s holds %.*s no longer\n", CF_STR_ARG(w->user.login), CF_STR_ARG(role));
    return true;
}

static bool unit(struct at_work *w) {
    struct cf_str name = CF_LIT(""), reason = CF_LIT("");
    if (!word_at(w, 2, "a unit", &name) || !needed(w, "reason", &reason) || !cli_nothing_left(w->c) ||
        !access_user_unit(w->x, w->c->desk, NULL, w->user.id, name, reason, &w->c->errs)) {
        return false;
    }
    printf("%.*s belongs to %.*s\n", CF_STR_ARG(w->user.login), CF_STR_ARG(name));
    return true;
}

static bool active(struct at_work *w, bool yes) {
    struct cf_str reason = CF_LIT("");
    if (!needed(w, "reason", &reason) || !cli_nothing_left(w->c) ||
        !access_user_active(w->x, w->c->desk, NULL, w->user.id, yes, reason, &w->c->errs)) {
        return false;
    }
    printf("%.*s %s\n", CF_STR_ARG(w->user.login),
           yes ? "may sign in again" : "cannot sign in any more; all sessions have ended");
    return true;
}

static bool leave(struct at_work *w) {
    return active(w, false);
}

static bool back(struct at_work *w) {
    return active(w, true);
}

static bool otp(struct at_work *w) {
    char room[64];
    struct cf_str secret = CF_LIT(""), address = CF_LIT(""), code = CF_LIT("");
    if (!cli_nothing_left(w->c) || !access_otp_begin(w->x, w->user.id, w->c->arena, &secret, &address, &w->c->errs)) {
        return false;
    }
    printf("secret   %.*s\naddress  %.*s\n", CF_STR_ARG(secret), CF_STR_ARG(address));
    (void)fflush(stdout);
    if (isatty(STDIN_FILENO)) {
        fprintf(stderr, "the code that the authenticator shows: ");
    }
    if (!line_of(room, sizeof room, &code) || !access_otp_confirm(w->x, w->user.id, cf_str_trim(code), &w->c->errs)) {
        return w->c->errs.failures > 0 ? false
                                       : cf_fail(&w->c->errs, CF_A003, CF_NOWHERE, "no code was given; nothing has changed");
    }
    printf("%.*s is asked for a code from now on\n", CF_STR_ARG(w->user.login));
    return true;
}

static bool no_otp(struct at_work *w) {
    if (!cli_nothing_left(w->c) || !access_otp_end(w->x, NULL, w->user.id, &w->c->errs)) {
        return false;
    }
    printf("%.*s is not asked for a code any more\n", CF_STR_ARG(w->user.login));
    return true;
}

static bool link_account(struct at_work *w) {
    struct cf_str issuer = CF_LIT(""), subject = CF_LIT("");
    if (!needed(w, "issuer", &issuer) || !needed(w, "subject", &subject) || !cli_nothing_left(w->c) ||
        !access_user_link(w->x, NULL, w->user.id, issuer, subject, &w->c->errs)) {
        return false;
    }
    printf("%.*s signs in through %.*s too\n", CF_STR_ARG(w->user.login), CF_STR_ARG(issuer));
    return true;
}

static bool sign_out(struct at_work *w) {
    if (!cli_nothing_left(w->c) || !access_sign_out_everywhere(w->x, w->user.id, &w->c->errs)) {
        return false;
    }
    printf("all sessions of %.*s have ended\n", CF_STR_ARG(w->user.login));
    return true;
}

static void user_json(struct cf_buf *b, struct cf_arena *a, const struct access_user *u) {
    cf_buf_printf(b, "{\"id\":\"%s\",\"login\":", cf_cstr(a, cf_hex(a, u->id.b, 16)));
    cf_json_str(b, u->login);
    cf_buf_lit(b, ",\"name\":");
    cf_json_str(b, u->name);
    cf_buf_lit(b, ",\"unit\":");
    cf_json_str(b, u->unit);
    cf_buf_printf(b, ",\"active\":%s,\"code\":%s,\"roles\":[", u->active ? "true" : "false", u->has_otp ? "true" : "false");
    for (size_t i = 0; i < u->grants.n; i++) {
        cf_buf_lit(b, i > 0 ? "," : "");
        cf_json_str(b, u->grants.v[i].role);
    }
    cf_buf_lit(b, "]}");
}

static bool list(struct at_work *w) {
    struct access_users users;
    size_t total = 0, shown = 0;
    if (!cli_nothing_left(w->c)) {
        return false;
    }
    struct cf_buf b = cf_buf_new(w->c->arena, CF_MAX_JSON_BYTES);
    cf_buf_lit(&b, w->c->json ? "{\"users\":[" : "");
    do {
        if (!access_user_list(w->x, shown, 1000, w->c->arena, &users, &total, &w->c->errs)) {
            return false;
        }
        for (size_t i = 0; i < users.n; i++) {
            const struct access_user *u = &users.v[i];
            if (w->c->json) {
                cf_buf_lit(&b, shown + i > 0 ? "," : "");
                user_json(&b, w->c->arena, u);
                continue;
            }
            cf_buf_printf(&b, "%-20.*s %-30.*s %-16.*s %s%s ", CF_STR_ARG(u->login), CF_STR_ARG(u->name), CF_STR_ARG(u->unit),
                          u->active ? "active" : "left", u->has_otp ? ", code" : "");
            for (size_t k = 0; k < u->grants.n; k++) {
                cf_buf_printf(&b, " %.*s", CF_STR_ARG(u->grants.v[k].role));
            }
            cf_buf_lit(&b, "\n");
        }
        shown += users.n;
    } while (users.n > 0 && shown < total);
    if (w->c->json) {
        cf_buf_printf(&b, "],\"total\":%zu}\n", total);
    } else {
        cf_buf_printf(&b, "%zu users\n", total);
    }
    cli_print(&b);
    return true;
}

/* ---- Keys of partners. */
static bool key_make(struct at_work *w) {
    struct cf_str partner = CF_LIT(""), label = CF_LIT(""), secret = CF_LIT("");
    struct access_scope scope = {0};
    struct cf_id id;
    int64_t ends;
    if (!word_at(w, 2, "a partner", &partner) || !needed(w, "label", &label) || !needed(w, "purpose", &scope.purpose) ||
        !until(w, &ends)) {
        return false;
    }
    scope.records = list_of(w, "records", &scope.n_records);
    scope.shares = list_of(w, "shares", &scope.n_shares);
    if (ends == 0) {
        return cf_fail(&w->c->errs, CF_C012, CF_NOWHERE, "--until is missing: a key must end");
    }
    if (!cli_nothing_left(w->c) ||
        !access_key_make(w->x, w->c->desk, NULL, partner, label, &scope, ends, w->c->arena, &id, &secret, &w->c->errs)) {
        return false;
    }
    printf("key %s of %.*s\n%.*s\nIt is shown this once.\n", cf_cstr(w->c->arena, cf_hex(w->c->arena, id.b, 16)),
           CF_STR_ARG(partner), CF_STR_ARG(secret));
    return true;
}

static bool key_list(struct at_work *w) {
    struct access_keys keys;
    if (!cli_nothing_left(w->c) || !access_key_list(w->x, w->c->arena, &keys, &w->c->errs)) {
        return false;
    }
    for (size_t i = 0; i < keys.n; i++) {
        const struct access_key *k = &keys.v[i];
        const char *state = k->ended ? "ended" : k->expires_us <= cf_now_us() ? "expired" : "open";
        printf("%s  %-20.*s %-30.*s %-16.*s until %s  %s\n", cf_cstr(w->c->arena, cf_hex(w->c->arena, k->id.b, 16)),
               CF_STR_ARG(k->partner), CF_STR_ARG(k->label), CF_STR_ARG(k->scope.purpose),
               cf_time_shown(w->c->zone, k->expires_us / 1000000).p, state);
    }
    printf("%zu keys\n", keys.n);
    return true;
}

static bool key_end(struct at_work *w) {
    struct cf_str words = CF_LIT("");
    struct cf_id id;
    if (!word_at(w, 2, "the id of a key", &words) || !cli_id(w->c, words, "a key", &id) || !cli_nothing_left(w->c) ||
        !access_key_end(w->x, NULL, id, &w->c->errs)) {
        return false;
    }
    printf("the key opens nothing any more\n");
    return true;
}

static const struct {
    const char *word, *second; /* second: of `key` */
    bool (*run)(struct at_work *w);
    bool login; /* the word after it is a login */
    bool write; /* it is the ledger's keeper meanwhile */
} COMMANDS[] = {
    {"add", NULL, add, false, true},
    {"list", NULL, list, false, false},
    {"demo", NULL, demo, false, true},
    {"grant", NULL, grant, true, true},
    {"end", NULL, end, true, true},
    {"unit", NULL, unit, true, true},
    {"reset", NULL, reset, true, false},
    {"leave", NULL, leave, true, true},
    {"back", NULL, back, true, true},
    {"otp", NULL, otp, true, false},
    {"no-otp", NULL, no_otp, true, false},
    {"link", NULL, link_account, true, false},
    {"sign-out", NULL, sign_out, true, false},
    {"key", "make", key_make, false, false},
    {"key", "list", key_list, false, false},
    {"key", "end", key_end, false, false},
};

static int run(struct cli *c, size_t command) {
    struct at_work w = {.c = c};
    struct cf_str login = CF_LIT("");
    bool ok = cli_open(c, COMMANDS[command].write) &&
              access_open(c->arena, desk_ledger(c->desk), COMMANDS[command].write ? ACCESS_MAKE : ACCESS_USE, &c->errs, &w.x);
    ok = ok && (!COMMANDS[command].write || access_catch_up(w.x, &c->errs));
    if (ok && COMMANDS[command].login) {
        ok = word_at(&w, 1, "a login", &login) && access_user_find(w.x, login, c->arena, &w.user, &c->errs);
    }
    ok = ok && COMMANDS[command].run(&w);
    access_close(w.x);
    return ok ? CLI_DONE : cli_failed(c);
}

int cli_user(struct cli *c) {
    struct cf_str word = c->words.n > 0 ? c->words.v[0] : CF_LIT(""), second = c->words.n > 1 ? c->words.v[1] : CF_LIT("");
    for (size_t i = 0; i < CF_COUNT(COMMANDS); i++) {
        if (cf_str_is(word, COMMANDS[i].word) && (COMMANDS[i].second == NULL || cf_str_is(second, COMMANDS[i].second))) {
            return run(c, i);
        }
    }
    cf_fail(&c->errs, CF_C001, CF_NOWHERE, "user does not know \"%.*s\"", CF_STR_ARG(word));
    cf_hint(
        &c->errs,
        "It knows add, demo, list, grant, end, unit, reset, leave, back, otp, no-otp, link, sign-out and key make|list|end.");
    return cli_failed(c);
}
