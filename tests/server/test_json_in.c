/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Strict JSON: what is refused where, and what the accessors say. */
#include "../check.h"
#include "base/buf.h"
#include "base/num.h"
#include "server/json_in.h"

#define DEEP8 "[[[[[[[["
#define UP8   "]]]]]]]]"

static void test_json_in__every_row(void **state)
{
    (void)state;
#define ROW(text, what)                                                                            \
    {                                                                                              \
        text, sizeof(text) - 1, what                                                               \
    }
    static const struct {
        const char *text;
        size_t len;
        const char *what; /* NULL: taken */
    } rows[] = {
        ROW("{}", NULL),
        ROW("[]", NULL),
        ROW(" {\"a\" : [1, -2, 0, true, false, null, \"x\", 1.5, 1e3]} \r\n", NULL),
        ROW("{\"a\":9007199254740992}", NULL),
        ROW("{\"a\":-9007199254740992}", NULL),
        ROW("{\"a\":\"\\u4e2d\\ud83d\\ude00\\/\\\"\\\\\\b\\f\\n\\r\\t\"}", NULL),
        ROW("{\"a\":{\"b\":1},\"b\":{\"b\":1}}", NULL),
        ROW("{\"\":1}", NULL),
        ROW("[\"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\"]", NULL),
        ROW(DEEP8 DEEP8 DEEP8 DEEP8 UP8 UP8 UP8 UP8, NULL),
        ROW(DEEP8 DEEP8 DEEP8 DEEP8 "["
                                    "]" UP8 UP8 UP8 UP8,
            "nested too deep"),
        ROW("", "the end is missing"),
        ROW("   ", "the end is missing"),
        ROW("{", "the end is missing"),
        ROW("{\"a\":1", "the end is missing"),
        ROW("1", "a wrong sign"),
        ROW("\"text\"", "a wrong sign"),
        ROW("null", "a wrong sign"),
        ROW("{\"a\":1,\"a\":2}", "duplicate key"),
        ROW("{\"a\":1,\"\\u0061\":2}", "duplicate key"),
        ROW("{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", "duplicate key"),
        ROW("{\"a\":\"\\u0000\"}", "NUL"),
        ROW("{\"a\\u0000b\":1}", "NUL"),
        ROW("{\"a\":\"x\0y\"}", "NUL"),
        ROW("{}\0", "NUL"),
        ROW("{\"a\":\"\xFF\"}", "invalid UTF-8"),
        ROW("{\"a\":\"\xC0\xAF\"}", "invalid UTF-8"),
        ROW("{\"a\":\"\xED\xA0\x80\"}", "invalid UTF-8"),
        ROW("{\"\xF5\":1}", "invalid UTF-8"),
        ROW("{\"a\":\"\\ud83d\"}", "a wrong sign"),
        ROW("{\"a\":\"\\ude00\"}", "a wrong sign"),
        ROW("{\"a\":\"\\ud83dx\"}", "a wrong sign"),
        ROW("{\"a\":9007199254740993}", "a number beyond 2^53"),
        ROW("{\"a\":-9007199254740993}", "a number beyond 2^53"),
        ROW("{\"a\":99999999999999999999}", "a number out of range"),
        ROW("{\"a\":1e999}", "a number out of range"),
        ROW("{\"a\":01}", "a wrong sign"),
        ROW("{\"a\":+1}", "a wrong sign"),
        ROW("{\"a\":.5}", "a wrong sign"),
        ROW("{\"a\":NaN}", "a wrong sign"),
        ROW("{\"a\":1,}", "a wrong sign"),
        ROW("[1,]", "a wrong sign"),
        ROW("{a:1}", "a wrong sign"),
        ROW("{'a':1}", "a wrong sign"),
        ROW("{\"a\":1}x", "bytes behind the value"),
        ROW("{}{}", "bytes behind the value"),
        ROW("{\"a\":1} // no", "bytes behind the value"),
        ROW("\xEF\xBB\xBF{}", "a wrong sign"),
        ROW("{\"a\":\"tab\there\"}", "a wrong sign"),
        ROW("{\"a\":\"\\x41\"}", "a wrong sign"),
        ROW("{\"a\":tru}", "a wrong sign"),
    };
#undef ROW
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_arena *arena = lj_arena_new(1 << 20);
        const json_node *root = NULL;
        json_fault fault = {0};
        lj_err err = {0};
        lj_code code =
            json_in_read(lj_slice_of(rows[i].text, rows[i].len), arena, &root, &fault, &err);
        CHECK_ROW(rows[i].text, code, rows[i].what == NULL ? LJ_OK : LJ_E_FORMAT);
        if (rows[i].what != NULL) {
            CHECK_ROW_TEXT(rows[i].text, fault.what, strlen(fault.what), rows[i].what);
            CHECK_ROW(rows[i].text, fault.off <= rows[i].len || fault.pointer.len > 0, true);
        }
        lj_arena_free(arena);
    }
}

static void test_json_in__names_the_place_of_a_number_too_large(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 20);
    const json_node *root = NULL;
    json_fault fault = {0};
    lj_err err = {0};
    lj_slice text = LJ_BYTES("{\"fields\":{\"a/b\":[1,{\"~\":9007199254740993}]}}");
    assert_int_equal(json_in_read(text, arena, &root, &fault, &err), LJ_E_FORMAT);
    CHECK_ROW_TEXT("pointer", fault.pointer.ptr, fault.pointer.len, "/fields/a~1b/1/~0");
    lj_arena_free(arena);
}

static void test_json_in__too_many_values_and_small_arenas_are_bounded(void **state)
{
    (void)state;
    lj_buf text;
    lj_buf_init(&text, NULL, 1 << 20);
    lj_buf_put_u8(&text, '[');
    for (int i = 0; i < JSON_IN_NODES_MAX + 2; i++) {
        lj_buf_put_cstr(&text, i > 0 ? ",1" : "1");
    }
    lj_buf_put_u8(&text, ']');
    lj_arena *arena = lj_arena_new(64 << 20);
    const json_node *root = NULL;
    json_fault fault = {0};
    lj_err err = {0};
    assert_int_equal(json_in_read(lj_buf_slice(&text), arena, &root, &fault, &err), LJ_E_FORMAT);
    assert_string_equal(fault.what, "too many values");
    lj_arena_free(arena);
    lj_buf_done(&text);
    for (size_t max = 0; max < 4096; max += 16) {
        arena = lj_arena_new(max);
        lj_code code = json_in_read(LJ_BYTES("{\"a\":[\"bc\",{\"d\":\"\"},1],\"e\":{}}"), arena,
                                    &root, &fault, &err);
        CHECK_ROW("ceiling", code == LJ_OK || code == LJ_E_LIMIT, true);
        lj_arena_free(arena);
    }
    assert_non_null(root);
}

/* The errors as "pointer code" lines. */
static void check_errors(const problem *said, const char *wanted)
{
    char found[2048] = "";
    size_t len = 0;
    for (uint32_t i = 0; i < said->error_count; i++) {
        len += (size_t)snprintf(found + len, sizeof(found) - len, "%.*s %s\n",
                                (int)said->errors[i].pointer.len, said->errors[i].pointer.ptr,
                                said->errors[i].code);
    }
    assert_string_equal(found, wanted);
}

static void test_json_in__accessors_record_each_fault_with_its_pointer(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 20);
    problem said = {.arena = arena};
    const json_node *root = NULL;
    lj_err err = {0};
    assert_int_equal(
        json_in_read(LJ_BYTES("{\"fields\":{\"name\":\"\xE4\xB8\xAD\xE6\x96\x87\",\"age\":7,\"ok\":"
                              "true,\"x\":1,\"real\":1.0,\"none\":null,\"id\":\"0190b5a2-0000-7000-"
                              "8000-000000000001\",\"list\":[1,2,3]}}"),
                     arena, &root, NULL, &err),
        LJ_OK);
    const json_node *fields = NULL;
    lj_str text = {NULL, 0};
    int64_t number = 0;
    bool truth = false;
    const json_node *list = NULL;
    assert_true(json_in_object(&said, root, "fields", JSON_REQUIRED, &fields));
    assert_true(json_in_text(&said, fields, "name", JSON_REQUIRED, 2, 2, &text));
    assert_int_equal(text.len, 6);
    assert_true(json_in_int(&said, fields, "age", JSON_REQUIRED, 0, 7, &number));
    assert_int_equal(number, 7);
    assert_true(json_in_bool(&said, fields, "ok", JSON_REQUIRED, &truth));
    assert_true(json_in_id(&said, fields, "id", JSON_REQUIRED, &text));
    assert_true(json_in_array(&said, fields, "list", JSON_REQUIRED, 3, &list));
    assert_int_equal(list->count, 3);
    assert_false(json_in_text(&said, fields, "none", JSON_OPTIONAL, 1, 9, &text));
    assert_false(json_in_text(&said, fields, "absent", JSON_OPTIONAL, 1, 9, &text));
    assert_int_equal(said.error_count, 0);

    assert_false(json_in_text(&said, fields, "name", JSON_REQUIRED, 3, 9, &text));
    assert_false(json_in_text(&said, fields, "name", JSON_REQUIRED, 0, 1, &text));
    assert_false(json_in_text(&said, fields, "age", JSON_REQUIRED, 0, 1, &text));
    assert_false(json_in_text(&said, fields, "none", JSON_REQUIRED, 0, 1, &text));
    assert_false(json_in_text(&said, fields, "absent", JSON_REQUIRED, 0, 1, &text));
    assert_false(json_in_int(&said, fields, "age", JSON_REQUIRED, 8, 9, &number));
    assert_false(json_in_int(&said, fields, "real", JSON_REQUIRED, 0, 9, &number));
    assert_false(json_in_bool(&said, fields, "age", JSON_OPTIONAL, &truth));
    assert_false(json_in_id(&said, fields, "name", JSON_OPTIONAL, &text));
    assert_false(json_in_array(&said, fields, "list", JSON_OPTIONAL, 2, &list));
    assert_false(json_in_object(&said, fields, "list", JSON_OPTIONAL, &list));
    static const char *const known[] = {"name", "age", "ok", "real", "none", "id", "list", NULL};
    json_in_only(&said, fields, known);
    json_in_fault(&said, list->first, NULL, "own", (problem_text){"is odd", "不妥"});
    check_errors(&said, "/fields/name too_short\n/fields/name too_long\n/fields/age type\n"
                        "/fields/none required\n/fields/absent required\n/fields/age range\n"
                        "/fields/real type\n/fields/age type\n/fields/name id\n"
                        "/fields/list too_many\n/fields/list type\n/fields/x unknown\n"
                        "/fields/list/0 own\n");
    lj_arena_free(arena);
}

static void test_json_in__knows_ids(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_id;
    } rows[] = {
        {"0190b5a2-0000-7000-8000-000000000001",  true },
        {"0190B5A2-0000-7000-8000-000000000001",  false},
        {"0190b5a2-0000-7000-8000-00000000000",   false},
        {"0190b5a2-0000-7000-8000-0000000000011", false},
        {"0190b5a2x0000-7000-8000-000000000001",  false},
        {"0190b5a200007000800000000000000100000", false},
        {"g190b5a2-0000-7000-8000-000000000001",  false},
        {"",                                      false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        CHECK_ROW(rows[i].text, json_in_is_uuid(lj_cstr_str(rows[i].text)), rows[i].is_id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_in__every_row),
        cmocka_unit_test(test_json_in__names_the_place_of_a_number_too_large),
        cmocka_unit_test(test_json_in__too_many_values_and_small_arenas_are_bounded),
        cmocka_unit_test(test_json_in__accessors_record_each_fault_with_its_pointer),
        cmocka_unit_test(test_json_in__knows_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
