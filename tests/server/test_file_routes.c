/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Attachments over HTTP: what is taken, what comes back, what is found on the disk. */
#include <stdlib.h>

#include "../check.h"
#include "base/os.h"
#include "desk.h"
#include "server/files.h"

#define PDF "%PDF-1.7\nx"

typedef struct cabinet {
    desk desk;
    const char *leader, *officer;
    uint8_t unit[16], other[16];
} cabinet;

static void open_cabinet(cabinet *to)
{
    desk_open(&to->desk, 2);
    ledger_actor kernel = ledger_actor_kernel(to->desk.book.at);
    book_do(&to->desk.book, &kernel,
            &(book_change){.type = "unit", .fields = "name=区教育局;kind=organ"}, to->unit);
    book_do(&to->desk.book, &kernel,
            &(book_change){.type = "unit", .fields = "name=区民政局;kind=organ"}, to->other);
    const char *sys = desk_admin(&to->desk, 0);
    const char *sec = desk_admin(&to->desk, 1);
    to->leader = desk_officer(&to->desk, sys, sec, "leader", NULL, "bureau_leader");
    to->officer = desk_officer(&to->desk, sys, sec, "officer", to->unit, "secrecy_officer");
}

static desk_answer upload(cabinet *on, const char *cookie, const char *query, const char *type,
                          const char *bytes, size_t len)
{
    char path[600];
    snprintf(path, sizeof path, "/attachments?%s", query);
    return desk_ask(&on->desk, &(desk_call){"POST", path, .body = bytes, .body_len = len,
                                            .type = type, .cookie = cookie});
}

static desk_answer content(cabinet *on, const char *cookie, const char *id)
{
    char path[128];
    snprintf(path, sizeof path, "/attachments/%s/content", id);
    return desk_ask(&on->desk, &(desk_call){"GET", path, .cookie = cookie});
}

static void test_files__what_comes_in_goes_out(void **state)
{
    (void)state;
    cabinet on;
    open_cabinet(&on);
    char query[300];
    snprintf(query, sizeof query, "name=%%E6%%89%%AB%%E6%%8F%%8F%%2Epdf&record_type=unit&record=%s",
             book_id(on.unit));
    desk_answer made = upload(&on, on.officer, query, "application/pdf", PDF, sizeof PDF - 1);
    if (made.status != 201) {
        fail_msg("%d %s", made.status, made.body);
    }
    assert_string_equal(desk_text(&made, "name"), "扫描.pdf");
    assert_int_equal(strlen(desk_text(&made, "sha256")), 64);
    char id[40];
    snprintf(id, sizeof id, "%s", desk_text(&made, "id"));
    desk_answer got = content(&on, on.officer, id);
    assert_int_equal(got.status, 200);
    assert_int_equal(got.len, sizeof PDF - 1);
    assert_memory_equal(got.body, PDF, sizeof PDF - 1);
    assert_string_equal(desk_header(&got, "Content-Type"), "application/octet-stream");
    assert_string_equal(desk_header(&got, "Content-Disposition"),
                        "attachment; filename=\"__.pdf\"; "
                        "filename*=UTF-8''%E6%89%AB%E6%8F%8F.pdf");
    assert_int_equal(content(&on, on.leader, id).status, 200);
    /* the same bytes again: another record, one file */
    desk_answer again =
        upload(&on, on.leader, "name=a.pdf", "application/pdf", PDF, sizeof PDF - 1);
    assert_int_equal(again.status, 201);
    char other[40];
    snprintf(other, sizeof other, "%s", desk_text(&again, "id"));
    assert_int_equal(content(&on, on.officer, other).status, 404); /* the bureau's own */
    assert_int_equal(content(&on, NULL, id).status, 401);
    desk_close(&on.desk);
}

static void test_files__only_what_is_on_the_list(void **state)
{
    (void)state;
    cabinet on;
    open_cabinet(&on);
    static const char zip[] = "PK\x03\x04xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    static const char docx[] = "PK\x03\x04\x14\0\0\0\x08\0"
                               "0000000000000000"
                               "\x13\0\0\0"
                               "[Content_Types].xml";
    const struct {
        const char *type, *bytes;
        size_t len;
        int status;
    } rows[] = {
        {"application/pdf",                                                         PDF,                                sizeof PDF - 1,  201},
        {"image/png",                                                               PDF,                                sizeof PDF - 1,  415},
        {"image/png",                                                               "\x89PNG\r\n\x1A\nx",               9,               201},
        {"image/jpeg",                                                              "\xFF\xD8\xFF\xE0",                 4,               201},
        {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx,
         sizeof docx - 1,                                                                                                                201},
        {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", zip,
         sizeof zip - 1,                                                                                                                 415},
        {"application/vnd.ms-word.document.macroEnabled.12",                        docx,                               sizeof docx - 1, 415},
        {"application/ofd",                                                         docx,                               sizeof docx - 1, 201},
        {"application/msword",                                                      "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8,               201},
        {"text/plain; charset=utf-8",                                               "你好",                           6,               201},
        {"text/plain",                                                              "a\0b",                             3,               415},
        {"text/html",                                                               "<html>",                           6,               415},
        {"application/octet-stream",                                                PDF,                                sizeof PDF - 1,  201},
        {"application/octet-stream",                                                "MZ\x90\0",                         4,               415},
        {"application/zip",                                                         zip,                                sizeof zip - 1,  415},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        desk_answer made =
            upload(&on, on.officer, "name=x", rows[i].type, rows[i].bytes, rows[i].len);
        if (made.status != rows[i].status) {
            fail_msg("row %zu %s: %d %s", i, rows[i].type, made.status, made.body);
        }
    }
    desk_close(&on.desk);
}

static void test_files__names_lead_nowhere(void **state)
{
    (void)state;
    cabinet on;
    open_cabinet(&on);
    const struct {
        const char *query, *name;
    } rows[] = {
        {"name=..%2F..%2Fetc%2Fpasswd", "passwd"     },
        {"name=C%3A%5Ctemp%5Ca.pdf",    "a.pdf"      },
        {"name=%2F",                    NULL         },
        {"name=..",                     NULL         },
        {"name=a%22b%3B.pdf",           "a\\\"b;.pdf"},
        {"",                            NULL         },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        desk_answer made =
            upload(&on, on.officer, rows[i].query, "application/pdf", PDF, sizeof PDF - 1);
        assert_int_equal(made.status, rows[i].name != NULL ? 201 : 422);
        char wanted[80];
        snprintf(wanted, sizeof wanted, "\"name\":\"%s\"",
                 rows[i].name != NULL ? rows[i].name : "");
        assert_true(rows[i].name == NULL || desk_has(&made, wanted));
        if (i == 4) {
            desk_answer got = content(&on, on.officer, desk_text(&made, "id"));
            assert_string_equal(desk_header(&got, "Content-Disposition"),
                                "attachment; filename=\"a_b_.pdf\"; filename*=UTF-8''a%22b%3B.pdf");
        }
    }
    desk_close(&on.desk);
}

static void test_files__records_that_are_not_seen(void **state)
{
    (void)state;
    cabinet on;
    open_cabinet(&on);
    char query[300];
    snprintf(query, sizeof query, "name=x&record_type=unit&record=%s", book_id(on.other));
    assert_int_equal(upload(&on, on.officer, query, "application/pdf", PDF, sizeof PDF - 1).status,
                     422);
    assert_int_equal(upload(&on, on.leader, query, "application/pdf", PDF, sizeof PDF - 1).status,
                     201);
    assert_int_equal(upload(&on, on.leader, "name=x&record_type=nothing&record=1",
                            "application/pdf", PDF, sizeof PDF - 1)
                         .status,
                     422);
    assert_int_equal(upload(&on, NULL, "name=x", "application/pdf", PDF, sizeof PDF - 1).status,
                     401);
    desk_close(&on.desk);
}

static void test_files__not_above_the_ceiling(void **state)
{
    (void)state;
    cabinet on;
    open_cabinet(&on);
    size_t len = FILES_BYTES_MAX;
    char *bytes = malloc(len + 1);
    memset(bytes, 'x', len + 1);
    memcpy(bytes, PDF, sizeof PDF - 1);
    assert_int_equal(upload(&on, on.officer, "name=x", "application/pdf", bytes, len).status, 201);
    assert_int_equal(upload(&on, on.officer, "name=x", "application/pdf", bytes, len + 1).status,
                     413);
    free(bytes);
    desk_close(&on.desk);
}

typedef struct findings {
    uint32_t counts[FILES_FINDING_COUNT];
} findings;

static lj_code note(void *ctx, files_finding finding, const char *name, lj_err *err)
{
    (void)name;
    (void)err;
    ((findings *)ctx)->counts[finding]++;
    return LJ_OK;
}

static findings check(cabinet *on)
{
    findings found = {{0}};
    lj_err err = {0};
    assert_int_equal(files_check(on->desk.server.data_dir, on->desk.book.ledger,
                                 on->desk.book.reader, note, &found, &err),
                     LJ_OK);
    return found;
}

static void expect(cabinet *on, uint32_t missing, uint32_t damaged, uint32_t orphan,
                   uint32_t strange)
{
    findings found = check(on);
    assert_int_equal(found.counts[FILES_MISSING], missing);
    assert_int_equal(found.counts[FILES_DAMAGED], damaged);
    assert_int_equal(found.counts[FILES_ORPHAN], orphan);
    assert_int_equal(found.counts[FILES_STRANGE], strange);
}

static void write_at(cabinet *on, const char *name, const char *text)
{
    int fd = -1;
    lj_err err = {0};
    assert_int_equal(lj_os_create_file(on->desk.server.data_dir, name, LJ_OS_FRESH, &fd, &err),
                     LJ_OK);
    assert_int_equal(lj_os_write(fd, lj_cstr_bytes(text), &err), LJ_OK);
    lj_os_close(fd);
}

static void test_files__damage_is_found_and_told(void **state)
{
    (void)state;
    cabinet on;
    open_cabinet(&on);
    expect(&on, 0, 0, 0, 0);
    desk_answer made = upload(&on, on.officer, "name=x", "application/pdf", PDF, sizeof PDF - 1);
    char sha256[80];
    char id[40];
    snprintf(sha256, sizeof sha256, "%s", desk_text(&made, "sha256"));
    snprintf(id, sizeof id, "%s", desk_text(&made, "id"));
    expect(&on, 0, 0, 0, 0);
    char name[128];
    snprintf(name, sizeof name, "files/%s", sha256);
    write_at(&on, name, "%PDF-1.7\ny");
    expect(&on, 0, 1, 0, 0);
    desk_answer got = content(&on, on.officer, id);
    assert_int_equal(got.status, 500);
    assert_true(desk_has(&got, "\"code\":\"tampered\""));
    /* the same file again mends it */
    assert_int_equal(
        upload(&on, on.officer, "name=x", "application/pdf", PDF, sizeof PDF - 1).status, 201);
    expect(&on, 0, 0, 0, 0);
    assert_int_equal(content(&on, on.officer, id).status, 200);
    lj_err err = {0};
    assert_int_equal(lj_os_remove(on.desk.server.data_dir, name, &err), LJ_OK);
    expect(&on, 1, 0, 0, 0);
    assert_int_equal(content(&on, on.officer, id).status, 500);
    /* what a crash leaves behind */
    write_at(&on, "files/new-0123456789abcdef", "x");
    uint8_t digest[32];
    assert_int_equal(files_hash(LJ_BYTES("lost"), digest, &err), LJ_OK);
    assert_int_equal(files_put(on.desk.server.data_dir, digest, LJ_BYTES("lost"), &err), LJ_OK);
    expect(&on, 1, 0, 1, 1);
    desk_close(&on.desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files__what_comes_in_goes_out),
        cmocka_unit_test(test_files__only_what_is_on_the_list),
        cmocka_unit_test(test_files__names_lead_nowhere),
        cmocka_unit_test(test_files__records_that_are_not_seen),
        cmocka_unit_test(test_files__not_above_the_ceiling),
        cmocka_unit_test(test_files__damage_is_found_and_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
