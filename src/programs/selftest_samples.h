/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Samples built into the program; the table is made at build time from lijian-samples
 * (selftest_make.c). */
#ifndef LJ_PROGRAMS_SELFTEST_SAMPLES_H
#define LJ_PROGRAMS_SELFTEST_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

typedef struct selftest_sample {
    const char *name;
    const char *verdict; /* what the examination must end in */
    const uint8_t *bytes;
    size_t len;
} selftest_sample;

extern const selftest_sample selftest_samples[];
extern const size_t selftest_sample_count;

#endif
