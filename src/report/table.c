/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Names of cells, and what is said about faults: one row each, with what to do about it. */
#include "report/table.h"

#include "base/num.h"

static const table_fault_row rows[TABLE_FAULT_COUNT] = {
    [TABLE_FAULT_NONE] = {"none",           LJ_OK,            "没有问题",                                     "",                                                           "nothing is wrong",                                                     ""                                                  },
    [TABLE_FAULT_SIZE] = {"size",           LJ_E_LIMIT,       "文件太大",                                     "请拆成几个较小的文件分别导入",
                          "the file is too large",                                                                                                                                                                                                      "split it and import the parts"                     },
    [TABLE_FAULT_NO_TABLE] = {"no_table",       LJ_E_FORMAT,      "不是 XLSX 或 CSV 表格",
                          "请用系统提供的模板填写后另存为 .xlsx",                                                                                                "this is neither an XLSX nor a CSV table",
                          "fill in the template and save it as .xlsx"                                                                                                                                                                                                                                       },
    [TABLE_FAULT_OLD_XLS] = {"old_xls",        LJ_E_UNSUPPORTED, "是旧版 .xls 文件",
                          "请用 WPS 或 Excel 打开，另存为 .xlsx 后再导入",                                                                                         "this is an old .xls workbook",
                          "open it, save it as .xlsx and import that"                                                                                                                                                                                                                                       },
    [TABLE_FAULT_OTHER_OFFICE] = {"other_office",   LJ_E_UNSUPPORTED,
                          "是其他格式的文件，不是 .xlsx 工作簿",                                    "请用 WPS 或 Excel 打开，另存为 .xlsx 后再导入",
                          "this is another kind of document, not an .xlsx workbook",                                                                                                                                                                    "open it, save it as .xlsx and import that"         },
    [TABLE_FAULT_ENCRYPTED] = {"encrypted",      LJ_E_ENCRYPTED,   "工作簿设有打开密码",
                          "请取消密码，另存后再导入",                                                                                                               "the workbook has a password",
                          "remove the password, save it and import that"                                                                                                                                                                                                                                    },
    [TABLE_FAULT_MACROS] = {"macros",         LJ_E_UNSUPPORTED, "工作簿含有宏",
                          "请另存为不含宏的 .xlsx 后再导入",                                                                                                        "the workbook holds macros",
                          "save it as .xlsx without macros and import that"                                                                                                                                                                                                                                 },
    [TABLE_FAULT_DAMAGED] = {"damaged",        LJ_E_FORMAT,      "文件已损坏，未写入任何内容",
                          "请重新打开原文件，另存一份后再导入",                                                                                                "the file is damaged; nothing was imported",
                          "open the original, save a fresh copy and import that"                                                                                                                                                                                                                            },
    [TABLE_FAULT_DTD] = {"dtd",            LJ_E_FORMAT,      "工作簿内含有不允许的文档类型声明",
                          "请用 WPS 或 Excel 重新另存为 .xlsx",                                                                                                         "the workbook holds a document type declaration, which is not allowed",
                          "save it again with an office program"                                                                                                                                                                                                                                            },
    [TABLE_FAULT_NO_SHEET] = {"no_sheet",       LJ_E_FORMAT,      "工作簿里没有可见的工作表",
                          "请取消隐藏要导入的工作表",                                                                                                               "the workbook has no visible sheet",
                          "unhide the sheet to be imported"                                                                                                                                                                                                                                                 },
    [TABLE_FAULT_ENTRIES] = {"entries",        LJ_E_LIMIT,       "工作簿内的部件太多",
                          "请把数据复制到新建的工作簿",                                                                                                            "the workbook has too many parts",
                          "copy the data to a new workbook"                                                                                                                                                                                                                                                 },
    [TABLE_FAULT_RATIO] = {"ratio",          LJ_E_LIMIT,       "压缩比异常，疑似压缩炸弹",
                          "请把数据复制到新建的工作簿",                                                                                                            "the compression ratio is out of all proportion",
                          "copy the data to a new workbook"                                                                                                                                                                                                                                                 },
    [TABLE_FAULT_UNPACKED] = {"unpacked",       LJ_E_LIMIT,       "解压后的内容太大",
                          "请拆成几个较小的文件分别导入",                                                                                                         "the unpacked workbook is too large",
                          "split it and import the parts"                                                                                                                                                                                                                                                   },
    [TABLE_FAULT_STRINGS] = {"strings",        LJ_E_LIMIT,       "不同的文字太多",
                          "请拆成几个较小的文件分别导入",                                                                                                         "the workbook has too many different texts",
                          "split it and import the parts"                                                                                                                                                                                                                                                   },
    [TABLE_FAULT_ROWS] = {"rows",           LJ_E_LIMIT,       "行数超过 100,000 行",                         "请拆成几个较小的文件分别导入",
                          "there are more than 100,000 rows",                                                                                                                                                                                           "split the table and import the parts"              },
    [TABLE_FAULT_COLUMNS] = {"columns",        LJ_E_LIMIT,       "列数超过 256 列",                             "请删除模板以外的列",
                          "there are more than 256 columns",                                                                                                                                                                                            "delete the columns that the template does not have"},
    [TABLE_FAULT_LENGTH] = {"length",         LJ_E_LIMIT,       "单元格内容超过 32,767 字",
                          "请缩短内容，详情另附文件",                                                                                                               "the cell has more than 32,767 characters",
                          "shorten it, attach the rest as a file"                                                                                                                                                                                                                                           },
    [TABLE_FAULT_NESTING] = {"nesting",        LJ_E_LIMIT,       "文件内部嵌套太深",
                          "请把数据复制到新建的工作簿",                                                                                                            "the elements of the file are nested too deeply",
                          "copy the data to a new workbook"                                                                                                                                                                                                                                                 },
    [TABLE_FAULT_RANGES] = {"ranges",         LJ_E_LIMIT,       "合并单元格或数组公式太多",
                          "请取消合并单元格，把公式粘贴为数值",                                                                                                "there are too many merged ranges or array formulas",
                          "unmerge the cells, paste formulas as values"                                                                                                                                                                                                                                     },
    [TABLE_FAULT_MEMORY] = {"memory",         LJ_E_NOMEM,       "内存不足，未写入任何内容",
                          "请拆成几个较小的文件，或稍后再试",                                                                                                   "there is not enough memory; nothing was imported",
                          "split the file, or try again later"                                                                                                                                                                                                                                              },
    [TABLE_FAULT_QUOTE] = {"quote",          LJ_E_FORMAT,      "从这里开始的引号没有结束",
                          "请补上右引号，或另存为 .xlsx",                                                                                                            "the quote that begins here is never closed",
                          "close it, or save the table as .xlsx"                                                                                                                                                                                                                                            },
    [TABLE_FAULT_NO_ROWS] = {"no_rows",        LJ_E_FORMAT,      "表格里没有数据行",                         "请在表头下方填写数据",
                          "the table has no rows of data",                                                                                                                                                                                              "fill in rows below the header"                     },
    [TABLE_FAULT_FORMULA] = {"formula",        LJ_E_INVALID,     "单元格是公式，不是数值",
                          "请复制该列，再“选择性粘贴”为数值",                                                                                                "the cell is a formula, not a value",
                          "copy the column and paste it as values"                                                                                                                                                                                                                                          },
    [TABLE_FAULT_ERROR_VALUE] = {"error_value",    LJ_E_INVALID,     "单元格是错误值",
                          "请改正或清空该单元格",                                                                                                                     "the cell is an error value",
                          "mend or clear the cell"                                                                                                                                                                                                                                                          },
    [TABLE_FAULT_DATE] = {"date",           LJ_E_INVALID,     "不是有效的日期",                            "请按 2023-05-01 的形式填写",
                          "this is not a date",                                                                                                                                                                                                         "write it like 2023-05-01"                          },
    [TABLE_FAULT_LETTERS] = {"letters",        LJ_E_INVALID,     "含有无法识别的字符",
                          "请另存为 .xlsx，或编码为 UTF-8 的 CSV",                                                                                                    "some characters cannot be read",
                          "save the table as .xlsx or as CSV in UTF-8"                                                                                                                                                                                                                                      },
    [TABLE_FAULT_DIGITS] = {"digits",         LJ_E_INVALID,     "数字超过 15 位，末尾数字已失真",
                          "请把单元格设为“文本”格式后重新填写",                                                                                             "the number has more than 15 digits; its end was lost",
                          "format the cell as text and type it again"                                                                                                                                                                                                                                       },
    [TABLE_FAULT_MERGED] = {"merged",         LJ_E_INVALID,     "位于合并单元格内",                         "请取消合并，逐行填写",
                          "the cell belongs to a merged range",                                                                                                                                                                                         "unmerge it and fill in every row"                  },
    [TABLE_FAULT_STRAY_QUOTE] = {"stray_quote",    LJ_E_INVALID,     "引号后面还有多余的字符",
                          "请检查引号，或另存为 .xlsx",                                                                                                               "there is text behind a closing quote",
                          "check the quotes, or save the table as .xlsx"                                                                                                                                                                                                                                    },
    [TABLE_FAULT_HEADER_NONE] = {"header_none",    LJ_E_FORMAT,      "没有找到表头",
                          "请使用系统提供的模板，不要改动表头",                                                                                                "no header row was found",
                          "use the template and keep its header"                                                                                                                                                                                                                                            },
    [TABLE_FAULT_HEADER_MISSING] = {"header_missing", LJ_E_INVALID,     "缺少必填的列",
                          "请按模板补上这一列",                                                                                                                        "a required column is missing",
                          "add it as in the template"                                                                                                                                                                                                                                                       },
    [TABLE_FAULT_HEADER_TWICE] = {"header_twice",   LJ_E_INVALID,     "表头重复",                                     "请删除或改名其中一列",
                          "two columns have the same header",                                                                                                                                                                                           "delete or rename one of them"                      },
    [TABLE_FAULT_HEADER_UNKNOWN] = {"header_unknown", LJ_E_INVALID,     "不认识的表头，该列未导入",
                          "如需导入，请改为模板中的列名",                                                                                                         "the header is not known; the column is left out",
                          "rename it as in the template if it is needed"                                                                                                                                                                                                                                    },
};

const table_fault_row *table_fault_row_of(table_fault_code code)
{
    return &rows[(uint32_t)code < TABLE_FAULT_COUNT ? code : TABLE_FAULT_NONE];
}

void table_cell_name(uint32_t row_no, uint32_t column_idx, char out[TABLE_CELL_NAME_CAP])
{
    char letters[8];
    size_t count = 0;
    uint64_t left = (uint64_t)column_idx + 1;
    for (; left > 0 && count < sizeof(letters); left = (left - 1) / 26) {
        letters[count++] = (char)('A' + (left - 1) % 26);
    }
    lj_buf buf = {
        .ptr = (uint8_t *)out, .cap = TABLE_CELL_NAME_CAP, .max_len = TABLE_CELL_NAME_CAP};
    while (row_no > 0 && count > 0) {
        lj_buf_put_u8(&buf, (uint8_t)letters[--count]);
    }
    if (row_no > 0) {
        lj_buf_put_dec(&buf, row_no);
    }
    out[buf.len] = '\0';
}

table_fault table_fault_at(table_fault_code code, uint32_t row_no, uint32_t column_idx)
{
    table_fault fault = {.code = code, .row_no = row_no};
    if (row_no > 0 && column_idx != UINT32_MAX) {
        fault.column_idx = column_idx;
        fault.has_column = true;
        table_cell_name(row_no, column_idx, fault.cell);
    }
    return fault;
}

void table_fault_text(const table_fault *fault, bool in_chinese, lj_buf *out)
{
    const table_fault_row *row = table_fault_row_of(fault->code);
    const char *remedy = in_chinese ? row->zh_remedy : row->en_remedy;
    if (fault->has_column) {
        lj_buf_put_cstr(out, fault->cell);
    } else if (fault->row_no > 0) {
        lj_buf_put_cstr(out, in_chinese ? "第 " : "row ");
        lj_buf_put_dec(out, fault->row_no);
        lj_buf_put_cstr(out, in_chinese ? " 行" : "");
    }
    if (fault->row_no > 0) {
        lj_buf_put_cstr(out, in_chinese ? "：" : ": ");
    }
    lj_buf_put_cstr(out, in_chinese ? row->zh : row->en);
    if (remedy[0] != '\0') {
        lj_buf_put_cstr(out, in_chinese ? "。" : "; ");
        lj_buf_put_cstr(out, remedy);
    }
    lj_buf_put_cstr(out, in_chinese ? "。" : ".");
}

void table_faults_init(table_faults *faults, lj_arena *arena, uint32_t most)
{
    *faults = (table_faults){.arena = arena, .most = most};
}

void table_faults_add(table_faults *faults, table_fault fault)
{
    enum { FIRST = 16 };
    if (faults == NULL) {
        return;
    }
    faults->total++;
    if (faults->count == faults->cap && faults->cap < faults->most) {
        uint64_t cap = faults->cap < FIRST ? FIRST : (uint64_t)faults->cap * 2;
        cap = lj_min_u64(cap, faults->most);
        table_fault *more = lj_arena_grow(faults->arena, faults->rows, faults->cap * sizeof(*more),
                                          (size_t)cap * sizeof(*more));
        if (more == NULL) {
            return;
        }
        faults->rows = more;
        faults->cap = (uint32_t)cap;
    }
    if (faults->count < faults->cap) {
        faults->rows[faults->count++] = fault;
    }
}
