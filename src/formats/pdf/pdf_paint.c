/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The machine's letters and paths (ISO 32000-2 9.4, 8.5): where a letter stands, how large it is,
 * why it is not seen; which rectangles are painted and what the clip box is.
 *
 * A letter is tested at its middle: off the page, outside the clip box. Its size is that of the
 * font after all matrices; below 2 points it is tiny. Of a path only its box is kept, and its first
 * points to know a rectangle. */
#include "formats/pdf/pdf_machine.h"

enum { LETTER_WORK = 32 }; /* work units of a byte that is shown */

/* ---- letters ---- */

static uint32_t hidden_at(const format_pdf_machine *it, const format_pdf_state *now,
                          fz_point middle, float size)
{
    uint32_t hidden = 0;
    const format_pdf_page *page = it->page;
    if (middle.x < 0 || middle.y < 0 || middle.x > page->text.width ||
        middle.y > page->text.height) {
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
static page_style style_of(const format_pdf_machine *it, const format_pdf_state *now)
{
    bool strokes = now->mode == 1 || now->mode == 5;
    const format_pdf_color *color = strokes ? &now->stroke : &now->fill;
    float alpha = (strokes ? now->stroke_alpha : now->fill_alpha) * now->group_alpha;
    page_style style = {.fg = color->rgb, .flags = now->font->flags};
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

static void show(format_pdf_machine *it, lj_slice text)
{
    format_pdf_state *now = format_pdf_top(it);
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
    page_style style = style_of(it, now);
    if (size < 2.0F || along * fabsf(now->size * now->scale) < 0.5F) {
        style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_TINY);
    }
    uint32_t common = style.hidden;
    page_glyph glyph = {.size = size, .degrees = page_degrees(ux, uy)};
    (void)format_pdf_work(it->pdf, text.len * LETTER_WORK);
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

void format_pdf_letters_show(format_pdf_machine *it)
{
    for (uint32_t i = 0; i < it->operand_count; i++) {
        const format_pdf_operand *item = &it->operands[i];
        format_pdf_state *now = format_pdf_top(it);
        if (item->kind == FORMAT_PDF_STRING) {
            show(it, format_pdf_operand_text(it, item));
        } else if (item->kind == FORMAT_PDF_NUMBER) {
            float move = -item->number * 0.001F * now->size;
            bool vertical = now->font != NULL && now->font->vertical;
            it->tm =
                fz_pre_translate(it->tm, vertical ? 0 : move * now->scale, vertical ? move : 0);
        }
    }
}

/* ---- paths ---- */

void format_pdf_path_point(format_pdf_machine *it, float x, float y)
{
    fz_point point = fz_transform_point_xy(x, y, format_pdf_top(it)->ctm);
    format_pdf_rect_add(&it->path, point);
    if (it->point_count < FORMAT_PDF_POINTS) {
        it->points[it->point_count] = point;
    }
    it->point_count++;
}

void format_pdf_paint_area(format_pdf_machine *it, fz_rect box, const format_pdf_color *color,
                           bool is_whole)
{
    const format_pdf_state *now = format_pdf_top(it);
    fz_rect seen = format_pdf_rect_meet(box, now->clip);
    page_area area = {
        .box = {seen.x0, seen.y0, seen.x1, seen.y1},
        .color = color == NULL ? 0 : color->rgb,
        .is_plain = color != NULL && color->is_known,
        .is_opaque = is_whole && now->fill_alpha * now->group_alpha > 0.98F && !now->blends &&
                     it->hidden_count == 0
    };
    page_text_add_area(&it->page->text, &area);
}

void format_pdf_path_rect(format_pdf_machine *it)
{
    float x = format_pdf_number(it, 3);
    float y = format_pdf_number(it, 2);
    fz_rect rect = {x, y, x + format_pdf_number(it, 1), y + format_pdf_number(it, 0)};
    fz_matrix ctm = format_pdf_top(it)->ctm;
    fz_rect box = format_pdf_rect_through(rect, ctm);
    bool is_straight = (ctm.b == 0 && ctm.c == 0) || (ctm.a == 0 && ctm.d == 0);
    if (it->rect_count == 0 && it->point_count == 0 && is_straight) {
        it->points[0] = (fz_point){box.x0, box.y0};
        it->points[1] = (fz_point){box.x1, box.y1};
    }
    it->rect_count++;
    it->point_count += is_straight ? 0 : FORMAT_PDF_POINTS;
    format_pdf_rect_add(&it->path, (fz_point){box.x0, box.y0});
    format_pdf_rect_add(&it->path, (fz_point){box.x1, box.y1});
}

/* True when the path is one rectangle with its sides along the axes: its box is then what it
 * covers. */
static bool path_is_box(const format_pdf_machine *it)
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

void format_pdf_path_end(format_pdf_machine *it, bool fills, bool paints)
{
    if (fills && path_is_box(it)) {
        format_pdf_paint_area(it, it->path, &format_pdf_top(it)->fill, true);
    }
    if (paints) {
        it->page->curves += it->curve_count;
    }
    if (it->is_clip) {
        format_pdf_top(it)->clip = format_pdf_rect_meet(format_pdf_top(it)->clip, it->path);
    }
    it->path = format_pdf_rect_none();
    it->point_count = it->curve_count = it->rect_count = 0;
    it->is_clip = false;
}
