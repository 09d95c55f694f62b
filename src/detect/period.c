/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What follows a level: 10年, 6个月, 1年6个月, 长期, 2027年1月1日解密, 会议开始前, or a placeholder
 * ××年. 定密管理暂行规定 (2014): period, date or condition of declassification. 保守国家秘密法 Art.
 * 20: at most 30, 20, 10 years; a longer one is kept and lowers the score, because people do write
 * it. */
#include "base/num.h"
#include "detect/detect.h"
#include "detect/grammar.h"

static bool period_has(lj_str text, size_t at, const char *word, size_t *out_len)
{
    size_t len = strlen(word);
    if (at <= text.len && len <= text.len - at && memcmp(text.ptr + at, word, len) == 0) {
        *out_len = len;
        return true;
    }
    return false;
}

/* 10年, 6个月, 1年6个月 */
static bool period_duration(const rules_pack *pack, lj_str text, size_t at, uint16_t level_idx,
                            grammar_period *out)
{
    int32_t count = 0;
    size_t len = 0;
    size_t digits = letters_digits(text, at, 3, &count);
    if (digits == 0) {
        return false;
    }
    size_t pos = at + digits;
    uint32_t limit = level_idx < pack->level_count ? pack->levels[level_idx].years : 0;
    if (period_has(text, pos, "年", &len)) {
        pos += len;
        out->over_limit = count == 0 || (limit > 0 && count > (int32_t)limit);
        int32_t months = 0;
        size_t more = letters_digits(text, pos, 2, &months);
        if (more > 0 && period_has(text, pos + more, "个月", &len)) {
            pos += more + len;
        } else if (period_has(text, pos, "期", &len)) {
            pos += len;
        }
    } else if (period_has(text, pos, "个月", &len)) {
        pos += len;
        out->over_limit = count == 0 || count > pack->numbers[NUMBER_MONTHS];
    } else {
        return false;
    }
    const dict_entry *tail = dict_find(&pack->words_dict, text, pos, DICT_LIST(LIST_PERIOD_TAIL));
    out->from = at;
    out->to = pos + (tail != NULL ? tail->word.len : 0);
    return true;
}

/* The separators of a date: 年 月, or one of - . / twice. */
static bool period_date_once(const rules_pack *pack, lj_str text, size_t at, grammar_period *out)
{
    int32_t parts[3] = {0, 12, 1}; /* a year alone lasts until its end */
    static const char *const after_han[] = {"年", "月", "日"};
    static const char *const after_sign[] = {"-", ".", "/"};
    size_t pos = at;
    size_t len = 0;
    size_t digits = letters_digits(text, pos, 4, &parts[0]);
    if (digits != 4) {
        return false;
    }
    pos += 4;
    if (period_has(text, pos, "年", &len)) {
        pos += len;
        for (size_t part = 1; part < 3; part++) {
            int32_t value = 0;
            digits = letters_digits(text, pos, 2, &value);
            if (digits == 0 || !period_has(text, pos + digits, after_han[part], &len)) {
                break;
            }
            parts[part] = value;
            pos += digits + len;
        }
    } else {
        size_t sign = 0;
        while (sign < 3 && !period_has(text, pos, after_sign[sign], &len)) {
            sign++;
        }
        for (size_t part = 1; part < 3; part++) {
            if (sign == 3 || !period_has(text, pos, after_sign[sign], &len)) {
                return false;
            }
            pos += len;
            digits = letters_digits(text, pos, 2, &parts[part]);
            if (digits == 0) {
                return false;
            }
            pos += digits;
        }
    }
    uint64_t tails = DICT_LIST(LIST_DATE_END) | DICT_LIST(LIST_PERIOD_TAIL);
    const dict_entry *end = dict_find(&pack->words_dict, text, pos, tails);
    while (end != NULL) { /* 日 后 公开 */
        pos += end->word.len;
        end = dict_find(&pack->words_dict, text, pos, tails);
    }
    out->has_date = letters_day(parts[0], parts[1], parts[2], &out->date_on);
    out->over_limit = !out->has_date;
    out->from = at;
    out->to = pos;
    return true;
}

/* A date, or two with a dash between: 2024.1.1-2034.1.1. The later one counts. */
static bool period_date(const rules_pack *pack, lj_str text, size_t at, grammar_period *out)
{
    static const char *const joints[] = {"-", "—", "~", "至", "--"};
    grammar_period second = {0};
    if (!period_date_once(pack, text, at, out)) {
        return false;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(joints); i++) {
        size_t len = 0;
        if (period_has(text, out->to, joints[i], &len) &&
            period_date_once(pack, text, out->to + len, &second)) {
            second.from = at;
            *out = second;
            break;
        }
    }
    return true;
}

/* 机密★10: the unit was left out. Only where nothing else follows. */
static bool period_number(const grammar_line *line, lj_str text, size_t at, grammar_period *out)
{
    int32_t count = 0;
    size_t len = letters_digits(text, at, 2, &count);
    size_t end = at + len;
    bool last = end == text.len || text.ptr[end] == ')' || text.ptr[end] == ']' ||
                letters_gap(line, end) > 0;
    if (len == 0 || count == 0 || !last) {
        return false;
    }
    out->from = at;
    out->to = end;
    return true;
}

/* What follows a star and ends in 解密 is a condition: 条件解密 (1.1: 密级★解密条件). */
static bool period_ends_in(const rules_pack *pack, lj_str text, size_t from, size_t to)
{
    for (size_t at = from; at < to; at += letters_len(text, at)) {
        const dict_entry *end = dict_find(&pack->words_dict, text, at, DICT_LIST(LIST_DATE_END));
        if (end != NULL && at > from && at + end->word.len == to && end->word.len > 3) {
            return true;
        }
    }
    return false;
}

/* A listed condition; or, behind a star, up to 12 letters of which the last word is 前, 后 or 时.
 */
static bool period_condition(const rules_pack *pack, const grammar_line *line, size_t at,
                             bool with_star, grammar_period *out)
{
    lj_str text = line->folded.text;
    const dict_entry *known = dict_find(&pack->words_dict, text, at,
                                        DICT_LIST(LIST_CONDITION) | DICT_LIST(LIST_LONG_TERM));
    if (known != NULL) {
        out->from = at;
        out->to = at + known->word.len;
        known = dict_find(&pack->words_dict, text, out->to, DICT_LIST(LIST_DATE_END));
        out->to += known != NULL ? known->word.len : 0; /* 任务完成后 解密 */
        return true;
    }
    if (!with_star) {
        return false;
    }
    size_t pos = at;
    size_t last = at;
    size_t unit = 0;
    uint32_t letters = 0;
    bool from_day = period_has(text, at, "自", &unit); /* 自印发之日起5年 */
    while (pos < text.len && letters <= 12) {
        size_t len = 0;
        uint32_t letter = text_code_point(text, pos, &len);
        bool digit = from_day && letter >= '0' && letter <= '9';
        if ((!text_is_han(letter) && !digit) || (pos > at && letters_gap(line, pos) > 0)) {
            break;
        }
        last = pos;
        pos += len;
        letters++;
    }
    bool ends = dict_find(&pack->words_dict, (lj_str){text.ptr, pos}, last,
                          DICT_LIST(LIST_CONDITION_END)) != NULL ||
                (from_day && period_has(text, last, "年", &unit)) ||
                period_ends_in(pack, text, at, pos);
    if (letters < 2 || letters > 12 || !ends) {
        return false;
    }
    out->from = at;
    out->to = pos;
    return true;
}

/* ××年, __个月, × alone behind a star */
static bool period_placeholder(const rules_pack *pack, lj_str text, size_t at, bool with_star,
                               grammar_period *out)
{
    static const char *const units[] = {"年", "个月", "月"};
    size_t pos = at;
    const dict_entry *sign = dict_find(&pack->words_dict, text, pos, DICT_LIST(LIST_PLACEHOLDER));
    while (sign != NULL && pos - at < 64) {
        pos += sign->word.len;
        sign = dict_find(&pack->words_dict, text, pos, DICT_LIST(LIST_PLACEHOLDER));
    }
    if (pos == at) {
        return false;
    }
    bool has_unit = false;
    for (size_t i = 0; i < 3 && !has_unit; i++) {
        size_t len = 0;
        has_unit = period_has(text, pos, units[i], &len);
        pos += has_unit ? len : 0;
    }
    out->placeholder = true;
    out->from = at;
    out->to = pos;
    return has_unit || with_star;
}

bool grammar_period_read(const rules_pack *pack, const grammar_line *line, size_t at,
                         uint16_t level_idx, bool with_star, grammar_period *out)
{
    lj_str text = line->folded.text;
    grammar_period found = {0};
    const dict_entry *head = dict_find(&pack->words_dict, text, at, DICT_LIST(LIST_PERIOD_HEAD));
    if (head != NULL && with_star) {
        size_t behind = at + head->word.len;
        if (period_date(pack, text, behind, &found) ||
            period_duration(pack, text, behind, level_idx, &found)) {
            found.from = at;
            *out = found;
            return true;
        }
        found = (grammar_period){0};
    }
    if (at < text.len && (period_date(pack, text, at, &found) ||
                          period_duration(pack, text, at, level_idx, &found) ||
                          period_placeholder(pack, text, at, with_star, &found) ||
                          period_condition(pack, line, at, with_star, &found) ||
                          (with_star && period_number(line, text, at, &found)))) {
        *out = found;
        return true;
    }
    return false;
}
