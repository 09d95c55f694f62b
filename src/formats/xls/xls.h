/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the reader of binary workbooks: what is known of the stream being read, and the records
 * by subject. A taker reads the body of one record from x->b.cur; what it leaves is swept. */
#ifndef LJ_FORMATS_XLS_XLS_H
#define LJ_FORMATS_XLS_XLS_H

#include "formats/ole2/ole2.h"
#include "formats/sheet/sheet.h"
#include "formats/xls/biff.h"

enum {
    XLS_ROWS = 65536, /* of a sheet: row numbers have 16 bits */
    XLS_DEPTH = 8,    /* substreams inside substreams: a chart in a sheet */
};

/* dt of BOF ([MS-XLS] 2.4.21) */
typedef enum xls_kind {
    XLS_GLOBALS = 0x0005,
    XLS_MODULE = 0x0006,
    XLS_SHEET = 0x0010,
    XLS_CHART = 0x0020,
    XLS_MACRO = 0x0040,
    XLS_WORKSPACE = 0x0100,
} xls_kind;

/* A sheet that the workbook lists. */
typedef struct xls_bound {
    uint64_t at; /* its BOF in the stream */
    uint32_t no; /* from 1 */
    bool is_hidden, is_macro;
} xls_bound;

typedef struct xls_substream {
    uint16_t kind; /* xls_kind */
    uint64_t hidden_by;
    uint32_t sheet_no;
} xls_substream;

/* A cell format as stored; resolved when all palettes and fonts are known. */
typedef struct xls_xf {
    uint16_t font, format;
    uint8_t align; /* 2 centre, 3 right, 6 centre across */
    uint8_t pattern, fore, back;
} xls_xf;

typedef struct xls {
    format_run *run;
    lj_arena *arena;
    biff b;
    uint32_t part_id;
    uint64_t hidden_by; /* of the whole stream */
    uint32_t story_count;
    uint16_t alt_count;
    bool is_damaged;
    bool has_bof;
    bool is_locked; /* a FILEPASS was seen */
    uint16_t last_id;
    lj_buf text;      /* of the string at hand */
    span_block block; /* of the rich string at hand */
    /* what the workbook says */
    sheet_rows bounds;     /* xls_bound, in the order of the workbook */
    uint32_t *bound_table; /* by place: bound + 1 */
    uint32_t bound_slots;
    uint32_t fence_count;
    uint64_t *fences; /* where sheets begin, ascending; UINT64_MAX behind the last */
    uint32_t fence_next;
    sheet_rows fonts;   /* sheet_font */
    sheet_rows formats; /* xls_format */
    sheet_rows xfs;     /* xls_xf */
    uint32_t palette[64];
    bool has_palette;
    bool styles_ready;
    uint32_t style_makes;
    sheet_styles styles;
    sheet_strings strings;
    sheet_writer writer;
    /* where we are */
    xls_substream subs[XLS_DEPTH];
    uint32_t depth;
    uint32_t too_deep; /* open substreams beyond that */
    uint32_t story_id;
    uint32_t name_count; /* sheets of streams that have no workbook */
    sheet_hidden_cols hidden_cols;
    uint8_t hidden_rows[XLS_ROWS / 8];
    uint8_t listed_rows[XLS_ROWS / 8]; /* a ROW record told of them */
    bool has_hidden_rows, hides_other_rows;
    /* a formula whose text follows */
    bool awaits_string;
    uint32_t string_row, string_col, string_xf;
    /* drawings */
    uint16_t obj_kind, obj_id;
    bool shape_hidden;
    sheet_strings notes; /* texts of comments, which come before their places */
    uint32_t note_from;  /* the first one of this sheet */
    uint32_t *note_of;   /* by object: note + 1 */
    sheet_rows art;      /* format_piece: records with pictures */
    sheet_rows slack;    /* format_piece: bytes that no taker wanted */
    bool is_slack;       /* CONTINUE records that follow are, too */
} xls;

/* A span that begins with what is known of the place. */
span xls_span(const xls *x, span_role role, uint64_t hidden_by);
/* x->text with a label; blank and empty ones are dropped. */
LJ_MUST_USE lj_code xls_emit(xls *x, span_role role, const char *label, uint64_t hidden_by);
/* The same for what is on no page. */
LJ_MUST_USE lj_code xls_emit_unseen(xls *x, span_role role, const char *label);
/* Bytes of the stream that no taker wanted: swept later. */
LJ_MUST_USE lj_code xls_slack(xls *x, uint64_t off, uint64_t len);
/* Sweeps what was gathered. */
LJ_MUST_USE lj_code xls_sweep_slack(xls *x);

/* One stream of records from its first BOF to its end: xls_stream.c. is_cache: a pivot cache, which
 * has no BOF. */
LJ_MUST_USE lj_code xls_read_stream(xls *x, bool is_cache);

/* Takers by subject. */
typedef lj_code (*xls_taker)(xls *x);

/* xls_style.c */
lj_code xls_take_font(xls *x);
lj_code xls_take_format(xls *x);
lj_code xls_take_xf(xls *x);
lj_code xls_take_palette(xls *x);
lj_code xls_take_style(xls *x);
/* Resolves the cell formats; done again when more came. */
void xls_styles_make(xls *x);
/* The font of a run; NULL when there is none. */
const sheet_font *xls_font_of(const xls *x, uint16_t idx);
/* x->text with runs (pairs of position and font, at the cursor) into x->block. */
void xls_take_runs(xls *x, uint32_t count, uint32_t run_len);

/* xls_book.c */
lj_code xls_take_codepage(xls *x);
lj_code xls_take_boundsheet(xls *x);
lj_code xls_take_sheethdr(xls *x);
/* The sheet of the workbook that begins there, or NULL. */
const xls_bound *xls_bound_at(const xls *x, uint64_t at);
lj_code xls_take_sst(xls *x);
lj_code xls_take_name(xls *x);
lj_code xls_take_extern_sheet(xls *x);
lj_code xls_take_supbook(xls *x);
lj_code xls_take_extern_name(xls *x);
lj_code xls_take_crn(xls *x);
lj_code xls_take_dconref(xls *x);
lj_code xls_take_dconname(xls *x);
lj_code xls_take_writeaccess(xls *x);
lj_code xls_take_filesharing(xls *x);
lj_code xls_take_obproj(xls *x);
lj_code xls_take_printer(xls *x);
lj_code xls_take_codename(xls *x);
lj_code xls_take_series_text(xls *x);
lj_code xls_take_cache_string(xls *x);
lj_code xls_take_cache_field(xls *x);
lj_code xls_take_pivot_name(xls *x);

/* xls_cell.c */
lj_code xls_take_row(xls *x);
lj_code xls_take_default_row(xls *x);
lj_code xls_take_colinfo(xls *x);
lj_code xls_take_colwidth(xls *x);
lj_code xls_take_label(xls *x);
lj_code xls_take_labelsst(xls *x);
lj_code xls_take_number(xls *x);
lj_code xls_take_integer(xls *x);
lj_code xls_take_rk(xls *x);
lj_code xls_take_mulrk(xls *x);
lj_code xls_take_formula(xls *x);
lj_code xls_take_string(xls *x);
lj_code xls_take_shared_formula(xls *x);
/* Constants of a formula of len bytes at the cursor, joined (X11), as a span of that role. */
LJ_MUST_USE lj_code xls_emit_constants(xls *x, uint32_t len, span_role role, const char *label);

/* xls_page.c */
lj_code xls_take_header(xls *x);
lj_code xls_take_header_more(xls *x);
lj_code xls_take_hlink(xls *x);
lj_code xls_take_tooltip(xls *x);
lj_code xls_take_dv(xls *x);
lj_code xls_take_cf(xls *x);
lj_code xls_take_scenario(xls *x);

/* xls_object.c */
lj_code xls_take_obj(xls *x);
lj_code xls_take_txo(xls *x);
lj_code xls_take_note(xls *x);
lj_code xls_take_drawing(xls *x);
lj_code xls_take_drawing_group(xls *x);
/* Comments of a sheet for which no NOTE came. */
LJ_MUST_USE lj_code xls_end_notes(xls *x);
/* Pictures of the workbook as children. */
LJ_MUST_USE lj_code xls_read_pictures(xls *x);

/* xls_crypt.c: at a FILEPASS record. LJ_OK: x->b goes on in clear. LJ_E_ENCRYPTED: told. */
LJ_MUST_USE lj_code xls_unlock(xls *x);

#endif
