/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The log for the audit administrator: what happened, and proofs that need no trust in the server.
 * Entries name accounts and records by id; of accounts also the name, of records nothing more. */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/account.h"
#include "ledger/log.h"
#include "server/server.h"

enum {
    PAGE_MAX = 8 * 1024 * 1024, /* bytes: 200 entries of 16 KiB in base64 */
    LIMIT_DEFAULT = 50,
    LIMIT_MOST = 200,
    PROOF_MAX = 8 * 1024,
};

/* A number of the query. False, with the problem set, for what is none. */
static bool read_number(route_call *call, const char *name, uint64_t otherwise, uint64_t *out)
{
    lj_str text = http_query(call->request, name);
    uint64_t value = 0;
    bool is_good = text.ptr == NULL || (text.len > 0 && text.len <= 15);
    for (size_t i = 0; i < text.len && is_good; i++) {
        is_good = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        value = value * 10 + (uint64_t)(uint8_t)(text.ptr[i] - '0');
    }
    *out = text.ptr == NULL ? otherwise : value;
    if (!is_good) {
        problem_detail(call->problem, (problem_text){"{0} must be a number", "{0} 须为数字"},
                       lj_cstr_str(name), LJ_STR(""));
    }
    return is_good;
}

static lj_code bad_request(route_call *call, lj_err *err)
{
    return problem_set(call->problem, PROBLEM_BAD_REQUEST, err);
}

/* ---- entries ---- */
static void put_id(lj_json *json, const char *key, const uint8_t id[16])
{
    char text[37];
    ledger_id_print(id, text);
    lj_json_cstr(json, key, text);
}

static void put_digest(lj_json *json, const char *key, const seal_digest *digest)
{
    lj_json_base64(json, key, seal_digest_bytes(digest));
}

/* The account that did it; the name of one that is there. */
static void put_by(route_call *call, lj_json *json, const seal_leaf *leaf)
{
    account who;
    lj_err none = {0};
    if ((leaf->has & SEAL_HAS(SEAL_TAG_BY)) == 0) {
        lj_json_null(json, "by");
        return;
    }
    lj_json_object_begin(json, "by");
    put_id(json, "id", leaf->by.bytes);
    lj_json_cstr(json, "type", "account");
    bool is_there = account_of_id(server_of(call)->book, server_conn(call), leaf->by.bytes,
                                  call->arena, &who, &none) == LJ_OK;
    lj_json_text(json, "title", is_there ? who.name : (lj_slice){NULL, 0});
    lj_json_object_end(json);
}

/* What an auditor who reads no records calls it. */
typedef struct log_word {
    const char *name, *en, *zh;
} log_word;
static const log_word log_words[] = {
    {"change",     "Record",              "记录"            },
    {"signed",     "Signature",           "签名"            },
    {"erasure",    "Erasure",             "清除数据"      },
    {"account",    "Account",             "账号"            },
    {"checkpoint", "Checkpoint",          "检查点"         },
    {"import",     "Import",              "导入"            },
    {"opening",    "Opening entry",       "期初补录"      },
    {"export",     "Export",              "导出"            },
    {"key",        "Key",                 "密钥"            },
    {"setting",    "Setting",             "设置"            },
    {"session",    "Session",             "会话"            },
    {"create",     "Create",              "新建"            },
    {"edit",       "Edit",                "修改"            },
    {"void",       "Void",                "作废"            },
    {"reset",      "Reset the password",  "重置口令"      },
    {"lock",       "Lock",                "锁定"            },
    {"unlock",     "Unlock",              "解锁"            },
    {"close",      "Close",               "注销"            },
    {"grant",      "Grant",               "授权"            },
    {"revoke",     "Withdraw",            "收回授权"      },
    {"bind",       "Bind to a person",    "对应人员"      },
    {"password",   "Change of password",  "修改口令"      },
    {"login",      "Login",               "登录"            },
    {"refused",    "Login refused",       "登录被拒"      },
    {"logout",     "Logout",              "退出"            },
    {"logout_all", "End of all sessions", "退出全部会话"},
};

static const char *log_word_of(const char *name, bool english)
{
    for (size_t i = 0; i < LJ_COUNT_OF(log_words); i++) {
        if (strcmp(log_words[i].name, name) == 0) {
            return english ? log_words[i].en : log_words[i].zh;
        }
    }
    return name;
}

static void put_labels(lj_json *json, const seal_leaf *leaf, const ledger_type *type, bool english)
{
    const char *event = log_event_name(leaf);
    const char *label = type != NULL ? ledger_label_of(type, "type", english)
                                     : log_word_of(seal_kind_name(leaf->kind), english);
    const char *word = event;
    for (uint32_t i = 0; type != NULL && i < type->move_count; i++) {
        if (strcmp(type->moves[i].event, event) == 0) {
            word = ledger_label_in(type, "event", event, english);
        }
    }
    lj_json_cstr(json, "label", label);
    lj_json_cstr(json, "event_label", word == event ? log_word_of(event, english) : word);
}

static void put_about(lj_json *json, const account_about *about)
{
    if (about->is_found) {
        lj_json_object_begin(json, "about");
        put_id(json, "id", about->id);
        lj_json_cstr(json, "type", "account");
        lj_json_text(json, "title", about->name);
        lj_json_object_end(json);
    }
}

static void put_entry(route_call *call, lj_json *json, const log_entry *entry,
                      const account_about *about)
{
    const seal_leaf *leaf = &entry->leaf;
    const ledger_type *type =
        (leaf->has & SEAL_HAS(SEAL_TAG_TYPE)) != 0 ? ledger_type_tagged(leaf->type) : NULL;
    char at[32];
    lj_os_time_text(leaf->at, at);
    lj_json_object_begin(json, NULL);
    lj_json_uint(json, "seq", leaf->seq);
    lj_json_cstr(json, "at", at);
    lj_json_cstr(json, "kind", seal_kind_name(leaf->kind));
    put_by(call, json, leaf);
    lj_json_cstr(json, "type", type != NULL ? type->name : seal_kind_name(leaf->kind));
    if ((leaf->has & SEAL_HAS(SEAL_TAG_RECORD)) != 0) {
        put_id(json, "record", leaf->record.bytes);
        lj_json_uint(json, "version", leaf->version);
    } else {
        lj_json_null(json, "record");
        lj_json_null(json, "version");
    }
    lj_json_cstr(json, "event", log_event_name(leaf));
    put_labels(json, leaf, type, server_english(call));
    if ((leaf->has & SEAL_HAS(SEAL_TAG_SUBJECT)) != 0) {
        put_digest(json, "subject", &leaf->subject);
    }
    put_about(json, about);
    lj_json_base64(json, "leaf", entry->bytes);
    lj_json_object_end(json);
}

/* Newest first; `after` is the number of the last entry of the page before. */
static lj_code log_entries_get(route_call *call, lj_err *err)
{
    uint64_t before = 0;
    uint64_t limit = 0;
    if (!read_number(call, "after", INT64_MAX, &before) ||
        !read_number(call, "limit", LIMIT_DEFAULT, &limit) || limit < 1 || limit > LIMIT_MOST) {
        return bad_request(call, err);
    }
    log_entry *entries = NULL;
    uint32_t count = 0;
    lj_code code = log_entries(server_of(call)->book, server_conn(call), before, (uint32_t)limit,
                               call->arena, &entries, &count, err);
    account_about *abouts = NULL;
    code = code == LJ_OK ? account_abouts(server_of(call)->book, server_conn(call), entries, count,
                                          call->arena, &abouts, err)
                         : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_buf text;
    lj_buf_init(&text, call->arena, PAGE_MAX);
    lj_json json = lj_json_of(&text);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < count; i++) {
        put_entry(call, &json, &entries[i], &abouts[i]);
    }
    lj_json_array_end(&json);
    if (count == limit && entries[count - 1].leaf.seq > 0) {
        char next[24];
        (void)snprintf(next, sizeof next, "%llu", (unsigned long long)entries[count - 1].leaf.seq);
        lj_json_cstr(&json, "next", next);
    } else {
        lj_json_null(&json, "next");
    }
    lj_json_object_end(&json);
    if (!lj_buf_ok(&text)) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the page is too large: ask for fewer entries");
    }
    route_json(call, 200, lj_buf_slice(&text));
    return LJ_OK;
}

/* ---- proofs ---- */
static lj_code checkpoint_get(route_call *call, lj_err *err)
{
    server *own = server_of(call);
    if (own->key == NULL) {
        problem_detail(
            call->problem,
            (problem_text){"this server has no key to sign with", "本服务器没有签名密钥"},
            LJ_STR(""), LJ_STR(""));
        return problem_set(call->problem, PROBLEM_UNSUPPORTED, err);
    }
    ledger_txn *txn = NULL;
    lj_slice text = {NULL, 0};
    lj_code code = ledger_begin(own->book, server_actor(call), call->arena, &txn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = log_checkpoint(txn, own->key, &text, err);
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    code = ledger_commit(txn, err);
    lj_buf body;
    lj_buf_init(&body, call->arena, PROOF_MAX);
    lj_json json = lj_json_of(&body);
    lj_json_object_begin(&json, NULL);
    lj_json_text(&json, "text", text);
    lj_json_object_end(&json);
    if (code == LJ_OK) {
        route_json(call, 200, lj_buf_slice(&body));
    }
    return code;
}

static lj_code answer_proof(route_call *call, const seal_proof *proof, lj_code code, lj_err *err)
{
    if (code == LJ_E_INVALID) {
        problem_detail(call->problem,
                       (problem_text){"the log has not so many entries", "日志没有这么多条目"},
                       LJ_STR(""), LJ_STR(""));
        return bad_request(call, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    lj_buf text;
    lj_buf_init(&text, call->arena, PROOF_MAX);
    lj_json json = lj_json_of(&text);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "path");
    for (uint32_t i = 0; i < proof->count; i++) {
        put_digest(&json, NULL, &proof->nodes[i]);
    }
    lj_json_array_end(&json);
    lj_json_object_end(&json);
    route_json(call, 200, lj_buf_slice(&text));
    return LJ_OK;
}

static lj_code inclusion_get(route_call *call, lj_err *err)
{
    uint64_t seq = 0;
    uint64_t size = 0;
    seal_proof proof = {.count = 0};
    if (!read_number(call, "seq", 0, &seq) || !read_number(call, "size", 0, &size)) {
        return bad_request(call, err);
    }
    lj_code code = log_inclusion(server_of(call)->book, server_conn(call), seq, size, call->arena,
                                 &proof, err);
    return answer_proof(call, &proof, code, err);
}

static lj_code consistency_get(route_call *call, lj_err *err)
{
    uint64_t from = 0;
    uint64_t to = 0;
    seal_proof proof = {.count = 0};
    if (!read_number(call, "from", 0, &from) || !read_number(call, "to", 0, &to)) {
        return bad_request(call, err);
    }
    lj_code code = log_consistency(server_of(call)->book, server_conn(call), from, to, call->arena,
                                   &proof, err);
    return answer_proof(call, &proof, code, err);
}

/* ---- the export ---- */
static lj_code stream_fill(void *ctx, uint64_t off, uint8_t *dst, size_t cap, size_t *out_len)
{
    (void)off;
    lj_err err = {0};
    return log_export_fill(ctx, dst, cap, out_len, &err);
}

static void stream_end(void *ctx)
{
    log_export_done(ctx);
}

/* That the log went out is itself an entry: its subject is the root of what went. */
static lj_code note_export(route_call *call, uint64_t *out_size, lj_err *err)
{
    server *own = server_of(call);
    ledger_txn *txn = NULL;
    log_head head;
    seal_digest root;
    lj_code code = ledger_begin(own->book, server_actor(call), call->arena, &txn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = log_head_of(own->book, ledger_conn_of(txn), &head, err);
    code = code == LJ_OK
               ? log_root(own->book, ledger_conn_of(txn), head.size, call->arena, &root, err)
               : code;
    code = code == LJ_OK ? ledger_note(txn, SEAL_EXPORT, root.bytes, 0, err) : code;
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    *out_size = head.size;
    return ledger_commit(txn, err);
}

static lj_code export_get(route_call *call, lj_err *err)
{
    log_export *export = NULL;
    uint64_t size = 0;
    lj_code code = note_export(call, &size, err);
    code = code == LJ_OK ? log_export_begin(server_of(call)->book, server_conn(call), size,
                                            LOG_WITHOUT_VALUES, call->arena, &export, err)
                         : code;
    if (code == LJ_OK) {
        http_respond_stream(call->response, 200, "application/octet-stream", stream_fill, export,
                            HTTP_LEN_UNKNOWN);
        call->response->stream_end = stream_end;
        http_respond_header(call->response, "Content-Disposition",
                            LJ_STR("attachment; filename=\"lijian-log.ljlog\""));
    }
    return code;
}

/* Two lines a row. */
/* clang-format off */
static const route_row rows[] = {
    {"GET", "/api/v1/log/entries", PERM_AUDIT_ADMIN, ROUTE_BODY_NONE, 0, 0,
     log_entries_get, "log_entries", "Entries of the log, newest first", "日志条目（新的在前）", NULL},
    {"GET", "/api/v1/log/checkpoint", PERM_AUDIT_ADMIN, ROUTE_BODY_NONE, 0, 0,
     checkpoint_get, "log_checkpoint", "A signed checkpoint of the log", "签发日志检查点", NULL},
    {"GET", "/api/v1/log/inclusion", PERM_AUDIT_ADMIN, ROUTE_BODY_NONE, 0, 0,
     inclusion_get, "log_inclusion", "That an entry is in the log", "条目存在证明", NULL},
    {"GET", "/api/v1/log/consistency", PERM_AUDIT_ADMIN, ROUTE_BODY_NONE, 0, 0,
     consistency_get, "log_consistency", "That the log only grew", "日志一致性证明", NULL},
    {"GET", "/api/v1/log/export", PERM_AUDIT_ADMIN, ROUTE_BODY_NONE, 0, ROUTE_STREAMS,
     export_get, "log_export", "The log as a file for lijian-verify",
     "导出日志供 lijian-verify 核验", NULL},
};
/* clang-format on */
const route_table log_routes = {rows, LJ_COUNT_OF(rows)};
