/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which account an entry is about. Entries hold a hash, so the answer is found the way an auditor
 * with the list of accounts would find it: every account is tried. A row of the list costs one or
 * two hashes for each kind of event among the entries, whatever their number. */
#include "base/hash.h"
#include "ledger/account_priv.h"
#include "ledger/log.h"

enum { EVENTS_MOST = 32 };

typedef struct about_scan {
    const log_entry *entries;
    account_about *out;
    lj_arena *arena;
    lj_sha256 *sha;
    uint16_t events[EVENTS_MOST];
    uint32_t count, event_count;
} about_scan;

static bool is_about(const seal_leaf *leaf)
{
    const uint32_t needs = SEAL_HAS(SEAL_TAG_SUBJECT) | SEAL_HAS(SEAL_TAG_EVENT);
    return (leaf->kind == SEAL_ACCOUNT || leaf->kind == SEAL_SESSION) &&
           (leaf->has & needs) == needs;
}

static void collect_events(about_scan *scan)
{
    for (uint32_t i = 0; i < scan->count; i++) {
        const seal_leaf *leaf = &scan->entries[i].leaf;
        uint32_t at = 0;
        while (at < scan->event_count && scan->events[at] != leaf->event) {
            at++;
        }
        if (is_about(leaf) && at == scan->event_count && at < EVENTS_MOST) {
            scan->events[scan->event_count++] = leaf->event;
        }
    }
}

/* The entries whose subject it is. */
static lj_code try_object(about_scan *scan, const store_value *columns, uint16_t event,
                          lj_slice object, lj_err *err)
{
    uint8_t subject[32];
    const uint8_t tag[2] = {(uint8_t)event, (uint8_t)(event >> 8)};
    lj_sha256_begin(scan->sha);
    lj_sha256_add(scan->sha, columns[0].bytes);
    lj_sha256_add(scan->sha, lj_slice_of(tag, sizeof tag));
    lj_sha256_add(scan->sha, object);
    lj_sha256_end(scan->sha, subject);
    for (uint32_t i = 0; i < scan->count; i++) {
        const seal_leaf *leaf = &scan->entries[i].leaf;
        account_about *about = &scan->out[i];
        if (!about->is_found && is_about(leaf) && leaf->event == event &&
            memcmp(leaf->subject.bytes, subject, sizeof subject) == 0) {
            store_value name;
            lj_code code = ledger_value_copy(scan->arena, &columns[1], &name, err);
            if (code != LJ_OK) {
                return code;
            }
            memcpy(about->id, columns[0].bytes.ptr, 16);
            about->name = name.bytes;
            about->is_found = true;
        }
    }
    return LJ_OK;
}

static lj_code try_account(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    about_scan *scan = ctx;
    const ledger_role *role =
        columns[4].kind == STORE_INT ? ledger_role_of((uint32_t)columns[4].num) : NULL;
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < scan->event_count && columns[0].bytes.len == 16 && code == LJ_OK;
         i++) {
        uint16_t event = scan->events[i];
        bool is_granted = event == ACCOUNT_GRANT || event == ACCOUNT_REVOKE;
        if (is_granted && columns[3].kind == STORE_BYTES) {
            code = try_object(scan, columns, event, columns[3].bytes, err);
        } else if (is_granted && role != NULL) {
            code = try_object(scan, columns, event, lj_cstr_bytes(role->code), err);
        } else if (!is_granted) {
            code = try_object(scan, columns, event, LJ_BYTES(""), err);
        }
        if (code == LJ_OK && columns[2].kind == STORE_BYTES &&
            (event == ACCOUNT_CREATE || event == ACCOUNT_BIND)) {
            code = try_object(scan, columns, event, columns[2].bytes, err);
        }
    }
    return code;
}

lj_code account_abouts(ledger *book, store_conn *conn, const struct log_entry *entries,
                       uint32_t count, lj_arena *arena, account_about **out, lj_err *err)
{
    about_scan scan = {.entries = entries, .count = count, .arena = arena};
    scan.out = lj_arena_array(arena, count, sizeof *scan.out);
    if (scan.out == NULL) {
        return ledger_nomem(err);
    }
    *out = scan.out;
    collect_events(&scan);
    if (scan.event_count == 0) {
        return LJ_OK;
    }
    scan.sha = lj_sha256_new();
    if (scan.sha == NULL) {
        return ledger_nomem(err);
    }
    store_value district = store_int(book->config.district);
    lj_code code = store_run(conn, &q_account_objects, &district, 1, try_account, &scan, err);
    lj_sha256_free(scan.sha);
    return code;
}
