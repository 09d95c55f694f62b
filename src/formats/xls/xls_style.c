/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fonts, number formats, cell formats, palettes of binary workbooks.
 *
 * Specification: [MS-XLS] 2.4.122 (Font), 2.4.126 (Format), 2.4.353 (XF), 2.4.188 (Palette),
 * 2.4.269 (Style), 2.5.161 (Icv), 2.5.20 (CellXF); the documentation of OpenOffice.org, 5.45, 5.49,
 * 5.115 for BIFF2 to BIFF7.
 *
 * Model. Cell formats are kept as stored and resolved when the first cell asks: the palette stands
 * behind the formats that use it.
 *
 * Traps. There is no font 4: index 5 means the fifth. A solid pattern (1) shows its first colour,
 * which the format calls foreground. Formats of BIFF2 and BIFF3 have no number of their own.
 *
 * Not done. Theme colours and gradients of XFExt: the nearest palette colour stands beside them.
 *
 * Limits. 65,536 of each kind; Excel allows 4,050 formats and 1,024 fonts. */
#include "base/num.h"
#include "formats/xls/xls.h"

typedef struct xls_format {
    uint16_t id;
    lj_slice code;
} xls_format;

enum {
    PALETTE_FIRST = 8,
    ICV_SYSTEM_TEXT = 64,
    ICV_SYSTEM_GROUND = 65,
    ICV_AUTOMATIC = 0x7FFF,
    WHITE = 0xFFFFFF,
    BOLD_FROM = 600,
    TWIP_PT100 = 5, /* a twentieth of a point */
    RUNS_MAX = 65536,
};

/* ---- colours ---- */

static uint32_t colour_of(const xls *x, uint32_t icv)
{
    static const uint32_t basic[8] = {0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00,
                                      0x0000FF, 0xFFFF00, 0xFF00FF, 0x00FFFF};
    static const uint32_t standard[56] = {
        0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00, 0xFF00FF, 0x00FFFF,
        0x800000, 0x008000, 0x000080, 0x808000, 0x800080, 0x008080, 0xC0C0C0, 0x808080,
        0x9999FF, 0x993366, 0xFFFFCC, 0xCCFFFF, 0x660066, 0xFF8080, 0x0066CC, 0xCCCCFF,
        0x000080, 0xFF00FF, 0xFFFF00, 0x00FFFF, 0x800080, 0x800000, 0x008080, 0x0000FF,
        0x00CCFF, 0xCCFFFF, 0xCCFFCC, 0xFFFF99, 0x99CCFF, 0xFF99CC, 0xCC99FF, 0xFFCC99,
        0x3366FF, 0x33CCCC, 0x99CC00, 0xFFCC00, 0xFF9900, 0xFF6600, 0x666699, 0x969696,
        0x003366, 0x339966, 0x003300, 0x333300, 0x993300, 0x993366, 0x333399, 0x333333};
    if (icv < PALETTE_FIRST) {
        return basic[icv];
    }
    if (icv < ICV_SYSTEM_TEXT) {
        return x->has_palette ? x->palette[icv] : standard[icv - PALETTE_FIRST];
    }
    return icv == ICV_SYSTEM_TEXT || icv == ICV_AUTOMATIC ? LOOK_NO_COLOUR
           : icv == ICV_SYSTEM_GROUND                     ? WHITE
                                                          : LOOK_PAINTED;
}

lj_code xls_take_palette(xls *x)
{
    lj_cur *cur = &x->b.cur;
    uint32_t count = lj_cur_u16le(cur);
    for (uint32_t i = 0; i < 64; i++) {
        x->palette[i] = colour_of(x, i);
    }
    for (uint32_t i = 0; i < count && i + PALETTE_FIRST < 64 && lj_cur_left(cur) >= 4; i++) {
        uint32_t red = lj_cur_u8(cur);
        uint32_t green = lj_cur_u8(cur);
        uint32_t blue = lj_cur_u8(cur);
        (void)lj_cur_u8(cur);
        x->palette[i + PALETTE_FIRST] = red << 16 | green << 8 | blue;
    }
    x->has_palette = true;
    x->styles_ready = false;
    return LJ_OK;
}

/* ---- rows ---- */

lj_code xls_take_font(xls *x)
{
    biff *b = &x->b;
    lj_cur *cur = &b->cur;
    uint32_t height = lj_cur_u16le(cur);
    uint32_t flags = lj_cur_u16le(cur);
    uint32_t icv = b->version >= 3 ? lj_cur_u16le(cur) : ICV_AUTOMATIC;
    uint32_t weight = b->version >= 5 ? lj_cur_u16le(cur) : (flags & 1) != 0 ? 700 : 400;
    if (b->version >= 5) {
        lj_cur_skip(cur, 6);
    }
    (void)biff_string(b, 1, &x->text);
    sheet_font *font = sheet_rows_add(&x->fonts, x->arena, sizeof(*font));
    x->styles_ready = false;
    if (font == NULL) {
        return LJ_OK;
    }
    *font = (sheet_font){.fg = icv, /* resolved by xls_styles_make */
                         .size_pt100 = height * TWIP_PT100,
                         .hei = look_is_hei(lj_buf_str(&x->text)),
                         .bold = weight >= BOLD_FROM,
                         .italic = (flags & 2) != 0,
                         .struck = (flags & 8) != 0,
                         .has_size = height > 0,
                         .has_name = x->text.len > 0};
    return LJ_OK;
}

const sheet_font *xls_font_of(const xls *x, uint16_t idx)
{
    uint32_t at = idx > 4 ? idx - 1U : idx;
    return at < x->fonts.count ? &((const sheet_font *)x->fonts.ptr)[at] : NULL;
}

lj_code xls_take_format(xls *x)
{
    biff *b = &x->b;
    uint16_t id = (uint16_t)lj_min_size(x->formats.count, UINT16_MAX);
    if (b->version == 4) {
        lj_cur_skip(&b->cur, 2);
    } else if (b->version >= 5) {
        id = lj_cur_u16le(&b->cur);
    }
    (void)biff_string(b, b->version == 8 ? 2 : 1, &x->text);
    lj_slice code = lj_buf_slice(&x->text);
    xls_format *row = sheet_rows_add(&x->formats, x->arena, sizeof(*row));
    if (row != NULL) {
        *row = (xls_format){id, lj_arena_copy(x->arena, code)};
    }
    x->styles_ready = false;
    return sheet_format_says_words(code) ? xls_emit_unseen(x, SPAN_FORMULA, "formatCode") : LJ_OK;
}

lj_code xls_take_xf(xls *x)
{
    biff *b = &x->b;
    lj_cur *cur = &b->cur;
    xls_xf xf = {.font = 0};
    if (b->version >= 5) {
        xf.font = lj_cur_u16le(cur);
        xf.format = lj_cur_u16le(cur);
        lj_cur_skip(cur, 2);
        xf.align = lj_cur_u8(cur) & 7;
    }
    if (b->version == 8) {
        lj_cur_skip(cur, 7);
        xf.pattern = (uint8_t)(lj_cur_u32le(cur) >> 26);
        uint32_t colours = lj_cur_u16le(cur);
        xf.fore = colours & 0x7F;
        xf.back = colours >> 7 & 0x7F;
    } else if (b->version == 5) {
        lj_cur_skip(cur, 1);
        uint32_t colours = lj_cur_u16le(cur);
        xf.fore = colours & 0x7F;
        xf.back = colours >> 7 & 0x3F;
        xf.pattern = lj_cur_u16le(cur) & 0x3F;
        lj_cur_skip(cur, 4);
    } else if (b->version >= 3) {
        xf.font = lj_cur_u8(cur);
        xf.format = lj_cur_u8(cur);
        lj_cur_skip(cur, 2);
        xf.align = lj_cur_u16le(cur) & 7;
        uint32_t area = lj_cur_u16le(cur);
        xf.pattern = area & 0x3F;
        xf.fore = area >> 6 & 0x1F;
        xf.back = area >> 11 & 0x1F;
        /* five bits: 24 is the colour of text, 25 that of the ground */
        xf.fore = xf.fore == 24 ? ICV_SYSTEM_TEXT : xf.fore == 25 ? ICV_SYSTEM_GROUND : xf.fore;
        lj_cur_skip(cur, 4);
    } else {
        xf.font = lj_cur_u8(cur);
        lj_cur_skip(cur, 1);
        xf.format = lj_cur_u8(cur) & 0x3F;
        xf.align = lj_cur_u8(cur) & 7;
    }
    xls_xf *row = lj_cur_ok(cur) ? sheet_rows_add(&x->xfs, x->arena, sizeof(*row)) : NULL;
    if (row != NULL) {
        *row = xf;
    }
    x->styles_ready = false;
    return LJ_OK;
}

lj_code xls_take_style(xls *x)
{
    enum { BUILT_IN = 0x8000 };
    biff *b = &x->b;
    if ((lj_cur_u16le(&b->cur) & BUILT_IN) != 0) {
        lj_cur_skip(&b->cur, 2);
        return LJ_OK;
    }
    (void)biff_string(b, b->version == 8 ? 2 : 1, &x->text);
    return look_has_high_byte(lj_buf_str(&x->text)) ? xls_emit_unseen(x, SPAN_STYLE, "name")
                                                    : LJ_OK;
}

/* ---- resolving ---- */

static lj_slice format_of(const xls *x, uint16_t id)
{
    const xls_format *rows = x->formats.ptr;
    /* the later one wins; formats come in the order of their numbers as a rule */
    for (uint32_t i = x->formats.count; i > 0; i--) {
        if (rows[i - 1].id == id) {
            return rows[i - 1].code;
        }
    }
    return (lj_slice){NULL, 0};
}

static uint32_t fill_of(const xls *x, const xls_xf *xf)
{
    return xf->pattern == 0   ? LOOK_NO_COLOUR
           : xf->pattern == 1 ? colour_of(x, xf->fore)
                              : LOOK_PAINTED;
}

void xls_styles_make(xls *x)
{
    enum { MAKES_MAX = 16, SCAN_MAX = 16 * 1024 * 1024 };
    x->styles_ready = true;
    uint32_t count = x->xfs.count;
    bool again = x->style_makes++ < MAKES_MAX; /* a file that goes on defining formats */
    sheet_xf *made = again ? lj_arena_array(x->arena, count, sizeof(*made)) : NULL;
    if (made == NULL) {
        return;
    }
    const xls_xf *rows = x->xfs.ptr;
    uint64_t scanned = 0;
    for (uint32_t i = 0; i < count; i++) {
        sheet_xf *xf = &made[i];
        const xls_xf *row = &rows[i];
        *xf = (sheet_xf){.font = {.fg = LOOK_NO_COLOUR}};
        const sheet_font *font = xls_font_of(x, row->font);
        if (font != NULL) {
            xf->font = *font;
            xf->font.fg = colour_of(x, font->fg);
        }
        xf->fill = fill_of(x, row);
        xf->flags = row->align == 2 || row->align == 6 ? SPAN_CENTRED
                    : row->align == 3                  ? SPAN_RIGHT
                                                       : 0;
        bool same = i > 0 && rows[i - 1].format == row->format;
        scanned += same ? 0 : x->formats.count;
        if (same) {
            xf->format = made[i - 1].format;
            xf->says_words = made[i - 1].says_words;
            xf->hides_text = made[i - 1].hides_text;
            xf->hides_numbers = made[i - 1].hides_numbers;
        } else if (scanned < SCAN_MAX) {
            sheet_xf_set_format(xf, format_of(x, row->format));
        }
    }
    x->styles = (sheet_styles){made, count};
}

/* ---- rich strings ---- */

/* The text byte at which UTF-16 unit `unit` begins, from a place already known. */
static size_t walk_units(lj_str text, size_t at, uint32_t units)
{
    while (units > 0 && at < text.len) {
        uint8_t c = (uint8_t)text.ptr[at];
        size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        units -= len == 4 && units > 1 ? 2 : 1;
        at += len;
    }
    return lj_min_size(at, text.len);
}

void xls_take_runs(xls *x, uint32_t count, uint32_t run_len)
{
    lj_str text = lj_buf_str(&x->text);
    span_block_clear(&x->block);
    size_t at = 0;
    uint32_t unit = 0;
    span_look look = {.known = 0};
    bool has_look = false;
    /* in byte strings positions count bytes, which are gone */
    bool counts_letters = x->b.version == 8 || !look_has_high_byte(text);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t run[8] = {0};
        if (!biff_read(&x->b, run, run_len)) {
            break;
        }
        uint32_t from = run_len == 2 ? run[0] : (uint32_t)(run[0] | run[1] << 8);
        uint16_t idx = run_len == 2 ? run[1] : (uint16_t)(run[2] | run[3] << 8);
        if (from < unit || !counts_letters) {
            continue;
        }
        size_t to = walk_units(text, at, from - unit);
        span_block_add(&x->block, (lj_str){text.ptr + at, to - at}, has_look ? &look : NULL);
        at = to;
        unit = from;
        const sheet_font *font = xls_font_of(x, idx);
        has_look = font != NULL;
        if (font != NULL) {
            sheet_font own = *font;
            own.fg = colour_of(x, font->fg);
            look = sheet_look(&own, LOOK_PAINTED, 0);
        }
    }
    span_block_add(&x->block, (lj_str){text.ptr + at, text.len - at}, has_look ? &look : NULL);
}
