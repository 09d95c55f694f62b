/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Word documents in Office Open XML: docx, docm, dotx, dotm.
 *
 * Specification: ECMA-376 part 1: 11 (WordprocessingML packages), 17; part 4 for transitional
 * files; names of elements only, so that strict files (other namespaces) read alike.
 *
 * Model. Styles first, then the main document, then every other XML part by its root element, then
 * what is no XML as children (pictures, embedded objects, macros). See opc.c for the package,
 * docx_story.c for paragraphs, docx_style.c for looks, drawingml.c for charts and diagrams.
 *
 *   part                              spans
 *   document, hdr, ftr, notes,        paragraphs with the role of the part; text boxes, cells,
 *   comments, glossary                comments inside have roles of their own
 *   settings (docVars)                fields
 *   numbering (lvlText)               attributes: "机密★%1年" may be a numbering
 *   docProps, customXml, charts ...   see opc_part.c, drawingml.c
 *
 * Traps. Files of some producers have no [Content_Types].xml or relationships; the member names
 * decide then. Old versions of the document may lie in the package under other names (W25).
 *
 * Not done. Page numbers are not known: they come out of layout. */
#include "formats/ooxml/docx.h"
#include "formats/ooxml/drawingml.h"

#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ooxml/opc_sniff.h"

enum {
    PAGE_SCAN = 1024 * 1024, /* bytes in which the page size is looked for */
    TAG_SCAN = 200,          /* bytes of its element */
    PT100_PER_TWIP = 5,
};

/* Parts that are on no page: document variables, and attributes with words. */
static void read_side_part(opc_xml *x, void *ctx)
{
    (void)ctx;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_START && token->id == OPC_docVar) {
            opc_emit_unseen(x, SPAN_FIELD, XML_VALUE(token, "name"), XML_VALUE(token, "val"));
        } else if (token->kind == XML_START) {
            opc_emit_attrs(x);
        } else if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
    }
}

/* The main part: its page size is needed before the section properties at its end are reached
 * (17.6.13), so it is looked for in the bytes. */
void docx_read_document(opc_xml *x, void *ctx)
{
    docx_context *context = ctx;
    lj_slice tag = {NULL, 0};
    if (opc_part_size(&x->pkg->parts[x->part]) <=
        PAGE_SCAN) { /* then the tokenizer has all of it in view anyway */
        lj_slice text = format_bytes(x->pkg->run, x->src, 0, PAGE_SCAN);
        size_t at = lj_slice_find(text, LJ_BYTES("<w:pgSz "));
        tag = at != SIZE_MAX ? lj_slice_part(text, at, TAG_SCAN) : tag;
    }
    static const char *const names[2] = {" w:w=\"", " w:h=\""};
    for (int i = 0; i < 2; i++) {
        size_t value = lj_slice_find(tag, lj_cstr_bytes(names[i]));
        int64_t twips = 0;
        if (value != SIZE_MAX &&
            xml_int((lj_str){(const char *)tag.ptr + value + 6, tag.len - value - 6}, &twips) &&
            twips > 0 && twips < 100000) {
            context->page_pt100[i] = (int32_t)twips * PT100_PER_TWIP;
        }
    }
    docx_read_story(x, ctx);
}

static const opc_root docx_roots[] = {
    {OPC_document,         SPAN_BODY,     docx_read_document  },
    {OPC_hdr,              SPAN_HEADER,   docx_read_story     },
    {OPC_ftr,              SPAN_FOOTER,   docx_read_story     },
    {OPC_footnotes,        SPAN_FOOTNOTE, docx_read_story     },
    {OPC_endnotes,         SPAN_FOOTNOTE, docx_read_story     },
    {OPC_comments,         SPAN_COMMENT,  docx_read_story     },
    {OPC_glossaryDocument, SPAN_BODY,     docx_read_story     },
    {OPC_styles,           SPAN_STYLE,    docx_read_styles    },
    {OPC_settings,         SPAN_FIELD,    read_side_part      },
    {OPC_fonts,            SPAN_STYLE,    read_side_part      },
    {OPC_numbering,        SPAN_STYLE,    read_side_part      },
    {OPC_chartSpace,       SPAN_TEXTBOX,  drawingml_read_plain},
    {OPC_dataModel,        SPAN_TEXTBOX,  drawingml_read_plain},
    {OPC_drawing,          SPAN_TEXTBOX,  drawingml_read_plain},
};

lj_code docx_read_package(opc_package *pkg)
{
    docx_context context = {
        .page_pt100 = {DOCX_A4_WIDTH, DOCX_A4_HEIGHT}
    };
    const opc_roots roots = {docx_roots, LJ_COUNT_OF(docx_roots), &context};
    lj_code code = LJ_OK;
    uint32_t main = opc_related(pkg, OPC_NONE, OPC_REL_MAIN);
    main = main != OPC_NONE ? main : opc_lookup(pkg, LJ_BYTES("word/document.xml"));
    uint32_t styles = main != OPC_NONE ? opc_related(pkg, main, OPC_REL_STYLES) : OPC_NONE;
    styles = styles != OPC_NONE ? styles : opc_lookup(pkg, LJ_BYTES("word/styles.xml"));
    if (styles != OPC_NONE) {
        code = opc_visit(pkg, styles, &roots, OPC_KEEP);
    }
    if (code == LJ_OK && main != OPC_NONE) {
        code = opc_visit(pkg, main, &roots, 0);
    }
    if (code == LJ_OK) {
        code = opc_visit_rest(pkg, &roots);
    }
    return code == LJ_OK ? opc_close(pkg) : code;
}

static lj_code docx_read(format_run *run, format_src *src)
{
    opc_package pkg;
    lj_code code = opc_open(&pkg, run, src);
    return code == LJ_OK ? docx_read_package(&pkg) : code;
}

static int docx_sniff(const format_probe *probe)
{
    return opc_sniff(probe, LJ_BYTES("word/"), LJ_BYTES("word/document"));
}

const format_row format_docx_row = {
    .name = "docx",
    .base = "zip",
    .extensions = "docx docm dotx dotm",
    .sniff = docx_sniff,
    .read = docx_read,
    .en = "Word document (Office Open XML)",
    .zh = "Word 文档（Office Open XML）",
};
