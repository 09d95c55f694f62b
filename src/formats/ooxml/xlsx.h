/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the workbook reader: cell formats, shared strings, number formats, sheets. */
#ifndef LJ_FORMATS_OOXML_XLSX_H
#define LJ_FORMATS_OOXML_XLSX_H

#include "formats/ooxml/opc.h"
#include "formats/sheet_words.h"
#include "formats/span_block.h"

/* ---- cell formats: xlsx_style.c ---- */

typedef struct xlsx_font {
    uint32_t fg; /* LOOK_NO_COLOUR: automatic */
    uint32_t size_pt100;
    bool hei, bold, italic, struck, has_size, has_name;
} xlsx_font;

/* One row of cellXfs, resolved. */
typedef struct xlsx_xf {
    xlsx_font font;
    uint32_t fill;   /* colour, LOOK_PAINTED, or LOOK_NO_COLOUR */
    lj_slice format; /* number format code, or empty */
    uint16_t flags;  /* alignment, as span_look_flag */
    bool says_words; /* the format holds words of its own (X07) */
    bool hides_text; /* X06 */
    bool hides_numbers;
} xlsx_xf;

typedef struct xlsx_styles {
    const xlsx_xf *xfs;
    uint32_t xf_count;
} xlsx_styles;

/* Part reader of styleSheet; ctx is an xlsx_context. */
void xlsx_read_styles(opc_xml *x, void *ctx);
/* Takes a child of font or rPr (in token, START) into the font. */
void xlsx_font_take(xlsx_font *font, const xml_token *token);
/* The look of text in such a font on such a fill. */
span_look xlsx_look(const xlsx_font *font, uint32_t fill, uint16_t flags);

/* ---- number formats: xlsx_format.c ---- */

/* True when the code holds words beyond the parts of dates (X07). */
bool xlsx_format_says_words(lj_slice code);
/* True when a text (number) in this format is not shown: an empty section (X06). */
bool xlsx_format_hides(lj_slice code, bool is_number);
/* The value as the format shows it, as far as words are concerned; appended to out. */
void xlsx_format_render(lj_slice code, lj_str value, bool is_number, lj_buf *out);

/* ---- strings: xlsx_strings.c ---- */

typedef struct xlsx_string {
    uint32_t from, len; /* bytes in text */
    uint32_t look_from; /* in looks */
    uint16_t look_count;
    bool is_used;
} xlsx_string;

typedef struct xlsx_strings {
    lj_buf text;
    xlsx_string *rows;
    uint32_t count, cap;
    span_look *looks; /* rich runs; colours of fonts only, cells add their fill */
    uint32_t look_count, look_cap;
    bool is_full; /* later strings were emitted at once and are not kept */
    uint32_t part;
} xlsx_strings;

/* Part reader of sst; ctx is an xlsx_context. */
void xlsx_read_strings(opc_xml *x, void *ctx);
/* The text of one string; borrowed. */
lj_str xlsx_string_text(const xlsx_strings *strings, const xlsx_string *row);
/* Shared strings that no cell used (X17). */
lj_code xlsx_emit_unused(opc_package *pkg, const xlsx_strings *strings);
/* _xHHHH_ (22.9.2.19) decoded; appended to out. */
void xlsx_unescape(lj_str text, lj_buf *out);

/* Collects the rich text of a string item, comment or inline string: feed it all tokens inside. */
typedef struct xlsx_rich {
    span_block block;
    xlsx_font font;
    bool in_run_props, in_text, has_font;
    uint32_t phonetic; /* open rPh: kept out */
    lj_buf plain;      /* decoded escapes */
} xlsx_rich;
void xlsx_rich_init(xlsx_rich *rich, lj_arena *arena);
void xlsx_rich_take(xlsx_rich *rich, const xml_token *token);

/* ---- sheets: xlsx_sheet.c ---- */

typedef struct xlsx_context {
    xlsx_styles styles;
    xlsx_strings strings;
    uint32_t *sheets; /* parts in the order of the workbook */
    uint32_t sheet_count, sheet_cap;
} xlsx_context;

/* Part reader of worksheets, chartsheets, dialog and macro sheets. */
void xlsx_read_sheet(opc_xml *x, void *ctx);
/* "B12" to row and column from 1; false when it is none. */
bool xlsx_cell_ref(lj_str ref, uint32_t *out_row, uint32_t *out_col);
/* Text of a header or footer without its codes, one span per section (X09). */
void xlsx_emit_header(opc_xml *x, span_role role, lj_str text);

/* ---- the parts around: xlsx_parts.c ---- */
void xlsx_read_workbook(opc_xml *x, void *ctx);
void xlsx_read_comments(opc_xml *x, void *ctx);
void xlsx_read_threads(opc_xml *x, void *ctx);
void xlsx_read_persons(opc_xml *x, void *ctx);
void xlsx_read_table(opc_xml *x, void *ctx);
void xlsx_read_external(opc_xml *x, void *ctx);
void xlsx_read_pivot(opc_xml *x, void *ctx);

#endif
