/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Running lijian-verify on files in a folder of its own. */
#ifndef LJ_TESTS_SEAL_RUN_VERIFY_H
#define LJ_TESTS_SEAL_RUN_VERIFY_H

#include "base/slice.h"

enum { VERIFY_ARGS_MAX = 16, VERIFY_LINE_MAX = 8192 };

/* What a run gave. */
typedef struct verify_result {
    int status;                 /* exit status, -1 when a signal ended it */
    char line[VERIFY_LINE_MAX]; /* both streams, cut */
} verify_result;

void verify_open(void);  /* makes the folder and goes there */
void verify_close(void); /* removes it */
void verify_put(const char *name, lj_slice bytes);
/* args: behind the program's name, NULL at the end. */
verify_result verify_run(const char *const *args);

#endif
