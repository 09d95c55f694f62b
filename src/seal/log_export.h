/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The log as a file for lijian-verify, written as a stream in constant memory: begin, every leaf in
 * order from 0, then (optional) values with their salts in ascending order of their commitments,
 * end. The order of the calls, the count and the order are enforced (LJ_E_INVALID). Field by field:
 * docs/formats/audit.md. */
#ifndef LJ_SEAL_LOG_EXPORT_H
#define LJ_SEAL_LOG_EXPORT_H

#include "seal/leaf.h"
#include "seal/merkle.h"

enum { SEAL_VALUE_MAX = 1 << 24 }; /* bytes of one value */

/* Where the bytes go, a few at a time; a code other than LJ_OK ends the export. */
typedef struct seal_sink {
    void *ctx;
    lj_code (*write)(void *ctx, lj_slice bytes, lj_err *err);
} seal_sink;

typedef struct seal_log_head {
    uint64_t district;
    seal_id log;
    uint64_t size; /* entries that will follow */
    seal_hash hash;
} seal_log_head;

/* Fields are the writer's own. */
typedef struct seal_log_export {
    seal_sink sink;
    seal_log_head head;
    seal_hasher leaves; /* of the tree */
    seal_hasher whole;  /* of the trailer */
    seal_edge edge;
    uint64_t value_count;
    seal_digest last; /* commitment of the value before */
    bool has_root;    /* the leaves are complete and in the trailer */
} seal_log_export;

LJ_MUST_USE lj_code seal_log_export_begin(seal_log_export *log, seal_sink sink,
                                          const seal_log_head *head, lj_err *err);
/* The bytes of the next entry, as they were appended. */
LJ_MUST_USE lj_code seal_log_export_leaf(seal_log_export *log, lj_slice leaf, lj_err *err);
LJ_MUST_USE lj_code seal_log_export_value(seal_log_export *log, const seal_digest *commitment,
                                          const uint8_t salt[SEAL_SALT_LEN], lj_slice value,
                                          lj_err *err);
/* LJ_E_INVALID when fewer leaves came than were announced. out_root (may be NULL): root over the
 * leaves, to compare with the checkpoint at hand. */
LJ_MUST_USE lj_code seal_log_export_end(seal_log_export *log, seal_digest *out_root, lj_err *err);
void seal_log_export_done(seal_log_export *log); /* after begin in any case; accepts a zeroed one */

#endif
