/* SPDX-License-Identifier: AGPL-3.0-or-later
 * demo: makes a data folder with the demonstration district and says who may log in. The one-time
 * passwords come from the seed too: a folder of the demonstration keeps no secret. */
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/actor.h"
#include "ledger/setup.h"
#include "programs/demo.h"
#include "programs/fresh.h"
#include "programs/lijiand.h"

enum { LASTING_MAX = 32 * 1024 * 1024, SCRATCH_MAX = 256 * 1024 * 1024 };

static void set_up(demo *on)
{
    const ledger_setup setup = {lj_cstr_bytes("云汀示范区"), lj_cstr_bytes("990100"),
                                lj_cstr_bytes("云汀示范区国家保密局")};
    ledger_setup_ids ids = {0};
    ledger_outcome outcome = {0};
    if (on->code == LJ_OK) {
        demo_fail(on, ledger_set_up(on->txn, &setup, &ids, &outcome, &on->err), "set up");
    }
    memcpy(on->bureau, ids.bureau, 16);
    memcpy(on->leader_post, ids.leader_post, 16);
}

static void open_district(demo *on)
{
    int32_t first = demo_workday(on, on->first_on);
    demo_begin(on, calendar_begin_at(first) + INT64_C(9) * 3600 * 1000);
    set_up(on);
    demo_open_units(on);
    demo_open_bureau(on);
    demo_make_accounts(on);
    demo_end(on);
}

static void play(demo *on)
{
    open_district(on);
    demo_plan_notices(on);
    demo_plan_meetings(on);
    demo_plan_directives(on);
    demo_plan_changes(on);
    demo_play(on);
}

static void print_logins(const demo *on, bool zh)
{
    printf(zh ? "演示区已建立：%u 个单位，%u 人。\n" : "The demonstration: %u units, %u people.\n",
           on->unit_count, on->person_count);
    fputs(zh ? "一次性口令（由种子生成，演示文件夹不保密）：\n"
             : "One-time passwords (made from the seed: this folder keeps no secret):\n",
          stdout);
    for (int i = 0; i < ACCOUNT_FIRST_COUNT; i++) {
        printf("  %-10s %s\n", account_first_names[i], on->first[i].text);
    }
    fputs(zh ? "演示账号（只在演示文件夹上可用）：\n"
             : "Demonstration logins (refused by every other server):\n",
          stdout);
    for (uint32_t i = 0; i < demo_login_count; i++) {
        printf("  %-10s %-19s %s\n", demo_logins[i].name, demo_logins[i].password,
               zh ? demo_logins[i].zh : demo_logins[i].en);
    }
}

static lj_code fill(demo *on, const daemon_arguments *args, const char *path)
{
    demo_random origin_random = {.state = args->seed};
    on->first_on = on->today - DEMO_DAYS;
    on->random = (demo_random){.state = ~(uint64_t)args->seed};
    const data_origin origin = {.random = demo_random_fill,
                                .random_ctx = &origin_random,
                                .at = calendar_begin_at(on->first_on)};
    data_config config = {.district = 1, .suite = SEAL_SM3, .is_demo = true};
    if (args->db != NULL && strlen(args->db) < sizeof config.db) {
        memcpy(config.db, args->db, strlen(args->db) + 1);
    }
    data_dir dir;
    lj_code code = data_dir_fill(path, &config, &origin, &dir, &on->err);
    if (code != LJ_OK) {
        return code;
    }
    on->dir = &dir;
    play(on);
    data_dir_close(&dir);
    on->dir = NULL;
    return on->code;
}

/* The folder appears when the last day is over. */
static lj_code make(demo *on, const daemon_arguments *args, const char *path)
{
    fresh_folder folder;
    lj_code code = fresh_folder_begin(&folder, path, &on->err);
    code = code == LJ_OK ? fill(on, args, folder.part) : code;
    code = code == LJ_OK ? fresh_folder_keep(&folder, &on->err) : code;
    fresh_folder_drop(&folder);
    return code;
}

/* The day at which it ends; CALENDAR_NO_DATE when it is no date or lies ahead: nothing of the
 * demonstration may be in the future. */
static int32_t last_day(const daemon_arguments *args)
{
    int32_t today = calendar_on_at(lj_os_now_ms());
    if (args->today == NULL) {
        return today;
    }
    int32_t wanted = calendar_parse(lj_cstr_str(args->today));
    bool is_good = wanted != CALENDAR_NO_DATE && wanted <= today &&
                   wanted >= CALENDAR_FIRST_ON + 20 * DEMO_DAYS;
    return is_good ? wanted : CALENDAR_NO_DATE;
}

static int run(demo *on, const daemon_arguments *args, const char *path, bool zh)
{
    lj_code code = make(on, args, path);
    if (code != LJ_OK) {
        return daemon_failure(&on->err, on->failed[0] != '\0' ? on->failed : path, zh);
    }
    print_logins(on, zh);
    return 0;
}

int daemon_demo(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    int32_t today = last_day(args);
    if (path == NULL || today == CALENDAR_NO_DATE) {
        fputs(today != CALENDAR_NO_DATE ? ""
              : zh ? "lijiand：--today 须为不晚于今天的日期，如 2026-03-31\n"
                   : "lijiand: --today is a date like 2026-03-31, not later than today\n",
              stderr);
        return EXIT_USAGE;
    }
    lj_arena *arena = lj_arena_new(LASTING_MAX);
    lj_arena *scratch = lj_arena_new(SCRATCH_MAX);
    demo *on = arena != NULL ? lj_arena_alloc(arena, sizeof *on) : NULL;
    int status = EXIT_FAILURE_OURS;
    if (on != NULL && scratch != NULL) {
        on->arena = arena;
        on->scratch = scratch;
        on->today = today;
        on->actor = ledger_actor_kernel(0);
        status = run(on, args, path, zh);
    }
    lj_arena_free(scratch);
    lj_arena_free(arena);
    return status;
}
