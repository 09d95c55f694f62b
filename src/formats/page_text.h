/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Letters and painted areas of one laid-out page, and how they become lines and spans (hidden-marks
 * F20, O03). For readers of formats that place letters one by one (PDF, OFD): a reader adds letters
 * and areas in the order of painting and flushes the page.
 *
 *   page_text.c   what is there; contrast and cover
 *   page_lines.c  letters to lines, lines to spans
 *   page_order.c  the reading order of lines
 *
 * All lengths are points from the top left of the page, y goes down. */
#ifndef LJ_FORMATS_PAGE_TEXT_H
#define LJ_FORMATS_PAGE_TEXT_H

#include <math.h>

#include "base/buf.h"
#include "formats/format.h"

enum {
    PAGE_GLYPHS_MAX = 1 << 17, /* glyphs held at once; a page with more is given out in parts */
    PAGE_AREAS_MAX = 1024,     /* painted areas held of one page */
};

typedef struct page_style {
    uint32_t fg, bg;
    uint16_t flags;  /* span_look_flag */
    uint16_t known;  /* span_known */
    uint32_t hidden; /* SPAN_HIDE bits */
} page_style;

/* Whose letter: a line of nothing but shared letters gets the role SPAN_MASTER, and is left out
 * when all of them were told on an earlier page. */
typedef enum page_owner { PAGE_OWN, PAGE_SHARED, PAGE_SHARED_TOLD } page_owner;

typedef struct page_glyph {
    float x, y;    /* origin in points from the top left of the page */
    float advance; /* along the baseline */
    float size;    /* effective, in points */
    uint32_t text_at;
    uint16_t style;
    uint16_t degrees; /* direction of the baseline, 0 to 359, clockwise */
    uint8_t text_len; /* bytes of UTF-8, at least 1 */
    bool is_han, is_blank;
    bool goes_on;  /* one string of the document with the letter before, however wide the gap */
    uint8_t owner; /* page_owner */
} page_glyph;

typedef struct page_box {
    float x0, y0, x1, y1;
} page_box;

/* A painted area, for what lies behind and above letters. */
typedef struct page_area {
    page_box box;
    uint32_t at; /* glyphs that were there before it */
    uint32_t color;
    bool is_plain; /* one colour; else a picture or shading */
    bool is_opaque;
    bool is_unsure; /* may be opaque or not: hides nothing, but what lies behind is not known */
} page_area;

typedef struct page_text {
    format_run *run;
    lj_arena *arena;
    page_glyph *items;
    uint32_t count, cap;
    lj_buf text;
    page_style *styles;
    uint32_t style_count, style_cap;
    page_area *areas;
    uint32_t area_count;
    uint32_t unmapped; /* glyphs without letters; the reader sets it back */
    uint32_t total;    /* glyphs added; the reader sets it back */
    bool lost;         /* no memory for a glyph */
    bool is_fixed;     /* the reader has made the tables: they do not grow */
    lj_code stop;      /* what a call said that means: stop now */
    /* what every span of the page has; set by the reader */
    float width, height; /* points */
    span_place place;
    span_role role;
    uint64_t hidden_by; /* for all of it */
    uint32_t story_id;
    uint16_t rev_idx;
    lj_str label;
} page_text;

/* The direction of a baseline in whole degrees, 0 to 359; near a right angle it is one. */
uint16_t page_degrees(float x, float y);
/* False without memory. */
bool page_text_init(page_text *page, format_run *run);
/* True: flush before the next letter. */
static inline bool page_text_is_full(const page_text *page)
{
    return page->count >= PAGE_GLYPHS_MAX;
}
/* Adds a glyph of `count` letters (0: no way to letters). The page is not full. */
void page_text_add(page_text *page, const page_glyph *glyph, const int *letters, int count,
                   const page_style *style);
void page_text_add_area(page_text *page, const page_area *area);
/* Contrast and cover: completes the styles. Then emits all lines in reading order and empties the
 * page. */
void page_text_flush(page_text *page);

/* ---- between the files ---- */

typedef struct page_line {
    uint32_t first_piece; /* linked by next */
    uint16_t degrees;
    float u0, u1, v0, v1; /* along and across the baseline */
    float size, v;
    uint32_t stream_at; /* first glyph in the order of painting */
} page_line;
typedef struct page_piece {
    uint32_t from, count; /* glyphs, forward along the baseline */
    uint32_t next;        /* piece of the same line, or UINT32_MAX */
    uint16_t degrees;
    float u0, u1, v, size;
} page_piece;
/* A permutation of the lines in reading order; NULL without memory. */
uint32_t *page_lines_order(lj_arena *arena, const page_line *lines, uint32_t count);
/* Stable merge sort of indices. less(a, b) must be a strict weak order. */
typedef bool page_less(const void *items, uint32_t a, uint32_t b);
bool page_sort(lj_arena *arena, uint32_t *indices, uint32_t count, const void *items,
               page_less *less);
void page_lines_emit(page_text *page);

#endif
