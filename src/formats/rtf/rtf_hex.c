/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Bytes inside of the text: hexadecimal digits of pictures and objects, and \bin.
 *
 * Specification: RTF 1.9.1, "Pictures", "Objects", \bin in "Conventions of an RTF reader".
 *
 * Model. Digits are turned into bytes as they come; the first RTF_HEX_KEPT bytes are kept. What is
 * longer is only counted, and decoded again from the file when the child is read, as a stream: an
 * object may be larger than all memory.
 *
 * Traps. Digits of either case with blanks and line ends between, an odd number of them, control
 * words and groups in the middle, \bin in the middle. A \bin whose length leads beyond the end:
 * when the file still ends with a brace the length is a lie, and nothing is passed over. */
#include "base/num.h"
#include "formats/rtf/rtf_priv.h"

enum { NO_DIGIT = 0xFF, STREAM_WINDOW = 64 * 1024, TAIL = 64 };

/* clang-format off: sixteen a line */
#define N16 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255
static const uint8_t digit_values[256] = {
    N16, N16, N16, 0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   255, 255, 255,
    255, 255, 255, 255, 10,  11,  12,  13,  14,  15,  255, 255, 255, 255, 255, 255,
    255, 255, 255, N16, 255, 10,  11,  12,  13,  14,  15,  255, 255, 255, 255, 255,
    255, 255, 255, 255, N16, N16, N16, N16, N16, N16, N16, N16, N16,
};
/* clang-format on */

static void hex_clear(rtf_hex *hex)
{
    lj_buf_clear(&hex->kept);
    hex->start = hex->bin_off = UINT64_MAX;
    hex->end = hex->len = hex->bin_len = 0;
    hex->has_nibble = false;
}

void rtf_hex_begin(rtf *r)
{
    if (r->hex.len > 0 || r->hex.bin_off != UINT64_MAX) { /* data inside of data */
        rtf_data_end(r, D_HEX_OTHER);
    }
    hex_clear(&r->hex);
}

/* Digits to bytes; a nibble that is left over waits in *nibble. Returns the bytes; dst has room for
 * `most` of them, the others are counted only. */
static size_t hex_decode(lj_slice text, uint8_t *dst, size_t most, uint8_t *nibble,
                         bool *has_nibble)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t value = digit_values[text.ptr[i]];
        if (value == NO_DIGIT) {
            continue;
        }
        if (!*has_nibble) {
            if (i + 1 < text.len && digit_values[text.ptr[i + 1]] != NO_DIGIT) {
                if (count < most) {
                    dst[count] = (uint8_t)(value << 4 | digit_values[text.ptr[i + 1]]);
                }
                count++;
                i++;
                continue;
            }
            *nibble = value;
            *has_nibble = true;
            continue;
        }
        if (count < most) {
            dst[count] = (uint8_t)(*nibble << 4 | value);
        }
        count++;
        *has_nibble = false;
    }
    return count;
}

void rtf_hex_add(rtf *r, const uint8_t *digits, size_t len, uint64_t off)
{
    rtf_hex *hex = &r->hex;
    if (hex->start == UINT64_MAX) {
        size_t at = 0;
        while (at < len && digit_values[digits[at]] == NO_DIGIT) {
            at++;
        }
        if (at == len) {
            return;
        }
        digits += at;
        len -= at;
        off += at;
        hex->start = off;
    }
    bool keeps = hex->len == hex->kept.len && lj_buf_ok(&hex->kept);
    size_t most = keeps ? lj_min_size(len / 2 + 1, RTF_HEX_KEPT - hex->kept.len) : 0;
    uint8_t *dst = most > 0 ? lj_buf_room(&hex->kept, most) : NULL;
    most = dst != NULL ? most : 0;
    size_t count = hex_decode(lj_slice_of(digits, len), dst, most, &hex->nibble, &hex->has_nibble);
    hex->len += count;
    hex->kept.len += lj_min_size(count, most);
    hex->end = off + len;
}

/* ---- \bin ---- */

/* Whether the last byte of the file that is no blank is a brace. */
static bool ends_with_brace(rtf *r)
{
    uint8_t tail[TAIL];
    uint64_t from = r->size > TAIL ? r->size - TAIL : 0;
    size_t len = format_pull(r->run, r->src, from, tail, (size_t)(r->size - from));
    while (len > 0 && tail[len - 1] <= ' ') {
        len--;
    }
    return len > 0 && tail[len - 1] == '}';
}

/* Moves the window to a place further on. */
static void move_to(rtf *r, uint64_t off)
{
    uint64_t end = r->base + r->end;
    if (off <= end) {
        r->pos = (size_t)(off - r->base);
        return;
    }
    r->base = off;
    r->pos = r->end = 0;
    r->at_end = false;
    rtf_fill(r);
    if (r->end == 0 && r->size != FORMAT_SIZE_UNKNOWN && off > r->size) {
        r->is_damaged = true;
    }
}

/* Bytes in the middle of digits. */
static void add_to_hex(rtf *r, uint64_t off, uint64_t len)
{
    rtf_hex *hex = &r->hex;
    bool keeps = hex->len == hex->kept.len && len <= RTF_HEX_KEPT - hex->kept.len;
    uint8_t *dst = keeps ? lj_buf_room(&hex->kept, (size_t)len) : NULL;
    if (dst != NULL) {
        len = format_pull(r->run, r->src, off, dst, (size_t)len);
        hex->kept.len += (size_t)len;
    }
    hex->start = hex->start == UINT64_MAX ? off : hex->start;
    hex->len += len;
    hex->end = off + len;
}

void rtf_bin(rtf *r, uint64_t len)
{
    uint64_t off = r->base + r->pos;
    if (len > 0 && r->size != FORMAT_SIZE_UNKNOWN && !lj_range_fits(off, len, r->size)) {
        r->is_damaged = true;
        if (ends_with_brace(r)) {
            return;
        }
        len = r->size - off;
    }
    r->skip -= r->skip > 0 ? 1 : 0;
    if (len == 0) {
        return;
    }
    const rtf_group *top = rtf_top(r);
    if (top->mode != RTF_HEX) {
        rtf_hex_begin(r);
        r->hex.bin_off = off;
        r->hex.bin_len = len;
        rtf_data_end(r, D_NONE);
    } else if (r->hex.len > 0) {
        add_to_hex(r, off, len);
    } else {
        if (r->hex.bin_off != UINT64_MAX) {
            rtf_data_end(r, (rtf_dest)top->dest);
        }
        r->hex.bin_off = off;
        r->hex.bin_len = len;
    }
    move_to(r, off + len);
}

/* ---- the stream ---- */

typedef struct hex_stream {
    format_run *run;
    format_src *src;
    uint64_t off, end; /* of the digits in the file */
    uint64_t at;
    uint64_t bin_left; /* bytes of a \bin that are still to be given */
    uint8_t nibble;
    bool has_nibble;
} hex_stream;

static lj_code stream_restart(void *ctx, lj_err *err)
{
    hex_stream *s = ctx;
    (void)err;
    s->at = s->off;
    s->bin_left = 0;
    s->has_nibble = false;
    return LJ_OK;
}

/* A control word at the start of text; its length. \bin is noted. */
static size_t stream_word(hex_stream *s, lj_slice text)
{
    size_t at = 1;
    while (at < text.len && (text.ptr[at] | 0x20U) >= 'a' && (text.ptr[at] | 0x20U) <= 'z') {
        at++;
    }
    bool is_bin = lj_slice_is(lj_slice_part(text, 1, at - 1), LJ_BYTES("bin"));
    uint64_t number = 0;
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        number = number < UINT32_MAX ? number * 10 + (uint64_t)(text.ptr[at] - '0') : number;
        at++;
    }
    at += at < text.len && (at == 1 || text.ptr[at] == ' ') ? 1 : 0;
    s->bin_left = is_bin ? number : 0;
    return at;
}

/* Gives what the next piece of text holds; *used bytes of it. */
static size_t stream_step(hex_stream *s, lj_slice text, uint8_t *dst, size_t cap, size_t *used)
{
    if (s->bin_left > 0) {
        size_t len = lj_min_size((size_t)lj_min_u64(s->bin_left, cap), text.len);
        memcpy(dst, text.ptr, len);
        s->bin_left -= len;
        *used = len;
        return len;
    }
    if (text.ptr[0] == '\\') {
        *used = stream_word(s, text);
        return 0;
    }
    size_t len = 1;
    size_t most = lj_min_size(text.len, cap); /* never more bytes than digits */
    while (len < most && text.ptr[len] != '\\') {
        len++;
    }
    *used = len;
    return hex_decode(lj_slice_part(text, 0, len), dst, cap, &s->nibble, &s->has_nibble);
}

static lj_code stream_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    hex_stream *s = ctx;
    size_t made = 0;
    (void)err;
    while (made == 0 && s->at < s->end && cap > 0) {
        size_t want = (size_t)lj_min_u64(STREAM_WINDOW, s->end - s->at);
        lj_slice text = format_bytes(s->run, s->src, s->at, want);
        if (text.len == 0) {
            break;
        }
        for (size_t at = 0; at < text.len && made < cap;) {
            if (text.len - at < RTF_AHEAD && s->at + text.len < s->end && at > 0) {
                text.len = at; /* a word may be cut here: it comes with the next window */
                break;
            }
            size_t used = 0;
            made +=
                stream_step(s, lj_slice_part(text, at, SIZE_MAX), dst + made, cap - made, &used);
            at += used;
            if (at >= text.len || made >= cap) {
                text.len = at;
            }
        }
        s->at += text.len;
    }
    *out_len = made;
    return format_src_code(s->src);
}

format_src *rtf_hex_stream(rtf *r, uint64_t off, uint64_t end, uint64_t len)
{
    static const format_stream_ops ops = {stream_restart, stream_pull, NULL};
    hex_stream *s = lj_arena_alloc(format_arena(r->run), sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    *s = (hex_stream){.run = r->run, .src = r->src, .off = off, .end = end};
    return format_stream(r->run, &ops, s, len, end - off);
}
