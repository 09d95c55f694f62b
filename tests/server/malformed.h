/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Requests that are not exactly right, and a few that are. Each is sent as it stands; behind many
 * of them hides a second one, `GET /smuggled`, which must never be served. */
#ifndef LJ_TESTS_SERVER_MALFORMED_H
#define LJ_TESTS_SERVER_MALFORMED_H

#include <stddef.h>

typedef struct malformed_row {
    const char *name;
    const char *bytes;
    size_t len;
    int status; /* 0: closed without a word */
    /* through nginx: statuses that are right there ("400 200"), because it mends what is harmless
     */
    const char *proxied;
} malformed_row;

extern const malformed_row malformed_rows[];
extern const size_t malformed_count;

#endif
