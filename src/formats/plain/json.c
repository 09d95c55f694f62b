/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Strings with escapes: JSON (RFC 8259 section 7), and the same \uXXXX in program source and Java
 * properties. Programs write Chinese that way by default, and then no line holds a letter of it.
 *
 * Model. The lines go out as they stand (text_emit.c); what is decoded here comes in addition, as
 * ATTRIBUTE with its key as label. In JSON that is every member "key": "value" whose value is
 * beyond ASCII or escaped, so that {"密级": "机密"} is a field and its value; array elements and
 * strings of other files only when they are escaped. While sifting only values that hold a seed.
 *
 * Traps: a region may begin inside a string, so the pairing of quotes starts afresh at each line;
 * JSON inside JSON doubles the backslashes (they are taken like single ones); a lone surrogate
 * becomes U+FFFD. Not done: \xHH and octal bytes, percent, base64 (a later version). */
#include "base/json.h"
#include "base/num.h"
#include "formats/plain/plain.h"
#include "text/seeds.h"

enum {
    VALUE_MAX = 64 * 1024,
    KEY_MAX = 256,
    STRETCH = 384, /* bytes of escapes that are decoded at once when searching for seeds */
    POINT_MAX = 4, /* bytes of a decoded letter */
    STRING_STORY = 2,
};

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The code unit of four hexadecimal digits, or -1. */
static int32_t code_unit(lj_slice bytes, size_t at)
{
    int32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = at + i < bytes.len ? hex_digit(bytes.ptr[at + i]) : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* One \uXXXX, or \\uXXXX; its length, or 0. */
static size_t escape_unit(lj_slice bytes, size_t at, int32_t *out)
{
    size_t slashes = 0;
    while (slashes < 2 && at + slashes < bytes.len && bytes.ptr[at + slashes] == '\\') {
        slashes++;
    }
    size_t digits = at + slashes + 1;
    if (slashes == 0 || digits >= bytes.len || bytes.ptr[digits - 1] != 'u') {
        return 0;
    }
    *out = code_unit(bytes, digits);
    return *out >= 0 ? slashes + 5 : 0;
}

size_t plain_escape(lj_slice bytes, size_t at, uint32_t *out_point)
{
    int32_t unit = 0;
    int32_t low = 0;
    size_t len = escape_unit(bytes, at, &unit);
    *out_point = (uint32_t)unit;
    if (len > 0 && unit >= 0xD800 && unit < 0xDC00) {
        size_t more = escape_unit(bytes, at + len, &low);
        if (more > 0 && low >= 0xDC00 && low < 0xE000) {
            *out_point = 0x10000 + (((uint32_t)unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
            len += more;
        }
    }
    return len;
}

size_t plain_escaped_seed(const struct text_seeds *seeds, lj_slice bytes, size_t from)
{
    uint8_t room[STRETCH + POINT_MAX];
    while (from < bytes.len) {
        const uint8_t *slash = memchr(bytes.ptr + from, '\\', bytes.len - from);
        if (slash == NULL) {
            break;
        }
        size_t at = (size_t)(slash - bytes.ptr);
        size_t start = at;
        uint32_t point = 0;
        lj_buf out = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
        bool any = false;
        while (at < bytes.len && out.len < STRETCH && bytes.ptr[at] != '\n') {
            size_t len = plain_escape(bytes, at, &point);
            if (len == 0 && (!any || bytes.ptr[at] == '\\' || bytes.ptr[at] == '"')) {
                break;
            }
            lj_buf_put_utf8(&out,
                            len > 0 ? point : bytes.ptr[at]); /* a byte of a letter: never a seed */
            at += len > 0 ? len : 1;
            any = any || len > 0;
        }
        if (any && text_seeds_find(seeds, TEXT_UTF8, lj_buf_slice(&out), 0) < out.len) {
            return start;
        }
        from = at > start ? at : start + 1;
    }
    return bytes.len;
}

bool plain_is_json(lj_str head)
{
    size_t at = 0;
    while (at < head.len && (uint8_t)head.ptr[at] <= ' ') {
        at++;
    }
    if (at + 1 >= head.len || (head.ptr[at] != '{' && head.ptr[at] != '[')) {
        return false;
    }
    /* [section] of an ini file, or a brace of something else, is not followed by a value */
    size_t next = at + 1;
    while (next < head.len && (uint8_t)head.ptr[next] <= ' ') {
        next++;
    }
    return next < head.len && (head.ptr[next] == '"' || head.ptr[next] == '{' ||
                               head.ptr[next] == '[' || head.ptr[next] == '}');
}

/* ---- strings in a piece ---- */

typedef struct strings {
    plain *p;
    const plain_piece *piece;
    lj_slice text;
    size_t counted; /* line_no belongs to this byte */
    uint32_t line_no;
} strings;

/* Decodes text[from, to) into out. True when it held escapes of letters. */
static bool decode(lj_slice text, size_t from, size_t to, lj_buf *out)
{
    lj_slice part = lj_slice_part(text, 0, to);
    bool escaped = false;
    lj_buf_clear(out);
    while (from < to) {
        uint32_t point = 0;
        uint8_t c = text.ptr[from];
        size_t len = c == '\\' ? plain_escape(part, from, &point) : 0;
        if (len > 0) {
            lj_buf_put_utf8(out, point);
            escaped = escaped || point >= 0x80;
        } else if (c == '\\' && from + 1 < to) {
            uint8_t next = text.ptr[from + 1];
            uint8_t plain_letter = next == 'n'   ? '\n'
                                   : next == 't' ? '\t'
                                   : next == 'r' ? '\r'
                                                 : next;
            lj_buf_put_u8(out, plain_letter);
            len = 2;
        } else {
            lj_buf_put_u8(out, c);
            len = 1;
        }
        from += len;
    }
    return escaped;
}

static bool is_wanted(const strings *s, lj_slice value)
{
    const plain *p = s->p;
    return p->wants_all || text_seeds_find(p->seeds, TEXT_UTF8, value, 0) < value.len;
}

/* The next "\u" at or behind `from`, or text.len. */
static size_t find_escape(lj_slice text, size_t from)
{
    while (from < text.len) {
        const uint8_t *slash = memchr(text.ptr + from, '\\', text.len - from);
        if (slash == NULL) {
            break;
        }
        from = (size_t)(slash - text.ptr) + 1;
        if (from < text.len && text.ptr[from] == 'u') {
            return from - 1;
        }
    }
    return text.len;
}

/* Emits the value text[from, to) with the key that was decoded before; the key may be empty. */
static lj_code emit_value(strings *s, size_t from, size_t to, bool is_member)
{
    plain *p = s->p;
    bool escaped = decode(s->text, from, to, &p->value);
    lj_slice value = lj_buf_slice(&p->value);
    bool worth = escaped || (is_member && plain_has_high(value));
    if (!worth || !lj_buf_ok(&p->value) || !lj_utf8_is_valid(value) || !is_wanted(s, value)) {
        return LJ_OK;
    }
    s->line_no += (uint32_t)plain_line_ends(s->text, s->counted, from);
    s->counted = from;
    span what = span_of(SPAN_ATTRIBUTE, lj_buf_str(&p->value));
    what.label = lj_buf_ok(&p->key) && lj_utf8_is_valid(lj_buf_slice(&p->key)) ? lj_buf_str(&p->key)
                                                                               : (lj_str){NULL, 0};
    what.origin = escaped ? SPAN_DECODED : SPAN_NATIVE;
    what.story_id = STRING_STORY;
    what.place.row_no = s->line_no;
    plain_place(p, s->piece, from, to - from, &what);
    if (value.len != to - from) { /* the map counts the escapes' bytes, the text their letters */
        what.maps = NULL;
        what.map_count = 0;
    }
    return format_emit(p->run, &what);
}

static size_t skip_blanks(lj_slice text, size_t at, size_t to)
{
    while (at < to && (text.ptr[at] == ' ' || text.ptr[at] == '\t' || text.ptr[at] == '\r' ||
                       text.ptr[at] == '\n')) {
        at++;
    }
    return at;
}

/* The closing quote of the string that begins behind `at`, or the end of its line. */
static size_t string_end(lj_slice text, size_t at, size_t to, uint8_t quote)
{
    while (at < to && text.ptr[at] != quote && text.ptr[at] != '\n') {
        at += text.ptr[at] == '\\' ? 2 : 1;
    }
    return lj_min_size(at, to);
}

/* A word before "=" or ":" that ends at `to`, as a key. */
static void take_bare_key(strings *s, size_t from, size_t to)
{
    while (to > from && (s->text.ptr[to - 1] == ' ' || s->text.ptr[to - 1] == '\t')) {
        to--;
    }
    lj_buf_clear(&s->p->key);
    if (to > from && (s->text.ptr[to - 1] == '=' || s->text.ptr[to - 1] == ':')) {
        size_t end = to - 1;
        while (end > from && s->text.ptr[end - 1] == ' ') {
            end--;
        }
        size_t start = end;
        while (start > from && s->text.ptr[start - 1] > ' ' && end - start < KEY_MAX) {
            start--;
        }
        (void)decode(s->text, start, end, &s->p->key);
    }
}

/* Strings of [from, to), each with the key that stands before it. */
static lj_code emit_quoted(strings *s, size_t from, size_t to)
{
    lj_code code = LJ_OK;
    size_t at = from;
    size_t behind = from; /* of the string before this one */
    bool has_key = false;
    bool json = s->p->is_json;
    while (at < to && code == LJ_OK) {
        uint8_t quote = s->text.ptr[at];
        if (quote != '"' && (json || quote != '\'')) {
            at++;
            continue;
        }
        size_t end = string_end(s->text, at + 1, to, quote);
        size_t next = skip_blanks(s->text, end + 1 < to ? end + 1 : to, to);
        if (json && next < to && s->text.ptr[next] == ':') {
            (void)decode(s->text, at + 1, end, &s->p->key);
            has_key = true;
            next++;
        } else {
            if (!json) {
                take_bare_key(s, behind, at);
            } else if (!has_key) {
                lj_buf_clear(&s->p->key);
            }
            code = emit_value(s, at + 1, end, has_key);
            has_key = false;
        }
        behind = at = next > at ? next : at + 1;
    }
    return code;
}

/* A line of another file: its quoted strings, else what stands behind "=" or ":". */
static lj_code emit_line(strings *s, size_t from, size_t to)
{
    size_t escape = find_escape(s->text, from);
    for (size_t i = from; i < escape; i++) {
        if (s->text.ptr[i] == '"' || s->text.ptr[i] == '\'') {
            return emit_quoted(s, from, to);
        }
    }
    size_t start = from;
    while (start < escape && s->text.ptr[start] != '=' && s->text.ptr[start] != ':') {
        start++;
    }
    bool has_key = start < escape;
    start = has_key ? start + 1 : from;
    take_bare_key(s, from, start);
    size_t end = to;
    while (end > start && s->text.ptr[end - 1] <= ' ') {
        end--;
    }
    return emit_value(s, skip_blanks(s->text, start, end), end, /* is_member= */ false);
}

lj_code plain_emit_strings(plain *p, const plain_piece *piece)
{
    strings s = {.p = p, .piece = piece, .text = lj_str_bytes(piece->text)};
    s.line_no = piece->line_no;
    if (p->is_json) {
        return emit_quoted(&s, 0, s.text.len);
    }
    lj_code code = LJ_OK;
    size_t at = 0;
    while (at < s.text.len && code == LJ_OK) {
        size_t escape = find_escape(s.text, at);
        if (escape == s.text.len) {
            break;
        }
        size_t from = plain_lines_up(s.text, escape, at, 0, VALUE_MAX);
        size_t to = plain_line_end(s.text, escape, s.text.len);
        code = emit_line(&s, from, to);
        at = to;
    }
    return code;
}
