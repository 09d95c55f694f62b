/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Making errors, and the end of the process on a programming error. */
#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

lj_code lj_fail_at(lj_err *err, lj_code code, uint64_t at, const char *what, const char *where,
                   int os)
{
    if (err != NULL) {
        *err = (lj_err){code, what, where, at, os};
    }
    return code;
}

static void put(const char *text)
{
    ssize_t done = write(STDERR_FILENO, text, strlen(text));
    (void)done; /* nothing can be done about it on the way out */
}

_Noreturn void lj_abort(const char *file, int line, const char *truth)
{
    char digits[12];
    size_t at = sizeof(digits) - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + line % 10);
        line /= 10;
    } while (line > 0 && at > 0);
    put("lijian: internal fault at ");
    put(file);
    put(":");
    put(&digits[at]);
    put(": ");
    put(truth);
    put("\n");
    abort();
}
