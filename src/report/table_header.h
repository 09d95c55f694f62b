/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Finds the header row of a table that people have worked on: titles above it, columns in another
 * order, columns of their own, headers of two merged rows. */
#ifndef LJ_REPORT_TABLE_HEADER_H
#define LJ_REPORT_TABLE_HEADER_H

#include "report/table_in.h"

/* A column that is looked for. Blanks, line ends and stars in a header do not count. */
typedef struct table_title {
    lj_str names[2]; /* as a header may spell it: Chinese, English; either may be empty */
    bool required;
} table_title;

enum {
    TABLE_HEADER_ROWS_MAX = 20, /* rows with content among which the header is looked for */
};
#define TABLE_NO_COLUMN UINT32_MAX

typedef struct table_header {
    uint32_t row_no;      /* of the (last) header row; 0 = not found so far */
    uint32_t *columns;    /* for each title its column index, or TABLE_NO_COLUMN; in the arena */
    table_faults faults;  /* missing, twice, unknown; of the row that was taken */
    uint32_t match_count; /* titles that were found */
    /* private */
    const table_title *titles;
    uint32_t title_count;
    uint32_t rows_seen;
    bool is_done;
    lj_arena *arena;
} table_header;

/* titles are borrowed. False without memory. */
bool table_header_init(table_header *header, lj_arena *arena, const table_title *titles,
                       uint32_t title_count);
/* Offer every row until it says false: that row is the first with data. A row is the header when it
 * has two of the titles (or the only one); the row below it belongs to it when a merged cell of the
 * header reaches down. False also when too many rows went by without a header: row_no stays 0. */
bool table_header_take(table_header *header, const table_row *row);
/* After the last row: what there was is complete. A header that was not found gives the fault
 * TABLE_FAULT_HEADER_NONE. */
void table_header_end(table_header *header);

#endif
