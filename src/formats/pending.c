/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Weak rows for readers that are being written; goes away with the last of them. */
#include "formats/format_priv.h"

static int sniff_never(const format_probe *probe)
{
    (void)probe;
    return 0;
}
__attribute__((weak)) const format_row format_text_row = {.name = "text", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_html_row = {.name = "html", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_xml_row = {.name = "xml", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_svg_row = {.name = "svg", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_zip_row = {.name = "zip", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_docx_row = {.name = "docx", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_xlsx_row = {.name = "xlsx", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_pptx_row = {.name = "pptx", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_pdf_row = {.name = "pdf", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_7z_row = {.name = "7z", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_rar_row = {.name = "rar", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_cab_row = {.name = "cab", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_iso_row = {.name = "iso", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_cpio_row = {.name = "cpio", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_ar_row = {.name = "ar", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_tar_row = {.name = "tar", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_gz_row = {.name = "gz", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_bz2_row = {.name = "bz2", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_xz_row = {.name = "xz", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_zst_row = {.name = "zst", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_lz4_row = {.name = "lz4", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_lzma_row = {.name = "lzma", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_compress_row = {.name = "compress", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_lzh_row = {.name = "lzh", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) const format_row format_xar_row = {.name = "xar", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
__attribute__((weak)) lj_code format_sweep(format_run *run, format_src *src, uint64_t off, uint64_t len, uint64_t hidden_by)
{
    (void)run; (void)src; (void)off; (void)len; (void)hidden_by;
    return LJ_OK;
}
