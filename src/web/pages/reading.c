/* reading: the Coleman-Liau index in whole numbers. */
#include "web/pages/reading.h"

enum { LEAST_WORDS = 3 };

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_word(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '\'';
}

struct counted {
    int64_t letters, words, sentences;
};

/* One sentence or line; what has fewer than three words is a heading, a label or a name, and no sample of how one reads. */
static void end_sentence(struct counted *all, struct counted *one) {
    if (one->words >= LEAST_WORDS) {
        all->letters += one->letters;
        all->words += one->words;
        all->sentences++;
    }
    *one = (struct counted){0};
}

int reading_age(struct cf_str text) {
    struct counted all = {0}, one = {0};
    bool in_word = false, with_letter = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool letter = is_letter(c);
        one.letters += letter && ((unsigned char)c & 0xc0) != 0x80; /* a letter of several bytes is one */
        with_letter = (in_word && with_letter) || letter;
        in_word = is_word(c);
        bool word_ends = in_word && (i + 1 == text.n || !is_word(text.p[i + 1]));
        one.words += word_ends && with_letter; /* 2026 is no word */
        with_letter = with_letter && !word_ends;
        bool stop = c == '.' || c == '!' || c == '?';
        if (c == '\n' || (stop && (i + 1 == text.n || text.p[i + 1] <= ' '))) {
            end_sentence(&all, &one);
        }
    }
    end_sentence(&all, &one);
    if (!all.words) {
        return 0;
    }
    /* ten-thousandths of a school year: 588 L - 2960 S - 158000, L and S in a hundred words */
    int64_t grade = (588 * 100 * all.letters - 2960 * 100 * all.sentences) / all.words - 158000;
    return grade <= 0 ? 5 : (int)(5 + (grade + 9999) / 10000);
}
