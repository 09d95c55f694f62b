/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Data of a document becomes children: pictures, OLE objects, packages of files, themes.
 *
 * Specification: [MS-OLEDS] 2.2.4 (ObjectHeader), 2.2.5 (EmbeddedObject), 2.2.6 (LinkedObject),
 * 2.2.2 (presentation objects); the stream of the packager as in [MS-OLEDS] 2.3.6 has it, the rest
 * of it as tools that take such objects apart describe it; RTF 1.9.1, "Pictures".
 *
 * Model. An embedded object is native data (a child; of a Package the file in it, with its name)
 * and a picture of it (another child). What stands in between or behind is swept.
 *
 * Traps. A bitmap without a file header: one is put before it. Lengths beyond the end. Objects that
 * lack the header of OLE 1. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/look.h"
#include "formats/rtf/rtf_priv.h"

enum {
    HEAD = 32 * 1024, /* bytes in which headers and names stand */
    PROBE = 4096,
    BMP_HEAD = 14,
    LINKED = 1,
    EMBEDDED = 2,
    PRESENTATION = 5,
    PACKAGED = 2,
    SCHEME_MIN = 4096, /* bytes from which a mapping of colours is more than that */
};

/* Data with its length: of a stream the size is not known before its end. */
typedef struct data {
    format_src *src;
    uint64_t len;
} data;

static uint64_t hidden_now(rtf *r, rtf_dest dest)
{
    uint32_t flags = rtf_top(r)->look.flags;
    uint64_t hidden = r->slack;
    hidden |= (flags & (RTF_HIDDEN | RTF_WEB_HIDDEN)) != 0 ? SPAN_HIDE(SPAN_HIDDEN_VANISH) : 0;
    hidden |= (flags & RTF_DELETED) != 0 ? SPAN_HIDE(SPAN_HIDDEN_DELETED) : 0;
    hidden |= rtf_dest_row_of(dest)->unseen ? SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED) : 0;
    return hidden;
}

static void keep_code(rtf *r, lj_code code)
{
    if (r->code == LJ_OK) {
        r->code = code;
    }
}

/* kind: literal, the name of the child when it has none. */
static void give_child(rtf *r, rtf_dest dest, format_src *src, lj_slice name, format_kind kind)
{
    format_child_info info = {.name = name, .kind = kind, .hidden_by = hidden_now(r, dest)};
    keep_code(r, format_child(r->run, &info, src));
}

static format_src *range_of(rtf *r, data all, uint64_t off, uint64_t len)
{
    return format_decode(r->run, all.src, off, len, FORMAT_CODEC_STORE, len);
}

static bool is_known(rtf *r, format_src *src)
{
    return format_recognise(format_bytes(r->run, src, 0, PROBE)) != NULL;
}

/* A bitmap as it lies in memory: header of 40 bytes or another length, colours, pixels. */
static format_src *with_bmp_head(rtf *r, data all)
{
    lj_cur cur = lj_cur_of(format_bytes(r->run, all.src, 0, 40));
    uint32_t head = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 10);
    uint32_t bits = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 16);
    uint32_t colours = lj_cur_u32le(&cur);
    bool sane = lj_cur_ok(&cur) && (head == 40 || head == 108 || head == 124) && bits <= 32 &&
                colours <= 256 && all.len < UINT32_MAX - BMP_HEAD;
    format_piece *pieces = lj_arena_array(format_arena(r->run), 2, sizeof(*pieces));
    uint8_t *made = lj_arena_alloc(format_arena(r->run), BMP_HEAD);
    if (!sane || pieces == NULL || made == NULL) {
        return NULL;
    }
    colours = colours == 0 && bits <= 8 ? 1U << bits : colours;
    lj_buf out = {.ptr = made, .cap = BMP_HEAD, .max_len = BMP_HEAD};
    lj_buf_put_cstr(&out, "BM");
    lj_buf_put_u32le(&out, (uint32_t)all.len + BMP_HEAD);
    lj_buf_put_u32le(&out, 0);
    lj_buf_put_u32le(&out, BMP_HEAD + head + 4 * colours);
    pieces[0] = (format_piece){format_memory(r->run, lj_buf_slice(&out)), 0, BMP_HEAD, 0};
    pieces[1] = (format_piece){all.src, 0, all.len, 0};
    return pieces[0].src != NULL ? format_gather(r->run, pieces, 2) : NULL;
}

static void give_picture(rtf *r, data all, rtf_picture kind)
{
    if (!is_known(r, all.src)) {
        format_src *whole = kind == RTF_PICTURE_DIB ? with_bmp_head(r, all) : NULL;
        if (whole == NULL) {
            format_gap(r->run, GAP_PICTURE,
                       kind == RTF_PICTURE_MAC   ? "pict"
                       : kind == RTF_PICTURE_DDB ? "ddb"
                                                 : "picture",
                       (span_place){0});
        } else {
            all.src = whole;
        }
    }
    give_child(r, D_PICTURE, all.src, LJ_BYTES("picture"), FORMAT_EMBEDDED);
}

/* ---- objects ---- */

/* In memory of its own: that of the reader must not grow here, because it is rewound behind the
 * data.
 */
static lj_str decoded(rtf *r, lj_slice bytes)
{
    while (bytes.len > 0 && bytes.ptr[bytes.len - 1] == 0) {
        bytes.len--;
    }
    lj_buf text;
    lj_buf_init(&text, format_arena(r->run), 4 * (size_t)HEAD);
    (void)text_lines_to_utf8(TEXT_GB18030, bytes, /* more= */ false, &text, /* rows= */ NULL);
    return lj_buf_str(&text);
}

static void emit_name(rtf *r, span_role role, lj_str label, lj_slice bytes)
{
    span what = span_of(role, decoded(r, bytes));
    what.label = label;
    what.hidden_by = r->slack | SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    if (r->code == LJ_OK && !look_is_blank(what.text)) {
        keep_code(r, format_emit(r->run, &what));
    }
}

static void sweep_rest(rtf *r, data all, uint64_t off)
{
    if (off < all.len && r->code == LJ_OK) {
        keep_code(r, format_sweep(r->run, all.src, off, all.len - off,
                                  r->slack | SPAN_HIDE(SPAN_HIDDEN_SLACK)));
    }
}

/* A string with its length before it ([MS-OLEDS] 2.1.4). */
static lj_slice take_string(lj_cur *cur)
{
    uint32_t len = lj_cur_u32le(cur);
    return lj_cur_bytes(cur, len);
}

/* A string that ends with a zero. */
static lj_slice take_cstring(lj_cur *cur)
{
    lj_slice rest = lj_slice_part(cur->src, cur->pos, SIZE_MAX);
    size_t len = lj_slice_find(rest, lj_slice_of("", 1));
    lj_slice text = lj_slice_part(rest, 0, len);
    lj_cur_skip(cur, len == SIZE_MAX ? SIZE_MAX : len + 1);
    return text;
}

/* The file in a package: two names, a path, the file. False: it is none. */
static bool give_package(rtf *r, data all)
{
    lj_slice head = format_bytes(r->run, all.src, 0, HEAD);
    lj_cur cur = lj_cur_of(head);
    uint16_t kind = lj_cur_u16le(&cur);
    lj_slice label = take_cstring(&cur);
    lj_slice path = take_cstring(&cur);
    lj_cur_skip(&cur, 4);
    lj_slice temporary = take_string(&cur);
    uint64_t len = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || kind != PACKAGED) {
        return false;
    }
    uint64_t off = cur.pos;
    r->is_damaged = r->is_damaged || len > all.len - off;
    len = lj_min_u64(len, all.len - off);
    lj_slice name = lj_arena_copy(format_arena(r->run), label);
    path = lj_arena_copy(format_arena(r->run), path);
    temporary = lj_arena_copy(format_arena(r->run), temporary);
    emit_name(r, SPAN_METADATA, LJ_STR("path"), path);
    if (!lj_slice_is(path, lj_slice_part(temporary, 0, path.len))) {
        emit_name(r, SPAN_METADATA, LJ_STR("path"), temporary);
    }
    give_child(r, D_OBJECT_DATA, range_of(r, all, off, len), name, FORMAT_ATTACHED);
    sweep_rest(r, all, off + len);
    return true;
}

/* The picture that stands for the object. Returns where it ends. */
static uint64_t give_presentation(rtf *r, data all, uint64_t off)
{
    enum { METAFILE_HEAD = 8 };
    lj_cur cur = lj_cur_of(format_bytes(r->run, all.src, off, PROBE));
    lj_cur_skip(&cur, 4);
    uint32_t format = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || format != PRESENTATION) {
        return lj_cur_ok(&cur) && format == 0 ? off + cur.pos : off;
    }
    lj_slice name = take_string(&cur);
    bool metafile = lj_slice_has_prefix(name, LJ_BYTES("METAFILEPICT"));
    bool dib = lj_slice_has_prefix(name, LJ_BYTES("DIB"));
    lj_cur_skip(&cur, 8);
    uint64_t len = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, metafile ? METAFILE_HEAD : 0);
    len = metafile && len >= METAFILE_HEAD ? len - METAFILE_HEAD : len;
    if (!lj_cur_ok(&cur) || len == 0) {
        return off;
    }
    uint64_t from = off + cur.pos;
    len = lj_min_u64(len, all.len - from);
    data picture = {range_of(r, all, from, len), len};
    if (picture.src != NULL) {
        give_picture(r, picture, dib ? RTF_PICTURE_DIB : RTF_PICTURE_OTHER);
    }
    return from + len;
}

static void give_object(rtf *r, data all)
{
    lj_cur cur = lj_cur_of(format_bytes(r->run, all.src, 0, HEAD));
    lj_cur_skip(&cur, 4);
    uint32_t format = lj_cur_u32le(&cur);
    lj_slice class_name = take_string(&cur);
    lj_slice topic = take_string(&cur);
    lj_slice item = take_string(&cur);
    bool linked = format == LINKED;
    uint64_t len = linked ? 0 : lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || (format != EMBEDDED && !linked)) {
        give_child(r, D_OBJECT_DATA, all.src, LJ_BYTES("object"), FORMAT_EMBEDDED);
        return;
    }
    uint64_t off = cur.pos;
    bool packaged = lj_slice_has_prefix(class_name, LJ_BYTES("Package"));
    topic = lj_arena_copy(format_arena(r->run), topic);
    item = lj_arena_copy(format_arena(r->run), item);
    emit_name(r, SPAN_LINK, (lj_str){NULL, 0}, topic);
    emit_name(r, SPAN_LINK, (lj_str){NULL, 0}, item);
    r->is_damaged = r->is_damaged || len > all.len - off;
    len = lj_min_u64(len, all.len - off);
    data native = {range_of(r, all, off, len), len};
    if (native.src != NULL && len > 0 && !(packaged && give_package(r, native))) {
        give_child(r, D_OBJECT_DATA, native.src, LJ_BYTES("object"), FORMAT_EMBEDDED);
    }
    off = linked ? off : give_presentation(r, all, off + len);
    sweep_rest(r, all, off);
}

/* ---- all data ---- */

/* Data that is nothing a reader knows is worth a sweep. */
static void give_other(rtf *r, data all, rtf_dest dest)
{
    if (is_known(r, all.src) || dest == D_PACKAGE) {
        give_child(r, dest, all.src, LJ_BYTES("data"), FORMAT_EMBEDDED);
    } else if (dest != D_SCHEME || all.len >= SCHEME_MIN) {
        keep_code(r, format_sweep(r->run, all.src, 0, all.len, hidden_now(r, dest)));
    }
}

static void give(rtf *r, data all, rtf_dest dest)
{
    switch (dest) {
    case D_PICTURE:
        give_picture(r, all, r->picture);
        break;
    case D_OBJECT_DATA:
        give_object(r, all);
        break;
    default:
        give_other(r, all, dest);
        break;
    }
}

void rtf_data_end(rtf *r, rtf_dest dest)
{
    rtf_hex *hex = &r->hex;
    bool binary = hex->bin_off != UINT64_MAX;
    data all = {NULL, binary ? hex->bin_len : hex->len};
    if (all.len > 0 && r->code == LJ_OK) {
        lj_arena_mark mark = lj_arena_mark_of(format_arena(r->run));
        all.src = binary ? format_decode(r->run, r->src, hex->bin_off, hex->bin_len,
                                         FORMAT_CODEC_STORE, hex->bin_len)
                  : hex->len == hex->kept.len ? format_memory(r->run, lj_buf_slice(&hex->kept))
                                              : rtf_hex_stream(r, hex->start, hex->end, hex->len);
        if (all.src == NULL) {
            format_gap(r->run, GAP_MEMORY, "arena", (span_place){0});
        } else {
            give(r, all, dest);
        }
        lj_arena_rewind(format_arena(r->run), mark);
    }
    lj_buf_clear(&hex->kept);
    hex->start = hex->bin_off = UINT64_MAX;
    hex->end = hex->len = hex->bin_len = 0;
    hex->has_nibble = false;
}

bool rtf_data_of_text(rtf *r, lj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        uint8_t lower = c | 0x20U;
        bool digit = (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f') || c <= ' ';
        if (!digit) {
            return false;
        }
    }
    rtf_hex_begin(r);
    rtf_hex_add(r, (const uint8_t *)text.ptr, text.len, 0);
    if (r->hex.len !=
        r->hex.kept.len) { /* no room: the digits do not stand in the file like this */
        r->hex.len = 0;
    }
    rtf_data_end(r, D_HEX_OTHER);
    return true;
}
