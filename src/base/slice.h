/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Borrowed bytes and borrowed text. Both travel by value and own nothing. */
#ifndef LJ_BASE_SLICE_H
#define LJ_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Any bytes; not terminated. ptr may be NULL only when len is 0. */
typedef struct lj_slice {
    const uint8_t *ptr;
    size_t len; /* bytes */
} lj_slice;

/* Bytes known to be valid UTF-8; only text/ and literals make one. Not terminated. */
typedef struct lj_str {
    const char *ptr;
    size_t len; /* bytes */
} lj_str;

/* A string literal as text or as bytes. */
#define LJ_STR(literal)   ((lj_str){("" literal), sizeof(literal) - 1})
#define LJ_BYTES(literal) ((lj_slice){(const uint8_t *)("" literal), sizeof(literal) - 1})

static inline lj_slice lj_slice_of(const void *ptr, size_t len)
{
    return (lj_slice){(const uint8_t *)ptr, len};
}

static inline lj_slice lj_str_bytes(lj_str str)
{
    return (lj_slice){(const uint8_t *)str.ptr, str.len};
}

static inline lj_slice lj_cstr_bytes(const char *cstr)
{
    return (lj_slice){(const uint8_t *)cstr, strlen(cstr)};
}

/* The caller states that the C string is UTF-8 (a name out of one of our own tables). */
static inline lj_str lj_cstr_str(const char *cstr)
{
    return (lj_str){cstr, strlen(cstr)};
}

/* The part [from, from + len) cut to what is there; empty when from lies outside. */
static inline lj_slice lj_slice_part(lj_slice slice, size_t from, size_t len)
{
    if (from >= slice.len) {
        return (lj_slice){NULL, 0};
    }
    size_t left = slice.len - from;
    return (lj_slice){slice.ptr + from, len < left ? len : left};
}

static inline bool lj_slice_is(lj_slice a, lj_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool lj_slice_has_prefix(lj_slice slice, lj_slice prefix)
{
    return slice.len >= prefix.len &&
           (prefix.len == 0 || memcmp(slice.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool lj_str_is(lj_str a, lj_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ASCII letters are compared without case; all other bytes as they are. */
bool lj_slice_is_nocase(lj_slice a, lj_slice b);

/* Offset of the first occurrence, or SIZE_MAX. An empty needle is found at 0. */
size_t lj_slice_find(lj_slice slice, lj_slice needle);

/* Byte order as memcmp, the shorter first; for sorting names and paths. */
int lj_slice_compare(lj_slice a, lj_slice b);

#endif
