/* SPDX-License-Identifier: AGPL-3.0-or-later
 * TNEF: attributes, properties, attachments, compressed RTF; and streams whose lengths lie. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "mail_build.h"

static void run(collect *seen, const lj_buf *bytes)
{
    collect_init(seen);
    collect_run(seen, lj_buf_slice(bytes));
}

static void begin(lj_buf *out)
{
    lj_buf_init(out, NULL, 1 << 26);
    tnef_build_begin(out);
}

static void put_message_props(lj_buf *out, tnef_build_props *props)
{
    tnef_build_props_end(out, 1, 0x00069003, props);
    tnef_build_props_done(props);
}

static void test_tnef__attributes_and_properties_are_told(void **state)
{
    (void)state;
    lj_buf out;
    collect seen;
    tnef_build_props props;
    begin(&out);
    tnef_build_attribute(&out, 1, 0x00069007, LJ_BYTES("\xA8\3\0\0\0\0\0\0"));
    tnef_build_attribute(&out, 1, 0x00018004, LJ_BYTES("\xCA\xB3\xCC\xC3\0"));
    tnef_build_attribute(&out, 1, 0x00008000, LJ_BYTES("\4\0\20\0\5\0\5\0sender\0"));
    tnef_build_attribute(&out, 1, 0x0002800C, LJ_BYTES("the body\r\n\0"));
    tnef_build_props_init(&props);
    tnef_build_prop(&props, 0x0C1A001E, LJ_BYTES("\xBA\xF3\xC7\xDA\xBF\xC6\0"));
    tnef_build_prop_wide(&props, 0x3004, "一条备注");
    tnef_build_prop_named(&props, "自定义", "值");
    tnef_build_prop_number(&props, 0x00170003, 1);
    tnef_build_prop_wide(&props, 0x6F00, "unknown number");
    put_message_props(&out, &props);
    run(&seen, &out);
    CHECK_HAS(&seen, "'subject':'食堂'");
    CHECK_HAS(&seen, "'from':'sender");
    CHECK_HAS(&seen, "body at=");
    CHECK_HAS(&seen, "'the body\\x0d\\n'");
    CHECK_HAS(&seen, "'sender':'后勤科'");
    CHECK_HAS(&seen, "'comment':'一条备注'");
    CHECK_HAS(&seen, "'自定义':'值'");
    CHECK_HAS(&seen, "'0x6F00':'unknown number'");
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    collect_done(&seen);
    lj_buf_done(&out);
}

/* The best name wins, in whatever order they stand. */
static void test_tnef__attachments_have_their_best_name(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        lj_buf out;
        collect seen;
        tnef_build_props props;
        begin(&out);
        tnef_build_attribute(&out, 2, 0x00069002, LJ_BYTES("\1\0\0\0\0\0\0\0\0\0\0\0\0\0"));
        tnef_build_attribute(&out, 2, 0x00018010, LJ_BYTES("TITLE.TXT\0"));
        tnef_build_props_init(&props);
        if (order == 0) {
            tnef_build_prop_wide(&props, 0x3707, "食堂 long.txt");
        }
        tnef_build_prop(&props, 0x3707001E, LJ_BYTES("long.txt\0"));
        tnef_build_prop(&props, 0x3704001E, LJ_BYTES("SHORT.TXT\0"));
        if (order == 1) {
            tnef_build_prop_wide(&props, 0x3707, "食堂 long.txt");
        }
        tnef_build_props_end(&out, 2, 0x00069005, &props);
        tnef_build_props_done(&props);
        tnef_build_attribute(&out, 2, 0x0006800F, LJ_BYTES("data of the first"));
        tnef_build_attribute(&out, 2, 0x00069002, LJ_BYTES("\1\0\0\0\0\0\0\0\0\0\0\0\0\0"));
        tnef_build_attribute(&out, 2, 0x00018010, LJ_BYTES("second.txt\0"));
        tnef_build_attribute(&out, 2, 0x0006800F, LJ_BYTES("data of the second"));
        run(&seen, &out);
        CHECK_HAS(&seen, "attached '食堂 long.txt'");
        CHECK_HAS(&seen, "'attachment-name':'SHORT.TXT'");
        CHECK_HAS(&seen, "'data of the first'");
        CHECK_HAS(&seen, "attached 'second.txt'");
        CHECK_HAS(&seen, "'data of the second'");
        assert_int_equal(seen.gap_count, 0);
        assert_int_equal(seen.examined, seen.size);
        collect_done(&seen);
        lj_buf_done(&out);
    }
}

/* Compressed RTF is text for the test under another head: what is decoded is a child in any case.
 */
static void test_tnef__compressed_rtf_is_decoded(void **state)
{
    (void)state;
    static const size_t lens[] = {0, 1, 7, 8, 9, 3888, 3889, 3890, 5000, 100000};
    for (size_t i = 0; i < LJ_COUNT_OF(lens); i++) {
        lj_buf text;
        lj_buf packed;
        lj_buf out;
        collect seen;
        tnef_build_props props;
        lj_buf_init(&text, NULL, 1 << 20);
        lj_buf_init(&packed, NULL, 1 << 20);
        while (text.len < lens[i]) {
            lj_buf_put_u8(&text, (uint8_t)('a' + text.len % 7));
        }
        lj_buf_put_cstr(&text, "|the end");
        tnef_build_rtf(&packed, lj_buf_slice(&text));
        begin(&out);
        tnef_build_props_init(&props);
        tnef_build_prop(&props, 0x10090102, lj_buf_slice(&packed));
        put_message_props(&out, &props);
        run(&seen, &out);
        CHECK_HAS(&seen, "doc text embedded 'body.rtf'");
        CHECK_HAS(&seen, "|the end'");
        CHECK_ROW("rtf", seen.gap_count, 0);
        collect_done(&seen);
        lj_buf_done(&text);
        lj_buf_done(&packed);
        lj_buf_done(&out);
    }
}

/* [MS-OXRTFCP] 3.2.1, 3.2.2: runs that repeat what is still being written. */
static void test_tnef__compressed_rtf_repeats(void **state)
{
    (void)state;
    static const uint8_t hello[] = {0x2D, 0x00, 0x00, 0x00, 0x2B, 0x00, 0x00, 0x00, 0x4C, 0x5A,
                                    0x46, 0x75, 0xF1, 0xC5, 0xC7, 0xA7, 0x03, 0x00, 0x0A, 0x00,
                                    0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0A,
                                    0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09, 0x00, 0x20, 0x62, 0x77,
                                    0x05, 0xB0, 0x6C, 0x64, 0x7D, 0x0A, 0x80, 0x0F, 0xA0};
    static const uint8_t repeats[] = {0x1A, 0x00, 0x00, 0x00, 0x1C, 0x00, 0x00, 0x00, 0x4C, 0x5A,
                                      0x46, 0x75, 0xE2, 0xD4, 0x4B, 0x51, 0x41, 0x00, 0x04, 0x20,
                                      0x57, 0x58, 0x59, 0x5A, 0x0D, 0x6E, 0x7D, 0x01, 0x0E, 0xB0};
    static const struct {
        const uint8_t *bytes;
        size_t len;
        uint64_t size; /* of the RTF */
        int change;    /* byte that is changed, or -1 */
        bool is_damaged;
    } rows[] = {
        {hello,   sizeof(hello),       43, -1, false},
        {repeats, sizeof(repeats),     28, -1, false},
        {repeats, sizeof(repeats),     28, 12, true }, /* the checksum */
        {repeats, sizeof(repeats) - 2, 28, -1, true }, /* without the end mark: the checksum */
        {repeats, sizeof(repeats) - 5, 11, -1, true }, /* and without two runs */
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf out;
        collect seen;
        tnef_build_props props;
        uint8_t bytes[64];
        char size[32];
        memcpy(bytes, rows[i].bytes, rows[i].len);
        if (rows[i].change >= 0) {
            bytes[rows[i].change] ^= 1;
        }
        begin(&out);
        tnef_build_props_init(&props);
        tnef_build_prop(&props, 0x10090102, lj_slice_of(bytes, rows[i].len));
        put_message_props(&out, &props);
        run(&seen, &out);
        snprintf(size, sizeof(size), "[1] end size=%u", (unsigned)rows[i].size);
        print_message("row: %zu\n", i);
        CHECK_ROW("repeats", collect_has_gap(&seen, GAP_DAMAGED, NULL), rows[i].is_damaged);
        CHECK_HAS(&seen, size);
        collect_done(&seen);
        lj_buf_done(&out);
    }
}

/* Messages inside, tables of recipients, data among the properties. */
static void test_tnef__what_is_nested_is_read(void **state)
{
    (void)state;
    lj_buf inner;
    lj_buf out;
    lj_buf table;
    collect seen;
    tnef_build_props props;
    lj_buf_init(&inner, NULL, 1 << 16);
    lj_buf_init(&table, NULL, 1 << 16);
    lj_buf_put(&inner, LJ_BYTES("\7\3\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46"));
    tnef_build_begin(&inner);
    tnef_build_attribute(&inner, 1, 0x00018004, LJ_BYTES("the inner subject\0"));
    begin(&out);
    tnef_build_props_init(&props);
    tnef_build_prop_wide(&props, 0x3001, "收件人");
    lj_buf_put_u32le(&table, 2);
    for (int i = 0; i < 2; i++) {
        lj_buf_put_u32le(&table, props.count);
        lj_buf_put(&table, lj_buf_slice(&props.bytes));
    }
    tnef_build_attribute(&out, 1, 0x00069004, lj_buf_slice(&table));
    tnef_build_props_done(&props);
    for (int is_object = 0; is_object < 2; is_object++) {
        tnef_build_attribute(&out, 2, 0x00069002, LJ_BYTES("\1\0\0\0\0\0\0\0\0\0\0\0\0\0"));
        tnef_build_props_init(&props);
        if (is_object == 1) {
            tnef_build_prop(&props, 0x3701000D, lj_buf_slice(&inner));
        } else {
            tnef_build_prop(&props, 0x37010102, LJ_BYTES("data among properties"));
        }
        tnef_build_props_end(&out, 2, 0x00069005, &props);
        tnef_build_props_done(&props);
    }
    run(&seen, &out);
    assert_int_equal(collect_count(&seen, "'display-name':'收件人'"), 2);
    CHECK_HAS(&seen, "'data among properties'");
    CHECK_HAS(&seen, "'subject':'the inner subject'");
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    collect_done(&seen);
    lj_buf_done(&inner);
    lj_buf_done(&out);
    lj_buf_done(&table);
}

/* Every length, one too large: told, and what stands before is read. */
static void test_tnef__lengths_that_lie_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t count, len;
    } rows[] = {
        {"more properties than there are", 2,          6         },
        {"endless properties",             UINT32_MAX, 6         },
        {"a value that ends outside",      1,          7000      },
        {"a value without an end",         1,          UINT32_MAX},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf out;
        lj_buf data;
        collect seen;
        begin(&out);
        lj_buf_init(&data, NULL, 1 << 16);
        tnef_build_attribute(&out, 1, 0x00018004, LJ_BYTES("the subject\0"));
        lj_buf_put_u32le(&data, rows[i].count);
        lj_buf_put_u32le(&data, 0x3004001E);
        lj_buf_put_u32le(&data, 1);
        lj_buf_put_u32le(&data, rows[i].len);
        lj_buf_put(&data, LJ_BYTES("value\0\0\0"));
        tnef_build_attribute(&out, 1, 0x00069003, lj_buf_slice(&data));
        run(&seen, &out);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "'the subject'");
        CHECK_ROW(rows[i].name, collect_has(&seen, "'comment':'value'"), rows[i].len == 6);
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_DAMAGED, NULL), true);
        collect_done(&seen);
        lj_buf_done(&out);
        lj_buf_done(&data);
    }
}

static void test_tnef__attributes_that_end_outside_are_told(void **state)
{
    (void)state;
    lj_buf out;
    begin(&out);
    tnef_build_attribute(&out, 1, 0x00018004, LJ_BYTES("the subject\0"));
    tnef_build_attribute(&out, 1, 0x0002800C, LJ_BYTES("the body\r\n\0"));
    for (size_t cut = 0; cut <= 21; cut++) {
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_slice_of(out.ptr, out.len - cut));
        CHECK_HAS(&seen, "'the subject'");
        CHECK_ROW("cut", collect_has_gap(&seen, GAP_DAMAGED, NULL), cut > 0);
        collect_done(&seen);
    }
    lj_buf_done(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tnef__attributes_and_properties_are_told),
        cmocka_unit_test(test_tnef__attachments_have_their_best_name),
        cmocka_unit_test(test_tnef__compressed_rtf_is_decoded),
        cmocka_unit_test(test_tnef__compressed_rtf_repeats),
        cmocka_unit_test(test_tnef__what_is_nested_is_read),
        cmocka_unit_test(test_tnef__lengths_that_lie_are_told),
        cmocka_unit_test(test_tnef__attributes_that_end_outside_are_told),
    };
    return cmocka_run_group_tests_name("tnef", tests, NULL, NULL);
}
