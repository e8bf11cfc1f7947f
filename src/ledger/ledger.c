/* ledger/ledger: a ledger as a file: making it, opening it, its lock, its clock, what is loaded into memory. Knows tables and
 * keys, nothing of what an event says. */
#include "ledger/ledger_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/timex.h>
#include <unistd.h>

#define APPLICATION 1667656292 /* "cfld" */
#define CLOCK_BEHIND_US INT64_C(2000000)
#define CLOCK_AHEAD_US (INT64_C(86400) * 1000000)
#define CLOCK_ERROR_UNKNOWN_US INT64_C(16000000) /* what the kernel says when nobody disciplines it */
#define CHECKED_AT_OPEN 10000
#define WRITER_CACHE_KIB 131072 /* two indexes are in random order; the writer keeps their pages at hand */

const struct store_sql ledger_schema = {
    "ledger.schema",
    "PRAGMA application_id=1667656292;"
    "PRAGMA user_version=1;"
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL, mark BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, recorded INTEGER NOT NULL, leaf BLOB NOT NULL,"
    " body BLOB NOT NULL) STRICT;"
    "CREATE TABLE secret(seq INTEGER PRIMARY KEY, k BLOB NOT NULL) STRICT;"
    "CREATE TABLE partkey(n INTEGER PRIMARY KEY, seq INTEGER NOT NULL, i INTEGER NOT NULL, key BLOB NOT NULL,"
    " salt BLOB NOT NULL, UNIQUE(seq, i)) STRICT;"
    "CREATE TABLE sealed(n INTEGER PRIMARY KEY, seq INTEGER NOT NULL, i INTEGER NOT NULL, box BLOB NOT NULL,"
    " mark BLOB NOT NULL, UNIQUE(seq, i)) STRICT;"
    "CREATE TABLE subject(no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, type INTEGER NOT NULL, mark BLOB NOT NULL) STRICT;"
    "CREATE TABLE source_key(key BLOB PRIMARY KEY, seq INTEGER NOT NULL, mark BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE control(seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL) STRICT;"
    "CREATE TABLE gone(seq INTEGER PRIMARY KEY, by INTEGER NOT NULL, mark BLOB NOT NULL) STRICT;"
    "CREATE TABLE tile(level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY(level, n)) STRICT;"
    "CREATE TABLE head(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;"
    "CREATE TABLE blob(digest BLOB PRIMARY KEY, text BLOB NOT NULL) STRICT;"};

static const struct store_sql sql_application = {"ledger.application", "PRAGMA application_id"};
static const struct store_sql sql_version = {"ledger.version", "PRAGMA user_version"};
static const struct store_sql sql_tables = {"ledger.tables", "SELECT count(*) FROM sqlite_schema"};
static const struct store_sql sql_size = {"ledger.size", "SELECT max(seq) + 1 FROM event"};
static const struct store_sql sql_before_last = {"ledger.before_last",
                                                 "SELECT seq FROM event ORDER BY seq DESC LIMIT 1 OFFSET 1"};
static const struct store_sql sql_last = {"ledger.last", "SELECT recorded FROM event ORDER BY seq DESC LIMIT 1"};
static const struct store_sql sql_subjects = {"ledger.subjects", "SELECT max(no) FROM subject"};
static const struct store_sql sql_meta_put = {"ledger.meta_put", "INSERT INTO meta(name, value, mark) VALUES(?1, ?2, ?3)"};
static const struct store_sql sql_meta_get = {"ledger.meta_get", "SELECT value, mark FROM meta WHERE name = ?1"};
static const struct store_sql sql_control = {"ledger.control", "SELECT seq, kind FROM control WHERE seq >= ?1 ORDER BY seq"};

/* ---- Small things. */
void ledger_random(struct ledger *l, void *p, size_t n) {
    if (l->options.random != NULL) {
        l->options.random(l->options.random_arg, p, n);
        return;
    }
    CF_ASSERT(n <= sizeof l->pool);
    if (l->pool_left < n) {
        seal_random(l->pool, sizeof l->pool);
        l->pool_left = sizeof l->pool;
    }
    l->pool_left -= n;
    memcpy(p, l->pool + l->pool_left, n);
    seal_wipe(l->pool + l->pool_left, n); /* no byte serves twice, none is left behind */
}

uint64_t ledger_size(const struct ledger *l) {
    return l->size;
}

int64_t ledger_last_recorded(const struct ledger *l) {
    return l->last_recorded;
}

struct cf_id ledger_id(const struct ledger *l) {
    return l->id;
}

struct cf_str ledger_origin(const struct ledger *l) {
    return l->origin;
}

const char *ledger_path(const struct ledger *l) {
    return l->path;
}

struct cf_id ledger_new_subject(struct ledger *l) {
    struct cf_id id;
    ledger_random(l, id.b, sizeof id.b);
    return id;
}

/* UUIDv7 (RFC 9562 5.7): milliseconds, then a count within the millisecond, so that ids of one maker ascend. */
struct cf_id ledger_new_id(struct ledger *l) {
    struct cf_id id;
    uint64_t ms = (uint64_t)(cf_now_us() / 1000);
    ledger_random(l, id.b, sizeof id.b);
    if (ms <= l->last_ms) {
        l->last_count++;
        if (l->last_count > 0xfff) {
            l->last_ms++;
            l->last_count = 0;
        }
        ms = l->last_ms;
    } else {
        l->last_ms = ms;
        l->last_count = id.b[7] & 0x7fU; /* begins low: room to count */
    }
    for (int i = 0; i < 6; i++) {
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    }
    id.b[6] = (uint8_t)(0x70U | (l->last_count >> 8));
    id.b[7] = (uint8_t)l->last_count;
    id.b[8] = (uint8_t)(0x80U | (id.b[8] & 0x3fU));
    return id;
}

struct cf_errs ledger_quiet(struct cf_arena *a) {
    return cf_errs_new(a);
}

bool ledger_asked_clock(struct ledger *l) {
    l->clock_error_us = -1;
    if (l->options.clock == LEDGER_CLOCK_ASK) {
        struct timex t = {.modes = 0};
        int state = adjtimex(&t);
        bool good = state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
        l->clock_error_us = good ? -1 : state < 0 || t.maxerror < 0 ? CLOCK_ERROR_UNKNOWN_US : (int64_t)t.maxerror;
    } else if (l->options.clock == LEDGER_CLOCK_UNSYNCHRONISED) {
        l->clock_error_us = CLOCK_ERROR_UNKNOWN_US;
    }
    return l->clock_error_us < 0;
}

/* ---- Meta: named values, each with a mark under the index key. */
static bool meta_put(struct ledger *l, const char *name, const void *p, size_t n, struct cf_errs *errs) {
    uint8_t mark[8];
    const struct cf_str pieces[] = {cf_str_from(name), {p, n}};
    mark_row(l->keys, "meta", pieces, 2, mark);
    struct store_stmt *s = store_use(l->db, &sql_meta_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_text(s, 1, pieces[0]);
    store_bind_bytes(s, 2, pieces[1]);
    store_bind_blob(s, 3, mark, sizeof mark);
    return store_run(s, errs);
}

/* Reads a value of exactly n bytes, or of at most *got when n is 0. The mark is compared once the keys are known to be the
 * right ones. */
static bool meta_get(struct ledger *l, const char *name, void *out, size_t n, size_t *got, struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_meta_get, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_text(s, 1, cf_str_from(name));
    if (!store_next(s, &row, errs)) {
        return false;
    }
    struct cf_str v = row ? store_bytes(s, 0) : CF_LIT(""), mark = row ? store_bytes(s, 1) : CF_LIT("");
    bool ok = row && (n > 0 ? v.n == n : v.n <= *got) && mark.n == 8;
    if (ok) {
        memcpy(out, v.p, v.n);
        uint8_t want[8];
        const struct cf_str pieces[] = {cf_str_from(name), v};
        mark_row(l->keys, "meta", pieces, 2, want);
        ok = memcmp(want, mark.p, 8) == 0;
        *got = v.n;
    }
    store_done(s);
    return ok || cf_fail(errs, CF_E011, CF_NOWHERE, "%s: the row `%s` of table meta is missing or damaged", l->path, name);
}

/* Are these the keys of this ledger? Answered before any mark is believed, so that a wrong file is told from a damaged ledger.
 */
static void wrapping_check(const struct seal_keys *k, uint8_t out[16]) {
    uint8_t zero[32] = {0}, mask[32];
    struct cf_id none = {{0}};
    seal_wrap(k, &none, zero, mask);
    seal_hash((struct cf_str){(const char *)mask, 32}, mask, 16);
    memcpy(out, mask, 16);
}

static bool keys_fit(struct ledger *l, struct cf_errs *errs) {
    uint8_t want[16], is[16] = {0};
    struct store_stmt *s = store_use(l->db, &sql_meta_get, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_text(s, 1, CF_LIT("wrapping"));
    if (!store_next(s, &row, errs)) {
        return false;
    }
    struct cf_str v = row ? store_bytes(s, 0) : CF_LIT("");
    if (v.n == sizeof is) {
        memcpy(is, v.p, sizeof is);
    }
    store_done(s);
    wrapping_check(l->keys, want);
    return memcmp(want, is, sizeof is) == 0 ||
           cf_fail(errs, CF_E006, CF_NOWHERE, "%s: these keys were not made with this ledger",
                   keys_path(l->arena, l->path, &l->options));
}

static bool meta_load(struct ledger *l, struct cf_errs *errs) {
    uint8_t epoch[8], key[32];
    char force[64];
    size_t n = sizeof force, got = 0;
    if (!keys_fit(l, errs) || !meta_get(l, "ledger", l->id.b, 16, &got, errs) || !meta_get(l, "epoch", epoch, 8, &got, errs) ||
        !meta_get(l, "signing", key, 32, &got, errs) || !meta_get(l, "custodian", l->custodian, 32, &got, errs) ||
        !meta_get(l, "auditor", l->auditor, 32, &got, errs) || !meta_get(l, "force", force, 0, &n, errs)) {
        return false;
    }
    if (memcmp(key, l->keys->sign_public, 32) != 0) {
        return cf_fail(errs, CF_E006, CF_NOWHERE, "%s: the signing key of the keys file is not this ledger's",
                       keys_path(l->arena, l->path, &l->options));
    }
    l->epoch = (int64_t)cf_be_read(epoch, 8);
    l->origin = cf_str_printf(l->arena, "%.*s/childfirst/%lld", (int)n, force, (long long)l->epoch);
    return true;
}

static bool meta_make(struct ledger *l, struct cf_errs *errs) {
    uint8_t epoch[8], check[16];
    const char *force = l->options.force != NULL ? l->options.force : "demo";
    l->id = ledger_new_subject(l);
    wrapping_check(l->keys, check);
    return meta_put(l, "ledger", l->id.b, 16, errs) && meta_put(l, "epoch", be8(epoch, 1).p, 8, errs) &&
           meta_put(l, "signing", l->keys->sign_public, 32, errs) && meta_put(l, "wrapping", check, sizeof check, errs) &&
           meta_put(l, "custodian", l->options.custodian, 32, errs) && meta_put(l, "auditor", l->options.auditor, 32, errs) &&
           meta_put(l, "force", force, strlen(force), errs);
}

/* ---- Loading. */
bool ledger_load_control(struct ledger *l, uint64_t from, struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_control, errs);
    struct cf_arena *a = cf_arena_new("control events");
    bool row = s != NULL, ok = s != NULL;
    if (ok) {
        store_bind_int(s, 1, (int64_t)from);
    }
    while (row) {
        ok = store_next(s, &row, errs);
        if (!ok || !row) {
            break;
        }
        struct ledger_event e;
        uint64_t seq = (uint64_t)store_int(s, 0);
        if (seq >= l->size || !control_wants((uint32_t)store_int(s, 1))) {
            continue;
        }
        cf_arena_reset(a);
        ok = ledger_read(l, seq, a, &e, errs);
        if (!ok) {
            break;
        }
        control_take(l->control, &e);
    }
    store_done(s);
    cf_arena_free(a);
    return ok;
}

/* The last 10,000 leaves against the tiles, the last 256 events against their leaves: what a torn write could have reached. */
static bool check_tail(struct ledger *l, struct cf_errs *errs) {
    struct tree_source src = ledger_tree(l);
    uint64_t from = (l->size > CHECKED_AT_OPEN ? l->size - CHECKED_AT_OPEN : 0) / LEDGER_TILE;
    for (uint64_t block = from; (block + 1) * LEDGER_TILE <= l->size; block++) {
        uint8_t leaves[LEDGER_TILE][LEDGER_HASH], tile[LEDGER_TILE][LEDGER_HASH], root[LEDGER_HASH];
        unsigned in_tile = (unsigned)(block % LEDGER_TILE);
        for (unsigned i = 0; i < LEDGER_TILE; i++) {
            if (!src.leaf(src.arg, block * LEDGER_TILE + i, leaves[i], errs)) {
                return false;
            }
        }
        tree_block(l->sha, leaves[0], LEDGER_TILE, root);
        if (!src.tile(src.arg, 1, block / LEDGER_TILE, in_tile + 1, tile[0], errs)) {
            return false;
        }
        if (memcmp(root, tile[in_tile], LEDGER_HASH) != 0) {
            return cf_fail(errs, CF_E011, CF_NOWHERE, "%s: events %llu to %llu do not match the tree", l->path,
                           (unsigned long long)(block * LEDGER_TILE),
                           (unsigned long long)(block * LEDGER_TILE + LEDGER_TILE - 1));
        }
    }
    struct cf_arena *a = cf_arena_new("check at open");
    bool ok = true;
    for (uint64_t seq = l->size > LEDGER_TILE ? l->size - LEDGER_TILE : 0; ok && seq < l->size; seq++) {
        struct ledger_event e;
        cf_arena_reset(a);
        ok = ledger_read(l, seq, a, &e, errs);
    }
    cf_arena_free(a);
    return ok;
}

static bool load_log(struct ledger *l, struct cf_errs *errs) {
    int64_t size = 0;
    struct tree_source src = ledger_tree(l);
    if (!store_one_int(l->db, &sql_size, 0, &size, errs) ||
        !store_one_int(l->db, &sql_last, INT64_MIN / 2, &l->last_recorded, errs) ||
        !store_one_int(l->db, &sql_subjects, 0, &l->subjects, errs)) {
        return false;
    }
    l->size = (uint64_t)size;
    int64_t before = 0;
    if (size >= 2 && !store_one_int(l->db, &sql_before_last, -1, &before, errs)) {
        return false;
    }
    if (size >= 2 && before != size - 2) { /* a row whose seq was changed would make the ledger look longer than it is */
        return cf_fail(errs, CF_E011, CF_NOWHERE, "%s: events before %lld are missing", l->path, (long long)(size - 1));
    }
    return tree_load(&l->tree, l->size, &src, errs);
}

bool ledger_refresh(struct ledger *l, struct cf_errs *errs) {
    uint64_t before = l->size;
    int64_t size = 0;
    if (l->mode == LEDGER_WRITE) {
        return true;
    }
    if (!store_one_int(l->db, &sql_size, 0, &size, errs)) {
        return false;
    }
    if ((uint64_t)size == before) {
        return true;
    }
    if (!store_begin_read(l->db, errs)) {
        return false;
    }
    bool ok = load_log(l, errs) && ledger_load_control(l, before, errs) && register_pending(l, errs);
    store_rollback(l->db);
    return ok;
}

/* ---- Lock and clock. */
static bool take_lock(struct ledger *l, struct cf_errs *errs) {
    const char *path = cf_cstr(l->arena, cf_str_printf(l->arena, "%s.lock", l->path));
    l->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (l->lock < 0) {
        return cf_fail(errs, CF_B003, CF_NOWHERE, "%s: the lock file cannot be opened", path);
    }
    struct flock want = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(l->lock, F_OFD_SETLK, &want) != 0) {
        return cf_fail(errs, CF_E002, CF_NOWHERE, "%s: another program is writing to this ledger", l->path);
    }
    return true;
}

/* Behind by 2 s or ahead by a day is refused unless somebody says the clock is right. A clock that the kernel calls
 * synchronised may be ahead: then nothing was recorded for a day, which is no fault. */
static bool check_clock(struct ledger *l, struct cf_errs *errs) {
    bool synchronised = ledger_asked_clock(l);
    int64_t now = cf_now_us(), ahead = now - l->last_recorded;
    if (l->options.accept_clock || l->size == 0) {
        return true;
    }
    if (ahead < -CLOCK_BEHIND_US) {
        return cf_fail(errs, CF_E003, CF_NOWHERE, "%s: the clock is %lld s behind the last event", l->path,
                       (long long)(-ahead / 1000000));
    }
    if (ahead > CLOCK_AHEAD_US && !synchronised) {
        return cf_fail(errs, CF_E003, CF_NOWHERE,
                       "%s: the clock is %lld days ahead of the last event and nothing keeps it right", l->path,
                       (long long)(ahead / CLOCK_AHEAD_US));
    }
    return true;
}

/* ---- Open, create, close. */
static void close_cb(void *arg) {
    ledger_close(arg);
}

static struct ledger *new_ledger(struct cf_arena *a, const char *path, enum ledger_mode mode,
                                 const struct ledger_options *options) {
    static const struct ledger_options none = {0};
    struct ledger *l = CF_NEW(a, struct ledger);
    l->recent = CF_NEW_N(a, struct recent_subject, LEDGER_RECENT);
    l->arena = cf_arena_new("ledger");
    l->scratch = cf_arena_new("ledger scratch");
    l->memory = cf_arena_new("ledger control");
    l->path = cf_cstr(a, cf_str_from(path));
    l->options = options != NULL ? *options : none;
    if (l->options.keys != NULL) {
        l->options.keys = cf_cstr(l->arena, cf_str_from(l->options.keys));
    }
    l->mode = mode;
    l->lock = -1;
    l->sha = sha_new(l->arena);
    l->control = control_new(l->memory);
    l->clock_error_us = -1;
    cf_arena_cleanup(a, close_cb, l);
    return l;
}

void ledger_close(struct ledger *l) {
    if (l == NULL || l->arena == NULL) {
        return;
    }
    l->batch = false;
    store_rollback(l->db);
    store_close(l->db);
    l->db = NULL;
    if (l->lock >= 0) {
        (void)close(l->lock);
    }
    seal_wipe(l->pool, sizeof l->pool);
    cf_arena_free(l->memory);
    cf_arena_free(l->scratch);
    cf_arena_free(l->arena);
    l->arena = NULL;
}

static bool is_ledger(struct ledger *l, struct cf_errs *errs) {
    int64_t application = 0, version = 0;
    if (!store_one_int(l->db, &sql_application, 0, &application, errs) ||
        !store_one_int(l->db, &sql_version, 0, &version, errs)) {
        return false;
    }
    if (application != APPLICATION) {
        return cf_fail(errs, CF_E007, CF_NOWHERE, "%s: this is a database, but not a ledger", l->path);
    }
    return version == LEDGER_FORMAT ||
           cf_fail(errs, CF_E007, CF_NOWHERE, "%s: this ledger has format %lld; this program reads format %d", l->path,
                   (long long)version, LEDGER_FORMAT);
}

static bool open_all(struct ledger *l, struct cf_errs *errs) {
    bool reads = l->mode == LEDGER_READ;
    struct store_options o = {.mode = reads ? STORE_READ : STORE_WRITE,
                              .sync = STORE_FULL,
                              .vfs = l->options.vfs,
                              .cache_kib = reads ? 0 : WRITER_CACHE_KIB};
    if (!store_open(l->arena, l->path, &o, errs, &l->db) || !is_ledger(l, errs) ||
        !keys_load(l->arena, keys_path(l->arena, l->path, &l->options), &l->keys, errs)) {
        return false;
    }
    if (l->mode == LEDGER_WRITE && !take_lock(l, errs)) {
        return false;
    }
    if (!store_begin_read(l->db, errs)) {
        return false;
    }
    bool ok = meta_load(l, errs) && load_log(l, errs) && (l->mode == LEDGER_READ || check_tail(l, errs)) &&
              ledger_load_control(l, 0, errs);
    store_rollback(l->db);
    if (!ok) {
        return false;
    }
    if (l->mode == LEDGER_READ) {
        (void)ledger_asked_clock(l);
        return register_pending(l, errs);
    }
    return check_clock(l, errs) && register_apply(l, errs);
}

bool ledger_open(struct cf_arena *a, const char *path, enum ledger_mode mode, const struct ledger_options *options,
                 struct cf_errs *errs, struct ledger **out) {
    struct ledger *l = new_ledger(a, path, mode, options);
    if (!open_all(l, errs)) {
        ledger_close(l);
        return false;
    }
    *out = l;
    return true;
}

static bool append_genesis(struct ledger *l, struct cf_errs *errs) {
    const char *force = l->options.force != NULL ? l->options.force : "demo";
    int64_t now = cf_now_us();
    struct ledger_pair fields[] = {
        {LEDGER_F_FORMAT, ledger_int(LEDGER_FORMAT)},
        {LEDGER_F_LEDGER, ledger_bytes((struct cf_str){(const char *)l->id.b, 16})},
        {LEDGER_F_KEY, ledger_bytes((struct cf_str){(const char *)l->keys->sign_public, 32})},
        {LEDGER_F_NAME, ledger_text(cf_str_from(force))},
        {LEDGER_F_ENTRIES, control_builtin_entries(l->arena)},
    };
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = fields, .n_fields = CF_COUNT(fields)};
    struct ledger_draft d = {.id = ledger_new_id(l),
                             .kind = LEDGER_GENESIS,
                             .from = now / 1000000,
                             .to = now / 1000000,
                             .facts = &facts,
                             .n_facts = 1};
    struct ledger_receipt receipt;
    return ledger_append_at(l, &d, now, &receipt, errs);
}

/* One transaction: a ledger that was only half made is an empty file, and can be made again. */
static bool fill_new(struct ledger *l, struct cf_errs *errs) {
    int64_t tables = 0;
    if (!store_one_int(l->db, &sql_tables, 0, &tables, errs)) {
        return false;
    }
    if (tables != 0) {
        return cf_fail(errs, CF_E001, CF_NOWHERE, "%s: there is a database already", l->path);
    }
    (void)ledger_asked_clock(l);
    l->last_recorded = INT64_MIN / 2;
    if (!store_begin(l->db, errs)) {
        return false;
    }
    if (!store_script(l->db, &ledger_schema, errs) || !meta_make(l, errs)) {
        store_rollback(l->db);
        return false;
    }
    const char *force = l->options.force != NULL ? l->options.force : "demo";
    l->epoch = 1;
    l->origin = cf_str_printf(l->arena, "%s/childfirst/1", force);
    memcpy(l->custodian, l->options.custodian, 32);
    memcpy(l->auditor, l->options.auditor, 32);
    l->batch = l->inside = true;
    bool ok = append_genesis(l, errs) && ledger_commit(l, errs);
    if (!ok && l->batch) {
        l->batch = false;
        store_rollback(l->db);
    }
    l->inside = false;
    return ok;
}

static bool force_ok(const char *force) {
    size_t n = force == NULL ? 1 : strlen(force);
    return force == NULL || (n > 0 && n < 64 && strspn(force, "abcdefghijklmnopqrstuvwxyz0123456789-.") == n);
}

/* An empty file, or a database that may turn out empty, can be filled; anything else is left as it is. */
static bool nothing_there(const char *path) {
    char head[16] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT;
    }
    ssize_t n = read(fd, head, sizeof head);
    (void)close(fd);
    return n == 0 || (n == sizeof head && memcmp(head, "SQLite format 3", sizeof head) == 0);
}

static bool create_all(struct ledger *l, struct cf_errs *errs) {
    struct store_options o = {.mode = STORE_OPEN, .sync = STORE_FULL, .vfs = l->options.vfs, .cache_kib = WRITER_CACHE_KIB};
    const char *keys = keys_path(l->arena, l->path, &l->options);
    if (!force_ok(l->options.force)) {
        return cf_fail(errs, CF_E015, CF_NOWHERE, "the force's short name `%s` is not of small letters, digits, - and .",
                       l->options.force);
    }
    if (!take_lock(l, errs)) {
        return false;
    }
    if (!nothing_there(l->path)) {
        return cf_fail(errs, CF_E001, CF_NOWHERE, "%s: there is a file of another kind already", l->path);
    }
    if (access(keys, F_OK) != 0 && !keys_make(keys, &l->options, errs)) {
        return false;
    }
    return keys_load(l->arena, keys, &l->keys, errs) && store_open(l->arena, l->path, &o, errs, &l->db) && fill_new(l, errs);
}

bool ledger_create(struct cf_arena *a, const char *path, const struct ledger_options *options, struct cf_errs *errs,
                   struct ledger **out) {
    struct ledger *l = new_ledger(a, path, LEDGER_WRITE, options);
    if (!create_all(l, errs)) {
        ledger_close(l);
        return false;
    }
    *out = l;
    return true;
}

/* ---- What is kept in memory, asked from outside. */
uint32_t ledger_number(const struct ledger *l, enum ledger_space space, uint32_t owner, struct cf_str name) {
    return control_number(l->control, space, owner, name);
}

const struct ledger_entry *ledger_entry(const struct ledger *l, enum ledger_space space, uint32_t number) {
    return control_entry(l->control, space, number);
}

size_t ledger_entries(const struct ledger *l) {
    return control_entries(l->control);
}

const struct ledger_entry *ledger_entry_at(const struct ledger *l, size_t i) {
    return control_entry_at(l->control, i);
}

bool ledger_restricted(const struct ledger *l, struct cf_id subject) {
    return control_restricted(l->control, subject);
}

struct cf_id ledger_person(const struct ledger *l, struct cf_id subject) {
    return control_person(l->control, subject);
}
