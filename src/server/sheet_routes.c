/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables that go out: the template of a type and its export.
 *
 * An export is bounded and stands in the log with the hash of its bytes: heaps of data may become
 * secret (Law Art. 36, Regulation Art. 43). It has no clock in it: the same records give the same
 * bytes. */
#include "server/sheet_routes.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/num.h"
#include "report/table_out.h"
#include "server/download.h"
#include "server/record_list.h"
#include "server/sheet.h"

enum {
    FILE_MAX = 128 * 1024 * 1024, /* bytes of an export */
    TABLE_ROOM = 64 * 1024 * 1024,
    PAGE_ROOM = 64 * 1024 * 1024,
    PAGE_ROWS = 200,
    TEMPLATE_ROWS = 1000, /* that keep drop-downs and formats */
    UNITS_MAX = 500,      /* in a drop-down */
    HINT_UNITS_MAX = 250,
};

#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

typedef struct sheet_out {
    route_call *call;
    const ledger_type *type;
    sheet_plan plan;
    lj_arena *arena; /* of the table */
    lj_arena *page;  /* of a page, rewound */
    table_column *columns;
    table_out *table;
    download *file;
    char folder[40];
} sheet_out;

static bool open_out(sheet_out *on, route_call *call)
{
    *on = (sheet_out){.call = call, .type = call->row->data};
    on->arena = lj_arena_new(TABLE_ROOM);
    on->page = lj_arena_new(PAGE_ROOM);
    on->file = download_new(call, FILE_MAX);
    sheet_plan_of(on->type, &on->plan);
    on->columns = on->arena != NULL
                      ? lj_arena_array(on->arena, SHEET_COLUMNS_MAX, sizeof *on->columns)
                      : NULL;
    int dir = server_of(call)->data_dir;
    if (dir >= 0) {
        (void)snprintf(on->folder, sizeof on->folder, "/proc/self/fd/%d", dir);
    } else {
        (void)snprintf(on->folder, sizeof on->folder, "/tmp");
    }
    return on->page != NULL && on->file != NULL && on->columns != NULL;
}

static void close_out(sheet_out *on, bool is_sent)
{
    table_out_free(on->table);
    if (!is_sent) {
        download_free(on->file);
    }
    lj_arena_free(on->page);
    lj_arena_free(on->arena);
}

static lj_code no_room(lj_err *err)
{
    return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a table");
}

static void titles(sheet_out *on, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        on->columns[i] =
            (table_column){.title = sheet_title(&on->plan, i, server_english(on->call)),
                           .kind = sheet_kind(&on->plan, i)};
    }
}

/* "单位.xlsx" */
static lj_str file_name(route_call *call, const ledger_type *type, const char *what,
                        const char *end)
{
    lj_buf text;
    lj_buf_init(&text, call->arena, 200);
    lj_buf_put_cstr(&text, ledger_label_of(type, "plural", server_english(call)));
    lj_buf_put_cstr(&text, what);
    lj_buf_put_cstr(&text, end);
    return lj_buf_ok(&text) ? lj_buf_str(&text) : LJ_STR("table");
}

/* ---- template ---- */
static bool is_required(const ledger_field *field)
{
    return field->required != NULL &&
           (strcmp(field->required, "always") == 0 || strcmp(field->required, "create") == 0);
}

static lj_str marked(sheet_out *on, lj_str title)
{
    lj_buf text;
    lj_buf_init(&text, on->arena, 512);
    lj_buf_put(&text, lj_str_bytes(title));
    lj_buf_put_cstr(&text, "*");
    return lj_buf_ok(&text) ? lj_buf_str(&text) : title;
}

/* Codes that may be chosen today, by their labels. */
static void code_choices(sheet_out *on, const ledger_field *field, table_column *column)
{
    const ledger_codes *codes = ledger_codes_of(server_of(on->call)->book);
    lj_str list = lj_cstr_str(field->of);
    uint32_t count = ledger_codes_count(codes, list);
    lj_str *choices = lj_arena_array(on->arena, count + 1u, sizeof *choices);
    int64_t today = server_actor(on->call)->now.today;
    for (uint32_t i = 0; i < count && choices != NULL; i++) {
        const ledger_code_row *row = ledger_codes_at(codes, list, i);
        if (row->since_on <= today) {
            choices[column->choice_count++] = server_english(on->call) ? row->en : row->zh;
        }
    }
    column->choices = choices;
}

/* The units that the caller sees, when they are not too many for a list. */
static lj_code unit_choices(sheet_out *on, const ledger_type *type, table_column *column,
                            lj_err *err)
{
    server *app = server_of(on->call);
    lj_str *choices = lj_arena_array(on->arena, UNITS_MAX, sizeof *choices);
    ledger_query query = {.type = type, .state = -1, .most = PAGE_ROWS};
    ledger_page page = {.has_more = true};
    uint32_t count = 0;
    while (page.has_more && choices != NULL) {
        lj_code code = ledger_list_page(app->book, server_conn(on->call), server_actor(on->call),
                                        &query, on->arena, &page, err);
        if (code != LJ_OK || count + page.count > UNITS_MAX) {
            return code;
        }
        for (uint32_t i = 0; i < page.count; i++) {
            choices[count++] = sheet_reference(page.records[i], on->arena);
        }
        query.after_key = page.next_key;
        query.after_id = lj_arena_copy(on->arena, lj_slice_of(page.next_id, 16));
    }
    column->choices = choices;
    column->choice_count = choices != NULL ? count : 0;
    return LJ_OK;
}

/* Help of the field, cut to what a hint may hold at a boundary of characters. */
static lj_str hint_of(const sheet_out *on, const ledger_field *field)
{
    const char *text = ledger_label_in(on->type, "help", field->name, server_english(on->call));
    size_t len = strcmp(text, field->name) == 0 ? 0 : strlen(text);
    while (len > HINT_UNITS_MAX || (len > 0 && (text[len] & 0xC0) == 0x80)) {
        len--;
    }
    return (lj_str){text, len};
}

static lj_code plan_column(sheet_out *on, uint32_t column, lj_err *err)
{
    table_column *out = &on->columns[column];
    const ledger_field *field = &on->type->fields[on->plan.columns.fields[column]];
    if (is_required(field)) {
        out->title = marked(on, out->title);
    }
    out->hint = hint_of(on, field);
    if (field->kind == LEDGER_CODE) {
        code_choices(on, field, out);
    } else if (field->kind == LEDGER_BOOL) {
        static const lj_str words[2][2] = {
            {{"是", sizeof "是" - 1}, {"否", sizeof "否" - 1}},
            {{"yes", 3},                {"no", 2}                }
        };
        out->choices = words[server_english(on->call) ? 1 : 0];
        out->choice_count = 2;
    } else if (field->kind == LEDGER_REF && strcmp(field->of, "unit") == 0) {
        return unit_choices(on, ledger_type_lookup("unit", 4), out, err);
    }
    return LJ_OK;
}

static const char *kind_text(ledger_kind kind, bool english)
{
    static const struct {
        const char *zh, *en;
    } texts[LEDGER_KIND_COUNT] = {
        [LEDGER_TEXT] = {"文字",                                                                          "text"                        },
        [LEDGER_INT] = {"整数",                                                                          "whole number"                },
        [LEDGER_PT100] = {"分值，最多两位小数",                                                     "points, at most two decimals"},
        [LEDGER_BOOL] = {"是或否",                                                                       "yes or no"                   },
        [LEDGER_CODE] = {"从下拉列表中选择",                                                        "choose from the list"        },
        [LEDGER_DATE] = {"日期，如 2023-05-01",                                                         "date such as 2023-05-01"     },
        [LEDGER_INSTANT] = {"时刻，如 2023-05-01T02:00:00Z",
                         "instant such as 2023-05-01T02:00:00Z"                                                                           },
        [LEDGER_REF] = {"填写编号，或没有重名的名称",
                         "its number, or its name when only one has it"                                                                   },
        [LEDGER_KEYED_HASH] =
            {"填写完整号码，系统只保存校验值；****开头的保持原样即可",
                         "the whole number, of which only a hash is kept; leave **** as it is"                                            },
        [LEDGER_FILE_HASH] = {"SHA-256",                                                                         "SHA-256"                     },
    };
    return english ? texts[kind].en : texts[kind].zh;
}

static lj_str help_text(sheet_out *on, const ledger_field *field)
{
    bool english = server_english(on->call);
    lj_buf text;
    lj_buf_init(&text, on->arena, 4096);
    if (is_required(field)) {
        lj_buf_put_cstr(&text, english ? "Required. " : "必填。");
    }
    lj_buf_put_cstr(&text, kind_text(field->kind, english));
    const char *help = ledger_label_in(on->type, "help", field->name, english);
    if (strcmp(help, field->name) != 0) {
        lj_buf_put_cstr(&text, english ? ". " : "。");
        lj_buf_put_cstr(&text, help);
    }
    return lj_buf_ok(&text) ? lj_buf_str(&text) : LJ_STR("");
}

static const table_help *help_rows(sheet_out *on, uint32_t *out_count)
{
    bool english = server_english(on->call);
    uint32_t count = on->plan.columns.column_count;
    table_help *rows = lj_arena_array(on->arena, count + 1u, sizeof *rows);
    *out_count = rows != NULL ? count + 1 : 0;
    for (uint32_t i = 0; i < *out_count; i++) {
        if (i == 0) {
            rows[i] = english ? (table_help){LJ_STR("How to use"),
                                             LJ_STR("Fill in the first sheet and upload it. A "
                                                    "preview comes first; nothing is written "
                                                    "before you confirm. Columns with * must be "
                                                    "filled in. No state secrets.")}
                              : (table_help){LJ_STR("用法"),
                                             LJ_STR("请在第一张工作表中填写后上传。系统先预览，确认"
                                                    "之前不写入任何内容。带 * 的列必填。不得填写国"
                                                    "家秘密。")};
        } else if (i == 1) {
            rows[i] = english ? (table_help){sheet_title(&on->plan, 0, true),
                                             LJ_STR("Leave it empty for a new record; with it the "
                                                    "record of that number is changed")}
                              : (table_help){sheet_title(&on->plan, 0, false),
                                             LJ_STR("新登记时留空；填写编号则修改该编号的记录")};
        } else {
            const ledger_field *field = &on->type->fields[on->plan.columns.fields[i - 1]];
            rows[i] = (table_help){sheet_title(&on->plan, i - 1, english), help_text(on, field)};
        }
    }
    return rows;
}

static lj_code begin_table(sheet_out *on, table_out_options *options, lj_err *err)
{
    options->sheet = lj_cstr_str(ledger_label_of(on->type, "plural", server_english(on->call)));
    options->columns = on->columns;
    options->folder = on->folder;
    return table_out_new(options, on->arena, &on->table, err);
}

static lj_code write_template(sheet_out *on, lj_err *err)
{
    uint32_t count = on->plan.columns.column_count;
    titles(on, count);
    lj_code code = LJ_OK;
    for (uint32_t i = 1; i < count && code == LJ_OK; i++) {
        code = plan_column(on, i, err);
    }
    table_out_options options = {.column_count = count,
                                 .blank_rows = TEMPLATE_ROWS,
                                 .help_sheet = server_english(on->call) ? LJ_STR("How to fill in")
                                                                        : LJ_STR("填写说明")};
    options.help = help_rows(on, &options.help_count);
    code = code == LJ_OK ? begin_table(on, &options, err) : code;
    return code == LJ_OK ? table_out_finish(on->table, &on->file->bytes, err) : code;
}

lj_code sheet_template_get(route_call *call, lj_err *err)
{
    sheet_out on;
    lj_code code = open_out(&on, call) ? write_template(&on, err) : no_room(err);
    if (code == LJ_OK) {
        download_send(
            call, on.file, XLSX_TYPE,
            file_name(call, on.type, server_english(call) ? " template" : "导入模板", ".xlsx"));
    }
    close_out(&on, code == LJ_OK);
    return code;
}

/* ---- export ---- */
static lj_code put_record(sheet_out *on, const ledger_record *record, const ledger_rights *rights,
                          lj_err *err)
{
    table_value values[SHEET_COLUMNS_MAX];
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < on->plan.title_count && code == LJ_OK; i++) {
        code = sheet_cell(on->call, &on->plan, i, record, rights, on->page, &values[i], err);
    }
    return code == LJ_OK ? table_out_row(on->table, values, err) : code;
}

static lj_code too_many(route_call *call, lj_err *err)
{
    static const problem_text text = {
        "more than {0} records: heaps of data may become secret, so an export is bounded; narrow "
        "the filter",
        "超过 {0} 条记录：数据汇聚后可能成为涉密事项，单次导出有上限，请缩小筛选范围"};
    problem_detail(call->problem, text, LJ_STR("20000"), (lj_str){0});
    return problem_set(call->problem, PROBLEM_REFUSED, err);
}

static lj_code put_pages(sheet_out *on, ledger_query *query, lj_err *err)
{
    server *app = server_of(on->call);
    ledger_page page = {.has_more = true};
    uint32_t count = 0;
    lj_code code = LJ_OK;
    while (page.has_more && code == LJ_OK) {
        lj_arena_mark mark = lj_arena_mark_of(on->page);
        code = ledger_list_page(app->book, server_conn(on->call), server_actor(on->call), query,
                                on->page, &page, err);
        count += code == LJ_OK ? page.count : 0;
        if (count > EXPORT_ROWS_MAX) {
            return too_many(on->call, err);
        }
        for (uint32_t i = 0; code == LJ_OK && i < page.count; i++) {
            code = put_record(on, page.records[i], &page.rights[i], err);
        }
        query->after_key = page.next_key;
        query->after_key.bytes = lj_arena_copy(on->arena, page.next_key.bytes);
        query->after_id = lj_arena_copy(on->arena, lj_slice_of(page.next_id, 16));
        lj_arena_rewind(on->page, mark);
    }
    return code;
}

/* All pages as of one moment: the table of routes reads inside a snapshot. */
static lj_code write_export(sheet_out *on, ledger_query *query, table_format format, lj_err *err)
{
    titles(on, on->plan.title_count);
    table_out_options options = {.format = format, .column_count = on->plan.title_count};
    lj_code code = begin_table(on, &options, err);
    code = code == LJ_OK ? put_pages(on, query, err) : code;
    return code == LJ_OK ? table_out_finish(on->table, &on->file->bytes, err) : code;
}

/* The entry of the log: who took what. */
static lj_code note_export(sheet_out *on, lj_err *err)
{
    uint8_t digest[LJ_SHA256_LEN];
    lj_sha256 *sha = lj_sha256_new();
    if (sha == NULL) {
        return no_room(err);
    }
    lj_sha256_begin(sha);
    lj_sha256_add(sha, lj_slice_of(on->file->bytes.ptr, on->file->bytes.len));
    lj_sha256_end(sha, digest);
    lj_sha256_free(sha);
    ledger_txn *txn = NULL;
    lj_code code =
        ledger_begin(server_of(on->call)->book, server_actor(on->call), on->call->arena, &txn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = ledger_note(txn, SEAL_EXPORT, digest, on->type->tag, err);
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    return ledger_commit(txn, err);
}

static bool read_format(route_call *call, table_format *out)
{
    static const problem_text offered = {"xlsx or csv", "应为 xlsx 或 csv"};
    lj_str text = http_query(call->request, "format");
    *out = lj_str_is(text, LJ_STR("csv")) ? TABLE_CSV : TABLE_XLSX;
    bool is_good = text.ptr == NULL || *out == TABLE_CSV || lj_str_is(text, LJ_STR("xlsx"));
    if (!is_good) {
        problem_error_add(call->problem, LJ_STR("/format"), "unknown_code", offered, (lj_str){0},
                          (lj_str){0});
    }
    return is_good;
}

lj_code sheet_export_get(route_call *call, lj_err *err)
{
    ledger_query query;
    table_format format = TABLE_XLSX;
    lj_code code = read_format(call, &format)
                       ? record_list_query(call, call->row->data, &query, err)
                       : lj_fail(err, LJ_E_INVALID, UINT64_MAX, "no such format");
    if (code != LJ_OK) {
        return code;
    }
    query.most = PAGE_ROWS;
    sheet_out on;
    code = open_out(&on, call) ? write_export(&on, &query, format, err) : no_room(err);
    code = code == LJ_OK ? note_export(&on, err) : code;
    if (code == LJ_OK) {
        bool is_csv = format == TABLE_CSV;
        download_send(call, on.file, is_csv ? "text/csv" : XLSX_TYPE,
                      file_name(call, on.type, "", is_csv ? ".csv" : ".xlsx"));
    }
    close_out(&on, code == LJ_OK);
    return code;
}
