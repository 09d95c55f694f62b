/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The JSON writer. */
#include "base/json.h"

size_t lj_utf8_step(lj_slice at)
{
    if (at.len == 0) {
        return 0;
    }
    uint8_t lead = at.ptr[0];
    if (lead < 0x80) {
        return 1;
    }
    /* Table 3-7 of the Unicode standard: the second byte excludes overlong forms and surrogates. */
    size_t len = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead < 0xC2 || lead > 0xF4 || at.len < len || at.ptr[1] < low || at.ptr[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((at.ptr[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return len;
}

bool lj_utf8_is_valid(lj_slice bytes)
{
    size_t at = 0;
    while (at < bytes.len) {
        size_t step = lj_utf8_step(lj_slice_part(bytes, at, 4));
        if (step == 0) {
            return false;
        }
        at += step;
    }
    return true;
}

static void write_text(lj_buf *buf, lj_slice value)
{
    static const char digits[] = "0123456789abcdef";
    lj_buf_put_u8(buf, '"');
    size_t from = 0;
    size_t at = 0;
    while (at < value.len) {
        uint8_t byte = value.ptr[at];
        size_t step = lj_utf8_step(lj_slice_part(value, at, 4));
        if (step > 0 && byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7F) {
            at += step;
            continue;
        }
        lj_buf_put(buf, lj_slice_part(value, from, at - from));
        if (step == 0) {
            lj_buf_put_cstr(buf, "\xEF\xBF\xBD");
        } else if (byte == '"' || byte == '\\') {
            lj_buf_put_u8(buf, '\\');
            lj_buf_put_u8(buf, byte);
        } else if (byte == '\n') {
            lj_buf_put_cstr(buf, "\\n");
        } else {
            lj_buf_put_cstr(buf, "\\u00");
            lj_buf_put_u8(buf, (uint8_t)digits[byte >> 4]);
            lj_buf_put_u8(buf, (uint8_t)digits[byte & 15]);
        }
        at += step > 0 ? step : 1;
        from = at;
    }
    lj_buf_put(buf, lj_slice_part(value, from, at - from));
    lj_buf_put_u8(buf, '"');
}

static void begin_value(lj_json *json, const char *key)
{
    if (json->comma) {
        lj_buf_put_u8(json->buf, ',');
    }
    json->comma = true;
    if (key != NULL) {
        write_text(json->buf, lj_cstr_bytes(key));
        lj_buf_put_u8(json->buf, ':');
    }
}

static void open_level(lj_json *json, const char *key, uint8_t sign)
{
    begin_value(json, key);
    lj_buf_put_u8(json->buf, sign);
    json->comma = false;
}

static void close_level(lj_json *json, uint8_t sign)
{
    lj_buf_put_u8(json->buf, sign);
    json->comma = true;
}

void lj_json_object_begin(lj_json *json, const char *key)
{
    open_level(json, key, '{');
}

void lj_json_object_end(lj_json *json)
{
    close_level(json, '}');
}

void lj_json_array_begin(lj_json *json, const char *key)
{
    open_level(json, key, '[');
}

void lj_json_array_end(lj_json *json)
{
    close_level(json, ']');
}

void lj_json_text(lj_json *json, const char *key, lj_slice value)
{
    begin_value(json, key);
    write_text(json->buf, value);
}

void lj_json_cstr(lj_json *json, const char *key, const char *value)
{
    lj_json_text(json, key, lj_cstr_bytes(value));
}

void lj_json_uint(lj_json *json, const char *key, uint64_t value)
{
    begin_value(json, key);
    lj_buf_put_dec(json->buf, value);
}

void lj_json_int(lj_json *json, const char *key, int64_t value)
{
    begin_value(json, key);
    if (value < 0) {
        lj_buf_put_u8(json->buf, '-');
    }
    lj_buf_put_dec(json->buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void lj_json_bool(lj_json *json, const char *key, bool value)
{
    begin_value(json, key);
    lj_buf_put_cstr(json->buf, value ? "true" : "false");
}

void lj_json_null(lj_json *json, const char *key)
{
    begin_value(json, key);
    lj_buf_put_cstr(json->buf, "null");
}

void lj_json_raw(lj_json *json, const char *key, lj_slice value)
{
    begin_value(json, key);
    lj_buf_put(json->buf, value);
}

void lj_json_base64(lj_json *json, const char *key, lj_slice bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    begin_value(json, key);
    lj_buf_put_u8(json->buf, '"');
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.ptr[i] << 16;
        group |= left > 1 ? (uint32_t)bytes.ptr[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)bytes.ptr[i + 2] : 0;
        uint8_t out[4] = {
            (uint8_t)alphabet[group >> 18 & 63],
            (uint8_t)alphabet[group >> 12 & 63],
            left > 1 ? (uint8_t)alphabet[group >> 6 & 63] : '=',
            left > 2 ? (uint8_t)alphabet[group & 63] : '=',
        };
        lj_buf_put(json->buf, lj_slice_of(out, sizeof(out)));
    }
    lj_buf_put_u8(json->buf, '"');
}
