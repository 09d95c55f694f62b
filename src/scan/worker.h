/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The worker: a process that is handed open descriptors and answers with records
 * (docs/formats/worker.md). Nothing of what it says is believed without a check (intake.c). */
#ifndef LJ_SCAN_WORKER_H
#define LJ_SCAN_WORKER_H

#include "scan/frames.h"
#include "scan/scan.h"

enum {
    WORKER_QUEUE = 64, /* jobs a worker can hold */
    WORKER_BATCH = 16, /* jobs in one message */
    WORKER_LISTED_MAX =
        10000, /* inner documents of one file that are listed, clean and others each */
};

/* A page shared with the parent; the only memory that both write. The parent believes none of it
 * without a check: it helps to name the job and the call that ended a worker. */
typedef struct worker_page {
    volatile uint64_t job;       /* that is being worked on, 0 = none */
    volatile uint32_t beats;     /* signs of life, counted */
    volatile uint32_t forbidden; /* sandbox_request.forbidden */
    volatile uint32_t exhausted; /* sandbox_request.exhausted */
} worker_page;

typedef struct worker_setup {
    int channel;
    worker_page *page;
    const scan_options *options; /* rules, limits, examine; inherited by the fork */
} worker_setup;

/* In the child: enters the sandbox and serves until STOP or the end of the channel. */
_Noreturn void worker_serve(const worker_setup *setup);

#endif
