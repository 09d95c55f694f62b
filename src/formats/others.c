/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Formats that are recognised but have no reader yet. They are swept for text and carry the gap
 * `no_reader`, a picture the gap `picture`: never silence. When a format gets its reader, its row
 * moves to the reader's file.
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

/* QuickDraw pictures (Inside Macintosh: Imaging, A-3): 512 bytes of anything, size, frame, the
 * version opcode with its number, the header opcode. */
static int sniff_pict(const format_probe *probe)
{
    enum { VERSION_AT = 512 + 10 };
    return has_magic(probe->head, VERSION_AT, LJ_BYTES("\0\x11\x02\xFF\x0C\0"));
}

/* name, base, extensions, max_nest, traits, sniff, index, read, English, Chinese */
const format_row format_other_rows[] = {
    {"pict",       NULL, "pict pct",        0, FORMAT_PICTURE, sniff_pict,       NULL, NULL, "QuickDraw picture",
     "QuickDraw 图片"                                                                                                                                },
    {"pst",        NULL, "pst ost",         0, 0,              sniff_pst,        NULL, NULL, "Outlook data file",                "Outlook 数据文件"},
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
