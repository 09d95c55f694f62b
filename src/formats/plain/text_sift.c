/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sifting: a large text is searched in its raw bytes, and only lines around hits are decoded.
 *
 * A window that is UTF-8 is searched for the UTF-8 spellings of seeds. Any other window may hold
 * lines of several encodings, so it is searched for the spellings of all three; which line is in
 * what is decided when it is decoded. Beside these there are four finders for spellings that a
 * search for seeds cannot see: runs of \uXXXX with a seed in them, and the signatures of HZ, UTF-7
 * and ISO-2022-CN in otherwise plain ASCII.
 *
 * Each finder remembers its next hit, so that no byte is looked at twice by any of them. A hit
 * opens a region that begins CONTEXT lines above and owes CONTEXT lines below; regions that touch
 * become one. What is owed at the end of a window is paid in the next.
 *
 * Measured (464 MB of Chinese law texts): see text.c. */
#include "base/num.h"
#include "formats/plain/plain.h"
#include "text/seeds.h"

enum {
    CONTEXT = 16,           /* lines above and below a hit; the longest vertical mark has 14 */
    CONTEXT_BYTES = 768,    /* but no more bytes than that: prose has long lines */
    LINE_BYTES = 8192,      /* of the hit's own line, on either side: it may be endless */
    EDGE = 64,              /* last lines of the file */
    EDGE_BYTES = 64 * 1024, /* but at most that many bytes */
    SIGNATURE_MAX = 512,    /* bytes of a shift run that are looked at */
    UTF7_MIN = 6,           /* letters of modified base64 for two Han */
};

typedef enum finder_kind {
    FIND_UTF8,
    FIND_GB18030,
    FIND_BIG5,
    FIND_ESCAPE, /* \u */
    FIND_HZ,
    FIND_UTF7,
    FIND_ISO2022,
} finder_kind;
enum { FINDER_COUNT = FIND_ISO2022 + 1 };

typedef struct finders {
    const plain *p;
    lj_slice bytes; /* the buffer up to the limit */
    bool active[FINDER_COUNT];
    size_t next[FINDER_COUNT]; /* its first hit at or behind the place last asked for */
} finders;

static bool is_base64(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '+' || byte == '/';
}

/* Where the shift run ends that begins at `at`, at most SIGNATURE_MAX bytes on. */
static size_t shift_run_end(finder_kind kind, lj_slice bytes, size_t at)
{
    size_t end = at + 1;
    size_t far = lj_min_size(bytes.len, at + SIGNATURE_MAX);
    while (end < far && bytes.ptr[end] != '\n') {
        uint8_t byte = bytes.ptr[end];
        if (kind == FIND_UTF7 && !is_base64(byte)) {
            return byte == '-' ? end + 1 : end;
        }
        end++;
        if (kind == FIND_HZ && byte == '~' && end < far && bytes.ptr[end] == '}') {
            return end + 1;
        }
    }
    return end;
}

/* The next run in a seven-bit charset that the charset guess believes in. */
static size_t find_shifted(finder_kind kind, lj_slice bytes, size_t from)
{
    static const uint8_t leads[FINDER_COUNT] = {
        [FIND_HZ] = '~', [FIND_UTF7] = '+', [FIND_ISO2022] = 0x1B};
    while (from < bytes.len) {
        const uint8_t *lead = memchr(bytes.ptr + from, leads[kind], bytes.len - from);
        if (lead == NULL) {
            break;
        }
        size_t at = (size_t)(lead - bytes.ptr);
        uint8_t second = at + 1 < bytes.len ? bytes.ptr[at + 1] : 0;
        bool fits = kind == FIND_HZ     ? second == '{'
                    : kind == FIND_UTF7 ? is_base64(second)
                                        : second == '$';
        if (!fits) {
            from = at + 1;
            continue;
        }
        size_t end = shift_run_end(kind, bytes, at);
        size_t bom = 0;
        text_charset charset = TEXT_UTF8;
        if (kind != FIND_UTF7 || end - at > UTF7_MIN) {
            charset =
                text_charset_guess(lj_slice_part(bytes, at, end - at), TEXT_CHARSET_NONE, &bom);
        }
        if (charset == TEXT_HZ || charset == TEXT_UTF7 || charset == TEXT_ISO2022CN) {
            return at;
        }
        from = end;
    }
    return bytes.len;
}

static const text_charset seed_charsets[FIND_ESCAPE] = {TEXT_UTF8, TEXT_GB18030, TEXT_BIG5};

static size_t find_one(const finders *f, finder_kind kind, size_t from)
{
    switch (kind) {
    case FIND_UTF8:
    case FIND_GB18030:
    case FIND_BIG5:
        return text_seeds_find(f->p->seeds, seed_charsets[kind], f->bytes, from);
    case FIND_ESCAPE:
        return plain_escaped_seed(f->p->seeds, f->bytes, from);
    case FIND_HZ:
    case FIND_UTF7:
    case FIND_ISO2022:
        break;
    }
    return find_shifted(kind, f->bytes, from);
}

static size_t find_next(finders *f, size_t from)
{
    size_t best = f->bytes.len;
    for (int kind = 0; kind < FINDER_COUNT; kind++) {
        if (f->active[kind] && f->next[kind] < from) {
            f->next[kind] = find_one(f, (finder_kind)kind, from);
        }
        best = f->active[kind] ? lj_min_size(best, f->next[kind]) : best;
    }
    return best;
}

/* True when the hit is one of the charset that the file is in anyway. */
static bool is_of_base(const finders *f, size_t hit)
{
    text_charset base = f->p->base;
    return (base == TEXT_GB18030 && f->next[FIND_GB18030] == hit) ||
           (base == TEXT_BIG5 && f->next[FIND_BIG5] == hit);
}

/* Does the hit deserve the lines around it? False sets *out_next to where the search goes on: every
 * finder that stands there must say no, and only when one charset is searched may bytes be jumped.
 */
static bool hit_counts(const finders *f, size_t hit, bool is_utf8, size_t *out_next)
{
    for (int kind = FIND_ESCAPE; kind < FINDER_COUNT; kind++) {
        if (f->active[kind] && f->next[kind] == hit) {
            return true;
        }
        is_utf8 = is_utf8 && !f->active[kind];
    }
    size_t next = hit + 1;
    for (int kind = 0; kind < FIND_ESCAPE; kind++) {
        if (f->active[kind] && f->next[kind] == hit &&
            format_seed_counts(f->p->run, seed_charsets[kind], f->bytes, hit, &next)) {
            return true;
        }
    }
    *out_next = is_utf8 ? next : hit + 1;
    return false;
}

/* Takes one more line into the region, when what is owed covers it. */
static void take_line(plain *p, lj_slice bytes)
{
    size_t far = lj_min_size(bytes.len, p->region_to + p->owed_bytes);
    size_t end = plain_line_end(bytes, p->region_to, far);
    p->owed_lines--;
    if (end == far && far < bytes.len) {
        p->owed_lines = 0;
        return;
    }
    p->owed_bytes -= end - p->region_to;
    p->region_to = end;
}

/* Where the region begins for a hit: its line, and lines above it as far as they are short. */
static size_t region_start(const plain *p, lj_slice bytes, size_t hit)
{
    size_t line = plain_lines_up(bytes, hit, p->region_to, 0, LINE_BYTES);
    size_t from = plain_lines_up(bytes, line, p->region_to, CONTEXT, CONTEXT_BYTES);
    if (from > p->region_to && line - from >= CONTEXT_BYTES - 4) { /* not at a line's start */
        from = plain_line_end(bytes, from, line);
    }
    return from;
}

static lj_code flush_region(plain *p)
{
    lj_code code = plain_emit(p, p->region_from, p->region_to);
    p->region_from = p->region_to;
    p->is_pure = true;
    return code;
}

/* Lets the region begin at `from` when that lies behind it. */
static lj_code open_region(plain *p, size_t from)
{
    lj_code code = LJ_OK;
    if (from > p->region_to) {
        code = flush_region(p);
        p->region_from = p->region_to = from;
    }
    return code;
}

lj_code plain_sift(plain *p, size_t limit, bool is_utf8)
{
    finders f = {.p = p, .bytes = lj_slice_of(p->in.buf, limit)};
    lj_code code = LJ_OK;
    size_t at = p->searched > p->region_to ? p->searched : p->region_to;
    p->survey_from = p->searched;
    p->survey_to = limit;
    p->survey = text_survey_of(lj_slice_part(f.bytes, p->searched, SIZE_MAX),
                               limit < p->in.len ? p->in.buf[limit] : 0);
    uint32_t found = at < limit ? p->survey.has : 0;
    const bool active[FINDER_COUNT] = {
        [FIND_UTF8] = true,
        [FIND_GB18030] = !is_utf8,
        [FIND_BIG5] = !is_utf8,
        [FIND_ESCAPE] = (found & TEXT_HAS_SLASH) != 0,
        [FIND_HZ] = (found & TEXT_HAS_TILDE) != 0,
        [FIND_UTF7] = (found & TEXT_HAS_PLUS) != 0,
        [FIND_ISO2022] = (found & TEXT_HAS_ESC) != 0,
    };
    p->was_utf8 = p->was_utf8 || (is_utf8 && !p->in.decodes && (found & TEXT_HAS_HIGH) != 0);
    for (int kind = 0; kind < FINDER_COUNT; kind++) {
        f.active[kind] = active[kind];
        f.next[kind] = f.active[kind] ? find_one(&f, (finder_kind)kind, at) : limit;
    }
    for (;;) {
        size_t hit = find_next(&f, at);
        if (hit < limit && !hit_counts(&f, hit, is_utf8, &at)) {
            continue;
        }
        while (p->owed_lines > 0 && p->region_to <= hit && p->region_to < limit) {
            take_line(p, f.bytes);
        }
        if (hit >= limit || code != LJ_OK) {
            break;
        }
        if (hit >= p->region_to) {
            code = open_region(p, region_start(p, f.bytes, hit));
            size_t far = lj_min_size(limit, hit + LINE_BYTES);
            size_t end = plain_line_end(f.bytes, hit, far);
            bool endless = end == far && far < limit;
            p->region_to = endless ? plain_char_start(f.bytes, far, hit) : end;
            p->owed_lines = endless ? 0 : CONTEXT;
            p->owed_bytes = CONTEXT_BYTES;
        } else if (p->owed_lines < CONTEXT) {
            p->owed_lines = CONTEXT;
            p->owed_bytes = p->owed_bytes > CONTEXT_BYTES ? p->owed_bytes : CONTEXT_BYTES;
        }
        p->is_pure = p->is_pure && is_of_base(&f, hit);
        at = p->region_to > hit ? p->region_to : hit + 1;
    }
    if (code == LJ_OK && p->in.at_end) {
        code = open_region(p, plain_lines_up(f.bytes, limit, p->region_to, EDGE, EDGE_BYTES));
        p->region_to = limit;
        p->is_pure = false;
    }
    p->searched = limit;
    return code == LJ_OK ? flush_region(p) : code;
}
