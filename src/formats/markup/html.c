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
 * The file is decoded to UTF-8 in pieces of 2 MiB that end before a '<', so memory is bounded and
 * the element stack lives on. The label of the charset loses when strict decoding fails
 * (hidden-marks T23: text_charset_guess does it). Nesting beyond STACK_MAX is read flat: nothing is
 * pushed, text still comes. Not done here: style sheets resolved to elements, base64 and percent
 * inside text (a later version). */
#include "formats/markup/html.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "text/charset.h"

enum {
    PIECE = 1024 * 1024,
    BLOCK_MAX = 48 * 1024,
    STACK_MAX = 512,
    LOOKS_MAX = 64,
    TABLES_MAX = 16,
    FIND_MAX = 64, /* how far up an end tag looks for its start */
    VALUE_MAX = 64 * 1024,
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
    for (size_t i = 0; i < probe->head.len && i < 4096 && len < sizeof(room); i++) {
        uint8_t byte = probe->head.ptr[i];
        if (byte != 0 && byte < 0x80) { /* UTF-16 loses its zero bytes */
            room[len++] = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
        }
    }
    lj_slice head = lj_slice_of(room, len);
    size_t first = 0;
    while (first < len && (room[first] <= ' ' || room[first] > 0x7E)) {
        first++;
    }
    bool starts = first < len && room[first] == '<';
    for (size_t i = 0; i < LJ_COUNT_OF(signs); i++) {
        size_t at = lj_slice_find(head, lj_cstr_bytes(signs[i].tag));
        if (at != SIZE_MAX && starts && (signs[i].bits >= 40 || at == first)) {
            return signs[i].bits;
        }
    }
    return 0;
}

/* ---- elements ---- */

typedef enum element_kind {
    INLINE,
    BLOCK = 1 << 0,
    VOID = 1 << 1,
    BOLD = 1 << 2,
    HEADING = 1 << 3,
    CELL = 1 << 4,
    ROW = 1 << 5,
    TABLE = 1 << 6,
    OPTION = 1 << 7,
    BREAK = 1 << 8,
    PRE = 1 << 9,
    CENTRE = 1 << 10,
} element_kind;

static const struct {
    const char *name;
    unsigned kind;
} elements[] = {
    {"p",          BLOCK                 },
    {"div",        BLOCK                 },
    {"h1",         BLOCK | HEADING | BOLD},
    {"h2",         BLOCK | HEADING | BOLD},
    {"h3",         BLOCK | HEADING | BOLD},
    {"h4",         BLOCK | HEADING | BOLD},
    {"h5",         BLOCK | HEADING | BOLD},
    {"h6",         BLOCK | HEADING | BOLD},
    {"td",         BLOCK | CELL          },
    {"th",         BLOCK | CELL | BOLD   },
    {"tr",         BLOCK | ROW           },
    {"table",      BLOCK | TABLE         },
    {"tbody",      BLOCK                 },
    {"thead",      BLOCK                 },
    {"tfoot",      BLOCK                 },
    {"caption",    BLOCK                 },
    {"li",         BLOCK                 },
    {"ul",         BLOCK                 },
    {"ol",         BLOCK                 },
    {"dl",         BLOCK                 },
    {"dt",         BLOCK                 },
    {"dd",         BLOCK                 },
    {"pre",        BLOCK | PRE           },
    {"blockquote", BLOCK                 },
    {"center",     BLOCK | CENTRE        },
    {"section",    BLOCK                 },
    {"article",    BLOCK                 },
    {"header",     BLOCK                 },
    {"footer",     BLOCK                 },
    {"nav",        BLOCK                 },
    {"aside",      BLOCK                 },
    {"main",       BLOCK                 },
    {"form",       BLOCK                 },
    {"fieldset",   BLOCK                 },
    {"legend",     BLOCK                 },
    {"address",    BLOCK                 },
    {"figure",     BLOCK                 },
    {"figcaption", BLOCK                 },
    {"body",       BLOCK                 },
    {"html",       BLOCK                 },
    {"head",       BLOCK                 },
    {"option",     BLOCK | OPTION        },
    {"optgroup",   BLOCK                 },
    {"select",     BLOCK                 },
    {"button",     BLOCK                 },
    {"label",      INLINE                },
    {"iframe",     BLOCK                 },
    {"br",         VOID | BREAK          },
    {"hr",         VOID | BLOCK          },
    {"img",        VOID                  },
    {"input",      VOID                  },
    {"meta",       VOID | BLOCK          },
    {"link",       VOID | BLOCK          },
    {"base",       VOID | BLOCK          },
    {"col",        VOID                  },
    {"area",       VOID                  },
    {"embed",      VOID                  },
    {"source",     VOID                  },
    {"wbr",        VOID                  },
    {"param",      VOID                  },
    {"b",          BOLD                  },
    {"strong",     BOLD                  },
};

static unsigned kind_of(lj_slice name)
{
    for (size_t i = 0; i < LJ_COUNT_OF(elements); i++) {
        if (lj_slice_is_nocase(name, lj_cstr_bytes(elements[i].name))) {
            return elements[i].kind;
        }
    }
    return INLINE;
}

typedef struct open_element {
    char name[12]; /* lower case, cut: end tags compare as much */
    unsigned kind; /* of itself and, of BOLD HEADING CELL OPTION PRE CENTRE, of what it stands in */
    uint64_t hidden_by;
    span_look look;
} open_element;

typedef struct table_place {
    uint32_t row_no, col_no;
} table_place;

typedef struct html {
    format_run *run;
    lj_buf text; /* of the open block */
    uint64_t text_off;
    span_look looks[LOOKS_MAX];
    uint32_t look_count;
    open_element stack[STACK_MAX];
    uint32_t depth;
    table_place tables[TABLES_MAX];
    uint32_t table_count;
    lj_buf value;       /* scratch */
    uint64_t piece_off; /* of the piece in the source, when offsets map (UTF-8), else UINT64_MAX */
    bool blank;         /* a blank waits for the next letter */
    bool goes_on;       /* the block was cut and goes on */
    lj_code code;
} html;

static open_element *top_of(html *h)
{
    return &h->stack[h->depth];
}

static uint64_t place_of(const html *h, size_t off)
{
    return h->piece_off != UINT64_MAX ? h->piece_off + off : UINT64_MAX;
}

static void emit(html *h, span *what)
{
    if (h->code == LJ_OK) {
        h->code = format_emit(h->run, what);
    }
}

static void flush(html *h)
{
    const open_element *top = top_of(h);
    lj_slice text = lj_buf_slice(&h->text);
    size_t len = text.len;
    while (len > 0 && (text.ptr[len - 1] == ' ' || text.ptr[len - 1] == '\n')) {
        len--;
    }
    if (len > 0) {
        bool cell = (top->kind & CELL) != 0;
        span what = span_of((top->kind & HEADING) != 0  ? SPAN_TITLE
                            : cell                      ? SPAN_CELL
                            : (top->kind & OPTION) != 0 ? SPAN_FORM
                                                        : SPAN_BODY,
                            (lj_str){(const char *)text.ptr, len});
        what.hidden_by = top->hidden_by;
        what.src_off = h->text_off;
        what.join = h->goes_on ? SPAN_JOIN_SAME : SPAN_JOIN_BLOCK;
        what.looks = h->looks;
        what.look_count = h->look_count;
        if (cell && h->table_count > 0) {
            what.place.row_no = h->tables[h->table_count - 1].row_no;
            what.place.col_no = h->tables[h->table_count - 1].col_no;
        }
        emit(h, &what);
    }
    lj_buf_clear(&h->text);
    h->look_count = 0;
    h->blank = false;
    h->goes_on = false;
}

/* The look of what is added now, as far as the elements state one. */
static void mark_look(html *h, size_t from)
{
    const open_element *top = top_of(h);
    span_look look = top->look;
    look.flags |= (uint16_t)(((top->kind & BOLD) != 0 ? SPAN_BOLD : 0) |
                             ((top->kind & CENTRE) != 0 ? SPAN_CENTRED : 0));
    if ((top->kind & CENTRE) != 0) {
        look.known |= SPAN_KNOWS_ALIGN;
    }
    look.hidden_by = top->hidden_by;
    if ((look.known == 0 && look.flags == 0 && look.hidden_by == 0) || h->look_count >= LOOKS_MAX ||
        h->text.len <= from) {
        return;
    }
    look.from = (uint32_t)from;
    look.len = (uint32_t)(h->text.len - from);
    h->looks[h->look_count++] = look;
}

/* Adds decoded text; blanks collapse outside pre. */
static void add_text(html *h, lj_slice text, size_t off)
{
    bool pre = (top_of(h)->kind & PRE) != 0;
    size_t from = h->text.len;
    if (from == 0) {
        h->text_off = place_of(h, off);
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f';
        if (blank && !pre) {
            h->blank = h->text.len > 0 && h->text.ptr[h->text.len - 1] != '\n';
            continue;
        }
        if (h->blank) {
            lj_buf_put_u8(&h->text, ' ');
            h->blank = false;
        }
        if (c != '\r') {
            lj_buf_put_u8(&h->text, c);
        }
        if (h->text.len >= BLOCK_MAX - 8 &&
            (i + 1 == text.len || (text.ptr[i + 1] & 0xC0) != 0x80)) {
            mark_look(h, from);
            flush(h);
            h->goes_on = true;
            from = 0;
            h->text_off = place_of(h, off);
        }
    }
    mark_look(h, from);
}

/* ---- attributes ---- */

static lj_str decoded(html *h, lj_slice raw)
{
    lj_buf_clear(&h->value);
    html_decode(lj_slice_part(raw, 0, VALUE_MAX / 2), &h->value);
    return text_utf8_is_valid(lj_buf_slice(&h->value), NULL) ? lj_buf_str(&h->value)
                                                             : (lj_str){NULL, 0};
}

static void emit_value(html *h, span_role role, lj_str label, lj_str text, size_t off)
{
    bool letters = false;
    for (size_t i = 0; i < text.len && !letters; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        letters = c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z');
    }
    if (!letters) {
        return;
    }
    span what = span_of(role, text);
    what.label = label;
    what.src_off = place_of(h, off);
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    emit(h, &what);
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* A link target that holds letters beyond ASCII, plainly or percent-encoded (RFC 3986 2.1). */
static void emit_link(html *h, const html_attr *attr, size_t off)
{
    lj_str text = decoded(h, attr->value);
    uint8_t room[2048];
    size_t len = 0;
    bool beyond = false;
    for (size_t i = 0; i < text.len && len < sizeof(room); i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c == '%' && i + 2 < text.len && hex_digit((uint8_t)text.ptr[i + 1]) >= 0 &&
            hex_digit((uint8_t)text.ptr[i + 2]) >= 0) {
            c = (uint8_t)(hex_digit((uint8_t)text.ptr[i + 1]) * 16 +
                          hex_digit((uint8_t)text.ptr[i + 2]));
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
            lj_str label = text_utf8_is_valid(name, NULL)
                               ? (lj_str){(const char *)name.ptr, name.len}
                               : (lj_str){NULL, 0};
            emit_value(h, role, label, decoded(h, attr->value), token->off);
        }
    }
}

/* ---- style ---- */

/* The value of a property in an inline style, trimmed; empty when it is not there. */
static lj_slice style_value(lj_slice style, const char *property)
{
    lj_slice name = lj_cstr_bytes(property);
    size_t at = 0;
    while (at < style.len) {
        lj_slice rest = lj_slice_part(style, at, SIZE_MAX);
        size_t end = lj_min_size(lj_slice_find(rest, LJ_BYTES(";")), rest.len);
        lj_slice one = lj_slice_part(rest, 0, end);
        size_t colon = lj_slice_find(one, LJ_BYTES(":"));
        if (colon != SIZE_MAX) {
            lj_slice key = lj_slice_part(one, 0, colon);
            lj_slice value = lj_slice_part(one, colon + 1, SIZE_MAX);
            while (key.len > 0 && key.ptr[0] <= ' ') {
                key = lj_slice_part(key, 1, SIZE_MAX);
            }
            while (key.len > 0 && key.ptr[key.len - 1] <= ' ') {
                key.len--;
            }
            while (value.len > 0 && value.ptr[0] <= ' ') {
                value = lj_slice_part(value, 1, SIZE_MAX);
            }
            while (value.len > 0 && value.ptr[value.len - 1] <= ' ') {
                value.len--;
            }
            if (lj_slice_is_nocase(key, name)) {
                return value;
            }
        }
        at += end + 1;
    }
    return (lj_slice){NULL, 0};
}

/* #rgb, #rrggbb, white, black; false for what we do not resolve. */
static bool read_colour(lj_slice value, uint32_t *out)
{
    if (lj_slice_is_nocase(value, LJ_BYTES("white"))) {
        *out = 0xFFFFFF;
        return true;
    }
    if (lj_slice_is_nocase(value, LJ_BYTES("black")) ||
        lj_slice_is_nocase(value, LJ_BYTES("red"))) {
        *out = value.len == 3 ? 0xFF0000 : 0;
        return true;
    }
    if (value.len != 4 && value.len != 7) {
        return false;
    }
    uint32_t number = 0;
    for (size_t i = 1; i < value.len; i++) {
        int digit = hex_digit(value.ptr[i]);
        if (value.ptr[0] != '#' || digit < 0) {
            return false;
        }
        number =
            value.len == 4 ? number << 8 | (uint32_t)(digit * 17) : number << 4 | (uint32_t)digit;
    }
    *out = number;
    return true;
}

/* A number at the head of a value in hundredths; -1 when there is none. */
static int64_t read_hundredths(lj_slice value, size_t *out_len)
{
    int64_t number = 0;
    int64_t scale = 0;
    size_t i = 0;
    for (; i < value.len && number < 10000000; i++) {
        uint8_t c = value.ptr[i];
        if (c >= '0' && c <= '9') {
            if (scale < 100) {
                number = number * 10 + (c - '0');
                scale = scale > 0 ? scale * 10 : 0;
            }
        } else if (c == '.' && scale == 0) {
            scale = 1;
        } else {
            break;
        }
    }
    *out_len = i;
    return i == 0 ? -1 : scale <= 1 ? number * 100 : scale == 10 ? number * 10 : number;
}

static void read_size(lj_slice value, open_element *own)
{
    size_t len = 0;
    int64_t number = read_hundredths(value, &len);
    lj_slice unit = lj_slice_part(value, len, 2);
    if (number < 0) {
        return;
    }
    if (lj_slice_is_nocase(unit, LJ_BYTES("px"))) {
        number = number * 3 / 4;
    } else if (!lj_slice_is_nocase(unit, LJ_BYTES("pt")) && number != 0) {
        return;
    }
    own->look.size_pt100 = (uint32_t)number;
    own->look.known |= SPAN_KNOWS_SIZE;
    if (number < 100) {
        own->hidden_by |= SPAN_HIDE(number == 0 ? SPAN_HIDDEN_VANISH : SPAN_HIDDEN_TINY);
    }
}

static void read_style(const html_token *token, open_element *own)
{
    const html_attr *attr = html_attr_lookup(token, "style");
    if (html_attr_lookup(token, "hidden") != NULL) {
        own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    const html_attr *align = html_attr_lookup(token, "align");
    if (align != NULL && lj_slice_is_nocase(align->value, LJ_BYTES("center"))) {
        own->kind |= CENTRE;
    }
    if (attr == NULL) {
        return;
    }
    lj_slice style = attr->value;
    if (lj_slice_is_nocase(style_value(style, "display"), LJ_BYTES("none"))) {
        own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    lj_slice visibility = style_value(style, "visibility");
    lj_slice opacity = style_value(style, "opacity");
    size_t len = 0;
    if (lj_slice_is_nocase(visibility, LJ_BYTES("hidden")) ||
        (opacity.len > 0 && read_hundredths(opacity, &len) == 0)) {
        own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    static const char *const sides[] = {"left", "top", "text-indent", "margin-left"};
    for (size_t i = 0; i < LJ_COUNT_OF(sides); i++) {
        lj_slice value = style_value(style, sides[i]);
        if (value.len > 1 && value.ptr[0] == '-' &&
            read_hundredths(lj_slice_part(value, 1, SIZE_MAX), &len) >= 50000) {
            own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE);
        }
    }
    read_size(style_value(style, "font-size"), own);
    uint32_t colour = 0;
    lj_slice ground = style_value(style, "background-color");
    ground = ground.len > 0 ? ground : style_value(style, "background");
    if (read_colour(ground, &colour)) {
        own->look.bg = colour;
        own->look.known |= SPAN_KNOWS_BG;
    }
    if (read_colour(style_value(style, "color"), &colour)) {
        own->look.fg = colour;
        own->look.known |= SPAN_KNOWS_FG;
        uint32_t behind = (own->look.known & SPAN_KNOWS_BG) != 0 ? own->look.bg : 0xFFFFFF;
        if (colour == behind) {
            own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    lj_slice weight = style_value(style, "font-weight");
    if (lj_slice_is_nocase(weight, LJ_BYTES("bold")) || (weight.len == 3 && weight.ptr[0] >= '6')) {
        own->kind |= BOLD;
    }
    if (lj_slice_is_nocase(style_value(style, "text-align"), LJ_BYTES("center"))) {
        own->kind |= CENTRE;
    }
    lj_slice font = style_value(style, "font-family");
    if (lj_slice_find(font, LJ_BYTES("黑体")) != SIZE_MAX ||
        lj_slice_find(font, LJ_BYTES("SimHei")) != SIZE_MAX) {
        own->look.flags |= SPAN_HEI;
        own->look.known |= SPAN_KNOWS_FONT;
    }
}

/* ---- tokens ---- */

static void enter_table(html *h, unsigned kind)
{
    if ((kind & TABLE) != 0 && h->table_count < TABLES_MAX) {
        h->tables[h->table_count++] = (table_place){0, 0};
    }
    table_place *place = h->table_count > 0 ? &h->tables[h->table_count - 1] : NULL;
    if (place != NULL && (kind & ROW) != 0) {
        place->row_no++;
        place->col_no = 0;
    }
    if (place != NULL && (kind & CELL) != 0) {
        place->col_no++;
    }
}

static void on_start(html *h, const html_token *token)
{
    unsigned kind = kind_of(token->name);
    if ((kind & BLOCK) != 0) {
        flush(h);
    }
    if ((kind & BREAK) != 0) {
        lj_buf_put_u8(&h->text, '\n');
        h->blank = false;
    }
    enter_table(h, kind);
    open_element own = *top_of(h);
    memset(own.name, 0, sizeof(own.name));
    for (size_t i = 0; i + 1 < sizeof(own.name) && i < token->name.len; i++) {
        uint8_t c = token->name.ptr[i];
        own.name[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    const unsigned inherited = BOLD | HEADING | CELL | OPTION | PRE | CENTRE;
    own.kind = (own.kind & ((kind & TABLE) != 0 ? BOLD | PRE : inherited)) | kind;
    read_style(token, &own);
    if ((kind & VOID) == 0 && h->depth + 1 < STACK_MAX) {
        h->depth++;
        h->stack[h->depth] = own;
    }
    read_attributes(h, token);
}

static void on_end(html *h, const html_token *token)
{
    unsigned kind = kind_of(token->name);
    if ((kind & BLOCK) != 0) {
        flush(h);
    }
    char name[12] = {0};
    for (size_t i = 0; i + 1 < sizeof(name) && i < token->name.len; i++) {
        uint8_t c = token->name.ptr[i];
        name[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    for (uint32_t up = 0; up < FIND_MAX && up < h->depth; up++) {
        if (memcmp(h->stack[h->depth - up].name, name, sizeof(name)) == 0) {
            h->depth -= up + 1;
            break;
        }
    }
    if ((kind & TABLE) != 0 && h->table_count > 0) {
        h->table_count--;
    }
}

static void on_raw(html *h, const html_token *token)
{
    bool title = lj_slice_is_nocase(token->name, LJ_BYTES("title"));
    bool textarea = lj_slice_is_nocase(token->name, LJ_BYTES("textarea"));
    bool style = lj_slice_is_nocase(token->name, LJ_BYTES("style"));
    lj_slice rest = token->text;
    while (rest.len > 0 && h->code == LJ_OK) {
        size_t len = lj_min_size(rest.len, BLOCK_MAX / 2);
        while (len < rest.len && len > 0 && (rest.ptr[len] & 0xC0) == 0x80) {
            len--;
        }
        lj_slice part = lj_slice_part(rest, 0, len > 0 ? len : rest.len);
        lj_str text =
            title || textarea ? decoded(h, part) : (lj_str){(const char *)part.ptr, part.len};
        span what = span_of(title      ? SPAN_TITLE
                            : textarea ? SPAN_FORM
                            : style    ? SPAN_STYLE
                                       : SPAN_SCRIPT,
                            text);
        what.src_off = place_of(h, token->off + (size_t)(part.ptr - token->text.ptr));
        what.join = part.ptr == token->text.ptr ? SPAN_JOIN_BLOCK : SPAN_JOIN_SAME;
        what.hidden_by =
            title || textarea ? top_of(h)->hidden_by : SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        emit(h, &what);
        rest = lj_slice_part(rest, part.len, SIZE_MAX);
    }
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
        case HTML_TEXT: {
            lj_slice rest = token->text;
            while (rest.len > 0) {
                size_t len = lj_min_size(rest.len, VALUE_MAX / 2);
                while (len < rest.len && len > 1 &&
                       (rest.ptr[len] == ';' || (rest.ptr[len] & 0xC0) == 0x80)) {
                    len--;
                }
                lj_buf_clear(&h->value);
                html_decode(lj_slice_part(rest, 0, len), &h->value);
                add_text(h, lj_buf_slice(&h->value),
                         token->off + (size_t)(rest.ptr - token->text.ptr));
                rest = lj_slice_part(rest, len, SIZE_MAX);
            }
            break;
        }
        case HTML_START:
            on_start(h, token);
            break;
        case HTML_END:
            on_end(h, token);
            break;
        case HTML_COMMENT:
            emit_value(h, SPAN_COMMENT, (lj_str){NULL, 0},
                       (lj_str){(const char *)token->text.ptr, token->text.len}, token->off);
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

/* The next piece of the source, ending before a '<' where there is one; at least one byte before
 * the end. */
static lj_slice next_piece(html *h, format_src *src, uint64_t at)
{
    lj_slice window = format_bytes(h->run, src, at, PIECE);
    if (window.len < PIECE) {
        return window;
    }
    size_t len = window.len - 1;
    while (len > window.len / 2 && window.ptr[len] != '<') {
        len--;
    }
    if (len > window.len / 2) {
        return lj_slice_part(window, 0, len);
    }
    for (len = window.len; len > window.len - 64 && window.ptr[len - 1] >= 0x30;
         len--) { /* not inside a letter */
    }
    return lj_slice_part(window, 0, len > window.len - 64 ? len : window.len);
}

static lj_code html_read(format_run *run, format_src *src)
{
    lj_arena *arena = format_arena(run);
    html *h = lj_arena_alloc(arena, sizeof(*h));
    if (h == NULL) {
        return LJ_E_LIMIT;
    }
    h->run = run;
    lj_buf_init(&h->text, arena, BLOCK_MAX);
    lj_buf_init(&h->value, arena, VALUE_MAX);
    lj_slice head = format_bytes(run, src, 0, 65536);
    size_t bom = 0;
    text_charset charset = text_charset_guess(head, declared_charset(head), &bom);
    bool wide = charset == TEXT_UTF16LE || charset == TEXT_UTF16BE || charset == TEXT_UTF32LE ||
                charset == TEXT_UTF32BE;
    html_cur cur = {.pos = 0};
    uint64_t at = bom;
    while (h->code == LJ_OK) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        lj_slice piece = wide ? format_bytes(run, src, at, PIECE) : next_piece(h, src, at);
        if (piece.len == 0) {
            break;
        }
        size_t used = piece.len;
        lj_buf utf8;
        lj_buf_init(&utf8, arena, 4 * PIECE + 64);
        bool plain = charset == TEXT_UTF8 && text_utf8_is_valid(piece, NULL);
        if (plain) {
            cur.text = piece;
        } else {
            bool more = piece.len == PIECE && wide;
            used = wide ? text_to_utf8(charset, piece, more, &utf8, NULL)
                        : text_lines_to_utf8(charset == TEXT_UTF8 ? TEXT_GB18030 : charset, piece,
                                             false, &utf8, NULL);
            used = used > 0 ? used : piece.len;
            cur.text = lj_buf_slice(&utf8);
        }
        cur.pos = 0;
        h->piece_off = plain ? at : UINT64_MAX;
        read_piece(h, &cur);
        format_claim(run, at, used, FORMAT_READ);
        at += used;
        lj_arena_rewind(arena, mark);
    }
    if (bom > 0) {
        format_claim(run, 0, bom, FORMAT_OPAQUE);
    }
    flush(h);
    return h->code != LJ_OK ? h->code : format_src_code(src);
}

const format_row format_html_row = {
    .name = "html",
    .extensions = "html htm xhtml shtml",
    .sniff = html_sniff,
    .read = html_read,
    .en = "HTML page",
    .zh = "HTML 网页",
};
