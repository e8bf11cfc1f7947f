/* exchange/gzip: the bytes of a file, plain or gzip (told by its first bytes), one stretch after another, in constant memory.
 *
 * Knows bytes only: nothing of lines, columns or records. */
#ifndef CF_EXCHANGE_GZIP_H
#define CF_EXCHANGE_GZIP_H

#include "base/base.h"

struct gzip_stream;

/* Opens a file for reading. The stream lives as long as the arena, which closes it. Errors: B001 cannot be opened. */
CF_MUST_USE bool gzip_open(struct cf_arena *a, const char *path, struct cf_errs *errs, struct gzip_stream **out);

/* The same over bytes in memory, which are borrowed for the stream's life; `name` stands in error messages. */
struct gzip_stream *gzip_over_bytes(struct cf_arena *a, struct cf_str bytes, struct cf_str name);

/* Reads up to `cap` bytes; *n is 0 at the end only. Errors: I002 damaged, cut short, or followed by other bytes; B003. */
CF_MUST_USE bool gzip_read(struct gzip_stream *s, void *buf, size_t cap, size_t *n, struct cf_errs *errs);

/* Starts again at the first byte; the tap is taken off. Errors: B003 (a pipe cannot be read twice). */
CF_MUST_USE bool gzip_rewind(struct gzip_stream *s, struct cf_errs *errs);

/* Hands every byte of the file as it is stored, in order, to `f`: for a digest or a progress bar. Set before reading. */
void gzip_tap(struct gzip_stream *s, void (*f)(void *self, const void *bytes, size_t n), void *self);

/* Packs bytes quickly (level 3). False when there is no memory for it, or nothing is won; then send them as they are. */
CF_MUST_USE bool gzip_pack(struct cf_arena *a, struct cf_str bytes, struct cf_str *out);

struct cf_str gzip_name(const struct gzip_stream *s);
bool gzip_is_compressed(const struct gzip_stream *s);    /* after the first read */
uint64_t gzip_stored_bytes(const struct gzip_stream *s); /* size of the file as stored; 0: not known */

#endif
