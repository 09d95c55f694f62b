/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the two files of the check share. */
#ifndef LJ_LEDGER_CHECK_PRIV_H
#define LJ_LEDGER_CHECK_PRIV_H

#include "ledger/check.h"
#include "ledger/ledger_priv.h"
#include "ledger/log.h"

typedef struct checking {
    ledger *book;
    store_conn *main, *side; /* both see the same state */
    lj_arena *arena;
    const check_teller *teller;
    check_counts *counts;
    log_head head;
    seal_hasher hasher;
    uint8_t *moved; /* one bit per entry: a version names it */
    int64_t today;
    uint64_t value_count; /* values that a version has */
} checking;

void check_tell(checking *on, check_fault_kind kind, const ledger_type *type, const uint8_t *id,
                int64_t version, const char *field);

/* check_history.c: versions, entries, values and rows, in one pass. */
LJ_MUST_USE lj_code check_history(checking *on, lj_err *err);

#endif
