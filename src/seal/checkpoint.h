/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A signed checkpoint: which log, how many entries, which root, when. Short text to print, keep on
 * paper and hand to an auditor (after C2SP tlog-checkpoint). Field by field: docs/formats/audit.md.
 */
#ifndef LJ_SEAL_CHECKPOINT_H
#define LJ_SEAL_CHECKPOINT_H

#include "seal/key.h"
#include "seal/merkle.h"

enum { SEAL_CHECKPOINT_MAX = 512 }; /* bytes of the text */

typedef struct seal_checkpoint {
    uint64_t district; /* at most 18 digits */
    seal_id log;       /* made at random when the log begins */
    seal_head head;
    int64_t at; /* UTC milliseconds, 0 to the end of the year 9999 */
    seal_hash hash;
    /* Set by reading; ignored when writing. */
    seal_scheme scheme;
    seal_id key;
    seal_signature signature;
} seal_checkpoint;

/* Signs and appends the text to dst. LJ_E_INVALID when a field cannot be written. */
LJ_MUST_USE lj_code seal_checkpoint_write(const seal_checkpoint *checkpoint, const seal_key *key,
                                          lj_buf *dst, lj_err *err);
/* Exactly what was written, byte for byte, or LJ_E_FORMAT. The signature is not checked. */
LJ_MUST_USE lj_code seal_checkpoint_read(lj_slice text, seal_checkpoint *out, lj_err *err);
/* Reads and checks the signature: LJ_E_TAMPERED when it does not fit or is of another key. */
LJ_MUST_USE lj_code seal_checkpoint_check(lj_slice text, const seal_key *key, seal_checkpoint *out,
                                          lj_err *err);

#endif
