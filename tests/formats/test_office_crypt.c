/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Encryption of binary Office documents: headers that real programs wrote, and documents that are
 * encrypted here by other code than the reader's. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "doc_build.h"
#include "formats/ole2/office_crypt.h"

#define NONE       LJ_BYTES("")
#define NOTICE     "食堂开饭时间调整通知"
/* 会议室使用登记办法 in UTF-16 */
#define OTHER      "会议室使用登记办法"
#define WIDE_OTHER "\x1A\x4F\xAE\x8B\xA4\x5B\x7F\x4F\x28\x75\x7B\x76\xB0\x8B\x9E\x52\xD5\x6C"

static doc_build b; /* large */

static void test_office_crypt__passwords_open_what_they_fit(void **state)
{
    (void)state;
    static const struct {
        doc_build_lock lock;
        doc_build_age age;
        const char *password, *detail;
    } rows[] = {
        {DOC_BUILD_XOR,       DOC_BUILD_97, "canteen",         "doc-xor"      },
        {DOC_BUILD_XOR,       DOC_BUILD_95, "canteen",         "doc-xor"      },
        {DOC_BUILD_XOR,       DOC_BUILD_97, "fifteenletters1", "doc-xor"      },
        {DOC_BUILD_RC4,       DOC_BUILD_97, "canteen",         "rc4-40"       },
        {DOC_BUILD_CRYPTOAPI, DOC_BUILD_97, "canteen",         "rc4-cryptoapi"},
        {DOC_BUILD_RC4,       DOC_BUILD_97, "",                NULL           },
        {DOC_BUILD_CRYPTOAPI, DOC_BUILD_97, "",                NULL           },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        doc_build_init(&b, rows[i].age);
        b.lock = rows[i].lock;
        b.password = rows[i].password;
        if (rows[i].age == DOC_BUILD_97) {
            doc_build_line(&b, NOTICE);
        } else {
            doc_build_narrow(&b, LJ_BYTES("\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xCA\xB1\xBC\xE4\r"),
                             NONE);
        }
        lj_buf_put(&b.tail, LJ_BYTES("\0\0" WIDE_OTHER));
        lj_slice bytes = doc_build_end(&b);
        lj_str right[] = {LJ_STR("no"), lj_cstr_str(rows[i].password)};
        for (uint32_t count = 0; count <= 2; count++) { /* none, a wrong one, the right one */
            collect_init(&seen);
            seen.options.passwords = right;
            seen.options.password_count = count;
            collect_run(&seen, bytes);
            bool opens = count == 2 || rows[i].detail == NULL;
            print_message("row %zu, %u passwords\n", i, count);
            if (opens) {
                CHECK_HAS(&seen, rows[i].age == DOC_BUILD_97 ? NOTICE : "食堂开饭时间");
                CHECK_HAS(&seen, "hidden:slack '" OTHER "'");
                assert_int_equal(seen.gap_count, 0);
                assert_int_equal(seen.examined, seen.size);
            } else {
                assert_true(collect_has_gap(&seen, GAP_ENCRYPTED, rows[i].detail));
                assert_int_equal(seen.gap_count, 1);
                assert_true(seen.examined < seen.size);
            }
            assert_int_equal(collect_has_note(&seen, NOTE_PASSWORD_USED), opens);
            collect_done(&seen);
        }
        doc_build_done(&b);
    }
}

/* Property sets in a stream of their own stay locked, and that is told. */
static void test_office_crypt__locked_properties_are_told(void **state)
{
    (void)state;
    collect seen;
    doc_build_init(&b, DOC_BUILD_97);
    b.lock = DOC_BUILD_CRYPTOAPI;
    b.password = "";
    doc_build_line(&b, NOTICE);
    doc_build_streams(&b);
    (void)ole2_build_stream(&b.file, OLE2_BUILD_ROOT, "encryption", LJ_BYTES(WIDE_OTHER));
    collect_init(&seen);
    collect_run(&seen, doc_build_end(&b));
    CHECK_HAS(&seen, NOTICE);
    CHECK_HAS_NOT(&seen, OTHER);
    assert_true(collect_has_gap(&seen, GAP_UNSUPPORTED, "office-summary"));
    assert_int_equal(seen.size - seen.examined, sizeof(WIDE_OTHER) - 1);
    collect_done(&seen);
    doc_build_done(&b);
}

/* A header as Excel wrote it (apache/poi, test-data/spreadsheet/50833.xls, Apache-2.0). */
static void test_office_crypt__rc4_verifier_of_a_real_program(void **state)
{
    (void)state;
    static const uint8_t head[48] = {0x2C, 0x85, 0x56, 0x09, 0x6F, 0x59, 0xEF, 0x01, 0x80, 0x27,
                                     0x8B, 0xFC, 0xF2, 0xB8, 0xF9, 0x18, 0xF7, 0xBB, 0x5C, 0x8C,
                                     0xC6, 0x36, 0xA2, 0xF1, 0x0B, 0xFC, 0x89, 0x6C, 0xFE, 0x0C,
                                     0x7C, 0xC4, 0xEB, 0xEF, 0xA6, 0xB9, 0xD5, 0xF6, 0xD1, 0xEF,
                                     0xAC, 0x02, 0x98, 0x5A, 0x4C, 0xED, 0x79, 0xA2};
    office_crypt crypt = {.kind = OFFICE_CRYPT_RC4_40, .cipher = lj_cipher_new()};
    assert_non_null(crypt.cipher);
    memcpy(crypt.salt, head, 16);
    memcpy(crypt.verifier, head + 16, 16);
    memcpy(crypt.verifier_hash, head + 32, 16);
    assert_false(office_crypt_try(&crypt, LJ_STR("velvetSweatshop")));
    assert_true(office_crypt_try(&crypt, LJ_STR("VelvetSweatshop")));
    assert_true(crypt.is_open);
    lj_cipher_free(crypt.cipher);
}

/* Key and hash as Excel wrote them for "abc" (the same, xor-encryption-abc.xls). */
static void test_office_crypt__xor_key_of_a_real_program(void **state)
{
    (void)state;
    office_xor pad;
    office_xor_init(&pad, LJ_BYTES("abc"), OFFICE_XOR_XLS);
    assert_int_equal(pad.key, 0x514A);
    assert_int_equal(pad.hash, 0xCC1A);
    office_xor_init(&pad, LJ_BYTES("sixteenletters16"), OFFICE_XOR_DOC);
    office_xor same;
    office_xor_init(&same, LJ_BYTES("sixteenletters1"), OFFICE_XOR_DOC);
    assert_memory_equal(&pad, &same, sizeof(pad)); /* fifteen letters count */
}

/* Pieces of any length and place give what one piece gives. */
static void test_office_crypt__blocks_are_decrypted_from_any_place(void **state)
{
    (void)state;
    office_crypt crypt = {.kind = OFFICE_CRYPT_CRYPTOAPI, .cipher = lj_cipher_new(), .key_len = 5};
    assert_non_null(crypt.cipher);
    uint8_t whole[3000] = {0};
    uint8_t part[3000] = {0};
    office_crypt_apply(&crypt, 0, 1024, whole, whole, sizeof(whole));
    for (size_t at = 0; at < sizeof(part); at += 333) {
        size_t len = lj_min_size(333, sizeof(part) - at);
        office_crypt_apply(&crypt, at, 1024, part + at, part + at, len);
    }
    assert_memory_equal(whole, part, sizeof(whole));
    assert_memory_not_equal(whole, whole + 1024, 1024);
    lj_cipher_free(crypt.cipher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_office_crypt__locked_properties_are_told),
        cmocka_unit_test(test_office_crypt__passwords_open_what_they_fit),
        cmocka_unit_test(test_office_crypt__rc4_verifier_of_a_real_program),
        cmocka_unit_test(test_office_crypt__xor_key_of_a_real_program),
        cmocka_unit_test(test_office_crypt__blocks_are_decrypted_from_any_place),
    };
    return cmocka_run_group_tests_name("office_crypt", tests, NULL, NULL);
}
