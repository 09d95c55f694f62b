/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The scan's memory between runs: result folder, lock, journal and index put together; identities
 * of files. */
#ifndef LJ_SCAN_STATE_H
#define LJ_SCAN_STATE_H

#include "base/os.h"
#include "scan/index.h"
#include "scan/journal.h"
#include "scan/record.h"
#include "scan/rollup.h"
#include "scan/scan.h"

typedef struct state {
    int out_dir, dir; /* the result folder, and state/ in it */
    int lock_fd;
    journal *log;
    scan_index *index;
    int64_t started_at; /* UTC milliseconds when this run began, also when it was resumed */
    int32_t today_on;
    bool resumed;
    uint64_t run_off; /* of this run's RUN record: what stands behind it was done in this run */
    uint64_t synced_ms;
    lj_buf key_room, record_room;
    lj_buf orphans;   /* hits of files that were under way when a run died: {key, u32 len, frame} */
    lj_buf in_flight; /* keys of files that were under way when a run died */
} state;

/* Makes the folder when missing, takes the lock (LJ_E_BUSY), opens journal and index, begins or
 * resumes a run. */
LJ_MUST_USE lj_code state_open(const scan_options *options, state *out, lj_err *err);
void state_close(state *self);

/* ---- identities ---- */
void state_file_key(state *self, const lj_os_stat *stat, lj_slice path, uint8_t out[LJ_SIP_LEN]);
void state_link_key(const state *self, const lj_os_stat *stat, uint8_t out[LJ_SIP_LEN]);
/* Of a content under a name: the extension matters to a note of the reader. */
void state_content_key(state *self, const uint8_t sha256[LJ_SHA256_LEN], lj_slice path,
                       uint8_t out[LJ_SIP_LEN]);
void state_group_of(const state *self, const uint8_t sha256[LJ_SHA256_LEN],
                    uint8_t out[LJ_SIP_LEN]);

/* ---- records ---- */
LJ_MUST_USE lj_code state_opened(state *self, const uint8_t key[LJ_SIP_LEN], lj_err *err);
LJ_MUST_USE lj_code state_hit(state *self, const uint8_t key[LJ_SIP_LEN], lj_slice frame_bytes,
                              lj_err *err);
/* Adds the record, its entry in the index, marked as seen. aliases: content and link keys that lead
 * to it, may be NULL. */
typedef struct state_outcome {
    detect_verdict verdict;
    detect_class class_;
    bool gaps;
} state_outcome;
LJ_MUST_USE lj_code state_file(state *self, const scan_record *record, const state_outcome *outcome,
                               const uint8_t *content_key, const uint8_t *link_key, lj_err *err);
LJ_MUST_USE lj_code state_part(state *self, lj_slice content, uint64_t *out_off, lj_err *err);
/* Reads a record; borrowed until the next call. */
LJ_MUST_USE lj_code state_read(state *self, uint64_t off, scan_record *out, lj_err *err);
/* All content frames of a record, parts included, appended to dst. */
LJ_MUST_USE lj_code state_content(state *self, const scan_record *record, lj_buf *dst, lj_err *err);
/* Hits that were journaled for a file whose worker or run died, appended to dst. */
void state_orphans(const state *self, const uint8_t key[LJ_SIP_LEN], lj_buf *dst);
bool state_was_in_flight(const state *self, const uint8_t key[LJ_SIP_LEN]);

LJ_MUST_USE lj_code state_flush(state *self, lj_err *err);
/* Every five seconds: asks the disk to keep what there is. */
LJ_MUST_USE lj_code state_tick(state *self, lj_err *err);
/* The run is complete: says so, drops what no file needs any more when that is most of it, keeps
 * the index. */
LJ_MUST_USE lj_code state_complete(state *self, lj_err *err);

#endif
