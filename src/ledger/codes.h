/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Code lists (data/codes.txt): what a CODE field may hold, and what it is called. */
#ifndef LJ_LEDGER_CODES_H
#define LJ_LEDGER_CODES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

typedef struct codes codes; /* immutable once read; any number of users */

typedef struct codes_row {
    lj_slice list, code, zh, en;
    int64_t since_on; /* day number: may be chosen from this day on */
} codes_row;

/* The lists built into the program. LJ_E_NOMEM; LJ_E_INTERNAL when our own file is faulty (a test
 * holds that it is not). Lives as long as the arena. */
LJ_MUST_USE lj_code codes_load(lj_arena *arena, const codes **out, lj_err *err);
/* The same out of a given text, which is borrowed. LJ_E_FORMAT at the byte of the faulty row: not
 * five cells, not a name, not a day, a code twice, rows of a list apart. */
LJ_MUST_USE lj_code codes_read(lj_slice text, lj_arena *arena, const codes **out, lj_err *err);

/* How many codes a list has; 0 when there is no such list. */
uint32_t codes_count(const codes *all, const char *list);
/* The code of a list by its position, in the order of the file; NULL behind the last. */
const codes_row *codes_at(const codes *all, const char *list, uint32_t code_idx);
/* NULL when the list has no such code. */
const codes_row *codes_lookup(const codes *all, const char *list, lj_slice code);
bool codes_has(const codes *all, const char *list, lj_slice code);
/* The code that is meant by a code or a label in either language; empty when there is none. */
lj_slice codes_find(const codes *all, const char *list, lj_slice text);

#endif
