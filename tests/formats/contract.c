/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The promises: documents nest like brackets; what is told belongs to the innermost open document;
 * numbers ascend; text is UTF-8; looks and maps stay inside the text and in order; parts exist;
 * enumerations are in range; no document has more bytes examined than it has; and what was not
 * examined is never silent: a document with fewer bytes examined than it has, or of unknown size,
 * carries a gap or holds a document that does. */
#include "contract.h"

#include "base/json.h"
#include "base/num.h"
#include "formats/span_dump.h"

static void promise(contract *checked, bool kept, const char *what)
{
    if (!kept && checked->fault == NULL) {
        checked->fault = what;
    }
}

static void check_innermost(contract *checked, const format_doc *doc)
{
    promise(checked, checked->open_count > 0, "something was told outside of any document");
    if (checked->open_count > 0 && checked->open_count <= CONTRACT_DEPTH_MAX) {
        promise(checked, checked->open[checked->open_count - 1] == doc->no,
                "told of a document that is not the innermost");
    }
}

static void check_place(contract *checked, const format_doc *doc, const span_place *place)
{
    promise(checked, place->part_id <= doc->part_count, "a part that was never named");
}

static void begin_doc(void *ctx, const format_doc *doc)
{
    contract *checked = ctx;
    promise(checked, doc->no == checked->doc_count, "numbers of documents must ascend by one");
    promise(checked, doc->depth == checked->open_count,
            "depth is not the number of open documents");
    promise(checked, doc->depth < CONTRACT_DEPTH_MAX, "deeper than any limit");
    promise(checked, (doc->kind == FORMAT_ROOT) == (doc->no == 0),
            "only the file itself is the root");
    if (checked->open_count > 0 && checked->open_count <= CONTRACT_DEPTH_MAX) {
        promise(checked, doc->parent_no == checked->open[checked->open_count - 1],
                "the parent is not the document around it");
    }
    promise(checked, doc->format != NULL && doc->format[0] != '\0', "a document without a format");
    promise(checked, lj_utf8_is_valid(lj_str_bytes(doc->name_utf8)),
            "a name for people that is not UTF-8");
    if (checked->open_count < CONTRACT_DEPTH_MAX) {
        checked->open[checked->open_count] = doc->no;
        checked->told[checked->open_count] = false;
    }
    checked->open_count++;
    checked->doc_count++;
    if (checked->dump != NULL) {
        span_dump_doc(checked->dump, doc);
    }
}

static void end_doc(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    contract *checked = ctx;
    check_innermost(checked, doc);
    promise(checked, end->size == FORMAT_SIZE_UNKNOWN || end->examined <= end->size,
            "more bytes examined than there are");
    if (checked->open_count > 0 && checked->open_count <= CONTRACT_DEPTH_MAX) {
        bool told = checked->told[checked->open_count - 1];
        promise(checked, told || end->examined == end->size,
                "bytes were not examined, and no gap says so");
        if (told && checked->open_count > 1) {
            checked->told[checked->open_count - 2] = true;
        }
    }
    if (checked->open_count > 0) {
        checked->open_count--;
    }
    if (checked->dump != NULL) {
        span_dump_end(checked->dump, doc, end);
    }
}

static void check_looks(contract *checked, const span *what)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < what->look_count; i++) {
        const span_look *look = &what->looks[i];
        promise(checked, look->from >= at, "looks overlap or go back");
        at = (uint64_t)look->from + look->len;
        promise(checked, at <= what->text.len, "a look reaches beyond the text");
    }
    for (uint32_t i = 0; i < what->map_count; i++) {
        promise(checked, what->maps[i].text_at <= what->text.len, "a map row beyond the text");
        promise(checked, i == 0 || what->maps[i].text_at >= what->maps[i - 1].text_at,
                "map rows go back");
    }
}

static lj_code take_span(void *ctx, const format_doc *doc, const span *what)
{
    contract *checked = ctx;
    check_innermost(checked, doc);
    check_place(checked, doc, &what->place);
    check_looks(checked, what);
    promise(checked, what->text.len > 0, "an empty span");
    promise(checked, lj_utf8_is_valid(lj_str_bytes(what->text)), "text that is not UTF-8");
    promise(checked, lj_utf8_is_valid(lj_str_bytes(what->label)), "a label that is not UTF-8");
    promise(checked, lj_utf8_is_valid(lj_str_bytes(what->author)), "an author that is not UTF-8");
    promise(checked, (unsigned)what->role < SPAN_ROLE_COUNT, "no such role");
    promise(checked, (unsigned)what->origin <= SPAN_RECOGNISED, "no such origin");
    promise(checked, (unsigned)what->join <= SPAN_JOIN_SAME, "no such join");
    promise(checked, what->hidden_by >> SPAN_HIDDEN_COUNT == 0, "no such reason to be hidden");
    promise(checked, what->confidence_bp <= 10000, "more than certain");
    checked->span_count++;
    if (what->origin != SPAN_NAME) {
        checked->text_len += what->text.len;
    }
    if (checked->dump != NULL) {
        span_dump(checked->dump, doc, what);
    }
    return LJ_OK;
}

static void take_gap(void *ctx, const format_doc *doc, const gap *what)
{
    contract *checked = ctx;
    check_innermost(checked, doc);
    check_place(checked, doc, &what->place);
    promise(checked, (unsigned)what->cause < GAP_CAUSE_COUNT, "no such cause");
    promise(checked, (unsigned)what->next < GAP_NEXT_COUNT, "no such next step");
    promise(checked, what->cause != GAP_LIMIT || (unsigned)what->limit < FORMAT_LIMIT_COUNT,
            "no such limit");
    checked->gap_count++;
    if (checked->open_count > 0 && checked->open_count <= CONTRACT_DEPTH_MAX) {
        checked->told[checked->open_count - 1] = true;
    }
    if (checked->dump != NULL) {
        gap_dump(checked->dump, doc, what);
    }
}

static void take_note(void *ctx, const format_doc *doc, format_note note)
{
    contract *checked = ctx;
    check_innermost(checked, doc);
    promise(checked, (unsigned)note < FORMAT_NOTE_COUNT, "no such note");
    checked->note_count++;
    if (checked->dump != NULL) {
        note_dump(checked->dump, doc, note);
    }
}

void contract_init(contract *checked, lj_buf *dump)
{
    memset(checked, 0, sizeof(*checked));
    checked->dump = dump;
}

format_sink contract_sink(contract *checked)
{
    return (format_sink){.ctx = checked,
                         .doc_begin = begin_doc,
                         .emit = take_span,
                         .gap_found = take_gap,
                         .note = take_note,
                         .doc_end = end_doc};
}

bool contract_holds(contract *checked)
{
    promise(checked, checked->open_count == 0, "a document was begun and never ended");
    return checked->fault == NULL;
}

static lj_code read_memory(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
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

format_input contract_input(const lj_slice *bytes)
{
    union {
        const lj_slice *given;
        void *ctx;
    } same = {.given = bytes}; /* ctx is not const; read_memory only reads */
    return (format_input){.ctx = same.ctx, .size = bytes->len, .read = read_memory};
}

lj_code contract_examine_in(format_context *context, contract *checked, lj_slice bytes,
                            const format_options *options)
{
    lj_err err;
    format_input input = contract_input(&bytes);
    format_sink sink = contract_sink(checked);
    return format_examine(context, &input, options, &sink, &err);
}

lj_code contract_examine(contract *checked, lj_slice bytes, const format_options *options,
                         size_t memory)
{
    format_context *context = format_context_new(memory);
    if (context == NULL) {
        return LJ_E_NOMEM;
    }
    lj_code code = contract_examine_in(context, checked, bytes, options);
    format_context_free(context);
    return code;
}
