/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Checkpoints: what was written comes back; every truncation and every changed bit is refused when
 * the text is read or when the signature is checked. */
#include "seal/checkpoint.h"

#include "../check.h"

#include "base/num.h"
#include "log_build.h"
#include "seal/base64.h"

static const seal_scheme schemes[] = {SEAL_SM2, SEAL_ED25519};

static seal_checkpoint sample_of(seal_hash hash)
{
    seal_checkpoint point = {
        .district = 440106,
        .log = {{0x01, 0x98, 0xf3}},
        .head = { 123456789,       {{1, 2, 3}}},
        .at = 1763950833004,
        .hash = hash
    };
    return point;
}

static void test_checkpoint__is_the_text_of_the_page(void **state)
{
    (void)state;
    static const char wanted[] = "lijian-checkpoint 1\n"
                                 "district 440106\n"
                                 "log 0198f300000000000000000000000000\n"
                                 "size 123456789\n"
                                 "root AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                                 "at 2025-11-24T02:20:33.004Z\n"
                                 "hash sm3\n"
                                 "\n"
                                 "sig sm2 ";
    seal_checkpoint point = sample_of(SEAL_SM3);
    lj_buf text;
    lj_buf_init(&text, NULL, SEAL_CHECKPOINT_MAX);
    assert_int_equal(seal_checkpoint_write(&point, log_key(SEAL_SM2, 0), &text, NULL), LJ_OK);
    assert_true(text.len > sizeof(wanted));
    CHECK_ROW_TEXT("head", text.ptr, sizeof(wanted) - 1, wanted);
    assert_int_equal(text.ptr[text.len - 1], '\n');
    lj_buf_done(&text);
}

static void test_checkpoint__comes_back_and_no_change_passes(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(schemes); i++) {
        const seal_key *key = log_key(schemes[i], 0);
        seal_checkpoint point = sample_of(i == 0 ? SEAL_SM3 : SEAL_SHA256);
        seal_checkpoint read;
        lj_buf text;
        lj_buf_init(&text, NULL, SEAL_CHECKPOINT_MAX);
        assert_int_equal(seal_checkpoint_write(&point, key, &text, NULL), LJ_OK);
        assert_int_equal(seal_checkpoint_check(lj_buf_slice(&text), key, &read, NULL), LJ_OK);
        assert_int_equal(read.district, point.district);
        assert_int_equal(read.head.size, point.head.size);
        assert_int_equal(read.at, point.at);
        assert_int_equal(read.hash, point.hash);
        assert_true(seal_digest_is(&read.head.root, &point.head.root));
        assert_memory_equal(read.log.bytes, point.log.bytes, SEAL_ID_LEN);
        assert_int_equal(
            seal_checkpoint_check(lj_buf_slice(&text), log_key(schemes[i], 1), &read, NULL),
            LJ_E_TAMPERED);
        for (size_t bit = 0; bit < 8 * text.len; bit++) {
            text.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
            lj_code code = seal_checkpoint_check(lj_buf_slice(&text), key, &read, NULL);
            assert_true(code == LJ_E_FORMAT || code == LJ_E_TAMPERED);
            text.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (size_t len = 0; len < text.len; len++) {
            lj_code code = seal_checkpoint_read(lj_slice_of(text.ptr, len), &read, NULL);
            CHECK_ROW("cut", code, LJ_E_FORMAT);
        }
        lj_buf_put_cstr(&text, "\n");
        assert_int_equal(seal_checkpoint_read(lj_buf_slice(&text), &read, NULL), LJ_E_FORMAT);
        lj_buf_done(&text);
    }
}

static void test_checkpoint__instants_and_sizes_to_their_ends(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t at;
        uint64_t size, district;
        lj_code wanted;
    } rows[] = {
        {"begin",          0,               0,                 0,                   LJ_OK       },
        {"leap day",       951782400000,    1,                 1,                   LJ_OK       },
        {"end",            253402300799999, SEAL_TREE_MAX,     999999999999999999,  LJ_OK       },
        {"before",         -1,              1,                 1,                   LJ_E_INVALID},
        {"after",          253402300800000, 1,                 1,                   LJ_E_INVALID},
        {"too large",      0,               SEAL_TREE_MAX + 1, 1,                   LJ_E_INVALID},
        {"district of 19", 0,               1,                 1000000000000000000, LJ_E_INVALID},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seal_checkpoint point = sample_of(SEAL_SHA256);
        seal_checkpoint read;
        lj_buf text;
        point.at = rows[i].at;
        point.head.size = rows[i].size;
        point.district = rows[i].district;
        lj_buf_init(&text, NULL, SEAL_CHECKPOINT_MAX);
        CHECK_ROW(rows[i].name,
                  seal_checkpoint_write(&point, log_key(SEAL_ED25519, 0), &text, NULL),
                  rows[i].wanted);
        if (rows[i].wanted == LJ_OK) {
            CHECK_ROW(rows[i].name, seal_checkpoint_read(lj_buf_slice(&text), &read, NULL), LJ_OK);
            CHECK_ROW(rows[i].name, read.at, rows[i].at);
            CHECK_ROW(rows[i].name, read.head.size, rows[i].size);
        }
        lj_buf_done(&text);
    }
}

static void test_checkpoint__random_instants_come_back(void **state)
{
    (void)state;
    log_dice dice = {17};
    for (int i = 0; i < 300; i++) {
        seal_checkpoint point = sample_of(SEAL_SHA256);
        seal_checkpoint read;
        lj_buf text;
        point.at = (int64_t)dice_below(&dice, 253402300800000);
        lj_buf_init(&text, NULL, SEAL_CHECKPOINT_MAX);
        assert_int_equal(seal_checkpoint_write(&point, log_key(SEAL_ED25519, 0), &text, NULL),
                         LJ_OK);
        assert_int_equal(seal_checkpoint_read(lj_buf_slice(&text), &read, NULL), LJ_OK);
        assert_int_equal(read.at, point.at);
        lj_buf_done(&text);
    }
}

static void test_base64__one_spelling_each_way(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *text;
    } rows[] = {
        {"",       ""        },
        {"f",      "Zg=="    },
        {"fo",     "Zm8="    },
        {"foo",    "Zm9v"    },
        {"foob",   "Zm9vYg=="},
        {"fooba",  "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    static const char *const wrong[] = {"Zg",     "Zg=",  "Zh==", "Zm9=",     "Zg==Zg==", "=Zg=",
                                        "Zm9v\n", "Z===", "====", "Zm9vYg=A", "Zm 9"};
    uint8_t out[16];
    size_t len = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf text;
        lj_buf_init(&text, NULL, 64);
        seal_base64_put(&text, lj_cstr_bytes(rows[i].bytes));
        CHECK_ROW_TEXT(rows[i].text, text.ptr, text.len, rows[i].text);
        CHECK_ROW(rows[i].text, seal_base64_take(lj_buf_slice(&text), out, sizeof(out), &len), 1);
        CHECK_ROW_TEXT(rows[i].text, out, len, rows[i].bytes);
        lj_buf_done(&text);
    }
    for (size_t i = 0; i < LJ_COUNT_OF(wrong); i++) {
        CHECK_ROW(wrong[i], seal_base64_take(lj_cstr_bytes(wrong[i]), out, sizeof(out), &len), 0);
    }
    assert_false(seal_base64_take(LJ_BYTES("Zm9vYmFy"), out, 5, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoint__is_the_text_of_the_page),
        cmocka_unit_test(test_checkpoint__comes_back_and_no_change_passes),
        cmocka_unit_test(test_checkpoint__instants_and_sizes_to_their_ends),
        cmocka_unit_test(test_checkpoint__random_instants_come_back),
        cmocka_unit_test(test_base64__one_spelling_each_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
