/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small packages, written the way office programs write them, but with nothing in them that a
 * sample does not need. Containers come from libarchive; CAB and RAR, which it cannot write, are
 * one stored member each, by hand. */
#define _GNU_SOURCE /* memmem */
#include "samples/packages_priv.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void samples_add(part *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(to->text + to->len, PART_MAX - to->len, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= PART_MAX - to->len) {
        to->full = true;
    } else {
        to->len += (size_t)len;
    }
}

package samples_package(void)
{
    return (package){calloc(PARTS_MAX, sizeof(part)), 0};
}

part *samples_part(package *pack, const char *name)
{
    part *made = &pack->parts[pack->count++];
    made->name = name;
    samples_add(made, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    return made;
}

/* ---- containers ---- */

static int put_entry(struct archive *out, const char *name, const void *bytes, size_t len)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)len);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 1925000000,
                            0); /* a fixed day in 2031: the same bytes each time */
    int status = archive_write_header(out, entry);
    archive_entry_free(entry);
    return status == ARCHIVE_OK && archive_write_data(out, bytes, len) == (la_ssize_t)len ? 0 : -1;
}

static int close_archive(struct archive *out, int status)
{
    int closed = archive_write_close(out);
    archive_write_free(out);
    return status == 0 && closed == ARCHIVE_OK ? 0 : -1;
}

int samples_write(package *pack, const char *path, bool stored)
{
    struct archive *out = archive_write_new();
    int status =
        archive_write_set_format_zip(out) == ARCHIVE_OK &&
                archive_write_set_options(out, stored ? "zip:compression=store"
                                                      : "zip:compression=deflate") == ARCHIVE_OK &&
                archive_write_open_filename(out, path) == ARCHIVE_OK
            ? 0
            : -1;
    for (size_t i = 0; i < pack->count && status == 0; i++) {
        status = pack->parts[i].full
                     ? -1
                     : put_entry(out, pack->parts[i].name, pack->parts[i].text, pack->parts[i].len);
    }
    free(pack->parts);
    return close_archive(out, status);
}

#define OFFICE_TYPE  "application/vnd.openxmlformats-officedocument."
#define OFFICE_REL   "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define OFFICE_SPACE "http://schemas.openxmlformats.org/"

static void add_types(package *pack, const char *main_name, const char *main_type)
{
    part *types = samples_part(pack, "[Content_Types].xml");
    samples_add(types,
                "<Types xmlns=\"" OFFICE_SPACE "package/2006/content-types\">"
                "<Default Extension=\"rels\" "
                "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                "<Override PartName=\"/%s\" ContentType=\"" OFFICE_TYPE "%s\"/></Types>",
                main_name, main_type);
    part *rels = samples_part(pack, "_rels/.rels");
    samples_add(rels,
                "<Relationships xmlns=\"" OFFICE_SPACE "package/2006/relationships\">"
                "<Relationship Id=\"rId1\" Type=\"" OFFICE_REL
                "officeDocument\" Target=\"%s\"/><Relationship Id=\"rId2\" Type=\"" OFFICE_REL
                "custom-properties\" Target=\"docProps/custom.xml\"/></Relationships>",
                main_name);
}

/* ---- docx ---- */

#define WORD_SPACE "xmlns:w=\"" OFFICE_SPACE "wordprocessingml/2006/main\""

/* A paragraph with its runs split in the middle, as editors do; marks in size 3, black-face. */
static void add_paragraph(part *to, const char *line, size_t len, bool is_mark)
{
    size_t half = len / 2;
    while (half < len && ((unsigned char)line[half] & 0xC0) == 0x80) {
        half++;
    }
    const char *look =
        is_mark ? "<w:rPr><w:rFonts w:eastAsia=\"黑体\"/><w:sz w:val=\"32\"/></w:rPr>" : "";
    samples_add(to,
                "<w:p><w:r>%s<w:t xml:space=\"preserve\">%.*s</w:t></w:r><w:proofErr "
                "w:type=\"spellStart\"/>",
                look, (int)half, line);
    samples_add(to, "<w:r>%s<w:t xml:space=\"preserve\">%.*s</w:t></w:r></w:p>", look,
                (int)(len - half), line + half);
}

static void add_paragraphs(part *to, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            add_paragraph(to, text, len, memmem(text, len, "★", 3) != NULL && len < 40);
        }
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

#define MARK "机密★10年"

int samples_docx(const char *path, const char *text, int variant)
{
    package pack = samples_package();
    if (pack.parts == NULL) {
        return -1;
    }
    add_types(&pack, "word/document.xml", "wordprocessingml.document.main+xml");
    part *body = samples_part(&pack, "word/document.xml");
    samples_add(body,
                "<w:document " WORD_SPACE " xmlns:wps=\"http://schemas.microsoft.com/office/word/"
                "2010/wordprocessingShape\"><w:body>");
    if (variant == SAMPLE_DOCX_TEXTBOX) {
        samples_add(body, "<w:p><w:r><w:pict><wps:txbx><w:txbxContent><w:p><w:r><w:t>" MARK
                          "</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:pict></w:r></w:p>");
    }
    if (variant == SAMPLE_DOCX_DELETED) {
        samples_add(body, "<w:p><w:del w:id=\"1\" w:author=\"综合科\" "
                          "w:date=\"2031-01-04T09:00:00Z\"><w:r><w:delText>" MARK
                          "</w:delText></w:r></w:del></w:p>");
    }
    add_paragraphs(body, text);
    samples_add(body, "</w:body></w:document>");
    if (variant == SAMPLE_DOCX_HEADER) {
        part *rels = samples_part(&pack, "word/_rels/document.xml.rels");
        samples_add(rels, "<Relationships xmlns=\"" OFFICE_SPACE
                          "package/2006/relationships\"><Relationship Id=\"rId1\" "
                          "Type=\"" OFFICE_REL "header\" Target=\"header1.xml\"/></Relationships>");
        part *header = samples_part(&pack, "word/header1.xml");
        samples_add(header,
                    "<w:hdr " WORD_SPACE "><w:p><w:r><w:t>" MARK "</w:t></w:r></w:p></w:hdr>");
    }
    if (variant == SAMPLE_DOCX_PROPERTY) {
        part *custom = samples_part(&pack, "docProps/custom.xml");
        samples_add(custom, "<Properties xmlns=\"" OFFICE_SPACE
                            "officeDocument/2006/custom-properties\" xmlns:vt=\"" OFFICE_SPACE
                            "officeDocument/2006/docPropsVTypes\"><property "
                            "fmtid=\"{D5CDD505-2E9C-101B-9397-08002B2CF9AE}\" "
                            "pid=\"2\" name=\"密级\"><vt:lpwstr>" MARK
                            "</vt:lpwstr></property></Properties>");
    }
    return samples_write(&pack, path, variant == SAMPLE_DOCX_STORED);
}

/* ---- xlsx ---- */

#define SHEET_SPACE "xmlns=\"" OFFICE_SPACE "spreadsheetml/2006/main\""

static void add_sheet(part *sheet, const char *first_cell)
{
    static const char *const goods[] = {"工业盐", "铁锹", "反光背心", "警示锥", "柴油", "防滑链"};
    samples_add(sheet,
                "<worksheet " SHEET_SPACE
                "><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>%s</t></is></c></row>",
                first_cell);
    for (int i = 0; i < 6; i++) {
        samples_add(sheet,
                    "<row r=\"%d\"><c r=\"A%d\" t=\"inlineStr\"><is><t>%s</t></is></c><c "
                    "r=\"B%d\"><v>%d</v></c></row>",
                    i + 2, i + 2, goods[i], i + 2, 12 * i + 7);
    }
    samples_add(sheet, "</sheetData>");
}

int samples_xlsx(const char *path, const char *text, int variant)
{
    package pack = samples_package();
    if (pack.parts == NULL) {
        return -1;
    }
    add_types(&pack, "xl/workbook.xml", "spreadsheetml.sheet.main+xml");
    part *book = samples_part(&pack, "xl/workbook.xml");
    bool hidden = variant == SAMPLE_XLSX_HIDDEN;
    samples_add(
        book,
        "<workbook " SHEET_SPACE
        " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
        "<sheet name=\"台账\" sheetId=\"1\" r:id=\"rId1\"/>%s</sheets></workbook>",
        hidden ? "<sheet name=\"底稿\" sheetId=\"2\" state=\"veryHidden\" r:id=\"rId2\"/>" : "");
    part *rels = samples_part(&pack, "xl/_rels/workbook.xml.rels");
    samples_add(rels,
                "<Relationships xmlns=\"" OFFICE_SPACE "package/2006/relationships\">"
                "<Relationship Id=\"rId1\" Type=\"" OFFICE_REL
                "worksheet\" Target=\"worksheets/sheet1.xml\"/>%s</Relationships>",
                hidden ? "<Relationship Id=\"rId2\" Type=\"" OFFICE_REL
                         "worksheet\" Target=\"worksheets/sheet2.xml\"/>"
                       : "");
    part *sheet = samples_part(&pack, "xl/worksheets/sheet1.xml");
    add_sheet(sheet, text);
    samples_add(sheet, "%s</worksheet>",
                variant == SAMPLE_XLSX_HEADER
                    ? "<headerFooter><oddHeader>&amp;L&amp;\"黑体,常规\"&amp;16" MARK
                      "</oddHeader></headerFooter>"
                    : "");
    if (hidden) {
        part *second = samples_part(&pack, "xl/worksheets/sheet2.xml");
        add_sheet(second, MARK);
        samples_add(second, "</worksheet>");
    }
    return samples_write(&pack, path, false);
}

/* ---- pptx ---- */

#define SLIDE_SPACE                                                                                \
    "xmlns:a=\"" OFFICE_SPACE "drawingml/2006/main\" xmlns:p=\"" OFFICE_SPACE                      \
    "presentationml/2006/main\" "                                                                  \
    "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

static void add_shape(part *slide, const char *text, int top)
{
    samples_add(
        slide,
        "<p:sp><p:nvSpPr><p:cNvPr id=\"%d\" name=\"文本 "
        "%d\"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>"
        "<a:off x=\"300000\" y=\"%d\"/><a:ext cx=\"6000000\" cy=\"500000\"/></a:xfrm></p:spPr>"
        "<p:txBody><a:bodyPr/><a:p><a:r><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp>",
        top / 1000 + 2, top / 1000 + 2, top, text);
}

int samples_pptx(const char *path, const char *text, int variant)
{
    package pack = samples_package();
    if (pack.parts == NULL) {
        return -1;
    }
    add_types(&pack, "ppt/presentation.xml", "presentationml.presentation.main+xml");
    part *show = samples_part(&pack, "ppt/presentation.xml");
    samples_add(show, "<p:presentation " SLIDE_SPACE
                      "><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId1\"/></p:sldIdLst>"
                      "<p:sldSz cx=\"9144000\" cy=\"6858000\"/></p:presentation>");
    part *rels = samples_part(&pack, "ppt/_rels/presentation.xml.rels");
    samples_add(rels, "<Relationships xmlns=\"" OFFICE_SPACE
                      "package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"" OFFICE_REL
                      "slide\" Target=\"slides/slide1.xml\"/></Relationships>");
    part *slide = samples_part(&pack, "ppt/slides/slide1.xml");
    samples_add(slide, "<p:sld " SLIDE_SPACE "><p:cSld><p:spTree>");
    if (variant == SAMPLE_PPTX_MARKED) {
        add_shape(slide, MARK, 200000);
    }
    add_shape(slide, text, 2000000);
    samples_add(slide, "</p:spTree></p:cSld></p:sld>");
    if (variant == SAMPLE_PPTX_NOTES) {
        part *slide_rels = samples_part(&pack, "ppt/slides/_rels/slide1.xml.rels");
        samples_add(slide_rels,
                    "<Relationships xmlns=\"" OFFICE_SPACE
                    "package/2006/relationships\"><Relationship Id=\"rId1\" "
                    "Type=\"" OFFICE_REL
                    "notesSlide\" Target=\"../notesSlides/notesSlide1.xml\"/></Relationships>");
        part *notes = samples_part(&pack, "ppt/notesSlides/notesSlide1.xml");
        samples_add(notes, "<p:notes " SLIDE_SPACE "><p:cSld><p:spTree>");
        add_shape(notes, MARK, 200000);
        samples_add(notes, "</p:spTree></p:cSld></p:notes>");
    }
    return samples_write(&pack, path, false);
}

/* ---- pdf ---- */

size_t samples_utf16le(const char *text, uint8_t *out, size_t cap)
{
    size_t len = 2;
    if (cap < 2) {
        return 0;
    }
    out[0] = 0xFF;
    out[1] = 0xFE;
    while (*text != '\0') {
        unsigned char lead = (unsigned char)*text;
        int more = lead >= 0xE0   ? 2
                   : lead >= 0xC0 ? 1
                                  : 0; /* the samples hold nothing beyond the BMP */
        unsigned unit = more == 2 ? lead & 15u : more == 1 ? lead & 31u : lead;
        for (int i = 1; i <= more; i++) {
            unit = unit << 6 | ((unsigned char)text[i] & 63u);
        }
        text += more + 1;
        if (len + 2 > cap) {
            return 0;
        }
        out[len++] = (uint8_t)unit;
        out[len++] = (uint8_t)(unit >> 8);
    }
    return len;
}

/* Text as a hex string of UTF-16BE, for UniGB-UCS2-H and for text strings. */
static void add_hex(part *to, const char *text, size_t text_len, bool bom)
{
    char line[2048];
    uint8_t units[4096];
    if (text_len >= sizeof(line)) {
        to->full = true;
        return;
    }
    memcpy(line, text, text_len);
    line[text_len] = '\0';
    size_t len = samples_utf16le(line, units, sizeof(units));
    samples_add(to, bom ? "<FEFF" : "<");
    for (size_t i = 2; i + 1 < len; i += 2) {
        samples_add(to, "%02X%02X", units[i + 1], units[i]);
    }
    samples_add(to, ">");
}

int samples_pdf(const char *path, const char *text, int variant)
{
    part *pdf = calloc(2, sizeof(*pdf));
    if (pdf == NULL) {
        return -1;
    }
    part *content = pdf + 1;
    samples_add(content, "BT /F1 16 Tf 72 770 Td 24 TL\n");
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        add_hex(content, text, len, false);
        samples_add(content, " Tj T*\n");
        text += len + (text[len] == '\n' ? 1 : 0);
    }
    samples_add(content, "ET\n");

    size_t offsets[8] = {0};
    samples_add(pdf, "%%PDF-1.5\n");
    offsets[1] = pdf->len;
    samples_add(pdf, "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    offsets[2] = pdf->len;
    samples_add(pdf, "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n");
    offsets[3] = pdf->len;
    samples_add(pdf,
                "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 "
                "R/Resources<</Font<</F1 5 0 R>>>>%s>>\nendobj\n",
                variant == SAMPLE_PDF_ANNOTATION ? "/Annots[7 0 R]" : "");
    offsets[4] = pdf->len;
    samples_add(pdf, "4 0 obj\n<</Length %zu>>\nstream\n%s\nendstream\nendobj\n", content->len,
                content->text);
    offsets[5] = pdf->len;
    samples_add(pdf, "5 0 "
                     "obj\n<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/"
                     "DescendantFonts[6 0 R]>>\nendobj\n");
    offsets[6] = pdf->len;
    samples_add(pdf, "6 0 "
                     "obj\n<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</"
                     "Registry(Adobe)/Ordering(GB1)"
                     "/Supplement 4>>/DW 1000>>\nendobj\n");
    offsets[7] = pdf->len;
    samples_add(
        pdf, "7 0 obj\n<</Type/Annot/Subtype/FreeText/Rect[72 800 200 820]/DA(/F1 12 Tf)/Contents");
    add_hex(pdf, MARK, strlen(MARK), true);
    samples_add(pdf, ">>\nendobj\n");
    size_t xref = pdf->len;
    samples_add(pdf, "xref\n0 8\n0000000000 65535 f \n");
    for (int i = 1; i < 8; i++) {
        samples_add(pdf, "%010zu 00000 n \n", offsets[i]);
    }
    samples_add(pdf, "trailer\n<</Size 8/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", xref);
    int status = -1;
    FILE *out = pdf->full || content->full ? NULL : fopen(path, "we");
    if (out != NULL) {
        status = fwrite(pdf->text, 1, pdf->len, out) == pdf->len ? 0 : -1;
        status = fclose(out) == 0 ? status : -1;
    }
    free(pdf);
    return status;
}

/* ---- archives ---- */

typedef struct archive_kind {
    int (*set_format)(struct archive *);
    int (*add_filter)(struct archive *);
    const char *options;
} archive_kind;

static const archive_kind kinds[] = {
    [SAMPLE_ZIP] = {archive_write_set_format_zip,       NULL,                           "zip:compression=deflate"},
    [SAMPLE_ZIP_AES] = {archive_write_set_format_zip,       NULL,                           "zip:encryption=aes256"  },
    [SAMPLE_ZIP_BOMB] = {archive_write_set_format_zip,       NULL,                           "zip:compression=deflate"},
    [SAMPLE_7Z] = {archive_write_set_format_7zip,      NULL,                           NULL                     },
    [SAMPLE_TAR_GZ] = {archive_write_set_format_gnutar,    archive_write_add_filter_gzip,
                    "gzip:!timestamp"                                                                            },
    [SAMPLE_TAR_BZ2] = {archive_write_set_format_gnutar,    archive_write_add_filter_bzip2, NULL                     },
    [SAMPLE_TAR_XZ] = {archive_write_set_format_gnutar,    archive_write_add_filter_xz,    NULL                     },
    [SAMPLE_TAR_ZST] = {archive_write_set_format_gnutar,    archive_write_add_filter_zstd,  NULL                     },
    [SAMPLE_TAR_LZ4] = {archive_write_set_format_gnutar,    archive_write_add_filter_lz4,   NULL                     },
    [SAMPLE_CPIO] = {archive_write_set_format_cpio_newc, NULL,                           NULL                     },
    [SAMPLE_AR] = {archive_write_set_format_ar_svr4,   NULL,                           NULL                     },
    [SAMPLE_ISO] = {archive_write_set_format_iso9660,   NULL,                           NULL                     },
};

/* 192 MiB of zeros in one member: deflate gives about 1000 : 1. */
static int put_bomb(struct archive *out)
{
    static const char zeros[1024 * 1024];
    const size_t rounds = 192;
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, "backup.dat");
    archive_entry_set_size(entry, (la_int64_t)(rounds * sizeof(zeros)));
    archive_entry_set_filetype(entry, AE_IFREG);
    int status = archive_write_header(out, entry) == ARCHIVE_OK ? 0 : -1;
    archive_entry_free(entry);
    for (size_t i = 0; i < rounds && status == 0; i++) {
        status =
            archive_write_data(out, zeros, sizeof(zeros)) == (la_ssize_t)sizeof(zeros) ? 0 : -1;
    }
    return status;
}

int samples_archive(const char *path, const char *text, int variant)
{
    const archive_kind *kind = &kinds[variant];
    struct archive *out = archive_write_new();
    int status = kind->set_format(out) == ARCHIVE_OK ? 0 : -1;
    if (status == 0 && kind->add_filter != NULL) {
        status = kind->add_filter(out) == ARCHIVE_OK ? 0 : -1;
    }
    if (status == 0 && kind->options != NULL) {
        status = archive_write_set_options(out, kind->options) == ARCHIVE_OK ? 0 : -1;
    }
    if (status == 0 && variant == SAMPLE_ZIP_AES) {
        status = archive_write_set_passphrase(out, "example") == ARCHIVE_OK ? 0 : -1;
    }
    if (status == 0) {
        status = archive_write_open_filename(out, path) == ARCHIVE_OK ? 0 : -1;
    }
    if (status == 0 && variant == SAMPLE_ZIP_BOMB) {
        status = put_bomb(out);
    } else if (status == 0) {
        static const char other[] = "仓库值班电话见门口公告栏。\n";
        status =
            put_entry(out, variant == SAMPLE_AR ? "notice.txt" : "通知.txt", text, strlen(text));
        status = status == 0 ? put_entry(out, "readme.txt", other, sizeof(other) - 1) : status;
    }
    return close_archive(out, status);
}

/* ---- by hand ---- */

typedef struct bytes {
    uint8_t at[PART_MAX];
    size_t len;
} bytes;

static void put_le(bytes *to, uint64_t value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        to->at[to->len++] = (uint8_t)(value >> (8 * i));
    }
}

static void put_raw(bytes *to, const void *from, size_t len)
{
    memcpy(to->at + to->len, from, len);
    to->len += len;
}

/* [MS-CAB]: header, one folder without compression, one file, one data block (checksum 0 = none).
 */
static void build_cab(bytes *out, const char *text, size_t len)
{
    static const char name[] = "notice.txt";
    size_t files_off = 36 + 8;
    size_t data_off = files_off + 16 + sizeof(name);
    put_raw(out, "MSCF\0\0\0\0", 8);
    put_le(out, data_off + 8 + len, 4);
    put_le(out, 0, 4);
    put_le(out, files_off, 4);
    put_le(out, 0, 4);
    put_raw(out, "\3\1", 2); /* version 1.3 */
    put_le(out, 1, 2);       /* folders */
    put_le(out, 1, 2);       /* files */
    put_le(out, 0, 2);
    put_le(out, 0, 2);
    put_le(out, 0, 2);
    put_le(out, data_off, 4);
    put_le(out, 1, 2); /* data blocks */
    put_le(out, 0, 2); /* stored */
    put_le(out, len, 4);
    put_le(out, 0, 4);
    put_le(out, 0, 2);      /* folder */
    put_le(out, 0xBE21, 2); /* 2075-01-01 */
    put_le(out, 0, 2);
    put_le(out, 0x20, 2);
    put_raw(out, name, sizeof(name));
    put_le(out, 0, 4);
    put_le(out, len, 2);
    put_le(out, len, 2);
    put_raw(out, text, len);
}

/* One block of RAR 5: CRC-32, header length as a variable integer, header. */
static void put_rar_block(bytes *out, const bytes *header)
{
    bytes sized = {.len = 0};
    sized.at[sized.len++] = (uint8_t)header->len; /* below 128: one byte */
    put_raw(&sized, header->at, header->len);
    put_le(out, crc32(0, sized.at, (uInt)sized.len), 4);
    put_raw(out, sized.at, sized.len);
}

static void put_vint(bytes *to, uint64_t value)
{
    while (value >= 128) {
        to->at[to->len++] = (uint8_t)(value | 128);
        value >>= 7;
    }
    to->at[to->len++] = (uint8_t)value;
}

/* RAR 5.0 archive format: signature, main header, one stored file, end. */
static void build_rar5(bytes *out, const char *text, size_t len)
{
    static const char name[] = "通知.txt";
    put_raw(out, "Rar!\x1A\x07\x01\x00", 8);
    bytes main_header = {
        .at = {1, 0, 0},
          .len = 3
    };
    put_rar_block(out, &main_header);
    bytes file = {
        .at = {2, 2},
          .len = 2
    }; /* file header with a data area */
    put_vint(&file, len);
    put_vint(&file, 4); /* CRC-32 of the data is given */
    put_vint(&file, len);
    put_vint(&file, 0100644);
    put_le(&file, crc32(0, (const Bytef *)text, (uInt)len), 4);
    put_vint(&file, 0); /* stored */
    put_vint(&file, 1); /* Unix */
    put_vint(&file, sizeof(name) - 1);
    put_raw(&file, name, sizeof(name) - 1);
    put_rar_block(out, &file);
    put_raw(out, text, len);
    bytes end = {
        .at = {5, 0, 0},
          .len = 3
    };
    put_rar_block(out, &end);
}

int samples_stored(const char *path, const char *text, int variant)
{
    bytes *out = calloc(1, sizeof(*out));
    size_t len = strlen(text);
    if (out == NULL || len > PART_MAX / 2) {
        free(out);
        return -1;
    }
    if (variant == SAMPLE_CAB) {
        build_cab(out, text, len);
    } else {
        build_rar5(out, text, len);
    }
    FILE *file = fopen(path, "we");
    int status = file != NULL && fwrite(out->at, 1, out->len, file) == out->len ? 0 : -1;
    status = file != NULL && fclose(file) == 0 ? status : -1;
    free(out);
    return status;
}
