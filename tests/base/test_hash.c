/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/hash against published vectors: FIPS 180-4 examples for SHA-256, vectors_sip128 of
 * the SipHash reference code (key 00 01 .. 0f, message 00 01 .. of each length). */
#include "base/hash.h"

#include "../check.h"

static void test_hash__sha256_of_the_published_messages(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } rows[] = {
        {"",                                                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc",                                                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"                                                            },
    };
    lj_sha256 *sha = lj_sha256_new();
    assert_non_null(sha);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t sum[LJ_SHA256_LEN];
        char hex[2 * LJ_SHA256_LEN + 1];
        lj_sha256_begin(sha); /* again and again on the same object */
        for (const char *at = rows[i].text; *at != '\0'; at++) {
            lj_sha256_add(sha, lj_slice_of(at, 1));
        }
        lj_sha256_end(sha, sum);
        lj_hex(lj_slice_of(sum, sizeof(sum)), hex);
        CHECK_ROW_TEXT(rows[i].text, hex, strlen(hex), rows[i].wanted);
    }
    lj_sha256_free(sha);
    lj_sha256_free(NULL);
}

static void test_hash__sip128_of_the_reference_vectors(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        const char *wanted;
    } rows[] = {
        {0,  "a3817f04ba25a8e66df67214c7550293"},
        {1,  "da87c1d86b99af44347659119b22fc45"},
        {8,  "3b62a9ba6258f5610f83e264f31497b4"},
        {15, "5493e99933b0a8117e08ec0f97cfc3d9"},
        {63, "5150d1772f50834a503e069a973fbd7c"},
    };
    uint8_t key[16];
    uint8_t message[64];
    for (size_t i = 0; i < sizeof(key); i++) {
        key[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < sizeof(message); i++) {
        message[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t sum[LJ_SIP_LEN];
        char hex[2 * LJ_SIP_LEN + 1];
        lj_sip128(key, lj_slice_of(message, rows[i].len), sum);
        lj_hex(lj_slice_of(sum, sizeof(sum)), hex);
        CHECK_ROW_TEXT(rows[i].wanted, hex, strlen(hex), rows[i].wanted);
    }
}

static void test_hash__hex_of_nothing_is_an_empty_text(void **state)
{
    (void)state;
    char out[3] = "??";
    lj_hex((lj_slice){NULL, 0}, out);
    assert_string_equal(out, "");
    lj_hex(LJ_BYTES("\xAF"), out);
    assert_string_equal(out, "af");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__sha256_of_the_published_messages),
        cmocka_unit_test(test_hash__sip128_of_the_reference_vectors),
        cmocka_unit_test(test_hash__hex_of_nothing_is_an_empty_text),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
