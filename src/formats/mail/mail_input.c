/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A sliding buffer over a source, and its lines. The source is read strictly forwards, each byte
 * once: whoever needs a second look keeps the place and comes back with a range of its own. */
#include "base/num.h"
#include "formats/mail/mail_priv.h"

bool mail_input_open(mail_input *in, format_run *run, format_src *src, uint64_t off, uint64_t to,
                     size_t cap)
{
    *in = (mail_input){.run = run, .cap = cap};
    in->buf = lj_arena_alloc_raw(format_arena(run), cap);
    mail_input_move(in, src, off, to);
    return in->buf != NULL;
}

void mail_input_move(mail_input *in, format_src *src, uint64_t off, uint64_t to)
{
    in->src = src;
    in->off = off;
    in->to = to;
    in->len = in->pos = 0;
    in->at_end = off >= to;
    in->in_field = false;
}

bool mail_input_fill(mail_input *in)
{
    if (in->at_end) {
        return false;
    }
    if (in->pos > 0) {
        memmove(in->buf, in->buf + in->pos, in->len - in->pos);
        in->off += in->pos;
        in->len -= in->pos;
        in->pos = 0;
    }
    uint64_t at = in->off + in->len;
    size_t want = (size_t)lj_min_u64(in->cap - in->len, in->to - at);
    if (want == 0) {
        in->at_end = at >= in->to;
        return false;
    }
    size_t got = format_pull(in->run, in->src, at, in->buf + in->len, want);
    in->len += got;
    in->at_end = got < want || at + got >= in->to;
    return got > 0;
}

lj_slice mail_input_line(mail_input *in)
{
    size_t searched = 0;
    for (;;) {
        lj_slice rest = mail_input_rest(in);
        const uint8_t *lf =
            rest.len > searched ? memchr(rest.ptr + searched, '\n', rest.len - searched) : NULL;
        if (lf != NULL) {
            return lj_slice_part(rest, 0, (size_t)(lf - rest.ptr) + 1);
        }
        searched = rest.len;
        if (!mail_input_fill(in)) {
            return mail_input_rest(in);
        }
    }
}

lj_slice mail_line_text(lj_slice line)
{
    if (line.len > 0 && line.ptr[line.len - 1] == '\n') {
        line.len--;
        line.len -= line.len > 0 && line.ptr[line.len - 1] == '\r' ? 1 : 0;
    }
    return line;
}
