/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Examinations that misbehave, for files that ask for it; all others are examined as always. Only
 * tests link this. */
#ifndef LJ_TESTS_SCAN_HOOKS_H
#define LJ_TESTS_SCAN_HOOKS_H

#include "scan/scan.h"

/* By the first bytes of the file:
 * CRASH     an inner document with a mark, complete; then abort()
 * CRASH-1   nothing, then abort()
 * HANG      an inner document with a mark, then nothing for ever
 * LOOP      beats for ever
 * TWICE     begins the file's document twice: against the protocol
 * OPEN      opens a file: a forbidden call
 * MEMORY    takes memory until there is none, then abort() */
lj_code hooks_examine(format_context *context, const format_input *input,
                      const format_options *options, const format_sink *sink, lj_err *err);

/* The same, and spins for a while on each file; counts examinations in a page that the caller
 * shares. */
typedef struct hooks_page {
    volatile uint64_t examined;
} hooks_page;
void hooks_slow_set(hooks_page *page, uint64_t spin);
lj_code hooks_examine_slowly(format_context *context, const format_input *input,
                             const format_options *options, const format_sink *sink, lj_err *err);

#endif
