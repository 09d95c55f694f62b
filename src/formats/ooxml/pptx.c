/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Presentations in Office Open XML: pptx, pptm, ppsx, ppsm, potx, potm.
 *
 * Specification: ECMA-376 part 1: 13 (PresentationML packages), 19 (PresentationML); [MS-PPTX]
 * 2.1.22 (modern comments).
 *
 * Model. The presentation gives the size and the order of slides; theme, masters and layouts come
 * before the slides, because the background of a slide may be theirs. Slides are pages, so page_no
 * is known; notes, comments and charts that only one slide reaches carry its number.
 *
 *   sld                          body; titles, headers, footers by placeholder
 *   notes                        speaker notes (P02)
 *   sldMaster, sldLayout,        master (P06)
 *   notesMaster, handoutMaster
 *   cmLst                        comments, old and modern (P05)
 *   tagLst                       metadata with the tag's name as label
 *
 * Traps. A hidden slide says so itself (p:sld/@show), its notes and comments do not (P01). Slides
 * that the presentation does not list are read, without a number.
 *
 * Not done. Sections' effect on order; custom shows; animation that removes text. */
#include "formats/ooxml/drawingml.h"
#include "formats/ooxml/vml.h"

#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ooxml/opc_sniff.h"
#include "formats/span_block.h"

enum {
    SLIDES_MAX = 65536,
    SIDE_MAX = 51206400, /* EMU: 56 inches, 19.7.21 ST_SlideSizeCoordinate */
};

typedef struct pptx_context {
    drawingml_context slide; /* with the size of a slide */
    drawingml_context plain; /* without a page */
    uint32_t *slides;        /* parts in the order of showing */
    uint32_t slide_count, slide_cap;
} pptx_context;

/* ---- presentation ---- */

static void add_slide(opc_xml *x, pptx_context *context)
{
    opc_package *pkg = x->pkg;
    if (!x->keeps) {
        return; /* another presentation part: its order means nothing */
    }
    uint32_t part = opc_follow(pkg, x->part, lj_str_bytes(XML_VALUE_PREFIXED(x->token, "id")));
    if (context->slide_count == context->slide_cap) {
        uint32_t cap = context->slide_cap == 0 ? 32 : context->slide_cap * 2;
        uint32_t *slides =
            cap <= SLIDES_MAX ? lj_arena_array(pkg->arena, cap, sizeof(*slides)) : NULL;
        if (slides == NULL) {
            return;
        }
        if (context->slide_count > 0) {
            memcpy(slides, context->slides, context->slide_count * sizeof(*slides));
        }
        context->slides = slides;
        context->slide_cap = cap;
    }
    context->slides[context->slide_count++] = part;
    if (part != OPC_NONE && pkg->parts[part].no == 0) {
        pkg->parts[part].no = context->slide_count;
        pkg->parts[part].rel = OPC_REL_SLIDE;
        opc_own(pkg, part);
    }
}

static void take_size(const xml_token *token, pptx_context *context)
{
    int64_t width = 0;
    int64_t height = 0;
    if (xml_int(XML_VALUE(token, "cx"), &width) && xml_int(XML_VALUE(token, "cy"), &height) &&
        width > 0 && height > 0 && width <= SIDE_MAX && height <= SIDE_MAX) {
        context->slide.page_emu[0] = width;
        context->slide.page_emu[1] = height;
    }
}

static void read_presentation(opc_xml *x, void *ctx)
{
    pptx_context *context = ctx;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        } else if (token->kind != XML_START) {
            continue;
        } else if (token->id == OPC_sldId) {
            add_slide(x, context);
        } else if (token->id == OPC_sldSz) {
            take_size(token, context);
        } else if (token->id == OPC_section || token->id == OPC_custShow) {
            opc_emit_unseen(x, SPAN_BOOKMARK, (lj_str){NULL, 0}, XML_VALUE(token, "name"));
        } else if (token->id == OPC_lstStyle || token->id == OPC_defRPr) {
            xml_skip(x->xml);
        } else {
            opc_emit_attrs(x);
        }
    }
}

/* ---- slides ---- */

/* What lies behind the part: the background of its layout or master, unless they paint more. */
static uint32_t ground_behind(const opc_package *pkg, uint32_t part)
{
    uint32_t ground = LOOK_NO_COLOUR;
    bool has_art = false;
    for (int step = 0; step < 2; step++) {
        part = opc_related(pkg, part, OPC_REL_LAYOUT);
        if (part == OPC_NONE) {
            break;
        }
        has_art = has_art || pkg->parts[part].has_art;
        ground = ground == LOOK_NO_COLOUR ? pkg->parts[part].ground : ground;
    }
    return has_art ? LOOK_PAINTED : ground;
}

static void read_slide(opc_xml *x, void *ctx)
{
    pptx_context *context = ctx;
    lj_str show = XML_VALUE(x->token, "show");
    lj_str inherits = XML_VALUE(x->token, "showMasterSp");
    if (OPC_IS(show, "0") || OPC_IS(show, "false")) {
        x->pkg->parts[x->part].hidden_by |= SPAN_HIDE(SPAN_HIDDEN_SHEET);
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_SHEET);
    }
    context->slide.ground = ground_behind(x->pkg, x->part);
    if (context->slide.ground == LOOK_PAINTED &&
        (OPC_IS(inherits, "0") || OPC_IS(inherits, "false"))) {
        context->slide.ground = LOOK_NO_COLOUR;
    }
    drawingml_read(x, &context->slide);
}

static void read_master(opc_xml *x, void *ctx)
{
    pptx_context *context = ctx;
    context->slide.ground = ground_behind(x->pkg, x->part);
    drawingml_read(x, &context->slide);
}

static void read_plain(opc_xml *x, void *ctx)
{
    pptx_context *context = ctx;
    context->plain.has_theme = context->slide.has_theme;
    memcpy(context->plain.colours, context->slide.colours, sizeof(context->plain.colours));
    drawingml_read(x, &context->plain);
}

static void read_theme(opc_xml *x, void *ctx)
{
    pptx_context *context = ctx;
    drawingml_read_theme(x, &context->slide);
}

/* ---- comments and tags ---- */

static void read_comments(opc_xml *x, void *ctx)
{
    (void)ctx;
    span_block block;
    span_block_init(&block, x->pkg->arena);
    bool in_text = false;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            if (in_text) {
                span_block_add(&block, token->text, NULL);
            } else {
                opc_emit_stray(x);
            }
            continue;
        }
        if (token->id == OPC_text || token->id == OPC_t) {
            in_text = token->kind == XML_START;
        } else if (token->kind == XML_START && token->id == OPC_br) {
            span_block_add(&block, LJ_STR("\n"), NULL);
        } else if (token->kind == XML_START && (token->id == OPC_cm || token->id == OPC_reply)) {
            lj_str created = XML_VALUE(token, "dt");
            x->base.changed_at = look_time(created.len > 0 ? created : XML_VALUE(token, "created"));
        } else if (token->kind == XML_START) {
            opc_emit_attrs(x);
        }
        if (token->kind == XML_END && (token->id == OPC_text || token->id == OPC_p)) {
            span what = opc_span(x, SPAN_COMMENT);
            opc_emit_block(x, &block, &what);
        }
    }
}

static void read_tags(opc_xml *x, void *ctx)
{
    (void)ctx;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_START && token->id == OPC_tag) {
            opc_emit_unseen(x, SPAN_METADATA, XML_VALUE(token, "name"), XML_VALUE(token, "val"));
        } else if (token->kind == XML_START && token->id == OPC_cmAuthor) {
            opc_emit_unseen(x, SPAN_METADATA, LJ_STR("author"), XML_VALUE(token, "name"));
        } else if (token->kind == XML_START) {
            opc_emit_attrs(x);
        } else if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
    }
}

static const opc_root pptx_roots[] = {
    {OPC_presentation,  SPAN_BODY,     read_presentation},
    {OPC_sld,           SPAN_BODY,     read_slide       },
    {OPC_notes,         SPAN_NOTES,    read_plain       },
    {OPC_sldMaster,     SPAN_MASTER,   read_master      },
    {OPC_sldLayout,     SPAN_MASTER,   read_master      },
    {OPC_notesMaster,   SPAN_MASTER,   read_plain       },
    {OPC_handoutMaster, SPAN_MASTER,   read_plain       },
    {OPC_theme,         SPAN_STYLE,    read_theme       },
    {OPC_cmLst,         SPAN_COMMENT,  read_comments    },
    {OPC_cmAuthorLst,   SPAN_METADATA, read_tags        },
    {OPC_tagLst,        SPAN_METADATA, read_tags        },
    {OPC_chartSpace,    SPAN_TEXTBOX,  read_plain       },
    {OPC_dataModel,     SPAN_TEXTBOX,  read_plain       },
    {OPC_drawing,       SPAN_TEXTBOX,  read_plain       },
    {OPC_xml,           SPAN_TEXTBOX,  vml_read         },
};

/* ---- the package ---- */

/* All parts in that folder. */
static lj_code visit_folder(opc_package *pkg, lj_slice folder, const opc_roots *roots)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < pkg->part_count && code == LJ_OK; i++) {
        lj_slice name = pkg->parts[i].name;
        if (lj_slice_find(name, folder) != SIZE_MAX &&
            opc_name_has_suffix(name, LJ_BYTES(".xml"))) {
            code = opc_visit(pkg, i, roots, 0);
        }
    }
    return code;
}

/* Theme, masters, layouts. */
static lj_code read_masters(opc_package *pkg, const opc_roots *roots)
{
    uint32_t master = opc_lookup(pkg, LJ_BYTES("ppt/slideMasters/slideMaster1.xml"));
    uint32_t theme = master != OPC_NONE ? opc_related(pkg, master, OPC_REL_THEME) : OPC_NONE;
    theme = theme != OPC_NONE ? theme : opc_lookup(pkg, LJ_BYTES("ppt/theme/theme1.xml"));
    lj_code code = theme != OPC_NONE ? opc_visit(pkg, theme, roots, 0) : LJ_OK;
    code = code == LJ_OK ? visit_folder(pkg, LJ_BYTES("slideMasters/"), roots) : code;
    return code == LJ_OK ? visit_folder(pkg, LJ_BYTES("slideLayouts/"), roots) : code;
}

lj_code pptx_read_package(opc_package *pkg)
{
    pptx_context context = {.slide = {.ground = LOOK_NO_COLOUR},
                            .plain = {.ground = LOOK_NO_COLOUR}};
    const opc_roots roots = {pptx_roots, LJ_COUNT_OF(pptx_roots), &context};
    lj_code code = LJ_OK;
    uint32_t main = opc_related(pkg, OPC_NONE, OPC_REL_MAIN);
    main = main != OPC_NONE ? main : opc_lookup(pkg, LJ_BYTES("ppt/presentation.xml"));
    if (main != OPC_NONE) {
        code = opc_visit(pkg, main, &roots, OPC_KEEP);
    }
    code = code == LJ_OK ? read_masters(pkg, &roots) : code;
    for (uint32_t i = 0; i < context.slide_count && code == LJ_OK; i++) {
        if (context.slides[i] != OPC_NONE) {
            code = opc_visit(pkg, context.slides[i], &roots, 0);
        }
    }
    if (code == LJ_OK) {
        code = opc_visit_rest(pkg, &roots);
    }
    return code == LJ_OK ? opc_close(pkg) : code;
}

static lj_code pptx_read(format_run *run, format_src *src)
{
    opc_package pkg;
    lj_code code = opc_open(&pkg, run, src);
    return code == LJ_OK ? pptx_read_package(&pkg) : code;
}

static int pptx_sniff(const format_probe *probe)
{
    return opc_sniff(probe, LJ_BYTES("ppt/"), LJ_BYTES("ppt/presentation"));
}

const format_row format_pptx_row = {
    .name = "pptx",
    .base = "zip",
    .extensions = "pptx pptm ppsx ppsm potx potm",
    .sniff = pptx_sniff,
    .read = pptx_read,
    .en = "PowerPoint presentation (Office Open XML)",
    .zh = "PowerPoint 演示文稿（Office Open XML）",
};
