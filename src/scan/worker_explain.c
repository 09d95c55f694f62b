/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The sink of a worker in explain mode: documents, spans, candidates with their terms, gaps and the
 * result, rendered as text for a person and sent as SPAN records. The text of the document leaves
 * the worker in this mode only, and goes to the terminal only. */
#include <stdio.h>

#include "base/json.h"
#include "base/num.h"
#include "formats/span_dump.h"
#include "scan/worker_priv.h"

enum { TEXT_MAX = 32 * 1024, DETECT_MEMORY = 64 * 1024 * 1024, LINE_MAX_LEN = 512 };

/* Valid UTF-8 without control characters but LF, cut to TEXT_MAX; the last LF is dropped. */
static void text_send(worker *self, scan_explain_kind kind, uint32_t depth, lj_slice raw)
{
    lj_buf *clean = &self->name_text;
    lj_buf_clear(clean);
    while (raw.len > 0 && raw.ptr[raw.len - 1] == '\n') {
        raw.len--;
    }
    for (size_t at = 0; at < raw.len && clean->len < TEXT_MAX;) {
        lj_slice rest = lj_slice_part(raw, at, SIZE_MAX);
        size_t step = lj_utf8_step(rest);
        if (step == 0 ||
            (step == 1 && rest.ptr[0] != '\n' && (rest.ptr[0] < 0x20 || rest.ptr[0] == 0x7F))) {
            lj_buf_put_utf8(clean, 0xFFFD);
        } else {
            lj_buf_put(clean, lj_slice_part(rest, 0, step));
        }
        at += step > 0 ? step : 1;
    }
    frame_span what = {(uint8_t)kind, depth, lj_buf_str(clean)};
    size_t at = self->out.len;
    frame_put_span(&self->out, self->job, &what);
    worker_sent(self, at);
}

static lj_buf *line_begin(worker *self)
{
    lj_buf_clear(&self->folder.hits);
    return &self->folder.hits;
}

static void on_doc_begin(void *ctx, const format_doc *doc)
{
    worker *self = ctx;
    LJ_ASSERT(self->doc_count < LJ_COUNT_OF(self->docs));
    self->docs[self->doc_count++] = (worker_doc){.no = doc->no, .doc = doc};
    worker_beat(self);
    lj_buf *line = line_begin(self);
    span_dump_doc(line, doc);
    text_send(self, SCAN_EXPLAIN_DOCUMENT, doc->depth, lj_buf_slice(line));
}

static lj_code on_emit(void *ctx, const format_doc *doc, const span *what)
{
    worker *self = ctx;
    worker_doc *mine = &self->docs[self->doc_count - 1];
    worker_beat(self);
    lj_buf *line = line_begin(self);
    span_dump(line, doc, what);
    text_send(self, SCAN_EXPLAIN_SPAN, doc->depth + 1, lj_buf_slice(line));
    if (mine->detect == NULL && !mine->no_memory) {
        detect_about about = {.today_on = self->hello.today_on,
                              .changed_on = INT32_MIN,
                              .hidden_by = doc->hidden_by,
                              .explain = true};
        mine->detect = detect_begin(self->rules, &about, DETECT_MEMORY, NULL, NULL);
        mine->no_memory = mine->detect == NULL;
    }
    if (mine->detect != NULL) {
        detect_span(mine->detect, what);
    }
    return LJ_OK;
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    worker *self = ctx;
    lj_buf *line = line_begin(self);
    gap_dump(line, doc, what);
    text_send(self, SCAN_EXPLAIN_GAP, doc->depth + 1, lj_buf_slice(line));
}

static void on_note(void *ctx, const format_doc *doc, format_note note)
{
    worker *self = ctx;
    lj_buf *line = line_begin(self);
    note_dump(line, doc, note);
    text_send(self, SCAN_EXPLAIN_GAP, doc->depth + 1, lj_buf_slice(line));
}

static void put_signed(lj_buf *line, int64_t value)
{
    lj_buf_put_cstr(line, value < 0 ? "-" : "+");
    lj_buf_put_dec(line, value < 0 ? (uint64_t)-value : (uint64_t)value);
}

static void candidate_send(worker *self, uint32_t depth, const detect_hit *hit)
{
    bool zh = self->hello.zh;
    const detect_pack *pack = detect_pack_of(self->rules, hit->pack_idx);
    const span_name_row *role = span_role_row(hit->role);
    detect_verdict verdict = DETECT_CLEAN;
    detect_class class_ = DETECT_NONE;
    (void)detect_hit_check(self->rules, hit, &verdict, &class_);
    const span_name_row *class_row = detect_class_row(class_);
    lj_buf *line = line_begin(self);
    lj_buf_put(line, lj_str_bytes(hit->mark));
    lj_buf_put_cstr(line, "  [");
    lj_buf_put_cstr(line, pack != NULL ? pack->name : "?");
    lj_buf_put_cstr(line, "/");
    const char *rule = detect_rule_name(self->rules, hit->pack_idx, hit->rule_idx);
    lj_buf_put_cstr(line, rule != NULL ? rule : "?");
    lj_buf_put_cstr(line, "] ");
    lj_buf_put_cstr(line, zh ? role->zh : role->en);
    if (hit->place.page_no > 0) {
        lj_buf_put_cstr(line, zh ? " 页 " : " page ");
        lj_buf_put_dec(line, hit->place.page_no);
    }
    if (hit->place.row_no > 0) {
        lj_buf_put_cstr(line, zh ? " 行 " : " line ");
        lj_buf_put_dec(line, hit->place.row_no);
    }
    lj_buf_put_cstr(line, zh ? "  得分 " : "  score ");
    lj_buf_put_cstr(line, hit->score < 0 ? "-" : "");
    lj_buf_put_dec(line, (uint64_t)(hit->score < 0 ? -(int64_t)hit->score : hit->score));
    lj_buf_put_cstr(line, " ");
    lj_buf_put_cstr(line, zh ? class_row->zh : class_row->en);
    text_send(self, SCAN_EXPLAIN_CANDIDATE, depth, lj_buf_slice(line));
    for (uint32_t i = 0; i < hit->term_count; i++) {
        const detect_weight *weight = detect_weight_of(self->rules, hit->pack_idx, hit->terms[i]);
        if (weight == NULL) {
            continue;
        }
        line = line_begin(self);
        put_signed(line, weight->points);
        lj_buf_put_cstr(line, "  ");
        lj_buf_put_cstr(line, weight->code);
        lj_buf_put_cstr(line, "  ");
        lj_buf_put_cstr(line, zh ? weight->zh : weight->en);
        text_send(self, SCAN_EXPLAIN_TERM, depth + 1, lj_buf_slice(line));
    }
}

static void on_doc_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    worker *self = ctx;
    worker_doc *mine = &self->docs[self->doc_count - 1];
    if (mine->detect != NULL) {
        const detect_result *found = detect_end(mine->detect);
        uint32_t count = 0;
        const detect_hit *candidates = detect_candidates(mine->detect, &count);
        for (uint32_t i = 0; i < count; i++) {
            candidate_send(self, doc->depth + 1, &candidates[i]);
        }
        const span_name_row *verdict = detect_verdict_row(found->verdict);
        const span_name_row *class_ = detect_class_row(found->class_);
        bool zh = self->hello.zh;
        char text[LINE_MAX_LEN];
        int len = snprintf(
            text, sizeof(text), zh ? "结论：%s（%s），得分 %d" : "result: %s (%s), score %d",
            zh ? verdict->zh : verdict->en, zh ? class_->zh : class_->en, (int)found->score);
        if (len > 0) {
            text_send(self, SCAN_EXPLAIN_RESULT, doc->depth,
                      lj_slice_of(text, lj_min_size((size_t)len, sizeof(text) - 1)));
        }
        detect_free(mine->detect);
        mine->detect = NULL;
    }
    lj_buf *line = line_begin(self);
    span_dump_end(line, doc, end);
    text_send(self, SCAN_EXPLAIN_DOCUMENT, doc->depth, lj_buf_slice(line));
    self->doc_count--;
}

static void on_beat(void *ctx, uint64_t work, uint64_t bytes)
{
    (void)work;
    (void)bytes;
    worker_beat(ctx);
}

format_sink worker_explain_sink_of(worker *self)
{
    return (format_sink){
        .ctx = self,
        .doc_begin = on_doc_begin,
        .emit = on_emit,
        .gap_found = on_gap,
        .note = on_note,
        .doc_end = on_doc_end,
        .beat = on_beat,
    };
}
