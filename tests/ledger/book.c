/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "book.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../check.h"
#include "base/os.h"
#include "ledger/calendar.h"
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
        snprintf(to->place, sizeof to->place, "/tmp/lijian-book-%d-%llx.db", (int)getpid(),
                 (unsigned long long)lj_os_random_u64());
        options.place = to->place;
    }
    need(store_open(&options, &to->db, &err), &err, "open");
    uint32_t applied = 0;
    need(store_migrate(to->db, to->at, &applied, &err), &err, "migrate");
    ledger_config config = {.db = to->db, .district = 1, .hash_key = "key", .suite = SEAL_SM3};
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

lj_code book_apply(book *on, const ledger_actor *actor, const book_change *change,
                   ledger_outcome *out)
{
    const ledger_type *type = ledger_type_lookup(change->type, strlen(change->type));
    assert_non_null(type);
    ledger_input inputs[LEDGER_FIELD_MAX];
    ledger_change own = {.type = type,
                         .id = change->id,
                         .is_new = change->id == NULL,
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
    if (change->id != NULL) {
        own.seen = change->seen != 0 ? change->seen : newest(on, type, change->id);
    }
    ledger_actor now = *actor;
    now.now = ledger_now_of(on->at);
    ledger_txn *txn = NULL;
    lj_err err = {0};
    need(ledger_begin(on->ledger, &now, on->arena, &txn, &err), &err, "begin");
    lj_code code = ledger_apply(txn, &own, out, &err);
    if (code == LJ_OK) {
        need(ledger_commit(txn, &err), &err, "commit");
    } else {
        ledger_rollback(txn);
    }
    if (code == LJ_E_IO || code == LJ_E_INTERNAL || code == LJ_E_FORMAT || code == LJ_E_BUSY) {
        need(code, &err, "apply");
    }
    return code;
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

typedef struct found_post {
    const char *role;
    uint8_t id[16];
    bool is_found;
} found_post;

/* The first post of the role in the list of the unit's posts. */
static bool find_post(book *on, const uint8_t *unit, const char *role, uint8_t out[16])
{
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
    if (!find_post(on, at, role, post)) {
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
    return actor;
}
