/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A streaming JSON writer (RFC 8259) into an lj_buf. It sets the commas; the caller keeps begin and
 * end in pairs. Keys are literals of ours; values may be any bytes: what is not UTF-8 becomes
 * U+FFFD, controls are escaped. */
#ifndef LJ_BASE_JSON_H
#define LJ_BASE_JSON_H

#include "base/buf.h"

typedef struct lj_json {
    lj_buf *buf;
    bool comma; /* a value stands before the next one on this level */
} lj_json;

static inline lj_json lj_json_of(lj_buf *buf)
{
    return (lj_json){buf, false};
}

/* key is NULL inside arrays and at the top. */
void lj_json_object_begin(lj_json *json, const char *key);
void lj_json_object_end(lj_json *json);
void lj_json_array_begin(lj_json *json, const char *key);
void lj_json_array_end(lj_json *json);
void lj_json_text(lj_json *json, const char *key, lj_slice value);
void lj_json_cstr(lj_json *json, const char *key, const char *value);
void lj_json_uint(lj_json *json, const char *key, uint64_t value);
void lj_json_int(lj_json *json, const char *key, int64_t value);
void lj_json_bool(lj_json *json, const char *key, bool value);
void lj_json_null(lj_json *json, const char *key);
/* A value that is JSON already. */
void lj_json_raw(lj_json *json, const char *key, lj_slice value);
/* Standard base64 with padding (RFC 4648 section 4), as a text value. */
void lj_json_base64(lj_json *json, const char *key, lj_slice bytes);

/* Length of the valid UTF-8 sequence at the head of the slice (1 to 4), or 0 when it is not valid.
 */
size_t lj_utf8_step(lj_slice at);
bool lj_utf8_is_valid(lj_slice bytes);

#endif
