/* find: an index of the words of names: each word once, with the people who have it; so that a search looks at tens of
 * thousands of words and not at every person. Must not know who may see whom. */
#include "web/find.h"

#include <pthread.h>
#include <stdlib.h>

#include "docket/births.h"

struct known { /* what one event says of a person */
    uint64_t seq;
    uint32_t subject;
    bool gone, has_born;
    int32_t born_from, born_to;
    struct cf_str name;
};
struct word {
    struct cf_str text;
    CF_LIST(uint32_t) people; /* positions in `known` */
};
struct find_index {
    struct cf_arena *arena;
    pthread_rwlock_t lock; /* many search at once; one takes in what is new */
    uint64_t upto;
    CF_LIST(struct known) known;
    struct cf_map *by_seq, *by_subject, *words; /* seq, subject -> 1 + position in `known`; text -> struct word */
};

static void end_index(void *arg) {
    struct find_index *x = arg;
    pthread_rwlock_destroy(&x->lock);
    cf_arena_free(x->arena);
}

struct find_index *find_new(struct cf_arena *a) {
    struct find_index *x = CF_NEW(a, struct find_index);
    x->arena = cf_arena_new("people by name");
    x->by_seq = cf_map_new(x->arena);
    x->by_subject = cf_map_new(x->arena);
    x->words = cf_map_new(x->arena);
    pthread_rwlock_init(&x->lock, NULL);
    cf_arena_cleanup(a, end_index, x);
    return x;
}

/* ---- Filling. */

static bool is_letter(char c) {
    return (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The next run of letters; an apostrophe within a name parts nothing: o'neil is oneil. */
static bool next_word(struct cf_arena *a, struct cf_str *rest, struct cf_str *out) {
    size_t i = 0, n = 0;
    while (i < rest->n && !is_letter(rest->p[i])) {
        i++;
    }
    char *p = cf_alloc(a, rest->n - i + 1);
    for (; i < rest->n && (is_letter(rest->p[i]) || rest->p[i] == '\''); i++) {
        if (rest->p[i] != '\'') {
            p[n++] = rest->p[i];
        }
    }
    *out = (struct cf_str){p, n};
    *rest = cf_str_slice(*rest, i, rest->n);
    return n > 0;
}

static struct word *word_of(struct find_index *x, struct cf_str text) {
    void **slot = cf_map_put(x->words, text);
    if (!*slot) {
        struct word *w = CF_NEW(x->arena, struct word);
        w->text = cf_str_dup(x->arena, text);
        *slot = w;
    }
    return *slot;
}

static bool take_in(void *arg, const struct desk_birth *b, struct cf_errs *errs) {
    struct find_index *x = arg;
    (void)errs;
    void **slot = cf_map_put(x->by_seq, (struct cf_str){(const char *)&b->seq, sizeof b->seq});
    if (*slot) {
        x->known.v[(uintptr_t)*slot - 1].gone = true; /* said anew below */
    }
    if (b->gone) {
        return true;
    }
    *cf_push(x->arena, &x->known) = (struct known){.seq = b->seq,
                                                   .subject = b->subject,
                                                   .has_born = b->has_born,
                                                   .born_from = b->born_from,
                                                   .born_to = b->born_to,
                                                   .name = cf_str_dup(x->arena, b->name)};
    uint32_t at = (uint32_t)x->known.n - 1;
    *slot = (void *)(uintptr_t)x->known.n;
    *cf_map_put(x->by_subject, (struct cf_str){(const char *)&b->subject, sizeof b->subject}) = *slot;
    struct cf_arena *a = cf_arena_new("a name");
    struct cf_str rest = find_fold(a, b->name), one;
    while (next_word(a, &rest, &one)) {
        *cf_push(x->arena, &word_of(x, one)->people) = at;
    }
    cf_arena_free(a);
    return true;
}

/* Leaves the index locked for reading, whatever it returns. */
static bool follow(struct find_index *x, struct desk *d, struct cf_errs *errs) {
    pthread_rwlock_rdlock(&x->lock);
    if (x->upto >= ledger_size(desk_ledger(d))) {
        return true;
    }
    pthread_rwlock_unlock(&x->lock);
    pthread_rwlock_wrlock(&x->lock);
    uint64_t upto = x->upto;
    bool ok = desk_births(d, x->upto, take_in, x, &upto, errs);
    x->upto = ok ? upto : x->upto;
    pthread_rwlock_unlock(&x->lock);
    pthread_rwlock_rdlock(&x->lock);
    return ok;
}

/* ---- What is asked. */

struct asked {
    CF_LIST(struct cf_str) words; /* folded */
    bool dated;
    int32_t born_from, born_to;
    struct cf_str number; /* hex letters, or empty */
};

static bool all_of(struct cf_str s, const char *letters) {
    for (size_t i = 0; i < s.n; i++) {
        if (!strchr(letters, s.p[i])) {
            return false;
        }
    }
    return s.n > 0;
}

/* 2010-02-14, 14/2/2010, 14.2.2010, or 2010 alone. */
static bool read_date(struct cf_str s, struct asked *out) {
    int64_t n[3];
    size_t parts = 0;
    struct cf_str rest = s, piece;
    if (!all_of(s, "0123456789-/.")) {
        return false;
    }
    for (size_t i = 0; i < s.n && parts < 3; parts++) {
        size_t from = i;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') {
            i++;
        }
        piece = cf_str_slice(rest, from, i);
        if (!cf_str_int(piece, &n[parts])) {
            return false;
        }
        i++;
    }
    bool year_first = parts == 3 && n[0] > 31;
    int64_t year = parts == 1 ? n[0] : year_first ? n[0] : n[2], month = n[1], day = year_first ? n[2] : n[0];
    if (parts == 1 && year >= 1900 && year <= 2100) {
        out->born_from = cf_day_of((int32_t)year, 1, 1);
        out->born_to = cf_day_of((int32_t)year, 12, 31);
        return out->dated = true;
    }
    if (parts != 3 || !cf_date_valid(year, month, day)) {
        return false;
    }
    out->born_from = out->born_to = cf_day_of((int32_t)year, (int)month, (int)day);
    return out->dated = true;
}

static void read_asked(struct cf_arena *a, struct cf_str words, struct asked *out) {
    struct cf_str folded = find_fold(a, words), piece;
    while (cf_str_split(&folded, ' ', &piece)) {
        struct cf_str one;
        if (!piece.n || read_date(piece, out)) {
            continue;
        }
        if (piece.n >= 6 && piece.n <= 32 && all_of(piece, "0123456789abcdef")) {
            out->number = piece;
            continue;
        }
        while (next_word(a, &piece, &one)) {
            *cf_push(a, &out->words) = one;
        }
    }
}

/* ---- Matching. */

enum { EXACT = 100, BEGINS = 70, NEARLY = 40, BORN_DAY = 100, BORN_MAYBE = 50, NUMBER = 400 };

static int quality(struct cf_str asked, struct cf_str word) {
    if (cf_str_eq(asked, word)) {
        return EXACT;
    }
    if (asked.n >= 2 && cf_str_starts(word, asked)) {
        return BEGINS;
    }
    size_t most = asked.n >= 7 ? 2 : asked.n >= 4 ? 1 : 0;
    size_t apart = asked.n > word.n ? asked.n - word.n : word.n - asked.n;
    return most && apart <= most && cf_str_distance(asked, word, most) <= most ? NEARLY : 0;
}

struct match { /* of one position in `known` */
    uint32_t at;
    int score;
    uint32_t words; /* bits: which of the asked words */
    struct cf_str why;
};
struct matches {
    CF_VEC(struct match);
    struct cf_map *by_at;
};

static struct match *match_of(struct cf_arena *a, struct matches *all, uint32_t at) {
    void **slot = cf_map_put(all->by_at, (struct cf_str){(const char *)&at, sizeof at});
    if (!*slot) {
        *cf_push(a, all) = (struct match){.at = at};
        *slot = (void *)(uintptr_t)all->n;
    }
    return &all->v[(uintptr_t)*slot - 1];
}

static void also_why(struct cf_arena *a, struct match *m, struct cf_str words) {
    m->why = m->why.n ? cf_str_printf(a, "%.*s; %.*s", CF_STR_ARG(m->why), CF_STR_ARG(words)) : words;
}

static void match_word(struct cf_arena *a, struct find_index *x, struct cf_str asked, unsigned bit, struct matches *all) {
    for (size_t i = 0; i < cf_map_count(x->words); i++) {
        const struct word *w = cf_map_value(x->words, i);
        int q = quality(asked, w->text);
        for (size_t k = 0; q && k < w->people.n; k++) {
            if (x->known.v[w->people.v[k]].gone) {
                continue;
            }
            struct match *m = match_of(a, all, w->people.v[k]);
            if (!(m->words & (1U << bit))) {
                m->words |= 1U << bit;
                m->score += q;
                also_why(a, m,
                         q == EXACT    ? cf_str_printf(a, "has the name %.*s", CF_STR_ARG(w->text))
                         : q == BEGINS ? cf_str_printf(a, "%.*s begins with %.*s", CF_STR_ARG(w->text), CF_STR_ARG(asked))
                                       : cf_str_printf(a, "%.*s is nearly %.*s", CF_STR_ARG(w->text), CF_STR_ARG(asked)));
            }
        }
    }
}

static bool born_fits(const struct known *k, const struct asked *q) {
    return k->has_born && k->born_from <= q->born_to && k->born_to >= q->born_from;
}

/* A date alone finds by date; beside names it ranks, and leaves out whoever is known to be born on another. */
static void match_born(struct cf_arena *a, struct find_index *x, const struct asked *q, struct matches *all) {
    for (size_t i = 0; !q->words.n && i < x->known.n; i++) {
        if (!x->known.v[i].gone && born_fits(&x->known.v[i], q)) {
            (void)match_of(a, all, (uint32_t)i);
        }
    }
    for (size_t i = 0; i < all->n; i++) {
        const struct known *k = &x->known.v[all->v[i].at];
        bool one_day = k->has_born && k->born_from == k->born_to && q->born_from == q->born_to;
        if (born_fits(k, q)) {
            all->v[i].score += one_day ? BORN_DAY : BORN_MAYBE;
            also_why(a, &all->v[i], one_day ? CF_LIT("born that day") : CF_LIT("born in that time"));
        } else if (k->has_born) {
            all->v[i].score -= BORN_MAYBE;
            also_why(a, &all->v[i], CF_LIT("born on another day"));
        } else {
            also_why(a, &all->v[i], CF_LIT("date of birth not known"));
        }
    }
}

static struct cf_str born_words(struct cf_arena *a, const struct known *k) {
    static const char names[12][10] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
    if (!k->has_born) {
        return CF_LIT("");
    }
    struct cf_date from = cf_date_of(k->born_from), to = cf_date_of(k->born_to);
    if (k->born_from == k->born_to) {
        return cf_str_printf(a, "born %d %s %d", from.day, names[from.month - 1], from.year);
    }
    return from.year == to.year ? cf_str_printf(a, "born in %d", from.year)
                                : cf_str_printf(a, "born from %d to %d", from.year, to.year);
}

static int by_score(const void *x, const void *y) {
    const struct find_hit *a = x, *b = y;
    if (a->score != b->score) {
        return a->score > b->score ? -1 : 1;
    }
    return a->subject < b->subject ? -1 : a->subject > b->subject;
}

/* One hit a person: of merged people, and of several events about one, the best. */
static bool add_hit(struct desk *d, struct cf_arena *a, struct cf_map *seen, struct find_hit hit, struct find_hits *out,
                    struct cf_errs *errs) {
    int64_t no = hit.subject;
    if (!desk_subject_id(d, hit.subject, &hit.id, NULL, errs)) {
        return false;
    }
    struct cf_id person = ledger_person(desk_ledger(d), hit.id);
    if (!cf_id_eq(person, hit.id)) {
        hit.id = person;
        if (!ledger_subject_no(desk_ledger(d), person, &no, errs)) {
            return false;
        }
        hit.subject = (uint32_t)no;
    }
    void **slot = cf_map_put(seen, (struct cf_str){(const char *)hit.id.b, sizeof hit.id.b});
    if (*slot) {
        struct find_hit *had = &out->v[(uintptr_t)*slot - 1];
        *had = had->score >= hit.score ? *had : hit;
        return true;
    }
    *cf_push(a, out) = hit;
    *slot = (void *)(uintptr_t)out->n;
    return true;
}

static bool match_number(struct find_index *x, struct desk *d, struct cf_str number, struct cf_arena *a, struct cf_map *seen,
                         struct find_hits *out, struct cf_errs *errs) {
    struct cf_id id;
    int64_t no = 0;
    if (cf_unhex(number, id.b, sizeof id.b)) {
        if (!ledger_subject_no(desk_ledger(d), id, &no, errs)) {
            return false;
        }
        return !no || add_hit(d, a, seen,
                              (struct find_hit){.subject = (uint32_t)no, .score = NUMBER, .why = CF_LIT("has that number")},
                              out, errs);
    }
    for (size_t i = 0; i < x->known.n; i++) {
        const struct known *k = &x->known.v[i];
        if (k->gone) {
            continue;
        }
        if (!desk_subject_id(d, k->subject, &id, NULL, errs)) {
            return false;
        }
        struct find_hit hit = {.subject = k->subject,
                               .score = NUMBER,
                               .name = k->name,
                               .born = born_words(a, k),
                               .why = CF_LIT("the number begins so")};
        if (cf_str_starts(cf_hex(a, id.b, sizeof id.b), number) && !add_hit(d, a, seen, hit, out, errs)) {
            return false;
        }
    }
    return true;
}

static bool collect(struct find_index *x, struct desk *d, const struct asked *q, struct cf_arena *a, struct find_hits *out,
                    struct cf_errs *errs) {
    struct matches all = {.by_at = cf_map_new(a)};
    struct cf_map *seen = cf_map_new(a);
    size_t n = q->words.n < 31 ? q->words.n : 31;
    for (size_t i = 0; i < n; i++) {
        match_word(a, x, q->words.v[i], (unsigned)i, &all);
    }
    if (q->dated) {
        match_born(a, x, q, &all);
    }
    uint32_t every = n ? (1U << n) - 1 : 0;
    bool whole = false;
    for (size_t i = 0; i < all.n; i++) {
        whole = whole || all.v[i].words == every;
    }
    for (size_t i = 0; i < all.n; i++) { /* who has only some of the words is shown where nobody has all */
        const struct match *m = &all.v[i];
        const struct known *k = &x->known.v[m->at];
        struct find_hit hit = {
            .subject = k->subject, .name = cf_str_dup(a, k->name), .born = born_words(a, k), .why = m->why, .score = m->score};
        if ((!whole || m->words == every) && !add_hit(d, a, seen, hit, out, errs)) {
            return false;
        }
    }
    return !q->number.n || match_number(x, d, q->number, a, seen, out, errs);
}

bool find_people(struct find_index *x, struct desk *d, struct cf_str words, struct cf_arena *a, struct find_hits *out,
                 struct cf_errs *errs) {
    struct asked q = {0};
    *out = (struct find_hits){0};
    read_asked(a, words, &q);
    bool ok = follow(x, d, errs) && collect(x, d, &q, a, out, errs);
    pthread_rwlock_unlock(&x->lock);
    if (ok && out->n) {
        qsort(out->v, out->n, sizeof *out->v, by_score);
    }
    return ok;
}

bool find_name(struct find_index *x, struct desk *d, uint32_t subject, struct cf_arena *a, struct cf_str *name,
               struct cf_errs *errs) {
    *name = CF_LIT("");
    bool ok = follow(x, d, errs);
    uintptr_t at = (uintptr_t)cf_map_get(x->by_subject, (struct cf_str){(const char *)&subject, sizeof subject});
    if (ok && at && !x->known.v[at - 1].gone) { /* what was said last */
        const struct known *k = &x->known.v[at - 1];
        struct cf_str born = born_words(a, k);
        *name = cf_str_printf(a, "%.*s%s%.*s", CF_STR_ARG(k->name), k->name.n && born.n ? ", " : "", CF_STR_ARG(born));
    }
    pthread_rwlock_unlock(&x->lock);
    return ok;
}
