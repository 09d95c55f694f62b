/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What every test program includes first: cmocka with the headers it needs, and checks that name
 * the row of a table which failed. A table test calls CHECK_ROW for each row: the message holds the
 * row's name and both values. */
#ifndef LJ_TESTS_CHECK_H
#define LJ_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Rows of tests hold LJ_STR("...") literals: constant for both compilers, but not for C17 to the
 * letter. */
#pragma GCC diagnostic ignored "-Wpedantic"

/* Unsigned values of one row; prints name, found and wanted. */
#define CHECK_ROW(name, found, wanted)                                                             \
    do {                                                                                           \
        uintmax_t check_found = (uintmax_t)(found);                                                \
        uintmax_t check_wanted = (uintmax_t)(wanted);                                              \
        if (check_found != check_wanted) {                                                         \
            fail_msg("row '%s': %s is %ju, wanted %ju", (name), #found, check_found,               \
                     check_wanted);                                                                \
        }                                                                                          \
    } while (0)

/* Bytes of one row against a C string. */
#define CHECK_ROW_TEXT(name, found_ptr, found_len, wanted)                                         \
    do {                                                                                           \
        size_t check_len = (found_len);                                                            \
        const char *check_wanted = (wanted);                                                       \
        if (check_len != strlen(check_wanted) ||                                                   \
            (check_len > 0 && memcmp((found_ptr), check_wanted, check_len) != 0)) {                \
            fail_msg("row '%s': '%.*s', wanted '%s'", (name), (int)check_len,                      \
                     (const char *)(found_ptr), check_wanted);                                     \
        }                                                                                          \
    } while (0)

#endif
