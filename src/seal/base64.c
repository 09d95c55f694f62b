/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Base64 out, and in: only what would come out. */
#include "seal/base64.h"

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void seal_base64_put(lj_buf *dst, lj_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t three = (uint32_t)bytes.ptr[i] << 16;
        three |= left > 1 ? (uint32_t)bytes.ptr[i + 1] << 8 : 0;
        three |= left > 2 ? bytes.ptr[i + 2] : 0;
        lj_buf_put_u8(dst, (uint8_t)DIGITS[three >> 18]);
        lj_buf_put_u8(dst, (uint8_t)DIGITS[three >> 12 & 63]);
        lj_buf_put_u8(dst, left > 1 ? (uint8_t)DIGITS[three >> 6 & 63] : '=');
        lj_buf_put_u8(dst, left > 2 ? (uint8_t)DIGITS[three & 63] : '=');
    }
}

/* 64 for what is no digit. */
static uint32_t digit_of(uint8_t letter)
{
    const char *at = letter != 0 ? strchr(DIGITS, letter) : NULL;
    return at != NULL ? (uint32_t)(at - DIGITS) : 64;
}

bool seal_base64_take(lj_slice text, uint8_t *out, size_t cap, size_t *out_len)
{
    if (text.len % 4 != 0) {
        return false;
    }
    size_t pad = text.len == 0 || text.ptr[text.len - 1] != '=' ? 0
                 : text.ptr[text.len - 2] != '='                ? 1
                                                                : 2;
    size_t len = text.len / 4 * 3 - pad;
    if (len > cap) {
        return false;
    }
    for (size_t i = 0; i < text.len; i += 4) {
        uint32_t all = 0;
        size_t cut = i + 4 == text.len ? pad : 0;
        for (size_t k = 0; k < 4; k++) {
            uint32_t digit = k + cut < 4 ? digit_of(text.ptr[i + k]) : 0;
            if (digit > 63) {
                return false;
            }
            all = all << 6 | digit;
        }
        if ((all & (((uint32_t)1 << (8 * cut)) - 1)) != 0) {
            return false; /* bits behind the last byte */
        }
        for (size_t k = 0; k + cut < 3; k++) {
            out[i / 4 * 3 + k] = (uint8_t)(all >> (16 - 8 * k));
        }
    }
    *out_len = len;
    return true;
}
