/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Cells as spans: see sheet.h. A run without a font of its own has the cell's; all runs stand on
 * the cell's fill. */
#include "formats/sheet/sheet.h"

#include "base/num.h"

enum {
    MADE_MAX = 2 * 1024 * 1024, /* bytes of a value in its format */
    NUMBER_ROWS = 64,
    NUMBER_DIGITS = 7, /* of a copy number: GB/T 9704 7.2.1 has six */
};

void sheet_writer_init(sheet_writer *writer, format_run *run, uint16_t *alt_count)
{
    *writer = (sheet_writer){.run = run, .alt_count = alt_count};
    span_block_init(&writer->block, format_arena(run));
    lj_buf_init(&writer->made, format_arena(run), MADE_MAX);
}

const sheet_xf *sheet_xf_of(const sheet_writer *writer, int64_t idx)
{
    const sheet_styles *styles = writer->styles;
    return styles != NULL && idx >= 0 && idx < (int64_t)styles->xf_count ? &styles->xfs[idx] : NULL;
}

/* The look of one run of the cell: the run's own font, else the cell's, on the cell's fill. */
static span_look run_look(const sheet_xf *xf, const span_look *rich)
{
    static const sheet_font plain = {.fg = LOOK_NO_COLOUR};
    const sheet_font *base = xf != NULL ? &xf->font : &plain;
    uint32_t fill = xf != NULL ? xf->fill : LOOK_NO_COLOUR;
    uint16_t flags = xf != NULL ? xf->flags : 0;
    if (rich == NULL || rich->known == 0) {
        return sheet_look(base, fill, flags);
    }
    sheet_font font = {.fg = (rich->known & SPAN_KNOWS_FG) != 0 ? rich->fg : LOOK_NO_COLOUR,
                       .size_pt100 = rich->size_pt100,
                       .has_size = (rich->known & SPAN_KNOWS_SIZE) != 0,
                       .has_name = (rich->known & SPAN_KNOWS_FONT) != 0};
    return sheet_look(&font, fill, (uint16_t)(flags | rich->flags));
}

static lj_code write_one(sheet_writer *writer, const sheet_xf *xf, lj_str text, bool is_number,
                         const span_look *looks, uint32_t look_count)
{
    span_block *block = &writer->block;
    span_block_clear(block);
    span_look plain = run_look(xf, NULL);
    size_t at = 0;
    for (uint32_t i = 0; i < look_count && at < text.len; i++) {
        size_t from = lj_min_size(looks[i].from, text.len);
        size_t to = lj_min_size(from + looks[i].len, text.len);
        if (from > at) {
            span_block_add(block, (lj_str){text.ptr + at, from - at}, &plain);
        }
        span_look own = run_look(xf, &looks[i]);
        span_block_add(block, (lj_str){text.ptr + from, to - from}, &own);
        at = to;
    }
    if (at < text.len) {
        span_block_add(block, (lj_str){text.ptr + at, text.len - at}, &plain);
    }
    span what = writer->base;
    bool hides = xf != NULL && (is_number ? xf->hides_numbers : xf->hides_text);
    what.hidden_by |= hides ? SPAN_HIDE(SPAN_HIDDEN_CELL) : 0;
    return span_block_emit(writer->run, block, &what, writer->alt_count);
}

/* A value in a format with words of its own: as it is shown (X07). *out_done: it was. */
static lj_code write_rendered(sheet_writer *writer, const sheet_xf *xf, lj_str value,
                              bool is_number, bool *out_done)
{
    *out_done = false;
    if (xf == NULL || !xf->says_words || value.len == 0) {
        return LJ_OK;
    }
    lj_buf_clear(&writer->made);
    sheet_format_render(xf->format, value, is_number, &writer->made);
    if (!lj_buf_ok(&writer->made) || lj_str_is(lj_buf_str(&writer->made), value)) {
        return LJ_OK;
    }
    *out_done = true;
    return write_one(writer, xf, lj_buf_str(&writer->made), is_number, NULL, 0);
}

lj_code sheet_write_text(sheet_writer *writer, const sheet_xf *xf, lj_str text,
                         const span_look *looks, uint32_t look_count)
{
    bool done = false;
    lj_code code = write_rendered(writer, xf, text, /* is_number= */ false, &done);
    return code == LJ_OK ? write_one(writer, xf, text, false, looks, look_count) : code;
}

/* A copy number, or the digits of a mark that stands in several cells. */
static bool may_belong(const sheet_writer *writer, lj_str value)
{
    bool digits = value.len > 0 && value.len <= NUMBER_DIGITS;
    for (size_t i = 0; i < value.len && digits; i++) {
        digits = value.ptr[i] >= '0' && value.ptr[i] <= '9';
    }
    return digits && writer->base.place.row_no <= NUMBER_ROWS;
}

bool sheet_wants_number(const sheet_writer *writer, const sheet_xf *xf, bool is_whole)
{
    return (xf != NULL && xf->says_words) || format_wants_all(writer->run) ||
           (is_whole && writer->base.place.row_no <= NUMBER_ROWS);
}

lj_code sheet_write_number(sheet_writer *writer, const sheet_xf *xf, lj_str text)
{
    bool done = false;
    lj_code code = write_rendered(writer, xf, text, /* is_number= */ true, &done);
    if (code != LJ_OK || done || !(format_wants_all(writer->run) || may_belong(writer, text))) {
        return code;
    }
    return write_one(writer, xf, text, /* is_number= */ true, NULL, 0);
}

lj_code sheet_write_shared(sheet_writer *writer, const sheet_xf *xf, int64_t idx)
{
    sheet_strings *strings = writer->strings;
    if (strings == NULL || idx < 0 || idx >= (int64_t)strings->count) {
        return LJ_OK;
    }
    sheet_string *row = &strings->rows[idx];
    row->is_used = true;
    return sheet_write_text(writer, xf, sheet_string_text(strings, row),
                            row->look_count > 0 ? strings->looks + row->look_from : NULL,
                            row->look_count);
}

void sheet_hidden_cols_add(sheet_hidden_cols *cols, uint32_t from, uint32_t to)
{
    if (cols->count < SHEET_HIDDEN_COLS_MAX) {
        cols->rows[cols->count].from = from;
        cols->rows[cols->count].to = to;
        cols->count++;
    }
}

bool sheet_col_is_hidden(const sheet_hidden_cols *cols, uint32_t col)
{
    for (uint32_t i = 0; i < cols->count; i++) {
        if (col >= cols->rows[i].from && col <= cols->rows[i].to) {
            return true;
        }
    }
    return false;
}
