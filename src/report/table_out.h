/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes a table as XLSX (through libxlsxwriter, row by row in constant memory) or CSV. The same
 * input gives the same bytes. What is written reads back through table_read() with the same texts
 * and, from XLSX, the same kinds. */
#ifndef LJ_REPORT_TABLE_OUT_H
#define LJ_REPORT_TABLE_OUT_H

#include "report/table.h"

typedef struct table_column {
    lj_str title;
    table_kind kind;       /* how cells that are typed in later are formatted: TABLE_TEXT, _NUMBER,
                              _DATE; others as text */
    uint32_t width;        /* characters, 0 = from the title */
    const lj_str *choices; /* drop-down list, XLSX only */
    uint32_t choice_count; /* 0 = any value */
    lj_str hint;           /* shown beside a cell that is chosen, XLSX only; at most 255 letters */
} table_column;

/* A row of the help: what, and what about it. */
typedef struct table_help {
    lj_str what, text;
} table_help;

typedef struct table_out_options {
    table_format format;
    lj_str sheet;                /* its name: 1 to 31 UTF-16 units without []:*?/\ and not in ' ' */
    const table_column *columns; /* borrowed until table_out_free() */
    uint32_t column_count;       /* 1 to 256 */
    uint32_t blank_rows; /* rows behind the last one that keep drop-downs and formats: templates */
    int64_t created_at;  /* UTC ms; stands in the file instead of the clock */
    lj_str help_sheet;   /* XLSX: name of a second sheet; empty: none */
    const table_help *help; /* its rows */
    uint32_t help_count;
    const char *folder; /* XLSX: an existing folder for temporary files, C string */
} table_out_options;

/* A value: canonical text as table_in gives it. TABLE_EMPTY, _TEXT, _NUMBER, _DATE and _BOOL; any
 * other kind, a number that Excel cannot keep and a date that is none are written as text. */
typedef struct table_value {
    lj_str text;
    table_kind kind;
} table_value;

typedef struct table_out table_out;

/* Writes the header row. LJ_E_INVALID for options that break the rules above, LJ_E_IO, LJ_E_NOMEM.
 * Yours to free. */
LJ_MUST_USE lj_code table_out_new(const table_out_options *options, lj_arena *arena,
                                  table_out **out, lj_err *err);
/* One value for each column. LJ_E_LIMIT: above 32,767 UTF-16 units in a cell, or 1,048,575 rows. */
LJ_MUST_USE lj_code table_out_row(table_out *out, const table_value *values, lj_err *err);
/* Appends the file to dst. Nothing more can be written. LJ_E_IO, LJ_E_LIMIT (ceiling of dst). */
LJ_MUST_USE lj_code table_out_finish(table_out *out, lj_buf *dst, lj_err *err);
/* Removes the temporary files. Accepts NULL. */
void table_out_free(table_out *out);

#endif
