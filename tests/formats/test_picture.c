/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pictures: rows I03, I05, I08, I10 of hidden-marks, broken structures. `test_picture --write ROOT`
 * writes the samples of tests/formats/<format> and the seeds of fuzz/seeds/<format>. */
#include "picture_build.h"
#include "spot.h"
#include "zip_build.h"

static void build(const char *format, lj_buf *out)
{
    spot_init(out);
    for (size_t i = 0; i < picture_sample_count; i++) {
        if (strcmp(picture_samples[i].format, format) == 0) {
            picture_samples[i].build(out);
            return;
        }
    }
    fail_msg("no such picture: %s", format);
}

/* clang-format off: one format a row */
static void test_picture__metadata_comes_out(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        const char *wanted[8];
    } rows[] = {
        {"png",
         {"'Title':'关于食堂'", "'Comment':'压缩文字'", "'Author':'后勤处'", "'keyword':'作者'",
          "'ImageDescription':'食堂开饭时间'", "'XPComment':'调整通知附件三份'",
          "'UserComment':'后勤处拍摄的'", "机密★10年"}                                                },
        {"jpeg",
         {"'ImageDescription':'食堂开饭时间'", "'UserComment':'后勤处拍摄的'", "'Label':'标签一'",
          "'title':'标题二'", "'Caption':'图片说明'", "'Keywords':'关键词'", "'COM':'后勤处备注'",
          "'Caption':'noon caption'"}                                                                            },
        {"gif",  {"'comment':'食堂开饭间'", "'plain text':'附注'"}                                        },
        {"bmp",  {"hidden:slack '食堂开饭时间写在最后面'"}                                            },
        {"tiff", {"'DocumentName':'开饭时间'", "'ImageDescription':'第二页'"}                             },
        {"webp", {"'ImageDescription':'食堂开饭时间'", "'Label':'标签一'", "'title':'标题二'"}       },
        {"heif",
         {"'ImageDescription':'食堂开饭时间'", "'UserComment':'后勤处拍摄的'", "'title':'标题二'"}},
        {"jp2",  {"'title':'标题二'", "'note':'食堂的说明'", "'COM':'开饭时间'"}                     },
        {"psd",
         {"'Caption':'图片说明'", "'layer':'标题图层'", "textbox", "hidden:layer '食堂开饭时间'"}  },
        {"emf",
         {"'description':'画图程序'", "'食堂开饭 时间'", "'第二行'", "'加号文字'", "bold hei"}  },
        {"wmf",  {"'食堂开饭'", "'第二'", "bold hei"}                                                      },
    };
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf file;
        build(rows[i].format, &file);
        collect_run(&seen, lj_buf_slice(&file));
        char head[64];
        (void)snprintf(head, sizeof(head), "[0] doc %s root", rows[i].format);
        CHECK_HAS(&seen, head);
        for (size_t k = 0; k < 8 && rows[i].wanted[k] != NULL; k++) {
            CHECK_HAS(&seen, rows[i].wanted[k]);
        }
        CHECK_HAS_NOT(&seen, "\xEF\xBF\xBD");
        CHECK_HAS_NOT(&seen, "gap damaged");
        bool drawn = strcmp(rows[i].format, "emf") == 0 || strcmp(rows[i].format, "wmf") == 0;
        CHECK_ROW(rows[i].format, collect_has_gap(&seen, GAP_PICTURE, rows[i].format), !drawn);
        CHECK_ROW(rows[i].format, seen.gap_count, drawn ? 0 : 1);
        assert_int_equal(seen.examined, seen.size);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}
/* clang-format on */

static void test_picture__metafiles_with_bitmaps_are_pictures(void **state)
{
    (void)state;
    collect seen;
    collect_init(&seen);
    lj_buf file;
    spot_init(&file);
    picture_build_emf(&file, true);
    collect_run(&seen, lj_buf_slice(&file));
    assert_true(collect_has_gap(&seen, GAP_PICTURE, "emf"));
    CHECK_HAS(&seen, "'第二行'");
    lj_buf_clear(&file);
    picture_build_wmf(&file, true);
    collect_run(&seen, lj_buf_slice(&file));
    assert_true(collect_has_gap(&seen, GAP_PICTURE, "wmf"));
    CHECK_HAS(&seen, "'第二'");
    lj_buf_done(&file);
    collect_done(&seen);
}

/* I08: an archive behind the end is opened, text there is swept. */
static void test_picture__what_stands_behind_the_end(void **state)
{
    (void)state;
    static const char *const formats[] = {"png",  "jpeg", "gif", "bmp", "webp",
                                          "heif", "jp2",  "emf", "wmf"};
    collect seen;
    collect_init(&seen);
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "a.txt", "关于调整食堂开饭时间的通知");
    lj_slice bytes = zip_build_end(&zip, LJ_BYTES(""), /* wide= */ false);
    for (size_t i = 0; i < LJ_COUNT_OF(formats); i++) {
        lj_buf file;
        build(formats[i], &file);
        if (strcmp(formats[i], "bmp") == 0) {
            file.len -= strlen("食堂开饭时间写在最后面");
        }
        size_t len = file.len;
        lj_buf_put_cstr(&file, "机密★10年的说法不在此处");
        collect_run(&seen, lj_buf_slice(&file));
        if (strcmp(formats[i], "png") == 0) { /* its own chunk says the same */
            assert_int_equal(collect_count(&seen, "机密★10年"), 2);
        }
        CHECK_HAS(&seen, "hidden:slack '机密★10年");
        assert_true(collect_has_note(&seen, NOTE_TRAILING_BYTES));
        file.len = len;
        lj_buf_put(&file, bytes);
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_HAS(&seen, "'关于调整食堂开饭时间的通知'");
        lj_buf_done(&file);
    }
    zip_build_done(&zip);
    collect_done(&seen);
}

/* Lengths that lead outside; each format says that it is damaged, and what came before stays. */
static void test_picture__cut_files_say_so(void **state)
{
    (void)state;
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < picture_sample_count; i++) {
        const char *format = picture_samples[i].format;
        lj_buf file;
        spot_init(&file);
        picture_samples[i].build(&file);
        for (size_t part = 1; part < 8; part++) {
            lj_slice cut = lj_slice_part(lj_buf_slice(&file), 0, file.len * part / 8);
            collect_run(&seen, cut);
            char head[64];
            (void)snprintf(head, sizeof(head), "[0] doc %s root", format);
            if (strcmp(format, "bmp") != 0 && collect_has(&seen, head) &&
                !collect_has_gap(&seen, GAP_DAMAGED, NULL) && strcmp(format, "heif") != 0 &&
                strcmp(format, "jp2") != 0 && part != 7) {
                collect_print(&seen);
                fail_msg("%s cut at %zu/8 says nothing", picture_samples[i].name, part);
            }
        }
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

static void test_picture__directories_that_lead_in_circles(void **state)
{
    (void)state;
    collect seen;
    collect_init(&seen);
    for (int big = 0; big <= 1; big++) {
        lj_buf file;
        spot_init(&file);
        picture_put_exif(&file, big == 1, true);
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_HAS(&seen, "doc tiff");
        assert_int_equal(collect_count(&seen, "'食堂开饭时间'"), 1);
        assert_int_equal(collect_count(&seen, "'后勤处拍摄的'"), 1);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

/* A chain of pages as long as the reader follows, and one page more. */
static void test_picture__pages_at_their_limit(void **state)
{
    (void)state;
    enum { IFDS_MAX = 2048, PAGE = 18 };
    collect seen;
    collect_init(&seen);
    for (uint32_t count = IFDS_MAX - 1; count <= IFDS_MAX + 1; count++) {
        lj_buf file;
        spot_init(&file);
        lj_buf_put_cstr(&file, "II");
        lj_buf_put_u16le(&file, 42);
        lj_buf_put_u32le(&file, 8);
        uint32_t text = 8 + count * PAGE;
        for (uint32_t i = 0; i < count; i++) {
            lj_buf_put_u16le(&file, 1);
            lj_buf_put_u16le(&file, i + 1 == count ? 0x010E : 0x0100);
            lj_buf_put_u16le(&file, i + 1 == count ? 2 : 4);
            lj_buf_put_u32le(&file, i + 1 == count ? 13 : 1);
            lj_buf_put_u32le(&file, text);
            lj_buf_put_u32le(&file, i + 1 == count ? 0 : 8 + (i + 1) * PAGE);
        }
        lj_buf_put_cstr(&file, "最后一页");
        lj_buf_put_u8(&file, 0);
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_ROW("read", collect_has(&seen, "'ImageDescription':'最后一页'"), count <= IFDS_MAX);
        CHECK_ROW("told", collect_has_gap(&seen, GAP_DAMAGED, NULL), count > IFDS_MAX);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

static void test_picture__user_comments_in_all_charsets(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        lj_slice value;
        const char *wanted;
    } rows[] = {
        {"ASCII",       {(const uint8_t *)"ASCII\0\0\0canteen at noon", 23},        "canteen at noon"   },
        {"none",        {(const uint8_t *)"\0\0\0\0\0\0\0\0食堂开饭", 20},      "食堂开饭"      },
        {"no prefix",   {(const uint8_t *)"食堂开饭时间", 18},                "食堂开饭时间"},
        {"other order", {(const uint8_t *)"UNICODE\0\xFE\xFF\x98\xDF\x58\x02", 14}, "食堂"            },
    };
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf file;
        spot_init(&file);
        lj_buf_put_cstr(&file, "II");
        lj_buf_put_u16le(&file, 42);
        lj_buf_put_u32le(&file, 8);
        lj_buf_put_u16le(&file, 1);
        lj_buf_put_u16le(&file, 0x9286);
        lj_buf_put_u16le(&file, 7);
        lj_buf_put_u32le(&file, (uint32_t)rows[i].value.len);
        lj_buf_put_u32le(&file, 26);
        lj_buf_put_u32le(&file, 0);
        lj_buf_put(&file, rows[i].value);
        collect_run(&seen, lj_buf_slice(&file));
        char wanted[128];
        (void)snprintf(wanted, sizeof(wanted), "'UserComment':'%s'", rows[i].wanted);
        CHECK_HAS(&seen, wanted);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

/* Profiles as digits, as some programs keep them. */
static void test_picture__raw_profiles(void **state)
{
    (void)state;
    collect seen;
    collect_init(&seen);
    lj_buf exif, text, file;
    spot_init(&exif);
    spot_init(&text);
    spot_init(&file);
    lj_buf_put(&exif, LJ_BYTES("Exif\0\0"));
    picture_put_exif(&exif, false, false);
    lj_buf_put(&text, LJ_BYTES("Raw profile type exif\0\nexif\n      99\n"));
    for (size_t i = 0; i < exif.len; i++) {
        char digits[3];
        (void)snprintf(digits, sizeof(digits), "%02x", exif.ptr[i]);
        lj_buf_put_cstr(&text, digits);
        lj_buf_put_cstr(&text, i % 36 == 35 ? "\n" : "");
    }
    lj_buf_put(&file, LJ_BYTES("\x89PNG\r\n\x1A\n\0\0"));
    lj_buf_put_u8(&file, (uint8_t)(text.len >> 8));
    lj_buf_put_u8(&file, (uint8_t)text.len);
    lj_buf_put_cstr(&file, "tEXt");
    lj_buf_put(&file, lj_buf_slice(&text));
    lj_buf_put(&file, LJ_BYTES("\0\0\0\0\0\0\0\0IEND\0\0\0\0"));
    collect_run(&seen, lj_buf_slice(&file));
    CHECK_HAS(&seen, "'ImageDescription':'食堂开饭时间'");
    CHECK_HAS(&seen, "'UserComment':'后勤处拍摄的'");
    lj_buf_done(&exif);
    lj_buf_done(&text);
    lj_buf_done(&file);
    collect_done(&seen);
}

static void test_picture__hostile_files_end(void **state)
{
    (void)state;
    static const struct {
        lj_slice head, part;
    } rows[] = {
        {{(const uint8_t *)"\x89PNG\r\n\x1A\n", 8},                       {(const uint8_t *)"\0\0\0\0tEXt\0\0\0\0", 12}},
        {{(const uint8_t *)"\xFF\xD8\xFF\xFE\0\2", 6},                    {(const uint8_t *)"\xFF\xFE\0\2", 4}         },
        {{(const uint8_t *)"\xFF\xD8", 2},                                {(const uint8_t *)"\xFF\xFF\xFF\xFF", 4}     },
        {{(const uint8_t *)"\xFF\xD8\xFF\xDA\0\2", 6},                    {(const uint8_t *)"\xFF\xDA\0\2", 4}         },
        {{(const uint8_t *)"GIF89a\0\0\0\0\0\0\0", 13},                   {(const uint8_t *)"\x21\xFE\0", 3}           },
        {{(const uint8_t *)"GIF89a\0\0\0\0\0\0\0\x21\xFE", 15},           {(const uint8_t *)"\1a", 2}                  },
        {{(const uint8_t *)"\0\0\0\x0C"
                           "ftypheic",
          12},
         {(const uint8_t *)"\0\0\0\x08meta", 8}                                                                        },
        {{(const uint8_t *)"RIFF\xFF\xFF\xFF\x7FWEBP", 12},               {(const uint8_t *)"XMP \0\0\0\0", 8}         },
        {{(const uint8_t *)"\1\0\x09\0\0\3\0\0\0\0\2\0\0\0\0\0\0\0", 18},
         {(const uint8_t *)"\3\0\0\0\xFA\2", 6}                                                                        },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes;
        spot_init(&bytes);
        lj_buf_put(&bytes, rows[i].head);
        while (bytes.len < 1 << 20) {
            lj_buf_put(&bytes, rows[i].part);
        }
        (void)spot_find(lj_buf_slice(&bytes), NULL, "x");
        lj_buf_done(&bytes);
    }
}

static void test_picture__survives_flipped_bits(void **state)
{
    (void)state;
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < picture_sample_count; i++) {
        lj_buf file;
        spot_init(&file);
        picture_samples[i].build(&file);
        for (size_t bit = 0; bit < file.len * 8; bit += 7) {
            uint8_t *copy = malloc(file.len); /* a checker sees reads behind it */
            assert_non_null(copy);
            memcpy(copy, file.ptr, file.len);
            copy[bit / 8] = (uint8_t)(copy[bit / 8] ^ (1 << (bit % 8)));
            collect_run(&seen, lj_slice_of(copy, file.len));
            free(copy);
        }
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

static void write_all(const char *root)
{
    for (size_t i = 0; i < picture_sample_count; i++) {
        const picture_sample *what = &picture_samples[i];
        char folder[1024];
        char cut[256];
        lj_buf file;
        spot_init(&file);
        what->build(&file);
        (void)snprintf(folder, sizeof(folder), "%s/tests/formats/%s", root, what->format);
        spot_write(folder, what->name, lj_buf_slice(&file));
        if (strncmp(what->name, "plain", 5) == 0) {
            (void)snprintf(cut, sizeof(cut), "plain.truncated%s", strrchr(what->name, '.'));
            size_t len = strcmp(what->format, "bmp") == 0 ? 58 : file.len * 2 / 3;
            spot_write(folder, cut, lj_slice_part(lj_buf_slice(&file), 0, len));
        }
        (void)snprintf(folder, sizeof(folder), "%s/fuzz/seeds/%s", root, what->format);
        spot_write(folder, what->name, lj_buf_slice(&file));
        lj_buf_done(&file);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        write_all(argv[2]);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picture__metadata_comes_out),
        cmocka_unit_test(test_picture__metafiles_with_bitmaps_are_pictures),
        cmocka_unit_test(test_picture__what_stands_behind_the_end),
        cmocka_unit_test(test_picture__cut_files_say_so),
        cmocka_unit_test(test_picture__directories_that_lead_in_circles),
        cmocka_unit_test(test_picture__pages_at_their_limit),
        cmocka_unit_test(test_picture__user_comments_in_all_charsets),
        cmocka_unit_test(test_picture__raw_profiles),
        cmocka_unit_test(test_picture__hostile_files_end),
        cmocka_unit_test(test_picture__survives_flipped_bits),
    };
    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
