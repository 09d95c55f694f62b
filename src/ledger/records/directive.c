/* SPDX-License-Identifier: AGPL-3.0-or-later
 * directive 上级交办: what a superior body asks of the bureau by a day. The bureau asks units for
 * their part (directive_reply.c) and answers. Units see what they are asked, not the directive. */
#include "ledger/records/records.h"

enum { RECEIVED, ASSIGNED, ANSWERED, CLOSED };
static const char *const states[] = {"received", "assigned", "answered", "closed", NULL};

enum { FACTS, ANSWER };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "superior", LEDGER_CODE, "superior_kind", 0, 0, 0, FACTS, "always"},
    {2, 1, "title", LEDGER_TEXT, NULL, 2, 120, LEDGER_SEARCH, FACTS, "always"},
    {3, 1, "their_number", LEDGER_TEXT, NULL, 0, 60, LEDGER_SEARCH, FACTS, NULL},
    {4, 1, "received_on", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "always"},
    {5, 1, "due_on", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "always"},
    {6, 1, "content", LEDGER_TEXT, NULL, 0, 8000, LEDGER_LONG, FACTS, NULL},
    {7, 1, "answer", LEDGER_TEXT, NULL, 0, 8000, LEDGER_LONG, ANSWER, "answer"},
    {8, 1, "answered_on", LEDGER_DATE, NULL, 0, 0, LEDGER_KERNEL, ANSWER, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << RECEIVED | 1u << ASSIGNED, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << ANSWERED | 1u << CLOSED, POSTS_BUREAU, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
};

/* Facts of directive_replies: replies asked for, those not yet accepted. */
static const char *guard_assign(const ledger_record *record, const ledger_facts *facts,
                                const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[0] == 0 ? "nobody" : NULL;
}
static const char *guard_answer(const ledger_record *record, const ledger_facts *facts,
                                const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[1] > 0 ? "replies" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = RECEIVED,
     .posts = POSTS_BUREAU,
     .due_start = "answer"},
    {.tag = 2,
     .event = "assign",
     .from = 1u << RECEIVED,
     .to = ASSIGNED,
     .posts = POSTS_BUREAU,
     .facts = "directive_replies",
     .guard = guard_assign},
    {.tag = 3,
     .event = "answer",
     .from = 1u << RECEIVED | 1u << ASSIGNED,
     .to = ANSWERED,
     .posts = POSTS_BUREAU,
     .facts = "directive_replies",
     .guard = guard_answer,
     .effects = "answered",
     .due_stop = "*"},
    {.tag = 4,
     .event = "reopen",
     .from = 1u << ANSWERED,
     .to = ASSIGNED,
     .posts = POSTS_BUREAU,
     .flags = LEDGER_REASON,
     .due_start = "answer"},
    {.tag = 5, .event = "close", .from = 1u << ANSWERED, .to = CLOSED, .posts = POST_BUREAU_LEADER},
};

static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"answered", LEDGER_SET, NULL, NULL, NULL, "answered_on=$today"},
};

static const ledger_due dues[] = {
    {.name = "answer",
     .limit_key = "on_the_day",
     .span = LEDGER_DAY,
     .anchor = "due_on",
     .post = POST_INSPECTOR,
     .max_extend = 2,
     .minutes = 120,
     .verb = "answer_directive",
     .event = "answer",
     .remind_key = "remind_days",
     .escalate_key = "escalate_days"},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "number title superior received_on due_on state", "state? superior?", "-received_on"},
    {"open", "number title superior due_on state", "state:received,assigned superior?", "due_on"},
};

static const ledger_label labels[] = {
    {"type", "上级交办", "Directive"},
    {"plural", "上级交办", "Directives"},
    {"group.0", "交办事项", "Facts"},
    {"group.1", "办理结果", "Answer"},
    {"directive.superior", "交办机关", "From"},
    {"directive.title", "事项名称", "Title"},
    {"directive.their_number", "来文字号", "Their number"},
    {"directive.received_on", "收到日期", "Received on"},
    {"directive.due_on", "办理期限", "Due on"},
    {"directive.content", "交办内容", "What is asked"},
    {"directive.answer", "办理结果", "Answer"},
    {"directive.answered_on", "回复日期", "Answered on"},
    {"help.their_number", "涉密文件只填字号，不填标题",
     "For a classified document the number only, no title"},
    {"help.content", "不得录入国家秘密；涉密来文写“见纸质文件”和存放处",
     "No state secrets: for a classified paper write where it lies"},
    {"help.due_on", "来文没有写明期限的，按局领导批示填写",
     "If the paper names none, the day the bureau's leader sets"},
    {"state.received", "已收到", "Received"},
    {"state.assigned", "已分办", "Assigned"},
    {"state.answered", "已回复", "Answered"},
    {"state.closed", "已办结", "Closed"},
    {"event.create", "登记", "Register"},
    {"event.assign", "分办", "Assign"},
    {"event.answer", "回复上级", "Answer"},
    {"event.reopen", "重新办理", "Open again"},
    {"event.close", "办结", "Close"},
    {"verb.answer_directive", "回复上级交办", "Answer a directive"},
    {"list.all", "全部交办", "All directives"},
    {"list.open", "办理中", "Open directives"},
    {"refused.nobody", "还没有要求任何单位回复", "No unit has been asked for its part yet"},
    {"refused.replies", "还有单位的回复没有采用，须先采用或作废",
     "Replies of units are still open: accept or void them first"},
};

const ledger_type ledger_directive = {
    .name = "directive",
    .plural = "directives",
    .tag = 10,
    .schema = 1,
    .scope = LEDGER_OF_DISTRICT,
    .number = "D",
    .title = "title",
    .void_posts = POST_BUREAU_LEADER,
    .states = states,
    .end_states = 1u << CLOSED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_EFFECTS(effects),
    LEDGER_DUES(dues),
};
