/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A record is {u32 len, u8 type, u64 check, payload}; check is the first half of SipHash-128 over
 * len, type and payload with the random key of the head, so that old bytes of a reused disk block
 * cannot pass for a record. Why not a database: docs/dependencies.md. */
#include "scan/journal.h"

#include "base/cur.h"
#include "base/num.h"
#include "base/os.h"

enum {
    RECORD_HEAD = 13,
    BUFFER_MAX = JOURNAL_RECORD_MAX + 1024 * 1024,
    FLUSH_LEN = 256 * 1024,
    REPLAY_ROOM = 1024 * 1024,
    NAME_MAX_LEN = 32,
};

struct journal {
    lj_arena *home;
    int dir, fd;
    char name[NAME_MAX_LEN];
    uint8_t id[LJ_SIP_LEN], key[LJ_SIP_LEN], config[LJ_SHA256_LEN];
    uint64_t len;   /* bytes in the file */
    lj_buf pending; /* behind them */
    lj_buf room;    /* scratch for one record */
};

static const char magic[8] = {'L', 'J', 'S', 'T', 'A', 'T', 'E', '1'};

/* {magic, id, key, config, reserved 16, check 8} = 96 */
static void head_make(const journal *log, uint8_t head[JOURNAL_HEAD_LEN])
{
    memset(head, 0, JOURNAL_HEAD_LEN);
    memcpy(head, magic, 8);
    memcpy(head + 8, log->id, LJ_SIP_LEN);
    memcpy(head + 24, log->key, LJ_SIP_LEN);
    memcpy(head + 40, log->config, LJ_SHA256_LEN);
    uint8_t check[LJ_SIP_LEN];
    lj_sip128(log->key, lj_slice_of(head, JOURNAL_HEAD_LEN - 8), check);
    memcpy(head + JOURNAL_HEAD_LEN - 8, check, 8);
}

static bool head_take(journal *log, const uint8_t head[JOURNAL_HEAD_LEN])
{
    uint8_t again[JOURNAL_HEAD_LEN];
    memcpy(log->id, head + 8, LJ_SIP_LEN);
    memcpy(log->key, head + 24, LJ_SIP_LEN);
    memcpy(log->config, head + 40, LJ_SHA256_LEN);
    head_make(log, again);
    return memcmp(again, head, JOURNAL_HEAD_LEN) == 0;
}

static journal *journal_make(int dir, const char *name)
{
    lj_arena *home = lj_arena_new(4096);
    journal *log = home != NULL ? lj_arena_alloc(home, sizeof(*log)) : NULL;
    if (log == NULL) {
        lj_arena_free(home);
        return NULL;
    }
    log->home = home;
    LJ_ASSERT(strlen(name) < NAME_MAX_LEN - 4);
    memcpy(log->name, name, strlen(name) + 1);
    log->dir = dir;
    log->fd = -1;
    lj_buf_init(&log->pending, NULL, BUFFER_MAX);
    lj_buf_init(&log->room, NULL, BUFFER_MAX);
    return log;
}

void journal_close(journal *log)
{
    if (log == NULL) {
        return;
    }
    lj_os_close(log->fd);
    lj_buf_done(&log->pending);
    lj_buf_done(&log->room);
    lj_arena_free(log->home);
}

/* An empty journal under the name with ".new" behind it; the caller renames it. */
static lj_code journal_begin(journal *log, lj_err *err)
{
    char name[NAME_MAX_LEN + 4];
    size_t len = strlen(log->name);
    memcpy(name, log->name, len);
    memcpy(name + len, ".new", 5);
    lj_code code = lj_os_create_file(log->dir, name, LJ_OS_FRESH, &log->fd, err);
    uint8_t head[JOURNAL_HEAD_LEN];
    lj_os_random(log->id, LJ_SIP_LEN);
    head_make(log, head);
    if (code == LJ_OK) {
        code = lj_os_write_at(log->fd, 0, lj_slice_of(head, sizeof(head)), err);
    }
    log->len = JOURNAL_HEAD_LEN;
    return code;
}

static lj_code journal_settle(const journal *log, lj_err *err)
{
    char name[NAME_MAX_LEN + 4];
    size_t len = strlen(log->name);
    memcpy(name, log->name, len);
    memcpy(name + len, ".new", 5);
    lj_code code = lj_os_sync(log->fd, err);
    return code == LJ_OK ? lj_os_rename(log->dir, name, log->name, err) : code;
}

lj_code journal_open(int dir, const char *name, const uint8_t config[LJ_SHA256_LEN], journal **out,
                     lj_err *err)
{
    journal *log = journal_make(dir, name);
    if (log == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the journal");
    }
    uint8_t head[JOURNAL_HEAD_LEN];
    size_t len = 0;
    lj_os_stat stat = {0};
    lj_code code = lj_os_create_file(dir, name, LJ_OS_UPDATE, &log->fd, err);
    if (code == LJ_OK) {
        code = lj_os_stat_of(log->fd, &stat, err);
    }
    if (code == LJ_OK) {
        code = lj_os_read_at(log->fd, 0, head, sizeof(head), &len, err);
    }
    bool fits = code == LJ_OK && len == sizeof(head) && head_take(log, head) &&
                memcmp(log->config, config, LJ_SHA256_LEN) == 0;
    if (fits) {
        log->len = stat.size;
    } else if (code == LJ_OK) {
        lj_os_close(log->fd);
        lj_os_random(log->key, LJ_SIP_LEN);
        memcpy(log->config, config, LJ_SHA256_LEN);
        code = journal_begin(log, err);
        if (code == LJ_OK) {
            code = journal_settle(log, err);
        }
    }
    if (code != LJ_OK) {
        journal_close(log);
        return code;
    }
    *out = log;
    return LJ_OK;
}

const uint8_t *journal_id(const journal *log)
{
    return log->id;
}

const uint8_t *journal_key(const journal *log)
{
    return log->key;
}

uint64_t journal_len(const journal *log)
{
    return log->len + log->pending.len;
}

static void check_make(const journal *log, lj_slice len_type_payload, uint8_t out[8])
{
    uint8_t hash[LJ_SIP_LEN];
    lj_sip128(log->key, len_type_payload, hash);
    memcpy(out, hash, 8);
}

/* ---- reading ---- */

/* A record at the start of bytes: its whole length, or 0 when it is not whole. The check runs over
 * len, type and payload, which do not stand together, so they are put together in log->room. */
static size_t record_at(journal *log, lj_slice bytes, journal_type *out_type, lj_slice *out_payload)
{
    lj_cur cur = lj_cur_of(bytes);
    uint32_t len = lj_cur_u32le(&cur);
    uint8_t type = lj_cur_u8(&cur);
    lj_slice check = lj_cur_bytes(&cur, 8);
    lj_slice payload = len <= JOURNAL_RECORD_MAX ? lj_cur_bytes(&cur, len) : (lj_slice){NULL, 0};
    if (!lj_cur_ok(&cur) || len > JOURNAL_RECORD_MAX || type == 0 || type > JOURNAL_TYPE_MAX) {
        return 0;
    }
    lj_buf_clear(&log->room);
    lj_buf_put_u32le(&log->room, len);
    lj_buf_put_u8(&log->room, type);
    lj_buf_put(&log->room, payload);
    uint8_t again[8];
    check_make(log, lj_buf_slice(&log->room), again);
    if (!lj_buf_ok(&log->room) || memcmp(again, check.ptr, 8) != 0) {
        return 0;
    }
    *out_type = (journal_type)type;
    *out_payload = payload;
    return RECORD_HEAD + (size_t)len;
}

/* Length that the record at the start says it has, head included; 0 when even that is not there. */
static size_t record_wants(lj_slice bytes)
{
    lj_cur cur = lj_cur_of(bytes);
    uint32_t len = lj_cur_u32le(&cur);
    return lj_cur_ok(&cur) && len <= JOURNAL_RECORD_MAX ? RECORD_HEAD + (size_t)len : 0;
}

lj_code journal_replay(journal *log, uint64_t from, journal_fn *record, void *ctx, lj_err *err)
{
    LJ_ASSERT(log->pending.len == 0);
    lj_buf room;
    lj_buf_init(&room, NULL, REPLAY_ROOM + JOURNAL_RECORD_MAX + RECORD_HEAD);
    lj_code code = LJ_OK;
    uint64_t off = from;
    size_t at = 0; /* in room */
    bool torn = from > log->len || from < JOURNAL_HEAD_LEN;
    while (code == LJ_OK && !torn && off < log->len) {
        lj_slice rest = lj_slice_part(lj_buf_slice(&room), at, SIZE_MAX);
        size_t wants = record_wants(rest);
        if ((wants == 0 || wants > rest.len) && off + rest.len < log->len) {
            size_t kept = rest.len;
            if (kept > 0) {
                memmove(room.ptr, rest.ptr, kept);
            }
            room.len = kept;
            at = 0;
            size_t more = wants > kept + REPLAY_ROOM ? wants - kept : REPLAY_ROOM;
            uint8_t *dst = lj_buf_room(&room, more);
            size_t got = 0;
            code = dst != NULL ? lj_os_read_at(log->fd, off + kept, dst, more, &got, err)
                               : lj_fail(err, LJ_E_NOMEM, off, "no memory to read the journal");
            room.len += got;
            if (got == 0 || (kept > 0 && wants == 0 && kept >= 4)) {
                torn = true;
            }
            continue;
        }
        journal_type type = JOURNAL_RUN;
        lj_slice payload;
        size_t len = record_at(log, rest, &type, &payload);
        if (len == 0) {
            torn = true;
            break;
        }
        code = record(ctx, type, off, payload, err);
        at += len;
        off += len;
    }
    lj_buf_done(&room);
    if (code == LJ_OK && torn && from <= log->len && from >= JOURNAL_HEAD_LEN) {
        code = lj_os_cut(log->fd, off, err);
        log->len = off;
    }
    return code;
}

lj_code journal_read(journal *log, uint64_t off, journal_type type, lj_buf *dst, lj_err *err)
{
    if (off >= log->len && log->pending.len > 0) {
        lj_code code = journal_flush(log, err);
        if (code != LJ_OK) {
            return code;
        }
    }
    enum { GUESS = 1024 };
    size_t start = dst->len;
    size_t len = GUESS;
    for (int step = 0; step < 2; step++) {
        uint8_t *room = lj_buf_room(dst, len);
        size_t got = 0;
        if (room == NULL) {
            return lj_fail(err, LJ_E_NOMEM, off, "no memory to read the journal");
        }
        lj_code code = lj_os_read_at(log->fd, off, room, len, &got, err);
        if (code != LJ_OK) {
            return code;
        }
        size_t wants = record_wants(lj_slice_of(room, got));
        if (wants > got && step == 0) {
            len = wants;
            continue;
        }
        journal_type found = JOURNAL_RUN;
        lj_slice payload;
        if (record_at(log, lj_slice_of(room, got), &found, &payload) == 0 || found != type) {
            break;
        }
        memmove(room, payload.ptr, payload.len);
        dst->len = start + payload.len;
        return LJ_OK;
    }
    return lj_fail(err, LJ_E_FORMAT, off,
                   "a record of state/journal is damaged: remove the folder `state` of the result "
                   "folder and scan again");
}

/* ---- writing ---- */

lj_code journal_flush(journal *log, lj_err *err)
{
    if (log->pending.len == 0) {
        return LJ_OK;
    }
    lj_code code = lj_os_write_at(log->fd, log->len, lj_buf_slice(&log->pending), err);
    if (code == LJ_OK) {
        log->len += log->pending.len;
        lj_buf_clear(&log->pending);
    }
    return code;
}

lj_code journal_sync(journal *log, lj_err *err)
{
    lj_code code = journal_flush(log, err);
    return code == LJ_OK ? lj_os_sync(log->fd, err) : code;
}

lj_code journal_add(journal *log, journal_type type, lj_slice payload, uint64_t *out_off,
                    lj_err *err)
{
    LJ_ASSERT(payload.len <= JOURNAL_RECORD_MAX);
    uint64_t off = journal_len(log);
    lj_buf_clear(&log->room);
    lj_buf_put_u32le(&log->room, (uint32_t)payload.len);
    lj_buf_put_u8(&log->room, (uint8_t)type);
    lj_buf_put(&log->room, payload);
    uint8_t check[8];
    check_make(log, lj_buf_slice(&log->room), check);
    lj_buf_put(&log->pending, lj_slice_of(log->room.ptr, 5));
    lj_buf_put(&log->pending, lj_slice_of(check, sizeof(check)));
    lj_buf_put(&log->pending, payload);
    if (!lj_buf_ok(&log->pending) || !lj_buf_ok(&log->room)) {
        return lj_fail(err, LJ_E_NOMEM, off, "no memory for the journal");
    }
    if (out_off != NULL) {
        *out_off = off;
    }
    return log->pending.len >= FLUSH_LEN ? journal_flush(log, err) : LJ_OK;
}

/* ---- renewal ---- */

lj_code journal_renew(const journal *log, journal **out, lj_err *err)
{
    journal *next = journal_make(log->dir, log->name);
    if (next == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the journal");
    }
    memcpy(next->key, log->key, LJ_SIP_LEN);
    memcpy(next->config, log->config, LJ_SHA256_LEN);
    lj_code code = journal_begin(next, err);
    if (code != LJ_OK) {
        journal_close(next);
        return code;
    }
    *out = next;
    return LJ_OK;
}

lj_code journal_replace(journal *log, journal *by, lj_err *err)
{
    (void)log;
    lj_code code = journal_sync(by, err);
    return code == LJ_OK ? journal_settle(by, err) : code;
}
