/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of a run: scan.c (beginning, loop, end), scan_entry.c (what the walk gives becomes jobs),
 * scan_job.c (what workers give becomes records). */
#ifndef LJ_SCAN_SCAN_PRIV_H
#define LJ_SCAN_SCAN_PRIV_H

#include "scan/pool.h"
#include "scan/state.h"
#include "scan/walk.h"

enum {
    SCAN_TWIN_MIN =
        64 * 1024, /* bytes from which on a content is looked up before it is examined */
    SCAN_SIZES_BITS = 1 << 20,
};

typedef struct scan {
    const scan_options *options;
    state state;
    pool *pool;
    walk *walk;
    walk_options walk_options;
    walk_counter *counter;
    pool_events events;
    lj_arena *home;
    const char *const *roots;
    uint32_t root_count;
    scan_counts counts;
    bool walk_done;
    bool times_kept;
    uint8_t *sizes; /* bits: sizes of large files that were met */
    uint64_t seed;
    uint32_t reread_bp;
    lj_buf old_room, new_room;
    rollup *roll; /* for contents that are shared */
    /* progress */
    uint64_t start_ms, shown_ms, done_files, done_bytes, worked_bytes;
    uint64_t marked, looks, unreadable;
    uint64_t rate_ms, rate_bytes, rate;
} scan;

/* ---- scan_entry.c ---- */
LJ_MUST_USE lj_code scan_entry_take(scan *self, const walk_entry *entry, lj_err *err);

/* An entry that turned out to be one that was met before: folders that change while they are read
 * may give a name twice. */
void scan_entry_forget(scan *self, uint64_t size);

/* ---- scan_job.c ---- */
pool_events scan_events_of(scan *self);

/* ---- scan_roots.c ---- */
/* Absolute roots, those below others dropped; the result folder is refused inside them. */
LJ_MUST_USE lj_code scan_roots_take(scan *self, lj_err *err);

/* ---- scan.c ---- */
void scan_progress_count(scan *self, uint64_t bytes, detect_verdict verdict, detect_class class_);

#endif
