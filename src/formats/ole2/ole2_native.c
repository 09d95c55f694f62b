/* SPDX-License-Identifier: AGPL-3.0-or-later
 * OLE 1 objects inside a compound file: the stream \1Ole10Native of the object packager.
 *
 * Specification: [MS-OLEDS] 2.3.6 (size and data); the layout of the packager's data is not
 * published: label, file name, two words, path, size, bytes, then the same names in UTF-16. Models
 * read: Apache POI's Ole10Native, Tika's tests.
 *
 * How it maps: the packed file is a child with its file name; label and paths are attributes; what
 * is no package is swept as any stream. */
#include "base/cur.h"
#include "formats/ole2/ole2_priv.h"

enum { HEAD_LEN = 4096 };

static lj_slice take_cstr(lj_cur *cur)
{
    size_t left = lj_cur_left(cur);
    const uint8_t *end = left > 0 ? memchr(cur->src.ptr + cur->pos, 0, left) : NULL;
    if (end == NULL) {
        cur->bad = true;
        return (lj_slice){NULL, 0};
    }
    lj_slice text = lj_cur_bytes(cur, (size_t)(end - (cur->src.ptr + cur->pos)));
    lj_cur_skip(cur, 1);
    return text;
}

typedef struct native_head {
    lj_slice label, name, path;
    uint64_t data_off, data_len;
} native_head;

static bool native_parse(lj_slice head, uint64_t size, native_head *out)
{
    lj_cur cur = lj_cur_of(head);
    uint32_t total = lj_cur_u32le(&cur);
    uint16_t flags = lj_cur_u16le(&cur);
    if (flags != 2 || total > size) {
        return false;
    }
    out->label = take_cstr(&cur);
    out->name = take_cstr(&cur);
    lj_cur_skip(&cur, 4);
    uint32_t path_len = lj_cur_u32le(&cur);
    if (path_len > lj_cur_left(&cur)) {
        return false;
    }
    out->path = lj_cur_bytes(&cur, path_len);
    if (out->path.len > 0 && out->path.ptr[out->path.len - 1] == 0) {
        out->path.len--;
    }
    out->data_len = lj_cur_u32le(&cur);
    out->data_off = cur.pos;
    return lj_cur_ok(&cur) && out->data_len <= size - out->data_off;
}

static lj_code emit_words(ole2_file *file, uint32_t part, lj_str label, lj_slice bytes)
{
    lj_buf utf8;
    lj_buf_init(&utf8, format_arena(file->run), 4 * (size_t)HEAD_LEN);
    (void)text_lines_to_utf8(TEXT_GB18030, bytes, false, &utf8, NULL);
    span what = span_of(SPAN_ATTRIBUTE, lj_buf_str(&utf8));
    what.label = label;
    what.place.part_id = part;
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return what.text.len > 0 ? format_emit(file->run, &what) : LJ_OK;
}

lj_code ole2_read_native(ole2_file *file, uint32_t idx, bool *out_taken)
{
    format_run *run = file->run;
    format_src *src = ole2_stream(file, idx);
    const ole2_entry *entry = ole2_entry_at(file, idx);
    *out_taken = false;
    lj_slice head = lj_arena_copy(format_arena(run), format_bytes(run, src, 0, HEAD_LEN));
    native_head native = {0};
    if (!lj_slice_is_nocase(lj_str_bytes(entry->name), LJ_BYTES("Ole10Native")) ||
        !native_parse(head, entry->size, &native)) {
        return LJ_OK;
    }
    *out_taken = true;
    uint32_t part = ole2_part(file, idx);
    lj_code code = emit_words(file, part, LJ_STR("label"), native.label);
    if (code == LJ_OK) {
        code = emit_words(file, part, LJ_STR("path"), native.path);
    }
    if (code != LJ_OK) {
        return code;
    }
    uint64_t end = native.data_off + native.data_len;
    ole2_take_part(file, idx, 0, end, FORMAT_READ); /* the names in UTF-16 behind it are swept */
    format_child_info info = {.name = native.name.len > 0 ? native.name : native.label,
                              .kind = FORMAT_EMBEDDED};
    return format_child(run, &info,
                        format_decode(run, src, native.data_off, native.data_len,
                                      FORMAT_CODEC_STORE, native.data_len));
}
