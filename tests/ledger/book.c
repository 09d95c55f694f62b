/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "book.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../check.h"
#include "base/os.h"
#include "ledger/calendar.h"
#include "ledger/queries.h"
#include "seal/merkle.h"
#include "store/migrate.h"

enum { ARENA_MAX = 256 * 1024 * 1024 };
/* 2023-05-10 09:00 in UTC+8: a Wednesday. */
#define START_AT INT64_C(1683680400000)

static void need(lj_code code, const lj_err *err, const char *what)
{
    if (code != LJ_OK) {
        print_error("%s: %s (%s, %s)\n", what, lj_code_row_of(code)->name,
                    err->what != NULL ? err->what : "", err->where != NULL ? err->where : "");
        fail();
    }
}

void book_open(book *to)
{
    book_open_as(to, false, SEAL_SM3);
}

void book_open_as(book *to, bool is_classified, seal_hash suite)
{
    *to = (book){.at = START_AT};
    lj_err err = {0};
    to->arena = lj_arena_new(ARENA_MAX);
    store_options options = {.create = true};
    const char *postgres = getenv("LIJIAN_POSTGRES");
    char schema[40];
    if (postgres != NULL && getenv("LIJIAN_ENGINE") != NULL) {
        snprintf(schema, sizeof schema, "t%llx", (unsigned long long)lj_os_random_u64());
        options.place = postgres;
        options.schema = schema;
    } else {
        snprintf(to->place, sizeof to->place, "%s/lijian-book-%d-%llx.db",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid(),
                 (unsigned long long)lj_os_random_u64());
        options.place = to->place;
    }
    need(store_open(&options, &to->db, &err), &err, "open");
    uint32_t applied = 0;
    need(store_migrate(to->db, to->at, &applied, &err), &err, "migrate");
    ledger_config config = {.db = to->db,
                            .district = 1,
                            .hash_key = "key",
                            .suite = suite,
                            .is_classified = is_classified};
    need(ledger_open(&config, &to->ledger, &err), &err, "ledger");
    need(store_reader_open(to->db, &to->reader, &err), &err, "reader");
    ledger_actor kernel = ledger_actor_kernel(to->at);
    ledger_txn *txn = NULL;
    need(ledger_begin(to->ledger, &kernel, to->arena, &txn, &err), &err, "begin");
    ledger_setup setup = {lj_cstr_bytes("清河区"), lj_cstr_bytes("990101"),
                          lj_cstr_bytes("清河区保密局")};
    ledger_outcome outcome;
    lj_code code = ledger_set_up(txn, &setup, &to->ids, &outcome, &err);
    if (code != LJ_OK && outcome.problem_count > 0) {
        print_error("%s %s\n", outcome.problems[0].field, outcome.problems[0].code);
    }
    need(code, &err, "set up");
    need(ledger_commit(txn, &err), &err, "commit");
}

void book_close(book *to)
{
    store_reader_close(to->reader);
    ledger_close(to->ledger);
    store_close(to->db);
    lj_arena_free(to->arena);
    if (to->place[0] != '\0') {
        char other[300];
        static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
        for (size_t i = 0; i < LJ_COUNT_OF(ends); i++) {
            snprintf(other, sizeof other, "%s%s", to->place, ends[i]);
            unlink(other);
        }
    }
}

const char *book_id(const uint8_t id[16])
{
    static char ring[8][37];
    static unsigned at;
    at = (at + 1) % 8;
    ledger_id_print(id, ring[at]);
    return ring[at];
}

static uint32_t read_fields(book *on, const ledger_type *type, const char *text,
                            ledger_input *inputs)
{
    uint32_t count = 0;
    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, ";");
        const char *equals = memchr(text, '=', len);
        assert_non_null(equals);
        int field = ledger_field_find(type, text, (size_t)(equals - text));
        if (field < 0) {
            print_error("no field %.*s in %s\n", (int)(equals - text), text, type->name);
            fail();
        }
        inputs[count].field = (uint32_t)field;
        lj_slice value = lj_slice_of(equals + 1, len - (size_t)(equals - text) - 1);
        const char *why = ledger_value_read(on->ledger, &type->fields[field], value, on->arena,
                                            &inputs[count].value);
        if (why != NULL) {
            print_error("%.*s: %s\n", (int)len, text, why);
            fail();
        }
        count++;
        text += len + (text[len] == ';' ? 1 : 0);
    }
    return count;
}

static int64_t newest(book *on, const ledger_type *type, const uint8_t *id)
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    ledger_record *record = NULL;
    lj_err err = {0};
    need(ledger_read(on->ledger, on->reader, &kernel, type, id, on->arena, &record, NULL, &err),
         &err, "read");
    return record->version;
}

static lj_code apply(book *on, const ledger_actor *actor, const book_change *change, bool is_kept,
                     ledger_outcome *out)
{
    const ledger_type *type = ledger_type_lookup(change->type, strlen(change->type));
    assert_non_null(type);
    ledger_input inputs[LEDGER_FIELD_MAX];
    ledger_change own = {.type = type,
                         .id = change->id,
                         .is_new = change->id == NULL || change->is_new,
                         .event = change->event,
                         .state = change->state - 1,
                         .inputs = inputs,
                         .input_count = read_fields(on, type, change->fields, inputs),
                         .happened_on =
                             change->happened_on != 0 ? change->happened_on : LEDGER_NO_DAY,
                         .for_post = change->for_post,
                         .source = change->source,
                         .opening_signer = change->second};
    if (change->reason != NULL) {
        own.reason = lj_cstr_bytes(change->reason);
    }
    if (change->more != NULL) {
        inputs[own.input_count++] = *change->more;
    }
    if (!own.is_new) {
        own.seen = change->seen != 0 ? change->seen : newest(on, type, change->id);
    }
    ledger_actor now = *actor;
    now.now = ledger_now_of(on->at);
    ledger_txn *txn = NULL;
    lj_err err = {0};
    need(ledger_begin(on->ledger, &now, on->arena, &txn, &err), &err, "begin");
    lj_code code = ledger_apply(txn, &own, out, &err);
    if (code == LJ_OK && is_kept) {
        need(ledger_commit(txn, &err), &err, "commit");
    } else {
        ledger_rollback(txn);
    }
    if (code == LJ_E_IO || code == LJ_E_INTERNAL || code == LJ_E_FORMAT || code == LJ_E_BUSY) {
        need(code, &err, "apply");
    }
    return code;
}

lj_code book_apply(book *on, const ledger_actor *actor, const book_change *change,
                   ledger_outcome *out)
{
    return apply(on, actor, change, true, out);
}

lj_code book_try(book *on, const ledger_actor *actor, const book_change *change,
                 ledger_outcome *out)
{
    return apply(on, actor, change, false, out);
}

void book_do(book *on, const ledger_actor *actor, const book_change *change, uint8_t out_id[16])
{
    ledger_outcome out;
    lj_code code = book_apply(on, actor, change, &out);
    if (code != LJ_OK) {
        print_error("%s %s: %s, refused %s, %u problems %s %s, lacks %u\n", change->type,
                    change->event != NULL ? change->event : "-", lj_code_row_of(code)->name,
                    out.refused != NULL ? out.refused : "-", out.problem_count,
                    out.problem_count > 0 ? out.problems[0].field : "",
                    out.problem_count > 0 ? out.problems[0].code : "", out.missing_count);
        fail();
    }
    if (out_id != NULL) {
        memcpy(out_id, out.record->id, 16);
    }
}

bool book_post(book *on, const uint8_t *unit, const char *role, uint8_t out[16])
{
    unit = unit != NULL ? unit : on->ids.bureau;
    ledger_actor kernel = ledger_actor_kernel(on->at);
    const ledger_type *type = ledger_type_lookup("post", 4);
    ledger_query query = {.type = type, .state = -1, .unit = lj_slice_of(unit, 16), .most = 200};
    ledger_page page;
    lj_err err = {0};
    need(ledger_list_page(on->ledger, on->reader, &kernel, &query, on->arena, &page, &err), &err,
         "posts");
    int at = ledger_field_find(type, "role", 4);
    for (uint32_t i = 0; i < page.count; i++) {
        if (lj_slice_is(page.records[i]->values[at].bytes, lj_cstr_bytes(role))) {
            memcpy(out, page.records[i]->id, 16);
            return true;
        }
    }
    return false;
}

ledger_actor book_actor(book *on, const char *name, const uint8_t *unit, const char *role)
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    const uint8_t *at = unit != NULL ? unit : on->ids.bureau;
    char fields[400];
    uint8_t post[16];
    if (!book_post(on, at, role, post)) {
        snprintf(fields, sizeof fields, "unit=%s;role=%s;title=%s", book_id(at), role, role);
        book_do(on, &kernel, &(book_change){.type = "post", .fields = fields}, post);
    }
    uint8_t *person = lj_arena_alloc(on->arena, 16);
    snprintf(fields, sizeof fields, "name=%s;unit=%s;kind=staff", name, book_id(at));
    book_do(on, &kernel, &(book_change){.type = "person", .fields = fields}, person);
    snprintf(fields, sizeof fields, "person=%s;post=%s;since=2023-01-01", book_id(person),
             book_id(post));
    book_do(on, &kernel, &(book_change){.type = "assignment", .fields = fields}, NULL);
    const ledger_role *row = ledger_role_lookup(role, (uint32_t)strlen(role));
    uint8_t *account = lj_arena_alloc(on->arena, 16);
    ledger_id_make(on->ledger, on->at, account);
    uint8_t *unit_copy = lj_arena_alloc(on->arena, 16);
    memcpy(unit_copy, at, 16);
    ledger_actor actor = {.account = store_bytes(lj_slice_of(account, 16)),
                          .person = store_bytes(lj_slice_of(person, 16)),
                          .post_count = 1,
                          .now = ledger_now_of(on->at)};
    actor.posts[0] =
        (ledger_post){.unit = store_bytes(lj_slice_of(unit_copy, 16)), .role = row->bit};
    memcpy(actor.posts[0].id, post, 16);
    actor.posts[0].department = book_read(on, "post", post)->department;
    return actor;
}

static void make_unit(book *on, const ledger_actor *leader, const char *name, uint8_t out[16])
{
    char fields[200];
    snprintf(fields, sizeof fields, "name=%s;kind=organ;supervised_from=2023-01-01", name);
    book_do(on, leader, &(book_change){.type = "unit", .fields = fields}, out);
    book_do(on, leader, &(book_change){.type = "unit", .id = out, .event = "supervise"}, NULL);
}

void book_town_open(book_town *to, bool is_classified)
{
    *to = (book_town){0};
    book *on = &to->on;
    book_open_as(on, is_classified, SEAL_SM3);
    to->kernel = ledger_actor_kernel(on->at);
    to->leader = book_actor(on, "赵局长", NULL, "bureau_leader");
    to->inspector = book_actor(on, "钱检查", NULL, "inspector");
    to->committee = book_actor(on, "孙委员", NULL, "committee");
    static const char *const units[2] = {"区教育局", "区水利局"};
    for (int i = 0; i < 2; i++) {
        char fields[200];
        make_unit(on, &to->leader, units[i], to->unit[i]);
        to->head[i] = book_actor(on, "李主任", to->unit[i], "unit_head");
        to->watch[i] = book_actor(on, "周分管", to->unit[i], "responsible_leader");
        to->officer[i] = book_actor(on, "吴保密", to->unit[i], "secrecy_officer");
        snprintf(fields, sizeof fields, "unit=%s;name=办公室", book_id(to->unit[i]));
        book_do(on, &to->leader, &(book_change){.type = "department", .fields = fields},
                to->department[i]);
        to->office[i] = book_actor(on, "郑处长", to->unit[i], "department_head");
        to->person[i] = book_actor(on, "王职员", to->unit[i], "person");
    }
    to->nobody = to->person[0];
    to->nobody.post_count = 0;
    to->nobody.person = store_null();
}

void book_town_close(book_town *to)
{
    book_close(&to->on);
}

void book_appoint(book *on, const ledger_actor *actor, const uint8_t *unit, const char *role)
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    const uint8_t *at = unit != NULL ? unit : on->ids.bureau;
    uint8_t post[16];
    char fields[200];
    if (!book_post(on, at, role, post)) {
        snprintf(fields, sizeof fields, "unit=%s;role=%s;title=%s", book_id(at), role, role);
        book_do(on, &kernel, &(book_change){.type = "post", .fields = fields}, post);
    }
    snprintf(fields, sizeof fields, "person=%s;post=%s;since=2023-01-01",
             book_id(actor->person.bytes.ptr), book_id(post));
    book_do(on, &kernel, &(book_change){.type = "assignment", .fields = fields}, NULL);
}

const char *book_text(book *on, const char *template, const uint8_t *a, const uint8_t *b)
{
    const uint8_t *ids[] = {a, b};
    lj_buf text;
    lj_buf_init(&text, on->arena, 1000);
    size_t used = 0;
    for (; *template != '\0'; template ++) {
        if (template[0] == '%' && template[1] == 's') {
            assert_true(used < LJ_COUNT_OF(ids) && ids[used] != NULL);
            lj_buf_put_cstr(&text, book_id(ids[used++]));
            template ++;
        } else {
            lj_buf_put_u8(&text, (uint8_t) * template);
        }
    }
    lj_buf_put_u8(&text, 0);
    assert_true(lj_buf_ok(&text));
    return (const char *)lj_buf_slice(&text).ptr;
}

const char *book_day(int64_t on_day)
{
    static char ring[8][CALENDAR_TEXT_CAP];
    static unsigned at;
    at = (at + 1) % 8;
    calendar_format((int32_t)on_day, ring[at]);
    return ring[at];
}

int64_t book_today(const book *on)
{
    return ledger_now_of(on->at).today;
}

void book_next_day(book *on, int days)
{
    on->at += (int64_t)days * 86400000;
}

ledger_record *book_read(book *on, const char *type, const uint8_t id[16])
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    ledger_record *record = NULL;
    lj_err err = {0};
    lj_code code =
        ledger_read(on->ledger, on->reader, &kernel, ledger_type_lookup(type, strlen(type)), id,
                    on->arena, &record, NULL, &err);
    if (code != LJ_E_NOT_FOUND) {
        need(code, &err, "read");
    }
    return record;
}

const store_value *book_value(const ledger_record *record, const char *field)
{
    int at = ledger_field_find(record->type, field, strlen(field));
    if (at < 0) {
        fail_msg("no field %s", field);
    }
    return &record->values[at];
}

int64_t book_num(book *on, const store_query *query, const store_value *args, size_t count)
{
    const store_value *columns = NULL;
    lj_err err = {0};
    need(store_one(on->reader, query, args, count, on->arena, &columns, &err), &err, query->name);
    return columns != NULL ? columns[0].num : 0;
}

int64_t book_of(book *on, const store_query *query, const uint8_t id[16])
{
    const store_value args[] = {store_int(1), store_bytes(lj_slice_of(id, 16))};
    return book_num(on, query, args, LJ_COUNT_OF(args));
}

int64_t book_of_state(book *on, const store_query *query, const uint8_t id[16], int64_t state)
{
    const store_value args[] = {store_int(1), store_bytes(lj_slice_of(id, 16)), store_int(state)};
    return book_num(on, query, args, LJ_COUNT_OF(args));
}

int64_t book_log_size(book *on)
{
    store_value district = store_int(1);
    return book_num(on, &q_audit_head_read, &district, 1);
}

lj_code book_sign(book *on, const ledger_actor *actor, const ledger_signing *signing,
                  ledger_outcome *out)
{
    ledger_signing own = *signing;
    if (own.seen == 0) {
        own.seen = newest(on, own.type, own.id);
    }
    ledger_actor now = *actor;
    now.now = ledger_now_of(on->at);
    ledger_txn *txn = NULL;
    lj_err err = {0};
    need(ledger_begin(on->ledger, &now, on->arena, &txn, &err), &err, "begin");
    lj_code code = ledger_sign_move(txn, &own, out, &err);
    if (code == LJ_OK) {
        need(ledger_commit(txn, &err), &err, "commit");
    } else {
        ledger_rollback(txn);
    }
    return code;
}

void book_account_make(book *on, const uint8_t person[16], const uint8_t (*posts)[16],
                       uint32_t post_count, uint8_t out_account[16])
{
    store_conn *conn = NULL;
    lj_err err = {0};
    ledger_id_make(on->ledger, on->at, out_account);
    store_value district = store_int(1);
    store_value account = store_bytes(lj_slice_of(out_account, 16));
    char name[37];
    ledger_id_print(out_account, name);
    need(store_write_begin(on->db, &conn, &err), &err, "begin");
    const store_value args[] = {district, account, store_cstr(name),
                                person != NULL ? store_bytes(lj_slice_of(person, 16))
                                               : store_null()};
    need(store_run(conn, &q_book_account, args, LJ_COUNT_OF(args), NULL, NULL, &err), &err,
         "account");
    need(store_commit(conn, &err), &err, "commit");
    for (uint32_t i = 0; i < post_count; i++) {
        book_account_grant(on, out_account, posts[i]);
    }
}

void book_account_grant(book *on, const uint8_t account[16], const uint8_t post[16])
{
    store_conn *conn = NULL;
    lj_err err = {0};
    uint8_t id[16];
    ledger_id_make(on->ledger, on->at, id);
    const store_value args[] = {store_int(1), store_bytes(lj_slice_of(id, 16)),
                                store_bytes(lj_slice_of(account, 16)),
                                store_bytes(lj_slice_of(post, 16)), store_int(0)};
    need(store_write_begin(on->db, &conn, &err), &err, "begin");
    need(store_run(conn, &q_book_account_grant, args, LJ_COUNT_OF(args), NULL, NULL, &err), &err,
         "grant");
    need(store_commit(conn, &err), &err, "commit");
}

/* xorshift64*, Vigna 2016 */
uint64_t book_random_next(book_random *random)
{
    uint64_t x = random->state != 0 ? random->state : 1;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    random->state = x;
    return x * UINT64_C(2685821657736338717);
}

uint32_t book_random_below(book_random *random, uint32_t below)
{
    return (uint32_t)((book_random_next(random) >> 32) % below);
}

uint64_t book_seed(void)
{
    const char *text = getenv("LIJIAN_SEED");
    return text != NULL ? strtoull(text, NULL, 0) : UINT64_C(20230510);
}

/* ---- the log ---- */
typedef struct log_scan {
    book *on;
    seal_hasher hasher;
    seal_edge edge;
    int64_t at, most;
    seal_digest middle; /* root of the first `most` */
} log_scan;

static lj_code scan_leaf(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    log_scan *scan = ctx;
    seal_leaf leaf;
    lj_arena_mark bare = lj_arena_mark_of(scan->on->arena);
    need(seal_leaf_read(columns[2].bytes, scan->on->arena, &leaf, err), err, "leaf");
    lj_arena_rewind(scan->on->arena, bare);
    if (columns[0].num != (int64_t)scan->edge.size || (int64_t)leaf.seq != columns[0].num ||
        columns[1].num < scan->at || leaf.at != columns[1].num) {
        fail_msg("log, entry %lld: out of order, or not at its place", (long long)columns[0].num);
    }
    scan->at = columns[1].num;
    seal_digest hash = seal_leaf_hash(&scan->hasher, columns[2].bytes);
    seal_edge_add(&scan->edge, &scan->hasher, &hash);
    if ((int64_t)scan->edge.size == scan->most) {
        scan->middle = seal_edge_root(&scan->edge, &scan->hasher);
    }
    return LJ_OK;
}

static lj_code node_of(void *ctx, uint32_t level, uint64_t idx, seal_digest *out, lj_err *err)
{
    book *on = ((log_scan *)ctx)->on;
    const store_value args[] = {store_int(1), store_int(level), store_int((int64_t)idx)};
    const store_value *columns = NULL;
    lj_code code = store_one(on->reader, &q_audit_node_of, args, 3, on->arena, &columns, err);
    if (code == LJ_OK && (columns == NULL || columns[0].bytes.len != SEAL_DIGEST_LEN)) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "no such node");
    }
    if (code == LJ_OK) {
        memcpy(out->bytes, columns[0].bytes.ptr, SEAL_DIGEST_LEN);
    }
    return code;
}

seal_digest book_root(book *on, int64_t size)
{
    lj_err err = {0};
    int64_t now = book_log_size(on);
    size = size > 0 ? size : now;
    store_value district = store_int(1);
    const store_value *head = NULL;
    need(store_one(on->reader, &q_audit_head_read, &district, 1, on->arena, &head, &err), &err,
         "head");
    log_scan scan = {.on = on, .at = INT64_MIN, .most = size};
    need(seal_hasher_init(&scan.hasher, (seal_hash)head[2].num, &err), &err, "hash");
    const store_value args[] = {district, store_int(0), store_int(now)};
    need(store_run(on->reader, &q_audit_leaves, args, 3, scan_leaf, &scan, &err), &err, "leaves");
    assert_int_equal(scan.edge.size, now);
    seal_nodes nodes = {&scan, NULL, node_of};
    seal_digest stored;
    need(seal_merkle_root(&scan.hasher, &nodes, (uint64_t)size, &stored, &err), &err, "root");
    seal_hasher_done(&scan.hasher);
    if (!seal_digest_is(&stored, &scan.middle)) {
        fail_msg("log of %lld entries: the root of the nodes is not that of the leaves",
                 (long long)size);
    }
    return stored;
}
