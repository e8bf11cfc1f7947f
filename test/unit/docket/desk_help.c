/* See desk_help.h. */
#include "unit/docket/desk_help.h"

#include <unistd.h>

static int64_t clock_s;

void desk_must(struct desk_place *p, bool ok) {
    if (!ok) {
        cf_errs_print(stderr, &p->errs);
        fail_msg("it failed where it should not");
    }
}

void desk_clock(int64_t s) {
    char text[32];
    clock_s = s;
    if (s == 0) {
        unsetenv("CF_NOW");
        return;
    }
    snprintf(text, sizeof text, "%lld", (long long)s * 1000000);
    setenv("CF_NOW", text, 1);
}

int64_t desk_clock_now(void) {
    return clock_s;
}

static void open_place(struct desk_place *p, bool create) {
    struct desk_options o = {
        .db = p->path, .write = true, .create = create, .force = "test", .calendars = "data/calendars", .vfs = p->vfs};
    p->arena = cf_arena_new("desk of a test");
    p->errs = cf_errs_new(p->arena);
    desk_must(p, desk_open(p->arena, &o, &p->errs, &p->desk));
}

void desk_place_new(struct desk_place *p, const char *vfs) {
    static char paths[8][96];
    static size_t n_paths;
    bool changed;
    *p = (struct desk_place){.vfs = vfs};
    snprintf(p->folder, sizeof p->folder, "/tmp/childfirst-desk-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    char *path = paths[n_paths++ % CF_COUNT(paths)];
    snprintf(path, sizeof paths[0], "%s/t.db", p->folder);
    p->path = path;
    open_place(p, true);
    desk_must(p, desk_adopt(p->desk, "policies", "test", &changed, &p->errs));
}

static void close_place(struct desk_place *p) {
    desk_close(p->desk);
    cf_arena_free(p->arena);
    p->desk = NULL;
    p->arena = NULL;
}

void desk_place_reopen(struct desk_place *p) {
    close_place(p);
    open_place(p, false);
}

void desk_place_free(struct desk_place *p) {
    char command[128];
    close_place(p);
    snprintf(command, sizeof command, "rm -rf %s", p->folder);
    assert_int_equal(system(command), 0);
}

struct cf_id desk_id(const char *word, uint64_t n) {
    struct cf_id id = {{0}};
    for (size_t i = 0; i < 8 && word[i]; i++) {
        id.b[i] = (uint8_t)word[i];
    }
    for (size_t i = 0; i < 8; i++) {
        id.b[15 - i] = (uint8_t)(n >> (8 * i));
    }
    return id;
}

const struct lang_decl *desk_record_named(const struct desk *d, const char *name) {
    const struct lang_decl *r = lang_find(desk_set(d), name);
    assert_non_null(r);
    return r;
}

int desk_field(const struct lang_decl *r, const char *name) {
    for (size_t i = 0; i < r->as.record.fields.n; i++) {
        if (cf_str_is(r->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    fail_msg("no field %s", name);
    return -1;
}

struct desk_value desk_code(const struct lang_decl *r, int field, const char *name) {
    const struct lang_decl *codes = r->as.record.fields.v[field].type.of;
    for (size_t i = 0; i < codes->as.codes.list.n; i++) {
        if (cf_str_is(codes->as.codes.list.v[i].name.text, name)) {
            return (struct desk_value){.v = {.kind = LANG_V_CODE, .i = (int64_t)i}};
        }
    }
    fail_msg("no code %s", name);
    return (struct desk_value){0};
}

struct desk_entry *desk_entry_new(struct cf_arena *a, const struct desk *d, const char *record, struct cf_id id,
                                  struct cf_id subject, int64_t at) {
    const struct lang_decl *r = desk_record_named(d, record);
    struct desk_entry *e = CF_NEW(a, struct desk_entry);
    struct desk_about *about = CF_NEW(a, struct desk_about);
    struct desk_value *v = CF_NEW_N(a, struct desk_value, r->as.record.fields.n + 1);
    for (size_t i = 0; i < r->as.record.fields.n; i++) {
        v[i].v.kind = LANG_V_NOT_KNOWN;
    }
    about->subject = subject;
    *e = (struct desk_entry){
        .id = id, .record = r, .from = at, .to = at, .about = about, .n_about = 1, .fields = v, .actor = {{9, 9, 9}}};
    if (r->as.record.by_decls.n && r->as.record.by_decls.v[0]) {
        e->actor_roles = cf_memdup(a, &r->as.record.by_decls.v[0], sizeof(struct lang_decl *));
        e->n_actor_roles = 1;
    }
    return e;
}

struct desk_entry *desk_search_of(struct cf_arena *a, const struct desk *d, struct cf_id id, struct cf_id child, int64_t at,
                                  bool concern) {
    struct desk_entry *e = desk_entry_new(a, d, "stop_search", id, child, at);
    struct desk_value *v = cf_memdup(a, e->fields, e->record->as.record.fields.n * sizeof *v);
    int f = desk_field(e->record, "safeguarding");
    v[f] = desk_code(e->record, f, concern ? "concern_reported" : "no_concern");
    e->fields = v;
    return e;
}
