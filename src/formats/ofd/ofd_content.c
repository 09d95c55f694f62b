/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The machine that runs through layers, blocks and objects of a page, a template, a composite unit
 * or the appearance of an annotation.
 *
 * Specification: GB/T 33190-2016 7.7 (layers, page blocks), 8.5 (graphic units: Boundary, CTM,
 * Visible, Alpha, DrawParam, Clips), 9 (paths), 10 (images), 11 (text), 13 (composite objects).
 *
 * Model. Tokens come one by one. An object is kept on a small explicit stack while it is open,
 * because patterns hold objects inside objects; what it says in its attributes and children is
 * complete at its END, and then it is painted (ofd_object.c). Blocks nest as deep as the tokenizer
 * lets them and need no state but whether one of them is not shown.
 *
 * Traps. A color behind the text that it is for; a TextCode without TextObject; objects inside
 * pattern cells; text used as a clip; elements of vendors in between, whose words are emitted.
 *
 * Limits. OFD_OBJECTS objects inside each other (more: their text is emitted without a place);
 * OFD_CODES TextCodes of an object are held, then they are given out; PATH_MAX bytes of a path. */
#include "formats/ofd/ofd_content.h"

#include "base/num.h"

enum {
    PATH_MAX = 512,          /* bytes of a path that may be a rectangle */
    BYTES_MAX = 1024 * 1024, /* of the codes of one object */
    BYTES_FULL = 512 * 1024, /* from which they are given out */
    BYTES_FIRST = 1024,
};

bool ofd_content_init(ofd_content *it, ofd_xml *x, ofd_page *page, ofd_matrix base)
{
    memset(it, 0, sizeof(*it));
    it->x = x;
    it->page = page;
    it->base = base;
    it->role = SPAN_BODY;
    lj_buf_init(&it->bytes, x->pkg->arena, BYTES_MAX);
    lj_buf_init(&it->path, x->pkg->arena, PATH_MAX);
    return lj_buf_room(&it->bytes, BYTES_FIRST) != NULL;
}

static ofd_object *top(ofd_content *it)
{
    return it->object_count > 0 && it->skipped == 0 ? &it->objects[it->object_count - 1] : NULL;
}

/* ---- objects ---- */

static bool is_object(uint16_t id)
{
    return id == OFD_TextObject || id == OFD_PathObject || id == OFD_ImageObject ||
           id == OFD_CompositeObject || id == OFD_Text || id == OFD_Path;
}

/* The attributes that objects share, and those of text. */
static void take_attr(ofd_object *object, const xml_attr *attr, ofd_matrix *ctm)
{
    lj_slice name = attr->local;
    lj_str value = attr->value;
    float numbers[6];
    switch (name.len > 0 ? name.ptr[0] : 0) {
    case 'A':
        if (lj_slice_is(name, LJ_BYTES("Alpha")) && ofd_number(value, numbers)) {
            object->alpha = (uint8_t)(numbers[0] < 0 ? 0 : numbers[0] > 255 ? 255 : numbers[0]);
        }
        break;
    case 'B':
        if (lj_slice_is(name, LJ_BYTES("Boundary"))) {
            object->has_bound = ofd_numbers(value, object->bound, 4) == 4;
        } else if (lj_slice_is(name, LJ_BYTES("BlendMode"))) {
            object->blends = !OFD_IS(value, "Normal");
        }
        break;
    case 'C':
        if (lj_slice_is(name, LJ_BYTES("CTM")) && ofd_numbers(value, numbers, 6) == 6) {
            *ctm = (ofd_matrix){numbers[0], numbers[1], numbers[2],
                                numbers[3], numbers[4], numbers[5]};
            object->has_ctm = true;
        }
        break;
    case 'D':
        object->param = lj_slice_is(name, LJ_BYTES("DrawParam")) ? ofd_id(value) : object->param;
        break;
    case 'F':
        if (lj_slice_is(name, LJ_BYTES("Font"))) {
            object->font = ofd_id(value);
        } else if (lj_slice_is(name, LJ_BYTES("Fill"))) {
            object->fills = ofd_bool(value, object->fills);
        }
        break;
    case 'H':
        if (lj_slice_is(name, LJ_BYTES("HScale"))) {
            (void)ofd_number(value, &object->hscale);
        }
        break;
    case 'I':
        if (lj_slice_is(name, LJ_BYTES("ID"))) {
            object->id = ofd_id(value);
        } else if (lj_slice_is(name, LJ_BYTES("Italic")) && ofd_bool(value, false)) {
            object->flags |= SPAN_ITALIC;
        } else if (lj_slice_is(name, LJ_BYTES("ImageMask"))) {
            object->blends = true;
        }
        break;
    case 'R':
        object->resource =
            lj_slice_is(name, LJ_BYTES("ResourceID")) ? ofd_id(value) : object->resource;
        break;
    case 'S':
        if (lj_slice_is(name, LJ_BYTES("Size"))) {
            (void)ofd_number(value, &object->size);
        } else if (lj_slice_is(name, LJ_BYTES("Stroke"))) {
            object->strokes = ofd_bool(value, object->strokes);
        }
        break;
    case 'V':
        if (lj_slice_is(name, LJ_BYTES("Visible")) && !ofd_bool(value, true)) {
            object->hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_VANISH);
        }
        break;
    case 'W':
        if (lj_slice_is(name, LJ_BYTES("Weight")) && ofd_number(value, numbers) &&
            numbers[0] >= 600) {
            object->flags |= SPAN_BOLD;
        }
        break;
    default:
        break;
    }
}

static void object_begin(ofd_content *it, const xml_token *token)
{
    const ofd_object *outer = top(it);
    if (it->skipped > 0 || it->object_count == OFD_OBJECTS) {
        it->skipped++;
        return;
    }
    bool is_text = token->id == OFD_TextObject || token->id == OFD_Text;
    bool is_clip = outer != NULL && (token->id == OFD_Path || token->id == OFD_Text);
    ofd_object *object = &it->objects[it->object_count++];
    *object = (ofd_object){.kind = token->id,
                           .depth = token->depth,
                           .outer = outer != NULL ? outer->outer : it->base,
                           .hscale = 1,
                           .param = it->layer_param,
                           .fills = is_text,
                           .strokes = !is_text,
                           .alpha = 255};
    if (outer != NULL) {
        object->hidden = outer->hidden;
        if (!is_clip && outer->has_bound) { /* a pattern cell: near its object */
            object->outer =
                ofd_matrix_concat(ofd_matrix_move(outer->bound[0], outer->bound[1]), object->outer);
        }
    }
    if (it->invisible_depth > 0) {
        object->hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    ofd_matrix ctm = ofd_matrix_scale(1);
    for (uint32_t i = 0; i < token->attr_count; i++) {
        take_attr(object, &token->attrs[i], &ctm);
    }
    if (object->has_bound) {
        ctm.e += object->bound[0];
        ctm.f += object->bound[1];
    }
    object->m = ofd_matrix_concat(ctm, object->outer);
    if (it->object_count == 1) { /* the codes of the last one are done */
        it->code_count = 0;
        lj_buf_clear(&it->bytes);
    }
    object->code_from = it->code_count;
    if (token->id == OFD_PathObject) {
        lj_buf_clear(&it->path);
    }
    it->in_fill = it->in_stroke = false;
}

static void object_end(ofd_content *it)
{
    if (it->skipped > 0) {
        it->skipped--;
        return;
    }
    ofd_object *object = top(it);
    if (object == NULL) {
        return;
    }
    switch (object->kind) {
    case OFD_TextObject:
    case OFD_Text:
        ofd_text_end(it, object);
        break;
    case OFD_PathObject:
        ofd_path_end(it, object);
        break;
    case OFD_ImageObject:
        ofd_image_end(it, object);
        break;
    case OFD_CompositeObject:
        ofd_composite_end(it, object);
        break;
    default: /* the path of a clip */
        break;
    }
    it->object_count--;
    it->in_fill = it->in_stroke = false;
}

/* ---- what stands inside of objects ---- */

static void code_begin(ofd_content *it, const xml_token *token)
{
    if (it->code_count == OFD_CODES || it->bytes.len > BYTES_FULL) {
        ofd_object *object = top(it);
        if (object != NULL) {
            ofd_text_end(it, object);
        }
        if (it->code_count == 0) {
            lj_buf_clear(&it->bytes);
        }
    }
    if (it->code_count == OFD_CODES) { /* all of them belong to objects further out */
        it->text_of = 0;
        return;
    }
    ofd_code *code = &it->codes[it->code_count];
    /* without X or Y it goes on where the one before began (11.3) */
    ofd_code before = it->code_count > 0 ? it->codes[it->code_count - 1] : (ofd_code){0};
    *code = (ofd_code){.x = before.x, .y = before.y};
    (void)ofd_number(XML_VALUE(token, "X"), &code->x);
    (void)ofd_number(XML_VALUE(token, "Y"), &code->y);
    lj_str dx = XML_VALUE(token, "DeltaX");
    lj_str dy = XML_VALUE(token, "DeltaY");
    code->dx_at = (uint32_t)it->bytes.len;
    lj_buf_put(&it->bytes, lj_str_bytes(dx));
    code->dx_len = (uint32_t)(it->bytes.len - code->dx_at);
    code->dy_at = (uint32_t)it->bytes.len;
    lj_buf_put(&it->bytes, lj_str_bytes(dy));
    code->dy_len = (uint32_t)(it->bytes.len - code->dy_at);
    code->text_at = (uint32_t)it->bytes.len;
    it->text_of = OFD_TextCode;
}

static void code_end(ofd_content *it)
{
    ofd_code *code = &it->codes[it->code_count];
    code->text_len = (uint32_t)(it->bytes.len - code->text_at);
    it->text_of = 0;
    if (!lj_buf_ok(&it->bytes)) {
        format_gap(it->x->pkg->run, GAP_MEMORY, "text", it->x->base.place);
        lj_buf_clear(&it->bytes);
        it->code_count = 0;
        return;
    }
    if (top(it) != NULL) {
        it->code_count++;
        return;
    }
    /* no object that it could belong to */
    span what = ofd_span(it->x, it->role);
    what.text = (lj_str){(const char *)it->bytes.ptr + code->text_at, code->text_len};
    if (!look_is_blank(what.text)) {
        ofd_emit(it->x, &what);
    }
    it->bytes.len = code->dx_at;
}

static void take_color(ofd_content *it, const xml_token *token)
{
    ofd_object *object = top(it);
    if (object == NULL) {
        return;
    }
    ofd_color color = ofd_color_of(it->x->pkg->doc, token);
    if (token->id == OFD_FillColor) {
        object->fill = color;
        it->in_fill = true;
    } else {
        object->stroke = color;
        it->in_stroke = true;
    }
}

static void color_is_shaded(ofd_content *it)
{
    ofd_object *object = top(it);
    if (object != NULL && it->in_fill) {
        object->fill.is_plain = false;
    }
    if (object != NULL && it->in_stroke) {
        object->stroke.is_plain = false;
    }
}

/* ---- tokens ---- */

static void take_start(ofd_content *it, const xml_token *token)
{
    if (is_object(token->id)) {
        if (top(it) != NULL && (token->id == OFD_Path || token->id == OFD_Text)) {
            top(it)->has_clip = true;
        }
        object_begin(it, token);
        ofd_emit_attrs(it->x);
        return;
    }
    switch (token->id) {
    case OFD_TextCode:
        code_begin(it, token);
        return;
    case OFD_AbbreviatedData:
        it->text_of =
            top(it) != NULL && top(it)->kind == OFD_PathObject ? OFD_AbbreviatedData : OFD_Path;
        return;
    case OFD_FillColor:
    case OFD_StrokeColor:
        take_color(it, token);
        return;
    case OFD_Pattern:
    case OFD_AxialShd:
    case OFD_RadialShd:
    case OFD_GouraudShd:
    case OFD_LaGouraudShd:
        color_is_shaded(it);
        break;
    case OFD_Layer:
        it->layer_param = ofd_id(XML_VALUE(token, "DrawParam"));
        break;
    case OFD_URI:
        ofd_emit_unseen(it->x, SPAN_LINK, LJ_STR("URI"), XML_VALUE(token, "URI"));
        return;
    default:
        break;
    }
    if (it->invisible_depth == 0 && !ofd_bool(XML_VALUE(token, "Visible"), true)) {
        it->invisible_depth = token->depth + 1;
    }
    ofd_emit_attrs(it->x);
}

static void take_end(ofd_content *it, const xml_token *token)
{
    if (it->invisible_depth == token->depth + 1) {
        it->invisible_depth = 0;
    }
    if (is_object(token->id)) {
        object_end(it);
        return;
    }
    switch (token->id) {
    case OFD_TextCode:
        if (it->text_of == OFD_TextCode) {
            code_end(it);
        }
        break;
    case OFD_AbbreviatedData:
        it->text_of = 0;
        break;
    case OFD_FillColor:
        it->in_fill = false;
        break;
    case OFD_StrokeColor:
        it->in_stroke = false;
        break;
    case OFD_Layer:
        it->layer_param = 0;
        break;
    default:
        break;
    }
}

/* Curves of a path (9.3: Q, B, A). */
static uint32_t count_curves(lj_str path)
{
    uint32_t count = 0;
    for (size_t i = 0; i < path.len; i++) {
        count += path.ptr[i] == 'B' || path.ptr[i] == 'Q' || path.ptr[i] == 'A' ? 1 : 0;
    }
    return count;
}

static void take_text(ofd_content *it, const xml_token *token)
{
    if (it->text_of == OFD_TextCode) {
        lj_buf_put(&it->bytes, lj_str_bytes(token->text));
        return;
    }
    if (it->text_of == OFD_AbbreviatedData) {
        lj_buf_put(&it->path, lj_str_bytes(token->text));
        it->curves += count_curves(token->text);
    }
    if (it->text_of != 0 && !look_has_high_byte(token->text)) {
        return; /* the words of a path are numbers */
    }
    if (look_is_wordy(token->text)) { /* where no text should be */
        ofd_emit_unseen(it->x, SPAN_ATTRIBUTE, (lj_str){NULL, 0}, token->text);
    }
}

void ofd_content_take(ofd_content *it)
{
    const xml_token *token = it->x->token;
    switch (token->kind) {
    case XML_START:
        take_start(it, token);
        break;
    case XML_END:
        take_end(it, token);
        break;
    case XML_TEXT:
        take_text(it, token);
        break;
    default:
        break;
    }
}
