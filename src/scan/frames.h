/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Records between parent and worker (docs/formats/worker.md): bytes to typed structs and back.
 * Pure: no descriptors, no state. A decoder checks everything that can be checked without knowing
 * the job: lengths, enums, ranges, UTF-8, indexes into the rules. What depends on the order of
 * records is checked in intake.c. */
#ifndef LJ_SCAN_FRAMES_H
#define LJ_SCAN_FRAMES_H

#include "base/buf.h"
#include "base/hash.h"
#include "detect/detect.h"
#include "formats/examine.h"

enum {
    FRAME_VERSION = 1,
    FRAME_HEAD_LEN = 16,
    FRAME_JOB_AT = 8,                 /* offset of the job number in the head */
    FRAME_MAX = 64 * 1024,            /* bytes of one frame with its head, and of one message */
    FRAME_JOB_MAX = 16 * 1024 * 1024, /* bytes that one job may send */
    FRAME_PATH_MAX = 60000,           /* bytes of a path */
    FRAME_MEMBER_MAX = 8192,          /* bytes of a member path; longer ones are cut */
    FRAME_PART_MAX = 200,             /* bytes of the name of a part or path component, UTF-8 */
    FRAME_DETAIL_MAX = 48,            /* bytes of a gap's detail, ASCII */
    FRAME_FORMAT_MAX = 48,
    FRAME_PERIOD_MAX = 128,
    FRAME_DEPTH_MAX = 64,
};

typedef enum frame_type {
    /* down */
    FRAME_HELLO = 1,
    FRAME_KEYS = 2,
    FRAME_JOB = 3,
    FRAME_STOP = 4,
    FRAME_GO = 5,   /* answer to SHA: read the file */
    FRAME_SKIP = 6, /* answer to SHA: its content is known */
    /* up */
    FRAME_READY = 32,
    FRAME_START = 33,
    FRAME_BEAT = 34,
    FRAME_DOC = 35,
    FRAME_SPAN = 36, /* explain only */
    FRAME_HIT = 37,
    FRAME_GAP = 38,
    FRAME_SUM = 39,
    FRAME_END = 40,
    FRAME_SHA = 41,
} frame_type;

typedef struct frame {
    frame_type type;
    uint64_t job;
    lj_slice payload; /* borrowed */
} frame;

typedef enum frame_mode { FRAME_MODE_SCAN, FRAME_MODE_EXPLAIN } frame_mode;
enum { FRAME_MODE_COUNT = FRAME_MODE_EXPLAIN + 1 };

typedef struct frame_hello {
    uint8_t rules_hash[LJ_SHA256_LEN];
    frame_mode mode;
    bool all, zh;
    int32_t today_on; /* days since 1970 */
    format_limits limits;
} frame_hello;

typedef struct frame_job {
    uint32_t fd_count; /* 0: only the name is judged */
    bool ask_sha;      /* hash first and ask */
    uint64_t size;
    int64_t mtime_ns;
    uint32_t name_from; /* where the path components that are judged begin */
    lj_slice path;      /* raw */
} frame_job;

typedef struct frame_ready {
    uint32_t posture_bits, landlock_abi;
    bool sanitizer;
    uint8_t rules_hash[LJ_SHA256_LEN];
} frame_ready;

typedef struct frame_beat {
    uint64_t units, bytes;
} frame_beat;

typedef struct frame_doc {
    uint32_t doc, parent;
    format_kind kind;
    uint32_t depth;
    uint64_t hidden_by;
    lj_str format;
    lj_slice member;     /* raw member path, empty for the file itself */
    lj_str label;        /* the same for people, when it is not UTF-8; else empty */
    uint32_t parent_len; /* bytes of member that are the parent's path */
    bool cut;            /* member was longer than FRAME_MEMBER_MAX */
} frame_doc;

typedef enum frame_from {
    FRAME_FROM_CONTENT,
    FRAME_FROM_EARLY,  /* content, before the document's end: the SUM of the document replaces it */
    FRAME_FROM_NAME,   /* the file's own name */
    FRAME_FROM_FOLDER, /* the name of a folder above it */
} frame_from;
enum { FRAME_FROM_COUNT = FRAME_FROM_FOLDER + 1 };

typedef struct frame_hit {
    uint32_t doc;
    frame_from from;
    detect_hit hit; /* strings borrowed from the payload */
    lj_str part;    /* name of the part or path component; or empty */
} frame_hit;

typedef struct frame_gap {
    uint32_t doc;
    gap what; /* detail NULL; see below */
    lj_str detail;
    lj_str part;
} frame_gap;

typedef struct frame_sum {
    uint32_t doc;
    uint64_t size; /* FORMAT_SIZE_UNKNOWN when cut */
    uint64_t examined;
    bool has_sha256;
    uint8_t sha256[LJ_SHA256_LEN];
    uint32_t notes; /* bits 1 << format_note */
    uint32_t hits, more, weak, counted;
    detect_verdict verdict;
    detect_class class_;
    int32_t score;
} frame_sum;

typedef struct frame_end {
    uint64_t units, peak_bytes;
    bool changed;       /* size or times moved while it was read */
    bool skipped;       /* after FRAME_SKIP */
    bool failed;        /* reading stopped with an error: the file system, or a fault of ours */
    uint32_t documents; /* inner documents seen */
    uint32_t omitted;   /* clean ones for which nothing was sent */
    uint32_t over;      /* others for which nothing was sent: the list is full */
    uint32_t over_gaps; /* bits 1 << gap_cause of those */
} frame_end;

typedef struct frame_span {
    uint8_t kind; /* scan_explain_kind */
    uint32_t depth;
    lj_str text;
} frame_span;

/* ---- writing: each appends one frame; the buffer turns bad when it does not fit ---- */
void frame_put_hello(lj_buf *buf, const frame_hello *hello);
void frame_put_keys(lj_buf *buf, const lj_str *passwords,
                    uint32_t count); /* several frames when needed */
void frame_put_job(lj_buf *buf, uint64_t job, const frame_job *what);
void frame_put_plain(lj_buf *buf, frame_type type, uint64_t job); /* STOP GO SKIP START */
void frame_put_ready(lj_buf *buf, const frame_ready *ready);
void frame_put_beat(lj_buf *buf, uint64_t job, const frame_beat *beat);
void frame_put_doc(lj_buf *buf, uint64_t job, const frame_doc *doc);
/* rules give the points of the terms */
void frame_put_hit(lj_buf *buf, uint64_t job, const frame_hit *hit, const detect_rules *rules);
void frame_put_gap(lj_buf *buf, uint64_t job, const frame_gap *gap_);
void frame_put_sum(lj_buf *buf, uint64_t job, const frame_sum *sum);
void frame_put_end(lj_buf *buf, uint64_t job, const frame_end *end);
void frame_put_sha(lj_buf *buf, uint64_t job, const uint8_t sha256[LJ_SHA256_LEN]);
void frame_put_span(lj_buf *buf, uint64_t job, const frame_span *span_);

/* ---- reading: false means the record is not to be trusted ---- */
/* The frame at *at of a message, which moves behind it. *at == message.len is the end: do not call.
 */
bool frame_next(lj_slice message, size_t *at, frame *out);
bool frame_take_hello(lj_slice payload, frame_hello *out);
typedef bool frame_key_fn(void *ctx, lj_str password);
bool frame_take_keys(lj_slice payload, frame_key_fn *key, void *ctx);
bool frame_take_job(lj_slice payload, frame_job *out);
bool frame_take_ready(lj_slice payload, frame_ready *out);
bool frame_take_beat(lj_slice payload, frame_beat *out);
bool frame_take_doc(lj_slice payload, frame_doc *out);
/* Checks indexes, points and sum against the rules. */
bool frame_take_hit(lj_slice payload, const detect_rules *rules, frame_hit *out);
bool frame_take_gap(lj_slice payload, frame_gap *out);
bool frame_take_sum(lj_slice payload, frame_sum *out);
bool frame_take_end(lj_slice payload, frame_end *out);
bool frame_take_sha(lj_slice payload, uint8_t out[LJ_SHA256_LEN]);
bool frame_take_span(lj_slice payload, frame_span *out);

#endif
