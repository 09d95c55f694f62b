/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The strict reader of a request's head (RFC 9110, RFC 9112).
 *
 * Why strict: a message that two readers cut differently lets one request hide inside another
 * ("smuggling"). Whoever stands before us may be lenient, so nothing is repaired here: what is not
 * exactly right is refused and the connection closed.
 *
 * Refused, with the clause where the standard leaves a choice:
 *   - every version but HTTP/1.1 (505): 1.0 has no Host and no agreed framing, and only ancient
 *     clients speak it; nginx is told to speak 1.1
 *   - Content-Length and Transfer-Encoding together (RFC 9112 6.1 allows to refuse), either twice,
 *     a length that is not plain digits, an encoding other than "chunked" (501)
 *   - no Host, two, or one with a sign that is none of a host name; to a loopback port: one that is
 *     not this computer, because a foreign page can let its own name point to 127.0.0.1
 *   - line ends that are not CR LF, lines that continue the one before (obs-fold), blanks around a
 *     name, NUL and controls, bytes that are not UTF-8
 *   - targets that do not begin with '/' (absolute, authority, '*'), '#', "." and ".." segments,
 *     empty segments, bad percent escapes, an escaped '/', '\' or control, a query name twice
 *   - the headers of `singles` twice: two readers could each believe another one
 *
 * How line ends are seen: see http_server.c. Here two NULs stand for CR LF; a lone NUL came from a
 * bare LF or from a NUL in the line, and both are refused. */
#include "server/http_head.h"

#include "base/json.h"
#include "base/num.h"
#include "server/problem.h"

static const struct {
    const char *name;
    http_method method;
} methods[] = {
    {"GET",     HTTP_GET    },
    {"HEAD",    HTTP_HEAD   },
    {"POST",    HTTP_POST   },
    {"PUT",     HTTP_PUT    },
    {"PATCH",   HTTP_PATCH  },
    {"DELETE",  HTTP_DELETE },
    {"OPTIONS", HTTP_OPTIONS},
};

/* Headers that may stand once. */
static const char *const singles[] = {
    "Host",    "Content-Length",   "Transfer-Encoding", "Content-Type",
    "Origin",  "Content-Encoding", "If-Match",          "If-None-Match",
    "Expect",  "Idempotency-Key",  "Authorization",     "Cookie",
    "Referer",
};

enum { MARK_TOKEN = 1, MARK_PATH = 2, MARK_QUERY = 4, MARK_HOST = 8 };

/* What each visible ASCII sign may be part of. */
static uint8_t marks_of(uint8_t c)
{
    bool is_alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (is_alnum) {
        return MARK_TOKEN | MARK_PATH | MARK_QUERY | MARK_HOST;
    }
    if (c <= ' ' || c >= 0x7F) {
        return 0;
    }
    uint8_t marks = 0;
    marks |= strchr("!#$%&'*+-.^_`|~", c) != NULL ? MARK_TOKEN : 0;
    marks |= strchr("\"#<>\\^`{|}?", c) == NULL ? MARK_PATH : 0;
    /* browsers leave more signs as they are behind the '?' */
    marks |= strchr("\"#<>\\", c) == NULL ? MARK_QUERY : 0;
    marks |= strchr("-._:[]", c) != NULL ? MARK_HOST : 0;
    return marks;
}

static bool is_made_of(lj_slice text, uint8_t mark)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((marks_of(text.ptr[i]) & mark) == 0) {
            return false;
        }
    }
    return text.len > 0;
}

static bool refuse(http_refusal *refusal, problem_kind kind, const char *detail)
{
    *refusal = (http_refusal){(int)kind, detail};
    return false;
}

/* ---- target ---- */

static int digit_of(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The text without its escapes, in the arena; ptr NULL when an escape is bad, stands for what must
 * not come that way, or the result is no clean UTF-8. */
static lj_str decode(lj_slice text, bool is_path, lj_arena *arena)
{
    uint8_t *out = lj_arena_alloc_raw(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '%') {
            int high = i + 2 < text.len ? digit_of(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? digit_of(text.ptr[i + 2]) : -1;
            c = high >= 0 && low >= 0 ? (uint8_t)(high * 16 + low) : 0;
            if (c < 0x20 || c == 0x7F || (is_path && (c == '/' || c == '\\'))) {
                return (lj_str){NULL, 0};
            }
            i += 2;
        } else if (c == '+' && !is_path) {
            c = ' ';
        }
        out[len++] = c;
    }
    if (out == NULL || !lj_utf8_is_valid(lj_slice_of(out, len))) {
        return (lj_str){NULL, 0};
    }
    return (lj_str){(const char *)out, len};
}

/* False for "." ".." and empty segments; the path "/" and a '/' at the end may stand. */
static bool path_is_plain(lj_str path)
{
    size_t begin = 1;
    for (size_t i = 1; i <= path.len; i++) {
        if (i < path.len && path.ptr[i] != '/') {
            continue;
        }
        size_t len = i - begin;
        const char *segment = path.ptr + begin;
        if ((len == 0 && i < path.len) || (len == 1 && segment[0] == '.') ||
            (len == 2 && segment[0] == '.' && segment[1] == '.')) {
            return false;
        }
        begin = i + 1;
    }
    return true;
}

static size_t count_of(lj_slice text, uint8_t sign)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == sign;
    }
    return count;
}

static bool has_name(const http_pair *pairs, size_t count, lj_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (lj_str_is(pairs[i].name, name)) {
            return true;
        }
    }
    return false;
}

static bool read_query(lj_slice text, const http_limits *limits, http_request *request,
                       http_refusal *refusal)
{
    size_t most = text.len > 0 ? count_of(text, '&') + 1 : 0;
    if (most > limits->query_count) {
        return refuse(refusal, PROBLEM_BAD_REQUEST, "too many query parameters");
    }
    http_pair *pairs = lj_arena_array(request->arena, most, sizeof(*pairs));
    if (pairs == NULL) {
        return refuse(refusal, PROBLEM_BUSY, "no memory");
    }
    size_t count = 0;
    while (text.len > 0) {
        lj_slice part = lj_slice_part(text, 0, lj_slice_find(text, LJ_BYTES("&")));
        text = lj_slice_part(text, part.len + 1, text.len);
        size_t sign = lj_slice_find(part, LJ_BYTES("="));
        lj_slice value =
            sign == SIZE_MAX ? (lj_slice){NULL, 0} : lj_slice_part(part, sign + 1, part.len);
        http_pair pair = {decode(lj_slice_part(part, 0, sign), false, request->arena),
                          decode(value, false, request->arena)};
        if (pair.name.len == 0 || pair.value.ptr == NULL) {
            return refuse(refusal, PROBLEM_BAD_REQUEST, "a query parameter cannot be read");
        }
        if (has_name(pairs, count, pair.name)) {
            return refuse(refusal, PROBLEM_BAD_REQUEST, "a query parameter stands twice");
        }
        pairs[count++] = pair;
    }
    request->query = pairs;
    request->query_count = count;
    return true;
}

bool http_target_read(lj_slice target, const http_limits *limits, http_request *request,
                      http_refusal *refusal)
{
    if (target.len > limits->target_len) {
        return refuse(refusal, PROBLEM_TARGET, "the target is too long");
    }
    if (target.len == 0 || target.ptr[0] != '/') {
        return refuse(refusal, PROBLEM_FRAMING, "the target does not begin with '/'");
    }
    size_t mark = lj_slice_find(target, LJ_BYTES("?"));
    lj_slice path = lj_slice_part(target, 0, mark);
    lj_slice query =
        mark == SIZE_MAX ? (lj_slice){NULL, 0} : lj_slice_part(target, mark + 1, target.len);
    if (!is_made_of(path, MARK_PATH) || (query.len > 0 && !is_made_of(query, MARK_QUERY))) {
        return refuse(refusal, PROBLEM_FRAMING, "a sign in the target must be escaped");
    }
    request->path = decode(path, true, request->arena);
    if (request->path.ptr == NULL) {
        return refuse(refusal, PROBLEM_FRAMING, "an escape in the path is not allowed");
    }
    if (!path_is_plain(request->path)) {
        return refuse(refusal, PROBLEM_FRAMING, "the path has dots or an empty segment");
    }
    return read_query(query, limits, request, refusal);
}

/* ---- headers ---- */

/* A value without blanks around it: text without controls but TAB. */
static bool value_is_clean(lj_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if ((value.ptr[i] < 0x20 && value.ptr[i] != '\t') || value.ptr[i] == 0x7F) {
            return false;
        }
    }
    return lj_utf8_is_valid(value);
}

static lj_slice trim(lj_slice text)
{
    size_t from = 0;
    while (from < text.len && (text.ptr[from] == ' ' || text.ptr[from] == '\t')) {
        from++;
    }
    size_t to = text.len;
    while (to > from && (text.ptr[to - 1] == ' ' || text.ptr[to - 1] == '\t')) {
        to--;
    }
    return lj_slice_of(text.ptr + from, to - from);
}

/* The bytes up to the next NUL; *at goes behind it. ptr NULL when there is none. */
static lj_slice up_to_nul(lj_slice block, size_t *at)
{
    const uint8_t *begin = block.ptr + *at;
    const uint8_t *end = *at < block.len ? memchr(begin, 0, block.len - *at) : NULL;
    if (end == NULL) {
        return (lj_slice){NULL, 0};
    }
    *at += (size_t)(end - begin) + 1;
    return lj_slice_of(begin, (size_t)(end - begin));
}

/* One line: name NUL value NUL NUL. */
static bool read_line(lj_slice block, size_t *at, http_pair *out, http_refusal *refusal)
{
    lj_slice name = up_to_nul(block, at);
    if (!is_made_of(name, MARK_TOKEN)) {
        return refuse(refusal, PROBLEM_FRAMING, "a header name is not a token");
    }
    lj_slice value = up_to_nul(block, at);
    if (value.ptr == NULL || *at >= block.len || block.ptr[*at] != 0) {
        return refuse(refusal, PROBLEM_FRAMING, "a line does not end with CR LF");
    }
    *at += 1;
    value = trim(value);
    if (!value_is_clean(value)) {
        return refuse(refusal, PROBLEM_FRAMING, "a header value has a control in it");
    }
    *out = (http_pair){
        {(const char *)name.ptr,  name.len },
        {(const char *)value.ptr, value.len}
    };
    return true;
}

static bool read_headers(lj_slice block, const http_limits *limits, http_request *request,
                         http_refusal *refusal)
{
    http_pair *pairs = lj_arena_array(request->arena, limits->header_count, sizeof(*pairs));
    if (pairs == NULL) {
        return refuse(refusal, PROBLEM_BUSY, "no memory");
    }
    size_t at = 0;
    size_t count = 0;
    while (block.len - at != 2 || block.ptr[at] != 0 || block.ptr[at + 1] != 0) {
        if (count == limits->header_count) {
            return refuse(refusal, PROBLEM_HEAD, "too many headers");
        }
        if (!read_line(block, &at, &pairs[count], refusal)) {
            return false;
        }
        count++;
    }
    request->headers = pairs;
    request->header_count = count;
    return true;
}

static bool singles_hold(const http_request *request, http_refusal *refusal)
{
    for (size_t i = 0; i < LJ_COUNT_OF(singles); i++) {
        size_t count = 0;
        for (size_t k = 0; k < request->header_count; k++) {
            count += lj_slice_is_nocase(lj_str_bytes(request->headers[k].name),
                                        lj_cstr_bytes(singles[i]));
        }
        if (count > 1) {
            return refuse(refusal, PROBLEM_FRAMING, "a header stands twice that may stand once");
        }
    }
    return true;
}

/* "localhost", "127.0.0.1" or "[::1]", with or without a port. */
static bool is_this_computer(lj_str host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        size_t len = strlen(names[i]);
        if (lj_slice_is_nocase(lj_slice_part(lj_str_bytes(host), 0, len),
                               lj_cstr_bytes(names[i])) &&
            (host.len == len || host.ptr[len] == ':')) {
            return true;
        }
    }
    return false;
}

static bool check_host(const http_request *request, http_refusal *refusal)
{
    lj_str host = http_header(request, "Host");
    if (!is_made_of(lj_str_bytes(host), MARK_HOST)) {
        return refuse(refusal, PROBLEM_FRAMING, "Host is missing or not a host name");
    }
    if (request->peer == HTTP_PEER_LOOPBACK && !is_this_computer(host)) {
        return refuse(refusal, PROBLEM_FRAMING, "Host is not this computer");
    }
    return true;
}

/* Digits only, at most 18 of them. */
static bool read_length(lj_str text, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i == 18) {
            return false;
        }
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    *out = value;
    return text.len > 0;
}

static bool read_framing(http_request *request, http_head *out, http_refusal *refusal)
{
    lj_str length = http_header(request, "Content-Length");
    lj_str encoding = http_header(request, "Transfer-Encoding");
    lj_str expect = http_header(request, "Expect");
    if (length.ptr != NULL && encoding.ptr != NULL) {
        return refuse(refusal, PROBLEM_FRAMING, "Content-Length and Transfer-Encoding together");
    }
    if (encoding.ptr != NULL && !lj_str_is(encoding, LJ_STR("chunked"))) {
        return refuse(refusal, PROBLEM_UNSUPPORTED, "a Transfer-Encoding other than chunked");
    }
    if (length.ptr != NULL && !read_length(length, &out->body_len)) {
        return refuse(refusal, PROBLEM_FRAMING, "Content-Length is not a number");
    }
    out->expects_continue = expect.ptr != NULL;
    if (expect.ptr != NULL && !lj_slice_is_nocase(lj_str_bytes(expect), LJ_BYTES("100-continue"))) {
        return refuse(refusal, PROBLEM_FRAMING, "an Expect other than 100-continue");
    }
    out->is_chunked = encoding.ptr != NULL;
    request->has_body = out->is_chunked || out->body_len > 0;
    return true;
}

static http_method method_of(const char *name)
{
    for (size_t i = 0; i < LJ_COUNT_OF(methods); i++) {
        if (strcmp(methods[i].name, name) == 0) {
            return methods[i].method;
        }
    }
    return HTTP_OTHER;
}

bool http_head_read(const http_head_bytes *bytes, const http_limits *limits, http_request *request,
                    http_head *out, http_refusal *refusal)
{
    lj_slice method = lj_cstr_bytes(bytes->method);
    if (strcmp(bytes->version, "HTTP/1.1") != 0) {
        return refuse(refusal, PROBLEM_VERSION, "not HTTP/1.1");
    }
    if (!is_made_of(method, MARK_TOKEN)) {
        return refuse(refusal, PROBLEM_FRAMING, "the method is not a token");
    }
    request->method = method_of(bytes->method);
    request->target = (lj_str){(const char *)bytes->target.ptr, bytes->target.len};
    lj_slice block = lj_arena_copy(request->arena, bytes->block);
    if (block.len < 2) {
        return refuse(refusal, PROBLEM_FRAMING, "the head has no end");
    }
    *out = (http_head){.base = block.ptr};
    if (!http_target_read(bytes->target, limits, request, refusal)) {
        http_refusal second;
        (void)read_headers(block, limits, request, &second); /* in which language to say so */
        return false;
    }
    if (!read_headers(block, limits, request, refusal) || !singles_hold(request, refusal) ||
        !check_host(request, refusal)) {
        return false;
    }
    return read_framing(request, out, refusal);
}

/* ---- what others ask of a request ---- */

lj_str http_header(const http_request *request, const char *name)
{
    lj_slice wanted = lj_cstr_bytes(name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (lj_slice_is_nocase(lj_str_bytes(request->headers[i].name), wanted)) {
            return request->headers[i].value;
        }
    }
    return (lj_str){NULL, 0};
}

lj_str http_query(const http_request *request, const char *name)
{
    lj_str wanted = lj_cstr_str(name);
    for (size_t i = 0; i < request->query_count; i++) {
        if (lj_str_is(request->query[i].name, wanted)) {
            return request->query[i].value;
        }
    }
    return (lj_str){NULL, 0};
}

const char *http_method_name(http_method method)
{
    for (size_t i = 0; i < LJ_COUNT_OF(methods); i++) {
        if (methods[i].method == method) {
            return methods[i].name;
        }
    }
    return "";
}
