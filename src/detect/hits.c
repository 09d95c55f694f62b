/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A hit by itself: what verdict and class it gives, which of two is the better one. The parent of a
 * worker asks the same questions of hits that it received and does not trust. And the tables of
 * names. */
#include "base/num.h"
#include "detect/detect.h"
#include "detect/doc.h"

static const span_name_row verdict_rows[DETECT_VERDICT_COUNT] = {
    {"clean",      "no mark found",                               "未发现密级标志"            },
    {"unreadable", "could not be examined in full",               "未能完整检查"               },
    {"sensitive",  "marks or words of a sensitive kind",          "含工作秘密等敏感标志"   },
    {"stripped",   "layout of a classified paper without a mark", "涉密公文版式，标志缺失"},
    {"derived",    "text of a registered document",               "含已登记文件的内容"      },
    {"concealed",  "a mark that is hidden or disguised",          "密级标志被隐藏或伪装"   },
    {"marked",     "a classification mark",                       "有密级标志"                  },
};

static const span_name_row class_rows[DETECT_CLASS_COUNT] = {
    {"none",      "nothing to report",       "无"            },
    {"look",      "for an inspector's look", "待人工查看"},
    {"probable",  "probable",                "疑似"         },
    {"confirmed", "form confirmed",          "形式确认"   },
};

const span_name_row *detect_verdict_row(detect_verdict verdict)
{
    return &verdict_rows[(uint32_t)verdict < DETECT_VERDICT_COUNT ? verdict : DETECT_UNREADABLE];
}

const span_name_row *detect_class_row(detect_class class_)
{
    return &class_rows[(uint32_t)class_ < DETECT_CLASS_COUNT ? class_ : DETECT_NONE];
}

const detector_row detector_rows[] = {
    {"mark",         "marks of state secrets: level, star, period (pack zh-marks)",
     "国家秘密标志：密级★保密期限（规则包 zh-marks）"                                                                                                                    },
    {"label",        "a label with a level as its value: field, cell, property, key",
     "标签加密级取值：表单、单元格、属性、键值"                                                                                                                          },
    {"bare",         "a level alone on its line near the top, one blank between its letters",
     "版头处单独成行的密级"                                                                                                                                                        },
    {"name",         "marks in names of files, members, sheets, bookmarks",
     "文件名、成员名、工作表名、书签中的标志"                                                                                                                             },
    {"vertical",     "marks written downwards, one character per line",                       "竖排标志，一行一字"                                                                  },
    {"concealed",
     "marks that a person would not see: hidden, deleted, off the page, earlier versions",    "人眼看不到的标志：隐藏、删除、页外、旧版本"                              },
    {"disguised",    "marks broken up by invisible characters or reversed text",
     "用不可见字符打断或反向书写的标志"                                                                                                                                      },
    {"encoded",      "marks found after a second decoding",                                   "经二次解码后出现的标志"                                                            },
    {"work_secret",  "marks of work secrets and internal papers (pack zh-work)",
     "工作秘密和内部资料标志（规则包 zh-work）"                                                                                                                              },
    {"trade_secret", "marks of trade secrets, counted only (pack zh-trade)",
     "商业秘密标志，仅计数（规则包 zh-trade）"                                                                                                                                },
    {"traditional",  "marks of other Chinese regimes (pack zh-trad)",
     "其他中文密级体系的标志（规则包 zh-trad）"                                                                                                                              },
    {"banner",
     "foreign banner lines, portion marks and blocks (packs en-us, en-cui, en-nato, en-uk)",  "外文密级横幅、段落标记和定密栏（规则包 en-us、en-cui、en-nato、en-uk）"},
};
const uint32_t detector_row_count = LJ_COUNT_OF(detector_rows);

/* True when one of the features that make a mark concealed is among the terms. */
static bool hit_is_concealed(const rules_pack *pack, const detect_hit *hit)
{
    for (uint32_t i = 0; i < hit->term_count; i++) {
        rules_feature feature = pack->weight_features[hit->terms[i]];
        if (feature == F_CONCEALED || feature == F_DISGUISED || feature == F_ENCODED) {
            return true;
        }
    }
    return false;
}

bool detect_hit_check(const detect_rules *rules, const detect_hit *hit, detect_verdict *out_verdict,
                      detect_class *out_class)
{
    if (hit->pack_idx >= rules->pack_count || hit->term_count > DETECT_TERM_MAX ||
        (uint32_t)hit->role >= SPAN_ROLE_COUNT || hit->hidden_by >> SPAN_HIDDEN_COUNT != 0) {
        return false;
    }
    const rules_pack *pack = rules->packs[hit->pack_idx];
    if (hit->rule_idx >= pack->rule_count ||
        (hit->level_idx != DETECT_NO_LEVEL && hit->level_idx >= pack->level_count)) {
        return false;
    }
    int32_t sum = 0;
    for (uint32_t i = 0; i < hit->term_count; i++) {
        if (hit->terms[i] >= pack->weight_count || (i > 0 && hit->terms[i] <= hit->terms[i - 1])) {
            return false;
        }
        sum += pack->weights[hit->terms[i]].points;
    }
    if (sum != hit->score) {
        return false;
    }
    *out_class = judge_class(&pack->shown, hit->score);
    *out_verdict = DETECT_CLEAN;
    if (*out_class != DETECT_NONE && pack->shown.family == DETECT_FAMILY_MARK) {
        *out_verdict = hit_is_concealed(pack, hit) ? DETECT_CONCEALED : DETECT_MARKED;
    } else if (*out_class != DETECT_NONE && pack->shown.family == DETECT_FAMILY_SENSITIVE) {
        *out_verdict = DETECT_SENSITIVE;
    }
    return true;
}

static int hit_order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

int detect_hit_compare(const detect_rules *rules, const detect_hit *a, const detect_hit *b)
{
    const rules_pack *packs[2] = {rules->packs[a->pack_idx], rules->packs[b->pack_idx]};
    detect_class classes[2] = {judge_class(&packs[0]->shown, a->score),
                               judge_class(&packs[1]->shown, b->score)};
    uint32_t ranks[2] = {
        a->level_idx < packs[0]->level_count ? packs[0]->levels[a->level_idx].shown.rank : 0,
        b->level_idx < packs[1]->level_count ? packs[1]->levels[b->level_idx].shown.rank : 0};
    /* An alarm about a state secret comes before any alarm about something less, however certain.
     */
    int order = hit_order(classes[1] >= DETECT_PROBABLE, classes[0] >= DETECT_PROBABLE);
    order = order != 0 ? order : hit_order(packs[0]->shown.family, packs[1]->shown.family);
    order = order != 0 ? order : hit_order(classes[1], classes[0]);
    order = order != 0 ? order : (a->score > b->score ? -1 : a->score < b->score);
    order = order != 0 ? order : hit_order(ranks[1], ranks[0]);
    const uint64_t places[][2] = {
        {a->place.part_id,  b->place.part_id },
        {a->place.page_no,  b->place.page_no },
        {a->place.sheet_no, b->place.sheet_no},
        {a->place.row_no,   b->place.row_no  },
        {a->place.col_no,   b->place.col_no  },
        {a->src_off,        b->src_off       },
        {a->pack_idx,       b->pack_idx      },
        {a->rule_idx,       b->rule_idx      },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(places) && order == 0; i++) {
        order = hit_order(places[i][0], places[i][1]);
    }
    return order;
}
