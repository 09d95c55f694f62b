/* SPDX-License-Identifier: AGPL-3.0-or-later
 * JPEG pictures: comments, Exif, XMP, IPTC, what stands behind the end.
 *
 * Specification: ITU-T T.81, annex B (markers); Exif 2.32, 4.5.4 and 4.7 (APP1); XMP part 3, 1.1.3
 * (APP1, extended XMP); Photoshop's APP13.
 *
 * Model. Marker by marker. Segments whose content is known are read or claimed, others left to the
 * sweep. The entropy-coded data is searched for the next marker only.
 *
 * Traps. Fill bytes FF before markers. Extended XMP is cut into segments: joined by its offsets'
 * order. Thumbnails with a JPEG of their own stand inside Exif. Second pictures, videos, archives
 * behind the end (hidden-marks I08): children. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/picture/picture.h"

enum {
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    APP0 = 0xE0,
    APP15 = 0xEF,
    COM = 0xFE,
    PIECES_MAX = 256, /* segments of extended XMP */
    EXTENDED_HEAD = 40,
    WINDOW = 256 * 1024,
};

#define XMP_NAME      "http://ns.adobe.com/xap/1.0/\0"
#define EXTENDED_NAME "http://ns.adobe.com/xmp/extension/\0"

typedef struct jpeg {
    picture pic;
    picture_area file;
    format_piece *pieces;
    uint32_t piece_count;
} jpeg;

static int jpeg_sniff(const format_probe *probe)
{
    return lj_slice_has_prefix(probe->head, LJ_BYTES("\xFF\xD8\xFF")) ? 24 : 0;
}

static void take_extended(jpeg *j, uint64_t off, uint64_t len)
{
    if (len < EXTENDED_HEAD || j->piece_count == PIECES_MAX) {
        j->pic.is_damaged = true; /* also when there are more pieces than are read */
        return;
    }
    if (j->pieces == NULL) {
        j->pieces = lj_arena_array(format_arena(j->pic.run), PIECES_MAX, sizeof(*j->pieces));
    }
    if (j->pieces != NULL) {
        j->pieces[j->piece_count++] = (format_piece){
            .src = j->pic.src, .off = off + EXTENDED_HEAD, .len = len - EXTENDED_HEAD};
    }
}

/* An application segment: [off, off + len) is its content. */
static void take_application(jpeg *j, uint8_t marker, uint64_t off, uint64_t len)
{
    picture *pic = &j->pic;
    lj_slice head = picture_bytes(pic, &j->file, off, (size_t)lj_min_u64(len, 64));
    uint64_t xmp = sizeof(XMP_NAME) - 1;
    uint64_t extended = sizeof(EXTENDED_NAME) - 1;
    uint64_t name_len = 0;
    if (lj_slice_has_prefix(head, LJ_BYTES("Exif\0"))) {
        name_len = 6;
        picture_area part = picture_part(&j->file, off + name_len, len - lj_min_u64(len, name_len));
        picture_exif(pic, &part);
    } else if (lj_slice_has_prefix(head, LJ_BYTES(XMP_NAME))) {
        picture_area part = picture_part(&j->file, off + xmp, len - xmp);
        picture_xmp(pic, picture_source(pic, &part), part.off);
        name_len = len;
    } else if (lj_slice_has_prefix(head, LJ_BYTES(EXTENDED_NAME))) {
        take_extended(j, off + extended, len - extended);
        name_len = len;
    } else if (lj_slice_has_prefix(head, LJ_BYTES("Photoshop 3.0\0"))) {
        name_len = 14;
        picture_area part = picture_part(&j->file, off + name_len, len - name_len);
        picture_resources(pic, &part);
    } else if (lj_slice_has_prefix(head, LJ_BYTES("JFIF\0")) ||
               lj_slice_has_prefix(head, LJ_BYTES("JFXX\0")) ||
               lj_slice_has_prefix(head, LJ_BYTES("ICC_PROFILE\0")) ||
               lj_slice_has_prefix(head, LJ_BYTES("MPF\0")) ||
               (marker == 0xEE && lj_slice_has_prefix(head, LJ_BYTES("Adobe")))) {
        name_len = len;
    }
    picture_claim(pic, &j->file, off, name_len, FORMAT_OPAQUE);
}

static void take_segment(jpeg *j, uint8_t marker, uint64_t off, uint64_t len)
{
    picture *pic = &j->pic;
    if (marker >= APP0 && marker <= APP15) {
        take_application(j, marker, off, len);
    } else if (marker == COM) {
        lj_arena_mark mark = lj_arena_mark_of(format_arena(pic->run));
        lj_slice text = picture_keep(pic, &j->file, off, len);
        picture_emit_bytes(pic, LJ_STR("COM"), TEXT_CHARSET_ANY, text, off);
        picture_claim(pic, &j->file, off, len, FORMAT_READ);
        lj_arena_rewind(format_arena(pic->run), mark);
    } else {
        picture_claim(pic, &j->file, off, len, FORMAT_OPAQUE);
    }
}

/* Where the entropy-coded data from off on ends: at a marker that is neither a restart nor a byte
 * FF of the data. */
static uint64_t skip_scan(jpeg *j, uint64_t off)
{
    while (j->pic.code == LJ_OK) {
        lj_slice part = picture_bytes(&j->pic, &j->file, off, WINDOW);
        if (part.len < 2) {
            j->pic.is_damaged = true;
            return off + part.len;
        }
        size_t at = 0;
        while (at + 1 < part.len) {
            const uint8_t *found = memchr(part.ptr + at, 0xFF, part.len - 1 - at);
            if (found == NULL) {
                break;
            }
            at = (size_t)(found - part.ptr);
            uint8_t next = part.ptr[at + 1];
            bool inside = next == 0 || (next >= 0xD0 && next <= 0xD7);
            if (!inside && next != 0xFF) {
                return off + at;
            }
            at += inside ? 2 : 1;
        }
        off += part.len - 1;
    }
    return off;
}

static void read_segments(jpeg *j)
{
    picture *pic = &j->pic;
    uint64_t at = 2;
    picture_claim(pic, &j->file, 0, 2, FORMAT_OPAQUE);
    while (pic->code == LJ_OK) {
        lj_cur cur = lj_cur_of(picture_bytes(pic, &j->file, at, 4));
        uint8_t mark = lj_cur_u8(&cur);
        uint8_t marker = lj_cur_u8(&cur);
        if (!lj_cur_ok(&cur) || mark != 0xFF) {
            pic->is_damaged = true;
            return;
        }
        pic->code = format_work(pic->run, 16);
        if (marker == 0xFF) { /* a fill byte */
            picture_claim(pic, &j->file, at, 1, FORMAT_OPAQUE);
            at++;
            continue;
        }
        if (marker == EOI) {
            picture_claim(pic, &j->file, at, 2, FORMAT_OPAQUE);
            picture_tail(pic, at + 2);
            return;
        }
        bool alone = marker == 1 || (marker >= 0xD0 && marker <= SOI);
        uint64_t len = alone ? 2 : 2 + (uint64_t)lj_cur_u16be(&cur);
        if (!lj_cur_ok(&cur) || len < (alone ? 2U : 4U) || len > j->file.len - at) {
            pic->is_damaged = true;
            return;
        }
        picture_claim(pic, &j->file, at, alone ? 2 : 4, FORMAT_OPAQUE);
        if (!alone && pic->code == LJ_OK) {
            take_segment(j, marker, at + 4, len - 4);
        }
        at += len;
        if (marker == SOS) {
            uint64_t end = skip_scan(j, at);
            picture_claim(pic, &j->file, at, end - at, FORMAT_OPAQUE);
            at = end;
            if (pic->is_damaged) {
                return;
            }
        }
    }
}

static lj_code jpeg_read(format_run *run, format_src *src)
{
    jpeg *j = lj_arena_alloc(format_arena(run), sizeof(*j));
    if (j == NULL) {
        return LJ_E_LIMIT;
    }
    picture_begin(&j->pic, run, src);
    j->file = (picture_area){.src = src, .len = j->pic.size, .is_file = true};
    read_segments(j);
    if (j->piece_count > 0) {
        j->pic.is_memory = true;
        picture_xmp(&j->pic, format_gather(run, j->pieces, j->piece_count), 0);
        j->pic.is_memory = false;
    }
    return picture_end(&j->pic, "jpeg");
}

const format_row format_jpeg_row = {
    .name = "jpeg",
    .extensions = "jpg jpeg jpe",
    .traits = FORMAT_PICTURE,
    .sniff = jpeg_sniff,
    .read = jpeg_read,
    .en = "JPEG picture",
    .zh = "JPEG 图片",
};
