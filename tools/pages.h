/* pages: the page compiler's parts: a template as read, and what its three passes say to each other (pages_read.c reads the
 * data block and the body, pages_write.c writes C). Knows HTML's shape and our types; nothing of what pages are about. */
#ifndef CF_TOOLS_PAGES_H
#define CF_TOOLS_PAGES_H

#include "base/base.h"

#define PAGE_BYTES 262144
#define PAGE_DEPTH 32

enum page_kind { PAGE_TEXT, PAGE_WHOLE, PAGE_COUNT, PAGE_YES_NO, PAGE_URL, PAGE_HTML, PAGE_BLOCK, PAGE_PART };

struct page_block;
struct page_template;
struct page_type {
    enum page_kind kind;
    bool list, optional;
    const struct page_block *block;   /* of PAGE_BLOCK */
    const struct page_template *part; /* of PAGE_PART */
};
struct page_field {
    struct cf_str name;
    struct page_type type;
    size_t line;
    bool used;
};
struct page_block { /* `data`, or `type NAME` */
    struct cf_str name;
    size_t line;
    CF_LIST(struct page_field) fields;
};

enum page_node_kind { PAGE_N_RAW, PAGE_N_VALUE, PAGE_N_IF, PAGE_N_FOR, PAGE_N_USE };
enum page_place { PAGE_IN_TEXT, PAGE_IN_TAG, PAGE_IN_VALUE, PAGE_IN_URL_START, PAGE_IN_URL };
struct page_node;
struct page_nodes {
    CF_VEC(struct page_node);
};
struct page_argument {
    struct cf_str name, value;
    bool literal;
};
struct page_node {
    enum page_node_kind kind;
    size_t line;
    struct cf_str text; /* RAW: the bytes; VALUE, IF, FOR: the path; USE: the part's name */
    struct cf_str name; /* FOR: of the loop; USE: the path of the whole part, when it is one */
    enum page_place place;
    bool negated; /* IF */
    struct page_nodes then, otherwise;
    CF_LIST(struct page_argument) arguments;
};
struct page_template {
    const char *path;
    struct cf_str name; /* of the file */
    bool part;
    CF_LIST(struct page_block *) blocks; /* the first is `data` */
    struct page_nodes body;
    bool read;
};

struct page_compiler {
    struct cf_arena *arena;
    FILE *faults_to;
    size_t faults;
    struct cf_str last_fault;
    const char *parts_folder;
    CF_LIST(struct page_template *) parts;
};

void page_fault(struct page_compiler *c, const char *path, size_t line, const char *fmt, ...) CF_PRINTF(4, 5);
/* Reads a template; NULL when the file cannot be read. Faults are counted in c. */
struct page_template *page_read(struct page_compiler *c, const char *path, bool part);
/* Reads a template and writes both texts; false when anything is wrong. */
bool page_compile(struct page_compiler *c, const char *path, struct cf_buf *header, struct cf_buf *source,
                  struct page_template **out);
/* The part of that name, read when first asked for; NULL, and a fault at the place, when there is none. */
const struct page_template *page_part(struct page_compiler *c, struct cf_str name, const char *path, size_t line);
void page_read_body(struct page_compiler *c, struct page_template *t, struct cf_str body, size_t line);
/* Writes the header and the source; checks names and types on the way. */
void page_write_header(struct page_compiler *c, const struct page_template *t, struct cf_buf *b);
void page_write_source(struct page_compiler *c, struct page_template *t, struct cf_buf *b);
struct cf_str page_type_words(struct page_compiler *c, struct page_type type);
bool page_name_ok(struct cf_str s);

#endif
