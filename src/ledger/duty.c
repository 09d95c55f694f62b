/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The list of duties. A person sees the duties of every post that he answers for today: his own,
 * and those that fall to him because nobody holds them. */
#include "ledger/duty.h"

#include "ledger/ledger_priv.h"

enum { POSTS_MAX = 256 /* posts that one person answers for */ };

typedef struct id_list {
    uint8_t ids[POSTS_MAX][16];
    uint32_t count;
} id_list;

static void add_id(id_list *to, const uint8_t id[16])
{
    for (uint32_t i = 0; i < to->count; i++) {
        if (memcmp(to->ids[i], id, 16) == 0) {
            return;
        }
    }
    if (to->count < POSTS_MAX) {
        memcpy(to->ids[to->count++], id, 16);
    }
}

static lj_code keep_id(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    if (columns[0].kind == STORE_BYTES && columns[0].bytes.len == 16) {
        add_id(ctx, columns[0].bytes.ptr);
    }
    return LJ_OK;
}

/* Posts that the actor answers for: held by him, or unheld and falling to him. */
static lj_code posts_answered(ledger *book, store_conn *conn, const ledger_actor *actor,
                              lj_arena *arena, id_list *out, lj_err *err)
{
    out->count = 0;
    for (uint32_t i = 0; i < actor->post_count; i++) {
        add_id(out, actor->posts[i].id);
    }
    id_list *unheld = lj_arena_alloc(arena, sizeof *unheld);
    if (unheld == NULL) {
        return ledger_nomem(err);
    }
    const store_value args[] = {store_int(book->config.district), store_int(actor->now.today)};
    lj_code code = store_run(conn, &q_due_unheld, args, LJ_COUNT_OF(args), keep_id, unheld, err);
    for (uint32_t i = 0; i < unheld->count && code == LJ_OK; i++) {
        ledger_answerer who;
        code = ledger_answerer_of(book, conn, unheld->ids[i], actor->now.today, arena, &who, err);
        if (code == LJ_OK && who.person.kind == STORE_BYTES && actor->person.kind == STORE_BYTES &&
            ledger_same_value(&who.person, &actor->person)) {
            add_id(out, unheld->ids[i]);
        }
    }
    return code;
}

typedef struct duty_list {
    ledger_duty *duties;
    uint32_t count, cap;
} duty_list;

static const ledger_due *rule_of(const ledger_type *type, lj_slice name)
{
    for (uint32_t i = 0; i < type->due_count; i++) {
        if (lj_slice_is(lj_cstr_bytes(type->dues[i].name), name)) {
            return &type->dues[i];
        }
    }
    return NULL;
}

static void copy_id(uint8_t to[16], const store_value *from)
{
    if (from->bytes.len == 16) {
        memcpy(to, from->bytes.ptr, 16);
    }
}

typedef struct duty_scan {
    duty_list *to;
    lj_arena *arena;
} duty_scan;

static lj_code keep_duty(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    duty_scan *scan = ctx;
    const ledger_type *type = ledger_type_tagged(columns[2].num);
    const ledger_due *rule = type != NULL ? rule_of(type, columns[3].bytes) : NULL;
    if (rule == NULL || scan->to->count == scan->to->cap) {
        return LJ_OK; /* of a newer program's rule; or enough */
    }
    ledger_duty *duty = &scan->to->duties[scan->to->count++];
    *duty = (ledger_duty){.type = type,
                          .rule = rule,
                          .due_on = columns[6].num,
                          .minutes = (uint16_t)columns[7].num,
                          .started_on = columns[8].num};
    copy_id(duty->id, &columns[0]);
    copy_id(duty->record, &columns[1]);
    copy_id(duty->post, &columns[4]);
    return ledger_value_copy(scan->arena, &columns[5], &duty->unit, err);
}

static bool is_before(const ledger_duty *a, const ledger_duty *b)
{
    return a->due_on != b->due_on ? a->due_on < b->due_on : memcmp(a->id, b->id, 16) < 0;
}

/* Insertion: the parts are short and sorted already. */
static void sort_duties(duty_list *list)
{
    for (uint32_t i = 1; i < list->count; i++) {
        ledger_duty duty = list->duties[i];
        uint32_t at = i;
        for (; at > 0 && is_before(&duty, &list->duties[at - 1]); at--) {
            list->duties[at] = list->duties[at - 1];
        }
        list->duties[at] = duty;
    }
}

static lj_code fetch(ledger *book, store_conn *conn, const store_query *sql, const uint8_t *key,
                     const duty_query *query, duty_scan *scan, lj_err *err)
{
    store_value args[5];
    size_t count = 0;
    args[count++] = store_int(book->config.district);
    if (key != NULL) {
        args[count++] = ledger_id_value(key);
    }
    args[count++] = store_int(query->after_on);
    args[count++] = ledger_id_value(query->after_id);
    args[count++] = store_int(query->most + 1);
    return store_run(conn, sql, args, count, keep_duty, scan, err);
}

static bool may_see(const ledger_actor *actor, const duty_query *query)
{
    bool may = actor->is_kernel || query->view == DUTY_OF_ACTOR;
    for (uint32_t i = 0; i < actor->post_count && !may; i++) {
        const ledger_post *post = &actor->posts[i];
        may =
            (post->role & POSTS_BUREAU) != 0 ||
            (query->view == DUTY_OF_UNIT && (post->role & POSTS_UNIT) != 0 &&
             post->unit.kind == STORE_BYTES && memcmp(post->unit.bytes.ptr, query->unit, 16) == 0);
    }
    return may;
}

static lj_code collect(ledger *book, store_conn *conn, const ledger_actor *actor,
                       const duty_query *query, duty_scan *scan, lj_err *err)
{
    if (query->view == DUTY_OF_DISTRICT) {
        return fetch(book, conn, &q_due_of_district, NULL, query, scan, err);
    }
    if (query->view == DUTY_OF_UNIT) {
        return fetch(book, conn, &q_due_of_unit, query->unit, query, scan, err);
    }
    id_list *posts = lj_arena_alloc(scan->arena, sizeof *posts);
    if (posts == NULL) {
        return ledger_nomem(err);
    }
    lj_code code = posts_answered(book, conn, actor, scan->arena, posts, err);
    for (uint32_t i = 0; i < posts->count && code == LJ_OK; i++) {
        if (query->post != NULL && memcmp(query->post, posts->ids[i], 16) != 0) {
            continue;
        }
        code = fetch(book, conn, &q_due_of_post, posts->ids[i], query, scan, err);
        sort_duties(scan->to);
        scan->to->count = scan->to->count > query->most + 1 ? query->most + 1 : scan->to->count;
    }
    return code;
}

/* NOLINTNEXTLINE(readability-function-size): where, who and in which memory are said each time */
lj_code ledger_duties(ledger *book, store_conn *conn, const ledger_actor *actor,
                      const duty_query *query, lj_arena *arena, ledger_duty **out,
                      uint32_t *out_count, bool *out_more, lj_err *err)
{
    if (!may_see(actor, query)) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "these duties are not the caller's");
    }
    duty_list list = {.cap = 2 * (query->most + 1)};
    list.duties = lj_arena_array(arena, list.cap, sizeof *list.duties);
    if (list.duties == NULL) {
        return ledger_nomem(err);
    }
    duty_scan scan = {&list, arena};
    lj_code code = collect(book, conn, actor, query, &scan, err);
    *out_more = list.count > query->most;
    list.count = *out_more ? query->most : list.count;
    for (uint32_t i = 0; i < list.count && code == LJ_OK; i++) {
        uint32_t same = 0; /* an earlier duty of the same post: who answers is known */
        while (memcmp(list.duties[same].post, list.duties[i].post, 16) != 0) {
            same++;
        }
        if (same < i) {
            list.duties[i].answerer = list.duties[same].answerer;
            continue;
        }
        code = ledger_answerer_of(book, conn, list.duties[i].post, actor->now.today, arena,
                                  &list.duties[i].answerer, err);
    }
    *out = list.duties;
    *out_count = list.count;
    return code;
}

static lj_code keep_two(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    int64_t *to = ctx;
    to[0] = columns[0].num;
    to[1] = columns[1].num;
    return LJ_OK;
}

lj_code ledger_duties_late(ledger *book, store_conn *conn, int64_t today, int64_t *out_count,
                           int64_t *out_units, lj_err *err)
{
    int64_t both[2] = {0, 0};
    const store_value args[] = {store_int(book->config.district), store_int(today)};
    lj_code code = store_run(conn, &q_due_count, args, LJ_COUNT_OF(args), keep_two, both, err);
    *out_count = both[0];
    *out_units = both[1];
    return code;
}
