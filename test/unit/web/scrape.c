/* scrape: reads the controls of a page as our own renderer writes them: quoted attributes, escaped text. */
#include "unit/web/scrape.h"

static struct cf_str unescaped(struct cf_arena *a, struct cf_str s) {
    static const struct {
        const char *entity;
        char is;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&#34;", '"'}};
    char *p = cf_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t k = 0;
        while (k < CF_COUNT(entities) && !cf_str_starts(cf_str_slice(s, i, s.n), cf_str_from(entities[k].entity))) {
            k++;
        }
        p[n++] = k < CF_COUNT(entities) ? entities[k].is : s.p[i];
        i += k < CF_COUNT(entities) ? strlen(entities[k].entity) : 1;
    }
    return (struct cf_str){p, n};
}

static bool attribute(struct cf_arena *a, struct cf_str tag, const char *name, struct cf_str *out) {
    struct cf_str wanted = cf_str_printf(a, " %s=\"", name);
    for (size_t i = 0; i + wanted.n <= tag.n; i++) {
        if (cf_str_starts(cf_str_slice(tag, i, tag.n), wanted)) {
            size_t end = i + wanted.n;
            while (end < tag.n && tag.p[end] != '"') {
                end++;
            }
            *out = unescaped(a, cf_str_slice(tag, i + wanted.n, end));
            return true;
        }
    }
    return false;
}

static bool has_word(struct cf_str tag, const char *word) {
    return cf_str_ends(tag, cf_str_from(word)); /* ` checked` and ` selected` come last */
}

static size_t find(struct cf_str s, size_t from, const char *what) {
    while (from < s.n && !cf_str_starts(cf_str_slice(s, from, s.n), cf_str_from(what))) {
        from++;
    }
    return from;
}

static void add(struct cf_arena *a, struct web_pairs *out, struct cf_str name, struct cf_str value) {
    *cf_push(a, out) = (struct web_pair){name, value};
}

static void of_input(struct cf_arena *a, struct cf_str tag, struct web_pairs *out) {
    struct cf_str name, value = CF_LIT(""), type = CF_LIT("text");
    (void)attribute(a, tag, "type", &type);
    (void)attribute(a, tag, "value", &value);
    bool choice = cf_str_is(type, "radio") || cf_str_is(type, "checkbox");
    if (attribute(a, tag, "name", &name) && (!choice || has_word(tag, " checked"))) {
        add(a, out, name, value);
    }
}

static void of_select(struct cf_arena *a, struct cf_str tag, struct cf_str inside, struct web_pairs *out) {
    struct cf_str name, first = CF_LIT(""), value;
    bool any = false;
    if (!attribute(a, tag, "name", &name)) {
        return;
    }
    for (size_t at = find(inside, 0, "<option"); at < inside.n; at = find(inside, at + 1, "<option")) {
        struct cf_str option = cf_str_slice(inside, at, find(inside, at, ">"));
        if (!attribute(a, option, "value", &value)) {
            continue;
        }
        if (has_word(option, " selected")) {
            add(a, out, name, value);
            return;
        }
        first = any ? first : value;
        any = true;
    }
    add(a, out, name, first);
}

struct web_pairs scrape_form(struct cf_arena *a, struct cf_str html) {
    struct web_pairs out = {0};
    for (size_t at = find(html, 0, "<"); at < html.n; at = find(html, at + 1, "<")) {
        struct cf_str rest = cf_str_slice(html, at, html.n), name;
        size_t end = find(rest, 0, ">");
        struct cf_str tag = cf_str_slice(rest, 0, end);
        if (cf_str_starts(rest, CF_LIT("<input"))) {
            of_input(a, tag, &out);
        } else if (cf_str_starts(rest, CF_LIT("<select"))) {
            of_select(a, tag, cf_str_slice(rest, end, find(rest, end, "</select>")), &out);
        } else if (cf_str_starts(rest, CF_LIT("<textarea")) && attribute(a, tag, "name", &name)) {
            struct cf_str text = cf_str_slice(rest, end + 1, find(rest, end, "</textarea>"));
            text = cf_str_starts(text, CF_LIT("\n")) ? cf_str_slice(text, 1, text.n) : text;
            add(a, &out, name, unescaped(a, text));
        }
    }
    return out;
}
