/* SPDX-License-Identifier: AGPL-3.0-or-later
 * S/MIME: RFC 5652 (CMS: 3 ContentInfo, 5.1 SignedData, 5.2 EncapsulatedContentInfo, 6
 * EnvelopedData, 8 EncryptedData), RFC 5083 (authenticated), RFC 3274 (compressed), X.690 8 (BER).
 *
 *     SEQUENCE { OID signedData, [0] { SEQUENCE { INTEGER, SET, SEQUENCE { OID data, [0] OCTETS
 * }}}}
 *
 * Model. The content of a signed message is a child: a message of its own. Programs that stream
 * write lengths that are not known in advance and the octets in pieces: the pieces are gathered.
 *
 * Limits. PIECES_MAX pieces; octets nested deeper than one level are not followed (gap
 * `unsupported`). Certificates and attributes are not searched. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/mail/mail_priv.h"

enum {
    TAG_INTEGER = 0x02,
    TAG_OCTETS = 0x04,
    TAG_OID = 0x06,
    TAG_OCTETS_PIECES = 0x24,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_EXPLICIT_0 = 0xA0,
    HEAD_MAX = 16 * 1024, /* bytes before the content: algorithms and versions */
    PIECES_FIRST = 64,
    PIECES_MAX = 128 * 1024,
};
#define BER_OPEN UINT64_MAX /* a length that is not stated */

typedef struct ber {
    uint8_t tag;
    uint64_t len; /* of the content, or BER_OPEN */
    uint64_t at;  /* of the content */
} ber;

/* One identifier and length at `at` (X.690 8.1.2, 8.1.3). */
static bool ber_read(format_run *run, format_src *src, uint64_t at, ber *out)
{
    uint8_t room[10];
    lj_cur cur = lj_cur_of(lj_slice_of(room, format_pull(run, src, at, room, sizeof(room))));
    out->tag = lj_cur_u8(&cur);
    uint8_t first = lj_cur_u8(&cur);
    out->len = first;
    if (first == 0x80) {
        out->len = BER_OPEN;
    } else if (first > 0x80) {
        out->len = 0;
        if (first > 0x87) {
            return false;
        }
        for (uint8_t i = 0x80; i < first; i++) {
            out->len = out->len << 8 | lj_cur_u8(&cur);
        }
    }
    out->at = at + cur.pos;
    return lj_cur_ok(&cur);
}

/* Enters what has that tag at *at, or passes over it. */
static bool ber_enter(format_run *run, format_src *src, uint8_t tag, uint64_t *at)
{
    ber one;
    if (!ber_read(run, src, *at, &one) || one.tag != tag) {
        return false;
    }
    *at = one.at;
    return true;
}

static bool ber_pass(format_run *run, format_src *src, uint8_t tag, uint64_t *at)
{
    ber one;
    if (!ber_read(run, src, *at, &one) || one.tag != tag || one.len > HEAD_MAX) {
        return false;
    }
    *at = one.at + one.len;
    return true;
}

typedef enum cms_kind { CMS_NONE, CMS_DATA, CMS_SIGNED, CMS_LOCKED, CMS_OTHER } cms_kind;

/* 1.2.840.113549.1.7.n, 1.2.840.113549.1.9.16.1.23. */
static cms_kind kind_of(format_run *run, format_src *src, uint64_t *at)
{
    static const uint8_t pkcs7[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07};
    static const uint8_t locked[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D,
                                     0x01, 0x09, 0x10, 0x01, 0x17};
    ber oid;
    uint8_t room[16];
    if (!ber_read(run, src, *at, &oid) || oid.tag != TAG_OID || oid.len > sizeof(room)) {
        return CMS_NONE;
    }
    lj_slice id = lj_slice_of(room, format_pull(run, src, oid.at, room, (size_t)oid.len));
    *at = oid.at + oid.len;
    if (lj_slice_is(id, lj_slice_of(locked, sizeof(locked)))) {
        return CMS_LOCKED;
    }
    if (id.len != sizeof(pkcs7) + 1 || memcmp(id.ptr, pkcs7, sizeof(pkcs7)) != 0) {
        return CMS_OTHER;
    }
    switch (id.ptr[sizeof(pkcs7)]) {
    case 1:
        return CMS_DATA;
    case 2:
        return CMS_SIGNED;
    case 3: /* enveloped */
    case 4: /* signed and enveloped (PKCS #7) */
    case 6: /* encrypted */
        return CMS_LOCKED;
    default:
        return CMS_OTHER;
    }
}

/* The octets at `at` as a source: in one, or in pieces. */
static lj_code open_octets(format_run *run, format_src *cms, uint64_t at, format_src **out)
{
    ber one;
    if (!ber_read(run, cms, at, &one)) {
        return LJ_E_FORMAT;
    }
    if (one.tag == TAG_OCTETS && one.len != BER_OPEN) {
        *out = format_decode(run, cms, one.at, one.len, FORMAT_CODEC_STORE, one.len);
        return *out != NULL ? LJ_OK : LJ_E_LIMIT;
    }
    if (one.tag != TAG_OCTETS_PIECES) {
        return LJ_E_UNSUPPORTED;
    }
    size_t size = sizeof(format_piece);
    format_piece *pieces = lj_arena_alloc(format_arena(run), PIECES_FIRST * size);
    uint32_t cap = PIECES_FIRST;
    uint32_t count = 0;
    uint64_t end = one.len == BER_OPEN ? BER_OPEN : one.at + one.len;
    ber piece = {.at = one.at};
    at = one.at;
    while (pieces != NULL && at < end && ber_read(run, cms, at, &piece) &&
           piece.tag == TAG_OCTETS && piece.len != BER_OPEN) {
        lj_code code = format_work(run, 1);
        if (code != LJ_OK) {
            return code;
        }
        if (count == cap) {
            pieces = cap < PIECES_MAX
                         ? lj_arena_grow(format_arena(run), pieces, cap * size, 2 * cap * size)
                         : NULL;
            cap *= 2;
        }
        if (pieces != NULL) {
            pieces[count++] = (format_piece){.src = cms, .off = piece.at, .len = piece.len};
        }
        if (!lj_add_u64(piece.at, piece.len, &at)) {
            break;
        }
    }
    if (pieces == NULL || count == 0) {
        return LJ_E_UNSUPPORTED;
    }
    *out = format_gather(run, pieces, count);
    return *out != NULL ? LJ_OK : LJ_E_LIMIT;
}

/* From ContentInfo to the octets of the signed content. */
static bool find_content(format_run *run, format_src *cms, uint64_t *at)
{
    return ber_enter(run, cms, TAG_EXPLICIT_0, at) && ber_enter(run, cms, TAG_SEQUENCE, at) &&
           ber_pass(run, cms, TAG_INTEGER, at) && ber_pass(run, cms, TAG_SET, at) &&
           ber_enter(run, cms, TAG_SEQUENCE, at) && kind_of(run, cms, at) != CMS_NONE &&
           ber_enter(run, cms, TAG_EXPLICIT_0, at);
}

lj_code mail_smime(format_run *run, format_src *cms, bool is_enveloped, span_place place)
{
    uint64_t at = 0;
    cms_kind kind = ber_enter(run, cms, TAG_SEQUENCE, &at) ? kind_of(run, cms, &at) : CMS_NONE;
    if (kind == CMS_LOCKED || (kind == CMS_NONE && is_enveloped)) {
        format_gap(run, GAP_ENCRYPTED, "smime", place);
        return LJ_E_ENCRYPTED;
    }
    if (kind == CMS_NONE) {
        return LJ_E_FORMAT; /* a file of that name that is something else */
    }
    format_src *content = NULL;
    lj_code code = kind == CMS_SIGNED && find_content(run, cms, &at)
                       ? open_octets(run, cms, at, &content)
                       : LJ_E_UNSUPPORTED;
    if (code == LJ_E_UNSUPPORTED || code == LJ_E_FORMAT) {
        format_gap(run, GAP_UNSUPPORTED, "smime", place);
        return LJ_E_UNSUPPORTED;
    }
    format_child_info info = {.name = LJ_BYTES("signed.eml"), .kind = FORMAT_EMBEDDED};
    return code == LJ_OK ? format_child(run, &info, content) : code;
}
