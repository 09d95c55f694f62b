/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Archives other than ZIP: every row on a good archive, what each kind of encryption and damage is
 * called, and what stands outside of all members. */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "../check.h"
#include "archive_build.h"
#include "base/num.h"
#include "base/os.h"
#include "collect.h"

#define MARK "机密★10年 示例文本"

static lj_slice mark_text(void)
{
    return LJ_BYTES(MARK "\n");
}

static const archive_member two[] = {
    {"目录/第一.txt", {(const uint8_t *)MARK "\n", sizeof(MARK)}, NULL, false},
    {"second.txt",        {(const uint8_t *)"in the open\n", 12},     NULL, false},
};

static void run(collect *seen, lj_buf *bytes)
{
    collect_init(seen);
    collect_run(seen, lj_buf_slice(bytes));
}

static void finish(collect *seen, lj_buf *bytes)
{
    collect_done(seen);
    lj_buf_done(bytes);
}

/* ---- good archives ---- */

static void check_two(const char *row, const collect *seen)
{
    print_message("row: %s\n", row);
    CHECK_HAS(seen, MARK);
    CHECK_HAS(seen, "in the open");
    CHECK_HAS(seen, "member_name '第一.txt'");
    CHECK_HAS(seen, "'second.txt'");
    CHECK_ROW(row, seen->gap_count, 0);
    CHECK_ROW(row, seen->examined, seen->size);
    CHECK_ROW(row, collect_has_note(seen, NOTE_TRAILING_BYTES), false);
    CHECK_HAS_NOT(seen, "hidden:slack");
}

static void test_archive__every_format_gives_its_members(void **state)
{
    (void)state;
    static const struct {
        const char *name, *format, *filter, *wanted;
    } rows[] = {
        {"7z",         "7zip",   NULL,       "doc 7z root"      },
        {"tar, ustar", "ustar",  NULL,       "doc tar root"     },
        {"tar, pax",   "pax",    NULL,       "doc tar root"     },
        {"tar, gnu",   "gnutar", NULL,       "doc tar root"     },
        {"tar, v7",    "v7tar",  NULL,       "doc tar root"     },
        {"cpio, newc", "newc",   NULL,       "doc cpio root"    },
        {"cpio, odc",  "odc",    NULL,       "doc cpio root"    },
        {"cpio, bin",  "bin",    NULL,       "doc cpio root"    },
        {"xar",        "xar",    NULL,       "doc xar root"     },
        {"tar.gz",     "pax",    "gzip",     "doc gz root"      },
        {"tar.bz2",    "pax",    "bzip2",    "doc bz2 root"     },
        {"tar.xz",     "pax",    "xz",       "doc xz root"      },
        {"tar.zst",    "pax",    "zstd",     "doc zst root"     },
        {"tar.lz4",    "pax",    "lz4",      "doc lz4 root"     },
        {"tar.lzma",   "pax",    "lzma",     "doc lzma root"    },
        {"tar.lz",     "pax",    "lzip",     "doc lzma root"    },
        {"tar.Z",      "pax",    "compress", "doc compress root"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes = archive_build(rows[i].format, rows[i].filter, two, LJ_COUNT_OF(two));
        collect seen;
        run(&seen, &bytes);
        CHECK_HAS(&seen, rows[i].wanted);
        check_two(rows[i].name, &seen);
        finish(&seen, &bytes);
    }
}

static void test_archive__formats_that_are_only_read_give_their_members(void **state)
{
    (void)state;
    lj_buf all[] = {cab_build(two, LJ_COUNT_OF(two)), rar4_build(two, LJ_COUNT_OF(two), 0, 0),
                    rar5_build(two, LJ_COUNT_OF(two), false, false, false)};
    static const char *const wanted[] = {"doc cab root", "doc rar root", "doc rar root"};
    for (size_t i = 0; i < LJ_COUNT_OF(all); i++) {
        collect seen;
        run(&seen, &all[i]);
        CHECK_HAS(&seen, wanted[i]);
        check_two(wanted[i], &seen);
        finish(&seen, &all[i]);
    }
}

static void test_archive__ar_takes_long_names_from_both_places(void **state)
{
    (void)state;
    static const archive_member members[] = {
        {"short.txt",                              {(const uint8_t *)"in the open\n", 12}, NULL, false},
        {"a_name_that_is_longer_than_sixteen.txt",
         {(const uint8_t *)MARK "\n", sizeof(MARK)},
         NULL,                                                                                   false},
    };
    lj_buf bsd = archive_build("arbsd", NULL, members, LJ_COUNT_OF(members));
    collect seen;
    run(&seen, &bsd);
    CHECK_HAS(&seen, "doc ar root");
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "'a_name_that_is_longer_than_sixteen.txt'");
    CHECK_HAS(&seen, "'short.txt'");
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    finish(&seen, &bsd);

    lj_buf gnu;
    lj_buf_init(&gnu, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_put_cstr(&gnu, "!<arch>\n"
                          "//                                              20        `\n"
                          "a_long_long_name.c/\n"
                          "/0              0           0     0     644     5         `\nhello\n");
    run(&seen, &gnu);
    CHECK_HAS(&seen, "'a_long_long_name.c'");
    CHECK_HAS(&seen, "'hello");
    assert_int_equal(seen.gap_count, 0);
    finish(&seen, &gnu);
}

static void test_archive__iso_names_come_from_every_tree(void **state)
{
    (void)state;
    lj_buf bytes = archive_build("iso9660", NULL, two, LJ_COUNT_OF(two));
    collect seen;
    run(&seen, &bytes);
    CHECK_HAS(&seen, "doc iso root");
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "in the open");
    CHECK_HAS(&seen, "'第一.txt'");
    CHECK_HAS(&seen, "'目录'");
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    assert_int_equal(collect_count(&seen, "in the open"), 1); /* in three trees, read once */
    finish(&seen, &bytes);
}

static void test_archive__iso_bytes_outside_of_files_are_swept(void **state)
{
    (void)state;
    lj_buf bytes = archive_build("iso9660", NULL, two, LJ_COUNT_OF(two));
    static const char hidden[] = "绝密★在系统区域里的文字，足够长的一段";
    memcpy(bytes.ptr + 512, hidden, sizeof(hidden));
    size_t at = bytes.len;
    for (size_t i = 0; i + 12 < bytes.len; i++) { /* behind the end of a file, in its last sector */
        at = memcmp(bytes.ptr + i, "in the open\n", 12) == 0 ? i : at;
    }
    memcpy(bytes.ptr + at + 100, hidden, sizeof(hidden));
    collect seen;
    run(&seen, &bytes);
    assert_int_equal(collect_count(&seen, "在系统区域里的文字"), 2);
    CHECK_HAS(&seen, "hidden:slack");
    finish(&seen, &bytes);
}

#define ZISOFS_MAGIC "\x37\xE4\x53\x96\xC9\xDB\xD6\x07"

/* An image by the library's writer whose large files are packed (zisofs). */
static lj_buf zisofs_build(const char *name, lj_slice data)
{
    lj_buf out;
    lj_buf_init(&out, NULL, ARCHIVE_BUILD_MAX);
    size_t room = data.len * 2 + (4 << 20);
    uint8_t *bytes = lj_buf_room(&out, room);
    assert_non_null(bytes);
    struct archive *writer = archive_write_new();
    assert_int_equal(archive_write_set_format_iso9660(writer), ARCHIVE_OK);
    assert_int_equal(archive_write_set_options(writer, "zisofs"), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(writer, bytes, room, &out.len), ARCHIVE_OK);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname_utf8(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)data.len);
    assert_int_equal(archive_write_header(writer, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(writer, data.ptr, data.len), data.len);
    archive_entry_free(entry);
    assert_int_equal(archive_write_close(writer), ARCHIVE_OK);
    archive_write_free(writer);
    return out;
}

/* Text, a hole of several blocks, filling, text. (The library packs noise wrongly.) */
static lj_buf text_with_holes(void)
{
    lj_buf text;
    lj_buf_init(&text, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_put_cstr(&text, MARK " at the start\n");
    while (text.len < 200000) {
        lj_buf_put_u8(&text, 0);
    }
    uint64_t seed = 7;
    while (text.len < 300000) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        lj_buf_put_u8(&text, (uint8_t)('a' + (seed >> 60)));
    }
    lj_buf_put_cstr(&text, "\n绝密★在打包文件末尾的文字\n");
    return text;
}

static void test_archive__iso_packed_files_are_unpacked(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t at; /* of a byte of the packed file that is changed; 0 with 0 = none */
        uint8_t to;
        bool has_end;
        const char *wanted; /* the gap, or the first of the lines when there is none */
    } rows[] = {
        {"whole",               0,  0,    true,  "size=300041"       },
        {"block size of 4",     13, 2,    false, "doc unknown member"},
        {"no header",           0,  0x38, false, "doc unknown member"},
        {"damaged first block", 60, 0xFF, false, "gap damaged"       },
        {"pointer beyond",      22, 0xFF, false, "gap damaged"       },
    };
    lj_buf text = text_with_holes();
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes = zisofs_build("packed.bin", lj_buf_slice(&text));
        size_t at = lj_slice_find(lj_buf_slice(&bytes), LJ_BYTES(ZISOFS_MAGIC));
        assert_true(at < bytes.len);
        bytes.ptr[at + rows[i].at] = rows[i].to != 0 ? rows[i].to : bytes.ptr[at];
        collect seen;
        run(&seen, &bytes);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, rows[i].wanted);
        CHECK_ROW(rows[i].name, collect_has(&seen, "在打包文件末尾的文字"), rows[i].has_end);
        bool has_gap = strncmp(rows[i].wanted, "gap", 3) == 0;
        CHECK_ROW(rows[i].name, seen.gap_count > 0, has_gap);
        CHECK_ROW(rows[i].name, seen.examined < seen.size, has_gap);
        finish(&seen, &bytes);
    }
    lj_buf_done(&text);
}

static void test_archive__iso_packed_files_of_a_newer_version_are_a_gap(void **state)
{
    (void)state;
    lj_buf text = text_with_holes();
    lj_buf bytes = zisofs_build("packed.bin", lj_buf_slice(&text));
    size_t at = lj_slice_find(lj_buf_slice(&bytes), LJ_BYTES(ZISOFS_MAGIC));
    assert_true(at < bytes.len);
    memcpy(bytes.ptr + at, "\xEF\x22\x55\xA1\xBC\x1B\x95\xA0", 8);
    collect seen;
    run(&seen, &bytes);
    assert_true(collect_has_gap(&seen, GAP_UNSUPPORTED, "zisofs"));
    assert_true(seen.examined < seen.size);
    finish(&seen, &bytes);
    lj_buf_done(&text);
}

/* Folders whose first record is not about themselves: tests/formats/iso has one of the wild. */
static void test_archive__iso_folders_may_begin_with_anything(void **state)
{
    (void)state;
    lj_buf bytes = archive_build("iso9660", NULL, two, LJ_COUNT_OF(two));
    unsigned changed = 0;
    for (size_t at = 16 * 2048; at + 2048 <= bytes.len; at += 2048) {
        uint8_t *record = bytes.ptr + at;
        if (record[0] >= 34 && record[32] == 1 && record[33] == 0 && (record[25] & 2) != 0) {
            memset(record + 10, 0xFF, 8);
            record[32] = 0;
            changed++;
        }
    }
    assert_true(changed >= 2);
    collect seen;
    run(&seen, &bytes);
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "in the open");
    assert_int_equal(seen.gap_count, 0);
    finish(&seen, &bytes);
}

/* What lies behind the last file is read without decoding the image once more. */
static void test_archive__iso_in_a_stream_is_decoded_once(void **state)
{
    (void)state;
    lj_buf big;
    lj_buf_init(&big, NULL, ARCHIVE_BUILD_MAX);
    uint8_t *zeros = lj_buf_room(&big, 9 << 20);
    assert_non_null(zeros);
    memset(zeros, 0, 9 << 20);
    big.len = 9 << 20;
    const archive_member members[] = {
        {"first.txt", mark_text(),        NULL, false},
        {"zeros.bin", lj_buf_slice(&big), NULL, false},
    };
    lj_buf image = archive_build("iso9660", NULL, members, LJ_COUNT_OF(members));
    static const char hidden[] = "绝密★在映像末尾的文字，足够长的一段";
    memcpy(image.ptr + image.len - 100, hidden, sizeof(hidden));
    const archive_member raw = {"data", lj_buf_slice(&image), NULL, false};
    lj_buf bytes = archive_build("raw", "compress", &raw, 1);
    collect seen;
    collect_init(&seen);
    seen.memory = 256 << 20;
    collect_run(&seen, lj_buf_slice(&bytes));
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "在映像末尾的文字");
    CHECK_HAS(&seen, "hidden:slack");
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    assert_false(collect_has_note(&seen, NOTE_TRAILING_BYTES));
    finish(&seen, &bytes);

    const archive_member cut = {"data", lj_slice_part(lj_buf_slice(&image), 0, 8 << 20), NULL,
                                false};
    bytes = archive_build("raw", "compress", &cut, 1);
    run(&seen, &bytes);
    CHECK_HAS(&seen, "gap damaged cut");
    finish(&seen, &bytes);
    lj_buf_done(&image);
    lj_buf_done(&big);
}

static void test_archive__links_and_folders_are_told_not_followed(void **state)
{
    (void)state;
    static const archive_member members[] = {
        {"机密目录", {NULL, 0}, NULL,                 true },
        {"link",         {NULL, 0}, "/srv/绝密/目标", false},
    };
    static const char *const formats[] = {"pax", "gnutar", "newc", "xar", "7zip", "iso9660"};
    for (size_t i = 0; i < LJ_COUNT_OF(formats); i++) {
        lj_buf bytes = archive_build(formats[i], NULL, members, LJ_COUNT_OF(members));
        collect seen;
        run(&seen, &bytes);
        print_message("row: %s\n", formats[i]);
        CHECK_HAS(&seen, "机密目录");
        CHECK_HAS(&seen, "/srv/绝密/目标");
        CHECK_ROW(formats[i], seen.gap_count, 0);
        finish(&seen, &bytes);
    }
}

/* ---- tar ---- */

static void test_tar__headers_of_every_kind_are_read(void **state)
{
    (void)state;
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
    tar_build_put(&bytes, &(tar_build_header){.name_bytes = LJ_BYTES("\xC3\xD8\xC3\xDC.txt"),
                                              .size = 5,
                                              .magic = ""});
    tar_build_data(&bytes, LJ_BYTES("first"), 0);
    tar_build_put(&bytes, &(tar_build_header){.name = "big.txt", .size = 6, .binary_size = true});
    tar_build_data(&bytes, LJ_BYTES("second"), 0);
    tar_build_put(&bytes, &(tar_build_header){.name = "././@LongLink", .type = 'L', .size = 20});
    tar_build_data(&bytes, LJ_BYTES("长名称/机密.txt\0"), 0);
    tar_build_put(&bytes, &(tar_build_header){.name = "short.txt", .size = 5});
    tar_build_data(&bytes, LJ_BYTES("third"), 0);
    static const char pax[] = "25 path=绝密路径.txt\n24 comment=秘密注释\n";
    tar_build_put(&bytes, &(tar_build_header){.name = "pax", .type = 'x', .size = sizeof(pax) - 1});
    tar_build_data(&bytes, lj_cstr_bytes(pax), 0);
    tar_build_put(&bytes, &(tar_build_header){.name = "other.txt", .size = 6});
    tar_build_data(&bytes, LJ_BYTES("fourth"), 0);
    tar_build_put(&bytes,
                  &(tar_build_header){.name = "hard", .type = '1', .size = 6, .link = "other.txt"});
    tar_build_put(&bytes, &(tar_build_header){.name = "soft", .type = '2', .link = "机密目标"});
    tar_build_put(&bytes, &(tar_build_header){.name = "folder/", .type = '5', .size = 4096});
    tar_build_file(&bytes, "last.txt", LJ_BYTES("fifth"));
    tar_build_end(&bytes);
    collect seen;
    run(&seen, &bytes);
    static const char *const wanted[] = {"'first'",    "'秘密.txt'", "'second'",       "'third'",
                                         "'机密.txt'", "'fourth'",   "'绝密路径.txt'", "'秘密注释'",
                                         "'hard'",     "'机密目标'", "'folder'",       "'fifth'"};
    for (size_t i = 0; i < LJ_COUNT_OF(wanted); i++) {
        CHECK_HAS(&seen, wanted[i]);
    }
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    CHECK_HAS_NOT(&seen, "'short.txt'");
    finish(&seen, &bytes);
}

static void test_tar__what_no_header_claims_is_read(void **state)
{
    (void)state;
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
    tar_build_put(&bytes, &(tar_build_header){.name = "a.txt", .size = 5});
    lj_buf_put_cstr(&bytes, "first");
    lj_buf_put_cstr(&bytes, "\n绝密★在填充字节里的文字，足够长的一段\n");
    tar_build_data(&bytes, LJ_BYTES(""), 0);
    tar_build_put(&bytes, &(tar_build_header){
                              .name_bytes = LJ_BYTES("b.txt\0秘密★在名称后面的文字，足够长的一段"),
                              .size = 6});
    tar_build_data(&bytes, LJ_BYTES("second"), 0);
    tar_build_end(&bytes);
    tar_build_file(&bytes, "behind.txt", mark_text());
    tar_build_end(&bytes);
    lj_buf_put_cstr(&bytes, "机密★在末尾后面的文字，足够长的一段");
    collect seen;
    run(&seen, &bytes);
    static const char *const wanted[] = {"在填充字节里的文字", "在名称后面的文字", MARK,
                                         "在末尾后面的文字",   "'first'",          "'second'"};
    for (size_t i = 0; i < LJ_COUNT_OF(wanted); i++) {
        CHECK_HAS(&seen, wanted[i]);
    }
    CHECK_HAS(&seen, "hidden:unreachable");
    assert_true(collect_has_note(&seen, NOTE_HIDDEN_MEMBERS));
    assert_true(collect_has_note(&seen, NOTE_TRAILING_BYTES));
    assert_int_equal(seen.gap_count, 0);
    finish(&seen, &bytes);
}

static void test_tar__damage_is_a_gap_and_reading_goes_on(void **state)
{
    (void)state;
    static const struct {
        const char *name, *wanted;
        bool bad_checksum;
        uint64_t size;
        bool ends;
    } rows[] = {
        {"a header that is none", "gap damaged header", true,  5,       true },
        {"no end",                "gap damaged no-end", false, 5,       false},
        {"a size beyond the end", "gap damaged cut",    false, 1 << 20, true },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes;
        lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
        tar_build_file(&bytes, "a.txt", mark_text());
        tar_build_put(&bytes, &(tar_build_header){.name = "b.txt",
                                                  .size = rows[i].size,
                                                  .bad_checksum = rows[i].bad_checksum});
        tar_build_data(&bytes, LJ_BYTES("first"), 0);
        tar_build_file(&bytes, "机密.txt", LJ_BYTES("the last one"));
        if (rows[i].ends) {
            tar_build_end(&bytes);
        }
        collect seen;
        run(&seen, &bytes);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, MARK);
        CHECK_HAS(&seen, "the last one");
        CHECK_HAS(&seen, rows[i].wanted);
        finish(&seen, &bytes);
    }
}

static void test_tar__one_zero_block_may_be_the_end(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t zeros, strange; /* blocks behind the member */
        const char *gap;       /* detail, or NULL */
        bool trailing;
    } rows[] = {
        {"nothing behind",               1, 0, NULL,     false},
        {"a strange block behind",       1, 1, NULL,     true },
        {"strange blocks behind",        1, 2, "header", false},
        {"a strange block without zero", 0, 1, "header", false},
        {"nothing at all",               0, 0, "no-end", false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes;
        lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
        tar_build_file(&bytes, "a.txt", mark_text());
        for (size_t k = 0; k < (rows[i].zeros + rows[i].strange) * 512; k++) {
            lj_buf_put_u8(&bytes, k < rows[i].zeros * 512 ? 0 : k % 512 == 511 ? '\n' : 0);
        }
        collect seen;
        run(&seen, &bytes);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, MARK);
        CHECK_ROW(rows[i].name,
                  rows[i].gap == NULL ? seen.gap_count == 0
                                      : collect_has_gap(&seen, GAP_DAMAGED, rows[i].gap),
                  true);
        CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_TRAILING_BYTES), rows[i].trailing);
        CHECK_ROW(rows[i].name, seen.examined, seen.size);
        finish(&seen, &bytes);
    }
}

static void put_pax(lj_buf *out, const char *key, size_t fill, const char *value)
{
    size_t rest = 1 + strlen(key) + 1 + fill + strlen(value) + 1;
    size_t len = rest;
    char digits[32];
    for (int i = 0; i < 3; i++) { /* the length counts its own digits */
        len = rest + (size_t)snprintf(digits, sizeof(digits), "%zu", len);
    }
    (void)snprintf(digits, sizeof(digits), "%zu ", len);
    lj_buf_put_cstr(out, digits);
    lj_buf_put_cstr(out, key);
    lj_buf_put_u8(out, '=');
    for (size_t i = 0; i < fill; i++) {
        lj_buf_put_u8(out, '+');
    }
    lj_buf_put_cstr(out, value);
    lj_buf_put_u8(out, '\n');
}

static void test_tar__records_of_any_length_are_read(void **state)
{
    (void)state;
    lj_buf pax;
    lj_buf_init(&pax, NULL, ARCHIVE_BUILD_MAX);
    put_pax(&pax, "comment", 2000, "秘密★在长注释末尾的文字");
    put_pax(&pax, "unknown", 3 << 20, "绝密★在巨大记录末尾的文字，足够长的一段");
    put_pax(&pax, "path", 0, "机密路径.txt");
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
    for (int i = 0; i < 12; i++) { /* records about all that follow come in any number */
        tar_build_put(&bytes, &(tar_build_header){.name = "pax", .type = 'g', .size = 19});
        tar_build_data(&bytes, LJ_BYTES("19 comment=numbers\n"), 0);
    }
    tar_build_put(&bytes, &(tar_build_header){.name = "pax", .type = 'x', .size = pax.len});
    tar_build_data(&bytes, lj_buf_slice(&pax), 0);
    tar_build_file(&bytes, "short.txt", mark_text());
    lj_slice name = LJ_BYTES("long.txt\0机密★在名称记录后面的文字，足够长的一段");
    tar_build_put(&bytes, &(tar_build_header){.name = "long", .type = 'L', .size = name.len});
    tar_build_data(&bytes, name, 0);
    tar_build_file(&bytes, "other.txt", LJ_BYTES("the last one"));
    tar_build_end(&bytes);
    collect seen;
    run(&seen, &bytes);
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "在名称记录后面的文字");
    CHECK_HAS(&seen, "doc text member 'long.txt'");
    CHECK_HAS(&seen, "在长注释末尾的文字");
    CHECK_HAS(&seen, "在巨大记录末尾的文字");
    CHECK_HAS(&seen, "doc text member '机密路径.txt'");
    assert_int_equal(collect_count(&seen, "'numbers'"), 12);
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    finish(&seen, &bytes);
    lj_buf_done(&pax);
}

static void test_tar__a_first_member_without_a_name_is_one(void **state)
{
    (void)state;
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
    tar_build_file(&bytes, "", mark_text());
    tar_build_file(&bytes, "b.txt", LJ_BYTES("the last one"));
    tar_build_end(&bytes);
    collect seen;
    run(&seen, &bytes);
    CHECK_HAS(&seen, "doc tar root");
    CHECK_HAS(&seen, "doc text member");
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "'b.txt'");
    assert_int_equal(seen.gap_count, 0);
    finish(&seen, &bytes);
}

/* ---- gzip ---- */

static void test_gz__names_comments_members_and_the_rest(void **state)
{
    (void)state;
    const archive_member raw = {"data", mark_text(), NULL, false};
    lj_buf plain = archive_build("raw", "gzip", &raw, 1);
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_put(&bytes, LJ_BYTES("\x1F\x8B\x08\x1C\0\0\0\0\0\3"));
    lj_buf_put_u16le(&bytes, 48);
    lj_buf_put(&bytes, LJ_BYTES("秘密★在扩展字段中的文字，足够长"));
    lj_buf_put(&bytes, LJ_BYTES("绝密名称.txt\0机密注释\0"));
    lj_slice body = lj_slice_part(lj_buf_slice(&plain), 10, SIZE_MAX);
    lj_buf_put(&bytes, body);
    lj_buf_put(&bytes, lj_buf_slice(&plain)); /* a second member */
    lj_buf_put_cstr(&bytes, "机密★在末尾后面的文字，足够长的一段");
    collect seen;
    run(&seen, &bytes);
    CHECK_HAS(&seen, "'绝密名称.txt'");
    CHECK_HAS(&seen, "'机密注释'");
    CHECK_HAS(&seen, "在扩展字段中的文字");
    CHECK_HAS(&seen, "在末尾后面的文字");
    assert_true(collect_count(&seen, MARK) >= 1);
    CHECK_HAS(&seen, "size=56"); /* both members are one stream */
    assert_int_equal(seen.gap_count, 0);
    assert_true(collect_has_note(&seen, NOTE_TRAILING_BYTES));
    finish(&seen, &bytes);
    lj_buf_done(&plain);
}

static void test_streams__a_cut_one_gives_its_beginning_and_a_gap(void **state)
{
    (void)state;
    /* compress (.Z) states neither length nor checksum: a cut there cannot be told from an end */
    static const char *const filters[] = {"gzip", "bzip2", "xz", "zstd", "lz4", "lzma", "lzip"};
    lj_buf text;
    lj_buf_init(&text, NULL, ARCHIVE_BUILD_MAX);
    uint64_t seed = 7;
    lj_buf_put(&text, mark_text());
    while (text.len < 3 << 20) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        lj_buf_put_u8(&text, (uint8_t)(seed >> 40) % 2 == 0 ? (uint8_t)('a' + (seed >> 59)) : '\n');
    }
    const archive_member raw = {"data", lj_buf_slice(&text), NULL, false};
    for (size_t i = 0; i < LJ_COUNT_OF(filters); i++) {
        lj_buf bytes = archive_build("raw", filters[i], &raw, 1);
        bytes.len -= bytes.len / 3;
        collect seen;
        run(&seen, &bytes);
        print_message("row: %s\n", filters[i]);
        CHECK_ROW(filters[i],
                  collect_has_gap(&seen, GAP_DAMAGED, NULL) ||
                      collect_has_gap(&seen, GAP_UNSUPPORTED, NULL),
                  true);
        CHECK_HAS(&seen, MARK);
        assert_true(seen.examined < seen.size);
        finish(&seen, &bytes);
    }
    lj_buf_done(&text);
}

static void test_streams__bytes_behind_are_swept(void **state)
{
    (void)state;
    static const char *const filters[] = {"gzip", "bzip2", "xz", "zstd", "lz4", "lzip"};
    const archive_member raw = {"data", mark_text(), NULL, false};
    for (size_t i = 0; i < LJ_COUNT_OF(filters); i++) {
        lj_buf bytes = archive_build("raw", filters[i], &raw, 1);
        lj_buf_put_cstr(&bytes, "\n绝密★在末尾后面的文字，足够长的一段");
        collect seen;
        run(&seen, &bytes);
        print_message("row: %s\n", filters[i]);
        CHECK_HAS(&seen, MARK);
        CHECK_HAS(&seen, "在末尾后面的文字");
        finish(&seen, &bytes);
    }
}

/* ---- encryption and volumes ---- */

static void test_rar__encryption_and_volumes_are_named(void **state)
{
    (void)state;
    lj_buf built[] = {
        rar4_build(two, 2, 0x0080, 0),          rar4_build(two, 2, 0, 0x0004),
        rar4_build(two, 2, 0x0001, 0),          rar5_build(two, 2, false, true, false),
        rar5_build(two, 2, true, false, false), rar5_build(two, 2, false, false, true)};
    static const struct {
        const char *name;
        gap_cause cause;
        const char *detail, *has, *has_not;
    } rows[] = {
        {"rar4 names",  GAP_ENCRYPTED, "rar4-names", "doc rar root", MARK         },
        {"rar4 data",   GAP_ENCRYPTED, "rar4-data",  "'第一.txt'", MARK         },
        {"rar4 volume", GAP_VOLUME,    NULL,         MARK,           "no such"    },
        {"rar5 names",  GAP_ENCRYPTED, "rar5-names", "doc rar root", MARK         },
        {"rar5 data",   GAP_ENCRYPTED, "rar5-data",  MARK,           "in the open"},
        {"rar5 volume", GAP_VOLUME,    NULL,         "doc rar root", "no such"    },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes = built[i];
        collect seen;
        run(&seen, &bytes);
        print_message("row: %s\n", rows[i].name);
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, rows[i].cause, rows[i].detail), true);
        CHECK_HAS(&seen, rows[i].has);
        CHECK_HAS_NOT(&seen, rows[i].has_not);
        if (rows[i].cause == GAP_ENCRYPTED) {
            assert_true(seen.examined < seen.size);
        }
        finish(&seen, &bytes);
    }
}

/* Real archives of the corpus: each encrypted one must be called so, and of which kind. */
static void test_corpus__encrypted_archives_are_called_so(void **state)
{
    (void)state;
    static const struct {
        const char *path, *detail;
    } rows[] = {
        {"law-containers/传统加密.zip",                                 "zipcrypto" },
        {"law-containers/加密.7z",                                        "7z-names"  },
        {"law-containers/加密.zip",                                       "aes-256"   },
        {"libarchive/test_encrypted.zip",                                   "aes-256"   },
        {"libarchive/test_option_passphrase.zip",                           "zipcrypto" },
        {"libarchive/test_read_format_7zip_encryption.7z",                  "7z-data"   },
        {"libarchive/test_read_format_rar4_encrypted.rar",                  "rar4-data" },
        {"libarchive/test_read_format_rar4_encrypted_filenames.rar",        "rar4-names"},
        {"libarchive/test_read_format_rar4_solid_encrypted.rar",            "rar4-data" },
        {"libarchive/test_read_format_rar4_solid_encrypted_filenames.rar",  "rar4-names"},
        {"libarchive/test_read_format_rar5_encrypted.rar",                  "rar5-data" },
        {"libarchive/test_read_format_rar5_only_crypt_exfld.rar",           "rar5-data" },
        {"libarchive/test_read_format_rar5_solid_encrypted_filenames.rar",  "rar5-names"},
        {"libarchive/test_read_format_rar_encryption_data.rar",             "rar4-data" },
        {"libarchive/test_read_format_rar_encryption_header.rar",           "rar4-names"},
        {"libarchive/test_read_format_rar_encryption_partially.rar",        "rar4-data" },
        {"libarchive/test_read_format_zip_ppmd8_aes256_streaming.zipx",     "aes-256"   },
        {"libarchive/test_read_format_zip_traditional_encryption_data.zip", "zipcrypto" },
    };
    const char *corpus = getenv("LIJIAN_CORPUS");
    unsigned missing = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char path[1024];
        (void)snprintf(path, sizeof(path), "%s/%s", corpus != NULL ? corpus : ".", rows[i].path);
        collect seen;
        collect_init(&seen);
        if (collect_run_file(&seen, path)) {
            print_message("row: %s\n", rows[i].path);
            CHECK_ROW(rows[i].path, collect_has_gap(&seen, GAP_ENCRYPTED, rows[i].detail), true);
            assert_true(seen.examined < seen.size);
        } else {
            missing++;
        }
        collect_done(&seen);
    }
    if (missing > 0) {
        print_message("skipped: %u files of the corpus are missing\n", missing);
        skip();
    }
}

/* ---- going back, memory ---- */

/* The core reads the end of a ZIP first: the library has to be wound again inside a solid archive.
 */
static void test_archive__a_child_may_go_back(void **state)
{
    (void)state;
    const archive_member inner = {"inner.txt", mark_text(), NULL, false};
    lj_buf zip = archive_build("zip", NULL, &inner, 1);
    lj_buf big;
    lj_buf_init(&big, NULL, ARCHIVE_BUILD_MAX);
    while (big.len < 5 << 20) {
        lj_buf_put_cstr(&big, "0123456789 some filling of no meaning\n");
    }
    const archive_member files[] = {
        {"big.txt", lj_buf_slice(&big), NULL, false}
    };
    lj_buf wide = archive_build("zip", NULL, files, 1); /* streamed: sizes behind the data */
    const archive_member members[] = {
        {"first.zip", lj_buf_slice(&zip),       NULL, false},
        {"wide.zip",  lj_buf_slice(&wide),      NULL, false},
        {"again.zip", lj_buf_slice(&zip),       NULL, false},
        {"last.txt",  LJ_BYTES("the last one"), NULL, false},
    };
    static const char *const formats[] = {"7zip", "pax"};
    for (size_t i = 0; i < LJ_COUNT_OF(formats); i++) {
        lj_buf bytes =
            archive_build(formats[i], i == 0 ? NULL : "xz", members, LJ_COUNT_OF(members));
        collect seen;
        collect_init(&seen);
        seen.options.limits.value[FORMAT_LIMIT_RATIO_FILE] = 100000;
        collect_run(&seen, lj_buf_slice(&bytes));
        print_message("row: %s\n", formats[i]);
        assert_int_equal(collect_count(&seen, MARK), 2);
        CHECK_HAS(&seen, "the last one");
        CHECK_HAS(&seen, "doc text member 'wide.zip!big.txt'");
        assert_int_equal(seen.gap_count, 0);
        finish(&seen, &bytes);
    }
    lj_buf_done(&zip);
    lj_buf_done(&wide);
    lj_buf_done(&big);
}

static void test_archive__every_ceiling_of_memory_ends_in_order(void **state)
{
    (void)state;
    static const char *const formats[] = {"7zip", "pax", "newc", "xar", "iso9660"};
    for (size_t i = 0; i < LJ_COUNT_OF(formats); i++) {
        lj_buf bytes = archive_build(formats[i], NULL, two, LJ_COUNT_OF(two));
        for (size_t memory = 32 * 1024; memory < 8 << 20; memory += memory / 2) {
            collect seen;
            collect_init(&seen);
            seen.memory = memory;
            collect_run(&seen, lj_buf_slice(&bytes));
            bool all = collect_has(&seen, MARK) && collect_has(&seen, "in the open");
            if (!all && seen.gap_count == 0) {
                collect_print(&seen);
                fail_msg("row '%s': silence at %zu bytes", formats[i], memory);
            }
            collect_done(&seen);
        }
        lj_buf_done(&bytes);
    }
}

int main(void)
{
    lj_os_prepare_libraries();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_archive__every_format_gives_its_members),
        cmocka_unit_test(test_archive__formats_that_are_only_read_give_their_members),
        cmocka_unit_test(test_archive__ar_takes_long_names_from_both_places),
        cmocka_unit_test(test_archive__iso_names_come_from_every_tree),
        cmocka_unit_test(test_archive__iso_bytes_outside_of_files_are_swept),
        cmocka_unit_test(test_archive__iso_packed_files_are_unpacked),
        cmocka_unit_test(test_archive__iso_packed_files_of_a_newer_version_are_a_gap),
        cmocka_unit_test(test_archive__iso_folders_may_begin_with_anything),
        cmocka_unit_test(test_archive__iso_in_a_stream_is_decoded_once),
        cmocka_unit_test(test_archive__links_and_folders_are_told_not_followed),
        cmocka_unit_test(test_tar__headers_of_every_kind_are_read),
        cmocka_unit_test(test_tar__what_no_header_claims_is_read),
        cmocka_unit_test(test_tar__damage_is_a_gap_and_reading_goes_on),
        cmocka_unit_test(test_tar__one_zero_block_may_be_the_end),
        cmocka_unit_test(test_tar__records_of_any_length_are_read),
        cmocka_unit_test(test_tar__a_first_member_without_a_name_is_one),
        cmocka_unit_test(test_gz__names_comments_members_and_the_rest),
        cmocka_unit_test(test_streams__a_cut_one_gives_its_beginning_and_a_gap),
        cmocka_unit_test(test_streams__bytes_behind_are_swept),
        cmocka_unit_test(test_rar__encryption_and_volumes_are_named),
        cmocka_unit_test(test_corpus__encrypted_archives_are_called_so),
        cmocka_unit_test(test_archive__a_child_may_go_back),
        cmocka_unit_test(test_archive__every_ceiling_of_memory_ends_in_order),
    };
    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
