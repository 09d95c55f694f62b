/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The form of the ledger's data files: rows of cells with `|` between them, blanks around a cell
 * dropped, empty lines and lines that begin with `#` skipped. Strict: a wrong number of cells, an
 * empty cell, a control character or a last line without its end is a fault. */
#ifndef LJ_LEDGER_COLUMNS_H
#define LJ_LEDGER_COLUMNS_H

#include "base/err.h"
#include "base/slice.h"

enum { LEDGER_CELLS_MAX = 8 };

/* Reads one row after the other; text is borrowed, and so are the cells. */
typedef struct ledger_columns_reader {
    lj_slice text;
    size_t at;           /* bytes read */
    size_t row_off;      /* where the row in `cells` begins */
    uint32_t cell_count; /* that every row must have */
    lj_slice cells[LEDGER_CELLS_MAX];
} ledger_columns_reader;

/* cell_count: 1 to LEDGER_CELLS_MAX. */
void ledger_columns_init(ledger_columns_reader *reader, lj_slice text, uint32_t cell_count);
/* The next row; *out_more is false behind the last one. LJ_E_FORMAT at the byte of the row. */
LJ_MUST_USE lj_code ledger_columns_next(ledger_columns_reader *reader, bool *out_more, lj_err *err);

/* A name: lower case letters, digits and underscores, a letter first. */
bool ledger_columns_is_name(lj_slice cell);
/* "2024-05-01" as a day number since 1970-01-01. False for anything else. */
bool ledger_columns_day(lj_slice cell, int64_t *out_on);
/* A whole number of at most nine digits. False for anything else. */
bool ledger_columns_amount(lj_slice cell, int64_t *out);

#endif
