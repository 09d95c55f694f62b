/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The piece table of a Word document. */
#ifndef LJ_FORMATS_DOC_DOC_TEXT_H
#define LJ_FORMATS_DOC_DOC_TEXT_H

#include "formats/doc/doc.h"

typedef struct doc_piece {
    uint32_t from, to; /* letters of the document; to may lie before from in a broken table */
    uint32_t off;      /* in the stream */
    uint32_t width;    /* bytes of a letter */
    uint16_t prm;      /* modifiers of all of it */
} doc_piece;

LJ_MUST_USE lj_code doc_pieces_open(doc *d);
/* False behind the last one. */
bool doc_piece_at(const doc *d, uint32_t idx, doc_piece *out);

#endif
