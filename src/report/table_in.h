/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reads a table for import: the bytes of an XLSX workbook or a CSV file in, rows of cells out, one
 * by one. Memory: the shared strings of a workbook, one row, and a window of the sheet; a CSV file
 * that is not UTF-8 is decoded as a whole. */
#ifndef LJ_REPORT_TABLE_IN_H
#define LJ_REPORT_TABLE_IN_H

#include "report/table.h"

typedef enum table_cell_flag {
    TABLE_MERGED = 1 << 0,   /* lies in a merged range */
    TABLE_COVERED = 1 << 1,  /* in it, but not its first cell: kind and text are the first cell's */
    TABLE_BAD_DATE = 1 << 2, /* looks like a date, but there is none of that number */
    TABLE_LONG_NUMBER = 1 << 3, /* 16 digits or more: digits at the end are lost */
    TABLE_BAD_LETTERS = 1 << 4, /* bytes that no charset explains; they became U+FFFD */
    TABLE_STRAY_QUOTE = 1 << 5, /* CSV: text behind a closing quote */
} table_cell_flag;

typedef struct table_cell {
    lj_str text;         /* valid UTF-8; line ends inside are LF */
    uint32_t column_idx; /* from 0 */
    uint32_t flags;      /* table_cell_flag */
    table_kind kind;
} table_cell;

/* Cells are in ascending order of their columns; columns without content are left out. Rows without
 * content are not given at all. Borrowed until the callback returns. */
typedef struct table_row {
    uint32_t row_no; /* as the person sees it, from 1 */
    uint32_t cell_count;
    const table_cell *cells;
} table_row;

/* What speaks against the value of a cell, or TABLE_FAULT_NONE. TABLE_FAULT_MERGED only for covered
 * cells. */
table_fault_code table_cell_fault(const table_cell *cell);
/* The cell of that column, or NULL. */
const table_cell *table_row_cell(const table_row *row, uint32_t column_idx);

/* ---- limits ---- */

typedef enum table_limit {
    TABLE_LIMIT_BYTES,    /* of the file */
    TABLE_LIMIT_ENTRIES,  /* members of the package */
    TABLE_LIMIT_RATIO,    /* unpacked : packed of a member above 4 MiB */
    TABLE_LIMIT_UNPACKED, /* bytes of all members that are read */
    TABLE_LIMIT_STRINGS,  /* shared strings */
    TABLE_LIMIT_ROWS,     /* with content */
    TABLE_LIMIT_COLUMNS,
    TABLE_LIMIT_LENGTH,  /* of a cell, in UTF-16 units as Excel counts */
    TABLE_LIMIT_NESTING, /* of elements */
    TABLE_LIMIT_RANGES,  /* merged ranges, and ranges of formulas */
} table_limit;
enum { TABLE_LIMIT_COUNT = TABLE_LIMIT_RANGES + 1 };

typedef struct table_limits {
    uint64_t value[TABLE_LIMIT_COUNT];
} table_limits;

typedef struct table_limit_row {
    const char *name;
    uint64_t standard;
    table_fault_code fault; /* when it is reached */
} table_limit_row;

const table_limit_row *table_limit_row_of(table_limit limit);
table_limits table_limits_standard(void);

/* ---- reading ---- */

typedef struct table_options {
    const table_limits *limits; /* NULL: the standard ones */
    const lj_str *sheets;       /* names of the sheet that is wanted, best first; when there is none
                                   of them, the first visible one is read */
    uint32_t sheet_count;
} table_options;

typedef struct table_sink {
    void *ctx;
    /* LJ_OK, or a code that ends the reading and is passed on unchanged. */
    lj_code (*row)(void *ctx, const table_row *row, lj_err *err);
} table_sink;

typedef struct table_summary {
    table_format format;
    table_fault fault;       /* why reading ended, or TABLE_FAULT_NONE */
    lj_str sheet;            /* name of the sheet that was read; in the arena; empty for CSV */
    uint32_t sheets_ignored; /* other sheets, hidden ones too */
    uint32_t row_count;      /* rows given to the sink */
    uint32_t last_row_no;
    uint64_t unpacked; /* bytes */
} table_summary;

/* Enough for anything within the standard limits; a ceiling, not what is taken. */
#define TABLE_ARENA_MAX ((size_t)256 * 1024 * 1024)

/* Reads the table. options may be NULL. *out is always filled; out->fault tells a person what the
 * returned code tells a program: LJ_E_FORMAT damaged or no table, LJ_E_LIMIT, LJ_E_ENCRYPTED,
 * LJ_E_UNSUPPORTED (another format, macros), LJ_E_NOMEM. The package is checked before the first
 * row is given, but a table can still fail behind some rows: the caller drops what it has made of
 * them. A table without rows is LJ_OK with row_count 0. */
LJ_MUST_USE lj_code table_read(lj_slice bytes, const table_options *options, lj_arena *arena,
                               const table_sink *sink, table_summary *out, lj_err *err);

#endif
