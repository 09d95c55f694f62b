/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The tables of the ledger, printed for people: routes and who may call them, record types with
 * their fields, states, moves and rights. What is printed is what runs. */
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/actor.h"
#include "ledger/list_terms.h"
#include "ledger/overview.h"
#include "programs/lijiand.h"
#include "server/server.h"

enum { ARENA_MAX = 64 * 1024 * 1024 };

int daemon_routes(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    lj_arena *arena = lj_arena_new(ARENA_MAX);
    route_set *set = NULL;
    const route_row *faulty = NULL;
    lj_err err = {0};
    lj_code code = arena != NULL ? server_routes(arena, &set, &faulty, &err)
                                 : lj_fail(&err, LJ_E_NOMEM, UINT64_MAX, "no memory");
    for (size_t i = 0; code == LJ_OK && i < route_count(set); i++) {
        const route_row *row = route_at(set, i);
        printf("%-6s %-46s %-11s %-10u %s%s%s  %s\n", row->method, row->pattern,
               server_permission_name(row->permission), row->body_max,
               (row->flags & ROUTE_IF_MATCH) != 0 ? "M" : "-",
               (row->flags & ROUTE_IDEMPOTENT) != 0 ? "I" : "-",
               (row->flags & ROUTE_STREAMS) != 0 ? "S" : "-", zh ? row->zh : row->en);
    }
    lj_arena_free(arena);
    return code == LJ_OK ? 0
                         : daemon_failure(&err, faulty != NULL ? faulty->pattern : "routes", zh);
}

/* ---- records ---- */
static void print_posts(uint32_t posts)
{
    const char *comma = "";
    for (uint32_t i = 0; i < ledger_role_count; i++) {
        if ((ledger_roles[i].bit & posts) != 0) {
            printf("%s%s", comma, ledger_roles[i].code);
            comma = " ";
        }
    }
}

static void print_states(const ledger_type *type, uint32_t states)
{
    uint32_t count = ledger_state_count(type);
    uint32_t every = (1u << count) - 1;
    if ((states & every) == every) {
        printf("*");
        return;
    }
    const char *comma = "";
    for (uint32_t i = 0; i < count; i++) {
        if ((states & 1u << i) != 0) {
            printf("%s%s", comma, type->states[i]);
            comma = ",";
        }
    }
    if ((states & LEDGER_NEW) != 0) {
        printf("(new)");
    }
}

static void print_groups(uint32_t groups)
{
    if (groups == LEDGER_ALL_GROUPS) {
        printf("all");
        return;
    }
    if (groups == 0) {
        printf("-");
    }
    const char *comma = "";
    for (uint32_t i = 0; i < 32; i++) {
        if ((groups & 1u << i) != 0) {
            printf("%s%u", comma, i);
            comma = ",";
        }
    }
}

static void print_fields(const ledger_type *type, bool zh)
{
    static const char *const kinds[LEDGER_KIND_COUNT] = {
        "text", "int",     "pt100", "bool",       "code",
        "date", "instant", "ref",   "keyed_hash", "file_hash"};
    puts(zh ? "字段（标签号 名称 类型 取值 分组 必填 含义）"
            : "fields (tag name kind of group required meaning)");
    for (uint32_t i = 0; i < type->field_count; i++) {
        const ledger_field *field = &type->fields[i];
        printf("  %3u %-20s %-10s %-18s %u %-10s %s\n", field->tag, field->name, kinds[field->kind],
               field->of != NULL ? field->of : "", field->group,
               field->required != NULL ? field->required : "-",
               ledger_label_in(type, type->name, field->name, !zh));
    }
}

static void print_moves(const ledger_type *type, bool zh)
{
    puts(zh ? "步骤（名称 自 -> 至 谁可办理）" : "moves (event from -> to who)");
    for (uint32_t i = 0; i < type->move_count; i++) {
        const ledger_move *move = &type->moves[i];
        printf("  %-28s ", move->event);
        print_states(type, move->from);
        printf(" -> %s  [", type->states[move->to]);
        print_posts(move->posts);
        printf("]%s%s%s%s%s%s%s  %s\n", (move->flags & LEDGER_REASON) != 0 ? " reason" : "",
               (move->flags & LEDGER_WAIVER) != 0 ? " waiver" : "",
               (move->flags & LEDGER_INNER) != 0 ? " inner" : "",
               move->sign_set != NULL ? " signatures:" : "",
               move->sign_set != NULL ? move->sign_set : "", move->due_start != NULL ? " due:" : "",
               move->due_start != NULL ? move->due_start : "",
               ledger_label_in(type, "event", move->event, !zh));
    }
}

static void print_rest(const ledger_type *type, bool zh)
{
    puts(zh ? "权限（状态 读分组 写分组 岗位）" : "rights (states read-groups write-groups posts)");
    for (uint32_t i = 0; i < type->access_count; i++) {
        const ledger_access *row = &type->access[i];
        printf("  ");
        print_states(type, row->states);
        printf("  r:");
        print_groups(row->read_groups);
        printf("  w:");
        print_groups(row->write_groups);
        printf("  ");
        print_posts(row->posts);
        printf("\n");
    }
    if (type->sign_count > 0) {
        puts(zh ? "签字（组 角色 人数 岗位）" : "signatures (set role count posts)");
    }
    for (uint32_t i = 0; i < type->sign_count; i++) {
        const ledger_sign *row = &type->signs[i];
        printf("  %-16s %-12s %u  ", row->set, row->role, row->min);
        print_posts(row->posts);
        printf("\n");
    }
    if (type->due_count > 0) {
        puts(zh ? "期限（规则 起算 限额 岗位）" : "due rules (rule anchor limit post)");
    }
    for (uint32_t i = 0; i < type->due_count; i++) {
        const ledger_due *row = &type->dues[i];
        printf("  %-16s %-14s %-20s ", row->name, row->anchor, row->limit_key);
        print_posts(row->post);
        printf("\n");
    }
}

static void print_diagram(const ledger_type *type, bool zh)
{
    puts("stateDiagram-v2");
    for (uint32_t i = 0; i < type->move_count; i++) {
        const ledger_move *move = &type->moves[i];
        const char *label = ledger_label_in(type, "event", move->event, !zh);
        if ((move->from & LEDGER_NEW) != 0) {
            printf("  [*] --> %s: %s\n", type->states[move->to], label);
        }
        for (uint32_t j = 0; j < ledger_state_count(type); j++) {
            if ((move->from & LEDGER_NEW) == 0 && (move->from & 1u << j) != 0) {
                printf("  %s --> %s: %s\n", type->states[j], type->states[move->to], label);
            }
        }
    }
}

int daemon_records(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    if (args->words.count == 0) {
        for (uint32_t i = 0; i < ledger_type_count; i++) {
            const ledger_type *type = ledger_types[i];
            printf("%3u %-18s %-20s %2u fields %2u moves  %s\n", type->tag, type->name,
                   type->plural, type->field_count, type->move_count,
                   ledger_label_of(type, "type", !zh));
        }
        return 0;
    }
    const char *name = args->words.words[0];
    const ledger_type *type = ledger_type_lookup(name, strlen(name));
    if (type == NULL) {
        fprintf(stderr,
                zh ? "lijiand：没有记录类型“%s”；lijiand records 列出全部\n"
                   : "lijiand: no record type '%s'; `lijiand records` lists them\n",
                name);
        return EXIT_USAGE;
    }
    printf("%s (%s), tag %u: %s\n", type->name, type->plural, type->tag,
           ledger_label_of(type, "type", !zh));
    print_fields(type, zh);
    print_moves(type, zh);
    print_rest(type, zh);
    print_diagram(type, zh);
    return 0;
}

/* ---- report ---- */
static int print_report(data_dir *dir, bool zh)
{
    lj_err err = {0};
    store_conn *conn = NULL;
    const ledger_actor kernel = ledger_actor_kernel(lj_os_now_ms());
    lj_code code = store_reader_open(dir->db, &conn, &err);
    for (uint32_t i = 0; i < ledger_type_count && code == LJ_OK; i++) {
        const ledger_query query = {.type = ledger_types[i], .state = -1, .most = 1};
        int64_t count = 0;
        code = ledger_list_count(dir->book, conn, &kernel, &query, &count, &err);
        if (code == LJ_OK) {
            printf("%-22s %8lld\n", ledger_label_of(ledger_types[i], "plural", !zh),
                   (long long)count);
        }
    }
    ledger_overview *all = lj_arena_alloc(dir->arena, sizeof *all);
    if (code == LJ_OK && all != NULL) {
        code = ledger_overview_of(dir->book, conn, &kernel, dir->arena, all, &err);
    }
    if (code == LJ_OK && all != NULL) {
        printf(zh ? "逾期事项 %lld 件，涉及 %lld 个单位；本周到期 %lld 件\n"
                  : "overdue %lld at %lld units; due this week %lld\n",
               (long long)all->late_total, (long long)all->late_units, (long long)all->week_total);
    }
    store_reader_close(conn);
    return code == LJ_OK ? 0 : daemon_failure(&err, "report", zh);
}

int daemon_report(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    if (path == NULL) {
        return EXIT_USAGE;
    }
    data_dir dir;
    lj_err err = {0};
    lj_code code = data_dir_open(path, args->db, DATA_READ, &dir, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    int status = print_report(&dir, zh);
    data_dir_close(&dir);
    return status;
}
