/* SPDX-License-Identifier: AGPL-3.0-or-later
 * notice_receipt 通知签收: that one unit is to read a notice, and has. A unit that works on paper
 * sends its slip, and the bureau enters it for the unit's post (source `paper`). */
#include "ledger/records/records.h"

enum { LISTED, WAITING, READ, UNREAD, WITHDRAWN };
static const char *const states[] = {"listed", "waiting", "read", "unread", "withdrawn", NULL};

enum { FACTS, RECEIPT };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "parent", LEDGER_REF, "notice", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {2, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {3, 1, "due_on", LEDGER_DATE, NULL, 0, 0, LEDGER_KERNEL, FACTS, NULL},
    {4, 1, "read_on", LEDGER_DATE, NULL, 0, 0, LEDGER_KERNEL, RECEIPT, NULL},
    {5, 1, "read_by", LEDGER_REF, "person", 0, 0, 0, RECEIPT, NULL},
};

#define SENT (1u << WAITING | 1u << READ | 1u << UNREAD | 1u << WITHDRAWN)
static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << LISTED | 1u << WAITING, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << READ | 1u << UNREAD | 1u << WITHDRAWN, POSTS_BUREAU, LEDGER_ALL_GROUPS, 0},
    {1u << WAITING, POSTS_UNIT, LEDGER_ALL_GROUPS, 1u << RECEIPT},
    {SENT, POSTS_UNIT | POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
};

/* Facts of notice_receipt_place: receipts of the unit for this notice, notices of this id that are
 * drafts or issued. */
static const char *guard_create(const ledger_record *record, const ledger_facts *facts,
                                const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[0] > 0 ? "twice" : facts->num[1] == 0 ? "notice_over" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = LISTED,
     .posts = POSTS_BUREAU,
     .facts = "notice_receipt_place",
     .guard = guard_create},
    {.tag = 6,
     .event = "address",
     .from = LEDGER_NEW,
     .to = WAITING,
     .posts = POSTS_BUREAU,
     .flags = LEDGER_INNER,
     .due_start = "read"},
    {.tag = 2,
     .event = "send",
     .from = 1u << LISTED,
     .to = WAITING,
     .posts = POSTS_BUREAU,
     .flags = LEDGER_INNER,
     .due_start = "read"},
    {.tag = 3,
     .event = "read",
     .from = 1u << WAITING,
     .to = READ,
     .posts = POSTS_UNIT,
     .effects = "read",
     .due_stop = "*"},
    {.tag = 4,
     .event = "withdraw",
     .from = 1u << WAITING,
     .to = WITHDRAWN,
     .posts = POSTS_BUREAU,
     .flags = LEDGER_INNER,
     .due_stop = "*"},
    {.tag = 5,
     .event = "give_up",
     .from = 1u << WAITING,
     .to = UNREAD,
     .posts = POSTS_BUREAU,
     .flags = LEDGER_INNER,
     .due_stop = "*"},
};

static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"read", LEDGER_SET, NULL, NULL, NULL, "read_on=$today"},
};

static const ledger_due dues[] = {
    {.name = "read",
     .limit_key = "on_the_day",
     .span = LEDGER_DAY,
     .anchor = "due_on",
     .post = POST_SECRECY_OFFICER,
     .minutes = 5,
     .verb = "read_notice",
     .event = "read",
     .remind_key = "remind_days",
     .escalate_key = "escalate_days"},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "parent unit state due_on read_on read_by", "parent? unit? state?", "created_at"},
    {"waiting", "parent unit due_on", "state:waiting parent? unit?", "created_at"},
    {"read", "parent unit read_on read_by", "state:read parent? unit?", "created_at"},
};

static const ledger_label labels[] = {
    {"type", "通知签收", "Receipt of a notice"},
    {"plural", "通知签收", "Receipts of notices"},
    {"group.0", "签收对象", "Facts"},
    {"group.1", "签收情况", "Receipt"},
    {"notice_receipt.parent", "通知", "Notice"},
    {"notice_receipt.unit", "单位", "Unit"},
    {"notice_receipt.due_on", "签收期限", "Due on"},
    {"notice_receipt.read_on", "签收日期", "Read on"},
    {"notice_receipt.read_by", "签收人", "Read by"},
    {"help.read_by", "看过通知并负责落实的人", "Who has read it and sees to it"},
    {"state.listed", "待发", "Listed"},
    {"state.waiting", "待签收", "Waiting"},
    {"state.read", "已签收", "Read"},
    {"state.unread", "未签收", "Not read"},
    {"state.withdrawn", "通知已撤回", "Withdrawn"},
    {"event.create", "列入签收单位", "List"},
    {"event.address", "发出", "Send at once"},
    {"event.send", "发出", "Send"},
    {"event.read", "签收", "Confirm reading"},
    {"event.withdraw", "撤回", "Withdraw"},
    {"event.give_up", "记为未签收", "Mark as not read"},
    {"verb.read_notice", "签收通知", "Read a notice"},
    {"list.all", "全部签收", "All receipts"},
    {"list.waiting", "待签收", "Waiting"},
    {"list.read", "已签收", "Read"},
    {"refused.twice", "该单位已在签收名单中", "This unit is already in the list"},
    {"refused.notice_over", "通知已撤回或已结束", "The notice is withdrawn or closed"},
};

const ledger_type ledger_notice_receipt = {
    .name = "notice_receipt",
    .plural = "notice_receipts",
    .tag = 12,
    .schema = 1,
    .parent = "notice",
    .scope = LEDGER_OF_UNIT,
    .void_posts = POSTS_BUREAU,
    .states = states,
    .end_states = 1u << READ | 1u << UNREAD | 1u << WITHDRAWN,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_EFFECTS(effects),
    LEDGER_DUES(dues),
};
