/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Annotations of a page (ISO 32000-2 12.5), whatever their flags say (F08).
 *
 * Of each: /Contents, /RC, /Subj, /T as its author, the target of a link, the attached file, and
 * the text of its normal appearance in every state. Appearances are run like page content, in their
 * place on the page: Widget -> form, Watermark -> watermark, Redact and others -> text box;
 * Contents -> comment. Flag Hidden (2) and NoView (6) become the fact `vanish`; a layer that is off
 * becomes `layer`. */
#include "formats/pdf/pdf_priv.h"

enum { ANNOTS_MAX = 100000, FLAG_HIDDEN = 1 << 1, FLAG_NO_VIEW = 1 << 5, STATES_MAX = 64 };

typedef struct annot_job {
    format_pdf_page *page;
    pdf_obj *page_obj;
    pdf_obj *list;
    int count;
    int idx;
    /* of the current one */
    pdf_obj *obj;
    pdf_obj *appearance; /* a stream, or states */
    pdf_obj *form;
    pdf_obj *resources;
    int state_idx;
    fz_matrix at;
    span_role role;
    uint64_t hidden_by;
} annot_job;

static void list_find(fz_context *ctx, void *arg)
{
    annot_job *job = arg;
    job->list = pdf_dict_get(ctx, job->page_obj, PDF_NAME(Annots));
    job->count = pdf_array_len(ctx, job->list);
    job->count = job->count > ANNOTS_MAX ? ANNOTS_MAX : job->count;
    pdf_obj *files = pdf_dict_gets(ctx, job->page_obj, "AF");
    int count = pdf_array_len(ctx, files);
    for (int i = 0; i < count; i++) {
        format_pdf_file_add(job->page->pdf, pdf_array_get(ctx, files, i));
    }
}

static uint64_t hidden_of(fz_context *ctx, const annot_job *job)
{
    int flags = pdf_dict_get_int(ctx, job->obj, PDF_NAME(F));
    uint64_t hidden = 0;
    if ((flags & (FLAG_HIDDEN | FLAG_NO_VIEW)) != 0) {
        hidden |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    pdf_obj *layer = pdf_dict_get(ctx, job->obj, PDF_NAME(OC));
    if (layer != NULL &&
        pdf_is_ocg_hidden(ctx, job->page->pdf->doc, job->resources, "View", layer)) {
        hidden |= SPAN_HIDE(SPAN_HIDDEN_LAYER);
    }
    return hidden;
}

static void texts_tell(fz_context *ctx, annot_job *job, fz_rect box)
{
    format_pdf_page *page = job->page;
    format_pdf_item item = {.role = SPAN_COMMENT,
                            .hidden_by = job->hidden_by,
                            .page_no = page->text.place.page_no,
                            .box = &box,
                            .page_width = page->text.width,
                            .page_height = page->text.height,
                            .author = pdf_dict_get(ctx, job->obj, PDF_NAME(T))};
    bool is_widget = job->role == SPAN_FORM;
    if (is_widget) {
        item.author = NULL;
    }
    format_pdf_tell_obj(page->pdf, &item, pdf_dict_get(ctx, job->obj, PDF_NAME(Contents)));
    format_pdf_tell_obj(page->pdf, &item, pdf_dict_get(ctx, job->obj, PDF_NAME(RC)));
    format_pdf_tell_obj(page->pdf, &item, pdf_dict_gets(ctx, job->obj, "Subj"));
    pdf_obj *action = pdf_dict_get(ctx, job->obj, PDF_NAME(A));
    item.role = SPAN_LINK;
    item.author = NULL;
    item.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    format_pdf_tell_obj(page->pdf, &item, pdf_dict_get(ctx, action, PDF_NAME(URI)));
    pdf_obj *file = pdf_dict_get(ctx, action, PDF_NAME(F));
    format_pdf_tell_obj(page->pdf, &item,
                        pdf_is_dict(ctx, file) ? pdf_dict_get(ctx, file, PDF_NAME(F)) : file);
}

static void annot_read(fz_context *ctx, void *arg)
{
    annot_job *job = arg;
    format_pdf *pdf = job->page->pdf;
    job->obj = pdf_array_get(ctx, job->list, job->idx);
    job->appearance = NULL;
    job->form = NULL;
    job->state_idx = 0;
    if (!pdf_is_dict(ctx, job->obj)) {
        return;
    }
    pdf_obj *subtype = pdf_dict_get(ctx, job->obj, PDF_NAME(Subtype));
    job->role = pdf_name_eq(ctx, subtype, PDF_NAME(Widget))      ? SPAN_FORM
                : pdf_name_eq(ctx, subtype, PDF_NAME(Watermark)) ? SPAN_WATERMARK
                                                                 : SPAN_TEXTBOX;
    job->resources = pdf_dict_get(ctx, job->page_obj, PDF_NAME(Resources));
    job->hidden_by = hidden_of(ctx, job);
    fz_rect rect = pdf_dict_get_rect(ctx, job->obj, PDF_NAME(Rect));
    texts_tell(ctx, job, fz_transform_rect(rect, job->page->ctm));
    if (pdf_name_eq(ctx, subtype, PDF_NAME(FileAttachment))) {
        format_pdf_file_add(pdf, pdf_dict_get(ctx, job->obj, PDF_NAME(FS)));
    }
    if (job->role == SPAN_FORM) {
        format_pdf_field_tell(pdf, job->obj, job->page->text.place.page_no);
    }
    if (!pdf_name_eq(ctx, subtype, PDF_NAME(Popup)) && !pdf_name_eq(ctx, subtype, PDF_NAME(Link))) {
        job->appearance = pdf_dict_get(ctx, pdf_dict_get(ctx, job->obj, PDF_NAME(AP)), PDF_NAME(N));
    }
}

/* The next appearance stream of the current annotation; form is NULL behind the last. Algorithm
 * of 12.5.5. */
static void appearance_next(fz_context *ctx, void *arg)
{
    annot_job *job = arg;
    job->form = NULL;
    if (pdf_is_stream(ctx, job->appearance)) {
        job->form = job->state_idx++ == 0 ? job->appearance : NULL;
    } else if (pdf_is_dict(ctx, job->appearance)) {
        int states = pdf_dict_len(ctx, job->appearance);
        while (job->form == NULL && job->state_idx < states && job->state_idx < STATES_MAX) {
            pdf_obj *state = pdf_dict_get_val(ctx, job->appearance, job->state_idx++);
            job->form = pdf_is_stream(ctx, state) ? state : NULL;
        }
    }
    if (job->form == NULL) {
        return;
    }
    fz_matrix matrix = pdf_dict_get_matrix(ctx, job->form, PDF_NAME(Matrix));
    fz_rect box = fz_transform_rect(pdf_dict_get_rect(ctx, job->form, PDF_NAME(BBox)), matrix);
    fz_rect rect = pdf_dict_get_rect(ctx, job->obj, PDF_NAME(Rect));
    float wide = box.x1 - box.x0;
    float high = box.y1 - box.y0;
    float sx = wide > 0 ? (rect.x1 - rect.x0) / wide : 1.0F;
    float sy = high > 0 ? (rect.y1 - rect.y0) / high : 1.0F;
    fz_matrix fit = {sx, 0, 0, sy, rect.x0 - box.x0 * sx, rect.y0 - box.y0 * sy};
    job->at = fz_concat(fz_concat(matrix, fit), job->page->ctm);
    pdf_obj *own = pdf_dict_get(ctx, job->form, PDF_NAME(Resources));
    job->resources = own != NULL ? own : pdf_dict_get(ctx, job->page_obj, PDF_NAME(Resources));
}

static void appearances_run(annot_job *job)
{
    format_pdf_page *page = job->page;
    format_pdf *pdf = page->pdf;
    while (pdf->stop == LJ_OK && format_pdf_guard(pdf, appearance_next, job) == LJ_OK &&
           job->form != NULL) {
        page->text.role = job->role;
        page->text.hidden_by = job->hidden_by;
        page->text.story_id = ++pdf->story_count;
        (void)format_pdf_form_run(page, job->form, job->resources, job->at);
        format_pdf_page_flush(page);
    }
}

lj_code format_pdf_annots_read(format_pdf_page *page, pdf_obj *page_obj)
{
    format_pdf *pdf = page->pdf;
    annot_job job = {.page = page, .page_obj = page_obj};
    if (format_pdf_guard(pdf, list_find, &job) != LJ_OK) {
        return pdf->stop;
    }
    for (job.idx = 0; job.idx < job.count && pdf->stop == LJ_OK; job.idx++) {
        (void)format_pdf_work(pdf, 64);
        if (format_pdf_guard(pdf, annot_read, &job) == LJ_OK && job.appearance != NULL) {
            appearances_run(&job);
        }
    }
    return pdf->stop;
}
