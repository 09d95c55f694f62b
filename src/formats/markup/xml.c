/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Any XML (XML 1.0, 5th edition) that no dialect claims, and SVG 1.1 as a dialect of it. The tokens
 * come from xml_token.h, which never fails; here they become spans.
 *
 * Model. The text of an element is a span with the element's name as label: <密级>机密★10年</密级>
 * is a value with its name. Attribute values that hold words are spans with the attribute's name.
 * Comments are COMMENT, not printed. An element that holds text beside its children (mixed content)
 * gives several spans; where no blank stands between text and tag they say SPAN_JOIN_SAME, so that
 * 机<b>密</b> is one word, while values of sibling elements stay apart. SVG: text and tspan are
 * joined per text element, with the place of x and y, font size and fill; title and desc; what is
 * not displayed says so; an embedded raster image is the gap `picture`. Not done: entities of a DTD
 * (never expanded), XSLT, CSS in SVG style elements beyond emitting their text. */
#include "base/buf.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/xml_token.h"

enum {
    TEXT_MAX = 48 * 1024,
    LABEL_MAX = 256,
    STACK_MAX = 300,
    BITS_DECLARED = 40,
    BITS_ELEMENT = 12,
    BITS_COMMENT = 10,
    BITS_OPEN = 3, /* less than that of a text */
};

/* ---- recognition ---- */

/* The head as ASCII: UTF-16 loses its zero bytes. */
static lj_slice ascii_head(lj_slice head, uint8_t *room, size_t cap)
{
    size_t len = 0;
    size_t at = head.len >= 3 && memcmp(head.ptr, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    bool wide = head.len >= 4 && ((head.ptr[0] == 0xFF && head.ptr[1] == 0xFE) ||
                                  (head.ptr[0] == 0xFE && head.ptr[1] == 0xFF) ||
                                  (head.ptr[0] == '<' && head.ptr[1] == 0) ||
                                  (head.ptr[0] == 0 && head.ptr[1] == '<'));
    for (; at < head.len && len < cap; at++) {
        uint8_t byte = head.ptr[at];
        if (!(wide && (byte == 0 || byte >= 0xFE))) {
            room[len++] = byte;
        }
    }
    return lj_slice_of(room, len);
}

static size_t skip_blanks(lj_slice text)
{
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\n' || text.ptr[at] == '\r' ||
                             text.ptr[at] == '\t')) {
        at++;
    }
    return at;
}

static bool is_name_start(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           byte >= 0x80;
}

/* The length of the name in "<name", followed by what may stand there and a ">" within reach; 0
 * when the text does not begin so. */
static size_t first_element(lj_slice text)
{
    size_t at = 1;
    if (text.len < 4 || text.ptr[0] != '<' || !is_name_start(text.ptr[1])) {
        return 0;
    }
    while (at < text.len &&
           (is_name_start(text.ptr[at]) || (text.ptr[at] >= '0' && text.ptr[at] <= ':') ||
            text.ptr[at] == '-' || text.ptr[at] == '.')) {
        at++;
    }
    bool ends_well =
        at < text.len && (text.ptr[at] == '>' || text.ptr[at] == '/' || text.ptr[at] == ' ' ||
                          text.ptr[at] == '\n' || text.ptr[at] == '\r' || text.ptr[at] == '\t');
    bool closes =
        ends_well && lj_slice_find(lj_slice_part(text, at, SIZE_MAX), LJ_BYTES(">")) != SIZE_MAX;
    return closes ? at - 1 : 0;
}

/* The element ends in these bytes: "</name", or "/>". */
static bool has_end(lj_slice bytes, lj_slice name)
{
    for (;;) {
        size_t at = lj_slice_find(bytes, LJ_BYTES("/"));
        if (at == SIZE_MAX) {
            return false;
        }
        bool end = at > 0 && bytes.ptr[at - 1] == '<' &&
                   lj_slice_has_prefix(lj_slice_part(bytes, at + 1, SIZE_MAX), name);
        if (end || (at + 1 < bytes.len && bytes.ptr[at + 1] == '>')) {
            return true;
        }
        bytes = lj_slice_part(bytes, at + 1, SIZE_MAX);
    }
}

/* Without a declaration a text may begin so too: <某某法>的决定. A namespace or the end of the
 * element decides; ends in wide letters are not looked for. */
static int element_bits(const format_probe *probe, lj_slice head)
{
    size_t len = first_element(head);
    lj_slice name = lj_slice_part(head, 1, len);
    bool wide = memchr(probe->head.ptr, 0, lj_min_size(probe->head.len, 64)) != NULL;
    if (len == 0) {
        return 0;
    }
    bool sure = wide || lj_slice_find(head, LJ_BYTES("xmlns")) != SIZE_MAX ||
                has_end(probe->head, name) || has_end(probe->tail, name);
    return sure ? BITS_ELEMENT : BITS_OPEN;
}

static int xml_sniff(const format_probe *probe)
{
    uint8_t room[1024];
    lj_slice head = ascii_head(lj_slice_part(probe->head, 0, 2048), room, sizeof(room));
    head = lj_slice_part(head, skip_blanks(head), SIZE_MAX);
    if (lj_slice_has_prefix(head, LJ_BYTES("<?xml"))) {
        return BITS_DECLARED;
    }
    bool comment = lj_slice_has_prefix(head, LJ_BYTES("<!--")) ||
                   lj_slice_has_prefix(head, LJ_BYTES("<!DOCTYPE"));
    return comment ? BITS_COMMENT : element_bits(probe, head);
}

/* Level two: local name and namespace of the root. */
static lj_code xml_index(format_run *run, format_src *src, format_probe *probe)
{
    xml_reader *xml = xml_open(run, src, NULL, (span_place){0});
    for (int i = 0; xml != NULL && i < 64; i++) {
        const xml_token *token = xml_next(xml);
        if (token->kind == XML_END_OF_INPUT) {
            break;
        }
        if (token->kind == XML_START) {
            probe->root_name = lj_arena_copy(format_arena(run), token->local);
            for (uint32_t a = 0; a < token->attr_count; a++) {
                if (lj_slice_has_prefix(token->attrs[a].name, LJ_BYTES("xmlns"))) {
                    probe->root_space =
                        lj_arena_copy(format_arena(run), lj_str_bytes(token->attrs[a].value));
                    break;
                }
            }
            break;
        }
    }
    return LJ_OK;
}

static int svg_sniff(const format_probe *probe)
{
    return lj_slice_is_nocase(probe->root_name, LJ_BYTES("svg")) ? 24 : 0;
}

/* ---- reading ---- */

typedef struct element {
    char label[LABEL_MAX];
    size_t label_len;
    uint64_t hidden_by;
    span_look look; /* known values that hold for the text below */
    bool cut;       /* its text was cut by a child */
} element;

typedef struct markup {
    format_run *run;
    bool svg;
    lj_buf text; /* of the innermost element, or of the SVG text element */
    uint64_t text_off;
    element stack[STACK_MAX];
    uint32_t depth;      /* may exceed STACK_MAX: then the last entry stands for all deeper ones */
    uint32_t text_depth; /* depth of the open SVG text element, 0 = none */
    int32_t x_pt100, y_pt100;
    bool has_place, has_picture;
    bool abuts;     /* nothing stands between the text that went out last and what comes now */
    bool was_start; /* the last tag was a start tag */
    lj_code code;
} markup;

static element *top_of(markup *m)
{
    return &m->stack[m->depth < STACK_MAX ? m->depth : STACK_MAX - 1];
}

/* True when something could be read there: a letter beyond ASCII or two ASCII letters. */
static bool has_words(lj_slice text)
{
    int letters = 0;
    for (size_t i = 0; i < text.len && letters < 2; i++) {
        uint8_t c = text.ptr[i];
        letters += c >= 0x80 ? 2 : (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ? 1 : 0;
    }
    return letters >= 2;
}

static void emit(markup *m, span *what)
{
    if (m->code == LJ_OK) {
        m->code = format_emit(m->run, what);
    }
}

static void flush(markup *m)
{
    lj_slice text = lj_buf_slice(&m->text);
    size_t from = skip_blanks(text);
    size_t to = text.len;
    while (to > from && (text.ptr[to - 1] == ' ' || text.ptr[to - 1] == '\n' ||
                         text.ptr[to - 1] == '\r' || text.ptr[to - 1] == '\t')) {
        to--;
    }
    if (to > from) {
        element *top = top_of(m);
        span what = span_of(SPAN_BODY, (lj_str){(const char *)text.ptr + from, to - from});
        what.label = (lj_str){top->label, top->label_len};
        what.hidden_by = top->hidden_by;
        what.src_off = m->text_off;
        what.join = m->abuts && from == 0 ? SPAN_JOIN_SAME
                    : top->cut            ? SPAN_JOIN_LINE
                                          : SPAN_JOIN_BLOCK;
        span_look look = top->look;
        if (look.known != 0) {
            look.len = (uint32_t)what.text.len;
            what.looks = &look;
            what.look_count = 1;
        }
        if (m->has_place) {
            what.known |= SPAN_KNOWS_BOX;
            what.box_pt100[0] = what.box_pt100[2] = m->x_pt100;
            what.box_pt100[1] = what.box_pt100[3] = m->y_pt100;
        }
        emit(m, &what);
    }
    if (text.len > 0) {
        m->abuts = to > from && to == text.len;
    }
    lj_buf_clear(&m->text);
}

static void add_text(markup *m, const xml_token *token)
{
    if (m->text.len == 0) {
        m->text_off = token->off;
    }
    lj_slice rest = lj_str_bytes(token->text);
    while (rest.len > 0) {
        size_t room = TEXT_MAX - m->text.len;
        size_t part = lj_min_size(room, rest.len);
        while (part > 0 && part < rest.len && (rest.ptr[part] & 0xC0) == 0x80) {
            part--; /* not inside a letter */
        }
        lj_buf_put(&m->text, lj_slice_part(rest, 0, part));
        rest = lj_slice_part(rest, part, SIZE_MAX);
        if (rest.len > 0) {
            flush(m);
            top_of(m)->cut = true;
        }
    }
}

/* ---- SVG's own facts ---- */

static int32_t user_units(lj_str value)
{
    int64_t number = 0;
    if (!xml_int(value, &number) || number > 1000000 || number < -1000000) {
        return 0;
    }
    return (int32_t)(number * 75); /* 1 px = 0.75 pt */
}

static lj_slice trim(lj_slice text)
{
    text = lj_slice_part(text, skip_blanks(text), SIZE_MAX);
    while (text.len > 0 && text.ptr[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

/* The value of a presentation attribute, or of the same property in the style attribute (SVG 6.4),
 * which wins. */
static lj_slice property_of(const xml_token *token, lj_slice property)
{
    lj_slice found = trim(lj_str_bytes(xml_value_of(token, property)));
    lj_slice style = lj_str_bytes(XML_VALUE(token, "style"));
    while (style.len > 0) {
        lj_slice one = lj_slice_part(style, 0, lj_slice_find(style, LJ_BYTES(";")));
        size_t colon = lj_slice_find(one, LJ_BYTES(":"));
        if (colon != SIZE_MAX && lj_slice_is_nocase(trim(lj_slice_part(one, 0, colon)), property)) {
            found = trim(lj_slice_part(one, colon + 1, SIZE_MAX));
        }
        style = lj_slice_part(style, one.len + 1, SIZE_MAX);
    }
    return found;
}

/* "0", "0.0", "0%". */
static bool is_zero(lj_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] != '0' && value.ptr[i] != '.' && value.ptr[i] != '%') {
            return false;
        }
    }
    return value.len > 0;
}

static void read_svg_start(markup *m, const xml_token *token, element *own)
{
    if (lj_slice_is_nocase(property_of(token, LJ_BYTES("display")), LJ_BYTES("none"))) {
        own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    if (lj_slice_is_nocase(property_of(token, LJ_BYTES("visibility")), LJ_BYTES("hidden")) ||
        is_zero(property_of(token, LJ_BYTES("opacity"))) ||
        is_zero(property_of(token, LJ_BYTES("fill-opacity")))) {
        own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    lj_str size = XML_VALUE(token, "font-size");
    if (size.len > 0) {
        own->look.size_pt100 =
            (uint32_t)lj_max_u64(0, (uint64_t)(user_units(size) > 0 ? user_units(size) : 0));
        own->look.known |= SPAN_KNOWS_SIZE;
    }
    if (lj_slice_is_nocase(token->local, LJ_BYTES("text"))) {
        flush(m);
        m->text_depth = m->depth;
        m->x_pt100 = user_units(XML_VALUE(token, "x"));
        m->y_pt100 = user_units(XML_VALUE(token, "y"));
        m->has_place = XML_VALUE(token, "x").len > 0 && XML_VALUE(token, "y").len > 0;
    }
    bool data = lj_slice_find(lj_str_bytes(XML_VALUE(token, "href")), LJ_BYTES("data:image/")) == 0;
    if (lj_slice_is_nocase(token->local, LJ_BYTES("image")) && data && !m->has_picture) {
        m->has_picture = true;
        format_gap(m->run, GAP_PICTURE, "embedded image", (span_place){0});
    }
}

/* ---- tokens ---- */

static void emit_attributes(markup *m, const xml_token *token)
{
    for (uint32_t i = 0; i < token->attr_count && m->code == LJ_OK; i++) {
        const xml_attr *attr = &token->attrs[i];
        bool declares = lj_slice_has_prefix(attr->name, LJ_BYTES("xmlns"));
        bool graphics = m->svg && attr->value.len > 0 && attr->value.ptr[0] < 'A' &&
                        attr->value.ptr[0] > 0; /* numbers, paths */
        if (declares || graphics || !has_words(lj_str_bytes(attr->value)) ||
            lj_slice_find(lj_str_bytes(attr->value), LJ_BYTES("data:")) == 0) {
            continue;
        }
        span what = span_of(SPAN_ATTRIBUTE, attr->value);
        what.label = (lj_str){(const char *)attr->local.ptr, attr->local.len};
        what.src_off = token->off;
        what.hidden_by = top_of(m)->hidden_by;
        emit(m, &what);
    }
}

static void on_start(markup *m, const xml_token *token)
{
    bool joins = m->svg && m->text_depth > 0; /* tspan: the text goes on */
    if (!joins) {
        bool between = m->text.len == 0 && !m->was_start; /* </a><b>: two values, not one word */
        flush(m);
        m->abuts = m->abuts && !between && !m->svg;
        top_of(m)->cut = true;
    }
    m->was_start = true;
    element inherited = *top_of(m);
    m->depth++;
    element *own = top_of(m);
    *own = inherited;
    own->cut = false;
    own->label_len = lj_min_size(token->local.len, LABEL_MAX);
    while (own->label_len > 0 && own->label_len < token->local.len &&
           (token->local.ptr[own->label_len] & 0xC0) == 0x80) {
        own->label_len--;
    }
    if (own->label_len > 0) {
        memcpy(own->label, token->local.ptr, own->label_len);
    }
    if (m->svg) {
        read_svg_start(m, token, own);
    }
    emit_attributes(m, token);
}

static void on_end(markup *m)
{
    bool inside_text = m->svg && m->text_depth > 0 && m->depth > m->text_depth;
    if (!inside_text) {
        flush(m);
        if (m->depth == m->text_depth) {
            m->text_depth = 0;
            m->has_place = false;
        }
    }
    if (m->depth > 0) {
        m->depth--;
    }
    m->was_start = false;
    top_of(m)->cut = true;
}

static void on_comment(markup *m, const xml_token *token)
{
    if (has_words(lj_str_bytes(token->text))) {
        span what = span_of(SPAN_COMMENT, token->text);
        what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        what.src_off = token->off;
        emit(m, &what);
    }
}

static lj_code read_markup(format_run *run, format_src *src, bool svg)
{
    markup *m = lj_arena_alloc(format_arena(run), sizeof(*m));
    xml_reader *xml = xml_open(run, src, NULL, (span_place){0});
    if (m == NULL || xml == NULL) {
        return LJ_E_LIMIT;
    }
    m->run = run;
    m->svg = svg;
    lj_buf_init(&m->text, format_arena(run), TEXT_MAX);
    for (;;) {
        const xml_token *token = xml_next(xml);
        switch (token->kind) {
        case XML_START:
            on_start(m, token);
            break;
        case XML_END:
            on_end(m);
            break;
        case XML_TEXT:
        case XML_CDATA:
            add_text(m, token);
            break;
        case XML_COMMENT:
        case XML_PI:
        case XML_DOCTYPE:
            on_comment(m, token);
            break;
        case XML_END_OF_INPUT:
            break;
        }
        if (token->kind == XML_END_OF_INPUT || m->code != LJ_OK) {
            break;
        }
    }
    flush(m);
    if (m->code != LJ_OK) {
        return m->code;
    }
    lj_code code = xml_code(xml);
    format_claim_all(run, FORMAT_READ);
    if (code == LJ_OK && xml_status_of(xml)->is_cut) {
        return lj_fail(format_err(run), LJ_E_FORMAT, format_src_size(src),
                       "the document ends inside an element");
    }
    return code;
}

static lj_code xml_read(format_run *run, format_src *src)
{
    return read_markup(run, src, false);
}

static lj_code svg_read(format_run *run, format_src *src)
{
    return read_markup(run, src, true);
}

const format_row format_xml_row = {
    .name = "xml",
    .extensions = "xml xsl xsd rels",
    .traits = FORMAT_LEVEL2 | FORMAT_WORDS,
    .sniff = xml_sniff,
    .index = xml_index,
    .read = xml_read,
    .en = "XML document",
    .zh = "XML 文档",
};

const format_row format_svg_row = {
    .name = "svg",
    .base = "xml",
    .extensions = "svg",
    .sniff = svg_sniff,
    .read = svg_read,
    .en = "SVG drawing",
    .zh = "SVG 矢量图",
};
