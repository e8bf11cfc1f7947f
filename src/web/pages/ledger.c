/* ledger: the signed head, what the log holds, the last time that all of it was recomputed, and the policies that were put in
 * force. For administrators and auditors. Shows no person. */
#include "web/pages/admin.h"
#include "web/priv.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "pages/page_ledger.h"

enum { ADOPTIONS_SHOWN = 20 };

static bool allowed(struct web_request *q, struct cf_errs *errs) {
    if (admin_ledger(q)) {
        return true;
    }
    atomic_fetch_add(&q->app->metrics.refused_ability, 1);
    return cf_fail(errs, CF_W011, CF_NOWHERE, "the ledger is shown to administrators and auditors");
}

/* Lines of a signed note that begin with a dash are its signatures: "— name value". */
static void fill_signatures(struct web_request *q, struct cf_str note, struct page_ledger *p) {
    static const struct cf_str dash = {"\xe2\x80\x94 ", 4};
    struct cf_str line, name;
    while (note.n && cf_str_split(&note, '\n', &line)) {
        if (cf_str_starts(line, dash)) {
            line = cf_str_slice(line, dash.n, line.n);
            if (cf_str_split(&line, ' ', &name)) {
                *cf_push(q->arena, &p->signatures) = name;
            }
        }
    }
}

static bool fill_adoptions(struct web_request *q, struct page_ledger *p, struct cf_errs *errs) {
    struct ledger *l = desk_ledger(q->desk);
    uint64_t *seqs;
    size_t n;
    if (!ledger_builtins(l, LEDGER_POLICY_ADOPTED, 0, q->arena, &seqs, &n, errs)) {
        return false;
    }
    for (size_t i = n; i > 0 && n - i < ADOPTIONS_SHOWN; i--) {
        struct ledger_event e;
        if (!ledger_read(l, seqs[i - 1], q->arena, &e, errs)) {
            return false;
        }
        const struct ledger_value *why = ledger_fact(&e, LEDGER_F_AUTHORITY), *texts = ledger_fact(&e, LEDGER_F_POLICIES);
        *cf_push(q->arena, &p->adoptions) = (struct page_ledger_adoption){
            .when = web_time(q, e.recorded_us / 1000000),
            .event = (int64_t)e.seq,
            .why = why && why->type == LEDGER_TEXT && why->as.s.n ? why->as.s : CF_LIT("Not said"),
            .texts = texts && texts->type == LEDGER_LIST ? (int64_t)texts->as.list.n : 0,
            .now = e.seq == desk_adopted(q->desk)};
    }
    p->adopted = (int64_t)n;
    p->adopted_shown = (int64_t)p->adoptions.n;
    return true;
}

/* ---- The files beside the ledger: what a copy must hold. */

static struct cf_str size_words(struct cf_arena *a, int64_t bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    int64_t tenths = bytes * 10;
    while (tenths >= 10240 && unit + 1 < CF_COUNT(units)) {
        tenths /= 1024;
        unit++;
    }
    return unit && tenths < 1000 ? cf_str_printf(a, "%lld.%lld %s", (long long)tenths / 10, (long long)tenths % 10, units[unit])
                                 : cf_str_printf(a, "%lld %s", (long long)tenths / 10, units[unit]);
}

static int by_name(const void *x, const void *y) {
    return cf_str_cmp(((const struct page_ledger_file *)x)->name, ((const struct page_ledger_file *)y)->name);
}

static void fill_files(struct web_request *q, struct page_ledger *p) {
    struct cf_str db = cf_str_from(q->app->options->desk.db), folder = CF_LIT("."), name = db;
    for (size_t i = 0; i < db.n; i++) {
        if (db.p[i] == '/') {
            folder = cf_str_slice(db, 0, i ? i : 1);
            name = cf_str_slice(db, i + 1, db.n);
        }
    }
    struct cf_str stem = cf_str_ends(name, CF_LIT(".db")) ? cf_str_slice(name, 0, name.n - 3) : name;
    struct cf_str wal = cf_str_printf(q->arena, "%.*s-wal", CF_STR_ARG(name));
    DIR *dir = opendir(cf_cstr(q->arena, folder));
    int64_t all = 0;
    p->written = WEB_HTML("a day that is not known");
    for (const struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        struct cf_str file = cf_str_dup(q->arena, cf_str_from(e->d_name));
        struct stat st;
        bool ours = cf_str_starts(file, stem) || cf_str_starts(file, CF_LIT("access.db"));
        if (!ours || stat(cf_cstr(q->arena, cf_str_printf(q->arena, "%.*s/%.*s", CF_STR_ARG(folder), CF_STR_ARG(file))), &st) ||
            !S_ISREG(st.st_mode)) {
            continue;
        }
        *cf_push(q->arena, &p->files) = (struct page_ledger_file){
            .name = file, .bytes = size_words(q->arena, st.st_size), .changed = web_time(q, st.st_mtim.tv_sec)};
        all += st.st_size;
        if (cf_str_eq(file, name)) {
            p->written = web_time(q, st.st_mtim.tv_sec);
        }
        if (cf_str_eq(file, wal)) {
            p->any_waiting = st.st_size > 0;
            p->waiting = size_words(q->arena, st.st_size);
        }
    }
    if (dir) {
        closedir(dir);
    }
    if (p->files.n) {
        qsort(p->files.v, p->files.n, sizeof *p->files.v, by_name);
    }
    p->bytes = size_words(q->arena, all);
}

static void fill_verified(struct web_request *q, const struct verifying_state *s, struct page_ledger *p) {
    const struct verifying_result *v = &s->last;
    p->running = s->running;
    p->began = s->began_s ? web_ago(q, s->began_s) : WEB_HTML("just now");
    p->counted = s->total > 0;
    p->done = (int64_t)s->done;
    p->total = (int64_t)s->total;
    p->verified = v->ended_s > 0;
    p->right = v->right;
    if (!p->verified) {
        return;
    }
    p->ended = web_time(q, v->ended_s);
    p->took = v->ended_s - v->began_s;
    p->events = (int64_t)v->events;
    p->parts = (int64_t)v->parts;
    p->destroyed = (int64_t)v->destroyed;
    p->sealed = (int64_t)v->sealed;
    p->heads = (int64_t)v->heads;
    p->faults = (int64_t)v->faults;
    p->root = v->root;
    p->since = (int64_t)ledger_size(desk_ledger(q->desk)) - (int64_t)v->events;
    p->grown = p->since > 0;
    for (size_t i = 0; i < v->words.n; i++) {
        *cf_push(q->arena, &p->words) = v->words.v[i];
    }
}

bool page_ledger(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct ledger *l = desk_ledger(q->desk);
    struct verifying_state state;
    struct cf_str note;
    struct cf_id id = ledger_id(l);
    if (!allowed(q, errs) || !ledger_head(l, q->arena, &note, errs)) {
        return false;
    }
    struct page_ledger p = {.nav = admin_nav(q, "/ledger"),
                            .csrf = web_csrf(q),
                            .size = (int64_t)ledger_size(l),
                            .recorded = web_time(q, ledger_last_recorded(l) / 1000000),
                            .origin = ledger_origin(l),
                            .id = web_id_text(q, id),
                            .key = ledger_verifier_key(l, q->arena),
                            .note = note};
    fill_signatures(q, note, &p);
    verifying_look(q->app->verifying, q->arena, &state);
    fill_verified(q, &state, &p);
    fill_files(q, &p);
    if (!fill_adoptions(q, &p, errs)) {
        return false;
    }
    page_ledger_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.refresh = state.running ? 5 : 0});
}

bool page_ledger_head(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_str note;
    return allowed(q, errs) && ledger_head(desk_ledger(q->desk), q->arena, &note, errs) &&
           web_download(q, r, "text/plain; charset=utf-8", CF_LIT("ledger-head.txt"), note);
}

bool page_ledger_verify_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    if (!allowed(q, errs)) {
        return false;
    }
    verifying_ask(q->app->verifying);
    return web_see_other(q, r, "/ledger");
}
