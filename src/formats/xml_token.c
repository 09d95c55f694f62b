/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A tolerant pull tokenizer for XML. Below it, xml_input.c turns bytes into UTF-8.
 *
 * Specification: XML 1.0 (5th edition) 2.3 to 2.11, 3.1, 3.3.3, 4.1; Namespaces in XML 3 (prefixes
 * are split off, never resolved: ECMA-376 strict and transitional then read alike).
 *
 * Model. A scanner must go on after the first error, because the text behind it counts. So there is
 * no error return: an error sets a flag with its offset, and each has one way to go on:
 *   end tag that closes an outer element    the inner ones are closed first
 *   end tag that closes nothing             is dropped
 *   input ends with elements open           they are closed
 *   "<" that begins nothing                 is text
 *   tag that meets "<" or the end           ends there
 *   attribute without value or quotes       is taken as far as it goes
 *   quote that is never closed              the value ends at the next "<" or ">"
 *   unknown entity                          stays as it is written
 * Comments, CDATA sections and processing instructions may be larger than any buffer and then come
 * in several tokens. DTDs are handed out as text and not processed, therefore entity bombs and
 * external entities cannot be expressed.
 *
 * Speed. Every byte is looked at about once: a class table decides where names, values and short
 * texts end, memchr() finds the end of long ones. Names are compared as one 64-bit key (the name
 * itself up to eight bytes). Tokens point into the buffer; only values with entities are copied.
 *
 * Limits: depth (elements beyond it are flat: start and end come at once, their text goes on);
 * attributes of an element (the rest is not kept); both report their gap once. Tokens above
 * XML_TOKEN_MAX are cut. */
#include "formats/xml_priv.h"

#include "base/num.h"
#include "formats/look.h"

enum {
    DEPTH_MAX = 65535, /* whatever the options say */
    ATTR_FIRST = 32,   /* room at first */
};

void xml_set_bad(xml_reader *xml, size_t at)
{
    if (!xml->status.is_bad) {
        xml->status.is_bad = true;
        xml->status.bad_off = xml->in.base + xml->in.bom_len + at;
    }
}

/* ---- opening ---- */

static xml_reader *reader_new(format_run *run, lj_arena *arena, const xml_names *names)
{
    xml_reader *xml = lj_arena_alloc(arena, sizeof(*xml));
    if (xml == NULL) {
        return NULL;
    }
    uint64_t depth = format_limit_row_of(FORMAT_LIMIT_XML_DEPTH)->standard;
    uint64_t attrs = format_limit_row_of(FORMAT_LIMIT_XML_ATTRIBUTES)->standard;
    if (run != NULL) {
        depth = format_limit_value(run, FORMAT_LIMIT_XML_DEPTH);
        attrs = format_limit_value(run, FORMAT_LIMIT_XML_ATTRIBUTES);
    }
    xml->arena = arena;
    xml->names = names;
    xml->depth_max = (uint32_t)lj_min_u64(depth, DEPTH_MAX);
    xml->attr_max = (uint32_t)lj_min_u64(attrs, UINT16_MAX);
    xml->open = lj_arena_array(arena, (size_t)xml->depth_max + 1, sizeof(*xml->open));
    xml->attr_cap = xml->attr_max < ATTR_FIRST ? xml->attr_max : ATTR_FIRST;
    xml->attrs = lj_arena_array(arena, (size_t)xml->attr_cap + 1, sizeof(*xml->attrs));
    lj_buf_init(&xml->decoded, arena, 2 * (size_t)XML_TOKEN_MAX);
    return xml->open != NULL && xml->attrs != NULL ? xml : NULL;
}

xml_reader *xml_open(format_run *run, format_src *src, const xml_names *names, span_place place)
{
    xml_reader *xml = reader_new(run, format_arena(run), names);
    if (xml != NULL) {
        xml->place = place;
        xml_input_open(&xml->in, run, src, xml->arena, (lj_slice){NULL, 0});
    }
    return xml;
}

xml_reader *xml_open_bytes(format_run *run, lj_arena *arena, lj_slice bytes, const xml_names *names)
{
    xml_reader *xml = reader_new(run, arena, names);
    if (xml != NULL) {
        xml_input_open(&xml->in, run, NULL, arena, bytes);
    }
    return xml;
}

xml_reader *xml_open_stream(lj_arena *arena, const xml_source *source, const xml_names *names)
{
    xml_reader *xml = reader_new(/* run= */ NULL, arena, names);
    if (xml != NULL) {
        xml->in.stream = source;
        xml_input_open(&xml->in, NULL, NULL, arena, (lj_slice){NULL, 0});
    }
    return xml;
}

const xml_status *xml_status_of(const xml_reader *xml)
{
    return &xml->status;
}

lj_code xml_code(const xml_reader *xml)
{
    if (xml->in.code != LJ_OK || xml->in.src == NULL) {
        return xml->in.code;
    }
    return format_src_code(xml->in.src);
}

static lj_slice xml_local_of(lj_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == ':') {
            return lj_slice_part(name, i + 1, SIZE_MAX);
        }
    }
    return name;
}

/* ---- tags ---- */

static void add_attr(xml_reader *xml, lj_slice name, lj_str value)
{
    if (xml->token.attr_count == xml->attr_cap) {
        if (xml->attr_cap >= xml->attr_max) {
            if (!xml->status.has_many_attrs && xml->in.run != NULL) {
                (void)format_gap_limit(xml->in.run, FORMAT_LIMIT_XML_ATTRIBUTES,
                                       (uint64_t)xml->attr_max + 1, xml->place);
            }
            xml->status.has_many_attrs = true;
            return;
        }
        uint32_t cap = xml->attr_cap * 2 < xml->attr_max ? xml->attr_cap * 2 : xml->attr_max;
        xml_attr *more = lj_arena_array(xml->arena, (size_t)cap + 1, sizeof(*more));
        if (more == NULL) {
            xml->status.is_short = true;
            return;
        }
        memcpy(more, xml->attrs, xml->attr_cap * sizeof(*more));
        xml->attrs = more;
        xml->attr_cap = cap;
    }
    xml->attrs[xml->token.attr_count++] = (xml_attr){name, xml_local_of(name), value};
}

/* A value that begins at `at` (behind "="). Returns where it ends, SIZE_MAX when the input ends
 * first; then, with is_last, the value ends at the next angle bracket. */
static size_t take_value(xml_reader *xml, size_t at, bool is_last, lj_str *out)
{
    const uint8_t *p = xml->in.buf;
    size_t end = xml->in.end;
    uint8_t quote = p[at];
    bool plain = true;
    size_t from = at;
    size_t behind = 0;
    if (quote == '"' || quote == '\'') {
        from = ++at;
        for (; at < end; at++) {
            if ((xml_classes[p[at]] & XML_VALUE_STOP) != 0) {
                if (p[at] == quote) {
                    break;
                }
                plain = plain && p[at] != '&' && (xml_classes[p[at]] & XML_BLANK) == 0;
            }
        }
        behind = at + 1;
        if (at == end) {
            if (!is_last) {
                return SIZE_MAX;
            }
            at = from;
            while (at < end && p[at] != '<' && p[at] != '>') {
                at++;
            }
            if (at < end) {
                xml_set_bad(xml, from);
            }
            behind = at;
        }
    } else {
        xml_set_bad(xml, at);
        while (at < end && p[at] != '>' && (xml_classes[p[at]] & XML_BLANK) == 0) {
            plain = plain && p[at] != '&';
            at++;
        }
        behind = at;
        if (at == end && !is_last) {
            return SIZE_MAX;
        }
    }
    lj_slice raw = lj_slice_of(p + from, at - from);
    *out = plain ? (lj_str){(const char *)raw.ptr, raw.len} : xml_decode(xml, raw, true);
    return behind;
}

/* Attributes from `at` to the end of the tag. Returns where the next token begins, SIZE_MAX when
 * the input ends first and more may come. */
static size_t take_attrs(xml_reader *xml, size_t at, bool is_last)
{
    const uint8_t *p = xml->in.buf;
    size_t end = xml->in.end;
    xml->token.attr_count = 0;
    xml->token.is_empty = false;
    lj_buf_clear(&xml->decoded);
    for (;;) {
        at = xml_skip_blanks(p, at, end);
        if (at == end || (p[at] == '/' && at + 1 == end)) {
            xml->status.is_cut |= is_last;
            return is_last ? end : SIZE_MAX;
        }
        if (p[at] == '>') {
            return at + 1;
        }
        if (p[at] == '/' && p[at + 1] == '>') {
            xml->token.is_empty = true;
            return at + 2;
        }
        if (p[at] == '<') {
            xml_set_bad(xml, at);
            return at;
        }
        size_t from = at;
        at = xml_skip_name(p, at, end);
        if (at == from) { /* a stray / = or quote */
            xml_set_bad(xml, at);
            at++;
            continue;
        }
        lj_slice name = lj_slice_of(p + from, at - from);
        if (at < end && p[at] != '=') {
            at = xml_skip_blanks(p, at, end);
        }
        lj_str value = {NULL, 0};
        if (at < end && p[at] == '=') {
            at = xml_skip_blanks(p, at + 1, end);
            if (at < end) {
                at = take_value(xml, at, is_last, &value);
            }
        } else if (at < end) {
            xml_set_bad(xml, at);
        }
        if (at >= end && !is_last) {
            return SIZE_MAX;
        }
        add_attr(xml, name, value);
        at = at > end ? end : at;
    }
}

/* Deeper than the limit: reported once, then everything inside is flat. */
static void go_flat(xml_reader *xml)
{
    if (!xml->status.is_deep && xml->in.run != NULL) {
        (void)format_gap_limit(xml->in.run, FORMAT_LIMIT_XML_DEPTH, (uint64_t)xml->depth + 1,
                               xml->place);
    }
    xml->status.is_deep = true;
}

/* buf[pos] == '<' and a name follows. False: the input ends inside the tag and more may come. */
static bool take_start(xml_reader *xml, bool is_last)
{
    xml_input *in = &xml->in;
    const uint8_t *p = in->buf;
    size_t from = in->pos + 1;
    size_t local = from;
    size_t at = from;
    while (at < in->end && (xml_classes[p[at]] & XML_NAME_END) == 0) {
        if (p[at] == ':' && local == from) {
            local = at + 1;
        }
        at++;
    }
    size_t name_end = at;
    if (at < in->end && p[at] == '>') { /* the most frequent case: no attributes */
        xml->token.attr_count = 0;
        xml->token.is_empty = false;
        at++;
    } else {
        at = take_attrs(xml, at, is_last);
        if (at == SIZE_MAX) {
            return false;
        }
    }
    xml_token *token = &xml->token;
    const uint8_t *limit = p + in->end;
    token->kind = XML_START;
    token->name = lj_slice_of(p + from, name_end - from);
    token->local = lj_slice_of(p + local, name_end - local);
    token->attrs = xml->attrs;
    token->text = (lj_str){NULL, 0};
    token->id =
        xml_name_id(xml->names, token->local, xml_name_key(p + local, token->local.len, limit));
    token->depth = xml->depth;
    token->off = in->base + in->bom_len + in->pos;
    in->pos = at;
    if (xml->depth >= xml->depth_max) {
        go_flat(xml);
        xml->flat_open += token->is_empty ? 0 : 1;
        xml->flat_end_due = true;
        token->is_flat = true;
        return true;
    }
    xml->open[xml->depth++] =
        (open_element){xml_name_key(token->name.ptr, token->name.len, limit), token->id};
    xml->ends_due = token->is_empty ? 1 : 0;
    return true;
}

/* buf[pos] == "</". False: the input ends inside the tag and more may come. Sets what is to be
 * closed. */
static bool take_end(xml_reader *xml, bool is_last)
{
    xml_input *in = &xml->in;
    const uint8_t *p = in->buf;
    size_t from = xml_skip_blanks(p, in->pos + 2, in->end);
    size_t at = xml_skip_name(p, from, in->end);
    uint64_t key = xml_name_key(p + from, at - from, p + in->end);
    size_t close = at;
    while (close < in->end && p[close] != '>' && p[close] != '<') {
        close++;
    }
    if (close == in->end) {
        if (!is_last) {
            return false;
        }
        xml->status.is_cut = true;
    } else if (p[close] == '<') {
        xml_set_bad(xml, close);
    } else {
        close++;
    }
    if (xml->flat_open > 0) {
        xml->flat_open--;
        in->pos = close;
        return true;
    }
    uint32_t level = xml->depth;
    while (level > 0 && xml->open[level - 1].key != key) {
        level--;
    }
    if (level == 0 || level < xml->depth) {
        xml_set_bad(xml, in->pos);
    }
    xml->ends_due = level == 0 ? 0 : xml->depth - level + 1;
    in->pos = close;
    return true;
}

static const xml_token *pop_end(xml_reader *xml)
{
    xml->ends_due--;
    xml->depth--;
    xml->token = (xml_token){.kind = XML_END,
                             .id = xml->open[xml->depth].id,
                             .depth = xml->depth,
                             .off = xml->in.base + xml->in.bom_len + xml->in.pos};
    return &xml->token;
}

static const xml_token *flat_end(xml_reader *xml)
{
    xml->flat_end_due = false;
    xml->token = (xml_token){.kind = XML_END,
                             .id = xml->token.id,
                             .is_flat = true,
                             .depth = xml->depth,
                             .off = xml->in.base + xml->in.bom_len + xml->in.pos};
    return &xml->token;
}

static const xml_token *end_of_input(xml_reader *xml)
{
    xml->token = (xml_token){.kind = XML_END_OF_INPUT,
                             .id = XML_NO_ID,
                             .off = xml->in.base + xml->in.bom_len + xml->in.pos};
    xml->status.charset = xml->in.charset;
    if (xml->in.is_bad) {
        xml_set_bad(xml, 0);
    }
    return &xml->token;
}

const xml_token *xml_next(xml_reader *xml)
{
    xml_input *in = &xml->in;
    if (xml->flat_end_due) {
        return flat_end(xml);
    }
    if (xml->mode != MODE_CONTENT) {
        return xml_take_long(xml);
    }
    for (;;) {
        if (xml->ends_due > 0) {
            return pop_end(xml);
        }
        if (in->pos == in->end && !xml_input_fill(in)) {
            if (xml->depth == 0) {
                return end_of_input(xml);
            }
            xml->status.is_cut = true;
            xml->ends_due = xml->depth;
            continue;
        }
        if (in->buf[in->pos] != '<') {
            return xml_take_text(xml, 0);
        }
        if (in->end - in->pos < 2 && !xml_input_fill(in)) {
            xml_set_bad(xml, in->pos);
            return xml_take_text(xml, 1);
        }
        uint8_t c = in->buf[in->pos + 1];
        if (c == '/') {
            while (!take_end(xml, false)) {
                if (!xml_input_fill(in)) {
                    (void)take_end(xml, true);
                    break;
                }
            }
        } else if ((xml_classes[c] & XML_NAME_START) != 0) {
            while (!take_start(xml, false)) {
                if (!xml_input_fill(in)) {
                    (void)take_start(xml, true);
                    break;
                }
            }
            return &xml->token;
        } else if (c == '!') {
            return xml_take_bang(xml);
        } else if (c == '?') {
            return xml_take_pi(xml);
        } else {
            xml_set_bad(xml, in->pos);
            return xml_take_text(xml, 1);
        }
    }
}

void xml_skip(xml_reader *xml)
{
    uint32_t depth = xml->token.depth;
    const xml_token *token = NULL;
    do {
        token = xml_next(xml);
    } while (token->kind != XML_END_OF_INPUT && (token->kind != XML_END || token->depth != depth));
}

const xml_token *xml_next_content(xml_reader *xml, xml_token *cdata, xml_beside *out)
{
    const xml_token *token = xml_next(xml);
    *out = (xml_beside){.role = SPAN_ATTRIBUTE};
    switch (token->kind) {
    case XML_CDATA:
        *cdata = *token;
        cdata->kind = XML_TEXT;
        return cdata;
    case XML_COMMENT:
        out->role = SPAN_COMMENT;
        out->text = look_is_wordy(token->text) ? token->text : out->text;
        break;
    case XML_PI:
        if (!lj_slice_is(token->name, LJ_BYTES("xml")) && look_is_wordy(token->text)) {
            /* the tokenizer gives valid UTF-8 */
            out->label = (lj_str){(const char *)token->name.ptr, token->name.len};
            out->text = token->text;
        }
        break;
    case XML_DOCTYPE:
        out->label = LJ_STR("DOCTYPE");
        out->text = token->text;
        break;
    case XML_START:
    case XML_END:
    case XML_TEXT:
    case XML_END_OF_INPUT:
        break;
    }
    return token;
}
