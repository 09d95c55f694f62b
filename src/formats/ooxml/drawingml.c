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
#include "formats/ooxml/drawingml_shape.h"

enum { TINY_PT100 = 400 }; /* below this nobody reads */

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
        span_block_clear(&d->block);
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
    if (d->context != NULL && d->context->page_emu[0] > 0 && drawing_box(d, box)) {
        what.known |= SPAN_KNOWS_BOX;
        for (int i = 0; i < 4; i++) {
            what.box_pt100[i] = opc_emu_pt100(box[i]);
        }
    }
    opc_emit_block(d->x, &d->block, &what);
    d->join = SPAN_JOIN_LINE;
}

/* The look of the run as far as it is known, with its reasons. */
static span_look finished_look(const drawing *d)
{
    span_look look = d->run_look;
    look.flags |= d->para_look.flags;
    look.known |= d->para_look.known;
    if (d->ground < LOOK_PAINTED) {
        look.bg = d->ground;
        look.known |= SPAN_KNOWS_BG;
        if ((look.known & SPAN_KNOWS_FG) != 0 && look_no_contrast(look.fg, d->ground)) {
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
    span_block_add(&d->block, text, &look);
    if (d->block.text.len > SPAN_BLOCK_MAX) {
        emit_para(d);
        d->join = SPAN_JOIN_SAME;
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
    if (look_is_wordy(name)) {
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
        d->run_look.flags |= look_is_hei(font) ? SPAN_HEI : 0;
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
    if (drawing_paint(d)) {
        return;
    }
    switch (token->id) {
    case OPC_sp:
    case OPC_pic:
    case OPC_cxnSp:
    case OPC_graphicFrame:
        drawing_shape_open(d, false);
        break;
    case OPC_grpSp:
        drawing_shape_open(d, true);
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
        drawing_transform(d);
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
        d->ground = drawing_ground(d, &hidden);
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
        if (look_is_wordy(text) && !OPC_IS(text, "General")) {
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
            drawing_shape_paint(d, false);
        }
        d->target = TARGET_NONE;
    }
    switch (token->id) {
    case OPC_sp:
    case OPC_cxnSp:
    case OPC_graphicFrame:
    case OPC_grpSp:
        drawing_shape_close(d);
        break;
    case OPC_pic:
        drawing_shape_paint(d, true);
        drawing_shape_close(d);
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
    d->x = &quiet; /* cppcheck-suppress autoVariables ; set back by the second pass */
    d->is_quiet = true;
    run_pass(d);
    art *arts = d->arts;
    uint32_t count = d->art_count;
    uint32_t ground = d->page_ground;
    bool has_art = d->has_art;
    span_block block = d->block;
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
    d->page_ground = d->context != NULL ? d->context->ground : LOOK_NO_COLOUR;
    span_block_init(&d->block, x->pkg->arena);
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
            context->colours[slot] = look_colour(value);
            context->has_theme = true;
            slot = -1;
        }
        opc_emit_attrs(x);
    }
}
