/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Jobs of the pool. A job is taken, filled by the owner, submitted, waits in `ready`, is handed to
 * a worker with up to fifteen others, and finished by an END. When its worker dies under it, it
 * goes to `retry` and gets a fresh worker of its own with four times the time; when that dies too,
 * it is finished with what came. Jobs that the worker had not begun go back to the head of `ready`;
 * the descriptor stays open here until the end, so nothing is looked up twice. */
#include "scan/pool.h"

#include "base/num.h"
#include "base/os_process.h"
#include "scan/pool_priv.h"

enum {
    JOBS_SPARE = 64,
    JOBS_MIN = 96,
    FILES_KEPT = 160,
    WATCH_MS = 100,
    START_LIMIT = 3,
    WARM_MS = 30000
};

/* ---- making ---- */

lj_code pool_new(const scan_options *options, frame_mode mode, int32_t today_on,
                 const pool_events *events, pool **out, lj_err *err)
{
    uint32_t count = options->jobs > 0 ? options->jobs : lj_os_cpu_count();
    count = (uint32_t)lj_min_u64(count, 128);
    /* each job under way holds a descriptor; the walk and the state need some too */
    uint64_t files = lj_os_raise_files();
    uint32_t job_count =
        (uint32_t)lj_min_u64(count * POOL_FLIGHT + JOBS_SPARE,
                             files > FILES_KEPT + JOBS_MIN ? files - FILES_KEPT : JOBS_MIN);
    lj_arena *home = lj_arena_new(sizeof(pool) + FRAME_MAX + job_count * sizeof(uint32_t) + 65536);
    pool *self = home != NULL ? lj_arena_alloc(home, sizeof(*self)) : NULL;
    if (self == NULL) {
        lj_arena_free(home);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the workers");
    }
    *self = (pool){.options = options,
                   .mode = mode,
                   .today_on = today_on,
                   .events = events,
                   .home = home,
                   .slot_count = count,
                   .recycle_files = options->recycle_files > 0 ? options->recycle_files : 2000,
                   .job_count = job_count,
                   .next_id = 1};
    self->ready = self->retry = (pool_queue){POOL_NO_JOB, POOL_NO_JOB, 0};
    lj_buf_init(&self->out, NULL, FRAME_MAX);
    self->room = lj_arena_alloc(home, FRAME_MAX);
    self->free_jobs = lj_arena_array(home, job_count, sizeof(*self->free_jobs));
    self->slots = lj_os_pages(count * sizeof(*self->slots), false);
    self->jobs = lj_os_pages(job_count * sizeof(*self->jobs), false);
    if (self->room == NULL || self->free_jobs == NULL || self->slots == NULL ||
        self->jobs == NULL) {
        pool_free(self);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the workers");
    }
    detect_rules_hash(options->rules, self->rules_hash);
    for (uint32_t i = 0; i < count; i++) {
        self->slots[i].channel = -1;
        intake_init(&self->slots[i].said, options->rules);
        self->slots[i].said.explain = mode == FRAME_MODE_EXPLAIN;
    }
    for (uint32_t i = 0; i < job_count; i++) {
        pool_job *job = &self->jobs[i];
        job->fd = -1;
        lj_buf_init(&job->path, NULL, FRAME_PATH_MAX);
        lj_buf_init(&job->parts, NULL, (size_t)64 * 1024);
        lj_buf_init(&job->copied, NULL, FRAME_JOB_MAX);
        lj_buf_init(&job->saved, NULL, FRAME_JOB_MAX);
        self->free_jobs[self->free_count++] = job_count - 1 - i;
    }
    *out = self;
    return LJ_OK;
}

void pool_free(pool *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t i = 0; self->slots != NULL && i < self->slot_count; i++) {
        pool_slot *slot = &self->slots[i];
        if (slot->state != SLOT_EMPTY) {
            lj_os_end end;
            lj_os_kill(slot->pid);
            lj_os_close(slot->channel);
            (void)lj_os_reap(slot->pid, slot->state != SLOT_KILLED, &end);
        }
        lj_os_pages_free(slot->page, sizeof(*slot->page));
        intake_done(&slot->said);
    }
    for (uint32_t i = 0; self->jobs != NULL && i < self->job_count; i++) {
        lj_os_close(self->jobs[i].fd);
        lj_buf_done(&self->jobs[i].path);
        lj_buf_done(&self->jobs[i].parts);
        lj_buf_done(&self->jobs[i].copied);
        lj_buf_done(&self->jobs[i].saved);
    }
    lj_os_pages_free(self->slots, self->slot_count * sizeof(*self->slots));
    lj_os_pages_free(self->jobs, self->job_count * sizeof(*self->jobs));
    lj_buf_done(&self->out);
    lj_arena_free(self->home);
}

/* ---- jobs ---- */

pool_job *pool_job_take(pool *self)
{
    if (self->free_count == 0) {
        return NULL;
    }
    pool_job *job = &self->jobs[self->free_jobs[--self->free_count]];
    job->id = self->next_id++;
    job->in_use = true;
    job->submitted = job->announced = job->ask_sha = job->has_link = job->has_own = job->memory =
        false;
    job->attempts = 0;
    job->old_off = 0;
    job->fate = POOL_FINISHED;
    job->detail[0] = '\0';
    job->stat = (lj_os_stat){0};
    lj_buf_clear(&job->path);
    lj_buf_clear(&job->parts);
    lj_buf_clear(&job->copied);
    lj_buf_clear(&job->saved);
    return job;
}

void pool_job_return(pool *self, pool_job *job)
{
    enum { KEEP_MAX = 64 * 1024 };
    lj_os_close(job->fd);
    job->fd = -1;
    job->in_use = false;
    if (job->copied.cap > KEEP_MAX ||
        job->saved.cap > KEEP_MAX) { /* one large file must not hold memory for ever */
        lj_buf_done(&job->copied);
        lj_buf_done(&job->saved);
        lj_buf_init(&job->copied, NULL, FRAME_JOB_MAX);
        lj_buf_init(&job->saved, NULL, FRAME_JOB_MAX);
    }
    self->free_jobs[self->free_count++] = (uint32_t)(job - self->jobs);
}

void pool_queue_add(pool *self, pool_queue *queue, uint32_t job, bool front)
{
    pool_job *mine = &self->jobs[job];
    mine->next = POOL_NO_JOB;
    if (queue->count == 0) {
        queue->first = queue->last = job;
    } else if (front) {
        mine->next = queue->first;
        queue->first = job;
    } else {
        self->jobs[queue->last].next = job;
        queue->last = job;
    }
    queue->count++;
}

static uint32_t queue_take(pool *self, pool_queue *queue)
{
    uint32_t job = queue->first;
    queue->first = self->jobs[job].next;
    queue->count--;
    return job;
}

void pool_submit(pool *self, pool_job *job)
{
    job->submitted = true;
    pool_queue_add(self, &self->ready, (uint32_t)(job - self->jobs), false);
}

lj_code pool_job_finish(pool *self, pool_job *job, intake *said, lj_err *err)
{
    self->documents += said->end.documents;
    lj_code code = self->events->done(self->events->ctx, job, said, err);
    pool_job_return(self, job);
    return code;
}

bool pool_has_link(const pool *self, const uint8_t link[LJ_SIP_LEN])
{
    for (uint32_t i = 0; i < self->job_count; i++) {
        const pool_job *job = &self->jobs[i];
        if (job->in_use && job->submitted && job->has_link &&
            memcmp(job->link, link, LJ_SIP_LEN) == 0) {
            return true;
        }
    }
    return false;
}

bool pool_is_idle(const pool *self)
{
    return self->free_count == self->job_count;
}

uint32_t pool_queued(const pool *self)
{
    return self->ready.count;
}

bool pool_wants_more(const pool *self)
{
    return self->ready.count < self->slot_count * (POOL_FLIGHT / 2) &&
           self->free_count > JOBS_SPARE / 2;
}

/* ---- handing out ---- */

static bool slot_can_take(const pool_slot *slot)
{
    return slot->state == SLOT_SERVING && !slot->retiring && !slot->alone &&
           slot->count <= POOL_FLIGHT - WORKER_BATCH &&
           (slot->count == 0 || slot->bytes < POOL_FLIGHT_BYTES);
}

/* Sends the first `count` jobs of a queue in one message; *out_sent false when there was no room.
 */
static lj_code slot_send(pool *self, pool_slot *slot, pool_queue *queue, uint32_t count,
                         bool *out_sent, lj_err *err)
{
    int fds[WORKER_BATCH];
    size_t fd_count = 0;
    lj_buf_clear(&self->out);
    uint32_t at = queue->first;
    for (uint32_t i = 0; i < count; i++, at = self->jobs[at].next) {
        pool_job *job = &self->jobs[at];
        if (!job->announced) {
            job->announced = true;
            lj_code code = self->events->sending != NULL
                               ? self->events->sending(self->events->ctx, job, err)
                               : LJ_OK;
            if (code != LJ_OK) {
                return code;
            }
        }
        frame_job what = {
            .fd_count = job->fd >= 0 ? 1 : 0,
            .ask_sha = job->ask_sha,
            .size = job->stat.size,
            .mtime_ns = job->stat.mtime_ns,
            .name_from = job->name_from,
            .path = lj_buf_slice(&job->path),
        };
        frame_put_job(&self->out, job->id, &what);
        if (job->fd >= 0) {
            fds[fd_count++] = job->fd;
        }
    }
    LJ_ASSERT(lj_buf_ok(&self->out));
    lj_code code =
        self->events->flush != NULL ? self->events->flush(self->events->ctx, err) : LJ_OK;
    if (code != LJ_OK) {
        return code;
    }
    *out_sent =
        lj_os_send(slot->channel, lj_buf_slice(&self->out), fds, fd_count, false) == LJ_OS_DONE;
    for (uint32_t i = 0; i < count && *out_sent; i++) {
        uint32_t job = queue_take(self, queue);
        slot->ring[(slot->first + slot->count) % POOL_FLIGHT] = job;
        slot->count++;
        slot->bytes += self->jobs[job].stat.size;
    }
    return LJ_OK;
}

/* How many of the ready jobs make one message for this worker. */
static uint32_t batch_of(const pool *self, const pool_slot *slot)
{
    enum { JOB_HEAD = 128 };
    uint64_t bytes = slot->bytes;
    size_t len = 0;
    uint32_t count = 0;
    for (uint32_t at = self->ready.first; count < self->ready.count && count < WORKER_BATCH;
         at = self->jobs[at].next, count++) {
        const pool_job *job = &self->jobs[at];
        len += JOB_HEAD + job->path.len;
        if (len > FRAME_MAX - JOB_HEAD ||
            (slot->count + count > 0 && bytes + job->stat.size > POOL_FLIGHT_BYTES)) {
            break;
        }
        bytes += job->stat.size;
    }
    return count > 0 || self->ready.count == 0 || slot->count > 0 ? count : 1;
}

/* A job that took its worker down gets a fresh one to itself. */
static lj_code retry_send(pool *self, lj_err *err)
{
    pool_slot *busy = NULL;
    for (uint32_t i = 0; i < self->slot_count && self->retry.count > 0; i++) {
        pool_slot *slot = &self->slots[i];
        if (slot->state == SLOT_SERVING && slot->files == 0 && slot->count == 0 &&
            !slot->retiring && !slot->alone) {
            bool sent = false;
            lj_code code = slot_send(self, slot, &self->retry, 1, &sent, err);
            if (code != LJ_OK) {
                return code;
            }
            slot->alone = sent;
            self->retries += sent ? 1 : 0;
        } else if (slot->state == SLOT_EMPTY || slot->state == SLOT_STARTING || slot->retiring) {
            return LJ_OK; /* there will be one soon */
        } else if (!slot->alone && (busy == NULL || slot->count < busy->count)) {
            busy = slot;
        }
    }
    if (self->retry.count > 0 && busy != NULL) {
        slot_retire(self, busy);
    }
    return LJ_OK;
}

static lj_code hand_out(pool *self, lj_err *err)
{
    lj_code code = self->retry.count > 0 ? retry_send(self, err) : LJ_OK;
    for (uint32_t i = 0; i < self->slot_count && code == LJ_OK && self->ready.count > 0; i++) {
        pool_slot *slot = &self->slots[i];
        bool reserved = self->retry.count > 0 && slot->files == 0 && slot->count == 0;
        bool sent = true;
        while (code == LJ_OK && sent && !reserved && self->ready.count > 0 && slot_can_take(slot)) {
            uint32_t count = batch_of(self, slot);
            if (count == 0) {
                break;
            }
            code = slot_send(self, slot, &self->ready, count, &sent, err);
        }
    }
    return code;
}

/* Forks workers as the work comes in: one at once, the others when the first cannot keep up. */
static lj_code start_more(pool *self, lj_err *err)
{
    uint32_t waiting = self->ready.count + self->retry.count;
    uint32_t live = 0;
    pool_slot *empty = NULL;
    for (uint32_t i = 0; i < self->slot_count; i++) {
        if (self->slots[i].state != SLOT_EMPTY) {
            live++;
        } else if (empty == NULL) {
            empty = &self->slots[i];
        }
    }
    bool wanted = waiting > 0 &&
                  (live == 0 || self->ready.count >= WORKER_BATCH / 2 || self->retry.count > 0);
    if (!wanted || empty == NULL) {
        return LJ_OK;
    }
    if (self->failed_starts >= START_LIMIT) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "workers cannot be started");
    }
    return slot_start(self, empty, err);
}

lj_code pool_step(pool *self, int timeout_ms, lj_err *err)
{
    enum { SLOTS_MAX = 128 };
    lj_os_wait waits[SLOTS_MAX];
    pool_slot *who[SLOTS_MAX];
    size_t count = 0;
    lj_code code = start_more(self, err);
    if (code == LJ_OK) {
        code = hand_out(self, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    for (uint32_t i = 0; i < self->slot_count; i++) {
        if (self->slots[i].state != SLOT_EMPTY) {
            who[count] = &self->slots[i];
            waits[count++] = (lj_os_wait){.fd = self->slots[i].channel};
        }
    }
    lj_os_wait_any(waits, count, timeout_ms);
    for (size_t i = 0; i < count && code == LJ_OK; i++) {
        if (waits[i].ready) {
            code = slot_receive(self, who[i], err);
        }
    }
    uint64_t now = lj_os_mono_ms();
    if (code == LJ_OK && now - self->watched_ms >= WATCH_MS) {
        self->watched_ms = now;
        for (uint32_t i = 0; i < self->slot_count && code == LJ_OK; i++) {
            code = slot_watch(self, &self->slots[i], now, err);
        }
    }
    return code;
}

lj_code pool_warm(pool *self, lj_err *err)
{
    lj_code code = LJ_OK;
    uint64_t start = lj_os_mono_ms();
    while (code == LJ_OK && !self->has_posture) {
        if (self->failed_starts >= START_LIMIT || lj_os_mono_ms() - start > WARM_MS) {
            return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "workers cannot be started");
        }
        if (self->slots[0].state == SLOT_EMPTY) {
            code = slot_start(self, &self->slots[0], err);
        }
        if (code == LJ_OK) {
            code = pool_step(self, WATCH_MS, err);
        }
    }
    return code;
}

/* ---- what it tells ---- */

bool pool_posture(const pool *self, scan_posture *out)
{
    *out = self->posture;
    return self->has_posture;
}

uint64_t pool_deaths(const pool *self)
{
    return self->deaths;
}

uint64_t pool_retries(const pool *self)
{
    return self->retries;
}

uint64_t pool_documents(const pool *self)
{
    return self->documents;
}

lj_slice pool_slowest(const pool *self, uint64_t *out_ms)
{
    lj_slice path = {NULL, 0};
    uint64_t now = lj_os_mono_ms();
    *out_ms = 0;
    for (uint32_t i = 0; i < self->slot_count; i++) {
        const pool_slot *slot = &self->slots[i];
        if (slot->state == SLOT_SERVING && slot->count > 0 && slot->seen_job != 0 &&
            now - slot->job_ms > *out_ms) {
            const pool_job *job = &self->jobs[slot->ring[slot->first]];
            if (job->id == slot->seen_job) {
                *out_ms = now - slot->job_ms;
                path = lj_buf_slice(&job->path);
            }
        }
    }
    return path;
}
