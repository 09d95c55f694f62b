/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Roots and the result folder before anything is opened. */
#include "scan/scan_priv.h"

/* True when path is root or lies below it. */
static bool is_below(lj_slice root, lj_slice path)
{
    if (!lj_slice_has_prefix(path, root)) {
        return false;
    }
    return path.len == root.len || root.ptr[root.len - 1] == '/' || path.ptr[root.len] == '/';
}

/* True when an exclusion keeps the walk of root from coming to path. */
static bool is_excluded(const scan_options *options, lj_slice root, lj_slice path)
{
    glob_set set = {options->excludes, options->exclude_count};
    size_t from = root.len > 0 && root.ptr[root.len - 1] == '/' ? root.len : root.len + 1;
    for (size_t i = from; i <= path.len && set.count > 0; i++) {
        if (i == path.len || path.ptr[i] == '/') {
            lj_slice prefix = lj_slice_part(path, 0, i);
            if (i > from && glob_set_fits(&set, prefix, lj_slice_part(prefix, from, SIZE_MAX))) {
                return true;
            }
        }
    }
    return false;
}

static bool is_same_system(const char *a, const char *b)
{
    lj_os_stat x = {0};
    lj_os_stat y = {0};
    return lj_os_stat_at(LJ_OS_CWD, a, &x, NULL) == LJ_OK &&
           lj_os_stat_at(LJ_OS_CWD, b, &y, NULL) == LJ_OK && x.dev == y.dev;
}

/* Every folder on the way from a down to b is on the file system of a. */
static bool is_on_one_system(const char *a, const char *b)
{
    char path[8192];
    size_t len = strlen(b);
    size_t from = strlen(a);
    bool same = len < sizeof(path);
    for (size_t i = from + 1; i <= len && same; i++) {
        if (i == len || b[i] == '/') {
            memcpy(path, b, i);
            path[i] = '\0';
            same = is_same_system(a, path);
        }
    }
    return same;
}

/* Whether the walk of root a meets root b anyway. */
static bool is_covered(const scan_options *options, const char *a, const char *b)
{
    lj_slice root = lj_cstr_bytes(a);
    lj_slice path = lj_cstr_bytes(b);
    return is_below(root, path) && !is_excluded(options, root, path) &&
           (options->cross_mounts || is_on_one_system(a, b));
}

/* The result folder's absolute path, also when it does not exist yet. */
static lj_code out_path(const scan_options *options, lj_arena *arena, char **out, lj_err *err)
{
    if (lj_os_real_path(options->out_dir, arena, out, err) == LJ_OK) {
        return LJ_OK;
    }
    lj_slice given = lj_cstr_bytes(options->out_dir);
    while (given.len > 1 && given.ptr[given.len - 1] == '/') {
        given.len--;
    }
    size_t slash = given.len;
    while (slash > 0 && given.ptr[slash - 1] != '/') {
        slash--;
    }
    lj_slice above =
        slash == 0 ? LJ_BYTES(".") : lj_slice_part(given, 0, slash > 1 ? slash - 1 : 1);
    char *folder = lj_arena_cstr(arena, above);
    char *real = NULL;
    lj_code code = folder != NULL ? lj_os_real_path(folder, arena, &real, err)
                                  : lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "path too long");
    if (code != LJ_OK) {
        return code;
    }
    lj_buf path;
    lj_buf_init(&path, NULL, (size_t)64 * 1024);
    lj_buf_put_cstr(&path, real);
    lj_buf_put_cstr(&path, "/");
    lj_buf_put(&path, lj_slice_part(given, slash, SIZE_MAX));
    *out = lj_buf_ok(&path) ? lj_arena_cstr(arena, lj_buf_slice(&path)) : NULL;
    lj_buf_done(&path);
    return *out != NULL ? LJ_OK : lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "path too long");
}

static void sort_by_length(char **paths, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t k = i; k > 0 && strlen(paths[k]) < strlen(paths[k - 1]); k--) {
            char *kept = paths[k];
            paths[k] = paths[k - 1];
            paths[k - 1] = kept;
        }
    }
}

lj_code scan_roots_take(scan *self, lj_err *err)
{
    const scan_options *options = self->options;
    if (options->root_count == 0 || options->out_dir == NULL || options->out_dir[0] == '\0') {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "nothing to scan, or no result folder");
    }
    char **real = lj_arena_array(self->home, options->root_count, sizeof(*real));
    const char **kept = lj_arena_array(self->home, options->root_count, sizeof(*kept));
    char *out = NULL;
    if (real == NULL || kept == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "too many roots");
    }
    for (uint32_t i = 0; i < options->root_count; i++) {
        if (lj_os_real_path(options->roots[i], self->home, &real[i], err) != LJ_OK) {
            return lj_fail(err, LJ_E_INVALID, i, "a file or folder to scan does not exist");
        }
    }
    lj_code code = out_path(options, self->home, &out, err);
    if (code != LJ_OK) {
        return code;
    }
    /* the shorter first: only a root that is walked itself covers another one */
    sort_by_length(real, options->root_count);
    for (uint32_t i = 0; i < options->root_count; i++) {
        bool covered = false;
        for (uint32_t k = 0; k < self->root_count && !covered; k++) {
            covered = strcmp(real[i], kept[k]) == 0 || is_covered(options, kept[k], real[i]);
        }
        if (covered) {
            continue;
        }
        kept[self->root_count++] = real[i];
        if (is_below(lj_cstr_bytes(real[i]), lj_cstr_bytes(out)) &&
            !is_excluded(options, lj_cstr_bytes(real[i]), lj_cstr_bytes(out))) {
            return lj_fail(
                err, LJ_E_INVALID, i,
                "the result folder lies below a scanned folder: exclude it, or choose another");
        }
    }
    self->roots = kept;
    return LJ_OK;
}
