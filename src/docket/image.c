/* image: a history in one row. An entry is one event as it stands after its corrections, in dictionary numbers, so that it
 * outlives any policy set; decoding turns entries into the events of one set. Must not know rules. Layout:
 * doc/reference/desk.md. */
#include "docket/priv.h"

/* ---- Writing: unsigned numbers in groups of seven bits, least first; signed ones zigzag. */

static void put(struct cf_buf *b, uint64_t v) {
    while (v >= 0x80) {
        cf_buf_byte(b, (uint8_t)(v | 0x80));
        v >>= 7;
    }
    cf_buf_byte(b, (uint8_t)v);
}

static void put_signed(struct cf_buf *b, int64_t v) {
    put(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

enum img_kind { IMG_NOT_KNOWN, IMG_DECLINED, IMG_YESNO, IMG_INT, IMG_TEXT, IMG_EVENT, IMG_LIST };

static bool put_value(struct desk *d, struct cf_buf *b, const struct ledger_value *v, struct cf_errs *errs) {
    switch (v->type) {
    case LEDGER_NOT_ASKED:
    case LEDGER_NOT_KNOWN: put(b, IMG_NOT_KNOWN); return true;
    case LEDGER_DECLINED: put(b, IMG_DECLINED); return true;
    case LEDGER_BOOL:
        put(b, IMG_YESNO);
        put(b, v->as.yes);
        return true;
    case LEDGER_INT:
        put(b, IMG_INT);
        put_signed(b, v->as.n);
        return true;
    case LEDGER_TEXT: put(b, IMG_TEXT); return true;
    case LEDGER_BYTES: { /* the id of an event; rules know events by sequence */
        uint64_t seq = LEDGER_NO_SEQ;
        struct cf_id id;
        if (v->as.s.n == sizeof(id.b)) {
            memcpy(id.b, v->as.s.p, sizeof(id.b));
            if (!ledger_seq_of_id(d->ledger, id, &seq, errs)) {
                return false;
            }
        }
        put(b, seq == LEDGER_NO_SEQ ? IMG_NOT_KNOWN : IMG_EVENT);
        if (seq != LEDGER_NO_SEQ) {
            put(b, seq);
        }
        return true;
    }
    case LEDGER_LIST:
        put(b, IMG_LIST);
        put(b, v->as.list.n);
        for (size_t i = 0; i < v->as.list.n; i++) {
            if (!put_value(d, b, &v->as.list.v[i], errs)) {
                return false;
            }
        }
        return true;
    }
    return true;
}

static bool subject_no(struct desk *d, struct cf_id id, uint32_t *no, struct cf_errs *errs) {
    int64_t found = 0;
    if (cf_id_zero(id)) {
        *no = 0;
        return true;
    }
    if (!ledger_subject_no(d->ledger, id, &found, errs)) {
        return false;
    }
    *no = (uint32_t)found;
    return true;
}

static bool put_persons(struct desk *d, struct cf_buf *b, const struct ledger_event *e, struct cf_errs *errs) {
    size_t live = 0;
    for (size_t i = 0; i < e->d.n_persons; i++) {
        live += e->d.persons[i].state == LEDGER_LIVE;
    }
    put(b, live);
    for (size_t i = 0; i < e->d.n_persons; i++) {
        const struct ledger_person *p = &e->d.persons[i];
        uint32_t no;
        if (p->state != LEDGER_LIVE) {
            continue;
        }
        if (!subject_no(d, p->subject, &no, errs)) {
            return false;
        }
        put(b, p->role);
        put(b, no);
        put(b, p->n_attributes);
        for (size_t k = 0; k < p->n_attributes; k++) {
            put(b, p->attributes[k].number);
            if (!put_value(d, b, &p->attributes[k].value, errs)) {
                return false;
            }
        }
    }
    return true;
}

static bool put_fields(struct desk *d, struct cf_buf *b, const struct ledger_event *e, struct cf_errs *errs) {
    size_t n = 0;
    for (size_t i = 0; i < e->d.n_facts; i++) {
        n += e->d.facts[i].state == LEDGER_LIVE ? e->d.facts[i].n_fields : 0;
    }
    for (size_t i = 0; i < e->d.n_words; i++) {
        n += e->d.words[i].state == LEDGER_LIVE;
    }
    put(b, n);
    for (size_t i = 0; i < e->d.n_facts; i++) {
        for (size_t k = 0; e->d.facts[i].state == LEDGER_LIVE && k < e->d.facts[i].n_fields; k++) {
            put(b, e->d.facts[i].fields[k].number);
            if (!put_value(d, b, &e->d.facts[i].fields[k].value, errs)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < e->d.n_words; i++) {
        if (e->d.words[i].state == LEDGER_LIVE) {
            put(b, e->d.words[i].field);
            put(b, IMG_TEXT);
        }
    }
    return true;
}

static bool put_episodes(struct desk *d, struct cf_buf *b, const struct ledger_event *e, struct cf_errs *errs) {
    put(b, e->d.n_episodes);
    for (size_t i = 0; i < e->d.n_episodes; i++) {
        uint64_t seq;
        if (!ledger_seq_of_id(d->ledger, e->d.episodes[i], &seq, errs)) {
            return false;
        }
        put(b, seq == LEDGER_NO_SEQ ? 0 : seq + 1);
    }
    return true;
}

bool image_encode(struct desk *d, const struct effective *e, struct cf_buf *b, struct cf_errs *errs) {
    const struct ledger_event *ev = &e->event;
    struct cf_buf body = cf_buf_new(d->scratch, 1u << 20);
    put(&body, ev->seq);
    cf_buf_add(&body, ev->d.id.b, 16);
    put(&body, ev->d.kind);
    put_signed(&body, ev->d.from);
    put_signed(&body, ev->d.to - ev->d.from);
    put_signed(&body, ev->recorded_us / 1000000);
    put_signed(&body, e->known - ev->recorded_us / 1000000);
    put(&body, (uint64_t)((e->corrected ? LANG_CORRECTED : 0) | (ev->d.source.n ? LANG_FROM_SOURCE : 0)));
    if (!put_persons(d, &body, ev, errs) || !put_episodes(d, &body, ev, errs) || !put_fields(d, &body, ev, errs)) {
        return false;
    }
    const struct ledger_value *share = ledger_fact(ev, LEDGER_F_SHARE);
    struct cf_str name = share && share->type == LEDGER_TEXT ? share->as.s : CF_LIT("");
    put(&body, name.n);
    cf_buf_str(&body, name);
    struct cf_str bytes;
    if (!cf_buf_finish(&body, &bytes)) {
        return cf_fail(errs, CF_D006, CF_NOWHERE, "an event is too large for its history image");
    }
    put(b, bytes.n);
    cf_buf_str(b, bytes);
    return true;
}

/* ---- Reading. A reader that runs out of bytes says so once, at the end. */

struct reader {
    const uint8_t *p, *end;
    bool bad;
};

static uint64_t get(struct reader *r) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (r->p >= r->end) {
            r->bad = true;
            return 0;
        }
        uint8_t c = *r->p++;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (!(c & 0x80)) {
            return v;
        }
    }
    r->bad = true;
    return 0;
}

static int64_t get_signed(struct reader *r) {
    uint64_t v = get(r);
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static struct cf_str get_bytes(struct reader *r, size_t n) {
    if ((size_t)(r->end - r->p) < n) {
        r->bad = true;
        return (struct cf_str){"", 0};
    }
    struct cf_str s = {(const char *)r->p, n};
    r->p += n;
    return s;
}

/* A stored value; lists keep a pointer into the image and are read again when the field's type is known. */
struct stored {
    enum img_kind kind;
    int64_t n;
    struct reader list;
};

static struct stored get_value(struct reader *r, int depth) {
    struct stored v = {.kind = (enum img_kind)get(r)};
    switch (v.kind) {
    case IMG_YESNO:
    case IMG_EVENT: v.n = (int64_t)get(r); break;
    case IMG_INT: v.n = get_signed(r); break;
    case IMG_LIST:
        v.n = (int64_t)get(r);
        v.list = *r;
        for (int64_t i = 0; i < v.n && !r->bad && depth < 4; i++) {
            (void)get_value(r, depth + 1);
        }
        break;
    case IMG_NOT_KNOWN:
    case IMG_DECLINED:
    case IMG_TEXT: break;
    default: r->bad = true;
    }
    return v;
}

static struct lang_value absence(enum img_kind kind) {
    return (struct lang_value){.kind = kind == IMG_DECLINED ? LANG_V_DECLINED : LANG_V_NOT_KNOWN};
}

/* Two whole numbers kept as a list: a fraction, a duration, a date between two days. */
static bool get_pair(const struct stored *v, int64_t *x, int64_t *y) {
    if (v->kind != IMG_LIST || v->n != 2) {
        return false;
    }
    struct reader r = v->list;
    *x = get_value(&r, 1).n;
    *y = get_value(&r, 1).n;
    return !r.bad;
}

static struct lang_value plain_value(const struct bound_codes *codes, enum lang_type_kind type, const struct stored *v) {
    int64_t x, y;
    if (v->kind == IMG_NOT_KNOWN || v->kind == IMG_DECLINED) {
        return absence(v->kind);
    }
    switch (type) {
    case LANG_T_YESNO: return (struct lang_value){.kind = LANG_V_YESNO, .i = v->n != 0};
    case LANG_T_WHOLE: return (struct lang_value){.kind = LANG_V_WHOLE, .i = v->n};
    case LANG_T_INSTANT: return (struct lang_value){.kind = LANG_V_INSTANT, .i = v->n};
    case LANG_T_FRACTION:
        return get_pair(v, &x, &y) ? (struct lang_value){.kind = LANG_V_FRACTION, .i = x, .more = (uint32_t)y}
                                   : absence(IMG_NOT_KNOWN);
    case LANG_T_DURATION:
        return get_pair(v, &x, &y) ? (struct lang_value){.kind = LANG_V_DURATION, .i = x, .more = (uint32_t)y}
                                   : absence(IMG_NOT_KNOWN);
    case LANG_T_DATE:
        if (get_pair(v, &x, &y)) {
            return (struct lang_value){.kind = LANG_V_DATE, .i = x, .more = (uint32_t)(y - x)};
        }
        return (struct lang_value){.kind = LANG_V_DATE, .i = v->n};
    case LANG_T_TEXT: return (struct lang_value){.kind = LANG_V_TEXT};
    case LANG_T_EVENT:
        return v->kind == IMG_EVENT ? (struct lang_value){.kind = LANG_V_EVENT, .i = v->n} : absence(IMG_NOT_KNOWN);
    case LANG_T_CODE: {
        int index = bound_code_index(codes, v->n);
        return index < 0 ? absence(IMG_NOT_KNOWN) : (struct lang_value){.kind = LANG_V_CODE, .i = index};
    }
    case LANG_T_NONE:
    case LANG_T_CLOCK:
    case LANG_T_SUBJECT:
    case LANG_T_SET:
    default: return absence(IMG_NOT_KNOWN);
    }
}

static struct lang_value field_value(struct cf_arena *a, const struct lang_field *f, const struct bound_field *b,
                                     const struct stored *v) {
    if (f->type.kind != LANG_T_SET) {
        return plain_value(b->codes, f->type.kind, v);
    }
    if (v->kind != IMG_LIST) {
        return absence(v->kind);
    }
    size_t n = (size_t)v->n;
    struct lang_item *items = CF_NEW_N(a, struct lang_item, n + 1);
    struct reader r = v->list;
    for (size_t i = 0; i < n; i++) {
        struct stored one = get_value(&r, 1);
        items[i].v = plain_value(b->codes, f->type.elem, &one);
    }
    return (struct lang_value){.kind = LANG_V_LIST, .more = (uint32_t)n, .items = items};
}

/* ---- An event under decoding: fields not yet seen are "not asked". */

struct decoding {
    struct cf_arena *a;
    const struct bound_set *s;
    const struct bound_record *record;
    const uint32_t *members;
    size_t n_members;
    struct lang_event *e;
    struct lang_value *fields;
    uint32_t *subjects;
    const struct cf_id *member_ids; /* of members, when there are several */
    int64_t born_from, born_to;
    bool has_born;
};

static bool is_member(const struct decoding *x, uint32_t no) {
    for (size_t i = 0; i < x->n_members; i++) {
        if (x->members[i] == no) {
            return true;
        }
    }
    return false;
}

/* Merged people keep, in each event, the id under which they were recorded in it, so that duties keep their identity (C4). */
static const struct cf_id *id_as(const struct decoding *x, uint32_t no) {
    for (size_t i = 0; x->member_ids && i < x->n_members; i++) {
        if (x->members[i] == no) {
            return &x->member_ids[i];
        }
    }
    return NULL;
}

static void take_roles(struct decoding *x, const struct stored *v) {
    size_t n = v->kind == IMG_LIST ? (size_t)v->n : 0;
    uint16_t *roles = CF_NEW_N(x->a, uint16_t, n + 1);
    struct reader r = v->list;
    uint16_t held = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t grant = (uint64_t)get_value(&r, 1).n;
        if (grant < x->s->grants && x->s->grant_role[grant] != UINT16_MAX) {
            roles[held++] = x->s->grant_role[grant];
        }
    }
    x->e->actor.roles = roles;
    x->e->actor.n_roles = held;
}

static void add_person_to_field(struct decoding *x, size_t field, uint32_t no, const struct lang_value *kept) {
    struct lang_value *v = &x->fields[field];
    const struct lang_field *f = &x->record->record->as.record.fields.v[field];
    if (f->type.kind != LANG_T_SET && !f->keeping.n) { /* one value with kept attributes is a list of one item */
        *v = (struct lang_value){.kind = LANG_V_SUBJECT, .i = no};
        return;
    }
    size_t n = v->kind == LANG_V_LIST ? v->more : 0;
    struct lang_item *items = CF_NEW_N(x->a, struct lang_item, n + 1);
    if (n) {
        memcpy(items, v->items, n * sizeof(*items));
    }
    items[n] = (struct lang_item){{.kind = LANG_V_SUBJECT, .i = no}, kept};
    *v = (struct lang_value){.kind = LANG_V_LIST, .more = (uint32_t)(n + 1), .items = items};
}

/* Whose part this is: an about role, a subject field, actor, unit or recipient. */
static void place_person(struct decoding *x, uint32_t role, uint32_t no, const struct stored *attributes,
                         const uint32_t *numbers, size_t n) {
    const struct lang_record *r = &x->record->record->as.record;
    for (size_t i = 0; i < r->roles.n; i++) {
        if (x->record->roles[i] != role) {
            continue;
        }
        x->subjects[i] = x->subjects[i] && !is_member(x, no) ? x->subjects[i] : no;
        x->e->roles |= is_member(x, no) ? 1u << i : 0;
        x->e->as = x->e->as ? x->e->as : id_as(x, no);
        for (size_t k = 0; k < n && is_member(x, no); k++) {
            if (numbers[k] == x->s->born_from || numbers[k] == x->s->born_to) {
                *(numbers[k] == x->s->born_from ? &x->born_from : &x->born_to) = attributes[k].n;
                x->has_born = true;
            }
        }
        return;
    }
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct bound_field *b = &x->record->fields[i];
        if (b->role != role || !role) {
            continue;
        }
        size_t keeps = r->fields.v[i].keeping.n;
        struct lang_value *kept = CF_NEW_N(x->a, struct lang_value, keeps + 1);
        for (size_t j = 0; j < keeps; j++) {
            for (size_t k = 0; k < n; k++) {
                if (numbers[k] == b->kept[j]) {
                    kept[j] = plain_value(b->kept_codes[j], b->kept_codes[j] ? LANG_T_CODE : LANG_T_WHOLE, &attributes[k]);
                }
            }
        }
        add_person_to_field(x, i, no, kept);
        return;
    }
}

static void get_persons(struct reader *r, struct decoding *x) {
    uint64_t n = get(r);
    for (uint64_t i = 0; i < n && !r->bad; i++) {
        uint32_t role = (uint32_t)get(r), no = (uint32_t)get(r);
        uint64_t attributes = get(r);
        struct stored values[16] = {0};
        uint32_t numbers[16] = {0};
        size_t kept = 0;
        for (uint64_t k = 0; k < attributes && !r->bad; k++) {
            uint32_t number = (uint32_t)get(r);
            struct stored v = get_value(r, 0);
            if (kept < CF_COUNT(values)) {
                numbers[kept] = number;
                values[kept++] = v;
            }
        }
        if (role == LEDGER_ROLE_ACTOR) {
            x->e->actor.subject = no;
            for (size_t k = 0; k < kept; k++) {
                if (numbers[k] == x->s->roles_attribute) {
                    take_roles(x, &values[k]);
                }
            }
        } else if (role == LEDGER_ROLE_UNIT) {
            x->e->unit = no;
        } else if (role == LEDGER_ROLE_RECIPIENT) {
            x->e->recipient = no;
        } else {
            place_person(x, role, no, values, numbers, kept);
        }
    }
}

static void get_episodes(struct reader *r, struct decoding *x) {
    uint64_t n = get(r);
    if (n > (uint64_t)(r->end - r->p)) {
        r->bad = true;
        return;
    }
    uint64_t *episodes = CF_NEW_N(x->a, uint64_t, (size_t)n + 1);
    uint16_t held = 0;
    for (uint64_t i = 0; i < n && held < UINT16_MAX; i++) {
        uint64_t seq = get(r);
        if (seq) {
            episodes[held++] = seq - 1;
        }
    }
    x->e->episodes = episodes;
    x->e->n_episodes = held;
}

static void get_fields(struct reader *r, struct decoding *x) {
    uint64_t n = get(r);
    const struct lang_record *rec = &x->record->record->as.record;
    for (uint64_t i = 0; i < n && !r->bad; i++) {
        uint32_t number = (uint32_t)get(r);
        struct stored v = get_value(r, 0);
        for (size_t f = 0; f < rec->fields.n; f++) {
            if (x->record->fields[f].field == number && number) {
                x->fields[f] = field_value(x->a, &rec->fields.v[f], &x->record->fields[f], &v);
                break;
            }
        }
    }
}

/* Age evidence in a person's part stands as if the birth record said it at the beginning of time; a recorded birth follows it.
 */
static void add_evidence(struct decoding *x, struct img_events *out) {
    const struct lang_decl *birth = x->s->set->birth;
    if (!x->has_born || !birth || birth == x->record->record) {
        return;
    }
    struct lang_value *fields = CF_NEW_N(x->a, struct lang_value, birth->as.record.fields.n + 1);
    fields[x->s->set->birth_field] =
        (struct lang_value){.kind = LANG_V_DATE, .i = x->born_from, .more = (uint32_t)(x->born_to - x->born_from)};
    uint32_t *subjects = CF_NEW_N(x->a, uint32_t, birth->as.record.roles.n + 1);
    subjects[0] = x->members[0];
    *cf_push(x->a, out) = (struct lang_event){.id = x->e->id,
                                              .seq = x->e->seq,
                                              .record = birth->as.record.number,
                                              .from = CF_TIME_MIN,
                                              .to = CF_TIME_MIN,
                                              .recorded = x->e->recorded,
                                              .known = x->e->known,
                                              .roles = 1,
                                              .subjects = subjects,
                                              .marks = LANG_FROM_SOURCE,
                                              .fields = fields};
}

static bool decode_one(struct cf_str bytes, struct decoding *x, struct img_events *out) {
    struct reader r = {(const uint8_t *)bytes.p, (const uint8_t *)bytes.p + bytes.n, false};
    struct lang_event e = {0};
    e.seq = get(&r);
    struct cf_str id = get_bytes(&r, 16);
    memcpy(e.id.b, id.p, id.n);
    uint64_t kind = get(&r);
    e.from = get_signed(&r);
    e.to = e.from + get_signed(&r);
    e.recorded = get_signed(&r);
    e.known = e.recorded + get_signed(&r);
    e.marks = (uint16_t)get(&r);
    x->record = kind < x->s->kinds ? x->s->by_kind[kind] : NULL;
    if (r.bad || !x->record) {
        return !r.bad; /* a kind that this set does not know: no rule can see it */
    }
    const struct lang_record *rec = &x->record->record->as.record;
    x->e = &e;
    x->has_born = false;
    x->fields = CF_NEW_N(x->a, struct lang_value, rec->fields.n + 1);
    x->subjects = CF_NEW_N(x->a, uint32_t, rec->roles.n + 1);
    e.record = rec->number;
    e.fields = x->fields;
    e.subjects = x->subjects;
    get_persons(&r, x);
    get_episodes(&r, x);
    get_fields(&r, x);
    uint64_t share = get(&r);
    struct cf_str name = get_bytes(&r, share < 256 ? (size_t)share : 0);
    if (name.n) {
        e.share = lang_find(x->s->set, cf_cstr(x->a, name));
    }
    e.actor.unit = e.unit;
    if (r.bad || !e.roles) {
        return !r.bad;
    }
    add_evidence(x, out);
    *cf_push(x->a, out) = e;
    return true;
}

bool image_decode(struct desk *d, const struct bound_set *s, struct cf_str bytes, const uint32_t *members, size_t n_members,
                  struct cf_arena *a, struct img_events *out, struct cf_errs *errs) {
    struct reader r = {(const uint8_t *)bytes.p, (const uint8_t *)bytes.p + bytes.n, false};
    struct decoding x = {.a = a, .s = s, .members = members, .n_members = n_members};
    struct cf_id *ids = n_members > 1 ? CF_NEW_N(a, struct cf_id, n_members) : NULL;
    for (size_t i = 0; ids && i < n_members; i++) {
        if (!desk_subject_id(d, members[i], &ids[i], NULL, errs)) {
            return false;
        }
    }
    x.member_ids = ids;
    while (r.p < r.end && !r.bad) {
        uint64_t n = get(&r);
        struct cf_str one = get_bytes(&r, (size_t)n);
        if (r.bad || !decode_one(one, &x, out)) {
            return cf_fail(errs, CF_D005, CF_NOWHERE, "a history image is damaged");
        }
    }
    return r.bad ? cf_fail(errs, CF_D005, CF_NOWHERE, "a history image is damaged") : true;
}
