/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Names of charsets, the sink that all decoders write to, and the decoding of whole pieces and of
 * mixed lines.
 *
 * The map. Offsets of source and text run in step as long as every character takes as many bytes in
 * UTF-8 as it took in the source; a row is written only where that ends. UTF-8 input has one row, a
 * page of GB18030 one for each Han letter (two bytes become three) and one for each run of ASCII.
 *
 * Mixed lines. A log that several programs write to holds lines in several encodings, so each line
 * is judged alone. Order and reasons:
 *   1. A line of ASCII only is searched for the signatures of the seven-bit charsets: it is valid
 * UTF-8 whatever it means.
 *   2. A valid UTF-8 line is UTF-8; valid lines are found and copied many at a time. One exception:
 * a short line whose only non-ASCII are pairs C2..DF 80..BF may as well be two-byte letters of the
 * base charset, so both readings are scored.
 *   3. Else the base, GB18030, Big5 and UTF-8 with faults (a line that the logger cut) are scored
 * by how common their letters are; another than the base has to be clearly better, the more so the
 * fewer letters there are. */
#include "text/charset.h"

#include "base/num.h"
#include "text/charset_priv.h"

static const char *const names[TEXT_CHARSET_COUNT] = {
    [TEXT_UTF8] = "utf-8",          [TEXT_GB18030] = "gb18030",
    [TEXT_BIG5] = "big5",           [TEXT_UTF16LE] = "utf-16le",
    [TEXT_UTF16BE] = "utf-16be",    [TEXT_UTF32LE] = "utf-32le",
    [TEXT_UTF32BE] = "utf-32be",    [TEXT_HZ] = "hz-gb-2312",
    [TEXT_UTF7] = "utf-7",          [TEXT_ISO2022CN] = "iso-2022-cn",
    [TEXT_LATIN1] = "windows-1252",
};

/* Further labels seen in declarations. "unicode" and "utf-16" mean little endian in practice: a
 * big-endian file says so with its byte order mark. */
static const struct {
    const char *label;
    text_charset charset;
} labels[] = {
    {"utf8",              TEXT_UTF8     },
    {"unicode-1-1-utf-8", TEXT_UTF8     },
    {"x-unicode20utf8",   TEXT_UTF8     },
    {"cp65001",           TEXT_UTF8     },
    {"65001",             TEXT_UTF8     },
    {"us-ascii",          TEXT_UTF8     },
    {"ascii",             TEXT_UTF8     },
    {"gbk",               TEXT_GB18030  },
    {"gb2312",            TEXT_GB18030  },
    {"gb_2312-80",        TEXT_GB18030  },
    {"gb-2312",           TEXT_GB18030  },
    {"gb_2312",           TEXT_GB18030  },
    {"gb18030-2000",      TEXT_GB18030  },
    {"gb18030-2005",      TEXT_GB18030  },
    {"gb18030-2022",      TEXT_GB18030  },
    {"gb-18030",          TEXT_GB18030  },
    {"x-gbk",             TEXT_GB18030  },
    {"chinese",           TEXT_GB18030  },
    {"csgb2312",          TEXT_GB18030  },
    {"iso-ir-58",         TEXT_GB18030  },
    {"euc-cn",            TEXT_GB18030  },
    {"euccn",             TEXT_GB18030  },
    {"x-euc-cn",          TEXT_GB18030  },
    {"cp936",             TEXT_GB18030  },
    {"ms936",             TEXT_GB18030  },
    {"windows-936",       TEXT_GB18030  },
    {"936",               TEXT_GB18030  },
    {"cp54936",           TEXT_GB18030  },
    {"54936",             TEXT_GB18030  },
    {"big-5",             TEXT_BIG5     },
    {"big5-hkscs",        TEXT_BIG5     },
    {"big5hkscs",         TEXT_BIG5     },
    {"big5-eten",         TEXT_BIG5     },
    {"cn-big5",           TEXT_BIG5     },
    {"csbig5",            TEXT_BIG5     },
    {"x-x-big5",          TEXT_BIG5     },
    {"cp950",             TEXT_BIG5     },
    {"ms950",             TEXT_BIG5     },
    {"windows-950",       TEXT_BIG5     },
    {"950",               TEXT_BIG5     },
    {"utf-16",            TEXT_UTF16LE  },
    {"utf16",             TEXT_UTF16LE  },
    {"utf16le",           TEXT_UTF16LE  },
    {"ucs-2",             TEXT_UTF16LE  },
    {"ucs-2le",           TEXT_UTF16LE  },
    {"iso-10646-ucs-2",   TEXT_UTF16LE  },
    {"unicode",           TEXT_UTF16LE  },
    {"cp1200",            TEXT_UTF16LE  },
    {"1200",              TEXT_UTF16LE  },
    {"utf16be",           TEXT_UTF16BE  },
    {"ucs-2be",           TEXT_UTF16BE  },
    {"unicodefffe",       TEXT_UTF16BE  },
    {"cp1201",            TEXT_UTF16BE  },
    {"1201",              TEXT_UTF16BE  },
    {"utf-32",            TEXT_UTF32LE  },
    {"utf32",             TEXT_UTF32LE  },
    {"utf32le",           TEXT_UTF32LE  },
    {"ucs-4",             TEXT_UTF32LE  },
    {"ucs-4le",           TEXT_UTF32LE  },
    {"cp12000",           TEXT_UTF32LE  },
    {"utf32be",           TEXT_UTF32BE  },
    {"ucs-4be",           TEXT_UTF32BE  },
    {"cp12001",           TEXT_UTF32BE  },
    {"hz",                TEXT_HZ       },
    {"hzgb2312",          TEXT_HZ       },
    {"cp52936",           TEXT_HZ       },
    {"52936",             TEXT_HZ       },
    {"utf7",              TEXT_UTF7     },
    {"unicode-1-1-utf-7", TEXT_UTF7     },
    {"csunicode11utf7",   TEXT_UTF7     },
    {"cp65000",           TEXT_UTF7     },
    {"65000",             TEXT_UTF7     },
    {"iso2022cn",         TEXT_ISO2022CN},
    {"iso-2022-cn-ext",   TEXT_ISO2022CN},
    {"csiso2022cn",       TEXT_ISO2022CN},
    {"latin1",            TEXT_LATIN1   },
    {"latin-1",           TEXT_LATIN1   },
    {"l1",                TEXT_LATIN1   },
    {"iso-8859-1",        TEXT_LATIN1   },
    {"iso8859-1",         TEXT_LATIN1   },
    {"iso_8859-1",        TEXT_LATIN1   },
    {"iso-8859-15",       TEXT_LATIN1   },
    {"iso_8859-1:1987",   TEXT_LATIN1   },
    {"cp1252",            TEXT_LATIN1   },
    {"x-cp1252",          TEXT_LATIN1   },
    {"1252",              TEXT_LATIN1   },
    {"ansi",              TEXT_LATIN1   },
};

static charset_decode_fn *const decoders[TEXT_CHARSET_COUNT] = {
    [TEXT_UTF8] = charset_decode_utf8,       [TEXT_GB18030] = charset_decode_gb18030,
    [TEXT_BIG5] = charset_decode_big5,       [TEXT_UTF16LE] = charset_decode_utf16le,
    [TEXT_UTF16BE] = charset_decode_utf16be, [TEXT_UTF32LE] = charset_decode_utf32le,
    [TEXT_UTF32BE] = charset_decode_utf32be, [TEXT_HZ] = charset_decode_hz,
    [TEXT_UTF7] = charset_decode_utf7,       [TEXT_ISO2022CN] = charset_decode_iso2022cn,
    [TEXT_LATIN1] = charset_decode_latin1,
};

const char *text_charset_name(text_charset charset)
{
    return (unsigned)charset < TEXT_CHARSET_COUNT ? names[charset] : "unknown";
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '"' ||
           byte == '\'';
}

bool text_charset_lookup(lj_slice label, text_charset *out)
{
    while (label.len > 0 && is_blank(label.ptr[0])) {
        label = lj_slice_part(label, 1, label.len - 1);
    }
    while (label.len > 0 && is_blank(label.ptr[label.len - 1])) {
        label.len--;
    }
    for (int i = 0; i < TEXT_CHARSET_COUNT; i++) {
        if (lj_slice_is_nocase(label, lj_cstr_bytes(names[i]))) {
            *out = (text_charset)i;
            return true;
        }
    }
    for (size_t i = 0; i < LJ_COUNT_OF(labels); i++) {
        if (lj_slice_is_nocase(label, lj_cstr_bytes(labels[i].label))) {
            *out = labels[i].charset;
            return true;
        }
    }
    return false;
}

/* ---- the sink ---- */

static void put_row(charset_sink *sink, size_t src_off)
{
    size_t text_at = sink->dst->len - sink->dst_base;
    uint64_t delta = (uint64_t)text_at - (uint64_t)src_off;
    if (sink->rows != NULL && delta != sink->last_delta) {
        text_map_row row = {(uint32_t)text_at, (uint32_t)src_off};
        lj_buf_put(sink->rows, lj_slice_of(&row, sizeof(row)));
        sink->last_delta = delta;
    }
}

void charset_put(charset_sink *sink, size_t src_off, uint32_t code_point)
{
    put_row(sink, src_off);
    lj_buf_put_utf8(sink->dst, code_point);
}

void charset_put_utf8(charset_sink *sink, size_t src_off, lj_slice bytes)
{
    if (bytes.len > 0) {
        put_row(sink, src_off);
        lj_buf_put(sink->dst, bytes);
    }
}

static charset_sink sink_of(lj_buf *dst, lj_buf *rows)
{
    /* No delta of offsets below 4 GiB has this value, so the first character always gets a row. */
    return (charset_sink){.dst = dst, .rows = rows, .dst_base = dst->len, .last_delta = INT64_MAX};
}

/* Offsets in the map have 32 bits and a byte of source becomes at most three of text. */
static lj_slice mappable(lj_slice src, const lj_buf *rows)
{
    return rows != NULL ? lj_slice_part(src, 0, UINT32_MAX / 4) : src;
}

size_t text_to_utf8(text_charset charset, lj_slice src, bool more, lj_buf *dst, lj_buf *rows)
{
    charset_sink sink = sink_of(dst, rows);
    LJ_ASSERT((unsigned)charset < TEXT_CHARSET_COUNT);
    return decoders[charset](&sink, mappable(src, rows), 0, more);
}

size_t text_map_lookup(const text_map_row *rows, size_t count, lj_str text, size_t text_at)
{
    if (count == 0 || text_at >= text.len) {
        return SIZE_MAX;
    }
    while (text_at > 0 && ((uint8_t)text.ptr[text_at] & 0xC0) == 0x80) {
        text_at--;
    }
    size_t low = 0;
    size_t high = count;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (rows[mid].text_at <= text_at) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return rows[low].src_off + (text_at - rows[low].text_at);
}

/* ---- lines ---- */

static size_t line_end(lj_slice src, size_t from)
{
    const uint8_t *lf = from < src.len ? memchr(src.ptr + from, '\n', src.len - from) : NULL;
    return lf != NULL ? (size_t)(lf - src.ptr) + 1 : src.len;
}

static size_t line_start(lj_slice src, size_t floor, size_t at)
{
    while (at > floor && src.ptr[at - 1] != '\n') {
        at--;
    }
    return at;
}

/* True when the valid UTF-8 has Latin, Greek, Cyrillic and the like only: what a pair of GBK or
 * Big5 bytes may look like by chance. *out_count: how many. */
static bool is_two_byte_only(lj_slice text, size_t *out_count)
{
    *out_count = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0xE0) {
            return false;
        }
        *out_count += text.ptr[i] >= 0xC0;
    }
    return *out_count > 0;
}

/* Beyond this many such pairs chance is out of the question: each is valid UTF-8 in one of six
 * random pairs. */
enum { CHANCE_MAX = 6, FEW_CHARS = 16, LINE_CHARS = 64 /* letters that decide on a line */ };

static text_charset judge_line(text_charset base, lj_slice line)
{
    static const text_charset others[] = {TEXT_GB18030, TEXT_BIG5, TEXT_UTF8};
    uint32_t count = 0;
    text_charset best = base;
    /* A few letters in a row that people write settle it: read in the wrong charset they would have
     * a mean near 300. */
    if (charset_score(base, line, FEW_CHARS, &count) >= 800 && count >= 4) {
        return base;
    }
    int32_t best_score = charset_score(base, line, LINE_CHARS, &count);
    int32_t margin = count < 4 ? 300 : count < 10 ? 150 : 60;
    int32_t bar = best_score + margin;
    for (size_t i = 0; i < LJ_COUNT_OF(others); i++) {
        int32_t score =
            others[i] != base ? charset_score(others[i], line, LINE_CHARS, NULL) : INT32_MIN;
        if (score > bar) {
            best = others[i];
            bar = score;
        }
    }
    return best;
}

/* A bit set in each of eight bytes that equals the value; above the lowest such byte there may be
 * wrong ones. */
static uint64_t equal8(uint64_t eight, uint8_t value)
{
    uint64_t diff = eight ^ (0x0101010101010101u * value);
    return (diff - 0x0101010101010101u) & ~diff & 0x8080808080808080u;
}

/* The next byte of [at, end) for which its line may be something else than plain UTF-8: a sign of
 * the seven-bit charsets, or the lead of a two-byte sequence. */
static size_t next_suspect(lj_slice src, size_t at, size_t end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t eight = 0;
        memcpy(&eight, src.ptr + at, sizeof(eight));
        if ((equal8(eight, 0x1B) | equal8(eight, '~') | equal8(eight, '+') |
             equal8(eight & 0xE0E0E0E0E0E0E0E0u, 0xC0)) != 0) {
            break;
        }
    }
    for (; at < end; at++) {
        uint8_t byte = src.ptr[at];
        if (byte == 0x1B || byte == '~' || byte == '+' || (byte & 0xE0) == 0xC0) {
            break;
        }
    }
    return at;
}

/* Lines that are valid UTF-8 as a whole, from `at` to `end`; some may be in seven-bit charsets or
 * short two-byte ones. */
static void put_valid_lines(charset_sink *sink, text_charset base, lj_slice src, size_t at,
                            size_t end)
{
    size_t kept = at; /* everything before is written */
    while (at < end) {
        bool ascii = true;
        size_t stop = next_suspect(src, at, end);
        if (stop >= end) {
            break;
        }
        size_t from = line_start(src, at, stop);
        size_t to = lj_min_size(line_end(src, stop), end);
        lj_slice line = lj_slice_part(src, from, to - from);
        text_charset charset = TEXT_UTF8;
        size_t pairs = 0;
        for (size_t i = 0; i < line.len && ascii; i++) {
            ascii = line.ptr[i] < 0x80;
        }
        if (ascii) {
            charset_seven_bit(line, &charset);
        } else if (base != TEXT_UTF8 && is_two_byte_only(line, &pairs) && pairs <= CHANCE_MAX) {
            charset = judge_line(base, line);
        }
        if (charset != TEXT_UTF8) {
            charset_put_utf8(sink, kept, lj_slice_part(src, kept, from - kept));
            decoders[charset](sink, lj_slice_part(src, 0, to), from, /* more= */ false);
            kept = to;
        }
        at = to;
    }
    charset_put_utf8(sink, kept, lj_slice_part(src, kept, end - kept));
}

size_t text_lines_to_utf8(text_charset base, lj_slice src, bool more, lj_buf *dst, lj_buf *rows)
{
    charset_sink sink = sink_of(dst, rows);
    src = mappable(src, rows);
    if (more) {
        /* A line that goes on in the next piece is judged there, unless it is all there is. */
        size_t whole = line_start(src, 0, src.len);
        if (whole > 0) {
            src.len = whole;
            more = false;
        }
    }
    size_t at = 0;
    while (at < src.len && lj_buf_ok(dst)) {
        size_t valid = 0;
        text_utf8_is_valid(lj_slice_part(src, at, src.len - at), &valid);
        valid += at;
        size_t from = valid == src.len ? valid : line_start(src, at, valid);
        put_valid_lines(&sink, base, src, at, from);
        at = from;
        if (at < src.len) {
            size_t to = line_end(src, at);
            text_charset charset = judge_line(base, lj_slice_part(src, at, to - at));
            size_t used =
                decoders[charset](&sink, lj_slice_part(src, 0, to), at, more && to == src.len);
            if (used < to) {
                return used;
            }
            at = to;
        }
    }
    return at;
}
