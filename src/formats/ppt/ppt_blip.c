/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What is embedded: pictures, OLE objects, packages.
 *
 * Specification: [MS-ODRAW] 2.2.21 OfficeArtFOPT, 2.2.22 OfficeArtBStoreContainerFileBlock, 2.2.23
 * to 2.2.31 (blips), 2.2.32 OfficeArtFBSE; [MS-PPT] 2.1.3 (Pictures stream), 2.10.34 ExOleObjStg
 * (an OLE2 file, deflated or not); 2.11.x round-trip blobs (packages of Office Open XML).
 *
 * Model. Each becomes a document of its own. Metafiles are deflated as a rule; a bitmap lacks its
 * file header, which is put before it.
 *
 * Traps. An odd instance says that two digests stand before the data, not one. A theme is stored
 * once for each master: the same bytes are read once. */
#include "formats/ppt/ppt.h"

#include "base/cur.h"
#include "base/hash.h"

enum {
    BLIP_EMF = 0xF01A,
    BLIP_WMF = 0xF01B,
    BLIP_PICT = 0xF01C,
    BLIP_JPEG = 0xF01D,
    BLIP_PNG = 0xF01E,
    BLIP_DIB = 0xF01F,
    BLIP_TIFF = 0xF029,
    BLIP_JPEG_CMYK = 0xF02A,
    DIGEST = 16,
    METAFILE_HEAD = 34,
    BMP_HEAD = 14,
};

typedef struct blip_row {
    uint16_t type;
    bool is_metafile;
    const char *name;
} blip_row;

static const blip_row blip_rows[] = {
    {BLIP_EMF,       true,  ".emf" },
    {BLIP_WMF,       true,  ".wmf" },
    {BLIP_PICT,      true,  ".pict"},
    {BLIP_JPEG,      false, ".jpg" },
    {BLIP_PNG,       false, ".png" },
    {BLIP_DIB,       false, ".bmp" },
    {BLIP_TIFF,      false, ".tif" },
    {BLIP_JPEG_CMYK, false, ".jpg" },
};

/* "Pictures/3.png"; borrowed from the buffer. */
static lj_slice name_of(ppt_file *file, const char *extension, lj_buf *room)
{
    lj_buf_init(room, file->arena, 64);
    lj_buf_put_cstr(room, "Pictures/");
    lj_buf_put_dec(room, ++file->blip_count);
    lj_buf_put_cstr(room, extension);
    return lj_buf_slice(room);
}

static lj_code hand_on(ppt_file *file, lj_slice name, uint64_t hidden_by, format_src *child)
{
    format_child_info info = {.name = name, .kind = FORMAT_EMBEDDED, .hidden_by = hidden_by};
    return format_child(file->run, &info, child);
}

/* ---- pictures ---- */

/* [MS-WMF] 2.2.2.3: where the pixels begin behind a bitmap's information. */
static uint32_t pixels_at(lj_slice head)
{
    lj_cur cur = lj_cur_of(head);
    uint32_t size = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 10);
    uint16_t bits = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 16);
    uint32_t used = lj_cur_u32le(&cur);
    uint32_t colours = bits <= 8 ? (used > 0 && used <= 256 ? used : 1U << bits) : 0;
    return BMP_HEAD + (size < 1024 ? size : 40) + 4 * colours;
}

static format_src *bitmap_of(ppt_file *file, format_src *src, uint64_t off, uint64_t len)
{
    lj_buf head;
    lj_buf_init(&head, file->arena, BMP_HEAD);
    lj_buf_put_cstr(&head, "BM");
    lj_buf_put_u32le(&head, (uint32_t)(BMP_HEAD + len));
    lj_buf_put_u32le(&head, 0);
    lj_buf_put_u32le(&head, pixels_at(format_bytes(file->run, src, off, 40)));
    format_piece *pieces = lj_arena_array(file->arena, 2, sizeof(*pieces));
    format_src *memory = format_memory(file->run, lj_buf_slice(&head));
    if (pieces == NULL || memory == NULL || !lj_buf_ok(&head)) {
        return NULL;
    }
    pieces[0] = (format_piece){.src = memory, .len = BMP_HEAD};
    pieces[1] = (format_piece){.src = src, .off = off, .len = len};
    return format_gather(file->run, pieces, 2);
}

static const blip_row *find_blip(uint16_t type)
{
    for (size_t i = 0; i < LJ_COUNT_OF(blip_rows); i++) {
        if (blip_rows[i].type == type) {
            return &blip_rows[i];
        }
    }
    return NULL;
}

/* A range of a picture; in an encrypted Pictures stream each field is encrypted by itself. */
static format_src *field(ppt_file *file, format_src *src, uint64_t off, uint64_t len)
{
    return file->crypt != NULL && src != file->src
               ? ppt_unlock_field(file, src, off, len)
               : format_decode(file->run, src, off, len, FORMAT_CODEC_STORE, len);
}

static format_src *metafile_of(ppt_file *file, format_src *src, uint64_t off, uint64_t end)
{
    uint8_t room[64];
    size_t len = (size_t)lj_min_u64(METAFILE_HEAD, end - off);
    lj_cur cur = lj_cur_of(src != file->src ? ppt_unlock_bytes(file, src, off, len, room)
                                            : format_bytes(file->run, src, off, len));
    uint32_t size = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 24);
    uint32_t stored = lj_cur_u32le(&cur);
    bool is_deflated = lj_cur_u8(&cur) == 0;
    off += METAFILE_HEAD;
    if (!lj_cur_ok(&cur) || off > end) {
        return NULL;
    }
    uint64_t packed = lj_min_u64(stored, end - off);
    format_src *data = field(file, src, off, packed);
    return data == NULL || !is_deflated
               ? data
               : format_decode(file->run, data, 0, packed, FORMAT_CODEC_ZLIB, size);
}

lj_code ppt_read_blip(ppt_file *file, format_src *src, const ppt_head *head, uint64_t hidden_by)
{
    const blip_row *row = find_blip(head->type);
    uint64_t off = head->body + ((head->instance & 1) != 0 ? 2 * DIGEST : DIGEST);
    if (row == NULL || off >= head->end) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(file->arena);
    lj_buf name;
    format_src *child = NULL;
    if (row->is_metafile) {
        child = metafile_of(file, src, off, head->end);
        file->is_damaged = file->is_damaged || child == NULL;
    } else {
        off++; /* a tag */
        uint64_t len = off < head->end ? head->end - off : 0;
        child = row->type == BLIP_DIB && file->crypt == NULL ? bitmap_of(file, src, off, len)
                                                             : field(file, src, off, len);
    }
    lj_code code =
        child != NULL ? hand_on(file, name_of(file, row->name, &name), hidden_by, child) : LJ_OK;
    lj_arena_rewind(file->arena, mark);
    return code;
}

/* The head of a blip in the Pictures stream. */
static bool picture_at(ppt_file *file, format_src *src, uint64_t at, uint64_t size, ppt_head *out)
{
    enum { HEAD_LEN = 8 };
    uint8_t room[64];
    lj_cur cur = lj_cur_of(ppt_unlock_bytes(file, src, at, HEAD_LEN, room));
    uint16_t first = lj_cur_u16le(&cur);
    uint16_t type = lj_cur_u16le(&cur);
    uint32_t len = lj_cur_u32le(&cur);
    *out = (ppt_head){.at = at,
                      .body = at + HEAD_LEN,
                      .end = at + HEAD_LEN + len,
                      .type = type,
                      .instance = (uint16_t)(first >> 4)};
    out->is_cut = out->end > size;
    out->end = lj_min_u64(out->end, size);
    return lj_cur_ok(&cur) && type >= ART_BLIP_FIRST && type <= ART_BLIP_LAST && len > 0;
}

lj_code ppt_read_pictures(ppt_file *file)
{
    uint32_t idx = ole2_lookup(file->ole2, file->storage, LJ_BYTES("Pictures"));
    format_src *src = ole2_stream(file->ole2, idx);
    if (src == NULL) {
        return LJ_OK;
    }
    if (file->is_locked) {
        ole2_take(file->ole2, idx, FORMAT_LOCKED);
        return LJ_OK;
    }
    uint64_t size = format_src_size(src);
    uint64_t at = 0;
    lj_code code = LJ_OK;
    ppt_head head;
    while (code == LJ_OK && picture_at(file, src, at, size, &head)) {
        file->is_damaged = file->is_damaged || head.is_cut;
        code = ppt_read_blip(file, src, &head, 0);
        ole2_take_part(file->ole2, idx, head.at, head.end - head.at, FORMAT_READ);
        at = head.end;
        code = code == LJ_OK ? format_work(file->run, 1) : code;
    }
    if (at == 0) {
        ole2_take_part(file->ole2, idx, 0, 0, FORMAT_READ);
    }
    return code;
}

/* The store's entry: a name, and sometimes the picture itself. */
lj_code ppt_read_bse(ppt_file *file, const ppt_scope *scope, const ppt_head *head)
{
    enum { BSE_LEN = 36, NAME_LEN_AT = 33 };
    lj_slice body = ppt_body(file, head, BSE_LEN);
    uint64_t name_len = body.len == BSE_LEN ? body.ptr[NAME_LEN_AT] : 0;
    uint64_t off = head->body + BSE_LEN + name_len;
    if (body.len < BSE_LEN || off > head->end) {
        return LJ_OK;
    }
    ppt_claim(file, head->at, off);
    lj_code code =
        ppt_emit_unseen(file, scope, SPAN_ALT, "picture",
                        format_bytes(file->run, file->src, off - name_len, (size_t)name_len));
    ppt_head blip;
    if (code == LJ_OK && ppt_head_at(file, off, head->end, &blip) && find_blip(blip.type) != NULL) {
        code = ppt_read_blip(file, file->src, &blip, scope->hidden_by);
        ppt_claim(file, blip.at, blip.end);
    }
    return code;
}

/* ---- objects ---- */

lj_code ppt_child(ppt_file *file, const ppt_scope *scope, const char *name, uint64_t off,
                  uint64_t len)
{
    enum { COMPARED_MAX = 1024 * 1024 };
    if (len <= COMPARED_MAX &&
        ppt_seen_before(file, format_bytes(file->run, file->src, off, (size_t)len))) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(file->arena);
    format_src *child = format_decode(file->run, file->src, off, len, FORMAT_CODEC_STORE, len);
    lj_code code = hand_on(file, lj_cstr_bytes(name), scope->hidden_by, child);
    lj_arena_rewind(file->arena, mark);
    return code;
}

lj_code ppt_read_storage(ppt_file *file, const ppt_scope *scope, const ppt_head *head)
{
    ppt_claim(file, head->at, head->end);
    if (head->instance == 0) {
        return ppt_child(file, scope, "object.ole", head->body, head->end - head->body);
    }
    lj_cur cur = lj_cur_of(ppt_body(file, head, 4));
    uint32_t size = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur)) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(file->arena);
    format_src *child = format_decode(file->run, file->src, head->body + 4,
                                      head->end - head->body - 4, FORMAT_CODEC_ZLIB, size);
    lj_code code = hand_on(file, LJ_BYTES("object.ole"), scope->hidden_by, child);
    lj_arena_rewind(file->arena, mark);
    return code;
}
