/* reading: the Coleman-Liau index in whole numbers. */
#include "web/pages/reading.h"

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_word(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '\'';
}

int reading_age(struct cf_str text) {
    int64_t letters = 0, words = 0, sentences = 0;
    bool in_word = false, in_sentence = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        letters += is_letter(c) && ((unsigned char)c & 0xc0) != 0x80; /* a letter of several bytes is one */
        words += is_word(c) && !in_word;
        in_word = is_word(c);
        in_sentence = in_sentence || in_word;
        bool ends = (c == '.' || c == '!' || c == '?' || c == ':' || c == '\n') && (i + 1 == text.n || text.p[i + 1] <= ' ');
        sentences += ends && in_sentence;
        in_sentence = in_sentence && !ends;
    }
    sentences += in_sentence;
    if (!words) {
        return 0;
    }
    /* ten-thousandths of a school year: 588 L - 2960 S - 158000, L and S in a hundred words */
    int64_t grade = (588 * 100 * letters - 2960 * 100 * sentences) / words - 158000;
    int64_t age = grade <= 0 ? 5 : 5 + (grade + 9999) / 10000;
    return (int)age;
}
