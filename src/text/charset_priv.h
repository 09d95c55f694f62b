/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside text/: the generated tables, one step of each multi-byte charset, and the writer that all
 * decoders share. */
#ifndef LJ_TEXT_CHARSET_PRIV_H
#define LJ_TEXT_CHARSET_PRIV_H

#include "text/charset.h"

enum {
    CHARSET_PAIRS = 128 * 256,
    CHARSET_BAD = 0xFFFD, /* the code point that stands for what cannot be decoded */
};

/* Four-byte codes of GB 18030 in the BMP; linear counts codes from 81 30 81 30. Ascending. */
typedef struct charset_range {
    uint32_t linear;
    uint32_t code_point;
    uint32_t count;
} charset_range;

/* Generated (tools/charset_tables.c). A pair's characters as UTF-8 in one number, first byte
 * lowest; 0 = no character. The index is (lead - 0x80) * 256 + trail: larger than it need be, so
 * that two bytes make it without any test. */
extern const uint32_t charset_gb_pairs[];
extern const uint32_t charset_big5_pairs[];
extern const charset_range charset_gb_ranges[];
extern const uint32_t charset_gb_range_count;
/* Two bits for each code point of the BMP: 3 frequent Han, 2 daily Han, 1 other Han of the old
 * standards, 0 the rest. */
extern const uint8_t charset_han_class[];

/* One character of GB18030, Big5, UTF-8 or UTF-16 at the head of the slice: its length in bytes and
 * *out_code_point (CHARSET_BAD when it is none). 0 when the slice ends inside a character that
 * could still be one. Of the four Big5 codes that stand for two code points the first is given. */
size_t charset_step(text_charset charset, lj_slice at, uint32_t *out_code_point);

/* The first code point of a packed table value. */
uint32_t charset_unpack(uint32_t packed);
/* A four-byte code of GB 18030; CHARSET_BAD when it has no character. */
uint32_t charset_gb_four(const uint8_t *code);

/* Where decoded text goes. */
typedef struct charset_sink {
    lj_buf *dst;
    lj_buf *rows;    /* or NULL */
    size_t dst_base; /* dst->len at entry: text_at counts from here */
    uint64_t
        last_delta; /* text_at - src_off of the last row, so that linear runs need no further row */
} charset_sink;

/* The decoders: src[from, to) in the given charset, offsets of the map counted in src. `more` as in
 * text_to_utf8, for the end at `to`. Return the offset behind the last byte used. */
typedef size_t charset_decode_fn(charset_sink *sink, lj_slice src, size_t from, bool more);
charset_decode_fn charset_decode_utf8, charset_decode_gb18030, charset_decode_big5,
    charset_decode_utf16le, charset_decode_utf16be, charset_decode_utf32le, charset_decode_utf32be,
    charset_decode_hz, charset_decode_utf7, charset_decode_iso2022cn, charset_decode_latin1;

/* One code point with its map row; for the decoders where speed does not count. */
void charset_put(charset_sink *sink, size_t src_off, uint32_t code_point);
/* Bytes that are UTF-8 already. */
void charset_put_utf8(charset_sink *sink, size_t src_off, lj_slice bytes);

/* True when the seven-bit text holds a signature that ordinary text does not: a decodable HZ, UTF-7
 * or ISO-2022-CN run. *out is set then. */
bool charset_seven_bit(lj_slice text, text_charset *out);

/* Mean plausibility, -1000 to 1000, of the first max_count characters that are not ASCII (of all
 * characters for UTF-16 and UTF-32); an empty sum is 0. *out_count (may be NULL) is how many were
 * looked at. */
int32_t charset_score(text_charset charset, lj_slice sample, uint32_t max_count,
                      uint32_t *out_count);

/* What the processor can do; asked anew each time (a few cycles), so that no global has to be kept.
 */
typedef enum text_vector { TEXT_VECTOR_NONE, TEXT_VECTOR_SSSE3, TEXT_VECTOR_AVX2 } text_vector;
text_vector text_vector_best(void);

/* Length of a prefix that is valid UTF-8 and ends on a character boundary, found with vector
 * instructions; 0 with TEXT_VECTOR_NONE. The portable code goes on from there. */
size_t charset_utf8_prefix(text_vector vector, lj_slice bytes);

#endif
