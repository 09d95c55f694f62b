/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Words of the dump that its writer and its reader share (docs/formats/dump.md). */
#ifndef LJ_STORE_DUMP_PRIV_H
#define LJ_STORE_DUMP_PRIV_H

#include "base/buf.h"
#include "store/catalogue.h"

enum { DUMP_PART_LEN = 64 * 1024 /* bytes that travel at once */ };

/* A row in its written form: bytes are hex there, so a value may have half of it. */
#define DUMP_LINE_MAX ((size_t)256 * 1024 * 1024)

#define DUMP_HEAD  "lijian-dump\t1\n"
#define DUMP_ROW   "r\t"
#define DUMP_NULL  "\\N"
#define DUMP_TABLE "table\t"
#define DUMP_END   "end\t"

/* The line that opens a table: its name, then "column kind" for each column. */
void store_dump_table_line(const store_table *table, lj_buf *out);
/* The line of the schema number. */
void store_dump_schema_line(const store_schema *schema, lj_buf *out);

#endif
