/* JSON sent to the interface: any bytes, read against every record of a policy that has every type. Nothing may crash; what is
 * refused says where and why; what is accepted is whole. The first byte chooses the record. */
#include "web/api.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cf_id some_id(void *ctx, size_t i) {
    struct cf_id id = {{1, (uint8_t)i}};
    (void)ctx;
    return id;
}

static struct cf_id named(void *ctx, enum lang_subject kind, struct cf_str words) {
    CF_ASSERT(api_may_name(kind) && words.n > 0);
    return some_id(ctx, words.n);
}

static bool declared(void *ctx, enum lang_subject kind, struct cf_str name, struct cf_id *id) {
    *id = some_id(ctx, name.n);
    return kind == LANG_UNIT_SUBJECT && cf_str_is(name, "desk");
}

static const struct lang_set *set_of(struct cf_arena *a, const struct cf_zone **zone) {
    struct cf_errs errs = cf_errs_new(a);
    struct lang_set *set = NULL;
    *zone = cf_zone_load(a, "Europe/London", &errs);
    CF_ASSERT(*zone && lang_load(a, "test/unit/web/every.policy", *zone, &errs, &set));
    return set;
}

static void check(const struct api_reading *x, const struct form_entry *e, bool ok) {
    const struct lang_record *r = &x->record->as.record;
    CF_ASSERT(ok == (x->flaws.n == 0));
    for (size_t i = 0; i < x->flaws.n; i++) {
        CF_ASSERT(x->flaws.v[i].words.n > 0 && (x->flaws.v[i].pointer.n == 0 || x->flaws.v[i].pointer.p[0] == '/'));
    }
    for (size_t i = 0; ok && i < r->fields.n; i++) {
        bool needed = r->fields.v[i].required && !r->fields.v[i].unless && !r->fields.v[i].retired;
        CF_ASSERT(!needed || e->e.fields[i].v.kind != LANG_V_NOT_ASKED);
    }
    CF_ASSERT(!ok || (e->e.to >= e->e.from && (r->roles.n == 0 || e->e.n_about > 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct cf_arena *always;
    static const struct cf_zone *zone;
    static const struct lang_set *set;
    if (!always) {
        always = cf_arena_new("fuzz policies");
        set = set_of(always, &zone);
    }
    struct cf_arena *a = cf_arena_new("fuzz api");
    struct cf_errs errs = cf_errs_new(a);
    struct form_entry e;
    const struct access_json *body =
        size > 1 && size < 65536 ? api_json(a, (struct cf_str){(const char *)data + 1, size - 1}, &errs) : NULL;
    CF_ASSERT(size < 2 || size >= 65536 || body || errs.failures > 0);
    if (body) {
        struct api_reading x = {.arena = a,
                                .set = set,
                                .record = set->records.v[data[0] % set->records.n],
                                .zone = zone,
                                .now = 1780000000,
                                .fresh = some_id,
                                .named = named,
                                .declared = declared};
        check(&x, &e, api_read_record(&x, body, &e));
    }
    cf_arena_free(a);
    return 0;
}
