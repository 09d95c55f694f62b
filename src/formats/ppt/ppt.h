/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the files of the PowerPoint reader share; only this folder includes it. See ppt.c for the
 * model. */
#ifndef LJ_FORMATS_PPT_PPT_H
#define LJ_FORMATS_PPT_PPT_H

#include "base/num.h"
#include "formats/format.h"
#include "formats/look.h"
#include "formats/ole2/office_crypt.h"
#include "formats/ole2/ole2.h"
#include "formats/span_block.h"

enum {
    PPT_DEPTH_MAX = 64,      /* containers inside containers */
    PPT_OBJECTS_MAX = 65536, /* records on the top level */
    PPT_ENTRIES_MAX = 32768, /* slides, masters and notes that the document lists */
    PPT_OUTLINE_MAX = 65536, /* texts of the outline */
    PPT_FONTS_MAX = 4096,
    PPT_MASTERS_MAX = 512,      /* masters whose styles are kept */
    PPT_RUNS_MAX = 32768,       /* runs of one text */
    PPT_PAINTS_MAX = 512,       /* painted shapes of one slide that are compared with its text */
    PPT_TYPES = 9,              /* text types, 2.9.39 */
    PPT_LEVELS = 5,             /* indent levels with a style */
    PPT_ATOM_MAX = 1024 * 1024, /* an atom with text or styles that is read as a whole */
};
#define PPT_NONE UINT32_MAX

/* Record types, [MS-PPT] 2.13.24, [MS-ODRAW] 2.1.4: those that something is done for. */
enum {
    PPT_DOCUMENT = 0x03E8,
    PPT_DOCUMENT_ATOM = 0x03E9,
    PPT_SLIDE = 0x03EE,
    PPT_SLIDE_ATOM = 0x03EF,
    PPT_NOTES = 0x03F0,
    PPT_NOTES_ATOM = 0x03F1,
    PPT_ENVIRONMENT = 0x03F2,
    PPT_SLIDE_PERSIST = 0x03F3,
    PPT_MASTER = 0x03F8,
    PPT_SLIDE_INFO = 0x03F9,
    PPT_VBA_INFO = 0x03FF,
    PPT_DRAWING_GROUP = 0x040B,
    PPT_DRAWING = 0x040C,
    PPT_THEME_12 = 0x040E,
    PPT_COLOUR_MAP_12 = 0x040F,
    PPT_NAMED_SHOW = 0x0411,
    PPT_CONTENT_MASTER_12 = 0x041E,
    PPT_TEXT_STYLES_12 = 0x0423,
    PPT_NOTES_STYLES_12 = 0x0427,
    PPT_TABLE_STYLES_12 = 0x0428,
    PPT_SOUND = 0x07E6,
    PPT_COLOUR_SCHEME = 0x07F0,
    PPT_PLACEHOLDER = 0x0BC3,
    PPT_OUTLINE_REF = 0x0F9E,
    PPT_TEXT_HEADER = 0x0F9F,
    PPT_TEXT_CHARS = 0x0FA0,
    PPT_TEXT_STYLE = 0x0FA1,
    PPT_MASTER_STYLE = 0x0FA3,
    PPT_TEXT_BYTES = 0x0FA8,
    PPT_FONT = 0x0FB7,
    PPT_CSTRING = 0x0FBA,
    PPT_HANDOUT = 0x0FC9,
    PPT_KINSOKU = 0x0FC8,
    PPT_EMBED = 0x0FCC,
    PPT_OLE_LINK = 0x0FCE,
    PPT_BOOKMARK = 0x0FD0,
    PPT_HYPERLINK = 0x0FD7,
    PPT_SLIDE_NUMBER_META = 0x0FD8,
    PPT_HEADERS_FOOTERS = 0x0FD9,
    PPT_HEADERS_FOOTERS_ATOM = 0x0FDA,
    PPT_HYPERLINK_9 = 0x0FE4,
    PPT_CONTROL = 0x0FEE,
    PPT_SLIDE_LIST = 0x0FF0,
    PPT_INTERACTIVE = 0x0FF2,
    PPT_USER_EDIT = 0x0FF5,
    PPT_CURRENT_USER = 0x0FF6,
    PPT_DATE_META = 0x0FF7,
    PPT_GENERIC_DATE_META = 0x0FF8,
    PPT_HEADER_META = 0x0FF9,
    PPT_FOOTER_META = 0x0FFA,
    PPT_VIDEO = 0x1005,
    PPT_AVI = 0x1006,
    PPT_MCI = 0x1007,
    PPT_MIDI = 0x100D,
    PPT_CD = 0x100E,
    PPT_WAV = 0x100F,
    PPT_WAV_LINK = 0x1010,
    PPT_OLE_STORAGE = 0x1011,
    PPT_RTF_DATE_META = 0x1015,
    PPT_PROG_TAGS = 0x1388,
    PPT_STRING_TAG = 0x1389,
    PPT_BINARY_TAG = 0x138A,
    PPT_TAG_DATA = 0x138B,
    PPT_PERSIST_DIRECTORY = 0x1772,
    PPT_COMMENT = 0x2EE0,
    PPT_COMMENT_ATOM = 0x2EE1,
    PPT_COMMENT_INDEX = 0x2EE4,
    PPT_CRYPT_SESSION = 0x2F14,
    PPT_TIME_VARIANT = 0xF142,
    ART_BSTORE = 0xF001,
    ART_SPGR_CONTAINER = 0xF003,
    ART_SP_CONTAINER = 0xF004,
    ART_BSE = 0xF007,
    ART_SPGR = 0xF009,
    ART_SP = 0xF00A,
    ART_OPT = 0xF00B,
    ART_TEXT_BOX = 0xF00D,
    ART_CHILD_ANCHOR = 0xF00F,
    ART_CLIENT_ANCHOR = 0xF010,
    ART_CLIENT_DATA = 0xF011,
    ART_BLIP_FIRST = 0xF018,
    ART_BLIP_LAST = 0xF117,
    ART_OPT_2 = 0xF121,
    ART_OPT_3 = 0xF122,
};

/* The head of a record and where its body lies in the stream. */
typedef struct ppt_head {
    uint64_t at, body, end;
    uint16_t type, instance;
    uint8_t version;
    bool is_cut; /* its length leads beyond what it stands in */
} ppt_head;

/* ---- looks ---- */

typedef enum ppt_known {
    PPT_KNOWS_BOLD = 1 << 0,
    PPT_KNOWS_ITALIC = 1 << 1,
    PPT_KNOWS_SIZE = 1 << 2,
    PPT_KNOWS_COLOUR = 1 << 3,
    PPT_KNOWS_FONT = 1 << 4,
    PPT_KNOWS_EA_FONT = 1 << 5,
    PPT_KNOWS_ALIGN = 1 << 6,
    PPT_KNOWS_INDENT = 1 << 7,
} ppt_known;

/* Properties of characters and their paragraph, as far as stated. */
typedef struct ppt_look {
    uint32_t colour; /* ColorIndexStruct, 2.12.2 */
    uint16_t known;  /* ppt_known */
    uint16_t size;   /* points */
    uint16_t font, ea_font;
    uint8_t align;
    bool is_bold, is_italic, is_indented;
} ppt_look;

typedef struct ppt_styles {
    ppt_look look[PPT_TYPES][PPT_LEVELS];
} ppt_styles;

/* Something painted: a shape, in the order of drawing. */
typedef struct ppt_paint {
    int32_t box[4];  /* hundredths of a point: left, top, right, bottom */
    uint32_t colour; /* 0xRRGGBB; LOOK_PAINTED: a picture or unknown; LOOK_NO_COLOUR: nothing */
    bool is_opaque;
} ppt_paint;

typedef struct ppt_master {
    uint32_t slide_id;
    uint32_t parent; /* the main master of a title master, index; PPT_NONE */
    ppt_styles *styles;
    uint32_t scheme[8]; /* 0xRRGGBB */
    bool has_scheme;
    uint32_t ground; /* as ppt_paint.colour */
    bool has_art;    /* paints more than its background */
} ppt_master;

/* A run of a StyleTextPropAtom. */
typedef struct ppt_run {
    uint32_t count; /* characters */
    uint16_t level;
    ppt_look look;
} ppt_run;
typedef struct ppt_runs {
    ppt_run *row;
    uint32_t count, cap;
} ppt_runs;

/* ---- the file ---- */

typedef struct ppt_object {
    uint64_t at, end;
    uint32_t persist; /* its number in the persist directory, 0: none */
    uint16_t type, instance;
    bool is_live; /* the last save reaches it */
    bool is_done;
} ppt_object;

/* An entry of one of the document's lists. */
typedef struct ppt_entry {
    uint32_t object; /* index, or PPT_NONE */
    uint32_t slide_id;
    uint32_t no;         /* of slides, from 1 */
    uint32_t text_first; /* in the outline */
    uint32_t text_count;
    uint8_t list;  /* 0 slides, 1 masters, 2 notes */
    bool is_shown; /* no slide that is hidden */
} ppt_entry;

typedef struct ppt_outline {
    uint64_t at, end; /* of the text header, and of the list */
    bool is_taken;
} ppt_outline;

/* An encrypted object. */
typedef struct ppt_locked {
    uint32_t off;
    uint32_t persist; /* the number of its block of the cipher */
} ppt_locked;

typedef struct ppt_font {
    bool is_hei;
} ppt_font;

/* A set of texts that were emitted. */
typedef struct ppt_seen {
    uint8_t (*keys)[16];
    uint32_t count, cap;
} ppt_seen;

/* Where the walker is, and what holds there. */
typedef struct ppt_scope {
    span_role role;
    uint32_t page_no;
    uint64_t hidden_by;
    bool is_old;           /* superseded by a later save */
    bool only_new;         /* what was seen before is not told again */
    bool is_main_document; /* the document object of the last save */
    uint32_t entry;        /* of the slide whose outline texts are referred to; PPT_NONE */
    const ppt_styles *styles;
    const uint32_t *scheme; /* 8 colours, or NULL */
    uint32_t ground;
    ppt_paint *paints;
    uint32_t paint_count;
    int32_t page_size[2]; /* hundredths of a point; 0: not known */
    bool has_page;        /* the page is a slide: boxes are told */
} ppt_scope;

typedef struct ppt_file {
    format_run *run;
    lj_arena *arena;
    ole2_file *ole2;
    uint32_t stream; /* entry of the compound file */
    format_src *src;
    uint64_t size;
    uint32_t part_id;
    uint32_t storage; /* that holds the stream */
    bool is_damaged;
    bool is_locked;                /* encrypted, no password fits */
    bool is_95;                    /* records of PowerPoint 95 */
    bool has_directory;            /* liveness is known */
    uint64_t claim_from, claim_to; /* read, not yet claimed */

    uint64_t edit_off; /* of the last user edit; UINT64_MAX: not known */
    uint32_t document_ref, session_ref;
    uint32_t *persists; /* offset by number; UINT32_MAX: none */
    uint32_t persist_count;

    ppt_locked *locked; /* objects of all saves, when the file is encrypted */
    uint32_t locked_count, locked_cap;
    office_crypt *crypt; /* open; NULL: nothing is encrypted */

    ppt_object *objects;
    uint32_t object_count, object_cap, sorted_count;
    ppt_entry *entries;
    uint32_t entry_count, entry_cap;
    ppt_outline *outline;
    uint32_t outline_count, outline_cap;
    uint64_t list_limit; /* texts of the lists from here on found no room among those above */
    uint32_t notes_master, handout_master; /* numbers of persist objects */
    ppt_font *fonts;
    uint32_t font_count;
    ppt_master *masters;
    uint32_t master_count;
    ppt_styles styles;                    /* of the document's environment */
    ppt_paint *paints;                    /* room for those of one slide */
    int32_t slide_size[2], notes_size[2]; /* hundredths of a point */
    ppt_seen seen;
    uint32_t story_count;
    uint16_t alt_count;
    uint32_t blip_count;
    span_block block;
    ppt_runs paras, chars; /* of the text at hand */
    lj_buf raw, raw_style; /* its bytes */
    lj_buf words;          /* one decoded piece */
} ppt_file;

/* ---- ppt.c, ppt_old.c, ppt_crypt.c ---- */

void ppt_file_init(ppt_file *file, format_run *run, ole2_file *ole2, uint32_t stream,
                   uint32_t storage);
/* The stream of PowerPoint 95. */
LJ_MUST_USE lj_code ppt_read_95(format_run *run, ole2_file *ole2, uint32_t stream);
/* When the presentation is encrypted: tries passwords, and puts a decrypting source in the place of
 * file->src. file->is_locked stays set when none fits. */
LJ_MUST_USE lj_code ppt_unlock(ppt_file *file);
/* [off, off + len) of src, decrypted as one field of the Pictures stream. NULL without memory. */
format_src *ppt_unlock_field(ppt_file *file, format_src *src, uint64_t off, uint64_t len);
/* The same for at most 64 bytes at once; fewer when the source ends. */
lj_slice ppt_unlock_bytes(ppt_file *file, format_src *src, uint64_t off, size_t len,
                          uint8_t room[64]);

/* ---- ppt_record.c: bytes of the stream ---- */

/* False when no head stands there. */
bool ppt_head_at(ppt_file *file, uint64_t at, uint64_t end, ppt_head *out);
/* The first len bytes of the body, or less; valid until the next call that reads. */
lj_slice ppt_body(ppt_file *file, const ppt_head *head, size_t len);
/* The whole body in room of our own, at most PPT_ATOM_MAX bytes of it. */
lj_slice ppt_body_kept(ppt_file *file, const ppt_head *head, lj_buf *room);
/* [from, to) was read or holds no text. */
void ppt_claim(ppt_file *file, uint64_t from, uint64_t to);
void ppt_claim_end(ppt_file *file);
/* Room for one more of an array in the arena; false at max or without memory. */
bool ppt_room(ppt_file *file, void **array, uint32_t count, uint32_t *cap, size_t size,
              uint32_t max);
/* True when the text was seen before; else it is remembered. */
bool ppt_seen_before(ppt_file *file, lj_slice bytes);

/* ---- ppt_edit.c: saves and persist objects ---- */

LJ_MUST_USE lj_code ppt_read_current_user(ppt_file *file);
LJ_MUST_USE lj_code ppt_read_edits(ppt_file *file);
LJ_MUST_USE lj_code ppt_find_objects(ppt_file *file);
/* Index of the object with that number, or PPT_NONE. */
uint32_t ppt_object_of(const ppt_file *file, uint32_t persist);

/* ---- ppt_walk.c ---- */

/* Reads a record and everything in it. */
LJ_MUST_USE lj_code ppt_walk(ppt_file *file, ppt_scope *scope, const ppt_head *top);
/* Collects what the shapes of the object paint. */
LJ_MUST_USE lj_code ppt_walk_paints(ppt_file *file, ppt_scope *scope, const ppt_head *top);

/* ---- ppt_list.c: the document's lists, masters, slides ---- */

LJ_MUST_USE lj_code ppt_read_objects(ppt_file *file);
/* ---- ppt_string.c ---- */

typedef struct ppt_level {
    ppt_head head;
    uint64_t at;       /* of the next record in it */
    uint8_t flags;     /* of headers and footers */
    bool has_space;    /* the group's coordinates are known */
    int32_t inner[4];  /* left, top, right, bottom inside the group */
    int32_t outer[4];  /* the same place outside */
    bool is_table;     /* the group is a table */
    uint32_t row, col; /* of its next cell; row also: the slide at hand of a list */
    int32_t last_left;
} ppt_level;

LJ_MUST_USE lj_code ppt_emit_string(ppt_file *file, const ppt_scope *scope, const ppt_level *parent,
                                    const ppt_head *head);
LJ_MUST_USE lj_code ppt_emit_comment(ppt_file *file, const ppt_scope *scope, const ppt_head *head);
/* A value that no page shows, in UTF-16. */
LJ_MUST_USE lj_code ppt_emit_unseen(ppt_file *file, const ppt_scope *scope, span_role role,
                                    const char *label, lj_slice utf16);
void ppt_place(const ppt_file *file, const ppt_scope *scope, span *what);
/* Decodes into file->words; controls become blanks, line breaks stay. */
lj_str ppt_decode(ppt_file *file, text_charset charset, lj_slice bytes);

/* ---- ppt_text.c ---- */

/* A text with what stands beside it. */
typedef struct ppt_unit {
    uint64_t at, end; /* of its records, next to each other */
    ppt_head text, style;
    uint32_t type; /* of the header; PPT_TYPES: none */
    bool has_text, has_style;
} ppt_unit;

typedef struct ppt_shape {
    uint32_t flags; /* of the FSP */
    int32_t box[4];
    bool has_box, is_hidden, is_group, is_picture;
    bool is_table;
    bool says_fill, is_filled, is_clear;
    uint32_t fill_kind;
    uint32_t fill;        /* OfficeArtCOLORREF; UINT32_MAX: not stated */
    int32_t rotation;     /* 16.16 degrees */
    uint32_t placeholder; /* its kind; 0: none */
    int32_t space[4];     /* of a group */
    bool has_space;
    uint32_t paint_idx; /* its place in the order of drawing */
    uint32_t row, col;  /* as a cell */
    uint64_t hidden_by;
    uint32_t ground; /* behind its text */
} ppt_shape;

/* The text that begins at that place; false when there is none. */
bool ppt_unit_at(ppt_file *file, uint64_t at, uint64_t end, ppt_unit *out);
/* shape may be NULL. */
LJ_MUST_USE lj_code ppt_emit_unit(ppt_file *file, const ppt_scope *scope, const ppt_shape *shape,
                                  const ppt_unit *unit);

/* ---- ppt_style.c ---- */

/* Fills file->runs from a StyleTextPropAtom for that many characters. */
void ppt_read_runs(ppt_file *file, lj_slice bytes, uint64_t text_count);
void ppt_read_master_style(lj_slice bytes, uint32_t type, ppt_styles *out);
/* What `over` does not say is taken from `under`. */
void ppt_look_under(ppt_look *over, const ppt_look *under);
/* The style of a text type and level, as far as the master and the document say. */
ppt_look ppt_style_of(const ppt_file *file, const ppt_scope *scope, uint32_t type, uint32_t level);
/* As a look of a span, on that ground. */
span_look ppt_look_of(const ppt_file *file, const ppt_scope *scope, const ppt_look *look,
                      uint32_t ground);
/* OfficeArtCOLORREF to 0xRRGGBB or LOOK_PAINTED. */
uint32_t ppt_art_colour(const uint32_t *scheme, uint32_t colour);

/* ---- ppt_shape.c ---- */

/* What the records of an SpContainer say; text and strings are left to the walker. */
void ppt_read_shape(ppt_file *file, const ppt_head *head, const ppt_level *levels, uint32_t depth,
                    ppt_shape *out);
/* Facts about where it stands, with all paints of the slide known. */
void ppt_judge_shape(const ppt_scope *scope, ppt_shape *shape);
ppt_paint ppt_paint_of(const ppt_scope *scope, const ppt_shape *shape);
/* Strings among the properties. */
LJ_MUST_USE lj_code ppt_emit_options(ppt_file *file, const ppt_scope *scope, const ppt_shape *shape,
                                     const ppt_head *head);

/* ---- ppt_blip.c ---- */

/* Pictures one behind the other. */
LJ_MUST_USE lj_code ppt_read_pictures(ppt_file *file);
LJ_MUST_USE lj_code ppt_read_blip(ppt_file *file, format_src *src, const ppt_head *head,
                                  uint64_t hidden_by);
LJ_MUST_USE lj_code ppt_read_bse(ppt_file *file, const ppt_scope *scope, const ppt_head *head);
LJ_MUST_USE lj_code ppt_read_storage(ppt_file *file, const ppt_scope *scope, const ppt_head *head);
/* Bytes of the stream as a document of its own, once when the same is there twice. */
LJ_MUST_USE lj_code ppt_child(ppt_file *file, const ppt_scope *scope, const char *name,
                              uint64_t off, uint64_t len);

#endif
