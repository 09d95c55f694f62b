/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Groups, and what each control word does to the state of the innermost one.
 *
 * Specification: RTF 1.9.1, "Contents of an RTF file": font properties, paragraph formatting, table
 * definitions; "Unicode RTF"; "Associated character properties" (\dbch, \loch, \hich, \af).
 *
 * Traps. \dbch and kin say for which letters the font is that follows; only the font itself says
 * how bytes are decoded. A \u never counts as a fallback of the one before it: broken writers leave
 * fallbacks out, and text must not get lost. Deeper than the stack a destination still has to be
 * told apart, else the digits of pictures would be text: one state is kept aside for it. */
#include "base/num.h"
#include "formats/look.h"
#include "formats/rtf/rtf_priv.h"

enum {
    PLAIN_SIZE = 24, /* half points */
    NARROW = 5,      /* percent of a letter's width: nothing to be seen */
};

void rtf_look_reset(rtf *r, rtf_look *look)
{
    look->flags &= ~(uint32_t)RTF_CHARACTER_FLAGS;
    look->size_halves = PLAIN_SIZE;
    look->fg = 0;
    look->grounds[RTF_CHARACTER_BG] = 0;
    look->grounds[RTF_BACK_COLOUR] = 0;
    look->grounds[RTF_HIGHLIGHT] = 0;
    look->shading = 0;
    look->deleted_by = 0;
    look->deleted_on = 0;
    look->east_font = 0;
    rtf_font_set(r, look, r->default_font);
}

void rtf_font_set(rtf *r, rtf_look *look, uint32_t number)
{
    uint16_t row = number < RTF_FONT_IDS ? r->font_rows[number] : 0;
    const rtf_font *font = row > 0 ? &r->fonts[row - 1] : NULL;
    look->font = row;
    look->charset = font != NULL ? font->charset : r->page_charset;
    if (font != NULL && (font->is_han || (look->flags & RTF_EAST_ASIAN) != 0)) {
        look->east_font = row;
    }
}

uint16_t rtf_charset_of_page(uint32_t page)
{
    switch (page) {
    case 936:
    case 20936:
    case 54936:
    case 10008:
        return TEXT_GB18030;
    case 950:
    case 951:
    case 10002:
        return TEXT_BIG5;
    case 65001:
        return TEXT_UTF8;
    case 42:
        return RTF_SYMBOLS;
    default:
        return TEXT_LATIN1;
    }
}

/* ---- groups ---- */

static void end_fallback(rtf *r)
{
    r->skip = 0;
    r->surrogate = 0;
    r->star = false;
}

void rtf_group_open(rtf *r)
{
    end_fallback(r);
    if (r->depth + 1 >= RTF_STACK_MAX) {
        r->beyond++;
        return;
    }
    rtf_group *group = &r->stack[r->depth + 1];
    *group = *rtf_top(r);
    group->owns_story = group->owns_dest = false;
    r->depth++;
    /* groups that need no word of their own to be something */
    rtf_dest inner = group->dest == D_STYLES     ? D_STYLE_ENTRY
                     : group->dest == D_DOCVAR   ? D_DOCVAR_PART
                     : group->dest == D_REVISERS ? D_REVISER
                                                 : D_NONE;
    if (inner != D_NONE) {
        rtf_dest_open(r, inner, (lj_slice){NULL, 0});
    }
}

/* Ends the destination of the innermost state. */
static void end_dest(rtf *r)
{
    rtf_group *group = rtf_top(r);
    if (group->owns_dest) {
        rtf_text_flush(r, /* is_final= */ true);
        rtf_group closed = *group;
        group->owns_dest = group->owns_story = false;
        rtf_dest_close(r, &closed);
    }
}

bool rtf_group_close(rtf *r)
{
    end_fallback(r);
    r->is_dirty = true;
    if (r->beyond > 0) {
        if (r->beyond == r->beyond_dest) {
            end_dest(r);
            *rtf_top(r) = r->beyond_saved;
            r->beyond_dest = 0;
        }
        r->beyond--;
        return true;
    }
    if (r->depth == 0) {
        return false;
    }
    bool was_fonts = rtf_top(r)->owns_dest && rtf_top(r)->dest == D_FONT_TABLE;
    end_dest(r);
    r->depth--;
    if (was_fonts) { /* the default font is known from here on */
        rtf_look_reset(r, &rtf_top(r)->look);
    }
    return r->depth > 0;
}

/* ---- words ---- */

/* The rows of the font table by \f; NULL when there is no room. */
static rtf_font *font_now(rtf *r)
{
    return r->font_now > 0 ? &r->fonts[r->font_now - 1] : NULL;
}

static void font_begin(rtf *r, uint32_t number)
{
    r->font_now = 0;
    if (number >= RTF_FONT_IDS) {
        return;
    }
    if (r->font_rows[number] == 0) {
        if (r->fonts == NULL) {
            r->fonts = lj_arena_array(format_arena(r->run), RTF_FONTS_MAX, sizeof(*r->fonts));
        }
        if (r->fonts == NULL || r->font_count == RTF_FONTS_MAX) {
            return;
        }
        r->font_rows[number] = (uint16_t)++r->font_count;
    }
    r->font_now = r->font_rows[number];
    r->fonts[r->font_now - 1] = (rtf_font){.charset = r->page_charset};
}

/* Charsets of fonts (RTF 1.9.1, font table). 0 and 1 are what the document says: many a writer
 * leaves 0 behind for a Chinese font. */
static void font_charset(rtf *r, rtf_look *look, int32_t charset)
{
    rtf_font *font = font_now(r);
    uint32_t page = charset == 134 ? 936 : charset == 136 ? 950 : charset == 2 ? 42 : 0;
    uint16_t made = charset <= 1 || charset == 255 ? r->page_charset : rtf_charset_of_page(page);
    look->charset = made == RTF_SYMBOLS ? (uint16_t)TEXT_LATIN1 : made;
    if (font != NULL) {
        font->charset = made;
        font->is_han = charset >= 128 && charset <= 136;
    }
}

static void font_page(rtf *r, rtf_look *look, int32_t page)
{
    rtf_font *font = font_now(r);
    if (page > 0 && font != NULL) {
        font->charset = rtf_charset_of_page((uint32_t)page);
        font->is_han = page == 936 || page == 950;
        look->charset = font->charset;
    }
}

static void take_font(rtf *r, rtf_group *top, int32_t param)
{
    if (param < 0) {
        return;
    }
    if (top->mode == RTF_FONTS) {
        rtf_text_flush(r, /* is_final= */ true);
        rtf_font_name(r, LJ_STR(";"));
        font_begin(r, (uint32_t)param);
        return;
    }
    rtf_font_set(r, &top->look, (uint32_t)param);
}

static void take_unicode(rtf *r, int32_t param, uint64_t off)
{
    uint32_t point = param < 0 ? (uint32_t)(param + 65536) & 0xFFFFU : (uint32_t)param;
    if (point > 0x10FFFF) {
        point &= 0xFFFFU;
    }
    uint32_t high = r->surrogate;
    r->surrogate = 0;
    r->skip = 0;
    if (point >= 0xD800 && point < 0xDC00) {
        r->surrogate = point;
    } else if (point >= 0xDC00 && point < 0xE000) {
        if (high > 0) {
            rtf_text_point(r, 0x10000 + ((high - 0xD800) << 10) + (point - 0xDC00), off);
        }
    } else if (point > 0) {
        rtf_text_point(r, point, off);
    }
    r->skip = rtf_top(r)->uc;
}

static void take_code_page(rtf *r, uint32_t page, bool stated)
{
    if (r->page_is_stated && !stated) {
        return;
    }
    r->page_is_stated = stated;
    r->page_charset = rtf_charset_of_page(page);
    if (rtf_top(r)->look.font == 0) {
        rtf_top(r)->look.charset = r->page_charset;
    }
}

static void take_style(rtf *r, rtf_group *top, uint32_t kind, int32_t param)
{
    enum { NO_TEXT = 2 };
    uint32_t number = kind != NO_TEXT && param >= 0 ? (uint32_t)param : UINT32_MAX;
    if (top->dest == D_STYLE_ENTRY) {
        r->style_now = number;
    } else {
        rtf_style_apply(r, &top->look, number);
    }
}

static void set_flags(rtf_look *look, uint32_t bits, bool on)
{
    look->flags = on ? look->flags | bits : look->flags & ~bits;
}

static uint16_t small(int32_t value)
{
    return (uint16_t)(value < 0 ? 0 : value > UINT16_MAX ? UINT16_MAX : value);
}

/* Words about the look of letters. True: it was one. */
static bool take_look(rtf *r, rtf_look *look, const rtf_word *word, int32_t param, bool has_param)
{
    switch (word->act) {
    case RTF_FLAG:
        set_flags(look, word->value, !has_param || param != 0);
        return true;
    case RTF_PLAIN:
        rtf_look_reset(r, look);
        return true;
    case RTF_ASSOCIATED:
        if ((look->flags & RTF_EAST_ASIAN) != 0 && param >= 0 && param < RTF_FONT_IDS) {
            look->east_font = r->font_rows[param];
        }
        return true;
    case RTF_DIRECTION:
        set_flags(look, RTF_EAST_ASIAN, word->value != 0);
        return true;
    case RTF_SIZE:
        look->size_halves = has_param ? small(param) : PLAIN_SIZE;
        return true;
    case RTF_FG:
        look->fg = small(param);
        return true;
    case RTF_BG:
        look->grounds[word->value] = small(param);
        return true;
    case RTF_SHADING:
        look->shading = small(param);
        return true;
    case RTF_SCALE:
        set_flags(look, RTF_NARROW, has_param && param > 0 && param <= NARROW);
        return true;
    case RTF_AUTHOR:
        look->deleted_by = small(param);
        return true;
    case RTF_DATE:
        look->deleted_on = (uint32_t)param;
        return true;
    default:
        return false;
    }
}

/* Words about paragraphs and rows of tables. True: it was one. */
static bool take_paragraph(rtf *r, rtf_look *look, const rtf_word *word, int32_t param)
{
    switch (word->act) {
    case RTF_ALIGN:
        set_flags(look, RTF_ALIGNED | RTF_CENTRE | RTF_TO_RIGHT, false);
        set_flags(look, word->value, true);
        return true;
    case RTF_PARD:
        look->flags &= RTF_CHARACTER_FLAGS;
        look->grounds[RTF_PARAGRAPH_BG] = 0;
        return true;
    case RTF_INDENT:
        set_flags(look, RTF_HAS_INDENT, param > 0);
        return true;
    case RTF_ITAP:
        set_flags(look, RTF_NESTED, param > 1);
        set_flags(look, RTF_IN_TABLE, param > 0);
        return true;
    case RTF_CELL_DEFS:
        r->cell_defs = 0;
        r->cell_ground = 0;
        return true;
    case RTF_CELL_GROUND:
        r->cell_ground = small(param);
        return true;
    case RTF_CELL_END:
        if (r->cell_defs < LJ_COUNT_OF(r->cell_grounds)) {
            r->cell_grounds[r->cell_defs++] = r->cell_ground;
        }
        r->cell_ground = 0;
        return true;
    default:
        return false;
    }
}

/* Words of the tables at the head, of pictures and shapes. */
static void take_rest(rtf *r, rtf_group *top, const rtf_word *word, int32_t param, bool has_param)
{
    switch (word->act) {
    case RTF_FONT:
        take_font(r, top, param);
        break;
    case RTF_DEFAULT_FONT:
        r->default_font = param >= 0 ? (uint32_t)param : 0;
        break;
    case RTF_FONT_CHARSET:
        font_charset(r, &top->look, param);
        break;
    case RTF_FONT_PAGE:
        font_page(r, &top->look, param);
        break;
    case RTF_CODE_PAGE:
        take_code_page(r, param > 0 ? (uint32_t)param : 1252, /* stated= */ true);
        break;
    case RTF_CHARSET:
        take_code_page(r, word->value, /* stated= */ false);
        break;
    case RTF_STYLE:
        take_style(r, top, word->value, param);
        break;
    case RTF_BASED_ON:
        r->based_on = has_param && param >= 0 ? (uint32_t)param + 1 : 0;
        break;
    case RTF_RED:
        r->colour_now |= (uint32_t)(small(param) & 0xFF) << word->value;
        r->colour_stated = true;
        break;
    case RTF_PICTURE:
        r->picture = (rtf_picture)word->value;
        break;
    case RTF_SHAPE:
        r->shape[word->value] = word->value < RTF_SHAPE_ON_PAGE_X ? param : 1;
        break;
    case RTF_PAPER:
        r->paper[word->value] = param;
        break;
    default:
        break;
    }
}

void rtf_word_take(rtf *r, const rtf_word *word, int32_t param, bool has_param)
{
    rtf_group *top = rtf_top(r);
    uint64_t off = r->base + r->pos;
    switch (word->act) {
    case RTF_DEST:
        rtf_dest_open(r, (rtf_dest)word->value, lj_cstr_bytes(word->name));
        break;
    case RTF_TEXT:
        rtf_text_point(r, word->value, off);
        break;
    case RTF_PAR:
    case RTF_BREAK:
        rtf_par_end(r);
        break;
    case RTF_CELL:
        rtf_cell_end(r, word->value != 0);
        break;
    case RTF_ROW:
        rtf_row_end(r, word->value != 0);
        break;
    case RTF_UNICODE:
        if (has_param) {
            take_unicode(r, param, off);
        }
        break;
    case RTF_UC:
        top->uc = has_param ? small(param) : 1;
        break;
    case RTF_BIN:
        rtf_bin(r, has_param && param > 0 ? (uint64_t)param : 0);
        break;
    default:
        r->is_dirty = true;
        if (!take_look(r, &top->look, word, param, has_param) &&
            !take_paragraph(r, &top->look, word, param)) {
            take_rest(r, top, word, param, has_param);
        }
        break;
    }
}
