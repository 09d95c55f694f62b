/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the OpenDocument reader: the document, one part being read, styles. The packages are in
 * odf.c, the flat files in odf_flat.c; both read XML with the same functions. */
#ifndef LJ_FORMATS_ODF_ODF_H
#define LJ_FORMATS_ODF_ODF_H

#include "base/buf.h"
#include "formats/format.h"
#include "formats/look.h"
#include "formats/odf/odf_names.h"
#include "formats/odf/odf_style.h"
#include "formats/span_block.h"
#include "formats/xml_token.h"

enum { ODF_BINARIES_MAX = 4096 }; /* pictures and objects inside of one XML part */

/* What the body is. */
typedef enum odf_kind { ODF_KIND_TEXT, ODF_KIND_SHEETS, ODF_KIND_PAGES } odf_kind;

/* Base64 that stands inside an XML part: read after the part as a child. */
typedef struct odf_binary {
    uint64_t off, len; /* in the part; bytes */
} odf_binary;

typedef struct odf_doc {
    format_run *run;
    lj_arena *arena;
    const xml_names *names;
    uint32_t story_count;
    uint16_t alt_count;
    odf_styles styles;
    uint32_t sheet_count, page_count;
    odf_binary *binaries;
    uint32_t binary_count;
} odf_doc;

/* One XML part being read. */
typedef struct odf_xml {
    odf_doc *doc;
    format_src *src;
    xml_reader *xml;
    const xml_token *token;
    xml_token cdata; /* a CDATA section, given as text */
    span base;       /* role, story, place, reasons: what every span begins with */
    lj_code code;    /* LJ_OK, or what a call said that means: stop now */
    /* of the element that is read in a loop of its own; here, because the tokenizer takes from the
     * same arena while such a loop runs: nothing may be given back before the part ends */
    lj_buf leaf_text, leaf_label;
} odf_xml;

/* ---- odf_part.c ---- */

bool odf_doc_init(odf_doc *doc, format_run *run);
/* Reads one XML part: src from its first byte to its end. hidden_by: of all of it. LJ_OK also for a
 * damaged part, which gives its gap. */
lj_code odf_read_part(odf_doc *doc, format_src *src, uint32_t part_id, uint64_t hidden_by);

/* The next START, END or TEXT; comments and the like are emitted on the way. False at the end, or
 * when x->code is set. */
bool odf_next(odf_xml *x);
/* Appends; a full arena ends the reading. */
void odf_keep(odf_xml *x, lj_buf *buf, lj_str text);
span odf_span(const odf_xml *x, span_role role);
void odf_emit(odf_xml *x, span *what);
/* Blank texts are dropped. */
void odf_emit_text(odf_xml *x, span_role role, lj_str label, lj_str text);
/* The same for what is on no page. */
void odf_emit_unseen(odf_xml *x, span_role role, lj_str label, lj_str text);
/* Attributes of the token with letters beyond ASCII: all of them; those that no reader takes, for
 * every element; those that a reader might have taken, for elements that none did. */
void odf_emit_attrs(odf_xml *x);
void odf_emit_other_attrs(odf_xml *x);
void odf_emit_left_attrs(odf_xml *x);
void odf_emit_stray(odf_xml *x);
/* The target of a link; percent-decoded. Targets inside the package are left out. */
void odf_emit_link(odf_xml *x, lj_str target);
/* Unknown XML from the token (a START) to its END: every text node and wordy attribute. */
void odf_read_generic(odf_xml *x, span_role role);
/* office:meta and office:settings, from their START to their END. */
void odf_read_meta(odf_xml *x);
void odf_read_settings(odf_xml *x);
/* MathML and script modules. */
void odf_read_math(odf_xml *x);
void odf_read_module(odf_xml *x);
/* The token begins office:binary-data: its text becomes a child later; reads on to its END. */
void odf_take_binary(odf_xml *x);
/* The local name of the token, as text. */
lj_str odf_local(const xml_token *token);
bool odf_is_prefixed(const xml_token *token, const char *prefix);
#define ODF_IS(text, literal) lj_str_is((text), LJ_STR(literal))

/* ---- odf_style_read.c ---- */

/* office:styles, office:automatic-styles, font faces: from START to END. */
void odf_read_styles(odf_xml *x, bool automatic);

/* ---- odf_story.c ---- */

/* From the root's START to the end of the part. */
void odf_read_story(odf_xml *x);

#endif
