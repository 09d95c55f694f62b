/* SPDX-License-Identifier: AGPL-3.0-or-later
 * VML drawing parts (vmlDrawing*.vml): shapes of comments, form controls, header pictures.
 *
 * Specification: ECMA-376 part 4: 19.1 (VML), 19.4 (ClientData of sheets).
 *
 * Model. Text inside v:textbox is one span per box; v:textpath is WordArt; alternative texts are
 * attributes; an open <br> is ordinary there and no damage. ClientData is structure ("False", "4,
 * 15, 3, 4") and gives only what has letters beyond ASCII. VML inside Word documents is read by
 * docx_story.c. */
#include "formats/ooxml/vml.h"

#include "formats/span_block.h"

static void take_start(opc_xml *x)
{
    const xml_token *token = x->token;
    switch (token->id) {
    case OPC_textpath:
        opc_emit_text(x, SPAN_WATERMARK, (lj_str){NULL, 0}, XML_VALUE(token, "string"));
        break;
    case OPC_shape:
    case OPC_rect:
    case OPC_roundrect:
    case OPC_oval:
        opc_emit_unseen(x, SPAN_ALT, LJ_STR("alt"), XML_VALUE(token, "alt"));
        opc_emit_unseen(x, SPAN_ALT, LJ_STR("title"), XML_VALUE(token, "title"));
        break;
    default:
        opc_emit_attrs(x);
        break;
    }
}

void vml_read(opc_xml *x, void *ctx)
{
    (void)ctx;
    span_block block;
    span_block_init(&block, x->pkg->arena);
    x->is_sloppy = true; /* Excel writes <br> without an end */
    bool in_box = false;
    uint32_t box_depth = 0;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            if (in_box) {
                span_block_add(&block, token->text, NULL);
            } else {
                opc_emit_stray(x);
            }
        } else if (token->kind == XML_START) {
            if (token->id == OPC_textbox && !in_box) {
                in_box = true;
                box_depth = token->depth;
            } else if (token->id == OPC_br && in_box) {
                span_block_add(&block, LJ_STR("\n"), NULL);
            }
            take_start(x);
        } else if (in_box && token->depth == box_depth) {
            span what = opc_span(x, SPAN_TEXTBOX);
            opc_emit_block(x, &block, &what);
            in_box = false;
        }
    }
}
