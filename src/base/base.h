/* base: what every room stands on: strings, arenas, buffers, vectors, maps, errors. Knows nothing else.
 *
 * Ownership, in one sentence: a function allocates only in the arena it was handed; a pointer it returns lives as long as
 * that arena; a pointer it was given is borrowed until it returns. */
#ifndef CF_BASE_BASE_H
#define CF_BASE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CF_MUST_USE __attribute__((warn_unused_result))
#define CF_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define CF_UNUSED __attribute__((unused))
#define CF_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Programmer errors stop the program, in release too: say where, abort, let the supervisor restart. */
_Noreturn void cf_panic(const char *file, int line, const char *what);
#define CF_ASSERT(x) ((x) ? (void)0 : cf_panic(__FILE__, __LINE__, #x))
#define CF_NEVER(why) cf_panic(__FILE__, __LINE__, "never: " why)

/* Every limit has a name, a number and a reason in limits.def: CF_MAX_DEPTH and so on. */
enum cf_limit {
#define CF_LIMIT(name, value, why) CF_MAX_##name = (value),
#include "base/limits.def"
#undef CF_LIMIT
};

/* ---- Strings: a pointer and a length, by value; never NUL-terminated unless cf_cstr made it so. */
struct cf_str {
    const char *p;
    size_t n;
};
#define CF_LIT(s) ((struct cf_str){"" s, sizeof(s) - 1})
#define CF_STR_ARG(s) (int)(s).n, (s).p /* for "%.*s" */

struct cf_arena;
struct cf_str cf_str_from(const char *cstr); /* borrows; NULL gives the empty string */
bool cf_str_eq(struct cf_str a, struct cf_str b);
bool cf_str_is(struct cf_str a, const char *cstr);
int cf_str_cmp(struct cf_str a, struct cf_str b); /* bytes, shorter first */
bool cf_str_starts(struct cf_str s, struct cf_str prefix);
bool cf_str_ends(struct cf_str s, struct cf_str suffix);
struct cf_str cf_str_trim(struct cf_str s);                          /* ASCII white space off both ends */
struct cf_str cf_str_slice(struct cf_str s, size_t from, size_t to); /* clamped */
bool cf_str_find(struct cf_str s, char c, size_t *at);
bool cf_str_split(struct cf_str *rest, char sep, struct cf_str *piece); /* false when nothing is left; "a," is "a" and "" */
struct cf_str cf_str_dup(struct cf_arena *a, struct cf_str s);
struct cf_str cf_str_printf(struct cf_arena *a, const char *fmt, ...) CF_PRINTF(2, 3);
struct cf_str cf_str_vprintf(struct cf_arena *a, const char *fmt, va_list ap) CF_PRINTF(2, 0);
const char *cf_cstr(struct cf_arena *a, struct cf_str s); /* NUL-terminated copy, for system borders only */
bool cf_str_int(struct cf_str s, int64_t *out);           /* whole decimal number with optional sign; no white space */
size_t cf_str_distance(struct cf_str a, struct cf_str b, size_t at_most); /* edit distance, capped */
uint64_t cf_str_hash(struct cf_str s);
bool cf_utf8_valid(struct cf_str s, size_t *bad_at); /* shortest form, no surrogates; a NUL is valid UTF-8 */

/* ---- Arenas: one for each lifespan. Memory is zeroed. Running out of the machine's memory panics. */
struct cf_arena *cf_arena_new(const char *name); /* name: a literal, for panics */
void cf_arena_free(struct cf_arena *a);          /* NULL is allowed; runs cleanups in reverse */
void cf_arena_reset(struct cf_arena *a);         /* runs cleanups, keeps one block */
void *cf_alloc(struct cf_arena *a, size_t size); /* zeroed, aligned to 16 */
#define CF_NEW(arena, type) ((type *)cf_alloc((arena), sizeof(type)))
#define CF_NEW_N(arena, type, n) ((type *)cf_alloc_n((arena), (n), sizeof(type)))
void *cf_alloc_n(struct cf_arena *a, size_t n, size_t size);
void *cf_memdup(struct cf_arena *a, const void *p, size_t n);
void cf_arena_cleanup(struct cf_arena *a, void (*f)(void *), void *arg);
size_t cf_arena_used(const struct cf_arena *a); /* bytes handed out and not yet given back */
/* Marks: everything allocated after the mark is given back by rewind; cleanups made after the mark run. */
struct cf_mark {
    void *block, *cleanup;
    size_t used;
};
struct cf_mark cf_arena_mark(struct cf_arena *a);
void cf_arena_rewind(struct cf_arena *a, struct cf_mark m);

/* ---- Buffers: bytes that grow up to a maximum; a sticky error is checked once, at finish. */
struct cf_buf {
    struct cf_arena *arena;
    char *p;
    size_t n, cap, max;
    bool failed; /* would have passed max */
};
struct cf_buf cf_buf_new(struct cf_arena *a, size_t max);
void cf_buf_add(struct cf_buf *b, const void *p, size_t n);
void cf_buf_str(struct cf_buf *b, struct cf_str s);
void cf_buf_lit(struct cf_buf *b, const char *cstr);
void cf_buf_byte(struct cf_buf *b, uint8_t c);
void cf_buf_printf(struct cf_buf *b, const char *fmt, ...) CF_PRINTF(2, 3);
void cf_buf_be(struct cf_buf *b, uint64_t v, unsigned bytes);         /* big-endian, 1 to 8 bytes */
CF_MUST_USE bool cf_buf_finish(struct cf_buf *b, struct cf_str *out); /* false if it would have passed max */

/* ---- Vectors in an arena.  struct { CF_VEC(struct thing); } things = {0};  *cf_push(arena, &things) = thing; */
#define CF_VEC(type)                                                                                                           \
    type *v;                                                                                                                   \
    size_t n, cap
/* A vector as a member: CF_LIST(struct thing) things; */
#define CF_LIST(type)                                                                                                          \
    struct {                                                                                                                   \
        CF_VEC(type);                                                                                                          \
    }
#define cf_push(arena, vec)                                                                                                    \
    ((vec)->v = cf_vec_grow((arena), (vec)->v, (vec)->n, &(vec)->cap, sizeof(*(vec)->v)), &(vec)->v[(vec)->n++])
void *cf_vec_grow(struct cf_arena *a, void *v, size_t n, size_t *cap, size_t size); /* room for one more, zeroed */

/* ---- Map from bytes to a pointer or number; insertion order is kept for iteration. */
struct cf_map;
struct cf_map *cf_map_new(struct cf_arena *a);
void **cf_map_put(struct cf_map *m, struct cf_str key);      /* the slot, NULL in it if new; key bytes are copied */
void *cf_map_get(const struct cf_map *m, struct cf_str key); /* NULL when absent */
bool cf_map_has(const struct cf_map *m, struct cf_str key);
size_t cf_map_count(const struct cf_map *m);
struct cf_str cf_map_key(const struct cf_map *m, size_t i);
void *cf_map_value(const struct cf_map *m, size_t i);

/* ---- Errors: one type from lexer to browser. A function that fails returns false and has added at least one error. */
enum cf_code {
    CF_OK = 0,
#define CF_ERR(code, kind, summary, hint) CF_##code,
#include "base/errors.def"
#undef CF_ERR
    CF_CODE_COUNT
};
/* clang-format off */
enum cf_kind {
    CF_SYNTAX, CF_MEANING, CF_NOT_FOUND, CF_REFUSED, CF_CONFLICT, CF_TOO_BIG, CF_BUSY, CF_BROKEN, CF_USAGE, CF_NOTE
};
/* clang-format on */

struct cf_source {      /* a text with a name; lives as long as its errors */
    struct cf_str name; /* as shown: a relative path, or "<command line>" */
    struct cf_str text;
};
struct cf_span { /* a place in a source; src NULL: no place */
    const struct cf_source *src;
    uint32_t at, n;
};
struct cf_err {
    enum cf_code code;
    struct cf_span at;
    struct cf_str msg;  /* one line, lower case, no full stop */
    struct cf_str hint; /* a full sentence that says what to do; the code's own if none was given */
    struct cf_str note; /* words about the second place */
    struct cf_span note_at;
    bool warning; /* a note of the checker: shown, never a failure */
};
struct cf_errs { /* the sink: owned by the caller, in the caller's arena, bounded */
    struct cf_arena *arena;
    CF_VEC(struct cf_err);
    size_t failures; /* errors that are not warnings, also those beyond the bound */
    size_t warnings; /* kept ones */
    bool dropped;    /* the last one was beyond the bound: its hint and second place go with it */
};
struct cf_errs cf_errs_new(struct cf_arena *a);
#define CF_NOWHERE ((struct cf_span){0})
/* Adds an error; returns false, so that `return cf_fail(…)` reads as it should. */
bool cf_fail(struct cf_errs *e, enum cf_code code, struct cf_span at, const char *fmt, ...) CF_PRINTF(4, 5);
void cf_warn(struct cf_errs *e, enum cf_code code, struct cf_span at, const char *fmt, ...) CF_PRINTF(4, 5);
void cf_hint(struct cf_errs *e, const char *fmt, ...) CF_PRINTF(2, 3);                      /* to the last error */
void cf_second(struct cf_errs *e, struct cf_span at, const char *fmt, ...) CF_PRINTF(3, 4); /* a second place */
const char *cf_code_name(enum cf_code code);                                                /* "CF-L012" */
const char *cf_code_summary(enum cf_code code);
const char *cf_code_hint(enum cf_code code);
enum cf_kind cf_code_kind(enum cf_code code);
const char *cf_kind_name(enum cf_kind kind);
void cf_span_line(struct cf_span at, size_t *line, size_t *column, struct cf_str *text); /* 1-based; column in characters */
void cf_err_text(struct cf_buf *b, const struct cf_err *e); /* for a terminal: place, marked line, message, hint */
void cf_err_json(struct cf_buf *b, const struct cf_err *e); /* one object */
void cf_errs_print(FILE *f, const struct cf_errs *e);
/* The name nearest to `wrong` among `names`, or the empty string when none is near enough to offer. */
struct cf_str cf_nearest(struct cf_str wrong, const struct cf_str *names, size_t n);

/* ---- JSON text: writes one quoted, escaped string. */
void cf_json_str(struct cf_buf *b, struct cf_str s);

/* ---- Bytes. */
struct cf_id { /* event id, subject id, duty id: 16 bytes */
    uint8_t b[16];
};
bool cf_id_eq(struct cf_id a, struct cf_id b);
int cf_id_cmp(struct cf_id a, struct cf_id b);
bool cf_id_zero(struct cf_id a);
struct cf_str cf_hex(struct cf_arena *a, const void *p, size_t n);
CF_MUST_USE bool cf_unhex(struct cf_str s, uint8_t *out, size_t n);                    /* exactly n bytes */
struct cf_str cf_base64(struct cf_arena *a, const void *p, size_t n);                  /* standard alphabet, padded */
CF_MUST_USE bool cf_unbase64(struct cf_arena *a, struct cf_str s, struct cf_str *out); /* strict */
/* RFC 4648 section 5, without padding; strict: one text for each value. */
struct cf_str cf_base64url(struct cf_arena *a, const void *p, size_t n);
CF_MUST_USE bool cf_unbase64url(struct cf_arena *a, struct cf_str s, struct cf_str *out);
CF_MUST_USE bool cf_unbase64url_bytes(struct cf_str s, uint8_t *out, size_t n); /* exactly n bytes */
uint64_t cf_be_read(const uint8_t *p, unsigned bytes);

/* ---- Files and progress. Paths are NUL-terminated. */
CF_MUST_USE bool cf_read_file(struct cf_arena *a, const char *path, size_t max, struct cf_str *out, struct cf_errs *errs);
CF_MUST_USE bool cf_write_file(const char *path, struct cf_str bytes, struct cf_errs *errs); /* beside, then renamed; synced */
struct cf_progress { /* a bar on a terminal for what takes over two seconds; silent elsewhere */
    const char *what;
    uint64_t total, done;
    int64_t started_ms, shown_ms;
    bool visible;
};
struct cf_progress cf_progress_start(const char *what, uint64_t total); /* total 0: unknown */
void cf_progress_step(struct cf_progress *p, uint64_t done);
void cf_progress_end(struct cf_progress *p);
int64_t cf_now_us(void); /* wall clock, microseconds UTC; the environment's CF_NOW (microseconds) replaces it in tests */

#endif
