/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small PDF writer for tests: objects into memory, then the cross reference table and the
 * trailer. It checks nothing, so broken documents are as easy as good ones. */
#ifndef LJ_TESTS_FORMATS_PDF_BUILD_H
#define LJ_TESTS_FORMATS_PDF_BUILD_H

#include "base/buf.h"

enum { PDF_BUILD_OBJECTS = 512 };

typedef struct pdf_build {
    lj_buf out;
    uint64_t off[PDF_BUILD_OBJECTS]; /* by object number, 0 = not written */
    int count;                       /* highest object number + 1 */
} pdf_build;

/* Writes the header. */
void pdf_build_init(pdf_build *build);
void pdf_build_done(pdf_build *build);
/* A number for an object that is written later. */
int pdf_build_reserve(pdf_build *build);
/* Writes an object; the body is formatted as by printf. The second form makes a number. */
void pdf_build_put(pdf_build *build, int num, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int pdf_build_add(pdf_build *build, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A stream with more dictionary entries (or ""); /Length is right. */
int pdf_build_stream(pdf_build *build, const char *entries, lj_slice data);
int pdf_build_text(pdf_build *build, const char *entries, const char *data);
/* Cross references and trailer: `<< /Size n /Root root 0 R entries >>`. The bytes stay the
 * builder's. */
lj_slice pdf_build_end(pdf_build *build, int root, const char *entries);

/* A document of one page of 600 x 800 points. Fonts: F1 Helvetica (WinAnsi), F2 STSong-Light
 * (GBK-EUC-H, not embedded), F3 SimHei (UniGB-UCS2-H). page: more entries of the page, catalog: of
 * the catalog, or "". */
lj_slice pdf_build_page(pdf_build *build, const char *content, const char *page,
                        const char *catalog);
/* The same written again by MuPDF with encryption: "rc4-40", "rc4-128", "aes-128", "aes-256". Bytes
 * are malloc'ed. */
lj_slice pdf_build_encrypt(lj_slice document, const char *method, const char *user,
                           const char *owner);

#endif
