/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Lists: for every list of every type, for every reach that a caller may have, for filters,
 * searches and sizes of a page, going from page to page shows each record exactly once and in
 * order. What must be shown is worked out here from single records and their rights, without any
 * list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "book.h"
#include "ledger/ledger_priv.h"

#define OWN_APART (POST_DEPARTMENT_HEAD | POST_SQUAD_MEMBER)
enum { RECORDS_MAX = 600, ACTORS = 10, PAGE_STEPS = 2000 };

typedef struct shelf { /* all records of a type */
    ledger_record *records[RECORDS_MAX];
    bool is_seen[ACTORS][RECORDS_MAX]; /* by the rights of the actor */
    uint32_t count;
} shelf;

typedef struct place {
    book_town town;
    book_random random;
    const ledger_actor *actors[ACTORS];
    ledger_actor both, squad;
    shelf *shelves;
} place;

static const char *const actor_names[ACTORS] = {
    "kernel",          "leader", "inspector", "committee", "officer",
    "officer of both", "head",   "dept head", "person",    "squad"};

/* ---- data with many ties ---- */
static const char *const words[] = {"保密",     "检查", "学习教育", "甲乙丙",    "甲乙丁乙丙",
                                    "ＡＢ文件", "abc",  "ABC-1",    "年度 总结", "丙丁"};

static const char *word(place *on)
{
    return words[book_random_below(&on->random, LJ_COUNT_OF(words))];
}

static void put(place *on, const char *type, const char *event, const uint8_t *id, uint8_t out[16],
                const char *fields)
{
    book *at = &on->town.on;
    ledger_outcome outcome;
    book_change change = {.type = type,
                          .id = id,
                          .event = event,
                          .fields = fields,
                          .reason = "试验",
                          .happened_on = book_today(at) - book_random_below(&on->random, 4)};
    lj_code code = book_apply(at, &on->town.kernel, &change, &outcome);
    if (code != LJ_OK && code != LJ_E_CONFLICT) {
        fail_msg("%s %s: %s (%s)", type, fields != NULL ? fields : "", lj_code_row_of(code)->name,
                 outcome.problem_count > 0 ? outcome.problems[0].field : "-");
    }
    if (code == LJ_OK && out != NULL) {
        memcpy(out, outcome.record->id, 16);
    }
}

__attribute__((format(printf, 1, 2))) static const char *say(const char *format, ...)
{
    static char text[800];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return text;
}

static void make_data(place *on)
{
    book_town *town = &on->town;
    uint8_t id[16];
    uint8_t meeting[16];
    uint8_t directive[16];
    uint8_t notice[16];
    static const char *const kinds[] = {"organ", "school", "community"};
    for (int i = 0; i < 25; i++) {
        put(on, "unit", NULL, NULL, id,
            say("name=%s%d;kind=%s;key_unit=%d", word(on), i, kinds[i % 3], i % 2));
        if (i % 6 == 0) {
            put(on, "unit", "void", id, NULL, NULL);
        }
    }
    for (int i = 0; i < 40; i++) {
        int at = i % 2;
        const char *unit = book_id(town->unit[at]);
        const char *department = book_id(town->department[at]);
        const char *day = book_day(book_today(&town->on) + i % 5);
        put(on, "department", NULL, NULL, id, say("unit=%s;name=%s", unit, word(on)));
        put(on, "post", NULL, NULL, id,
            say("unit=%s;%s%s;role=secrecy_officer;title=%s", unit,
                i % 3 == 0 ? "department=" : "title=x", i % 3 == 0 ? department : "", word(on)));
        put(on, "person", NULL, NULL, id,
            say("unit=%s;%s%s;name=%s", unit, i % 3 == 0 ? "department=" : "note=x",
                i % 3 == 0 ? department : "", word(on)));
        put(on, "meeting", NULL, NULL, meeting, say("unit=%s;kind=study;title=%s", unit, word(on)));
        put(on, "meeting_task", NULL, NULL, id,
            say("parent=%s;unit=%s;content=%s;due_on=%s", book_id(meeting), unit, word(on), day));
        if (i % 4 == 0) {
            put(on, "meeting_task", "finish", id, NULL, "proof=好");
        }
        put(on, "directive", NULL, NULL, directive,
            say("superior=city_bureau;title=%s;received_on=2023-05-0%d;due_on=%s", word(on),
                i % 3 + 1, day));
        put(on, "directive_reply", NULL, NULL, id,
            say("parent=%s;unit=%s;question=%s;due_on=%s", book_id(directive), unit, word(on),
                day));
        put(on, "notice", NULL, NULL, notice,
            say("title=%s;body=文;to_all=%d;read_by=2023-05-2%d", word(on), i % 2, i % 3));
        if (i % 3 == 1) {
            put(on, "notice", "issue", notice, NULL, NULL);
        }
        put(on, "attachment", NULL, NULL, id,
            say("name=%s;unit=%s;size=%d;sha256=%064d", word(on), unit, i, i));
        if (i % 7 == 0) {
            put(on, "attachment", "erase", id, NULL, NULL);
        }
        if (i % 5 == 0) {
            uint8_t post[16];
            assert_true(book_post(&town->on, town->unit[at], "secrecy_officer", post));
            put(on, "handover", NULL, NULL, id, say("post=%s", book_id(post)));
            put(on, "assignment", NULL, NULL, id,
                say("person=%s;post=%s;since=2022-0%d-01;until=2022-0%d-20;stand_in=1",
                    book_id(book_person_of(&town->person[at])), book_id(post), i / 5 % 4 + 1,
                    i / 5 % 4 + 1));
        }
        town->on.at += i % 3 == 0 ? 0 : 60000;
    }
}

static void put_grant(place *on, const uint8_t record[16], const uint8_t post[16], int64_t until)
{
    store_conn *conn = NULL;
    lj_err err = {0};
    const store_value args[] = {store_int(1), store_bytes(lj_slice_of(record, 16)),
                                store_bytes(lj_slice_of(post, 16)),
                                store_int(book_today(&on->town.on) - 10), store_int(until)};
    assert_int_equal(store_write_begin(on->town.on.db, &conn, &err), LJ_OK);
    assert_int_equal(store_run(conn, &q_book_grant, args, LJ_COUNT_OF(args), NULL, NULL, &err),
                     LJ_OK);
    assert_int_equal(store_commit(conn, &err), LJ_OK);
}

static lj_code keep_id(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    lj_buf *ids = ctx;
    lj_buf_put(ids, columns[0].bytes);
    return LJ_OK;
}

static void fill_shelf(place *on, uint32_t type_idx)
{
    book *at = &on->town.on;
    const ledger_type *type = ledger_types[type_idx];
    shelf *to = &on->shelves[type_idx];
    lj_buf ids;
    lj_err err = {0};
    lj_buf_init(&ids, at->arena, RECORDS_MAX * 16);
    const store_value args[] = {store_int(1), store_int(type->tag)};
    assert_int_equal(store_run(at->reader, &q_book_records, args, 2, keep_id, &ids, &err), LJ_OK);
    assert_true(lj_buf_ok(&ids));
    lj_slice all = lj_buf_slice(&ids);
    to->count = (uint32_t)(all.len / 16);
    for (uint32_t i = 0; i < to->count; i++) {
        to->records[i] = book_read(at, type->name, all.ptr + (size_t)i * 16);
        assert_non_null(to->records[i]);
        for (int j = 0; j < ACTORS; j++) {
            ledger_rights rights;
            ledger_actor actor = *on->actors[j];
            /* A list shows what the posts reach; the own record stands in it where they reach
               nothing. */
            for (uint32_t k = 0; k < type->access_count; k++) {
                if (type->scope != LEDGER_OF_DISTRICT &&
                    (type->access[k].posts & actor.posts[0].role & OWN_APART) != 0) {
                    actor.person = store_null();
                }
            }
            assert_int_equal(
                ledger_rights_of(at->ledger, at->reader, &actor, to->records[i], &rights, &err),
                LJ_OK);
            to->is_seen[j][i] = rights.read_groups != 0;
        }
    }
}

static void open_place(place *on)
{
    *on = (place){.random = {7}};
    book_town *town = &on->town;
    book_town_open(town, false);
    make_data(on);
    on->both = town->officer[0];
    on->both.posts[on->both.post_count++] = town->officer[1].posts[0];
    on->squad = book_actor(&town->on, "借调员", town->unit[1], "squad_member");
    put_grant(on, town->unit[0], on->squad.posts[0].id, book_today(&town->on));
    put_grant(on, town->unit[1], on->squad.posts[0].id, book_today(&town->on) - 1); /* over */
    const ledger_actor *actors[ACTORS] = {
        &town->kernel, &town->leader,  &town->inspector, &town->committee, &town->officer[0],
        &on->both,     &town->head[0], &town->office[0], &town->person[0], &on->squad};
    memcpy(on->actors, actors, sizeof actors);
    on->shelves = calloc(ledger_type_count, sizeof *on->shelves);
    assert_non_null(on->shelves);
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        fill_shelf(on, i);
    }
}

static void close_place(place *on)
{
    free(on->shelves);
    book_town_close(&on->town);
}

/* ---- what must be shown ---- */
static int order_of(const store_value *a, const store_value *b)
{
    if (a->kind == STORE_INT) {
        return a->num < b->num ? -1 : a->num > b->num ? 1 : 0;
    }
    size_t len = a->bytes.len < b->bytes.len ? a->bytes.len : b->bytes.len;
    int order = len > 0 ? memcmp(a->bytes.ptr, b->bytes.ptr, len) : 0;
    return order != 0                    ? order
           : a->bytes.len < b->bytes.len ? -1
           : a->bytes.len > b->bytes.len ? 1
                                         : 0;
}

static store_value key_of(const ledger_record *record, const char *order)
{
    const char *name = order[0] == '-' ? order + 1 : order;
    int field = ledger_field_find(record->type, name, strlen(name));
    if (field >= 0) {
        return record->values[field];
    }
    return strcmp(name, "number") == 0        ? record->number
           : strcmp(name, "happened_on") == 0 ? store_int(record->happened_on)
           : strcmp(name, "created_at") == 0  ? store_int(record->created_at)
           : strcmp(name, "changed_at") == 0  ? store_int(record->changed_at)
                                              : store_int(record->state);
}

static const char *sort_order;
static int compare(const void *a, const void *b)
{
    const ledger_record *x = *(ledger_record *const *)a;
    const ledger_record *y = *(ledger_record *const *)b;
    store_value p = key_of(x, sort_order);
    store_value q = key_of(y, sort_order);
    int order = order_of(&p, &q);
    order = order != 0 ? order : memcmp(x->id, y->id, 16);
    return sort_order[0] == '-' ? -order : order;
}

/* Folded: full-width forms of ASCII, capitals. */
static const char *folded(lj_slice text, char out[400])
{
    size_t to = 0;
    for (size_t i = 0; i < text.len && to < 396; i++) {
        uint8_t c = text.ptr[i];
        if (c == 0xEF && i + 2 < text.len && (text.ptr[i + 1] == 0xBC || text.ptr[i + 1] == 0xBD)) {
            c = (uint8_t)(text.ptr[i + 1] == 0xBC ? text.ptr[i + 2] - 0x80 + 0x20
                                                  : text.ptr[i + 2] - 0x80 + 0x60);
            i += 2;
        }
        out[to++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    out[to] = '\0';
    return out;
}

static bool is_hit(const ledger_record *record, lj_slice search)
{
    char in[400];
    char wanted[400];
    folded(search, wanted);
    bool hit = record->number.kind == STORE_TEXT &&
               strstr(folded(record->number.bytes, in), wanted) != NULL;
    for (uint32_t i = 0; i < record->type->field_count && !hit; i++) {
        hit = (record->type->fields[i].flags & LEDGER_SEARCH) != 0 &&
              record->values[i].kind == STORE_TEXT &&
              strstr(folded(record->values[i].bytes, in), wanted) != NULL;
    }
    return hit;
}

static bool is_in_list(const ledger_record *record, const ledger_query *query,
                       const ledger_list_terms *terms)
{
    bool is_in = !record->is_void && (terms->states == 0 || (terms->states >> record->state & 1)) &&
                 (!terms->state_filter || query->state < 0 || query->state == record->state);
    for (uint32_t i = 0; i < terms->filter_count && is_in; i++) {
        is_in = query->filters[i].kind == STORE_NULL ||
                ledger_same_value(&query->filters[i], &record->values[terms->filters[i]]);
    }
    if (query->unit.len == 16 && record->type->scope != LEDGER_OF_DISTRICT) {
        is_in = is_in && record->unit.kind == STORE_BYTES &&
                memcmp(record->unit.bytes.ptr, query->unit.ptr, 16) == 0;
    }
    return is_in && (query->search.len == 0 || is_hit(record, query->search));
}

typedef struct run {
    place *on;
    const ledger_type *type;
    uint32_t type_idx, list;
    int actor;
    ledger_query query;
    const char *what; /* of the filter or search */
} run;

static void fail_run(const run *of, const char *why, uint32_t found, uint32_t wanted)
{
    fail_msg("%s, list %s, by %s, %s, pages of %u: %s: %u, wanted %u", of->type->name,
             of->type->lists[of->list].name, actor_names[of->actor], of->what, of->query.most, why,
             found, wanted);
}

static void walk(run *of)
{
    place *on = of->on;
    book *at = &on->town.on;
    lj_arena_mark bare = lj_arena_mark_of(at->arena);
    const shelf *all = &on->shelves[of->type_idx];
    const ledger_list *list = &of->type->lists[of->list];
    ledger_list_terms terms;
    const char *why = NULL;
    assert_true(ledger_list_read(of->type, list, &terms, &why));
    ledger_record *wanted[RECORDS_MAX];
    uint32_t count = 0;
    uint32_t hidden = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        bool is_in = is_in_list(all->records[i], &of->query, &terms);
        if (is_in && all->is_seen[of->actor][i]) {
            wanted[count++] = all->records[i];
        }
        hidden += is_in && !all->is_seen[of->actor][i] ? 1 : 0;
    }
    sort_order = list->order;
    qsort(wanted, count, sizeof wanted[0], compare);
    uint32_t found = 0;
    ledger_query query = of->query;
    lj_err err = {0};
    for (int step = 0;; step++) {
        ledger_page page;
        lj_code code = ledger_list_page(at->ledger, at->reader, on->actors[of->actor], &query,
                                        at->arena, &page, &err);
        if (code != LJ_OK || step == PAGE_STEPS || page.count > query.most) {
            fail_run(of, "a page cannot be read, or the end is never reached", code, LJ_OK);
        }
        for (uint32_t i = 0; i < page.count; i++, found++) {
            if (found >= count || memcmp(page.records[i]->id, wanted[found]->id, 16) != 0) {
                fail_run(of, "another record stands at this place", found, count);
            }
            if (page.rights[i].read_groups == 0) {
                fail_run(of, "a record without rights", found, count);
            }
        }
        /* Exact where every row of the query is shown. */
        bool is_exact = hidden == 0 && query.search.len == 0;
        if (is_exact && page.has_more != (found < count)) {
            fail_run(of, "has_more", page.has_more, found < count);
        }
        if (!page.has_more) {
            break;
        }
        query.after_key = page.next_key;
        query.after_id = lj_arena_copy(at->arena, lj_slice_of(page.next_id, 16));
    }
    if (found != count) {
        fail_run(of, "records shown", found, count);
    }
    int64_t total = 0;
    if (ledger_list_count(at->ledger, at->reader, on->actors[of->actor], &of->query, &total,
                          &err) != LJ_OK) {
        fail_run(of, "cannot be counted", 0, 0);
    }
    if (of->query.search.len == 0 && hidden == 0 && total != count) {
        fail_run(of, "count", (uint32_t)total, count);
    }
    lj_arena_rewind(at->arena, bare);
}

static void walk_sizes(run *of, bool thorough)
{
    static const uint32_t sizes[] = {200, 7, 3, 1};
    for (size_t i = 0; i < (thorough ? LJ_COUNT_OF(sizes) : 2); i++) {
        of->query.most = sizes[i];
        walk(of);
    }
}

typedef void (*each_fn)(run *of);

static void for_each_list(place *on, each_fn fn)
{
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        for (uint32_t j = 0; j < ledger_types[i]->list_count; j++) {
            for (int k = 0; k < ACTORS; k++) {
                run of = {
                    .on = on,
                    .type = ledger_types[i],
                    .type_idx = i,
                    .list = j,
                    .actor = k,
                    .query = {.type = ledger_types[i], .list = j, .state = -1},
                    .what = "all"
                };
                fn(&of);
            }
        }
    }
}

static void walk_all(run *of)
{
    walk_sizes(of, true);
}

static void walk_filters(run *of)
{
    ledger_list_terms terms;
    const char *why = NULL;
    assert_true(ledger_list_read(of->type, &of->type->lists[of->list], &terms, &why));
    const shelf *all = &of->on->shelves[of->type_idx];
    const ledger_query bare = of->query;
    for (int state = 0; terms.state_filter && state < (int)ledger_state_count(of->type); state++) {
        of->query = bare;
        of->query.state = state;
        of->what = of->type->states[state];
        walk_sizes(of, false);
    }
    for (uint32_t i = 0; i < terms.filter_count && all->count > 0; i++) {
        for (int turn = 0; turn < 3; turn++) {
            const ledger_record *like =
                all->records[book_random_below(&of->on->random, all->count)];
            of->query = bare;
            of->query.filters[i] = like->values[terms.filters[i]];
            of->what = of->type->fields[terms.filters[i]].name;
            walk_sizes(of, false);
        }
    }
    for (int i = 0; i < 2; i++) {
        of->query = bare;
        of->query.unit = lj_slice_of(of->on->town.unit[i], 16);
        of->what = i == 0 ? "unit 0" : "unit 1";
        walk_sizes(of, false);
    }
}

static void walk_searches(run *of)
{
    static const char *const searches[] = {"丙",       "甲乙",    "甲乙丙", "学习教育",
                                           "习教",     "ａｂｃ",  "abc-",   "AB文",
                                           "无此字样", "年度 总", "-00",    "保密检查"};
    for (size_t i = 0; i < LJ_COUNT_OF(searches); i++) {
        of->what = searches[i];
        of->query.search = lj_cstr_bytes(searches[i]);
        walk_sizes(of, i < 4);
    }
}

static void test_list__pages_show_each_record_once_and_in_order(void **state)
{
    place *on = *state;
    for_each_list(on, walk_all);
}

static void test_list__filters_narrow_and_lose_nothing(void **state)
{
    place *on = *state;
    for_each_list(on, walk_filters);
}

static void test_list__searches_find_what_is_there_and_nothing_else(void **state)
{
    place *on = *state;
    for_each_list(on, walk_searches);
}

static int open_group(void **state)
{
    place *on = calloc(1, sizeof *on);
    assert_non_null(on);
    open_place(on);
    *state = on;
    return 0;
}

static int close_group(void **state)
{
    close_place(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list__pages_show_each_record_once_and_in_order),
        cmocka_unit_test(test_list__filters_narrow_and_lose_nothing),
        cmocka_unit_test(test_list__searches_find_what_is_there_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, open_group, close_group);
}
