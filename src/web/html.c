/* html: the escapes and the words for times. Must not know requests or routes. */
#include "web/html.h"

static const char months[12][10] = {"January", "February", "March",     "April",   "May",      "June",
                                    "July",    "August",   "September", "October", "November", "December"};

void html_raw(struct cf_buf *b, struct cf_str literal) {
    cf_buf_str(b, literal);
}

void html_trusted(struct cf_buf *b, struct web_html h) {
    cf_buf_str(b, h.html);
}

static const char *escape_of(char c) {
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&#34;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void html_text(struct cf_buf *b, struct cf_str s) {
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *escape = escape_of(s.p[i]);
        if (escape) {
            cf_buf_add(b, s.p + from, i - from);
            cf_buf_lit(b, escape);
            from = i + 1;
        }
    }
    cf_buf_add(b, s.p + from, s.n - from);
}

/* Ours ("/…", "#…", "?…"; not "//host" nor "/\host", which browsers take for another server), or of a scheme that runs nothing.
 */
bool html_url_safe(struct cf_str s) {
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '\\' || s.p[i] == 127) {
            return false;
        }
    }
    if (s.n > 0 && (s.p[0] == '#' || s.p[0] == '?')) {
        return true;
    }
    if (s.n > 0 && s.p[0] == '/') {
        return s.n == 1 || s.p[1] != '/';
    }
    static const char *const schemes[] = {"https://", "http://", "mailto:", "tel:"};
    for (size_t i = 0; i < CF_COUNT(schemes); i++) {
        if (cf_str_starts(s, cf_str_from(schemes[i]))) {
            return true;
        }
    }
    return false;
}

void html_url(struct cf_buf *b, struct cf_str s) {
    html_text(b, html_url_safe(s) ? s : CF_LIT("#"));
}

void html_url_part(struct cf_buf *b, struct cf_str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                     c == '.' || c == '~';
        if (plain) {
            cf_buf_byte(b, c);
        } else {
            cf_buf_printf(b, "%%%02X", c);
        }
    }
}

void html_whole(struct cf_buf *b, int64_t n) {
    cf_buf_printf(b, "%lld", (long long)n);
}

void html_count(struct cf_buf *b, int64_t n) {
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    uint16_t groups[8];
    size_t k = 0;
    do {
        groups[k++] = (uint16_t)(left % 1000);
        left /= 1000;
    } while (left > 0);
    cf_buf_printf(b, "%s%u", n < 0 ? "\xE2\x88\x92" : "", groups[k - 1]);
    while (--k > 0) {
        cf_buf_printf(b, ",%03u", groups[k - 1]);
    }
}

struct web_html html_done(struct cf_buf *b) {
    struct web_html h = WEB_HTML("<p class=\"govuk-body\">This part is too long to show.</p>");
    if (!b->failed) {
        h.html = (struct cf_str){b->p, b->n};
    }
    return h;
}

/* ---- Times, as GOV.UK writes them: 3 June 2024 at 3:10pm. */

static void write_day(struct cf_buf *b, int32_t day) {
    struct cf_date d = cf_date_of(day);
    cf_buf_printf(b, "%d %s %d", d.day, months[d.month - 1], d.year);
}

static void write_clock(struct cf_buf *b, const struct cf_local *l) {
    if (l->minute == 0 && (l->hour == 0 || l->hour == 12)) {
        cf_buf_lit(b, l->hour == 0 ? "midnight" : "midday");
    } else {
        cf_buf_printf(b, "%d:%02d%s", l->hour % 12 == 0 ? 12 : l->hour % 12, l->minute, l->hour < 12 ? "am" : "pm");
    }
    if (l->repeated) {
        cf_buf_printf(b, " %s", l->abbr);
    }
}

void html_time(struct cf_buf *b, const struct cf_zone *z, int64_t at) {
    struct cf_local l = cf_time_local(z, at);
    cf_buf_printf(b, "<time datetime=\"%s\">", cf_time_iso_local(z, at).p);
    write_day(b, l.day);
    cf_buf_lit(b, " at ");
    write_clock(b, &l);
    cf_buf_lit(b, "</time>");
}

void html_date(struct cf_buf *b, int32_t day) {
    cf_buf_printf(b, "<time datetime=\"%s\">", cf_date_shown(day).p);
    write_day(b, day);
    cf_buf_lit(b, "</time>");
}

void html_due(struct cf_buf *b, const struct cf_zone *z, int64_t at) {
    struct cf_local l = cf_time_local(z, at);
    if (l.clock == 86399) {
        html_date(b, l.day);
    } else {
        html_time(b, z, at);
    }
}

void html_ago(struct cf_buf *b, const struct cf_zone *z, int64_t at, int64_t now) {
    static const struct {
        int64_t seconds;
        const char *word;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}};
    int64_t apart = at > now ? at - now : now - at;
    cf_buf_printf(b, "<time datetime=\"%s\" data-clock=\"%lld\">", cf_time_iso_local(z, at).p, (long long)at);
    for (size_t i = 0; i < CF_COUNT(units); i++) {
        /* under two days in hours, under two hours in minutes: "in 31 hours" says more than "in 1 day" */
        int64_t n = apart / units[i].seconds;
        if (n >= (i + 1 < CF_COUNT(units) ? 2 : 1)) {
            cf_buf_printf(b, "%s%lld %s%s%s</time>", at > now ? "in " : "", (long long)n, units[i].word, n == 1 ? "" : "s",
                          at > now ? "" : " ago");
            return;
        }
    }
    cf_buf_lit(b, at > now ? "in under a minute</time>" : "just now</time>");
}

void html_paragraphs(struct cf_buf *b, struct cf_str text) {
    struct cf_str line;
    bool open = false;
    while (cf_str_split(&text, '\n', &line)) {
        line = cf_str_trim(line);
        if (line.n == 0) {
            cf_buf_lit(b, open ? "</p>" : "");
            open = false;
            continue;
        }
        cf_buf_lit(b, open ? "<br>" : "<p class=\"govuk-body\">");
        html_text(b, line);
        open = true;
    }
    cf_buf_lit(b, open ? "</p>" : "");
}
