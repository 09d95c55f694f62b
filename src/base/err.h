/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Errors travel by hand: a code as return value and one small record, filled where the fault is
 * seen. The record holds no allocation and no text of any document, so it may be logged anywhere.
 */
#ifndef LJ_BASE_ERR_H
#define LJ_BASE_ERR_H

#include <stdint.h>

#include "base/error_codes.h" /* made from errors.txt: lj_code, LJ_OK, LJ_E_... */

#define LJ_MUST_USE __attribute__((warn_unused_result))

/* Why an operation failed. Filled once, where the fault is seen; callers add nothing. */
typedef struct lj_err {
    lj_code code;
    const char *what;  /* string literal; never text of a document */
    const char *where; /* source file of the fault */
    uint64_t at;       /* byte offset in the input, or UINT64_MAX */
    int os;            /* errno, or 0 */
} lj_err;

/* The only way to make an error: `return lj_fail(err, LJ_E_FORMAT, off, "directory outside the
 * file");` `text` must be a literal, so that no path, name or document text can leak into a log.
 * err may be NULL. */
#define lj_fail(err, code, at, text) lj_fail_at((err), (code), (at), "" text, __FILE__, 0)
/* The same with the errno of a failed system call. */
#define lj_fail_os(err, code, os, text)                                                            \
    lj_fail_at((err), (code), UINT64_MAX, "" text, __FILE__, (os))

lj_code lj_fail_at(lj_err *err, lj_code code, uint64_t at, const char *what, const char *where,
                   int os);

/* A row of errors.txt. */
typedef struct lj_code_row {
    const char *name; /* "nomem": stable */
    int exit_status;
    int retry; /* 1 when trying again may help */
    const char *en;
    const char *zh;
} lj_code_row;

/* Never NULL; an unknown value gives the row of LJ_E_INTERNAL. LJ_OK has a row named "ok". */
const lj_code_row *lj_code_row_of(lj_code code);

/* A programming error ends the process, in release builds too: a worker is replaced, the file is
 * listed. */
#define LJ_ASSERT(truth) ((truth) ? (void)0 : lj_abort(__FILE__, __LINE__, #truth))
_Noreturn void lj_abort(const char *file, int line, const char *truth);

#endif
