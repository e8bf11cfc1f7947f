/* example: what example.c (comparing) and example_build.c (building) share. Must not know: how dockets are evaluated. */
#ifndef CF_LANG_EXAMPLE_H
#define CF_LANG_EXAMPLE_H

#include "lang/lang.h"

/* `P of ORGANISATION` is a subject of its own, whose number says which. */
enum { EX_ORGANISATIONS = 16384, EX_PARTNERS = 16777216 /* a multiple of it */ };

struct ex_subject {
    struct cf_str name;
    enum lang_subject kind;
    uint32_t number; /* from 1 */
    bool declared;
};

struct ex_roles { /* who is in one about role of one event */
    CF_VEC(uint32_t);
};
struct ex_event {
    struct lang_event e;
    const struct lang_decl *record;
    const struct lang_ex_event *src; /* NULL: an attribute of a subject */
    struct cf_str label;
    struct ex_roles *roles; /* one for each about role */
    size_t line;            /* order in the example */
    struct lang_value *fields;
    const struct lang_attr_value *corrects, *withdraws;
};

struct ex {
    struct cf_arena *a;
    const struct lang_set *set;
    const struct lang_reference *base;
    const struct lang_decl *example;
    struct cf_errs *errs;
    struct lang_reference ref;
    struct cf_schools *schools;
    struct {
        CF_VEC(struct cf_str);
    } with_terms;
    struct {
        CF_VEC(struct ex_subject);
    } subjects;
    struct {
        CF_VEC(struct ex_event *);
    } events; /* in the order of recording: sequence 1 is the first */
    struct {
        CF_VEC(struct ex_rows {
            const struct lang_decl *table;
            struct {
                CF_VEC(struct lang_row);
            } rows;
        });
    } tables;
};

/* Builds subjects, events and reference. NULL after an error (each at its place). */
struct ex *ex_build(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                    const struct lang_decl *example, struct cf_errs *errs);
const struct ex_subject *ex_find_subject(const struct ex *x, struct cf_str name);
const struct ex_event *ex_find_label(const struct ex *x, struct cf_str label);
/* The history of one subject as recorded by an instant. */
struct lang_history *ex_history(struct ex *x, const struct ex_subject *s, int64_t known_at);
/* The subject that an `at` speaks of; NULL after an error. */
const struct ex_subject *ex_subject_of(const struct ex *x, const struct lang_ex_at *at);
int64_t ex_instant(const struct lang_set *set, int64_t wall); /* a wall clock of London */

#endif
