/* SPDX-License-Identifier: AGPL-3.0-or-later
 * zlib's memory from an arena: counted against its ceiling, freed by the rewind of whoever opened
 * the stream. Set as zalloc and zfree with the lj_arena as opaque. */
#ifndef LJ_FORMATS_INFLATE_MEMORY_H
#define LJ_FORMATS_INFLATE_MEMORY_H

#include <zlib.h>

#include "base/arena.h"

static inline voidpf format_inflate_alloc(voidpf arena, uInt count, uInt size)
{
    return lj_arena_array(arena, count, size);
}

static inline void format_inflate_free(voidpf arena, voidpf ptr)
{
    (void)arena;
    (void)ptr;
}

#endif
