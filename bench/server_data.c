/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Years of a district for the timed runs of the server, made through the kernel by a seeded
 * generator: the same seed makes the same records (ids and salts are random).
 *
 *     server_data make DIR YEARS SEED       a data folder with YEARS of work up to today; YEARS may
 *                                           be a fraction, 0.1
 *     server_data make DIR YEARS SEED DB    the same in another database ("postgres://...")
 *     server_data sessions DIR COUNT [DB]   logs accounts in; prints "ROLE UNIT TOKEN" a line
 *     server_data import DIR ROWS [DB]      an import of persons, previewed, then committed; prints
 *                                           the seconds of both
 *     server_data commit DIR COUNT [DB]     single changes, each its own commit; prints the rate
 *
 * What stands for what: 82 units, about 400 people. The 59 answers of a unit in each of the four
 * rounds of a year are tasks of a meeting (made, written, finished, now and then returned,
 * confirmed), the 300 findings of a year are replies to directives; both record types are still to
 * come, the counts of rows are theirs. Beside them 40 notices a year with a receipt of every unit,
 * and for every unit a new officer each year with a handover that three people sign. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/os.h"
#include "ledger/account.h"
#include "ledger/actor.h"
#include "ledger/import.h"
#include "ledger/list_terms.h"
#include "ledger/log.h"
#include "ledger/password.h"
#include "ledger/session.h"
#include "ledger/setup.h"
#include "programs/data_dir.h"

enum {
    UNITS = 82,
    STAFF = 5, /* of a unit: head, responsible leader, officer, two without a post */
    ANSWERS = 59,
    ROUND_DAYS = 91,
    LAST_DAYS = 10,   /* of the round that is open at the end */
    NOTICE_EVERY = 9, /* days */
    FINDING_EVERY = 60,
    FINDING_UNITS = 50,
    ARENA = 768 * 1024 * 1024,
    DAY_MS = 24 * 60 * 60 * 1000
};

typedef struct item {
    uint8_t id[16];
    int64_t version;
} item;

typedef struct unit {
    item self, persons[STAFF], posts[3], accounts[STAFF];
    item meeting, answers[ANSWERS];
    bool returned[ANSWERS];
    uint32_t officer; /* which of the persons */
} unit;

enum { HEAD, LEADER, OFFICER };
static const char *const role_names[] = {"unit_head", "responsible_leader", "secrecy_officer"};

static struct {
    data_dir dir;
    ledger_setup_ids ids;
    unit units[UNITS];
    item leader, inspector, leader_post, inspector_post; /* of the bureau */
    item leader_account, inspector_account;
    item notice, receipts[UNITS], directive, replies[FINDING_UNITS];
    uint32_t asked[FINDING_UNITS];
    uint64_t seed;
    ledger_txn *txn;
    ledger_actor actor;
    lj_arena *arena;
    int64_t at, day;
    char hash[PASSWORD_HASH_MAX];
    uint64_t changes;
    uint32_t accounts;
} on;

static void die(const char *what, lj_code code, const lj_err *err)
{
    fprintf(stderr, "server_data: %s: %s (%s)\n", what, lj_code_row_of(code)->name,
            err != NULL && err->what != NULL ? err->what : "");
    exit(70);
}

static void need(lj_code code, const lj_err *err, const char *what)
{
    if (code != LJ_OK) {
        die(what, code, err);
    }
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* xorshift64*, Vigna 2016 */
static uint32_t below(uint32_t most)
{
    uint64_t x = on.seed != 0 ? on.seed : 1;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    on.seed = x;
    return (uint32_t)((x * UINT64_C(2685821657736338717) >> 32) % most);
}

/* ---- who acts ---- */
static void act_as(const item *by, const item *person, const item *post, uint32_t role,
                   const uint8_t *at_unit)
{
    on.actor = (ledger_actor){.account = store_bytes(lj_slice_of(by->id, 16)),
                              .person = store_bytes(lj_slice_of(person->id, 16)),
                              .post_count = 1};
    on.actor.posts[0] = (ledger_post){.unit = store_bytes(lj_slice_of(at_unit, 16)), .role = role};
    memcpy(on.actor.posts[0].id, post->id, 16);
    on.actor.now = ledger_now_of(on.at);
}

static void act_inspector(void)
{
    act_as(&on.inspector_account, &on.inspector, &on.inspector_post, POST_INSPECTOR, on.ids.bureau);
}

static void act_leader(void)
{
    act_as(&on.leader_account, &on.leader, &on.leader_post, POST_BUREAU_LEADER, on.ids.bureau);
}

static void act_officer(const unit *of)
{
    act_as(&of->accounts[of->officer], &of->persons[of->officer], &of->posts[OFFICER],
           POST_SECRECY_OFFICER, of->self.id);
}

static void act_kernel(void)
{
    on.actor = ledger_actor_kernel(on.at);
}

/* ---- changes ---- */
static lj_arena_mark begun; /* of the arena, behind the begin of the transaction */

static void begin(void)
{
    lj_err err = {0};
    need(ledger_begin(on.dir.book, &on.actor, on.arena, &on.txn, &err), &err, "begin");
    begun = lj_arena_mark_of(on.arena);
}

static void commit(void)
{
    lj_err err = {0};
    need(ledger_commit(on.txn, &err), &err, "commit");
    lj_arena_free(on.arena);
    on.arena = lj_arena_new(ARENA);
}

static uint32_t read_fields(const ledger_type *type, const char *text, ledger_input *inputs)
{
    uint32_t count = 0;
    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, ";");
        const char *equals = memchr(text, '=', len);
        int field = equals != NULL ? ledger_field_find(type, text, (size_t)(equals - text)) : -1;
        if (field < 0) {
            fprintf(stderr, "server_data: no field in %s: %s\n", type->name, text);
            exit(70);
        }
        inputs[count].field = (uint32_t)field;
        const char *why =
            ledger_value_read(on.dir.book, &type->fields[field],
                              lj_slice_of(equals + 1, len - (size_t)(equals - text) - 1), on.arena,
                              &inputs[count].value);
        if (why != NULL) {
            fprintf(stderr, "server_data: %s: %s\n", text, why);
            exit(70);
        }
        count++;
        text += len + (text[len] == ';' ? 1 : 0);
    }
    return count;
}

/* event NULL: an edit, or the creation of an item without version. */
static void apply(item *to, const char *type_name, const char *event, const char *fields,
                  const char *reason)
{
    const ledger_type *type = ledger_type_lookup(type_name, strlen(type_name));
    ledger_input inputs[LEDGER_FIELD_MAX];
    ledger_change change = {.type = type,
                            .is_new = to->version == 0,
                            .id = to->version == 0 ? NULL : to->id,
                            .seen = to->version,
                            .event = event,
                            .state = -1,
                            .inputs = inputs,
                            .input_count = read_fields(type, fields, inputs),
                            .happened_on = LEDGER_NO_DAY};
    if (reason != NULL) {
        change.reason = lj_cstr_bytes(reason);
    }
    ledger_outcome out;
    lj_err err = {0};
    lj_code code = ledger_apply(on.txn, &change, &out, &err);
    if (code != LJ_OK) {
        fprintf(stderr, "server_data: %s %s: refused %s, %s %s, missing %u\n", type_name,
                event != NULL ? event : "-", out.refused != NULL ? out.refused : "-",
                out.problem_count > 0 ? out.problems[0].field : "",
                out.problem_count > 0 ? out.problems[0].code : "", out.missing_count);
        die(fields != NULL ? fields : "", code, &err);
    }
    memcpy(to->id, out.record->id, 16);
    to->version = out.record->version;
    on.changes++;
    lj_arena_rewind(on.arena, begun);
}

static const char *id_of(const item *of)
{
    static char ring[8][37];
    static unsigned at;
    at = (at + 1) % 8;
    ledger_id_print(of->id, ring[at]);
    return ring[at];
}

static const char *day_of(int64_t day)
{
    static char ring[4][CALENDAR_TEXT_CAP];
    static unsigned at;
    at = (at + 1) % 4;
    calendar_format((int32_t)day, ring[at]);
    return ring[at];
}

static const char *name_of_somebody(void)
{
    static const char *const family[] = {"赵", "钱", "孙", "李", "周", "吴", "郑", "王",
                                         "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨"};
    static const char *const given[] = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊",
                                        "军", "洋", "勇", "艳", "杰", "娟", "涛", "明"};
    static char text[16];
    snprintf(text, sizeof text, "%s%s%s", family[below(16)], given[below(16)],
             below(3) > 0 ? given[below(16)] : "");
    return text;
}

/* ---- accounts ---- */
static void make_account(item *to, const item *person, const item *post)
{
    char name[24];
    snprintf(name, sizeof name, "u%05u", ++on.accounts);
    const account_new wanted = {.name = lj_cstr_bytes(name),
                                .display = lj_cstr_bytes(name),
                                .person = person->id,
                                .hash = on.hash};
    const account_refusal *why = NULL;
    lj_err err = {0};
    act_kernel();
    lj_code code = account_create(on.txn, &wanted, to->id, &why, &err);
    if (code == LJ_OK && post != NULL) {
        code = account_grant_post(on.txn, to->id, post->id, NULL, &why, &err);
    }
    need(code, &err, why != NULL ? why->code : "account");
    to->version = 1;
    lj_arena_rewind(on.arena, begun);
}

/* ---- the beginning ---- */
static void make_person(item *to, const item *of)
{
    char fields[300];
    snprintf(fields, sizeof fields, "name=%s;unit=%s;kind=staff;joined_on=%s", name_of_somebody(),
             id_of(of), day_of(on.day));
    apply(to, "person", NULL, fields, NULL);
}

static void make_post(item *to, const item *of, const char *role, const char *title)
{
    char fields[300];
    snprintf(fields, sizeof fields, "unit=%s;role=%s;title=%s", id_of(of), role, title);
    apply(to, "post", NULL, fields, NULL);
}

static void assign(const item *person, const item *post)
{
    char fields[300];
    item assignment = {0};
    snprintf(fields, sizeof fields, "person=%s;post=%s;since=%s", id_of(person), id_of(post),
             day_of(on.day));
    apply(&assignment, "assignment", NULL, fields, NULL);
}

/* The three posts come with the unit. */
static void find_posts(unit *of)
{
    const ledger_type *type = ledger_type_lookup("post", 4);
    ledger_query query = {
        .type = type, .state = -1, .unit = lj_slice_of(of->self.id, 16), .most = 10};
    ledger_page page;
    lj_err err = {0};
    need(ledger_list_page(on.dir.book, ledger_conn_of(on.txn), &on.actor, &query, on.arena, &page,
                          &err),
         &err, "posts");
    int role = ledger_field_find(type, "role", 4);
    for (uint32_t i = 0; i < page.count; i++) {
        for (uint32_t j = 0; j < LJ_COUNT_OF(role_names); j++) {
            if (lj_slice_is(page.records[i]->values[role].bytes, lj_cstr_bytes(role_names[j]))) {
                memcpy(of->posts[j].id, page.records[i]->id, 16);
            }
        }
    }
    lj_arena_rewind(on.arena, begun);
}

static void make_unit(unit *of, uint32_t no)
{
    static const char *const kinds[] = {"organ", "institution", "subdistrict", "school"};
    static const char *const names[] = {"局", "中心", "街道办事处", "学校"};
    char fields[300];
    act_kernel();
    snprintf(fields, sizeof fields, "name=清河区第%u%s;kind=%s;supervised_from=%s", no + 1,
             names[no % 4], kinds[no % 4], day_of(on.day));
    apply(&of->self, "unit", NULL, fields, NULL);
    apply(&of->self, "unit", "supervise", NULL, NULL);
    find_posts(of);
    for (uint32_t i = 0; i < STAFF; i++) {
        make_person(&of->persons[i], &of->self);
        if (i <= OFFICER) {
            assign(&of->persons[i], &of->posts[i]);
        }
        make_account(&of->accounts[i], &of->persons[i], i <= OFFICER ? &of->posts[i] : NULL);
    }
    of->officer = OFFICER;
}

static void make_bureau(void)
{
    lj_err err = {0};
    ledger_outcome outcome;
    const ledger_setup setup = {lj_cstr_bytes("清河区"), lj_cstr_bytes("990101"),
                                lj_cstr_bytes("清河区保密局")};
    need(ledger_set_up(on.txn, &setup, &on.ids, &outcome, &err), &err, "set up");
    password_made made[ACCOUNT_FIRST_COUNT] = {0};
    for (int i = 0; i < ACCOUNT_FIRST_COUNT; i++) {
        memcpy(made[i].hash, on.hash, sizeof on.hash);
    }
    need(account_first(on.txn, made, &err), &err, "accounts");
    item bureau = {0};
    memcpy(bureau.id, on.ids.bureau, 16);
    memcpy(on.leader_post.id, on.ids.leader_post, 16);
    make_post(&on.inspector_post, &bureau, "inspector", "检查员");
    make_person(&on.leader, &bureau);
    make_person(&on.inspector, &bureau);
    assign(&on.leader, &on.leader_post);
    assign(&on.inspector, &on.inspector_post);
    make_account(&on.leader_account, &on.leader, &on.leader_post);
    make_account(&on.inspector_account, &on.inspector, &on.inspector_post);
}

/* ---- a round: 59 answers of every unit ---- */
static void answers_begin(unit *of, uint32_t round)
{
    char fields[500];
    act_inspector();
    of->meeting = (item){0};
    snprintf(fields, sizeof fields, "unit=%s;kind=other;title=第%u轮自查;held_on=%s",
             id_of(&of->self), round + 1, day_of(on.day));
    apply(&of->meeting, "meeting", NULL, fields, NULL);
    apply(&of->meeting, "meeting", "hold", NULL, NULL);
    for (uint32_t i = 0; i < ANSWERS; i++) {
        of->answers[i] = (item){0};
        of->returned[i] = false;
        snprintf(fields, sizeof fields, "parent=%s;unit=%s;content=第%u项定密责任自查;due_on=%s",
                 id_of(&of->meeting), id_of(&of->self), i + 1, day_of(on.day + 60));
        apply(&of->answers[i], "meeting_task", NULL, fields, NULL);
    }
}

static void answers_step(unit *of, const char *event, uint32_t one_in)
{
    char fields[300];
    for (uint32_t i = 0; i < ANSWERS; i++) {
        if (one_in > 1 && below(one_in) != 0) {
            continue;
        }
        bool writes = event == NULL || strcmp(event, "finish") == 0;
        snprintf(fields, sizeof fields, "proof=已按要求落实，见台账第%u页", 1 + below(400));
        apply(&of->answers[i], "meeting_task", event, writes ? fields : NULL, NULL);
    }
}

static void answers_confirm(unit *of)
{
    for (uint32_t i = 0; i < ANSWERS; i++) {
        if (below(12) == 0) {
            act_inspector();
            apply(&of->answers[i], "meeting_task", "return", NULL, "佐证不足");
            act_officer(of);
            apply(&of->answers[i], "meeting_task", "finish", "proof=已补充佐证", NULL);
        }
        act_inspector();
        apply(&of->answers[i], "meeting_task", "confirm", NULL, NULL);
    }
}

static void round_day(uint32_t day)
{
    uint32_t round = day / ROUND_DAYS;
    uint32_t at = day % ROUND_DAYS;
    for (uint32_t i = at % 10; i < UNITS; i += 10) {
        unit *of = &on.units[i];
        act_officer(of);
        switch (at / 10) {
        case 0:
            answers_begin(of, round);
            break;
        case 2:
            answers_step(of, NULL, 1);
            break;
        case 3:
            answers_step(of, NULL, 4);
            break;
        case 5:
            answers_step(of, "finish", 1);
            break;
        case 7:
            answers_confirm(of);
            break;
        default:
            break;
        }
    }
}

/* ---- notices ---- */
static void notice_day(uint32_t day)
{
    char fields[600];
    uint32_t at = day % NOTICE_EVERY;
    if (at == 0) {
        act_inspector();
        on.notice = (item){0};
        snprintf(fields, sizeof fields,
                 "title=关于做好第%u期保密自查工作的通知;kind=notice;read_by=%s;body="
                 "请各单位按要求组织学习，如实签收，并将落实情况登记台账。",
                 day / NOTICE_EVERY + 1, day_of(on.day + 7));
        apply(&on.notice, "notice", NULL, fields, NULL);
        for (uint32_t i = 0; i < UNITS; i++) {
            on.receipts[i] = (item){0};
            snprintf(fields, sizeof fields, "parent=%s;unit=%s", id_of(&on.notice),
                     id_of(&on.units[i].self));
            apply(&on.receipts[i], "notice_receipt", NULL, fields, NULL);
        }
        apply(&on.notice, "notice", "issue", NULL, NULL);
        return;
    }
    for (uint32_t i = 0; i < UNITS && at < 7; i++) {
        if (on.receipts[i].version == 1 && (at == 6 ? below(20) > 0 : below(4) == 0)) {
            on.receipts[i].version = 2; /* by the issue */
            act_officer(&on.units[i]);
            snprintf(fields, sizeof fields, "read_by=%s",
                     id_of(&on.units[i].persons[on.units[i].officer]));
            apply(&on.receipts[i], "notice_receipt", "read", fields, NULL);
        }
    }
    if (at == NOTICE_EVERY - 1 && on.notice.version == 2) {
        act_inspector();
        apply(&on.notice, "notice", "close", NULL, NULL);
    }
}

/* ---- findings ---- */
static void finding_day(uint32_t day)
{
    char fields[600];
    uint32_t at = day % FINDING_EVERY;
    if (at == 0) {
        act_inspector();
        on.directive = (item){0};
        snprintf(fields, sizeof fields,
                 "superior=city_bureau;title=第%u批问题整改;their_number=清保〔%u〕%u号;"
                 "received_on=%s;due_on=%s",
                 day / FINDING_EVERY + 1, 2016 + day / 365, day / FINDING_EVERY + 1, day_of(on.day),
                 day_of(on.day + 50));
        apply(&on.directive, "directive", NULL, fields, NULL);
        uint32_t first = below(UNITS);
        for (uint32_t i = 0; i < FINDING_UNITS; i++) {
            on.asked[i] = (first + i) % UNITS;
            on.replies[i] = (item){0};
            snprintf(fields, sizeof fields,
                     "parent=%s;unit=%s;question=涉密载体登记不全的问题;due_on=%s",
                     id_of(&on.directive), id_of(&on.units[on.asked[i]].self), day_of(on.day + 30));
            apply(&on.replies[i], "directive_reply", NULL, fields, NULL);
        }
        apply(&on.directive, "directive", "assign", NULL, NULL);
    } else if (at == 25 || at == 45) {
        for (uint32_t i = 0; i < FINDING_UNITS && on.directive.version == 2; i++) {
            unit *of = &on.units[on.asked[i]];
            act_officer(of);
            if (on.replies[i].version == 1 || on.replies[i].version == 3) {
                apply(&on.replies[i], "directive_reply", "answer",
                      "reply=已整改，登记簿已补齐并经负责人核对", NULL);
            }
            act_inspector();
            bool back = at == 25 && below(10) == 0;
            if (on.replies[i].version == 2 || on.replies[i].version == 4) {
                apply(&on.replies[i], "directive_reply", back ? "return" : "accept", NULL,
                      back ? "整改不到位" : NULL);
                on.replies[i].version += back ? 0 : 100; /* done */
            }
        }
    } else if (at == 50 && on.directive.version == 2) {
        act_inspector();
        apply(&on.directive, "directive", "answer", "answer=已全部整改", NULL);
        act_leader();
        apply(&on.directive, "directive", "close", NULL, NULL);
    }
}

/* ---- a new officer, once a year ---- */
static void sign(const item *handover, const char *role, const item *person)
{
    uint8_t proof[32] = {1};
    const ledger_signing signing = {.type = ledger_type_lookup("handover", 8),
                                    .id = handover->id,
                                    .seen = handover->version,
                                    .event = "complete",
                                    .role = role,
                                    .person = person->id,
                                    .mode = LEDGER_BY_PAPER,
                                    .proof = lj_slice_of(proof, sizeof proof),
                                    .place = lj_cstr_bytes("档案室")};
    ledger_outcome out;
    lj_err err = {0};
    lj_code code = ledger_sign_move(on.txn, &signing, &out, &err);
    need(code, &err, out.problem_count > 0 ? out.problems[0].code : role);
    lj_arena_rewind(on.arena, begun);
}

static void hand_over(unit *of)
{
    char fields[600];
    /* from one of the three places behind the leaders to the next */
    uint32_t next = OFFICER + (of->officer - OFFICER + 1) % (STAFF - OFFICER);
    item old = of->persons[of->officer];
    item handover = {0};
    act_inspector();
    if (of->persons[next].version > 0) { /* moves on; somebody new comes */
        snprintf(fields, sizeof fields, "left_on=%s", day_of(on.day));
        apply(&of->persons[next], "person", "leave", fields, "调出");
        of->persons[next] = (item){0};
        make_person(&of->persons[next], &of->self);
    }
    snprintf(fields, sizeof fields,
             "post=%s;kind=rotation;outgoing=%s;incoming=%s;leader=%s;handover_on=%s;"
             "carriers=秘密级%u份，清单在保密柜",
             id_of(&of->posts[OFFICER]), id_of(&old), id_of(&of->persons[next]),
             id_of(&of->persons[LEADER]), day_of(on.day), below(300));
    apply(&handover, "handover", NULL, fields, NULL);
    sign(&handover, "outgoing", &old);
    sign(&handover, "incoming", &of->persons[next]);
    sign(&handover, "leader", &of->persons[LEADER]);
    apply(&handover, "handover", "complete", NULL, NULL);
    make_account(&of->accounts[next], &of->persons[next], &of->posts[OFFICER]);
    of->officer = next;
}

static void officer_day(uint32_t day)
{
    /* behind the end of a round, so that the pack holds few duties */
    for (uint32_t i = 0; i < UNITS; i++) {
        if (day % 365 == 82 + i * 3 / UNITS || (day % 365 >= 173 && day % 365 < 173 + 3)) {
            if (i % 3 == day % 3 && (day % 365 >= 173) == (i % 2 == 1)) {
                hand_over(&on.units[i]);
            }
        }
    }
    if (day % 30 == 11) { /* small corrections */
        act_inspector();
        for (uint32_t i = 0; i < UNITS; i++) {
            char fields[60];
            snprintf(fields, sizeof fields, "staff_count=%u", 20 + below(200));
            apply(&on.units[i].self, "unit", NULL, fields, NULL);
        }
    }
}

/* ---- the whole ---- */
static int64_t log_size(void)
{
    store_conn *conn = NULL;
    lj_err err = {0};
    need(store_reader_open(on.dir.db, &conn, &err), &err, "reader");
    log_head head = {0};
    need(log_head_of(on.dir.book, conn, &head, &err), &err, "head");
    store_reader_close(conn);
    return (int64_t)head.size;
}

static int make(const char *path, double years, uint64_t seed, const char *db)
{
    lj_err err = {0};
    data_config config = {.district = 1, .suite = SEAL_SM3};
    if (db != NULL) {
        snprintf(config.db, sizeof config.db, "%s", db);
    }
    need(data_dir_make(path, &config, &on.dir, &err), &err, path);
    need(password_hash(lj_cstr_bytes("bench-bench-bench"), on.hash, &err), &err, "password");
    on.seed = seed;
    on.arena = lj_arena_new(ARENA);
    /* every set ends at the same place of a round, so that the same is open */
    uint32_t days = (uint32_t)(years * 365 / ROUND_DAYS + 0.5) * ROUND_DAYS + LAST_DAYS;
    int64_t today = ledger_now_of(lj_os_now_ms()).today;
    double began = seconds_now();
    for (uint32_t day = 0; day <= days; day++) {
        on.day = today - days + day;
        /* from midnight in UTC+8, so that the last day is not ahead of the clock */
        on.at = on.day * DAY_MS - INT64_C(8) * 60 * 60 * 1000 + 1000;
        act_kernel();
        begin();
        if (day == 0) {
            make_bureau();
            for (uint32_t i = 0; i < UNITS; i++) {
                make_unit(&on.units[i], i);
            }
        }
        officer_day(day);
        round_day(day);
        notice_day(day);
        finding_day(day);
        commit();
        if (day % 365 == 364) {
            fprintf(stderr, "year %u: %ju changes, %.1f s\n", day / 365 + 1, (uintmax_t)on.changes,
                    seconds_now() - began);
        }
    }
    double took = seconds_now() - began;
    int64_t size = log_size();
    printf("years %g  entries %jd  seconds %.1f  entries/s %.0f\n", years, (intmax_t)size, took,
           (double)size / took);
    lj_arena_free(on.arena);
    data_dir_close(&on.dir);
    return 0;
}

static void open_dir(const char *path, const char *db)
{
    lj_err err = {0};
    need(data_dir_open(path, db, DATA_WRITE, &on.dir, &err), &err, path);
    on.at = lj_os_now_ms();
    on.arena = lj_arena_new(ARENA);
    act_kernel();
}

static void print_session(const account_row *row, const uint8_t id[SESSION_ID_LEN])
{
    char hex[2 * SESSION_ID_LEN + 1];
    char at_unit[37] = "-";
    lj_hex(lj_slice_of(id, SESSION_ID_LEN), hex);
    const char *role = "person";
    if (row->admin != 0) {
        role = ledger_role_of(row->admin)->code;
    } else if (row->post_count > 0) {
        role = ledger_role_lookup((const char *)row->posts[0].role.ptr,
                                  (uint32_t)row->posts[0].role.len)
                   ->code;
        ledger_id_print(row->posts[0].unit.bytes.ptr, at_unit);
    }
    printf("%s %s %s\n", role, at_unit, hex);
}

static int sessions(const char *path, uint32_t wanted, const char *db)
{
    lj_err err = {0};
    open_dir(path, db);
    lj_slice after = {0};
    bool has_more = true;
    need(password_hash(lj_cstr_bytes("bench-bench-bench"), on.hash, &err), &err, "password");
    const uint8_t no_session[32] = {0};
    begin();
    const ledger_now now = ledger_now_of(on.at);
    for (uint32_t made = 0; has_more && made < wanted;) {
        account_row *rows = NULL;
        uint32_t count = 0;
        need(account_list(on.dir.book, ledger_conn_of(on.txn), after, 200, &now, on.arena, &rows,
                          &count, &has_more, &err),
             &err, "accounts");
        for (uint32_t i = 0; i < count && made < wanted; i++) {
            after = rows[i].name;
            ledger_actor actor;
            need(ledger_actor_of(on.dir.book, ledger_conn_of(on.txn), rows[i].id, on.at, on.arena,
                                 &actor, &err),
                 &err, "actor");
            if (actor.admin == 0 && actor.post_count == 0) {
                continue; /* held a post once */
            }
            account found;
            uint8_t id[SESSION_ID_LEN];
            if (actor.admin != 0) { /* one-time passwords would have to be changed first */
                need(account_password(on.txn, rows[i].id, on.hash, no_session, &err), &err,
                     "password");
            }
            need(account_of_id(on.dir.book, ledger_conn_of(on.txn), rows[i].id, on.arena, &found,
                               &err),
                 &err, "account");
            on.actor.account = store_bytes(lj_slice_of(rows[i].id, 16));
            need(session_begin(on.txn, &found, NULL, id, &err), &err, "session");
            print_session(&rows[i], id);
            made++;
        }
    }
    commit();
    data_dir_close(&on.dir);
    return 0;
}

/* ---- an import of persons ---- */
static double import_pass(const ledger_type *type, const uint8_t *id, uint32_t rows,
                          const char *unit_name, bool keeps)
{
    lj_err err = {0};
    lj_arena *side = lj_arena_new(ARENA);
    ledger_import *pass = NULL;
    ledger_sheet sheet;
    ledger_sheet_of(type, &sheet);
    double began = seconds_now();
    act_inspector();
    begin();
    need(ledger_import_begin(on.txn, type, id, side, &pass, &err), &err, "import");
    for (uint32_t no = 0; no < rows; no++) {
        ledger_import_cell cells[LEDGER_IMPORT_COLUMNS_MAX] = {0};
        char name[40];
        snprintf(name, sizeof name, "%s", name_of_somebody());
        for (uint32_t i = 1; i < sheet.column_count; i++) {
            const char *field = type->fields[sheet.fields[i]].name;
            if (strcmp(field, "name") == 0) {
                cells[i].text = lj_cstr_bytes(name);
            } else if (strcmp(field, "unit") == 0) {
                cells[i].text = lj_cstr_bytes(unit_name);
            } else if (strcmp(field, "kind") == 0) {
                cells[i].text = lj_cstr_bytes("编内");
            } else if (strcmp(field, "joined_on") == 0) {
                cells[i].text = lj_cstr_bytes("2024-05-01");
            }
        }
        need(ledger_import_row(pass, no + 2, cells, &err), &err, "row");
    }
    const ledger_import_result *result = ledger_import_result_of(pass);
    if (result->new_count != rows) {
        fprintf(stderr, "server_data: %u of %u rows are new, %s\n", result->new_count, rows,
                result->error_count > 0 ? result->errors[0].code : "-");
        exit(70);
    }
    if (keeps) {
        uint8_t sha256[32] = {0};
        need(ledger_import_done(on.txn, id, sha256, &err), &err, "done");
        commit();
    } else {
        ledger_rollback(on.txn);
        lj_arena_free(on.arena);
        on.arena = lj_arena_new(ARENA);
    }
    lj_arena_free(side);
    return seconds_now() - began;
}

/* The inspector and a unit out of the data. */
static void find_inspector(const char **out_unit)
{
    static char unit_name[100];
    lj_err err = {0};
    begin();
    ledger_query query = {.type = ledger_type_lookup("unit", 4), .state = 1, .most = 1};
    ledger_page page;
    need(ledger_list_page(on.dir.book, ledger_conn_of(on.txn), &on.actor, &query, on.arena, &page,
                          &err),
         &err, "unit");
    lj_slice title = ledger_title_of(page.records[0]);
    snprintf(unit_name, sizeof unit_name, "%.*s", (int)lj_min_size(title.len, 99),
             (const char *)title.ptr);
    account_row *rows = NULL;
    uint32_t count = 0;
    bool more = false;
    const ledger_now now = ledger_now_of(on.at);
    need(account_list(on.dir.book, ledger_conn_of(on.txn), (lj_slice){0}, 200, &now, on.arena,
                      &rows, &count, &more, &err),
         &err, "accounts");
    for (uint32_t i = 0; i < count; i++) {
        if (rows[i].post_count == 1 && lj_slice_is(rows[i].posts[0].role, LJ_BYTES("inspector"))) {
            memcpy(on.inspector_account.id, rows[i].id, 16);
            memcpy(on.inspector.id, rows[i].person.bytes.ptr, 16);
            memcpy(on.inspector_post.id, rows[i].posts[0].id, 16);
            memcpy(on.ids.bureau, rows[i].posts[0].unit.bytes.ptr, 16);
        }
    }
    ledger_rollback(on.txn);
    lj_arena_free(on.arena);
    on.arena = lj_arena_new(ARENA);
    *out_unit = unit_name;
}

static int import(const char *path, uint32_t rows, const char *db)
{
    lj_err err = {0};
    const char *unit_name = NULL;
    const ledger_type *type = ledger_type_lookup("person", 6);
    uint8_t id[16];
    open_dir(path, db);
    on.seed = 7;
    find_inspector(&unit_name);
    double preview = import_pass(type, NULL, rows, unit_name, false);
    act_inspector();
    begin();
    need(ledger_import_keep(on.txn, type, LJ_BYTES("x"), id, &err), &err, "keep");
    commit();
    double kept = import_pass(type, id, rows, unit_name, true);
    printf("rows %u  preview %.2f s  commit %.2f s\n", rows, preview, kept);
    data_dir_close(&on.dir);
    return 0;
}

static int commits(const char *path, uint32_t count, const char *db)
{
    const char *unit_name = NULL;
    open_dir(path, db);
    on.seed = 7;
    find_inspector(&unit_name);
    lj_err err = {0};
    item one = {0};
    begin();
    act_kernel();
    ledger_query query = {.type = ledger_type_lookup("unit", 4), .state = 1, .most = 1};
    ledger_page page;
    need(ledger_list_page(on.dir.book, ledger_conn_of(on.txn), &on.actor, &query, on.arena, &page,
                          &err),
         &err, "unit");
    memcpy(one.id, page.records[0]->id, 16);
    one.version = page.records[0]->version;
    ledger_rollback(on.txn);
    double worst = 0;
    double began = seconds_now();
    for (uint32_t i = 0; i < count; i++) {
        char fields[60];
        double at = seconds_now();
        act_inspector();
        begin();
        snprintf(fields, sizeof fields, "staff_count=%u", 300 + i);
        apply(&one, "unit", NULL, fields, NULL);
        commit();
        worst = seconds_now() - at > worst ? seconds_now() - at : worst;
    }
    double took = seconds_now() - began;
    printf("commits %u  each %.0f us  worst %.0f us\n", count, took * 1e6 / count, worst * 1e6);
    data_dir_close(&on.dir);
    return 0;
}

int main(int argc, char **argv)
{
    lj_os_prepare_libraries();
    const char *what = argc >= 4 ? argv[1] : "";
    if (strcmp(what, "make") == 0 && argc >= 5) {
        return make(argv[2], strtod(argv[3], NULL), strtoull(argv[4], NULL, 0),
                    argc > 5 ? argv[5] : NULL);
    }
    uint32_t count = argc >= 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
    const char *db = argc > 4 ? argv[4] : NULL;
    if (strcmp(what, "sessions") == 0) {
        return sessions(argv[2], count, db);
    }
    if (strcmp(what, "import") == 0) {
        return import(argv[2], count, db);
    }
    if (strcmp(what, "commit") == 0) {
        return commits(argv[2], count, db);
    }
    fputs("usage: server_data make DIR YEARS SEED [DB] | sessions|import|commit DIR COUNT [DB]\n",
          stderr);
    return 64;
}
