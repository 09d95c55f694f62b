/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One walked file as the journal keeps it: who it is, and the validated frames of its job, names
 * and content apart (a twin shares the content, never the names). Layout: docs/formats/state.md. */
#ifndef LJ_SCAN_RECORD_H
#define LJ_SCAN_RECORD_H

#include "base/buf.h"
#include "base/hash.h"

typedef enum record_flag {
    RECORD_PLAIN = 1 << 0,   /* clean, fully examined, nothing to say: no frames are kept */
    RECORD_SHA = 1 << 1,     /* sha256 is set */
    RECORD_RETRY = 1 << 2,   /* the cause may be gone next time: a later run opens it again */
    RECORD_OMITTED = 1 << 3, /* clean inner documents were not recorded: not enough for --all */
    RECORD_GROUP = 1 << 4,   /* group is set: same group, same outcome = reported together */
} record_flag;

typedef struct scan_record {
    uint8_t key[LJ_SIP_LEN]; /* identity of the file: identity_key() */
    uint8_t group[LJ_SIP_LEN];
    uint32_t flags; /* record_flag */
    uint64_t size;  /* bytes when it was opened */
    uint64_t examined;
    int64_t mtime_ns;
    uint8_t sha256[LJ_SHA256_LEN];
    uint32_t documents; /* inner documents seen */
    lj_str format;
    lj_slice path;    /* raw, absolute */
    lj_slice names;   /* HIT frames of the file's name and folders */
    lj_slice content; /* frames of the content: the last part of it */
    uint32_t part_count;
    lj_slice part_offs; /* part_count journal offsets, 8 bytes little-endian each: PART records that
                           precede content */
} scan_record;

void record_put(lj_buf *buf, const scan_record *record);
/* Everything borrowed from payload. False when it is damaged. */
bool record_take(lj_slice payload, scan_record *out);
uint64_t record_part_off(const scan_record *record, uint32_t idx);

#endif
