/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the Word reader: looks of runs and paragraphs, resolved styles. */
#ifndef LJ_FORMATS_OOXML_DOCX_H
#define LJ_FORMATS_OOXML_DOCX_H

#include "formats/ooxml/opc.h"

/* Which values of docx_look are stated. */
typedef enum docx_stated {
    DOCX_SIZE = 1 << 0,
    DOCX_FG = 1 << 1,
    DOCX_SHADE = 1 << 2,
    DOCX_HIGHLIGHT = 1 << 3,
    DOCX_FONT = 1 << 4,
    DOCX_BOLD = 1 << 5,
    DOCX_ITALIC = 1 << 6,
    DOCX_STRIKE = 1 << 7,
    DOCX_VANISH = 1 << 8,
    DOCX_ALIGN = 1 << 9,
    DOCX_INDENT = 1 << 10,
    DOCX_SCALE = 1 << 11,
    DOCX_SPACING = 1 << 12,
    DOCX_NO_FILL = 1 << 13,
    DOCX_LINE = 1 << 14,
    DOCX_GROUND = 1 << 15, /* shading of the paragraph, cell or page around the run */
} docx_stated;

/* Properties of a run and of the paragraph around it; only what is stated counts. */
typedef struct docx_look {
    uint32_t stated; /* docx_stated */
    uint32_t size_pt100;
    uint32_t fg, shade, highlight, ground; /* LOOK_NO_COLOUR: automatic or none */
    bool wingdings;
    bool hei, bold, italic, strike, vanish, centred, right, indent;
    bool tiny_scale, tiny_spacing, tiny_line, no_fill;
} docx_look;

typedef struct docx_style {
    uint64_t id_hash;
    uint64_t parent_hash; /* 0: none */
    docx_look look;       /* own properties; after docx_styles_settle() with those of all parents */
    bool is_default;      /* of paragraphs */
} docx_style;

typedef struct docx_styles {
    docx_style *rows;
    uint32_t count, cap;
    docx_look defaults; /* docDefaults and the default paragraph style */
    uint32_t *table;    /* by id_hash: row + 1 */
    uint32_t table_mask;
} docx_styles;

/* Puts what src states over dst. */
void docx_look_put(docx_look *dst, const docx_look *src);
/* Takes one property element (a child of rPr or pPr, in x->token as START) into the look. */
void docx_look_take(docx_look *look, const xml_token *token);
/* What a span says of such a run. */
span_look docx_look_span(const docx_look *look);

/* Reads the styles part; ctx is the docx_styles, which are cleared first. */
void docx_read_styles(opc_xml *x, void *ctx);
/* The look of a style by id, or NULL. */
const docx_look *docx_style_look(const docx_styles *styles, lj_str id);

enum { DOCX_A4_WIDTH = 59530, DOCX_A4_HEIGHT = 84190, DOCX_BINARIES_MAX = 4096 };

/* Base64 inside a part (Word 2003): read after the part. */
typedef struct docx_binary {
    uint64_t off, len; /* bytes of the part */
} docx_binary;

/* What stories need; ctx of docx_read_story(). */
typedef struct docx_context {
    docx_styles styles;
    docx_binary *binaries; /* room for DOCX_BINARIES_MAX, or NULL */
    uint32_t binary_count;
    int32_t page_pt100[2]; /* width, height of the last section that is known */
} docx_context;

/* The main part: looks for the page size first. */
void docx_read_document(opc_xml *x, void *ctx);
/* Reads body, headers, footers, notes, comments, glossary: any part with paragraphs. */
void docx_read_story(opc_xml *x, void *ctx);

#endif
