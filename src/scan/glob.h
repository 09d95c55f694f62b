/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Exclusion patterns on raw bytes. `*` and `?` stay inside a name, `**` crosses '/', [a-z] and
 * [!a-z] are sets of bytes, `\` takes the next byte as it is. Letters are compared as they are. */
#ifndef LJ_SCAN_GLOB_H
#define LJ_SCAN_GLOB_H

#include "base/slice.h"

bool glob_fits(lj_slice pattern, lj_slice text);

/* One set of patterns against one entry. below: its path below the root; path: absolute. A pattern
 * without '/' is compared with the last component of below, one that begins with '/' with path, any
 * other with below. */
typedef struct glob_set {
    const char *const *patterns;
    uint32_t count;
} glob_set;
bool glob_set_fits(const glob_set *set, lj_slice path, lj_slice below);

#endif
