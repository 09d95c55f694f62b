/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The cage of a worker: entered once, never left. After it: receive a descriptor, read, answer,
 * memory, exit. What is in force is tried out afterwards, not assumed (scanner-core 12).
 * sandbox_linux.c, or sandbox_none.c for systems without one, which says so. */
#ifndef LJ_SCAN_SANDBOX_H
#define LJ_SCAN_SANDBOX_H

#include "scan/scan.h"

typedef struct sandbox_request {
    uint64_t memory;      /* bytes: ceiling for data of the process */
    uint32_t descriptors; /* how many may be open at once */
    volatile uint32_t
        *forbidden; /* gets the number + 1 of the forbidden system call that ended the process */
    volatile uint32_t
        *exhausted; /* gets 1 when the process dies by a signal with its memory used up */
} sandbox_request;

/* Everything that loads or fetches must have been done before. Never fails as a whole: what could
 * not be had is missing in *out. */
void sandbox_enter(const sandbox_request *request, scan_posture *out);

/* Name of a system call by its number: "openat"; "" when it has none. A literal or static text. */
const char *sandbox_call_name(uint32_t number);

#endif
