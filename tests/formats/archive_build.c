/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See archive_build.h. */
#include "archive_build.h"

#include <archive.h>
#include <archive_entry.h>
#include <libdeflate.h>

#include "../check.h"

/* ---- libarchive ---- */

static la_ssize_t take(struct archive *writer, void *ctx, const void *bytes, size_t len)
{
    (void)writer;
    lj_buf_put(ctx, lj_slice_of(bytes, len));
    return lj_buf_ok(ctx) ? (la_ssize_t)len : -1;
}

static void put_member(struct archive *writer, const archive_member *member)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname_utf8(entry, member->name);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 1700000000, 0);
    if (member->link != NULL) {
        archive_entry_set_filetype(entry, AE_IFLNK);
        archive_entry_set_symlink_utf8(entry, member->link);
    } else {
        archive_entry_set_filetype(entry, member->is_folder ? AE_IFDIR : AE_IFREG);
    }
    archive_entry_set_size(entry, (la_int64_t)member->data.len);
    assert_true(archive_write_header(writer, entry) >= ARCHIVE_WARN);
    if (member->data.len > 0) {
        (void)archive_write_data(writer, member->data.ptr, member->data.len);
    }
    archive_entry_free(entry);
}

lj_buf archive_build(const char *format, const char *filter, const archive_member *members,
                     size_t count)
{
    lj_buf out;
    lj_buf_init(&out, /* arena= */ NULL, ARCHIVE_BUILD_MAX);
    struct archive *writer = archive_write_new();
    assert_non_null(writer);
    assert_int_equal(archive_write_set_format_by_name(writer, format), ARCHIVE_OK);
    if (filter != NULL) {
        assert_true(archive_write_add_filter_by_name(writer, filter) >= ARCHIVE_WARN);
    }
    archive_write_set_bytes_in_last_block(writer, 1);
    assert_int_equal(archive_write_open(writer, &out, NULL, take, NULL), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        put_member(writer, &members[i]);
    }
    assert_int_equal(archive_write_close(writer), ARCHIVE_OK);
    archive_write_free(writer);
    return out;
}

/* ---- tar ---- */

/* digits octal digits and a NUL. */
static void put_octal(uint8_t *field, size_t digits, uint64_t value)
{
    for (size_t i = digits; i-- > 0; value >>= 3) {
        field[i] = (uint8_t)('0' + (value & 7));
    }
    field[digits] = 0;
}

void tar_build_put(lj_buf *out, const tar_build_header *header)
{
    uint8_t block[512] = {0};
    const char *name = header->name != NULL ? header->name : "";
    lj_slice bytes = header->name_bytes.len > 0 ? header->name_bytes : lj_cstr_bytes(name);
    memcpy(block, bytes.ptr, bytes.len < 100 ? bytes.len : 100);
    put_octal(block + 100, 7, 0644);
    put_octal(block + 108, 7, 0);
    put_octal(block + 116, 7, 0);
    if (header->binary_size) {
        block[124] = 0x80;
        for (int i = 0; i < 8; i++) {
            block[135 - i] = (uint8_t)(header->size >> (8 * i));
        }
    } else {
        put_octal(block + 124, 11, header->size);
    }
    put_octal(block + 136, 11, 0);
    block[156] = (uint8_t)(header->type != 0 ? header->type : '0');
    if (header->link != NULL) {
        memcpy(block + 157, header->link, strlen(header->link) < 99 ? strlen(header->link) : 99);
    }
    if (header->magic == NULL) {
        memcpy(block + 257,
               "ustar\0"
               "00",
               8);
    } else {
        memcpy(block + 257, header->magic, strlen(header->magic));
    }
    memset(block + 148, ' ', 8);
    unsigned sum = header->bad_checksum ? 1 : 0;
    for (size_t i = 0; i < sizeof(block); i++) {
        sum += block[i];
    }
    put_octal(block + 148, 6, sum);
    lj_buf_put(out, lj_slice_of(block, sizeof(block)));
}

void tar_build_data(lj_buf *out, lj_slice data, char fill)
{
    lj_buf_put(out, data);
    while (out->len % 512 != 0) {
        lj_buf_put_u8(out, (uint8_t)fill);
    }
}

void tar_build_file(lj_buf *out, const char *name, lj_slice data)
{
    tar_build_put(out, &(tar_build_header){.name = name, .size = data.len});
    tar_build_data(out, data, 0);
}

void tar_build_end(lj_buf *out)
{
    static const uint8_t zeros[1024];
    lj_buf_put(out, lj_slice_of(zeros, sizeof(zeros)));
}

/* ---- CAB ([MS-CAB] 2): one folder, not compressed, no checksums ---- */

lj_buf cab_build(const archive_member *members, size_t count)
{
    lj_buf files;
    lj_buf data;
    lj_buf out;
    lj_buf_init(&files, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_init(&data, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_init(&out, NULL, ARCHIVE_BUILD_MAX);
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_u32le(&files, (uint32_t)members[i].data.len);
        lj_buf_put_u32le(&files, (uint32_t)data.len);
        lj_buf_put_u16le(&files, 0);
        lj_buf_put_u16le(&files, 0x5821);
        lj_buf_put_u16le(&files, 0x6000);
        lj_buf_put_u16le(&files, 0x80); /* the name is UTF-8 */
        lj_buf_put_cstr(&files, members[i].name);
        lj_buf_put_u8(&files, 0);
        lj_buf_put(&data, members[i].data);
    }
    assert_true(data.len <= 32768);
    uint32_t files_at = 36 + 8;
    uint32_t data_at = files_at + (uint32_t)files.len;
    lj_buf_put_cstr(&out, "MSCF");
    lj_buf_put_u32le(&out, 0);
    lj_buf_put_u32le(&out, data_at + 8 + (uint32_t)data.len);
    lj_buf_put_u32le(&out, 0);
    lj_buf_put_u32le(&out, files_at);
    lj_buf_put_u32le(&out, 0);
    lj_buf_put_u16le(&out, 0x0103);
    lj_buf_put_u16le(&out, 1);
    lj_buf_put_u16le(&out, (uint16_t)count);
    lj_buf_put_u16le(&out, 0);
    lj_buf_put_u32le(&out, 0);
    lj_buf_put_u32le(&out, data_at);
    lj_buf_put_u16le(&out, 1);
    lj_buf_put_u16le(&out, 0);
    lj_buf_put(&out, lj_buf_slice(&files));
    lj_buf_put_u32le(&out, 0); /* no checksum */
    lj_buf_put_u16le(&out, (uint16_t)data.len);
    lj_buf_put_u16le(&out, (uint16_t)data.len);
    lj_buf_put(&out, lj_buf_slice(&data));
    lj_buf_done(&files);
    lj_buf_done(&data);
    return out;
}

/* ---- RAR ---- */

static void rar4_block(lj_buf *out, uint8_t type, uint16_t flags, lj_slice body)
{
    lj_buf head;
    lj_buf_init(&head, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_put_u8(&head, type);
    lj_buf_put_u16le(&head, flags);
    lj_buf_put_u16le(&head, (uint16_t)(7 + body.len));
    lj_buf_put(&head, body);
    lj_buf_put_u16le(out, (uint16_t)libdeflate_crc32(0, head.ptr, head.len));
    lj_buf_put(out, lj_buf_slice(&head));
    lj_buf_done(&head);
}

lj_buf rar4_build(const archive_member *members, size_t count, uint16_t main_flags,
                  uint16_t file_flags)
{
    lj_buf out;
    lj_buf_init(&out, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_put(&out, LJ_BYTES("Rar!\x1A\7\0"));
    rar4_block(&out, 0x73, main_flags, LJ_BYTES("\0\0\0\0\0\0"));
    for (size_t i = 0; i < count; i++) {
        lj_slice data = members[i].data;
        lj_buf body;
        lj_buf_init(&body, NULL, ARCHIVE_BUILD_MAX);
        lj_buf_put_u32le(&body, (uint32_t)data.len);
        lj_buf_put_u32le(&body, (uint32_t)data.len);
        lj_buf_put_u8(&body, 3); /* Unix */
        lj_buf_put_u32le(&body, libdeflate_crc32(0, data.ptr, data.len));
        lj_buf_put_u32le(&body, 0x58216000);
        lj_buf_put_u8(&body, 20);
        lj_buf_put_u8(&body, 0x30); /* stored */
        lj_buf_put_u16le(&body, (uint16_t)strlen(members[i].name));
        lj_buf_put_u32le(&body, 0100644);
        lj_buf_put_cstr(&body, members[i].name);
        rar4_block(&out, 0x74, (uint16_t)(0x8000 | file_flags), lj_buf_slice(&body));
        lj_buf_put(&out, data);
        lj_buf_done(&body);
    }
    rar4_block(&out, 0x7B, 0x4000, LJ_BYTES(""));
    return out;
}

/* A RAR 5 block: CRC, size, then the body that begins with type and flags; all numbers small. */
static void rar5_block(lj_buf *out, lj_slice body)
{
    lj_buf head;
    lj_buf_init(&head, NULL, ARCHIVE_BUILD_MAX);
    assert_true(body.len < 128 * 128);
    if (body.len >= 128) {
        lj_buf_put_u8(&head, (uint8_t)(body.len & 0x7F) | 0x80);
        lj_buf_put_u8(&head, (uint8_t)(body.len >> 7));
    } else {
        lj_buf_put_u8(&head, (uint8_t)body.len);
    }
    lj_buf_put(&head, body);
    lj_buf_put_u32le(out, libdeflate_crc32(0, head.ptr, head.len));
    lj_buf_put(out, lj_buf_slice(&head));
    lj_buf_done(&head);
}

static void put_vint(lj_buf *out, uint64_t value)
{
    while (value >= 0x80) {
        lj_buf_put_u8(out, (uint8_t)(value & 0x7F) | 0x80);
        value >>= 7;
    }
    lj_buf_put_u8(out, (uint8_t)value);
}

lj_buf rar5_build(const archive_member *members, size_t count, bool locked, bool names, bool volume)
{
    lj_buf out;
    lj_buf_init(&out, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_put(&out, LJ_BYTES("Rar!\x1A\7\1\0"));
    if (names) { /* type 4: version, flags, count, salt */
        rar5_block(&out, LJ_BYTES("\4\0\0\0\x0F"
                                  "0123456789abcdef"));
    }
    rar5_block(&out, volume ? LJ_BYTES("\1\0\1") : LJ_BYTES("\1\0\0"));
    for (size_t i = 0; i < count; i++) {
        bool crypt = locked && i == 1;
        lj_slice data = members[i].data;
        lj_buf body;
        lj_buf_init(&body, NULL, ARCHIVE_BUILD_MAX);
        lj_buf_put_u8(&body, 2);
        lj_buf_put_u8(&body, crypt ? 3 : 2); /* data area, extra area */
        if (crypt) {
            lj_buf_put_u8(&body, 38);
        }
        put_vint(&body, data.len);
        lj_buf_put_u8(&body, 4); /* CRC is there */
        put_vint(&body, data.len);
        put_vint(&body, 0644);
        lj_buf_put_u32le(&body, libdeflate_crc32(0, data.ptr, data.len));
        lj_buf_put_u8(&body, 0); /* stored */
        lj_buf_put_u8(&body, 1); /* Unix */
        put_vint(&body, strlen(members[i].name));
        lj_buf_put_cstr(&body, members[i].name);
        if (crypt) { /* record: size 37, type 1, version, flags, count, salt 16, IV 16 */
            lj_buf_put(&body, LJ_BYTES("\x25\1\0\0\x0F"
                                       "0123456789abcdef"
                                       "0123456789abcdef\1"));
        }
        rar5_block(&out, lj_buf_slice(&body));
        lj_buf_put(&out, data);
        lj_buf_done(&body);
    }
    rar5_block(&out, LJ_BYTES("\5\0\0"));
    return out;
}
