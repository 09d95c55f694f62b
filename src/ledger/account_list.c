/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Accounts as administrators see them: names of people and posts, no business record. */
#include "ledger/account_priv.h"

enum { LIST_MOST = 200 };

typedef struct list_fill {
    lj_arena *arena;
    account_row *rows;
    uint32_t count, most;
    lj_code code;
} list_fill;

static lj_code copy_bytes(lj_arena *arena, lj_slice from, lj_slice *out, lj_err *err)
{
    store_value copy = store_bytes(from);
    lj_code code = ledger_value_copy(arena, &copy, &copy, err);
    *out = copy.bytes;
    return code;
}

static lj_code keep_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    list_fill *fill = ctx;
    if (fill->count == fill->most || columns[0].bytes.len != 16) {
        return LJ_E_CANCELLED;
    }
    account_row *row = &fill->rows[fill->count++];
    *row = (account_row){.state = (account_state)columns[4].num,
                         .must_change = columns[5].num != 0,
                         .failed = columns[6].num,
                         .failed_at = columns[7].num,
                         .version = columns[9].num};
    memcpy(row->id, columns[0].bytes.ptr, 16);
    lj_code code = copy_bytes(fill->arena, columns[1].bytes, &row->name, err);
    code = code == LJ_OK ? copy_bytes(fill->arena, columns[2].bytes, &row->display, err) : code;
    code = code == LJ_OK ? ledger_value_copy(fill->arena, &columns[3], &row->person, err) : code;
    return code == LJ_OK ? copy_bytes(fill->arena, columns[8].bytes, &row->person_title, err)
                         : code;
}

typedef struct post_fill {
    lj_arena *arena;
    account_post *posts;
    uint32_t count;
    uint32_t admin;
} post_fill;

static lj_code keep_post(post_fill *fill, const store_value *id, const store_value *rest,
                         lj_err *err)
{
    if (fill->count == ACCOUNT_POSTS_MAX || id->bytes.len != 16) {
        return LJ_OK;
    }
    account_post *post = &fill->posts[fill->count++];
    memcpy(post->id, id->bytes.ptr, 16);
    lj_code code = copy_bytes(fill->arena, rest[0].bytes, &post->title, err);
    code = code == LJ_OK ? copy_bytes(fill->arena, rest[1].bytes, &post->role, err) : code;
    code = code == LJ_OK ? ledger_value_copy(fill->arena, &rest[2], &post->unit, err) : code;
    return code == LJ_OK ? copy_bytes(fill->arena, rest[3].bytes, &post->unit_title, err) : code;
}

static lj_code keep_grant(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    post_fill *fill = ctx;
    fill->admin |= (uint32_t)columns[1].num;
    return columns[0].kind == STORE_BYTES ? keep_post(fill, &columns[0], &columns[2], err) : LJ_OK;
}

static lj_code keep_waiting(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    return keep_post(ctx, &columns[0], &columns[1], err);
}

static lj_code fill_posts(ledger *book, store_conn *conn, const ledger_now *now, lj_arena *arena,
                          account_row *row, lj_err *err)
{
    post_fill granted = {.arena = arena};
    post_fill waiting = {.arena = arena};
    granted.posts = lj_arena_array(arena, ACCOUNT_POSTS_MAX, sizeof *granted.posts);
    waiting.posts = lj_arena_array(arena, ACCOUNT_POSTS_MAX, sizeof *waiting.posts);
    if (granted.posts == NULL || waiting.posts == NULL) {
        return ledger_nomem(err);
    }
    store_value district = store_int(book->config.district);
    const store_value args[] = {district, ledger_id_value(row->id), store_int(now->at)};
    lj_code code =
        store_run(conn, &q_account_grants, args, LJ_COUNT_OF(args), keep_grant, &granted, err);
    const store_value wait[] = {district, ledger_id_value(row->id), row->person,
                                store_int(now->today), store_int(now->at)};
    if (code == LJ_OK && granted.admin == 0 && row->state != ACCOUNT_CLOSED) {
        code = row->person.kind == STORE_BYTES
                   ? store_run(conn, &q_account_waiting, wait, LJ_COUNT_OF(wait), keep_waiting,
                               &waiting, err)
                   : store_run(conn, &q_account_first_post, wait, 1, keep_waiting, &waiting, err);
    }
    row->admin = granted.admin;
    row->posts = granted.posts;
    row->post_count = granted.count;
    row->waiting = waiting.posts;
    row->waiting_count = waiting.count;
    return code;
}

lj_code account_read(ledger *book, store_conn *conn, const uint8_t id[16], const ledger_now *now,
                     lj_arena *arena, account_row *out, lj_err *err)
{
    list_fill fill = {.arena = arena, .rows = out, .most = 1};
    const store_value args[] = {store_int(book->config.district), ledger_id_value(id)};
    lj_code code = store_run(conn, &q_account_row, args, LJ_COUNT_OF(args), keep_row, &fill, err);
    if (code == LJ_OK && fill.count == 0) {
        code = lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such account");
    }
    return code == LJ_OK ? fill_posts(book, conn, now, arena, out, err) : code;
}

/* NOLINTNEXTLINE(readability-function-size): where, who and in which memory are said each time */
lj_code account_list(ledger *book, store_conn *conn, lj_slice after, uint32_t most,
                     const ledger_now *now, lj_arena *arena, account_row **out, uint32_t *out_count,
                     bool *out_has_more, lj_err *err)
{
    LJ_ASSERT(most >= 1 && most <= LIST_MOST);
    list_fill fill = {.arena = arena, .most = most + 1};
    fill.rows = lj_arena_array(arena, fill.most, sizeof *fill.rows);
    if (fill.rows == NULL) {
        return ledger_nomem(err);
    }
    const store_value args[] = {store_int(book->config.district), store_text(after),
                                store_int(fill.most)};
    lj_code code = store_run(conn, &q_account_page, args, LJ_COUNT_OF(args), keep_row, &fill, err);
    *out_has_more = fill.count > most;
    *out_count = *out_has_more ? most : fill.count;
    for (uint32_t i = 0; i < *out_count && code == LJ_OK; i++) {
        code = fill_posts(book, conn, now, arena, &fill.rows[i], err);
    }
    *out = fill.rows;
    return code;
}

typedef struct person_fill {
    lj_arena *arena;
    account_person *people;
    uint32_t count, most;
} person_fill;

static lj_code keep_person(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    person_fill *fill = ctx;
    if (fill->count == fill->most || columns[0].bytes.len != 16) {
        return LJ_E_CANCELLED;
    }
    account_person *person = &fill->people[fill->count++];
    memcpy(person->id, columns[0].bytes.ptr, 16);
    lj_code code = copy_bytes(fill->arena, columns[1].bytes, &person->name, err);
    return code == LJ_OK ? copy_bytes(fill->arena, columns[2].bytes, &person->unit_title, err)
                         : code;
}

lj_code account_persons(ledger *book, store_conn *conn, lj_slice wanted, uint32_t most,
                        lj_arena *arena, account_person **out, uint32_t *out_count, lj_err *err)
{
    person_fill fill = {.arena = arena, .most = most};
    fill.people = lj_arena_array(arena, most, sizeof *fill.people);
    if (fill.people == NULL) {
        return ledger_nomem(err);
    }
    const store_value args[] = {store_int(book->config.district), store_text(wanted),
                                store_int(most)};
    lj_code code =
        store_run(conn, &q_account_persons, args, LJ_COUNT_OF(args), keep_person, &fill, err);
    *out = fill.people;
    *out_count = fill.count;
    return code;
}
