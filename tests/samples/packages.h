/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writers of small sample packages. All return 0, or -1 when the file could not be written. text is
 * UTF-8, a line per paragraph; the mark that a variant places elsewhere is always 机密★10年. */
#ifndef LJ_SAMPLES_PACKAGES_H
#define LJ_SAMPLES_PACKAGES_H

#include <stddef.h>
#include <stdint.h>

enum {
    SAMPLE_DOCX_BODY,
    SAMPLE_DOCX_STORED,
    SAMPLE_DOCX_HEADER,
    SAMPLE_DOCX_TEXTBOX,
    SAMPLE_DOCX_DELETED,
    SAMPLE_DOCX_PROPERTY
};
enum { SAMPLE_XLSX_PLAIN, SAMPLE_XLSX_HEADER, SAMPLE_XLSX_HIDDEN };
enum { SAMPLE_PPTX_PLAIN, SAMPLE_PPTX_MARKED, SAMPLE_PPTX_NOTES };
enum { SAMPLE_PDF_PLAIN, SAMPLE_PDF_ANNOTATION };
enum {
    SAMPLE_ZIP,
    SAMPLE_ZIP_AES,
    SAMPLE_ZIP_BOMB,
    SAMPLE_7Z,
    SAMPLE_TAR_GZ,
    SAMPLE_TAR_BZ2,
    SAMPLE_TAR_XZ,
    SAMPLE_TAR_ZST,
    SAMPLE_TAR_LZ4,
    SAMPLE_CPIO,
    SAMPLE_AR,
    SAMPLE_ISO,
};
enum { SAMPLE_CAB, SAMPLE_RAR5 };
enum { SAMPLE_ODT_BODY, SAMPLE_ODT_DELETED, SAMPLE_ODT_HEADER };
enum { SAMPLE_OFD_PAGE, SAMPLE_OFD_GLYPHS, SAMPLE_OFD_TAG, SAMPLE_OFD_INVISIBLE };
enum { SAMPLE_MAIL_BODY, SAMPLE_MAIL_SUBJECT, SAMPLE_MAIL_ATTACHED };
enum { SAMPLE_DOC, SAMPLE_DOC_HEADER, SAMPLE_XLS, SAMPLE_XLS_HEADER, SAMPLE_PPT };

int samples_docx(const char *path, const char *text, int variant);
int samples_xlsx(const char *path, const char *text, int variant);
int samples_pptx(const char *path, const char *text, int variant);
int samples_pdf(const char *path, const char *text, int variant);
/* A member 通知.txt with the text, and a harmless one beside it, through libarchive. */
int samples_archive(const char *path, const char *text, int variant);
/* The formats that libarchive cannot write: one stored member, by hand. */
int samples_stored(const char *path, const char *text, int variant);
/* OpenDocument text, OFD, MIME mail: office.c. */
int samples_odt(const char *path, const char *text, int variant);
int samples_ofd(const char *path, const char *text, int variant);
int samples_mail(const char *path, const char *text, int variant);
/* Binary documents in a compound file: compound.c. */
int samples_compound(const char *path, const char *text, int variant);
/* UTF-16LE with a byte order mark; the length, or 0 when it does not fit. */
size_t samples_utf16le(const char *text, uint8_t *out, size_t cap);

#endif
