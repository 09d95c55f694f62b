/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The HTML tokenizer: the states of HTML 13.2.5 as far as text needs them. One pass, no memory,
 * never stuck: every call takes at least one byte. Traps kept from real pages: attributes without
 * quotes, quotes that never close (the tag then ends at the next '>'), comments that never close
 * (the rest is a comment), "<" in running text, scripts with "</" inside strings, NUL bytes. */
#include "formats/markup/html.h"

#include "base/num.h"

enum {
    QUOTED_MAX = 1024 * 1024,
    POINT_MAX = 0x10FFFF,
    REFERENCE_MAX = 48, /* bytes of a character reference */
    LEGACY = 0x100,     /* names of letters below it need no semicolon */
};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f';
}

static bool is_letter(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

const html_attr *html_attr_lookup(const html_token *token, const char *name)
{
    for (uint32_t i = 0; i < token->attr_count; i++) {
        if (lj_slice_is_nocase(token->attrs[i].name, lj_cstr_bytes(name))) {
            return &token->attrs[i];
        }
    }
    return NULL;
}

/* ---- character references ---- */

/* Decodes one reference at text[0] == '&'; returns how many bytes it took, 0 when it is none. */
static size_t decode_reference(lj_slice text, lj_buf *out)
{
    if (text.len < 3) {
        return 0;
    }
    if (text.ptr[1] != '#') {
        size_t len = 0;
        uint32_t code_point = html_entity_lookup(lj_slice_part(text, 1, 24), &len);
        bool closed = 1 + len < text.len && text.ptr[1 + len] == ';';
        if (code_point == 0 || (!closed && code_point >= LEGACY)) {
            return 0;
        }
        lj_buf_put_utf8(out, code_point);
        return 1 + len + (closed ? 1 : 0);
    }
    bool hex = (text.ptr[2] | 32) == 'x'; /* leading zeros may be many */
    size_t at = hex ? 3 : 2;
    size_t first = at;
    uint32_t value = 0;
    while (at < text.len) {
        uint8_t c = text.ptr[at];
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
                         : hex && (c | 32) >= 'a' && (c | 32) <= 'f'
                             ? (uint32_t)((c | 32) - 'a' + 10)
                             : 99;
        if (digit == 99) {
            break;
        }
        value = value > POINT_MAX ? value : value * (hex ? 16 : 10) + digit;
        at++;
    }
    if (at == first) {
        return 0;
    }
    lj_buf_put_utf8(out, value == 0 ? 0xFFFD : value);
    return at + (at < text.len && text.ptr[at] == ';' ? 1 : 0);
}

void html_decode(lj_slice text, lj_buf *out)
{
    size_t at = 0;
    while (at < text.len) {
        const uint8_t *amp = memchr(text.ptr + at, '&', text.len - at);
        size_t next = amp != NULL ? (size_t)(amp - text.ptr) : text.len;
        lj_buf_put(out, lj_slice_part(text, at, next - at));
        at = next;
        if (at < text.len) {
            size_t taken = decode_reference(lj_slice_part(text, at, REFERENCE_MAX), out);
            if (taken == 0) {
                lj_buf_put_u8(out, '&');
                taken = 1;
            }
            at += taken;
        }
    }
}

/* ---- tags ---- */

static lj_slice take_name(html_cur *cur)
{
    size_t from = cur->pos;
    while (cur->pos < cur->text.len) {
        uint8_t c = cur->text.ptr[cur->pos];
        if (is_blank(c) || c == '>' || c == '/' || c == '=') {
            break;
        }
        cur->pos++;
    }
    return lj_slice_part(cur->text, from, cur->pos - from);
}

static void skip_blanks(html_cur *cur)
{
    while (cur->pos < cur->text.len && is_blank(cur->text.ptr[cur->pos])) {
        cur->pos++;
    }
}

static lj_slice take_value(html_cur *cur)
{
    skip_blanks(cur);
    if (cur->pos >= cur->text.len) {
        return (lj_slice){NULL, 0};
    }
    uint8_t quote = cur->text.ptr[cur->pos];
    if (quote == '"' || quote == '\'') {
        lj_slice rest = lj_slice_part(cur->text, cur->pos + 1, QUOTED_MAX);
        if (rest.len == 0) {
            cur->pos = cur->text.len;
            cur->quote = quote;
            return rest;
        }
        const uint8_t *end = memchr(rest.ptr, quote, rest.len);
        if (end == NULL) { /* never closed: the tag's end must do, or the next piece of the file */
            end = memchr(rest.ptr, '>', rest.len);
            cur->quote = end == NULL ? quote : 0;
            end = end != NULL ? end : rest.ptr + rest.len;
            cur->pos += 1 + (size_t)(end - rest.ptr);
            return lj_slice_of(rest.ptr, (size_t)(end - rest.ptr));
        }
        cur->pos += 2 + (size_t)(end - rest.ptr);
        return lj_slice_of(rest.ptr, (size_t)(end - rest.ptr));
    }
    size_t from = cur->pos;
    while (cur->pos < cur->text.len && !is_blank(cur->text.ptr[cur->pos]) &&
           cur->text.ptr[cur->pos] != '>') {
        cur->pos++;
    }
    return lj_slice_part(cur->text, from, cur->pos - from);
}

static void take_attributes(html_cur *cur, html_token *out)
{
    for (;;) {
        while (cur->pos < cur->text.len &&
               (is_blank(cur->text.ptr[cur->pos]) || cur->text.ptr[cur->pos] == '/')) {
            cur->pos++;
        }
        if (cur->pos >= cur->text.len) {
            return;
        }
        if (cur->text.ptr[cur->pos] == '>') {
            cur->pos++;
            return;
        }
        html_attr attr = {
            take_name(cur), {NULL, 0}
        };
        skip_blanks(cur);
        if (cur->pos < cur->text.len && cur->text.ptr[cur->pos] == '=') {
            cur->pos++;
            attr.value = take_value(cur);
        } else if (attr.name.len == 0) {
            cur->pos++; /* a stray sign */
            continue;
        }
        if (out->attr_count < HTML_ATTRS_MAX) {
            out->attrs[out->attr_count++] = attr;
        }
    }
}

/* Up to `end` (without case) or the end of the text; moves behind it. */
static lj_slice take_until(html_cur *cur, lj_slice end)
{
    lj_slice rest = lj_slice_part(cur->text, cur->pos, SIZE_MAX);
    size_t len = lj_slice_find(rest, end);
    if (len == SIZE_MAX) {
        cur->pos = cur->text.len;
        return rest;
    }
    cur->pos += len + end.len;
    return lj_slice_part(rest, 0, len);
}

/* "<!...": comments (also "<!-->" and "<!doctype>"), CDATA, processing instructions. */
static void take_declaration(html_cur *cur, html_token *out)
{
    lj_slice rest = lj_slice_part(cur->text, cur->pos, 16);
    out->kind = HTML_COMMENT;
    if (lj_slice_has_prefix(rest, LJ_BYTES("<!-->"))) {
        cur->pos += 5;
    } else if (lj_slice_has_prefix(rest, LJ_BYTES("<!--"))) {
        cur->pos += 4;
        out->text = take_until(cur, LJ_BYTES("-->"));
    } else if (lj_slice_has_prefix(rest, LJ_BYTES("<![CDATA["))) {
        cur->pos += 9;
        out->kind = HTML_TEXT;
        out->text = take_until(cur, LJ_BYTES("]]>"));
    } else {
        cur->pos += 2;
        out->text = take_until(cur, LJ_BYTES(">"));
    }
}

static bool take_raw(html_cur *cur, html_token *out)
{
    size_t name_len = strlen(cur->raw);
    size_t at = cur->pos;
    for (;;) {
        lj_slice rest = lj_slice_part(cur->text, at, SIZE_MAX);
        size_t hit = lj_slice_find(rest, LJ_BYTES("</"));
        if (hit == SIZE_MAX) {
            at = cur->text.len;
            break;
        }
        at += hit;
        if (lj_slice_is_nocase(lj_slice_part(cur->text, at + 2, name_len),
                               lj_cstr_bytes(cur->raw))) {
            break;
        }
        at += 2;
    }
    *out = (html_token){.kind = HTML_RAW, .name = lj_cstr_bytes(cur->raw), .off = cur->pos};
    out->text = lj_slice_part(cur->text, cur->pos, at - cur->pos);
    bool closed = at < cur->text.len;
    cur->pos = at;
    if (out->text.len == 0) {
        cur->raw = NULL;
        return false;
    }
    if (closed) {
        cur->raw = NULL; /* else the element goes on in the next piece of the file */
    }
    return true;
}

static void begin_raw(html_cur *cur, lj_slice name)
{
    static const char *const names[] = {"script", "style", "textarea", "title"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if (lj_slice_is_nocase(name, lj_cstr_bytes(names[i]))) {
            cur->raw = names[i];
        }
    }
}

bool html_next(html_cur *cur, html_token *out)
{
    if (cur->quote != 0) { /* a value longer than a piece: a picture in base64; its tag goes on */
        lj_slice gone = lj_slice_part(cur->text, cur->pos, SIZE_MAX);
        const uint8_t *end = gone.len > 0 ? memchr(gone.ptr, cur->quote, gone.len) : NULL;
        cur->pos = end != NULL ? (size_t)(end - cur->text.ptr) + 1 : cur->text.len;
        if (end == NULL) {
            return false;
        }
        cur->quote = 0;
        *out = (html_token){.kind = HTML_START, .name = LJ_BYTES("img"), .off = cur->pos};
        take_attributes(cur, out);
        return true;
    }
    if (cur->raw != NULL && cur->pos < cur->text.len && take_raw(cur, out)) {
        return true;
    }
    if (cur->pos >= cur->text.len) {
        return false;
    }
    *out = (html_token){.kind = HTML_TEXT, .off = cur->pos};
    lj_slice rest = lj_slice_part(cur->text, cur->pos, SIZE_MAX);
    uint8_t next = rest.len > 1 ? rest.ptr[1] : 0;
    if (rest.ptr[0] == '<' && (next == '!' || next == '?')) {
        take_declaration(cur, out);
        return true;
    }
    if (rest.ptr[0] == '<' &&
        (is_letter(next) || (next == '/' && rest.len > 2 && is_letter(rest.ptr[2])))) {
        out->kind = next == '/' ? HTML_END : HTML_START;
        cur->pos += next == '/' ? 2 : 1;
        out->name = take_name(cur);
        take_attributes(cur, out);
        if (out->kind == HTML_START) {
            begin_raw(cur, out->name);
        }
        return true;
    }
    const uint8_t *tag = rest.len > 1 ? memchr(rest.ptr + 1, '<', rest.len - 1) : NULL;
    size_t len = tag != NULL ? (size_t)(tag - rest.ptr) : rest.len;
    out->text = lj_slice_part(rest, 0, len);
    cur->pos += len;
    return true;
}
