/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The pool of workers: jobs in, outcomes out. It forks workers when there is work, keeps each busy
 * with batches, watches their time, replaces them, and tries a file again, alone, when it took its
 * worker down. */
#ifndef LJ_SCAN_POOL_H
#define LJ_SCAN_POOL_H

#include "base/os.h"
#include "scan/intake.h"
#include "scan/scan.h"
#include "scan/worker.h"

enum {
    POOL_FLIGHT = 32, /* jobs a worker may hold */
    POOL_FLIGHT_BYTES =
        2 << 20, /* and bytes of files, unless it holds one job only: large files are not hoarded */
};

/* Why a job ended without END. */
typedef enum pool_fate {
    POOL_FINISHED,
    POOL_DIED, /* the worker ended by a signal or a forbidden call, twice */
    POOL_TIMED_OUT,
    POOL_PROTOCOL, /* a record that cannot be: the worker was ended at once */
} pool_fate;

typedef struct pool_job {
    uint64_t id;
    int fd; /* -1: name only; closed by the pool */
    lj_buf path;
    uint32_t name_from;
    lj_os_stat stat;
    bool ask_sha;
    uint8_t key[LJ_SIP_LEN];  /* the owner's */
    uint8_t link[LJ_SIP_LEN]; /* the owner's */
    bool has_link;
    gap own; /* the owner's: a gap to be added when has_own */
    bool has_own;
    lj_buf parts;     /* the owner's: offsets of parts of the content, 8 bytes each */
    lj_buf copied;    /* the owner's: record of a twin whose content this file shares */
    uint64_t old_off; /* the owner's: record that this reading checks; 0 = none */
    uint32_t attempts;
    /* of the first attempt, when it had hits: they stay if the second one does not get as far */
    lj_buf saved;
    /* how it ended */
    pool_fate fate;
    char detail[FRAME_DETAIL_MAX]; /* signal, or forbidden call; NUL-terminated */
    format_limit limit;            /* POOL_TIMED_OUT */
    uint64_t allowed;
    bool memory; /* POOL_DIED at its memory ceiling */
    /* the pool's own */
    uint32_t next; /* in a queue, or UINT32_MAX */
    bool in_use, submitted, announced;
} pool_job;

/* Called from inside pool_step. An error ends the step and is passed on. */
typedef struct pool_events {
    void *ctx;
    lj_code (*sending)(void *ctx, const pool_job *job,
                       lj_err *err);          /* about to be handed out for the first time */
    lj_code (*flush)(void *ctx, lj_err *err); /* before a message is sent */
    bool (*is_known)(void *ctx, pool_job *job,
                     const uint8_t sha256[LJ_SHA256_LEN]); /* true: skip */
    lj_code (*part)(void *ctx, pool_job *job, lj_slice content, lj_err *err);
    lj_code (*hit)(void *ctx, const pool_job *job, lj_slice frame_bytes, lj_err *err);
    lj_code (*done)(void *ctx, pool_job *job, intake *said,
                    lj_err *err); /* the job is free afterwards */
    void (*explained)(void *ctx, const frame_span *line);
} pool_events;

typedef struct pool pool;
LJ_MUST_USE lj_code pool_new(const scan_options *options, frame_mode mode, int32_t today_on,
                             const pool_events *events, pool **out, lj_err *err);
void pool_free(pool *self); /* ends all workers */

/* A free job with empty buffers, or NULL when all are in use: step. */
pool_job *pool_job_take(pool *self);
void pool_job_return(pool *self, pool_job *job); /* not submitted after all */
void pool_submit(pool *self, pool_job *job);
/* True when a job with that link key is queued or under way. */
bool pool_has_link(const pool *self, const uint8_t link[LJ_SIP_LEN]);
bool pool_is_idle(const pool *self);    /* nothing queued, nothing under way */
bool pool_wants_more(const pool *self); /* workers could take jobs that are not queued yet */
uint32_t pool_queued(const pool *self);

/* Hands out, takes in, watches. Waits at most timeout_ms for something to happen. */
LJ_MUST_USE lj_code pool_step(pool *self, int timeout_ms, lj_err *err);
/* Starts one worker and waits for its posture. */
LJ_MUST_USE lj_code pool_warm(pool *self, lj_err *err);

/* The least that all workers had; false before the first READY. */
bool pool_posture(const pool *self, scan_posture *out);
uint64_t pool_deaths(const pool *self);
uint64_t pool_retries(const pool *self); /* jobs handed out a second time */
uint64_t pool_documents(const pool *self);
/* The job that has been under way longest: its path and milliseconds; empty when none. */
lj_slice pool_slowest(const pool *self, uint64_t *out_ms);

#endif
