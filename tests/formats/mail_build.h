/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pieces of mail for tests: coded bodies, and TNEF streams from attributes and properties. */
#ifndef LJ_TESTS_FORMATS_MAIL_BUILD_H
#define LJ_TESTS_FORMATS_MAIL_BUILD_H

#include "base/buf.h"

/* Text whose line ends become CR LF. */
void mail_build_text(lj_buf *out, const char *text);
/* Base64 in lines of 76 letters. */
void mail_build_base64(lj_buf *out, lj_slice bytes);
/* begin 644 name ... end */
void mail_build_uu(lj_buf *out, const char *name, lj_slice bytes);
/* =ybegin ... =yend */
void mail_build_yenc(lj_buf *out, const char *name, lj_slice bytes);
/* A CMS message (RFC 5652): kind is the last number of its type, 2 signed, 3 enveloped. The content
 * of a signed one in pieces of `piece` bytes under lengths that are not stated, or as a whole when
 * piece is 0. */
void mail_build_cms(lj_buf *out, uint8_t kind, lj_slice content, size_t piece);

/* ---- TNEF ---- */

void tnef_build_begin(lj_buf *out);
/* level 1 message, 2 attachment. */
void tnef_build_attribute(lj_buf *out, uint8_t level, uint32_t id, lj_slice data);
/* Properties are collected in a buffer, with their count. */
typedef struct tnef_build_props {
    lj_buf bytes;
    uint32_t count;
} tnef_build_props;
void tnef_build_props_init(tnef_build_props *props);
void tnef_build_props_done(tnef_build_props *props);
/* tag: id << 16 | type; 8-bit text, UTF-16, bytes. */
void tnef_build_prop(tnef_build_props *props, uint32_t tag, lj_slice value);
/* UTF-8 given, UTF-16 stored; only letters of the BMP. */
void tnef_build_prop_wide(tnef_build_props *props, uint16_t id, const char *text);
/* A named property of UTF-16 text. */
void tnef_build_prop_named(tnef_build_props *props, const char *name, const char *text);
/* A number of 4 bytes. */
void tnef_build_prop_number(tnef_build_props *props, uint32_t tag, uint32_t value);
/* The attribute with all of them. */
void tnef_build_props_end(lj_buf *out, uint8_t level, uint32_t id, const tnef_build_props *props);
/* Compressed RTF ([MS-OXRTFCP]) of literals only, with its checksum and end mark. */
void tnef_build_rtf(lj_buf *out, lj_slice rtf);

#endif
