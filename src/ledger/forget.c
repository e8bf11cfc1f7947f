/* ledger/forget: destruction, sealing to the custodian and unsealing, the destruction register. The only file that overwrites a
 * row. Knows which keys open which part; does not know why something is forgotten: that is policy and two people.
 *
 * Order of a destruction: every check; the register's line, synced; one transaction (the erased event, keys of live parts kept
 * apart, the secret and the boxes overwritten in place); a truncating checkpoint. After it no key and no box of what was
 * destroyed is in any file. */
#include "ledger/ledger_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define REGISTER_MOST (64 * 1024 * 1024)

static const struct store_sql sql_secret_zero = {"forget.secret", "UPDATE secret SET k = zeroblob(32) WHERE seq = ?1"};
static const struct store_sql sql_body = {"forget.body", "UPDATE event SET body = ?2 WHERE seq = ?1"};
static const struct store_sql sql_partkey_put = {"forget.partkey",
                                                 "INSERT INTO partkey(seq, i, key, salt) VALUES(?1, ?2, ?3, ?4) "
                                                 "ON CONFLICT(seq, i) DO UPDATE SET key = excluded.key, salt = excluded.salt"};
static const struct store_sql sql_partkey_zero = {
    "forget.partkey_zero", "UPDATE partkey SET key = zeroblob(32), salt = zeroblob(32) WHERE seq = ?1 AND i = ?2"};
static const struct store_sql sql_gone_put = {"forget.gone",
                                              "INSERT INTO gone(seq, by, mark) VALUES(?1, ?2, ?3) ON CONFLICT(seq) DO NOTHING"};
static const struct store_sql sql_sealed_put = {"forget.sealed",
                                                "INSERT INTO sealed(seq, i, box, mark) VALUES(?1, ?2, ?3, ?4) "
                                                "ON CONFLICT(seq, i) DO UPDATE SET box = excluded.box, mark = excluded.mark"};
static const struct store_sql sql_sealed_get = {"forget.sealed_get", "SELECT i, box FROM sealed WHERE seq = ?1 ORDER BY i"};

/* ---- The register: a text file beside the ledger, ids only, one line a destruction. */
static const char *register_path(const struct ledger *l) {
    return cf_cstr(l->scratch, cf_str_printf(l->scratch, "%s.register", l->path));
}

static bool register_write(int fd, struct cf_str line) {
    off_t end = lseek(fd, 0, SEEK_END);
    char last = '\n';
    if (end > 0 && pread(fd, &last, 1, end - 1) != 1) {
        return false;
    }
    if (last != '\n' && write(fd, "\n", 1) != 1) { /* a line that a crash cut short stays alone, and is not one */
        return false;
    }
    while (line.n > 0) {
        ssize_t n = write(fd, line.p, line.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        line = cf_str_slice(line, (size_t)n, line.n);
    }
    return fsync(fd) == 0;
}

static bool register_add(const struct ledger *l, struct cf_str line, struct cf_errs *errs) {
    const char *path = register_path(l);
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && register_write(fd, line);
    if (fd >= 0 && close(fd) != 0) {
        ok = false;
    }
    return ok || cf_fail(errs, CF_E022, CF_NOWHERE, "%s: the destruction register cannot be written", path);
}

struct register_line {
    struct cf_id erased, target, reviewer, approver;
    bool gone[LEDGER_PARTS_MAX];
    bool is_void;
};

static bool take_word(struct cf_str *rest, struct cf_str *word) {
    return cf_str_split(rest, ' ', word);
}

static bool take_hex(struct cf_str *rest, struct cf_id *id) {
    struct cf_str word;
    return take_word(rest, &word) && cf_unhex(word, id->b, 16);
}

/* destroy ERASED TARGET REVIEWER APPROVER PART,PART…   or   void ERASED */
static bool register_parse(struct cf_str line, struct register_line *out) {
    struct cf_str word, part;
    *out = (struct register_line){0};
    if (!take_word(&line, &word) || !take_hex(&line, &out->erased)) {
        return false;
    }
    out->is_void = cf_str_is(word, "void");
    if (out->is_void) {
        return true;
    }
    if (!cf_str_is(word, "destroy") || !take_hex(&line, &out->target) || !take_hex(&line, &out->reviewer) ||
        !take_hex(&line, &out->approver) || !take_word(&line, &word) || line.n != 0) {
        return false;
    }
    while (cf_str_split(&word, ',', &part)) {
        int64_t i = 0;
        if (!cf_str_int(part, &i) || i < 0 || i >= LEDGER_PARTS_MAX) {
            return false;
        }
        out->gone[i] = true;
    }
    return true;
}

/* ---- One event rewritten: some parts change state; afterwards each live part has its own key and the secret is zeros. */
struct rewrite {
    const struct event_row *row;
    struct opened *o;
    enum ledger_state to[LEDGER_PARTS_MAX];
};

static bool partkey_put(struct ledger *l, const struct rewrite *w, size_t i, struct cf_errs *errs) {
    uint8_t both[64];
    memcpy(both, w->o->key[i], 32);
    memcpy(both + 32, w->o->salt[i], 32);
    seal_wrap_part(l->keys, &w->row->id, (uint16_t)i, both);
    struct store_stmt *s = store_use(l->db, &sql_partkey_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)w->row->seq);
    store_bind_int(s, 2, (int64_t)i);
    store_bind_blob(s, 3, both, 32);
    store_bind_blob(s, 4, both + 32, 32);
    return store_run(s, errs);
}

static bool run_seq(struct ledger *l, const struct store_sql *q, uint64_t seq, int64_t i, struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, q, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)seq);
    if (i >= 0) {
        store_bind_int(s, 2, i);
    }
    return store_run(s, errs);
}

static bool rewrite_keys(struct ledger *l, const struct rewrite *w, struct cf_errs *errs) {
    bool whole_secret = !seal_zero(w->row->k.p, 32);
    for (size_t i = 0; i < w->o->n; i++) {
        bool fresh = w->o->parts[i].state != LEDGER_LIVE; /* unsealed just now */
        bool ok = true;
        if (w->to[i] == LEDGER_LIVE) {
            ok = (!whole_secret && !fresh) || partkey_put(l, w, i, errs);
        } else if (!whole_secret) {
            ok = run_seq(l, &sql_partkey_zero, w->row->seq, (int64_t)i, errs);
        }
        if (!ok) {
            return false;
        }
    }
    return run_seq(l, &sql_secret_zero, w->row->seq, -1, errs);
}

static bool rewrite_event(struct ledger *l, const struct rewrite *w, uint64_t by, struct cf_errs *errs) {
    struct cf_buf b = cf_buf_new(l->scratch, SIZE_MAX / 2);
    for (size_t i = 0; i < w->o->n; i++) {
        struct body_part p = w->o->parts[i];
        p.state = w->to[i];
        p.commitment = w->o->commitment[i];
        if (p.state == LEDGER_DESTROYED) {
            p.bytes = CF_LIT("");
        }
        body_put(&b, &p);
    }
    struct store_stmt *s = store_use(l->db, &sql_body, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)w->row->seq);
    store_bind_blob(s, 2, b.p, b.n);
    if (!store_run(s, errs) || !rewrite_keys(l, w, errs)) {
        return false;
    }
    uint8_t mark[8], x[8], y[8];
    const struct cf_str pieces[] = {be8(x, w->row->seq), be8(y, by)};
    mark_row(l->keys, "gone", pieces, 2, mark);
    s = store_use(l->db, &sql_gone_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)w->row->seq);
    store_bind_int(s, 2, (int64_t)by);
    store_bind_blob(s, 3, mark, sizeof mark);
    return store_run(s, errs);
}

/* ---- The event that says so. */
struct saying {
    struct cf_id id;
    uint32_t kind;
    const struct ledger_person *persons;
    size_t n_persons;
    struct cf_str authority, schedule, reason;
    const struct ledger_value *ended;
    bool parts[LEDGER_PARTS_MAX];
};

static struct ledger_value text_or_nothing(struct cf_str s) {
    return s.n > 0 ? ledger_text(s) : (struct ledger_value){.type = LEDGER_NOT_ASKED};
}

static bool say(struct ledger *l, struct cf_arena *a, const struct ledger_event *target, const struct saying *what,
                struct ledger_receipt *receipt, struct cf_errs *errs) {
    struct ledger_value parts[LEDGER_PARTS_MAX], target_id = ledger_bytes((struct cf_str){(const char *)target->d.id.b, 16});
    size_t n = 0;
    uint8_t digest[32];
    for (size_t i = 0; i < target->parts; i++) {
        if (what->parts[i]) {
            parts[n++] = ledger_int((int64_t)i);
        }
    }
    bool whole = target->destroyed + target->sealed == 0;
    if (whole && !ledger_receipt_digest(l, &target->d, a, digest, errs)) {
        return false;
    }
    struct ledger_value nothing = {.type = LEDGER_NOT_ASKED};
    struct ledger_pair fields[] = {
        {LEDGER_F_AUTHORITY, text_or_nothing(what->authority)},
        {LEDGER_F_REASON, text_or_nothing(what->reason)},
        {LEDGER_F_SCHEDULE, text_or_nothing(what->schedule)},
        {LEDGER_F_TARGETS, {.type = LEDGER_LIST, .as = {.list = {&target_id, 1}}}},
        {LEDGER_F_PARTS, {.type = LEDGER_LIST, .as = {.list = {parts, n}}}},
        {LEDGER_F_RECEIPT, whole ? ledger_bytes((struct cf_str){(const char *)digest, 32}) : nothing},
        {LEDGER_F_ENDED, what->ended != NULL ? *what->ended : nothing},
    };
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = fields, .n_fields = CF_COUNT(fields)};
    int64_t now = cf_now_us();
    struct ledger_draft d = {.id = what->id,
                             .kind = what->kind,
                             .from = now / 1000000,
                             .to = now / 1000000,
                             .persons = what->persons,
                             .n_persons = what->n_persons,
                             .facts = &facts,
                             .n_facts = 1};
    return ledger_append_at(l, &d, now > l->last_recorded ? now : l->last_recorded + 1, receipt, errs);
}

static bool rest_on_it(uint32_t kind) {
    static const bool needed[LEDGER_BUILTIN_END] = {
        [LEDGER_GENESIS] = true,        [LEDGER_ERASED] = true,      [LEDGER_DICTIONARY_EXTENDED] = true,
        [LEDGER_POLICY_ADOPTED] = true, [LEDGER_HOLD] = true,        [LEDGER_RELEASED] = true,
        [LEDGER_READS_HASHED] = true,   [LEDGER_ROLLED_BACK] = true, [LEDGER_SEALED_EVENT] = true,
        [LEDGER_UNSEALED_EVENT] = true,
    };
    return kind < LEDGER_BUILTIN_END && needed[kind];
}

static bool writable(struct ledger *l, struct cf_errs *errs) {
    if (l->mode != LEDGER_WRITE) {
        return cf_fail(errs, CF_E008, CF_NOWHERE, "%s: this ledger is open for reading only", l->path);
    }
    return !l->batch || cf_fail(errs, CF_E013, CF_NOWHERE, "a batch is open; forgetting is a transaction of its own");
}

/* The truncating checkpoint. If a reader stands in the way the destruction stands, and is finished with the next commit. */
static void finish_forgetting(struct ledger *l, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("forgetting");
    struct cf_errs quiet = ledger_quiet(a);
    l->must_truncate = !store_checkpoint(l->db, true, &quiet);
    if (l->must_truncate) {
        cf_warn(errs, CF_S004, CF_NOWHERE, "it is destroyed, but a reader keeps old pages in %s-wal until it ends", l->path);
    }
    cf_arena_free(a);
}

static bool run_rewrite(struct ledger *l, struct cf_arena *a, const struct ledger_event *target, const struct saying *what,
                        const struct rewrite *w, struct ledger_receipt *receipt, struct cf_errs *errs) {
    if (!ledger_begin(l, errs)) {
        return false;
    }
    l->inside = true;
    bool ok = say(l, a, target, what, receipt, errs) && rewrite_event(l, w, receipt->seq, errs);
    l->inside = false;
    if (!ok) {
        ledger_rollback(l);
        return false;
    }
    return ledger_commit(l, errs);
}

/* ---- Erasure. */
static bool destroy(struct ledger *l, struct cf_arena *a, const struct ledger_event *target, const struct saying *what,
                    struct rewrite *w, struct ledger_receipt *receipt, struct cf_errs *errs) {
    for (size_t i = 0; i < w->o->n; i++) {
        w->to[i] = what->parts[i] ? LEDGER_DESTROYED : w->o->parts[i].state;
    }
    return run_rewrite(l, a, target, what, w, receipt, errs);
}

static bool two_people(const struct ledger *l, const struct ledger_erasure *x, struct cf_errs *errs) {
    if (cf_id_zero(x->reviewer) || cf_id_zero(x->approver)) {
        return cf_fail(errs, CF_E040, CF_NOWHERE, "the reviewer or the approver is not named");
    }
    if (cf_id_eq(ledger_person(l, x->reviewer), ledger_person(l, x->approver))) {
        return cf_fail(errs, CF_E040, CF_NOWHERE, "the reviewer and the approver are the same person");
    }
    return x->authority.n > 0 || cf_fail(errs, CF_E040, CF_NOWHERE, "no authority is named");
}

static void select_parts(const struct ledger *l, const struct ledger_event *e, const struct ledger_erasure *x, bool *parts) {
    const struct ledger_draft *d = &e->d;
    struct cf_id person = control_person(l->control, x->person);
    for (size_t i = 0; i < e->parts; i++) {
        parts[i] = x->scope == LEDGER_WHOLE_EVENT;
    }
    for (size_t i = 0; x->scope == LEDGER_PERSON_PART && i < d->n_persons; i++) {
        const struct ledger_person *p = &d->persons[i];
        parts[p->part] = p->state == LEDGER_LIVE && cf_id_eq(control_person(l->control, p->subject), person);
    }
    for (size_t i = 0; x->scope == LEDGER_NARRATIVE && i < d->n_words; i++) {
        parts[d->words[i].part] = d->words[i].state == LEDGER_LIVE && d->words[i].field == x->field;
    }
}

/* What is sealed cannot be looked into, so nobody can say that no hold covers it. */
static bool may_destroy(const struct ledger *l, const struct ledger_event *e, const bool *parts, struct cf_errs *errs) {
    size_t some = 0;
    for (size_t i = 0; i < e->parts; i++) {
        some += parts[i];
    }
    if (e->destroyed == e->parts) {
        return cf_fail(errs, CF_E042, CF_NOWHERE, "event %llu was destroyed already", (unsigned long long)e->seq);
    }
    if (e->sealed > 0) {
        return cf_fail(errs, CF_E043, CF_NOWHERE, "event %llu has sealed parts", (unsigned long long)e->seq);
    }
    if (some == 0) {
        return cf_fail(errs, e->destroyed > 0 ? CF_E042 : CF_E044, CF_NOWHERE,
                       "event %llu has no such part that is still there", (unsigned long long)e->seq);
    }
    if (e->state == LEDGER_LIVE && rest_on_it(e->d.kind)) {
        return cf_fail(errs, CF_E046, CF_NOWHERE, "event %llu is of a kind that the ledger rests on",
                       (unsigned long long)e->seq);
    }
    struct cf_id hold = control_hold(l->control, e);
    return cf_id_zero(hold) || cf_fail(errs, CF_E041, CF_NOWHERE, "event %llu is held by %.*s", (unsigned long long)e->seq,
                                       CF_STR_ARG(cf_hex(errs->arena, hold.b, 16)));
}

static struct cf_str register_line_of(struct cf_arena *a, const struct saying *what, const struct ledger_event *e,
                                      const struct ledger_person people[2]) {
    struct cf_buf b = cf_buf_new(a, 4096);
    cf_buf_printf(&b, "destroy %.*s %.*s %.*s %.*s ", CF_STR_ARG(cf_hex(a, what->id.b, 16)),
                  CF_STR_ARG(cf_hex(a, e->d.id.b, 16)), CF_STR_ARG(cf_hex(a, people[0].subject.b, 16)),
                  CF_STR_ARG(cf_hex(a, people[1].subject.b, 16)));
    bool first = true;
    for (size_t i = 0; i < e->parts; i++) {
        if (what->parts[i]) {
            cf_buf_printf(&b, "%s%zu", first ? "" : ",", i);
            first = false;
        }
    }
    cf_buf_lit(&b, "\n");
    return (struct cf_str){b.p, b.n};
}

static bool erase_in(struct ledger *l, struct cf_arena *a, const struct ledger_erasure *x, struct ledger_receipt *receipt,
                     struct cf_errs *errs) {
    struct event_row row;
    struct opened *o = CF_NEW(a, struct opened);
    struct ledger_event e;
    const char *why = NULL;
    if (!two_people(l, x, errs) || !ledger_find_row(l, x->event, a, &row, o, errs)) {
        return false;
    }
    if (!row_decode(&row, o, a, &e, &why)) {
        return cf_fail(errs, CF_E011, CF_NOWHERE, "event %llu is damaged: %s", (unsigned long long)row.seq, why);
    }
    struct ledger_person people[2] = {{.subject = x->reviewer, .role = LEDGER_ROLE_REVIEWER},
                                      {.subject = x->approver, .role = LEDGER_ROLE_APPROVER}};
    struct saying what = {.id = ledger_new_id(l),
                          .kind = LEDGER_ERASED,
                          .persons = people,
                          .n_persons = 2,
                          .authority = x->authority,
                          .schedule = x->schedule,
                          .reason = x->reason,
                          .ended = x->ended};
    struct rewrite w = {.row = &row, .o = o};
    select_parts(l, &e, x, what.parts);
    if (!may_destroy(l, &e, what.parts, errs) || !register_add(l, register_line_of(a, &what, &e, people), errs)) {
        return false;
    }
    if (!destroy(l, a, &e, &what, &w, receipt, errs)) {
        struct cf_errs quiet = ledger_quiet(a); /* nothing was destroyed: the line must not be carried out later */
        (void)register_add(l, cf_str_printf(a, "void %.*s\n", CF_STR_ARG(cf_hex(a, what.id.b, 16))), &quiet);
        return false;
    }
    finish_forgetting(l, errs);
    return true;
}

bool ledger_erase(struct ledger *l, const struct ledger_erasure *what, struct ledger_receipt *receipt, struct cf_errs *errs) {
    if (!writable(l, errs)) {
        return false;
    }
    struct cf_arena *a = cf_arena_new("erasure");
    bool ok = erase_in(l, a, what, receipt, errs);
    cf_arena_free(a);
    return ok;
}

/* ---- Carrying out the register: after a crash between its line and the commit, and on a copy restored from an older backup.
 */
static bool register_one(struct ledger *l, struct cf_arena *a, const struct register_line *line, struct cf_errs *errs) {
    uint64_t done = LEDGER_NO_SEQ, target = LEDGER_NO_SEQ;
    struct event_row row;
    struct opened *o = CF_NEW(a, struct opened);
    struct ledger_event e;
    struct ledger_receipt receipt;
    const char *why = NULL;
    if (!ledger_seq_of_id(l, line->erased, &done, errs) || !ledger_seq_of_id(l, line->target, &target, errs)) {
        return false;
    }
    if (done != LEDGER_NO_SEQ || target == LEDGER_NO_SEQ) {
        return true;
    }
    if (!ledger_find_row(l, line->target, a, &row, o, errs)) {
        return false;
    }
    if (!row_decode(&row, o, a, &e, &why)) {
        return cf_fail(errs, CF_E011, CF_NOWHERE, "event %llu is damaged: %s", (unsigned long long)row.seq, why);
    }
    struct ledger_person people[2] = {{.subject = line->reviewer, .role = LEDGER_ROLE_REVIEWER},
                                      {.subject = line->approver, .role = LEDGER_ROLE_APPROVER}};
    struct saying what = {.id = line->erased,
                          .kind = LEDGER_ERASED,
                          .persons = people,
                          .n_persons = 2,
                          .authority = CF_LIT("destruction register")};
    struct rewrite w = {.row = &row, .o = o};
    memcpy(what.parts, line->gone, sizeof what.parts);
    l->must_truncate = true;
    return destroy(l, a, &e, &what, &w, &receipt, errs);
}

struct register_lines {
    CF_VEC(struct register_line);
};

/* Lines that are not void; a damaged line is passed over: it was never synced whole, so nothing was destroyed by it. */
static bool register_read(struct ledger *l, struct cf_arena *a, struct register_lines *out, struct cf_errs *errs) {
    const char *path = register_path(l);
    struct cf_str text, line;
    if (access(path, F_OK) != 0) {
        return true;
    }
    if (!cf_read_file(a, path, REGISTER_MOST, &text, errs)) {
        return false;
    }
    while (cf_str_split(&text, '\n', &line)) {
        struct register_line r;
        if (!register_parse(line, &r)) {
            continue;
        }
        if (!r.is_void) {
            *cf_push(a, out) = r;
            continue;
        }
        for (size_t i = 0; i < out->n; i++) {
            out->v[i].is_void = out->v[i].is_void || cf_id_eq(out->v[i].erased, r.erased);
        }
    }
    return true;
}

bool register_apply(struct ledger *l, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("register");
    struct register_lines lines = {0};
    bool ok = register_read(l, a, &lines, errs);
    for (size_t i = 0; ok && i < lines.n; i++) {
        ok = lines.v[i].is_void || register_one(l, a, &lines.v[i], errs);
    }
    if (ok && lines.n > 0) {
        finish_forgetting(l, errs);
    }
    cf_arena_free(a);
    return ok;
}

bool register_pending(struct ledger *l, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("register");
    struct register_lines lines = {0};
    l->pending = NULL;
    bool ok = register_read(l, a, &lines, errs);
    for (size_t i = 0; ok && i < lines.n; i++) {
        uint64_t seq = LEDGER_NO_SEQ;
        ok = lines.v[i].is_void || ledger_seq_of_id(l, lines.v[i].erased, &seq, errs);
        if (ok && !lines.v[i].is_void && seq == LEDGER_NO_SEQ) {
            l->pending = l->pending == NULL ? cf_map_new(l->arena) : l->pending;
            *cf_map_put(l->pending, (struct cf_str){(const char *)lines.v[i].target.b, 16}) = l;
        }
    }
    cf_arena_free(a);
    return ok;
}

/* ---- Sealing to the custodian, and back. */
static bool sealed_put(struct ledger *l, uint64_t seq, size_t i, struct cf_str box, struct cf_errs *errs) {
    uint8_t mark[8], x[8], y[8];
    const struct cf_str pieces[] = {be8(x, seq), be8(y, i), box};
    mark_row(l->keys, "sealed", pieces, 3, mark);
    struct store_stmt *s = store_use(l->db, &sql_sealed_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)seq);
    store_bind_int(s, 2, (int64_t)i);
    store_bind_bytes(s, 3, box);
    store_bind_blob(s, 4, mark, sizeof mark);
    return store_run(s, errs);
}

static bool box_parts(struct ledger *l, const struct rewrite *w, struct cf_errs *errs) {
    for (size_t i = 0; i < w->o->n; i++) {
        uint8_t both[64], box[64 + SEAL_TO_EXTRA];
        if (w->to[i] != LEDGER_SEALED || w->o->parts[i].state == LEDGER_SEALED) {
            continue;
        }
        memcpy(both, w->o->key[i], 32);
        memcpy(both + 32, w->o->salt[i], 32);
        bool ok = seal_to(l->custodian, (struct cf_str){(const char *)both, 64}, box);
        seal_wipe(both, sizeof both);
        if (!ok || !sealed_put(l, w->row->seq, i, (struct cf_str){(const char *)box, sizeof box}, errs)) {
            return ok ? false : cf_fail(errs, CF_E045, CF_NOWHERE, "the custodian's key is not one");
        }
    }
    return true;
}

static bool load_target(struct ledger *l, struct cf_arena *a, struct cf_id event, struct event_row *row, struct opened *o,
                        struct ledger_event *e, struct cf_errs *errs) {
    const char *why = NULL;
    if (!ledger_find_row(l, event, a, row, o, errs)) {
        return false;
    }
    return row_decode(row, o, a, e, &why) ||
           cf_fail(errs, CF_E011, CF_NOWHERE, "event %llu is damaged: %s", (unsigned long long)row->seq, why);
}

/* Runs like run_rewrite, with the custodian's boxes in the same transaction. */
static bool seal_in(struct ledger *l, struct cf_arena *a, const struct ledger_event *e, const struct saying *what,
                    const struct rewrite *w, struct ledger_receipt *receipt, struct cf_errs *errs) {
    if (!ledger_begin(l, errs)) {
        return false;
    }
    l->inside = true;
    bool ok = say(l, a, e, what, receipt, errs) && box_parts(l, w, errs) && rewrite_event(l, w, receipt->seq, errs);
    l->inside = false;
    if (!ok) {
        ledger_rollback(l);
        return false;
    }
    return ledger_commit(l, errs);
}

bool ledger_seal(struct ledger *l, struct cf_id event, const uint16_t *parts, size_t n, struct cf_id actor,
                 struct cf_str authority, struct ledger_receipt *receipt, struct cf_errs *errs) {
    struct event_row row;
    struct ledger_event e;
    if (!writable(l, errs)) {
        return false;
    }
    if (seal_zero(l->custodian, 32)) {
        return cf_fail(errs, CF_E045, CF_NOWHERE, "%s: this ledger has no custodian's public key", l->path);
    }
    struct cf_arena *a = cf_arena_new("sealing");
    struct opened *o = CF_NEW(a, struct opened);
    struct ledger_person person = {.subject = actor, .role = LEDGER_ROLE_ACTOR};
    struct saying what = {
        .id = ledger_new_id(l), .kind = LEDGER_SEALED_EVENT, .persons = &person, .n_persons = 1, .authority = authority};
    struct rewrite w = {.row = &row, .o = o};
    bool ok = load_target(l, a, event, &row, o, &e, errs);
    size_t some = 0;
    for (size_t i = 0; ok && i < o->n; i++) {
        bool wanted = n == 0;
        for (size_t j = 0; j < n; j++) {
            wanted = wanted || parts[j] == i;
        }
        what.parts[i] = wanted && o->parts[i].state == LEDGER_LIVE;
        w.to[i] = what.parts[i] ? LEDGER_SEALED : o->parts[i].state;
        some += what.parts[i];
    }
    if (ok && rest_on_it(e.d.kind)) {
        ok = cf_fail(errs, CF_E046, CF_NOWHERE, "event %llu is of a kind that the ledger rests on", (unsigned long long)e.seq);
    }
    if (ok && some == 0) {
        ok = cf_fail(errs, CF_E044, CF_NOWHERE, "event %llu has no such part that is open", (unsigned long long)e.seq);
    }
    ok = ok && seal_in(l, a, &e, &what, &w, receipt, errs);
    if (ok) {
        finish_forgetting(l, errs);
    }
    cf_arena_free(a);
    return ok;
}

/* Opens the boxes: key and salt of each part must open the part that stands there. */
static bool unbox_parts(struct ledger *l, struct cf_arena *a, const uint8_t secret[32], struct rewrite *w, struct saying *what,
                        struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_sealed_get, errs);
    bool more = true, ok = true;
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)w->row->seq);
    while (ok && more) {
        if (!store_next(s, &more, errs)) {
            return false;
        }
        size_t i = more ? (size_t)store_int(s, 0) : 0;
        if (!more || i >= w->o->n || w->o->parts[i].state != LEDGER_SEALED) {
            continue;
        }
        struct cf_str box = store_bytes(s, 1);
        uint8_t both[64], ad[19], commitment[LEDGER_HASH];
        struct cf_str sealed = w->o->parts[i].bytes;
        uint8_t *plain = cf_alloc(a, sealed.n);
        ok = box.n == 64 + SEAL_TO_EXTRA && seal_from(secret, box, both);
        part_ad(&w->row->id, (uint16_t)i, w->o->parts[i].kind, ad);
        ok = ok && seal_open(both, ad, sizeof ad, sealed, plain);
        if (ok) {
            part_commit(l->sha, ad, both + 32, (struct cf_str){(const char *)plain, sealed.n - LEDGER_TAG}, commitment);
            ok = memcmp(commitment, w->o->commitment[i], LEDGER_HASH) == 0;
            memcpy(w->o->key[i], both, 32);
            memcpy(w->o->salt[i], both + 32, 32);
            what->parts[i] = true;
            w->to[i] = LEDGER_LIVE;
        }
        seal_wipe(both, sizeof both);
    }
    store_done(s);
    return ok || cf_fail(errs, CF_E045, CF_NOWHERE, "the custodian's secret key does not open this event");
}

bool ledger_unseal(struct ledger *l, struct cf_id event, const uint8_t custodian_secret[32], struct cf_id actor,
                   struct cf_str authority, struct ledger_receipt *receipt, struct cf_errs *errs) {
    struct event_row row;
    struct ledger_event e;
    if (!writable(l, errs)) {
        return false;
    }
    struct cf_arena *a = cf_arena_new("unsealing");
    struct opened *o = CF_NEW(a, struct opened);
    struct ledger_person person = {.subject = actor, .role = LEDGER_ROLE_ACTOR};
    struct saying what = {
        .id = ledger_new_id(l), .kind = LEDGER_UNSEALED_EVENT, .persons = &person, .n_persons = 1, .authority = authority};
    struct rewrite w = {.row = &row, .o = o};
    bool ok = load_target(l, a, event, &row, o, &e, errs);
    for (size_t i = 0; ok && i < o->n; i++) {
        w.to[i] = o->parts[i].state;
    }
    if (ok && e.sealed == 0) {
        ok = cf_fail(errs, CF_E044, CF_NOWHERE, "event %llu has no sealed part", (unsigned long long)e.seq);
    }
    ok = ok && unbox_parts(l, a, custodian_secret, &w, &what, errs) && run_rewrite(l, a, &e, &what, &w, receipt, errs);
    seal_wipe(o->key, sizeof o->key);
    cf_arena_free(a);
    return ok;
}

bool ledger_held(struct ledger *l, struct cf_id event, bool *held, struct cf_id *by, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("hold");
    struct ledger_event e;
    bool ok = ledger_read_id(l, event, a, &e, errs);
    if (ok) {
        *by = control_hold(l->control, &e);
        *held = !cf_id_zero(*by);
    }
    cf_arena_free(a);
    return ok;
}
