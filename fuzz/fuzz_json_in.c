/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of strict JSON: any bytes are read; what is taken has the promised shape, and every
 * accessor survives it. No state, no files. */
#include <stdlib.h>

#include "base/json.h"
#include "server/json_in.h"

enum { ARENA_LEN = 16 << 20, NODES_MOST = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void hold(bool truth)
{
    if (!truth) {
        abort();
    }
}

/* Each node in the order of the text, without recursion. */
static const json_node *next_of(const json_node *node)
{
    if (node->first != NULL) {
        return node->first;
    }
    while (node != NULL && node->next == NULL) {
        node = node->parent;
    }
    return node != NULL ? node->next : NULL;
}

static void take_all(problem *said, const json_node *node)
{
    static const char *const known[] = {"name", NULL};
    lj_str text;
    int64_t number = 0;
    bool truth = false;
    const json_node *inner = NULL;
    json_in_only(said, node, known);
    (void)json_in_text(said, node, "name", JSON_REQUIRED, 1, 8, &text);
    (void)json_in_int(said, node, "count", JSON_OPTIONAL, -5, 5, &number);
    (void)json_in_bool(said, node, "ok", JSON_OPTIONAL, &truth);
    (void)json_in_id(said, node, "id", JSON_OPTIONAL, &text);
    (void)json_in_object(said, node, "fields", JSON_OPTIONAL, &inner);
    (void)json_in_array(said, node, "list", JSON_OPTIONAL, 3, &inner);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    lj_arena *arena = lj_arena_new(ARENA_LEN);
    const json_node *root = NULL;
    json_fault fault = {0};
    lj_err err = {0};
    lj_code code = json_in_read(lj_slice_of(bytes, len), arena, &root, &fault, &err);
    hold(code == LJ_OK || code == LJ_E_LIMIT ||
         (code == LJ_E_FORMAT && fault.what != NULL &&
          (fault.off <= len || (fault.off == UINT64_MAX && fault.pointer.ptr != NULL))));
    problem said = {.arena = arena};
    uint32_t count = 0;
    for (const json_node *node = code == LJ_OK ? root : NULL; node != NULL; node = next_of(node)) {
        hold(lj_utf8_is_valid(lj_str_bytes(node->text)) &&
             memchr(node->text.len > 0 ? node->text.ptr : "x", 0, node->text.len) == NULL);
        hold(node->number <= JSON_IN_INT_MAX && node->number >= -JSON_IN_INT_MAX);
        hold(node->parent == NULL || node->parent->count > node->idx);
        if (count++ < NODES_MOST) {
            take_all(&said, node);
        }
    }
    lj_arena_free(arena);
    return 0;
}
