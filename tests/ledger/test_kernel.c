/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The kernel on a small district: rights, versions, bounds, moves. Each test makes its own ledger.
 */
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "book.h"

static void test_kernel__a_unit_gets_its_number_posts_and_entries(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t unit[16];
    book_do(&on, &leader, &(book_change){.type = "unit", .fields = "name=区教育局;kind=organ"},
            unit);
    ledger_record *record = NULL;
    lj_err err = {0};
    const ledger_type *type = ledger_type_lookup("unit", 4);
    assert_int_equal(
        ledger_read(on.ledger, on.reader, &leader, type, unit, on.arena, &record, NULL, &err),
        LJ_OK);
    assert_int_equal(record->version, 1);
    assert_true(lj_slice_is(record->number.bytes, lj_cstr_bytes("U-0002")));
    ledger_query query = {.type = ledger_type_lookup("post", 4),
                          .state = -1,
                          .unit = lj_slice_of(unit, 16),
                          .most = 50};
    ledger_page page;
    assert_int_equal(ledger_list_page(on.ledger, on.reader, &leader, &query, on.arena, &page, &err),
                     LJ_OK);
    assert_int_equal(page.count, 3);
    ledger_event *events = NULL;
    uint32_t count = 0;
    assert_int_equal(
        ledger_history(on.ledger, on.reader, &leader, type, unit, on.arena, &events, &count, &err),
        LJ_OK);
    assert_int_equal(count, 1);
    assert_int_equal(events[0].change_count, 2);
    book_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel__a_unit_gets_its_number_posts_and_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
