/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What readers of workbooks share, whatever bytes the workbook is made of: fonts and cell formats,
 * number formats with words, the table of shared strings, cells with their looks, headers with
 * codes. */
#ifndef LJ_FORMATS_SHEET_SHEET_H
#define LJ_FORMATS_SHEET_SHEET_H

#include "base/buf.h"
#include "formats/format.h"
#include "formats/look.h"
#include "formats/span_block.h"

/* ---- looks: sheet_look.c ---- */

typedef struct sheet_font {
    uint32_t fg; /* LOOK_NO_COLOUR: automatic */
    uint32_t size_pt100;
    bool hei, bold, italic, struck, has_size, has_name;
} sheet_font;

/* A cell format, resolved. */
typedef struct sheet_xf {
    sheet_font font;
    uint32_t fill;   /* colour, LOOK_PAINTED, or LOOK_NO_COLOUR */
    lj_slice format; /* number format code, or empty */
    uint16_t flags;  /* alignment, as span_look_flag */
    bool says_words; /* the format holds words of its own (X07) */
    bool hides_text; /* X06 */
    bool hides_numbers;
} sheet_xf;

typedef struct sheet_styles {
    const sheet_xf *xfs;
    uint32_t xf_count;
} sheet_styles;

/* Growing array of rows of one kind in an arena; at most 65,536. */
typedef struct sheet_rows {
    void *ptr;
    uint32_t count, cap;
} sheet_rows;
/* Room for one more row, zeroed; NULL at the ceiling or without memory. */
void *sheet_rows_add(sheet_rows *list, lj_arena *arena, size_t size);

/* Sets the number format of a cell format and what follows from it. */
void sheet_xf_set_format(sheet_xf *xf, lj_slice code);
/* The look of text in such a font on such a fill. */
span_look sheet_look(const sheet_font *font, uint32_t fill, uint16_t flags);

/* ---- number formats: sheet_format.c ---- */

/* True when the code holds words beyond the parts of dates (X07). */
bool sheet_format_says_words(lj_slice code);
/* True when a text (number) in this format is not shown: an empty section (X06). */
bool sheet_format_hides(lj_slice code, bool is_number);
/* The value as the format shows it, as far as words are concerned; appended to out. */
void sheet_format_render(lj_slice code, lj_str value, bool is_number, lj_buf *out);
/* A number with up to 15 significant digits, as a cell without a format shows it. */
void sheet_put_number(lj_buf *out, double value);
/* The double of these bits. */
double sheet_real(uint64_t bits);
/* [MS-XLS] 2.5.217: 30 bits, a whole number or the upper part of a double; perhaps a hundred times
 * the value. */
double sheet_rk(uint32_t rk);

/* ---- the table of shared strings: sheet_strings.c ---- */

typedef struct sheet_string {
    uint32_t from, len; /* bytes in text */
    uint32_t look_from; /* in looks */
    uint16_t look_count;
    bool is_used;
} sheet_string;

typedef struct sheet_strings {
    lj_buf text;
    sheet_string *rows;
    uint32_t count, cap;
    span_look *looks; /* rich runs; colours of fonts only, cells add their fill */
    uint32_t look_count, look_cap;
    bool is_full; /* later strings were emitted at once and are not kept */
    uint32_t part;
} sheet_strings;

void sheet_strings_init(sheet_strings *strings, lj_arena *arena);
/* Takes the block as the next string and clears it. False when the table is full: the caller emits
 * the block. */
bool sheet_strings_add(sheet_strings *strings, lj_arena *arena, span_block *block);
/* The text of one string; borrowed. */
lj_str sheet_string_text(const sheet_strings *strings, const sheet_string *row);
/* Shared strings that no cell used (X17): in the file, and nobody sees them. base: role, story,
 * part. */
LJ_MUST_USE lj_code sheet_emit_unused(format_run *run, const sheet_strings *strings,
                                      const span *base);

/* ---- cells: sheet_cell.c ---- */

/* Writes the cells of a workbook. */
typedef struct sheet_writer {
    format_run *run;
    const sheet_styles *styles;
    sheet_strings *strings;
    span base;           /* role, story, place, reasons: what every cell begins with */
    uint16_t *alt_count; /* of the document */
    span_block block;
    lj_buf made;
} sheet_writer;

void sheet_writer_init(sheet_writer *writer, format_run *run, uint16_t *alt_count);
/* The cell format of that number, or NULL. */
const sheet_xf *sheet_xf_of(const sheet_writer *writer, int64_t idx);
/* Text of a cell with the looks of its runs (colours of fonts only), first as its number format
 * shows it when that has words (X07). xf may be NULL. */
LJ_MUST_USE lj_code sheet_write_text(sheet_writer *writer, const sheet_xf *xf, lj_str text,
                                     const span_look *looks, uint32_t look_count);
/* A number as text: given when its format puts words around it, when all text is wanted, or when it
 * may belong to a mark - millions of numbers are of no use to a search for marks, but whole numbers
 * of the first rows are. */
LJ_MUST_USE lj_code sheet_write_number(sheet_writer *writer, const sheet_xf *xf, lj_str text);
/* True when sheet_write_number() would write a number of this kind: saves making its text. */
bool sheet_wants_number(const sheet_writer *writer, const sheet_xf *xf, bool is_whole);
/* The shared string of that number; nothing when there is none. */
LJ_MUST_USE lj_code sheet_write_shared(sheet_writer *writer, const sheet_xf *xf, int64_t idx);

/* Columns that are hidden, of one sheet. */
enum { SHEET_HIDDEN_COLS_MAX = 512 };
typedef struct sheet_hidden_cols {
    struct {
        uint32_t from, to; /* columns from 1 */
    } rows[SHEET_HIDDEN_COLS_MAX];
    uint32_t count;
} sheet_hidden_cols;
void sheet_hidden_cols_add(sheet_hidden_cols *cols, uint32_t from, uint32_t to);
bool sheet_col_is_hidden(const sheet_hidden_cols *cols, uint32_t col);

/* ---- formulas as tokens: sheet_tokens.c ---- */

enum { SHEET_BIFF12 = 12 };
typedef struct sheet_dialect {
    uint32_t version;     /* 2, 3, 4, 5, 8, SHEET_BIFF12 */
    text_charset charset; /* of byte strings: up to BIFF5 */
} sheet_dialect;
/* The constants among the tokens of a formula in the order in which they are joined (X11); appended
 * to out. */
void sheet_fold_tokens(const sheet_dialect *dialect, lj_slice tokens, lj_buf *out);

/* ---- headers and footers: sheet_header.c ---- */

/* Text of a header or footer without its codes, one span per section (X09). base: role, story,
 * place, reasons. */
LJ_MUST_USE lj_code sheet_emit_header(format_run *run, const span *base, lj_str text,
                                      uint16_t *alt_count);

/* ---- words of formulas: sheet_words.c ---- */

/* Constants of a formula joined: "机"&"密", UNICHAR(26426) (X11). Appended to out. */
void sheet_fold_formula(lj_str formula, lj_buf *out);

#endif
