/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Escapes of CSS (CSS Syntax 4.3.7: a backslash, one to six hexadecimal digits, one blank) and of
 * scripts: \uXXXX, %uXXXX of unescape(), number lists of String.fromCharCode(). What is no escape
 * stays as it is, so that a word written half plainly and half escaped is still one word. Not done:
 * anything that a script would have to be run for. */
#include "base/num.h"
#include "formats/markup/html.h"

enum { CSS_DIGITS = 6, UNIT_DIGITS = 4, POINT_MAX = 0x10FFFF };

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* Hexadecimal digits at `at`, at most `most`; how many there are. */
static size_t take_hex(lj_slice text, size_t at, size_t most, uint32_t *out)
{
    size_t len = 0;
    *out = 0;
    while (len < most && at + len < text.len && hex_digit(text.ptr[at + len]) >= 0) {
        *out = *out * 16 + (uint32_t)hex_digit(text.ptr[at + len]);
        len++;
    }
    return len;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* One escape at `at`; its length, or 0. */
static size_t take_escape(lj_slice text, size_t at, bool is_style, uint32_t *out)
{
    if (is_style) {
        size_t len = text.ptr[at] == '\\' ? take_hex(text, at + 1, CSS_DIGITS, out) : 0;
        size_t end = at + 1 + len;
        return len == 0 ? 0 : 1 + len + (end < text.len && is_blank(text.ptr[end]) ? 1U : 0U);
    }
    bool begins = (text.ptr[at] == '\\' || text.ptr[at] == '%') && at + 1 < text.len &&
                  text.ptr[at + 1] == 'u';
    bool whole = begins && take_hex(text, at + 2, UNIT_DIGITS, out) == UNIT_DIGITS;
    return whole ? 2 + UNIT_DIGITS : 0;
}

/* The numbers of fromCharCode( ... ) from behind the bracket; the length up to the closing one. */
static size_t take_codes(lj_slice text, size_t at, lj_buf *out, bool *out_beyond)
{
    size_t from = at;
    while (at < text.len && text.ptr[at] != ')') {
        uint32_t value = 0;
        size_t digits = 0;
        bool hex = at + 2 < text.len && text.ptr[at] == '0' && (text.ptr[at + 1] | 32) == 'x';
        if (hex) {
            at += 2;
            digits = take_hex(text, at, CSS_DIGITS, &value);
        } else {
            while (at + digits < text.len && text.ptr[at + digits] >= '0' &&
                   text.ptr[at + digits] <= '9') {
                value = value > POINT_MAX ? value : value * 10 + (text.ptr[at + digits] - '0');
                digits++;
            }
        }
        if (digits > 0) {
            lj_buf_put_utf8(out, value);
            *out_beyond = *out_beyond || value >= 0x80;
        } else if (!is_blank(text.ptr[at]) && text.ptr[at] != ',') {
            break; /* not a list of numbers */
        }
        at += digits > 0 ? digits : 1;
    }
    return at - from;
}

bool html_unescape(lj_slice text, bool is_style, lj_buf *out)
{
    bool beyond = false;
    lj_slice call = LJ_BYTES("fromCharCode(");
    size_t at = 0;
    while (at < text.len) {
        uint32_t point = 0;
        size_t len = take_escape(text, at, is_style, &point);
        if (len > 0) {
            lj_buf_put_utf8(out, point);
            beyond = beyond || point >= 0x80;
            at += len;
        } else if (!is_style && text.ptr[at] == 'f' &&
                   lj_slice_has_prefix(lj_slice_part(text, at, call.len), call)) {
            at += call.len;
            at += take_codes(text, at, out, &beyond);
        } else {
            lj_buf_put_u8(out, text.ptr[at]);
            at++;
        }
    }
    return beyond;
}
