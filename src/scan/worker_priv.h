/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the worker: what worker.c (messages, jobs), worker_sink.c (documents to records),
 * worker_names.c (path components) and worker_explain.c (text for people) share. */
#ifndef LJ_SCAN_WORKER_PRIV_H
#define LJ_SCAN_WORKER_PRIV_H

#include "base/hash.h"
#include "scan/worker.h"

enum { WORKER_OUT_FLUSH = 32 * 1024, WORKER_HASH_STEP = 256 * 1024 };

/* One open document. */
typedef struct worker_doc {
    uint32_t no;
    const format_doc *doc; /* the core's, until its doc_end */
    bool announced;
    bool over;          /* not listed, the list is full */
    detect_doc *detect; /* from the first span on */
    bool no_memory;     /* it could not be made */
    uint32_t notes, gaps, gap_bits, early;
} worker_doc;

typedef struct worker_job {
    uint64_t id;
    int fd;         /* -1: only the name */
    frame_job what; /* path points into path */
    lj_buf path;
} worker_job;

/* Names of folders are judged once per folder. */
typedef struct worker_folder {
    lj_buf path; /* of the folder, with its '/' */
    lj_buf hits; /* HIT frames, with job 0 */
    uint32_t name_from;
    bool known;
} worker_folder;

typedef struct worker {
    const worker_setup *setup;
    const detect_rules *rules;
    frame_hello hello;
    format_context *context;
    lj_sha256 *sha;
    lj_arena *keys_arena;
    lj_str *keys;
    uint32_t key_count;
    lj_buf out;         /* frames not sent yet */
    uint8_t *in;        /* FRAME_MAX bytes */
    uint8_t *hash_room; /* WORKER_HASH_STEP bytes */
    /* jobs that came in; used as a ring */
    worker_job jobs[WORKER_QUEUE];
    uint32_t job_first, job_count;
    bool answered, answer_skip, stopping;
    /* the job at hand */
    uint64_t job;
    uint64_t sent; /* bytes of frames of this job */
    worker_doc docs[FRAME_DEPTH_MAX + 1];
    uint32_t doc_count;
    const format_doc *current; /* whose span detection is looking at */
    uint32_t listed_clean, listed_other, hit_count;
    detect_hit best; /* indexes and score only: strings are not kept */
    bool has_best;
    frame_end end;
    bool has_sha; /* the file was hashed before it was examined */
    uint8_t sha256[LJ_SHA256_LEN];
    /* names */
    lj_arena *name_arena;
    worker_folder folder;
    lj_buf name_text;
} worker;

/* ---- worker.c ---- */
void worker_flush(worker *self);
/* To be called behind each frame: counts, and flushes when there is much. `at` is the length of out
 * before it. */
void worker_sent(worker *self, size_t at);
void worker_beat(worker *self);

/* ---- worker_sink.c ---- */
format_sink worker_sink_of(worker *self);
/* The name of a part cut to FRAME_PART_MAX bytes of valid UTF-8, in room. */
lj_str worker_part_text(lj_slice raw, char room[FRAME_PART_MAX]);

/* ---- worker_names.c ---- */
void worker_judge_names(worker *self, const frame_job *job);

/* ---- worker_explain.c ---- */
format_sink worker_explain_sink_of(worker *self);

#endif
