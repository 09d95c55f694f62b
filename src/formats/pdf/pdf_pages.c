/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The page tree and the pages (ISO 32000-2 7.7.3).
 *
 * The tree is walked here with a stack, not by MuPDF: inherited attributes are carried down from
 * the nodes that were really passed, so a wrong /Parent does no harm; a node that was seen is not
 * entered again; a node without /Kids is a page whatever its /Type says. When the tree gives
 * nothing, every object that calls itself a page is read. Limit: pages read in full; the rest is a
 * gap. */
#include "formats/pdf/pdf_priv.h"

enum {
    TREE_DEPTH = 256,
    OUTLINE_CURVES = 1500, /* curves on a page without letters: letters drawn as outlines */
    UNMAPPED_LEAST = 2,    /* letters without text that could be a mark */
};

typedef struct node {
    pdf_obj *obj;
    int next; /* kid to be visited */
    pdf_obj *resources, *media, *crop, *rotate;
} node;

typedef struct walk {
    format_pdf *pdf;
    format_pdf_page *page;
    node *nodes;
    uint32_t depth;
    pdf_mark_bits *seen;
    node leaf; /* the page that was found */
    int next_object;
    pdf_obj *contents;
    fz_rect box;
    int turn;
    float unit;
} walk;

/* ---- the tree ---- */

static node node_of(fz_context *ctx, pdf_obj *obj, const node *up)
{
    node made = {.obj = obj,
                 .resources = pdf_dict_get(ctx, obj, PDF_NAME(Resources)),
                 .media = pdf_dict_get(ctx, obj, PDF_NAME(MediaBox)),
                 .crop = pdf_dict_get(ctx, obj, PDF_NAME(CropBox)),
                 .rotate = pdf_dict_get(ctx, obj, PDF_NAME(Rotate))};
    if (up != NULL) {
        made.resources = made.resources != NULL ? made.resources : up->resources;
        made.media = made.media != NULL ? made.media : up->media;
        made.crop = made.crop != NULL ? made.crop : up->crop;
        made.rotate = made.rotate != NULL ? made.rotate : up->rotate;
    }
    return made;
}

static void walk_begin(fz_context *ctx, void *arg)
{
    walk *it = arg;
    it->seen = pdf_new_mark_bits(ctx, it->pdf->doc);
    pdf_obj *root = pdf_dict_get(ctx, pdf_trailer(ctx, it->pdf->doc), PDF_NAME(Root));
    pdf_obj *pages = pdf_dict_get(ctx, root, PDF_NAME(Pages));
    if (pdf_is_dict(ctx, pages)) {
        it->nodes[0] = node_of(ctx, pages, NULL);
        it->depth = 1;
    } else {
        it->pdf->damaged = true;
    }
}

/* The next page of the tree, or none: leaf.obj is NULL. */
static void walk_next(fz_context *ctx, void *arg)
{
    walk *it = arg;
    it->leaf.obj = NULL;
    while (it->depth > 0) {
        node *top = &it->nodes[it->depth - 1];
        pdf_obj *kids = pdf_dict_get(ctx, top->obj, PDF_NAME(Kids));
        if (!pdf_is_array(ctx, kids) && top->next == 0) {
            it->leaf = *top;
            it->depth--;
            return;
        }
        if (top->next >= pdf_array_len(ctx, kids)) {
            it->depth--;
            continue;
        }
        pdf_obj *kid = pdf_array_get(ctx, kids, top->next++);
        (void)format_pdf_work(it->pdf, 8);
        if (it->pdf->stop != LJ_OK) {
            it->depth = 0;
            return;
        }
        if (!pdf_is_dict(ctx, kid)) {
            it->pdf->damaged = true;
            continue;
        }
        if (pdf_mark_bits_set(ctx, it->seen, kid) || it->depth >= TREE_DEPTH) {
            /* The same page twice is drawn twice; a node of the tree twice is a loop. */
            it->pdf->damaged =
                it->pdf->damaged || pdf_is_array(ctx, pdf_dict_get(ctx, kid, PDF_NAME(Kids)));
            continue;
        }
        it->nodes[it->depth] = node_of(ctx, kid, top);
        it->depth++;
    }
}

/* The next object that calls itself a page. */
static void scan_next(fz_context *ctx, void *arg)
{
    walk *it = arg;
    it->leaf.obj = NULL;
    int count = pdf_xref_len(ctx, it->pdf->doc);
    while (it->next_object < count && it->pdf->stop == LJ_OK) {
        int num = it->next_object++;
        (void)format_pdf_work(it->pdf, 16);
        pdf_obj *obj = pdf_load_object(ctx, it->pdf->doc, num);
        if (pdf_name_eq(ctx, pdf_dict_get(ctx, obj, PDF_NAME(Type)), PDF_NAME(Page))) {
            it->leaf = node_of(ctx, obj, NULL);
            return;
        }
        pdf_drop_obj(ctx, obj);
    }
}

/* ---- one page ---- */

static void page_find(fz_context *ctx, void *arg)
{
    walk *it = arg;
    it->contents = pdf_dict_get(ctx, it->leaf.obj, PDF_NAME(Contents));
    it->box = pdf_to_rect(ctx, it->leaf.media);
    if (it->leaf.media == NULL || it->box.x1 - it->box.x0 < 1 || it->box.y1 - it->box.y0 < 1) {
        it->box = (fz_rect){0, 0, 612, 792};
    }
    if (it->leaf.crop != NULL) {
        fz_rect crop = fz_intersect_rect(it->box, pdf_to_rect(ctx, it->leaf.crop));
        if (crop.x1 - crop.x0 >= 1 && crop.y1 - crop.y0 >= 1) {
            it->box = crop;
        }
    }
    it->turn = ((pdf_to_int(ctx, it->leaf.rotate) / 90) % 4 + 4) % 4;
    it->unit = pdf_dict_get_real(ctx, it->leaf.obj, PDF_NAME(UserUnit));
    it->unit = it->unit > 0 ? it->unit : 1.0F;
}

/* From default user space to points from the top left of the page as it is seen. */
static fz_matrix page_matrix(const walk *it)
{
    fz_rect box = it->box;
    static const fz_matrix turns[4] = {
        {1,  0,  0,  -1, 0, 0},
        {0,  1,  1,  0,  0, 0},
        {-1, 0,  0,  1,  0, 0},
        {0,  -1, -1, 0,  0, 0}
    };
    fz_matrix matrix = turns[it->turn];
    switch (it->turn) {
    case 0:
        matrix.e = -box.x0;
        matrix.f = box.y1;
        break;
    case 1:
        matrix.e = -box.y0;
        matrix.f = -box.x0;
        break;
    case 2:
        matrix.e = box.x1;
        matrix.f = -box.y0;
        break;
    default:
        matrix.e = box.y1;
        matrix.f = box.x1;
    }
    return fz_post_scale(matrix, it->unit, it->unit);
}

void format_pdf_page_flush(format_pdf_page *page)
{
    if (page->pdf->stop == LJ_OK) {
        page_text_flush(&page->text);
        page->pdf->stop = page->text.stop;
    }
}

void format_pdf_glyph_add(format_pdf_page *page, const page_glyph *glyph, const int *letters,
                          int count, const page_style *style)
{
    if (page_text_is_full(&page->text)) {
        format_pdf_page_flush(page);
    }
    page_text_add(&page->text, glyph, letters, count, style);
}

static void page_begin(const walk *it, uint32_t page_no)
{
    format_pdf_page *page = it->page;
    bool turned = (it->turn & 1) != 0;
    float width = (it->box.x1 - it->box.x0) * it->unit;
    float height = (it->box.y1 - it->box.y0) * it->unit;
    page->ctm = page_matrix(it);
    page->text.width = turned ? height : width;
    page->text.height = turned ? width : height;
    page->text.place.page_no = page_no;
    page->text.role = SPAN_BODY;
    page->text.hidden_by = 0;
    page->text.story_id = 0;
    page->has_picture = false;
    page->small_pictures = 0;
    page->curves = page->text.total = page->forms = 0;
    page->text.unmapped = 0;
}

static lj_code page_read(walk *it, uint32_t page_no)
{
    format_pdf *pdf = it->pdf;
    format_pdf_page *page = it->page;
    if (format_pdf_guard(pdf, page_find, it) != LJ_OK) {
        return pdf->stop;
    }
    page_begin(it, page_no);
    (void)format_pdf_work(pdf, 256);
    if (it->contents != NULL) {
        (void)format_pdf_content_run(page, it->contents, it->leaf.resources);
        format_pdf_page_flush(page);
    }
    bool has_text = page->text.total > 0;
    (void)format_pdf_annots_read(page, it->leaf.obj);
    span_place place = {.page_no = page_no};
    if (page->text.unmapped >= UNMAPPED_LEAST) {
        format_gap(pdf->run, GAP_NO_TEXT_MAP, NULL, place);
    }
    if (!has_text && !page->has_picture && page->curves >= OUTLINE_CURVES) {
        format_gap(pdf->run, GAP_PICTURE, "outlines", place);
    }
    return pdf->stop;
}

lj_code format_pdf_pages_read(format_pdf *pdf)
{
    format_pdf_page page = {.pdf = pdf};
    walk it = {
        .pdf = pdf, .page = &page, .nodes = lj_arena_array(pdf->arena, TREE_DEPTH, sizeof(node))};
    if (it.nodes == NULL || !page_text_init(&page.text, pdf->run)) {
        pdf->no_memory = true;
        return pdf->stop;
    }
    (void)format_pdf_guard(pdf, walk_begin, &it);
    uint64_t most = format_limit_value(pdf->run, FORMAT_LIMIT_PDF_PAGES);
    uint32_t count = 0;
    bool scans = false;
    while (pdf->stop == LJ_OK) {
        lj_code code = format_pdf_guard(pdf, scans ? scan_next : walk_next, &it);
        if (pdf->stop != LJ_OK ||
            (it.leaf.obj == NULL && (scans || count > 0 || code == LJ_E_NOMEM))) {
            break;
        }
        if (it.leaf.obj == NULL) {
            scans = true; /* no page in the tree */
            it.next_object = 1;
            continue;
        }
        if (count >= most) {
            (void)format_gap_limit(pdf->run, FORMAT_LIMIT_PDF_PAGES, count + 1,
                                   (span_place){.page_no = count + 1});
            break;
        }
        count++;
        (void)page_read(&it, count);
        if (pdf->damaged && pdf->damaged_page == 0) {
            pdf->damaged_page = count;
        }
    }
    pdf->damaged = pdf->damaged || count == 0;
    pdf->no_memory = pdf->no_memory || page.text.lost;
    return pdf->stop;
}
