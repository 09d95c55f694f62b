/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One worker process as the parent sees it.
 *
 *   EMPTY --fork--> STARTING --READY--> SERVING --STOP--> STOPPING --end--> EMPTY
 *                      any of them --kill--> KILLED --end--> EMPTY
 *
 * What it sends is checked frame by frame (intake.c); the first that cannot be ends it. When it has
 * ended, the file it was working on is known from the shared page, if that names one of its jobs,
 * else from the records. */
#include <stdio.h>

#include "base/num.h"
#include "base/os_process.h"
#include "scan/pool_priv.h"
#include "scan/sandbox.h"

enum {
    MESSAGES_AT_ONCE = 64,
    START_MS = 30000,
    DYING_MS = 5000,  /* a killed process that hangs in the kernel is given up after that */
    ALONE_FACTOR = 4, /* times the time for a second attempt */
};

/* ---- birth and wish to die ---- */

void slot_kill(pool_slot *slot, pool_fate why)
{
    if (slot->state != SLOT_KILLED) {
        lj_os_kill(slot->pid);
        slot->state = SLOT_KILLED;
        slot->why = why;
        slot->killed_ms = lj_os_mono_ms();
    }
}

/* A worker that does not listen is dead, which its channel will say. */
static void hello_send(pool *self, pool_slot *slot)
{
    frame_hello hello = {
        .mode = self->mode,
        .all = self->options->all,
        .zh = self->options->zh,
        .today_on = self->today_on,
        .limits = self->options->limits,
    };
    memcpy(hello.rules_hash, self->rules_hash, sizeof(hello.rules_hash));
    lj_buf_clear(&self->out);
    frame_put_hello(&self->out, &hello);
    bool sent = lj_os_send(slot->channel, lj_buf_slice(&self->out), NULL, 0, false) == LJ_OS_DONE;
    enum { AT_ONCE = 64 };
    for (uint32_t at = 0; at < self->options->password_count && sent; at += AT_ONCE) {
        uint32_t count = (uint32_t)lj_min_u64(self->options->password_count - at, AT_ONCE);
        lj_buf_clear(&self->out);
        frame_put_keys(&self->out, self->options->passwords + at, count);
        sent = lj_buf_ok(&self->out) &&
               lj_os_send(slot->channel, lj_buf_slice(&self->out), NULL, 0, false) == LJ_OS_DONE;
    }
    if (!sent) {
        slot_kill(slot, POOL_DIED);
    }
}

lj_code slot_start(pool *self, pool_slot *slot, lj_err *err)
{
    if (slot->page == NULL) {
        slot->page = lj_os_pages(sizeof(*slot->page), true);
    }
    int ends[2] = {-1, -1};
    lj_code code = slot->page != NULL
                       ? lj_os_channel(ends, err)
                       : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a worker");
    if (code != LJ_OK) {
        return code;
    }
    *slot->page = (worker_page){0};
    worker_setup setup = {ends[1], slot->page, self->options};
    int pid = lj_os_fork();
    if (pid < 0) {
        lj_os_close(ends[0]);
        lj_os_close(ends[1]);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "cannot fork a worker");
    }
    if (pid == 0) {
        lj_os_close_others(&setup.channel, 1);
        if (self->options->gentle) {
            lj_os_be_gentle();
        }
        worker_serve(&setup);
    }
    lj_os_close(ends[1]);
    slot->state = SLOT_STARTING;
    slot->pid = pid;
    slot->channel = ends[0];
    slot->first = slot->count = slot->files = 0;
    slot->bytes = 0;
    slot->retiring = slot->alone = false;
    slot->seen_job = 0;
    slot->beats = 0;
    slot->start_ms = slot->beat_ms = slot->job_ms = lj_os_mono_ms();
    slot->why = POOL_DIED;
    slot->said.job = 0;
    hello_send(self, slot);
    return LJ_OK;
}

void slot_retire(pool *self, pool_slot *slot)
{
    slot->retiring = true;
    if (slot->count > 0 || slot->state != SLOT_SERVING) {
        return;
    }
    lj_buf_clear(&self->out);
    frame_put_plain(&self->out, FRAME_STOP, 0);
    (void)lj_os_send(slot->channel, lj_buf_slice(&self->out), NULL, 0, false);
    slot->state = SLOT_STOPPING;
    slot->beat_ms = lj_os_mono_ms();
}

/* ---- death ---- */

static void job_reset(pool_job *job)
{
    lj_buf_clear(&job->parts);
    if (job->fd >= 0) { /* asked for by a worker; that of a hard link was there before */
        lj_buf_clear(&job->copied);
    }
}

/* Position in the ring of the job that was being worked on, or count when there was none. */
static uint32_t culprit_of(const pool *self, const pool_slot *slot)
{
    uint64_t job = slot->page->job;
    if (slot->state == SLOT_KILLED && slot->why == POOL_PROTOCOL) {
        return 0; /* a worker that lies is not asked whom to blame */
    }
    for (uint32_t i = 0; i < slot->count && job != 0; i++) {
        if (self->jobs[slot->ring[(slot->first + i) % POOL_FLIGHT]].id == job) {
            return i;
        }
    }
    bool begun = slot->count > 0 && slot->said.job != 0 && slot->said.started;
    return begun ? 0 : slot->count;
}

static void detail_make(const pool_slot *slot, const lj_os_end *end, pool_job *job)
{
    uint32_t forbidden = slot->page->forbidden;
    if (slot->why == POOL_PROTOCOL) {
        (void)snprintf(job->detail, sizeof(job->detail), "protocol");
    } else if (forbidden != 0) {
        (void)snprintf(job->detail, sizeof(job->detail), "system call %u %s", forbidden - 1,
                       sandbox_call_name(forbidden - 1));
    } else if (end->signal != 0) {
        (void)snprintf(job->detail, sizeof(job->detail), "%s", lj_os_signal_name(end->signal));
    } else {
        (void)snprintf(job->detail, sizeof(job->detail), "exit %d", end->status);
    }
}

/* The file under which a worker died: once more alone, or the end of it. */
static lj_code culprit_settle(pool *self, pool_slot *slot, const lj_os_end *end, uint32_t idx,
                              lj_err *err)
{
    pool_job *job = &self->jobs[idx];
    intake *said = &slot->said;
    if (said->job != job->id) {
        intake_begin(said, job->id, job->stat.size, job->fd < 0);
    }
    job->attempts++;
    if (job->attempts < 2 && !(slot->state == SLOT_KILLED && slot->why == POOL_PROTOCOL)) {
        if (said->hit_count > 0 && job->parts.len == 0) {
            lj_buf_clear(&job->saved);
            lj_buf_put(&job->saved, lj_buf_slice(&said->content));
        }
        job_reset(job);
        pool_queue_add(self, &self->retry, idx, false);
        return LJ_OK;
    }
    job->fate = slot->state == SLOT_KILLED ? slot->why : POOL_DIED;
    job->limit = slot->limit;
    job->allowed = slot->allowed;
    job->memory = job->fate == POOL_DIED && slot->page->exhausted != 0;
    detail_make(slot, end, job);
    if (said->hit_count == 0 &&
        job->saved.len > 0) { /* the first attempt got further: its hits stay */
        lj_buf_clear(&said->content);
        lj_buf_put(&said->content, lj_buf_slice(&job->saved));
        rollup_begin(&said->roll, said->rules, ROLLUP_ALL);
        (void)rollup_feed_all(&said->roll, lj_buf_slice(&said->names));
        (void)rollup_feed_all(&said->roll, lj_buf_slice(&said->content));
    }
    return pool_job_finish(self, job, said, err);
}

/* The channel is closed, or the process was given up. */
static lj_code slot_bury(pool *self, pool_slot *slot, bool wait, lj_err *err)
{
    lj_os_end end = {.status = -1};
    lj_os_close(slot->channel);
    slot->channel = -1;
    if (wait) {
        lj_os_kill(slot->pid); /* a worker that closes its channel has nothing left to do */
    }
    (void)lj_os_reap(slot->pid, wait, &end);
    if (slot->state == SLOT_STARTING) {
        self->failed_starts++;
    }
    if (slot->state != SLOT_STOPPING) {
        self->deaths++;
    }
    uint32_t culprit = culprit_of(self, slot);
    lj_code code = LJ_OK;
    /* from the last to the first, each to the head of the queue: the order stays */
    for (uint32_t i = slot->count; i > 0 && code == LJ_OK; i--) {
        uint32_t idx = slot->ring[(slot->first + i - 1) % POOL_FLIGHT];
        if (i - 1 == culprit) {
            code = culprit_settle(self, slot, &end, idx, err);
        } else {
            job_reset(&self->jobs[idx]);
            pool_queue_add(self, &self->ready, idx, true);
        }
    }
    slot->count = 0;
    slot->bytes = 0;
    slot->said.job = 0;
    slot->state = SLOT_EMPTY;
    return code;
}

/* ---- what it says ---- */

static lj_code ready_take(pool *self, pool_slot *slot, const frame *what, lj_err *err)
{
    frame_ready ready;
    if (what->type != FRAME_READY || !frame_take_ready(what->payload, &ready) ||
        memcmp(ready.rules_hash, self->rules_hash, sizeof(ready.rules_hash)) != 0) {
        slot_kill(slot, POOL_PROTOCOL);
        return LJ_OK;
    }
    scan_posture *all = &self->posture;
    if (!self->has_posture) {
        *all = (scan_posture){
            .bits = ready.posture_bits, .landlock_abi = ready.landlock_abi, .times_kept = true};
    }
    all->bits &= ready.posture_bits;
    all->landlock_abi = (uint32_t)lj_min_u64(all->landlock_abi, ready.landlock_abi);
    all->sanitizer = all->sanitizer || ready.sanitizer;
    self->has_posture = true;
    self->failed_starts = 0;
    slot->state = SLOT_SERVING;
    if (self->options->require_sandbox &&
        (ready.posture_bits & SCAN_POSTURE_ALL) != SCAN_POSTURE_ALL) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX,
                       "the sandbox is not complete on this machine");
    }
    return LJ_OK;
}

static lj_code answer_sha(pool *self, pool_slot *slot, pool_job *job, lj_err *err)
{
    (void)err;
    bool known = self->events->is_known != NULL &&
                 self->events->is_known(self->events->ctx, job, slot->said.sha256);
    lj_buf_clear(&self->out);
    frame_put_plain(&self->out, known ? FRAME_SKIP : FRAME_GO, job->id);
    if (lj_os_send(slot->channel, lj_buf_slice(&self->out), NULL, 0, false) != LJ_OS_DONE) {
        slot_kill(slot, POOL_DIED);
    }
    return LJ_OK;
}

/* An END: the job leaves the ring. */
static lj_code job_end(pool *self, pool_slot *slot, lj_err *err)
{
    uint32_t idx = slot->ring[slot->first];
    pool_job *job = &self->jobs[idx];
    slot->first = (slot->first + 1) % POOL_FLIGHT;
    slot->count--;
    slot->bytes -= job->stat.size;
    slot->files++;
    uint32_t heavy = (uint32_t)1 << GAP_LIMIT | (uint32_t)1 << GAP_MEMORY;
    bool tired = slot->files >= self->recycle_files || (slot->said.roll.gap_bits & heavy) != 0 ||
                 slot->alone;
    lj_code code = pool_job_finish(self, job, &slot->said, err);
    slot->said.job = 0;
    slot->alone = false;
    if (code == LJ_OK && (tired || slot->retiring)) {
        slot_retire(self, slot);
    }
    return code;
}

static lj_code frame_handle(pool *self, pool_slot *slot, const frame *what, lj_slice raw,
                            lj_err *err)
{
    if (slot->state == SLOT_STARTING) {
        return ready_take(self, slot, what, err);
    }
    intake *said = &slot->said;
    if (slot->count == 0) {
        slot_kill(slot, POOL_PROTOCOL);
        return LJ_OK;
    }
    pool_job *job = &self->jobs[slot->ring[slot->first]];
    if (said->job == 0) {
        intake_begin(said, job->id, job->stat.size, job->fd < 0);
    }
    bool asked_before = said->asked;
    if (!intake_take(said, what, raw)) {
        slot_kill(slot, POOL_PROTOCOL);
        return LJ_OK;
    }
    const pool_events *events = self->events;
    if (what->type == FRAME_END) {
        if (said->end.skipped && job->copied.len == 0 && !job->ask_sha) {
            slot_kill(slot, POOL_PROTOCOL);
            return LJ_OK;
        }
        return job_end(self, slot, err);
    }
    if (what->type == FRAME_SHA && !asked_before) {
        return answer_sha(self, slot, job, err);
    }
    if (what->type == FRAME_SPAN && events->explained != NULL) {
        events->explained(events->ctx, &said->span);
    }
    if (what->type == FRAME_HIT && events->hit != NULL) {
        return events->hit(events->ctx, job, raw, err);
    }
    if (said->content.len > INTAKE_CONTENT_SPILL && events->part != NULL) {
        lj_code code = events->part(events->ctx, job, lj_buf_slice(&said->content), err);
        lj_buf_clear(&said->content);
        return code;
    }
    return LJ_OK;
}

lj_code slot_receive(pool *self, pool_slot *slot, lj_err *err)
{
    lj_code code = LJ_OK;
    for (int i = 0; i < MESSAGES_AT_ONCE && code == LJ_OK; i++) {
        size_t len = 0;
        lj_os_io got = lj_os_receive(slot->channel, self->room, FRAME_MAX, &len, NULL, NULL, false);
        if (got == LJ_OS_AGAIN) {
            return LJ_OK;
        }
        if (got == LJ_OS_BROKEN) {
            slot_kill(slot, POOL_PROTOCOL);
        }
        if (got != LJ_OS_DONE) {
            return slot_bury(self, slot, true, err);
        }
        lj_slice message = lj_slice_of(self->room, len);
        for (size_t at = 0; at < len && code == LJ_OK && slot->state != SLOT_KILLED;) {
            size_t from = at;
            frame what;
            if (!frame_next(message, &at, &what)) {
                slot_kill(slot, POOL_PROTOCOL);
            } else {
                code =
                    frame_handle(self, slot, &what, lj_slice_part(message, from, at - from), err);
            }
        }
    }
    return code;
}

/* ---- the watch ---- */

static void watch_kill(pool_slot *slot, format_limit limit, uint64_t allowed)
{
    slot->limit = limit;
    slot->allowed = allowed;
    slot_kill(slot, POOL_TIMED_OUT);
}

lj_code slot_watch(pool *self, pool_slot *slot, uint64_t now_ms, lj_err *err)
{
    const uint64_t *limits = self->options->limits.value;
    if (slot->state == SLOT_KILLED) {
        return now_ms - slot->killed_ms > DYING_MS ? slot_bury(self, slot, false, err) : LJ_OK;
    }
    if (slot->state == SLOT_STARTING || slot->state == SLOT_STOPPING) {
        if (now_ms - lj_max_u64(slot->start_ms, slot->beat_ms) > START_MS) {
            slot_kill(slot, POOL_DIED);
        }
        return LJ_OK;
    }
    if (slot->state != SLOT_SERVING || slot->count == 0) {
        slot->beat_ms = now_ms;
        return LJ_OK;
    }
    uint64_t job = slot->page->job;
    uint32_t beats = slot->page->beats;
    if (job != slot->seen_job) {
        slot->seen_job = job;
        slot->job_ms = now_ms;
        slot->job_cpu_ms = lj_os_cpu_ms_of(slot->pid);
        slot->beat_ms = now_ms;
    }
    if (beats != slot->beats) {
        slot->beats = beats;
        slot->beat_ms = now_ms;
    }
    uint64_t factor = slot->alone ? ALONE_FACTOR : 1;
    if (now_ms - slot->beat_ms > limits[FORMAT_LIMIT_SILENCE_MS] * factor) {
        watch_kill(slot, FORMAT_LIMIT_SILENCE_MS, limits[FORMAT_LIMIT_SILENCE_MS]);
    } else if (now_ms - slot->job_ms > limits[FORMAT_LIMIT_WALL_MS] * factor) {
        watch_kill(slot, FORMAT_LIMIT_WALL_MS, limits[FORMAT_LIMIT_WALL_MS]);
    } else if (now_ms - slot->job_ms > limits[FORMAT_LIMIT_CPU_MS] / 2 &&
               lj_os_cpu_ms_of(slot->pid) - slot->job_cpu_ms >
                   limits[FORMAT_LIMIT_CPU_MS] * factor) {
        watch_kill(slot, FORMAT_LIMIT_CPU_MS, limits[FORMAT_LIMIT_CPU_MS]);
    }
    return LJ_OK;
}
