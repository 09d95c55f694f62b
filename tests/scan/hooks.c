/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See hooks.h. */
#define _GNU_SOURCE
#include "hooks.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    hooks_page *page;
    uint64_t spin;
} slow;

static void begin(const format_sink *sink, format_doc *doc, uint32_t no, const char *name)
{
    *doc = (format_doc){.no = no,
                        .depth = no,
                        .kind = no == 0 ? FORMAT_ROOT : FORMAT_MEMBER,
                        .format = no == 0 ? "zip" : "text",
                        .name = lj_cstr_bytes(name),
                        .name_utf8 = lj_cstr_str(name),
                        .path = lj_cstr_bytes(name),
                        .size = 100};
    sink->doc_begin(sink->ctx, doc);
}

static void tell_mark(const format_sink *sink)
{
    format_doc root, inner;
    begin(sink, &root, 0, "");
    begin(sink, &inner, 1, "inner.txt");
    span what = span_of(SPAN_BODY, LJ_STR("机密★10年"));
    (void)sink->emit(sink->ctx, &inner, &what);
    format_doc_end end = {.size = 100, .examined = 100};
    sink->doc_end(sink->ctx, &inner, &end);
}

static bool begins(const uint8_t *head, size_t len, const char *word)
{
    return len >= strlen(word) && memcmp(head, word, strlen(word)) == 0;
}

lj_code hooks_examine(format_context *context, const format_input *input,
                      const format_options *options, const format_sink *sink, lj_err *err)
{
    uint8_t head[16];
    size_t len = 0;
    if (input->read(input->ctx, 0, head, sizeof(head), &len, err) != LJ_OK) {
        len = 0;
    }
    if (begins(head, len, "CRASH-1")) {
        abort();
    }
    if (begins(head, len, "CRASH")) {
        tell_mark(sink);
        abort();
    }
    if (begins(head, len, "HANG")) {
        tell_mark(sink);
        for (volatile int i = 0;; i = i + 1) {
        }
    }
    if (begins(head, len, "LOOP")) {
        for (uint64_t i = 0;; i++) {
            sink->beat(sink->ctx, i, i);
            for (volatile int k = 0; k < 1000000; k = k + 1) {
            }
        }
    }
    if (begins(head, len, "TWICE")) {
        format_doc doc;
        begin(sink, &doc, 0, "");
        begin(sink, &doc, 0, "");
    }
    if (begins(head, len, "OPEN")) {
        int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            close(fd);
        }
    }
    if (begins(head, len, "MEMORY")) {
        enum { STEP = 1 << 20 };
        for (void *room = malloc(STEP); room != NULL; room = malloc(STEP)) {
            memset(room, 1, STEP);
        }
        abort();
    }
    return format_examine(context, input, options, sink, err);
}

void hooks_slow_set(hooks_page *page, uint64_t spin)
{
    slow.page = page;
    slow.spin = spin;
}

lj_code hooks_examine_slowly(format_context *context, const format_input *input,
                             const format_options *options, const format_sink *sink, lj_err *err)
{
    (void)__atomic_add_fetch(&slow.page->examined, 1, __ATOMIC_SEQ_CST);
    for (volatile uint64_t i = 0; i < slow.spin; i = i + 1) {
    }
    return format_examine(context, input, options, sink, err);
}
