/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the files of this folder. */
#ifndef LJ_FORMATS_ARCHIVE_ARCHIVE_PRIV_H
#define LJ_FORMATS_ARCHIVE_ARCHIVE_PRIV_H

#include <archive.h>
#include <archive_entry.h>

#include "formats/format.h"

/* Switches on what one row reads: format and filters of libarchive. */
typedef int archive_setup_fn(struct archive *reader);

/* An open archive over a source. Lives in the arena; archive_close() gives the library's memory
 * back. */
typedef struct archive_handle {
    format_run *run;
    format_src *src;
    archive_setup_fn *setup;
    struct archive *reader;
    struct archive_entry *entry; /* the current one */
    bool dead;                   /* a fatal fault: the library may not be called again */
    uint64_t entry_no;           /* of the current entry, from 1 */
    uint64_t pos;                /* of the library in the source */
    uint64_t furthest;           /* byte behind the last one that the library asked for */
} archive_handle;

/* LJ_OK, LJ_E_NOMEM, LJ_E_FORMAT. */
lj_code archive_handle_open(archive_handle *handle);
void archive_handle_close(archive_handle *handle);
/* The next entry; *out_end at the end. LJ_E_FORMAT for a fatal fault: archive_fault() says what the
 * library thinks. */
lj_code archive_handle_next(archive_handle *handle, bool *out_end);
/* What the last fault of the library is, by its text: unsupported, encrypted, memory or damaged. */
gap_cause archive_fault(const archive_handle *handle);

/* ---- what our own look at the headers says (archive_sniff.c) ---- */
typedef struct archive_secrets {
    const char *encryption; /* "rar5-names" ...; NULL = none seen */
    bool all_locked;        /* names, too: nothing can be read */
    bool volumes;           /* a part of a set */
} archive_secrets;
archive_secrets archive_look_rar(format_run *run, format_src *src);
archive_secrets archive_look_7z(format_run *run, format_src *src);

#endif
