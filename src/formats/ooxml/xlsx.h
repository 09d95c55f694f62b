/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the workbook reader: cell formats, shared strings, number formats, sheets. */
#ifndef LJ_FORMATS_OOXML_XLSX_H
#define LJ_FORMATS_OOXML_XLSX_H

#include "formats/ooxml/opc.h"
#include "formats/sheet/sheet.h"
#include "formats/span_block.h"

/* ---- cell formats: xlsx_style.c ---- */

/* Part reader of styleSheet; ctx is an xlsx_context. */
void xlsx_read_styles(opc_xml *x, void *ctx);
/* Takes a child of font or rPr (in token, START) into the font. */
void xlsx_font_take(sheet_font *font, const xml_token *token);

/* ---- strings: xlsx_strings.c ---- */

/* Part reader of sst; ctx is an xlsx_context. */
void xlsx_read_strings(opc_xml *x, void *ctx);
/* Shared strings that no cell used (X17). */
lj_code xlsx_emit_unused(opc_package *pkg, const sheet_strings *strings);
/* _xHHHH_ (22.9.2.19) decoded; appended to out. */
void xlsx_unescape(lj_str text, lj_buf *out);

/* Collects the rich text of a string item, comment or inline string: feed it all tokens inside. */
typedef struct xlsx_rich {
    span_block block;
    sheet_font font;
    bool in_run_props, in_text, has_font;
    uint32_t phonetic; /* open rPh: kept out */
    lj_buf plain;      /* decoded escapes */
} xlsx_rich;
void xlsx_rich_init(xlsx_rich *rich, lj_arena *arena);
void xlsx_rich_take(xlsx_rich *rich, const xml_token *token);

/* ---- sheets: xlsx_sheet.c ---- */

typedef struct xlsx_context {
    sheet_styles styles;
    const sheet_font *fonts; /* xlsb: runs name them by number */
    uint32_t font_count;
    sheet_strings strings;
    uint32_t *sheets; /* parts in the order of the workbook */
    uint32_t sheet_count, sheet_cap;
} xlsx_context;

/* Part reader of worksheets, chartsheets, dialog and macro sheets. */
void xlsx_read_sheet(opc_xml *x, void *ctx);
/* "B12" to row and column from 1; false when it is none. */
bool xlsx_cell_ref(lj_str ref, uint32_t *out_row, uint32_t *out_col);
/* Text of a header or footer without its codes, one span per section (X09). */
void xlsx_emit_header(opc_xml *x, span_role role, lj_str text);

/* A sheet of the workbook: its name, its number, whether it is hidden. rel_id: of its relationship.
 */
void xlsx_add_sheet(opc_xml *x, xlsx_context *context, lj_str name, lj_slice rel_id, bool hidden);

/* ---- records instead of XML: xlsb.c ---- */
bool xlsb_read_part(opc_xml *x, lj_slice head, void *ctx);

/* ---- the parts around: xlsx_parts.c ---- */
void xlsx_read_workbook(opc_xml *x, void *ctx);
void xlsx_read_comments(opc_xml *x, void *ctx);
void xlsx_read_threads(opc_xml *x, void *ctx);
void xlsx_read_persons(opc_xml *x, void *ctx);
void xlsx_read_table(opc_xml *x, void *ctx);
void xlsx_read_external(opc_xml *x, void *ctx);
void xlsx_read_pivot(opc_xml *x, void *ctx);

#endif
