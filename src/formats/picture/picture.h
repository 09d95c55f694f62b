/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What readers of pictures share: text of metadata as spans, the gap that only OCR could close,
 * what stands behind the end. Pixels are never decoded, so their number does not matter. */
#ifndef LJ_FORMATS_PICTURE_PICTURE_H
#define LJ_FORMATS_PICTURE_PICTURE_H

#include "base/buf.h"
#include "base/cur.h"
#include "formats/format.h"

enum {
    PICTURE_TEXT_MAX = 1024 * 1024, /* bytes of a text that is read whole */
};

/* A range of a source that is read as a structure of its own. */
typedef struct picture_area {
    format_src *src;
    uint64_t off, len;
    bool is_file; /* src is the document: what is read is claimed */
} picture_area;

typedef struct picture {
    format_run *run;
    format_src *src;
    uint64_t size; /* UINT64_MAX: not known yet */
    lj_code code;  /* what ends the reading; LJ_E_FORMAT does not */
    bool is_damaged;
    bool is_memory; /* offsets say nothing: bytes that were decoded are read */
    uint32_t depth; /* areas inside areas */
} picture;

void picture_begin(picture *pic, format_run *run, format_src *src);
/* Tells damage and the gap of the picture (name: literal; NULL: it has none), and gives what the
 * reader returns. */
lj_code picture_end(picture *pic, const char *name);

/* Claims a range of the area. */
void picture_claim(picture *pic, const picture_area *area, uint64_t off, uint64_t len,
                   format_claim_kind kind);
/* Bytes of the area, at most FORMAT_WINDOW_MAX; fewer at its end. */
lj_slice picture_bytes(picture *pic, const picture_area *area, uint64_t off, size_t len);
/* The same, kept in the arena: empty and damaged when they are not there, or more than
 * PICTURE_TEXT_MAX. */
lj_slice picture_keep(picture *pic, const picture_area *area, uint64_t off, uint64_t len);
picture_area picture_part(const picture_area *area, uint64_t off, uint64_t len);
/* A source over the area. NULL without memory. */
format_src *picture_source(picture *pic, const picture_area *area);

/* Emits a text of metadata when there is something to read. label: literal or borrowed. */
void picture_emit(picture *pic, lj_str label, lj_str text, uint64_t off);
/* The same of bytes in a charset, TEXT_CHARSET_ANY: found out. Zeros at the end are cut. */
void picture_emit_bytes(picture *pic, lj_str label, text_charset charset, lj_slice bytes,
                        uint64_t off);

/* What stands behind the end: a child when it is something known, else left to the sweep. */
void picture_tail(picture *pic, uint64_t off);

/* ---- metadata that many formats carry ---- */

/* TIFF structure: Exif blocks and TIFF files (exif.c). */
void picture_exif(picture *pic, const picture_area *area);
/* The XML of an XMP packet (xmp.c). */
void picture_xmp(picture *pic, format_src *src, uint64_t off);
/* Image resources of Photoshop, and IPTC (resources.c). */
void picture_resources(picture *pic, const picture_area *area);
void picture_iptc(picture *pic, const picture_area *area);

#endif
