/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The past of a record against a model that writes down every version: what each version changed,
 * how the record was known at any instant, and that the row is the newest version. What was erased
 * is gone everywhere, and the log stays as it was. */
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "book.h"

enum { EDITS = 200, FIELDS = 9 };

typedef struct known {
    int64_t version, at;
    int state, event_kind; /* 0 made, 1 edit, 2 move, 3 void */
    store_value values[FIELDS];
} known;

typedef struct past_model {
    book_town town;
    book_random random;
    uint8_t id[16];
    const ledger_type *type;
    known versions[EDITS + 3];
    int count;
} past_model;

static bool same(const store_value *a, const store_value *b)
{
    return a->kind == b->kind &&
           (a->kind == STORE_NULL ||
            (a->kind == STORE_INT ? a->num == b->num : lj_slice_is(a->bytes, b->bytes)));
}

static void note(past_model *m, const ledger_record *record, int event_kind)
{
    known *to = &m->versions[m->count++];
    *to = (known){.version = record->version,
                  .at = record->changed_at,
                  .state = record->state,
                  .event_kind = event_kind};
    for (uint32_t i = 0; i < FIELDS; i++) {
        to->values[i] = record->values[i];
    }
}

/* A random edit of a meeting: texts, numbers, dates, and back to nothing. */
static const char *edit_of(past_model *m, bool is_held, char out[600])
{
    static const char *const planned[] = {
        "title=第%u次学习", "place=会议室%u",      "place=",  "chair=主持人%u",
        "agenda=议题%u",    "held_on=2023-05-0%u", "held_on="};
    static const char *const held[] = {"attendance=%u", "attendance=", "decision=决定%u",
                                       "decision="};
    size_t len = 0;
    int parts = 1 + (int)book_random_below(&m->random, 3);
    for (int i = 0; i < parts; i++) {
        const char *template = is_held
                                   ? held[book_random_below(&m->random, LJ_COUNT_OF(held))]
                                   : planned[book_random_below(&m->random, LJ_COUNT_OF(planned))];
        const char *number = strstr(template, "%u");
        size_t head = number != NULL ? (size_t)(number - template) : strlen(template);
        len +=
            (size_t)snprintf(out + len, 600 - len, "%s%.*s", i > 0 ? ";" : "", (int)head, template);
        if (number != NULL) {
            len += (size_t)snprintf(out + len, 600 - len, "%u%s",
                                    1 + book_random_below(&m->random, 9), number + 2);
        }
    }
    return out;
}

static void run_edits(past_model *m)
{
    book *on = &m->town.on;
    book_change create = {
        .type = "meeting",
        .fields = book_text(on, "unit=%s;kind=study;title=第一次学习", m->town.unit[0], NULL)};
    ledger_outcome out;
    assert_int_equal(book_apply(on, &m->town.officer[0], &create, &out), LJ_OK);
    memcpy(m->id, out.record->id, 16);
    note(m, out.record, 0);
    for (int i = 0; i < EDITS; i++) {
        char fields[600];
        bool is_held = i > EDITS / 2;
        /* Several within one millisecond, some with the clock set back. */
        on->at += (int64_t)book_random_below(&m->random, 4) * 1000 - 1000;
        book_change change = {.type = "meeting",
                              .id = m->id,
                              .event = i == EDITS / 2   ? "hold"
                                       : i == EDITS - 1 ? "void"
                                                        : NULL,
                              .fields = edit_of(m, is_held, fields),
                              .reason = "试验"};
        if (i == EDITS / 2) {
            change.fields = "held_on=2023-05-09";
        } else if (i == EDITS - 1) {
            change.fields = NULL;
        }
        lj_code code = book_apply(on, &m->town.leader, &change, &out);
        if (code != LJ_OK) {
            fail_msg("edit %d (%s): %s", i, fields, lj_code_row_of(code)->name);
        }
        note(m, out.record, i == EDITS / 2 ? 2 : i == EDITS - 1 ? 3 : 1);
    }
}

static void check_changes(const past_model *m, const ledger_event *event, int at)
{
    const known *now = &m->versions[at];
    const known *before = at > 0 ? &m->versions[at - 1] : NULL;
    char name[40];
    snprintf(name, sizeof name, "version %lld", (long long)now->version);
    CHECK_ROW(name, event->version, now->version);
    CHECK_ROW(name, event->recorded_at, now->at);
    CHECK_ROW(name, event->from, before != NULL ? before->state : -1);
    CHECK_ROW(name, event->to, now->state);
    CHECK_ROW(name, event->event == LEDGER_EDIT_TAG, now->event_kind == 1);
    CHECK_ROW(name, event->event == LEDGER_VOID_TAG, now->event_kind == 3);
    const store_value nothing = store_null();
    uint32_t wanted = 0;
    for (uint32_t i = 0; i < FIELDS; i++) {
        const store_value *was = before != NULL ? &before->values[i] : &nothing;
        if (same(was, &now->values[i])) {
            continue;
        }
        wanted++;
        bool is_there = false;
        for (uint32_t j = 0; j < event->change_count; j++) {
            const ledger_was *change = &event->changes[j];
            is_there = is_there || (change->field == i && same(&change->before, was) &&
                                    same(&change->after, &now->values[i]) && !change->is_erased);
        }
        CHECK_ROW(m->type->fields[i].name, is_there, true);
    }
    CHECK_ROW(name, event->change_count, wanted);
}

static void check_known(past_model *m, int64_t at)
{
    book *on = &m->town.on;
    int wanted = -1;
    for (int i = 0; i < m->count; i++) {
        wanted = m->versions[i].at <= at ? i : wanted;
    }
    ledger_record *then = NULL;
    lj_err err = {0};
    lj_code code = ledger_read_known(on->ledger, on->reader, &m->town.leader, m->type, m->id, at,
                                     on->arena, &then, &err);
    char name[60];
    snprintf(name, sizeof name, "at %lld", (long long)at);
    CHECK_ROW(name, code, wanted >= 0 ? LJ_OK : LJ_E_NOT_FOUND);
    if (wanted < 0) {
        return;
    }
    const known *model = &m->versions[wanted];
    CHECK_ROW(name, then->version, model->version);
    CHECK_ROW(name, then->state, model->state);
    CHECK_ROW(name, then->is_void, model->event_kind == 3);
    for (uint32_t i = 0; i < FIELDS; i++) {
        CHECK_ROW(m->type->fields[i].name, same(&then->values[i], &model->values[i]), true);
    }
    assert_memory_equal(then->unit.bytes.ptr, m->town.unit[0], 16);
}

static void test_history__is_what_was_done(void **state)
{
    (void)state;
    static past_model m;
    m = (past_model){.random = {book_seed()}, .type = ledger_type_lookup("meeting", 7)};
    book_town_open(&m.town, false);
    book *on = &m.town.on;
    assert_int_equal(m.type->field_count, FIELDS);
    print_message("seed %llu\n", (unsigned long long)book_seed());
    run_edits(&m);
    ledger_event *events = NULL;
    uint32_t count = 0;
    lj_err err = {0};
    assert_int_equal(ledger_history(on->ledger, on->reader, &m.town.officer[0], m.type, m.id,
                                    on->arena, &events, &count, &err),
                     LJ_OK);
    assert_int_equal(count, m.count);
    for (int i = 0; i < m.count; i++) {
        check_changes(&m, &events[m.count - 1 - i], i);
    }
    for (int i = 0; i < m.count; i += 3) {
        check_known(&m, m.versions[i].at - 1);
        check_known(&m, m.versions[i].at);
        check_known(&m, m.versions[i].at + 1);
    }
    check_known(&m, 0);
    check_known(&m, INT64_MAX);
    /* The row is the newest version. */
    ledger_record *row = book_read(on, "meeting", m.id);
    const known *newest = &m.versions[m.count - 1];
    CHECK_ROW("version of the row", row->version, newest->version);
    CHECK_ROW("the row is void", row->is_void, true);
    for (uint32_t i = 0; i < FIELDS; i++) {
        CHECK_ROW(m.type->fields[i].name, same(&row->values[i], &newest->values[i]), true);
    }
    book_root(on, 0);
    book_town_close(&m.town);
}

static void test_history__hides_what_the_reader_may_not_see(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t id[16];
    char fields[300];
    snprintf(fields, sizeof fields, "name=某某;unit=%s;department=%s;id_hash=990101199001011234",
             book_id(town.unit[0]), book_id(town.department[0]));
    book_do(on, &town.officer[0], &(book_change){.type = "person", .fields = fields}, id);
    const struct {
        const char *name;
        const ledger_actor *actor;
        uint32_t count;
    } rows[] = {
        {"officer",                             &town.officer[0], 4},
        {"head of the department: no identity", &town.office[0],  3},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_event *events = NULL;
        uint32_t count = 0;
        lj_err err = {0};
        CHECK_ROW(rows[i].name,
                  ledger_history(on->ledger, on->reader, rows[i].actor,
                                 ledger_type_lookup("person", 6), id, on->arena, &events, &count,
                                 &err),
                  LJ_OK);
        CHECK_ROW(rows[i].name, events[0].change_count, rows[i].count);
    }
    ledger_event *events = NULL;
    uint32_t count = 0;
    lj_err err = {0};
    assert_int_equal(ledger_history(on->ledger, on->reader, &town.officer[1],
                                    ledger_type_lookup("person", 6), id, on->arena, &events, &count,
                                    &err),
                     LJ_E_NOT_FOUND);
    book_town_close(&town);
}

/* ---- erasure ---- */
static lj_code erase(book *on, const ledger_actor *actor, const uint8_t id[16],
                     const char *const *fields, uint32_t field_count, ledger_outcome *out)
{
    const ledger_type *type = ledger_type_lookup("person", 6);
    uint32_t at[8];
    for (uint32_t i = 0; i < field_count; i++) {
        at[i] = (uint32_t)ledger_field_find(type, fields[i], strlen(fields[i]));
    }
    ledger_actor now = *actor;
    now.now = ledger_now_of(on->at);
    ledger_txn *txn = NULL;
    lj_err err = {0};
    assert_int_equal(ledger_begin(on->ledger, &now, on->arena, &txn, &err), LJ_OK);
    lj_code code = ledger_erase(txn, type, id, at, field_count, out, &err);
    if (code == LJ_OK) {
        assert_int_equal(ledger_commit(txn, &err), LJ_OK);
    } else {
        ledger_rollback(txn);
    }
    return code;
}

static void test_history__what_was_erased_is_gone_and_the_log_stays(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    const ledger_type *type = ledger_type_lookup("person", 6);
    uint8_t id[16];
    book_do(on, &town.officer[0],
            &(book_change){.type = "person",
                           .fields = book_text(
                               on, "name=某某;unit=%s;id_hash=990101199001011234;note=第一条备注",
                               town.unit[0], NULL)},
            id);
    static const char *const notes[] = {"note=第二条备注", "note=", "note=第三条备注"};
    for (size_t i = 0; i < LJ_COUNT_OF(notes); i++) {
        book_do(on, &town.officer[0],
                &(book_change){.type = "person", .id = id, .fields = notes[i]}, NULL);
    }
    int64_t size = book_log_size(on);
    seal_digest root = book_root(on, 0);
    int64_t values = book_of(on, &q_book_values, id);
    int64_t versions = book_of(on, &q_book_versions, id);
    static const char *const personal[] = {"id_hash", "note"};
    static const char *const name[] = {"name"};
    ledger_outcome out;
    assert_int_equal(erase(on, &town.leader, id, personal, 2, &out), LJ_E_FORBIDDEN);
    assert_int_equal(erase(on, &town.kernel, id, name, 1, &out), LJ_E_INVALID);
    assert_int_equal(book_log_size(on), size);
    on->at += 1000;
    assert_int_equal(erase(on, &town.kernel, id, personal, 2, &out), LJ_OK);
    /* One identity number, four notes (one of them empty). */
    CHECK_ROW("values left", book_of(on, &q_book_values, id), values - 5);
    CHECK_ROW("commitments left", book_of(on, &q_book_versions, id), versions);
    CHECK_ROW("one entry more", book_log_size(on), size + 1);
    seal_digest after = book_root(on, size);
    CHECK_ROW("the log before it is the same", seal_digest_is(&after, &root), true);
    ledger_record *row = book_read(on, "person", id);
    CHECK_ROW("version", row->version, 5);
    CHECK_ROW("identity", book_value(row, "id_hash")->kind, STORE_NULL);
    CHECK_ROW("note", book_value(row, "note")->kind, STORE_NULL);
    CHECK_ROW("name", book_value(row, "name")->kind, STORE_TEXT);
    ledger_event *events = NULL;
    uint32_t count = 0;
    lj_err err = {0};
    assert_int_equal(ledger_history(on->ledger, on->reader, &town.officer[0], type, id, on->arena,
                                    &events, &count, &err),
                     LJ_OK);
    assert_int_equal(count, 5);
    CHECK_ROW("event", events[0].event, LEDGER_ERASE_TAG);
    uint32_t erased = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < events[i].change_count; j++) {
            const ledger_was *was = &events[i].changes[j];
            bool is_personal = (type->fields[was->field].flags & LEDGER_PERSONAL) != 0;
            CHECK_ROW(type->fields[was->field].name, was->is_erased, is_personal);
            CHECK_ROW(type->fields[was->field].name, was->after.kind == STORE_NULL, is_personal);
            erased += was->is_erased ? 1 : 0;
        }
    }
    CHECK_ROW("erased in the history", erased, 5);
    ledger_record *then = NULL;
    assert_int_equal(ledger_read_known(on->ledger, on->reader, &town.leader, type, id, on->at - 1,
                                       on->arena, &then, &err),
                     LJ_OK);
    CHECK_ROW("note as it was known", book_value(then, "note")->kind, STORE_NULL);
    CHECK_ROW("name as it was known", book_value(then, "name")->kind, STORE_TEXT);
    /* Nothing is left to erase; and the record lives on. */
    assert_int_equal(erase(on, &town.kernel, id, personal, 2, &out), LJ_OK);
    CHECK_ROW("no entry without a value", book_log_size(on), size + 1);
    book_do(on, &town.officer[0],
            &(book_change){.type = "person", .id = id, .fields = "note=新备注", .seen = 5}, NULL);
    book_town_close(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history__is_what_was_done),
        cmocka_unit_test(test_history__hides_what_the_reader_may_not_see),
        cmocka_unit_test(test_history__what_was_erased_is_gone_and_the_log_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
