/* SPDX-License-Identifier: AGPL-3.0-or-later
 * attachment 附件: a file that proves something, and where its paper original lies. The bytes lie
 * beside the ledger under their hash; what was uploaded is never changed, only noted upon. `erase`
 * takes the bytes away when their time is over and leaves the record. */
#include "ledger/records/records.h"

enum { KEPT, ERASED };
static const char *const states[] = {"kept", "erased", NULL};

enum { FACTS, NOTE };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "name", LEDGER_TEXT, NULL, 1, 200, LEDGER_SEARCH | LEDGER_FIXED, FACTS, "always"},
    {2, 1, "media_type", LEDGER_TEXT, NULL, 0, 120, LEDGER_FIXED, FACTS, NULL},
    {3, 1, "size", LEDGER_INT, NULL, 0, INT64_MAX, LEDGER_FIXED, FACTS, "always"},
    {4, 1, "sha256", LEDGER_FILE_HASH, NULL, 0, 0, LEDGER_FIXED, FACTS, "always"},
    {5, 1, "record_type", LEDGER_TEXT, NULL, 0, 40, LEDGER_FIXED, FACTS, NULL},
    {6, 1, "record", LEDGER_REF, "*", 0, 0, LEDGER_FIXED, FACTS, NULL},
    {7, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, FACTS, NULL},
    {8, 1, "place", LEDGER_TEXT, NULL, 0, 120, 0, NOTE, NULL},
    {9, 1, "note", LEDGER_TEXT, NULL, 0, 500, LEDGER_LONG, NOTE, NULL},
};

#define MAKERS (POSTS_BUREAU | POST_SQUAD_MEMBER | POSTS_UNIT | POST_DEPARTMENT_HEAD | POST_PERSON)
static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << KEPT, MAKERS, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << ERASED, MAKERS, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
};

static const ledger_move moves[] = {
    {.tag = 1, .event = "create", .from = LEDGER_NEW, .to = KEPT, .posts = MAKERS},
    {.tag = 2,
     .event = "erase",
     .from = 1u << KEPT,
     .to = ERASED,
     .posts = POST_BUREAU_LEADER,
     .flags = LEDGER_REASON},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "number name record unit size place state", "state? unit? record? record_type?",
     "-created_at"},
    {"kept", "number name record unit size place", "state:kept unit? record? record_type?",
     "-created_at"},
};

static const ledger_label labels[] = {
    {"type", "附件", "Attachment"},
    {"plural", "附件", "Attachments"},
    {"group.0", "文件", "File"},
    {"group.1", "原件和备注", "Original and note"},
    {"attachment.name", "文件名", "Name"},
    {"attachment.media_type", "文件类型", "Type of file"},
    {"attachment.size", "大小（字节）", "Size (bytes)"},
    {"attachment.sha256", "校验值", "Hash"},
    {"attachment.record_type", "所属记录类别", "Type of record"},
    {"attachment.record", "所属记录", "Record"},
    {"attachment.unit", "单位", "Unit"},
    {"attachment.place", "纸质原件存放处", "Where the paper original lies"},
    {"attachment.note", "备注", "Note"},
    {"help.name", "不得上传国家秘密；文件名也不得泄露涉密内容",
     "No state secrets, not in the file and not in its name"},
    {"help.place", "如“保密局3号柜，2024年第5盒”", "For example: bureau, cabinet 3, box 5 of 2024"},
    {"state.kept", "保存", "Kept"},
    {"state.erased", "已清除", "Erased"},
    {"event.create", "上传", "Upload"},
    {"event.erase", "清除文件", "Erase the file"},
    {"list.all", "全部附件", "All attachments"},
    {"list.kept", "保存的附件", "Kept attachments"},
};

const ledger_type ledger_attachment = {
    .name = "attachment",
    .plural = "attachments",
    .tag = 11,
    .schema = 1,
    .scope = LEDGER_OF_UNIT,
    .number = "A",
    .title = "name",
    .void_posts = POSTS_BUREAU,
    .states = states,
    .end_states = 1u << ERASED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
};
