/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a line says about a mark near it: words of the shared lists, copy number, document number,
 * years. Computed only for lines near a candidate and for the head of a document that has one. */
#include "base/num.h"
#include "detect/doc.h"

static bool facts_is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool facts_is_latin(char letter)
{
    return facts_is_digit(letter) || (letter >= 'A' && letter <= 'Z') ||
           (letter >= 'a' && letter <= 'z');
}

static uint32_t facts_digit_run(lj_str text, size_t at)
{
    uint32_t count = 0;
    while (at + count < text.len && facts_is_digit(text.ptr[at + count])) {
        count++;
    }
    return count;
}

/* 000123, No.000123, 份号：00123: 3 to 7 digits. Fewer than five need a leading zero or a word; a
 * year is none. */
static bool facts_is_copy_no(const detect_rules *rules, lj_str text)
{
    size_t at = 0;
    bool prefixed = false;
    uint32_t digits = 0;
    bool zero = false;
    while (at < text.len) {
        const dict_entry *word = dict_find(&rules->shared, text, at, DICT_LIST(LIST_BESIDE));
        if (word != NULL) {
            prefixed =
                prefixed || letters_is_word((uint8_t)word->word.ptr[0]) || word->word.len >= 3;
            at += word->word.len;
            continue;
        }
        uint32_t run = facts_digit_run(text, at);
        if (run > 0) {
            if (digits > 0) {
                return false;
            }
            digits = run;
            zero = text.ptr[at] == '0';
            at += run;
            continue;
        }
        size_t len = 0;
        if (letters_is_word(text_code_point(text, at, &len))) {
            return false;
        }
        at += len;
    }
    return digits >= 3 && digits <= 7 && (digits >= 5 || zero || prefixed);
}

static bool facts_one_of(uint32_t code_point, const uint16_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == code_point) {
            return true;
        }
    }
    return false;
}

/* ×发〔2023〕5号: a letter, a bracketed year, a number, 号 (GB/T 9704 7.2.5). `at` is where 号
 * begins. */
static bool facts_is_doc_no(lj_str text, size_t at)
{
    static const uint16_t opens[] = {'(', '[', 0x3014, 0x3010, 0x3016};
    static const uint16_t closes[] = {')', ']', 0x3015, 0x3011, 0x3017};
    size_t pos = at;
    size_t len = 0;
    while (pos > 0 && facts_is_digit(text.ptr[pos - 1])) {
        pos--;
    }
    if (pos == at || at - pos > 5 || pos == 0) {
        return false;
    }
    size_t back = letters_back(text, pos);
    if (!facts_one_of(text_code_point(text, back, &len), closes, LJ_COUNT_OF(closes))) {
        return false;
    }
    pos = back;
    if (pos < 4 || facts_digit_run(text, pos - 4) != 4 ||
        (text.ptr[pos - 4] != '1' && text.ptr[pos - 4] != '2')) {
        return false;
    }
    pos -= 4;
    if (pos == 0) {
        return false;
    }
    back = letters_back(text, pos);
    return facts_one_of(text_code_point(text, back, &len), opens, LJ_COUNT_OF(opens)) && back > 0 &&
           letters_is_word(text_code_point(text, letters_back(text, back), &len));
}

/* A year, and the whole date where month and day follow. */
static void facts_date(const detect_rules *rules, lj_str text, size_t at, line_facts *out)
{
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    int32_t on = 0;
    size_t digits = letters_digits(text, at, 4, &year);
    if (digits != 4 || year < 1949 || year > 2099) {
        return;
    }
    size_t pos = at + 4;
    lj_slice rest = lj_slice_of(text.ptr + pos, text.len - pos);
    bool han = lj_slice_has_prefix(rest, LJ_BYTES("年"));
    bool sign = rest.len > 0 && (rest.ptr[0] == '-' || rest.ptr[0] == '.' || rest.ptr[0] == '/');
    /* 2083元 is no year: the number must say what it is, or stand before an examination, or alone.
     */
    if (!han && !sign && rest.len > 0 && !lj_slice_has_prefix(rest, LJ_BYTES("届")) &&
        !lj_slice_has_prefix(rest, LJ_BYTES("级")) &&
        letters_is_word(text_code_point(text, pos, &digits)) &&
        dict_find(&rules->shared, text, pos, DICT_LIST(LIST_EXAM)) == NULL) {
        return;
    }
    out->year = year > out->year ? (uint16_t)year : out->year;
    if (!han && !sign) {
        return;
    }
    pos += han ? 3 : 1;
    digits = letters_digits(text, pos, 2, &month);
    pos += digits;
    if (digits == 0 || pos >= text.len) {
        return;
    }
    pos += han ? 3 : 1;
    if (pos >= text.len || letters_digits(text, pos, 2, &day) == 0) {
        day = 28; /* a month alone: near its end */
    }
    if (letters_day(year, month, day, &on) && on > out->date_on) {
        out->date_on = on;
    }
}

/* Western words must not be parts of longer ones: class in classified. */
static bool facts_is_whole(lj_str text, size_t at, size_t len)
{
    bool head = at > 0 && facts_is_latin(text.ptr[at]) && facts_is_latin(text.ptr[at - 1]);
    bool tail = at + len < text.len && facts_is_latin(text.ptr[at + len - 1]) &&
                facts_is_latin(text.ptr[at + len]);
    return !head && !tail;
}

/* Bytes of the run of one character: ×××××× is one filler. */
static size_t facts_run(lj_str text, size_t at)
{
    size_t len = letters_len(text, at);
    size_t end = at + len;
    while (len <= text.len - end && memcmp(text.ptr + at, text.ptr + end, len) == 0) {
        end += len;
    }
    return end - at;
}

void facts_of_folded(const detect_rules *rules, lj_str folded, line_facts *out)
{
    *out = (line_facts){.date_on = INT32_MIN};
    uint64_t mask = ~(DICT_LIST(LIST_SHARED) - 1);
    out->copy_no = folded.len <= 64 && facts_is_copy_no(rules, folded);
    size_t at = 0;
    while (at < folded.len) {
        const dict_entry *word = dict_find(&rules->shared, folded, at, mask);
        if (word != NULL && word->list == LIST_WAS_ALONE) {
            if (word->word.len == folded.len) {
                out->words[LIST_WAS - LIST_SHARED] |= (uint64_t)1 << 63;
            }
        } else if (word != NULL && facts_is_whole(folded, at, word->word.len)) {
            out->words[word->list - LIST_SHARED] |= (uint64_t)1 << word->idx % 64;
            if (word->list == LIST_SPECIMEN) {
                out->specimens++;
                at += facts_run(folded, at);
                continue;
            }
        }
        if (facts_is_digit(folded.ptr[at])) {
            uint32_t run = facts_digit_run(folded, at);
            if (run == 4) {
                facts_date(rules, folded, at, out);
            }
            at += run;
            continue;
        }
        if ((uint8_t)folded.ptr[at] == 0xE5 &&
            lj_slice_has_prefix(lj_slice_of(folded.ptr + at, folded.len - at), LJ_BYTES("号"))) {
            out->doc_no = out->doc_no || facts_is_doc_no(folded, at);
        }
        at += letters_len(folded, at);
    }
}

void facts_of_line(const detect_rules *rules, lj_arena *scratch, lj_str raw, line_facts *out)
{
    lj_arena_mark mark = lj_arena_mark_of(scratch);
    text_folded folded;
    if (text_fold(raw, scratch, &folded)) {
        facts_of_folded(rules, folded.text, out);
    } else {
        *out = (line_facts){.date_on = INT32_MIN};
    }
    lj_arena_rewind(scratch, mark);
}

void facts_join(line_facts *into, const line_facts *from)
{
    for (uint32_t i = 0; i < RULES_SHARED_COUNT; i++) {
        into->words[i] |= from->words[i];
    }
    into->specimens += from->specimens;
    into->copy_no = into->copy_no || from->copy_no;
    into->doc_no = into->doc_no || from->doc_no;
    into->year = from->year > into->year ? from->year : into->year;
    into->date_on = from->date_on > into->date_on ? from->date_on : into->date_on;
}

uint32_t facts_words(const uint64_t *words, rules_list list)
{
    return (uint32_t)__builtin_popcountll(words[list - LIST_SHARED]);
}
