/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Decoders of the charsets without shift states: GB18030, Big5, UTF-16, UTF-32, Windows-1252.
 *
 * GB 18030-2005: lead 81..FE; trail 40..7E, 80..FE makes a pair, 30..39 begins a four-byte code
 * (lead, digit, lead, digit). Big5 with HKSCS-2008: lead 81..FE, trail 40..7E, A1..FE. Rules for
 * what fits nothing, chosen so that one wrong byte costs as little as possible and so that seeds.c
 * can find character boundaries from the bytes alone:
 *   - a byte that cannot be a lead, or a lead before a byte that cannot be a trail: that one byte
 * is U+FFFD, the next byte is looked at afresh (an ASCII letter after a stray lead is kept);
 *   - a well-formed pair or four-byte code without a character: U+FFFD for all of its bytes;
 *   - 0x80 alone is the euro sign of code page 936, which Windows programs write into "GBK" files.
 */
#include "text/charset_priv.h"

#include "base/num.h"

enum { BLOCK = 8192 /* source bytes decoded between two looks at the room */ };

static bool is_gb_trail(uint8_t byte)
{
    return byte >= 0x40 && byte != 0x7F && byte != 0xFF;
}

static bool is_big5_trail(uint8_t byte)
{
    return (byte >= 0x40 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xFE);
}

static bool is_lead(uint8_t byte)
{
    return byte >= 0x81 && byte <= 0xFE;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static inline uint32_t pair_of(const uint32_t *pairs, uint8_t lead, uint8_t trail)
{
    return pairs[(size_t)(lead & 0x7F) << 8 | trail];
}

uint32_t charset_unpack(uint32_t packed)
{
    uint32_t lead = packed & 0xFF;
    if (lead >= 0xF0) {
        return (lead & 0x07) << 18 | (packed >> 8 & 0x3F) << 12 | (packed >> 16 & 0x3F) << 6 |
               (packed >> 24 & 0x3F);
    }
    return lead >= 0xE0 ? (lead & 0x0F) << 12 | (packed >> 8 & 0x3F) << 6 | (packed >> 16 & 0x3F)
                        : (lead & 0x1F) << 6 | (packed >> 8 & 0x3F);
}

uint32_t charset_gb_four(const uint8_t *code)
{
    uint32_t linear = (((uint32_t)code[0] - 0x81) * 10 + (code[1] - 0x30u)) * 1260 +
                      (code[2] - 0x81u) * 10 + (code[3] - 0x30u);
    if (code[0] >= 0x90) {
        uint32_t above = linear - (0x90 - 0x81) * 12600;
        return above < 0x100000 ? 0x10000 + above : CHARSET_BAD;
    }
    size_t low = 0;
    size_t high = charset_gb_range_count;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (charset_gb_ranges[mid].linear <= linear) {
            low = mid;
        } else {
            high = mid;
        }
    }
    const charset_range *row = &charset_gb_ranges[low];
    return linear >= row->linear && linear - row->linear < row->count
               ? row->code_point + (linear - row->linear)
               : CHARSET_BAD;
}

static size_t step_gb(lj_slice at, uint32_t *out)
{
    uint8_t lead = at.ptr[0];
    *out = lead < 0x80 ? lead : lead == 0x80 ? 0x20AC : CHARSET_BAD;
    if (!is_lead(lead)) {
        return 1;
    }
    if (at.len < 2) {
        return 0;
    }
    if (is_gb_trail(at.ptr[1])) {
        uint32_t packed = pair_of(charset_gb_pairs, lead, at.ptr[1]);
        *out = packed != 0 ? charset_unpack(packed) : CHARSET_BAD;
        return 2;
    }
    if (!is_digit(at.ptr[1]) || (at.len > 2 && !is_lead(at.ptr[2])) ||
        (at.len > 3 && !is_digit(at.ptr[3]))) {
        return 1;
    }
    if (at.len < 4) {
        return 0;
    }
    *out = charset_gb_four(at.ptr);
    return 4;
}

static size_t step_big5(lj_slice at, uint32_t *out)
{
    uint8_t lead = at.ptr[0];
    *out = lead < 0x80 ? lead : CHARSET_BAD;
    if (!is_lead(lead)) {
        return 1;
    }
    if (at.len < 2) {
        return 0;
    }
    if (!is_big5_trail(at.ptr[1])) {
        return 1;
    }
    uint32_t packed = pair_of(charset_big5_pairs, lead, at.ptr[1]);
    *out = packed != 0 ? charset_unpack(packed) : CHARSET_BAD;
    return 2;
}

static uint32_t unit16(const uint8_t *at, bool big)
{
    return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static size_t step_utf16(lj_slice at, bool big, uint32_t *out)
{
    if (at.len < 2) {
        return 0;
    }
    uint32_t unit = unit16(at.ptr, big);
    *out = unit;
    if (unit < 0xD800 || unit > 0xDFFF) {
        return 2;
    }
    *out = CHARSET_BAD;
    if (unit >= 0xDC00) {
        return 2;
    }
    if (at.len < 4) {
        return 0;
    }
    uint32_t second = unit16(at.ptr + 2, big);
    if (second < 0xDC00 || second > 0xDFFF) {
        return 2;
    }
    *out = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
    return 4;
}

static size_t step_utf32(lj_slice at, bool big, uint32_t *out)
{
    if (at.len < 4) {
        return 0;
    }
    uint32_t high = unit16(at.ptr + (big ? 0 : 2), big);
    uint32_t value = high << 16 | unit16(at.ptr + (big ? 2 : 0), big);
    *out = value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) ? CHARSET_BAD : value;
    return 4;
}

static size_t step_utf8(lj_slice at, uint32_t *out)
{
    static const uint8_t masks[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint8_t lead = at.ptr[0];
    size_t want = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
    *out = CHARSET_BAD;
    if (lead >= 0x80 && want == 1) {
        return 1;
    }
    uint32_t value = lead & masks[want];
    for (size_t i = 1; i < want; i++) {
        if (i >= at.len) {
            return 0;
        }
        if ((at.ptr[i] & 0xC0) != 0x80) {
            return i;
        }
        value = value << 6 | (at.ptr[i] & 0x3F);
    }
    bool bad = (want == 3 && (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF))) ||
               (want == 4 && (value < 0x10000 || value > 0x10FFFF));
    *out = bad ? CHARSET_BAD : value;
    return bad ? 1 : want;
}

/* Windows-1252 from 80 to 9F; the five holes are the C1 controls, as browsers read them. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

size_t charset_step(text_charset charset, lj_slice at, uint32_t *out_code_point)
{
    *out_code_point = CHARSET_BAD;
    if (at.len == 0) {
        return 0;
    }
    switch (charset) {
    case TEXT_GB18030:
        return step_gb(at, out_code_point);
    case TEXT_BIG5:
        return step_big5(at, out_code_point);
    case TEXT_UTF16LE:
    case TEXT_UTF16BE:
        return step_utf16(at, charset == TEXT_UTF16BE, out_code_point);
    case TEXT_UTF32LE:
    case TEXT_UTF32BE:
        return step_utf32(at, charset == TEXT_UTF32BE, out_code_point);
    case TEXT_LATIN1:
        *out_code_point =
            at.ptr[0] >= 0x80 && at.ptr[0] < 0xA0 ? windows_1252[at.ptr[0] - 0x80] : at.ptr[0];
        return 1;
    case TEXT_UTF8:
    case TEXT_HZ:
    case TEXT_UTF7:
    case TEXT_ISO2022CN:
        return step_utf8(at, out_code_point);
    }
    return 1;
}

/* ---- decoders ---- */

static inline void store_packed(uint8_t *out, uint32_t packed)
{
    out[0] = (uint8_t)packed;
    out[1] = (uint8_t)(packed >> 8);
    out[2] = (uint8_t)(packed >> 16);
    out[3] = (uint8_t)(packed >> 24);
}

/* No character of the tables is ASCII, so there are at least two bytes. */
static inline size_t packed_len(uint32_t packed)
{
    return 2u + (packed > 0xFFFF) + (packed > 0xFFFFFF);
}

/* Everything by single steps: the ends of pieces, the charsets that are rare, and the last bytes
 * before a ceiling. */
static size_t decode_steps(charset_sink *sink, text_charset charset, lj_slice src, size_t from,
                           size_t until, bool more)
{
    size_t at = from;
    while (at < until && lj_buf_ok(sink->dst)) {
        uint32_t code_point = CHARSET_BAD;
        size_t step = charset_step(charset, lj_slice_part(src, at, 4), &code_point);
        if (step == 0 && more) {
            break;
        }
        if (step == 0) {
            /* Cut off by the end. The letters of a four-byte code that is none are not swallowed.
             */
            step = charset == TEXT_GB18030 || charset == TEXT_BIG5 ? 1 : src.len - at;
        }
        uint32_t packed = charset == TEXT_BIG5 && step == 2
                              ? pair_of(charset_big5_pairs, src.ptr[at], src.ptr[at + 1])
                              : 0;
        if (packed != 0) {
            /* Whole, because four codes stand for two code points. */
            uint8_t bytes[4];
            store_packed(bytes, packed);
            charset_put_utf8(sink, at, lj_slice_of(bytes, packed_len(packed)));
        } else {
            charset_put(sink, at, code_point);
        }
        at += step;
    }
    return at;
}

static inline bool is_three(uint32_t packed)
{
    return packed - 0x10000 < 0xFF0000;
}

/* Room for the characters that begin in the next `len` source bytes, each byte of them at most 3 of
 * text and one row; 0 when the ceilings are too near for that and single steps must find out how
 * much fits. */
static size_t block_room(const charset_sink *sink, size_t len)
{
    size_t room = (sink->dst->max_len - sink->dst->len) / 4;
    if (sink->rows != NULL) {
        size_t rows = (sink->rows->max_len - sink->rows->len) / (2 * sizeof(text_map_row));
        room = lj_min_size(room, rows);
    }
    len = lj_min_size(lj_min_size(len, room), BLOCK);
    return len >= 16 ? len : 0;
}

static inline uint32_t pack_utf8(uint32_t code_point, size_t *out_len)
{
    if (code_point < 0x80) {
        *out_len = 1;
        return code_point;
    }
    uint32_t last = 0x80 | (code_point & 0x3F);
    uint32_t third = 0x80 | (code_point >> 6 & 0x3F);
    if (code_point < 0x800) {
        *out_len = 2;
        return (0xC0 | code_point >> 6) | last << 8;
    }
    if (code_point < 0x10000) {
        *out_len = 3;
        return (0xE0 | code_point >> 12) | third << 8 | last << 16;
    }
    *out_len = 4;
    return (0xF0 | code_point >> 18) | (0x80 | (code_point >> 12 & 0x3F)) << 8 | third << 16 |
           last << 24;
}

/* What a fast block starts from and leaves behind. The loops keep all of it in locals: stores
 * through a byte pointer could otherwise change the struct, and the compiler would read it again
 * after each. */
typedef struct block {
    const uint8_t *src;
    size_t at;    /* next source byte */
    size_t until; /* characters begin before this; at least four more bytes follow */
    uint8_t *out;
    size_t out_len;
    text_map_row *rows; /* NULL without a map */
    size_t row_count;
    uint64_t base; /* text_at of out[0] */
    uint64_t last_delta;
} block;

#define BLOCK_MARK()                                                                               \
    do {                                                                                           \
        if (mapped && base + out_at - at != last_delta) {                                          \
            last_delta = base + out_at - at;                                                       \
            rows[row_count++] = (text_map_row){(uint32_t)(base + out_at), (uint32_t)at};           \
        }                                                                                          \
    } while (0)

/* Pairs and ASCII; anything else ends the block. */
static inline __attribute__((always_inline)) void block_pairs(block *now, const uint32_t *pairs,
                                                              bool mapped)
{
    const uint8_t *src = now->src;
    uint8_t *restrict out = now->out;
    text_map_row *restrict rows = now->rows;
    size_t at = now->at;
    size_t until = now->until;
    size_t out_at = 0;
    size_t row_count = 0;
    uint64_t base = now->base;
    uint64_t last_delta = now->last_delta;
    while (at < until) {
        uint8_t lead = src[at];
        if (lead < 0x80) {
            BLOCK_MARK();
            for (uint64_t eight = 0; until - at >= 8; at += 8, out_at += 8) {
                memcpy(&eight, src + at, 8);
                if ((eight & 0x8080808080808080u) != 0) {
                    break;
                }
                memcpy(out + out_at, &eight, 8);
            }
            while (at < until && src[at] < 0x80) {
                out[out_at++] = src[at++];
            }
            continue;
        }
        /* Leads and trails that are none have no character in the table. */
        uint32_t packed = pair_of(pairs, lead, src[at + 1]);
        uint32_t second = pair_of(pairs, src[at + 2], src[at + 3]);
        if (!mapped && (src[at + 2] & 0x80) != 0 && is_three(packed) && is_three(second)) {
            /* Two letters of three bytes each: nearly all of Chinese prose. */
            store_packed(out + out_at, packed);
            store_packed(out + out_at + 3, second);
            out_at += 6;
            at += 4;
            continue;
        }
        if (packed == 0) {
            break;
        }
        BLOCK_MARK();
        store_packed(out + out_at, packed);
        out_at += packed_len(packed);
        at += 2;
    }
    now->at = at;
    now->out_len = out_at;
    now->row_count = row_count;
    now->last_delta = last_delta;
}

/* Everything but surrogates. */
static inline __attribute__((always_inline)) void block_utf16(block *now, bool big, bool mapped)
{
    const uint8_t *src = now->src;
    uint8_t *restrict out = now->out;
    text_map_row *restrict rows = now->rows;
    size_t at = now->at;
    size_t out_at = 0;
    size_t row_count = 0;
    uint64_t base = now->base;
    uint64_t last_delta = now->last_delta;
    while (at < now->until) {
        uint32_t unit = unit16(src + at, big);
        size_t len = 0;
        if (unit >= 0xD800 && unit <= 0xDFFF) {
            break;
        }
        BLOCK_MARK();
        store_packed(out + out_at, pack_utf8(unit, &len));
        out_at += len;
        at += 2;
    }
    now->at = at;
    now->out_len = out_at;
    now->row_count = row_count;
    now->last_delta = last_delta;
}

/* One loop for each charset, with and without a map: the choice is made once a block. */
static void run_block(block *now, text_charset charset)
{
    bool mapped = now->rows != NULL;
    if (charset == TEXT_GB18030 && mapped) {
        block_pairs(now, charset_gb_pairs, true);
    } else if (charset == TEXT_GB18030) {
        block_pairs(now, charset_gb_pairs, false);
    } else if (charset == TEXT_BIG5 && mapped) {
        block_pairs(now, charset_big5_pairs, true);
    } else if (charset == TEXT_BIG5) {
        block_pairs(now, charset_big5_pairs, false);
    } else if (mapped) {
        block_utf16(now, charset == TEXT_UTF16BE, true);
    } else {
        block_utf16(now, charset == TEXT_UTF16BE, false);
    }
}

/* The common frame: fast blocks as long as there is room and look-ahead, single steps for what a
 * block leaves. */
static size_t decode_blocks(charset_sink *sink, text_charset charset, lj_slice src, size_t from,
                            bool more)
{
    size_t at = from;
    while (at < src.len && lj_buf_ok(sink->dst)) {
        size_t ahead = src.len - at > 4 ? src.len - at - 4 : 0;
        size_t len = block_room(sink, ahead);
        if (len == 0) {
            /* The end, or close to the ceiling: a few characters, then look again. */
            size_t until = ahead > 0 ? at + lj_min_size(ahead, 16) : src.len;
            size_t used = decode_steps(sink, charset, src, at, until, more);
            if (used == at) {
                return at;
            }
            at = used;
            continue;
        }
        block now = {.src = src.ptr,
                     .at = at,
                     .until = at + len,
                     .out = lj_buf_room(sink->dst, len * 3 + 16),
                     .base = sink->dst->len - sink->dst_base,
                     .last_delta = sink->last_delta};
        if (sink->rows != NULL) {
            now.rows =
                (text_map_row *)(void *)lj_buf_room(sink->rows, (len + 1) * sizeof(text_map_row));
        }
        if (now.out == NULL || (sink->rows != NULL && now.rows == NULL)) {
            return at;
        }
        run_block(&now, charset);
        sink->dst->len += now.out_len;
        if (sink->rows != NULL) {
            sink->rows->len += now.row_count * sizeof(text_map_row);
            sink->last_delta = now.last_delta;
        }
        /* What stopped the block early: one character by a single step. */
        at =
            now.at < at + len ? decode_steps(sink, charset, src, now.at, now.at + 1, more) : now.at;
    }
    return at;
}

size_t charset_decode_gb18030(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    return decode_blocks(sink, TEXT_GB18030, src, from, more);
}

size_t charset_decode_big5(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    return decode_blocks(sink, TEXT_BIG5, src, from, more);
}

size_t charset_decode_utf16le(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    return decode_blocks(sink, TEXT_UTF16LE, src, from, more);
}

size_t charset_decode_utf16be(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    return decode_blocks(sink, TEXT_UTF16BE, src, from, more);
}

size_t charset_decode_utf32le(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    return decode_steps(sink, TEXT_UTF32LE, src, from, src.len, more);
}

size_t charset_decode_utf32be(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    return decode_steps(sink, TEXT_UTF32BE, src, from, src.len, more);
}

size_t charset_decode_latin1(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    return decode_steps(sink, TEXT_LATIN1, src, from, src.len, more);
}
