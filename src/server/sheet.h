/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The sheet of a record type: its columns with their titles, values as cells, and a file read into
 * a pass of the ledger's import. What is exported reads back without a difference: the same
 * columns, references by number, codes by their label. */
#ifndef LJ_SERVER_SHEET_H
#define LJ_SERVER_SHEET_H

#include "ledger/import.h"
#include "report/table_header.h"
#include "report/table_out.h"
#include "server/server.h"

enum {
    SHEET_COLUMNS_MAX = LEDGER_IMPORT_COLUMNS_MAX + 1, /* and the state, which is only shown */
    SHEET_BYTES_MAX = 16 * 1024 * 1024,                /* of a file that comes in */
};

typedef struct sheet_plan {
    ledger_sheet columns;
    table_title titles[SHEET_COLUMNS_MAX]; /* Chinese, English; the last one is the state */
    uint32_t title_count;
} sheet_plan;
void sheet_plan_of(const ledger_type *type, sheet_plan *out);
/* In the caller's language. */
lj_str sheet_title(const sheet_plan *plan, uint32_t column, bool english);
/* How cells of the column are typed. */
table_kind sheet_kind(const sheet_plan *plan, uint32_t column);

/* A cell of a record; its text lives in the arena. Values of groups that may not be read are
 * empty. */
LJ_MUST_USE lj_code sheet_cell(route_call *call, const sheet_plan *plan, uint32_t column,
                               const ledger_record *record, const ledger_rights *rights,
                               lj_arena *arena, table_value *out, lj_err *err);
/* "U-0007 区教育局": what a REF cell says about a record; an id instead of a number where the type
 * has none. */
lj_str sheet_reference(const ledger_record *record, lj_arena *arena);

/* ---- files that come in ---- */
typedef struct sheet_read {
    sheet_plan plan;
    table_header header; /* columns of the file by title */
    ledger_import *pass;
    const ledger_import_result *result;
    table_fault fault;      /* of the file as a whole: nothing was read; else TABLE_FAULT_NONE */
    uint32_t unknown_count; /* columns that are not the type's */
} sheet_read;
/* Reads the file and runs every row in the transaction. LJ_OK with out->fault set when the file
 * itself is at fault: then nothing counts. arena: not the transaction's. */
LJ_MUST_USE lj_code sheet_run(ledger_txn *txn, const ledger_type *type, const uint8_t *id,
                              lj_slice bytes, lj_arena *arena, sheet_read *out, lj_err *err);

#endif
