/* SPDX-License-Identifier: AGPL-3.0-or-later
 * JSON in over jansson 2.14, the only file that names it. jansson is strict about the grammar,
 * UTF-8, surrogates, NUL and (told so) duplicate keys. It descends by recursion and takes 2,048
 * levels, so the levels and values are counted before it is called; what it built is copied into
 * the arena and given back at once. */
#include "server/json_in.h"

#include <jansson.h>

#include "base/json.h"
#include "base/num.h"

/* ---- before the parser ---- */

static lj_code fault_at(json_fault *fault, uint64_t off, const char *what, lj_err *err)
{
    if (fault != NULL) {
        *fault = (json_fault){
            what, off, {NULL, 0}
        };
    }
    return lj_fail(err, LJ_E_FORMAT, off, "not the JSON that is taken");
}

/* Levels and values, seen without understanding: brackets and commas outside texts. */
static lj_code count_before(lj_slice bytes, json_fault *fault, lj_err *err)
{
    uint32_t depth = 0;
    uint32_t count = 0;
    bool is_text = false;
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.ptr[i];
        if (c == 0) {
            return fault_at(fault, i, "NUL", err);
        }
        if (is_text) {
            i += c == '\\';
            is_text = c != '"';
            continue;
        }
        is_text = c == '"';
        count += c == ',' || c == '[' || c == '{';
        depth += c == '[' || c == '{';
        depth -= (c == ']' || c == '}') && depth > 0;
        if (depth > JSON_IN_DEPTH_MAX) {
            return fault_at(fault, i, "nested too deep", err);
        }
        if (count > JSON_IN_NODES_MAX) {
            return fault_at(fault, i, "too many values", err);
        }
    }
    return LJ_OK;
}

/* ---- pointers ---- */

/* One step of a pointer, escaped (RFC 6901 3). */
static void put_step(lj_buf *buf, lj_str name)
{
    lj_buf_put_u8(buf, '/');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '~' || name.ptr[i] == '/') {
            lj_buf_put_u8(buf, '~');
            lj_buf_put_u8(buf, name.ptr[i] == '~' ? '0' : '1');
        } else {
            lj_buf_put_u8(buf, (uint8_t)name.ptr[i]);
        }
    }
}

lj_str json_in_pointer(const json_node *node, const char *name, lj_arena *arena)
{
    enum { POINTER_MAX = 4096 };
    const json_node *way[JSON_IN_DEPTH_MAX + 1];
    size_t count = 0;
    for (; node != NULL && node->parent != NULL && count < LJ_COUNT_OF(way); node = node->parent) {
        way[count++] = node;
    }
    lj_buf buf;
    lj_buf_init(&buf, arena, POINTER_MAX);
    while (count > 0) {
        const json_node *step = way[--count];
        if (step->name.ptr != NULL) {
            put_step(&buf, step->name);
        } else {
            lj_buf_put_u8(&buf, '/');
            lj_buf_put_dec(&buf, step->idx);
        }
    }
    if (name != NULL) {
        put_step(&buf, lj_cstr_str(name));
    }
    return lj_buf_ok(&buf) ? lj_buf_str(&buf) : (lj_str){"", 0};
}

/* ---- the tree ---- */

/* Where the copying stands on one level. */
typedef struct level {
    json_node *node;
    json_node *last; /* child */
    json_t *from;
    void *iter;  /* of an object */
    size_t next; /* of an array */
} level;

static lj_str text_of(lj_arena *arena, const char *text, size_t len)
{
    /* an empty text has a pointer too: it is there */
    return (lj_str){lj_arena_cstr(arena, lj_slice_of(text, len)), len};
}

/* False for a number that is too large, or without room. */
static bool fill(json_node *node, const json_t *from, lj_arena *arena, const char **what)
{
    switch (json_typeof(from)) {
    case JSON_NULL:
        node->kind = JSON_IN_NULL;
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        node->kind = JSON_IN_BOOL;
        node->truth = json_is_true(from);
        return true;
    case JSON_REAL:
        node->kind = JSON_IN_REAL;
        return true;
    case JSON_INTEGER:
        node->kind = JSON_IN_INT;
        node->number = json_integer_value(from);
        if (node->number < -JSON_IN_INT_MAX || node->number > JSON_IN_INT_MAX) {
            *what = "a number beyond 2^53";
            return false;
        }
        return true;
    case JSON_STRING:
        node->kind = JSON_IN_TEXT;
        node->text = text_of(arena, json_string_value(from), json_string_length(from));
        return node->text.ptr != NULL;
    case JSON_ARRAY:
        node->kind = JSON_IN_ARRAY;
        return true;
    case JSON_OBJECT:
        node->kind = JSON_IN_OBJECT;
        return true;
    }
    return false;
}

/* The next child of the level, or NULL; *out_name for objects. */
static json_t *next_child(level *at, const char **out_name)
{
    *out_name = NULL;
    if (at->node->kind == JSON_IN_ARRAY) {
        return json_array_get(at->from, at->next++);
    }
    at->iter =
        at->next++ == 0 ? json_object_iter(at->from) : json_object_iter_next(at->from, at->iter);
    if (at->iter == NULL) {
        return NULL;
    }
    *out_name = json_object_iter_key(at->iter);
    return json_object_iter_value(at->iter);
}

static json_node *add_child(level *at, const json_t *from, const char *name, lj_arena *arena,
                            const char **what)
{
    json_node *node = lj_arena_alloc(arena, sizeof(*node));
    if (node == NULL) {
        return NULL;
    }
    node->parent = at->node;
    node->idx = at->node->count++;
    if (name != NULL) {
        node->name = text_of(arena, name, strlen(name));
    }
    if (at->last != NULL) {
        at->last->next = node;
    } else {
        at->node->first = node;
    }
    at->last = node;
    return (name == NULL || node->name.ptr != NULL) && fill(node, from, arena, what) ? node : NULL;
}

/* The tree in the arena; NULL with *what for a wrong number, without for no room. */
static const json_node *copy_tree(json_t *top, lj_arena *arena, const char **what,
                                  const json_node **out_bad)
{
    level levels[JSON_IN_DEPTH_MAX + 1];
    json_node *root = lj_arena_alloc(arena, sizeof(*root));
    if (root == NULL || !fill(root, top, arena, what)) {
        return NULL;
    }
    size_t depth = 0;
    levels[0] = (level){.node = root, .from = top};
    for (;;) {
        const char *name = NULL;
        json_t *from = next_child(&levels[depth], &name);
        if (from == NULL) {
            if (depth == 0) {
                return root;
            }
            depth--;
            continue;
        }
        json_node *node = add_child(&levels[depth], from, name, arena, what);
        if (node == NULL) {
            *out_bad = levels[depth].last;
            return NULL;
        }
        if (node->kind == JSON_IN_ARRAY || node->kind == JSON_IN_OBJECT) {
            LJ_ASSERT(depth < JSON_IN_DEPTH_MAX);
            levels[++depth] = (level){.node = node, .from = from};
        }
    }
}

/* jansson's reasons in our words: its own text quotes the body. */
static const char *reason_of(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        return "duplicate key";
    case json_error_invalid_utf8:
        return "invalid UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "NUL";
    case json_error_numeric_overflow:
        return "a number out of range";
    case json_error_premature_end_of_input:
        return "the end is missing";
    case json_error_end_of_input_expected:
        return "bytes behind the value";
    default:
        return "a wrong sign";
    }
}

lj_code json_in_read(lj_slice bytes, lj_arena *arena, const json_node **out, json_fault *fault,
                     lj_err *err)
{
    lj_code code = count_before(bytes, fault, err);
    if (code != LJ_OK) {
        return code;
    }
    json_error_t error;
    json_t *top = json_loadb(bytes.len > 0 ? (const char *)bytes.ptr : "", bytes.len,
                             JSON_REJECT_DUPLICATES, &error);
    if (top == NULL) {
        uint64_t off = error.position > 0 ? (uint64_t)error.position : 0;
        return fault_at(fault, lj_min_u64(off, bytes.len), reason_of(&error), err);
    }
    const char *what = NULL;
    const json_node *bad = NULL;
    const json_node *root = copy_tree(top, arena, &what, &bad);
    json_decref(top);
    if (root == NULL && what == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the JSON");
    }
    if (root == NULL) {
        code = fault_at(fault, UINT64_MAX, what, err);
        if (fault != NULL) {
            fault->pointer = json_in_pointer(bad, NULL, arena);
        }
        return code;
    }
    *out = root;
    return LJ_OK;
}

/* ---- taking members ---- */

const json_node *json_in_lookup(const json_node *object, const char *name)
{
    const json_node *at = object != NULL && object->kind == JSON_IN_OBJECT ? object->first : NULL;
    while (at != NULL && !lj_str_is(at->name, lj_cstr_str(name))) {
        at = at->next;
    }
    return at;
}

static const problem_text text_required = {"is needed", "必须填写"};
static const problem_text text_unknown = {"is not known here", "此处没有该项"};
static const problem_text text_bool = {"must be true or false", "须为 true 或 false"};
static const problem_text text_text = {"must be text", "须为文本"};
static const problem_text text_int = {"must be a whole number", "须为整数"};
static const problem_text text_object = {"must be an object", "须为对象"};
static const problem_text text_array = {"must be a list", "须为列表"};
static const problem_text text_id = {"must be an id (UUID in lower case)", "须为小写 UUID 标识"};
static const problem_text text_short = {"has fewer than {0} characters", "少于 {0} 个字符"};
static const problem_text text_long = {"has more than {0} characters", "多于 {0} 个字符"};
static const problem_text text_many = {"has more than {0} entries", "多于 {0} 项"};
static const problem_text text_range = {"must be between {0} and {1}", "须在 {0} 与 {1} 之间"};

void json_in_fault(problem *said, const json_node *node, const char *name, const char *code,
                   problem_text text)
{
    problem_error_add(said, json_in_pointer(node, name, said->arena), code, text, LJ_STR(""),
                      LJ_STR(""));
}

/* Decimal text of a number, in the arena. */
static lj_str digits_of(lj_arena *arena, int64_t value)
{
    lj_buf buf;
    lj_buf_init(&buf, arena, 32);
    lj_json json = lj_json_of(&buf);
    lj_json_int(&json, NULL, value);
    return lj_buf_ok(&buf) ? lj_buf_str(&buf) : (lj_str){"", 0};
}

static void fault_with(problem *said, const json_node *node, const char *code, problem_text text,
                       int64_t arg0, int64_t arg1)
{
    problem_error_add(said, json_in_pointer(node, NULL, said->arena), code, text,
                      digits_of(said->arena, arg0), digits_of(said->arena, arg1));
}

/* The member when it is of the kind; else NULL, with what has to be said. */
static const json_node *take(problem *said, const json_node *object, const char *name,
                             json_need need, json_kind kind, problem_text wrong)
{
    const json_node *node = json_in_lookup(object, name);
    if (node == NULL || node->kind == JSON_IN_NULL) {
        if (need == JSON_REQUIRED) {
            json_in_fault(said, object, name, "required", text_required);
        }
        return NULL;
    }
    if (node->kind != kind) {
        json_in_fault(said, node, NULL, "type", wrong);
        return NULL;
    }
    return node;
}

static uint32_t points_of(lj_str text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((uint8_t)text.ptr[i] & 0xC0) != 0x80;
    }
    return count;
}

bool json_in_text(problem *said, const json_node *object, const char *name, json_need need,
                  uint32_t min, uint32_t max, lj_str *out)
{
    const json_node *node = take(said, object, name, need, JSON_IN_TEXT, text_text);
    if (node == NULL) {
        return false;
    }
    uint32_t count = points_of(node->text);
    if (count < min || count > max) {
        bool is_short = count < min;
        fault_with(said, node, is_short ? "too_short" : "too_long",
                   is_short ? text_short : text_long, is_short ? min : max, 0);
        return false;
    }
    *out = node->text;
    return true;
}

bool json_in_int(problem *said, const json_node *object, const char *name, json_need need,
                 int64_t min, int64_t max, int64_t *out)
{
    const json_node *node = take(said, object, name, need, JSON_IN_INT, text_int);
    if (node == NULL) {
        return false;
    }
    if (node->number < min || node->number > max) {
        fault_with(said, node, "range", text_range, min, max);
        return false;
    }
    *out = node->number;
    return true;
}

bool json_in_bool(problem *said, const json_node *object, const char *name, json_need need,
                  bool *out)
{
    const json_node *node = take(said, object, name, need, JSON_IN_BOOL, text_bool);
    if (node != NULL) {
        *out = node->truth;
    }
    return node != NULL;
}

bool json_in_object(problem *said, const json_node *object, const char *name, json_need need,
                    const json_node **out)
{
    const json_node *node = take(said, object, name, need, JSON_IN_OBJECT, text_object);
    if (node != NULL) {
        *out = node;
    }
    return node != NULL;
}

bool json_in_array(problem *said, const json_node *object, const char *name, json_need need,
                   uint32_t max_count, const json_node **out)
{
    const json_node *node = take(said, object, name, need, JSON_IN_ARRAY, text_array);
    if (node == NULL) {
        return false;
    }
    if (node->count > max_count) {
        fault_with(said, node, "too_many", text_many, max_count, 0);
        return false;
    }
    *out = node;
    return true;
}

bool json_in_is_uuid(lj_str text)
{
    if (text.len != 36) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (is_dash ? c != '-' : !is_digit) {
            return false;
        }
    }
    return true;
}

bool json_in_id(problem *said, const json_node *object, const char *name, json_need need,
                lj_str *out)
{
    const json_node *node = take(said, object, name, need, JSON_IN_TEXT, text_id);
    if (node != NULL && !json_in_is_uuid(node->text)) {
        json_in_fault(said, node, NULL, "id", text_id);
        return false;
    }
    if (node != NULL) {
        *out = node->text;
    }
    return node != NULL;
}

void json_in_only(problem *said, const json_node *object, const char *const *names)
{
    const json_node *at = object != NULL && object->kind == JSON_IN_OBJECT ? object->first : NULL;
    for (; at != NULL; at = at->next) {
        size_t i = 0;
        while (names[i] != NULL && !lj_str_is(at->name, lj_cstr_str(names[i]))) {
            i++;
        }
        if (names[i] == NULL) {
            json_in_fault(said, at, NULL, "unknown", text_unknown);
        }
    }
}
