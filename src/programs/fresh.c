/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "programs/fresh.h"

#include "base/os.h"

static lj_code put_name(char out[FRESH_PATH_MAX], lj_slice path, const char *end, lj_err *err)
{
    size_t len = strlen(end);
    if (path.len == 0 || path.len + len + 1 > FRESH_PATH_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the path is too long");
    }
    memcpy(out, path.ptr, path.len);
    memcpy(out + path.len, end, len + 1);
    return LJ_OK;
}

/* The folder that holds the name, for its entry to be on the disk. */
static lj_code sync_parent(const char *path, lj_err *err)
{
    char parent[FRESH_PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    int fd = -1;
    if (len >= sizeof parent) {
        return LJ_OK;
    }
    memcpy(parent, path, len);
    parent[len] = '\0';
    lj_code code = lj_os_open_folder(LJ_OS_CWD, len > 0 ? parent : ".", true, &fd, err);
    code = code == LJ_OK ? lj_os_sync(fd, err) : code;
    lj_os_close(fd);
    return code;
}

/* ---- files ---- */
static lj_code must_be_free(const char *path, lj_err *err)
{
    lj_os_stat stat;
    lj_err why = {0};
    lj_code code = lj_os_stat_at(LJ_OS_CWD, path, &stat, &why);
    if (code == LJ_OK) {
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the file is there already");
    }
    if (code != LJ_E_NOT_FOUND) {
        *err = why;
        return code;
    }
    return LJ_OK;
}

lj_code fresh_file_begin(fresh_file *file, const char *path, lj_err *err)
{
    *file = (fresh_file){.fd = -1, .path = path};
    lj_code code = must_be_free(path, err);
    code = code == LJ_OK ? put_name(file->part, lj_cstr_bytes(path), ".part", err) : code;
    code = code == LJ_OK ? lj_os_create_file(LJ_OS_CWD, file->part, LJ_OS_UPDATE, &file->fd, err)
                         : code;
    if (code == LJ_OK) {
        code = lj_os_lock(file->fd, err);
        if (code != LJ_OK) {
            lj_os_close(file->fd); /* another one's: it stays */
            file->fd = -1;
        }
    }
    return code == LJ_OK ? lj_os_cut(file->fd, 0, err) : code;
}

lj_code fresh_file_keep(fresh_file *file, lj_err *err)
{
    lj_code code = lj_os_sync(file->fd, err);
    code = code == LJ_OK ? must_be_free(file->path, err) : code;
    code = code == LJ_OK ? lj_os_rename(LJ_OS_CWD, file->part, file->path, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_os_close(file->fd);
    file->fd = -1;
    return sync_parent(file->path, err);
}

void fresh_file_drop(fresh_file *file)
{
    if (file->fd >= 0) {
        lj_err err = {0};
        (void)(lj_os_remove(LJ_OS_CWD, file->part, &err) == LJ_OK);
        lj_os_close(file->fd);
        file->fd = -1;
    }
}

/* ---- folders ---- */
enum { ROOM_LEN = 8192 };

/* The files of a folder; what a data folder has is two levels deep. */
static lj_code clear_files(int fd, const char *keep, lj_err *err)
{
    uint64_t room[ROOM_LEN / sizeof(uint64_t)];
    lj_code code = LJ_OK;
    lj_os_dir dir;
    lj_os_entry entry;
    lj_os_dir_init(&dir, fd, (uint8_t *)room, sizeof room);
    while (code == LJ_OK && lj_os_dir_next(&dir, &entry)) {
        if (entry.kind != LJ_OS_FOLDER && strcmp(entry.name, keep) != 0) {
            code = lj_os_remove(fd, entry.name, err);
        }
    }
    return code;
}

static lj_code clear_folder(int fd, const char *keep, lj_err *err)
{
    static const char *const inner[] = {"keys", "files"};
    lj_code code = LJ_OK;
    for (size_t i = 0; i < sizeof inner / sizeof inner[0] && code == LJ_OK; i++) {
        int sub = -1;
        lj_err why = {0};
        if (lj_os_open_folder(fd, inner[i], false, &sub, &why) == LJ_OK) {
            code = clear_files(sub, "", err);
        }
        lj_os_close(sub);
        code = code == LJ_OK ? lj_os_remove_folder(fd, inner[i], err) : code;
    }
    int again = -1; /* a descriptor of its own reads from the first entry */
    code = code == LJ_OK ? lj_os_open_folder(fd, ".", false, &again, err) : code;
    code = code == LJ_OK ? clear_files(again, keep, err) : code;
    lj_os_close(again);
    return code;
}

/* Fine when it is not there, or there with nothing in it. */
static lj_code target_is_free(const char *path, lj_err *err)
{
    int fd = -1;
    lj_err why = {0};
    lj_code code = lj_os_open_folder(LJ_OS_CWD, path, false, &fd, &why);
    if (code == LJ_E_NOT_FOUND) {
        return LJ_OK;
    }
    if (code != LJ_OK) {
        *err = why;
        return code;
    }
    uint64_t room[ROOM_LEN / sizeof(uint64_t)];
    lj_os_dir dir;
    lj_os_entry entry;
    lj_os_dir_init(&dir, fd, (uint8_t *)room, sizeof room);
    bool has = lj_os_dir_next(&dir, &entry);
    lj_os_close(fd);
    return has ? lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the data folder is not empty") : LJ_OK;
}

#define LOCK_NAME "making.lock"

lj_code fresh_folder_begin(fresh_folder *folder, const char *path, lj_err *err)
{
    *folder = (fresh_folder){.fd = -1, .lock = -1};
    lj_slice name = lj_cstr_bytes(path);
    while (name.len > 1 && name.ptr[name.len - 1] == '/') {
        name.len--;
    }
    lj_code code = put_name(folder->path, name, "", err);
    code = code == LJ_OK ? put_name(folder->part, name, ".making", err) : code;
    code = code == LJ_OK ? target_is_free(folder->path, err) : code;
    code = code == LJ_OK ? lj_os_make_folder(LJ_OS_CWD, folder->part, err) : code;
    code =
        code == LJ_OK ? lj_os_open_folder(LJ_OS_CWD, folder->part, false, &folder->fd, err) : code;
    code = code == LJ_OK
               ? lj_os_create_file(folder->fd, LOCK_NAME, LJ_OS_UPDATE, &folder->lock, err)
               : code;
    if (code == LJ_OK) {
        code = lj_os_lock(folder->lock, err);
        if (code != LJ_OK) {
            lj_os_close(folder->lock);
            lj_os_close(folder->fd);
            folder->lock = folder->fd = -1;
        }
    }
    return code == LJ_OK ? clear_folder(folder->fd, LOCK_NAME, err) : code;
}

lj_code fresh_folder_keep(fresh_folder *folder, lj_err *err)
{
    lj_code code = target_is_free(folder->path, err);
    code = code == LJ_OK ? lj_os_remove(folder->fd, LOCK_NAME, err) : code;
    code = code == LJ_OK ? lj_os_sync(folder->fd, err) : code;
    code = code == LJ_OK ? lj_os_rename(LJ_OS_CWD, folder->part, folder->path, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_os_close(folder->lock);
    lj_os_close(folder->fd);
    folder->lock = folder->fd = -1;
    return sync_parent(folder->path, err);
}

void fresh_folder_drop(fresh_folder *folder)
{
    if (folder->fd >= 0) {
        lj_err err = {0};
        (void)(clear_folder(folder->fd, "", &err) == LJ_OK &&
               lj_os_remove_folder(LJ_OS_CWD, folder->part, &err) == LJ_OK);
        lj_os_close(folder->lock);
        lj_os_close(folder->fd);
        folder->lock = folder->fd = -1;
    }
}
