/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the readers of EMF and WMF share: letters that are drawn piece by piece become lines. */
#ifndef LJ_FORMATS_PICTURE_METAFILE_H
#define LJ_FORMATS_PICTURE_METAFILE_H

#include "formats/picture/picture.h"
#include "formats/span_block.h"

enum { METAFILE_OBJECTS_MAX = 4096 };

typedef struct metafile_font {
    uint8_t charset; /* of Windows: 134 is GB 2312 */
    bool is_font;
    bool is_hei, is_bold, is_symbols;
    int32_t height;
} metafile_font;

typedef struct metafile {
    picture pic;
    picture_area file;
    span_block block;
    lj_buf scratch;
    uint64_t line_off;
    int64_t line_y;       /* of the baseline that is being written */
    int64_t line_x;       /* where the last piece ended, INT64_MAX: not known */
    metafile_font *fonts; /* by handle */
    metafile_font font;
    uint32_t fg;
    int64_t at_x, at_y; /* current position */
    bool has_bitmap;
    bool has_glyphs; /* numbers of glyphs instead of letters */
    bool updates;    /* text stands at the current position */
} metafile;

bool metafile_begin(metafile *m, format_run *run, format_src *src);
/* Where a piece of text stands, and how wide it is (0: not known). */
typedef struct metafile_place {
    int64_t x, y, width;
} metafile_place;
/* A piece of text: bytes in UTF-16 or in the charset of the font. */
void metafile_text(metafile *m, metafile_place place, bool wide, lj_slice bytes, uint64_t off);
void metafile_line_end(metafile *m);
void metafile_font_name(metafile *m, metafile_font *font, lj_slice name, bool wide);
lj_code metafile_end(metafile *m, const char *name);

#endif
