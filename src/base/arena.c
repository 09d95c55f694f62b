/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Chunked arena. Chunks double up to 1 MiB; a larger request gets a chunk of its own size.
 * Rewinding frees the chunks that are newer than the mark, but keeps one small chunk so that a loop
 * of mark and rewind costs nothing. */
#include "base/arena.h"

#include <stdlib.h>

#include "base/num.h"

enum {
    ARENA_ALIGN = 16,
    ARENA_FIRST = 16 * 1024,
    ARENA_CHUNK_MAX = 1024 * 1024,
#ifdef LJ_ARENA_CHECKED
    ARENA_GAP = 16, /* hidden bytes behind an allocation; not counted against the ceiling */
    /* Rewound memory stays hidden until half of its chunk is used: what outlives its scope - a
     * buffer that grew inside one, say - is found also when something else would have been put
     * there by then. */
    ARENA_REUSES = 0,
#else
    ARENA_GAP = 0,
    ARENA_REUSES = 1,
#endif
};

typedef struct arena_chunk {
    struct arena_chunk *prev;
    size_t cap;  /* bytes behind the header */
    size_t used; /* bytes handed out, with gaps; a multiple of ARENA_ALIGN */
    size_t pad;  /* keeps the data aligned */
} arena_chunk;

struct lj_arena {
    arena_chunk *last;
    arena_chunk *spare; /* one empty chunk kept after a rewind */
    size_t max_len;
    size_t total; /* bytes handed out in all chunks */
    size_t next_cap;
};

static uint8_t *chunk_data(arena_chunk *chunk)
{
    return (uint8_t *)(chunk + 1);
}

lj_arena *lj_arena_new(size_t max_len)
{
    lj_arena *arena = calloc(1, sizeof(*arena));
    if (arena != NULL) {
        arena->max_len = max_len;
        arena->next_cap = ARENA_FIRST;
    }
    return arena;
}

static void chunk_free(arena_chunk *chunk)
{
    LJ_ARENA_SHOW(chunk_data(chunk), chunk->cap);
    free(chunk);
}

void lj_arena_free(lj_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    while (arena->last != NULL) {
        arena_chunk *prev = arena->last->prev;
        chunk_free(arena->last);
        arena->last = prev;
    }
    if (arena->spare != NULL) {
        chunk_free(arena->spare);
    }
    free(arena);
}

static bool arena_add_chunk(lj_arena *arena, size_t need)
{
    arena_chunk *chunk = arena->spare;
    if (chunk != NULL && chunk->cap >= need) {
        arena->spare = NULL;
    } else {
        size_t cap = arena->next_cap > need ? arena->next_cap : need;
        size_t all = 0;
        if (!lj_add_size(cap, sizeof(*chunk), &all)) {
            return false;
        }
        chunk = malloc(all);
        if (chunk == NULL) {
            return false;
        }
        chunk->cap = cap;
        LJ_ARENA_HIDE(chunk_data(chunk), cap);
        if (arena->next_cap < ARENA_CHUNK_MAX) {
            arena->next_cap *= 2;
        }
    }
    chunk->used = 0;
    chunk->prev = arena->last;
    arena->last = chunk;
    return true;
}

/* The room that len bytes take, or 0 when they can never fit. */
static size_t arena_room(const lj_arena *arena, size_t len)
{
    size_t room = 0;
    if (!lj_add_size(len > 0 ? len : 1, ARENA_ALIGN - 1, &room)) {
        return 0;
    }
    room &= ~(size_t)(ARENA_ALIGN - 1);
    return room <= arena->max_len - arena->total ? room : 0;
}

void *lj_arena_alloc_raw(lj_arena *arena, size_t len)
{
    size_t room = arena_room(arena, len);
    if (room == 0) {
        return NULL;
    }
    arena_chunk *chunk = arena->last;
    if (chunk == NULL || chunk->cap - chunk->used < room + ARENA_GAP) {
        if (!arena_add_chunk(arena, room + ARENA_GAP)) {
            return NULL;
        }
        chunk = arena->last;
    }
    uint8_t *ptr = chunk_data(chunk) + chunk->used;
    chunk->used += room + ARENA_GAP;
    arena->total += room;
    LJ_ARENA_SHOW(ptr, len);
    return ptr;
}

void *lj_arena_alloc(lj_arena *arena, size_t len)
{
    void *ptr = lj_arena_alloc_raw(arena, len);
    if (ptr != NULL) {
        memset(ptr, 0, len);
    }
    return ptr;
}

void *lj_arena_array(lj_arena *arena, size_t count, size_t size)
{
    size_t len = 0;
    return lj_mul_size(count, size, &len) ? lj_arena_alloc(arena, len) : NULL;
}

void *lj_arena_grow_raw(lj_arena *arena, void *old, size_t old_len, size_t new_len)
{
    arena_chunk *chunk = arena->last;
    size_t old_room = ((old_len > 0 ? old_len : 1) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    size_t old_all = old_room + ARENA_GAP;
    if (old != NULL && chunk != NULL && new_len >= old_len && old_all <= chunk->used &&
        (uint8_t *)old == chunk_data(chunk) + chunk->used - old_all &&
        new_len <= chunk->cap - (chunk->used - old_all)) {
        size_t room = (new_len + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
        if (room < old_room) {
            room = old_room;
        }
        if (room + ARENA_GAP <= chunk->cap - (chunk->used - old_all) &&
            room - old_room <= arena->max_len - arena->total) {
            chunk->used += room - old_room;
            arena->total += room - old_room;
            LJ_ARENA_SHOW(old, new_len);
            return old;
        }
    }
    void *fresh = lj_arena_alloc_raw(arena, new_len);
    if (fresh != NULL && old != NULL) {
        memcpy(fresh, old, old_len < new_len ? old_len : new_len);
    }
    return fresh;
}

void *lj_arena_grow(lj_arena *arena, void *old, size_t old_len, size_t new_len)
{
    size_t kept = old != NULL ? lj_min_size(old_len, new_len) : 0;
    uint8_t *grown = lj_arena_grow_raw(arena, old, old_len, new_len);
    if (grown != NULL) {
        memset(grown + kept, 0, new_len - kept);
    }
    return grown;
}

lj_slice lj_arena_copy(lj_arena *arena, lj_slice src)
{
    if (src.len == 0) {
        return (lj_slice){NULL, 0};
    }
    uint8_t *copy = lj_arena_alloc_raw(arena, src.len);
    if (copy == NULL) {
        return (lj_slice){NULL, 0};
    }
    memcpy(copy, src.ptr, src.len);
    return (lj_slice){copy, src.len};
}

char *lj_arena_cstr(lj_arena *arena, lj_slice src)
{
    size_t len = 0;
    char *copy = lj_add_size(src.len, 1, &len) ? lj_arena_alloc(arena, len) : NULL;
    if (copy != NULL && src.len > 0) {
        memcpy(copy, src.ptr, src.len);
    }
    return copy;
}

lj_arena_mark lj_arena_mark_of(const lj_arena *arena)
{
    return (lj_arena_mark){arena->last, arena->last != NULL ? arena->last->used : 0, arena->total};
}

void lj_arena_rewind(lj_arena *arena, lj_arena_mark mark)
{
    while (arena->last != NULL && arena->last != mark.chunk) {
        arena_chunk *chunk = arena->last;
        arena->last = chunk->prev;
        LJ_ARENA_HIDE(chunk_data(chunk), chunk->used);
        if (arena->spare == NULL && chunk->cap <= ARENA_CHUNK_MAX) {
            arena->spare = chunk;
        } else {
            chunk_free(chunk);
        }
    }
    if (arena->last != NULL) {
        LJ_ARENA_HIDE(chunk_data(arena->last) + mark.used, arena->last->used - mark.used);
        if (ARENA_REUSES || arena->last->used > arena->last->cap / 2) {
            arena->last->used = mark.used;
        }
    }
    arena->total = mark.total;
}

size_t lj_arena_used(const lj_arena *arena)
{
    return arena->total;
}

size_t lj_arena_left(const lj_arena *arena)
{
    return arena->max_len - arena->total;
}
