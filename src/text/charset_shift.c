/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The seven-bit charsets: HZ (RFC 1843), UTF-7 (RFC 2152), ISO-2022-CN (RFC 1922), and their
 * signatures.
 *
 * They look like ASCII, so nothing announces them but their own shifts, and ordinary text holds the
 * same signs (`~{` in a template, `+` in any sum, ESC in a terminal log). A signature therefore
 * counts only when what follows decodes to letters that people write. All shift states end with the
 * line: the standards say so for HZ and ISO-2022-CN, and a state that outlived a damaged line would
 * spoil the rest of the file.
 *
 * What is not decodable is kept as the ASCII it looks like, so that a wrong guess never loses text.
 * ISO-2022-CN: GB 2312 in SO (ESC $ ) A; ISO-IR-165 = ESC $ ) E is read with the same table, which
 * holds nearly all of it), and the older form ESC $ A or ESC $ ( A, which lasts until ESC ( B. CNS
 * 11643 (ESC $ ) G, ESC $ * H) is not read: no file with it was ever seen; its letters become
 * U+FFFD. */
#include "text/charset_priv.h"

#include "base/num.h"

enum { ESC = 0x1B, SHIFT_OUT = 0x0E, SHIFT_IN = 0x0F };

/* GB 2312 in seven bits; 0 when the two bytes are no character. */
static uint32_t gb2312(lj_slice at)
{
    if (at.len < 2 || at.ptr[0] < 0x21 || at.ptr[0] > 0x77 || at.ptr[1] < 0x21 ||
        at.ptr[1] > 0x7E) {
        return 0;
    }
    uint32_t packed = charset_gb_pairs[(size_t)at.ptr[0] << 8 | at.ptr[1] | 0x80];
    return packed != 0 ? charset_unpack(packed) : 0;
}

/* Two bits: how common the Han letter is. */
static uint32_t han_class(uint32_t code_point)
{
    return code_point < 0x10000 ? charset_han_class[code_point / 4] >> (code_point % 4 * 2) & 3 : 0;
}

/* Signs that stand beside Han letters in a Chinese text: punctuation, full-width forms, stars. */
static bool is_chinese_sign(uint32_t code_point)
{
    return (code_point >= 0x3001 && code_point <= 0x301F) ||
           (code_point >= 0xFF01 && code_point <= 0xFF5E) || code_point == 0x2605 ||
           code_point == 0x2606 || code_point == 0x2014 || code_point == 0x2026 ||
           code_point == 0x201C || code_point == 0x201D || code_point == 0xFEFF;
}

static lj_slice rest_of(lj_slice src, size_t at)
{
    return lj_slice_part(src, at, src.len - at);
}

/* ---- HZ ---- */

/* The letters between ~{ and ~} (or the end of the line); *out_end is behind the run. Returns their
 * number, 0 when the run is not of that form. */
static size_t hz_run(lj_slice src, size_t at, size_t *out_end, bool *out_open)
{
    size_t count = 0;
    at += 2;
    *out_open = false;
    while (at < src.len && src.ptr[at] != '\n' && src.ptr[at] != '\r') {
        if (src.ptr[at] == '~' && at + 1 < src.len && src.ptr[at + 1] == '}') {
            *out_end = at + 2;
            return count;
        }
        if (gb2312(rest_of(src, at)) == 0) {
            *out_open = src.len - at < 2;
            *out_end = at;
            return *out_open ? count : 0;
        }
        at += 2;
        count++;
    }
    *out_open = at == src.len;
    *out_end = at;
    return count;
}

size_t charset_decode_hz(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    size_t at = from;
    while (at < src.len && lj_buf_ok(sink->dst)) {
        uint8_t byte = src.ptr[at];
        uint8_t next = at + 1 < src.len ? src.ptr[at + 1] : 0;
        if (byte != '~') {
            charset_put(sink, at, byte < 0x80 ? byte : CHARSET_BAD);
            at++;
            continue;
        }
        if (next == 0 && more && at > from) {
            break;
        }
        if (next == '~' || next == '\n') {
            if (next == '~') {
                charset_put(sink, at, '~');
            }
            at += 2;
            continue;
        }
        size_t end = 0;
        bool open = false;
        size_t count = next == '{' ? hz_run(src, at, &end, &open) : 0;
        if (open && more && at > from) {
            break;
        }
        if (count == 0) {
            charset_put(sink, at, '~');
            at++;
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            charset_put(sink, at + 2 + 2 * i, gb2312(rest_of(src, at + 2 + 2 * i)));
        }
        at = end;
    }
    return at;
}

static bool is_hz(lj_slice text)
{
    for (size_t at = lj_slice_find(text, LJ_BYTES("~{")); at != SIZE_MAX;) {
        size_t end = 0;
        bool open = false;
        size_t count = hz_run(text, at, &end, &open);
        size_t good = 0;
        for (size_t i = 0; i < count; i++) {
            uint32_t code_point = gb2312(rest_of(text, at + 2 + 2 * i));
            good += han_class(code_point) >= 2 || is_chinese_sign(code_point);
        }
        if (good > 0 && good * 2 > count) {
            return true;
        }
        size_t next = lj_slice_find(rest_of(text, at + 2), LJ_BYTES("~{"));
        at = next != SIZE_MAX ? at + 2 + next : SIZE_MAX;
    }
    return false;
}

/* ---- UTF-7 ---- */

static int base64_value(uint8_t byte)
{
    if (byte >= 'A' && byte <= 'Z') {
        return byte - 'A';
    }
    if (byte >= 'a' && byte <= 'z') {
        return byte - 'a' + 26;
    }
    if (byte >= '0' && byte <= '9') {
        return byte - '0' + 52;
    }
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

/* A run behind '+', with `at` on the first base64 sign. */
typedef struct utf7_run {
    lj_slice digits;
    bool closed; /* ends with '-' */
    bool cut;    /* reaches the end of the slice */
} utf7_run;

static utf7_run utf7_run_of(lj_slice src, size_t at)
{
    size_t end = at;
    while (end < src.len && base64_value(src.ptr[end]) >= 0) {
        end++;
    }
    return (utf7_run){.digits = lj_slice_part(src, at, end - at),
                      .closed = end < src.len && src.ptr[end] == '-',
                      .cut = end == src.len};
}

/* Code unit idx of the run: 16 bits beginning at bit 16 * idx, six bits a sign. */
static uint32_t utf7_unit(lj_slice digits, size_t idx)
{
    uint32_t value = 0;
    size_t bit = idx * 16;
    size_t first = bit / 6;
    /* The 16 bits lie within four signs: 24 bits, of which bit % 6 (0, 2 or 4) lead. */
    for (size_t i = first; i < first + 4; i++) {
        value = value << 6 | (i < digits.len ? (uint32_t)base64_value(digits.ptr[i]) : 0);
    }
    return value >> (8 - bit % 6) & 0xFFFF;
}

/* Number of code units, or 0 when the signs do not make whole units with zero bits behind them. */
static size_t utf7_unit_count(lj_slice digits)
{
    size_t bits = digits.len * 6;
    size_t count = bits / 16;
    size_t left = bits % 16;
    uint32_t last = digits.len > 0 ? (uint32_t)base64_value(digits.ptr[digits.len - 1]) : 0;
    return left < 6 && (last & ((1u << left) - 1)) == 0 ? count : 0;
}

/* Where, in the source, the sign that begins unit idx stands. */
static size_t utf7_put_units(charset_sink *sink, size_t at, lj_slice digits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t off = at + i * 16 / 6;
        uint32_t unit = utf7_unit(digits, i);
        if (unit >= 0xD800 && unit < 0xDC00 && i + 1 < count) {
            uint32_t low = utf7_unit(digits, i + 1);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                i++;
            }
        }
        charset_put(sink, off, unit);
    }
    return digits.len;
}

size_t charset_decode_utf7(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    size_t at = from;
    while (at < src.len && lj_buf_ok(sink->dst)) {
        uint8_t byte = src.ptr[at];
        if (byte != '+') {
            charset_put(sink, at, byte < 0x80 ? byte : CHARSET_BAD);
            at++;
            continue;
        }
        utf7_run run = utf7_run_of(src, at + 1);
        if (run.cut && more && at > from) {
            break;
        }
        size_t count = utf7_unit_count(run.digits);
        if (count == 0) {
            charset_put(sink, at, '+');
            at += run.digits.len == 0 && run.closed ? 2 : 1;
            continue;
        }
        utf7_put_units(sink, at + 1, run.digits, count);
        at += 1 + run.digits.len + run.closed;
    }
    return at;
}

static bool is_utf7(lj_slice text)
{
    for (size_t at = 0; at < text.len; at++) {
        const uint8_t *plus = memchr(text.ptr + at, '+', text.len - at);
        if (plus == NULL) {
            return false;
        }
        at = (size_t)(plus - text.ptr);
        utf7_run run = utf7_run_of(text, at + 1);
        size_t count = utf7_unit_count(run.digits);
        size_t daily = 0;
        size_t good = 0;
        for (size_t i = 0; i < count; i++) {
            uint32_t unit = utf7_unit(run.digits, i);
            daily += han_class(unit) >= 2;
            good += han_class(unit) >= 1 || is_chinese_sign(unit);
        }
        /* One letter alone is three signs, which any word may be: then the closing sign must be
         * there too. */
        if (count > 0 && good == count && daily > 0 && (count >= 2 || run.closed)) {
            return true;
        }
        at += run.digits.len;
    }
    return false;
}

/* ---- ISO-2022-CN ---- */

typedef struct iso_state {
    bool g1;      /* ESC $ ) A was seen in this line */
    bool shifted; /* SO */
    bool g0;      /* ESC $ A: until ESC ( B */
} iso_state;

/* Length of the escape sequence at the head of the slice, 0 when it is none of ours; the state is
 * changed by it. */
static size_t iso_escape(lj_slice at, iso_state *state)
{
    static const struct {
        const char *text;
        bool g1, g0;
    } rows[] = {
        {"\x1B$)A", true,  false},
        {"\x1B$)E", true,  false},
        {"\x1B$)G", false, false},
        {"\x1B$*H", false, false},
        {"\x1B$(A", false, true },
        {"\x1B$A",  false, true },
        {"\x1B(B",  false, false},
        {"\x1B(J",  false, false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_slice text = lj_cstr_bytes(rows[i].text);
        if (lj_slice_has_prefix(at, text)) {
            state->g1 = rows[i].text[2] == ')' ? rows[i].g1 : state->g1;
            state->g0 = rows[i].text[2] == ')' || rows[i].text[2] == '*' ? state->g0 : rows[i].g0;
            return text.len;
        }
    }
    return 0;
}

size_t charset_decode_iso2022cn(charset_sink *sink, lj_slice src, size_t from, bool more)
{
    iso_state state = {false, false, false};
    size_t at = from;
    size_t whole = src.len;
    while (more && whole > from && src.ptr[whole - 1] != '\n') {
        whole--;
    }
    /* A line that goes on in the next piece is decoded there, with its designations. */
    src.len = whole > from ? whole : src.len;
    while (at < src.len && lj_buf_ok(sink->dst)) {
        uint8_t byte = src.ptr[at];
        size_t escape = byte == ESC ? iso_escape(rest_of(src, at), &state) : 0;
        bool han = (state.shifted && state.g1) || state.g0;
        uint32_t code_point = han ? gb2312(rest_of(src, at)) : 0;
        if (escape > 0) {
            at += escape;
        } else if (byte == SHIFT_OUT || byte == SHIFT_IN) {
            state.shifted = byte == SHIFT_OUT;
            at++;
        } else if (code_point != 0) {
            charset_put(sink, at, code_point);
            at += 2;
        } else if ((han || (state.shifted && byte > ' ')) && byte > ' ' && byte < 0x7F &&
                   src.len - at >= 2) {
            charset_put(sink, at, CHARSET_BAD);
            at += 2;
        } else {
            charset_put(sink, at, byte < 0x80 ? byte : CHARSET_BAD);
            at++;
            if (byte == '\n' || byte == '\r') {
                state = (iso_state){false, false, false};
            }
        }
    }
    return at;
}

static bool is_iso2022(lj_slice text)
{
    for (size_t at = 0; at < text.len; at++) {
        const uint8_t *esc = memchr(text.ptr + at, ESC, text.len - at);
        if (esc == NULL) {
            return false;
        }
        at = (size_t)(esc - text.ptr);
        iso_state state = {false, false, false};
        size_t len = iso_escape(rest_of(text, at), &state);
        size_t so = state.g1 ? at + len : 0;
        while (so > 0 && so < text.len && text.ptr[so] != SHIFT_OUT && text.ptr[so] != '\n') {
            so++;
        }
        if ((state.g1 && so < text.len && gb2312(rest_of(text, so + 1)) != 0) ||
            (state.g0 && gb2312(rest_of(text, at + len)) != 0)) {
            return true;
        }
    }
    return false;
}

bool charset_seven_bit(lj_slice text, text_charset *out)
{
    if (is_iso2022(text)) {
        *out = TEXT_ISO2022CN;
        return true;
    }
    if (is_hz(text)) {
        *out = TEXT_HZ;
        return true;
    }
    if (is_utf7(text)) {
        *out = TEXT_UTF7;
        return true;
    }
    return false;
}
