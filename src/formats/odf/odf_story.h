/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the reader of OpenDocument stories: the state of one pass over a part. See
 * odf_story.c. */
#ifndef LJ_FORMATS_ODF_ODF_STORY_H
#define LJ_FORMATS_ODF_ODF_STORY_H

#include "formats/odf/odf.h"

enum {
    SCOPE_MAX = 160,
    PARA_MAX = 10,
    TABLE_MAX = 8,
    COL_RANGES_MAX = 4096,  /* ranges of columns of one table */
    VALUE_MAX = 256 * 1024, /* bytes of a value that stands in an element of its own */
};

typedef enum scope_kind {
    SCOPE_PARA,
    SCOPE_RUN,   /* span, link, ruby: a look of its own */
    SCOPE_FRAME, /* note, comment, text box, region: paragraphs of its own */
    SCOPE_SHAPE,
    SCOPE_PART, /* section, page, header, deletion: what is set holds until its end */
    SCOPE_TABLE,
    SCOPE_ROWS, /* a group of rows or columns */
    SCOPE_ROW,
    SCOPE_CELL,
    SCOPE_VALUE,
} scope_kind;

/* What a scope restores when it closes. */
typedef struct scope {
    scope_kind kind;
    uint32_t depth;
    span base;
    odf_look look;
    odf_look shape_look; /* of the text in shapes and cells */
    uint32_t para_floor;
    uint32_t cell_paras;
    bool in_gone;
} scope;

typedef struct para {
    span_block block;
    uint64_t hidden_by;
    span_join join;
    bool is_cell; /* a cell of a sheet: its paragraphs are lines */
    bool goes_on;
    bool ends_blank; /* the last letter was a blank that counts for the next ones */
} para;

typedef struct col_range {
    uint32_t from, to;
    uint64_t style; /* of its cells */
    bool is_hidden;
} col_range;

typedef struct table {
    uint32_t row, col;
    uint32_t row_repeat;
    bool is_sheet;
    bool cols_hidden; /* inside a group of columns that is not shown */
    uint64_t row_style;
    col_range *ranges;
    uint32_t range_count, range_cap;
    uint32_t range_at; /* where the column of the cell is looked for */
    uint32_t col_count;
} table;

/* What a value becomes when its element ends. */
typedef enum value_kind {
    VALUE_SPAN,
    VALUE_CITATION,
    VALUE_AUTHOR,
    VALUE_DATE,
} value_kind;

typedef struct story {
    odf_xml *x;
    odf_kind kind;
    scope scopes[SCOPE_MAX];
    uint32_t scope_count;
    para paras[PARA_MAX];
    uint32_t para_count;
    uint32_t para_floor; /* paragraphs below belong to what is around the frame */
    table tables[TABLE_MAX];
    uint32_t table_count;
    odf_look look;         /* of the run that is open */
    odf_look shape_look;   /* what paragraphs begin with: of the shape, cell or page around */
    span_look run_look[2]; /* narrow and wide letters */
    bool run_ready[2];
    bool is_wide; /* the last letters were wide */
    uint32_t cell_paras;
    lj_buf value;
    value_kind value_kind;
    span_role value_role;
    bool value_unseen, in_value;
    lj_str value_label;
    lj_buf scratch; /* text with its blanks put together */
    bool in_gone;   /* tracked changes of tables */
    bool in_master;
    bool page_has_art; /* something painted came before on this page */
    lj_buf cell_value; /* of a cell without paragraphs */
    lj_buf formula;
} story;

/* ---- odf_story.c ---- */

scope *odf_story_scope_open(story *s, scope_kind kind);
/* Opens a scope for paragraphs of their own, with a role. */
scope *odf_story_frame_open(story *s, span_role role);
/* The text of the token's element becomes a span of that role. label: a literal or borrowed for
 * long enough. */
void odf_story_value_open(story *s, value_kind kind, span_role role, lj_str label, bool unseen);

/* ---- odf_para.c ---- */

para *odf_story_para_of(story *s);
/* The token is a text:p or text:h. */
void odf_story_para_take(story *s);
/* Opens a paragraph without an element; false when there are too many. */
bool odf_story_para_open(story *s);
void odf_story_para_close(story *s);
void odf_story_para_done(story *s); /* the element of a paragraph ended */
void odf_story_text_add(story *s, lj_str text);
/* The token is text: blanks are put together as 6.1.2 says. */
void odf_story_text_take(story *s);
/* Lays a style over the run that is open. */
void odf_story_run_style(story *s, char family, lj_str name);
/* The token is a field, mark or hidden text inside a paragraph. True when it was taken. */
bool odf_story_inline_take(story *s);

/* ---- odf_table.c ---- */

/* The token belongs to tables. True when it was taken. */
bool odf_story_table_take(story *s);
void odf_story_cell_close(story *s);

/* ---- odf_draw.c ---- */

/* The token belongs to drawings, pages, forms. True when it was taken. */
bool odf_story_draw_take(story *s);

#endif
