/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pages and template pages.
 *
 * Specification: GB/T 33190-2016 7.7 (page: Template, PageRes, Area, Content, Actions), 7.2
 * (boxes).
 *
 * Model. A template is recorded once and takes part in the lines of every page that uses it, so
 * that a red head on a template, or a printed 密级 in front of a value on the page, become one
 * reading (O10); lines of nothing but template letters are told once, on the first page, with the
 * role `master`. Background templates are placed before the content, foreground ones behind it.
 * What no page uses is told at the end as not printed.
 *
 * A page that has only curves, but very many, is text drawn as outlines: the gap `picture`.
 *
 * Traps. The box of a page may differ from that of the document; it may begin elsewhere than at 0
 * 0. A page that uses a template that is not there; a Template element behind the content: its
 * areas then cover nothing, because nobody knows the order. */
#include "formats/ofd/ofd_content.h"

#include "base/num.h"

enum {
    TEMPLATES_MAX = 16, /* of one page */
    UNMAPPED_LEAST = 2, /* letters of the private use area that are told */
    PAGE_WORK = 256,
    OUTLINE_CURVES = 2000, /* curves that make a page without letters one of outlines */
};

/* ---- templates ---- */

lj_code ofd_templates_read(ofd_package *pkg)
{
    lj_code code = LJ_OK;
    ofd_doc *doc = pkg->doc;
    for (uint32_t i = 0; i < doc->template_count; i++) {
        ofd_resource *row = ofd_res_enter(doc, OFD_RES_TEMPLATE, doc->templates[i].id);
        if (row != NULL) {
            row->link = i;
        }
    }
    for (uint32_t i = 0; i < doc->template_count && code == LJ_OK; i++) {
        ofd_template *template = &doc->templates[i];
        if (pkg->parts[template->part].is_done) {
            continue;
        }
        template->scene = ofd_scene_begin(doc);
        doc->recorded = template->part;
        code = ofd_page_visit(pkg, template->part);
        doc->recorded = OFD_NONE;
        ofd_scene_end(doc, template->scene);
    }
    return code;
}

/* ---- what no page uses ---- */

lj_code ofd_scenes_rest(ofd_package *pkg)
{
    ofd_doc *doc = pkg->doc;
    ofd_page page = {.has_page = false};
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    if (!page_text_init(&page.text, pkg->run)) {
        return LJ_E_LIMIT;
    }
    lj_code code = LJ_OK;
    page.text.story_id = ++pkg->story_count;
    page.text.hidden_by =
        ofd_hidden_of(pkg, &pkg->parts[doc->part]) | SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    for (uint32_t i = 0; i < doc->template_count && code == LJ_OK; i++) {
        uint32_t scene = doc->templates[i].scene;
        if (scene != OFD_NONE && !doc->scenes[scene].is_used) {
            page.text.place.part_id = ofd_part_id(pkg, doc->templates[i].part);
            page.text.role = SPAN_MASTER;
            code = ofd_scene_tell(pkg, &page, scene);
        }
    }
    page.text.place.part_id = 0;
    page.text.role = SPAN_TEXTBOX;
    for (uint32_t i = 0; i < doc->scene_count && code == LJ_OK; i++) {
        if (!doc->scenes[i].is_used) {
            code = ofd_scene_tell(pkg, &page, i);
        }
    }
    if (doc->is_cyclic && code == LJ_OK) {
        format_gap(pkg->run, GAP_DAMAGED, "cycle", (span_place){0});
    }
    lj_arena_rewind(pkg->arena, mark);
    return code;
}

/* ---- pages ---- */

typedef struct page_file {
    ofd_page page;
    ofd_content content;
    ofd_template *front[TEMPLATES_MAX], *placed[TEMPLATES_MAX];
    uint32_t front_count, placed_count;
    lj_buf text;         /* of Area and PageRes */
    uint16_t text_of;    /* OFD_PhysicalBox, OFD_PageRes or 0 */
    bool has_content;    /* a layer was seen */
    bool is_recorded;    /* a template page */
    uint32_t area_depth; /* depth + 1 of the Area element, 0 = outside */
} page_file;

static void template_place(ofd_xml *x, page_file *file, ofd_template *template, bool with_areas)
{
    page_owner owner = template->is_told ? PAGE_SHARED_TOLD : PAGE_SHARED;
    ofd_scene_place(
        x->pkg, &file->page, template->scene,
        ofd_matrix_move(-file->page.place_e * OFD_PT_PER_MM, -file->page.place_f * OFD_PT_PER_MM),
        0, owner, with_areas);
    if (file->placed_count < TEMPLATES_MAX) {
        file->placed[file->placed_count++] = template;
    }
    x->code = x->code == LJ_OK ? file->page.text.stop : x->code;
}

static void take_template(ofd_xml *x, page_file *file)
{
    lj_str order = XML_VALUE(x->token, "ZOrder");
    uint32_t id = ofd_id(XML_VALUE(x->token, "TemplateID"));
    ofd_doc *doc = x->pkg->doc;
    const ofd_resource *row = ofd_res_lookup(doc, OFD_RES_TEMPLATE, id);
    ofd_template *template = row != NULL ? &doc->templates[row->link] : NULL;
    if (template == NULL) {
        if (doc != NULL && !x->pkg->is_lost) {
            ofd_gap(x->pkg, "template", x->base.place);
        }
        return;
    }
    bool is_front = order.len > 0 ? OFD_IS(order, "Foreground") : template->is_front;
    if (file->is_recorded) {
        ofd_scene_use(x->pkg->doc,
                      &(ofd_use){.at = ofd_matrix_scale(1), .id = id, .is_template = true});
    } else if (template->scene == OFD_NONE) {
        return; /* its text was emitted piece by piece */
    } else if (is_front && file->front_count < TEMPLATES_MAX) {
        file->front[file->front_count++] = template;
    } else {
        template_place(x, file, template, !file->has_content);
    }
}

/* The box of the page is known: what comes now is measured by it. */
static void take_box(page_file *file, lj_str text)
{
    float box[4];
    if (file->is_recorded || ofd_numbers(text, box, 4) < 4 || !(box[2] > 0) || !(box[3] > 0)) {
        return;
    }
    ofd_page *page = &file->page;
    page->has_page = true;
    page->place_e = box[0];
    page->place_f = box[1];
    page->text.width = box[2] * OFD_PT_PER_MM;
    page->text.height = box[3] * OFD_PT_PER_MM;
}

static void content_base(page_file *file)
{
    file->content.base = ofd_matrix_scale(OFD_PT_PER_MM);
    if (!file->is_recorded) {
        file->content.base = ofd_matrix_concat(
            ofd_matrix_move(-file->page.place_e, -file->page.place_f), file->content.base);
    }
}

/* Resources of its own that are not known yet: they are read first, then the page again. */
static void take_res(ofd_xml *x, page_file *file, lj_str text)
{
    uint32_t part = ofd_follow(x, text);
    ofd_doc *doc = x->pkg->doc;
    if (part != OFD_NONE && doc != NULL && !x->pkg->parts[part].is_done && !file->has_content) {
        doc->page_res = part;
        x->is_put_off = true;
    }
}

/* True when the token was one of the page itself, not of its content. */
static bool page_take(ofd_xml *x, page_file *file)
{
    const xml_token *token = x->token;
    if (token->kind == XML_TEXT) {
        if (file->text_of != 0) {
            lj_buf_put(&file->text, lj_str_bytes(token->text));
        }
        return file->text_of != 0;
    }
    if (token->kind == XML_END) {
        bool is_mine = file->text_of != 0 && token->id == file->text_of;
        if (is_mine && token->id == OFD_PhysicalBox) {
            take_box(file, lj_buf_str(&file->text));
            content_base(file);
        } else if (is_mine) {
            take_res(x, file, lj_buf_str(&file->text));
        }
        file->text_of = is_mine ? 0 : file->text_of;
        file->area_depth = token->depth + 1 == file->area_depth ? 0 : file->area_depth;
        return is_mine;
    }
    switch (token->id) {
    case OFD_Area:
        file->area_depth = file->has_content ? file->area_depth : token->depth + 1;
        return false;
    case OFD_PhysicalBox:
    case OFD_PageRes:
        if (token->id == OFD_PhysicalBox && file->area_depth == 0) {
            return false;
        }
        file->text_of = token->id;
        lj_buf_clear(&file->text);
        return true;
    case OFD_Template:
        take_template(x, file);
        return true;
    case OFD_Layer:
        file->has_content = true;
        return false;
    default:
        return false;
    }
}

static void page_end(ofd_xml *x, page_file *file)
{
    for (uint32_t i = 0; i < file->front_count && x->code == LJ_OK; i++) {
        template_place(x, file, file->front[i], true);
    }
    for (uint32_t i = 0; i < file->placed_count; i++) {
        file->placed[i]->is_told = true;
    }
    uint32_t unmapped = file->page.text.unmapped;
    if (file->page.text.total == 0 && file->content.curves >= OUTLINE_CURVES) {
        format_gap(x->pkg->run, GAP_PICTURE, "outlines", file->page.text.place);
    }
    if (ofd_page_flush(&file->page, x) == LJ_OK && unmapped >= UNMAPPED_LEAST) {
        format_gap(x->pkg->run, GAP_NO_TEXT_MAP, NULL, file->page.text.place);
    }
}

void ofd_read_page(ofd_xml *x)
{
    ofd_doc *doc = x->pkg->doc;
    page_file *file = lj_arena_alloc(x->pkg->arena, sizeof(*file));
    uint32_t page_no = x->base.place.page_no;
    if (file == NULL || !ofd_page_init(&file->page, x, page_no, doc != NULL ? doc->box : NULL)) {
        x->code = LJ_E_LIMIT;
        return;
    }
    file->is_recorded = doc != NULL && doc->recorded == x->part;
    lj_buf_init(&file->text, x->pkg->arena, 4096);
    ofd_page *page = file->is_recorded ? NULL : &file->page;
    if (!ofd_content_init(&file->content, x, page, ofd_matrix_scale(OFD_PT_PER_MM))) {
        x->code = LJ_E_LIMIT;
        return;
    }
    file->content.role = file->is_recorded ? SPAN_MASTER : SPAN_BODY;
    file->content.page_id =
        doc != NULL && page_no > 0 && page_no <= doc->page_count ? doc->pages[page_no - 1].id : 0;
    content_base(file);
    uint32_t depth = x->token->depth;
    x->code = format_work(x->pkg->run, PAGE_WORK);
    while (!x->is_put_off && ofd_next(x) &&
           (x->token->kind != XML_END || x->token->depth != depth)) {
        if (!page_take(x, file)) {
            ofd_content_take(&file->content);
        }
    }
    if (x->is_put_off && file->is_recorded) {
        doc->use_count = doc->scenes != NULL && doc->scene_count > 0
                             ? doc->scenes[doc->scene_count - 1].use_from
                             : doc->use_count;
    } else if (!x->is_put_off && !file->is_recorded) {
        page_end(x, file);
    }
}
