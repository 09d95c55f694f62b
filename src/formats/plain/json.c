/* SPDX-License-Identifier: AGPL-3.0-or-later
 * JSON (RFC 8259) as keys and values: a tokenizer that looks at strings only and never fails. Each
 * string value that holds a letter beyond ASCII, plainly or as \uXXXX (section 7), is emitted with
 * its key as label. */
#include "base/json.h"
#include "base/num.h"
#include "formats/plain/plain.h"

enum { VALUE_MAX = 64 * 1024, KEY_MAX = 256 };

bool plain_is_json(lj_str head)
{
    size_t at = 0;
    while (at < head.len && (head.ptr[at] == ' ' || head.ptr[at] == '\n' || head.ptr[at] == '\r' ||
                             head.ptr[at] == '\t')) {
        at++;
    }
    return at + 1 < head.len && (head.ptr[at] == '{' || head.ptr[at] == '[');
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The code unit of \uXXXX at `at` (behind the u), or -1. */
static int32_t code_unit(lj_str text, size_t at)
{
    int32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = at + i < text.len ? hex_digit(text.ptr[at + i]) : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* Decodes the string whose first byte behind the quote is at *at; moves *at behind the closing
 * quote. True when it holds a letter beyond ASCII. */
static bool decode_string(lj_str text, size_t *at, lj_buf *out, bool *out_escaped)
{
    bool beyond = false;
    *out_escaped = false;
    size_t i = *at;
    while (i < text.len && text.ptr[i] != '"') {
        char c = text.ptr[i];
        if (c != '\\' || i + 1 >= text.len) {
            beyond = beyond || (unsigned char)c >= 0x80;
            lj_buf_put_u8(out, (uint8_t)c);
            i++;
            continue;
        }
        int32_t unit = text.ptr[i + 1] == 'u' ? code_unit(text, i + 2) : -1;
        if (unit < 0) {
            char escaped = text.ptr[i + 1];
            lj_buf_put_u8(out, escaped == 'n'   ? '\n'
                               : escaped == 't' ? '\t'
                               : escaped == 'r' ? '\r'
                                                : (uint8_t)escaped);
            i += 2;
            continue;
        }
        i += 6;
        uint32_t code_point = (uint32_t)unit;
        if (unit >= 0xD800 && unit < 0xDC00 && i + 1 < text.len && text.ptr[i] == '\\' &&
            text.ptr[i + 1] == 'u') {
            int32_t low = code_unit(text, i + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                code_point = 0x10000 + (((uint32_t)unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
                i += 6;
            }
        }
        beyond = beyond || code_point >= 0x80;
        *out_escaped = true;
        lj_buf_put_utf8(out, code_point);
    }
    *at = i + 1;
    return beyond;
}

lj_code plain_emit_json(plain *p, lj_str text)
{
    lj_arena *arena = format_arena(p->run);
    lj_buf value;
    lj_buf key;
    lj_buf_init(&value, arena, VALUE_MAX);
    lj_buf_init(&key, arena, KEY_MAX);
    size_t at = 0;
    lj_code code = LJ_OK;
    while (at < text.len && code == LJ_OK) {
        const char *quote = memchr(text.ptr + at, '"', text.len - at);
        if (quote == NULL) {
            break;
        }
        size_t start = (size_t)(quote - text.ptr) + 1;
        at = start;
        lj_buf_clear(&value);
        bool escaped = false;
        bool beyond = decode_string(text, &at, &value, &escaped);
        size_t next = at;
        while (next < text.len && (text.ptr[next] == ' ' || text.ptr[next] == '\n' ||
                                   text.ptr[next] == '\r' || text.ptr[next] == '\t')) {
            next++;
        }
        if (next < text.len && text.ptr[next] == ':') {
            lj_buf_clear(&key);
            lj_buf_put(&key, lj_slice_part(lj_buf_slice(&value), 0, KEY_MAX));
            if (!lj_utf8_is_valid(
                    lj_buf_slice(&key))) { /* a key that was cut inside a letter is no label */
                lj_buf_clear(&key);
            }
        } else if (beyond && lj_buf_ok(&value) && lj_utf8_is_valid(lj_buf_slice(&value))) {
            span what = span_of(SPAN_ATTRIBUTE, lj_buf_str(&value));
            what.label = lj_buf_str(&key);
            what.origin = escaped ? SPAN_DECODED : SPAN_NATIVE;
            what.src_off = start;
            code = format_emit(p->run, &what);
        }
    }
    return code;
}
