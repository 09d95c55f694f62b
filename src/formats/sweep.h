/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The byte sweep for bytes that are in memory already; format_sweep() of format.h is the other way
 * in. */
#ifndef LJ_FORMATS_SWEEP_H
#define LJ_FORMATS_SWEEP_H

#include "formats/format.h"

/* Finds runs of UTF-16 in bytes that stand at `off` of the document: lines that another program has
 * appended to a text. */
LJ_MUST_USE lj_code sweep_wide(format_run *run, lj_slice bytes, uint64_t off);

#endif
