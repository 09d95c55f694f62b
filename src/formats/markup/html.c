/* SPDX-License-Identifier: AGPL-3.0-or-later
 * HTML (Living Standard; also what Word, WPS and old editors write). html_token.c cuts it into
 * tokens.
 *
 * Model. A block element's text is a span; inline tags and comments between letters vanish to
 * nothing, so that 机<b></b>密 is one word; <br> is a line end inside the block; blanks collapse
 * but in <pre>. Table cells carry row and column. What people write into attributes, comments,
 * scripts and styles are spans of their own. What an inline style or the hidden attribute states
 * about visibility goes to everything below the element.
 *
 * The file is read strictly forwards (plain/text_input.c) and decoded to UTF-8 in pieces of at most
 * 512 KiB that end before a '<', so memory is bounded and the element stack lives on. The label of
 * the charset loses when strict decoding fails (hidden-marks T23: text_charset_guess does it).
 * Nesting beyond STACK_MAX is read flat: nothing is pushed, text still comes. End tags that people
 * leave out are added for p, li, td and their kin (13.1.2.4), so that a hidden paragraph does not
 * hide all that follow. Not done here: style sheets resolved to elements, base64 and percent inside
 * text (a later version). */
#include "formats/markup/html.h"
#include "base/json.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/markup/html_style.h"
#include "formats/plain/plain.h"
#include "text/charset.h"

enum {
    BLOCK_MAX = 48 * 1024,
    STACK_MAX = 512,
    LOOKS_MAX = 64,
    TABLES_MAX = 16,
    FIND_MAX = 64, /* how far up an end tag looks for its start */
    VALUE_MAX = 64 * 1024,
    PART_MAX = 24 * 1024, /* bytes of an attribute, comment, script that make one span */
    HEAD = 64 * 1024,     /* bytes that the charset is guessed from */
    REFERENCE_MAX = 48,   /* bytes of a character reference */
    NAME_MAX = 256,       /* bytes of a name that becomes a label */
    BLOCK_SLACK = 8,
    MAPS_MAX = BLOCK_MAX / 2 * (int)sizeof(span_map),
};

/* ---- recognition ---- */

static int html_sniff(const format_probe *probe)
{
    /* tag, bits: what a page begins with, and what only a page holds */
    static const struct {
        const char *tag;
        int bits;
    } signs[] = {
        {"<!doctype html",   64},
        {"<html",            48},
        {"<head>",           40},
        {"<body",            40},
        {"<meta http-equiv", 40},
        {"<title>",          24},
        {"<table",           20},
        {"<div",             20},
        {"<p>",              16},
        {"<br",              14}
    };
    uint8_t room[2048];
    size_t len = 0;
    size_t first = SIZE_MAX; /* of the first letter, which opens a tag */
    for (size_t i = 0; i < probe->head.len && i < 4096 && len < sizeof(room); i++) {
        uint8_t byte = probe->head.ptr[i];
        if (byte != 0 && byte < 0x80) { /* UTF-16 loses its zero bytes */
            if (first == SIZE_MAX && byte > ' ' && byte < 0x7F) {
                first = len;
                if (byte != '<') {
                    return 0;
                }
            }
            room[len++] = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
        }
    }
    lj_slice head = lj_slice_of(room, len);
    for (size_t i = 0; i < LJ_COUNT_OF(signs); i++) {
        size_t at = lj_slice_find(head, lj_cstr_bytes(signs[i].tag));
        if (at != SIZE_MAX && first != SIZE_MAX && (signs[i].bits >= 40 || at == first)) {
            return signs[i].bits;
        }
    }
    return 0;
}

/* ---- what is open ---- */

typedef struct table_place {
    uint32_t row_no, col_no;
} table_place;

typedef struct html {
    format_run *run;
    lj_buf text; /* of the open block */
    uint64_t text_off;
    uint64_t hidden_by; /* what hides all of the open block */
    span_look looks[LOOKS_MAX];
    uint32_t look_count;
    html_element stack[STACK_MAX];
    uint32_t depth;
    uint32_t beyond; /* open elements that the stack had no room for */
    table_place tables[TABLES_MAX];
    uint32_t table_count;
    lj_buf maps;        /* of the open block: span_map */
    lj_buf value, more; /* scratch */
    uint64_t
        piece_off;  /* of the piece in the source, UINT64_MAX when it was decoded on its way in */
    lj_slice piece; /* UTF-8 */
    lj_buf rows;    /* of a decoded piece: text_map_row; empty when it is UTF-8 itself */
    bool blank;     /* a blank waits for the next letter */
    bool goes_on;   /* the block was cut and goes on */
    lj_code code;
} html;

static html_element *top_of(html *h)
{
    return &h->stack[h->depth];
}

static uint64_t place_of(const html *h, size_t off)
{
    if (h->piece_off == UINT64_MAX || h->rows.len == 0) {
        return h->piece_off == UINT64_MAX ? UINT64_MAX : h->piece_off + off;
    }
    lj_str text = {(const char *)h->piece.ptr, h->piece.len};
    const text_map_row *rows = (const text_map_row *)(const void *)h->rows.ptr;
    size_t at = text_map_lookup(rows, h->rows.len / sizeof(*rows), text, off);
    return at != SIZE_MAX ? h->piece_off + at : UINT64_MAX;
}

/* How much of the text, at most `most` bytes, can be taken without cutting a letter or a character
 * reference. */
static size_t part_len(lj_slice text, size_t most)
{
    if (text.len <= most) {
        return text.len;
    }
    size_t len = most;
    while (len > most - 4 && (text.ptr[len] & 0xC0) == 0x80) {
        len--;
    }
    for (size_t back = 1; back < REFERENCE_MAX; back++) {
        uint8_t byte = text.ptr[len - back];
        if (byte == ';' || byte <= ' ') {
            break;
        }
        if (byte == '&') {
            return len - back;
        }
    }
    return len;
}

static void emit(html *h, span *what)
{
    if (h->code == LJ_OK) {
        h->code = format_emit(h->run, what);
    }
}

static void flush(html *h)
{
    const html_element *top = top_of(h);
    lj_slice text = lj_buf_slice(&h->text);
    size_t len = text.len;
    while (len > 0 && (text.ptr[len - 1] == ' ' || text.ptr[len - 1] == '\n')) {
        len--;
    }
    if (len > 0) {
        bool cell = (top->kind & HTML_IS_CELL) != 0;
        span what = span_of((top->kind & HTML_IS_HEADING) != 0  ? SPAN_TITLE
                            : cell                              ? SPAN_CELL
                            : (top->kind & HTML_IS_OPTION) != 0 ? SPAN_FORM
                                                                : SPAN_BODY,
                            (lj_str){(const char *)text.ptr, len});
        what.hidden_by = h->hidden_by;
        what.src_off = h->text_off;
        what.maps = (const span_map *)(const void *)h->maps.ptr;
        what.map_count = (uint32_t)(h->maps.len / sizeof(span_map));
        while (what.map_count > 0 && what.maps[what.map_count - 1].text_at >= len) {
            what.map_count--;
        }
        what.join = h->goes_on ? SPAN_JOIN_SAME : SPAN_JOIN_BLOCK;
        what.looks = h->looks;
        what.look_count = h->look_count;
        for (uint32_t i = h->look_count; i > 0; i--) { /* blanks at the end are no longer there */
            span_look *look = &h->looks[i - 1];
            look->from = (uint32_t)lj_min_size(look->from, len);
            look->len = (uint32_t)lj_min_size(look->len, len - look->from);
        }
        if (cell && h->table_count > 0) {
            what.place.row_no = h->tables[h->table_count - 1].row_no;
            what.place.col_no = h->tables[h->table_count - 1].col_no;
        }
        emit(h, &what);
    }
    lj_buf_clear(&h->text);
    lj_buf_clear(&h->maps);
    h->look_count = 0;
    h->blank = false;
    h->goes_on = false;
}

/* The look of what is added now, as far as the elements state one. */
static void mark_look(html *h, size_t from)
{
    const html_element *top = top_of(h);
    span_look look = top->look;
    look.flags |= (uint16_t)(((top->kind & HTML_IS_BOLD) != 0 ? SPAN_BOLD : 0) |
                             ((top->kind & HTML_IS_CENTRE) != 0 ? SPAN_CENTRED : 0));
    if ((top->kind & HTML_IS_CENTRE) != 0) {
        look.known |= SPAN_KNOWS_ALIGN;
    }
    look.hidden_by = top->hidden_by;
    if (h->text.len <= from) {
        return;
    }
    h->hidden_by = from == 0 ? look.hidden_by : h->hidden_by & look.hidden_by;
    if ((look.known == 0 && look.flags == 0 && look.hidden_by == 0) || h->look_count >= LOOKS_MAX) {
        return;
    }
    span_look *last = h->look_count > 0 ? &h->looks[h->look_count - 1] : NULL;
    if (last != NULL && last->from + last->len == from && last->hidden_by == look.hidden_by &&
        last->size_pt100 == look.size_pt100 && last->fg == look.fg && last->bg == look.bg &&
        last->flags == look.flags && last->known == look.known) {
        last->len += (uint32_t)(h->text.len - from);
        return;
    }
    look.from = (uint32_t)from;
    look.len = (uint32_t)(h->text.len - from);
    h->looks[h->look_count++] = look;
}

/* The next byte of the block comes from `off` of the piece. */
static void map_here(html *h, size_t off)
{
    span_map row = {.text_at = (uint32_t)h->text.len, .src_off = place_of(h, off)};
    if (row.text_at == 0) {
        h->text_off = row.src_off;
    }
    span_map last;
    if (h->maps.len > 0) {
        memcpy(&last, h->maps.ptr + h->maps.len - sizeof(last), sizeof(last));
        if (row.src_off - last.src_off == row.text_at - last.text_at) {
            return;
        }
    }
    if (row.src_off != UINT64_MAX && h->maps.len + sizeof(row) <= MAPS_MAX) {
        lj_buf_put(&h->maps, lj_slice_of((const uint8_t *)&row, sizeof(row)));
    }
}

/* Adds decoded text; blanks collapse outside pre. is_same: byte i of it stands at off + i, else all
 * of it at off. */
static void add_text(html *h, lj_slice text, size_t off, bool is_same)
{
    bool pre = (top_of(h)->kind & HTML_IS_PRE) != 0;
    if (h->look_count == LOOKS_MAX) { /* the block goes on in another span */
        bool blank = h->blank;
        flush(h);
        h->goes_on = true;
        h->blank = blank;
    }
    size_t from = h->text.len;
    bool is_mapped = false; /* the byte that comes follows the last one in the source too */
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f';
        is_mapped = is_mapped && (h->rows.len == 0 || (c & 0xC0) == 0x80);
        if (blank && !pre) {
            is_mapped = false;
            h->blank = (h->blank && h->goes_on) ||
                       (h->text.len > 0 && h->text.ptr[h->text.len - 1] != '\n');
            continue;
        }
        if (h->blank) {
            lj_buf_put_u8(&h->text, ' ');
            h->blank = false;
        }
        if (c != '\r') {
            if (!is_mapped) {
                map_here(h, is_same ? off + i : off);
            }
            is_mapped = is_same || (c & 0xC0) == 0x80 || c >= 0xC0;
            lj_buf_put_u8(&h->text, c);
        } else {
            is_mapped = false;
        }
        if (h->text.len >= BLOCK_MAX - BLOCK_SLACK &&
            (i + 1 == text.len || (text.ptr[i + 1] & 0xC0) != 0x80)) {
            mark_look(h, from);
            flush(h);
            h->goes_on = true;
            from = 0;
            is_mapped = false;
        }
    }
    mark_look(h, from);
}

/* ---- attributes ---- */

/* The text of a raw value, references decoded; of at most PART_MAX bytes. */
static lj_str decoded(html *h, lj_slice raw)
{
    lj_buf_clear(&h->value);
    html_decode(raw, &h->value);
    return lj_buf_ok(&h->value) && lj_utf8_is_valid(lj_buf_slice(&h->value)) ? lj_buf_str(&h->value)
                                                                             : (lj_str){NULL, 0};
}

static bool has_letters(lj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z')) {
            return true;
        }
    }
    return false;
}

static void emit_value(html *h, span_role role, lj_str label, lj_str text, size_t off)
{
    if (!has_letters(text)) {
        return;
    }
    span what = span_of(role, text);
    what.label = label;
    what.src_off = place_of(h, off);
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    emit(h, &what);
}

/* A value of any length as spans. */
static void emit_values(html *h, span_role role, lj_str label, lj_slice raw, size_t off)
{
    while (raw.len > 0 && h->code == LJ_OK) {
        lj_slice part = lj_slice_part(raw, 0, part_len(raw, PART_MAX));
        emit_value(h, role, label, decoded(h, part), off);
        raw = lj_slice_part(raw, part.len, SIZE_MAX);
        off += part.len;
    }
}

/* A link target that holds letters beyond ASCII, plainly or percent-encoded (RFC 3986 2.1). */
static void emit_link(html *h, const html_attr *attr, size_t off)
{
    uint8_t room[2048];
    lj_slice value = lj_slice_part(attr->value, 0, part_len(attr->value, sizeof(room)));
    lj_str text = decoded(h, value);
    size_t len = 0;
    bool beyond = false;
    for (size_t i = 0; i < text.len && len < sizeof(room); i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c == '%' && i + 2 < text.len && html_hex_digit((uint8_t)text.ptr[i + 1]) >= 0 &&
            html_hex_digit((uint8_t)text.ptr[i + 2]) >= 0) {
            c = (uint8_t)(html_hex_digit((uint8_t)text.ptr[i + 1]) * 16 +
                          html_hex_digit((uint8_t)text.ptr[i + 2]));
            i += 2;
        }
        beyond = beyond || c >= 0x80;
        room[len++] = c;
    }
    if (!beyond || h->code != LJ_OK) {
        return;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(h->run));
    lj_buf utf8;
    lj_buf_init(&utf8, format_arena(h->run), 4 * sizeof(room));
    (void)text_lines_to_utf8(TEXT_GB18030, lj_slice_of(room, len), false, &utf8, NULL);
    emit_value(h, SPAN_LINK, LJ_STR("href"), lj_buf_str(&utf8), off);
    lj_arena_rewind(format_arena(h->run), mark);
}

static bool is_worded(lj_slice name)
{
    static const char *const names[] = {"alt",        "title", "value",   "content", "placeholder",
                                        "aria-label", "label", "summary", "caption"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if (lj_slice_is_nocase(name, lj_cstr_bytes(names[i]))) {
            return true;
        }
    }
    return name.len > 5 && lj_slice_is_nocase(lj_slice_part(name, 0, 5), LJ_BYTES("data-"));
}

static void read_attributes(html *h, const html_token *token)
{
    const html_attr *meta = html_attr_lookup(token, "name");
    bool is_meta = lj_slice_is_nocase(token->name, LJ_BYTES("meta"));
    for (uint32_t i = 0; i < token->attr_count && h->code == LJ_OK; i++) {
        const html_attr *attr = &token->attrs[i];
        if (attr->value.len == 0) {
            continue;
        }
        if (lj_slice_is_nocase(attr->name, LJ_BYTES("href")) ||
            lj_slice_is_nocase(attr->name, LJ_BYTES("src"))) {
            emit_link(h, attr, token->off);
        } else if (is_worded(attr->name)) {
            lj_slice name = is_meta && meta != NULL ? meta->value : attr->name;
            span_role role = is_meta                                           ? SPAN_METADATA
                             : lj_slice_is_nocase(attr->name, LJ_BYTES("alt")) ? SPAN_ALT
                                                                               : SPAN_ATTRIBUTE;
            name = lj_slice_part(name, 0, part_len(name, NAME_MAX));
            lj_str label = lj_utf8_is_valid(name) ? (lj_str){(const char *)name.ptr, name.len}
                                                  : (lj_str){NULL, 0};
            emit_values(h, role, label, attr->value, (size_t)(attr->value.ptr - h->piece.ptr));
        }
    }
}

/* ---- tokens ---- */

static void enter_table(html *h, unsigned kind)
{
    if ((kind & HTML_IS_TABLE) != 0 && h->table_count < TABLES_MAX) {
        h->tables[h->table_count++] = (table_place){0, 0};
    }
    table_place *place = h->table_count > 0 ? &h->tables[h->table_count - 1] : NULL;
    if (place != NULL && (kind & HTML_IS_ROW) != 0) {
        place->row_no++;
        place->col_no = 0;
    }
    if (place != NULL && (kind & HTML_IS_CELL) != 0) {
        place->col_no++;
    }
}

/* The element's name in lower case, cut. */
static void take_name(lj_slice name, char out[12])
{
    memset(out, 0, 12);
    for (size_t i = 0; i < 11 && i < name.len; i++) {
        uint8_t c = name.ptr[i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
}

/* Ends the innermost element of one of the kinds `ended`, unless one of `walls` stands between. */
static void end_implied(html *h, unsigned ended, unsigned walls)
{
    for (uint32_t up = 0; h->beyond == 0 && up < FIND_MAX && up < h->depth; up++) {
        unsigned own = h->stack[h->depth - up].own;
        if ((own & ended) != 0) {
            h->depth -= up + 1;
            return;
        }
        if ((own & walls) != 0) {
            return;
        }
    }
}

/* End tags that may be left out (13.1.2.4), in the order in which they would stand. */
static void end_what_is_left_open(html *h, unsigned kind)
{
    if ((kind & HTML_IS_BLOCK) != 0) {
        end_implied(h, HTML_IS_PARAGRAPH, HTML_IS_BLOCK & ~(unsigned)HTML_IS_PARAGRAPH);
    }
    if ((kind & HTML_IS_ITEM) != 0) {
        end_implied(h, HTML_IS_ITEM, HTML_IS_BLOCK);
    }
    if ((kind & HTML_IS_OPTION) != 0) {
        end_implied(h, HTML_IS_OPTION, HTML_IS_BLOCK);
    }
    if ((kind & (HTML_IS_CELL | HTML_IS_ROW)) != 0) {
        end_implied(h, HTML_IS_CELL, HTML_IS_ROW | HTML_IS_TABLE);
    }
    if ((kind & HTML_IS_ROW) != 0) {
        end_implied(h, HTML_IS_ROW, HTML_IS_TABLE);
    }
}

static void on_break(html *h)
{
    if (h->text.len >= BLOCK_MAX - BLOCK_SLACK) {
        flush(h);
    }
    if (h->text.len > 0) {
        lj_buf_put_u8(&h->text, '\n');
    }
    h->blank = false;
    h->goes_on = false;
}

static void on_start(html *h, const html_token *token)
{
    unsigned kind = html_kind_of(token->name);
    if ((kind & HTML_IS_BLOCK) != 0) {
        flush(h);
        end_what_is_left_open(h, kind);
    }
    if ((kind & HTML_IS_BREAK) != 0) {
        on_break(h);
    }
    enter_table(h, kind);
    html_element own = *top_of(h);
    take_name(token->name, own.name);
    const unsigned inherited = HTML_IS_BOLD | HTML_IS_HEADING | HTML_IS_CELL | HTML_IS_OPTION |
                               HTML_IS_PRE | HTML_IS_CENTRE;
    own.own = kind;
    own.kind =
        (own.kind & ((kind & HTML_IS_TABLE) != 0 ? HTML_IS_BOLD | HTML_IS_PRE : inherited)) | kind;
    html_style_read(token, &own);
    if ((kind & HTML_IS_VOID) == 0) {
        if (h->beyond == 0 && h->depth + 1 < STACK_MAX) {
            h->depth++;
            h->stack[h->depth] = own;
        } else {
            h->beyond++;
        }
    }
    read_attributes(h, token);
}

static void on_end(html *h, const html_token *token)
{
    unsigned kind = html_kind_of(token->name);
    if ((kind & HTML_IS_BLOCK) != 0) {
        flush(h);
    }
    char name[12];
    take_name(token->name, name);
    /* an inline end tag closes nothing beyond its block, another one nothing beyond its table */
    unsigned walls = (kind & HTML_IS_TABLE) != 0   ? 0
                     : (kind & HTML_IS_BLOCK) != 0 ? HTML_IS_TABLE
                                                   : HTML_IS_BLOCK;
    bool found = h->beyond > 0;
    h->beyond -= found && (kind & HTML_IS_VOID) == 0 ? 1 : 0;
    for (uint32_t up = 0; !found && up < FIND_MAX && up < h->depth; up++) {
        const html_element *open = &h->stack[h->depth - up];
        if (memcmp(open->name, name, sizeof(name)) == 0) {
            h->depth -= up + 1;
            break;
        }
        found = (open->own & walls) != 0;
    }
    if ((kind & HTML_IS_TABLE) != 0 && h->table_count > 0) {
        h->table_count--;
    }
}

/* What escapes of a script or a style say, in addition to the source. */
static void emit_unescaped(html *h, span_role role, lj_slice raw, size_t off)
{
    lj_buf_clear(&h->more);
    bool beyond = html_unescape(raw, role == SPAN_STYLE, &h->more);
    if (!beyond || !lj_buf_ok(&h->more) || !lj_utf8_is_valid(lj_buf_slice(&h->more))) {
        return;
    }
    span what = span_of(role, lj_buf_str(&h->more));
    what.origin = SPAN_DECODED;
    what.src_off = place_of(h, off);
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    emit(h, &what);
}

static void on_raw(html *h, const html_token *token)
{
    bool title = lj_slice_is_nocase(token->name, LJ_BYTES("title"));
    bool textarea = lj_slice_is_nocase(token->name, LJ_BYTES("textarea"));
    bool style = lj_slice_is_nocase(token->name, LJ_BYTES("style"));
    bool is_shown = title || textarea;
    span_role role = title ? SPAN_TITLE : textarea ? SPAN_FORM : style ? SPAN_STYLE : SPAN_SCRIPT;
    lj_slice rest = token->text;
    size_t off = token->off;
    while (rest.len > 0 && h->code == LJ_OK) {
        lj_slice part = lj_slice_part(rest, 0, part_len(rest, PART_MAX));
        lj_str text = is_shown ? decoded(h, part) : (lj_str){(const char *)part.ptr, part.len};
        span what = span_of(role, text);
        what.src_off = place_of(h, off);
        what.join = part.ptr == token->text.ptr ? SPAN_JOIN_BLOCK : SPAN_JOIN_SAME;
        what.hidden_by = is_shown ? top_of(h)->hidden_by : SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        if (has_letters(text)) {
            emit(h, &what);
        }
        if (!is_shown) {
            emit_unescaped(h, role, part, off);
        }
        rest = lj_slice_part(rest, part.len, SIZE_MAX);
        off += part.len;
    }
}

/* A stretch without references, or one reference with what follows up to the next. */
static void on_text(html *h, const html_token *token)
{
    lj_slice rest = token->text;
    size_t off = token->off;
    while (rest.len > 0 && h->code == LJ_OK) {
        bool is_reference = rest.ptr[0] == '&';
        lj_slice search = lj_slice_part(rest, is_reference ? 1 : 0, PART_MAX);
        const uint8_t *next = search.len > 0 ? memchr(search.ptr, '&', search.len) : NULL;
        size_t stretch = next != NULL ? (size_t)(next - rest.ptr) : rest.len;
        if (is_reference) { /* its own bytes and no more, so that what follows keeps its place */
            size_t end = 1;
            while (end < stretch && end < REFERENCE_MAX && rest.ptr[end] > ' ' &&
                   rest.ptr[end] < 0x80 && rest.ptr[end - 1] != ';') {
                end++;
            }
            stretch = end;
        }
        lj_slice part = lj_slice_part(rest, 0, stretch);
        part.len = is_reference ? part.len : part_len(part, PART_MAX);
        if (is_reference) {
            lj_buf_clear(&h->value);
            html_decode(part, &h->value);
            add_text(h, lj_buf_slice(&h->value), off, /* is_same= */ false);
        } else {
            add_text(h, part, off, /* is_same= */ true);
        }
        rest = lj_slice_part(rest, part.len, SIZE_MAX);
        off += part.len;
    }
}

/* <!doctype html> and its long forms, which say nothing. */
static bool is_doctype(lj_slice text)
{
    return lj_slice_is_nocase(lj_slice_part(text, 0, 7), LJ_BYTES("doctype")) &&
           !plain_has_high(text);
}

static void read_piece(html *h, html_cur *cur)
{
    html_token *token = lj_arena_alloc(format_arena(h->run), sizeof(*token));
    if (token == NULL) {
        h->code = LJ_E_LIMIT;
        return;
    }
    while (h->code == LJ_OK && html_next(cur, token)) {
        switch (token->kind) {
        case HTML_TEXT:
            on_text(h, token);
            break;
        case HTML_START:
            on_start(h, token);
            break;
        case HTML_END:
            on_end(h, token);
            break;
        case HTML_COMMENT:
            if (is_doctype(token->text)) {
                break;
            }
            emit_values(h, SPAN_COMMENT, (lj_str){NULL, 0}, token->text, token->off);
            break;
        case HTML_RAW:
            on_raw(h, token);
            break;
        }
    }
}

/* ---- the file ---- */

/* The charset that a meta element declares in the first kilobytes. */
static text_charset declared_charset(lj_slice head)
{
    text_charset charset = TEXT_CHARSET_ANY;
    lj_slice part = lj_slice_part(head, 0, 4096);
    size_t at = lj_slice_find(part, LJ_BYTES("charset="));
    if (at == SIZE_MAX) {
        at = lj_slice_find(part, LJ_BYTES("CHARSET="));
    }
    if (at != SIZE_MAX) {
        lj_slice label = lj_slice_part(part, at + 8, 32);
        while (label.len > 0 &&
               (label.ptr[0] == '"' || label.ptr[0] == '\'' || label.ptr[0] == ' ')) {
            label = lj_slice_part(label, 1, SIZE_MAX);
        }
        size_t len = 0;
        while (len < label.len && (((label.ptr[len] | 32) >= 'a' && (label.ptr[len] | 32) <= 'z') ||
                                   (label.ptr[len] >= '0' && label.ptr[len] <= '9') ||
                                   label.ptr[len] == '-' || label.ptr[len] == '_')) {
            len++;
        }
        (void)text_charset_lookup(lj_slice_part(label, 0, len), &charset);
    }
    return charset;
}

/* How much of the buffer can be read now: up to its last '<', all of it at the end of the file. 0:
 * more is needed first. */
static size_t piece_end(const plain_input *in)
{
    if (in->at_end) {
        return in->len;
    }
    for (size_t len = in->len; len > 1; len--) {
        if (in->buf[len - 1] == '<') {
            return len - 1;
        }
    }
    if (in->len < PLAIN_CAP / 4 * 3) {
        return 0;
    }
    lj_slice bytes = lj_slice_of(in->buf, in->len);
    size_t end = plain_char_start(bytes, in->len - 1, 0);
    return end > 0 ? end : in->len;
}

/* Reads the first len bytes of the buffer. */
static void read_bytes(html *h, const plain_input *in, size_t len, text_charset charset,
                       html_cur *cur)
{
    lj_arena *arena = format_arena(h->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    lj_slice piece = lj_slice_of(in->buf, len);
    lj_buf utf8;
    lj_buf_init(&utf8, arena, 3 * PLAIN_CAP + BLOCK_SLACK);
    lj_buf_init(&h->rows, arena, 3 * PLAIN_CAP * sizeof(text_map_row));
    h->piece_off = in->decodes ? UINT64_MAX : in->base;
    if (!in->decodes && !text_utf8_is_valid(piece, NULL)) {
        text_charset base = charset == TEXT_UTF8 ? TEXT_GB18030 : charset;
        (void)text_lines_to_utf8(base, piece, /* more= */ false, &utf8, &h->rows);
        piece = lj_buf_slice(&utf8);
    }
    h->piece = cur->text = piece;
    cur->pos = 0;
    if (lj_buf_ok(&utf8) && lj_buf_ok(&h->rows)) {
        read_piece(h, cur);
    } else {
        h->code = LJ_E_NOMEM;
    }
    lj_arena_rewind(arena, mark);
}

static lj_code html_read(format_run *run, format_src *src)
{
    lj_arena *arena = format_arena(run);
    html *h = lj_arena_alloc(arena, sizeof(*h));
    plain_input in;
    if (h == NULL) {
        return LJ_E_NOMEM;
    }
    h->run = run;
    lj_buf_init(&h->text, arena, BLOCK_MAX);
    lj_buf_init(&h->maps, arena, MAPS_MAX);
    lj_buf_init(&h->value, arena, VALUE_MAX);
    lj_buf_init(&h->more, arena, VALUE_MAX);
    /* all of it now: what grew behind a mark of the arena would be gone with it */
    bool room =
        lj_buf_room(&h->text, BLOCK_MAX) != NULL && lj_buf_room(&h->maps, MAPS_MAX) != NULL &&
        lj_buf_room(&h->value, VALUE_MAX) != NULL && lj_buf_room(&h->more, VALUE_MAX) != NULL;
    lj_slice head = format_bytes(run, src, 0, HEAD);
    size_t bom = 0;
    text_charset charset = text_charset_guess(head, declared_charset(head), &bom);
    bool decodes = charset == TEXT_UTF16LE || charset == TEXT_UTF16BE || charset == TEXT_UTF32LE ||
                   charset == TEXT_UTF32BE || charset == TEXT_HZ || charset == TEXT_ISO2022CN ||
                   charset == TEXT_UTF7;
    if (!room || !plain_input_open(&in, run, src, bom, FORMAT_SIZE_UNKNOWN,
                                   decodes ? charset : TEXT_CHARSET_NONE)) {
        return LJ_E_NOMEM;
    }
    html_cur cur = {.pos = 0};
    while (h->code == LJ_OK) {
        if (!plain_input_fill(&in)) {
            return LJ_E_NOMEM;
        }
        size_t len = piece_end(&in);
        if (len > 0) {
            read_bytes(h, &in, len, charset, &cur);
            plain_input_slide(&in, len);
            if (!in.decodes && in.base > 0) {
                format_claim(run, 0, in.base, FORMAT_READ);
            }
        }
        if (in.at_end && in.len == 0) {
            break;
        }
    }
    flush(h);
    lj_code code = h->code != LJ_OK ? h->code : format_src_code(src);
    if (code == LJ_OK) {
        format_claim_all(run, FORMAT_READ);
    }
    return code;
}

const format_row format_html_row = {
    .name = "html",
    .extensions = "html htm xhtml shtml",
    .traits = FORMAT_WORDS,
    .sniff = html_sniff,
    .read = html_read,
    .en = "HTML page",
    .zh = "HTML 网页",
};
