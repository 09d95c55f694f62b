/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The scan as a program sees it: folders in, a result folder out. One scan per process at a time:
 * it forks workers and takes SIGCHLD at its default and SIGPIPE ignored for granted (scan_run sets
 * both).
 *
 * Files of the result folder: results.jsonl and summary.json (docs/formats/results.md), state/
 * (docs/formats/state.md). Calling scan_run again with the same options goes on where an
 * interrupted run stopped; after a complete run it reads only what is new or changed. */
#ifndef LJ_SCAN_SCAN_H
#define LJ_SCAN_SCAN_H

#include <signal.h>

#include "base/err.h"
#include "base/slice.h"
#include "detect/detect.h"
#include "detect/rules.h"
#include "formats/examine.h"

/* Changes whenever the same bytes and rules may give another record: part of the rescan key. */
#define SCAN_ENGINE "lijian 0.1.0 records 1"
#define SCAN_SCHEMA "lijian-results-1"

/* ---- sandbox posture: what each worker really runs under, probed after it was entered ---- */
typedef enum scan_posture_bit {
    SCAN_POSTURE_NO_OPEN = 1 << 0,   /* opening a file was tried and denied */
    SCAN_POSTURE_NO_SOCKET = 1 << 1, /* making a socket was tried and denied */
    SCAN_POSTURE_NO_FORK = 1 << 2,   /* forking was tried and denied */
    SCAN_POSTURE_SECCOMP = 1 << 3,   /* the system call filter is in place */
    SCAN_POSTURE_LANDLOCK = 1 << 4,  /* Landlock is in place; it alone denied the open */
    SCAN_POSTURE_MEMORY = 1 << 5,    /* memory ceiling of the kernel (RLIMIT_DATA) */
    SCAN_POSTURE_NO_CORE = 1 << 6,   /* no core dumps, not traceable */
} scan_posture_bit;
/* What --require-sandbox asks for. */
enum { SCAN_POSTURE_ALL = (1 << 7) - 1 };

typedef struct scan_posture {
    uint32_t bits;         /* scan_posture_bit; the least of all workers */
    uint32_t landlock_abi; /* 0 = the kernel has none */
    bool sanitizer;        /* built with AddressSanitizer: filter and ceiling are off */
    bool times_kept; /* every file was opened with O_NOATIME (or its file system keeps none) */
} scan_posture;

/* "open socket fork seccomp landlock memory core" with what is missing named; NUL-terminated into
 * text[160]. */
void scan_posture_text(const scan_posture *posture, char text[160]);

/* ---- options ---- */
typedef struct scan_progress {
    uint64_t files, bytes;             /* done, unchanged ones included */
    uint64_t total_files, total_bytes; /* so far known; final when total_known */
    bool total_known;
    uint64_t unchanged; /* files that were not opened again */
    uint64_t marked, looks,
        unreadable; /* files: alarms; class look; could not be fully examined and nothing found */
    uint64_t elapsed_ms;
    int64_t eta_ms;       /* -1 = cannot be said yet */
    uint64_t bytes_per_s; /* over the last seconds, of examined files */
    lj_slice
        slow_path; /* raw path of the file a worker has been busy with longest; empty below 2 s */
    uint64_t slow_ms;
    const char *phase; /* "scan", "results", "check" */
} scan_progress;
typedef void scan_progress_fn(void *ctx,
                              const scan_progress *progress); /* at most four times a second */

/* The same signature as format_examine; tests put one of their own here. */
typedef lj_code scan_examine_fn(format_context *context, const format_input *input,
                                const format_options *options, const format_sink *sink,
                                lj_err *err);

typedef struct scan_options {
    const char *const *roots; /* paths as given: files or folders; symbolic links of the argument
                                 itself are followed */
    uint32_t root_count;
    const char *out_dir; /* made when missing (its parent must exist) */
    uint32_t jobs;       /* workers; 0 = one per online core */
    const char *const
        *excludes; /* patterns: * ? [..] within a name, ** across; with '/' on the path below the
                      root, or absolute when it begins with '/', else on each name */
    uint32_t exclude_count;
    const lj_str *passwords;
    uint32_t password_count;
    bool all;                   /* records of clean files and inner documents too */
    bool look;                  /* class look counts as an alarm for the exit status */
    bool gentle;                /* idle processor and disk class */
    bool cross_mounts;          /* go into other file systems below a root */
    bool require_sandbox;       /* LJ_E_FORBIDDEN when a part of the posture is missing */
    bool zh;                    /* language of scan_explain's lines */
    format_limits limits;       /* format_limits_standard() */
    const detect_rules *rules;  /* sealed */
    scan_progress_fn *progress; /* may be NULL */
    void *progress_ctx;
    const volatile sig_atomic_t
        *stop; /* not 0: finish the journal and return LJ_E_CANCELLED; may be NULL */
    /* for tests and benches; zero = standard */
    uint64_t reread_seed;   /* chooses the 1 % of unchanged files that are read again; 0 = from the
                               clock */
    uint32_t reread_bp;     /* their share in hundredths of a percent; 0 = 100, UINT32_MAX = none */
    uint32_t recycle_files; /* files per worker process; 0 = 2000 */
    scan_examine_fn *examine; /* NULL: format_examine */
} scan_options;

/* All zero but limits; roots, out_dir and rules must be set. */
scan_options scan_options_standard(void);

/* ---- outcome ---- */
enum { SCAN_EXIT_ALARM = 1, SCAN_EXIT_GAPS = 2 };

typedef struct scan_counts {
    uint64_t files;                            /* walked; = sum of verdicts */
    uint64_t by_verdict[DETECT_VERDICT_COUNT]; /* files */
    uint64_t by_class[DETECT_CLASS_COUNT];     /* files */
    uint64_t by_gap[GAP_CAUSE_COUNT];          /* files with at least one such gap */
    uint64_t incomplete;                       /* files with coverage partial or none */
    uint64_t bytes, examined;                  /* bytes of all files; of these examined */
    uint64_t documents;                        /* inner documents seen by workers in this run */
    uint64_t folders, links, excluded, mounts; /* folders entered; links not followed, entries left
                                                * out, other file systems not entered */
    uint64_t unchanged;                        /* files taken from the state */
    uint64_t reread;                           /* unchanged files that were read again as a check */
    uint64_t opened_twice; /* files opened again because a run or a worker had died */
    uint64_t same_content; /* files not examined because a twin had been */
    uint64_t worker_deaths;
    uint64_t recount; /* files found by the independent second walk */
    uint64_t records; /* lines between header and trailer of results.jsonl */
} scan_counts;

typedef struct scan_outcome {
    scan_counts counts;
    scan_posture posture;
    bool resumed;      /* an interrupted run was continued */
    bool tree_changed; /* the second walk found another number of files */
    int exit_bits;     /* SCAN_EXIT_ bits */
    uint64_t elapsed_ms;
    lj_slice level; /* highest level found, UTF-8, borrowed from the rules; empty when none */
} scan_outcome;

/* LJ_OK: results are complete. LJ_E_CANCELLED: interrupted, the same call goes on. LJ_E_BUSY:
 * another scan holds the result folder. LJ_E_INVALID: options (a missing root, the result folder
 * below a root). LJ_E_FORBIDDEN: sandbox asked for and not to be had, or no right to write.
 * LJ_E_IO: results or journal could not be written; nothing is lost, the same call goes on.
 * LJ_E_INTERNAL: a law of conservation was violated; results are written all the same. */
LJ_MUST_USE lj_code scan_run(const scan_options *options, scan_outcome *out, lj_err *err);

/* ---- one file, for people ---- */
typedef enum scan_explain_kind {
    SCAN_EXPLAIN_DOCUMENT,
    SCAN_EXPLAIN_SPAN,
    SCAN_EXPLAIN_CANDIDATE,
    SCAN_EXPLAIN_TERM,
    SCAN_EXPLAIN_GAP,
    SCAN_EXPLAIN_RESULT,
} scan_explain_kind;
/* One line (or block) of text, valid UTF-8 without control characters but LF; depth indents. */
typedef void scan_explain_fn(void *ctx, scan_explain_kind kind, uint32_t depth, lj_str text);

/* Examines one file in a sandboxed worker and shows spans, candidates and terms. Uses rules,
 * limits, passwords, zh, require_sandbox of the options; writes nothing. The text of the document
 * passes through to the callback only. */
LJ_MUST_USE lj_code scan_explain(const scan_options *options, const char *path,
                                 scan_explain_fn *line, void *ctx, lj_err *err);

/* Starts one worker, reads its posture, stops it: for selftest. */
LJ_MUST_USE lj_code scan_posture_probe(const scan_options *options, scan_posture *out, lj_err *err);

#endif
