/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Flat packages: all parts of an office package in one XML file ("Flat OPC"), and formats of one
 * part.
 *
 * Specification: [MS-OOXML-FLAT] by usage: pkg:package, pkg:part with pkg:name, and in it either
 * pkg:xmlData with the root element of the part or pkg:binaryData with base64.
 *
 * Model. One pass finds the parts as ranges of the source: the subtree of an XML part is
 * well-formed by itself, so that the readers of packages read it as they read a member of a ZIP.
 * Which of them is asked depends on the names of the parts.
 *
 * Traps. The declarations of namespaces may stand at pkg:package: names are local anyway. Text
 * between the parts belongs to nobody.
 *
 * Not done. Files in another charset than UTF-8 are read as any XML. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ooxml/opc_rels.h"

enum { PARTS_FIRST = 64, PARTS_MAX = 65536, ROOT_BITS = 48, HEAD_MAX = 4096 };

typedef struct flat_pass {
    opc_xml x;
    uint32_t cap;
    lj_slice name; /* of the part that is open */
} flat_pass;

static bool add_part(flat_pass *f, uint64_t off, uint64_t end, bool is_base64)
{
    opc_package *pkg = f->x.pkg;
    if (pkg->part_count == f->cap) {
        uint32_t cap = f->cap == 0 ? PARTS_FIRST : f->cap * 2;
        opc_part *parts = cap <= PARTS_MAX ? lj_arena_array(pkg->arena, cap, sizeof(*parts)) : NULL;
        if (parts == NULL) {
            return false;
        }
        if (pkg->part_count > 0) {
            memcpy(parts, pkg->parts, pkg->part_count * sizeof(*parts));
        }
        pkg->parts = parts;
        f->cap = cap;
    }
    opc_part *part = &pkg->parts[pkg->part_count++];
    *part = (opc_part){.flat_off = off,
                       .flat_len = end - off,
                       .is_base64 = is_base64,
                       .name = opc_skip_slashes(f->name),
                       .owner = OPC_NONE,
                       .ground = LOOK_NO_COLOUR,
                       .is_listed = true};
    part->is_reached = opc_is_structure(part->name);
    return true;
}

/* pkg:xmlData or pkg:binaryData: from its START to its END. */
static bool take_data(flat_pass *f, bool is_base64)
{
    opc_xml *x = &f->x;
    uint32_t depth = x->token->depth;
    uint64_t from = UINT64_MAX;
    uint64_t to = 0; /* behind the last END inside; base64 ends by itself at the next tag */
    for (;;) {
        const xml_token *token = xml_next(x->xml);
        bool begins = is_base64 ? token->kind == XML_TEXT : token->kind == XML_START;
        if (begins && from == UINT64_MAX) {
            from = token->off;
        }
        bool ends =
            token->kind == XML_END_OF_INPUT || (token->kind == XML_END && token->depth == depth);
        if (token->kind == XML_END && (is_base64 || token->depth == depth + 1)) {
            to = token->off;
        }
        if (ends) {
            return from >= to || add_part(f, from, to, is_base64);
        }
    }
}

static lj_code find_parts(flat_pass *f)
{
    opc_xml *x = &f->x;
    while (opc_next(x)) {
        if (x->token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
        if (x->token->kind != XML_START) {
            continue;
        }
        if (x->token->id == OPC_part) {
            f->name = lj_arena_copy(x->pkg->arena, lj_str_bytes(XML_VALUE(x->token, "name")));
        } else if (x->token->id == OPC_xmlData || x->token->id == OPC_binaryData) {
            if (!take_data(f, x->token->id == OPC_binaryData)) {
                return LJ_E_LIMIT;
            }
        } else {
            opc_emit_attrs(x);
        }
    }
    return x->code;
}

static bool enter_parts(opc_package *pkg)
{
    uint32_t slots = 16;
    while (slots < pkg->part_count * 2) {
        slots *= 2;
    }
    pkg->table = lj_arena_array(pkg->arena, slots, sizeof(*pkg->table));
    pkg->table_mask = slots - 1;
    for (uint32_t i = 0; pkg->table != NULL && i < pkg->part_count; i++) {
        opc_enter(pkg, i);
    }
    return pkg->table != NULL;
}

lj_code opc_open_flat(opc_package *pkg, format_run *run, format_src *src)
{
    if (!opc_begin(pkg, run, src)) {
        return LJ_E_LIMIT;
    }
    /* what stands between the parts */
    pkg->parts = lj_arena_alloc(pkg->arena, sizeof(*pkg->parts));
    if (pkg->parts == NULL) {
        return LJ_E_LIMIT;
    }
    pkg->parts[0] = (opc_part){.is_listed = true, .is_reached = true, .owner = OPC_NONE};
    flat_pass f = {
        .x = {.pkg = pkg, .src = src}
    };
    f.x.base = span_of(SPAN_ATTRIBUTE, (lj_str){NULL, 0});
    f.x.base.story_id = ++pkg->story_count;
    f.x.xml = xml_open(run, src, pkg->names, (span_place){0});
    if (f.x.xml == NULL) {
        return LJ_E_LIMIT;
    }
    lj_code code = find_parts(&f);
    const xml_status *status = xml_status_of(f.x.xml);
    if (code != LJ_OK) {
        return code;
    }
    if (pkg->part_count == 0 || status->charset != TEXT_UTF8) {
        return LJ_E_UNSUPPORTED;
    }
    if (status->is_bad || status->is_cut) {
        format_gap(run, GAP_DAMAGED, "xml", (span_place){0});
    }
    return enter_parts(pkg) ? opc_connect(pkg) : LJ_E_LIMIT;
}

lj_code opc_open_single(opc_package *pkg, format_run *run, format_src *src)
{
    if (!opc_begin(pkg, run, src)) {
        return LJ_E_LIMIT;
    }
    pkg->parts = lj_arena_alloc(pkg->arena, sizeof(*pkg->parts));
    if (pkg->parts == NULL) {
        return LJ_E_LIMIT;
    }
    pkg->parts[0] = (opc_part){.owner = OPC_NONE,
                               .ground = LOOK_NO_COLOUR,
                               .flat_len = format_src_size(src),
                               .is_listed = true,
                               .is_reached = true};
    pkg->part_count = 1;
    return LJ_OK;
}

static lj_code flat_read(format_run *run, format_src *src)
{
    opc_package pkg;
    lj_code code = opc_open_flat(&pkg, run, src);
    if (code == LJ_E_UNSUPPORTED) {
        return format_xml_row.read(run, src);
    }
    if (code != LJ_OK) {
        return code;
    }
    if (opc_lookup(&pkg, LJ_BYTES("xl/workbook.xml")) != OPC_NONE) {
        return xlsx_read_package(&pkg);
    }
    if (opc_lookup(&pkg, LJ_BYTES("ppt/presentation.xml")) != OPC_NONE) {
        return pptx_read_package(&pkg);
    }
    return docx_read_package(&pkg);
}

static int flat_sniff(const format_probe *probe)
{
    lj_slice head = lj_slice_part(probe->head, 0, HEAD_MAX);
    bool is_office = lj_slice_find(head, LJ_BYTES("office/2006/xmlPackage")) != SIZE_MAX;
    return lj_slice_is(probe->root_name, LJ_BYTES("package")) && is_office ? ROOT_BITS : 0;
}

const format_row format_opc_flat_row = {
    .name = "opc-flat",
    .base = "xml",
    .extensions = "xml",
    .sniff = flat_sniff,
    .read = flat_read,
    .en = "Office document in one XML file (Flat OPC)",
    .zh = "Office 文档（单一 XML 文件，Flat OPC）",
};
