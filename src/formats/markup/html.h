/* SPDX-License-Identifier: AGPL-3.0-or-later
 * HTML as tokens over decoded text in memory: html_token.c. It never fails; what is no tag is text.
 */
#ifndef LJ_FORMATS_MARKUP_HTML_H
#define LJ_FORMATS_MARKUP_HTML_H

#include "base/buf.h"
#include "base/slice.h"

enum { HTML_ATTRS_MAX = 64 };

typedef enum html_kind { HTML_TEXT, HTML_START, HTML_END, HTML_COMMENT, HTML_RAW } html_kind;

typedef struct html_attr {
    lj_slice name;
    lj_slice value; /* as written; html_decode() gives the text */
} html_attr;

typedef struct html_token {
    html_kind kind;
    lj_slice name; /* START, END: as written; RAW: of the element whose content it is */
    lj_slice text; /* TEXT, COMMENT, RAW: as written, entities not decoded */
    html_attr attrs[HTML_ATTRS_MAX];
    uint32_t attr_count;
    size_t off; /* in the text */
} html_token;

typedef struct html_cur {
    lj_slice text; /* UTF-8 */
    size_t pos;
    const char *raw; /* name of the open raw text element ("script"), or NULL */
    uint8_t quote;   /* of an attribute value that the end of the text cut, or 0 */
} html_cur;

/* The next token; false at the end. */
bool html_next(html_cur *cur, html_token *out);
/* Appends text with its character references decoded, also those without semicolon (HTML 13.2.5.72
 * ff., the common names). */
void html_decode(lj_slice text, lj_buf *out);
/* The attribute of that name, NULL when there is none. */
const html_attr *html_attr_lookup(const html_token *token, const char *name);
/* The code point of a named reference, 0 when it is none; *out_len is the length of the name that
 * fits best. */
uint32_t html_entity_lookup(lj_slice name, size_t *out_len);

/* Appends text with the escapes decoded that script and style hide letters behind (hidden-marks
 * T21, T22): \673a of CSS; \uXXXX, %uXXXX and fromCharCode(26426, 23494). True when a letter beyond
 * ASCII came out of one. html_escape.c */
bool html_unescape(lj_slice text, bool is_style, lj_buf *out);

#endif
