/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables as text for tests: what table_read() gives, one line a row. */
#ifndef LJ_TESTS_REPORT_TABLE_DUMP_H
#define LJ_TESTS_REPORT_TABLE_DUMP_H

#include "report/table_in.h"

/* Reads bytes and appends to out
 *     3 A text 编号; C date 2023-05-01 (merged covered)
 * for each row, and for a fault at the end
 *     fault formula C7
 * with the place of the fault. Line ends in texts are written as \n and \r. Returns the code. */
lj_code table_dump(lj_slice bytes, const table_options *options, lj_buf *out,
                   table_summary *summary);

#endif
