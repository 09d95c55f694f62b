/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small writer of binary presentations ([MS-PPT]) for tests: records, saves, and the objects that
 * every presentation has. Usage: ppt_build_init, objects, ppt_build_save, ppt_build_end. Containers
 * are opened and closed; ppt_build_object() before a top-level record gives it a number in the
 * persist directory of the next save. Lengths count in master units, 576 an inch; a slide has
 * 5,760 by 4,320. */
#ifndef LJ_TESTS_FORMATS_PPT_BUILD_H
#define LJ_TESTS_FORMATS_PPT_BUILD_H

#include "ole2_build.h"

enum { PPT_BUILD_DEPTH = 128, PPT_BUILD_OBJECTS = 64 };

typedef struct ppt_build {
    lj_buf out;      /* the stream "PowerPoint Document" */
    lj_buf pictures; /* the stream "Pictures" */
    size_t open[PPT_BUILD_DEPTH];
    uint32_t depth;
    uint32_t numbers[PPT_BUILD_OBJECTS];
    uint32_t offs[PPT_BUILD_OBJECTS]; /* since the last save */
    uint32_t object_count;
    uint32_t last_edit;
    uint32_t session; /* number of the object with the encryption header; 0: none */
    const char *user;
    ole2_build file;
} ppt_build;

void ppt_build_init(ppt_build *ppt);
void ppt_build_done(ppt_build *ppt);

void ppt_build_open(ppt_build *ppt, uint16_t type, uint16_t instance);
void ppt_build_close(ppt_build *ppt);
void ppt_build_atom(ppt_build *ppt, uint16_t type, uint16_t instance, lj_slice body);
/* An atom of one number. */
void ppt_build_number(ppt_build *ppt, uint16_t type, uint16_t instance, uint32_t value);
/* An atom of UTF-16, from UTF-8. */
void ppt_build_wide(ppt_build *ppt, uint16_t type, uint16_t instance, const char *text);
/* A header and characters; style may be empty. */
void ppt_build_text(ppt_build *ppt, uint32_t type, const char *text, lj_slice style);

/* The next record stands for that number. */
void ppt_build_object(ppt_build *ppt, uint32_t number);
/* Directory and edit; the document is number 1. */
void ppt_build_save(ppt_build *ppt);
/* Document with the lists of that many slides, numbered 3 ..., and notes behind them; the caller
 * adds more and closes it. Master: number 2. */
void ppt_build_document(ppt_build *ppt, uint32_t slides, uint32_t notes);
/* Slide atom and what hides it; the caller opens the drawing, adds shapes, closes both. */
void ppt_build_slide(ppt_build *ppt, uint32_t notes_id, bool is_hidden);
/* Drawing with its outermost group; closed by ppt_build_drawing_end. */
void ppt_build_drawing(ppt_build *ppt);
void ppt_build_drawing_end(ppt_build *ppt);
/* A whole object: master with title and body styles, a scheme and that text. */
void ppt_build_master(ppt_build *ppt, const char *text);

typedef struct ppt_build_shape {
    int16_t box[4]; /* left, top, right, bottom; all 0: none */
    bool is_child;  /* the box is in the coordinates of its group */
    const char *text;
    uint32_t text_type;
    lj_slice style;
    uint32_t outline; /* 1 + index of an outline text; 0: none */
    const char *name, *descr, *art;
    bool has_fill;
    uint32_t fill; /* 0xBBGGRR */
    bool is_hidden;
    uint8_t placeholder;
} ppt_build_shape;
void ppt_build_add_shape(ppt_build *ppt, const ppt_build_shape *shape);

/* Appends a style of one paragraph run and one character run over count characters: size in points
 * (0: not said), colour as ColorIndexStruct, 0xFEBBGGRR (0: not said), bold. */
void ppt_build_style(lj_buf *out, uint32_t count, uint16_t size, uint32_t colour, bool is_bold);

/* The whole file; borrowed. */
lj_slice ppt_build_end(ppt_build *ppt);
/* The same with the encryption token in Current User. */
lj_slice ppt_build_end_locked(ppt_build *ppt);

#endif
