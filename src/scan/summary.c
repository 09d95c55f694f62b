/* SPDX-License-Identifier: AGPL-3.0-or-later
 * summary.json: the run in figures. Times and counts of events stand here and only here. */
#include "base/num.h"
#include "base/os.h"
#include "scan/format_idx.h"
#include "scan/results.h"

enum { SUMMARY_MAX = 1024 * 1024, SHARE_BP = 10000 };

static void put_counts(lj_json *json, const scan_counts *counts)
{
    lj_json_uint(json, "files", counts->files);
    lj_json_object_begin(json, "by_verdict");
    for (unsigned i = 0; i < DETECT_VERDICT_COUNT; i++) {
        lj_json_uint(json, detect_verdict_row((detect_verdict)i)->name, counts->by_verdict[i]);
    }
    lj_json_object_end(json);
    lj_json_object_begin(json, "by_class");
    for (unsigned i = 0; i < DETECT_CLASS_COUNT; i++) {
        lj_json_uint(json, detect_class_row((detect_class)i)->name, counts->by_class[i]);
    }
    lj_json_object_end(json);
    lj_json_object_begin(json, "by_gap");
    for (unsigned i = 0; i < GAP_CAUSE_COUNT; i++) {
        if (counts->by_gap[i] > 0) {
            lj_json_uint(json, gap_cause_row((gap_cause)i)->name, counts->by_gap[i]);
        }
    }
    lj_json_object_end(json);
}

static void put_tally(lj_json *json, const results_tally *tally)
{
    lj_json_object_begin(json, "by_level");
    for (uint32_t i = 0; i < tally->level_count; i++) {
        char name[64];
        size_t len = lj_min_size(tally->levels[i].name.len, sizeof(name) - 1);
        memcpy(name, tally->levels[i].name.ptr, len);
        name[len] = '\0';
        lj_json_uint(json, name, tally->levels[i].files);
    }
    lj_json_object_end(json);
    lj_json_object_begin(json, "by_format");
    for (uint32_t i = 0; i < RESULTS_FORMATS; i++) {
        const char *name = tally->by_format[i] > 0 ? format_idx_name(i) : NULL;
        if (name != NULL) {
            lj_json_uint(json, name, tally->by_format[i]);
        }
    }
    lj_json_object_end(json);
}

static void put_events(lj_json *json, const scan_outcome *outcome)
{
    const scan_counts *counts = &outcome->counts;
    lj_json_uint(json, "incomplete", counts->incomplete);
    lj_json_uint(json, "bytes", counts->bytes);
    lj_json_uint(json, "examined", counts->examined);
    uint64_t missing = counts->bytes - lj_min_u64(counts->examined, counts->bytes);
    lj_json_uint(json, "not_examined", missing);
    uint64_t whole = counts->bytes > 0 ? counts->bytes : 1;
    lj_json_uint(json, "not_examined_bp",
                 missing > UINT64_MAX / SHARE_BP ? SHARE_BP : missing * SHARE_BP / whole);
    lj_json_uint(json, "records", counts->records);
    lj_json_uint(json, "folders", counts->folders);
    lj_json_uint(json, "links_not_followed", counts->links);
    lj_json_uint(json, "excluded", counts->excluded);
    lj_json_uint(json, "mounts_not_entered", counts->mounts);
    lj_json_uint(json, "unchanged", counts->unchanged);
    lj_json_uint(json, "read_again", counts->reread);
    lj_json_uint(json, "opened_twice", counts->opened_twice);
    lj_json_uint(json, "same_content", counts->same_content);
    lj_json_uint(json, "inner_documents", counts->documents);
    lj_json_uint(json, "worker_deaths", counts->worker_deaths);
    lj_json_uint(json, "recount", counts->recount);
    lj_json_bool(json, "resumed", outcome->resumed);
    lj_json_bool(json, "tree_changed", outcome->tree_changed);
    lj_json_uint(json, "milliseconds", outcome->elapsed_ms);
    lj_json_int(json, "exit", outcome->exit_bits);
    posture_json_put(json, "posture", &outcome->posture);
}

lj_code summary_write(const results_request *request, const scan_outcome *outcome,
                      const results_tally *tally, lj_err *err)
{
    lj_buf text;
    lj_buf_init(&text, NULL, SUMMARY_MAX);
    lj_json json = lj_json_of(&text);
    lj_json_object_begin(&json, NULL);
    lj_json_cstr(&json, "schema", "lijian-summary-1");
    char time[32];
    lj_os_time_text(request->state->started_at, time);
    lj_json_cstr(&json, "started", time);
    lj_os_time_text(lj_os_now_ms(), time);
    lj_json_cstr(&json, "finished", time);
    lj_json_cstr(&json, "host", request->host);
    put_counts(&json, &outcome->counts);
    put_tally(&json, tally);
    put_events(&json, outcome);
    lj_json_object_end(&json);
    lj_buf_put_u8(&text, '\n');
    int fd = -1;
    lj_code code =
        lj_buf_ok(&text)
            ? lj_os_create_file(request->state->out_dir, "summary.json.new", LJ_OS_FRESH, &fd, err)
            : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the summary");
    if (code == LJ_OK) {
        code = lj_os_write(fd, lj_buf_slice(&text), err);
    }
    if (code == LJ_OK) {
        code = lj_os_sync(fd, err);
    }
    lj_os_close(fd);
    lj_buf_done(&text);
    return code == LJ_OK
               ? lj_os_rename(request->state->out_dir, "summary.json.new", "summary.json", err)
               : code;
}
