/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The faults of check.h in words. */
#include "ledger/check.h"

#define RESTORE_ZH "停止服务，将此前的备份恢复到新文件夹比对，并由安全审计员记录"
#define RESTORE_EN                                                                                 \
    "stop the server, restore the backup before it into a new folder, compare; the audit "         \
    "administrator notes it"

/* clang-format off: rows of words stand as they are read */
static const check_fault_row rows[] = {
    [CHECK_NO_ENTRY] =
        {
                          CHECK_HISTORY,                                    "版本所指的日志条目不存在",
                          "the entry of this version is not in the log",                                                            RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_OTHER_ENTRY] =
        {
                          CHECK_HISTORY,                                               "版本与日志条目不符",
                          "this version is not what its entry of the log says",                                                                                            RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_VERSION_GAP] =
        {
                          CHECK_HISTORY,                                      "版本号不连续",
                          "versions before this one are missing",                                                                                           RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_ENTRY_STRAY] =
        {
                          CHECK_HISTORY,"日志记有此版本，台账中已无",
                          "the log has this version, the ledger has it no more",RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_UNKNOWN_TYPE] =
        {
                          CHECK_HISTORY,                                                 "记录类型未知",
                          "a record of a type that is not known",                                                           "用写入该记录的程序版本核对",
                          "check with the version of the program that wrote it", },
    [CHECK_OTHER_COMMITMENTS] =
        {
                          CHECK_HISTORY,                                      "字段承诺值与日志条目不符",
                          "the commitments are not those of the entry of the log",                                                                                          RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_VERSION_STRAY] =
        {
                          CHECK_HISTORY,           "字段承诺值没有对应的版本",
                          "commitments of a version that does not exist",                                                   RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_OTHER_VALUE] =
        {
                          CHECK_VALUES,                                    "保存的值与承诺值不符，已被改动",
                          "the stored value is not the one that was committed to",                                                  RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_VALUE_GONE] =
        {
                          CHECK_VALUES,                                               "值已缺失，日志中没有清除记录",
                          "the value is gone and no entry says that it was erased",                                                                                            RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_VALUE_STRAY] =
        {
                          CHECK_VALUES,                                      "存在不属于任何版本的值",
                          "there are values of no version",                                                                                           RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_NO_ROW] =
        {
                          CHECK_RECORDS,"记录已被删除",
                          "the record was deleted",RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_OTHER_ROW] =
        {
                          CHECK_RECORDS,                                                 "记录与其历史版本不符，已被改动",
                          "the record is not what its history adds up to", RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_ROW_STRAY] =
        {
                          CHECK_RECORDS,                                      "记录没有任何历史版本",
                          "the record has no history",                                                                                          RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_NO_POST] =
        {
                          CHECK_DUTIES,                 "待办所属岗位不存在",
                          "a duty of a post that does not exist",                                                                                              RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_NO_RECORD] =
        {
                          CHECK_DUTIES,                                    "待办所属记录不存在",
                          "a duty of a record that does not exist",                                                                                 RESTORE_ZH,
                          RESTORE_EN, },
    [CHECK_NO_ANSWERER] =
        {
                          CHECK_ANSWERERS,                                               "岗位有待办，但无人负责",
                          "this post has open duties and nobody answers for it",                                                                                            "登记保密局负责人的任职",
                          "enter who leads the bureau", },
};
/* clang-format on */

const check_fault_row *check_fault_row_of(check_fault_kind kind)
{
    return &rows[kind];
}
