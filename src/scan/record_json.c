/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Lines of results.jsonl. Field by field: docs/formats/results.md. What a record may quote of a
 * document is the mark token and nothing else (scanner-core 16). Nothing here depends on time,
 * order of work or number of workers. */
#include "base/cur.h"
#include "base/num.h"
#include "base/os.h"
#include "scan/results.h"

enum { WHERE_MAX = 4096, ID_BYTES = 16 };

/* ---- small things ---- */

/* A raw name: as text, and exactly when it is not UTF-8. */
static void put_name(lj_json *json, const char *key, const char *key_base64, lj_slice raw)
{
    lj_json_text(json, key, raw);
    if (!lj_utf8_is_valid(raw)) {
        lj_json_base64(json, key_base64, raw);
    }
}

/* hash of (volume, path, member): the host stands for the volume; the depth tells a member without
 * a name (the content of a gzip file) from what holds it */
static void id_make(const record_view *view, lj_slice member, uint32_t depth,
                    char out[2 * ID_BYTES + 1])
{
    uint8_t hash[LJ_SHA256_LEN];
    const uint8_t zero = 0;
    const uint8_t level = (uint8_t)depth;
    lj_sha256_begin(view->sha);
    lj_sha256_add(view->sha, lj_cstr_bytes(view->host));
    lj_sha256_add(view->sha, lj_slice_of(&zero, 1));
    lj_sha256_add(view->sha, view->record->path);
    lj_sha256_add(view->sha, lj_slice_of(&zero, 1));
    lj_sha256_add(view->sha, lj_slice_of(&level, depth > 0 ? 1 : 0));
    lj_sha256_add(view->sha, member);
    lj_sha256_end(view->sha, hash);
    lj_hex(lj_slice_of(hash, ID_BYTES), out);
}

static void put_hex(lj_json *json, const char *key, const uint8_t *bytes, size_t len)
{
    char hex[2 * LJ_SHA256_LEN + 1];
    lj_hex(lj_slice_of(bytes, len), hex);
    lj_json_cstr(json, key, hex);
}

static void put_hidden(lj_json *json, uint64_t hidden_by)
{
    if (hidden_by == 0) {
        return;
    }
    lj_json_array_begin(json, "hidden_by");
    for (unsigned i = 0; i < SPAN_HIDDEN_COUNT; i++) {
        if ((hidden_by & SPAN_HIDE(i)) != 0) {
            lj_json_cstr(json, NULL, span_hidden_row((span_hidden)i)->name);
        }
    }
    lj_json_array_end(json);
}

/* "inner.zip!paper.docx:word/header1.xml": the way from the record's document to the place. */
static lj_slice where_text(const rollup_where *where, lj_buf *room)
{
    lj_buf_clear(room);
    lj_buf_put(room, lj_slice_of(where->member, where->member_len));
    if (where->part_len > 0) {
        lj_buf_put_cstr(room, where->member_len > 0 ? ":" : "");
        lj_buf_put(room, lj_slice_of(where->part, where->part_len));
    }
    return lj_buf_slice(room);
}

/* "C5", "Sheet 2!C5" as "2!C5". */
static void put_cell(lj_json *json, const span_place *place)
{
    if (place->col_no == 0 || place->row_no == 0) {
        return;
    }
    char text[48];
    size_t at = sizeof(text);
    uint32_t row = place->row_no;
    for (; row > 0; row /= 10) {
        text[--at] = (char)('0' + row % 10);
    }
    for (uint32_t col = place->col_no; col > 0; col = (col - 1) / 26) {
        text[--at] = (char)('A' + (col - 1) % 26);
    }
    if (place->sheet_no > 0) {
        text[--at] = '!';
        for (uint32_t sheet = place->sheet_no; sheet > 0; sheet /= 10) {
            text[--at] = (char)('0' + sheet % 10);
        }
    }
    lj_json_text(json, "cell", lj_slice_of(text + at, sizeof(text) - at));
}

/* ---- reasons ---- */

static void put_reason(lj_json *json, const rollup_hit *hit, uint32_t no, const char *code,
                       const char *pack, int32_t points)
{
    lj_buf room;
    lj_buf_init(&room, NULL, WHERE_MAX);
    const span_place *place = &hit->hit.place;
    lj_json_object_begin(json, NULL);
    lj_json_uint(json, "hit", no);
    lj_json_cstr(json, "code", code);
    lj_json_cstr(json, "pack", pack);
    lj_json_cstr(json, "role", span_role_row(hit->hit.role)->name);
    lj_slice part = where_text(&hit->where, &room);
    if (part.len > 0) {
        lj_json_text(json, "part", part);
    }
    if (place->page_no > 0) {
        lj_json_uint(json, "page", place->page_no);
    }
    put_cell(json, place);
    if (place->row_no > 0 && place->col_no == 0) {
        lj_json_uint(json, "line", place->row_no);
    }
    if (hit->hit.src_off != UINT64_MAX) {
        lj_json_uint(json, "offset", hit->hit.src_off);
    }
    put_hidden(json, hit->hit.hidden_by);
    lj_json_int(json, "points", points);
    lj_json_object_end(json);
    lj_buf_done(&room);
}

static void put_reasons(lj_json *json, const rollup *roll)
{
    lj_json_array_begin(json, "reasons");
    for (uint32_t i = 0; i < roll->hit_count; i++) {
        const rollup_hit *hit = &roll->hits[i];
        const detect_pack *pack = detect_pack_of(roll->rules, hit->hit.pack_idx);
        for (uint32_t k = 0; k < hit->hit.term_count && pack != NULL; k++) {
            const detect_weight *weight =
                detect_weight_of(roll->rules, hit->hit.pack_idx, hit->hit.terms[k]);
            if (weight != NULL) {
                put_reason(json, hit, i + 1, weight->code, pack->name, weight->points);
            }
        }
        if (hit->cut != 0 && pack != NULL) {
            put_reason(json, hit, i + 1, "folder_name_only", pack->name, hit->cut);
        }
    }
    lj_json_array_end(json);
    if (roll->more_hits > 0) {
        lj_json_uint(json, "more_hits", roll->more_hits);
    }
}

static void put_verdict(lj_json *json, const rollup *roll)
{
    lj_json_cstr(json, "verdict", detect_verdict_row(rollup_verdict(roll))->name);
    lj_json_cstr(json, "class", detect_class_row(rollup_class(roll))->name);
    if (roll->hit_count == 0) {
        lj_json_int(json, "score", 0);
        return;
    }
    const rollup_hit *best = &roll->hits[0];
    const detect_level *level =
        detect_level_of(roll->rules, best->hit.pack_idx, best->hit.level_idx);
    if (level != NULL) {
        lj_json_cstr(json, "level", level->name);
    }
    if (best->hit.period.len > 0) {
        lj_json_text(json, "term", lj_str_bytes(best->hit.period));
    }
    lj_json_int(json, "score", best->hit.score + best->cut);
    lj_json_text(json, "mark", lj_str_bytes(best->hit.mark));
}

/* ---- gaps and notes ---- */

static void put_gap(lj_json *json, const rollup_gap *mine)
{
    lj_buf room;
    lj_buf_init(&room, NULL, WHERE_MAX);
    const gap *what = &mine->what;
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "cause", gap_cause_row(what->cause)->name);
    if (mine->detail_len > 0) {
        lj_json_text(json, "detail", lj_slice_of(mine->detail, mine->detail_len));
    }
    if (what->cause == GAP_LIMIT || what->cause == GAP_TIME || what->allowed > 0) {
        const format_limit_row *limit = format_limit_row_of(what->limit);
        lj_json_cstr(json, "limit", limit->name);
        lj_json_uint(json, "allowed", what->allowed);
        lj_json_uint(json, "reached", what->reached);
        lj_json_cstr(json, "unit", limit->unit);
    }
    lj_slice where = where_text(&mine->where, &room);
    if (where.len > 0) {
        lj_json_text(json, "where", where);
    }
    if (what->place.page_no > 0) {
        lj_json_uint(json, "page", what->place.page_no);
    }
    lj_json_cstr(json, "next", gap_next_row(what->next)->name);
    lj_json_object_end(json);
    lj_buf_done(&room);
}

static void put_gaps(lj_json *json, const rollup *roll)
{
    static const char *const coverage[] = {"full", "partial", "none"};
    lj_json_cstr(json, "coverage", coverage[rollup_coverage_of(roll)]);
    lj_json_array_begin(json, "gaps");
    for (uint32_t i = 0; i < roll->gap_count; i++) {
        put_gap(json, &roll->gaps[i]);
    }
    lj_json_array_end(json);
    if (roll->more_gaps > 0) {
        lj_json_uint(json, "more_gaps", roll->more_gaps);
    }
    lj_json_array_begin(json, "notes");
    for (unsigned i = 0; i < FORMAT_NOTE_COUNT; i++) {
        if ((roll->notes >> i & 1) != 0) {
            lj_json_cstr(json, NULL, format_note_row((format_note)i)->name);
        }
    }
    lj_json_array_end(json);
    if (rollup_verdict(roll) == DETECT_UNREADABLE && roll->gap_count > 0) {
        lj_json_cstr(json, "cause", gap_cause_row(roll->gaps[0].what.cause)->name);
    }
    if (roll->weak > 0) {
        lj_json_uint(json, "weak", roll->weak);
    }
    if (roll->counted > 0) {
        lj_json_uint(json, "counted", roll->counted);
    }
}

/* ---- the record ---- */

static void put_also(lj_json *json, lj_slice also_at)
{
    bool raw = false;
    lj_json_array_begin(json, "also_at");
    for (lj_cur cur = lj_cur_of(also_at); lj_cur_left(&cur) > 0;) {
        lj_slice path = lj_cur_bytes(&cur, lj_cur_u32le(&cur));
        lj_json_text(json, NULL, path);
        raw = raw || !lj_utf8_is_valid(path);
    }
    lj_json_array_end(json);
    if (!raw) {
        return;
    }
    lj_json_array_begin(json, "also_at_base64");
    for (lj_cur cur = lj_cur_of(also_at); lj_cur_left(&cur) > 0;) {
        lj_slice path = lj_cur_bytes(&cur, lj_cur_u32le(&cur));
        if (!lj_utf8_is_valid(path)) {
            lj_json_base64(json, NULL, path);
        }
    }
    lj_json_array_end(json);
}

static void put_doc_size(lj_json *json, const rollup *roll)
{
    bool known = roll->has_sum && roll->sum.size != FORMAT_SIZE_UNKNOWN;
    if (known) {
        lj_json_uint(json, "size", roll->sum.size);
    }
    if (roll->has_sum && roll->sum.has_sha256) {
        put_hex(json, "sha256", roll->sum.sha256, LJ_SHA256_LEN);
    }
}

void record_json_put(lj_buf *out, const record_view *view)
{
    const scan_record *record = view->record;
    const rollup *roll = view->roll;
    lj_json json = lj_json_of(out);
    char id[2 * ID_BYTES + 1];
    lj_json_object_begin(&json, NULL);
    put_name(&json, "path", "path_base64", record->path);
    if (view->doc != NULL) {
        lj_slice label = lj_str_bytes(view->doc->label);
        lj_json_text(&json, "member", label.len > 0 ? label : view->doc->member);
        if (!lj_utf8_is_valid(view->doc->member)) {
            lj_json_base64(&json, "member_base64", view->doc->member);
        }
        lj_json_text(&json, "format", lj_str_bytes(view->doc->format));
        put_doc_size(&json, roll);
    } else {
        lj_json_text(&json, "format", lj_str_bytes(record->format));
        lj_json_uint(&json, "size", record->size);
        if ((record->flags & RECORD_SHA) != 0) {
            put_hex(&json, "sha256", record->sha256, LJ_SHA256_LEN);
        }
        char mtime[32];
        int64_t ns = record->mtime_ns;
        lj_os_time_text(ns / 1000000 - (ns % 1000000 < 0 ? 1 : 0), mtime);
        lj_json_cstr(&json, "mtime", mtime);
    }
    put_verdict(&json, roll);
    if (view->doc == NULL) {
        lj_json_uint(&json, "examined", record->examined);
        lj_json_uint(&json, "total", record->size);
    } else if (roll->has_sum) {
        lj_json_uint(&json, "examined", roll->sum.examined);
        if (roll->sum.size != FORMAT_SIZE_UNKNOWN) {
            lj_json_uint(&json, "total", roll->sum.size);
        }
    }
    put_reasons(&json, roll);
    put_gaps(&json, roll);
    if (view->doc == NULL && record->documents > 0) {
        lj_json_uint(&json, "documents", record->documents);
    }
    const frame_doc *doc = view->doc;
    id_make(view, doc != NULL ? doc->member : (lj_slice){NULL, 0}, doc != NULL ? doc->depth : 0,
            id);
    lj_json_cstr(&json, "id", id);
    if (doc != NULL) {
        id_make(view, lj_slice_part(doc->member, 0, doc->parent_len),
                doc->depth > 0 ? doc->depth - 1 : 0, id);
        lj_json_cstr(&json, "parent_id", id);
    }
    put_also(&json, view->also_at);
    lj_json_object_end(&json);
    lj_buf_put_u8(out, '\n');
}

/* ---- header and trailer ---- */

void posture_json_put(lj_json *json, const char *key, const scan_posture *posture)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } rows[] = {
        {SCAN_POSTURE_NO_OPEN,   "no_open"       },
        {SCAN_POSTURE_NO_SOCKET, "no_socket"     },
        {SCAN_POSTURE_NO_FORK,   "no_fork"       },
        {SCAN_POSTURE_SECCOMP,   "seccomp"       },
        {SCAN_POSTURE_LANDLOCK,  "landlock"      },
        {SCAN_POSTURE_MEMORY,    "memory_ceiling"},
        {SCAN_POSTURE_NO_CORE,   "no_core"       },
    };
    lj_json_object_begin(json, key);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_json_bool(json, rows[i].name, (posture->bits & rows[i].bit) != 0);
    }
    lj_json_uint(json, "landlock_abi", posture->landlock_abi);
    lj_json_bool(json, "access_times_kept", posture->times_kept);
    if (posture->sanitizer) {
        lj_json_bool(json, "sanitizer", true);
    }
    lj_json_object_end(json);
}

void header_json_put(lj_buf *out, const results_request *request)
{
    const scan_options *options = request->options;
    lj_json json = lj_json_of(out);
    lj_json_object_begin(&json, NULL);
    lj_json_cstr(&json, "schema", SCAN_SCHEMA);
    lj_json_cstr(&json, "engine", SCAN_ENGINE);
    lj_json_array_begin(&json, "rules");
    for (uint32_t i = 0; i < detect_pack_count(options->rules); i++) {
        const detect_pack *pack = detect_pack_of(options->rules, i);
        lj_json_object_begin(&json, NULL);
        lj_json_cstr(&json, "name", pack->name);
        lj_json_cstr(&json, "version", pack->version);
        lj_json_object_end(&json);
    }
    lj_json_array_end(&json);
    uint8_t hash[LJ_SHA256_LEN];
    detect_rules_hash(options->rules, hash);
    put_hex(&json, "rules_hash", hash, sizeof(hash));
    posture_json_put(&json, "posture", &request->posture);
    lj_json_object_begin(&json, "limits");
    for (unsigned i = 0; i < FORMAT_LIMIT_COUNT; i++) {
        lj_json_uint(&json, format_limit_row_of((format_limit)i)->name, options->limits.value[i]);
    }
    lj_json_object_end(&json);
    char started[32];
    lj_os_time_text(request->state->started_at, started);
    lj_json_cstr(&json, "started", started);
    lj_json_cstr(&json, "host", request->host);
    lj_json_array_begin(&json, "roots");
    for (uint32_t i = 0; i < request->root_count; i++) {
        lj_json_text(&json, NULL, lj_cstr_bytes(request->roots[i]));
    }
    lj_json_array_end(&json);
    lj_json_array_begin(&json, "excludes");
    for (uint32_t i = 0; i < options->exclude_count; i++) {
        lj_json_text(&json, NULL, lj_cstr_bytes(options->excludes[i]));
    }
    lj_json_array_end(&json);
    lj_json_bool(&json, "all", options->all);
    lj_json_object_end(&json);
    lj_buf_put_u8(out, '\n');
}

void trailer_json_put(lj_buf *out, const scan_counts *counts)
{
    lj_json json = lj_json_of(out);
    lj_json_object_begin(&json, NULL);
    lj_json_bool(&json, "trailer", true);
    lj_json_uint(&json, "files", counts->files);
    lj_json_uint(&json, "records", counts->records);
    lj_json_object_begin(&json, "verdicts");
    for (unsigned i = 0; i < DETECT_VERDICT_COUNT; i++) {
        lj_json_uint(&json, detect_verdict_row((detect_verdict)i)->name, counts->by_verdict[i]);
    }
    lj_json_object_end(&json);
    lj_json_object_begin(&json, "classes");
    for (unsigned i = 0; i < DETECT_CLASS_COUNT; i++) {
        lj_json_uint(&json, detect_class_row((detect_class)i)->name, counts->by_class[i]);
    }
    lj_json_object_end(&json);
    lj_json_object_begin(&json, "gaps");
    for (unsigned i = 0; i < GAP_CAUSE_COUNT; i++) {
        lj_json_uint(&json, gap_cause_row((gap_cause)i)->name, counts->by_gap[i]);
    }
    lj_json_object_end(&json);
    lj_json_uint(&json, "incomplete", counts->incomplete);
    lj_json_uint(&json, "bytes", counts->bytes);
    lj_json_uint(&json, "examined", counts->examined);
    char now[32];
    lj_os_time_text(lj_os_now_ms(), now);
    lj_json_cstr(&json, "finished", now);
    lj_json_object_end(&json);
    lj_buf_put_u8(out, '\n');
}
