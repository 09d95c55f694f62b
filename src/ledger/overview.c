/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/overview.h"

#include "ledger/ledger_priv.h"

enum { WEEK_DAYS = 7, UNITS_MAX = 20000 };

static bool is_bureau(const ledger_actor *actor)
{
    bool is = actor->is_kernel;
    for (uint32_t i = 0; i < actor->post_count; i++) {
        is = is || (actor->posts[i].role & POSTS_BUREAU) != 0;
    }
    return is;
}

static lj_code keep_num(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    *(int64_t *)ctx += columns[0].num;
    return LJ_OK;
}

/* ---- what changed ---- */
typedef struct compared_row {
    const char *key, *zh, *en, *type, *event, *or_event;
} compared_row;
static const compared_row compared_rows[LEDGER_COMPARED_COUNT] = {
    {"handovers",   "交接办结",       "Handovers done",      "handover",  "complete",
     "complete_without_outgoing"                                                              },
    {"notices",     "印发通知",       "Notices issued",      "notice",    "issue",    NULL},
    {"meetings",    "召开会议",       "Meetings held",       "meeting",   "hold",     NULL},
    {"directives",  "上级交办答复", "Directives answered", "directive", "answer",   NULL},
    {"persons_in",  "新登记人员",    "People entered",      "person",    "create",   NULL},
    {"persons_out", "离岗人员",       "People who left",     "person",    "leave",    NULL},
};

static lj_code count_event(ledger *book, store_conn *conn, const ledger_type *type,
                           const char *event, int64_t from_on, int64_t to_on, int64_t *out,
                           lj_err *err)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; event != NULL && i < type->move_count && code == LJ_OK; i++) {
        if (strcmp(type->moves[i].event, event) != 0) {
            continue;
        }
        const store_value args[] = {store_int(book->config.district), store_int(type->tag),
                                    store_int(type->moves[i].tag), store_int(from_on),
                                    store_int(to_on)};
        code = store_run(conn, &q_moved_count, args, LJ_COUNT_OF(args), keep_num, out, err);
    }
    return code;
}

static lj_code compare(ledger *book, store_conn *conn, int64_t today, ledger_compared *out,
                       lj_err *err)
{
    calendar_date date = calendar_date_of((int32_t)today);
    int64_t begin = calendar_on_of((calendar_date){date.year, 1, 1});
    int64_t before_begin = calendar_on_of((calendar_date){date.year - 1, 1, 1});
    int64_t before_end = calendar_add(book->days, (int32_t)today, CALENDAR_YEAR, -1);
    lj_code code = LJ_OK;
    for (size_t i = 0; i < LEDGER_COMPARED_COUNT && code == LJ_OK; i++) {
        const compared_row *row = &compared_rows[i];
        const ledger_type *type = ledger_type_lookup(row->type, strlen(row->type));
        LJ_ASSERT(type != NULL);
        out[i] = (ledger_compared){.key = row->key, .zh = row->zh, .en = row->en};
        const char *const events[] = {row->event, row->or_event};
        for (size_t j = 0; j < LJ_COUNT_OF(events) && code == LJ_OK; j++) {
            code = count_event(book, conn, type, events[j], begin, today, &out[i].now, err);
            if (code == LJ_OK) {
                code = count_event(book, conn, type, events[j], before_begin, before_end,
                                   &out[i].before, err);
            }
        }
    }
    return code;
}

/* ---- who is late, what this week ---- */
static lj_code list_late(ledger *book, store_conn *conn, const ledger_actor *actor, lj_arena *arena,
                         ledger_overview *out, lj_err *err)
{
    const duty_query query = {
        .view = DUTY_OF_DISTRICT, .after_on = INT64_MIN, .most = LEDGER_OVERVIEW_MAX};
    ledger_duty *duties = NULL;
    bool has_more = false;
    lj_code code =
        ledger_duties(book, conn, actor, &query, arena, &duties, &out->late_count, &has_more, err);
    out->late = duties;
    while (out->late_count > 0 && duties[out->late_count - 1].due_on >= actor->now.today) {
        out->late_count--;
    }
    return code == LJ_OK ? ledger_duties_late(book, conn, actor->now.today, &out->late_total,
                                              &out->late_units, err)
                         : code;
}

static lj_code list_week(ledger *book, store_conn *conn, const ledger_actor *actor, lj_arena *arena,
                         ledger_overview *out, lj_err *err)
{
    int64_t today = actor->now.today;
    duty_query query = {
        .view = DUTY_OF_DISTRICT, .after_on = today - 1, .most = LEDGER_OVERVIEW_MAX};
    memset(query.after_id, 0xFF, sizeof query.after_id);
    ledger_duty *duties = NULL;
    bool has_more = false;
    lj_code code =
        ledger_duties(book, conn, actor, &query, arena, &duties, &out->week_count, &has_more, err);
    out->week = duties;
    while (out->week_count > 0 && duties[out->week_count - 1].due_on >= today + WEEK_DAYS) {
        out->week_count--;
    }
    const store_value args[] = {store_int(book->config.district), store_int(today),
                                store_int(today + WEEK_DAYS - 1)};
    return code == LJ_OK ? store_run(conn, &q_due_between, args, LJ_COUNT_OF(args), keep_num,
                                     &out->week_total, err)
                         : code;
}

lj_code ledger_overview_of(ledger *book, store_conn *conn, const ledger_actor *actor,
                           lj_arena *arena, ledger_overview *out, lj_err *err)
{
    *out = (ledger_overview){0};
    if (!is_bureau(actor)) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "only the bureau sees the whole district");
    }
    lj_code code = list_late(book, conn, actor, arena, out, err);
    code = code == LJ_OK ? list_week(book, conn, actor, arena, out, err) : code;
    return code == LJ_OK ? compare(book, conn, actor->now.today, out->changed, err) : code;
}

/* ---- the matrix ---- */
const uint16_t ledger_matrix_types[LEDGER_MATRIX_COLUMNS] = {3, 5, 7, 12, 13, 14};

typedef struct matrix_fill {
    ledger_matrix *to;
    lj_arena *arena;
    uint32_t *by_id; /* rows in the order of their ids */
} matrix_fill;

static lj_code keep_unit(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    matrix_fill *fill = ctx;
    if (fill->to->count == UNITS_MAX || columns[0].bytes.len != 16) {
        return ledger_nomem(err);
    }
    if ((fill->to->count & (fill->to->count - 1)) == 0) { /* a power of two: full */
        uint32_t old = fill->to->count;
        uint32_t cap = old == 0 ? 1 : old * 2;
        void *rows = lj_arena_grow(fill->arena, fill->to->rows, old * sizeof *fill->to->rows,
                                   cap * sizeof *fill->to->rows);
        if (rows == NULL) {
            return ledger_nomem(err);
        }
        fill->to->rows = rows;
    }
    ledger_matrix_row *row = &fill->to->rows[fill->to->count++];
    memcpy(row->unit, columns[0].bytes.ptr, 16);
    store_value name;
    lj_code code = ledger_value_copy(fill->arena, &columns[1], &name, err);
    row->name = code == LJ_OK ? name.bytes : (lj_slice){0};
    return code;
}

static ledger_matrix_row *row_of(const matrix_fill *fill, const store_value *unit)
{
    uint32_t from = 0;
    uint32_t to = fill->to->count;
    while (unit->kind == STORE_BYTES && unit->bytes.len == 16 && from < to) {
        uint32_t at = from + (to - from) / 2;
        ledger_matrix_row *row = &fill->to->rows[fill->by_id[at]];
        int order = memcmp(row->unit, unit->bytes.ptr, 16);
        if (order == 0) {
            return row;
        }
        if (order < 0) {
            from = at + 1;
        } else {
            to = at;
        }
    }
    return NULL;
}

static ledger_cell *cell_of(const matrix_fill *fill, int64_t type, const store_value *unit)
{
    ledger_matrix_row *row = row_of(fill, unit);
    for (uint32_t i = 0; row != NULL && i < LEDGER_MATRIX_COLUMNS; i++) {
        if (ledger_matrix_types[i] == type) {
            return &row->cells[i];
        }
    }
    return NULL;
}

static lj_code keep_count(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    ledger_cell *cell = cell_of(ctx, columns[0].num, &columns[1]);
    if (cell != NULL) {
        cell->count = columns[2].num;
    }
    return LJ_OK;
}

static lj_code keep_duties(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    ledger_cell *cell = cell_of(ctx, columns[0].num, &columns[1]);
    if (cell != NULL) {
        cell->open = columns[2].num;
        cell->overdue = columns[3].num;
    }
    return LJ_OK;
}

/* Shell sort of row numbers by id: a few hundred rows, without a callback that lacks a context. */
static void sort_rows(matrix_fill *fill)
{
    uint32_t count = fill->to->count;
    for (uint32_t i = 0; i < count; i++) {
        fill->by_id[i] = i;
    }
    for (uint32_t gap = count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < count; i++) {
            uint32_t moving = fill->by_id[i];
            uint32_t at = i;
            for (; at >= gap && memcmp(fill->to->rows[fill->by_id[at - gap]].unit,
                                       fill->to->rows[moving].unit, 16) > 0;
                 at -= gap) {
                fill->by_id[at] = fill->by_id[at - gap];
            }
            fill->by_id[at] = moving;
        }
    }
}

lj_code ledger_matrix_of(ledger *book, store_conn *conn, const ledger_actor *actor, lj_arena *arena,
                         ledger_matrix *out, lj_err *err)
{
    *out = (ledger_matrix){0};
    if (!is_bureau(actor)) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "only the bureau sees the whole district");
    }
    matrix_fill fill = {.to = out, .arena = arena};
    const store_value district = store_int(book->config.district);
    lj_code code = store_run(conn, &q_matrix_units, &district, 1, keep_unit, &fill, err);
    if (code != LJ_OK) {
        return code;
    }
    fill.by_id = lj_arena_array(arena, out->count + 1, sizeof *fill.by_id);
    if (fill.by_id == NULL) {
        return ledger_nomem(err);
    }
    sort_rows(&fill);
    code = store_run(conn, &q_matrix_counts, &district, 1, keep_count, &fill, err);
    const store_value args[] = {district, store_int(actor->now.today)};
    return code == LJ_OK
               ? store_run(conn, &q_matrix_duties, args, LJ_COUNT_OF(args), keep_duties, &fill, err)
               : code;
}

lj_code ledger_duties_done(ledger *book, store_conn *conn, const ledger_actor *actor, int64_t *out,
                           lj_err *err)
{
    calendar_date date = calendar_date_of((int32_t)actor->now.today);
    int64_t since = calendar_on_of((calendar_date){date.year, 1, 1});
    lj_code code = LJ_OK;
    *out = 0;
    for (uint32_t i = 0; i < actor->post_count && code == LJ_OK; i++) {
        const store_value args[] = {store_int(book->config.district),
                                    ledger_id_value(actor->posts[i].id), store_int(since)};
        code = store_run(conn, &q_due_done, args, LJ_COUNT_OF(args), keep_num, out, err);
    }
    return code;
}
