/* SPDX-License-Identifier: AGPL-3.0-or-later
 * An inclusion proof as text for `lijian-verify inclusion` and for people who keep the receipt of
 * one entry. Field by field: docs/formats/audit.md. */
#ifndef LJ_SEAL_PROOF_H
#define LJ_SEAL_PROOF_H

#include "base/buf.h"
#include "seal/merkle.h"

/* Appends the text; failure is that of the buffer. */
void seal_inclusion_write(uint64_t seq, uint64_t size, const seal_proof *proof, lj_buf *dst);

#endif
