/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of the validator: each keyword with a value that fits and one that does not. */
#include "schema.h"

#include "../check.h"

/* clang-format off */
static const struct {
    const char *name, *schema, *good, *bad;
} rows[] = {
    {"type",          "{'type':'integer'}",                        "3",               "'3'"                  },
    {"types",         "{'type':['string','null']}",                "null",            "1"                    },
    {"number",        "{'type':'number'}",                         "1.5",             "true"                 },
    {"boolean",       "{'type':'boolean'}",                        "false",           "0"                    },
    {"enum",          "{'enum':['a','b']}",                        "'b'",             "'c'"                  },
    {"const",         "{'const':7}",                               "7",               "8"                    },
    {"required",      "{'required':['a']}",                        "{'a':1}",         "{'b':1}"              },
    {"properties",    "{'properties':{'a':{'type':'string'}}}",    "{'a':'x','b':1}", "{'a':1}"              },
    {"closed",        "{'properties':{'a':true},'additionalProperties':false}", "{'a':1}", "{'a':1,'b':2}"   },
    {"others",        "{'additionalProperties':{'type':'integer'}}", "{'x':1}",       "{'x':'1'}"            },
    {"items",         "{'items':{'type':'integer'}}",              "[1,2]",           "[1,'2']"              },
    {"first items",   "{'prefixItems':[{'const':1}],'items':{'const':2}}", "[1,2,2]", "[2,2]"                },
    {"minItems",      "{'minItems':1}",                            "[0]",             "[]"                   },
    {"maxItems",      "{'maxItems':1}",                            "[0]",             "[0,0]"                },
    {"minimum",       "{'minimum':0}",                             "0",               "-1"                   },
    {"maximum",       "{'maximum':100}",                           "100",             "101"                  },
    {"maxLength",     "{'maxLength':2}",                           "'密级'",        "'abc'"                },
    {"minLength",     "{'minLength':1}",                           "'a'",             "''"                   },
    {"anyOf",         "{'anyOf':[{'const':1},{'const':2}]}",       "2",               "3"                    },
    {"oneOf",         "{'oneOf':[{'type':'integer'},{'minimum':5}]}", "3",            "7"                    },
    {"allOf",         "{'allOf':[{'type':'integer'},{'minimum':5}]}", "7",            "3"                    },
    {"if then else",  "{'if':{'required':['a']},'then':{'required':['b']},'else':{'required':['c']}}", "{'a':1,'b':1}", "{'d':1}"},
    {"reference",     "{'$defs':{'n':{'type':'integer'}},'items':{'$ref':'#/$defs/n'}}", "[1]", "['1']"      },
    {"lost reference", "{'if':{'type':'string'},'then':{'$ref':'#/$defs/n'}}", "1",   "'x'"                  },
    {"unknown word",  "{'if':{'type':'string'},'then':{'pattern':'^a'}}", "1",        "'abc'"                },
};
/* clang-format on */

/* Single quotes stand for double ones, so that the rows can be read. */
static json_t *parse(const char *text)
{
    char copy[256];
    size_t len = strlen(text);
    assert_true(len < sizeof(copy));
    for (size_t i = 0; i <= len; i++) {
        copy[i] = text[i] == '\'' ? '"' : text[i];
    }
    json_t *value = json_loads(copy, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

static void test_schema__each_keyword_accepts_and_rejects(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        json_t *schema = parse(rows[i].schema);
        json_t *good = parse(rows[i].good);
        json_t *bad = parse(rows[i].bad);
        if (!schema_fits(schema, schema, good, text, sizeof(text))) {
            fail_msg("row '%s' should fit: %s", rows[i].name, text);
        }
        if (schema_fits(schema, schema, bad, text, sizeof(text))) {
            fail_msg("row '%s' should not fit", rows[i].name);
        }
        json_decref(schema);
        json_decref(good);
        json_decref(bad);
    }
}

static void test_schema__fault_names_its_place(void **state)
{
    (void)state;
    char text[256];
    json_t *schema = parse("{'properties':{'gaps':{'items':{'required':['cause']}}}}");
    json_t *value = parse("{'gaps':[{'cause':1},{}]}");
    assert_false(schema_fits(schema, schema, value, text, sizeof(text)));
    assert_string_equal(text, "/gaps/1: lacks cause");
    json_decref(schema);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema__each_keyword_accepts_and_rejects),
        cmocka_unit_test(test_schema__fault_names_its_place),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
