/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Finds the header row.
 *
 * Model. Each of the first rows is compared with the titles; the first that has two of them (or the
 * only one that there is) is the header. A header of two rows - "涉密计算机" above "编号" and
 * "密级" - shows in the row below by cells that a merged range covers: a title that reaches down
 * stands there again. Then the lower row is the header, as it has all titles.
 *
 * Traps. Headers are typed over: blanks and line ends inside them, stars for required columns. */
#include "report/table_header.h"

#include "base/num.h"

/* Length of what does not count at the start: blanks, line ends, stars. */
static size_t idle_len(lj_str text)
{
    static const char *const idle[] = {
        " ",  "\t",          "\n", "\r", "*", "\xC2\xA0", "\xE3\x80\x80" /* U+3000 */,
        "＊", "\xE2\x80\x8B" /* U+200B */};
    for (size_t i = 0; i < LJ_COUNT_OF(idle); i++) {
        if (lj_slice_has_prefix(lj_str_bytes(text), lj_cstr_bytes(idle[i]))) {
            return strlen(idle[i]);
        }
    }
    return 0;
}

static lj_str step(lj_str text, size_t len)
{
    return (lj_str){text.ptr + len, text.len - len};
}

/* Equal but for what does not count, and the case of ASCII letters. */
static bool is_same(lj_str a, lj_str b)
{
    for (;;) {
        size_t skip_a = a.len > 0 ? idle_len(a) : 0;
        size_t skip_b = b.len > 0 ? idle_len(b) : 0;
        if (skip_a + skip_b > 0) {
            a = step(a, skip_a);
            b = step(b, skip_b);
            continue;
        }
        if (a.len == 0 || b.len == 0) {
            return a.len == b.len;
        }
        uint8_t x = (uint8_t)a.ptr[0];
        uint8_t y = (uint8_t)b.ptr[0];
        x = x >= 'A' && x <= 'Z' ? x | 0x20U : x;
        y = y >= 'A' && y <= 'Z' ? y | 0x20U : y;
        if (x != y) {
            return false;
        }
        a = step(a, 1);
        b = step(b, 1);
    }
}

/* Index of the title that the cell names, or TABLE_NO_COLUMN. */
static uint32_t title_of(const table_header *header, lj_str text)
{
    for (uint32_t i = 0; i < header->title_count; i++) {
        for (size_t k = 0; k < LJ_COUNT_OF(header->titles[i].names); k++) {
            lj_str name = header->titles[i].names[k];
            if (name.len > 0 && is_same(name, text)) {
                return i;
            }
        }
    }
    return TABLE_NO_COLUMN;
}

bool table_header_init(table_header *header, lj_arena *arena, const table_title *titles,
                       uint32_t title_count)
{
    enum { FAULTS_MAX = 256 };
    *header = (table_header){.titles = titles, .title_count = title_count, .arena = arena};
    header->columns = lj_arena_array(arena, (size_t)title_count + 1, sizeof(*header->columns));
    table_faults_init(&header->faults, arena, FAULTS_MAX);
    for (uint32_t i = 0; i < title_count && header->columns != NULL; i++) {
        header->columns[i] = TABLE_NO_COLUMN;
    }
    return header->columns != NULL;
}

/* Different titles that the row has. */
static uint32_t count_titles(const table_header *header, const table_row *row)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < header->title_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < row->cell_count && !found; k++) {
            found = title_of(header, row->cells[k].text) == i;
        }
        count += found ? 1 : 0;
    }
    return count;
}

/* True when a title of the header above reaches down into this row. */
static bool goes_on(const table_header *header, const table_row *row)
{
    for (uint32_t i = 0; i < row->cell_count; i++) {
        const table_cell *cell = &row->cells[i];
        uint32_t title = title_of(header, cell->text);
        if ((cell->flags & TABLE_COVERED) != 0 && title != TABLE_NO_COLUMN &&
            header->columns[title] == cell->column_idx) {
            return true;
        }
    }
    return false;
}

/* Takes the row as the header, in place of one above it. */
static void take(table_header *header, const table_row *row)
{
    header->row_no = row->row_no;
    header->match_count = 0;
    table_faults_init(&header->faults, header->arena, header->faults.most);
    for (uint32_t i = 0; i < header->title_count; i++) {
        header->columns[i] = TABLE_NO_COLUMN;
    }
    for (uint32_t i = 0; i < row->cell_count; i++) {
        const table_cell *cell = &row->cells[i];
        uint32_t title = title_of(header, cell->text);
        table_fault_code code = title == TABLE_NO_COLUMN ? TABLE_FAULT_HEADER_UNKNOWN
                                : header->columns[title] != TABLE_NO_COLUMN
                                    ? TABLE_FAULT_HEADER_TWICE
                                    : TABLE_FAULT_NONE;
        if (code != TABLE_FAULT_NONE) {
            table_faults_add(&header->faults, table_fault_at(code, row->row_no, cell->column_idx));
        } else {
            header->columns[title] = cell->column_idx;
            header->match_count++;
        }
    }
}

/* Nothing can be added to the header any more. */
static void settle(table_header *header)
{
    if (header->is_done) {
        return;
    }
    header->is_done = true;
    if (header->row_no == 0) {
        table_faults_add(&header->faults, table_fault_at(TABLE_FAULT_HEADER_NONE, 0, 0));
        return;
    }
    for (uint32_t i = 0; i < header->title_count; i++) {
        if (header->titles[i].required && header->columns[i] == TABLE_NO_COLUMN) {
            table_fault fault =
                table_fault_at(TABLE_FAULT_HEADER_MISSING, header->row_no, UINT32_MAX);
            fault.column_idx = i; /* which title; has_column stays false */
            table_faults_add(&header->faults, fault);
        }
    }
}

bool table_header_take(table_header *header, const table_row *row)
{
    if (header->is_done) {
        return false;
    }
    if (header->row_no == 0) {
        uint32_t need = header->title_count < 2 ? header->title_count : 2;
        if (header->title_count > 0 && count_titles(header, row) >= need) {
            take(header, row);
            return true;
        }
        header->rows_seen++;
        if (header->rows_seen < TABLE_HEADER_ROWS_MAX) {
            return true;
        }
    } else if (row->row_no == header->row_no + 1 && goes_on(header, row)) {
        take(header, row);
        return true;
    }
    settle(header);
    return false;
}

void table_header_end(table_header *header)
{
    settle(header);
}
