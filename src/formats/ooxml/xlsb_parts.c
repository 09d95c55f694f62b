/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parts of xlsb around its sheets: workbook, shared strings, styles, comments, tables, external
 * links, pivot caches.
 *
 * Specification: [MS-XLSB] 2.4.304 (BrtBundleSh), 2.4.712 (BrtName), 2.4.646 (BrtFileSharing),
 * 2.4.677 (BrtSSTItem), 2.4.655 (BrtFont), 2.4.648 (BrtFill), 2.4.653 (BrtFmt), 2.4.820 (BrtXF),
 * 2.5.14 (BrtColor), 2.4.28 (BrtBeginComment), 2.4.101 (BrtBeginList), 2.4.636 (external cells). */
#include "base/num.h"
#include "formats/ooxml/xlsb.h"

typedef struct xlsb_format {
    uint16_t id;
    lj_slice code;
} xlsb_format;

enum { WHITE = 0xFFFFFF };

/* ---- workbook ---- */

/* True when two strings fill the record exactly, that far on. */
static bool bundle_fits(lj_cur cur, size_t skip)
{
    lj_cur_skip(&cur, skip);
    size_t rel = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, lj_min_size(rel, UINT16_MAX) * 2);
    size_t name = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, lj_min_size(name, UINT16_MAX) * 2);
    return lj_cur_ok(&cur) && lj_cur_left(&cur) == 0;
}

static void take_bundle(xlsb *b)
{
    enum { REL_MAX = 256 };
    uint8_t rel[REL_MAX];
    uint32_t state = lj_cur_u32le(&b->cur);
    lj_cur_skip(&b->cur, bundle_fits(b->cur, 4) ? 4 : 8); /* early versions wrote one word more */
    (void)xlsb_string(b);
    size_t len = lj_min_size(b->text.len, sizeof(rel));
    if (len > 0) {
        memcpy(rel, b->text.ptr, len);
    }
    (void)xlsb_string(b);
    xlsx_add_sheet(b->x, b->context, lj_buf_str(&b->text), lj_slice_of(rel, len), state != 0);
}

static void take_name(xlsb *b)
{
    enum { BUILT_IN = 0x20 };
    uint32_t flags = lj_cur_u32le(&b->cur);
    lj_cur_skip(&b->cur, 5);
    if (xlsb_string(b) && (flags & BUILT_IN) == 0) {
        xlsb_emit_unseen(b, SPAN_SHEET_NAME, "definedName");
    }
    xlsb_emit_constants(b, SPAN_FORMULA, "definedName");
    while (lj_cur_left(&b->cur) >= 4 && xlsb_string(b)) { /* comment, description, help */
        xlsb_emit_unseen(b, SPAN_ATTRIBUTE, "comment");
    }
}

static void take_sharing(xlsb *b)
{
    lj_cur_skip(&b->cur, 4);
    if (xlsb_string(b)) {
        xlsb_emit_unseen(b, SPAN_METADATA, "userName");
    }
}

/* ---- strings ---- */

static void take_sst(xlsb *b)
{
    sheet_strings *strings = &b->context->strings;
    lj_cur_skip(&b->cur, lj_cur_left(&b->cur)); /* counts: the strings themselves decide */
    if (!b->x->keeps || strings->count > 0) {
        strings->is_full = true; /* a second table: no cell means its strings */
    } else {
        sheet_strings_init(strings, b->x->pkg->arena);
        strings->part = b->x->part;
    }
}

static void take_string(xlsb *b)
{
    xlsb_rich(b);
    if (!sheet_strings_add(&b->context->strings, b->x->pkg->arena, &b->block)) {
        span what = opc_span(b->x, SPAN_CELL);
        opc_emit_block(b->x, &b->block, &what);
    }
}

/* ---- comments ---- */

static void take_author(xlsb *b)
{
    (void)xlsb_string(b);
    lj_str *row = sheet_rows_add(&b->authors, b->x->pkg->arena, sizeof(*row));
    if (row != NULL) {
        lj_slice copy = lj_arena_copy(b->x->pkg->arena, lj_buf_slice(&b->text));
        *row = (lj_str){(const char *)copy.ptr, copy.len};
    }
    xlsb_emit_unseen(b, SPAN_METADATA, "author");
}

static void take_comment(xlsb *b)
{
    uint32_t author = lj_cur_u32le(&b->cur);
    b->x->base.place.row_no = lj_cur_u32le(&b->cur) + 1;
    lj_cur_skip(&b->cur, 4);
    b->x->base.place.col_no = lj_cur_u32le(&b->cur) + 1;
    lj_cur_skip(&b->cur, lj_cur_left(&b->cur)); /* a range, a guid */
    const lj_str *authors = b->authors.ptr;
    b->x->base.author = author < b->authors.count ? authors[author] : (lj_str){NULL, 0};
}

static void take_comment_text(xlsb *b)
{
    xlsb_rich(b);
    span what = opc_span(b->x, SPAN_COMMENT);
    opc_emit_block(b->x, &b->block, &what);
}

/* ---- tables, links, pivots ---- */

static void take_list(xlsb *b)
{
    static const char *const labels[] = {NULL, "table", "comment"};
    lj_cur_skip(&b->cur, 16 + 12 * 4);
    for (size_t i = 0; i < LJ_COUNT_OF(labels) && lj_cur_left(&b->cur) >= 4; i++) {
        if (xlsb_string(b) && labels[i] != NULL) {
            xlsb_emit_unseen(b, i == 1 ? SPAN_SHEET_NAME : SPAN_ATTRIBUTE, labels[i]);
        }
    }
}

static void take_list_column(xlsb *b)
{
    lj_cur_skip(&b->cur, 6 * 4);
    for (int i = 0; i < 3 && lj_cur_left(&b->cur) >= 4; i++) {
        if (xlsb_string(b) && i > 0) { /* caption, label of the total */
            opc_emit_text(b->x, SPAN_CELL, (lj_str){NULL, 0}, lj_buf_str(&b->text));
        }
    }
}

static void take_extern_tabs(xlsb *b)
{
    uint32_t count = lj_cur_u32le(&b->cur);
    for (uint32_t i = 0; i < count && lj_cur_left(&b->cur) >= 4; i++) {
        (void)xlsb_string(b);
        xlsb_emit_unseen(b, SPAN_SHEET_NAME, "external");
    }
}

static void take_extern_row(xlsb *b)
{
    b->x->base.place.row_no = lj_cur_u32le(&b->cur) + 1;
}

static void take_extern_string(xlsb *b)
{
    b->x->base.place.col_no = lj_cur_u32le(&b->cur) + 1;
    (void)xlsb_string(b);
    xlsb_emit_unseen(b, SPAN_CELL, NULL);
}

static void take_item(xlsb *b)
{
    if (xlsb_string(b)) {
        xlsb_emit_unseen(b, SPAN_CELL, NULL);
    }
}

const xlsb_row xlsb_part_rows[] = {
    {19,  take_string       },
    {20,  NULL              },
    {21,  NULL              },
    {22,  NULL              },
    {23,  NULL              },
    {24,  take_item         },
    {25,  NULL              },
    {26,  NULL              },
    {39,  take_name         },
    {40,  NULL              },
    {42,  NULL              },
    {63,  NULL              },
    {128, NULL              },
    {131, NULL              },
    {132, NULL              },
    {143, NULL              },
    {144, NULL              },
    {155, NULL              },
    {156, take_bundle       },
    {157, NULL              },
    {158, NULL              },
    {159, take_sst          },
    {160, NULL              },
    {343, take_list         },
    {344, NULL              },
    {345, NULL              },
    {346, NULL              },
    {347, take_list_column  },
    {348, NULL              },
    {359, take_extern_tabs  },
    {366, take_extern_row   },
    {367, NULL              },
    {368, NULL              },
    {369, NULL              },
    {370, NULL              },
    {371, take_extern_string},
    {528, NULL              },
    {529, NULL              },
    {548, take_sharing      },
    {628, NULL              },
    {629, NULL              },
    {630, NULL              },
    {631, NULL              },
    {632, take_author       },
    {633, NULL              },
    {634, NULL              },
    {635, take_comment      },
    {636, NULL              },
    {637, take_comment_text },
};
const uint32_t xlsb_part_row_count = LJ_COUNT_OF(xlsb_part_rows);

/* ---- styles ---- */

/* 2.5.14 BrtColor. */
static uint32_t take_colour(lj_cur *cur)
{
    enum { AUTOMATIC = 0, INDEXED = 1, RGB = 2, THEME = 3 };
    uint32_t kind = lj_cur_u8(cur) >> 1;
    uint32_t index = lj_cur_u8(cur);
    uint32_t tint = lj_cur_u16le(cur);
    uint32_t red = lj_cur_u8(cur);
    uint32_t green = lj_cur_u8(cur);
    uint32_t blue = lj_cur_u8(cur);
    lj_cur_skip(cur, 1);
    if (tint != 0) {
        return LOOK_PAINTED;
    }
    switch (kind) {
    case AUTOMATIC:
        return LOOK_NO_COLOUR;
    case INDEXED:
        return index == 64 ? LOOK_NO_COLOUR : index == 65 ? WHITE : red << 16 | green << 8 | blue;
    case RGB:
        return red << 16 | green << 8 | blue;
    case THEME: /* as in xlsx_style.c */
        return index == 0 ? WHITE : index == 1 ? 0 : LOOK_PAINTED;
    default:
        return LOOK_PAINTED;
    }
}

static void take_font(xlsb *b)
{
    lj_cur *cur = &b->cur;
    uint32_t height = lj_cur_u16le(cur);
    uint32_t flags = lj_cur_u16le(cur);
    uint32_t weight = lj_cur_u16le(cur);
    lj_cur_skip(cur, 6);
    uint32_t colour = take_colour(cur);
    lj_cur_skip(cur, 1);
    (void)xlsb_string(b);
    sheet_font *row = b->in_dxfs ? NULL : sheet_rows_add(&b->fonts, b->x->pkg->arena, sizeof(*row));
    if (row != NULL) {
        *row = (sheet_font){.fg = colour,
                            .size_pt100 = height * 5,
                            .hei = look_is_hei(lj_buf_str(&b->text)),
                            .bold = weight >= 600,
                            .italic = (flags & 2) != 0,
                            .struck = (flags & 8) != 0,
                            .has_size = height > 0,
                            .has_name = b->text.len > 0};
    }
}

static void take_fill(xlsb *b)
{
    uint32_t pattern = lj_cur_u32le(&b->cur);
    uint32_t colour = take_colour(&b->cur);
    lj_cur_skip(&b->cur, lj_cur_left(&b->cur)); /* the other colour, a gradient */
    uint32_t *row = b->in_dxfs ? NULL : sheet_rows_add(&b->fills, b->x->pkg->arena, sizeof(*row));
    if (row != NULL) {
        *row = pattern == 0 ? LOOK_NO_COLOUR : pattern == 1 ? colour : LOOK_PAINTED;
    }
}

static void take_format(xlsb *b)
{
    uint16_t id = lj_cur_u16le(&b->cur);
    (void)xlsb_string(b);
    lj_slice code = lj_buf_slice(&b->text);
    if (sheet_format_says_words(code)) {
        xlsb_emit_unseen(b, SPAN_FORMULA, "formatCode");
    }
    xlsb_format *row =
        b->in_dxfs ? NULL : sheet_rows_add(&b->formats, b->x->pkg->arena, sizeof(*row));
    if (row != NULL) {
        *row = (xlsb_format){id, lj_arena_copy(b->x->pkg->arena, code)};
    }
}

static lj_slice format_of(const xlsb *b, uint16_t id)
{
    const xlsb_format *rows = b->formats.ptr;
    for (uint32_t i = b->formats.count; i > 0; i--) {
        if (rows[i - 1].id == id) {
            return rows[i - 1].code;
        }
    }
    return (lj_slice){NULL, 0};
}

static void take_xf(xlsb *b)
{
    lj_cur *cur = &b->cur;
    lj_cur_skip(cur, 2);
    uint16_t format = lj_cur_u16le(cur);
    uint32_t font = lj_cur_u16le(cur);
    uint32_t fill = lj_cur_u16le(cur);
    lj_cur_skip(cur, 4);
    uint32_t align = lj_cur_u16le(cur) & 7;
    lj_cur_skip(cur, lj_cur_left(cur));
    sheet_xf *row = b->in_cell_xfs ? sheet_rows_add(&b->xfs, b->x->pkg->arena, sizeof(*row)) : NULL;
    if (row == NULL) {
        return;
    }
    *row = (sheet_xf){.font = {.fg = LOOK_NO_COLOUR}, .fill = LOOK_NO_COLOUR};
    if (font < b->fonts.count) {
        row->font = ((const sheet_font *)b->fonts.ptr)[font];
    }
    if (fill < b->fills.count) {
        row->fill = ((const uint32_t *)b->fills.ptr)[fill];
    }
    row->flags = align == 2 || align == 6 ? SPAN_CENTRED : align == 3 ? SPAN_RIGHT : 0;
    sheet_xf_set_format(row, format_of(b, format));
    xlsb_code(b, format_work(b->x->pkg->run, 1 + b->formats.count / 64));
}

static void take_style(xlsb *b)
{
    lj_cur_skip(&b->cur, 8);
    if (xlsb_string(b) && look_has_high_byte(lj_buf_str(&b->text))) {
        xlsb_emit_unseen(b, SPAN_STYLE, "name");
    }
}

static void cell_xfs(xlsb *b)
{
    enum { BEGIN = 617 };
    b->in_cell_xfs = b->id == BEGIN;
    lj_cur_skip(&b->cur, lj_cur_left(&b->cur));
}

static void dxfs(xlsb *b)
{
    enum { BEGIN = 505 };
    b->in_dxfs = b->id == BEGIN;
    lj_cur_skip(&b->cur, lj_cur_left(&b->cur));
}

void xlsb_styles_end(xlsb *b)
{
    if (b->x->keeps) {
        b->context->styles = (sheet_styles){b->xfs.ptr, b->xfs.count};
        b->context->fonts = b->fonts.ptr;
        b->context->font_count = b->fonts.count;
    }
}

const xlsb_row xlsb_style_rows[] = {
    {43,  take_font  },
    {44,  take_format},
    {45,  take_fill  },
    {46,  NULL       },
    {47,  take_xf    },
    {48,  take_style },
    {278, NULL       },
    {279, NULL       },
    {505, dxfs       },
    {506, dxfs       },
    {508, NULL       },
    {603, NULL       },
    {604, NULL       },
    {611, NULL       },
    {612, NULL       },
    {613, NULL       },
    {614, NULL       },
    {615, NULL       },
    {616, NULL       },
    {617, cell_xfs   },
    {618, cell_xfs   },
    {619, NULL       },
    {620, NULL       },
    {626, NULL       },
    {627, NULL       },
};
const uint32_t xlsb_style_row_count = LJ_COUNT_OF(xlsb_style_rows);
