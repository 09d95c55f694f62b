/* SPDX-License-Identifier: AGPL-3.0-or-later
 * ASCII: one byte, lower case. Han with a place in the pinyin order: two bytes from 80 on. All
 * other characters: F0 and the code point. So Latin comes first, then Han by pinyin, then the rest.
 */
#include "ledger/sort_key.h"

#include "base/json.h"
#include "base/num.h"

enum { HAN_FIRST = 0x4E00, HAN_LAST = 0x9FFF };
extern const uint16_t
    sort_key_ranks[HAN_LAST - HAN_FIRST + 1]; /* made by tools/pinyin.c; 0: none */

static uint32_t point_of(lj_slice at, size_t step)
{
    uint32_t c = at.ptr[0] & (0xFFu >> (step + 1));
    for (size_t i = 1; i < step; i++) {
        c = c << 6 | (at.ptr[i] & 0x3Fu);
    }
    return c;
}

void sort_key_put(lj_slice text, lj_buf *dst)
{
    size_t begin = dst->len;
    while (text.len > 0 && dst->len - begin + 4 <= SORT_KEY_MAX) {
        size_t step = lj_utf8_step(text);
        uint8_t c = text.ptr[0];
        if (step <= 1) {
            lj_buf_put_u8(dst, c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c & 0x7F);
            step = 1;
        } else {
            uint32_t point = point_of(text, step);
            uint32_t rank =
                point >= HAN_FIRST && point <= HAN_LAST ? sort_key_ranks[point - HAN_FIRST] : 0;
            if (rank > 0) {
                lj_buf_put_u8(dst, (uint8_t)(0x80 + (rank >> 8)));
                lj_buf_put_u8(dst, (uint8_t)rank);
            } else {
                lj_buf_put_u8(dst, 0xF0);
                lj_buf_put_u8(dst, (uint8_t)(point >> 16));
                lj_buf_put_u8(dst, (uint8_t)(point >> 8));
                lj_buf_put_u8(dst, (uint8_t)point);
            }
        }
        text = lj_slice_part(text, step, text.len);
    }
}
