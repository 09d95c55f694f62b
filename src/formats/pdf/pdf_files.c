/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files inside a PDF (ISO 32000-2 7.11.4, F10) and its XFA form (12.7.8, F11): children of the
 * document.
 *
 * They come from the tree of embedded files, from /AF of the document and its pages, and from
 * annotations that attach a file; the same stream is read once. Children are read last: by then the
 * caches of this document are given back. An attachment streams through MuPDF's filters; the
 * packets of an XFA form are joined to one XML text. */
#include "formats/pdf/pdf_priv.h"

enum { FILES_MAX = 100000, XFA_MAX = 32 * 1024 * 1024 };

typedef struct file_job {
    format_pdf *pdf;
    pdf_obj *spec;
    pdf_obj *content; /* stream */
    fz_stream *stream;
    lj_slice name;
    uint8_t *dst;
    size_t cap, len;
    uint64_t stored_len;
    fz_buffer *xfa;
} file_job;

static pdf_obj *content_of(fz_context *ctx, pdf_obj *spec)
{
    pdf_obj *files = pdf_dict_get(ctx, spec, PDF_NAME(EF));
    static const char *const keys[] = {"UF", "F", "Unix", "DOS", "Mac"};
    for (size_t i = 0; i < LJ_COUNT_OF(keys); i++) {
        pdf_obj *content = pdf_dict_gets(ctx, files, keys[i]);
        if (pdf_is_stream(ctx, content)) {
            return content;
        }
    }
    return NULL;
}

void format_pdf_file_add(format_pdf *pdf, pdf_obj *spec)
{
    fz_context *ctx = pdf->ctx;
    pdf_obj *content = content_of(ctx, spec);
    if (content == NULL) {
        return;
    }
    for (uint32_t i = 0; i < pdf->file_count; i++) {
        if (pdf_to_num(ctx, content_of(ctx, pdf->files[i])) == pdf_to_num(ctx, content)) {
            return;
        }
    }
    if (pdf->file_count == pdf->file_cap) {
        uint32_t cap = pdf->file_cap == 0 ? 16 : pdf->file_cap * 2;
        if (cap > FILES_MAX) {
            pdf->damaged = true;
            return;
        }
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers is meant */
        pdf->files = fz_realloc(ctx, pdf->files, cap * sizeof(*pdf->files));
        pdf->file_cap = cap;
    }
    pdf->files[pdf->file_count++] = pdf_keep_obj(ctx, spec);
}

/* ---- attachments ---- */

static void file_find(fz_context *ctx, void *arg)
{
    file_job *job = arg;
    job->content = content_of(ctx, job->spec);
    job->stored_len = (uint64_t)pdf_dict_get_int(ctx, job->content, PDF_NAME(Length));
    pdf_obj *name = pdf_dict_get(ctx, job->spec, PDF_NAME(UF));
    job->name =
        format_pdf_bytes_of(ctx, name != NULL ? name : pdf_dict_get(ctx, job->spec, PDF_NAME(F)));
    format_pdf_item item = {.role = SPAN_COMMENT};
    format_pdf_tell_obj(job->pdf, &item, pdf_dict_get(ctx, job->spec, PDF_NAME(Desc)));
}

static void file_open(fz_context *ctx, void *arg)
{
    file_job *job = arg;
    fz_drop_stream(ctx, job->stream);
    job->stream = NULL;
    job->stream = pdf_open_stream(ctx, job->content);
}

static void file_pull(fz_context *ctx, void *arg)
{
    file_job *job = arg;
    job->len = fz_read(ctx, job->stream, job->dst, job->cap);
}

static lj_code stream_restart(void *ctx, lj_err *err)
{
    file_job *job = ctx;
    lj_code code = format_pdf_guard(job->pdf, file_open, job);
    return code == LJ_OK ? LJ_OK : lj_fail(err, code, 0, "attached file");
}

static lj_code stream_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    file_job *job = ctx;
    job->dst = dst;
    job->cap = cap;
    job->len = 0;
    lj_code code = format_pdf_guard(job->pdf, file_pull, job);
    if (code != LJ_OK) {
        return lj_fail(err, code, 0, "attached file");
    }
    *out_len = job->len;
    return LJ_OK;
}

static void file_close(fz_context *ctx, void *arg)
{
    file_job *job = arg;
    fz_drop_stream(ctx, job->stream);
    job->stream = NULL;
}

static void stream_close(void *ctx)
{
    file_job *job = ctx;
    (void)format_pdf_guard(job->pdf, file_close, job);
}

static void child_read(format_pdf *pdf, lj_slice name, format_kind kind, format_src *src)
{
    lj_buf utf8;
    lj_buf_init(&utf8, pdf->arena, 4096);
    format_pdf_text(lj_slice_part(name, 0, 1024), &utf8);
    format_child_info info = {.name = name, .kind = kind};
    if (lj_buf_ok(&utf8)) {
        info.name_utf8 = lj_buf_str(&utf8);
    }
    if (src == NULL) {
        pdf->no_memory = true;
    } else if (pdf->stop == LJ_OK) {
        pdf->stop = format_child(pdf->run, &info, src);
    }
}

static void file_read(format_pdf *pdf, pdf_obj *spec)
{
    static const format_stream_ops ops = {stream_restart, stream_pull, stream_close};
    file_job *job = lj_arena_alloc(pdf->arena, sizeof(*job));
    if (job == NULL) {
        pdf->no_memory = true;
        return;
    }
    job->pdf = pdf;
    job->spec = spec;
    if (format_pdf_guard(pdf, file_find, job) == LJ_OK && job->content != NULL) {
        pdf->stop = format_entry(pdf->run);
        child_read(pdf, job->name, FORMAT_ATTACHED,
                   format_stream(pdf->run, &ops, job, FORMAT_SIZE_UNKNOWN, job->stored_len));
    }
}

/* ---- XFA ---- */

static void packet_add(fz_context *ctx, file_job *job, pdf_obj *packet)
{
    if (!pdf_is_stream(ctx, packet)) {
        return;
    }
    fz_stream *stream = pdf_open_stream(ctx, packet);
    unsigned char part[4096];
    size_t got = 0;
    unsigned char *data = NULL;
    while (job->pdf->stop == LJ_OK && fz_buffer_storage(ctx, job->xfa, &data) < XFA_MAX &&
           (got = fz_read(ctx, stream, part, sizeof(part))) > 0) {
        fz_append_data(ctx, job->xfa, part, got);
        (void)format_pdf_work(job->pdf, got);
    }
    fz_drop_stream(ctx, stream);
}

static void xfa_load(fz_context *ctx, void *arg)
{
    file_job *job = arg;
    pdf_obj *root = pdf_dict_get(ctx, pdf_trailer(ctx, job->pdf->doc), PDF_NAME(Root));
    pdf_obj *form = pdf_dict_get(ctx, pdf_dict_get(ctx, root, PDF_NAME(AcroForm)), PDF_NAME(XFA));
    if (form == NULL) {
        return;
    }
    job->xfa = fz_new_buffer(ctx, 4096);
    if (!pdf_is_array(ctx, form)) {
        packet_add(ctx, job, form);
        return;
    }
    int count = pdf_array_len(ctx, form);
    for (int i = 1; i < count; i += 2) {
        packet_add(ctx, job, pdf_array_get(ctx, form, i));
    }
}

static void caches_drop(fz_context *ctx, void *arg)
{
    (void)arg;
    fz_empty_store(ctx);
}

lj_code format_pdf_files_read(format_pdf *pdf)
{
    file_job xfa = {.pdf = pdf};
    if (pdf->stop == LJ_OK && format_pdf_guard(pdf, xfa_load, &xfa) == LJ_OK && xfa.xfa != NULL) {
        unsigned char *data = NULL;
        size_t len = fz_buffer_storage(pdf->ctx, xfa.xfa, &data);
        if (len > 0) {
            child_read(pdf, LJ_BYTES("xfa.xml"), FORMAT_EMBEDDED,
                       format_memory(pdf->run, lj_slice_of(data, len)));
        }
    }
    if (pdf->file_count > 0) {
        (void)format_pdf_guard(pdf, caches_drop, pdf);
    }
    for (uint32_t i = 0; i < pdf->file_count && pdf->stop == LJ_OK; i++) {
        file_read(pdf, pdf->files[i]);
    }
    return pdf->stop;
}
