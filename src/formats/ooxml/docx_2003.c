/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Word 2003 XML: a document in one XML file.
 *
 * Specification: Microsoft Office 2003 XML Reference Schemas, WordprocessingML (w:wordDocument,
 * aml).
 *
 * Model. The elements of paragraphs, runs, tables, shapes and styles are those that office packages
 * have, so the same story reader reads them, in two passes: styles, then everything. Here is what
 * differs: headers and footers stand in w:sectPr, revisions, comments and bookmarks are
 * aml:annotation by their type, properties are elements of o:DocumentProperties, pictures are
 * base64 in w:binData and are read as children at the end.
 *
 * Traps. aml:annotation inside of properties holds the properties of before. Fonts and indents have
 * other attribute names (w:fareast, w:first-line).
 *
 * Not done. Pictures of a file in another charset than UTF-8: they give a gap. */
#include "base/num.h"
#include "formats/base64_source.h"
#include "formats/format_priv.h"
#include "formats/ooxml/docx_story.h"

enum { ROOT_BITS = 48 };

static bool type_is(lj_str type, const char *name)
{
    return lj_str_is(type, lj_cstr_str(name));
}

static void take_annotation(story *s)
{
    const xml_token *token = s->x->token;
    lj_str type = XML_VALUE(token, "type");
    if (type_is(type, "Word.Deletion")) {
        story_gone_take(s);
    } else if (type_is(type, "Word.Comment")) {
        story_comment_take(s);
    } else if (look_is_wordy(XML_VALUE(token, "name")) && XML_VALUE(token, "name").ptr[0] != '_') {
        opc_emit_unseen(s->x, SPAN_BOOKMARK, (lj_str){NULL, 0}, XML_VALUE(token, "name"));
    }
}

/* Keeps where the base64 stands and reads on to the END. */
static void take_binary(story *s)
{
    opc_xml *x = s->x;
    uint32_t depth = x->token->depth;
    uint64_t from = UINT64_MAX;
    uint64_t to = 0;
    opc_emit_attrs(x);
    while (opc_next(x)) {
        if (x->token->kind == XML_TEXT && from == UINT64_MAX) {
            from = x->token->off;
        } else if (x->token->kind == XML_END && x->token->depth == depth) {
            to = x->token->off;
            break;
        }
    }
    docx_context *context = s->context;
    if (from >= to) {
        return;
    }
    if (context->binaries == NULL || context->binary_count == DOCX_BINARIES_MAX) {
        format_gap(x->pkg->run, GAP_UNSUPPORTED, "base64", x->base.place);
        return;
    }
    context->binaries[context->binary_count++] = (docx_binary){from, to - from};
}

/* w:styles: its looks were taken in the first pass and are no properties of what is around. */
static void take_styles(story *s)
{
    opc_xml *x = s->x;
    uint32_t depth = x->token->depth;
    while (opc_next(x)) {
        if (x->token->kind == XML_START) {
            opc_emit_attrs(x);
        } else if (x->token->kind == XML_TEXT) {
            opc_emit_stray(x);
        } else if (x->token->depth == depth) {
            return;
        }
    }
}

void story_2003_take(story *s)
{
    opc_xml *x = s->x;
    const xml_token *token = x->token;
    switch (token->id) {
    case OPC_hdr:
        story_frame_open(s, SPAN_HEADER);
        break;
    case OPC_ftr:
        story_frame_open(s, SPAN_FOOTER);
        break;
    case OPC_annotation:
        take_annotation(s);
        break;
    case OPC_styles:
        take_styles(s);
        break;
    case OPC_binData:
        take_binary(s);
        break;
    case OPC_hlink:
        opc_emit_unseen(x, SPAN_LINK, (lj_str){NULL, 0}, XML_VALUE(token, "dest"));
        opc_emit_unseen(x, SPAN_ALT, LJ_STR("tooltip"), XML_VALUE(token, "screenTip"));
        break;
    case OPC_docVar:
        opc_emit_unseen(x, SPAN_FIELD, XML_VALUE(token, "name"), XML_VALUE(token, "val"));
        break;
    default: /* properties */
        opc_read_properties(x, NULL);
        break;
    }
}

static lj_code give_binaries(opc_package *pkg, format_src *src, const docx_context *context)
{
    lj_code code = LJ_OK;
    if (context->binary_count > 0 && pkg->charset != TEXT_UTF8) { /* then places are not known */
        format_gap(pkg->run, GAP_UNSUPPORTED, "base64", (span_place){0});
        return LJ_OK;
    }
    for (uint32_t i = 0; i < context->binary_count && code == LJ_OK; i++) {
        lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
        format_src *child =
            base64_source(pkg->run, src, context->binaries[i].off, context->binaries[i].len);
        if (child == NULL) {
            return LJ_E_LIMIT;
        }
        format_child_info info = {.name = LJ_BYTES("binData"), .kind = FORMAT_EMBEDDED};
        code = format_entry(pkg->run);
        code = code == LJ_OK ? format_child(pkg->run, &info, child) : code;
        lj_arena_rewind(pkg->arena, mark);
    }
    return code;
}

static lj_code word_read(format_run *run, format_src *src)
{
    opc_package pkg;
    docx_context context = {
        .page_pt100 = {DOCX_A4_WIDTH, DOCX_A4_HEIGHT}
    };
    lj_code code = opc_open_single(&pkg, run, src);
    if (code != LJ_OK) {
        return code;
    }
    context.binaries = lj_arena_array(pkg.arena, DOCX_BINARIES_MAX, sizeof(*context.binaries));
    if (context.binaries == NULL) {
        return LJ_E_LIMIT;
    }
    code = opc_read_single(&pkg, docx_read_styles, &context, /* quiet= */ true);
    if (code == LJ_OK) {
        code = opc_read_single(&pkg, docx_read_document, &context, /* quiet= */ false);
    }
    code = code == LJ_OK ? give_binaries(&pkg, src, &context) : code;
    return code == LJ_OK ? opc_close(&pkg) : code;
}

static int word_sniff(const format_probe *probe)
{
    return lj_slice_is(probe->root_name, LJ_BYTES("wordDocument")) ? ROOT_BITS : 0;
}

const format_row format_word_xml_row = {
    .name = "word-xml",
    .base = "xml",
    .extensions = "xml doc",
    .sniff = word_sniff,
    .read = word_read,
    .en = "Word 2003 document (XML)",
    .zh = "Word 2003 文档（XML）",
};
