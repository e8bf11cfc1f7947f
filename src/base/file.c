/* Files read and written whole, the clock, the progress bar: the system border that every room needs. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *reason(int error) {
    const char *words = strerrordesc_np(error);
    return words == NULL ? "unknown reason" : words;
}

static bool read_all(int fd, struct cf_buf *b) {
    char chunk[65536];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0;
        }
        cf_buf_add(b, chunk, (size_t)n);
        if (b->failed) {
            return true;
        }
    }
}

bool cf_read_file(struct cf_arena *a, const char *path, size_t max, struct cf_str *out, struct cf_errs *errs) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return cf_fail(errs, CF_B001, CF_NOWHERE, "%s cannot be opened: %s", path, reason(errno));
    }
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size > max) {
        close(fd);
        return cf_fail(errs, CF_B002, CF_NOWHERE, "%s has %lld bytes, the limit is %zu", path, (long long)st.st_size, max);
    }
    struct cf_buf b = cf_buf_new(a, max);
    bool whole = read_all(fd, &b);
    int error = errno;
    close(fd);
    if (!whole) {
        return cf_fail(errs, CF_B003, CF_NOWHERE, "%s cannot be read: %s", path, reason(error));
    }
    if (!cf_buf_finish(&b, out)) {
        return cf_fail(errs, CF_B002, CF_NOWHERE, "%s has more bytes than the limit, %zu", path, max);
    }
    return true;
}

static bool write_all(int fd, struct cf_str bytes) {
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        bytes = cf_str_slice(bytes, (size_t)n, bytes.n);
    }
    return true;
}

/* The new name is on the disk only once its folder is. */
static bool sync_folder(const char *path) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int n = slash == NULL ? snprintf(folder, sizeof(folder), ".")
                          : snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    CF_ASSERT(n > 0 && (size_t)n < sizeof(folder));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool fill_beside(const char *path, const char *beside, int fd, struct cf_str bytes) {
    struct stat st;
    bool ok = stat(path, &st) != 0 || fchmod(fd, st.st_mode & 07777) == 0; /* keeps the old file's permissions */
    ok = ok && write_all(fd, bytes) && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        error = errno;
    }
    errno = error;
    return ok && rename(beside, path) == 0 && sync_folder(path);
}

bool cf_write_file(const char *path, struct cf_str bytes, struct cf_errs *errs) {
    char beside[4096];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int n = snprintf(beside, sizeof(beside), "%s.%ld-%lx.tmp", path, (long)getpid(), (unsigned long)now.tv_nsec);
    if (n < 0 || (size_t)n >= sizeof(beside)) {
        return cf_fail(errs, CF_B003, CF_NOWHERE, "a path of %zu bytes is too long to write", strlen(path));
    }
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        return cf_fail(errs, CF_B003, CF_NOWHERE, "%s cannot be written: %s", path, reason(errno));
    }
    if (fill_beside(path, beside, fd, bytes)) {
        return true;
    }
    int error = errno;
    unlink(beside);
    return cf_fail(errs, CF_B003, CF_NOWHERE, "%s cannot be written: %s", path, reason(error));
}

int64_t cf_now_us(void) {
    const char *fixed = getenv("CF_NOW");
    int64_t us = 0;
    if (fixed != NULL) {
        bool is_number = cf_str_int(cf_str_from(fixed), &us);
        CF_ASSERT(is_number); /* the tests that set it give microseconds since 1970 */
        return us;
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#define PROGRESS_AFTER_MS 2000
#define PROGRESS_EVERY_MS 100
#define PROGRESS_WIDTH 30

static int64_t monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct cf_progress cf_progress_start(const char *what, uint64_t total) {
    return (struct cf_progress){.what = what, .total = total, .started_ms = monotonic_ms(), .visible = isatty(2) == 1};
}

void cf_progress_step(struct cf_progress *p, uint64_t done) {
    p->done = done;
    if (!p->visible) {
        return;
    }
    int64_t now = monotonic_ms();
    if (now - p->started_ms < PROGRESS_AFTER_MS || now - p->shown_ms < PROGRESS_EVERY_MS) {
        return;
    }
    p->shown_ms = now;
    if (p->total == 0) {
        fprintf(stderr, "\r%s: %llu\x1b[K", p->what, (unsigned long long)done);
        return;
    }
    uint64_t part = done < p->total ? done : p->total;
    int full = (int)((unsigned __int128)part * PROGRESS_WIDTH / p->total);
    int percent = (int)((unsigned __int128)part * 100 / p->total);
    static const char bar[] = "##############################";
    _Static_assert(sizeof(bar) == PROGRESS_WIDTH + 1, "one mark for each step of the bar");
    fprintf(stderr, "\r%s [%.*s%*s] %d%%\x1b[K", p->what, full, bar, PROGRESS_WIDTH - full, "", percent);
}

void cf_progress_end(struct cf_progress *p) {
    if (p->visible && p->shown_ms != 0) {
        fprintf(stderr, "\r\x1b[K");
    }
    p->visible = false;
}
