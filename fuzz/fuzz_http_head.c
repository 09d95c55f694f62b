/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of request heads: the first line is a target, the others are headers, in the form in
 * which the library hands them on. What is taken is clean. Then the target goes through the route
 * decoder. No state, no files. */
#include <stdlib.h>

#include "base/json.h"
#include "base/num.h"
#include "server/http_head.h"
#include "server/route.h"

enum { ARENA_LEN = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void hold(bool truth)
{
    if (!truth) {
        abort();
    }
}

static bool is_clean(lj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (((uint8_t)text.ptr[i] < 0x20 && text.ptr[i] != '\t') || text.ptr[i] == 0x7F) {
            return false;
        }
    }
    return lj_utf8_is_valid(lj_str_bytes(text));
}

static lj_code nothing(route_call *call, lj_err *err)
{
    (void)call;
    (void)err;
    return LJ_OK;
}

#define FUZZ_ROW(p, n)                                                                             \
    {                                                                                              \
        .method = "GET", .pattern = (p), .permission = PERM_PUBLIC, .handler = nothing,            \
        .name = (n), .en = "x", .zh = "x"                                                          \
    }
static const route_row rows[] = {
    FUZZ_ROW("/a", "a"),
    FUZZ_ROW("/a/{id}", "b"),
    FUZZ_ROW("/a/{word}/{no}", "c"),
    FUZZ_ROW("/{types}/{seq}", "d"),
};

static void find_route(lj_arena *arena, lj_str path)
{
    route_table table = {rows, LJ_COUNT_OF(rows)};
    route_set *set = NULL;
    const route_row *bad = NULL;
    lj_err err = {0};
    hold(route_set_new(arena, &table, 1, &set, &bad, &err) == LJ_OK);
    route_match found;
    route_find(set, HTTP_GET, path, &found);
    hold(found.row == NULL || found.allow != 0);
    for (size_t i = 0; i < found.param_count; i++) {
        hold(found.params[i].name.len > 0 && found.params[i].value.len > 0);
    }
}

/* Lines as the library leaves them: CR LF is two NULs, the first colon one. */
static lj_slice make_block(lj_arena *arena, lj_slice text)
{
    lj_buf buf;
    lj_buf_init(&buf, arena, ARENA_LEN);
    bool has_colon = false;
    for (size_t i = 0; i < text.len; i++) {
        bool is_end = text.ptr[i] == '\n';
        bool is_colon = text.ptr[i] == ':' && !has_colon;
        lj_buf_put_u8(&buf, is_end || is_colon ? 0 : text.ptr[i]);
        if (is_end) {
            lj_buf_put_u8(&buf, 0);
        }
        has_colon = !is_end && (has_colon || is_colon);
    }
    lj_buf_put_u8(&buf, 0);
    lj_buf_put_u8(&buf, 0);
    return lj_buf_slice(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    lj_arena *arena = lj_arena_new(ARENA_LEN);
    lj_slice input = lj_slice_of(bytes, len);
    lj_slice target = lj_slice_part(input, 0, lj_slice_find(input, LJ_BYTES("\n")));
    lj_slice rest = lj_slice_part(input, target.len + 1, len);
    http_request request = {.arena = arena, .peer = HTTP_PEER_PROXY};
    http_head head;
    http_refusal refusal = {0, NULL};
    http_head_bytes given = {"GET", target, "HTTP/1.1", make_block(arena, rest)};
    bool ok = http_head_read(&given, &http_limits_default, &request, &head, &refusal);
    hold(ok == (refusal.detail == NULL));
    if (ok) {
        hold(request.path.len > 0 && request.path.ptr[0] == '/' && is_clean(request.path));
        hold(lj_slice_find(lj_str_bytes(request.path), LJ_BYTES("/../")) == SIZE_MAX);
        hold(lj_slice_find(lj_str_bytes(request.path), LJ_BYTES("//")) == SIZE_MAX);
        for (size_t i = 0; i < request.query_count; i++) {
            hold(request.query[i].name.len > 0 && is_clean(request.query[i].name) &&
                 is_clean(request.query[i].value));
        }
        for (size_t i = 0; i < request.header_count; i++) {
            hold(request.headers[i].name.len > 0 && is_clean(request.headers[i].value));
        }
        hold(!head.is_chunked || head.body_len == 0);
        (void)http_lang_of(&request);
        find_route(arena, request.path);
    }
    lj_arena_free(arena);
    return 0;
}
