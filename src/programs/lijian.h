/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the commands of lijian share. */
#ifndef LJ_PROGRAMS_LIJIAN_H
#define LJ_PROGRAMS_LIJIAN_H

#include "base/err.h"
#include "detect/rules.h"
#include "programs/options.h"
#include "scan/scan.h"

enum { EXIT_USAGE = 64, EXIT_FAILURE_OURS = 70 };

/* All options of all commands; a command's table says which of them it knows. */
typedef struct arguments {
    option_list words;
    const char *out;
    uint32_t jobs;
    option_list rules, excludes, limits;
    const char *passwords;
    const char *lang;
    bool json, quiet, all, look, gentle, require_sandbox, cross_mounts;
} arguments;

/* Chinese when --lang zh, or without --lang when the locale is Chinese. */
bool arguments_zh(const arguments *args);
/* A name on standard error, what would steer a terminal as \xNN. */
void say_name(const char *name);
/* Prints "lijian: WHAT: subject (details)" in the language; returns the exit status of the code. */
int say_failure(const lj_err *err, const char *subject, bool zh);
/* The built-in packs and those of --rules, sealed; NULL with a message that names file, line and
 * column. */
detect_rules *load_rules(const arguments *args, bool zh);
/* Sets limits from --limit NAME=VALUE; false with a message. */
bool load_limits(const arguments *args, format_limits *limits, bool zh);
/* Reads a whole small file into the arena; empty with *err set when it fails. */
LJ_MUST_USE lj_code load_file(const char *path, lj_arena *arena, lj_slice *out, lj_err *err);
/* One password a line, UTF-8; false with a message. */
bool load_passwords(const char *path, lj_arena *arena, lj_str **out, uint32_t *out_count, bool zh);

int command_scan(void *arguments);
int command_explain(void *arguments);
int command_report(void *arguments);
int command_formats(void *arguments);
int command_detectors(void *arguments);
int command_rules(void *arguments);
int command_selftest(void *arguments);

#endif
