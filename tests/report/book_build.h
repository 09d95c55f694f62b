/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small workbooks for tests, with every part as it is wanted. */
#ifndef LJ_TESTS_REPORT_BOOK_BUILD_H
#define LJ_TESTS_REPORT_BOOK_BUILD_H

#include "zip_build.h"

/* What stands inside the parts; NULL: the usual thing. */
typedef struct book_parts {
    const char *types;     /* elements of [Content_Types].xml behind the usual ones */
    const char *workbook;  /* inside workbook; the usual: one sheet, 表, rId1 */
    const char *rels;      /* Relationship elements behind rId1 (sheet), rId2 (styles), rId3
                              (strings) */
    const char *sheet;     /* inside worksheet: from <sheetData> on */
    const char *strings;   /* inside sst; NULL: no such part */
    const char *styles;    /* inside styleSheet; NULL: no such part */
    const char *prologue;  /* before the root of the sheet */
    const char *more_name; /* one more part, stored as it is */
    const char *more;
    uint32_t flags; /* zip_build_flag of all members */
} book_parts;

/* The package; lives until zip_build_done. */
lj_slice book_build(zip_build *zip, const book_parts *parts);

#endif
