/* SPDX-License-Identifier: AGPL-3.0-or-later
 * handover_item 交接清单项: one thing that is handed over. The kernel makes those of the pack
 * (handover.c); devices, keys, carriers and findings are entered by hand. */
#include "ledger/records/records.h"

enum { LISTED, CLOSED, REPLACED };
static const char *const states[] = {"listed", "closed", "replaced", NULL};

enum { FACTS, CHECK };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "parent", LEDGER_REF, "handover", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {2, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {3, 1, "kind", LEDGER_CODE, "handover_item_kind", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {4, 1, "subject", LEDGER_TEXT, NULL, 1, 200, 0, FACTS, "always"},
    {5, 1, "record_type", LEDGER_TEXT, NULL, 0, 40, LEDGER_KERNEL, FACTS, NULL},
    {6, 1, "record", LEDGER_REF, "*", 0, 0, LEDGER_KERNEL, FACTS, NULL},
    {7, 1, "contact", LEDGER_REF, "person", 0, 0, LEDGER_KERNEL, FACTS, NULL},
    {8, 1, "amount", LEDGER_INT, NULL, 0, 10000000, 0, FACTS, NULL},
    {9, 1, "due_on", LEDGER_DATE, NULL, 0, 0, 0, FACTS, NULL},
    {10, 1, "checked", LEDGER_BOOL, NULL, 0, 0, 0, CHECK, NULL},
    {11, 1, "remark", LEDGER_TEXT, NULL, 0, 500, LEDGER_LONG, CHECK, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << LISTED, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << CLOSED | 1u << REPLACED, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, 0},
};

/* Facts of handover_item_parent: open handovers of this id at this unit. */
static const char *guard_create(const ledger_record *record, const ledger_facts *facts,
                                const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[0] == 0 ? "handover" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = LISTED,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .facts = "handover_item_parent",
     .guard = guard_create},
    {.tag = 2,
     .event = "close",
     .from = 1u << LISTED,
     .to = CLOSED,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .flags = LEDGER_INNER},
    {.tag = 3,
     .event = "replace",
     .from = 1u << LISTED,
     .to = REPLACED,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .flags = LEDGER_INNER},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "kind subject record contact amount due_on checked remark",
     "parent? state? kind? unit? checked?", "created_at"},
    {"current", "kind subject record contact amount due_on checked remark",
     "state:listed,closed parent? kind? unit? checked?", "created_at"},
};

static const ledger_label labels[] = {
    {"type", "交接清单项", "Item of a handover"},
    {"plural", "交接清单", "Items of handovers"},
    {"group.0", "内容", "Facts"},
    {"group.1", "核对", "Check"},
    {"handover_item.parent", "所属交接", "Handover"},
    {"handover_item.unit", "单位", "Unit"},
    {"handover_item.kind", "类别", "Kind"},
    {"handover_item.subject", "内容", "Subject"},
    {"handover_item.record_type", "台账类别", "Ledger"},
    {"handover_item.record", "对应记录", "Record"},
    {"handover_item.contact", "联系人", "Contact"},
    {"handover_item.amount", "数量", "Count"},
    {"handover_item.due_on", "期限", "Due on"},
    {"handover_item.checked", "已核对", "Checked"},
    {"handover_item.remark", "备注", "Remark"},
    {"help.subject", "不得填写涉密文件标题，用编号代替",
     "Never titles of classified documents: use a number"},
    {"help.amount", "系统生成的是当时的条数，交接时应与实际核对",
     "What stood in the ledger at that moment: compare it with what is there"},
    {"state.listed", "在清单中", "Listed"},
    {"state.closed", "已归档", "Closed with the handover"},
    {"state.replaced", "已被新清单取代", "Replaced by a new pack"},
    {"event.create", "加入清单", "Add"},
    {"event.close", "归档", "Close"},
    {"event.replace", "取代", "Replace"},
    {"list.all", "全部", "All"},
    {"list.current", "现行清单", "The list as it stands"},
    {"refused.handover", "所属交接已办结或不属于该单位",
     "The handover is no longer open, or belongs to another unit"},
};

const ledger_type ledger_handover_item = {
    .name = "handover_item",
    .plural = "handover_items",
    .tag = 15,
    .schema = 1,
    .parent = "handover",
    .scope = LEDGER_OF_UNIT,
    .title = "subject",
    .void_posts = POSTS_BUREAU | POSTS_UNIT,
    .states = states,
    .end_states = 1u << CLOSED | 1u << REPLACED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
};
