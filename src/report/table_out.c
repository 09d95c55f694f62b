/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writing of tables: what both formats share, and CSV.
 *
 * Model of CSV. UTF-8 with a byte order mark, so that Excel takes it as such; CRLF; fields are
 * quoted when they hold separators, quotes, line ends or blanks at their ends. A text that Excel
 * would evaluate gets an apostrophe (table_guard.h), which table_in takes away again; numbers are
 * numbers, with their sign. */
#include "report/table_out.h"

#include "base/num.h"
#include "report/table_guard.h"
#include "report/table_in_priv.h"
#include "report/table_out_priv.h"

enum {
    CSV_MAX = 512 * 1024 * 1024, /* bytes of a file */
    COLUMNS_MAX = 256,
    SHEET_NAME_MAX = 31,
    VALUE_MAX = 256 * 1024, /* bytes of one value for the library: escapes make it longer */
};

size_t table_out_units(lj_str text)
{
    return table_units(text);
}

/* ---- CSV ---- */

static bool is_number(const table_value *value)
{
    double number = 0;
    return value->kind == TABLE_NUMBER && table_number_of(lj_str_bytes(value->text), &number);
}

static bool needs_quotes(lj_str text)
{
    if (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ')) {
        return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ',' || c == ';' || c == '\t' || c == '"' || c == '\r' || c == '\n') {
            return true;
        }
    }
    return false;
}

static void put_field(lj_buf *buf, const table_value *value)
{
    lj_str text = value->text;
    bool guard = !is_number(value) && table_guard_is_needed(text);
    bool quoted = needs_quotes(text);
    if (value->kind == TABLE_EMPTY) {
        return;
    }
    if (quoted) {
        lj_buf_put_u8(buf, '"');
    }
    if (guard) {
        lj_buf_put_u8(buf, '\'');
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c == '\0' || (c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n')) {
            continue; /* line ends inside are LF */
        }
        if (c == '"') {
            lj_buf_put_u8(buf, '"');
        }
        lj_buf_put_u8(buf, c);
    }
    if (quoted) {
        lj_buf_put_u8(buf, '"');
    }
}

static lj_code csv_row(table_out *out, const table_value *values, lj_err *err)
{
    for (uint32_t i = 0; i < out->options.column_count; i++) {
        if (i > 0) {
            lj_buf_put_u8(&out->text, ',');
        }
        put_field(&out->text, &values[i]);
    }
    lj_buf_put_cstr(&out->text, "\r\n");
    return lj_buf_ok(&out->text)
               ? LJ_OK
               : lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the table is too large for one file");
}

static lj_code csv_begin(table_out *out, lj_err *err)
{
    table_value titles[COLUMNS_MAX];
    for (uint32_t i = 0; i < out->options.column_count; i++) {
        titles[i] = (table_value){out->options.columns[i].title, TABLE_TEXT};
    }
    lj_buf_put_cstr(&out->text, "\xEF\xBB\xBF");
    return csv_row(out, titles, err);
}

/* ---- both ---- */

/* Excel refuses other names of sheets. */
static bool is_sheet_name(lj_str name)
{
    if (name.len == 0 || table_units(name) > SHEET_NAME_MAX || name.ptr[0] == '\'' ||
        name.ptr[name.len - 1] == '\'') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        if ((uint8_t)name.ptr[i] < 0x20 || strchr("[]:*?/\\", name.ptr[i]) != NULL) {
            return false;
        }
    }
    return true;
}

static bool is_valid(const table_out_options *options)
{
    if (options->column_count < 1 || options->column_count > COLUMNS_MAX ||
        options->blank_rows > TABLE_OUT_ROWS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < options->column_count; i++) {
        const table_column *column = &options->columns[i];
        if (column->title.len == 0 || table_units(column->title) > TABLE_OUT_UNITS_MAX ||
            column->choice_count > TABLE_OUT_ROWS_MAX || table_units(column->hint) > 255) {
            return false;
        }
    }
    return options->format == TABLE_CSV ||
           (is_sheet_name(options->sheet) && options->folder != NULL &&
            (options->help_sheet.len == 0 || (is_sheet_name(options->help_sheet) &&
                                              !lj_str_is(options->help_sheet, options->sheet))));
}

lj_code table_out_new(const table_out_options *options, lj_arena *arena, table_out **out,
                      lj_err *err)
{
    if (!is_valid(options)) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the table's columns or name are not valid");
    }
    table_out *made = lj_arena_alloc(arena, sizeof(*made));
    if (made == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a table");
    }
    made->options = *options;
    made->arena = arena;
    bool is_csv = options->format == TABLE_CSV;
    lj_buf_init(&made->text, /* arena= */ NULL, is_csv ? CSV_MAX : VALUE_MAX);
    lj_code code = is_csv ? csv_begin(made, err) : table_xlsx_begin(made, err);
    if (code != LJ_OK) {
        table_out_free(made);
        return code;
    }
    *out = made;
    return LJ_OK;
}

lj_code table_out_row(table_out *out, const table_value *values, lj_err *err)
{
    if (out->is_finished || out->row_count >= TABLE_OUT_ROWS_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the table has too many rows");
    }
    for (uint32_t i = 0; i < out->options.column_count; i++) {
        if (values[i].text.len > TABLE_OUT_UNITS_MAX &&
            table_units(values[i].text) > TABLE_OUT_UNITS_MAX) {
            return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "a cell has too many characters");
        }
    }
    out->row_count++;
    return out->options.format == TABLE_CSV ? csv_row(out, values, err)
                                            : table_xlsx_row(out, values, err);
}

lj_code table_out_finish(table_out *out, lj_buf *dst, lj_err *err)
{
    if (out->is_finished) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the table is finished already");
    }
    out->is_finished = true;
    if (out->options.format == TABLE_XLSX) {
        return table_xlsx_finish(out, dst, err);
    }
    lj_buf_put(dst, lj_buf_slice(&out->text));
    return lj_buf_ok(dst) ? LJ_OK : lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the table");
}

void table_out_free(table_out *out)
{
    if (out != NULL) {
        table_xlsx_free(out);
        lj_buf_done(&out->text);
    }
}
