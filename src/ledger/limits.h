/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Time limits and other amounts (data/limits.txt), by key, by value of a field, on a day. */
#ifndef LJ_LEDGER_LIMITS_H
#define LJ_LEDGER_LIMITS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

typedef struct limits limits; /* immutable once read; any number of users */

/* The limits built into the program. LJ_E_NOMEM; LJ_E_INTERNAL when our own file is faulty (a test
 * holds that it is not). Lives as long as the arena. */
LJ_MUST_USE lj_code limits_load(lj_arena *arena, const limits **out, lj_err *err);
/* The same out of a given text, which is borrowed; a district's own list has the same form.
 * LJ_E_FORMAT at the byte of the faulty row: not four cells, not a name, no amount, no day, a row
 * twice. */
LJ_MUST_USE lj_code limits_read(lj_slice text, lj_arena *arena, const limits **out, lj_err *err);

/* True when the key has a row for any value ("*"). */
bool limits_has(const limits *all, const char *key);
/* The newest amount that holds on the day: of the rows for the value, else of those for any value.
 * Before the first day of a key its oldest amount holds, so that the past of a first year has
 * limits too. 0 when there is no row. */
int64_t limits_amount(const limits *all, const char *key, lj_slice value, int64_t on_day);
/* Digest of the text as 16 hexadecimal letters: what stands in due.data_version. */
const char *limits_version(const limits *all);

#endif
