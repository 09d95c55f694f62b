/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A sink for tests: writes down everything that an examination tells, a line each
 * (formats/span_dump.h), and counts. One call examines bytes; then ask. */
#ifndef LJ_TESTS_FORMATS_COLLECT_H
#define LJ_TESTS_FORMATS_COLLECT_H

#include "base/buf.h"
#include "formats/examine.h"

enum { COLLECT_MEMORY = 64 << 20 };

typedef struct collected_gap {
    gap what;       /* detail is a literal */
    char path[256]; /* of the document; cut */
    char part[256]; /* name of the part, or empty; cut */
} collected_gap;

typedef struct collect {
    format_options options; /* set before collect_run */
    lj_code code;           /* what format_examine returned */
    lj_buf lines;           /* the dump */
    uint32_t doc_count;
    uint32_t depth_max; /* of documents, 0 = only the file itself */
    uint64_t span_count;
    uint32_t gap_count;
    collected_gap gaps[64];  /* the first ones */
    uint32_t notes;          /* 1 << format_note of any document */
    uint64_t size, examined; /* of the file itself */
    size_t memory;           /* arena of the context */
} collect;

/* Standard limits, all text wanted, no passwords. */
void collect_init(collect *seen);
void collect_done(collect *seen);
/* Forgets what was seen; options stay. */
void collect_clear(collect *seen);

/* Examines bytes; fails the test when the examination itself fails. */
void collect_run(collect *seen, lj_slice bytes);
/* The same of a file; false when it cannot be read. */
bool collect_run_file(collect *seen, const char *path);

/* True when some line holds the words. */
bool collect_has(const collect *seen, const char *words);
/* How many lines hold the words. */
uint32_t collect_count(const collect *seen, const char *words);
/* A gap of that cause, with that detail (any when NULL). */
bool collect_has_gap(const collect *seen, gap_cause cause, const char *detail);
bool collect_has_limit(const collect *seen, format_limit limit);
bool collect_has_note(const collect *seen, format_note note);
/* Prints the dump; for a failing test. */
void collect_print(const collect *seen);

/* Fails the test with the dump when the words are not there, or are. */
#define CHECK_HAS(seen, words)     collect_check((seen), (words), true, __FILE__, __LINE__)
#define CHECK_HAS_NOT(seen, words) collect_check((seen), (words), false, __FILE__, __LINE__)
void collect_check(const collect *seen, const char *words, bool wanted, const char *file, int line);

#endif
