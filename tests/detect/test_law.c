/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Laws speak of 绝密, 机密 and 秘密 all the time and bear no mark: no text of the corpus may reach
 * `look`. */
#include "../check.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/num.h"
#include "run_rows.h"
#include "text/charset.h"

enum { PIECE = 64 * 1024 };

static lj_buf load_text(const char *path)
{
    lj_buf raw;
    lj_buf text;
    lj_buf_init(&raw, NULL, 16 * LJ_MIB);
    lj_buf_init(&text, NULL, 64 * LJ_MIB);
    FILE *in = fopen(path, "rbe");
    assert_non_null(in);
    size_t len = 0;
    do {
        uint8_t *room = lj_buf_room(&raw, PIECE);
        assert_non_null(room);
        len = fread(room, 1, PIECE, in);
        raw.len += len;
    } while (len > 0);
    (void)fclose(in);
    size_t bom = 0;
    text_charset charset = text_charset_guess(lj_buf_slice(&raw), TEXT_CHARSET_NONE, &bom);
    (void)text_to_utf8(charset, lj_slice_part(lj_buf_slice(&raw), bom, raw.len), false, &text,
                       NULL);
    lj_buf_done(&raw);
    return text;
}

static uint32_t judge_folder(const char *folder)
{
    uint32_t count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return 0;
    }
    const struct dirent *entry = readdir(dir);
    for (; entry != NULL; entry = readdir(dir)) {
        char path[8192];
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        lj_buf text = load_text(path);
        detect_doc *doc = run_begin(false);
        for (size_t from = 0; from < text.len;) {
            size_t to = lj_min_size(text.len, from + PIECE);
            while (to < text.len && to > from && text.ptr[to - 1] != '\n') {
                to--;
            }
            to = to > from ? to : text.len;
            span what = span_of(SPAN_BODY, (lj_str){(const char *)text.ptr + from, to - from});
            detect_span(doc, &what);
            from = to;
        }
        CHECK_ROW(entry->d_name, detect_end(doc)->class_, DETECT_NONE);
        detect_free(doc);
        lj_buf_done(&text);
        count++;
    }
    (void)closedir(dir);
    return count;
}

static void test_law__no_law_is_marked(void **state)
{
    (void)state;
    const char *corpus = getenv("LIJIAN_CORPUS");
    static const char *const folders[] = {"law/txt-utf8", "law/txt-gb18030"};
    uint32_t count = 0;
    for (size_t i = 0; corpus != NULL && i < LJ_COUNT_OF(folders); i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", corpus, folders[i]);
        count += judge_folder(path);
    }
    printf("# %u law texts judged\n", count);
    if (count == 0) {
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law__no_law_is_marked),
    };
    return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
