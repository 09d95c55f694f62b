/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mailboxes: where a message begins and where it does not. */
#include "../check.h"
#include "archive_build.h"
#include "base/num.h"
#include "collect.h"

#define FIELDS "From: a@example.org\nTo: b@example.org\nMessage-ID: <1@example.org>\n"

static void test_mbox__messages_begin_at_separators(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes; /* behind a first message */
        uint32_t messages;
    } rows[] = {
        {"nothing more",                   "",                                                 1},
        {"a second message",               "\nFrom b\n" FIELDS "\ny\n",                        2},
        {"no empty line, but a time",      "From b Mon May  6 09:00:00 2024\n" FIELDS "\ny\n", 2},
        {"no empty line, no time",         "From b\n" FIELDS "\ny\n",                          1},
        {"a sentence",                     "\nFrom here on\nit is text\n",                     1},
        {"a sentence before a colon",      "\nFrom here on\nNote that: it is text\n",          1},
        {"quoted",                         "\n>From b\n" FIELDS "\n",                          1},
        {"quoted twice",                   "\n>>From b\n" FIELDS "\n",                         1},
        {"a message whose header is poor", "\nFrom b\nX-Poor: 1\n\ny\n",                       2},
        {"a cut separator",                "\nFrom b",                                         1},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf mbox;
        collect seen;
        lj_buf_init(&mbox, NULL, 1 << 20);
        lj_buf_put_cstr(&mbox, "From a\n" FIELDS "Subject: first\n\nx\n");
        lj_buf_put_cstr(&mbox, rows[i].bytes);
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&mbox));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "doc mail member '1 first.eml'");
        CHECK_ROW(rows[i].name, collect_count(&seen, "'From_':"), rows[i].messages);
        CHECK_ROW(rows[i].name, seen.gap_count, 0);
        CHECK_ROW(rows[i].name, seen.examined, seen.size);
        collect_done(&seen);
        lj_buf_done(&mbox);
    }
}

/* A stated length covers separators of the body when it leads to one, or to the end. */
static void test_mbox__a_stated_length_is_believed_when_it_holds(void **state)
{
    (void)state;
    static const char body[] = "x\n\nFrom c\nSubject: inside\n\nz\n";
    for (int wrong = -1; wrong <= 1; wrong++) {
        lj_buf mbox;
        collect seen;
        lj_buf_init(&mbox, NULL, 1 << 20);
        lj_buf_put_cstr(&mbox, "From a\n" FIELDS "Content-Length: ");
        lj_buf_put_dec(&mbox, sizeof(body) - 1 + (uint64_t)(5 * wrong));
        lj_buf_put_cstr(&mbox, "\n\n");
        lj_buf_put_cstr(&mbox, body);
        lj_buf_put_cstr(&mbox, "\nFrom d\n" FIELDS "\ny\n");
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&mbox));
        CHECK_ROW("length", collect_count(&seen, "'From_':"), wrong == 0 ? 2 : 3);
        CHECK_ROW("length", seen.examined, seen.size);
        collect_done(&seen);
        lj_buf_done(&mbox);
    }
}

static lj_buf many(uint32_t count)
{
    lj_buf mbox;
    lj_buf_init(&mbox, NULL, 1 << 26);
    for (uint32_t i = 1; i <= count; i++) {
        lj_buf_put_cstr(&mbox, "From a\n" FIELDS "Subject: no ");
        lj_buf_put_dec(&mbox, i);
        lj_buf_put_cstr(&mbox, "\n\nthe text of it\n\n");
    }
    return mbox;
}

/* As many as one batch holds, fewer, more; also out of a compressed file that cannot go back. */
static void test_mbox__messages_of_several_batches_are_read(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1022, 1023, 1024, 1025, 3000};
    for (size_t i = 0; i < LJ_COUNT_OF(counts); i++) {
        for (int packed = 0; packed < 2; packed++) {
            char last[64];
            lj_buf mbox = many(counts[i]);
            archive_member member = {.name = "x", .data = lj_buf_slice(&mbox)};
            lj_buf gz = archive_build("raw", "gzip", &member, 1);
            collect seen;
            collect_init(&seen);
            collect_run(&seen, packed == 0 ? lj_buf_slice(&mbox) : lj_buf_slice(&gz));
            snprintf(last, sizeof(last), "'%u no %u.eml'", counts[i], counts[i]);
            CHECK_HAS(&seen, last);
            CHECK_ROW("many", collect_count(&seen, "the text of it"), counts[i]);
            CHECK_ROW("many", seen.gap_count, 0);
            collect_done(&seen);
            lj_buf_done(&mbox);
            lj_buf_done(&gz);
        }
    }
}

static void test_mbox__subjects_are_cut_and_made_safe(void **state)
{
    (void)state;
    lj_buf mbox;
    collect seen;
    lj_buf_init(&mbox, NULL, 1 << 20);
    lj_buf_put_cstr(&mbox,
                    "From a\n" FIELDS "Subject: a/b\\c!d\n\nx\n\nFrom a\n" FIELDS "Subject: z");
    for (int i = 0; i < 100; i++) {
        lj_buf_put_cstr(&mbox, "食");
    }
    lj_buf_put_cstr(&mbox, "\n\ny\n");
    collect_init(&seen);
    collect_run(&seen, lj_buf_slice(&mbox));
    CHECK_HAS(&seen, "member '1 a_b_c_d.eml'");
    CHECK_HAS(&seen, "食.eml'");
    CHECK_HAS_NOT(&seen, "\xEF\xBF\xBD");
    collect_done(&seen);
    lj_buf_done(&mbox);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mbox__messages_begin_at_separators),
        cmocka_unit_test(test_mbox__a_stated_length_is_believed_when_it_holds),
        cmocka_unit_test(test_mbox__messages_of_several_batches_are_read),
        cmocka_unit_test(test_mbox__subjects_are_cut_and_made_safe),
    };
    return cmocka_run_group_tests_name("mbox", tests, NULL, NULL);
}
