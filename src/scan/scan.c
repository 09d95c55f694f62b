/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A run from its beginning to its end:
 *   roots, state (lock, journal, index), a counting process, the walk, the pool;
 *   loop: fill the pool from the walk, hand out, take in, journal, watch, show;
 *   results and summary from the journal; the laws of conservation; the run's end in the journal.
 *
 * The laws: files walked = sum of verdicts (state) = lines read back from results.jsonl, and = the
 * files that an independent walk finds. The first two cannot differ without a fault of ours; the
 * last also differs when the tree changes meanwhile, and then the result says so. */
#include "scan/scan.h"

#include "base/num.h"
#include "base/os_process.h"
#include "scan/results.h"
#include "scan/scan_priv.h"

enum {
    HOME_MEMORY = 8 * 1024 * 1024,
    FILL_MAX = 512, /* entries of the walk between two looks at workers and clock */
    WAIT_MS = 100,
    SHOW_MS = 250,
    RATE_MS = 2000,
    SLOW_MS = 2000,
    REREAD_STANDARD_BP = 100,
    HOST_MAX = 256,
};

scan_options scan_options_standard(void)
{
    return (scan_options){.limits = format_limits_standard()};
}

void scan_posture_text(const scan_posture *posture, char text[160])
{
    static const struct {
        uint32_t bit;
        const char *name;
    } rows[] = {
        {SCAN_POSTURE_NO_OPEN,   "open"    },
        {SCAN_POSTURE_NO_SOCKET, "socket"  },
        {SCAN_POSTURE_NO_FORK,   "fork"    },
        {SCAN_POSTURE_SECCOMP,   "seccomp" },
        {SCAN_POSTURE_LANDLOCK,  "landlock"},
        {SCAN_POSTURE_MEMORY,    "memory"  },
        {SCAN_POSTURE_NO_CORE,   "core"    },
    };
    lj_buf out;
    lj_buf_init(&out, NULL, 160);
    for (int pass = 0; pass < 2; pass++) {
        bool first = true;
        for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
            bool has = (posture->bits & rows[i].bit) != 0;
            if (has == (pass == 0)) {
                lj_buf_put_cstr(&out, !first || (pass == 0 && i > 0) ? " "
                                      : pass == 1                    ? "; missing: "
                                                                     : "");
                lj_buf_put_cstr(&out, rows[i].name);
                first = false;
            }
        }
    }
    if (posture->sanitizer) {
        lj_buf_put_cstr(&out, " (sanitizer build)");
    }
    size_t len = lj_min_size(out.len, 159);
    memcpy(text, out.ptr != NULL ? (const char *)out.ptr : "", len);
    text[len] = '\0';
    lj_buf_done(&out);
}

/* ---- progress ---- */

void scan_progress_count(scan *self, uint64_t bytes, detect_verdict verdict, detect_class class_)
{
    self->done_files++;
    self->done_bytes += bytes;
    self->marked += class_ >= DETECT_PROBABLE ? 1 : 0;
    self->looks += class_ == DETECT_LOOK ? 1 : 0;
    self->unreadable += verdict == DETECT_UNREADABLE ? 1 : 0;
}

static void progress_show(scan *self, const char *phase, bool force)
{
    uint64_t now = lj_os_mono_ms();
    if (self->options->progress == NULL || (!force && now - self->shown_ms < SHOW_MS)) {
        return;
    }
    self->shown_ms = now;
    if (now - self->rate_ms >= RATE_MS) {
        self->rate = (self->worked_bytes - self->rate_bytes) * 1000 / (now - self->rate_ms);
        self->rate_ms = now;
        self->rate_bytes = self->worked_bytes;
    }
    walk_recount total =
        self->counter != NULL ? walk_counter_state(self->counter) : (walk_recount){0};
    scan_progress shown = {
        .files = self->done_files,
        .bytes = self->done_bytes,
        .total_files =
            self->walk_done ? self->counts.files : lj_max_u64(total.files, self->counts.files),
        .total_bytes =
            self->walk_done ? self->counts.bytes : lj_max_u64(total.bytes, self->counts.bytes),
        .total_known = self->walk_done || total.done == 1,
        .unchanged = self->counts.unchanged,
        .marked = self->marked,
        .looks = self->looks,
        .unreadable = self->unreadable,
        .elapsed_ms = now - self->start_ms,
        .eta_ms = -1,
        .bytes_per_s = self->rate,
        .phase = phase,
    };
    shown.slow_path = pool_slowest(self->pool, &shown.slow_ms);
    if (shown.slow_ms < SLOW_MS) {
        shown.slow_path = (lj_slice){NULL, 0};
    }
    /* files and bytes each say how far we are; the slower of both is believed */
    if (shown.total_known && shown.files > 0 && shown.elapsed_ms > SLOW_MS) {
        uint64_t left_files = shown.total_files - lj_min_u64(shown.files, shown.total_files);
        uint64_t left_bytes = shown.total_bytes - lj_min_u64(shown.bytes, shown.total_bytes);
        double elapsed = (double)shown.elapsed_ms;
        double by_files = elapsed * (double)left_files / (double)shown.files;
        double by_bytes = shown.bytes > 0 ? elapsed * (double)left_bytes / (double)shown.bytes : 0;
        shown.eta_ms = (int64_t)(by_files > by_bytes ? by_files : by_bytes);
    }
    self->options->progress(self->options->progress_ctx, &shown);
}

/* ---- the loop ---- */

static bool is_stopped(const scan *self)
{
    return self->options->stop != NULL && *self->options->stop != 0;
}

static lj_code walk_some(scan *self, lj_err *err)
{
    walk_entry entry;
    lj_code code = LJ_OK;
    for (int i = 0; i < FILL_MAX && code == LJ_OK && pool_wants_more(self->pool); i++) {
        if (!walk_next(self->walk, &entry)) {
            self->walk_done = true;
            break;
        }
        code = scan_entry_take(self, &entry, err);
    }
    return code;
}

static lj_code scan_loop(scan *self, lj_err *err)
{
    lj_code code = LJ_OK;
    while (code == LJ_OK && !(self->walk_done && pool_is_idle(self->pool))) {
        if (!self->walk_done) {
            code = walk_some(self, err);
        }
        bool hungry = !self->walk_done && pool_wants_more(self->pool);
        if (code == LJ_OK && !(self->walk_done && pool_is_idle(self->pool))) {
            code = pool_step(self->pool, hungry ? 0 : WAIT_MS, err);
        }
        if (code == LJ_OK) {
            code = state_tick(&self->state, err);
        }
        progress_show(self, "scan", false);
        if (code == LJ_OK && is_stopped(self)) {
            code = lj_fail(err, LJ_E_CANCELLED, UINT64_MAX, "interrupted");
        }
    }
    lj_err second;
    lj_code kept =
        state_flush(&self->state, &second); /* what was found is kept, however the run ends */
    if (code == LJ_OK && kept != LJ_OK) {
        *err = second;
        return kept;
    }
    return code;
}

/* ---- the end ---- */

/* The independent count; when it differs, once more, because the first was taken while the scan
 * ran. */
static void recount(scan *self, scan_outcome *out)
{
    walk_recount found = {0};
    if (self->counter != NULL) {
        found = walk_counter_finish(self->counter, true);
        self->counter = NULL;
    }
    if (found.done != 1 || found.files != self->counts.files) {
        walk_counter *again = walk_counter_start(&self->walk_options, self->options->gentle);
        if (again != NULL) {
            found = walk_counter_finish(again, true);
        }
    }
    self->counts.recount = found.files;
    out->tree_changed = found.done != 1 || found.files != self->counts.files;
}

static lj_code laws_check(const scan *self, lj_err *err)
{
    const scan_counts *counts = &self->counts;
    uint64_t verdicts = 0;
    for (unsigned i = 0; i < DETECT_VERDICT_COUNT; i++) {
        verdicts += counts->by_verdict[i];
    }
    if (verdicts != counts->files || counts->examined > counts->bytes) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX,
                       "law of conservation: a file that was walked has no result");
    }
    return results_check(&self->state, counts, self->options->all, err);
}

static lj_code scan_finish(scan *self, scan_outcome *out, lj_err *err)
{
    char host[HOST_MAX];
    lj_os_host_name(host, sizeof(host));
    progress_show(self, "results", true);
    if (!pool_posture(self->pool, &out->posture)) {
        lj_code code = pool_warm(
            self->pool, err); /* nothing had to be examined: the posture stands in the results */
        if (code != LJ_OK) {
            return code;
        }
        (void)pool_posture(self->pool, &out->posture);
    }
    out->posture.times_kept = self->times_kept;
    const walk_counts *walked = walk_counts_of(self->walk);
    self->counts.folders = walked->folders;
    self->counts.links = walked->links;
    self->counts.excluded = walked->excluded;
    self->counts.mounts = walked->mounts;
    self->counts.documents = pool_documents(self->pool);
    self->counts.worker_deaths = pool_deaths(self->pool);
    self->counts.examined = self->counts.bytes;
    recount(self, out);
    results_tally *tally = lj_arena_alloc(self->home, sizeof(*tally));
    if (tally == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the summary");
    }
    results_request request = {self->options, &self->state,     out->posture,       host,
                               self->roots,   self->root_count, self->options->stop};
    lj_code code = results_write(&request, &self->counts, tally, err);
    progress_show(self, "check", true);
    lj_code law = code == LJ_OK ? laws_check(self, err) : LJ_OK;
    if (code == LJ_OK) {
        lj_err second;
        code = state_complete(&self->state, law == LJ_OK ? err : &second);
    }
    if (code != LJ_OK) {
        return code;
    }
    const scan_counts *counts = &self->counts;
    uint64_t alarms = counts->by_class[DETECT_PROBABLE] + counts->by_class[DETECT_CONFIRMED] +
                      (self->options->look ? counts->by_class[DETECT_LOOK] : 0);
    out->exit_bits =
        (alarms > 0 ? SCAN_EXIT_ALARM : 0) | (counts->incomplete > 0 ? SCAN_EXIT_GAPS : 0);
    uint32_t rank = 0;
    for (uint32_t i = 0; i < tally->level_count; i++) {
        if (out->level.len == 0 || tally->levels[i].rank > rank) {
            rank = tally->levels[i].rank;
            out->level = lj_str_bytes(tally->levels[i].name);
        }
    }
    out->counts = *counts;
    out->resumed = self->state.resumed;
    out->elapsed_ms = lj_os_mono_ms() - self->start_ms;
    code = summary_write(&request, out, tally, err);
    return code == LJ_OK ? law : code;
}

/* ---- the beginning ---- */

static lj_code scan_begin(scan *self, lj_err *err)
{
    const scan_options *options = self->options;
    lj_os_ignore_broken_pipes();
    if (options->gentle) {
        lj_os_be_gentle();
    }
    self->home = lj_arena_new(HOME_MEMORY);
    self->roll = NULL;
    lj_buf_init(&self->old_room, NULL, JOURNAL_RECORD_MAX);
    lj_buf_init(&self->new_room, NULL, JOURNAL_RECORD_MAX);
    self->sizes = self->home != NULL ? lj_arena_alloc(self->home, SCAN_SIZES_BITS / 8) : NULL;
    if (self->sizes == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory to begin");
    }
    self->seed = options->reread_seed != 0 ? options->reread_seed : lj_os_random_u64();
    self->reread_bp = options->reread_bp == 0            ? REREAD_STANDARD_BP
                      : options->reread_bp == UINT32_MAX ? 0
                                                         : options->reread_bp;
    self->times_kept = true;
    self->start_ms = self->rate_ms = lj_os_mono_ms();
    lj_code code = scan_roots_take(self, err);
    if (code != LJ_OK) {
        return code;
    }
    self->walk_options = (walk_options){
        .roots = self->roots,
        .root_count = self->root_count,
        .excludes = {options->excludes, options->exclude_count},
        .cross_mounts = options->cross_mounts,
    };
    code = state_open(options, &self->state, err);
    if (code != LJ_OK) {
        return code;
    }
    self->counter = walk_counter_start(&self->walk_options, options->gentle);
    self->walk = walk_new(&self->walk_options);
    if (self->walk == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory to walk");
    }
    self->events = scan_events_of(self);
    code =
        pool_new(options, FRAME_MODE_SCAN, self->state.today_on, &self->events, &self->pool, err);
    if (code == LJ_OK && options->require_sandbox) {
        code = pool_warm(self->pool, err);
    }
    return code;
}

lj_code scan_run(const scan_options *options, scan_outcome *out, lj_err *err)
{
    scan self = {.options = options};
    self.state.out_dir = self.state.dir = self.state.lock_fd = -1;
    scan_outcome outcome = {0};
    lj_code code = scan_begin(&self, err);
    if (code == LJ_OK) {
        code = scan_loop(&self, err);
    }
    if (code == LJ_OK) {
        code = scan_finish(&self, &outcome, err);
    }
    if (self.counter != NULL) {
        (void)walk_counter_finish(self.counter, false);
    }
    pool_free(self.pool);
    walk_free(self.walk);
    if (self.state.log != NULL) {
        lj_err second;
        lj_code kept = journal_sync(self.state.log, &second);
        if (code == LJ_OK && kept != LJ_OK) {
            *err = second;
            code = kept;
        }
    }
    state_close(&self.state);
    lj_buf_done(&self.old_room);
    lj_buf_done(&self.new_room);
    lj_arena_free(self.home);
    if (code == LJ_OK || code == LJ_E_INTERNAL) {
        *out = outcome;
    }
    return code;
}
