/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A stack of levels, one per folder on the way down. A level holds the names of its folder, sorted;
 * very large folders come in batches of BATCH_LEN bytes of names, each sorted by itself, so that a
 * folder of a million files costs no more memory than one of forty thousand.
 *
 * Only the deepest OPEN_MAX levels keep their descriptor; those above are opened again through ".."
 * of the level below on the way back, and must then be the same folder (device, inode). A path may
 * so be deeper and longer than the system's own PATH_MAX. Loops (bind mounts) show as a folder that
 * is its own ancestor. */
#include "scan/walk.h"

#include "base/num.h"

enum {
    BATCH_LEN = 1024 * 1024,
    NAMES_MAX = BATCH_LEN + 64 * 1024,
    DIR_ROOM = 32 * 1024,
    PATH_LIMIT = 58000, /* bytes; FRAME_PATH_MAX with room for one name */
    LEVEL_MAX = 8192,
    OPEN_MAX = 48,
    ROW_HEAD = 1, /* kind before the name */
};

typedef struct walk_level {
    int fd; /* -1: closed for now */
    uint64_t dev, ino;
    lj_buf names;      /* rows {u8 kind, name, NUL} */
    lj_buf order;      /* u32 offsets into names, sorted */
    uint32_t next;     /* in order */
    bool unread;       /* the folder has entries beyond this batch */
    uint32_t path_len; /* bytes of the path of this folder */
} walk_level;

struct walk {
    const walk_options *options;
    uint32_t root_idx;
    uint64_t root_dev;
    size_t root_len; /* bytes of path that are the root's */
    uint32_t name_from;
    walk_level *levels; /* LEVEL_MAX of them; pages that are not used cost nothing */
    uint32_t level_count, level_made;
    lj_buf path;
    lj_arena *home;
    uint8_t *room; /* DIR_ROOM bytes for entries of a folder */
    walk_counts counts;
};

walk *walk_new(const walk_options *options)
{
    lj_arena *home = lj_arena_new(sizeof(walk) + DIR_ROOM + 4096);
    walk *self = home != NULL ? lj_arena_alloc(home, sizeof(*self)) : NULL;
    if (self == NULL) {
        lj_arena_free(home);
        return NULL;
    }
    self->home = home;
    self->options = options;
    lj_buf_init(&self->path, NULL, PATH_LIMIT + 4096);
    self->room = lj_arena_alloc(home, DIR_ROOM);
    self->levels = lj_os_pages(LEVEL_MAX * sizeof(*self->levels), false);
    if (self->room == NULL || self->levels == NULL) {
        walk_free(self);
        return NULL;
    }
    return self;
}

void walk_free(walk *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t i = 0; i < self->level_made; i++) {
        if (i < self->level_count) {
            lj_os_close(self->levels[i].fd);
        }
        lj_buf_done(&self->levels[i].names);
        lj_buf_done(&self->levels[i].order);
    }
    lj_os_pages_free(self->levels, LEVEL_MAX * sizeof(*self->levels));
    lj_buf_done(&self->path);
    lj_arena_free(self->home);
}

const walk_counts *walk_counts_of(const walk *self)
{
    return &self->counts;
}

/* ---- one level ---- */

static const char *row_name(const walk_level *level, uint32_t at)
{
    uint32_t off = 0;
    memcpy(&off, level->order.ptr + (size_t)at * sizeof(off), sizeof(off));
    return (const char *)level->names.ptr + off + ROW_HEAD;
}

static lj_os_kind row_kind(const walk_level *level, uint32_t at)
{
    return (lj_os_kind)(uint8_t)row_name(level, at)[-1];
}

/* strcmp() orders raw bytes. */
static int row_compare(const void *a, const void *b, void *names)
{
    uint32_t x = 0;
    uint32_t y = 0;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return strcmp((const char *)names + x + ROW_HEAD, (const char *)names + y + ROW_HEAD);
}

/* Heap sort: in place, no recursion, no worst case that a hostile folder could choose. */
static void rows_sort(uint32_t *rows, size_t count, void *names)
{
    for (size_t end = count, start = count / 2; end > 1;) {
        if (start > 0) {
            start--;
        } else {
            end--;
            uint32_t last = rows[end];
            rows[end] = rows[0];
            rows[0] = last;
        }
        size_t root = start;
        for (size_t child = 2 * root + 1; child < end; child = 2 * root + 1) {
            if (child + 1 < end && row_compare(&rows[child], &rows[child + 1], names) < 0) {
                child++;
            }
            if (row_compare(&rows[root], &rows[child], names) >= 0) {
                break;
            }
            uint32_t moved = rows[root];
            rows[root] = rows[child];
            rows[child] = moved;
            root = child;
        }
    }
}

/* Reads the next batch of names. False when reading failed: *err is set, what was read before
 * stays. */
static bool level_fill(walk *self, walk_level *level, lj_err *err)
{
    lj_buf_clear(&level->names);
    lj_buf_clear(&level->order);
    level->next = 0;
    level->unread = false;
    lj_os_dir dir;
    lj_os_dir_init(&dir, level->fd, self->room, DIR_ROOM);
    lj_os_entry entry;
    bool sorted = true;
    uint32_t before = 0;
    while (lj_os_dir_next(&dir, &entry)) {
        uint32_t off = (uint32_t)level->names.len;
        lj_buf_put_u8(&level->names, (uint8_t)entry.kind);
        lj_buf_put(&level->names, lj_slice_of(entry.name, entry.len + 1));
        lj_buf_put(&level->order, lj_slice_of(&off, sizeof(off)));
        if (!lj_buf_ok(&level->names) || !lj_buf_ok(&level->order)) {
            lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the names of a folder");
            return false;
        }
        sorted = sorted && (off == 0 || row_compare(&before, &off, level->names.ptr) < 0);
        before = off;
        /* a batch ends only where the room of entries is used up: what is in it would be lost */
        if (level->names.len >= BATCH_LEN && dir.at >= dir.len) {
            level->unread = true;
            break;
        }
    }
    if (!sorted) {
        uint32_t *rows = NULL;
        void *start = level->order.ptr;
        rows = start;
        rows_sort(rows, level->order.len / sizeof(*rows), level->names.ptr);
    }
    if (!level->unread && dir.os != 0) {
        lj_fail_os(err, LJ_E_IO, dir.os, "cannot read the folder to its end");
        return false;
    }
    return true;
}

static uint32_t level_rows(const walk_level *level)
{
    return (uint32_t)(level->order.len / sizeof(uint32_t));
}

/* ---- going down and up ---- */

static walk_level *level_make(walk *self)
{
    if (self->level_count == LEVEL_MAX) {
        return NULL;
    }
    walk_level *level = &self->levels[self->level_count];
    if (self->level_count == self->level_made) {
        lj_buf_init(&level->names, NULL, NAMES_MAX);
        lj_buf_init(&level->order, NULL, NAMES_MAX * 2);
        self->level_made++;
    }
    lj_buf_clear(&level->names);
    lj_buf_clear(&level->order);
    level->next = 0;
    level->unread = false;
    level->path_len = (uint32_t)self->path.len;
    return level;
}

/* Takes over fd. The level's batch may be incomplete: then false and *err. */
static bool level_push(walk *self, int fd, const lj_os_stat *stat, lj_err *err)
{
    walk_level *level = level_make(self);
    if (level == NULL) {
        lj_os_close(fd);
        lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "folders too deep");
        return false;
    }
    level->fd = fd;
    level->dev = stat->dev;
    level->ino = stat->ino;
    self->level_count++;
    self->counts.folders++;
    if (self->level_count > OPEN_MAX) {
        walk_level *above = &self->levels[self->level_count - 1 - OPEN_MAX];
        if (!above->unread) { /* its place in the folder would be lost */
            lj_os_close(above->fd);
            above->fd = -1;
        }
    }
    return level_fill(self, level, err);
}

/* Opens the level below the top again; the top's descriptor shows the way. */
static void level_reopen(walk_level *above, const walk_level *top)
{
    if (above->fd >= 0 || top->fd < 0) {
        return;
    }
    int fd = -1;
    lj_os_stat stat = {0};
    if (lj_os_open_folder(top->fd, "..", false, &fd, NULL) != LJ_OK) {
        return;
    }
    if (lj_os_stat_of(fd, &stat, NULL) != LJ_OK || stat.dev != above->dev ||
        stat.ino != above->ino) {
        lj_os_close(fd);
        return;
    }
    above->fd = fd;
}

static void level_pop(walk *self)
{
    walk_level *top = &self->levels[self->level_count - 1];
    if (self->level_count > 1) {
        level_reopen(&self->levels[self->level_count - 2], top);
    }
    lj_os_close(top->fd);
    top->fd = -1;
    if (top->names.cap > 256 * 1024) { /* one large folder must not hold memory for ever */
        lj_buf_done(&top->names);
        lj_buf_done(&top->order);
        lj_buf_init(&top->names, NULL, NAMES_MAX);
        lj_buf_init(&top->order, NULL, NAMES_MAX * 2);
    }
    self->level_count--;
}

static bool is_ancestor(const walk *self, const lj_os_stat *stat)
{
    for (uint32_t i = self->level_count; i > 0; i--) {
        if (self->levels[i - 1].ino == stat->ino && self->levels[i - 1].dev == stat->dev) {
            return true;
        }
    }
    return false;
}

/* ---- entries ---- */

static void path_set(walk *self, size_t folder_len, const char *name)
{
    self->path.len = folder_len;
    if (folder_len == 0 || self->path.ptr[folder_len - 1] != '/') {
        lj_buf_put_u8(&self->path, '/');
    }
    lj_buf_put_cstr(&self->path, name);
}

static lj_slice path_below(const walk *self)
{
    lj_slice below = lj_slice_part(lj_buf_slice(&self->path), self->root_len, SIZE_MAX);
    return below.len > 0 && below.ptr[0] == '/' ? lj_slice_part(below, 1, SIZE_MAX) : below;
}

static bool entry_broken(const walk *self, walk_entry *out, const lj_err *err, bool is_folder,
                         int dir, const char *name)
{
    *out = (walk_entry){
        .kind = WALK_BROKEN,
        .dir = dir,
        .name = name,
        .path = lj_buf_slice(&self->path),
        .name_from = self->name_from,
        .stat = {.kind = is_folder ? LJ_OS_FOLDER : LJ_OS_UNKNOWN},
        .err = *err,
        .is_folder = is_folder,
    };
    return true;
}

/* Enters the folder whose path is set. False when an entry has to be given out (it could not be
 * entered). */
static bool folder_enter(walk *self, int dir, const char *name, bool follow, lj_err *err)
{
    int fd = -1;
    lj_os_stat stat = {0};
    *err = (lj_err){0};
    if (self->path.len > PATH_LIMIT) {
        lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "path too long");
        return false;
    }
    if (lj_os_open_folder(dir, name, follow, &fd, err) != LJ_OK) {
        return false;
    }
    if (lj_os_stat_of(fd, &stat, err) != LJ_OK) {
        lj_os_close(fd);
        return false;
    }
    if (self->level_count == 0) {
        self->root_dev = stat.dev;
    } else if ((stat.dev != self->root_dev && !self->options->cross_mounts) ||
               is_ancestor(self, &stat)) {
        self->counts.mounts++;
        lj_os_close(fd);
        return true;
    }
    return level_push(self, fd, &stat, err);
}

/* A root: a folder is entered, anything else is one entry. True when *out is set. */
static bool root_enter(walk *self, walk_entry *out)
{
    const char *root = self->options->roots[self->root_idx++];
    size_t len = strlen(root);
    lj_buf_clear(&self->path);
    lj_buf_put_cstr(&self->path, root);
    self->root_len = len;
    size_t slash = len;
    while (slash > 0 && root[slash - 1] != '/') {
        slash--;
    }
    self->name_from = (uint32_t)slash;
    lj_os_stat stat = {0};
    lj_err err = {0};
    if (!lj_buf_ok(&self->path) || lj_os_stat_at(LJ_OS_CWD, root, &stat, &err) != LJ_OK) {
        return entry_broken(self, out, &err, false, LJ_OS_CWD, root);
    }
    if (stat.kind == LJ_OS_FOLDER) {
        return !folder_enter(self, LJ_OS_CWD, root, true, &err) &&
               entry_broken(self, out, &err, true, LJ_OS_CWD, root);
    }
    if (stat.kind == LJ_OS_LINK) {
        self->counts.links++;
        return false;
    }
    *out = (walk_entry){
        .kind = stat.kind == LJ_OS_FILE ? WALK_FILE : WALK_SPECIAL,
        .dir = LJ_OS_CWD,
        .name = root,
        .path = lj_buf_slice(&self->path),
        .name_from = self->name_from,
        .stat = stat,
    };
    return true;
}

/* The row `at` of the top level. True when *out is set. */
static bool row_visit(walk *self, walk_level *level, uint32_t at, walk_entry *out)
{
    const char *name = row_name(level, at);
    lj_os_kind kind = row_kind(level, at);
    path_set(self, level->path_len, name);
    lj_err err = {0};
    if (!lj_buf_ok(&self->path)) {
        lj_buf_clear(&self->path);
        lj_fail(&err, LJ_E_LIMIT, UINT64_MAX, "path too long");
        return entry_broken(self, out, &err, false, level->fd, name);
    }
    if (self->options->excludes.count > 0 &&
        glob_set_fits(&self->options->excludes, lj_buf_slice(&self->path), path_below(self))) {
        self->counts.excluded++;
        return false;
    }
    if (level->fd < 0) {
        lj_fail(&err, LJ_E_IO, UINT64_MAX, "the folder was moved while it was read");
        return entry_broken(self, out, &err, kind == LJ_OS_FOLDER, -1, name);
    }
    if (kind == LJ_OS_LINK) {
        self->counts.links++;
        return false;
    }
    lj_os_stat stat = {.kind = kind};
    if (kind != LJ_OS_FOLDER && lj_os_stat_at(level->fd, name, &stat, &err) != LJ_OK) {
        return entry_broken(self, out, &err, false, level->fd, name);
    }
    if (stat.kind == LJ_OS_LINK) {
        self->counts.links++;
        return false;
    }
    if (stat.kind == LJ_OS_FOLDER) {
        return !folder_enter(self, level->fd, name, false, &err) &&
               entry_broken(self, out, &err, true, level->fd, name);
    }
    if (stat.dev != self->root_dev && !self->options->cross_mounts) {
        self->counts.mounts++; /* a single file mounted over another */
        return false;
    }
    *out = (walk_entry){
        .kind = stat.kind == LJ_OS_FILE ? WALK_FILE : WALK_SPECIAL,
        .dir = level->fd,
        .name = name,
        .path = lj_buf_slice(&self->path),
        .name_from = self->name_from,
        .stat = stat,
    };
    return true;
}

bool walk_next(walk *self, walk_entry *out)
{
    for (;;) {
        if (self->level_count == 0) {
            if (self->root_idx == self->options->root_count) {
                return false;
            }
            if (root_enter(self, out)) {
                return true;
            }
            continue;
        }
        walk_level *level = &self->levels[self->level_count - 1];
        if (level->next < level_rows(level)) {
            if (row_visit(self, level, level->next++, out)) {
                return true;
            }
            continue;
        }
        lj_err err = {0};
        if (level->unread && level->fd >= 0) {
            if (!level_fill(self, level, &err)) {
                self->path.len = level->path_len;
                return entry_broken(self, out, &err, true, -1, ".");
            }
            continue;
        }
        level_pop(self);
    }
}
