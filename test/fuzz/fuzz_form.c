/* Forms: any text taken for what was sent, read against every record of a policy that has every type; rendered; what the page
 * would send is read to the same flaws or the same answers. */
#include "unit/web/scrape.h"
#include "web/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct lang_set *set_of(struct cf_arena *a, const struct cf_zone **zone) {
    struct cf_errs errs = cf_errs_new(a);
    struct lang_set *set = NULL;
    *zone = cf_zone_load(a, "Europe/London", &errs);
    CF_ASSERT(*zone && lang_load(a, "test/unit/web/every.policy", *zone, &errs, &set));
    return set;
}

static bool read_and_write(struct form *f, struct cf_str *html) {
    struct form_entry e;
    struct form_rows rows = {0};
    bool ok = form_read(f, &e);
    struct cf_buf b = cf_buf_new(f->arena, 1 << 24);
    form_write(f, &b);
    if (ok) {
        form_rows(f, &e, &rows);
        CF_ASSERT(rows.n > 0);
    }
    CF_ASSERT(cf_buf_finish(&b, html) && (ok || f->flaws.n > 0));
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct cf_arena *always;
    static const struct cf_zone *zone;
    static const struct lang_set *set;
    if (!always) {
        always = cf_arena_new("fuzz policies");
        set = set_of(always, &zone);
    }
    struct cf_arena *a = cf_arena_new("fuzz form");
    struct cf_errs errs = cf_errs_new(a);
    struct web_pairs pairs;
    if (size > 1 && size < 65536 && form_unpack(a, (struct cf_str){(const char *)data + 1, size - 1}, &pairs, &errs)) {
        const struct lang_decl *record = set->records.v[data[0] % set->records.n];
        struct cf_str html, again;
        struct form f = form_new(a, set, record, zone, 1780000000, NULL, pairs);
        bool ok = read_and_write(&f, &html);
        struct form g = form_new(a, set, record, zone, 1780000000, NULL, scrape_form(a, html));
        CF_ASSERT(!ok || read_and_write(&g, &again)); /* what is good stays good through its page */
    }
    cf_arena_free(a);
    return 0;
}
