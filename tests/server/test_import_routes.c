/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables over HTTP: templates, exports that read back without a difference, previews with their
 * faults by cell, commit, undo. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../check.h"
#include "base/os.h"
#include "book_build.h"
#include "desk.h"
#include "ledger/import.h"
#include "report/table_out.h"
#include "table_dump.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

typedef struct office {
    desk desk;
    const char *leader, *officer, *audit;
    uint8_t unit[16]; /* of the officer */
} office;

static void open_office(office *to)
{
    desk_open(&to->desk, 2);
    ledger_actor kernel = ledger_actor_kernel(to->desk.book.at);
    book_do(&to->desk.book, &kernel,
            &(book_change){.type = "unit", .fields = "name=区教育局;kind=organ"}, to->unit);
    const char *sys = desk_admin(&to->desk, 0);
    const char *sec = desk_admin(&to->desk, 1);
    to->audit = desk_admin(&to->desk, 2);
    to->leader = desk_officer(&to->desk, sys, sec, "leader", NULL, "bureau_leader");
    to->officer = desk_officer(&to->desk, sys, sec, "officer", to->unit, "secrecy_officer");
}

/* ---- files ---- */
/* Rows of cells, each row ended with NULL, the last one with two. */
static lj_slice make_table(office *on, table_format format, const char *const *cells)
{
    uint32_t width = 0;
    while (cells[width] != NULL) {
        width++;
    }
    lj_arena *arena = on->desk.book.arena;
    table_column *columns = lj_arena_array(arena, width, sizeof *columns);
    for (uint32_t i = 0; i < width; i++) {
        columns[i] = (table_column){.title = lj_cstr_str(cells[i]), .kind = TABLE_TEXT};
    }
    table_out_options options = {.format = format,
                                 .sheet = LJ_STR("表"),
                                 .columns = columns,
                                 .column_count = width,
                                 .folder = "/tmp"};
    table_out *out = NULL;
    lj_err err = {0};
    assert_int_equal(table_out_new(&options, arena, &out, &err), LJ_OK);
    for (const char *const *row = cells + width + 1; row[0] != NULL; row += width + 1) {
        table_value *values = lj_arena_array(arena, width, sizeof *values);
        for (uint32_t i = 0; i < width; i++) {
            values[i] =
                (table_value){lj_cstr_str(row[i]), row[i][0] != '\0' ? TABLE_TEXT : TABLE_EMPTY};
        }
        assert_int_equal(table_out_row(out, values, &err), LJ_OK);
    }
    lj_buf bytes;
    lj_buf_init(&bytes, arena, 64 << 20);
    assert_int_equal(table_out_finish(out, &bytes, &err), LJ_OK);
    table_out_free(out);
    return lj_buf_slice(&bytes);
}

static desk_answer preview(office *on, const char *cookie, const char *plural, lj_slice file)
{
    char path[80];
    snprintf(path, sizeof path, "/%s/import", plural);
    return desk_ask(&on->desk, &(desk_call){"POST", path, .body = (const char *)file.ptr,
                                            .body_len = file.len, .type = XLSX, .cookie = cookie});
}

static desk_answer batch(office *on, const char *cookie, const char *id, const char *what,
                         const char *body)
{
    char path[120];
    snprintf(path, sizeof path, "/imports/%s%s", id, what);
    return desk_ask(&on->desk, &(desk_call){what[0] == '\0' ? "GET" : "POST", path, .body = body,
                                            .cookie = cookie});
}

static desk_answer export_of(office *on, const char *cookie, const char *plural, const char *query)
{
    char path[120];
    snprintf(path, sizeof path, "/%s/export?%s", plural, query);
    return desk_ask(&on->desk, &(desk_call){"GET", path, .cookie = cookie});
}

/* The number after "key":, or -1. */
static long number(const desk_answer *answer, const char *key)
{
    char wanted[60];
    snprintf(wanted, sizeof wanted, "\"%s\":", key);
    const char *at = strstr(answer->body, wanted);
    if (at == NULL) {
        return -1;
    }
    long value = 0;
    for (at += strlen(wanted); *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (*at - '0');
    }
    return value;
}

static void expect(const desk_answer *answer, long made, long changed, long same, long faulty)
{
    if (answer->status != 200 || number(answer, "new") != made ||
        number(answer, "changed") != changed || number(answer, "same") != same ||
        number(answer, "faulty") != faulty) {
        fail_msg("%d %.3000s", answer->status, answer->body);
    }
}

static void has(const desk_answer *answer, const char *part)
{
    if (!desk_has(answer, part)) {
        fail_msg("%s is not in %d %.3000s", part, answer->status, answer->body);
    }
}

/* ---- templates ---- */
static void test_template__has_the_columns_of_every_type(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        char path[80];
        const ledger_type *type = ledger_types[i];
        snprintf(path, sizeof path, "/%s/template", type->plural);
        bool offered = ledger_import_offers(type);
        for (int chinese = 0; chinese < 2; chinese++) {
            desk_answer got = desk_ask(&on.desk, &(desk_call){"GET", path, .cookie = on.leader,
                                                              .is_chinese = chinese != 0});
            if (got.status != (offered ? 200 : 404)) {
                fail_msg("%s: %d %s", path, got.status, got.body);
            }
            if (offered) {
                lj_buf dump;
                table_summary summary;
                lj_buf_init(&dump, on.desk.book.arena, 1 << 20);
                assert_int_equal(table_dump(lj_slice_of(got.body, got.len), NULL, &dump, &summary),
                                 LJ_OK);
                assert_int_equal(summary.row_count, 1);
                assert_int_equal(summary.sheets_ignored >= 1, 1);
            }
        }
    }
    desk_answer got = desk_ask(
        &on.desk, &(desk_call){"GET", "/units/template", .cookie = on.leader, .is_chinese = true});
    lj_buf dump;
    table_summary summary;
    lj_buf_init(&dump, on.desk.book.arena, 1 << 20);
    assert_int_equal(table_dump(lj_slice_of(got.body, got.len), NULL, &dump, &summary), LJ_OK);
    lj_buf_put_u8(&dump, 0);
    assert_non_null(strstr((const char *)dump.ptr, "A text 编号; B text 单位名称*;"));
    assert_string_equal(desk_header(&got, "Content-Disposition"),
                        "attachment; filename=\"______.xlsx\"; filename*=UTF-8''"
                        "%E5%8D%95%E4%BD%8D%E5%AF%BC%E5%85%A5%E6%A8%A1%E6%9D%BF.xlsx");
    desk_close(&on.desk);
}

/* ---- exports ---- */
static void make_records(office *on)
{
    book *to = &on->desk.book;
    ledger_actor kernel = ledger_actor_kernel(to->at);
    uint8_t id[16];
    uint8_t parent[16];
    uint8_t post[16];
    uint8_t person[16];
    char text[600];
    char unit[40]; /* book_id gives room of a ring */
    snprintf(unit, sizeof unit, "%s", book_id(on->unit));
    snprintf(text, sizeof text,
             "unit=%s;name=办公室;kind=internal;staff_count=12;key_department=是;"
             "key_level=secret;key_confirmed_on=2022-02-28",
             unit);
    book_do(to, &kernel, &(book_change){.type = "department", .fields = text}, id);
    snprintf(text, sizeof text,
             "name==HYPERLINK(1);unit=%s;department=%s;kind=staff;joined_on=2020-02-29;"
             "id_hash=990101199001011234;note=-1 和\n第二行,\"引号\"",
             unit, book_id(id));
    book_do(to, &kernel, &(book_change){.type = "person", .fields = text}, person);
    snprintf(text, sizeof text, "unit=%s;role=inspector;title=检查员", unit);
    book_do(to, &kernel, &(book_change){.type = "post", .fields = text}, post);
    snprintf(text, sizeof text, "person=%s;post=%s;since=2023-01-01;share=50;stand_in=否;basis=007",
             book_id(person), book_id(post));
    book_do(to, &kernel, &(book_change){.type = "assignment", .fields = text}, NULL);
    snprintf(text, sizeof text, "post=%s;kind=rotation;outgoing=%s;carriers=1\n2", book_id(post),
             book_id(person));
    book_do(to, &kernel, &(book_change){.type = "handover", .fields = text}, parent);
    snprintf(text, sizeof text, "parent=%s;unit=%s;kind=key;subject=保险柜;amount=3",
             book_id(parent), unit);
    book_do(to, &kernel, &(book_change){.type = "handover_item", .fields = text}, NULL);
    book_do(to, &kernel,
            &(book_change){.type = "notice",
                           .fields =
                               "title=+通知;kind=notice;body='一\n二;to_all=否;read_by=2023-06-01"},
            parent);
    snprintf(text, sizeof text, "parent=%s;unit=%s", book_id(parent), unit);
    book_do(to, &kernel, &(book_change){.type = "notice_receipt", .fields = text}, NULL);
    snprintf(text, sizeof text, "unit=%s;kind=study;title=学习 1.50;agenda=@x;attendance=7", unit);
    book_do(to, &kernel, &(book_change){.type = "meeting", .fields = text}, parent);
    snprintf(text, sizeof text, "parent=%s;unit=%s;content=整改_x0041_;due_on=2023-07-01",
             book_id(parent), unit);
    book_do(to, &kernel, &(book_change){.type = "meeting_task", .fields = text}, NULL);
    book_do(to, &kernel,
            &(book_change){.type = "directive",
                           .fields = "superior=city_bureau;title=来文;their_number=1e5;received_on="
                                     "2023-05-01;due_on=2023-06-01"},
            parent);
    snprintf(text, sizeof text, "parent=%s;unit=%s;question=20230501;due_on=2023-05-30",
             book_id(parent), unit);
    book_do(to, &kernel, &(book_change){.type = "directive_reply", .fields = text}, NULL);
}

static void round_trip(office *on, const ledger_type *type, const char *format, bool chinese)
{
    char path[120];
    snprintf(path, sizeof path, "/%s/export?format=%s", type->plural, format);
    const desk_call ask = {"GET", path, .cookie = on->leader, .is_chinese = chinese};
    desk_answer first = desk_ask(&on->desk, &ask);
    if (first.status != 200) {
        fail_msg("%s: %d %s", path, first.status, first.body);
    }
    if (!ledger_import_offers(type)) {
        return;
    }
    desk_answer seen = preview(on, on->leader, type->plural, lj_slice_of(first.body, first.len));
    if (seen.status != 200 || number(&seen, "rows") < 1 ||
        number(&seen, "same") != number(&seen, "rows") || number(&seen, "more_errors") != 0 ||
        !desk_has(&seen, "\"errors\":[]") || !desk_has(&seen, "\"ignored\":[]")) {
        fail_msg("%s: %d %s\n", path, seen.status, seen.body);
    }
    desk_answer done = batch(on, on->leader, desk_text(&seen, "import"), "/commit", "{}");
    assert_int_equal(done.status, 200);
    assert_int_equal(number(&done, "created"), 0);
    assert_int_equal(number(&done, "changed"), 0);
    desk_answer second = desk_ask(&on->desk, &ask);
    assert_int_equal(second.len, first.len);
    assert_memory_equal(second.body, first.body, first.len);
}

static void test_export__reads_back_without_a_difference(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    make_records(&on);
    for (uint32_t i = 0; i < ledger_type_count; i++) {
        for (int chinese = 0; chinese < 2; chinese++) {
            round_trip(&on, ledger_types[i], "xlsx", chinese != 0);
            round_trip(&on, ledger_types[i], "csv", chinese != 0);
        }
    }
    assert_int_equal(export_of(&on, on.leader, "units", "format=pdf").status, 422);
    assert_int_equal(export_of(&on, on.leader, "units", "nothing=1").status, 422);
    assert_int_equal(export_of(&on, on.audit, "units", "").status, 403);
    desk_answer some = export_of(&on, on.leader, "units", "format=csv&kind=school");
    assert_int_equal(some.status, 200);
    assert_null(strstr(some.body, "U-0001"));
    desk_answer own = export_of(&on, on.officer, "units", "format=csv");
    assert_non_null(strstr(own.body, "U-0002"));
    assert_null(strstr(own.body, "U-0001"));
    desk_close(&on.desk);
}

static int64_t log_size(office *on, const char *kind)
{
    desk_answer entries =
        desk_ask(&on->desk, &(desk_call){"GET", "/log/entries?limit=200", .cookie = on->audit});
    assert_int_equal(entries.status, 200);
    char wanted[60];
    int64_t count = 0;
    snprintf(wanted, sizeof wanted, "\"type\":\"%s\"", kind);
    for (const char *at = entries.body; (at = strstr(at, kind)) != NULL; at++) {
        count++;
    }
    return count;
}

static void test_export__stands_in_the_log(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    int64_t before = log_size(&on, "export");
    assert_int_equal(export_of(&on, on.leader, "units", "").status, 200);
    assert_true(log_size(&on, "export") > before);
    desk_close(&on.desk);
}

/* ---- faults of rows ---- */
static void test_import__units_and_people_with_five_faults(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    enum { UNITS = 82, PEOPLE = 400 };
    lj_arena *arena = on.desk.book.arena;
    const char **cells = lj_arena_array(arena, (UNITS + 3) * 4, sizeof *cells);
    size_t at = 0;
    cells[at++] = "单位名称";
    cells[at++] = "单位类别";
    cells[at++] = "重点单位";
    cells[at++] = NULL;
    for (int i = 0; i < UNITS; i++) {
        char name[60];
        snprintf(name, sizeof name, "第%d单位", i);
        cells[at++] = lj_arena_cstr(arena, lj_cstr_bytes(name));
        cells[at++] = i % 2 == 0 ? "机关" : "organ";
        cells[at++] = i % 3 == 0 ? "是" : "";
        cells[at++] = NULL;
    }
    desk_answer seen = preview(&on, on.leader, "units", make_table(&on, TABLE_XLSX, cells));
    expect(&seen, UNITS, 0, 0, 0);
    assert_int_equal(batch(&on, on.leader, desk_text(&seen, "import"), "/commit", "{}").status,
                     200);
    const char **rows = lj_arena_array(arena, (PEOPLE + 3) * 5, sizeof *rows);
    at = 0;
    rows[at++] = "姓名*";
    rows[at++] = "单位 *";
    rows[at++] = "Joined on";
    rows[at++] = "人员类别";
    rows[at++] = NULL;
    for (int i = 0; i < PEOPLE; i++) {
        char name[60];
        char unit[60];
        snprintf(name, sizeof name, "人员%d", i);
        snprintf(unit, sizeof unit, i % 2 == 0 ? "第%d单位" : "U-%04d",
                 i % 2 == 0 ? i % UNITS : i % UNITS + 3);
        rows[at++] = i == 10 ? "" : lj_arena_cstr(arena, lj_cstr_bytes(name)); /* A12 */
        rows[at++] = i == 20   ? "没有的单位"
                     : i == 30 ? "U-9999" /* B22, B32 */
                               : lj_arena_cstr(arena, lj_cstr_bytes(unit));
        rows[at++] = i == 40 ? "2023-02-30" : "2020年3月5日"; /* C42 */
        rows[at++] = i == 50 ? "神仙" : "staff";              /* D52 */
        rows[at++] = NULL;
    }
    seen = preview(&on, on.leader, "persons", make_table(&on, TABLE_XLSX, rows));
    expect(&seen, PEOPLE - 5, 0, 0, 5);
    has(&seen,
        "\"row\":12,\"column\":\"name\",\"label\":\"Name\",\"cell\":\"A12\",\"code\":\"required\"");
    has(&seen, "\"cell\":\"B22\",\"code\":\"unknown_record\"");
    has(&seen, "\"cell\":\"B32\",\"code\":\"unknown_record\"");
    has(&seen, "\"cell\":\"C42\",\"code\":\"not_a_date\"");
    has(&seen, "\"cell\":\"D52\",\"code\":\"unknown_code\"");
    char id[40];
    snprintf(id, sizeof id, "%s", desk_text(&seen, "import"));
    desk_answer refused = batch(&on, on.leader, id, "/commit", "{}");
    assert_int_equal(refused.status, 409);
    has(&refused, "\"cell\":\"D52\"");
    assert_int_equal(batch(&on, on.officer, id, "/commit", "{\"skip_faulty\":true}").status, 404);
    desk_answer done = batch(&on, on.leader, id, "/commit", "{\"skip_faulty\":true}");
    assert_int_equal(done.status, 200);
    assert_int_equal(number(&done, "created"), PEOPLE - 5);
    assert_int_equal(number(&done, "skipped"), 5);
    assert_int_equal(batch(&on, on.leader, id, "/commit", "{\"skip_faulty\":true}").status, 409);
    desk_answer look = batch(&on, on.leader, id, "", NULL);
    has(&look, "\"state\":\"committed\"");
    assert_int_equal(number(&look, "records_made"), PEOPLE - 5);
    desk_close(&on.desk);
}

static void test_import__undo_says_what_stays(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    const char *const rows[] = {"姓名", "单位", NULL,     "李一", "区教育局",
                                NULL,   "李二", "U-0002", NULL,   NULL};
    desk_answer seen = preview(&on, on.officer, "persons", make_table(&on, TABLE_CSV, rows));
    expect(&seen, 2, 0, 0, 0);
    char id[40];
    snprintf(id, sizeof id, "%s", desk_text(&seen, "import"));
    assert_int_equal(batch(&on, on.officer, id, "/undo", NULL).status, 409); /* not committed */
    assert_int_equal(batch(&on, on.officer, id, "/commit", "{}").status, 200);
    desk_answer list = desk_ask(
        &on.desk, &(desk_call){"GET", "/persons?q=%E6%9D%8E%E4%B8%80", .cookie = on.officer});
    char path[80];
    snprintf(path, sizeof path, "/persons/%s", desk_text(&list, "id"));
    desk_want(&on.desk,
              &(desk_call){"PATCH", path, .body = "{\"fields\":{\"joined_on\":\"2020-01-01\"}}",
                           .cookie = on.officer, .more = "If-Match: \"1\"\r\n"},
              200);
    desk_answer undone = batch(&on, on.officer, id, "/undo", NULL);
    assert_int_equal(undone.status, 200);
    assert_int_equal(number(&undone, "voided"), 1);
    assert_int_equal(number(&undone, "kept_count"), 1);
    has(&undone, "\"title\":\"李一\"},\"code\":\"touched\"");
    assert_int_equal(batch(&on, on.officer, id, "/undo", NULL).status, 409);
    has(&(desk_answer[]){batch(&on, on.officer, id, "", NULL)}[0], "\"state\":\"undone\"");
    desk_close(&on.desk);
}

static void test_import__without_the_right(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    const char *const rows[] = {"单位名称", "单位类别", NULL, "新单位", "机关", NULL, NULL};
    lj_slice file = make_table(&on, TABLE_XLSX, rows);
    assert_int_equal(preview(&on, NULL, "units", file).status, 401);
    assert_int_equal(preview(&on, on.audit, "units", file).status, 403);
    desk_answer seen = preview(&on, on.officer, "units", file); /* he may change his own */
    expect(&seen, 0, 0, 0, 1);
    has(&seen, "\"code\":\"forbidden\"");
    const char *const notice[] = {"标题", "正文", NULL, "新通知", "正文", NULL, NULL};
    assert_int_equal(
        preview(&on, on.officer, "notices", make_table(&on, TABLE_XLSX, notice)).status, 403);
    const char *const other[] = {"编号",         "姓名", "单位", NULL,   "",       "李一",
                                 "清河区保密局", NULL,   "",     "李二", "U-0001", NULL,
                                 "P-0001",       "改名", "",     NULL,   NULL};
    seen = preview(&on, on.officer, "persons", make_table(&on, TABLE_XLSX, other));
    expect(&seen, 0, 0, 0, 3);
    has(&seen, "\"cell\":\"C2\",\"code\":\"unknown_record\"");
    has(&seen, "\"cell\":\"A4\",\"code\":\"unknown_record\"");
    desk_close(&on.desk);
}

/* ---- faults of files ---- */
static void test_import__faults_of_the_file(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    const struct {
        const char *name, *bytes, *code;
    } rows[] = {
        {"no header",    "a,b\r\n1,2\r\n",                                               "header_none" },
        {"twice",        "单位名称,单位类别,单位名称\r\n新,机关,新\r\n", "header_twice"},
        {"no rows",      "单位名称,单位类别\r\n",                                "no_rows"     },
        {"quote",        "单位名称,单位类别\r\n\"新,机关\r\n",                "quote"       },
        {"old workbook", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1xxxxxxxxxxxxxxxx",             "old_xls"     },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        desk_answer seen = preview(&on, on.leader, "units", lj_cstr_bytes(rows[i].bytes));
        char wanted[60];
        snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", rows[i].code);
        if (seen.status != 422 || !desk_has(&seen, wanted)) {
            fail_msg("%s: %d %s", rows[i].name, seen.status, seen.body);
        }
    }
    desk_answer seen =
        preview(&on, on.leader, "units", LJ_BYTES("单位名称,单位类别,我的列\r\n新单位,机关,x\r\n"));
    expect(&seen, 1, 0, 0, 0);
    has(&seen, "\"ignored\":[{\"cell\":\"C1\"");
    /* GB 18030 is read as such; bytes of no charset are told by cell */
    seen = preview(&on, on.leader, "units",
                   LJ_BYTES("\xb5\xa5\xce\xbb\xc3\xfb\xb3\xc6,\xb5\xa5\xce\xbb\xc0\xe0\xb1\xf0\r\n"
                            "\xd0\xc2\xb5\xa5\xce\xbb,\xbb\xfa\xb9\xd8\r\n"));
    expect(&seen, 1, 0, 0, 0);
    desk_close(&on.desk);
}

static void test_import__workbooks_that_are_not_trusted(void **state)
{
    (void)state;
    office on;
    open_office(&on);
#define HEAD                                                                                           \
    "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>单位名称</t></is></c><c r=\"B1\" " \
    "t=\"inlineStr\"><is><t>单位类别</t></is></c></row>"
    zip_build zip;
    book_parts formula = {.sheet = HEAD
                          "<row r=\"2\"><c r=\"A2\" t=\"str\"><f>A1</f><v>新单位</v></c><c "
                          "r=\"B2\" t=\"inlineStr\"><is><t>机关</t></is></c></row></sheetData>"};
    desk_answer seen = preview(&on, on.leader, "units", book_build(&zip, &formula));
    expect(&seen, 0, 0, 0, 1);
    has(&seen, "\"cell\":\"A2\",\"code\":\"formula\"");
    zip_build_done(&zip);
    book_parts merged = {
        .sheet = HEAD
        "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>甲单位</t></is></c><c r=\"B2\" "
        "t=\"inlineStr\"><is><t>机关</t></is></c></row><row r=\"3\"><c r=\"A3\" "
        "t=\"inlineStr\"><is><t>乙单位</t></is></c></row></sheetData><mergeCells><mergeCell "
        "ref=\"B2:B3\"/></mergeCells>"};
    seen = preview(&on, on.leader, "units", book_build(&zip, &merged));
    expect(&seen, 1, 0, 0, 1);
    has(&seen, "\"cell\":\"B3\",\"code\":\"merged\"");
    zip_build_done(&zip);
    book_parts macros = {
        .sheet = HEAD "</sheetData>", .more_name = "xl/vbaProject.bin", .more = "x"};
    seen = preview(&on, on.leader, "units", book_build(&zip, &macros));
    assert_int_equal(seen.status, 422);
    has(&seen, "\"code\":\"macros\"");
    zip_build_done(&zip);
    size_t len = 64 << 20;
    char *bomb = malloc(len + 200);
    size_t head = (size_t)snprintf(bomb, 100, "<sheetData/>");
    memset(bomb + head, ' ', len);
    bomb[head + len] = '\0';
    book_parts parts = {.sheet = bomb};
    seen = preview(&on, on.leader, "units", book_build(&zip, &parts));
    assert_int_equal(seen.status, 422);
    has(&seen, "\"code\":\"ratio\"");
    zip_build_done(&zip);
    free(bomb);
    desk_close(&on.desk);
}

static void test_import__too_many_rows(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    enum { ROWS = 200000, LINE = 40 };
    char *csv = malloc(ROWS * LINE + 200);
    size_t len = (size_t)snprintf(csv, 100, "单位名称,单位类别\r\n");
    for (int i = 0; i < ROWS; i++) {
        len += (size_t)snprintf(csv + len, LINE, "u%d,?\r\n", i);
    }
    desk_answer seen = preview(&on, on.leader, "units", lj_slice_of(csv, len));
    assert_int_equal(seen.status, 422);
    has(&seen, "\"code\":\"rows\"");
    free(csv);
    len = 16 << 20;
    char *large = malloc(len + 1);
    memset(large, 'x', len + 1);
    assert_int_equal(preview(&on, on.leader, "units", lj_slice_of(large, len + 1)).status, 413);
    free(large);
    desk_close(&on.desk);
}

static void test_import__an_upload_that_breaks_off_leaves_nothing(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    memcpy(at.sun_path, on.desk.listen + 5, strlen(on.desk.listen + 5) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    char head[700];
    int len = snprintf(head, sizeof head,
                       "POST /api/v1/units/import HTTP/1.1\r\nHost: lijian.test\r\nCookie: %s\r\n"
                       "X-Forwarded-For: 10.0.0.1\r\nContent-Type: text/csv\r\n"
                       "Content-Length: 1000\r\n\r\n单位名称,单位类别\r\n新单位,机关\r\n",
                       on.leader);
    assert_int_equal(send(fd, head, (size_t)len, MSG_NOSIGNAL), len);
    usleep(100000);
    close(fd);
    desk_answer list =
        desk_ask(&on.desk, &(desk_call){"GET", "/units?total=1", .cookie = on.leader});
    assert_int_equal(number(&list, "total"), 2);
    desk_close(&on.desk);
}

static void test_import__old_previews_are_dropped(void **state)
{
    (void)state;
    office on;
    open_office(&on);
    lj_slice file = LJ_BYTES("单位名称,单位类别\r\n新单位,机关\r\n");
    desk_answer seen = preview(&on, on.leader, "units", file);
    char id[40];
    snprintf(id, sizeof id, "%s", desk_text(&seen, "import"));
    assert_int_equal(batch(&on, on.leader, id, "", NULL).status, 200);
    lj_err err = {0};
    ledger_actor kernel = ledger_actor_kernel(on.desk.book.at + 25 * 3600 * 1000);
    ledger_txn *txn = NULL;
    uint8_t other[16];
    assert_int_equal(ledger_begin(on.desk.book.ledger, &kernel, on.desk.book.arena, &txn, &err),
                     LJ_OK);
    assert_int_equal(ledger_import_keep(txn, ledger_type_lookup("unit", 4), file, other, &err),
                     LJ_OK);
    assert_int_equal(ledger_commit(txn, &err), LJ_OK);
    assert_int_equal(batch(&on, on.leader, id, "", NULL).status, 404);
    desk_close(&on.desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_template__has_the_columns_of_every_type),
        cmocka_unit_test(test_export__reads_back_without_a_difference),
        cmocka_unit_test(test_export__stands_in_the_log),
        cmocka_unit_test(test_import__units_and_people_with_five_faults),
        cmocka_unit_test(test_import__undo_says_what_stays),
        cmocka_unit_test(test_import__without_the_right),
        cmocka_unit_test(test_import__faults_of_the_file),
        cmocka_unit_test(test_import__workbooks_that_are_not_trusted),
        cmocka_unit_test(test_import__too_many_rows),
        cmocka_unit_test(test_import__an_upload_that_breaks_off_leaves_nothing),
        cmocka_unit_test(test_import__old_previews_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
