/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of store/migrate: what a database has against what the program knows. */
#include "support.h"

#include "base/num.h"

typedef struct state_pair {
    uint32_t have, want;
} state_pair;

static state_pair state_of(test_box *box, const store_schema *schema)
{
    lj_err err = {0};
    store_schema_state state = {99, 99};
    assert_int_equal(store_schema_with(box->db, schema, &state, &err), LJ_OK);
    return (state_pair){state.have, state.want};
}

static void open_bare(test_box *box)
{
    lj_err err = {0};
    box_new(box, support_engine());
    assert_int_equal(store_open(&box->options, &box->db, &err), LJ_OK);
}

static void test_migrate__a_fresh_database_gets_all_and_then_nothing(void **state)
{
    (void)state;
    test_box box;
    open_bare(&box);
    store_schema schema = support_schema();
    state_pair pair = state_of(&box, &schema);
    assert_int_equal(pair.have, 0);
    assert_int_equal(pair.want, 3);
    lj_err err = {0};
    uint32_t applied = 99;
    assert_int_equal(store_migrate_with(box.db, &schema, 1, &applied, &err), LJ_OK);
    assert_int_equal(applied, 3);
    assert_int_equal(store_migrate_with(box.db, &schema, 2, &applied, &err), LJ_OK);
    assert_int_equal(applied, 0);
    pair = state_of(&box, &schema);
    assert_int_equal(pair.have, 3);
    assert_int_equal(count_values(&box), 0);
    box_free(&box);
}

static void test_migrate__the_products_own_apply(void **state)
{
    (void)state;
    test_box box;
    open_bare(&box);
    lj_err err = {0};
    uint32_t applied = 0;
    store_schema_state found = {0, 0};
    if (store_migrate(box.db, 1, &applied, &err) != LJ_OK) {
        fail_msg("%s", err.what);
    }
    assert_int_equal(applied, store_migration_count);
    assert_int_equal(store_schema_of(box.db, &found, &err), LJ_OK);
    assert_int_equal(found.have, found.want);
    box_free(&box);
}

static void test_migrate__what_is_missing_is_added(void **state)
{
    (void)state;
    test_box box;
    open_bare(&box);
    store_schema all = support_schema();
    lj_err err = {0};
    for (uint32_t count = 1; count <= 3; count++) {
        store_schema part = all;
        part.migration_count = count;
        uint32_t applied = 0;
        assert_int_equal(store_migrate_with(box.db, &part, count, &applied, &err), LJ_OK);
        assert_int_equal(applied, 1);
        state_pair pair = state_of(&box, &all);
        assert_int_equal(pair.have, count);
        assert_int_equal(pair.want, 3);
    }
    box_free(&box);
}

static void test_migrate__an_edited_migration_is_tampered(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    store_migration edited[3];
    memcpy(edited, test_store_migrations, sizeof(edited));
    store_schema schema = support_schema();
    schema.migrations = edited;
    lj_err err = {0};
    store_schema_state found = {0, 0};
    for (int i = 0; i < 3; i++) {
        memcpy(edited, test_store_migrations, sizeof(edited));
        edited[i].checksum = "0000000000000000000000000000000000000000000000000000000000000000";
        assert_int_equal(store_schema_with(box.db, &schema, &found, &err), LJ_E_TAMPERED);
        assert_int_equal(store_migrate_with(box.db, &schema, 1, NULL, &err), LJ_E_TAMPERED);
        assert_int_equal(err.at, edited[i].no);
    }
    memcpy(edited, test_store_migrations, sizeof(edited));

    edited[1].no = 4;
    edited[2].no = 5;
    assert_int_equal(store_schema_with(box.db, &schema, &found, &err), LJ_E_TAMPERED);
    box_free(&box);
}

static void test_migrate__a_newer_database_is_unsupported(void **state)
{
    (void)state;
    test_box box;
    box_fresh(&box);
    lj_err err = {0};
    store_schema_state found = {0, 0};
    store_schema old = support_schema();
    for (old.migration_count = 1; old.migration_count < 3; old.migration_count++) {
        assert_int_equal(store_schema_with(box.db, &old, &found, &err), LJ_E_UNSUPPORTED);
        assert_int_equal(store_migrate_with(box.db, &old, 1, NULL, &err), LJ_E_UNSUPPORTED);
    }
    box_free(&box);
}

static void test_migrate__one_that_fails_leaves_nothing_of_itself(void **state)
{
    (void)state;
    static const char fails[] = "CREATE TABLE half (id bigint); INSERT INTO nowhere VALUES (1);";
    test_box box;
    open_bare(&box);
    store_migration list[3];
    memcpy(list, test_store_migrations, sizeof(list));
    list[2].sqlite = fails;
    list[2].postgres = fails;
    store_schema schema = support_schema();
    schema.migrations = list;
    lj_err err = {0};
    for (int i = 0; i < 2; i++) { /* the second time meets the same: no half table is there */
        assert_int_equal(store_migrate_with(box.db, &schema, 1, NULL, &err), LJ_E_INTERNAL);
        state_pair pair = state_of(&box, &schema);
        assert_int_equal(pair.have, 2);
    }
    schema = support_schema();
    uint32_t applied = 0;
    assert_int_equal(store_migrate_with(box.db, &schema, 1, &applied, &err), LJ_OK);
    assert_int_equal(applied, 1);
    box_free(&box);
}

int main(int argc, char **argv)
{
    if (!support_begin(argc, argv)) {
        return 64;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_migrate__a_fresh_database_gets_all_and_then_nothing),
        cmocka_unit_test(test_migrate__the_products_own_apply),
        cmocka_unit_test(test_migrate__what_is_missing_is_added),
        cmocka_unit_test(test_migrate__an_edited_migration_is_tampered),
        cmocka_unit_test(test_migrate__a_newer_database_is_unsupported),
        cmocka_unit_test(test_migrate__one_that_fails_leaves_nothing_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
