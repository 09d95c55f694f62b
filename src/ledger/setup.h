/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The first records of a district: itself, the bureau's unit, and the bureau leader's post, so that
 * from the first moment every chain of answerers has an end. */
#ifndef LJ_LEDGER_SETUP_H
#define LJ_LEDGER_SETUP_H

#include "ledger/ledger.h"

typedef struct ledger_setup {
    lj_slice name;        /* of the district */
    lj_slice code;        /* area code */
    lj_slice bureau_name; /* of the bureau's unit */
} ledger_setup;
typedef struct ledger_setup_ids {
    uint8_t district[16], bureau[16], leader_post[16];
} ledger_setup_ids;
/* In the caller's transaction, as the kernel's own actor. LJ_E_CONFLICT when the district is there
 * already; LJ_E_INVALID with the outcome's problems when a name is not valid. */
LJ_MUST_USE lj_code ledger_set_up(ledger_txn *txn, const ledger_setup *setup, ledger_setup_ids *out,
                                  ledger_outcome *outcome, lj_err *err);

#endif
