/* ledger/control: what the events of built-in kinds say now: names of numbers, who is the same person, holds, restrictions.
 * Built by taking events in order, kept in memory; knows no bytes and no tables. */
#include "ledger/ledger_priv.h"

struct ids {
    CF_VEC(struct cf_id);
};
struct node { /* a subject in the forest of live merges */
    struct cf_id id, least;
    struct node *parent;
};
struct merge {
    struct cf_id event, a, b;
    bool undone;
};
struct order { /* a hold or a restriction */
    struct cf_id event;
    bool ended;
    struct ids subjects, events, episodes;
};
struct orders {
    CF_VEC(struct order);
};
struct control {
    struct cf_arena *a;
    struct cf_map *by_number, *by_name, *nodes;
    struct {
        CF_VEC(struct ledger_entry *);
    } entries;
    struct {
        CF_VEC(struct merge);
    } merges;
    struct orders holds, restrictions;
    uint32_t next[LEDGER_SPACE_END];
};

/* ---- The reserved names. */
struct builtin {
    enum ledger_space space;
    uint32_t number, owner;
    const char *name, *type;
};
static const struct builtin builtins[] = {
    {LEDGER_KINDS, LEDGER_GENESIS, 0, "genesis", ""},
    {LEDGER_KINDS, LEDGER_CORRECTION, 0, "correction", ""},
    {LEDGER_KINDS, LEDGER_WITHDRAWN, 0, "withdrawn", ""},
    {LEDGER_KINDS, LEDGER_ERASED, 0, "erased", ""},
    {LEDGER_KINDS, LEDGER_MERGED, 0, "merged", ""},
    {LEDGER_KINDS, LEDGER_UNMERGED, 0, "unmerged", ""},
    {LEDGER_KINDS, LEDGER_DISTINCT, 0, "distinct", ""},
    {LEDGER_KINDS, LEDGER_HANDOVER, 0, "handover", ""},
    {LEDGER_KINDS, LEDGER_ASSIGNED, 0, "assigned", ""},
    {LEDGER_KINDS, LEDGER_EXPLAINED, 0, "explained", ""},
    {LEDGER_KINDS, LEDGER_SENT, 0, "sent", ""},
    {LEDGER_KINDS, LEDGER_ACKNOWLEDGED, 0, "acknowledged", ""},
    {LEDGER_KINDS, LEDGER_POLICY_ADOPTED, 0, "policy_adopted", ""},
    {LEDGER_KINDS, LEDGER_ROLE_GRANTED, 0, "role_granted", ""},
    {LEDGER_KINDS, LEDGER_DICTIONARY_EXTENDED, 0, "dictionary_extended", ""},
    {LEDGER_KINDS, LEDGER_HOLD, 0, "hold", ""},
    {LEDGER_KINDS, LEDGER_RELEASED, 0, "released", ""},
    {LEDGER_KINDS, LEDGER_RESTRICTED, 0, "restricted", ""},
    {LEDGER_KINDS, LEDGER_UNRESTRICTED, 0, "unrestricted", ""},
    {LEDGER_KINDS, LEDGER_READS_HASHED, 0, "reads_hashed", ""},
    {LEDGER_KINDS, LEDGER_ROLLED_BACK, 0, "rolled_back", ""},
    {LEDGER_KINDS, LEDGER_DATASET_VERSION, 0, "dataset_version", ""},
    {LEDGER_KINDS, LEDGER_SEALED_EVENT, 0, "sealed", ""},
    {LEDGER_KINDS, LEDGER_UNSEALED_EVENT, 0, "unsealed", ""},
    {LEDGER_ROLES, LEDGER_ROLE_ACTOR, 0, "actor", ""},
    {LEDGER_ROLES, LEDGER_ROLE_RECORDER, 0, "recorder", ""},
    {LEDGER_ROLES, LEDGER_ROLE_UNIT, 0, "unit", ""},
    {LEDGER_ROLES, LEDGER_ROLE_A, 0, "a", ""},
    {LEDGER_ROLES, LEDGER_ROLE_B, 0, "b", ""},
    {LEDGER_ROLES, LEDGER_ROLE_TARGET, 0, "target", ""},
    {LEDGER_ROLES, LEDGER_ROLE_HOLDER, 0, "holder", ""},
    {LEDGER_ROLES, LEDGER_ROLE_REVIEWER, 0, "reviewer", ""},
    {LEDGER_ROLES, LEDGER_ROLE_APPROVER, 0, "approver", ""},
    {LEDGER_ROLES, LEDGER_ROLE_ASSIGNEE, 0, "assignee", ""},
    {LEDGER_ROLES, LEDGER_ROLE_RECIPIENT, 0, "recipient", ""},
    {LEDGER_ROLES, LEDGER_ROLE_OWNER, 0, "owner", ""},
    {LEDGER_FIELDS, LEDGER_F_AUTHORITY, 0, "authority", "text"},
    {LEDGER_FIELDS, LEDGER_F_REASON, 0, "reason", "text"},
    {LEDGER_FIELDS, LEDGER_F_TARGETS, 0, "targets", "list of event ids"},
    {LEDGER_FIELDS, LEDGER_F_EPISODES, 0, "episodes", "list of event ids"},
    {LEDGER_FIELDS, LEDGER_F_SCHEDULE, 0, "schedule", "text"},
    {LEDGER_FIELDS, LEDGER_F_PARTS, 0, "parts", "list of integers"},
    {LEDGER_FIELDS, LEDGER_F_RECEIPT, 0, "receipt", "bytes"},
    {LEDGER_FIELDS, LEDGER_F_ENDED, 0, "ended", "list"},
    {LEDGER_FIELDS, LEDGER_F_REVIEW_ON, 0, "review_on", "seconds"},
    {LEDGER_FIELDS, LEDGER_F_POLICIES, 0, "policies", "list of digests"},
    {LEDGER_FIELDS, LEDGER_F_TZDATA, 0, "tzdata", "digest"},
    {LEDGER_FIELDS, LEDGER_F_CALENDARS, 0, "calendars", "list of digests"},
    {LEDGER_FIELDS, LEDGER_F_ENTRIES, 0, "entries", "list of entries"},
    {LEDGER_FIELDS, LEDGER_F_NAME, 0, "name", "text"},
    {LEDGER_FIELDS, LEDGER_F_ROLE, 0, "role", "text"},
    {LEDGER_FIELDS, LEDGER_F_HOUR, 0, "hour", "seconds"},
    {LEDGER_FIELDS, LEDGER_F_HASH, 0, "hash", "bytes"},
    {LEDGER_FIELDS, LEDGER_F_COUNT, 0, "count", "integer"},
    {LEDGER_FIELDS, LEDGER_F_FORMAT, 0, "format", "integer"},
    {LEDGER_FIELDS, LEDGER_F_LEDGER, 0, "ledger", "bytes"},
    {LEDGER_FIELDS, LEDGER_F_KEY, 0, "key", "bytes"},
    {LEDGER_FIELDS, LEDGER_F_DUTY, 0, "duty", "bytes"},
    {LEDGER_FIELDS, LEDGER_F_STATE, 0, "state", "text"},
    {LEDGER_FIELDS, LEDGER_F_PATHS, 0, "paths", "list of texts"},
    {LEDGER_FIELDS, LEDGER_F_SETTINGS, 0, "settings", "list of pairs of texts"},
    {LEDGER_FIELDS, LEDGER_F_DATASET, 0, "dataset", "text"},
    {LEDGER_FIELDS, LEDGER_F_VERSION, 0, "version", "text"},
    {LEDGER_FIELDS, LEDGER_F_DIGEST, 0, "digest", "bytes"},
    {LEDGER_FIELDS, LEDGER_F_SUPERSEDES, 0, "supersedes", "list of event ids"},
    {LEDGER_FIELDS, LEDGER_F_UNTIL, 0, "until", "seconds"},
    {LEDGER_FIELDS, LEDGER_F_FIELDS, 0, "fields", "list of integers"},
    {LEDGER_FIELDS, LEDGER_F_MEASURE, 0, "measure", "text"},
    {LEDGER_FIELDS, LEDGER_F_FROM, 0, "from", "seconds"},
    {LEDGER_FIELDS, LEDGER_F_TO, 0, "to", "seconds"},
    {LEDGER_FIELDS, LEDGER_F_PRECISION, 0, "precision", "integer"},
    {LEDGER_FIELDS, LEDGER_F_SHARE, 0, "share", "text"},
};
_Static_assert(CF_COUNT(builtins) == (LEDGER_BUILTIN_END - 1) + (LEDGER_ROLE_END - 1) + (LEDGER_F_END - 1),
               "a number reserved in ledger.h has no name in this table");

struct ledger_value control_builtin_entries(struct cf_arena *a) {
    struct ledger_value *list = CF_NEW_N(a, struct ledger_value, CF_COUNT(builtins));
    for (size_t i = 0; i < CF_COUNT(builtins); i++) {
        struct ledger_value *v = CF_NEW_N(a, struct ledger_value, 5);
        v[0] = ledger_int(builtins[i].space);
        v[1] = ledger_int(builtins[i].number);
        v[2] = ledger_int(builtins[i].owner);
        v[3] = ledger_text(cf_str_from(builtins[i].name));
        v[4] = ledger_text(cf_str_from(builtins[i].type));
        list[i] = (struct ledger_value){.type = LEDGER_LIST, .as = {.list = {v, 5}}};
    }
    return (struct ledger_value){.type = LEDGER_LIST, .as = {.list = {list, CF_COUNT(builtins)}}};
}

/* ---- Dictionary. */
#define NUMBER_KEY 5
static struct cf_str number_key(uint8_t room[NUMBER_KEY], enum ledger_space space, uint32_t number) {
    room[0] = (uint8_t)space;
    for (int i = 0; i < 4; i++) {
        room[1 + i] = (uint8_t)(number >> (24 - 8 * i));
    }
    return (struct cf_str){(const char *)room, NUMBER_KEY};
}

#define NAME_KEY (NUMBER_KEY + 256)
static struct cf_str name_key(uint8_t room[NAME_KEY], enum ledger_space space, uint32_t owner, struct cf_str name) {
    (void)number_key(room, space, owner);
    size_t n = name.n < 256 ? name.n : 256;
    memcpy(room + NUMBER_KEY, name.p, n);
    return (struct cf_str){(const char *)room, NUMBER_KEY + n};
}

const struct ledger_entry *control_entry(const struct control *c, enum ledger_space space, uint32_t number) {
    uint8_t room[NUMBER_KEY];
    return cf_map_get(c->by_number, number_key(room, space, number));
}

uint32_t control_number(const struct control *c, enum ledger_space space, uint32_t owner, struct cf_str name) {
    uint8_t room[NAME_KEY];
    if (name.n == 0 || name.n > 256) {
        return 0;
    }
    const struct ledger_entry *e = cf_map_get(c->by_name, name_key(room, space, owner, name));
    return e == NULL || !cf_str_eq(e->name, name) ? 0 : e->number; /* an older name of it no longer finds it */
}

size_t control_entries(const struct control *c) {
    return c->entries.n;
}

const struct ledger_entry *control_entry_at(const struct control *c, size_t i) {
    return i < c->entries.n ? c->entries.v[i] : NULL;
}

uint32_t control_next(const struct control *c, enum ledger_space space) {
    return c->next[space];
}

static void entry_take(struct control *c, const struct ledger_entry *given) {
    uint8_t room[NAME_KEY];
    void **slot = cf_map_put(c->by_number, number_key(room, given->space, given->number));
    struct ledger_entry *e = *slot;
    if (e == NULL) {
        e = CF_NEW(c->a, struct ledger_entry);
        *e = *given;
        e->type = cf_str_dup(c->a, given->type);
        *slot = e;
        *cf_push(c->a, &c->entries) = e;
    }
    e->name = cf_str_dup(c->a, given->name);
    *cf_map_put(c->by_name, name_key(room, e->space, e->owner, e->name)) = e;
    if (given->number >= c->next[given->space]) {
        c->next[given->space] = given->number + 1;
    }
}

/* One entry as it stands in F_ENTRIES: [space, number, owner, name, type]. */
static bool entry_of(const struct ledger_value *v, struct ledger_entry *out) {
    if (v->type != LEDGER_LIST || v->as.list.n != 5) {
        return false;
    }
    const struct ledger_value *x = v->as.list.v;
    for (int i = 0; i < 3; i++) {
        if (x[i].type != LEDGER_INT || x[i].as.n < 0 || x[i].as.n > UINT32_MAX - 1) {
            return false;
        }
    }
    if (x[3].type != LEDGER_TEXT || x[4].type != LEDGER_TEXT || x[3].as.s.n == 0 || x[3].as.s.n > 256 || x[4].as.s.n > 256) {
        return false;
    }
    if (x[0].as.n < 1 || x[0].as.n >= LEDGER_SPACE_END || x[1].as.n < 1) {
        return false;
    }
    *out = (struct ledger_entry){(enum ledger_space)x[0].as.n, (uint32_t)x[1].as.n, (uint32_t)x[2].as.n, x[3].as.s, x[4].as.s};
    return true;
}

static const struct ledger_value *draft_fact(const struct ledger_draft *d, uint32_t field) {
    struct ledger_event e = {.d = *d};
    return ledger_fact(&e, field);
}

static bool entries_check(const struct control *c, const struct ledger_draft *d, struct cf_errs *errs) {
    const struct ledger_value *list = draft_fact(d, LEDGER_F_ENTRIES);
    if (list == NULL || list->type != LEDGER_LIST || list->as.list.n == 0) {
        return cf_fail(errs, CF_E015, CF_NOWHERE, "a dictionary event has no list of entries");
    }
    for (size_t i = 0; i < list->as.list.n; i++) {
        struct ledger_entry e;
        if (!entry_of(&list->as.list.v[i], &e)) {
            return cf_fail(errs, CF_E015, CF_NOWHERE, "dictionary entry %zu is not [space, number, owner, name, type]", i + 1);
        }
        const struct ledger_entry *old = control_entry(c, e.space, e.number);
        if (old != NULL && (old->owner != e.owner || !cf_str_eq(old->type, e.type))) {
            return cf_fail(errs, CF_E020, CF_NOWHERE,
                           "`%.*s` (number %u) was recorded with the type `%.*s` and would become `%.*s`",
                           CF_STR_ARG(old->name), e.number, CF_STR_ARG(old->type), CF_STR_ARG(e.type));
        }
        uint32_t other = control_number(c, e.space, e.owner, e.name);
        if (other != 0 && other != e.number) {
            return cf_fail(errs, CF_E020, CF_NOWHERE, "`%.*s` has the number %u already and would get %u", CF_STR_ARG(e.name),
                           other, e.number);
        }
    }
    return true;
}

/* ---- Who is who: components of live merges, by union; the least id names the person. */
static struct node *node_root(struct node *n) {
    while (n->parent != NULL) {
        n = n->parent;
    }
    return n;
}

static struct node *node_get(struct control *c, struct cf_id id) {
    void **slot = cf_map_put(c->nodes, (struct cf_str){(const char *)id.b, sizeof id.b});
    if (*slot == NULL) {
        struct node *n = CF_NEW(c->a, struct node);
        n->id = n->least = id;
        *slot = n;
    }
    return *slot;
}

static void nodes_join(struct control *c, struct cf_id a, struct cf_id b) {
    struct node *x = node_root(node_get(c, a)), *y = node_root(node_get(c, b));
    if (x == y) {
        return;
    }
    if (cf_id_cmp(y->least, x->least) < 0) { /* the least on top, so that chains stay short for the usual case */
        struct node *swap = x;
        x = y;
        y = swap;
    }
    y->parent = x;
}

struct cf_id control_person(const struct control *c, struct cf_id subject) {
    struct node *n = cf_map_get(c->nodes, (struct cf_str){(const char *)subject.b, sizeof subject.b});
    return n == NULL ? subject : node_root(n)->least;
}

static void merges_undo(struct control *c, struct cf_id merge) {
    for (size_t i = 0; i < c->merges.n; i++) {
        c->merges.v[i].undone = c->merges.v[i].undone || cf_id_eq(c->merges.v[i].event, merge);
    }
    c->nodes = cf_map_new(c->a);
    for (size_t i = 0; i < c->merges.n; i++) {
        if (!c->merges.v[i].undone) {
            nodes_join(c, c->merges.v[i].a, c->merges.v[i].b);
        }
    }
}

/* ---- Holds and restrictions. */
static bool ids_take(struct cf_arena *a, const struct ledger_value *v, struct ids *out) {
    if (v == NULL) {
        return true;
    }
    if (v->type != LEDGER_LIST) {
        return false;
    }
    for (size_t i = 0; i < v->as.list.n; i++) {
        const struct ledger_value *x = &v->as.list.v[i];
        if (x->type != LEDGER_BYTES || x->as.s.n != sizeof(struct cf_id)) {
            return false;
        }
        memcpy(cf_push(a, out)->b, x->as.s.p, sizeof(struct cf_id));
    }
    return true;
}

static bool ids_has(const struct ids *v, struct cf_id id) {
    for (size_t i = 0; i < v->n; i++) {
        if (cf_id_eq(v->v[i], id)) {
            return true;
        }
    }
    return false;
}

static void order_take(struct control *c, struct orders *list, const struct ledger_event *e) {
    struct order o = {.event = e->d.id};
    (void)ids_take(c->a, ledger_fact(e, LEDGER_F_TARGETS), &o.events);
    (void)ids_take(c->a, ledger_fact(e, LEDGER_F_EPISODES), &o.episodes);
    const struct ledger_person *p = NULL;
    for (size_t i = 0; (p = ledger_person_of(e, LEDGER_ROLE_TARGET, i)) != NULL; i++) {
        *cf_push(c->a, &o.subjects) = p->subject;
    }
    *cf_push(c->a, list) = o;
}

static void order_end(struct control *c, struct orders *list, const struct ledger_event *e) {
    struct ids which = {0};
    (void)ids_take(c->a, ledger_fact(e, LEDGER_F_TARGETS), &which);
    for (size_t i = 0; i < list->n; i++) {
        list->v[i].ended = list->v[i].ended || ids_has(&which, list->v[i].event);
    }
}

static bool order_has_person(const struct control *c, const struct order *o, struct cf_id subject) {
    struct cf_id person = control_person(c, subject);
    for (size_t i = 0; i < o->subjects.n; i++) {
        if (cf_id_eq(control_person(c, o->subjects.v[i]), person)) {
            return true;
        }
    }
    return false;
}

static bool order_covers(const struct control *c, const struct order *o, const struct ledger_event *e) {
    const struct ledger_draft *d = &e->d;
    if (ids_has(&o->events, d->id) || ids_has(&o->episodes, d->id) ||
        (!cf_id_zero(d->corrects) && ids_has(&o->events, d->corrects))) {
        return true;
    }
    for (size_t i = 0; i < d->n_episodes; i++) {
        if (ids_has(&o->episodes, d->episodes[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < d->n_persons; i++) { /* in every role */
        if (d->persons[i].state == LEDGER_LIVE && order_has_person(c, o, d->persons[i].subject)) {
            return true;
        }
    }
    return false;
}

struct cf_id control_hold(const struct control *c, const struct ledger_event *e) {
    for (size_t i = 0; i < c->holds.n; i++) {
        if (!c->holds.v[i].ended && order_covers(c, &c->holds.v[i], e)) {
            return c->holds.v[i].event;
        }
    }
    return (struct cf_id){{0}};
}

bool control_restricted(const struct control *c, struct cf_id subject) {
    for (size_t i = 0; i < c->restrictions.n; i++) {
        if (!c->restrictions.v[i].ended && order_has_person(c, &c->restrictions.v[i], subject)) {
            return true;
        }
    }
    return false;
}

/* ---- Taking events. */
struct control *control_new(struct cf_arena *a) {
    struct control *c = CF_NEW(a, struct control);
    c->a = a;
    c->by_number = cf_map_new(a);
    c->by_name = cf_map_new(a);
    c->nodes = cf_map_new(a);
    for (int i = 1; i < LEDGER_SPACE_END; i++) {
        c->next[i] = i == LEDGER_FIELDS ? LEDGER_FIRST_FIELD : LEDGER_FIRST_ROLE;
    }
    for (size_t i = 0; i < CF_COUNT(builtins); i++) { /* a ledger older than a reserved number knows it by the format page */
        const struct builtin *b = &builtins[i];
        struct ledger_entry e = {b->space, b->number, b->owner, cf_str_from(b->name), cf_str_from(b->type)};
        entry_take(c, &e);
    }
    return c;
}

bool control_wants(uint32_t kind) {
    static const bool wanted[LEDGER_BUILTIN_END] = {
        [LEDGER_GENESIS] = true,    [LEDGER_DICTIONARY_EXTENDED] = true,
        [LEDGER_MERGED] = true,     [LEDGER_UNMERGED] = true,
        [LEDGER_HOLD] = true,       [LEDGER_RELEASED] = true,
        [LEDGER_RESTRICTED] = true, [LEDGER_UNRESTRICTED] = true,
    };
    return kind < LEDGER_BUILTIN_END && wanted[kind];
}

void control_take(struct control *c, const struct ledger_event *e) {
    const struct ledger_person *a = ledger_person_of(e, LEDGER_ROLE_A, 0), *b = ledger_person_of(e, LEDGER_ROLE_B, 0);
    const struct ledger_value *list = ledger_fact(e, LEDGER_F_ENTRIES);
    struct ids which = {0};
    switch (e->d.kind) {
    case LEDGER_GENESIS:
    case LEDGER_DICTIONARY_EXTENDED:
        for (size_t i = 0; list != NULL && list->type == LEDGER_LIST && i < list->as.list.n; i++) {
            struct ledger_entry entry;
            if (entry_of(&list->as.list.v[i], &entry)) {
                entry_take(c, &entry);
            }
        }
        break;
    case LEDGER_MERGED:
        if (a != NULL && b != NULL) {
            *cf_push(c->a, &c->merges) = (struct merge){e->d.id, a->subject, b->subject, false};
            nodes_join(c, a->subject, b->subject);
        }
        break;
    case LEDGER_UNMERGED:
        (void)ids_take(c->a, ledger_fact(e, LEDGER_F_TARGETS), &which);
        for (size_t i = 0; i < which.n; i++) {
            merges_undo(c, which.v[i]);
        }
        break;
    case LEDGER_HOLD: order_take(c, &c->holds, e); break;
    case LEDGER_RELEASED: order_end(c, &c->holds, e); break;
    case LEDGER_RESTRICTED: order_take(c, &c->restrictions, e); break;
    case LEDGER_UNRESTRICTED: order_end(c, &c->restrictions, e); break;
    default: break;
    }
}

static bool known_order(const struct orders *list, struct cf_id id) {
    for (size_t i = 0; i < list->n; i++) {
        if (cf_id_eq(list->v[i].event, id)) {
            return true;
        }
    }
    return false;
}

static bool known_merge(const struct control *c, struct cf_id id) {
    for (size_t i = 0; i < c->merges.n; i++) {
        if (cf_id_eq(c->merges.v[i].event, id)) {
            return true;
        }
    }
    return false;
}

/* released, unmerged, unrestricted name events that are there to be ended. */
static bool ends_check(const struct control *c, const struct ledger_draft *d, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("control check");
    struct ids which = {0};
    bool ok = ids_take(a, draft_fact(d, LEDGER_F_TARGETS), &which) && which.n > 0;
    for (size_t i = 0; ok && i < which.n; i++) {
        ok = d->kind == LEDGER_UNMERGED   ? known_merge(c, which.v[i])
             : d->kind == LEDGER_RELEASED ? known_order(&c->holds, which.v[i])
                                          : known_order(&c->restrictions, which.v[i]);
    }
    cf_arena_free(a);
    return ok || cf_fail(errs, CF_E015, CF_NOWHERE, "it names no merge, hold or restriction that it could end");
}

static bool order_check(const struct ledger_draft *d, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("control check");
    struct ledger_event e = {.d = *d};
    struct ids events = {0}, episodes = {0};
    bool ok = ids_take(a, draft_fact(d, LEDGER_F_TARGETS), &events) && ids_take(a, draft_fact(d, LEDGER_F_EPISODES), &episodes);
    ok = ok && (events.n > 0 || episodes.n > 0 || ledger_person_of(&e, LEDGER_ROLE_TARGET, 0) != NULL);
    cf_arena_free(a);
    return ok || cf_fail(errs, CF_E015, CF_NOWHERE, "a hold or restriction names no person, episode or event");
}

bool control_check(const struct control *c, const struct ledger_draft *d, struct cf_errs *errs) {
    struct ledger_event e = {.d = *d};
    const struct ledger_person *a = ledger_person_of(&e, LEDGER_ROLE_A, 0), *b = ledger_person_of(&e, LEDGER_ROLE_B, 0);
    switch (d->kind) {
    case LEDGER_DICTIONARY_EXTENDED: return entries_check(c, d, errs);
    case LEDGER_MERGED:
    case LEDGER_DISTINCT:
        if (a == NULL || b == NULL || cf_id_eq(a->subject, b->subject)) {
            return cf_fail(errs, CF_E015, CF_NOWHERE, "it does not name two subjects");
        }
        return true;
    case LEDGER_UNMERGED:
    case LEDGER_RELEASED:
    case LEDGER_UNRESTRICTED: return ends_check(c, d, errs);
    case LEDGER_HOLD:
    case LEDGER_RESTRICTED: return order_check(d, errs);
    default: return true;
    }
}
