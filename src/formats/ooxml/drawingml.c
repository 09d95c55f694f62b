/* SPDX-License-Identifier: AGPL-3.0-or-later
 * DrawingML: shapes with text on slides and sheets, tables, charts, diagrams, themes.
 *
 * Specification: ECMA-376 part 1: 19.3 (slides), 20.1 (main), 20.5 (sheet drawings), 21.1.2 (text),
 * 21.1.3 (tables), 21.2 (charts), 21.4 (diagrams).
 *
 * Model. One pass over the tokens with a stack of shapes; groups carry their transform, so that the
 * box of a shape is known on the page. A paragraph (a:p) is a span, its runs are joined. Chart
 * strings (c:v in a string cache) are cells; numbers are not given, they hold no mark.
 *
 * What is seen. Text of the colour of what it stands on is not; but white text on a dark picture is
 * ordinary design. Therefore a slide is looked through twice: the first pass only collects what is
 * painted and in which order. Text stands on its own shape's fill, else on anything painted below
 * it (then its ground is not known), else on the background of slide, layout or master. A painted
 * opaque shape above it that reaches around it covers it (P03).
 *
 * Traps. a:rPr has attributes for size and weight, children for colour and font. Outlines, effects
 * and list styles have colours of their own which are not the text's. Placeholders inherit their
 * position: then the box is not known, and no reason is given.
 *
 * Not done. Sizes and colours that placeholders inherit; rotation; animation. */
#include "formats/ooxml/drawingml.h"

#include "base/num.h"
#include "formats/ooxml/opc_block.h"

enum {
    SHAPE_MAX = 24,
    ART_MAX = 512,
    LABEL_MAX = 4096,
    TINY_PT100 = 400,
    EMU_MAX = 1000000000, /* beyond a kilometre nothing is computed */
};

/* A shape or group that is open. */
typedef struct shape {
    uint32_t depth;
    bool is_group;
    bool has_box, has_child_box;
    int64_t off[2], ext[2], child_off[2], child_ext[2]; /* EMU */
    uint32_t fill;                                      /* colour, OPC_PAINTED, or OPC_NO_COLOUR */
    uint32_t art;       /* its number among the painted shapes + 1; 0 = paints nothing */
    span_role role;     /* of the shape around */
    uint64_t hidden_by; /* of the shape around */
} shape;

/* Something painted; in the order of painting. */
typedef struct art {
    int64_t box[4]; /* left, top, right, bottom; EMU */
    bool has_box;
    bool is_opaque;
} art;

typedef enum target { TARGET_NONE, TARGET_SHAPE, TARGET_RUN, TARGET_PAGE } target;
typedef enum sink { SINK_NONE, SINK_RUN, SINK_VALUE, SINK_ROW, SINK_COL } sink;

typedef struct drawing {
    opc_xml *x;
    const drawingml_context *context;
    bool is_quiet; /* first pass: nothing is emitted */
    shape shapes[SHAPE_MAX];
    uint32_t shape_count;
    uint32_t shape_extra; /* groups and shapes beyond SHAPE_MAX */
    art *arts;
    uint32_t art_count; /* collected */
    uint32_t art_next;  /* second pass: how many were met */
    bool has_art;
    uint32_t page_ground; /* of this part */
    target target;        /* what a colour belongs to */
    uint32_t target_depth;
    sink sink;
    opc_block block;
    lj_buf value;
    bool in_para, in_run_props, in_numbers, in_from;
    uint32_t para_depth, props_depth, numbers_depth, title_depth, from_depth;
    bool in_title;
    span_look para_look, run_look;
    uint32_t ground; /* of the text that is being read */
    uint32_t row, col;
    bool in_table;
    uint32_t table_depth;
    span_role role;
    span_join join;
} drawing;

/* ---- boxes ---- */

static int64_t clamp_emu(int64_t value)
{
    return value > EMU_MAX ? EMU_MAX : value < -EMU_MAX ? -EMU_MAX : value;
}

/* The box of the innermost shape on the page, through all groups around it. */
static bool shape_box(const drawing *d, int64_t box[4])
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
static uint32_t find_ground(const drawing *d, uint64_t *out_hidden)
{
    int64_t box[4] = {0, 0, 0, 0};
    bool has_box = shape_box(d, box);
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
    if (own != NULL && own->fill != OPC_NO_COLOUR) {
        ground = own->fill;
    } else if (painted || d->art_count == ART_MAX) {
        ground = OPC_PAINTED;
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

/* ---- emitting ---- */

static void emit_words(drawing *d, span_role role, lj_str label, lj_str text)
{
    if (!d->is_quiet) {
        opc_emit_unseen(d->x, role, label, text);
    }
}

static void emit_attrs(drawing *d)
{
    if (!d->is_quiet) {
        opc_emit_attrs(d->x);
    }
}

static void emit_para(drawing *d)
{
    if (d->is_quiet) {
        opc_block_clear(&d->block);
        return;
    }
    span what = opc_span(d->x, d->in_title ? SPAN_TITLE : d->role);
    what.join = d->join;
    if (d->in_table) {
        what.role = what.role == SPAN_BODY || what.role == SPAN_TEXTBOX ? SPAN_CELL : what.role;
        what.place.row_no = d->row;
        what.place.col_no = d->col;
    }
    int64_t box[4] = {0, 0, 0, 0};
    if (d->context != NULL && d->context->page_emu[0] > 0 && shape_box(d, box)) {
        what.known |= SPAN_KNOWS_BOX;
        for (int i = 0; i < 4; i++) {
            what.box_pt100[i] = opc_emu_pt100(box[i]);
        }
    }
    opc_block_emit(d->x, &d->block, &what);
    d->join = SPAN_JOIN_LINE;
}

/* The look of the run as far as it is known, with its reasons. */
static span_look finished_look(const drawing *d)
{
    span_look look = d->run_look;
    look.flags |= d->para_look.flags;
    look.known |= d->para_look.known;
    if (d->ground < OPC_PAINTED) {
        look.bg = d->ground;
        look.known |= SPAN_KNOWS_BG;
        if ((look.known & SPAN_KNOWS_FG) != 0 && opc_no_contrast(look.fg, d->ground)) {
            look.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    if ((look.known & SPAN_KNOWS_SIZE) != 0 && look.size_pt100 < TINY_PT100) {
        look.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_TINY);
    }
    return look;
}

static void add_text(drawing *d, lj_str text)
{
    if (!d->in_para) {
        if (!d->is_quiet) {
            opc_emit_text(d->x, d->role, (lj_str){NULL, 0}, text);
        }
        return;
    }
    span_look look = finished_look(d);
    opc_block_add(&d->block, text, &look);
    if (d->block.text.len > OPC_BLOCK_MAX) {
        emit_para(d);
        d->join = SPAN_JOIN_SAME;
    }
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
                                  : OPC_NO_COLOUR;
            /* without a theme part: what every theme of an office has */
            return colour != OPC_NO_COLOUR ? colour
                   : rows[i].idx == 0      ? 0x000000
                   : rows[i].idx == 1      ? 0xFFFFFF
                                           : OPC_NO_COLOUR;
        }
    }
    return OPC_NO_COLOUR;
}

static uint32_t colour_of(const drawing *d, const xml_token *token)
{
    lj_str value = XML_VALUE(token, "val");
    switch (token->id) {
    case OPC_srgbClr:
        return opc_colour(value);
    case OPC_schemeClr:
        return scheme_colour(d, value);
    case OPC_sysClr:
        return opc_colour(XML_VALUE(token, "lastClr"));
    case OPC_prstClr:
        return OPC_IS(value, "white") ? 0xFFFFFF : OPC_IS(value, "black") ? 0 : OPC_NO_COLOUR;
    default:
        return OPC_NO_COLOUR;
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
        if (colour < OPC_PAINTED) {
            d->run_look.fg = colour;
            d->run_look.known |= SPAN_KNOWS_FG;
        }
        break;
    case TARGET_SHAPE:
        if (own != NULL) {
            own->fill = colour == OPC_NO_COLOUR ? OPC_PAINTED : colour;
        }
        break;
    case TARGET_PAGE:
        d->page_ground = colour == OPC_NO_COLOUR ? OPC_PAINTED : colour;
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
        own->fill = OPC_NO_COLOUR;
    }
}

/* Fills and colours. True when the element was one. */
static bool take_paint(drawing *d)
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
                           ? OPC_NO_COLOUR
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
            take_colour(d, OPC_PAINTED);
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

static void shape_open(drawing *d, bool is_group)
{
    if (d->shape_count == SHAPE_MAX || d->shape_extra > 0) {
        d->shape_extra++;
        return;
    }
    d->shapes[d->shape_count++] = (shape){.depth = d->x->token->depth,
                                          .is_group = is_group,
                                          .fill = OPC_NO_COLOUR,
                                          .role = d->role,
                                          .hidden_by = d->x->base.hidden_by};
    d->x->base.story_id = ++d->x->pkg->story_count;
    d->join = SPAN_JOIN_BLOCK;
}

/* After its properties: a shape that paints joins the list, in both passes in the same order. */
static void shape_paint(drawing *d, bool is_picture)
{
    shape *own = shape_of(d);
    if (own == NULL || own->art > 0 || (own->fill == OPC_NO_COLOUR && !is_picture)) {
        return;
    }
    d->has_art = true;
    own->art = ++d->art_next;
    if (!d->is_quiet || d->arts == NULL || d->art_count == ART_MAX) {
        return;
    }
    art *a = &d->arts[d->art_count++];
    *a = (art){.is_opaque = own->fill < OPC_PAINTED || is_picture};
    a->has_box = shape_box(d, a->box);
}

static void shape_close(drawing *d)
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

static void take_transform(drawing *d)
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

/* Names and alternative texts (P07); hidden shapes (P03). */
static void take_names(drawing *d)
{
    const xml_token *token = d->x->token;
    lj_str hidden = XML_VALUE(token, "hidden");
    lj_str name = XML_VALUE(token, "name");
    emit_words(d, SPAN_ALT, LJ_STR("descr"), XML_VALUE(token, "descr"));
    emit_words(d, SPAN_ALT, LJ_STR("title"), XML_VALUE(token, "title"));
    if (opc_is_wordy(name)) {
        emit_words(d, SPAN_ALT, LJ_STR("name"), name);
    }
    if (OPC_IS(hidden, "1") || OPC_IS(hidden, "true")) {
        d->x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
}

/* 19.7.10 ST_PlaceholderType */
static void take_placeholder(drawing *d)
{
    lj_str type = XML_VALUE(d->x->token, "type");
    if (d->role != SPAN_BODY) {
        return; /* notes and masters have a role of their own */
    }
    if (OPC_IS(type, "title") || OPC_IS(type, "ctrTitle")) {
        d->role = SPAN_TITLE;
    } else if (OPC_IS(type, "ftr") || OPC_IS(type, "sldNum") || OPC_IS(type, "dt")) {
        d->role = SPAN_FOOTER;
    } else if (OPC_IS(type, "hdr")) {
        d->role = SPAN_HEADER;
    }
}

/* ---- text ---- */

static void para_open(drawing *d)
{
    if (d->in_para) {
        emit_para(d);
    }
    d->in_para = true;
    d->para_depth = d->x->token->depth;
    d->para_look = (span_look){0};
    d->run_look = (span_look){0};
}

static void take_para_props(drawing *d)
{
    lj_str align = XML_VALUE(d->x->token, "algn");
    if (align.len > 0) {
        d->para_look.known |= SPAN_KNOWS_ALIGN;
        d->para_look.flags |= OPC_IS(align, "ctr") ? SPAN_CENTRED
                              : OPC_IS(align, "r") ? SPAN_RIGHT
                                                   : 0;
    }
    int64_t indent = 0;
    if (xml_int(XML_VALUE(d->x->token, "indent"), &indent) && indent > 0) {
        d->para_look.flags |= SPAN_INDENT;
    }
}

static void take_run_props(drawing *d)
{
    const xml_token *token = d->x->token;
    span_look *look = &d->run_look;
    *look = (span_look){0};
    int64_t size = 0;
    if (xml_int(XML_VALUE(token, "sz"), &size) && size > 0 && size <= 400000) {
        look->size_pt100 = (uint32_t)size;
        look->known |= SPAN_KNOWS_SIZE;
    }
    lj_str bold = XML_VALUE(token, "b");
    lj_str italic = XML_VALUE(token, "i");
    lj_str strike = XML_VALUE(token, "strike");
    look->flags |= OPC_IS(bold, "1") || OPC_IS(bold, "true") ? SPAN_BOLD : 0;
    look->flags |= OPC_IS(italic, "1") || OPC_IS(italic, "true") ? SPAN_ITALIC : 0;
    look->flags |= strike.len > 0 && !OPC_IS(strike, "noStrike") ? SPAN_STRUCK : 0;
    d->target = TARGET_RUN;
    d->target_depth = token->depth;
}

static void take_font(drawing *d)
{
    lj_str font = XML_VALUE(d->x->token, "typeface");
    if (d->target == TARGET_RUN && font.len > 0 && font.ptr[0] != '+') { /* +mn-ea: of the theme */
        d->run_look.known |= SPAN_KNOWS_FONT;
        d->run_look.flags |= opc_is_hei(font) ? SPAN_HEI : 0;
    }
}

static void take_table(drawing *d)
{
    const xml_token *token = d->x->token;
    if (token->id == OPC_tbl) {
        d->in_table = true;
        d->table_depth = token->depth;
        d->row = d->col = 0;
    } else if (token->id == OPC_tr) {
        d->row++;
        d->col = 0;
    } else if (!OPC_IS(XML_VALUE(token, "hMerge"), "1")) {
        d->col++;
        d->join = SPAN_JOIN_BLOCK;
    } else {
        d->col++;
    }
}

static void take_start(drawing *d)
{
    opc_xml *x = d->x;
    const xml_token *token = x->token;
    if (take_paint(d)) {
        return;
    }
    switch (token->id) {
    case OPC_sp:
    case OPC_pic:
    case OPC_cxnSp:
    case OPC_graphicFrame:
        shape_open(d, false);
        break;
    case OPC_grpSp:
        shape_open(d, true);
        break;
    case OPC_spPr:
    case OPC_grpSpPr:
        d->target = TARGET_SHAPE;
        d->target_depth = token->depth;
        break;
    case OPC_bgPr:
    case OPC_bgRef:
        d->target = TARGET_PAGE;
        d->target_depth = token->depth;
        break;
    case OPC_off:
    case OPC_ext:
    case OPC_chOff:
    case OPC_chExt:
        take_transform(d);
        break;
    case OPC_cNvPr:
    case OPC_docPr:
        take_names(d);
        break;
    case OPC_ph:
        take_placeholder(d);
        break;
    case OPC_txBody:
    case OPC_rich:
        d->join = SPAN_JOIN_BLOCK;
        break;
    case OPC_tbl:
    case OPC_tr:
    case OPC_tc:
        take_table(d);
        break;
    case OPC_p: {
        uint64_t hidden = 0;
        d->ground = find_ground(d, &hidden);
        para_open(d);
        x->base.hidden_by |= hidden;
        break;
    }
    case OPC_pPr:
        take_para_props(d);
        break;
    case OPC_r:
    case OPC_fld:
        d->run_look = (span_look){0};
        break;
    case OPC_rPr:
        take_run_props(d);
        break;
    case OPC_latin:
    case OPC_ea:
        take_font(d);
        break;
    case OPC_br:
        add_text(d, LJ_STR("\n"));
        break;
    case OPC_tab:
        add_text(d, LJ_STR("\t"));
        break;
    case OPC_t:
        d->sink = SINK_RUN;
        break;
    case OPC_numCache:
        d->in_numbers = true;
        d->numbers_depth = token->depth;
        break;
    case OPC_title:
        d->in_title = true;
        d->title_depth = token->depth;
        break;
    case OPC_v:
    case OPC_formatCode:
        d->sink = SINK_VALUE;
        lj_buf_clear(&d->value);
        break;
    case OPC_from:
        d->in_from = true;
        d->from_depth = token->depth;
        break;
    case OPC_row:
    case OPC_col:
        if (d->in_from) {
            d->sink = token->id == OPC_row ? SINK_ROW : SINK_COL;
        }
        break;
    default:
        emit_attrs(d);
        break;
    }
}

static void emit_value(drawing *d, uint16_t id)
{
    lj_str text = lj_buf_str(&d->value);
    if (d->is_quiet || (d->in_numbers && id == OPC_v)) {
        return;
    }
    if (id == OPC_formatCode) {
        if (opc_is_wordy(text) && !OPC_IS(text, "General")) {
            opc_emit_unseen(d->x, SPAN_FORMULA, LJ_STR("formatCode"), text);
        }
    } else {
        opc_emit_text(d->x, d->in_title ? SPAN_TITLE : SPAN_CELL, (lj_str){NULL, 0}, text);
    }
}

static void take_end(drawing *d)
{
    const xml_token *token = d->x->token;
    uint32_t depth = token->depth;
    if (d->target != TARGET_NONE && depth == d->target_depth) {
        if (d->target == TARGET_SHAPE) {
            shape_paint(d, false);
        }
        d->target = TARGET_NONE;
    }
    switch (token->id) {
    case OPC_sp:
    case OPC_cxnSp:
    case OPC_graphicFrame:
    case OPC_grpSp:
        shape_close(d);
        break;
    case OPC_pic:
        shape_paint(d, true);
        shape_close(d);
        break;
    case OPC_p:
        if (d->in_para && depth == d->para_depth) {
            emit_para(d);
            d->in_para = false;
        }
        break;
    case OPC_t:
        d->sink = SINK_NONE;
        break;
    case OPC_v:
    case OPC_formatCode:
        d->sink = SINK_NONE;
        emit_value(d, token->id);
        break;
    case OPC_row:
    case OPC_col:
        d->sink = SINK_NONE;
        break;
    case OPC_from:
        d->in_from = d->in_from && depth != d->from_depth;
        break;
    case OPC_tbl:
        d->in_table = d->in_table && depth != d->table_depth;
        break;
    case OPC_numCache:
        d->in_numbers = d->in_numbers && depth != d->numbers_depth;
        break;
    case OPC_title:
        d->in_title = d->in_title && depth != d->title_depth;
        break;
    default:
        break;
    }
}

static void take_text(drawing *d)
{
    lj_str text = d->x->token->text;
    int64_t value = 0;
    switch (d->sink) {
    case SINK_RUN:
        add_text(d, text);
        break;
    case SINK_VALUE:
        if (d->value.len + text.len <= d->value.max_len) {
            lj_buf_put(&d->value, lj_str_bytes(text));
        }
        break;
    case SINK_ROW:
    case SINK_COL:
        if (xml_int(text, &value) && value >= 0 && value < INT32_MAX) {
            *(d->sink == SINK_ROW ? &d->x->base.place.row_no : &d->x->base.place.col_no) =
                (uint32_t)value + 1;
        }
        break;
    case SINK_NONE:
        if (!d->is_quiet) {
            if (d->x->token->is_flat) {
                add_text(d, text);
            } else {
                opc_emit_stray(d->x);
            }
        }
        break;
    }
}

static void run_pass(drawing *d)
{
    while (opc_next(d->x)) {
        if (d->x->token->kind == XML_START) {
            take_start(d);
        } else if (d->x->token->kind == XML_END) {
            take_end(d);
        } else {
            take_text(d);
        }
    }
}

/* The first pass, with a reader of its own on the same source: what is painted, in order. */
static void collect_art(drawing *d, const opc_xml *x)
{
    opc_xml quiet = *x;
    quiet.is_quiet = true;
    d->arts = lj_arena_array(x->pkg->arena, ART_MAX, sizeof(*d->arts));
    quiet.xml = xml_open(x->pkg->run, x->src, x->pkg->names, x->base.place);
    if (d->arts == NULL || quiet.xml == NULL) {
        return;
    }
    d->x = &quiet;
    d->is_quiet = true;
    run_pass(d);
    art *arts = d->arts;
    uint32_t count = d->art_count;
    uint32_t ground = d->page_ground;
    bool has_art = d->has_art;
    opc_block block = d->block;
    lj_buf value = d->value;
    const drawingml_context *context = d->context;
    *d = (drawing){.context = context,
                   .arts = arts,
                   .art_count = count,
                   .page_ground = ground,
                   .has_art = has_art,
                   .block = block,
                   .value = value};
}

void drawingml_read(opc_xml *x, void *ctx)
{
    drawing *d = lj_arena_alloc(x->pkg->arena, sizeof(*d));
    if (d == NULL) {
        x->code = LJ_E_LIMIT;
        return;
    }
    d->context = ctx;
    d->page_ground = d->context != NULL ? d->context->ground : OPC_NO_COLOUR;
    opc_block_init(&d->block, x->pkg->arena);
    lj_buf_init(&d->value, x->pkg->arena, 256 * LJ_KIB);
    if (d->context != NULL && d->context->page_emu[0] > 0) {
        x->base.known |= SPAN_KNOWS_PAGE;
        x->base.page_pt100[0] = opc_emu_pt100(d->context->page_emu[0]);
        x->base.page_pt100[1] = opc_emu_pt100(d->context->page_emu[1]);
        collect_art(d, x);
    }
    d->x = x;
    d->role = x->base.role;
    run_pass(d);
    x->pkg->parts[x->part].ground = d->page_ground;
    x->pkg->parts[x->part].has_art = d->has_art;
}

void drawingml_read_plain(opc_xml *x, void *ctx)
{
    (void)ctx;
    drawingml_read(x, NULL);
}

void drawingml_read_theme(opc_xml *x, void *ctx)
{
    static const opc_name slots[DRAWINGML_COLOURS] = {
        OPC_dk1,     OPC_lt1,     OPC_dk2,     OPC_lt2,     OPC_accent1, OPC_accent2,
        OPC_accent3, OPC_accent4, OPC_accent5, OPC_accent6, OPC_hlink,   OPC_folHlink};
    drawingml_context *context = ctx;
    int slot = -1;
    bool is_first = context != NULL && !context->has_theme;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
        if (token->kind != XML_START) {
            continue;
        }
        for (int i = 0; i < DRAWINGML_COLOURS; i++) {
            slot = token->id == slots[i] ? i : slot;
        }
        if (is_first && slot >= 0 && (token->id == OPC_srgbClr || token->id == OPC_sysClr)) {
            lj_str value =
                token->id == OPC_srgbClr ? XML_VALUE(token, "val") : XML_VALUE(token, "lastClr");
            context->colours[slot] = opc_colour(value);
            context->has_theme = true;
            slot = -1;
        }
        opc_emit_attrs(x);
    }
}
