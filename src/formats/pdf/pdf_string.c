/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text strings of a PDF and their way into spans.
 *
 * ISO 32000-2 7.9.2.2: UTF-16BE with FE FF, UTF-8 with EF BB BF, else PDFDocEncoding (Annex D.3).
 * Seen in the wild: UTF-16LE with FF FE, and GBK or UTF-8 without any sign from Chinese producers;
 * those are decided by text/charset. Language codes inside (ESC x x ESC) stay. */
#include "base/json.h"
#include "formats/pdf/pdf_priv.h"
#include "text/charset.h"

enum { TEXT_MAX = 1024 * 1024 }; /* bytes of one string that are looked at */

void format_pdf_text(lj_slice bytes, lj_buf *out)
{
    if (bytes.len >= 2 && bytes.ptr[0] == 0xFE && bytes.ptr[1] == 0xFF) {
        (void)text_to_utf8(TEXT_UTF16BE, lj_slice_part(bytes, 2, SIZE_MAX), false, out, NULL);
        return;
    }
    if (bytes.len >= 2 && bytes.ptr[0] == 0xFF && bytes.ptr[1] == 0xFE) {
        (void)text_to_utf8(TEXT_UTF16LE, lj_slice_part(bytes, 2, SIZE_MAX), false, out, NULL);
        return;
    }
    if (lj_slice_has_prefix(bytes, LJ_BYTES("\xEF\xBB\xBF"))) {
        (void)text_to_utf8(TEXT_UTF8, lj_slice_part(bytes, 3, SIZE_MAX), false, out, NULL);
        return;
    }
    bool is_ascii = true;
    for (size_t i = 0; i < bytes.len && is_ascii; i++) {
        is_ascii = bytes.ptr[i] < 0x80;
    }
    if (!is_ascii) {
        size_t bom = 0;
        text_charset charset = text_charset_guess(bytes, (text_charset)TEXT_CHARSET_COUNT, &bom);
        if (charset == TEXT_UTF8 || charset == TEXT_GB18030 || charset == TEXT_BIG5) {
            (void)text_to_utf8(charset, bytes, false, out, NULL);
            return;
        }
    }
    for (size_t i = 0; i < bytes.len; i++) {
        uint32_t letter =
            bytes.ptr[i] < 0x80 ? bytes.ptr[i] : fz_unicode_from_pdf_doc_encoding[bytes.ptr[i]];
        if (letter != 0) {
            lj_buf_put_utf8(out, letter);
        }
    }
}

lj_slice format_pdf_bytes_of(fz_context *ctx, pdf_obj *obj)
{
    if (pdf_is_string(ctx, obj)) {
        return lj_slice_of(pdf_to_str_buf(ctx, obj), pdf_to_str_len(ctx, obj));
    }
    if (pdf_is_name(ctx, obj)) {
        const char *name = pdf_to_name(ctx, obj);
        return lj_slice_of(name, strlen(name));
    }
    return (lj_slice){NULL, 0};
}

static bool is_blank(lj_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] > ' ') {
            return false;
        }
    }
    return true;
}

static int32_t pt100(float points)
{
    float value = points * 100.0F;
    return !(value > -1e9F) ? -1000000000 : value > 1e9F ? 1000000000 : (int32_t)value;
}

/* The decoded text of a string in the arena; empty when it is longer than the arena has room for.
 */
static lj_str text_of(format_pdf *pdf, lj_slice raw)
{
    lj_buf buf;
    lj_buf_init(&buf, pdf->arena, (size_t)TEXT_MAX * 3);
    format_pdf_text(lj_slice_part(raw, 0, TEXT_MAX), &buf);
    return lj_buf_ok(&buf) ? lj_buf_str(&buf) : (lj_str){NULL, 0};
}

void format_pdf_tell_bytes(format_pdf *pdf, const format_pdf_item *item, lj_slice raw)
{
    if (pdf->stop != LJ_OK || is_blank(raw)) {
        return;
    }
    lj_arena_mark mark = lj_arena_mark_of(pdf->arena);
    lj_str text = text_of(pdf, raw);
    if (text.len > 0 && !is_blank(lj_str_bytes(text))) {
        span out = span_of(item->role, text);
        if (item->label_obj != NULL) {
            out.label = text_of(pdf, format_pdf_bytes_of(pdf->ctx, item->label_obj));
        } else if (item->label != NULL) {
            out.label = lj_cstr_str(item->label);
        }
        if (item->author != NULL) {
            out.author = text_of(pdf, format_pdf_bytes_of(pdf->ctx, item->author));
        }
        out.hidden_by = item->hidden_by;
        out.place.page_no = item->page_no;
        out.story_id = ++pdf->story_count;
        if (item->box != NULL) {
            out.known |= SPAN_KNOWS_BOX | SPAN_KNOWS_PAGE;
            out.box_pt100[0] = pt100(item->box->x0);
            out.box_pt100[1] = pt100(item->box->y0);
            out.box_pt100[2] = pt100(item->box->x1);
            out.box_pt100[3] = pt100(item->box->y1);
            out.page_pt100[0] = pt100(item->page_width);
            out.page_pt100[1] = pt100(item->page_height);
        }
        (void)format_pdf_emit(pdf, &out);
    }
    lj_arena_rewind(pdf->arena, mark);
}

void format_pdf_tell_obj(format_pdf *pdf, const format_pdf_item *item, pdf_obj *obj)
{
    fz_context *ctx = pdf->ctx;
    if (pdf->stop != LJ_OK || obj == NULL) {
        return;
    }
    if (pdf_is_stream(ctx, obj)) {
        fz_buffer *content = pdf_load_stream(ctx, obj);
        unsigned char *data = NULL;
        size_t len = fz_buffer_storage(ctx, content, &data);
        format_pdf_tell_bytes(pdf, item, lj_slice_of(data, len));
        fz_drop_buffer(ctx, content);
        return;
    }
    format_pdf_tell_bytes(pdf, item, format_pdf_bytes_of(ctx, obj));
}
