/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small pictures for tests, one of each format, with text wherever the format keeps some. */
#ifndef LJ_TESTS_FORMATS_PICTURE_BUILD_H
#define LJ_TESTS_FORMATS_PICTURE_BUILD_H

#include "base/buf.h"

/* Text in UTF-16. */
void picture_put_wide(lj_buf *out, const char *text, bool big_endian);
/* An Exif block (TIFF structure): description, XPComment, user comment. loops: its directories lead
 * to each other. */
void picture_put_exif(lj_buf *out, bool big_endian, bool loops);
void picture_put_xmp(lj_buf *out);
void picture_put_iptc(lj_buf *out);
/* Photoshop resources: IPTC, a caption, an unknown one. */
void picture_put_resources(lj_buf *out);

/* Whole files; the buffer is empty before. */
void picture_build_png(lj_buf *out);
void picture_build_jpeg(lj_buf *out);
void picture_build_gif(lj_buf *out);
void picture_build_bmp(lj_buf *out);
void picture_build_tiff(lj_buf *out);
void picture_build_webp(lj_buf *out);
void picture_build_heif(lj_buf *out);
void picture_build_jp2(lj_buf *out);
void picture_build_psd(lj_buf *out);
/* with_bitmap: one of their records draws a bitmap. */
void picture_build_emf(lj_buf *out, bool with_bitmap);
void picture_build_wmf(lj_buf *out, bool with_bitmap);

typedef struct picture_sample {
    const char *format, *name;
    void (*build)(lj_buf *out);
} picture_sample;
extern const picture_sample picture_samples[];
extern const size_t picture_sample_count;

#endif
