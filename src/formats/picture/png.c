/* SPDX-License-Identifier: AGPL-3.0-or-later
 * PNG pictures: text chunks, Exif, XMP, what stands behind the end.
 *
 * Specification: PNG 1.2 / ISO 15948: 5 (chunks), 11.3.4 (tEXt, zTXt, iTXt); PNG extensions: eXIf.
 *
 * Model. Chunk by chunk; chunks of the specification are claimed, others are left to the sweep.
 * Text is a span labelled with its keyword. Pixels are never inflated.
 *
 * Traps. tEXt is Latin-1 by the book and anything in fact. "Raw profile type" keeps Exif, IPTC and
 * XMP as hexadecimal digits. Text and whole archives behind IEND (hidden-marks I08). */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/look.h"
#include "formats/picture/picture.h"

enum { HEAD = 8, CHUNK_HEAD = 8, CRC = 4, KEYWORD_MAX = 80 };

static int png_sniff(const format_probe *probe)
{
    return lj_slice_has_prefix(probe->head, LJ_BYTES("\x89PNG\r\n\x1A\n")) ? 64 : 0;
}

static bool is_type(lj_slice type, const char *name)
{
    return memcmp(type.ptr, name, 4) == 0;
}

/* Chunks that hold no text. */
static bool is_known(lj_slice type)
{
    static const char names[][5] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP",
                                    "sBIT", "sRGB", "bKGD", "hIST", "pHYs", "tIME", "fcTL", "fdAT",
                                    "acTL", "cICP", "oFFs", "vpAg", "caNv", "orNT"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if (is_type(type, names[i])) {
            return true;
        }
    }
    return false;
}

/* Bytes up to a zero; the rest begins behind it. */
static lj_slice take_word(lj_slice *rest)
{
    size_t len = lj_slice_find(*rest, lj_slice_of("", 1));
    lj_slice word = lj_slice_part(*rest, 0, len);
    *rest = len == SIZE_MAX ? (lj_slice){NULL, 0} : lj_slice_part(*rest, len + 1, SIZE_MAX);
    return word;
}

static uint8_t digit_of(uint8_t c)
{
    uint8_t lower = c | 0x20U;
    return c >= '0' && c <= '9'           ? (uint8_t)(c - '0')
           : lower >= 'a' && lower <= 'f' ? (uint8_t)(lower - 'a' + 10)
                                          : 0xFF;
}

/* "\nexif\n    1234\n0123abcd...": name, length, digits. */
static void take_raw_profile(picture *pic, lj_slice keyword, lj_slice text)
{
    size_t at = 0;
    for (int lines = 0; at < text.len && lines < 3; at++) {
        lines += text.ptr[at] == '\n' ? 1 : 0;
    }
    lj_buf bytes;
    lj_buf_init(&bytes, format_arena(pic->run), PICTURE_TEXT_MAX);
    uint8_t high = 0xFF;
    for (; at < text.len; at++) {
        uint8_t digit = digit_of(text.ptr[at]);
        if (digit != 0xFF) {
            if (high == 0xFF) {
                high = digit;
            } else {
                lj_buf_put_u8(&bytes, (uint8_t)(high << 4 | digit));
                high = 0xFF;
            }
        }
    }
    lj_slice all = lj_buf_slice(&bytes);
    size_t head = lj_slice_has_prefix(all, LJ_BYTES("Exif\0\0"))          ? 6
                  : lj_slice_has_prefix(all, LJ_BYTES("Photoshop 3.0\0")) ? 14
                                                                          : 0;
    picture_area area = {.src = format_memory(pic->run, all), .off = head, .len = all.len - head};
    if (area.src == NULL) {
        return;
    }
    pic->is_memory = true;
    if (lj_slice_find(keyword, LJ_BYTES("exif")) != SIZE_MAX ||
        lj_slice_find(keyword, LJ_BYTES("APP1")) != SIZE_MAX) {
        picture_exif(pic, &area);
    } else if (lj_slice_find(keyword, LJ_BYTES("xmp")) != SIZE_MAX) {
        picture_xmp(pic, area.src, 0);
    } else if (lj_slice_find(keyword, LJ_BYTES("iptc")) != SIZE_MAX ||
               lj_slice_find(keyword, LJ_BYTES("8bim")) != SIZE_MAX) {
        bool block = lj_slice_has_prefix(lj_slice_part(all, head, 4), LJ_BYTES("8BIM"));
        if (block) {
            picture_resources(pic, &area);
        } else {
            picture_iptc(pic, &area);
        }
    }
    pic->is_memory = false;
}

/* Text with its keyword, both decoded. */
static void take_text(picture *pic, lj_slice keyword, lj_slice text, uint64_t off)
{
    lj_buf label;
    lj_buf_init(&label, format_arena(pic->run), 4 * KEYWORD_MAX);
    (void)text_to_utf8(TEXT_LATIN1, lj_slice_part(keyword, 0, KEYWORD_MAX), false, &label, NULL);
    if (lj_slice_has_prefix(keyword, LJ_BYTES("Raw profile type"))) {
        take_raw_profile(pic, keyword, text);
    } else if (lj_slice_has_prefix(keyword, LJ_BYTES("XML:com.adobe.xmp"))) {
        picture_xmp(pic, format_memory(pic->run, text), off);
    } else {
        picture_emit_bytes(pic, lj_buf_str(&label), TEXT_CHARSET_ANY, text, off);
        if (look_has_high_byte((lj_str){(const char *)keyword.ptr, keyword.len})) {
            picture_emit_bytes(pic, LJ_STR("keyword"), TEXT_CHARSET_ANY, keyword, off);
        }
    }
}

/* The zlib stream at the end of a chunk. */
static lj_slice inflated(picture *pic, uint64_t off, uint64_t len)
{
    format_src *src =
        format_decode(pic->run, pic->src, off, len, FORMAT_CODEC_ZLIB, FORMAT_SIZE_UNKNOWN);
    lj_slice text =
        src != NULL ? format_slurp(pic->run, src, 0, PICTURE_TEXT_MAX) : (lj_slice){NULL, 0};
    lj_code code = src != NULL ? format_src_code(src) : LJ_E_LIMIT;
    pic->is_damaged = pic->is_damaged || code == LJ_E_FORMAT;
    if (code == LJ_E_LIMIT || code == LJ_E_CANCELLED) {
        pic->code = code;
    }
    return text;
}

static void take_text_chunk(picture *pic, const picture_area *file, lj_slice type, uint64_t off,
                            uint64_t len)
{
    lj_arena_mark mark = lj_arena_mark_of(format_arena(pic->run));
    lj_slice all = picture_keep(pic, file, off, len);
    lj_slice rest = all;
    lj_slice keyword = take_word(&rest);
    bool packed = is_type(type, "zTXt");
    if (is_type(type, "iTXt")) {
        packed = rest.len > 0 && rest.ptr[0] == 1;
        rest = lj_slice_part(rest, 2, SIZE_MAX);
        (void)take_word(&rest); /* language */
        lj_slice translated = take_word(&rest);
        picture_emit_bytes(pic, LJ_STR("keyword"), TEXT_CHARSET_ANY, translated, off);
    } else if (packed) {
        rest = lj_slice_part(rest, 1, SIZE_MAX);
    }
    if (packed && rest.len > 0) {
        rest = inflated(pic, off + len - rest.len, rest.len);
    }
    take_text(pic, keyword, rest, off);
    picture_claim(pic, file, off, all.len, FORMAT_READ);
    lj_arena_rewind(format_arena(pic->run), mark);
}

static void take_chunk(picture *pic, const picture_area *file, lj_slice type, uint64_t off,
                       uint64_t len)
{
    if (is_type(type, "tEXt") || is_type(type, "zTXt") || is_type(type, "iTXt")) {
        take_text_chunk(pic, file, type, off, len);
    } else if (is_type(type, "eXIf")) {
        picture_area part = picture_part(file, off, len);
        picture_exif(pic, &part);
    } else if (is_type(type, "sPLT")) {
        lj_slice name = picture_bytes(pic, file, off, (size_t)lj_min_u64(len, KEYWORD_MAX));
        picture_emit_bytes(pic, LJ_STR("keyword"), TEXT_CHARSET_ANY, take_word(&name), off);
        picture_claim(pic, file, off, len, FORMAT_OPAQUE);
    } else if (is_known(type)) {
        picture_claim(pic, file, off, len, FORMAT_OPAQUE);
    }
}

static lj_code png_read(format_run *run, format_src *src)
{
    picture pic;
    picture_begin(&pic, run, src);
    picture_area file = {.src = src, .len = pic.size, .is_file = true};
    picture_claim(&pic, &file, 0, HEAD, FORMAT_OPAQUE);
    uint64_t at = HEAD;
    bool ended = false;
    while (!ended && pic.code == LJ_OK) {
        uint8_t type_bytes[4];
        lj_cur cur = lj_cur_of(picture_bytes(&pic, &file, at, CHUNK_HEAD));
        uint32_t len = lj_cur_u32be(&cur);
        lj_slice type = lj_cur_bytes(&cur, 4);
        if (!lj_cur_ok(&cur)) {
            pic.is_damaged = true;
            break;
        }
        memcpy(type_bytes, type.ptr, 4);
        type = lj_slice_of(type_bytes, 4);
        if (file.len != FORMAT_SIZE_UNKNOWN && len > file.len - at - CHUNK_HEAD) {
            pic.is_damaged = true;
            len = (uint32_t)(file.len - at - CHUNK_HEAD);
        }
        pic.code = format_work(run, 64);
        picture_claim(&pic, &file, at, CHUNK_HEAD, FORMAT_OPAQUE);
        if (pic.code == LJ_OK) {
            take_chunk(&pic, &file, type, at + CHUNK_HEAD, len);
        }
        picture_claim(&pic, &file, at + CHUNK_HEAD + len, CRC, FORMAT_OPAQUE);
        at += CHUNK_HEAD + (uint64_t)len + CRC;
        ended = is_type(type, "IEND");
    }
    if (ended) {
        picture_tail(&pic, at);
    }
    return picture_end(&pic, "png");
}

const format_row format_png_row = {
    .name = "png",
    .extensions = "png",
    .traits = FORMAT_PICTURE,
    .sniff = png_sniff,
    .read = png_read,
    .en = "PNG picture",
    .zh = "PNG 图片",
};
