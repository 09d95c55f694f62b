/* SPDX-License-Identifier: AGPL-3.0-or-later
 * No silence: the cases in which other scanners said "clean" about something that they had not read
 * (scanner-aims 0.2, 1 and C.1). In every one of them the text must come out, or a gap must say
 * what was not read and why; what was found before a limit stays. */
#include <libdeflate.h>
#include <stdlib.h>

#include "../check.h"
#include "archive_build.h"
#include "base/num.h"
#include "base/os.h"
#include "collect.h"
#include "zip_build.h"

#define MARK "机密★10年 示例文本"

/* ---- many entries ---- */

/* clamscan: silent behind entry 10,000. */
static void test_silence__entry_12001_of_a_zip_is_read(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    for (int i = 0; i < 12000; i++) {
        zip_build_data(&zip, "plain.txt", LJ_BYTES("nothing"));
    }
    zip_build_text(&zip, "last.txt", MARK);
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, MARK);
    assert_int_equal(seen.doc_count, 12002);
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
}

static void test_silence__entry_12001_of_other_archives_is_read(void **state)
{
    (void)state;
    static const char *const formats[] = {"ustar", "7zip", "newc"};
    archive_member *members = calloc(12001, sizeof(*members));
    assert_non_null(members);
    for (size_t i = 0; i < 12001; i++) {
        members[i] = (archive_member){"plain.txt", LJ_BYTES("nothing"), NULL, false};
    }
    members[12000] = (archive_member){"last.txt", LJ_BYTES(MARK), NULL, false};
    for (size_t i = 0; i < LJ_COUNT_OF(formats); i++) {
        lj_buf bytes = archive_build(formats[i], NULL, members, 12001);
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&bytes));
        print_message("row: %s\n", formats[i]);
        CHECK_HAS(&seen, MARK);
        CHECK_ROW(formats[i], seen.gap_count, 0);
        collect_done(&seen);
        lj_buf_done(&bytes);
    }
    free(members);
}

static void test_silence__the_limit_on_entries_speaks_at_n_plus_1(void **state)
{
    (void)state;
    static const uint64_t counts[] = {49, 50, 51};
    for (size_t i = 0; i < LJ_COUNT_OF(counts); i++) {
        for (int kind = 0; kind < 2; kind++) { /* zip, tar */
            zip_build zip;
            zip_build_init(&zip);
            lj_buf tar;
            lj_buf_init(&tar, NULL, ARCHIVE_BUILD_MAX);
            for (uint64_t k = 0; k < counts[i]; k++) {
                const char *text = k == 3 || k + 1 == counts[i] ? MARK : "nothing";
                zip_build_text(&zip, "m.txt", text);
                tar_build_file(&tar, "m.txt", lj_cstr_bytes(text));
            }
            tar_build_end(&tar);
            collect seen;
            collect_init(&seen);
            seen.options.limits.value[FORMAT_LIMIT_ENTRIES] = 50;
            collect_run(&seen,
                        kind == 0 ? zip_build_end(&zip, LJ_BYTES(""), false) : lj_buf_slice(&tar));
            bool over = counts[i] > 50;
            print_message("row: %u entries, kind %d\n", (unsigned)counts[i], kind);
            assert_int_equal(collect_count(&seen, "'" MARK), over ? 1 : 2);
            assert_int_equal(collect_has_limit(&seen, FORMAT_LIMIT_ENTRIES), over);
            assert_int_equal(seen.gap_count > 0, over);
            collect_done(&seen);
            zip_build_done(&zip);
            lj_buf_done(&tar);
        }
    }
}

/* ---- depth ---- */

/* text in a ZIP in a ZIP ...: `depth` archives around it. The caller frees with lj_buf_done. */
static lj_buf nest(unsigned depth)
{
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
    lj_buf_put_cstr(&bytes, MARK);
    for (unsigned i = 0; i < depth; i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_add(&zip, &(zip_build_member){.name = i == 0 ? "text.txt" : "inner.zip",
                                                .data = lj_buf_slice(&bytes),
                                                .flags = i % 2 == 0 ? ZIP_BUILD_STORED : 0});
        lj_slice all = zip_build_end(&zip, LJ_BYTES(""), false);
        lj_buf_clear(&bytes);
        lj_buf_put(&bytes, all);
        zip_build_done(&zip);
    }
    return bytes;
}

/* clamscan: silent at depth 17; Tika's limit counted layers twice. */
static void test_silence__depth_17_and_more_is_read_up_to_the_limit(void **state)
{
    (void)state;
    static const unsigned depths[] = {1, 16, 17, 18, 31, 32, 33, 60};
    for (size_t i = 0; i < LJ_COUNT_OF(depths); i++) {
        lj_buf bytes = nest(depths[i]);
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&bytes));
        print_message("row: depth %u\n", depths[i]);
        assert_int_equal(collect_has(&seen, MARK), depths[i] <= 32);
        assert_int_equal(collect_has_limit(&seen, FORMAT_LIMIT_DEPTH), depths[i] > 32);
        assert_int_equal(seen.gap_count, depths[i] > 32 ? 1 : 0);
        collect_done(&seen);
        lj_buf_done(&bytes);
    }
}

/* ICIJ/extract#70: failed members used up a counter, and the rest was dropped with success. */
static void test_silence__members_that_fail_cost_their_neighbours_nothing(void **state)
{
    (void)state;
    lj_buf deep = nest(8);
    zip_build zip;
    zip_build_init(&zip);
    for (int i = 0; i < 60; i++) {
        zip_build_data(&zip, "deep.zip", lj_buf_slice(&deep));
        zip_build_add(&zip, &(zip_build_member){.name = "locked.txt",
                                                .data = LJ_BYTES("nobody reads this"),
                                                .flags = ZIP_BUILD_CRYPT,
                                                .password = "unknown"});
        zip_build_add(&zip, &(zip_build_member){.name = "junk.txt",
                                                .data = LJ_BYTES("\xFF\xFE\xFD\xFC"),
                                                .method = 8});
        zip_build_text(&zip, "good.txt", "the good one");
    }
    collect seen;
    collect_init(&seen);
    seen.options.limits.value[FORMAT_LIMIT_DEPTH] = 5;
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    assert_int_equal(collect_count(&seen, "the good one"), 60);
    assert_int_equal(seen.gap_count, 180);
    collect_done(&seen);
    zip_build_done(&zip);
    lj_buf_done(&deep);
}

/* ---- containers in containers ---- */

static void test_silence__a_chain_of_different_containers_is_followed(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "text.txt", MARK);
    archive_member one = {"inner.zip", zip_build_end(&zip, LJ_BYTES(""), false), NULL, false};
    lj_buf chain[8];
    chain[0] = archive_build("7zip", NULL, &one, 1);
    static const struct {
        const char *name, *format, *filter;
    } rows[] = {
        {"inner.7z",      "pax",     "gzip" },
        {"inner.tar.gz",  "newc",    "xz"   },
        {"inner.cpio.xz", "iso9660", NULL   },
        {"inner.iso",     "pax",     "bzip2"},
        {"inner.tar.bz2", "xar",     NULL   },
    };
    size_t last = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        one = (archive_member){rows[i].name, lj_buf_slice(&chain[last]), NULL, false};
        chain[++last] = archive_build(rows[i].format, rows[i].filter, &one, 1);
    }
    one = (archive_member){"inner.xar", lj_buf_slice(&chain[last]), NULL, false};
    chain[++last] = rar5_build(&one, 1, false, false, false);
    collect seen;
    collect_init(&seen);
    seen.options.limits.value[FORMAT_LIMIT_RATIO_FILE] = 100000;
    collect_run(&seen, lj_buf_slice(&chain[last]));
    CHECK_HAS(&seen, MARK);
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    for (size_t i = 0; i <= last; i++) {
        lj_buf_done(&chain[i]);
    }
    zip_build_done(&zip);
}

/* A document that the reader of DOCX takes for one; inner may be empty. */
static void build_docx(zip_build *zip, const char *text, lj_slice inner)
{
    static const char types[] =
        "<?xml version=\"1.0\"?><Types "
        "xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default "
        "Extension=\"xml\" ContentType=\"application/xml\"/><Override "
        "PartName=\"/word/document.xml\" "
        "ContentType=\"application/"
        "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    static const char rels[] =
        "<?xml version=\"1.0\"?><Relationships "
        "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship "
        "Id=\"rId1\" "
        "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
        "officeDocument\" Target=\"word/document.xml\"/></Relationships>";
    lj_buf body;
    lj_buf_init(&body, NULL, 1 << 20);
    lj_buf_put_cstr(&body, "<w:document "
                           "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/"
                           "main\"><w:body><w:p><w:r><w:t>");
    lj_buf_put_cstr(&body, text);
    lj_buf_put_cstr(&body, "</w:t></w:r></w:p></w:body></w:document>");
    zip_build_init(zip);
    zip_build_text(zip, "[Content_Types].xml", types);
    zip_build_text(zip, "_rels/.rels", rels);
    zip_build_add(zip,
                  &(zip_build_member){.name = "word/document.xml", .data = lj_buf_slice(&body)});
    if (inner.len > 0) {
        zip_build_add(zip,
                      &(zip_build_member){.name = "word/embeddings/inner.docx", .data = inner});
    }
    (void)zip_build_end(zip, LJ_BYTES(""), false);
    lj_buf_done(&body);
}

/* ferret-scan#297: a DOCX inside a DOCX was never opened. */
static void test_silence__a_docx_inside_a_docx_is_opened(void **state)
{
    (void)state;
    zip_build inner;
    zip_build middle;
    zip_build outer;
    build_docx(&inner, MARK, LJ_BYTES(""));
    build_docx(&middle, "the one in the middle", zip_build_bytes(&inner));
    build_docx(&outer, "the outer one", zip_build_bytes(&middle));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_bytes(&outer));
    CHECK_HAS(&seen, "the outer one");
    CHECK_HAS(&seen, "the one in the middle");
    CHECK_HAS(&seen, MARK);
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&inner);
    zip_build_done(&middle);
    zip_build_done(&outer);
}

/* ferret-scan#264: text named .doc was skipped. */
static void test_silence__a_name_decides_nothing(void **state)
{
    (void)state;
    static const char *const named[] = {"text.doc", "text.pdf", "text.jpg",
                                        "text",     "text.exe", "text.zip"};
    zip_build zip;
    zip_build_init(&zip);
    for (size_t i = 0; i < LJ_COUNT_OF(named); i++) {
        zip_build_text(&zip, named[i], MARK "\n");
    }
    zip_build inner;
    build_docx(&inner, MARK, LJ_BYTES(""));
    zip_build_data(&zip, "document.txt", zip_build_bytes(&inner));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    assert_int_equal(collect_count(&seen, "'" MARK), LJ_COUNT_OF(named) + 1);
    assert_true(collect_has_note(&seen, NOTE_NAME_DISAGREES));
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
    zip_build_done(&inner);
}

/* An encrypted container, a torn file or the second volume of an archive has no head of its own:
 * the name tells that something was not read. Bytes that promise nothing are just bytes. */
static void test_silence__unknown_content_under_a_known_name_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int cause; /* GAP_CAUSE_COUNT: none */
    } rows[] = {
        {"plan.docx",   GAP_DAMAGED    },
        {"PLAN.ZIP",    GAP_DAMAGED    },
        {"plan.pdf",    GAP_DAMAGED    },
        {"plan.7z.002", GAP_VOLUME     },
        {"plan.z02",    GAP_VOLUME     },
        {"plan.bin",    GAP_CAUSE_COUNT},
        {"plan.txt",    GAP_CAUSE_COUNT},
        {"plan",        GAP_CAUSE_COUNT},
        {"plan.v1.20",  GAP_CAUSE_COUNT},
        {"plan.dat",    GAP_CAUSE_COUNT},
        {"docx",        GAP_CAUSE_COUNT},
    };
    uint8_t noise[512];
    uint32_t next = 7;
    for (size_t i = 0; i < sizeof(noise); i++) {
        next = next * 1664525 + 1013904223;
        noise[i] = (uint8_t)(next >> 24);
    }
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_data(&zip, rows[i].name, (lj_slice){noise, sizeof(noise)});
        collect seen;
        collect_init(&seen);
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        bool is_told = rows[i].cause != GAP_CAUSE_COUNT;
        CHECK_ROW(rows[i].name, seen.gap_count, is_told ? 1U : 0U);
        CHECK_ROW(rows[i].name, is_told && !collect_has_gap(&seen, (gap_cause)rows[i].cause, NULL),
                  false);
        collect_done(&seen);
        zip_build_done(&zip);
    }
}

/* clamscan: "OK" for a large text whose last line is a mark. */
static void test_silence__the_last_line_of_a_large_text_is_read(void **state)
{
    (void)state;
    lj_buf text;
    lj_buf_init(&text, NULL, ARCHIVE_BUILD_MAX);
    for (unsigned i = 0; text.len < 12 << 20; i++) {
        char line[64];
        int len = snprintf(line, sizeof(line), "line %u of a text without meaning %u\n", i,
                           i * 2654435761u);
        lj_buf_put(&text, lj_slice_of(line, (size_t)len));
    }
    lj_buf_put_cstr(&text, MARK);
    const archive_member one = {"large.txt", lj_buf_slice(&text), NULL, false};
    static const struct {
        const char *name, *format, *filter;
    } rows[] = {
        {"zip",    "zip",  NULL  },
        {"7z",     "7zip", NULL  },
        {"tar.gz", "pax",  "gzip"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes = archive_build(rows[i].format, rows[i].filter, &one, 1);
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&bytes));
        print_message("row: %s\n", rows[i].name);
        CHECK_ROW(rows[i].name, collect_has(&seen, MARK), true);
        CHECK_ROW(rows[i].name, seen.gap_count, 0);
        collect_done(&seen);
        lj_buf_done(&bytes);
    }
    lj_buf_done(&text);
}

/* ---- bombs: bounded, and what stood before is there ---- */

static void test_silence__a_bomb_ends_at_its_limit_and_loses_nothing_before(void **state)
{
    (void)state;
    lj_buf zeros;
    lj_buf_init(&zeros, NULL, ARCHIVE_BUILD_MAX);
    zeros.len = lj_buf_room(&zeros, 64 << 10) != NULL ? 64 << 10 : 0;
    memset(zeros.ptr, 0, zeros.len);
    lj_slice data = lj_buf_slice(&zeros);
    zip_build level[4];
    for (size_t i = 0; i < LJ_COUNT_OF(level); i++) { /* 42.zip: 16 in 16 in 16 in 16 */
        zip_build_init(&level[i]);
        for (int k = 0; k < 16; k++) {
            zip_build_text(&level[i], "before.txt", k == 0 ? MARK : "nothing");
            zip_build_add(&level[i], &(zip_build_member){.name = "bomb", .data = data});
        }
        data = zip_build_end(&level[i], LJ_BYTES(""), false);
    }
    static const struct {
        const char *name;
        format_limit limit;
        uint64_t allowed;
    } rows[] = {
        {"inflated",       FORMAT_LIMIT_INFLATED,    32 << 20},
        {"ratio of file",  FORMAT_LIMIT_RATIO_FILE,  100     },
        {"ratio of entry", FORMAT_LIMIT_RATIO_ENTRY, 100     },
        {"work",           FORMAT_LIMIT_WORK,        4 << 20 },
        {"entries",        FORMAT_LIMIT_ENTRIES,     20      },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        uint64_t *limits = seen.options.limits.value;
        limits[FORMAT_LIMIT_RATIO_FILE] = limits[FORMAT_LIMIT_RATIO_ENTRY] = 1 << 30;
        limits[FORMAT_LIMIT_RATIO_FREE] = 1 << 14;
        limits[FORMAT_LIMIT_INFLATED] = 8 << 20;
        limits[rows[i].limit] = rows[i].allowed;
        collect_run(&seen, data);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, MARK);
        CHECK_ROW(rows[i].name, collect_has_limit(&seen, rows[i].limit), true);
        collect_done(&seen);
    }
    for (size_t i = 0; i < LJ_COUNT_OF(level); i++) {
        zip_build_done(&level[i]);
    }
    lj_buf_done(&zeros);
}

static void put_overlap_header(lj_buf *out, const lj_buf *data, uint32_t crc, uint32_t real,
                               bool central, uint32_t header_off)
{
    lj_buf_put_cstr(out, central ? "PK\1\2" : "PK\3\4");
    if (central) {
        lj_buf_put_u16le(out, 20);
    }
    lj_buf_put_u16le(out, 20);
    lj_buf_put_u16le(out, 0);
    lj_buf_put_u16le(out, 8);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, crc);
    lj_buf_put_u32le(out, (uint32_t)data->len);
    lj_buf_put_u32le(out, real);
    lj_buf_put_u16le(out, 1);
    lj_buf_put_u16le(out, 0);
    if (central) {
        lj_buf_put_u16le(out, 0);
        lj_buf_put_u32le(out, 0);
        lj_buf_put_u32le(out, 0);
        lj_buf_put_u32le(out, header_off);
    }
    lj_buf_put_cstr(out, "k");
}

/* Fifield's construction: each member's deflate stream quotes the next header and runs into the
 * next member's stream, so that one kernel is inflated by all of them. */
static void test_silence__overlapping_members_end_at_a_limit(void **state)
{
    (void)state;
    enum { COUNT = 200, REAL = 1 << 18 };
    struct libdeflate_compressor *packer = libdeflate_alloc_compressor(9);
    uint8_t *plain = calloc(1, REAL + COUNT * 64);
    assert_non_null(plain);
    lj_buf chain; /* headers and data, from the last member to the first */
    lj_buf_init(&chain, NULL, ARCHIVE_BUILD_MAX);
    lj_buf data;
    lj_buf_init(&data, NULL, ARCHIVE_BUILD_MAX);
    size_t real = REAL;
    data.len = libdeflate_deflate_compress(packer, plain, REAL, lj_buf_room(&data, 65536), 65536);
    libdeflate_free_compressor(packer);
    lj_buf central[COUNT];
    size_t tail_len[COUNT]; /* of the archive's end at which the header stands */
    for (size_t i = 0; i < COUNT; i++) {
        uint32_t crc = libdeflate_crc32(0, plain, real);
        lj_buf next;
        lj_buf_init(&next, NULL, ARCHIVE_BUILD_MAX);
        put_overlap_header(&next, &data, crc, (uint32_t)real, false, 0);
        size_t head_len = next.len;
        lj_buf_init(&central[i], NULL, 128);
        put_overlap_header(&central[i], &data, crc, (uint32_t)real, true, 0);
        lj_buf_put(&next, lj_buf_slice(&data));
        tail_len[i] = next.len;
        memmove(plain + head_len, plain, real); /* quoted in front of what it runs into */
        memcpy(plain, next.ptr, head_len);
        real += head_len;
        lj_buf_clear(&data);
        lj_buf_put_u8(&data, 0); /* a stored block, not the last: the quoted header */
        lj_buf_put_u16le(&data, (uint16_t)head_len);
        lj_buf_put_u16le(&data, (uint16_t)~head_len);
        lj_buf_put(&data, lj_buf_slice(&next));
        lj_buf_clear(&chain);
        lj_buf_put(&chain, lj_buf_slice(&next));
        lj_buf_done(&next);
    }
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "before.txt", MARK);
    size_t from = zip.out.len;
    zip_build_raw(&zip, lj_buf_slice(&chain));
    for (size_t i = COUNT; i-- > 0;) {
        uint32_t off = (uint32_t)(from + chain.len - tail_len[i]);
        for (size_t k = 0; k < 4; k++) {
            central[i].ptr[42 + k] = (uint8_t)(off >> (8 * k));
        }
        lj_buf_put(&zip.directory, lj_buf_slice(&central[i]));
        zip.entries++;
        lj_buf_done(&central[i]);
    }
    collect seen;
    collect_init(&seen);
    seen.options.limits.value[FORMAT_LIMIT_INFLATED] = 4 << 20;
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, MARK);
    assert_true(collect_has_limit(&seen, FORMAT_LIMIT_INFLATED) ||
                collect_has_limit(&seen, FORMAT_LIMIT_RATIO_FILE));
    assert_true(collect_has_note(&seen, NOTE_DIRECTORY_DISAGREES));
    collect_done(&seen);
    zip_build_done(&zip);
    lj_buf_done(&chain);
    lj_buf_done(&data);
    free(plain);
}

static void test_silence__gzip_members_without_end_are_all_read(void **state)
{
    (void)state;
    const archive_member raw = {"data", LJ_BYTES("nothing\n"), NULL, false};
    const archive_member mark = {"data", LJ_BYTES(MARK "\n"), NULL, false};
    lj_buf one = archive_build("raw", "gzip", &raw, 1);
    lj_buf last = archive_build("raw", "gzip", &mark, 1);
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
    for (int i = 0; i < 20000; i++) {
        lj_buf_put(&bytes, lj_buf_slice(&one));
    }
    lj_buf_put(&bytes, lj_buf_slice(&last));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, lj_buf_slice(&bytes));
    CHECK_HAS(&seen, MARK);
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    lj_buf_done(&one);
    lj_buf_done(&last);
    lj_buf_done(&bytes);
}

/* One member of gzip (RFC 1952) with a stored block: its length is known, len + 23. */
static void put_stored(lj_buf *out, const uint8_t *data, uint16_t len)
{
    static const uint8_t head[] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1};
    lj_buf_put(out, lj_slice_of(head, sizeof(head)));
    lj_buf_put_u16le(out, len);
    lj_buf_put_u16le(out, (uint16_t)~len);
    lj_buf_put(out, lj_slice_of(data, len));
    lj_buf_put_u32le(out, libdeflate_crc32(0, data, len));
    lj_buf_put_u32le(out, len);
}

/* The next member begins anywhere around the end of what a decoder takes in at once, also behind
 * the zeroes of a tape. */
static void test_silence__gzip_members_are_found_wherever_they_begin(void **state)
{
    (void)state;
    enum { CHUNK = 64 * 1024, AROUND = 30 };
    static uint8_t filler[CHUNK];
    memset(filler, 'x', sizeof(filler));
    for (int zeroes = 0; zeroes <= 512; zeroes += 256) {
        for (uint32_t len = CHUNK - AROUND; len <= CHUNK + 22; len++) {
            lj_buf bytes;
            lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
            put_stored(&bytes, filler, (uint16_t)(len - 23));
            for (int i = 0; i < zeroes; i++) {
                lj_buf_put_u8(&bytes, 0);
            }
            put_stored(&bytes, (const uint8_t *)"\n" MARK "\n", sizeof("\n" MARK));
            collect seen;
            collect_init(&seen);
            collect_run(&seen, lj_buf_slice(&bytes));
            if (!collect_has(&seen, MARK)) {
                fail_msg("lost the member behind one of %u bytes and %d zeroes", len, zeroes);
            }
            collect_done(&seen);
            lj_buf_done(&bytes);
        }
    }
}

/* ---- lies about sizes ---- */

static void test_silence__wild_numbers_end_in_gaps(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "before.txt", MARK);
    zip_build_add(&zip, &(zip_build_member){
                            .name = "wide.txt", .data = LJ_BYTES("wide"), .flags = ZIP_BUILD_WIDE});
    lj_slice good = zip_build_end(&zip, LJ_BYTES(""), true);
    /* every field of the end records and of the last entry, one after the other, all ones */
    size_t from = good.len - 22 - 20 - 56 - zip.directory.len;
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, ARCHIVE_BUILD_MAX);
    for (size_t at = from; at + 4 <= good.len; at++) {
        lj_buf_clear(&bytes);
        lj_buf_put(&bytes, good);
        memset(bytes.ptr + at, 0xFF, lj_min_size(8, bytes.len - at));
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&bytes));
        if (!collect_has(&seen, MARK)) {
            collect_print(&seen);
            fail_msg("lost the text with ones at %zu", at);
        }
        assert_true(seen.doc_count <
                    10); /* a directory inside of what is searched leads out again */
        collect_done(&seen);
    }
    lj_buf_done(&bytes);
    zip_build_done(&zip);
}

/* Every cut: the text comes out, or a gap says that something is missing. */
static void test_silence__no_cut_is_silent(void **state)
{
    (void)state;
    static const archive_member members[] = {
        {"first.txt",  {(const uint8_t *)MARK "\n", sizeof(MARK)}, NULL, false},
        {"second.txt", {(const uint8_t *)"in the open\n", 12},     NULL, false},
    };
    static const struct {
        const char *name, *format, *filter;
    } rows[] = {
        {"zip",  "zip",     NULL   },
        {"7z",   "7zip",    NULL   },
        {"tar",  "ustar",   NULL   },
        {"cpio", "newc",    NULL   },
        {"iso",  "iso9660", NULL   },
        {"xar",  "xar",     NULL   },
        {"gz",   "raw",     "gzip" },
        {"bz2",  "raw",     "bzip2"},
        {"xz",   "raw",     "xz"   },
        {"zst",  "raw",     "zstd" },
        {"lz4",  "raw",     "lz4"  },
        {"lzip", "raw",     "lzip" },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        bool raw = strcmp(rows[i].format, "raw") == 0;
        lj_buf bytes = archive_build(rows[i].format, rows[i].filter, members, raw ? 1 : 2);
        size_t step = bytes.len > 4096 ? 2048 : 1;
        for (size_t len = bytes.len > 4096 ? 40960 : 12; len < bytes.len; len += step) {
            collect seen;
            collect_init(&seen);
            collect_run(&seen, lj_slice_part(lj_buf_slice(&bytes), 0, len));
            bool all =
                collect_has(&seen, MARK "\\n'") && (raw || collect_has(&seen, "in the open"));
            bool known =
                !collect_has(&seen, "doc unknown root") && !collect_has(&seen, "doc text root");
            if (!all && known && seen.gap_count == 0) {
                collect_print(&seen);
                fail_msg("row '%s': silence when cut to %zu of %zu", rows[i].name, len, bytes.len);
            }
            collect_done(&seen);
        }
        lj_buf_done(&bytes);
    }
}

/* Real files of the corpus that unpack to themselves or without end. */
static void test_silence__recursive_files_end(void **state)
{
    (void)state;
    static const char *const paths[] = {"libarchive/test_read_filter_gzip_recursive.gz",
                                        "libarchive/test_read_too_many_filters.gz"};
    const char *corpus = getenv("LIJIAN_CORPUS");
    unsigned missing = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(paths); i++) {
        char path[1024];
        (void)snprintf(path, sizeof(path), "%s/%s", corpus != NULL ? corpus : ".", paths[i]);
        collect seen;
        collect_init(&seen);
        if (collect_run_file(&seen, path)) {
            CHECK_ROW(paths[i], collect_has_gap(&seen, GAP_LIMIT, NULL), true);
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

int main(void)
{
    lj_os_prepare_libraries();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence__entry_12001_of_a_zip_is_read),
        cmocka_unit_test(test_silence__entry_12001_of_other_archives_is_read),
        cmocka_unit_test(test_silence__the_limit_on_entries_speaks_at_n_plus_1),
        cmocka_unit_test(test_silence__depth_17_and_more_is_read_up_to_the_limit),
        cmocka_unit_test(test_silence__members_that_fail_cost_their_neighbours_nothing),
        cmocka_unit_test(test_silence__a_chain_of_different_containers_is_followed),
        cmocka_unit_test(test_silence__a_docx_inside_a_docx_is_opened),
        cmocka_unit_test(test_silence__a_name_decides_nothing),
        cmocka_unit_test(test_silence__unknown_content_under_a_known_name_is_told),
        cmocka_unit_test(test_silence__the_last_line_of_a_large_text_is_read),
        cmocka_unit_test(test_silence__a_bomb_ends_at_its_limit_and_loses_nothing_before),
        cmocka_unit_test(test_silence__overlapping_members_end_at_a_limit),
        cmocka_unit_test(test_silence__gzip_members_without_end_are_all_read),
        cmocka_unit_test(test_silence__gzip_members_are_found_wherever_they_begin),
        cmocka_unit_test(test_silence__wild_numbers_end_in_gaps),
        cmocka_unit_test(test_silence__no_cut_is_silent),
        cmocka_unit_test(test_silence__recursive_files_end),
    };
    return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
