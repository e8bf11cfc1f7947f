/* app: what runs behind the pages: the keeper with the writing desk, a reading desk for each worker, and the doors that pages
 * use to both. Must not know sockets or HTML. */
#include "web/priv.h"

#include "docket/lists.h"

/* ---- The keeper. */

/* On the keeper's thread. */
static void board_changed(void *arg, struct cf_str episode, uint32_t unit) {
    struct web_app *app = arg;
    char topic[CF_MAX_NAME_BYTES + 16];
    (void)snprintf(topic, sizeof topic, "%.*s-%u", CF_STR_ARG(episode), unit);
    web_streams_notify(app->streams, topic);
}

static bool start_keeper(struct web_app *app, struct cf_errs *errs) {
    struct keeper_options k = {.wake_ups = true};
    desk_on_board(app->writing, board_changed, app);
    return keeper_start(app->arena, app->writing, &k, errs, &app->keeper);
}

bool web_app_start(struct web_app *app, struct cf_errs *errs) {
    struct desk_options o = app->options->desk;
    o.write = true;
    app->desk_arena = cf_arena_new("writing desk");
    app->find = find_new(app->arena);
    return desk_open(app->desk_arena, &o, errs, &app->writing) &&
           access_open(app->desk_arena, desk_ledger(app->writing), ACCESS_MAKE, errs, &app->writing_access) &&
           access_catch_up(app->writing_access, errs) &&
           (!app->options->demo || serve_demo_people(app->writing_access, app->writing, errs)) && start_keeper(app, errs) &&
           access_log_open(app->arena, app->options->desk.db, app->options->desk.keys, errs, &app->looks) &&
           counted_start(app->arena, &app->options->desk, errs, &app->counted) &&
           verifying_start(app->arena, app->options->desk.db, app->options->desk.keys, errs, &app->verifying) &&
           replaying_start(app->arena, &app->options->desk, errs, &app->replaying);
}

void web_app_stop(struct web_app *app) {
    replaying_stop(app->replaying);
    app->replaying = NULL;
    verifying_stop(app->verifying);
    app->verifying = NULL;
    counted_stop(app->counted);
    app->counted = NULL;
    keeper_stop(app->keeper);
    app->keeper = NULL;
    access_log_close(app->looks);
    app->looks = NULL;
    access_close(app->writing_access);
    desk_close(app->writing);
    cf_arena_free(app->desk_arena);
    app->desk_arena = NULL;
    app->writing = NULL;
    app->writing_access = NULL;
}

struct work {
    struct web_request *q;
    web_work_fn *f;
    void *arg;
};

static bool do_work(struct desk *d, void *arg, struct cf_errs *errs) {
    struct work *w = arg;
    return w->f(w->q, d, w->q->app->writing_access, w->arg, errs);
}

bool web_work(struct web_request *q, web_work_fn *f, void *arg, struct cf_errs *errs) {
    struct work w = {q, f, arg};
    return keeper_do(q->keeper, do_work, &w, errs);
}

/* ---- Workers. */

bool web_worker_start(struct web_app *app, struct web_worker *w, int number, struct cf_errs *errs) {
    struct desk_options o = app->options->desk;
    o.write = o.create = false;
    *w = (struct web_worker){.app = app, .number = number, .arena = cf_arena_new("reading desk")};
    struct cf_errs own = cf_errs_new(w->arena);
    if (desk_open(w->arena, &o, &own, &w->desk) && access_open(w->arena, desk_ledger(w->desk), ACCESS_USE, &own, &w->access)) {
        access_use_log(w->access, app->looks);
        return true;
    }
    for (size_t i = 0; i < own.n; i++) { /* the arena ends with the worker */
        cf_fail(errs, own.v[i].code, CF_NOWHERE, "%.*s", CF_STR_ARG(own.v[i].msg));
    }
    web_worker_stop(w);
    return false;
}

void web_worker_stop(struct web_worker *w) {
    if (w->arena) {
        access_close(w->access);
        desk_close(w->desk);
        cf_arena_free(w->arena);
    }
    w->arena = NULL;
    w->desk = NULL;
    w->access = NULL;
}

/* ---- Who was shown. */

bool web_shown(struct web_request *q, const uint32_t *subjects, size_t n, uint64_t withheld, struct cf_str terms,
               struct cf_errs *errs) {
    struct access_shown shown = {.route = cf_str_from(q->route->pattern),
                                 .subjects = subjects,
                                 .n = n,
                                 .withheld = withheld,
                                 .outcome = n > 0 || terms.n == 0 ? LEDGER_SHOWN : LEDGER_NO_HIT,
                                 .terms = terms};
    if (!q->who || !access_read(q->access, q->who, &shown, errs)) {
        return q->who ? false : cf_fail(errs, CF_W007, CF_NOWHERE, "nobody is signed in");
    }
    q->shown_logged = true;
    return true;
}

bool web_child(struct web_request *q, const char *param, enum access_act act, struct cf_id *id, uint32_t *no,
               struct cf_errs *errs) {
    if (!q->who) {
        return cf_fail(errs, CF_W007, CF_NOWHERE, "nobody is signed in");
    }
    if (!web_param_id(q, param, id, errs) ||
        !access_child(q->access, q->desk, q->who, act, NULL, cf_str_from(q->route->pattern), *id, no, errs)) {
        return false;
    }
    q->shown_logged = true;
    return true;
}

void web_changed(struct web_request *q, const struct desk_changes *changes) {
    for (size_t i = 0; changes && i < changes->n; i++) {
        const struct lang_duty_line *duty = changes->v[i].duty ? changes->v[i].duty : changes->v[i].duty_before;
        if (duty && duty->owner.role_or_unit) {
            web_streams_notify(q->app->streams, cf_cstr(q->arena, duty->owner.role_or_unit->name.text));
        }
    }
    web_streams_notify(q->app->streams, "all");
}
