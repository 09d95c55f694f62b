/* SPDX-License-Identifier: AGPL-3.0-or-later
 * BMP pictures. They have no metadata; what counts is what lies between and behind their parts.
 *
 * Specification: [MS-WMF] 2.2.2 (bitmap headers), Windows' BITMAPFILEHEADER.
 *
 * Traps. Sizes in the header may be anything: pixels end where width, height and depth say, as far
 * as the file goes. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/picture/picture.h"

enum { HEAD = 14, SMALL = 12 };

static int bmp_sniff(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 26));
    bool magic = lj_cur_u8(&cur) == 'B' && lj_cur_u8(&cur) == 'M';
    uint32_t size = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 4);
    uint32_t bits_off = lj_cur_u32le(&cur);
    uint32_t header = lj_cur_u32le(&cur);
    bool sane = lj_cur_ok(&cur) && bits_off >= 26 && (bits_off < size || size == 0) &&
                (header == 12 || header == 40 || header == 52 || header == 56 || header == 64 ||
                 header == 108 || header == 124);
    return magic && sane ? 40 : 0;
}

/* Bytes of the pixels, UINT64_MAX when they are compressed and nobody says. */
static uint64_t pixels_len(lj_slice head)
{
    lj_cur cur = lj_cur_of(lj_slice_part(head, HEAD, SIZE_MAX));
    uint32_t header = lj_cur_u32le(&cur);
    bool small = header == SMALL;
    uint64_t width = small ? lj_cur_u16le(&cur) : lj_cur_u32le(&cur);
    uint64_t height = small ? lj_cur_u16le(&cur) : lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 2);
    uint64_t bits = lj_cur_u16le(&cur);
    uint32_t packed = small ? 0 : lj_cur_u32le(&cur);
    uint32_t stated = small ? 0 : lj_cur_u32le(&cur);
    if (packed == 1 || packed == 2 || packed > 3) {
        return stated > 0 ? stated : UINT64_MAX;
    }
    if (height > INT32_MAX) { /* rows from the top */
        height = UINT32_MAX - height + 1;
    }
    uint64_t row = (width * bits + 31) / 32 * 4;
    uint64_t len = 0;
    return lj_cur_ok(&cur) && lj_mul_u64(row, height, &len) ? len : UINT64_MAX;
}

static lj_code bmp_read(format_run *run, format_src *src)
{
    picture pic;
    picture_begin(&pic, run, src);
    picture_area file = {.src = src, .len = pic.size, .is_file = true};
    lj_slice head = picture_bytes(&pic, &file, 0, HEAD + 124);
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 2);
    uint64_t stated = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 4);
    uint64_t off = lj_cur_u32le(&cur);
    uint64_t header = lj_cur_u32le(&cur);
    uint64_t len = pixels_len(head);
    uint64_t end = len > UINT64_MAX - off ? UINT64_MAX : off + len;
    end = len == UINT64_MAX && stated > off ? stated : end;
    pic.is_damaged = !lj_cur_ok(&cur) || (end > file.len && end != UINT64_MAX);
    end = lj_min_u64(end, file.len);
    /* masks, colours: at most 256 of four bytes */
    uint64_t before = lj_min_u64(off, HEAD + header + 1024 + 12);
    picture_claim(&pic, &file, 0, before, FORMAT_OPAQUE);
    if (off < end) {
        picture_claim(&pic, &file, off, end - off, FORMAT_OPAQUE);
    }
    if (end < file.len && file.len != FORMAT_SIZE_UNKNOWN) {
        picture_tail(&pic, end);
    }
    return picture_end(&pic, "bmp");
}

const format_row format_bmp_row = {
    .name = "bmp",
    .extensions = "bmp dib",
    .traits = FORMAT_PICTURE,
    .sniff = bmp_sniff,
    .read = bmp_read,
    .en = "BMP picture",
    .zh = "BMP 图片",
};
