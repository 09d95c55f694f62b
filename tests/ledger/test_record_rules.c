/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the record types promise, on a small district with the real kernel: who may hold a post, a
 * handover from its pack to its three signatures, a notice to all, leaving and moving. */
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "book.h"

static const ledger_type *type_of(const char *name)
{
    const ledger_type *type = ledger_type_lookup(name, strlen(name));
    assert_non_null(type);
    return type;
}

/* What the change is refused with; NULL when it was made. */
static const char *refusal(book *on, const ledger_actor *actor, const book_change *change)
{
    ledger_outcome out;
    lj_code code = book_apply(on, actor, change, &out);
    if (code == LJ_OK) {
        return NULL;
    }
    return out.refused != NULL         ? out.refused
           : out.is_lacking_signatures ? "signatures"
           : out.problem_count > 0     ? out.problems[0].code
                                       : lj_code_row_of(code)->name;
}
#define CHECK_REFUSED(on, actor, key, ...)                                                         \
    do {                                                                                           \
        const char *check_key = refusal((on), (actor), &(book_change){__VA_ARGS__});               \
        if (check_key == NULL) {                                                                   \
            fail_msg("was made, wanted the refusal %s", (key));                                    \
        }                                                                                          \
        assert_string_equal(check_key, (key));                                                     \
    } while (0)

/* Records of the first list of a type in one state (-1: any). */
static ledger_page page_of(book *on, const char *type, int state)
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    ledger_query query = {.type = type_of(type), .state = state, .most = 200};
    ledger_page page;
    assert_int_equal(
        ledger_list_page(on->ledger, on->reader, &kernel, &query, on->arena, &page, NULL), LJ_OK);
    return page;
}

static const store_value *value_of(const ledger_record *record, const char *field)
{
    int at = ledger_field_find(record->type, field, strlen(field));
    assert_true(at >= 0);
    return &record->values[at];
}

static const ledger_record *record_of(book *on, const char *type, const uint8_t id[16])
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    ledger_record *record = NULL;
    assert_int_equal(ledger_read(on->ledger, on->reader, &kernel, type_of(type), id, on->arena,
                                 &record, NULL, NULL),
                     LJ_OK);
    return record;
}

/* The person's newest assignment. */
static const ledger_record *assignment_of(book *on, const uint8_t *person)
{
    ledger_page page = page_of(on, "assignment", -1);
    for (uint32_t i = 0; i < page.count; i++) {
        if (memcmp(page.records[i]->person.bytes.ptr, person, 16) == 0) {
            return page.records[i];
        }
    }
    return NULL;
}

static void make_unit(book *on, const ledger_actor *leader, const char *name, uint8_t out[16])
{
    char fields[200];
    (void)snprintf(fields, sizeof fields, "name=%s;kind=organ;supervised_from=2023-01-01", name);
    book_do(on, leader, &(book_change){.type = "unit", .fields = fields}, out);
    book_do(on, leader, &(book_change){.type = "unit", .id = out, .event = "supervise"}, NULL);
}

static void make_person(book *on, const uint8_t *unit, const char *name, uint8_t out[16])
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    char fields[200];
    (void)snprintf(fields, sizeof fields, "name=%s;unit=%s", name, book_id(unit));
    book_do(on, &kernel, &(book_change){.type = "person", .fields = fields}, out);
}

static const char *assign(const uint8_t *person, const uint8_t *post, const char *more)
{
    static char fields[300];
    (void)snprintf(fields, sizeof fields, "person=%s;post=%s;since=2023-05-01%s", book_id(person),
                   book_id(post), more);
    return fields;
}

static void test_assignment__keeps_its_rules(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t unit[16];
    make_unit(&on, &leader, "区教育局", unit);
    ledger_actor head = book_actor(&on, "李二", unit, "unit_head");
    ledger_actor officer = book_actor(&on, "王三", unit, "secrecy_officer");
    uint8_t person[16];
    make_person(&on, unit, "赵四", person);
    const uint8_t *head_post = head.posts[0].id;
    const uint8_t *officer_post = officer.posts[0].id;
    CHECK_REFUSED(&on, &officer, "bureau_only", .type = "assignment",
                  .fields = assign(person, head_post, ";stand_in=1"));
    CHECK_REFUSED(&on, &leader, "sole", .type = "assignment",
                  .fields = assign(person, head_post, ""));
    CHECK_REFUSED(&on, &leader, "dates", .type = "assignment",
                  .fields = assign(person, officer_post, ";until=2023-04-30"));
    book_do(
        &on, &leader,
        &(book_change){.type = "assignment", .fields = assign(person, head_post, ";stand_in=1")},
        NULL);
    uint8_t own[16];
    book_do(&on, &officer,
            &(book_change){.type = "assignment", .fields = assign(person, officer_post, "")}, own);
    CHECK_REFUSED(&on, &officer, "overlap", .type = "assignment",
                  .fields = assign(person, officer_post, ""));
    const ledger_record *lead = assignment_of(&on, leader.person.bytes.ptr);
    CHECK_REFUSED(&on, &leader, "last_leader", .type = "assignment", .id = lead->id, .event = "end",
                  .fields = "until=2023-05-10");
    book_do(&on, &officer,
            &(book_change){
                .type = "assignment", .id = own, .event = "end", .fields = "until=2023-05-09"},
            NULL);
    CHECK_REFUSED(&on, &leader, "holders", .type = "post", .id = officer_post, .event = "close");
    book_close(&on);
}

static void sign(book *on, const ledger_actor *actor, const uint8_t *handover, const char *role,
                 const uint8_t *person)
{
    static const uint8_t scan[32] = {1};
    const ledger_record *record = record_of(on, "handover", handover);
    ledger_txn *txn = NULL;
    assert_int_equal(ledger_begin(on->ledger, actor, on->arena, &txn, NULL), LJ_OK);
    ledger_signing signing = {.type = type_of("handover"),
                              .id = handover,
                              .seen = record->version,
                              .event = "complete",
                              .role = role,
                              .person = person,
                              .mode = person != NULL ? LEDGER_BY_PAPER : LEDGER_BY_SESSION};
    if (person != NULL) {
        signing.proof = lj_slice_of(scan, sizeof scan);
        signing.place = lj_cstr_bytes("3号柜");
    }
    ledger_outcome out;
    assert_int_equal(ledger_sign_move(txn, &signing, &out, NULL), LJ_OK);
    assert_int_equal(ledger_commit(txn, NULL), LJ_OK);
}

static void test_handover__goes_from_its_pack_to_three_signatures(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t unit[16];
    make_unit(&on, &leader, "区教育局", unit);
    ledger_actor responsible = book_actor(&on, "李二", unit, "responsible_leader");
    ledger_actor officer = book_actor(&on, "王三", unit, "secrecy_officer");
    uint8_t person[16];
    make_person(&on, unit, "赵四", person);
    char fields[400];
    (void)snprintf(fields, sizeof fields, "post=%s;outgoing=%s;handover_on=2023-05-10",
                   book_id(officer.posts[0].id), book_id(officer.person.bytes.ptr));
    uint8_t id[16];
    book_do(&on, &officer, &(book_change){.type = "handover", .fields = fields}, id);
    uint32_t packed = page_of(&on, "handover_item", 0).count;
    assert_true(packed >= 5 + 2); /* five ledgers, two who hold posts */
    snprintf(fields, sizeof fields, "parent=%s;unit=%s;kind=key;subject=1号柜钥匙", book_id(id),
             book_id(unit));
    book_do(&on, &officer, &(book_change){.type = "handover_item", .fields = fields}, NULL);
    book_do(&on, &officer, &(book_change){.type = "handover", .id = id, .event = "refresh"}, NULL);
    assert_int_equal(page_of(&on, "handover_item", 0).count, packed + 1);
    assert_int_equal(page_of(&on, "handover_item", 2).count, packed);

    (void)snprintf(fields, sizeof fields, "incoming=%s;leader=%s", book_id(person),
                   book_id(person));
    CHECK_REFUSED(&on, &officer, "same_person", .type = "handover", .id = id, .fields = fields);
    (void)snprintf(fields, sizeof fields, "leader=%s", book_id(person));
    CHECK_REFUSED(&on, &officer, "not_leader", .type = "handover", .id = id, .fields = fields);
    (void)snprintf(fields, sizeof fields, "incoming=%s;leader=%s", book_id(person),
                   book_id(responsible.person.bytes.ptr));
    book_do(&on, &officer, &(book_change){.type = "handover", .id = id, .fields = fields}, NULL);
    CHECK_REFUSED(&on, &officer, "signatures", .type = "handover", .id = id, .event = "complete");
    sign(&on, &officer, id, "incoming", person);
    sign(&on, &responsible, id, "leader", NULL);
    book_do(&on, &officer, &(book_change){.type = "handover", .id = id, .event = "complete"}, NULL);
    const ledger_record *old = assignment_of(&on, officer.person.bytes.ptr);
    const ledger_record *new = assignment_of(&on, person);
    assert_non_null(new);
    assert_int_equal(old->state, 1);
    assert_int_equal(new->state, 0);
    assert_int_equal(value_of(old, "until")->num, value_of(new, "since")->num);
    assert_int_equal(page_of(&on, "handover_item", 0).count, 0);
    book_close(&on);
}

static void test_handover__is_completed_by_two_when_the_outgoing_is_gone(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t unit[16];
    make_unit(&on, &leader, "区教育局", unit);
    ledger_actor responsible = book_actor(&on, "李二", unit, "responsible_leader");
    ledger_actor officer = book_actor(&on, "王三", unit, "secrecy_officer");
    uint8_t person[16];
    make_person(&on, unit, "赵四", person);
    char fields[400];
    (void)snprintf(fields, sizeof fields,
                   "post=%s;outgoing=%s;outgoing_gone=1;handover_on=2023-05-10;incoming=%s;"
                   "leader=%s",
                   book_id(officer.posts[0].id), book_id(officer.person.bytes.ptr), book_id(person),
                   book_id(responsible.person.bytes.ptr));
    uint8_t id[16];
    book_do(&on, &responsible, &(book_change){.type = "handover", .fields = fields}, id);
    ledger_outcome out;
    book_change complete = {.type = "handover", .id = id, .event = "complete"};
    assert_int_equal(book_apply(&on, &responsible, &complete, &out), LJ_E_CONFLICT);
    assert_string_equal(out.refused, "outgoing_gone");
    assert_string_equal(out.waiver, "complete_without_outgoing");
    book_close(&on);
}

static void test_notice__to_all_waits_at_every_supervised_unit(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t unit[16];
    uint8_t other[16];
    make_unit(&on, &leader, "区教育局", unit);
    make_unit(&on, &leader, "区民政局", other);
    ledger_actor officer = book_actor(&on, "王三", unit, "secrecy_officer");
    uint8_t id[16];
    book_do(
        &on, &leader,
        &(book_change){.type = "notice", .fields = "title=自查通知;body=请自查;read_by=2023-05-20"},
        id);
    CHECK_REFUSED(&on, &leader, "nobody", .type = "notice", .id = id, .event = "issue");
    book_do(&on, &leader, &(book_change){.type = "notice", .id = id, .fields = "to_all=1"}, NULL);
    CHECK_REFUSED(&on, &officer, "not_found", .type = "notice", .id = id, .fields = "title=改");
    book_do(&on, &leader, &(book_change){.type = "notice", .id = id, .event = "issue"}, NULL);
    ledger_page waiting = page_of(&on, "notice_receipt", 1);
    assert_int_equal(waiting.count, 2);
    for (uint32_t i = 0; i < waiting.count; i++) {
        const ledger_record *receipt = waiting.records[i];
        assert_int_equal(value_of(receipt, "due_on")->num,
                         value_of(record_of(&on, "notice", id), "read_by")->num);
        if (memcmp(receipt->unit.bytes.ptr, unit, 16) == 0) {
            book_do(&on, &officer,
                    &(book_change){.type = "notice_receipt", .id = receipt->id, .event = "read"},
                    NULL);
            assert_int_equal(
                value_of(record_of(&on, "notice_receipt", receipt->id), "read_on")->kind,
                STORE_INT);
        }
    }
    book_do(&on, &leader, &(book_change){.type = "notice", .id = id, .event = "close"}, NULL);
    assert_int_equal(page_of(&on, "notice_receipt", 2).count, 1);
    assert_int_equal(page_of(&on, "notice_receipt", 3).count, 1);
    book_close(&on);
}

static void test_person__leaves_and_moves_without_keeping_a_post(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t unit[16];
    uint8_t other[16];
    make_unit(&on, &leader, "区教育局", unit);
    make_unit(&on, &leader, "区民政局", other);
    ledger_actor officer = book_actor(&on, "王三", unit, "secrecy_officer");
    const uint8_t *person = officer.person.bytes.ptr;
    char fields[200];
    (void)snprintf(fields, sizeof fields, "transfer_to=%s", book_id(other));
    CHECK_REFUSED(&on, &officer, "right", .type = "person", .id = person, .event = "transfer",
                  .fields = fields, .reason = "调动");
    book_do(&on, &leader,
            &(book_change){.type = "person",
                           .id = person,
                           .event = "transfer",
                           .fields = fields,
                           .reason = "调动"},
            NULL);
    assert_memory_equal(record_of(&on, "person", person)->unit.bytes.ptr, other, 16);
    assert_int_equal(assignment_of(&on, person)->state, 1);
    book_do(&on, &leader,
            &(book_change){.type = "person",
                           .id = person,
                           .event = "leave",
                           .fields = "left_on=2023-05-10",
                           .reason = "退休"},
            NULL);
    CHECK_REFUSED(&on, &leader, "person_left", .type = "assignment",
                  .fields = assign(person, officer.posts[0].id, ""));
    book_close(&on);
}

static void test_department__has_a_head_and_closes_empty(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t unit[16];
    make_unit(&on, &leader, "区教育局", unit);
    ledger_actor officer = book_actor(&on, "王三", unit, "secrecy_officer");
    char fields[200];
    (void)snprintf(fields, sizeof fields, "unit=%s;name=办公室", book_id(unit));
    uint32_t posts = page_of(&on, "post", 0).count;
    uint8_t id[16];
    book_do(&on, &officer, &(book_change){.type = "department", .fields = fields}, id);
    assert_int_equal(page_of(&on, "post", 0).count, posts + 1);
    CHECK_REFUSED(&on, &leader, "key", .type = "department", .id = id,
                  .fields = "key_department=1");
    book_do(&on, &officer,
            &(book_change){.type = "department", .id = id, .event = "close", .reason = "撤并"},
            NULL);
    assert_int_equal(page_of(&on, "post", 0).count, posts);
    book_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assignment__keeps_its_rules),
        cmocka_unit_test(test_handover__goes_from_its_pack_to_three_signatures),
        cmocka_unit_test(test_handover__is_completed_by_two_when_the_outgoing_is_gone),
        cmocka_unit_test(test_notice__to_all_waits_at_every_supervised_unit),
        cmocka_unit_test(test_person__leaves_and_moves_without_keeping_a_post),
        cmocka_unit_test(test_department__has_a_head_and_closes_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
