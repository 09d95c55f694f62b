/* SPDX-License-Identifier: AGPL-3.0-or-later
 * district 区: whose ledger this is. One record per district, made when the ledger is set up.
 *
 * `classified` says whether this installation may hold fields that carry state secrets (Law Art.
 * 31(3)); it is settled at the setting up and never in a form. */
#include "ledger/records/records.h"

enum { ACTIVE, MOVED_AWAY };
static const char *const states[] = {"active", "moved_away", NULL};

enum { FACTS };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "name", LEDGER_TEXT, NULL, 2, 60, 0, FACTS, "always"},
    {2, 1, "code", LEDGER_TEXT, NULL, 1, 12, 0, FACTS, "always"},
    {3, 1, "bureau_unit", LEDGER_REF, "unit", 0, 0, 0, FACTS, NULL},
    {4, 1, "classified", LEDGER_BOOL, NULL, 0, 0, LEDGER_KERNEL, FACTS, NULL},
    {5, 1, "year_from", LEDGER_INT, NULL, 1949, 2200, 0, FACTS, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {LEDGER_ANY_STATE, POST_INSPECTOR | POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POSTS_UNIT | POST_DEPARTMENT_HEAD | POST_PERSON, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_SQUAD_MEMBER | POST_DISCIPLINE | POST_PATROL_OFFICE, LEDGER_ALL_GROUPS,
     0},
    {1u << ACTIVE, POST_BUREAU_LEADER, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << MOVED_AWAY, POST_BUREAU_LEADER, LEDGER_ALL_GROUPS, 0},
};

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = ACTIVE,
     .posts = POST_BUREAU_LEADER,
     .flags = LEDGER_INNER},
    {.tag = 2,
     .event = "move_away",
     .from = 1u << ACTIVE,
     .to = MOVED_AWAY,
     .posts = POST_BUREAU_LEADER,
     .flags = LEDGER_REASON},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "name code bureau_unit year_from", "state?", "name"},
};

static const ledger_label labels[] = {
    {"type", "区", "District"},
    {"plural", "区", "Districts"},
    {"group.0", "基本情况", "Facts"},
    {"district.name", "区名称", "Name"},
    {"district.code", "行政区划代码", "Area code"},
    {"district.bureau_unit", "保密局所在单位", "Unit of the bureau"},
    {"district.classified", "在涉密信息系统内安装", "Installed in a classified system"},
    {"district.year_from", "启用年度", "First year"},
    {"help.bureau_unit", "保密局自己的岗位、人员和会议登记在此单位名下",
     "The bureau's own posts, people and meetings stand under this unit"},
    {"help.classified", "非涉密系统不得存储、处理国家秘密；安装时确定，不能修改",
     "No state secret may be kept on a system that is not classified; settled at installation"},
    {"help.year_from", "从哪一年度起以本系统台账为准",
     "The first year for which this ledger counts"},
    {"help.void", "区是台账本身，不作废；整体迁出时办理“迁出”",
     "The district is the ledger itself: it is moved away, never voided"},
    {"state.active", "在用", "Active"},
    {"state.moved_away", "已迁出", "Moved away"},
    {"event.create", "建立", "Set up"},
    {"event.move_away", "迁出", "Move away"},
    {"list.all", "全部", "All"},
};

const ledger_type ledger_district = {
    .name = "district",
    .plural = "districts",
    .tag = 1,
    .schema = 1,
    .scope = LEDGER_OF_DISTRICT,
    .title = "name",
    .void_posts = 0, /* help.void says why */
    .states = states,
    .end_states = 1u << MOVED_AWAY,
    LEDGER_TABLES(fields, access, moves, lists, labels),
};
