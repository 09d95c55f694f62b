/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What readers of office parts do inside a part: next token, emit, and the readings that fit any
 * part - document properties and unknown XML.
 *
 * Specification: ECMA-376 part 1: 15.2.12 (core, extended and custom properties), 22.2 to 22.4
 * (property values).
 *
 * Model. Every text-bearing node counts (hidden-marks 2, rule 1): comments, processing instructions
 * and DTDs are emitted on the way; attributes with letters beyond ASCII and text that stands where
 * none should be are emitted as attributes that are on no page. Of unknown XML every text node is a
 * span labelled with its element, every wordy attribute one labelled with its name: an element
 * *named* 密级 with a value is near proof (O05).
 *
 * Traps. Names of fonts are full of Chinese and hold no mark: attributes that name fonts are left
 * out. Vendor label systems keep the level in the *name* of a custom property, so names of custom
 * properties are emitted as well as values (W16). */
#include "formats/ooxml/opc.h"

#include "base/num.h"

enum {
    TEXT_MAX = 1024 * 1024, /* bytes of one text node of unknown XML in one span */
    ATTR_WORDS_MIN = 8,     /* bytes of an ASCII attribute that may be a sentence */
};

span opc_span(const opc_xml *x, span_role role)
{
    span what = x->base;
    what.role = role;
    return what;
}

void opc_emit(opc_xml *x, span *what)
{
    if (x->code != LJ_OK || what->text.len == 0 || x->is_quiet) {
        return;
    }
    what->place.part_id = opc_part_id(x->pkg, x->part);
    x->code = format_emit(x->pkg->run, what);
}

void opc_emit_block(opc_xml *x, span_block *block, span *what)
{
    if (x->code != LJ_OK || look_is_blank(lj_buf_str(&block->text)) || x->is_quiet) {
        span_block_clear(block);
        return;
    }
    what->place.part_id = opc_part_id(x->pkg, x->part);
    x->code = span_block_emit(x->pkg->run, block, what, &x->pkg->alt_count);
}

void opc_emit_text(opc_xml *x, span_role role, lj_str label, lj_str text)
{
    if (look_is_blank(text)) {
        return;
    }
    span what = opc_span(x, role);
    what.label = label;
    what.text = text;
    opc_emit(x, &what);
}

void opc_emit_unseen(opc_xml *x, span_role role, lj_str label, lj_str text)
{
    uint64_t before = x->base.hidden_by;
    x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    opc_emit_text(x, role, label, text);
    x->base.hidden_by = before;
}

static lj_str str_of(lj_slice name)
{
    return (lj_str){(const char *)name.ptr, name.len}; /* the tokenizer gives valid UTF-8 */
}

bool opc_next(opc_xml *x)
{
    while (x->code == LJ_OK) {
        xml_beside beside;
        x->token = xml_next_content(x->xml, &x->cdata, &beside);
        xml_kind kind = x->token->kind;
        if (kind == XML_START || kind == XML_END || kind == XML_TEXT) {
            return true;
        }
        if (kind == XML_END_OF_INPUT) {
            return false;
        }
        opc_emit_unseen(x, beside.role, beside.label, beside.text);
    }
    return false;
}

/* ---- attributes and stray text ---- */

/* Attributes that name fonts or namespaces. */
static bool is_noise(const xml_attr *attr)
{
    static const char *const names[] = {"typeface", "ascii",  "hAnsi", "eastAsia",
                                        "cs",       "panose", "xmlns", "fareast"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if (lj_slice_is(attr->local, lj_cstr_bytes(names[i]))) {
            return true;
        }
    }
    return lj_slice_has_prefix(attr->name, LJ_BYTES("xmlns:"));
}

void opc_emit_attrs(opc_xml *x)
{
    const xml_token *token = x->token;
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        if (look_has_high_byte(attr->value) && !is_noise(attr)) {
            opc_emit_unseen(x, SPAN_ATTRIBUTE, str_of(attr->local), attr->value);
        }
    }
}

void opc_emit_stray(opc_xml *x)
{
    if (look_is_wordy(x->token->text)) {
        opc_emit_unseen(x, SPAN_ATTRIBUTE, (lj_str){NULL, 0}, x->token->text);
    }
}

/* Attributes of unknown XML: also ASCII ones that look like a sentence. */
static void emit_wordy_attrs(opc_xml *x)
{
    const xml_token *token = x->token;
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        bool sentence = attr->value.len >= ATTR_WORDS_MIN && look_is_wordy(attr->value) &&
                        look_has_byte(attr->value, ' ');
        if ((look_has_high_byte(attr->value) || sentence) && !is_noise(attr)) {
            opc_emit_unseen(x, SPAN_ATTRIBUTE, str_of(attr->local), attr->value);
        }
    }
}

/* ---- unknown XML ---- */

/* Text of the element whose START was the last one; emitted at the next tag. */
typedef struct leaf_text {
    lj_buf text;
    lj_buf label;
} leaf_text;

static void leaf_init(leaf_text *leaf, lj_arena *arena)
{
    lj_buf_init(&leaf->text, arena, 2 * (size_t)TEXT_MAX);
    lj_buf_init(&leaf->label, arena, 64 * LJ_KIB);
}

static void leaf_add(leaf_text *leaf, lj_str text)
{
    lj_buf_put(&leaf->text, lj_str_bytes(text));
}

static void leaf_label(leaf_text *leaf, lj_slice label)
{
    lj_buf_clear(&leaf->label);
    lj_buf_put(&leaf->label, label);
}

static void leaf_emit_generic(opc_xml *x, leaf_text *leaf)
{
    lj_str text = lj_buf_str(&leaf->text);
    if (look_is_wordy(text)) {
        opc_emit_unseen(x, SPAN_ATTRIBUTE, lj_buf_str(&leaf->label), text);
    }
    lj_buf_clear(&leaf->text);
}

void opc_read_generic(opc_xml *x, void *ctx)
{
    (void)ctx;
    leaf_text leaf;
    leaf_init(&leaf, x->pkg->arena);
    uint32_t depth = x->token->depth;
    do {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            leaf_add(&leaf, token->text);
            if (leaf.text.len > TEXT_MAX) {
                leaf_emit_generic(x, &leaf);
            }
            continue;
        }
        leaf_emit_generic(x, &leaf);
        if (token->kind == XML_START) {
            leaf_label(&leaf, token->local);
            emit_wordy_attrs(x);
        } else if (token->depth == depth) {
            return;
        }
    } while (opc_next(x));
    leaf_emit_generic(x, &leaf);
}

/* ---- properties ---- */

/* Counts and dates hold no mark: they are left out unless all text is wanted. */
static bool is_telling(const opc_xml *x, lj_str value)
{
    bool has_letter = false;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t lower = (uint8_t)value.ptr[i] | 0x20U;
        has_letter = has_letter || lower >= 0x80 || (lower >= 'a' && lower <= 'z');
    }
    return (has_letter && look_time(value) == 0) || format_wants_all(x->pkg->run);
}

void opc_read_properties(opc_xml *x, void *ctx)
{
    (void)ctx;
    leaf_text leaf;
    leaf_init(&leaf, x->pkg->arena);
    lj_buf name; /* of the custom property around the value */
    lj_buf_init(&name, x->pkg->arena, 64 * LJ_KIB);
    bool names_count = x->token->id == OPC_CustomDocumentProperties; /* of elements (Office 2003) */
    uint32_t depth = x->token->depth;
    bool open = true;
    while (open && opc_next(x)) {
        const xml_token *token = x->token;
        switch (token->kind) {
        case XML_START:
            lj_buf_clear(&leaf.text);
            leaf_label(&leaf, token->local);
            if (token->id == OPC_property) {
                lj_str value = XML_VALUE(token, "name");
                lj_buf_clear(&name);
                lj_buf_put(&name, lj_str_bytes(value));
                opc_emit_unseen(x, SPAN_METADATA, LJ_STR("name"), value);
            } else {
                opc_emit_attrs(x);
            }
            if (names_count) {
                opc_emit_unseen(x, SPAN_METADATA, LJ_STR("name"), str_of(token->local));
            }
            break;
        case XML_TEXT:
            leaf_add(&leaf, token->text);
            break;
        case XML_END:
            open = token->depth != depth;
            if (is_telling(x, lj_buf_str(&leaf.text))) {
                opc_emit_unseen(x, SPAN_METADATA, lj_buf_str(name.len > 0 ? &name : &leaf.label),
                                lj_buf_str(&leaf.text));
            }
            lj_buf_clear(&leaf.text);
            if (token->id == OPC_property) {
                lj_buf_clear(&name);
            }
            break;
        default:
            break;
        }
    }
}
