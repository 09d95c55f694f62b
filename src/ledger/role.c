/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of roles (domain.md section 2) and the chain of who answers for an empty post. */
#include "ledger/role.h"

#include <stddef.h>
#include <string.h>

#include "base/num.h"

#define DISTRICT LEDGER_REACH_DISTRICT
#define UNIT     LEDGER_REACH_UNIT
const ledger_role ledger_roles[] = {
  /* code, bit, reach, falls to, Chinese, English */
    {"bureau_leader",      POST_BUREAU_LEADER,      DISTRICT,                0,                       "保密局局长",       "Bureau leader"         },
    {"inspector",          POST_INSPECTOR,          DISTRICT,                POST_BUREAU_LEADER,      "检查员",             "Inspector"             },
    {"squad_member",       POST_SQUAD_MEMBER,       LEDGER_REACH_GRANT,      POST_SECRECY_OFFICER,    "检查分队成员",
     "Squad member"                                                                                                                                    },
    {"unit_head",          POST_UNIT_HEAD,          UNIT,                    0,                       "主要负责人",       "Unit head"             },
    {"responsible_leader", POST_RESPONSIBLE_LEADER, UNIT,                    POST_UNIT_HEAD,          "分管领导",
     "Responsible leader"                                                                                                                              },
    {"secrecy_officer",    POST_SECRECY_OFFICER,    UNIT,                    POST_RESPONSIBLE_LEADER, "保密员",
     "Secrecy officer"                                                                                                                                 },
    {"department_head",    POST_DEPARTMENT_HEAD,    LEDGER_REACH_DEPARTMENT, POST_SECRECY_OFFICER,
     "内设机构负责人",                                                                                                  "Department head"       },
    {"person",             POST_PERSON,             LEDGER_REACH_PERSON,     POST_SECRECY_OFFICER,    "工作人员",          "Person"                },
    {"committee",          POST_COMMITTEE,          DISTRICT,                0,                       "保密委员会",       "Secrecy committee"     },
    {"city_bureau",        POST_CITY_BUREAU,        DISTRICT,                0,                       "市国家保密局",    "City bureau"           },
    {"discipline",         POST_DISCIPLINE,         LEDGER_REACH_GRANT,      0,                       "纪委监委",          "Discipline organ"      },
    {"patrol_office",      POST_PATROL_OFFICE,      LEDGER_REACH_GRANT,      0,                       "巡察办",             "Patrol office"         },
    {"sys_admin",          POST_SYS_ADMIN,          LEDGER_REACH_NONE,       0,                       "系统管理员",       "System administrator"  },
    {"sec_admin",          POST_SEC_ADMIN,          LEDGER_REACH_NONE,       0,                       "安全保密管理员", "Security administrator"},
    {"audit_admin",        POST_AUDIT_ADMIN,        LEDGER_REACH_NONE,       0,                       "安全审计员",       "Audit administrator"   },
};
const uint32_t ledger_role_count = LJ_COUNT_OF(ledger_roles);

const ledger_role *ledger_role_lookup(const char *code, uint32_t len)
{
    for (uint32_t i = 0; i < ledger_role_count; i++) {
        if (strlen(ledger_roles[i].code) == len && memcmp(ledger_roles[i].code, code, len) == 0) {
            return &ledger_roles[i];
        }
    }
    return NULL;
}

const ledger_role *ledger_role_of(uint32_t bit)
{
    for (uint32_t i = 0; i < ledger_role_count; i++) {
        if (ledger_roles[i].bit == bit) {
            return &ledger_roles[i];
        }
    }
    return NULL;
}
