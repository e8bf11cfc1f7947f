/* ledger: the permanent record: events of sealed, committed parts in an append-only Merkle log with signed heads.
 *
 * Knows bytes, order, keys and forgetting. Knows nothing of what a record means: kinds, fields, roles and codes are numbers
 * here, named by the dictionary that the ledger itself carries. Formats: doc/reference/ledger-format.md and proof.md.
 *
 * A ledger handle belongs to one thread at a time; readers open their own. Everything read lives in the arena that was handed
 * in. */
#ifndef CF_LEDGER_LEDGER_H
#define CF_LEDGER_LEDGER_H

#include "base/base.h"

struct ledger;

#define LEDGER_HASH 32
#define LEDGER_NO_SEQ UINT64_MAX

/* ---- Numbers that the format reserves (below 100 kinds, roles and attributes; below 1000 fields; policy begins there). */
enum ledger_builtin {
    LEDGER_GENESIS = 1,
    LEDGER_CORRECTION,
    LEDGER_WITHDRAWN,
    LEDGER_ERASED,
    LEDGER_MERGED,
    LEDGER_UNMERGED,
    LEDGER_DISTINCT,
    LEDGER_HANDOVER,
    LEDGER_ASSIGNED,
    LEDGER_EXPLAINED,
    LEDGER_SENT,
    LEDGER_ACKNOWLEDGED,
    LEDGER_POLICY_ADOPTED,
    LEDGER_ROLE_GRANTED,
    LEDGER_DICTIONARY_EXTENDED,
    LEDGER_HOLD,
    LEDGER_RELEASED,
    LEDGER_RESTRICTED,
    LEDGER_UNRESTRICTED,
    LEDGER_READS_HASHED,
    LEDGER_ROLLED_BACK,
    LEDGER_DATASET_VERSION,
    LEDGER_SEALED_EVENT,   /* parts were sealed to the custodian */
    LEDGER_UNSEALED_EVENT, /* and opened again by the custodian */
    LEDGER_BUILTIN_END,
    LEDGER_FIRST_KIND = 100,
    LEDGER_FIRST_FIELD = 1000,
    LEDGER_FIRST_ROLE = 100, /* also attributes, lists, codes, subject types, channels */
};
/* Of a person part; a declared `about` or subject field gets its own number from the dictionary. */
enum ledger_role {
    LEDGER_ROLE_ACTOR = 1,
    LEDGER_ROLE_RECORDER,
    LEDGER_ROLE_UNIT, /* made from draft.unit */
    LEDGER_ROLE_A,    /* of merged and distinct */
    LEDGER_ROLE_B,
    LEDGER_ROLE_TARGET,   /* hold, restriction: whom it concerns */
    LEDGER_ROLE_HOLDER,   /* of a granted role */
    LEDGER_ROLE_REVIEWER, /* of an erasure */
    LEDGER_ROLE_APPROVER,
    LEDGER_ROLE_ASSIGNEE,
    LEDGER_ROLE_RECIPIENT,
    LEDGER_ROLE_OWNER,
    LEDGER_ROLE_END,
};
/* Fields of the built-in kinds; what each holds is in the format page. */
enum ledger_field {
    LEDGER_F_AUTHORITY = 1, /* text */
    LEDGER_F_REASON,        /* text */
    LEDGER_F_TARGETS,       /* list of event ids (bytes) */
    LEDGER_F_EPISODES,      /* list of event ids (bytes) */
    LEDGER_F_SCHEDULE,      /* text */
    LEDGER_F_PARTS,         /* list of integers */
    LEDGER_F_RECEIPT,       /* bytes: keyed digest of what was erased, so that a late copy is recognised */
    LEDGER_F_ENDED,         /* list of duty id, state … kept by C5 */
    LEDGER_F_REVIEW_ON,     /* seconds UTC */
    LEDGER_F_POLICIES,      /* list of digests of policy texts, kept as blobs */
    LEDGER_F_TZDATA,        /* digest */
    LEDGER_F_CALENDARS,     /* list of digests */
    LEDGER_F_ENTRIES,       /* dictionary entries: list of [space, number, owner, name, type] */
    LEDGER_F_NAME,          /* text */
    LEDGER_F_ROLE,          /* text: the granted role */
    LEDGER_F_HOUR,          /* seconds UTC at which an hour of reads began */
    LEDGER_F_HASH,          /* bytes */
    LEDGER_F_COUNT,         /* integer */
    LEDGER_F_FORMAT,        /* integer */
    LEDGER_F_LEDGER,        /* bytes: ledger id */
    LEDGER_F_KEY,           /* bytes: a public key */
    LEDGER_F_DUTY,          /* bytes: duty id */
    LEDGER_F_STATE,         /* text */
    LEDGER_F_PATHS,         /* list of texts: names of the files in POLICIES, in the same order */
    LEDGER_F_SETTINGS,      /* list of [name, value] as texts */
    LEDGER_F_DATASET,       /* text */
    LEDGER_F_VERSION,       /* text */
    LEDGER_F_DIGEST,        /* bytes */
    LEDGER_F_SUPERSEDES,    /* list of event ids (bytes) */
    LEDGER_F_UNTIL,         /* seconds UTC */
    LEDGER_F_FIELDS,        /* list of integers: fields that a correction clears */
    LEDGER_F_MEASURE,       /* text */
    LEDGER_F_FROM,          /* seconds UTC: of a correction, when it truly happened … */
    LEDGER_F_TO,
    LEDGER_F_PRECISION, /* … and how exactly that is known */
    LEDGER_F_SHARE,     /* text: of sent and acknowledged, which share */
    LEDGER_F_END,
};
enum ledger_compartment { LEDGER_OPEN = 1, LEDGER_WELFARE, LEDGER_SENSITIVE };
/* Data Protection Act 2018 s38. */
enum ledger_category {
    LEDGER_OTHER = 0,
    LEDGER_SUSPECT,
    LEDGER_CONVICTED,
    LEDGER_VICTIM,
    LEDGER_WITNESS,
};
enum ledger_precision {
    LEDGER_EXACT = 0,
    LEDGER_ABOUT,
    LEDGER_BETWEEN,
    LEDGER_DAY,
    LEDGER_MONTH,
    LEDGER_YEAR,
    LEDGER_UNKNOWN_TIME,
};

/* ---- Values. Three absences: rules read all three as unknown; pages and measures tell them apart. */
enum ledger_type {
    LEDGER_NOT_ASKED = 0, /* never stored: the key is missing */
    LEDGER_NOT_KNOWN,     /* asked, not known: CBOR null */
    LEDGER_DECLINED,      /* asked, declined: CBOR undefined */
    LEDGER_BOOL,
    LEDGER_INT,
    LEDGER_TEXT,
    LEDGER_BYTES,
    LEDGER_LIST,
};
struct ledger_value {
    enum ledger_type type;
    union {
        bool yes;
        int64_t n;
        struct cf_str s; /* TEXT and BYTES */
        struct {
            const struct ledger_value *v;
            size_t n;
        } list;
    } as;
};
struct ledger_pair { /* field or attribute number, and its value */
    uint32_t number;
    struct ledger_value value;
};

/* ---- Parts. `part` and `state` are filled by reading, ignored when appending. */
enum ledger_state {
    LEDGER_LIVE = 0,
    LEDGER_DESTROYED, /* only the commitment is left */
    LEDGER_SEALED,    /* only the custodian can open it */
};
struct ledger_person {
    uint16_t part;
    enum ledger_state state;
    struct cf_id subject;
    uint32_t role; /* enum ledger_role or a dictionary number */
    enum ledger_category category;
    const struct ledger_pair *attributes; /* copied at recording; any order, no number twice */
    size_t n_attributes;
};
struct ledger_facts {
    uint16_t part;
    enum ledger_state state;
    uint8_t compartment; /* enum ledger_compartment or higher; one part each */
    const struct ledger_pair *fields;
    size_t n_fields;
};
struct ledger_words {
    uint16_t part;
    enum ledger_state state;
    uint32_t field;
    bool opinion; /* otherwise fact: s38 */
    struct cf_str text;
};

/* ---- What is appended; all zero is a valid start. Borrowed until ledger_append returns. */
struct ledger_draft {
    struct cf_id id;      /* made where the form was opened: ledger_new_id */
    uint32_t kind, shape; /* shape: the version of the kind's declaration */
    int64_t from, to;     /* happened, whole seconds UTC; to = from for an instant */
    enum ledger_precision precision;
    int32_t offset_min;                 /* the clock's offset from UTC as entered */
    uint32_t actor_role, recorder_role; /* in which role they acted; 0: none */
    struct cf_id unit;                  /* subject; zero: none. Stored as a person part, named by the frame */
    uint32_t channel;                   /* form, radio, import …: a dictionary number; 0: none */
    struct cf_str policy_set;           /* digest of the policy set it was judged by: empty or 32 bytes */
    bool has_saw;
    uint64_t saw;                 /* the last seq that the page was built on */
    struct cf_id corrects;        /* the root event; zero: none */
    const struct cf_id *episodes; /* ids of the events that opened them */
    size_t n_episodes;
    struct cf_str source, source_key; /* of an imported row: the source's name, its own key; empty: none */
    const struct ledger_person *persons;
    size_t n_persons;
    const struct ledger_facts *facts;
    size_t n_facts;
    const struct ledger_words *words;
    size_t n_words;
};
struct ledger_receipt {
    uint64_t seq;
    int64_t recorded_us;
    uint8_t leaf[LEDGER_HASH];
    bool again; /* this id (or source key) was here already: this is its first receipt */
};
/* ---- What is read. A part that was destroyed or sealed keeps its place, with its state and nothing else; if the frame itself
 * is not live, only id, seq, recorded and the list of parts are known. */
struct ledger_event {
    uint64_t seq;
    int64_t recorded_us;
    uint8_t leaf[LEDGER_HASH];
    enum ledger_state state;         /* of the frame */
    size_t parts, destroyed, sealed; /* how many, and how many of them are gone or sealed */
    bool unsynchronised;             /* recorded while the clock was not synchronised … */
    int64_t clock_error_us;          /* … with this error bound */
    uint16_t unit_part;              /* which part holds the unit; 0: there is none */
    struct ledger_draft d;           /* persons include the unit's part (LEDGER_ROLE_UNIT) */
};

/* ---- Opening. */
enum ledger_mode { LEDGER_READ, LEDGER_WRITE };
enum ledger_clock { LEDGER_CLOCK_ASK = 0, LEDGER_CLOCK_SYNCHRONISED, LEDGER_CLOCK_UNSYNCHRONISED };
struct ledger_options {
    const char *keys;        /* path; NULL: childfirst.keys beside the ledger (the development default) */
    const char *force;       /* for ledger_create: a short name for the origin of heads ("met"); NULL: "demo" */
    bool accept_clock;       /* start although the clock looks wrong */
    enum ledger_clock clock; /* ask the kernel (default), or as told (tests) */
    const char *vfs;         /* for fault tests */
    void (*random)(void *arg, void *p, size_t n); /* for fixtures; NULL: the system's */
    void *random_arg;
    uint8_t custodian[32]; /* for ledger_create: X25519 public halves; all zero: none yet */
    uint8_t auditor[32];
};
/* Makes ledger and keys file (kept if it is there already), appends the genesis event. E001 when the file exists. */
CF_MUST_USE bool ledger_create(struct cf_arena *a, const char *path, const struct ledger_options *options, struct cf_errs *errs,
                               struct ledger **out);
/* LEDGER_WRITE takes the keeper's lock (E002 when another holds it), checks the clock (E003) and the last 10,000 leaves, and
 * carries out register lines that a crash or a restored copy left undone. */
CF_MUST_USE bool ledger_open(struct cf_arena *a, const char *path, enum ledger_mode mode, const struct ledger_options *options,
                             struct cf_errs *errs, struct ledger **out);
void ledger_close(struct ledger *l);                  /* NULL and a second call are allowed; an open batch is rolled back */
uint64_t ledger_size(const struct ledger *l);         /* events; in a batch, those appended so far too */
int64_t ledger_last_recorded(const struct ledger *l); /* of the last event, microseconds UTC */
struct cf_id ledger_id(const struct ledger *l);
struct cf_str ledger_origin(const struct ledger *l);
const char *ledger_path(const struct ledger *l);
CF_MUST_USE bool ledger_refresh(struct ledger *l, struct cf_errs *errs); /* a reader takes in what was appended since */
struct cf_id ledger_new_id(struct ledger *l);                            /* UUIDv7 of now */
struct cf_id ledger_new_subject(struct ledger *l);                       /* 128 random bits */

/* ---- Appending: begin, append any number, commit. One batch is one durable commit. A refused draft (bad, conflict, in the
 * future) leaves the batch as it was; an error of the store rolls all of it back. */
CF_MUST_USE bool ledger_begin(struct ledger *l, struct cf_errs *errs);
CF_MUST_USE bool ledger_append(struct ledger *l, const struct ledger_draft *draft, struct ledger_receipt *receipt,
                               struct cf_errs *errs);
CF_MUST_USE bool ledger_commit(struct ledger *l, struct cf_errs *errs);
void ledger_rollback(struct ledger *l);
/* From _start on another thread copies what commits wrote into the file, so that whoever waits for a commit does not wait for
 * that too; ends with _stop or ledger_close. Both belong to the writer's thread; errors S001 to S009. */
CF_MUST_USE bool ledger_copier_start(struct ledger *l, struct cf_errs *errs);
void ledger_copier_stop(struct ledger *l);    /* without one nothing happens */
bool ledger_in_batch(const struct ledger *l); /* false after an error of the store ended it */
/* Within a batch, round what one entry does before its append, so that a refused one leaves no subject behind: after
 * ledger_mark either ledger_keep, or ledger_back (numbers given since are taken back; not after an append). false: the batch
 * was rolled back. */
CF_MUST_USE bool ledger_mark(struct ledger *l, struct cf_errs *errs);
CF_MUST_USE bool ledger_keep(struct ledger *l, struct cf_errs *errs);
CF_MUST_USE bool ledger_back(struct ledger *l, struct cf_errs *errs);
/* Would this draft be accepted? The checks of ledger_append without writing. */
CF_MUST_USE bool ledger_check(struct ledger *l, const struct ledger_draft *draft, struct cf_errs *errs);

/* ---- Reading. E010 when there is no such event; a damaged row is E011 and names itself. */
CF_MUST_USE bool ledger_read(struct ledger *l, uint64_t seq, struct cf_arena *a, struct ledger_event *out,
                             struct cf_errs *errs);
CF_MUST_USE bool ledger_read_id(struct ledger *l, struct cf_id id, struct cf_arena *a, struct ledger_event *out,
                                struct cf_errs *errs);
CF_MUST_USE bool ledger_seq_of_id(struct ledger *l, struct cf_id id, uint64_t *seq, struct cf_errs *errs); /* NO_SEQ: absent */
/* How many events were recorded by then: the last one known at T is this minus 1. */
CF_MUST_USE bool ledger_size_at(struct ledger *l, int64_t recorded_us, uint64_t *size, struct cf_errs *errs);
CF_MUST_USE bool ledger_source_seq(struct ledger *l, struct cf_str source, struct cf_str key, uint64_t *seq,
                                   struct cf_errs *errs); /* NO_SEQ: absent */
/* Events [from, to) in order. What `next` gives lives in `a`: reset or rewind it between events to stream. */
struct ledger_cursor;
CF_MUST_USE bool ledger_scan(struct ledger *l, uint64_t from, uint64_t to, struct cf_arena *a, struct ledger_cursor **out,
                             struct cf_errs *errs);
CF_MUST_USE bool ledger_scan_next(struct ledger_cursor *c, struct cf_arena *a, bool *more, struct ledger_event *out,
                                  struct cf_errs *errs);
void ledger_scan_end(struct ledger_cursor *c);
/* Many small readings in a row under one snapshot, so that each need not ask for its own; nothing in an open batch. Must be
 * ended before the ledger is written to. */
CF_MUST_USE bool ledger_snapshot(struct ledger *l, struct cf_errs *errs);
void ledger_snapshot_end(struct ledger *l);
/* The same for long ways, opened ahead on a thread of its own: not inside a batch. *out is the next event, NULL after the last;
 * it lives until the next call. Meanwhile `l` may be used as ever, and must stay open until ledger_stream_end. */
struct ledger_stream;
CF_MUST_USE bool ledger_stream(struct ledger *l, uint64_t from, uint64_t to, struct ledger_stream **out, struct cf_errs *errs);
CF_MUST_USE bool ledger_stream_next(struct ledger_stream *s, const struct ledger_event **out, struct cf_errs *errs);
void ledger_stream_end(struct ledger_stream *s); /* NULL is allowed */
/* Only events of built-in kinds, without reading the rest: kind 0 is any of them. Seqs in order, in `a`. */
CF_MUST_USE bool ledger_builtins(struct ledger *l, uint32_t kind, uint64_t from, struct cf_arena *a, uint64_t **seqs, size_t *n,
                                 struct cf_errs *errs);
const struct ledger_person *ledger_person_of(const struct ledger_event *e, uint32_t role, size_t nth); /* NULL: none */
const struct ledger_value *ledger_fact(const struct ledger_event *e, uint32_t field); /* NULL: not asked, gone or sealed */
const struct ledger_value *ledger_attribute(const struct ledger_person *p, uint32_t number); /* NULL: not asked */
struct ledger_value ledger_int(int64_t n);
struct ledger_value ledger_text(struct cf_str s);
struct ledger_value ledger_bytes(struct cf_str s);
struct ledger_value ledger_bool(bool yes);

/* ---- Subjects: a small local number beside the random id, given at first appearance, never reused. */
CF_MUST_USE bool ledger_subject_no(struct ledger *l, struct cf_id id, int64_t *no, struct cf_errs *errs); /* 0: never seen */
CF_MUST_USE bool ledger_subject_id(struct ledger *l, int64_t no, struct cf_id *id, uint32_t *type, struct cf_errs *errs);
/* In a batch: numbers a subject and sets its type (dictionary number in LEDGER_TYPES) before or at its first event. */
CF_MUST_USE bool ledger_subject_add(struct ledger *l, struct cf_id id, uint32_t type, int64_t *no, struct cf_errs *errs);

/* ---- Dictionary: numbers for names, carried by the ledger, never reused. Loaded at open; kept up by append and refresh. */
enum ledger_space {
    LEDGER_KINDS = 1,
    LEDGER_FIELDS,     /* owner: kind */
    LEDGER_ROLES,      /* owner: kind, or 0 */
    LEDGER_ATTRIBUTES, /* owner: subject type, or 0 */
    LEDGER_LISTS,
    LEDGER_CODES, /* owner: list */
    LEDGER_TYPES, /* subject types */
    LEDGER_CHANNELS,
    LEDGER_GRANTS, /* roles that people act in: constable, inspector … */
    LEDGER_SPACE_END,
};
struct ledger_entry {
    enum ledger_space space;
    uint32_t number, owner;
    struct cf_str name; /* may change: the last recorded wins */
    struct cf_str type; /* never changes: as the policy writes it */
};
/* 0 when the name is unknown. */
uint32_t ledger_number(const struct ledger *l, enum ledger_space space, uint32_t owner, struct cf_str name);
const struct ledger_entry *ledger_entry(const struct ledger *l, enum ledger_space space, uint32_t number); /* NULL: unknown */
size_t ledger_entries(const struct ledger *l); /* all, in order of recording */
const struct ledger_entry *ledger_entry_at(const struct ledger *l, size_t i);
/* In a batch: records those of `entries` that are new (number 0: one is given and written back) or renamed; nothing if none is.
 * E020 when a number would change its type or owner. */
CF_MUST_USE bool ledger_extend(struct ledger *l, struct ledger_entry *entries, size_t n, struct cf_errs *errs);

/* ---- Texts by digest (SHA-256): policy files, tzdata, calendars. Put inside a batch; the same text twice is one. */
CF_MUST_USE bool ledger_blob_put(struct ledger *l, struct cf_str text, uint8_t digest[LEDGER_HASH], struct cf_errs *errs);
CF_MUST_USE bool ledger_blob_get(struct ledger *l, const uint8_t digest[LEDGER_HASH], struct cf_arena *a, struct cf_str *text,
                                 struct cf_errs *errs); /* E012: absent */
void ledger_sha256(const void *p, size_t n, uint8_t out[LEDGER_HASH]);

/* ---- Heads and proofs. */
/* A signed note over all that is committed; a writer keeps it too. */
CF_MUST_USE bool ledger_head(struct ledger *l, struct cf_arena *a, struct cf_str *note, struct cf_errs *errs);
CF_MUST_USE bool ledger_root(struct ledger *l, uint64_t size, uint8_t root[LEDGER_HASH], struct cf_errs *errs);
struct cf_str ledger_verifier_key(const struct ledger *l, struct cf_arena *a); /* "origin+id+key", for witnesses and verifier */
/* A JSON proof that the event stands in the log, for childfirst-verify. disclose: parts whose plain text and salt go with it.
 */
CF_MUST_USE bool ledger_prove(struct ledger *l, struct cf_id event, const uint16_t *disclose, size_t n_disclose,
                              struct cf_arena *a, struct cf_str *json, struct cf_errs *errs);
/* A JSON proof that the log of size `from` is a beginning of the present one, with both heads. */
CF_MUST_USE bool ledger_prove_growth(struct ledger *l, uint64_t from, struct cf_arena *a, struct cf_str *json,
                                     struct cf_errs *errs);

struct ledger_verified {
    uint64_t events, parts, destroyed, sealed, subjects, blobs, heads;
    uint64_t faults;
    uint8_t root[LEDGER_HASH];
};
/* Recomputes everything: parts, leaves, order, tiles, heads, subjects, source keys, texts. Each fault is an error E030 that
 * names its row (the first 20 are kept, all are counted). progress may be NULL. false: a fault, or it could not be read. */
CF_MUST_USE bool ledger_verify(struct ledger *l, void (*progress)(void *arg, uint64_t done, uint64_t total), void *arg,
                               struct ledger_verified *out, struct cf_errs *errs);

/* ---- Forgetting. Not inside a batch: each is a transaction of its own, durable and checkpointed when it returns. */
enum ledger_scope { LEDGER_WHOLE_EVENT = 1, LEDGER_PERSON_PART, LEDGER_NARRATIVE };
struct ledger_erasure {
    struct cf_id event;
    enum ledger_scope scope;
    struct cf_id person;             /* PERSON_PART: whose; every part of theirs in the event */
    uint32_t field;                  /* NARRATIVE: which */
    struct cf_id reviewer, approver; /* two people: neither may be the other, nor an alias */
    struct cf_str authority, schedule, reason;
    const struct ledger_value *ended; /* what C5 keeps of ended lines; a list, or NULL */
};
/* E040 fewer than two people, E041 held, E042 already gone, E043 sealed, E044 no such part. */
CF_MUST_USE bool ledger_erase(struct ledger *l, const struct ledger_erasure *what, struct ledger_receipt *receipt,
                              struct cf_errs *errs);
/* Seals parts (n 0: all) of an event to the custodian's public key; the custodian's secret key opens them again. */
CF_MUST_USE bool ledger_seal(struct ledger *l, struct cf_id event, const uint16_t *parts, size_t n, struct cf_id actor,
                             struct cf_str authority, struct ledger_receipt *receipt, struct cf_errs *errs);
CF_MUST_USE bool ledger_unseal(struct ledger *l, struct cf_id event, const uint8_t custodian_secret[32], struct cf_id actor,
                               struct cf_str authority, struct ledger_receipt *receipt, struct cf_errs *errs);
/* As now recorded (hold, released, restricted, unrestricted, merged, unmerged are ordinary events of built-in kinds). */
CF_MUST_USE bool ledger_held(struct ledger *l, struct cf_id event, bool *held, struct cf_id *by, struct cf_errs *errs);
bool ledger_restricted(const struct ledger *l, struct cf_id subject);     /* s47; covers aliases */
struct cf_id ledger_person(const struct ledger *l, struct cf_id subject); /* the least id of its live merges' component */

/* ---- The log of reads (DPA 2018 s62): a file a month beside the ledger, reads-YYYY-MM.db (with
 * NAME- in front when the ledger is not childfirst.db). */
struct ledger_reads;
enum ledger_read_outcome { LEDGER_SHOWN = 0, LEDGER_REFUSED, LEDGER_NO_HIT };
struct ledger_read_row {
    int64_t at_us; /* 0: now */
    int64_t user;  /* subject no of the reader; 0: the machine's operator, named in `session` */
    struct cf_str session, role, purpose, route;
    const int64_t *shown; /* subject numbers, each row of a list counts */
    size_t n_shown;
    int64_t withheld;
    enum ledger_read_outcome outcome;
    struct cf_str terms; /* of a search; stored sealed to the auditor's key, or not at all when there is no key */
};
CF_MUST_USE bool ledger_reads_open(struct cf_arena *a, const struct ledger *l, struct cf_errs *errs, struct ledger_reads **out);
void ledger_reads_close(struct ledger_reads *r);
/* Durable when it returns: the page may leave after that, not before. */
CF_MUST_USE bool ledger_reads_add(struct ledger_reads *r, const struct ledger_read_row *rows, size_t n, struct cf_errs *errs);
/* Hashes every whole hour not hashed yet, each over the one before, and appends a reads_hashed event for each. Own batch. */
CF_MUST_USE bool ledger_reads_hash(struct ledger_reads *r, struct ledger *l, int64_t now_us, struct cf_errs *errs);
/* Recomputes the chain and compares it with the ledger's events. */
CF_MUST_USE bool ledger_reads_verify(struct ledger_reads *r, struct ledger *l, struct cf_errs *errs);
/* Rows about a subject, newest first, for an auditor; whoever calls this writes a row first. */
CF_MUST_USE bool ledger_reads_of(struct ledger_reads *r, int64_t subject, size_t at_most, struct cf_arena *a,
                                 struct ledger_read_row **rows, size_t *n, struct cf_errs *errs);

#endif
