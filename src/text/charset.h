/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Any bytes to UTF-8. The tables are made at build time (tools/charset_tables.c), nothing is loaded
 * at run time. */
#ifndef LJ_TEXT_CHARSET_H
#define LJ_TEXT_CHARSET_H

#include "base/buf.h"
#include "base/err.h"

typedef enum text_charset {
    TEXT_UTF8,
    TEXT_GB18030, /* with GBK and GB 2312 inside */
    TEXT_BIG5,
    TEXT_UTF16LE,
    TEXT_UTF16BE,
    TEXT_UTF32LE,
    TEXT_UTF32BE,
    TEXT_HZ,        /* ~{ ... ~} */
    TEXT_UTF7,      /* RFC 2152 */
    TEXT_ISO2022CN, /* ESC $ ) A, SO, SI */
    TEXT_LATIN1,    /* Windows-1252: what is left when nothing else fits */
} text_charset;
enum { TEXT_CHARSET_COUNT = TEXT_LATIN1 + 1 };
#define TEXT_CHARSET_ANY  ((text_charset)TEXT_CHARSET_COUNT) /* nothing declared */
/* For `declared` below when nothing is declared. */
#define TEXT_CHARSET_NONE ((text_charset)TEXT_CHARSET_COUNT)

/* Where a run of output bytes came from: text_at in the UTF-8, src_off in the source bytes. Rows
 * are in ascending order; between two rows the text maps linearly or, inside a multi-byte
 * character, to its start. */
typedef struct text_map_row {
    uint32_t text_at;
    uint32_t src_off;
} text_map_row;

/* Where in the source the character of text byte text_at stands; SIZE_MAX when text_at lies outside
 * or there is no map. */
size_t text_map_lookup(const text_map_row *rows, size_t count, lj_str text, size_t text_at);

/* The name as written in results and accepted from declarations ("gb18030", "gbk", "utf-8", "big5"
 * ...; without case). */
const char *text_charset_name(text_charset charset);
/* True and *out set when the label (of an XML declaration, a MIME header, a meta element) is one of
 * ours. */
bool text_charset_lookup(lj_slice label, text_charset *out);

/* What a whole file, or a large piece of one, is most likely in: BOM and escape signatures first,
 * then strict UTF-8, UTF-16/32 by the parity of NUL and Han bytes, then GB18030 against Big5 by
 * frequency of common characters. *out_bom is the length of a byte order mark. `declared` may name
 * a charset, or be TEXT_CHARSET_NONE; it loses when strict decoding fails or scores worse
 * (hidden-marks T23). Never fails: bytes that fit nothing are TEXT_LATIN1. */
text_charset text_charset_guess(lj_slice sample, text_charset declared, size_t *out_bom);

/* True when the bytes are valid UTF-8 from end to end; at several GB/s. An incomplete sequence at
 * the very end makes it false; *out_valid (may be NULL) is the length of the longest valid prefix.
 */
bool text_utf8_is_valid(lj_slice bytes, size_t *out_valid);

/* Decodes src and appends UTF-8 to dst; what cannot be decoded becomes U+FFFD, so it never fails
 * but at the ceiling of dst (dst->bad). rows (may be NULL) get the map: an lj_buf of text_map_row,
 * text_at counted from dst->len at entry. Returns the number of source bytes used: less than
 * src.len only when the tail is an incomplete sequence and `more` says that the source goes on (or
 * src is above 1 GiB and a map is asked for: 32 bits). Shift states (HZ, UTF-7, ISO-2022) are
 * expected to end with the line; a run of one that the piece cuts is left as an incomplete
 * sequence. A byte order mark is decoded like any character: cut it off first. */
size_t text_to_utf8(text_charset charset, lj_slice src, bool more, lj_buf *dst, lj_buf *rows);

/* For logs that mix encodings (hidden-marks T01): each line of src is decided on its own - UTF-8
 * when valid, else HZ, UTF-7 or ISO-2022-CN by their signatures, else the better of GB18030 and
 * Big5, with `base` as the tie-break. Otherwise as text_to_utf8, but with `more` a last line
 * without its end is left for the next piece too, as long as the piece holds a whole line before
 * it. Not for UTF-16 and UTF-32. */
size_t text_lines_to_utf8(text_charset base, lj_slice src, bool more, lj_buf *dst, lj_buf *rows);

/* How plausible the UTF-8 text is as Chinese or Western prose, 0 to 1000: share of frequent Han and
 * of ordinary letters, less controls, private use, U+FFFD and rare Han. Used to choose between
 * decodings and by the byte sweep. */
uint32_t text_plausible(lj_str text);

#endif
