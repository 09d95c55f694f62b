/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pictures that were found in a Word document, and are read as children at the end. */
#ifndef LJ_FORMATS_DOC_DOC_ART_H
#define LJ_FORMATS_DOC_DOC_ART_H

#include "formats/doc/doc.h"

enum { DOC_PICTURES_MAX = 1024 };

typedef struct doc_picture {
    uint32_t idx;      /* of the stream in the compound file */
    uint32_t off, len; /* in the stream */
    bool is_deflated;
} doc_picture;

typedef struct doc_pictures {
    doc_picture rows[DOC_PICTURES_MAX];
    uint32_t count;
    uint32_t told; /* children so far */
} doc_pictures;

/* Finds words of shapes, form fields and pictures; the latter go into the list, or are read at once
 * when it is full or the streams were encrypted. */
LJ_MUST_USE lj_code doc_art_read(doc *d, doc_pictures *list);
/* Reads the pictures of the list. */
LJ_MUST_USE lj_code doc_pictures_read(format_run *run, ole2_file *ole, doc_pictures *list);

#endif
