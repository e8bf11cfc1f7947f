/* words: one value of a record's field from plain words, and back: "yes", "3/4", "2024-06-03 15:10", "6 hours", a code's name.
 * What the command line and forms share. Must not know how anything is asked. */
#ifndef CF_DOCKET_WORDS_H
#define CF_DOCKET_WORDS_H

#include "docket/docket.h"

/* Reads one value of `type`; codes: of a coded one. Ids of subjects and events are 32 hex letters. False: *takes says what the
 * type takes ("a whole number"), *out is not touched. The text of a narrative is borrowed. */
CF_MUST_USE bool desk_words_read(const struct cf_zone *zone, enum lang_type_kind type, const struct lang_decl *codes,
                                 struct cf_str words, struct desk_value *out, const char **takes);
/* The words that desk_words_read reads as the same value; empty for an absence, a list, or a date that is not one day. */
struct cf_str desk_words_write(struct cf_arena *a, const struct cf_zone *zone, enum lang_type_kind type,
                               const struct lang_decl *codes, const struct desk_value *v);

#endif
