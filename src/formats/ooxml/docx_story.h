/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the reader of Word stories: the state of one pass over a part. See docx_story.c. */
#ifndef LJ_FORMATS_OOXML_DOCX_STORY_H
#define LJ_FORMATS_OOXML_DOCX_STORY_H

#include "formats/ooxml/docx.h"
#include "formats/span_block.h"

enum {
    SCOPE_MAX = 160,
    PARA_MAX = 10,
    TABLE_MAX = 12,
    ALT_MAX = 6,
    ALT_HASHES = 64,
    FORM_MAX = 4,
    FIELD_MAX = 64 * 1024, /* bytes of one field instruction */
    FORM_TEXT_MAX = 256,   /* bytes of a content control that is told with its name */
};

typedef enum scope_kind {
    SCOPE_PARA,
    SCOPE_FRAME, /* text box, comment, note */
    SCOPE_ALT,
    SCOPE_BRANCH,
    SCOPE_TABLE,
    SCOPE_CELL,
    SCOPE_FORM,
    SCOPE_GONE,  /* deleted, moved away */
    SCOPE_FLOAT, /* anchored drawing, VML shape */
    SCOPE_SHAPE, /* inline drawing, shape inside a drawing */
    SCOPE_FILL,  /* properties of a shape */
    SCOPE_RUBY,
    SCOPE_RUN,
    SCOPE_PROPS,      /* rPr of a run */
    SCOPE_PARA_PROPS, /* pPr */
    SCOPE_TEXT,
} scope_kind;

/* What a scope restores when it closes. */
typedef struct scope {
    scope_kind kind;
    uint32_t depth;
    span_role role;
    uint32_t story_id;
    uint16_t alt_group;
    uint16_t known;
    uint32_t row_no, col_no;
    uint32_t ground;
    uint32_t cell_paras;
    uint64_t hidden_by;
    int32_t box_pt100[4];
    lj_str author;
    int64_t changed_at;
    bool shadows; /* SCOPE_BRANCH: a paragraph was opened for its direct text */
    size_t from;  /* SCOPE_BRANCH: where its text begins in the paragraph around it */
} scope;

typedef struct para {
    span_block block;
    span_block gone; /* deleted text alone */
    docx_look look;
    lj_buf author;
    int64_t changed_at;
    bool has_kept;
    bool goes_on; /* a part of it was emitted already */
} para;

typedef struct table {
    uint32_t row, col;
} table;

/* AlternateContent: what its branches gave so far. */
typedef struct alternatives {
    uint32_t branch;
    uint32_t hash_count;
    uint64_t hashes[ALT_HASHES];
} alternatives;

/* Content control. */
typedef struct form {
    lj_buf name;
    lj_buf text;
    bool too_long;
    bool in_content;
} form;

/* Where text goes. */
typedef enum sink { SINK_NONE, SINK_RUN, SINK_FIELD, SINK_POSITION } sink;

/* Position of the drawing around a text box. */
typedef struct floating {
    int64_t x, y, width, height; /* EMU */
    bool knows_x, knows_y;
    bool page_x, page_y; /* relative to the page */
    bool vertical;       /* the next offset is the vertical one */
} floating;

typedef struct story {
    opc_xml *x;
    docx_context *context;
    scope scopes[SCOPE_MAX];
    uint32_t scope_count;
    para paras[PARA_MAX];
    uint32_t para_count;
    uint32_t para_extra; /* paragraphs beyond PARA_MAX that are open */
    table tables[TABLE_MAX];
    uint32_t table_count;
    alternatives alts[ALT_MAX];
    uint32_t alt_count;
    form forms[FORM_MAX];
    uint32_t form_count;
    sink sink;
    docx_look run;
    const docx_look *run_style;
    span_look run_look;
    bool run_ready;
    uint32_t gone; /* open deletions */
    lj_buf gone_author;
    int64_t gone_at;
    span_block ruby;
    uint32_t ruby_count;
    lj_buf letter; /* one character of a symbol font */
    lj_buf field;
    uint32_t field_level;
    bool field_gone;
    floating floating;
    uint32_t group_count;
    uint32_t ground; /* colour of the cell or page */
    uint32_t cell_paras;
} story;

/* ---- docx_story.c ---- */

/* Opens a scope at the current token; NULL when the stack is full (the element is read flat). */
scope *story_scope_open(story *s, scope_kind kind);
/* Text goes there until the element of the current token ends. */
void story_sink_open(story *s, sink where);

/* The current token begins a comment; a deletion. */
void story_comment_take(story *s);
void story_gone_take(story *s);

/* ---- docx_2003.c ---- */

/* The current token is an element of Word 2003 XML that office packages do not know. */
void story_2003_take(story *s);

/* ---- docx_para.c: paragraphs, runs, fields ---- */

/* The innermost paragraph, or NULL. */
para *story_para_of(story *s);
/* False when too many are open: its text joins the one around it. */
bool story_para_open(story *s);
void story_para_close(story *s);
/* In a later branch of alternatives: true when an earlier one gave the same text. In the first one:
 * remembers. */
bool story_is_repeated(story *s, lj_slice text);
/* Text of the current run. */
void story_text_add(story *s, lj_str text);
/* The current token is text: where the sink says. */
void story_text_take(story *s);
/* The current token is a w:sym. */
void story_sym_add(story *s);
/* Emits the field instruction gathered so far. */
void story_field_emit(story *s);
/* The current token is a w:fldChar. */
void story_field_mark(story *s);

/* ---- docx_float.c: text boxes, drawings, shapes ---- */

/* The current token begins a text box, comment or note. */
void story_frame_open(story *s, span_role role);
/* ... is a VML shape. */
void story_shape_take(story *s);
/* ... has the name and descriptions of a drawing. */
void story_words_take(story *s);
/* ... belongs to the anchor of a drawing. */
void story_float_take(story *s);
/* ... is a child of the properties of a shape. */
void story_fill_take(story *s);

#endif
