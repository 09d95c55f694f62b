/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the RTF reader: what its files share.
 *
 *     bytes --rtf.c: tokens--> words --rtf_group.c: look, destination--> text --rtf_story.c-->
 * spans
 *                                          \--rtf_hex.c: hex and \bin --rtf_object.c--> children */
#ifndef LJ_FORMATS_RTF_RTF_PRIV_H
#define LJ_FORMATS_RTF_RTF_PRIV_H

#include "formats/format.h"
#include "formats/span_block.h"
#include "text/charset.h"

enum {
    RTF_STACK_MAX = 1024,    /* groups with a state of their own; deeper ones are read flat */
    RTF_STORIES_MAX = 24,    /* stories inside stories: note in a box in a header ... */
    RTF_WINDOW = 128 * 1024, /* bytes of the file at a time */
    RTF_AHEAD = 64,          /* bytes that a token looks ahead: longer names are cut */
    RTF_FONTS_MAX = 4096,    /* fonts that are known */
    RTF_FONT_IDS = 65536,    /* numbers that a font may have */
    RTF_COLOURS_MAX = 4096,
    RTF_STYLES_MAX = 4096, /* highest style number that is known */
    RTF_AUTHORS_MAX = 256, /* authors of revisions */
    RTF_HEX_KEPT =
        2048 * 1024,           /* bytes of an object that are kept; larger ones are decoded again */
    RTF_RAW_MAX = 32 * 1024,   /* bytes that wait for their decoding */
    RTF_VALUE_MAX = 64 * 1024, /* bytes of a label or name */
    RTF_NO_FONT = 0xFFFF,
};

/* ---- words ---- */

typedef enum rtf_act {
    RTF_UNKNOWN,
    RTF_DEST,  /* value: rtf_dest */
    RTF_TEXT,  /* value: code point */
    RTF_PAR,   /* end of a paragraph */
    RTF_BREAK, /* of page, section, column: a paragraph ends, too */
    RTF_CELL,  /* value: 1 in a table inside a table */
    RTF_ROW,   /* the same */
    RTF_FLAG,  /* value: rtf_look_flag; 0 switches it off */
    RTF_ALIGN, /* value: rtf_look_flag bits */
    RTF_PLAIN,
    RTF_PARD,
    RTF_SECTD,
    RTF_FONT,
    RTF_DEFAULT_FONT,
    RTF_ASSOCIATED, /* \af */
    RTF_DIRECTION,  /* value: 1 \dbch, 0 \loch \hich */
    RTF_SIZE,
    RTF_FG,
    RTF_BG,      /* value: which ground */
    RTF_SHADING, /* \chshdng: hundredths of a percent */
    RTF_SCALE,   /* \charscalex */
    RTF_INDENT,  /* \fi */
    RTF_STYLE,   /* paragraph or character style */
    RTF_BASED_ON,
    RTF_UNICODE,
    RTF_UC,
    RTF_BIN,
    RTF_CODE_PAGE, /* \ansicpg */
    RTF_CHARSET,   /* value: code page of \mac and kin */
    RTF_FONT_CHARSET,
    RTF_FONT_PAGE,
    RTF_RED,     /* value: shift */
    RTF_AUTHOR,  /* value: 1 of a deletion */
    RTF_DATE,    /* of a deletion */
    RTF_PICTURE, /* value: rtf_picture */
    RTF_SHAPE,   /* value: rtf_shape_word */
    RTF_PAPER,   /* value: rtf_paper_word */
    RTF_ITAP,
    RTF_CELL_DEFS, /* \trowd: shadings of cells begin again */
    RTF_CELL_END,  /* \cellx: the next cell's definition */
    RTF_CELL_GROUND,
} rtf_act;

typedef struct rtf_word {
    const char *name;
    rtf_act act;
    uint32_t value;
} rtf_word;

extern const rtf_word rtf_words[];
extern const uint32_t rtf_word_count;

enum { RTF_WORD_SLOTS = 2048 }; /* a power of two, at least four times the words */
/* Room of RTF_WORD_SLOTS for the lookup. */
void rtf_words_index(uint16_t *slots);
const rtf_word *rtf_word_lookup(const uint16_t *slots, const uint8_t *name, size_t len);

/* ---- destinations ---- */

typedef enum rtf_mode {
    RTF_THROUGH, /* text goes where it went */
    RTF_STORY,   /* paragraphs of their own */
    RTF_VALUE,   /* all text of the group is one span */
    RTF_QUIET,   /* the same when it has Han letters: data of the writer, as a rule */
    RTF_FONTS,
    RTF_COLOURS,
    RTF_HEX, /* bytes in hexadecimal digits */
} rtf_mode;

typedef enum rtf_dest {
    D_NONE,
    D_BODY,
    D_THROUGH,
    D_HEADER,
    D_FOOTER,
    D_FOOTNOTE,
    D_ANNOTATION,
    D_SHAPE_TEXT,
    D_SHAPE,
    D_SHAPE_RESULT,
    D_FIELD,
    D_UPR,
    D_UD,
    D_TITLE,
    D_SUBJECT,
    D_AUTHOR,
    D_MANAGER,
    D_COMPANY,
    D_OPERATOR,
    D_CATEGORY,
    D_KEYWORDS,
    D_COMMENT,
    D_DOCCOMM,
    D_LINK_BASE,
    D_PROP_NAME,
    D_PROP_VALUE,
    D_PROP_LINK,
    D_DOCVAR,
    D_DOCVAR_PART,
    D_BOOKMARK,
    D_INDEX,
    D_FORM,
    D_NOTE_AUTHOR,
    D_NOTE_ID,
    D_SHAPE_NAME,
    D_SHAPE_VALUE,
    D_STYLES,
    D_STYLE_ENTRY,
    D_LATENT,
    D_LIST,
    D_LIST_NAME,
    D_REVISERS,
    D_REVISER,
    D_TEMPLATE,
    D_OBJECT_NAME,
    D_OBJECT_CLASS,
    D_FILE_NAME,
    D_HTML_TAG,
    D_QUIET,
    D_UNKNOWN,
    D_FONT_TABLE,
    D_FONT_OTHER, /* \falt \fname: inside of the font table */
    D_COLOUR_TABLE,
    D_PICTURE,
    D_OBJECT_DATA,
    D_PACKAGE, /* \themedata \datastore */
    D_SCHEME,
    D_HEX_OTHER,
    D_COUNT
} rtf_dest;

typedef struct rtf_dest_row {
    rtf_mode mode;
    span_role role;
    const char *label;
    bool unseen; /* on no page */
} rtf_dest_row;
const rtf_dest_row *rtf_dest_row_of(rtf_dest dest);

/* ---- state ---- */

typedef enum rtf_look_flag {
    RTF_HIDDEN = 1 << 0,
    RTF_WEB_HIDDEN = 1 << 1,
    RTF_DELETED = 1 << 2,
    RTF_BOLD = 1 << 3,
    RTF_ITALIC = 1 << 4,
    RTF_STRIKE = 1 << 5,
    RTF_STRIKE_2 = 1 << 6,
    RTF_NARROW = 1 << 7, /* letters scaled to nothing */
    RTF_HAS_INDENT = 1 << 8,
    RTF_ALIGNED = 1 << 9,
    RTF_CENTRE = 1 << 10,
    RTF_TO_RIGHT = 1 << 11,
    RTF_IN_TABLE = 1 << 12,
    RTF_NESTED = 1 << 13,     /* in a table inside a table */
    RTF_EAST_ASIAN = 1 << 14, /* \dbch: fonts that follow are those of Han letters */
    RTF_CHARACTER_FLAGS = RTF_HIDDEN | RTF_WEB_HIDDEN | RTF_DELETED | RTF_BOLD | RTF_ITALIC |
                          RTF_STRIKE | RTF_STRIKE_2 | RTF_NARROW | RTF_EAST_ASIAN,
} rtf_look_flag;

/* All that the look of text hangs on; compared as bytes, so there is no padding. */
typedef struct rtf_look {
    uint32_t flags;
    uint32_t deleted_on;  /* DTTM */
    uint16_t size_halves; /* size of the letters, in half points as stored */
    uint16_t fg;          /* index of the colour table; 0: automatic */
    uint16_t grounds[4];  /* rtf_ground; 0: none */
    uint16_t shading;     /* \chshdng */
    uint16_t font, east_font;
    uint16_t deleted_by;
    uint16_t charset; /* text_charset of \'xx, or RTF_SYMBOLS */
    uint16_t scale;   /* keeps the size even */
} rtf_look;

typedef enum rtf_ground {
    RTF_PARAGRAPH_BG,
    RTF_CHARACTER_BG,
    RTF_BACK_COLOUR,
    RTF_HIGHLIGHT
} rtf_ground;
enum { RTF_SYMBOLS = 0x100 };

typedef struct rtf_group {
    rtf_look look;
    uint32_t uc;     /* fallback characters behind \u */
    uint8_t dest;    /* rtf_dest */
    uint8_t mode;    /* rtf_mode */
    uint8_t story;   /* index */
    bool owns_story; /* closed with the group */
    bool owns_dest;
    bool is_upr; /* the part of \upr that is there for old readers */
} rtf_group;

typedef struct rtf_story {
    span_block block, gone;
    lj_buf label;
    lj_buf author;
    uint64_t off; /* of the first byte of the open block */
    uint64_t hidden_by;
    int64_t changed_at;
    uint32_t story_id;
    uint32_t row_no, col_no; /* of the cell that is open, from 0 */
    uint32_t nest_row_no, nest_col_no;
    uint32_t cell_pars; /* paragraphs of the cell so far */
    uint16_t alt_group;
    uint8_t dest;
    bool is_quiet; /* emitted only with Han letters */
    bool has_kept; /* text that is not deleted */
    bool goes_on;
} rtf_story;

typedef struct rtf_font {
    uint16_t charset; /* text_charset or RTF_SYMBOLS */
    bool is_han;      /* of an East Asian charset */
    bool is_hei;
    bool is_wingdings;
} rtf_font;

typedef struct rtf_style {
    uint16_t flags;    /* rtf_look_flag: those that are set */
    uint16_t based_on; /* style number + 1, 0: none */
    uint16_t fg, size_halves;
} rtf_style;

typedef enum rtf_picture {
    RTF_PICTURE_OTHER,
    RTF_PICTURE_DIB,
    RTF_PICTURE_DDB,
    RTF_PICTURE_MAC,
} rtf_picture;

typedef enum rtf_shape_word {
    RTF_SHAPE_LEFT,
    RTF_SHAPE_TOP,
    RTF_SHAPE_RIGHT,
    RTF_SHAPE_BOTTOM,
    RTF_SHAPE_ON_PAGE_X,
    RTF_SHAPE_ON_PAGE_Y,
    RTF_SHAPE_WORD_COUNT
} rtf_shape_word;

typedef enum rtf_paper_word { RTF_PAPER_WIDTH, RTF_PAPER_HEIGHT, RTF_PAPER_COUNT } rtf_paper_word;

/* Hexadecimal digits on their way into bytes. */
typedef struct rtf_hex {
    lj_buf kept;      /* the first RTF_HEX_KEPT bytes */
    uint64_t start;   /* file offset of the first digit, UINT64_MAX before */
    uint64_t end;     /* behind the last digit */
    uint64_t len;     /* bytes so far, kept or not */
    uint64_t bin_off; /* the only content is \bin data: it stands there */
    uint64_t bin_len;
    uint8_t nibble;
    bool has_nibble;
} rtf_hex;

typedef struct rtf {
    format_run *run;
    format_src *src;
    lj_code code; /* what ends the reading */
    /* the window */
    uint8_t *buf;
    size_t pos, end;
    uint64_t base; /* file offset of buf[0] */
    uint64_t size; /* of the file, or FORMAT_SIZE_UNKNOWN */
    bool at_end;
    /* groups */
    rtf_group *stack;
    uint32_t depth;       /* stack[depth] is the innermost */
    uint64_t beyond;      /* groups open beyond the stack */
    uint64_t beyond_dest; /* `beyond` when a destination was opened there, 0: none */
    rtf_group beyond_saved;
    bool star;     /* \* stands before the next word */
    bool is_dirty; /* the look may have changed since the pending text */
    bool is_damaged;
    uint32_t skip; /* fallback characters still to be passed over */
    uint32_t surrogate;
    uint64_t slack; /* hidden_by of all that stands behind the document */
    /* text that waits */
    lj_buf raw; /* bytes in the charset of `look` */
    lj_buf out; /* UTF-8, stands before raw */
    lj_buf scratch;
    rtf_look look;
    uint8_t story;
    uint64_t text_off;
    /* stories */
    rtf_story stories[RTF_STORIES_MAX];
    uint32_t story_count;
    uint32_t story_ids;
    uint16_t alt_count;
    uint16_t shape_alt;        /* of the shape that is open: its text and its old form */
    uint16_t upr_alt;          /* of the \upr that is open */
    bool in_result;            /* in the old form of a shape */
    uint64_t shape_hashes[16]; /* paragraphs of the open shape */
    uint32_t shape_hash_count;
    lj_buf name; /* the property or variable whose value comes next */
    lj_buf note_author;
    /* tables */
    uint16_t page_charset; /* of the document */
    bool page_is_stated;
    uint32_t default_font;
    uint16_t *font_rows; /* by number: row + 1 */
    rtf_font *fonts;
    uint32_t font_count;
    uint32_t font_now; /* row + 1 that the font table describes */
    uint32_t *colours;
    uint32_t colour_count, colour_now;
    bool colour_stated;
    rtf_style *styles; /* by number; NULL: no style sheet */
    uint32_t style_now, based_on;
    lj_str authors[RTF_AUTHORS_MAX];
    uint32_t author_count;
    int32_t shape[RTF_SHAPE_WORD_COUNT];
    bool shape_is_gone; /* fHidden */
    int32_t paper[RTF_PAPER_COUNT];
    uint16_t cell_grounds[64]; /* of the row's definition */
    uint32_t cell_defs;
    uint16_t cell_ground;
    /* data */
    rtf_hex hex;
    rtf_picture picture;
    lj_buf class_name, object_name;
    uint16_t *word_slots;
} rtf;

static inline rtf_group *rtf_top(rtf *r)
{
    return &r->stack[r->depth];
}

/* ---- rtf.c ---- */

/* At least RTF_AHEAD bytes in the window, unless the file ends before. */
void rtf_fill(rtf *r);

/* ---- rtf_group.c: what words do ---- */

void rtf_group_open(rtf *r);
/* False: the outermost group was closed. */
bool rtf_group_close(rtf *r);
void rtf_word_take(rtf *r, const rtf_word *word, int32_t param, bool has_param);
void rtf_look_reset(rtf *r, rtf_look *look);
void rtf_font_set(rtf *r, rtf_look *look, uint32_t number);
uint16_t rtf_charset_of_page(uint32_t page);

/* ---- rtf_dest.c ---- */

void rtf_dest_open(rtf *r, rtf_dest dest, lj_slice name);
/* The group that owned a destination is closed; the pending text was flushed. */
void rtf_dest_close(rtf *r, const rtf_group *group);
/* Text inside of the font table. */
void rtf_font_name(rtf *r, lj_str text);
void rtf_colour_end(rtf *r);
void rtf_style_apply(rtf *r, rtf_look *look, uint32_t number);
void rtf_style_keep(rtf *r, const rtf_look *look);

/* ---- rtf_story.c: text to spans ---- */

bool rtf_story_open(rtf *r, rtf_dest dest);
void rtf_story_close(rtf *r);
/* Text of the file: bytes in the charset of the look. */
void rtf_text_raw(rtf *r, const uint8_t *bytes, size_t len, uint64_t off);
void rtf_text_point(rtf *r, uint32_t point, uint64_t off);
/* Decodes what waits and adds it to its block. is_final: a character that is cut stays cut. */
void rtf_text_flush(rtf *r, bool is_final);
void rtf_par_end(rtf *r);
void rtf_cell_end(rtf *r, bool nested);
void rtf_row_end(rtf *r, bool nested);
/* One span of a value, now. */
void rtf_emit_value(rtf *r, rtf_dest dest, lj_str label, lj_str text);
span_look rtf_look_span(const rtf *r, const rtf_look *look);
/* The waiting text goes on under this look and in this story. */
void rtf_text_sync(rtf *r);

/* ---- rtf_hex.c, rtf_object.c: data ---- */

void rtf_hex_begin(rtf *r);
void rtf_hex_add(rtf *r, const uint8_t *digits, size_t len, uint64_t off);
/* \bin of len bytes, the first of them at the window's position: passes over them. */
void rtf_bin(rtf *r, uint64_t len);
/* The bytes of the hexadecimal digits of [off, end) of the file, decoded as they are asked for. */
format_src *rtf_hex_stream(rtf *r, uint64_t off, uint64_t end, uint64_t len);
/* What was collected becomes a child, or several. */
void rtf_data_end(rtf *r, rtf_dest dest);
/* True when the text is nothing but digits of hexadecimal bytes; the bytes were dealt with. */
bool rtf_data_of_text(rtf *r, lj_str text);

#endif
