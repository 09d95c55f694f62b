/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Portable Document Format, ISO 32000-1 and -2, on MuPDF 1.21.
 *
 * MuPDF reads the file structure: cross references and their repair, object streams, encryption,
 * filters, CMaps. What it draws with is not used: content streams are run by a small machine of our
 * own that needs no fonts, paths or pictures, only letters and where they stand. The way through:
 *
 *   pdf_open.c    context, stream over the core's bytes, passwords, the guard where exceptions end
 *   pdf_memory.c  every byte that MuPDF holds, counted and limited
 *   pdf_names.c   information, XMP, outlines, labels, destinations, layers, form fields
 *   pdf_pages.c   page tree -> page -> pdf_content.c (machine; pdf_paint.c, pdf_xobject.c),
 * pdf_lex.c, pdf_font.c, pdf_color.c
 *                 -> ../page_text.c (contrast, cover) -> page_lines.c -> page_order.c -> spans
 *   pdf_annots.c  annotations and their appearances
 *   pdf_files.c   attached files and XFA as children
 *
 * One span is one line; its looks carry size, colour, background and font; letters that a person
 * would not see carry the facts invisible, no_contrast, tiny (below 2 pt after all matrices),
 * off_page, clipped, covered, layer. Pictures are never decoded. A picture of at least 64 x 64
 * pixels, drawn at least half an inch wide and high (or strips of pictures that cover a tenth of
 * the page), gives the gap `picture` once for its page; smaller ones (logos, lines, bullets) cannot
 * hold a readable mark. A page that has only curves, but very many, is text drawn as outlines: the
 * same gap. Two or more letters of a page that no map leads to Unicode give `no_text_map`.
 *
 * Traps: a document may be repaired (NOTE_REPAIRED) - junk before the header, broken xref, missing
 * endobj; a filter chain longer than 8 is not opened; forms that contain themselves; page trees
 * that loop; strings in GBK without any sign. MuPDF throws by longjmp: it never passes through code
 * of ours that holds a resource (format_pdf_guard). Nothing is opened: the 14 fonts and all CMaps
 * are compiled in, no font is looked for by name, no JavaScript is run. Limits: objects, pages,
 * memory, nesting of forms, filters; work for bytes, letters, operators and allocations. Not done:
 * earlier versions and objects that nothing refers to (the sweep sees only what is not compressed);
 * text of structure elements; a ToUnicode map that lies; OCR. */
#include "formats/pdf/pdf_priv.h"

#include "formats/format_priv.h"

static int sniff(const format_probe *probe)
{
    /* Readers accept the header anywhere in the first 1,024 bytes (ISO 32000-1 Annex H.3, note 13).
     */
    size_t at = lj_slice_find(lj_slice_part(probe->head, 0, 1024 + 5), LJ_BYTES("%PDF-"));
    if (at == 0) {
        return 40;
    }
    if (at != SIZE_MAX) {
        return 32;
    }
    /* The first bytes are gone, but the end of a cross reference is there. */
    bool has_end = lj_slice_find(probe->tail, LJ_BYTES("startxref")) != SIZE_MAX &&
                   lj_slice_find(probe->tail, LJ_BYTES("%%EOF")) != SIZE_MAX;
    return has_end && lj_slice_find(probe->head, LJ_BYTES(" obj")) != SIZE_MAX ? 24 : 0;
}

/* Gaps for all that went wrong without ending the document. */
static lj_code finish(format_pdf *pdf)
{
    span_place place = {.page_no = pdf->damaged_page};
    if (pdf_was_repaired(pdf->ctx, pdf->doc)) {
        format_tell(pdf->run, NOTE_REPAIRED);
        pdf->damaged = pdf->damaged || !pdf->has_end; /* cut: nobody knows what stood behind */
    }
    if (pdf->unsupported) {
        format_gap(pdf->run, GAP_UNSUPPORTED, "filters", place);
    }
    if (pdf->no_memory) {
        format_gap(pdf->run, GAP_MEMORY, NULL, place);
    }
    if (pdf->damaged) {
        format_gap(pdf->run, GAP_DAMAGED, NULL, place);
    }
    return LJ_OK;
}

static lj_code read_all(format_pdf *pdf)
{
    lj_code code = format_pdf_open(pdf);
    if (code != LJ_OK) {
        return code;
    }
    format_pdf_claim(pdf, FORMAT_READ);
    code = format_pdf_names_read(pdf);
    if (code == LJ_OK) {
        lj_arena_mark mark = lj_arena_mark_of(pdf->arena);
        code = format_pdf_pages_read(pdf);
        lj_arena_rewind(pdf->arena, mark); /* children need the room */
        pdf->machine = NULL;
    }
    if (code == LJ_OK) {
        code = finish(pdf);
    }
    if (code == LJ_OK) {
        code = format_pdf_files_read(pdf);
    }
    return code;
}

static lj_code read(format_run *run, format_src *src)
{
    format_pdf *pdf = lj_arena_alloc(format_arena(run), sizeof(*pdf));
    if (pdf == NULL) {
        return lj_fail(format_err(run), LJ_E_NOMEM, 0, "memory of the reader");
    }
    pdf->run = run;
    pdf->src = src;
    pdf->arena = format_arena(run);
    pdf->size = format_src_size(src);
    if (pdf->size == FORMAT_SIZE_UNKNOWN) {
        /* A decoder that has not reached its end: reading past any end gives the size. */
        (void)format_bytes(run, src, UINT64_MAX / 2, 1);
        pdf->size = format_src_size(src);
    }
    if (pdf->size == FORMAT_SIZE_UNKNOWN || pdf->size > INT64_MAX / 2) {
        lj_code code = format_src_code(src);
        return code != LJ_OK ? code
                             : lj_fail(format_err(run), LJ_E_FORMAT, 0, "size of the document");
    }
    lj_code code = read_all(pdf);
    format_pdf_memory_free(pdf->memory);
    return code;
}

const format_row format_pdf_row = {
    .name = "pdf",
    .extensions = "pdf fdf ai",
    .max_nest = 4,
    .traits = FORMAT_PAGED,
    .sniff = sniff,
    .read = read,
    .en = "PDF document",
    .zh = "PDF 文档",
};
