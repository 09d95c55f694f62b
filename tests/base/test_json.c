/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/json: what is written, byte for byte. */
#include "base/json.h"

#include "../check.h"

static void check_text(lj_slice value, const char *wanted)
{
    lj_buf buf;
    lj_buf_init(&buf, NULL, 4096);
    lj_json json = lj_json_of(&buf);
    lj_json_text(&json, NULL, value);
    CHECK_ROW_TEXT(wanted, buf.ptr, buf.len, wanted);
    lj_buf_done(&buf);
}

static void test_json__texts_are_escaped_and_always_utf8(void **state)
{
    (void)state;
    check_text(LJ_BYTES(""), "\"\"");
    check_text(LJ_BYTES("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    check_text(LJ_BYTES("line\nend\r\t"), "\"line\\nend\\u000d\\u0009\"");
    check_text(LJ_BYTES("\0\x1F\x7F"), "\"\\u0000\\u001f\\u007f\"");
    check_text(LJ_BYTES("秘密★"), "\"秘密★\"");
    check_text(LJ_BYTES("\xF0\xA0\x80\x80"), "\"\xF0\xA0\x80\x80\"");
    check_text(LJ_BYTES("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
    check_text(LJ_BYTES("\xE7\xA7"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""); /* cut inside a letter */
    check_text(LJ_BYTES("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void test_json__commas_stand_between_values_only(void **state)
{
    (void)state;
    lj_buf buf;
    lj_buf_init(&buf, NULL, 4096);
    lj_json json = lj_json_of(&buf);
    lj_json_object_begin(&json, NULL);
    lj_json_uint(&json, "n", UINT64_MAX);
    lj_json_int(&json, "i", INT64_MIN);
    lj_json_array_begin(&json, "a");
    lj_json_array_end(&json);
    lj_json_array_begin(&json, "b");
    lj_json_object_begin(&json, NULL);
    lj_json_object_end(&json);
    lj_json_null(&json, NULL);
    lj_json_bool(&json, NULL, true);
    lj_json_bool(&json, NULL, false);
    lj_json_array_end(&json);
    lj_json_raw(&json, "r", LJ_BYTES("[1]"));
    lj_json_cstr(&json, "s", "x");
    lj_json_object_end(&json);
    static const char wanted[] = "{\"n\":18446744073709551615,\"i\":-9223372036854775808,\"a\":[],"
                                 "\"b\":[{},null,true,false],\"r\":[1],\"s\":\"x\"}";
    CHECK_ROW_TEXT("object", buf.ptr, buf.len, wanted);
    lj_buf_done(&buf);
}

static void test_json__base64_of_the_rfc_examples(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted; /* RFC 4648 section 10 */
    } rows[] = {
        {"",       "\"\""        },
        {"f",      "\"Zg==\""    },
        {"fo",     "\"Zm8=\""    },
        {"foo",    "\"Zm9v\""    },
        {"foob",   "\"Zm9vYg==\""},
        {"fooba",  "\"Zm9vYmE=\""},
        {"foobar", "\"Zm9vYmFy\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_buf buf;
        lj_buf_init(&buf, NULL, 64);
        lj_json json = lj_json_of(&buf);
        lj_json_base64(&json, NULL, lj_cstr_bytes(rows[i].text));
        CHECK_ROW_TEXT(rows[i].text, buf.ptr, buf.len, rows[i].wanted);
        lj_buf_done(&buf);
    }
}

static void test_json__steps_of_utf8_follow_the_standard(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t wanted;
    } rows[] = {
        {"a",                1}, /* the table 3-7 of the Unicode standard, each row at its edges */
        {"\xC2\x80",         2},
        {"\xC1\xBF",         0},
        {"\xDF\xBF",         2},
        {"\xE0\xA0\x80",     3},
        {"\xE0\x9F\xBF",     0},
        {"\xED\x9F\xBF",     3},
        {"\xED\xA0\x80",     0},
        {"\xEF\xBF\xBF",     3},
        {"\xF0\x90\x80\x80", 4},
        {"\xF0\x8F\xBF\xBF", 0},
        {"\xF4\x8F\xBF\xBF", 4},
        {"\xF4\x90\x80\x80", 0},
        {"\xF5\x80\x80\x80", 0},
        {"\x80",             0},
        {"\xE7\xA7",         0},
        {"\xE7\xA7Z",        0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char name[8];
        snprintf(name, sizeof(name), "%zu", i);
        CHECK_ROW(name, lj_utf8_step(lj_cstr_bytes(rows[i].bytes)), rows[i].wanted);
    }
    assert_int_equal(lj_utf8_step((lj_slice){NULL, 0}), 0);
    assert_true(lj_utf8_is_valid(LJ_BYTES("机密★20年")));
    assert_false(lj_utf8_is_valid(LJ_BYTES("机密★20年\xE7")));
}

static void test_json__a_full_buffer_is_told(void **state)
{
    (void)state;
    lj_buf buf;
    lj_buf_init(&buf, NULL, 5);
    lj_json json = lj_json_of(&buf);
    lj_json_text(&json, NULL, LJ_BYTES("abcd"));
    assert_false(lj_buf_ok(&buf));
    lj_buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json__texts_are_escaped_and_always_utf8),
        cmocka_unit_test(test_json__commas_stand_between_values_only),
        cmocka_unit_test(test_json__base64_of_the_rfc_examples),
        cmocka_unit_test(test_json__steps_of_utf8_follow_the_standard),
        cmocka_unit_test(test_json__a_full_buffer_is_told),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
