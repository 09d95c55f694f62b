/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The first look at a seed while its text is still raw: a reader that sifts a large text asks here
 * before it decodes the lines around. The same look (doc_probe) comes again when a block is
 * searched, so what is dismissed here would be dismissed there; here it costs no decoding of lines.
 *
 * In GB18030 and Big5 the bytes around the seed are decoded first, from where a character certainly
 * begins. Where no such place is far enough before the seed, it counts unseen. */
#include "base/num.h"
#include "detect/doc.h"

enum {
    RAW_BACK = 80, /* bytes before a seed, in pairs: DOC_PROBE_BACK in UTF-8 */
    RAW_AHEAD = 128,
    RAW_ENOUGH = 32, /* bytes before a seed: a label, a level, blanks */
    RAW_ROOM = 4 * (RAW_BACK + RAW_AHEAD),
};

static bool seed_counts_utf8(detect_doc *doc, lj_slice bytes, size_t hit, size_t *out_next)
{
    size_t from = hit > DOC_PROBE_BACK ? hit - DOC_PROBE_BACK : 0;
    size_t to = lj_min_size(bytes.len, hit + DOC_PROBE_AHEAD);
    while (from < hit && (bytes.ptr[from] & 0xC0) == 0x80) {
        from++;
    }
    while (to > hit && to < bytes.len && (bytes.ptr[to] & 0xC0) == 0x80) {
        to--;
    }
    return !text_utf8_is_valid(lj_slice_part(bytes, from, to - from), NULL) ||
           doc_probe(doc, (lj_str){(const char *)bytes.ptr, bytes.len}, hit, 0, bytes.len,
                     out_next);
}

/* A byte that is never the second of a pair, nor part of a four-byte code: a character begins
 * behind it. GB18030 seconds begin at 40h, the digits of its four-byte codes aside; Big5 seconds at
 * 40h. */
static bool seed_is_apart(uint8_t byte)
{
    return byte < 0x40 && !(byte >= '0' && byte <= '9');
}

/* Where the decoding may begin: at the line, at the farthest certain begin of a character in reach,
 * or after pairs of bytes above 7Fh if they are enough to hold what can stand before a seed. False
 * when nobody can tell. */
static bool seed_start(lj_slice bytes, size_t hit, size_t *out_from)
{
    size_t least = hit > RAW_BACK ? hit - RAW_BACK : 0;
    size_t from = least == 0 ? 0 : hit;
    for (size_t at = hit; at > least; at--) {
        if (seed_is_apart(bytes.ptr[at - 1])) {
            from = at;
            if (bytes.ptr[at - 1] == '\n') {
                break;
            }
        }
    }
    size_t pairs = hit;
    while (pairs >= least + 2 && bytes.ptr[pairs - 1] >= 0x80 && bytes.ptr[pairs - 2] >= 0x80) {
        pairs -= 2;
    }
    bool is_line = from == 0 || bytes.ptr[from - 1] == '\n';
    *out_from = is_line ? from : lj_min_size(from, pairs);
    return is_line || hit - *out_from >= RAW_ENOUGH;
}

static bool seed_counts_pairs(detect_doc *doc, text_charset charset, lj_slice bytes, size_t hit)
{
    size_t from = 0;
    if (!seed_start(bytes, hit, &from)) {
        return true;
    }
    size_t ahead = lj_min_size(RAW_AHEAD, bytes.len - hit);
    const uint8_t *line = memchr(bytes.ptr + hit, '\n', ahead);
    ahead = line != NULL ? (size_t)(line - bytes.ptr) - hit : ahead;
    uint8_t room[RAW_ROOM];
    lj_buf text = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
    (void)text_to_utf8(charset, lj_slice_part(bytes, from, hit - from), false, &text, NULL);
    size_t at = text.len;
    (void)text_to_utf8(charset, lj_slice_part(bytes, hit, ahead), true, &text, NULL);
    size_t next = 0;
    return !lj_buf_ok(&text) || at >= text.len ||
           doc_probe(doc, lj_buf_str(&text), at, 0, text.len, &next);
}

bool detect_seed_counts(detect_doc *doc, text_charset charset, lj_slice bytes, size_t hit,
                        size_t *out_next)
{
    *out_next = hit + 1;
    if (hit >= bytes.len) {
        return true;
    }
    if (charset == TEXT_UTF8) {
        return seed_counts_utf8(doc, bytes, hit, out_next);
    }
    return (charset != TEXT_GB18030 && charset != TEXT_BIG5) ||
           seed_counts_pairs(doc, charset, bytes, hit);
}
