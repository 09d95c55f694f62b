/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sheets of xlsb: cells, rows, columns, headers, links, validations.
 *
 * Specification: [MS-XLSB] 2.4.671 (BrtRowHdr), 2.5.9 (Cell), 2.4.306 to 2.4.331 (cells), 2.4.677
 * (BrtSSTItem), 2.4.316 (BrtColInfo), 2.4.92 (BrtBeginHeaderFooter), 2.4.656 (BrtHLink), 2.4.351
 * (BrtDVal), 2.4.23 (BrtBeginCFRule).
 *
 * Model. As xlsx_sheet.c. Short cells say no column: the one behind the cell before. */
#include "base/num.h"
#include "formats/ooxml/xlsb.h"

enum {
    CELL_RK = 2,
    CELL_REAL = 5,
    CELL_ST = 6,
    CELL_ISST = 7,
    FMLA_STRING = 8,
    FMLA_NUM = 9,
    SHORT_FIRST = 12,
    SHORT_RK = 13,
    SHORT_REAL = 16,
    SHORT_ST = 17,
    SHORT_ISST = 18,
};

void xlsb_sheet_begin(xlsb *b)
{
    sheet_writer_init(&b->writer, b->x->pkg->run, &b->x->pkg->alt_count);
    b->writer.styles = &b->context->styles;
    b->writer.strings = &b->context->strings;
}

static void take_row(xlsb *b)
{
    enum { ZERO_HEIGHT = 0x10 };
    b->row_no = lj_cur_u32le(&b->cur) + 1;
    b->col_no = 0;
    lj_cur_skip(&b->cur, 4);
    uint32_t height = lj_cur_u16le(&b->cur);
    lj_cur_skip(&b->cur, 1);
    b->row_hidden = (lj_cur_u8(&b->cur) & ZERO_HEIGHT) != 0 || height == 0;
    lj_cur_skip(&b->cur, lj_cur_left(&b->cur));
}

/* The head of a cell; sets where the writer stands. */
static const sheet_xf *take_head(xlsb *b)
{
    bool is_short = b->id >= SHORT_FIRST && b->id <= SHORT_ISST;
    b->col_no = is_short ? b->col_no + 1 : lj_cur_u32le(&b->cur) + 1;
    uint32_t style = lj_cur_u32le(&b->cur) & 0xFFFFFF;
    opc_xml *x = b->x;
    b->writer.base = opc_span(x, SPAN_CELL);
    span_place *place = &b->writer.base.place;
    place->part_id = opc_part_id(x->pkg, x->part);
    place->row_no = b->row_no;
    place->col_no = b->col_no;
    if (b->row_hidden || sheet_col_is_hidden(&b->hidden_cols, b->col_no)) {
        b->writer.base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_CELL);
    }
    return sheet_xf_of(&b->writer, style);
}

static void write_number(xlsb *b, const sheet_xf *xf, double value)
{
    enum { WHOLE_MAX = 10000000 };
    bool whole = value >= 0 && value < WHOLE_MAX && value == (double)(uint32_t)value;
    if (sheet_wants_number(&b->writer, xf, whole)) {
        lj_buf_clear(&b->text);
        sheet_put_number(&b->text, value);
        xlsb_code(b, sheet_write_number(&b->writer, xf, lj_buf_str(&b->text)));
    }
}

/* Behind the value of a formula: flags, then its tokens. */
static void take_formula(xlsb *b)
{
    span before = b->x->base;
    lj_cur_skip(&b->cur, 2);
    b->x->base.place.row_no = b->row_no;
    b->x->base.place.col_no = b->col_no;
    xlsb_emit_constants(b, SPAN_FORMULA, NULL);
    b->x->base = before;
}

static void take_cell(xlsb *b)
{
    const sheet_xf *xf = take_head(b);
    lj_cur *cur = &b->cur;
    switch (b->id) {
    case CELL_RK:
    case SHORT_RK:
        write_number(b, xf, sheet_rk(lj_cur_u32le(cur)));
        break;
    case CELL_REAL:
    case SHORT_REAL:
    case FMLA_NUM:
        write_number(b, xf, sheet_real(lj_cur_u64le(cur)));
        break;
    case CELL_ST:
    case SHORT_ST:
    case FMLA_STRING:
        (void)xlsb_string(b);
        xlsb_code(b, sheet_write_text(&b->writer, xf, lj_buf_str(&b->text), NULL, 0));
        break;
    case CELL_ISST:
    case SHORT_ISST:
        xlsb_code(b, sheet_write_shared(&b->writer, xf, lj_cur_u32le(cur)));
        break;
    default: /* blank, truth value, error */
        lj_cur_skip(cur, lj_min_size(1, lj_cur_left(cur)));
        break;
    }
    if (b->id >= FMLA_STRING && b->id < SHORT_FIRST && lj_cur_ok(cur)) {
        take_formula(b);
    }
}

static void take_rich_cell(xlsb *b)
{
    const sheet_xf *xf = take_head(b);
    xlsb_rich(b);
    xlsb_code(b, sheet_write_text(&b->writer, xf, lj_buf_str(&b->block.text), b->block.looks,
                                  b->block.look_count));
}

static void take_col(xlsb *b)
{
    enum { HIDDEN = 1 };
    uint32_t from = lj_cur_u32le(&b->cur);
    uint32_t to = lj_cur_u32le(&b->cur);
    uint32_t width = lj_cur_u32le(&b->cur);
    lj_cur_skip(&b->cur, 4);
    bool hidden = (lj_cur_u16le(&b->cur) & HIDDEN) != 0 || width == 0;
    if (hidden && lj_cur_ok(&b->cur) && from <= to && to < INT32_MAX) {
        sheet_hidden_cols_add(&b->hidden_cols, from + 1, to + 1);
    }
}

/* ---- around the cells ---- */

static void take_header(xlsb *b)
{
    lj_cur_skip(&b->cur, 2);
    for (int i = 0; i < 6 && lj_cur_left(&b->cur) >= 4; i++) {
        if (xlsb_string(b)) {
            xlsx_emit_header(b->x, i % 2 == 0 ? SPAN_HEADER : SPAN_FOOTER, lj_buf_str(&b->text));
        }
    }
}

static void take_link(xlsb *b)
{
    static const struct {
        span_role role;
        const char *label; /* NULL: of the package, not for people */
    } parts[] = {
        {SPAN_LINK, NULL      },
        {SPAN_LINK, "location"},
        {SPAN_ALT,  "tooltip" },
        {SPAN_LINK, "display" }
    };
    lj_cur_skip(&b->cur, 16);
    for (size_t i = 0; i < LJ_COUNT_OF(parts) && lj_cur_left(&b->cur) >= 4; i++) {
        if (xlsb_string(b) && parts[i].label != NULL) {
            xlsb_emit_unseen(b, parts[i].role, parts[i].label);
        }
    }
}

static void take_validation(xlsb *b)
{
    static const char *const labels[] = {"errorTitle", "error", "promptTitle", "prompt"};
    lj_cur_skip(&b->cur, 4);
    size_t ranges = lj_cur_u32le(&b->cur);
    if (ranges > lj_cur_left(&b->cur) / 16) {
        return;
    }
    lj_cur_skip(&b->cur, ranges * 16);
    for (size_t i = 0; i < LJ_COUNT_OF(labels) && lj_cur_left(&b->cur) >= 4; i++) {
        if (xlsb_string(b)) {
            xlsb_emit_unseen(b, SPAN_FORM, labels[i]);
        }
    }
    for (int i = 0; i < 2 && lj_cur_left(&b->cur) >= 4; i++) {
        xlsb_emit_constants(b, SPAN_FORM, "formula");
    }
}

static void take_condition(xlsb *b)
{
    lj_cur_skip(&b->cur, 7 * 4 + 2 + 3 * 4);
    if (xlsb_string(b)) {
        xlsb_emit_unseen(b, SPAN_FORM, "text");
    }
    for (int i = 0; i < 3 && lj_cur_left(&b->cur) >= 4; i++) {
        xlsb_emit_constants(b, SPAN_FORM, "formula");
    }
}

const xlsb_row xlsb_sheet_rows[] = {
    {0,   take_row       },
    {1,   take_cell      },
    {2,   take_cell      },
    {3,   take_cell      },
    {4,   take_cell      },
    {5,   take_cell      },
    {6,   take_cell      },
    {7,   take_cell      },
    {8,   take_cell      },
    {9,   take_cell      },
    {10,  take_cell      },
    {11,  take_cell      },
    {12,  take_cell      },
    {13,  take_cell      },
    {14,  take_cell      },
    {15,  take_cell      },
    {16,  take_cell      },
    {17,  take_cell      },
    {18,  take_cell      },
    {60,  take_col       },
    {62,  take_rich_cell },
    {64,  take_validation},
    {129, NULL           },
    {130, NULL           },
    {133, NULL           },
    {134, NULL           },
    {137, NULL           },
    {138, NULL           },
    {145, NULL           },
    {146, NULL           },
    {148, NULL           },
    {151, NULL           },
    {152, NULL           },
    {176, NULL           },
    {177, NULL           },
    {178, NULL           },
    {390, NULL           },
    {391, NULL           },
    {463, take_condition },
    {476, NULL           },
    {477, NULL           },
    {478, NULL           },
    {479, take_header    },
    {485, NULL           },
    {494, take_link      },
};
const uint32_t xlsb_sheet_row_count = LJ_COUNT_OF(xlsb_sheet_rows);
