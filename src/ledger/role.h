/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Roles: what kind of post somebody holds (domain.md section 2). A post is a role at a unit; rights
 * and duties belong to posts. */
#ifndef LJ_LEDGER_ROLE_H
#define LJ_LEDGER_ROLE_H

#include <stdint.h>

#define POST_BUREAU_LEADER      (1u << 0)
#define POST_INSPECTOR          (1u << 1)
#define POST_SQUAD_MEMBER       (1u << 2)
#define POST_UNIT_HEAD          (1u << 3)
#define POST_RESPONSIBLE_LEADER (1u << 4)
#define POST_SECRECY_OFFICER    (1u << 5)
#define POST_DEPARTMENT_HEAD    (1u << 6)
#define POST_PERSON             (1u << 7) /* everybody, for the own record */
#define POST_COMMITTEE          (1u << 8)
#define POST_CITY_BUREAU        (1u << 9)
#define POST_DISCIPLINE         (1u << 10)
#define POST_PATROL_OFFICE      (1u << 11)
#define POST_SYS_ADMIN          (1u << 12)
#define POST_SEC_ADMIN          (1u << 13)
#define POST_AUDIT_ADMIN        (1u << 14)

#define POSTS_BUREAU      (POST_BUREAU_LEADER | POST_INSPECTOR)
#define POSTS_UNIT_LEADER (POST_UNIT_HEAD | POST_RESPONSIBLE_LEADER)
#define POSTS_UNIT        (POSTS_UNIT_LEADER | POST_SECRECY_OFFICER)
#define POSTS_ADMIN       (POST_SYS_ADMIN | POST_SEC_ADMIN | POST_AUDIT_ADMIN)

/* How far a role reaches. */
typedef enum ledger_reach {
    LEDGER_REACH_DISTRICT,
    LEDGER_REACH_UNIT,
    LEDGER_REACH_DEPARTMENT,
    LEDGER_REACH_PERSON, /* the own record */
    LEDGER_REACH_GRANT,  /* only what was granted for a time */
    LEDGER_REACH_NONE,   /* no business record at all: the three administrators */
} ledger_reach;

typedef struct ledger_role {
    const char *code; /* "secrecy_officer" */
    uint32_t bit;
    ledger_reach reach;
    uint32_t falls_to; /* the role at the same unit that answers when nobody holds this one; 0: the
                          bureau leader */
    const char *zh, *en;
} ledger_role;

extern const ledger_role ledger_roles[];
extern const uint32_t ledger_role_count;

/* NULL when there is none. */
const ledger_role *ledger_role_lookup(const char *code, uint32_t len);
const ledger_role *ledger_role_of(uint32_t bit);

#endif
