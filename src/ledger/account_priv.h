/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What accounts, grants and sessions share. */
#ifndef LJ_LEDGER_ACCOUNT_PRIV_H
#define LJ_LEDGER_ACCOUNT_PRIV_H

#include "ledger/account.h"
#include "ledger/ledger_priv.h"

/* Refused by the row of account_refusals with this code. */
LJ_MUST_USE lj_code account_refuse(const account_refusal **out_why, const char *key, lj_err *err);
/* The actor has the role, or is the program itself. */
LJ_MUST_USE lj_code account_right(const ledger_txn *txn, uint32_t admin,
                                  const account_refusal **out_why, lj_err *err);
/* An entry: subject = SHA-256 over the account's id, the event (two bytes, little-endian) and the
 * object (a post's id, a person's id, the code of a role, or nothing). */
LJ_MUST_USE lj_code account_note(ledger_txn *txn, seal_kind kind, const uint8_t id[16],
                                 account_event event, lj_slice object, lj_err *err);
LJ_MUST_USE lj_code account_sha256(const lj_slice *parts, size_t count, uint8_t out[32],
                                   lj_err *err);
LJ_MUST_USE lj_code account_load(ledger_txn *txn, const uint8_t id[16], account *out, lj_err *err);
/* Administrator bits of the account now. */
LJ_MUST_USE lj_code account_admin_of(ledger_txn *txn, const uint8_t id[16], uint32_t *out,
                                     lj_err *err);
/* Refused when the account is the last active one with one of the roles. */
LJ_MUST_USE lj_code account_not_last(ledger_txn *txn, const uint8_t id[16], uint32_t admin,
                                     const account_refusal **out_why, lj_err *err);
/* The person is there and did not leave; one person does not hold what must be apart: `admin` are
 * the roles that the account has or gets. */
LJ_MUST_USE lj_code account_person_fits(ledger_txn *txn, const store_value *person, uint32_t admin,
                                        const account_refusal **out_why, lj_err *err);
static inline int64_t account_at(const ledger_txn *txn)
{
    return txn->actor->now.at;
}

#endif
