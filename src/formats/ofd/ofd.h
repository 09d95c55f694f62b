/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the OFD reader: what its files share. Start reading in ofd.c. */
#ifndef LJ_FORMATS_OFD_OFD_H
#define LJ_FORMATS_OFD_OFD_H

#include "base/buf.h"
#include "formats/format.h"
#include "formats/look.h"
#include "formats/ofd/ofd_names.h"
#include "formats/xml_token.h"
#include "formats/zip/zip.h"

#define OFD_NONE      UINT32_MAX
#define OFD_PT_PER_MM (72.0F / 25.4F)

enum {
    OFD_NESTING = 16,   /* scenes inside scenes */
    OFD_OBJECTS = 8,    /* objects inside objects (patterns) */
    OFD_CODES = 256,    /* TextCodes of one object that are held at once */
    OFD_USES = 2048,    /* scenes that scenes use */
    OFD_REFS = 4096,    /* objects that custom tags refer to */
    OFD_VERSIONS = 64,  /* earlier versions that are followed */
    OFD_ROOTS = 256,    /* documents that are read page by page; others are read as they come */
    OFD_RES_FILES = 32, /* of one document, that are read before its pages */
};

/* ---- numbers: ofd_number.c ---- */

/* x' = a x + c y + e; y' = b x + d y + f (8.4) */
typedef struct ofd_matrix {
    float a, b, c, d, e, f;
} ofd_matrix;

ofd_matrix ofd_matrix_scale(float by);
/* First m, then `then`. */
ofd_matrix ofd_matrix_concat(ofd_matrix m, ofd_matrix then);
ofd_matrix ofd_matrix_move(float x, float y);
/* What stands behind the first bytes; empty without a pointer too. */
static inline lj_str ofd_behind(lj_str text, size_t at)
{
    return at < text.len ? (lj_str){text.ptr + at, text.len - at} : (lj_str){NULL, 0};
}
/* The next number of a list and the rest behind it; false at its end. */
bool ofd_number_next(lj_str *rest, float *out);
/* Up to `most` numbers. Returns how many there were. */
uint32_t ofd_numbers(lj_str text, float *out, uint32_t most);
bool ofd_number(lj_str text, float *out);
/* ST_ID, ST_RefID; 0 when there is none. */
uint32_t ofd_id(lj_str text);
/* xs:boolean; absent or odd values give `standard`. */
bool ofd_bool(lj_str text, bool standard);

/* ST_Array of offsets: "g n v" stands for n times v (11.3). */
typedef struct ofd_deltas {
    lj_str rest;
    uint64_t repeat;
    float value;
} ofd_deltas;
/* The next offset; false when the list is at its end. */
bool ofd_delta_next(ofd_deltas *it, float *out);

/* ---- the package: ofd_package.c ---- */

typedef struct ofd_part {
    const zip_member *member;
    lj_slice name;    /* UTF-8, "/" between folders, without a leading one */
    uint32_t part_id; /* 0: not asked for yet */
    uint32_t next;    /* in the queue: part + 1, or 0 */
    uint32_t page_no; /* of annotations: the page they belong to */
    uint16_t rev_idx;
    bool is_listed; /* the directory knows of it */
    bool is_reached, is_done;
    bool is_tags; /* a file of custom tags */
    bool is_root; /* a document */
    uint64_t hidden_by;
} ofd_part;

typedef struct ofd_xml ofd_xml;
typedef struct ofd_doc ofd_doc;

typedef struct ofd_version {
    uint32_t part;
    uint16_t rev_idx;
} ofd_version;

typedef struct ofd_package {
    format_run *run;
    format_src *zip;
    const zip_index *index;
    lj_arena *arena;
    const xml_names *names;
    ofd_part *parts;
    uint32_t part_count;
    uint32_t *table; /* by folded name: part + 1 */
    uint32_t table_mask;
    uint32_t queue, queue_end; /* parts that are reached and not read yet: part + 1 */
    uint32_t main;             /* OFD.xml */
    uint32_t story_count;
    uint64_t text_len; /* bytes of all parts that are named .xml, as they are stated */
    bool is_encrypted, is_over_pages;
    uint32_t gap_count; /* of ofd_gap() */
    bool is_lost;       /* the directory or the main part is gone: nothing is called unreachable */
    uint32_t roots[OFD_ROOTS]; /* documents, by when they were met */
    uint32_t root_count, roots_done;
    ofd_version versions[OFD_VERSIONS];
    uint32_t version_count;
    ofd_doc *doc; /* the one that is being read, or NULL */
} ofd_package;

/* One XML part being read. */
struct ofd_xml {
    ofd_package *pkg;
    uint32_t part;
    format_src *src;
    xml_reader *xml;
    const xml_token *token;
    xml_token cdata; /* a CDATA section, given as text */
    span base;       /* place, reasons, story: what every span of the part begins with */
    bool is_put_off; /* the reader wants it again, from its beginning */
    lj_code code;    /* LJ_OK, or what a call said that means: stop now */
};

/* How the reader of a part by its root looks. The root's START is x->token. */
typedef void ofd_read(ofd_xml *x);

lj_code ofd_package_open(ofd_package *pkg, format_run *run, format_src *zip);
/* The part that a location means, as written in part `from` (7.1: absolute or relative to its
 * folder), or OFD_NONE. */
uint32_t ofd_lookup(const ofd_package *pkg, uint32_t from, lj_str loc);
/* The same, with a folder (BaseLoc) between. */
uint32_t ofd_lookup_below(const ofd_package *pkg, uint32_t from, lj_str folder, lj_str loc);
/* Marks a part as reached from x; it shares x's reasons when it was not reached before. */
void ofd_reach(ofd_xml *x, uint32_t part);
/* Both. */
uint32_t ofd_follow(ofd_xml *x, lj_str loc);
/* The same for a value that only may be a location: was it one? */
bool ofd_follow_maybe(ofd_xml *x, lj_str value);
uint64_t ofd_hidden_of(const ofd_package *pkg, const ofd_part *part);
uint32_t ofd_part_id(ofd_package *pkg, uint32_t part);

/* Reads one part, unless it was read before. LJ_OK also for a damaged part. */
typedef enum ofd_visit_flag {
    OFD_KEEP = 1 << 0,     /* what is taken from the arena stays */
    OFD_CHILDREN = 1 << 1, /* what is no XML goes to the core; else it is left for later */
    OFD_XML_ONLY = 1 << 2, /* only when it is named .xml */
} ofd_visit_flag;
lj_code ofd_visit(ofd_package *pkg, uint32_t part, uint32_t flags);
/* The same, as an attached file of that name. */
lj_code ofd_visit_attached(ofd_package *pkg, uint32_t part, lj_str name, uint64_t hidden_by);
/* Tells that something which the document needs is not there or no XML; the first ones only, so
 * that a list of 100,000 pages is told in a few lines. */
void ofd_gap(ofd_package *pkg, const char *detail, span_place place);
/* Which reader: ofd.c. */
ofd_read *ofd_read_of(uint16_t root);

/* ---- inside of a part: ofd_part.c ---- */

/* The next START, END or TEXT (also CDATA) in x->token; comments, processing instructions and DTDs
 * are emitted on the way. False at the end, or when x->code is set. */
bool ofd_next(ofd_xml *x);
span ofd_span(const ofd_xml *x, span_role role);
void ofd_emit(ofd_xml *x, span *what);
/* A text that no page shows: adds SPAN_HIDDEN_NOT_PRINTED. Blank ones are dropped. */
void ofd_emit_unseen(ofd_xml *x, span_role role, lj_str label, lj_str text);
/* Attributes of x->token that hold words. */
void ofd_emit_attrs(ofd_xml *x);
lj_str ofd_str_of(lj_slice name);

/* Walks x from its root to its end. start: every START; leaf: every element without children, at
 * its END, with its text. Both return true when they have dealt with it; else its attributes and
 * text are emitted as far as they are words, and followed as far as they are locations. end: every
 * END; may be NULL. */
typedef struct ofd_walker {
    bool (*start)(ofd_xml *x, void *ctx);
    bool (*leaf)(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text);
    void (*end)(ofd_xml *x, void *ctx, uint16_t id);
    void *ctx;
} ofd_walker;
void ofd_walk(ofd_xml *x, const ofd_walker *walker);
void ofd_read_generic(ofd_xml *x);

#define OFD_IS(text, literal) lj_str_is((text), LJ_STR(literal))

#endif
