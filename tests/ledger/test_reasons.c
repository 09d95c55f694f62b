/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The fourteen reasons for which the walls of the record kernel stand where they stand
 * (the page on the record kernel, "Why these walls stand where they stand"): one test for each,
 * named by it. Where a reason belongs to record types yet to come, what the kernel itself promises
 * is held.
 */
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "book.h"
#include "ledger/queries.h"
#include "seal/leaf.h"
#include "seal/merkle.h"

static const ledger_type *type_named(const char *name)
{
    return ledger_type_lookup(name, strlen(name));
}

static void check_text(const char *row, const store_value *value, const char *wanted)
{
    CHECK_ROW(row, value->kind, STORE_TEXT);
    CHECK_ROW_TEXT(row, value->bytes.ptr, value->bytes.len, wanted);
}

/* ---- 1 ---- */
typedef struct needle {
    lj_slice text;
    uint32_t leaves, hits;
} needle;

static lj_code look_in_leaf(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    needle *on = ctx;
    on->leaves++;
    on->hits += lj_slice_find(columns[2].bytes, on->text) != SIZE_MAX ? 1 : 0;
    return LJ_OK;
}

static void test_reason_1__the_log_holds_commitments_and_no_values(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t id[16];
    book_do(on, &town.leader,
            &(book_change){.type = "notice", .fields = "title=独一无二的标题;body=独一无二的正文"},
            id);
    needle in = {.text = lj_cstr_bytes("独一无二")};
    const store_value args[] = {store_int(1), store_int(0), store_int(100000)};
    lj_err err = {0};
    assert_int_equal(store_run(on->reader, &q_audit_leaves, args, 3, look_in_leaf, &in, &err),
                     LJ_OK);
    CHECK_ROW("values in the log", in.hits, 0);
    CHECK_ROW("entries", in.leaves, book_log_size(on));
    /* One log per district: another one begins at 0 and leaves this one as it is. */
    seal_digest root = book_root(on, 0);
    const ledger_config config = {.db = on->db, .district = 2, .suite = SEAL_SHA256};
    ledger *other = NULL;
    assert_int_equal(ledger_open(&config, &other, &err), LJ_OK);
    ledger_txn *txn = NULL;
    ledger_setup_ids ids;
    ledger_outcome out;
    const ledger_setup setup = {lj_cstr_bytes("清江区"), lj_cstr_bytes("990102"),
                                lj_cstr_bytes("清江区保密局")};
    assert_int_equal(ledger_begin(other, &town.kernel, on->arena, &txn, &err), LJ_OK);
    assert_int_equal(ledger_set_up(txn, &setup, &ids, &out, &err), LJ_OK);
    assert_int_equal(ledger_commit(txn, &err), LJ_OK);
    ledger_close(other);
    seal_digest again = book_root(on, 0);
    assert_true(seal_digest_is(&root, &again));
    const store_value second = store_int(2);
    CHECK_ROW("log of the other district", book_num(on, &q_audit_head_read, &second, 1), 6);
    /* Tags are never used twice. */
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = ledger_types[i];
        for (uint32_t j = 0; j < type->field_count; j++) {
            for (uint32_t k = 0; k < j; k++) {
                assert_int_not_equal(type->fields[j].tag, type->fields[k].tag);
            }
        }
    }
    book_town_close(&town);
}

/* ---- 2 ---- */
static void test_reason_2__the_state_at_a_past_day_can_be_asked(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    const ledger_type *type = type_named("meeting");
    uint8_t id[16];
    int64_t learnt_at = on->at;
    book_do(on, &town.officer[0],
            &(book_change){
                .type = "meeting",
                .fields = book_text(on, "unit=%s;kind=study;title=上月的会", town.unit[0], NULL),
                .happened_on = book_today(on) - 30},
            id);
    book_next_day(on, 5);
    book_do(on, &town.leader,
            &(book_change){.type = "meeting", .id = id, .event = "void", .reason = "误录"}, NULL);
    ledger_event *events = NULL;
    uint32_t count = 0;
    lj_err err = {0};
    assert_int_equal(ledger_history(on->ledger, on->reader, &town.leader, type, id, on->arena,
                                    &events, &count, &err),
                     LJ_OK);
    assert_int_equal(count, 2);
    CHECK_ROW("when it was so", events[1].happened_on, ledger_now_of(learnt_at).today - 30);
    CHECK_ROW("when it was learnt", events[1].recorded_at, learnt_at);
    ledger_record *then = NULL;
    assert_int_equal(ledger_read_known(on->ledger, on->reader, &town.leader, type, id,
                                       learnt_at - 1, on->arena, &then, &err),
                     LJ_E_NOT_FOUND);
    assert_int_equal(ledger_read_known(on->ledger, on->reader, &town.leader, type, id, learnt_at,
                                       on->arena, &then, &err),
                     LJ_OK);
    CHECK_ROW("a later voiding changes no past", then->is_void, false);
    assert_int_equal(ledger_read_known(on->ledger, on->reader, &town.leader, type, id, on->at,
                                       on->arena, &then, &err),
                     LJ_OK);
    CHECK_ROW("and is known from then on", then->is_void, true);
    book_town_close(&town);
}

/* ---- 3 ---- */
static void test_reason_3__a_first_year_has_a_past(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t id[16];
    int64_t day = calendar_parse(LJ_STR("2022-11-03"));
    book_do(on, &town.inspector,
            &(book_change){.type = "directive",
                           .fields = "superior=city_bureau;title=去年交办;received_on=2022-11-03;"
                                     "due_on=2022-12-01",
                           .source = LEDGER_OPENING,
                           .state = 1 + 1, /* assigned */
                           .second = book_person_of(&town.leader),
                           .happened_on = day},
            id);
    ledger_record *record = book_read(on, "directive", id);
    CHECK_ROW("any state", record->state, 1);
    CHECK_ROW("its own date", record->happened_on, day);
    CHECK_ROW("source", record->source, LEDGER_OPENING);
    CHECK_ROW("no overdue duty", book_of_state(on, &q_book_dues, id, DUTY_OPEN), 0);
    CHECK_ROW("second signature", book_of_state(on, &q_book_signed, id, 1), 1);
    book_town_close(&town);
}

/* A handover of the officer's post of unit 0. */
static void make_handover(book_town *town, uint8_t out[16])
{
    uint8_t post[16];
    assert_true(book_post(&town->on, town->unit[0], "secrecy_officer", post));
    char fields[600];
    snprintf(fields, sizeof fields,
             "post=%s;outgoing=%s;incoming=%s;leader=%s;handover_on=2023-05-10", book_id(post),
             book_id(book_person_of(&town->officer[0])), book_id(book_person_of(&town->person[0])),
             book_id(book_person_of(&town->watch[0])));
    book_do(&town->on, &town->officer[0], &(book_change){.type = "handover", .fields = fields},
            out);
}

static void sign(book_town *town, const ledger_actor *actor, const uint8_t id[16],
                 const char *event, const char *role, const uint8_t *on_paper)
{
    static const uint8_t scan[32] = "the scan of a signed sheet";
    ledger_signing signing = {.type = type_named("handover"),
                              .id = id,
                              .event = event,
                              .role = role,
                              .person = on_paper,
                              .mode = on_paper != NULL ? LEDGER_BY_PAPER : LEDGER_BY_SESSION};
    if (on_paper != NULL) {
        signing.proof = lj_slice_of(scan, sizeof scan);
        signing.place = lj_cstr_bytes("二号柜第三盒");
    }
    ledger_outcome out;
    lj_code code = book_sign(&town->on, actor, &signing, &out);
    if (code != LJ_OK) {
        fail_msg("row '%s': %s %s", role, lj_code_row_of(code)->name,
                 out.problem_count > 0 ? out.problems[0].code : "-");
    }
}

/* ---- 4 ---- */
static void test_reason_4__leaders_do_not_log_in(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t id[16];
    uint8_t head[16];
    make_handover(&town, id);
    assert_true(book_post(on, town.unit[0], "unit_head", head));
    /* All three on paper, entered by the bureau, done for a post that has no account. */
    sign(&town, &town.inspector, id, "complete", "outgoing", book_person_of(&town.officer[0]));
    sign(&town, &town.inspector, id, "complete", "incoming", book_person_of(&town.person[0]));
    sign(&town, &town.inspector, id, "complete", "leader", book_person_of(&town.watch[0]));
    book_do(on, &town.inspector,
            &(book_change){.type = "handover",
                           .id = id,
                           .event = "complete",
                           .for_post = head,
                           .source = LEDGER_PAPER},
            NULL);
    ledger_signature *signs = NULL;
    ledger_event *events = NULL;
    uint32_t count = 0;
    lj_err err = {0};
    assert_int_equal(ledger_signatures(on->ledger, on->reader, &town.leader, type_named("handover"),
                                       id, on->arena, &signs, &count, &err),
                     LJ_OK);
    CHECK_ROW("signatures", count, 3);
    for (uint32_t i = 0; i < count; i++) {
        CHECK_ROW("mode", signs[i].mode, LEDGER_BY_PAPER);
        CHECK_ROW("used", signs[i].is_used, true);
        check_text("place of the original", &signs[i].place, "二号柜第三盒");
    }
    assert_int_equal(ledger_history(on->ledger, on->reader, &town.leader, type_named("handover"),
                                    id, on->arena, &events, &count, &err),
                     LJ_OK);
    assert_memory_equal(events[0].for_post.bytes.ptr, head, 16);
    assert_memory_equal(events[0].by_account.bytes.ptr, town.inspector.account.bytes.ptr, 16);
    book_town_close(&town);
}

/* ---- 5 ---- */
static void test_reason_5__signatures_are_sets(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t id[16];
    make_handover(&town, id);
    const book_change complete = {.type = "handover", .id = id, .event = "complete"};
    const struct {
        const char *name, *role;
        const ledger_actor *signer;
        uint32_t missing;
    } rows[] = {
        {"none", NULL,       NULL,             3},
        {"one",  "outgoing", &town.officer[0], 2},
        {"two",  "incoming", &town.person[0],  1},
    };
    ledger_outcome out;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].role != NULL) {
            sign(&town, rows[i].signer, id, "complete", rows[i].role, NULL);
        }
        /* The head of the unit may make the move and is none of the three. */
        CHECK_ROW(rows[i].name, book_apply(on, &town.head[0], &complete, &out), LJ_E_CONFLICT);
        CHECK_ROW(rows[i].name, out.missing_count, rows[i].missing);
    }
    sign(&town, &town.watch[0], id, "complete", "leader", NULL);
    CHECK_ROW("three", book_apply(on, &town.head[0], &complete, &out), LJ_OK);
    /* With the predecessor gone two sign, with a reason; the move is one of its own, so it counts.
     */
    uint8_t gone[16];
    uint8_t post[16];
    assert_true(book_post(on, town.unit[1], "secrecy_officer", post));
    char fields[600];
    snprintf(fields, sizeof fields,
             "post=%s;outgoing_gone=1;incoming=%s;leader=%s;handover_on=2023-05-10", book_id(post),
             book_id(book_person_of(&town.person[1])), book_id(book_person_of(&town.watch[1])));
    book_do(on, &town.watch[1], &(book_change){.type = "handover", .fields = fields}, gone);
    sign(&town, &town.person[1], gone, "complete_without_outgoing", "incoming", NULL);
    book_change waiver = {.type = "handover", .id = gone, .event = "complete_without_outgoing"};
    CHECK_ROW("without a reason", book_apply(on, &town.watch[1], &waiver, &out), LJ_E_INVALID);
    waiver.reason = "已调离";
    CHECK_ROW("with a reason", book_apply(on, &town.watch[1], &waiver, &out), LJ_OK);
    book_town_close(&town);
}

/* ---- 6 ---- */
static void test_reason_6__consequences_are_of_the_same_transaction(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t id[16];
    book_do(on, &town.inspector,
            &(book_change){.type = "notice", .fields = "title=通知;body=文;read_by=2023-05-20"},
            id);
    const book_change issue = {.type = "notice", .id = id, .event = "issue"};
    ledger_outcome out;
    for (int i = 0; i < 2; i++) { /* pure: the same answer twice */
        CHECK_ROW("nobody is addressed", book_apply(on, &town.inspector, &issue, &out),
                  LJ_E_CONFLICT);
        CHECK_ROW_TEXT("refusal", out.refused, strlen(out.refused), "nobody");
    }
    book_do(on, &town.inspector, &(book_change){.type = "notice", .id = id, .fields = "to_all=1"},
            NULL);
    int64_t before = book_log_size(on);
    CHECK_ROW("undone as a whole", book_try(on, &town.inspector, &issue, &out), LJ_OK);
    CHECK_ROW("no receipt", book_of_state(on, &q_book_receipts, id, 1), 0);
    CHECK_ROW("no entry", book_log_size(on), before);
    CHECK_ROW("done as a whole", book_apply(on, &town.inspector, &issue, &out), LJ_OK);
    CHECK_ROW("receipts", book_of_state(on, &q_book_receipts, id, 1), 2);
    CHECK_ROW("an entry for each record", book_log_size(on), before + 3);
    /* A guard sees the record, the facts, the time, and nothing else. */
    const ledger_type *type = type_named("notice");
    for (uint32_t i = 0; i < type->move_count; i++) {
        const ledger_move *move = &type->moves[i];
        if (move->guard != NULL) {
            const ledger_facts nobody = {.count = 1};
            const ledger_now now = ledger_now_of(on->at);
            const char *key = move->guard(out.record, &nobody, &now);
            assert_ptr_equal(key, move->guard(out.record, &nobody, &now));
        }
    }
    book_town_close(&town);
}

/* ---- 7 ---- */
static void test_reason_7__what_is_entered_keeps_its_origin(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    for (int source = 0; source < LEDGER_SOURCE_COUNT; source++) {
        uint8_t id[16];
        book_do(on, &town.inspector,
                &(book_change){.type = "notice",
                               .fields = "title=来源",
                               .source = (ledger_source)source,
                               .second = book_person_of(&town.leader),
                               .happened_on = book_today(on)},
                id);
        book_do(on, &town.leader,
                &(book_change){.type = "notice", .id = id, .fields = "title=改过的来源"}, NULL);
        CHECK_ROW("source", book_read(on, "notice", id)->source, source);
    }
    book_town_close(&town);
}

/* ---- 8 ---- */
static void test_reason_8__codes_are_stable_and_data_has_versions(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const ledger_type *type = ledger_types[i];
        for (uint32_t j = 0; j < type->field_count; j++) {
            const ledger_field *field = &type->fields[j];
            CHECK_ROW(field->name, field->since >= 1 && field->since <= type->schema, true);
            if (field->kind != LEDGER_CODE) {
                continue;
            }
            const ledger_codes *codes = ledger_codes_of(on->ledger);
            lj_str list = lj_cstr_str(field->of);
            CHECK_ROW(field->of, ledger_codes_count(codes, list) > 0, true);
            const ledger_code_row *row = ledger_codes_at(codes, list, 0);
            CHECK_ROW(field->of, row->since_on > 0, true);
        }
    }
    /* A duty says by which data its date was reckoned. */
    uint8_t id[16];
    make_handover(&town, id);
    const store_value args[] = {store_int(1), store_bytes(lj_slice_of(id, 16))};
    const store_value *columns = NULL;
    lj_err err = {0};
    assert_int_equal(store_one(on->reader, &q_book_due_data, args, 2, on->arena, &columns, &err),
                     LJ_OK);
    assert_non_null(columns);
    CHECK_ROW("digest of the limits", columns[0].bytes.len, 16);
    book_town_close(&town);
}

/* ---- 9 ---- */
static void test_reason_9__organisations_change(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    const ledger_type *type = type_named("meeting");
    uint8_t meeting[16];
    book_do(on, &town.officer[0],
            &(book_change){
                .type = "meeting",
                .fields = book_text(on, "unit=%s;kind=study;title=旧单位的会", town.unit[0], NULL)},
            meeting);
    ledger_record *record = NULL;
    lj_err err = {0};
    const ledger_actor *successor = &town.officer[1];
    assert_int_equal(ledger_read(on->ledger, on->reader, successor, type, meeting, on->arena,
                                 &record, NULL, &err),
                     LJ_E_NOT_FOUND);
    book_do(on, &town.leader,
            &(book_change){.type = "unit",
                           .id = town.unit[0],
                           .event = "merge",
                           .fields = book_text(on, "successor=%s", town.unit[1], NULL),
                           .reason = "机构改革"},
            NULL);
    const store_value link[] = {store_int(1), store_cstr("successor"),
                                store_bytes(lj_slice_of(town.unit[0], 16)),
                                store_bytes(lj_slice_of(town.unit[1], 16))};
    CHECK_ROW("link to the successor", book_num(on, &q_book_links, link, 4), 1);
    CHECK_ROW("rights for its three posts", book_of(on, &q_book_grants, town.unit[0]), 3);
    assert_int_equal(ledger_read(on->ledger, on->reader, successor, type, meeting, on->arena,
                                 &record, NULL, &err),
                     LJ_OK);
    /* Only supervised units count. */
    ledger_query query = {.type = type_named("unit"), .list = 1, .state = -1, .most = 50};
    CHECK_ROW_TEXT("list", query.type->lists[1].name, strlen(query.type->lists[1].name),
                   "supervised");
    int64_t count = 0;
    assert_int_equal(ledger_list_count(on->ledger, on->reader, &town.leader, &query, &count, &err),
                     LJ_OK);
    CHECK_ROW("supervised units", count, 1);
    /* What the old unit owes is answered by the one that followed. */
    uint8_t post[16];
    assert_true(book_post(on, town.unit[0], "secrecy_officer", post));
    for (int i = 0; i < 2; i++) {
        const ledger_actor *who[] = {&town.officer[0], &town.watch[0]};
        book_do(on, &town.leader,
                &(book_change){.type = "person",
                               .id = book_person_of(who[i]),
                               .event = "transfer",
                               .fields = book_text(on, "transfer_to=%s", town.unit[1], NULL),
                               .reason = "并入"},
                NULL);
    }
    book_do(on, &town.leader,
            &(book_change){.type = "person",
                           .id = book_person_of(&town.head[0]),
                           .event = "leave",
                           .fields = "left_on=2023-05-10",
                           .reason = "退休"},
            NULL);
    book_next_day(on, 1);
    ledger_answerer answerer;
    assert_int_equal(ledger_answerer_of(on->ledger, on->reader, post, book_today(on), on->arena,
                                        &answerer, &err),
                     LJ_OK);
    assert_memory_equal(answerer.person.bytes.ptr, book_person_of(successor), 16);
    book_town_close(&town);
}

/* ---- 10 ---- */
static void test_reason_10__what_is_counted_is_a_child_record(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t notice[16];
    uint8_t receipt[16];
    book_do(on, &town.inspector, &(book_change){.type = "notice", .fields = "title=通知"}, notice);
    const char *fields = book_text(on, "parent=%s;unit=%s", notice, town.unit[0]);
    book_do(on, &town.inspector, &(book_change){.type = "notice_receipt", .fields = fields},
            receipt);
    assert_memory_equal(book_read(on, "notice_receipt", receipt)->parent.bytes.ptr, notice, 16);
    ledger_outcome out;
    CHECK_ROW("one per unit",
              book_apply(on, &town.inspector,
                         &(book_change){.type = "notice_receipt", .fields = fields}, &out),
              LJ_E_CONFLICT);
    const ledger_query query = {.type = type_named("notice_receipt"),
                                .state = -1,
                                .filters = {store_bytes(lj_slice_of(notice, 16))},
                                .most = 10};
    int64_t count = 0;
    lj_err err = {0};
    assert_int_equal(ledger_list_count(on->ledger, on->reader, &town.leader, &query, &count, &err),
                     LJ_OK);
    CHECK_ROW("counted", count, 1);
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        const char *parent = ledger_types[i]->parent;
        assert_true(parent == NULL || type_named(parent) != NULL);
    }
    book_town_close(&town);
}

/* ---- 11 ---- */
typedef struct commitment_scan {
    seal_hasher hasher;
    seal_place place;
    uint32_t count, good;
} commitment_scan;

static lj_code check_commitment(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    commitment_scan *scan = ctx;
    scan->place.field = (uint16_t)columns[0].num;
    seal_digest digest =
        seal_commit(&scan->hasher, columns[2].bytes.ptr, &scan->place, columns[3].bytes);
    scan->count++;
    scan->good += lj_slice_is(seal_digest_bytes(&digest), columns[1].bytes) ? 1 : 0;
    return LJ_OK;
}

static void test_reason_11__values_travel_with_their_proof(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    /* A record made elsewhere keeps its id; made twice it is one. */
    uint8_t id[16];
    ledger_id_make(on->ledger, on->at, id);
    const book_change made = {.type = "notice",
                              .id = id,
                              .is_new = true,
                              .fields = "title=外来记录;to_all=1;read_by=2023-06-01",
                              .source = LEDGER_PACKAGE};
    book_do(on, &town.inspector, &made, NULL);
    ledger_outcome out;
    CHECK_ROW("again", book_apply(on, &town.inspector, &made, &out), LJ_E_CONFLICT);
    book_do(on, &town.inspector,
            &(book_change){.type = "notice", .id = id, .fields = "title=改过;read_by="}, NULL);
    /* With value and salt anybody can work out the commitment that stands in the log. */
    commitment_scan scan = {.place = {.type = type_named("notice")->tag}};
    memcpy(scan.place.record.bytes, id, 16);
    lj_err err = {0};
    assert_int_equal(seal_hasher_init(&scan.hasher, SEAL_SM3, &err), LJ_OK);
    const store_value args[] = {store_int(1), store_bytes(lj_slice_of(id, 16))};
    assert_int_equal(
        store_run(on->reader, &q_book_commitments, args, 2, check_commitment, &scan, &err), LJ_OK);
    seal_hasher_done(&scan.hasher);
    CHECK_ROW("three values, then two", scan.count, 5);
    CHECK_ROW("commitments worked out again", scan.good, scan.count);
    book_town_close(&town);
}

/* ---- 12 ---- */
static void test_reason_12__a_duty_always_has_an_answerer(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "赵局长", NULL, "bureau_leader");
    uint8_t unit[16];
    uint8_t post[16];
    book_do(&on, &leader, &(book_change){.type = "unit", .fields = "name=空单位;kind=organ"}, unit);
    assert_true(book_post(&on, unit, "secrecy_officer", post));
    const struct {
        const char *name;
        int64_t day;
        bool is_former;
    } rows[] = {
        {"today, nobody at the unit", book_today(&on),        false},
        {"in ten years",              book_today(&on) + 3650, false},
        {"before anybody was there",  book_today(&on) - 3650, true },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_answerer who;
        lj_err err = {0};
        CHECK_ROW(rows[i].name,
                  ledger_answerer_of(on.ledger, on.reader, post, rows[i].day, on.arena, &who, &err),
                  LJ_OK);
        CHECK_ROW(rows[i].name, who.person.kind, STORE_BYTES);
        assert_memory_equal(who.person.bytes.ptr, book_person_of(&leader), 16);
        CHECK_ROW(rows[i].name, who.is_former, rows[i].is_former);
    }
    book_close(&on);
}

/* ---- 13 ---- */
static void test_reason_13__two_databases_one_truth(void **state)
{
    (void)state;
    /* Days are those of UTC+8, instants are UTC. */
    static const struct {
        const char *name;
        int64_t at;
        const char *day;
    } edges[] = {
        {"last millisecond of the day", INT64_C(1683734399999), "2023-05-10"},
        {"first of the next",           INT64_C(1683734400000), "2023-05-11"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(edges); i++) {
        const char *day = book_day(ledger_now_of(edges[i].at).today);
        CHECK_ROW_TEXT(edges[i].name, day, strlen(day), edges[i].day);
    }
    /* Texts are in the order of their bytes, whatever the engine's language. */
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    static const char *const names[] = {"b科", "A科", "a科", "_科", "阿科", "Ｂ科", "é科", "Z科"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        char fields[200];
        snprintf(fields, sizeof fields, "unit=%s;name=%s", book_id(town.unit[0]), names[i]);
        book_do(on, &town.leader, &(book_change){.type = "department", .fields = fields}, NULL);
    }
    const ledger_query query = {.type = type_named("department"), .state = -1, .most = 50};
    ledger_page page;
    lj_err err = {0};
    assert_int_equal(
        ledger_list_page(on->ledger, on->reader, &town.leader, &query, on->arena, &page, &err),
        LJ_OK);
    CHECK_ROW("departments", page.count, LJ_COUNT_OF(names) + 2);
    for (uint32_t i = 1; i < page.count; i++) {
        lj_slice a = book_value(page.records[i - 1], "name")->bytes;
        lj_slice b = book_value(page.records[i], "name")->bytes;
        CHECK_ROW("order", memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len) <= 0, true);
    }
    book_town_close(&town);
}

/* ---- 14 ---- */
static void test_reason_14__one_word_per_thing(void **state)
{
    (void)state;
    static const char *const names[] = {"district",     "unit",
                                        "department",   "post",
                                        "person",       "assignment",
                                        "handover",     "notice",
                                        "meeting",      "directive",
                                        "attachment",   "notice_receipt",
                                        "meeting_task", "directive_reply",
                                        "handover_item"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        const ledger_type *type = type_named(names[i]);
        CHECK_ROW(names[i], type != NULL, true);
        assert_ptr_equal(ledger_type_plural(type->plural, strlen(type->plural)), type);
        assert_ptr_equal(ledger_type_tagged(type->tag), type);
        assert_ptr_equal(ledger_types[ledger_type_idx(type)], type);
        assert_null(ledger_type_plural(type->name, strlen(type->name)));
        for (int english = 0; english < 2; english++) {
            const char *label = ledger_label_of(type, "type", english != 0);
            CHECK_ROW(names[i], strcmp(label, "type") != 0, true);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reason_1__the_log_holds_commitments_and_no_values),
        cmocka_unit_test(test_reason_2__the_state_at_a_past_day_can_be_asked),
        cmocka_unit_test(test_reason_3__a_first_year_has_a_past),
        cmocka_unit_test(test_reason_4__leaders_do_not_log_in),
        cmocka_unit_test(test_reason_5__signatures_are_sets),
        cmocka_unit_test(test_reason_6__consequences_are_of_the_same_transaction),
        cmocka_unit_test(test_reason_7__what_is_entered_keeps_its_origin),
        cmocka_unit_test(test_reason_8__codes_are_stable_and_data_has_versions),
        cmocka_unit_test(test_reason_9__organisations_change),
        cmocka_unit_test(test_reason_10__what_is_counted_is_a_child_record),
        cmocka_unit_test(test_reason_11__values_travel_with_their_proof),
        cmocka_unit_test(test_reason_12__a_duty_always_has_an_answerer),
        cmocka_unit_test(test_reason_13__two_databases_one_truth),
        cmocka_unit_test(test_reason_14__one_word_per_thing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
