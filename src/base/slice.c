/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The few slice operations that are not worth inlining. */
#define _GNU_SOURCE /* memmem */
#include "base/slice.h"

static uint8_t ascii_lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

bool lj_slice_is_nocase(lj_slice a, lj_slice b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

size_t lj_slice_find(lj_slice slice, lj_slice needle)
{
    if (needle.len == 0) {
        return 0;
    }
    if (slice.len < needle.len) {
        return SIZE_MAX;
    }
    const uint8_t *hit = memmem(slice.ptr, slice.len, needle.ptr, needle.len);
    return hit != NULL ? (size_t)(hit - slice.ptr) : SIZE_MAX;
}

int lj_slice_compare(lj_slice a, lj_slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.ptr, b.ptr, len) : 0;
    if (order != 0) {
        return order;
    }
    return a.len < b.len ? -1 : a.len > b.len ? 1 : 0;
}
