/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A block of text that is put together from runs with looks (hidden-marks W01: a mark is split over
 * runs as a rule), then emitted as one span. */
#ifndef LJ_FORMATS_OOXML_OPC_BLOCK_H
#define LJ_FORMATS_OOXML_OPC_BLOCK_H

#include "formats/ooxml/opc.h"

enum { OPC_BLOCK_MAX = 256 * 1024 }; /* bytes after which a block is emitted and goes on */

typedef struct opc_block {
    lj_buf text;
    span_look *looks;
    uint32_t look_count, look_cap;
    lj_arena *arena;
    bool has_break; /* a line break stands inside */
} opc_block;

void opc_block_init(opc_block *block, lj_arena *arena);
void opc_block_clear(opc_block *block);
/* look: from and len do not matter; NULL when nothing is known. Equal neighbours become one. */
void opc_block_add(opc_block *block, lj_str text, const span_look *look);
/* Emits what is inside and clears: `what` has role, label and so on; text, looks and the reasons
 * that all of the text shares are set here. A block with breaks is given a second time without
 * them, as an alternative of the same content (W01), when it is short. */
void opc_block_emit(opc_xml *x, opc_block *block, span *what);

#endif
