/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writing of workbooks through libxlsxwriter.
 *
 * Model. Constant memory: the library writes each row to a temporary file when the next begins, so
 * rows must come in order. The header is bold on grey and stays in sight; each column has its width
 * and number format for what is typed in below; drop-downs reach over the rows that are there and
 * `blank_rows` more. A list of choices that does not fit into a formula (255 units, commas) goes to
 * a hidden sheet.
 *
 * Traps. Text columns have the format "@", or Excel would turn an 18-digit number into a rounded
 * one and "=..." into a formula as soon as somebody edits the cell. The library writes numbers with
 * 16 digits: what that changes is written as text. It reads the clock for the creation date unless
 * one is given, and not at all for the members of the package: the same rows give the same bytes.
 * It writes to a name, so a file is made first, for us alone, and read back.
 *
 * Not done. Times without a date and formulas: they are written as text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

#include "base/num.h"
#include "base/os.h"
#include "report/table_in_priv.h"
#include "report/table_out_priv.h"

enum {
    LIST_UNITS_MAX = 255, /* of a list inside a formula, commas counted */
    WIDTH_LEAST = 8,
    WIDTH_MOST = 60,
    HELP_NAME_WIDTH = 24,
    HELP_TEXT_WIDTH = 90,
    FILE_MAX = 1024 * 1024 * 1024,
    FOLDER_MAX = 4096,
};

typedef enum look {
    LOOK_HEADER,
    LOOK_TEXT,
    LOOK_DATE,
    LOOK_CLOCK, /* a date with a time of day */
    LOOK_PLAIN,
} look;
enum { LOOK_COUNT = LOOK_PLAIN + 1 };

struct table_xlsx {
    lxw_workbook *book; /* NULL when closed */
    lxw_worksheet *sheet, *lists;
    lxw_format *looks[LOOK_COUNT];
    char *path;  /* of the temporary file */
    bool exists; /* it is there */
    char lists_name[32];
};

/* ---- texts for the library ---- */

/* "_xHHHH_" would be read as an escape: its first letter is escaped itself (22.9.2.19). */
static bool is_escape(lj_str text, size_t at)
{
    if (text.len - at < 7 || text.ptr[at + 1] != 'x' || text.ptr[at + 6] != '_') {
        return false;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
            return false;
        }
    }
    return true;
}

/* U+FFFE and U+FFFF may not stand in XML. */
static bool is_no_character(lj_str text, size_t at)
{
    return text.len - at >= 3 && memcmp(text.ptr + at, "\xEF\xBF", 2) == 0 &&
           (uint8_t)text.ptr[at + 2] >= 0xBE;
}

/* The text as a C string, borrowed until the next call; NULL without memory. */
static const char *cstr_of(table_out *out, lj_str text)
{
    lj_buf *buf = &out->text;
    lj_buf_clear(buf);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c == '\0' || (c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n')) {
            continue;
        }
        if (c == 0xEF && is_no_character(text, i)) {
            lj_buf_put_utf8(buf, 0xFFFD);
            i += 2;
        } else if (c == '\r') {
            lj_buf_put_cstr(buf, "_x000D_");
        } else if (c == '_' && is_escape(text, i)) {
            lj_buf_put_cstr(buf, "_x005F_");
        } else {
            lj_buf_put_u8(buf, c);
        }
    }
    lj_buf_put_u8(buf, 0);
    return lj_buf_ok(buf) ? (const char *)buf->ptr : NULL;
}

/* A copy that lives as long as the table. */
static char *keep_cstr(table_out *out, lj_str text)
{
    const char *cstr = cstr_of(out, text);
    return cstr != NULL ? lj_arena_cstr(out->arena, lj_cstr_bytes(cstr)) : NULL;
}

static lj_code fail(lxw_error error, lj_err *err)
{
    switch (error) {
    case LXW_NO_ERROR:
        return LJ_OK;
    case LXW_ERROR_MEMORY_MALLOC_FAILED:
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a workbook");
    case LXW_ERROR_CREATING_XLSX_FILE:
    case LXW_ERROR_CREATING_TMPFILE:
    case LXW_ERROR_READING_TMPFILE:
    case LXW_ERROR_ZIP_FILE_OPERATION:
    case LXW_ERROR_ZIP_INTERNAL_ERROR:
    case LXW_ERROR_ZIP_FILE_ADD:
    case LXW_ERROR_ZIP_CLOSE:
        return lj_fail(err, LJ_E_IO, UINT64_MAX, "writing the workbook failed");
    default:
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the workbook library refused a value");
    }
}

static lj_code no_memory(lj_err *err)
{
    return fail(LXW_ERROR_MEMORY_MALLOC_FAILED, err);
}

/* ---- cells ---- */

static look look_of_column(table_kind kind)
{
    return kind == TABLE_NUMBER || kind == TABLE_BOOL ? LOOK_PLAIN
           : kind == TABLE_DATE                       ? LOOK_DATE
                                                      : LOOK_TEXT;
}

/* True when the library's 16 digits keep the number, and the text is the canonical one. */
static bool keeps_number(table_out *out, lj_str text, double *out_value)
{
    char digits[40];
    bool is_long = false;
    lj_buf_clear(&out->text);
    if (!table_number_of(lj_str_bytes(text), out_value) ||
        !table_number_put(lj_str_bytes(text), &out->text, &is_long) || is_long ||
        !lj_slice_is(lj_buf_slice(&out->text), lj_str_bytes(text))) {
        return false;
    }
    (void)snprintf(digits, sizeof(digits), "%.16G", *out_value);
    return strtod(digits, NULL) == *out_value;
}

static lxw_error put_cell(table_out *out, lxw_row_t row, lxw_col_t column, const table_value *value)
{
    struct table_xlsx *x = out->xlsx;
    double number = 0;
    if (value->kind == TABLE_EMPTY || value->text.len == 0) {
        return LXW_NO_ERROR;
    }
    if (value->kind == TABLE_NUMBER && keeps_number(out, value->text, &number)) {
        return worksheet_write_number(x->sheet, row, column, number, x->looks[LOOK_PLAIN]);
    }
    if (value->kind == TABLE_DATE && table_date_serial(value->text, &number)) {
        look which = value->text.len > 10 ? LOOK_CLOCK : LOOK_DATE;
        return worksheet_write_number(x->sheet, row, column, number, x->looks[which]);
    }
    if (value->kind == TABLE_BOOL) {
        int truth = lj_str_is(value->text, LJ_STR("TRUE"));
        return worksheet_write_boolean(x->sheet, row, column, truth, x->looks[LOOK_PLAIN]);
    }
    const char *text = cstr_of(out, value->text);
    if (text == NULL) {
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    }
    return worksheet_write_string(x->sheet, row, column, text, x->looks[LOOK_TEXT]);
}

lj_code table_xlsx_row(table_out *out, const table_value *values, lj_err *err)
{
    lxw_error error = LXW_NO_ERROR;
    for (uint32_t i = 0; i < out->options.column_count && error == LXW_NO_ERROR; i++) {
        error = put_cell(out, out->row_count, (lxw_col_t)i, &values[i]);
    }
    return fail(error, err);
}

/* ---- the beginning ---- */

/* The file that the library will write to: ours alone. */
static lj_code make_file(table_out *out, lj_err *err)
{
    struct table_xlsx *x = out->xlsx;
    char *path = lj_arena_alloc(out->arena, FOLDER_MAX);
    int fd = -1;
    if (path == NULL) {
        return no_memory(err);
    }
    int len = snprintf(path, FOLDER_MAX, "%s/table-%016" PRIx64 ".tmp", out->options.folder,
                       lj_os_random_u64());
    if (len < 0 || len >= FOLDER_MAX) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the name of the folder is too long");
    }
    lj_code code = lj_os_create_file(LJ_OS_CWD, path, LJ_OS_FRESH, &fd, err);
    lj_os_close(fd);
    x->path = path;
    x->exists = code == LJ_OK;
    return code;
}

static bool make_looks(struct table_xlsx *x)
{
    for (size_t i = 0; i < LOOK_COUNT; i++) {
        x->looks[i] = workbook_add_format(x->book);
        if (x->looks[i] == NULL) {
            return false;
        }
    }
    format_set_bold(x->looks[LOOK_HEADER]);
    format_set_bg_color(x->looks[LOOK_HEADER], 0xE7E6E6);
    format_set_bottom(x->looks[LOOK_HEADER], LXW_BORDER_THIN);
    format_set_num_format_index(x->looks[LOOK_TEXT], 49); /* "@" */
    format_set_num_format(x->looks[LOOK_DATE], "yyyy-mm-dd");
    format_set_num_format(x->looks[LOOK_CLOCK], "yyyy-mm-dd hh:mm:ss");
    return true;
}

/* Han letters are two wide. */
static uint32_t width_of(const table_column *column)
{
    uint32_t width = column->width;
    if (width == 0) {
        width = 2;
        for (size_t i = 0; i < column->title.len; i++) {
            uint8_t c = (uint8_t)column->title.ptr[i];
            width += (c & 0xC0U) == 0x80 ? 0 : c < 0x80 ? 1 : 2;
        }
        width = width < WIDTH_LEAST ? WIDTH_LEAST : width;
    }
    return width < WIDTH_MOST ? width : WIDTH_MOST;
}

static lj_code begin_columns(table_out *out, lj_err *err)
{
    struct table_xlsx *x = out->xlsx;
    lxw_error error = LXW_NO_ERROR;
    for (uint32_t i = 0; i < out->options.column_count && error == LXW_NO_ERROR; i++) {
        const table_column *column = &out->options.columns[i];
        lxw_col_t no = (lxw_col_t)i;
        error = worksheet_set_column(x->sheet, no, no, width_of(column),
                                     x->looks[look_of_column(column->kind)]);
        const char *title = cstr_of(out, column->title);
        if (error == LXW_NO_ERROR) {
            error = title == NULL
                        ? LXW_ERROR_MEMORY_MALLOC_FAILED
                        : worksheet_write_string(x->sheet, 0, no, title, x->looks[LOOK_HEADER]);
        }
    }
    worksheet_freeze_panes(x->sheet, 1, 0);
    return fail(error, err);
}

/* ---- drop-downs ---- */

/* True when the list may stand in a formula. */
static bool is_short_list(const table_column *column)
{
    size_t units = 0;
    for (uint32_t i = 0; i < column->choice_count; i++) {
        lj_str choice = column->choices[i];
        if (choice.len == 0 || memchr(choice.ptr, ',', choice.len) != NULL ||
            memchr(choice.ptr, '"', choice.len) != NULL || choice.ptr[0] == ' ' ||
            choice.ptr[0] == '=' || choice.ptr[choice.len - 1] == ' ') {
            return false;
        }
        units += table_out_units(choice) + 1;
        if (units > LIST_UNITS_MAX) {
            return false;
        }
    }
    return true;
}

/* The long lists, one a column, row by row because the library wants rows in order. */
static lj_code write_lists(table_out *out, lj_err *err)
{
    struct table_xlsx *x = out->xlsx;
    lxw_error error = LXW_NO_ERROR;
    uint32_t most = 0;
    for (uint32_t i = 0; i < out->options.column_count; i++) {
        const table_column *column = &out->options.columns[i];
        most = !is_short_list(column) && column->choice_count > most ? column->choice_count : most;
    }
    if (most == 0) {
        return LJ_OK;
    }
    bool is_taken = lj_str_is(out->options.sheet, LJ_STR("选项"));
    (void)snprintf(x->lists_name, sizeof(x->lists_name), "%s", is_taken ? "选项表" : "选项");
    x->lists = workbook_add_worksheet(x->book, x->lists_name);
    if (x->lists == NULL) {
        return no_memory(err);
    }
    worksheet_hide(x->lists);
    for (uint32_t row = 0; row < most && error == LXW_NO_ERROR; row++) {
        for (uint32_t i = 0; i < out->options.column_count && error == LXW_NO_ERROR; i++) {
            const table_column *column = &out->options.columns[i];
            if (row >= column->choice_count || is_short_list(column)) {
                continue;
            }
            const char *text = cstr_of(out, column->choices[row]);
            error = text == NULL ? LXW_ERROR_MEMORY_MALLOC_FAILED
                                 : worksheet_write_string(x->lists, row, (lxw_col_t)i, text,
                                                          x->looks[LOOK_TEXT]);
        }
    }
    return fail(error, err);
}

/* The sheet of explanations, in two columns. */
static lj_code write_help(table_out *out, lj_err *err)
{
    struct table_xlsx *x = out->xlsx;
    const table_out_options *options = &out->options;
    if (options->help_sheet.len == 0) {
        return LJ_OK;
    }
    char *name = keep_cstr(out, options->help_sheet);
    lxw_worksheet *sheet = name != NULL ? workbook_add_worksheet(x->book, name) : NULL;
    if (sheet == NULL) {
        return no_memory(err);
    }
    lxw_error error = worksheet_set_column(sheet, 0, 0, HELP_NAME_WIDTH, NULL);
    error =
        error == LXW_NO_ERROR ? worksheet_set_column(sheet, 1, 1, HELP_TEXT_WIDTH, NULL) : error;
    for (uint32_t row = 0; row < options->help_count && error == LXW_NO_ERROR; row++) {
        const char *what = cstr_of(out, options->help[row].what);
        error = what == NULL ? LXW_ERROR_MEMORY_MALLOC_FAILED
                             : worksheet_write_string(sheet, row, 0, what, x->looks[LOOK_HEADER]);
        const char *text = error == LXW_NO_ERROR ? cstr_of(out, options->help[row].text) : NULL;
        if (text != NULL) {
            error = worksheet_write_string(sheet, row, 1, text, x->looks[LOOK_TEXT]);
        }
    }
    return fail(error, err);
}

/* The values of a short list as the library wants them; NULL without memory. */
static char **list_of(table_out *out, const table_column *column)
{
    char **list = lj_arena_array(out->arena, (size_t)column->choice_count + 1, sizeof(*list));
    for (uint32_t i = 0; i < column->choice_count && list != NULL; i++) {
        list[i] = keep_cstr(out, column->choices[i]);
        if (list[i] == NULL) {
            return NULL;
        }
    }
    return list;
}

static lj_code add_validation(table_out *out, uint32_t idx, lxw_row_t last_row, lj_err *err)
{
    struct table_xlsx *x = out->xlsx;
    const table_column *column = &out->options.columns[idx];
    char formula[96];
    char letters[TABLE_CELL_NAME_CAP];
    lxw_data_validation rule = {.validate = LXW_VALIDATION_TYPE_ANY};
    if (column->hint.len > 0) {
        rule.input_message = keep_cstr(out, column->hint);
        if (rule.input_message == NULL) {
            return no_memory(err);
        }
    }
    if (column->choice_count > 0 && is_short_list(column)) {
        rule.validate = LXW_VALIDATION_TYPE_LIST;
        rule.value_list = list_of(out, column);
        if (rule.value_list == NULL) {
            return no_memory(err);
        }
    } else if (column->choice_count > 0) {
        table_cell_name(1, idx, letters);
        letters[strlen(letters) - 1] = '\0';
        (void)snprintf(formula, sizeof(formula), "='%s'!$%s$1:$%s$%" PRIu32, x->lists_name, letters,
                       letters, column->choice_count);
        rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        rule.value_formula = formula;
    }
    return fail(worksheet_data_validation_range(x->sheet, 1, (lxw_col_t)idx, last_row,
                                                (lxw_col_t)idx, &rule),
                err);
}

static lj_code add_validations(table_out *out, lj_err *err)
{
    uint64_t last_row =
        lj_min_u64((uint64_t)out->row_count + out->options.blank_rows, TABLE_OUT_ROWS_MAX);
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < out->options.column_count && code == LJ_OK && last_row > 0; i++) {
        const table_column *column = &out->options.columns[i];
        if (column->choice_count > 0 || column->hint.len > 0) {
            code = add_validation(out, i, (lxw_row_t)last_row, err);
        }
    }
    return code;
}

/* ---- the whole ---- */

lj_code table_xlsx_begin(table_out *out, lj_err *err)
{
    struct table_xlsx *x = lj_arena_alloc(out->arena, sizeof(*x));
    char *folder = lj_arena_cstr(out->arena, lj_cstr_bytes(out->options.folder));
    char *name = keep_cstr(out, out->options.sheet);
    if (x == NULL || folder == NULL || name == NULL) {
        return no_memory(err);
    }
    out->xlsx = x;
    lj_code code = make_file(out, err);
    if (code != LJ_OK) {
        return code;
    }
    lxw_workbook_options how = {.constant_memory = LXW_TRUE, .tmpdir = folder};
    x->book = workbook_new_opt(x->path, &how);
    x->sheet = x->book != NULL ? workbook_add_worksheet(x->book, name) : NULL;
    if (x->sheet == NULL || !make_looks(x)) {
        return lj_fail(err, LJ_E_IO, UINT64_MAX, "a workbook cannot be begun in this folder");
    }
    int64_t created = out->options.created_at / 1000;
    lxw_doc_properties properties = {.created = created > 0 ? created : 1};
    (void)workbook_set_properties(x->book, &properties);
    code = begin_columns(out, err);
    code = code == LJ_OK ? write_lists(out, err) : code;
    return code == LJ_OK ? write_help(out, err) : code;
}

lj_code table_xlsx_finish(table_out *out, lj_buf *dst, lj_err *err)
{
    struct table_xlsx *x = out->xlsx;
    lj_code code = add_validations(out, err);
    if (code != LJ_OK) {
        return code;
    }
    lxw_error error = workbook_close(x->book); /* frees it in any case */
    x->book = NULL;
    code = fail(error, err);
    return code == LJ_OK ? lj_os_load(LJ_OS_CWD, x->path, FILE_MAX, dst, err) : code;
}

void table_xlsx_free(table_out *out)
{
    struct table_xlsx *x = out->xlsx;
    if (x == NULL) {
        return;
    }
    if (x->book != NULL) {
        lxw_workbook_free(x->book);
        x->book = NULL;
    }
    if (x->exists) {
        /* nobody is there to be told; the folder is one for temporary files */
        lj_code code = lj_os_remove(LJ_OS_CWD, x->path, /* err= */ NULL);
        x->exists = code != LJ_OK;
    }
}
