/* SPDX-License-Identifier: AGPL-3.0-or-later
 * All route tables joined into a tree of path segments. A node stands for one segment: a literal or
 * a parameter of a kind; siblings stand literals first, so that a literal wins. The search goes
 * down, and back up where a way ends: `/units/matrix` and `/{types}/{id}` may share a beginning. A
 * path has at most ROUTE_SEGMENTS_MAX segments and two or three nodes fit each, so the search is
 * short. */
#include "server/route.h"

#include <stdlib.h>

#include "base/num.h"

typedef struct route_node {
    route_segment own;
    struct route_node *first, *next;
    size_t rows[HTTP_METHOD_COUNT]; /* index + 1; 0: none */
} route_node;

struct route_set {
    lj_arena *arena;
    const route_row **rows;
    size_t count;
    route_node root;
};

static const struct {
    const char *name;
    http_method method;
} offered[] = {
    {"GET",    HTTP_GET   },
    {"POST",   HTTP_POST  },
    {"PUT",    HTTP_PUT   },
    {"PATCH",  HTTP_PATCH },
    {"DELETE", HTTP_DELETE},
};

static http_method method_of(const char *name)
{
    for (size_t i = 0; i < LJ_COUNT_OF(offered); i++) {
        if (strcmp(offered[i].name, name) == 0) {
            return offered[i].method;
        }
    }
    return HTTP_OTHER;
}

/* ---- patterns ---- */

static const struct {
    const char *word;
    route_kind kind;
} kinds[] = {
    {"id",     ROUTE_ID    },
    {"word",   ROUTE_WORD  },
    {"number", ROUTE_NUMBER},
    {"types",  ROUTE_WORD  },
    {"seq",    ROUTE_NUMBER},
    {"no",     ROUTE_NUMBER},
};

static bool kind_by(lj_slice word, route_kind *out)
{
    for (size_t i = 0; i < LJ_COUNT_OF(kinds); i++) {
        if (lj_slice_is(word, lj_cstr_bytes(kinds[i].word))) {
            *out = kinds[i].kind;
            return true;
        }
    }
    return false;
}

static bool is_plain(lj_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
              c == '.')) {
            return false;
        }
    }
    return text.len > 0;
}

/* "{post:id}" or "moves". */
static bool read_segment(lj_slice text, route_segment *out)
{
    if (text.len < 2 || text.ptr[0] != '{') {
        *out = (route_segment){
            ROUTE_LITERAL, {(const char *)text.ptr, text.len}
        };
        return is_plain(text);
    }
    lj_slice inner = lj_slice_part(text, 1, text.len - 2);
    size_t colon = lj_slice_find(inner, LJ_BYTES(":"));
    lj_slice name = lj_slice_part(inner, 0, colon);
    route_kind kind = ROUTE_ID;
    bool is_known = colon == SIZE_MAX || kind_by(lj_slice_part(inner, colon + 1, inner.len), &kind);
    if (colon == SIZE_MAX) {
        (void)kind_by(name, &kind);
    }
    *out = (route_segment){
        kind, {(const char *)name.ptr, name.len}
    };
    return text.ptr[text.len - 1] == '}' && is_known && is_plain(name);
}

size_t route_pattern_read(const char *pattern, route_segment out[ROUTE_SEGMENTS_MAX])
{
    lj_slice rest = lj_cstr_bytes(pattern);
    size_t count = 0;
    size_t param_count = 0;
    while (rest.len > 0) {
        if (rest.ptr[0] != '/' || count == ROUTE_SEGMENTS_MAX) {
            return 0;
        }
        rest = lj_slice_part(rest, 1, rest.len);
        lj_slice part = lj_slice_part(rest, 0, lj_slice_find(rest, LJ_BYTES("/")));
        rest = lj_slice_part(rest, part.len, rest.len);
        if (!read_segment(part, &out[count])) {
            return 0;
        }
        param_count += out[count].kind != ROUTE_LITERAL;
        count++;
    }
    return param_count <= ROUTE_PARAMS_MAX ? count : 0;
}

/* ---- building ---- */

static bool row_holds(const route_row *row)
{
    http_method method = row->method != NULL ? method_of(row->method) : HTTP_OTHER;
    bool takes_body = method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH;
    bool has_body = row->body != ROUTE_BODY_NONE;
    return method != HTTP_OTHER && row->pattern != NULL && row->permission != PERM_NONE &&
           row->handler != NULL && row->name != NULL && row->en != NULL && row->zh != NULL &&
           has_body == (row->body_max > 0) && (takes_body || !has_body) &&
           ((row->flags & ROUTE_IF_MATCH) == 0 || method != HTTP_GET) &&
           ((row->flags & ROUTE_IDEMPOTENT) == 0 || method == HTTP_POST);
}

/* The child for the segment, made when missing. NULL without room. */
static route_node *child_for(lj_arena *arena, route_node *node, route_segment wanted)
{
    bool is_literal = wanted.kind == ROUTE_LITERAL;
    route_node **at = &node->first;
    while (*at != NULL) {
        route_node *child = *at;
        if (child->own.kind == wanted.kind &&
            (!is_literal || lj_str_is(child->own.text, wanted.text))) {
            return child;
        }
        if (is_literal && child->own.kind != ROUTE_LITERAL) {
            break; /* literals stand first */
        }
        at = &child->next;
    }
    route_node *made = lj_arena_alloc(arena, sizeof(*made));
    if (made != NULL) {
        made->own = wanted;
        made->next = *at;
        *at = made;
    }
    return made;
}

static lj_code add_row(route_set *set, size_t idx, lj_err *err)
{
    const route_row *row = set->rows[idx];
    route_segment segments[ROUTE_SEGMENTS_MAX];
    size_t count = route_pattern_read(row->pattern, segments);
    if (count == 0) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a route has a wrong pattern");
    }
    route_node *node = &set->root;
    for (size_t i = 0; i < count && node != NULL; i++) {
        node = child_for(set->arena, node, segments[i]);
    }
    if (node == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the routes");
    }
    size_t *slot = &node->rows[method_of(row->method)];
    if (*slot != 0) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "two routes for one method and pattern");
    }
    *slot = idx + 1;
    return LJ_OK;
}

static int compare_rows(const void *a, const void *b)
{
    const route_row *left = *(const route_row *const *)a;
    const route_row *right = *(const route_row *const *)b;
    int order = strcmp(left->pattern, right->pattern);
    return order != 0 ? order : strcmp(left->method, right->method);
}

static int compare_names(const void *a, const void *b)
{
    const route_row *left = *(const route_row *const *)a;
    const route_row *right = *(const route_row *const *)b;
    return strcmp(left->name, right->name);
}

/* Sorts by name on the way: the caller sorts again. */
static const route_row *find_twin(const route_row **rows, size_t count)
{
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers to rows are meant */
    qsort(rows, count, sizeof(*rows), compare_names);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(rows[i - 1]->name, rows[i]->name) == 0) {
            return rows[i];
        }
    }
    return NULL;
}

lj_code route_set_new(lj_arena *arena, const route_table *tables, size_t count, route_set **out,
                      const route_row **out_row, lj_err *err)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += tables[i].count;
    }
    route_set *set = lj_arena_alloc(arena, sizeof(*set));
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers to rows are meant */
    const route_row **rows = lj_arena_array(arena, total, sizeof(*rows));
    if (set == NULL || rows == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the routes");
    }
    *set = (route_set){.arena = arena, .rows = rows};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < tables[i].count; k++) {
            *out_row = &tables[i].rows[k];
            if (!row_holds(*out_row)) {
                return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a route is not complete");
            }
            rows[set->count++] = *out_row;
        }
    }
    *out_row = find_twin(rows, total);
    if (*out_row != NULL) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "two routes have one name");
    }
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers to rows are meant */
    qsort(rows, total, sizeof(*rows), compare_rows);
    for (size_t i = 0; i < total; i++) {
        *out_row = rows[i];
        lj_code code = add_row(set, i, err);
        if (code != LJ_OK) {
            return code;
        }
    }
    *out_row = NULL;
    *out = set;
    return LJ_OK;
}

size_t route_count(const route_set *set)
{
    return set->count;
}

const route_row *route_at(const route_set *set, size_t idx)
{
    LJ_ASSERT(idx < set->count);
    return set->rows[idx];
}

/* ---- matching ---- */

static bool is_word(lj_str text)
{
    enum { WORD_MAX = 64 };
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_letter = c >= 'a' && c <= 'z';
        if (!is_letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_'))) {
            return false;
        }
    }
    return text.len > 0 && text.len <= WORD_MAX;
}

/* Digits without a zero in front, at most 18. */
static bool read_number(lj_str text, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i == 18) {
            return false;
        }
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    *out = value;
    return text.len > 0 && (text.len == 1 || text.ptr[0] != '0');
}

static bool fits(const route_node *node, lj_str part)
{
    uint64_t number = 0;
    switch (node->own.kind) {
    case ROUTE_LITERAL:
        return lj_str_is(node->own.text, part);
    case ROUTE_ID:
        return json_in_is_uuid(part);
    case ROUTE_WORD:
        return is_word(part);
    case ROUTE_NUMBER:
        return read_number(part, &number);
    }
    return false;
}

/* The segments of a path; 0 when there are too many or an empty one. */
static size_t cut_path(lj_str path, lj_str parts[ROUTE_SEGMENTS_MAX])
{
    size_t count = 0;
    size_t begin = 1;
    for (size_t i = 1; i <= path.len; i++) {
        if (i < path.len && path.ptr[i] != '/') {
            continue;
        }
        if (i == begin || count == ROUTE_SEGMENTS_MAX) {
            return 0;
        }
        parts[count++] = (lj_str){path.ptr + begin, i - begin};
        begin = i + 1;
    }
    return count;
}

/* Names and values of the row's parameters. */
static void fill_params(const lj_str *parts, size_t part_count, route_match *out)
{
    route_segment segments[ROUTE_SEGMENTS_MAX];
    size_t count = route_pattern_read(out->row->pattern, segments);
    for (size_t i = 0; i < count && i < part_count; i++) {
        if (segments[i].kind == ROUTE_LITERAL) {
            continue;
        }
        route_param *param = &out->params[out->param_count++];
        *param = (route_param){segments[i].text, parts[i], 0};
        if (segments[i].kind == ROUTE_NUMBER) {
            (void)read_number(parts[i], &param->number);
        }
    }
}

/* What the path's last node offers. */
static void take_rows(const route_set *set, const route_node *node, http_method method,
                      route_match *out)
{
    for (size_t i = 0; i < HTTP_METHOD_COUNT; i++) {
        out->allow |= node->rows[i] > 0 ? 1U << i : 0;
    }
    http_method wanted = method == HTTP_HEAD ? HTTP_GET : method;
    if (out->row == NULL && node->rows[wanted] > 0) {
        out->row_idx = node->rows[wanted] - 1;
        out->row = set->rows[out->row_idx];
    }
}

void route_find(const route_set *set, http_method method, lj_str path, route_match *out)
{
    lj_str parts[ROUTE_SEGMENTS_MAX];
    const route_node *way[ROUTE_SEGMENTS_MAX];
    size_t count = cut_path(path, parts);
    size_t depth = 0;
    *out = (route_match){.row_idx = SIZE_MAX};
    way[0] = count > 0 ? set->root.first : NULL;
    while (out->row == NULL) {
        if (way[depth] == NULL) {
            if (depth == 0) {
                break;
            }
            depth--;
            way[depth] = way[depth]->next;
        } else if (!fits(way[depth], parts[depth])) {
            way[depth] = way[depth]->next;
        } else if (depth + 1 < count) {
            way[depth + 1] = way[depth]->first;
            depth++;
        } else {
            take_rows(set, way[depth], method, out);
            way[depth] = way[depth]->next;
        }
    }
    out->allow |= (out->allow & 1U << HTTP_GET) != 0 ? 1U << HTTP_HEAD : 0;
    if (out->row != NULL) {
        fill_params(parts, count, out);
    }
}
