/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Records and strings of BIFF.
 *
 * Specification: [MS-XLS] 2.1.4 (records), 2.4.58 (Continue), 2.5.293
 * (XLUnicodeRichExtendedString), 2.5.294 (XLUnicodeString), 2.5.240 (ShortXLUnicodeString);
 * OpenOffice.org's documentation of the Excel file format, 2.5 (strings), for BIFF2 to BIFF7.
 *
 * Model. A window of 1 MiB slides over the stream; a record is borrowed from it. A string that goes
 * on in CONTINUE records is gathered as UTF-16 and decoded at once, so that a pair of surrogates,
 * or a letter, that the records cut is one again.
 *
 * Traps. A CONTINUE in the middle of letters begins with a byte that says anew whether they are one
 * or two bytes wide; one in the middle of runs or phonetic data does not. A record that says it is
 * longer than the stream is cut; so is one that reaches over the place where the workbook says that
 * a sheet begins. Byte strings of files that state no code page, or a Western one, are often GBK:
 * letters beyond ASCII that stand in pairs and read well are taken so. */
#include "formats/xls/biff.h"

#include "base/num.h"

enum {
    HEADER_LEN = 4,
    RECORD_ROOM = 2 * HEADER_LEN + UINT16_MAX, /* a record and the header behind it */
    WIDE_MAX = 4 * 1024 * 1024,                /* bytes of a string in several records */
    FLAG_WIDE = 0x01,
    FLAG_PHONETIC = 0x04,
    FLAG_RICH = 0x08,
};

void biff_open(biff *b, format_run *run, format_src *src, uint64_t end)
{
    *b = (biff){.run = run, .src = src, .end = end, .fence = UINT64_MAX, .charset = TEXT_LATIN1};
    lj_buf_init(&b->wide, format_arena(run), WIDE_MAX);
}

void biff_forget(biff *b)
{
    b->window = (lj_slice){NULL, 0};
}

void biff_seek(biff *b, uint64_t off)
{
    b->next = off;
}

/* The header at b->next, with its body in the window; false at the end. */
static bool look_ahead(biff *b, uint16_t *out_id, uint16_t *out_len, lj_slice *out_rest)
{
    if (b->next >= b->end || b->end - b->next < HEADER_LEN) {
        return false;
    }
    uint64_t in = b->next - b->window_at;
    bool inside = b->next >= b->window_at && in < b->window.len;
    uint64_t left = b->end - b->next;
    if (!inside || b->window.len - in < lj_min_u64(left, RECORD_ROOM)) {
        b->window = format_bytes(b->run, b->src, b->next, FORMAT_WINDOW_MAX);
        b->window_at = b->next;
        in = 0;
    }
    lj_slice rest = lj_slice_part(b->window, (size_t)in, SIZE_MAX);
    rest.len = (size_t)lj_min_u64(rest.len, left);
    if (rest.len < HEADER_LEN) {
        return false;
    }
    *out_id = (uint16_t)(rest.ptr[0] | rest.ptr[1] << 8);
    *out_len = (uint16_t)(rest.ptr[2] | rest.ptr[3] << 8);
    *out_rest = lj_slice_part(rest, HEADER_LEN, SIZE_MAX);
    return true;
}

/* Takes the record whose header was looked at. */
static void step(biff *b, uint16_t len, lj_slice rest)
{
    uint64_t most = rest.len;
    uint64_t body = b->next + HEADER_LEN;
    if (b->fence > body && b->fence != UINT64_MAX) {
        most = lj_min_u64(most, b->fence - body);
    }
    b->is_cut = len > most;
    lj_slice part = {rest.ptr, (size_t)lj_min_u64(len, most)};
    b->cur = lj_cur_of(part);
    b->cur_at = body;
    b->next = body + part.len;
}

bool biff_next(biff *b)
{
    uint16_t len = 0;
    lj_slice rest = {NULL, 0};
    if (!look_ahead(b, &b->id, &len, &rest)) {
        return false;
    }
    b->at = b->next;
    step(b, len, rest);
    return true;
}

uint16_t biff_peek(biff *b)
{
    uint16_t id = 0;
    uint16_t len = 0;
    lj_slice rest = {NULL, 0};
    return look_ahead(b, &id, &len, &rest) ? id : 0;
}

bool biff_continue(biff *b)
{
    uint16_t id = 0;
    uint16_t len = 0;
    lj_slice rest = {NULL, 0};
    if (b->is_cut || !look_ahead(b, &id, &len, &rest) || id != BIFF_CONTINUE) {
        return false;
    }
    step(b, len, rest);
    return true;
}

/* ---- bytes ---- */

bool biff_read(biff *b, uint8_t *dst, size_t len)
{
    while (len > 0) {
        size_t some = lj_min_size(len, lj_cur_left(&b->cur));
        lj_slice part = lj_cur_bytes(&b->cur, some);
        if (dst != NULL && some > 0) {
            memcpy(dst, part.ptr, some);
            dst += some;
        }
        len -= some;
        if (len > 0 && !biff_continue(b)) {
            b->cur.bad = true;
            if (dst != NULL) {
                memset(dst, 0, len);
            }
            return false;
        }
    }
    return true;
}

uint16_t biff_read_u16(biff *b)
{
    uint8_t two[2] = {0, 0};
    (void)biff_read(b, two, sizeof(two));
    return (uint16_t)(two[0] | two[1] << 8);
}

uint32_t biff_read_u32(biff *b)
{
    uint32_t low = biff_read_u16(b);
    return low | (uint32_t)biff_read_u16(b) << 16;
}

/* ---- letters ---- */

/* The part of a string that stands in the first record; *left counts what is missing. */
static lj_slice first_part(biff *b, uint32_t count, bool is_wide, uint32_t *left)
{
    size_t width = is_wide ? 2 : 1;
    size_t fits = lj_cur_left(&b->cur) / width;
    size_t some = lj_min_size(count, fits);
    *left = count - (uint32_t)some;
    return lj_cur_bytes(&b->cur, some * width);
}

static void put_wide(lj_buf *wide, lj_slice part, bool is_wide)
{
    if (is_wide) {
        lj_buf_put(wide, part);
        return;
    }
    uint8_t *to = lj_buf_room(wide, part.len * 2);
    if (to != NULL) {
        for (size_t i = 0; i < part.len; i++) {
            to[2 * i] = part.ptr[i];
            to[2 * i + 1] = 0;
        }
        wide->len += part.len * 2;
    }
}

bool biff_letters(biff *b, uint32_t count, bool is_wide, lj_buf *out)
{
    uint32_t left = 0;
    lj_slice part = first_part(b, count, is_wide, &left);
    if (left == 0) {
        (void)text_to_utf8(is_wide ? TEXT_UTF16LE : TEXT_LATIN1, part, false, out, NULL);
        return true;
    }
    lj_buf_clear(&b->wide);
    put_wide(&b->wide, part, is_wide);
    while (left > 0) {
        size_t odd = is_wide ? lj_cur_left(&b->cur) : 0; /* half a letter */
        uint8_t half = odd > 0 ? lj_cur_u8(&b->cur) : 0;
        if (!biff_continue(b)) {
            b->cur.bad = true;
            break;
        }
        is_wide = (lj_cur_u8(&b->cur) & FLAG_WIDE) != 0;
        if (odd > 0 && is_wide && lj_cur_left(&b->cur) > 0) {
            uint8_t letter[2] = {half, lj_cur_u8(&b->cur)};
            lj_buf_put(&b->wide, lj_slice_of(letter, sizeof(letter)));
            left--;
        }
        part = first_part(b, left, is_wide, &left);
        put_wide(&b->wide, part, is_wide);
    }
    (void)text_to_utf8(TEXT_UTF16LE, lj_buf_slice(&b->wide), false, out, NULL);
    return left == 0;
}

/* Bytes beyond ASCII stand in pairs only, as in GB 2312. */
static bool stand_in_pairs(lj_slice bytes)
{
    size_t high = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] < 0x80) {
            continue;
        }
        if (bytes.ptr[i] < 0xA1 || i + 1 >= bytes.len || bytes.ptr[i + 1] < 0xA1) {
            return false;
        }
        high += 2;
        i++;
    }
    return high >= 4;
}

bool biff_byte_letters(biff *b, uint32_t count, lj_buf *out)
{
    enum { READABLE = 600 };
    uint32_t left = 0;
    lj_slice part = first_part(b, count, false, &left);
    size_t before = out->len;
    if (!b->is_sure && stand_in_pairs(part)) {
        (void)text_to_utf8(TEXT_GB18030, part, false, out, NULL);
        lj_str text = {(const char *)out->ptr + before, out->len - before};
        if (lj_buf_ok(out) && text_plausible(text) >= READABLE) {
            return left == 0;
        }
        out->len = before;
    }
    (void)text_to_utf8(b->charset, part, false, out, NULL);
    return left == 0;
}

bool biff_string_of(biff *b, uint32_t count, lj_buf *out)
{
    lj_buf_clear(out);
    if (b->version < 8) {
        return biff_byte_letters(b, count, out);
    }
    if (count == 0 && lj_cur_left(&b->cur) == 0) {
        return true; /* writers leave the flags of an empty string out */
    }
    uint8_t flags = lj_cur_u8(&b->cur);
    uint32_t runs = (flags & FLAG_RICH) != 0 ? lj_cur_u16le(&b->cur) : 0;
    uint32_t phonetic = (flags & FLAG_PHONETIC) != 0 ? lj_cur_u32le(&b->cur) : 0;
    bool whole = biff_letters(b, count, (flags & FLAG_WIDE) != 0, out);
    return whole && ((runs == 0 && phonetic == 0) ||
                     (biff_read(b, NULL, (size_t)runs * 4) && biff_read(b, NULL, phonetic)));
}

bool biff_string(biff *b, uint32_t count_len, lj_buf *out)
{
    uint32_t count = count_len == 1 ? lj_cur_u8(&b->cur) : lj_cur_u16le(&b->cur);
    if (!lj_cur_ok(&b->cur)) {
        lj_buf_clear(out);
        return false;
    }
    return biff_string_of(b, count, out);
}
