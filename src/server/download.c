/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "server/download.h"

enum { NAME_MAX_LEN = 240, HEADER_MAX = 1024 };

/* ---- the name ---- */
static bool is_plain(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
}

/* The part behind the last slash of either kind, without dots at its head. */
static lj_slice base_name(lj_slice name)
{
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\') {
            name = lj_slice_part(name, i, name.len);
            break;
        }
    }
    while (name.len > 0 && (name.ptr[0] == '.' || name.ptr[0] == ' ')) {
        name = lj_slice_part(name, 1, name.len);
    }
    return name;
}

void download_name(route_call *call, lj_str name)
{
    static const char digits[] = "0123456789ABCDEF";
    lj_slice all = base_name(lj_str_bytes(name));
    if (all.len == 0 || all.len > NAME_MAX_LEN) {
        all = LJ_BYTES("file");
    }
    lj_buf text;
    lj_buf_init(&text, call->arena, HEADER_MAX);
    lj_buf_put_cstr(&text, "attachment; filename=\"");
    for (size_t i = 0; i < all.len; i++) {
        if (is_plain(all.ptr[i])) {
            lj_buf_put_u8(&text, all.ptr[i]);
        } else if ((all.ptr[i] & 0xC0) != 0x80) {
            lj_buf_put_u8(&text, '_');
        }
    }
    lj_buf_put_cstr(&text, "\"; filename*=UTF-8''");
    for (size_t i = 0; i < all.len; i++) {
        uint8_t c = all.ptr[i];
        if (is_plain(c)) {
            lj_buf_put_u8(&text, c);
        } else {
            lj_buf_put_u8(&text, '%');
            lj_buf_put_u8(&text, (uint8_t)digits[c >> 4]);
            lj_buf_put_u8(&text, (uint8_t)digits[c & 15]);
        }
    }
    http_respond_header(call->response, "Content-Disposition",
                        lj_buf_ok(&text) ? lj_buf_str(&text) : LJ_STR("attachment"));
}

/* ---- the bytes ---- */
download *download_new(route_call *call, size_t max_len)
{
    download *file = lj_arena_alloc(call->arena, sizeof *file);
    if (file != NULL) {
        lj_buf_init(&file->bytes, /* arena= */ NULL, max_len);
    }
    return file;
}

void download_free(download *file)
{
    if (file != NULL) {
        lj_buf_done(&file->bytes);
    }
}

static lj_code give(void *ctx, uint64_t off, uint8_t *dst, size_t cap, size_t *out_len)
{
    const download *file = ctx;
    lj_slice part = lj_slice_part(lj_slice_of(file->bytes.ptr, file->bytes.len), (size_t)off, cap);
    if (part.len > 0) {
        memcpy(dst, part.ptr, part.len);
    }
    *out_len = part.len;
    return LJ_OK;
}

static void end(void *ctx)
{
    download_free(ctx);
}

void download_send(route_call *call, download *file, const char *type, lj_str name)
{
    http_respond_stream(call->response, 200, type, give, file, file->bytes.len);
    call->response->stream_end = end;
    download_name(call, name);
}
