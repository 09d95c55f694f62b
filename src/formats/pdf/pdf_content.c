/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The content stream machine (ISO 32000-2 7.8, 8 and 9): runs the operators that place, colour,
 * hide and cover letters, and steps over all others.
 *
 * MuPDF's own interpreter builds paths, loads pictures (JPEG 2000 ones are even decoded) and
 * recurses through forms. A scanner needs none of it: this machine keeps matrices, clip boxes,
 * colours and text state, reads streams through MuPDF's filters 32 KiB at a time, and holds forms
 * on a stack of at most FORMAT_PDF_NESTING levels. A form that is already open is not entered
 * again; every operator, letter and byte is charged.
 *
 *   levels: page -> form -> form ...     each with its stream, window and resources
 *   states: q pushes, Q pops; a level never pops below where it began
 *
 * Optional content is always run; what is switched off is tagged (F06). Nothing is clipped away;
 * what lies outside the clip box or the page is tagged (F04). Pictures are measured, never decoded.
 * Tiling patterns are run once per page as if they were forms, because watermarks are made with
 * them. Not done: Type 3 glyph programs, soft masks, the exact shape of clips (the box counts). */
#include "formats/pdf/pdf_machine.h"

enum {
    WINDOW_MIN = 32 * 1024,
    WINDOW_MAX = 1024 * 1024, /* the longest token */
    OPERANDS_MAX = 1 << 16,
    TEXT_MAX = 2 * 1024 * 1024, /* strings of one operator */
};

/* ---- levels: streams behind windows ---- */

typedef struct fill_job {
    format_pdf_machine *it;
    format_pdf_level *level;
} fill_job;

static pdf_obj *next_stream(fz_context *ctx, format_pdf_level *from)
{
    if (!pdf_is_array(ctx, from->contents)) {
        return from->next++ == 0 ? from->contents : NULL;
    }
    return from->next < pdf_array_len(ctx, from->contents)
               ? pdf_array_get(ctx, from->contents, from->next++)
               : NULL;
}

/* Opens the next stream of the level that can be opened; false at the end. */
static bool stream_open(fz_context *ctx, fill_job *job)
{
    for (pdf_obj *obj = next_stream(ctx, job->level); obj != NULL;
         obj = next_stream(ctx, job->level)) {
        if (!pdf_is_stream(ctx, obj)) {
            job->it->pdf->damaged = true; /* it stood in a part that is lost */
            continue;
        }
        if (pdf_array_len(ctx, pdf_dict_get(ctx, obj, PDF_NAME(Filter))) > FORMAT_PDF_FILTERS) {
            job->it->pdf->unsupported = true;
            continue;
        }
        job->level->stream = pdf_open_stream(ctx, obj);
        return true;
    }
    return false;
}

/* Moves what was not used to the front and reads more behind it. */
static void level_fill(fz_context *ctx, void *arg)
{
    fill_job *job = arg;
    format_pdf_level *it = job->level;
    if (it->window == NULL) {
        it->window = fz_malloc(ctx, WINDOW_MIN);
        it->cap = WINDOW_MIN;
    }
    LJ_ARENA_SHOW(it->window, it->cap);
    if (it->pos > 0) {
        it->len -= it->pos;
        memmove(it->window, it->window + it->pos, it->len);
        it->pos = 0;
    }
    if (it->len == it->cap) {
        if (it->cap >= WINDOW_MAX) {
            /* No token is that long. A string that is never closed: what stands in it is read,
             * which looks at the window again, so it costs; anything else is passed over whole. */
            bool is_string = it->window[0] == '(' || it->window[0] == '<';
            it->pos = is_string ? 1 : it->len;
            job->it->pdf->damaged = true;
            (void)format_pdf_work(job->it->pdf, it->cap);
            return;
        }
        it->window = fz_realloc(ctx, it->window, it->cap * 2);
        it->cap *= 2;
    }
    if (it->stream == NULL && !stream_open(ctx, job)) {
        it->is_last = true;
        return;
    }
    size_t got = fz_read(ctx, it->stream, it->window + it->len, it->cap - it->len);
    (void)format_pdf_work(job->it->pdf, got);
    it->len += got;
    if (got == 0) {
        job->it->pdf->damaged = job->it->pdf->damaged || it->stream->error != 0;
        fz_drop_stream(ctx, it->stream);
        it->stream = NULL;
        it->window[it->len++] = '\n'; /* streams of a page are separate tokens (7.8.2) */
    }
}

lj_code format_pdf_level_refill(format_pdf_machine *it)
{
    fill_job job = {it, format_pdf_inner(it)};
    lj_code code = format_pdf_guard(it->pdf, level_fill, &job);
    if (job.level->window != NULL) {
        LJ_ARENA_HIDE(job.level->window + job.level->len, job.level->cap - job.level->len);
    }
    if (code == LJ_E_FORMAT) {
        job.level->stream =
            NULL; /* goes with the document's memory; the next stream of the page may be good */
        return it->pdf->stop;
    }
    return code;
}

/* Enters a stream; its state is a copy of the current one. False when it must not be entered. */
bool format_pdf_level_push(format_pdf_machine *it, pdf_obj *contents, pdf_obj *resources, int num)
{
    if (it->level_count >= FORMAT_PDF_NESTING || it->state_count >= FORMAT_PDF_STATES ||
        it->page->forms >= FORMAT_PDF_FORMS) {
        it->pdf->damaged = true;
        return false;
    }
    for (uint32_t i = 0; i < it->level_count; i++) {
        if (num > 0 && it->levels[i].num == num) {
            it->pdf->damaged = true; /* a form inside itself */
            return false;
        }
    }
    format_pdf_level *next = &it->levels[it->level_count++];
    *next = (format_pdf_level){.contents = contents,
                               .window = next->window,
                               .cap = next->cap,
                               .resources = resources,
                               .num = num,
                               .state_base = it->state_count,
                               .mark_base = it->mark_count,
                               .tm = it->tm,
                               .tlm = it->tlm};
    if (it->state_count > 0) {
        it->states[it->state_count] = it->states[it->state_count - 1];
        it->state_count++;
    }
    it->page->forms++;
    it->operand_count = 0;
    it->path = format_pdf_rect_none();
    it->point_count = it->curve_count = it->rect_count = 0;
    it->is_clip = false;
    return true;
}

static void marks_pop(format_pdf_machine *it, uint32_t to)
{
    while (it->mark_count > to) {
        it->mark_count--;
        if (it->mark_count < FORMAT_PDF_MARKS && it->marks[it->mark_count]) {
            it->hidden_count--;
        }
    }
}

static void level_pop(format_pdf_machine *it)
{
    format_pdf_level *last = format_pdf_inner(it);
    marks_pop(it, last->mark_base);
    it->state_count = last->state_base;
    it->tm = last->tm;
    it->tlm = last->tlm;
    it->level_count--;
}

/* ---- operators ---- */

static void next_line(format_pdf_machine *it, float x, float y)
{
    it->tlm = fz_pre_translate(it->tlm, x, y);
    it->tm = it->tlm;
}

#define OP1(a)       ((uint32_t)(a))
#define OP2(a, b)    (OP1(a) | (uint32_t)(b) << 8)
#define OP3(a, b, c) (OP2(a, b) | (uint32_t)(c) << 16)

static void set_color(format_pdf_machine *it, format_pdf_color *color, int count)
{
    float values[32] = {0};
    for (int i = 0; i < count && i < 32; i++) {
        values[i] = format_pdf_number(it, (uint32_t)(count - 1 - i));
    }
    format_pdf_color_set(it->pdf, color, values, count);
}

static void set_device_color(format_pdf_machine *it, format_pdf_color *color, int count)
{
    *color = (format_pdf_color){.is_known = true};
    set_color(it, color, count);
}

static void set_space(format_pdf_machine *it, format_pdf_color *color)
{
    char name[FORMAT_PDF_NAME_LEN + 1];
    if (format_pdf_name(it, name)) {
        format_pdf_color_space(it->pdf, color, format_pdf_inner(it)->resources, name);
    }
}

/* sc, scn: numbers, or numbers and the name of a pattern. */
static void set_any_color(format_pdf_machine *it, format_pdf_color *color)
{
    uint32_t count = it->operand_count;
    if (count > 0 && it->operands[count - 1].kind == FORMAT_PDF_NAME) {
        color->is_known = false;
        format_pdf_pattern_run(it);
    } else {
        set_color(it, color, count > 32 ? 32 : (int)count);
    }
}

/* A name that cannot be found, or is too long, gives a standard font. */
static void set_font(format_pdf_machine *it)
{
    char name[FORMAT_PDF_NAME_LEN + 1] = "";
    (void)format_pdf_name(it, name);
    format_pdf_top(it)->font = format_pdf_font_of(it->pdf, format_pdf_inner(it)->resources, name);
    format_pdf_top(it)->size = format_pdf_number(it, 0);
}

static fz_matrix matrix_of(const format_pdf_machine *it)
{
    return (fz_matrix){format_pdf_number(it, 5), format_pdf_number(it, 4),
                       format_pdf_number(it, 3), format_pdf_number(it, 2),
                       format_pdf_number(it, 1), format_pdf_number(it, 0)};
}

static void save(format_pdf_machine *it)
{
    if (it->state_count < FORMAT_PDF_STATES) {
        it->states[it->state_count] = it->states[it->state_count - 1];
        it->state_count++;
    } else {
        it->state_lost++;
    }
}

static void restore(format_pdf_machine *it)
{
    if (it->state_lost > 0) {
        it->state_lost--;
    } else if (it->state_count > format_pdf_inner(it)->state_base + 1) {
        it->state_count--;
    }
}

/* Paths: true when the operator was one of them. */
static bool run_path_operator(format_pdf_machine *it, uint32_t word)
{
    switch (word) {
    case OP1('m'):
    case OP1('l'):
        format_pdf_path_point(it, format_pdf_number(it, 1), format_pdf_number(it, 0));
        return true;
    case OP1('c'):
    case OP1('v'):
    case OP1('y'):
        it->curve_count++;
        format_pdf_path_point(it, format_pdf_number(it, 3), format_pdf_number(it, 2));
        format_pdf_path_point(it, format_pdf_number(it, 1), format_pdf_number(it, 0));
        return true;
    case OP2('r', 'e'):
        format_pdf_path_rect(it);
        return true;
    case OP1('h'):
        return true;
    case OP1('W'):
    case OP2('W', '*'):
        it->is_clip = true;
        return true;
    case OP1('n'):
        format_pdf_path_end(it, false, false);
        return true;
    case OP1('S'):
    case OP1('s'):
        format_pdf_path_end(it, false, true);
        return true;
    case OP1('f'):
    case OP1('F'):
    case OP2('f', '*'):
    case OP1('B'):
    case OP2('B', '*'):
    case OP1('b'):
    case OP2('b', '*'):
        format_pdf_path_end(it, true, true);
        return true;
    default:
        return false;
    }
}

/* Text state and text showing (9.3, 9.4): true when the operator was one of them. */
static bool run_text_operator(format_pdf_machine *it, uint32_t word)
{
    format_pdf_state *now = format_pdf_top(it);
    switch (word) {
    case OP2('B', 'T'):
        it->tm = it->tlm = fz_identity;
        return true;
    case OP2('T', 'c'):
        now->char_space = format_pdf_number(it, 0);
        return true;
    case OP2('T', 'w'):
        now->word_space = format_pdf_number(it, 0);
        return true;
    case OP2('T', 'z'):
        now->scale = format_pdf_number(it, 0) * 0.01F;
        return true;
    case OP2('T', 'L'):
        now->leading = format_pdf_number(it, 0);
        return true;
    case OP2('T', 'f'):
        set_font(it);
        return true;
    case OP2('T', 'r'):
        now->mode = (int)format_pdf_number(it, 0);
        return true;
    case OP2('T', 's'):
        now->rise = format_pdf_number(it, 0);
        return true;
    case OP2('T', 'd'):
        next_line(it, format_pdf_number(it, 1), format_pdf_number(it, 0));
        return true;
    case OP2('T', 'D'):
        now->leading = -format_pdf_number(it, 0);
        next_line(it, format_pdf_number(it, 1), format_pdf_number(it, 0));
        return true;
    case OP2('T', 'm'):
        it->tm = it->tlm = matrix_of(it);
        return true;
    case OP2('T', '*'):
        next_line(it, 0, -now->leading);
        return true;
    case OP2('T', 'j'):
    case OP2('T', 'J'):
        format_pdf_letters_show(it);
        return true;
    case OP1('"'):
        if (it->operand_count >= 3) {
            now->word_space = format_pdf_number(it, 2);
            now->char_space = format_pdf_number(it, 1);
            it->operands[0] = it->operands[it->operand_count - 1];
            it->operand_count = 1;
        }
        next_line(it, 0, -now->leading);
        format_pdf_letters_show(it);
        return true;
    case OP1('\''):
        next_line(it, 0, -now->leading);
        format_pdf_letters_show(it);
        return true;
    default:
        return false;
    }
}

static bool run_color_operator(format_pdf_machine *it, uint32_t word)
{
    format_pdf_state *now = format_pdf_top(it);
    switch (word) {
    case OP1('g'):
        set_device_color(it, &now->fill, 1);
        return true;
    case OP1('G'):
        set_device_color(it, &now->stroke, 1);
        return true;
    case OP2('r', 'g'):
        set_device_color(it, &now->fill, 3);
        return true;
    case OP2('R', 'G'):
        set_device_color(it, &now->stroke, 3);
        return true;
    case OP1('k'):
        set_device_color(it, &now->fill, 4);
        return true;
    case OP1('K'):
        set_device_color(it, &now->stroke, 4);
        return true;
    case OP2('c', 's'):
        set_space(it, &now->fill);
        return true;
    case OP2('C', 'S'):
        set_space(it, &now->stroke);
        return true;
    case OP2('s', 'c'):
    case OP3('s', 'c', 'n'):
        set_any_color(it, &now->fill);
        return true;
    case OP2('S', 'C'):
    case OP3('S', 'C', 'N'):
        set_any_color(it, &now->stroke);
        return true;
    default:
        return false;
    }
}

static lj_code run_operator(format_pdf_machine *it, uint32_t word)
{
    if (run_path_operator(it, word) || run_text_operator(it, word) ||
        run_color_operator(it, word)) {
        return it->pdf->stop;
    }
    switch (word) {
    case OP1('q'):
        save(it);
        break;
    case OP1('Q'):
        restore(it);
        break;
    case OP2('c', 'm'):
        format_pdf_top(it)->ctm = fz_concat(matrix_of(it), format_pdf_top(it)->ctm);
        break;
    case OP2('g', 's'):
        format_pdf_state_set(it);
        break;
    case OP2('D', 'o'):
        format_pdf_xobject_run(it);
        break;
    case OP2('s', 'h'):
        format_pdf_paint_area(it, format_pdf_top(it)->clip, NULL, true);
        break;
    case OP3('B', 'M', 'C'):
        format_pdf_mark_push(it, false);
        break;
    case OP3('B', 'D', 'C'):
        format_pdf_mark_begin(it);
        break;
    case OP3('E', 'M', 'C'):
        if (it->mark_count > format_pdf_inner(it)->mark_base + (it->level_count > 1 ? 1 : 0)) {
            marks_pop(it, it->mark_count - 1);
        }
        break;
    case OP2('I', 'D'):
        return format_pdf_inline_picture(it);
    default:
        break;
    }
    return it->pdf->stop;
}

static void operand_add(format_pdf_machine *it, const format_pdf_token *token)
{
    if (it->operand_count == it->operand_cap) {
        if (it->operand_cap >= OPERANDS_MAX) {
            it->pdf->damaged = true;
            return;
        }
        uint32_t cap = it->operand_cap == 0 ? 256 : it->operand_cap * 4;
        format_pdf_operand *grown = lj_arena_grow(it->pdf->arena, it->operands,
                                                  it->operand_cap * sizeof(format_pdf_operand),
                                                  cap * sizeof(format_pdf_operand));
        if (grown == NULL) {
            it->pdf->no_memory = true;
            return;
        }
        it->operands = grown;
        it->operand_cap = cap;
    }
    it->operands[it->operand_count++] =
        (format_pdf_operand){token->kind, token->number, token->text_at, token->text_len};
}

/* Text state inside the array of TJ, with its number (tests/formats/pdf, operator in an array):
 * stepped over. */
static bool is_stray(uint32_t word)
{
    return word == OP2('T', 'c') || word == OP2('T', 'w') || word == OP2('T', 'z') ||
           word == OP2('T', 's') || word == OP2('T', 'L');
}

/* ---- the loop ---- */

static lj_code run_levels(format_pdf_machine *it)
{
    while (it->level_count > 0 && it->pdf->stop == LJ_OK) {
        format_pdf_level *in = format_pdf_inner(it);
        size_t text_len = it->text.len;
        format_pdf_token token =
            format_pdf_lex((lj_slice){in->window, in->len}, &in->pos, in->is_last, &it->text);
        lj_code code = LJ_OK;
        switch (token.kind) {
        case FORMAT_PDF_MORE:
            it->text.len = text_len;
            code = format_pdf_level_refill(it);
            break;
        case FORMAT_PDF_END:
            level_pop(it);
            break;
        case FORMAT_PDF_NUMBER:
        case FORMAT_PDF_NAME:
        case FORMAT_PDF_STRING:
            operand_add(it, &token);
            break;
        case FORMAT_PDF_ARRAY:
        case FORMAT_PDF_ARRAY_END:
            it->in_array = token.kind == FORMAT_PDF_ARRAY;
            break;
        case FORMAT_PDF_DICT:
        case FORMAT_PDF_DICT_END:
            break;
        case FORMAT_PDF_WORD:
            if (it->in_array && is_stray(token.word)) {
                it->operand_count -= it->operand_count > 0 ? 1 : 0;
                break;
            }
            it->in_array = false; /* every other operator ends an array that was not closed */
            code = run_operator(it, token.word);
            it->operand_count = 0;
            if (!lj_buf_ok(&it->text)) {
                it->pdf->damaged = true; /* more text than TEXT_MAX in one operator */
            }
            lj_buf_clear(&it->text);
            (void)format_pdf_work(it->pdf, 1);
            break;
        }
        if (code != LJ_OK) {
            return code;
        }
    }
    return it->pdf->stop;
}

static format_pdf_machine *machine_of(format_pdf_page *page)
{
    format_pdf *pdf = page->pdf;
    if (pdf->machine == NULL) {
        pdf->machine = lj_arena_alloc(pdf->arena, sizeof(format_pdf_machine));
        if (pdf->machine == NULL) {
            pdf->no_memory = true;
            return NULL;
        }
        lj_buf_init(&pdf->machine->text, pdf->arena, TEXT_MAX);
        pdf->machine->pdf = pdf;
    }
    format_pdf_machine *it = pdf->machine;
    it->page = page;
    it->level_count = it->state_count = it->state_lost = 0;
    it->mark_count = it->hidden_count = it->pattern_count = 0;
    it->operand_count = 0;
    it->in_array = false;
    it->tm = it->tlm = fz_identity;
    lj_buf_clear(&it->text);
    return it;
}

static void state_begin(format_pdf_machine *it, fz_matrix ctm)
{
    it->base = ctm;
    it->states[0] = (format_pdf_state){.ctm = ctm,
                                       .clip = fz_infinite_rect,
                                       .fill.is_known = true,
                                       .stroke.is_known = true,
                                       .fill_alpha = 1.0F,
                                       .stroke_alpha = 1.0F,
                                       .group_alpha = 1.0F,
                                       .scale = 1.0F};
    it->state_count = 1;
}

lj_code format_pdf_content_run(format_pdf_page *page, pdf_obj *contents, pdf_obj *resources)
{
    format_pdf_machine *it = machine_of(page);
    if (it == NULL) {
        return page->pdf->stop;
    }
    state_begin(it, page->ctm);
    return format_pdf_level_push(it, contents, resources, 0) ? run_levels(it) : page->pdf->stop;
}

lj_code format_pdf_form_run(format_pdf_page *page, pdf_obj *form, pdf_obj *resources, fz_matrix at)
{
    format_pdf_machine *it = machine_of(page);
    if (it == NULL) {
        return page->pdf->stop;
    }
    state_begin(it, at);
    int num = pdf_to_num(page->pdf->ctx, form);
    return format_pdf_level_push(it, form, resources, num) ? run_levels(it) : page->pdf->stop;
}
