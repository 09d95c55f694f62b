/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The compound file: streams by their chains, everything that stands beside them, and files that
 * lie about their structure. The row `ole2` is read here; its dialects have tests of their own. */
#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "ole2_build.h"

/* UTF-16 of a few letters, so that a sweep finds them: 食堂开饭时间调整通知 */
#define WIDE_NOTICE                                                                                \
    "\xDF\x98\x02\x58\x00\x5F\x6D\x99\xF6\x65\xF4\x95\x03\x8C\x74\x65\x1A\x90\xE5\x77"
#define NOTICE      "食堂开饭时间调整通知"
/* 会议室使用登记办法 */
#define WIDE_OTHER  "\x1A\x4F\xAE\x8B\xA4\x5B\x7F\x4F\x28\x75\x7B\x76\xB0\x8B\x9E\x52\xD5\x6C"
#define OTHER       "会议室使用登记办法"
#define UNREACHABLE "hidden:unreachable"
#define SLACK       "hidden:slack"

static void put_filled(lj_buf *out, lj_slice head, size_t len, lj_slice tail)
{
    lj_buf_init(out, NULL, 8 << 20);
    lj_buf_put(out, head);
    while (out->len + tail.len < len) {
        lj_buf_put_u8(out, 0);
    }
    lj_buf_put(out, tail);
}

/* ---- good files ---- */

static void test_ole2__streams_of_every_size_are_read(void **state)
{
    (void)state;
    static const size_t sizes[] = {20, 64, 65, 511, 512, 513, 4095, 4096, 4097, 100000};
    for (uint32_t shift = 9; shift <= 12; shift += 3) {
        for (size_t i = 0; i < LJ_COUNT_OF(sizes); i++) {
            ole2_build file;
            lj_buf data;
            ole2_build_init(&file, shift);
            (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, "First", LJ_BYTES("\1\2\3"));
            uint32_t folder = ole2_build_storage(&file, OLE2_BUILD_ROOT, "Folder");
            put_filled(&data, (lj_slice){NULL, 0}, sizes[i], LJ_BYTES(WIDE_NOTICE));
            (void)ole2_build_stream(&file, folder, "Inside", lj_buf_slice(&data));
            collect seen;
            collect_init(&seen);
            collect_run(&seen, ole2_build_end(&file));
            print_message("size %zu\n", sizes[i]);
            CHECK_HAS(&seen, "doc ole2 root");
            CHECK_HAS(&seen, "raw part=Folder/Inside");
            CHECK_HAS(&seen, NOTICE);
            CHECK_HAS_NOT(&seen, SLACK);
            assert_int_equal(collect_count(&seen, NOTICE), 1);
            assert_int_equal(seen.gap_count, 0);
            assert_int_equal(seen.examined, seen.size);
            collect_done(&seen);
            lj_buf_done(&data);
            ole2_build_done(&file);
        }
    }
}

static void test_ole2__a_property_set_becomes_metadata(void **state)
{
    (void)state;
    static const ole2_build_property rows[] = {
        {2,  {(const uint8_t *)"\xCA\xB3\xCC\xC3\xCD\xA8\xD6\xAA", 8}}, /* 食堂通知 in GBK */
        {4,  {(const uint8_t *)"Li", 2}                              },
        {99, {(const uint8_t *)"\xD0\xDE\xB6\xA9\xB8\xE5", 6}        }, /* 修订稿 */
    };
    lj_buf set;
    lj_buf_init(&set, NULL, 1 << 16);
    ole2_build_properties(&set, OLE2_BUILD_SUMMARY, 936, rows, LJ_COUNT_OF(rows));
    ole2_build file;
    ole2_build_init(&file, 9);
    (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, "\5SummaryInformation", lj_buf_slice(&set));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, ole2_build_end(&file));
    CHECK_HAS(&seen, "metadata part=SummaryInformation hidden:not_printed 'title':'食堂通知'");
    CHECK_HAS(&seen, "'author':'Li'");
    CHECK_HAS(&seen, "'property':'修订稿'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    ole2_build_done(&file);
    lj_buf_done(&set);
}

/* A value that is hidden between the values of a property set: no property points at it. */
static void test_ole2__bytes_between_properties_are_swept(void **state)
{
    (void)state;
    static const ole2_build_property rows[] = {
        {2, {(const uint8_t *)"Title", 5}                },
        {3, {(const uint8_t *)WIDE_NOTICE WIDE_OTHER, 38}},
        {4, {(const uint8_t *)"Li", 2}                   },
    };
    lj_buf set;
    lj_buf_init(&set, NULL, 1 << 16);
    ole2_build_properties(&set, OLE2_BUILD_SUMMARY, 936, rows, LJ_COUNT_OF(rows));
    /* the row of property 3 (the third of four) points at the title instead */
    memcpy(set.ptr + 48 + 8 + 3 * 8 - 8 + 4, set.ptr + 48 + 8 + 2 * 8 - 8 + 4, 4);
    ole2_build file;
    ole2_build_init(&file, 9);
    (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, "\5SummaryInformation", lj_buf_slice(&set));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, ole2_build_end(&file));
    CHECK_HAS(&seen, "'title':'Title'");
    CHECK_HAS(&seen, OTHER);
    CHECK_HAS(&seen, SLACK);
    collect_done(&seen);
    ole2_build_done(&file);
    lj_buf_done(&set);
}

static void test_ole2__a_packed_file_is_a_child(void **state)
{
    (void)state;
    static const char native[] = "\x40\0\0\0\2\0Label\0note.txt\0\0\0\3\0\6\0\0\0C:\\n.t\x11\0\0\0"
                                 "text of the notes";
    ole2_build file;
    ole2_build_init(&file, 9);
    uint32_t pool = ole2_build_storage(&file, OLE2_BUILD_ROOT, "_1180");
    lj_slice data = lj_slice_of(native, sizeof(native) - 1);
    uint32_t no = ole2_build_stream(&file, pool, "\1Ole10Native", data);
    file.entries[no].data.ptr[0] = (uint8_t)(data.len - 4);
    collect seen;
    collect_init(&seen);
    collect_run(&seen, ole2_build_end(&file));
    CHECK_HAS(&seen, "'label':'Label'");
    CHECK_HAS(&seen, "doc text embedded 'note.txt'");
    CHECK_HAS(&seen, "text of the notes");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    ole2_build_done(&file);
}

static void test_ole2__a_storage_with_a_document_is_a_child(void **state)
{
    (void)state;
    for (size_t len = 100; len <= 9000; len += 8900) { /* in mini sectors and in whole ones */
        ole2_build file;
        lj_buf data;
        ole2_build_init(&file, 9);
        uint32_t pool = ole2_build_storage(&file, OLE2_BUILD_ROOT, "ObjectPool");
        uint32_t object = ole2_build_storage(&file, pool, "_1180");
        put_filled(&data, (lj_slice){NULL, 0}, len, LJ_BYTES(WIDE_NOTICE));
        (void)ole2_build_stream(&file, object, "EncryptedPackage", LJ_BYTES("\1\2"));
        uint32_t deeper = ole2_build_storage(&file, object, "Deeper");
        (void)ole2_build_stream(&file, deeper, "Inside", lj_buf_slice(&data));
        (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, "Outside", LJ_BYTES(WIDE_OTHER));
        collect seen;
        collect_init(&seen);
        collect_run(&seen, ole2_build_end(&file));
        CHECK_HAS(&seen, "doc ooxml-encrypted embedded '_1180'");
        CHECK_HAS(&seen, "[1] raw part=Deeper/Inside");
        CHECK_HAS(&seen, "[0] raw part=Outside");
        assert_int_equal(collect_count(&seen, NOTICE), 1);
        assert_true(collect_has_gap(&seen, GAP_ENCRYPTED, "ooxml-rights"));
        collect_done(&seen);
        lj_buf_done(&data);
        ole2_build_done(&file);
    }
}

/* [MS-OVBA] 2.4.1: text as literals only, eight behind each byte of flags. */
static void put_packed(lj_buf *out, const char *text)
{
    size_t len = strlen(text);
    size_t packed = len + (len + 7) / 8;
    lj_buf_put_u8(out, 1);
    lj_buf_put_u16le(out, (uint16_t)(0xB000 | (packed - 1)));
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0) {
            lj_buf_put_u8(out, 0);
        }
        lj_buf_put_u8(out, (uint8_t)text[i]);
    }
}

static void test_ole2__macros_are_read(void **state)
{
    (void)state;
    ole2_build file;
    lj_buf dir;
    lj_buf module;
    lj_buf_init(&dir, NULL, 4096);
    lj_buf_init(&module, NULL, 4096);
    put_packed(&dir, "\x03"); /* no records: the source is found by its first words */
    lj_buf_put(&module, LJ_BYTES("compiled form"));
    put_packed(&module, "Attribute VB_Name = \"Modul\"\r\n' \xCA\xB3\xCC\xC3\xCD\xA8\xD6\xAA\r\n");
    ole2_build_init(&file, 9);
    uint32_t macros = ole2_build_storage(&file, OLE2_BUILD_ROOT, "Macros");
    uint32_t vba = ole2_build_storage(&file, macros, "VBA");
    (void)ole2_build_stream(&file, vba, "dir", lj_buf_slice(&dir));
    (void)ole2_build_stream(&file, vba, "Modul", lj_buf_slice(&module));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, ole2_build_end(&file));
    CHECK_HAS(&seen, "script part=Macros/VBA/Modul hidden:not_printed");
    CHECK_HAS(&seen, "食堂通知");
    assert_true(collect_has_note(&seen, NOTE_MACROS));
    collect_done(&seen);
    ole2_build_done(&file);
    lj_buf_done(&dir);
    lj_buf_done(&module);
}

/* ---- what stands beside the streams ---- */

static void test_ole2__stray_entries_slack_and_free_sectors_are_found(void **state)
{
    (void)state;
    ole2_build file;
    lj_buf data;
    ole2_build_init(&file, 9);
    put_filled(&data, LJ_BYTES("\1"), 5000, LJ_BYTES("\1"));
    uint32_t big = ole2_build_stream(&file, OLE2_BUILD_ROOT, "Big", lj_buf_slice(&data));
    (void)ole2_build_stray(&file, "Stale", LJ_BYTES(WIDE_NOTICE));
    uint32_t gone = ole2_build_stream(&file, OLE2_BUILD_ROOT, "Gone", lj_buf_slice(&data));
    (void)ole2_build_end(&file);
    /* slack: behind the 5,000th byte, in the last sector of the stream */
    memcpy(file.out.ptr + ole2_build_sector_off(&file, file.entries[big].start) + 5010, WIDE_OTHER,
           sizeof(WIDE_OTHER) - 1);
    /* a deleted stream: its entry is empty, its sectors are free, its bytes are there */
    uint64_t at = ole2_build_sector_off(&file, file.entries[gone].start);
    memcpy(file.out.ptr + at + 100, WIDE_NOTICE WIDE_OTHER, 38);
    ole2_build_poke(&file, ole2_build_entry_off(&file, gone) + 66, 0, 1);
    for (uint32_t i = 0; i < 10; i++) {
        ole2_build_fat(&file, file.entries[gone].start + i, 0xFFFFFFFF);
    }
    collect seen;
    collect_init(&seen);
    collect_run(&seen, lj_buf_slice(&file.out));
    CHECK_HAS(&seen, "raw part=Stale swept " UNREACHABLE);
    assert_int_equal(collect_count(&seen, OTHER), 2);
    assert_int_equal(collect_count(&seen, SLACK), 2);
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    collect_done(&seen);
    lj_buf_done(&data);
    ole2_build_done(&file);
}

/* ---- files that lie ---- */

typedef struct lie {
    const char *name;
    void (*tell)(ole2_build *file, uint32_t big, uint32_t other);
} lie;

static void lie_loop(ole2_build *file, uint32_t big, uint32_t other)
{
    (void)other;
    ole2_build_fat(file, file->entries[big].start + 3, file->entries[big].start);
}

static void lie_crossing(ole2_build *file, uint32_t big, uint32_t other)
{
    ole2_build_fat(file, file->entries[other].start + 1, file->entries[big].start + 2);
}

static void lie_size(ole2_build *file, uint32_t big, uint32_t other)
{
    (void)other;
    ole2_build_poke(file, ole2_build_entry_off(file, big) + 120, 0xFFFFFFFF, 4);
}

static void lie_start(ole2_build *file, uint32_t big, uint32_t other)
{
    (void)big;
    ole2_build_poke(file, ole2_build_entry_off(file, other) + 116, 0x7FFFFFFF, 4);
}

static void lie_beyond(ole2_build *file, uint32_t big, uint32_t other)
{
    (void)other;
    ole2_build_fat(file, file->entries[big].start + 4, file->sectors + 1000);
}

static void lie_tree(ole2_build *file, uint32_t big, uint32_t other)
{
    /* the sibling of a stream is the stream before it */
    ole2_build_poke(file, ole2_build_entry_off(file, other) + 72, big, 4);
}

static void lie_directory(ole2_build *file, uint32_t big, uint32_t other)
{
    (void)big;
    (void)other;
    uint32_t sector = (uint32_t)((file->directory_off >> file->shift) - 1);
    ole2_build_fat(file, sector, sector);
}

static void lie_fat(ole2_build *file, uint32_t big, uint32_t other)
{
    (void)big;
    (void)other;
    ole2_build_poke(file, 76, file->sectors + 7, 4); /* the place of the FAT */
}

static void lie_shift(ole2_build *file, uint32_t big, uint32_t other)
{
    (void)big;
    (void)other;
    ole2_build_poke(file, 30, 31, 2);
}

static void lie_difat(ole2_build *file, uint32_t big, uint32_t other)
{
    (void)other;
    ole2_build_poke(file, 68, file->entries[big].start, 4);
    ole2_build_poke(file, 72, 0xFFFFFFFF, 4);
}

/* Whatever the structure says: it ends, the text is found, and the damage is told. */
static void test_ole2__lies_end_and_hide_nothing(void **state)
{
    (void)state;
    static const lie rows[] = {
        {"loop",      lie_loop     },
        {"crossing",  lie_crossing },
        {"size",      lie_size     },
        {"start",     lie_start    },
        {"beyond",    lie_beyond   },
        {"tree",      lie_tree     },
        {"directory", lie_directory},
        {"fat",       lie_fat      },
        {"shift",     lie_shift    },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ole2_build file;
        lj_buf data;
        lj_buf more;
        ole2_build_init(&file, 9);
        put_filled(&data, LJ_BYTES("\1"), 9000, LJ_BYTES(WIDE_NOTICE));
        put_filled(&more, LJ_BYTES("\1"), 5000, LJ_BYTES(WIDE_OTHER));
        uint32_t big = ole2_build_stream(&file, OLE2_BUILD_ROOT, "Big", lj_buf_slice(&data));
        uint32_t other = ole2_build_stream(&file, OLE2_BUILD_ROOT, "Other", lj_buf_slice(&more));
        (void)ole2_build_end(&file);
        rows[i].tell(&file, big, other);
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&file.out));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, NOTICE);
        CHECK_HAS(&seen, OTHER);
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_DAMAGED, NULL), true);
        collect_done(&seen);
        lj_buf_done(&data);
        lj_buf_done(&more);
        ole2_build_done(&file);
    }
}

/* A DIFAT that is not needed is not followed: the file is whole without it. */
static void test_ole2__a_false_difat_does_no_harm(void **state)
{
    (void)state;
    ole2_build file;
    lj_buf data;
    ole2_build_init(&file, 9);
    put_filled(&data, LJ_BYTES("\1"), 9000, LJ_BYTES(WIDE_NOTICE));
    uint32_t big = ole2_build_stream(&file, OLE2_BUILD_ROOT, "Big", lj_buf_slice(&data));
    (void)ole2_build_end(&file);
    lie_difat(&file, big, big);
    collect seen;
    collect_init(&seen);
    collect_run(&seen, lj_buf_slice(&file.out));
    CHECK_HAS(&seen, NOTICE);
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    lj_buf_done(&data);
    ole2_build_done(&file);
}

static void test_ole2__cut_at_every_sixteenth(void **state)
{
    (void)state;
    ole2_build file;
    lj_buf data;
    ole2_build_init(&file, 9);
    put_filled(&data, LJ_BYTES(WIDE_NOTICE), 30000, LJ_BYTES("\1"));
    (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, "Big", lj_buf_slice(&data));
    lj_slice all = ole2_build_end(&file);
    for (size_t i = 1; i < 16; i++) {
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_slice_part(all, 0, all.len * i / 16));
        CHECK_ROW("gap", collect_has_gap(&seen, GAP_DAMAGED, NULL), true);
        CHECK_ROW("text", collect_has(&seen, NOTICE), true); /* it stands in front */
        collect_done(&seen);
    }
    lj_buf_done(&data);
    ole2_build_done(&file);
}

/* ---- limits ---- */

static void test_ole2__entries_at_n_minus_1_n_and_n_plus_1(void **state)
{
    (void)state;
    ole2_build file;
    ole2_build_init(&file, 9);
    for (int i = 0; i < 7; i++) { /* with the root eight entries: two whole sectors */
        char name[8] = "s0";
        name[1] = (char)('0' + i);
        (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, name, LJ_BYTES(WIDE_NOTICE));
    }
    lj_slice all = ole2_build_end(&file);
    for (uint64_t limit = 7; limit <= 9; limit++) {
        collect seen;
        collect_init(&seen);
        seen.options.limits.value[FORMAT_LIMIT_ENTRIES] = limit;
        collect_run(&seen, all);
        CHECK_ROW("limit", collect_has_limit(&seen, FORMAT_LIMIT_ENTRIES), limit < 8);
        collect_done(&seen);
    }
    ole2_build_done(&file);
}

/* ---- encrypted packages (row ooxml-encrypted) ---- */

static bool run_sample(collect *seen, const char *name)
{
    char path[4096];
    const char *root = getenv("LIJIAN_SOURCE");
    (void)snprintf(path, sizeof(path), "%s/tests/formats/ooxml-encrypted/%s",
                   root != NULL ? root : ".", name);
    return collect_run_file(seen, path);
}

static void test_ooxml_crypt__passwords_open_what_they_fit(void **state)
{
    (void)state;
    static const lj_str list[] = {
        {"wrong",          5 },
        {"solrcell",       8 },
        {"this is a test", 14}
    };
    static const struct {
        const char *file;
        uint32_t passwords; /* of the list, from its start */
        const char *kind;   /* NULL: opened */
        const char *text;
    } rows[] = {
        {"default-password.xlsx",   0, NULL,             "Excel"                                    },
        {"encrypted-standard.docx", 0, "ooxml-standard", NULL                                       },
        {"encrypted-standard.docx", 1, "ooxml-standard", NULL                                       },
        {"encrypted-standard.docx", 2, NULL,             "This is password protected Word document."},
        {"encrypted-agile.xlsx",    2, "ooxml-agile",    NULL                                       },
        {"encrypted-agile.xlsx",    3, NULL,             "'test'"                                   },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        seen.options.passwords = list;
        seen.options.password_count = rows[i].passwords;
        assert_true(run_sample(&seen, rows[i].file));
        print_message("row: %s, %u passwords\n", rows[i].file, rows[i].passwords);
        bool open = rows[i].kind == NULL;
        CHECK_ROW(rows[i].file, collect_has_note(&seen, NOTE_PASSWORD_USED), open);
        CHECK_ROW(rows[i].file, collect_has_gap(&seen, GAP_ENCRYPTED, NULL), !open);
        if (open) {
            CHECK_HAS(&seen, rows[i].text);
            assert_false(collect_has_gap(&seen, GAP_DAMAGED, NULL)); /* one holds a picture */
            assert_int_equal(seen.examined, seen.size);
        } else {
            assert_true(collect_has_gap(&seen, GAP_ENCRYPTED, rows[i].kind));
        }
        collect_done(&seen);
    }
}

/* The rounds come from the file and are charged: a small budget ends them with a limit. */
static void test_ooxml_crypt__rounds_are_charged(void **state)
{
    (void)state;
    for (int enough = 0; enough <= 1; enough++) {
        collect seen;
        collect_init(&seen);
        seen.options.limits.value[FORMAT_LIMIT_WORK] = enough == 1 ? 40000000 : 1000000;
        assert_true(run_sample(&seen, "default-password.xlsx"));
        CHECK_ROW("limit", collect_has_limit(&seen, FORMAT_LIMIT_WORK), enough == 0);
        collect_done(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ole2__streams_of_every_size_are_read),
        cmocka_unit_test(test_ole2__a_property_set_becomes_metadata),
        cmocka_unit_test(test_ole2__bytes_between_properties_are_swept),
        cmocka_unit_test(test_ole2__a_packed_file_is_a_child),
        cmocka_unit_test(test_ole2__a_storage_with_a_document_is_a_child),
        cmocka_unit_test(test_ole2__macros_are_read),
        cmocka_unit_test(test_ole2__stray_entries_slack_and_free_sectors_are_found),
        cmocka_unit_test(test_ole2__lies_end_and_hide_nothing),
        cmocka_unit_test(test_ole2__a_false_difat_does_no_harm),
        cmocka_unit_test(test_ole2__cut_at_every_sixteenth),
        cmocka_unit_test(test_ole2__entries_at_n_minus_1_n_and_n_plus_1),
        cmocka_unit_test(test_ooxml_crypt__passwords_open_what_they_fit),
        cmocka_unit_test(test_ooxml_crypt__rounds_are_charged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
