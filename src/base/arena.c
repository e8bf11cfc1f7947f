/* Arenas: memory for one lifespan, given back at once. Knows nothing of what is kept in it.
 * The only place, beside the adapters named in src/LAYERS, that calls malloc and free. */
#include "base/base.h"

#include <stdlib.h>

#define ALIGN 16u
#define FIRST_BLOCK 4096u
#define LARGEST_BLOCK (1u << 20)

/* With CF_ARENA_DEBUG each object is a block of its own, so that a sanitizer sees its edges and its end. */
struct block {
    struct block *before;
    size_t size, used;
    size_t dirty; /* bytes beyond it were never written: calloc's zeroes still stand */
};

struct cleanup {
    struct cleanup *before;
    void (*f)(void *);
    void *arg;
};

struct cf_arena {
    const char *name;
    struct block *block;
    struct cleanup *cleanups;
    size_t used, next_size;
};

_Static_assert(sizeof(struct block) % ALIGN == 0, "objects follow the block's head and are aligned");

_Noreturn void cf_panic(const char *file, int line, const char *what) {
    fprintf(stderr, "childfirst: stopped at %s:%d: %s\n", file, line, what);
    abort();
}

_Noreturn static void out_of_memory(const char *name, size_t size) {
    fprintf(stderr, "childfirst: the machine has no memory left (%zu bytes for %s)\n", size, name);
    abort();
}

struct cf_arena *cf_arena_new(const char *name) {
    struct cf_arena *a = calloc(1, sizeof(*a));
    if (a == NULL) {
        out_of_memory(name, sizeof(*a));
    }
    a->name = name;
    a->next_size = FIRST_BLOCK;
    return a;
}

static void run_cleanups(struct cf_arena *a, const struct cleanup *until) {
    while (a->cleanups != until) {
        struct cleanup *c = a->cleanups;
        CF_ASSERT(c != NULL); /* a mark of another arena, or of one already rewound */
        a->cleanups = c->before;
        c->f(c->arg);
    }
}

static void drop_block(struct cf_arena *a) {
    struct block *b = a->block;
    CF_ASSERT(b != NULL);
    a->block = b->before;
    a->used -= b->used;
    free(b);
}

void cf_arena_free(struct cf_arena *a) {
    if (a == NULL) {
        return;
    }
    run_cleanups(a, NULL);
    while (a->block != NULL) {
        drop_block(a);
    }
    free(a);
}

#ifdef CF_ARENA_DEBUG
#define KEEP_ONE_BLOCK 0
#else
#define KEEP_ONE_BLOCK 1
#endif

void cf_arena_reset(struct cf_arena *a) {
    run_cleanups(a, NULL);
    /* The newest block is as large as any made in the ordinary way: keep that one. */
    struct block *kept = KEEP_ONE_BLOCK ? a->block : NULL;
    if (kept != NULL) {
        a->block = kept->before;
        a->used -= kept->used;
    }
    while (a->block != NULL) {
        drop_block(a);
    }
    if (kept != NULL) {
        kept->before = NULL;
        kept->used = 0;
        a->block = kept;
    }
    CF_ASSERT(a->used == 0);
}

static struct block *add_block(struct cf_arena *a, size_t size) {
    CF_ASSERT(size <= SIZE_MAX - sizeof(struct block));
    struct block *b = calloc(1, sizeof(*b) + size);
    if (b == NULL) {
        out_of_memory(a->name, size);
    }
    b->before = a->block;
    b->size = size;
    a->block = b;
    return b;
}

#ifdef CF_ARENA_DEBUG
void *cf_alloc(struct cf_arena *a, size_t size) {
    struct block *b = add_block(a, size);
    b->used = size;
    b->dirty = size;
    a->used += size;
    return b + 1;
}
#else
void *cf_alloc(struct cf_arena *a, size_t size) {
    CF_ASSERT(size <= SIZE_MAX - ALIGN);
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct block *b = a->block;
    if (b == NULL || b->size - b->used < size) {
        b = add_block(a, size > a->next_size ? size : a->next_size);
        if (a->next_size < LARGEST_BLOCK) {
            a->next_size *= 2;
        }
    }
    char *p = (char *)(b + 1) + b->used;
    if (b->used < b->dirty) {
        size_t known = b->dirty - b->used;
        memset(p, 0, known < size ? known : size);
    }
    b->used += size;
    if (b->dirty < b->used) {
        b->dirty = b->used;
    }
    a->used += size;
    return p;
}
#endif

void *cf_alloc_n(struct cf_arena *a, size_t n, size_t size) {
    size_t bytes = 0;
    bool overflow = __builtin_mul_overflow(n, size, &bytes);
    CF_ASSERT(!overflow);
    return cf_alloc(a, bytes);
}

void *cf_memdup(struct cf_arena *a, const void *p, size_t n) {
    void *copy = cf_alloc(a, n);
    if (n > 0) {
        memcpy(copy, p, n);
    }
    return copy;
}

void cf_arena_cleanup(struct cf_arena *a, void (*f)(void *), void *arg) {
    struct cleanup *c = CF_NEW(a, struct cleanup);
    *c = (struct cleanup){.before = a->cleanups, .f = f, .arg = arg};
    a->cleanups = c;
}

size_t cf_arena_used(const struct cf_arena *a) {
    return a->used;
}

struct cf_mark cf_arena_mark(struct cf_arena *a) {
    return (struct cf_mark){.block = a->block, .cleanup = a->cleanups, .used = a->block == NULL ? 0 : a->block->used};
}

void cf_arena_rewind(struct cf_arena *a, struct cf_mark m) {
    run_cleanups(a, m.cleanup);
    while (a->block != m.block) {
        drop_block(a);
    }
    if (a->block != NULL) {
        CF_ASSERT(a->block->used >= m.used);
        a->used -= a->block->used - m.used;
        a->block->used = m.used;
    }
}

void *cf_vec_grow(struct cf_arena *a, void *v, size_t n, size_t *cap, size_t size) {
    if (n == *cap) {
        size_t more = *cap == 0 ? 8 : *cap * 2;
        void *grown = cf_alloc_n(a, more, size);
        if (n > 0) {
            memcpy(grown, v, n * size);
        }
        *cap = more;
        return grown;
    }
    memset((char *)v + n * size, 0, size); /* a slot may have been used before its vector was cut */
    return v;
}
