/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The letters and painted areas of one page, and what follows from both: contrast and cover.
 *
 * A letter is compared with the areas in the order of painting: the last plain area under it before
 * it was drawn is its background (white where there is none); an opaque area over it drawn later
 * covers it (F03, failed redactions). Only rectangles with sides along the axes, pictures and
 * shadings count, and at most FORMAT_PDF_AREAS of a page: a fact must be true, so what is not known
 * gives none. Pictures give no background colour. */
#include "formats/pdf/pdf_priv.h"

#include "text/fold.h"

enum {
    STYLES_MAX = 60000,
    TEXT_MAX = 8 * FORMAT_PDF_GLYPHS,
    STYLE_LOOK_BACK = 8,
    CONTRAST_LEAST =
        24, /* sum of the differences of three channels below which letters cannot be seen */
};
static const float AREA_LEAST = 4.0F; /* points; thinner areas are rules */

bool format_pdf_glyphs_init(format_pdf_glyphs *glyphs, lj_arena *arena)
{
    *glyphs = (format_pdf_glyphs){0};
    lj_buf_init(&glyphs->text, arena, TEXT_MAX);
    glyphs->areas = lj_arena_array(arena, FORMAT_PDF_AREAS, sizeof(*glyphs->areas));
    return glyphs->areas != NULL;
}

/* Doubles a table in the arena; false without memory. */
static bool grow(lj_arena *arena, void **table, uint32_t *cap, size_t size, uint32_t first)
{
    uint32_t next = *cap == 0 ? first : *cap * 2;
    void *grown = lj_arena_grow(arena, *table, *cap * size, next * size);
    if (grown == NULL) {
        return false;
    }
    *table = grown;
    *cap = next;
    return true;
}

static bool style_is(const format_pdf_style *a, const format_pdf_style *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->flags == b->flags && a->known == b->known &&
           a->hidden == b->hidden;
}

/* The number of an equal style, or of a new one. */
static uint16_t style_no(format_pdf_page *page, const format_pdf_style *style)
{
    format_pdf_glyphs *glyphs = &page->glyphs;
    for (uint32_t i = 1; i <= STYLE_LOOK_BACK && i <= glyphs->style_count; i++) {
        if (style_is(&glyphs->styles[glyphs->style_count - i], style)) {
            return (uint16_t)(glyphs->style_count - i);
        }
    }
    if (glyphs->style_count == glyphs->style_cap) {
        void *table = glyphs->styles;
        if (glyphs->style_count >= STYLES_MAX ||
            !grow(page->pdf->arena, &table, &glyphs->style_cap, sizeof(*style), 64)) {
            return glyphs->style_count == 0 ? 0 : (uint16_t)(glyphs->style_count - 1);
        }
        glyphs->styles = table;
    }
    glyphs->styles[glyphs->style_count] = *style;
    return (uint16_t)glyphs->style_count++;
}

/* Matrices of a broken document overflow: such places become far away ones, so that everything can
 * be compared. */
static float held(float value)
{
    return !(value > -1e6F) ? -1e6F : value > 1e6F ? 1e6F : value;
}

static bool is_blank(int letter)
{
    return letter <= ' ' || letter == 0xA0 || letter == 0x3000 ||
           (letter >= 0x2000 && letter <= 0x200A);
}

void format_pdf_glyph_add(format_pdf_page *page, const format_pdf_glyph *glyph, const int *letters,
                          int count, const format_pdf_style *style)
{
    format_pdf_glyphs *glyphs = &page->glyphs;
    if (glyphs->count >= FORMAT_PDF_GLYPHS) {
        format_pdf_page_flush(page);
    }
    if (glyphs->count == glyphs->cap) {
        void *table = glyphs->items;
        if (!grow(page->pdf->arena, &table, &glyphs->cap, sizeof(*glyph), 1024)) {
            glyphs->lost = true;
            return;
        }
        glyphs->items = table;
    }
    format_pdf_glyph *added = &glyphs->items[glyphs->count];
    *added = *glyph;
    added->x = held(glyph->x);
    added->y = held(glyph->y);
    added->advance = held(glyph->advance);
    added->size = held(glyph->size);
    added->text_at = (uint32_t)glyphs->text.len;
    added->is_blank = count > 0;
    for (int i = 0; i < count; i++) {
        lj_buf_put_utf8(&glyphs->text, letters[i] == 0 ? 0xFFFD : (uint32_t)letters[i]);
        added->is_blank = added->is_blank && is_blank(letters[i]);
    }
    if (count == 0) {
        lj_buf_put_utf8(&glyphs->text, 0xFFFD);
        glyphs->unmapped++;
    }
    if (!lj_buf_ok(&glyphs->text)) {
        glyphs->lost = true;
        return;
    }
    added->text_len = (uint8_t)(glyphs->text.len - added->text_at);
    added->is_han = count == 1 && text_is_han((uint32_t)letters[0]);
    added->style = style_no(page, style);
    glyphs->count++;
    page->total_glyphs++;
}

void format_pdf_area_add(format_pdf_page *page, const format_pdf_area *area)
{
    format_pdf_glyphs *glyphs = &page->glyphs;
    if (area->box.x1 - area->box.x0 < AREA_LEAST || area->box.y1 - area->box.y0 < AREA_LEAST ||
        glyphs->area_count >= FORMAT_PDF_AREAS) {
        return;
    }
    glyphs->areas[glyphs->area_count] = *area;
    glyphs->areas[glyphs->area_count++].at = glyphs->count;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    uint32_t sum = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int difference = (int)(a >> shift & 0xFF) - (int)(b >> shift & 0xFF);
        sum += (uint32_t)(difference < 0 ? -difference : difference);
    }
    return sum;
}

static bool area_holds(const format_pdf_area *area, float x, float y)
{
    return x >= area->box.x0 && x <= area->box.x1 && y >= area->box.y0 && y <= area->box.y1;
}

/* Completes the style of one letter. */
static void look_at(format_pdf_page *page, uint32_t idx)
{
    format_pdf_glyphs *glyphs = &page->glyphs;
    format_pdf_glyph *glyph = &glyphs->items[idx];
    format_pdf_style style = glyphs->styles[glyph->style];
    float radians = (float)glyph->degrees * 0.01745329F;
    float ux = glyph->degrees == 0 ? 1.0F : cosf(radians);
    float uy = glyph->degrees == 0 ? 0.0F : sinf(radians);
    float x = glyph->x + ux * glyph->advance * 0.5F + uy * glyph->size * 0.3F;
    float y = glyph->y + uy * glyph->advance * 0.5F - ux * glyph->size * 0.3F;
    bool has_ground = true;
    uint32_t ground = 0xFFFFFF;
    for (uint32_t i = glyphs->area_count; i > 0; i--) {
        const format_pdf_area *area = &glyphs->areas[i - 1];
        if (!area_holds(area, x, y) || !area->is_opaque) {
            continue;
        }
        if (area->at > idx) {
            style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_COVERED);
            continue;
        }
        has_ground = area->is_plain;
        ground = area->color;
        break;
    }
    if (has_ground) {
        style.bg = ground;
        style.known |= SPAN_KNOWS_BG;
        if ((style.known & SPAN_KNOWS_FG) != 0 && distance(style.fg, ground) < CONTRAST_LEAST) {
            style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    glyph->style = style_no(page, &style);
}

/* Without areas only the colour matters: the styles are completed once, not letter by letter. */
static void look_at_styles(format_pdf_glyphs *glyphs)
{
    for (uint32_t i = 0; i < glyphs->style_count; i++) {
        format_pdf_style *style = &glyphs->styles[i];
        style->bg = 0xFFFFFF;
        style->known |= SPAN_KNOWS_BG;
        if ((style->known & SPAN_KNOWS_FG) != 0 && distance(style->fg, 0xFFFFFF) < CONTRAST_LEAST) {
            style->hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
}

void format_pdf_page_flush(format_pdf_page *page)
{
    format_pdf_glyphs *glyphs = &page->glyphs;
    if (glyphs->count > 0 && page->pdf->stop == LJ_OK) {
        if (glyphs->area_count == 0) {
            look_at_styles(glyphs);
        } else {
            (void)format_pdf_work(page->pdf, (uint64_t)glyphs->count * glyphs->area_count / 4);
            for (uint32_t i = 0; i < glyphs->count; i++) {
                look_at(page, i);
            }
        }
        format_pdf_lines_emit(page);
    }
    glyphs->count = 0;
    glyphs->style_count = 0;
    glyphs->area_count = 0;
    lj_buf_clear(&glyphs->text);
}
