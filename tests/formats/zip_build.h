/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small ZIP writer for tests: good archives in one call each, and every lie that a test needs.
 * Usage: zip_build_init, members and extras in the order in which they shall stand, zip_build_end.
 */
#ifndef LJ_TESTS_FORMATS_ZIP_BUILD_H
#define LJ_TESTS_FORMATS_ZIP_BUILD_H

#include "base/buf.h"

/* What of a member is not as it should be. */
typedef enum zip_build_flag {
    ZIP_BUILD_STORED = 1 << 0, /* method 0; else deflated */
    ZIP_BUILD_BEHIND = 1 << 1, /* sizes in a descriptor behind the data, zeros in the header */
    ZIP_BUILD_NO_SIGNATURE = 1 << 2, /* that descriptor has none */
    ZIP_BUILD_HIDDEN = 1 << 3,       /* the directory does not list it */
    ZIP_BUILD_ONLY_LISTED = 1 << 4,  /* no local header, no data: the directory alone names it */
    ZIP_BUILD_BAD_CRC = 1 << 5,
    ZIP_BUILD_WIDE = 1 << 6,       /* ZIP64 fields */
    ZIP_BUILD_LINK = 1 << 7,       /* Unix symbolic link */
    ZIP_BUILD_FALSE_LOCK = 1 << 8, /* flag bit 0 over plain data */
    ZIP_BUILD_CRYPT = 1 << 9,      /* ZipCrypto under .password */
    ZIP_BUILD_AGAIN = 1 << 10,     /* one more directory entry for the member before: no header */
} zip_build_flag;

typedef struct zip_build_member {
    const char *name;
    lj_slice data;
    uint32_t flags;      /* zip_build_flag */
    uint16_t method;     /* raw data under this method, when not 0: data is written as it is */
    uint16_t bits;       /* more flag bits */
    lj_slice local_name; /* another name in the local header, when not empty */
    lj_slice extra;      /* whole extra fields, in both headers */
    lj_slice comment;
    uint32_t central_stored; /* a lie about the stored size in the directory, when not 0 */
    uint32_t central_real;   /* the same of the real size */
    uint32_t local_stored;   /* a lie in the local header, when not 0 */
    const char *password;
    lj_slice name_bytes; /* instead of name, when not empty */
} zip_build_member;

typedef struct zip_build {
    lj_buf out;
    lj_buf directory;
    uint64_t base;    /* where the archive's offsets count from */
    uint64_t last_at; /* header of the last member */
    uint64_t last_stored, last_real;
    uint32_t last_crc;
    uint16_t last_method, last_flags;
    uint64_t entries;
} zip_build;

void zip_build_init(zip_build *zip);
void zip_build_done(zip_build *zip);
void zip_build_add(zip_build *zip, const zip_build_member *member);
/* A deflated member with text. */
void zip_build_text(zip_build *zip, const char *name, const char *text);
/* A stored one with any bytes. */
void zip_build_data(zip_build *zip, const char *name, lj_slice data);
/* Bytes that belong to nothing. */
void zip_build_raw(zip_build *zip, lj_slice bytes);
/* Directory and end record; wide: with ZIP64 records. The bytes live until zip_build_done. */
lj_slice zip_build_end(zip_build *zip, lj_slice comment, bool wide);
/* The directory alone, without an end record. */
lj_slice zip_build_directory(zip_build *zip);
/* What was written so far: a cut archive. */
lj_slice zip_build_bytes(const zip_build *zip);

#endif
