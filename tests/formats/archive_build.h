/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small archives for tests: good ones through libarchive's writers, tar blocks by hand so that they
 * can lie, and stored CAB, RAR 4 and RAR 5 by hand because nothing free writes them. */
#ifndef LJ_TESTS_FORMATS_ARCHIVE_BUILD_H
#define LJ_TESTS_FORMATS_ARCHIVE_BUILD_H

#include "base/buf.h"

typedef struct archive_member {
    const char *name;
    lj_slice data;
    const char *link; /* target of a symbolic link, or NULL */
    bool is_folder;
} archive_member;

enum { ARCHIVE_BUILD_MAX = 1 << 28 };

/* Through libarchive: format and filter by its names ("7zip", "cpio", "iso9660", "xar", "raw" ...;
 * "gzip", "xz", "zstd" ..., NULL for none). out is on the heap, lj_buf_done() frees it. */
lj_buf archive_build(const char *format, const char *filter, const archive_member *members,
                     size_t count);

/* ---- tar by hand ---- */
typedef struct tar_build_header {
    const char *name;
    lj_slice name_bytes; /* instead of name */
    char type;           /* '0' when zero */
    uint64_t size;
    const char *link;
    const char *magic; /* "ustar\0" "00" when NULL; "" for an old header */
    bool bad_checksum;
    bool binary_size; /* base 256 */
} tar_build_header;
void tar_build_put(lj_buf *out, const tar_build_header *header);
/* Data with its padding; fill is what the padding holds. */
void tar_build_data(lj_buf *out, lj_slice data, char fill);
/* A whole member. */
void tar_build_file(lj_buf *out, const char *name, lj_slice data);
void tar_build_end(lj_buf *out);

/* ---- stored members by hand ---- */
lj_buf cab_build(const archive_member *members, size_t count);
/* flags of the main and the file headers, as they stand in the file. */
lj_buf rar4_build(const archive_member *members, size_t count, uint16_t main_flags,
                  uint16_t file_flags);
/* locked: the second member carries an encryption record; names: an encryption header comes first.
 */
lj_buf rar5_build(const archive_member *members, size_t count, bool locked, bool names,
                  bool volume);

#endif
