/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The machine that runs through pages, templates, units and appearances. */
#ifndef LJ_FORMATS_OFD_OFD_CONTENT_H
#define LJ_FORMATS_OFD_OFD_CONTENT_H

#include "formats/ofd/ofd_doc.h"

typedef struct ofd_code {
    uint32_t text_at, text_len, dx_at, dx_len, dy_at, dy_len; /* in ofd_content.bytes */
    float x, y;
} ofd_code;

typedef struct ofd_object {
    uint16_t kind;    /* OFD_TextObject ... */
    uint32_t depth;   /* of its element */
    ofd_matrix outer; /* from its container to points */
    ofd_matrix m;     /* from its own space to points */
    float bound[4];
    bool has_bound, has_ctm;
    float size, hscale;
    uint32_t id, font, param, resource;
    uint32_t code_from; /* its first code in ofd_content.codes */
    ofd_color fill, stroke;
    bool fills, strokes, blends, has_clip;
    uint8_t alpha;
    uint16_t flags;  /* span_look_flag */
    uint32_t hidden; /* SPAN_HIDE bits */
} ofd_object;

/* The machine that takes the tokens of layers, blocks and objects. */
typedef struct ofd_content {
    ofd_xml *x;
    ofd_page *page; /* NULL: a scene is recorded */
    ofd_matrix base;
    span_role role;           /* of text that finds no room in a scene */
    uint32_t page_id;         /* for custom tags */
    uint32_t layer_param;     /* drawing parameter of the layer, 0 = none */
    uint32_t invisible_depth; /* depth + 1 of a container that is not shown, 0 = none */
    uint32_t skipped;         /* objects open beyond OFD_OBJECTS */
    uint32_t object_count;
    ofd_object objects[OFD_OBJECTS];
    ofd_code codes[OFD_CODES];
    uint32_t code_count;
    lj_buf bytes; /* of the codes */
    lj_buf path;  /* AbbreviatedData */
    uint16_t
        text_of; /* whose text comes: OFD_TextCode, OFD_AbbreviatedData, OFD_Path (of a clip), 0 */
    bool in_fill, in_stroke;
    uint32_t curves; /* in paths so far */
} ofd_content;

bool ofd_content_init(ofd_content *it, ofd_xml *x, ofd_page *page, ofd_matrix base);
/* Takes x->token. */
void ofd_content_take(ofd_content *it);
/* The object at the top has come to its end. */
void ofd_text_end(ofd_content *it, ofd_object *object);
void ofd_path_end(ofd_content *it, ofd_object *object);
void ofd_image_end(ofd_content *it, ofd_object *object);
void ofd_composite_end(ofd_content *it, ofd_object *object);

#endif
