/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Keys: what was signed for one purpose passes for no other; files keep keys and are never
 * overwritten. That others read our signatures is tested through lijian-verify, which shares no
 * code. */
#define _GNU_SOURCE /* mkdtemp, fstatat */
#include "seal/key.h"

#include "../check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os.h"
#include "log_build.h"

static const seal_scheme schemes[] = {SEAL_SM2, SEAL_ED25519};

static void test_key__signs_for_one_purpose_only(void **state)
{
    (void)state;
    static const seal_purpose others[] = {
        {"package",     1},
        {"checkpoint",  2},
        {"checkpoint ", 1},
        {"",            1}
    };
    for (size_t i = 0; i < LJ_COUNT_OF(schemes); i++) {
        const seal_key *key = log_key(schemes[i], 0);
        const seal_key *other = log_key(schemes[i], 1);
        seal_purpose purpose = {"checkpoint", 1};
        seal_signature signature;
        lj_slice text = LJ_BYTES("text");
        assert_int_equal(seal_sign(key, purpose, text, &signature, NULL), LJ_OK);
        assert_int_equal(seal_check(key, purpose, text, &signature, NULL), LJ_OK);
        for (size_t k = 0; k < LJ_COUNT_OF(others); k++) {
            CHECK_ROW(others[k].name, seal_check(key, others[k], text, &signature, NULL),
                      LJ_E_TAMPERED);
        }
        assert_int_equal(seal_check(key, purpose, LJ_BYTES("tex"), &signature, NULL),
                         LJ_E_TAMPERED);
        assert_int_equal(seal_check(other, purpose, text, &signature, NULL), LJ_E_TAMPERED);
        for (size_t bit = 0; bit < (size_t)8 * signature.len; bit++) {
            signature.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_int_equal(seal_check(key, purpose, text, &signature, NULL), LJ_E_TAMPERED);
            signature.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (signature.len--; signature.len > 0; signature.len--) {
            assert_int_equal(seal_check(key, purpose, text, &signature, NULL), LJ_E_TAMPERED);
        }
    }
}

static int folder_open(char *path)
{
    int dir = -1;
    assert_non_null(mkdtemp(path));
    assert_int_equal(lj_os_open_folder(LJ_OS_CWD, path, false, &dir, NULL), LJ_OK);
    return dir;
}

static void test_key__files_keep_it_private_and_are_never_overwritten(void **state)
{
    (void)state;
    char path[] = "/tmp/lijian-key-XXXXXX";
    int dir = folder_open(path);
    for (size_t i = 0; i < LJ_COUNT_OF(schemes); i++) {
        const char *name = seal_scheme_name(schemes[i]);
        const seal_key *key = log_key(schemes[i], 0);
        seal_key loaded;
        seal_signature signature;
        struct stat info;
        seal_purpose purpose = {"test", 1};
        assert_int_equal(seal_key_save(key, dir, name, NULL), LJ_OK);
        assert_int_equal(fstatat(dir, name, &info, 0), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
        assert_int_equal(seal_key_save(log_key(schemes[i], 1), dir, name, NULL), LJ_E_CONFLICT);
        assert_int_equal(seal_key_load(dir, name, &loaded, NULL), LJ_OK);
        assert_true(loaded.is_private && loaded.scheme == schemes[i]);
        assert_memory_equal(loaded.id.bytes, key->id.bytes, SEAL_ID_LEN);
        assert_int_equal(seal_sign(&loaded, purpose, LJ_BYTES("x"), &signature, NULL), LJ_OK);
        assert_int_equal(seal_check(key, purpose, LJ_BYTES("x"), &signature, NULL), LJ_OK);
        seal_key_done(&loaded);
        assert_int_equal(lj_os_remove(dir, name, NULL), LJ_OK);
    }
    seal_key none;
    assert_int_equal(seal_key_load(dir, "none", &none, NULL), LJ_E_NOT_FOUND);
    lj_os_close(dir);
    assert_int_equal(rmdir(path), 0); /* and nothing was left beside the key */
}

static void test_key__public_part_checks_and_cannot_sign(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(schemes); i++) {
        const seal_key *key = log_key(schemes[i], 0);
        seal_key public_key;
        seal_signature signature;
        seal_purpose purpose = {"test", 1};
        lj_buf pem;
        lj_buf_init(&pem, NULL, SEAL_PEM_MAX);
        assert_int_equal(seal_key_export(key, &pem, NULL), LJ_OK);
        assert_int_equal(seal_key_read(lj_buf_slice(&pem), &public_key, NULL), LJ_OK);
        assert_false(public_key.is_private);
        assert_memory_equal(public_key.id.bytes, key->id.bytes, SEAL_ID_LEN);
        assert_int_equal(seal_sign(key, purpose, LJ_BYTES("x"), &signature, NULL), LJ_OK);
        assert_int_equal(seal_check(&public_key, purpose, LJ_BYTES("x"), &signature, NULL), LJ_OK);
        assert_int_equal(seal_sign(&public_key, purpose, LJ_BYTES("x"), &signature, NULL),
                         LJ_E_FORBIDDEN);
        assert_int_equal(seal_key_save(&public_key, LJ_OS_CWD, "never", NULL), LJ_E_FORBIDDEN);
        seal_key_done(&public_key);
        lj_buf_done(&pem);
    }
}

static void test_key__refuses_what_is_no_key_of_ours(void **state)
{
    (void)state;
    /* openssl ecparam -name prime256v1 -genkey | openssl ec -pubout; and the same through a curve
     * that is not named would have another length */
    static const char p256[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n"
                               "6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
                               "-----END PUBLIC KEY-----\n";
    seal_key key;
    assert_int_equal(seal_key_read(lj_cstr_bytes(p256), &key, NULL), LJ_E_UNSUPPORTED);
    assert_int_equal(seal_key_read(LJ_BYTES(""), &key, NULL), LJ_E_FORMAT);
    assert_int_equal(seal_key_read(LJ_BYTES("-----BEGIN PUBLIC KEY-----\nAAAA\n"), &key, NULL),
                     LJ_E_FORMAT);
    assert_int_equal(seal_key_make((seal_scheme)9, &key, NULL), LJ_E_UNSUPPORTED);
    seal_key_done(&(seal_key){.pkey = NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key__signs_for_one_purpose_only),
        cmocka_unit_test(test_key__files_keep_it_private_and_are_never_overwritten),
        cmocka_unit_test(test_key__public_part_checks_and_cannot_sign),
        cmocka_unit_test(test_key__refuses_what_is_no_key_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
