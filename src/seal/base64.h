/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Base64 (RFC 4648 section 4), with padding, without line breaks; reading accepts the one canonical
 * form only. */
#ifndef LJ_SEAL_BASE64_H
#define LJ_SEAL_BASE64_H

#include "base/buf.h"

void seal_base64_put(lj_buf *dst, lj_slice bytes);
/* At most cap bytes into out. False for anything that seal_base64_put would not have written. */
bool seal_base64_take(lj_slice text, uint8_t *out, size_t cap, size_t *out_len);

#endif
