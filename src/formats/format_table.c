/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of formats. Adding a format is one file (or folder) and one row here; the order breaks
 * ties of evidence. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/others.h"

/* one row a line */
/* clang-format off */
static const format_row *const readers[] = {
    &format_zip_row,
    &format_epub_row,
    &format_docx_row,
    &format_xlsx_row,
    &format_pptx_row,
    &format_vsdx_row,
    &format_opc_flat_row,
    &format_word_xml_row,
    &format_excel_xml_row,
    &format_ofd_row,
    &format_pdf_row,
    &format_odt_row,
    &format_ods_row,
    &format_odp_row,
    &format_odg_row,
    &format_fodt_row,
    &format_fods_row,
    &format_fodp_row,
    &format_html_row,
    &format_xml_row,
    &format_svg_row,
    &format_7z_row,
    &format_rar_row,
    &format_cab_row,
    &format_iso_row,
    &format_tar_row,
    &format_cpio_row,
    &format_ar_row,
    &format_xar_row,
    &format_lzh_row,
    &format_gz_row,
    &format_bz2_row,
    &format_xz_row,
    &format_zst_row,
    &format_lz4_row,
    &format_lzma_row,
    &format_compress_row,
    &format_ole2_row,
    &format_ooxml_encrypted_row,
    &format_doc_row,
    &format_ppt_row,
    &format_msg_row,
    &format_rtf_row,
    &format_xlsb_row,
    &format_xls_row,
    &format_biff_row,
    &format_mail_row,
    &format_mht_row,
    &format_mbox_row,
    &format_tnef_row,
    &format_png_row,
    &format_jpeg_row,
    &format_gif_row,
    &format_bmp_row,
    &format_tiff_row,
    &format_webp_row,
    &format_heif_row,
    &format_jp2_row,
    &format_psd_row,
    &format_emf_row,
    &format_wmf_row,
    &format_text_row,
};
/* clang-format on */

const format_row *format_row_at(uint32_t idx)
{
    if (idx < LJ_COUNT_OF(readers)) {
        return readers[idx];
    }
    idx -= (uint32_t)LJ_COUNT_OF(readers);
    return idx < format_other_row_count ? &format_other_rows[idx] : NULL;
}
