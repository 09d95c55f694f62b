/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the codes of the kernel say to people, in both languages: for single records and for cells
 * of an import. */
#include "base/num.h"
#include "server/server.h"

typedef struct problem_code {
    const char *code;
    problem_text text;
    bool has_min, has_max;
} problem_code;
/* What a field's problem code says. {0} is the bound. */
static const problem_code problem_codes[] = {
    {"required",          {"this must be filled in", "此项必填"},                                          false, false},
    {"too_short",         {"at least {0} characters", "至少 {0} 个字符"},                                 true,  false},
    {"too_long",          {"at most {0} characters", "最多 {0} 个字符"},                                  false, true },
    {"too_small",         {"at least {0}", "不得小于 {0}"},                                                true,  false},
    {"too_large",         {"at most {0}", "不得大于 {0}"},                                                 false, true },
    {"unknown_code",      {"not one of the values offered", "不在可选值之内"},                          false, false},
    {"unknown_record",    {"there is no such record", "没有这条记录"},                                   false, false},
    {"void_record",       {"that record is void", "所引用的记录已作废"},                              false, false},
    {"other_unit",
     {"that record belongs to another unit", "所引用的记录属于其他单位"},
     false,                                                                                                           false},
    {"not_unique",        {"another record has this value", "已有其他记录使用此值"},                 false, false},
    {"not_writable",      {"you may not change this", "无权修改此项"},                                   false, false},
    {"fixed",             {"this is settled when the record is made", "此项登记后不能修改"},          false, false},
    {"classified",
     {"not on an installation that is not classified", "非涉密系统不得填写此项"},
     false,                                                                                                           false},
    {"switched_off",      {"the district has not switched this on", "本区未启用此项"},                  false, false},
    {"wrong_kind",        {"another kind of value is expected", "取值类型不符"},                         false, false},
    {"not_text",          {"not valid text", "不是有效文字"},                                            false, false},
    {"control_character", {"contains control characters", "含有控制字符"},                               false, false},
    {"not_a_number",      {"not a number", "不是数字"},                                                    false, false},
    {"not_a_date",
     {"not a date of the form 2023-05-01", "不是有效日期，应如 2023-05-01"},
     false,                                                                                                           false},
    {"not_an_instant",
     {"not an instant of the form 2023-05-01T02:00:00Z", "不是有效时刻，应如 2023-05-01T02:00:00Z"},
     false,                                                                                                           false},
    {"not_yes_or_no",     {"yes or no", "应为“是”或“否”"},                                        false, false},
    {"not_an_id",         {"not an id", "不是有效标识"},                                                 false, false},
    {"not_a_hash",        {"not a SHA-256 in hexadecimal", "不是 SHA-256 十六进制值"},                  false, false},
    {"in_future",         {"lies in the future", "不得晚于今天"},                                        false, false},
    {"opening_only",      {"only for opening balances", "仅用于期初登记"},                              false, false},
    {"proxy_needs_paper",
     {"entry on behalf of others is from paper only", "代为录入须来源于纸质材料"},
     false,                                                                                                           false},
    {"not_entitled",      {"this post or person is not entitled", "该岗位或人员无此资格"},           false, false},
    {"signed_already",    {"this person signed already", "此人已签字，不能重复"},                    false, false},
    {"only_own",          {"one signs only for oneself", "只能签自己的名"},                             false, false},
 /* of imports */
    {"ambiguous",
     {"several records are called so: write the number", "有多条同名记录，请填写编号"},
     false,                                                                                                           false},
    {"other_name",
     {"number and name are not of the same record", "编号与名称不是同一条记录"},
     false,                                                                                                           false},
    {"twice",             {"this record stands further up in the file", "文件前面已有这条记录"},     false, false},
    {"masked",
     {"write the whole number, or leave the cell as it was", "请填写完整号码，或保持原样不改"},
     false,                                                                                                           false},
    {"forbidden",
     {"you may not make or change this record", "无权登记或修改这条记录"},
     false,                                                                                                           false},
    {"touched",           {"somebody changed it since the import", "导入后已被他人修改"},             false, false},
    {"void",              {"it is void already", "已经作废"},                                              false, false},
    {"right",             {"you may not change it any more", "已无权修改"},                               false, false},
    {"erased",            {"the values before are erased", "原值已按期清除"},                           false, false},
};

static lj_str number_text(lj_arena *arena, int64_t num)
{
    lj_buf text;
    lj_buf_init(&text, arena, 24);
    if (num < 0) {
        lj_buf_put_u8(&text, '-');
    }
    lj_buf_put_dec(&text, num < 0 ? (uint64_t)0 - (uint64_t)num : (uint64_t)num);
    return lj_buf_str(&text);
}

problem_text server_problem_text(lj_arena *arena, const char *code, int64_t min, int64_t max,
                                 lj_str *out_bound)
{
    static const problem_text plain = {"not valid", "取值无效"};
    const problem_code *row = NULL;
    for (size_t i = 0; i < LJ_COUNT_OF(problem_codes) && row == NULL; i++) {
        row = strcmp(problem_codes[i].code, code) == 0 ? &problem_codes[i] : NULL;
    }
    *out_bound = (lj_str){0};
    if (row != NULL && (row->has_min || row->has_max)) {
        *out_bound = number_text(arena, row->has_min ? min : max);
    }
    return row != NULL ? row->text : plain;
}

/* Refusals of the kernel itself; those of guards are labels of their type. */
problem_text server_refusal_text(const ledger_type *type, const char *key)
{
    static const problem_text state = {"this step is not offered in the record's state",
                                       "记录当前状态下不能办理此步骤"};
    static const problem_text is_void = {"the record is void", "记录已作废"};
    if (strcmp(key, "state") == 0) {
        return state;
    }
    if (strcmp(key, "void") == 0) {
        return is_void;
    }
    return (problem_text){ledger_label_in(type, "refused", key, true),
                          ledger_label_in(type, "refused", key, false)};
}
