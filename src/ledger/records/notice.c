/* SPDX-License-Identifier: AGPL-3.0-or-later
 * notice 通知: what the bureau makes known to units, and who has read it. One receipt per unit is a
 * child (notice_receipt.c): listed while the notice is a draft, waiting from its issue on.
 *
 * An issued notice is read by everybody in the district, whoever must confirm it: what concerns one
 * unit alone is no notice. Units without an account are entered by the bureau from their paper. */
#include "ledger/records/records.h"

enum { DRAFT, ISSUED, WITHDRAWN, CLOSED };
static const char *const states[] = {"draft", "issued", "withdrawn", "closed", NULL};

enum { FACTS };
enum { TITLE, KIND, BODY, TO_ALL, READ_BY, ISSUED_ON };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "title", LEDGER_TEXT, NULL, 2, 120, LEDGER_SEARCH, FACTS, "always"},
    {2, 1, "kind", LEDGER_CODE, "notice_kind", 0, 0, 0, FACTS, NULL},
    {3, 1, "body", LEDGER_TEXT, NULL, 0, 20000, LEDGER_LONG, FACTS, "issue"},
    {4, 1, "to_all", LEDGER_BOOL, NULL, 0, 0, 0, FACTS, NULL},
    {5, 1, "read_by", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "issue"},
    {6, 1, "issued_on", LEDGER_DATE, NULL, 0, 0, LEDGER_KERNEL, FACTS, NULL},
};

#define READERS                                                                                    \
    (POSTS_UNIT | POST_DEPARTMENT_HEAD | POST_PERSON | POST_SQUAD_MEMBER | POST_COMMITTEE |        \
     POST_CITY_BUREAU)
static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << DRAFT, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << ISSUED | 1u << WITHDRAWN | 1u << CLOSED, POSTS_BUREAU, LEDGER_ALL_GROUPS, 0},
    {1u << ISSUED | 1u << WITHDRAWN | 1u << CLOSED, READERS, LEDGER_ALL_GROUPS, 0},
};

/* Facts of notice_addressees: receipts that stand in the list. */
static const char *guard_issue(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    if (ledger_has(record, READ_BY) && ledger_num(record, READ_BY) < now->today) {
        return "read_by_past";
    }
    bool to_all = ledger_has(record, TO_ALL) && ledger_num(record, TO_ALL) != 0;
    return !to_all && facts->num[0] == 0 ? "nobody" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1, .event = "create", .from = LEDGER_NEW, .to = DRAFT, .posts = POSTS_BUREAU},
    {.tag = 2,
     .event = "issue",
     .from = 1u << DRAFT,
     .to = ISSUED,
     .posts = POSTS_BUREAU,
     .facts = "notice_addressees",
     .guard = guard_issue,
     .effects = "issued"},
    {.tag = 3,
     .event = "send_more",
     .from = 1u << ISSUED,
     .to = ISSUED,
     .posts = POSTS_BUREAU,
     .effects = "more"},
    {.tag = 4,
     .event = "withdraw",
     .from = 1u << ISSUED,
     .to = WITHDRAWN,
     .posts = POSTS_BUREAU,
     .flags = LEDGER_REASON,
     .effects = "withdrawn"},
    {.tag = 5,
     .event = "close",
     .from = 1u << ISSUED,
     .to = CLOSED,
     .posts = POSTS_BUREAU,
     .effects = "closed"},
};

/* `to_all` makes receipts that wait at once; those that stand in the list are sent. */
static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"issued", LEDGER_SET, NULL, NULL, NULL, "issued_on=$today"},
    {"issued", LEDGER_CREATE, "notice_receipt", "address", "notice_units",
     "unit=$unit;due_on=read_by"},
    {"issued", LEDGER_MOVE, "notice_receipt", "send", "notice_listed", "due_on=read_by"},
    {"more", LEDGER_CREATE, "notice_receipt", "address", "notice_units",
     "unit=$unit;due_on=read_by"},
    {"more", LEDGER_MOVE, "notice_receipt", "send", "notice_listed", "due_on=read_by"},
    {"withdrawn", LEDGER_MOVE, "notice_receipt", "withdraw", "notice_waiting", NULL},
    {"closed", LEDGER_MOVE, "notice_receipt", "give_up", "notice_waiting", NULL},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "number title kind state issued_on read_by", "state? kind?", "-happened_on"},
    {"issued", "number title kind issued_on read_by", "state:issued kind?", "-happened_on"},
    {"draft", "number title kind read_by", "state:draft kind?", "-happened_on"},
};

static const ledger_label labels[] = {
    {"type", "通知", "Notice"},
    {"plural", "通知", "Notices"},
    {"group.0", "通知内容", "Facts"},
    {"notice.title", "标题", "Title"},
    {"notice.kind", "类别", "Kind"},
    {"notice.body", "正文", "Text"},
    {"notice.to_all", "发至全部监管单位", "To all supervised units"},
    {"notice.read_by", "签收期限", "To be read by"},
    {"notice.issued_on", "印发日期", "Issued on"},
    {"help.body", "不得含有国家秘密；全区用户都能看到已印发的通知",
     "No state secrets; everybody in the district sees an issued notice"},
    {"help.to_all", "不勾选时，印发前逐个列出签收单位",
     "If not, list the units one by one before issuing"},
    {"help.read_by", "到期未签收的单位列入待办超期",
     "Units that have not read it by then are overdue"},
    {"state.draft", "草稿", "Draft"},
    {"state.issued", "已印发", "Issued"},
    {"state.withdrawn", "已撤回", "Withdrawn"},
    {"state.closed", "已结束", "Closed"},
    {"event.create", "起草", "Draft"},
    {"event.issue", "印发", "Issue"},
    {"event.send_more", "补发", "Send to more units"},
    {"event.withdraw", "撤回", "Withdraw"},
    {"event.close", "结束签收", "Close"},
    {"list.all", "全部通知", "All notices"},
    {"list.issued", "已印发", "Issued"},
    {"list.draft", "草稿", "Drafts"},
    {"refused.nobody", "没有签收单位：请勾选“发至全部监管单位”或列出单位",
     "Nobody is to read it: send it to all, or list units"},
    {"refused.read_by_past", "签收期限已过", "The day by which it is to be read has passed"},
};

const ledger_type ledger_notice = {
    .name = "notice",
    .plural = "notices",
    .tag = 8,
    .schema = 1,
    .scope = LEDGER_OF_DISTRICT,
    .number = "N",
    .title = "title",
    .void_posts = POST_BUREAU_LEADER,
    .states = states,
    .end_states = 1u << WITHDRAWN | 1u << CLOSED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_EFFECTS(effects),
};
