/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Archives other than ZIP: recognition and rows. Those that hold their members as they are - tar,
 * ISO 9660, cpio, ar - and XAR and gzip are read by ourselves (archive_tar.c, archive_iso.c,
 * archive_plain.c, archive_xar.c, archive_gz.c): members are ranges then, and what nothing claims
 * is swept. 7z, RAR 4 and 5, CAB, LHA and the compressed single streams bzip2, xz, Zstandard, LZ4,
 * LZMA/lzip, compress go through libarchive, one row each (archive_read.c).
 *
 * Recognition is by magic, and where that is weak by more: old tars by a checksum, LZMA alone by
 * its properties. A row of a filter switches on this one filter only.
 *
 * Passwords: libarchive 3.6.2 decrypts neither RAR nor 7z: what is encrypted is named. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"
#include "formats/format_priv.h"

static int magic_at(const format_probe *probe, size_t off, lj_slice magic)
{
    return lj_slice_is(lj_slice_part(probe->head, off, magic.len), magic) ? (int)magic.len * 8 : 0;
}

/* ---- recognition and set-up, by row ---- */

static int sniff_7z(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("7z\xBC\xAF\x27\x1C"));
}

static int sniff_rar(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("Rar!\x1A\7\0")) +
           magic_at(probe, 0, LJ_BYTES("Rar!\x1A\7\1\0"));
}

static int sniff_cab(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("MSCF\0\0\0\0"));
}

static int sniff_iso(const format_probe *probe)
{
    return magic_at(probe, 0x8001, LJ_BYTES("CD001"));
}

static int sniff_ar(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("!<arch>\n"));
}

static int sniff_xar(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("xar!"));
}

/* LHA: "-lh?-" or "-lz?-" behind header size and checksum. */
static int sniff_lzh(const format_probe *probe)
{
    lj_slice at = lj_slice_part(probe->head, 2, 5);
    return at.len == 5 && at.ptr[0] == '-' && at.ptr[1] == 'l' &&
                   (at.ptr[2] == 'h' || at.ptr[2] == 'z') && at.ptr[4] == '-'
               ? 36
               : 0;
}

static int sniff_gz(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("\x1F\x8B\x08")) > 0 && probe->head.len > 3 &&
                   probe->head.ptr[3] < 0x20
               ? 27
               : 0;
}

static int sniff_bz2(const format_probe *probe)
{
    bool level = probe->head.len > 3 && probe->head.ptr[3] >= '1' && probe->head.ptr[3] <= '9';
    bool block = magic_at(probe, 4, LJ_BYTES("1AY&SY")) > 0 ||
                 magic_at(probe, 4, LJ_BYTES("\x17rE8P\x90")) > 0;
    return magic_at(probe, 0, LJ_BYTES("BZh")) > 0 && level && block ? 76 : 0;
}

static int sniff_xz(const format_probe *probe)
{
    return magic_at(probe, 0,
                    LJ_BYTES("\xFD"
                             "7zXZ\0"));
}

static int sniff_zst(const format_probe *probe)
{
    bool skippable = probe->head.len > 4 && (probe->head.ptr[0] & 0xF0) == 0x50 &&
                     magic_at(probe, 1, LJ_BYTES("\x2A\x4D\x18")) > 0;
    return magic_at(probe, 0, LJ_BYTES("\x28\xB5\x2F\xFD")) + (skippable ? 28 : 0);
}

static int sniff_lz4(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("\x04\x22\x4D\x18")) +
           magic_at(probe, 0, LJ_BYTES("\x02\x21\x4C\x18"));
}

/* LZMA alone: properties below 225, a dictionary that is a power of two or one and a half, a size
 * that is unknown or sane. */
static int sniff_lzma(const format_probe *probe)
{
    if (magic_at(probe, 0, LJ_BYTES("LZIP")) > 0) {
        return 32;
    }
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 14));
    uint8_t properties = lj_cur_u8(&cur);
    uint32_t dictionary = lj_cur_u32le(&cur);
    uint64_t size = lj_cur_u64le(&cur);
    uint8_t first = lj_cur_u8(&cur);
    bool power = dictionary >= 4096 && (dictionary & (dictionary - 1)) == 0;
    return lj_cur_ok(&cur) && properties == 0x5D && power &&
                   (size == UINT64_MAX || size < (uint64_t)1 << 40) && first == 0
               ? 30
               : 0;
}

static int sniff_compress(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("\x1F\x9D")) > 0 && probe->head.len > 2 &&
                   (probe->head.ptr[2] & 0x1F) >= 9 && (probe->head.ptr[2] & 0x1F) <= 16 &&
                   (probe->head.ptr[2] & 0x60) == 0
               ? 22
               : 0;
}

#define SETUP_FORMAT(name, call)                                                                   \
    static int setup_##name(struct archive *reader)                                                \
    {                                                                                              \
        return call(reader);                                                                       \
    }
SETUP_FORMAT(7z, archive_read_support_format_7zip)
SETUP_FORMAT(cab, archive_read_support_format_cab)
SETUP_FORMAT(lzh, archive_read_support_format_lha)

static int setup_rar(struct archive *reader)
{
    int old = archive_read_support_format_rar(reader);
    int new = archive_read_support_format_rar5(reader);
    return old < new ? old : new;
}

/* A filter with the raw format behind it. */
#define SETUP_FILTER(name, call)                                                                   \
    static int setup_##name(struct archive *reader)                                                \
    {                                                                                              \
        int raw = archive_read_support_format_raw(reader);                                         \
        int empty = archive_read_support_format_empty(reader);                                     \
        int filter = call(reader);                                                                 \
        raw = raw < empty ? raw : empty;                                                           \
        return raw < filter ? raw : filter;                                                        \
    }
SETUP_FILTER(bz2, archive_read_support_filter_bzip2)
SETUP_FILTER(xz, archive_read_support_filter_xz)
SETUP_FILTER(zst, archive_read_support_filter_zstd)
SETUP_FILTER(lz4, archive_read_support_filter_lz4)
SETUP_FILTER(compress, archive_read_support_filter_compress)

static int setup_lzma(struct archive *reader)
{
    int raw = archive_read_support_format_raw(reader);
    int empty = archive_read_support_format_empty(reader);
    int lzma = archive_read_support_filter_lzma(reader);
    int lzip = archive_read_support_filter_lzip(reader);
    raw = raw < empty ? raw : empty;
    lzma = lzma < lzip ? lzma : lzip;
    return raw < lzma ? raw : lzma;
}

/* ---- rows ---- */

#define READ_MEMBERS(name, look_)                                                                  \
    static lj_code read_##name(format_run *run, format_src *src)                                   \
    {                                                                                              \
        archive_look look = look_;                                                                 \
        return archive_read_members(run, src, setup_##name, &look);                                \
    }
READ_MEMBERS(7z, archive_look_7z(run, src))
READ_MEMBERS(rar, archive_look_rar(run, src))
READ_MEMBERS(cab, archive_look_cab(run, src))
READ_MEMBERS(lzh, ((archive_look){0}))

#define READ_STREAM(name)                                                                          \
    static lj_code read_##name(format_run *run, format_src *src)                                   \
    {                                                                                              \
        return archive_read_stream(run, src, setup_##name);                                        \
    }
READ_STREAM(bz2)
READ_STREAM(xz)
READ_STREAM(zst)
READ_STREAM(lz4)
READ_STREAM(lzma)
READ_STREAM(compress)

#define ROW(name_, text, extensions_, sniff_, read_, en_, zh_)                                     \
    const format_row format_##name_##_row = {.name = text,                                         \
                                             .extensions = extensions_,                            \
                                             .traits = FORMAT_CONTAINER,                           \
                                             .sniff = sniff_,                                      \
                                             .read = read_,                                        \
                                             .en = en_,                                            \
                                             .zh = zh_}
ROW(7z, "7z", "7z", sniff_7z, read_7z, "7z archive", "7z 压缩包");
ROW(rar, "rar", "rar", sniff_rar, read_rar, "RAR archive, 4 and 5", "RAR 压缩包（4 与 5）");
ROW(cab, "cab", "cab", sniff_cab, read_cab, "Windows cabinet", "CAB 压缩包");
ROW(iso, "iso", "iso", sniff_iso, archive_iso_read, "ISO 9660 image", "ISO 光盘映像");
ROW(ar, "ar", "ar a deb", sniff_ar, archive_ar_read, "ar archive", "ar 归档");
ROW(xar, "xar", "xar pkg", sniff_xar, archive_xar_read, "XAR archive", "XAR 归档");
ROW(lzh, "lzh", "lzh lha", sniff_lzh, read_lzh, "LHA archive", "LHA 压缩包");
ROW(cpio, "cpio", "cpio", archive_cpio_sniff, archive_cpio_read, "cpio archive", "cpio 归档");
ROW(tar, "tar", "tar", archive_tar_sniff, archive_tar_read, "tar archive", "tar 归档");
ROW(gz, "gz", "gz tgz", sniff_gz, archive_gz_read, "gzip stream", "gzip 压缩流");
ROW(bz2, "bz2", "bz2 tbz tbz2", sniff_bz2, read_bz2, "bzip2 stream", "bzip2 压缩流");
ROW(xz, "xz", "xz txz", sniff_xz, read_xz, "xz stream", "xz 压缩流");
ROW(zst, "zst", "zst", sniff_zst, read_zst, "Zstandard stream", "Zstandard 压缩流");
ROW(lz4, "lz4", "lz4", sniff_lz4, read_lz4, "LZ4 stream", "LZ4 压缩流");
ROW(lzma, "lzma", "lzma tlz lz", sniff_lzma, read_lzma, "LZMA or lzip stream", "LZMA/lzip 压缩流");
ROW(compress, "compress", "Z z", sniff_compress, read_compress, "compress stream",
    "compress 压缩流");
