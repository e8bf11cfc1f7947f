/* said: narratives of one event after its corrections. Must not know who may read them. */
#include "docket/said.h"
#include "docket/priv.h"

bool desk_said(struct desk *d, const struct lang_decl *record, uint64_t seq, struct cf_arena *a, struct desk_words **out,
               struct cf_errs *errs) {
    struct bound_set *s = desk_current(d);
    struct effective e;
    size_t n = record->as.record.fields.n;
    *out = CF_NEW_N(a, struct desk_words, n + 1);
    if (!s) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    const struct bound_record *b = desk_bound(s, s->set->records.v[record->as.record.number]);
    if (!desk_effective(d, seq, LEDGER_NO_SEQ, a, &e, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < e.event.d.n_words; k++) {
            const struct ledger_words *w = &e.event.d.words[k];
            if (w->state == LEDGER_LIVE && w->field == b->fields[i].field) {
                (*out)[i] = (struct desk_words){true, w->text};
            }
        }
    }
    return true;
}
