/* exchange/gzip: reads a file plain or gzip in constant memory. The only place that includes zlib.
 * Must not know what the bytes mean. */
#include "exchange/gzip.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { IN_BYTES = 65536 };

enum state { FRESH, PLAIN, INFLATING, BETWEEN, DONE, DAMAGED };

struct gzip_stream {
    struct cf_str name, bytes; /* bytes: the memory read from when fd is -1 */
    size_t bytes_at;
    int fd;
    bool compressed, source_end, zlib_open;
    enum state state;
    uint64_t stored, size;
    z_stream z;
    unsigned char *in;
    size_t in_at, in_n;
    void (*tap)(void *self, const void *bytes, size_t n);
    void *tap_self;
};

static void stream_close(void *arg) {
    struct gzip_stream *s = arg;
    if (s->zlib_open) {
        inflateEnd(&s->z);
        s->zlib_open = false;
    }
    if (s->fd >= 0) {
        close(s->fd);
        s->fd = -1;
    }
}

static struct gzip_stream *stream_new(struct cf_arena *a, struct cf_str name) {
    struct gzip_stream *s = CF_NEW(a, struct gzip_stream);
    s->name = cf_str_dup(a, name);
    s->fd = -1;
    s->in = cf_alloc(a, IN_BYTES);
    cf_arena_cleanup(a, stream_close, s);
    return s;
}

bool gzip_open(struct cf_arena *a, const char *path, struct cf_errs *errs, struct gzip_stream **out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int why = errno;
    if (fd < 0) {
        return cf_fail(errs, CF_B001, CF_NOWHERE, "cannot open %s: %s", path, strerror(why));
    }
    struct stat st;
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        close(fd);
        return cf_fail(errs, CF_B001, CF_NOWHERE, "cannot read %s: it is a folder", path);
    }
    struct gzip_stream *s = stream_new(a, cf_str_from(path));
    s->fd = fd;
    s->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    *out = s;
    return true;
}

struct gzip_stream *gzip_over_bytes(struct cf_arena *a, struct cf_str bytes, struct cf_str name) {
    struct gzip_stream *s = stream_new(a, name);
    s->bytes = bytes;
    s->size = bytes.n;
    return s;
}

/* Fills the input window when it is empty; source_end is set when nothing is left. */
static bool fill(struct gzip_stream *s, struct cf_errs *errs) {
    if (s->in_at < s->in_n || s->source_end) {
        return true;
    }
    size_t got = 0;
    if (s->fd < 0) {
        got = s->bytes.n - s->bytes_at;
        got = got < IN_BYTES ? got : IN_BYTES;
        if (got > 0) {
            memcpy(s->in, s->bytes.p + s->bytes_at, got);
        }
        s->bytes_at += got;
    } else {
        ssize_t n = 0;
        do {
            n = read(s->fd, s->in, IN_BYTES);
        } while (n < 0 && errno == EINTR);
        int why = errno;
        if (n < 0) {
            return cf_fail(errs, CF_B003, CF_NOWHERE, "cannot read %.*s: %s", CF_STR_ARG(s->name), strerror(why));
        }
        got = (size_t)n;
    }
    s->in_at = 0;
    s->in_n = got;
    s->source_end = got == 0;
    s->stored += got;
    if (s->tap != NULL && got > 0) {
        s->tap(s->tap_self, s->in, got);
    }
    return true;
}

static bool damaged(struct gzip_stream *s, struct cf_errs *errs, const char *how) {
    s->state = DAMAGED;
    return cf_fail(errs, CF_I002, CF_NOWHERE, "%.*s is damaged: %s", CF_STR_ARG(s->name), how);
}

static bool begin(struct gzip_stream *s, struct cf_errs *errs) {
    if (!fill(s, errs)) {
        return false;
    }
    s->compressed = s->in_n >= 2 && s->in[0] == 0x1f && s->in[1] == 0x8b;
    s->state = s->compressed ? INFLATING : PLAIN;
    if (s->compressed && !s->zlib_open) {
        CF_ASSERT(inflateInit2(&s->z, 15 + 16) == Z_OK); /* gzip only; fails for want of memory alone */
        s->zlib_open = true;
    } else if (s->compressed) {
        CF_ASSERT(inflateReset2(&s->z, 15 + 16) == Z_OK);
    }
    return true;
}

/* Between two members of one gzip file: another one, the end, or bytes that do not belong there. */
static bool next_member(struct gzip_stream *s, struct cf_errs *errs) {
    if (!fill(s, errs)) {
        return false;
    }
    if (s->source_end) {
        s->state = DONE;
        return true;
    }
    if (s->in[s->in_at] != 0x1f) {
        return damaged(s, errs, "other bytes follow the end of the compressed data");
    }
    CF_ASSERT(inflateReset(&s->z) == Z_OK);
    s->state = INFLATING;
    return true;
}

static bool inflate_some(struct gzip_stream *s, unsigned char *buf, size_t cap, size_t *n, struct cf_errs *errs) {
    if (!fill(s, errs)) {
        return false;
    }
    if (s->source_end) {
        return damaged(s, errs, "it ends in the middle of the compressed data");
    }
    s->z.next_in = s->in + s->in_at;
    s->z.avail_in = (uInt)(s->in_n - s->in_at);
    s->z.next_out = buf;
    s->z.avail_out = (uInt)(cap < (1U << 30) ? cap : (1U << 30));
    uInt room = s->z.avail_out;
    int rc = inflate(&s->z, Z_NO_FLUSH);
    s->in_at = s->in_n - s->z.avail_in;
    *n = room - s->z.avail_out;
    if (rc == Z_STREAM_END) {
        s->state = BETWEEN;
        return true;
    }
    if (rc != Z_OK && rc != Z_BUF_ERROR) {
        *n = 0;
        return damaged(s, errs, s->z.msg != NULL ? s->z.msg : "the compressed data cannot be read");
    }
    return true;
}

static bool copy_some(struct gzip_stream *s, unsigned char *buf, size_t cap, size_t *n, struct cf_errs *errs) {
    if (!fill(s, errs)) {
        return false;
    }
    size_t have = s->in_n - s->in_at;
    *n = have < cap ? have : cap;
    if (*n > 0) {
        memcpy(buf, s->in + s->in_at, *n);
        s->in_at += *n;
    } else {
        s->state = DONE;
    }
    return true;
}

bool gzip_read(struct gzip_stream *s, void *buf, size_t cap, size_t *n, struct cf_errs *errs) {
    *n = 0;
    CF_ASSERT(cap > 0);
    while (*n == 0 && s->state != DONE) {
        bool ok = true;
        switch (s->state) {
        case FRESH: ok = begin(s, errs); break;
        case PLAIN: ok = copy_some(s, buf, cap, n, errs); break;
        case INFLATING: ok = inflate_some(s, buf, cap, n, errs); break;
        case BETWEEN: ok = next_member(s, errs); break;
        case DAMAGED: ok = damaged(s, errs, "it could not be read before"); break;
        case DONE: break;
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool gzip_rewind(struct gzip_stream *s, struct cf_errs *errs) {
    if (s->fd >= 0 && lseek(s->fd, 0, SEEK_SET) != 0) {
        return cf_fail(errs, CF_B003, CF_NOWHERE, "%.*s cannot be read twice: give a file, not a pipe", CF_STR_ARG(s->name));
    }
    s->bytes_at = 0;
    s->in_at = 0;
    s->in_n = 0;
    s->stored = 0;
    s->source_end = false;
    s->state = FRESH;
    s->tap = NULL; /* it has seen the file once */
    return true;
}

void gzip_tap(struct gzip_stream *s, void (*f)(void *self, const void *bytes, size_t n), void *self) {
    s->tap = f;
    s->tap_self = self;
}

struct cf_str gzip_name(const struct gzip_stream *s) {
    return s->name;
}

bool gzip_is_compressed(const struct gzip_stream *s) {
    return s->compressed;
}

uint64_t gzip_stored_bytes(const struct gzip_stream *s) {
    return s->size;
}

bool gzip_pack(struct cf_arena *a, struct cf_str bytes, struct cf_str *out) {
    z_stream z = {0};
    if (bytes.n > UINT32_MAX / 2 || deflateInit2(&z, 3, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    char *packed = cf_alloc(a, bytes.n + 1);
    union {
        const char *from;
        Bytef *to;
    } in = {.from = bytes.p}; /* zlib reads it only, though its type does not say so */
    z.next_in = in.to;
    z.avail_in = (uInt)bytes.n;
    z.next_out = (Bytef *)packed;
    z.avail_out = (uInt)bytes.n; /* no room for more than there was: then nothing is won */
    int state = deflate(&z, Z_FINISH);
    *out = (struct cf_str){packed, bytes.n - z.avail_out};
    deflateEnd(&z);
    return state == Z_STREAM_END;
}
