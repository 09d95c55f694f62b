/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Scenes: what is recorded once and placed often - template pages and composite units - and the
 * page that letters are placed on.
 *
 * Specification: GB/T 33190-2016 7.7 (template pages, ZOrder), 13 (composite objects).
 *
 * Model. All scenes of a document lie in one pool of letters and areas of a fixed size, each in
 * coordinates of its own; a scene may use others. To place one, its letters are moved by a matrix
 * and added to the page; what it uses is placed in between, in the order of painting, on an
 * explicit stack. Whether a letter is off the page or tiny is seen only there.
 *
 * Traps. Templates that use each other in a circle: a scene that is open is not entered again, and
 * the document counts as damaged. A unit that holds a hundred of the next, ten levels deep: scenes
 * of a page are counted, each letter is charged.
 *
 * Limits. The pool holds POOL_MAX letters; what does not fit is emitted piece by piece when it is
 * met (ofd_object.c), without a place. OFD_NESTING levels, PLACED_MAX scenes of a page. */
#include "formats/ofd/ofd_doc.h"

#include "base/num.h"
#include "text/fold.h"

enum {
    POOL_MAX = 24576,
    POOL_STYLES = 4096,
    GLYPH_LEN = 8, /* bytes of XML that a letter takes at least, as a rule */
    PLACED_MAX = 4096,
    LETTER_WORK = 16,
    TINY_PT = 4, /* span.h: below 4 pt after all scaling */
};

/* ---- the pool ---- */

bool ofd_scenes_init(ofd_package *pkg, ofd_doc *doc)
{
    uint32_t cap = (uint32_t)lj_min_u64(pkg->text_len / GLYPH_LEN + 256, POOL_MAX);
    page_text *pool = &doc->pool;
    *pool = (page_text){.run = pkg->run, .arena = pkg->arena, .is_fixed = true};
    pool->cap = cap;
    pool->style_cap = POOL_STYLES;
    doc->scene_cap = cap / 4;
    pool->items = lj_arena_alloc_raw(pkg->arena, cap * sizeof(*pool->items));
    pool->styles = lj_arena_alloc_raw(pkg->arena, POOL_STYLES * sizeof(*pool->styles));
    pool->areas = lj_arena_alloc_raw(pkg->arena, PAGE_AREAS_MAX * sizeof(*pool->areas));
    doc->scenes = lj_arena_alloc_raw(pkg->arena, doc->scene_cap * sizeof(*doc->scenes));
    doc->uses = lj_arena_alloc_raw(pkg->arena, OFD_USES * sizeof(*doc->uses));
    lj_buf_init(&pool->text, pkg->arena, (size_t)cap * 4);
    bool has_room = lj_buf_room(&pool->text, (size_t)cap * 4) != NULL;
    doc->has_pool = has_room && pool->items != NULL && pool->styles != NULL &&
                    pool->areas != NULL && doc->scenes != NULL && doc->uses != NULL;
    return doc->has_pool;
}

uint32_t ofd_scene_begin(ofd_doc *doc)
{
    if (!doc->has_pool || doc->scene_count >= doc->scene_cap) {
        return OFD_NONE;
    }
    doc->scenes[doc->scene_count] = (ofd_scene){.glyph_from = doc->pool.count,
                                                .area_from = doc->pool.area_count,
                                                .use_from = doc->use_count};
    return doc->scene_count++;
}

void ofd_scene_end(ofd_doc *doc, uint32_t scene)
{
    if (scene != OFD_NONE) {
        doc->scenes[scene].glyph_to = doc->pool.count;
        doc->scenes[scene].area_to = doc->pool.area_count;
        doc->scenes[scene].use_to = doc->use_count;
    }
}

bool ofd_scenes_are_full(const ofd_doc *doc)
{
    return !doc->has_pool || doc->pool.count >= doc->pool.cap ||
           doc->pool.style_count >= doc->pool.style_cap || doc->scene_count >= doc->scene_cap;
}

void ofd_scene_use(ofd_doc *doc, const ofd_use *use)
{
    if (doc->has_pool && doc->use_count < OFD_USES) {
        doc->uses[doc->use_count] = *use;
        doc->uses[doc->use_count++].glyph_at = doc->pool.count;
    }
}

/* ---- letters on a page ---- */

bool ofd_page_init(ofd_page *page, ofd_xml *x, uint32_t page_no, const float box[4])
{
    *page = (ofd_page){.has_page = box != NULL && box[2] > 0 && box[3] > 0};
    if (!page_text_init(&page->text, x->pkg->run)) {
        return false;
    }
    page_text *text = &page->text;
    text->place.page_no = page_no;
    text->place.part_id = ofd_part_id(x->pkg, x->part);
    text->role = SPAN_BODY;
    text->hidden_by = x->base.hidden_by;
    text->rev_idx = x->base.rev_idx;
    text->story_id = x->base.story_id;
    if (page->has_page) {
        page->place_e = box[0];
        page->place_f = box[1];
        text->width = box[2] * OFD_PT_PER_MM;
        text->height = box[3] * OFD_PT_PER_MM;
    }
    return true;
}

lj_code ofd_page_flush(ofd_page *page, ofd_xml *x)
{
    if (x->code == LJ_OK) {
        page_text_flush(&page->text);
        x->code = page->text.stop;
        if (page->text.lost && x->code == LJ_OK) {
            format_gap(x->pkg->run, GAP_MEMORY, "arena", page->text.place);
            page->text.lost = false;
        }
    }
    return x->code;
}

void ofd_page_letter(ofd_page *page, page_glyph *glyph, uint32_t letter, page_style *style)
{
    page_text *text = &page->text;
    if (page_text_is_full(text)) {
        page_text_flush(text);
    }
    uint32_t before = style->hidden;
    if (glyph->size < (float)TINY_PT) {
        style->hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_TINY);
    }
    if (page->has_page) {
        float radians = (float)glyph->degrees * 0.01745329F;
        float ux = glyph->degrees == 0 ? 1.0F : cosf(radians);
        float uy = glyph->degrees == 0 ? 0.0F : sinf(radians);
        float x = glyph->x + ux * glyph->advance * 0.5F + uy * glyph->size * 0.3F;
        float y = glyph->y + uy * glyph->advance * 0.5F - ux * glyph->size * 0.3F;
        if (!(x >= 0 && y >= 0 && x <= text->width && y <= text->height)) {
            style->hidden |= (uint32_t)SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE);
        }
    }
    int code_point = (int)letter;
    page_text_add(text, glyph, &code_point, 1, style);
    style->hidden = before;
}

/* ---- placing ---- */

typedef struct level {
    ofd_scene *scene;
    ofd_matrix at;
    uint32_t next_glyph, next_area, next_use;
    uint32_t hidden;
    bool has_areas;
} level;

static float column(float x, float y)
{
    return sqrtf(x * x + y * y);
}

/* A letter of the pool, moved. */
static void glyph_place(const ofd_doc *doc, ofd_page *page, const level *now, page_owner owner)
{
    page_glyph glyph = doc->pool.items[now->next_glyph];
    page_style style = doc->pool.styles[glyph.style];
    ofd_matrix m = now->at;
    float x = glyph.x * m.a + glyph.y * m.c + m.e;
    float y = glyph.x * m.b + glyph.y * m.d + m.f;
    float radians = (float)glyph.degrees * 0.01745329F;
    float ux = glyph.degrees == 0 ? 1.0F : cosf(radians);
    float uy = glyph.degrees == 0 ? 0.0F : sinf(radians);
    float vx = ux * m.a + uy * m.c;
    float vy = ux * m.b + uy * m.d;
    lj_str text = {(const char *)doc->pool.text.ptr + glyph.text_at, glyph.text_len};
    size_t len = 0;
    uint32_t letter = text_code_point(text, 0, &len);
    glyph.x = x;
    glyph.y = y;
    glyph.advance *= column(vx, vy);
    glyph.size *= column(uy * m.a - ux * m.c, uy * m.b - ux * m.d);
    glyph.degrees = page_degrees(vx, vy);
    glyph.owner = (uint8_t)owner;
    style.hidden |= now->hidden;
    ofd_page_letter(page, &glyph, letter, &style);
}

/* An area of the pool, moved; one that is turned is left out. */
static void area_place(const ofd_doc *doc, ofd_page *page, const level *now)
{
    page_area area = doc->pool.areas[now->next_area];
    ofd_matrix m = now->at;
    bool is_straight = (m.b == 0 && m.c == 0) || (m.a == 0 && m.d == 0);
    if (!is_straight || !now->has_areas || now->hidden != 0) {
        return;
    }
    float x0 = area.box.x0 * m.a + area.box.y0 * m.c + m.e;
    float y0 = area.box.x0 * m.b + area.box.y0 * m.d + m.f;
    float x1 = area.box.x1 * m.a + area.box.y1 * m.c + m.e;
    float y1 = area.box.x1 * m.b + area.box.y1 * m.d + m.f;
    area.box = (page_box){fminf(x0, x1), fminf(y0, y1), fmaxf(x0, x1), fmaxf(y0, y1)};
    page_text_add_area(&page->text, &area);
}

static uint32_t use_scene(const ofd_doc *doc, const ofd_use *use)
{
    const ofd_resource *row =
        ofd_res_lookup(doc, use->is_template ? OFD_RES_TEMPLATE : OFD_RES_UNIT, use->id);
    if (row == NULL) {
        return OFD_NONE;
    }
    return use->is_template ? doc->templates[row->link].scene : row->link;
}

static level level_of(ofd_scene *scene, ofd_matrix at, uint32_t hidden, bool has_areas)
{
    scene->is_used = true;
    return (level){.scene = scene,
                   .at = at,
                   .next_glyph = scene->glyph_from,
                   .next_area = scene->area_from,
                   .next_use = scene->use_from,
                   .hidden = hidden,
                   .has_areas = has_areas};
}

/* The next thing of the scene on top; false when it is at its end. *out_use: a scene to enter. */
static bool level_step(const ofd_doc *doc, ofd_page *page, level *now, page_owner owner,
                       const ofd_use **out_use)
{
    const ofd_scene *scene = now->scene;
    *out_use = NULL;
    if (now->next_area < scene->area_to && (doc->pool.areas[now->next_area].at <= now->next_glyph ||
                                            now->next_glyph == scene->glyph_to)) {
        area_place(doc, page, now);
        now->next_area++;
    } else if (now->next_use < scene->use_to &&
               doc->uses[now->next_use].glyph_at <= now->next_glyph) {
        *out_use = &doc->uses[now->next_use++];
    } else if (now->next_glyph < scene->glyph_to) {
        glyph_place(doc, page, now, owner);
        now->next_glyph++;
    } else {
        return false;
    }
    return true;
}

lj_code ofd_scene_tell(ofd_package *pkg, ofd_page *page, uint32_t scene)
{
    ofd_doc *doc = pkg->doc;
    level now = level_of(&doc->scenes[scene], ofd_matrix_scale(1), 0, false);
    for (; now.next_glyph < now.scene->glyph_to; now.next_glyph++) {
        glyph_place(doc, page, &now, PAGE_OWN);
    }
    page_text_flush(&page->text);
    return page->text.stop;
}

void ofd_scene_place(ofd_package *pkg, ofd_page *page, uint32_t scene, ofd_matrix at,
                     uint32_t hidden, page_owner owner, bool with_areas)
{
    ofd_doc *doc = pkg->doc;
    level stack[OFD_NESTING];
    if (doc == NULL || scene >= doc->scene_count) {
        return;
    }
    uint32_t depth = 1;
    stack[0] = level_of(&doc->scenes[scene], at, hidden, with_areas);
    while (depth > 0 && page->text.stop == LJ_OK) {
        level *now = &stack[depth - 1];
        const ofd_use *use = NULL;
        if (!level_step(doc, page, now, owner, &use)) {
            uint64_t letters = now->scene->glyph_to - now->scene->glyph_from;
            page->text.stop = format_work(pkg->run, letters * LETTER_WORK + LETTER_WORK);
            depth--;
            continue;
        }
        uint32_t inner = use != NULL ? use_scene(doc, use) : OFD_NONE;
        if (inner >= doc->scene_count) {
            continue;
        }
        bool is_open = false;
        for (uint32_t i = 0; i < depth; i++) {
            is_open = is_open || stack[i].scene == &doc->scenes[inner];
        }
        if (is_open || depth == OFD_NESTING || page->placed >= PLACED_MAX) {
            doc->is_cyclic = true;
            continue;
        }
        page->placed++;
        stack[depth++] = level_of(&doc->scenes[inner], ofd_matrix_concat(use->at, now->at),
                                  now->hidden | use->hidden, now->has_areas);
    }
}
