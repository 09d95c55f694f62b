/* SPDX-License-Identifier: AGPL-3.0-or-later
 * post 岗位: a role at a unit or department. Rights and duties hang on the post, so that nothing is
 * reassigned when its holder changes (domain.md section 2).
 *
 * The three posts of a unit are made with the unit, the head's with the department; the bureau adds
 * others. The three administrators hold grants of accounts, never posts. */
#include "ledger/records/records.h"

enum { OPEN, CLOSED };
static const char *const states[] = {"open", "closed", NULL};

enum { FACTS };
enum { UNIT, DEPARTMENT, ROLE, TITLE };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {2, 1, "department", LEDGER_REF, "department", 0, 0, LEDGER_FIXED, FACTS, NULL},
    {3, 1, "role", LEDGER_CODE, "role", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {4, 1, "title", LEDGER_TEXT, NULL, 1, 60, LEDGER_SEARCH, FACTS, "always"},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {LEDGER_ANY_STATE, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {LEDGER_ANY_STATE, POSTS_UNIT | POST_DEPARTMENT_HEAD, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
};

/* Facts of post_holders: assignments that last beyond today. */
static const char *guard_close(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[0] > 0 ? "holders" : NULL;
}
/* Facts of post_place: departments of this id at this unit; other posts of a bureau leader that are
 * open. All chains of answerers end at one (record-kernel.md 12). */
static const char *guard_valid(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    (void)now;
    bool is_shut = record->is_void || record->state == CLOSED;
    if (is_shut && ledger_is(record, ROLE, "bureau_leader") && facts->num[1] == 0) {
        return "last_leader";
    }
    bool has_department = record->department.kind != STORE_NULL;
    if (ledger_is(record, ROLE, "sys_admin") || ledger_is(record, ROLE, "sec_admin") ||
        ledger_is(record, ROLE, "audit_admin")) {
        return "admin_role";
    }
    if (ledger_is(record, ROLE, "department_head") && !has_department) {
        return "no_department";
    }
    return has_department && facts->num[0] == 0 ? "other_unit" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1, .event = "create", .from = LEDGER_NEW, .to = OPEN, .posts = POSTS_BUREAU},
    {.tag = 2,
     .event = "close",
     .from = 1u << OPEN,
     .to = CLOSED,
     .posts = POSTS_BUREAU,
     .facts = "post_holders",
     .guard = guard_close},
    {.tag = 3, .event = "reopen", .from = 1u << CLOSED, .to = OPEN, .posts = POSTS_BUREAU},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "title role unit department state", "state? unit? department? role?", "title"},
    {"open", "title role unit department", "state:open unit? department? role?", "title"},
};

static const ledger_label labels[] = {
    {"type", "岗位", "Post"},
    {"plural", "岗位", "Posts"},
    {"group.0", "基本情况", "Facts"},
    {"post.unit", "单位", "Unit"},
    {"post.department", "内设机构", "Department"},
    {"post.role", "角色", "Role"},
    {"post.title", "岗位名称", "Title"},
    {"help.role", "决定这个岗位能看什么、办什么；定下后不能改，须另设岗位",
     "Settles what this post may see and do; it cannot be changed, make another post instead"},
    {"help.title", "如“保密员（兼）”", "For example: secrecy officer (part-time)"},
    {"state.open", "在设", "Open"},
    {"state.closed", "已撤销", "Closed"},
    {"event.create", "设岗", "Make"},
    {"event.close", "撤岗", "Close"},
    {"event.reopen", "恢复", "Open again"},
    {"list.all", "全部岗位", "All posts"},
    {"list.open", "在设岗位", "Open posts"},
    {"refused.last_leader", "保密局局长岗位不能撤销或作废：所有事项最终由该岗位负责",
     "All duties end at this post: the last one of a bureau leader stays"},
    {"refused.holders", "还有人任职，须先结束任职或办理交接",
     "Somebody still holds it: end the assignment or hand over first"},
    {"refused.admin_role", "系统管理员、安全保密管理员、安全审计员由账号授权产生，不设岗位",
     "The three administrators are granted to accounts; they are no posts"},
    {"refused.no_department", "内设机构负责人的岗位须选择内设机构",
     "The post of a department head needs a department"},
    {"refused.other_unit", "所选内设机构不属于该单位", "This department belongs to another unit"},
};

const ledger_type ledger_post = {
    .name = "post",
    .plural = "posts",
    .tag = 4,
    .schema = 1,
    .scope = LEDGER_OF_UNIT,
    .title = "title",
    .check = "post_place",
    .valid = guard_valid,
    .void_posts = POST_BUREAU_LEADER,
    .states = states,
    LEDGER_TABLES(fields, access, moves, lists, labels),
};
