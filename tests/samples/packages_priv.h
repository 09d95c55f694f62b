/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Packages of text parts in a ZIP, for the writers of samples. */
#ifndef LJ_SAMPLES_PACKAGES_PRIV_H
#define LJ_SAMPLES_PACKAGES_PRIV_H

#include <stdbool.h>

#include "samples/packages.h"

enum { PART_MAX = 65536, PARTS_MAX = 24 };

/* A growing text with a fixed end; `full` when something did not fit. */
typedef struct part {
    const char *name;
    char text[PART_MAX];
    size_t len;
    bool full;
} part;

typedef struct package {
    part *parts; /* NULL without memory */
    size_t count;
} package;

package samples_package(void);
/* A new part that begins with an XML declaration. */
part *samples_part(package *pack, const char *name);
__attribute__((format(printf, 2, 3))) void samples_add(part *to, const char *format, ...);
/* Writes and frees the package; stored: without compression. */
int samples_write(package *pack, const char *path, bool stored);

#endif
