/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small office packages for tests: the parts that every package has, and around a given text the
 * elements that a part needs. Usage: zip_build_init, one ooxml_*_begin, more parts, zip_build_end.
 */
#ifndef LJ_TESTS_FORMATS_OOXML_BUILD_H
#define LJ_TESTS_FORMATS_OOXML_BUILD_H

#include "zip_build.h"

/* Content types, the package's relationships, and the main part's relationships: `rels` is a list
 * of "type target\n" lines, ids are rId1, rId2 ... in their order; "External URL" for links. */
void ooxml_docx_begin(zip_build *zip, const char *body, const char *rels);
/* sheets: names of the sheets, one a line, "name" or "name hidden"; the parts are
 * xl/worksheets/sheet1.xml ..., not written here. */
void ooxml_xlsx_begin(zip_build *zip, const char *sheets, const char *rels);
/* The number of slides; the parts are ppt/slides/slide1.xml ..., not written here. */
void ooxml_pptx_begin(zip_build *zip, unsigned slides, const char *rels);
/* A relationship part for `part` ("xl/worksheets/sheet1.xml"), as above. */
void ooxml_rels(zip_build *zip, const char *part, const char *rels);
/* A part: the XML declaration and <root xmlns...>inner</root>. root may have attributes. */
void ooxml_part(zip_build *zip, const char *name, const char *root, const char *inner);
/* xl/worksheets/sheetN.xml with the rows given. */
void ooxml_sheet(zip_build *zip, unsigned no, const char *rows);
/* ppt/slides/slideN.xml with the shapes given; attrs of p:sld, or "". */
void ooxml_slide(zip_build *zip, unsigned no, const char *attrs, const char *shapes);

#endif
