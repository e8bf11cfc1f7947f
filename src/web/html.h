/* html: writes HTML that is safe by its type: text is escaped, addresses are checked, only our own writers make web_html.
 * What the compiled pages (build/generated/pages) stand on. Must not know requests or routes. */
#ifndef CF_WEB_HTML_H
#define CF_WEB_HTML_H

#include "base/base.h"
#include "base/time.h"

/* HTML that our own writers made: a type of its own, so that text from outside cannot pass for it. */
struct web_html {
    struct cf_str html;
};
#define WEB_HTML(literal) ((struct web_html){CF_LIT(literal)})

void html_text(struct cf_buf *b, struct cf_str s); /* between tags and in quoted attributes: & < > " ' are escaped */
void html_url(struct cf_buf *b, struct cf_str s);  /* a whole address; one that is not http(s), mailto, tel or ours is `#` */
void html_url_part(struct cf_buf *b, struct cf_str s);  /* one value inside an address: percent-encoded */
void html_whole(struct cf_buf *b, int64_t n);           /* 12345 */
void html_count(struct cf_buf *b, int64_t n);           /* 12,345 */
void html_trusted(struct cf_buf *b, struct web_html h); /* as it is */
void html_raw(struct cf_buf *b, struct cf_str literal); /* what the page compiler writes */
bool html_url_safe(struct cf_str s);

/* Ends a buffer into web_html; a buffer that would have passed its limit gives a sentence that says so. */
struct web_html html_done(struct cf_buf *b);

/* <time datetime="…">3 June 2024 at 3:10pm</time>: London time in words; BST or GMT only in the hour that comes twice. */
void html_time(struct cf_buf *b, const struct cf_zone *z, int64_t at);
void html_due(struct cf_buf *b, const struct cf_zone *z, int64_t at); /* 23:59:59 is the day alone */
void html_date(struct cf_buf *b, int32_t day);                        /* <time datetime="2024-06-03">3 June 2024</time> */
void html_ago(struct cf_buf *b, const struct cf_zone *z, int64_t at, int64_t now);
/* Paragraphs from plain text: blank lines part them, single line ends are kept. */
void html_paragraphs(struct cf_buf *b, struct cf_str text);

#endif
