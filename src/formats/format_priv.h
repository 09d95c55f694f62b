/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Declarations of the rows; only format_table.c and the readers themselves include it. */
#ifndef LJ_FORMATS_FORMAT_PRIV_H
#define LJ_FORMATS_FORMAT_PRIV_H

#include "formats/format.h"

/* text.c */
extern const format_row format_text_row;
/* html.c, xml.c */
extern const format_row format_html_row;
extern const format_row format_xml_row;
extern const format_row format_svg_row;
/* zip/ */
extern const format_row format_zip_row;
extern const format_row format_epub_row;
/* ooxml/ */
extern const format_row format_docx_row;
extern const format_row format_xlsx_row;
extern const format_row format_xlsb_row;
extern const format_row format_pptx_row;
/* ole2/ */
extern const format_row format_ole2_row;
/* ppt/ */
extern const format_row format_ppt_row;
/* mail/ */
extern const format_row format_msg_row;
extern const format_row format_ooxml_encrypted_row;
extern const format_row format_vsdx_row;
extern const format_row format_opc_flat_row;
extern const format_row format_word_xml_row;
extern const format_row format_excel_xml_row;
/* odf/ */
extern const format_row format_odt_row;
extern const format_row format_ods_row;
extern const format_row format_odp_row;
extern const format_row format_odg_row;
extern const format_row format_fodt_row;
extern const format_row format_fods_row;
extern const format_row format_fodp_row;
/* xls/ */
extern const format_row format_xls_row;
extern const format_row format_biff_row;
/* ofd/ */
extern const format_row format_ofd_row;
/* pdf/ */
extern const format_row format_pdf_row;
/* mail/ */
extern const format_row format_mail_row;
extern const format_row format_mht_row;
extern const format_row format_mbox_row;
extern const format_row format_tnef_row;
/* archive.c: libarchive's formats and filters, a row each */
extern const format_row format_7z_row;
extern const format_row format_rar_row;
extern const format_row format_cab_row;
extern const format_row format_iso_row;
extern const format_row format_cpio_row;
extern const format_row format_ar_row;
extern const format_row format_tar_row;
extern const format_row format_gz_row;
extern const format_row format_bz2_row;
extern const format_row format_xz_row;
extern const format_row format_zst_row;
extern const format_row format_lz4_row;
extern const format_row format_lzma_row;
extern const format_row format_compress_row; /* .Z */
extern const format_row format_lzh_row;
extern const format_row format_xar_row;
/* doc/ */
extern const format_row format_doc_row;
/* rtf/ */
extern const format_row format_rtf_row;
/* picture/ */
extern const format_row format_png_row;
extern const format_row format_jpeg_row;
extern const format_row format_gif_row;
extern const format_row format_bmp_row;
extern const format_row format_tiff_row;
extern const format_row format_webp_row;
extern const format_row format_heif_row;
extern const format_row format_jp2_row;
extern const format_row format_psd_row;
extern const format_row format_emf_row;
extern const format_row format_wmf_row;

#endif
