/* SPDX-License-Identifier: AGPL-3.0-or-later
 * report.html and the list on the terminal.
 *
 * The page holds both languages; a radio button at the top switches by CSS alone, so that it reads
 * and prints without script. A small script filters the rows; it changes nothing but `display`.
 * Everything that came from outside (paths, member names, mark tokens) passes put_html(). The file
 * is read once per list, so memory does not grow with it; each list shows at most ROWS_MAX rows and
 * says how many more stand in results.jsonl. */
#define _GNU_SOURCE /* fdopen */
#include "scan/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "detect/detect.h"
#include "scan/report_read.h"
#include "scan/report_text.h"

enum { ROWS_MAX = 5000, ROW_TEXT_MAX = 256 * 1024, REPORT_MARK_MAX = 512 };

typedef struct two {
    const char *en, *zh;
} two;

typedef struct page {
    FILE *file;
    const detect_rules *rules;
    lj_buf text; /* scratch for one cell */
} page;

static const two section_titles[REPORT_SECTION_COUNT] = {
    {"Confirmed form: bears a mark as the rules prescribe it", "确认：带有规范的密级标志"},
    {"Probable: very likely a mark",                           "疑似：很可能带有密级标志"},
    {"To look at: the inspector decides",                      "待看：由检查人员判断"      },
    {"Sensitive: work secrets and other rule packs",           "敏感：工作秘密等"            },
    {"Could not be examined completely",                       "未能完整检查"                  },
    {"Clean",                                                  "未发现"                           },
};

/* ---- writing ---- */

static void put(page *out, const char *html)
{
    (void)fputs(html, out->file); /* errors are sticky in the stream and asked for at the end */
}

static void put_html(page *out, lj_slice text)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        const char *entity = i == text.len         ? ""
                             : text.ptr[i] == '<'  ? "&lt;"
                             : text.ptr[i] == '>'  ? "&gt;"
                             : text.ptr[i] == '&'  ? "&amp;"
                             : text.ptr[i] == '"'  ? "&quot;"
                             : text.ptr[i] == '\'' ? "&#39;"
                                                   : NULL;
        if (entity != NULL) {
            (void)fwrite(text.ptr + from, 1, i - from, out->file);
            put(out, entity);
            from = i + 1;
        }
    }
}

static void put_two(page *out, two text)
{
    put(out, "<span class=zh lang=zh>");
    put_html(out, lj_cstr_bytes(text.zh));
    put(out, "</span><span class=en lang=en>");
    put_html(out, lj_cstr_bytes(text.en));
    put(out, "</span>");
}

static void put_scratch(page *out)
{
    put_html(out, lj_buf_slice(&out->text));
    lj_buf_clear(&out->text);
}

static void put_count(page *out, int64_t value)
{
    lj_buf_put_dec(&out->text, value > 0 ? (uint64_t)value : 0);
    put_scratch(out);
}

static const char style[] =
    "<style>:root{color-scheme:light}*{box-sizing:border-box}body{font:15px/1.6 'Noto Sans CJK "
    "SC','Source Han Sans SC',"
    "'Microsoft YaHei','PingFang SC',sans-serif;margin:0 "
    "auto;max-width:1100px;padding:24px;color:#1c2430;background:#fff}"
    "h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:32px 0 8px;border-bottom:2px solid "
    "#1c2430;padding-bottom:4px}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed}th,td{border:1px solid "
    "#c5ccd6;padding:6px 8px;"
    "vertical-align:top;text-align:left;overflow-wrap:anywhere}th{background:#eef1f5}td.n{text-"
    "align:right;"
    "font-variant-numeric:tabular-nums}.cards{display:flex;flex-wrap:wrap;gap:8px;padding:0;margin:"
    "16px 0}.cards li{list-style:"
    "none;border:1px solid #c5ccd6;border-radius:6px;padding:8px 14px;min-width:120px}.cards "
    "b{display:block;font-size:24px}"
    ".hot b{color:#b3261e}.warm "
    "b{color:#8a5300}.mute{color:#515c6b}.mark{font-weight:700;color:#b3261e}.bar{display:flex;"
    "gap:12px;align-items:center;flex-wrap:wrap;margin:12px 0}.bar label{border:1px solid "
    "#515c6b;border-radius:4px;padding:2px "
    "10px;cursor:pointer}input[type=radio]{position:absolute;opacity:0}input[type=search]{font:"
    "inherit;padding:4px 8px;width:260px}"
    "#zh:checked~.bar label[for=zh],#en:checked~.bar label[for=en]{background:#1c2430;color:#fff}"
    "#zh:focus-visible~.bar label[for=zh],#en:focus-visible~.bar label[for=en]{outline:3px solid "
    "#0b57d0}"
    "#zh:checked~* .en,#en:checked~* "
    ".zh{display:none}.w1{width:34%}.w2{width:16%}.w3{width:22%}.w4{width:28%}"
    "@media "
    "print{@page{size:A4;margin:14mm}body{font-size:11px;max-width:none;padding:0}.bar{display:"
    "none}tr{break-inside:avoid}"
    "h2{break-after:avoid}}.head th{width:22%}</style>";

static const char script[] = "<script>document.getElementById('q').addEventListener('input',"
                             "function(){var w=this.value.toLowerCase();"
                             "document.querySelectorAll('tr.r').forEach(function(r){r.style."
                             "display=r.textContent.toLowerCase().indexOf(w)<0?'none':''})});"
                             "document.getElementById('qbox').hidden=false</script>";

/* ---- parts of the page ---- */

static void put_fact(page *out, two name, const char *value)
{
    put(out, "<tr><th>");
    put_two(out, name);
    put(out, "</th><td>");
    report_put_path(&out->text, lj_cstr_bytes(value));
    put_scratch(out);
    put(out, "</td></tr>");
}

/* "zh-marks 2026.11, zh-work 2026.11" */
static void put_packs(page *out, const json_t *packs)
{
    lj_buf text;
    lj_buf_init(&text, NULL, ROW_TEXT_MAX);
    for (size_t i = 0; i < json_array_size(packs); i++) {
        const json_t *pack = json_array_get(packs, i);
        lj_buf_put_cstr(&text, i > 0 ? ", " : "");
        lj_buf_put_cstr(&text, report_text(pack, "name"));
        lj_buf_put_u8(&text, ' ');
        lj_buf_put_cstr(&text, report_text(pack, "version"));
    }
    lj_buf_put_u8(&text, '\0');
    put_fact(out, (two){"rule packs", "规则包"}, lj_buf_ok(&text) ? (const char *)text.ptr : "");
    lj_buf_done(&text);
}

/* What was searched and what was left out; nothing when the list is empty. */
static void put_names(page *out, two name, const json_t *names)
{
    lj_buf text;
    lj_buf_init(&text, NULL, ROW_TEXT_MAX);
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *one = json_string_value(json_array_get(names, i));
        lj_buf_put_cstr(&text, i > 0 ? "; " : "");
        lj_buf_put_cstr(&text, one != NULL ? one : "");
    }
    lj_buf_put_u8(&text, '\0');
    if (json_array_size(names) > 0 && lj_buf_ok(&text)) {
        put_fact(out, name, (const char *)text.ptr);
    }
    lj_buf_done(&text);
}

/* The parts of the posture (docs/formats/results.md) in words. */
static two posture_text(const char *name)
{
    static const struct {
        const char *name;
        two text;
    } rows[] = {
        {"no_open",           {"workers cannot open files", "检查进程不能打开文件"}       },
        {"no_socket",         {"no network", "不能联网"}                                        },
        {"no_fork",           {"no new processes", "不能创建进程"}                            },
        {"seccomp",           {"system calls filtered (seccomp)", "系统调用受限（seccomp）"}},
        {"landlock",          {"file system locked (Landlock)", "文件系统隔离（Landlock）"} },
        {"memory_ceiling",    {"memory limited", "内存受限"}                                    },
        {"no_core",           {"no core dumps", "不留内存转储"}                               },
        {"access_times_kept", {"access times kept", "不改动访问时间"}                        },
        {"sanitizer",         {"test build: limits are off", "测试版本：限制未启用"}      },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return rows[i].text;
        }
    }
    return (two){name, name};
}

/* Every part of the sandbox with whether it held. Numbers are versions: for results.jsonl. */
static void put_posture(page *out, json_t *posture)
{
    const char *name = NULL;
    json_t *value = NULL;
    bool first = true;
    put(out, "<tr><th>");
    put_two(out,
            (two){"sandbox (\xE2\x9C\x97 = did not hold)", "防护状态（\xE2\x9C\x97 = 未生效）"});
    put(out, "</th><td>");
    json_object_foreach (posture, name, value) {
        if (json_is_integer(value)) {
            continue;
        }
        put(out, first ? "" : " \xC2\xB7 ");
        put_two(out, posture_text(name));
        put(out, json_is_true(value) ? "" : " \xE2\x9C\x97");
        first = false;
    }
    put(out, "</td></tr>");
}

static void put_head(page *out, const json_t *header, bool zh)
{
    put(out,
        "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><meta "
        "http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
        "<title>利剑 检查报告 / Lijian scan report</title>");
    put(out, style);
    put(out, "</head><body>");
    put(out, zh ? "<input type=radio name=lang id=zh checked><input type=radio name=lang id=en>"
                : "<input type=radio name=lang id=zh><input type=radio name=lang id=en checked>");
    put(out,
        "<div class=bar><label for=zh>中文</label><label for=en>English</label><span id=qbox "
        "hidden><input type=search "
        "id=q placeholder=\"筛选 / filter\" aria-label=\"筛选 / filter\"></span></div><main><h1>");
    put_two(out, (two){"Lijian scan report", "利剑 检查报告"});
    put(out, "</h1><table class=head>");
    put_fact(out, (two){"started", "开始时间"}, report_text(header, "started"));
    put_fact(out, (two){"computer", "计算机"}, report_text(header, "host"));
    put_names(out, (two){"searched", "检查范围"}, json_object_get(header, "roots"));
    put_names(out, (two){"left out by pattern", "按模式排除"}, json_object_get(header, "excludes"));
    put_fact(out, (two){"program", "程序"}, report_text(header, "engine"));
    put_packs(out, json_object_get(header, "rules"));
    put_posture(out, json_object_get(header, "posture"));
    put(out, "</table>");
}

static void put_card(page *out, const char *class_, int64_t value, two name)
{
    put(out, "<li class=\"");
    put(out, class_);
    put(out, "\"><b>");
    put_count(out, value);
    put(out, "</b>");
    put_two(out, name);
    put(out, "</li>");
}

static two verdict_text(const char *name)
{
    for (unsigned i = 0; i < DETECT_VERDICT_COUNT; i++) {
        const span_name_row *row = detect_verdict_row((detect_verdict)i);
        if (strcmp(row->name, name) == 0) {
            return (two){row->en, row->zh};
        }
    }
    return (two){name, name};
}

static void put_cells(page *out, const json_t *record, bool unreadable)
{
    put(out, "<tr class=r><td><bdi>");
    report_put_where(&out->text, record);
    put_scratch(out);
    put(out, "</bdi>");
    const json_t *twins = json_object_get(record, "also_at");
    if (json_array_size(twins) > 0) {
        put(out, "<br><span class=mute>+");
        put_count(out, (int64_t)json_array_size(twins));
        put_two(out, (two){" more places with the same content", " 处内容相同"});
        put(out, "</span>");
    }
    put(out, "</td><td><span class=mark><bdi>");
    report_put_path(&out->text, lj_cstr_bytes(report_text(record, "mark")));
    put_scratch(out);
    put(out, "</bdi></span> <span class=mute>");
    if (unreadable) {
        put_html(out, lj_cstr_bytes(report_text(record, "format")));
    } else {
        put_two(out, verdict_text(report_text(record, "verdict")));
        put(out, " ");
        lj_buf_put_dec(
            &out->text,
            (uint64_t)(report_number(record, "score") > 0 ? report_number(record, "score") : 0));
        put_scratch(out);
    }
    put(out, "</span></td><td>");
    for (int zh = 1; zh >= 0; zh--) {
        put(out, zh ? "<span class=zh>" : "<span class=en>");
        report_put_place(&out->text, record, zh);
        put_scratch(out);
        put(out, "</span>");
    }
    put(out, "</td><td>");
    for (int zh = 1; zh >= 0; zh--) {
        put(out, zh ? "<span class=zh>" : "<span class=en>");
        if (!unreadable) {
            report_put_terms(&out->text, out->rules, record, zh);
        }
        if (json_array_size(json_object_get(record, "gaps")) > 0) {
            if (!unreadable) {
                lj_buf_put_cstr(&out->text, zh ? "；未读完：" : "; not read to the end: ");
            }
            report_put_gaps(&out->text, record, zh);
        }
        put_scratch(out);
        put(out, "</span>");
    }
    put(out, "</td></tr>");
}

/* The row of a file speaks for the document inside it that it got its mark from: that one has no
 * row of its own. */
typedef struct spoken_for {
    bool open;
    int64_t score;
    char mark[REPORT_MARK_MAX];
} spoken_for;

static bool is_spoken_for(spoken_for *file, const json_t *record, bool same_section)
{
    const char *mark = report_text(record, "mark");
    int64_t score = report_number(record, "score");
    if (report_text(record, "member")[0] == '\0') {
        file->open = same_section;
        file->score = score;
        (void)snprintf(file->mark, sizeof(file->mark), "%s", mark);
        return false;
    }
    bool spoken = file->open && same_section && file->score == score &&
                  strncmp(file->mark, mark, sizeof(file->mark) - 1) == 0;
    file->open = file->open && !spoken;
    return spoken;
}

static lj_code put_section(page *out, const char *dir, report_section section, lj_err *err)
{
    report_reader *reader = NULL;
    lj_code code = report_open(dir, &reader, err);
    uint64_t rows = 0;
    spoken_for file = {.open = false};
    bool unreadable = section == REPORT_UNREADABLE;
    while (code == LJ_OK) {
        const json_t *record = NULL;
        code = report_next(reader, &record, err);
        if (code != LJ_OK || record == NULL) {
            break;
        }
        bool mine = report_section_of(record) == section;
        if (is_spoken_for(&file, record, mine) || !mine) {
            continue;
        }
        if (rows == 0) {
            put(out, "<h2>");
            put_two(out, section_titles[section]);
            put(out, "</h2><table><thead><tr><th class=w1>");
            put_two(out, (two){"file", "文件"});
            put(out, "</th><th class=w2>");
            put_two(out, unreadable ? (two){"format", "格式"}
                                    : (two){"mark, verdict, score", "标志、结论、得分"});
            put(out, "</th><th class=w3>");
            put_two(out, (two){"place", "位置"});
            put(out, "</th><th class=w4>");
            put_two(out, unreadable ? (two){"cause", "原因"} : (two){"reasons", "理由"});
            put(out, "</th></tr></thead><tbody>");
        }
        rows++;
        if (rows <= ROWS_MAX) {
            put_cells(out, record, unreadable);
        }
    }
    if (rows > 0) {
        put(out, "</tbody></table>");
    }
    if (rows > ROWS_MAX) {
        put(out, "<p>");
        put_count(out, (int64_t)(rows - ROWS_MAX));
        put_two(out, (two){" more rows stand in results.jsonl", " 行见 results.jsonl"});
        put(out, "</p>");
    }
    report_close(reader);
    return code;
}

/* Counts records by section, and keeps header and trailer for the head of the page. */
static lj_code count_records(const char *dir, uint64_t counts[REPORT_SECTION_COUNT],
                             json_t **header, json_t **trailer, lj_err *err)
{
    report_reader *reader = NULL;
    lj_code code = report_open(dir, &reader, err);
    const json_t *record = NULL;
    while (code == LJ_OK) {
        code = report_next(reader, &record, err);
        if (code != LJ_OK || record == NULL) {
            break;
        }
        if (report_text(record, "member")[0] ==
            '\0') { /* files are counted, documents inside them listed */
            counts[report_section_of(record)] +=
                1 + json_array_size(json_object_get(record, "also_at"));
        }
    }
    if (code == LJ_OK) {
        *header = json_deep_copy(report_header(reader));
        *trailer = report_trailer(reader) != NULL ? json_deep_copy(report_trailer(reader)) : NULL;
        if (*trailer == NULL) {
            code = lj_fail(err, LJ_E_FORMAT, UINT64_MAX,
                           "results.jsonl has no trailer: the scan did not end");
        }
    }
    report_close(reader);
    return code;
}

/* A new file, whatever stood under the name: a link there leads out of the result folder. */
static FILE *draft_open(const char *path, lj_code *code, lj_err *err)
{
    int fd = -1;
    *code = lj_os_remove(LJ_OS_CWD, path, err);
    if (*code == LJ_OK) {
        *code = lj_os_create_file(LJ_OS_CWD, path, LJ_OS_FRESH, &fd, err);
    }
    FILE *file = *code == LJ_OK ? fdopen(fd, "w") : NULL;
    if (*code == LJ_OK && file == NULL) {
        lj_os_close(fd);
        *code = lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the report");
    }
    return file;
}

lj_code report_write(const char *dir, const detect_rules *rules, bool zh, lj_err *err)
{
    char path[4096];
    char draft[4096];
    if (!report_path(dir, "report.html", path, sizeof(path)) ||
        !report_path(dir, "report.html.new", draft, sizeof(draft))) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the path of the result folder is too long");
    }
    uint64_t counts[REPORT_SECTION_COUNT] = {0};
    json_t *header = NULL;
    json_t *trailer = NULL;
    lj_code code = count_records(dir, counts, &header, &trailer, err);
    if (code != LJ_OK) {
        json_decref(header);
        return code;
    }
    page out = {.file = draft_open(draft, &code, err), .rules = rules};
    if (out.file == NULL) {
        json_decref(header);
        json_decref(trailer);
        return code;
    }
    lj_buf_init(&out.text, NULL, ROW_TEXT_MAX);
    put_head(&out, header, zh);
    put(&out, "<ul class=cards>");
    put_card(&out, "", report_number(trailer, "files"), (two){"files", "文件"});
    put_card(&out, "hot", (int64_t)counts[REPORT_CONFIRMED], (two){"confirmed", "确认"});
    put_card(&out, "hot", (int64_t)counts[REPORT_PROBABLE], (two){"probable", "疑似"});
    put_card(&out, "warm", (int64_t)counts[REPORT_LOOK], (two){"to look at", "待看"});
    put_card(&out, "warm", (int64_t)counts[REPORT_SENSITIVE], (two){"sensitive", "敏感"});
    put_card(&out, "warm", (int64_t)counts[REPORT_UNREADABLE],
             (two){"not completely examined", "未能完整检查"});
    put(&out, "</ul><p class=mute>");
    put_two(&out, (two){"A report with unread files is not a clean report: the list at the end "
                        "belongs to the result.",
                        "存在未检查文件的报告不等于“干净”：末尾的清单是结果的一部分。"});
    put(&out, "</p>");
    for (unsigned i = 0; i < REPORT_CLEAN && code == LJ_OK; i++) {
        code = put_section(&out, dir, (report_section)i, err);
    }
    put(&out, "</main>");
    put(&out, script);
    put(&out, "</body></html>\n");
    lj_buf_done(&out.text);
    json_decref(header);
    json_decref(trailer);
    bool bad = ferror(out.file) != 0;
    bad = fclose(out.file) != 0 || bad;
    if (code == LJ_OK && (bad || rename(draft, path) != 0)) {
        code = lj_fail_os(err, LJ_E_IO, errno, "report.html cannot be written");
    }
    if (code != LJ_OK) {
        (void)remove(draft);
    }
    return code;
}

/* ---- the list on the terminal ---- */

static void list_record(lj_buf *line, const detect_rules *rules, const json_t *record, bool zh)
{
    report_section section = report_section_of(record);
    static const two tags[REPORT_SECTION_COUNT] = {
        {"confirmed",    "确认"   },
        {"probable",     "疑似"   },
        {"look",         "待看"   },
        {"sensitive",    "敏感"   },
        {"not examined", "未检查"},
        {"clean",        "未发现"},
    };
    lj_buf_put_cstr(line, zh ? tags[section].zh : tags[section].en);
    lj_buf_put_cstr(line, "  ");
    report_put_where(line, record);
    if (section != REPORT_UNREADABLE) {
        lj_buf_put_cstr(line, "  [");
        report_put_path(line, lj_cstr_bytes(report_text(record, "mark")));
        lj_buf_put_cstr(line, "]  ");
        report_put_place(line, record, zh);
        lj_buf_put_cstr(line, "  ");
        report_put_terms(line, rules, record, zh);
    } else {
        lj_buf_put_cstr(line, "  ");
        report_put_gaps(line, record, zh);
    }
}

lj_code report_list(const char *dir, const detect_rules *rules, bool zh, uint32_t max_rows,
                    report_line_fn *line, void *ctx, lj_err *err)
{
    lj_code code = LJ_OK;
    lj_buf text;
    lj_buf_init(&text, NULL, ROW_TEXT_MAX);
    for (unsigned section = 0; section < REPORT_CLEAN && code == LJ_OK; section++) {
        report_reader *reader = NULL;
        const json_t *record = NULL;
        uint64_t rows = 0;
        code = report_open(dir, &reader, err);
        while (code == LJ_OK) {
            code = report_next(reader, &record, err);
            if (code != LJ_OK || record == NULL) {
                break;
            }
            if (report_section_of(record) != (report_section)section ||
                report_text(record, "member")[0] != '\0') {
                continue;
            }
            if (rows++ < max_rows) {
                lj_buf_clear(&text);
                list_record(&text, rules, record, zh);
                line(ctx, lj_buf_str(&text));
            }
        }
        report_close(reader);
        if (code == LJ_OK && rows > max_rows) {
            lj_buf_clear(&text);
            lj_buf_put_cstr(&text, zh ? "  ……另有 " : "  ... and ");
            lj_buf_put_dec(&text, rows - max_rows);
            lj_buf_put_cstr(&text, zh ? " 项，见 report.html" : " more, see report.html");
            line(ctx, lj_buf_str(&text));
        }
    }
    lj_buf_done(&text);
    return code;
}
