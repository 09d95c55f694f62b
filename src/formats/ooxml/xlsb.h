/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the reader of binary parts of workbooks: the walk over records of BIFF12. */
#ifndef LJ_FORMATS_OOXML_XLSB_H
#define LJ_FORMATS_OOXML_XLSB_H

#include "base/cur.h"
#include "formats/ooxml/xlsx.h"

/* A part that is being read. */
typedef struct xlsb {
    opc_xml *x;
    xlsx_context *context;
    lj_slice window;
    uint64_t window_at;
    uint64_t next; /* header of the next record */
    uint32_t id;
    lj_cur cur; /* in the body */
    uint64_t body_at;
    bool is_cut;      /* a record is longer than what is left */
    lj_buf text;      /* of the string at hand */
    span_block block; /* of the rich string at hand */
    sheet_rows slack; /* format_piece: bytes that nobody took */
    /* sheets */
    sheet_writer writer;
    uint32_t row_no, col_no;
    bool row_hidden;
    sheet_hidden_cols hidden_cols;
    /* styles */
    sheet_rows fonts;   /* sheet_font */
    sheet_rows fills;   /* uint32_t */
    sheet_rows formats; /* xlsb_format */
    sheet_rows xfs;     /* sheet_xf */
    bool in_cell_xfs, in_dxfs;
    /* comments */
    sheet_rows authors; /* lj_str */
} xlsb;

/* A taker reads the body of a record from b->cur; what it leaves is swept. */
typedef void (*xlsb_taker)(xlsb *b);
typedef struct xlsb_row {
    uint16_t id;
    xlsb_taker take; /* NULL: holds no text */
} xlsb_row;

/* A string that begins with its count of letters into b->text; false when it is absent or cut. */
bool xlsb_string(xlsb *b);
/* A string with runs (2.5.122 RichStr) into b->block. */
void xlsb_rich(xlsb *b);
/* b->text as a span that is on no page. */
void xlsb_emit_unseen(xlsb *b, span_role role, const char *label);
/* Constants of the formula at the cursor (a length, tokens, a length, data). */
void xlsb_emit_constants(xlsb *b, span_role role, const char *label);
/* Keeps the first code that ends the reading. */
void xlsb_code(xlsb *b, lj_code code);

/* xlsb_sheet.c, xlsb_parts.c: the records that they know, in ascending order. */
extern const xlsb_row xlsb_sheet_rows[];
extern const uint32_t xlsb_sheet_row_count;
extern const xlsb_row xlsb_part_rows[];
extern const uint32_t xlsb_part_row_count;
extern const xlsb_row xlsb_style_rows[];
extern const uint32_t xlsb_style_row_count;
/* When the part of styles has ended. */
void xlsb_styles_end(xlsb *b);
/* Before the first record of a sheet. */
void xlsb_sheet_begin(xlsb *b);

#endif
