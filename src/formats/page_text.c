/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The letters and painted areas of one page, and what follows from both: contrast and cover.
 *
 * A letter is compared with the areas in the order of painting: the last plain area under it before
 * it was drawn is its background (white where there is none); an opaque area over it drawn later
 * covers it (F03, failed redactions). Only rectangles with sides along the axes, pictures and
 * shadings count, and at most PAGE_AREAS_MAX of a page: a fact must be true, so what is not known
 * gives none. Pictures give no background colour. */
#include "formats/page_text.h"

#include "text/fold.h"

enum {
    STYLES_MAX = 60000,
    TEXT_MAX = 8 * PAGE_GLYPHS_MAX,
    STYLE_LOOK_BACK = 8,
    CONTRAST_LEAST =
        24, /* sum of the differences of three channels below which letters cannot be seen */
};
static const float AREA_LEAST = 4.0F; /* points; thinner areas are rules */

bool page_text_init(page_text *page, format_run *run)
{
    *page = (page_text){.run = run, .arena = format_arena(run)};
    lj_buf_init(&page->text, page->arena, TEXT_MAX);
    page->areas = lj_arena_array(page->arena, PAGE_AREAS_MAX, sizeof(*page->areas));
    return page->areas != NULL;
}

uint16_t page_degrees(float x, float y)
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

static bool style_is(const page_style *a, const page_style *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->flags == b->flags && a->known == b->known &&
           a->hidden == b->hidden;
}

/* The number of an equal style, or of a new one. */
static uint16_t style_no(page_text *page, const page_style *style)
{
    for (uint32_t i = 1; i <= STYLE_LOOK_BACK && i <= page->style_count; i++) {
        if (style_is(&page->styles[page->style_count - i], style)) {
            return (uint16_t)(page->style_count - i);
        }
    }
    if (page->style_count == page->style_cap) {
        void *table = page->styles;
        if (page->style_count >= STYLES_MAX || page->is_fixed ||
            !grow(page->arena, &table, &page->style_cap, sizeof(*style), 64)) {
            return page->style_count == 0 ? 0 : (uint16_t)(page->style_count - 1);
        }
        page->styles = table;
    }
    page->styles[page->style_count] = *style;
    return (uint16_t)page->style_count++;
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

void page_text_add(page_text *page, const page_glyph *glyph, const int *letters, int count,
                   const page_style *style)
{
    if (page_text_is_full(page)) {
        page->lost = true; /* the reader has not asked */
        return;
    }
    if (page->count == page->cap) {
        void *table = page->items;
        if (page->is_fixed || !grow(page->arena, &table, &page->cap, sizeof(*glyph), 1024)) {
            page->lost = true;
            return;
        }
        page->items = table;
    }
    page_glyph *added = &page->items[page->count];
    *added = *glyph;
    added->x = held(glyph->x);
    added->y = held(glyph->y);
    added->advance = held(glyph->advance);
    added->size = held(glyph->size);
    added->text_at = (uint32_t)page->text.len;
    added->is_blank = count > 0;
    for (int i = 0; i < count; i++) {
        lj_buf_put_utf8(&page->text, letters[i] == 0 ? 0xFFFD : (uint32_t)letters[i]);
        added->is_blank = added->is_blank && is_blank(letters[i]);
    }
    if (count == 0) {
        lj_buf_put_utf8(&page->text, 0xFFFD);
        page->unmapped++;
    }
    if (!lj_buf_ok(&page->text)) {
        page->lost = true;
        return;
    }
    added->text_len = (uint8_t)(page->text.len - added->text_at);
    added->is_han = count == 1 && text_is_han((uint32_t)letters[0]);
    added->style = style_no(page, style);
    page->count++;
    page->total++;
}

void page_text_add_area(page_text *page, const page_area *area)
{
    if (area->box.x1 - area->box.x0 < AREA_LEAST || area->box.y1 - area->box.y0 < AREA_LEAST ||
        page->area_count >= PAGE_AREAS_MAX) {
        return;
    }
    page->areas[page->area_count] = *area;
    page->areas[page->area_count++].at = page->count;
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

static bool area_holds(const page_area *area, float x, float y)
{
    return x >= area->box.x0 && x <= area->box.x1 && y >= area->box.y0 && y <= area->box.y1;
}

/* Completes the style of one letter. */
static void look_at(page_text *page, uint32_t idx)
{
    page_glyph *glyph = &page->items[idx];
    page_style style = page->styles[glyph->style];
    float radians = (float)glyph->degrees * 0.01745329F;
    float ux = glyph->degrees == 0 ? 1.0F : cosf(radians);
    float uy = glyph->degrees == 0 ? 0.0F : sinf(radians);
    float x = glyph->x + ux * glyph->advance * 0.5F + uy * glyph->size * 0.3F;
    float y = glyph->y + uy * glyph->advance * 0.5F - ux * glyph->size * 0.3F;
    bool has_ground = true;
    uint32_t ground = 0xFFFFFF;
    for (uint32_t i = page->area_count; i > 0; i--) {
        const page_area *area = &page->areas[i - 1];
        if (!area_holds(area, x, y) || (!area->is_opaque && !area->is_unsure)) {
            continue;
        }
        if (area->at > idx && area->is_unsure) {
            continue;
        }
        if (area->at > idx) {
            style.hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_COVERED);
            continue;
        }
        has_ground = area->is_plain && !area->is_unsure;
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
static void look_at_styles(page_text *page)
{
    for (uint32_t i = 0; i < page->style_count; i++) {
        page_style *style = &page->styles[i];
        style->bg = 0xFFFFFF;
        style->known |= SPAN_KNOWS_BG;
        if ((style->known & SPAN_KNOWS_FG) != 0 && distance(style->fg, 0xFFFFFF) < CONTRAST_LEAST) {
            style->hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
}

void page_text_flush(page_text *page)
{
    if (page->count > 0 && page->stop == LJ_OK) {
        if (page->area_count == 0) {
            look_at_styles(page);
        } else {
            page->stop = format_work(page->run, (uint64_t)page->count * page->area_count / 4);
            for (uint32_t i = 0; i < page->count && page->stop == LJ_OK; i++) {
                look_at(page, i);
            }
        }
        page_lines_emit(page);
    }
    page->count = 0;
    page->style_count = 0;
    page->area_count = 0;
    lj_buf_clear(&page->text);
}
