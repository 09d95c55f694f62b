/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the files of this folder: a text file being read. */
#ifndef LJ_FORMATS_PLAIN_PLAIN_H
#define LJ_FORMATS_PLAIN_PLAIN_H

#include "base/buf.h"
#include "formats/format.h"
#include "text/charset.h"
#include "text/seeds.h"

enum { PLAIN_COLUMNS_MAX = 256 };

typedef struct plain {
    format_run *run;
    format_src *src;
    text_charset base;               /* of lines that are not UTF-8 */
    bool was_utf8, was_other;        /* lines beyond ASCII that were, and were not, UTF-8 */
    char separator;                  /* of cells, or 0 when the file is no table */
    lj_str heads[PLAIN_COLUMNS_MAX]; /* cells of the first row */
    uint32_t head_count;
    uint32_t line_no; /* of the next line that is emitted */
    bool in_line;     /* the last block ended inside a line */
} plain;

/* Number of LF bytes. */
uint64_t plain_count_lines(lj_slice bytes);
/* Emits raw bytes that begin at src_off as blocks of lines (or as cells); updates line_no. */
lj_code plain_emit(plain *p, lj_slice raw, uint64_t src_off);
/* The separator when the first lines are rows of a table, or 0. head: decoded text. */
char plain_table_separator(lj_str head);
/* Emits the lines of decoded text as cells. src_off: of the first byte when the text is the source
 * itself. */
lj_code plain_emit_cells(plain *p, lj_str text, uint64_t src_off);
/* JSON: emits each string value beyond ASCII with its key, escapes decoded. */
lj_code plain_emit_json(plain *p, lj_str text);
bool plain_is_json(lj_str head);

#endif
