/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text boxes and drawings of Word stories: where they stand, what they stand on, what they are
 * called.
 *
 * Specification: ECMA-376 part 1: 20.4 (anchors: 20.4.2.10 positionH, 20.4.3.4 relativeFrom), 20.1
 * (shape properties); part 4: 19.1.2.19 (VML shapes, style).
 *
 * Model. A drawing's anchor comes before its text box and says where the box stands; the box is
 * known when both directions are relative to the page. Positions relative to margin, column or
 * paragraph are only used to tell what is outside the page in any case.
 *
 * Traps. Lengths of VML have units, or none inside a group, where they count in the group's own
 * units. Page-anchored boxes are compared with the page of the first section. */
#include "formats/ooxml/docx_story.h"

#include "base/num.h"

enum {
    /* how far outside the origin of a margin or column something surely is off the page */
    MARGIN_EMU = 1800000, /* 5 cm */
    MARGIN_PT100 = 14200,
    SHEET_EMU = 20116800, /* 22 inches: the largest page of Word (17.6.13) */
};

/* A length of a VML style ("left:-9999pt") in hundredths of a point. */
static bool style_length(lj_str style, lj_slice key, int32_t *out)
{
    lj_slice rest = lj_str_bytes(style);
    for (;;) {
        size_t at = lj_slice_find(rest, key);
        if (at == SIZE_MAX) {
            return false;
        }
        bool whole = at == 0 || rest.ptr[at - 1] == ';' || rest.ptr[at - 1] == ' ';
        rest = lj_slice_part(rest, at + key.len, SIZE_MAX);
        if (whole && rest.len > 0 && rest.ptr[0] == ':') {
            rest = lj_slice_part(rest, 1, SIZE_MAX);
            break;
        }
    }
    int64_t value = 0;
    if (!xml_int((lj_str){(const char *)rest.ptr, rest.len}, &value)) {
        return false;
    }
    value = value > 100000 ? 100000 : value < -100000 ? -100000 : value;
    size_t unit = 0;
    while (unit < rest.len && (rest.ptr[unit] == '-' || rest.ptr[unit] == '.' ||
                               (rest.ptr[unit] >= '0' && rest.ptr[unit] <= '9'))) {
        unit++;
    }
    lj_slice name = lj_slice_part(rest, unit, 2);
    int64_t scale = lj_slice_is(name, LJ_BYTES("in"))   ? 7200
                    : lj_slice_is(name, LJ_BYTES("mm")) ? 283
                    : lj_slice_is(name, LJ_BYTES("cm")) ? 2835
                    : lj_slice_is(name, LJ_BYTES("px")) ? 75
                                                        : 100;
    value *= scale;
    *out = (int32_t)(value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : value);
    return true;
}

/* A VML shape: words in attributes, and whether it can be seen (W08, W10, W26). */
void story_shape_take(story *s)
{
    opc_xml *x = s->x;
    lj_str style = XML_VALUE(x->token, "style");
    opc_emit_unseen(x, SPAN_ALT, LJ_STR("alt"), XML_VALUE(x->token, "alt"));
    opc_emit_unseen(x, SPAN_ALT, LJ_STR("title"), XML_VALUE(x->token, "title"));
    if (story_scope_open(s, SCOPE_FLOAT) == NULL) {
        return;
    }
    if (lj_slice_find(lj_str_bytes(style), LJ_BYTES("visibility:hidden")) != SIZE_MAX) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    lj_str fill = XML_VALUE(x->token, "fillcolor");
    if (fill.len > 0 && !OPC_IS(XML_VALUE(x->token, "filled"), "f")) {
        uint32_t colour = look_colour((lj_str){fill.ptr, lj_min_size(fill.len, 7)});
        s->ground = colour != LOOK_NO_COLOUR ? colour : LOOK_PAINTED;
    }
    if (s->group_count > 0) {
        return; /* in units of the group */
    }
    int32_t left = 0;
    int32_t top = 0;
    int32_t width = 0;
    int32_t height = 0;
    int32_t more = 0;
    (void)style_length(style, LJ_BYTES("left"), &left);
    (void)style_length(style, LJ_BYTES("top"), &top);
    (void)style_length(style, LJ_BYTES("width"), &width);
    (void)style_length(style, LJ_BYTES("height"), &height);
    left = style_length(style, LJ_BYTES("margin-left"), &more) && left == 0 ? more : left;
    top = style_length(style, LJ_BYTES("margin-top"), &more) && top == 0 ? more : top;
    int64_t right = (int64_t)left + width;
    int64_t bottom = (int64_t)top + height;
    int32_t far = opc_emu_pt100(SHEET_EMU);
    if (right < -MARGIN_PT100 || bottom < -far || left > far || top > far) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE);
    }
}

/* Reasons and box of a text box, from the drawing around it (W07). */
static void place_frame(story *s)
{
    const floating *f = &s->floating;
    span *base = &s->x->base;
    int64_t page_width = (int64_t)s->context->page_pt100[0] * 127;
    int64_t page_height = (int64_t)s->context->page_pt100[1] * 127;
    bool off = false;
    if (f->knows_x) {
        int64_t slack = f->page_x ? 0 : MARGIN_EMU;
        off = off || f->x + f->width + slack < 0 ||
              f->x > (f->page_x && page_width > 0 ? page_width : SHEET_EMU);
    }
    if (f->knows_y) {
        int64_t slack = f->page_y ? 0 : SHEET_EMU;
        off = off || f->y + f->height + slack < 0 ||
              f->y > (f->page_y && page_height > 0 ? page_height : SHEET_EMU);
    }
    base->hidden_by |= off ? SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE) : 0;
    if (f->knows_x && f->knows_y && f->page_x && f->page_y) {
        base->known |= SPAN_KNOWS_BOX;
        base->box_pt100[0] = opc_emu_pt100(f->x);
        base->box_pt100[1] = opc_emu_pt100(f->y);
        base->box_pt100[2] = opc_emu_pt100(f->x + f->width);
        base->box_pt100[3] = opc_emu_pt100(f->y + f->height);
    }
}

void story_frame_open(story *s, span_role role)
{
    if (story_scope_open(s, SCOPE_FRAME) == NULL) {
        return;
    }
    span *base = &s->x->base;
    base->role = role;
    base->story_id = ++s->x->pkg->story_count;
    base->place.row_no = base->place.col_no = 0;
    s->cell_paras = 0;
    if (role == SPAN_TEXTBOX) {
        place_frame(s);
    }
}

void story_words_take(story *s)
{
    opc_xml *x = s->x;
    const xml_token *token = x->token;
    opc_emit_unseen(s->x, SPAN_ALT, LJ_STR("descr"), XML_VALUE(token, "descr"));
    opc_emit_unseen(s->x, SPAN_ALT, LJ_STR("title"), XML_VALUE(token, "title"));
    lj_str name = XML_VALUE(token, "name");
    if (look_is_wordy(name)) {
        opc_emit_unseen(s->x, SPAN_ALT, LJ_STR("name"), name);
    }
    if (OPC_IS(XML_VALUE(token, "hidden"), "1") || OPC_IS(XML_VALUE(token, "hidden"), "true")) {
        x->base.hidden_by |=
            SPAN_HIDE(SPAN_HIDDEN_INVISIBLE); /* until the drawing's scope closes */
    }
}

void story_float_take(story *s)
{
    const xml_token *token = s->x->token;
    floating *f = &s->floating;
    lj_str from = XML_VALUE(token, "relativeFrom");
    int64_t value = 0;
    switch (token->id) {
    case OPC_anchor:
        *f = (floating){0};
        (void)story_scope_open(s, SCOPE_FLOAT);
        break;
    case OPC_positionH:
        f->vertical = false;
        f->page_x = OPC_IS(from, "page");
        break;
    case OPC_positionV:
        f->vertical = true;
        f->page_y = OPC_IS(from, "page");
        break;
    case OPC_posOffset:
        story_sink_open(s, SINK_POSITION);
        break;
    case OPC_extent:
        f->width = xml_int(XML_VALUE(token, "cx"), &value) ? value : 0;
        f->height = xml_int(XML_VALUE(token, "cy"), &value) ? value : 0;
        break;
    default:
        break;
    }
}

/* Children of the properties of a shape: what its text stands on. */
void story_fill_take(story *s)
{
    const xml_token *token = s->x->token;
    lj_str value = XML_VALUE(token, "val");
    uint32_t colour = LOOK_NO_COLOUR;
    switch (token->id) {
    case OPC_ln:
    case OPC_effectLst:
        xml_skip(s->x->xml);
        break;
    case OPC_srgbClr:
        colour = look_colour(value);
        s->ground = colour != LOOK_NO_COLOUR ? colour : LOOK_PAINTED;
        break;
    case OPC_schemeClr:
        s->ground = OPC_IS(value, "bg1") || OPC_IS(value, "lt1") ? 0xFFFFFF : LOOK_PAINTED;
        break;
    case OPC_gradFill:
    case OPC_blipFill:
    case OPC_pattFill:
        s->ground = LOOK_PAINTED;
        xml_skip(s->x->xml);
        break;
    default:
        opc_emit_attrs(s->x);
        break;
    }
}
