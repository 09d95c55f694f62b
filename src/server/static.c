/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The pages. A file whose name holds a hash of its content ("index-4f2a91bc.js") may be kept for
 * ever; every other one is asked for again with its tag (RFC 9110 13.1.2), and 304 is the answer
 * when it is the same. */
#include "server/static.h"

#include "base/hash.h"
#include "base/num.h"
#include "server/http_headers.h"

enum { TAG_BYTES = 12, HASH_MIN = 8 /* letters of a hash in a name */ };

typedef struct static_file {
    lj_str name;
    lj_slice bytes, packed; /* packed: gzip, empty when there is none */
    char tag[2 * TAG_BYTES + 8], packed_tag[2 * TAG_BYTES + 8];
    const char *type;
    bool is_hashed;
} static_file;

struct static_site {
    static_file *files;
    size_t count;
};

static const struct {
    const char *ending, *type;
} types[] = {
    {".html",        "text/html; charset=utf-8"      },
    {".js",          "text/javascript; charset=utf-8"},
    {".mjs",         "text/javascript; charset=utf-8"},
    {".css",         "text/css; charset=utf-8"       },
    {".svg",         "image/svg+xml"                 },
    {".png",         "image/png"                     },
    {".ico",         "image/x-icon"                  },
    {".json",        "application/json"              },
    {".webmanifest", "application/manifest+json"     },
    {".woff2",       "font/woff2"                    },
    {".txt",         "text/plain; charset=utf-8"     },
};

static bool has_ending(lj_str name, const char *ending)
{
    size_t len = strlen(ending);
    return name.len > len && memcmp(name.ptr + name.len - len, ending, len) == 0;
}

static const char *type_of(lj_str name)
{
    for (size_t i = 0; i < LJ_COUNT_OF(types); i++) {
        if (has_ending(name, types[i].ending)) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

/* "name-HASH.ext": at least HASH_MIN letters, digits, '-' or '_', one of them a digit or capital.
 */
static bool is_hashed(lj_str name)
{
    size_t dash = lj_slice_find(lj_str_bytes(name), LJ_BYTES("-"));
    size_t len = 0;
    bool is_mixed = false;
    for (size_t i = dash == SIZE_MAX ? name.len : dash + 1; i < name.len && name.ptr[i] != '.';
         i++) {
        char c = name.ptr[i];
        is_mixed = is_mixed || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
        len++;
    }
    return len >= HASH_MIN && is_mixed;
}

static const struct lj_embedded *packed_of(const struct lj_embedded *files, size_t count,
                                           lj_str name)
{
    for (size_t i = 0; i < count; i++) {
        lj_str other = lj_cstr_str(files[i].name);
        if (has_ending(other, ".gz") && other.len == name.len + 3 &&
            memcmp(other.ptr, name.ptr, name.len) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

static void make_tag(lj_sha256 *sha, lj_slice bytes, const char *ending, char *out)
{
    uint8_t digest[LJ_SHA256_LEN];
    lj_sha256_begin(sha);
    lj_sha256_add(sha, bytes);
    lj_sha256_end(sha, digest);
    out[0] = '"';
    lj_hex(lj_slice_of(digest, TAG_BYTES), out + 1);
    memcpy(out + 1 + (size_t)2 * TAG_BYTES, ending, strlen(ending) + 1);
}

lj_code static_site_new(lj_arena *arena, const struct lj_embedded *files, size_t count,
                        static_site **out, lj_err *err)
{
    static_site *site = lj_arena_alloc(arena, sizeof(*site));
    static_file *made = lj_arena_array(arena, count, sizeof(*made));
    lj_sha256 *sha = lj_sha256_new();
    if (site == NULL || made == NULL || sha == NULL) {
        lj_sha256_free(sha);
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the pages");
    }
    for (size_t i = 0; i < count; i++) {
        static_file *file = &made[site->count];
        file->name = lj_cstr_str(files[i].name);
        if (has_ending(file->name, ".gz")) {
            continue;
        }
        file->bytes = lj_slice_of(files[i].bytes, files[i].len);
        make_tag(sha, file->bytes, "\"", file->tag);
        const struct lj_embedded *packed = packed_of(files, count, file->name);
        if (packed != NULL) {
            file->packed = lj_slice_of(packed->bytes, packed->len);
            make_tag(sha, file->bytes, "-gz\"", file->packed_tag);
        }
        file->type = type_of(file->name);
        file->is_hashed = is_hashed(file->name);
        site->count++;
    }
    lj_sha256_free(sha);
    site->files = made;
    *out = site;
    return LJ_OK;
}

static const static_file *lookup(const static_site *site, lj_str name)
{
    for (size_t i = 0; i < site->count; i++) {
        if (lj_str_is(site->files[i].name, name)) {
            return &site->files[i];
        }
    }
    return NULL;
}

/* The file that stands for the path, or NULL. */
static const static_file *file_for(const static_site *site, lj_str path)
{
    static const char assets[] = "/assets/";
    size_t skip =
        lj_slice_has_prefix(lj_str_bytes(path), lj_cstr_bytes(assets)) ? sizeof(assets) - 1 : 1;
    lj_str name = {path.ptr + skip, path.len - skip};
    const static_file *file = name.len > 0 ? lookup(site, name) : NULL;
    if (file != NULL || skip > 1) {
        return file;
    }
    for (size_t i = path.len; i > 0 && path.ptr[i - 1] != '/'; i--) {
        if (path.ptr[i - 1] == '.') {
            return NULL; /* a file that is missing is no page */
        }
    }
    return lookup(site, LJ_STR("index.html"));
}

/* Whether the comma list names the token (before a ';' that does not say q=0). */
static bool list_has(lj_str list, const char *token)
{
    lj_slice rest = lj_str_bytes(list);
    while (rest.len > 0) {
        lj_slice item = lj_slice_part(rest, 0, lj_slice_find(rest, LJ_BYTES(",")));
        rest = lj_slice_part(rest, item.len + 1, rest.len);
        while (item.len > 0 && item.ptr[0] == ' ') {
            item = lj_slice_part(item, 1, item.len);
        }
        size_t semicolon = lj_slice_find(item, LJ_BYTES(";"));
        lj_slice weight = semicolon == SIZE_MAX ? (lj_slice){NULL, 0}
                                                : lj_slice_part(item, semicolon + 1, item.len);
        lj_slice name = lj_slice_part(item, 0, semicolon);
        while (name.len > 0 && name.ptr[name.len - 1] == ' ') {
            name.len--;
        }
        /* tags of If-None-Match are compared weakly */
        name = lj_slice_has_prefix(name, LJ_BYTES("W/")) ? lj_slice_part(name, 2, name.len) : name;
        bool is_off = lj_slice_find(weight, LJ_BYTES("q=0")) != SIZE_MAX &&
                      lj_slice_find(weight, LJ_BYTES("q=0.")) == SIZE_MAX;
        if (!is_off && lj_slice_is_nocase(name, lj_cstr_bytes(token))) {
            return true;
        }
    }
    return false;
}

bool static_site_serve(const static_site *site, const http_request *request,
                       http_response *response)
{
    const static_file *file = file_for(site, request->path);
    if (file == NULL) {
        return false;
    }
    bool is_packed =
        file->packed.len > 0 && list_has(http_header(request, "Accept-Encoding"), "gzip");
    const char *tag = is_packed ? file->packed_tag : file->tag;
    if (list_has(http_header(request, "If-None-Match"), tag)) {
        http_respond(response, 304, NULL, (lj_slice){NULL, 0});
    } else {
        http_respond(response, 200, file->type, is_packed ? file->packed : file->bytes);
        if (is_packed) {
            http_respond_header(response, "Content-Encoding", LJ_STR("gzip"));
        }
    }
    http_respond_header(response, "ETag", lj_cstr_str(tag));
    http_respond_header(response, "Vary", LJ_STR("Accept-Encoding"));
    http_respond_header(response, "Cache-Control",
                        file->is_hashed ? LJ_STR("public, max-age=31536000, immutable")
                                        : LJ_STR("no-cache"));
    http_respond_header(response, "Content-Security-Policy", lj_cstr_str(http_headers_page_policy));
    return true;
}
