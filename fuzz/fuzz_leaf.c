/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of a log entry: what is read writes to the same bytes again, or it is refused. */
#include "seal/leaf.h"

#include "base/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    lj_arena *arena = lj_arena_new(LJ_MIB);
    lj_slice src = lj_slice_of(bytes, len);
    seal_leaf leaf;
    lj_buf again;
    LJ_ASSERT(arena != NULL);
    if (seal_leaf_read(src, arena, &leaf, NULL) == LJ_OK) {
        lj_buf_init(&again, arena, SEAL_LEAF_MAX);
        LJ_ASSERT(seal_leaf_write(&leaf, &again, NULL) == LJ_OK);
        LJ_ASSERT(lj_slice_is(lj_buf_slice(&again), src));
    }
    lj_arena_free(arena);
    return 0;
}
