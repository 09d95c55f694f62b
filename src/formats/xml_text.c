/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What stands between tags: text with its references, CDATA, comments, processing instructions,
 * declarations.
 *
 * Specification: XML 1.0 2.4 to 2.8, 2.11, 3.3.3, 4.1, 4.6.
 *
 * Model. See xml_token.c. Text ends at the next "<", or where the buffer ends, but never inside of
 * a reference. Comments and CDATA are handed out piece by piece while their end is looked for.
 *
 * Traps. A declaration may hold ">" in quotes, brackets and comments. An instruction without "?>"
 * would swallow the rest of the part: after PI_MAX bytes it ends at the first ">". */
#include "formats/xml_priv.h"

#include "base/num.h"

enum {
    ENTITY_MAX = 16,     /* bytes of a reference that may wait for the next window */
    PI_MAX = 64 * 1024,  /* beyond it "?>" is taken as forgotten */
    SHORT_TEXT = 48,     /* bytes before memchr() is worth its call */
    DECLARATION_LEN = 9, /* of "<![CDATA[" */
};

/* ---- references ---- */

/* The character of a reference at bytes.ptr[0] == '&' (4.1, 4.6): its code point and length, or 0
 * when it is none. A numeric one without ";" is taken all the same. */
static size_t take_reference(lj_slice bytes, uint32_t *out_point)
{
    static const struct {
        const char *text;
        size_t len;
        uint32_t point;
    } rows[] = {
        {"&lt;",   4, '<' },
        {"&gt;",   4, '>' },
        {"&amp;",  5, '&' },
        {"&quot;", 6, '"' },
        {"&apos;", 6, '\''}
    };
    if (bytes.len < 3 || bytes.ptr[1] != '#') {
        for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
            if (lj_slice_has_prefix(bytes, lj_slice_of(rows[i].text, rows[i].len))) {
                *out_point = rows[i].point;
                return rows[i].len;
            }
        }
        return 0;
    }
    bool hex = bytes.ptr[2] == 'x' || bytes.ptr[2] == 'X';
    size_t at = hex ? 3 : 2;
    size_t from = at;
    uint32_t point = 0;
    for (; at < bytes.len; at++) {
        uint32_t c = bytes.ptr[at];
        uint32_t lower = c | 0x20U;
        uint32_t digit = c >= '0' && c <= '9'                  ? c - '0'
                         : hex && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                               : UINT32_MAX;
        if (digit == UINT32_MAX) {
            break;
        }
        point = point > 0x10FFFF ? point : point * (hex ? 16 : 10) + digit;
    }
    if (at == from) {
        return 0;
    }
    *out_point = point == 0 ? 0xFFFD : point; /* buf makes the other impossible ones U+FFFD */
    return at < bytes.len && bytes.ptr[at] == ';' ? at + 1 : at;
}

/* A reference to what the document itself declares (4.2): the declaration was handed out as text,
 * but what the reader of the page sees was not put together. Values are left out: drawing programs
 * write their namespaces so. */
static void note_unexpanded(xml_reader *xml, lj_slice bytes)
{
    bool is_name = bytes.len > 1 && bytes.ptr[1] != '#' && bytes.ptr[1] > ' ';
    if (is_name && xml->has_entities && !xml->told_entity && xml->in.run != NULL) {
        xml->told_entity = true;
        format_gap(xml->in.run, GAP_UNSUPPORTED, "entity", xml->place);
    }
}

/* Decodes references and line ends (2.11; in values also 3.3.3) behind what `decoded` holds. */
lj_str xml_decode(xml_reader *xml, lj_slice bytes, bool is_value)
{
    size_t before = xml->decoded.len;
    size_t from = 0;
    for (size_t at = 0; at < bytes.len;) {
        uint8_t c = bytes.ptr[at];
        uint8_t stop = is_value ? XML_VALUE_STOP : XML_TEXT_STOP;
        if ((xml_classes[c] & stop) == 0 || c == '"' || c == '\'' || c == '<') {
            at++;
            continue;
        }
        lj_buf_put(&xml->decoded, lj_slice_part(bytes, from, at - from));
        from = at;
        if (c == '&') {
            uint32_t point = 0;
            size_t len = take_reference(lj_slice_part(bytes, at, SIZE_MAX), &point);
            if (len == 0) {
                xml_set_bad(xml, xml->in.pos);
                if (!is_value) {
                    note_unexpanded(xml, lj_slice_part(bytes, at, SIZE_MAX));
                }
                at++;
                continue;
            }
            lj_buf_put_utf8(&xml->decoded, point);
            at += len;
        } else {
            at += c == '\r' && at + 1 < bytes.len && bytes.ptr[at + 1] == '\n' ? 2 : 1;
            lj_buf_put_u8(&xml->decoded, is_value ? ' ' : '\n');
        }
        from = at;
    }
    lj_buf_put(&xml->decoded, lj_slice_part(bytes, from, SIZE_MAX));
    if (!lj_buf_ok(&xml->decoded)) {
        xml->status.is_short = true;
        return (lj_str){(const char *)bytes.ptr, bytes.len};
    }
    size_t len = xml->decoded.len - before;
    return len > 0 ? (lj_str){(const char *)xml->decoded.ptr + before, len} : (lj_str){NULL, 0};
}

/* ---- text and the rest ---- */

static const xml_token *give_text(xml_reader *xml, xml_kind kind, lj_str text, size_t next)
{
    xml->token = (xml_token){.kind = kind,
                             .id = XML_NO_ID,
                             .is_flat = xml->flat_open > 0,
                             .depth = xml->depth,
                             .text = text,
                             .off = xml->in.base + xml->in.bom_len + xml->in.pos};
    xml->in.pos = next;
    return &xml->token;
}

static lj_str part_str(const xml_input *in, size_t from, size_t to)
{
    return (lj_str){(const char *)in->buf + from, to - from};
}

/* Where text that runs to the end of the buffer is cut: before a reference or line end that the
 * next bytes decide. */
static size_t text_cut(const xml_input *in)
{
    const uint8_t *p = in->buf;
    size_t cut = in->end;
    if (cut > in->pos && p[cut - 1] == '\r') {
        return cut - 1;
    }
    for (size_t back = 1; back <= ENTITY_MAX && back <= in->end - in->pos; back++) {
        if (p[in->end - back] == ';') {
            break;
        }
        if (p[in->end - back] == '&') {
            cut = in->end - back;
            break;
        }
    }
    return cut;
}

/* Text from pos up to the next "<"; skip: bytes at pos that are text whatever they are. */
const xml_token *xml_take_text(xml_reader *xml, size_t skip)
{
    xml_input *in = &xml->in;
    size_t at = 0;
    bool plain = true;
    for (;;) {
        const uint8_t *p = in->buf;
        at = in->pos + skip;
        plain = true;
        size_t close = lj_min_size(in->end, at + SHORT_TEXT);
        for (; at < close && p[at] != '<'; at++) {
            plain = plain && (xml_classes[p[at]] & XML_TEXT_STOP) == 0;
        }
        if (at == close && at < in->end) {
            const uint8_t *found = memchr(p + at, '<', in->end - at);
            size_t to = found != NULL ? (size_t)(found - p) : in->end;
            plain = plain && memchr(p + at, '&', to - at) == NULL &&
                    memchr(p + at, '\r', to - at) == NULL;
            at = to;
        }
        if (at < in->end || in->at_end) {
            break;
        }
        size_t cut = text_cut(in);
        if (cut > in->pos + skip) {
            at = cut;
            break;
        }
        if (!xml_input_fill(in)) {
            at = in->end;
            break;
        }
    }
    lj_str text = part_str(in, in->pos, at);
    if (!plain) {
        lj_buf_clear(&xml->decoded);
        text = xml_decode(xml, lj_str_bytes(text), false);
    }
    return give_text(xml, XML_TEXT, text, at);
}

/* The next piece of a comment or CDATA section. */
const xml_token *xml_take_long(xml_reader *xml)
{
    xml_input *in = &xml->in;
    bool is_comment = xml->mode == MODE_COMMENT;
    uint8_t twin = is_comment ? '-' : ']';
    xml_kind kind = is_comment ? XML_COMMENT : XML_CDATA;
    for (;;) {
        const uint8_t *p = in->buf;
        size_t at = in->pos;
        while (at < in->end) {
            const uint8_t *found = memchr(p + at, '>', in->end - at);
            if (found == NULL) {
                break;
            }
            at = (size_t)(found - p);
            if (at >= in->pos + 2 && p[at - 1] == twin && p[at - 2] == twin) {
                xml->mode = MODE_CONTENT;
                return give_text(xml, kind, part_str(in, in->pos, at - 2), at + 1);
            }
            at++;
        }
        size_t cut = in->end;
        for (int i = 0; i < 2 && cut > in->pos && p[cut - 1] == twin; i++) {
            cut--;
        }
        if (cut > in->pos && !in->at_end) {
            return give_text(xml, kind, part_str(in, in->pos, cut), cut);
        }
        if (!xml_input_fill(in)) {
            xml_set_bad(xml, in->end);
            xml->status.is_cut = true;
            xml->mode = MODE_CONTENT;
            return give_text(xml, kind, part_str(in, in->pos, in->end), in->end);
        }
    }
}

/* buf[pos] == "<?" */
const xml_token *xml_take_pi(xml_reader *xml)
{
    xml_input *in = &xml->in;
    size_t close = SIZE_MAX;
    lj_slice rest = {NULL, 0};
    do {
        rest = lj_slice_of(in->buf + in->pos + 2, in->end - in->pos - 2);
        close = lj_slice_find(rest, LJ_BYTES("?>"));
    } while (close == SIZE_MAX && rest.len < PI_MAX && xml_input_fill(in));
    rest = lj_slice_of(in->buf + in->pos + 2, in->end - in->pos - 2);
    size_t behind = 2;
    if (close == SIZE_MAX) {
        xml_set_bad(xml, in->pos);
        close = lj_slice_find(rest, LJ_BYTES(">"));
        behind = close == SIZE_MAX ? 0 : 1;
        close = close == SIZE_MAX ? rest.len : close;
    }
    lj_slice whole = lj_slice_part(rest, 0, close);
    size_t name_len = xml_skip_name(whole.ptr, 0, whole.len);
    size_t text_at = xml_skip_blanks(whole.ptr, name_len, whole.len);
    size_t next = in->pos + 2 + close + behind;
    (void)give_text(xml, XML_PI, (lj_str){(const char *)rest.ptr + text_at, close - text_at}, next);
    xml->token.name = lj_slice_part(whole, 0, name_len);
    return &xml->token;
}

/* Where a declaration that begins at pos ends (2.8: brackets, quotes and comments may hold ">"), or
 * SIZE_MAX. */
static size_t find_declaration_end(const xml_input *in)
{
    const uint8_t *p = in->buf;
    bool in_subset = false;
    for (size_t at = in->pos + 2; at < in->end; at++) {
        lj_slice rest = lj_slice_of(p + at, in->end - at);
        if (p[at] == '>' && !in_subset) {
            return at;
        }
        if (p[at] == '[' || p[at] == ']') {
            in_subset = p[at] == '[';
        } else if (p[at] == '"' || p[at] == '\'') {
            const uint8_t *close = rest.len > 1 ? memchr(p + at + 1, p[at], rest.len - 1) : NULL;
            if (close == NULL) {
                return SIZE_MAX;
            }
            at = (size_t)(close - p);
        } else if (p[at] == '<' && lj_slice_has_prefix(rest, LJ_BYTES("<!--"))) {
            size_t close = lj_slice_find(rest, LJ_BYTES("-->"));
            if (close == SIZE_MAX) {
                return SIZE_MAX;
            }
            at += close + 2;
        }
    }
    return SIZE_MAX;
}

/* buf[pos] == "<!" and neither a comment nor CDATA. */
static const xml_token *take_declaration(xml_reader *xml)
{
    xml_input *in = &xml->in;
    size_t close = find_declaration_end(in);
    while (close == SIZE_MAX && xml_input_fill(in)) {
        close = find_declaration_end(in);
    }
    if (close == SIZE_MAX) {
        xml_set_bad(xml, in->pos);
        const uint8_t *found = memchr(in->buf + in->pos, '>', in->end - in->pos);
        close = found != NULL ? (size_t)(found - in->buf) : in->end;
    }
    size_t next = close < in->end ? close + 1 : close;
    lj_str text = part_str(in, in->pos + 2, close);
    xml->has_entities =
        xml->has_entities || lj_slice_find(lj_str_bytes(text), LJ_BYTES("<!ENTITY")) != SIZE_MAX;
    return give_text(xml, XML_DOCTYPE, text, next);
}

/* buf[pos] == "<!" */
const xml_token *xml_take_bang(xml_reader *xml)
{
    xml_input *in = &xml->in;
    while (in->end - in->pos < DECLARATION_LEN && xml_input_fill(in)) {
    }
    lj_slice rest = lj_slice_of(in->buf + in->pos, in->end - in->pos);
    if (lj_slice_has_prefix(rest, LJ_BYTES("<!--"))) {
        in->pos += 4;
        xml->mode = MODE_COMMENT;
        return xml_take_long(xml);
    }
    if (lj_slice_has_prefix(rest, LJ_BYTES("<![CDATA["))) {
        in->pos += DECLARATION_LEN;
        xml->mode = MODE_CDATA;
        return xml_take_long(xml);
    }
    return take_declaration(xml);
}
