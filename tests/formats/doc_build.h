/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small writer of binary Word documents for tests: text with runs, paragraphs, styles, stories,
 * pieces, tables of strings; 97 and 95; encrypted in three ways. It checks nothing. Usage:
 * doc_build_init, styles and fonts, text and paragraphs story by story, doc_build_end. */
#ifndef LJ_TESTS_FORMATS_DOC_BUILD_H
#define LJ_TESTS_FORMATS_DOC_BUILD_H

#include "ole2_build.h"

enum { DOC_BUILD_RUNS = 1024, DOC_BUILD_PIECES = 256, DOC_BUILD_PAIRS = 93, DOC_BUILD_STORIES = 8 };

typedef enum doc_build_age { DOC_BUILD_97, DOC_BUILD_95, DOC_BUILD_2 } doc_build_age;
typedef enum doc_build_lock {
    DOC_BUILD_OPEN,
    DOC_BUILD_XOR,
    DOC_BUILD_RC4,
    DOC_BUILD_CRYPTOAPI,
} doc_build_lock;

typedef struct doc_build_run {
    uint32_t from, to; /* in text */
    uint32_t mods_at, mods_len;
} doc_build_run;

typedef struct doc_build_piece {
    uint32_t cp, off; /* first letter; in text */
    bool narrow;
    uint16_t prm;
} doc_build_piece;

typedef struct doc_build {
    doc_build_age age;
    lj_buf text; /* letters as they stand in the stream, at DOC_BUILD_TEXT */
    lj_buf mods;
    doc_build_run runs[DOC_BUILD_RUNS], paras[DOC_BUILD_RUNS];
    uint32_t run_count, para_count, para_from;
    doc_build_piece pieces[DOC_BUILD_PIECES];
    uint32_t piece_count;
    uint32_t cp, story, story_len[DOC_BUILD_STORIES];
    lj_buf pairs[DOC_BUILD_PAIRS]; /* tables as they shall stand */
    lj_buf lists;                  /* modifiers of pieces, before the piece table */
    lj_buf styles, fonts;
    uint32_t style_count, font_count;
    lj_buf data; /* the stream Data */
    lj_buf tail; /* more bytes behind the text, in no piece */
    uint16_t flags, lid, next_page;
    doc_build_lock lock;
    const char *password; /* ASCII */
    /* after doc_build_streams() */
    lj_buf word, table;
    ole2_build file;
} doc_build;

enum { DOC_BUILD_TEXT = 0x400 }; /* where the text begins in the stream */

void doc_build_init(doc_build *b, doc_build_age age);
void doc_build_done(doc_build *b);

/* Styles in the order of their numbers; modifiers as they are stored. kind: 1 paragraphs, 2
 * letters. base: FFFh is none. */
void doc_build_style(doc_build *b, const char *name, uint32_t kind, uint32_t base, lj_slice pap,
                     lj_slice chp);
void doc_build_font(doc_build *b, const char *name);

/* What follows belongs to this story (0 main, 1 notes, 2 headers, 4 comments, 6 boxes ...). */
void doc_build_story(doc_build *b, uint32_t story);
/* Letters of a run with modifiers: UTF-8, stored with 16 bits. */
void doc_build_text(doc_build *b, const char *text, lj_slice mods);
/* Bytes of letters of 8 bits. */
void doc_build_narrow(doc_build *b, lj_slice text, lj_slice mods);
/* Bytes between the pieces. */
void doc_build_hole(doc_build *b, lj_slice bytes);
/* What follows is a new piece with this modifier. */
void doc_build_piece_begin(doc_build *b, uint16_t prm);
/* Ends the paragraph with its letter (0Dh, 07h, 0Ch). */
void doc_build_para(doc_build *b, uint8_t letter, uint32_t style, lj_slice mods);
/* A paragraph of one run without modifiers. */
void doc_build_line(doc_build *b, const char *text);
/* A table of strings (STTB of 16 bits) as that pair; extra bytes follow each. */
void doc_build_strings(doc_build *b, uint32_t pair, const char *const *rows, uint32_t count,
                       uint32_t extra);
/* Appends UTF-16LE. */
void doc_build_put_wide(lj_buf *out, const char *text);

/* Makes the streams; then word and table may be patched. */
void doc_build_streams(doc_build *b);
/* Makes the compound file (streams first, when they were not made). More storages and streams may
 * be added to file before. The bytes live until doc_build_done. */
lj_slice doc_build_end(doc_build *b);

/* Modifiers. */
#define DOC_MODS(literal) LJ_BYTES(literal)
#define DOC_VANISHED      "\x3C\x08\x01"
#define DOC_DELETED_RUN   "\x00\x08\x01"
#define DOC_BOLD_RUN      "\x35\x08\x01"
#define DOC_WHITE_RUN     "\x70\x68\xFF\xFF\xFF\x00"
#define DOC_CENTRED_PARA  "\x03\x24\x01"
#define DOC_IN_TABLE      "\x16\x24\x01"
#define DOC_ROW_END       "\x16\x24\x01\x17\x24\x01"

#endif
