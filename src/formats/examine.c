/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The core: takes one file, and every document inside it, through identification, reader and sweep,
 * and keeps the books.
 *
 * For each document, in this order: doc_begin, spans, gaps and notes of it and of its children,
 * doc_end. A document
 *   1. is identified (identify.c), 2. is read by every row that fits, 3. has its unclaimed bytes
 * swept for text,
 *   4. has its books closed: bytes examined = size - (locked or broken) - (never reached).
 * The only recursion of the program is format_child -> document_read -> row->read -> format_child;
 * the depth limit bounds it. Memory is two arenas with a scope per document: one that readers may
 * rewind, one for the books.
 *
 * Limits are charged here and in source.c, never by readers. A limit of the whole file stops
 * everything at the next call; every document that is open then gets the gap, because each of them
 * has a rest that nobody read. What was found before stays. */
#include "formats/examine.h"

#include <libdeflate.h>

#include "base/num.h"
#include "formats/core.h"
#include "text/charset.h"
#include "text/seeds.h"

enum {
    ENTRY_WORK = 256,             /* work units of one container entry */
    SPAN_WORK = 16,               /* work units of one span beside its bytes */
    BEAT_WORK = 64 * 1024 * 1024, /* work units between two beats: well below a second */
    HUGE_PART = 64 * 1024 * 1024, /* head and tail that are read of a file above the size limit */
};

/* ---- context ---- */

format_context *format_context_new(size_t memory)
{
    lj_arena *home = lj_arena_new(2 * FORMAT_WINDOW_MAX);
    format_context *context = home != NULL ? lj_arena_alloc(home, sizeof(*context)) : NULL;
    if (context == NULL) {
        lj_arena_free(home);
        return NULL;
    }
    context->home = home;
    context->arena = lj_arena_new(memory);
    context->kept_max = memory / 4;
    context->books = lj_arena_new(memory / 4);
    context->sha = lj_sha256_new();
    context->cipher = lj_cipher_new();
    context->inflater = libdeflate_alloc_decompressor();
    context->root_window = lj_arena_alloc(home, FORMAT_WINDOW_MAX);
    for (size_t i = 0; i < LEVEL_MAX; i++) {
        lj_buf_init(&context->windows[i], /* arena= */ NULL, FORMAT_WINDOW_MAX);
    }
    if (context->arena == NULL || context->books == NULL || context->sha == NULL ||
        context->cipher == NULL || context->inflater == NULL || context->root_window == NULL) {
        format_context_free(context);
        return NULL;
    }
    return context;
}

void format_context_free(format_context *context)
{
    if (context == NULL) {
        return;
    }
    for (size_t i = 0; i < LEVEL_MAX; i++) {
        lj_buf_done(&context->windows[i]);
    }
    libdeflate_free_decompressor(context->inflater);
    lj_cipher_free(context->cipher);
    lj_sha256_free(context->sha);
    lj_arena_free(context->arena);
    lj_arena_free(context->books);
    lj_arena_free(context->home);
}

uint64_t format_context_work(const format_context *context)
{
    return context->used[FORMAT_LIMIT_WORK];
}

/* ---- gaps, notes, charging ---- */

void core_gap(format_run *run, const gap *what)
{
    run->gap_count++;
    if (what->cause == GAP_LIMIT) {
        run->has_limit_gap = true;
    }
    if (!run->begun) {
        if (run->pending_count < RUN_PENDING_MAX) {
            run->pending[run->pending_count++] = *what;
        }
        return;
    }
    run->context->sink->gap_found(run->context->sink->ctx, &run->doc, what);
}

lj_code core_charge(format_context *context, format_limit limit, uint64_t amount)
{
    if (context->stopped != LJ_OK) {
        return context->stopped;
    }
    context->used[limit] = lj_sat_add_u64(context->used[limit], amount);
    if (context->used[limit] > context->options->limits.value[limit]) {
        context->stopped = LJ_E_LIMIT;
        context->stop_limit = limit;
        context->stop_reached = context->used[limit];
        return LJ_E_LIMIT;
    }
    if (limit == FORMAT_LIMIT_WORK && context->used[limit] >= context->next_beat) {
        context->next_beat = context->used[limit] + BEAT_WORK;
        if (context->sink->beat != NULL) {
            context->sink->beat(context->sink->ctx, context->used[limit], context->bytes_in);
        }
    }
    return LJ_OK;
}

void format_gap(format_run *run, gap_cause cause, const char *detail, span_place place)
{
    core_gap(run, &(gap){.cause = cause,
                         .next = gap_cause_row(cause)->next,
                         .detail = detail,
                         .place = place});
}

lj_code format_gap_limit(format_run *run, format_limit limit, uint64_t reached, span_place place)
{
    core_gap(run, &(gap){.cause = GAP_LIMIT,
                         .next = GAP_NEXT_LIMIT,
                         .limit = limit,
                         .allowed = format_limit_value(run, limit),
                         .reached = reached,
                         .place = place});
    return LJ_E_LIMIT;
}

void format_tell(format_run *run, format_note note)
{
    uint32_t bit = (uint32_t)1 << note;
    if ((run->told & bit) == 0 && run->begun) {
        run->told |= bit;
        run->context->sink->note(run->context->sink->ctx, &run->doc, note);
    }
}

uint64_t format_limit_value(const format_run *run, format_limit limit)
{
    return run->context->options->limits.value[limit];
}

lj_code format_work(format_run *run, uint64_t units)
{
    return core_charge(run->context, FORMAT_LIMIT_WORK, units);
}

lj_code format_entry(format_run *run)
{
    lj_code code = core_charge(run->context, FORMAT_LIMIT_ENTRIES, 1);
    return code == LJ_OK ? core_charge(run->context, FORMAT_LIMIT_WORK, ENTRY_WORK) : code;
}

/* ---- what readers may ask ---- */

lj_arena *format_arena(format_run *run)
{
    return run->context->arena;
}

lj_err *format_err(format_run *run)
{
    return &run->err;
}

void format_index_keep(format_run *run, const void *index)
{
    run->index = index;
}

const void *format_index_of(const format_run *run)
{
    return run->index;
}

bool format_wants_all(const format_run *run)
{
    return run->context->options->wants_all || run->context->options->seeds == NULL;
}

const struct text_seeds *format_seeds(const format_run *run)
{
    return run->context->options->seeds;
}

bool format_seed_counts(format_run *run, text_charset charset, lj_slice bytes, size_t hit,
                        size_t *out_next)
{
    const format_sink *sink = run->context->sink;
    *out_next = hit + 1;
    return sink->seed_counts == NULL ||
           sink->seed_counts(sink->ctx, &run->doc, charset, bytes, hit, out_next);
}

lj_cipher *format_cipher(const format_run *run)
{
    return run->context->cipher;
}

uint32_t format_password_count(const format_run *run)
{
    return run->context->options->password_count;
}

lj_str format_password(const format_run *run, uint32_t idx)
{
    return idx < run->context->options->password_count ? run->context->options->passwords[idx]
                                                       : (lj_str){NULL, 0};
}

uint32_t format_part(format_run *run, lj_slice name)
{
    for (uint32_t i = run->doc.part_count; i > 0; i--) { /* mostly the newest is asked for again */
        if (lj_slice_is(run->parts[i - 1], name)) {
            return i;
        }
    }
    if (run->doc.part_count == run->part_cap) {
        uint32_t cap = run->part_cap == 0 ? 16 : run->part_cap * 2;
        lj_slice *parts =
            cap <= 65536 ? lj_arena_array(run->context->books, cap, sizeof(*parts)) : NULL;
        if (parts == NULL) {
            return 0;
        }
        if (run->doc.part_count > 0) {
            memcpy(parts, run->parts, run->doc.part_count * sizeof(*parts));
        }
        run->parts = parts;
        run->part_cap = cap;
    }
    run->parts[run->doc.part_count++] = lj_arena_copy(run->context->books, name);
    run->doc.parts = run->parts;
    return run->doc.part_count;
}

void format_claim(format_run *run, uint64_t off, uint64_t len, format_claim_kind kind)
{
    uint64_t size = format_src_size(run->src);
    uint64_t to = 0;
    if (!lj_add_u64(off, len, &to) || (size != FORMAT_SIZE_UNKNOWN && to > size)) {
        to = size;
    }
    if (kind != FORMAT_BROKEN) {
        claim_add(&run->covered, run->context->books, off, to);
    }
    if (kind == FORMAT_LOCKED || kind == FORMAT_BROKEN) {
        claim_add(&run->lost, run->context->books, off, to);
    }
}

void format_claim_all(format_run *run, format_claim_kind kind)
{
    format_claim(run, 0, UINT64_MAX, kind);
}

lj_code format_emit(format_run *run, const span *what)
{
    format_context *context = run->context;
    if (context->stopped != LJ_OK) {
        return context->stopped;
    }
    if (what->text.len == 0) {
        return LJ_OK;
    }
    lj_code code = core_charge(context, FORMAT_LIMIT_SPANS, 1);
    if (code == LJ_OK) {
        code = core_charge(context, FORMAT_LIMIT_CHARACTERS, (what->text.len + 2) / 3);
    }
    if (code == LJ_OK) {
        code = core_charge(context, FORMAT_LIMIT_WORK, what->text.len + SPAN_WORK);
    }
    if (code != LJ_OK) {
        return code;
    }
    span given = *what;
    given.hidden_by |= run->doc.hidden_by;
    code = context->sink->emit(context->sink->ctx, &run->doc, &given);
    if (code != LJ_OK) {
        context->stopped = code;
    }
    return code;
}

/* ---- documents ---- */

static bool has_extension(const char *list, lj_slice extension)
{
    lj_slice rest = lj_cstr_bytes(list);
    while (rest.len > 0) {
        size_t end = lj_slice_find(rest, LJ_BYTES(" "));
        lj_slice word = lj_slice_part(rest, 0, end);
        if (lj_slice_is_nocase(word, extension)) {
            return true;
        }
        rest = end < rest.len ? lj_slice_part(rest, end + 1, SIZE_MAX) : (lj_slice){NULL, 0};
    }
    return false;
}

/* 002, z02: further volumes of a split archive have no head of their own. */
static bool is_volume_number(lj_slice extension)
{
    size_t from = extension.len > 0 && (extension.ptr[0] | 0x20) == 'z' ? 1 : 0;
    bool digits = extension.len - from >= 2 && extension.len <= 4;
    for (size_t i = from; i < extension.len && digits; i++) {
        digits = extension.ptr[i] >= '0' && extension.ptr[i] <= '9';
    }
    return digits && (from == 1 || extension.len == 3);
}

/* Whether the name says what the content is. Content that nobody knows under the name of a document
 * or an archive is damaged, encrypted or a part: it was swept, and that is not enough to call it
 * clean. */
static void compare_extension(format_run *run, lj_slice name, const format_row *row)
{
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.' && name.ptr[dot - 1] != '/') {
        dot--;
    }
    if (dot == 0 || name.ptr[dot - 1] != '.') {
        return;
    }
    lj_slice extension = lj_slice_part(name, dot, SIZE_MAX);
    if (row != NULL && has_extension(row->extensions, extension)) {
        return;
    }
    bool is_unknown = row == NULL && format_src_size(run->src) > 0;
    for (uint32_t i = 0; format_row_at(i) != NULL; i++) {
        if (has_extension(format_row_at(i)->extensions, extension)) {
            format_tell(run, NOTE_NAME_DISAGREES);
            if (is_unknown && (format_row_at(i)->traits & FORMAT_LOOSE) == 0) {
                format_gap(run, GAP_DAMAGED, "content", (span_place){0});
            }
            return;
        }
    }
    if (is_unknown && is_volume_number(extension)) {
        format_gap(run, GAP_VOLUME, NULL, (span_place){0});
    }
}

/* A reader's code becomes a gap here, at this one place, unless the reader has reported one itself.
 */
static void gap_of_code(format_run *run, lj_code code, uint32_t gaps_before)
{
    if (code == LJ_OK || code == LJ_E_CANCELLED) {
        return;
    }
    if (code == LJ_E_LIMIT) {
        format_context *context = run->context;
        if (!run->has_limit_gap && context->stopped == LJ_E_LIMIT) {
            core_gap(run, &(gap){.cause = GAP_LIMIT,
                                 .next = GAP_NEXT_LIMIT,
                                 .limit = context->stop_limit,
                                 .allowed = context->options->limits.value[context->stop_limit],
                                 .reached = context->stop_reached});
        } else if (!run->has_limit_gap) {
            (void)format_gap_limit(run, FORMAT_LIMIT_MEMORY,
                                   format_limit_value(run, FORMAT_LIMIT_MEMORY), (span_place){0});
        }
        return;
    }
    if (run->gap_count > gaps_before) {
        return;
    }
    gap_cause cause = code == LJ_E_ENCRYPTED     ? GAP_ENCRYPTED
                      : code == LJ_E_UNSUPPORTED ? GAP_UNSUPPORTED
                      : code == LJ_E_NOMEM       ? GAP_MEMORY
                      : code == LJ_E_IO          ? GAP_OPEN
                                                 : GAP_DAMAGED;
    format_gap(run, cause, NULL, (span_place){0});
}

/* Step 2: every row that fits reads; a dialect without a reader leaves the work to its base. */
static lj_code read_rows(format_run *run, const identity *who)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < who->count && code == LJ_OK; i++) {
        const format_row *row = who->row[i];
        const format_row *reader = row->read != NULL ? row : who->base[i];
        uint32_t gaps_before = run->gap_count;
        if (row->read == NULL) {
            format_gap(run, (row->traits & FORMAT_PICTURE) != 0 ? GAP_PICTURE : GAP_NO_READER,
                       row->name, (span_place){0});
        }
        if (reader->read == NULL) {
            continue;
        }
        run->index = who->index[i];
        source_settle(run->src);
        lj_arena_mark mark = lj_arena_mark_of(run->context->arena);
        lj_code read = reader->read(run, run->src);
        source_rest(run->src);
        lj_arena_rewind(run->context->arena, mark);
        if (read == LJ_OK && format_src_code(run->src) != LJ_OK) {
            read = format_src_code(run->src); /* a reader that took a broken end for the end */
        }
        gap_of_code(run, read, row->read == NULL ? gaps_before + 1 : gaps_before);
        code = run->context->stopped;
    }
    return code;
}

/* Step 3: whatever nobody claimed. A decoder lives through all of the ranges, which come in order,
 * so that none of them decodes from the start again. */
static lj_code sweep_rest(format_run *run, bool structured)
{
    uint64_t size = format_src_size(run->src);
    uint64_t at = 0;
    claim_range rest = {0, 0};
    lj_code code = run->context->stopped;
    uint64_t hidden = structured ? SPAN_HIDE(SPAN_HIDDEN_SLACK) : 0;
    source_settle(run->src);
    lj_arena_mark whole = lj_arena_mark_of(run->context->arena);
    while (code == LJ_OK && claim_next_gap(&run->covered, at, size, &rest)) {
        uint64_t len = rest.to == FORMAT_SIZE_UNKNOWN ? FORMAT_SIZE_UNKNOWN : rest.to - rest.from;
        if (at == 0) { /* decoder and the widest window lie outside of `mark` from here on */
            (void)format_bytes(run, run->src, rest.from, FORMAT_WINDOW_MAX);
        }
        lj_arena_mark mark = lj_arena_mark_of(run->context->arena);
        code = format_sweep(run, run->src, rest.from, len, hidden);
        lj_arena_rewind(run->context->arena, mark);
        size = format_src_size(run->src);
        uint64_t to = lj_min_u64(rest.to, size);
        if (code == LJ_OK) {
            claim_add(&run->covered, run->context->books, rest.from, to);
        } else {
            gap_of_code(run, code, run->gap_count);
        }
        if (rest.to == FORMAT_SIZE_UNKNOWN || to < rest.to) {
            break;
        }
        at = rest.to;
    }
    source_rest(run->src);
    lj_arena_rewind(run->context->arena, whole);
    return code;
}

/* A file above the size limit: its head and its tail are swept, the gap says so. */
static lj_code read_huge(format_run *run)
{
    uint64_t size = run->src != NULL ? format_src_size(run->src) : 0;
    (void)format_gap_limit(run, FORMAT_LIMIT_FILE_BYTES, size, (span_place){0});
    uint64_t part = lj_min_u64(HUGE_PART, format_limit_value(run, FORMAT_LIMIT_FILE_BYTES) / 2);
    lj_code code = format_sweep(run, run->src, 0, part, 0);
    format_claim(run, 0, part, FORMAT_READ);
    if (code == LJ_OK) {
        code = format_sweep(run, run->src, size - part, part, 0);
        format_claim(run, size - part, part, FORMAT_READ);
    }
    return code;
}

static lj_code hash_source(format_run *run, format_doc_end *end)
{
    format_context *context = run->context;
    uint64_t size = format_src_size(run->src);
    lj_sha256_begin(context->sha);
    uint64_t at = 0;
    while (at < size) {
        lj_slice part = format_bytes(run, run->src, at, FORMAT_WINDOW_MAX);
        if (part.len == 0) {
            lj_code code = format_src_code(run->src);
            return code != LJ_OK ? code : LJ_E_IO;
        }
        lj_sha256_add(context->sha, part);
        at += part.len;
    }
    lj_sha256_end(context->sha, end->sha256);
    end->has_sha256 = true;
    return LJ_OK;
}

/* Identification, then doc_begin; gaps that came up while identifying follow it. */
static lj_code document_begin(format_run *run, identity *who)
{
    format_context *context = run->context;
    run->doc.format = "unknown";
    lj_code code = identify(run, who);
    if (who->count > 0) {
        run->doc.format = who->row[0]->name;
    } else if (format_src_size(run->src) == 0) {
        run->doc.format = "empty";
    }
    run->doc.size = format_src_size(run->src);
    run->begun = true;
    context->sink->doc_begin(context->sink->ctx, &run->doc);
    for (uint32_t i = 0; i < run->pending_count; i++) {
        context->sink->gap_found(context->sink->ctx, &run->doc, &run->pending[i]);
    }
    return code;
}

/* The names of the way down to a member are judged like its text: every component is a span of its
 * own. */
static lj_code emit_member_name(format_run *run)
{
    lj_str name = run->doc.name_utf8;
    lj_code code = LJ_OK;
    size_t from = 0;
    for (size_t i = 0; name.len > 0 && i <= name.len && code == LJ_OK; i++) {
        if (i == name.len || name.ptr[i] == '/' || name.ptr[i] == '\\') {
            span what = span_of(SPAN_MEMBER_NAME, (lj_str){name.ptr + from, i - from});
            what.origin = SPAN_NAME;
            code = format_emit(run, &what);
            from = i + 1;
        }
    }
    return code;
}

/* Steps 1 to 4 for one document whose books are open. */
static lj_code document_read(format_run *run)
{
    format_context *context = run->context;
    format_doc_end end = {.size = FORMAT_SIZE_UNKNOWN};
    bool is_root = run->parent == NULL;
    identity who = {0};
    lj_code code = document_begin(run, &who);
    if (code == LJ_OK && (run->doc.kind == FORMAT_MEMBER || run->doc.kind == FORMAT_ATTACHED)) {
        code = emit_member_name(run);
    }
    uint64_t size = format_src_size(run->src);
    bool huge = is_root && size > format_limit_value(run, FORMAT_LIMIT_FILE_BYTES);
    if (code == LJ_OK && is_root && context->options->wants_sha256 && !huge) {
        code = hash_source(run, &end);
    }
    lj_slice name = is_root ? context->options->name : run->doc.name;
    if (run->doc.kind != FORMAT_EMBEDDED && run->doc.kind != FORMAT_REVISION) {
        compare_extension(run, name, who.count > 0 ? who.row[0] : NULL);
    }
    if (who.count > 1) {
        format_tell(run, NOTE_POLYGLOT);
    }
    gap_of_code(run, code, run->gap_count);
    if (code == LJ_OK) {
        code = huge && (who.count == 0 || (who.base[0]->traits & FORMAT_CONTAINER) == 0)
                   ? read_huge(run)
                   : read_rows(run, &who);
    }
    if (code == LJ_OK && !huge) {
        bool structured = who.count > 0 && who.row[0]->read != NULL;
        code = sweep_rest(run, structured);
        if (code == LJ_OK && format_src_code(run->src) != LJ_OK) {
            gap_of_code(run, format_src_code(run->src),
                        0); /* a decoder that broke under the sweep */
        }
    }
    end.size = format_src_size(run->src);
    uint64_t covered = claim_total(&run->covered);
    uint64_t lost = claim_total(&run->lost);
    end.examined = covered > lost ? covered - lost : 0;
    end.examined = lj_min_u64(
        end.examined, source_reached(run->src)); /* a claim to the end of what never ended */
    if (run->covered.full && end.examined < lj_min_u64(end.size, source_reached(run->src)) &&
        run->gap_count == 0) {
        format_gap(run, GAP_MEMORY, "books", (span_place){0});
    }
    context->sink->doc_end(context->sink->ctx, &run->doc, &end);
    return context->stopped;
}

/* Opens the books, reads, closes them: everything the document allocated is rewound. */
static lj_code document_take(format_context *context, const format_child_info *info,
                             format_src *src)
{
    lj_arena_mark books = lj_arena_mark_of(context->books);
    lj_arena_mark arena = lj_arena_mark_of(context->arena);
    format_run *run = lj_arena_alloc(context->books, sizeof(*run));
    if (run == NULL) {
        return LJ_E_NOMEM;
    }
    format_run *parent = context->top;
    run->context = context;
    run->parent = parent;
    run->src = src;
    run->doc = (format_doc){
        .no = context->doc_count++,
        .parent_no = parent != NULL ? parent->doc.no : 0,
        .depth = context->depth,
        .kind = info->kind,
        .name = info->name,
        .name_utf8 = info->name_utf8,
        .hidden_by = info->hidden_by | (parent != NULL ? parent->doc.hidden_by : 0),
    };
    if (parent != NULL) {
        if (info->name_utf8.len == 0 && info->name.len > 0) {
            lj_buf utf8;
            lj_buf_init(&utf8, context->books, 64 * LJ_KIB);
            (void)text_lines_to_utf8(TEXT_GB18030, info->name, false, &utf8, NULL);
            run->doc.name_utf8 = lj_buf_str(&utf8);
        }
        lj_buf path;
        lj_buf_init(&path, context->books, 64 * LJ_KIB);
        lj_buf_put(&path, parent->doc.path);
        if (parent->doc.path.len > 0) {
            lj_buf_put_u8(&path, '!');
        }
        lj_buf_put(&path, info->name);
        run->doc.path = lj_buf_slice(&path);
    }
    context->top = run;
    context->depth++;
    source_settle(src);
    lj_code code = document_read(run);
    context->depth--;
    context->top = parent;
    source_rest(src);
    lj_arena_rewind(context->arena, arena);
    lj_arena_rewind(context->books, books);
    return code;
}

lj_code format_child(format_run *run, const format_child_info *info, format_src *src)
{
    format_context *context = run->context;
    if (context->stopped != LJ_OK) {
        return context->stopped;
    }
    if (src == NULL) {
        format_gap(run, GAP_MEMORY, "arena", (span_place){0});
        return LJ_OK;
    }
    if (context->depth > format_limit_value(run, FORMAT_LIMIT_DEPTH)) {
        (void)format_gap_limit(run, FORMAT_LIMIT_DEPTH, context->depth, (span_place){0});
        return LJ_OK; /* its neighbours may still be read */
    }
    lj_code code = document_take(context, info, src);
    return code == LJ_E_NOMEM ? LJ_E_LIMIT : code;
}

lj_code format_examine(format_context *context, const format_input *input,
                       const format_options *options, const format_sink *sink, lj_err *err)
{
    context->input = input;
    context->options = options;
    context->sink = sink;
    context->top = NULL;
    context->doc_count = 0;
    context->depth = 0;
    memset(context->used, 0, sizeof(context->used));
    context->bytes_in = 0;
    context->next_beat = BEAT_WORK;
    context->stopped = LJ_OK;
    lj_arena_mark mark = lj_arena_mark_of(context->arena);
    format_src *src = source_of_input(context);
    lj_code code = src != NULL
                       ? document_take(context, &(format_child_info){.kind = FORMAT_ROOT}, src)
                       : LJ_E_NOMEM;
    lj_arena_rewind(context->arena, mark);
    if (code == LJ_E_LIMIT) {
        return LJ_OK; /* a limit is a result: the gaps tell it */
    }
    return code == LJ_OK ? LJ_OK : lj_fail(err, code, UINT64_MAX, "the examination was stopped");
}

const format_row *format_row_lookup(const char *name)
{
    for (uint32_t i = 0; format_row_at(i) != NULL; i++) {
        if (strcmp(format_row_at(i)->name, name) == 0) {
            return format_row_at(i);
        }
    }
    return NULL;
}
