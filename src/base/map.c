/* Map from bytes to a pointer, in insertion order. Slots never move; nothing is ever taken out. */
#include "base/base.h"

struct entry {
    struct cf_str key;
    uint64_t hash;
    void *value;
};

struct cf_map {
    struct cf_arena *arena;
    CF_VEC(struct entry *);
    uint32_t *slots; /* 0: empty; else 1 + index of the entry. Open addressing, linear, at most half full. */
    size_t slot_count;
};

struct cf_map *cf_map_new(struct cf_arena *a) {
    struct cf_map *m = CF_NEW(a, struct cf_map);
    m->arena = a;
    return m;
}

/* The slot that holds the key or, when absent, the empty one where it belongs. */
static size_t find_slot(const struct cf_map *m, struct cf_str key, uint64_t hash) {
    size_t at = (size_t)hash & (m->slot_count - 1);
    while (m->slots[at] != 0) {
        const struct entry *e = m->v[m->slots[at] - 1];
        if (e->hash == hash && cf_str_eq(e->key, key)) {
            break;
        }
        at = (at + 1) & (m->slot_count - 1);
    }
    return at;
}

static void grow(struct cf_map *m) {
    m->slot_count = m->slot_count == 0 ? 16 : m->slot_count * 2;
    m->slots = CF_NEW_N(m->arena, uint32_t, m->slot_count);
    for (size_t i = 0; i < m->n; i++) {
        m->slots[find_slot(m, m->v[i]->key, m->v[i]->hash)] = (uint32_t)(i + 1);
    }
}

void **cf_map_put(struct cf_map *m, struct cf_str key) {
    if (2 * (m->n + 1) > m->slot_count) {
        CF_ASSERT(m->n < UINT32_MAX / 2);
        grow(m);
    }
    uint64_t hash = cf_str_hash(key);
    size_t at = find_slot(m, key, hash);
    if (m->slots[at] != 0) {
        return &m->v[m->slots[at] - 1]->value;
    }
    struct entry *e = CF_NEW(m->arena, struct entry);
    *e = (struct entry){.key = cf_str_dup(m->arena, key), .hash = hash};
    *cf_push(m->arena, m) = e;
    m->slots[at] = (uint32_t)m->n;
    return &e->value;
}

static struct entry *find(const struct cf_map *m, struct cf_str key) {
    if (m->n == 0) {
        return NULL;
    }
    size_t at = find_slot(m, key, cf_str_hash(key));
    return m->slots[at] == 0 ? NULL : m->v[m->slots[at] - 1];
}

void *cf_map_get(const struct cf_map *m, struct cf_str key) {
    const struct entry *e = find(m, key);
    return e == NULL ? NULL : e->value;
}

bool cf_map_has(const struct cf_map *m, struct cf_str key) {
    return find(m, key) != NULL;
}

size_t cf_map_count(const struct cf_map *m) {
    return m->n;
}

struct cf_str cf_map_key(const struct cf_map *m, size_t i) {
    CF_ASSERT(i < m->n);
    return m->v[i]->key;
}

void *cf_map_value(const struct cf_map *m, size_t i) {
    CF_ASSERT(i < m->n);
    return m->v[i]->value;
}
