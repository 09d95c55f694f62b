/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Base64 inside a text as a source of bytes: pictures in XML, parts of flat packages. */
#ifndef LJ_FORMATS_BASE64_SOURCE_H
#define LJ_FORMATS_BASE64_SOURCE_H

#include "formats/format.h"

/* The decoded bytes of a range of src that holds base64 (RFC 4648 4). Blanks and line ends between
 * the letters, and "&#10;" and kin, are passed over; "=" or "<" ends it; other letters give
 * LJ_E_FORMAT at the end. Nothing is decoded before it is asked for; src is borrowed. NULL when the
 * arena is full. */
format_src *base64_source(format_run *run, format_src *src, uint64_t off, uint64_t len);

#endif
