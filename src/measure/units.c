/* measure/units: from histories to the units of a measure's population: events, duties, episodes, subjects at a period's end;
 * each judged at its own instant (M1), each once (M3). Must not know how units become rows, nor where histories come from. */
#include "measure/priv.h"

/* ---- What is counted, and in whose history. */

static const struct lang_decl *newest(const struct counting *c, const struct lang_decl *record) {
    return record ? c->set->records.v[record->as.record.number] : NULL;
}

static const struct lang_decl *trigger_of(const struct lang_duty *d) {
    if (d->after) {
        return d->after->decl;
    }
    return d->breach_gate && d->breach_gate->as.gate.before ? d->breach_gate->as.gate.before->decl : NULL;
}

static bool state_word(struct cf_str word) {
    for (int s = LANG_PENDING; s <= LANG_VOID; s++) {
        if (cf_str_is(word, lang_state_word((enum lang_state)s))) {
            return true;
        }
    }
    return false;
}

bool units_prepare(struct counting *c, struct cf_errs *errs) {
    const struct lang_measure *m = c->m;
    bool named = m->that && m->that->op == LANG_MET;
    if (m->pop != LANG_POP_SUBJECTS && !m->pop_decl) {
        return cf_fail(errs, CF_M004, CF_NOWHERE, "what %.*s counts is not declared", CF_STR_ARG(c->decl->name.text));
    }
    if (named && (m->pop != LANG_POP_DUTY || !state_word(m->that->name.text))) {
        return cf_fail(errs, CF_M004, m->that->at, "`%.*s` is no state that %.*s could be in", CF_STR_ARG(m->that->name.text),
                       CF_STR_ARG(m->pop_name.text));
    }
    switch (m->pop) {
    case LANG_POP_RECORD: c->record = newest(c, m->pop_decl); break;
    case LANG_POP_DUTY: c->record = newest(c, trigger_of(&m->pop_decl->as.duty)); break;
    case LANG_POP_OPENED:
    case LANG_POP_CLOSED: c->record = newest(c, m->pop_decl->as.episode.opener); break;
    case LANG_POP_SUBJECTS: break;
    }
    c->role = m->pop_sel && m->pop_sel->role_index > 0 ? m->pop_sel->role_index : 0;
    bool many = c->record && (size_t)c->role < c->record->as.record.roles.n && c->record->as.record.roles.v[c->role].many;
    c->seen = many ? cf_map_new(c->a) : NULL;
    return true;
}

bool units_need_docket(const struct counting *c) {
    return c->m->pop == LANG_POP_DUTY || (c->m->that && c->m->that->op == LANG_KEPT);
}

/* ---- Judging. */

/* Does the condition read an answer of this event that its source never asked for? */
static bool never_asked(const struct lang_expr *x, const struct lang_event *e, const struct lang_decl *record) {
    if (!x) {
        return false;
    }
    bool field = x->op == LANG_FIELD || x->op == LANG_TRIGGER_FIELD || x->op == LANG_OWN_FIELD;
    if (field && x->index >= 0 && (size_t)x->index < record->as.record.fields.n && x->attr == LANG_ATTR_NONE &&
        (!x->decl || x->decl->kind != LANG_RECORD || x->decl->as.record.number == record->as.record.number) &&
        e->fields[x->index].kind == LANG_V_NOT_ASKED) {
        return true;
    }
    for (size_t i = 0; i < x->list.n; i++) {
        if (never_asked(x->list.v[i], e, record)) {
            return true;
        }
    }
    return never_asked(x->a, e, record) || never_asked(x->b, e, record) || never_asked(x->c, e, record);
}

static bool absent_from_source(const struct counting *c, const struct lang_expr *cond, const struct lang_event *e) {
    return (e->marks & LANG_FROM_SOURCE) && e->fields && e->record < c->set->records.n &&
           never_asked(cond, e, c->set->records.v[e->record]);
}

/* Is this event one that the selector chooses? Its conditions are about one event, so no other of its kind may stand in. */
static enum lang_truth chosen(struct counting *c, const struct lang_sel *sel, const struct lang_history *h, size_t event) {
    if (!sel || (!sel->with && !sel->last && !sel->since_decl)) {
        return LANG_IS_YES;
    }
    struct lang_event *events = CF_NEW_N(c->scratch, struct lang_event, h->n);
    struct lang_history alone = *h;
    size_t at = 0, n = 0;
    for (size_t i = 0; i < h->n; i++) {
        if (i == event) {
            at = n;
        }
        if (i == event || h->events[i].record != h->events[event].record) {
            events[n++] = h->events[i];
        }
    }
    alone.events = events;
    alone.n = n;
    struct lang_sel same = *sel;
    const struct lang_expr exists = {.op = LANG_EXISTS, .type = {.kind = LANG_T_YESNO}, .sel = &same, .index = -1, .role = -1};
    return lang_judge(c->scratch, c->set, c->ref, &alone, at, &exists);
}

static enum measure_answer answer_of_truth(const struct counting *c, enum lang_truth t, const struct lang_expr *cond,
                                           const struct lang_event *e) {
    if (t != LANG_IS_UNKNOWN) {
        return t == LANG_IS_YES ? MEASURE_YES : MEASURE_NO;
    }
    return absent_from_source(c, cond, e) ? MEASURE_NOT_IN_SOURCE : MEASURE_NOT_KNOWN;
}

/* Does the unit belong to the population? Counts what is not known apart. */
static bool belongs(struct counting *c, const struct lang_history *h, size_t event) {
    if (!c->m->where) {
        return true;
    }
    if (event == SIZE_MAX) {
        c->tally.where_unknown++;
        return false;
    }
    enum lang_truth t = lang_judge(c->scratch, c->set, c->ref, h, event, c->m->where);
    enum measure_answer a = answer_of_truth(c, t, c->m->where, &h->events[event]);
    c->tally.where_unknown += a == MEASURE_NOT_KNOWN;
    c->tally.where_absent += a == MEASURE_NOT_IN_SOURCE;
    return a == MEASURE_YES;
}

/* Of a gate: kept, or breached for want of an answer (in the whole only, M1), or never asked by the source. False: never
 * judged. */
static bool answer_of_gate(const struct counting *c, const struct lang_docket *k, uint64_t seq, enum measure_answer *out) {
    for (size_t i = 0; k && i < k->gates.n; i++) {
        const struct lang_gate_line *l = &k->gates.v[i];
        if (l->event == seq && cf_str_eq(l->rule->name.text, c->m->that->name.text)) {
            *out = l->result == LANG_KEPT_RESULT ? MEASURE_YES : l->not_in_source ? MEASURE_NOT_IN_SOURCE : MEASURE_NO;
            return true;
        }
    }
    return false;
}

/* M3: over units whose time has ended by now. False: it has not. */
static bool answer_of_followed(struct counting *c, const struct lang_history *h, size_t event, enum measure_answer *out) {
    const struct lang_sel *sel = c->m->followed_by;
    struct lang_value v = lang_value_at(c->scratch, c->set, c->ref, h, event, c->m->followed_within);
    int64_t end;
    *out = MEASURE_NOT_KNOWN;
    if (v.kind != LANG_V_DURATION || v.i < 0 || v.i > INT32_MAX ||
        cf_time_add(c->ref->zone, c->ref->calendar, h->events[event].to,
                    (struct cf_duration){(int32_t)v.i, (enum cf_unit)v.more}, CF_AS_DEADLINE, &end) != CF_WHEN_OK) {
        return true;
    }
    if (end >= c->o.now) {
        return false;
    }
    *out = MEASURE_NO;
    for (size_t i = event + 1; i < h->n && h->events[i].from <= end; i++) {
        const struct lang_event *e = &h->events[i];
        uint32_t role = sel->role_index > 0 ? (uint32_t)sel->role_index : 0;
        if (!sel->decl || sel->kind != LANG_SEL_RECORD || e->record != sel->decl->as.record.number ||
            !(e->roles >> role & 1U)) {
            continue;
        }
        enum lang_truth t = chosen(c, sel, h, i);
        if (t == LANG_IS_YES) {
            *out = MEASURE_YES;
            return true;
        }
        *out = t == LANG_IS_UNKNOWN ? MEASURE_NOT_KNOWN : *out;
    }
    return true;
}

/* The share's answer for one unit; false: it stands in no part, and was counted where it belongs. */
static bool answered(struct counting *c, const struct lang_history *h, size_t event, const struct lang_docket *k,
                     enum measure_answer *out) {
    const struct lang_expr *that = c->m->that;
    *out = MEASURE_YES;
    if (that && that->op == LANG_KEPT) {
        if (event == SIZE_MAX || !answer_of_gate(c, k, h->events[event].seq, out)) {
            c->tally.not_judged++;
            return false;
        }
    } else if (that && that->op != LANG_MET) {
        if (event == SIZE_MAX) {
            c->tally.that_unknown++;
            return false;
        }
        enum lang_truth t = lang_judge(c->scratch, c->set, c->ref, h, event, that);
        *out = answer_of_truth(c, t, that, &h->events[event]);
    }
    if (c->m->followed_by && event != SIZE_MAX) {
        enum measure_answer followed;
        if (!answer_of_followed(c, h, event, &followed)) {
            c->tally.not_followed_yet++;
            return false;
        }
        *out = *out == MEASURE_YES ? followed : *out;
    }
    c->tally.that_unknown += *out == MEASURE_NOT_KNOWN;
    c->tally.that_absent += *out == MEASURE_NOT_IN_SOURCE;
    return true;
}

/* ---- The value of a median. */

static bool median_number(const struct lang_value *v, enum median_unit *unit, int64_t *out) {
    struct cf_duration d = {(int32_t)v->i, (enum cf_unit)v->more};
    if (v->kind == LANG_V_WHOLE) {
        *unit = MEDIAN_NUMBER;
        return !__builtin_mul_overflow(v->i, 1000, out);
    }
    if (v->kind == LANG_V_FRACTION) {
        *unit = MEDIAN_NUMBER;
        return v->more != 0 && !__builtin_mul_overflow(v->i, 1000, out) && (*out /= v->more, true);
    }
    if (v->kind != LANG_V_DURATION) {
        return false;
    }
    *unit = MEDIAN_SECONDS;
    if (d.unit == CF_SECOND) {
        *out = v->i; /* a difference of instants may pass 32 bits */
        return true;
    }
    if (v->i > INT32_MAX || v->i < INT32_MIN) {
        return false;
    }
    if (cf_unit_elapsed(d.unit)) {
        return cf_duration_seconds(d, out);
    }
    static const struct {
        enum median_unit unit;
        int times;
    } days[] = {[CF_DAY] = {MEDIAN_DAYS, 1},
                [CF_WORKING_DAY] = {MEDIAN_WORKING_DAYS, 1},
                [CF_WEEK] = {MEDIAN_DAYS, 7},
                [CF_MONTH] = {MEDIAN_MONTHS, 1},
                [CF_YEAR] = {MEDIAN_MONTHS, 12}};
    *unit = days[d.unit].unit;
    *out = v->i * days[d.unit].times;
    return true;
}

static bool valued(struct counting *c, const struct lang_history *h, size_t event, int64_t *out) {
    enum median_unit unit = MEDIAN_NONE;
    *out = 0;
    if (c->m->form != LANG_MEDIAN) {
        return true;
    }
    struct lang_value v = {.kind = LANG_V_NOT_KNOWN};
    if (event != SIZE_MAX) {
        v = lang_value_at(c->scratch, c->set, c->ref, h, event, c->m->value);
    }
    bool ok = median_number(&v, &unit, out) && (c->median == MEDIAN_NONE || c->median == unit);
    if (!ok) {
        c->tally.no_value++;
        return false;
    }
    c->median = unit;
    return true;
}

/* ---- One unit. */

static bool in_period(const struct counting *c, int32_t day) {
    return (!c->o.has_from || day >= c->o.from) && (!c->o.has_to || day <= c->o.to);
}

static void add(struct counting *c, const struct unit_place *place, enum measure_answer answer) {
    const struct lang_history *h = place->h;
    const struct lang_duty_line *line = place->line;
    int64_t value, at = place->at;
    if (!valued(c, h, place->event, &value)) {
        return;
    }
    const struct lang_event *e = place->event == SIZE_MAX ? NULL : &h->events[place->event];
    struct measure_unit *u = cf_push(c->a, &c->units);
    *u = (struct measure_unit){.day = cf_time_day(c->ref->zone, at),
                               .subject = h->subject,
                               .answer = (uint8_t)answer,
                               .value = value,
                               .at = at,
                               .identified = !e || !(e->marks & LANG_FROM_SOURCE)};
    if (e) {
        u->event = e->id;
    }
    if (line) {
        u->duty = line->id;
    }
    c->tally.unidentified += !u->identified;
    for (size_t d = 0; d < c->n_dims; d++) {
        u->key[d] = dim_key(c, &c->dims[d], place);
    }
    u->place = c->places > 0 ? dim_key(c, &c->place, place) : KEY_NOT_KNOWN;
    u->key[MEASURE_DIMENSIONS] = KEY_NOT_KNOWN;
    if (c->within >= 0) {
        u->key[MEASURE_DIMENSIONS] = (size_t)c->within < c->n_dims ? u->key[c->within] : dim_key(c, &c->dims[c->within], place);
    }
}

static struct measure_month *month_of(struct counting *c, int32_t day) {
    int32_t month = cf_period_start(CF_PERIOD_MONTH, day);
    for (size_t i = c->cover.n; i-- > 0;) {
        if (cf_period_start(CF_PERIOD_MONTH, c->cover.v[i].first) == month) {
            return &c->cover.v[i];
        }
    }
    struct measure_month *m = cf_push(c->a, &c->cover);
    *m = (struct measure_month){.first = day, .last = day, .count = c->places > 0 ? CF_NEW_N(c->a, int32_t, c->places) : NULL};
    return m;
}

/* What the data covers: rates alone need it. */
static void cover(struct counting *c, const struct lang_history *h, size_t event) {
    const struct lang_event *e = &h->events[event];
    int32_t day = cf_time_day(c->ref->zone, e->from);
    if (c->m->form != LANG_RATE || !in_period(c, day)) {
        return;
    }
    if (!(e->marks & LANG_FROM_SOURCE)) {
        c->cover.first = !c->cover.any || day < c->cover.first ? day : c->cover.first;
        c->cover.last = !c->cover.any || day > c->cover.last ? day : c->cover.last;
        c->cover.any = true;
        return;
    }
    struct measure_month *m = month_of(c, day);
    m->first = day < m->first ? day : m->first;
    m->last = day > m->last ? day : m->last;
    const struct unit_place here = {h, event, event, NULL, e->from};
    int32_t place = c->places > 0 ? dim_key(c, &c->place, &here) : KEY_NOT_KNOWN;
    if (place >= 0 && (size_t)place < c->places) {
        m->count[place]++;
    }
}

static bool seen_before(struct counting *c, uint64_t seq) {
    if (!c->seen) {
        return false;
    }
    struct cf_str key = {(const char *)&seq, sizeof seq};
    if (cf_map_has(c->seen, key)) {
        return true;
    }
    *cf_map_put(c->seen, key) = c;
    return false;
}

/* An event is counted in the history of the person whom its role is about, once. */
static bool is_ours(const struct counting *c, const struct lang_event *e, const struct lang_decl *record) {
    return record && e->record == record->as.record.number && (e->roles >> c->role & 1U) && e->from > CF_TIME_MIN;
}

/* ---- Populations. */

/* Counts both kinds of records and says whether this one is left out. */
static bool left_out(struct counting *c, const struct lang_event *e) {
    bool published = (e->marks & LANG_FROM_SOURCE) != 0;
    if (in_period(c, cf_time_day(c->ref->zone, e->from))) {
        *(published ? &c->tally.published : &c->tally.own) += 1;
    }
    return (published && c->o.records == MEASURE_OWN_RECORDS) || (!published && c->o.records == MEASURE_PUBLISHED_RECORDS);
}

static void count_events(struct counting *c, const struct lang_history *h, const struct lang_docket *k) {
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        if (!is_ours(c, e, c->record) || e->from > c->o.now || left_out(c, e)) {
            continue;
        }
        cover(c, h, i);
        enum measure_answer answer;
        if (!in_period(c, cf_time_day(c->ref->zone, e->from)) || seen_before(c, e->seq)) {
            continue;
        }
        enum lang_truth t = chosen(c, c->m->pop_sel, h, i);
        c->tally.where_unknown += t == LANG_IS_UNKNOWN;
        if (t == LANG_IS_YES && belongs(c, h, i) && answered(c, h, i, k, &answer)) {
            add(c, &(struct unit_place){h, i, i, NULL, e->from}, answer);
        }
        cf_arena_reset(c->scratch);
    }
}

static size_t event_of_duty(const struct lang_history *h, const struct lang_duty_line *l) {
    size_t before = SIZE_MAX;
    for (size_t i = 0; i < h->n; i++) {
        if (l->cause != UINT64_MAX && h->events[i].seq == l->cause) {
            return i;
        }
        before = h->events[i].from <= l->since ? i : before;
    }
    return before;
}

/* M2: a duty counts in the period of its due, once that has passed, whatever its state. False: printed apart. */
static bool duty_counts(struct counting *c, const struct lang_duty_line *l) {
    if (!in_period(c, cf_time_day(c->ref->zone, l->has_due ? l->due : l->since))) {
        return false;
    }
    if (l->marks & LANG_M_NOT_IN_SOURCE) {
        c->tally.duty_absent++;
        return false;
    }
    if (l->state == LANG_VOID) {
        c->tally.void_++;
        return false;
    }
    if (!l->has_due) {
        c->tally.no_date++;
        return false;
    }
    c->tally.not_yet_due += l->due >= c->o.now;
    return l->due < c->o.now;
}

static void count_duties(struct counting *c, const struct lang_history *h, const struct lang_docket *k) {
    for (size_t i = 0; k && i < k->duties.n; i++) {
        const struct lang_duty_line *l = &k->duties.v[i];
        if (!cf_str_eq(l->rule->name.text, c->m->pop_decl->name.text) || !duty_counts(c, l)) {
            continue;
        }
        size_t event = event_of_duty(h, l);
        enum measure_answer answer;
        if (belongs(c, h, event) && answered(c, h, event, k, &answer)) {
            const struct lang_expr *that = c->m->that;
            if (that && that->op == LANG_MET) {
                answer = cf_str_is(that->name.text, lang_state_word(l->state)) ? MEASURE_YES : MEASURE_NO;
            }
            add(c, &(struct unit_place){h, event, event, l, l->due}, answer);
        }
        cf_arena_reset(c->scratch);
    }
}

static bool same_episode(const struct lang_decl *x, const struct lang_decl *y) {
    return x && cf_str_eq(x->name.text, y->name.text);
}

static bool names_opener(const struct lang_event *e, uint64_t opener) {
    for (size_t i = 0; i < e->n_episodes; i++) {
        if (e->episodes[i] == opener) {
            return true;
        }
    }
    return false;
}

static size_t closer_of(const struct counting *c, const struct lang_history *h, size_t opener) {
    for (size_t i = opener + 1; i < h->n; i++) {
        const struct lang_decl *record = c->set->records.v[h->events[i].record];
        if (same_episode(record->as.record.closes_decl, c->m->pop_decl) && names_opener(&h->events[i], h->events[opener].seq)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Episodes count where they open, or where they close; open ones stand apart (M2). */
static void count_episodes(struct counting *c, const struct lang_history *h, const struct lang_docket *k) {
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        const struct lang_decl *record = c->set->records.v[e->record];
        enum measure_answer answer;
        if (!same_episode(record->as.record.opens_decl, c->m->pop_decl) || !(e->roles & 1U) || e->from > c->o.now) {
            continue;
        }
        cover(c, h, i);
        size_t at = c->m->pop == LANG_POP_CLOSED ? closer_of(c, h, i) : i;
        if (at == SIZE_MAX) {
            c->tally.open++;
            continue;
        }
        int64_t when = h->events[at].from;
        if (in_period(c, cf_time_day(c->ref->zone, when)) && when <= c->o.now && !seen_before(c, e->seq) && belongs(c, h, at) &&
            answered(c, h, at, k, &answer)) {
            add(c, &(struct unit_place){h, at, i, NULL, when}, answer);
        }
        cf_arena_reset(c->scratch);
    }
}

/* A subject as of an instant at which nothing happened: the history up to then, and an event that no rule can see. */
static void count_subject_at(struct counting *c, const struct lang_history *h, int64_t at) {
    const struct lang_decl *silent = lang_find(c->set, "acknowledged");
    struct lang_event *events = CF_NEW_N(c->scratch, struct lang_event, h->n + 1);
    size_t n = 0;
    bool met = false;
    while (n < h->n && h->events[n].from <= at) {
        /* who somebody is holds from birth, or from the beginning of time: nobody was met by that */
        met = met || !c->set->birth || h->events[n].record != c->set->birth->as.record.number;
        events[n] = h->events[n];
        n++;
    }
    if (!met || !silent) {
        return;
    }
    static const uint32_t nobody[4] = {0};
    events[n] = (struct lang_event){.seq = UINT64_MAX - 1,
                                    .record = silent->as.record.number,
                                    .from = at,
                                    .to = at,
                                    .recorded = at,
                                    .known = at,
                                    .subjects = nobody,
                                    .fields = CF_NEW_N(c->scratch, struct lang_value, silent->as.record.fields.n + 1)};
    struct lang_history then = *h;
    then.events = events;
    then.n = n + 1;
    enum measure_answer answer;
    if (belongs(c, &then, n) && answered(c, &then, n, NULL, &answer)) {
        add(c, &(struct unit_place){&then, n, n, NULL, at}, answer);
    }
}

static void count_subject(struct counting *c, const struct lang_history *h) {
    enum cf_period period = CF_PERIOD_MONTH;
    int32_t today = cf_time_day(c->ref->zone, c->o.now);
    bool by_period = false;
    for (size_t d = 0; d < c->n_dims && !by_period; d++) {
        by_period = c->dims[d].kind == DIM_PERIOD;
        period = by_period ? c->dims[d].period : period;
    }
    int32_t until = c->o.has_to && c->o.to < today ? c->o.to : today - 1;
    int32_t day = cf_period_start(period, c->o.has_from ? c->o.from : by_period ? until - 365 : until - 31);
    if (h->kind != c->m->subject) {
        return;
    }
    bool named = false;
    for (size_t i = 0; i < h->n; i++) {
        named = named || !(h->events[i].marks & LANG_FROM_SOURCE);
    }
    if (!named) { /* a published row names nobody: it is an event, not somebody who could be counted month after month */
        c->tally.nobody++;
        return;
    }
    for (; cf_period_next(period, day) - 1 <= until; day = cf_period_next(period, day)) {
        bool last = cf_period_next(period, cf_period_next(period, day)) - 1 > until;
        if (by_period || last) {
            count_subject_at(c, h, cf_day_end(c->ref->zone, cf_period_next(period, day) - 1));
            cf_arena_reset(c->scratch);
        }
    }
}

void units_of_history(struct counting *c, const struct lang_history *h, const struct lang_docket *k) {
    if (k && k->too_long) {
        c->tally.too_long++;
    }
    switch (c->m->pop) {
    case LANG_POP_RECORD: count_events(c, h, k); break;
    case LANG_POP_DUTY: count_duties(c, h, k); break;
    case LANG_POP_OPENED:
    case LANG_POP_CLOSED: count_episodes(c, h, k); break;
    case LANG_POP_SUBJECTS: count_subject(c, h); break;
    }
}
