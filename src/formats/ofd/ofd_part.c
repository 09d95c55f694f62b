/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What readers of OFD parts do inside a part: next token, emit, walk leaf by leaf, and the reading
 * that fits any XML.
 *
 * Model. Every text-bearing node counts (hidden-marks 2, rule 1): comments, processing instructions
 * and DTDs are emitted on the way; what a reader does not know is emitted with the name of its
 * element or attribute as label, because an element *named* 密级 with a value is near proof (O05).
 * Values that are the location of another part make that part reached. */
#include "formats/ofd/ofd.h"

#include "base/num.h"

enum {
    TEXT_MAX = 1024 * 1024, /* bytes of one text node in one span */
    ATTR_WORDS_MIN = 8,     /* bytes of an ASCII attribute that may be a sentence */
    LOC_MIN = 3,
    LOC_MAX = 512,
};

lj_str ofd_str_of(lj_slice name)
{
    return (lj_str){(const char *)name.ptr, name.len}; /* the tokenizer gives valid UTF-8 */
}

span ofd_span(const ofd_xml *x, span_role role)
{
    span what = x->base;
    what.role = role;
    return what;
}

void ofd_emit(ofd_xml *x, span *what)
{
    if (x->code != LJ_OK || what->text.len == 0) {
        return;
    }
    what->place.part_id = ofd_part_id(x->pkg, x->part);
    x->code = format_emit(x->pkg->run, what);
}

void ofd_emit_unseen(ofd_xml *x, span_role role, lj_str label, lj_str text)
{
    if (look_is_blank(text)) {
        return;
    }
    span what = ofd_span(x, role);
    what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    what.label = label;
    what.text = text;
    ofd_emit(x, &what);
}

bool ofd_next(ofd_xml *x)
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
        ofd_emit_unseen(x, beside.role, beside.label, beside.text);
    }
    return false;
}

/* Attributes that name fonts or namespaces. */
static bool is_noise(const xml_attr *attr)
{
    return lj_slice_is(attr->local, LJ_BYTES("FontName")) ||
           lj_slice_is(attr->local, LJ_BYTES("FamilyName")) ||
           lj_slice_is(attr->name, LJ_BYTES("xmlns")) ||
           lj_slice_has_prefix(attr->name, LJ_BYTES("xmlns:"));
}

void ofd_emit_attrs(ofd_xml *x)
{
    const xml_token *token = x->token;
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        bool sentence = attr->value.len >= ATTR_WORDS_MIN && look_has_byte(attr->value, ' ') &&
                        look_is_wordy(attr->value);
        if ((sentence || look_has_high_byte(attr->value)) && !is_noise(attr)) {
            ofd_emit_unseen(x, SPAN_ATTRIBUTE, ofd_str_of(attr->local), attr->value);
        }
    }
}

/* ---- locations ---- */

uint32_t ofd_follow(ofd_xml *x, lj_str loc)
{
    uint32_t part = ofd_lookup(x->pkg, x->part, loc);
    if (part != OFD_NONE) {
        ofd_reach(x, part);
    }
    return part;
}

bool ofd_follow_maybe(ofd_xml *x, lj_str value)
{
    return value.len >= LOC_MIN && value.len <= LOC_MAX && look_has_byte(value, '.') &&
           ofd_follow(x, value) != OFD_NONE;
}

/* ---- the walk ---- */

/* Text of the element whose START was the last one. */
typedef struct leaf_text {
    lj_buf text;
    lj_buf label;
    uint16_t id;
    bool is_leaf; /* no child so far */
} leaf_text;

static void emit_unknown(ofd_xml *x, lj_str label, lj_str text)
{
    if (ofd_follow_maybe(x, text)) {
        return;
    }
    if (look_is_wordy(text) || look_has_high_byte(label)) {
        ofd_emit_unseen(x, SPAN_ATTRIBUTE, label, text);
    }
}

static void leaf_end(ofd_xml *x, const ofd_walker *walker, leaf_text *leaf)
{
    lj_str label = lj_buf_str(&leaf->label);
    lj_str text = lj_buf_str(&leaf->text);
    bool is_taken = leaf->is_leaf && walker->leaf != NULL &&
                    walker->leaf(x, walker->ctx, leaf->id, label, text);
    if (!is_taken && text.len > 0) {
        emit_unknown(x, label, text);
    }
    lj_buf_clear(&leaf->text);
    leaf->is_leaf = false;
}

static void leaf_start(ofd_xml *x, const ofd_walker *walker, leaf_text *leaf)
{
    const xml_token *token = x->token;
    if (leaf->text.len > 0) { /* text in front of a child */
        leaf->is_leaf = false;
        leaf_end(x, walker, leaf);
    }
    lj_buf_clear(&leaf->label);
    lj_buf_put(&leaf->label, token->local);
    leaf->id = token->id;
    leaf->is_leaf = true;
    if (walker->start != NULL && walker->start(x, walker->ctx)) {
        return;
    }
    ofd_emit_attrs(x);
    for (uint32_t i = 0; i < token->attr_count && x->code == LJ_OK; i++) {
        (void)ofd_follow_maybe(x, token->attrs[i].value);
    }
}

void ofd_walk(ofd_xml *x, const ofd_walker *walker)
{
    leaf_text leaf = {.id = XML_NO_ID};
    lj_buf_init(&leaf.text, x->pkg->arena, 2 * (size_t)TEXT_MAX);
    lj_buf_init(&leaf.label, x->pkg->arena, 64 * LJ_KIB);
    uint32_t depth = x->token->depth;
    do {
        const xml_token *token = x->token;
        switch (token->kind) {
        case XML_START:
            leaf_start(x, walker, &leaf);
            break;
        case XML_END: {
            uint16_t id = token->id;
            bool is_last = token->depth == depth;
            leaf_end(x, walker, &leaf);
            if (walker->end != NULL) {
                walker->end(x, walker->ctx, id);
            }
            if (is_last) {
                return;
            }
            break;
        }
        default:
            if (leaf.text.len > TEXT_MAX) {
                leaf.is_leaf = false;
                leaf_end(x, walker, &leaf);
            }
            lj_buf_put(&leaf.text, lj_str_bytes(token->text));
            break;
        }
    } while (ofd_next(x));
}

void ofd_read_generic(ofd_xml *x)
{
    ofd_walk(x, &(ofd_walker){0});
}
