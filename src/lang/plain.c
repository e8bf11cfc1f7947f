/* The plain evaluator: docket = evaluate(policies, reference, history of one subject, now), by walking the tree (section 1).
 * Simple on purpose: it keeps nothing, finds everything anew, and is the measure of the compiled evaluator.
 * Must not know: the compiled evaluator, store, clock. */
#include "lang/plain.h"

static bool discharges_before(const struct lang_history *h, size_t a, size_t b) {
    return h->events[a].to < h->events[b].to || (h->events[a].to == h->events[b].to && a < b);
}

/* Makes ready an evaluation at `now`: only what has begun by then is seen. */
void plain_start(struct plain *p, struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                 const struct lang_history *h, int64_t now) {
    *p = (struct plain){.a = a, .set = set, .ref = ref, .h = h, .now = now};
    while (p->n < h->n && h->events[p->n].from <= now) {
        p->n++;
    }
    p->by_to = CF_NEW_N(a, size_t, p->n + 1);
    for (size_t i = 0; i < p->n; i++) {
        size_t k = i;
        for (; k > 0 && discharges_before(h, i, p->by_to[k - 1]); k--) {
            p->by_to[k] = p->by_to[k - 1];
        }
        p->by_to[k] = i;
    }
    p->insts = CF_NEW(a, struct plain_insts);
}

/* What has not begun, and what has begun on a day that is not over, changes the docket when it does (E3). */
static int64_t next_event(const struct lang_history *h, int64_t now) {
    int64_t best = INT64_MAX;
    for (size_t i = 0; i < h->n; i++) {
        int64_t from = h->events[i].from, to = h->events[i].to;
        best = from > now && from < best ? from : best;
        best = to > now && to < best ? to : best;
    }
    return best;
}

void lang_eval_plain(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                     const struct lang_history *h, int64_t now, struct lang_docket *out) {
    *out = (struct lang_docket){.too_long = h->n > CF_MAX_HISTORY_EVENTS};
    if (out->too_long) {
        return;
    }
    struct plain p;
    plain_start(&p, a, set, ref, h, now);
    int64_t valid = next_event(h, now), version = plain_next_version(&p, now);
    valid = version < valid ? version : valid;
    plain_duties(&p);
    plain_duty_lines(&p, out, &valid);
    plain_gate_lines(&p, out);
    plain_state_lines(&p, out, &valid);
    out->has_end = valid != INT64_MAX;
    out->valid_until = out->has_end ? valid : 0;
    lang_docket_sort(out);
}
