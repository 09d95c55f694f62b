/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What one job has said so far: the parent's check of the order of records and of what they claim
 * together, and the collection of the bytes that go into the journal. One per worker. */
#ifndef LJ_SCAN_INTAKE_H
#define LJ_SCAN_INTAKE_H

#include "scan/rollup.h"

enum {
    INTAKE_CONTENT_SPILL = 512 * 1024 /* bytes of content after which a part should be taken away */
};

typedef struct intake_doc {
    uint32_t doc, depth;
    uint32_t hits; /* FRAME_FROM_CONTENT */
    detect_verdict verdict;
    detect_class class_;
    int32_t score; /* of the first, which must be the best */
} intake_doc;

typedef struct intake {
    const detect_rules *rules;
    uint64_t job;  /* 0 = none */
    uint64_t size; /* of the file, as the parent knows it */
    bool name_only;
    bool started, ended, asked;
    bool explain;
    uint64_t bytes;    /* sent by this job */
    uint32_t next_doc; /* lowest number that a new document may have */
    intake_doc open[FRAME_DEPTH_MAX + 1];
    uint32_t open_count;
    lj_buf names;   /* HIT frames of names */
    lj_buf content; /* DOC HIT GAP SUM frames, the part not taken away yet */
    uint32_t hit_count;
    frame_end end; /* valid when ended */
    frame_beat beat;
    uint8_t sha256[LJ_SHA256_LEN]; /* of the last SHA */
    frame_span span;               /* of the last SPAN; borrowed from the message */
    rollup roll;
} intake;

void intake_init(intake *self, const detect_rules *rules);
void intake_done(intake *self);
void intake_begin(intake *self, uint64_t job, uint64_t size, bool name_only);
/* False: the worker broke the protocol. raw: the whole frame. */
bool intake_take(intake *self, const frame *what, lj_slice raw);

#endif
