/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A reader to copy: the invented format "note card". docs/adding-a-format.md walks through it. It
 * is compiled and its sniffer is tested, so that it stays true. What follows is what the top
 * comment of every reader says, in this order.
 *
 * Note cards (invented; a real reader names the specification with its section numbers here).
 *   0   8 bytes   magic "NOTECARD"
 *   8   u16       number of cards, little-endian
 *   10  cards     each: u16 length in bytes, then that many bytes of UTF-8
 *
 * Model: one span of role `body` per card, one story for all, row_no is the number of the card.
 * Each byte is claimed: the head as structure, the cards as read. What stands behind the last card
 * is claimed by nobody, so the core sweeps it.
 *
 * Traps: the count lies (a card may be announced that is not there: LJ_E_FORMAT after all cards
 * that are there); a card may not be UTF-8 (then its charset is guessed as for a text file).
 *
 * Limits: spans and characters are charged by format_emit, bytes by format_bytes; nothing is
 * counted here.
 *
 * Not done: nothing. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/format.h"
#include "text/charset.h"

enum { HEAD_LEN = 10, CARD_HEAD_LEN = 2, CARD_MAX = 65535 };

/* Evidence in bits that were compared: 8 bytes of magic are 64. Pure; looks at nothing but the
 * probe. */
static int card_sniff(const format_probe *probe)
{
    return lj_slice_has_prefix(probe->head, LJ_BYTES("NOTECARD")) ? 64 : 0;
}

/* One card: bytes to UTF-8, then the span. The arena is rewound by the caller. */
static lj_code card_emit(format_run *run, lj_slice card, uint64_t off, uint32_t card_no)
{
    lj_buf text;
    lj_buf_init(&text, format_arena(run), (size_t)CARD_MAX * 4);
    size_t bom_len = 0;
    text_charset charset = text_charset_guess(card, (text_charset)TEXT_CHARSET_COUNT, &bom_len);
    (void)text_to_utf8(charset, lj_slice_part(card, bom_len, SIZE_MAX), /* more= */ false, &text,
                       /* rows= */ NULL);
    if (!lj_buf_ok(&text)) {
        return LJ_E_LIMIT;
    }
    span what = span_of(SPAN_BODY, lj_buf_str(&text));
    what.src_off = off + bom_len;
    what.place.row_no = card_no;
    what.story_id = 1;
    return format_emit(run, &what);
}

static lj_code card_read(format_run *run, format_src *src)
{
    lj_slice head = format_bytes(run, src, 0, HEAD_LEN);
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 8);
    uint16_t card_count = lj_cur_u16le(&cur);
    if (!lj_cur_ok(&cur)) {
        return lj_fail(format_err(run), LJ_E_FORMAT, 0, "the head is cut");
    }
    format_claim(run, 0, HEAD_LEN, FORMAT_OPAQUE);
    uint64_t off = HEAD_LEN;
    for (uint32_t card_no = 1; card_no <= card_count; card_no++) {
        lj_slice len_bytes = format_bytes(run, src, off, CARD_HEAD_LEN);
        cur = lj_cur_of(len_bytes);
        uint16_t len = lj_cur_u16le(&cur);
        lj_slice card = lj_cur_ok(&cur) ? format_bytes(run, src, off + CARD_HEAD_LEN, len)
                                        : (lj_slice){NULL, 0};
        if (!lj_cur_ok(&cur) || card.len < len) {
            return lj_fail(format_err(run), LJ_E_FORMAT, off, "a card is cut");
        }
        lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
        lj_code code = card_emit(run, card, off + CARD_HEAD_LEN, card_no);
        lj_arena_rewind(format_arena(run), mark);
        if (code != LJ_OK) {
            return code; /* a limit, or the end of the scan: stop now, what was emitted stays */
        }
        format_claim(run, off, CARD_HEAD_LEN + (uint64_t)len, FORMAT_READ);
        off += CARD_HEAD_LEN + (uint64_t)len;
    }
    return LJ_OK;
}

/* In src/formats this is not static: declared in format_priv.h, named in format_table.c. */
static const format_row card_row = {
    .name = "notecard",
    .extensions = "card",
    .sniff = card_sniff,
    .read = card_read,
    .en = "note cards",
    .zh = "便签卡片",
};

/* ---- its test: in real life tests/formats/test_notecard.c, with samples beside it ---- */

#include "../check.h"

static void test_notecard__is_known_by_its_magic(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int wanted;
    } rows[] = {
        {"NOTECARD\1\2", 64},
        {"NOTECARD",     64},
        {"NOTECAR",      0 },
        {"xNOTECARD",    0 },
        {"",             0 },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        format_probe probe = {.head = lj_cstr_bytes(rows[i].head)};
        CHECK_ROW(rows[i].head, card_row.sniff(&probe), rows[i].wanted);
    }
    assert_non_null(card_row.read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_notecard__is_known_by_its_magic)};
    return cmocka_run_group_tests_name("notecard", tests, NULL, NULL);
}
