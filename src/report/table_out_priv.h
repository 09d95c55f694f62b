/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the files that write tables. */
#ifndef LJ_REPORT_TABLE_OUT_PRIV_H
#define LJ_REPORT_TABLE_OUT_PRIV_H

#include "report/table_out.h"

enum {
    TABLE_OUT_ROWS_MAX = 1048575, /* below the header; what a sheet holds */
    TABLE_OUT_UNITS_MAX = 32767,  /* UTF-16 units of a cell */
};

struct table_xlsx; /* table_xlsx.c */

struct table_out {
    table_out_options options;
    lj_arena *arena;
    lj_buf text; /* CSV: the whole; XLSX: one value for the library */
    uint32_t row_count;
    bool is_finished;
    struct table_xlsx *xlsx;
};

/* UTF-16 units of a text. */
size_t table_out_units(lj_str text);

lj_code table_xlsx_begin(table_out *out, lj_err *err);
lj_code table_xlsx_row(table_out *out, const table_value *values, lj_err *err);
lj_code table_xlsx_finish(table_out *out, lj_buf *dst, lj_err *err);
void table_xlsx_free(table_out *out);

#endif
