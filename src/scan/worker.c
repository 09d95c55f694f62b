/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Life of a worker: HELLO and KEYS come in, everything that loads is loaded, the sandbox is
 * entered, READY goes out; then jobs one after the other until STOP.
 *
 * Records are collected and sent when 32 KiB have come together, when a hit or a beat is among
 * them, and before the worker waits for more work: many small files cost one message, a finding is
 * never kept back.
 *
 * Inputs are read with pread, never mapped: a file that shrinks would kill the process. Holes of
 * sparse files are not read. */
#include "scan/worker.h"

#include "base/num.h"
#include "base/os.h"
#include "base/os_process.h"
#include "scan/sandbox.h"
#include "scan/worker_priv.h"

enum {
    KEYS_MEMORY = 4 * 1024 * 1024,
    NAMES_MEMORY = 4 * 1024 * 1024,
};

/* ---- output ---- */

void worker_flush(worker *self)
{
    if (self->out.len == 0) {
        return;
    }
    if (!lj_buf_ok(&self->out) ||
        lj_os_send(self->setup->channel, lj_buf_slice(&self->out), NULL, 0, true) != LJ_OS_DONE) {
        lj_os_exit(
            70); /* nobody listens any more, or a frame did not fit: the parent lists the file */
    }
    lj_buf_clear(&self->out);
}

void worker_sent(worker *self, size_t at)
{
    self->sent += self->out.len - at;
    if (self->out.len >= WORKER_OUT_FLUSH) {
        /* a message holds whole frames: send what was there before when this one would make it too
         * long */
        if (self->out.len > FRAME_MAX && at > 0) {
            lj_slice newest = lj_slice_part(lj_buf_slice(&self->out), at, SIZE_MAX);
            size_t len = newest.len;
            self->out.len = at;
            worker_flush(self);
            memmove(self->out.ptr, newest.ptr, len); /* the buffer keeps its memory */
            self->out.len = len;
        }
        worker_flush(self);
    }
}

void worker_beat(worker *self)
{
    self->setup->page->beats++;
}

/* ---- input ---- */

static bool key_add(void *ctx, lj_str password)
{
    worker *self = ctx;
    enum { KEYS_MAX = 65536 };
    if (self->keys == NULL) {
        self->keys = lj_arena_array(self->keys_arena, KEYS_MAX, sizeof(*self->keys));
    }
    lj_slice copy = lj_arena_copy(self->keys_arena, lj_str_bytes(password));
    if (self->keys == NULL || self->key_count == KEYS_MAX ||
        (copy.ptr == NULL && password.len > 0)) {
        return true; /* more passwords than fit: those that do are tried */
    }
    self->keys[self->key_count++] = (lj_str){(const char *)copy.ptr, copy.len};
    return true;
}

static void job_add(worker *self, const frame *what, const int *fds, size_t fd_count, size_t *fd_at)
{
    frame_job job;
    LJ_ASSERT(frame_take_job(what->payload, &job));
    LJ_ASSERT(self->job_count < WORKER_QUEUE);
    worker_job *slot = &self->jobs[(self->job_first + self->job_count) % WORKER_QUEUE];
    slot->id = what->job;
    slot->fd = -1;
    if (job.fd_count > 0) {
        LJ_ASSERT(*fd_at < fd_count);
        slot->fd = fds[(*fd_at)++];
    }
    slot->what = job;
    lj_buf_clear(&slot->path);
    lj_buf_put(&slot->path, job.path);
    LJ_ASSERT(lj_buf_ok(&slot->path));
    slot->what.path = lj_buf_slice(&slot->path);
    self->job_count++;
}

/* One message from the parent, whose word counts here. */
static void message_take(worker *self)
{
    int fds[LJ_OS_PASS_MAX];
    size_t fd_count = 0;
    size_t fd_at = 0;
    size_t len = 0;
    lj_os_io got =
        lj_os_receive(self->setup->channel, self->in, FRAME_MAX, &len, fds, &fd_count, true);
    if (got != LJ_OS_DONE) {
        lj_os_exit(0); /* the parent is gone */
    }
    lj_slice message = lj_slice_of(self->in, len);
    size_t at = 0;
    while (at < message.len) {
        frame next;
        LJ_ASSERT(frame_next(message, &at, &next));
        if (next.type == FRAME_HELLO) {
            LJ_ASSERT(frame_take_hello(next.payload, &self->hello));
        } else if (next.type == FRAME_KEYS) {
            LJ_ASSERT(frame_take_keys(next.payload, key_add, self));
        } else if (next.type == FRAME_JOB) {
            job_add(self, &next, fds, fd_count, &fd_at);
        } else if (next.type == FRAME_GO || next.type == FRAME_SKIP) {
            self->answered = true;
            self->answer_skip = next.type == FRAME_SKIP;
        } else {
            LJ_ASSERT(next.type == FRAME_STOP);
            self->stopping = true;
        }
    }
}

/* ---- the file ---- */

typedef struct file_input {
    worker *self;
    int fd;
    uint64_t size;
    bool sparse;
    uint64_t data_from, data_to; /* the stretch of data that was found last */
} file_input;

static lj_code file_read(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                         lj_err *err)
{
    file_input *file = ctx;
    size_t done = 0;
    worker_beat(file->self);
    len = off < file->size ? (size_t)lj_min_u64(len, file->size - off) : 0;
    while (done < len) {
        uint64_t at = off + done;
        if (file->sparse && (at < file->data_from || at >= file->data_to)) {
            (void)lj_os_data_at(file->fd, at, file->size, &file->data_from, &file->data_to);
        }
        size_t part = len - done;
        if (file->sparse && at < file->data_from) {
            part = (size_t)lj_min_u64(part, file->data_from - at);
            memset(dst + done, 0, part);
            done += part;
            continue;
        }
        if (file->sparse && at < file->data_to) {
            part = (size_t)lj_min_u64(part, file->data_to - at);
        }
        size_t got = 0;
        lj_code code = lj_os_read_at(file->fd, at, dst + done, part, &got, err);
        if (code != LJ_OK) {
            return code;
        }
        done += got;
        if (got < part) {
            break; /* it has become shorter */
        }
    }
    *out_len = done;
    return LJ_OK;
}

static bool hash_file(worker *self, file_input *file, uint8_t out[LJ_SHA256_LEN])
{
    lj_sha256_begin(self->sha);
    for (uint64_t off = 0; off < file->size;) {
        size_t got = 0;
        if (file_read(file, off, self->hash_room, WORKER_HASH_STEP, &got, NULL) != LJ_OK ||
            got == 0) {
            return false;
        }
        lj_sha256_add(self->sha, lj_slice_of(self->hash_room, got));
        off += got;
    }
    lj_sha256_end(self->sha, out);
    return true;
}

/* Asks the parent whether the content is known. True: it is, there is nothing to examine. */
static bool content_is_known(worker *self, file_input *file)
{
    self->has_sha = hash_file(self, file, self->sha256);
    if (!self->has_sha) {
        return false;
    }
    size_t at = self->out.len;
    frame_put_sha(&self->out, self->job, self->sha256);
    worker_sent(self, at);
    worker_flush(self);
    self->answered = false;
    while (!self->answered) {
        message_take(self);
    }
    return self->answer_skip;
}

/* Whether the file moved between the parent's look at it and the end of reading. A new name or the
 * loss of one also changes ctime, and is no change of the content. */
static bool has_changed(const frame_job *job, const lj_os_stat *before, const lj_os_stat *after)
{
    bool content = before->size != job->size || before->mtime_ns != job->mtime_ns ||
                   after->size != before->size || after->mtime_ns != before->mtime_ns;
    return content || (after->ctime_ns != before->ctime_ns && after->links == before->links);
}

static void examine(worker *self, const worker_job *job)
{
    lj_os_stat before = {0};
    lj_os_stat after = {0};
    lj_err err = {0};
    if (lj_os_stat_of(job->fd, &before, &err) != LJ_OK) {
        self->end.failed = true;
        return;
    }
    file_input file = {
        .self = self, .fd = job->fd, .size = before.size, .sparse = before.stored < before.size};
    if (job->what.ask_sha && content_is_known(self, &file)) {
        self->end.skipped = true;
    } else {
        size_t slash = job->what.path.len;
        while (slash > 0 && job->what.path.ptr[slash - 1] != '/') {
            slash--;
        }
        bool explain = self->hello.mode == FRAME_MODE_EXPLAIN;
        format_options options = {
            .limits = self->hello.limits,
            .seeds = detect_rules_seeds(self->rules),
            .wants_all = explain,
            .wants_sha256 = !self->has_sha,
            .passwords = self->keys,
            .password_count = self->key_count,
            .name = lj_slice_part(job->what.path, slash, SIZE_MAX),
        };
        format_input input = {&file, before.size, file_read};
        format_sink sink = explain ? worker_explain_sink_of(self) : worker_sink_of(self);
        scan_examine_fn *examine_fn = self->setup->options->examine;
        lj_code code = examine_fn != NULL
                           ? examine_fn(self->context, &input, &options, &sink, &err)
                           : format_examine(self->context, &input, &options, &sink, &err);
        self->end.failed = code != LJ_OK;
        self->end.units = format_context_work(self->context);
    }
    self->end.changed =
        lj_os_stat_of(job->fd, &after, &err) != LJ_OK || has_changed(&job->what, &before, &after);
}

static void job_run(worker *self, worker_job *job)
{
    self->job = job->id;
    self->sent = 0;
    self->doc_count = 0;
    self->listed_clean = self->listed_other = self->hit_count = 0;
    self->has_best = self->has_sha = false;
    self->end = (frame_end){0};
    self->setup->page->job = job->id;
    worker_beat(self);
    size_t at = self->out.len;
    frame_put_plain(&self->out, FRAME_START, job->id);
    worker_sent(self, at);
    worker_judge_names(self, &job->what);
    if (job->fd >= 0) {
        examine(self, job);
        lj_os_close(job->fd);
        job->fd = -1;
    }
    /* an examination that was stopped from inside may leave documents open */
    while (self->doc_count > 0) {
        detect_free(self->docs[--self->doc_count].detect);
    }
    self->end.peak_bytes = lj_os_peak_bytes();
    at = self->out.len;
    frame_put_end(&self->out, job->id, &self->end);
    worker_sent(self, at);
    self->setup->page->job = 0;
}

/* ---- life ---- */

static bool worker_prepare(worker *self)
{
    uint64_t memory = self->hello.limits.value[FORMAT_LIMIT_MEMORY];
    self->context = format_context_new((size_t)lj_min_u64(memory / 8 * 5, SIZE_MAX / 2));
    self->sha = lj_sha256_new();
    self->name_arena = lj_arena_new(NAMES_MEMORY);
    return self->context != NULL && self->sha != NULL && self->name_arena != NULL;
}

static void ready_send(worker *self, const scan_posture *posture)
{
    frame_ready ready = {.posture_bits = posture->bits,
                         .landlock_abi = posture->landlock_abi,
                         .sanitizer = posture->sanitizer};
    detect_rules_hash(self->rules, ready.rules_hash);
    frame_put_ready(&self->out, &ready);
    worker_flush(self);
}

_Noreturn void worker_serve(const worker_setup *setup)
{
    lj_arena *home = lj_arena_new(sizeof(worker) + FRAME_MAX + WORKER_HASH_STEP + 65536);
    worker *self = home != NULL ? lj_arena_alloc(home, sizeof(*self)) : NULL;
    uint8_t *in = home != NULL ? lj_arena_alloc(home, FRAME_MAX) : NULL;
    uint8_t *room = home != NULL ? lj_arena_alloc(home, WORKER_HASH_STEP) : NULL;
    lj_arena *keys = lj_arena_new(KEYS_MEMORY);
    if (self == NULL || in == NULL || room == NULL || keys == NULL) {
        lj_os_exit(70);
    }
    self->setup = setup;
    self->rules = setup->options->rules;
    self->in = in;
    self->hash_room = room;
    self->keys_arena = keys;
    lj_buf_init(&self->out, NULL, 4 * FRAME_MAX);
    lj_buf_init(&self->name_text, NULL, 4 * FRAME_MAX);
    lj_buf_init(&self->folder.path, NULL, FRAME_MAX);
    lj_buf_init(&self->folder.hits, NULL, 2 * FRAME_MAX);
    for (uint32_t i = 0; i < WORKER_QUEUE; i++) {
        lj_buf_init(&self->jobs[i].path, NULL, FRAME_MAX);
    }
    message_take(self); /* HELLO */
    if (!worker_prepare(self)) {
        lj_os_exit(70);
    }
    scan_posture posture;
    sandbox_request cage = {
        .memory = self->hello.limits.value[FORMAT_LIMIT_MEMORY],
        .descriptors = WORKER_QUEUE + 16,
        .forbidden = &setup->page->forbidden,
        .exhausted = &setup->page->exhausted,
    };
    sandbox_enter(&cage, &posture);
    ready_send(self, &posture);
    while (!self->stopping || self->job_count > 0) {
        if (self->job_count == 0) {
            worker_flush(self);
            message_take(self);
            continue;
        }
        worker_job *job = &self->jobs[self->job_first];
        self->job_first = (self->job_first + 1) % WORKER_QUEUE;
        self->job_count--;
        job_run(self, job);
    }
    worker_flush(self);
    lj_os_exit(0);
}
