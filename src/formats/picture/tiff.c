/* SPDX-License-Identifier: AGPL-3.0-or-later
 * TIFF files: exif.c reads their directories, all pages of them.
 *
 * Specification: TIFF 6.0; BigTIFF. */
#include "formats/format_priv.h"
#include "formats/picture/picture.h"

static int tiff_sniff(const format_probe *probe)
{
    return lj_slice_has_prefix(probe->head, LJ_BYTES("II*\0")) ||
                   lj_slice_has_prefix(probe->head, LJ_BYTES("MM\0*")) ||
                   lj_slice_has_prefix(probe->head, LJ_BYTES("II+\0\x08\0\0\0")) ||
                   lj_slice_has_prefix(probe->head, LJ_BYTES("MM\0+\0\x08\0\0"))
               ? 32
               : 0;
}

static lj_code tiff_read(format_run *run, format_src *src)
{
    picture pic;
    picture_begin(&pic, run, src);
    picture_area file = {.src = src, .len = pic.size, .is_file = true};
    picture_exif(&pic, &file);
    return picture_end(&pic, "tiff");
}

const format_row format_tiff_row = {
    .name = "tiff",
    .extensions = "tif tiff",
    .traits = FORMAT_PICTURE,
    .sniff = tiff_sniff,
    .read = tiff_read,
    .en = "TIFF picture",
    .zh = "TIFF 图片",
};
