/* SPDX-License-Identifier: AGPL-3.0-or-later
 * An item is {u32 key length, u32 value length, key, value}. One run is an arena of items and an
 * array of their offsets; it is sorted by heap sort (no worst case) and, when full, written behind
 * the runs before it. Merging takes the least head of all runs each time: there are few runs, since
 * each is megabytes long. */
#include "scan/extsort.h"

#include "base/buf.h"
#include "base/cur.h"
#include "base/num.h"
#include "base/os.h"

enum { ITEM_HEAD = 8, RUN_MAX = 4096, ROOM_MIN = 64 * 1024 };

typedef struct sort_run {
    uint64_t at, end; /* in the file: what was not read yet */
    lj_buf room;      /* a window on it */
    size_t room_at;   /* the head item */
    size_t item_len;  /* 0: the run is used up */
} sort_run;

struct extsort {
    lj_arena *home;
    int dir, fd;
    size_t memory;
    lj_buf items;
    lj_buf order; /* u32 offsets into items */
    uint64_t file_len;
    sort_run *runs;
    uint32_t run_count;
    size_t next;  /* in order, when nothing was spilled */
    int64_t last; /* run whose head was given out, -1 = none */
};

extsort *extsort_new(int dir, size_t memory)
{
    lj_arena *home = lj_arena_new(RUN_MAX * sizeof(sort_run) + 65536);
    extsort *sort = home != NULL ? lj_arena_alloc(home, sizeof(*sort)) : NULL;
    if (sort == NULL) {
        lj_arena_free(home);
        return NULL;
    }
    *sort = (extsort){.home = home, .dir = dir, .fd = -1, .memory = memory, .last = -1};
    lj_buf_init(&sort->items, NULL, memory + 32 * 1024 * 1024);
    lj_buf_init(&sort->order, NULL, memory + 32 * 1024 * 1024);
    return sort;
}

void extsort_free(extsort *sort)
{
    if (sort == NULL) {
        return;
    }
    for (uint32_t i = 0; i < sort->run_count && sort->runs != NULL; i++) {
        lj_buf_done(&sort->runs[i].room);
    }
    lj_os_close(sort->fd);
    lj_buf_done(&sort->items);
    lj_buf_done(&sort->order);
    lj_arena_free(sort->home);
}

/* ---- items ---- */

static bool item_take(lj_slice at, lj_slice *out_key, lj_slice *out_value, size_t *out_len)
{
    lj_cur cur = lj_cur_of(at);
    uint32_t key_len = lj_cur_u32le(&cur);
    uint32_t value_len = lj_cur_u32le(&cur);
    *out_len = ITEM_HEAD + (size_t)key_len + value_len;
    *out_key = lj_cur_bytes(&cur, key_len);
    *out_value = lj_cur_bytes(&cur, value_len);
    return lj_cur_ok(&cur);
}

static int item_compare(lj_slice a, lj_slice b)
{
    lj_slice a_key, a_value, b_key, b_value;
    size_t len = 0;
    (void)item_take(a, &a_key, &a_value, &len);
    (void)item_take(b, &b_key, &b_value, &len);
    int order = lj_slice_compare(a_key, b_key);
    return order != 0 ? order : lj_slice_compare(a_value, b_value);
}

static lj_slice item_of(const extsort *sort, const uint32_t *rows, size_t idx)
{
    return lj_slice_part(lj_buf_slice(&sort->items), rows[idx], SIZE_MAX);
}

static void run_sort(extsort *sort)
{
    void *start = sort->order.ptr;
    uint32_t *rows = start;
    size_t count = sort->order.len / sizeof(*rows);
    for (size_t end = count, first = count / 2; end > 1;) {
        if (first > 0) {
            first--;
        } else {
            end--;
            uint32_t last = rows[end];
            rows[end] = rows[0];
            rows[0] = last;
        }
        size_t root = first;
        for (size_t child = 2 * root + 1; child < end; child = 2 * root + 1) {
            if (child + 1 < end &&
                item_compare(item_of(sort, rows, child), item_of(sort, rows, child + 1)) < 0) {
                child++;
            }
            if (item_compare(item_of(sort, rows, root), item_of(sort, rows, child)) >= 0) {
                break;
            }
            uint32_t moved = rows[root];
            rows[root] = rows[child];
            rows[child] = moved;
            root = child;
        }
    }
}

/* ---- runs ---- */

static lj_code run_spill(extsort *sort, lj_err *err)
{
    if (sort->fd < 0) {
        lj_code code = lj_os_create_file(sort->dir, "sort.tmp", LJ_OS_FRESH, &sort->fd, err);
        if (code == LJ_OK) {
            code = lj_os_remove(sort->dir, "sort.tmp", err); /* gone when this process is gone */
        }
        sort->runs = lj_arena_array(sort->home, RUN_MAX, sizeof(*sort->runs));
        if (code != LJ_OK || sort->runs == NULL) {
            return code != LJ_OK
                       ? code
                       : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory to sort results");
        }
    }
    if (sort->run_count == RUN_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many results to sort");
    }
    run_sort(sort);
    const void *start = sort->order.ptr;
    const uint32_t *rows = start;
    size_t count = sort->order.len / sizeof(*rows);
    sort_run *run = &sort->runs[sort->run_count++];
    *run = (sort_run){.at = sort->file_len};
    lj_buf out;
    lj_buf_init(&out, NULL, sort->items.max_len);
    lj_code code = LJ_OK;
    for (size_t i = 0; i < count && code == LJ_OK; i++) {
        lj_slice item = item_of(sort, rows, i);
        lj_slice key, value;
        size_t len = 0;
        (void)item_take(item, &key, &value, &len);
        lj_buf_put(&out, lj_slice_part(item, 0, len));
        if (out.len >= ROOM_MIN || i + 1 == count) {
            code = lj_buf_ok(&out)
                       ? lj_os_write_at(sort->fd, sort->file_len, lj_buf_slice(&out), err)
                       : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory to sort results");
            sort->file_len += out.len;
            lj_buf_clear(&out);
        }
    }
    lj_buf_done(&out);
    run->end = sort->file_len;
    lj_buf_clear(&sort->items);
    lj_buf_clear(&sort->order);
    return code;
}

lj_code extsort_add(extsort *sort, lj_slice key, lj_slice value, lj_err *err)
{
    if (sort->items.len + sort->order.len + key.len + value.len > sort->memory &&
        sort->items.len > 0) {
        lj_code code = run_spill(sort, err);
        if (code != LJ_OK) {
            return code;
        }
    }
    uint32_t at = (uint32_t)sort->items.len;
    lj_buf_put_u32le(&sort->items, (uint32_t)key.len);
    lj_buf_put_u32le(&sort->items, (uint32_t)value.len);
    lj_buf_put(&sort->items, key);
    lj_buf_put(&sort->items, value);
    lj_buf_put(&sort->order, lj_slice_of(&at, sizeof(at)));
    return lj_buf_ok(&sort->items) && lj_buf_ok(&sort->order)
               ? LJ_OK
               : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory to sort results");
}

/* The head item of the run in its window, reading on when it is not whole. */
static lj_code run_advance(extsort *sort, sort_run *run, size_t step, lj_err *err)
{
    run->room_at += step;
    for (size_t wanted = ROOM_MIN;; wanted *= 2) {
        lj_slice rest = lj_slice_part(lj_buf_slice(&run->room), run->room_at, SIZE_MAX);
        lj_slice key, value;
        if (rest.len > 0 && item_take(rest, &key, &value, &run->item_len)) {
            return LJ_OK;
        }
        if (run->at == run->end) {
            run->item_len = 0;
            return rest.len == 0 ? LJ_OK
                                 : lj_fail(err, LJ_E_IO, run->at, "the sort file is damaged");
        }
        size_t kept = rest.len;
        if (kept > 0) {
            memmove(run->room.ptr, rest.ptr, kept);
        }
        run->room.len = kept;
        run->room_at = 0;
        size_t more = (size_t)lj_min_u64(wanted, run->end - run->at);
        uint8_t *room = lj_buf_room(&run->room, more);
        size_t got = 0;
        lj_code code = room != NULL
                           ? lj_os_read_at(sort->fd, run->at, room, more, &got, err)
                           : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory to sort results");
        if (code != LJ_OK || got < more) {
            return code != LJ_OK ? code
                                 : lj_fail(err, LJ_E_IO, run->at, "the sort file is too short");
        }
        run->room.len += got;
        run->at += got;
    }
}

lj_code extsort_finish(extsort *sort, lj_err *err)
{
    if (sort->fd < 0) {
        run_sort(sort);
        return LJ_OK;
    }
    lj_code code = sort->order.len > 0 ? run_spill(sort, err) : LJ_OK;
    for (uint32_t i = 0; i < sort->run_count && code == LJ_OK; i++) {
        lj_buf_init(&sort->runs[i].room, NULL, 64 * 1024 * 1024);
        code = run_advance(sort, &sort->runs[i], 0, err);
    }
    lj_buf_done(&sort->items);
    lj_buf_done(&sort->order);
    return code;
}

lj_code extsort_next(extsort *sort, bool *out_more, lj_slice *out_key, lj_slice *out_value,
                     lj_err *err)
{
    size_t len = 0;
    if (sort->fd < 0) {
        const void *start = sort->order.ptr;
        const uint32_t *rows = start;
        *out_more = sort->next < sort->order.len / sizeof(*rows);
        if (*out_more) {
            (void)item_take(item_of(sort, rows, sort->next++), out_key, out_value, &len);
        }
        return LJ_OK;
    }
    if (sort->last >= 0) {
        sort_run *run = &sort->runs[sort->last];
        lj_code code = run_advance(sort, run, run->item_len, err);
        if (code != LJ_OK) {
            return code;
        }
    }
    sort->last = -1;
    lj_slice least = {NULL, 0};
    for (uint32_t i = 0; i < sort->run_count; i++) {
        const sort_run *run = &sort->runs[i];
        lj_slice head = lj_slice_part(lj_buf_slice(&run->room), run->room_at, run->item_len);
        if (run->item_len > 0 && (sort->last < 0 || item_compare(head, least) < 0)) {
            sort->last = i;
            least = head;
        }
    }
    *out_more = sort->last >= 0;
    if (*out_more) {
        (void)item_take(least, out_key, out_value, &len);
    }
    return LJ_OK;
}
