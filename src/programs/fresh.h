/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files and folders that appear whole under their name or not at all: made beside it, synced,
 * renamed. */
#ifndef LJ_PROGRAMS_FRESH_H
#define LJ_PROGRAMS_FRESH_H

#include "base/err.h"
#include "base/slice.h"

enum { FRESH_PATH_MAX = 4096 };

typedef struct fresh_file {
    int fd;
    const char *path; /* borrowed */
    char part[FRESH_PATH_MAX];
} fresh_file;

/* Mode 0600. LJ_E_CONFLICT when the name is taken; LJ_E_BUSY while another process writes it. */
LJ_MUST_USE lj_code fresh_file_begin(fresh_file *file, const char *path, lj_err *err);
LJ_MUST_USE lj_code fresh_file_keep(fresh_file *file, lj_err *err);
void fresh_file_drop(fresh_file *file); /* accepts one that was kept */

typedef struct fresh_folder {
    int fd, lock;
    char path[FRESH_PATH_MAX]; /* without slashes at its end */
    char part[FRESH_PATH_MAX]; /* the data folder in the making */
} fresh_folder;

/* A data folder in the making, empty. LJ_E_CONFLICT when there is one with anything in it;
 * LJ_E_BUSY while another process makes it. What a killed process left is removed. */
LJ_MUST_USE lj_code fresh_folder_begin(fresh_folder *folder, const char *path, lj_err *err);
LJ_MUST_USE lj_code fresh_folder_keep(fresh_folder *folder, lj_err *err);
void fresh_folder_drop(fresh_folder *folder); /* with everything in it; accepts one kept */

#endif
