/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Looks of runs in Word documents: direct properties, styles, defaults.
 *
 * Specification: ECMA-376 part 1: 17.3.1 (paragraph properties), 17.3.2 (run properties), 17.7
 * (styles; 17.7.2 order: defaults, table, paragraph style, character style, direct), 17.18.40
 * (highlight colours).
 *
 * Model. A look is a set of stated values; looks are laid one over the other, and the span look and
 * the reasons for which text is not seen are worked out only once per run. Each style is resolved
 * through its basedOn chain once, when the part has been read.
 *
 * Traps. Hidden by a style far up the chain (W03). White on no shading is not seen, white on a dark
 * cell is (W04, W06). `auto` means black on light and is no colour. w:sz counts half points.
 *
 * Not done. Table styles and conditional formatting; the toggling of properties that paragraph and
 * character style both set (17.7.3); theme colours other than text and background. */
#include "formats/ooxml/docx.h"

#include "base/num.h"

enum {
    STYLE_MAX = 16384,
    CHAIN_MAX = 64,       /* basedOn steps */
    TINY_HALF_POINTS = 8, /* W05 */
    TINY_SCALE = 5,       /* percent of the letter's width, W05 */
    TINY_SPACING = -200,  /* twentieths of a point: letters stand upon each other */
    TINY_LINE = 40,       /* twentieths of a point of an exact line */
    PT100_PER_HALF_POINT = 50,
    WHITE = 0xFFFFFF,
};

void docx_look_put(docx_look *dst, const docx_look *src)
{
    uint32_t stated = src->stated;
    if (stated == 0) {
        return;
    }
    dst->stated |= stated;
    dst->size_pt100 = (stated & DOCX_SIZE) != 0 ? src->size_pt100 : dst->size_pt100;
    dst->fg = (stated & DOCX_FG) != 0 ? src->fg : dst->fg;
    dst->shade = (stated & DOCX_SHADE) != 0 ? src->shade : dst->shade;
    dst->highlight = (stated & DOCX_HIGHLIGHT) != 0 ? src->highlight : dst->highlight;
    dst->ground = (stated & DOCX_GROUND) != 0 ? src->ground : dst->ground;
    dst->hei = (stated & DOCX_FONT) != 0 ? src->hei : dst->hei;
    dst->wingdings = (stated & DOCX_FONT) != 0 ? src->wingdings : dst->wingdings;
    dst->bold = (stated & DOCX_BOLD) != 0 ? src->bold : dst->bold;
    dst->italic = (stated & DOCX_ITALIC) != 0 ? src->italic : dst->italic;
    dst->strike = (stated & DOCX_STRIKE) != 0 ? src->strike : dst->strike;
    dst->vanish = (stated & DOCX_VANISH) != 0 ? src->vanish : dst->vanish;
    dst->centred = (stated & DOCX_ALIGN) != 0 ? src->centred : dst->centred;
    dst->right = (stated & DOCX_ALIGN) != 0 ? src->right : dst->right;
    dst->indent = (stated & DOCX_INDENT) != 0 ? src->indent : dst->indent;
    dst->tiny_scale = (stated & DOCX_SCALE) != 0 ? src->tiny_scale : dst->tiny_scale;
    dst->tiny_spacing = (stated & DOCX_SPACING) != 0 ? src->tiny_spacing : dst->tiny_spacing;
    dst->tiny_line = (stated & DOCX_LINE) != 0 ? src->tiny_line : dst->tiny_line;
    dst->no_fill = (stated & DOCX_NO_FILL) != 0 ? src->no_fill : dst->no_fill;
}

/* ---- single properties ---- */

static uint32_t highlight_colour(lj_str name)
{
    static const struct {
        const char *name;
        uint32_t colour;
    } rows[] = {
        {"black",       0x000000},
        {"blue",        0x0000FF},
        {"cyan",        0x00FFFF},
        {"green",       0x00FF00},
        {"magenta",     0xFF00FF},
        {"red",         0xFF0000},
        {"yellow",      0xFFFF00},
        {"white",       0xFFFFFF},
        {"darkBlue",    0x000080},
        {"darkCyan",    0x008080},
        {"darkGreen",   0x008000},
        {"darkMagenta", 0x800080},
        {"darkRed",     0x800000},
        {"darkYellow",  0x808000},
        {"darkGray",    0x808080},
        {"lightGray",   0xC0C0C0},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_str_is(name, lj_cstr_str(rows[i].name))) {
            return rows[i].colour;
        }
    }
    return LOOK_NO_COLOUR;
}

static void take_colour(docx_look *look, const xml_token *token)
{
    lj_str theme = XML_VALUE(token, "themeColor");
    look->stated |= DOCX_FG;
    look->fg = look_colour(XML_VALUE(token, "val"));
    if (OPC_IS(theme, "background1") || OPC_IS(theme, "light1")) {
        /* a shade of white may be dark: only the plain one is taken for white */
        bool plain = xml_attr_lookup(token, LJ_BYTES("themeShade")) == NULL;
        look->fg = plain ? WHITE : look->fg;
    } else if (OPC_IS(theme, "text1") || OPC_IS(theme, "dark1")) {
        look->fg = look->fg == LOOK_NO_COLOUR ? 0 : look->fg;
    }
}

/* 17.3.5 shd: fill lies behind, color is the pattern's. */
static uint32_t shade_of(const xml_token *token)
{
    lj_str pattern = XML_VALUE(token, "val");
    uint32_t fill = look_colour(XML_VALUE(token, "fill"));
    if (OPC_IS(pattern, "solid")) {
        uint32_t colour = look_colour(XML_VALUE(token, "color"));
        return colour == LOOK_NO_COLOUR ? 0 : colour; /* automatic pattern colour is black */
    }
    return fill;
}

static void take_fonts(docx_look *look, const xml_token *token)
{
    lj_str east = XML_VALUE(token, "eastAsia");
    east = east.len > 0 ? east : XML_VALUE(token, "fareast"); /* Word 2003 */
    lj_str ascii = XML_VALUE(token, "ascii");
    if (east.len > 0 || ascii.len > 0) {
        look->stated |= DOCX_FONT;
        look->hei = look_is_hei(east.len > 0 ? east : ascii);
        look->wingdings = OPC_IS(ascii, "Wingdings");
    }
}

static void take_indent(docx_look *look, const xml_token *token)
{
    static const char *const names[] = {"firstLine", "firstLineChars", "first-line",
                                        "first-line-chars"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        int64_t value = 0;
        if (xml_int(xml_value_of(token, lj_cstr_bytes(names[i])), &value)) {
            look->stated |= DOCX_INDENT;
            look->indent = value > 0;
        }
    }
}

static void take_flag(docx_look *look, const xml_token *token, uint32_t stated, bool *flag)
{
    look->stated |= stated;
    *flag = opc_is_on(token);
}

/* w:spacing: of a run the distance of letters (val), of a paragraph that of lines (line). */
static void take_spacing(docx_look *look, const xml_token *token)
{
    int64_t number = 0;
    if (xml_int(XML_VALUE(token, "val"), &number)) {
        look->stated |= DOCX_SPACING;
        look->tiny_spacing = number <= TINY_SPACING;
    }
    if (xml_int(XML_VALUE(token, "line"), &number)) {
        look->stated |= DOCX_LINE;
        look->tiny_line = number <= TINY_LINE && OPC_IS(XML_VALUE(token, "lineRule"), "exact");
    }
}

void docx_look_take(docx_look *look, const xml_token *token)
{
    lj_str value = XML_VALUE(token, "val");
    int64_t number = 0;
    switch (token->id) {
    case OPC_sz:
        if (xml_int(value, &number) && number >= 0 && number <= 4000) {
            look->stated |= DOCX_SIZE;
            look->size_pt100 = (uint32_t)number * PT100_PER_HALF_POINT;
        }
        break;
    case OPC_color:
        take_colour(look, token);
        break;
    case OPC_shd:
        look->stated |= DOCX_SHADE;
        look->shade = shade_of(token);
        break;
    case OPC_highlight:
        look->stated |= DOCX_HIGHLIGHT;
        look->highlight = highlight_colour(value);
        break;
    case OPC_rFonts:
        take_fonts(look, token);
        break;
    case OPC_b:
        take_flag(look, token, DOCX_BOLD, &look->bold);
        break;
    case OPC_i:
        take_flag(look, token, DOCX_ITALIC, &look->italic);
        break;
    case OPC_strike:
    case OPC_dstrike:
        take_flag(look, token, DOCX_STRIKE, &look->strike);
        break;
    case OPC_vanish:
    case OPC_specVanish:
    case OPC_webHidden:
        if (token->id == OPC_vanish || opc_is_on(token)) {
            take_flag(look, token, DOCX_VANISH, &look->vanish);
        }
        break;
    case OPC_w:
        if (xml_int(value, &number)) {
            look->stated |= DOCX_SCALE;
            look->tiny_scale = number <= TINY_SCALE;
        }
        break;
    case OPC_spacing:
        take_spacing(look, token);
        break;
    case OPC_jc:
        look->stated |= DOCX_ALIGN;
        look->centred = OPC_IS(value, "center");
        look->right = OPC_IS(value, "right") || OPC_IS(value, "end");
        break;
    case OPC_ind:
        take_indent(look, token);
        break;
    default:
        break;
    }
}

span_look docx_look_span(const docx_look *look)
{
    span_look out = {.known = SPAN_KNOWS_ALIGN};
    uint32_t stated = look->stated;
    if ((stated & DOCX_SIZE) != 0) {
        out.known |= SPAN_KNOWS_SIZE;
        out.size_pt100 = look->size_pt100;
        if (look->size_pt100 <= TINY_HALF_POINTS * PT100_PER_HALF_POINT) {
            out.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_TINY);
        }
    }
    uint32_t ground = LOOK_NO_COLOUR;
    ground = (stated & DOCX_GROUND) != 0 && look->ground != LOOK_NO_COLOUR ? look->ground : ground;
    ground = (stated & DOCX_SHADE) != 0 && look->shade != LOOK_NO_COLOUR ? look->shade : ground;
    if ((stated & DOCX_HIGHLIGHT) != 0 && look->highlight != LOOK_NO_COLOUR) {
        ground = look->highlight;
    }
    if (ground < LOOK_PAINTED) {
        out.known |= SPAN_KNOWS_BG;
        out.bg = ground;
    }
    if ((stated & DOCX_FG) != 0 && look->fg != LOOK_NO_COLOUR) {
        out.known |= SPAN_KNOWS_FG;
        out.fg = look->fg;
        if (ground != LOOK_PAINTED &&
            look_no_contrast(look->fg, ground != LOOK_NO_COLOUR ? ground : WHITE)) {
            out.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    if ((stated & DOCX_FONT) != 0) {
        out.known |= SPAN_KNOWS_FONT;
    }
    out.flags = (uint16_t)((look->hei ? SPAN_HEI : 0) | (look->bold ? SPAN_BOLD : 0) |
                           (look->italic ? SPAN_ITALIC : 0) | (look->strike ? SPAN_STRUCK : 0) |
                           (look->centred ? SPAN_CENTRED : 0) | (look->right ? SPAN_RIGHT : 0) |
                           (look->indent ? SPAN_INDENT : 0));
    out.hidden_by |= look->vanish ? SPAN_HIDE(SPAN_HIDDEN_VANISH) : 0;
    out.hidden_by |=
        look->tiny_scale || look->tiny_spacing || look->tiny_line ? SPAN_HIDE(SPAN_HIDDEN_TINY) : 0;
    out.hidden_by |= look->no_fill ? SPAN_HIDE(SPAN_HIDDEN_INVISIBLE) : 0;
    return out;
}

/* ---- the styles part ---- */

static uint64_t id_hash(lj_str id)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t i = 0; i < id.len; i++) {
        hash = (hash ^ (uint8_t)id.ptr[i]) * 0x100000001B3U;
    }
    hash ^= hash >> 29;
    return hash == 0 ? 1 : hash;
}

static docx_style *style_add(docx_styles *styles, lj_arena *arena)
{
    if (styles->count == styles->cap) {
        uint32_t cap = styles->cap == 0 ? 64 : styles->cap * 2;
        docx_style *rows = cap <= STYLE_MAX ? lj_arena_array(arena, cap, sizeof(*rows)) : NULL;
        if (rows == NULL) {
            return NULL;
        }
        if (styles->count > 0) {
            memcpy(rows, styles->rows, styles->count * sizeof(*rows));
        }
        styles->rows = rows;
        styles->cap = cap;
    }
    return &styles->rows[styles->count++];
}

static const docx_style *find_style(const docx_styles *styles, uint64_t hash)
{
    if (styles->table == NULL || hash == 0) {
        return NULL;
    }
    for (uint32_t slot = (uint32_t)hash & styles->table_mask; styles->table[slot] != 0;
         slot = (slot + 1) & styles->table_mask) {
        const docx_style *row = &styles->rows[styles->table[slot] - 1];
        if (row->id_hash == hash) {
            return row;
        }
    }
    return NULL;
}

const docx_look *docx_style_look(const docx_styles *styles, lj_str id)
{
    const docx_style *row = id.len > 0 ? find_style(styles, id_hash(id)) : NULL;
    return row != NULL ? &row->look : NULL;
}

/* Every style gets what its parents state, once; then the defaults get the default style. */
static void settle(docx_styles *styles, lj_arena *arena)
{
    uint32_t slots = 16;
    while (slots < styles->count * 2) {
        slots *= 2;
    }
    styles->table = lj_arena_array(arena, slots, sizeof(*styles->table));
    docx_look *own = lj_arena_array(arena, (size_t)styles->count + 1, sizeof(*own));
    if (styles->table == NULL || own == NULL) {
        styles->table = NULL;
        return;
    }
    styles->table_mask = slots - 1;
    for (uint32_t i = 0; i < styles->count; i++) {
        own[i] = styles->rows[i].look;
        uint32_t slot = (uint32_t)styles->rows[i].id_hash & styles->table_mask;
        while (styles->table[slot] != 0) {
            slot = (slot + 1) & styles->table_mask;
        }
        styles->table[slot] = i + 1;
    }
    for (uint32_t i = 0; i < styles->count; i++) {
        uint32_t chain[CHAIN_MAX];
        uint32_t len = 0;
        const docx_style *at = &styles->rows[i];
        while (at != NULL && len < CHAIN_MAX) { /* a circle ends at CHAIN_MAX */
            chain[len++] = (uint32_t)(at - styles->rows);
            at = find_style(styles, at->parent_hash);
        }
        docx_look sum = {0};
        while (len > 0) {
            docx_look_put(&sum, &own[chain[--len]]);
        }
        styles->rows[i].look = sum;
    }
    for (uint32_t i = 0; i < styles->count; i++) {
        if (styles->rows[i].is_default) {
            docx_look_put(&styles->defaults, &styles->rows[i].look);
        }
    }
}

static void begin_style(opc_xml *x, docx_styles *styles, docx_look **look)
{
    const xml_token *token = x->token;
    docx_style *style = style_add(styles, x->pkg->arena);
    *look = NULL;
    if (style != NULL) {
        lj_str type = XML_VALUE(token, "type");
        lj_str is_default = XML_VALUE(token, "default");
        *style = (docx_style){.id_hash = id_hash(XML_VALUE(token, "styleId"))};
        style->is_default =
            (OPC_IS(is_default, "1") || OPC_IS(is_default, "true") || OPC_IS(is_default, "on")) &&
            (type.len == 0 || OPC_IS(type, "paragraph"));
        *look = &style->look;
    }
}

void docx_read_styles(opc_xml *x, void *ctx)
{
    docx_context *context = ctx;
    docx_styles other;
    docx_styles *styles = x->keeps ? &context->styles : &other;
    *styles = (docx_styles){0};
    styles->defaults = (docx_look){.fg = LOOK_NO_COLOUR,
                                   .shade = LOOK_NO_COLOUR,
                                   .highlight = LOOK_NO_COLOUR,
                                   .ground = LOOK_NO_COLOUR};
    docx_look *look = NULL;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
        if (token->kind == XML_END) {
            look = token->id == OPC_style || token->id == OPC_docDefaults ? NULL : look;
        }
        if (token->kind != XML_START) {
            continue;
        }
        switch (token->id) {
        case OPC_docDefaults:
            look = &styles->defaults;
            break;
        case OPC_style:
            begin_style(x, styles, &look);
            break;
        case OPC_tblStylePr: /* conditional: not taken as the style's own */
            xml_skip(x->xml);
            break;
        case OPC_latentStyles:
            xml_skip(x->xml);
            break;
        case OPC_basedOn:
            if (look != NULL && look != &styles->defaults) {
                styles->rows[styles->count - 1].parent_hash = id_hash(XML_VALUE(token, "val"));
            }
            break;
        default:
            if (look != NULL) {
                docx_look_take(look, token);
            }
            opc_emit_attrs(x);
            break;
        }
    }
    settle(styles, x->pkg->arena);
}
