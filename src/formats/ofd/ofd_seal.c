/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Signatures: what signs, seals and their pictures, and the lists of what is protected (O15).
 *
 * Specification: GB/T 33190-2016 14 (Signatures.xml, Signature.xml, SignedValue); GM/T 0031 and
 * GB/T 38540 (SESeal and SES_Signature in DER); X.690 8.1 (tags and lengths); GM/T 0099
 * (OFDEntries.xml, Encryptions.xml).
 *
 * Model. The DER of seals and signature values is walked whatever its schema is: every string of
 * letters is told (names of seals, units and certificates), octets that are a picture or a document
 * go to the core as a child, octets that hold DER again are entered. No signature is checked. A
 * list of what a signature protects reaches nothing: a part that only such a list names is shown
 * by nobody.
 *
 * Traps. Versions 1 and 4 of the structure, plain PKCS #7, raw signatures without any structure; a
 * seal whose picture is an OFD document; lengths that leave their container.
 *
 * Limits. DER_MAX bytes; DER_DEPTH levels; what is no DER is left to the core. */
#include "formats/ofd/ofd_doc.h"

#include "base/cur.h"
#include "base/num.h"

enum {
    DER_MAX = 4 * 1024 * 1024,
    DER_DEPTH = 32,
    DER_TRAILING = 64, /* bytes behind the outermost value that are still padding */
    PICTURE_MIN = 16,
    TEXT_MAX = 64 * 1024,
    TAG_BITS = 0x03,
    TAG_OCTETS = 0x04,
    TAG_UTF8 = 0x0C,
    TAG_PRINTABLE = 0x13,
    TAG_T61 = 0x14,
    TAG_IA5 = 0x16,
    TAG_VISIBLE = 0x1A,
    TAG_BMP = 0x1E,
    CONSTRUCTED = 0x20,
};

/* A tag of one byte and a definite length; false when there is none. */
static bool value_open(lj_cur *cur, uint8_t *out_tag, size_t *out_len)
{
    uint8_t tag = lj_cur_u8(cur);
    uint8_t first = lj_cur_u8(cur);
    uint64_t len = first;
    if (!lj_cur_ok(cur) || (tag & 0x1F) == 0x1F || first == 0x80 || first > 0x84) {
        return false;
    }
    if (first > 0x80) {
        len = 0;
        for (uint8_t i = 0; i < (first & 0x7F); i++) {
            len = len << 8 | lj_cur_u8(cur);
        }
    }
    if (!lj_cur_ok(cur) || len > lj_cur_left(cur)) {
        return false;
    }
    *out_tag = tag;
    *out_len = (size_t)len;
    return true;
}

typedef struct seal_walk {
    ofd_package *pkg;
    uint32_t part;
    lj_slice bytes;
    size_t ends[DER_DEPTH];
    uint32_t depth;
    lj_code code;
} seal_walk;

static void text_tell(seal_walk *walk, uint8_t tag, lj_slice bytes)
{
    ofd_package *pkg = walk->pkg;
    if (bytes.len == 0 || bytes.len > TEXT_MAX) {
        return;
    }
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    lj_buf text;
    lj_buf_init(&text, pkg->arena, 4 * (size_t)TEXT_MAX);
    text_charset charset = tag == TAG_BMP                    ? TEXT_UTF16BE
                           : text_utf8_is_valid(bytes, NULL) ? TEXT_UTF8
                                                             : TEXT_GB18030;
    (void)text_to_utf8(charset, bytes, false, &text, NULL);
    if (look_is_wordy(lj_buf_str(&text))) {
        span what = span_of(SPAN_METADATA, lj_buf_str(&text));
        what.label = LJ_STR("seal");
        what.hidden_by =
            ofd_hidden_of(pkg, &pkg->parts[walk->part]) | SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        what.place.part_id = ofd_part_id(pkg, walk->part);
        walk->code = format_emit(pkg->run, &what);
    }
    lj_arena_rewind(pkg->arena, mark);
}

static bool is_der(lj_slice bytes)
{
    lj_cur cur = lj_cur_of(bytes);
    uint8_t tag = 0;
    size_t len = 0;
    return bytes.len > 2 && bytes.ptr[0] == 0x30 && value_open(&cur, &tag, &len) &&
           cur.pos + len == bytes.len;
}

/* Octets: a picture, DER again, or nothing that could be read. */
static void octets_take(seal_walk *walk, lj_slice octets)
{
    ofd_package *pkg = walk->pkg;
    if (is_der(octets) && walk->depth < DER_DEPTH) {
        walk->ends[walk->depth++] = (size_t)(octets.ptr - walk->bytes.ptr) + octets.len;
        return;
    }
    if (octets.len < PICTURE_MIN || format_recognise(octets) == NULL) {
        return;
    }
    format_src *src = format_memory(pkg->run, octets);
    if (src == NULL) {
        walk->code = LJ_E_LIMIT;
        return;
    }
    format_child_info info = {.name = LJ_BYTES("seal"),
                              .name_utf8 = LJ_STR("seal"),
                              .kind = FORMAT_EMBEDDED,
                              .hidden_by = ofd_hidden_of(pkg, &pkg->parts[walk->part])};
    walk->code = format_child(pkg->run, &info, src);
}

/* One value; true when what is inside of it comes next. */
static bool value_take(seal_walk *walk, uint8_t tag, lj_slice value)
{
    if ((tag & CONSTRUCTED) != 0) {
        if (walk->depth < DER_DEPTH) {
            walk->ends[walk->depth++] = (size_t)(value.ptr - walk->bytes.ptr) + value.len;
            return value.len > 0;
        }
        return false;
    }
    uint32_t depth = walk->depth;
    switch (tag) {
    case TAG_UTF8:
    case TAG_PRINTABLE:
    case TAG_T61:
    case TAG_IA5:
    case TAG_VISIBLE:
    case TAG_BMP:
        text_tell(walk, tag, value);
        return false;
    case TAG_BITS:
        octets_take(walk, lj_slice_part(value, 1, SIZE_MAX));
        return walk->depth > depth;
    case TAG_OCTETS:
        octets_take(walk, value);
        return walk->depth > depth;
    default:
        return false;
    }
}

static void walk_all(seal_walk *walk)
{
    size_t pos = 0;
    while (walk->code == LJ_OK && walk->depth > 0) {
        size_t end = walk->ends[walk->depth - 1];
        if (pos >= end) {
            walk->depth--;
            continue;
        }
        lj_cur cur = lj_cur_of(lj_slice_part(walk->bytes, 0, end));
        cur.pos = pos;
        uint8_t tag = 0;
        size_t len = 0;
        if (!value_open(&cur, &tag, &len)) {
            pos = end; /* the rest of this value is no DER */
            continue;
        }
        lj_slice value = lj_slice_part(walk->bytes, cur.pos, len);
        bool enters = value.len > 0 && value_take(walk, tag, value);
        /* bits have one byte in front of what they hold */
        pos = enters && (tag == TAG_BITS) ? cur.pos + 1 : enters ? cur.pos : cur.pos + len;
        if (!enters) {
            while (walk->depth > 0 && pos >= walk->ends[walk->depth - 1]) {
                walk->depth--;
            }
        }
    }
}

bool ofd_seal_read(ofd_package *pkg, uint32_t part, format_src *src, lj_code *out_code)
{
    uint64_t size = pkg->parts[part].member->real_len;
    if (size == FORMAT_SIZE_UNKNOWN || size > DER_MAX || size < PICTURE_MIN ||
        format_bytes(pkg->run, src, 0, 1).len == 0 ||
        format_bytes(pkg->run, src, 0, 1).ptr[0] != 0x30) {
        return false;
    }
    seal_walk walk = {.pkg = pkg, .part = part};
    walk.bytes = format_slurp(pkg->run, src, 0, size);
    lj_cur cur = lj_cur_of(walk.bytes);
    uint8_t tag = 0;
    size_t len = 0;
    if (!value_open(&cur, &tag, &len) || walk.bytes.len - cur.pos - len > DER_TRAILING) {
        return false;
    }
    walk.ends[walk.depth++] = cur.pos + len;
    walk.code = format_work(pkg->run, size);
    walk_all(&walk);
    *out_code = walk.code;
    return true;
}

/* ---- the XML around it ---- */

static bool signature_start(ofd_xml *x, void *ctx)
{
    (void)ctx;
    /* what is listed here is not reached by it */
    return x->token->id == OFD_Reference || x->token->id == OFD_File;
}

static bool signature_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    (void)x;
    (void)ctx;
    (void)label;
    (void)text;
    return id == OFD_CheckValue; /* a digest */
}

void ofd_read_signature(ofd_xml *x)
{
    ofd_walk(x, &(ofd_walker){.start = signature_start, .leaf = signature_leaf});
}

void ofd_read_encryptions(ofd_xml *x)
{
    x->pkg->is_encrypted = true;
    ofd_read_generic(x);
}
