/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every query of the ledger, those made out of the record tables too, is one that the engine takes:
 * the build has tried them on SQLite, this tries them on the engine of the run. */
#include "../check.h"
#include "book.h"
#include "ledger/queries.h"
#include "store/store_priv.h"
#include "store/upkeep.h"

static void test_sql__every_query_is_prepared(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    const store_query *bad = NULL;
    lj_err err = {0};
    lj_code code = store_prepare_all(on.reader, ledger_queries, ledger_query_count, &bad, &err);
    if (code != LJ_OK) {
        fail_msg("query %s of %u: %s", bad != NULL ? bad->name : "-", ledger_query_count,
                 store_message_of(on.reader));
    }
    book_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sql__every_query_is_prepared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
