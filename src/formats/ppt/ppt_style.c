/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Looks of text: runs of a text, styles of masters, colours of the scheme.
 *
 * Specification: [MS-PPT] 2.9.44 StyleTextPropAtom, 2.9.35 TextMasterStyleAtom, 2.9.20
 * TextPFException, 2.9.13 TextCFException, 2.12.2 ColorIndexStruct; [MS-ODRAW] 2.2.2
 * OfficeArtCOLORREF.
 *
 * Model. A run says only what differs; below it lie the style of its text type and level in the
 * slide's master, and that of the document's environment. Types of half and quarter bodies and
 * centred titles rest on body and title; a level says what differs from the level before.
 *
 * Traps. Fields follow the order of the specification, not that of the mask's bits. An odd mask
 * makes everything behind it meaningless: reading stops, the text keeps what is known.
 *
 * Not done. Bullets' colours; the styles of PowerPoint 9 to 11 extensions, which hold no looks that
 * are told. */
#include "formats/ppt/ppt.h"

#include "base/cur.h"

enum {
    MASK_BULLET_FLAGS = 0x0000000F,
    MASK_BULLET_FONT = 1 << 4,
    MASK_BULLET_COLOUR = 1 << 5,
    MASK_BULLET_SIZE = 1 << 6,
    MASK_BULLET_CHAR = 1 << 7,
    MASK_LEFT = 1 << 8,
    MASK_INDENT = 1 << 10,
    MASK_ALIGN = 1 << 11,
    MASK_LINE_SPACING = 1 << 12,
    MASK_SPACE_BEFORE = 1 << 13,
    MASK_SPACE_AFTER = 1 << 14,
    MASK_TAB_SIZE = 1 << 15,
    MASK_FONT_ALIGN = 1 << 16,
    MASK_WRAP = 0x000E0000,
    MASK_TABS = 1 << 20,
    MASK_DIRECTION = 1 << 21,
    CHAR_BOLD = 1 << 0,
    CHAR_ITALIC = 1 << 1,
    CHAR_STYLE = 0x00003EB7, /* bold, italic, underline, shadow, fehint, kumi, emboss, fHasStyle */
    CHAR_FONT = 1 << 16,
    CHAR_SIZE = 1 << 17,
    CHAR_COLOUR = 1 << 18,
    CHAR_POSITION = 1 << 19,
    CHAR_OLD_EA = 1 << 21,
    CHAR_ANSI = 1 << 22,
    CHAR_SYMBOL = 1 << 23,
    SCHEME_COLOURS = 8,
    COLOUR_RGB = 0xFE,
    ALIGN_CENTRE = 1,
    ALIGN_RIGHT = 2,
    TYPE_TITLE = 0,
    TYPE_BODY = 1,
    TYPE_OTHER = 4,
    TYPE_CENTRE_TITLE = 6,
};

/* Skips `len` bytes when the mask names the field. */
static void skip_field(lj_cur *cur, uint32_t mask, uint32_t bits, size_t len)
{
    if ((mask & bits) != 0) {
        lj_cur_skip(cur, len);
    }
}

static void read_paragraph(lj_cur *cur, ppt_look *out)
{
    uint32_t mask = lj_cur_u32le(cur);
    int32_t left = 0;
    int32_t indent = 0;
    skip_field(cur, mask, MASK_BULLET_FLAGS, 2);
    skip_field(cur, mask, MASK_BULLET_CHAR, 2);
    skip_field(cur, mask, MASK_BULLET_FONT, 2);
    skip_field(cur, mask, MASK_BULLET_SIZE, 2);
    skip_field(cur, mask, MASK_BULLET_COLOUR, 4);
    if ((mask & MASK_ALIGN) != 0) {
        out->align = (uint8_t)lj_cur_u16le(cur);
        out->known |= PPT_KNOWS_ALIGN;
    }
    skip_field(cur, mask, MASK_LINE_SPACING, 2);
    skip_field(cur, mask, MASK_SPACE_BEFORE, 2);
    skip_field(cur, mask, MASK_SPACE_AFTER, 2);
    if ((mask & MASK_LEFT) != 0) {
        left = (int16_t)lj_cur_u16le(cur);
    }
    if ((mask & MASK_INDENT) != 0) {
        indent = (int16_t)lj_cur_u16le(cur);
        out->known |= PPT_KNOWS_INDENT;
        out->is_indented = indent > left;
    }
    skip_field(cur, mask, MASK_TAB_SIZE, 2);
    if ((mask & MASK_TABS) != 0) {
        uint16_t count = lj_cur_u16le(cur);
        lj_cur_skip(cur, 4 * (size_t)count);
    }
    skip_field(cur, mask, MASK_FONT_ALIGN, 2);
    skip_field(cur, mask, MASK_WRAP, 2);
    skip_field(cur, mask, MASK_DIRECTION, 2);
}

static void read_characters(lj_cur *cur, ppt_look *out)
{
    uint32_t mask = lj_cur_u32le(cur);
    if ((mask & CHAR_STYLE) != 0) {
        uint16_t style = lj_cur_u16le(cur);
        out->is_bold = (style & CHAR_BOLD) != 0;
        out->is_italic = (style & CHAR_ITALIC) != 0;
        out->known |= (mask & CHAR_BOLD) != 0 ? PPT_KNOWS_BOLD : 0;
        out->known |= (mask & CHAR_ITALIC) != 0 ? PPT_KNOWS_ITALIC : 0;
    }
    if ((mask & CHAR_FONT) != 0) {
        out->font = lj_cur_u16le(cur);
        out->known |= PPT_KNOWS_FONT;
    }
    if ((mask & CHAR_OLD_EA) != 0) {
        out->ea_font = lj_cur_u16le(cur);
        out->known |= PPT_KNOWS_EA_FONT;
    }
    skip_field(cur, mask, CHAR_ANSI, 2);
    skip_field(cur, mask, CHAR_SYMBOL, 2);
    if ((mask & CHAR_SIZE) != 0) {
        out->size = lj_cur_u16le(cur);
        out->known |= PPT_KNOWS_SIZE;
    }
    if ((mask & CHAR_COLOUR) != 0) {
        out->colour = lj_cur_u32le(cur);
        out->known |= PPT_KNOWS_COLOUR;
    }
    skip_field(cur, mask, CHAR_POSITION, 2);
}

static ppt_run *add_run(ppt_file *file, ppt_runs *runs)
{
    void *array = runs->row;
    if (!ppt_room(file, &array, runs->count, &runs->cap, sizeof(*runs->row), PPT_RUNS_MAX)) {
        return NULL;
    }
    runs->row = array;
    runs->row[runs->count] = (ppt_run){0};
    return &runs->row[runs->count++];
}

/* Reads runs until they cover the text, which has one character more than is stored. False when
 * what follows cannot be found. */
static bool read_runs(ppt_file *file, lj_cur *cur, uint64_t text_count, bool is_para, ppt_runs *out)
{
    uint64_t covered = 0;
    while (covered < text_count && lj_cur_left(cur) >= 4) {
        ppt_run run = {.count = lj_cur_u32le(cur)};
        if (is_para) {
            run.level = lj_cur_u16le(cur);
            read_paragraph(cur, &run.look);
        } else {
            read_characters(cur, &run.look);
        }
        ppt_run *row = lj_cur_ok(cur) && run.count > 0 ? add_run(file, out) : NULL;
        if (row == NULL) {
            return false;
        }
        *row = run;
        covered += run.count;
    }
    return true;
}

void ppt_read_runs(ppt_file *file, lj_slice bytes, uint64_t text_count)
{
    lj_cur cur = lj_cur_of(bytes);
    file->paras.count = file->chars.count = 0;
    if (read_runs(file, &cur, text_count + 1, /* is_para= */ true, &file->paras)) {
        (void)read_runs(file, &cur, text_count + 1, /* is_para= */ false, &file->chars);
    }
}

/* ---- masters ---- */

void ppt_look_under(ppt_look *over, const ppt_look *under)
{
    uint16_t fresh = under->known & (uint16_t)~over->known;
    if ((fresh & PPT_KNOWS_BOLD) != 0) {
        over->is_bold = under->is_bold;
    }
    if ((fresh & PPT_KNOWS_ITALIC) != 0) {
        over->is_italic = under->is_italic;
    }
    if ((fresh & PPT_KNOWS_SIZE) != 0) {
        over->size = under->size;
    }
    if ((fresh & PPT_KNOWS_COLOUR) != 0) {
        over->colour = under->colour;
    }
    if ((fresh & PPT_KNOWS_FONT) != 0) {
        over->font = under->font;
    }
    if ((fresh & PPT_KNOWS_EA_FONT) != 0) {
        over->ea_font = under->ea_font;
    }
    if ((fresh & PPT_KNOWS_ALIGN) != 0) {
        over->align = under->align;
    }
    if ((fresh & PPT_KNOWS_INDENT) != 0) {
        over->is_indented = under->is_indented;
    }
    over->known |= fresh;
}

/* The type whose style lies below that of another. */
static uint32_t base_type(uint32_t type)
{
    return type == TYPE_CENTRE_TITLE ? TYPE_TITLE : type > TYPE_OTHER ? TYPE_BODY : type;
}

void ppt_read_master_style(lj_slice bytes, uint32_t type, ppt_styles *out)
{
    if (type >= PPT_TYPES) {
        return;
    }
    lj_cur cur = lj_cur_of(bytes);
    uint16_t levels = lj_cur_u16le(&cur);
    for (uint32_t i = 0; i < levels && i < PPT_LEVELS && lj_cur_left(&cur) > 0; i++) {
        ppt_look look = {0};
        uint32_t level = type > TYPE_OTHER ? lj_cur_u16le(&cur) : i;
        read_paragraph(&cur, &look);
        read_characters(&cur, &look);
        if (!lj_cur_ok(&cur)) {
            return;
        }
        if (level < PPT_LEVELS) {
            out->look[type][level] = look;
        }
    }
}

/* What a style of a type and level says, over those that it rests on. */
static ppt_look style_of(const ppt_styles *styles, uint32_t type, uint32_t level)
{
    ppt_look look = {0};
    for (;;) {
        for (uint32_t i = level + 1; i-- > 0;) {
            ppt_look_under(&look, &styles->look[type][i]);
        }
        if (base_type(type) == type) {
            return look;
        }
        type = base_type(type);
    }
}

ppt_look ppt_style_of(const ppt_file *file, const ppt_scope *scope, uint32_t type, uint32_t level)
{
    if (type >= PPT_TYPES) {
        return (ppt_look){0};
    }
    level = level < PPT_LEVELS ? level : PPT_LEVELS - 1;
    ppt_look look = scope->styles != NULL ? style_of(scope->styles, type, level) : (ppt_look){0};
    ppt_look under = style_of(&file->styles, type, level);
    ppt_look_under(&look, &under);
    return look;
}

/* ---- colours ---- */

static uint32_t rgb_of(uint32_t colour)
{
    return (colour & 0xFF) << 16 | (colour & 0xFF00) | (colour >> 16 & 0xFF);
}

static uint32_t text_colour(const uint32_t *scheme, uint32_t colour)
{
    uint32_t idx = colour >> 24;
    if (idx == COLOUR_RGB) {
        return rgb_of(colour);
    }
    return idx < SCHEME_COLOURS && scheme != NULL ? scheme[idx] : LOOK_NO_COLOUR;
}

uint32_t ppt_art_colour(const uint32_t *scheme, uint32_t colour)
{
    enum { IS_SCHEME = 0x08, IS_ODD = 0x11 }; /* fSchemeIndex; palette index, system index */
    uint32_t flags = colour >> 24;
    if ((flags & IS_SCHEME) != 0) {
        uint32_t idx = colour & 0xFF;
        return idx < SCHEME_COLOURS && scheme != NULL ? scheme[idx] : LOOK_PAINTED;
    }
    return (flags & IS_ODD) != 0 ? LOOK_PAINTED : rgb_of(colour);
}

span_look ppt_look_of(const ppt_file *file, const ppt_scope *scope, const ppt_look *look,
                      uint32_t ground)
{
    enum { TINY = 4, SIZE_MAX_PT = 4000 };
    span_look out = {0};
    if ((look->known & PPT_KNOWS_SIZE) != 0 && look->size <= SIZE_MAX_PT) {
        out.known |= SPAN_KNOWS_SIZE;
        out.size_pt100 = (uint32_t)look->size * 100;
        out.hidden_by |= look->size < TINY ? SPAN_HIDE(SPAN_HIDDEN_TINY) : 0;
    }
    uint32_t fg = (look->known & PPT_KNOWS_COLOUR) != 0 ? text_colour(scope->scheme, look->colour)
                                                        : LOOK_NO_COLOUR;
    if (ground != LOOK_NO_COLOUR && ground != LOOK_PAINTED) {
        out.known |= SPAN_KNOWS_BG;
        out.bg = ground;
        if (fg != LOOK_NO_COLOUR && look_no_contrast(fg, ground)) {
            out.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    if (fg != LOOK_NO_COLOUR) {
        out.known |= SPAN_KNOWS_FG;
        out.fg = fg;
    }
    if ((look->known & PPT_KNOWS_ALIGN) != 0) {
        out.known |= SPAN_KNOWS_ALIGN;
        out.flags |= look->align == ALIGN_CENTRE ? SPAN_CENTRED : 0;
        out.flags |= look->align == ALIGN_RIGHT ? SPAN_RIGHT : 0;
    }
    bool has_ea = (look->known & PPT_KNOWS_EA_FONT) != 0;
    uint32_t font = has_ea ? look->ea_font : look->font;
    if ((look->known & (PPT_KNOWS_EA_FONT | PPT_KNOWS_FONT)) != 0 && font < file->font_count) {
        out.known |= SPAN_KNOWS_FONT;
        out.flags |= file->fonts[font].is_hei ? SPAN_HEI : 0;
    }
    out.flags |= look->is_bold ? SPAN_BOLD : 0;
    out.flags |= look->is_italic ? SPAN_ITALIC : 0;
    out.flags |= look->is_indented ? SPAN_INDENT : 0;
    return out;
}
