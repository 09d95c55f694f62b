/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Imports of the kernel: which record a row means, faults by cell, preview, commit, undo. */
#include "ledger/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/os.h"
#include "book.h"

enum { SIDE_MAX = 64 * 1024 * 1024, CELLS = 12 };

static const ledger_type *type_of(const char *name)
{
    return ledger_type_lookup(name, strlen(name));
}

/* A pass that was begun; rows are "field=text;field=text", "#=U-0001" is the number. */
typedef struct pass {
    book *on;
    ledger_actor actor;
    ledger_txn *txn;
    ledger_import *import;
    lj_arena *side, *own;
    const ledger_import_result *result;
    uint32_t row_no;
} pass;

static lj_code pass_begin(pass *to, book *on, const ledger_actor *actor, const char *type,
                          const uint8_t *id)
{
    lj_err err = {0};
    *to = (pass){.on = on, .actor = *actor, .row_no = 1};
    to->actor.now = ledger_now_of(on->at);
    to->side = lj_arena_new(SIDE_MAX);
    to->own = lj_arena_new(SIDE_MAX);
    assert_int_equal(ledger_begin(on->ledger, &to->actor, to->own, &to->txn, &err), LJ_OK);
    lj_code code = ledger_import_begin(to->txn, type_of(type), id, to->side, &to->import, &err);
    if (code == LJ_OK) {
        to->result = ledger_import_result_of(to->import);
    }
    return code;
}

static void pass_end(pass *to, bool commit)
{
    lj_err err = {0};
    if (commit) {
        assert_int_equal(ledger_commit(to->txn, &err), LJ_OK);
    } else {
        ledger_rollback(to->txn);
    }
    lj_arena_free(to->own);
}

static void pass_free(pass *to)
{
    lj_arena_free(to->side);
}

static void row(pass *to, const ledger_type *type, const char *text)
{
    ledger_sheet sheet;
    ledger_sheet_of(type, &sheet);
    ledger_import_cell cells[LEDGER_IMPORT_COLUMNS_MAX] = {0};
    while (*text != '\0') {
        size_t len = strcspn(text, ";");
        const char *equals = memchr(text, '=', len);
        assert_non_null(equals);
        int column = *text == '#' ? 0 : -1;
        for (uint32_t i = 1; i < sheet.column_count && column < 0; i++) {
            const char *name = type->fields[sheet.fields[i]].name;
            column = strlen(name) == (size_t)(equals - text) &&
                             memcmp(name, text, (size_t)(equals - text)) == 0
                         ? (int)i
                         : -1;
        }
        assert_true(column >= 0);
        cells[column].text = lj_slice_of(equals + 1, len - (size_t)(equals - text) - 1);
        if (lj_slice_is(cells[column].text, LJ_BYTES("!"))) {
            cells[column].fault = "formula";
        }
        text += len + (text[len] == ';' ? 1 : 0);
    }
    lj_err err = {0};
    lj_code code = ledger_import_row(to->import, ++to->row_no, cells, &err);
    if (code != LJ_OK) {
        print_error("row %u: %s %s\n", to->row_no, lj_code_row_of(code)->name,
                    err.what != NULL ? err.what : "");
    }
    assert_int_equal(code, LJ_OK);
}

static void expect_error(const pass *on, uint32_t at, uint32_t row_no, const char *field,
                         const char *code)
{
    assert_true(at < on->result->error_count);
    const ledger_import_error *error = &on->result->errors[at];
    ledger_sheet sheet;
    ledger_sheet_of(type_of(strcmp(field, "#") == 0 ? "unit" : "person"), &sheet);
    assert_string_equal(error->code, code);
    assert_int_equal(error->row_no, row_no);
}

static void expect_counts(const pass *on, uint32_t made, uint32_t changed, uint32_t same,
                          uint32_t faulty)
{
    if (on->result->new_count != made || on->result->changed_count != changed ||
        on->result->same_count != same || on->result->faulty_count != faulty) {
        print_error("new %u changed %u same %u faulty %u\n", on->result->new_count,
                    on->result->changed_count, on->result->same_count, on->result->faulty_count);
        for (uint32_t i = 0; i < on->result->error_count; i++) {
            print_error("  row %u column %d %s %s\n", on->result->errors[i].row_no,
                        on->result->errors[i].column, on->result->errors[i].code,
                        on->result->errors[i].refused != NULL ? on->result->errors[i].refused : "");
        }
    }
    assert_int_equal(on->result->new_count, made);
    assert_int_equal(on->result->changed_count, changed);
    assert_int_equal(on->result->same_count, same);
    assert_int_equal(on->result->faulty_count, faulty);
}

/* Keeps a file of one byte, so that there is an import to commit to. */
static void keep(book *on, const ledger_actor *actor, const char *type, uint8_t id[16])
{
    ledger_actor now = *actor;
    now.now = ledger_now_of(on->at);
    ledger_txn *txn = NULL;
    lj_err err = {0};
    assert_int_equal(ledger_begin(on->ledger, &now, on->arena, &txn, &err), LJ_OK);
    assert_int_equal(ledger_import_keep(txn, type_of(type), LJ_BYTES("x"), id, &err), LJ_OK);
    assert_int_equal(ledger_commit(txn, &err), LJ_OK);
}

static void done(pass *to, const uint8_t id[16])
{
    lj_err err = {0};
    static const uint8_t sha256[32] = {1};
    assert_int_equal(ledger_import_done(to->txn, id, sha256, &err), LJ_OK);
}

static lj_code undo(book *on, const ledger_actor *actor, const uint8_t id[16],
                    ledger_import_undone *out)
{
    ledger_actor now = *actor;
    now.now = ledger_now_of(on->at);
    ledger_txn *txn = NULL;
    lj_err err = {0};
    assert_int_equal(ledger_begin(on->ledger, &now, on->arena, &txn, &err), LJ_OK);
    lj_code code = ledger_import_undo(txn, id, out, &err);
    if (code == LJ_OK) {
        assert_int_equal(ledger_commit(txn, &err), LJ_OK);
    } else {
        ledger_rollback(txn);
    }
    return code;
}

/* ---- tests ---- */
static void test_import__a_preview_counts_and_leaves_nothing(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    const ledger_type *unit = type_of("unit");
    for (int i = 0; i < 2; i++) { /* the second time is as the first */
        pass to;
        assert_int_equal(pass_begin(&to, &on, &leader, "unit", NULL), LJ_OK);
        row(&to, unit, "name=区教育局;kind=机关");
        row(&to, unit, "name=区教育局;kind=organ"); /* twice in the file */
        row(&to, unit, "name=区民政局;kind=organ;parent=区教育局;key_unit=是");
        row(&to, unit, "#=U-0001;name=清河区保密局");
        row(&to, unit, "#=u-0001;short_name=保密局"); /* meant above already */
        row(&to, unit, "name=区;kind=nothing;staff_count=!");
        row(&to, unit, "#=U-0099;name=没有的");
        expect_counts(&to, 2, 0, 1, 4);
        expect_error(&to, 0, 3, "#", "not_unique");
        expect_error(&to, 1, 6, "#", "twice");
        assert_string_equal(to.result->errors[2].code, "unknown_code");
        assert_string_equal(to.result->errors[3].code, "formula");
        assert_string_equal(to.result->errors[4].code, "too_short");
        assert_int_equal(to.result->errors[4].column, 1);
        expect_error(&to, 5, 8, "#", "unknown_record");
        pass_end(&to, false);
        pass_free(&to);
    }
    book_close(&on);
}

static void make_units(book *on, const ledger_actor *leader, uint8_t a[16], uint8_t b[16])
{
    book_do(on, leader, &(book_change){.type = "unit", .fields = "name=区教育局;kind=organ"}, a);
    book_do(on, leader, &(book_change){.type = "unit", .fields = "name=区民政局;kind=organ"}, b);
}

static void test_import__references_by_number_title_and_id(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t a[16];
    uint8_t b[16];
    make_units(&on, &leader, a, b);
    char fields[200];
    for (int i = 0; i < 2; i++) {
        snprintf(fields, sizeof fields, "unit=%s;name=办公室", book_id(i == 0 ? a : b));
        book_do(&on, &leader, &(book_change){.type = "department", .fields = fields}, NULL);
    }
    pass to;
    assert_int_equal(pass_begin(&to, &on, &leader, "person", NULL), LJ_OK);
    const ledger_type *person = type_of("person");
    row(&to, person, "name=李一;unit=U-0002");
    row(&to, person, "name=李二;unit=区教育局;department=办公室"); /* the one of the unit */
    row(&to, person, "name=李三;unit=U-0002 区教育局");
    row(&to, person, "name=李四;unit=U-0002 区民政局"); /* number and name disagree */
    row(&to, person, "name=李五;unit=区商务局");
    row(&to, person, "name=李六;unit=U-0077");
    row(&to, person, "name=李七;unit=清河区保密局;department=办公室"); /* of two other units */
    snprintf(fields, sizeof fields, "name=李八;unit=%s", book_id(b));
    row(&to, person, fields);
    expect_counts(&to, 4, 0, 0, 4);
    expect_error(&to, 0, 5, "unit", "other_name");
    expect_error(&to, 1, 6, "unit", "unknown_record");
    expect_error(&to, 2, 7, "unit", "unknown_record");
    expect_error(&to, 3, 8, "department", "ambiguous");
    pass_end(&to, false);
    pass_free(&to);
    book_close(&on);
}

static void test_import__an_officer_reaches_his_own_unit_only(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t a[16];
    uint8_t b[16];
    make_units(&on, &leader, a, b);
    ledger_actor officer = book_actor(&on, "王一", a, "secrecy_officer");
    ledger_actor other = book_actor(&on, "王二", b, "secrecy_officer"); /* P-0003 */
    (void)other;
    pass to;
    assert_int_equal(pass_begin(&to, &on, &officer, "person", NULL), LJ_OK);
    const ledger_type *person = type_of("person");
    row(&to, person, "name=李一;unit=区教育局");
    row(&to, person, "name=李二;unit=区民政局"); /* not in the list that he sees */
    row(&to, person, "name=李三;unit=U-0003");
    row(&to, person, "#=P-0003;name=改名");
    expect_counts(&to, 1, 0, 0, 3);
    expect_error(&to, 0, 3, "unit", "unknown_record");
    expect_error(&to, 2, 5, "#", "unknown_record");
    pass_end(&to, false);
    pass_free(&to);
    assert_int_equal(pass_begin(&to, &on, &officer, "notice", NULL), LJ_E_FORBIDDEN);
    pass_end(&to, false);
    pass_free(&to);
    book_close(&on);
}

static ledger_record *read_unit(book *on, const char *number)
{
    ledger_actor kernel = ledger_actor_kernel(on->at);
    ledger_query query = {.type = type_of("unit"), .state = -1, .most = 200};
    ledger_page page;
    lj_err err = {0};
    assert_int_equal(
        ledger_list_page(on->ledger, on->reader, &kernel, &query, on->arena, &page, &err), LJ_OK);
    for (uint32_t i = 0; i < page.count; i++) {
        if (lj_slice_is(page.records[i]->number.bytes, lj_cstr_bytes(number))) {
            return page.records[i];
        }
    }
    return NULL;
}

static void test_import__undo_takes_back_what_nobody_touched(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    const ledger_type *unit = type_of("unit");
    uint8_t a[16];
    uint8_t b[16];
    make_units(&on, &leader, a, b);
    uint8_t id[16];
    keep(&on, &leader, "unit", id);
    pass to;
    assert_int_equal(pass_begin(&to, &on, &leader, "unit", id), LJ_OK);
    row(&to, unit, "#=U-0002;short_name=教育;phone=1234567");
    row(&to, unit, "#=U-0003;short_name=民政");
    row(&to, unit, "name=区商务局;kind=organ");
    row(&to, unit, "name=区司法局;kind=organ");
    expect_counts(&to, 2, 2, 0, 0);
    done(&to, id);
    pass_end(&to, true);
    pass_free(&to);
    int64_t made = 0;
    int64_t changed = 0;
    lj_err err = {0};
    assert_int_equal(ledger_import_count(on.ledger, on.reader, id, &made, &changed, &err), LJ_OK);
    assert_int_equal(made, 8); /* three posts each */
    assert_int_equal(changed, 2);
    ledger_record *touched = read_unit(&on, "U-0005");
    book_do(&on, &leader, &(book_change){.type = "unit", .id = touched->id, .fields = "phone=1"},
            NULL);
    ledger_actor other = book_actor(&on, "张二", NULL, "inspector");
    ledger_import_undone undone;
    assert_int_equal(undo(&on, &other, id, &undone), LJ_E_NOT_FOUND);
    assert_int_equal(undo(&on, &leader, id, &undone), LJ_OK);
    assert_int_equal(undone.void_count, 7);
    assert_int_equal(undone.restored_count, 2);
    assert_int_equal(undone.kept_count, 1);
    assert_string_equal(undone.kept[0].reason, "touched");
    assert_int_equal(undo(&on, &leader, id, &undone), LJ_E_CONFLICT);
    assert_null(read_unit(&on, "U-0004"));
    assert_non_null(read_unit(&on, "U-0005"));
    ledger_record *back = read_unit(&on, "U-0002");
    int at = ledger_field_find(unit, "phone", 5);
    assert_int_equal(back->values[at].kind, STORE_NULL);
    assert_int_equal(back->version, 3);
    book_close(&on);
}

static void test_import__a_mask_is_no_identity_number(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    const ledger_type *person = type_of("person");
    uint8_t made[16];
    char fields[300];
    snprintf(fields, sizeof fields, "name=李一;unit=%s;id_hash=990101199001011234",
             book_id(on.ids.bureau));
    book_do(&on, &leader, &(book_change){.type = "person", .fields = fields}, made);
    pass to;
    assert_int_equal(pass_begin(&to, &on, &leader, "person", NULL), LJ_OK);
    row(&to, person, "#=P-0002;id_hash=****1234");
    row(&to, person, "name=李二;unit=U-0001;id_hash=****1234");
    row(&to, person, "name=李三;unit=U-0001;id_hash=990101199001015678");
    expect_counts(&to, 1, 0, 1, 1);
    expect_error(&to, 0, 3, "id_hash", "masked");
    pass_end(&to, false);
    pass_free(&to);
    book_close(&on);
}

/* 20,000 rows: at most 3 s on the reference machine (LIJIAN_IMPORT_ROWS=20000); here fewer. */
static void test_import__many_rows(void **state)
{
    (void)state;
    const char *asked = getenv("LIJIAN_IMPORT_ROWS");
    uint32_t count = 0;
    for (const char *at = asked != NULL ? asked : "400"; *at != '\0'; at++) {
        count = count * 10 + (uint32_t)(*at - '0');
    }
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t id[16];
    keep(&on, &leader, "person", id);
    pass to;
    uint64_t start = lj_os_mono_ms();
    assert_int_equal(pass_begin(&to, &on, &leader, "person", id), LJ_OK);
    char fields[200];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(fields, sizeof fields, "name=王%c%c;unit=U-0001;kind=staff;joined_on=2020-01-%02u",
                 'A' + (int)(i % 26), 'a' + (int)(i / 26 % 26), i % 28 + 1);
        row(&to, type_of("person"), fields);
    }
    expect_counts(&to, count, 0, 0, 0);
    done(&to, id);
    pass_end(&to, true);
    print_message("%u rows in %u ms\n", count, (unsigned)(lj_os_mono_ms() - start));
    pass_free(&to);
    ledger_import_undone undone;
    start = lj_os_mono_ms();
    assert_int_equal(undo(&on, &leader, id, &undone), LJ_OK);
    print_message("undone in %u ms\n", (unsigned)(lj_os_mono_ms() - start));
    assert_int_equal(undone.void_count, count);
    book_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_import__a_preview_counts_and_leaves_nothing),
        cmocka_unit_test(test_import__references_by_number_title_and_id),
        cmocka_unit_test(test_import__an_officer_reaches_his_own_unit_only),
        cmocka_unit_test(test_import__undo_takes_back_what_nobody_touched),
        cmocka_unit_test(test_import__a_mask_is_no_identity_number),
        cmocka_unit_test(test_import__many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
