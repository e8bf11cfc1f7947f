/* ledger_priv: what the files of this room share. Nothing outside src/ledger (and its tests) includes it. */
#ifndef CF_LEDGER_LEDGER_PRIV_H
#define CF_LEDGER_LEDGER_PRIV_H

#include "ledger/ledger.h"
#include "ledger/seal.h"
#include "store/store.h"

#define LEDGER_FORMAT 1
#define LEDGER_PARTS_MAX (1 + CF_MAX_PERSONS + CF_MAX_COMPARTMENTS + CF_MAX_NARRATIVES)
#define LEDGER_TILE 256
#define LEDGER_LEVELS 8
#define LEDGER_TAG 16 /* Poly1305 */

enum ledger_part_kind { PART_FRAME = 0, PART_PERSON, PART_FACTS, PART_WORDS, PART_KINDS };

/* ---- sha256.c: the only file that includes libcrypto. */
struct sha;
struct sha *sha_new(struct cf_arena *a); /* a context to reuse, of one thread */
void sha_pieces(struct sha *s, const struct cf_str *pieces, size_t n, uint8_t out[LEDGER_HASH]);
void sha_leaf(struct sha *s, struct cf_str data, uint8_t out[LEDGER_HASH]); /* SHA-256(00 | data) */
void sha_node(struct sha *s, const uint8_t *left, const uint8_t *right,
              uint8_t out[LEDGER_HASH]); /* SHA-256(01 | left | right) */

/* ---- seal.c: the only file that includes libsodium; what other rooms may use of it is in seal.h. */
struct seal_keys { /* in guarded memory */
    uint8_t seed[32], wrapping[32], index[32];
    uint8_t sign_secret[64], sign_public[32];
    uint8_t row[16]; /* derived from `index`, for marks of rows */
};
struct seal_keys *seal_keys_new(struct cf_arena *a); /* wiped and freed with the arena */
void seal_keys_ready(struct seal_keys *k);           /* derives the signing pair and the key of row marks */
void seal_derive(const uint8_t secret[32], uint16_t part, uint8_t key[32], uint8_t salt[32]); /* by libsodium: the measure */
/* derive.c: the same for parts 0 to n - 1 of an event, several at a time. */
void derive_parts(const uint8_t secret[32], size_t n, uint8_t (*keys)[32], uint8_t (*salts)[32]);
void seal_wrap(const struct seal_keys *k, const struct cf_id *event, const uint8_t in[32],
               uint8_t out[32]); /* its own inverse */
void seal_wrap_part(const struct seal_keys *k, const struct cf_id *event, uint16_t part, uint8_t both[64]); /* key | salt */
void seal_box(const uint8_t key[32], const uint8_t *ad, size_t ad_n, struct cf_str plain, uint8_t *out);    /* plain.n + TAG */
bool seal_open(const uint8_t key[32], const uint8_t *ad, size_t ad_n, struct cf_str box, uint8_t *out);     /* box.n - TAG */
/* Keyed BLAKE2b under the index key; `domain` keeps the uses apart. */
void seal_mac(const struct seal_keys *k, const char *domain, const struct cf_str *pieces, size_t n, uint8_t *out, size_t out_n);
uint64_t seal_mark(const struct seal_keys *k, struct cf_str bytes); /* SipHash-2-4 under the row key */
void seal_sign(const struct seal_keys *k, struct cf_str message, uint8_t sig[64]);
bool seal_verify(const uint8_t public_key[32], struct cf_str message, const uint8_t sig[64]);

/* ---- keys.c: the keys file. */
bool keys_make(const char *path, const struct ledger_options *o, struct cf_errs *errs); /* 0600; must not exist */
bool keys_load(struct cf_arena *a, const char *path, struct seal_keys **out, struct cf_errs *errs);
const char *keys_path(struct cf_arena *a, const char *ledger, const struct ledger_options *o);

/* ---- cbor.c: deterministic CBOR, the subset of the format page. */
void cbor_put_uint(struct cf_buf *b, uint64_t v);
void cbor_put_int(struct cf_buf *b, int64_t v);
void cbor_put_bytes(struct cf_buf *b, struct cf_str s);
void cbor_put_text(struct cf_buf *b, struct cf_str s);
void cbor_put_array(struct cf_buf *b, size_t n);
void cbor_put_map(struct cf_buf *b, size_t n);
void cbor_put_bool(struct cf_buf *b, bool yes);
void cbor_put_null(struct cf_buf *b);
void cbor_put_undefined(struct cf_buf *b);

enum cbor_type { CBOR_UINT, CBOR_NEGATIVE, CBOR_BYTES, CBOR_TEXT, CBOR_ARRAY, CBOR_MAP, CBOR_BOOL, CBOR_NULL, CBOR_UNDEFINED };
struct cbor_item {
    enum cbor_type type;
    uint64_t n;      /* UINT: the number; NEGATIVE: -1 - n; ARRAY, MAP: how many; BOOL: 0 or 1 */
    struct cf_str s; /* BYTES, TEXT: borrowed from the input */
};
struct cbor {
    const uint8_t *p;
    size_t n, at;
    const char *bad; /* why it was refused; sticky */
};
struct cbor cbor_read(struct cf_str bytes);
bool cbor_take(struct cbor *r, struct cbor_item *out); /* the next head, with its bytes or text; false once bad */
bool cbor_bad(struct cbor *r, const char *why);        /* refuses; returns false */
bool cbor_take_uint(struct cbor *r, uint64_t most, uint64_t *out);
bool cbor_take_int(struct cbor *r, int64_t *out);
bool cbor_take_bytes(struct cbor *r, size_t exactly, struct cf_str *out); /* SIZE_MAX: any */
bool cbor_take_text(struct cbor *r, struct cf_str *out);
bool cbor_take_map(struct cbor *r, size_t most, size_t *n);
bool cbor_take_array(struct cbor *r, size_t most, size_t *n);
bool cbor_take_key(struct cbor *r, int64_t *last, uint32_t *key); /* ascending; *last begins at -1 */
bool cbor_end(struct cbor *r);                                    /* nothing may follow */
bool cbor_valid(struct cf_str bytes, const char **why);           /* one whole item */
bool cbor_skip(struct cbor *r);                                   /* one item with all in it, checked */

/* ---- event.c: drafts to plain parts and back. */
struct event_plain {
    uint8_t kind;
    struct cf_str bytes;
};
enum event_form {
    EVENT_STORED,  /* as kept */
    EVENT_MESSAGE, /* what the sender said: without saw, policy set and clock mark; to compare a repeat with the first */
    EVENT_SOURCE,  /* the same without the random ids of people: to compare a re-imported row */
};
/* Parts in order: frame, persons, facts, words. clock_error_us below 0: no clock mark. */
bool event_encode(struct cf_arena *a, const struct ledger_draft *d, int64_t clock_error_us, enum event_form form,
                  struct event_plain *parts, size_t *n, struct cf_errs *errs);
/* Makes room in `e` for the parts of these kinds, then takes them one by one. */
void event_prepare(struct cf_arena *a, const uint8_t *kinds, size_t n, struct ledger_event *e);
bool event_take_part(struct cf_arena *a, struct ledger_event *e, uint16_t part, uint8_t kind, enum ledger_state state,
                     struct cf_str plain, const char **why);
bool event_finish(struct ledger_event *e, const char **why); /* checks across parts */
bool event_peek_kind(struct cf_str frame, uint32_t *kind);
bool event_value_take(struct cbor *r, struct cf_arena *a, int depth, struct ledger_value *out);
bool event_value_put(struct cf_buf *b, const struct ledger_value *v, int depth);

/* ---- body: n x (u8 kind | u8 state | u32 length | bytes); a sealed part is c_i | box, a destroyed one c_i. */
struct body_part {
    uint8_t kind;
    enum ledger_state state;
    struct cf_str bytes;       /* box; empty once destroyed */
    const uint8_t *commitment; /* destroyed and sealed parts; otherwise NULL */
};
bool body_split(struct cf_str body, struct body_part *parts, size_t *n, const char **why);
void body_put(struct cf_buf *b, const struct body_part *p);
void part_ad(const struct cf_id *event, uint16_t i, uint8_t kind, uint8_t ad[19]);
void part_commit(struct sha *s, const uint8_t ad[19], const uint8_t salt[32], struct cf_str plain, uint8_t out[LEDGER_HASH]);
/* Leaf data in `room`: commitments are n x 32 bytes. */
#define LEDGER_LEAF_MOST (11 + 16 + 8 + 8 + 16 + 2 + LEDGER_PARTS_MAX * (1 + LEDGER_HASH))
struct cf_str leaf_data(uint8_t room[LEDGER_LEAF_MOST], const struct cf_id *ledger, uint64_t seq, int64_t recorded,
                        const struct cf_id *event, const uint8_t *kinds, const uint8_t *commitments, size_t n);

/* ---- tree.c: RFC 6962 over the leaves; tiles of 256 hashes from level 1; the right edge in memory. */
struct tree {
    uint64_t size;
    uint16_t n[LEDGER_LEVELS];
    uint8_t edge[LEDGER_LEVELS][LEDGER_TILE][LEDGER_HASH];
    bool dirty[LEDGER_LEVELS];
};
struct tree_source { /* where complete subtrees are read: the leaf of one event, a tile's hashes */
    void *arg;
    bool (*leaf)(void *arg, uint64_t seq, uint8_t out[LEDGER_HASH], struct cf_errs *errs);
    bool (*tile)(void *arg, unsigned level, uint64_t n, unsigned need, uint8_t *out, struct cf_errs *errs);
};
/* `full` is told each time a tile fills: it is written then; others when the batch commits. */
typedef bool tree_full_fn(void *arg, unsigned level, uint64_t tile, const uint8_t *hashes, unsigned n, struct cf_errs *errs);
bool tree_push(struct tree *t, struct sha *s, const uint8_t leaf[LEDGER_HASH], tree_full_fn *full, void *arg,
               struct cf_errs *errs);
bool tree_flush(struct tree *t, tree_full_fn *full, void *arg, struct cf_errs *errs); /* partial tiles that changed */
bool tree_load(struct tree *t, uint64_t size, const struct tree_source *src, struct cf_errs *errs);
void tree_root(const struct tree *t, struct sha *s, uint8_t root[LEDGER_HASH]);
void tree_block(struct sha *s, const uint8_t *hashes, size_t n,
                uint8_t out[LEDGER_HASH]); /* RFC 6962 root of n hashes, n >= 1 */
bool tree_root_at(uint64_t size, struct sha *s, const struct tree_source *src, uint8_t root[LEDGER_HASH], struct cf_errs *errs);
struct tree_path {
    uint8_t hash[130][LEDGER_HASH];
    size_t n;
};
bool tree_inclusion(uint64_t seq, uint64_t size, struct sha *s, const struct tree_source *src, struct tree_path *out,
                    struct cf_errs *errs);
bool tree_consistency(uint64_t from, uint64_t size, struct sha *s, const struct tree_source *src, struct tree_path *out,
                      struct cf_errs *errs);

/* ---- control.c: what events of built-in kinds say now: names, merges, holds, restrictions. */
struct control;
struct control *control_new(struct cf_arena *a);
bool control_wants(uint32_t kind); /* kinds that must be read at open */
bool control_check(const struct control *c, const struct ledger_draft *d, struct cf_errs *errs); /* may it be appended? */
void control_take(struct control *c, const struct ledger_event *e);                              /* an event as read */
uint32_t control_number(const struct control *c, enum ledger_space space, uint32_t owner, struct cf_str name);
const struct ledger_entry *control_entry(const struct control *c, enum ledger_space space, uint32_t number);
const struct ledger_entry *control_entry_at(const struct control *c, size_t i);
size_t control_entries(const struct control *c);
uint32_t control_next(const struct control *c, enum ledger_space space);
struct cf_id control_person(const struct control *c, struct cf_id subject);
bool control_restricted(const struct control *c, struct cf_id subject);
/* The hold that covers this event: by its id, one of its episodes, or anyone in it under any name. Zero id: none. */
struct cf_id control_hold(const struct control *c, const struct ledger_event *e);
struct ledger_value control_builtin_entries(struct cf_arena *a); /* the reserved names, for the genesis event */

/* ---- ledger.c */
/* Subjects asked for lately: one event names the same people and units several times, and so does the next. A slot by hash of
 * the id; what a batch gave is dropped when the batch is. */
enum { LEDGER_RECENT = 1 << 18 };
struct recent_subject {
    struct cf_id id;
    int64_t no;    /* 0: empty */
    uint32_t type; /* the writer's is true; a reader's may have been said since */
};
struct ledger {
    struct cf_arena *arena;   /* its own; lives from open to close */
    struct cf_arena *scratch; /* reset at each append and read */
    struct cf_arena *memory;  /* holds `control`; replaced when a batch that changed it is rolled back */
    const char *path;
    struct ledger_options options;
    enum ledger_mode mode;
    struct store_db *db;
    int lock;
    struct seal_keys *keys;
    struct sha *sha;
    struct control *control;
    struct cf_id id;
    int64_t epoch;
    struct cf_str origin;
    uint8_t custodian[32], auditor[32];
    uint64_t size;
    int64_t last_recorded;
    int64_t subjects;       /* highest number given */
    int64_t clock_error_us; /* below 0: synchronised */
    struct tree tree;
    bool batch, control_changed, inside; /* inside: the room itself runs the batch (erasure, sealing) */
    uint64_t batch_size, mark_size;
    int64_t mark_subjects;
    int64_t batch_recorded, batch_subjects;
    struct tree saved;
    struct recent_subject *recent; /* LEDGER_RECENT of them */
    bool must_truncate;            /* something was destroyed and a reader kept its pages in the write-ahead log */
    struct cf_map *pending;        /* a reader's list of events that the register says are destroyed */
    uint64_t last_ms, last_count;  /* of ledger_new_id */
    uint8_t pool[4096];            /* random bytes not used yet: one call of the kernel for many secrets */
    size_t pool_left;
};
/* A subject's number and type, 0 when it was never seen; read.c keeps those asked for lately. */
bool subject_find(struct ledger *l, struct cf_id id, int64_t *no, uint32_t *type, struct cf_errs *errs);
void recent_put(struct ledger *l, struct cf_id id, int64_t no, uint32_t type);
void recent_clear(struct ledger *l);
void read_hide_pending(const struct ledger *l, struct ledger_event *e); /* what the register says is destroyed is not served */
/* schema.c */
extern const struct store_sql ledger_schema;
bool ledger_load_control(struct ledger *l, uint64_t from, struct cf_errs *errs);
bool ledger_asked_clock(struct ledger *l);       /* sets clock_error_us */
struct cf_errs ledger_quiet(struct cf_arena *a); /* a sink for errors that are not shown */
void ledger_random(struct ledger *l, void *p, size_t n);
void mark_row(const struct seal_keys *k, const char *table, const struct cf_str *pieces, size_t n, uint8_t out[8]);
struct cf_str be8(uint8_t room[8], uint64_t v);
struct cf_str keep_bytes(struct cf_arena *a, struct cf_str s);
struct event_row {
    uint64_t seq;
    struct cf_id id;
    bool id_ok; /* 16 bytes; otherwise the id is zero and the leaf cannot match */
    int64_t recorded;
    struct cf_str leaf, body, k;
};
/* Opens every part of a row, checks commitments and leaf, decodes. `why` says what is wrong. part keys are read when k is zero.
 */
struct opened {
    struct body_part parts[LEDGER_PARTS_MAX];
    struct cf_str plain[LEDGER_PARTS_MAX];
    uint8_t key[LEDGER_PARTS_MAX][32], salt[LEDGER_PARTS_MAX][32];
    uint8_t commitment[LEDGER_PARTS_MAX][LEDGER_HASH];
    uint8_t leaf[LEDGER_HASH];
    size_t n;
};
bool row_read(struct store_db *db, uint64_t seq, struct cf_arena *a, struct event_row *row, bool *found, struct cf_errs *errs);
bool row_open(struct store_db *db, const struct seal_keys *keys, struct sha *sha, const struct cf_id *ledger,
              const struct event_row *row, struct cf_arena *a, struct opened *o, const char **why, struct cf_errs *errs);
bool row_decode(const struct event_row *row, const struct opened *o, struct cf_arena *a, struct ledger_event *e,
                const char **why);
struct tree_source ledger_tree(struct ledger *l);
struct tree_source store_tree(struct store_db *db);
bool ledger_append_at(struct ledger *l, const struct ledger_draft *d, int64_t recorded, struct ledger_receipt *receipt,
                      struct cf_errs *errs);
/* Keyed digests of what a sender said: 16 bytes by id, 16 by source row. */
bool ledger_receipt_digest(struct ledger *l, const struct ledger_draft *d, struct cf_arena *a, uint8_t out[32],
                           struct cf_errs *errs);
bool ledger_find_row(struct ledger *l, struct cf_id event, struct cf_arena *a, struct event_row *row, struct opened *o,
                     struct cf_errs *errs);
bool register_apply(struct ledger *l, struct cf_errs *errs);
bool register_pending(struct ledger *l, struct cf_errs *errs);

#endif
