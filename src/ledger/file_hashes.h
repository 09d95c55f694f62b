/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which files the attachments name. The bytes lie beside the ledger (server/files.h). */
#ifndef LJ_LEDGER_FILE_HASHES_H
#define LJ_LEDGER_FILE_HASHES_H

#include "ledger/ledger.h"

typedef struct ledger_file_hash {
    uint8_t sha256[32];
    int64_t size;
    bool is_kept; /* false: every attachment of it is erased */
} ledger_file_hash;

/* Up to `most` files in the order of their hashes, behind `after` (NULL: from the first). */
LJ_MUST_USE lj_code ledger_file_hashes(ledger *book, store_conn *conn, const uint8_t *after,
                                       ledger_file_hash *out, uint32_t most, uint32_t *out_count,
                                       lj_err *err);
/* Is there an attachment that keeps this file? */
LJ_MUST_USE lj_code ledger_file_is_kept(ledger *book, store_conn *conn, const uint8_t sha256[32],
                                        bool *out, lj_err *err);

#endif
