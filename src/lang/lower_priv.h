/* lower_priv: what lower.c and lower_expr.c share while a program is being made. */
#ifndef CF_LANG_LOWER_PRIV_H
#define CF_LANG_LOWER_PRIV_H

#include "lang/fast_priv.h"

/* An expression that is still to be turned into code, and where the number of its first instruction goes. Expressions that
 * stand inside others (filters, items, facts) wait here, so that no code stands in the middle of other code. */
enum low_slot { LOW_FILTER, LOW_WINDOW, LOW_EVERY, LOW_VERSION, LOW_CROSS_A, LOW_CROSS_B };
struct low_pending {
    const struct lang_expr *e;
    enum low_slot slot;
    uint32_t index;
};

struct low {
    struct cf_arena *a;
    const struct lang_set *set;
    const struct lang_reference *ref;
    struct cf_errs *errs;
    struct lang_program *p;
    struct {
        CF_VEC(struct low_pending);
    } pending;
    uint32_t *chain_of; /* by declaration number of the newest version: 1 + chain */
    struct {
        CF_VEC(uint64_t);
    } deps;                 /* rows of record bits, dep_words each */
    uint64_t *dep_anywhere; /* while a watch is made: the records that it reads whatever episode they name */
    bool anywhere;          /* what is read now is read so */
    int32_t *episode_of;    /* by declaration number: the episode's number */
    uint32_t *gate_of, *grade_of, *score_of, *choice_of, *duty_of, *span_of, *table_of; /* by declaration number: 1 + index */
};

/* Code for an expression; FAST_NO_CODE for NULL. */
uint32_t low_expr(struct low *l, const struct lang_expr *e);
void low_drain(struct low *l);                             /* makes all that is pending */
uint32_t low_sel(struct low *l, const struct lang_sel *s); /* UINT32_MAX for NULL */
uint32_t low_path(struct low *l, const struct lang_expr *e);
uint32_t low_chain(struct low *l, const struct lang_decl *d); /* of whatever d is: facts, flags and settings as code */
const struct lang_decl *low_newest(const struct lang_decl *d);
int32_t low_episode(struct low *l, const struct lang_decl *episode); /* its number; -1 for NULL */
/* Which role a declaration means to fast_actor_is: -1 anyone; roles first, then partners. */
int32_t low_role(struct low *l, const struct lang_decl *d);
uint32_t low_table(struct low *l, const struct lang_decl *d);
uint32_t low_span(struct low *l, const struct lang_decl *d);

#endif
