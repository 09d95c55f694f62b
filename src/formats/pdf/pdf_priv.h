/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the PDF reader: what its files share. MuPDF owns every name that begins with pdf_ or
 * fz_, therefore all of ours begin with format_pdf_. Start reading in pdf.c. */
#ifndef LJ_FORMATS_PDF_PDF_PRIV_H
#define LJ_FORMATS_PDF_PDF_PRIV_H

#include <math.h>
#include <mupdf/fitz.h>
#include <mupdf/pdf.h>

#include "base/buf.h"
#include "base/num.h"
#include "formats/format.h"
#include "formats/page_text.h"

typedef struct format_pdf_memory format_pdf_memory;
typedef struct format_pdf_font format_pdf_font;

enum {
    FORMAT_PDF_FONT_SLOTS = 256, /* fonts of one document that are kept at a time */
    FORMAT_PDF_NESTING = 64,     /* forms inside forms */
    FORMAT_PDF_FILTERS = 8,      /* filters of one stream */
};

/* One document. */
typedef struct format_pdf {
    format_run *run;
    format_src *src;
    lj_arena *arena;
    fz_context *ctx;
    pdf_document *doc;
    format_pdf_memory *memory;
    lj_code stop;   /* not LJ_OK: everything ends and returns it; MuPDF gets no more memory and no
                       more bytes */
    bool damaged;   /* something was thrown: what could be read was read */
    bool no_memory; /* the ceiling was reached */
    bool foreign_crypt; /* a security handler that is not the standard one */
    bool has_end;       /* there is a %%EOF near the end */
    bool unsupported;   /* a stream with more filters than FORMAT_PDF_FILTERS */
    uint64_t size;      /* of the source */
    uint64_t pending;   /* work not yet charged */
    uint32_t story_count;
    uint32_t damaged_page;      /* where damage was first seen, 0 = not on a page */
    pdf_mark_bits *seen_fields; /* form fields that were told */
    pdf_obj **files;            /* file specifications found so far, in MuPDF's memory */
    uint32_t file_count, file_cap;
    struct format_pdf_machine *machine; /* of pdf_content.c; made once, used for every page */
    format_pdf_font *fonts[FORMAT_PDF_FONT_SLOTS];
} format_pdf;

/* ---- pdf_memory.c: the only malloc of the reader; MuPDF's hooks ---- */

/* limit: bytes that may be held at once. NULL without memory. */
format_pdf_memory *format_pdf_memory_new(format_pdf *pdf, size_t limit);
void format_pdf_memory_free(
    format_pdf_memory *memory); /* also what MuPDF still holds; accepts NULL */
const fz_alloc_context *format_pdf_memory_hooks(const format_pdf_memory *memory);
/* True since an allocation was refused because of the ceiling. */
bool format_pdf_memory_is_full(const format_pdf_memory *memory);
size_t format_pdf_memory_peak(const format_pdf_memory *memory);

/* ---- pdf_open.c ---- */

typedef void format_pdf_body(fz_context *ctx, void *arg);
/* The one place where MuPDF's exceptions end: runs the body, LJ_OK when it came to its end.
 * LJ_E_FORMAT when MuPDF threw (pdf->damaged is set), LJ_E_NOMEM at the ceiling (pdf->no_memory is
 * set), pdf->stop when that is set. A body holds no resource of ours; what it leaves behind of
 * MuPDF's is freed with the memory of the document. */
lj_code format_pdf_guard(format_pdf *pdf, format_pdf_body *body, void *arg);
/* Charges work; not LJ_OK: pdf->stop is set. */
lj_code format_pdf_work(format_pdf *pdf, uint64_t units);
/* Emits; keeps what stops everything in pdf->stop. */
lj_code format_pdf_emit(format_pdf *pdf, const span *what);
/* Opens the document, tries passwords. LJ_OK, or the code that read() returns; gaps were reported.
 */
lj_code format_pdf_open(format_pdf *pdf);
/* Claims everything from %PDF to the last %%EOF, or all. */
void format_pdf_claim(format_pdf *pdf, format_claim_kind kind);

/* ---- pdf_string.c ---- */

/* Appends a text string (ISO 32000-1 7.9.2.2: UTF-16 or PDFDocEncoding; also UTF-8 and GBK as seen
 * in the wild). */
void format_pdf_text(lj_slice bytes, lj_buf *out);
/* The bytes of a string or name object, or of nothing. Never throws; borrowed from the object. */
lj_slice format_pdf_bytes_of(fz_context *ctx, pdf_obj *obj);
/* Emits the text of a string, name or text stream; nothing when it is empty. May throw for streams.
 */
typedef struct format_pdf_item {
    span_role role;
    const char *label;  /* a literal of ours, or NULL */
    pdf_obj *label_obj; /* a string or name, or NULL; wins over label */
    uint64_t hidden_by;
    uint32_t page_no;
    const fz_rect *box; /* in points from the top left of the page, or NULL */
    float page_width, page_height;
    pdf_obj *author; /* or NULL */
} format_pdf_item;
void format_pdf_tell_obj(format_pdf *pdf, const format_pdf_item *item, pdf_obj *obj);
void format_pdf_tell_bytes(format_pdf *pdf, const format_pdf_item *item, lj_slice raw);

/* ---- pdf_font.c ---- */

struct format_pdf_font {
    pdf_font_desc *desc; /* MuPDF's own loader; only when ours has no answer */
    pdf_obj *dict;
    pdf_cmap *encoding;   /* codes of several bytes to CID; NULL: one byte */
    pdf_cmap *to_unicode; /* by code */
    pdf_cmap *by_cid;     /* Adobe-GB1-UCS2 and kin */
    bool tried_desc;
    bool wants_desc_width;
    bool vertical;
    uint16_t flags; /* span_look_flag */
    const char
        *names[256]; /* simple fonts: glyph names by code, or NULL; live as long as the document */
    uint16_t letters[256]; /* what the names mean, once asked for; 0 = not yet or unknown */
    float widths[256];     /* simple fonts: in text space units of 1 */
    float missing_width;
    struct format_pdf_width *ranges; /* composite fonts: sorted by lo */
    uint32_t range_count;
    float vertical_origin_y, vertical_advance; /* DW2 */
    float scale_x, scale_y;                    /* of Type 3: FontMatrix; else 0.001 */
};
typedef struct format_pdf_width {
    uint32_t lo, hi;
    float width;
} format_pdf_width;

typedef struct format_pdf_char {
    int letters[PDF_MRANGE_CAP]; /* code points */
    int count;                   /* 0: no way to letters */
    float width;                 /* advance in text space for size 1; along y for vertical fonts */
    unsigned code;
    int byte_count;
} format_pdf_char;

/* The letter of a code of ZapfDingbats, or 0. */
uint16_t format_pdf_dingbat(uint8_t code);

/* The font of a resource dictionary; never NULL but when memory ended or a limit was hit. */
format_pdf_font *format_pdf_font_of(format_pdf *pdf, pdf_obj *resources, const char *name);
/* The font of a font dictionary. */
format_pdf_font *format_pdf_font_load(format_pdf *pdf, pdf_obj *dict);
/* The next character of a string; len > 0. */
void format_pdf_font_next(format_pdf *pdf, format_pdf_font *font, lj_slice text,
                          format_pdf_char *out);

/* ---- pages ---- */

/* A page or an appearance: where its spans belong. */
typedef struct format_pdf_page {
    format_pdf *pdf;
    page_text text;       /* what stands on it; number, size, role of its spans */
    fz_matrix ctm;        /* default user space to points from the top left */
    bool has_picture;     /* reported */
    float small_pictures; /* square points of pictures below the threshold */
    uint32_t curves;      /* painted curve segments */
    uint32_t forms;       /* run on this page */
} format_pdf_page;

/* page_text_add(), and gives what is there out first when there are too many. */
void format_pdf_glyph_add(format_pdf_page *page, const page_glyph *glyph, const int *letters,
                          int count, const page_style *style);
/* page_text_flush(), unless everything has ended. */
void format_pdf_page_flush(format_pdf_page *page);

/* ---- pdf_lex.c: tokens of content streams (7.8.2) ---- */

typedef enum format_pdf_token_kind {
    FORMAT_PDF_MORE, /* the token may go on behind the window */
    FORMAT_PDF_END,
    FORMAT_PDF_NUMBER,
    FORMAT_PDF_NAME,   /* decoded name in text */
    FORMAT_PDF_STRING, /* decoded bytes in text */
    FORMAT_PDF_ARRAY,
    FORMAT_PDF_ARRAY_END,
    FORMAT_PDF_DICT,
    FORMAT_PDF_DICT_END,
    FORMAT_PDF_WORD,
} format_pdf_token_kind;
typedef struct format_pdf_token {
    format_pdf_token_kind kind;
    float number;
    uint32_t word; /* up to four letters, the first in the lowest byte; longer words are 0 */
    uint32_t text_at, text_len;
} format_pdf_token;
/* Reads the next token of the window; *pos is moved behind it, and stays where it is for
 * FORMAT_PDF_MORE. is_last: the stream ends with the window. Names and strings are appended to
 * text. */
format_pdf_token format_pdf_lex(lj_slice window, size_t *pos, bool is_last, lj_buf *text);

/* ---- pdf_content.c: the content stream machine (8, 9) ---- */

/* Runs a content stream, or an array of them, into the page. */
lj_code format_pdf_content_run(format_pdf_page *page, pdf_obj *contents, pdf_obj *resources);
/* Runs a form XObject, for appearances; at: from form space (after its Matrix) to points. */
lj_code format_pdf_form_run(format_pdf_page *page, pdf_obj *form, pdf_obj *resources, fz_matrix at);

/* ---- pdf_color.c ---- */

typedef struct format_pdf_color {
    fz_colorspace *space; /* NULL: device, by the number of components */
    uint32_t rgb;
    bool is_known; /* false: pattern, shading, or a space that could not be read */
} format_pdf_color;
uint32_t format_pdf_rgb_of(const float *values, int count);
void format_pdf_color_space(format_pdf *pdf, format_pdf_color *color, pdf_obj *resources,
                            const char *name);
void format_pdf_color_set(format_pdf *pdf, format_pdf_color *color, const float *values, int count);

/* ---- pdf_pages.c, pdf_annots.c, pdf_names.c, pdf_files.c ---- */

lj_code format_pdf_pages_read(format_pdf *pdf);
/* Annotations and appearances of one page. */
lj_code format_pdf_annots_read(format_pdf_page *page, pdf_obj *page_obj);
/* Information, XMP, outlines, labels, destinations, form fields. */
lj_code format_pdf_names_read(format_pdf *pdf);
/* Tells one form field: value, default, tool tip, choices. May throw. */
void format_pdf_field_tell(format_pdf *pdf, pdf_obj *field, uint32_t page_no);
/* Remembers a file specification for format_pdf_files_read. May throw. */
void format_pdf_file_add(format_pdf *pdf, pdf_obj *spec);
/* Attached files and the XFA form; last, because children need memory. */
lj_code format_pdf_files_read(format_pdf *pdf);
/* Calls visit for every value of a name tree or number tree (7.9.6, 7.9.7). May throw. */
typedef void format_pdf_visit(format_pdf *pdf, pdf_obj *key, pdf_obj *value);
void format_pdf_tree_walk(format_pdf *pdf, pdf_obj *root, pdf_obj *leaf_key,
                          format_pdf_visit *visit);

#endif
