/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reads style sheets of OpenDocument: font faces, styles, number formats, page layouts.
 *
 * Specification: ODF 1.2 part 1: 16 (styles), 16.27 (data styles), 17 (formatting properties);
 * OpenOffice.org 1.0 writes one style:properties for all of them.
 *
 * Model. Each style becomes a row; what stands in it as text or as attributes with letters beyond
 * ASCII is emitted: names of styles, prefixes of list numbers ("机密★" before a number), words of
 * number formats (X07 of spreadsheets: "机密★" number "年" shows 机密★10年 on the value 10).
 *
 * Traps. Dates of Chinese offices are year "年" month "月" day "日": such words say nothing. */
#include "formats/odf/odf.h"

#include "base/num.h"

enum {
    FORMAT_TEXT_MAX = 1024, /* bytes of a number format */
    CURRENCY_MAX = 3,       /* of the sign of a currency */
    DATE_WORD_MAX = 6,      /* bytes of a word that dates are made of */
    GROUNDS_MAX = 1,        /* page layouts with a colour of their own, then it is uncertain */
};

typedef struct styles_pass {
    odf_xml *x;
    bool automatic;
    uint32_t row;   /* of the style that is open, + 1; 0 = none */
    uint32_t depth; /* of its element */
    bool is_default;
    char family;
    lj_buf format; /* words of the number format that is open */
    bool in_format, is_date, has_long_word;
    uint32_t format_depth;
} styles_pass;

static const struct {
    const char *name;
    char family;
} families[] = {
    {"paragraph",    'p'},
    {"text",         't'},
    {"table",        'b'},
    {"table-row",    'r'},
    {"table-column", 'c'},
    {"table-cell",   'e'},
    {"graphic",      'g'},
    {"graphics",     'g'},
    {"presentation", 'g'},
    {"drawing-page", 'd'},
    {"section",      's'},
};

static char family_of(lj_str name)
{
    for (size_t i = 0; i < LJ_COUNT_OF(families); i++) {
        if (lj_str_is(name, lj_cstr_str(families[i].name))) {
            return families[i].family;
        }
    }
    return '?';
}

static odf_style *row_of(styles_pass *p)
{
    return p->row > 0 ? &p->x->doc->styles.rows[p->row - 1] : NULL;
}

static odf_style *row_open(styles_pass *p, char family, lj_str name)
{
    odf_doc *doc = p->x->doc;
    odf_style *row = odf_style_add(&doc->styles, doc->arena, odf_style_id(family, name));
    p->row = 0;
    if (row != NULL) {
        row->flags |= p->automatic ? 0 : ODF_STYLE_COMMON;
        p->row = doc->styles.count;
        p->depth = p->x->token->depth;
        p->family = family;
    }
    return row;
}

/* Names of styles that people gave. */
static void emit_style_name(odf_xml *x)
{
    const xml_token *token = x->token;
    lj_str shown = XML_VALUE(token, "display-name");
    shown = shown.len > 0 ? shown : XML_VALUE(token, "name");
    if (look_has_high_byte(shown)) {
        odf_emit_unseen(x, SPAN_STYLE, LJ_STR("name"), shown);
    }
}

static void take_style(styles_pass *p)
{
    odf_xml *x = p->x;
    const xml_token *token = x->token;
    char family = family_of(XML_VALUE(token, "family"));
    p->is_default = token->id == ODF_DEFAULT_STYLE;
    lj_str name = p->is_default ? (lj_str){NULL, 0} : XML_VALUE(token, "name");
    odf_style *row = row_open(p, family, name);
    lj_str parent = XML_VALUE(token, "parent-style-name");
    lj_str data = XML_VALUE(token, "data-style-name");
    if (row != NULL) {
        row->parent = parent.len > 0 ? odf_style_id(family, parent) : 0;
        row->data = data.len > 0 ? odf_style_id('n', data) : 0;
    }
    emit_style_name(x);
}

static void take_font_face(styles_pass *p)
{
    const xml_token *token = p->x->token;
    lj_str family = XML_VALUE(token, "font-family");
    odf_style *row = row_open(p, 'f', XML_VALUE(token, "name"));
    if (row != NULL) {
        row->look.stated |= ODF_HEI;
        row->look.on |= look_is_hei(family) ? ODF_HEI : 0;
        row->is_settled = true;
        p->row = 0;
    }
}

/* ---- properties ---- */

static void take_fill(odf_style *row, const xml_token *token)
{
    lj_str kind = XML_VALUE(token, "fill");
    uint32_t colour = look_colour(XML_VALUE(token, "fill-color"));
    if (ODF_IS(kind, "none")) {
        row->look.stated |= ODF_GROUND;
        row->look.ground = LOOK_NO_COLOUR;
        row->flags &= ~(uint32_t)ODF_STYLE_PAINTS;
    } else if (ODF_IS(kind, "solid") && colour != LOOK_NO_COLOUR) {
        row->look.stated |= ODF_GROUND;
        row->look.ground = colour;
        row->flags |= ODF_STYLE_PAINTS;
    } else if (kind.len > 0 || colour != LOOK_NO_COLOUR) {
        row->look.stated |= ODF_GROUND;
        row->look.ground = LOOK_PAINTED;
        row->flags |= ODF_STYLE_PAINTS;
    }
    colour = look_colour(XML_VALUE(token, "background-color"));
    if (colour != LOOK_NO_COLOUR && kind.len == 0) {
        row->look.stated |= ODF_GROUND;
        row->look.ground = colour;
        row->flags |= ODF_STYLE_PAINTS;
    }
}

static void take_visibility(odf_style *row, const xml_token *token)
{
    lj_str display = XML_VALUE(token, "display");
    lj_str visibility = XML_VALUE(token, "visibility");
    if (ODF_IS(display, "false") || ODF_IS(visibility, "hidden")) {
        row->flags |= ODF_STYLE_HIDES;
    } else if (display.len > 0 || visibility.len > 0) {
        row->flags |= ODF_STYLE_SHOWS;
    }
}

static void take_extent(odf_style *row, lj_str extent)
{
    int32_t pt100 = 0;
    if (odf_length(extent, &pt100) && pt100 <= 0) {
        row->flags |= ODF_STYLE_FLAT;
    }
}

static void take_page_layout(styles_pass *p, odf_style *row)
{
    const xml_token *token = p->x->token;
    odf_styles *styles = &p->x->doc->styles;
    int32_t size[2] = {0, 0};
    if (odf_length(XML_VALUE(token, "page-width"), &size[0]) &&
        odf_length(XML_VALUE(token, "page-height"), &size[1]) && size[0] > 0 && size[1] > 0) {
        row->width_pt100 = (uint32_t)size[0];
        row->height_pt100 = (uint32_t)size[1];
        if (styles->page_pt100[0] == 0) {
            memcpy(styles->page_pt100, size, sizeof(size));
        }
    }
    uint32_t colour = look_colour(XML_VALUE(token, "background-color"));
    if (colour != LOOK_NO_COLOUR) {
        bool certain = ++styles->ground_count <= GROUNDS_MAX || styles->page_ground == colour;
        styles->page_ground = certain ? colour : LOOK_PAINTED;
    }
}

/* The properties of the style that is open. True when the element was one. */
static bool take_properties(styles_pass *p)
{
    const xml_token *token = p->x->token;
    odf_style *row = row_of(p);
    if (row == NULL || token->depth != p->depth + 1) {
        return false;
    }
    odf_styles *styles = &p->x->doc->styles;
    switch (token->id) {
    case ODF_TEXT_PROPERTIES:
        odf_look_take_text(styles, &row->look, token);
        return true;
    case ODF_PARAGRAPH_PROPERTIES:
        odf_look_take_paragraph(&row->look, token);
        return true;
    case ODF_TABLE_CELL_PROPERTIES:
    case ODF_GRAPHIC_PROPERTIES:
    case ODF_DRAWING_PAGE_PROPERTIES:
        take_fill(row, token);
        take_visibility(row, token);
        return true;
    case ODF_TABLE_PROPERTIES:
    case ODF_SECTION_PROPERTIES:
        take_visibility(row, token);
        return true;
    case ODF_TABLE_ROW_PROPERTIES:
        take_extent(row, XML_VALUE(token, "row-height"));
        return true;
    case ODF_TABLE_COLUMN_PROPERTIES:
        take_extent(row, XML_VALUE(token, "column-width"));
        return true;
    case ODF_PAGE_LAYOUT_PROPERTIES:
        take_page_layout(p, row);
        return true;
    case ODF_PROPERTIES: /* OpenOffice.org 1.0 */
        if (p->family == 'l') {
            take_page_layout(p, row);
            return true;
        }
        odf_look_take_text(styles, &row->look, token);
        if (p->family == 'p') {
            row->look.stated &= ~(uint32_t)ODF_BG;
            row->look.bg = LOOK_NO_COLOUR;
        }
        odf_look_take_paragraph(&row->look, token);
        if (p->family == 'g' || p->family == 'd' || p->family == 'e') {
            take_fill(row, token);
        }
        take_visibility(row, token);
        take_extent(row, XML_VALUE(token, "row-height"));
        take_extent(row, XML_VALUE(token, "column-width"));
        return true;
    default:
        return false;
    }
}

static void close_style(styles_pass *p)
{
    odf_style *row = row_of(p);
    odf_styles *styles = &p->x->doc->styles;
    if (row != NULL && p->is_default) {
        odf_look *look = p->family == 'p'   ? &styles->text
                         : p->family == 'e' ? &styles->cell
                         : p->family == 'g' ? &styles->shape
                                            : NULL;
        if (look != NULL) {
            odf_look_put(look, &row->look);
        }
    }
    p->row = 0;
    p->is_default = false;
}

/* ---- number formats ---- */

static bool is_data_style(uint16_t id)
{
    return id >= ODF_NUMBER_STYLE && id <= ODF_TEXT_STYLE;
}

static void open_format(styles_pass *p)
{
    const xml_token *token = p->x->token;
    odf_style *row = row_open(p, 'n', XML_VALUE(token, "name"));
    if (row != NULL) {
        row->flags |= ODF_STYLE_EMPTY_DATA;
        row->flags |= token->id == ODF_TEXT_STYLE ? ODF_STYLE_IS_TEXT : 0;
        row->is_settled = true;
    }
    p->in_format = true;
    p->format_depth = token->depth;
    p->is_date = token->id == ODF_DATE_STYLE || token->id == ODF_TIME_STYLE;
    p->has_long_word = false;
    lj_buf_clear(&p->format);
    emit_style_name(p->x);
}

/* A child of a number format: something is shown. */
static void take_format_part(styles_pass *p)
{
    const xml_token *token = p->x->token;
    odf_style *row = row_of(p);
    if (token->id == ODF_STYLE_MAP) {
        lj_str name = XML_VALUE(token, "apply-style-name");
        const odf_style *other = odf_style_of(&p->x->doc->styles, 'n', name);
        if (row != NULL && other != NULL && (other->flags & ODF_STYLE_EMPTY_DATA) == 0) {
            row->flags &= ~(uint32_t)ODF_STYLE_EMPTY_DATA;
        }
    } else if (token->id != ODF_TEXT && token->id != ODF_TEXT_PROPERTIES && row != NULL) {
        row->flags &= ~(uint32_t)ODF_STYLE_EMPTY_DATA;
        if (!p->is_date && token->id != ODF_PROPERTIES && p->format.len < FORMAT_TEXT_MAX) {
            lj_buf_put_u8(&p->format, '0');
        }
    }
}

static void take_format_text(styles_pass *p)
{
    lj_str text = p->x->token->text;
    odf_style *row = row_of(p);
    if (row != NULL && text.len > 0) {
        row->flags &= ~(uint32_t)ODF_STYLE_EMPTY_DATA;
    }
    if (p->format.len + text.len <= FORMAT_TEXT_MAX) {
        lj_buf_put(&p->format, lj_str_bytes(text));
        p->has_long_word =
            p->has_long_word ||
            (text.len > (p->is_date ? DATE_WORD_MAX : CURRENCY_MAX) && look_has_high_byte(text)) ||
            (!look_has_high_byte(text) && look_is_wordy(text));
    }
}

static void close_format(styles_pass *p)
{
    if (p->has_long_word) {
        odf_emit_unseen(p->x, SPAN_FORMULA, LJ_STR("format"), lj_buf_str(&p->format));
    }
    p->in_format = false;
    p->row = 0;
}

/* ---- the pass ---- */

static void take_start(styles_pass *p)
{
    odf_xml *x = p->x;
    const xml_token *token = x->token;
    odf_emit_other_attrs(x);
    if (p->in_format) {
        take_format_part(p);
        return;
    }
    if (take_properties(p)) {
        return;
    }
    switch (token->id) {
    case ODF_STYLE:
    case ODF_DEFAULT_STYLE:
        take_style(p);
        break;
    case ODF_PAGE_LAYOUT:
    case ODF_PAGE_MASTER:
        (void)row_open(p, 'l', XML_VALUE(token, "name"));
        break;
    case ODF_FONT_FACE:
    case ODF_FONT_DECL:
        take_font_face(p);
        break;
    case ODF_BINARY_DATA: /* a font or a background picture */
        odf_take_binary(x);
        break;
    default:
        if (is_data_style(token->id)) {
            open_format(p);
        } else {
            odf_emit_left_attrs(x);
        }
        break;
    }
}

void odf_read_styles(odf_xml *x, bool automatic)
{
    styles_pass p = {.x = x, .automatic = automatic};
    lj_buf_init(&p.format, x->doc->arena, 2 * (size_t)FORMAT_TEXT_MAX);
    uint32_t depth = x->token->depth;
    while (odf_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_START) {
            take_start(&p);
        } else if (token->kind == XML_TEXT) {
            if (p.in_format) {
                take_format_text(&p);
            } else {
                odf_emit_stray(x);
            }
        } else if (token->depth == depth) {
            return;
        } else if (p.in_format && token->depth == p.format_depth) {
            close_format(&p);
        } else if (p.row > 0 && token->depth == p.depth) {
            close_style(&p);
        }
    }
}
