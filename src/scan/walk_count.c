/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The second opinion on how many files there are: the C library's fts instead of our own walk, in a
 * process of its own, with the same rules (links not followed, other file systems as chosen,
 * exclusions). A walk that lost a folder, or counted one twice, is caught by the comparison. It
 * also knows how much is left to do. */
#include <sys/types.h>

#include <fts.h>
#include <sys/stat.h>

#include "base/os.h"
#include "base/os_process.h"
#include "scan/walk.h"

struct walk_counter {
    int pid;
    walk_recount *shared;
    lj_arena *home;
};

static lj_slice below_root(const FTSENT *entry, size_t root_len)
{
    lj_slice path = lj_slice_of(entry->fts_path, entry->fts_pathlen);
    lj_slice below = lj_slice_part(path, root_len, SIZE_MAX);
    return below.len > 0 && below.ptr[0] == '/' ? lj_slice_part(below, 1, SIZE_MAX) : below;
}

static bool is_other_system(const walk_options *options, const FTSENT *entry, uint64_t root_dev)
{
    return !options->cross_mounts && entry->fts_statp->st_dev != root_dev;
}

/* An entry counts when the walk gives it out: files, special files, and what could not be looked at
 * or into. */
static void count_root(const walk_options *options, const char *root, volatile walk_recount *out)
{
    char *const roots[] = {(char *)(uintptr_t)root, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL, NULL);
    if (tree == NULL) {
        out->done = 2;
        return;
    }
    size_t root_len = strlen(root);
    uint64_t root_dev = 0;
    for (FTSENT *entry = fts_read(tree); entry != NULL; entry = fts_read(tree)) {
        if (entry->fts_level == FTS_ROOTLEVEL && entry->fts_info != FTS_NS) {
            root_dev = entry->fts_statp->st_dev;
        } else if (entry->fts_info != FTS_DP && options->excludes.count > 0 &&
                   glob_set_fits(&options->excludes,
                                 lj_slice_of(entry->fts_path, entry->fts_pathlen),
                                 below_root(entry, root_len))) {
            (void)fts_set(tree, entry, FTS_SKIP);
            continue;
        }
        switch (entry->fts_info) {
        case FTS_D:
            if (is_other_system(options, entry, root_dev)) {
                (void)fts_set(tree, entry, FTS_SKIP);
            }
            break;
        case FTS_F:
            if (!is_other_system(options, entry, root_dev)) {
                out->files++;
                out->bytes +=
                    entry->fts_statp->st_size > 0 ? (uint64_t)entry->fts_statp->st_size : 0;
            }
            break;
        case FTS_DEFAULT:
            out->files += is_other_system(options, entry, root_dev) ? 0 : 1;
            break;
        case FTS_DNR:
        case FTS_ERR:
        case FTS_NS:
            out->files++;
            break;
        default:
            break;
        }
    }
    (void)fts_close(tree);
}

walk_counter *walk_counter_start(const walk_options *options, bool gentle)
{
    lj_arena *home = lj_arena_new(4096);
    walk_counter *counter = home != NULL ? lj_arena_alloc(home, sizeof(*counter)) : NULL;
    if (counter == NULL) {
        lj_arena_free(home);
        return NULL;
    }
    counter->home = home;
    counter->shared = lj_os_pages(sizeof(*counter->shared), true);
    counter->pid = counter->shared != NULL ? lj_os_fork() : -1;
    if (counter->pid < 0) {
        lj_os_pages_free(counter->shared, sizeof(*counter->shared));
        lj_arena_free(home);
        return NULL;
    }
    if (counter->pid == 0) {
        lj_os_close_others(NULL, 0);
        if (gentle) {
            lj_os_be_gentle();
        }
        for (uint32_t i = 0; i < options->root_count && counter->shared->done == 0; i++) {
            count_root(options, options->roots[i], counter->shared);
        }
        if (counter->shared->done == 0) {
            counter->shared->done = 1;
        }
        lj_os_exit(0);
    }
    return counter;
}

walk_recount walk_counter_state(const walk_counter *counter)
{
    const volatile walk_recount *shared = counter->shared;
    return (walk_recount){shared->files, shared->bytes, shared->done};
}

walk_recount walk_counter_finish(walk_counter *counter, bool wait)
{
    if (!wait) {
        lj_os_kill(counter->pid);
    }
    lj_os_end end;
    (void)lj_os_reap(counter->pid, true, &end);
    walk_recount result = walk_counter_state(counter);
    lj_os_pages_free(counter->shared, sizeof(*counter->shared));
    lj_arena_free(counter->home);
    return result;
}
