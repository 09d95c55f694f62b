/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The span: the one currency between readers and detectors. A block of text with where it stands,
 * how it looks, and the facts for which a person would not see it. Spans are borrowed: valid only
 * during format_emit(). */
#ifndef LJ_FORMATS_SPAN_H
#define LJ_FORMATS_SPAN_H

#include "base/slice.h"

/* What the text is in its document. Names for people and results: span_role_rows in span.c. */
typedef enum span_role {
    SPAN_BODY,       /* running text of the main story; lines of a text file */
    SPAN_HEADER,     /* page header */
    SPAN_FOOTER,     /* page footer */
    SPAN_TEXTBOX,    /* text box, shape, frame */
    SPAN_WATERMARK,  /* WordArt or text behind the page */
    SPAN_FOOTNOTE,   /* footnote or endnote */
    SPAN_COMMENT,    /* comment of a reviewer, annotation, source comment */
    SPAN_NOTES,      /* speaker notes */
    SPAN_MASTER,     /* slide master, layout, template page */
    SPAN_TITLE,      /* title of a slide, a page, a chart */
    SPAN_CELL,       /* cell of a table or sheet */
    SPAN_SHEET_NAME, /* name of a sheet, a table, a defined name */
    SPAN_FORMULA,    /* formula or number format */
    SPAN_FIELD,      /* instruction of a field, document variable */
    SPAN_FORM,       /* value, tool tip or choice of a form control */
    SPAN_BOOKMARK,   /* bookmark, outline entry, named destination */
    SPAN_LINK,       /* target of a link */
    SPAN_ALT,        /* alternative text, shape name */
    SPAN_ATTRIBUTE,  /* attribute value, tag value, JSON or ini value kept apart from its key */
    SPAN_METADATA, /* property: title, subject, keywords, custom; the text is the value, `label` its
                      name */
    SPAN_SCRIPT,   /* script or macro source */
    SPAN_STYLE,    /* style sheet text, style name */
    SPAN_MEMBER_NAME, /* name of a member or attachment, made by the core */
    SPAN_FILE_NAME,   /* a path component, made by the scan */
    SPAN_RAW,         /* found by the byte sweep outside any structure */
} span_role;
enum { SPAN_ROLE_COUNT = SPAN_RAW + 1 };

/* Facts for which a person would not see the text. A fact about the file, not an accusation. */
typedef enum span_hidden {
    SPAN_HIDDEN_VANISH,      /* hidden-text attribute, display:none */
    SPAN_HIDDEN_NO_CONTRAST, /* text colour is the background's */
    SPAN_HIDDEN_TINY,        /* below 4 pt after all scaling, or scaled to nothing */
    SPAN_HIDDEN_OFF_PAGE,    /* outside the page or the slide */
    SPAN_HIDDEN_CLIPPED,     /* clip path or crop leaves nothing of it */
    SPAN_HIDDEN_COVERED,     /* something opaque lies above it */
    SPAN_HIDDEN_INVISIBLE,   /* render mode or transparency shows nothing */
    SPAN_HIDDEN_LAYER,       /* layer or optional content that is off */
    SPAN_HIDDEN_DELETED,     /* deleted or moved away under revision marks */
    SPAN_HIDDEN_SHEET,       /* sheet, slide or section that is hidden */
    SPAN_HIDDEN_CELL,        /* hidden row or column, number format that shows nothing */
    SPAN_HIDDEN_VERSION,     /* earlier version kept in the file */
    SPAN_HIDDEN_UNREACHABLE, /* no relationship or directory reaches the part */
    SPAN_HIDDEN_SLACK,       /* outside every structure: gap, slack, trailing bytes */
    SPAN_HIDDEN_NOT_PRINTED, /* shown on no page by design: metadata, comment in markup, script,
                                attribute */
} span_hidden;
enum { SPAN_HIDDEN_COUNT = SPAN_HIDDEN_NOT_PRINTED + 1 };
#define SPAN_HIDE(fact) ((uint64_t)1 << (fact))

typedef enum span_origin {
    SPAN_NATIVE,     /* text as the format stores it */
    SPAN_DECODED,    /* after a second decoding (base64, percent) */
    SPAN_SWEPT,      /* found by the byte sweep */
    SPAN_NAME,       /* a name, not content */
    SPAN_RECOGNISED, /* by OCR */
} span_origin;

/* How this span follows the one before it in the same story. */
typedef enum span_join {
    SPAN_JOIN_BLOCK, /* a new paragraph, cell or object */
    SPAN_JOIN_LINE,  /* the next line of the same block */
    SPAN_JOIN_SAME,  /* goes on in the same line */
} span_join;

typedef enum span_look_flag {
    SPAN_BOLD = 1 << 0,
    SPAN_ITALIC = 1 << 1,
    SPAN_CENTRED = 1 << 2,
    SPAN_RIGHT = 1 << 3,
    SPAN_HEI = 1 << 4,    /* a black-face font: 黑体, SimHei, Heiti and kin */
    SPAN_INDENT = 1 << 5, /* first line is indented */
    SPAN_STRUCK = 1 << 6, /* struck through */
} span_look_flag;

/* Which values of a span or a look are stated by the format. */
typedef enum span_known {
    SPAN_KNOWS_SIZE = 1 << 0,
    SPAN_KNOWS_FG = 1 << 1,
    SPAN_KNOWS_BG = 1 << 2,
    SPAN_KNOWS_FONT = 1 << 3,
    SPAN_KNOWS_ALIGN = 1 << 4,
    SPAN_KNOWS_BOX = 1 << 5,  /* box_pt100 */
    SPAN_KNOWS_PAGE = 1 << 6, /* page_pt100 and place.page_no */
} span_known;

/* The look of text bytes [from, from + len). Looks are in ascending order, do not overlap, and need
 * not cover all. */
typedef struct span_look {
    uint32_t from, len;  /* bytes in text */
    uint64_t hidden_by;  /* SPAN_HIDE bits */
    uint32_t size_pt100; /* hundredths of a point */
    uint32_t fg, bg;     /* 0xRRGGBB */
    uint16_t flags;      /* span_look_flag */
    uint16_t known;      /* span_known */
} span_look;

/* Text byte text_at stands at source byte src_off of the document; linear until the next row. */
typedef struct span_map {
    uint32_t text_at;
    uint32_t src_len; /* bytes, 0 when not known */
    uint64_t src_off;
} span_map;

typedef struct span_place {
    uint32_t part_id;  /* from format_part(), 0 = the document itself */
    uint32_t page_no;  /* page or slide, from 1; 0 = not known */
    uint32_t sheet_no; /* sheet, from 1; 0 = none */
    uint32_t
        row_no; /* row of a sheet or table, from 1; also the line of a text file; 0 = not known */
    uint32_t col_no; /* column, from 1; 0 = not known */
} span_place;

typedef struct span {
    lj_str text;  /* UTF-8; one block: a paragraph, cell, line or (text files) a run of lines */
    lj_str label; /* the name that goes with a value: property name, attribute, key, form field,
                     column head; or empty */
    span_role role;
    span_origin origin;
    span_join join;
    uint16_t confidence_bp; /* hundredths of a percent that the text is right; 0 = certain */
    uint32_t story_id;      /* spans of one story are in reading order; stories may interleave */
    uint16_t alt_group;     /* spans with the same group > 0 are alternatives of one content
                               (mc:AlternateContent) */
    uint16_t rev_idx;       /* 0 = the current version, else how many versions back */
    uint16_t layer_id;      /* 0 = none */
    uint16_t known;         /* span_known */
    span_place place;
    int32_t box_pt100[4];  /* left, top, right, bottom from the page's top left */
    int32_t page_pt100[2]; /* width, height of the page or slide */
    uint64_t hidden_by;    /* SPAN_HIDE bits of the whole span */
    const span_look *looks;
    uint32_t look_count;
    uint32_t map_count;
    const span_map *maps; /* empty: text byte 0 stands at src_off; when src_off is UINT64_MAX the
                             place is not known */
    uint64_t src_off;
    lj_str author;      /* of a revision or comment; or empty */
    int64_t changed_at; /* UTC milliseconds of that revision; 0 = not known */
} span;

/* Stable names for results ("body", "header" ...; "vanish", "no_contrast" ...) and their texts for
 * people. */
typedef struct span_name_row {
    const char *name;
    const char *en;
    const char *zh;
} span_name_row;
const span_name_row *span_role_row(span_role role);
const span_name_row *span_hidden_row(span_hidden fact);

/* A span with nothing known: role and text set, src_off UINT64_MAX. */
span span_of(span_role role, lj_str text);

#endif
