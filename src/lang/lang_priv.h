/* lang_priv: what the parts of the lang room share with each other and show to nobody else. A section for each part. */
#ifndef CF_LANG_LANG_PRIV_H
#define CF_LANG_LANG_PRIV_H

#include "lang/lang.h"

/* ================================================================ front: tokens (lex.c) and the parser's state (parse*.c) */

enum lang_token_kind {
    LANG_TK_LINE, /* a line begins; column: how far it is indented. Empty lines and comment lines give none */
    LANG_TK_SEMI, /* `;`: a new line at the same indent */
    LANG_TK_WORD,
    LANG_TK_NUMBER, /* num / den */
    LANG_TK_DATE,   /* num: day */
    LANG_TK_CLOCK,  /* num: seconds */

    LANG_TK_PERIOD, /* 2024-Q1, 2024-06, 2024-W23 */
    LANG_TK_TEXT,   /* text: without its quotes */

    LANG_TK_MARK, /* mark: the character, or one of LANG_LE ... below */
    LANG_TK_ODD,  /* a character that the language does not use: an error where the parser meets it */
    LANG_TK_END
};
enum lang_token_mark { LANG_MARK_LE = 'l', LANG_MARK_GE = 'g', LANG_MARK_NE = 'n' };
struct lang_token {
    uint8_t kind, mark;
    uint32_t at, n, column; /* bytes; column counts from 0 */
    int64_t num, den;
    struct cf_str text;
};
struct lang_tokens {
    CF_VEC(struct lang_token);
};
struct lang_comments {
    CF_VEC(struct lang_comment);
};
/* Cuts a source into tokens and comments. Errors (a date that does not exist, a text without its end) leave a token in place,
 * so that the parser goes on. Always ends in LANG_TK_END. */
void lang_lex(struct cf_arena *a, const struct cf_source *src, struct cf_errs *errs, struct lang_tokens *out,
              struct lang_comments *comments);

/* Clauses, by declaration: the parser notes where each stands, the formatter puts comments back beside it. */
enum lang_clause {
    LANG_CL_NONE,
    LANG_CL_OWNER,
    LANG_CL_SERVES,
    LANG_CL_FORCE,
    LANG_CL_CITES,
    LANG_CL_ORDERED,
    LANG_CL_PROTECTED,
    LANG_CL_FROM,
    LANG_CL_KEYED,
    LANG_CL_GIVES,
    LANG_CL_COMPLETE,
    LANG_CL_HELD,
    LANG_CL_OPENS,
    LANG_CL_IN,
    LANG_CL_CLOSES,
    LANG_CL_ABOUT,
    LANG_CL_BY,
    LANG_CL_ACT,
    LANG_CL_FIELDS,
    LANG_CL_OUTSIDE,
    LANG_CL_ABSOLUTE,
    LANG_CL_BEFORE,
    LANG_CL_WHERE,
    LANG_CL_NEEDS,
    LANG_CL_OTHERWISE,
    LANG_CL_LAWFUL,
    LANG_CL_AFTER,
    LANG_CL_WHEN,
    LANG_CL_WITHIN,
    LANG_CL_NOT_COUNTING,
    LANG_CL_EXTENDED,
    LANG_CL_DONE,
    LANG_CL_COUNTING,
    LANG_CL_VOID_BY,
    LANG_CL_VOID_WHEN,
    LANG_CL_WARN,
    LANG_CL_ESCALATE,
    LANG_CL_LEVELS,
    LANG_CL_DECIDED_IN,
    LANG_CL_DEPARTURE,
    LANG_CL_BASE,
    LANG_CL_PLUS,
    LANG_CL_FOR,
    LANG_CL_WHILE,
    LANG_CL_TO,
    LANG_CL_PURPOSE,
    LANG_CL_BASIS,
    LANG_CL_FORM,
    LANG_CL_COMPARE,
    LANG_CL_FOLLOWED,
    LANG_CL_AIM,
    LANG_CL_OF,
    LANG_CL_EACH,
    LANG_CL_TAKE,
    LANG_CL_RANK,
    LANG_CL_INCLUDES,
    LANG_CL_GRANTED,
    LANG_CL_PURPOSES,
    LANG_CL_KIND,
    LANG_CL_PART_OF,
    LANG_CL_BOROUGHS,
    LANG_CL_OPEN,
    LANG_CL_MAY,
    LANG_CL_SEES,
    LANG_CL_SEEN_FOR
};

struct lang_parser {
    struct cf_arena *a;
    const struct cf_source *src;
    struct cf_errs *errs;
    const struct lang_token *t; /* all tokens */
    size_t i, end;              /* the next token; the first one that does not belong to the piece being read */
    size_t piece;               /* the first token of the piece */
    size_t decl_end;            /* the first token of the next declaration */
    int depth;
    bool no_of;       /* `of` belongs to the clause (within D of I), not to a partner */
    const char *like; /* how what is being read looks, for the hint of an error; NULL: nothing to show */
    bool wrong;       /* this piece has had its error */
    bool line_start;  /* the piece begins a line (and does not follow a `;`) */
    bool each_line;   /* no line continues another (examples) */
    uint32_t decl_indent, body_indent, line_indent; /* UINT32_MAX: not yet known */
    struct lang_decl *policy, *decl;
};

/* ---- reading tokens within a piece (parse.c) */
const struct lang_token *lang_peek(struct lang_parser *p, size_t ahead); /* the END token beyond the piece */
const struct lang_token *lang_take(struct lang_parser *p);
bool lang_at_end(struct lang_parser *p);                         /* of the piece */
bool lang_at_word(struct lang_parser *p, const char *word);      /* is this word next? */
bool lang_at_words(struct lang_parser *p, const char *phrase);   /* are these words next? "done by" */
bool lang_take_words(struct lang_parser *p, const char *phrase); /* takes them, if so */
bool lang_at_mark(struct lang_parser *p, char mark);
bool lang_take_mark(struct lang_parser *p, char mark);
struct cf_span lang_span_of(struct lang_parser *p, const struct lang_token *t);
struct cf_span lang_span_from(struct lang_parser *p, uint32_t at); /* from an offset to the last token taken */
/* Says what was read and what was expected, once in a piece. Always false. */
bool lang_expected(struct lang_parser *p, const char *fmt, ...) CF_PRINTF(2, 3);
bool lang_wrong(struct lang_parser *p, enum cf_code code, struct cf_span at, const char *fmt, ...) CF_PRINTF(4, 5);
struct cf_str lang_token_words(struct lang_parser *p, const struct lang_token *t); /* "`foo`", "the end of the line" */
void lang_unclosed(struct lang_parser *p, const char *mark,
                   const struct lang_token *open); /* error: a bracket without its end */
bool lang_need_words(struct lang_parser *p, const char *phrase, const char *after);
bool lang_need_name(struct lang_parser *p, const char *what, struct lang_name *out);
bool lang_need_dotted(struct lang_parser *p, const char *what, struct lang_name *out);
bool lang_need_text(struct lang_parser *p, const char *what, struct cf_str *out);
bool lang_need_number(struct lang_parser *p, const char *what, int64_t *out);
bool lang_need_date(struct lang_parser *p, const char *what, int32_t *out);
bool lang_need_kind(struct lang_parser *p, enum lang_subject *out);
bool lang_need_cite(struct lang_parser *p, struct lang_cite *out);
bool lang_at_weekday(struct lang_parser *p, size_t ahead, int *out); /* 0 Monday */
bool lang_need_weekday(struct lang_parser *p, int *out);
/* The next piece of the declaration: one line, or what stands between two `;`, with the deeper lines that continue it. */
bool lang_next_piece(struct lang_parser *p);

/* ---- expressions (parse_expr.c); NULL or false after an error */
struct lang_expr *lang_read_cond(struct lang_parser *p);
struct lang_expr *lang_read_value(struct lang_parser *p);
struct lang_expr *lang_read_literal(struct lang_parser *p, const char *what); /* a value in an example, setting or table */
struct lang_sel *lang_read_sel(struct lang_parser *p);
bool lang_read_unit(struct lang_parser *p, enum cf_unit *unit); /* `working days`, if next */
struct lang_expr *lang_expr_new(struct lang_parser *p, enum lang_op op, uint32_t at);

/* ---- declarations (parse_decl.c) */
/* Reads one declaration, from its keyword to the next declaration, into p->policy. */
void lang_read_decl(struct lang_parser *p);
void lang_report_missing(struct lang_parser *p, const char *what, const char *hint);

/* ---- writing (fmt_expr.c), beside lang_expr_text and lang_sel_text */
void lang_quoted_text(struct cf_buf *b, struct cf_str s);
void lang_clock_text(struct cf_buf *b, int64_t seconds);            /* 22:40, also beyond 24 hours */
void lang_wall_text(struct cf_buf *b, int64_t wall, bool day_only); /* a London wall clock of an example */
void lang_sel_bracketed(struct cf_buf *b, const struct lang_sel *s, bool bracket);

/* ---- examples (parse_example.c) */
void lang_read_example(struct lang_parser *p); /* the lines of p->decl, after its title */

/* docket.c: grades, scores, choices and flags in their order; the compiled evaluator gives the other lines in theirs */
void lang_docket_sort_states(struct lang_docket *d);

/* ================================================================ identity.c, for both evaluators */

typedef void lang_sha256_block(uint32_t h[8], const uint8_t b[64]);
lang_sha256_block *lang_sha256_quickest(void);

/* What the identity of a duty line is hashed from: role, cause, period and episode are empty or zero where it has none. */
enum { LANG_IDENTITY_BYTES = 200 }; /* two names, four ids and numbers at most; the end of what is hashed follows */
struct lang_identity {
    uint8_t b[256];
    size_t n;
};
void lang_identity_put(struct lang_identity *w, struct cf_str rule, struct cf_id subject, struct cf_str role,
                       struct cf_id cause, int64_t cause_limit, int32_t period, struct cf_id episode);
struct cf_id lang_identity_of(lang_sha256_block *one, struct lang_identity *w);
void lang_identities(lang_sha256_block *one, struct lang_identity *const w[2], struct cf_id *const out[2]); /* two at once */

#endif
