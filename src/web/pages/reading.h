/* reading: from which age most people can read a text. Pure. */
#ifndef CF_WEB_PAGES_READING_H
#define CF_WEB_PAGES_READING_H

#include "base/base.h"

/* The Coleman-Liau index (1975): school year = 0.0588 L - 0.296 S - 15.8, with L letters and S sentences in a hundred words; an
 * American school year n is read at about n + 5 years. In whole years, rounded up, never under 5; 0 for a text of no words.
 * Numbers are no words, and what has fewer than three words is no sentence. It measures how long words and sentences are, not
 * whether the words are known. */
int reading_age(struct cf_str text);

#endif
