/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of the text of a checkpoint: it is read or refused, and no text that a fuzzer makes
 * passes the check of a signature by a key that signed nothing. */
#include "seal/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static seal_key key;
    lj_slice text = lj_slice_of(bytes, len);
    seal_checkpoint point;
    if (key.pkey == NULL) {
        LJ_ASSERT(seal_key_make(SEAL_ED25519, &key, NULL) == LJ_OK);
    }
    if (seal_checkpoint_read(text, &point, NULL) == LJ_OK) {
        LJ_ASSERT(len <= SEAL_CHECKPOINT_MAX && point.head.size <= SEAL_TREE_MAX);
        LJ_ASSERT(seal_hash_name(point.hash) != NULL && seal_scheme_name(point.scheme) != NULL);
    }
    LJ_ASSERT(seal_checkpoint_check(text, &key, &point, NULL) != LJ_OK);
    return 0;
}
