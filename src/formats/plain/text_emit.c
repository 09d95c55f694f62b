/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Regions of the buffer become spans. A region is cut into pieces of at most 64 KiB of text, at
 * line ends where there are any; each piece is decoded, line by line where it is not UTF-8, and
 * goes out as one block of lines - or as cells when the file is a table - and its escaped strings
 * follow.
 *
 * Line numbers. p->line_no belongs to buffer byte p->counted; lines that are skipped are counted
 * too, which costs a fraction of their search. */
#include "base/num.h"
#include "formats/plain/plain.h"

enum {
    PIECE_UTF8 = 64 * 1024,  /* raw bytes of a piece that is UTF-8 */
    PIECE_OTHER = 21 * 1024, /* of another one: three times as long as text at most */
    TEXT_STORY = 1,
};

static lj_slice buffer_of(const plain *p)
{
    return lj_slice_of(p->in.buf, p->in.len);
}

/* Line ends in [from, to): mostly known from the survey of the window but for its edges. */
static uint64_t line_ends_of(const plain *p, size_t from, size_t to)
{
    lj_slice bytes = buffer_of(p);
    if (from <= p->survey_from && p->survey_from <= to && to <= p->survey_to &&
        p->survey_to - to < to - p->survey_from) {
        return plain_line_ends(bytes, from, p->survey_from) + p->survey.line_ends -
               plain_line_ends(bytes, to, p->survey_to);
    }
    return plain_line_ends(bytes, from, to);
}

void plain_count_to(plain *p, size_t at)
{
    if (at > p->counted) {
        uint64_t ends = line_ends_of(p, p->counted, at);
        p->line_no = (uint32_t)lj_min_u64(UINT32_MAX, p->line_no + ends);
        p->counted = at;
    }
}

/* Where the piece ends that begins at `from`. */
static size_t piece_end(const plain *p, size_t from, size_t to)
{
    size_t most = p->in.decodes ? PIECE_UTF8 : PIECE_OTHER;
    lj_slice bytes = buffer_of(p);
    if (!p->in.decodes) {
        lj_slice head = lj_slice_part(bytes, from, lj_min_size(PIECE_UTF8, to - from));
        size_t valid = 0;
        /* cut inside its last letter it is still UTF-8; the cut below is at a letter */
        most = text_utf8_is_valid(head, &valid) || head.len - valid < 4 ? PIECE_UTF8 : most;
    }
    if (to - from <= most) {
        return to;
    }
    size_t end = plain_last_line_end(bytes, from, from + most);
    if (end == from) {
        end = plain_char_start(bytes, from + most, from);
    }
    return end > from ? end : from + most;
}

/* The map of a piece of a buffer that is decoded already. */
static void map_decoded(plain *p, size_t from, size_t to)
{
    size_t low = 0;
    size_t high = p->in.rows.len / sizeof(plain_row);
    const uint8_t *rows = p->in.rows.ptr;
    size_t count = high;
    plain_row row;
    while (high - low > 1) { /* the last row at or before `from` */
        size_t mid = low + (high - low) / 2;
        memcpy(&row, rows + mid * sizeof(row), sizeof(row));
        if (row.at <= from) {
            low = mid;
        } else {
            high = mid;
        }
    }
    for (size_t i = low; i < count; i++) {
        memcpy(&row, rows + i * sizeof(row), sizeof(row));
        if (row.at >= to) {
            break;
        }
        size_t skip = row.at < from ? from - row.at : 0;
        span_map map = {.text_at = (uint32_t)(row.at + skip - from), .src_off = row.src_off + skip};
        lj_buf_put(&p->maps, lj_slice_of(&map, sizeof(map)));
    }
}

/* Fills text, maps and src_off of the piece. False: no memory. */
static bool decode_piece(plain *p, size_t from, size_t to, plain_piece *out)
{
    lj_slice raw = lj_slice_part(buffer_of(p), from, to - from);
    lj_buf_clear(&p->maps);
    if (p->in.decodes) {
        out->text = (lj_str){(const char *)raw.ptr, raw.len};
        map_decoded(p, from, to);
    } else {
        lj_buf_clear(&p->text);
        lj_buf_clear(&p->rows);
        if (p->is_pure) {
            (void)text_to_utf8(p->base, raw, /* more= */ false, &p->text, &p->rows);
        } else {
            (void)text_lines_to_utf8(p->base, raw, /* more= */ false, &p->text, &p->rows);
        }
        out->text = lj_buf_str(&p->text);
        size_t count = p->rows.len / sizeof(text_map_row);
        uint8_t *room = lj_buf_room(&p->maps, count * sizeof(span_map));
        for (size_t i = 0; room != NULL && i < count; i++) {
            text_map_row row;
            memcpy(&row, p->rows.ptr + i * sizeof(row), sizeof(row));
            span_map map = {.text_at = row.text_at, .src_off = p->in.base + from + row.src_off};
            memcpy(room + i * sizeof(map), &map, sizeof(map));
        }
        p->maps.len = count * sizeof(span_map);
    }
    if (!lj_buf_ok(&p->text) || !lj_buf_ok(&p->rows) || !lj_buf_ok(&p->maps)) {
        return false;
    }
    out->map_count = (uint32_t)(p->maps.len / sizeof(span_map));
    out->maps = (const span_map *)(const void *)p->maps.ptr;
    out->src_off = out->map_count > 0 ? out->maps[0].src_off : UINT64_MAX;
    return true;
}

void plain_place(plain *p, const plain_piece *piece, size_t from, size_t len, span *what)
{
    size_t low = 0;
    size_t high = piece->map_count;
    if (high == 0) {
        return;
    }
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (piece->maps[mid].text_at <= from) {
            low = mid;
        } else {
            high = mid;
        }
    }
    lj_buf_clear(&p->part_maps);
    for (size_t i = low; i < piece->map_count && piece->maps[i].text_at < from + len; i++) {
        span_map map = piece->maps[i];
        size_t skip = map.text_at < from ? from - map.text_at : 0;
        map.text_at = (uint32_t)(map.text_at + skip - from);
        map.src_off += skip;
        lj_buf_put(&p->part_maps, lj_slice_of(&map, sizeof(map)));
    }
    if (lj_buf_ok(&p->part_maps) && p->part_maps.len > 0) {
        what->maps = (const span_map *)(const void *)p->part_maps.ptr;
        what->map_count = (uint32_t)(p->part_maps.len / sizeof(span_map));
        what->src_off = what->maps[0].src_off;
    }
}

static lj_code emit_lines(plain *p, const plain_piece *piece)
{
    span what = span_of(SPAN_BODY, piece->text);
    what.story_id = TEXT_STORY;
    what.join = piece->join;
    what.place.row_no = piece->line_no;
    what.src_off = piece->src_off;
    if (piece->map_count > 1) {
        what.maps = piece->maps;
        what.map_count = piece->map_count;
    }
    return format_emit(p->run, &what);
}

static span_join join_of(const plain *p, size_t from)
{
    uint8_t before = from > 0 ? p->in.buf[from - 1] : p->in.before;
    if (before != '\n' && before != '\r') {
        return SPAN_JOIN_SAME;
    }
    return p->told_to == from ? SPAN_JOIN_LINE : SPAN_JOIN_BLOCK;
}

lj_code plain_emit(plain *p, size_t from, size_t to)
{
    lj_code code = LJ_OK;
    while (from < to && code == LJ_OK) {
        size_t end = piece_end(p, from, to);
        plain_piece piece = {.join = join_of(p, from)};
        plain_count_to(p, from);
        piece.line_no = p->line_no;
        if (!decode_piece(p, from, end, &piece)) {
            return LJ_E_NOMEM;
        }
        bool is_row = p->separator != 0 && piece.join != SPAN_JOIN_SAME;
        code = is_row ? plain_emit_cells(p, &piece) : emit_lines(p, &piece);
        if (code == LJ_OK) {
            code = plain_emit_strings(p, &piece);
        }
        p->told_to = end;
        from = end;
    }
    return code;
}
