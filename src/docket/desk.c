/* desk: opens a ledger with what is derived from it, and takes events in: links, images, episodes, corrections, merges.
 * Everything in desk.db follows from the ledger alone; this file decides how. Must not know what any record means. */
#include "docket/lists_priv.h"

#include <stdlib.h>

enum { WAL_BYTES_MOST = 128 << 20 };

static const struct store_sql SCHEMA = {
    "desk.schema",
    "CREATE TABLE IF NOT EXISTS applied(one INTEGER PRIMARY KEY CHECK(one = 1), seq INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS link(subject INTEGER NOT NULL, seq INTEGER NOT NULL, role INTEGER NOT NULL, kind INTEGER NOT "
    "NULL,"
    " about INTEGER NOT NULL, PRIMARY KEY(subject, seq, role)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS link_kind ON link(kind, seq) WHERE about = 1;"
    "CREATE TABLE IF NOT EXISTS image(subject INTEGER PRIMARY KEY, n INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS correction(root INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(root, seq)) STRICT, "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS docket(person INTEGER PRIMARY KEY, valid_until INTEGER, adopted INTEGER NOT NULL,"
    " at INTEGER NOT NULL, events INTEGER NOT NULL, state INTEGER NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS docket_wake ON docket(valid_until) WHERE valid_until IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS duty(person INTEGER NOT NULL, id BLOB NOT NULL, rule TEXT NOT NULL, version INTEGER NOT NULL,"
    " cause INTEGER, episode INTEGER, since INTEGER NOT NULL, state INTEGER NOT NULL, due INTEGER, remaining INTEGER, ended "
    "INTEGER,"
    " ended_by INTEGER, owner TEXT NOT NULL, owner_subject INTEGER NOT NULL, unit INTEGER NOT NULL, marks INTEGER NOT NULL,"
    " PRIMARY KEY(person, id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS duty_open ON duty(due) WHERE state <= 2;"
    "CREATE TABLE IF NOT EXISTS gate(person INTEGER NOT NULL, seq INTEGER NOT NULL, rule TEXT NOT NULL, role INTEGER NOT NULL,"
    " result INTEGER NOT NULL, marks INTEGER NOT NULL, not_in_source INTEGER NOT NULL,"
    " PRIMARY KEY(person, seq, rule, role)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS standing(person INTEGER NOT NULL, kind TEXT NOT NULL, rule TEXT NOT NULL, episode INTEGER NOT "
    "NULL,"
    " value TEXT NOT NULL, PRIMARY KEY(person, kind, rule, episode)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS stale(person INTEGER PRIMARY KEY) STRICT;"
    "INSERT OR IGNORE INTO applied VALUES(1, 0);"};

static const struct store_sql APPLIED = {"desk.applied", "SELECT seq FROM applied"};
static const struct store_sql SET_APPLIED = {"desk.set_applied", "UPDATE applied SET seq = ?1"};
static const struct store_sql ADD_LINK = {"desk.add_link",
                                          "INSERT INTO link VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"};
static const struct store_sql ADD_IMAGE = {"desk.add_image",
                                           "INSERT INTO image VALUES(?1, 1, ?2) ON CONFLICT(subject) DO UPDATE SET n = n + 1, "
                                           "bytes = CAST(bytes || excluded.bytes AS BLOB)"};
static const struct store_sql SET_IMAGE = {
    "desk.set_image",
    "INSERT INTO image VALUES(?1, ?2, ?3) ON CONFLICT(subject) DO UPDATE SET n = excluded.n, bytes = excluded.bytes"};
static const struct store_sql LINKED = {"desk.linked",
                                        "SELECT DISTINCT seq FROM link WHERE subject = ?1 AND about = 1 ORDER BY seq"};
static const struct store_sql LINKED_TO = {"desk.linked_to",
                                           "SELECT DISTINCT subject FROM link WHERE seq = ?1 AND about = 1 ORDER BY subject"};
static const struct store_sql LINKED_TO_KIND =
    {/* by the index, where the kind is known: only an erased event no longer tells its own */
     "desk.linked_to_kind", "SELECT DISTINCT subject FROM link WHERE kind = ?2 AND seq = ?1 AND about = 1 ORDER BY subject"};
static const struct store_sql DROP_LINKS = {"desk.drop_links", "DELETE FROM link WHERE seq = ?1"};
static const struct store_sql ADD_CORRECTION = {"desk.add_correction",
                                                "INSERT INTO correction VALUES(?1, ?2) ON CONFLICT DO NOTHING"};
static const struct store_sql CORRECTIONS = {"desk.corrections",
                                             "SELECT seq FROM correction WHERE root = ?1 AND seq < ?2 ORDER BY seq"};
static const struct store_sql ADD_STALE = {"desk.add_stale", "INSERT INTO stale VALUES(?1) ON CONFLICT DO NOTHING"};

int64_t desk_now(void) {
    int64_t us = cf_now_us();
    return us >= 0 ? us / 1000000 : -((-us + 999999) / 1000000);
}

bool desk_schema(struct desk *d, struct cf_errs *errs) {
    return store_script(d->db, &SCHEMA, errs) && lists_schema(d, errs);
}

/* ---- An event as it stands after its corrections (C1): the last recorded wins, field by field; id and sequence stay. */

static struct ledger_pair *pair_of(struct ledger_pair *pairs, size_t n, uint32_t number) {
    for (size_t i = 0; i < n; i++) {
        if (pairs[i].number == number) {
            return &pairs[i];
        }
    }
    return NULL;
}

/* One compartment's facts with those of a correction laid over them; built-in fields of the correction are not fields of the
 * root. */
static void lay_facts(struct cf_arena *a, struct ledger_draft *root, const struct ledger_event *c) {
    struct ledger_facts *facts = cf_alloc_n(a, root->n_facts + 1, sizeof(*facts));
    size_t n_facts = root->n_facts ? root->n_facts : 1;
    if (root->n_facts) {
        memcpy(facts, root->facts, root->n_facts * sizeof(*facts));
    } else {
        facts[0] = (struct ledger_facts){.compartment = LEDGER_OPEN};
    }
    size_t more = 0;
    for (size_t i = 0; i < c->d.n_facts; i++) {
        more += c->d.facts[i].n_fields;
    }
    struct ledger_pair *pairs = CF_NEW_N(a, struct ledger_pair, facts[0].n_fields + more + 1);
    size_t n = facts[0].n_fields;
    if (n) {
        memcpy(pairs, facts[0].fields, n * sizeof(*pairs));
    }
    for (size_t i = 0; i < c->d.n_facts; i++) {
        for (size_t k = 0; k < c->d.facts[i].n_fields; k++) {
            const struct ledger_pair *p = &c->d.facts[i].fields[k];
            if (p->number < LEDGER_F_END && c->d.kind == LEDGER_CORRECTION && p->number != LEDGER_F_SHARE) {
                continue;
            }
            struct ledger_pair *there = pair_of(pairs, n, p->number);
            *(there ? there : &pairs[n++]) = *p;
        }
    }
    facts[0].fields = pairs;
    facts[0].n_fields = n;
    root->facts = facts;
    root->n_facts = n_facts;
}

static bool is_about(const struct ledger_person *p) {
    return p->role >= LEDGER_FIRST_ROLE;
}

/* People of a correction replace all of the root's in the same roles. */
static void lay_persons(struct cf_arena *a, struct ledger_draft *root, const struct ledger_event *c) {
    struct ledger_person *persons = CF_NEW_N(a, struct ledger_person, root->n_persons + c->d.n_persons + 1);
    size_t n = 0;
    for (size_t i = 0; i < root->n_persons; i++) {
        bool replaced = false;
        for (size_t k = 0; k < c->d.n_persons; k++) {
            replaced |= is_about(&c->d.persons[k]) && c->d.persons[k].role == root->persons[i].role;
        }
        if (!replaced) {
            persons[n++] = root->persons[i];
        }
    }
    for (size_t k = 0; k < c->d.n_persons; k++) {
        if (is_about(&c->d.persons[k])) {
            persons[n++] = c->d.persons[k];
        }
    }
    root->persons = persons;
    root->n_persons = n;
}

static void lay_words(struct cf_arena *a, struct ledger_draft *root, const struct ledger_event *c) {
    struct ledger_words *words = CF_NEW_N(a, struct ledger_words, root->n_words + c->d.n_words + 1);
    size_t n = 0;
    for (size_t i = 0; i < root->n_words + c->d.n_words; i++) {
        const struct ledger_words *w = i < root->n_words ? &root->words[i] : &c->d.words[i - root->n_words];
        size_t at = 0;
        while (at < n && words[at].field != w->field) {
            at++;
        }
        words[at] = *w;
        n += at == n;
    }
    root->words = words;
    root->n_words = n;
}

static void lay_episodes(struct cf_arena *a, struct ledger_draft *root, const struct ledger_value *list) {
    struct cf_id *ids = CF_NEW_N(a, struct cf_id, list->as.list.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < list->as.list.n; i++) {
        if (list->as.list.v[i].as.s.n == 16) {
            memcpy(ids[n++].b, list->as.list.v[i].as.s.p, 16);
        }
    }
    root->episodes = ids;
    root->n_episodes = n;
}

static void lay_correction(struct cf_arena *a, struct effective *out, const struct ledger_event *c) {
    struct ledger_draft *root = &out->event.d;
    out->corrected = true;
    out->known = c->recorded_us / 1000000;
    if (c->d.kind == LEDGER_WITHDRAWN) {
        out->withdrawn = true;
        return;
    }
    const struct ledger_value *from = ledger_fact(c, LEDGER_F_FROM), *to = ledger_fact(c, LEDGER_F_TO);
    const struct ledger_value *precision = ledger_fact(c, LEDGER_F_PRECISION), *episodes = ledger_fact(c, LEDGER_F_EPISODES);
    if (from && to) {
        root->from = from->as.n;
        root->to = to->as.n;
        root->precision = precision ? (enum ledger_precision)precision->as.n : LEDGER_EXACT;
    }
    if (c->d.n_facts) {
        lay_facts(a, root, c);
    }
    lay_persons(a, root, c);
    if (c->d.n_words) {
        lay_words(a, root, c);
    }
    if (episodes && episodes->type == LEDGER_LIST) {
        lay_episodes(a, root, episodes);
    }
}

bool desk_effective(struct desk *d, uint64_t seq, uint64_t upto, struct cf_arena *a, struct effective *out,
                    struct cf_errs *errs) {
    struct ledger_event e;
    return ledger_read(d->ledger, seq, a, &e, errs) && desk_effective_of(d, &e, upto, a, out, errs);
}

bool desk_effective_of(struct desk *d, const struct ledger_event *e, uint64_t upto, struct cf_arena *a, struct effective *out,
                       struct cf_errs *errs) {
    *out = (struct effective){.event = *e, .known = e->recorded_us / 1000000};
    out->withdrawn = e->state != LEDGER_LIVE; /* destroyed or sealed: rules see no such event (C5) */
    struct store_stmt *s = store_use(d->db, &CORRECTIONS, errs);
    if (!s) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)e->seq);
    store_bind_int(s, 2, (int64_t)(upto > INT64_MAX ? INT64_MAX : upto));
    for (bool row;;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (!row) {
            store_done(s);
            return true;
        }
        struct ledger_event c;
        if (!ledger_read(d->ledger, (uint64_t)store_int(s, 0), a, &c, errs)) {
            store_done(s);
            return false;
        }
        if (c.state == LEDGER_LIVE) {
            lay_correction(a, out, &c);
        }
    }
}

/* ---- Merges: a person is a connected component of live merges (section 5 of the store's design). */

void desk_members(const struct desk *d, uint32_t subject, uint64_t upto, struct cf_arena *a, uint32_t **members, size_t *n) {
    struct {
        CF_VEC(uint32_t);
    } found = {0};
    *cf_push(a, &found) = subject;
    for (size_t at = 0; at < found.n; at++) {
        for (size_t i = 0; i < d->merges.n; i++) {
            const struct merge_pair *m = &d->merges.v[i];
            uint32_t other = m->a == found.v[at] ? m->b : m->b == found.v[at] ? m->a : 0;
            if (!other || m->seq >= upto || m->undone < upto) {
                continue;
            }
            bool known = false;
            for (size_t k = 0; k < found.n; k++) {
                known |= found.v[k] == other;
            }
            if (!known) {
                *cf_push(a, &found) = other;
            }
        }
    }
    for (size_t i = 1; i < found.n; i++) { /* least first: the least number names the person */
        if (found.v[i] < found.v[0]) {
            uint32_t least = found.v[i];
            found.v[i] = found.v[0];
            found.v[0] = least;
        }
    }
    *members = found.v;
    *n = found.n;
}

static bool take_merge(struct desk *d, const struct ledger_event *e, struct cf_errs *errs) {
    if (e->d.kind == LEDGER_UNMERGED) {
        const struct ledger_value *targets = ledger_fact(e, LEDGER_F_TARGETS);
        for (size_t i = 0; targets && i < d->merges.n; i++) {
            struct merge_pair *m = &d->merges.v[i];
            for (size_t k = 0; k < targets->as.list.n && m->undone == LEDGER_NO_SEQ; k++) {
                struct cf_str id = targets->as.list.v[k].as.s;
                m->undone = id.n == sizeof m->event.b && memcmp(id.p, m->event.b, id.n) == 0 ? e->seq : LEDGER_NO_SEQ;
            }
        }
        return true;
    }
    const struct ledger_person *x = ledger_person_of(e, LEDGER_ROLE_A, 0), *y = ledger_person_of(e, LEDGER_ROLE_B, 0);
    int64_t a_no = 0, b_no = 0;
    if (!x || !y) {
        return true; /* erased since */
    }
    if (!ledger_subject_no(d->ledger, x->subject, &a_no, errs) || !ledger_subject_no(d->ledger, y->subject, &b_no, errs)) {
        return false;
    }
    *cf_push(d->arena, &d->merges) = (struct merge_pair){(uint32_t)a_no, (uint32_t)b_no, e->seq, LEDGER_NO_SEQ, e->d.id};
    return true;
}

static bool load_merges(struct desk *d, struct cf_errs *errs) {
    static const uint32_t kinds[] = {LEDGER_MERGED, LEDGER_UNMERGED};
    for (size_t k = 0; k < CF_COUNT(kinds); k++) {
        uint64_t *seqs;
        size_t n;
        if (!ledger_builtins(d->ledger, kinds[k], 0, d->arena, &seqs, &n, errs)) {
            return false;
        }
        for (size_t i = 0; i < n && seqs[i] < d->applied; i++) {
            struct ledger_event e;
            if (!ledger_read(d->ledger, seqs[i], d->arena, &e, errs) || !take_merge(d, &e, errs)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- Taking in. */

static bool run_ints(struct desk *d, const struct store_sql *q, const int64_t *v, int n, struct cf_errs *errs) {
    struct store_stmt *s = store_use(d->db, q, errs);
    for (int i = 0; s && i < n; i++) {
        store_bind_int(s, i + 1, v[i]);
    }
    return store_run(s, errs);
}

bool desk_mark_stale(struct desk *d, uint32_t subject, struct cf_errs *errs) {
    uint32_t *members;
    size_t n;
    desk_members(d, subject, LEDGER_NO_SEQ, d->scratch, &members, &n);
    return run_ints(d, &ADD_STALE, (int64_t[]){members[0]}, 1, errs);
}

bool desk_role_is_about(const struct desk *d, uint32_t kind, uint32_t role) {
    const struct bound_set *s = desk_current(d);
    const struct bound_record *b = s && kind < s->kinds ? s->by_kind[kind] : NULL;
    for (size_t i = 0; b && i < b->record->as.record.roles.n; i++) {
        if (b->roles[i] == role) {
            return true;
        }
    }
    return false;
}

void desk_about_of(struct desk *d, const struct ledger_event *e, struct cf_arena *a, uint32_t **subjects, size_t *n) {
    struct {
        CF_VEC(uint32_t);
    } found = {0};
    for (size_t i = 0; i < e->d.n_persons; i++) {
        const struct ledger_person *p = &e->d.persons[i];
        struct cf_errs quiet = cf_errs_new(a);
        int64_t no;
        if (p->state != LEDGER_LIVE || !desk_role_is_about(d, e->d.kind, p->role) ||
            !ledger_subject_no(d->ledger, p->subject, &no, &quiet) || !no) {
            continue;
        }
        bool known = false;
        for (size_t k = 0; k < found.n; k++) {
            known |= found.v[k] == (uint32_t)no;
        }
        if (!known) {
            *cf_push(a, &found) = (uint32_t)no;
        }
    }
    *subjects = found.v;
    *n = found.n;
}

static bool add_links(struct desk *d, const struct ledger_event *e, uint64_t root, struct cf_errs *errs) {
    for (size_t i = 0; i < e->d.n_persons; i++) {
        const struct ledger_person *p = &e->d.persons[i];
        int64_t no;
        if (p->state != LEDGER_LIVE || p->role < LEDGER_FIRST_ROLE) {
            continue;
        }
        if (!ledger_subject_no(d->ledger, p->subject, &no, errs) ||
            !run_ints(d, &ADD_LINK,
                      (int64_t[]){no, (int64_t)root, p->role, e->d.kind, desk_role_is_about(d, e->d.kind, p->role)}, 5, errs)) {
            return false;
        }
    }
    return true;
}

static bool add_to_images(struct desk *d, const struct effective *e, struct cf_arena *a, struct cf_errs *errs) {
    uint32_t *subjects;
    size_t n;
    desk_about_of(d, &e->event, a, &subjects, &n);
    if (!n) {
        return true;
    }
    struct cf_buf b = cf_buf_new(a, 1u << 20);
    struct cf_str bytes;
    if (!image_encode(d, e, &b, errs)) {
        return false;
    }
    if (!cf_buf_finish(&b, &bytes)) {
        return cf_fail(errs, CF_D006, CF_NOWHERE, "an event is too large for its history image");
    }
    for (size_t i = 0; i < n; i++) {
        struct store_stmt *s = store_use(d->db, &ADD_IMAGE, errs);
        if (s) {
            store_bind_int(s, 1, subjects[i]);
            store_bind_bytes(s, 2, bytes);
        }
        if (!store_run(s, errs) || !desk_mark_stale(d, subjects[i], errs)) {
            return false;
        }
    }
    return true;
}

bool desk_numbers(struct desk *d, const struct store_sql *q, const int64_t *given, int n_given, struct cf_arena *a,
                  int64_t **out, size_t *n, struct cf_errs *errs) {
    struct {
        CF_VEC(int64_t);
    } found = {0};
    struct store_stmt *s = store_use(d->db, q, errs);
    if (!s) {
        return false;
    }
    for (int i = 0; i < n_given; i++) {
        store_bind_int(s, i + 1, given[i]);
    }
    for (bool row;;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (!row) {
            break;
        }
        *cf_push(a, &found) = store_int(s, 0);
    }
    store_done(s);
    *out = found.v;
    *n = found.n;
    return true;
}

/* Makes a subject's image anew from the ledger: after a correction, a withdrawal, an erasure. */
static bool remake_image(struct desk *d, uint32_t subject, struct cf_arena *a, struct cf_errs *errs) {
    int64_t *seqs;
    size_t n;
    uint64_t kept = 0;
    struct cf_buf b = cf_buf_new(a, 64u << 20);
    if (!desk_numbers(d, &LINKED, (int64_t[]){subject}, 1, a, &seqs, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct effective e;
        uint32_t *about;
        size_t n_about;
        if (!desk_effective(d, (uint64_t)seqs[i], LEDGER_NO_SEQ, a, &e, errs)) {
            return false;
        }
        desk_about_of(d, &e.event, a, &about, &n_about);
        bool still = false;
        for (size_t k = 0; k < n_about; k++) {
            still |= about[k] == subject;
        }
        if (e.withdrawn || !still) {
            continue;
        }
        if (!image_encode(d, &e, &b, errs)) {
            return false;
        }
        kept++;
    }
    struct cf_str bytes;
    if (!cf_buf_finish(&b, &bytes)) {
        return cf_fail(errs, CF_D006, CF_NOWHERE, "a history image would be larger than 64 MiB");
    }
    struct store_stmt *s = store_use(d->db, &SET_IMAGE, errs);
    if (s) {
        store_bind_int(s, 1, subject);
        store_bind_int(s, 2, (int64_t)kept);
        store_bind_bytes(s, 3, bytes);
    }
    return store_run(s, errs) && desk_mark_stale(d, subject, errs);
}

/* Everyone whom the root concerned before or concerns now gets a new image. */
static bool remake_around(struct desk *d, uint64_t root, struct cf_arena *a, struct cf_errs *errs) {
    struct effective e;
    int64_t *subjects;
    size_t n;
    if (!desk_effective(d, root, LEDGER_NO_SEQ, a, &e, errs) || !add_links(d, &e.event, root, errs)) {
        return false;
    }
    if (!desk_numbers(d, &LINKED_TO_KIND, (int64_t[]){(int64_t)root, e.event.d.kind}, 2, a, &subjects, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!remake_image(d, (uint32_t)subjects[i], a, errs)) {
            return false;
        }
    }
    return true;
}

static bool take_correction(struct desk *d, const struct ledger_event *e, struct cf_arena *a, struct cf_errs *errs) {
    uint64_t root;
    if (!ledger_seq_of_id(d->ledger, e->d.corrects, &root, errs)) {
        return false;
    }
    if (root == LEDGER_NO_SEQ) {
        return true;
    }
    return run_ints(d, &ADD_CORRECTION, (int64_t[]){(int64_t)root, (int64_t)e->seq}, 2, errs) &&
           remake_around(d, root, a, errs);
}

/* C5: the ended lines that rested on what was erased stay as they ended: the erased event lists them as duty id, state. */
static void keep_ended(struct desk *d, const struct ledger_event *e) {
    const struct ledger_value *ended = ledger_fact(e, LEDGER_F_ENDED);
    for (size_t i = 0; ended && ended->type == LEDGER_LIST && i + 1 < ended->as.list.n; i += 2) {
        struct cf_str id = ended->as.list.v[i].as.s, state = ended->as.list.v[i + 1].as.s;
        for (uintptr_t s = LANG_MET_STATE; s <= LANG_VOID; s++) {
            if (cf_str_is(state, lang_state_word((enum lang_state)s))) {
                *cf_map_put(d->kept, id) = (void *)(s + 1);
            }
        }
    }
}

static bool load_kept(struct desk *d, struct cf_errs *errs) {
    uint64_t *seqs;
    size_t n;
    d->kept = cf_map_new(d->arena);
    if (!ledger_builtins(d->ledger, LEDGER_ERASED, 0, d->scratch, &seqs, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct ledger_event e;
        if (!ledger_read(d->ledger, seqs[i], d->scratch, &e, errs)) {
            return false;
        }
        keep_ended(d, &e);
    }
    return true;
}

/* An erasure removes every derived trace of what was destroyed; links go with a whole event. */
static bool take_erasure(struct desk *d, const struct ledger_event *e, struct cf_arena *a, struct cf_errs *errs) {
    const struct ledger_value *targets = ledger_fact(e, LEDGER_F_TARGETS);
    keep_ended(d, e);
    for (size_t t = 0; targets && t < targets->as.list.n; t++) {
        struct cf_id id;
        uint64_t root;
        int64_t *subjects;
        size_t n;
        if (targets->as.list.v[t].as.s.n != 16) {
            continue;
        }
        memcpy(id.b, targets->as.list.v[t].as.s.p, 16);
        if (!ledger_seq_of_id(d->ledger, id, &root, errs)) {
            return false;
        }
        if (root == LEDGER_NO_SEQ || !desk_numbers(d, &LINKED_TO, (int64_t[]){(int64_t)root}, 1, a, &subjects, &n, errs)) {
            return root == LEDGER_NO_SEQ;
        }
        struct ledger_event gone;
        if (!run_ints(d, &DROP_LINKS, (int64_t[]){(int64_t)root}, 1, errs) || !ledger_read(d->ledger, root, a, &gone, errs) ||
            !add_links(d, &gone, root, errs)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            if (!remake_image(d, (uint32_t)subjects[i], a, errs)) {
                return false;
            }
        }
    }
    return true;
}

static bool take_kind(struct desk *d, const struct ledger_event *e, struct cf_arena *a, struct cf_errs *errs) {
    switch (e->d.kind) {
    case LEDGER_CORRECTION:
    case LEDGER_WITHDRAWN: return take_correction(d, e, a, errs);
    case LEDGER_ERASED: return take_erasure(d, e, a, errs);
    case LEDGER_MERGED:
    case LEDGER_UNMERGED: {
        if (!take_merge(d, e, errs)) {
            return false;
        }
        for (size_t i = 0; i < d->merges.n; i++) {
            const struct merge_pair *m = &d->merges.v[i];
            if ((m->seq == e->seq || m->undone == e->seq) &&
                (!desk_mark_stale(d, m->a, errs) || !desk_mark_stale(d, m->b, errs))) {
                return false;
            }
        }
        return true;
    }
    default: {
        struct effective now = {.event = *e, .known = e->recorded_us / 1000000};
        return e->state != LEDGER_LIVE || (add_links(d, e, e->seq, errs) && add_to_images(d, &now, a, errs));
    }
    }
}

bool desk_take_in(struct desk *d, const struct ledger_event *e, struct cf_arena *a, struct cf_errs *errs) {
    if (!take_kind(d, e, a, errs)) {
        return false;
    }
    d->applied = e->seq + 1;
    return true;
}

bool desk_commit(struct desk *d, struct cf_errs *errs) {
    if (!run_ints(d, &SET_APPLIED, (int64_t[]){(int64_t)d->applied}, 1, errs) || !store_commit(d->db, errs)) {
        desk_rollback(d);
        return false;
    }
    lists_committed(d, true);
    store_keep_short(d->db, WAL_BYTES_MOST);
    return true;
}

void desk_rollback(struct desk *d) {
    struct cf_arena *a = cf_arena_new("desk rollback");
    struct cf_errs quiet = cf_errs_new(a);
    int64_t seq;
    store_rollback(d->db);
    lists_committed(d, false);
    if (store_one_int(d->db, &APPLIED, 0, &seq, &quiet)) {
        d->applied = (uint64_t)seq;
    }
    for (size_t i = d->merges.n; i-- > 0;) { /* merges and splits that were taken in since are taken in again */
        struct merge_pair *m = &d->merges.v[i];
        m->undone = m->undone >= d->applied ? LEDGER_NO_SEQ : m->undone;
        d->merges.n -= m->seq >= d->applied;
    }
    cf_arena_free(a);
}

/* What a long-lived reader keeps in memory changes only by events of the ledger's own kinds; the rest it reads each time. */
bool desk_refresh(struct desk *d, bool *adopted, struct cf_errs *errs) {
    uint64_t *seqs;
    size_t n;
    int64_t applied;
    *adopted = false;
    cf_arena_reset(d->scratch);
    if (d->options.write || d->options.create) {
        return true;
    }
    if (!ledger_refresh(d->ledger, errs) || !store_one_int(d->db, &APPLIED, 0, &applied, errs)) {
        return false;
    }
    if ((uint64_t)applied <= d->applied) {
        return true;
    }
    if (!ledger_builtins(d->ledger, 0, d->applied, d->scratch, &seqs, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n && seqs[i] < (uint64_t)applied; i++) {
        struct ledger_event e;
        if (!ledger_read(d->ledger, seqs[i], d->arena, &e, errs)) {
            return false;
        }
        bool merge = e.d.kind == LEDGER_MERGED || e.d.kind == LEDGER_UNMERGED;
        if (merge && !take_merge(d, &e, errs)) {
            return false;
        }
        if (e.d.kind == LEDGER_ERASED) {
            keep_ended(d, &e);
        }
        *adopted = *adopted || e.d.kind == LEDGER_POLICY_ADOPTED;
    }
    d->applied = (uint64_t)applied;
    return true;
}

/* The desk's moment first, then the ledger's: what the desk speaks of is there. */
bool desk_settle(struct desk *d, struct cf_errs *errs) {
    if (store_begin_read(d->db, errs) && ledger_snapshot(d->ledger, errs)) {
        return true;
    }
    desk_settled(d);
    return false;
}

void desk_settled(struct desk *d) {
    ledger_snapshot_end(d->ledger);
    store_rollback(d->db);
}

/* ---- Opening and closing. */

static const char *beside(struct cf_arena *a, const char *db, const char *name) {
    struct cf_str path = cf_str_from(db);
    if (cf_str_ends(path, CF_LIT(".db"))) {
        path = cf_str_slice(path, 0, path.n - 3);
    }
    return cf_cstr(a, cf_str_printf(a, "%.*s-%s.db", CF_STR_ARG(path), name));
}

const char *desk_beside(const struct desk *d, const char *name) {
    return beside(d->arena, d->options.db, name);
}

static bool open_ledger(struct desk *d, const struct desk_options *o, struct cf_errs *errs) {
    struct ledger_options lo = {.keys = o->keys, .force = o->force, .accept_clock = o->accept_clock, .vfs = o->vfs};
    if (o->create) {
        return ledger_create(d->arena, o->db, &lo, errs, &d->ledger);
    }
    return ledger_open(d->arena, o->db, o->write ? LEDGER_WRITE : LEDGER_READ, &lo, errs, &d->ledger);
}

static bool open_desk(struct desk *d, struct cf_errs *errs) {
    struct store_options so = {.mode = d->options.write || d->options.create ? STORE_OPEN : STORE_READ,
                               .sync = STORE_NORMAL,
                               .vfs = d->options.vfs,
                               .vacuum_freely = true,
                               .cache_kib = 65536};
    int64_t seq;
    if (!store_open(d->arena, desk_beside(d, "desk"), &so, errs, &d->db)) {
        return false;
    }
    if ((so.mode == STORE_OPEN && !desk_schema(d, errs)) || !store_one_int(d->db, &APPLIED, 0, &seq, errs)) {
        return false;
    }
    d->applied = (uint64_t)seq;
    if (d->applied > ledger_size(d->ledger)) { /* never by our own doing: an older ledger was put back beside a newer desk */
        if (so.mode != STORE_OPEN) {
            return cf_fail(errs, CF_D007, CF_NOWHERE, "the desk is ahead of its ledger");
        }
        return desk_drop(d, errs);
    }
    return true;
}

bool desk_open(struct cf_arena *a, const struct desk_options *o, struct cf_errs *errs, struct desk **out) {
    struct desk *d = CF_NEW(a, struct desk);
    d->arena = a;
    d->options = *o;
    d->scratch = cf_arena_new("desk scratch");
    d->zone = cf_zone_load(a, "Europe/London", errs);
    *out = d;
    if (!d->zone || !open_ledger(d, o, errs) || !open_desk(d, errs) || !desk_load_sets(d, errs) || !load_merges(d, errs) ||
        !load_kept(d, errs)) {
        desk_close(d);
        *out = NULL;
        return false;
    }
    if (d->applied < ledger_size(d->ledger) && (o->write || o->create) && !desk_catch_up(d, errs)) {
        desk_close(d);
        *out = NULL;
        return false;
    }
    return true;
}

void desk_close(struct desk *d) {
    if (!d) {
        return;
    }
    store_close(d->db);
    ledger_close(d->ledger);
    cf_arena_free(d->scratch);
    d->scratch = NULL;
    d->db = NULL;
    d->ledger = NULL;
}

struct ledger *desk_ledger(struct desk *d) {
    return d->ledger;
}

const struct lang_set *desk_set(const struct desk *d) {
    struct bound_set *s = desk_current(d);
    return s ? s->set : NULL;
}

const struct lang_reference *desk_reference(const struct desk *d) {
    struct bound_set *s = desk_current(d);
    return s ? &s->reference : NULL;
}
