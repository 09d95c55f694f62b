/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A block of text that is put together from runs with looks (hidden-marks W01: a mark is split over
 * runs as a rule), then emitted as one span. */
#ifndef LJ_FORMATS_SPAN_BLOCK_H
#define LJ_FORMATS_SPAN_BLOCK_H

#include "base/buf.h"
#include "formats/format.h"

enum { SPAN_BLOCK_MAX = 256 * 1024 }; /* bytes after which a block is emitted and goes on */

typedef struct span_block {
    lj_buf text;
    span_look *looks;
    uint32_t look_count, look_cap;
    lj_arena *arena;
    bool has_break; /* a line break stands inside */
} span_block;

void span_block_init(span_block *block, lj_arena *arena);
void span_block_clear(span_block *block);
/* look: from and len do not matter; NULL when nothing is known. Equal neighbours become one. */
void span_block_add(span_block *block, lj_str text, const span_look *look);
/* Emits what is inside and clears: `what` has role, label and so on; text, looks and the reasons
 * that all of the text shares are set here. A block with breaks is given a second time without
 * them, as an alternative of the same content (W01), when it is short; alt_count counts the
 * alternatives of the document. Blank blocks are dropped. */
LJ_MUST_USE lj_code span_block_emit(format_run *run, span_block *block, span *what,
                                    uint16_t *alt_count);

#endif
