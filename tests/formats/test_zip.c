/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The ZIP reader: good archives in every form, and archives that lie. Whatever is in the bytes must
 * come out, or a gap must say that it did not. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "zip_build.h"

#define MARK "机密★10年 示例文本"

/* ---- good archives ---- */

static void test_zip__reads_members_in_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t flags;
        bool wide_end;
        const char *stub; /* in front; offsets count from behind it */
    } rows[] = {
        {"deflated",                   0,                                         false, ""      },
        {"stored",                     ZIP_BUILD_STORED,                          false, ""      },
        {"descriptor",                 ZIP_BUILD_BEHIND,                          false, ""      },
        {"descriptor, no signature",   ZIP_BUILD_BEHIND | ZIP_BUILD_NO_SIGNATURE, false, ""      },
        {"descriptor, stored",         ZIP_BUILD_BEHIND | ZIP_BUILD_STORED,       false, ""      },
        {"zip64 member",               ZIP_BUILD_WIDE,                            false, ""      },
        {"zip64 member, descriptor",   ZIP_BUILD_WIDE | ZIP_BUILD_BEHIND,         false, ""      },
        {"zip64 end record",           0,                                         true,  ""      },
        {"zip64 everywhere",           ZIP_BUILD_WIDE,                            true,  ""      },
        {"offsets from behind a stub", 0,                                         false, "\1\2\3"},
        {"the same with zip64",        ZIP_BUILD_WIDE,                            true,  "\1\2\3"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_raw(&zip, lj_cstr_bytes(rows[i].stub));
        zip.base = strlen(rows[i].stub);
        zip_build_add(&zip, &(zip_build_member){.name = "a/first.txt",
                                                .data = lj_cstr_bytes(MARK),
                                                .flags = rows[i].flags});
        zip_build_add(&zip, &(zip_build_member){.name = "second.txt",
                                                .data = lj_cstr_bytes("another text"),
                                                .flags = rows[i].flags});
        collect seen;
        collect_init(&seen);
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), rows[i].wide_end));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "doc zip root");
        CHECK_HAS(&seen, MARK);
        CHECK_HAS(&seen, "another text");
        CHECK_HAS(&seen, "member_name 'first.txt'");
        CHECK_ROW(rows[i].name, seen.gap_count, 0);
        CHECK_ROW(rows[i].name, seen.doc_count, 3);
        CHECK_ROW(rows[i].name, seen.examined, seen.size);
        CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_TRAILING_BYTES),
                  rows[i].stub[0] != '\0');
        CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_DIRECTORY_DISAGREES), false);
        CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_HIDDEN_MEMBERS), false);
        collect_done(&seen);
        zip_build_done(&zip);
    }
}

static void test_zip__an_empty_archive_is_no_fault(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "doc zip root");
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    collect_done(&seen);
    zip_build_done(&zip);
}

/* 秘密文件.txt in GBK and Big5, 通知 in GBK. */
static void test_zip__names_are_decoded_for_people(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        uint16_t bits;
        const char *extra;
        size_t extra_len;
        const char *wanted;
    } rows[] = {
        {"GBK without bit 11",   "\xC3\xD8\xC3\xDC\xCE\xC4\xBC\xFE.txt",                 0,       "", 0,
         "member_name '秘密文件.txt'"                                                                                                 },
        {"GBK with bit 11",      "\xC3\xD8\xC3\xDC\xCE\xC4\xBC\xFE.txt",                 1 << 11, "", 0,
         "member_name '秘密文件.txt'"                                                                                                 },
        {"UTF-8 without bit 11", "秘密文件.txt",                                     0,       "", 0,  "member_name '秘密文件.txt'"},
        {"UTF-8 with bit 11",    "秘密文件.txt",                                     1 << 11, "", 0,  "member_name '秘密文件.txt'"},
        {"Big5",                 "\xBE\xF7\xB1\x4B\xA4\xE5\xA5\xF3\xAA\xBA\xA4\x40.txt", 0,       "", 0,
         "member_name '機密文件的一.txt'"                                                                                           },
        {"Unicode path field",   "a.txt",                                                0,
         "\x75\x70\x11\0\1\x4E\x8B\xDA\x68"
         "\xE7\xA7\x98\xE5\xAF\x86\xE5\xBC\x80.a.",                                                   21, NULL                            },
        {"backslashes",          "dir\\秘密.txt",                                      0,       "", 0,  "member_name '秘密.txt'"      },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_add(&zip,
                      &(zip_build_member){.name_bytes = lj_cstr_bytes(rows[i].bytes),
                                          .bits = rows[i].bits,
                                          .extra = lj_slice_of(rows[i].extra, rows[i].extra_len),
                                          .data = LJ_BYTES("nothing here")});
        collect seen;
        collect_init(&seen);
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        print_message("row: %s\n", rows[i].name);
        if (rows[i].wanted != NULL) {
            CHECK_HAS(&seen, rows[i].wanted);
        }
        CHECK_HAS(&seen, "nothing here");
        collect_done(&seen);
        zip_build_done(&zip);
    }
}

static void test_zip__comments_links_and_folders_are_told(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_add(&zip, &(zip_build_member){.name = "机密目录/", .data = LJ_BYTES("")});
    zip_build_add(&zip, &(zip_build_member){.name = "link",
                                            .flags = ZIP_BUILD_LINK | ZIP_BUILD_STORED,
                                            .data = LJ_BYTES("/srv/绝密/目标")});
    zip_build_add(&zip, &(zip_build_member){.name = "a.txt",
                                            .data = LJ_BYTES("text"),
                                            .comment = LJ_BYTES("member comment 秘密")});
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES("\xC3\xD8\xC3\xDC\xD7\xA2\xCA\xCD"), false));
    CHECK_HAS(&seen, "member_name '机密目录'");
    CHECK_HAS(&seen, "'/srv/绝密/目标'");
    CHECK_HAS(&seen, "link part=link");
    CHECK_HAS(&seen, "'member comment 秘密'");
    CHECK_HAS(&seen, "'秘密注释'");
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.doc_count, 2); /* a link is not a document, and not followed */
    collect_done(&seen);
    zip_build_done(&zip);
}

/* ---- archives that lie ---- */

static void test_zip__members_that_the_directory_hides_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t flags;
    } rows[] = {
        {"deflated",                 0                                                         },
        {"stored",                   ZIP_BUILD_STORED                                          },
        {"descriptor",               ZIP_BUILD_BEHIND                                          },
        {"descriptor, no signature", ZIP_BUILD_BEHIND | ZIP_BUILD_NO_SIGNATURE                 },
        {"zip64 descriptor",         ZIP_BUILD_BEHIND | ZIP_BUILD_WIDE                         },
        {"zip64, no signature",      ZIP_BUILD_BEHIND | ZIP_BUILD_WIDE | ZIP_BUILD_NO_SIGNATURE},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        for (int where = 0; where < 3; where++) { /* first, in the middle, last */
            zip_build zip;
            zip_build_init(&zip);
            for (int k = 0; k < 3; k++) {
                zip_build_add(&zip,
                              &(zip_build_member){
                                  .name = k == where ? "hidden.txt" : "seen.txt",
                                  .data = lj_cstr_bytes(k == where ? MARK : "in the open"),
                                  .flags = k == where ? rows[i].flags | ZIP_BUILD_HIDDEN : 0});
            }
            collect seen;
            collect_init(&seen);
            collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
            print_message("row: %s, place %d\n", rows[i].name, where);
            CHECK_HAS(&seen, MARK);
            CHECK_HAS(&seen, "'hidden.txt'");
            CHECK_HAS(&seen, "hidden:unreachable");
            CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_HIDDEN_MEMBERS), true);
            CHECK_ROW(rows[i].name, collect_count(&seen, "in the open"), 2);
            CHECK_ROW(rows[i].name, seen.gap_count, 0);
            CHECK_ROW(rows[i].name, seen.examined, seen.size);
            collect_done(&seen);
            zip_build_done(&zip);
        }
    }
}

static void test_zip__reads_on_without_its_directory(void **state)
{
    (void)state;
    static const uint32_t flags[] = {0, ZIP_BUILD_STORED, ZIP_BUILD_BEHIND,
                                     ZIP_BUILD_BEHIND | ZIP_BUILD_NO_SIGNATURE};
    for (size_t i = 0; i < LJ_COUNT_OF(flags); i++) {
        for (int listed = 0; listed < 2; listed++) { /* all gone; only the end record gone */
            zip_build zip;
            zip_build_init(&zip);
            for (int k = 0; k < 3; k++) {
                zip_build_add(&zip, &(zip_build_member){.name = "m.txt",
                                                        .data = lj_cstr_bytes(MARK),
                                                        .flags = flags[i]});
            }
            collect seen;
            collect_init(&seen);
            collect_run(&seen, listed ? zip_build_directory(&zip) : zip_build_bytes(&zip));
            print_message("row: flags %u, directory %d\n", flags[i], listed);
            assert_int_equal(collect_count(&seen, MARK), 3);
            assert_true(collect_has_gap(&seen, GAP_DAMAGED, "no-directory"));
            assert_int_equal(seen.gap_count, 1);
            CHECK_HAS_NOT(&seen, "hidden:unreachable");
            collect_done(&seen);
            zip_build_done(&zip);
        }
    }
}

/* A stored archive inside a member without sizes has signatures of its own. */
static void test_zip__a_member_without_sizes_may_hold_an_archive(void **state)
{
    (void)state;
    zip_build inner;
    zip_build_init(&inner);
    for (int i = 0; i < 5; i++) {
        zip_build_text(&inner, "inner.txt", MARK);
    }
    lj_slice inner_bytes = zip_build_end(&inner, LJ_BYTES(""), false);
    zip_build zip;
    zip_build_init(&zip);
    zip_build_add(&zip, &(zip_build_member){.name = "inner.zip",
                                            .data = inner_bytes,
                                            .flags = ZIP_BUILD_STORED | ZIP_BUILD_BEHIND});
    zip_build_text(&zip, "behind.txt", "the last one");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_bytes(&zip));
    assert_int_equal(collect_count(&seen, MARK), 5);
    CHECK_HAS(&seen, "doc zip member 'inner.zip'");
    CHECK_HAS(&seen, "the last one");
    collect_done(&seen);
    zip_build_done(&zip);
    zip_build_done(&inner);
}

static void test_zip__two_end_records_are_both_followed(void **state)
{
    (void)state;
    /* one archive, appended by another: both directories lead somewhere */
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "old.txt", MARK);
    (void)zip_build_end(&zip, LJ_BYTES(""), false);
    zip.directory.len = 0;
    zip.entries = 0;
    zip_build_text(&zip, "new.txt", "the new one");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "the new one");
    assert_true(collect_has_note(&seen, NOTE_HIDDEN_MEMBERS));
    assert_true(collect_has_note(&seen, NOTE_DIRECTORY_DISAGREES));
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    collect_done(&seen);
    zip_build_done(&zip);
}

/* The comment of the archive holds a whole second archive, end record and all. */
static void test_zip__a_comment_may_hold_an_archive(void **state)
{
    (void)state;
    zip_build inner;
    zip_build_init(&inner);
    zip_build_text(&inner, "inner.txt", MARK);
    lj_slice comment = zip_build_end(&inner, LJ_BYTES(""), false);
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "outer.txt", "in the open");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, comment, false));
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "in the open");
    assert_true(collect_has_note(&seen, NOTE_HIDDEN_MEMBERS));
    collect_done(&seen);
    zip_build_done(&zip);
    zip_build_done(&inner);
}

static void test_zip__both_stories_about_a_member_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        zip_build_member member;
    } rows[] = {
        {"another name in the header",
         {.name = "harmless.txt", .local_name = {(const uint8_t *)"机密.txt", 10}}         },
        {"a shorter size in the directory",
         {.name = "m.txt", .flags = ZIP_BUILD_STORED, .central_stored = 4, .central_real = 4}},
        {"a smaller real size in the directory", {.name = "m.txt", .central_real = 3}        },
        {"a shorter size in the header",
         {.name = "m.txt", .flags = ZIP_BUILD_STORED, .local_stored = 4}                     },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_member member = rows[i].member;
        member.data = lj_cstr_bytes(MARK);
        zip_build_add(&zip, &member);
        zip_build_text(&zip, "other.txt", "in the open");
        collect seen;
        collect_init(&seen);
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, MARK);
        CHECK_HAS(&seen, "in the open");
        if (member.local_name.len > 0) {
            CHECK_HAS(&seen, "'机密.txt'");
            CHECK_HAS(&seen, "'harmless.txt'");
        }
        CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_DIRECTORY_DISAGREES), true);
        collect_done(&seen);
        zip_build_done(&zip);
    }
}

/* A length that swallows the members behind it: the deflate stream ends where it ends. */
static void test_zip__what_stands_behind_a_stream_is_found(void **state)
{
    (void)state;
    for (int listed = 0; listed < 2; listed++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_add(&zip, &(zip_build_member){.name = "first.txt",
                                                .data = LJ_BYTES("in the open"),
                                                .central_stored = 400,
                                                .local_stored = 400});
        zip_build_add(&zip, &(zip_build_member){.name = "second.txt",
                                                .data = lj_cstr_bytes(MARK),
                                                .flags = ZIP_BUILD_HIDDEN});
        zip_build_raw(&zip, LJ_BYTES("\0绝密★在流的后面的文字，足够长的一段\0"));
        zip_build_raw(&zip, lj_slice_of("................................................."
                                        "................................................."
                                        "................................................."
                                        ".................................................",
                                        190));
        zip_build_raw(&zip, lj_slice_of("................................................."
                                        "................................................."
                                        "................................................."
                                        ".................................................",
                                        190));
        collect seen;
        collect_init(&seen);
        collect_run(&seen,
                    listed ? zip_build_end(&zip, LJ_BYTES(""), false) : zip_build_bytes(&zip));
        CHECK_HAS(&seen, "in the open");
        CHECK_HAS(&seen, MARK);
        CHECK_HAS(&seen, "在流的后面的文字");
        assert_true(collect_has_note(&seen, NOTE_DIRECTORY_DISAGREES));
        assert_int_equal(seen.examined, seen.size);
        collect_done(&seen);
        zip_build_done(&zip);
    }
}

static void test_zip__bytes_outside_of_everything_are_swept(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_raw(&zip, LJ_BYTES("秘密★在前面的文字，足够长的一段\0"));
    zip_build_text(&zip, "a.txt", "first");
    zip_build_raw(&zip, LJ_BYTES("\0绝密★在中间的文字，足够长的一段\0"));
    zip_build_text(&zip, "b.txt", "second");
    static const char extra[] = "\x11\x22\x30\0机密★在扩展字段中的文字，足够长";
    zip_build_add(&zip, &(zip_build_member){
                            .name = "c.txt",
                            .data = LJ_BYTES("third"),
                            .extra = {(const uint8_t *)extra, 4 + 0x30}
    });
    (void)zip_build_end(&zip, LJ_BYTES(""), false);
    zip_build_raw(&zip, LJ_BYTES("\0机密★在后面的文字，足够长的一段"));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_bytes(&zip));
    static const char *const wanted[] = {
        "在前面的文字", "在中间的文字", "在后面的文字", "在扩展字段中的文字",
        "first",        "second",       "third"};
    for (size_t i = 0; i < LJ_COUNT_OF(wanted); i++) {
        CHECK_HAS(&seen, wanted[i]);
    }
    assert_int_equal(seen.gap_count, 0);
    assert_true(collect_has_note(&seen, NOTE_TRAILING_BYTES));
    assert_int_equal(seen.examined, seen.size);
    collect_done(&seen);
    zip_build_done(&zip);
}

static void test_zip__damage_is_a_gap_and_the_rest_is_read(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_add(&zip, &(zip_build_member){.name = "crc.txt",
                                            .data = lj_cstr_bytes(MARK),
                                            .flags = ZIP_BUILD_BAD_CRC});
    zip_build_add(&zip, &(zip_build_member){
                            .name = "odd.txt", .data = LJ_BYTES("\x01\x02\x03\x04"), .method = 9});
    zip_build_add(&zip, &(zip_build_member){.name = "junk.txt",
                                            .data = LJ_BYTES("\xFF\xFE\xFD\xFC\xFB"),
                                            .method = 8});
    zip_build_text(&zip, "good.txt", "the good one");
    zip_build_add(&zip, &(zip_build_member){.name = "gone.txt",
                                            .data = LJ_BYTES("gone"),
                                            .flags = ZIP_BUILD_ONLY_LISTED});
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, MARK);
    CHECK_HAS(&seen, "the good one");
    CHECK_HAS(&seen, "gap damaged crc-32 part=crc.txt");
    CHECK_HAS(&seen, "gap damaged missing part=gone.txt");
    CHECK_HAS(&seen, "gap unsupported deflate64 part=odd.txt");
    CHECK_HAS(&seen, "gap damaged cut");
    CHECK_HAS(&seen, "'odd.txt'");
    assert_int_equal(seen.gap_count, 5); /* and junk.txt's own */
    assert_true(seen.examined < seen.size);
    collect_done(&seen);
    zip_build_done(&zip);
}

static void test_zip__the_same_data_under_many_names_is_decoded_once(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "first.txt", MARK);
    for (int i = 0; i < 50; i++) {
        zip_build_add(&zip,
                      &(zip_build_member){.name = "绝密 again.txt", .flags = ZIP_BUILD_AGAIN});
    }
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    assert_int_equal(collect_count(&seen, MARK), 1);
    CHECK_HAS(&seen, "'绝密 again.txt'");
    assert_true(collect_has_note(&seen, NOTE_DIRECTORY_DISAGREES));
    collect_done(&seen);
    zip_build_done(&zip);
}

/* ---- encryption ---- */

static void test_zip__passwords_open_what_they_fit(void **state)
{
    (void)state;
    static const lj_str list[] = {
        {"wrong",   5},
        {"another", 7},
        {"example", 7}
    };
    static const struct {
        const char *name;
        uint32_t flags;
        const char *password;
        bool opens;
    } rows[] = {
        {"deflated",           0,                                   "example", true },
        {"stored",             ZIP_BUILD_STORED,                    "example", true },
        {"descriptor",         ZIP_BUILD_BEHIND,                    "example", true },
        {"descriptor, stored", ZIP_BUILD_BEHIND | ZIP_BUILD_STORED, "example", true },
        {"zip64",              ZIP_BUILD_WIDE,                      "example", true },
        {"not in the list",    0,                                   "unknown", false},
        {"not in it, stored",  ZIP_BUILD_STORED,                    "unknown", false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_add(&zip, &(zip_build_member){.name = "绝密.txt",
                                                .data = lj_cstr_bytes(MARK),
                                                .flags = rows[i].flags | ZIP_BUILD_CRYPT,
                                                .password = rows[i].password});
        zip_build_text(&zip, "open.txt", "in the open");
        lj_slice bytes = zip_build_end(&zip, LJ_BYTES(""), false);
        for (uint32_t count = 0; count <= LJ_COUNT_OF(list); count += LJ_COUNT_OF(list)) {
            collect seen;
            collect_init(&seen);
            seen.options.passwords = list;
            seen.options.password_count = count;
            collect_run(&seen, bytes);
            bool opens = rows[i].opens && count > 0;
            print_message("row: %s, %u passwords\n", rows[i].name, count);
            CHECK_HAS(&seen, "'绝密.txt'");
            CHECK_HAS(&seen, "in the open");
            CHECK_ROW(rows[i].name, collect_has(&seen, MARK), opens);
            CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_ENCRYPTED, "zipcrypto"), !opens);
            CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_PASSWORD_USED), opens);
            CHECK_ROW(rows[i].name, seen.gap_count, opens ? 0 : 1);
            CHECK_ROW(rows[i].name, seen.examined == seen.size, opens);
            collect_done(&seen);
        }
        zip_build_done(&zip);
    }
}

static void test_zip__a_lock_that_is_none_does_not_stop_us(void **state)
{
    (void)state;
    static const uint32_t flags[] = {0, ZIP_BUILD_STORED};
    for (size_t i = 0; i < LJ_COUNT_OF(flags); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_add(&zip, &(zip_build_member){.name = "m.txt",
                                                .data = lj_cstr_bytes(MARK),
                                                .flags = flags[i] | ZIP_BUILD_FALSE_LOCK});
        collect seen;
        collect_init(&seen);
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        CHECK_HAS(&seen, MARK);
        assert_int_equal(seen.gap_count, 0);
        assert_true(collect_has_note(&seen, NOTE_DIRECTORY_DISAGREES));
        collect_done(&seen);
        zip_build_done(&zip);
    }
}

static void test_zip__kinds_of_encryption_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t bits;
        uint16_t method;
        const char *extra;
        const char *wanted;
    } rows[] = {
        {"traditional", 1,                    8,  "",                             "zipcrypto" },
        {"AES 128",     1,                    99, "\x01\x99\x07\0\2\0AE\1\x08\0", "aes-128"   },
        {"AES 192",     1,                    99, "\x01\x99\x07\0\2\0AE\2\x08\0", "aes-192"   },
        {"AES 256",     1,                    99, "\x01\x99\x07\0\2\0AE\3\x08\0", "aes-256"   },
        {"strong",      1 | 1 << 6,           8,  "",                             "zip-strong"},
        {"masked",      1 | 1 << 6 | 1 << 13, 8,  "",                             "zip-names" },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_add(&zip, &(zip_build_member){
                                .name = "机密.txt",
                                .bits = rows[i].bits,
                                .method = rows[i].method,
                                .extra = lj_slice_of(rows[i].extra, rows[i].extra[0] != 0 ? 11 : 0),
                                .data = LJ_BYTES("\x8A\x13\x55\x9C\x20\x77\x41\xEE\x08\x99\x31\x42"
                                                 "\x8A\x13\x55\x9C\x20\x77\x41\xEE\x08\x99\x31")});
        static const lj_str list[] = {
            {"wrong", 5}
        };
        collect seen;
        collect_init(&seen);
        seen.options.passwords = list;
        seen.options.password_count = 1;
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        print_message("row: %s\n", rows[i].name);
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_ENCRYPTED, rows[i].wanted), true);
        CHECK_HAS(&seen, "'机密.txt'");
        assert_true(seen.examined < seen.size);
        collect_done(&seen);
        zip_build_done(&zip);
    }
}

static void test_zip__other_volumes_are_missed(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "a.txt", MARK);
    lj_slice bytes = zip_build_end(&zip, LJ_BYTES(""), false);
    zip.out.ptr[bytes.len - 18] = 3; /* number of this volume */
    collect seen;
    collect_init(&seen);
    collect_run(&seen, bytes);
    assert_true(collect_has_gap(&seen, GAP_VOLUME, NULL));
    CHECK_HAS(&seen, MARK);
    collect_done(&seen);
    zip_build_done(&zip);
}

/* ---- recognition ---- */

static void test_zip__is_known_in_front_behind_and_within(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "a.txt", MARK);
    lj_slice good = zip_build_end(&zip, LJ_BYTES(""), false);
    static const struct {
        const char *name;
        const char *before;
        size_t before_len;
        const char *behind;
        bool cut;
        const char *format;
    } rows[] = {
        {"plain",                   "",                  0, "",         false, "doc zip root"},
        {"behind a program",        "MZ\x90\0\3",        5, "",         false, "doc zip root"},
        {"behind a picture",        "\x89PNG\r\n\x1A\n", 8, "",         false, "doc png root"},
        {"first bytes damaged",     "xx",                2, "",         false, "doc zip root"},
        {"bytes behind",            "",                  0, "\1\2\3\4", false, "doc zip root"},
        {"cut, behind a few bytes", "\1\2\3",            3, "",         true,  "doc zip root"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes;
        lj_buf_init(&bytes, NULL, 1 << 20);
        lj_buf_put(&bytes, lj_slice_of(rows[i].before, rows[i].before_len));
        lj_buf_put(&bytes, rows[i].cut ? lj_slice_part(good, 0, good.len - 70) : good);
        lj_buf_put_cstr(&bytes, rows[i].behind);
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&bytes));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, rows[i].format);
        CHECK_HAS(&seen, MARK);
        collect_done(&seen);
        lj_buf_done(&bytes);
    }
    zip_build_done(&zip);
}

/* ---- memory ---- */

static void test_zip__every_ceiling_of_memory_ends_in_order(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    for (int i = 0; i < 300; i++) {
        zip_build_text(&zip, "\xC3\xD8\xC3\xDC\xCE\xC4\xBC\xFE.txt", MARK);
    }
    lj_slice bytes = zip_build_end(&zip, LJ_BYTES(""), false);
    for (size_t memory = 64 * 1024; memory < 4 << 20; memory += memory / 3) {
        collect seen;
        collect_init(&seen);
        seen.memory = memory;
        collect_run(&seen, bytes);
        bool all = collect_count(&seen, MARK) == 300;
        assert_true(all || seen.gap_count > 0);
        collect_done(&seen);
    }
    zip_build_done(&zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zip__reads_members_in_every_form),
        cmocka_unit_test(test_zip__an_empty_archive_is_no_fault),
        cmocka_unit_test(test_zip__names_are_decoded_for_people),
        cmocka_unit_test(test_zip__comments_links_and_folders_are_told),
        cmocka_unit_test(test_zip__members_that_the_directory_hides_are_read),
        cmocka_unit_test(test_zip__reads_on_without_its_directory),
        cmocka_unit_test(test_zip__a_member_without_sizes_may_hold_an_archive),
        cmocka_unit_test(test_zip__two_end_records_are_both_followed),
        cmocka_unit_test(test_zip__a_comment_may_hold_an_archive),
        cmocka_unit_test(test_zip__both_stories_about_a_member_are_read),
        cmocka_unit_test(test_zip__what_stands_behind_a_stream_is_found),
        cmocka_unit_test(test_zip__bytes_outside_of_everything_are_swept),
        cmocka_unit_test(test_zip__damage_is_a_gap_and_the_rest_is_read),
        cmocka_unit_test(test_zip__the_same_data_under_many_names_is_decoded_once),
        cmocka_unit_test(test_zip__passwords_open_what_they_fit),
        cmocka_unit_test(test_zip__a_lock_that_is_none_does_not_stop_us),
        cmocka_unit_test(test_zip__kinds_of_encryption_are_told_apart),
        cmocka_unit_test(test_zip__other_volumes_are_missed),
        cmocka_unit_test(test_zip__is_known_in_front_behind_and_within),
        cmocka_unit_test(test_zip__every_ceiling_of_memory_ends_in_order),
    };
    return cmocka_run_group_tests_name("zip", tests, NULL, NULL);
}
