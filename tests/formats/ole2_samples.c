/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples of `ole2`, which are its fuzz seeds too.
 *
 *   ole2_samples DIR     DIR/plain.ole2 ... as they stand in tests/formats/ole2/
 *
 *   plain      property sets, a packed file, macros, streams in the mini stream and in sectors
 *   large      the same with sectors of 4,096 bytes
 *   hidden     a stray entry, slack, a deleted stream
 *   object     a storage that holds a document of its own
 *   damaged    a chain that loops
 *   truncated  the plain one cut at three quarters */
#include <stdio.h>

#include "base/num.h"
#include "ole2_build.h"

/* 食堂开饭时间调整通知 and 会议室使用登记办法 in UTF-16 */
#define WIDE_NOTICE                                                                                \
    "\xDF\x98\x02\x58\x00\x5F\x6D\x99\xF6\x65\xF4\x95\x03\x8C\x74\x65\x1A\x90\xE5\x77"
#define WIDE_OTHER "\x1A\x4F\xAE\x8B\xA4\x5B\x7F\x4F\x28\x75\x7B\x76\xB0\x8B\x9E\x52\xD5\x6C"
#define GBK_TITLE  "\xCA\xB3\xCC\xC3\xCD\xA8\xD6\xAA" /* 食堂通知 */

static void put_zero(lj_buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_u8(out, 0);
    }
}

/* [MS-OVBA] 2.4.1: literals, and one copy of what came before. */
static void put_packed(lj_buf *out, const char *text, bool copies)
{
    size_t len = strlen(text);
    size_t packed = len + (len + 7) / 8 + (copies ? 3 : 0);
    lj_buf_put_u8(out, 1);
    lj_buf_put_u16le(out, (uint16_t)(0xB000 | (packed - 1)));
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0) {
            lj_buf_put_u8(out, 0);
        }
        lj_buf_put_u8(out, (uint8_t)text[i]);
    }
    if (copies) { /* a token: four letters from eight back; behind 32 letters the offset has 5 bits
                   */
        lj_buf_put_u8(out, 1);
        lj_buf_put_u16le(out, 7U << 11 | 1);
    }
}

static void add_macros(ole2_build *file)
{
    lj_buf dir;
    lj_buf module;
    lj_buf_init(&dir, NULL, 4096);
    lj_buf_init(&module, NULL, 4096);
    /* code page 936, stream name, place of the source */
    static const uint8_t records[] = {3, 0, 2, 0, 0,   0,   0xA8, 3,   0x1A, 0,
                                      5, 0, 0, 0, 'M', 'o', 'd',  'u', 'l',  0x31,
                                      0, 4, 0, 0, 0,   8,   0,    0,   0};
    lj_buf_put_u8(&dir, 1);
    lj_buf_put_u16le(&dir, (uint16_t)(0xB000 | (sizeof(records) + (sizeof(records) + 7) / 8 - 1)));
    for (size_t i = 0; i < sizeof(records); i++) {
        if (i % 8 == 0) {
            lj_buf_put_u8(&dir, 0);
        }
        lj_buf_put_u8(&dir, records[i]);
    }
    lj_buf_put(&module, LJ_BYTES("compiled"));
    put_packed(&module, "Attribute VB_Name = \"Modul\"\r\n' " GBK_TITLE "\r\n", false);
    uint32_t macros = ole2_build_storage(file, OLE2_BUILD_ROOT, "Macros");
    uint32_t vba = ole2_build_storage(file, macros, "VBA");
    (void)ole2_build_stream(file, vba, "dir", lj_buf_slice(&dir));
    (void)ole2_build_stream(file, vba, "Modul", lj_buf_slice(&module));
    lj_buf_clear(&module);
    put_packed(&module, "Attribute VB_Name = \"Other\"\r\nxyz", true);
    (void)ole2_build_stream(file, vba, "Other", lj_buf_slice(&module));
    lj_buf_done(&dir);
    lj_buf_done(&module);
}

static void make_plain(ole2_build *file)
{
    static const ole2_build_property rows[] = {
        {2, {(const uint8_t *)GBK_TITLE, 8}},
        {4, {(const uint8_t *)"Li", 2}     }
    };
    static const char native[] = "\x40\0\0\0\2\0Label\0note.txt\0\0\0\3\0\6\0\0\0C:\\n.t\x11\0\0\0"
                                 "text of the notes";
    lj_buf data;
    lj_buf_init(&data, NULL, 1 << 16);
    ole2_build_properties(&data, OLE2_BUILD_SUMMARY, 936, rows, LJ_COUNT_OF(rows));
    (void)ole2_build_stream(file, OLE2_BUILD_ROOT, "\5SummaryInformation", lj_buf_slice(&data));
    lj_slice packed = lj_slice_of(native, sizeof(native) - 1);
    uint32_t no = ole2_build_stream(file, OLE2_BUILD_ROOT, "\1Ole10Native", packed);
    file->entries[no].data.ptr[0] = (uint8_t)(packed.len - 4);
    add_macros(file);
    lj_buf_clear(&data);
    put_zero(&data, 4500);
    lj_buf_put(&data, LJ_BYTES(WIDE_NOTICE));
    (void)ole2_build_stream(file, OLE2_BUILD_ROOT, "Contents", lj_buf_slice(&data));
    lj_buf_done(&data);
    (void)ole2_build_end(file);
}

static void make_hidden(ole2_build *file)
{
    lj_buf data;
    lj_buf_init(&data, NULL, 1 << 16);
    put_zero(&data, 4500);
    uint32_t big = ole2_build_stream(file, OLE2_BUILD_ROOT, "Big", lj_buf_slice(&data));
    (void)ole2_build_stray(file, "Stale", LJ_BYTES(WIDE_NOTICE));
    uint32_t gone = ole2_build_stream(file, OLE2_BUILD_ROOT, "Gone", lj_buf_slice(&data));
    (void)ole2_build_end(file);
    uint64_t at = ole2_build_sector_off(file, file->entries[big].start);
    memcpy(file->out.ptr + at + 4540, WIDE_OTHER, sizeof(WIDE_OTHER) - 1);
    at = ole2_build_sector_off(file, file->entries[gone].start);
    memcpy(file->out.ptr + at + 100, WIDE_NOTICE WIDE_OTHER, 38);
    ole2_build_poke(file, ole2_build_entry_off(file, gone) + 66, 0, 1);
    for (uint32_t i = 0; i < 9; i++) {
        ole2_build_fat(file, file->entries[gone].start + i, 0xFFFFFFFF);
    }
    lj_buf_done(&data);
}

static void make_object(ole2_build *file)
{
    lj_buf data;
    lj_buf_init(&data, NULL, 1 << 16);
    put_zero(&data, 4500);
    lj_buf_put(&data, LJ_BYTES(WIDE_NOTICE));
    uint32_t pool = ole2_build_storage(file, OLE2_BUILD_ROOT, "ObjectPool");
    uint32_t object = ole2_build_storage(file, pool, "_1180");
    (void)ole2_build_stream(file, object, "EncryptedPackage", LJ_BYTES("\1\2"));
    uint32_t deeper = ole2_build_storage(file, object, "\xE5\xA4\xB9"); /* 夹 */
    (void)ole2_build_stream(file, deeper, "Inside", lj_buf_slice(&data));
    (void)ole2_build_end(file);
    lj_buf_done(&data);
}

static void make_damaged(ole2_build *file)
{
    make_plain(file);
    uint32_t last = file->sectors - 2;
    ole2_build_fat(file, last, last - 3);
}

typedef struct sample_row {
    const char *name;
    void (*make)(ole2_build *file);
    uint32_t shift;
    uint32_t quarters;
} sample_row;

static const sample_row rows[] = {
    {"plain.ole2",           make_plain,   9,  4},
    {"large.ole2",           make_plain,   12, 4},
    {"hidden.ole2",          make_hidden,  9,  4},
    {"object.ole2",          make_object,  9,  4},
    {"damaged.ole2",         make_damaged, 9,  4},
    {"plain.truncated.ole2", make_plain,   9,  3},
};

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: ole2_samples DIR\n");
        return 64;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char path[4096];
        ole2_build file;
        ole2_build_init(&file, rows[i].shift);
        rows[i].make(&file);
        size_t len = file.out.len / 4 * rows[i].quarters;
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], rows[i].name);
        FILE *out = fopen(path, "wb");
        if (out == NULL || fwrite(file.out.ptr, 1, len, out) != len || fclose(out) != 0) {
            perror(path);
            return 1;
        }
        ole2_build_done(&file);
    }
    return 0;
}
