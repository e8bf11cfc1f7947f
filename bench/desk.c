/* desk: see desk.h. */
#include "desk.h"

#include <sys/stat.h>

enum { OFFICERS = 200, PLACES = 500 };

int64_t bench_file_bytes(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

struct desk *bench_desk(struct cf_arena *a, const char *folder, const char *name) {
    struct cf_errs errs = cf_errs_new(a);
    const char *path = bench_text(a, "%s/%s.db", folder, name);
    bool there = bench_file_bytes(path) > 0, changed;
    struct desk_options o = {.db = path, .write = true, .create = !there, .force = "bench", .calendars = "data/calendars"};
    struct desk *d;
    if (!desk_open(a, &o, &errs, &d) || (!there && !desk_adopt(d, "policies", "bench", &changed, &errs))) {
        bench_stop(&errs, "no desk can be opened");
    }
    return d;
}

static struct cf_id invented(uint32_t kind, uint32_t n) {
    struct cf_id id = {{'i', 'n', 'v', (uint8_t)kind}};
    uint64_t mixed = ((uint64_t)kind << 32) + n, spread = bench_next(&mixed);
    memcpy(id.b + 4, &spread, sizeof spread);
    memcpy(id.b + 12, &n, sizeof n);
    return id;
}

static struct desk_value answer(const struct lang_field *f, uint64_t *random) {
    switch (f->type.kind) {
    case LANG_T_YESNO: return (struct desk_value){.v = {.kind = LANG_V_YESNO, .i = bench_below(random, 4) != 0}};
    case LANG_T_CODE:
        return (struct desk_value){.v = {.kind = LANG_V_CODE, .i = bench_below(random, (uint32_t)f->type.of->as.codes.list.n)}};
    case LANG_T_TEXT:
        return (struct desk_value){.v = {.kind = LANG_V_TEXT},
                                   .text = CF_LIT("Invented for measuring: nobody saw, heard or said this.")};
    case LANG_T_SUBJECT:
        return (struct desk_value){.v = {.kind = LANG_V_SUBJECT}, .id = invented(3, bench_below(random, PLACES))};
    case LANG_T_NONE:
    case LANG_T_WHOLE:
    case LANG_T_FRACTION:
    case LANG_T_DATE:
    case LANG_T_INSTANT:
    case LANG_T_DURATION:
    case LANG_T_CLOCK:
    case LANG_T_EVENT:
    case LANG_T_SET: break;
    }
    return (struct desk_value){.v = {.kind = LANG_V_NOT_KNOWN}};
}

struct desk_entry bench_search(struct cf_arena *a, struct desk *d, uint32_t child, int64_t ago, uint64_t *random) {
    const struct lang_decl *record = lang_find(desk_set(d), "stop_search");
    const struct lang_record *r = &record->as.record;
    struct desk_value *fields = CF_NEW_N(a, struct desk_value, r->fields.n + 1);
    struct desk_about *about = CF_NEW(a, struct desk_about);
    const struct lang_decl **role = CF_NEW(a, const struct lang_decl *);
    int64_t at = cf_now_us() / 1000000 - ago;
    int32_t today = (int32_t)(at / 86400);
    for (size_t i = 0; i < r->fields.n; i++) {
        fields[i] = answer(&r->fields.v[i], random);
    }
    *role = r->by_decls.v[0];
    *about = (struct desk_about){
        .subject = invented(1, child), .has_born = true, .born_from = today - 15 * 365, .born_to = today - 15 * 365};
    return (struct desk_entry){.id = ledger_new_id(desk_ledger(d)),
                               .record = record,
                               .from = at,
                               .to = at,
                               .about = about,
                               .n_about = 1,
                               .fields = fields,
                               .actor = invented(2, bench_below(random, OFFICERS)),
                               .actor_roles = role,
                               .n_actor_roles = 1};
}
