/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See collect.h. Lines are those of formats/span_dump.h; a name that holds a line end is escaped
 * there, so that a line stays a line. */
#include "collect.h"

#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "formats/span_dump.h"

enum { LINES_MAX = 512 << 20 };

static void keep(char *dst, size_t cap, lj_slice text)
{
    size_t len = lj_min_size(cap - 1, text.len);
    if (len > 0) {
        memcpy(dst, text.ptr, len);
    }
    dst[len] = '\0';
}

static void on_doc(void *ctx, const format_doc *doc)
{
    collect *seen = ctx;
    seen->doc_count++;
    seen->depth_max = doc->depth > seen->depth_max ? doc->depth : seen->depth_max;
    span_dump_doc(&seen->lines, doc);
}

static lj_code on_span(void *ctx, const format_doc *doc, const span *what)
{
    collect *seen = ctx;
    seen->span_count++;
    span_dump(&seen->lines, doc, what);
    return LJ_OK;
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    collect *seen = ctx;
    if (seen->gap_count < LJ_COUNT_OF(seen->gaps)) {
        collected_gap *kept = &seen->gaps[seen->gap_count];
        kept->what = *what;
        keep(kept->path, sizeof(kept->path), doc->path);
        uint32_t part_id = what->place.part_id;
        keep(kept->part, sizeof(kept->part),
             part_id > 0 && part_id <= doc->part_count ? doc->parts[part_id - 1]
                                                       : (lj_slice){NULL, 0});
    }
    seen->gap_count++;
    gap_dump(&seen->lines, doc, what);
}

static void on_note(void *ctx, const format_doc *doc, format_note note)
{
    collect *seen = ctx;
    seen->notes |= (uint32_t)1 << note;
    note_dump(&seen->lines, doc, note);
}

static void on_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    collect *seen = ctx;
    if (doc->no == 0) {
        seen->size = end->size;
        seen->examined = end->examined;
    }
    span_dump_end(&seen->lines, doc, end);
}

static lj_code read_bytes(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                          lj_err *err)
{
    const lj_slice *bytes = ctx;
    (void)err;
    lj_slice part = off <= SIZE_MAX ? lj_slice_part(*bytes, (size_t)off, len) : (lj_slice){NULL, 0};
    if (part.len > 0) {
        memcpy(dst, part.ptr, part.len);
    }
    *out_len = part.len;
    return LJ_OK;
}

void collect_init(collect *seen)
{
    memset(seen, 0, sizeof(*seen));
    seen->options.limits = format_limits_standard();
    seen->options.wants_all = true;
    seen->memory = COLLECT_MEMORY;
    lj_buf_init(&seen->lines, /* arena= */ NULL, LINES_MAX);
}

void collect_done(collect *seen)
{
    lj_buf_done(&seen->lines);
}

void collect_clear(collect *seen)
{
    format_options options = seen->options;
    size_t memory = seen->memory;
    collect_done(seen);
    collect_init(seen);
    seen->options = options;
    seen->memory = memory;
}

void collect_run(collect *seen, lj_slice bytes)
{
    collect_clear(seen);
    format_context *context = format_context_new(seen->memory);
    assert_non_null(context);
    lj_err err = {0};
    format_input input = {.ctx = &bytes, .size = bytes.len, .read = read_bytes};
    format_sink sink = {.ctx = seen,
                        .doc_begin = on_doc,
                        .emit = on_span,
                        .gap_found = on_gap,
                        .note = on_note,
                        .doc_end = on_end};
    seen->code = format_examine(context, &input, &seen->options, &sink, &err);
    format_context_free(context);
    lj_buf_put_u8(&seen->lines, '\0');
    assert_true(lj_buf_ok(&seen->lines));
    assert_int_equal(seen->code, LJ_OK);
}

bool collect_run_file(collect *seen, const char *path)
{
    FILE *in = fopen(path, "rbe");
    if (in == NULL) {
        return false;
    }
    lj_buf bytes;
    lj_buf_init(&bytes, /* arena= */ NULL, LINES_MAX);
    size_t got = 1;
    while (got > 0) {
        uint8_t *room = lj_buf_room(&bytes, 65536);
        got = room != NULL ? fread(room, 1, 65536, in) : 0;
        bytes.len += got;
    }
    fclose(in);
    collect_run(seen, lj_buf_slice(&bytes));
    lj_buf_done(&bytes);
    return true;
}

uint32_t collect_count(const collect *seen, const char *words)
{
    uint32_t count = 0;
    lj_slice rest = lj_buf_slice(&seen->lines);
    for (size_t at = 0; (at = lj_slice_find(rest, lj_cstr_bytes(words))) != SIZE_MAX;) {
        count++;
        rest = lj_slice_part(rest, at, SIZE_MAX);
        size_t end = lj_slice_find(rest, LJ_BYTES("\n"));
        if (end == SIZE_MAX) {
            break;
        }
        rest = lj_slice_part(rest, end, SIZE_MAX);
    }
    return count;
}

bool collect_has(const collect *seen, const char *words)
{
    return collect_count(seen, words) > 0;
}

bool collect_has_gap(const collect *seen, gap_cause cause, const char *detail)
{
    for (uint32_t i = 0; i < seen->gap_count && i < LJ_COUNT_OF(seen->gaps); i++) {
        const gap *what = &seen->gaps[i].what;
        if (what->cause == cause &&
            (detail == NULL || (what->detail != NULL && strcmp(what->detail, detail) == 0))) {
            return true;
        }
    }
    return false;
}

bool collect_has_limit(const collect *seen, format_limit limit)
{
    for (uint32_t i = 0; i < seen->gap_count && i < LJ_COUNT_OF(seen->gaps); i++) {
        if (seen->gaps[i].what.cause == GAP_LIMIT && seen->gaps[i].what.limit == limit) {
            return true;
        }
    }
    return false;
}

bool collect_has_note(const collect *seen, format_note note)
{
    return (seen->notes & (uint32_t)1 << note) != 0;
}

void collect_print(const collect *seen)
{
    fprintf(stderr, "%s", (const char *)seen->lines.ptr);
}

void collect_check(const collect *seen, const char *words, bool wanted, const char *file, int line)
{
    if (collect_has(seen, words) != wanted) {
        collect_print(seen);
        print_error("%s: '%s'\n", wanted ? "missing" : "not wanted", words);
        _fail(file, line);
    }
}
