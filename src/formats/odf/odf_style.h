/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Styles of OpenDocument: looks, what a style hides, number formats, page backgrounds. */
#ifndef LJ_FORMATS_ODF_ODF_STYLE_H
#define LJ_FORMATS_ODF_ODF_STYLE_H

#include "formats/look.h"
#include "formats/span.h"
#include "formats/xml_token.h"

/* Which values of odf_look are stated, and the values of those that are on or off. */
typedef enum odf_stated {
    ODF_SIZE = 1 << 0, /* western */
    ODF_SIZE_ASIAN = 1 << 1,
    ODF_FG = 1 << 2,
    ODF_BG = 1 << 3,     /* behind the letters */
    ODF_GROUND = 1 << 4, /* behind the paragraph, cell, shape or page */
    ODF_HEI = 1 << 5,
    ODF_HEI_ASIAN = 1 << 6,
    ODF_BOLD = 1 << 7,
    ODF_BOLD_ASIAN = 1 << 8,
    ODF_ITALIC = 1 << 9,
    ODF_STRUCK = 1 << 10,
    ODF_VANISH = 1 << 11,
    ODF_CENTRED = 1 << 12, /* one of the two is stated: both are */
    ODF_RIGHT = 1 << 13,
    ODF_INDENT = 1 << 14,
    ODF_TINY_SCALE = 1 << 15,
    ODF_CLEAR = 1 << 16, /* letters that are fully transparent */
} odf_stated;

typedef struct odf_look {
    uint32_t stated, on;     /* odf_stated */
    uint32_t size_pt100[2];  /* western, Asian */
    uint32_t size_bp[2];     /* of the style around; 0: size_pt100 is stated */
    uint32_t fg, bg, ground; /* LOOK_NO_COLOUR: automatic or none; ground also LOOK_PAINTED */
} odf_look;

/* What a style says beside looks. */
typedef enum odf_style_flag {
    ODF_STYLE_COMMON = 1 << 0,     /* stays when automatic styles go */
    ODF_STYLE_HIDES = 1 << 1,      /* table or page that is not shown */
    ODF_STYLE_SHOWS = 1 << 2,      /* states that it is */
    ODF_STYLE_FLAT = 1 << 3,       /* row or column without height or width */
    ODF_STYLE_EMPTY_DATA = 1 << 4, /* number format that shows nothing */
    ODF_STYLE_IS_TEXT = 1 << 5,    /* that format is one of texts */
    ODF_STYLE_PAINTS = 1 << 6,     /* has a fill of its own */
} odf_style_flag;

typedef struct odf_style {
    uint64_t id;                        /* family and name */
    uint64_t parent;                    /* 0: none */
    uint64_t data;                      /* number format, or 0 */
    uint32_t flags;                     /* odf_style_flag */
    uint32_t width_pt100, height_pt100; /* of a page layout */
    odf_look look;
    bool is_settled; /* look has those of all parents */
} odf_style;

typedef struct odf_styles {
    odf_style *rows;
    uint32_t count, cap;
    uint32_t *table; /* by id: row + 1 */
    uint32_t slots;
    odf_look text; /* of paragraphs without a style */
    odf_look cell, shape;
    int32_t page_pt100[2];
    uint32_t page_ground; /* of text documents */
    uint32_t ground_count;
    uint64_t hidden_layers[16];
    uint32_t hidden_layer_count;
} odf_styles;

/* Families are single letters: p(aragraph) t(ext) b: table, r: row, c: column, e: cell, g(raphic),
 * d(rawing page), n: number format, f(ont), l: page layout, m(aster page), y: layer, s(ection). */
uint64_t odf_style_id(char family, lj_str name);
void odf_styles_clear(odf_styles *styles);
/* A new row, entered; NULL when there are too many. An older row of that id is not found again. */
odf_style *odf_style_add(odf_styles *styles, lj_arena *arena, uint64_t id);
/* Automatic styles of a part are not seen by the next one. */
void odf_styles_forget_automatic(odf_styles *styles);
/* The style with its parents' looks, or NULL. */
const odf_style *odf_style_of(odf_styles *styles, char family, lj_str name);
const odf_style *odf_style_by_id(odf_styles *styles, uint64_t id);

/* Lays what src states over dst. */
void odf_look_put(odf_look *dst, const odf_look *src);
/* The text properties of an element. */
void odf_look_take_text(odf_styles *styles, odf_look *look, const xml_token *token);
void odf_look_take_paragraph(odf_look *look, const xml_token *token);
/* What a span says of text in that look; wide: letters beyond ASCII. */
span_look odf_look_span(const odf_look *look, bool wide);
/* "1.5cm" to hundredths of a point; false when it is no length. */
bool odf_length(lj_str value, int32_t *out_pt100);

#endif
