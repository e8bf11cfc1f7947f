/* exchange/csv: comma-separated values by RFC 4180, one record at a time in constant memory, and the file of rejected lines.
 *
 * Knows quoting, line ends, UTF-8 and headings. Knows nothing of searches, of codes, or of the ledger.
 *
 * A broken line is never fatal: it comes back as CSV_BAD with its number and the reason, and reading goes on with the next.
 * Only a file that is not CSV at all, or cannot be read to its end, is an error. */
#ifndef CF_EXCHANGE_CSV_H
#define CF_EXCHANGE_CSV_H

#include "exchange/gzip.h"

struct csv_reader;

enum csv_verdict { CSV_END, CSV_ROW, CSV_BAD };

struct csv_line {         /* all of it is borrowed until the next call */
    uint64_t number;      /* the physical line on which the record begins; the heading is line 1 */
    struct cf_str raw;    /* the record's bytes without its line end; of an over-long line the first CSV_SHOWN_BYTES */
    struct cf_str reason; /* of CSV_BAD: one clause, lower case, no full stop */
    const struct cf_str *cells;
    size_t n;
};
enum { CSV_SHOWN_BYTES = 1000, CSV_LINES_OF_ONE_RECORD = 64 };

/* Begins to read: takes the heading line, without a byte-order mark. Errors: I001 when the file is empty, binary, UTF-16, a
 * spreadsheet, a web page or has no readable heading line; those of gzip_read. */
CF_MUST_USE bool csv_open(struct cf_arena *a, struct gzip_stream *s, struct cf_errs *errs, struct csv_reader **out);

/* The next record: a row with as many cells as there are headings, or a bad line with its reason. Empty lines are passed
 * over and not counted. Errors: those of gzip_read. */
CF_MUST_USE bool csv_next(struct csv_reader *r, struct csv_line *line, enum csv_verdict *verdict, struct cf_errs *errs);

/* Starts again after the heading line. */
CF_MUST_USE bool csv_again(struct csv_reader *r, struct cf_errs *errs);

size_t csv_heading_count(const struct csv_reader *r);
struct cf_str csv_heading(const struct csv_reader *r, size_t i);
struct cf_str csv_name(const struct csv_reader *r);

/* ---- Headings by name: in any order; capital letters, spaces, hyphens and underscores make no difference. */
struct csv_column {
    const char *name; /* as published */
    const char *also; /* other names, parted by '|'; NULL for none */
    bool required;
};
/* Fills at[i] with the position of column i, or -1 when it is absent; *unknown gets the headings that no column claims.
 * Errors: I003 a required heading is missing (names the nearest one found), I004 a heading stands twice. */
CF_MUST_USE bool csv_map_headings(struct cf_arena *a, const struct csv_reader *r, const struct csv_column *columns, size_t n,
                                  int *at, struct cf_str *unknown, struct cf_errs *errs);
/* True when two texts are equal but for capital letters and white space, '_' and '-' between words. */
bool csv_same_words(struct cf_str a, struct cf_str b);

/* ---- FILE.rejected.csv: line, reason and the raw line; made only when there is something to reject. */
struct csv_rejects;
/* `path` is the imported file. With path NULL nothing is written, only counted. */
struct csv_rejects *csv_rejects_new(struct cf_arena *a, const char *path);
void csv_reject(struct csv_rejects *r, uint64_t line, struct cf_str reason, struct cf_str raw);
uint64_t csv_rejects_count(const struct csv_rejects *r);
/* Puts the file in place, whole or not at all; removes the file of an earlier import when nothing was rejected this time.
 * *path gets its name, or the empty string. Without this call (the import failed) nothing is left behind. Errors: B003. */
CF_MUST_USE bool csv_rejects_finish(struct csv_rejects *r, struct cf_str *path, struct cf_errs *errs);

/* Appends one cell, quoted where it must be. */
void csv_put(struct cf_buf *b, struct cf_str cell);

#endif
