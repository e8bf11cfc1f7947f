/* visit: requests over HTTP as a browser makes them, one after another; and a steady load that does not wait for answers. */
#ifndef CF_BENCH_VISIT_H
#define CF_BENCH_VISIT_H

#include "bench.h"

#include <sys/types.h>

struct visitor {
    int port;
    char cookies[2048], csrf[128];
};
struct visit {
    int status;
    struct cf_str head, body; /* as sent: the body may be gzip */
};
/* One request on a connection of its own; form NULL: GET. Lives in `a`. Keeps cookies, and the hidden field of a plain page. */
struct visit bench_visit(struct visitor *v, struct cf_arena *a, const char *path, const char *form, bool packed);
void bench_sign_in(struct visitor *v, int port, const char *login, const char *purpose);

/* A program that says "serving on http://127.0.0.1:PORT/"; ends this program when it does not. */
pid_t bench_serve(char *const argv[], int *port);
void bench_stop_serving(pid_t server);
double bench_resident_mb(pid_t server); /* now, 10^6 bytes */
double bench_busy_of(pid_t server);     /* seconds of processor time that it has used: a loaded machine does not change it */

/* `rate` requests a second for `seconds`, each due at its own time whatever became of those before; the wait counts from then.
 * say: what the ith request is, as bytes, in `a`. */
struct load {
    int port;
    unsigned rate, seconds;
    struct cf_str (*say)(void *arg, struct cf_arena *a, uint64_t i);
    void *arg;
    double p50_ms, p99_ms, longest_ms; /* out */
    uint64_t n, failed;                /* failed: an answer other than 200, or none */
    double bytes;                      /* of an answer, headers too */
};
void bench_load(struct load *l);
/* n connections that ask for an event stream and stay open; returns how many were greeted. */
size_t bench_streams(struct cf_arena *a, const struct visitor *v, const char *path, size_t n, int **open);

#endif
