/* called: names of what is no person. Must not know how they are shown. */
#include "docket/called.h"
#include "docket/priv.h"

bool desk_says_called(const struct lang_decl *record, enum lang_subject kind) {
    const struct lang_record *r = &record->as.record;
    return kind != LANG_PERSON && !r->built_in && r->roles.n == 1 && r->roles.v[0].kind == kind && r->fields.n == 1 &&
           r->fields.v[0].type.kind == LANG_T_TEXT;
}

static struct cf_str words_of(const struct bound_record *b, const struct ledger_event *e) {
    for (size_t k = 0; b && k < e->d.n_words; k++) {
        if (e->d.words[k].field == b->fields[0].field && e->d.words[k].state == LEDGER_LIVE) {
            return cf_str_trim(e->d.words[k].text);
        }
    }
    return CF_LIT("");
}

bool desk_called(struct desk *d, struct cf_id subject, struct cf_arena *a, struct cf_str *out, struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct lang_history h;
    struct effective e;
    enum lang_subject kind;
    struct cf_id id;
    int64_t no = 0;
    *out = CF_LIT("");
    if (!s || !ledger_subject_no(desk_ledger(d), subject, &no, errs) || no <= 0) {
        return !errs->failures;
    }
    if (!desk_subject_id(d, (uint32_t)no, &id, &kind, errs) || !desk_history(d, (uint32_t)no, INT64_MAX, a, &h, errs)) {
        return false;
    }
    for (size_t i = h.n; i > 0 && !out->n; i--) {
        const struct lang_decl *record = s->set->records.v[h.events[i - 1].record];
        if (!desk_says_called(record, kind)) {
            continue;
        }
        if (!desk_effective(d, h.events[i - 1].seq, LEDGER_NO_SEQ, a, &e, errs)) {
            return false;
        }
        *out = words_of(desk_bound(s, record), &e.event);
    }
    return true;
}
