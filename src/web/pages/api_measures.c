/* api_measures: the list of measures and one table as JSON: numbers, never who. Whoever may not measure gets published tables.
 * Must not know what any measure counts. */
#include "web/api.h"
#include "web/pages/measure.h"

struct listing {
    struct web_request *q;
    struct cf_buf *b;
    struct api_part part;
    size_t n, put;
};

static void put_one(struct listing *l, struct cf_str name, struct cf_str title, struct cf_str policy, const struct cf_str *by,
                    size_t n) {
    size_t at = l->n++;
    if (at < l->part.from || at >= l->part.to) {
        return;
    }
    cf_buf_lit(l->b, l->put++ ? ",{\"name\":" : "{\"name\":");
    cf_json_str(l->b, name);
    api_key(l->b, "title");
    cf_json_str(l->b, title);
    api_key(l->b, "policy");
    if (policy.n) {
        cf_json_str(l->b, policy);
    } else {
        cf_buf_lit(l->b, "null");
    }
    cf_buf_lit(l->b, ",\"by\":[");
    for (size_t i = 0; i < n; i++) {
        cf_buf_lit(l->b, i ? "," : "");
        cf_json_str(l->b, by[i]);
    }
    cf_buf_printf(l->b, "],\"href\":\"/api/v1/measures/%.*s\"}", CF_STR_ARG(web_url_escape(l->q->arena, name)));
}

static void put_all(struct listing *l) {
    struct web_request *q = l->q;
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    struct published_map map;
    struct cf_errs own = cf_errs_new(q->arena);
    for (size_t i = 0; set && i < set->measures.n; i++) {
        const struct lang_decl *d = set->measures.v[i];
        struct cf_str by[64];
        size_t n = 0;
        for (; n < d->as.measure.by.n && n < CF_COUNT(by); n++) {
            by[n] = d->as.measure.by.v[n].name.text;
        }
        if (!d->newer) {
            put_one(l, d->name.text, d->title, d->policy->name.text, by, n);
        }
    }
    if (!published_map_read(q->arena, measure_data_path(q, q->arena, "import/custody-disposals.tsv"), &own, &map)) {
        return;
    }
    for (size_t i = 0; i < map.measures.n; i++) {
        put_one(l, map.measures.v[i].name, map.measures.v[i].title, CF_LIT(""), map.measures.v[i].by.v, map.measures.v[i].by.n);
    }
}

bool page_api_measures(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_buf none = cf_buf_new(q->arena, 64), b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    struct listing counting = {.q = q, .b = &none};
    int64_t page;
    if (!api_page_asked(q, r, &page)) {
        return true;
    }
    put_all(&counting);
    struct listing l = {.q = q, .b = &b, .part = api_part(page, counting.n)};
    cf_buf_lit(&b, "{\"measures\":[");
    put_all(&l);
    cf_buf_lit(&b, "]");
    api_put_counts(&b, &l.part, l.n, 0, 0);
    cf_buf_lit(&b, "}");
    return api_send(q, r, 200, &b, errs);
}

bool page_api_measure(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct measure_named m;
    struct measure_asked asked;
    const struct measure_counted *c = NULL;
    int64_t made;
    if (!measure_named(q, web_param(q, "name"), &m, errs)) {
        return false;
    }
    if (!measure_asked_read(q, &m, &asked)) {
        struct api_flaw *flaws = CF_NEW_N(q->arena, struct api_flaw, q->flaws.n + 1);
        for (size_t i = 0; i < q->flaws.n; i++) {
            flaws[i] = (struct api_flaw){.pointer = q->flaws.v[i].field, .words = q->flaws.v[i].words};
        }
        return api_flawed(q, r, flaws, q->flaws.n, true);
    }
    switch (measure_counted_get(q, &asked, &c, &made, errs)) {
    case COUNTED_FAILED: return false;
    case COUNTED_MAKING: return cf_fail(errs, CF_W015, CF_NOWHERE, "this table is being counted");
    case COUNTED_FULL: return cf_fail(errs, CF_W015, CF_NOWHERE, "too many tables are being counted");
    case COUNTED_READY: break;
    }
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    cf_buf_printf(&b, "{\"published\":%s,\"counted\":\"%s\",\"measure\":", asked.published ? "true" : "false",
                  cf_time_iso(made).p);
    measure_write(&b, &c->table, MEASURE_JSON);
    cf_buf_lit(&b, "}");
    return api_send(q, r, 200, &b, errs);
}
