/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Formats that are recognised but have no reader yet. They are swept for text and carry the gap
 * `no_reader`, a picture the gap `picture`: never silence. A dialect of ZIP among them is still
 * opened as a ZIP. When a format gets its reader, its row moves to the reader's file.
 *
 * Sources of the magics: the formats' own specifications as collected in file(1)'s magic and the
 * Library of Congress format descriptions. Evidence is counted in bits that were compared. */
#include "formats/others.h"

#include "base/cur.h"
#include "base/num.h"

static int has_magic(lj_slice head, size_t off, lj_slice magic)
{
    return lj_slice_is(lj_slice_part(head, off, magic.len), magic) ? (int)magic.len * 8 : 0;
}

/* The sniffers below differ in their magic only. */
#define SNIFF_MAGIC(name, off, literal)                                                            \
    static int sniff_##name(const format_probe *probe)                                             \
    {                                                                                              \
        return has_magic(probe->head, (off), LJ_BYTES(literal));                                   \
    }

SNIFF_MAGIC(png, 0, "\x89PNG\r\n\x1A\n")
SNIFF_MAGIC(jpeg, 0, "\xFF\xD8\xFF")
SNIFF_MAGIC(psd, 0, "8BPS\0\1")
SNIFF_MAGIC(jp2, 0, "\0\0\0\x0CjP  \r\n\x87\n")
SNIFF_MAGIC(emf, 40, " EMF")
SNIFF_MAGIC(wmf, 0, "\xD7\xCD\xC6\x9A")
SNIFF_MAGIC(elf, 0,
            "\x7F"
            "ELF")
SNIFF_MAGIC(sqlite, 0, "SQLite format 3\0")
SNIFF_MAGIC(lnk, 0, "L\0\0\0\x01\x14\x02\0\0\0\0\0\xC0\0\0\0\0\0\0F")
SNIFF_MAGIC(evtx, 0, "ElfFile\0")
SNIFF_MAGIC(regf, 0, "regf")
SNIFF_MAGIC(pst, 0, "!BDN")
SNIFF_MAGIC(chm, 0, "ITSF\3\0\0\0")
SNIFF_MAGIC(thumbcache, 0, "CMMM")

static int sniff_gif(const format_probe *probe)
{
    return has_magic(probe->head, 0, LJ_BYTES("GIF87a")) +
           has_magic(probe->head, 0, LJ_BYTES("GIF89a"));
}

static int sniff_tiff(const format_probe *probe)
{
    return has_magic(probe->head, 0, LJ_BYTES("II*\0")) +
           has_magic(probe->head, 0, LJ_BYTES("MM\0*"));
}

static int sniff_webp(const format_probe *probe)
{
    int riff = has_magic(probe->head, 0, LJ_BYTES("RIFF"));
    int webp = has_magic(probe->head, 8, LJ_BYTES("WEBP"));
    return riff > 0 && webp > 0 ? riff + webp : 0;
}

static int sniff_heif(const format_probe *probe)
{
    static const char brands[][5] = {"heic", "heix", "mif1", "avif"};
    int ftyp = has_magic(probe->head, 4, LJ_BYTES("ftyp"));
    for (size_t i = 0; ftyp > 0 && i < LJ_COUNT_OF(brands); i++) {
        int brand = has_magic(probe->head, 8, lj_slice_of(brands[i], 4));
        if (brand > 0) {
            return ftyp + brand;
        }
    }
    return 0;
}

static int sniff_bmp(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 26));
    bool magic = lj_cur_u8(&cur) == 'B' && lj_cur_u8(&cur) == 'M';
    uint32_t size = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 4);
    uint32_t bits_off = lj_cur_u32le(&cur);
    uint32_t header = lj_cur_u32le(&cur);
    bool sane = lj_cur_ok(&cur) && bits_off >= 26 && (bits_off < size || size == 0) &&
                (header == 12 || header == 40 || header == 56 || header == 64 || header == 108 ||
                 header == 124);
    return magic && sane ? 40 : 0;
}

/* A placeable header is rare in practice; the plain one is type 1 or 2, 9 words, version 1 or 3
 * ([MS-WMF] 2.3.2.2). */
static int sniff_wmf_any(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 18));
    uint16_t type = lj_cur_u16le(&cur);
    uint16_t words = lj_cur_u16le(&cur);
    uint16_t version = lj_cur_u16le(&cur);
    bool plain = lj_cur_ok(&cur) && (type == 1 || type == 2) && words == 9 &&
                 (version == 0x0100 || version == 0x0300);
    return sniff_wmf(probe) > 0 ? 32 : plain ? 24 : 0;
}

/* [MS-DOS header] MZ, and the PE signature where e_lfanew points. */
static int sniff_exe(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 64));
    bool magic = lj_cur_u8(&cur) == 'M' && lj_cur_u8(&cur) == 'Z';
    lj_cur_skip(&cur, 58);
    uint32_t pe_off = lj_cur_u32le(&cur);
    if (!magic || !lj_cur_ok(&cur)) {
        return 0;
    }
    return has_magic(probe->head, pe_off, LJ_BYTES("PE\0\0")) > 0 ? 48 : 16;
}

/* Prefetch: plain "SCCA" at 4, or compressed "MAM\4". */
static int sniff_prefetch(const format_probe *probe)
{
    return has_magic(probe->head, 4, LJ_BYTES("SCCA")) +
           has_magic(probe->head, 0, LJ_BYTES("MAM\4"));
}

/* $I of the recycle bin: version, size and day of a deleted file and its path in UTF-16; 544 bytes
 * (version 1), or as long as the path (version 2). It bears the extension of the deleted file. */
static int sniff_recycled(const format_probe *probe)
{
    enum { SIZE_1 = 544, HEAD_2 = 28 };
    if (has_magic(probe->head, 0, LJ_BYTES("\1\0\0\0\0\0\0\0")) > 0) {
        return probe->size == SIZE_1 ? 64 : 0;
    }
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 24, 4));
    uint64_t path_len = lj_cur_u32le(&cur);
    bool is_2 = has_magic(probe->head, 0, LJ_BYTES("\2\0\0\0\0\0\0\0")) > 0 && path_len > 0;
    return is_2 && probe->size == HEAD_2 + 2 * path_len ? 64 : 0;
}

/* ---- dialects of ZIP ---- */

/* ---- dialects of OLE2 ---- */

/* name, base, extensions, max_nest, traits, sniff, index, read, English, Chinese */
const format_row format_other_rows[] = {
    {"pst",        NULL, "pst ost",         0, 0,              sniff_pst,        NULL, NULL, "Outlook data file",                "Outlook 数据文件"},
    {"png",        NULL, "png",             0, FORMAT_PICTURE, sniff_png,        NULL, NULL, "PNG picture",                      "PNG 图片"          },
    {"jpeg",       NULL, "jpg jpeg jpe",    0, FORMAT_PICTURE, sniff_jpeg,       NULL, NULL, "JPEG picture",
     "JPEG 图片"                                                                                                                                     },
    {"gif",        NULL, "gif",             0, FORMAT_PICTURE, sniff_gif,        NULL, NULL, "GIF picture",                      "GIF 图片"          },
    {"bmp",        NULL, "bmp dib",         0, FORMAT_PICTURE, sniff_bmp,        NULL, NULL, "BMP picture",                      "BMP 图片"          },
    {"tiff",       NULL, "tif tiff",        0, FORMAT_PICTURE, sniff_tiff,       NULL, NULL, "TIFF picture",
     "TIFF 图片"                                                                                                                                     },
    {"webp",       NULL, "webp",            0, FORMAT_PICTURE, sniff_webp,       NULL, NULL, "WebP picture",                     "WebP 图片"         },
    {"heif",       NULL, "heic heif avif",  0, FORMAT_PICTURE, sniff_heif,       NULL, NULL, "HEIF picture",
     "HEIF 图片"                                                                                                                                     },
    {"jp2",        NULL, "jp2 jpx j2k",     0, FORMAT_PICTURE, sniff_jp2,        NULL, NULL, "JPEG 2000 picture",
     "JPEG 2000 图片"                                                                                                                                },
    {"psd",        NULL, "psd",             0, FORMAT_PICTURE, sniff_psd,        NULL, NULL, "Photoshop picture",
     "Photoshop 图片"                                                                                                                                },
    {"emf",        NULL, "emf",             0, FORMAT_PICTURE, sniff_emf,        NULL, NULL, "EMF picture",                      "EMF 图片"          },
    {"wmf",        NULL, "wmf",             0, FORMAT_PICTURE, sniff_wmf_any,    NULL, NULL, "WMF picture",                      "WMF 图片"          },
    {"exe",        NULL, "exe dll sys scr", 0, FORMAT_LOOSE,   sniff_exe,        NULL, NULL, "Windows program",
     "Windows 程序"                                                                                                                                  },
    {"elf",        NULL, "so",              0, FORMAT_LOOSE,   sniff_elf,        NULL, NULL, "Linux program",                    "Linux 程序"        },
    {"sqlite",     NULL, "sqlite sqlite3",  0, 0,              sniff_sqlite,     NULL, NULL, "SQLite database",
     "SQLite 数据库"                                                                                                                                },
    {"lnk",        NULL, "lnk",             0, 0,              sniff_lnk,        NULL, NULL, "Windows shortcut",                 "Windows 快捷方式"},
    {"evtx",       NULL, "evtx",            0, 0,              sniff_evtx,       NULL, NULL, "Windows event log",                "Windows 事件日志"},
    {"regf",       NULL, "hiv",             0, 0,              sniff_regf,       NULL, NULL, "Windows registry hive",
     "Windows 注册表文件"                                                                                                                         },
    {"prefetch",   NULL, "pf",              0, 0,              sniff_prefetch,   NULL, NULL, "Windows prefetch file",
     "Windows 预取文件"                                                                                                                            },
    {"chm",        NULL, "chm",             0, 0,              sniff_chm,        NULL, NULL, "Windows help file",                "Windows 帮助文件"},
    {"thumbcache", NULL, "",                0, 0,              sniff_thumbcache, NULL, NULL, "Windows thumbnail cache",
     "Windows 缩略图缓存"                                                                                                                         },
    {"recycled",   NULL, "",                0, 0,              sniff_recycled,   NULL, NULL, "entry of the Windows recycle bin",
     "Windows 回收站记录"                                                                                                                         },
};
const uint32_t format_other_row_count = LJ_COUNT_OF(format_other_rows);
