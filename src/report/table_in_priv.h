/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the files that read tables. */
#ifndef LJ_REPORT_TABLE_IN_PRIV_H
#define LJ_REPORT_TABLE_IN_PRIV_H

#include "formats/xml_token.h"
#include "report/table_date.h"
#include "report/table_in.h"

/* One reading. After the first fault `code` is set and everything ends. */
typedef struct table_run {
    const table_options *options;
    table_limits limits;
    lj_arena *arena;
    const table_sink *sink;
    table_summary *out;
    lj_err *err;
    const struct table_member *charged; /* whose bytes were charged last */
    lj_code code;                       /* LJ_OK, or why reading ends */
} table_run;

/* Ends the reading with a fault at a place (as table_fault_at); the first one counts. Always
 * returns run->code. */
lj_code table_stop(table_run *run, table_fault_code fault, uint32_t row_no, uint32_t column_idx);
/* The same with a limit that was reached. */
lj_code table_stop_limit(table_run *run, table_limit limit, uint32_t row_no, uint32_t column_idx);
/* Charges a row with content and gives it to the sink. */
lj_code table_give_row(table_run *run, const table_row *row);
/* UTF-16 units of a text, as Excel counts. */
size_t table_units(lj_str text);

/* The three ways in: all set run->code. */
void table_book_read(table_run *run, lj_slice bytes);
void table_csv_read(table_run *run, lj_slice bytes);

/* ---- the package: table_zip.c ---- */

typedef struct table_member {
    lj_slice name; /* as stored */
    uint64_t header_off, stored_len, real_len;
    uint32_t crc;
    uint16_t method, flags;
} table_member;

typedef struct table_zip {
    lj_slice bytes;
    table_member *members;
    uint32_t count;
    uint64_t directory_off;
} table_zip;

/* Reads the directory. */
lj_code table_zip_open(table_run *run, lj_slice bytes, table_zip *out);
/* The member of that name (ASCII without case, either slash), or NULL; two of them are a fault. */
const table_member *table_zip_lookup(table_run *run, const table_zip *zip, lj_slice name);
/* True when a member's name ends so. */
bool table_zip_has_tail(const table_zip *zip, lj_slice tail);

/* A member being unpacked, forwards, with its length and checksum held against the directory. */
typedef struct table_unpack table_unpack;
/* NULL with run->code set. Charges the member's bytes, once when it is unpacked several times in
 * a row. */
table_unpack *table_unpack_new(table_run *run, const table_zip *zip, const table_member *member);
/* As xml_source.fill; ctx is the table_unpack. */
lj_code table_unpack_fill(void *ctx, uint8_t *dst, size_t cap, size_t *out_len);
void table_unpack_done(table_unpack *unpack); /* accepts NULL */

/* ---- XML of the package: table_xml.c ---- */

enum table_name_id {
    TABLE_NAME_DEFAULT,
    TABLE_NAME_OVERRIDE,
    TABLE_NAME_RELATIONSHIP,
    TABLE_NAME_WORKBOOK,
    TABLE_NAME_WORKBOOK_PR,
    TABLE_NAME_SHEETS,
    TABLE_NAME_SHEET,
    TABLE_NAME_SST,
    TABLE_NAME_SI,
    TABLE_NAME_R,
    TABLE_NAME_T,
    TABLE_NAME_R_PH,
    TABLE_NAME_NUM_FMT,
    TABLE_NAME_CELL_XFS,
    TABLE_NAME_XF,
    TABLE_NAME_WORKSHEET,
    TABLE_NAME_SHEET_DATA,
    TABLE_NAME_ROW,
    TABLE_NAME_C,
    TABLE_NAME_F,
    TABLE_NAME_V,
    TABLE_NAME_IS,
    TABLE_NAME_MERGE_CELL,
};
enum { TABLE_NAME_COUNT = TABLE_NAME_MERGE_CELL + 1 };

typedef struct table_xml {
    table_run *run;
    table_unpack *unpack;
    xml_source source;
    xml_reader *reader;
    uint32_t root_count;
} table_xml;

/* Names of elements; made once per reading. NULL with run->code set. */
const xml_names *table_xml_names(table_run *run);
/* False with run->code set. xml must stay where it is until table_xml_close. */
bool table_xml_open(table_xml *xml, table_run *run, const table_zip *zip,
                    const table_member *member, const xml_names *names);
void table_xml_close(table_xml *xml);
/* The next token, or NULL at the end or when run->code is set: damaged, cut, a DTD, too deep. */
const xml_token *table_xml_next(table_xml *xml);
/* The next token inside an element of that depth, or NULL at its end (and as above). */
const xml_token *table_xml_inside(table_xml *xml, uint32_t depth);
/* Whether what was read so far is what the part says: the tokenizer goes on after damage, and when
 * memory is short. row_no: the place of the fault. Returns run->code. */
lj_code table_xml_check(table_xml *xml, uint32_t row_no);
/* Reads on to the end of the element whose START came last. */
void table_xml_skip(table_xml *xml);
/* Appends the text of a string item (si, is) whose START came last, to its end: runs joined,
 * phonetic ones left out, _xHHHH_ decoded (22.9.2.19), line ends LF. */
void table_xml_take_string(table_xml *xml, lj_buf *out);
/* Decodes the escapes in what stands behind `from`. */
void table_xml_unescape(lj_buf *text, size_t from);

/* ---- the workbook: table_book.c, table_styles.c, table_sheet.c ---- */

typedef enum table_style {
    TABLE_STYLE_PLAIN,
    TABLE_STYLE_DATE,
    TABLE_STYLE_TIME,
} table_style;

enum { TABLE_NUM_FMT_MAX = 65536 };

typedef struct table_book {
    table_run *run;
    table_zip zip;
    const xml_names *names;
    bool is_1904;
    /* shared strings: string i is text [offs[i], offs[i + 1]) */
    lj_buf strings;
    uint32_t *offs;
    uint32_t string_count, string_cap;
    /* styles */
    uint8_t *style_of_fmt; /* table_style by id of the number format; NULL: only built-in ones */
    uint16_t *fmt_of_xf;
    uint32_t xf_count, xf_cap;
} table_book;

/* What a number format code makes of a number. */
table_style table_style_of_code(lj_slice code);
/* What the cell format of that number (s="...") makes of a number. */
table_style table_style_of_xf(const table_book *book, int64_t xf);
void table_styles_read(table_book *book, const table_member *member);
void table_sheet_read(table_book *book, const table_member *member);

/* ---- numbers: table_number.c ---- */

/* Appends the shortest digits that give the same number: "12", "-0.5", "1E+25". *out_long: 16 or
 * more digits before the point. False when the text is no number. */
bool table_number_put(lj_slice text, lj_buf *out, bool *out_long);
/* The number of such a text; false when it is none. */
bool table_number_of(lj_slice text, double *out);

#endif
