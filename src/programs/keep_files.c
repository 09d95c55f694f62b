/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Attachments and other files of a data folder. */
#include <string.h>

#include "base/os.h"
#include "programs/keep.h"

void keep_file_name(const uint8_t sha256[LJ_SHA256_LEN], char out[KEEP_FILE_NAME])
{
    memcpy(out, "files/", 6);
    lj_hex(lj_slice_of(sha256, LJ_SHA256_LEN), out + 6);
}

lj_code keep_file_put(int dir, const char *name, lj_slice bytes, lj_err *err)
{
    int fd = -1;
    lj_code code = lj_os_create_file(dir, name, LJ_OS_FRESH, &fd, err);
    code = code == LJ_OK ? lj_os_write(fd, bytes, err) : code;
    code = code == LJ_OK ? lj_os_sync(fd, err) : code;
    lj_os_close(fd);
    return code;
}

static lj_code read_parts(int fd, lj_sha256 *sha, uint8_t *room, keep_part_fn sink, void *ctx,
                          lj_err *err)
{
    uint64_t at = 0;
    size_t len = 0;
    lj_code code = LJ_OK;
    do {
        code = lj_os_read_at(fd, at, room, KEEP_ROOM, &len, err);
        lj_slice part = lj_slice_of(room, len);
        if (code == LJ_OK && len > 0) {
            lj_sha256_add(sha, part);
            code = sink != NULL ? sink(ctx, part, err) : LJ_OK;
        }
        at += len;
    } while (code == LJ_OK && len == KEEP_ROOM);
    return code;
}

lj_code keep_file_read(int data, const uint8_t sha256[LJ_SHA256_LEN], lj_arena *arena,
                       keep_part_fn sink, void *ctx, lj_err *err)
{
    char name[KEEP_FILE_NAME];
    keep_file_name(sha256, name);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    uint8_t *room = lj_arena_alloc_raw(arena, KEEP_ROOM);
    lj_sha256 *sha = lj_sha256_new();
    int fd = -1;
    lj_code code = room != NULL && sha != NULL
                       ? lj_os_open_file(data, name, &fd, NULL, err)
                       : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for an attachment");
    if (code == LJ_OK) {
        uint8_t found[LJ_SHA256_LEN];
        lj_sha256_begin(sha);
        code = read_parts(fd, sha, room, sink, ctx, err);
        lj_sha256_end(sha, found);
        if (code == LJ_OK && memcmp(found, sha256, sizeof found) != 0) {
            code = lj_fail(err, LJ_E_TAMPERED, UINT64_MAX, "an attachment has other bytes");
        }
    }
    lj_os_close(fd);
    lj_sha256_free(sha);
    lj_arena_rewind(arena, mark);
    return code;
}
