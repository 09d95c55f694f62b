/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What workers give becomes records: the events of the pool. */
#include "base/num.h"
#include "scan/format_idx.h"
#include "scan/scan_priv.h"

enum { HIT_FROM_AT = 4 /* offset of `from` in the payload of a HIT */ };

static lj_code on_sending(void *ctx, const pool_job *job, lj_err *err)
{
    scan *self = ctx;
    if (job->fd < 0) {
        return LJ_OK;
    }
    self->counts.opened_twice += state_was_in_flight(&self->state, job->key) ? 1 : 0;
    return state_opened(&self->state, job->key, err);
}

static lj_code on_flush(void *ctx, lj_err *err)
{
    scan *self = ctx;
    return state_flush(&self->state, err);
}

static bool on_is_known(void *ctx, pool_job *job, const uint8_t sha256[LJ_SHA256_LEN])
{
    scan *self = ctx;
    uint8_t key[LJ_SIP_LEN];
    index_value known;
    scan_record record;
    state_content_key(&self->state, sha256, lj_buf_slice(&job->path), key);
    if (job->old_off != 0 || !index_find(self->state.index, key, &known) ||
        state_read(&self->state, known.off, &record, NULL) != LJ_OK ||
        record.size != job->stat.size || (record.flags & RECORD_SHA) == 0 ||
        memcmp(record.sha256, sha256, LJ_SHA256_LEN) != 0 ||
        ((record.flags & RECORD_OMITTED) != 0 && self->options->all)) {
        return false;
    }
    record_put(&job->copied, &record);
    return lj_buf_ok(&job->copied);
}

static lj_code on_part(void *ctx, pool_job *job, lj_slice content, lj_err *err)
{
    scan *self = ctx;
    uint64_t off = 0;
    lj_code code = state_part(&self->state, content, &off, err);
    lj_buf_put_u64le(&job->parts, off);
    return code;
}

static lj_code on_hit(void *ctx, const pool_job *job, lj_slice raw, lj_err *err)
{
    scan *self = ctx;
    uint8_t copy[FRAME_MAX];
    if (raw.len <= FRAME_HEAD_LEN + HIT_FROM_AT || raw.len > sizeof(copy) ||
        raw.ptr[FRAME_HEAD_LEN + HIT_FROM_AT] > FRAME_FROM_EARLY) {
        return LJ_OK; /* names are judged again anyway */
    }
    memcpy(copy, raw.ptr, raw.len);
    memset(copy + FRAME_JOB_AT, 0, sizeof(uint64_t));
    return state_hit(&self->state, job->key, lj_slice_of(copy, raw.len), err);
}

/* ---- the end of a job ---- */

static void gap_add(intake *said, const gap *what)
{
    frame_gap gap_ = {
        .what = *what,
        .detail = what->detail != NULL ? lj_cstr_str(what->detail) : (lj_str){"", 0}
    };
    gap_.what.detail = NULL;
    frame_put_gap(&said->content, 0, &gap_);
    rollup_feed_gap(&said->roll, what);
}

/* Gaps that the parent knows of: how it ended, what it was, whether it moved. */
static void gaps_add(const scan *self, pool_job *job, intake *said)
{
    if (job->has_own) {
        gap_add(said, &job->own);
    }
    switch (job->fate) {
    case POOL_FINISHED:
        break;
    case POOL_TIMED_OUT:
        gap_add(said, &(gap){.cause = GAP_TIME,
                             .next = GAP_NEXT_LIMIT,
                             .limit = job->limit,
                             .allowed = job->allowed,
                             .reached = job->allowed});
        break;
    case POOL_DIED:
    case POOL_PROTOCOL:
        if (job->memory) {
            uint64_t memory = self->options->limits.value[FORMAT_LIMIT_MEMORY];
            gap_add(said, &(gap){.cause = GAP_MEMORY,
                                 .next = GAP_NEXT_LIMIT,
                                 .limit = FORMAT_LIMIT_MEMORY,
                                 .allowed = memory,
                                 .reached = memory});
        } else {
            gap_add(said,
                    &(gap){.cause = GAP_CRASH, .next = GAP_NEXT_PERSON, .detail = job->detail});
        }
        break;
    }
    if (said->end.changed) {
        gap_add(said, &(gap){.cause = GAP_CHANGED, .next = GAP_NEXT_ACCESS});
    }
    if (said->end.failed && said->roll.gap_bits == 0) {
        gap_add(said, &(gap){.cause = GAP_OPEN, .next = GAP_NEXT_ACCESS, .detail = "read error"});
    }
    for (unsigned i = 0; i < GAP_CAUSE_COUNT; i++) {
        if ((said->end.over_gaps >> i & 1) != 0) {
            gap_add(
                said,
                &(gap){.cause = (gap_cause)i, .next = GAP_NEXT_PERSON, .detail = "more documents"});
        }
    }
}

static lj_str format_of(const pool_job *job, const rollup *roll)
{
    static const char *const special[] = {
        [LJ_OS_FOLDER] = "folder",
        [LJ_OS_FIFO] = "fifo",
        [LJ_OS_SOCKET] = "socket",
        [LJ_OS_CHAR_DEVICE] = "char_device",
        [LJ_OS_BLOCK_DEVICE] = "block_device",
    };
    if (!roll->has_doc && (unsigned)job->stat.kind < LJ_COUNT_OF(special) &&
        special[job->stat.kind] != NULL) {
        return lj_cstr_str(special[job->stat.kind]);
    }
    return lj_cstr_str(roll->format);
}

static bool is_plain(const rollup *roll, const scan_record *record, const intake *said)
{
    return roll->gap_bits == 0 && roll->hit_count == 0 && roll->notes == 0 && roll->weak == 0 &&
           roll->counted == 0 && roll->listed == 0 && said->names.len == 0 && roll->has_sum &&
           record->examined == record->size && record->part_count == 0 && said->end.documents == 0;
}

/* A record for a content that was examined under this name. */
static void record_own(const scan *self, const pool_job *job, intake *said, scan_record *record)
{
    rollup *roll = &said->roll;
    rollup_finish(roll);
    record->format = format_of(job, roll);
    record->examined = rollup_examined(roll, record->size);
    record->documents = said->end.documents;
    record->part_count = (uint32_t)(job->parts.len / sizeof(uint64_t));
    record->part_offs = lj_buf_slice(&job->parts);
    record->content = lj_buf_slice(&said->content);
    enum {
        PASSING =
            1u << GAP_OPEN | 1u << GAP_CHANGED | 1u << GAP_TIME | 1u << GAP_CRASH | 1u << GAP_MEMORY
    };
    record->flags |= (roll->gap_bits & PASSING) != 0 ? RECORD_RETRY : 0u;
    record->flags |= said->end.omitted > 0 && !self->options->all ? RECORD_OMITTED : 0u;
    if (roll->has_sum && roll->sum.has_sha256) {
        record->flags |= RECORD_SHA | RECORD_GROUP;
        memcpy(record->sha256, roll->sum.sha256, LJ_SHA256_LEN);
        state_group_of(&self->state, record->sha256, record->group);
    } else if (job->has_link) {
        record->flags |= RECORD_GROUP;
        memcpy(record->group, job->link, LJ_SIP_LEN);
    }
    record->flags |= is_plain(roll, record, said) ? RECORD_PLAIN : 0u;
}

/* A record for a content that is known from elsewhere: everything but place and names is taken
 * over. */
static lj_code record_shared(scan *self, const pool_job *job, intake *said, scan_record *record,
                             lj_err *err)
{
    scan_record twin;
    if (!record_take(lj_buf_slice(&job->copied), &twin)) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the record of a twin is damaged");
    }
    scan_record place = *record;
    *record = twin;
    memcpy(record->key, place.key, LJ_SIP_LEN);
    record->path = place.path;
    record->mtime_ns = place.mtime_ns;
    record->names = place.names;
    rollup_begin(&said->roll, self->options->rules, ROLLUP_ALL);
    lj_buf_clear(&said->content);
    lj_code code = state_content(&self->state, &twin, &said->content, err);
    if (code != LJ_OK) {
        return code;
    }
    (void)rollup_feed_all(&said->roll, lj_buf_slice(&said->names));
    (void)rollup_feed_all(&said->roll, lj_buf_slice(&said->content));
    rollup_finish(&said->roll);
    if (said->names.len > 0) {
        record->flags &= ~(uint32_t)RECORD_PLAIN;
        if (said->content.len == 0) {
            /* a plain twin keeps no frames: its document is told again */
            frame_doc doc = {.kind = FORMAT_ROOT, .format = record->format};
            frame_sum sum = {
                .size = record->size, .examined = record->examined, .has_sha256 = true};
            memcpy(sum.sha256, record->sha256, LJ_SHA256_LEN);
            frame_put_doc(&said->content, 0, &doc);
            frame_put_sum(&said->content, 0, &sum);
            record->content = lj_buf_slice(&said->content);
            (void)rollup_feed_all(&said->roll, record->content);
        }
    }
    return LJ_OK;
}

/* Whether a file that was read again as a check gave what it gave before. */
static bool is_same_as_before(scan *self, const pool_job *job, const scan_record *record)
{
    scan_record old;
    if (job->old_off == 0 || state_read(&self->state, job->old_off, &old, NULL) != LJ_OK) {
        return false;
    }
    lj_buf_clear(&self->old_room);
    lj_buf_clear(&self->new_room);
    record_put(&self->old_room, &old);
    record_put(&self->new_room, record);
    return lj_buf_ok(&self->old_room) &&
           lj_slice_is(lj_buf_slice(&self->old_room), lj_buf_slice(&self->new_room));
}

static lj_code on_done(void *ctx, pool_job *job, intake *said, lj_err *err)
{
    scan *self = ctx;
    scan_record record = {
        .size = job->stat.size,
        .mtime_ns = job->stat.mtime_ns,
        .path = lj_buf_slice(&job->path),
        .names = lj_buf_slice(&said->names),
    };
    memcpy(record.key, job->key, LJ_SIP_LEN);
    bool shared = job->copied.len > 0 && (said->end.skipped || job->fd < 0) && !said->end.changed;
    lj_code code = LJ_OK;
    if (shared) {
        self->counts.same_content += said->end.skipped ? 1 : 0;
        code = record_shared(self, job, said, &record, err);
    } else {
        if (job->fate != POOL_FINISHED && said->hit_count == 0) {
            size_t before = said->content.len;
            state_orphans(&self->state, job->key, &said->content);
            (void)rollup_feed_all(&said->roll,
                                  lj_slice_part(lj_buf_slice(&said->content), before, SIZE_MAX));
        }
        gaps_add(self, job, said);
        record_own(self, job, said, &record);
    }
    if (code != LJ_OK || !lj_buf_ok(&said->content)) {
        return code != LJ_OK ? code
                             : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a record");
    }
    state_outcome outcome = {
        .verdict = rollup_verdict(&said->roll),
        .class_ = rollup_class(&said->roll),
        .gaps = said->roll.gap_bits != 0,
    };
    scan_progress_count(self, record.size, outcome.verdict, outcome.class_);
    self->worked_bytes += record.size;
    self->counts.opened_twice += job->attempts > 0 ? 1 : 0;
    if (job->old_off != 0) {
        self->counts.reread++;
        if (is_same_as_before(self, job, &record)) {
            (void)index_flag_set(self->state.index, job->key, INDEX_SEEN | INDEX_CHECKED);
            return LJ_OK;
        }
    }
    index_value before;
    if (index_find(self->state.index, record.key, &before) && (before.flags & INDEX_SEEN) != 0) {
        scan_entry_forget(self, record.size); /* the folder gave the same name twice */
    }
    bool passing = (record.flags & RECORD_RETRY) != 0;
    uint8_t content_key[LJ_SIP_LEN];
    bool has_content =
        !shared && !passing && (record.flags & RECORD_SHA) != 0 && record.size >= SCAN_TWIN_MIN;
    if (has_content) {
        state_content_key(&self->state, record.sha256, record.path, content_key);
    }
    return state_file(&self->state, &record, &outcome, has_content ? content_key : NULL,
                      job->has_link && !shared && !passing ? job->link : NULL, err);
}

pool_events scan_events_of(scan *self)
{
    return (pool_events){
        .ctx = self,
        .sending = on_sending,
        .flush = on_flush,
        .is_known = on_is_known,
        .part = on_part,
        .hit = on_hit,
        .done = on_done,
    };
}
