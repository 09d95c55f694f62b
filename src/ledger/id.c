/* SPDX-License-Identifier: AGPL-3.0-or-later
 * UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits, so that ids made on
 * machines that never meet do not collide, and rows of one time lie together. */
#include "base/hash.h"
#include "base/os.h"
#include "ledger/ledger_priv.h"

void ledger_random(const ledger *book, uint8_t *dst, size_t len)
{
    if (book->config.random != NULL) {
        book->config.random(book->config.random_ctx, dst, len);
    } else {
        lj_os_random(dst, len);
    }
}

void ledger_id_make(const ledger *book, int64_t at, uint8_t out[16])
{
    ledger_random(book, out, 16);
    for (int i = 0; i < 6; i++) {
        out[i] = (uint8_t)((uint64_t)at >> (40 - 8 * i));
    }
    out[6] = (uint8_t)(0x70 | (out[6] & 0x0F));
    out[8] = (uint8_t)(0x80 | (out[8] & 0x3F));
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Only the canonical form: lower case, with hyphens. */
bool ledger_id_read(lj_slice text, uint8_t out[16])
{
    if (text.len != 36) {
        return false;
    }
    uint8_t id[16];
    size_t at = 0;
    for (size_t i = 0; i < 36;) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text.ptr[i++] != '-') {
                return false;
            }
            continue;
        }
        int high = hex_digit(text.ptr[i]);
        int low = hex_digit(text.ptr[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        id[at++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    memcpy(out, id, 16);
    return true;
}

void ledger_id_print(const uint8_t id[16], char out[37])
{
    char hex[33];
    lj_hex(lj_slice_of(id, 16), hex);
    size_t to = 0;
    for (size_t i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20) {
            out[to++] = '-';
        }
        out[to++] = hex[i];
    }
    out[to] = '\0';
}
