/* hello: the smallest page that libmicrohttpd serves: what any answer costs on this machine before we do anything.
 *
 *   bench_hello   says its port and serves until it is killed */
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 4 }; /* as many as childfirst has for reading and sending */

static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *n, void **state) {
    static const char page[] = "<!doctype html><html lang=\"en-GB\"><title>hello</title><p>hello";
    union {
        const char *from;
        void *to;
    } body = {.from = page};
    (void)arg, (void)url, (void)method, (void)version, (void)data, (void)n, (void)state;
    struct MHD_Response *r = MHD_create_response_from_buffer(sizeof page - 1, body.to, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result sent = MHD_queue_response(connection, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return sent;
}

int main(void) {
    struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL,
                                            MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_END);
    const union MHD_DaemonInfo *info = d ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info) {
        fprintf(stderr, "bench_hello: libmicrohttpd does not start\n");
        return 1;
    }
    printf("serving on http://127.0.0.1:%d/\n", info->port);
    fflush(stdout);
    for (;;) {
        pause();
    }
}
