/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Visio drawings: vsdx, vsdm, vssx, vstx.
 *
 * Specification: [MS-VSDX] 2.2.1 (parts), 2.2.3 (pages and masters), 2.2.5.3 (shapes), 2.2.5.4
 * (text), 2.2.7.4 (comments), 2.3.4.2 (cells).
 *
 * Model. An office package (opc.c). All text of a shape is one span: the marks between its letters
 * (cp, pp, tp) only change looks, a field holds its shown value. Names of pages, masters and shapes
 * are names; values of custom properties (section Property) and targets of hyperlinks are kept with
 * the name of their row.
 *
 * Traps. A field stands as text inside of fld. Shapes nest in groups.
 *
 * Not done. Looks: colours, sizes, hidden layers; places of shapes; numbers of pages. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ooxml/opc.h"
#include "formats/ooxml/opc_sniff.h"

typedef struct visio {
    opc_xml *x;
    span_block text;
    uint32_t text_depth;
    bool in_text;
    lj_buf row;     /* name of the row that is open */
    bool in_values; /* section of properties, user cells, links */
    uint32_t section_depth;
} visio;

/* 2.3.4.2: cells whose value is words and not a formula. */
static bool is_words_cell(lj_str name)
{
    static const char *const names[] = {
        "Value",     "Label",     "Prompt", "Format",  "Address",    "SubAddress", "Description",
        "ExtraInfo", "Hyperlink", "Menu",   "TagName", "ButtonFace", "Comment",    "Name"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if (lj_str_is(name, lj_cstr_str(names[i]))) {
            return true;
        }
    }
    return false;
}

static void take_cell(visio *v)
{
    opc_xml *x = v->x;
    lj_str name = XML_VALUE(x->token, "N");
    lj_str value = XML_VALUE(x->token, "V");
    bool words = is_words_cell(name) && look_is_wordy(value);
    if (look_has_high_byte(value) || words) {
        span_role role = v->in_values ? SPAN_METADATA : SPAN_ATTRIBUTE;
        bool named = OPC_IS(name, "Value") && v->row.len > 0;
        opc_emit_unseen(x, role, named ? lj_buf_str(&v->row) : name, value);
    }
}

static void take_name(visio *v, span_role role, bool is_seen)
{
    opc_xml *x = v->x;
    lj_str name = XML_VALUE(x->token, "Name");
    lj_str universal = XML_VALUE(x->token, "NameU");
    if (is_seen) {
        opc_emit_text(x, role, LJ_STR("name"), name.len > 0 ? name : universal);
    } else if (look_has_high_byte(name)) {
        opc_emit_unseen(x, role, LJ_STR("name"), name);
    }
    if (look_has_high_byte(universal) && !lj_str_is(universal, name)) {
        opc_emit_unseen(x, role, LJ_STR("name"), universal);
    }
}

static void take_section(visio *v)
{
    lj_str name = XML_VALUE(v->x->token, "N");
    v->in_values = OPC_IS(name, "Property") || OPC_IS(name, "User") || OPC_IS(name, "Hyperlink") ||
                   OPC_IS(name, "Actions");
    v->section_depth = v->x->token->depth;
    lj_buf_clear(&v->row);
}

static void take_start(visio *v)
{
    opc_xml *x = v->x;
    const xml_token *token = x->token;
    switch (token->id) {
    case OPC_Text:
        v->in_text = true;
        v->text_depth = token->depth;
        break;
    case OPC_Page:
        take_name(v, SPAN_SHEET_NAME, /* is_seen= */ true);
        break;
    case OPC_Master:
        take_name(v, SPAN_STYLE, false);
        break;
    case OPC_Shape:
        take_name(v, SPAN_ALT, false);
        break;
    case OPC_Section:
        take_section(v);
        break;
    case OPC_Row: {
        lj_str name = XML_VALUE(token, "N");
        lj_buf_clear(&v->row);
        lj_buf_put(&v->row, lj_str_bytes(name));
        if (look_has_high_byte(name)) {
            opc_emit_unseen(x, SPAN_METADATA, LJ_STR("name"), name);
        }
        break;
    }
    case OPC_Cell:
        take_cell(v);
        break;
    case OPC_Icon: /* a small picture in base64 */
        xml_skip(x->xml);
        break;
    case OPC_DocumentProperties:
        opc_read_properties(x, NULL);
        break;
    default:
        opc_emit_attrs(x);
        break;
    }
}

static void take_end(visio *v)
{
    const xml_token *token = v->x->token;
    if (v->in_text && token->depth == v->text_depth) {
        span what = opc_span(v->x, v->x->base.role);
        opc_emit_block(v->x, &v->text, &what);
        v->in_text = false;
    } else if (v->in_values && token->depth == v->section_depth) {
        v->in_values = false;
    }
}

static void read_shapes(opc_xml *x, void *ctx)
{
    (void)ctx;
    visio v = {.x = x};
    span_block_init(&v.text, x->pkg->arena);
    lj_buf_init(&v.row, x->pkg->arena, 64 * LJ_KIB);
    while (opc_next(x)) {
        if (x->token->kind == XML_START) {
            take_start(&v);
        } else if (x->token->kind == XML_END) {
            take_end(&v);
        } else if (v.in_text) {
            span_block_add(&v.text, x->token->text, NULL);
        } else {
            opc_emit_stray(x);
        }
    }
}

/* Comments: the text is the element's, the author a number. */
static void read_comments(opc_xml *x, void *ctx)
{
    (void)ctx;
    span_block block;
    span_block_init(&block, x->pkg->arena);
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            span_block_add(&block, token->text, NULL);
        } else {
            span what = opc_span(x, SPAN_COMMENT);
            opc_emit_block(x, &block, &what);
        }
        if (token->kind == XML_START) {
            opc_emit_attrs(x);
        }
    }
}

static const opc_root visio_roots[] = {
    {OPC_VisioDocument,  SPAN_STYLE,   read_shapes  },
    {OPC_Pages,          SPAN_BODY,    read_shapes  },
    {OPC_PageContents,   SPAN_BODY,    read_shapes  },
    {OPC_Masters,        SPAN_STYLE,   read_shapes  },
    {OPC_MasterContents, SPAN_MASTER,  read_shapes  },
    {OPC_Comments,       SPAN_COMMENT, read_comments},
};

static lj_code visio_read(format_run *run, format_src *src)
{
    opc_package pkg;
    const opc_roots roots = {visio_roots, LJ_COUNT_OF(visio_roots), NULL};
    lj_code code = opc_open(&pkg, run, src);
    code = code == LJ_OK ? opc_visit_rest(&pkg, &roots) : code;
    return code == LJ_OK ? opc_close(&pkg) : code;
}

static int visio_sniff(const format_probe *probe)
{
    return opc_sniff(probe, LJ_BYTES("visio/"), LJ_BYTES("visio/document"));
}

const format_row format_vsdx_row = {
    .name = "vsdx",
    .base = "zip",
    .extensions = "vsdx vsdm vssx vstx vssm vstm",
    .sniff = visio_sniff,
    .read = visio_read,
    .en = "Visio drawing",
    .zh = "Visio 绘图",
};
