/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the OFD reader: what its files share. Start reading in ofd.c. */
#ifndef LJ_FORMATS_OFD_OFD_H
#define LJ_FORMATS_OFD_OFD_H

#include "base/buf.h"
#include "formats/format.h"
#include "formats/look.h"
#include "formats/ofd/ofd_names.h"
#include "formats/page_text.h"
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
    bool is_damaged, is_encrypted, is_over_pages;
    bool is_lost; /* the directory or the main part is gone: nothing is called unreachable */
    uint32_t roots[OFD_ROOTS]; /* documents, by when they were met */
    uint32_t root_count;
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

/* ---- documents: ofd_document.c ---- */

typedef struct ofd_page_ref {
    uint32_t id, part;
} ofd_page_ref;

typedef struct ofd_template {
    uint32_t id, part;
    uint32_t scene;
    bool is_front; /* ZOrder: Foreground */
    bool is_told;  /* an earlier page has emitted it */
} ofd_template;

/* ---- resources: ofd_res.c ---- */

typedef enum ofd_res_kind {
    OFD_RES_SPACE = 1,
    OFD_RES_PARAM,
    OFD_RES_FONT,
    OFD_RES_MEDIA,
    OFD_RES_UNIT,
    OFD_RES_TEMPLATE /* link: row of ofd_doc.templates */
} ofd_res_kind;

typedef struct ofd_color {
    uint32_t rgb;
    uint8_t alpha;
    bool is_set;
    bool is_plain; /* false: a pattern or shading */
} ofd_color;

typedef struct ofd_resource {
    uint32_t id;
    uint8_t kind;     /* ofd_res_kind, 0 = free */
    uint8_t channels; /* color spaces */
    uint16_t flags;   /* fonts: span_look_flag */
    bool is_opaque;   /* media: a kind of picture that knows no transparency */
    bool is_used;
    uint32_t link; /* parameters: Relative; units: scene */
    ofd_color fill, stroke;
} ofd_resource;

/* Room for resources, by the size of the package; false without memory. */
bool ofd_res_init(ofd_package *pkg, ofd_doc *doc);
void ofd_read_res(ofd_xml *x);
/* The row of that resource, new or emptied; NULL when there is no room. */
ofd_resource *ofd_res_enter(ofd_doc *doc, ofd_res_kind kind, uint32_t id);
/* NULL when there is none. */
ofd_resource *ofd_res_lookup(const ofd_doc *doc, ofd_res_kind kind, uint32_t id);
/* Of FillColor and StrokeColor (8.3.2). */
ofd_color ofd_color_of(const ofd_doc *doc, const xml_token *token);
/* Completes what is not set from a chain of drawing parameters. */
void ofd_param_apply(const ofd_doc *doc, uint32_t param, ofd_color *fill, ofd_color *stroke);

/* ---- scenes: ofd_scene.c ---- */

/* What is recorded once and placed often: a template page, a composite unit. */
typedef struct ofd_scene {
    uint32_t glyph_from, glyph_to, area_from, area_to, use_from, use_to;
    bool is_used;
} ofd_scene;

typedef struct ofd_use {
    ofd_matrix at;
    uint32_t id;
    uint32_t glyph_at; /* before this glyph */
    uint32_t hidden;
    bool is_template;
} ofd_use;

/* A page being filled. */
typedef struct ofd_page {
    page_text text;
    float place_e, place_f; /* mm: physical box */
    bool has_page;          /* the box is known: what stands outside is off the page */
    uint32_t placed;        /* scenes so far */
} ofd_page;

struct ofd_doc {
    uint32_t part;
    float box[4]; /* PhysicalBox of all pages, mm */
    ofd_page_ref *pages;
    uint32_t page_count, page_cap;
    ofd_template *templates;
    uint32_t template_count, template_cap;
    uint32_t annotations, attachments, tags; /* parts */
    uint64_t pages_claimed;
    uint32_t recorded; /* the template page that is being recorded, or OFD_NONE */
    uint32_t page_res; /* resources that a page waits for, or OFD_NONE */
    uint32_t res_files[OFD_RES_FILES];
    uint32_t res_file_count;
    ofd_resource *res;
    uint32_t res_count, res_mask;
    /* scenes */
    page_text pool;
    ofd_scene *scenes;
    uint32_t scene_count, scene_cap;
    ofd_use *uses;
    uint32_t use_count;
    bool has_pool, is_cyclic;
    /* custom tags */
    struct ofd_tags *tag_refs;
};

void ofd_read_ofd(ofd_xml *x);
void ofd_read_document(ofd_xml *x);
void ofd_read_version(ofd_xml *x);
/* One document with all that belongs to it. */
lj_code ofd_document_read(ofd_package *pkg, uint32_t part);
/* What was reached and is named .xml: ofd.c. */
lj_code ofd_queue_read(ofd_package *pkg);
/* The place of a page in its document from 1, or 0. */
uint32_t ofd_page_no(const ofd_doc *doc, uint32_t id);

/* Room for scenes; false without memory. */
bool ofd_scenes_init(ofd_package *pkg, ofd_doc *doc);
/* A new scene that is recorded next, or OFD_NONE. */
uint32_t ofd_scene_begin(ofd_doc *doc);
void ofd_scene_end(ofd_doc *doc, uint32_t scene);
/* True when not one more letter fits. */
bool ofd_scenes_are_full(const ofd_doc *doc);
void ofd_scene_use(ofd_doc *doc, const ofd_use *use);
/* Puts a scene and all that it uses on the page. */
void ofd_scene_place(ofd_package *pkg, ofd_page *page, uint32_t scene, ofd_matrix at,
                     uint32_t hidden, page_owner owner, bool with_areas);
/* Emits the letters of a scene alone. */
lj_code ofd_scene_tell(ofd_package *pkg, ofd_page *page, uint32_t scene);
/* Adds a letter to a page: sees whether it is off the page or tiny, and gives what is there out
 * first when there are too many. */
void ofd_page_letter(ofd_page *page, page_glyph *glyph, uint32_t letter, page_style *style);
/* Begins a page or an appearance; false without memory. */
bool ofd_page_init(ofd_page *page, ofd_xml *x, uint32_t page_no, const float box[4]);
/* Emits what is there. */
lj_code ofd_page_flush(ofd_page *page, ofd_xml *x);

/* ---- objects: ofd_content.c, ofd_object.c ---- */

typedef struct ofd_code {
    uint32_t text_at, text_len, dx_at, dx_len, dy_at, dy_len; /* in ofd_content.bytes */
    float x, y;
} ofd_code;

typedef struct ofd_object {
    uint16_t kind;    /* OFD_TextObject ... */
    uint32_t depth;   /* of its element */
    ofd_matrix outer; /* from its container to points */
    ofd_matrix m;     /* from its own space to points */
    float bound[4];
    bool has_bound, has_ctm;
    float size, hscale;
    uint32_t id, font, param, resource;
    uint32_t code_from; /* its first code in ofd_content.codes */
    ofd_color fill, stroke;
    bool fills, strokes, blends, has_clip;
    uint8_t alpha;
    uint16_t flags;  /* span_look_flag */
    uint32_t hidden; /* SPAN_HIDE bits */
} ofd_object;

/* The machine that takes the tokens of layers, blocks and objects. */
typedef struct ofd_content {
    ofd_xml *x;
    ofd_page *page; /* NULL: a scene is recorded */
    ofd_matrix base;
    span_role role;           /* of text that finds no room in a scene */
    uint32_t page_id;         /* for custom tags */
    uint32_t layer_param;     /* drawing parameter of the layer, 0 = none */
    uint32_t invisible_depth; /* depth + 1 of a container that is not shown, 0 = none */
    uint32_t skipped;         /* objects open beyond OFD_OBJECTS */
    uint32_t object_count;
    ofd_object objects[OFD_OBJECTS];
    ofd_code codes[OFD_CODES];
    uint32_t code_count;
    lj_buf bytes; /* of the codes */
    lj_buf path;  /* AbbreviatedData */
    uint16_t
        text_of; /* whose text comes: OFD_TextCode, OFD_AbbreviatedData, OFD_Path (of a clip), 0 */
    bool in_fill, in_stroke;
} ofd_content;

bool ofd_content_init(ofd_content *it, ofd_xml *x, ofd_page *page, ofd_matrix base);
/* Takes x->token. */
void ofd_content_take(ofd_content *it);
/* The object at the top has come to its end. */
void ofd_text_end(ofd_content *it, ofd_object *object);
void ofd_path_end(ofd_content *it, ofd_object *object);
void ofd_image_end(ofd_content *it, ofd_object *object);
void ofd_composite_end(ofd_content *it, ofd_object *object);

/* ---- pages, annotations, the rest ---- */

void ofd_read_page(ofd_xml *x);
/* Records all templates of the document. */
lj_code ofd_templates_read(ofd_package *pkg);
/* Tells what no page used of templates and composite units. */
lj_code ofd_scenes_rest(ofd_package *pkg);
lj_code ofd_page_visit(ofd_package *pkg, uint32_t part);
void ofd_read_annotations(ofd_xml *x);
void ofd_read_annots(ofd_xml *x);
void ofd_read_attachments(ofd_xml *x);
void ofd_read_tags(ofd_xml *x);
void ofd_read_tag_file(ofd_xml *x);
void ofd_read_signature(ofd_xml *x);
void ofd_read_encryptions(ofd_xml *x);
void ofd_read_entries(ofd_xml *x);

/* Custom tags: ofd_tags.c. */
typedef struct ofd_tags ofd_tags;
/* Reads the tag files of the document. */
lj_code ofd_tags_read(ofd_package *pkg);
/* Keeps the text of an object that a tag refers to. */
void ofd_tags_take(ofd_doc *doc, uint32_t page_id, uint32_t object_id, lj_slice text);
/* Emits the values of tags. */
lj_code ofd_tags_emit(ofd_package *pkg);

/* Seals and signature values: ofd_seal.c. True when the bytes were DER and have been told. */
bool ofd_seal_read(ofd_package *pkg, uint32_t part, format_src *src, lj_code *out_code);

#define OFD_IS(text, literal) lj_str_is((text), LJ_STR(literal))

#endif
