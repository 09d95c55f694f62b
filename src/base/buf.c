/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Growing bytes; doubling growth below the ceiling. */
#include "base/buf.h"

#include <stdlib.h>

#include "base/num.h"

void lj_buf_init(lj_buf *buf, lj_arena *arena, size_t max_len)
{
    *buf = (lj_buf){.max_len = max_len, .arena = arena};
}

void lj_buf_done(lj_buf *buf)
{
    if (buf->arena == NULL) {
        free(buf->ptr);
    }
    *buf = (lj_buf){.max_len = buf->max_len, .arena = buf->arena};
}

void lj_buf_clear(lj_buf *buf)
{
    buf->len = 0;
    buf->bad = false;
}

uint8_t *lj_buf_room(lj_buf *buf, size_t len)
{
    size_t need = 0;
    if (buf->bad || !lj_add_size(buf->len, len, &need) || need > buf->max_len) {
        buf->bad = true;
        return NULL;
    }
    if (need > buf->cap || buf->ptr == NULL) {
        size_t cap = buf->cap < 64 ? 64 : buf->cap;
        while (cap < need) {
            cap = cap > buf->max_len / 2 ? buf->max_len : cap * 2;
        }
        if (cap > buf->max_len && need <= buf->max_len) {
            cap = buf->max_len > 0 ? buf->max_len : 1;
        }
        if (buf->arena != NULL && buf->ptr != NULL) {
            LJ_ARENA_SHOW(buf->ptr, buf->cap);
        }
        uint8_t *ptr = buf->arena != NULL ? lj_arena_grow_raw(buf->arena, buf->ptr, buf->cap, cap)
                                          : realloc(buf->ptr, cap);
        if (ptr == NULL) {
            buf->bad = true;
            return NULL;
        }
        buf->ptr = ptr;
        buf->cap = cap;
    }
    if (buf->arena != NULL) {
        LJ_ARENA_SHOW(buf->ptr + buf->len, len);
    }
    return buf->ptr + buf->len;
}

void lj_buf_put(lj_buf *buf, lj_slice bytes)
{
    uint8_t *room = bytes.len > 0 ? lj_buf_room(buf, bytes.len) : NULL;
    if (room != NULL) {
        memcpy(room, bytes.ptr, bytes.len);
        buf->len += bytes.len;
    }
}

void lj_buf_put_cstr(lj_buf *buf, const char *text)
{
    lj_buf_put(buf, lj_cstr_bytes(text));
}

void lj_buf_put_u8(lj_buf *buf, uint8_t value)
{
    lj_buf_put(buf, lj_slice_of(&value, 1));
}

static void put_le(lj_buf *buf, uint64_t value, size_t len)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    lj_buf_put(buf, lj_slice_of(bytes, len));
}

void lj_buf_put_u16le(lj_buf *buf, uint16_t value)
{
    put_le(buf, value, 2);
}

void lj_buf_put_u32le(lj_buf *buf, uint32_t value)
{
    put_le(buf, value, 4);
}

void lj_buf_put_u64le(lj_buf *buf, uint64_t value)
{
    put_le(buf, value, 8);
}

void lj_buf_put_dec(lj_buf *buf, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    lj_buf_put(buf, lj_slice_of(digits + at, sizeof(digits) - at));
}

void lj_buf_put_utf8(lj_buf *buf, uint32_t code_point)
{
    uint8_t out[4];
    size_t len = 0;
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
        code_point = 0xFFFD;
    }
    if (code_point < 0x80) {
        out[len++] = (uint8_t)code_point;
    } else if (code_point < 0x800) {
        out[len++] = (uint8_t)(0xC0 | code_point >> 6);
        out[len++] = (uint8_t)(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        out[len++] = (uint8_t)(0xE0 | code_point >> 12);
        out[len++] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
        out[len++] = (uint8_t)(0x80 | (code_point & 0x3F));
    } else {
        out[len++] = (uint8_t)(0xF0 | code_point >> 18);
        out[len++] = (uint8_t)(0x80 | (code_point >> 12 & 0x3F));
        out[len++] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
        out[len++] = (uint8_t)(0x80 | (code_point & 0x3F));
    }
    lj_buf_put(buf, lj_slice_of(out, len));
}
