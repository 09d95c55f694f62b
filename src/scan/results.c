/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The projection, in three passes with bounded memory:
 *   1. the index says which files were seen; records that are to be listed go, with the key
 * (content, outcome, path), to a first sort - or straight to the second, when a twin must not be
 * merged with them because a name speaks too;
 *   2. neighbours with equal content and outcome become one item: the least path, and the others as
 * also_at;
 *   3. items in the order of their paths are rendered from the journal.
 * So two workers or twenty, one run or three resumed ones, give the same bytes. */
#include "scan/results.h"

#include "base/cur.h"
#include "base/num.h"
#include "base/os.h"
#include "scan/extsort.h"
#include "scan/format_idx.h"

enum {
    SORT_MEMORY = 4 * 1024 * 1024,
    OUT_LEN = 256 * 1024,
    LINE_MAX_LEN = 16 * 1024 * 1024,
    ALSO_MAX = 40 * 1024, /* bytes of places in one record; more places go to a further record */
    STOP_EVERY = 1024,
};

typedef struct projection {
    const results_request *request;
    state *state;
    scan_counts *counts;
    results_tally *tally;
    rollup *roll; /* of a file */
    rollup *part; /* of a document in it */
    lj_buf content, out, key, value;
    extsort *by_content, *by_path;
    lj_sha256 *sha;
    int fd;
    uint64_t steps;
} projection;

static bool is_stopped(projection *at)
{
    const volatile sig_atomic_t *stop = at->request->stop;
    return ++at->steps % STOP_EVERY == 0 && stop != NULL && *stop != 0;
}

/* ---- pass 1 ---- */

/* All that is known of a file: its frames in at->content, the roll-up in at->roll. */
static lj_code file_roll(projection *at, const scan_record *record, lj_err *err)
{
    rollup_begin(at->roll, at->request->options->rules, ROLLUP_ALL);
    lj_buf_clear(&at->content);
    if ((record->flags & RECORD_PLAIN) != 0) {
        return LJ_OK;
    }
    lj_code code = state_content(at->state, record, &at->content, err);
    if (code == LJ_OK && (!rollup_feed_all(at->roll, record->names) ||
                          !rollup_feed_all(at->roll, lj_buf_slice(&at->content)))) {
        code = lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "a record of the journal is damaged");
    }
    rollup_finish(at->roll);
    return code;
}

static void level_count(results_tally *tally, const rollup *roll)
{
    if (roll->hit_count == 0 || roll->hits[0].class_ < DETECT_PROBABLE) {
        return;
    }
    const detect_hit *best = &roll->hits[0].hit;
    const detect_level *level = detect_level_of(roll->rules, best->pack_idx, best->level_idx);
    if (level == NULL) {
        return;
    }
    lj_str name = lj_cstr_str(level->name);
    for (uint32_t i = 0; i < tally->level_count; i++) {
        if (lj_str_is(tally->levels[i].name, name)) {
            tally->levels[i].files++;
            return;
        }
    }
    if (tally->level_count < RESULTS_LEVELS) {
        tally->levels[tally->level_count++] = (results_level){name, level->rank, 1};
    }
}

static lj_code item_add(projection *at, const scan_record *record, uint64_t off, lj_err *err)
{
    lj_buf_clear(&at->key);
    lj_buf_clear(&at->value);
    lj_buf_put_u64le(&at->value, off);
    if ((record->flags & RECORD_GROUP) == 0 || record->names.len > 0) {
        return extsort_add(at->by_path, record->path, lj_buf_slice(&at->value), err);
    }
    /* the outcome: what two files of the same content must have in common to be told as one */
    uint8_t outcome[LJ_SIP_LEN];
    lj_buf_put_u64le(&at->content, record->size);
    lj_buf_put_u64le(&at->content, record->examined);
    lj_buf_put(&at->content, lj_str_bytes(record->format));
    if (!lj_buf_ok(&at->content)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for results");
    }
    lj_sip128(journal_key(at->state->log), lj_buf_slice(&at->content), outcome);
    lj_buf_put(&at->key, lj_slice_of(record->group, LJ_SIP_LEN));
    lj_buf_put(&at->key, lj_slice_of(outcome, LJ_SIP_LEN));
    lj_buf_put(&at->key, record->path);
    return extsort_add(at->by_content, lj_buf_slice(&at->key), lj_buf_slice(&at->value), err);
}

static lj_code entry_take(projection *at, const index_value *value, lj_err *err)
{
    scan_counts *counts = at->counts;
    bool all = at->request->options->all;
    counts->by_verdict[value->verdict]++;
    counts->by_class[value->class_]++;
    counts->incomplete += (value->flags & INDEX_GAPS) != 0 ? 1 : 0;
    at->tally->by_format[value->format < RESULTS_FORMATS ? value->format : FORMAT_IDX_UNKNOWN]++;
    bool plain = (value->flags & INDEX_PLAIN) != 0;
    if (plain && !all) {
        return LJ_OK;
    }
    scan_record record;
    lj_code code = state_read(at->state, value->off, &record, err);
    if (code == LJ_OK) {
        code = file_roll(at, &record, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    counts->examined -= lj_min_u64(counts->examined, record.size - record.examined);
    for (unsigned i = 0; i < GAP_CAUSE_COUNT; i++) {
        counts->by_gap[i] += at->roll->gap_bits >> i & 1;
    }
    level_count(at->tally, at->roll);
    return all || value->verdict != DETECT_CLEAN ? item_add(at, &record, value->off, err) : LJ_OK;
}

static lj_code pass_index(projection *at, lj_err *err)
{
    index_cursor cursor = {0, 0};
    uint8_t key[LJ_SIP_LEN];
    index_value value;
    lj_code code = LJ_OK;
    while (code == LJ_OK && index_next(at->state->index, &cursor, key, &value)) {
        if ((value.flags & INDEX_SEEN) != 0 && (value.flags & INDEX_ALIAS) == 0) {
            code = entry_take(at, &value, err);
        }
        if (is_stopped(at)) {
            return lj_fail(err, LJ_E_CANCELLED, UINT64_MAX, "interrupted");
        }
    }
    return code == LJ_OK ? extsort_finish(at->by_content, err) : code;
}

/* ---- pass 2 ---- */

enum { GROUP_LEN = 2 * LJ_SIP_LEN };

/* at->key: the least path of the group; at->value: {u64 offset, {u32 length, path}...}. */
static lj_code group_flush(projection *at, lj_err *err)
{
    if (at->value.len == 0) {
        return LJ_OK;
    }
    lj_code code =
        lj_buf_ok(&at->key) && lj_buf_ok(&at->value)
            ? extsort_add(at->by_path, lj_slice_part(lj_buf_slice(&at->key), GROUP_LEN, SIZE_MAX),
                          lj_buf_slice(&at->value), err)
            : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for results");
    lj_buf_clear(&at->value);
    return code;
}

static lj_code pass_groups(projection *at, lj_err *err)
{
    lj_buf_clear(&at->key);
    lj_buf_clear(&at->value);
    lj_code code = LJ_OK;
    bool more = true;
    while (code == LJ_OK) {
        lj_slice key, value;
        code = extsort_next(at->by_content, &more, &key, &value, err);
        if (code != LJ_OK || !more) {
            break;
        }
        lj_slice path = lj_slice_part(key, GROUP_LEN, SIZE_MAX);
        bool same = at->value.len > 0 && at->value.len + path.len < ALSO_MAX &&
                    memcmp(key.ptr, at->key.ptr, GROUP_LEN) == 0;
        if (same) {
            lj_buf_put_u32le(&at->value, (uint32_t)path.len);
            lj_buf_put(&at->value, path);
            continue;
        }
        code = group_flush(at, err);
        lj_buf_clear(&at->key);
        lj_buf_put(&at->key, key);
        lj_buf_put(&at->value, value);
    }
    if (code == LJ_OK) {
        code = group_flush(at, err);
    }
    return code == LJ_OK ? extsort_finish(at->by_path, err) : code;
}

/* ---- pass 3 ---- */

static lj_code out_write(projection *at, bool force, lj_err *err)
{
    if (!lj_buf_ok(&at->out)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "a line of results is too long");
    }
    if (at->out.len < OUT_LEN && !force) {
        return LJ_OK;
    }
    lj_code code = lj_os_write(at->fd, lj_buf_slice(&at->out), err);
    lj_buf_clear(&at->out);
    return code;
}

/* The record of one inner document: from its DOC on, its own frames up to its SUM. */
static lj_code doc_write(projection *at, const scan_record *record, const frame_doc *doc,
                         lj_slice rest, lj_err *err)
{
    rollup_begin(at->part, at->request->options->rules, doc->doc);
    for (size_t pos = 0; pos < rest.len && !at->part->has_sum;) {
        frame next;
        if (!frame_next(rest, &pos, &next) || !rollup_feed(at->part, &next)) {
            return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "a record of the journal is damaged");
        }
    }
    rollup_finish(at->part);
    if (!at->request->options->all && rollup_verdict(at->part) == DETECT_CLEAN) {
        return LJ_OK;
    }
    record_view view = {
        record, at->part, doc, at->request->host, {NULL, 0},
            at->sha
    };
    record_json_put(&at->out, &view);
    at->counts->records++;
    return out_write(at, false, err);
}

static lj_code file_write(projection *at, uint64_t off, lj_slice also_at, lj_err *err)
{
    scan_record record;
    lj_code code = state_read(at->state, off, &record, err);
    if (code == LJ_OK) {
        code = file_roll(at, &record, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    record_view view = {&record, at->roll, NULL, at->request->host, also_at, at->sha};
    record_json_put(&at->out, &view);
    at->counts->records++;
    code = out_write(at, false, err);
    lj_slice frames = lj_buf_slice(&at->content);
    for (size_t pos = 0; pos < frames.len && code == LJ_OK;) {
        size_t from = pos;
        frame next;
        frame_doc doc;
        if (!frame_next(frames, &pos, &next)) {
            return lj_fail(err, LJ_E_FORMAT, off, "a record of the journal is damaged");
        }
        if (next.type == FRAME_DOC && frame_take_doc(next.payload, &doc) && doc.doc != 0) {
            code = doc_write(at, &record, &doc, lj_slice_part(frames, from, SIZE_MAX), err);
        }
    }
    return code;
}

static lj_code pass_write(projection *at, lj_err *err)
{
    header_json_put(&at->out, at->request);
    lj_code code = LJ_OK;
    bool more = true;
    while (code == LJ_OK) {
        lj_slice key, value;
        code = extsort_next(at->by_path, &more, &key, &value, err);
        if (code != LJ_OK || !more) {
            break;
        }
        lj_cur cur = lj_cur_of(value);
        uint64_t off = lj_cur_u64le(&cur);
        code = file_write(at, off, lj_slice_part(value, 8, SIZE_MAX), err);
        if (code == LJ_OK && is_stopped(at)) {
            code = lj_fail(err, LJ_E_CANCELLED, UINT64_MAX, "interrupted");
        }
    }
    if (code == LJ_OK) {
        trailer_json_put(&at->out, at->counts);
        code = out_write(at, true, err);
    }
    return code;
}

/* ---- all of it ---- */

static lj_code projection_run(projection *at, lj_err *err)
{
    lj_code code = pass_index(at, err);
    if (code == LJ_OK) {
        code = pass_groups(at, err);
    }
    extsort_free(at->by_content);
    at->by_content = NULL;
    if (code == LJ_OK) {
        code =
            lj_os_create_file(at->state->out_dir, "results.jsonl.new", LJ_OS_FRESH, &at->fd, err);
    }
    if (code == LJ_OK) {
        code = pass_write(at, err);
    }
    if (code == LJ_OK) {
        code = lj_os_sync(at->fd, err);
    }
    lj_os_close(at->fd);
    return code == LJ_OK
               ? lj_os_rename(at->state->out_dir, "results.jsonl.new", "results.jsonl", err)
               : code;
}

lj_code results_write(const results_request *request, scan_counts *counts, results_tally *tally,
                      lj_err *err)
{
    lj_arena *home = lj_arena_new(2 * sizeof(rollup) + 65536);
    projection at = {
        .request = request, .state = request->state, .counts = counts, .tally = tally, .fd = -1};
    at.roll = home != NULL ? lj_arena_alloc(home, sizeof(*at.roll)) : NULL;
    at.part = home != NULL ? lj_arena_alloc(home, sizeof(*at.part)) : NULL;
    at.by_content = extsort_new(request->state->dir, SORT_MEMORY);
    at.by_path = extsort_new(request->state->dir, SORT_MEMORY);
    at.sha = lj_sha256_new();
    lj_buf_init(&at.content, NULL, FRAME_JOB_MAX + 1024 * 1024);
    lj_buf_init(&at.out, NULL, LINE_MAX_LEN);
    lj_buf_init(&at.key, NULL, FRAME_PATH_MAX + 4096);
    lj_buf_init(&at.value, NULL, ALSO_MAX + FRAME_PATH_MAX + 4096);
    lj_code code = at.roll != NULL && at.part != NULL && at.by_content != NULL &&
                           at.by_path != NULL && at.sha != NULL
                       ? projection_run(&at, err)
                       : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for results");
    extsort_free(at.by_content);
    extsort_free(at.by_path);
    lj_sha256_free(at.sha);
    lj_buf_done(&at.content);
    lj_buf_done(&at.out);
    lj_buf_done(&at.key);
    lj_buf_done(&at.value);
    lj_arena_free(home);
    return code;
}

/* ---- reading back ---- */

typedef struct readback {
    uint64_t lines, records;
    uint64_t places[DETECT_VERDICT_COUNT]; /* file records and their also_at */
    bool has_header, has_trailer;
} readback;

/* Inside a JSON text every quote is escaped, so these patterns stand at keys only. */
static void line_read(readback *at, lj_slice line)
{
    at->lines++;
    if (at->lines == 1) {
        at->has_header = lj_slice_has_prefix(line, LJ_BYTES("{\"schema\":"));
        return;
    }
    if (lj_slice_has_prefix(line, LJ_BYTES("{\"trailer\":true"))) {
        at->has_trailer = true;
        return;
    }
    at->has_trailer = false;
    at->records++;
    if (lj_slice_find(line, LJ_BYTES("\"member\":\"")) != SIZE_MAX) {
        return;
    }
    size_t at_verdict = lj_slice_find(line, LJ_BYTES("\"verdict\":\""));
    if (at_verdict == SIZE_MAX) {
        return;
    }
    lj_slice name = lj_slice_part(line, at_verdict + sizeof("\"verdict\":\"") - 1, SIZE_MAX);
    uint64_t places = 1;
    size_t also = lj_slice_find(line, LJ_BYTES("\"also_at\":["));
    lj_slice rest = also != SIZE_MAX
                        ? lj_slice_part(line, also + sizeof("\"also_at\":[") - 1, SIZE_MAX)
                        : (lj_slice){NULL, 0};
    bool inside = false;
    for (size_t i = 0; i < rest.len && (inside || rest.ptr[i] != ']'); i++) {
        if (rest.ptr[i] == '\\' && inside) {
            i++;
        } else if (rest.ptr[i] == '"') {
            inside = !inside;
            places += inside ? 1 : 0;
        }
    }
    for (unsigned i = 0; i < DETECT_VERDICT_COUNT; i++) {
        lj_slice verdict = lj_cstr_bytes(detect_verdict_row((detect_verdict)i)->name);
        if (lj_slice_has_prefix(name, verdict) && name.len > verdict.len &&
            name.ptr[verdict.len] == '"') {
            at->places[i] += places;
        }
    }
}

static lj_code lines_read(int fd, readback *at, lj_err *err)
{
    lj_buf room;
    lj_buf_init(&room, NULL, LINE_MAX_LEN + OUT_LEN);
    uint64_t off = 0;
    lj_code code = LJ_OK;
    for (;;) {
        uint8_t *dst = lj_buf_room(&room, OUT_LEN);
        size_t got = 0;
        code = dst != NULL ? lj_os_read_at(fd, off, dst, OUT_LEN, &got, err)
                           : lj_fail(err, LJ_E_NOMEM, off, "no memory to read results back");
        if (code != LJ_OK || got == 0) {
            break;
        }
        off += got;
        room.len += got;
        size_t from = 0;
        for (;;) {
            lj_slice rest = lj_slice_part(lj_buf_slice(&room), from, SIZE_MAX);
            const uint8_t *end = rest.len > 0 ? memchr(rest.ptr, '\n', rest.len) : NULL;
            if (end == NULL) {
                break;
            }
            size_t len = (size_t)(end - rest.ptr);
            line_read(at, lj_slice_part(rest, 0, len));
            from += len + 1;
        }
        memmove(room.ptr, room.ptr + from, room.len - from);
        room.len -= from;
    }
    if (code == LJ_OK && room.len > 0) {
        code = lj_fail(err, LJ_E_INTERNAL, off, "results.jsonl ends inside a line");
    }
    lj_buf_done(&room);
    return code;
}

lj_code results_check(const state *self, const scan_counts *counts, bool all, lj_err *err)
{
    int fd = -1;
    readback found = {0};
    lj_code code = lj_os_open_file(self->out_dir, "results.jsonl", &fd, NULL, err);
    if (code == LJ_OK) {
        code = lines_read(fd, &found, err);
    }
    lj_os_close(fd);
    if (code != LJ_OK) {
        return code;
    }
    bool holds = found.has_header && found.has_trailer && found.records == counts->records;
    for (unsigned i = 0; i < DETECT_VERDICT_COUNT; i++) {
        uint64_t wanted = i == DETECT_CLEAN && !all ? 0 : counts->by_verdict[i];
        holds = holds && found.places[i] == wanted;
    }
    return holds ? LJ_OK
                 : lj_fail(err, LJ_E_INTERNAL, UINT64_MAX,
                           "law of conservation: results read back are not what was walked");
}
