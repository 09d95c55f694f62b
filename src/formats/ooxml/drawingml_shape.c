/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shapes of DrawingML: boxes, fills, and what is painted below and above a text.
 *
 * Specification: ECMA-376 part 1: 20.1.7.6 (xfrm; off, ext, chOff, chExt), 20.1.8 (fills), 20.1.2.3
 * (colours), 20.1.10.54 (scheme colours).
 *
 * Model. See drawingml.c: the first pass collects what is painted, in order; the second asks.
 *
 * Traps. Groups have a coordinate system of their own, also with zero size. A scheme colour that is
 * changed by children (lumMod, tint) is another colour: as a ground it counts as not known.
 *
 * Limits. ART_MAX painted shapes; beyond, every ground without an own fill counts as not known. */
#include "formats/ooxml/drawingml_shape.h"

#include "base/num.h"

enum { EMU_MAX = 1000000000 }; /* beyond a kilometre nothing is computed */

/* ---- boxes ---- */

static int64_t clamp_emu(int64_t value)
{
    return value > EMU_MAX ? EMU_MAX : value < -EMU_MAX ? -EMU_MAX : value;
}

/* The box of the innermost shape on the page, through all groups around it. */
bool drawing_box(const drawing *d, int64_t box[4])
{
    if (d->shape_count == 0 || !d->shapes[d->shape_count - 1].has_box || d->shape_extra > 0) {
        return false;
    }
    const shape *own = &d->shapes[d->shape_count - 1];
    box[0] = own->off[0];
    box[1] = own->off[1];
    box[2] = own->off[0] + own->ext[0];
    box[3] = own->off[1] + own->ext[1];
    for (uint32_t i = d->shape_count - 1; i > 0; i--) {
        const shape *group = &d->shapes[i - 1];
        if (!group->is_group || !group->has_box || !group->has_child_box) {
            continue;
        }
        for (int k = 0; k < 4; k++) {
            int axis = k & 1;
            int64_t child = group->child_ext[axis];
            int64_t moved = clamp_emu(box[k] - group->child_off[axis]);
            box[k] = clamp_emu(group->off[axis] +
                               (child != 0 ? moved * group->ext[axis] / child : moved));
        }
    }
    return true;
}

static bool boxes_meet(const int64_t a[4], const int64_t b[4])
{
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

static bool box_is_inside(const int64_t inner[4], const int64_t outer[4])
{
    return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] &&
           inner[3] <= outer[3];
}

/* What the text of the innermost shape stands on, and why it may not be seen. */
uint32_t drawing_ground(const drawing *d, uint64_t *out_hidden)
{
    int64_t box[4] = {0, 0, 0, 0};
    bool has_box = drawing_box(d, box);
    const shape *own = d->shape_count > 0 ? &d->shapes[d->shape_count - 1] : NULL;
    uint32_t met = own != NULL && own->art > 0 ? own->art : d->art_next;
    uint32_t ground = d->page_ground;
    bool painted = false;
    for (uint32_t i = 0; i < d->art_count; i++) {
        const art *a = &d->arts[i];
        if (own != NULL && own->art == i + 1) {
            continue;
        }
        if (i < met) {
            painted = painted || !has_box || !a->has_box || boxes_meet(box, a->box);
        } else if (has_box && a->has_box && a->is_opaque && box_is_inside(box, a->box)) {
            *out_hidden |= SPAN_HIDE(SPAN_HIDDEN_COVERED);
        }
    }
    if (own != NULL && own->fill != LOOK_NO_COLOUR) {
        ground = own->fill;
    } else if (painted || d->art_count == ART_MAX) {
        ground = LOOK_PAINTED;
    }
    if (has_box && d->context != NULL && d->context->page_emu[0] > 0) {
        const int64_t *page = d->context->page_emu;
        bool before = (box[2] <= 0 && box[0] < 0) || (box[3] <= 0 && box[1] < 0);
        if (before || box[0] >= page[0] || box[1] >= page[1]) {
            *out_hidden |= SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE);
        }
        if (box[0] == box[2] && box[1] == box[3]) {
            *out_hidden |= SPAN_HIDE(SPAN_HIDDEN_TINY);
        }
    }
    return ground;
}

/* ---- colours ---- */

static uint32_t scheme_colour(const drawing *d, lj_str name)
{
    static const struct {
        const char *name;
        uint8_t idx;
    } rows[] = {
        {"tx1",      0 },
        {"dk1",      0 },
        {"bg1",      1 },
        {"lt1",      1 },
        {"tx2",      2 },
        {"dk2",      2 },
        {"bg2",      3 },
        {"lt2",      3 },
        {"accent1",  4 },
        {"accent2",  5 },
        {"accent3",  6 },
        {"accent4",  7 },
        {"accent5",  8 },
        {"accent6",  9 },
        {"hlink",    10},
        {"folHlink", 11},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_str_is(name, lj_cstr_str(rows[i].name))) {
            uint32_t colour = d->context != NULL && d->context->has_theme
                                  ? d->context->colours[rows[i].idx]
                                  : LOOK_NO_COLOUR;
            /* without a theme part: what every theme of an office has */
            return colour != LOOK_NO_COLOUR ? colour
                   : rows[i].idx == 0       ? 0x000000
                   : rows[i].idx == 1       ? 0xFFFFFF
                                            : LOOK_NO_COLOUR;
        }
    }
    return LOOK_NO_COLOUR;
}

static uint32_t colour_of(const drawing *d, const xml_token *token)
{
    lj_str value = XML_VALUE(token, "val");
    switch (token->id) {
    case OPC_srgbClr:
        return look_colour(value);
    case OPC_schemeClr:
        return scheme_colour(d, value);
    case OPC_sysClr:
        return look_colour(XML_VALUE(token, "lastClr"));
    case OPC_prstClr:
        return OPC_IS(value, "white") ? 0xFFFFFF : OPC_IS(value, "black") ? 0 : LOOK_NO_COLOUR;
    default:
        return LOOK_NO_COLOUR;
    }
}

static shape *shape_of(drawing *d)
{
    return d->shape_count > 0 && d->shape_extra == 0 ? &d->shapes[d->shape_count - 1] : NULL;
}

/* A colour, or a fill that has none. */
static void take_colour(drawing *d, uint32_t colour)
{
    shape *own = shape_of(d);
    switch (d->target) {
    case TARGET_RUN:
        if (colour < LOOK_PAINTED) {
            d->run_look.fg = colour;
            d->run_look.known |= SPAN_KNOWS_FG;
        }
        break;
    case TARGET_SHAPE:
        if (own != NULL) {
            own->fill = colour == LOOK_NO_COLOUR ? LOOK_PAINTED : colour;
        }
        break;
    case TARGET_PAGE:
        d->page_ground = colour == LOOK_NO_COLOUR ? LOOK_PAINTED : colour;
        break;
    case TARGET_NONE:
        break;
    }
}

static void take_alpha(drawing *d)
{
    int64_t value = 0;
    if (!xml_int(XML_VALUE(d->x->token, "val"), &value) ||
        value > 5000) { /* thousandths of a percent */
        return;
    }
    shape *own = shape_of(d);
    if (d->target == TARGET_RUN) {
        d->run_look.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    } else if (d->target == TARGET_SHAPE && own != NULL) {
        own->fill = LOOK_NO_COLOUR;
    }
}

/* Fills and colours. True when the element was one. */
bool drawing_paint(drawing *d)
{
    const xml_token *token = d->x->token;
    switch (token->id) {
    case OPC_srgbClr:
    case OPC_schemeClr:
    case OPC_sysClr:
    case OPC_prstClr: {
        uint32_t colour = colour_of(d, token);
        /* changed by children (lumMod ...) the colour is another: only plain ones are believed */
        take_colour(d, token->id == OPC_schemeClr && !token->is_empty && d->target != TARGET_RUN
                           ? LOOK_NO_COLOUR
                           : colour);
        return true;
    }
    case OPC_alpha:
        take_alpha(d);
        return true;
    case OPC_gradFill:
    case OPC_blipFill:
    case OPC_pattFill:
        if (d->target != TARGET_NONE) {
            take_colour(d, LOOK_PAINTED);
            xml_skip(d->x->xml);
        }
        return true;
    case OPC_noFill:
        if (d->target == TARGET_RUN) {
            d->run_look.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
        }
        return true;
    case OPC_ln:
    case OPC_effectLst:
    case OPC_lstStyle:
    case OPC_defRPr:
    case OPC_endParaRPr:
    case OPC_tcTxStyle:
        if (d->is_quiet || d->target != TARGET_NONE || token->id != OPC_lstStyle) {
            xml_skip(d->x->xml);
        }
        return true;
    default:
        return false;
    }
}

/* ---- shapes ---- */

void drawing_shape_open(drawing *d, bool is_group)
{
    if (d->shape_count == SHAPE_MAX || d->shape_extra > 0) {
        d->shape_extra++;
        return;
    }
    d->shapes[d->shape_count++] = (shape){.depth = d->x->token->depth,
                                          .is_group = is_group,
                                          .fill = LOOK_NO_COLOUR,
                                          .role = d->role,
                                          .hidden_by = d->x->base.hidden_by};
    d->x->base.story_id = ++d->x->pkg->story_count;
    d->join = SPAN_JOIN_BLOCK;
}

/* After its properties: a shape that paints joins the list, in both passes in the same order. */
void drawing_shape_paint(drawing *d, bool is_picture)
{
    shape *own = shape_of(d);
    if (own == NULL || own->art > 0 || (own->fill == LOOK_NO_COLOUR && !is_picture)) {
        return;
    }
    d->has_art = true;
    own->art = ++d->art_next;
    if (!d->is_quiet || d->arts == NULL || d->art_count == ART_MAX) {
        return;
    }
    art *a = &d->arts[d->art_count++];
    *a = (art){.is_opaque = own->fill < LOOK_PAINTED || is_picture};
    a->has_box = drawing_box(d, a->box);
}

void drawing_shape_close(drawing *d)
{
    if (d->shape_extra > 0) {
        d->shape_extra--;
        return;
    }
    const shape *own = &d->shapes[--d->shape_count];
    d->role = own->role;
    d->x->base.hidden_by = own->hidden_by;
}

static void take_pair(const xml_token *token, lj_slice first, lj_slice second, int64_t out[2])
{
    int64_t value = 0;
    out[0] = xml_int(xml_value_of(token, first), &value) ? clamp_emu(value) : 0;
    out[1] = xml_int(xml_value_of(token, second), &value) ? clamp_emu(value) : 0;
}

void drawing_transform(drawing *d)
{
    const xml_token *token = d->x->token;
    shape *own = shape_of(d);
    if (own == NULL) {
        return;
    }
    switch (token->id) {
    case OPC_off:
        take_pair(token, LJ_BYTES("x"), LJ_BYTES("y"), own->off);
        break;
    case OPC_ext:
        if (xml_attr_lookup(token, LJ_BYTES("cx")) != NULL && !own->has_box) {
            take_pair(token, LJ_BYTES("cx"), LJ_BYTES("cy"), own->ext);
            own->has_box = true;
        }
        break;
    case OPC_chOff:
        take_pair(token, LJ_BYTES("x"), LJ_BYTES("y"), own->child_off);
        break;
    case OPC_chExt:
        take_pair(token, LJ_BYTES("cx"), LJ_BYTES("cy"), own->child_ext);
        own->has_child_box = true;
        break;
    default:
        break;
    }
}
