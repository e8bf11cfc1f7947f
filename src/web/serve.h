/* serve: starts and stops the server: what `childfirst serve` calls. Must not know arguments or terminals. */
#ifndef CF_WEB_SERVE_H
#define CF_WEB_SERVE_H

#include "access/access.h"

#define SERVE_DEMO_WORDS "everyone here is invented" /* the password of the demonstration's people: no secret */

struct serve_options {
    struct desk_options desk; /* of the readers; the keeper opens the same with write */
    int port;                 /* on 127.0.0.1; 0: any free one */
    const char *socket;       /* a Unix socket instead */
    bool demo;                /* everyone here is invented, and each page says so */
    int workers;              /* 0: as many as fit the machine */
    FILE *log;                /* one JSON line a request; NULL: none */
    const char *version;
    struct access_oidc oidc; /* the identity provider; issuer empty: none */
};
/* Serves until SIGTERM or SIGINT, finishes what was begun, returns. `started` is called once it listens, with the port
 * (0 for a socket). */
CF_MUST_USE bool serve(struct cf_arena *a, const struct serve_options *o, void (*started)(void *, int port), void *arg,
                       struct cf_errs *errs);

/* Makes the invented people of a demonstration who are not there yet. W012 when there are users of another kind. */
CF_MUST_USE bool serve_demo_people(struct access *x, struct desk *d, struct cf_errs *errs);

#endif
