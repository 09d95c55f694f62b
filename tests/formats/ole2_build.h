/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small writer of compound files ([MS-CFB]) for tests: storages and streams, and the places of
 * its structure for tests that lie. Usage: ole2_build_init, storages and streams, ole2_build_end,
 * then patches. */
#ifndef LJ_TESTS_FORMATS_OLE2_BUILD_H
#define LJ_TESTS_FORMATS_OLE2_BUILD_H

#include "base/buf.h"

enum { OLE2_BUILD_MOST = 64, OLE2_BUILD_ROOT = 0 };

typedef struct ole2_build_entry {
    char name[64]; /* UTF-8; may begin with a control character ("\5SummaryInformation") */
    uint32_t parent;
    bool is_storage, is_stray; /* stray: in the directory, but in no tree */
    lj_buf data;
    uint32_t start; /* after the end: first sector, or first mini sector below 4,096 bytes */
} ole2_build_entry;

typedef struct ole2_build {
    lj_buf out;
    uint32_t shift; /* 9 or 12 */
    ole2_build_entry entries[OLE2_BUILD_MOST];
    uint32_t count;
    uint64_t fat_off, directory_off, mini_fat_off, mini_off; /* after the end: in out */
    uint32_t sectors;
} ole2_build;

void ole2_build_init(ole2_build *file, uint32_t shift);
void ole2_build_done(ole2_build *file);
/* Both return the number of the entry. */
uint32_t ole2_build_storage(ole2_build *file, uint32_t parent, const char *name);
uint32_t ole2_build_stream(ole2_build *file, uint32_t parent, const char *name, lj_slice data);
/* A stream that no tree reaches. */
uint32_t ole2_build_stray(ole2_build *file, const char *name, lj_slice data);
/* The whole file; borrowed from file->out. */
lj_slice ole2_build_end(ole2_build *file);

/* Patches of the finished file. */
void ole2_build_poke(ole2_build *file, uint64_t off, uint32_t value, size_t len);
void ole2_build_fat(ole2_build *file, uint32_t sector, uint32_t next);
/* Offset of sector `sector`, and of the directory entry. */
uint64_t ole2_build_sector_off(const ole2_build *file, uint32_t sector);
uint64_t ole2_build_entry_off(const ole2_build *file, uint32_t entry);

/* A property set stream with one section of `fmtid` (16 bytes) and string properties (VT_LPSTR in
 * the code page, with id 1 for it), for \5SummaryInformation and its kin. */
typedef struct ole2_build_property {
    uint32_t id;
    lj_slice text;
} ole2_build_property;
void ole2_build_properties(lj_buf *out, lj_slice fmtid, uint16_t codepage,
                           const ole2_build_property *rows, uint32_t count);
/* The format identifiers of \5SummaryInformation and \5DocumentSummaryInformation. */
#define OLE2_BUILD_SUMMARY                                                                         \
    LJ_BYTES("\xE0\x85\x9F\xF2\xF9\x4F\x68\x10\xAB\x91\x08\x00\x2B\x27\xB3\xD9")
#define OLE2_BUILD_DOCUMENT                                                                        \
    LJ_BYTES("\x02\xD5\xCD\xD5\x9C\x2E\x1B\x10\x93\x97\x08\x00\x2B\x2C\xF9\xAE")

#endif
