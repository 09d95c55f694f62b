/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Documents, spans, gaps and notes as lines of text: for golden files and `lijian explain`. */
#ifndef LJ_FORMATS_SPAN_DUMP_H
#define LJ_FORMATS_SPAN_DUMP_H

#include "base/buf.h"
#include "formats/examine.h"

/* "[2] docx 'a.zip!b.docx' member 1234 bytes" and the like; one line each, ending in LF. Line ends
 * inside text are written as \n, so that a line stays a line. */
void span_dump_doc(lj_buf *out, const format_doc *doc);
void span_dump(lj_buf *out, const format_doc *doc, const span *what);
void gap_dump(lj_buf *out, const format_doc *doc, const gap *what);
void note_dump(lj_buf *out, const format_doc *doc, format_note note);
void span_dump_end(lj_buf *out, const format_doc *doc, const format_doc_end *end);

#endif
