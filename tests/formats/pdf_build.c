/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small PDF writer for tests. */
#include "pdf_build.h"

#include <mupdf/fitz.h>
#include <mupdf/pdf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

enum { BODY_MAX = 64 * 1024, OUT_MAX = 64 * 1024 * 1024 };

void pdf_build_init(pdf_build *build)
{
    memset(build, 0, sizeof(*build));
    lj_buf_init(&build->out, NULL, OUT_MAX);
    lj_buf_put_cstr(&build->out, "%PDF-1.7\n");
    build->count = 1;
}

void pdf_build_done(pdf_build *build)
{
    lj_buf_done(&build->out);
}

int pdf_build_reserve(pdf_build *build)
{
    return build->count++;
}

__attribute__((format(printf, 3, 0))) static void put_list(pdf_build *build, int num,
                                                           const char *format, va_list list)
{
    char *body = malloc(BODY_MAX);
    if (body == NULL) {
        return;
    }
    char head[32];
    (void)snprintf(head, sizeof(head), "%d 0 obj\n", num);
    (void)vsnprintf(body, BODY_MAX, format, list);
    build->off[num] = build->out.len;
    lj_buf_put_cstr(&build->out, head);
    lj_buf_put_cstr(&build->out, body);
    lj_buf_put_cstr(&build->out, "\nendobj\n");
    free(body);
}

void pdf_build_put(pdf_build *build, int num, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    put_list(build, num, format, list);
    va_end(list);
}

int pdf_build_add(pdf_build *build, const char *format, ...)
{
    int num = pdf_build_reserve(build);
    va_list list;
    va_start(list, format);
    put_list(build, num, format, list);
    va_end(list);
    return num;
}

int pdf_build_stream(pdf_build *build, const char *entries, lj_slice data)
{
    int num = pdf_build_reserve(build);
    char head[1024];
    build->off[num] = build->out.len;
    (void)snprintf(head, sizeof(head), "%d 0 obj\n<< /Length %zu %s >>\nstream\n", num, data.len,
                   entries);
    lj_buf_put_cstr(&build->out, head);
    lj_buf_put(&build->out, data);
    lj_buf_put_cstr(&build->out, "\nendstream\nendobj\n");
    return num;
}

int pdf_build_text(pdf_build *build, const char *entries, const char *data)
{
    return pdf_build_stream(build, entries, lj_cstr_bytes(data));
}

lj_slice pdf_build_end(pdf_build *build, int root, const char *entries)
{
    char line[64];
    uint64_t start = build->out.len;
    (void)snprintf(line, sizeof(line), "xref\n0 %d\n0000000000 65535 f \n", build->count);
    lj_buf_put_cstr(&build->out, line);
    for (int i = 1; i < build->count; i++) {
        (void)snprintf(line, sizeof(line), "%010llu 00000 %c \n", (unsigned long long)build->off[i],
                       build->off[i] != 0 ? 'n' : 'f');
        lj_buf_put_cstr(&build->out, line);
    }
    (void)snprintf(line, sizeof(line), "trailer\n<< /Size %d /Root %d 0 R ", build->count, root);
    lj_buf_put_cstr(&build->out, line);
    lj_buf_put_cstr(&build->out, entries);
    (void)snprintf(line, sizeof(line), " >>\nstartxref\n%llu\n%%%%EOF\n",
                   (unsigned long long)start);
    lj_buf_put_cstr(&build->out, line);
    return lj_buf_slice(&build->out);
}

static int font_add(pdf_build *build, const char *name, const char *encoding)
{
    int descriptor =
        pdf_build_add(build,
                      "<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [0 -200 1000 900] "
                      "/ItalicAngle 0 /Ascent 880 /Descent -120 /StemV 80 >>",
                      name);
    int descendant =
        pdf_build_add(build,
                      "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /%s /CIDSystemInfo << "
                      "/Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 "
                      "/FontDescriptor %d 0 R >>",
                      name, descriptor);
    return pdf_build_add(
        build,
        "<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /%s /DescendantFonts [%d 0 R] >>",
        name, encoding, descendant);
}

lj_slice pdf_build_page(pdf_build *build, const char *content, const char *page,
                        const char *catalog)
{
    int pages = pdf_build_reserve(build);
    int f1 = pdf_build_add(
        build, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    int f2 = font_add(build, "STSong-Light", "GBK-EUC-H");
    int f3 = font_add(build, "SimHei", "UniGB-UCS2-H");
    int stream = pdf_build_text(build, "", content);
    int leaf = pdf_build_add(
        build,
        "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << "
        "/Font << /F1 %d 0 R /F2 %d 0 R /F3 %d 0 R >> >> %s >>",
        pages, stream, f1, f2, f3, page);
    pdf_build_put(build, pages, "<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", leaf);
    int root = pdf_build_add(build, "<< /Type /Catalog /Pages %d 0 R %s >>", pages, catalog);
    return pdf_build_end(build, root, "");
}

/* ---- encryption by MuPDF's writer ---- */

static int method_of(const char *method)
{
    static const struct {
        const char *name;
        int value;
    } rows[] = {
        {"rc4-40",  PDF_ENCRYPT_RC4_40 },
        {"rc4-128", PDF_ENCRYPT_RC4_128},
        {"aes-128", PDF_ENCRYPT_AES_128},
        {"aes-256", PDF_ENCRYPT_AES_256}
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, method) == 0) {
            return rows[i].value;
        }
    }
    return PDF_ENCRYPT_NONE;
}

lj_slice pdf_build_encrypt(lj_slice document, const char *method, const char *user,
                           const char *owner)
{
    lj_slice made = {NULL, 0};
    fz_context *ctx = fz_new_context(NULL, NULL, 0);
    pdf_write_options options = pdf_default_write_options;
    fz_buffer *buffer = NULL;
    options.do_encrypt = method_of(method);
    options.permissions = ~0;
    (void)snprintf(options.upwd_utf8, sizeof(options.upwd_utf8), "%s", user);
    (void)snprintf(options.opwd_utf8, sizeof(options.opwd_utf8), "%s", owner);
    fz_var(buffer);
    fz_try(ctx)
    {
        fz_stream *stream = fz_open_memory(ctx, document.ptr, document.len);
        pdf_document *doc = pdf_open_document_with_stream(ctx, stream);
        buffer = fz_new_buffer(ctx, 4096);
        fz_output *out = fz_new_output_with_buffer(ctx, buffer);
        pdf_write_document(ctx, doc, out, &options);
        fz_close_output(ctx, out);
        fz_drop_output(ctx, out);
        pdf_drop_document(ctx, doc);
        fz_drop_stream(ctx, stream);
        unsigned char *data = NULL;
        size_t len = fz_buffer_storage(ctx, buffer, &data);
        uint8_t *copy = malloc(len);
        if (copy != NULL) {
            memcpy(copy, data, len);
            made = lj_slice_of(copy, len);
        }
    }
    fz_always(ctx)
    {
        fz_drop_buffer(ctx, buffer);
    }
    fz_catch(ctx)
    {
        made = (lj_slice){NULL, 0};
    }
    fz_drop_context(ctx);
    return made;
}
