/* SPDX-License-Identifier: AGPL-3.0-or-later
 * zisofs, version 1 (Rock Ridge extension of mkzftree and mkisofs -z; Linux isofs, compress.c):
 * files of an ISO image that are packed block by block.
 *
 * Model. Header: magic of 8 bytes, unpacked size u32le, header size / 4 (always 4), the block size
 * as a power of two (15 to 17), two bytes of zero. Then one u32le for each block and one more:
 * where in the file it begins, the next one where it ends. A block of no length is zeros, any other
 * one a zlib stream. The file as it was is a stream for the core: each block is decoded when it is
 * asked for, so going back costs nothing but the blocks.
 *
 * Traps. The directory may call a file packed that does not begin with such a header, or has a
 * block size that no program takes: these files are read as they lie, as everywhere else. A block
 * that is damaged ends the stream: what came out of it stays, and the reader has the stored bytes
 * swept. */
#define ZLIB_CONST
#include <zlib.h>

#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"
#include "formats/inflate_memory.h"

enum { HEAD_LEN = 16, POINTER_LEN = 4, SHIFT_MIN = 15, SHIFT_MAX = 17 };

typedef struct zisofs_head {
    uint64_t size;  /* of the file when unpacked */
    unsigned shift; /* blocks of 1 << shift bytes */
} zisofs_head;

typedef struct zisofs_stream {
    format_run *run;
    format_src *src;
    uint64_t off, len; /* of the stored file */
    zisofs_head head;
    uint64_t at;    /* bytes given */
    uint8_t *block; /* the current one, unpacked */
    size_t have;    /* bytes of it */
    bool is_broken; /* nothing comes behind the current one */
} zisofs_stream;

static bool read_head(format_run *run, format_src *src, uint64_t off, zisofs_head *out)
{
    lj_cur cur = lj_cur_of(format_bytes(run, src, off, HEAD_LEN));
    lj_slice magic = lj_cur_bytes(&cur, 8);
    uint64_t size = lj_cur_u32le(&cur);
    uint8_t head_len = lj_cur_u8(&cur);
    uint8_t shift = lj_cur_u8(&cur);
    if (!lj_slice_is(magic, LJ_BYTES("\x37\xE4\x53\x96\xC9\xDB\xD6\x07")) || !lj_cur_ok(&cur) ||
        head_len * 4 != HEAD_LEN || shift < SHIFT_MIN || shift > SHIFT_MAX) {
        return false;
    }
    *out = (zisofs_head){size, shift};
    return true;
}

/* One zlib stream into the block. LJ_E_FORMAT when it gives less than wanted; have says how much.
 */
static lj_code unpack(zisofs_stream *stream, lj_slice packed, size_t want)
{
    lj_arena *arena = format_arena(stream->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    z_stream z = {.next_in = packed.ptr,
                  .avail_in = (uInt)packed.len,
                  .next_out = stream->block,
                  .avail_out = (uInt)want,
                  .zalloc = format_inflate_alloc,
                  .zfree = format_inflate_free,
                  .opaque = arena};
    int status = inflateInit(&z);
    status = status == Z_OK ? inflate(&z, Z_FINISH) : Z_MEM_ERROR;
    lj_arena_rewind(arena, mark);
    stream->have = status != Z_MEM_ERROR ? want - z.avail_out : 0;
    return status == Z_MEM_ERROR                            ? LJ_E_NOMEM
           : status == Z_STREAM_END && stream->have == want ? LJ_OK
                                                            : LJ_E_FORMAT;
}

/* The block that holds stream->at, which is its first byte. */
static lj_code read_block(zisofs_stream *stream)
{
    uint64_t block_len = (uint64_t)1 << stream->head.shift;
    size_t want = (size_t)lj_min_u64(block_len, stream->head.size - stream->at);
    uint64_t pointer = HEAD_LEN + (stream->at >> stream->head.shift) * POINTER_LEN;
    stream->have = 0;
    if (!lj_range_fits(pointer, (uint64_t)2 * POINTER_LEN, stream->len)) {
        return LJ_E_FORMAT;
    }
    lj_cur cur = lj_cur_of(
        format_bytes(stream->run, stream->src, stream->off + pointer, (size_t)2 * POINTER_LEN));
    uint64_t from = lj_cur_u32le(&cur);
    uint64_t to = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || from > to || to > stream->len || to - from > 2 * block_len) {
        return LJ_E_FORMAT;
    }
    if (from == to) {
        memset(stream->block, 0, want);
        stream->have = want;
        return LJ_OK;
    }
    lj_slice packed =
        format_bytes(stream->run, stream->src, stream->off + from, (size_t)(to - from));
    return unpack(stream, packed, want);
}

static lj_code on_restart(void *ctx, lj_err *err)
{
    zisofs_stream *stream = ctx;
    (void)err;
    stream->at = 0;
    stream->have = 0;
    stream->is_broken = false;
    return LJ_OK;
}

static lj_code on_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    zisofs_stream *stream = ctx;
    size_t in_block = (size_t)(stream->at & (((uint64_t)1 << stream->head.shift) - 1));
    *out_len = 0;
    if (stream->at >= stream->head.size) {
        return LJ_OK;
    }
    if (in_block == 0 && !stream->is_broken) {
        lj_code code = read_block(stream);
        lj_code below = format_src_code(stream->src);
        if (below == LJ_E_LIMIT || below == LJ_E_CANCELLED || below == LJ_E_IO) {
            return below;
        }
        stream->is_broken = code != LJ_OK;
        if (code == LJ_E_NOMEM) {
            return lj_fail(err, code, stream->at, "no memory for a block");
        }
    }
    if (in_block >= stream->have) {
        return lj_fail(err, LJ_E_FORMAT, stream->at, "a block is damaged");
    }
    *out_len = lj_min_size(cap, stream->have - in_block);
    memcpy(dst, stream->block + in_block, *out_len);
    stream->at += *out_len;
    return LJ_OK;
}

static const format_stream_ops stream_ops = {on_restart, on_pull, NULL};

bool archive_zisofs_is(format_run *run, format_src *src, uint64_t off)
{
    zisofs_head head;
    return read_head(run, src, off, &head);
}

bool archive_zisofs_is_newer(format_run *run, format_src *src, uint64_t off)
{
    return lj_slice_is(format_bytes(run, src, off, 8),
                       LJ_BYTES("\xEF\x22\x55\xA1\xBC\x1B\x95\xA0"));
}

format_src *archive_zisofs_open(format_run *run, format_src *src, uint64_t off, uint64_t len)
{
    zisofs_head head = {0};
    zisofs_stream *stream = lj_arena_alloc(format_arena(run), sizeof(*stream));
    if (stream == NULL || !read_head(run, src, off, &head)) {
        return NULL;
    }
    *stream = (zisofs_stream){.run = run, .src = src, .off = off, .len = len, .head = head};
    stream->block = lj_arena_alloc_raw(format_arena(run), (size_t)1 << head.shift);
    return stream->block != NULL ? format_stream(run, &stream_ops, stream, head.size, len) : NULL;
}
