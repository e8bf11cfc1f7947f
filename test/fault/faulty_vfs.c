/* See faulty_vfs.h. Beside src/store/sqlite.c the only file that includes SQLite: a shim in front of its own file layer. */
#include "faulty_vfs.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct faulty_file {
    sqlite3_file base;
    sqlite3_file *real;
};
struct written { /* what a write replaced, until its file is synced */
    struct faulty_file *file;
    sqlite3_int64 at;
    int n;
    char *before;
    struct written *older;
};
static struct {
    struct faulty_plan plan;
    uint64_t count;
    sqlite3_vfs *real;
    struct written *since; /* newest first */
} faulty;

void faulty_set(struct faulty_plan plan) {
    faulty.plan = plan;
    faulty.count = 0;
}

uint64_t faulty_count(void) {
    return faulty.count;
}

static sqlite3_file *real_of(sqlite3_file *f) {
    return ((struct faulty_file *)f)->real;
}

/* ---- Power cuts: some of what was not synced goes back to what it was. */
static void remember(struct faulty_file *f, int n, sqlite3_int64 at) {
    struct written *w = calloc(1, sizeof *w);
    char *before = calloc(1, (size_t)n + 1);
    if (w == NULL || before == NULL) {
        abort();
    }
    (void)f->real->pMethods->xRead(f->real, before, n, at); /* short reads give zeros */
    *w = (struct written){f, at, n, before, faulty.since};
    faulty.since = w;
}

static void forget_file(const struct faulty_file *f) {
    for (struct written **w = &faulty.since; *w != NULL;) {
        struct written *gone = *w;
        if (f != NULL && gone->file != f) {
            w = &gone->older;
            continue;
        }
        *w = gone->older;
        free(gone->before);
        free(gone);
    }
}

static void cut_power(void) {
    uint64_t r = faulty.plan.seed;
    for (struct written *w = faulty.since; w != NULL; w = w->older) {
        r = r * 6364136223846793005u + 1442695040888963407u;
        if ((r >> 40) % 2 == 0) {
            (void)w->file->real->pMethods->xWrite(w->file->real, w->before, w->n, w->at);
        }
    }
    (void)kill(getpid(), SIGKILL);
}

/* Called before each write (n > 0) and sync; what it returns other than OK is what the caller sees. */
static int strike(struct faulty_file *f, const void *p, int n, sqlite3_int64 at) {
    faulty.count++;
    bool now = faulty.count == faulty.plan.at;
    switch (faulty.plan.how) {
    case FAULTY_NEVER: return SQLITE_OK;
    case FAULTY_FULL: return n > 0 && faulty.count >= faulty.plan.at ? SQLITE_FULL : SQLITE_OK;
    case FAULTY_WRITE: return now && n > 0 ? SQLITE_IOERR_WRITE : SQLITE_OK;
    case FAULTY_SYNC: return faulty.count >= faulty.plan.at && n == 0 ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    case FAULTY_TORN:
        if (now && n > 1) {
            (void)f->real->pMethods->xWrite(f->real, p, n / 2, at);
        }
        break;
    case FAULTY_KILL: break;
    case FAULTY_POWER_CUT:
        if (now) {
            cut_power();
        }
        if (n > 0) {
            remember(f, n, at);
        }
        return SQLITE_OK;
    }
    if (now) {
        (void)kill(getpid(), SIGKILL);
    }
    return SQLITE_OK;
}

/* ---- The methods: each passes on to the real file. */
static int f_close(sqlite3_file *f) {
    forget_file((struct faulty_file *)f);
    return real_of(f)->pMethods->xClose(real_of(f));
}
static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) {
    return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}
static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at) {
    int rc = strike((struct faulty_file *)f, p, n, at);
    return rc != SQLITE_OK ? rc : real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}
static int f_truncate(sqlite3_file *f, sqlite3_int64 n) {
    return real_of(f)->pMethods->xTruncate(real_of(f), n);
}
static int f_sync(sqlite3_file *f, int flags) {
    int rc = strike((struct faulty_file *)f, NULL, 0, 0);
    if (rc != SQLITE_OK) {
        return rc;
    }
    forget_file((struct faulty_file *)f);
    return real_of(f)->pMethods->xSync(real_of(f), flags);
}
static int f_size(sqlite3_file *f, sqlite3_int64 *n) {
    return real_of(f)->pMethods->xFileSize(real_of(f), n);
}
static int f_lock(sqlite3_file *f, int how) {
    return real_of(f)->pMethods->xLock(real_of(f), how);
}
static int f_unlock(sqlite3_file *f, int how) {
    return real_of(f)->pMethods->xUnlock(real_of(f), how);
}
static int f_reserved(sqlite3_file *f, int *out) {
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}
static int f_control(sqlite3_file *f, int op, void *arg) {
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}
static int f_sector(sqlite3_file *f) {
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}
static int f_device(sqlite3_file *f) {
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)) & ~SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}
static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p) {
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, p);
}
static int f_shm_lock(sqlite3_file *f, int at, int n, int flags) {
    return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}
static void f_shm_barrier(sqlite3_file *f) {
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}
static int f_shm_unmap(sqlite3_file *f, int delete) {
    return real_of(f)->pMethods->xShmUnmap(real_of(f), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_reserved,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_device,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out) {
    struct faulty_file *x = (struct faulty_file *)f;
    (void)vfs;
    x->real = (sqlite3_file *)(x + 1);
    int rc = faulty.real->xOpen(faulty.real, name, x->real, flags, out);
    x->base.pMethods = x->real->pMethods != NULL ? &methods : NULL;
    return rc;
}

void faulty_register(void) {
    static sqlite3_vfs vfs;
    if (faulty.real != NULL) {
        return;
    }
    faulty.real = sqlite3_vfs_find(NULL);
    vfs = *faulty.real; /* all but opening is the real one's, which finds its own data in pAppData */
    vfs.pNext = NULL;
    vfs.zName = FAULTY_VFS;
    vfs.szOsFile = (int)sizeof(struct faulty_file) + faulty.real->szOsFile;
    vfs.xOpen = v_open;
    (void)sqlite3_vfs_register(&vfs, 0);
}
