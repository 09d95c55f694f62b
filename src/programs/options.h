/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A command line read by a table of rows; the help is printed from the same rows.
 *
 * Rules: an option's value is the next word or stands behind '='; a list option may be given again
 * and again, and when the command's own words came first it also takes every following word up to
 * the next option
 * (`scan FOLDER --rules a.rules b.rules`). "--" ends the options. */
#ifndef LJ_PROGRAMS_OPTIONS_H
#define LJ_PROGRAMS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { OPTION_LIST_MAX = 256 };

typedef struct option_list {
    const char *words[OPTION_LIST_MAX];
    uint32_t count;
} option_list;

typedef enum option_kind {
    OPTION_FLAG,   /* bool */
    OPTION_NUMBER, /* uint32_t, between min and max */
    OPTION_WORD,   /* const char * */
    OPTION_CHOICE, /* const char *, one of `choices` */
    OPTION_LIST,   /* option_list */
} option_kind;

/* An option. offset: of its field in the structure that options_read fills. */
typedef struct option_row {
    const char *name; /* "jobs" for --jobs */
    option_kind kind;
    size_t offset;
    uint32_t min, max;   /* OPTION_NUMBER */
    const char *choices; /* OPTION_CHOICE: blank-separated */
    const char *value;   /* "N": how the value is called in the help, NULL for flags */
    const char *en, *zh; /* help */
} option_row;

/* A command with its options. */
typedef struct command_row {
    const char *name;
    const char *synopsis; /* "PATH... --out DIR" */
    const option_row *options;
    size_t option_count;
    uint32_t min_words, max_words; /* words that are no option */
    int (*run)(void *arguments);
    const char *en, *zh;
} command_row;

/* Fills `into` and `words`. False with a message on stderr that names the wrong word and the
 * nearest right one. */
bool options_read(const command_row *command, char **argv, void *into, option_list *words, bool zh);
/* The command of that name; NULL with a message naming the nearest one. */
const command_row *command_lookup(const command_row *rows, size_t count, const char *name, bool zh);
void command_help(FILE *out, const char *program, const command_row *command, bool zh);
void commands_help(FILE *out, const char *program, const command_row *rows, size_t count, bool zh);

#endif
