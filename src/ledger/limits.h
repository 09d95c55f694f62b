/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Time limits and other amounts (data/limits.txt), by key, by value of a field, on a day. */
#ifndef LJ_LEDGER_LIMITS_H
#define LJ_LEDGER_LIMITS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

typedef struct ledger_limits ledger_limits; /* immutable once read; any number of users */

/* The limits built into the program. LJ_E_NOMEM; LJ_E_INTERNAL when our own file is faulty (a test
 * holds that it is not). Lives as long as the arena. */
LJ_MUST_USE lj_code ledger_limits_load(lj_arena *arena, const ledger_limits **out, lj_err *err);
/* The same out of a given text, which is borrowed; a district's own list has the same form.
 * LJ_E_FORMAT at the byte of the faulty row: not four cells, not a name, no amount, no day, a row
 * twice. */
LJ_MUST_USE lj_code ledger_limits_read(lj_slice text, lj_arena *arena, const ledger_limits **out,
                                       lj_err *err);

/* True when the key has a row at all. */
bool ledger_limits_has(const ledger_limits *limits, lj_str key);
/* The newest amount that holds on the day: of rows for the value, else of rows for any value. An
 * empty value asks for the latter. False when no row holds on that day. */
bool ledger_limits_amount(const ledger_limits *limits, lj_str key, lj_str value, int64_t on_day,
                          int64_t *out_amount);
/* Digest of the text as 16 hexadecimal letters: what stands in due.data_version. */
const char *ledger_limits_version(const ledger_limits *limits);

#endif
