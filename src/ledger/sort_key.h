/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The stored key by which names are sorted: Han characters by their pinyin, the rest by code point
 * without case; both engines then compare bytes and agree (record-kernel.md 13). */
#ifndef LJ_LEDGER_SORT_KEY_H
#define LJ_LEDGER_SORT_KEY_H

#include "base/buf.h"

enum { SORT_KEY_MAX = 256 /* bytes; what is longer sorts as if it ended there */ };
void sort_key_put(lj_slice text, lj_buf *dst);

#endif
