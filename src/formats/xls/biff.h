/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A stream of BIFF records: one record at a time, its CONTINUE records as its tail, strings of all
 * versions as UTF-8. */
#ifndef LJ_FORMATS_XLS_BIFF_H
#define LJ_FORMATS_XLS_BIFF_H

#include "base/cur.h"
#include "formats/format.h"

enum { BIFF_CONTINUE = 0x003C };

typedef struct biff {
    format_run *run;
    format_src *src; /* in clear */
    uint64_t end;    /* of the stream */
    uint64_t at;     /* header of the record */
    uint64_t next;   /* header of the next one */
    uint16_t id;
    bool is_cut;     /* the record says that it is longer than what is left */
    uint64_t fence;  /* no record may reach beyond: where another substream begins; or UINT64_MAX */
    lj_cur cur;      /* in the body, or in that of its last CONTINUE */
    uint64_t cur_at; /* where that body begins */
    uint8_t version; /* 2, 3, 4, 5 (also 7), 8 */
    text_charset charset; /* of byte strings */
    bool is_sure;         /* the charset was stated and is no Western one */
    lj_slice window;
    uint64_t window_at;
    lj_buf wide; /* UTF-16 of a string in several records */
} biff;

void biff_open(biff *b, format_run *run, format_src *src, uint64_t end);
/* The next record. False at the end, or when reading failed: format_src_code() tells. */
bool biff_next(biff *b);
/* The next record when it is a CONTINUE: the cursor goes on in it. */
bool biff_continue(biff *b);
/* Id of the record behind this one, 0 when there is none. The body of this one stays readable
 * unless biff_forget() was called since. */
uint16_t biff_peek(biff *b);
/* After somebody else has read from the source. */
void biff_forget(biff *b);
/* Goes on at that offset. */
void biff_seek(biff *b, uint64_t off);

/* Bytes over the ends of CONTINUE records; false when there are fewer. dst NULL: skips them. */
bool biff_read(biff *b, uint8_t *dst, size_t len);
uint16_t biff_read_u16(biff *b);
uint32_t biff_read_u32(biff *b);

/* `count` letters to UTF-8, appended to out. is_wide: UTF-16, else bytes. BIFF8 only: goes on in
 * CONTINUE records, each of which says anew how wide its letters are. False when there are fewer.
 */
bool biff_letters(biff *b, uint32_t count, bool is_wide, lj_buf *out);
/* Byte strings of BIFF2 to BIFF7. */
bool biff_byte_letters(biff *b, uint32_t count, lj_buf *out);
/* A string that begins with its count (1 or 2 bytes), in BIFF8 with a byte of flags behind that
 * (rich runs and phonetic text are passed over); out is cleared first. */
bool biff_string(biff *b, uint32_t count_len, lj_buf *out);
/* The same of a string whose count stands elsewhere. */
bool biff_string_of(biff *b, uint32_t count, lj_buf *out);

#endif
