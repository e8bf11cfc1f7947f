/* common: see bench.h. Must not know what is measured. */
#include "bench.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

double bench_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_busy(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_busy_children(void) {
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

double bench_peak_mb(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss * 1024 / 1e6;
}

void bench_stop(const struct cf_errs *errs, const char *doing) {
    fprintf(stderr, "bench: %s\n", doing);
    if (errs) {
        cf_errs_print(stderr, errs);
    }
    exit(1);
}

uint64_t bench_number(const char *text, const char *what) {
    int64_t n;
    if (!cf_str_int(cf_str_from(text), &n) || n <= 0) {
        fprintf(stderr, "bench: %s is a whole number above 0, not \"%s\"\n", what, text);
        exit(1);
    }
    return (uint64_t)n;
}

uint64_t bench_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t bench_below(uint64_t *state, uint32_t n) {
    return (uint32_t)((bench_next(state) >> 32) * n >> 32);
}

const char *bench_text(struct cf_arena *a, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str s = cf_str_vprintf(a, fmt, ap);
    va_end(ap);
    return cf_cstr(a, s);
}

static const char *said(const char *s) {
    return s ? s : "";
}

void bench_print(const struct bench_row *r) {
    printf("%s\t", r->figure);
    printf(r->value >= 100 ? "%.0f" : r->value >= 10 ? "%.1f" : "%.2f", r->value);
    printf("\t%s\t%s\t", said(r->unit), said(r->target));
    printf(r->rules ? "%llu\t" : "\t", (unsigned long long)r->rules);
    printf(r->events ? "%llu\t" : "\t", (unsigned long long)r->events);
    printf("%s\t%s\t%s\n", said(r->rival), said(r->ratio), said(r->note));
    fflush(stdout);
}

/* ---- Policies without a ledger. */

static const char BANK_HOLIDAYS[] = "data/calendars/england-and-wales-bank-holidays.tsv";

struct bench_policies *bench_policies_load(struct cf_arena *a, const char *path) {
    struct bench_policies *p = CF_NEW(a, struct bench_policies); /* the program points into it */
    struct cf_errs errs = cf_errs_new(a);
    struct cf_source *src = CF_NEW(a, struct cf_source);
    src->name = cf_str_from(BANK_HOLIDAYS);
    p->ref =
        (struct lang_reference){.zone = cf_zone_load(a, "Europe/London", &errs), .first_day = INT32_MIN, .last_day = INT32_MAX};
    if (!p->ref.zone || !cf_read_file(a, BANK_HOLIDAYS, CF_MAX_CALENDAR_BYTES, &src->text, &errs)) {
        bench_stop(&errs, "the calendars cannot be read; run it from the folder of the source");
    }
    p->ref.calendar = cf_calendar_parse(a, src, &errs);
    if (!p->ref.calendar || !lang_load(a, path, p->ref.zone, &errs, &p->set) ||
        !lang_lower(a, p->set, &p->ref, &errs, &p->program)) {
        bench_stop(&errs, "the policies cannot be used");
    }
    p->rules = p->set->rules.n;
    return p;
}

/* ---- Copies. */

static const struct lang_item *items_copy(struct cf_arena *a, const struct lang_item *from, size_t n, size_t keeps) {
    struct lang_item *items = cf_memdup(a, from, n * sizeof(*items));
    for (size_t i = 0; i < n; i++) {
        items[i].kept = from[i].kept && keeps ? cf_memdup(a, from[i].kept, keeps * sizeof(*from[i].kept)) : NULL;
    }
    return items;
}

static const struct lang_value *fields_copy(struct cf_arena *a, const struct lang_record *r, const struct lang_value *from) {
    struct lang_value *fields = cf_memdup(a, from, r->fields.n * sizeof(*fields));
    for (size_t i = 0; i < r->fields.n; i++) {
        if (fields[i].kind == LANG_V_LIST) {
            fields[i].items = items_copy(a, fields[i].items, fields[i].more, r->fields.v[i].keeping.n);
        }
    }
    return fields;
}

struct lang_history bench_history_copy(struct cf_arena *a, const struct lang_set *set, const struct lang_history *h) {
    struct lang_history out = *h;
    struct lang_event *events = cf_memdup(a, h->events, h->n * sizeof(*events));
    for (size_t i = 0; i < h->n; i++) {
        const struct lang_event *e = &h->events[i];
        const struct lang_record *r = &set->records.v[e->record]->as.record;
        events[i].subjects = r->roles.n ? cf_memdup(a, e->subjects, r->roles.n * sizeof(*e->subjects)) : NULL;
        events[i].episodes = e->n_episodes ? cf_memdup(a, e->episodes, e->n_episodes * sizeof(*e->episodes)) : NULL;
        events[i].actor.roles =
            e->actor.n_roles ? cf_memdup(a, e->actor.roles, e->actor.n_roles * sizeof(*e->actor.roles)) : NULL;
        events[i].fields = r->fields.n ? fields_copy(a, r, e->fields) : NULL;
    }
    out.events = events;
    return out;
}
