/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Cells, rows, columns, formulas.
 *
 * Specification: [MS-XLS] 2.4.148 (Label), 2.4.149 (LabelSst), 2.4.180 (Number), 2.4.220 (RK),
 * 2.4.175 (MulRk), 2.4.127 (Formula), 2.4.268 (String), 2.4.221 (Row), 2.4.53 (ColInfo), 2.5.217
 * (RkNumber); the documentation of OpenOffice.org, 5.
 *
 * Model. As in Office Open XML: text as it is, numbers only where a format puts words around them
 * or all text is wanted, of formulas the cached text and the constants (X11). Hidden rows and
 * columns are reasons of the cell (B09).
 *
 * Traps. The text of a formula stands in a STRING record, behind shared formulas and arrays that
 * may come between. A row of height 0 is hidden, also without the flag.
 *
 * Limits. 65,536 rows, as row numbers have 16 bits. */
#include "base/num.h"
#include "formats/xls/xls.h"

/* ---- rows and columns ---- */

lj_code xls_take_row(xls *x)
{
    enum { ZERO_HEIGHT = 0x20, BIFF2_HEIGHT = 0x7FFF };
    lj_cur *cur = &x->b.cur;
    uint32_t row = lj_cur_u16le(cur);
    lj_cur_skip(cur, 4);
    uint32_t height = lj_cur_u16le(cur);
    bool hidden = (height & BIFF2_HEIGHT) == 0;
    if (x->b.version >= 3) {
        lj_cur_skip(cur, 4);
        hidden = hidden || (lj_cur_u16le(cur) & ZERO_HEIGHT) != 0;
        lj_cur_skip(cur, 2);
    } else {
        lj_cur_skip(cur, lj_cur_left(cur));
    }
    if (lj_cur_ok(cur)) {
        x->listed_rows[row / 8] |= (uint8_t)(1U << row % 8);
        x->hidden_rows[row / 8] |= (uint8_t)((hidden ? 1U : 0U) << row % 8);
        x->has_hidden_rows = true;
    }
    return LJ_OK;
}

/* What holds for rows that have no record of their own. */
lj_code xls_take_default_row(xls *x)
{
    enum { ZERO_HEIGHT = 2 };
    x->hides_other_rows = (lj_cur_u16le(&x->b.cur) & ZERO_HEIGHT) != 0;
    x->has_hidden_rows = x->has_hidden_rows || x->hides_other_rows;
    lj_cur_skip(&x->b.cur, lj_min_size(2, lj_cur_left(&x->b.cur)));
    return LJ_OK;
}

static bool row_is_hidden(const xls *x, uint32_t row)
{
    if (!x->has_hidden_rows || row >= XLS_ROWS) {
        return false;
    }
    uint32_t bit = row % 8;
    bool listed = (x->listed_rows[row / 8] >> bit & 1) != 0;
    return (x->hidden_rows[row / 8] >> bit & 1) != 0 || (x->hides_other_rows && !listed);
}

lj_code xls_take_colinfo(xls *x)
{
    enum { HIDDEN = 1 };
    lj_cur *cur = &x->b.cur;
    uint32_t from = lj_cur_u16le(cur);
    uint32_t to = lj_cur_u16le(cur);
    uint32_t width = lj_cur_u16le(cur);
    lj_cur_skip(cur, 2);
    bool hidden = (lj_cur_u16le(cur) & HIDDEN) != 0 || width == 0;
    if (hidden && lj_cur_ok(cur)) {
        sheet_hidden_cols_add(&x->hidden_cols, from + 1, to + 1);
    }
    lj_cur_skip(cur, lj_min_size(2, lj_cur_left(cur)));
    return LJ_OK;
}

lj_code xls_take_colwidth(xls *x)
{
    lj_cur *cur = &x->b.cur;
    uint32_t from = lj_cur_u8(cur);
    uint32_t to = lj_cur_u8(cur);
    if (lj_cur_u16le(cur) == 0 && lj_cur_ok(cur)) {
        sheet_hidden_cols_add(&x->hidden_cols, from + 1, to + 1);
    }
    return LJ_OK;
}

/* ---- cells ---- */

/* Charts repeat the values that they show. */
static bool in_chart(const xls *x)
{
    return x->depth > 0 && x->subs[x->depth - 1].kind == XLS_CHART;
}

/* Sets where the writer stands; row and col from 0. */
static const sheet_xf *place_cell(xls *x, uint32_t row, uint32_t col, uint32_t xf)
{
    if (!x->styles_ready) {
        xls_styles_make(x);
    }
    span *base = &x->writer.base;
    bool hidden = row_is_hidden(x, row) || sheet_col_is_hidden(&x->hidden_cols, col + 1);
    *base = xls_span(x, SPAN_CELL, hidden ? SPAN_HIDE(SPAN_HIDDEN_CELL) : 0);
    if (!in_chart(x)) {
        base->place.row_no = row + 1;
        base->place.col_no = col + 1;
    }
    return sheet_xf_of(&x->writer, xf);
}

/* The head of a cell record: row, column, format. */
static const sheet_xf *take_head(xls *x)
{
    enum { BIFF2_XF = 0x3F };
    lj_cur *cur = &x->b.cur;
    uint32_t row = lj_cur_u16le(cur);
    uint32_t col = lj_cur_u16le(cur);
    uint32_t xf = 0;
    if (x->b.version >= 3) {
        xf = lj_cur_u16le(cur);
    } else {
        xf = lj_cur_u8(cur) & BIFF2_XF;
        lj_cur_skip(cur, 2);
    }
    x->string_row = row;
    x->string_col = col;
    x->string_xf = xf;
    x->awaits_string = false;
    return place_cell(x, row, col, xf);
}

lj_code xls_take_label(xls *x)
{
    enum { RSTRING = 0xD6 };
    biff *b = &x->b;
    const sheet_xf *xf = take_head(x);
    if (!lj_cur_ok(&b->cur)) {
        return LJ_OK;
    }
    bool whole = biff_string(b, b->version == 2 ? 1 : 2, &x->text);
    x->is_damaged = x->is_damaged || !whole;
    if (b->id == RSTRING && lj_cur_left(&b->cur) > 0) {
        uint32_t runs = b->version == 8 ? lj_cur_u16le(&b->cur) : lj_cur_u8(&b->cur);
        xls_take_runs(x, runs, b->version == 8 ? 4 : 2);
        return sheet_write_text(&x->writer, xf, lj_buf_str(&x->block.text), x->block.looks,
                                x->block.look_count);
    }
    return sheet_write_text(&x->writer, xf, lj_buf_str(&x->text), NULL, 0);
}

lj_code xls_take_labelsst(xls *x)
{
    const sheet_xf *xf = take_head(x);
    uint32_t idx = lj_cur_u32le(&x->b.cur);
    return lj_cur_ok(&x->b.cur) ? sheet_write_shared(&x->writer, xf, idx) : LJ_OK;
}

static lj_code write_number(xls *x, const sheet_xf *xf, double value)
{
    enum { WHOLE_MAX = 10000000 };
    if (in_chart(x)) {
        return LJ_OK; /* the points of a curve, which stand in cells too */
    }
    bool whole = value >= 0 && value < WHOLE_MAX && value == (double)(uint32_t)value;
    if (!sheet_wants_number(&x->writer, xf, whole)) {
        return LJ_OK;
    }
    lj_buf_clear(&x->text);
    sheet_put_number(&x->text, value);
    return sheet_write_number(&x->writer, xf, lj_buf_str(&x->text));
}

lj_code xls_take_number(xls *x)
{
    const sheet_xf *xf = take_head(x);
    uint64_t bits = lj_cur_u64le(&x->b.cur);
    return lj_cur_ok(&x->b.cur) ? write_number(x, xf, sheet_real(bits)) : LJ_OK;
}

lj_code xls_take_integer(xls *x)
{
    const sheet_xf *xf = take_head(x);
    uint32_t value = lj_cur_u16le(&x->b.cur);
    return lj_cur_ok(&x->b.cur) ? write_number(x, xf, value) : LJ_OK;
}

lj_code xls_take_rk(xls *x)
{
    const sheet_xf *xf = take_head(x);
    uint32_t rk = lj_cur_u32le(&x->b.cur);
    return lj_cur_ok(&x->b.cur) ? write_number(x, xf, sheet_rk(rk)) : LJ_OK;
}

lj_code xls_take_mulrk(xls *x)
{
    enum { CELL_LEN = 6 };
    lj_cur *cur = &x->b.cur;
    uint32_t row = lj_cur_u16le(cur);
    uint32_t col = lj_cur_u16le(cur);
    x->awaits_string = false;
    lj_code code = LJ_OK;
    for (; lj_cur_left(cur) >= CELL_LEN && code == LJ_OK; col++) {
        uint32_t xf = lj_cur_u16le(cur);
        uint32_t rk = lj_cur_u32le(cur);
        code = write_number(x, place_cell(x, row, col, xf), sheet_rk(rk));
    }
    lj_cur_skip(cur, lj_cur_left(cur)); /* the last column */
    return code;
}

/* ---- formulas ---- */

lj_code xls_emit_constants(xls *x, uint32_t len, span_role role, const char *label)
{
    lj_cur *cur = &x->b.cur;
    lj_slice tokens = lj_cur_bytes(cur, lj_min_size(len, lj_cur_left(cur)));
    lj_buf_clear(&x->text);
    const sheet_dialect dialect = {x->b.version, x->b.charset};
    sheet_fold_tokens(&dialect, tokens, &x->text);
    for (size_t i = 0; i < x->text.len; i++) { /* choices of a list */
        x->text.ptr[i] = x->text.ptr[i] == 0 ? '\n' : x->text.ptr[i];
    }
    lj_str text = lj_buf_str(&x->text);
    if (!look_is_wordy(text)) {
        return LJ_OK;
    }
    span what = xls_span(x, role, SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED));
    what.label = label != NULL ? lj_cstr_str(label) : (lj_str){NULL, 0};
    what.text = text;
    what.origin = SPAN_DECODED;
    what.place = x->writer.base.place.part_id != 0 && role == SPAN_FORMULA && label == NULL
                     ? x->writer.base.place
                     : what.place;
    return format_emit(x->run, &what);
}

lj_code xls_take_formula(xls *x)
{
    biff *b = &x->b;
    lj_cur *cur = &b->cur;
    const sheet_xf *xf = take_head(x);
    uint64_t bits = lj_cur_u64le(cur);
    lj_cur_skip(cur, b->version == 2 ? 1 : 2);
    if (b->version >= 5) {
        lj_cur_skip(cur, 4);
    }
    uint32_t len = b->version == 2 ? lj_cur_u8(cur) : lj_cur_u16le(cur);
    if (!lj_cur_ok(cur)) {
        return LJ_OK;
    }
    bool is_number = bits >> 48 != 0xFFFF;
    x->awaits_string = !is_number && (bits & 0xFF) == 0;
    lj_code code = is_number ? write_number(x, xf, sheet_real(bits)) : LJ_OK;
    return code == LJ_OK ? xls_emit_constants(x, len, SPAN_FORMULA, NULL) : code;
}

lj_code xls_take_string(xls *x)
{
    biff *b = &x->b;
    (void)biff_string(b, b->version == 2 ? 1 : 2, &x->text);
    bool awaits = x->awaits_string;
    const sheet_xf *xf = place_cell(x, x->string_row, x->string_col, x->string_xf);
    x->awaits_string = false;
    if (!awaits) { /* no formula asks for it: nobody sees it */
        x->writer.base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE);
        x->writer.base.place.row_no = x->writer.base.place.col_no = 0;
    }
    return sheet_write_text(&x->writer, xf, lj_buf_str(&x->text), NULL, 0);
}

/* Shared formulas and arrays: they stand between a formula and its text. */
lj_code xls_take_shared_formula(xls *x)
{
    enum { SHRFMLA = 0x4BC, SHRFMLA_OLD = 0xBC };
    lj_cur *cur = &x->b.cur;
    bool shared = x->b.id == SHRFMLA || x->b.id == SHRFMLA_OLD;
    lj_cur_skip(cur, shared ? 8 : x->b.version >= 5 ? 12 : x->b.version >= 3 ? 8 : 7);
    uint32_t len = x->b.version == 2 ? lj_cur_u8(cur) : lj_cur_u16le(cur);
    return lj_cur_ok(cur) ? xls_emit_constants(x, len, SPAN_FORMULA, NULL) : LJ_OK;
}
