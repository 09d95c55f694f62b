/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tokens of content streams (ISO 32000-2 7.2 and 7.8.2), over a window that the caller refills.
 *
 * Content streams have no references and no streams, so this is smaller than the lexer of files,
 * and it knows nothing of MuPDF: bytes in, tokens out. A token that touches the end of the window
 * is asked for again with more bytes (FORMAT_PDF_MORE). Damage is read over: a stray delimiter is
 * skipped, a bad number counts as far as it goes, `12-34` is 12 as in other readers. */
#include "formats/pdf/pdf_priv.h"

enum { KIND_REGULAR = 0, KIND_BLANK, KIND_DELIMITER };

static int kind_of(uint8_t letter)
{
    switch (letter) {
    case 0:
    case '\t':
    case '\n':
    case '\f':
    case '\r':
    case ' ':
        return KIND_BLANK;
    case '(':
    case ')':
    case '<':
    case '>':
    case '[':
    case ']':
    case '{':
    case '}':
    case '/':
    case '%':
        return KIND_DELIMITER;
    default:
        return KIND_REGULAR;
    }
}

static int hex_of(uint8_t letter)
{
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    uint8_t low = letter | 0x20;
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Offset of the first letter of a token; window.len when there is none. Comments count as blanks.
 */
static size_t skip_blanks(lj_slice window, size_t at, bool *out_in_comment)
{
    bool comment = false;
    for (; at < window.len; at++) {
        uint8_t letter = window.ptr[at];
        if (comment) {
            comment = letter != '\n' && letter != '\r';
        } else if (letter == '%') {
            comment = true;
        } else if (kind_of(letter) != KIND_BLANK) {
            break;
        }
    }
    *out_in_comment = comment;
    return at;
}

static float number_of(const uint8_t *ptr, size_t len)
{
    size_t i = 0;
    bool negative = false;
    double value = 0;
    double scale = 1;
    bool fraction = false;
    for (; i < len && (ptr[i] == '-' || ptr[i] == '+'); i++) {
        negative = negative || ptr[i] == '-';
    }
    for (; i < len; i++) {
        if (ptr[i] == '.' && !fraction) {
            fraction = true;
        } else if (ptr[i] >= '0' && ptr[i] <= '9') {
            value = value * 10 + (ptr[i] - '0');
            scale = fraction ? scale * 10 : scale;
        } else {
            break;
        }
        if (value > 1e15 || scale > 1e15) {
            break;
        }
    }
    value /= scale;
    value = value > 1e9 ? 1e9 : value;
    return (float)(negative ? -value : value);
}

static void put(lj_buf *text, uint8_t letter)
{
    if (text != NULL) {
        lj_buf_put_u8(text, letter);
    }
}

/* A name from behind its solidus to `end`, with #xx decoded (7.3.5). */
static void name_decode(lj_slice name, lj_buf *text)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '#' && i + 2 < name.len && hex_of(name.ptr[i + 1]) >= 0 &&
            hex_of(name.ptr[i + 2]) >= 0) {
            put(text, (uint8_t)(hex_of(name.ptr[i + 1]) * 16 + hex_of(name.ptr[i + 2])));
            i += 2;
        } else {
            put(text, name.ptr[i]);
        }
    }
}

/* The letter behind a backslash at `at`, which is inside the string; *at is moved behind it
 * (7.3.4.2, table 3). */
static void escape_decode(lj_slice string, size_t *at, lj_buf *text)
{
    uint8_t letter = string.ptr[(*at)++];
    if (letter >= '0' && letter <= '7') {
        int value = letter - '0';
        for (int i = 0;
             i < 2 && *at < string.len && string.ptr[*at] >= '0' && string.ptr[*at] <= '7'; i++) {
            value = value * 8 + (string.ptr[(*at)++] - '0');
        }
        put(text, (uint8_t)value);
        return;
    }
    switch (letter) {
    case 'n':
        put(text, '\n');
        break;
    case 'r':
        put(text, '\r');
        break;
    case 't':
        put(text, '\t');
        break;
    case 'b':
        put(text, '\b');
        break;
    case 'f':
        put(text, '\f');
        break;
    case '\r': /* a line that goes on */
        if (*at < string.len && string.ptr[*at] == '\n') {
            (*at)++;
        }
        break;
    case '\n':
        break;
    default:
        put(text, letter);
    }
}

static void string_decode(lj_slice string, lj_buf *text)
{
    for (size_t i = 0; i < string.len;) {
        uint8_t letter = string.ptr[i++];
        if (letter == '\\' && i < string.len) {
            escape_decode(string, &i, text);
        } else {
            put(text, letter);
        }
    }
}

/* A literal string; at: behind its parenthesis. The offset behind its end, or SIZE_MAX when it goes
 * on. */
static size_t string_end(lj_slice window, size_t at)
{
    uint32_t depth = 1;
    for (; at < window.len; at++) {
        uint8_t letter = window.ptr[at];
        if (letter == '\\') {
            at++;
        } else if (letter == '(') {
            depth++;
        } else if (letter == ')' && --depth == 0) {
            return at + 1;
        }
    }
    return SIZE_MAX;
}

static void hex_decode(lj_slice string, lj_buf *text)
{
    int high = -1;
    for (size_t i = 0; i < string.len; i++) {
        int digit = hex_of(string.ptr[i]);
        if (digit < 0) {
            continue;
        }
        if (high < 0) {
            high = digit;
        } else {
            put(text, (uint8_t)(high * 16 + digit));
            high = -1;
        }
    }
    if (high >= 0) {
        put(text, (uint8_t)(high * 16));
    }
}

/* Strings in parentheses and in angle brackets. */
static format_pdf_token_kind lex_string(lj_slice window, size_t *pos, bool is_last, lj_buf *text)
{
    size_t from = *pos + 1;
    bool is_hex = window.ptr[*pos] == '<';
    size_t end = 0;
    if (is_hex) {
        const uint8_t *close = memchr(window.ptr + from, '>', window.len - from);
        end = close == NULL ? SIZE_MAX : (size_t)(close - window.ptr) + 1;
    } else {
        end = string_end(window, from);
    }
    if (end == SIZE_MAX) {
        if (!is_last) {
            return FORMAT_PDF_MORE;
        }
        end = window.len + 1; /* cut: what is there counts */
    }
    lj_slice body = lj_slice_part(window, from, end - 1 - from);
    if (is_hex) {
        hex_decode(body, text);
    } else {
        string_decode(body, text);
    }
    *pos = lj_min_size(end, window.len);
    return FORMAT_PDF_STRING;
}

/* Numbers, names and words: up to the next blank or delimiter. */
static void lex_regular(lj_slice window, size_t *pos, bool is_last, lj_buf *text,
                        format_pdf_token *out)
{
    bool is_name = window.ptr[*pos] == '/';
    size_t from = *pos + (is_name ? 1 : 0);
    size_t end = from;
    while (end < window.len && kind_of(window.ptr[end]) == KIND_REGULAR) {
        end++;
    }
    if (end == window.len && !is_last) {
        out->kind = FORMAT_PDF_MORE;
        return;
    }
    lj_slice body = lj_slice_part(window, from, end - from);
    *pos = end;
    if (is_name) {
        out->kind = FORMAT_PDF_NAME;
        name_decode(body, text);
        return;
    }
    uint8_t first = window.ptr[from];
    if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') {
        out->kind = FORMAT_PDF_NUMBER;
        out->number = number_of(body.ptr, body.len);
        return;
    }
    out->kind = FORMAT_PDF_WORD;
    for (size_t i = 0; i < body.len && body.len <= 4; i++) {
        out->word |= (uint32_t)body.ptr[i] << (8 * i);
    }
}

format_pdf_token format_pdf_lex(lj_slice window, size_t *pos, bool is_last, lj_buf *text)
{
    format_pdf_token out = {.kind = FORMAT_PDF_MORE, .text_at = (uint32_t)text->len};
    bool in_comment = false;
    size_t at = skip_blanks(window, *pos, &in_comment);
    if (at >= window.len) {
        if (is_last) {
            *pos = window.len;
            out.kind = FORMAT_PDF_END;
        } else if (!in_comment) {
            *pos = window.len;
        }
        return out;
    }
    size_t start = at;
    uint8_t next = at + 1 < window.len ? window.ptr[at + 1] : 0;
    switch (window.ptr[at]) {
    case '(':
        out.kind = lex_string(window, &at, is_last, text);
        break;
    case '<':
        if (at + 1 >= window.len && !is_last) {
            break;
        }
        if (next == '<') {
            out.kind = FORMAT_PDF_DICT;
            at += 2;
        } else {
            out.kind = lex_string(window, &at, is_last, text);
        }
        break;
    case '>':
        if (at + 1 >= window.len && !is_last) {
            break;
        }
        out.kind = FORMAT_PDF_DICT_END;
        at += next == '>' ? 2 : 1;
        break;
    case '[':
        out.kind = FORMAT_PDF_ARRAY;
        at++;
        break;
    case ']':
        out.kind = FORMAT_PDF_ARRAY_END;
        at++;
        break;
    case ')':
    case '{':
    case '}': /* stray: a word that nobody knows */
        out.kind = FORMAT_PDF_WORD;
        at++;
        break;
    default:
        lex_regular(window, &at, is_last, text, &out);
    }
    *pos = out.kind == FORMAT_PDF_MORE ? start : at;
    out.text_len = (uint32_t)(text->len - out.text_at);
    return out;
}
