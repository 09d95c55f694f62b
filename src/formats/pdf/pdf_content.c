/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The content stream machine (ISO 32000-2 7.8, 8 and 9): runs the operators that place, colour,
 * hide and cover letters, and steps over all others.
 *
 * MuPDF's own interpreter builds paths, loads pictures (JPEG 2000 ones are even decoded) and
 * recurses through forms. A scanner needs none of it: this machine keeps matrices, clip boxes,
 * colours and text state, reads streams through MuPDF's filters 32 KiB at a time, and holds forms
 * on a stack of at most FORMAT_PDF_NESTING levels. A form that is already open is not entered
 * again; every operator, letter and byte is charged.
 *
 *   levels: page -> form -> form ...     each with its stream, window and resources
 *   states: q pushes, Q pops; a level never pops below where it began
 *
 * Optional content is always run; what is switched off is tagged (F06). Nothing is clipped away;
 * what lies outside the clip box or the page is tagged (F04). Pictures are measured, never decoded.
 * Tiling patterns are run once per page as if they were forms, because watermarks are made with
 * them. Not done: Type 3 glyph programs, soft masks, the exact shape of clips (the box counts). */
#include "formats/pdf/pdf_priv.h"

enum {
    WINDOW_MIN = 32 * 1024,
    WINDOW_MAX = 1024 * 1024, /* the longest token */
    STATES_MAX = 256,         /* q inside q */
    OPERANDS_MAX = 1 << 16,
    TEXT_MAX = 2 * 1024 * 1024, /* strings of one operator */
    NAME_MAX_LEN = 511,
    MARKS_MAX = 512, /* marked content inside marked content */
    PATTERNS_MAX = 64,
    POINTS_MAX = 6,
    FORMS_MAX = 20000,   /* forms run for one page */
    PICTURE_PIXELS = 64, /* least width and height of a picture that could hold a mark */
    PICTURE_POINTS = 36, /* least width and height on the page: half an inch */
};

typedef struct state {
    fz_matrix ctm;
    fz_rect clip; /* in points from the top left */
    format_pdf_color fill, stroke;
    float fill_alpha, stroke_alpha;
    float group_alpha;
    bool blends; /* a blend mode other than Normal */
    format_pdf_font *font;
    float size, char_space, word_space, scale, leading, rise;
    int mode;
} state;

typedef struct level {
    pdf_obj *contents; /* a stream, or an array of streams */
    int next;          /* index in the array */
    fz_stream *stream;
    uint8_t *window;
    size_t len, pos, cap;
    bool is_last;
    pdf_obj *resources;
    int num; /* object number of the form, 0 = page */
    uint32_t state_base, mark_base;
    fz_matrix tm, tlm; /* of the level outside, restored when this one ends */
} level;

typedef struct operand {
    format_pdf_token_kind kind;
    float number;
    uint32_t at, len; /* in text */
} operand;

typedef struct format_pdf_machine {
    format_pdf_page *page;
    format_pdf *pdf;
    level levels[FORMAT_PDF_NESTING];
    uint32_t level_count;
    state states[STATES_MAX];
    uint32_t state_count; /* states[state_count - 1] is the current one */
    uint32_t state_lost;  /* q beyond STATES_MAX */
    operand *operands;
    uint32_t operand_count, operand_cap;
    bool in_array;
    lj_buf text;
    fz_matrix tm, tlm, base;
    bool marks[MARKS_MAX]; /* marked content that is a hidden layer */
    uint32_t mark_count, hidden_count;
    /* the path being built, in points from the top left */
    fz_rect path;
    fz_point points[POINTS_MAX];
    uint32_t point_count, curve_count, rect_count;
    bool is_clip;
    int patterns[PATTERNS_MAX];
    uint32_t pattern_count;
} machine;

/* ---- small things ---- */

static state *top(machine *it)
{
    return &it->states[it->state_count - 1];
}

static level *inner(machine *it)
{
    return &it->levels[it->level_count - 1];
}

/* The number `back` operands before the last; 0 when there is none. */
static float number_at(const machine *it, uint32_t back)
{
    return back < it->operand_count ? it->operands[it->operand_count - 1 - back].number : 0.0F;
}

/* The last name among the operands as a C string. */
static bool name_of(const machine *it, char name[NAME_MAX_LEN + 1])
{
    for (uint32_t i = it->operand_count; i > 0; i--) {
        const operand *found = &it->operands[i - 1];
        if (found->kind == FORMAT_PDF_NAME && found->len <= NAME_MAX_LEN) {
            memcpy(name, it->text.ptr + found->at, found->len);
            name[found->len] = 0;
            return true;
        }
    }
    return false;
}

static lj_slice text_at(const machine *it, const operand *found)
{
    return lj_slice_part(lj_buf_slice(&it->text), found->at, found->len);
}

static const fz_rect nothing = {INFINITY, INFINITY, -INFINITY, -INFINITY};

static void rect_add(fz_rect *rect, fz_point point)
{
    rect->x0 = fminf(rect->x0, point.x);
    rect->y0 = fminf(rect->y0, point.y);
    rect->x1 = fmaxf(rect->x1, point.x);
    rect->y1 = fmaxf(rect->y1, point.y);
}

static fz_rect rect_meet(fz_rect a, fz_rect b)
{
    return (fz_rect){fmaxf(a.x0, b.x0), fmaxf(a.y0, b.y0), fminf(a.x1, b.x1), fminf(a.y1, b.y1)};
}

static fz_rect rect_through(fz_rect rect, fz_matrix matrix)
{
    fz_rect out = nothing;
    rect_add(&out, fz_transform_point_xy(rect.x0, rect.y0, matrix));
    rect_add(&out, fz_transform_point_xy(rect.x1, rect.y0, matrix));
    rect_add(&out, fz_transform_point_xy(rect.x0, rect.y1, matrix));
    rect_add(&out, fz_transform_point_xy(rect.x1, rect.y1, matrix));
    return out;
}

/* ---- levels: streams behind windows ---- */

typedef struct fill_job {
    machine *it;
    level *level;
} fill_job;

static pdf_obj *next_stream(fz_context *ctx, level *from)
{
    if (!pdf_is_array(ctx, from->contents)) {
        return from->next++ == 0 ? from->contents : NULL;
    }
    return from->next < pdf_array_len(ctx, from->contents)
               ? pdf_array_get(ctx, from->contents, from->next++)
               : NULL;
}

/* Opens the next stream of the level that can be opened; false at the end. */
static bool stream_open(fz_context *ctx, fill_job *job)
{
    for (pdf_obj *obj = next_stream(ctx, job->level); obj != NULL;
         obj = next_stream(ctx, job->level)) {
        if (!pdf_is_stream(ctx, obj)) {
            continue;
        }
        if (pdf_array_len(ctx, pdf_dict_get(ctx, obj, PDF_NAME(Filter))) > FORMAT_PDF_FILTERS) {
            job->it->pdf->unsupported = true;
            continue;
        }
        job->level->stream = pdf_open_stream(ctx, obj);
        return true;
    }
    return false;
}

/* Moves what was not used to the front and reads more behind it. */
static void level_fill(fz_context *ctx, void *arg)
{
    fill_job *job = arg;
    level *it = job->level;
    if (it->window == NULL) {
        it->window = fz_malloc(ctx, WINDOW_MIN);
        it->cap = WINDOW_MIN;
    }
    if (it->pos > 0) {
        it->len -= it->pos;
        memmove(it->window, it->window + it->pos, it->len);
        it->pos = 0;
    }
    if (it->len == it->cap) {
        if (it->cap >= WINDOW_MAX) {
            it->pos = 1; /* no token is that long: go on behind its first letter */
            job->it->pdf->damaged = true;
            return;
        }
        it->window = fz_realloc(ctx, it->window, it->cap * 2);
        it->cap *= 2;
    }
    if (it->stream == NULL && !stream_open(ctx, job)) {
        it->is_last = true;
        return;
    }
    size_t got = fz_read(ctx, it->stream, it->window + it->len, it->cap - it->len);
    (void)format_pdf_work(job->it->pdf, got);
    it->len += got;
    if (got == 0) {
        job->it->pdf->damaged = job->it->pdf->damaged || it->stream->error != 0;
        fz_drop_stream(ctx, it->stream);
        it->stream = NULL;
        it->window[it->len++] = '\n'; /* streams of a page are separate tokens (7.8.2) */
    }
}

static lj_code refill(machine *it)
{
    fill_job job = {it, inner(it)};
    lj_code code = format_pdf_guard(it->pdf, level_fill, &job);
    if (code == LJ_E_FORMAT) {
        job.level->stream =
            NULL; /* goes with the document's memory; the next stream of the page may be good */
        return it->pdf->stop;
    }
    return code;
}

/* Enters a stream; its state is a copy of the current one. False when it must not be entered. */
static bool level_push(machine *it, pdf_obj *contents, pdf_obj *resources, int num)
{
    if (it->level_count >= FORMAT_PDF_NESTING || it->state_count >= STATES_MAX ||
        it->page->forms >= FORMS_MAX) {
        it->pdf->damaged = true;
        return false;
    }
    for (uint32_t i = 0; i < it->level_count; i++) {
        if (num > 0 && it->levels[i].num == num) {
            it->pdf->damaged = true; /* a form inside itself */
            return false;
        }
    }
    level *next = &it->levels[it->level_count++];
    *next = (level){.contents = contents,
                    .window = next->window,
                    .cap = next->cap,
                    .resources = resources,
                    .num = num,
                    .state_base = it->state_count,
                    .mark_base = it->mark_count,
                    .tm = it->tm,
                    .tlm = it->tlm};
    if (it->state_count > 0) {
        it->states[it->state_count] = it->states[it->state_count - 1];
        it->state_count++;
    }
    it->page->forms++;
    it->operand_count = 0;
    it->path = nothing;
    it->point_count = it->curve_count = it->rect_count = 0;
    it->is_clip = false;
    return true;
}

static void marks_pop(machine *it, uint32_t to)
{
    while (it->mark_count > to) {
        it->mark_count--;
        if (it->mark_count < MARKS_MAX && it->marks[it->mark_count]) {
            it->hidden_count--;
        }
    }
}

static void level_pop(machine *it)
{
    level *last = inner(it);
    marks_pop(it, last->mark_base);
    it->state_count = last->state_base;
    it->tm = last->tm;
    it->tlm = last->tlm;
    it->level_count--;
}

/* ---- letters ---- */

static uint32_t hidden_at(const machine *it, const state *now, fz_point middle, float size)
{
    uint32_t hidden = 0;
    const format_pdf_page *page = it->page;
    if (middle.x < 0 || middle.y < 0 || middle.x > page->width || middle.y > page->height) {
        hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE);
    }
    float slack = size * 0.25F;
    if (middle.x < now->clip.x0 - slack || middle.x > now->clip.x1 + slack ||
        middle.y < now->clip.y0 - slack || middle.y > now->clip.y1 + slack ||
        now->clip.x1 <= now->clip.x0 || now->clip.y1 <= now->clip.y0) {
        hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_CLIPPED);
    }
    return hidden;
}

/* What a run of letters has in common. */
static format_pdf_style style_of(const machine *it, const state *now)
{
    bool strokes = now->mode == 1 || now->mode == 5;
    const format_pdf_color *color = strokes ? &now->stroke : &now->fill;
    float alpha = (strokes ? now->stroke_alpha : now->fill_alpha) * now->group_alpha;
    format_pdf_style style = {.fg = color->rgb, .flags = now->font->flags};
    style.known =
        (uint16_t)(SPAN_KNOWS_SIZE | SPAN_KNOWS_FONT | (color->is_known ? SPAN_KNOWS_FG : 0));
    if (now->mode == 3 || now->mode == 7 || alpha < 0.02F) {
        style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    if (now->mode == 2 || now->mode == 6) {
        style.flags |= SPAN_BOLD; /* outlines on top of the letters: how bold is faked */
    }
    if (it->hidden_count > 0) {
        style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_LAYER);
    }
    return style;
}

static uint16_t degrees_of(float x, float y)
{
    if (y == 0.0F || !isfinite(x) || !isfinite(y)) {
        return x < 0.0F ? 180 : 0;
    }
    long degrees = lroundf(atan2f(y, x) * 57.29578F);
    degrees = (degrees + 360) % 360;
    long rest = degrees % 90;
    if (rest <= 2) {
        degrees -= rest;
    } else if (rest >= 88) {
        degrees += 90 - rest;
    }
    return (uint16_t)(degrees % 360);
}

static void show(machine *it, lj_slice text)
{
    state *now = top(it);
    if (now->font == NULL && text.len > 0) {
        now->font = format_pdf_font_of(it->pdf, NULL, ""); /* letters without a font are letters */
    }
    if (now->font == NULL || text.len == 0) {
        return;
    }
    fz_matrix m = fz_concat(it->tm, now->ctm);
    bool vertical = now->font->vertical;
    float across = hypotf(m.c, m.d) * fabsf(now->size);
    float along = vertical ? hypotf(m.c, m.d) : hypotf(m.a, m.b);
    float scale_y = now->font->scale_y * 1000.0F; /* of Type 3; else 1 */
    float size = across * (scale_y < 0 ? -scale_y : scale_y);
    float sign = (vertical ? -now->size : now->size * now->scale) < 0 ? -1.0F : 1.0F;
    float ux = along > 0 ? sign * (vertical ? m.c : m.a) / along : 1.0F;
    float uy = along > 0 ? sign * (vertical ? m.d : m.b) / along : 0.0F;
    format_pdf_style style = style_of(it, now);
    if (size < 2.0F || along * fabsf(now->size * now->scale) < 0.5F) {
        style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_TINY);
    }
    uint32_t common = style.hidden;
    format_pdf_glyph glyph = {.size = size, .degrees = degrees_of(ux, uy)};
    (void)format_pdf_work(it->pdf, text.len);
    while (text.len > 0 && it->pdf->stop == LJ_OK) {
        format_pdf_char next;
        format_pdf_font_next(it->pdf, now->font, text, &next);
        glyph.x = m.e + now->rise * m.c;
        glyph.y = m.f + now->rise * m.d;
        glyph.advance = fabsf(next.width * now->size * (vertical ? 1.0F : now->scale)) * along;
        fz_point middle = {glyph.x + ux * glyph.advance * 0.5F + uy * size * 0.3F,
                           glyph.y + uy * glyph.advance * 0.5F - ux * size * 0.3F};
        style.hidden = common | hidden_at(it, now, middle, size);
        format_pdf_glyph_add(it->page, &glyph, next.letters, next.count, &style);
        float move = next.width * now->size + now->char_space;
        if (next.byte_count == 1 && text.ptr[0] == ' ') {
            move += now->word_space;
        }
        if (vertical) {
            m.e += move * m.c;
            m.f += move * m.d;
            it->tm = fz_pre_translate(it->tm, 0, move);
        } else {
            m.e += move * now->scale * m.a;
            m.f += move * now->scale * m.b;
            it->tm = fz_pre_translate(it->tm, move * now->scale, 0);
        }
        text = lj_slice_part(text, (size_t)next.byte_count, SIZE_MAX);
    }
}

static void show_all(machine *it)
{
    for (uint32_t i = 0; i < it->operand_count; i++) {
        const operand *item = &it->operands[i];
        state *now = top(it);
        if (item->kind == FORMAT_PDF_STRING) {
            show(it, text_at(it, item));
        } else if (item->kind == FORMAT_PDF_NUMBER) {
            float move = -item->number * 0.001F * now->size;
            bool vertical = now->font != NULL && now->font->vertical;
            it->tm =
                fz_pre_translate(it->tm, vertical ? 0 : move * now->scale, vertical ? move : 0);
        }
    }
}

static void next_line(machine *it, float x, float y)
{
    it->tlm = fz_pre_translate(it->tlm, x, y);
    it->tm = it->tlm;
}

/* ---- paths ---- */

static void path_point(machine *it, float x, float y)
{
    fz_point point = fz_transform_point_xy(x, y, top(it)->ctm);
    rect_add(&it->path, point);
    if (it->point_count < POINTS_MAX) {
        it->points[it->point_count] = point;
    }
    it->point_count++;
}

static void area_add(machine *it, fz_rect box, const format_pdf_color *color, bool is_whole)
{
    const state *now = top(it);
    format_pdf_area area = {.box = rect_meet(box, now->clip),
                            .color = color == NULL ? 0 : color->rgb,
                            .is_plain = color != NULL && color->is_known,
                            .is_opaque = is_whole && now->fill_alpha * now->group_alpha > 0.98F &&
                                         !now->blends && it->hidden_count == 0};
    format_pdf_area_add(it->page, &area);
}

static void path_rect(machine *it)
{
    float x = number_at(it, 3);
    float y = number_at(it, 2);
    fz_rect rect = {x, y, x + number_at(it, 1), y + number_at(it, 0)};
    fz_matrix ctm = top(it)->ctm;
    fz_rect box = rect_through(rect, ctm);
    bool is_straight = (ctm.b == 0 && ctm.c == 0) || (ctm.a == 0 && ctm.d == 0);
    if (it->rect_count == 0 && it->point_count == 0 && is_straight) {
        it->points[0] = (fz_point){box.x0, box.y0};
        it->points[1] = (fz_point){box.x1, box.y1};
    }
    it->rect_count++;
    it->point_count += is_straight ? 0 : POINTS_MAX;
    rect_add(&it->path, (fz_point){box.x0, box.y0});
    rect_add(&it->path, (fz_point){box.x1, box.y1});
}

/* True when the path is one rectangle with its sides along the axes: its box is then what it
 * covers. */
static bool path_is_box(const machine *it)
{
    if (it->curve_count > 0) {
        return false;
    }
    if (it->rect_count > 0) {
        return it->rect_count == 1 && it->point_count == 0;
    }
    if (it->point_count != 4 && it->point_count != 5) {
        return false;
    }
    for (uint32_t i = 0; i + 1 < it->point_count && i < 4; i++) {
        const fz_point *a = &it->points[i];
        const fz_point *b = &it->points[i + 1];
        if (fabsf(a->x - b->x) > 0.5F && fabsf(a->y - b->y) > 0.5F) {
            return false;
        }
    }
    return true;
}

static void path_end(machine *it, bool fills, bool paints)
{
    if (fills && path_is_box(it)) {
        area_add(it, it->path, &top(it)->fill, true);
    }
    if (paints) {
        it->page->curves += it->curve_count;
    }
    if (it->is_clip) {
        top(it)->clip = rect_meet(top(it)->clip, it->path);
    }
    it->path = nothing;
    it->point_count = it->curve_count = it->rect_count = 0;
    it->is_clip = false;
}

/* ---- XObjects, patterns, graphics state dictionaries, layers ---- */

typedef struct lookup {
    machine *it;
    const char *name;
    pdf_obj *obj;
    pdf_obj *resources;
    pdf_obj *dict;
    int num;
    bool is_form, is_picture, is_masked, is_group, is_hidden, has_size;
    int pixels_wide, pixels_high;
    fz_matrix matrix;
    fz_rect box;
} lookup;

static void form_find(fz_context *ctx, lookup *job, pdf_obj *obj)
{
    job->obj = obj;
    job->num = pdf_to_num(ctx, obj);
    job->matrix = pdf_dict_get_matrix(ctx, obj, PDF_NAME(Matrix));
    job->has_size = pdf_is_array(ctx, pdf_dict_get(ctx, obj, PDF_NAME(BBox)));
    job->box = pdf_dict_get_rect(ctx, obj, PDF_NAME(BBox));
    job->resources = pdf_dict_get(ctx, obj, PDF_NAME(Resources));
    job->is_group = pdf_dict_get(ctx, obj, PDF_NAME(Group)) != NULL;
    job->is_form = pdf_is_stream(ctx, obj);
}

static void xobject_find(fz_context *ctx, void *arg)
{
    lookup *job = arg;
    pdf_obj *resources = inner(job->it)->resources;
    pdf_obj *obj = pdf_dict_gets(ctx, pdf_dict_get(ctx, resources, PDF_NAME(XObject)), job->name);
    pdf_obj *subtype = pdf_dict_get(ctx, obj, PDF_NAME(Subtype));
    pdf_obj *layer = pdf_dict_get(ctx, obj, PDF_NAME(OC));
    job->is_hidden =
        layer != NULL && pdf_is_ocg_hidden(ctx, job->it->pdf->doc, resources, "View", layer) != 0;
    if (pdf_name_eq(ctx, subtype, PDF_NAME(Image))) {
        job->is_picture = true;
        job->pixels_wide = pdf_dict_get_int(ctx, obj, PDF_NAME(Width));
        job->pixels_high = pdf_dict_get_int(ctx, obj, PDF_NAME(Height));
        job->is_masked = pdf_dict_get(ctx, obj, PDF_NAME(SMask)) != NULL ||
                         pdf_dict_get(ctx, obj, PDF_NAME(Mask)) != NULL ||
                         pdf_dict_get_bool(ctx, obj, PDF_NAME(ImageMask));
    } else if (obj != NULL) {
        form_find(ctx, job, obj);
    }
}

static void pattern_find(fz_context *ctx, void *arg)
{
    lookup *job = arg;
    pdf_obj *patterns = pdf_dict_get(ctx, inner(job->it)->resources, PDF_NAME(Pattern));
    pdf_obj *obj = pdf_dict_gets(ctx, patterns, job->name);
    if (pdf_dict_get_int(ctx, obj, PDF_NAME(PatternType)) == 1) {
        form_find(ctx, job, obj);
    }
}

/* A picture of that many pixels drawn into the unit square. Pictures too small for a mark are added
 * up: a scan may be cut into strips. */
static void picture(machine *it, int wide, int high, bool is_masked)
{
    const state *now = top(it);
    float width = hypotf(now->ctm.a, now->ctm.b);
    float height = hypotf(now->ctm.c, now->ctm.d);
    format_pdf_page *page = it->page;
    area_add(it, rect_through((fz_rect){0, 0, 1, 1}, now->ctm), NULL, !is_masked);
    bool is_large = wide >= PICTURE_PIXELS && high >= PICTURE_PIXELS && width >= PICTURE_POINTS &&
                    height >= PICTURE_POINTS;
    if (!is_large && (wide >= PICTURE_PIXELS || high >= PICTURE_PIXELS)) {
        page->small_pictures += fminf(width * height, 1e6F);
        is_large = page->small_pictures > page->width * page->height * 0.1F &&
                   width + height > 4 * PICTURE_POINTS;
    }
    if (is_large && !page->has_picture) {
        page->has_picture = true;
        format_gap(it->pdf->run, GAP_PICTURE, NULL, (span_place){.page_no = page->page_no});
    }
}

static void mark_push(machine *it, bool is_hidden)
{
    if (it->mark_count < MARKS_MAX) {
        it->marks[it->mark_count] = is_hidden;
        it->hidden_count += is_hidden ? 1 : 0;
    }
    it->mark_count++;
}

static void form_enter(machine *it, const lookup *job)
{
    pdf_obj *resources = job->resources != NULL ? job->resources : inner(it)->resources;
    if (!level_push(it, job->obj, resources, job->num)) {
        return;
    }
    state *now = top(it);
    now->ctm = fz_concat(job->matrix, now->ctm);
    if (job->has_size) {
        now->clip = rect_meet(now->clip, rect_through(job->box, now->ctm));
    }
    if (job->is_group) {
        now->group_alpha *= now->fill_alpha;
        now->fill_alpha = now->stroke_alpha = 1.0F;
    }
    mark_push(it, job->is_hidden); /* level_pop takes it away */
}

static void run_xobject(machine *it)
{
    char name[NAME_MAX_LEN + 1];
    lookup job = {.it = it, .name = name};
    if (!name_of(it, name) || format_pdf_guard(it->pdf, xobject_find, &job) != LJ_OK) {
        return;
    }
    if (job.is_picture) {
        picture(it, job.pixels_wide, job.pixels_high, job.is_masked);
    } else if (job.is_form) {
        form_enter(it, &job);
    }
}

/* A tiling pattern was chosen: its cell is read once per page. */
static void run_pattern(machine *it)
{
    char name[NAME_MAX_LEN + 1];
    lookup job = {.it = it, .name = name};
    if (!name_of(it, name) || format_pdf_guard(it->pdf, pattern_find, &job) != LJ_OK ||
        !job.is_form || it->pattern_count >= PATTERNS_MAX) {
        return;
    }
    for (uint32_t i = 0; i < it->pattern_count; i++) {
        if (it->patterns[i] == job.num) {
            return;
        }
    }
    it->patterns[it->pattern_count++] = job.num;
    uint32_t before = it->level_count;
    form_enter(it, &job);
    if (it->level_count > before) {
        state *now = top(it);
        now->ctm = fz_concat(job.matrix, it->base);
        now->clip =
            fz_infinite_rect; /* the cell is repeated over the area: its own box says nothing */
        now->fill = now->stroke = (format_pdf_color){.is_known = true};
    }
}

typedef struct gs_job {
    machine *it;
    const char *name;
    pdf_obj *font;
    float font_size;
} gs_job;

static void gs_find(fz_context *ctx, void *arg)
{
    gs_job *job = arg;
    state *now = top(job->it);
    pdf_obj *all = pdf_dict_get(ctx, inner(job->it)->resources, PDF_NAME(ExtGState));
    pdf_obj *dict = pdf_dict_gets(ctx, all, job->name);
    pdf_obj *value = pdf_dict_get(ctx, dict, PDF_NAME(ca));
    now->fill_alpha = value != NULL ? pdf_to_real(ctx, value) : now->fill_alpha;
    value = pdf_dict_get(ctx, dict, PDF_NAME(CA));
    now->stroke_alpha = value != NULL ? pdf_to_real(ctx, value) : now->stroke_alpha;
    value = pdf_dict_get(ctx, dict, PDF_NAME(BM));
    if (value != NULL) {
        value = pdf_is_array(ctx, value) ? pdf_array_get(ctx, value, 0) : value;
        const char *mode = pdf_to_name(ctx, value);
        now->blends = strcmp(mode, "Normal") != 0 && strcmp(mode, "Compatible") != 0;
    }
    value = pdf_dict_get(ctx, dict, PDF_NAME(Font));
    job->font = pdf_array_get(ctx, value, 0);
    job->font_size = pdf_array_get_real(ctx, value, 1);
}

static void set_graphics_state(machine *it)
{
    char name[NAME_MAX_LEN + 1];
    gs_job job = {.it = it, .name = name};
    if (name_of(it, name) && format_pdf_guard(it->pdf, gs_find, &job) == LJ_OK &&
        job.font != NULL) {
        top(it)->font = format_pdf_font_load(it->pdf, job.font);
        top(it)->size = job.font_size;
    }
}

static void layer_find(fz_context *ctx, void *arg)
{
    lookup *job = arg;
    pdf_obj *resources = inner(job->it)->resources;
    pdf_obj *layer =
        pdf_dict_gets(ctx, pdf_dict_get(ctx, resources, PDF_NAME(Properties)), job->name);
    job->is_hidden =
        layer != NULL && pdf_is_ocg_hidden(ctx, job->it->pdf->doc, resources, "View", layer) != 0;
}

/* The replacement text of marked content (14.9.4) is what is copied instead of the letters. */
static void tell_replacement(machine *it, uint32_t from)
{
    for (uint32_t i = from; i + 1 < it->operand_count; i++) {
        const operand *key = &it->operands[i];
        const operand *value = &it->operands[i + 1];
        if (key->kind == FORMAT_PDF_NAME && value->kind == FORMAT_PDF_STRING && value->len > 2 &&
            (lj_slice_is(text_at(it, key), LJ_BYTES("ActualText")) ||
             lj_slice_is(text_at(it, key), LJ_BYTES("Alt")))) {
            format_pdf_item item = {.role = SPAN_ALT, .page_no = it->page->page_no};
            format_pdf_tell_bytes(it->pdf, &item, text_at(it, value));
        }
    }
}

static void begin_marked(machine *it)
{
    char name[NAME_MAX_LEN + 1];
    lookup job = {.it = it, .name = name};
    bool is_layer = it->operand_count == 2 && it->operands[0].kind == FORMAT_PDF_NAME &&
                    lj_slice_is(text_at(it, &it->operands[0]), LJ_BYTES("OC"));
    if (is_layer && name_of(it, name)) {
        (void)format_pdf_guard(it->pdf, layer_find, &job);
    } else {
        tell_replacement(it, 1);
    }
    mark_push(it, job.is_hidden);
}

/* ---- inline pictures (8.9.7) ---- */

/* True when the EI at `at` ends a picture: blanks around it, and what follows looks like operators.
 */
static bool is_picture_end(lj_slice window, size_t at)
{
    if (window.ptr[at] != 'E' || window.ptr[at + 1] != 'I' || window.ptr[at - 1] > ' ' ||
        window.ptr[at + 2] > ' ') {
        return false;
    }
    for (size_t i = at + 2; i < window.len && i < at + 14; i++) {
        uint8_t letter = window.ptr[i];
        if (letter > 0x7E ||
            (letter < ' ' && letter != '\n' && letter != '\r' && letter != '\t' && letter != 0)) {
            return false;
        }
    }
    return true;
}

static lj_code skip_inline_picture(machine *it)
{
    level *in = inner(it);
    int wide = 0;
    int high = 0;
    for (uint32_t i = 0; i + 1 < it->operand_count; i++) {
        lj_slice key = text_at(it, &it->operands[i]);
        if (it->operands[i].kind != FORMAT_PDF_NAME) {
            continue;
        }
        if (lj_slice_is(key, LJ_BYTES("W")) || lj_slice_is(key, LJ_BYTES("Width"))) {
            wide = (int)it->operands[i + 1].number;
        } else if (lj_slice_is(key, LJ_BYTES("H")) || lj_slice_is(key, LJ_BYTES("Height"))) {
            high = (int)it->operands[i + 1].number;
        }
    }
    picture(it, wide, high, true);
    for (;;) {
        lj_slice window = {in->window, in->len};
        size_t end = in->is_last ? window.len : window.len < 16 ? 0 : window.len - 16;
        for (size_t at = in->pos + 1; at + 2 < end; at++) {
            const uint8_t *found = memchr(window.ptr + at, 'E', end - 2 - at);
            if (found == NULL) {
                break;
            }
            at = (size_t)(found - window.ptr);
            if (is_picture_end(window, at)) {
                in->pos = at + 2;
                return LJ_OK;
            }
        }
        in->pos = in->is_last ? in->len : end > in->pos + 4 ? end - 4 : in->pos;
        if (in->is_last) {
            return LJ_OK;
        }
        lj_code code = refill(it);
        if (code != LJ_OK) {
            return code;
        }
    }
}

/* ---- operators ---- */

#define OP1(a)       ((uint32_t)(a))
#define OP2(a, b)    (OP1(a) | (uint32_t)(b) << 8)
#define OP3(a, b, c) (OP2(a, b) | (uint32_t)(c) << 16)

static void set_color(machine *it, format_pdf_color *color, int count)
{
    float values[32] = {0};
    for (int i = 0; i < count && i < 32; i++) {
        values[i] = number_at(it, (uint32_t)(count - 1 - i));
    }
    format_pdf_color_set(it->pdf, color, values, count);
}

static void set_device_color(machine *it, format_pdf_color *color, int count)
{
    *color = (format_pdf_color){.is_known = true};
    set_color(it, color, count);
}

static void set_space(machine *it, format_pdf_color *color)
{
    char name[NAME_MAX_LEN + 1];
    if (name_of(it, name)) {
        format_pdf_color_space(it->pdf, color, inner(it)->resources, name);
    }
}

/* sc, scn: numbers, or numbers and the name of a pattern. */
static void set_any_color(machine *it, format_pdf_color *color)
{
    uint32_t count = it->operand_count;
    if (count > 0 && it->operands[count - 1].kind == FORMAT_PDF_NAME) {
        color->is_known = false;
        run_pattern(it);
    } else {
        set_color(it, color, count > 32 ? 32 : (int)count);
    }
}

/* A name that cannot be found, or is too long, gives a standard font. */
static void set_font(machine *it)
{
    char name[NAME_MAX_LEN + 1] = "";
    (void)name_of(it, name);
    top(it)->font = format_pdf_font_of(it->pdf, inner(it)->resources, name);
    top(it)->size = number_at(it, 0);
}

static fz_matrix matrix_of(const machine *it)
{
    return (fz_matrix){number_at(it, 5), number_at(it, 4), number_at(it, 3),
                       number_at(it, 2), number_at(it, 1), number_at(it, 0)};
}

static void save(machine *it)
{
    if (it->state_count < STATES_MAX) {
        it->states[it->state_count] = it->states[it->state_count - 1];
        it->state_count++;
    } else {
        it->state_lost++;
    }
}

static void restore(machine *it)
{
    if (it->state_lost > 0) {
        it->state_lost--;
    } else if (it->state_count > inner(it)->state_base + 1) {
        it->state_count--;
    }
}

/* Paths: true when the operator was one of them. */
static bool run_path_operator(machine *it, uint32_t word)
{
    switch (word) {
    case OP1('m'):
    case OP1('l'):
        path_point(it, number_at(it, 1), number_at(it, 0));
        return true;
    case OP1('c'):
    case OP1('v'):
    case OP1('y'):
        it->curve_count++;
        path_point(it, number_at(it, 3), number_at(it, 2));
        path_point(it, number_at(it, 1), number_at(it, 0));
        return true;
    case OP2('r', 'e'):
        path_rect(it);
        return true;
    case OP1('h'):
        return true;
    case OP1('W'):
    case OP2('W', '*'):
        it->is_clip = true;
        return true;
    case OP1('n'):
        path_end(it, false, false);
        return true;
    case OP1('S'):
    case OP1('s'):
        path_end(it, false, true);
        return true;
    case OP1('f'):
    case OP1('F'):
    case OP2('f', '*'):
    case OP1('B'):
    case OP2('B', '*'):
    case OP1('b'):
    case OP2('b', '*'):
        path_end(it, true, true);
        return true;
    default:
        return false;
    }
}

/* Text state and text showing (9.3, 9.4): true when the operator was one of them. */
static bool run_text_operator(machine *it, uint32_t word)
{
    state *now = top(it);
    switch (word) {
    case OP2('B', 'T'):
        it->tm = it->tlm = fz_identity;
        return true;
    case OP2('T', 'c'):
        now->char_space = number_at(it, 0);
        return true;
    case OP2('T', 'w'):
        now->word_space = number_at(it, 0);
        return true;
    case OP2('T', 'z'):
        now->scale = number_at(it, 0) * 0.01F;
        return true;
    case OP2('T', 'L'):
        now->leading = number_at(it, 0);
        return true;
    case OP2('T', 'f'):
        set_font(it);
        return true;
    case OP2('T', 'r'):
        now->mode = (int)number_at(it, 0);
        return true;
    case OP2('T', 's'):
        now->rise = number_at(it, 0);
        return true;
    case OP2('T', 'd'):
        next_line(it, number_at(it, 1), number_at(it, 0));
        return true;
    case OP2('T', 'D'):
        now->leading = -number_at(it, 0);
        next_line(it, number_at(it, 1), number_at(it, 0));
        return true;
    case OP2('T', 'm'):
        it->tm = it->tlm = matrix_of(it);
        return true;
    case OP2('T', '*'):
        next_line(it, 0, -now->leading);
        return true;
    case OP2('T', 'j'):
    case OP2('T', 'J'):
        show_all(it);
        return true;
    case OP1('"'):
        if (it->operand_count >= 3) {
            now->word_space = number_at(it, 2);
            now->char_space = number_at(it, 1);
            it->operands[0] = it->operands[it->operand_count - 1];
            it->operand_count = 1;
        }
        next_line(it, 0, -now->leading);
        show_all(it);
        return true;
    case OP1('\''):
        next_line(it, 0, -now->leading);
        show_all(it);
        return true;
    default:
        return false;
    }
}

static bool run_color_operator(machine *it, uint32_t word)
{
    state *now = top(it);
    switch (word) {
    case OP1('g'):
        set_device_color(it, &now->fill, 1);
        return true;
    case OP1('G'):
        set_device_color(it, &now->stroke, 1);
        return true;
    case OP2('r', 'g'):
        set_device_color(it, &now->fill, 3);
        return true;
    case OP2('R', 'G'):
        set_device_color(it, &now->stroke, 3);
        return true;
    case OP1('k'):
        set_device_color(it, &now->fill, 4);
        return true;
    case OP1('K'):
        set_device_color(it, &now->stroke, 4);
        return true;
    case OP2('c', 's'):
        set_space(it, &now->fill);
        return true;
    case OP2('C', 'S'):
        set_space(it, &now->stroke);
        return true;
    case OP2('s', 'c'):
    case OP3('s', 'c', 'n'):
        set_any_color(it, &now->fill);
        return true;
    case OP2('S', 'C'):
    case OP3('S', 'C', 'N'):
        set_any_color(it, &now->stroke);
        return true;
    default:
        return false;
    }
}

static lj_code run_operator(machine *it, uint32_t word)
{
    if (run_path_operator(it, word) || run_text_operator(it, word) ||
        run_color_operator(it, word)) {
        return it->pdf->stop;
    }
    switch (word) {
    case OP1('q'):
        save(it);
        break;
    case OP1('Q'):
        restore(it);
        break;
    case OP2('c', 'm'):
        top(it)->ctm = fz_concat(matrix_of(it), top(it)->ctm);
        break;
    case OP2('g', 's'):
        set_graphics_state(it);
        break;
    case OP2('D', 'o'):
        run_xobject(it);
        break;
    case OP2('s', 'h'):
        area_add(it, top(it)->clip, NULL, true);
        break;
    case OP3('B', 'M', 'C'):
        mark_push(it, false);
        break;
    case OP3('B', 'D', 'C'):
        begin_marked(it);
        break;
    case OP3('E', 'M', 'C'):
        if (it->mark_count > inner(it)->mark_base + (it->level_count > 1 ? 1 : 0)) {
            marks_pop(it, it->mark_count - 1);
        }
        break;
    case OP2('I', 'D'):
        return skip_inline_picture(it);
    default:
        break;
    }
    return it->pdf->stop;
}

static void operand_add(machine *it, const format_pdf_token *token)
{
    if (it->operand_count == it->operand_cap) {
        if (it->operand_cap >= OPERANDS_MAX) {
            it->pdf->damaged = true;
            return;
        }
        uint32_t cap = it->operand_cap == 0 ? 256 : it->operand_cap * 4;
        operand *grown = lj_arena_grow(it->pdf->arena, it->operands,
                                       it->operand_cap * sizeof(operand), cap * sizeof(operand));
        if (grown == NULL) {
            it->pdf->no_memory = true;
            return;
        }
        it->operands = grown;
        it->operand_cap = cap;
    }
    it->operands[it->operand_count++] =
        (operand){token->kind, token->number, token->text_at, token->text_len};
}

/* Text state inside the array of TJ, with its number (tests/formats/pdf, operator in an array): stepped over. */
static bool is_stray(uint32_t word)
{
    return word == OP2('T', 'c') || word == OP2('T', 'w') || word == OP2('T', 'z') || word == OP2('T', 's') ||
           word == OP2('T', 'L');
}

/* ---- the loop ---- */

static lj_code run_levels(machine *it)
{
    while (it->level_count > 0 && it->pdf->stop == LJ_OK) {
        level *in = inner(it);
        size_t text_len = it->text.len;
        format_pdf_token token =
            format_pdf_lex((lj_slice){in->window, in->len}, &in->pos, in->is_last, &it->text);
        lj_code code = LJ_OK;
        switch (token.kind) {
        case FORMAT_PDF_MORE:
            it->text.len = text_len;
            code = refill(it);
            break;
        case FORMAT_PDF_END:
            level_pop(it);
            break;
        case FORMAT_PDF_NUMBER:
        case FORMAT_PDF_NAME:
        case FORMAT_PDF_STRING:
            operand_add(it, &token);
            break;
        case FORMAT_PDF_ARRAY:
        case FORMAT_PDF_ARRAY_END:
            it->in_array = token.kind == FORMAT_PDF_ARRAY;
            break;
        case FORMAT_PDF_DICT:
        case FORMAT_PDF_DICT_END:
            break;
        case FORMAT_PDF_WORD:
            if (it->in_array && is_stray(token.word)) {
                it->operand_count -= it->operand_count > 0 ? 1 : 0;
                break;
            }
            it->in_array = false; /* every other operator ends an array that was not closed */
            code = run_operator(it, token.word);
            it->operand_count = 0;
            if (!lj_buf_ok(&it->text)) {
                it->pdf->damaged = true; /* more text than TEXT_MAX in one operator */
            }
            lj_buf_clear(&it->text);
            (void)format_pdf_work(it->pdf, 1);
            break;
        }
        if (code != LJ_OK) {
            return code;
        }
    }
    return it->pdf->stop;
}

static machine *machine_of(format_pdf_page *page)
{
    format_pdf *pdf = page->pdf;
    if (pdf->machine == NULL) {
        pdf->machine = lj_arena_alloc(pdf->arena, sizeof(machine));
        if (pdf->machine == NULL) {
            pdf->no_memory = true;
            return NULL;
        }
        lj_buf_init(&pdf->machine->text, pdf->arena, TEXT_MAX);
        pdf->machine->pdf = pdf;
    }
    machine *it = pdf->machine;
    it->page = page;
    it->level_count = it->state_count = it->state_lost = 0;
    it->mark_count = it->hidden_count = it->pattern_count = 0;
    it->operand_count = 0;
    it->in_array = false;
    it->tm = it->tlm = fz_identity;
    lj_buf_clear(&it->text);
    return it;
}

static void state_begin(machine *it, fz_matrix ctm)
{
    it->base = ctm;
    it->states[0] = (state){.ctm = ctm,
                            .clip = fz_infinite_rect,
                            .fill.is_known = true,
                            .stroke.is_known = true,
                            .fill_alpha = 1.0F,
                            .stroke_alpha = 1.0F,
                            .group_alpha = 1.0F,
                            .scale = 1.0F};
    it->state_count = 1;
}

lj_code format_pdf_content_run(format_pdf_page *page, pdf_obj *contents, pdf_obj *resources)
{
    machine *it = machine_of(page);
    if (it == NULL) {
        return page->pdf->stop;
    }
    state_begin(it, page->ctm);
    return level_push(it, contents, resources, 0) ? run_levels(it) : page->pdf->stop;
}

lj_code format_pdf_form_run(format_pdf_page *page, pdf_obj *form, pdf_obj *resources, fz_matrix at)
{
    machine *it = machine_of(page);
    if (it == NULL) {
        return page->pdf->stop;
    }
    state_begin(it, at);
    int num = pdf_to_num(page->pdf->ctx, form);
    return level_push(it, form, resources, num) ? run_levels(it) : page->pdf->stop;
}
