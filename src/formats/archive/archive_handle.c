/* SPDX-License-Identifier: AGPL-3.0-or-later
 * libarchive over one of our sources: reading, skipping and seeking go through format_bytes(), so
 * every byte is charged and no descriptor is involved. The library allocates on the heap; in a
 * worker the process limit is the ceiling. */
#include <errno.h>
#include <stdio.h>

#include "base/num.h"
#include "formats/archive/archive_priv.h"

enum { BLOCK = 64 * 1024 };

static la_ssize_t on_read(struct archive *reader, void *ctx, const void **out)
{
    archive_handle *handle = ctx;
    lj_slice part = format_bytes(handle->run, handle->src, handle->pos, BLOCK);
    *out = part.ptr;
    handle->pos += part.len;
    handle->furthest = lj_max_u64(handle->furthest, handle->pos);
    if (part.len == 0 && format_src_code(handle->src) != LJ_OK) {
        archive_set_error(reader, EIO, "source ended early");
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

void archive_handle_close(archive_handle *handle)
{
    if (handle->reader != NULL) {
        archive_read_free(handle->reader);
        handle->reader = NULL;
        handle->entry = NULL;
    }
}

lj_code archive_handle_open(archive_handle *handle)
{
    archive_handle_close(handle);
    handle->pos = 0;
    handle->entry_no = 0;
    handle->dead = false;
    handle->reader = archive_read_new();
    if (handle->reader == NULL || handle->setup(handle->reader) < ARCHIVE_WARN) {
        archive_handle_close(handle);
        return LJ_E_NOMEM;
    }
    archive_read_set_callback_data(handle->reader, handle);
    archive_read_set_read_callback(handle->reader, on_read);
    archive_read_set_skip_callback(handle->reader, on_skip);
    archive_read_set_seek_callback(handle->reader, on_seek);
    for (uint32_t i = 0; i < format_password_count(handle->run); i++) {
        lj_arena_mark mark = lj_arena_mark_of(format_arena(handle->run));
        char *phrase =
            lj_arena_cstr(format_arena(handle->run), lj_str_bytes(format_password(handle->run, i)));
        if (phrase != NULL && phrase[0] != '\0') {
            (void)archive_read_add_passphrase(
                handle->reader, phrase); /* formats without encryption refuse: no matter */
        }
        lj_arena_rewind(format_arena(handle->run), mark);
    }
    return archive_read_open1(handle->reader) < ARCHIVE_WARN ? LJ_E_FORMAT : LJ_OK;
}

lj_code archive_handle_next(archive_handle *handle, bool *out_end)
{
    *out_end = false;
    if (handle->dead || handle->reader == NULL) {
        return LJ_E_FORMAT;
    }
    int status = ARCHIVE_RETRY;
    for (int i = 0; i < 8 && status == ARCHIVE_RETRY; i++) {
        status = archive_read_next_header(handle->reader, &handle->entry);
    }
    if (status == ARCHIVE_EOF) {
        *out_end = true;
        return LJ_OK;
    }
    if (status < ARCHIVE_WARN) {
        handle->dead = true;
        return LJ_E_FORMAT;
    }
    handle->entry_no++;
    return LJ_OK;
}

/* word in the library's message, what it means to us */
static const struct {
    const char *word;
    gap_cause cause;
} faults[] = {
    {"ncrypt",        GAP_ENCRYPTED  },
    {"assphrase",     GAP_ENCRYPTED  },
    {"nsupported",    GAP_UNSUPPORTED},
    {"not supported", GAP_UNSUPPORTED},
    {"an't allocate", GAP_MEMORY     },
    {"ut of memory",  GAP_MEMORY     },
    {"o memory",      GAP_MEMORY     },
    {"volume",        GAP_VOLUME     },
};

gap_cause archive_fault(const archive_handle *handle)
{
    const char *text = handle->reader != NULL ? archive_error_string(handle->reader) : NULL;
    for (size_t i = 0; text != NULL && i < LJ_COUNT_OF(faults); i++) {
        if (lj_slice_find(lj_cstr_bytes(text), lj_cstr_bytes(faults[i].word)) != SIZE_MAX) {
            return faults[i].cause;
        }
    }
    return GAP_DAMAGED;
}
