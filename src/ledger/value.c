/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Values of fields: text as people type or import it, the checks that the table declares, and the
 * way back to text. A problem is a code; its texts in both languages stand in problem.c. */

#include "base/cipher.h"
#include "base/hash.h"
#include "base/json.h"
#include "ledger/ledger_priv.h"

/* Characters of what is hashed: the four that are kept must not be the whole. */
enum { KEYED_SHORTEST = 8, KEYED_LONGEST = 64 };

#define INSTANT_MAX ((int64_t)253402300799999) /* the end of the year 9999 */

static lj_slice trim(lj_slice text)
{
    while (text.len > 0 && text.ptr[0] == ' ') {
        text = lj_slice_part(text, 1, text.len);
    }
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

/* Decimal digits with an optional sign and at most `decimals` digits behind a point, scaled by
 * 10^decimals. */
static bool read_decimal(lj_slice text, int decimals, int64_t *out)
{
    size_t at = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
    int64_t num = 0;
    int behind = -1;
    bool has_digit = false;
    for (size_t i = at; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '.' && behind < 0 && decimals > 0) {
            behind = 0;
            continue;
        }
        if (c < '0' || c > '9' || behind == decimals ||
            __builtin_mul_overflow(num, (int64_t)10, &num) ||
            __builtin_add_overflow(num, (int64_t)(c - '0'), &num)) {
            return false;
        }
        has_digit = true;
        behind += behind >= 0 ? 1 : 0;
    }
    for (int i = behind < 0 ? 0 : behind; i < decimals; i++) {
        if (__builtin_mul_overflow(num, (int64_t)10, &num)) {
            return false;
        }
    }
    *out = at == 1 ? -num : num;
    return has_digit;
}

static bool read_two(lj_slice text, size_t at, int limit, int *out)
{
    uint8_t a = text.ptr[at];
    uint8_t b = text.ptr[at + 1];
    if (a < '0' || a > '9' || b < '0' || b > '9') {
        return false;
    }
    *out = (a - '0') * 10 + (b - '0');
    return *out < limit;
}

/* 2023-05-01T02:00:00Z, or with milliseconds. */
static bool read_instant(lj_slice text, int64_t *out)
{
    static const char shape[] = "0000-00-00T00:00:00";
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (text.len < 20 || text.ptr[10] != (uint8_t)shape[10] || text.ptr[13] != ':' ||
        text.ptr[16] != ':' || !read_two(text, 11, 24, &hour) || !read_two(text, 14, 60, &minute) ||
        !read_two(text, 17, 60, &second)) {
        return false;
    }
    int32_t on = calendar_parse((lj_str){(const char *)text.ptr, 10});
    int64_t ms = 0;
    if (text.len == 24 && text.ptr[19] == '.') {
        if (text.ptr[20] == '-' || !read_decimal(lj_slice_part(text, 20, 3), 0, &ms)) {
            return false;
        }
    } else if (text.len != 20) {
        return false;
    }
    if (on == CALENDAR_NO_DATE || text.ptr[text.len - 1] != 'Z') {
        return false;
    }
    *out = (((int64_t)on * 24 + hour) * 60 + minute) * 60000 + second * 1000 + ms;
    return true;
}

/* 是 否 yes no true false 1 0 */
static bool read_bool(lj_slice text, int64_t *out)
{
    static const struct {
        const char *word;
        int64_t value;
    } words[] = {
        {"是",   1},
        {"否",   0},
        {"yes",   1},
        {"no",    0},
        {"true",  1},
        {"false", 0},
        {"1",     1},
        {"0",     0}
    };
    for (size_t i = 0; i < LJ_COUNT_OF(words); i++) {
        if (lj_slice_is_nocase(text, lj_cstr_bytes(words[i].word))) {
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

/* HMAC-SHA-256 of what was typed, then its last four characters: enough to tell two people of one
 * name apart, and to find the same person again, without keeping the number (PI6). */
static const char *read_keyed(ledger *book, lj_slice text, lj_arena *arena, store_value *out)
{
    uint8_t folded[KEYED_LONGEST];
    if (text.len < KEYED_SHORTEST) {
        return "too_short";
    }
    if (text.len > KEYED_LONGEST) {
        return "too_long";
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c <= ' ' || c >= 0x7F) {
            return "unknown_code";
        }
        folded[i] = c >= 'a' && c <= 'z' ? (uint8_t)(c - ('a' - 'A')) : c; /* ...x is ...X */
    }
    text = lj_slice_of(folded, text.len);
    lj_cipher *cipher = lj_cipher_new();
    uint8_t *bytes = lj_arena_alloc(arena, 36);
    if (cipher == NULL || bytes == NULL) {
        lj_cipher_free(cipher);
        return "too_long";
    }
    uint8_t digest[LJ_DIGEST_MAX];
    lj_hmac_of(cipher, LJ_SHA256, lj_slice_of(book->config.hash_key, 32), text, digest);
    lj_cipher_free(cipher);
    size_t tail = text.len < 4 ? text.len : 4;
    memcpy(bytes, digest, 32);
    memcpy(bytes + 32, text.ptr + text.len - tail, tail);
    *out = store_bytes(lj_slice_of(bytes, 32 + tail));
    return NULL;
}

static const char *read_hash(lj_slice text, lj_arena *arena, store_value *out)
{
    uint8_t *bytes = lj_arena_alloc(arena, 32);
    if (text.len != 64 || bytes == NULL) {
        return "not_a_hash";
    }
    for (size_t i = 0; i < 64; i++) {
        uint8_t c = text.ptr[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) {
            return "not_a_hash";
        }
        bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | digit);
    }
    *out = store_bytes(lj_slice_of(bytes, 32));
    return NULL;
}

static const char *read_ref(lj_slice text, lj_arena *arena, store_value *out)
{
    uint8_t *bytes = lj_arena_alloc(arena, 16);
    if (bytes == NULL || !ledger_id_read(text, bytes)) {
        return "not_an_id";
    }
    *out = store_bytes(lj_slice_of(bytes, 16));
    return NULL;
}

/* A code, or its label in either language: what people write in a sheet. */
static const char *read_code(ledger *book, const ledger_field *field, lj_slice text,
                             store_value *out)
{
    lj_str list = lj_cstr_str(field->of);
    uint32_t count = ledger_codes_count(book->code_lists, list);
    for (uint32_t i = 0; i < count; i++) {
        const ledger_code_row *row = ledger_codes_at(book->code_lists, list, i);
        if (lj_slice_is(text, lj_str_bytes(row->code)) ||
            lj_slice_is(text, lj_str_bytes(row->zh)) ||
            lj_slice_is_nocase(text, lj_str_bytes(row->en))) {
            *out = store_text(lj_str_bytes(row->code));
            return NULL;
        }
    }
    return "unknown_code";
}

static const char *read_text(lj_slice text, lj_arena *arena, store_value *out)
{
    if (!lj_utf8_is_valid(text) || memchr(text.ptr, 0, text.len) != NULL) {
        return "not_text";
    }
    lj_slice copy = lj_arena_copy(arena, text);
    if (copy.ptr == NULL) {
        return "too_long";
    }
    *out = store_text(copy);
    return NULL;
}

const char *ledger_value_read(ledger *book, const ledger_field *field, lj_slice text,
                              lj_arena *arena, store_value *out)
{
    text = trim(text);
    if (text.len == 0) {
        *out = store_null();
        return NULL;
    }
    int64_t num = 0;
    switch (field->kind) {
    case LEDGER_TEXT:
        return read_text(text, arena, out);
    case LEDGER_CODE:
        return read_code(book, field, text, out);
    case LEDGER_REF:
        return read_ref(text, arena, out);
    case LEDGER_KEYED_HASH:
        return read_keyed(book, text, arena, out);
    case LEDGER_FILE_HASH:
        return read_hash(text, arena, out);
    case LEDGER_INT:
        if (!read_decimal(text, 0, &num)) {
            return "not_a_number";
        }
        break;
    case LEDGER_PT100:
        if (!read_decimal(text, 2, &num)) {
            return "not_a_number";
        }
        break;
    case LEDGER_BOOL:
        if (!read_bool(text, &num)) {
            return "not_yes_or_no";
        }
        break;
    case LEDGER_DATE:
        num = calendar_parse((lj_str){(const char *)text.ptr, text.len});
        if (num == CALENDAR_NO_DATE) {
            return "not_a_date";
        }
        break;
    case LEDGER_INSTANT:
        if (!read_instant(text, &num)) {
            return "not_an_instant";
        }
        break;
    }
    *out = store_int(num);
    return NULL;
}

static bool has_code(ledger *book, const ledger_field *field, lj_slice code)
{
    lj_str text = {(const char *)code.ptr, code.len};
    return ledger_codes_lookup(book->code_lists, lj_cstr_str(field->of), text) != NULL;
}

static int64_t count_points(lj_slice text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += (text.ptr[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

static const char *check_text(const ledger_field *field, lj_slice text)
{
    if (!lj_utf8_is_valid(text)) {
        return "not_text";
    }
    for (size_t i = 0; i < text.len; i++) {
        bool is_line = (field->flags & LEDGER_LONG) != 0 && (text.ptr[i] == '\n');
        if ((text.ptr[i] < ' ' && text.ptr[i] != '\t' && !is_line) || text.ptr[i] == 0x7F) {
            return "control_character";
        }
    }
    int64_t points = count_points(text);
    return points < field->min ? "too_short" : points > field->max ? "too_long" : NULL;
}

static const char *check_num(const ledger_field *field, int64_t num, int64_t min, int64_t max)
{
    if (field->min != 0 || field->max != 0) {
        min = field->min;
        max = field->max;
    }
    return num < min ? "too_small" : num > max ? "too_large" : NULL;
}

const char *ledger_value_check(ledger *book, const ledger_field *field, const store_value *value,
                               int64_t today)
{
    (void)today;
    if (value->kind == STORE_NULL) {
        return NULL;
    }
    if (value->kind != ledger_kind_store(field->kind)) {
        return "wrong_kind";
    }
    switch (field->kind) {
    case LEDGER_TEXT:
        return check_text(field, value->bytes);
    case LEDGER_CODE:
        return has_code(book, field, value->bytes) ? NULL : "unknown_code";
    case LEDGER_REF:
        return value->bytes.len == 16 ? NULL : "not_an_id";
    case LEDGER_FILE_HASH:
        return value->bytes.len == 32 ? NULL : "not_a_hash";
    case LEDGER_KEYED_HASH:
        return value->bytes.len >= 32 && value->bytes.len <= 36 ? NULL : "not_a_hash";
    case LEDGER_BOOL:
        return value->num == 0 || value->num == 1 ? NULL : "not_yes_or_no";
    case LEDGER_DATE:
        return check_num(field, value->num, CALENDAR_FIRST_ON, CALENDAR_LAST_ON);
    case LEDGER_INSTANT:
        return check_num(field, value->num, 0, INSTANT_MAX);
    case LEDGER_INT:
    case LEDGER_PT100:
        break;
    }
    return check_num(field, value->num, INT64_MIN, INT64_MAX);
}

/* ---- the way back ---- */
static void put_num(lj_buf *dst, int64_t num)
{
    if (num < 0) {
        lj_buf_put_u8(dst, '-');
    }
    lj_buf_put_dec(dst, num < 0 ? (uint64_t)0 - (uint64_t)num : (uint64_t)num);
}

static void put_pt100(lj_buf *dst, int64_t num)
{
    uint64_t size = num < 0 ? (uint64_t)0 - (uint64_t)num : (uint64_t)num;
    if (num < 0) {
        lj_buf_put_u8(dst, '-');
    }
    lj_buf_put_dec(dst, size / 100);
    lj_buf_put_u8(dst, '.');
    lj_buf_put_u8(dst, (uint8_t)('0' + size % 100 / 10));
    lj_buf_put_u8(dst, (uint8_t)('0' + size % 10));
}

static void put_instant(lj_buf *dst, int64_t at)
{
    int64_t day = at / 86400000 - (at % 86400000 < 0 ? 1 : 0);
    int64_t ms = at - day * 86400000;
    int64_t second = ms / 1000;
    ms %= 1000;
    char date[CALENDAR_TEXT_CAP];
    calendar_format((int32_t)day, date);
    lj_buf_put_cstr(dst, date);
    const int64_t parts[] = {second / 3600, second / 60 % 60, second % 60};
    for (size_t i = 0; i < LJ_COUNT_OF(parts); i++) {
        lj_buf_put_u8(dst, i == 0 ? 'T' : ':');
        lj_buf_put_u8(dst, (uint8_t)('0' + parts[i] / 10));
        lj_buf_put_u8(dst, (uint8_t)('0' + parts[i] % 10));
    }
    if (ms != 0) {
        const uint8_t tail[] = {'.', (uint8_t)('0' + ms / 100), (uint8_t)('0' + ms / 10 % 10),
                                (uint8_t)('0' + ms % 10)};
        lj_buf_put(dst, lj_slice_of(tail, sizeof tail));
    }
    lj_buf_put_u8(dst, 'Z');
}

static void put_hex(lj_buf *dst, lj_slice bytes)
{
    char hex[65];
    lj_hex(lj_slice_part(bytes, 0, 32), hex);
    lj_buf_put_cstr(dst, hex);
}

void ledger_value_print(const ledger_field *field, const store_value *value, lj_buf *dst)
{
    if (value->kind == STORE_NULL) {
        return;
    }
    char text[37];
    switch (field->kind) {
    case LEDGER_TEXT:
    case LEDGER_CODE:
        lj_buf_put(dst, value->bytes);
        return;
    case LEDGER_REF:
        if (value->bytes.len == 16) {
            ledger_id_print(value->bytes.ptr, text);
            lj_buf_put_cstr(dst, text);
        }
        return;
    case LEDGER_FILE_HASH:
        put_hex(dst, value->bytes);
        return;
    case LEDGER_KEYED_HASH:
        lj_buf_put_cstr(dst, "****");
        lj_buf_put(dst, lj_slice_part(value->bytes, 32, 4));
        return;
    case LEDGER_DATE:
        calendar_format((int32_t)value->num, text);
        lj_buf_put_cstr(dst, text);
        return;
    case LEDGER_INSTANT:
        put_instant(dst, value->num);
        return;
    case LEDGER_PT100:
        put_pt100(dst, value->num);
        return;
    case LEDGER_BOOL:
    case LEDGER_INT:
        break;
    }
    put_num(dst, value->num);
}
