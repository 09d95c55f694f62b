/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where the text boxes of a Word document stand on the page. */
#ifndef LJ_FORMATS_DOC_DOC_BOX_H
#define LJ_FORMATS_DOC_DOC_BOX_H

#include "formats/doc/doc.h"

typedef struct doc_boxes {
    lj_slice texts, anchors; /* PlcftxbxTxt, PlcfSpa of the same story */
    uint32_t text_count, anchor_count;
    int32_t page[2], margin[2]; /* twips: width and height; left and top */
} doc_boxes;

typedef struct doc_box {
    uint32_t to;          /* end of its letters in the story */
    bool is_known;        /* box_pt100 is set */
    bool is_off_page;     /* nothing of it lies on the page */
    int32_t box_pt100[4]; /* left, top, right, bottom from the page's top left */
} doc_box;

void doc_boxes_open(doc *d, doc_boxes *out, bool in_headers);
/* The letters of box idx, and where it stands; false behind the last. */
bool doc_box_at(const doc_boxes *boxes, uint32_t idx, doc_box *out);

#endif
