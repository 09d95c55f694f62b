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
#include "formats/xml_token.h"

#include "base/num.h"
#include "formats/xml_input.h"

enum {
    BLANK = 1,      /* 2.3 S */
    NAME_END = 2,   /* ends a name: blank / > = < " ' */
    VALUE_STOP = 4, /* to be looked at inside a value: quotes & < and blanks that become spaces */
    TEXT_STOP = 8,  /* to be looked at in text: < & CR */
    NAME_START = 16,
};

/* Classes of bytes; everything from 80h on may begin a name. */
#define N NAME_START
#define B (BLANK | NAME_END)
#define V (BLANK | NAME_END | VALUE_STOP)
#define R (BLANK | NAME_END | VALUE_STOP | TEXT_STOP)
#define Q (NAME_END | VALUE_STOP)
#define A (VALUE_STOP | TEXT_STOP)
#define L (NAME_END | VALUE_STOP | TEXT_STOP)
#define E NAME_END
static const uint8_t classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, V, V, 0, 0, R, 0, 0, /* 00: TAB LF CR */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
    B, 0, Q, 0, 0, 0, A, Q, 0, 0, 0, 0, 0, 0, 0, E, /* 20: blank " & ' / */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, N, 0, L, E, E, 0, /* 30: : < = > */
    0, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* 40: A to O */
    N, N, N, N, N, N, N, N, N, N, N, 0, 0, 0, 0, N, /* 50: P to Z _ */
    0, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* 60: a to o */
    N, N, N, N, N, N, N, N, N, N, N, 0, 0, 0, 0, 0, /* 70: p to z */
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
};
#undef N
#undef B
#undef V
#undef R
#undef Q
#undef A
#undef L
#undef E

enum {
    SLOT_BITS = 10, /* of a name table: at most half full */
    NAME_COUNT_MAX = 512,
    DEPTH_MAX = 65535,   /* whatever the options say */
    ATTR_FIRST = 32,     /* room at first */
    ENTITY_MAX = 16,     /* bytes of a reference that may wait for the next window */
    PI_MAX = 64 * 1024,  /* beyond it "?>" is taken as forgotten */
    SHORT_TEXT = 48,     /* bytes before memchr() is worth its call */
    DECLARATION_LEN = 9, /* of "<![CDATA[" */
};

struct xml_names {
    const char *const *names;
    uint64_t keys[1 << SLOT_BITS];
    uint16_t slots[1 << SLOT_BITS]; /* id + 1, 0 = free */
};

typedef struct open_element {
    uint64_t key;
    uint16_t id;
} open_element;

/* Constructs that may come in several tokens. */
typedef enum xml_mode { MODE_CONTENT, MODE_COMMENT, MODE_CDATA } xml_mode;

struct xml_reader {
    xml_input in;
    lj_arena *arena;
    const xml_names *names;
    span_place place;
    xml_token token;
    xml_status status;
    xml_mode mode;
    open_element *open;
    uint32_t depth, depth_max;
    uint64_t flat_open; /* elements open beyond the depth limit */
    uint32_t ends_due;  /* elements to be closed before anything else */
    bool flat_end_due;
    xml_attr *attrs;
    uint32_t attr_cap, attr_max;
    lj_buf decoded;
};

static void set_bad(xml_reader *xml, size_t at)
{
    if (!xml->status.is_bad) {
        xml->status.is_bad = true;
        xml->status.bad_off = xml->in.base + xml->in.bom_len + at;
    }
}

/* ---- names ---- */

/* Equal names have equal keys; different names up to eight bytes have different ones. limit: end of
 * readable bytes. */
static inline uint64_t name_key(const uint8_t *name, size_t len, const uint8_t *limit)
{
    uint64_t key = 0;
    if (len > 8) {
        uint64_t tail = 0;
        memcpy(&key, name, 8);
        memcpy(&tail, name + len - 8, 8);
        return (key * 0x9E3779B97F4A7C15U) ^ (tail + len);
    }
    if (limit - name >= 8) {
        memcpy(&key, name, 8);
        return len == 8 ? key : key & (((uint64_t)1 << (len * 8)) - 1);
    }
    for (size_t i = 0; i < len; i++) {
        key |= (uint64_t)name[i] << (i * 8);
    }
    return key;
}

static inline uint32_t name_slot(uint64_t key)
{
    return (uint32_t)((key * 0x9E3779B97F4A7C15U) >> (64 - SLOT_BITS));
}

const xml_names *xml_names_new(lj_arena *arena, const char *const *names, uint16_t count)
{
    LJ_ASSERT(count <= NAME_COUNT_MAX);
    xml_names *table = lj_arena_alloc(arena, sizeof(*table));
    if (table == NULL) {
        return NULL;
    }
    table->names = names;
    for (uint16_t i = 0; i < count; i++) {
        const uint8_t *name = (const uint8_t *)names[i];
        size_t len = strlen(names[i]);
        uint64_t key = name_key(name, len, name + len);
        uint32_t slot = name_slot(key);
        while (table->slots[slot] != 0) {
            slot = (slot + 1) & ((1 << SLOT_BITS) - 1);
        }
        table->keys[slot] = key;
        table->slots[slot] = (uint16_t)(i + 1);
    }
    return table;
}

static inline uint16_t name_id(const xml_names *table, lj_slice name, uint64_t key)
{
    if (table == NULL) {
        return XML_NO_ID;
    }
    for (uint32_t slot = name_slot(key); table->slots[slot] != 0;
         slot = (slot + 1) & ((1 << SLOT_BITS) - 1)) {
        uint16_t id = (uint16_t)(table->slots[slot] - 1);
        if (table->keys[slot] == key &&
            (name.len <= 8 || lj_slice_is(lj_cstr_bytes(table->names[id]), name))) {
            return id;
        }
    }
    return XML_NO_ID;
}

static lj_slice local_of(lj_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == ':') {
            return lj_slice_part(name, i + 1, SIZE_MAX);
        }
    }
    return name;
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

/* Decodes references and line ends (2.11; in values also 3.3.3) behind what `decoded` holds. */
static lj_str decode(xml_reader *xml, lj_slice bytes, bool is_value)
{
    size_t before = xml->decoded.len;
    size_t from = 0;
    for (size_t at = 0; at < bytes.len;) {
        uint8_t c = bytes.ptr[at];
        uint8_t stop = is_value ? VALUE_STOP : TEXT_STOP;
        if ((classes[c] & stop) == 0 || c == '"' || c == '\'' || c == '<') {
            at++;
            continue;
        }
        lj_buf_put(&xml->decoded, lj_slice_part(bytes, from, at - from));
        from = at;
        if (c == '&') {
            uint32_t point = 0;
            size_t len = take_reference(lj_slice_part(bytes, at, SIZE_MAX), &point);
            if (len == 0) {
                set_bad(xml, xml->in.pos);
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
        return (lj_str){(const char *)bytes.ptr, bytes.len};
    }
    return (lj_str){(const char *)xml->decoded.ptr + before, xml->decoded.len - before};
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
            return;
        }
        memcpy(more, xml->attrs, xml->attr_cap * sizeof(*more));
        xml->attrs = more;
        xml->attr_cap = cap;
    }
    xml->attrs[xml->token.attr_count++] = (xml_attr){name, local_of(name), value};
}

static inline size_t skip_blanks(const uint8_t *p, size_t at, size_t end)
{
    while (at < end && (classes[p[at]] & BLANK) != 0) {
        at++;
    }
    return at;
}

static inline size_t skip_name(const uint8_t *p, size_t at, size_t end)
{
    while (at < end && (classes[p[at]] & NAME_END) == 0) {
        at++;
    }
    return at;
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
            if ((classes[p[at]] & VALUE_STOP) != 0) {
                if (p[at] == quote) {
                    break;
                }
                plain = plain && p[at] != '&' && (classes[p[at]] & BLANK) == 0;
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
                set_bad(xml, from);
            }
            behind = at;
        }
    } else {
        set_bad(xml, at);
        while (at < end && p[at] != '>' && (classes[p[at]] & BLANK) == 0) {
            plain = plain && p[at] != '&';
            at++;
        }
        behind = at;
        if (at == end && !is_last) {
            return SIZE_MAX;
        }
    }
    lj_slice raw = lj_slice_of(p + from, at - from);
    *out = plain ? (lj_str){(const char *)raw.ptr, raw.len} : decode(xml, raw, true);
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
        at = skip_blanks(p, at, end);
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
            set_bad(xml, at);
            return at;
        }
        size_t from = at;
        at = skip_name(p, at, end);
        if (at == from) { /* a stray / = or quote */
            set_bad(xml, at);
            at++;
            continue;
        }
        lj_slice name = lj_slice_of(p + from, at - from);
        if (at < end && p[at] != '=') {
            at = skip_blanks(p, at, end);
        }
        lj_str value = {NULL, 0};
        if (at < end && p[at] == '=') {
            at = skip_blanks(p, at + 1, end);
            if (at < end) {
                at = take_value(xml, at, is_last, &value);
            }
        } else if (at < end) {
            set_bad(xml, at);
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
    while (at < in->end && (classes[p[at]] & NAME_END) == 0) {
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
    token->id = name_id(xml->names, token->local, name_key(p + local, token->local.len, limit));
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
        (open_element){name_key(token->name.ptr, token->name.len, limit), token->id};
    xml->ends_due = token->is_empty ? 1 : 0;
    return true;
}

/* buf[pos] == "</". False: the input ends inside the tag and more may come. Sets what is to be
 * closed. */
static bool take_end(xml_reader *xml, bool is_last)
{
    xml_input *in = &xml->in;
    const uint8_t *p = in->buf;
    size_t from = skip_blanks(p, in->pos + 2, in->end);
    size_t at = skip_name(p, from, in->end);
    uint64_t key = name_key(p + from, at - from, p + in->end);
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
        set_bad(xml, close);
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
        set_bad(xml, in->pos);
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
static const xml_token *take_text(xml_reader *xml, size_t skip)
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
            plain = plain && (classes[p[at]] & TEXT_STOP) == 0;
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
        text = decode(xml, lj_str_bytes(text), false);
    }
    return give_text(xml, XML_TEXT, text, at);
}

/* The next piece of a comment or CDATA section. */
static const xml_token *take_long(xml_reader *xml)
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
            set_bad(xml, in->end);
            xml->status.is_cut = true;
            xml->mode = MODE_CONTENT;
            return give_text(xml, kind, part_str(in, in->pos, in->end), in->end);
        }
    }
}

/* buf[pos] == "<?" */
static const xml_token *take_pi(xml_reader *xml)
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
        set_bad(xml, in->pos);
        close = lj_slice_find(rest, LJ_BYTES(">"));
        behind = close == SIZE_MAX ? 0 : 1;
        close = close == SIZE_MAX ? rest.len : close;
    }
    lj_slice whole = lj_slice_part(rest, 0, close);
    size_t name_len = skip_name(whole.ptr, 0, whole.len);
    size_t text_at = skip_blanks(whole.ptr, name_len, whole.len);
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
        set_bad(xml, in->pos);
        const uint8_t *found = memchr(in->buf + in->pos, '>', in->end - in->pos);
        close = found != NULL ? (size_t)(found - in->buf) : in->end;
    }
    size_t next = close < in->end ? close + 1 : close;
    return give_text(xml, XML_DOCTYPE, part_str(in, in->pos + 2, close), next);
}

/* buf[pos] == "<!" */
static const xml_token *take_bang(xml_reader *xml)
{
    xml_input *in = &xml->in;
    while (in->end - in->pos < DECLARATION_LEN && xml_input_fill(in)) {
    }
    lj_slice rest = lj_slice_of(in->buf + in->pos, in->end - in->pos);
    if (lj_slice_has_prefix(rest, LJ_BYTES("<!--"))) {
        in->pos += 4;
        xml->mode = MODE_COMMENT;
        return take_long(xml);
    }
    if (lj_slice_has_prefix(rest, LJ_BYTES("<![CDATA["))) {
        in->pos += DECLARATION_LEN;
        xml->mode = MODE_CDATA;
        return take_long(xml);
    }
    return take_declaration(xml);
}

static const xml_token *end_of_input(xml_reader *xml)
{
    xml->token = (xml_token){.kind = XML_END_OF_INPUT,
                             .id = XML_NO_ID,
                             .off = xml->in.base + xml->in.bom_len + xml->in.pos};
    xml->status.charset = xml->in.charset;
    if (xml->in.is_bad) {
        set_bad(xml, 0);
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
        return take_long(xml);
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
            return take_text(xml, 0);
        }
        if (in->end - in->pos < 2 && !xml_input_fill(in)) {
            set_bad(xml, in->pos);
            return take_text(xml, 1);
        }
        uint8_t c = in->buf[in->pos + 1];
        if (c == '/') {
            while (!take_end(xml, false)) {
                if (!xml_input_fill(in)) {
                    (void)take_end(xml, true);
                    break;
                }
            }
        } else if ((classes[c] & NAME_START) != 0) {
            while (!take_start(xml, false)) {
                if (!xml_input_fill(in)) {
                    (void)take_start(xml, true);
                    break;
                }
            }
            return &xml->token;
        } else if (c == '!') {
            return take_bang(xml);
        } else if (c == '?') {
            return take_pi(xml);
        } else {
            set_bad(xml, in->pos);
            return take_text(xml, 1);
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

/* ---- values ---- */

const xml_attr *xml_attr_lookup(const xml_token *token, lj_slice local)
{
    for (uint32_t i = 0; i < token->attr_count; i++) {
        if (lj_slice_is(token->attrs[i].local, local)) {
            return &token->attrs[i];
        }
    }
    return NULL;
}

lj_str xml_value_of(const xml_token *token, lj_slice local)
{
    const xml_attr *attr = xml_attr_lookup(token, local);
    return attr != NULL ? attr->value : (lj_str){NULL, 0};
}

lj_str xml_value_with(const xml_token *token, lj_slice local, bool prefixed)
{
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        if (lj_slice_is(attr->local, local) && (attr->name.len > local.len) == prefixed) {
            return attr->value;
        }
    }
    return (lj_str){NULL, 0};
}

bool xml_int(lj_str value, int64_t *out)
{
    size_t at = 0;
    while (at < value.len && (classes[(uint8_t)value.ptr[at]] & BLANK) != 0) {
        at++;
    }
    bool minus = at < value.len && value.ptr[at] == '-';
    at += at < value.len && (value.ptr[at] == '-' || value.ptr[at] == '+') ? 1 : 0;
    size_t from = at;
    int64_t sum = 0;
    for (; at < value.len && value.ptr[at] >= '0' && value.ptr[at] <= '9'; at++) {
        if (sum > (INT64_MAX - 9) / 10) {
            return false;
        }
        sum = sum * 10 + (value.ptr[at] - '0');
    }
    if (at == from) {
        return false;
    }
    *out = minus ? -sum : sum;
    return true;
}
