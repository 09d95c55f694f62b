/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Opening, resuming, completing. Resume and rescan are one mechanism: the walk asks for each file
 * whether its identity is in the index. Identity is (device, inode, size, mtime, ctime, path) under
 * the journal's random key; the journal as a whole is bound to engine, rules, fold version, limits
 * and passwords, and begun anew when one of them differs.
 *
 * Files of state/: lock, journal, index. The index is saved at the end of a run and says how far
 * into the journal it reaches; after a kill the rest of the journal is replayed into it. */
#include "scan/state.h"

#include "base/cur.h"
#include "base/num.h"
#include "scan/format_idx.h"
#include "text/fold.h"

enum {
    SYNC_MS = 5000,
    ORPHANS_MAX = 1024 * 1024,
    DAY_MS = 86400000,
    COMPACT_MIN = 4 * 1024 * 1024, /* bytes of journal below which dead records do not matter */
};

/* ---- identities ---- */

void state_file_key(state *self, const lj_os_stat *stat, lj_slice path, uint8_t out[LJ_SIP_LEN])
{
    lj_buf *room = &self->key_room;
    uint64_t head[5] = {stat->dev, stat->ino, stat->size, (uint64_t)stat->mtime_ns,
                        (uint64_t)stat->ctime_ns};
    lj_buf_clear(room);
    lj_buf_put(room,
               lj_slice_of(head, sizeof(head))); /* stays on this machine: native byte order */
    lj_buf_put(room, path);
    LJ_ASSERT(lj_buf_ok(room));
    lj_sip128(journal_key(self->log), lj_buf_slice(room), out);
}

void state_link_key(const state *self, const lj_os_stat *stat, uint8_t out[LJ_SIP_LEN])
{
    uint64_t head[6] = {
        1, stat->dev, stat->ino, stat->size, (uint64_t)stat->mtime_ns, (uint64_t)stat->ctime_ns};
    lj_sip128(journal_key(self->log), lj_slice_of(head, sizeof(head)), out);
}

void state_content_key(state *self, const uint8_t sha256[LJ_SHA256_LEN], lj_slice path,
                       uint8_t out[LJ_SIP_LEN])
{
    lj_buf *room = &self->key_room;
    size_t dot = path.len;
    while (dot > 0 && path.ptr[dot - 1] != '.' && path.ptr[dot - 1] != '/') {
        dot--;
    }
    bool has_dot = dot > 0 && path.ptr[dot - 1] == '.';
    lj_buf_clear(room);
    lj_buf_put_u8(room, 2);
    lj_buf_put(room, lj_slice_of(sha256, LJ_SHA256_LEN));
    lj_buf_put(room, has_dot ? lj_slice_part(path, dot, SIZE_MAX) : (lj_slice){NULL, 0});
    lj_sip128(journal_key(self->log), lj_buf_slice(room), out);
}

void state_group_of(const state *self, const uint8_t sha256[LJ_SHA256_LEN], uint8_t out[LJ_SIP_LEN])
{
    uint8_t room[LJ_SHA256_LEN + 1] = {3};
    memcpy(room + 1, sha256, LJ_SHA256_LEN);
    lj_sip128(journal_key(self->log), lj_slice_of(room, sizeof(room)), out);
}

/* ---- replay ---- */

typedef struct replay {
    state *self;
    bool run_open;
} replay;

static bool keys_hold(const lj_buf *keys, const uint8_t *key, size_t *out_at)
{
    for (size_t at = 0; at + LJ_SIP_LEN <= keys->len; at += LJ_SIP_LEN) {
        if (memcmp(keys->ptr + at, key, LJ_SIP_LEN) == 0) {
            *out_at = at;
            return true;
        }
    }
    return false;
}

static void in_flight_drop(state *self, const uint8_t *key)
{
    size_t at = 0;
    if (keys_hold(&self->in_flight, key, &at)) {
        self->in_flight.len -= LJ_SIP_LEN;
        memmove(self->in_flight.ptr + at, self->in_flight.ptr + self->in_flight.len, LJ_SIP_LEN);
    }
}

static index_value value_of(const scan_record *record, const state_outcome *outcome, uint64_t off)
{
    uint32_t format = format_idx_of(record->format);
    return (index_value){
        .off = off,
        .verdict = outcome->verdict,
        .class_ = outcome->class_,
        .format = format < INDEX_FORMAT_MAX ? format : FORMAT_IDX_UNKNOWN,
        .flags = (outcome->gaps ? INDEX_GAPS : 0u) |
                 ((record->flags & RECORD_RETRY) != 0 ? INDEX_RETRY : 0u) |
                 ((record->flags & RECORD_OMITTED) != 0 ? INDEX_OMITTED : 0u) |
                 ((record->flags & RECORD_PLAIN) != 0 ? INDEX_PLAIN : 0u),
    };
}

/* FILE payload: u8 verdict, u8 class, u8 gaps, then the record. */
enum { FILE_HEAD = 3 };

static bool file_take(lj_slice payload, scan_record *record, state_outcome *outcome)
{
    lj_cur cur = lj_cur_of(payload);
    uint32_t verdict = lj_cur_u8(&cur);
    uint32_t class_ = lj_cur_u8(&cur);
    uint32_t gaps = lj_cur_u8(&cur);
    if (!lj_cur_ok(&cur) || verdict >= DETECT_VERDICT_COUNT || class_ >= DETECT_CLASS_COUNT ||
        gaps > 1) {
        return false;
    }
    *outcome = (state_outcome){(detect_verdict)verdict, (detect_class)class_, gaps == 1};
    return record_take(lj_slice_part(payload, FILE_HEAD, SIZE_MAX), record);
}

static lj_code replay_one(void *ctx, journal_type type, uint64_t off, lj_slice payload, lj_err *err)
{
    replay *at = ctx;
    state *self = at->self;
    lj_cur cur = lj_cur_of(payload);
    scan_record record;
    state_outcome outcome;
    switch (type) {
    case JOURNAL_RUN:
        self->started_at = (int64_t)lj_cur_u64le(&cur);
        self->today_on = (int32_t)lj_cur_u32le(&cur);
        self->run_off = off;
        at->run_open = true;
        return LJ_OK;
    case JOURNAL_RUN_END:
        at->run_open = false;
        lj_buf_clear(&self->in_flight);
        lj_buf_clear(&self->orphans);
        return LJ_OK;
    case JOURNAL_OPENED:
        if (payload.len == LJ_SIP_LEN) {
            in_flight_drop(self, payload.ptr);
            lj_buf_put(&self->in_flight, payload);
        }
        return LJ_OK;
    case JOURNAL_HIT:
        if (payload.len > LJ_SIP_LEN && self->orphans.len + payload.len + 4 < ORPHANS_MAX) {
            lj_buf_put_u32le(&self->orphans, (uint32_t)payload.len);
            lj_buf_put(&self->orphans, payload);
        }
        return LJ_OK;
    case JOURNAL_ALIAS: {
        lj_slice key = lj_cur_bytes(&cur, LJ_SIP_LEN);
        uint64_t target = lj_cur_u64le(&cur);
        if (!lj_cur_ok(&cur) || target == 0 || target >= INDEX_OFF_MAX) {
            return LJ_OK;
        }
        return index_put(self->index, key.ptr, &(index_value){.off = target, .flags = INDEX_ALIAS},
                         err);
    }
    case JOURNAL_FILE: {
        if (!file_take(payload, &record, &outcome) || off >= INDEX_OFF_MAX) {
            return LJ_OK;
        }
        in_flight_drop(self, record.key);
        index_value value = value_of(&record, &outcome, off);
        return index_put(self->index, record.key, &value, err);
    }
    case JOURNAL_PART:
        return LJ_OK;
    }
    return LJ_OK;
}

/* ---- opening ---- */

static void config_hash(const scan_options *options, uint8_t out[LJ_SHA256_LEN])
{
    lj_buf text;
    lj_buf_init(&text, NULL, 16 * 1024 * 1024);
    uint8_t rules[LJ_SHA256_LEN];
    detect_rules_hash(options->rules, rules);
    lj_buf_put_cstr(&text, SCAN_ENGINE);
    lj_buf_put_u32le(&text, TEXT_FOLD_VERSION);
    lj_buf_put(&text, lj_slice_of(rules, sizeof(rules)));
    for (size_t i = 0; i < FORMAT_LIMIT_COUNT; i++) {
        lj_buf_put_u64le(&text, options->limits.value[i]);
    }
    for (uint32_t i = 0; i < options->password_count; i++) {
        lj_buf_put_u32le(&text, (uint32_t)options->passwords[i].len);
        lj_buf_put(&text, lj_str_bytes(options->passwords[i]));
    }
    lj_sha256 *sha = lj_sha256_new();
    LJ_ASSERT(sha != NULL && lj_buf_ok(&text));
    lj_sha256_begin(sha);
    lj_sha256_add(sha, lj_buf_slice(&text));
    lj_sha256_end(sha, out);
    lj_sha256_free(sha);
    lj_buf_done(&text);
}

static lj_code folders_open(const scan_options *options, state *self, lj_err *err)
{
    lj_code code = lj_os_make_folder(LJ_OS_CWD, options->out_dir, err);
    if (code == LJ_OK) {
        code = lj_os_open_folder(LJ_OS_CWD, options->out_dir, true, &self->out_dir, err);
    }
    if (code == LJ_OK) {
        code = lj_os_make_folder(self->out_dir, "state", err);
    }
    if (code == LJ_OK) {
        code = lj_os_open_folder(self->out_dir, "state", false, &self->dir, err);
    }
    if (code == LJ_OK) {
        code = lj_os_create_file(self->dir, "lock", LJ_OS_UPDATE, &self->lock_fd, err);
    }
    if (code == LJ_OK) {
        code = lj_os_lock(self->lock_fd, err);
    }
    if (code == LJ_E_BUSY) {
        code = lj_fail(err, code, UINT64_MAX, "another scan is writing into this result folder");
    }
    return code;
}

static lj_code log_open(const scan_options *options, state *self, lj_err *err)
{
    uint8_t config[LJ_SHA256_LEN];
    config_hash(options, config);
    lj_code code = journal_open(self->dir, "journal", config, &self->log, err);
    if (code != LJ_OK) {
        return code;
    }
    uint64_t from = JOURNAL_HEAD_LEN;
    if (index_load(self->dir, "index", journal_id(self->log), &self->index, &from, err) != LJ_OK ||
        from > journal_len(self->log) || from < JOURNAL_HEAD_LEN) {
        index_free(self->index);
        self->index = index_new();
        from = JOURNAL_HEAD_LEN;
        if (self->index == NULL) {
            return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the table of known files");
        }
    }
    replay at = {self, false};
    code = journal_replay(self->log, from, replay_one, &at, err);
    if (code != LJ_OK) {
        return code;
    }
    self->resumed = at.run_open;
    if (self->resumed) {
        return LJ_OK;
    }
    self->started_at = lj_os_now_ms();
    self->today_on = (int32_t)(self->started_at / DAY_MS);
    lj_buf run;
    lj_buf_init(&run, NULL, 64);
    lj_buf_put_u64le(&run, (uint64_t)self->started_at);
    lj_buf_put_u32le(&run, (uint32_t)self->today_on);
    code = journal_add(self->log, JOURNAL_RUN, lj_buf_slice(&run), &self->run_off, err);
    lj_buf_done(&run);
    return code == LJ_OK ? journal_flush(self->log, err) : code;
}

lj_code state_open(const scan_options *options, state *out, lj_err *err)
{
    *out = (state){.out_dir = -1, .dir = -1, .lock_fd = -1};
    lj_buf_init(&out->key_room, NULL, FRAME_PATH_MAX + 4096);
    lj_buf_init(&out->record_room, NULL, JOURNAL_RECORD_MAX + 4096);
    lj_buf_init(&out->orphans, NULL, ORPHANS_MAX);
    lj_buf_init(&out->in_flight, NULL, ORPHANS_MAX);
    lj_code code = folders_open(options, out, err);
    if (code == LJ_OK) {
        code = log_open(options, out, err);
    }
    if (code != LJ_OK) {
        state_close(out);
    }
    return code;
}

void state_close(state *self)
{
    journal_close(self->log);
    index_free(self->index);
    lj_os_close(self->lock_fd);
    lj_os_close(self->dir);
    lj_os_close(self->out_dir);
    lj_buf_done(&self->key_room);
    lj_buf_done(&self->record_room);
    lj_buf_done(&self->orphans);
    lj_buf_done(&self->in_flight);
    *self = (state){.out_dir = -1, .dir = -1, .lock_fd = -1};
}

/* ---- records ---- */

lj_code state_opened(state *self, const uint8_t key[LJ_SIP_LEN], lj_err *err)
{
    return journal_add(self->log, JOURNAL_OPENED, lj_slice_of(key, LJ_SIP_LEN), NULL, err);
}

lj_code state_hit(state *self, const uint8_t key[LJ_SIP_LEN], lj_slice frame_bytes, lj_err *err)
{
    lj_buf_clear(&self->record_room);
    lj_buf_put(&self->record_room, lj_slice_of(key, LJ_SIP_LEN));
    lj_buf_put(&self->record_room, frame_bytes);
    LJ_ASSERT(lj_buf_ok(&self->record_room));
    return journal_add(self->log, JOURNAL_HIT, lj_buf_slice(&self->record_room), NULL, err);
}

lj_code state_part(state *self, lj_slice content, uint64_t *out_off, lj_err *err)
{
    return journal_add(self->log, JOURNAL_PART, content, out_off, err);
}

static lj_code alias_add(state *self, const uint8_t *key, uint64_t off, lj_err *err)
{
    lj_buf_clear(&self->record_room);
    lj_buf_put(&self->record_room, lj_slice_of(key, LJ_SIP_LEN));
    lj_buf_put_u64le(&self->record_room, off);
    lj_code code =
        journal_add(self->log, JOURNAL_ALIAS, lj_buf_slice(&self->record_room), NULL, err);
    return code == LJ_OK
               ? index_put(self->index, key, &(index_value){.off = off, .flags = INDEX_ALIAS}, err)
               : code;
}

lj_code state_file(state *self, const scan_record *record, const state_outcome *outcome,
                   const uint8_t *content_key, const uint8_t *link_key, lj_err *err)
{
    lj_buf *room = &self->record_room;
    uint64_t off = 0;
    lj_buf_clear(room);
    lj_buf_put_u8(room, (uint8_t)outcome->verdict);
    lj_buf_put_u8(room, (uint8_t)outcome->class_);
    lj_buf_put_u8(room, outcome->gaps ? 1 : 0);
    record_put(room, record);
    if (!lj_buf_ok(room) || room->len > JOURNAL_RECORD_MAX ||
        journal_len(self->log) >= INDEX_OFF_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the journal is full");
    }
    lj_code code = journal_add(self->log, JOURNAL_FILE, lj_buf_slice(room), &off, err);
    index_value value = value_of(record, outcome, off);
    value.flags |= INDEX_SEEN;
    if (code == LJ_OK) {
        code = index_put(self->index, record->key, &value, err);
    }
    if (code == LJ_OK && content_key != NULL) {
        code = alias_add(self, content_key, off, err);
    }
    if (code == LJ_OK && link_key != NULL) {
        code = alias_add(self, link_key, off, err);
    }
    return code;
}

lj_code state_read(state *self, uint64_t off, scan_record *out, lj_err *err)
{
    lj_buf_clear(&self->record_room);
    state_outcome outcome;
    lj_code code = journal_read(self->log, off, JOURNAL_FILE, &self->record_room, err);
    if (code == LJ_OK && !file_take(lj_buf_slice(&self->record_room), out, &outcome)) {
        code = lj_fail(err, LJ_E_FORMAT, off,
                       "a record of state/journal is damaged: remove the folder `state` of the "
                       "result folder and scan again");
    }
    return code;
}

lj_code state_content(state *self, const scan_record *record, lj_buf *dst, lj_err *err)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < record->part_count && code == LJ_OK; i++) {
        code = journal_read(self->log, record_part_off(record, i), JOURNAL_PART, dst, err);
    }
    lj_buf_put(dst, record->content);
    return code != LJ_OK || lj_buf_ok(dst)
               ? code
               : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a record");
}

void state_orphans(const state *self, const uint8_t key[LJ_SIP_LEN], lj_buf *dst)
{
    lj_cur cur = lj_cur_of(lj_buf_slice(&self->orphans));
    while (lj_cur_left(&cur) > 0) {
        lj_slice row = lj_cur_bytes(&cur, lj_cur_u32le(&cur));
        if (lj_cur_ok(&cur) && memcmp(row.ptr, key, LJ_SIP_LEN) == 0) {
            lj_buf_put(dst, lj_slice_part(row, LJ_SIP_LEN, SIZE_MAX));
        }
    }
}

bool state_was_in_flight(const state *self, const uint8_t key[LJ_SIP_LEN])
{
    size_t at = 0;
    return self->in_flight.len > 0 && keys_hold(&self->in_flight, key, &at);
}

lj_code state_flush(state *self, lj_err *err)
{
    return journal_flush(self->log, err);
}

lj_code state_tick(state *self, lj_err *err)
{
    uint64_t now = lj_os_mono_ms();
    if (self->synced_ms == 0) {
        self->synced_ms = now;
    }
    if (now - self->synced_ms < SYNC_MS) {
        return LJ_OK;
    }
    self->synced_ms = now;
    return journal_sync(self->log, err);
}

/* ---- the end of a run ---- */

typedef struct compaction {
    state *self;
    journal *to;
    scan_index *index;
    lj_buf parts, payload, offs;
} compaction;

/* A record that the index still leads to moves over, with its parts and its entry. */
static lj_code compact_file(compaction *at, uint64_t off, lj_slice payload, lj_err *err)
{
    scan_record record;
    state_outcome outcome;
    index_value value;
    if (!file_take(payload, &record, &outcome) ||
        !index_find(at->self->index, record.key, &value) || value.off != off ||
        (value.flags & INDEX_SEEN) == 0) {
        return LJ_OK;
    }
    lj_buf_clear(&at->offs);
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < record.part_count && code == LJ_OK; i++) {
        uint64_t part_off = 0;
        lj_buf_clear(&at->parts);
        code =
            journal_read(at->self->log, record_part_off(&record, i), JOURNAL_PART, &at->parts, err);
        if (code == LJ_OK) {
            code = journal_add(at->to, JOURNAL_PART, lj_buf_slice(&at->parts), &part_off, err);
        }
        lj_buf_put_u64le(&at->offs, part_off);
    }
    record.part_offs = lj_buf_slice(&at->offs);
    lj_buf_clear(&at->payload);
    lj_buf_put(&at->payload, lj_slice_part(payload, 0, FILE_HEAD));
    record_put(&at->payload, &record);
    if (code == LJ_OK) {
        code = journal_add(at->to, JOURNAL_FILE, lj_buf_slice(&at->payload), &value.off, err);
    }
    if (code == LJ_OK) {
        code = index_put(at->index, record.key, &value, err);
    }
    uint8_t group[LJ_SIP_LEN];
    enum { TWIN_MIN = 64 * 1024 };
    if (code == LJ_OK && (record.flags & RECORD_SHA) != 0 && (record.flags & RECORD_RETRY) == 0 &&
        record.size >= TWIN_MIN) {
        state_content_key(at->self, record.sha256, record.path, group);
        lj_buf_clear(&at->payload);
        lj_buf_put(&at->payload, lj_slice_of(group, LJ_SIP_LEN));
        lj_buf_put_u64le(&at->payload, value.off);
        code = journal_add(at->to, JOURNAL_ALIAS, lj_buf_slice(&at->payload), NULL, err);
        if (code == LJ_OK) {
            code = index_put(at->index, group,
                             &(index_value){.off = value.off, .flags = INDEX_ALIAS}, err);
        }
    }
    return code;
}

static lj_code compact_one(void *ctx, journal_type type, uint64_t off, lj_slice payload,
                           lj_err *err)
{
    return type == JOURNAL_FILE ? compact_file(ctx, off, payload, err) : LJ_OK;
}

static lj_code compact(state *self, lj_err *err)
{
    compaction at = {.self = self, .index = index_new()};
    lj_buf_init(&at.parts, NULL, JOURNAL_RECORD_MAX + 4096);
    lj_buf_init(&at.payload, NULL, JOURNAL_RECORD_MAX + 4096);
    lj_buf_init(&at.offs, NULL, 1024 * 1024);
    lj_code code = at.index != NULL
                       ? journal_renew(self->log, &at.to, err)
                       : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory to renew the journal");
    if (code == LJ_OK) {
        code = journal_replay(self->log, JOURNAL_HEAD_LEN, compact_one, &at, err);
    }
    if (code == LJ_OK) {
        code = journal_add(at.to, JOURNAL_RUN_END, (lj_slice){NULL, 0}, NULL, err);
    }
    if (code == LJ_OK) {
        code = journal_replace(self->log, at.to, err);
    }
    lj_buf_done(&at.parts);
    lj_buf_done(&at.payload);
    lj_buf_done(&at.offs);
    if (code != LJ_OK) {
        journal_close(at.to);
        index_free(at.index);
        return code;
    }
    journal_close(self->log);
    index_free(self->index);
    self->log = at.to;
    self->index = at.index;
    return LJ_OK;
}

/* More than half of what is known is of files that this run did not meet, or the journal has
 * doubled since it was last as short as it could be. */
static bool is_mostly_dead(const state *self)
{
    uint64_t seen = 0;
    uint64_t all = 0;
    index_cursor cursor = {0, 0};
    uint8_t key[LJ_SIP_LEN];
    index_value value;
    while (index_next(self->index, &cursor, key, &value)) {
        if ((value.flags & INDEX_ALIAS) == 0) {
            all++;
            seen += (value.flags & INDEX_SEEN) != 0 ? 1 : 0;
        }
    }
    uint64_t len = journal_len(self->log);
    uint64_t base = index_base(self->index);
    return len > COMPACT_MIN && (seen * 2 < all || (base > 0 && len / 2 > base));
}

lj_code state_complete(state *self, lj_err *err)
{
    lj_code code = journal_add(self->log, JOURNAL_RUN_END, (lj_slice){NULL, 0}, NULL, err);
    if (code == LJ_OK) {
        code = journal_sync(self->log, err);
    }
    bool renewed = false;
    if (code == LJ_OK && is_mostly_dead(self)) {
        code = compact(self, err);
        renewed = code == LJ_OK;
    }
    if (renewed || index_base(self->index) == 0) {
        index_base_set(self->index, journal_len(self->log));
    }
    if (code == LJ_OK && (renewed || index_is_changed(self->index))) {
        code = index_save(self->index, self->dir, "index", journal_id(self->log),
                          journal_len(self->log), err);
    }
    return code;
}
