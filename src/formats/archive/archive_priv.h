/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the files of this folder. */
#ifndef LJ_FORMATS_ARCHIVE_ARCHIVE_PRIV_H
#define LJ_FORMATS_ARCHIVE_ARCHIVE_PRIV_H

#include <archive.h>
#include <archive_entry.h>

#include "formats/format.h"

/* ---- archive_handle.c: libarchive over one of our sources ---- */

/* Switches on what one row reads: one format, or one filter and the raw format behind it. */
typedef int archive_setup_fn(struct archive *reader);

/* An open archive. Lives in the arena; archive_handle_close() gives the library's memory back. */
typedef struct archive_handle {
    format_run *run;
    format_src *src;
    archive_setup_fn *setup;
    struct archive *reader;
    struct archive_entry *entry; /* the current one */
    uint64_t entry_no;           /* of the current entry, from 1 */
    uint64_t pos;                /* of the library in the source */
    uint64_t given;              /* decoded bytes since the archive was opened */
    uint64_t taken;              /* the most bytes that the library had used when it was closed */
    gap_cause fault;             /* of the last failure */
    bool is_dead;                /* going on would trip over a fault of the library */
} archive_handle;

/* LJ_OK, LJ_E_NOMEM, LJ_E_FORMAT, LJ_E_LIMIT. */
lj_code archive_handle_open(archive_handle *handle);
void archive_handle_close(archive_handle *handle);
/* The next entry; *out_end at the end. LJ_E_FORMAT for a fault: handle->fault says of which kind.
 */
lj_code archive_handle_next(archive_handle *handle, bool *out_end);
/* Decoded bytes of the current entry; *out_len 0 at its end. */
lj_code archive_handle_pull(archive_handle *handle, uint8_t *dst, size_t cap, size_t *out_len);

/* Cabinets: the library cannot go on behind damaged data. */
bool archive_handle_is_cab(const archive_handle *handle);

/* ---- archive_look.c: what our own look at the headers says ---- */

typedef struct archive_look {
    const char *encryption; /* "rar5-names" ...; NULL = none seen */
    bool all_locked;        /* names, too: nothing can be read */
    bool volumes;           /* a part of a set */
    uint64_t end_off;       /* behind the last structure; 0 = not known */
    uint8_t *locked;        /* a bit for each file header, in order: it is encrypted; or NULL */
    uint32_t locked_count;  /* file headers that were seen */
    lj_code code;           /* LJ_OK, or what a call said that means: stop */
} archive_look;
archive_look archive_look_rar(format_run *run, format_src *src);
archive_look archive_look_7z(format_run *run, format_src *src);
archive_look archive_look_cab(format_run *run, format_src *src);

/* ---- archive_read.c: all rows that go through the library ---- */

lj_code archive_read_members(format_run *run, format_src *src, archive_setup_fn *setup,
                             const archive_look *look);
lj_code archive_read_stream(format_run *run, format_src *src, archive_setup_fn *setup);

/* ---- archive_name.c: names and targets of what is not opened ---- */

/* The raw name, component by component. */
lj_code archive_emit_name(format_run *run, lj_slice name, uint64_t hidden_by);
/* The target of a link, a comment, a property; label may be empty. */
lj_code archive_emit_text(format_run *run, span_role role, lj_str label, lj_slice text);

/* ---- archive_zisofs.c: packed files of ISO images ---- */

/* True when the file at off begins with a header that we, and other programs, decode. */
bool archive_zisofs_is(format_run *run, format_src *src, uint64_t off);
/* The second version of the format, which is not read. */
bool archive_zisofs_is_newer(format_run *run, format_src *src, uint64_t off);
/* The unpacked file, out of [off, off + len). NULL when the arena is full. */
format_src *archive_zisofs_open(format_run *run, format_src *src, uint64_t off, uint64_t len);

/* ---- readers of our own ---- */
lj_code archive_tar_read(format_run *run, format_src *src);
int archive_tar_sniff(const format_probe *probe);
lj_code archive_gz_read(format_run *run, format_src *src);
lj_code archive_iso_read(format_run *run, format_src *src);
lj_code archive_xar_read(format_run *run, format_src *src);
lj_code archive_cpio_read(format_run *run, format_src *src);
int archive_cpio_sniff(const format_probe *probe);
lj_code archive_ar_read(format_run *run, format_src *src);

#endif
