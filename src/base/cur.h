/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A cursor reads over a slice. Past the end it gives zero and stays bad: no read can go wild.
 * Rule: nothing read from a cursor is used as size, count, offset or loop bound before lj_cur_ok()
 * and a check against lj_cur_left(). */
#ifndef LJ_BASE_CUR_H
#define LJ_BASE_CUR_H

#include "base/slice.h"

typedef struct lj_cur {
    lj_slice src;
    size_t pos; /* bytes; never above src.len */
    bool bad;   /* a read went past the end; sticky */
} lj_cur;

static inline lj_cur lj_cur_of(lj_slice src)
{
    return (lj_cur){src, 0, false};
}
static inline bool lj_cur_ok(const lj_cur *cur)
{
    return !cur->bad;
}
static inline size_t lj_cur_left(const lj_cur *cur)
{
    return cur->bad ? 0 : cur->src.len - cur->pos;
}

/* The next len bytes, borrowed; empty and bad when there are fewer. */
static inline lj_slice lj_cur_bytes(lj_cur *cur, size_t len)
{
    if (cur->bad || cur->src.len - cur->pos < len) {
        cur->bad = true;
        return (lj_slice){NULL, 0};
    }
    /* an empty slice may have no pointer, and adding to that is undefined even for nothing */
    lj_slice part = {len > 0 ? cur->src.ptr + cur->pos : cur->src.ptr, len};
    cur->pos += len;
    return part;
}
static inline void lj_cur_skip(lj_cur *cur, size_t len)
{
    (void)lj_cur_bytes(cur, len);
}

static inline uint8_t lj_cur_u8(lj_cur *cur)
{
    lj_slice b = lj_cur_bytes(cur, 1);
    return b.len == 1 ? b.ptr[0] : 0;
}
static inline uint16_t lj_cur_u16le(lj_cur *cur)
{
    lj_slice b = lj_cur_bytes(cur, 2);
    return b.len == 2 ? (uint16_t)(b.ptr[0] | (b.ptr[1] << 8)) : 0;
}
static inline uint32_t lj_cur_u32le(lj_cur *cur)
{
    lj_slice b = lj_cur_bytes(cur, 4);
    return b.len == 4 ? (uint32_t)b.ptr[0] | (uint32_t)b.ptr[1] << 8 | (uint32_t)b.ptr[2] << 16 |
                            (uint32_t)b.ptr[3] << 24
                      : 0;
}
static inline uint64_t lj_cur_u64le(lj_cur *cur)
{
    uint64_t low = lj_cur_u32le(cur);
    uint64_t high = lj_cur_u32le(cur);
    return cur->bad ? 0 : low | high << 32;
}
static inline uint16_t lj_cur_u16be(lj_cur *cur)
{
    lj_slice b = lj_cur_bytes(cur, 2);
    return b.len == 2 ? (uint16_t)(b.ptr[0] << 8 | b.ptr[1]) : 0;
}
static inline uint32_t lj_cur_u32be(lj_cur *cur)
{
    uint32_t high = lj_cur_u16be(cur);
    uint32_t low = lj_cur_u16be(cur);
    return cur->bad ? 0 : high << 16 | low;
}

#endif
