/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reading of tables: what the bytes are, every limit, and the faults of a reading.
 *
 * Model. The name of the file plays no part. A ZIP is a workbook or refused (table_book.c); what is
 * known as another kind of document is refused by name, so that the person is told what to save it
 * as; everything else is CSV when it is text (table_csv.c).
 *
 * Traps. A workbook with a password is no ZIP but an OLE2 file, as an old .xls is: the name of its
 * stream tells them apart. Systems that "export to Excel" write HTML or XML with the extension
 * .xls. */
#include "report/table_in.h"

#include "base/num.h"
#include "report/table_in_priv.h"

static const table_limit_row limit_rows[TABLE_LIMIT_COUNT] = {
    [TABLE_LIMIT_BYTES] = {"bytes",    16 * LJ_MIB,  TABLE_FAULT_SIZE    },
    [TABLE_LIMIT_ENTRIES] = {"entries",  4096,         TABLE_FAULT_ENTRIES },
    [TABLE_LIMIT_RATIO] = {"ratio",    200,          TABLE_FAULT_RATIO   },
    [TABLE_LIMIT_UNPACKED] = {"unpacked", 256 * LJ_MIB, TABLE_FAULT_UNPACKED},
    [TABLE_LIMIT_STRINGS] = {"strings",  2000000,      TABLE_FAULT_STRINGS },
    [TABLE_LIMIT_ROWS] = {"rows",     100000,       TABLE_FAULT_ROWS    },
    [TABLE_LIMIT_COLUMNS] = {"columns",  256,          TABLE_FAULT_COLUMNS },
    [TABLE_LIMIT_LENGTH] = {"length",   32767,        TABLE_FAULT_LENGTH  },
    [TABLE_LIMIT_NESTING] = {"nesting",  64,           TABLE_FAULT_NESTING },
    [TABLE_LIMIT_RANGES] = {"ranges",   65536,        TABLE_FAULT_RANGES  },
};

const table_limit_row *table_limit_row_of(table_limit limit)
{
    return &limit_rows[limit];
}

table_limits table_limits_standard(void)
{
    table_limits limits = {{0}};
    for (uint32_t i = 0; i < TABLE_LIMIT_COUNT; i++) {
        limits.value[i] = limit_rows[i].standard;
    }
    return limits;
}

/* ---- cells ---- */

table_fault_code table_cell_fault(const table_cell *cell)
{
    static const struct {
        table_cell_flag flag;
        table_fault_code fault;
    } rows[] = {
        {TABLE_COVERED,     TABLE_FAULT_MERGED     },
        {TABLE_BAD_DATE,    TABLE_FAULT_DATE       },
        {TABLE_LONG_NUMBER, TABLE_FAULT_DIGITS     },
        {TABLE_BAD_LETTERS, TABLE_FAULT_LETTERS    },
        {TABLE_STRAY_QUOTE, TABLE_FAULT_STRAY_QUOTE},
    };
    if (cell->kind == TABLE_FORMULA) {
        return TABLE_FAULT_FORMULA;
    }
    if (cell->kind == TABLE_ERROR) {
        return TABLE_FAULT_ERROR_VALUE;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if ((cell->flags & rows[i].flag) != 0) {
            return rows[i].fault;
        }
    }
    return TABLE_FAULT_NONE;
}

const table_cell *table_row_cell(const table_row *row, uint32_t column_idx)
{
    uint32_t low = 0;
    uint32_t high = row->cell_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (row->cells[middle].column_idx < column_idx) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < row->cell_count && row->cells[low].column_idx == column_idx ? &row->cells[low]
                                                                             : NULL;
}

size_t table_units(lj_str text)
{
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        units += (c & 0xC0U) == 0x80 ? 0 : c >= 0xF0 ? 2 : 1;
    }
    return units;
}

/* ---- the run ---- */

lj_code table_stop(table_run *run, table_fault_code fault, uint32_t row_no, uint32_t column_idx)
{
    if (run->code == LJ_OK) {
        const table_fault_row *row = table_fault_row_of(fault);
        run->out->fault = table_fault_at(fault, row_no, column_idx);
        run->code = lj_fail_at(run->err, row->code, UINT64_MAX, row->en, __FILE__, 0);
    }
    return run->code;
}

lj_code table_stop_limit(table_run *run, table_limit limit, uint32_t row_no, uint32_t column_idx)
{
    return table_stop(run, limit_rows[limit].fault, row_no, column_idx);
}

lj_code table_give_row(table_run *run, const table_row *row)
{
    if (run->code != LJ_OK) {
        return run->code;
    }
    if (run->out->row_count >= run->limits.value[TABLE_LIMIT_ROWS]) {
        return table_stop_limit(run, TABLE_LIMIT_ROWS, row->row_no, UINT32_MAX);
    }
    run->out->row_count++;
    run->out->last_row_no = row->row_no;
    run->code = run->sink->row(run->sink->ctx, row, run->err);
    return run->code;
}

/* ---- what the bytes are ---- */

/* Documents that are known and not read. */
static table_fault_code refusal_of(lj_slice bytes)
{
    /* the stream of an encrypted workbook, in UTF-16 ([MS-OFFCRYPTO] 2.3.4.4) */
    static const char locked[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    static const struct {
        const char *head;
        table_fault_code fault;
    } rows[] = {
        {"%PDF",           TABLE_FAULT_OTHER_OFFICE},
        {"{\\rtf",         TABLE_FAULT_OTHER_OFFICE},
        {"<?xml",          TABLE_FAULT_OTHER_OFFICE},
        {"<html",          TABLE_FAULT_OTHER_OFFICE},
        {"<!doctype html", TABLE_FAULT_OTHER_OFFICE},
        {"<table",         TABLE_FAULT_OTHER_OFFICE},
        {"<meta",          TABLE_FAULT_OTHER_OFFICE},
    };
    if (lj_slice_has_prefix(bytes, LJ_BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))) {
        bool is_locked = lj_slice_find(bytes, lj_slice_of(locked, sizeof(locked))) != SIZE_MAX;
        return is_locked ? TABLE_FAULT_ENCRYPTED : TABLE_FAULT_OLD_XLS;
    }
    if (lj_slice_has_prefix(bytes, LJ_BYTES("\xEF\xBB\xBF"))) {
        bytes = lj_slice_part(bytes, 3, SIZE_MAX);
    }
    while (bytes.len > 0 && bytes.ptr[0] <= ' ' && bytes.ptr[0] != 0) {
        bytes = lj_slice_part(bytes, 1, SIZE_MAX);
    }
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        size_t len = strlen(rows[i].head);
        if (lj_slice_is_nocase(lj_slice_part(bytes, 0, len), lj_cstr_bytes(rows[i].head))) {
            return rows[i].fault;
        }
    }
    return TABLE_FAULT_NONE;
}

lj_code table_read(lj_slice bytes, const table_options *options, lj_arena *arena,
                   const table_sink *sink, table_summary *out, lj_err *err)
{
    static const table_options plain = {0};
    *out = (table_summary){.format = TABLE_CSV};
    table_run run = {.options = options != NULL ? options : &plain,
                     .arena = arena,
                     .sink = sink,
                     .out = out,
                     .err = err};
    run.limits = run.options->limits != NULL ? *run.options->limits : table_limits_standard();
    if (bytes.len > run.limits.value[TABLE_LIMIT_BYTES]) {
        return table_stop_limit(&run, TABLE_LIMIT_BYTES, 0, 0);
    }
    table_fault_code refusal = refusal_of(bytes);
    if (refusal != TABLE_FAULT_NONE) {
        return table_stop(&run, refusal, 0, 0);
    }
    if (lj_slice_has_prefix(bytes, LJ_BYTES("PK\3\4")) ||
        lj_slice_has_prefix(bytes, LJ_BYTES("PK\5\6"))) {
        out->format = TABLE_XLSX;
        table_book_read(&run, bytes);
    } else {
        table_csv_read(&run, bytes);
    }
    return run.code;
}
