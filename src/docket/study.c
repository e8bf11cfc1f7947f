/* study: one typed table a record kind, for analysts: derived from the ledger, may lag, can be deleted and comes back equal.
 * Coded answers stand as their names, absences as NULL, narratives never. Must not know rules; nothing that is acknowledged
 * waits for it. */
#include "docket/priv.h"

enum { STUDY_BATCH = 4000 };

static const struct store_sql APPLIED = {"study.applied", "SELECT seq FROM applied"};
static const struct store_sql SET_APPLIED = {"study.set_applied", "UPDATE applied SET seq = ?1, adopted = ?2"};
static const struct store_sql ADOPTED = {"study.adopted", "SELECT adopted FROM applied"};
static const struct store_sql SCHEMA = {
    "study.schema", "CREATE TABLE IF NOT EXISTS applied(one INTEGER PRIMARY KEY CHECK(one = 1), seq INTEGER NOT NULL,"
                    " adopted INTEGER NOT NULL) STRICT; INSERT OR IGNORE INTO applied VALUES(1, 0, -1);"};

struct study {
    struct desk *d;
    struct store_db *db;
    const struct bound_set *set;
    uint64_t applied;
    struct store_sql *insert, *drop; /* by record number: prepared once */
};

/* ---- Tables follow the declarations. Names are policy names: letters, digits and _ only, quoted all the same. */

static const char *column_type(const struct lang_field *f) {
    switch (f->type.kind) {
    case LANG_T_YESNO:
    case LANG_T_WHOLE:
    case LANG_T_INSTANT:
    case LANG_T_SUBJECT:
    case LANG_T_EVENT: return "INTEGER";
    case LANG_T_NONE:
    case LANG_T_FRACTION:
    case LANG_T_DATE:
    case LANG_T_DURATION:
    case LANG_T_CLOCK:
    case LANG_T_TEXT:
    case LANG_T_CODE:
    case LANG_T_SET: break;
    }
    return "TEXT";
}

static bool is_kept_out(const struct lang_field *f) {
    return f->type.kind == LANG_T_TEXT;
}

static bool statements(struct study *s, const struct lang_decl *record) {
    struct cf_arena *a = s->d->arena;
    struct cf_buf into = cf_buf_new(a, 65536);
    struct cf_str name = record->name.text, text;
    int at = 7;
    cf_buf_printf(&into, "INSERT OR REPLACE INTO \"%.*s\" VALUES(?1, ?2, ?3, ?4, ?5, ?6", CF_STR_ARG(name));
    for (size_t f = 0; f < record->as.record.fields.n; f++) {
        if (!is_kept_out(&record->as.record.fields.v[f])) {
            cf_buf_printf(&into, ", ?%d", at++);
        }
    }
    cf_buf_lit(&into, ")");
    if (!cf_buf_finish(&into, &text)) {
        return false;
    }
    struct cf_str drop = cf_str_printf(a, "DELETE FROM \"%.*s\" WHERE seq = ?1", CF_STR_ARG(name));
    s->insert[record->as.record.number] = (struct store_sql){"study.insert", cf_cstr(a, text)};
    s->drop[record->as.record.number] = (struct store_sql){"study.drop", cf_cstr(a, drop)};
    return true;
}

static bool make_table(struct study *s, const struct lang_decl *record, struct cf_errs *errs) {
    struct cf_buf ddl = cf_buf_new(s->d->arena, 65536);
    struct cf_str name = record->name.text, text;
    cf_buf_printf(
        &ddl,
        "DROP TABLE IF EXISTS \"%.*s\"; CREATE TABLE \"%.*s\"(seq INTEGER PRIMARY KEY, happened_from INTEGER NOT NULL,"
        " happened_to INTEGER NOT NULL, recorded INTEGER NOT NULL, subject INTEGER, unit INTEGER",
        CF_STR_ARG(name), CF_STR_ARG(name));
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        const struct lang_field *f = &record->as.record.fields.v[i];
        if (!is_kept_out(f)) {
            cf_buf_printf(&ddl, ", \"f_%.*s\" %s", CF_STR_ARG(f->name.text), column_type(f));
        }
    }
    cf_buf_lit(&ddl, ") STRICT;");
    return cf_buf_finish(&ddl, &text) && store_script_text(s->db, text, errs);
}

static bool make_tables(struct study *s, struct cf_errs *errs) {
    for (size_t i = 0; i < s->set->set->records.n; i++) {
        if (!make_table(s, s->set->set->records.v[i], errs)) {
            return false;
        }
    }
    s->applied = 0;
    return true;
}

/* ---- Rows. */

static void put_value(struct cf_buf *b, const struct lang_field *f, const struct lang_value *v) {
    if (v->kind == LANG_V_CODE && f->type.of) {
        cf_buf_str(b, f->type.of->as.codes.list.v[v->i].name.text);
    } else if (v->kind == LANG_V_DATE) {
        cf_buf_lit(b, cf_date_shown((int32_t)v->i).p);
        if (v->more) {
            cf_buf_printf(b, "/%s", cf_date_shown((int32_t)(v->i + v->more)).p);
        }
    } else if (v->kind == LANG_V_DURATION) {
        cf_buf_lit(b, cf_duration_shown((struct cf_duration){(int32_t)v->i, (enum cf_unit)v->more}).p);
    } else if (v->kind == LANG_V_FRACTION) {
        cf_buf_printf(b, "%lld/%u", (long long)v->i, v->more);
    } else if (v->kind == LANG_V_LIST) {
        for (uint32_t i = 0; i < v->more; i++) {
            cf_buf_lit(b, i ? "," : "");
            put_value(b, f, &v->items[i].v);
        }
    } else if (v->kind > LANG_V_DECLINED) {
        cf_buf_printf(b, "%lld", (long long)v->i);
    }
}

static bool put_row(struct study *s, const struct lang_event *e, struct cf_arena *a, struct cf_errs *errs) {
    const struct lang_decl *record = s->set->set->records.v[e->record];
    struct store_stmt *q = store_use(s->db, &s->insert[e->record], errs);
    if (!q) {
        return false;
    }
    store_bind_int(q, 1, (int64_t)e->seq);
    store_bind_int(q, 2, e->from);
    store_bind_int(q, 3, e->to);
    store_bind_int(q, 4, e->recorded);
    store_bind_int(q, 5, record->as.record.roles.n ? e->subjects[0] : 0);
    store_bind_int(q, 6, e->unit);
    int at = 7;
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        const struct lang_field *f = &record->as.record.fields.v[i];
        const struct lang_value *v = &e->fields[i];
        if (is_kept_out(f)) {
            continue;
        }
        if (v->kind <= LANG_V_DECLINED) {
            store_bind_null(q, at++);
        } else if (column_type(f)[0] == 'I') {
            store_bind_int(q, at++, v->i);
        } else {
            struct cf_buf b = cf_buf_new(a, 65536);
            put_value(&b, f, v);
            store_bind_text(q, at++, (struct cf_str){b.n ? b.p : "", b.n});
        }
    }
    return store_run(q, errs);
}

static bool drop_row(struct study *s, uint64_t seq, uint32_t kind, struct cf_errs *errs) {
    const struct bound_record *b = kind < s->set->kinds ? s->set->by_kind[kind] : NULL;
    if (!b) {
        return true;
    }
    struct store_stmt *q = store_use(s->db, &s->drop[b->record->as.record.number], errs);
    if (q) {
        store_bind_int(q, 1, (int64_t)seq);
    }
    return store_run(q, errs);
}

/* One event as it now stands; what was withdrawn or destroyed has no row. */
static bool put_event(struct study *s, const struct ledger_event *root, struct cf_arena *a, struct cf_errs *errs) {
    struct effective e;
    struct img_events events = {0};
    struct cf_buf b = cf_buf_new(a, 1u << 20);
    struct cf_str bytes;
    uint32_t *about;
    size_t n;
    if (!desk_effective_of(s->d, root, LEDGER_NO_SEQ, a, &e, errs)) {
        return false;
    }
    desk_about_of(s->d, &e.event, a, &about, &n);
    if (e.withdrawn || !n) {
        return true;
    }
    if (!image_encode(s->d, &e, &b, errs) || !cf_buf_finish(&b, &bytes) ||
        !image_decode(s->d, s->set, bytes, about, n, a, &events, errs)) {
        return false;
    }
    for (size_t i = 0; i < events.n; i++) {
        if (events.v[i].from != CF_TIME_MIN && !put_row(s, &events.v[i], a, errs)) {
            return false; /* age evidence is no event of its own */
        }
    }
    return true;
}

static bool put_anew(struct study *s, uint64_t seq, struct cf_arena *a, struct cf_errs *errs) {
    struct ledger_event root;
    return ledger_read(s->d->ledger, seq, a, &root, errs) && drop_row(s, seq, root.d.kind, errs) &&
           put_event(s, &root, a, errs);
}

/* An erased event leaves no row in any table: its kind is gone with its frame. */
static bool drop_erased(struct study *s, const struct ledger_event *e, struct cf_errs *errs) {
    const struct ledger_value *targets = ledger_fact(e, LEDGER_F_TARGETS);
    for (size_t t = 0; targets && t < targets->as.list.n; t++) {
        struct cf_id id;
        uint64_t root;
        if (targets->as.list.v[t].as.s.n != sizeof id.b) {
            continue;
        }
        memcpy(id.b, targets->as.list.v[t].as.s.p, sizeof id.b);
        if (!ledger_seq_of_id(s->d->ledger, id, &root, errs)) {
            return false;
        }
        for (size_t i = 0; root != LEDGER_NO_SEQ && i < s->set->set->records.n; i++) {
            if (!drop_row(s, root, s->set->records[i].kind, errs)) {
                return false;
            }
        }
    }
    return true;
}

static bool follow_event(struct study *s, const struct ledger_event *e, struct cf_arena *a, struct cf_errs *errs) {
    uint64_t root = e->seq;
    if (e->d.kind == LEDGER_ERASED) {
        return drop_erased(s, e, errs);
    }
    if (e->d.kind == LEDGER_CORRECTION || e->d.kind == LEDGER_WITHDRAWN) {
        return ledger_seq_of_id(s->d->ledger, e->d.corrects, &root, errs) &&
               (root == LEDGER_NO_SEQ || put_anew(s, root, a, errs));
    }
    bool known = e->d.kind < s->set->kinds && s->set->by_kind[e->d.kind];
    return !known || put_event(s, e, a, errs);
}

static bool follow_batch(struct study *s, uint64_t to, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("study"), *one = cf_arena_new("study one");
    struct ledger_cursor *c = NULL;
    bool more = true, ok = store_begin(s->db, errs) && ledger_scan(s->d->ledger, s->applied, to, a, &c, errs);
    while (ok && more) {
        struct ledger_event e;
        ok = ledger_scan_next(c, one, &more, &e, errs) && (!more || follow_event(s, &e, one, errs));
        cf_arena_reset(one);
        cf_arena_reset(s->d->scratch);
    }
    struct store_stmt *q = ok ? store_use(s->db, &SET_APPLIED, errs) : NULL;
    if (q) {
        store_bind_int(q, 1, (int64_t)to);
        store_bind_int(q, 2, (int64_t)s->set->adopted);
    }
    ok = ok && store_run(q, errs) && store_commit(s->db, errs);
    cf_arena_free(one);
    cf_arena_free(a);
    if (!ok) {
        store_rollback(s->db);
    }
    s->applied = ok ? to : s->applied;
    return ok;
}

static bool open_study(struct study *s, struct cf_errs *errs) {
    struct store_options o = {.mode = STORE_OPEN, .sync = STORE_NORMAL, .vacuum_freely = true};
    int64_t seq, adopted;
    if (!store_open(s->d->arena, desk_beside(s->d, "study"), &o, errs, &s->db) || !store_script(s->db, &SCHEMA, errs) ||
        !store_one_int(s->db, &APPLIED, 0, &seq, errs) || !store_one_int(s->db, &ADOPTED, -1, &adopted, errs)) {
        return false;
    }
    s->applied = (uint64_t)seq;
    s->insert = CF_NEW_N(s->d->arena, struct store_sql, s->set->set->records.n + 1);
    s->drop = CF_NEW_N(s->d->arena, struct store_sql, s->set->set->records.n + 1);
    for (size_t i = 0; i < s->set->set->records.n; i++) {
        if (!statements(s, s->set->set->records.v[i])) {
            return cf_fail(errs, CF_D006, CF_NOWHERE, "a record has too many fields for a typed table");
        }
    }
    bool stands = adopted == (int64_t)s->set->adopted && s->applied <= ledger_size(s->d->ledger);
    return stands || make_tables(s, errs);
}

static bool digest_tables(struct study *s, struct desk_table_digest *digest, struct cf_errs *errs) {
    bool ok = true;
    for (size_t i = 0; ok && i < s->set->set->records.n; i++) {
        struct cf_str name = s->set->set->records.v[i]->name.text;
        struct cf_str sql =
            cf_str_printf(s->d->scratch, "SELECT '%.*s', * FROM \"%.*s\" ORDER BY seq", CF_STR_ARG(name), CF_STR_ARG(name));
        ok = desk_digest_rows(store_use_text(s->db, sql, errs), digest, errs);
    }
    cf_arena_reset(s->d->scratch);
    return ok;
}

/* anew: every table is made again. vacuum: nothing of what was deleted is left in the file. digest: may be NULL. */
static bool follow(struct desk *d, bool anew, bool vacuum, struct desk_table_digest *digest, struct cf_errs *errs) {
    struct study s = {.d = d, .set = desk_current(d)};
    if (!s.set) {
        return true;
    }
    bool ok = open_study(&s, errs) && (!anew || make_tables(&s, errs));
    uint64_t size = ledger_size(d->ledger);
    while (ok && s.applied < size) {
        ok = follow_batch(&s, s.applied + STUDY_BATCH < size ? s.applied + STUDY_BATCH : size, errs);
    }
    ok = ok &&
         (!vacuum || (store_checkpoint(s.db, true, errs) && store_vacuum(s.db, errs) && store_checkpoint(s.db, true, errs)));
    ok = ok && (!digest || digest_tables(&s, digest, errs));
    store_close(s.db);
    return ok;
}

bool desk_study(struct desk *d, struct cf_errs *errs) {
    return follow(d, false, false, NULL, errs);
}

bool desk_study_forget(struct desk *d, struct cf_errs *errs) {
    return follow(d, false, true, NULL, errs);
}

bool desk_study_anew(struct desk *d, struct cf_errs *errs) {
    return follow(d, true, false, NULL, errs);
}

bool desk_study_digest(struct desk *d, struct desk_table_digest *digest, struct cf_errs *errs) {
    return follow(d, false, false, digest, errs);
}
