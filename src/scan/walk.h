/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The walk: roots in, one entry after the other out, nothing kept but the folders on the way down.
 * Folders are entered by descriptor (no path is ever resolved twice, so nobody can exchange a
 * folder for a link underneath), names are taken in byte order, symbolic links are counted and not
 * followed. */
#ifndef LJ_SCAN_WALK_H
#define LJ_SCAN_WALK_H

#include "base/os.h"
#include "scan/glob.h"

typedef enum walk_kind {
    WALK_FILE,
    WALK_SPECIAL, /* FIFO, socket, device: not to be opened */
    WALK_BROKEN,  /* a folder or file that could not be looked at: err says why */
} walk_kind;

/* Borrowed until the next call. */
typedef struct walk_entry {
    walk_kind kind;
    int dir;          /* descriptor of the folder that holds it */
    const char *name; /* in that folder, NUL-terminated */
    lj_slice path;    /* absolute, raw */
    uint32_t
        name_from;   /* where the components that belong to the scan begin: the root's own name */
    lj_os_stat stat; /* of WALK_BROKEN: kind and zeros, when even that is not known */
    lj_err err;      /* of WALK_BROKEN */
    bool is_folder;  /* WALK_BROKEN: a folder of which entries are missing */
} walk_entry;

typedef struct walk_counts {
    uint64_t folders, links, excluded, mounts;
} walk_counts;

typedef struct walk_options {
    const char *const *roots; /* absolute real paths, none below another */
    uint32_t root_count;
    glob_set excludes;
    bool cross_mounts;
} walk_options;

typedef struct walk walk;
/* options are borrowed. NULL without memory. */
walk *walk_new(const walk_options *options);
void walk_free(walk *self);
/* False at the end. */
bool walk_next(walk *self, walk_entry *out);
const walk_counts *walk_counts_of(const walk *self);

/* The independent count for the law of conservation and for the time left: another way through the
 * tree (fts), in a process of its own that writes into shared memory while it goes. */
typedef struct walk_recount {
    uint64_t files, bytes;
    uint32_t done; /* 1 = complete, 2 = failed */
} walk_recount;
typedef struct walk_counter walk_counter;
walk_counter *walk_counter_start(const walk_options *options,
                                 bool gentle); /* NULL when it cannot be started */
walk_recount walk_counter_state(const walk_counter *counter);
/* Waits for the end when wait is set, else ends it. */
walk_recount walk_counter_finish(walk_counter *counter, bool wait);

#endif
