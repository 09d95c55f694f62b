/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The text of an inclusion proof: a head of three lines, then one node a line. */
#include "seal/proof.h"

#include "seal/base64.h"

void seal_inclusion_write(uint64_t seq, uint64_t size, const seal_proof *proof, lj_buf *dst)
{
    lj_buf_put_cstr(dst, "lijian-inclusion 1\nseq ");
    lj_buf_put_dec(dst, seq);
    lj_buf_put_cstr(dst, "\nsize ");
    lj_buf_put_dec(dst, size);
    lj_buf_put_cstr(dst, "\n");
    for (uint32_t i = 0; i < proof->count; i++) {
        seal_base64_put(dst, seal_digest_bytes(&proof->nodes[i]));
        lj_buf_put_cstr(dst, "\n");
    }
}
