/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Cell formats of a workbook: which font, fill and number format a cell's style index means.
 *
 * Specification: ECMA-376 part 1: 18.8 (styles), 18.8.3 (indexed colours), 18.8.19 (colours),
 * 18.8.30 (number formats), 20.1.6.2 (order of theme colours).
 *
 * Model. fonts, fills and numFmts are gathered while they are read; each xf of cellXfs is resolved
 * at once, so that a cell costs one look-up. Differential formats (dxfs) hold fonts and fills of
 * their own that must not be counted.
 *
 * Traps. Theme colour 0 is the light one here, unlike in DrawingML's list. A tint makes of white
 * another colour: such a colour counts as not known. The built-in formats 0 to 49 hold no words.
 *
 * Limits. 65,536 of each kind; Excel allows 64,000 xfs. */
#include "formats/ooxml/xlsx.h"

#include "base/num.h"

enum {
    PT100 = 100,
    THEME_COLOURS = 12,
    INDEX_SYSTEM_TEXT = 64,
    INDEX_SYSTEM_GROUND = 65,
    WHITE = 0xFFFFFF,
};

typedef struct number_format {
    int64_t id;
    lj_slice code;
} number_format;

typedef struct styling {
    lj_arena *arena;
    sheet_rows fonts;   /* sheet_font */
    sheet_rows fills;   /* uint32_t */
    sheet_rows formats; /* number_format */
    sheet_rows xfs;     /* sheet_xf */
    bool in_fonts, in_fills, in_xfs, in_dxfs, in_font;
    bool solid; /* of the fill that is open */
} styling;

/* ---- colours ---- */

static uint32_t colour_of(const xml_token *token)
{
    static const uint32_t indexed[16] = {0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00,
                                         0xFF00FF, 0x00FFFF, 0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00,
                                         0x0000FF, 0xFFFF00, 0xFF00FF, 0x00FFFF};
    lj_str tint = XML_VALUE(token, "tint");
    if (tint.len > 0 && !OPC_IS(tint, "0")) {
        return LOOK_PAINTED;
    }
    lj_str rgb = XML_VALUE(token, "rgb");
    if (rgb.len > 0) {
        return look_colour(rgb);
    }
    int64_t value = 0;
    if (xml_int(XML_VALUE(token, "theme"), &value)) {
        return value == 0 ? WHITE : value == 1 ? 0 : LOOK_PAINTED;
    }
    if (xml_int(XML_VALUE(token, "indexed"), &value)) {
        if (value >= 0 && value < (int64_t)LJ_COUNT_OF(indexed)) {
            return indexed[value];
        }
        return value == INDEX_SYSTEM_TEXT     ? LOOK_NO_COLOUR
               : value == INDEX_SYSTEM_GROUND ? WHITE
                                              : LOOK_PAINTED;
    }
    return LOOK_NO_COLOUR;
}

void xlsx_font_take(sheet_font *font, const xml_token *token)
{
    lj_str value = XML_VALUE(token, "val");
    int64_t number = 0;
    switch (token->id) {
    case OPC_sz:
        if (xml_int(value, &number) && number >= 0 && number <= 1000) {
            font->size_pt100 = (uint32_t)number * PT100;
            font->has_size = true;
        }
        break;
    case OPC_color:
        font->fg = colour_of(token);
        break;
    case OPC_name:
    case OPC_rFont:
        font->hei = look_is_hei(value);
        font->has_name = true;
        break;
    case OPC_b:
        font->bold = opc_is_on(token);
        break;
    case OPC_i:
        font->italic = opc_is_on(token);
        break;
    case OPC_strike:
        font->struck = opc_is_on(token);
        break;
    default:
        break;
    }
}

/* ---- rows ---- */

static void add_format(opc_xml *x, styling *s)
{
    lj_str code = XML_VALUE(x->token, "formatCode");
    int64_t id = 0;
    if (sheet_format_says_words(lj_str_bytes(code))) {
        opc_emit_unseen(x, SPAN_FORMULA, LJ_STR("formatCode"), code);
    }
    if (s->in_dxfs || !xml_int(XML_VALUE(x->token, "numFmtId"), &id)) {
        return;
    }
    number_format *row = sheet_rows_add(&s->formats, s->arena, sizeof(*row));
    if (row != NULL) {
        *row = (number_format){id, lj_arena_copy(s->arena, lj_str_bytes(code))};
    }
}

static lj_slice find_format(const styling *s, int64_t id)
{
    const number_format *formats = s->formats.ptr;
    for (uint32_t i = s->formats.count; i > 0; i--) {
        if (formats[i - 1].id == id) {
            return formats[i - 1].code;
        }
    }
    return (lj_slice){NULL, 0};
}

/* The number an attribute states, as an index below count; SIZE_MAX when it is none. */
static size_t index_of(const xml_token *token, lj_slice name, uint32_t count)
{
    int64_t value = 0;
    bool fits = xml_int(xml_value_of(token, name), &value) && value >= 0 && value < (int64_t)count;
    return fits ? (size_t)value : SIZE_MAX;
}

static void add_xf(opc_xml *x, styling *s)
{
    sheet_xf *xf = sheet_rows_add(&s->xfs, s->arena, sizeof(*xf));
    if (xf == NULL) {
        return;
    }
    *xf = (sheet_xf){.font = {.fg = LOOK_NO_COLOUR}, .fill = LOOK_NO_COLOUR};
    size_t font = index_of(x->token, LJ_BYTES("fontId"), s->fonts.count);
    size_t fill = index_of(x->token, LJ_BYTES("fillId"), s->fills.count);
    int64_t format = 0;
    if (font != SIZE_MAX) {
        xf->font = ((const sheet_font *)s->fonts.ptr)[font];
    }
    if (fill != SIZE_MAX) {
        xf->fill = ((const uint32_t *)s->fills.ptr)[fill];
    }
    if (xml_int(XML_VALUE(x->token, "numFmtId"), &format)) {
        sheet_xf_set_format(xf, find_format(s, format));
    }
}

/* A fill: 18.8.32 solid patterns show their foreground colour, others both. */
static void take_fill(styling *s, const xml_token *token)
{
    uint32_t *fills = s->fills.ptr;
    uint32_t *fill = s->fills.count > 0 ? &fills[s->fills.count - 1] : NULL;
    if (token->id == OPC_fill) {
        fill = sheet_rows_add(&s->fills, s->arena, sizeof(*fill));
        if (fill != NULL) {
            *fill = LOOK_NO_COLOUR;
        }
    } else if (token->id == OPC_patternFill) {
        lj_str type = XML_VALUE(token, "patternType");
        s->solid = OPC_IS(type, "solid");
        if (fill != NULL && type.len > 0 && !s->solid && !OPC_IS(type, "none")) {
            *fill = LOOK_PAINTED;
        }
    } else if (token->id == OPC_fgColor && s->solid && fill != NULL) {
        *fill = colour_of(token);
    } else if (token->id == OPC_gradientFill && fill != NULL) {
        *fill = LOOK_PAINTED;
    }
}

static void take_start(opc_xml *x, styling *s)
{
    const xml_token *token = x->token;
    switch (token->id) {
    case OPC_fonts:
        s->in_fonts = true;
        break;
    case OPC_fills:
        s->in_fills = true;
        break;
    case OPC_cellXfs:
        s->in_xfs = true;
        break;
    case OPC_dxfs:
        s->in_dxfs = true;
        break;
    case OPC_numFmt:
        add_format(x, s);
        break;
    case OPC_font:
        if (s->in_fonts) {
            sheet_font *font = sheet_rows_add(&s->fonts, s->arena, sizeof(*font));
            s->in_font = font != NULL;
            if (font != NULL) {
                *font = (sheet_font){.fg = LOOK_NO_COLOUR};
            }
        }
        break;
    case OPC_xf:
        if (s->in_xfs) {
            add_xf(x, s);
        }
        break;
    case OPC_alignment:
        if (s->in_xfs && s->xfs.count > 0) {
            sheet_xf *xf = &((sheet_xf *)s->xfs.ptr)[s->xfs.count - 1];
            lj_str align = XML_VALUE(token, "horizontal");
            xf->flags = OPC_IS(align, "center") || OPC_IS(align, "centerContinuous") ? SPAN_CENTRED
                        : OPC_IS(align, "right")                                     ? SPAN_RIGHT
                                                                                     : 0;
        }
        break;
    default:
        if (s->in_font) {
            xlsx_font_take(&((sheet_font *)s->fonts.ptr)[s->fonts.count - 1], token);
        } else if (s->in_fills) {
            take_fill(s, token);
        } else if (token->id == OPC_cellStyle && look_has_high_byte(XML_VALUE(token, "name"))) {
            opc_emit_unseen(x, SPAN_STYLE, LJ_STR("name"), XML_VALUE(token, "name"));
        } else if (token->id != OPC_name && token->id != OPC_rFont) {
            opc_emit_attrs(x);
        }
        break;
    }
}

void xlsx_read_styles(opc_xml *x, void *ctx)
{
    xlsx_context *context = ctx;
    styling s = {.arena = x->pkg->arena};
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_START) {
            take_start(x, &s);
        } else if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        } else {
            s.in_font = s.in_font && token->id != OPC_font;
            s.in_fonts = s.in_fonts && token->id != OPC_fonts;
            s.in_fills = s.in_fills && token->id != OPC_fills;
            s.in_xfs = s.in_xfs && token->id != OPC_cellXfs;
            s.in_dxfs = s.in_dxfs && token->id != OPC_dxfs;
        }
    }
    if (x->keeps) {
        context->styles = (sheet_styles){s.xfs.ptr, s.xfs.count};
    }
}
