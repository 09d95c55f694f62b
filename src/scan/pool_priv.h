/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the pool: pool.c has the jobs, pool_slot.c one worker process and what can happen to
 * it. */
#ifndef LJ_SCAN_POOL_PRIV_H
#define LJ_SCAN_POOL_PRIV_H

#include "scan/pool.h"

#define POOL_NO_JOB UINT32_MAX

typedef enum slot_state {
    SLOT_EMPTY,
    SLOT_STARTING, /* forked; READY has not come */
    SLOT_SERVING,
    SLOT_STOPPING, /* STOP was sent */
    SLOT_KILLED,   /* ended by us; its channel is not closed yet */
} slot_state;

typedef struct pool_slot {
    slot_state state;
    int pid, channel;
    worker_page *page;
    uint32_t ring[POOL_FLIGHT]; /* jobs handed to it, in order */
    uint32_t first, count;
    uint64_t bytes;
    uint32_t files; /* finished by this process */
    bool retiring;  /* gets no more jobs */
    bool alone;     /* holds one job that is tried again */
    intake said;
    /* the watch */
    uint64_t seen_job, job_ms, job_cpu_ms, beat_ms, start_ms;
    uint32_t beats;
    /* why it was killed */
    uint64_t killed_ms;
    pool_fate why;
    format_limit limit;
    uint64_t allowed;
} pool_slot;

typedef struct pool_queue {
    uint32_t first, last, count;
} pool_queue;

struct pool {
    const scan_options *options;
    frame_mode mode;
    int32_t today_on;
    const pool_events *events;
    lj_arena *home;
    pool_slot *slots;
    uint32_t slot_count, recycle_files;
    pool_job *jobs;
    uint32_t job_count, free_count;
    uint32_t *free_jobs;
    uint64_t next_id;
    pool_queue ready, retry;
    uint8_t *room; /* FRAME_MAX bytes for a message */
    lj_buf out;
    uint8_t rules_hash[LJ_SHA256_LEN];
    uint32_t failed_starts;
    uint64_t watched_ms;
    scan_posture posture;
    bool has_posture;
    uint64_t deaths, retries, documents;
};

/* ---- pool.c ---- */
void pool_queue_add(pool *self, pool_queue *queue, uint32_t job, bool front);
lj_code pool_job_finish(pool *self, pool_job *job, intake *said, lj_err *err);

/* ---- pool_slot.c ---- */
LJ_MUST_USE lj_code slot_start(pool *self, pool_slot *slot, lj_err *err);
/* Asks it to end when its jobs are done. */
void slot_retire(pool *self, pool_slot *slot);
/* Everything that has come from it; LJ_OK also when it died of it. */
LJ_MUST_USE lj_code slot_receive(pool *self, pool_slot *slot, lj_err *err);
LJ_MUST_USE lj_code slot_watch(pool *self, pool_slot *slot, uint64_t now_ms, lj_err *err);
void slot_kill(pool_slot *slot, pool_fate why);

#endif
