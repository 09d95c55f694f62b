/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Passwords: argon2id (RFC 9106) through libargon2. The encoded hash carries its parameters, so
 * that they can grow: a hash with others is made anew at the next login. Hashing takes about 30 ms
 * and 19 MiB: callers bound how many run at a time, and never hash inside a transaction. */
#ifndef LJ_LEDGER_PASSWORD_H
#define LJ_LEDGER_PASSWORD_H

#include "base/err.h"
#include "base/slice.h"

enum {
    PASSWORD_MIN = 10,       /* code points: long ones are better than strange ones */
    PASSWORD_MAX_LEN = 1024, /* bytes: room for a sentence, none for an attack */
    PASSWORD_HASH_MAX = 128, /* bytes of an encoded hash, with NUL */
    PASSWORD_ONE_TIME_LEN = 19,
};

/* A one-time password and its hash. The text is shown once and kept nowhere. */
typedef struct password_made {
    char text[PASSWORD_ONE_TIME_LEN + 1]; /* "k7pm-..." */
    char hash[PASSWORD_HASH_MAX];
} password_made;
/* 16 characters out of 31 that nobody mistakes for another: 79 bits. */
LJ_MUST_USE lj_code password_make(password_made *out, lj_err *err);
/* The same out of the caller's bytes: for the demonstration, which is no secret. */
LJ_MUST_USE lj_code password_make_by(void (*random)(void *ctx, uint8_t *dst, size_t len), void *ctx,
                                     password_made *out, lj_err *err);

LJ_MUST_USE lj_code password_hash(lj_slice password, char out[PASSWORD_HASH_MAX], lj_err *err);
/* With a salt of the caller's: for the demonstration, whose bytes are to be the same again. */
enum { PASSWORD_SALT_LEN = 16 };
LJ_MUST_USE lj_code password_hash_salted(lj_slice password, const uint8_t salt[PASSWORD_SALT_LEN],
                                         char out[PASSWORD_HASH_MAX], lj_err *err);
/* hash: encoded, or empty for an account that does not exist, which takes the same time and is
 * never right. */
LJ_MUST_USE lj_code password_check(lj_slice hash, lj_slice password, bool *out_is_right,
                                   lj_err *err);
/* Made with the parameters of today. */
bool password_is_current(lj_slice hash);

/* Why a chosen password is not taken: "too_short", "too_long", "is_account", "unchanged"; NULL when
 * it is. before: the password it takes the place of. */
const char *password_refusal(lj_slice chosen, lj_slice account, lj_slice before);

#endif
