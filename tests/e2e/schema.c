/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The validator. It recurses over the schema, at most DEPTH_MAX deep. */
#include "schema.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 64, PATH_MAX_LEN = 512 };

typedef struct place {
    const json_t *root;
    char *text;
    size_t cap;
    char path[PATH_MAX_LEN];
    int depth;
} place;

static bool fits(place *at, const json_t *schema, const json_t *value);

static bool say(place *at, const char *what, const char *detail)
{
    int len = snprintf(at->text, at->cap, "%.200s: %s %.160s", at->path[0] != '\0' ? at->path : "/",
                       what, detail);
    if (at->cap > 0 && (len < 0 || (size_t)len >= at->cap)) {
        at->text[at->cap - 1] = '\0'; /* a message that is cut is good enough */
    }
    return false;
}

static bool has_type(const json_t *value, const char *type)
{
    static const struct {
        const char *name;
        json_type type;
    } types[] = {
        {"object",  JSON_OBJECT },
        {"array",   JSON_ARRAY  },
        {"string",  JSON_STRING },
        {"integer", JSON_INTEGER},
        {"null",    JSON_NULL   },
        {"number",  JSON_REAL   },
        {"number",  JSON_INTEGER}
    };
    if (strcmp(type, "boolean") == 0) {
        return json_is_boolean(value);
    }
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, type) == 0 && types[i].type == json_typeof(value)) {
            return true;
        }
    }
    return false;
}

static bool check_type(place *at, const json_t *rule, const json_t *value)
{
    if (json_is_string(rule)) {
        return has_type(value, json_string_value(rule)) ||
               say(at, "must be of type", json_string_value(rule));
    }
    size_t idx = 0;
    json_t *one = NULL;
    json_array_foreach (rule, idx, one) {
        if (has_type(value, json_string_value(one))) {
            return true;
        }
    }
    return say(at, "is of none of the types", "");
}

static bool check_enum(place *at, const json_t *rule, const json_t *value)
{
    size_t idx = 0;
    json_t *one = NULL;
    json_array_foreach (rule, idx, one) {
        if (json_equal(one, value)) {
            return true;
        }
    }
    return say(at, "is none of the values", json_is_string(value) ? json_string_value(value) : "");
}

static bool check_required(place *at, const json_t *rule, const json_t *value)
{
    size_t idx = 0;
    json_t *one = NULL;
    json_array_foreach (rule, idx, one) {
        if (json_is_object(value) && json_object_get(value, json_string_value(one)) == NULL) {
            return say(at, "lacks", json_string_value(one));
        }
    }
    return true;
}

/* Goes one step down, checks, comes back. */
static bool step(place *at, const char *name, const json_t *schema, const json_t *value)
{
    size_t len = strlen(at->path);
    snprintf(at->path + len, sizeof(at->path) - len, "/%s", name);
    bool good = fits(at, schema, value);
    at->path[len] = '\0';
    return good;
}

static bool check_properties(place *at, const json_t *schema, const json_t *value)
{
    const json_t *known = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    void *iter = json_is_object(value) ? json_object_iter((json_t *)(uintptr_t)value) : NULL;
    for (; iter != NULL; iter = json_object_iter_next((json_t *)(uintptr_t)value, iter)) {
        const char *key = json_object_iter_key(iter);
        const json_t *rule = json_object_get(known, key);
        rule = rule != NULL ? rule : others;
        if (rule != NULL && !step(at, key, rule, json_object_iter_value(iter))) {
            return false;
        }
    }
    return true;
}

static bool check_items(place *at, const json_t *schema, const json_t *value)
{
    const json_t *first = json_object_get(schema, "prefixItems");
    const json_t *rest = json_object_get(schema, "items");
    for (size_t i = 0; i < json_array_size(value); i++) {
        char name[24];
        const json_t *rule = i < json_array_size(first) ? json_array_get(first, i) : rest;
        snprintf(name, sizeof(name), "%zu", i);
        if (rule != NULL && !step(at, name, rule, json_array_get(value, i))) {
            return false;
        }
    }
    return true;
}

/* Characters of UTF-8. */
static json_int_t characters(const char *text)
{
    json_int_t count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return count;
}

/* One of the keywords that hold a number; a value of another type fits. */
static bool check_bound(place *at, const char *key, const json_t *rule, const json_t *value)
{
    json_int_t bound = json_integer_value(rule);
    bool is_least = strncmp(key, "min", 3) == 0;
    json_int_t found = 0;
    if (strcmp(key + 3, "Items") == 0 && json_is_array(value)) {
        found = (json_int_t)json_array_size(value);
    } else if (strcmp(key + 3, "Length") == 0 && json_is_string(value)) {
        found = characters(json_string_value(value));
    } else if (strcmp(key + 3, "imum") == 0 && json_is_number(value)) {
        found =
            json_is_integer(value) ? json_integer_value(value) : (json_int_t)json_real_value(value);
    } else {
        return true;
    }
    return (is_least ? found >= bound : found <= bound) || say(at, "is beyond its", key);
}

/* anyOf, oneOf, allOf. */
static bool check_choice(place *at, const char *key, const json_t *rule, const json_t *value)
{
    size_t count = 0;
    size_t idx = 0;
    json_t *one = NULL;
    json_array_foreach (rule, idx, one) {
        count += fits(at, one, value);
    }
    bool good = strcmp(key, "allOf") == 0   ? count == json_array_size(rule)
                : strcmp(key, "oneOf") == 0 ? count == 1
                                            : count > 0;
    if (!good && strcmp(key, "allOf") != 0) { /* of allOf the first fault says more */
        say(at, "does not fit", key);
    }
    return good;
}

static bool check_if(place *at, const json_t *schema, const json_t *value)
{
    char text[256];
    place quiet = *at;
    quiet.text = text;
    quiet.cap = sizeof(text);
    bool holds = fits(&quiet, json_object_get(schema, "if"), value);
    const json_t *next = json_object_get(schema, holds ? "then" : "else");
    return next == NULL || fits(at, next, value);
}

static bool check_ref(place *at, const json_t *rule, const json_t *value)
{
    static const char prefix[] = "#/$defs/";
    const char *name = json_string_value(rule);
    const json_t *target = NULL;
    if (name != NULL && strncmp(name, prefix, sizeof(prefix) - 1) == 0) {
        target = json_object_get(json_object_get(at->root, "$defs"), name + sizeof(prefix) - 1);
    }
    return target != NULL ? fits(at, target, value)
                          : say(at, "the schema refers to nothing:", name != NULL ? name : "");
}

/* One keyword of the schema. */
static bool check_key(place *at, const char *key, const json_t *rule, const json_t *schema,
                      const json_t *value)
{
    static const char *const silent[] = {"title",    "description", "$schema", "$id",
                                         "$comment", "$defs",       "format",  "examples",
                                         "default",  "then",        "else"};
    static const char *const bounds[] = {"minItems",  "maxItems", "minLength",
                                         "maxLength", "minimum",  "maximum"};
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
        if (strcmp(key, silent[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        if (strcmp(key, bounds[i]) == 0) {
            return check_bound(at, key, rule, value);
        }
    }
    if (strcmp(key, "type") == 0) {
        return check_type(at, rule, value);
    }
    if (strcmp(key, "enum") == 0) {
        return check_enum(at, rule, value);
    }
    if (strcmp(key, "const") == 0) {
        return json_equal(rule, value) || say(at, "is not the constant", "");
    }
    if (strcmp(key, "required") == 0) {
        return check_required(at, rule, value);
    }
    if (strcmp(key, "properties") == 0 || strcmp(key, "additionalProperties") == 0) {
        return check_properties(at, schema, value);
    }
    if (strcmp(key, "items") == 0 || strcmp(key, "prefixItems") == 0) {
        return check_items(at, schema, value);
    }
    if (strcmp(key, "anyOf") == 0 || strcmp(key, "oneOf") == 0 || strcmp(key, "allOf") == 0) {
        return check_choice(at, key, rule, value);
    }
    if (strcmp(key, "if") == 0) {
        return check_if(at, schema, value);
    }
    if (strcmp(key, "$ref") == 0) {
        return check_ref(at, rule, value);
    }
    return say(at, "the schema has a keyword that is not checked:", key);
}

static bool fits(place *at, const json_t *schema, const json_t *value)
{
    if (json_is_boolean(schema)) {
        return json_is_true(schema) || say(at, "is not allowed here", "");
    }
    if (!json_is_object(schema) || at->depth >= DEPTH_MAX) {
        return say(at, "the schema is broken or too deep", "");
    }
    at->depth++;
    bool good = true;
    void *iter = json_object_iter((json_t *)(uintptr_t)schema);
    while (good && iter != NULL) {
        good =
            check_key(at, json_object_iter_key(iter), json_object_iter_value(iter), schema, value);
        iter = json_object_iter_next((json_t *)(uintptr_t)schema, iter);
    }
    at->depth--;
    return good;
}

bool schema_fits(const json_t *root, const json_t *schema, const json_t *value, char *text,
                 size_t cap)
{
    place at = {.root = root, .text = text, .cap = cap};
    if (cap > 0) {
        text[0] = '\0';
    }
    return fits(&at, schema, value);
}
