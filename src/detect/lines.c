/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From spans to lines. A span of one line is a line; a block of many lines is searched for seeds,
 * and only the lines around a seed that may belong to a mark are taken, with the first and the last
 * lines of the block. Line numbers are counted only where a candidate asks for them.
 *
 * Trap: a span may go on in the next one (SPAN_JOIN_SAME), so the last line of each waits in
 * doc->open. */
#include "base/num.h"
#include "detect/doc.h"

enum { ONE_LETTER = 64 /* bytes of a line that may be part of a vertical mark */ };

static bool line_is_end(char letter)
{
    return letter == '\n' || letter == '\r';
}

/* Offset of the line end at or behind `at`, or `to`. */
static size_t line_end(lj_str text, size_t at, size_t to)
{
    const char *end = memchr(text.ptr + at, '\n', to - at);
    size_t len = end != NULL ? (size_t)(end - (text.ptr + at)) : to - at;
    const char *cr = memchr(text.ptr + at, '\r', len);
    return at + (cr != NULL ? (size_t)(cr - (text.ptr + at)) : len);
}

/* Where the line that holds `at` begins, not before `from`. */
static size_t line_start(lj_str text, size_t from, size_t at)
{
    while (at > from && !line_is_end(text.ptr[at - 1])) {
        at--;
    }
    return at;
}

/* Lines between two offsets: LF, CR LF and CR each end one. */
static uint32_t line_count(lj_str text, size_t from, size_t to)
{
    uint32_t count = 0;
    for (size_t i = from; i < to; i++) {
        count += text.ptr[i] == '\n';
    }
    if (memchr(text.ptr + from, '\r', to - from) != NULL) {
        for (size_t i = from; i < to; i++) {
            count += text.ptr[i] == '\r' && (i + 1 >= text.len || text.ptr[i + 1] != '\n');
        }
    }
    return count;
}

static bool line_is_blank(lj_str text)
{
    size_t at = 0;
    while (at < text.len) {
        size_t len = 0;
        uint32_t letter = text_code_point(text, at, &len);
        if (!letters_is_blank(letter) && !letters_is_invisible(letter) && letter != '\n' &&
            letter != '\r') {
            return false;
        }
        at += len;
    }
    return true;
}

/* A walk over one block. */
typedef struct block {
    detect_doc *doc;
    const span *of;
    lj_str text;
    size_t pos;        /* start of the next line that was not taken */
    size_t end;        /* the block's lines end here */
    size_t counted_to; /* line numbers are known up to here */
    uint32_t counted;
    uint32_t row_base;
} block;

/* Takes the line at pos and moves behind it. Blank lines are nothing. */
static void block_take(block *in, bool may_mark)
{
    size_t end = line_end(in->text, in->pos, in->end);
    lj_str line = {in->text.ptr + in->pos, end - in->pos};
    if (line.len > 0 && !line_is_blank(line)) {
        if (may_mark || line.len <= ONE_LETTER) { /* its number may be asked for */
            in->counted += line_count(in->text, in->counted_to, in->pos);
            in->counted_to = in->pos;
        }
        line_view view = {
            .of = in->of, .text = line, .at = in->pos, .row_add = in->row_base + in->counted};
        doc_take_line(in->doc, &view, may_mark);
    }
    in->pos = end < in->end ? end + 1 : in->end;
}

/* The first seed at or after `from` that may belong to a mark, or the end. */
static size_t block_find(block *in, size_t from)
{
    lj_slice bytes = {(const uint8_t *)in->text.ptr, in->end};
    const text_seeds *seeds = in->doc->rules->seeds;
    size_t hit = text_seeds_find(seeds, TEXT_UTF8, bytes, from);
    while (hit < in->end) {
        size_t next = in->end;
        if (doc_probe(in->doc, in->text, hit, in->pos, in->end, &next)) {
            return hit;
        }
        hit = text_seeds_find(seeds, TEXT_UTF8, bytes, next);
    }
    return in->end;
}

/* Steps back up to DOC_BACK lines that are not blank, not before the next line to take. */
static size_t block_back(const block *in, size_t start)
{
    uint32_t lines = 0;
    uint32_t steps = 0;
    while (start > in->pos && lines < DOC_BACK && steps < 64) {
        size_t before = line_start(in->text, in->pos, start - 1);
        lines += line_is_blank((lj_str){in->text.ptr + before, start - 1 - before}) ? 0 : 1;
        start = before;
        steps++;
    }
    return start;
}

/* Takes what must be taken of the lines up to in->end. */
static void block_walk(block *in)
{
    detect_doc *doc = in->doc;
    size_t hit = block_find(in, in->pos);
    uint32_t wanted = 0; /* lines that earlier candidates still wait for */
    while (in->pos < in->end) {
        size_t start = hit < in->end ? line_start(in->text, in->pos, hit) : in->end;
        while (in->pos < start && (wanted > 0 || doc->line_no < DOC_HEAD_LINES)) {
            uint32_t seq = doc->seq;
            block_take(in, false);
            wanted -= wanted > 0 && doc->seq != seq ? 1 : 0;
        }
        if (in->pos < start) {
            size_t back = block_back(in, start);
            if (back > in->pos) {
                doc_skip_lines(doc);
                in->pos = back;
            }
            while (in->pos < start) {
                block_take(in, false);
            }
        }
        if (in->pos < in->end) {
            block_take(in, true);
            wanted = DOC_BACK;
            if (hit < in->pos) {
                hit = block_find(in, in->pos);
            }
        }
    }
}

/* Copies looks and maps that touch [at, at + len) and counts their offsets from `base`. */
static void open_copy_looks(doc_open *open, const span *what, size_t at, size_t len, size_t base)
{
    for (uint32_t i = 0; i < what->look_count && open->of.look_count < DOC_LOOKS; i++) {
        span_look look = what->looks[i];
        size_t from = look.from > at ? look.from : at;
        size_t to = lj_min_size((size_t)look.from + look.len, at + len);
        if (from < to) {
            look.from = (uint32_t)(from - at + base);
            look.len = (uint32_t)(to - from);
            open->looks[open->of.look_count++] = look;
        }
    }
    for (uint32_t i = 0; i < what->map_count && open->of.map_count < DOC_LOOKS; i++) {
        span_map map = what->maps[i];
        bool before_next = i + 1 < what->map_count && what->maps[i + 1].text_at <= at;
        if (before_next || map.text_at >= at + len) {
            continue;
        }
        if (map.text_at < at) {
            map.src_off += at - map.text_at;
            map.text_at = (uint32_t)at;
        }
        map.text_at = (uint32_t)(map.text_at - at + base);
        open->maps[open->of.map_count++] = map;
    }
}

static void open_set(detect_doc *doc, const span *what, size_t at, uint32_t row_add)
{
    doc_open *open = doc->open;
    size_t len = what->text.len - at;
    open->used = true;
    open->of = *what;
    open->of.look_count = 0;
    open->of.map_count = 0;
    open->of.looks = open->looks;
    open->of.maps = open->maps;
    memcpy(open->text, what->text.ptr + at, len);
    open->of.text = (lj_str){open->text, len};
    size_t label = lj_min_size(what->label.len, DOC_LABEL);
    if (label > 0) {
        memcpy(open->label, what->label.ptr, label);
    }
    open->of.label = (lj_str){open->label, label};
    open->of.author = (lj_str){NULL, 0};
    open->row_add = row_add;
    open_copy_looks(open, what, at, len, 0);
    if (what->map_count == 0 && what->src_off != UINT64_MAX) {
        open->of.src_off = what->src_off + at;
    }
}

/* Appends the first line of a span that goes on; false when it does not fit. */
static bool open_append(detect_doc *doc, const span *what, size_t len)
{
    doc_open *open = doc->open;
    size_t base = open->of.text.len;
    if (!open->used || len > DOC_LINE_MAX - base) {
        return false;
    }
    if (open->of.map_count == 0 && open->of.src_off != UINT64_MAX) {
        open->maps[0] = (span_map){0, (uint32_t)base, open->of.src_off};
        open->of.map_count = 1;
    }
    memcpy(open->text + base, what->text.ptr, len);
    open->of.text.len = base + len;
    if (what->map_count == 0 && what->src_off != UINT64_MAX && open->of.map_count < DOC_LOOKS) {
        open->maps[open->of.map_count++] = (span_map){(uint32_t)base, (uint32_t)len, what->src_off};
    }
    if (what->hidden_by != open->of.hidden_by && open->of.look_count + 1 < DOC_LOOKS) {
        /* Parts differ: what held for a whole span now holds for its part. */
        if (open->of.look_count == 0 && open->of.hidden_by != 0) {
            open->looks[open->of.look_count++] =
                (span_look){.from = 0, .len = (uint32_t)base, .hidden_by = open->of.hidden_by};
        }
        open->of.hidden_by &= what->hidden_by;
        if (what->look_count == 0 && what->hidden_by != 0) {
            open->looks[open->of.look_count++] = (span_look){
                .from = (uint32_t)base, .len = (uint32_t)len, .hidden_by = what->hidden_by};
        }
    }
    open_copy_looks(open, what, 0, len, base);
    return true;
}

/* True when the span says to a person something else than its bytes: parts of it are hidden, or it
 * is a formula. A seed of one letter is there all the same. */
static bool line_is_mixed(const detect_doc *doc, const span *what)
{
    bool mixed = what->role == SPAN_FORMULA;
    for (uint32_t i = 0; i < what->look_count && !mixed; i++) {
        mixed = what->looks[i].hidden_by != 0;
    }
    return mixed && text_seeds_find(doc->rules->seeds, TEXT_UTF8, lj_str_bytes(what->text), 0) <
                        what->text.len;
}

void doc_flush(detect_doc *doc)
{
    doc_open *open = doc->open;
    if (!open->used) {
        return;
    }
    open->used = false;
    lj_str text = open->of.text;
    if (line_is_blank(text)) {
        return;
    }
    block probe = {.doc = doc, .of = &open->of, .text = text, .end = text.len};
    bool may_mark = line_is_mixed(doc, &open->of) || block_find(&probe, 0) < text.len;
    line_view view = {.of = &open->of, .text = text, .row_add = open->row_add};
    doc_take_line(doc, &view, may_mark);
}

/* How much text is drawn invisibly: the text layer of a scanned page is, and conceals nothing. */
static void doc_count_text(detect_doc *doc, const span *what)
{
    uint64_t invisible = SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    doc->text_bytes += what->text.len;
    if ((what->hidden_by & invisible) != 0) {
        doc->invisible_bytes += what->text.len;
        return;
    }
    for (uint32_t i = 0; i < what->look_count; i++) {
        doc->invisible_bytes +=
            (what->looks[i].hidden_by & invisible) != 0 ? what->looks[i].len : 0;
    }
}

/* Runs of text out of bytes that nobody understands lie apart: a run megabytes behind another one
 * is not its next line, and not the head of the document. */
static void doc_note_swept(detect_doc *doc, const span *what)
{
    enum { APART = 256, HEAD = 64 * 1024 };
    if (what->origin != SPAN_SWEPT || what->src_off == UINT64_MAX) {
        return;
    }
    if (what->src_off > doc->swept_to && what->src_off - doc->swept_to > APART) {
        doc_skip_lines(doc);
    }
    if (what->src_off > HEAD && doc->line_no < DOC_HEAD_LINES) {
        doc->line_no = DOC_HEAD_LINES;
    }
    doc->swept_to = what->src_off + what->text.len;
}

void doc_take_span(detect_doc *doc, const span *what)
{
    lj_str text = what->text;
    size_t from = 0;
    uint32_t row_base = 0;
    doc_count_text(doc, what);
    if (what->join == SPAN_JOIN_SAME && doc->open->used &&
        doc->open->of.story_id == what->story_id) {
        size_t first = line_end(text, 0, text.len);
        if (open_append(doc, what, first)) {
            if (first == text.len) {
                return;
            }
            from = first + 1;
            row_base = 1;
        }
    }
    doc_flush(doc);
    doc_note_swept(doc, what);
    if (from >= text.len) {
        return;
    }
    /* The last line waits, unless it is too long to be kept or is closed by a line end. */
    size_t last = line_start(text, from, text.len);
    if (text.len - last > DOC_LINE_MAX) {
        last = text.len;
    }
    block in = {.doc = doc,
                .of = what,
                .text = text,
                .pos = from,
                .end = last,
                .counted_to = from,
                .row_base = row_base};
    if (line_is_mixed(doc, what)) {
        while (in.pos < in.end) {
            block_take(&in, true);
        }
    } else if (last > from) {
        block_walk(&in);
    }
    if (last < text.len) {
        uint32_t rows = 0;
        if (last > in.counted_to) {
            /* Counting the whole block for a line without a seed would cost as much as the search.
             */
            lj_slice tail = lj_slice_of(text.ptr + last, text.len - last);
            if (text_seeds_find(doc->rules->seeds, TEXT_UTF8, tail, 0) < tail.len) {
                rows = line_count(text, in.counted_to, last);
            }
        }
        open_set(doc, what, last, row_base + in.counted + rows);
    }
}
