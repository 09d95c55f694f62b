/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Code lists (data/codes.txt): what a CODE field may hold, and what it is called. */
#ifndef LJ_LEDGER_CODES_H
#define LJ_LEDGER_CODES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

typedef struct ledger_codes ledger_codes; /* immutable once read; any number of users */

typedef struct ledger_code_row {
    lj_str list, code, zh, en;
    int64_t since_on; /* day number: may be chosen from this day on */
} ledger_code_row;

/* The lists built into the program. LJ_E_NOMEM; LJ_E_INTERNAL when our own file is faulty (a test
 * holds that it is not). Lives as long as the arena. */
LJ_MUST_USE lj_code ledger_codes_load(lj_arena *arena, const ledger_codes **out, lj_err *err);
/* The same out of a given text, which is borrowed. LJ_E_FORMAT at the byte of the faulty row: not
 * five cells, not a name, not a day, a code twice, rows of a list apart. */
LJ_MUST_USE lj_code ledger_codes_read(lj_slice text, lj_arena *arena, const ledger_codes **out,
                                      lj_err *err);

/* How many codes a list has; 0 when there is no such list. */
uint32_t ledger_codes_count(const ledger_codes *codes, lj_str list);
/* The code of a list by its position, in the order of the file; NULL behind the last. */
const ledger_code_row *ledger_codes_at(const ledger_codes *codes, lj_str list, uint32_t code_idx);
/* NULL when the list has no such code. */
const ledger_code_row *ledger_codes_lookup(const ledger_codes *codes, lj_str list, lj_str code);

#endif
