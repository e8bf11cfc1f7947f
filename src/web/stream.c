/* stream: boards that listen. Each waits suspended, for nearly nothing, until its topic changes or the time comes to say that
 * the line is alive. What is sent is only that something changed, never what. Must not know sockets: whoever owns the
 * connection hands in how to wake it. */
#include "web/stream.h"

#include <stdlib.h>

#define TOPICS 1024
#define BEATS 20 /* seconds between signs of life; a slice of the boards each second */

struct web_streams {
    pthread_mutex_t lock;
    struct web_stream *topic[TOPICS]; /* by hash of its name */
    void (*wake)(void *connection);
    unsigned beat, turn; /* turn: spreads the signs of life */
    bool ending;
};

struct web_streams *web_streams_new(struct cf_arena *a, void (*wake)(void *connection)) {
    struct web_streams *s = CF_NEW(a, struct web_streams);
    pthread_mutex_init(&s->lock, NULL);
    s->wake = wake;
    return s;
}

static uint64_t hash_of(const char *topic) {
    return cf_str_hash(cf_str_from(topic));
}

void web_stream_add(struct web_streams *s, struct web_stream *one, const char *topic, void *connection) {
    *one = (struct web_stream){.topic = hash_of(topic), .connection = connection, .greeting = true};
    pthread_mutex_lock(&s->lock);
    one->slot = s->turn++ % BEATS;
    struct web_stream **head = &s->topic[one->topic % TOPICS];
    one->next = *head;
    if (one->next) {
        one->next->before = one;
    }
    *head = one;
    one->ending = s->ending;
    pthread_mutex_unlock(&s->lock);
}

void web_stream_remove(struct web_streams *s, struct web_stream *one) {
    pthread_mutex_lock(&s->lock);
    if (one->before) {
        one->before->next = one->next;
    } else {
        s->topic[one->topic % TOPICS] = one->next;
    }
    if (one->next) {
        one->next->before = one->before;
    }
    pthread_mutex_unlock(&s->lock);
}

/* With the lock held. */
static void rouse(struct web_streams *s, struct web_stream *one) {
    if (one->asleep) {
        one->asleep = false;
        s->wake(one->connection);
    }
}

void web_streams_notify(struct web_streams *s, const char *topic) {
    uint64_t h = hash_of(topic);
    pthread_mutex_lock(&s->lock);
    for (struct web_stream *one = s->topic[h % TOPICS]; one; one = one->next) {
        if (one->topic == h) {
            one->changed = true;
            rouse(s, one);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

void web_streams_beat(struct web_streams *s) {
    pthread_mutex_lock(&s->lock);
    unsigned slot = s->beat++ % BEATS;
    for (size_t i = 0; i < TOPICS; i++) {
        for (struct web_stream *one = s->topic[i]; one; one = one->next) {
            if (one->slot == slot) {
                one->beat = true;
                rouse(s, one);
            }
        }
    }
    pthread_mutex_unlock(&s->lock);
}

void web_streams_end(struct web_streams *s) {
    pthread_mutex_lock(&s->lock);
    s->ending = true;
    for (size_t i = 0; i < TOPICS; i++) {
        for (struct web_stream *one = s->topic[i]; one; one = one->next) {
            one->ending = true;
            rouse(s, one);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

/* The lock is held over `sleep`, so that nothing changes between looking and falling asleep. */
int web_stream_next(struct web_streams *s, struct web_stream *one, char *out, size_t n, void (*sleep)(void *connection)) {
    static const char greeting[] = "retry: 3000\n: listening\n\n", changed[] = "event: changed\ndata: 1\n\n",
                      beat[] = ": alive\n\n";
    const char *words = NULL;
    pthread_mutex_lock(&s->lock);
    if (one->ending) {
        pthread_mutex_unlock(&s->lock);
        return -1;
    }
    if (one->greeting) {
        words = greeting;
        one->greeting = false;
    } else if (one->changed) {
        words = changed;
        one->changed = one->beat = false;
    } else if (one->beat) {
        words = beat;
        one->beat = false;
    } else {
        one->asleep = true;
        sleep(one->connection);
    }
    pthread_mutex_unlock(&s->lock);
    size_t length = words ? strlen(words) : 0;
    CF_ASSERT(length <= n);
    memcpy(out, words ? words : "", length);
    return (int)length;
}
