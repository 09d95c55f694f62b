/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small pictures: see picture_build.h. The text is a dull one: 食堂开饭时间. */
#include "picture_build.h"

#include <string.h>

#include "base/num.h"

#define DESCRIPTION "食堂开饭时间"
#define PIXELS      "\1\2\3\4\5\6\7\10"

static void put_u16be(lj_buf *out, uint32_t value)
{
    lj_buf_put_u8(out, (uint8_t)(value >> 8));
    lj_buf_put_u8(out, (uint8_t)value);
}

static void put_u32be(lj_buf *out, uint32_t value)
{
    put_u16be(out, value >> 16);
    put_u16be(out, value & 0xFFFF);
}

static void set_u32be(lj_buf *out, size_t at, size_t value)
{
    for (size_t i = 0; i < 4; i++) {
        out->ptr[at + i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static void set_u32le(lj_buf *out, size_t at, size_t value)
{
    for (size_t i = 0; i < 4; i++) {
        out->ptr[at + i] = (uint8_t)(value >> (8 * i));
    }
}

void picture_put_wide(lj_buf *out, const char *text, bool big_endian)
{
    for (const uint8_t *at = (const uint8_t *)text; *at != 0;) {
        uint32_t point = *at;
        if (point >= 0xE0) {
            point = (point & 15) << 12 | (at[1] & 63U) << 6 | (at[2] & 63U);
            at += 3;
        } else {
            at++;
        }
        lj_buf_put_u8(out, (uint8_t)(big_endian ? point >> 8 : point & 0xFF));
        lj_buf_put_u8(out, (uint8_t)(big_endian ? point & 0xFF : point >> 8));
    }
}

/* ---- Exif ---- */

static void put_16(lj_buf *out, bool big, uint32_t value)
{
    if (big) {
        put_u16be(out, value);
    } else {
        lj_buf_put_u16le(out, (uint16_t)value);
    }
}

static void put_32(lj_buf *out, bool big, uint32_t value)
{
    if (big) {
        put_u32be(out, value);
    } else {
        lj_buf_put_u32le(out, value);
    }
}

static void put_entry(lj_buf *out, bool big, uint32_t tag, uint32_t type, uint32_t count,
                      uint32_t value)
{
    put_16(out, big, tag);
    put_16(out, big, type);
    put_32(out, big, count);
    if (type == 3 && count == 1) {
        put_16(out, big, value);
        put_16(out, big, 0);
    } else {
        put_32(out, big, value);
    }
}

/* 0 head, 8 IFD0 (3 entries, 42 bytes), 50 Exif IFD (1 entry, 18 bytes), 68 values. */
void picture_put_exif(lj_buf *out, bool big, bool loops)
{
    enum { IFD0 = 8, EXIF = 50, VALUES = 68, TEXT = 19, COMMENT = 20, USER = 8 + 12 };
    lj_buf_put_cstr(out, big ? "MM" : "II");
    put_16(out, big, 42);
    put_32(out, big, IFD0);
    put_16(out, big, 3);
    put_entry(out, big, 0x010E, 2, TEXT, VALUES);
    put_entry(out, big, 0x9C9C, 1, COMMENT, VALUES + TEXT + 1);
    put_entry(out, big, 0x8769, 4, 1, EXIF);
    put_32(out, big, loops ? EXIF : 0);
    put_16(out, big, 1);
    put_entry(out, big, 0x9286, 7, USER, VALUES + TEXT + 1 + COMMENT);
    put_32(out, big, loops ? IFD0 : 0);
    lj_buf_put_cstr(out, DESCRIPTION);
    lj_buf_put_u16le(out, 0); /* its zero, and one to be even */
    picture_put_wide(out, "调整通知附件三份", false);
    lj_buf_put_u32le(out, 0);
    lj_buf_put(out, LJ_BYTES("UNICODE\0"));
    picture_put_wide(out, "后勤处拍摄的", big);
}

void picture_put_xmp(lj_buf *out)
{
    lj_buf_put_cstr(
        out,
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        "xmp:Label='标签一'><dc:title><rdf:Alt><rdf:li xml:lang='x-default'>标题二</rdf:li>"
        "</rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>");
}

static void put_set(lj_buf *out, uint8_t record, uint8_t set, lj_slice value)
{
    lj_buf_put_u8(out, 0x1C);
    lj_buf_put_u8(out, record);
    lj_buf_put_u8(out, set);
    put_u16be(out, (uint32_t)value.len);
    lj_buf_put(out, value);
}

void picture_put_iptc(lj_buf *out)
{
    put_set(out, 1, 90, LJ_BYTES("\x1B%G"));
    put_set(out, 2, 120, LJ_BYTES("图片说明"));
    put_set(out, 2, 25, LJ_BYTES("关键词"));
}

static void put_resource(lj_buf *out, uint32_t id, lj_slice data)
{
    lj_buf_put_cstr(out, "8BIM");
    put_u16be(out, id);
    put_u16be(out, 0);
    put_u32be(out, (uint32_t)data.len);
    lj_buf_put(out, data);
    if (data.len % 2 != 0) {
        lj_buf_put_u8(out, 0);
    }
}

void picture_put_resources(lj_buf *out)
{
    lj_buf part;
    lj_buf_init(&part, NULL, 65536);
    picture_put_iptc(&part);
    put_resource(out, 0x0404, lj_buf_slice(&part));
    put_resource(out, 0x03F0, LJ_BYTES("\x0Cnoon caption"));
    put_resource(out, 0x0BB7, LJ_BYTES("\1\2\3"));
    lj_buf_done(&part);
}

/* ---- PNG, JPEG, GIF, BMP, TIFF, WebP ---- */

static void put_chunk(lj_buf *out, const char *type, lj_slice data)
{
    put_u32be(out, (uint32_t)data.len);
    lj_buf_put_cstr(out, type);
    lj_buf_put(out, data);
    put_u32be(out, 0);
}

void picture_build_png(lj_buf *out)
{
    lj_buf part;
    lj_buf_init(&part, NULL, 65536);
    lj_buf_put(out, LJ_BYTES("\x89PNG\r\n\x1A\n"));
    /* 2^31-1 pixels either way: nothing may be allocated for them */
    put_chunk(out, "IHDR", LJ_BYTES("\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF\x08\2\0\0\0"));
    put_chunk(out, "tEXt", LJ_BYTES("Title\0关于食堂"));
    /* zlib: one stored block of 12 bytes */
    put_chunk(out, "zTXt",
              LJ_BYTES("Comment\0\0\x78\x01\x01\x0C\x00\xF3\xFF压缩文字"
                       "\x37\xFC\x08\x77"));
    put_chunk(out, "iTXt", LJ_BYTES("Author\0\0\0zh\0作者\0后勤处"));
    picture_put_exif(&part, true, false);
    put_chunk(out, "eXIf", lj_buf_slice(&part));
    put_chunk(out, "prVT", LJ_BYTES("机密★10年的说法不在此处"));
    put_chunk(out, "IDAT", LJ_BYTES(PIXELS));
    put_chunk(out, "IEND", LJ_BYTES(""));
    lj_buf_done(&part);
}

static void put_segment(lj_buf *out, uint8_t marker, lj_slice name, lj_slice data)
{
    lj_buf_put_u8(out, 0xFF);
    lj_buf_put_u8(out, marker);
    put_u16be(out, (uint32_t)(name.len + data.len + 2));
    lj_buf_put(out, name);
    lj_buf_put(out, data);
}

void picture_build_jpeg(lj_buf *out)
{
    lj_buf part;
    lj_buf_init(&part, NULL, 65536);
    lj_buf_put(out, LJ_BYTES("\xFF\xD8"));
    put_segment(out, 0xE0, LJ_BYTES("JFIF\0"), LJ_BYTES("\1\1\0\0\1\0\1\0\0"));
    picture_put_exif(&part, false, false);
    put_segment(out, 0xE1, LJ_BYTES("Exif\0\0"), lj_buf_slice(&part));
    lj_buf_clear(&part);
    picture_put_xmp(&part);
    put_segment(out, 0xE1, LJ_BYTES("http://ns.adobe.com/xap/1.0/\0"), lj_buf_slice(&part));
    lj_buf_clear(&part);
    picture_put_resources(&part);
    put_segment(out, 0xED, LJ_BYTES("Photoshop 3.0\0"), lj_buf_slice(&part));
    put_segment(out, 0xFE, LJ_BYTES(""), LJ_BYTES("\xBA\xF3\xC7\xDA\xB4\xA6\xB1\xB8\xD7\xA2"));
    put_segment(out, 0xC0, LJ_BYTES(""), LJ_BYTES("\x08\xFF\xFF\xFF\xFF\1\1\x11\0"));
    put_segment(out, 0xDA, LJ_BYTES(""), LJ_BYTES("\1\1\0\0\x3F\0"));
    lj_buf_put(out, LJ_BYTES("\1\2\xFF\0\3\xFF\xD0\4\xFF\xFF\xD9"));
    lj_buf_done(&part);
}

void picture_build_gif(lj_buf *out)
{
    lj_buf_put(out, LJ_BYTES("GIF89a\xFF\xFF\xFF\xFF\x80\0\0\0\0\0\xFF\xFF\xFF"));
    /* a letter is cut by the end of a sub-block */
    lj_buf_put(out, LJ_BYTES("\x21\xFE\4食\xE5\5\xA0\x82开\6饭间\0"));
    lj_buf_put(out, LJ_BYTES("\x21\1\x0C\0\0\0\0\0\0\0\0\0\0\0\0\6附注\0"));
    lj_buf_put(out, LJ_BYTES("\x21\xFF\x0BNETSCAPE2.0\3\1\0\0\0"));
    lj_buf_put(out, LJ_BYTES("\x2C\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3B"));
}

void picture_build_bmp(lj_buf *out)
{
    lj_buf_put_cstr(out, "BM");
    lj_buf_put_u32le(out, 54 + 8);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, 54);
    lj_buf_put_u32le(out, 40);
    lj_buf_put_u32le(out, 1);
    lj_buf_put_u32le(out, 2);
    lj_buf_put_u16le(out, 1);
    lj_buf_put_u16le(out, 24);
    for (int i = 0; i < 6; i++) {
        lj_buf_put_u32le(out, 0);
    }
    lj_buf_put(out, LJ_BYTES(PIXELS));
    lj_buf_put_cstr(out, "食堂开饭时间写在最后面");
}

/* Two pages; the second one holds a description only. */
void picture_build_tiff(lj_buf *out)
{
    enum { PAGE_1 = 8, PAGE_2 = 62, VALUES = 80 };
    lj_buf_put_cstr(out, "II");
    lj_buf_put_u16le(out, 42);
    lj_buf_put_u32le(out, PAGE_1);
    lj_buf_put_u16le(out, 4);
    put_entry(out, false, 0x0100, 4, 1, 0x7FFFFFFF);
    put_entry(out, false, 0x0111, 4, 1, VALUES + 24);
    put_entry(out, false, 0x0117, 4, 1, 8);
    put_entry(out, false, 0x010D, 2, 13, VALUES);
    lj_buf_put_u32le(out, PAGE_2);
    lj_buf_put_u16le(out, 1);
    put_entry(out, false, 0x010E, 2, 10, VALUES + 13);
    lj_buf_put_u32le(out, 0);
    lj_buf_put(out, LJ_BYTES("开饭时间\0第二页\0\0"));
    lj_buf_put(out, LJ_BYTES(PIXELS));
}

static void put_riff(lj_buf *out, const char *type, lj_slice data)
{
    lj_buf_put_cstr(out, type);
    lj_buf_put_u32le(out, (uint32_t)data.len);
    lj_buf_put(out, data);
    if (data.len % 2 != 0) {
        lj_buf_put_u8(out, 0);
    }
}

void picture_build_webp(lj_buf *out)
{
    lj_buf part;
    lj_buf_init(&part, NULL, 65536);
    lj_buf_put(out, LJ_BYTES("RIFF\0\0\0\0WEBP"));
    put_riff(out, "VP8X", LJ_BYTES("\x0C\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF"));
    put_riff(out, "VP8 ", LJ_BYTES(PIXELS "\1"));
    picture_put_exif(&part, false, false);
    put_riff(out, "EXIF", lj_buf_slice(&part));
    lj_buf_clear(&part);
    picture_put_xmp(&part);
    put_riff(out, "XMP ", lj_buf_slice(&part));
    set_u32le(out, 4, out->len - 8);
    lj_buf_done(&part);
}

/* ---- boxes ---- */

static size_t box_begin(lj_buf *out, const char *type)
{
    size_t at = out->len;
    put_u32be(out, 0);
    lj_buf_put_cstr(out, type);
    return at;
}

static void box_end(lj_buf *out, size_t at)
{
    set_u32be(out, at, out->len - at);
}

static void put_item_name(lj_buf *out, uint32_t id, const char *kind, const char *name)
{
    size_t at = box_begin(out, "infe");
    put_u32be(out, 0x02000000);
    put_u16be(out, id);
    put_u16be(out, 0);
    lj_buf_put_cstr(out, kind);
    lj_buf_put(out, lj_slice_of(name, strlen(name) + 1));
    if (strcmp(kind, "mime") == 0) {
        lj_buf_put(out, LJ_BYTES("application/rdf+xml\0"));
    }
    box_end(out, at);
}

void picture_build_heif(lj_buf *out)
{
    lj_buf exif, xmp;
    lj_buf_init(&exif, NULL, 65536);
    lj_buf_init(&xmp, NULL, 65536);
    put_u32be(&exif, 0);
    picture_put_exif(&exif, true, false);
    picture_put_xmp(&xmp);
    size_t at = box_begin(out, "ftyp");
    lj_buf_put(out, LJ_BYTES("heic\0\0\0\0mif1heic"));
    box_end(out, at);
    size_t meta = box_begin(out, "meta");
    put_u32be(out, 0);
    at = box_begin(out, "iinf");
    put_u32be(out, 0);
    put_u16be(out, 3);
    put_item_name(out, 1, "hvc1", "");
    put_item_name(out, 2, "Exif", "");
    put_item_name(out, 3, "mime", "");
    box_end(out, at);
    at = box_begin(out, "iloc");
    put_u32be(out, 0);
    put_u16be(out, 0x4400);
    put_u16be(out, 3);
    size_t places[3];
    const size_t lens[3] = {8, exif.len, xmp.len};
    for (uint32_t i = 0; i < 3; i++) {
        put_u16be(out, i + 1);
        put_u16be(out, 0);
        put_u16be(out, 1);
        places[i] = out->len;
        put_u32be(out, 0);
        put_u32be(out, (uint32_t)lens[i]);
    }
    box_end(out, at);
    box_end(out, meta);
    at = box_begin(out, "mdat");
    set_u32be(out, places[0], out->len);
    lj_buf_put(out, LJ_BYTES(PIXELS));
    set_u32be(out, places[1], out->len);
    lj_buf_put(out, lj_buf_slice(&exif));
    set_u32be(out, places[2], out->len);
    lj_buf_put(out, lj_buf_slice(&xmp));
    box_end(out, at);
    lj_buf_done(&exif);
    lj_buf_done(&xmp);
}

void picture_build_jp2(lj_buf *out)
{
    lj_buf_put(out, LJ_BYTES("\0\0\0\x0CjP  \r\n\x87\n"));
    size_t at = box_begin(out, "ftyp");
    lj_buf_put(out, LJ_BYTES("jp2 \0\0\0\0jp2 "));
    box_end(out, at);
    at = box_begin(out, "uuid");
    lj_buf_put(out, LJ_BYTES("\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC"));
    picture_put_xmp(out);
    box_end(out, at);
    at = box_begin(out, "xml ");
    lj_buf_put_cstr(out, "<note>食堂的说明</note>");
    box_end(out, at);
    at = box_begin(out, "jp2c");
    lj_buf_put(out, LJ_BYTES("\xFF\x4F\xFF\x51\0\4\0\0\xFF\x64\0\x10\0\1开饭时间\xFF\x90\0\2"));
    box_end(out, at);
}

/* ---- PSD ---- */

static void put_layer_block(lj_buf *out, const char *key, lj_slice data)
{
    lj_buf_put_cstr(out, "8BIM");
    lj_buf_put_cstr(out, key);
    put_u32be(out, (uint32_t)data.len);
    lj_buf_put(out, data);
}

static void put_counted(lj_buf *out, const char *text)
{
    size_t at = out->len;
    put_u32be(out, 0);
    picture_put_wide(out, text, true);
    set_u32be(out, at, (out->len - at - 4) / 2);
}

void picture_build_psd(lj_buf *out)
{
    lj_buf part;
    lj_buf_init(&part, NULL, 65536);
    lj_buf_put(out, LJ_BYTES("8BPS\0\1\0\0\0\0\0\0\0\3\0\0\x75\x30\0\0\x75\x30\0\x08\0\3"));
    put_u32be(out, 0);
    picture_put_resources(&part);
    put_u32be(out, (uint32_t)part.len);
    lj_buf_put(out, lj_buf_slice(&part));
    size_t section = out->len;
    put_u32be(out, 0);
    size_t layers = out->len;
    put_u32be(out, 0);
    put_u16be(out, 1);
    for (int i = 0; i < 4; i++) {
        put_u32be(out, 0);
    }
    put_u16be(out, 1);
    put_u16be(out, 0);
    put_u32be(out, 8);
    lj_buf_put(out, LJ_BYTES("8BIMnorm\xFF\0\2\0")); /* not visible */
    size_t extra = out->len;
    put_u32be(out, 0);
    put_u32be(out, 0);
    put_u32be(out, 0);
    lj_buf_put(out, LJ_BYTES("\5layer\0\0"));
    lj_buf_clear(&part);
    put_counted(&part, "标题图层");
    put_layer_block(out, "luni", lj_buf_slice(&part));
    lj_buf_clear(&part);
    lj_buf_put(&part, LJ_BYTES("\0\1....Txt TEXT"));
    put_counted(&part, "食堂开饭时间");
    if (part.len % 2 != 0) {
        lj_buf_put_u8(&part, 0);
    }
    put_layer_block(out, "TySh", lj_buf_slice(&part));
    set_u32be(out, extra, out->len - extra - 4);
    lj_buf_put(out, LJ_BYTES(PIXELS));
    set_u32be(out, layers, out->len - layers - 4);
    put_u32be(out, 0); /* mask */
    set_u32be(out, section, out->len - section - 4);
    lj_buf_put(out, LJ_BYTES("\0\0" PIXELS));
    lj_buf_done(&part);
}

/* ---- metafiles ---- */

static size_t emr_begin(lj_buf *out, uint32_t type)
{
    size_t at = out->len;
    lj_buf_put_u32le(out, type);
    lj_buf_put_u32le(out, 0);
    return at;
}

static void emr_end(lj_buf *out, size_t at)
{
    while (out->len % 4 != 0) {
        lj_buf_put_u8(out, 0);
    }
    set_u32le(out, at + 4, out->len - at);
}

static void put_emf_text(lj_buf *out, uint32_t x, uint32_t y, const char *text)
{
    size_t at = emr_begin(out, 84);
    for (int i = 0; i < 7; i++) {
        lj_buf_put_u32le(out, 0);
    }
    lj_buf_put_u32le(out, x);
    lj_buf_put_u32le(out, y);
    size_t count_at = out->len;
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, 76);
    for (int i = 0; i < 6; i++) { /* options, rectangle, widths */
        lj_buf_put_u32le(out, 0);
    }
    size_t from = out->len;
    picture_put_wide(out, text, false);
    size_t count = (out->len - from) / 2;
    set_u32le(out, count_at, count);
    while (out->len % 4 != 0) {
        lj_buf_put_u8(out, 0);
    }
    set_u32le(out, at + 72, out->len - at);
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_u32le(out, 100);
    }
    emr_end(out, at);
}

static void put_emf_plus(lj_buf *out, const char *text)
{
    size_t at = emr_begin(out, 70);
    size_t len_at = out->len;
    lj_buf_put_u32le(out, 0);
    lj_buf_put_cstr(out, "EMF+");
    size_t record = out->len;
    lj_buf_put_u16le(out, 0x401C);
    lj_buf_put_u16le(out, 0);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, 0); /* brush, format */
    lj_buf_put_u32le(out, 0);
    size_t count_at = out->len;
    lj_buf_put_u32le(out, 0);
    for (int i = 0; i < 4; i++) {
        lj_buf_put_u32le(out, 0);
    }
    size_t from = out->len;
    picture_put_wide(out, text, false);
    set_u32le(out, count_at, (out->len - from) / 2);
    while (out->len % 4 != 0) {
        lj_buf_put_u8(out, 0);
    }
    set_u32le(out, record + 4, out->len - record);
    set_u32le(out, record + 8, out->len - record - 12);
    set_u32le(out, len_at, out->len - len_at - 4);
    emr_end(out, at);
}

static void put_emf_font(lj_buf *out, const char *face)
{
    size_t at = emr_begin(out, 82);
    lj_buf_put_u32le(out, 1);
    lj_buf_put_u32le(out, (uint32_t)-100);
    for (int i = 0; i < 3; i++) {
        lj_buf_put_u32le(out, 0);
    }
    lj_buf_put_u32le(out, 700);
    lj_buf_put_u32le(out, 0x86000000);
    lj_buf_put_u32le(out, 0);
    size_t from = out->len;
    picture_put_wide(out, face, false);
    while (out->len < from + 64) {
        lj_buf_put_u8(out, 0);
    }
    emr_end(out, at);
    at = emr_begin(out, 37);
    lj_buf_put_u32le(out, 1);
    emr_end(out, at);
}

void picture_build_emf(lj_buf *out, bool with_bitmap)
{
    size_t at = emr_begin(out, 1);
    for (int i = 0; i < 8; i++) {
        lj_buf_put_u32le(out, 0);
    }
    lj_buf_put_cstr(out, " EMF");
    for (int i = 0; i < 4; i++) {
        lj_buf_put_u32le(out, 0);
    }
    lj_buf_put_u32le(out, 8); /* letters of the description */
    lj_buf_put_u32le(out, 88);
    for (int i = 0; i < 5; i++) {
        lj_buf_put_u32le(out, 0);
    }
    picture_put_wide(out, "画图程序", false);
    lj_buf_put_u16le(out, 0);
    picture_put_wide(out, "说明", false);
    lj_buf_put_u16le(out, 0);
    emr_end(out, at);
    put_emf_font(out, "黑体");
    put_emf_text(out, 0, 100, "食堂");
    put_emf_text(out, 200, 100, "开饭");
    put_emf_text(out, 900, 100, "时间");
    put_emf_text(out, 0, 300, "第二行");
    put_emf_plus(out, "加号文字");
    if (with_bitmap) {
        at = emr_begin(out, 81);
        for (int i = 0; i < 40; i++) {
            lj_buf_put_u32le(out, 7);
        }
        emr_end(out, at);
    }
    at = emr_begin(out, 14);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, 16);
    lj_buf_put_u32le(out, 20);
    emr_end(out, at);
}

static size_t meta_begin(lj_buf *out, uint16_t function)
{
    size_t at = out->len;
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u16le(out, function);
    return at;
}

static void meta_end(lj_buf *out, size_t at)
{
    if (out->len % 2 != 0) {
        lj_buf_put_u8(out, 0);
    }
    set_u32le(out, at, (out->len - at) / 2);
}

void picture_build_wmf(lj_buf *out, bool with_bitmap)
{
    lj_buf_put(out, LJ_BYTES("\1\0\x09\0\0\3\0\0\0\0\2\0\0\0\0\0\0\0"));
    size_t at = meta_begin(out, 0x02FA); /* a pen takes handle 0 */
    lj_buf_put(out, LJ_BYTES("\0\0\0\0\0\0\0\0\0\0"));
    meta_end(out, at);
    at = meta_begin(out, 0x02FB);
    lj_buf_put(out, LJ_BYTES("\x9C\xFF\0\0\0\0\0\0\xBC\2\0\0\0\x86\0\0\0\0"
                             "\xBA\xDA\xCC\xE5\0\0"));
    meta_end(out, at);
    at = meta_begin(out, 0x012D);
    lj_buf_put_u16le(out, 1);
    meta_end(out, at);
    at = meta_begin(out, 0x0521); /* 食堂 at (0, 100) */
    lj_buf_put(out, LJ_BYTES("\4\0\xCA\xB3\xCC\xC3\x64\0\0\0"));
    meta_end(out, at);
    at = meta_begin(out, 0x0A32); /* 开饭 at (200, 100) */
    lj_buf_put(out, LJ_BYTES("\x64\0\xC8\0\4\0\0\0\xBF\xAA\xB7\xB9"));
    meta_end(out, at);
    at = meta_begin(out, 0x0521);
    lj_buf_put(out, LJ_BYTES("\4\0\xB5\xDA\xB6\xFE\x2C\1\0\0"));
    meta_end(out, at);
    if (with_bitmap) {
        at = meta_begin(out, 0x0F43);
        for (int i = 0; i < 40; i++) {
            lj_buf_put_u16le(out, 7);
        }
        meta_end(out, at);
    }
    at = meta_begin(out, 0);
    meta_end(out, at);
}

static void build_emf(lj_buf *out)
{
    picture_build_emf(out, false);
}

static void build_emf_bitmap(lj_buf *out)
{
    picture_build_emf(out, true);
}

static void build_wmf(lj_buf *out)
{
    picture_build_wmf(out, false);
}

static void build_wmf_bitmap(lj_buf *out)
{
    picture_build_wmf(out, true);
}

static void build_exif_loop(lj_buf *out)
{
    picture_put_exif(out, false, true);
}

const picture_sample picture_samples[] = {
    {"png",  "plain.png",  picture_build_png },
    {"jpeg", "plain.jpg",  picture_build_jpeg},
    {"gif",  "plain.gif",  picture_build_gif },
    {"bmp",  "plain.bmp",  picture_build_bmp },
    {"tiff", "plain.tif",  picture_build_tiff},
    {"tiff", "loop.tif",   build_exif_loop   },
    {"webp", "plain.webp", picture_build_webp},
    {"heif", "plain.heic", picture_build_heif},
    {"jp2",  "plain.jp2",  picture_build_jp2 },
    {"psd",  "plain.psd",  picture_build_psd },
    {"emf",  "plain.emf",  build_emf         },
    {"emf",  "bitmap.emf", build_emf_bitmap  },
    {"wmf",  "plain.wmf",  build_wmf         },
    {"wmf",  "bitmap.wmf", build_wmf_bitmap  },
};
const size_t picture_sample_count = LJ_COUNT_OF(picture_samples);
