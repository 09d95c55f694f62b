/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "programs/backup.h"

#include "base/os.h"

#define MAGIC LJ_BYTES("LIJIANBK\1\0")
enum { MAGIC_LEN = 10, NAME_LEN = 8, HEAD_LEN = 5, ROOM_LEN = 64 * 1024 };

/* ---- writing ---- */
static lj_code put(backup_writer *writer, lj_slice bytes, lj_err *err)
{
    lj_sha256_add(writer->sha, bytes);
    writer->len += bytes.len;
    lj_code code = lj_os_write(writer->fd, bytes, err);
    writer->is_broken = writer->is_broken || code != LJ_OK;
    return code;
}

lj_code backup_write_begin(backup_writer *writer, int fd, lj_err *err)
{
    *writer = (backup_writer){.fd = fd, .sha = lj_sha256_new()};
    if (writer->sha == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a digest");
    }
    lj_sha256_begin(writer->sha);
    return put(writer, MAGIC, err);
}

static void put_head(uint8_t head[HEAD_LEN], backup_kind kind, size_t len)
{
    head[0] = (uint8_t)kind;
    for (int i = 0; i < 4; i++) {
        head[1 + i] = (uint8_t)(len >> (8 * i));
    }
}

lj_code backup_write(backup_writer *writer, backup_kind kind, lj_slice bytes, lj_err *err)
{
    lj_code code = LJ_OK;
    size_t at = 0;
    do {
        lj_slice part = lj_slice_part(bytes, at, BACKUP_BLOCK_MAX);
        uint8_t head[HEAD_LEN];
        put_head(head, kind, part.len);
        code = put(writer, lj_slice_of(head, sizeof head), err);
        if (code == LJ_OK && part.len > 0) {
            code = put(writer, part, err);
        }
        at += part.len;
    } while (code == LJ_OK && at < bytes.len);
    return code;
}

lj_code backup_write_end(backup_writer *writer, lj_err *err)
{
    uint8_t last[HEAD_LEN + LJ_SHA256_LEN];
    put_head(last, BACKUP_END, LJ_SHA256_LEN);
    lj_sha256_end(writer->sha, last + HEAD_LEN);
    writer->len += sizeof last;
    lj_code code = lj_os_write(writer->fd, lj_slice_of(last, sizeof last), err);
    return code == LJ_OK ? lj_os_sync(writer->fd, err) : code;
}

void backup_write_done(backup_writer *writer)
{
    lj_sha256_free(writer->sha);
    *writer = (backup_writer){.fd = -1};
}

/* ---- reading ---- */
static lj_code read_at(const backup_reader *reader, uint64_t at, uint8_t *dst, size_t len,
                       lj_err *err)
{
    size_t got = 0;
    lj_code code = lj_os_read_at(reader->fd, at, dst, len, &got, err);
    return code == LJ_OK && got != len ? lj_fail(err, LJ_E_FORMAT, at, "the backup is cut") : code;
}

/* The digest over everything before the last block. */
static lj_code check_digest(backup_reader *reader, const uint8_t wanted[LJ_SHA256_LEN], lj_err *err)
{
    lj_sha256 *sha = lj_sha256_new();
    if (sha == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a digest");
    }
    lj_sha256_begin(sha);
    lj_code code = LJ_OK;
    for (uint64_t at = 0; at < reader->end && code == LJ_OK;) {
        uint64_t left = reader->end - at;
        size_t len = left < ROOM_LEN ? (size_t)left : ROOM_LEN;
        code = read_at(reader, at, reader->room.ptr, len, err);
        if (code == LJ_OK) {
            lj_sha256_add(sha, lj_slice_of(reader->room.ptr, len));
        }
        at += len;
    }
    uint8_t found[LJ_SHA256_LEN];
    lj_sha256_end(sha, found);
    lj_sha256_free(sha);
    if (code == LJ_OK && memcmp(found, wanted, sizeof found) != 0) {
        code = lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "the backup is damaged: its digest differs");
    }
    return code;
}

static lj_code open_blocks(backup_reader *reader, lj_err *err)
{
    uint8_t head[MAGIC_LEN];
    uint8_t last[HEAD_LEN + LJ_SHA256_LEN];
    uint8_t want[HEAD_LEN];
    lj_os_stat stat;
    lj_code code = lj_os_stat_of(reader->fd, &stat, err);
    if (code == LJ_OK && (stat.kind != LJ_OS_FILE || stat.size < sizeof head + sizeof last)) {
        code = lj_fail(err, LJ_E_FORMAT, 0, "this is no backup of lijiand, or a part of one");
    }
    code = code == LJ_OK ? read_at(reader, 0, head, sizeof head, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    if (memcmp(head, MAGIC.ptr, NAME_LEN) != 0) {
        return lj_fail(err, LJ_E_FORMAT, 0, "this is no backup of lijiand");
    }
    reader->end = stat.size - sizeof last;
    put_head(want, BACKUP_END, LJ_SHA256_LEN);
    code = read_at(reader, reader->end, last, sizeof last, err);
    if (code == LJ_OK && memcmp(last, want, sizeof want) != 0) {
        code = lj_fail(err, LJ_E_FORMAT, reader->end, "the backup is cut: its end is missing");
    }
    code = code == LJ_OK ? check_digest(reader, last + HEAD_LEN, err) : code;
    if (code == LJ_OK && memcmp(head, MAGIC.ptr, MAGIC_LEN) != 0) {
        code = lj_fail(err, LJ_E_UNSUPPORTED, NAME_LEN, "the backup is of a newer program");
    }
    return code;
}

lj_code backup_open(backup_reader *reader, int fd, lj_err *err)
{
    *reader = (backup_reader){.fd = fd};
    lj_buf_init(&reader->room, NULL, BACKUP_BLOCK_MAX);
    if (lj_buf_room(&reader->room, BACKUP_BLOCK_MAX) == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a backup");
    }
    lj_code code = open_blocks(reader, err);
    backup_rewind(reader);
    return code;
}

void backup_rewind(backup_reader *reader)
{
    reader->at = MAGIC_LEN;
    reader->is_kept = false;
}

lj_code backup_next(backup_reader *reader, backup_block *out, bool *out_more, lj_err *err)
{
    *out_more = true;
    if (reader->is_kept) {
        reader->is_kept = false;
        *out = reader->block;
        return LJ_OK;
    }
    if (reader->at == reader->end) {
        *out_more = false;
        return LJ_OK;
    }
    uint8_t head[HEAD_LEN];
    uint64_t left = reader->end - reader->at;
    lj_code code = left < HEAD_LEN
                       ? lj_fail(err, LJ_E_FORMAT, reader->at, "a block of the backup is cut")
                       : read_at(reader, reader->at, head, sizeof head, err);
    if (code != LJ_OK) {
        return code;
    }
    uint32_t len =
        head[1] | (uint32_t)head[2] << 8 | (uint32_t)head[3] << 16 | (uint32_t)head[4] << 24;
    if (len > BACKUP_BLOCK_MAX || len > left - HEAD_LEN) {
        return lj_fail(err, LJ_E_FORMAT, reader->at, "a block of the backup is too long");
    }
    code = read_at(reader, reader->at + HEAD_LEN, reader->room.ptr, len, err);
    reader->at += HEAD_LEN + len;
    reader->block = (backup_block){(backup_kind)head[0], lj_slice_of(reader->room.ptr, len)};
    *out = reader->block;
    return code;
}

void backup_give_back(backup_reader *reader)
{
    reader->is_kept = true;
}

void backup_close(backup_reader *reader)
{
    lj_buf_done(&reader->room);
    *reader = (backup_reader){.fd = -1};
}
