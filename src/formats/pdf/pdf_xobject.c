/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The machine's operators that name a resource: XObjects, tiling patterns, graphics state
 * dictionaries, marked content; and inline pictures (ISO 32000-2 8.4.5, 8.7.3, 8.9, 8.10, 14.6).
 *
 * Each looks its dictionary up in one body under the guard and acts on plain values afterwards.
 * Pictures are measured and never decoded: neither their size in pixels nor their filters cost
 * anything. */
#include "formats/pdf/pdf_machine.h"

enum {
    PICTURE_PIXELS = 64, /* least width and height of a picture that could hold a mark */
    PICTURE_POINTS = 36, /* least width and height on the page: half an inch */
};

/* ---- XObjects, patterns, graphics state dictionaries, layers ---- */

typedef struct lookup {
    format_pdf_machine *it;
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
    pdf_obj *resources = format_pdf_inner(job->it)->resources;
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
    } else if (pdf_is_stream(ctx, obj)) {
        form_find(ctx, job, obj);
    } else {
        job->it->pdf->damaged = true;
    }
}

static void pattern_find(fz_context *ctx, void *arg)
{
    lookup *job = arg;
    pdf_obj *patterns = pdf_dict_get(ctx, format_pdf_inner(job->it)->resources, PDF_NAME(Pattern));
    pdf_obj *obj = pdf_dict_gets(ctx, patterns, job->name);
    if (pdf_dict_get_int(ctx, obj, PDF_NAME(PatternType)) == 1) {
        form_find(ctx, job, obj);
    }
}

/* A picture of that many pixels drawn into the unit square. Pictures too small for a mark are added
 * up: a scan may be cut into strips. */
static void picture(format_pdf_machine *it, int wide, int high, bool is_masked)
{
    const format_pdf_state *now = format_pdf_top(it);
    float width = hypotf(now->ctm.a, now->ctm.b);
    float height = hypotf(now->ctm.c, now->ctm.d);
    format_pdf_page *page = it->page;
    format_pdf_paint_area(it, format_pdf_rect_through((fz_rect){0, 0, 1, 1}, now->ctm), NULL,
                          !is_masked);
    bool is_large = wide >= PICTURE_PIXELS && high >= PICTURE_PIXELS && width >= PICTURE_POINTS &&
                    height >= PICTURE_POINTS;
    if (!is_large && (wide >= PICTURE_PIXELS || high >= PICTURE_PIXELS)) {
        page->small_pictures += fminf(width * height, 1e6F);
        is_large = page->small_pictures > page->text.width * page->text.height * 0.1F &&
                   width + height > 4 * PICTURE_POINTS;
    }
    if (is_large && !page->has_picture) {
        page->has_picture = true;
        format_gap(it->pdf->run, GAP_PICTURE, NULL,
                   (span_place){.page_no = page->text.place.page_no});
    }
}

void format_pdf_mark_push(format_pdf_machine *it, bool is_hidden)
{
    if (it->mark_count < FORMAT_PDF_MARKS) {
        it->marks[it->mark_count] = is_hidden;
        it->hidden_count += is_hidden ? 1 : 0;
    }
    it->mark_count++;
}

static void form_enter(format_pdf_machine *it, const lookup *job)
{
    pdf_obj *resources = job->resources != NULL ? job->resources : format_pdf_inner(it)->resources;
    if (!format_pdf_level_push(it, job->obj, resources, job->num)) {
        return;
    }
    format_pdf_state *now = format_pdf_top(it);
    now->ctm = fz_concat(job->matrix, now->ctm);
    if (job->has_size) {
        now->clip = format_pdf_rect_meet(now->clip, format_pdf_rect_through(job->box, now->ctm));
    }
    if (job->is_group) {
        now->group_alpha *= now->fill_alpha;
        now->fill_alpha = now->stroke_alpha = 1.0F;
    }
    format_pdf_mark_push(it, job->is_hidden); /* level_pop takes it away */
}

void format_pdf_xobject_run(format_pdf_machine *it)
{
    char name[FORMAT_PDF_NAME_LEN + 1];
    lookup job = {.it = it, .name = name};
    if (!format_pdf_name(it, name) || format_pdf_guard(it->pdf, xobject_find, &job) != LJ_OK) {
        return;
    }
    if (job.is_picture) {
        picture(it, job.pixels_wide, job.pixels_high, job.is_masked);
    } else if (job.is_form) {
        form_enter(it, &job);
    }
}

/* A tiling pattern was chosen: its cell is read once per page. */
void format_pdf_pattern_run(format_pdf_machine *it)
{
    char name[FORMAT_PDF_NAME_LEN + 1];
    lookup job = {.it = it, .name = name};
    if (!format_pdf_name(it, name) || format_pdf_guard(it->pdf, pattern_find, &job) != LJ_OK ||
        !job.is_form || it->pattern_count >= FORMAT_PDF_PATTERNS) {
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
        format_pdf_state *now = format_pdf_top(it);
        now->ctm = fz_concat(job.matrix, it->base);
        now->clip =
            fz_infinite_rect; /* the cell is repeated over the area: its own box says nothing */
        now->fill = now->stroke = (format_pdf_color){.is_known = true};
    }
}

typedef struct gs_job {
    format_pdf_machine *it;
    const char *name;
    pdf_obj *font;
    float font_size;
} gs_job;

static void gs_find(fz_context *ctx, void *arg)
{
    gs_job *job = arg;
    format_pdf_state *now = format_pdf_top(job->it);
    pdf_obj *all = pdf_dict_get(ctx, format_pdf_inner(job->it)->resources, PDF_NAME(ExtGState));
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

void format_pdf_state_set(format_pdf_machine *it)
{
    char name[FORMAT_PDF_NAME_LEN + 1];
    gs_job job = {.it = it, .name = name};
    if (format_pdf_name(it, name) && format_pdf_guard(it->pdf, gs_find, &job) == LJ_OK &&
        job.font != NULL) {
        format_pdf_top(it)->font = format_pdf_font_load(it->pdf, job.font);
        format_pdf_top(it)->size = job.font_size;
    }
}

static void layer_find(fz_context *ctx, void *arg)
{
    lookup *job = arg;
    pdf_obj *resources = format_pdf_inner(job->it)->resources;
    pdf_obj *layer =
        pdf_dict_gets(ctx, pdf_dict_get(ctx, resources, PDF_NAME(Properties)), job->name);
    job->is_hidden =
        layer != NULL && pdf_is_ocg_hidden(ctx, job->it->pdf->doc, resources, "View", layer) != 0;
}

/* The replacement text of marked content (14.9.4) is what is copied instead of the letters. */
static void tell_replacement(format_pdf_machine *it, uint32_t from)
{
    for (uint32_t i = from; i + 1 < it->operand_count; i++) {
        const format_pdf_operand *key = &it->operands[i];
        const format_pdf_operand *value = &it->operands[i + 1];
        if (key->kind == FORMAT_PDF_NAME && value->kind == FORMAT_PDF_STRING && value->len > 2 &&
            (lj_slice_is(format_pdf_operand_text(it, key), LJ_BYTES("ActualText")) ||
             lj_slice_is(format_pdf_operand_text(it, key), LJ_BYTES("Alt")))) {
            format_pdf_item item = {.role = SPAN_ALT, .page_no = it->page->text.place.page_no};
            format_pdf_tell_bytes(it->pdf, &item, format_pdf_operand_text(it, value));
        }
    }
}

void format_pdf_mark_begin(format_pdf_machine *it)
{
    char name[FORMAT_PDF_NAME_LEN + 1];
    lookup job = {.it = it, .name = name};
    bool is_layer = it->operand_count == 2 && it->operands[0].kind == FORMAT_PDF_NAME &&
                    lj_slice_is(format_pdf_operand_text(it, &it->operands[0]), LJ_BYTES("OC"));
    if (is_layer && format_pdf_name(it, name)) {
        (void)format_pdf_guard(it->pdf, layer_find, &job);
    } else {
        tell_replacement(it, 1);
    }
    format_pdf_mark_push(it, job.is_hidden);
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

lj_code format_pdf_inline_picture(format_pdf_machine *it)
{
    format_pdf_level *in = format_pdf_inner(it);
    int wide = 0;
    int high = 0;
    for (uint32_t i = 0; i + 1 < it->operand_count; i++) {
        lj_slice key = format_pdf_operand_text(it, &it->operands[i]);
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
        lj_code code = format_pdf_level_refill(it);
        if (code != LJ_OK) {
            return code;
        }
    }
}
