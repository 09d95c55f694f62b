/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Painting: where the letters of a text object stand and why they are not seen; which areas paths
 * and pictures paint.
 *
 * Specification: GB/T 33190-2016 8.5 (Boundary moves, CTM maps), 9.3 (AbbreviatedData), 11.2 and
 * 11.3 (text: Size, HScale, Weight, Fill, TextCode, DeltaX, DeltaY), 11.4 (CGTransform).
 *
 * Model. The place of a letter is X, Y and the sum of the offsets before it, through CTM, Boundary
 * and the matrix of its container. Its advance is not stated: it is the way to the next letter as
 * far as that is no gap, else a square for Han and half of it for others. The direction of writing
 * is that of the first offset that is not zero.
 *
 *   Visible="false"                        vanish
 *   Alpha (object, color) near nothing     invisible
 *   Fill="false" and no Stroke             invisible
 *   nothing of it inside its Boundary      clipped (8.5: what is drawn outside is cut off)
 *   below 4 pt, off the page               ofd_scene.c, when the page is known
 *   color of the ground, something above   ../page_text.c
 *
 * Traps. Real producers let letters stick out of their Boundary by a good part of a letter, or give
 * it no height: only what is far outside counts. White letters on a banner with round corners: a
 * filled path that is no rectangle hides nothing, but what lies behind letters there is not known.
 * Codes of the private use area stand for glyphs whose letters nobody knows (no_text_map).
 *
 * Not done: glyph numbers that contradict the codes (the cmap of the embedded font would have to be
 * read); clips (what they leave is taken as seen). */
#include "formats/ofd/ofd_content.h"

#include "base/num.h"
#include "text/fold.h"

enum {
    ALPHA_LEAST = 5, /* of 255: below it nothing is seen */
    POINTS = 6,
    CODE_WORK = 32, /* work units of a TextCode */
};
static const float OUTSIDE_EM = 1.5F; /* em from the Boundary that count as outside */

/* ---- letters ---- */

static float length_of(float x, float y)
{
    return sqrtf(x * x + y * y);
}

static bool is_wide(uint32_t letter)
{
    return letter >= 0x2E80 && (letter < 0xFF61 || letter > 0xFFDC);
}

/* As wide as the font of the place wants: quotes, dashes, stars, Greek are square in Chinese fonts.
 */
static bool is_ambiguous(uint32_t letter)
{
    return letter >= 0xA1 && letter < 0x2E80;
}

static bool is_private(uint32_t letter)
{
    return (letter >= 0xE000 && letter <= 0xF8FF) || letter == 0xFFFD || letter >= 0xF0000;
}

/* What all letters of an object have in common. */
static page_style style_of(const ofd_content *it, const ofd_object *object)
{
    const ofd_doc *doc = it->x->pkg->doc;
    ofd_color fill = object->fill;
    ofd_color stroke = object->stroke;
    ofd_param_apply(doc, object->param, &fill, &stroke);
    ofd_color color = object->fills ? fill : stroke;
    if (!color.is_set) { /* table 48: black */
        color = (ofd_color){.is_plain = true, .alpha = 255};
    }
    page_style style = {.fg = color.rgb, .known = SPAN_KNOWS_SIZE, .hidden = object->hidden};
    style.known |= color.is_plain ? SPAN_KNOWS_FG : 0;
    const ofd_resource *font = ofd_res_lookup(doc, OFD_RES_FONT, object->font);
    style.flags = object->flags;
    if (font != NULL) {
        style.flags |= font->flags;
        style.known |= SPAN_KNOWS_FONT;
    }
    uint32_t alpha = (uint32_t)object->alpha * color.alpha / 255;
    if (alpha < ALPHA_LEAST || (!object->fills && !object->strokes)) {
        style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    return style;
}

/* One TextCode on its way. */
typedef struct code_run {
    ofd_content *it;
    const ofd_object *object;
    page_style style;
    lj_str text;
    ofd_deltas dx, dy;
    float x, y;       /* of the letter, in the space of the object */
    float ux, uy;     /* direction of writing there */
    float wide;       /* advance of a Han letter there */
    page_glyph glyph; /* size and direction */
    float along;      /* points of a unit along the baseline */
} code_run;

static lj_str bytes_of(const ofd_content *it, uint32_t at, uint32_t len)
{
    return (lj_str){(const char *)it->bytes.ptr + at, len};
}

/* Text without the line ends and indents that pretty printers put around it. */
static lj_str text_of(lj_str text)
{
    size_t from = 0;
    size_t to = text.len;
    if (text.len == 0) {
        return text;
    }
    while (from < to && (uint8_t)text.ptr[from] <= ' ') {
        from++;
    }
    while (to > from && (uint8_t)text.ptr[to - 1] <= ' ') {
        to--;
    }
    bool has_break =
        memchr(text.ptr, '\n', from) != NULL || memchr(text.ptr + to, '\n', text.len - to) != NULL;
    return has_break ? (lj_str){text.ptr + from, to - from} : text;
}

/* The direction of the first offset that is not zero. */
static void find_direction(code_run *run)
{
    ofd_deltas dx = run->dx;
    ofd_deltas dy = run->dy;
    run->ux = 1;
    run->uy = 0;
    for (int i = 0; i < 4; i++) {
        float x = 0;
        float y = 0;
        bool has_x = ofd_delta_next(&dx, &x);
        bool has_y = ofd_delta_next(&dy, &y);
        float size = length_of(x, y);
        if (size > 0) {
            run->ux = x / size;
            run->uy = y / size;
            return;
        }
        if (!has_x && !has_y) {
            return;
        }
    }
}

static bool is_outside(const code_run *run, float em)
{
    const ofd_object *object = run->object;
    const float *bound = object->bound;
    if (!object->has_bound || bound[2] <= 0 || bound[3] <= 0) {
        return false;
    }
    /* where the letter stands, in the space of the container, as parts of a letter */
    ofd_matrix m = object->m;
    ofd_matrix o = object->outer;
    float px = run->x * m.a + run->y * m.c + m.e;
    float py = run->x * m.b + run->y * m.d + m.f;
    float x0 = bound[0] * o.a + bound[1] * o.c + o.e;
    float y0 = bound[0] * o.b + bound[1] * o.d + o.f;
    float x1 = (bound[0] + bound[2]) * o.a + (bound[1] + bound[3]) * o.c + o.e;
    float y1 = (bound[0] + bound[2]) * o.b + (bound[1] + bound[3]) * o.d + o.f;
    bool is_straight = (o.b == 0 && o.c == 0) || (o.a == 0 && o.d == 0);
    float slack = em * OUTSIDE_EM;
    return is_straight && (px < fminf(x0, x1) - slack || px > fmaxf(x0, x1) + slack ||
                           py < fminf(y0, y1) - slack || py > fmaxf(y0, y1) + slack);
}

/* Places one letter; (dx, dy) is the way to the next one. */
static void letter_place(code_run *run, uint32_t letter, float dx, float dy, bool has_delta)
{
    ofd_content *it = run->it;
    ofd_matrix m = run->object->m;
    page_glyph glyph = run->glyph;
    glyph.x = run->x * m.a + run->y * m.c + m.e;
    glyph.y = run->x * m.b + run->y * m.d + m.f;
    bool may_be_wide = is_wide(letter) || is_ambiguous(letter);
    float natural = is_wide(letter) || letter >= 0x2000 ? run->wide : run->wide * 0.5F;
    float way = dx * run->ux + dy * run->uy;
    float most = may_be_wide ? run->wide * 1.02F : run->wide * 0.95F;
    float advance = has_delta && way > 0 && way <= most ? way : natural;
    glyph.advance = advance * run->along;
    page_style style = run->style;
    if (is_outside(run, glyph.size)) {
        style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_CLIPPED);
    }
    if (it->page != NULL) {
        it->page->text.unmapped += is_private(letter) ? 1 : 0;
        ofd_page_letter(it->page, &glyph, letter, &style);
        return;
    }
    int code_point = (int)letter;
    page_text_add(&it->x->pkg->doc->pool, &glyph, &code_point, 1, &style);
}

static void code_place(code_run *run)
{
    size_t at = 0;
    page_text *text = run->it->page != NULL ? &run->it->page->text : NULL;
    while (at < run->text.len && (text == NULL || text->stop == LJ_OK)) {
        size_t len = 1;
        uint32_t letter = text_code_point(run->text, at, &len);
        at += len;
        if (letter == '\n' || letter == '\r') {
            continue; /* of a pretty printer: no letter */
        }
        if (text == NULL && ofd_scenes_are_full(run->it->x->pkg->doc)) {
            return;
        }
        float dx = 0;
        float dy = 0;
        bool has_dx = ofd_delta_next(&run->dx, &dx);
        bool has_dy = ofd_delta_next(&run->dy, &dy);
        bool has_delta = has_dx || has_dy;
        letter_place(run, letter, dx, dy, has_delta);
        run->glyph.goes_on = true;
        if (!has_dx && dy == 0.0F) { /* nothing is said: by the width of the letter */
            float step = is_wide(letter) || letter >= 0x2000 ? run->wide : run->wide * 0.5F;
            dx = step * (run->ux < 0 ? -1.0F : 1.0F);
        }
        run->x += dx;
        run->y += dy;
    }
}

/* Text for which a scene has no room. */
static void text_spill(ofd_content *it, const ofd_object *object, lj_str text)
{
    if (look_is_blank(text)) {
        return;
    }
    span what = ofd_span(it->x, it->role);
    what.hidden_by |= object->hidden;
    what.text = text;
    ofd_emit(it->x, &what);
}

static void code_read(ofd_content *it, const ofd_object *object, const ofd_code *code,
                      const page_style *style)
{
    ofd_matrix m = object->m;
    code_run run = {.it = it,
                    .object = object,
                    .style = *style,
                    .text = text_of(bytes_of(it, code->text_at, code->text_len)),
                    .dx = {.rest = bytes_of(it, code->dx_at, code->dx_len)},
                    .dy = {.rest = bytes_of(it, code->dy_at, code->dy_len)},
                    .x = code->x,
                    .y = code->y};
    if (it->page == NULL && ofd_scenes_are_full(it->x->pkg->doc)) {
        text_spill(it, object, run.text);
        return;
    }
    find_direction(&run);
    float vx = run.ux * m.a + run.uy * m.c;
    float vy = run.ux * m.b + run.uy * m.d;
    run.along = length_of(vx, vy);
    /* letters stand upright whatever way they are written */
    float across = length_of(m.c, m.d);
    float size = object->size > 0 ? object->size : 0;
    run.wide = size * (fabsf(run.ux) >= fabsf(run.uy) ? object->hscale : 1.0F);
    run.glyph.size = size * across;
    run.glyph.degrees = page_degrees(vx, vy);
    run.glyph.owner = PAGE_OWN;
    code_place(&run);
}

void ofd_text_end(ofd_content *it, ofd_object *object)
{
    ofd_package *pkg = it->x->pkg;
    page_style style = style_of(it, object);
    uint64_t bytes = 0;
    for (uint32_t i = object->code_from; i < it->code_count && it->x->code == LJ_OK; i++) {
        const ofd_code *code = &it->codes[i];
        code_read(it, object, code, &style);
        ofd_tags_take(pkg->doc, it->page_id, object->id,
                      lj_slice_part(lj_buf_slice(&it->bytes), code->text_at, code->text_len));
        bytes += code->text_len;
        if (it->page != NULL && it->page->text.stop != LJ_OK) {
            it->x->code = it->page->text.stop;
        }
    }
    it->code_count = object->code_from;
    if (it->x->code == LJ_OK) {
        it->x->code = format_work(pkg->run, bytes * 4 + CODE_WORK);
    }
}

/* ---- areas ---- */

static void area_add(ofd_content *it, const page_area *area)
{
    if (it->page != NULL) {
        page_text_add_area(&it->page->text, area);
    } else if (it->x->pkg->doc->has_pool) {
        page_text_add_area(&it->x->pkg->doc->pool, area);
    }
}

static page_box box_of(ofd_matrix m, float x, float y, float width, float height)
{
    float xs[2] = {x, x + width};
    float ys[2] = {y, y + height};
    page_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int i = 0; i < 4; i++) {
        float px = xs[i & 1] * m.a + ys[i >> 1] * m.c + m.e;
        float py = xs[i & 1] * m.b + ys[i >> 1] * m.d + m.f;
        box =
            (page_box){fminf(box.x0, px), fminf(box.y0, py), fmaxf(box.x1, px), fmaxf(box.y1, py)};
    }
    return box;
}

/* Where the object may paint at all. */
static page_box bound_of(const ofd_object *object)
{
    const float *bound = object->bound;
    return box_of(object->outer, bound[0], bound[1], bound[2], bound[3]);
}

static page_box meet(page_box a, page_box b)
{
    return (page_box){fmaxf(a.x0, b.x0), fmaxf(a.y0, b.y0), fminf(a.x1, b.x1), fminf(a.y1, b.y1)};
}

/* The points of a path of straight lines; false when it is anything else or has more parts. */
static bool path_points(const ofd_content *it, const ofd_object *object, float (*points)[2],
                        uint32_t *out_count)
{
    lj_str rest = lj_buf_str(&it->path);
    uint32_t count = 0;
    uint32_t moves = 0;
    while (rest.len > 0) {
        char letter = rest.ptr[0];
        rest = ofd_behind(rest, 1);
        float xy[2] = {0};
        switch (letter) {
        case ' ':
        case '\t':
        case '\n':
        case '\r':
        case 'C':
            continue;
        case 'S':
        case 'M':
            moves++;
            break;
        case 'L':
            break;
        default:
            return false;
        }
        if (!ofd_number_next(&rest, &xy[0]) || !ofd_number_next(&rest, &xy[1]) || count == POINTS ||
            moves > 1) {
            return false;
        }
        ofd_matrix m = object->m;
        points[count][0] = xy[0] * m.a + xy[1] * m.c + m.e;
        points[count++][1] = xy[0] * m.b + xy[1] * m.d + m.f;
    }
    *out_count = count;
    return lj_buf_ok(&it->path);
}

/* True when the path is one rectangle with its sides along the axes of the page. */
static bool path_is_box(const ofd_content *it, const ofd_object *object, page_box *out)
{
    float points[POINTS][2];
    uint32_t count = 0;
    if (!path_points(it, object, points, &count) || count < 4 || count > 5) {
        return false;
    }
    bool is_closed = count == 4 || (fabsf(points[4][0] - points[0][0]) < 0.5F &&
                                    fabsf(points[4][1] - points[0][1]) < 0.5F);
    page_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (uint32_t i = 0; i < 4; i++) {
        const float *a = points[i];
        const float *b = points[(i + 1) % 4];
        const float *c = points[(i + 2) % 4];
        bool is_level = fabsf(a[1] - b[1]) < 0.5F;
        bool is_upright = fabsf(a[0] - b[0]) < 0.5F;
        /* sides turn by a right angle each time */
        bool turns = is_level ? fabsf(b[0] - c[0]) < 0.5F : fabsf(b[1] - c[1]) < 0.5F;
        if ((!is_level && !is_upright) || !turns) {
            return false;
        }
        box = (page_box){fminf(box.x0, a[0]), fminf(box.y0, a[1]), fmaxf(box.x1, a[0]),
                         fmaxf(box.y1, a[1])};
    }
    *out = box;
    return is_closed;
}

void ofd_path_end(ofd_content *it, ofd_object *object)
{
    if (!object->fills || object->hidden != 0) {
        return;
    }
    ofd_color fill = object->fill;
    ofd_color stroke = object->stroke;
    ofd_param_apply(it->x->pkg->doc, object->param, &fill, &stroke);
    uint32_t alpha = (uint32_t)object->alpha * fill.alpha / 255;
    if (!fill.is_set || alpha < ALPHA_LEAST) {
        return; /* table 39: transparent */
    }
    page_box box = {0};
    bool is_box = path_is_box(it, object, &box);
    bool is_sure = is_box && fill.is_plain && alpha >= 250 && !object->blends && !object->has_clip;
    if (!is_box) {
        box = bound_of(object);
    } else if (object->has_bound && object->bound[2] > 0 && object->bound[3] > 0) {
        box = meet(box, bound_of(object));
    }
    area_add(it, &(page_area){.box = box,
                              .color = fill.rgb,
                              .is_plain = fill.is_plain,
                              .is_opaque = is_sure,
                              .is_unsure = !is_sure});
}

void ofd_image_end(ofd_content *it, ofd_object *object)
{
    if (object->hidden != 0 || object->alpha < ALPHA_LEAST) {
        return;
    }
    const ofd_resource *media = ofd_res_lookup(it->x->pkg->doc, OFD_RES_MEDIA, object->resource);
    ofd_matrix m = object->m;
    bool is_straight = (m.b == 0 && m.c == 0) || (m.a == 0 && m.d == 0);
    bool is_sure = media != NULL && media->is_opaque && object->alpha >= 250 && !object->blends &&
                   !object->has_clip && is_straight && object->has_ctm;
    /* without a matrix nobody says how large it is */
    page_box box = object->has_ctm ? box_of(m, 0, 0, 1, 1) : bound_of(object);
    if (is_sure && object->has_bound && object->bound[2] > 0 && object->bound[3] > 0) {
        box = meet(box, bound_of(object));
    }
    area_add(it, &(page_area){.box = box, .is_opaque = is_sure, .is_unsure = !is_sure});
}

void ofd_composite_end(ofd_content *it, ofd_object *object)
{
    ofd_package *pkg = it->x->pkg;
    uint32_t hidden = object->hidden;
    if (object->alpha < ALPHA_LEAST) {
        hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    /* scenes are recorded in points */
    ofd_matrix at = ofd_matrix_concat(ofd_matrix_scale(1 / OFD_PT_PER_MM), object->m);
    if (it->page == NULL) {
        ofd_scene_use(pkg->doc, &(ofd_use){.at = at, .id = object->resource, .hidden = hidden});
        return;
    }
    ofd_resource *unit = ofd_res_lookup(pkg->doc, OFD_RES_UNIT, object->resource);
    if (unit != NULL) {
        ofd_scene_place(pkg, it->page, unit->link, at, hidden, PAGE_OWN, !object->has_clip);
        it->x->code = it->x->code == LJ_OK ? it->page->text.stop : it->x->code;
    }
}
