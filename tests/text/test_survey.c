/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The survey of raw bytes against counting them one by one, at any length and alignment. */
#include "../check.h"

#include "text/survey_priv.h"

enum { ROOM = 20000 };

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static text_survey naive(lj_slice bytes, uint8_t behind)
{
    static const struct {
        uint8_t byte;
        uint32_t bit;
    } rows[] = {
        {'\\', TEXT_HAS_SLASH},
        {'~',  TEXT_HAS_TILDE},
        {'+',  TEXT_HAS_PLUS },
        {0x1B, TEXT_HAS_ESC  },
        {0,    TEXT_HAS_NUL  },
    };
    text_survey out = {0, 0};
    for (size_t i = 0; i < bytes.len; i++) {
        out.has |= bytes.ptr[i] > 0x7F ? TEXT_HAS_HIGH : 0U;
        uint8_t next = i + 1 < bytes.len ? bytes.ptr[i + 1] : behind;
        out.line_ends += bytes.ptr[i] == '\n' || (bytes.ptr[i] == '\r' && next != '\n') ? 1 : 0;
        for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
            out.has |= bytes.ptr[i] == rows[k].byte ? rows[k].bit : 0U;
        }
    }
    return out;
}

static void test_survey__sees_what_is_there(void **state)
{
    (void)state;
    static uint8_t room[ROOM];
    static const uint8_t rare[] = {'\\', '~', '+', 0x1B, '\r', 0, 0x80, 0xFF, '\n'};
    uint64_t seed = 5;
    for (int round = 0; round < 3000; round++) {
        size_t from = next_random(&seed) % 40;
        size_t len = round % 8 == 0 ? next_random(&seed) % (ROOM - 40) : next_random(&seed) % 200;
        for (size_t i = 0; i < len; i++) {
            uint64_t dice = next_random(&seed) % 30;
            room[from + i] = dice == 0 ? '\n' : dice == 1 ? '\r' : 'a';
        }
        if (len > 0 && round % 3 != 0) {
            room[from + next_random(&seed) % len] = rare[next_random(&seed) % sizeof(rare)];
        }
        lj_slice bytes = lj_slice_of(room + from, len);
        uint8_t behind = round % 2 == 0 ? '\n' : 0;
        text_survey wanted = naive(bytes, behind);
        text_survey plain = survey_with(TEXT_VECTOR_NONE, bytes, behind);
        text_survey best = text_survey_of(bytes, behind);
        assert_int_equal(plain.has, wanted.has);
        assert_int_equal(plain.line_ends, wanted.line_ends);
        assert_int_equal(best.has, wanted.has);
        assert_int_equal(best.line_ends, wanted.line_ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survey__sees_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
