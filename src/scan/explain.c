/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One file through one sandboxed worker, for people; and the probe of the sandbox alone. */
#include <stdio.h>

#include "base/os.h"
#include "base/os_process.h"
#include "scan/pool.h"

enum { WAIT_MS = 200, DAY_MS = 86400000, LINE_LEN = 160 };

typedef struct explanation {
    scan_explain_fn *line;
    void *ctx;
} explanation;

static void on_explained(void *ctx, const frame_span *line)
{
    explanation *self = ctx;
    self->line(self->ctx, (scan_explain_kind)line->kind, line->depth, line->text);
}

/* The names of the way come as hits; content is told as text already. */
static lj_code on_done(void *ctx, pool_job *job, intake *said, lj_err *err)
{
    explanation *self = ctx;
    (void)err;
    char text[LINE_LEN];
    int len = 0;
    if (job->fate != POOL_FINISHED) {
        len = snprintf(text, sizeof(text), "%s %s", gap_cause_row(GAP_CRASH)->name, job->detail);
        if (job->fate == POOL_TIMED_OUT) {
            len = snprintf(text, sizeof(text), "%s %s", gap_cause_row(GAP_TIME)->name,
                           format_limit_row_of(job->limit)->name);
        }
        self->line(self->ctx, SCAN_EXPLAIN_GAP, 0,
                   (lj_str){text, (size_t)(len > 0 && len < LINE_LEN ? len : 0)});
    }
    for (uint32_t i = 0; i < said->roll.hit_count; i++) {
        const rollup_hit *hit = &said->roll.hits[i];
        const char *from = hit->from == FRAME_FROM_FOLDER ? "folder" : "name";
        len = snprintf(text, sizeof(text), "%s: %s  %d", from, detect_class_row(hit->class_)->name,
                       (int)(hit->hit.score + hit->cut));
        self->line(self->ctx, SCAN_EXPLAIN_CANDIDATE, 0,
                   (lj_str){text, (size_t)(len > 0 && len < LINE_LEN ? len : 0)});
        self->line(self->ctx, SCAN_EXPLAIN_CANDIDATE, 1, hit->hit.mark);
        for (uint32_t k = 0; k < hit->hit.term_count; k++) {
            const detect_weight *weight =
                detect_weight_of(said->rules, hit->hit.pack_idx, hit->hit.terms[k]);
            if (weight != NULL) {
                len = snprintf(text, sizeof(text), "%+d  %s", (int)weight->points, weight->code);
                self->line(self->ctx, SCAN_EXPLAIN_TERM, 1,
                           (lj_str){text, (size_t)(len > 0 && len < LINE_LEN ? len : 0)});
            }
        }
    }
    return LJ_OK;
}

static lj_code job_submit(pool *workers, const char *path, lj_err *err)
{
    pool_job *job = pool_job_take(workers);
    LJ_ASSERT(job != NULL);
    size_t len = strlen(path);
    size_t slash = len;
    while (slash > 0 && path[slash - 1] != '/') {
        slash--;
    }
    lj_buf_put_cstr(&job->path, path);
    job->name_from = (uint32_t)slash;
    lj_code code = len <= FRAME_PATH_MAX ? lj_os_open_file(LJ_OS_CWD, path, &job->fd, NULL, err)
                                         : lj_fail(err, LJ_E_INVALID, UINT64_MAX, "path too long");
    if (code == LJ_OK) {
        code = lj_os_stat_of(job->fd, &job->stat, err);
    }
    if (code == LJ_OK && job->stat.kind != LJ_OS_FILE) {
        code = lj_fail(err, LJ_E_INVALID, UINT64_MAX, "not a regular file");
    }
    if (code == LJ_OK) {
        pool_submit(workers, job);
    } else {
        pool_job_return(workers, job);
    }
    return code;
}

lj_code scan_explain(const scan_options *options, const char *path, scan_explain_fn *line,
                     void *ctx, lj_err *err)
{
    scan_options one = *options;
    one.jobs = 1;
    explanation self = {line, ctx};
    pool_events events = {.ctx = &self, .done = on_done, .explained = on_explained};
    pool *workers = NULL;
    lj_arena *home = lj_arena_new((size_t)256 * 1024);
    char *real = NULL;
    lj_os_ignore_broken_pipes();
    lj_code code = home != NULL ? lj_os_real_path(path, home, &real, err)
                                : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory to begin");
    if (code == LJ_OK) {
        code = pool_new(&one, FRAME_MODE_EXPLAIN, (int32_t)(lj_os_now_ms() / DAY_MS), &events,
                        &workers, err);
    }
    if (code == LJ_OK) {
        code = job_submit(workers, real, err);
    }
    while (code == LJ_OK && !pool_is_idle(workers)) {
        code = pool_step(workers, WAIT_MS, err);
    }
    pool_free(workers);
    lj_arena_free(home);
    return code;
}

lj_code scan_posture_probe(const scan_options *options, scan_posture *out, lj_err *err)
{
    scan_options one = *options;
    one.jobs = 1;
    one.require_sandbox = false;
    pool_events events = {0};
    pool *workers = NULL;
    lj_os_ignore_broken_pipes();
    lj_code code = pool_new(&one, FRAME_MODE_SCAN, 0, &events, &workers, err);
    if (code == LJ_OK) {
        code = pool_warm(workers, err);
    }
    if (code == LJ_OK) {
        (void)pool_posture(workers, out);
    }
    pool_free(workers);
    return code;
}
