/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A sheet, row by row.
 *
 * Specification: ISO/IEC 29500-1 18.3.1: .4 (c), .40 (f), .55 (mergeCell), .73 (row), .96 (v);
 * 18.18.11 (types of cells); 22.9.2.19 (escapes).
 *
 * Model. The part is unpacked twice. First without looking at elements: its length, checksum and
 * ratio are held against the directory before any row is given, and the bytes tell whether there
 * are merged ranges, which stand behind the rows. Then row by row into one array of cells and one
 * buffer of texts, which the next row takes over. Where a row has merged ranges, each cell that one
 * covers gets the value of the range's first cell and the flag that says so.
 *
 * Traps. Cells without content but with a format are no content; a whole row of them, out to the
 * last column, is usual. References may be missing: then the next column or row is meant. Only the
 * first cell of an array formula has an f element: the range says which others are its results.
 * Programs store dates as numbers, and as ISO texts with t="d".
 *
 * Not done. Rich text as such, comments, filters, protection: they are no values. */
#include <stdlib.h>

#include "base/num.h"
#include "report/table_in_priv.h"

enum {
    ROW_TEXT_MAX = 64 * 1024 * 1024, /* bytes of all texts of a row */
    VALUE_MAX = 256 * 1024,          /* bytes of one value: more than the most letters of a cell */
    SHEET_ROWS = 1048576,
    SHEET_COLUMNS = 16384,
    RANGES_FIRST = 64,
    OPEN_MAX = 256, /* ranges that cover one row */
};

typedef struct range {
    uint32_t from_row, to_row;       /* from 1 */
    uint32_t from_column, to_column; /* from 0 */
    lj_str text;                     /* of its first cell, when that was read; in the arena */
    table_kind kind;
    uint32_t flags;
} range;

typedef struct range_list {
    range *rows;
    uint32_t count, cap;
    uint32_t next;           /* merges, sorted: the first that has not begun */
    uint32_t open[OPEN_MAX]; /* indices of those that cover the current row */
    uint32_t open_count;
} range_list;

typedef struct sheet {
    table_book *book;
    table_run *run;
    table_xml xml;
    range_list merges, formulas;
    uint32_t column_max;
    /* the current row */
    uint32_t row_no;
    table_cell *cells; /* column_max of them */
    uint32_t cell_count;
    table_cell *spread; /* the same with covered cells */
    lj_buf text;
    lj_buf value; /* of the current cell, as it stands in the file */
} sheet;

/* A cell as its element tells it. */
typedef struct cell_info {
    uint32_t column_idx;
    char type; /* s i t b e d n: shared, inline, text, bool, error, date, number */
    int64_t xf;
    bool has_formula, has_inline;
} cell_info;

/* ---- references ---- */

/* "C7": letters and digits; false for anything else. */
static bool take_ref(lj_slice text, size_t *at, uint32_t *out_row, uint32_t *out_column)
{
    uint32_t column = 0;
    uint32_t row = 0;
    size_t from = *at;
    for (; *at < text.len && text.ptr[*at] >= 'A' && text.ptr[*at] <= 'Z'; (*at)++) {
        column = column * 26 + (text.ptr[*at] - 'A' + 1);
        if (column > SHEET_COLUMNS) {
            return false;
        }
    }
    size_t digits = *at;
    for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; (*at)++) {
        row = row * 10 + (text.ptr[*at] - '0');
        if (row > SHEET_ROWS) {
            return false;
        }
    }
    *out_row = row;
    *out_column = column - 1;
    return digits > from && *at > digits && row > 0;
}

/* "A1:C2" or "A1". */
static bool range_of(lj_str text, range *out)
{
    lj_slice bytes = lj_str_bytes(text);
    size_t at = 0;
    *out = (range){0};
    if (!take_ref(bytes, &at, &out->from_row, &out->from_column)) {
        return false;
    }
    out->to_row = out->from_row;
    out->to_column = out->from_column;
    if (at < bytes.len && bytes.ptr[at] == ':') {
        at++;
        if (!take_ref(bytes, &at, &out->to_row, &out->to_column)) {
            return false;
        }
    }
    return at == bytes.len && out->from_row <= out->to_row && out->from_column <= out->to_column;
}

static void add_range(sheet *sh, range_list *list, lj_str ref)
{
    table_run *run = sh->run;
    range added;
    if (!range_of(ref, &added)) {
        (void)table_stop(run, TABLE_FAULT_DAMAGED, 0, 0);
        return;
    }
    if (added.from_column >= sh->column_max) {
        return;
    }
    if (list->count >= run->limits.value[TABLE_LIMIT_RANGES]) {
        (void)table_stop_limit(run, TABLE_LIMIT_RANGES, added.from_row, added.from_column);
        return;
    }
    if (list->count == list->cap) {
        uint32_t cap = list->cap == 0 ? RANGES_FIRST : list->cap * 2;
        range *more =
            lj_arena_grow(run->arena, list->rows, list->cap * sizeof(*more), cap * sizeof(*more));
        if (more == NULL) {
            (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
            return;
        }
        list->rows = more;
        list->cap = cap;
    }
    list->rows[list->count++] = added;
}

/* Which ranges cover this row. Ranges are sorted by their first row. */
static void open_ranges(sheet *sh, range_list *list)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->open_count; i++) {
        if (list->rows[list->open[i]].to_row >= sh->row_no) {
            list->open[kept++] = list->open[i];
        }
    }
    list->open_count = kept;
    for (; list->next < list->count && list->rows[list->next].from_row <= sh->row_no;
         list->next++) {
        if (list->rows[list->next].to_row < sh->row_no) {
            continue;
        }
        if (list->open_count == OPEN_MAX) { /* they must overlap */
            (void)table_stop(sh->run, TABLE_FAULT_DAMAGED, sh->row_no, UINT32_MAX);
            return;
        }
        list->open[list->open_count++] = list->next;
    }
}

/* ---- before the rows ---- */

/* Unpacks the part once; true when it names merged ranges. */
static bool check_part(sheet *sh, const table_member *member)
{
    enum { WINDOW = 64 * 1024, OVERLAP = 16 };
    table_run *run = sh->run;
    bool found = false;
    uint8_t *window = lj_arena_alloc_raw(run->arena, OVERLAP + WINDOW);
    table_unpack *unpack = window != NULL ? table_unpack_new(run, &sh->book->zip, member) : NULL;
    size_t kept = 0;
    size_t len = 1;
    while (unpack != NULL && len > 0 &&
           table_unpack_fill(unpack, window + kept, WINDOW, &len) == LJ_OK) {
        lj_slice seen = lj_slice_of(window, kept + len);
        found = found || lj_slice_find(seen, LJ_BYTES("mergeCell")) != SIZE_MAX;
        kept = lj_min_size(seen.len, OVERLAP);
        memmove(window, window + seen.len - kept, kept);
    }
    table_unpack_done(unpack);
    if (window == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
    }
    return found;
}

static int by_first_row(const void *a, const void *b)
{
    const range *x = a;
    const range *y = b;
    if (x->from_row != y->from_row) {
        return x->from_row < y->from_row ? -1 : 1;
    }
    return x->from_column < y->from_column ? -1 : x->from_column > y->from_column ? 1 : 0;
}

static void read_merges(sheet *sh, const table_member *member)
{
    bool open = table_xml_open(&sh->xml, sh->run, &sh->book->zip, member, sh->book->names);
    for (const xml_token *token = open ? table_xml_next(&sh->xml) : NULL; token != NULL;
         token = table_xml_next(&sh->xml)) {
        if (token->kind == XML_START && token->id == TABLE_NAME_MERGE_CELL && token->depth == 2) {
            add_range(sh, &sh->merges, XML_VALUE(token, "ref"));
        }
    }
    table_xml_close(&sh->xml);
    if (sh->merges.count > 1) {
        qsort(sh->merges.rows, sh->merges.count, sizeof(*sh->merges.rows), by_first_row);
    }
}

/* ---- values ---- */

/* A text of the row's buffer as a cell's: the offset stands in text.ptr's place until the row is
 * complete, because the buffer may move. */
static lj_str put_value(sheet *sh, size_t from)
{
    return (lj_str){NULL, sh->text.len - from};
}

static void shared_text(sheet *sh, table_cell *cell)
{
    const table_book *book = sh->book;
    int64_t idx = -1;
    lj_str value = lj_buf_str(&sh->value);
    if (!xml_int(value, &idx) || idx < 0 || idx >= (int64_t)book->string_count) {
        (void)table_stop(sh->run, TABLE_FAULT_DAMAGED, sh->row_no, cell->column_idx);
        return;
    }
    uint32_t from = book->offs[idx];
    cell->text = (lj_str){(const char *)book->strings.ptr + from, book->offs[idx + 1] - from};
    cell->kind = TABLE_TEXT;
}

/* A number, or the date that its format makes of it. */
static void number_text(sheet *sh, table_cell *cell, int64_t xf)
{
    lj_slice value = lj_buf_slice(&sh->value);
    size_t from = sh->text.len;
    table_style style = table_style_of_xf(sh->book, xf);
    double number = 0;
    bool is_long = false;
    if (style != TABLE_STYLE_PLAIN && table_number_of(value, &number)) {
        bool is_date = style == TABLE_STYLE_DATE;
        cell->kind = is_date ? TABLE_DATE : TABLE_TIME;
        if (is_date ? table_date_put(number, sh->book->is_1904, &sh->text)
                    : table_time_put(number, &sh->text)) {
            cell->text = put_value(sh, from);
            return;
        }
        cell->flags |= TABLE_BAD_DATE;
    }
    cell->kind = TABLE_NUMBER;
    if (!table_number_put(value, &sh->text, &is_long)) {
        (void)table_stop(sh->run, TABLE_FAULT_DAMAGED, sh->row_no, cell->column_idx);
    }
    cell->flags |= is_long ? TABLE_LONG_NUMBER : 0;
    cell->text = put_value(sh, from);
}

/* t="d": "2023-05-01", with a time behind T; fractions of seconds and a zone are cut off. */
static void iso_text(sheet *sh, table_cell *cell)
{
    size_t from = sh->text.len;
    lj_slice value = lj_buf_slice(&sh->value);
    size_t len = 0;
    while (len < value.len && value.ptr[len] != '.' && value.ptr[len] != 'Z') {
        len++;
    }
    for (size_t i = 0; i < len; i++) {
        lj_buf_put_u8(&sh->text, value.ptr[i] == 'T' ? ' ' : value.ptr[i]);
    }
    cell->text = put_value(sh, from);
    if (!lj_buf_ok(&sh->text)) {
        return;
    }
    lj_str text = {(const char *)sh->text.ptr + from, cell->text.len};
    double serial = 0;
    cell->kind = TABLE_DATE;
    if (!table_date_serial(text, &serial)) {
        cell->flags |= TABLE_BAD_DATE;
        cell->kind = TABLE_TEXT;
    } else if (text.len > 10 && memcmp(text.ptr + 10, " 00:00:00", 9) == 0) {
        sh->text.len = from + 10;
        cell->text.len = 10;
    }
}

static void plain_text(sheet *sh, table_cell *cell, table_kind kind)
{
    size_t from = sh->text.len;
    lj_slice value = lj_buf_slice(&sh->value);
    if (kind == TABLE_BOOL) {
        bool is_true = lj_slice_is(value, LJ_BYTES("1")) || lj_slice_is(value, LJ_BYTES("true"));
        value = is_true ? LJ_BYTES("TRUE") : LJ_BYTES("FALSE");
    }
    lj_buf_put(&sh->text, value);
    cell->text = put_value(sh, from);
    cell->kind = kind;
}

static void value_of(sheet *sh, const cell_info *info, table_cell *cell)
{
    if (sh->value.len == 0) {
        return;
    }
    switch (info->type) {
    case 's':
        shared_text(sh, cell);
        break;
    case 't':
        table_xml_unescape(&sh->value, 0);
        plain_text(sh, cell, TABLE_TEXT);
        break;
    case 'i': /* unescaped already */
        plain_text(sh, cell, TABLE_TEXT);
        break;
    case 'b':
        plain_text(sh, cell, TABLE_BOOL);
        break;
    case 'e':
        plain_text(sh, cell, TABLE_ERROR);
        break;
    case 'd':
        iso_text(sh, cell);
        break;
    default:
        number_text(sh, cell, info->xf);
        break;
    }
}

/* Ranges of formulas that end above this row are done with. */
static void drop_formulas(sheet *sh)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sh->formulas.count; i++) {
        if (sh->formulas.rows[i].to_row >= sh->row_no) {
            sh->formulas.rows[kept++] = sh->formulas.rows[i];
        }
    }
    sh->formulas.count = kept;
}

static bool in_formula_range(const sheet *sh, uint32_t column_idx)
{
    for (uint32_t i = 0; i < sh->formulas.count; i++) {
        const range *at = &sh->formulas.rows[i];
        if (sh->row_no >= at->from_row && sh->row_no <= at->to_row &&
            column_idx >= at->from_column && column_idx <= at->to_column) {
            return true;
        }
    }
    return false;
}

static void finish_cell(sheet *sh, const cell_info *info)
{
    table_run *run = sh->run;
    table_cell cell = {.column_idx = info->column_idx};
    size_t from = sh->text.len;
    if (!lj_buf_ok(&sh->value)) { /* all its room was taken at the beginning */
        (void)table_stop_limit(run, TABLE_LIMIT_LENGTH, sh->row_no, info->column_idx);
        return;
    }
    value_of(sh, info, &cell);
    if (cell.text.len == 0) {
        cell.kind = TABLE_EMPTY;
    }
    if (info->has_formula || (cell.kind != TABLE_EMPTY && in_formula_range(sh, info->column_idx))) {
        cell.kind = TABLE_FORMULA;
    }
    if (run->code != LJ_OK || cell.kind == TABLE_EMPTY) {
        return;
    }
    if (info->column_idx >= sh->column_max) {
        (void)table_stop_limit(run, TABLE_LIMIT_COLUMNS, sh->row_no, info->column_idx);
        return;
    }
    uint64_t most = run->limits.value[TABLE_LIMIT_LENGTH];
    lj_str text = cell.text;
    if (text.ptr == NULL && sh->text.ptr != NULL) {
        text.ptr = (const char *)sh->text.ptr + from;
    }
    if (!lj_buf_ok(&sh->text)) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, sh->row_no, info->column_idx);
        return;
    }
    if (text.len > most && table_units(text) > most) {
        (void)table_stop_limit(run, TABLE_LIMIT_LENGTH, sh->row_no, info->column_idx);
        return;
    }
    sh->cells[sh->cell_count++] = cell;
}

/* ---- elements ---- */

static char type_of(lj_str t)
{
    static const struct {
        const char *name;
        char type;
    } rows[] = {
        {"n",         'n'},
        {"s",         's'},
        {"inlineStr", 'i'},
        {"str",       't'},
        {"b",         'b'},
        {"e",         'e'},
        {"d",         'd'},
    };
    if (t.len == 0) {
        return 'n';
    }
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_str_is(t, lj_cstr_str(rows[i].name))) {
            return rows[i].type;
        }
    }
    return 0;
}

/* The attributes of c: one walk over them, because there are many cells. False: damaged. */
static bool take_cell_attrs(sheet *sh, const xml_token *token, uint32_t next_column, cell_info *out)
{
    *out = (cell_info){.column_idx = next_column, .type = 'n'};
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        if (attr->name.len != 1) {
            continue;
        }
        if (attr->name.ptr[0] == 't') {
            out->type = type_of(attr->value);
        } else if (attr->name.ptr[0] == 's') {
            (void)xml_int(attr->value, &out->xf);
        } else if (attr->name.ptr[0] == 'r') {
            uint32_t row_no = 0;
            size_t at = 0;
            if (!take_ref(lj_str_bytes(attr->value), &at, &row_no, &out->column_idx) ||
                at != attr->value.len || row_no != sh->row_no) {
                return false;
            }
        }
    }
    return out->type != 0 && out->column_idx >= next_column && out->column_idx < SHEET_COLUMNS;
}

/* f: also the range of an array formula or a data table. */
static void take_formula(sheet *sh, const xml_token *token, cell_info *info)
{
    lj_str t = XML_VALUE(token, "t");
    bool is_array = lj_str_is(t, LJ_STR("array")) || lj_str_is(t, LJ_STR("dataTable"));
    lj_str ref = XML_VALUE(token, "ref");
    info->has_formula = true;
    if (is_array && ref.len > 0) {
        add_range(sh, &sh->formulas, ref);
        if (sh->formulas.count > OPEN_MAX) {
            (void)table_stop_limit(sh->run, TABLE_LIMIT_RANGES, sh->row_no, info->column_idx);
        }
    }
}

/* The text inside v, whose START came last. */
static void take_value(sheet *sh, uint32_t depth)
{
    for (const xml_token *token = table_xml_inside(&sh->xml, depth); token != NULL;
         token = table_xml_inside(&sh->xml, depth)) {
        if (token->kind == XML_TEXT || token->kind == XML_CDATA) {
            lj_buf_put(&sh->value, lj_str_bytes(token->text));
        }
    }
}

/* c, whose START came last. Returns the column behind it. */
static uint32_t take_cell(sheet *sh, const xml_token *start, uint32_t next_column)
{
    cell_info info;
    uint32_t depth = start->depth;
    if (!take_cell_attrs(sh, start, next_column, &info)) {
        (void)table_stop(sh->run, TABLE_FAULT_DAMAGED, sh->row_no, UINT32_MAX);
        return next_column;
    }
    lj_buf_clear(&sh->value);
    for (const xml_token *token = table_xml_inside(&sh->xml, depth); token != NULL;
         token = table_xml_inside(&sh->xml, depth)) {
        if (token->kind != XML_START) {
            continue;
        }
        if (token->id == TABLE_NAME_V) {
            take_value(sh, token->depth);
        } else if (token->id == TABLE_NAME_IS) {
            info.has_inline = true;
            table_xml_take_string(&sh->xml, &sh->value);
        } else {
            if (token->id == TABLE_NAME_F) {
                take_formula(sh, token, &info);
            }
            table_xml_skip(&sh->xml);
        }
    }
    if (info.has_inline) {
        info.type = 'i';
    }
    finish_cell(sh, &info);
    return info.column_idx + 1;
}

/* ---- rows ---- */

/* Texts that stand in the row's buffer get their places. */
static void settle_texts(sheet *sh)
{
    size_t at = 0;
    for (uint32_t i = 0; i < sh->cell_count; i++) {
        table_cell *cell = &sh->cells[i];
        if (cell->text.ptr == NULL) {
            cell->text.ptr = cell->text.len > 0 ? (const char *)sh->text.ptr + at : "";
            at += cell->text.len;
        }
    }
}

/* The first cell of a range: its value is kept for the cells that it covers. */
static void keep_first(sheet *sh, range *merge, const table_cell *cell)
{
    lj_slice copy = lj_arena_copy(sh->run->arena, lj_str_bytes(cell->text));
    if (cell->text.len > 0 && copy.len == 0) {
        (void)table_stop(sh->run, TABLE_FAULT_MEMORY, 0, 0);
        return;
    }
    merge->text = (lj_str){copy.len > 0 ? (const char *)copy.ptr : "", copy.len};
    merge->kind = cell->kind;
    merge->flags = cell->flags;
}

/* The cells of the row with those that ranges cover; false when nothing but covered cells is
 * there. */
static bool spread_row(sheet *sh, table_row *out)
{
    range *over[OPEN_MAX] = {NULL}; /* by column */
    bool has_own = false;
    uint32_t count = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < sh->merges.open_count; i++) {
        range *merge = &sh->merges.rows[sh->merges.open[i]];
        for (uint32_t k = merge->from_column; k <= merge->to_column && k < sh->column_max; k++) {
            over[k] = merge;
        }
    }
    for (uint32_t column = 0; column < sh->column_max; column++) {
        range *merge = over[column];
        const table_cell *own =
            at < sh->cell_count && sh->cells[at].column_idx == column ? &sh->cells[at++] : NULL;
        bool is_first =
            merge != NULL && merge->from_row == sh->row_no && merge->from_column == column;
        if (merge == NULL || is_first) {
            if (own != NULL) {
                has_own = true;
                sh->spread[count] = *own;
                sh->spread[count++].flags |= is_first ? TABLE_MERGED : 0;
            }
            if (own != NULL && is_first) {
                keep_first(sh, merge, own);
            }
        } else if (merge->kind != TABLE_EMPTY) {
            sh->spread[count++] = (table_cell){.text = merge->text,
                                               .column_idx = column,
                                               .flags = merge->flags | TABLE_MERGED | TABLE_COVERED,
                                               .kind = merge->kind};
        }
    }
    out->cells = sh->spread;
    out->cell_count = count;
    return has_own;
}

static void finish_row(sheet *sh)
{
    table_row row = {sh->row_no, sh->cell_count, sh->cells};
    if (sh->run->code != LJ_OK || sh->cell_count == 0) {
        return;
    }
    settle_texts(sh);
    open_ranges(sh, &sh->merges);
    if (sh->merges.open_count > 0 && !spread_row(sh, &row)) {
        return;
    }
    (void)table_give_row(sh->run, &row);
}

/* row, whose START came last. */
static void take_row(sheet *sh, const xml_token *start)
{
    uint32_t depth = start->depth;
    uint32_t next_column = 0;
    int64_t row_no = (int64_t)sh->row_no + 1;
    lj_str ref = XML_VALUE_PLAIN(start, "r");
    if ((ref.len > 0 && !xml_int(ref, &row_no)) || row_no <= (int64_t)sh->row_no ||
        row_no > SHEET_ROWS) {
        (void)table_stop(sh->run, TABLE_FAULT_DAMAGED, 0, 0);
        return;
    }
    sh->row_no = (uint32_t)row_no;
    sh->cell_count = 0;
    lj_buf_clear(&sh->text);
    drop_formulas(sh);
    for (const xml_token *token = table_xml_inside(&sh->xml, depth); token != NULL;
         token = table_xml_inside(&sh->xml, depth)) {
        if (token->kind == XML_START && token->id == TABLE_NAME_C) {
            next_column = take_cell(sh, token, next_column);
        } else if (token->kind == XML_START) {
            table_xml_skip(&sh->xml);
        }
    }
    if (table_xml_check(&sh->xml, sh->row_no) == LJ_OK) {
        finish_row(sh);
    }
}

static void read_rows(sheet *sh, const table_member *member)
{
    table_xml *xml = &sh->xml;
    bool in_data = false;
    bool open = table_xml_open(xml, sh->run, &sh->book->zip, member, sh->book->names);
    for (const xml_token *token = open ? table_xml_next(xml) : NULL; token != NULL;
         token = table_xml_next(xml)) {
        if (token->depth == 1 && token->id == TABLE_NAME_SHEET_DATA) {
            in_data = token->kind == XML_START;
        } else if (token->kind == XML_START && token->depth == 0 &&
                   token->id != TABLE_NAME_WORKSHEET) {
            (void)table_stop(sh->run, TABLE_FAULT_DAMAGED, 0, 0);
        } else if (token->kind == XML_START && token->depth == 2 && in_data &&
                   token->id == TABLE_NAME_ROW) {
            take_row(sh, token);
        }
    }
    table_xml_close(xml);
}

void table_sheet_read(table_book *book, const table_member *member)
{
    table_run *run = book->run;
    sheet *sh = lj_arena_alloc(run->arena, sizeof(*sh));
    uint64_t column_max = lj_min_u64(run->limits.value[TABLE_LIMIT_COLUMNS], OPEN_MAX);
    table_cell *cells = lj_arena_array(run->arena, 2 * (size_t)column_max + 1, sizeof(*cells));
    if (sh == NULL || cells == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
        return;
    }
    sh->book = book;
    sh->run = run;
    sh->column_max = (uint32_t)column_max;
    sh->cells = cells;
    sh->spread = cells + column_max;
    lj_buf_init(&sh->text, run->arena, ROW_TEXT_MAX);
    lj_buf_init(&sh->value, run->arena, VALUE_MAX);
    if (lj_buf_room(&sh->value, VALUE_MAX) == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
        return;
    }
    if (check_part(sh, member) && run->code == LJ_OK) {
        read_merges(sh, member);
    }
    if (run->code == LJ_OK) {
        read_rows(sh, member);
    }
}
