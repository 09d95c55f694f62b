/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the grammar asks about single letters, and about the way from the folded text back to the
 * original. */
#include "base/num.h"
#include "detect/grammar.h"

size_t letters_len(lj_str text, size_t at)
{
    uint8_t lead = (uint8_t)text.ptr[at];
    size_t len = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return lj_min_size(len, text.len - at);
}

size_t letters_back(lj_str text, size_t at)
{
    while (at > 0) {
        at--;
        if (((uint8_t)text.ptr[at] & 0xC0) != 0x80) {
            break;
        }
    }
    return at;
}

bool letters_is_blank(uint32_t code_point)
{
    return code_point == ' ' || code_point == '\t' || code_point == 0xA0 || code_point == 0x3000 ||
           (code_point >= 0x2000 && code_point <= 0x200A) || code_point == 0x202F ||
           code_point == 0x205F;
}

bool letters_is_invisible(uint32_t code_point)
{
    return code_point != 0 && text_is_deleted(code_point);
}

bool letters_is_word(uint32_t code_point)
{
    return (code_point >= '0' && code_point <= '9') || (code_point >= 'A' && code_point <= 'Z') ||
           (code_point >= 'a' && code_point <= 'z') || text_is_han(code_point);
}

uint32_t letters_gap(const grammar_line *line, size_t at)
{
    const text_folded *folded = &line->folded;
    if (at == 0 || at >= folded->text.len) {
        return 0;
    }
    size_t raw = folded->from[letters_back(folded->text, at)];
    size_t end = folded->from[at];
    if (raw >= end || end > line->raw.len) {
        return 0; /* one character that folds to two, or a reversed run */
    }
    uint32_t blanks = 0;
    raw += letters_len(line->raw, raw);
    while (raw < end) {
        size_t len = 0;
        uint32_t code_point = text_code_point(line->raw, raw, &len);
        blanks += code_point == '\t' ? 100 : letters_is_blank(code_point) ? 1 : 0;
        raw += len;
    }
    /* Folding keeps a blank between two ASCII words. */
    blanks += folded->text.ptr[at] == ' ' ? 1 : 0;
    return blanks;
}

bool letters_opens(const dict *words, uint8_t list, lj_str text, size_t end, lj_str *out_close)
{
    if (end == 0) {
        return false;
    }
    size_t from = letters_back(text, end);
    size_t len = end - from;
    const dict_entry *pair = dict_begun(words, (lj_str){text.ptr, end}, from, list);
    if (pair == NULL || pair->word.len <= len) {
        return false;
    }
    *out_close = (lj_str){pair->word.ptr + len, pair->word.len - len};
    return true;
}

bool letters_beside_only(const dict *shared, lj_str text, size_t from, size_t to)
{
    uint64_t mask = DICT_LIST(LIST_BESIDE) | DICT_LIST(LIST_URGENT) | DICT_LIST(LIST_HANDLING) |
                    DICT_LIST(LIST_WAS);
    lj_str part = {text.ptr, to};
    while (from < to) {
        const dict_entry *entry = dict_find(shared, part, from, mask);
        if (entry != NULL) {
            from += entry->word.len;
            continue;
        }
        int32_t number = 0;
        size_t digits = letters_digits(part, from, 8, &number);
        if (digits > 0) {
            /* A copy number; shorter ones are the numbers of a list or a table. */
            if (digits < 5) {
                return false;
            }
            from += digits;
            continue;
        }
        size_t len = 0;
        uint32_t code_point = text_code_point(part, from, &len);
        if (letters_is_word(code_point)) {
            return false;
        }
        from += len;
        if (code_point == '(' && from < to &&
            ((part.ptr[from] >= '0' && part.ptr[from] <= '9') ||
             dict_find(shared, part, from, DICT_LIST(LIST_BESIDE)) != NULL)) {
            /* A remark that begins with a date, or says when: 机密★5年（2024年6月1日起）,
             * （期满解密）. */
            const char *close = memchr(part.ptr + from, ')', to - from);
            from = close != NULL && close - (part.ptr + from) <= 40 ? (size_t)(close - part.ptr)
                                                                    : from;
        }
    }
    return true;
}

void letters_raw_range(const grammar_line *line, size_t from, size_t to, size_t *out_from,
                       size_t *out_to)
{
    const text_folded *folded = &line->folded;
    size_t least = line->raw.len;
    size_t most = 0;
    for (size_t i = from; i < to && i < folded->text.len; i++) {
        least = lj_min_size(least, folded->from[i]);
        most = folded->from[i] > most ? folded->from[i] : most;
    }
    *out_from = least;
    *out_to = most < line->raw.len ? most + letters_len(line->raw, most) : line->raw.len;
    if (*out_to < *out_from) {
        *out_to = *out_from;
    }
}

/* Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil. */
bool letters_day(int32_t year, int32_t month, int32_t day, int32_t *out_on)
{
    static const int32_t month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1900 || year > 2999 || month < 1 || month > 12 || day < 1 ||
        day > month_days[month - 1]) {
        return false;
    }
    int32_t shifted = month <= 2 ? year - 1 : year;
    int32_t era = shifted / 400;
    int32_t year_of_era = shifted - era * 400;
    int32_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    *out_on = era * 146097 + day_of_era - 719468;
    return true;
}

size_t letters_digits(lj_str text, size_t at, size_t max_digits, int32_t *out)
{
    size_t count = 0;
    int32_t value = 0;
    while (at + count < text.len && text.ptr[at + count] >= '0' && text.ptr[at + count] <= '9') {
        if (count == max_digits || count == 9) {
            return 0; /* a longer number is another thing */
        }
        value = value * 10 + (text.ptr[at + count] - '0');
        count++;
    }
    *out = value;
    return count;
}
