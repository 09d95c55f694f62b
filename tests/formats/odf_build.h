/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small OpenDocument files for tests: what every package has, and around a given text the elements
 * that a part needs. Usage: zip_build_init, odf_begin, parts, odf_end. */
#ifndef LJ_TESTS_FORMATS_ODF_BUILD_H
#define LJ_TESTS_FORMATS_ODF_BUILD_H

#include "zip_build.h"

/* The mimetype member ("text", "spreadsheet" ...) and a manifest that lists content.xml,
 * styles.xml, meta.xml, settings.xml and what `extra` says: whole manifest:file-entry elements, or
 * "". */
void odf_begin(zip_build *zip, const char *kind, const char *extra);
/* content.xml: automatic styles and what stands in office:<kind>. */
void odf_content(zip_build *zip, const char *kind, const char *styles, const char *body);
/* styles.xml: common styles, automatic ones, master styles. */
void odf_styles(zip_build *zip, const char *common, const char *automatic, const char *master);
/* Any part: the XML declaration and <root xmlns...>inner</root>; root without its prefix is in
 * office. */
void odf_part(zip_build *zip, const char *name, const char *root, const char *inner);
/* The same as a file of its own: office:document of that kind. Appended to out. */
void odf_flat(lj_buf *out, const char *kind, const char *inner);

#endif
