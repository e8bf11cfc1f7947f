/* desk: an adopted desk in a folder of its own and invented searches to record in it. */
#ifndef CF_BENCH_DESK_H
#define CF_BENCH_DESK_H

#include "bench.h"
#include "docket/docket.h"

/* Opens FOLDER/NAME.db, made and with the shipped policies adopted when it is not there; ends the program when it cannot. */
struct desk *bench_desk(struct cf_arena *a, const char *folder, const char *name);
/* A stop and search of child number `child`, every field answered, `ago` seconds before now. Lives in `a`. */
struct desk_entry bench_search(struct cf_arena *a, struct desk *d, uint32_t child, int64_t ago, uint64_t *random);
int64_t bench_file_bytes(const char *path); /* 0: there is none */

#endif
