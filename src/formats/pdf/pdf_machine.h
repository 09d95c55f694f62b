/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The content stream machine inside: what pdf_content.c (levels, operators), pdf_paint.c (letters,
 * paths) and pdf_xobject.c (forms, patterns, pictures, states, layers) share. */
#ifndef LJ_FORMATS_PDF_PDF_MACHINE_H
#define LJ_FORMATS_PDF_PDF_MACHINE_H

#include "formats/pdf/pdf_priv.h"

enum {
    FORMAT_PDF_STATES = 256,   /* q inside q */
    FORMAT_PDF_NAME_LEN = 511, /* longest name */
    FORMAT_PDF_MARKS = 512,    /* marked content inside marked content */
    FORMAT_PDF_PATTERNS = 64,  /* patterns read for one page */
    FORMAT_PDF_POINTS = 6,     /* points of a path that are kept */
    FORMAT_PDF_FORMS = 20000,  /* forms run for one page */
};

typedef struct format_pdf_state {
    fz_matrix ctm;
    fz_rect clip; /* in points from the top left */
    format_pdf_color fill, stroke;
    float fill_alpha, stroke_alpha;
    float group_alpha;
    bool blends; /* a blend mode other than Normal */
    format_pdf_font *font;
    float size, char_space, word_space, scale, leading, rise;
    int mode;
} format_pdf_state;

typedef struct format_pdf_level {
    pdf_obj *contents; /* a stream, or an array of streams */
    int next;          /* index in the array */
    fz_stream *stream;
    uint8_t *window;
    size_t len, pos, cap;
    bool is_last;
    pdf_obj *resources;
    int num; /* object number of the form, 0 = page */
    uint32_t state_base, mark_base;
    fz_matrix tm, tlm; /* of the level outside, restored when this one ends */
} format_pdf_level;

typedef struct format_pdf_operand {
    format_pdf_token_kind kind;
    float number;
    uint32_t at, len; /* in text */
} format_pdf_operand;

typedef struct format_pdf_machine {
    format_pdf_page *page;
    format_pdf *pdf;
    format_pdf_level levels[FORMAT_PDF_NESTING];
    uint32_t level_count;
    format_pdf_state states[FORMAT_PDF_STATES];
    uint32_t state_count; /* states[state_count - 1] is the current one */
    uint32_t state_lost;  /* q beyond FORMAT_PDF_STATES */
    format_pdf_operand *operands;
    uint32_t operand_count, operand_cap;
    bool in_array;
    lj_buf text;
    fz_matrix tm, tlm, base;
    bool marks[FORMAT_PDF_MARKS]; /* marked content that is a hidden layer */
    uint32_t mark_count, hidden_count;
    /* the path being built, in points from the top left */
    fz_rect path;
    fz_point points[FORMAT_PDF_POINTS];
    uint32_t point_count, curve_count, rect_count;
    bool is_clip;
    int patterns[FORMAT_PDF_PATTERNS];
    uint32_t pattern_count;
} format_pdf_machine;

static inline format_pdf_state *format_pdf_top(format_pdf_machine *it)
{
    return &it->states[it->state_count - 1];
}

static inline format_pdf_level *format_pdf_inner(format_pdf_machine *it)
{
    return &it->levels[it->level_count - 1];
}

/* The number `back` operands before the last; 0 when there is none. */
static inline float format_pdf_number(const format_pdf_machine *it, uint32_t back)
{
    return back < it->operand_count ? it->operands[it->operand_count - 1 - back].number : 0.0F;
}

/* The last name among the operands as a C string. */
static inline bool format_pdf_name(const format_pdf_machine *it, char name[FORMAT_PDF_NAME_LEN + 1])
{
    for (uint32_t i = it->operand_count; i > 0; i--) {
        const format_pdf_operand *found = &it->operands[i - 1];
        if (found->kind == FORMAT_PDF_NAME && found->len <= FORMAT_PDF_NAME_LEN) {
            if (found->len > 0) {
                memcpy(name, it->text.ptr + found->at, found->len);
            }
            name[found->len] = 0;
            return true;
        }
    }
    return false;
}

static inline lj_slice format_pdf_operand_text(const format_pdf_machine *it,
                                               const format_pdf_operand *found)
{
    return lj_slice_part(lj_buf_slice(&it->text), found->at, found->len);
}

static inline fz_rect format_pdf_rect_none(void)
{
    return (fz_rect){INFINITY, INFINITY, -INFINITY, -INFINITY};
}

static inline void format_pdf_rect_add(fz_rect *rect, fz_point point)
{
    rect->x0 = fminf(rect->x0, point.x);
    rect->y0 = fminf(rect->y0, point.y);
    rect->x1 = fmaxf(rect->x1, point.x);
    rect->y1 = fmaxf(rect->y1, point.y);
}

static inline fz_rect format_pdf_rect_meet(fz_rect a, fz_rect b)
{
    return (fz_rect){fmaxf(a.x0, b.x0), fmaxf(a.y0, b.y0), fminf(a.x1, b.x1), fminf(a.y1, b.y1)};
}

static inline fz_rect format_pdf_rect_through(fz_rect rect, fz_matrix matrix)
{
    fz_rect out = format_pdf_rect_none();
    format_pdf_rect_add(&out, fz_transform_point_xy(rect.x0, rect.y0, matrix));
    format_pdf_rect_add(&out, fz_transform_point_xy(rect.x1, rect.y0, matrix));
    format_pdf_rect_add(&out, fz_transform_point_xy(rect.x0, rect.y1, matrix));
    format_pdf_rect_add(&out, fz_transform_point_xy(rect.x1, rect.y1, matrix));
    return out;
}

/* ---- pdf_content.c ---- */

/* Enters a stream; its state is a copy of the current one. False when it must not be entered. */
bool format_pdf_level_push(format_pdf_machine *it, pdf_obj *contents, pdf_obj *resources, int num);
/* More bytes into the window of the innermost level. */
lj_code format_pdf_level_refill(format_pdf_machine *it);

/* ---- pdf_paint.c ---- */

/* Shows all strings among the operands; numbers between them move (TJ). */
void format_pdf_letters_show(format_pdf_machine *it);
void format_pdf_path_point(format_pdf_machine *it, float x, float y);
/* The operands of re. */
void format_pdf_path_rect(format_pdf_machine *it);
/* Paints and clips, then forgets the path. */
void format_pdf_path_end(format_pdf_machine *it, bool fills, bool paints);
/* color NULL: a picture or shading. is_whole: nothing of the box stays free. */
void format_pdf_paint_area(format_pdf_machine *it, fz_rect box, const format_pdf_color *color,
                           bool is_whole);

/* ---- pdf_xobject.c: operators that name a resource ---- */

void format_pdf_xobject_run(format_pdf_machine *it); /* Do */
void format_pdf_pattern_run(format_pdf_machine *it); /* scn with a name */
void format_pdf_state_set(format_pdf_machine *it);   /* gs */
void format_pdf_mark_begin(format_pdf_machine *it);  /* BDC */
void format_pdf_mark_push(format_pdf_machine *it, bool is_hidden);
lj_code format_pdf_inline_picture(format_pdf_machine *it); /* ID */

#endif
