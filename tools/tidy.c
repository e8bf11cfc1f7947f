/* tidy: the house rules that a machine can check (STYLE.md names them). Reads src/LAYERS and tools/tidy.allow.
 * Knows text, not C: it looks at words, line shapes and includes. Prints `file:line: what, what to do` and closes with
 * `N passed, N failed`, one for each rule. Usage: tidy [ROOT] */
#include "base/base.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_COLUMNS 128
#define FUNCTION_LINES 70
#define FILE_BYTES 4000000

enum rule {
    OPENING_COMMENT,
    LINE_SHAPE,
    SHORT_FUNCTIONS,
    BANNED_WORDS,
    NO_FLOATS_IN_RULES,
    OPEN_QUESTIONS,
    LAYERS,
    PRIVATE_HEADERS,
    OWN_HEADER_FIRST,
    LIBRARIES,
    RAW_MEMORY,
    ERROR_CODES,
    MACHINE_NAMES,
    EXCEPTIONS,
    RULE_COUNT
};

struct file {
    const char *path;
    struct cf_str text;
    struct cf_str code; /* the text with comments and the insides of quotes blanked; only of C */
    struct cf_str room; /* src/ROOM/…; empty elsewhere */
    bool is_c, is_source, in_src;
};

struct layer {
    struct cf_str room, allowed;
};

struct library {
    struct cf_str header, adapter;
};

struct exception {
    struct cf_str rule, what;
    size_t line;
    bool used;
};

struct tidy {
    struct cf_arena *arena;
    struct cf_errs errs;
    size_t faults[RULE_COUNT];
    struct {
        CF_VEC(struct file);
    } files;
    struct {
        CF_VEC(struct layer);
    } layers;
    struct {
        CF_VEC(struct library);
    } libraries;
    struct {
        CF_VEC(struct exception);
    } exceptions;
};

static const char *const rule_names[RULE_COUNT];

static bool is_excepted(struct tidy *t, enum rule rule, struct cf_str what) {
    for (size_t i = 0; i < t->exceptions.n; i++) {
        struct exception *e = &t->exceptions.v[i];
        if (cf_str_is(e->rule, rule_names[rule]) && cf_str_eq(e->what, what)) {
            e->used = true;
            return true;
        }
    }
    return false;
}

CF_PRINTF(5, 6)
static void fault(struct tidy *t, enum rule rule, const char *path, size_t line, const char *fmt, ...) {
    if (is_excepted(t, rule, cf_str_from(path))) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    struct cf_str words = cf_str_vprintf(t->arena, fmt, ap);
    va_end(ap);
    printf("%s:%zu: %.*s (%s)\n", path, line, CF_STR_ARG(words), rule_names[rule]);
    t->faults[rule]++;
}

/* ---- Reading the tree. */

/* Writes a space over one byte unless it ends a line. */
static void blank(char *c) {
    if (*c != '\n') {
        *c = ' ';
    }
}

/* Blanks the inside of what opens at text[i] (a comment or a quote) in code; gives the place behind it. */
static size_t blank_one(struct cf_str text, char *code, size_t i) {
    char open = text.p[i];
    bool block = open == '/' && text.p[i + 1] == '*';
    bool line = open == '/' && text.p[i + 1] == '/';
    size_t k = i + (block || line ? 2 : 1);
    for (; k < text.n; k++) {
        if (block ? text.p[k - 1] == '*' && text.p[k] == '/' && k > i + 2 : line ? text.p[k] == '\n' : text.p[k] == open) {
            break;
        }
        if (!block && !line && text.p[k] == '\n') {
            break;
        }
        if (!block && !line && text.p[k] == '\\' && k + 1 < text.n) {
            blank(&code[k++]);
        }
        blank(&code[k]);
    }
    if (block || line) {
        code[i] = ' ';
        code[i + 1] = ' ';
    }
    if (block && k < text.n) {
        code[k] = ' ';
    }
    return k + 1;
}

static struct cf_str only_code(struct cf_arena *a, struct cf_str text) {
    char *code = cf_memdup(a, text.p, text.n + 1);
    size_t i = 0;
    while (i < text.n) {
        bool comment = text.p[i] == '/' && i + 1 < text.n && (text.p[i + 1] == '*' || text.p[i + 1] == '/');
        i = comment || text.p[i] == '"' || text.p[i] == '\'' ? blank_one(text, code, i) : i + 1;
    }
    return (struct cf_str){code, text.n};
}

static bool ends(const char *path, const char *with) {
    return cf_str_ends(cf_str_from(path), cf_str_from(with));
}

static bool begins(const char *path, const char *with) {
    return cf_str_starts(cf_str_from(path), cf_str_from(with));
}

static void read_one(struct tidy *t, const char *path) {
    struct file f = {.path = path};
    if (!cf_read_file(t->arena, path, FILE_BYTES, &f.text, &t->errs) || !cf_utf8_valid(f.text, NULL) ||
        memchr(f.text.p, 0, f.text.n) != NULL) {
        return; /* pictures, compressed data, fuzz corpora: not for us */
    }
    f.text = cf_str_dup(t->arena, f.text); /* with a NUL behind it */
    f.is_source = ends(path, ".c");
    f.is_c = f.is_source || ends(path, ".h");
    f.in_src = begins(path, "src/");
    if (f.is_c) {
        f.code = only_code(t->arena, f.text);
    }
    if (f.in_src) {
        struct cf_str inside = cf_str_slice(cf_str_from(path), strlen("src/"), SIZE_MAX);
        size_t slash = 0;
        f.room = cf_str_find(inside, '/', &slash) ? cf_str_slice(inside, 0, slash) : CF_LIT("");
    }
    *cf_push(t->arena, &t->files) = f;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_ours(const struct dirent *e) {
    static const char *const others[] = {"build", ".git", ".", "..", "corpus", "node_modules"};
    for (size_t i = 0; i < CF_COUNT(others); i++) {
        if (strcmp(e->d_name, others[i]) == 0) {
            return 0;
        }
    }
    return 1;
}

/* Folders nest a few deep; links are not followed. */
static void read_tree(struct tidy *t, const char *folder, int depth) {
    struct dirent **names = NULL;
    int n = depth > 16 ? 0 : scandir(*folder == 0 ? "." : folder, &names, is_ours, by_name);
    for (int i = 0; i < n; i++) {
        const char *path = cf_str_printf(t->arena, "%s%s%s", folder, *folder == 0 ? "" : "/", names[i]->d_name).p;
        struct stat st;
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            read_tree(t, path, depth + 1);
        } else if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_BYTES) {
            read_one(t, path);
        }
        free(names[i]);
    }
    free(names);
}

static const struct file *find_file(const struct tidy *t, struct cf_str path) {
    for (size_t i = 0; i < t->files.n; i++) {
        if (cf_str_is(path, t->files.v[i].path)) {
            return &t->files.v[i];
        }
    }
    return NULL;
}

/* The next word (letters, digits, _) from *at on; false at the end. *at is then behind it. */
static bool next_word(struct cf_str s, size_t *at, struct cf_str *word) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    while (*at < s.n && (s.p[*at] == 0 || strchr(letters, s.p[*at]) == NULL)) {
        *at += 1;
    }
    size_t from = *at;
    while (*at < s.n && s.p[*at] != 0 && strchr(letters, s.p[*at]) != NULL) {
        *at += 1;
    }
    *word = cf_str_slice(s, from, *at);
    return word->n > 0;
}

static bool next_piece(struct cf_str *rest, struct cf_str *piece) {
    *rest = cf_str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ') {
        n++;
    }
    *piece = cf_str_slice(*rest, 0, n);
    *rest = cf_str_slice(*rest, n, rest->n);
    return n > 0;
}

static size_t line_of(struct cf_str s, size_t at) {
    size_t line = 1;
    for (size_t i = 0; i < at; i++) {
        line += s.p[i] == '\n' ? 1 : 0;
    }
    return line;
}

static void read_layers(struct tidy *t) {
    const struct file *f = find_file(t, CF_LIT("src/LAYERS"));
    if (f == NULL) {
        fault(t, LAYERS, "src/LAYERS", 1, "the file is missing, write what each room may include");
        return;
    }
    struct cf_str rest = f->text, line;
    for (size_t number = 1; cf_str_split(&rest, '\n', &line); number++) {
        size_t colon = 0;
        line = cf_str_trim(line);
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        if (!cf_str_find(line, ':', &colon)) {
            fault(t, LAYERS, f->path, number, "a line without a colon, write `room: rooms` or `<header>: file`");
            continue;
        }
        struct cf_str name = cf_str_slice(line, 0, colon), value = cf_str_trim(cf_str_slice(line, colon + 1, line.n));
        if (name.p[0] == '<') {
            struct cf_str adapter = cf_str_printf(t->arena, "src/%.*s", CF_STR_ARG(value));
            *cf_push(t->arena, &t->libraries) = (struct library){cf_str_slice(name, 1, name.n - 1), adapter};
        } else {
            *cf_push(t->arena, &t->layers) = (struct layer){name, value};
        }
    }
}

static void read_exceptions(struct tidy *t) {
    const struct file *f = find_file(t, CF_LIT("tools/tidy.allow"));
    struct cf_str rest = f == NULL ? CF_LIT("") : f->text, line;
    for (size_t number = 1; cf_str_split(&rest, '\n', &line); number++) {
        struct exception e = {.line = number};
        line = cf_str_trim(line);
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        if (!next_piece(&line, &e.rule) || !next_piece(&line, &e.what) || cf_str_trim(line).n < 10) {
            fault(t, EXCEPTIONS, "tools/tidy.allow", number, "an exception without its reason, write RULE FILE reason");
            continue;
        }
        *cf_push(t->arena, &t->exceptions) = e;
    }
}

/* ---- Rules about lines. */

static void check_opening_comment(struct tidy *t) {
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        if (f->is_c && !cf_str_starts(f->text, CF_LIT("/*"))) {
            fault(t, OPENING_COMMENT, f->path, 1, "no opening comment, say what this file does and what it must not know");
        }
    }
}

static void check_line(struct tidy *t, const struct file *f, size_t number, struct cf_str line) {
    size_t columns = 0, tab = 0;
    for (size_t i = 0; i < line.n; i++) {
        columns += ((uint8_t)line.p[i] & 0xc0) != 0x80 ? 1 : 0;
    }
    if (columns > LINE_COLUMNS && f->is_c) { /* a row of a .def table stays one line */
        fault(t, LINE_SHAPE, f->path, number, "%zu columns, break the line before %d", columns, LINE_COLUMNS);
    }
    if (cf_str_find(line, '\t', &tab)) {
        fault(t, LINE_SHAPE, f->path, number, "a tab, write spaces");
    }
    if (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\r')) {
        fault(t, LINE_SHAPE, f->path, number, "white space at the end, take it away");
    }
}

static void check_line_shape(struct tidy *t) {
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        if (!f->is_c && !ends(f->path, ".def")) {
            continue;
        }
        struct cf_str rest = f->text, line;
        for (size_t number = 1; cf_str_split(&rest, '\n', &line); number++) {
            check_line(t, f, number, line);
        }
        if (!cf_str_ends(f->text, CF_LIT("\n"))) {
            fault(t, LINE_SHAPE, f->path, line_of(f->text, f->text.n), "no line end at the end of the file, add one");
        }
    }
}

/* A function opens with a line that ends in `) {` or is `{` alone, and closes with `}` in column 1. */
static void check_short_functions(struct tidy *t) {
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        struct cf_str rest = f->code, line;
        size_t opened = 0;
        for (size_t number = 1; f->is_c && cf_str_split(&rest, '\n', &line); number++) {
            if (opened == 0 && (cf_str_ends(line, CF_LIT(") {")) || cf_str_is(line, "{"))) {
                opened = number;
            }
            if (opened != 0 && cf_str_starts(line, CF_LIT("}"))) {
                size_t lines = number - opened + 1;
                if (lines > FUNCTION_LINES) {
                    fault(t, SHORT_FUNCTIONS, f->path, opened, "a function of %zu lines, cut it below %d", lines,
                          FUNCTION_LINES);
                }
                opened = 0;
            }
        }
    }
}

/* ---- Rules about words. */

static bool is_one_of(struct cf_str word, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (cf_str_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

static void check_banned_words(struct tidy *t) {
    static const struct {
        const char *word, *instead;
        bool tests_may;
    } banned[] = {
        {"strcpy", "cf_str_dup", false},
        {"strcat", "cf_buf", false},
        {"sprintf", "cf_str_printf", false},
        {"vsprintf", "cf_str_vprintf", false},
        {"strtok", "cf_str_split", false},
        {"strtok_r", "cf_str_split", false},
        {"atoi", "cf_str_int", false},
        {"atol", "cf_str_int", false},
        {"atoll", "cf_str_int", false},
        {"atof", "cf_str_int", false},
        {"gets", "cf_read_file", false},
        {"strncpy", "cf_str_dup", false},
        {"strncat", "cf_buf", false},
        {"stpcpy", "cf_buf", false},
        {"alloca", "cf_alloc", false},
        {"setjmp", "an error in the sink", false},
        {"longjmp", "an error in the sink", false},
        {"system", "a function", true},
        {"popen", "a function", true},
    };
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        size_t at = 0;
        struct cf_str word;
        while (f->is_c && next_word(f->code, &at, &word)) {
            for (size_t k = 0; at < f->code.n && f->code.p[at] == '(' && k < CF_COUNT(banned); k++) {
                if (cf_str_is(word, banned[k].word) && !(banned[k].tests_may && begins(f->path, "test/"))) {
                    fault(t, BANNED_WORDS, f->path, line_of(f->code, at), "%s, take %s", banned[k].word, banned[k].instead);
                }
            }
        }
    }
}

static void check_no_floats(struct tidy *t) {
    static const char *const floats[] = {"float", "double", "strtod"};
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        size_t at = 0;
        struct cf_str word;
        while (f->is_c && cf_str_is(f->room, "lang") && next_word(f->code, &at, &word)) {
            if (is_one_of(word, floats, CF_COUNT(floats))) {
                fault(t, NO_FLOATS_IN_RULES, f->path, line_of(f->code, at), "a floating number in the language, take integers");
            }
        }
    }
}

static void check_open_questions(struct tidy *t) {
    /* clang-format off */
    static const char *const marks[] = {"TO" "DO", "FIX" "ME", "XX" "X"}; /* spelt apart: this file is checked too */
    /* clang-format on */
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        size_t at = 0;
        struct cf_str word;
        while (f->is_c && next_word(f->text, &at, &word)) {
            bool has_issue = at + 2 < f->text.n && f->text.p[at] == '(' && f->text.p[at + 1] == '#';
            if (is_one_of(word, marks, CF_COUNT(marks)) && !has_issue) {
                fault(t, OPEN_QUESTIONS, f->path, line_of(f->text, at), "open work without an issue, do it or write (#issue)");
            }
        }
    }
}

/* ---- Rules about includes. */

struct include {
    struct cf_str name;
    size_t line;
    bool quoted;
};

/* The next include of a file from *rest on; *number is the line last read. */
static bool next_include(struct cf_str *rest, size_t *number, struct include *out) {
    struct cf_str line;
    while (cf_str_split(rest, '\n', &line)) {
        *number += 1;
        if (!cf_str_starts(line, CF_LIT("#include"))) {
            continue;
        }
        struct cf_str name = cf_str_trim(cf_str_slice(line, strlen("#include"), line.n));
        size_t end = 0;
        bool quoted = name.n > 1 && name.p[0] == '"';
        name = cf_str_slice(name, 1, name.n);
        if (cf_str_find(name, quoted ? '"' : '>', &end)) {
            *out = (struct include){cf_str_slice(name, 0, end), *number, quoted};
            return true;
        }
    }
    return false;
}

static struct cf_str room_of(struct cf_str include) {
    size_t slash = 0;
    return cf_str_find(include, '/', &slash) ? cf_str_slice(include, 0, slash) : CF_LIT("");
}

static bool may_see(const struct tidy *t, struct cf_str room, struct cf_str other, bool *listed) {
    *listed = false;
    for (size_t i = 0; i < t->layers.n; i++) {
        if (!cf_str_eq(t->layers.v[i].room, room)) {
            continue;
        }
        *listed = true;
        struct cf_str rest = t->layers.v[i].allowed, name;
        while (next_piece(&rest, &name)) {
            if (cf_str_is(name, "*") || cf_str_eq(name, other)) {
                return true;
            }
        }
    }
    return cf_str_eq(room, other);
}

static void check_layers(struct tidy *t) {
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        struct cf_str rest = f->text;
        struct include inc;
        size_t number = 0;
        while (f->in_src && f->room.n > 0 && f->is_c && next_include(&rest, &number, &inc)) {
            struct cf_str other = room_of(inc.name);
            bool listed = false;
            if (!inc.quoted) {
                continue;
            }
            if (other.n == 0) {
                fault(t, LAYERS, f->path, inc.line, "an include without its room, write \"room/%.*s\"", CF_STR_ARG(inc.name));
            } else if (!may_see(t, f->room, other, &listed)) {
                fault(t, LAYERS, f->path, inc.line, "%.*s may not see %.*s, %s", CF_STR_ARG(f->room), CF_STR_ARG(other),
                      listed ? "hand in what it needs as an argument" : "give the room a line in src/LAYERS");
            }
        }
    }
}

static bool is_private(struct cf_str name) {
    return cf_str_ends(name, CF_LIT("_priv.h")) || cf_str_ends(name, CF_LIT("/priv.h")) ||
           cf_str_ends(name, CF_LIT("/inner.h"));
}

static void check_private_headers(struct tidy *t) {
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        struct cf_str rest = f->text;
        struct include inc;
        size_t number = 0;
        while (f->in_src && f->is_c && next_include(&rest, &number, &inc)) {
            if (inc.quoted && is_private(inc.name) && !cf_str_eq(room_of(inc.name), f->room)) {
                fault(t, PRIVATE_HEADERS, f->path, inc.line, "%.*s is another room's own, include that room's public header",
                      CF_STR_ARG(inc.name));
            }
        }
    }
}

/* room/x.c includes room/x.h first; if there is none, and it includes its room's headers at all, one of those. */
static void check_own_header_first(struct tidy *t) {
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        if (!f->in_src || !f->is_source || f->room.n == 0) {
            continue;
        }
        struct cf_str own = cf_str_slice(cf_str_from(f->path), strlen("src/"), strlen(f->path) - 2);
        own = cf_str_printf(t->arena, "%.*s.h", CF_STR_ARG(own));
        bool has_own = find_file(t, cf_str_printf(t->arena, "src/%.*s", CF_STR_ARG(own))) != NULL;
        struct cf_str rest = f->text;
        struct include inc, first = {0};
        size_t number = 0;
        while (next_include(&rest, &number, &inc)) {
            first = first.line == 0 ? inc : first;
            bool wanted = has_own ? cf_str_eq(inc.name, own) : cf_str_eq(room_of(inc.name), f->room);
            bool good = has_own ? cf_str_eq(first.name, own) : cf_str_eq(room_of(first.name), f->room);
            if (inc.quoted && wanted && !good) {
                fault(t, OWN_HEADER_FIRST, f->path, first.line, "begin with \"%.*s\", so that it stands on its own",
                      CF_STR_ARG(inc.name));
                break;
            }
        }
    }
}

static bool is_of_the_system(struct cf_str name) {
    static const char *const headers[] = {
        "assert.h", "ctype.h",       "dirent.h", "endian.h",    "errno.h",   "fcntl.h",  "fnmatch.h", "getopt.h",
        "glob.h",   "inttypes.h",    "limits.h", "locale.h",    "math.h",    "poll.h",   "pthread.h", "sched.h",
        "signal.h", "stdalign.h",    "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h",  "stdio.h",
        "stdlib.h", "stdnoreturn.h", "string.h", "strings.h",   "termios.h", "time.h",   "unistd.h",  "float.h",
    };
    return cf_str_starts(name, CF_LIT("sys/")) || is_one_of(name, headers, CF_COUNT(headers));
}

/* A library's line in src/LAYERS; its name may be a folder, as in <openssl/>. */
static const struct library *find_library(const struct tidy *t, struct cf_str header) {
    for (size_t i = 0; i < t->libraries.n; i++) {
        struct cf_str known = t->libraries.v[i].header;
        if (cf_str_eq(known, header) || (cf_str_ends(known, CF_LIT("/")) && cf_str_starts(header, known))) {
            return &t->libraries.v[i];
        }
    }
    return NULL;
}

static void check_libraries(struct tidy *t) {
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        struct cf_str rest = f->text;
        struct include inc;
        size_t number = 0;
        while (f->in_src && f->is_c && next_include(&rest, &number, &inc)) {
            if (inc.quoted || is_of_the_system(inc.name)) {
                continue;
            }
            const struct library *l = find_library(t, inc.name);
            if (l == NULL) {
                fault(t, LIBRARIES, f->path, inc.line, "<%.*s> belongs to no adapter, give it a line in src/LAYERS",
                      CF_STR_ARG(inc.name));
            } else if (!cf_str_is(l->adapter, f->path)) {
                fault(t, LIBRARIES, f->path, inc.line, "<%.*s> is included by %.*s alone, call that file's functions",
                      CF_STR_ARG(inc.name), CF_STR_ARG(l->adapter));
            }
        }
    }
    for (size_t i = 0; i < t->libraries.n; i++) {
        if (find_file(t, t->libraries.v[i].adapter) == NULL) {
            fault(t, LIBRARIES, "src/LAYERS", 1, "%.*s does not exist, name the file that includes the library",
                  CF_STR_ARG(t->libraries.v[i].adapter));
        }
    }
}

static bool is_adapter(const struct tidy *t, const struct file *f) {
    for (size_t i = 0; i < t->libraries.n; i++) {
        if (cf_str_is(t->libraries.v[i].adapter, f->path)) {
            return true;
        }
    }
    return false;
}

static void check_raw_memory(struct tidy *t) {
    static const char *const raw[] = {"malloc", "calloc", "realloc", "reallocarray", "free", "strdup", "strndup", "asprintf"};
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        size_t at = 0;
        struct cf_str word;
        while (f->in_src && f->is_c && !cf_str_is(f->room, "base") && !is_adapter(t, f) && next_word(f->code, &at, &word)) {
            if (f->code.p[at] == '(' && is_one_of(word, raw, CF_COUNT(raw))) {
                fault(t, RAW_MEMORY, f->path, line_of(f->code, at), "%.*s, allocate in the arena you were handed",
                      CF_STR_ARG(word));
            }
        }
    }
}

/* ---- Rules about what belongs together. */

/* Notes every error code, as CF_L012 or CF-L012, that a text names. */
static void note_codes(struct cf_map *seen, struct cf_str text) {
    for (size_t i = 0; i + 7 <= text.n; i++) {
        bool begins_code = text.p[i] == 'C' && text.p[i + 1] == 'F' && (text.p[i + 2] == '_' || text.p[i + 2] == '-');
        int64_t number = 0;
        if (begins_code && cf_str_int(cf_str_slice(text, i + 4, i + 7), &number)) {
            *cf_map_put(seen, cf_str_slice(text, i + 3, i + 7)) = seen;
        }
    }
}

static void check_error_codes(struct tidy *t) {
    struct cf_map *raised = cf_map_new(t->arena), *tested = cf_map_new(t->arena);
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        if (f->in_src && !ends(f->path, "errors.def")) {
            note_codes(raised, f->is_c ? f->code : f->text);
        } else if (begins(f->path, "test/")) {
            note_codes(tested, f->text);
        }
    }
    static const char path[] = "src/base/errors.def";
    const struct file *def = find_file(t, cf_str_from(path));
    struct cf_str rest = def == NULL ? CF_LIT("") : def->text, line;
    for (size_t number = 1; cf_str_split(&rest, '\n', &line); number++) {
        if (!cf_str_starts(line, CF_LIT("CF_ERR("))) {
            continue;
        }
        struct cf_str code = cf_str_slice(line, 7, 11);
        bool excepted = !(cf_map_has(raised, code) && cf_map_has(tested, code)) && is_excepted(t, ERROR_CODES, code);
        if (!excepted && !cf_map_has(raised, code)) {
            fault(t, ERROR_CODES, path, number, "CF-%.*s is raised nowhere in src, raise it or take it away", CF_STR_ARG(code));
        }
        if (!excepted && !cf_map_has(tested, code)) {
            fault(t, ERROR_CODES, path, number, "CF-%.*s is in no test, add one that sees it", CF_STR_ARG(code));
        }
    }
}

/* A folder of that name further down a path is no place on a machine. */
static bool continues_a_path(struct cf_str text, const char *slash) {
    if (slash == text.p) {
        return false;
    }
    char before = slash[-1];
    return before == '.' || before == '_' || (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z');
}

/* Where the code was written and where packages come from is nobody's business later. Spelt apart, as above. */
static void check_machine_names(struct tidy *t) {
    /* clang-format off */
    static const char *const names[] = {
        "/wo" "rk/", "/ro" "ot/", "/ho" "me/", "pypi" ".org", "registry" ".npmjs", "deb.debian" ".org",
        "pythonhosted" ".org", "proxy.golang" ".org", "bash" "_jobs",
    };
    /* clang-format on */
    for (size_t i = 0; i < t->files.n; i++) {
        const struct file *f = &t->files.v[i];
        for (size_t k = 0; k < CF_COUNT(names); k++) {
            const char *found = strstr(f->text.p, names[k]);
            bool is_path = names[k][0] == '/';
            while (is_path && found != NULL && continues_a_path(f->text, found)) {
                found = strstr(found + 1, names[k]);
            }
            if (found != NULL) {
                fault(t, MACHINE_NAMES, f->path, line_of(f->text, (size_t)(found - f->text.p)),
                      "%s names a machine, write a relative path or the package's name", names[k]);
            }
        }
    }
}

static void check_exceptions(struct tidy *t) {
    for (size_t i = 0; i < t->exceptions.n; i++) {
        const struct exception *e = &t->exceptions.v[i];
        if (!e->used) {
            fault(t, EXCEPTIONS, "tools/tidy.allow", e->line, "%.*s %.*s is no longer needed, take it away",
                  CF_STR_ARG(e->rule), CF_STR_ARG(e->what));
        }
    }
}

static const char *const rule_names[RULE_COUNT] = {
    [OPENING_COMMENT] = "opening-comment",
    [LINE_SHAPE] = "line-shape",
    [SHORT_FUNCTIONS] = "short-functions",
    [BANNED_WORDS] = "banned-words",
    [NO_FLOATS_IN_RULES] = "no-floats",
    [OPEN_QUESTIONS] = "open-questions",
    [LAYERS] = "layers",
    [PRIVATE_HEADERS] = "private-headers",
    [OWN_HEADER_FIRST] = "own-header-first",
    [LIBRARIES] = "libraries",
    [RAW_MEMORY] = "raw-memory",
    [ERROR_CODES] = "error-codes",
    [MACHINE_NAMES] = "machine-names",
    [EXCEPTIONS] = "exceptions",
};

static void (*const checks[])(struct tidy *) = {
    check_opening_comment, check_line_shape,  check_short_functions, check_banned_words,     check_no_floats,
    check_open_questions,  check_layers,      check_private_headers, check_own_header_first, check_libraries,
    check_raw_memory,      check_error_codes, check_machine_names,   check_exceptions,
};

int main(int argc, char **argv) {
    if (argc > 2 || (argc == 2 && chdir(argv[1]) != 0)) {
        fprintf(stderr, "usage: tidy [ROOT]   (ROOT: the folder that holds src/)\n");
        return 2;
    }
    struct cf_arena *a = cf_arena_new("tidy");
    struct tidy t = {.arena = a, .errs = cf_errs_new(a)};
    read_tree(&t, "", 0);
    read_layers(&t);
    read_exceptions(&t);
    for (size_t i = 0; i < CF_COUNT(checks); i++) {
        checks[i](&t);
    }
    int failed = 0;
    for (size_t i = 0; i < RULE_COUNT; i++) {
        failed += t.faults[i] > 0 ? 1 : 0;
    }
    printf("%d passed, %d failed\n", RULE_COUNT - failed, failed);
    cf_arena_free(a);
    return failed > 0;
}
