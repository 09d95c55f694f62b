/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/cipher against published vectors: RFC 1321 A.5 (MD5), FIPS 180-4 (SHA), RFC 4231
 * (HMAC), FIPS 197 C and NIST SP 800-38A F.2 (AES), RFC 6229 (RC4). */
#include "base/cipher.h"

#include "../check.h"
#include "base/hash.h"

static lj_cipher *cipher;

static int set_up(void **state)
{
    (void)state;
    cipher = lj_cipher_new();
    return cipher != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    lj_cipher_free(cipher);
    lj_cipher_free(NULL);
    return 0;
}

static void check_hex(const char *row, const uint8_t *bytes, size_t len, const char *wanted)
{
    char hex[2 * LJ_DIGEST_MAX + 1];
    lj_hex(lj_slice_of(bytes, len), hex);
    CHECK_ROW_TEXT(row, hex, strlen(hex), wanted);
}

static uint8_t digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t len = strlen(hex) / 2;
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
    }
    return len;
}

static void test_cipher__digests_of_abc(void **state)
{
    (void)state;
    static const struct {
        lj_digest kind;
        const char *wanted;
    } rows[] = {
        {LJ_MD5,    "900150983cd24fb0d6963f7d28e17f72"                                                   },
        {LJ_SHA1,   "a9993e364706816aba3e25717850c26c9cd0d89d"                                           },
        {LJ_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"                   },
        {LJ_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                    "8086072ba1e7cc2358baeca134c825a7"                                },
        {LJ_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t sum[LJ_DIGEST_MAX];
        lj_digest_of(cipher, rows[i].kind, LJ_BYTES("a"), LJ_BYTES("bc"), sum);
        check_hex(rows[i].wanted, sum, lj_digest_len(rows[i].kind), rows[i].wanted);
    }
}

/* RFC 4231 test cases 2 and 6 (a key longer than the block). */
static void test_cipher__hmac(void **state)
{
    (void)state;
    uint8_t sum[LJ_DIGEST_MAX];
    lj_hmac_of(cipher, LJ_SHA256, LJ_BYTES("Jefe"), LJ_BYTES("what do ya want for nothing?"), sum);
    check_hex("case 2", sum, 32,
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    uint8_t key[131];
    memset(key, 0xAA, sizeof(key));
    lj_hmac_of(cipher, LJ_SHA256, lj_slice_of(key, sizeof(key)),
               LJ_BYTES("Test Using Larger Than Block-Size Key - Hash Key First"), sum);
    check_hex("case 6", sum, 32,
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void test_cipher__aes(void **state)
{
    (void)state;
    uint8_t key[32];
    uint8_t iv[16];
    uint8_t bytes[32];
    /* FIPS 197 C.1, C.3 */
    size_t len = from_hex("69c4e0d86a7b0430d8cdb78070b4c55a", bytes);
    size_t key_len = from_hex("000102030405060708090a0b0c0d0e0f", key);
    assert_true(
        lj_aes_decrypt(cipher, lj_slice_of(key, key_len), NULL, lj_slice_of(bytes, len), bytes));
    check_hex("128", bytes, 16, "00112233445566778899aabbccddeeff");
    len = from_hex("8ea2b7ca516745bfeafc49904b496089", bytes);
    key_len = from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", key);
    assert_true(
        lj_aes_decrypt(cipher, lj_slice_of(key, key_len), NULL, lj_slice_of(bytes, len), bytes));
    check_hex("256", bytes, 16, "00112233445566778899aabbccddeeff");
    /* SP 800-38A F.2.2, two blocks */
    len = from_hex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2", bytes);
    key_len = from_hex("2b7e151628aed2a6abf7158809cf4f3c", key);
    (void)from_hex("000102030405060708090a0b0c0d0e0f", iv);
    assert_true(
        lj_aes_decrypt(cipher, lj_slice_of(key, key_len), iv, lj_slice_of(bytes, len), bytes));
    check_hex("cbc", bytes, 32, "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    assert_false(lj_aes_decrypt(cipher, lj_slice_of(key, 15), NULL, lj_slice_of(bytes, 16), bytes));
    assert_false(lj_aes_decrypt(cipher, lj_slice_of(key, 16), NULL, lj_slice_of(bytes, 17), bytes));
}

static void test_cipher__rc4(void **state)
{
    (void)state;
    uint8_t key[5];
    size_t key_len = from_hex("0102030405", key);
    lj_rc4 rc4;
    lj_rc4_init(&rc4, lj_slice_of(key, key_len));
    uint8_t stream[32] = {0};
    lj_rc4_apply(&rc4, stream, stream, 7); /* in parts: the state goes on */
    lj_rc4_apply(&rc4, stream + 7, stream + 7, 25);
    check_hex("rc4", stream, 32,
              "b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cipher__digests_of_abc),
        cmocka_unit_test(test_cipher__hmac),
        cmocka_unit_test(test_cipher__aes),
        cmocka_unit_test(test_cipher__rc4),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
