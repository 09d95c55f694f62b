/* SPDX-License-Identifier: AGPL-3.0-or-later
 * DrawingML: shapes with text, tables, charts, diagrams; shared by slides, sheets and documents. */
#ifndef LJ_FORMATS_OOXML_DRAWINGML_H
#define LJ_FORMATS_OOXML_DRAWINGML_H

#include "formats/ooxml/opc.h"

enum { DRAWINGML_COLOURS = 12 }; /* dk1 lt1 dk2 lt2 accent1 to accent6 hlink folHlink */

/* What the reader knows around the part; ctx of drawingml_read(), or NULL. */
typedef struct drawingml_context {
    int64_t page_emu[2];                 /* width and height of a slide; 0: there is no page */
    uint32_t colours[DRAWINGML_COLOURS]; /* of the theme; LOOK_NO_COLOUR: not known */
    uint32_t ground; /* behind the whole part: colour, LOOK_PAINTED, or LOOK_NO_COLOUR */
    bool has_theme;
} drawingml_context;

/* Reads the part. Afterwards opc_part.ground and .has_art tell what the part paints. */
void drawingml_read(opc_xml *x, void *ctx);
/* The same without a context, whatever ctx is. */
void drawingml_read_plain(opc_xml *x, void *ctx);
/* Reads a theme part into ctx (a drawingml_context). */
void drawingml_read_theme(opc_xml *x, void *ctx);

#endif
