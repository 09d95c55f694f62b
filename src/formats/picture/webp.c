/* SPDX-License-Identifier: AGPL-3.0-or-later
 * WebP pictures: Exif, XMP, unknown chunks, what stands behind the end.
 *
 * Specification: WebP container (RFC 9649), 2. Chunks nobody knows are left to the sweep.
 *
 * Traps. Some writers put "Exif\0\0" before the Exif block. Odd chunks are padded. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/picture/picture.h"

enum { HEAD = 12, CHUNK_HEAD = 8 };

static int webp_sniff(const format_probe *probe)
{
    bool found = lj_slice_has_prefix(probe->head, LJ_BYTES("RIFF")) &&
                 lj_slice_is(lj_slice_part(probe->head, 8, 4), LJ_BYTES("WEBP"));
    return found ? 64 : 0;
}

static void take_chunk(picture *pic, const picture_area *file, lj_slice type, uint64_t off,
                       uint64_t len)
{
    static const char known[][5] = {"VP8X", "VP8 ", "VP8L", "ANIM", "ANMF", "ALPH", "ICCP"};
    for (size_t i = 0; i < LJ_COUNT_OF(known); i++) {
        if (memcmp(type.ptr, known[i], 4) == 0) {
            picture_claim(pic, file, off, len, FORMAT_OPAQUE);
            return;
        }
    }
    picture_area part = picture_part(file, off, len);
    if (memcmp(type.ptr, "EXIF", 4) == 0) {
        lj_slice head = picture_bytes(pic, &part, 0, 6);
        uint64_t skip = lj_slice_is(head, LJ_BYTES("Exif\0\0")) ? 6 : 0;
        picture_claim(pic, &part, 0, skip, FORMAT_OPAQUE);
        part = picture_part(&part, skip, part.len);
        picture_exif(pic, &part);
    } else if (memcmp(type.ptr, "XMP ", 4) == 0) {
        picture_xmp(pic, picture_source(pic, &part), part.off);
        picture_claim(pic, &part, 0, part.len, FORMAT_READ);
    }
}

static lj_code webp_read(format_run *run, format_src *src)
{
    picture pic;
    picture_begin(&pic, run, src);
    picture_area file = {.src = src, .len = pic.size, .is_file = true};
    lj_cur head = lj_cur_of(picture_bytes(&pic, &file, 0, HEAD));
    lj_cur_skip(&head, 4);
    uint64_t end = 8 + (uint64_t)lj_cur_u32le(&head);
    pic.is_damaged = end > file.len;
    end = lj_min_u64(end, file.len);
    picture_claim(&pic, &file, 0, HEAD, FORMAT_OPAQUE);
    uint64_t at = HEAD;
    while (at + CHUNK_HEAD <= end && pic.code == LJ_OK) {
        uint8_t type[4] = {0};
        lj_cur cur = lj_cur_of(picture_bytes(&pic, &file, at, CHUNK_HEAD));
        lj_slice name = lj_cur_bytes(&cur, 4);
        uint64_t len = lj_cur_u32le(&cur);
        if (!lj_cur_ok(&cur)) {
            pic.is_damaged = true;
            break;
        }
        memcpy(type, name.ptr, 4);
        pic.is_damaged = pic.is_damaged || len > end - at - CHUNK_HEAD;
        len = lj_min_u64(len, end - at - CHUNK_HEAD);
        pic.code = format_work(run, 64);
        picture_claim(&pic, &file, at, CHUNK_HEAD, FORMAT_OPAQUE);
        if (pic.code == LJ_OK) {
            take_chunk(&pic, &file, lj_slice_of(type, 4), at + CHUNK_HEAD, len);
        }
        at += CHUNK_HEAD + len + (len & 1);
        picture_claim(&pic, &file, at - (len & 1), len & 1, FORMAT_OPAQUE);
    }
    if (end < file.len && file.len != FORMAT_SIZE_UNKNOWN) {
        picture_tail(&pic, end);
    }
    return picture_end(&pic, "webp");
}

const format_row format_webp_row = {
    .name = "webp",
    .extensions = "webp",
    .traits = FORMAT_PICTURE,
    .sniff = webp_sniff,
    .read = webp_read,
    .en = "WebP picture",
    .zh = "WebP 图片",
};
