/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The sink of a worker: documents and spans from the readers go through detection, and come out as
 * records.
 *
 * Each open document has its own detection, made with its first span. The file itself always gets a
 * DOC and a SUM; an inner document gets them when it has a hit or a gap, or with --all. Lists have
 * an end (WORKER_LISTED_MAX, and the bytes of a job): beyond it a document is only counted, unless
 * it is better evidence than all before it, so that the verdict of the file is right whatever the
 * list leaves out. */
#include "base/json.h"
#include "base/num.h"
#include "scan/worker_priv.h"

enum {
    DETECT_MEMORY = 16 * 1024 * 1024, /* bytes for the state of one document */
    EARLY_MAX = 4,                    /* provisional hits sent per document */
    GAPS_SENT_MAX = 64,               /* per document; the rest only sets its cause */
    CLEAN_BYTES = FRAME_JOB_MAX / 4 * 3,
    LISTED_BYTES = FRAME_JOB_MAX - 1024 * 1024,
};

/* ---- small things ---- */

lj_str worker_part_text(lj_slice raw, char room[FRAME_PART_MAX])
{
    size_t len = 0;
    size_t at = 0;
    while (at < raw.len) {
        lj_slice rest = lj_slice_part(raw, at, SIZE_MAX);
        size_t step = lj_utf8_step(rest);
        const char *from = step > 0 ? (const char *)rest.ptr : "\xEF\xBF\xBD";
        size_t width = step > 0 ? step : 3;
        if (len + width > FRAME_PART_MAX) {
            break;
        }
        memcpy(room + len, from, width);
        len += width;
        at += step > 0 ? step : 1;
    }
    return (lj_str){room, len};
}

static lj_str part_of(const format_doc *doc, const span_place *place, char room[FRAME_PART_MAX])
{
    if (place->part_id == 0 || place->part_id > doc->part_count) {
        return (lj_str){"", 0};
    }
    return worker_part_text(doc->parts[place->part_id - 1], room);
}

static worker_doc *doc_of(worker *self, const format_doc *doc)
{
    uint32_t at = self->doc_count;
    while (at > 0 && self->docs[at - 1].no != doc->no) {
        at--;
    }
    LJ_ASSERT(at > 0);
    return &self->docs[at - 1];
}

/* ---- records ---- */

/* The names for people from the file down, as many as fit. */
static lj_str label_of(const worker *self, const format_doc *doc, char room[FRAME_MEMBER_MAX])
{
    size_t len = 0;
    for (uint32_t i = 0; i < self->doc_count; i++) {
        lj_str name = self->docs[i].doc->name_utf8;
        bool cut = len + name.len + 1 > FRAME_MEMBER_MAX;
        if (self->docs[i].no == 0 || name.len == 0 || cut ||
            !lj_utf8_is_valid(lj_str_bytes(name))) {
            continue;
        }
        if (len > 0) {
            room[len++] = '!';
        }
        memcpy(room + len, name.ptr, name.len);
        len += name.len;
        if (self->docs[i].no == doc->no) {
            break;
        }
    }
    return (lj_str){room, len};
}

static void doc_send(worker *self, const format_doc *doc)
{
    frame_doc what = {
        .doc = doc->no,
        .parent = doc->parent_no,
        .kind = doc->kind,
        .depth = doc->depth,
        .hidden_by = doc->hidden_by,
        .format = lj_cstr_str(doc->format),
        .member = doc->no == 0 ? (lj_slice){NULL, 0}
              : doc->path,
    };
    if (what.member.len > FRAME_MEMBER_MAX) {
        what.member.len = FRAME_MEMBER_MAX;
        what.cut = true;
    }
    /* the parent's path is what stands before the last name and its '!' */
    size_t own = doc->name.len + 1;
    size_t parent_len = doc->no == 0 || doc->path.len <= own ? 0 : doc->path.len - own;
    what.parent_len = (uint32_t)lj_min_size(parent_len, what.member.len);
    char room[FRAME_MEMBER_MAX];
    what.label =
        doc->no == 0 || lj_utf8_is_valid(what.member) ? (lj_str){"", 0} : label_of(self, doc, room);
    size_t at = self->out.len;
    frame_put_doc(&self->out, self->job, &what);
    worker_sent(self, at);
}

/* Documents are told from the outside in, so those that hold this one come first. */
static void doc_announce(worker *self, const worker_doc *mine)
{
    for (worker_doc *doc = self->docs; doc <= mine; doc++) {
        if (!doc->announced) {
            doc->announced = true;
            doc_send(self, doc->doc);
        }
    }
}

static bool list_has_room(const worker *self, bool clean)
{
    return clean ? self->listed_clean < WORKER_LISTED_MAX && self->sent < CLEAN_BYTES
                 : self->listed_other < WORKER_LISTED_MAX && self->sent < LISTED_BYTES;
}

/* For hits and gaps: false when the document may not be listed any more. */
static bool doc_may_tell(worker *self, worker_doc *mine, const format_doc *doc)
{
    if (mine->announced) {
        return true;
    }
    if (doc->no != 0 && !list_has_room(self, false)) {
        mine->over = true;
        return false;
    }
    self->listed_other += doc->no != 0 ? 1 : 0;
    doc_announce(self, mine);
    return true;
}

static void hit_send(worker *self, const format_doc *doc, const detect_hit *hit, frame_from from)
{
    char room[FRAME_PART_MAX];
    frame_hit what = {
        .doc = doc->no, .from = from, .hit = *hit, .part = part_of(doc, &hit->place, room)};
    what.hit.period.len = lj_min_size(what.hit.period.len, FRAME_PERIOD_MAX);
    while (what.hit.period.len > 0 && !lj_utf8_is_valid(lj_str_bytes(what.hit.period))) {
        what.hit.period.len--;
    }
    size_t at = self->out.len;
    frame_put_hit(&self->out, self->job, &what, self->rules);
    worker_sent(self, at);
}

/* ---- the sink ---- */

static void on_doc_begin(void *ctx, const format_doc *doc)
{
    worker *self = ctx;
    LJ_ASSERT(self->doc_count < LJ_COUNT_OF(self->docs));
    worker_doc *mine = &self->docs[self->doc_count++];
    *mine = (worker_doc){.no = doc->no, .doc = doc};
    worker_beat(self);
    if (doc->no == 0) {
        doc_announce(self, mine);
    } else {
        self->end.documents++;
    }
}

/* Detection calls this from inside detect_span: whose document it is was noted there. */
static void on_provisional(void *ctx, const detect_hit *hit)
{
    worker *self = ctx;
    const format_doc *doc = self->current;
    worker_doc *mine = doc != NULL ? doc_of(self, doc) : NULL;
    if (mine == NULL || mine->early >= EARLY_MAX || !doc_may_tell(self, mine, doc)) {
        return;
    }
    mine->early++;
    hit_send(self, doc, hit, FRAME_FROM_EARLY);
    worker_flush(self);
}

static worker_doc *with_detection(worker *self, const format_doc *doc)
{
    worker_doc *mine = doc_of(self, doc);
    if (mine->detect == NULL && !mine->no_memory) {
        detect_about about = {
            .today_on = self->hello.today_on, .changed_on = INT32_MIN, .hidden_by = doc->hidden_by};
        mine->detect = detect_begin(self->rules, &about, DETECT_MEMORY, on_provisional, self);
        mine->no_memory = mine->detect == NULL;
    }
    return mine;
}

static lj_code on_emit(void *ctx, const format_doc *doc, const span *what)
{
    worker *self = ctx;
    worker_doc *mine = with_detection(self, doc);
    worker_beat(self);
    if (mine->detect != NULL) {
        self->current = doc;
        detect_span(mine->detect, what);
        self->current = NULL;
    }
    return LJ_OK;
}

static bool on_seed(void *ctx, const format_doc *doc, text_charset charset, lj_slice bytes,
                    size_t hit, size_t *out_next)
{
    worker_doc *mine = with_detection(ctx, doc);
    return mine->detect == NULL || detect_seed_counts(mine->detect, charset, bytes, hit, out_next);
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    worker *self = ctx;
    worker_doc *mine = doc_of(self, doc);
    mine->gaps++;
    uint32_t bit = (uint32_t)1 << what->cause;
    bool known = (mine->gap_bits & bit) != 0;
    mine->gap_bits |= bit;
    if ((mine->gaps > GAPS_SENT_MAX && known) || !doc_may_tell(self, mine, doc)) {
        return;
    }
    char room[FRAME_PART_MAX];
    frame_gap gap_ = {
        .doc = doc->no,
        .what = *what,
        .detail = what->detail != NULL ? lj_cstr_str(what->detail) : (lj_str){"", 0},
        .part = part_of(doc, &what->place, room),
    };
    size_t at = self->out.len;
    frame_put_gap(&self->out, self->job, &gap_);
    worker_sent(self, at);
}

static void on_note(void *ctx, const format_doc *doc, format_note note)
{
    doc_of(ctx, doc)->notes |= (uint32_t)1 << note;
}

static bool is_best(worker *self, const detect_result *found)
{
    if (found == NULL || found->hit_count == 0) {
        return false;
    }
    if (!self->has_best || detect_hit_compare(self->rules, &found->hits[0], &self->best) < 0) {
        self->has_best = true;
        self->best = found->hits[0];
        self->best.mark = self->best.period = (lj_str){"", 0};
        return true;
    }
    return false;
}

/* Whether the document gets its own records, now that all is known. */
static bool is_listed(worker *self, worker_doc *mine, const format_doc *doc,
                      const detect_result *found)
{
    bool best = is_best(self, found);
    if (mine->announced) {
        return true;
    }
    bool clean = mine->gap_bits == 0 && (found == NULL || found->hit_count == 0);
    if (clean) {
        bool listed = self->hello.all && list_has_room(self, true);
        self->listed_clean += listed ? 1 : 0;
        self->end.omitted += listed ? 0 : 1;
        return listed;
    }
    if (best || (!mine->over && list_has_room(self, false))) {
        self->listed_other++;
        return true;
    }
    self->end.over++;
    self->end.over_gaps |= mine->gap_bits;
    (void)doc;
    return false;
}

static void on_doc_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    worker *self = ctx;
    worker_doc *mine = doc_of(self, doc);
    LJ_ASSERT(mine == &self->docs[self->doc_count - 1]);
    worker_beat(self);
    if (mine->no_memory) {
        on_gap(self, doc, &(gap){.cause = GAP_MEMORY, .next = GAP_NEXT_LIMIT});
    }
    const detect_result *found = mine->detect != NULL ? detect_end(mine->detect) : NULL;
    if (is_listed(self, mine, doc, found)) {
        frame_sum sum = {
            .doc = doc->no,
            .size = end->size,
            .examined = lj_min_u64(end->examined, end->size),
            .has_sha256 = end->has_sha256,
            .notes = mine->notes,
        };
        memcpy(sum.sha256, end->sha256, sizeof(sum.sha256));
        if (doc->no == 0 && self->has_sha) {
            sum.has_sha256 = true;
            memcpy(sum.sha256, self->sha256, sizeof(sum.sha256));
        }
        doc_announce(self, mine);
        if (found != NULL) {
            uint32_t wanted = (uint32_t)lj_min_u64(
                found->hit_count,
                self->hello.limits.value[FORMAT_LIMIT_FINDINGS] > self->hit_count
                    ? self->hello.limits.value[FORMAT_LIMIT_FINDINGS] - self->hit_count
                    : 0);
            sum.hits = wanted > 0 || found->hit_count == 0 ? wanted : 1; /* the best one always */
            sum.more = found->more_count + found->hit_count - sum.hits;
            sum.weak = found->weak_count;
            sum.counted = found->counted;
            sum.verdict = found->verdict;
            sum.class_ = found->class_;
            sum.score = found->score;
            for (uint32_t i = 0; i < sum.hits; i++) {
                hit_send(self, doc, &found->hits[i], FRAME_FROM_CONTENT);
            }
            self->hit_count += sum.hits;
        }
        size_t at = self->out.len;
        frame_put_sum(&self->out, self->job, &sum);
        worker_sent(self, at);
        if (sum.hits > 0) {
            worker_flush(self);
        }
    }
    detect_free(mine->detect);
    self->doc_count--;
}

static void on_beat(void *ctx, uint64_t work, uint64_t bytes)
{
    worker *self = ctx;
    worker_beat(self);
    size_t at = self->out.len;
    frame_put_beat(&self->out, self->job, &(frame_beat){work, bytes});
    worker_sent(self, at);
    worker_flush(self);
}

format_sink worker_sink_of(worker *self)
{
    return (format_sink){
        .ctx = self,
        .doc_begin = on_doc_begin,
        .emit = on_emit,
        .seed_counts = on_seed,
        .gap_found = on_gap,
        .note = on_note,
        .doc_end = on_doc_end,
        .beat = on_beat,
    };
}
