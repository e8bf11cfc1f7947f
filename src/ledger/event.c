/* ledger/event: a draft becomes plain parts in CBOR, and plain parts become an event again. Knows the keys of the format page;
 * knows no keys, boxes, tables, nor what a kind means.
 *
 * One event has one encoding: defaults are left out, maps ascend, parts stand in order. What is read is held to the same, so
 * that encode(decode(b)) = b for every accepted b. */
#include "ledger/ledger_priv.h"

#define EVENT_TIME_MOST INT64_C(253402300799) /* the end of the year 9999 */
#define EVENT_OFFSET_MOST 1080                /* 18 hours, in minutes */
#define EVENT_VALUE_DEPTH 8

enum frame_key {
    FRAME_KIND = 1,
    FRAME_SHAPE,
    FRAME_FROM,
    FRAME_TO,
    FRAME_PRECISION,
    FRAME_OFFSET,
    FRAME_ACTOR_ROLE,
    FRAME_RECORDER_ROLE,
    FRAME_UNIT,
    FRAME_CHANNEL,
    FRAME_POLICY_SET,
    FRAME_SAW,
    FRAME_CORRECTS,
    FRAME_EPISODES,
    FRAME_SOURCE,
    FRAME_SOURCE_KEY,
    FRAME_CLOCK,
    FRAME_END
};

static bool bad(struct cf_errs *errs, const char *what) {
    return cf_fail(errs, CF_E015, CF_NOWHERE, "the event cannot be recorded: %s", what);
}

static bool text_ok(struct cf_str s) {
    size_t at = 0;
    return cf_utf8_valid(s, &at) && (s.n == 0 || memchr(s.p, 0, s.n) == NULL);
}

/* ---- Values. */
bool event_value_put(struct cf_buf *b, const struct ledger_value *v, int depth) {
    switch (v->type) {
    case LEDGER_NOT_ASKED: return false; /* has no bytes: the key is missing */
    case LEDGER_NOT_KNOWN: cbor_put_null(b); return true;
    case LEDGER_DECLINED: cbor_put_undefined(b); return true;
    case LEDGER_BOOL: cbor_put_bool(b, v->as.yes); return true;
    case LEDGER_INT: cbor_put_int(b, v->as.n); return true;
    case LEDGER_TEXT:
        if (!text_ok(v->as.s)) {
            return false;
        }
        cbor_put_text(b, v->as.s);
        return true;
    case LEDGER_BYTES: cbor_put_bytes(b, v->as.s); return true;
    case LEDGER_LIST: break;
    }
    if (depth >= EVENT_VALUE_DEPTH || v->as.list.n > CF_MAX_VALUE_ITEMS) {
        return false;
    }
    cbor_put_array(b, v->as.list.n);
    for (size_t i = 0; i < v->as.list.n; i++) {
        if (!event_value_put(b, &v->as.list.v[i], depth + 1)) {
            return false;
        }
    }
    return true;
}

bool event_value_take(struct cbor *r, struct cf_arena *a, int depth, struct ledger_value *out) {
    struct cbor_item it;
    *out = (struct ledger_value){.type = LEDGER_NOT_KNOWN};
    if (!cbor_take(r, &it)) {
        return false;
    }
    switch (it.type) {
    case CBOR_NULL: return true;
    case CBOR_UNDEFINED: out->type = LEDGER_DECLINED; return true;
    case CBOR_BOOL: *out = ledger_bool(it.n == 1); return true;
    case CBOR_BYTES: *out = ledger_bytes(it.s); return true;
    case CBOR_TEXT: *out = ledger_text(it.s); return true;
    case CBOR_UINT:
    case CBOR_NEGATIVE:
        if (it.n > INT64_MAX) {
            return cbor_bad(r, "not a 64-bit integer");
        }
        *out = ledger_int(it.type == CBOR_UINT ? (int64_t)it.n : -1 - (int64_t)it.n);
        return true;
    case CBOR_MAP: return cbor_bad(r, "a map as a value");
    case CBOR_ARRAY: break;
    }
    if (depth >= EVENT_VALUE_DEPTH || it.n > CF_MAX_VALUE_ITEMS) {
        return cbor_bad(r, "a list that is too long or too deep");
    }
    struct ledger_value *v = CF_NEW_N(a, struct ledger_value, it.n == 0 ? 1 : (size_t)it.n);
    for (size_t i = 0; i < it.n; i++) {
        if (!event_value_take(r, a, depth + 1, &v[i])) {
            return false;
        }
    }
    out->type = LEDGER_LIST;
    out->as.list.v = v;
    out->as.list.n = (size_t)it.n;
    return true;
}

/* Pairs as a map: those asked, by number. */
static bool pairs_put(struct cf_arena *a, struct cf_buf *b, const struct ledger_pair *pairs, size_t n, struct cf_errs *errs) {
    const struct ledger_pair **sorted = CF_NEW_N(a, const struct ledger_pair *, n + 1);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (pairs[i].value.type == LEDGER_NOT_ASKED) {
            continue;
        }
        size_t at = m++;
        while (at > 0 && sorted[at - 1]->number > pairs[i].number) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = &pairs[i];
    }
    cbor_put_map(b, m);
    for (size_t i = 0; i < m; i++) {
        if (sorted[i]->number == 0 || (i > 0 && sorted[i]->number == sorted[i - 1]->number)) {
            return bad(errs, "a field number is 0 or stands twice");
        }
        cbor_put_uint(b, sorted[i]->number);
        if (!event_value_put(b, &sorted[i]->value, 0)) {
            return cf_fail(errs, CF_E015, CF_NOWHERE,
                           "field %u cannot be recorded: invalid text, or a list too long or too deep", sorted[i]->number);
        }
    }
    return true;
}

static size_t pairs_asked(const struct ledger_pair *pairs, size_t n) {
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        m += pairs[i].value.type != LEDGER_NOT_ASKED;
    }
    return m;
}

static bool pairs_take(struct cbor *r, struct cf_arena *a, const struct ledger_pair **out, size_t *n) {
    if (!cbor_take_map(r, CF_MAX_FIELDS, n)) {
        return false;
    }
    struct ledger_pair *pairs = CF_NEW_N(a, struct ledger_pair, *n + 1);
    int64_t last = 0; /* the number 0 is not used */
    for (size_t i = 0; i < *n; i++) {
        if (!cbor_take_key(r, &last, &pairs[i].number) || !event_value_take(r, a, 0, &pairs[i].value)) {
            return false;
        }
    }
    *out = pairs;
    return true;
}

/* ---- Checks of a draft. */
static bool draft_counts(const struct ledger_draft *d, struct cf_errs *errs) {
    if (d->n_persons > CF_MAX_PERSONS || d->n_facts > CF_MAX_COMPARTMENTS || d->n_words > CF_MAX_NARRATIVES ||
        d->n_episodes > CF_MAX_EVENT_EPISODES) {
        return cf_fail(errs, CF_E019, CF_NOWHERE,
                       "the event has too many people (%zu), fact parts (%zu), narratives (%zu) or "
                       "episodes (%zu)",
                       d->n_persons, d->n_facts, d->n_words, d->n_episodes);
    }
    return true;
}

static bool draft_frame_ok(const struct ledger_draft *d, struct cf_errs *errs) {
    if (cf_id_zero(d->id)) {
        return bad(errs, "it has no id");
    }
    if (d->kind == 0) {
        return bad(errs, "it has no kind");
    }
    if (d->from > d->to || d->from < -EVENT_TIME_MOST || d->to > EVENT_TIME_MOST) {
        return bad(errs, "it ends before it begins, or outside the calendar");
    }
    if (d->precision > LEDGER_UNKNOWN_TIME || d->offset_min < -EVENT_OFFSET_MOST || d->offset_min > EVENT_OFFSET_MOST) {
        return bad(errs, "its precision or its offset from UTC is not one");
    }
    if (d->policy_set.n != 0 && d->policy_set.n != LEDGER_HASH) {
        return bad(errs, "the policy set's digest is not 32 bytes");
    }
    if ((d->source.n == 0) != (d->source_key.n == 0) || d->source.n > CF_MAX_SOURCE_KEY_BYTES ||
        d->source_key.n > CF_MAX_SOURCE_KEY_BYTES || !text_ok(d->source)) {
        return bad(errs, "a source needs a name and a key of at most 512 bytes each");
    }
    for (size_t i = 0; i < d->n_episodes; i++) {
        if (cf_id_zero(d->episodes[i])) {
            return bad(errs, "an episode has no id");
        }
    }
    return true;
}

static bool draft_persons_ok(const struct ledger_draft *d, struct cf_errs *errs) {
    size_t units = 0;
    for (size_t i = 0; i < d->n_persons; i++) {
        const struct ledger_person *p = &d->persons[i];
        if (cf_id_zero(p->subject) || p->role == 0 || p->category > LEDGER_WITNESS || p->n_attributes > CF_MAX_FIELDS) {
            return bad(errs, "a person has no subject, no role, no such category or too many attributes");
        }
        if (p->role == LEDGER_ROLE_UNIT) {
            units++;
            if (!cf_id_zero(d->unit) && !cf_id_eq(d->unit, p->subject)) {
                return bad(errs, "it names two units");
            }
        }
    }
    if (units > 1) {
        return bad(errs, "it names two units");
    }
    return true;
}

/* ---- Encoding. */
struct frame_out {
    struct cf_buf *b;
    size_t n;
};

static void frame_uint(struct frame_out *f, enum frame_key key, uint64_t v) {
    cbor_put_uint(f->b, (uint64_t)key);
    cbor_put_uint(f->b, v);
    f->n++;
}

static void frame_int(struct frame_out *f, enum frame_key key, int64_t v) {
    cbor_put_uint(f->b, (uint64_t)key);
    cbor_put_int(f->b, v);
    f->n++;
}

static void frame_bytes(struct frame_out *f, enum frame_key key, struct cf_str s) {
    cbor_put_uint(f->b, (uint64_t)key);
    cbor_put_bytes(f->b, s);
    f->n++;
}

static struct cf_str id_str(const struct cf_id *id) {
    return (struct cf_str){(const char *)id->b, sizeof id->b};
}

static void frame_when(struct frame_out *f, const struct ledger_draft *d) {
    frame_uint(f, FRAME_KIND, d->kind);
    if (d->shape != 0) {
        frame_uint(f, FRAME_SHAPE, d->shape);
    }
    frame_int(f, FRAME_FROM, d->from);
    if (d->to != d->from) {
        frame_int(f, FRAME_TO, d->to);
    }
    if (d->precision != LEDGER_EXACT) {
        frame_uint(f, FRAME_PRECISION, d->precision);
    }
    if (d->offset_min != 0) {
        frame_int(f, FRAME_OFFSET, d->offset_min);
    }
}

static void frame_who(struct frame_out *f, const struct ledger_draft *d, size_t unit_part, enum event_form form) {
    if (d->actor_role != 0) {
        frame_uint(f, FRAME_ACTOR_ROLE, d->actor_role);
    }
    if (d->recorder_role != 0) {
        frame_uint(f, FRAME_RECORDER_ROLE, d->recorder_role);
    }
    if (unit_part != 0) {
        frame_uint(f, FRAME_UNIT, unit_part);
    }
    if (d->channel != 0) {
        frame_uint(f, FRAME_CHANNEL, d->channel);
    }
    if (d->policy_set.n != 0 && form == EVENT_STORED) {
        frame_bytes(f, FRAME_POLICY_SET, d->policy_set);
    }
    if (d->has_saw && form == EVENT_STORED) {
        frame_uint(f, FRAME_SAW, d->saw);
    }
}

static void frame_links(struct frame_out *f, const struct ledger_draft *d, int64_t clock_error_us, enum event_form form) {
    if (!cf_id_zero(d->corrects)) {
        frame_bytes(f, FRAME_CORRECTS, id_str(&d->corrects));
    }
    if (d->n_episodes > 0 && form != EVENT_SOURCE) {
        cbor_put_uint(f->b, FRAME_EPISODES);
        cbor_put_array(f->b, d->n_episodes);
        for (size_t i = 0; i < d->n_episodes; i++) {
            cbor_put_bytes(f->b, id_str(&d->episodes[i]));
        }
        f->n++;
    }
    if (d->source.n > 0) {
        cbor_put_uint(f->b, FRAME_SOURCE);
        cbor_put_text(f->b, d->source);
        f->n++;
        frame_bytes(f, FRAME_SOURCE_KEY, d->source_key);
    }
    if (clock_error_us >= 0 && form == EVENT_STORED) {
        frame_uint(f, FRAME_CLOCK, (uint64_t)clock_error_us);
    }
}

static bool finish(struct cf_buf *b, uint8_t kind, struct event_plain *parts, size_t *n, struct cf_errs *errs) {
    struct cf_str bytes;
    if (!cf_buf_finish(b, &bytes)) {
        return cf_fail(errs, CF_E019, CF_NOWHERE, "one part of the event is larger than %d bytes", CF_MAX_PART_BYTES);
    }
    parts[*n].kind = kind;
    parts[(*n)++].bytes = bytes;
    return true;
}

static bool encode_frame(struct cf_arena *a, const struct ledger_draft *d, size_t unit_part, int64_t clock_error_us,
                         enum event_form form, struct event_plain *parts, size_t *n, struct cf_errs *errs) {
    struct cf_buf pairs = cf_buf_new(a, CF_MAX_PART_BYTES);
    struct frame_out f = {.b = &pairs};
    frame_when(&f, d);
    frame_who(&f, d, unit_part, form);
    frame_links(&f, d, clock_error_us, form);
    struct cf_str bytes;
    struct cf_buf b = cf_buf_new(a, CF_MAX_PART_BYTES);
    cbor_put_map(&b, f.n);
    if (cf_buf_finish(&pairs, &bytes)) {
        cf_buf_str(&b, bytes);
    } else {
        b.failed = true;
    }
    return finish(&b, PART_FRAME, parts, n, errs);
}

static bool encode_person(struct cf_arena *a, const struct ledger_person *p, enum event_form form, struct event_plain *parts,
                          size_t *n, struct cf_errs *errs) {
    size_t asked = pairs_asked(p->attributes, p->n_attributes);
    struct cf_buf b = cf_buf_new(a, CF_MAX_PART_BYTES);
    cbor_put_map(&b, 2U + (p->category != LEDGER_OTHER) + (asked > 0));
    cbor_put_uint(&b, 1);
    cbor_put_bytes(&b, form == EVENT_SOURCE ? CF_LIT("") : id_str(&p->subject));
    cbor_put_uint(&b, 2);
    cbor_put_uint(&b, p->role);
    if (p->category != LEDGER_OTHER) {
        cbor_put_uint(&b, 3);
        cbor_put_uint(&b, p->category);
    }
    if (asked > 0) {
        cbor_put_uint(&b, 4);
        if (!pairs_put(a, &b, p->attributes, p->n_attributes, errs)) {
            return false;
        }
    }
    return finish(&b, PART_PERSON, parts, n, errs);
}

static bool encode_persons(struct cf_arena *a, const struct ledger_draft *d, bool add_unit, enum event_form form,
                           struct event_plain *parts, size_t *n, struct cf_errs *errs) {
    for (size_t i = 0; i < d->n_persons; i++) {
        if (!encode_person(a, &d->persons[i], form, parts, n, errs)) {
            return false;
        }
    }
    struct ledger_person unit = {.subject = d->unit, .role = LEDGER_ROLE_UNIT};
    return !add_unit || encode_person(a, &unit, form, parts, n, errs);
}

static bool encode_facts(struct cf_arena *a, const struct ledger_draft *d, struct event_plain *parts, size_t *n,
                         struct cf_errs *errs) {
    int last = 0;
    for (size_t done = 0; done < d->n_facts; done++) { /* by compartment, ascending: there are eight at most */
        const struct ledger_facts *least = NULL;
        size_t same = 0;
        for (size_t i = 0; i < d->n_facts; i++) {
            const struct ledger_facts *f = &d->facts[i];
            if (f->compartment > last && (least == NULL || f->compartment < least->compartment)) {
                least = f;
                same = 0;
            }
            same += least != NULL && f->compartment == least->compartment;
        }
        if (least == NULL || same != 1) {
            return bad(errs, "a compartment has no number or stands twice");
        }
        last = least->compartment;
        if (pairs_asked(least->fields, least->n_fields) == 0) {
            continue; /* nothing was asked: no part */
        }
        if (least->n_fields > CF_MAX_FIELDS) {
            return cf_fail(errs, CF_E019, CF_NOWHERE, "the event has more than %d fields in one compartment", CF_MAX_FIELDS);
        }
        struct cf_buf b = cf_buf_new(a, CF_MAX_PART_BYTES);
        cbor_put_map(&b, 2);
        cbor_put_uint(&b, 1);
        cbor_put_uint(&b, least->compartment);
        cbor_put_uint(&b, 2);
        if (!pairs_put(a, &b, least->fields, least->n_fields, errs) || !finish(&b, PART_FACTS, parts, n, errs)) {
            return false;
        }
    }
    return true;
}

static bool encode_words(struct cf_arena *a, const struct ledger_draft *d, struct event_plain *parts, size_t *n,
                         struct cf_errs *errs) {
    for (size_t i = 0; i < d->n_words; i++) {
        const struct ledger_words *w = &d->words[i];
        if (w->text.n > CF_MAX_NARRATIVE_BYTES) {
            return cf_fail(errs, CF_E019, CF_NOWHERE, "a narrative has %zu bytes; the most is %d", w->text.n,
                           CF_MAX_NARRATIVE_BYTES);
        }
        if (w->field == 0 || !text_ok(w->text)) {
            return bad(errs, "a narrative has no field number, or is not valid UTF-8 without NUL");
        }
        struct cf_buf b = cf_buf_new(a, CF_MAX_PART_BYTES);
        cbor_put_map(&b, w->opinion ? 3 : 2);
        cbor_put_uint(&b, 1);
        cbor_put_uint(&b, w->field);
        cbor_put_uint(&b, 2);
        cbor_put_text(&b, w->text);
        if (w->opinion) {
            cbor_put_uint(&b, 3);
            cbor_put_bool(&b, true);
        }
        if (!finish(&b, PART_WORDS, parts, n, errs)) {
            return false;
        }
    }
    return true;
}

bool event_encode(struct cf_arena *a, const struct ledger_draft *d, int64_t clock_error_us, enum event_form form,
                  struct event_plain *parts, size_t *n, struct cf_errs *errs) {
    *n = 0;
    if (!draft_counts(d, errs) || !draft_frame_ok(d, errs) || !draft_persons_ok(d, errs)) {
        return false;
    }
    size_t unit_part = 0;
    for (size_t i = 0; i < d->n_persons; i++) {
        unit_part = d->persons[i].role == LEDGER_ROLE_UNIT ? i + 1 : unit_part;
    }
    bool add_unit = unit_part == 0 && !cf_id_zero(d->unit);
    if (add_unit) {
        unit_part = d->n_persons + 1;
        if (d->n_persons == CF_MAX_PERSONS) {
            return cf_fail(errs, CF_E019, CF_NOWHERE, "the event has too many people to name its unit as well");
        }
    }
    return encode_frame(a, d, unit_part, clock_error_us, form, parts, n, errs) &&
           encode_persons(a, d, add_unit, form, parts, n, errs) && encode_facts(a, d, parts, n, errs) &&
           encode_words(a, d, parts, n, errs);
}

/* ---- Decoding. */
void event_prepare(struct cf_arena *a, const uint8_t *kinds, size_t n, struct ledger_event *e) {
    size_t count[PART_KINDS] = {0};
    for (size_t i = 0; i < n; i++) {
        count[kinds[i]]++;
    }
    e->d.persons = CF_NEW_N(a, struct ledger_person, count[PART_PERSON] + 1);
    e->d.facts = CF_NEW_N(a, struct ledger_facts, count[PART_FACTS] + 1);
    e->d.words = CF_NEW_N(a, struct ledger_words, count[PART_WORDS] + 1);
    e->parts = n;
}

static bool take_u32(struct cbor *r, uint32_t *out, uint64_t least) {
    uint64_t v = 0;
    if (!cbor_take_uint(r, UINT32_MAX, &v)) {
        return false;
    }
    *out = (uint32_t)v;
    return v >= least || cbor_bad(r, "a default that should have been left out");
}

static bool take_id(struct cbor *r, struct cf_id *out) {
    struct cf_str s;
    if (!cbor_take_bytes(r, sizeof out->b, &s)) {
        return false;
    }
    memcpy(out->b, s.p, sizeof out->b);
    return !cf_id_zero(*out) || cbor_bad(r, "an id that is zero");
}

static bool take_episodes(struct cbor *r, struct cf_arena *a, struct ledger_draft *d) {
    if (!cbor_take_array(r, CF_MAX_EVENT_EPISODES, &d->n_episodes)) {
        return false;
    }
    struct cf_id *ids = CF_NEW_N(a, struct cf_id, d->n_episodes + 1);
    for (size_t i = 0; i < d->n_episodes; i++) {
        if (!take_id(r, &ids[i])) {
            return false;
        }
    }
    d->episodes = ids;
    return d->n_episodes > 0 || cbor_bad(r, "a default that should have been left out");
}

static bool take_time(struct cbor *r, int64_t *out) {
    if (!cbor_take_int(r, out)) {
        return false;
    }
    return (*out >= -EVENT_TIME_MOST && *out <= EVENT_TIME_MOST) || cbor_bad(r, "a time outside the calendar");
}

static bool take_frame_when(struct cbor *r, uint32_t key, struct ledger_event *e) {
    struct ledger_draft *d = &e->d;
    uint32_t v = 0;
    int64_t n = 0;
    switch (key) {
    case FRAME_KIND: return take_u32(r, &d->kind, 1);
    case FRAME_SHAPE: return take_u32(r, &d->shape, 1);
    case FRAME_FROM:
        if (!take_time(r, &d->from)) {
            return false;
        }
        d->to = d->from;
        return true;
    case FRAME_TO: return take_time(r, &d->to) && (d->to > d->from || cbor_bad(r, "an end that is not after the beginning"));
    case FRAME_PRECISION:
        if (!take_u32(r, &v, 1)) {
            return false;
        }
        d->precision = (enum ledger_precision)v;
        return v <= LEDGER_UNKNOWN_TIME || cbor_bad(r, "no such precision");
    case FRAME_OFFSET:
        if (!cbor_take_int(r, &n)) {
            return false;
        }
        d->offset_min = (int32_t)(n >= -EVENT_OFFSET_MOST && n <= EVENT_OFFSET_MOST ? n : 0);
        return d->offset_min != 0 || cbor_bad(r, "no such offset from UTC");
    default: return cbor_bad(r, "an unknown key in the frame");
    }
}

static bool take_frame_who(struct cbor *r, uint32_t key, struct ledger_event *e) {
    struct ledger_draft *d = &e->d;
    uint64_t v = 0;
    switch (key) {
    case FRAME_ACTOR_ROLE: return take_u32(r, &d->actor_role, 1);
    case FRAME_RECORDER_ROLE: return take_u32(r, &d->recorder_role, 1);
    case FRAME_UNIT:
        if (!cbor_take_uint(r, LEDGER_PARTS_MAX, &v)) {
            return false;
        }
        e->unit_part = (uint16_t)v;
        return v > 0 || cbor_bad(r, "the frame itself named as the unit's part");
    case FRAME_CHANNEL: return take_u32(r, &d->channel, 1);
    case FRAME_POLICY_SET: return cbor_take_bytes(r, LEDGER_HASH, &d->policy_set);
    case FRAME_SAW: d->has_saw = true; return cbor_take_uint(r, UINT64_MAX, &d->saw);
    default: return take_frame_when(r, key, e);
    }
}

static bool take_frame_key(struct cbor *r, struct cf_arena *a, uint32_t key, struct ledger_event *e) {
    struct ledger_draft *d = &e->d;
    uint64_t v = 0;
    switch (key) {
    case FRAME_CORRECTS: return take_id(r, &d->corrects);
    case FRAME_EPISODES: return take_episodes(r, a, d);
    case FRAME_SOURCE: return cbor_take_text(r, &d->source);
    case FRAME_SOURCE_KEY: return cbor_take_bytes(r, SIZE_MAX, &d->source_key);
    case FRAME_CLOCK:
        if (!cbor_take_uint(r, INT64_MAX, &v)) {
            return false;
        }
        e->unsynchronised = true;
        e->clock_error_us = (int64_t)v;
        return true;
    default: return take_frame_who(r, key, e);
    }
}

static bool take_frame(struct cbor *r, struct cf_arena *a, struct ledger_event *e) {
    size_t n = 0;
    int64_t last = -1;
    uint32_t key = 0, seen = 0;
    if (!cbor_take_map(r, FRAME_END, &n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!cbor_take_key(r, &last, &key) || !take_frame_key(r, a, key, e)) {
            return false;
        }
        seen |= 1U << key;
    }
    bool needed = (seen & (1U << FRAME_KIND)) && (seen & (1U << FRAME_FROM));
    bool source = e->d.source.n > 0 && e->d.source.n <= CF_MAX_SOURCE_KEY_BYTES && e->d.source_key.n > 0 &&
                  e->d.source_key.n <= CF_MAX_SOURCE_KEY_BYTES;
    bool sourceless = !(seen & (1U << FRAME_SOURCE)) && !(seen & (1U << FRAME_SOURCE_KEY));
    return (needed && (source || sourceless)) || cbor_bad(r, "a frame without its kind, its time or its source's key");
}

static bool take_person(struct cbor *r, struct cf_arena *a, struct ledger_person *p) {
    size_t n = 0;
    int64_t last = -1;
    uint32_t key = 0, seen = 0, v = 0;
    if (!cbor_take_map(r, 4, &n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool ok = cbor_take_key(r, &last, &key);
        switch (ok ? key : 0) {
        case 1: ok = take_id(r, &p->subject); break;
        case 2: ok = take_u32(r, &p->role, 1); break;
        case 3:
            ok = take_u32(r, &v, 1) && (v <= LEDGER_WITNESS || cbor_bad(r, "no such category"));
            p->category = (enum ledger_category)v;
            break;
        case 4:
            ok = pairs_take(r, a, &p->attributes, &p->n_attributes) &&
                 (p->n_attributes > 0 || cbor_bad(r, "a default that should have been left out"));
            break;
        default: return cbor_bad(r, "an unknown key in a person");
        }
        if (!ok) {
            return false;
        }
        seen |= 1U << key;
    }
    return (seen & 6U) == 6U || cbor_bad(r, "a person without subject or role");
}

static bool take_facts(struct cbor *r, struct cf_arena *a, struct ledger_facts *f) {
    size_t n = 0;
    uint64_t v = 0;
    int64_t last = -1;
    uint32_t key = 0;
    if (!cbor_take_map(r, 2, &n) || n != 2 || !cbor_take_key(r, &last, &key) || key != 1 || !cbor_take_uint(r, UINT8_MAX, &v) ||
        v == 0) {
        return cbor_bad(r, "facts without a compartment");
    }
    f->compartment = (uint8_t)v;
    if (!cbor_take_key(r, &last, &key) || key != 2 || !pairs_take(r, a, &f->fields, &f->n_fields) || f->n_fields == 0) {
        return cbor_bad(r, "facts without fields");
    }
    return true;
}

static bool take_words(struct cbor *r, struct ledger_words *w) {
    size_t n = 0;
    int64_t last = -1;
    uint32_t key = 0;
    struct cbor_item it;
    if (!cbor_take_map(r, 3, &n) || n < 2 || !cbor_take_key(r, &last, &key) || key != 1 || !take_u32(r, &w->field, 1) ||
        !cbor_take_key(r, &last, &key) || key != 2 || !cbor_take_text(r, &w->text) || w->text.n > CF_MAX_NARRATIVE_BYTES) {
        return cbor_bad(r, "a narrative without field or text, or one that is too long");
    }
    if (n == 3) {
        if (!cbor_take_key(r, &last, &key) || key != 3 || !cbor_take(r, &it) || it.type != CBOR_BOOL || it.n != 1) {
            return cbor_bad(r, "an unknown key in a narrative");
        }
        w->opinion = true;
    }
    return true;
}

/* The arrays were made by event_prepare in the caller's arena; they are const for readers only. */
static struct ledger_person *persons_of(struct ledger_event *e) {
    return (struct ledger_person *)(uintptr_t)e->d.persons;
}

static struct ledger_facts *facts_of(struct ledger_event *e) {
    return (struct ledger_facts *)(uintptr_t)e->d.facts;
}

static struct ledger_words *words_of(struct ledger_event *e) {
    return (struct ledger_words *)(uintptr_t)e->d.words;
}

bool event_take_part(struct cf_arena *a, struct ledger_event *e, uint16_t part, uint8_t kind, enum ledger_state state,
                     struct cf_str plain, const char **why) {
    struct cbor r = cbor_read(plain);
    bool live = state == LEDGER_LIVE, ok = true;
    e->destroyed += state == LEDGER_DESTROYED;
    e->sealed += state == LEDGER_SEALED;
    if (kind == PART_FRAME) {
        e->state = state;
        ok = !live || take_frame(&r, a, e);
    } else if (kind == PART_PERSON) {
        struct ledger_person *p = &persons_of(e)[e->d.n_persons++];
        p->part = part;
        p->state = state;
        ok = !live || take_person(&r, a, p);
    } else if (kind == PART_FACTS) {
        struct ledger_facts *f = &facts_of(e)[e->d.n_facts++];
        f->part = part;
        f->state = state;
        ok = !live || take_facts(&r, a, f);
    } else {
        struct ledger_words *w = &words_of(e)[e->d.n_words++];
        w->part = part;
        w->state = state;
        ok = !live || take_words(&r, w);
    }
    ok = ok && (!live || cbor_end(&r));
    *why = r.bad;
    return ok;
}

bool event_finish(struct ledger_event *e, const char **why) {
    int last = 0;
    for (size_t i = 0; i < e->d.n_facts; i++) {
        const struct ledger_facts *f = &e->d.facts[i];
        if (f->state == LEDGER_LIVE && f->compartment <= last) {
            *why = "compartments are not ascending";
            return false;
        }
        last = f->state == LEDGER_LIVE ? f->compartment : last;
    }
    bool found = false;
    for (size_t i = 0; i < e->d.n_persons; i++) {
        const struct ledger_person *p = &e->d.persons[i];
        bool named = p->part == e->unit_part;
        found = found || named;
        if (p->state != LEDGER_LIVE || e->state != LEDGER_LIVE) {
            continue;
        }
        if ((p->role == LEDGER_ROLE_UNIT) != named) {
            *why = "the unit's part and the frame disagree";
            return false;
        }
        e->d.unit = named ? p->subject : e->d.unit;
    }
    if (e->unit_part != 0 && !found) {
        *why = "the frame names a unit's part that is not there";
        return false;
    }
    return true;
}

bool event_peek_kind(struct cf_str frame, uint32_t *kind) {
    struct cbor r = cbor_read(frame);
    size_t n = 0;
    int64_t last = -1;
    uint32_t key = 0;
    return cbor_take_map(&r, FRAME_END, &n) && n > 0 && cbor_take_key(&r, &last, &key) && key == FRAME_KIND &&
           take_u32(&r, kind, 1);
}

/* ---- What readers ask of an event. */
const struct ledger_person *ledger_person_of(const struct ledger_event *e, uint32_t role, size_t nth) {
    for (size_t i = 0; i < e->d.n_persons; i++) {
        const struct ledger_person *p = &e->d.persons[i];
        if (p->state == LEDGER_LIVE && p->role == role && nth-- == 0) {
            return p;
        }
    }
    return NULL;
}

static const struct ledger_value *pair_find(const struct ledger_pair *pairs, size_t n, uint32_t number) {
    for (size_t i = 0; i < n; i++) {
        if (pairs[i].number == number) {
            return &pairs[i].value;
        }
    }
    return NULL;
}

const struct ledger_value *ledger_fact(const struct ledger_event *e, uint32_t field) {
    for (size_t i = 0; i < e->d.n_facts; i++) {
        const struct ledger_value *v = pair_find(e->d.facts[i].fields, e->d.facts[i].n_fields, field);
        if (v != NULL) {
            return v;
        }
    }
    return NULL;
}

const struct ledger_value *ledger_attribute(const struct ledger_person *p, uint32_t number) {
    return pair_find(p->attributes, p->n_attributes, number);
}

struct ledger_value ledger_int(int64_t n) {
    return (struct ledger_value){.type = LEDGER_INT, .as = {.n = n}};
}

struct ledger_value ledger_text(struct cf_str s) {
    return (struct ledger_value){.type = LEDGER_TEXT, .as = {.s = s}};
}

struct ledger_value ledger_bytes(struct cf_str s) {
    return (struct ledger_value){.type = LEDGER_BYTES, .as = {.s = s}};
}

struct ledger_value ledger_bool(bool yes) {
    return (struct ledger_value){.type = LEDGER_BOOL, .as = {.yes = yes}};
}
