/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Is it UTF-8, and the decoder for what is nearly UTF-8.
 *
 * The check runs over every byte of every text file, so the bulk of it is done with vector
 * instructions where the machine has them (utf8_x86.c). That code only ever says "certainly valid
 * up to here"; the loop below, which is the whole check on other machines, decides the rest and
 * alone knows where an error is. So there is one definition of valid (Unicode table 3-7), and a
 * fault in the vector code can be found by comparing with this file. */
#include "text/charset_priv.h"

#include "base/json.h"

static bool is_ascii8(const uint8_t *at)
{
    uint64_t eight = 0;
    memcpy(&eight, at, sizeof(eight));
    return (eight & 0x8080808080808080u) == 0;
}

bool text_utf8_is_valid(lj_slice bytes, size_t *out_valid)
{
    size_t at = charset_utf8_prefix(text_vector_best(), bytes);
    while (at < bytes.len) {
        if (bytes.len - at >= 8 && is_ascii8(bytes.ptr + at)) {
            at += 8;
            continue;
        }
        size_t step = lj_utf8_step(lj_slice_part(bytes, at, 4));
        if (step == 0) {
            break;
        }
        at += step;
    }
    if (out_valid != NULL) {
        *out_valid = at;
    }
    return at == bytes.len;
}

/* How many bytes one U+FFFD replaces: the longest head of the broken sequence that a valid one
 * could begin with (Unicode 3.9, "maximal subpart"), so that no following letter is swallowed.
 * *out_cut tells that the slice ends inside a sequence that is right so far. */
static size_t broken_len(lj_slice at, bool *out_cut)
{
    uint8_t lead = at.ptr[0];
    size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    *out_cut = false;
    if (lead < 0xC2 || lead > 0xF4) {
        return 1;
    }
    size_t len = 1;
    while (len < want && len < at.len) {
        if (at.ptr[len] < low || at.ptr[len] > high) {
            return len;
        }
        low = 0x80;
        high = 0xBF;
        len++;
    }
    *out_cut = true;
    return len;
}

size_t charset_decode_utf8(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    size_t at = from;
    while (at < src.len && lj_buf_ok(sink->dst)) {
        size_t valid = 0;
        lj_slice rest = lj_slice_part(src, at, src.len - at);
        text_utf8_is_valid(rest, &valid);
        charset_put_utf8(sink, at, lj_slice_part(rest, 0, valid));
        at += valid;
        if (at < src.len) {
            bool cut = false;
            size_t len = broken_len(lj_slice_part(src, at, 4), &cut);
            if (cut && more) {
                return at;
            }
            charset_put(sink, at, CHARSET_BAD);
            at += len;
        }
    }
    return at;
}
