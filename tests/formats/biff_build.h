/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writers of binary workbooks for tests: records of BIFF2 to BIFF8, encrypted streams, records of
 * BIFF12. Usage: biff_build_init, records in the order in which they shall stand, biff_build_end;
 * the stream then goes into a compound file (ole2_build.h), or stands alone (BIFF2 to BIFF4). */
#ifndef LJ_TESTS_FORMATS_BIFF_BUILD_H
#define LJ_TESTS_FORMATS_BIFF_BUILD_H

#include "base/buf.h"

enum { BIFF_BUILD_SHEETS = 16 };

typedef struct biff_build {
    lj_buf out;
    uint32_t version; /* 2, 3, 4, 5, 8 */
    uint64_t at;      /* of the record that is open */
    uint64_t bounds[BIFF_BUILD_SHEETS];
    uint32_t bound_count, sheet_count;
} biff_build;

void biff_build_init(biff_build *b, uint32_t version);
void biff_build_done(biff_build *b);

/* A record: open, put into b->out, close (writes the length). */
void biff_open_record(biff_build *b, uint32_t id);
void biff_close_record(biff_build *b);
void biff_record(biff_build *b, uint32_t id, lj_slice body);
/* Numbers of 16 bits as the body. */
void biff_words(biff_build *b, uint32_t id, const uint16_t *words, size_t count);
#define BIFF_WORDS(b, id, ...)                                                                     \
    biff_words(b, id, (const uint16_t[]){__VA_ARGS__}, sizeof((const uint16_t[]){__VA_ARGS__}) / 2)

/* UTF-8 as UTF-16; returns the units. */
uint32_t biff_put_wide(lj_buf *out, const char *utf8);
uint32_t biff_wide_len(const char *utf8);
/* A string with its count before it: BIFF8 wide, else the bytes as they are. */
void biff_put_string(biff_build *b, const char *text, uint32_t count_len);

void biff_bof(biff_build *b, uint16_t kind);
/* The same of the next sheet of the list: its place is written there. */
void biff_sheet_bof(biff_build *b, uint16_t kind);
void biff_eof(biff_build *b);
void biff_boundsheet(biff_build *b, const char *name, uint8_t state, uint8_t kind);
/* size in points, colour index (0x7FFF: automatic) */
void biff_font(biff_build *b, uint16_t size, uint16_t icv, uint16_t weight, const char *name);
void biff_format(biff_build *b, uint16_t id, const char *code);
/* pattern 1: solid in colour fore */
void biff_xf(biff_build *b, uint16_t font, uint16_t format, uint8_t align, uint8_t pattern,
             uint8_t fore);
void biff_label(biff_build *b, uint16_t row, uint16_t col, uint16_t xf, const char *text);
void biff_labelsst(biff_build *b, uint16_t row, uint16_t col, uint16_t xf, uint32_t idx);
void biff_number(biff_build *b, uint16_t row, uint16_t col, uint16_t xf, double value);
/* A formula with a text as its value; tokens are raw. */
void biff_formula(biff_build *b, uint16_t row, uint16_t col, lj_slice tokens, const char *value);
/* Text of BIFF8 tokens: a string constant. */
void biff_token_string(lj_buf *out, const char *utf8);
/* Shape, object, text: kind 0x19 is a comment, 6 a text box. properties: raw property table. */
void biff_text_object(biff_build *b, uint16_t kind, uint16_t id, const char *text,
                      lj_slice properties, uint16_t property_count);
void biff_note(biff_build *b, uint16_t row, uint16_t col, uint16_t id, const char *author);

/* Ways to encrypt a finished stream, in which a FILEPASS of the right length stands. */
typedef enum biff_lock { BIFF_LOCK_RC4, BIFF_LOCK_CRYPTOAPI, BIFF_LOCK_XOR } biff_lock;
/* Puts a FILEPASS record with room for what the lock needs. */
void biff_filepass(biff_build *b, biff_lock lock);
void biff_encrypt(biff_build *b, biff_lock lock, const char *password);

/* A record of BIFF12. */
void biff12_record(lj_buf *out, uint32_t id, lj_slice body);
/* A string of BIFF12; NULL: an absent one. */
void biff12_put_string(lj_buf *out, const char *utf8);

#endif
