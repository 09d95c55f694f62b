/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What reading and writing of tables share: kinds of cells, names of cells, faults that a person
 * can act on. Faults say what, where and what to do, in Chinese and English; their texts stand in
 * one table. */
#ifndef LJ_REPORT_TABLE_H
#define LJ_REPORT_TABLE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

typedef enum table_format {
    TABLE_XLSX,
    TABLE_CSV,
} table_format;

typedef enum table_kind {
    TABLE_EMPTY,
    TABLE_TEXT,
    TABLE_NUMBER, /* "12", "-0.5": shortest digits that give the stored number back */
    TABLE_DATE,   /* "2023-05-01", or with a time of day "2023-05-01 13:30:00" */
    TABLE_TIME,   /* a time without a date or a span of hours: "13:30:00", "30:15:00" */
    TABLE_BOOL,   /* "TRUE", "FALSE" */
    TABLE_ERROR,  /* "#N/A" */
    TABLE_FORMULA /* text: what the file says the result was; NOT to be trusted */
} table_kind;
enum { TABLE_KIND_COUNT = TABLE_FORMULA + 1 };

/* "C7" and NUL for row 7, column index 2; "" without a place. */
enum { TABLE_CELL_NAME_CAP = 20 };
void table_cell_name(uint32_t row_no, uint32_t column_idx, char out[TABLE_CELL_NAME_CAP]);

/* ---- faults ---- */

typedef enum table_fault_code {
    TABLE_FAULT_NONE,
    /* of the whole file: reading ends */
    TABLE_FAULT_SIZE,     /* more bytes than are taken */
    TABLE_FAULT_NO_TABLE, /* neither XLSX nor CSV */
    TABLE_FAULT_OLD_XLS,
    TABLE_FAULT_OTHER_OFFICE, /* .xlsb, .ods, .docx, HTML or XML with a table's name */
    TABLE_FAULT_ENCRYPTED,
    TABLE_FAULT_MACROS,
    TABLE_FAULT_DAMAGED,
    TABLE_FAULT_DTD,
    TABLE_FAULT_NO_SHEET,
    TABLE_FAULT_ENTRIES,
    TABLE_FAULT_RATIO,
    TABLE_FAULT_UNPACKED,
    TABLE_FAULT_STRINGS,
    TABLE_FAULT_ROWS,
    TABLE_FAULT_COLUMNS,
    TABLE_FAULT_LENGTH, /* of a cell */
    TABLE_FAULT_NESTING,
    TABLE_FAULT_RANGES, /* merged or formula ranges */
    TABLE_FAULT_MEMORY,
    TABLE_FAULT_QUOTE, /* CSV: a quote that is never closed */
    TABLE_FAULT_NO_ROWS,
    /* of one cell: the importer decides */
    TABLE_FAULT_FORMULA,
    TABLE_FAULT_ERROR_VALUE,
    TABLE_FAULT_DATE,
    TABLE_FAULT_LETTERS, /* bytes that no charset explains */
    TABLE_FAULT_DIGITS,  /* a number of more than 15 digits: Excel has changed its end */
    TABLE_FAULT_MERGED,
    TABLE_FAULT_STRAY_QUOTE,
    /* of the header row */
    TABLE_FAULT_HEADER_NONE,
    TABLE_FAULT_HEADER_MISSING,
    TABLE_FAULT_HEADER_TWICE,
    TABLE_FAULT_HEADER_UNKNOWN,
} table_fault_code;
enum { TABLE_FAULT_COUNT = TABLE_FAULT_HEADER_UNKNOWN + 1 };

typedef struct table_fault {
    table_fault_code code;
    uint32_t row_no;     /* from 1; 0 = the whole file */
    uint32_t column_idx; /* from 0; counts only when row_no > 0 and has_column */
    bool has_column;
    char cell[TABLE_CELL_NAME_CAP]; /* "C7", or "" */
} table_fault;

typedef struct table_fault_row {
    const char *name; /* "formula": stable, for the interface */
    lj_code code;     /* what table_read returns for it */
    const char *zh, *zh_remedy;
    const char *en, *en_remedy;
} table_fault_row;

/* Never NULL. */
const table_fault_row *table_fault_row_of(table_fault_code code);
/* A fault at a place; column_idx UINT32_MAX: of the whole row; row_no 0: of the whole file. */
table_fault table_fault_at(table_fault_code code, uint32_t row_no, uint32_t column_idx);
/* One sentence with place, fault and remedy: "C7：…。…。" or "C7: ... ...". */
void table_fault_text(const table_fault *fault, bool in_chinese, lj_buf *out);

/* A list that keeps the first ones and counts all. */
typedef struct table_faults {
    table_fault *rows;
    uint32_t count; /* kept */
    uint32_t cap;
    uint32_t most;  /* kept at most */
    uint64_t total; /* seen */
    lj_arena *arena;
} table_faults;

void table_faults_init(table_faults *faults, lj_arena *arena, uint32_t most);
/* Keeps nothing more at the ceiling or without memory; total goes on. faults may be NULL. */
void table_faults_add(table_faults *faults, table_fault fault);

#endif
