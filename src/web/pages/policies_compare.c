/* policies_compare: two texts of a policy, declaration by declaration and line by line. Both are compared as the formatter
 * prints them, so that only words differ and never their layout. Must not know what any policy is about. */
#include "web/pages/policies.h"

/* Beyond so many pairs of lines the old and the new text are shown whole. */
enum { LINE_PAIRS = 400000 };

struct comparing {
    struct web_request *q;
    struct part_policy_changes *out;
    const struct lang_decl *old, *new;
};
struct lines {
    CF_VEC(struct cf_str);
};

static struct lines lines_of(struct web_request *q, struct cf_str text) {
    struct lines l = {0};
    struct cf_str line;
    while (cf_str_split(&text, '\n', &line)) {
        *cf_push(q->arena, &l) = line;
    }
    while (l.n && !cf_str_trim(l.v[l.n - 1]).n) {
        l.n--;
    }
    return l;
}

static void put_line(struct comparing *c, struct part_policy_changes_change *to, struct cf_str text, int side) {
    *cf_push(c->q->arena, &to->lines) = (struct part_policy_changes_line){.words = text, .gone = side<0, .come = side> 0};
}

/* The longest lines common to both, in order: `len` holds for each pair of beginnings how many follow from there. */
static void put_lines(struct comparing *c, struct part_policy_changes_change *to, struct cf_str was, struct cf_str is) {
    struct lines x = lines_of(c->q, was), y = lines_of(c->q, is);
    size_t i = 0, k = 0, w = y.n + 1;
    if (x.n * y.n <= LINE_PAIRS) {
        uint32_t *len = CF_NEW_N(c->q->arena, uint32_t, (x.n + 1) * w);
        for (size_t a = x.n; a-- > 0;) {
            for (size_t b = y.n; b-- > 0;) {
                uint32_t down = len[(a + 1) * w + b], right = len[a * w + b + 1];
                len[a * w + b] = cf_str_eq(x.v[a], y.v[b]) ? len[(a + 1) * w + b + 1] + 1 : down > right ? down : right;
            }
        }
        while (i < x.n && k < y.n) {
            if (cf_str_eq(x.v[i], y.v[k])) {
                put_line(c, to, x.v[i++], 0);
                k++;
            } else if (len[(i + 1) * w + k] >= len[i * w + k + 1]) {
                put_line(c, to, x.v[i++], -1);
            } else {
                put_line(c, to, y.v[k++], 1);
            }
        }
    }
    while (i < x.n) {
        put_line(c, to, x.v[i++], -1);
    }
    while (k < y.n) {
        put_line(c, to, y.v[k++], 1);
    }
}

/* The head of a policy answers to the head; a name to the same name of the same kind; what has none to the same title. */
static const struct policies_piece *same(const struct comparing *c, const struct policies_pieces *in,
                                         const struct policies_piece *p) {
    bool head = p->decl == c->old || p->decl == c->new;
    for (size_t i = 0; i < in->n; i++) {
        const struct lang_decl *d = in->v[i].decl;
        bool other_head = d == c->old || d == c->new;
        struct cf_str mine = p->decl->name.text.n ? p->decl->name.text : p->decl->title;
        struct cf_str theirs = d->name.text.n ? d->name.text : d->title;
        if (head ? other_head : !other_head && d->kind == p->decl->kind && cf_str_eq(mine, theirs)) {
            return &in->v[i];
        }
    }
    return NULL;
}

static struct part_policy_changes_change *change(struct comparing *c, const struct lang_decl *d, const char *how,
                                                 const char *colour) {
    struct part_policy_changes_change *to = cf_push(c->q->arena, &c->out->changes);
    *to = (struct part_policy_changes_change){.how = cf_str_from(how),
                                              .colour = cf_str_from(colour),
                                              .what = cf_str_from(lang_decl_word(d->kind)),
                                              .title = d->title.n ? d->title : d->name.text,
                                              .name = d->kind == LANG_POLICY ? CF_LIT("") : d->name.text,
                                              .means = cf_str_from(lang_meaning_of_change(d->kind))};
    return to;
}

static void compare(struct comparing *c, const struct policies_pieces *old, const struct policies_pieces *new) {
    for (size_t i = 0; i < new->n; i++) {
        const struct policies_piece *is = &new->v[i], *was = same(c, old, is);
        if (!was) {
            put_lines(c, change(c, is->decl, "Added", "green"), CF_LIT(""), is->text);
        } else if (!cf_str_eq(cf_str_trim(was->text), cf_str_trim(is->text))) {
            put_lines(c, change(c, is->decl, "Changed", "yellow"), was->text, is->text);
        }
    }
    for (size_t i = 0; i < old->n; i++) {
        if (!same(c, new, &old->v[i])) {
            put_lines(c, change(c, old->v[i].decl, "Removed", "red"), old->v[i].text, CF_LIT(""));
        }
    }
}

bool policies_compare(struct web_request *q, const struct lang_decl *old, const struct lang_decl *new,
                      struct part_policy_changes *out, struct cf_errs *errs) {
    struct comparing c = {.q = q, .out = out, .old = old, .new = new};
    struct policies_pieces was = {0}, is;
    if ((old && !policies_cut(q, old, &was, errs)) || !policies_cut(q, new, &is, errs)) {
        return false;
    }
    compare(&c, &was, &is);
    return true;
}
