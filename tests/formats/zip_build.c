/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See zip_build.h (PKWARE APPNOTE 6.3.9: 4.3.7, 4.3.9, 4.3.12, 4.3.14 to 4.3.16; 6.1 ZipCrypto). */
#include "zip_build.h"

#include <libdeflate.h>
#include <stdlib.h>

#include "../check.h"

enum { OUT_MAX = 1 << 30, DOS_TIME = 0x6000, DOS_DATE = 0x5821 };

void zip_build_init(zip_build *zip)
{
    memset(zip, 0, sizeof(*zip));
    lj_buf_init(&zip->out, /* arena= */ NULL, OUT_MAX);
    lj_buf_init(&zip->directory, /* arena= */ NULL, OUT_MAX);
}

void zip_build_done(zip_build *zip)
{
    lj_buf_done(&zip->out);
    lj_buf_done(&zip->directory);
}

/* ---- ZipCrypto ---- */

typedef struct crypt_keys {
    uint32_t key[3];
} crypt_keys;

static uint32_t crc_step(uint32_t crc, uint8_t byte)
{
    return libdeflate_crc32(crc ^ 0xFFFFFFFF, &byte, 1) ^ 0xFFFFFFFF;
}

static void crypt_update(crypt_keys *keys, uint8_t byte)
{
    keys->key[0] = crc_step(keys->key[0], byte);
    keys->key[1] = (keys->key[1] + (keys->key[0] & 0xFF)) * 134775813u + 1;
    keys->key[2] = crc_step(keys->key[2], (uint8_t)(keys->key[1] >> 24));
}

static uint8_t crypt_byte(crypt_keys *keys, uint8_t plain)
{
    uint32_t temp = (keys->key[2] & 0xFFFF) | 2;
    uint8_t mask = (uint8_t)(temp * (temp ^ 1) >> 8);
    crypt_update(keys, plain);
    return plain ^ mask;
}

static lj_buf crypt_bytes(lj_slice bytes, const char *password, uint8_t check)
{
    crypt_keys keys = {
        {0x12345678, 0x23456789, 0x34567890}
    };
    for (const char *at = password; *at != '\0'; at++) {
        crypt_update(&keys, (uint8_t)*at);
    }
    lj_buf out;
    lj_buf_init(&out, /* arena= */ NULL, OUT_MAX);
    for (uint8_t i = 0; i < 12; i++) {
        lj_buf_put_u8(&out, crypt_byte(&keys, i == 11 ? check : (uint8_t)(i * 7)));
    }
    for (size_t i = 0; i < bytes.len; i++) {
        lj_buf_put_u8(&out, crypt_byte(&keys, bytes.ptr[i]));
    }
    return out;
}

/* ---- members ---- */

static lj_buf deflate_bytes(lj_slice data)
{
    struct libdeflate_compressor *packer = libdeflate_alloc_compressor(9);
    lj_buf out;
    lj_buf_init(&out, /* arena= */ NULL, OUT_MAX);
    size_t most = libdeflate_deflate_compress_bound(packer, data.len);
    uint8_t *room = lj_buf_room(&out, most);
    assert_non_null(room);
    out.len += libdeflate_deflate_compress(packer, data.ptr, data.len, room, most);
    libdeflate_free_compressor(packer);
    return out;
}

static lj_buf copy_bytes(lj_slice data)
{
    lj_buf out;
    lj_buf_init(&out, /* arena= */ NULL, OUT_MAX);
    lj_buf_put(&out, data);
    return out;
}

static void put_wide(lj_buf *out, uint64_t real, uint64_t stored)
{
    lj_buf_put_u16le(out, 0x0001);
    lj_buf_put_u16le(out, 16);
    lj_buf_put_u64le(out, real);
    lj_buf_put_u64le(out, stored);
}

static void put_local(zip_build *zip, const zip_build_member *member, lj_slice name)
{
    lj_buf *out = &zip->out;
    bool wide = (member->flags & ZIP_BUILD_WIDE) != 0;
    bool behind = (member->flags & ZIP_BUILD_BEHIND) != 0;
    lj_slice local_name = member->local_name.len > 0 ? member->local_name : name;
    uint32_t stored = member->local_stored != 0 ? member->local_stored : (uint32_t)zip->last_stored;
    lj_buf_put_cstr(out, "PK\3\4");
    lj_buf_put_u16le(out, 45);
    lj_buf_put_u16le(out, zip->last_flags);
    lj_buf_put_u16le(out, zip->last_method);
    lj_buf_put_u16le(out, DOS_TIME);
    lj_buf_put_u16le(out, DOS_DATE);
    lj_buf_put_u32le(out, behind ? 0 : zip->last_crc);
    lj_buf_put_u32le(out, behind ? 0 : wide ? UINT32_MAX : stored);
    lj_buf_put_u32le(out, behind ? 0 : wide ? UINT32_MAX : (uint32_t)zip->last_real);
    lj_buf_put_u16le(out, (uint16_t)local_name.len);
    lj_buf_put_u16le(out, (uint16_t)(member->extra.len + (wide ? 20 : 0)));
    lj_buf_put(out, local_name);
    if (wide) {
        put_wide(out, zip->last_real, zip->last_stored);
    }
    lj_buf_put(out, member->extra);
}

static void put_descriptor(zip_build *zip, uint32_t flags)
{
    if ((flags & ZIP_BUILD_NO_SIGNATURE) == 0) {
        lj_buf_put_cstr(&zip->out, "PK\7\10");
    }
    lj_buf_put_u32le(&zip->out, zip->last_crc);
    if ((flags & ZIP_BUILD_WIDE) != 0) {
        lj_buf_put_u64le(&zip->out, zip->last_stored);
        lj_buf_put_u64le(&zip->out, zip->last_real);
    } else {
        lj_buf_put_u32le(&zip->out, (uint32_t)zip->last_stored);
        lj_buf_put_u32le(&zip->out, (uint32_t)zip->last_real);
    }
}

static void put_central(zip_build *zip, const zip_build_member *member, lj_slice name)
{
    lj_buf *out = &zip->directory;
    bool wide = (member->flags & ZIP_BUILD_WIDE) != 0;
    uint32_t stored =
        member->central_stored != 0 ? member->central_stored : (uint32_t)zip->last_stored;
    uint32_t real = member->central_real != 0 ? member->central_real : (uint32_t)zip->last_real;
    lj_buf_put_cstr(out, "PK\1\2");
    lj_buf_put_u16le(out, 3 << 8 | 63); /* made on Unix */
    lj_buf_put_u16le(out, 45);
    lj_buf_put_u16le(out, zip->last_flags);
    lj_buf_put_u16le(out, zip->last_method);
    lj_buf_put_u16le(out, DOS_TIME);
    lj_buf_put_u16le(out, DOS_DATE);
    lj_buf_put_u32le(out, zip->last_crc);
    lj_buf_put_u32le(out, wide ? UINT32_MAX : stored);
    lj_buf_put_u32le(out, wide ? UINT32_MAX : real);
    lj_buf_put_u16le(out, (uint16_t)name.len);
    lj_buf_put_u16le(out, (uint16_t)(member->extra.len + (wide ? 20 : 0)));
    lj_buf_put_u16le(out, (uint16_t)member->comment.len);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, (member->flags & ZIP_BUILD_LINK) != 0 ? 0120777u << 16 : 0100644u << 16);
    lj_buf_put_u32le(out, (uint32_t)(zip->last_at - zip->base));
    lj_buf_put(out, name);
    if (wide) {
        put_wide(out, zip->last_real, zip->last_stored);
    }
    lj_buf_put(out, member->extra);
    lj_buf_put(out, member->comment);
    zip->entries++;
}

/* The stored form of a member's data; sets method, sizes, CRC and flags. */
static lj_buf pack_member(zip_build *zip, const zip_build_member *member)
{
    bool raw = member->method != 0;
    bool stored = (member->flags & ZIP_BUILD_STORED) != 0;
    zip->last_crc = libdeflate_crc32(0, member->data.ptr, member->data.len);
    zip->last_crc ^= (member->flags & ZIP_BUILD_BAD_CRC) != 0 ? 1 : 0;
    zip->last_real = member->data.len;
    zip->last_method = raw ? member->method : stored ? 0 : 8;
    zip->last_flags = member->bits;
    lj_buf packed = raw || stored ? copy_bytes(member->data) : deflate_bytes(member->data);
    if ((member->flags & ZIP_BUILD_BEHIND) != 0) {
        zip->last_flags |= 1 << 3;
    }
    if ((member->flags & (ZIP_BUILD_CRYPT | ZIP_BUILD_FALSE_LOCK)) != 0) {
        zip->last_flags |= 1;
    }
    if ((member->flags & ZIP_BUILD_CRYPT) != 0) { /* the check byte: of the time, or of the CRC */
        bool behind = (member->flags & ZIP_BUILD_BEHIND) != 0;
        uint8_t check = (uint8_t)(behind ? DOS_TIME >> 8 : zip->last_crc >> 24);
        lj_buf locked = crypt_bytes(lj_buf_slice(&packed), member->password, check);
        lj_buf_done(&packed);
        packed = locked;
    }
    zip->last_stored = packed.len;
    return packed;
}

void zip_build_add(zip_build *zip, const zip_build_member *member)
{
    lj_slice name = member->name_bytes.len > 0 ? member->name_bytes : lj_cstr_bytes(member->name);
    if ((member->flags & ZIP_BUILD_AGAIN) == 0) {
        lj_buf packed = pack_member(zip, member);
        zip->last_at = zip->out.len;
        if ((member->flags & ZIP_BUILD_ONLY_LISTED) == 0) {
            put_local(zip, member, name);
            lj_buf_put(&zip->out, lj_buf_slice(&packed));
            if ((member->flags & ZIP_BUILD_BEHIND) != 0) {
                put_descriptor(zip, member->flags);
            }
        }
        lj_buf_done(&packed);
    }
    if ((member->flags & ZIP_BUILD_HIDDEN) == 0) {
        put_central(zip, member, name);
    }
}

void zip_build_text(zip_build *zip, const char *name, const char *text)
{
    zip_build_add(zip, &(zip_build_member){.name = name, .data = lj_cstr_bytes(text)});
}

void zip_build_data(zip_build *zip, const char *name, lj_slice data)
{
    zip_build_add(zip, &(zip_build_member){.name = name, .data = data, .flags = ZIP_BUILD_STORED});
}

void zip_build_raw(zip_build *zip, lj_slice bytes)
{
    lj_buf_put(&zip->out, bytes);
}

lj_slice zip_build_directory(zip_build *zip)
{
    lj_buf_put(&zip->out, lj_buf_slice(&zip->directory));
    return lj_buf_slice(&zip->out);
}

lj_slice zip_build_end(zip_build *zip, lj_slice comment, bool wide)
{
    lj_buf *out = &zip->out;
    uint64_t dir_off = out->len - zip->base;
    uint64_t dir_len = zip->directory.len;
    lj_buf_put(out, lj_buf_slice(&zip->directory));
    if (wide) {
        uint64_t record = out->len - zip->base;
        lj_buf_put_cstr(out, "PK\6\6");
        lj_buf_put_u64le(out, 44);
        lj_buf_put_u16le(out, 45);
        lj_buf_put_u16le(out, 45);
        lj_buf_put_u32le(out, 0);
        lj_buf_put_u32le(out, 0);
        lj_buf_put_u64le(out, zip->entries);
        lj_buf_put_u64le(out, zip->entries);
        lj_buf_put_u64le(out, dir_len);
        lj_buf_put_u64le(out, dir_off);
        lj_buf_put_cstr(out, "PK\6\7");
        lj_buf_put_u32le(out, 0);
        lj_buf_put_u64le(out, record);
        lj_buf_put_u32le(out, 1);
    }
    lj_buf_put_cstr(out, "PK\5\6");
    lj_buf_put_u32le(out, 0);
    uint16_t entries = wide ? UINT16_MAX : (uint16_t)zip->entries;
    lj_buf_put_u16le(out, entries);
    lj_buf_put_u16le(out, entries);
    lj_buf_put_u32le(out, wide ? UINT32_MAX : (uint32_t)dir_len);
    lj_buf_put_u32le(out, wide ? UINT32_MAX : (uint32_t)dir_off);
    lj_buf_put_u16le(out, (uint16_t)comment.len);
    lj_buf_put(out, comment);
    assert_true(lj_buf_ok(out));
    return lj_buf_slice(out);
}

lj_slice zip_build_bytes(const zip_build *zip)
{
    return lj_buf_slice(&zip->out);
}
