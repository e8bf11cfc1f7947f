/* access: who somebody is, what they may do, and the log of what they saw: sign-in, sessions, roles, purposes, permission,
 * reads, break-glass, drafts, keys of partners.
 *
 * Knows the ledger, the desk and what policies declare about roles. Must not know HTTP beyond the text of a cookie, pages, or
 * any system of the strategy by name. Everything here fails closed: what cannot be read, checked or logged is refused.
 *
 * What stands where (doc/decisions/0060-access.md): which roles and which unit somebody has, and whether they may sign in, are
 * events in the ledger (`role_granted`), because evaluation and a look into the past read them; access.db beside the ledger
 * derives its table of grants from them (access_catch_up, access_rebuild). Names to show, logins, passwords, sessions, drafts
 * and keys are only in access.db: they change, and are no evidence. Secrets at rest are sealed or hashed under the ledger's
 * keys.
 *
 * Threads: one `struct access *` a thread, with its own connection, over that thread's own `struct ledger *` (reader or
 * keeper). Functions that take a `struct desk *keeper` append to the ledger and belong on the writer's thread. Everything
 * returned lives in the arena that was handed in. Times are microseconds UTC (`_us`) unless a name says otherwise; the clock is
 * cf_now_us. */
#ifndef CF_ACCESS_ACCESS_H
#define CF_ACCESS_ACCESS_H

#include "docket/docket.h"

struct access;

/* ================================================================ opening */

enum access_mode {
    ACCESS_USE,  /* access.db must exist: A001 when it does not */
    ACCESS_MAKE, /* made if absent */
};
/* access.db beside the ledger (NAME-access.db when the ledger is not childfirst.db). The ledger must stay open as long. */
CF_MUST_USE bool access_open(struct cf_arena *a, struct ledger *l, enum access_mode mode, struct cf_errs *errs,
                             struct access **out);
void access_close(struct access *x); /* NULL and a second call are allowed; also closed with its arena */
/* Takes in what role_granted events were recorded since; at the start of a server, and after a crash between the two files. */
CF_MUST_USE bool access_catch_up(struct access *x, struct cf_errs *errs);
/* Drops the derived table of grants and derives it again. */
CF_MUST_USE bool access_rebuild(struct access *x, struct cf_errs *errs);
/* Deletes what has ended: sessions, attempts, links, idempotency keys, drafts past their keeping. Hourly is enough. */
CF_MUST_USE bool access_tidy(struct access *x, struct cf_errs *errs);

/* ================================================================ who asks */

/* Who asks, with what; made by access_subject_of_* below, or by hand in a test. */
struct access_subject {
    const struct lang_set *set; /* the policies in force */
    struct cf_id user;          /* the officer (or partner) as a subject of the ledger */
    int64_t user_no;            /* its number there; 0: no event names it yet */
    struct cf_str name, login;
    const struct lang_decl *const *roles; /* live grants, as the set in force declares them */
    size_t n_roles;
    const struct lang_decl *unit; /* NULL: none */
    uint32_t unit_no;             /* its subject number; 0: none */
    struct cf_str purpose;        /* a code of `codes purpose`; empty: none chosen, so no person's data */
    struct cf_str session;        /* a short reference for logs: never the token */
    bool partner;                 /* an API key of a partner: reach and records are the key's */
    const struct access_scope *scope;
    const struct cf_id *glass; /* children whom break-glass opens to this user now */
    size_t n_glass;
};
/* Does this person hold the role (the same, one that includes it, a rank at or above)? */
bool access_has_role(const struct access_subject *who, const struct lang_decl *role);

/* ================================================================ permission */

/* What may be asked. Beside recording and deciding, which follow from the records' own `by`, it is a role's `may` that allows.
 */
enum access_act {
    ACCESS_SEE = 0,   /* open a child's page, a record, an episode: any role with the purpose, as far as `sees` reaches */
    ACCESS_FIND,      /* search for people: the same; each hit is asked for by itself */
    ACCESS_EXPORT,    /* take a person's rows out: download, print, API: the same */
    ACCESS_RECORD,    /* enter an event of `record` (its `by`) */
    ACCESS_DECIDE,    /* be the one whose act the law wants (`decided by`) */
    ACCESS_CORRECT,   /* correct or withdraw: may correct; one's own events without it */
    ACCESS_MERGE,     /* merge and unmerge people: may merge */
    ACCESS_RESTRICT,  /* restriction and holds, and reading what is restricted: may restrict */
    ACCESS_ERASE,     /* review or approve a destruction: may erase */
    ACCESS_DUTIES,    /* one's own duty queue and boards: everybody with a role */
    ACCESS_SUPERVISE, /* the duties of the unit's people, workload: may supervise */
    ACCESS_MEASURE,   /* counts, without showing who: may measure */
    ACCESS_PUBLISH,   /* publish measures: may publish */
    ACCESS_POLICY,    /* read policies: everybody */
    ACCESS_ADOPT,     /* put policies in force: may adopt */
    ACCESS_USERS,     /* users, roles, units: may administer */
    ACCESS_KEYS,      /* API keys of partners: may administer */
    ACCESS_AUDIT,     /* who looked at what: may audit */
    ACCESS_GLASS,     /* break the glass: everybody with a role and a purpose, no partner's key */
    ACCESS_REVIEW,    /* review what was opened by break-glass: may supervise or audit */
    ACCESS_OPERATE,   /* health in full, backups, heads: may administer */
    ACCESS_ACTS
};
const char *access_act_word(enum access_act act); /* "see" */

enum access_reach { ACCESS_NOBODY = 0, ACCESS_OWN, ACCESS_UNIT, ACCESS_FORCE };
const char *access_reach_word(enum access_reach r); /* "own" */

/* What permission must know about one person; access_about works it out, a test writes it down. */
struct access_about {
    struct cf_id child; /* zero: nobody in particular */
    bool exists;
    enum access_reach nearest; /* how near this person is to who asks: OWN (their own act, or a duty of theirs), UNIT, FORCE */
    bool restricted;           /* s47; covers aliases */
    bool glass;                /* opened by break-glass to who asks, still within its time */
    bool own_event;            /* of CORRECT: who asks is the actor or recorder of the event; the caller fills it in */
};
enum access_why {
    ACCESS_ALLOWED = 0,
    ACCESS_NOT_YOURS_TO_DO, /* no role of theirs may do this */
    ACCESS_NO_PURPOSE,      /* a purpose must be chosen first */
    ACCESS_WRONG_PURPOSE,   /* the role may not act for this purpose, or the record is not seen for it */
    ACCESS_NOT_BY,          /* the record is not entered by any role of theirs */
    ACCESS_NOT_DECIDED_BY,
    ACCESS_OUT_OF_REACH, /* the person is not within `sees` */
    ACCESS_RESTRICTED,
    ACCESS_OUT_OF_SCOPE, /* of a partner's key */
    ACCESS_NOBODY_THERE, /* no such person */
    ACCESS_OWN_CASE,     /* nobody grants, reviews or approves their own */
};
struct access_reason {
    enum access_why why;
    bool as_absent;             /* say what is said of a person who does not exist, byte for byte */
    struct cf_str words;        /* one line, for pages and logs of refusals: names no person */
    const struct lang_decl *by; /* the role that allows it; NULL otherwise */
};
/* The one question that every route and every record asks; pure. `record` NULL: no record in particular. `about` NULL: nobody's
 * data (a page of policies, a measure). `reason` may be NULL.
 *
 * Allowed when the live roles together (1) have the ability that ACT needs; (2) for acts about people (see, find, export,
 * correct, merge, supervise with an `about`) have the purpose that was chosen; (3) reach the person by `sees` (break-glass: as
 * if `force`, for SEE alone); and (4) the record agrees: RECORD needs one of its `by`, DECIDE that it is `decided by` and one
 * of them, SEE and EXPORT the purpose among its `seen for`. RECORD needs no purpose and no reach: what happened can always be
 * recorded, also about a child whom one may not look up. A restricted person is as absent for all but roles that may `restrict`
 * (and who RECORD). */
bool access_may(const struct access_subject *who, enum access_act act, const struct lang_decl *record,
                const struct access_about *about, struct access_reason *reason);
/* Is `who` among the record's `by`? For what the program itself records on somebody's word (an `act`), which no form enters. */
bool access_is_by(const struct access_subject *who, const struct lang_decl *record);
/* What a child is to who asks: judged by the history (own acts, unit) and the docket (owners of open duties), aliases joined. A
 * child who does not exist is no failure: exists is false. */
CF_MUST_USE bool access_about(struct access *x, struct desk *d, const struct access_subject *who, struct cf_id child,
                              struct access_about *out, struct cf_errs *errs);
/* The door of every page about one person: looks the child up, asks access_may, writes the log of reads, then answers with the
 * child's number. Refused and absent give the same error CF_A020 in the same words (A021 when a purpose is missing, A022 when
 * the ability is: neither depends on the child); the refusal is logged either way. */
CF_MUST_USE bool access_child(struct access *x, struct desk *d, const struct access_subject *who, enum access_act act,
                              const struct lang_decl *record, struct cf_str route, struct cf_id child, uint32_t *no,
                              struct cf_errs *errs);
/* For lists: keeps the subjects that `who` may see (order kept), counts the others, logs nothing. keep[i] says which. */
CF_MUST_USE bool access_filter(struct access *x, struct desk *d, const struct access_subject *who, enum access_act act,
                               const uint32_t *subjects, size_t n, bool *keep, size_t *withheld, struct cf_errs *errs);

/* The table of role x act x record that follows from the declarations, for the administrator's page and its test. One row for
 * each role, act and record (NULL: none in particular), for one purpose; reach: how far. */
struct access_cell {
    const struct lang_decl *role;
    enum access_act act;
    const struct lang_decl *record;
    bool allowed;
    enum access_reach reach; /* of acts about people */
    enum access_why why;     /* when not allowed */
};
struct access_table {
    CF_VEC(struct access_cell);
};
void access_matrix(const struct lang_set *set, struct cf_str purpose, struct cf_arena *a, struct access_table *out);

/* ================================================================ the log of reads */

/* Writes the row and returns once it is durable: a page leaves after that or not at all. subjects: numbers, each row of a list
 * counts, SEE, search and export alike. terms: of a search; kept sealed to the auditor. false (A030 and what the store says):
 * the page must not be shown. */
struct access_shown {
    struct cf_str route; /* a route's pattern, never an address with a person in it: "/child/{id}" */
    const uint32_t *subjects;
    size_t n;
    uint64_t withheld;
    enum ledger_read_outcome outcome;
    struct cf_str terms;
};
CF_MUST_USE bool access_read(struct access *x, const struct access_subject *who, const struct access_shown *shown,
                             struct cf_errs *errs);
/* One writer of that log for all threads of a server: whoever comes first writes for those who wait meanwhile, in one commit.
 * Opened once, with a ledger of its own; access_use_log says that this thread's access_read and access_child go through it
 * (NULL: by themselves again). Close it after every access that uses it. */
struct access_log;
CF_MUST_USE bool access_log_open(struct cf_arena *a, const char *db, const char *keys, struct cf_errs *errs,
                                 struct access_log **out);
void access_log_close(struct access_log *log); /* NULL and a second call are allowed; also closed with its arena */
void access_use_log(struct access *x, struct access_log *log);

/* Who looked at a child between two instants, newest first, at most `at_most`; *more says whether there were others. The caller
 * must hold ACCESS_AUDIT; this look is itself logged before anything is returned. */
struct access_look {
    int64_t at_us;
    struct cf_id user; /* zero: the operator of the machine */
    struct cf_str name, login, session, role, purpose, route;
    enum ledger_read_outcome outcome;
};
struct access_looks {
    CF_VEC(struct access_look);
    bool more;
};
CF_MUST_USE bool access_who_looked(struct access *x, struct desk *d, const struct access_subject *auditor, struct cf_id child,
                                   int64_t from_us, int64_t to_us, size_t at_most, struct cf_arena *a, struct access_looks *out,
                                   struct cf_errs *errs);

/* ================================================================ users and grants */

struct access_grant {
    struct cf_str role;
    int64_t since_us, until_us; /* until 0: open */
};
struct access_user {
    struct cf_id id;
    struct cf_str login, name, unit; /* unit: the policy's name of it; empty: none */
    bool active, has_password, has_otp, must_change;
    struct cf_str oidc_issuer, oidc_subject; /* empty: none linked */
    int64_t last_seen_us;                    /* 0: never */
    CF_LIST(struct access_grant) grants;     /* live ones */
};
struct access_users {
    CF_VEC(struct access_user);
};
/* `by`: the administrator, who needs ACCESS_USERS; NULL: the operator at the machine's command line. Each appends role_granted
 * events (holder, what, who, why) and then changes access.db. Errors: A010 no such user, A011 login taken or not a login, A012
 * no such role, unit or partner, A013 nobody changes their own authority, A022 not theirs to do. */
CF_MUST_USE bool access_user_add(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_str login,
                                 struct cf_str name, struct cf_str unit, struct cf_id *id, struct cf_errs *errs);
CF_MUST_USE bool access_user_grant(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_id user,
                                   struct cf_str role, int64_t until_us, struct cf_str reason, struct cf_errs *errs);
CF_MUST_USE bool access_user_end(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_id user,
                                 struct cf_str role, struct cf_str reason, struct cf_errs *errs);
CF_MUST_USE bool access_user_unit(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_id user,
                                  struct cf_str unit, struct cf_str reason, struct cf_errs *errs);
/* Ends every session of theirs when they go. */
CF_MUST_USE bool access_user_active(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_id user,
                                    bool active, struct cf_str reason, struct cf_errs *errs);
CF_MUST_USE bool access_user_find(struct access *x, struct cf_str login, struct cf_arena *a, struct access_user *out,
                                  struct cf_errs *errs);
CF_MUST_USE bool access_user_get(struct access *x, struct cf_id id, struct cf_arena *a, struct access_user *out,
                                 struct cf_errs *errs);
CF_MUST_USE bool access_user_list(struct access *x, size_t from, size_t at_most, struct cf_arena *a, struct access_users *out,
                                  size_t *total, struct cf_errs *errs);
/* By an administrator (or NULL): a new password that must be changed at the next sign-in; A014 says what a password must be.
 * Ends every session. The administrator tells it, or hands over a one-time link (access_link_make, "password"). */
CF_MUST_USE bool access_user_reset(struct access *x, const struct access_subject *by, struct cf_id user, struct cf_str password,
                                   struct cf_errs *errs);
/* Their own: A002 when the old one is wrong. Ends all other sessions. */
CF_MUST_USE bool access_password_change(struct access *x, struct cf_id user, struct cf_str old, struct cf_str fresh,
                                        struct cf_str keep_token, struct cf_errs *errs);
/* One-time codes (RFC 6238, SHA-1, 6 digits, 30 s): begin gives the secret and its otpauth address; it counts once confirm has
 * seen a right code. end takes it off (an administrator, or they themselves after a password). */
CF_MUST_USE bool access_otp_begin(struct access *x, struct cf_id user, struct cf_arena *a, struct cf_str *secret_base32,
                                  struct cf_str *otpauth, struct cf_errs *errs);
CF_MUST_USE bool access_otp_confirm(struct access *x, struct cf_id user, struct cf_str code, struct cf_errs *errs);
CF_MUST_USE bool access_otp_end(struct access *x, const struct access_subject *by, struct cf_id user, struct cf_errs *errs);
/* Whom a provider's subject is here; one user for each. By an administrator or the operator. */
CF_MUST_USE bool access_user_link(struct access *x, const struct access_subject *by, struct cf_id user, struct cf_str issuer,
                                  struct cf_str subject, struct cf_errs *errs);

/* ================================================================ sign-in and sessions */

struct access_session {
    struct cf_id user;
    struct cf_str token; /* 43 letters of base64url, 256 bits; given once, at sign-in; only its hash is kept */
    struct cf_str ref;   /* 12 hex letters, for logs */
    struct cf_str purpose;
    int64_t made_us, seen_us;
    int64_t idle_ends_us, ends_us; /* when it ends by itself: untouched, at the latest */
    bool must_change;              /* only the page that changes the password may be shown */
    bool external;                 /* by OpenID Connect */
};
struct access_attempt {
    struct cf_str login, password, code; /* code: empty when they have no one-time code */
    struct cf_str address;               /* of the client, as the front says; only a keyed hash is kept */
};
/* Always a fresh token: one that came with the request is never taken over. Every failure is A002 in the same words and takes
 * the same work, whether the login exists or not; A003 when a code is needed too (the password was right) or was wrong; A004
 * when there were too many attempts, by this login or from this address (CF_MAX_SIGN_IN_*), with the minutes to wait in its
 * hint. */
CF_MUST_USE bool access_sign_in(struct access *x, const struct access_attempt *at, struct cf_arena *a,
                                struct access_session *out, struct cf_errs *errs);
/* Looks a token up and moves its idle end; A005 for a token that is none, has ended, or is from a later clock. */
CF_MUST_USE bool access_session_open(struct access *x, struct cf_str token, struct cf_arena *a, struct access_session *out,
                                     struct cf_errs *errs);
/* Changes the purpose that reads are logged with; A021 when no role of theirs has it. */
CF_MUST_USE bool access_session_purpose(struct access *x, const struct lang_set *set, struct cf_str token,
                                        struct cf_str purpose, struct cf_errs *errs);
CF_MUST_USE bool access_sign_out(struct access *x, struct cf_str token,
                                 struct cf_errs *errs); /* a token that is none is fine */
CF_MUST_USE bool access_sign_out_everywhere(struct access *x, struct cf_id user, struct cf_errs *errs);
/* Purposes that the roles of `who` may choose, in the policy's order. */
size_t access_purposes(const struct access_subject *who, const struct lang_set *set, struct cf_arena *a,
                       const struct lang_code **out[]);
/* Roles, unit and glass as they are now: ask it for every request, so that an ended grant ends at once. A005 when the user is
 * not active any more. The subject lives in `a`. */
CF_MUST_USE bool access_subject_of_session(struct access *x, struct desk *d, const struct access_session *s, struct cf_arena *a,
                                           struct access_subject *out, struct cf_errs *errs);

/* Forms: a value for a hidden field, bound to the session (keyed hash of its token); ok compares in constant time. Before
 * sign-in the token is a random one of the visitor's own cookie (access_token_new). */
struct cf_str access_csrf(const struct access *x, struct cf_str token, struct cf_arena *a);
CF_MUST_USE bool access_csrf_ok(const struct access *x, struct cf_str token, struct cf_str given);
struct cf_str access_token_new(struct cf_arena *a); /* 256 random bits as 43 letters */

/* Cookies. `__Host-` and Secure over TLS; without TLS (a Unix socket, 127.0.0.1) the plain name. HttpOnly, SameSite=Lax,
 * Path=/. */
#define ACCESS_COOKIE "childfirst"
bool access_cookie_find(struct cf_str header, struct cf_str name,
                        struct cf_str *value); /* false: absent, twice, or malformed */
struct cf_str access_cookie_set(struct cf_arena *a, struct cf_str name, struct cf_str value, bool tls); /* Set-Cookie's value */
struct cf_str access_cookie_end(struct cf_arena *a, struct cf_str name, bool tls);
bool access_session_cookie(struct cf_str header, bool tls, struct cf_str *token); /* the session's, under either name's rules */

/* One-time links: 256 random bits, a hash kept, used once, within minutes. `what`: "password", "appropriate-adult" … */
CF_MUST_USE bool access_link_make(struct access *x, const char *what, struct cf_id user, struct cf_str data, int64_t minutes,
                                  struct cf_arena *a, struct cf_str *token, struct cf_errs *errs);
CF_MUST_USE bool access_link_use(struct access *x, const char *what, struct cf_str token, struct cf_arena *a,
                                 struct cf_id *user, struct cf_str *data, struct cf_errs *errs); /* A006: none, used or ended */

/* ================================================================ OpenID Connect (authorization code, PKCE S256, state, nonce)
 */

struct access_oidc {      /* how a provider is reached; from the server's configuration */
    struct cf_str issuer; /* https, or http to a loopback address (a test) */
    struct cf_str client_id, client_secret, redirect;
    const char *ca_file; /* NULL: the system's */
};
struct access_oidc_start {
    struct cf_str url;    /* send the browser there */
    struct cf_str cookie; /* sealed state; keep it in a cookie of ten minutes (ACCESS_OIDC_COOKIE) */
};
#define ACCESS_OIDC_COOKIE "childfirst-oidc"
CF_MUST_USE bool access_oidc_begin(struct access *x, const struct access_oidc *p, struct cf_str next, struct cf_arena *a,
                                   struct access_oidc_start *out, struct cf_errs *errs);
/* What came back to the redirect address. A040 the provider cannot be reached or answers nonsense, A041 the answer is not to
 * this browser's question (state, nonce), A042 the token is forged, for somebody else, or out of time, A043 nobody here is
 * linked to that subject. Authority comes from the local grants, never from the token. */
struct access_oidc_answer {
    struct cf_str cookie, state, code, error, address;
};
CF_MUST_USE bool access_oidc_finish(struct access *x, const struct access_oidc *p, const struct access_oidc_answer *answer,
                                    struct cf_arena *a, struct access_session *out, struct cf_str *next, struct cf_errs *errs);

/* ================================================================ break-glass */

/* Opens one child to `who` as if `sees force`, for CF_MAX_GLASS_MINUTES, for SEE and RECORD only: loud. Appends the policy's
 * `break_glass` record about the child (which owes the review to the supervisor: policies/access/break_glass.policy). A050 no
 * reason in words, A051 policies declare no break_glass record, A020 there is nobody. */
struct access_glass {
    struct cf_id event;
    struct cf_id child;
    int64_t until_us;
};
CF_MUST_USE bool access_break_glass(struct access *x, struct desk *keeper, const struct access_subject *who, struct cf_id child,
                                    struct cf_str reason_code, struct cf_str why, struct cf_arena *a, struct access_glass *out,
                                    struct cf_errs *errs);
/* What was opened and is not closed or reviewed, for the supervisor's page (ACCESS_REVIEW); their own are left out. */
struct access_opened {
    struct cf_id event, child, user;
    struct cf_str name, login, unit;
    int64_t at_us, until_us;
};
struct access_openings {
    CF_VEC(struct access_opened);
};
CF_MUST_USE bool access_glass_waiting(struct access *x, struct desk *d, const struct access_subject *who, struct cf_arena *a,
                                      struct access_openings *out, struct cf_errs *errs);
/* Records `break_glass_reviewed` and takes it off the list. A052 one's own, or reviewed already. */
CF_MUST_USE bool access_glass_review(struct access *x, struct desk *keeper, const struct access_subject *who,
                                     struct cf_id event, bool justified, struct cf_str words, struct cf_arena *a,
                                     struct cf_errs *errs);

/* ================================================================ drafts and repeated submissions */

struct access_draft {
    struct cf_id id;      /* zero when saving: a new one */
    struct cf_str record; /* the record's name */
    struct cf_id subject; /* zero: not chosen yet */
    struct cf_str body;   /* the form as it was sent; CF_MAX_DRAFT_BYTES */
    int64_t saved_us;
};
struct access_drafts { /* bodies left out */
    CF_VEC(struct access_draft);
};
/* Sealed at rest, of one user, CF_MAX_DRAFTS each (A060), CF_MAX_DRAFT_DAYS; a draft of somebody else's is A061, as an absent
 * one. */
CF_MUST_USE bool access_draft_save(struct access *x, struct cf_id user, struct access_draft *draft, struct cf_errs *errs);
CF_MUST_USE bool access_draft_load(struct access *x, struct cf_id user, struct cf_id id, struct cf_arena *a,
                                   struct access_draft *out, struct cf_errs *errs);
CF_MUST_USE bool access_draft_list(struct access *x, struct cf_id user, struct cf_arena *a, struct access_drafts *out,
                                   struct cf_errs *errs);
CF_MUST_USE bool access_draft_delete(struct access *x, struct cf_id user, struct cf_id id, struct cf_errs *errs);

/* One event for one key, whatever happens in between: gives the event id to record under. The first call binds `fresh` to
 * (user, key); later ones give it back with *again true. The ledger refuses the same id twice, so a crash between binding and
 * recording does no harm. Kept CF_MAX_ONCE_DAYS. A062: the key is empty or too long. `digest` of the body (32 bytes, or empty):
 * the same key with another body is A063. */
CF_MUST_USE bool access_once(struct access *x, struct cf_id user, struct cf_str key, struct cf_str digest, struct cf_id fresh,
                             struct cf_id *event, bool *again, struct cf_errs *errs);

/* ================================================================ partners' keys and sealed forms */

struct access_scope { /* names of the policies; nothing is implied by an empty list */
    struct cf_str purpose;
    const struct cf_str *records; /* may be recorded and seen */
    size_t n_records;
    const struct cf_str *shares; /* may be fetched and acknowledged */
    size_t n_shares;
};
struct access_key {
    struct cf_id id;
    struct cf_str partner, label; /* partner: the policy's name */
    struct access_scope scope;
    int64_t made_us, expires_us, last_used_us;
    bool ended;
};
struct access_keys {
    CF_VEC(struct access_key);
};
/* The secret ("cfk_" and 43 letters) is given once; only its hash is kept. A012 for names the policies do not know. */
CF_MUST_USE bool access_key_make(struct access *x, struct desk *d, const struct access_subject *by, struct cf_str partner,
                                 struct cf_str label, const struct access_scope *scope, int64_t expires_us, struct cf_arena *a,
                                 struct cf_id *id, struct cf_str *secret, struct cf_errs *errs);
CF_MUST_USE bool access_key_end(struct access *x, const struct access_subject *by, struct cf_id id, struct cf_errs *errs);
CF_MUST_USE bool access_key_list(struct access *x, struct cf_arena *a, struct access_keys *out, struct cf_errs *errs);
/* A bearer secret as a subject: roles are the role that has the partner's name, if one is declared. A007: none, ended or
 * expired. */
CF_MUST_USE bool access_subject_of_key(struct access *x, struct desk *d, struct cf_str secret, struct cf_arena *a,
                                       struct access_subject *out, struct cf_errs *errs);
bool access_scope_share(const struct access_subject *who, struct cf_str share); /* may this key fetch that share? */

/* Forms kept on a phone are sealed to this key (X25519, libsodium's sealed boxes: crypto_box_seal); the public half is
 * published. */
struct access_offline_key {
    uint32_t number;
    uint8_t public_key[32];
};
CF_MUST_USE bool access_offline_key(struct access *x, struct access_offline_key *out, struct cf_errs *errs); /* made if none */
CF_MUST_USE bool access_offline_rotate(struct access *x,
                                       struct cf_errs *errs); /* old ones still open what was sealed to them */
/* A008: not sealed to a key of ours, or damaged. */
CF_MUST_USE bool access_offline_open(struct access *x, uint32_t number, struct cf_str box, struct cf_arena *a,
                                     struct cf_str *plain, struct cf_errs *errs);

#endif
