/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the commands of lijiand share. */
#ifndef LJ_PROGRAMS_LIJIAND_H
#define LJ_PROGRAMS_LIJIAND_H

#include "base/err.h"
#include "programs/data_dir.h"
#include "programs/options.h"

enum { EXIT_USAGE = 64, EXIT_FAILURE_OURS = 70 };

/* All options of all commands; a command's table says which of them it knows. */
typedef struct daemon_arguments {
    option_list words;
    const char *data, *db, *listen, *metrics;
    const char *district, *code, *bureau, *suite;
    const char *today, *lang;
    uint32_t seed;
    bool classified, once, secure, quiet, saved;
} daemon_arguments;

/* Chinese when --lang zh, or without --lang when the locale is Chinese. */
bool daemon_zh(const daemon_arguments *args);
/* Prints "lijiand: what (details)" in the language; returns the exit status of the code. */
int daemon_failure(const lj_err *err, const char *subject, bool zh);
/* --data, which must stand; NULL with a message. */
const char *daemon_data(const daemon_arguments *args, bool zh);

int daemon_init(void *arguments);
int daemon_serve(void *arguments);
int daemon_demo(void *arguments);
int daemon_user(void *arguments);
int daemon_backup(void *arguments);
int daemon_restore(void *arguments);
int daemon_check(void *arguments);
int daemon_migrate(void *arguments);
int daemon_export(void *arguments);
int daemon_import(void *arguments);
int daemon_routes(void *arguments);
int daemon_records(void *arguments);
int daemon_report(void *arguments);

#endif
