/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the files of this folder: a text file being read.
 *
 *     source --input--> buffer --sift--> regions of lines --emit--> spans (lines, cells, strings)
 *
 * The buffer holds raw bytes when the charset keeps ASCII bytes for ASCII letters (UTF-8, GB18030,
 * Big5, Windows-1252, and mixtures of them): then a line end is a line end in all of them, and
 * seeds are searched in the raw bytes. Everything else (UTF-16, UTF-32, HZ, UTF-7, ISO-2022-CN) is
 * decoded on its way in, and the buffer holds UTF-8 with a map. */
#ifndef LJ_FORMATS_PLAIN_PLAIN_H
#define LJ_FORMATS_PLAIN_PLAIN_H

#include "base/buf.h"
#include "formats/format.h"
#include "text/charset.h"
#include "text/survey.h"

enum {
    PLAIN_CAP = 512 * 1024,   /* bytes of the buffer */
    PLAIN_FRESH = 256 * 1024, /* bytes taken in at once: stays in the second-level cache */
    PLAIN_COLUMNS_MAX = 64,   /* columns whose head is kept as a label */
};

/* ---- the sliding buffer: text_input.c ---- */

/* Text byte `at` of the buffer stands at src_off of the source; linear until the next row. */
typedef struct plain_row {
    size_t at;
    uint64_t src_off;
} plain_row;

typedef struct plain_input {
    format_run *run;
    format_src *src;
    uint64_t src_at;  /* the next byte to be taken; the source is read strictly forwards, because
                         going back on a large decoder means decoding again */
    uint64_t src_end; /* or FORMAT_SIZE_UNKNOWN */
    uint8_t *buf;
    size_t len, cap;
    uint64_t base;  /* source offset of buf[0]; not when decoding */
    uint8_t before; /* the byte before buf[0], LF at the start */
    bool at_end;    /* nothing comes behind buf[len] */
    /* decoding */
    bool decodes;
    text_charset charset;
    lj_buf stage; /* raw bytes that are not decoded yet, from stage_off on */
    uint64_t stage_off;
    lj_buf map;  /* of the newest piece: text_map_row */
    lj_buf rows; /* of the buffer: plain_row */
} plain_input;

/* Reads [off, end) of the source; end may be FORMAT_SIZE_UNKNOWN. charset: what to decode, or
 * TEXT_CHARSET_NONE for raw bytes. False: no memory. */
bool plain_input_open(plain_input *in, format_run *run, format_src *src, uint64_t off, uint64_t end,
                      text_charset charset);
/* Appends what comes next, as far as there is room. False: no memory. */
bool plain_input_fill(plain_input *in);
/* Forgets the first `from` bytes of the buffer. */
void plain_input_slide(plain_input *in, size_t from);

/* ---- bytes and lines: text_lines.c ---- */

/* Line ends in [from, to) of the bytes: LF, CR LF and CR count one each; a CR is looked at together
 * with the byte behind it, also when that lies at `to`. */
uint64_t plain_line_ends(lj_slice bytes, size_t from, size_t to);
/* Behind the line that holds `at`, or `limit`. */
size_t plain_line_end(lj_slice bytes, size_t at, size_t limit);
/* Where the line begins that stands `lines` lines above the one that ends at or holds `at`, not
 * before `floor` and not more than `reach` bytes back (then at a character). */
size_t plain_lines_up(lj_slice bytes, size_t at, size_t floor, uint32_t lines, size_t reach);
/* The start of the character that holds `at`, in UTF-8 or in pairs of bytes; never before floor. */
size_t plain_char_start(lj_slice bytes, size_t at, size_t floor);
/* Behind the last line end in [from, to), or `from` when there is none. */
size_t plain_last_line_end(lj_slice bytes, size_t from, size_t to);
bool plain_has_high(lj_slice bytes); /* any byte above 7Fh */

/* ---- a text being read ---- */

typedef struct plain {
    format_run *run;
    plain_input in;
    text_charset base;      /* what lines are in that are not UTF-8 */
    text_charset file_base; /* the guess over the head of the file */
    bool whole;             /* everything is emitted: all text is wanted, or the file is small */
    bool wants_all;         /* format_wants_all(), or no seeds */
    const struct text_seeds *seeds;
    /* places in the buffer */
    size_t searched;               /* everything before was searched, or emitted */
    size_t region_from, region_to; /* lines to be emitted; what is before region_to is done with */
    uint32_t owed_lines;           /* lines that still belong to the region */
    size_t owed_bytes;             /* but no more bytes than that */
    bool is_pure; /* all hits of the region are letters of the base charset, so that its lines need
                     not be judged one by one */
    size_t counted; /* line_no is the number of the line that holds this byte */
    uint32_t line_no;
    size_t survey_from, survey_to; /* what `survey` is about */
    text_survey survey;
    size_t told_to; /* the end of what was emitted last; SIZE_MAX when it is no longer in the
                       buffer or nothing was emitted */
    bool was_utf8, was_other; /* lines beyond ASCII that are, and that are not, UTF-8 */
    /* tables and JSON */
    char separator; /* of cells, or 0 */
    bool is_json;
    lj_str heads[PLAIN_COLUMNS_MAX]; /* cells of the first row */
    uint32_t head_count;
    /* scratch of one piece */
    lj_buf text, rows, maps, part_maps, value, key;
} plain;

/* A piece of decoded text with the way back to the source. */
typedef struct plain_piece {
    lj_str text;
    const span_map *maps;
    uint32_t map_count;
    uint64_t src_off;
    uint32_t line_no; /* of its first byte */
    span_join join;
} plain_piece;

/* Emits [from, to) of the buffer; both are line ends or starts of characters. text_emit.c */
LJ_MUST_USE lj_code plain_emit(plain *p, size_t from, size_t to);
/* Moves the counter of lines forward to a place of the buffer. */
void plain_count_to(plain *p, size_t at);
/* Source place and map of a part of the piece. */
void plain_place(plain *p, const plain_piece *piece, size_t from, size_t len, span *what);

/* Searches the buffer up to `limit` and emits what lies around hits; at_end: also the last lines.
 * text_sift.c */
LJ_MUST_USE lj_code plain_sift(plain *p, size_t limit, bool is_utf8);

/* The separator when the first lines are rows of a table with a head, or 0. csv.c */
char plain_table_separator(lj_str head);
LJ_MUST_USE lj_code plain_emit_cells(plain *p, const plain_piece *piece);

/* Strings of JSON and of source that hold escapes. json.c */
bool plain_is_json(lj_str head);
LJ_MUST_USE lj_code plain_emit_strings(plain *p, const plain_piece *piece);
/* The next run of \uXXXX escapes at or behind `from` that holds a seed, or bytes.len. */
size_t plain_escaped_seed(const struct text_seeds *seeds, lj_slice bytes, size_t from);
/* Decodes one \uXXXX, with its low surrogate when that follows, at bytes[at] == '\\'. Its length,
 * or 0 when it is none. */
size_t plain_escape(lj_slice bytes, size_t at, uint32_t *out_point);

#endif
