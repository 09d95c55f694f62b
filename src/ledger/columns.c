/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Rows and cells of data files. */
#include "ledger/columns.h"

#include "ledger/calendar.h"

void ledger_columns_init(ledger_columns_reader *reader, lj_slice text, uint32_t cell_count)
{
    LJ_ASSERT(cell_count > 0 && cell_count <= LEDGER_CELLS_MAX);
    *reader = (ledger_columns_reader){.text = text, .cell_count = cell_count};
}

static lj_slice trimmed(lj_slice cell)
{
    while (cell.len > 0 && cell.ptr[0] == ' ') {
        cell.ptr++;
        cell.len--;
    }
    while (cell.len > 0 && cell.ptr[cell.len - 1] == ' ') {
        cell.len--;
    }
    return cell;
}

static lj_code read_cells(ledger_columns_reader *reader, lj_slice line, lj_err *err)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] < ' ' || line.ptr[i] == 0x7F) {
            return lj_fail(err, LJ_E_FORMAT, reader->row_off + i, "control character in a row");
        }
    }
    uint32_t count = 0;
    size_t from = 0;
    while (from <= line.len) {
        size_t bar = lj_slice_find(lj_slice_part(line, from, line.len - from), LJ_BYTES("|"));
        size_t len = bar == SIZE_MAX ? line.len - from : bar;
        lj_slice cell = trimmed(lj_slice_part(line, from, len));
        if (cell.len == 0 || count == reader->cell_count) {
            return lj_fail(err, LJ_E_FORMAT, reader->row_off, "empty cell, or too many in a row");
        }
        reader->cells[count++] = cell;
        from += len + 1;
    }
    return count == reader->cell_count
               ? LJ_OK
               : lj_fail(err, LJ_E_FORMAT, reader->row_off, "too few cells in a row");
}

lj_code ledger_columns_next(ledger_columns_reader *reader, bool *out_more, lj_err *err)
{
    while (reader->at < reader->text.len) {
        lj_slice rest = lj_slice_part(reader->text, reader->at, reader->text.len - reader->at);
        size_t len = lj_slice_find(rest, LJ_BYTES("\n"));
        if (len == SIZE_MAX) {
            return lj_fail(err, LJ_E_FORMAT, reader->at, "the last line has no end");
        }
        reader->row_off = reader->at;
        reader->at += len + 1;
        lj_slice line = lj_slice_part(rest, 0, len);
        if (trimmed(line).len == 0 || line.ptr[0] == '#') {
            continue;
        }
        lj_code code = read_cells(reader, line, err);
        if (code == LJ_OK) {
            *out_more = true;
        }
        return code;
    }
    *out_more = false;
    return LJ_OK;
}

bool ledger_columns_is_name(lj_slice cell)
{
    for (size_t i = 0; i < cell.len; i++) {
        uint8_t byte = cell.ptr[i];
        bool letter = byte >= 'a' && byte <= 'z';
        if (!letter && (i == 0 || (byte != '_' && (byte < '0' || byte > '9')))) {
            return false;
        }
    }
    return cell.len > 0;
}

static bool read_digits(lj_slice digits, int64_t *out)
{
    int64_t sum = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
            return false;
        }
        sum = sum * 10 + (digits.ptr[i] - '0');
    }
    *out = sum;
    return digits.len > 0;
}

bool ledger_columns_amount(lj_slice cell, int64_t *out)
{
    enum { DIGITS_MAX = 9 };
    return cell.len <= DIGITS_MAX && read_digits(cell, out);
}

bool ledger_columns_day(lj_slice cell, int64_t *out_on)
{
    int32_t on = calendar_parse((lj_str){(const char *)cell.ptr, cell.len});
    if (on == CALENDAR_NO_DATE) {
        return false;
    }
    *out_on = on;
    return true;
}
