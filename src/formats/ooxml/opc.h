/* SPDX-License-Identifier: AGPL-3.0-or-later
 * An Open Packaging Conventions package as its readers see it (ECMA-376 part 2): parts with names,
 * relationships between them, and one part at a time as a stream of tokens. */
#ifndef LJ_FORMATS_OOXML_OPC_H
#define LJ_FORMATS_OOXML_OPC_H

#include "base/buf.h"
#include "formats/format.h"
#include "formats/look.h"
#include "formats/ooxml/opc_names.h"
#include "formats/span_block.h"
#include "formats/xml_token.h"
#include "formats/zip/zip.h"

#define OPC_NONE UINT32_MAX

/* Last component of a relationship type, as far as somebody asks for it. */
typedef enum opc_rel {
    OPC_REL_OTHER,
    OPC_REL_MAIN, /* officeDocument */
    OPC_REL_STYLES,
    OPC_REL_STRINGS,
    OPC_REL_SHEET, /* worksheet, chartsheet, dialogsheet, macro sheets */
    OPC_REL_SLIDE,
    OPC_REL_LAYOUT, /* slideLayout, slideMaster, notesMaster, handoutMaster: shared by slides */
    OPC_REL_THEME,
} opc_rel;

typedef struct opc_part {
    const zip_member *member;    /* NULL: a range of a flat package */
    uint64_t flat_off, flat_len; /* then: bytes of its source */
    bool is_base64;              /* and they are base64 */
    lj_slice name;               /* UTF-8, without a leading slash */
    uint32_t part_id;            /* 0: not asked for yet */
    uint32_t owner;              /* the sheet or slide that it belongs to, or OPC_NONE */
    uint32_t no;                 /* number of the sheet or slide, from 1; 0 = none */
    uint32_t ground;     /* presentations: colour behind the text, LOOK_NO_COLOUR = not known */
    opc_rel rel;         /* by what it is reached */
    uint32_t first_edge; /* edge + 1, newest first; 0 = none */
    bool is_listed;      /* the directory knows of it */
    bool is_reached;
    bool is_done;
    bool has_art; /* presentations: something painted that may lie behind text */
    uint64_t hidden_by;
} opc_part;

typedef struct opc_edge {
    uint64_t id_hash;
    uint32_t from, to; /* parts; from OPC_NONE: the package */
    uint32_t next;     /* of the same source: edge + 1, or 0 */
    opc_rel rel;
} opc_edge;

struct opc_xml;

typedef struct opc_package {
    format_run *run;
    format_src *zip;
    const zip_index *index; /* NULL: a flat package, or a single part */
    lj_arena *arena;
    const xml_names *names;
    opc_part *parts;
    uint32_t part_count;
    uint32_t *table; /* by folded name: part + 1 */
    uint32_t table_mask;
    opc_edge *edges;
    uint32_t edge_count, edge_cap;
    uint32_t first_edge; /* of the package itself */
    uint32_t story_count;
    uint16_t alt_count;
    /* For parts that are no XML, when the package has such that its reader knows (xlsb); NULL: all
     * are children. False: not mine. x has no token. */
    bool (*read_binary)(struct opc_xml *x, lj_slice head, void *ctx);
    text_charset charset; /* of the part that opc_read_single() read */
    const void *dialect;  /* of the reader that owns the package */
} opc_package;

/* One XML part being read. */
typedef struct opc_xml {
    opc_package *pkg;
    uint32_t part;
    format_src *src;
    xml_reader *xml;
    const xml_token *token;
    bool is_sloppy;  /* the producers of such parts do not care for well-formedness */
    bool keeps;      /* what the reader takes from the arena stays; else it goes with the part */
    bool is_quiet;   /* nothing is emitted: a first pass over the same source */
    xml_token cdata; /* a CDATA section, given as text */
    span base;       /* role, story, place, reasons: what every span of the part begins with */
    lj_code code;    /* LJ_OK, or what a call said that means: stop now */
} opc_xml;

/* Readers of parts by root element. The root's START is x->token. */
typedef struct opc_root {
    opc_name root;
    span_role role;
    void (*read)(opc_xml *x, void *ctx);
} opc_root;
typedef struct opc_roots {
    const opc_root *rows;
    uint32_t count;
    void *ctx;
} opc_roots;

/* Takes the members as parts, reads all relationships (targets outside the package are emitted),
 * finds what they reach. */
lj_code opc_open(opc_package *pkg, format_run *run, format_src *zip);
/* The same for a flat package: one XML file (opc_flat.c). LJ_E_UNSUPPORTED: not in UTF-8. */
lj_code opc_open_flat(opc_package *pkg, format_run *run, format_src *src);
/* The source itself as the only part, without a name: formats of one XML file. */
lj_code opc_open_single(opc_package *pkg, format_run *run, format_src *src);
/* One pass over that part. quiet: nothing is emitted, and what read takes from the arena stays. */
lj_code opc_read_single(opc_package *pkg, void (*read)(opc_xml *x, void *ctx), void *ctx,
                        bool quiet);
/* Bytes of the part, decoded, as stated. */
uint64_t opc_part_size(const opc_part *part);
/* The part of that name (any case), or OPC_NONE. */
uint32_t opc_lookup(const opc_package *pkg, lj_slice name);
/* Where relationship `id` of a part leads to, or OPC_NONE. */
uint32_t opc_follow(const opc_package *pkg, uint32_t from, lj_slice id);
/* Number of a part for span_place.part_id. */
uint32_t opc_part_id(opc_package *pkg, uint32_t part);
/* The first part that `from` reaches by that kind, or OPC_NONE. */
uint32_t opc_related(const opc_package *pkg, uint32_t from, opc_rel rel);
/* Parts that only `owner` reaches belong to it: they share its number and hiding facts. */
void opc_own(opc_package *pkg, uint32_t owner);

/* Reads one part, unless it was read before: with the row of its root, or as unknown XML; what is
 * no XML goes to the core as a child when children is set, else stays for later. keep: what the
 * row's reader takes from the arena stays (styles, strings). LJ_OK also for a damaged part. */
typedef enum opc_visit_flag { OPC_KEEP = 1 << 0, OPC_CHILDREN = 1 << 1 } opc_visit_flag;
lj_code opc_visit(opc_package *pkg, uint32_t part, const opc_roots *roots, uint32_t flags);
/* All parts that are left: first those named .xml, .rels and .vml, then the rest with children. */
lj_code opc_visit_rest(opc_package *pkg, const opc_roots *roots);
/* Claims what the package is made of. */
lj_code opc_close(opc_package *pkg);

/* ---- inside of a part ---- */

/* The next START, END or TEXT (also CDATA) in x->token; comments, processing instructions and DTDs
 * are emitted on the way. False at the end, or when x->code is set. */
bool opc_next(opc_xml *x);
/* A span that begins as x->base, with another role. */
span opc_span(const opc_xml *x, span_role role);
/* Emits what opc_span() began; sets the part. After a failure x->code is set and nothing is
 * emitted. */
void opc_emit(opc_xml *x, span *what);
/* The same for a block of runs, which is cleared. */
void opc_emit_block(opc_xml *x, span_block *block, span *what);
/* A short text with a label. Blank and empty ones are dropped. */
void opc_emit_text(opc_xml *x, span_role role, lj_str label, lj_str text);
/* The same for what is on no page: adds SPAN_HIDDEN_NOT_PRINTED. */
void opc_emit_unseen(opc_xml *x, span_role role, lj_str label, lj_str text);
/* Attributes of x->token that hold words and that no reader takes otherwise. */
void opc_emit_attrs(opc_xml *x);
/* Text that stands where no text should be. */
void opc_emit_stray(opc_xml *x);
/* Unknown XML from x->token (a START) to its END: every text node and wordy attribute. */
void opc_read_generic(opc_xml *x, void *ctx);
/* docProps: core, app and custom properties; from x->token (a START) to its END. */
void opc_read_properties(opc_xml *x, void *ctx);

/* ---- the readers of packages, also for flat ones ---- */

lj_code docx_read_package(opc_package *pkg);
lj_code xlsx_read_package(opc_package *pkg);
lj_code pptx_read_package(opc_package *pkg);

/* ---- helpers ---- */

bool opc_name_has_suffix(lj_slice name, lj_slice suffix); /* ASCII without case */

/* xsd:boolean of a property element: absent value means true. */
bool opc_is_on(const xml_token *token);
/* English Metric Units to hundredths of a point, kept inside int32. */
int32_t opc_emu_pt100(int64_t emu);
/* Literal comparison of text. */
#define OPC_IS(text, literal) lj_str_is((text), LJ_STR(literal))

#endif
