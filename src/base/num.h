/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Checked arithmetic for everything that came from input, and saturating sums for counters. */
#ifndef LJ_BASE_NUM_H
#define LJ_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LJ_KIB ((uint64_t)1024)
#define LJ_MIB (LJ_KIB * 1024)
#define LJ_GIB (LJ_MIB * 1024)

#define LJ_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* True when the sum or product fits; *out is written only then. */
static inline bool lj_add_size(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}
static inline bool lj_mul_size(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}
static inline bool lj_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}
static inline bool lj_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

/* For counters: stays at the top instead of wrapping. */
static inline uint64_t lj_sat_add_u64(uint64_t a, uint64_t b)
{
    uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline size_t lj_min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}
static inline uint64_t lj_min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
static inline uint64_t lj_max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* True when [off, off + len) lies inside [0, size). */
static inline bool lj_range_fits(uint64_t off, uint64_t len, uint64_t size)
{
    return off <= size && len <= size - off;
}

#endif
