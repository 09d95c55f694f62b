/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Order of a job: START, then any of HIT (names), SHA, BEAT, and documents: DOC, its GAP and HIT
 * and whole inner documents, SUM; END. Documents nest: a SUM belongs to the innermost that is open,
 * a HIT or GAP to any that is open. Numbers of documents ascend. With its SUM a document must have
 * told as many hits as it says, the best one first, and verdict and score must be those of its best
 * hit: the parent recomputes both from the rules. */
#include "scan/intake.h"

#include "base/num.h"
#include "scan/format_idx.h"

void intake_init(intake *self, const detect_rules *rules)
{
    self->rules = rules;
    self->job = 0;
    lj_buf_init(&self->names, NULL, (size_t)4 * FRAME_MAX);
    lj_buf_init(&self->content, NULL, FRAME_JOB_MAX);
}

void intake_done(intake *self)
{
    lj_buf_done(&self->names);
    lj_buf_done(&self->content);
}

void intake_begin(intake *self, uint64_t job, uint64_t size, bool name_only)
{
    self->job = job;
    self->size = size;
    self->name_only = name_only;
    self->started = self->ended = self->asked = false;
    self->bytes = 0;
    self->next_doc = 0;
    self->open_count = 0;
    self->hit_count = 0;
    self->end = (frame_end){0};
    self->beat = (frame_beat){0};
    lj_buf_clear(&self->names);
    lj_buf_clear(&self->content);
    rollup_begin(&self->roll, self->rules, ROLLUP_ALL);
}

static intake_doc *open_of(intake *self, uint32_t doc)
{
    for (uint32_t i = self->open_count; i > 0; i--) {
        if (self->open[i - 1].doc == doc) {
            return &self->open[i - 1];
        }
    }
    return NULL;
}

static bool take_doc(intake *self, lj_slice payload)
{
    frame_doc doc;
    if (!frame_take_doc(payload, &doc) || doc.doc < self->next_doc ||
        self->open_count == LJ_COUNT_OF(self->open) || (doc.doc == 0) != (self->open_count == 0) ||
        self->name_only) {
        return false;
    }
    uint32_t above = self->open_count > 0 ? self->open[self->open_count - 1].depth : 0;
    if ((self->open_count > 0 && doc.depth <= above) ||
        format_idx_of(doc.format) == FORMAT_IDX_NONE) {
        return false;
    }
    self->open[self->open_count++] = (intake_doc){.doc = doc.doc, .depth = doc.depth};
    self->next_doc = doc.doc + 1;
    return true;
}

static bool take_hit(intake *self, lj_slice payload, bool *out_is_name)
{
    frame_hit hit;
    if (!frame_take_hit(payload, self->rules, &hit)) {
        return false;
    }
    *out_is_name = hit.from == FRAME_FROM_NAME || hit.from == FRAME_FROM_FOLDER;
    if (*out_is_name) {
        return hit.doc == 0 && hit.hit.role == SPAN_FILE_NAME;
    }
    intake_doc *doc = open_of(self, hit.doc);
    if (doc == NULL) {
        return false;
    }
    if (hit.from == FRAME_FROM_CONTENT) {
        detect_verdict verdict = DETECT_CLEAN;
        detect_class class_ = DETECT_NONE;
        (void)detect_hit_check(self->rules, &hit.hit, &verdict, &class_);
        if (doc->hits == 0) {
            doc->verdict = verdict;
            doc->class_ = class_;
            doc->score = hit.hit.score;
        }
        doc->hits++;
    }
    self->hit_count++;
    return true;
}

static bool take_sum(intake *self, lj_slice payload)
{
    frame_sum sum;
    if (!frame_take_sum(payload, &sum) || self->open_count == 0) {
        return false;
    }
    const intake_doc *doc = &self->open[self->open_count - 1];
    if (doc->doc != sum.doc || doc->hits != sum.hits ||
        (doc->hits > 0 &&
         (doc->verdict != sum.verdict || doc->class_ != sum.class_ || doc->score != sum.score)) ||
        (doc->hits == 0 &&
         (sum.verdict != DETECT_CLEAN || sum.class_ != DETECT_NONE || sum.more != 0))) {
        return false;
    }
    self->open_count--;
    return true;
}

static bool take_inside(intake *self, const frame *what, lj_slice raw)
{
    frame_gap gap_;
    bool is_name = false;
    switch (what->type) {
    case FRAME_DOC:
        if (!take_doc(self, what->payload)) {
            return false;
        }
        break;
    case FRAME_HIT:
        if (!take_hit(self, what->payload, &is_name)) {
            return false;
        }
        break;
    case FRAME_GAP:
        if (!frame_take_gap(what->payload, &gap_) || open_of(self, gap_.doc) == NULL) {
            return false;
        }
        break;
    case FRAME_SUM:
        if (!take_sum(self, what->payload)) {
            return false;
        }
        break;
    default:
        return false;
    }
    lj_buf *to = is_name ? &self->names : &self->content;
    size_t at = to->len;
    lj_buf_put(to, raw);
    if (!lj_buf_ok(to)) {
        return false;
    }
    memset(to->ptr + at + FRAME_JOB_AT, 0,
           sizeof(what->job)); /* same outcome, same bytes, in every run */
    return rollup_feed(&self->roll, what);
}

bool intake_take(intake *self, const frame *what, lj_slice raw)
{
    if (self->job == 0 || what->job != self->job || self->ended) {
        return false;
    }
    self->bytes += raw.len;
    if (!self->explain && self->bytes > FRAME_JOB_MAX) {
        return false;
    }
    if (what->type == FRAME_START) {
        bool first = !self->started && what->payload.len == 0;
        self->started = true;
        return first;
    }
    if (!self->started) {
        return false;
    }
    switch (what->type) {
    case FRAME_BEAT:
        return frame_take_beat(what->payload, &self->beat);
    case FRAME_SHA:
        if (self->asked || self->open_count > 0 || self->next_doc > 0) {
            return false;
        }
        self->asked = true;
        return frame_take_sha(what->payload, self->sha256);
    case FRAME_SPAN:
        return self->explain && frame_take_span(what->payload, &self->span);
    case FRAME_END:
        if (!frame_take_end(what->payload, &self->end) ||
            (self->open_count > 0 && !self->end.failed) ||
            (self->end.skipped && (!self->asked || self->next_doc > 0))) {
            return false;
        }
        self->ended = true;
        return true;
    default:
        return take_inside(self, what, raw);
    }
}
