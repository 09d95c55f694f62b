/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pieces of mail for tests; see mail_build.h. */
#include "mail_build.h"

#include <zlib.h>

#include "base/json.h"
#include "base/num.h"

void mail_build_text(lj_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            lj_buf_put_u8(out, '\r');
        }
        lj_buf_put_u8(out, (uint8_t)*text);
    }
}

void mail_build_base64(lj_buf *out, lj_slice bytes)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { LINE = 57 };
    for (size_t at = 0; at < bytes.len; at += 3) {
        size_t count = lj_min_size(3, bytes.len - at);
        uint32_t bits = 0;
        for (size_t i = 0; i < 3; i++) {
            bits = bits << 8 | (i < count ? bytes.ptr[at + i] : 0);
        }
        for (size_t i = 0; i < 4; i++) {
            char letter = letters[bits >> (18 - 6 * i) & 63];
            lj_buf_put_u8(out, (uint8_t)(i <= count ? letter : '='));
        }
        if ((at + 3) % LINE == 0 || at + 3 >= bytes.len) {
            lj_buf_put_cstr(out, "\r\n");
        }
    }
}

static uint8_t uu_letter(uint32_t value)
{
    return (uint8_t)(value == 0 ? '`' : 32 + value);
}

void mail_build_uu(lj_buf *out, const char *name, lj_slice bytes)
{
    enum { LINE = 45 };
    lj_buf_put_cstr(out, "begin 644 ");
    lj_buf_put_cstr(out, name);
    lj_buf_put_cstr(out, "\r\n");
    for (size_t at = 0; at < bytes.len; at += LINE) {
        lj_slice line = lj_slice_part(bytes, at, LINE);
        lj_buf_put_u8(out, uu_letter((uint32_t)line.len));
        for (size_t i = 0; i < line.len; i += 3) {
            uint32_t bits = 0;
            for (size_t k = 0; k < 3; k++) {
                bits = bits << 8 | (i + k < line.len ? line.ptr[i + k] : 0);
            }
            for (size_t k = 0; k < 4; k++) {
                lj_buf_put_u8(out, uu_letter(bits >> (18 - 6 * k) & 63));
            }
        }
        lj_buf_put_cstr(out, "\r\n");
    }
    lj_buf_put_cstr(out, "`\r\nend\r\n");
}

void mail_build_yenc(lj_buf *out, const char *name, lj_slice bytes)
{
    lj_buf_put_cstr(out, "=ybegin line=128 size=");
    lj_buf_put_dec(out, bytes.len);
    lj_buf_put_cstr(out, " name=");
    lj_buf_put_cstr(out, name);
    lj_buf_put_cstr(out, "\r\n");
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t byte = (uint8_t)(bytes.ptr[i] + 42);
        if (byte == 0 || byte == '\r' || byte == '\n' || byte == '=') {
            lj_buf_put_u8(out, '=');
            byte = (uint8_t)(byte + 64);
        }
        lj_buf_put_u8(out, byte);
    }
    lj_buf_put_cstr(out, "\r\n=yend size=");
    lj_buf_put_dec(out, bytes.len);
    lj_buf_put_cstr(out, "\r\n");
}

/* ---- CMS ---- */

static void put_element(lj_buf *out, uint8_t tag, lj_slice content)
{
    lj_buf_put_u8(out, tag);
    if (content.len < 128) {
        lj_buf_put_u8(out, (uint8_t)content.len);
    } else {
        lj_buf_put_u8(out, 0x84);
        for (int shift = 24; shift >= 0; shift -= 8) {
            lj_buf_put_u8(out, (uint8_t)(content.len >> shift));
        }
    }
    lj_buf_put(out, content);
}

static void put_oid(lj_buf *out, uint8_t last)
{
    const uint8_t oid[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, last};
    put_element(out, 0x06, lj_slice_of(oid, sizeof(oid)));
}

void mail_build_cms(lj_buf *out, uint8_t kind, lj_slice content, size_t piece)
{
    static const uint8_t version_and_digests[] = {0x02, 0x01, 0x01, 0x31, 0x00};
    static const uint8_t end[] = {0, 0};
    lj_buf octets;
    lj_buf inner;
    lj_buf_init(&octets, NULL, 1 << 26);
    lj_buf_init(&inner, NULL, 1 << 26);
    if (piece > 0) {
        lj_buf_put(&octets, LJ_BYTES("\xA0\x80\x24\x80"));
        for (size_t at = 0; at < content.len; at += piece) {
            put_element(&octets, 0x04, lj_slice_part(content, at, piece));
        }
        lj_buf_put(&octets, LJ_BYTES("\0\0\0\0"));
    } else {
        put_element(&inner, 0x04, content);
        put_element(&octets, 0xA0, lj_buf_slice(&inner));
        lj_buf_clear(&inner);
    }
    put_oid(&inner, 1);
    lj_buf_put(&inner, lj_buf_slice(&octets));
    lj_buf_put_u8(out, 0x30);
    lj_buf_put_u8(out, 0x80);
    put_oid(out, kind);
    lj_buf_put(out, LJ_BYTES("\xA0\x80\x30\x80"));
    lj_buf_put(out, lj_slice_of(version_and_digests, sizeof(version_and_digests)));
    put_element(out, 0x30, lj_buf_slice(&inner));
    for (int i = 0; i < 3; i++) {
        lj_buf_put(out, lj_slice_of(end, sizeof(end)));
    }
    lj_buf_done(&octets);
    lj_buf_done(&inner);
}

/* ---- TNEF ---- */

void tnef_build_begin(lj_buf *out)
{
    lj_buf_put_u32le(out, 0x223E9F78);
    lj_buf_put_u16le(out, 1);
}

void tnef_build_attribute(lj_buf *out, uint8_t level, uint32_t id, lj_slice data)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < data.len; i++) {
        sum += data.ptr[i];
    }
    lj_buf_put_u8(out, level);
    lj_buf_put_u32le(out, id);
    lj_buf_put_u32le(out, (uint32_t)data.len);
    lj_buf_put(out, data);
    lj_buf_put_u16le(out, (uint16_t)sum);
}

void tnef_build_props_init(tnef_build_props *props)
{
    lj_buf_init(&props->bytes, NULL, 1 << 24);
    props->count = 0;
}

void tnef_build_props_done(tnef_build_props *props)
{
    lj_buf_done(&props->bytes);
}

static void put_padded(lj_buf *out, lj_slice value)
{
    lj_buf_put_u32le(out, (uint32_t)value.len);
    lj_buf_put(out, value);
    for (size_t i = value.len; i % 4 != 0; i++) {
        lj_buf_put_u8(out, 0);
    }
}

void tnef_build_prop(tnef_build_props *props, uint32_t tag, lj_slice value)
{
    lj_buf_put_u32le(&props->bytes, tag);
    lj_buf_put_u32le(&props->bytes, 1);
    put_padded(&props->bytes, value);
    props->count++;
}

static void put_wide(lj_buf *out, const char *text)
{
    lj_slice rest = lj_cstr_bytes(text);
    while (rest.len > 0) {
        size_t step = lj_utf8_step(rest);
        uint32_t unit = rest.ptr[0];
        if (step == 2) {
            unit = (uint32_t)(rest.ptr[0] & 31) << 6 | (rest.ptr[1] & 63);
        } else if (step == 3) {
            unit = (uint32_t)(rest.ptr[0] & 15) << 12 | (uint32_t)(rest.ptr[1] & 63) << 6 |
                   (rest.ptr[2] & 63);
        }
        lj_buf_put_u16le(out, (uint16_t)unit);
        rest = lj_slice_part(rest, step > 0 ? step : 1, SIZE_MAX);
    }
    lj_buf_put_u16le(out, 0);
}

void tnef_build_prop_wide(tnef_build_props *props, uint16_t id, const char *text)
{
    lj_buf wide;
    lj_buf_init(&wide, NULL, 1 << 20);
    put_wide(&wide, text);
    tnef_build_prop(props, (uint32_t)id << 16 | 0x1F, lj_buf_slice(&wide));
    lj_buf_done(&wide);
}

void tnef_build_prop_named(tnef_build_props *props, const char *name, const char *text)
{
    static const uint8_t guid[16] = {1, 2, 3};
    lj_buf wide;
    lj_buf_init(&wide, NULL, 1 << 20);
    lj_buf_put_u32le(&props->bytes, 0x8001001F);
    lj_buf_put(&props->bytes, lj_slice_of(guid, sizeof(guid)));
    lj_buf_put_u32le(&props->bytes, 1);
    put_wide(&wide, name);
    put_padded(&props->bytes, lj_buf_slice(&wide));
    lj_buf_clear(&wide);
    put_wide(&wide, text);
    lj_buf_put_u32le(&props->bytes, 1);
    put_padded(&props->bytes, lj_buf_slice(&wide));
    lj_buf_done(&wide);
    props->count++;
}

void tnef_build_prop_number(tnef_build_props *props, uint32_t tag, uint32_t value)
{
    lj_buf_put_u32le(&props->bytes, tag);
    lj_buf_put_u32le(&props->bytes, value);
    props->count++;
}

void tnef_build_props_end(lj_buf *out, uint8_t level, uint32_t id, const tnef_build_props *props)
{
    lj_buf data;
    lj_buf_init(&data, NULL, 1 << 24);
    lj_buf_put_u32le(&data, props->count);
    lj_buf_put(&data, lj_buf_slice(&props->bytes));
    tnef_build_attribute(out, level, id, lj_buf_slice(&data));
    lj_buf_done(&data);
}

void tnef_build_rtf(lj_buf *out, lj_slice rtf)
{
    enum { RING_START = 207, RING = 4096 };
    lj_buf packed;
    lj_buf_init(&packed, NULL, 1 << 24);
    size_t at = 0;
    bool ended = false;
    while (!ended) {
        size_t left = lj_min_size(8, rtf.len - at);
        ended = left < 8;
        lj_buf_put_u8(&packed, ended ? (uint8_t)(1u << left) : 0);
        lj_buf_put(&packed, lj_slice_part(rtf, at, left));
        at += left;
    }
    size_t place = (RING_START + rtf.len) % RING;
    lj_buf_put_u8(&packed, (uint8_t)(place >> 4));
    lj_buf_put_u8(&packed, (uint8_t)(place << 4));
    uLong crc = crc32(0xFFFFFFFF, packed.ptr, (uInt)packed.len) ^ 0xFFFFFFFF;
    lj_buf_put_u32le(out, (uint32_t)(packed.len + 12));
    lj_buf_put_u32le(out, (uint32_t)rtf.len);
    lj_buf_put_u32le(out, 0x75465A4C);
    lj_buf_put_u32le(out, (uint32_t)crc);
    lj_buf_put(out, lj_buf_slice(&packed));
    lj_buf_done(&packed);
}
