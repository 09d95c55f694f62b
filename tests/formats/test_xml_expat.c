/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The tokenizer against expat: over every well-formed part of every office package of the corpus,
 * both must see the same elements, attributes and text. Entities that a DTD declares are the one
 * difference by design, so parts with a DTD are left out. Skips without a corpus. */
#define _GNU_SOURCE /* nftw */
#include <expat.h>
#include <ftw.h>
#include <stdlib.h>
#include <zlib.h>

#include "../check.h"
#include "base/cur.h"
#include "base/num.h"
#include "formats/xml_token.h"
#include "sample_list.h"

enum { MEMORY = 128 << 20, PART_MAX = 16 << 20, TAIL = 66000 };

/* What a parser saw, as a hash over all of it in order. */
typedef struct seen {
    uint64_t hash;
    uint64_t count;
} seen;

static void see(seen *all, char mark, const char *text, size_t len)
{
    if (mark != '\0') {
        all->hash = (all->hash ^ (uint8_t)mark) * 0x100000001B3U;
        all->count++;
    }
    for (size_t i = 0; i < len; i++) {
        all->hash = (all->hash ^ (uint8_t)text[i]) * 0x100000001B3U;
    }
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attrs)
{
    see(ctx, '<', name, strlen(name));
    for (size_t i = 0; attrs[i] != NULL; i++) {
        see(ctx, i % 2 == 0 ? '@' : '=', attrs[i], strlen(attrs[i]));
    }
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    (void)name;
    see(ctx, '>', "", 0);
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
    see(ctx, '\0', text, (size_t)len);
}

static bool expat_sees(lj_slice bytes, seen *all)
{
    XML_Parser parser = XML_ParserCreate(NULL);
    XML_SetUserData(parser, all);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    bool fits =
        XML_Parse(parser, (const char *)bytes.ptr, (int)bytes.len, XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(parser);
    return fits;
}

static void token_sees(lj_arena *arena, lj_slice bytes, seen *all)
{
    xml_reader *xml = xml_open_bytes(NULL, arena, bytes, NULL);
    assert_non_null(xml);
    const xml_token *token = xml_next(xml);
    for (; token->kind != XML_END_OF_INPUT; token = xml_next(xml)) {
        if (token->kind == XML_START) {
            see(all, '<', (const char *)token->name.ptr, token->name.len);
            for (uint32_t i = 0; i < token->attr_count; i++) {
                const xml_attr *attr = &token->attrs[i];
                see(all, '@', (const char *)attr->name.ptr, attr->name.len);
                see(all, '=', attr->value.ptr, attr->value.len);
            }
        } else if (token->kind == XML_END) {
            see(all, '>', "", 0);
        } else if ((token->kind == XML_TEXT || token->kind == XML_CDATA) && token->depth > 0) {
            see(all, '\0', token->text.ptr, token->text.len);
        }
    }
    assert_false(xml_status_of(xml)->is_bad);
}

static void test_xml__small_documents_are_read_as_expat_reads_them(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "<a/>",
        "<a b='1' c=\"x&amp;y&#10;z\">t&lt;<![CDATA[<x>&amp;]]>u<!-- v --><?w x?></a>",
        "<a>x\r\ny\rz</a>",
        "<a b='x\r\ny\tz'/>",
        "<?xml version='1.0' encoding='UTF-8'?>\n<密级 名='值'>机密★&#26426;</密级>\n",
        "<a:b xmlns:a='u' a:c='1'><a:d/></a:b>",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_arena *arena = lj_arena_new(MEMORY);
        seen wanted = {0};
        seen found = {0};
        assert_true(expat_sees(lj_cstr_bytes(rows[i]), &wanted));
        token_sees(arena, lj_cstr_bytes(rows[i]), &found);
        CHECK_ROW(rows[i], found.count, wanted.count);
        CHECK_ROW(rows[i], found.hash, wanted.hash);
        lj_arena_free(arena);
    }
}

/* ---- the corpus ---- */

static struct {
    lj_arena *arena;
    unsigned packages, well_formed, different;
} tally;

static void compare(lj_slice bytes, const char *where)
{
    seen wanted = {0};
    seen found = {0};
    size_t dtd = lj_slice_find(lj_slice_part(bytes, 0, 4096), LJ_BYTES("<!DOCTYPE"));
    if (bytes.len == 0 || bytes.len > INT32_MAX || dtd != SIZE_MAX || !expat_sees(bytes, &wanted)) {
        return;
    }
    token_sees(tally.arena, bytes, &found);
    tally.well_formed++;
    if (found.hash != wanted.hash || found.count != wanted.count) {
        print_message("# differs from expat: a part of %s\n", where);
        tally.different++;
    }
}

/* Unpacks and compares the member whose local header is at off. */
static void take_member(lj_slice zip, size_t off, uint32_t stored_len, uint16_t method,
                        const char *where)
{
    lj_cur cur = lj_cur_of(lj_slice_part(zip, off, SIZE_MAX));
    lj_cur_skip(&cur, 26);
    uint16_t name_len = lj_cur_u16le(&cur);
    uint16_t extra_len = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, (size_t)name_len + extra_len);
    lj_slice stored = lj_cur_bytes(&cur, stored_len);
    lj_arena_mark mark = lj_arena_mark_of(tally.arena);
    if (lj_cur_ok(&cur) && method == 0) {
        compare(stored, where);
    } else if (lj_cur_ok(&cur) && method == 8) {
        z_stream z = {0};
        uint8_t *out = lj_arena_alloc(tally.arena, PART_MAX);
        assert_non_null(out);
        z.next_in = (Bytef *)(uintptr_t)stored.ptr;
        z.avail_in = (uInt)stored.len;
        z.next_out = out;
        z.avail_out = PART_MAX;
        if (inflateInit2(&z, -15) == Z_OK) {
            if (inflate(&z, Z_FINISH) == Z_STREAM_END) {
                compare(lj_slice_of(out, z.total_out), where);
            }
            (void)inflateEnd(&z);
        }
    }
    lj_arena_rewind(tally.arena, mark);
}

/* Every XML member that the central directory lists. */
static void take_package(lj_slice zip, const char *where)
{
    size_t end = SIZE_MAX;
    for (size_t at = zip.len; at > 22 && zip.len - at < TAIL; at--) {
        if (lj_slice_has_prefix(lj_slice_part(zip, at - 22, 4), LJ_BYTES("PK\5\6"))) {
            end = at - 22;
            break;
        }
    }
    lj_cur cur = lj_cur_of(lj_slice_part(zip, end, SIZE_MAX));
    lj_cur_skip(&cur, 16);
    uint32_t directory = lj_cur_u32le(&cur);
    if (end == SIZE_MAX || !lj_cur_ok(&cur)) {
        return;
    }
    tally.packages++;
    cur = lj_cur_of(lj_slice_part(zip, directory, SIZE_MAX));
    while (lj_cur_u32le(&cur) == 0x02014B50 && lj_cur_ok(&cur)) {
        lj_cur_skip(&cur, 6);
        uint16_t method = lj_cur_u16le(&cur);
        lj_cur_skip(&cur, 8);
        uint32_t stored_len = lj_cur_u32le(&cur);
        lj_cur_skip(&cur, 4);
        uint16_t name_len = lj_cur_u16le(&cur);
        uint16_t extra_len = lj_cur_u16le(&cur);
        uint16_t comment_len = lj_cur_u16le(&cur);
        lj_cur_skip(&cur, 8);
        uint32_t off = lj_cur_u32le(&cur);
        lj_slice name = lj_cur_bytes(&cur, name_len);
        lj_cur_skip(&cur, (size_t)extra_len + comment_len);
        bool is_xml = lj_slice_find(name, LJ_BYTES(".xml")) != SIZE_MAX ||
                      lj_slice_find(name, LJ_BYTES(".rels")) != SIZE_MAX;
        if (lj_cur_ok(&cur) && is_xml) {
            take_member(zip, off, stored_len, method, where);
        }
    }
}

static int visit(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
    (void)stat;
    (void)walk;
    const char *dot = strrchr(path, '.');
    if (type == FTW_F && dot != NULL &&
        (strcmp(dot, ".docx") == 0 || strcmp(dot, ".xlsx") == 0 || strcmp(dot, ".pptx") == 0)) {
        bool found = false;
        lj_slice bytes = sample_load(path, &found);
        if (found) {
            take_package(bytes, path);
        }
        sample_unload(bytes);
    }
    return 0;
}

static void test_xml__office_parts_are_read_as_expat_reads_them(void **state)
{
    (void)state;
    const char *corpus = getenv("LIJIAN_CORPUS");
    tally.arena = lj_arena_new(MEMORY);
    assert_non_null(tally.arena);
    if (corpus != NULL) {
        (void)nftw(corpus, visit, 16, FTW_PHYS);
    }
    lj_arena_free(tally.arena);
    if (tally.packages == 0) {
        print_message("# skipped: no office packages, LIJIAN_CORPUS is not there\n");
        skip();
    }
    print_message("# %u packages, %u well-formed parts\n", tally.packages, tally.well_formed);
    assert_int_equal(tally.different, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml__small_documents_are_read_as_expat_reads_them),
        cmocka_unit_test(test_xml__office_parts_are_read_as_expat_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
