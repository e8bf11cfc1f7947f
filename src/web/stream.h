/* stream: boards that listen; private to web. A web_stream lives in the connection that owns it, from add to remove. */
#ifndef CF_WEB_STREAM_H
#define CF_WEB_STREAM_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/base.h"

struct web_streams;
struct web_stream {
    struct web_stream *next, *before;
    void *connection;
    uint64_t topic;
    unsigned slot;
    bool greeting, changed, beat, asleep, ending;
};
struct web_streams *web_streams_new(struct cf_arena *a, void (*wake)(void *connection));
void web_stream_add(struct web_streams *s, struct web_stream *one, const char *topic, void *connection);
void web_stream_remove(struct web_streams *s, struct web_stream *one);
void web_streams_notify(struct web_streams *s, const char *topic);
void web_streams_beat(struct web_streams *s); /* once a second: a slice of them says that it is alive */
void web_streams_end(struct web_streams *s);  /* for good: each ends, also those that come later */
/* What is to be sent now: its length; 0 after `sleep` was called for the connection; -1: the end. `out` holds 64 bytes or more.
 */
int web_stream_next(struct web_streams *s, struct web_stream *one, char *out, size_t n, void (*sleep)(void *connection));

#endif
