/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Running the built programs, and the folders that tests work in. */
#ifndef LJ_TESTS_E2E_RUN_PROGRAM_H
#define LJ_TESTS_E2E_RUN_PROGRAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { RUN_ARGS_MAX = 32, RUN_OUTPUT_MAX = 256 * 1024 };

typedef struct run_result {
    int status;                  /* exit status, or -1 when it did not end by itself */
    int signal;                  /* that ended it, or 0 */
    bool hung;                   /* it was ended by us after RUN_SECONDS */
    char output[RUN_OUTPUT_MAX]; /* both streams, cut, NUL-terminated */
} run_result;

typedef struct run_how {
    uid_t uid;       /* run as this user, when we are root; 0 = as we are */
    size_t file_max; /* RLIMIT_FSIZE in bytes: what a full disk looks like; 0 = none */
} run_how;

/* Runs args[0] (NULL at the end) and waits. how may be NULL. */
void run_program(const char *const *args, const run_how *how, run_result *out);
/* Starts it in a process group of its own, output to nowhere. */
pid_t run_start(const char *const *args);
/* Paths out of the environment: LIJIAN, LIJIAN_SAMPLES; NULL when the program was not built. */
const char *run_lijian(void);
const char *run_samples(void);

/* A new folder below /tmp; yours to remove. */
char *run_folder_new(void);
void run_folder_remove(char *path); /* with everything below; frees path; accepts NULL */
/* "a/b" on the heap. */
char *run_join(const char *a, const char *b);

/* results.jsonl of a result folder: an array of all lines. NULL when a line is no JSON. */
json_t *run_results(const char *out_dir);
/* A JSON file; NULL when it is none. */
json_t *run_json(const char *dir, const char *name);
/* The record of the file itself (no member) whose path ends in "/" + suffix; NULL when there is
 * none. */
const json_t *run_record(const json_t *results, const char *suffix);
/* A text member of a record; "" when it is absent. */
const char *run_text(const json_t *record, const char *key);

#endif
