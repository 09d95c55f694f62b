/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the DrawingML reader: the state of one pass, shapes and what they paint. */
#ifndef LJ_FORMATS_OOXML_DRAWINGML_SHAPE_H
#define LJ_FORMATS_OOXML_DRAWINGML_SHAPE_H

#include "formats/ooxml/drawingml.h"
#include "formats/span_block.h"

enum {
    SHAPE_MAX = 24,
    ART_MAX = 512,
};

/* A shape or group that is open. */
typedef struct shape {
    uint32_t depth;
    bool is_group;
    bool has_box, has_child_box;
    int64_t off[2], ext[2], child_off[2], child_ext[2]; /* EMU */
    uint32_t fill;      /* colour, LOOK_PAINTED, or LOOK_NO_COLOUR */
    uint32_t art;       /* its number among the painted shapes + 1; 0 = paints nothing */
    span_role role;     /* of the shape around */
    uint64_t hidden_by; /* of the shape around */
} shape;

/* Something painted; in the order of painting. */
typedef struct art {
    int64_t box[4]; /* left, top, right, bottom; EMU */
    bool has_box;
    bool is_opaque;
} art;

typedef enum target { TARGET_NONE, TARGET_SHAPE, TARGET_RUN, TARGET_PAGE } target;
typedef enum sink { SINK_NONE, SINK_RUN, SINK_VALUE, SINK_ROW, SINK_COL } sink;

typedef struct drawing {
    opc_xml *x;
    const drawingml_context *context;
    bool is_quiet; /* first pass: nothing is emitted */
    shape shapes[SHAPE_MAX];
    uint32_t shape_count;
    uint32_t shape_extra; /* groups and shapes beyond SHAPE_MAX */
    art *arts;
    uint32_t art_count; /* collected */
    uint32_t art_next;  /* second pass: how many were met */
    bool has_art;
    uint32_t page_ground; /* of this part */
    target target;        /* what a colour belongs to */
    uint32_t target_depth;
    sink sink;
    span_block block;
    lj_buf value;
    bool in_para, in_run_props, in_numbers, in_from;
    uint32_t para_depth, props_depth, numbers_depth, title_depth, from_depth;
    bool in_title;
    span_look para_look, run_look;
    uint32_t ground; /* of the text that is being read */
    uint32_t row, col;
    bool in_table;
    uint32_t table_depth;
    span_role role;
    span_join join;
} drawing;

/* ---- drawingml_shape.c ---- */

/* The box of the innermost shape on the page, in EMU, through all groups around it; false when it
 * is not known. */
bool drawing_box(const drawing *d, int64_t box[4]);
/* What the text of the innermost shape stands on (colour, LOOK_PAINTED, LOOK_NO_COLOUR); adds the
 * reasons for which it may not be seen. */
uint32_t drawing_ground(const drawing *d, uint64_t *out_hidden);
/* The current token is a fill or colour: takes it. False when it is another. */
bool drawing_paint(drawing *d);
/* The current token begins a shape or group. */
void drawing_shape_open(drawing *d, bool is_group);
/* Its properties are known: when it paints, it joins the list, in both passes in the same order. */
void drawing_shape_paint(drawing *d, bool is_picture);
void drawing_shape_close(drawing *d);
/* The current token is a part of a transform. */
void drawing_transform(drawing *d);

#endif
