/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Imports of tables into records: previewed, committed, undone. Rows come as texts by the columns
 * of the type's sheet; who reads them out of a file is not the kernel's business.
 *
 * Preview and commit are the same pass: every row is a change of the kernel inside its own
 * savepoint, so that rights, bounds, uniqueness inside the file and guards are the kernel's own.
 * A preview ends with ledger_rollback.
 *
 *     ledger_import_begin(txn, type, NULL, arena, &pass)      with an id: to be committed
 *     ledger_import_row(pass, row_no, cells) ...
 *     ledger_import_result_of(pass)
 *
 * Which record a row means: the one of its number (of its id, where the type has no numbers), else
 * the one with its value of the first UNIQUE field, else a new one. */
#ifndef LJ_LEDGER_IMPORT_H
#define LJ_LEDGER_IMPORT_H

#include "ledger/ledger.h"

enum {
    LEDGER_IMPORT_ROWS_MAX = 20000,
    LEDGER_IMPORT_ERRORS_MAX = 500, /* kept of one pass; all are counted */
    LEDGER_IMPORT_COLUMNS_MAX = LEDGER_FIELD_MAX + 1,
    LEDGER_IMPORT_KEPT_MS = 24 * 60 * 60 * 1000, /* previews */
};

/* The columns: 0 is the number (or id), then every field that people may fill. */
typedef struct ledger_sheet {
    const ledger_type *type;
    uint32_t column_count;
    int fields[LEDGER_IMPORT_COLUMNS_MAX]; /* by column; -1 for the number */
} ledger_sheet;
void ledger_sheet_of(const ledger_type *type, ledger_sheet *out);
/* False for types that are only made by the program, and for attachments: a row has no bytes. */
bool ledger_import_offers(const ledger_type *type);
/* May the actor make or change any record of the type? */
bool ledger_import_may(const ledger_type *type, const ledger_actor *actor);

typedef struct ledger_import_cell {
    lj_slice text;     /* UTF-8; ptr NULL: the file has no such column, the value stays */
    const char *fault; /* why the cell cannot be used: a literal; NULL: it can */
} ledger_import_cell;

typedef struct ledger_import_error {
    uint32_t row_no;
    int column;          /* of the sheet; -1: the whole row */
    const char *code;    /* of a value's problem, of a cell's fault, or "refused" */
    const char *refused; /* key of a guard's refusal, else NULL */
    int64_t min, max;
    lj_slice found; /* the beginning of what stood in the cell */
} ledger_import_error;

typedef struct ledger_import_result {
    uint32_t row_count, new_count, changed_count, same_count, faulty_count; /* rows */
    ledger_import_error *errors;
    uint32_t error_count; /* kept */
    uint64_t error_total; /* seen */
} ledger_import_result;

typedef struct ledger_import ledger_import; /* lives in the arena */

/* id: under which what is made and changed can be undone; NULL: a preview. The arena is another one
 * than the transaction's, which is rewound behind every row. */
LJ_MUST_USE lj_code ledger_import_begin(ledger_txn *txn, const ledger_type *type, const uint8_t *id,
                                        lj_arena *arena, ledger_import **out, lj_err *err);
/* One row: a cell for each column. LJ_OK also for a faulty row; LJ_E_LIMIT above the ceiling of
 * rows. Nothing is changed by a row that is faulty. */
LJ_MUST_USE lj_code ledger_import_row(ledger_import *pass, uint32_t row_no,
                                      const ledger_import_cell *cells, lj_err *err);
const ledger_import_result *ledger_import_result_of(const ledger_import *pass);

/* ---- the file between preview and commit ---- */
typedef enum ledger_import_state {
    LEDGER_IMPORT_PREVIEWED,
    LEDGER_IMPORT_COMMITTED,
    LEDGER_IMPORT_UNDONE
} ledger_import_state;

typedef struct ledger_import_row_of {
    const ledger_type *type;
    ledger_import_state state;
    int64_t at;
    lj_slice bytes; /* in the arena; empty unless asked for */
} ledger_import_row_of;

/* Keeps a previewed file; previews older than a day are dropped. Nothing is logged: nothing came
 * in yet. */
LJ_MUST_USE lj_code ledger_import_keep(ledger_txn *txn, const ledger_type *type, lj_slice bytes,
                                       uint8_t out_id[16], lj_err *err);
/* The actor's own imports only, else LJ_E_NOT_FOUND. */
LJ_MUST_USE lj_code ledger_import_read(ledger *book, store_conn *conn, const ledger_actor *actor,
                                       const uint8_t id[16], ledger_import_row_of *out,
                                       lj_err *err);
/* The same with the file, locked until the transaction ends. */
LJ_MUST_USE lj_code ledger_import_load(ledger_txn *txn, const uint8_t id[16], lj_arena *arena,
                                       ledger_import_row_of *out, lj_err *err);
/* Ends a commit: the entry of the log with the file's hash, and the file goes. */
LJ_MUST_USE lj_code ledger_import_done(ledger_txn *txn, const uint8_t id[16],
                                       const uint8_t sha256[32], lj_err *err);
/* Records that the batch made and changed, effects included. */
LJ_MUST_USE lj_code ledger_import_count(ledger *book, store_conn *conn, const uint8_t id[16],
                                        int64_t *out_made, int64_t *out_changed, lj_err *err);

/* ---- the way back ---- */
typedef struct ledger_import_kept {
    const ledger_type *type;
    uint8_t record[16];
    const char *reason; /* "touched", "right", "void", or the code or refusal of the kernel */
} ledger_import_kept;
enum { LEDGER_IMPORT_KEPT_MAX = 200 };
typedef struct ledger_import_undone {
    uint32_t void_count, restored_count;
    uint32_t kept_count; /* all; the first ones are named */
    ledger_import_kept kept[LEDGER_IMPORT_KEPT_MAX];
} ledger_import_undone;
/* Voids what the batch made and changes back what it changed, where nobody touched it since.
 * LJ_E_NOT_FOUND, LJ_E_CONFLICT (not committed, or undone already). */
LJ_MUST_USE lj_code ledger_import_undo(ledger_txn *txn, const uint8_t id[16],
                                       ledger_import_undone *out, lj_err *err);

#endif
