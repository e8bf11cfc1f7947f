/* gather: takes in many events at once: their links and image entries are gathered in memory, sorted, and each row written
 * once, in the order in which rows lie. What it leaves behind is what desk_take_in leaves, event by event. Must not know what
 * any record means. */
#include "docket/priv.h"

#include <stdlib.h>

enum {
    BYTES_MOST = 96 << 20,  /* gathered before it is written */
    FRESH_EVENTS_MIN = 2000 /* a desk made anew from so many gets the index on kinds last */
};

static const struct store_sql ADD_LINK = {"desk.add_link_gathered",
                                          "INSERT INTO link VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"};
static const struct store_sql ADD_IMAGE = {
    "desk.add_image_gathered", "INSERT INTO image VALUES(?1, ?2, ?3) ON CONFLICT(subject) DO UPDATE SET n = n + excluded.n, "
                               "bytes = CAST(bytes || excluded.bytes AS BLOB)"};
static const struct store_sql DROP_INDEX = {"desk.drop_link_kind", "DROP INDEX IF EXISTS link_kind"};
static const struct store_sql MAKE_INDEX = {"desk.make_link_kind",
                                            "CREATE INDEX IF NOT EXISTS link_kind ON link(kind, seq) WHERE about = 1"};

struct link {
    uint32_t subject, role, kind;
    bool about;
    uint64_t seq;
};
struct entry { /* of one subject's image */
    uint32_t subject;
    uint64_t seq;
    struct cf_str bytes;
};
struct gather {
    struct desk *d;
    struct cf_arena *a;
    CF_LIST(struct link) links;
    CF_LIST(struct entry) entries;
    CF_LIST(uint64_t) later; /* corrections, merges, erasures: they need what came before them in rows */
    uint64_t to;             /* events gathered up to here */
};

static int by_subject_link(const void *x, const void *y) {
    const struct link *a = x, *b = y;
    if (a->subject != b->subject) {
        return a->subject < b->subject ? -1 : 1;
    }
    if (a->seq != b->seq) {
        return a->seq < b->seq ? -1 : 1;
    }
    return a->role < b->role ? -1 : a->role > b->role;
}

static int by_subject_entry(const void *x, const void *y) {
    const struct entry *a = x, *b = y;
    if (a->subject != b->subject) {
        return a->subject < b->subject ? -1 : 1;
    }
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* ---- Gathering. */

static bool is_ordinary(uint32_t kind) {
    return kind != LEDGER_CORRECTION && kind != LEDGER_WITHDRAWN && kind != LEDGER_ERASED && kind != LEDGER_MERGED &&
           kind != LEDGER_UNMERGED;
}

static bool encode(struct gather *g, const struct ledger_event *e, struct cf_str *bytes, struct cf_errs *errs) {
    const struct effective now = {.event = *e, .known = e->recorded_us / 1000000};
    struct cf_buf b = cf_buf_new(g->d->scratch, 1u << 20);
    if (!image_encode(g->d, &now, &b, errs)) {
        return false;
    }
    if (!cf_buf_finish(&b, bytes)) {
        return cf_fail(errs, CF_D006, CF_NOWHERE, "an event is too large for its history image");
    }
    bytes->p = cf_memdup(g->a, bytes->p, bytes->n);
    cf_arena_reset(g->d->scratch);
    return true;
}

static bool gather_ordinary(struct gather *g, const struct ledger_event *e, struct cf_errs *errs) {
    size_t first = g->entries.n;
    for (size_t i = 0; i < e->d.n_persons; i++) {
        const struct ledger_person *p = &e->d.persons[i];
        int64_t no;
        if (p->state != LEDGER_LIVE || p->role < LEDGER_FIRST_ROLE) {
            continue;
        }
        if (!ledger_subject_no(g->d->ledger, p->subject, &no, errs)) {
            return false;
        }
        bool about = desk_role_is_about(g->d, e->d.kind, p->role), known = false;
        *cf_push(g->a, &g->links) = (struct link){(uint32_t)no, p->role, e->d.kind, about, e->seq};
        for (size_t k = first; k < g->entries.n; k++) {
            known |= g->entries.v[k].subject == (uint32_t)no;
        }
        if (about && no && !known) {
            *cf_push(g->a, &g->entries) = (struct entry){.subject = (uint32_t)no, .seq = e->seq};
        }
    }
    struct cf_str bytes;
    if (g->entries.n == first) {
        return true;
    }
    if (!encode(g, e, &bytes, errs)) {
        return false;
    }
    for (size_t k = first; k < g->entries.n; k++) {
        g->entries.v[k].bytes = bytes;
    }
    return true;
}

/* ---- Writing. */

static bool write_links(struct gather *g, struct cf_errs *errs) {
    if (g->links.n) {
        qsort(g->links.v, g->links.n, sizeof *g->links.v, by_subject_link);
    }
    for (size_t i = 0; i < g->links.n; i++) {
        const struct link *l = &g->links.v[i];
        struct store_stmt *s = store_use(g->d->db, &ADD_LINK, errs);
        if (s) {
            store_bind_int(s, 1, l->subject);
            store_bind_int(s, 2, (int64_t)l->seq);
            store_bind_int(s, 3, l->role);
            store_bind_int(s, 4, l->kind);
            store_bind_int(s, 5, l->about);
        }
        if (!store_run(s, errs)) {
            return false;
        }
    }
    return true;
}

static bool write_image(struct gather *g, const struct entry *v, size_t n, struct cf_errs *errs) {
    struct cf_str all = v[0].bytes;
    if (n > 1) {
        size_t bytes = 0, at = 0;
        for (size_t i = 0; i < n; i++) {
            bytes += v[i].bytes.n;
        }
        char *p = cf_alloc(g->d->scratch, bytes);
        for (size_t i = 0; i < n; i++) {
            memcpy(p + at, v[i].bytes.p, v[i].bytes.n);
            at += v[i].bytes.n;
        }
        all = (struct cf_str){p, bytes};
    }
    struct store_stmt *s = store_use(g->d->db, &ADD_IMAGE, errs);
    if (s) {
        store_bind_int(s, 1, v[0].subject);
        store_bind_int(s, 2, (int64_t)n);
        store_bind_bytes(s, 3, all);
    }
    return store_run(s, errs) && desk_mark_stale(g->d, v[0].subject, errs);
}

static bool write_images(struct gather *g, struct cf_errs *errs) {
    const struct entry *v = g->entries.v;
    if (g->entries.n) {
        qsort(g->entries.v, g->entries.n, sizeof *v, by_subject_entry);
    }
    for (size_t i = 0, n; i < g->entries.n; i += n) {
        for (n = 1; i + n < g->entries.n && v[i + n].subject == v[i].subject;) {
            n++;
        }
        if (!write_image(g, v + i, n, errs)) {
            return false;
        }
        cf_arena_reset(g->d->scratch);
    }
    return true;
}

static bool write_later(struct gather *g, struct cf_errs *errs) {
    struct cf_arena *one = cf_arena_new("one event");
    bool ok = true;
    for (size_t i = 0; ok && i < g->later.n; i++) {
        struct ledger_event e;
        ok = ledger_read(g->d->ledger, g->later.v[i], one, &e, errs) && desk_take_in(g->d, &e, one, errs);
        cf_arena_reset(one);
        cf_arena_reset(g->d->scratch);
    }
    cf_arena_free(one);
    return ok;
}

static void forget(struct gather *g) {
    cf_arena_reset(g->a);
    memset(&g->links, 0, sizeof g->links);
    memset(&g->entries, 0, sizeof g->entries);
    memset(&g->later, 0, sizeof g->later);
}

static bool write_all(struct gather *g, struct cf_errs *errs) {
    if (!store_begin(g->d->db, errs)) {
        return false;
    }
    if (!write_links(g, errs) || !write_images(g, errs) || !write_later(g, errs)) {
        desk_rollback(g->d);
        return false;
    }
    g->d->applied = g->to;
    forget(g);
    return desk_commit(g->d, errs);
}

static bool gather_all(struct gather *g, struct ledger_stream *s, struct cf_errs *errs) {
    for (;;) {
        const struct ledger_event *e;
        if (!ledger_stream_next(s, &e, errs)) {
            return false;
        }
        if (!e) {
            return g->to == g->d->applied || write_all(g, errs);
        }
        if (!is_ordinary(e->d.kind)) {
            *cf_push(g->a, &g->later) = e->seq;
        } else if (e->state == LEDGER_LIVE && !gather_ordinary(g, e, errs)) {
            return false;
        }
        g->to = e->seq + 1;
        if (cf_arena_used(g->a) > BYTES_MOST && !write_all(g, errs)) {
            return false;
        }
    }
}

bool desk_catch_up(struct desk *d, struct cf_errs *errs) {
    uint64_t size = ledger_size(d->ledger);
    struct ledger_stream *s;
    if (d->applied >= size) {
        return true;
    }
    bool fresh = d->applied == 0 && size > FRESH_EVENTS_MIN;
    if ((fresh && !store_script(d->db, &DROP_INDEX, errs)) || !ledger_stream(d->ledger, d->applied, size, &s, errs)) {
        return false;
    }
    struct gather g = {.d = d, .a = cf_arena_new("gathered"), .to = d->applied};
    bool ok = ledger_snapshot(d->ledger, errs) && gather_all(&g, s, errs);
    ledger_snapshot_end(d->ledger);
    ledger_stream_end(s);
    cf_arena_free(g.a);
    cf_arena_reset(d->scratch);
    return ok && (!fresh || store_script(d->db, &MAKE_INDEX, errs));
}
