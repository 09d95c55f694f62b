/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Growing bytes with a mandatory ceiling. Failure is sticky: write many, ask once with lj_buf_ok().
 * With an arena the bytes live there; without one they are on the heap and lj_buf_done() frees
 * them. */
#ifndef LJ_BASE_BUF_H
#define LJ_BASE_BUF_H

#include "base/arena.h"
#include "base/slice.h"

typedef struct lj_buf {
    uint8_t *ptr;
    size_t len; /* bytes written */
    size_t cap;
    size_t max_len; /* ceiling in bytes */
    lj_arena *arena;
    bool bad; /* the ceiling was reached or memory ran out; nothing more is written */
} lj_buf;

/* arena may be NULL: heap. */
void lj_buf_init(lj_buf *buf, lj_arena *arena, size_t max_len);
void lj_buf_done(lj_buf *buf); /* accepts a buffer on an arena or a zeroed one */

void lj_buf_clear(lj_buf *buf); /* len 0, not bad; keeps the memory */
static inline bool lj_buf_ok(const lj_buf *buf)
{
    return !buf->bad;
}
/* For checkers: whoever runs over the end of what was written is found. */
static inline void lj_buf_hide_rest(const lj_buf *buf)
{
    enum { MOST = 64 };
    if (buf->arena != NULL && buf->len > 0) {
        size_t left = buf->cap - buf->len;
        LJ_ARENA_HIDE(buf->ptr + buf->len, left < MOST ? left : MOST);
    }
}
static inline lj_slice lj_buf_slice(const lj_buf *buf)
{
    lj_buf_hide_rest(buf);
    return (lj_slice){buf->ptr, buf->len};
}
/* The caller states that only valid UTF-8 was written. */
static inline lj_str lj_buf_str(const lj_buf *buf)
{
    lj_buf_hide_rest(buf);
    return (lj_str){(const char *)buf->ptr, buf->len};
}

/* Room for len more bytes behind buf->len, to be written by the caller who then adds to buf->len;
 * NULL when bad. */
uint8_t *lj_buf_room(lj_buf *buf, size_t len);

void lj_buf_put(lj_buf *buf, lj_slice bytes);
void lj_buf_put_cstr(lj_buf *buf, const char *text);
void lj_buf_put_u8(lj_buf *buf, uint8_t value);
void lj_buf_put_u16le(lj_buf *buf, uint16_t value);
void lj_buf_put_u32le(lj_buf *buf, uint32_t value);
void lj_buf_put_u64le(lj_buf *buf, uint64_t value);
/* Decimal digits. */
void lj_buf_put_dec(lj_buf *buf, uint64_t value);
/* A code point as UTF-8; surrogates and values above 10FFFF become U+FFFD. */
void lj_buf_put_utf8(lj_buf *buf, uint32_t code_point);

#endif
