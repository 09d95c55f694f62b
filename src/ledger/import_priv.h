/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the files of imports share. */
#ifndef LJ_LEDGER_IMPORT_PRIV_H
#define LJ_LEDGER_IMPORT_PRIV_H

#include "base/hash.h"
#include "ledger/import.h"
#include "ledger/ledger_priv.h"

enum { LEDGER_IMPORT_SLOTS = 65536 /* of hash tables: twice the rows, and a power of two */ };

/* What a text meant as a reference to a record. */
typedef struct ledger_import_named {
    uint8_t key[LJ_SIP_LEN];
    uint8_t id[16];
    bool is_used;
} ledger_import_named;

struct ledger_import {
    ledger_txn *txn;
    const ledger_type *type;
    ledger_sheet sheet;
    const uint8_t *id; /* NULL: a preview */
    lj_arena *arena;
    ledger_import_result result;
    uint8_t (*seen)[16]; /* ids of records that rows meant: a table of LEDGER_IMPORT_SLOTS */
    ledger_import_named *named;
    uint32_t named_count;
    uint8_t hash_key[16];
};

/* The record of a number, or, where the type has none, of an id: upper case does not count. False:
 * the text is neither. */
LJ_MUST_USE lj_code ledger_import_keyed(ledger_import *pass, const ledger_type *type, lj_slice text,
                                        bool *out_is_key, store_value *out, lj_err *err);
/* What a REF cell means: a number or an id (a title behind it must be the record's), or a title
 * that only one of the records has which the actor sees; among several the one of the unit.
 * *out_why: why not, else NULL. */
LJ_MUST_USE lj_code ledger_import_ref(ledger_import *pass, const ledger_field *field, lj_slice text,
                                      const store_value *unit, store_value *out,
                                      const char **out_why, lj_err *err);
/* The move by which people make a record of the type; NULL: only the program does. */
const ledger_move *ledger_import_made_by(const ledger_type *type);
lj_slice ledger_import_trim(lj_slice text);
/* Marks the import as undone, with an entry of the log. */
LJ_MUST_USE lj_code ledger_import_close(ledger_txn *txn, const uint8_t id[16], lj_err *err);

#endif
