/* SPDX-License-Identifier: AGPL-3.0-or-later
 * directive_reply 交办回复: what the bureau asks of one unit for a directive, and its reply. A
 * reply that does not do is returned with a reason and asked for again. */
#include "ledger/records/records.h"

enum { ASKED, REPLIED, ACCEPTED };
static const char *const states[] = {"asked", "replied", "accepted", NULL};

enum { QUESTION, REPLY };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "parent", LEDGER_REF, "directive", 0, 0, LEDGER_FIXED, QUESTION, "always"},
    {2, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, QUESTION, "always"},
    {3, 1, "question", LEDGER_TEXT, NULL, 2, 2000, LEDGER_SEARCH | LEDGER_LONG, QUESTION, "always"},
    {4, 1, "due_on", LEDGER_DATE, NULL, 0, 0, 0, QUESTION, "always"},
    {5, 1, "reply", LEDGER_TEXT, NULL, 0, 8000, LEDGER_LONG, REPLY, "answer"},
    {6, 1, "replied_on", LEDGER_DATE, NULL, 0, 0, LEDGER_KERNEL, REPLY, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << ASKED, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << ASKED, POSTS_UNIT, LEDGER_ALL_GROUPS, 1u << REPLY},
    {1u << REPLIED | 1u << ACCEPTED, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
};

/* Facts of directive_reply_place: open directives of this id, replies of the unit to it. */
static const char *guard_create(const ledger_record *record, const ledger_facts *facts,
                                const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[0] == 0 ? "directive" : facts->num[1] > 0 ? "twice" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = ASKED,
     .posts = POSTS_BUREAU,
     .facts = "directive_reply_place",
     .guard = guard_create,
     .due_start = "reply"},
    {.tag = 2,
     .event = "answer",
     .from = 1u << ASKED,
     .to = REPLIED,
     .posts = POSTS_UNIT,
     .effects = "replied",
     .due_stop = "*"},
    {.tag = 3, .event = "accept", .from = 1u << REPLIED, .to = ACCEPTED, .posts = POSTS_BUREAU},
    {.tag = 4,
     .event = "return",
     .from = 1u << REPLIED,
     .to = ASKED,
     .posts = POSTS_BUREAU,
     .flags = LEDGER_REASON,
     .due_start = "reply"},
};

static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"replied", LEDGER_SET, NULL, NULL, NULL, "replied_on=$today"},
};

static const ledger_due dues[] = {
    {.name = "reply",
     .limit_key = "on_the_day",
     .span = LEDGER_DAY,
     .anchor = "due_on",
     .post = POST_SECRECY_OFFICER,
     .max_extend = 1,
     .minutes = 60,
     .verb = "reply_directive",
     .event = "answer",
     .remind_key = "remind_days",
     .escalate_key = "escalate_days"},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "question parent unit due_on replied_on state", "state? parent? unit?", "due_on"},
    {"asked", "question parent unit due_on", "state:asked parent? unit?", "due_on"},
    {"replied", "question unit reply replied_on", "state:replied parent? unit?", "due_on"},
};

static const ledger_label labels[] = {
    {"type", "交办回复", "Reply to a directive"},
    {"plural", "交办回复", "Replies to directives"},
    {"group.0", "要求", "What is asked"},
    {"group.1", "回复", "Reply"},
    {"directive_reply.parent", "交办事项", "Directive"},
    {"directive_reply.unit", "单位", "Unit"},
    {"directive_reply.question", "要求办理的内容", "What the unit is asked"},
    {"directive_reply.due_on", "回复期限", "Due on"},
    {"directive_reply.reply", "回复内容", "Reply"},
    {"directive_reply.replied_on", "回复日期", "Replied on"},
    {"help.question", "单位看不到上级来文，要求须在此写清楚",
     "The unit does not see the directive: say here all it needs"},
    {"help.reply", "不得含有国家秘密；涉密材料按规定另行报送",
     "No state secrets: these are sent in the prescribed way"},
    {"state.asked", "待回复", "Asked"},
    {"state.replied", "已回复", "Replied"},
    {"state.accepted", "已采用", "Accepted"},
    {"event.create", "要求回复", "Ask"},
    {"event.answer", "回复", "Reply"},
    {"event.accept", "采用", "Accept"},
    {"event.return", "退回补充", "Return"},
    {"verb.reply_directive", "回复保密局交办事项", "Reply to the bureau"},
    {"list.all", "全部回复", "All replies"},
    {"list.asked", "待回复", "Asked"},
    {"list.replied", "待采用", "To be accepted"},
    {"refused.directive", "该交办事项已回复或已办结",
     "The directive is already answered or closed"},
    {"refused.twice", "已要求该单位回复", "This unit has already been asked"},
};

const ledger_type ledger_directive_reply = {
    .name = "directive_reply",
    .plural = "directive_replies",
    .tag = 14,
    .schema = 1,
    .parent = "directive",
    .scope = LEDGER_OF_UNIT,
    .title = "question",
    .void_posts = POSTS_BUREAU,
    .states = states,
    .end_states = 1u << ACCEPTED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_EFFECTS(effects),
    LEDGER_DUES(dues),
};
