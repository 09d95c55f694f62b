/* SPDX-License-Identifier: AGPL-3.0-or-later
 * department 内设机构: a part of a unit. Its head's post is made with it.
 *
 * A key department 保密要害部门 (Law Art. 39) is confirmed by the bureau (Regulation Art. 31), so
 * these fields are the bureau's to write. */
#include "ledger/records/records.h"

enum { ACTIVE, CLOSED };
static const char *const states[] = {"active", "closed", NULL};

enum { FACTS, KEY };
enum { UNIT, NAME, KIND, STAFF_COUNT, KEY_DEPARTMENT, KEY_LEVEL, KEY_CONFIRMED_ON };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {2, 1, "name", LEDGER_TEXT, NULL, 2, 60, LEDGER_SEARCH, FACTS, "always"},
    {3, 1, "kind", LEDGER_CODE, "department_kind", 0, 0, 0, FACTS, NULL},
    {4, 1, "staff_count", LEDGER_INT, NULL, 0, 10000, 0, FACTS, NULL},
    {5, 1, "key_department", LEDGER_BOOL, NULL, 0, 0, 0, KEY, NULL},
    {6, 1, "key_level", LEDGER_CODE, "level", 0, 0, 0, KEY, NULL},
    {7, 1, "key_confirmed_on", LEDGER_DATE, NULL, 0, 0, 0, KEY, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << ACTIVE, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << ACTIVE, POSTS_UNIT, LEDGER_ALL_GROUPS, 1u << FACTS},
    {1u << CLOSED, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_DEPARTMENT_HEAD, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_SQUAD_MEMBER, 1u << FACTS, 0},
};

/* Facts of department_ties: people still in it, holders of its posts. */
static const char *guard_close(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[0] > 0 ? "people" : facts->num[1] > 0 ? "holders" : NULL;
}
static const char *guard_valid(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    (void)facts;
    (void)now;
    bool key = ledger_has(record, KEY_DEPARTMENT) && ledger_num(record, KEY_DEPARTMENT) != 0;
    return key && (!ledger_has(record, KEY_LEVEL) || !ledger_has(record, KEY_CONFIRMED_ON)) ? "key"
                                                                                            : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = ACTIVE,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .effects = "head"},
    {.tag = 2,
     .event = "close",
     .from = 1u << ACTIVE,
     .to = CLOSED,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .flags = LEDGER_REASON,
     .facts = "department_ties",
     .guard = guard_close,
     .effects = "closed"},
};

static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"head", LEDGER_CREATE, "post", NULL, NULL,
     "unit=unit;department=$self;role='department_head';title='内设机构负责人'"},
    {"closed", LEDGER_MOVE, "post", "close", "department_posts", NULL},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "name unit kind staff_count key_department", "state? unit? kind? key_department?",
     "name"},
    {"active", "name unit kind key_department key_level",
     "state:active unit? kind? key_department? key_level?", "name"},
};

static const ledger_label labels[] = {
    {"type", "内设机构", "Department"},
    {"plural", "内设机构", "Departments"},
    {"group.0", "基本情况", "Facts"},
    {"group.1", "保密要害部门", "Key department"},
    {"department.unit", "所属单位", "Unit"},
    {"department.name", "机构名称", "Name"},
    {"department.kind", "机构类别", "Kind"},
    {"department.staff_count", "人数", "Staff"},
    {"department.key_department", "保密要害部门", "Key department"},
    {"department.key_level", "最高密级", "Highest level"},
    {"department.key_confirmed_on", "确认日期", "Confirmed on"},
    {"help.key_department",
     "日常工作中产生、传递、使用和管理绝密级或者较多机密级、秘密级国家秘密的内设机构",
     "Makes, passes on, uses or keeps top secrets, or many others, in its daily work"},
    {"help.key_confirmed_on", "由保密局确认的日期", "The day on which the bureau confirmed it"},
    {"state.active", "在用", "Active"},
    {"state.closed", "已撤销", "Closed"},
    {"event.create", "登记", "Register"},
    {"event.close", "撤销", "Close"},
    {"list.all", "全部内设机构", "All departments"},
    {"list.active", "现有内设机构", "Departments in being"},
    {"refused.people", "还有在职人员，须先调整其所在机构或办理离职",
     "People still belong to it: move them or let them leave first"},
    {"refused.holders", "其岗位还有人任职，须先结束任职",
     "Its posts are still held: end the assignments first"},
    {"refused.key", "保密要害部门须填写最高密级和确认日期",
     "A key department needs its highest level and the day of confirmation"},
};

const ledger_type ledger_department = {
    .name = "department",
    .plural = "departments",
    .tag = 3,
    .schema = 1,
    .scope = LEDGER_OF_DEPARTMENT,
    .self = LEDGER_SELF_DEPARTMENT,
    .title = "name",
    .valid = guard_valid,
    .void_posts = POSTS_BUREAU,
    .states = states,
    .end_states = 1u << CLOSED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_EFFECTS(effects),
};
