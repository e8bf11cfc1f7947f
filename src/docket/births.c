/* births: names and days of birth as they stand after their corrections. Must not know how they are searched. */
#include "docket/births.h"
#include "docket/priv.h"

static const struct store_sql SINCE = {"desk.births_since",
                                       "SELECT DISTINCT seq FROM link WHERE kind = ?1 AND about = 1 AND seq >= ?2 UNION "
                                       "SELECT DISTINCT root FROM correction WHERE seq >= ?2 ORDER BY 1"};

static void name_of(const struct bound_record *b, const struct ledger_event *e, struct cf_arena *a, struct desk_birth *out) {
    struct cf_buf name = cf_buf_new(a, CF_MAX_NARRATIVE_BYTES);
    const struct lang_record *r = &b->record->as.record;
    for (size_t i = 0; i < r->fields.n; i++) {
        for (size_t k = 0; k < e->d.n_words; k++) {
            if (e->d.words[k].field == b->fields[i].field && e->d.words[k].state == LEDGER_LIVE) {
                cf_buf_lit(&name, name.n ? " " : "");
                cf_buf_str(&name, cf_str_trim(e->d.words[k].text));
            }
        }
    }
    if (!cf_buf_finish(&name, &out->name)) {
        out->name = CF_LIT("");
    }
}

static void born_of(const struct bound_record *b, int field, const struct ledger_event *e, struct desk_birth *out) {
    for (size_t i = 0; i < e->d.n_facts; i++) {
        for (size_t k = 0; k < e->d.facts[i].n_fields; k++) {
            const struct ledger_pair *p = &e->d.facts[i].fields[k];
            if (p->number != b->fields[field].field) {
                continue;
            }
            bool range = p->value.type == LEDGER_LIST && p->value.as.list.n == 2;
            out->has_born = range || p->value.type == LEDGER_INT;
            out->born_from = (int32_t)(range ? p->value.as.list.v[0].as.n : p->value.as.n);
            out->born_to = (int32_t)(range ? p->value.as.list.v[1].as.n : p->value.as.n);
        }
    }
}

static bool one_birth(struct desk *d, const struct bound_set *s, const struct bound_record *b, uint64_t seq, desk_each_birth *f,
                      void *arg, struct cf_arena *a, struct cf_errs *errs) {
    struct effective e;
    uint32_t *who;
    size_t n;
    if (!desk_effective(d, seq, LEDGER_NO_SEQ, a, &e, errs)) {
        return false;
    }
    struct desk_birth birth = {.seq = seq, .gone = e.withdrawn || e.event.state != LEDGER_LIVE};
    if (!birth.gone && e.event.d.kind != b->kind) {
        return true; /* a correction of something else */
    }
    if (!birth.gone) {
        name_of(b, &e.event, a, &birth);
        born_of(b, s->set->birth_field, &e.event, &birth);
        desk_about_of(d, &e.event, a, &who, &n);
        birth.subject = n ? who[0] : 0;
        birth.gone = !n;
    }
    return f(arg, &birth, errs);
}

bool desk_births(struct desk *d, uint64_t from, desk_each_birth *f, void *arg, uint64_t *upto, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct cf_arena *a = cf_arena_new("births");
    CF_LIST(uint64_t) seqs = {0};
    bool ok = true, row = true;
    *upto = d->applied > from ? d->applied : from;
    if (*upto == from) {
        cf_arena_free(a);
        return true; /* nothing new since, or this reader lags behind the one that asked before */
    }
    const struct bound_record *b = s && s->set->birth ? desk_bound(s, s->set->birth) : NULL;
    struct store_stmt *q = b ? store_use(d->db, &SINCE, errs) : NULL;
    if (q) {
        store_bind_int(q, 1, b->kind);
        store_bind_int(q, 2, (int64_t)from);
        while ((ok = store_next(q, &row, errs)) && row) {
            *cf_push(a, &seqs) = (uint64_t)store_int(q, 0);
        }
        store_done(q);
    }
    for (size_t i = 0; ok && i < seqs.n; i++) {
        struct cf_mark mark = cf_arena_mark(a);
        ok = one_birth(d, s, b, seqs.v[i], f, arg, a, errs);
        cf_arena_rewind(a, mark);
    }
    cf_arena_free(a);
    return ok && (q || !b);
}
