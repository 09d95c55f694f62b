/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parameters are OWASP's first choice for argon2id: 19 MiB, two passes, one lane. More memory
 * would cost a server of two cores its page times, since two logins may hash at once. */
#include "ledger/password.h"

#include <argon2.h>

#include "base/os.h"

enum { MEMORY_KIB = 19 * 1024, PASSES = 2, LANES = 1, TAG_LEN = 32 };
/* How an encoded hash of these parameters begins. */
#define PARAMETERS "$argon2id$v=19$m=19456,t=2,p=1$"

/* A hash of these parameters that no password is known for: what an unknown account is compared
 * with. */
static const char DUMMY[] =
    PARAMETERS "bGlqaWFuL25vLWFjY291bg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

lj_code password_hash_salted(lj_slice password, const uint8_t salt[PASSWORD_SALT_LEN],
                             char out[PASSWORD_HASH_MAX], lj_err *err)
{
    int done = argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password.ptr, password.len, salt,
                                     PASSWORD_SALT_LEN, TAG_LEN, out, PASSWORD_HASH_MAX);
    if (done != ARGON2_OK) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "a password could not be hashed");
    }
    return LJ_OK;
}

lj_code password_hash(lj_slice password, char out[PASSWORD_HASH_MAX], lj_err *err)
{
    uint8_t salt[PASSWORD_SALT_LEN];
    lj_os_random(salt, sizeof salt);
    return password_hash_salted(password, salt, out, err);
}

lj_code password_check(lj_slice hash, lj_slice password, bool *out_is_right, lj_err *err)
{
    char encoded[PASSWORD_HASH_MAX] = {0};
    bool is_known = hash.len > 0 && hash.len < sizeof encoded;
    lj_slice from = is_known ? hash : lj_cstr_bytes(DUMMY);
    memcpy(encoded, from.ptr, from.len);
    int done = argon2id_verify(encoded, password.ptr, password.len);
    if (done == ARGON2_MEMORY_ALLOCATION_ERROR) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "a password could not be checked");
    }
    *out_is_right = done == ARGON2_OK && is_known;
    return LJ_OK;
}

bool password_is_current(lj_slice hash)
{
    return lj_slice_has_prefix(hash, LJ_BYTES(PARAMETERS));
}

static void system_random(void *ctx, uint8_t *dst, size_t len)
{
    (void)ctx;
    lj_os_random(dst, len);
}

lj_code password_make(password_made *out, lj_err *err)
{
    return password_make_by(system_random, NULL, out, err);
}

lj_code password_make_by(void (*random)(void *ctx, uint8_t *dst, size_t len), void *ctx,
                         password_made *out, lj_err *err)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    enum { COUNT = sizeof letters - 1, FAIR = 256 / COUNT * COUNT };
    size_t len = 0;
    while (len < PASSWORD_ONE_TIME_LEN) {
        uint8_t byte = 0;
        random(ctx, &byte, 1);
        if (len % 5 == 4) {
            out->text[len++] = '-';
        } else if (byte < FAIR) { /* the rest would make some letters likelier */
            out->text[len++] = letters[byte % COUNT];
        }
    }
    out->text[len] = '\0';
    uint8_t salt[PASSWORD_SALT_LEN];
    random(ctx, salt, sizeof salt);
    return password_hash_salted(lj_cstr_bytes(out->text), salt, out->hash, err);
}

const char *password_refusal(lj_slice chosen, lj_slice account, lj_slice before)
{
    size_t count = 0;
    for (size_t i = 0; i < chosen.len; i++) {
        count += (chosen.ptr[i] & 0xC0) != 0x80;
    }
    if (count < PASSWORD_MIN) {
        return "too_short";
    }
    if (chosen.len > PASSWORD_MAX_LEN) {
        return "too_long";
    }
    if (lj_slice_is_nocase(chosen, account)) {
        return "is_account";
    }
    return lj_slice_is(chosen, before) ? "unchanged" : NULL;
}
