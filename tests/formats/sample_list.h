/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The samples under tests/formats/<name>/ and what lies beside them:
 *   X            a sample                      X.expect   what must come out of it
 * (formats/span_dump.h) X.limits     "name=value" lines: limits that differ from the standard
 *   passwords    one UTF-8 password a line, for all samples of the folder
 *   SOURCES      where each sample comes from and why it is here */
#ifndef LJ_TESTS_FORMATS_SAMPLE_LIST_H
#define LJ_TESTS_FORMATS_SAMPLE_LIST_H

#include "base/buf.h"
#include "formats/examine.h"

enum { SAMPLE_PASSWORDS_MAX = 16, SAMPLE_MAX = 4096 };

typedef struct sample {
    char *path;      /* absolute */
    char *name;      /* "docx/plain.docx" */
    bool has_expect; /* X.expect stands beside it */
} sample;

typedef struct sample_list {
    sample rows[SAMPLE_MAX]; /* by name */
    size_t count;
} sample_list;

/* All samples below root/tests/formats (LIJIAN_SOURCE, or the working folder, is root). Yours to
 * free. */
sample_list *sample_list_new(void);
void sample_list_free(sample_list *list); /* accepts NULL */
/* root/rest, or root when rest is empty; a C string on the heap. */
char *sample_root_path(const char *rest);

/* A whole file, on the heap; empty and *out_found false when it cannot be read. */
lj_slice sample_load(const char *path, bool *out_found);
void sample_unload(lj_slice bytes);

/* The options for one sample: standard limits and those of X.limits, passwords, all text wanted. */
typedef struct sample_options {
    format_options options;
    lj_slice password_file;
    lj_str passwords[SAMPLE_PASSWORDS_MAX];
} sample_options;
void sample_options_init(sample_options *out, const sample *what);
void sample_options_done(sample_options *options);

#endif
