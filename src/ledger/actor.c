/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/actor.h"

#include "ledger/ledger_priv.h"

ledger_actor ledger_actor_kernel(int64_t at)
{
    return (ledger_actor){.is_kernel = true, .now = ledger_now_of(at)};
}

typedef struct post_fill {
    ledger_actor *to;
    lj_arena *arena;
} post_fill;

static lj_code keep_post(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    post_fill *fill = ctx;
    const ledger_role *role =
        ledger_role_lookup((const char *)columns[3].bytes.ptr, (uint32_t)columns[3].bytes.len);
    if (role == NULL || columns[0].bytes.len != 16 || fill->to->post_count == LEDGER_POSTS_MAX) {
        return LJ_OK;
    }
    ledger_post *post = &fill->to->posts[fill->to->post_count++];
    *post = (ledger_post){.role = role->bit, .is_stand_in = columns[4].num != 0};
    memcpy(post->id, columns[0].bytes.ptr, 16);
    lj_code code = ledger_value_copy(fill->arena, &columns[1], &post->unit, err);
    return code == LJ_OK ? ledger_value_copy(fill->arena, &columns[2], &post->department, err)
                         : code;
}

static lj_code keep_admin(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    ((ledger_actor *)ctx)->admin |= (uint32_t)columns[0].num;
    return LJ_OK;
}

lj_code ledger_actor_of(ledger *book, store_conn *conn, const uint8_t account[16], int64_t at,
                        lj_arena *arena, ledger_actor *out, lj_err *err)
{
    *out = (ledger_actor){.now = ledger_now_of(at)};
    store_value id = ledger_id_value(account);
    lj_code code = ledger_value_copy(arena, &id, &out->account, err);
    const store_value args[] = {store_int(book->config.district), id};
    const store_value *columns = NULL;
    code = code == LJ_OK
               ? store_one(conn, &q_account_person, args, LJ_COUNT_OF(args), arena, &columns, err)
               : code;
    if (code != LJ_OK) {
        return code;
    }
    if (columns == NULL) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such account");
    }
    out->person = columns[0];
    const store_value admin[] = {store_int(book->config.district), id, store_int(at)};
    code = store_run(conn, &q_account_admin, admin, LJ_COUNT_OF(admin), keep_admin, out, err);
    /* An administrator sees no business record, whatever else was granted. */
    if (code != LJ_OK || out->admin != 0 || out->person.kind != STORE_BYTES) {
        return code;
    }
    post_fill fill = {out, arena};
    const store_value posts[] = {store_int(book->config.district), id, out->person,
                                 store_int(out->now.today), store_int(at)};
    return store_run(conn, &q_actor_posts, posts, LJ_COUNT_OF(posts), keep_post, &fill, err);
}

lj_code ledger_account_title(ledger *book, store_conn *conn, const uint8_t id[16], lj_arena *arena,
                             lj_slice *out, lj_err *err)
{
    const store_value args[] = {store_int(book->config.district), ledger_id_value(id)};
    const store_value *columns = NULL;
    lj_code code = store_one(conn, &q_account_title, args, LJ_COUNT_OF(args), arena, &columns, err);
    *out = code == LJ_OK && columns != NULL ? columns[0].bytes : (lj_slice){0};
    return code;
}
