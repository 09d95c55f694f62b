/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small OFD packages for tests: the parts that every package has, and short words for objects.
 * Usage: zip_build_init, ofd_begin, ofd_page for each page, more parts, zip_build_end. */
#ifndef LJ_TESTS_FORMATS_OFD_BUILD_H
#define LJ_TESTS_FORMATS_OFD_BUILD_H

#include "zip_build.h"

/* A text object: where its box stands in mm ("20 30 100 10"), more attributes, what is inside. The
 * fonts of ofd_begin: 1 宋体, 2 黑体. */
#define OFD_TEXT(box, attrs, inner)                                                                \
    "<ofd:TextObject Boundary=\"" box "\" " attrs ">" inner "</ofd:TextObject>"
/* Letters of it: "3 3 3" or "g 3 3" between them. */
#define OFD_CODE(x, y, dx, text)                                                                   \
    "<ofd:TextCode X=\"" x "\" Y=\"" y "\" DeltaX=\"" dx "\">" text "</ofd:TextCode>"
/* A line of letters of 4 mm at a place in mm. */
#define OFD_LINE(x, y, text)                                                                       \
    OFD_TEXT(x " " y " 150 6", "Font=\"1\" Size=\"4\"", OFD_CODE("0", "4", "g 99 4", text))
#define OFD_FILL(rgb)        "<ofd:FillColor Value=\"" rgb "\"/>"
#define OFD_LAYER(inner)     "<ofd:Layer ID=\"2\">" inner "</ofd:Layer>"
#define OFD_CONTENT(objects) "<ofd:Content>" OFD_LAYER(objects) "</ofd:Content>"
/* A filled rectangle: box, width and height again for its path. */
#define OFD_RECT(box, w, h, rgb)                                                                   \
    "<ofd:PathObject Boundary=\"" box                                                              \
    "\" Fill=\"true\" Stroke=\"false\">" OFD_FILL(rgb) "<ofd:AbbreviatedData>M 0 0 L " w " 0 L " w \
                                                       " " h " L 0 " h                             \
                                                       " C</ofd:AbbreviatedData></ofd:PathObject>"

/* What a package is made of beside its pages; all may be NULL. */
typedef struct ofd_build {
    const char *info;   /* inside DocInfo */
    const char *bodies; /* more inside of DocBody, behind DocRoot */
    const char *common; /* inside CommonData, behind PageArea */
    const char *rest;   /* inside Document, behind Pages */
    const char *res;    /* inside the resources, behind the fonts */
    unsigned pages;     /* Doc_0/Pages/Page_0/Content.xml ... are listed; they are not written */
} ofd_build;

/* OFD.xml, Doc_0/Document.xml and Doc_0/PublicRes.xml. */
void ofd_begin(zip_build *zip, const ofd_build *parts);
/* Doc_0/Pages/Page_<no>/Content.xml, from 0, with what stands inside of Page. */
void ofd_page(zip_build *zip, unsigned no, const char *inner);
/* A part: the XML declaration and <ofd:root xmlns...>inner</ofd:root>. root may have attributes. */
void ofd_part(zip_build *zip, const char *name, const char *root, const char *inner);

#endif
