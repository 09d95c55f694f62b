/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Encrypted presentations.
 *
 * Specification: [MS-PPT] 2.3.7 CryptSession10Container; [MS-OFFCRYPTO] 2.3.5 (RC4 CryptoAPI). The
 * model for the order of the fields of pictures is Apache POI (HSLFSlideShowEncrypted).
 *
 * Model. Each persist object is encrypted by itself, head and body, the number of its block being
 * its number in the directory. Edits, directories and the session container are in the clear. The
 * stream is gathered again from clear ranges and decrypted objects, so that all offsets stay: small
 * objects are decrypted in memory, what exceeds the room is decrypted while it is read, from the
 * start of the object. In the Pictures stream each field starts with block 0 anew.
 *
 * Traps. The length of an object is known only when its head is decrypted. Directories of several
 * saves name one object twice.
 *
 * Not done. The stream EncryptedSummary: it is left to the sweep, which finds nothing. */
#include "formats/ppt/ppt.h"

#include "base/cur.h"

enum {
    HEAD_LEN = 8,
    IN_MEMORY_MAX = 3 * 1024 * 1024, /* bytes of objects that are decrypted in memory */
    FIELD_MAX = 64,
};

/* [MS-OFFCRYPTO] 2.4.2.3: a presentation that only writing is protected of is encrypted with it and
 * opens without asking (C09). */
static const char standard_password[] = "/01Hannes Ruescher/01";

/* ---- one object while it is read ---- */

typedef struct unlock_stream {
    format_run *run;
    format_src *src;
    const office_crypt *crypt;
    uint64_t off, len, at; /* in src; at: bytes that were given */
    uint32_t block;
    lj_rc4 rc4;
} unlock_stream;

static lj_code unlock_restart(void *ctx, lj_err *err)
{
    unlock_stream *stream = ctx;
    (void)err;
    stream->at = 0;
    office_crypt_block(stream->crypt, stream->block, &stream->rc4);
    return LJ_OK;
}

static lj_code unlock_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    unlock_stream *stream = ctx;
    size_t want = (size_t)lj_min_u64(cap, stream->len - stream->at);
    size_t got = format_pull(stream->run, stream->src, stream->off + stream->at, dst, want);
    lj_rc4_apply(&stream->rc4, dst, dst, got);
    stream->at += got;
    *out_len = got;
    lj_code code = format_src_code(stream->src);
    return got == want || code == LJ_OK ? LJ_OK : lj_fail(err, code, stream->at, "source ended");
}

static const format_stream_ops unlock_ops = {unlock_restart, unlock_pull, NULL};

static format_src *open_stream(ppt_file *file, format_src *src, uint64_t off, uint64_t len,
                               uint32_t block)
{
    unlock_stream *stream = lj_arena_alloc(file->arena, sizeof(*stream));
    if (stream == NULL) {
        return NULL;
    }
    *stream = (unlock_stream){
        .run = file->run, .src = src, .crypt = file->crypt, .off = off, .len = len, .block = block};
    return format_stream(file->run, &unlock_ops, stream, len, len);
}

format_src *ppt_unlock_field(ppt_file *file, format_src *src, uint64_t off, uint64_t len)
{
    return open_stream(file, src, off, len, 0);
}

lj_slice ppt_unlock_bytes(ppt_file *file, format_src *src, uint64_t off, size_t len,
                          uint8_t room[FIELD_MAX])
{
    lj_rc4 rc4;
    lj_slice bytes = format_bytes(file->run, src, off, lj_min_size(len, FIELD_MAX));
    if (file->crypt == NULL || bytes.len == 0) {
        return bytes;
    }
    office_crypt_block(file->crypt, 0, &rc4);
    lj_rc4_apply(&rc4, bytes.ptr, room, bytes.len);
    return lj_slice_of(room, bytes.len);
}

/* ---- the whole stream ---- */

/* By place; a heap, so that no order of the directory makes it slow. */
static void sink(ppt_locked *rows, uint32_t root, uint32_t count)
{
    while (2 * root + 1 < count) {
        uint32_t child = 2 * root + 1;
        if (child + 1 < count && rows[child + 1].off > rows[child].off) {
            child++;
        }
        if (rows[root].off >= rows[child].off) {
            return;
        }
        ppt_locked moved = rows[root];
        rows[root] = rows[child];
        rows[child] = moved;
        root = child;
    }
}

static void sort_locked(ppt_locked *rows, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;) {
        sink(rows, i, count);
    }
    for (uint32_t end = count; end-- > 1;) {
        ppt_locked moved = rows[0];
        rows[0] = rows[end];
        rows[end] = moved;
        sink(rows, 0, end);
    }
}

/* Bytes of the object with its head, cut to what stands before the next one. */
static uint64_t length_of(ppt_file *file, const ppt_locked *row, uint64_t limit)
{
    lj_rc4 rc4;
    uint8_t head[HEAD_LEN];
    lj_slice bytes = format_bytes(file->run, file->src, row->off, HEAD_LEN);
    if (bytes.len < HEAD_LEN) {
        return 0;
    }
    office_crypt_block(file->crypt, row->persist, &rc4);
    lj_rc4_apply(&rc4, bytes.ptr, head, HEAD_LEN);
    lj_cur cur = lj_cur_of(lj_slice_of(head, HEAD_LEN));
    lj_cur_skip(&cur, 4);
    uint64_t len = HEAD_LEN + (uint64_t)lj_cur_u32le(&cur);
    return lj_min_u64(len, limit - row->off);
}

static format_src *open_object(ppt_file *file, const ppt_locked *row, uint64_t len, size_t *room)
{
    uint8_t *bytes = len <= *room ? lj_arena_alloc_raw(file->arena, (size_t)len) : NULL;
    if (bytes == NULL) {
        return open_stream(file, file->src, row->off, len, row->persist);
    }
    lj_rc4 rc4;
    size_t got = format_pull(file->run, file->src, row->off, bytes, (size_t)len);
    office_crypt_block(file->crypt, row->persist, &rc4);
    lj_rc4_apply(&rc4, bytes, bytes, got);
    *room -= (size_t)len;
    return format_memory(file->run, lj_slice_of(bytes, got));
}

static format_src *gather(ppt_file *file)
{
    size_t room = IN_MEMORY_MAX;
    uint32_t count = 0;
    uint64_t at = 0;
    format_piece *pieces =
        lj_arena_array(file->arena, 2 * (size_t)file->locked_count + 1, sizeof(*pieces));
    if (pieces == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < file->locked_count; i++) {
        const ppt_locked *row = &file->locked[i];
        uint64_t limit = i + 1 < file->locked_count ? file->locked[i + 1].off : file->size;
        limit = lj_min_u64(limit, file->size);
        bool is_clear = row->persist == file->session_ref;
        if (row->off < at || row->off >= limit || is_clear) {
            continue;
        }
        uint64_t len = length_of(file, row, limit);
        format_src *object = len > 0 ? open_object(file, row, len, &room) : NULL;
        if (object == NULL) {
            continue;
        }
        if (row->off > at) {
            pieces[count++] = (format_piece){.src = file->src, .off = at, .len = row->off - at};
        }
        pieces[count++] = (format_piece){.src = object, .len = len};
        at = row->off + len;
    }
    if (at < file->size) {
        pieces[count++] = (format_piece){.src = file->src, .off = at, .len = file->size - at};
    }
    return format_gather(file->run, pieces, count);
}

lj_code ppt_unlock(ppt_file *file)
{
    ppt_head head;
    if (!file->is_locked || file->session_ref >= file->persist_count ||
        !ppt_head_at(file, file->persists[file->session_ref], file->size, &head) ||
        head.type != PPT_CRYPT_SESSION) {
        return LJ_OK;
    }
    office_crypt *crypt = lj_arena_alloc(file->arena, sizeof(*crypt));
    lj_slice header = ppt_body_kept(file, &head, &file->raw);
    if (crypt == NULL || office_crypt_init(crypt, file->run, header) != LJ_OK ||
        !office_crypt_open(crypt, file->run, standard_password)) {
        return LJ_OK;
    }
    file->crypt = crypt;
    sort_locked(file->locked, file->locked_count);
    format_src *src = gather(file);
    if (src == NULL) {
        return LJ_E_LIMIT;
    }
    file->src = src;
    file->is_locked = false;
    return LJ_OK;
}
