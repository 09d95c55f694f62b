/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the reader of binary Word documents: what its files share. See doc.c for the model. */
#ifndef LJ_FORMATS_DOC_DOC_H
#define LJ_FORMATS_DOC_DOC_H

#include "base/cur.h"
#include "formats/claims.h"
#include "formats/ole2/office_crypt.h"
#include "formats/ole2/ole2.h"
#include "formats/span_block.h"

/* ---- the streams and the FIB: doc_fib.c ---- */

typedef enum doc_stream_kind { DOC_WORD, DOC_TABLE, DOC_DATA } doc_stream_kind;
enum { DOC_STREAM_COUNT = DOC_DATA + 1 };

typedef struct doc_stream {
    uint32_t idx;    /* in the compound file, or OLE2_NONE */
    uint32_t part;   /* for span_place.part_id; 0 for a file that is no compound file */
    uint8_t *ptr;    /* a copy, decrypted */
    size_t len;      /* bytes */
    claim_set known; /* read, or known to hold no text */
} doc_stream;

/* Stories in the order of their characters, [MS-DOC] 2.3. */
typedef enum doc_story {
    DOC_MAIN,
    DOC_NOTES,
    DOC_HEADERS,
    DOC_MACROS, /* old versions only */
    DOC_COMMENTS,
    DOC_ENDNOTES,
    DOC_BOXES,
    DOC_HEADER_BOXES,
    DOC_REST, /* pieces behind the last story */
} doc_story;
enum { DOC_STORY_COUNT = DOC_REST };

/* Numbers of the pairs (offset, length) of 2.5.6; the first 38 are the same in all versions. */
typedef enum doc_pair {
    DOC_STSH = 1,
    DOC_COMMENT_REF = 4,
    DOC_COMMENT_TEXT = 5,
    DOC_SECTIONS = 6,
    DOC_GLOSSARY = 9,
    DOC_HEADER_TEXT = 11,
    DOC_BTE_CHPX = 12,
    DOC_BTE_PAPX = 13,
    DOC_FONTS = 15,
    DOC_BOOKMARKS = 21,
    DOC_COMMANDS = 24,
    DOC_MACRO_NAMES = 26,
    DOC_PRINTER = 27,
    DOC_DOP = 31,
    DOC_ASSOC = 32,
    DOC_CLX = 33,
    DOC_AUTOSAVE = 35,
    DOC_OWNERS = 36,
    DOC_COMMENT_BOOKMARKS = 37,
    DOC_PAIRS_OLD = 38,
    DOC_FORM_NAMES = 45,
    DOC_ART = 50,
    DOC_REVISERS = 51,
    DOC_CAPTIONS = 52,
    DOC_AUTO_CAPTIONS = 53,
    DOC_VARIABLES = 60,
    DOC_ROUTE_SLIP = 70,
    DOC_SAVED_BY = 71,
    DOC_FILE_NAMES = 72,
    DOC_LISTS = 73,
    DOC_LIST_NAMES = 91,
    DOC_PAIRS_97 = 93,
} doc_pair;

typedef enum doc_age {
    DOC_AGE_97, /* and later: tables in a stream of their own, 16 bit letters */
    DOC_AGE_95, /* 6.0 and 95: all in one stream */
    DOC_AGE_2,  /* 2.0: the same with other tables; read without looks */
} doc_age;

typedef struct doc_fib {
    doc_age age;
    uint16_t version; /* nFib */
    uint16_t lid;
    uint16_t flags; /* doc_flag */
    uint32_t key;
    uint32_t text_off, text_end; /* of documents without pieces */
    uint32_t next_page;          /* FIB of the AutoText document, in pages of 512 bytes */
    uint32_t story_len[DOC_STORY_COUNT];
    uint32_t pairs_off, pairs_count, pair_len;
} doc_fib;

typedef enum doc_flag {
    DOC_FLAG_COMPLEX = 1 << 2,
    DOC_FLAG_ENCRYPTED = 1 << 8,
    DOC_FLAG_TABLE1 = 1 << 9,
    DOC_FLAG_WIDE = 1 << 12,
    DOC_FLAG_OBFUSCATED = 1 << 15,
} doc_flag;

/* ---- looks: doc_sprm.c, doc_style.c, doc_fkp.c ---- */

/* Which values of doc_chp are stated, and which of its switches are on. */
typedef enum doc_chp_bit {
    DOC_BOLD = 1 << 0,
    DOC_ITALIC = 1 << 1,
    DOC_STRIKE = 1 << 2,
    DOC_DOUBLE_STRIKE = 1 << 3,
    DOC_VANISH = 1 << 4,
    DOC_WEB_HIDDEN = 1 << 5,
    DOC_SPEC_VANISH = 1 << 6,
    DOC_DELETED = 1 << 7,
    DOC_SPECIAL = 1 << 8,
    DOC_HAS_SYMBOL = 1 << 9,
    DOC_SWITCHES = (1 << 10) - 1,
    DOC_SIZE = 1 << 10,
    DOC_FG = 1 << 11,
    DOC_SHADE = 1 << 12,
    DOC_HIGHLIGHT = 1 << 13,
    DOC_FONT = 1 << 14,
    DOC_SCALE = 1 << 15,
    DOC_SPACING = 1 << 16,
    DOC_STYLE = 1 << 17,
} doc_chp_bit;

/* Properties of letters. */
typedef struct doc_chp {
    uint32_t bits; /* doc_chp_bit */
    uint32_t size_pt100;
    uint16_t style;
    uint16_t font, east_font; /* rows of the font table */
    uint16_t symbol, symbol_font;
    uint16_t reviser;              /* row of the revisers */
    int16_t spacing;               /* twips between letters */
    uint16_t scale;                /* percent of their width */
    uint32_t fg, shade, highlight; /* LOOK_NO_COLOUR: automatic or none */
    uint32_t revised_at;           /* DTTM */
} doc_chp;

/* Properties of a paragraph. */
typedef struct doc_pap {
    uint16_t style;
    bool centred, right, indent, tiny_line;
    bool in_table, row_end, cells_painted;
    uint32_t shade; /* LOOK_NO_COLOUR: none */
} doc_pap;

enum { DOC_FONT_HEI = 1, DOC_FONT_WINGDINGS = 2, DOC_STYLE_MAX = 4096 };

typedef struct doc_style {
    lj_slice chp, pap; /* modifiers as stored */
    uint16_t base;     /* DOC_STYLE_NONE: none */
    bool is_used;
    doc_chp chp_sum; /* of paragraph styles: with those of all parents */
    doc_pap pap_sum;
} doc_style;
enum { DOC_STYLE_NONE = 0xFFF };

/* A run of letters or a paragraph in the pages of properties (FKP). */
typedef struct doc_fkp {
    lj_slice table;     /* PlcfBteChpx or PlcfBtePapx */
    uint32_t count;     /* pages */
    uint32_t entry_len; /* bytes of a page number */
    bool is_pap;
    uint32_t from, to; /* the run that was found last, offsets in the stream */
    lj_slice mods;     /* its modifiers; of a paragraph with the style's number before them */
} doc_fkp;

typedef struct doc {
    format_run *run;
    lj_arena *arena;
    ole2_file *ole;  /* NULL: a bare file */
    format_src *src; /* of a bare file */
    doc_stream streams[DOC_STREAM_COUNT];
    bool is_encrypted; /* was, and is decrypted */
    bool is_damaged;
    uint64_t hidden_by; /* of everything: an AutoText document */
    doc_fib fib;
    text_charset charset; /* of 8-bit text */
    doc_style *styles;
    uint32_t style_count;
    uint8_t *fonts; /* DOC_FONT_HEI, DOC_FONT_WINGDINGS by row */
    uint32_t font_count;
    doc_fkp chps, paps;
    lj_str *revisers, *owners; /* names by row */
    uint32_t reviser_count, owner_count;
    lj_slice pieces;      /* PlcPcd */
    uint32_t piece_count; /* 0: text_off to text_end is the text */
    lj_slice *lists;      /* modifiers that pieces name by number */
    uint32_t list_count;
    uint32_t text_width; /* bytes of a letter of a document without pieces */
    uint16_t alt_count;
} doc;

/* Opens the streams and reads the first FIB; decrypts when a password fits. LJ_E_ENCRYPTED: the gap
 * was told. */
LJ_MUST_USE lj_code doc_open(doc *d);
/* Reads the FIB at off of the main stream. */
LJ_MUST_USE lj_code doc_fib_read(doc *d, uint64_t off, doc_fib *out);
/* The table of that number; empty when there is none. What is handed out counts as known. */
lj_slice doc_pair_of(doc *d, doc_pair pair);
/* Bytes of a stream, empty when they are not all there; they count as known. */
lj_slice doc_bytes(doc *d, doc_stream_kind kind, uint64_t off, uint64_t len);
/* Claims what is known of the streams; of decrypted ones the rest is swept here. */
LJ_MUST_USE lj_code doc_close(doc *d);
/* The stream that tables stand in. */
doc_stream_kind doc_table_kind(const doc *d);

/* doc_sprm.c */
/* Lays modifiers over the letters; style: what stands below them. */
void doc_chp_apply(const doc *d, doc_chp *chp, const doc_chp *style, lj_slice mods);
/* The same, with the style of letters that the modifiers name below them. Returns the bytes of
 * modifiers that were gone through. */
size_t doc_chp_take(const doc *d, doc_chp *chp, lj_slice mods);
void doc_pap_apply(const doc *d, doc_pap *pap, lj_slice mods);
/* One modifier of a piece: prm as in the piece table (2.9.214). */
void doc_chp_apply_prm(const doc *d, doc_chp *chp, uint16_t prm);
void doc_pap_apply_prm(const doc *d, doc_pap *pap, uint16_t prm);
doc_chp doc_chp_none(void);
/* What a span says of such letters in such a paragraph. */
span_look doc_look_of(const doc *d, const doc_chp *chp, const doc_pap *pap);

/* doc_style.c: the style sheet and the fonts; names are emitted. */
LJ_MUST_USE lj_code doc_styles_read(doc *d);
LJ_MUST_USE lj_code doc_fonts_read(doc *d);
uint32_t doc_font_kind(const doc *d, uint32_t row);
/* Lays the style of that number with all its parents over the letters; returns their bytes. */
size_t doc_style_apply(const doc *d, doc_chp *chp, uint32_t row);
/* Properties of paragraphs and letters of that style. */
void doc_style_of(const doc *d, uint32_t row, doc_pap *pap, doc_chp *chp);

/* doc_fkp.c */
void doc_fkp_open(doc *d, doc_fkp *fkp, doc_pair pair);
/* Finds the run that holds off; from and to are set in any case, to > off. */
void doc_fkp_seek(doc *d, doc_fkp *fkp, uint32_t off);

/* ---- text: doc_text.c, doc_story.c ---- */

/* Appends decoded text. */
void doc_decode(const doc *d, lj_slice raw, bool wide, lj_buf *dst);
/* Letters of symbol fonts that are stars; others stay in the private use area. */
uint32_t doc_wingdings_point(uint32_t code);
LJ_MUST_USE lj_code doc_stories_read(doc *d);

/* ---- what stands beside the text: doc_side.c, doc_art.c ---- */

/* A text that is on no page. */
LJ_MUST_USE lj_code doc_emit_unseen(doc *d, doc_stream_kind kind, span_role role, lj_str label,
                                    lj_str text);
/* Names of revisers and owners of comments, which stories need. */
LJ_MUST_USE lj_code doc_people_read(doc *d);
LJ_MUST_USE lj_code doc_side_read(doc *d);

#endif
