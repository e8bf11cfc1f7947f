/* A file layer that fails on purpose, for tests: full disk, I/O error, a kill or a power cut at the n-th write or sync. */
#ifndef CF_TEST_FAULTY_VFS_H
#define CF_TEST_FAULTY_VFS_H

#include <stdbool.h>
#include <stdint.h>

enum faulty_how {
    FAULTY_NEVER = 0,
    FAULTY_FULL,     /* from the n-th on, writes say that the disk is full */
    FAULTY_WRITE,    /* the n-th write fails */
    FAULTY_SYNC,     /* the n-th sync fails */
    FAULTY_KILL,     /* SIGKILL before the n-th write or sync */
    FAULTY_TORN,     /* SIGKILL after half of the n-th write */
    FAULTY_POWER_CUT /* as KILL, and of what was written since the last sync of its file a random part is lost */
};
struct faulty_plan {
    enum faulty_how how;
    uint64_t at;   /* counted from now */
    uint64_t seed; /* for POWER_CUT */
};
#define FAULTY_VFS "faulty"
void faulty_register(void);
void faulty_set(struct faulty_plan plan);
uint64_t faulty_count(void); /* writes and syncs since faulty_set */

#endif
