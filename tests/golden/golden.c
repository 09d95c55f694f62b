/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Golden pairs: each sample of tests/formats/<name>/ against its X.expect, the documents, spans,
 * gaps and notes as text. Usage: golden [PART]           compares the samples whose name holds
 * PART; prints TAP golden --write [PART]   writes X.expect for every sample (`make golden`): read
 * the difference before committing A sample without an expectation is a failed case. Each sample is
 * also held to the promises of contract.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/os.h"
#include "contract.h"
#include "sample_list.h"

enum { DUMP_MAX = 256 << 20, MEMORY = 256 << 20 };

static size_t line_end(lj_slice text, size_t at)
{
    size_t len = lj_slice_find(lj_slice_part(text, at, SIZE_MAX), LJ_BYTES("\n"));
    return len == SIZE_MAX ? text.len : at + len;
}

/* The first line that differs, from both sides. */
static void print_difference(lj_slice wanted, lj_slice found)
{
    size_t a = 0;
    size_t b = 0;
    for (int line_no = 1; a < wanted.len || b < found.len; line_no++) {
        lj_slice left = lj_slice_part(wanted, a, line_end(wanted, a) - a);
        lj_slice right = lj_slice_part(found, b, line_end(found, b) - b);
        if (!lj_slice_is(left, right) || a >= wanted.len || b >= found.len) {
            printf("# line %d\n# wanted: %.*s\n# found:  %.*s\n", line_no,
                   (int)lj_min_size(left.len, 400),
                   a < wanted.len ? (const char *)left.ptr : "(the end)",
                   (int)lj_min_size(b < found.len ? right.len : 9, 400),
                   b < found.len ? (const char *)right.ptr : "(the end)");
            return;
        }
        a += left.len + 1;
        b += right.len + 1;
    }
}

static char *expect_path(const sample *what)
{
    size_t len = strlen(what->path);
    char *path = malloc(len + sizeof(".expect"));
    if (path != NULL) {
        memcpy(path, what->path, len);
        memcpy(path + len, ".expect", sizeof(".expect"));
    }
    return path;
}

/* True when the sample could be taken through; the dump is the caller's. */
static bool examine(const sample *what, lj_buf *dump)
{
    bool found = false;
    lj_slice bytes = sample_load(what->path, &found);
    sample_options options;
    sample_options_init(&options, what);
    contract checked;
    contract_init(&checked, dump);
    lj_code code = contract_examine(&checked, bytes, &options.options, MEMORY);
    bool good = found && code == LJ_OK && contract_holds(&checked) && lj_buf_ok(dump);
    if (!good) {
        printf("# %s: %s, code %s\n", what->name,
               checked.fault != NULL ? checked.fault : "not taken through",
               lj_code_row_of(code)->name);
    }
    sample_options_done(&options);
    sample_unload(bytes);
    return good;
}

static bool compare(const sample *what, const lj_buf *dump)
{
    bool found = false;
    char *path = expect_path(what);
    lj_slice wanted = sample_load(path, &found);
    bool same = found && lj_slice_is(wanted, lj_buf_slice(dump));
    if (!found) {
        printf("# %s has no .expect: run `make golden` and read what it writes\n", what->name);
    } else if (!same) {
        print_difference(wanted, lj_buf_slice(dump));
    }
    sample_unload(wanted);
    free(path);
    return same;
}

static bool write_expect(const sample *what, const lj_buf *dump)
{
    bool found = false;
    char *path = expect_path(what);
    lj_slice old = sample_load(path, &found);
    bool good = true;
    if (!found || !lj_slice_is(old, lj_buf_slice(dump))) {
        FILE *out = fopen(path, "we");
        good = out != NULL && fwrite(dump->ptr, 1, dump->len, out) == dump->len;
        good = out != NULL && fclose(out) == 0 && good;
        printf("%s %s\n", good ? (found ? "changed" : "new    ") : "cannot write", what->name);
    }
    sample_unload(old);
    free(path);
    return good;
}

int main(int argc, char **argv)
{
    lj_os_prepare_libraries(); /* names come out as in the program */
    bool writes = argc > 1 && strcmp(argv[1], "--write") == 0;
    const char *part = argc > 1 + writes ? argv[1 + writes] : "";
    sample_list *list = sample_list_new();
    size_t count = 0;
    size_t failed = 0;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const sample *what = &list->rows[i];
        if (strstr(what->name, part) == NULL) {
            continue;
        }
        count++;
        lj_buf dump;
        lj_buf_init(&dump, NULL, DUMP_MAX);
        bool good = examine(what, &dump);
        good = good && (writes ? write_expect(what, &dump) : compare(what, &dump));
        if (!writes) {
            printf("%s %zu - golden %s\n", good ? "ok" : "not ok", count, what->name);
        }
        fflush(stdout);
        failed += !good;
        lj_buf_done(&dump);
    }
    if (!writes) {
        printf("1..%zu\n", count);
    }
    sample_list_free(list);
    return failed > 0;
}
