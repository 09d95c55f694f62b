/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the walk gives becomes jobs - or nothing, when the state knows the file. A file that is
 * known costs one stat, one hash of some hundred bytes and one look into the index: no memory, no
 * descriptor, no word to a worker. */
#include "base/num.h"
#include "scan/scan_priv.h"

enum { STEP_MS = 100, BP_ALL = 10000 };

static uint64_t mixed(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93U;
    x ^= x >> 32;
    return x;
}

/* Which unchanged files are read again all the same: by chance, but the same for the same seed. */
static bool is_chosen(const scan *self, const uint8_t key[LJ_SIP_LEN])
{
    uint64_t value = 0;
    memcpy(&value, key, sizeof(value));
    return mixed(value ^ self->seed) % BP_ALL < self->reread_bp;
}

void scan_entry_forget(scan *self, uint64_t size)
{
    self->counts.files--;
    self->counts.bytes -= size;
}

/* True when nothing needs to be done; *old_off is set when it is known but to be read again. */
static bool is_known(scan *self, const walk_entry *entry, const uint8_t key[LJ_SIP_LEN],
                     uint64_t *old_off)
{
    index_value known;
    *old_off = 0;
    if (!index_find(self->state.index, key, &known) || (known.flags & INDEX_ALIAS) != 0) {
        return false;
    }
    bool this_run = known.off >= self->state.run_off;
    if ((known.flags & INDEX_RETRY) != 0 && !this_run) {
        return false;
    }
    if ((known.flags & INDEX_OMITTED) != 0 && self->options->all) {
        return false;
    }
    if (!this_run && entry->kind == WALK_FILE && (known.flags & INDEX_SEEN) == 0 &&
        is_chosen(self, key)) {
        *old_off = known.off;
        return false;
    }
    if (!index_flag_set(self->state.index, key, INDEX_SEEN)) {
        scan_entry_forget(self, entry->kind == WALK_FILE ? entry->stat.size : 0);
        return true;
    }
    self->counts.unchanged++;
    scan_progress_count(self, entry->stat.size, (detect_verdict)known.verdict,
                        (detect_class)known.class_);
    return true;
}

/* ---- gaps that the parent sees itself ---- */

static void gap_own(pool_job *job, gap_cause cause, const char *detail)
{
    job->own = (gap){.cause = cause, .next = GAP_NEXT_ACCESS, .detail = detail};
    job->has_own = true;
}

static void gap_of_error(pool_job *job, const lj_err *err)
{
    gap_own(job, GAP_OPEN,
            err->code == LJ_E_NOT_FOUND   ? "vanished"
            : err->code == LJ_E_FORBIDDEN ? "permission"
            : err->code == LJ_E_LIMIT     ? "path too long"
                                          : "read error");
}

/* ---- links and twins ---- */

static lj_code link_settle(scan *self, pool_job *job, lj_err *err)
{
    state_link_key(&self->state, &job->stat, job->link);
    job->has_link = true;
    lj_code code = LJ_OK;
    while (code == LJ_OK && pool_has_link(self->pool, job->link)) {
        code = pool_step(self->pool, STEP_MS, err);
    }
    index_value known;
    scan_record record;
    if (code != LJ_OK || !index_find(self->state.index, job->link, &known)) {
        return code;
    }
    code = state_read(&self->state, known.off, &record, err);
    if (code == LJ_OK && !((record.flags & RECORD_OMITTED) != 0 && self->options->all)) {
        record_put(&job->copied, &record);
        self->counts.same_content++;
    }
    return code;
}

static void size_meet(scan *self, pool_job *job)
{
    uint64_t max =
        self->options->limits.value[FORMAT_LIMIT_FILE_BYTES]; /* beyond it nothing is hashed */
    if (job->stat.size < SCAN_TWIN_MIN || job->stat.size > max) {
        return;
    }
    uint64_t at = mixed(job->stat.size) % SCAN_SIZES_BITS;
    uint8_t bit = (uint8_t)(1u << (at % 8));
    job->ask_sha = (self->sizes[at / 8] & bit) != 0;
    self->sizes[at / 8] |= bit;
}

/* ---- the entry ---- */

static void file_open(scan *self, const walk_entry *entry, pool_job *job)
{
    lj_err err = {0};
    bool kept = true;
    if (lj_os_open_file(entry->dir, entry->name, &job->fd, &kept, &err) != LJ_OK) {
        job->fd = -1;
        gap_of_error(job, &err);
        return;
    }
    self->times_kept = self->times_kept && kept;
    lj_os_stat stat = {0};
    if (lj_os_stat_of(job->fd, &stat, &err) != LJ_OK || stat.kind != LJ_OS_FILE) {
        lj_os_close(job->fd);
        job->fd = -1;
        gap_own(job, GAP_SPECIAL, "replaced");
        return;
    }
    if (stat.size != job->stat.size || stat.mtime_ns != job->stat.mtime_ns ||
        stat.ctime_ns != job->stat.ctime_ns || stat.ino != job->stat.ino ||
        stat.dev != job->stat.dev) {
        /* it moved between the walk's look and ours: ours counts, also for the sum of bytes */
        self->counts.bytes += stat.size - job->stat.size;
        job->stat = stat;
        state_file_key(&self->state, &stat, lj_buf_slice(&job->path), job->key);
        job->old_off = 0;
    }
    size_meet(self, job);
}

static lj_code job_fill(scan *self, const walk_entry *entry, pool_job *job, lj_err *err)
{
    job->name_from = entry->name_from;
    job->stat = entry->stat;
    if (entry->kind == WALK_BROKEN) {
        gap_of_error(job, &entry->err);
        return LJ_OK;
    }
    if (entry->kind == WALK_SPECIAL) {
        gap_own(job, GAP_SPECIAL, NULL);
        return LJ_OK;
    }
    if (entry->stat.links > 1 && job->old_off == 0) {
        lj_code code = link_settle(self, job, err);
        if (code != LJ_OK || job->copied.len > 0) {
            return code;
        }
    }
    return LJ_OK;
}

lj_code scan_entry_take(scan *self, const walk_entry *entry, lj_err *err)
{
    uint8_t key[LJ_SIP_LEN];
    uint64_t old_off = 0;
    self->counts.files++;
    uint64_t size = entry->kind == WALK_FILE ? entry->stat.size : 0;
    self->counts.bytes += size;
    state_file_key(&self->state, &entry->stat, entry->path, key);
    if (is_known(self, entry, key, &old_off)) {
        return LJ_OK;
    }
    pool_job *job = pool_job_take(self->pool);
    lj_code code = LJ_OK;
    while (job == NULL && code == LJ_OK) {
        code = pool_step(self->pool, STEP_MS, err);
        job = pool_job_take(self->pool);
    }
    if (code != LJ_OK) {
        if (job != NULL) {
            pool_job_return(self->pool, job);
        }
        return code;
    }
    memcpy(job->key, key, LJ_SIP_LEN);
    job->old_off = old_off;
    lj_buf_put(&job->path, entry->path);
    LJ_ASSERT(lj_buf_ok(&job->path));
    code = job_fill(self, entry, job, err);
    if (code != LJ_OK) {
        pool_job_return(self->pool, job);
        return code;
    }
    job->stat.size = entry->kind == WALK_FILE ? job->stat.size : 0;
    if (entry->kind == WALK_FILE && job->copied.len == 0) {
        file_open(self, entry, job);
    }
    pool_submit(self->pool, job);
    return LJ_OK;
}
