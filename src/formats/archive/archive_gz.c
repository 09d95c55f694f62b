/* SPDX-License-Identifier: AGPL-3.0-or-later
 * gzip (RFC 1952): one child, decoded by the core.
 *
 * Model. All members of the file are one stream, as gunzip reads them. The stored name (2.3.1
 * FNAME) is the child's, the comment a span; both of the first member only. An extra field is
 * swept, and so is what stands behind the last member. CRC and length of each member are checked by
 * zlib: a fault is the child's gap. One layer is one level of depth, so that a file that unpacks to
 * itself ends at the limit. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"

enum { HEAD_LEN = 10, TEXT_MAX = 4096, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 };

/* A text that ends with NUL, at *at; moves behind it. Empty when it does not end within TEXT_MAX.
 */
static lj_slice zero_text(lj_slice head, size_t *at)
{
    lj_slice rest = lj_slice_part(head, *at, TEXT_MAX);
    const uint8_t *end = rest.len > 0 ? memchr(rest.ptr, 0, rest.len) : NULL;
    size_t len = end != NULL ? (size_t)(end - rest.ptr) : 0;
    *at += end != NULL ? len + 1 : 0;
    return lj_slice_part(rest, 0, len);
}

lj_code archive_gz_read(format_run *run, format_src *src)
{
    lj_arena *arena = format_arena(run);
    lj_slice head = lj_arena_copy(arena, format_bytes(run, src, 0, 65536 + 2 * TEXT_MAX));
    if (head.len < HEAD_LEN) {
        return LJ_E_FORMAT;
    }
    uint8_t flags = head.ptr[3];
    size_t at = HEAD_LEN;
    uint64_t extra_len = 0;
    if ((flags & FEXTRA) != 0) {
        lj_cur cur = lj_cur_of(lj_slice_part(head, at, 2));
        extra_len = (uint64_t)lj_cur_u16le(&cur) + 2;
        at += (size_t)extra_len;
    }
    lj_slice name = (flags & FNAME) != 0 ? zero_text(head, &at) : (lj_slice){NULL, 0};
    lj_slice comment = (flags & FCOMMENT) != 0 ? zero_text(head, &at) : (lj_slice){NULL, 0};
    lj_code code = archive_emit_text(run, SPAN_COMMENT, LJ_STR(""), comment);
    code = code == LJ_OK ? format_entry(run) : code;
    if (code != LJ_OK) {
        return code;
    }
    uint64_t size = format_src_size(src);
    format_src *member = format_decode(run, src, 0, size, FORMAT_CODEC_GZIP, FORMAT_SIZE_UNKNOWN);
    code = format_child(run, &(format_child_info){.name = name, .kind = FORMAT_MEMBER}, member);
    if (member == NULL) {
        return LJ_E_LIMIT;
    }
    bool whole = format_src_code(member) == LJ_OK;
    uint64_t end = lj_min_u64(format_src_taken(member), format_src_size(src));
    if (!whole) {
        format_claim_all(run, FORMAT_BROKEN); /* swept: bytes behind the damage may be text */
        return code;
    }
    if (extra_len > 0) {
        format_claim(run, 0, HEAD_LEN, FORMAT_OPAQUE);
        format_claim(run, HEAD_LEN + extra_len, end - lj_min_u64(end, HEAD_LEN + extra_len),
                     FORMAT_READ);
    } else {
        format_claim(run, 0, end, FORMAT_READ);
    }
    if (end < format_src_size(src) && format_src_size(src) != FORMAT_SIZE_UNKNOWN) {
        format_tell(run, NOTE_TRAILING_BYTES);
    }
    return code;
}
