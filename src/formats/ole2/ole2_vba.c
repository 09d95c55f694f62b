/* SPDX-License-Identifier: AGPL-3.0-or-later
 * VBA projects: the source of macros.
 *
 * Specification: [MS-OVBA] 2.2 storage, 2.3.4.2 dir stream, 2.4.1 compression. Models read: Apache
 * POI's VBAMacroReader, oletools' olevba (which showed that offsets lie and code pages matter).
 *
 * How it maps: every module is a script, decoded from the project's code page; texts of the dir
 * stream are swept. The compiled form before the source is left to the sweep.
 *
 * Traps: a dir stream that is damaged or lies about an offset: then the source is found by its
 * first words, "Attribute VB_Name", as their compression shows them. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/ole2/ole2_priv.h"

enum {
    STREAM_MOST = 8 * 1024 * 1024,  /* bytes of a compressed stream that are looked at */
    SOURCE_MOST = 16 * 1024 * 1024, /* bytes of the source of one module */
    CHUNK_MOST = 4096,
    EMIT_MOST = 64 * 1024,
    RECORD_CODEPAGE = 0x0003,
    RECORD_VERSION = 0x0009,
    RECORD_STREAM_NAME = 0x001A,
    RECORD_OFFSET = 0x0031,
};

bool ole2_is_vba(const ole2_file *file, uint32_t storage)
{
    uint32_t dir = ole2_lookup(file, storage, LJ_BYTES("dir"));
    return dir != OLE2_NONE && file->entries[dir].parent == storage &&
           lj_slice_is_nocase(lj_str_bytes(file->entries[storage].name), LJ_BYTES("VBA"));
}

/* [MS-OVBA] 2.4.1.3.19.1: how many bits of a token are the offset. */
static uint32_t length_bits(size_t made)
{
    uint32_t bits = 4;
    while (((size_t)1 << bits) < made && bits < 12) {
        bits++;
    }
    return 16 - bits;
}

/* One chunk (2.4.1.1.4) into out; false when it is damaged: what came out before stays. */
static bool chunk_unpack(lj_slice data, lj_buf *out)
{
    uint8_t *room = lj_buf_room(out, CHUNK_MOST);
    if (room == NULL) {
        return false;
    }
    size_t made = 0;
    lj_cur cur = lj_cur_of(data);
    bool good = true;
    while (good && lj_cur_left(&cur) > 0) {
        uint8_t flags = lj_cur_u8(&cur);
        for (int bit = 0; good && bit < 8 && lj_cur_left(&cur) > 0; bit++) {
            if ((flags >> bit & 1) == 0) {
                good = made < CHUNK_MOST;
                if (good) {
                    room[made++] = lj_cur_u8(&cur);
                }
                continue;
            }
            uint16_t token = lj_cur_u16le(&cur);
            uint32_t bits = length_bits(made);
            size_t len = (token & ((1U << bits) - 1)) + 3;
            size_t back = (size_t)(token >> bits) + 1;
            good = lj_cur_ok(&cur) && back <= made && len <= CHUNK_MOST - made;
            for (size_t i = 0; good && i < len; i++, made++) {
                room[made] = room[made - back];
            }
        }
    }
    out->len += made;
    return good;
}

/* A compressed container (2.4.1.1.1). False when it is none or damaged. */
static bool unpack(lj_slice bytes, lj_buf *out)
{
    lj_cur cur = lj_cur_of(bytes);
    if (lj_cur_u8(&cur) != 1) {
        return false;
    }
    bool good = true;
    while (good && lj_cur_left(&cur) >= 2) {
        uint16_t head = lj_cur_u16le(&cur);
        size_t len = (size_t)(head & 0x0FFF) + 1;
        if ((head >> 12 & 7) != 3) {
            break; /* no chunk: what stands behind the container */
        }
        lj_slice data = lj_cur_bytes(&cur, lj_min_size(len, lj_cur_left(&cur)));
        if ((head & 0x8000) != 0) {
            good = chunk_unpack(data, out);
        } else {
            lj_buf_put(out, data);
        }
    }
    return good && lj_buf_ok(out);
}

typedef struct vba_project {
    ole2_file *file;
    uint32_t storage;
    uint32_t codepage;
    lj_code code;
} vba_project;

static lj_code emit_source(vba_project *vba, uint32_t idx, lj_slice source)
{
    format_run *run = vba->file->run;
    lj_buf utf8;
    lj_buf_init(&utf8, format_arena(run), 4 * (size_t)EMIT_MOST);
    lj_code code = LJ_OK;
    while (source.len > 0 && code == LJ_OK) {
        size_t len = lj_min_size(source.len, EMIT_MOST);
        while (len < source.len && len > EMIT_MOST / 2 && source.ptr[len - 1] != '\n') {
            len--;
        }
        lj_buf_clear(&utf8);
        lj_slice part = lj_slice_part(source, 0, len);
        if (vba->codepage == 950) {
            (void)text_to_utf8(TEXT_BIG5, part, false, &utf8, NULL);
        } else {
            (void)text_lines_to_utf8(TEXT_GB18030, part, false, &utf8, NULL);
        }
        span what = span_of(SPAN_SCRIPT, lj_buf_str(&utf8));
        what.place.part_id = ole2_part(vba->file, idx);
        what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        code = what.text.len > 0 ? format_emit(run, &what) : LJ_OK;
        source = lj_slice_part(source, len, SIZE_MAX);
    }
    return code;
}

/* Source at `off` of a module's stream; false when there is none. */
static bool read_module(vba_project *vba, uint32_t idx, uint32_t off)
{
    format_run *run = vba->file->run;
    lj_arena *arena = format_arena(run);
    format_src *src = ole2_stream(vba->file, idx);
    lj_slice bytes = format_slurp(run, src, off, STREAM_MOST);
    lj_buf source;
    lj_buf_init(&source, arena, SOURCE_MOST);
    bool good = unpack(bytes, &source);
    if (source.len > 0) {
        vba->code = format_work(run, source.len);
    }
    if (vba->code == LJ_OK && source.len > 0) {
        vba->code = emit_source(vba, idx, lj_buf_slice(&source));
    }
    if (good && source.len > 0) {
        ole2_take_part(vba->file, idx, off, bytes.len, FORMAT_READ);
    }
    return good && source.len > 0;
}

/* Where the compressed source begins when the dir stream does not say: 01, a chunk's head, a byte
 * of flags, "Attribut". */
static uint32_t find_source(ole2_file *file, uint32_t idx)
{
    lj_slice bytes = format_slurp(file->run, ole2_stream(file, idx), 0, STREAM_MOST);
    size_t from = 0;
    while (from < bytes.len) {
        size_t at = lj_slice_find(lj_slice_part(bytes, from, SIZE_MAX), LJ_BYTES("\0Attribut"));
        if (at == SIZE_MAX) {
            break;
        }
        at += from;
        if (at >= 3 && bytes.ptr[at - 3] == 1 && (bytes.ptr[at - 1] >> 4 & 7) == 3) {
            return (uint32_t)(at - 3);
        }
        from = at + 1;
    }
    return OLE2_NONE;
}

/* Records of the dir stream: code page, and where the source of each module begins. */
static void read_dir(vba_project *vba, lj_slice dir)
{
    lj_cur cur = lj_cur_of(dir);
    lj_slice name = {NULL, 0};
    while (lj_cur_left(&cur) >= 6 && vba->code == LJ_OK) {
        uint16_t id = lj_cur_u16le(&cur);
        uint32_t len = lj_cur_u32le(&cur);
        if (id == RECORD_VERSION) {
            len = 6; /* 2.3.4.2.1.11: the field says 4 */
        }
        lj_slice data = lj_cur_bytes(&cur, lj_min_size(len, lj_cur_left(&cur)));
        lj_cur value = lj_cur_of(data);
        if (id == RECORD_CODEPAGE) {
            vba->codepage = lj_cur_u16le(&value);
        } else if (id == RECORD_STREAM_NAME) {
            name = data;
        } else if (id == RECORD_OFFSET && name.len > 0) {
            lj_buf utf8; /* stream names are UTF-16 in the directory, code page here */
            lj_buf_init(&utf8, format_arena(vba->file->run), 1024);
            (void)text_lines_to_utf8(TEXT_GB18030, name, false, &utf8, NULL);
            uint32_t idx = ole2_lookup(vba->file, vba->storage, lj_buf_slice(&utf8));
            if (idx != OLE2_NONE && !vba->file->entries[idx].is_taken &&
                vba->file->entries[idx].kind == OLE2_STREAM) {
                (void)read_module(vba, idx, lj_cur_u32le(&value));
            }
            name = (lj_slice){NULL, 0};
        }
    }
}

lj_code ole2_read_vba(ole2_file *file, uint32_t storage)
{
    vba_project vba = {.file = file, .storage = storage};
    uint32_t dir = ole2_lookup(file, storage, LJ_BYTES("dir"));
    format_src *src = ole2_stream(file, dir);
    if (src == NULL) {
        return LJ_OK; /* a storage of that name: its streams are read as any */
    }
    lj_buf text;
    lj_buf_init(&text, format_arena(file->run), SOURCE_MOST);
    if (unpack(format_slurp(file->run, src, 0, STREAM_MOST), &text)) {
        ole2_take(file, dir, FORMAT_READ);
        vba.code = format_work(file->run, text.len);
        format_src *decoded = format_memory(file->run, lj_buf_slice(&text));
        if (vba.code == LJ_OK && decoded != NULL) {
            vba.code = format_sweep_part(file->run, decoded, ole2_part(file, dir),
                                         SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED));
        }
        if (vba.code == LJ_OK) {
            read_dir(&vba, lj_buf_slice(&text));
        }
    }
    for (uint32_t at = ole2_first(file, storage); at != OLE2_NONE && vba.code == LJ_OK;
         at = ole2_next(file, at)) {
        if (file->entries[at].kind == OLE2_STREAM && !file->entries[at].is_taken) {
            uint32_t off = find_source(file, at);
            if (off != OLE2_NONE) {
                (void)read_module(&vba, at, off);
            }
        }
    }
    return vba.code;
}
