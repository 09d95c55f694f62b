/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Folders, files, scans and results for the tests of src/scan. */
#ifndef LJ_TESTS_SCAN_SUPPORT_H
#define LJ_TESTS_SCAN_SUPPORT_H

#include <jansson.h>

#include "../check.h"
#include "base/os.h"
#include "scan/scan.h"

/* A fresh empty folder below TMPDIR; its path is yours to free. Removed by folder_remove. */
char *folder_make(void);
void folder_remove(const char *path);
/* DIR/name, yours to free. */
char *path_of(const char *dir, const char *name);
void file_write(const char *dir, const char *name, const char *text);
void file_write_bytes(const char *dir, const char *name, const void *bytes, size_t len);
/* A whole file, NUL-terminated, yours to free; NULL when it is not there. */
char *file_read_all(const char *dir, const char *name, size_t *out_len);
void folder_add(const char *dir, const char *name);

/* The standard rules, sealed; made once per process. */
const detect_rules *rules_standard(void);

typedef struct scan_setup {
    const char *roots[4];
    const char *out;
    scan_options options;
} scan_setup;
/* One root, no progress, two workers. */
void scan_setup_init(scan_setup *setup, const char *root, const char *out);

/* results.jsonl without header and trailer, yours to free. */
char *results_body(const char *out);
/* The record of the file at root/name (not of an inner document), NULL when there is none; decref.
 */
json_t *record_of(const char *out, const char *root, const char *name);
/* The text field, "" when absent. */
const char *text_of(const json_t *record, const char *key);
/* How many records results.jsonl has, inner ones included. */
size_t record_count(const char *out);
/* True when a gap of that cause stands in the record. */
bool has_gap(const json_t *record, const char *cause);

#endif
