/* SPDX-License-Identifier: AGPL-3.0-or-later
 * XAR (the format page of the xar project, version 1): a header, a table of contents in deflated
 * XML, and a heap.
 *
 * Read by ourselves: the library runs a whole XML parser over hostile bytes, and loops for ever on
 * hard links that point to each other.
 *
 * Model. The table of contents is a child of its own, so that every text in it is judged. From it:
 * <file> elements nest, each with <name>, <type>, <link>, and <data> with <offset> into the heap,
 * <length> there, <size> unpacked and an encoding. zlib data is decoded by the core; bzip2 and xz
 * data is given as it is and recognised as what it is. Extended attributes (<ea>) have data of the
 * same form. What no file claims in the heap is swept.
 *
 * Traps. Several files with one offset: given once. Names that are not ASCII are written in base64.
 * Sizes beyond the file: a gap, the rest is read. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"
#include "formats/xml_token.h"

enum { NEST_MAX = 64, NAME_MAX_LEN = 4096, TEXT_MAX = 64, TOC_MAX = 32 * 1024 * 1024 };

enum {
    XAR_file,
    XAR_name,
    XAR_data,
    XAR_ea,
    XAR_offset,
    XAR_length,
    XAR_size,
    XAR_encoding,
    XAR_link
};
static const char *const names[] = {"file",   "name", "data",     "ea",  "offset",
                                    "length", "size", "encoding", "link"};

typedef struct xar_file {
    lj_slice name;
    uint64_t off, len, size;
    bool was_named, is_zlib;
} xar_file;

typedef struct xar_walk {
    format_run *run;
    format_src *src;
    uint64_t heap;
    xar_file open[NEST_MAX];
    uint32_t depth;
    uint64_t *given; /* offsets, in order of giving */
    uint32_t given_count;
    uint16_t inside; /* the element whose text is awaited, or XML_NO_ID */
    bool is_base64;  /* that text is */
    lj_buf text;
    bool is_cut;
} xar_walk;

static uint64_t number_of(const lj_buf *text)
{
    int64_t value = 0;
    return xml_int(lj_buf_str(text), &value) && value >= 0 ? (uint64_t)value : UINT64_MAX;
}

/* RFC 4648 base64 in place; what is no letter of it is passed over. */
static void decode_base64(lj_buf *text)
{
    size_t len = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text->len && text->ptr[i] != '='; i++) {
        uint8_t byte = text->ptr[i];
        int value = byte >= 'A' && byte <= 'Z'   ? byte - 'A'
                    : byte >= 'a' && byte <= 'z' ? byte - 'a' + 26
                    : byte >= '0' && byte <= '9' ? byte - '0' + 52
                    : byte == '+'                ? 62
                    : byte == '/'                ? 63
                                                 : -1;
        if (value >= 0) {
            bits = (bits << 6 | (uint32_t)value) & 0xFFFFFF;
            count += 6;
        }
        if (count >= 8) {
            count -= 8;
            text->ptr[len++] = (uint8_t)(bits >> count);
        }
    }
    text->len = len;
}

/* path of all open files, in the arena */
static lj_slice path_of(const xar_walk *walk)
{
    lj_buf path;
    lj_buf_init(&path, format_arena(walk->run), NAME_MAX_LEN);
    for (uint32_t i = 0; i < walk->depth; i++) {
        if (i > 0) {
            lj_buf_put_u8(&path, '/');
        }
        lj_buf_put(&path, walk->open[i].name);
    }
    return lj_buf_slice(&path);
}

static bool was_given(xar_walk *walk, uint64_t off)
{
    for (uint32_t i = 0; i < walk->given_count; i++) {
        if (walk->given[i] == off) {
            return true;
        }
    }
    if (walk->given_count < 4096) { /* beyond that the limits of the core hold */
        walk->given[walk->given_count++] = off;
    }
    return false;
}

/* The data of the innermost file, at the end of <data> or <ea>. */
static lj_code give(xar_walk *walk)
{
    xar_file *file = &walk->open[walk->depth - 1];
    format_run *run = walk->run;
    uint64_t at = 0;
    uint64_t whole = format_src_size(walk->src);
    bool sane = file->off != UINT64_MAX && file->len != UINT64_MAX &&
                lj_add_u64(walk->heap, file->off, &at) && lj_range_fits(at, file->len, whole);
    if (!sane) {
        walk->is_cut = true;
        return LJ_OK;
    }
    lj_code code = format_entry(run);
    if (code != LJ_OK || file->len == 0 || was_given(walk, at)) {
        return code;
    }
    file->was_named = true; /* by the core, as a child */
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_slice path = path_of(walk);
    format_src *member = format_decode(
        run, walk->src, at, file->len, file->is_zlib ? FORMAT_CODEC_ZLIB : FORMAT_CODEC_STORE,
        file->is_zlib && file->size != UINT64_MAX ? file->size : file->len);
    format_claim(run, at, file->len, FORMAT_READ);
    code = format_child(run, &(format_child_info){.name = path, .kind = FORMAT_MEMBER}, member);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

static void on_start(xar_walk *walk, const xml_token *token)
{
    xar_file *file =
        walk->depth > 0 && walk->depth <= NEST_MAX ? &walk->open[walk->depth - 1] : NULL;
    walk->inside = XML_NO_ID;
    switch (token->id) {
    case XAR_file:
        if (walk->depth < NEST_MAX) {
            walk->open[walk->depth] = (xar_file){.off = UINT64_MAX};
        }
        walk->depth++;
        break;
    case XAR_data:
    case XAR_ea:
        if (file != NULL) {
            file->off = file->len = file->size = UINT64_MAX;
            file->is_zlib = false;
        }
        break;
    case XAR_encoding: {
        lj_str style = XML_VALUE(token, "style");
        if (file != NULL) {
            file->is_zlib = lj_str_is(style, LJ_STR("application/x-gzip"));
        }
        break;
    }
    case XAR_name:
    case XAR_offset:
    case XAR_length:
    case XAR_size:
    case XAR_link:
        walk->inside = token->id;
        walk->is_base64 = lj_str_is(XML_VALUE(token, "enctype"), LJ_STR("base64"));
        lj_buf_clear(&walk->text);
        break;
    default:
        break;
    }
}

static lj_code on_end(xar_walk *walk, const xml_token *token)
{
    lj_code code = LJ_OK;
    xar_file *file =
        walk->depth > 0 && walk->depth <= NEST_MAX ? &walk->open[walk->depth - 1] : NULL;
    if (token->id == XAR_file) {
        if (file != NULL && !file->was_named) {
            code = archive_emit_name(walk->run, file->name, 0);
        }
        walk->depth -= walk->depth > 0 ? 1 : 0;
    } else if (file != NULL && token->id == walk->inside) {
        switch (token->id) {
        case XAR_name:
            if (walk->is_base64) {
                decode_base64(&walk->text);
            }
            file->name = lj_arena_copy(format_arena(walk->run), lj_buf_slice(&walk->text));
            break;
        case XAR_offset:
            file->off = number_of(&walk->text);
            break;
        case XAR_length:
            file->len = number_of(&walk->text);
            break;
        case XAR_size:
            file->size = number_of(&walk->text);
            break;
        case XAR_link:
            code = archive_emit_text(walk->run, SPAN_LINK, LJ_STR(""), lj_buf_slice(&walk->text));
            break;
        default:
            break;
        }
    } else if (file != NULL && (token->id == XAR_data || token->id == XAR_ea)) {
        code = give(walk);
    }
    walk->inside = XML_NO_ID;
    return code;
}

static lj_code read_toc(xar_walk *walk, lj_slice toc)
{
    lj_arena *arena = format_arena(walk->run);
    const xml_names *table = xml_names_new(arena, names, LJ_COUNT_OF(names));
    xml_reader *xml = table != NULL ? xml_open_bytes(walk->run, arena, toc, table) : NULL;
    walk->given = lj_arena_array(arena, 4096, sizeof(*walk->given));
    if (xml == NULL || walk->given == NULL) {
        return LJ_E_LIMIT;
    }
    lj_buf_init(&walk->text, arena, NAME_MAX_LEN);
    lj_code code = LJ_OK;
    const xml_token *token = xml_next(xml);
    while (code == LJ_OK && token->kind != XML_END_OF_INPUT) {
        if (token->kind == XML_START) {
            on_start(walk, token);
        } else if (token->kind == XML_END) {
            code = on_end(walk, token);
        } else if ((token->kind == XML_TEXT || token->kind == XML_CDATA) &&
                   walk->inside != XML_NO_ID) {
            lj_buf_put(&walk->text, lj_str_bytes(token->text));
        }
        token = code == LJ_OK ? xml_next(xml) : token;
    }
    const xml_status *status = xml_status_of(xml);
    walk->is_cut = walk->is_cut || status->is_bad || status->is_cut;
    return code == LJ_OK ? xml_code(xml) : code;
}

lj_code archive_xar_read(format_run *run, format_src *src)
{
    lj_cur cur = lj_cur_of(format_bytes(run, src, 0, 28));
    lj_cur_skip(&cur, 4);
    uint16_t head_len = lj_cur_u16be(&cur);
    lj_cur_skip(&cur, 2);
    uint64_t toc_len = (uint64_t)lj_cur_u32be(&cur) << 32;
    toc_len |= lj_cur_u32be(&cur);
    uint64_t toc_size = (uint64_t)lj_cur_u32be(&cur) << 32;
    toc_size |= lj_cur_u32be(&cur);
    uint64_t heap = 0;
    if (!lj_cur_ok(&cur) || head_len < 28 || !lj_add_u64(head_len, toc_len, &heap) ||
        heap > format_src_size(src) || toc_size > TOC_MAX) {
        return lj_fail(format_err(run), LJ_E_FORMAT, 0, "the table of contents is cut");
    }
    format_claim(run, 0, heap, FORMAT_READ);
    xar_walk *walk = lj_arena_alloc(format_arena(run), sizeof(*walk));
    format_src *packed = format_decode(run, src, head_len, toc_len, FORMAT_CODEC_ZLIB, toc_size);
    if (walk == NULL || packed == NULL) {
        return LJ_E_LIMIT;
    }
    lj_slice toc = format_slurp(run, packed, 0, TOC_MAX);
    bool damaged = format_src_code(packed) == LJ_E_FORMAT;
    if (format_src_code(packed) != LJ_OK && !damaged) {
        return format_src_code(packed);
    }
    lj_code code = format_child(
        run, &(format_child_info){.name = LJ_BYTES("toc.xml"), .kind = FORMAT_EMBEDDED},
        format_memory(run, toc));
    *walk = (xar_walk){.run = run, .src = src, .heap = heap, .inside = XML_NO_ID};
    code = code == LJ_OK ? read_toc(walk, toc) : code;
    if (code == LJ_OK && (walk->is_cut || damaged)) {
        format_gap(run, GAP_DAMAGED, "cut", (span_place){0});
    }
    return code;
}
