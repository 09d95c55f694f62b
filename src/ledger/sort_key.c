/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/sort_key.h"

#include "base/json.h"
#include "base/num.h"

void sort_key_put(lj_slice text, lj_buf *dst)
{
    size_t len = lj_min_size(text.len, SORT_KEY_MAX);
    for (size_t i = 0; i < len; i++) {
        uint8_t c = text.ptr[i];
        lj_buf_put_u8(dst, c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c);
    }
}
