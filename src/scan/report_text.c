/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Records in words. Paths are shown escaped where a terminal or a page could be fooled
 * (scanner-aims E.10): controls, bidi marks, bytes that are not UTF-8. */
#include "scan/report_text.h"

#include <string.h>

#include "base/json.h"
#include "formats/gap.h"
#include "formats/span.h"
#include "scan/report.h"

static bool is_bidi_or_invisible(uint32_t code_point)
{
    return (code_point >= 0x200B && code_point <= 0x200F) ||
           (code_point >= 0x202A && code_point <= 0x202E) ||
           (code_point >= 0x2066 && code_point <= 0x2069) || code_point == 0xFEFF ||
           code_point == 0x2028 || code_point == 0x2029 ||
           (code_point >= 0x80 && code_point < 0xA0);
}

static void put_hex(lj_buf *out, uint32_t value, int digits)
{
    static const char alphabet[] = "0123456789abcdef";
    for (int i = digits - 1; i >= 0; i--) {
        lj_buf_put_u8(out, (uint8_t)alphabet[value >> (4 * i) & 15]);
    }
}

static uint32_t decode(const uint8_t *at, size_t len)
{
    uint32_t value = len == 1   ? at[0]
                     : len == 2 ? at[0] & 31u
                     : len == 3 ? at[0] & 15u
                                : at[0] & 7u;
    for (size_t i = 1; i < len; i++) {
        value = value << 6 | (at[i] & 63u);
    }
    return value;
}

void report_put_path(lj_buf *out, lj_slice raw)
{
    size_t at = 0;
    while (at < raw.len) {
        size_t step = lj_utf8_step(lj_slice_part(raw, at, 4));
        uint32_t code_point = step > 0 ? decode(raw.ptr + at, step) : 0;
        if (step == 0 || code_point < 0x20 || code_point == 0x7F) {
            lj_buf_put_cstr(out, "\\x");
            put_hex(out, raw.ptr[at], 2);
        } else if (is_bidi_or_invisible(code_point)) {
            lj_buf_put_cstr(out, "\\u{");
            put_hex(out, code_point, 4);
            lj_buf_put_u8(out, '}');
        } else {
            lj_buf_put(out, lj_slice_part(raw, at, step));
        }
        at += step > 0 ? step : 1;
    }
}

static int base64_value(char sign)
{
    if (sign >= 'A' && sign <= 'Z') {
        return sign - 'A';
    }
    if (sign >= 'a' && sign <= 'z') {
        return sign - 'a' + 26;
    }
    if (sign >= '0' && sign <= '9') {
        return sign - '0' + 52;
    }
    return sign == '+' ? 62 : sign == '/' ? 63 : -1;
}

static void put_base64_path(lj_buf *out, const char *text)
{
    lj_buf raw;
    lj_buf_init(&raw, NULL, 64 * 1024);
    uint32_t bits = 0;
    int have = 0;
    for (; *text != '\0' && *text != '='; text++) {
        int value = base64_value(*text);
        if (value < 0) {
            break;
        }
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            lj_buf_put_u8(&raw, (uint8_t)(bits >> have));
        }
    }
    report_put_path(out, lj_buf_slice(&raw));
    lj_buf_done(&raw);
}

void report_put_where(lj_buf *out, const json_t *record)
{
    const char *base64 = report_text(record, "path_base64");
    if (base64[0] != '\0') {
        put_base64_path(out, base64);
    } else {
        report_put_path(out, lj_cstr_bytes(report_text(record, "path")));
    }
    const char *member = report_text(record, "member");
    if (member[0] != '\0') {
        lj_buf_put_u8(out, '!');
        report_put_path(out, lj_cstr_bytes(member));
    }
}

const char *report_reason_text(const detect_rules *rules, const char *pack, const char *code,
                               bool zh)
{
    for (uint32_t p = 0; rules != NULL && p < detect_pack_count(rules); p++) {
        if (strcmp(detect_pack_of(rules, p)->name, pack) != 0) {
            continue;
        }
        const detect_weight *weight = NULL;
        for (uint32_t w = 0; (weight = detect_weight_of(rules, p, w)) != NULL; w++) {
            if (strcmp(weight->code, code) == 0) {
                return zh ? weight->zh : weight->en;
            }
        }
    }
    return code;
}

/* The text of a name in one of our tables, or the name itself. */
static const char *role_text(const char *name, bool zh)
{
    for (unsigned i = 0; i < SPAN_ROLE_COUNT; i++) {
        const span_name_row *row = span_role_row((span_role)i);
        if (strcmp(row->name, name) == 0) {
            return zh ? row->zh : row->en;
        }
    }
    return name;
}

static const char *hidden_text(const char *name, bool zh)
{
    for (unsigned i = 0; i < SPAN_HIDDEN_COUNT; i++) {
        const span_name_row *row = span_hidden_row((span_hidden)i);
        if (strcmp(row->name, name) == 0) {
            return zh ? row->zh : row->en;
        }
    }
    return name;
}

static void put_separator(lj_buf *out, size_t start, bool zh)
{
    if (out->len > start) {
        lj_buf_put_cstr(out, zh ? "，" : ", ");
    }
}

static void put_counted(lj_buf *out, const char *before, int64_t value, const char *behind)
{
    lj_buf_put_cstr(out, before);
    lj_buf_put_dec(out, value > 0 ? (uint64_t)value : 0);
    lj_buf_put_cstr(out, behind);
}

void report_put_place(lj_buf *out, const json_t *record, bool zh)
{
    const json_t *reason = json_array_get(json_object_get(record, "reasons"), 0);
    if (reason == NULL) {
        return;
    }
    size_t start = out->len;
    int64_t page = report_number(reason, "page");
    if (page > 0) {
        put_counted(out, zh ? "第" : "page ", page, zh ? "页" : "");
    }
    const char *role = report_text(reason, "role");
    if (role[0] != '\0') {
        put_separator(out, start, zh);
        lj_buf_put_cstr(out, role_text(role, zh));
    }
    const char *const words[] = {report_text(reason, "part"), report_text(reason, "cell")};
    for (size_t i = 0; i < 2; i++) {
        if (words[i][0] != '\0') {
            put_separator(out, start, zh);
            report_put_path(out, lj_cstr_bytes(words[i]));
        }
    }
    if (json_is_integer(json_object_get(reason, "offset"))) {
        put_separator(out, start, zh);
        put_counted(out, zh ? "字节" : "byte ", report_number(reason, "offset"), "");
    }
    const json_t *hidden = json_object_get(reason, "hidden_by");
    for (size_t i = 0; i < json_array_size(hidden); i++) {
        const char *name = json_string_value(json_array_get(hidden, i));
        put_separator(out, start, zh);
        lj_buf_put_cstr(out, hidden_text(name != NULL ? name : "", zh));
    }
}

/* Terms of one candidate stand together and at one place; the first group is the best evidence. */
static bool is_same_place(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"role", "part", "page", "cell", "offset"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const json_t *left = json_object_get(a, keys[i]);
        const json_t *right = json_object_get(b, keys[i]);
        if ((left == NULL) != (right == NULL) || (left != NULL && json_equal(left, right) == 0)) {
            return false;
        }
    }
    return true;
}

void report_put_terms(lj_buf *out, const detect_rules *rules, const json_t *record, bool zh)
{
    const json_t *reasons = json_object_get(record, "reasons");
    size_t start = out->len;
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        if (!is_same_place(json_array_get(reasons, 0), reason)) {
            break;
        }
        int64_t points = report_number(reason, "points");
        put_separator(out, start, zh);
        lj_buf_put_cstr(out, report_reason_text(rules, report_text(reason, "pack"),
                                                report_text(reason, "code"), zh));
        lj_buf_put_cstr(out, points < 0 ? " \xE2\x88\x92" : " +");
        lj_buf_put_dec(out, (uint64_t)(points < 0 ? -points : points));
    }
}

void report_put_gaps(lj_buf *out, const json_t *record, bool zh)
{
    const json_t *gaps = json_object_get(record, "gaps");
    size_t start = out->len;
    for (size_t i = 0; i < json_array_size(gaps) && i < 4; i++) {
        const json_t *one = json_array_get(gaps, i);
        const char *name = report_text(one, "cause");
        put_separator(out, start, zh);
        for (unsigned c = 0; c < GAP_CAUSE_COUNT; c++) {
            const gap_row *row = gap_cause_row((gap_cause)c);
            if (strcmp(row->name, name) == 0) {
                lj_buf_put_cstr(out, zh ? row->zh : row->en);
            }
        }
        const char *const details[] = {report_text(one, "detail"), report_text(one, "limit")};
        for (size_t d = 0; d < 2; d++) {
            if (details[d][0] != '\0') {
                lj_buf_put_cstr(out, " (");
                report_put_path(out, lj_cstr_bytes(details[d]));
                lj_buf_put_cstr(out, ")");
            }
        }
    }
    if (json_array_size(gaps) > 4) {
        put_counted(out, zh ? "，另有 " : ", and ", (int64_t)json_array_size(gaps) - 4,
                    zh ? " 项" : " more");
    }
}
