/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside markup/: what an element is, and what its attributes state of its look. html_style.c */
#ifndef LJ_FORMATS_MARKUP_HTML_STYLE_H
#define LJ_FORMATS_MARKUP_HTML_STYLE_H

#include "formats/markup/html.h"
#include "formats/span.h"

typedef enum html_element_kind {
    HTML_IS_INLINE,
    HTML_IS_BLOCK = 1 << 0,
    HTML_IS_VOID = 1 << 1,
    HTML_IS_BOLD = 1 << 2,
    HTML_IS_HEADING = 1 << 3,
    HTML_IS_CELL = 1 << 4,
    HTML_IS_ROW = 1 << 5,
    HTML_IS_TABLE = 1 << 6,
    HTML_IS_OPTION = 1 << 7,
    HTML_IS_BREAK = 1 << 8,
    HTML_IS_PRE = 1 << 9,
    HTML_IS_CENTRE = 1 << 10,
    HTML_IS_ITEM = 1 << 11,      /* li, dt, dd: ends the one before it */
    HTML_IS_PARAGRAPH = 1 << 12, /* p: ended by any block */
} html_element_kind;

typedef struct html_element {
    char name[12]; /* lower case, cut: end tags compare as much */
    unsigned own;  /* kind of itself */
    unsigned kind; /* of itself and, of HTML_IS_BOLD HTML_IS_HEADING HTML_IS_CELL HTML_IS_OPTION
                      HTML_IS_PRE HTML_IS_CENTRE, of what it stands in */
    uint64_t hidden_by;
    span_look look;
} html_element;

/* The kinds of an element, HTML_IS_INLINE for names that are not known. */
unsigned html_kind_of(lj_slice name);
/* Adds what the attributes style, hidden and align state. */
void html_style_read(const html_token *token, html_element *own);
/* -1 when it is none. */
int html_hex_digit(uint8_t c);

#endif
