/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One document of a package: its pages, resources, scenes, tags, and who reads which part. */
#ifndef LJ_FORMATS_OFD_OFD_DOC_H
#define LJ_FORMATS_OFD_OFD_DOC_H

#include "formats/ofd/ofd.h"
#include "formats/page_text.h"

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

#endif
