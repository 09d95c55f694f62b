/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A tolerant pull tokenizer for XML: office parts, OFD, SVG, any XML file. Tokens come one by one
 * from a source or from bytes in memory; it never fails and never stops before the end. What it
 * promises: every XML_START gets exactly one XML_END, in proper nesting, whatever the input is;
 * text is valid UTF-8; nothing is expanded but the five entities and numeric references; a text
 * that refers to an entity which its document declares gives the gap `unsupported` "entity". */
#ifndef LJ_FORMATS_XML_TOKEN_H
#define LJ_FORMATS_XML_TOKEN_H

#include "formats/format.h"
#include "text/charset.h"

typedef enum xml_kind {
    XML_END_OF_INPUT, /* comes again on every further call */
    XML_START,        /* of an element; XML_END of the same depth follows also when it is empty */
    XML_END,
    XML_TEXT, /* decoded; one text may come in several tokens */
    XML_CDATA,
    XML_COMMENT,
    XML_PI,      /* name: target; text: the rest. The XML declaration too. */
    XML_DOCTYPE, /* text: everything between "<!" and ">", not processed */
} xml_kind;

typedef struct xml_attr {
    lj_slice name;  /* as written, with prefix */
    lj_slice local; /* behind the prefix */
    lj_str value;   /* decoded */
} xml_attr;

#define XML_NO_ID UINT16_MAX

/* Borrowed until the next xml_next() of the same reader. */
typedef struct xml_token {
    xml_kind kind;
    uint16_t id;    /* START, END: index of the local name in the reader's table, or XML_NO_ID */
    bool is_empty;  /* START written as <a/> */
    bool is_flat;   /* inside an element beyond the depth limit: START is followed by its END at
                       once, and text should be taken whatever stands around it */
    uint32_t depth; /* elements open around this token */
    lj_slice name;  /* START, PI: as written, with prefix; END: empty */
    lj_slice local; /* START: behind the prefix */
    lj_str text;
    const xml_attr *attrs;
    uint32_t attr_count;
    uint64_t off; /* where it begins; bytes of the source while that is UTF-8, else of its UTF-8 */
} xml_token;

/* What was wrong so far. */
typedef struct xml_status {
    bool is_bad;         /* not well-formed, beside being cut; bad_off: where it was seen first */
    bool is_cut;         /* the input ended with elements open or inside a token */
    bool is_deep;        /* the depth limit was reached (the gap was reported) */
    bool has_many_attrs; /* the attribute limit was reached (the gap was reported) */
    bool is_short; /* the arena was full: attributes are missing, or references are not decoded */
    uint64_t bad_off;
    text_charset charset; /* what the bytes were read as */
} xml_status;

typedef struct xml_reader xml_reader;

/* A table of local names: names[i] has the id i. Made once, used by many readers; the names must
 * outlive it. NULL when the arena is full. */
typedef struct xml_names xml_names;
const xml_names *xml_names_new(lj_arena *arena, const char *const *names, uint16_t count);

/* Reads src from its first byte to its end, by windows; everything comes out of the run's arena.
 * place goes into the gaps of limits. names may be NULL. NULL when the arena is full. */
xml_reader *xml_open(format_run *run, format_src *src, const xml_names *names, span_place place);
/* The same over bytes, which are borrowed. run may be NULL (then the standard limits hold and no
 * gap is reported). */
xml_reader *xml_open_bytes(format_run *run, lj_arena *arena, lj_slice bytes,
                           const xml_names *names);
/* The same over bytes that come piece by piece from outside an examination, without a run: fill
 * writes up to cap bytes to dst and sets *out_len, 0 at the end; another code than LJ_OK ends the
 * input and is what xml_code() gives. source is borrowed. */
typedef struct xml_source {
    void *ctx;
    lj_code (*fill)(void *ctx, uint8_t *dst, size_t cap, size_t *out_len);
} xml_source;
xml_reader *xml_open_stream(lj_arena *arena, const xml_source *source, const xml_names *names);

const xml_token *xml_next(xml_reader *xml);

/* What stands beside the elements of a part and holds words: nobody sees it on a page. */
typedef struct xml_beside {
    span_role role; /* SPAN_COMMENT or SPAN_ATTRIBUTE */
    lj_str label;
    lj_str text; /* empty: nothing to tell */
} xml_beside;
/* The next token for readers of parts: a CDATA section comes as TEXT (in *cdata, which is the
 * caller's); of comments, processing instructions and document types *out says what to tell. */
const xml_token *xml_next_content(xml_reader *xml, xml_token *cdata, xml_beside *out);
const xml_status *xml_status_of(const xml_reader *xml);
/* LJ_OK, or why the source gave no more (format_src_code), or LJ_E_NOMEM. */
lj_code xml_code(const xml_reader *xml);

/* Reads on until the END of the START that was the last token (also when it was empty). */
void xml_skip(xml_reader *xml);

/* The attribute with that local name, whatever its prefix; NULL when there is none. */
const xml_attr *xml_attr_lookup(const xml_token *token, lj_slice local);
/* Its value, or an empty string. `local` is a literal. */
#define XML_VALUE(token, local) xml_value_of((token), LJ_BYTES(local))
lj_str xml_value_of(const xml_token *token, lj_slice local);
/* The same for an attribute that is written with (without) a prefix: r:id beside id. */
#define XML_VALUE_PREFIXED(token, local) xml_value_with((token), LJ_BYTES(local), true)
#define XML_VALUE_PLAIN(token, local)    xml_value_with((token), LJ_BYTES(local), false)
lj_str xml_value_with(const xml_token *token, lj_slice local, bool prefixed);

/* A decimal number at the start of a value, with sign and leading blanks; rest after the digits is
 * not looked at. False when there is none or it does not fit. */
bool xml_int(lj_str value, int64_t *out);

#endif
