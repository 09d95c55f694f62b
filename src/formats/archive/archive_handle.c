/* SPDX-License-Identifier: AGPL-3.0-or-later
 * libarchive over one of our sources: reading, skipping and seeking go through format_bytes(), so
 * every byte is charged and no descriptor is involved. The library allocates on the heap; in a
 * worker the process limit is the ceiling, and a failed allocation is a gap.
 *
 * Traps of libarchive 3.6.2. Filters stack as long as something fits, so that a gzip quine never
 * ends: rows of filters append exactly one (archive.c). Holes of sparse files come out as zeros
 * without end: the row that meets them most, tar, is read by ourselves. After a fault in the data
 * of a cabinet, or a fatal one anywhere, the next header reads freed state: the handle is dead
 * then. */
#include <errno.h>
#include <stdio.h>

#include "base/num.h"
#include "formats/archive/archive_priv.h"

enum {
    BLOCK = 64 * 1024,
    RETRIES = 8,
    ENTRY_WORK = 1000, /* work units of a header, for what the library does to find it */
};

static la_ssize_t on_read(struct archive *reader, void *ctx, const void **out)
{
    archive_handle *handle = ctx;
    lj_slice part = format_bytes(handle->run, handle->src, handle->pos, BLOCK);
    *out = part.ptr;
    handle->pos += part.len;
    if (part.len == 0 && format_src_code(handle->src) != LJ_OK) {
        archive_set_error(reader, EIO, "the source ended early");
        return -1;
    }
    return (la_ssize_t)part.len;
}

static la_int64_t on_skip(struct archive *reader, void *ctx, la_int64_t len)
{
    archive_handle *handle = ctx;
    (void)reader;
    uint64_t size = format_src_size(handle->src);
    if (len <= 0 || size == FORMAT_SIZE_UNKNOWN) {
        return 0;
    }
    uint64_t step = lj_min_u64((uint64_t)len, size - lj_min_u64(handle->pos, size));
    handle->pos += step;
    return (la_int64_t)step;
}

/* The library seeks to the end for some formats; a decoder's end is found by reading on. */
static uint64_t end_of(archive_handle *handle)
{
    uint64_t at = 0;
    while (format_src_size(handle->src) == FORMAT_SIZE_UNKNOWN) {
        lj_slice part = format_bytes(handle->run, handle->src, at, FORMAT_WINDOW_MAX);
        if (part.len == 0) {
            return at;
        }
        at += part.len;
    }
    return format_src_size(handle->src);
}

static la_int64_t on_seek(struct archive *reader, void *ctx, la_int64_t offset, int whence)
{
    archive_handle *handle = ctx;
    (void)reader;
    int64_t base = whence == SEEK_CUR   ? (int64_t)handle->pos
                   : whence == SEEK_END ? (int64_t)end_of(handle)
                                        : 0;
    int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) {
        return ARCHIVE_FATAL;
    }
    handle->pos = (uint64_t)target;
    return target;
}

/* word in the library's message, what it means to us; the first that fits */
static const struct {
    const char *word;
    gap_cause cause;
} faults[] = {
    {"ncrypt",            GAP_ENCRYPTED  },
    {"assphrase",         GAP_ENCRYPTED  },
    {"olid archive supp", GAP_UNSUPPORTED},
    {"nsupported",        GAP_UNSUPPORTED},
    {"not supported",     GAP_UNSUPPORTED},
    {"unavailable",       GAP_UNSUPPORTED},
    {"codec",             GAP_UNSUPPORTED},
    {"an't allocate",     GAP_MEMORY     },
    {"ut of memory",      GAP_MEMORY     },
    {"o memory",          GAP_MEMORY     },
    {"volume",            GAP_VOLUME     },
};

static gap_cause fault_of(const archive_handle *handle)
{
    const char *text = handle->reader != NULL ? archive_error_string(handle->reader) : NULL;
    if (handle->reader == NULL || archive_errno(handle->reader) == ENOMEM) {
        return GAP_MEMORY;
    }
    for (size_t i = 0; text != NULL && i < LJ_COUNT_OF(faults); i++) {
        lj_slice message = lj_cstr_bytes(text);
        if (lj_slice_find(message, lj_cstr_bytes(faults[i].word)) < message.len) {
            return faults[i].cause;
        }
    }
    return GAP_DAMAGED;
}

/* A limit of ours looks to the library like a broken file; ours goes first. */
static lj_code fail(archive_handle *handle)
{
    lj_code own = format_src_code(handle->src);
    handle->fault = fault_of(handle);
    if (own == LJ_E_LIMIT || own == LJ_E_CANCELLED || own == LJ_E_IO) {
        return own;
    }
    return handle->fault == GAP_MEMORY ? LJ_E_NOMEM : LJ_E_FORMAT;
}

void archive_handle_close(archive_handle *handle)
{
    if (handle->reader != NULL) {
        la_int64_t used = archive_filter_bytes(handle->reader, -1);
        handle->taken = used > 0 ? lj_max_u64(handle->taken, (uint64_t)used) : handle->taken;
        (void)archive_read_free(handle->reader);
        handle->reader = NULL;
        handle->entry = NULL;
    }
}

lj_code archive_handle_open(archive_handle *handle)
{
    archive_handle_close(handle);
    handle->pos = 0;
    handle->entry_no = 0;
    handle->given = 0;
    handle->is_dead = false;
    handle->reader = archive_read_new();
    if (handle->reader == NULL || handle->setup(handle->reader) < ARCHIVE_WARN) {
        archive_handle_close(handle);
        handle->fault = GAP_MEMORY;
        return LJ_E_NOMEM;
    }
    archive_read_set_callback_data(handle->reader, handle);
    archive_read_set_read_callback(handle->reader, on_read);
    archive_read_set_skip_callback(handle->reader, on_skip);
    archive_read_set_seek_callback(handle->reader, on_seek);
    return archive_read_open1(handle->reader) < ARCHIVE_WARN ? fail(handle) : LJ_OK;
}

lj_code archive_handle_next(archive_handle *handle, bool *out_end)
{
    *out_end = false;
    lj_code code = format_work(handle->run, ENTRY_WORK);
    if (code != LJ_OK) {
        return code;
    }
    if (handle->is_dead || handle->reader == NULL) {
        return LJ_E_FORMAT;
    }
    int status = ARCHIVE_RETRY;
    for (int i = 0; i < RETRIES && status == ARCHIVE_RETRY; i++) {
        status = archive_read_next_header(handle->reader, &handle->entry);
    }
    if (status == ARCHIVE_EOF) {
        *out_end = true;
        return format_src_code(handle->src) == LJ_E_LIMIT ? LJ_E_LIMIT : LJ_OK;
    }
    if (status < ARCHIVE_WARN) {
        handle->is_dead = status == ARCHIVE_FATAL;
        return fail(handle);
    }
    handle->entry_no++;
    return LJ_OK;
}

bool archive_handle_is_cab(const archive_handle *handle)
{
    return handle->reader != NULL && archive_format(handle->reader) == ARCHIVE_FORMAT_CAB;
}

lj_code archive_handle_pull(archive_handle *handle, uint8_t *dst, size_t cap, size_t *out_len)
{
    *out_len = 0;
    if (handle->is_dead || handle->reader == NULL) {
        return LJ_E_FORMAT;
    }
    la_ssize_t got = archive_read_data(handle->reader, dst, cap);
    if (got >= 0) {
        *out_len = (size_t)got;
        handle->given += (uint64_t)got;
        return LJ_OK;
    }
    lj_code code = fail(handle);
    handle->is_dead = got == ARCHIVE_FATAL || archive_handle_is_cab(handle);
    return code;
}
