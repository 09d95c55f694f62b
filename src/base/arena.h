/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Memory per unit of work, with a hard ceiling, freed as a whole. The ceiling is the defence
 * against bombs: an allocation beyond it gives NULL and the caller says LJ_E_LIMIT. Scopes: mark,
 * allocate, rewind. Under AddressSanitizer what is rewound is poisoned, and a gap behind each
 * allocation. Not for several threads. */
#ifndef LJ_BASE_ARENA_H
#define LJ_BASE_ARENA_H

#include "base/slice.h"

#if defined(__SANITIZE_ADDRESS__)
#define LJ_ARENA_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LJ_ARENA_CHECKED 1
#endif
#endif
/* Under AddressSanitizer a touch of hidden bytes is reported until they are shown: for the room of
 * a buffer behind what it holds. Else nothing happens. */
#ifdef LJ_ARENA_CHECKED
#include <sanitizer/asan_interface.h>
#define LJ_ARENA_HIDE(ptr, len) __asan_poison_memory_region((ptr), (len))
#define LJ_ARENA_SHOW(ptr, len) __asan_unpoison_memory_region((ptr), (len))
#else
#define LJ_ARENA_HIDE(ptr, len) ((void)(ptr), (void)(len))
#define LJ_ARENA_SHOW(ptr, len) ((void)(ptr), (void)(len))
#endif

typedef struct lj_arena lj_arena;

/* A place to rewind to; valid until an earlier mark of the same arena is rewound to. */
typedef struct lj_arena_mark {
    void *chunk;
    size_t used;
    size_t total;
} lj_arena_mark;

/* max_len: bytes the arena may hold in all. NULL when the machine has no memory. Yours to free. */
lj_arena *lj_arena_new(size_t max_len);
void lj_arena_free(lj_arena *arena); /* accepts NULL */

/* len bytes, zeroed, aligned to 16; NULL at the ceiling or without memory. len 0 gives a valid
 * pointer. */
void *lj_arena_alloc(lj_arena *arena, size_t len);
/* The same with bytes of any value: for room that is filled at once, however large it is. */
void *lj_arena_alloc_raw(lj_arena *arena, size_t len);
/* count * size bytes, zeroed; with the product checked. */
void *lj_arena_array(lj_arena *arena, size_t count, size_t size);
/* Grows the newest allocation in place where that is possible, else copies; what is new is zeroed.
 * NULL as lj_arena_alloc, and the old one stays. */
void *lj_arena_grow(lj_arena *arena, void *old, size_t old_len, size_t new_len);
void *lj_arena_grow_raw(lj_arena *arena, void *old, size_t old_len, size_t new_len);
/* A copy inside the arena; a slice with ptr NULL and len 0 when it does not fit (or when src is
 * empty). */
lj_slice lj_arena_copy(lj_arena *arena, lj_slice src);
/* The same as a C string, cut at nothing: the caller knows that src holds no NUL. NULL when it does
 * not fit. */
char *lj_arena_cstr(lj_arena *arena, lj_slice src);

lj_arena_mark lj_arena_mark_of(const lj_arena *arena);
void lj_arena_rewind(lj_arena *arena, lj_arena_mark mark);

size_t lj_arena_used(const lj_arena *arena); /* bytes handed out now */
size_t lj_arena_left(const lj_arena *arena); /* bytes until the ceiling */

#endif
