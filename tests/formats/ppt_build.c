/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See ppt_build.h. */
#include "ppt_build.h"

#include "base/num.h"

enum {
    MOST = 64 * 1024 * 1024,
    OFFICE_ART_TEXT_BOX = 0xF00D,
};

void ppt_build_init(ppt_build *ppt)
{
    memset(ppt, 0, sizeof(*ppt));
    lj_buf_init(&ppt->out, NULL, MOST);
    lj_buf_init(&ppt->pictures, NULL, MOST);
    ppt->user = "张三";
}

void ppt_build_done(ppt_build *ppt)
{
    lj_buf_done(&ppt->out);
    lj_buf_done(&ppt->pictures);
    ole2_build_done(&ppt->file);
}

static void put_head(lj_buf *out, uint32_t version, uint16_t type, uint16_t instance, uint32_t len)
{
    lj_buf_put_u16le(out, (uint16_t)(version | (uint32_t)instance << 4));
    lj_buf_put_u16le(out, type);
    lj_buf_put_u32le(out, len);
}

void ppt_build_open(ppt_build *ppt, uint16_t type, uint16_t instance)
{
    put_head(&ppt->out, 0xF, type, instance, 0);
    ppt->open[ppt->depth++] = ppt->out.len;
}

void ppt_build_close(ppt_build *ppt)
{
    size_t from = ppt->open[--ppt->depth];
    uint32_t len = (uint32_t)(ppt->out.len - from);
    for (int i = 0; i < 4; i++) {
        ppt->out.ptr[from - 4 + (size_t)i] = (uint8_t)(len >> (8 * i));
    }
}

void ppt_build_atom(ppt_build *ppt, uint16_t type, uint16_t instance, lj_slice body)
{
    put_head(&ppt->out, 0, type, instance, (uint32_t)body.len);
    lj_buf_put(&ppt->out, body);
}

void ppt_build_number(ppt_build *ppt, uint16_t type, uint16_t instance, uint32_t value)
{
    put_head(&ppt->out, 0, type, instance, 4);
    lj_buf_put_u32le(&ppt->out, value);
}

/* Letters of the basic plane only. */
static void put_wide(lj_buf *out, const char *text)
{
    for (const uint8_t *at = (const uint8_t *)text; *at != 0;) {
        uint32_t point = *at++;
        int more = point >= 0xE0 ? 2 : point >= 0xC0 ? 1 : 0;
        point &= more == 2 ? 0x0F : more == 1 ? 0x1F : 0x7F;
        for (; more > 0; more--) {
            point = point << 6 | (*at++ & 0x3F);
        }
        lj_buf_put_u16le(out, (uint16_t)point);
    }
}

void ppt_build_wide(ppt_build *ppt, uint16_t type, uint16_t instance, const char *text)
{
    lj_buf wide;
    lj_buf_init(&wide, NULL, MOST);
    put_wide(&wide, text);
    ppt_build_atom(ppt, type, instance, lj_buf_slice(&wide));
    lj_buf_done(&wide);
}

void ppt_build_text(ppt_build *ppt, uint32_t type, const char *text, lj_slice style)
{
    ppt_build_number(ppt, 0x0F9F, 0, type);
    ppt_build_wide(ppt, 0x0FA0, 0, text);
    if (style.len > 0) {
        ppt_build_atom(ppt, 0x0FA1, 0, style);
    }
}

/* ---- saves ---- */

void ppt_build_object(ppt_build *ppt, uint32_t number)
{
    ppt->numbers[ppt->object_count] = number;
    ppt->offs[ppt->object_count++] = (uint32_t)ppt->out.len;
}

void ppt_build_save(ppt_build *ppt)
{
    uint32_t directory = (uint32_t)ppt->out.len;
    put_head(&ppt->out, 0, 0x1772, 0, 8 * ppt->object_count);
    for (uint32_t i = 0; i < ppt->object_count; i++) {
        lj_buf_put_u32le(&ppt->out, ppt->numbers[i] | 1U << 20);
        lj_buf_put_u32le(&ppt->out, ppt->offs[i]);
    }
    uint32_t at = (uint32_t)ppt->out.len;
    put_head(&ppt->out, 0, 0x0FF5, 0, ppt->session != 0 ? 32 : 28);
    lj_buf_put_u32le(&ppt->out, 0x100);
    lj_buf_put_u32le(&ppt->out, 0x03000000);
    lj_buf_put_u32le(&ppt->out, ppt->last_edit);
    lj_buf_put_u32le(&ppt->out, directory);
    lj_buf_put_u32le(&ppt->out, 1);
    lj_buf_put_u32le(&ppt->out, 64);
    lj_buf_put_u32le(&ppt->out, 0);
    if (ppt->session != 0) {
        lj_buf_put_u32le(&ppt->out, ppt->session);
    }
    ppt->last_edit = at;
    ppt->object_count = 0;
}

/* ---- objects ---- */

static void put_list(ppt_build *ppt, uint16_t list, uint32_t first, uint32_t count, uint32_t id)
{
    ppt_build_open(ppt, 0x0FF0, list);
    for (uint32_t i = 0; i < count; i++) {
        put_head(&ppt->out, 0, 0x03F3, 0, 20);
        lj_buf_put_u32le(&ppt->out, first + i);
        lj_buf_put_u32le(&ppt->out, 0);
        lj_buf_put_u32le(&ppt->out, 0);
        lj_buf_put_u32le(&ppt->out, id + i);
        lj_buf_put_u32le(&ppt->out, 0);
    }
    ppt_build_close(ppt);
}

void ppt_build_document(ppt_build *ppt, uint32_t slides, uint32_t notes)
{
    ppt_build_open(ppt, 0x03E8, 0);
    put_head(&ppt->out, 1, 0x03E9, 0, 40);
    static const uint32_t fields[10] = {5760, 4320, 4320, 5760, 5, 10, 0, 0, 1, 0};
    for (size_t i = 0; i < LJ_COUNT_OF(fields); i++) {
        lj_buf_put_u32le(&ppt->out, fields[i]);
    }
    put_list(ppt, 1, 2, 1, 0x80000000U);
    put_list(ppt, 2, slides == 0 ? 4 : 3 + slides, notes, 0x400);
    put_list(ppt, 0, 3, slides, 0x100);
}

void ppt_build_slide(ppt_build *ppt, uint32_t notes_id, bool is_hidden)
{
    ppt_build_open(ppt, 0x03EE, 0);
    put_head(&ppt->out, 2, 0x03EF, 0, 24);
    lj_buf_put_u32le(&ppt->out, 0);
    lj_buf_put_u64le(&ppt->out, 0);
    lj_buf_put_u32le(&ppt->out, 0x80000000U);
    lj_buf_put_u32le(&ppt->out, notes_id);
    lj_buf_put_u32le(&ppt->out, 7); /* objects, scheme, background of the master */
    if (is_hidden) {
        put_head(&ppt->out, 0, 0x03F9, 0, 16);
        lj_buf_put_u64le(&ppt->out, 0);
        lj_buf_put_u32le(&ppt->out, 0x00040000);
        lj_buf_put_u32le(&ppt->out, 0);
    }
}

void ppt_build_drawing(ppt_build *ppt)
{
    ppt_build_open(ppt, 0x040C, 0);
    ppt_build_open(ppt, 0xF002, 0);
    ppt_build_atom(ppt, 0xF008, 0, LJ_BYTES("\0\0\0\0\0\0\0\0"));
    ppt_build_open(ppt, 0xF003, 0);
}

void ppt_build_drawing_end(ppt_build *ppt)
{
    ppt_build_close(ppt);
    ppt_build_close(ppt);
    ppt_build_close(ppt);
}

static void put_option(lj_buf *out, uint16_t id, uint32_t value)
{
    lj_buf_put_u16le(out, id);
    lj_buf_put_u32le(out, value);
}

static void put_options(ppt_build *ppt, const ppt_build_shape *shape)
{
    lj_buf rows;
    lj_buf rest;
    lj_buf_init(&rows, NULL, MOST);
    lj_buf_init(&rest, NULL, MOST);
    if (shape->has_fill) {
        put_option(&rows, 0x0181, shape->fill);
    }
    put_option(&rows, 0x01BF, shape->has_fill ? 0x00100010 : 0x00100000);
    if (shape->is_hidden) {
        put_option(&rows, 0x03BF, 0x00020002);
    }
    const struct {
        uint16_t id;
        const char *text;
    } strings[] = {
        {0x80C0, shape->art  },
        {0xC380, shape->name },
        {0xC381, shape->descr}
    };
    for (size_t i = 0; i < LJ_COUNT_OF(strings); i++) {
        if (strings[i].text != NULL) {
            size_t from = rest.len;
            put_wide(&rest, strings[i].text);
            lj_buf_put_u16le(&rest, 0);
            put_option(&rows, strings[i].id, (uint32_t)(rest.len - from));
        }
    }
    uint16_t count = (uint16_t)(rows.len / 6);
    put_head(&ppt->out, 3, 0xF00B, count, (uint32_t)(rows.len + rest.len));
    lj_buf_put(&ppt->out, lj_buf_slice(&rows));
    lj_buf_put(&ppt->out, lj_buf_slice(&rest));
    lj_buf_done(&rows);
    lj_buf_done(&rest);
}

static void put_anchor(ppt_build *ppt, const ppt_build_shape *shape)
{
    const int16_t *box = shape->box;
    if (shape->is_child) {
        put_head(&ppt->out, 0, 0xF00F, 0, 16);
        for (int i = 0; i < 4; i++) {
            lj_buf_put_u32le(&ppt->out, (uint32_t)(int32_t)box[i]);
        }
    } else if (box[0] != 0 || box[1] != 0 || box[2] != 0 || box[3] != 0) {
        static const int order[4] = {1, 0, 2, 3}; /* top, left, right, bottom */
        put_head(&ppt->out, 0, 0xF010, 0, 8);
        for (int i = 0; i < 4; i++) {
            lj_buf_put_u16le(&ppt->out, (uint16_t)box[order[i]]);
        }
    }
}

void ppt_build_add_shape(ppt_build *ppt, const ppt_build_shape *shape)
{
    ppt_build_open(ppt, 0xF004, 0);
    ppt_build_atom(ppt, 0xF00A, 0, LJ_BYTES("\1\4\0\0\0\2\0\0"));
    put_options(ppt, shape);
    put_anchor(ppt, shape);
    if (shape->placeholder != 0) {
        uint8_t body[8] = {0, 0, 0, 0, shape->placeholder, 0, 0, 0};
        ppt_build_open(ppt, 0xF011, 0);
        ppt_build_atom(ppt, 0x0BC3, 0, lj_slice_of(body, sizeof(body)));
        ppt_build_close(ppt);
    }
    if (shape->text != NULL || shape->outline != 0) {
        ppt_build_open(ppt, OFFICE_ART_TEXT_BOX, 0);
        if (shape->outline != 0) {
            ppt_build_number(ppt, 0x0F9E, 0, shape->outline - 1);
        } else {
            ppt_build_text(ppt, shape->text_type, shape->text, shape->style);
        }
        ppt_build_close(ppt);
    }
    ppt_build_close(ppt);
}

void ppt_build_style(lj_buf *out, uint32_t count, uint16_t size, uint32_t colour, bool is_bold)
{
    lj_buf_put_u32le(out, count);
    lj_buf_put_u16le(out, 0);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, count);
    lj_buf_put_u32le(out,
                     (is_bold ? 1U : 0) | (size > 0 ? 1U << 17 : 0) | (colour != 0 ? 1U << 18 : 0));
    if (is_bold) {
        lj_buf_put_u16le(out, 1);
    }
    if (size > 0) {
        lj_buf_put_u16le(out, size);
    }
    if (colour != 0) {
        lj_buf_put_u32le(out, colour);
    }
}

void ppt_build_master(ppt_build *ppt, const char *text)
{
    ppt_build_open(ppt, 0x03F8, 0);
    put_head(&ppt->out, 2, 0x03EF, 0, 24);
    for (int i = 0; i < 6; i++) {
        lj_buf_put_u32le(&ppt->out, 0);
    }
    for (uint16_t type = 0; type < 2; type++) { /* title 44 points, body 32; the text's colour */
        put_head(&ppt->out, 0, 0x0FA3, type, 16);
        lj_buf_put_u16le(&ppt->out, 1);
        lj_buf_put_u32le(&ppt->out, 0);
        lj_buf_put_u32le(&ppt->out, 1U << 17 | 1U << 18);
        lj_buf_put_u16le(&ppt->out, type == 0 ? 44 : 32);
        lj_buf_put_u32le(&ppt->out, 0x01000000);
    }
    static const uint32_t scheme[8] = {0xFFFFFF, 0, 0x808080, 0, 0x00FF00, 0xFF0000, 0xCC, 0xAA};
    put_head(&ppt->out, 0, 0x07F0, 1, 32);
    for (size_t i = 0; i < LJ_COUNT_OF(scheme); i++) {
        lj_buf_put_u32le(&ppt->out, scheme[i]);
    }
    ppt_build_drawing(ppt);
    ppt_build_add_shape(
        ppt, &(ppt_build_shape){
                 .box = {100, 4000, 2000, 4200},
                   .text = text, .text_type = 4, .placeholder = 2
    });
    ppt_build_drawing_end(ppt);
    ppt_build_close(ppt);
}

/* ---- the file ---- */

static lj_slice finish(ppt_build *ppt, uint32_t token)
{
    lj_buf user;
    lj_buf name;
    lj_buf_init(&user, NULL, 4096);
    lj_buf_init(&name, NULL, 4096);
    put_wide(&name, ppt->user);
    uint16_t len = (uint16_t)(name.len / 2);
    put_head(&user, 0, 0x0FF6, 0, 24 + 3 * (uint32_t)len);
    lj_buf_put_u32le(&user, 20);
    lj_buf_put_u32le(&user, token);
    lj_buf_put_u32le(&user, ppt->last_edit);
    lj_buf_put_u16le(&user, len);
    lj_buf_put_u16le(&user, 0x03F4);
    lj_buf_put_u16le(&user, 3);
    lj_buf_put_u16le(&user, 0);
    for (uint16_t i = 0; i < len; i++) {
        lj_buf_put_u8(&user, '?');
    }
    lj_buf_put_u32le(&user, 8);
    lj_buf_put(&user, lj_buf_slice(&name));
    ole2_build_init(&ppt->file, 9);
    (void)ole2_build_stream(&ppt->file, OLE2_BUILD_ROOT, "Current User", lj_buf_slice(&user));
    (void)ole2_build_stream(&ppt->file, OLE2_BUILD_ROOT, "PowerPoint Document",
                            lj_buf_slice(&ppt->out));
    if (ppt->pictures.len > 0) {
        (void)ole2_build_stream(&ppt->file, OLE2_BUILD_ROOT, "Pictures",
                                lj_buf_slice(&ppt->pictures));
    }
    lj_buf_done(&user);
    lj_buf_done(&name);
    return ole2_build_end(&ppt->file);
}

lj_slice ppt_build_end(ppt_build *ppt)
{
    return finish(ppt, 0xE391C05FU);
}

lj_slice ppt_build_end_locked(ppt_build *ppt)
{
    return finish(ppt, 0xF3D1C4DFU);
}
